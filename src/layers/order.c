/* The order of features: as asked for, then by id.
 *
 * The id is "<key>" or "<prefix>/<key>". By prefix, then by key is by id too, but for prefixes of
 * which one begins with another: "a-b/x" stands before "a/x", since "-" is before "/". Services are
 * named without such signs; of other prefixes the few that there are are looked at first, and where
 * their order would not be that of the ids they are read one after the other, a pass each. */
#include "layers/items.h"

#include <stdlib.h>
#include <string.h>

static maille_status add_asked(maille_items *items, const struct maille_sort *sort,
                               maille_order *order) {
    const layers_field *field = NULL;
    maille_status status = layers_find_field(&items->binder, sort->property, 0, &field);
    if (status)
        return status;
    if (field->def->type == MAILLE_P_TEXTS)
        return maille_fail(items->binder.ctx, MAILLE_USAGE,
                           "property \"%s\" holds arrays of texts, which have no order",
                           field->name);
    *order =
        (maille_order){.column = {field->source, field->column}, .descending = sort->descending};
    return MAILLE_OK;
}

static int by_slash(const void *a, const void *b) {
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    while (*x && *x == *y) {
        x++;
        y++;
    }
    int p = *x ? (unsigned char)*x : '/', q = *y ? (unsigned char)*y : '/';
    return *x == *y ? 0 : p - q;
}

/* The prefixes there are, each once, in the store's order. */
static maille_status read_prefixes(maille_ctx *ctx, maille_items *items) {
    const maille_column_of column = {0, items->plan->def->key_prefix};
    const maille_order order = {.column = column};
    maille_selection_query query = items->query;
    maille_cursor *cursor = NULL;
    bool row = false;
    query.columns = &column;
    query.column_count = 1;
    query.order = &order;
    query.order_count = 1;
    query.offset = 0;
    query.limit = -1;
    maille_status status = maille_store_select(ctx, items->catalogue->store, &query, &cursor);
    while (!status && (status = maille_cursor_next(ctx, cursor, &row)) == MAILLE_OK && row) {
        const char *prefix = maille_cursor_text(cursor, 0);
        size_t count = items->passes.count;
        if (!prefix || (count > 0 && strcmp(items->passes.items[count - 1], prefix) == 0))
            continue;
        prefix = maille_arena_strdup(items->binder.arena, prefix);
        if (!prefix || !MAILLE_VEC_PUSH(&items->passes, prefix))
            status = maille_no_memory(ctx);
    }
    maille_cursor_free(cursor);
    return status;
}

/* Passes are kept where the store's order of prefixes is not that of the ids. */
static maille_status find_passes(maille_ctx *ctx, maille_items *items) {
    maille_status status = read_prefixes(ctx, items);
    size_t count = items->passes.count, ordered = 1;
    while (ordered < count &&
           by_slash(&items->passes.items[ordered - 1], &items->passes.items[ordered]) < 0)
        ordered++;
    if (status || ordered >= count) {
        items->passes.count = 0;
        return status;
    }
    qsort(items->passes.items, count, sizeof *items->passes.items, by_slash);
    items->where = items->query.filter;
    items->skip = items->query.offset;
    items->left = items->query.limit;
    items->query.offset = 0;
    items->query.limit = -1;
    return MAILLE_OK;
}

maille_status layers_order(maille_ctx *ctx, maille_items *items,
                           const maille_selection *selection) {
    const maille_layer_def *def = items->plan->def;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    maille_order *order =
        maille_arena_alloc(items->binder.arena, (selection->sort_count + 2) * sizeof *order);
    if (!order)
        return maille_no_memory(ctx);
    for (; count < selection->sort_count && !status; count++)
        status = add_asked(items, &selection->sort[count], &order[count]);
    if (status)
        return status;
    if (def->key_prefix)
        order[count++] = (maille_order){.column = {0, def->key_prefix}};
    order[count++] =
        (maille_order){.column = {0, def->key}, .as_text = items->plan->key_type != MAILLE_TEXT};
    items->query.order = order;
    items->query.order_count = count;
    if (def->key_prefix && selection->sort_count == 0 && !selection->id &&
        strcmp(def->key_prefix, "service") != 0)
        status = find_passes(ctx, items);
    return status;
}
