/* Starting points: the strokes that make a perimeter of each group of a grouping. */
#include <maille/edit.h>
#include <maille/map.h>
#include <maille/text.h>
#include <maille/vec.h>
#include <string.h>

typedef struct {
    maille_ctx *ctx;
    maille_arena *arena;
    const char *kind, *status;
    maille_names *ids;
    MAILLE_VEC(maille_op) ops;
} strokes;

static char *kept(strokes *s, const char *text) {
    return maille_arena_strdup(s->arena, text);
}

/* "<kind>-<group id folded>"; a second group that folds to the same gets "-2". */
static maille_status id_of_group(strokes *s, const char *group, const char **out) {
    maille_strbuf id = {0};
    char *folded = maille_fold(group);
    maille_status status = MAILLE_OK;
    for (char *c = folded; c && *c; c++)
        if (*c == ' ')
            *c = '-';
    for (unsigned n = 1; folded; n++) {
        maille_strbuf_clear(&id);
        maille_strbuf_addf(&id, *folded ? "%s-%s" : "%s%s", s->kind, folded);
        if (n > 1)
            maille_strbuf_addf(&id, "-%u", n);
        if (id.failed || maille_names_get(s->ids, id.text) == MAILLE_ABSENT)
            break;
    }
    *out = folded && !id.failed ? kept(s, id.text) : NULL;
    if (!*out || !maille_names_set(s->ids, *out, 1))
        status = maille_no_memory(s->ctx);
    maille_strbuf_free(&id);
    maille_free(folded);
    return status;
}

/* Rows [first, end) of the table are one group. */
static maille_status add_group(strokes *s, const maille_table *rows, size_t first, size_t end) {
    const char *group = rows->columns[0].texts[first], *title = NULL, *id = NULL;
    maille_status status = id_of_group(s, group, &id);
    for (size_t row = first; row < end && !title; row++)
        title = rows->columns[2].texts[row];
    char *name = kept(s, title ? title : group);
    if (status != MAILLE_OK)
        return status;
    if (!name || !MAILLE_VEC_PUSH(&s->ops, ((maille_op){.kind = MAILLE_OP_CREATE,
                                                        .perimeter = id,
                                                        .text = name,
                                                        .perimeter_kind = s->kind,
                                                        .status = s->status})))
        return maille_no_memory(s->ctx);
    for (size_t row = first; row < end; row++) {
        char *code = kept(s, rows->columns[1].texts[row]);
        if (!code ||
            !MAILLE_VEC_PUSH(
                &s->ops,
                ((maille_op){.kind = MAILLE_OP_ADD, .perimeter = id, .code = code, .share = 1})))
            return maille_no_memory(s->ctx);
    }
    return MAILLE_OK;
}

/* Why a grouping has no row: which ones have some. */
static maille_status no_such_grouping(maille_ctx *ctx, maille_store *store, const char *grouping) {
    static const char *const columns[] = {"name"};
    maille_query query = {.table = "grouping", .columns = columns, .column_count = 1};
    maille_table *rows = NULL;
    maille_strbuf known = {0};
    const char *last = "";
    maille_status status = maille_store_read(ctx, store, &query, &rows);
    for (size_t row = 0; status == MAILLE_OK && row < rows->rows; row++) {
        const char *name = rows->columns[0].texts[row];
        if (strcmp(name, last) != 0)
            maille_strbuf_addf(&known, "%s%s", *last ? ", " : "", name);
        last = name;
    }
    if (status == MAILLE_OK)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "no grouping was named %s; there were: %s",
                             grouping, known.text ? known.text : "none (step groupings)");
    maille_strbuf_free(&known);
    maille_table_free(rows);
    return status;
}

maille_status maille_start_from_grouping(maille_ctx *ctx, maille_store *store, const char *grouping,
                                         const char *kind, const char *status_id,
                                         maille_arena *arena, maille_op **ops, size_t *count) {
    static const char *const columns[] = {"group_id", "code", "title"};
    maille_value name = maille_text_value(grouping);
    maille_filter of_name = maille_equals("name", &name);
    maille_query query = {.table = "grouping",
                          .columns = columns,
                          .column_count = 3,
                          .filter = &of_name,
                          .order = columns,
                          .order_count = 2};
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    strokes s = {.ctx = ctx, .arena = arena, .ids = maille_names_new(0)};
    s.kind = kept(&s, kind);
    s.status = kept(&s, status_id);
    if (!s.ids || !s.kind || !s.status) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(maille_store_read(ctx, store, &query, &rows));
    if (rows->rows == 0)
        MAILLE_TRY(no_such_grouping(ctx, store, grouping));
    for (size_t first = 0, end; first < rows->rows; first = end) {
        const char *group = rows->columns[0].texts[first];
        for (end = first + 1; end < rows->rows; end++)
            if (strcmp(rows->columns[0].texts[end], group) != 0)
                break;
        MAILLE_TRY(add_group(&s, rows, first, end));
    }
    *ops = maille_arena_alloc(arena, s.ops.count * sizeof **ops);
    if (!*ops) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (s.ops.count)
        memcpy(*ops, s.ops.items, s.ops.count * sizeof **ops);
    *count = s.ops.count;
done:
    MAILLE_VEC_FREE(&s.ops);
    maille_names_free(s.ids);
    maille_table_free(rows);
    return status;
}
