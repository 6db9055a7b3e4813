/* Step members: the communes of each perimeter on the study's codes. Communes that merged become
 * one member; its share is the largest that any of them had. */
#include "steps/passage.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/provenance.h>
#include <stdio.h>
#include <string.h>

/* Vintage of each import, by its id; ways are made once per import. */
typedef struct {
    maille_table *imports;
    int64_t import_id;
    bool made;
    passage *way;
} ways;

static maille_status way_of(maille_ctx *ctx, step_call *call, ways *w, int64_t import_id,
                            passage **way) {
    maille_status status = MAILLE_OK;
    const char *vintage = NULL;
    bool no_way;
    if (!w->made || w->import_id != import_id) {
        int id = maille_table_column(w->imports, "id");
        for (size_t row = 0; row < w->imports->rows; row++)
            if (w->imports->columns[id].ints[row] == import_id)
                vintage =
                    w->imports->columns[maille_table_column(w->imports, "vintage")].texts[row];
        passage_free(w->way);
        w->way = NULL;
        TRY(passage_new(ctx, call->loads, vintage, &w->way, &no_way));
        w->import_id = import_id;
        w->made = true;
    }
    *way = w->way;
done:
    return status;
}

static maille_status add_member(maille_ctx *ctx, maille_table *members, maille_names *known,
                                const char *perimeter, const char *code, double share) {
    maille_status status = MAILLE_OK;
    char key[300];
    size_t row;
    snprintf(key, sizeof key, "%s\n%s", perimeter, code);
    uint32_t before = maille_names_get(known, key);
    if (before != MAILLE_ABSENT) {
        if (members->columns[2].reals[before] < share)
            maille_set_real(members, before, 2, share);
        return MAILLE_OK;
    }
    TRY(maille_table_add_row(ctx, members, &row));
    TRY(maille_set_text(ctx, members, row, 0, perimeter));
    TRY(maille_set_text(ctx, members, row, 1, code));
    maille_set_real(members, row, 2, share);
    if (!maille_names_set(known, key, (uint32_t)row))
        status = maille_no_memory(ctx);
done:
    return status;
}

maille_status step_members(maille_ctx *ctx, step_call *call) {
    static const char *const columns[] = {"perimeter_id", "code", "share", "import_id"};
    static const maille_column_spec kept[] = {
        {"perimeter_id", MAILLE_TEXT}, {"code", MAILLE_TEXT}, {"share", MAILLE_REAL}};
    maille_query query = {.table = "perimeter_member_raw", .columns = columns, .column_count = 4};
    maille_status status = MAILLE_OK;
    maille_table *raw = NULL, *members = NULL;
    maille_names *known = NULL;
    ways w = {0};
    remarks r = {0};
    uint32_t strangers = 0, moved = 0;
    const communes *c = NULL;
    /* A perimeter may be a draft: what is said of its members is for the inside. */
    TRY(remarks_open(ctx, &r, "members", "interne"));
    TRY(load_communes(ctx, call->loads, &c));
    TRY(maille_imports(ctx, call->store, &w.imports));
    TRY(maille_store_read(ctx, call->store, &query, &raw));
    TRY(maille_table_new(ctx, kept, 3, &members));
    known = maille_names_new(raw->rows);
    if (!known) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t row = 0; row < raw->rows; row++) {
        const char *perimeter = raw->columns[0].texts[row], *code = raw->columns[1].texts[row];
        passage *way = NULL;
        const heir *heirs;
        size_t count;
        TRY(way_of(ctx, call, &w, raw->columns[3].ints[row], &way));
        TRY(passage_heirs(ctx, way, code, &heirs, &count));
        for (size_t i = 0; i < count; i++) {
            moved += strcmp(heirs[i].code, code) != 0;
            if (maille_names_get(c->number, heirs[i].code) == MAILLE_ABSENT) {
                strangers++;
                TRY(remarks_add(ctx, &r, "alerte", "code-inconnu", perimeter,
                                "le périmètre %s nomme la commune %s, qui n’est dans aucune couche "
                                "de communes",
                                perimeter, heirs[i].code));
            }
            TRY(add_member(ctx, members, known, perimeter, heirs[i].code,
                           raw->columns[2].reals[row]));
        }
    }
    TRY(maille_store_append(ctx, call->store, "perimeter_member", members));
    snprintf(call->message, sizeof call->message,
             "%zu members, %u carried to the communes' vintage, %u in no commune layer",
             members->rows, moved, strangers);
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    passage_free(w.way);
    maille_table_free(w.imports);
    maille_table_free(raw);
    maille_table_free(members);
    maille_names_free(known);
    return status;
}
