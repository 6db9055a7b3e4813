/* Step members: the communes of each perimeter on the study's codes. Communes that merged become
 * one member; its share is the largest that any of them had, it is shared on purpose when one of
 * them was, and it is in the sub-zone of the first that is in one. */
#include "steps/passage.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/provenance.h>
#include <stdio.h>
#include <string.h>

enum { OF, CODE, SHARE, ON_PURPOSE, REASON, ZONE, COLUMNS, IMPORT = COLUMNS };

typedef struct {
    maille_ctx *ctx;
    step_call *call;
    const communes *c;
    remarks r;
    maille_table *raw, *imports;
    maille_table *perimeters; /* id, vintage of the codes that no import brought */
    maille_names *row_of;     /* id → row of `perimeters` */
    passage *way;             /* the last one made, from `vintage` */
    const char *vintage;
    maille_table *members;
    maille_names *known; /* "id\ncode" → row of `members` */
    maille_strbuf key;   /* to look up there, of any length */
    uint32_t strangers, moved;
} gathering;

/* ---- vintages ---- */

/* Of the codes of a row: its import's, else its perimeter's own. */
static const char *vintage_of(const gathering *g, size_t row) {
    const maille_column *import = &g->raw->columns[IMPORT];
    int id = maille_table_column(g->imports, "id");
    int vintage = maille_table_column(g->imports, "vintage");
    for (size_t i = 0; i < g->imports->rows && !import->null[row]; i++)
        if (g->imports->columns[id].ints[i] == import->ints[row])
            return g->imports->columns[vintage].texts[i];
    uint32_t perimeter = maille_names_get(g->row_of, g->raw->columns[OF].texts[row]);
    return perimeter == MAILLE_ABSENT ? NULL : g->perimeters->columns[1].texts[perimeter];
}

static bool same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static maille_status find_way(gathering *g, size_t row) {
    const char *vintage = vintage_of(g, row);
    bool no_way;
    if (g->way && same(g->vintage, vintage))
        return MAILLE_OK;
    passage_free(g->way);
    g->way = NULL;
    g->vintage = vintage;
    return passage_new(g->ctx, g->call->loads, vintage, &g->way, &no_way);
}

/* ---- members ---- */

/* Sharing on purpose and sub-zone of a row that falls together with a member. */
static maille_status join_words(gathering *g, size_t row, uint32_t before) {
    const maille_column *raw = g->raw->columns, *kept = g->members->columns;
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    if (raw[ON_PURPOSE].ints[row] && !kept[ON_PURPOSE].ints[before]) {
        maille_set_int(g->members, before, ON_PURPOSE, 1);
        TRY(maille_set_text(ctx, g->members, before, REASON, raw[REASON].texts[row]));
    }
    if (!kept[ZONE].texts[before])
        TRY(maille_set_text(ctx, g->members, before, ZONE, raw[ZONE].texts[row]));
    else if (raw[ZONE].texts[row] && !same(raw[ZONE].texts[row], kept[ZONE].texts[before]))
        TRY(remarks_add(ctx, &g->r, "alerte", "sous-zone-contestee", raw[OF].texts[row],
                        "la commune %s du périmètre %s réunit des communes de deux sous-zones, %s "
                        "et %s : la première est retenue",
                        kept[CODE].texts[before], raw[OF].texts[row], kept[ZONE].texts[before],
                        raw[ZONE].texts[row]));
done:
    return status;
}

static maille_status add_member(gathering *g, size_t row, const char *code) {
    const maille_column *raw = g->raw->columns;
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    size_t to;
    maille_strbuf_clear(&g->key);
    maille_strbuf_addf(&g->key, "%s\n%s", raw[OF].texts[row], code);
    if (g->key.failed)
        return maille_no_memory(ctx);
    uint32_t before = maille_names_get(g->known, g->key.text);
    if (before != MAILLE_ABSENT) {
        if (g->members->columns[SHARE].reals[before] < raw[SHARE].reals[row])
            maille_set_real(g->members, before, SHARE, raw[SHARE].reals[row]);
        return join_words(g, row, before);
    }
    TRY(maille_table_add_row(ctx, g->members, &to));
    TRY(maille_set_text(ctx, g->members, to, OF, raw[OF].texts[row]));
    TRY(maille_set_text(ctx, g->members, to, CODE, code));
    maille_set_real(g->members, to, SHARE, raw[SHARE].reals[row]);
    maille_set_int(g->members, to, ON_PURPOSE, raw[ON_PURPOSE].ints[row]);
    TRY(maille_set_text(ctx, g->members, to, REASON, raw[REASON].texts[row]));
    TRY(maille_set_text(ctx, g->members, to, ZONE, raw[ZONE].texts[row]));
    if (!maille_names_set(g->known, g->key.text, (uint32_t)to))
        status = maille_no_memory(ctx);
done:
    return status;
}

static maille_status convert_row(gathering *g, size_t row) {
    const char *perimeter = g->raw->columns[OF].texts[row];
    const char *code = g->raw->columns[CODE].texts[row];
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    const heir *heirs;
    size_t count;
    TRY(find_way(g, row));
    TRY(passage_heirs(ctx, g->way, code, &heirs, &count));
    for (size_t i = 0; i < count; i++) {
        g->moved += strcmp(heirs[i].code, code) != 0;
        if (maille_names_get(g->c->number, heirs[i].code) == MAILLE_ABSENT) {
            g->strangers++;
            TRY(remarks_add(ctx, &g->r, "alerte", "code-inconnu", perimeter,
                            "le périmètre %s nomme la commune %s, qui n’est dans aucune couche de "
                            "communes",
                            perimeter, heirs[i].code));
        }
        TRY(add_member(g, row, heirs[i].code));
    }
done:
    return status;
}

/* ---- the step ---- */

static maille_status read_all(gathering *g) {
    static const char *const columns[] = {"perimeter_id", "code", "share",    "on_purpose",
                                          "reason",       "zone", "import_id"};
    static const char *const perimeter_columns[] = {"id", "vintage"};
    static const maille_column_spec kept[COLUMNS] = {
        {"perimeter_id", MAILLE_TEXT}, {"code", MAILLE_TEXT},   {"share", MAILLE_REAL},
        {"on_purpose", MAILLE_INT},    {"reason", MAILLE_TEXT}, {"zone", MAILLE_TEXT}};
    maille_query query = {
        .table = "perimeter_member_raw", .columns = columns, .column_count = COLUMNS + 1};
    maille_query perimeters = {
        .table = "perimeter", .columns = perimeter_columns, .column_count = 2};
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    TRY(load_communes(ctx, g->call->loads, &g->c));
    TRY(maille_imports(ctx, g->call->store, &g->imports));
    TRY(maille_store_read(ctx, g->call->store, &perimeters, &g->perimeters));
    TRY(maille_store_read(ctx, g->call->store, &query, &g->raw));
    TRY(maille_table_new(ctx, kept, COLUMNS, &g->members));
    g->known = maille_names_new(g->raw->rows);
    g->row_of = maille_names_new(g->perimeters->rows);
    if (!g->known || !g->row_of)
        status = maille_no_memory(ctx);
    for (size_t i = 0; i < g->perimeters->rows && status == MAILLE_OK; i++)
        if (!maille_names_set(g->row_of, g->perimeters->columns[0].texts[i], (uint32_t)i))
            status = maille_no_memory(ctx);
done:
    return status;
}

maille_status step_members(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    gathering g = {.ctx = ctx, .call = call};
    /* A perimeter may be a draft: what is said of its members is for the inside. */
    TRY(remarks_open(ctx, &g.r, "members", "interne"));
    TRY(read_all(&g));
    for (size_t row = 0; row < g.raw->rows; row++)
        TRY(convert_row(&g, row));
    TRY(maille_store_append(ctx, call->store, "perimeter_member", g.members));
    snprintf(call->message, sizeof call->message,
             "%zu members, %u carried to the communes' vintage, %u in no commune layer",
             g.members->rows, g.moved, g.strangers);
    TRY(remarks_save(ctx, &g.r, call->store));
done:
    remarks_close(&g.r);
    passage_free(g.way);
    maille_table_free(g.imports);
    maille_table_free(g.perimeters);
    maille_table_free(g.raw);
    maille_table_free(g.members);
    maille_names_free(g.row_of);
    maille_names_free(g.known);
    maille_strbuf_free(&g.key);
    return status;
}
