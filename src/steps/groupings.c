/* Step groupings: which group each commune of the study's vintage belongs to. A merged commune
 * follows the one whose code it keeps. */
#include "steps/passage.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/provenance.h>
#include <stdio.h>
#include <string.h>

/* What a commune is told by the rows of one grouping. */
typedef struct {
    const char *group, *title;
    bool by_own_code; /* told by a row that bears its own code */
    bool disputed;    /* told otherwise by another row of no better standing */
} membership;

static void tell(membership *m, const char *group, const char *title, bool own) {
    if (!m->group || (own && !m->by_own_code)) {
        *m = (membership){group, title, own, false};
        return;
    }
    if (own == m->by_own_code && strcmp(m->group, group) != 0)
        m->disputed = true;
}

static maille_status tell_rows(maille_ctx *ctx, const communes *c, passage *way,
                               const maille_table *rows, membership *members, uint32_t *strangers) {
    maille_status status = MAILLE_OK;
    for (size_t row = 0; row < rows->rows; row++) {
        const char *code = rows->columns[0].texts[row];
        const heir *heirs;
        size_t count;
        TRY(passage_heirs(ctx, way, code, &heirs, &count));
        for (size_t i = 0; i < count; i++) {
            uint32_t commune = maille_names_get(c->number, heirs[i].code);
            if (commune == MAILLE_ABSENT)
                ++*strangers;
            else
                tell(&members[commune], rows->columns[1].texts[row], rows->columns[2].texts[row],
                     strcmp(heirs[i].code, code) == 0);
        }
    }
done:
    return status;
}

static maille_status save_members(maille_ctx *ctx, step_call *call, const communes *c,
                                  const char *name, const membership *members, remarks *r) {
    static const maille_column_spec columns[] = {{"name", MAILLE_TEXT},
                                                 {"code", MAILLE_TEXT},
                                                 {"group_id", MAILLE_TEXT},
                                                 {"title", MAILLE_TEXT}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    uint32_t none = 0, disputed = 0;
    TRY(maille_table_new(ctx, columns, 4, &table));
    for (uint32_t i = 0; i < c->count; i++) {
        size_t row;
        if (!members[i].group) {
            none++;
            continue;
        }
        disputed += members[i].disputed;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, name));
        TRY(maille_set_text(ctx, table, row, 1, c->code[i]));
        TRY(maille_set_text(ctx, table, row, 2, members[i].group));
        if (members[i].title)
            TRY(maille_set_text(ctx, table, row, 3, members[i].title));
    }
    if (none)
        TRY(remarks_add(ctx, r, "information", "sans-groupe", name,
                        none == 1 ? "%u commune n’est dans aucun groupe de %s"
                                  : "%u communes ne sont dans aucun groupe de %s",
                        none, name));
    if (disputed)
        TRY(remarks_add(ctx, r, "alerte", "groupe-conteste", name,
                        "%u commune%s fusionnée%s tien%s de plusieurs groupes de %s : le premier "
                        "est retenu",
                        disputed, disputed > 1 ? "s" : "", disputed > 1 ? "s" : "",
                        disputed > 1 ? "nent" : "t", name));
    TRY(maille_store_append(ctx, call->store, "grouping", table));
done:
    maille_table_free(table);
    return status;
}

static maille_status convert_grouping(maille_ctx *ctx, step_call *call, const communes *c,
                                      const maille_table *imports, size_t import_row, remarks *r) {
    static const char *const columns[] = {"code", "group_id", "title"};
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    passage *way = NULL;
    bool no_way;
    uint32_t strangers = 0;
    const char *name = imports->columns[maille_table_column(imports, "name")].texts[import_row];
    const char *vintage =
        imports->columns[maille_table_column(imports, "vintage")].texts[import_row];
    maille_value id =
        maille_int_value(imports->columns[maille_table_column(imports, "id")].ints[import_row]);
    maille_filter of_import = maille_equals("import_id", &id);
    maille_query query = {
        .table = "grouping_raw", .columns = columns, .column_count = 3, .filter = &of_import};
    membership *members = maille_alloc(c->count + 1u, sizeof *members);
    if (!members)
        return maille_no_memory(ctx);
    TRY(maille_store_read(ctx, call->store, &query, &rows));
    TRY(passage_new(ctx, call->loads, vintage, &way, &no_way));
    TRY(tell_rows(ctx, c, way, rows, members, &strangers));
    if (strangers)
        TRY(remarks_add(ctx, r, "information", "code-inconnu", name,
                        "%u lignes du regroupement %s portent un code qui n’est dans aucune couche "
                        "de communes",
                        strangers, name));
    TRY(save_members(ctx, call, c, name, members, r));
done:
    passage_free(way);
    maille_table_free(rows);
    maille_free(members);
    return status;
}

maille_status step_groupings(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    maille_table *imports = NULL;
    remarks r = {0};
    size_t count = 0;
    TRY(remarks_open(ctx, &r, "groupings", ""));
    TRY(load_communes(ctx, call->loads, &c));
    TRY(maille_imports(ctx, call->store, &imports));
    int kind = maille_table_column(imports, "kind");
    for (size_t row = 0; row < imports->rows; row++)
        if (strcmp(imports->columns[kind].texts[row], "grouping") == 0) {
            TRY(convert_grouping(ctx, call, c, imports, row, &r));
            count++;
        }
    snprintf(call->message, sizeof call->message, "%zu groupings", count);
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    maille_table_free(imports);
    return status;
}
