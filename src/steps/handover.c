/* Histories of perimeters written to a file for another workspace. */
#include "steps/handover.h"
#include "steps/history.h"
#include "steps/history_rows.h"

#include <string.h>

#define TRY MAILLE_TRY

/* ---- lines of this workspace ---- */

static maille_status read_versions(maille_ctx *ctx, maille_store *store, const char *perimeter,
                                   const char *scenario, maille_arena *arena, line_versions *out) {
    static const char *const columns[] = {"change_id", "before", "after", "vintage"};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where_two(&where, "perimeter_id", perimeter, "scenario", scenario);
    TRY(rows_of(ctx, store, "perimeter_version", columns, 4, &where.all, &rows));
    for (size_t row = 0; row < rows->rows; row++) {
        const char *vintage = rows->columns[3].texts[row];
        line_version v = {.change = maille_arena_strdup(arena, row_text(rows, row, 0)),
                          .before = maille_arena_strdup(arena, row_text(rows, row, 1)),
                          .after = maille_arena_strdup(arena, row_text(rows, row, 2)),
                          .vintage = maille_arena_strdup(arena, vintage)};
        if (!v.change || !v.before || !v.after || (vintage && !v.vintage) ||
            !MAILLE_VEC_PUSH(out, v)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
done:
    maille_table_free(rows);
    return status;
}

maille_status line_read(maille_ctx *ctx, maille_store *store, const char *perimeter,
                        maille_arena *arena, line *l) {
    maille_status status = MAILLE_OK;
    l->perimeter = maille_arena_strdup(arena, perimeter);
    if (!l->perimeter)
        return maille_no_memory(ctx);
    TRY(read_versions(ctx, store, perimeter, "", arena, &l->main));
    TRY(read_versions(ctx, store, perimeter, SIDE_LINE, arena, &l->side));
    TRY(line_know(ctx, l));
done:
    return status;
}

/* ---- gathering ---- */

/* What is written, and what it names. */
typedef struct {
    maille_store *store;
    handover *h;
    maille_names *changes;
} gathering;

static maille_status gather_document(maille_ctx *ctx, gathering *g, const char *hash) {
    maille_status status = MAILLE_OK;
    told_document d = {.hash = hash};
    char *text = NULL;
    if (!*hash || maille_names_get(g->h->document_number, hash) != MAILLE_ABSENT)
        return MAILLE_OK;
    TRY(history_text(ctx, g->store, hash, &text));
    d.text = maille_arena_strdup(g->h->arena, text);
    if (!d.text ||
        !maille_names_set(g->h->document_number, hash, (uint32_t)g->h->documents.count) ||
        !MAILLE_VEC_PUSH(&g->h->documents, d))
        status = maille_no_memory(ctx);
done:
    maille_free(text);
    return status;
}

static maille_status gather_versions(maille_ctx *ctx, gathering *g, const line_versions *versions) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < versions->count; i++) {
        const line_version *v = &versions->items[i];
        TRY(gather_document(ctx, g, v->before));
        TRY(gather_document(ctx, g, v->after));
        if (!maille_names_set(g->changes, v->change, 1))
            return maille_no_memory(ctx);
    }
done:
    return status;
}

static maille_status gather_line(maille_ctx *ctx, gathering *g, const char *id) {
    maille_status status = MAILLE_OK;
    line l = {0};
    for (size_t i = 0; i < g->h->lines.count; i++)
        if (strcmp(g->h->lines.items[i].perimeter, id) == 0)
            return MAILLE_OK;
    TRY(line_read(ctx, g->store, id, g->h->arena, &l));
    if (l.main.count == 0)
        TRY(maille_fail(ctx, MAILLE_NOT_FOUND, "there was no perimeter %s", id));
    TRY(gather_versions(ctx, g, &l.main));
    TRY(gather_versions(ctx, g, &l.side));
    if (!MAILLE_VEC_PUSH(&g->h->lines, l)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    l = (line){0};
done:
    line_clear(&l);
    return status;
}

static const char *kept(const gathering *g, const maille_table *rows, size_t row, size_t column) {
    const char *text = rows->columns[column].texts[row];
    return text && *text ? maille_arena_strdup(g->h->arena, text) : NULL;
}

/* The changes that versions name, in the order in which this workspace has them. */
static maille_status gather_changes(maille_ctx *ctx, gathering *g) {
    static const char *const columns[] = {"id", "kind", "of_change", "at", "who", "why"};
    static const char *const by_number[] = {"number"};
    maille_query query = {.table = "change",
                          .columns = columns,
                          .column_count = 6,
                          .order = by_number,
                          .order_count = 1};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(ctx, g->store, &query, &rows));
    for (size_t row = 0; row < rows->rows; row++) {
        if (maille_names_get(g->changes, row_text(rows, row, 0)) == MAILLE_ABSENT)
            continue;
        told_change c = {.id = kept(g, rows, row, 0),
                         .kind = kept(g, rows, row, 1),
                         .of_change = kept(g, rows, row, 2),
                         .at = kept(g, rows, row, 3),
                         .who = kept(g, rows, row, 4),
                         .why = kept(g, rows, row, 5)};
        c.who = c.who ? c.who : "";
        if (!c.id || !c.kind || !c.at || !MAILLE_VEC_PUSH(&g->h->changes, c)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
done:
    maille_table_free(rows);
    return status;
}

static maille_status gather_all(maille_ctx *ctx, gathering *g, const char *const *ids,
                                size_t count) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < count; i++)
        TRY(gather_line(ctx, g, ids[i]));
    TRY(gather_changes(ctx, g));
done:
    return status;
}

maille_status maille_history_export(maille_ctx *ctx, maille_store *store, const char *const *ids,
                                    size_t count, const char *path) {
    maille_status status = MAILLE_OK;
    bool own = false;
    handover h = {0};
    gathering g = {.store = store, .h = &h, .changes = maille_names_new(0)};
    TRY(handover_new(ctx, &h));
    if (!g.changes) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (count == 0)
        TRY(maille_fail(ctx, MAILLE_USAGE, "no perimeter was named"));
    status = history_enter(ctx, store, "", &own);
    if (status == MAILLE_OK)
        status = gather_all(ctx, &g, ids, count);
    TRY(maille_store_leave(ctx, store, own, status));
    TRY(handover_write(ctx, &h, path));
done:
    if (status != MAILLE_OK)
        maille_store_rollback(store);
    maille_names_free(g.changes);
    handover_clear(&h);
    return status;
}
