/* What a change made of each perimeter that it touched; which changes came since. */
#include "steps/history.h"
#include "steps/history_reference.h"
#include "steps/history_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRY MAILLE_TRY

/* ---- both sides of a change --------------------------------------------------------------------
 */

void maille_change_sides_free(maille_change_sides *sides) {
    if (!sides)
        return;
    for (uint32_t i = 0; sides->items && i < sides->count; i++) {
        maille_perimeter_free(sides->items[i].before);
        maille_perimeter_free(sides->items[i].after);
    }
    maille_free(sides->items);
    maille_arena_free(sides->arena);
    maille_free(sides);
}

static maille_status sides_new(maille_ctx *ctx, size_t room, maille_change_sides **out) {
    maille_change_sides *sides = maille_alloc(1, sizeof *sides);
    if (sides) {
        sides->items = maille_alloc(room, sizeof *sides->items);
        sides->arena = maille_arena_new();
    }
    if (!sides || !sides->items || !sides->arena) {
        maille_change_sides_free(sides);
        return maille_no_memory(ctx);
    }
    *out = sides;
    return MAILLE_OK;
}

/* A state of codes of a vintage (NULL: the study's, or not said) on the study's; NULL for "". */
static maille_status read_state(maille_ctx *ctx, maille_store *store, carrier *c, const char *hash,
                                const char *vintage, maille_perimeter **out) {
    maille_status status = MAILLE_OK;
    TRY(history_document(ctx, store, hash, out));
    if (*out)
        status = carrier_carry(ctx, store, c, vintage, *out);
done:
    return status;
}

maille_status history_state(maille_ctx *ctx, maille_store *store, const char *scenario,
                            const char *perimeter, const char *hash, maille_perimeter **out) {
    carrier c = {0};
    char *vintage = NULL;
    maille_status status = MAILLE_OK;
    *out = NULL;
    TRY(history_vintage(ctx, store, scenario, perimeter, hash, &vintage));
    TRY(read_state(ctx, store, &c, hash, vintage, out));
done:
    maille_free(vintage);
    carrier_clear(&c);
    if (status != MAILLE_OK) {
        maille_perimeter_free(*out);
        *out = NULL;
    }
    return status;
}

/* Vintage of the state that a version began with: of the version before, or however it is known. */
static maille_status vintage_before(maille_ctx *ctx, maille_store *store, const char *scenario,
                                    const char *perimeter, int64_t version, const char *hash,
                                    char **out) {
    static const char *const columns[] = {"vintage", "after"};
    const maille_value last = maille_int_value(version - 1);
    const maille_filter of_version = maille_equals("version", &last);
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter of_one;
    row_where_two(&of_one, "perimeter_id", perimeter, "scenario", scenario);
    const maille_filter *const both[] = {&of_one.all, &of_version};
    const maille_filter filter = {.op = MAILLE_F_AND, .children = both, .count = 2};
    *out = NULL;
    if (!*hash)
        return MAILLE_OK;
    TRY(rows_of(ctx, store, "perimeter_version", columns, 2, &filter, &rows));
    if (rows->rows == 0 || strcmp(row_text(rows, 0, 1), hash) != 0)
        TRY(history_vintage(ctx, store, scenario, perimeter, hash, out));
    else if (*row_text(rows, 0, 0) && !(*out = maille_strdup(row_text(rows, 0, 0))))
        status = maille_no_memory(ctx);
done:
    maille_table_free(rows);
    return status;
}

maille_status maille_change_sides_of(maille_ctx *ctx, maille_store *store, const char *scenario,
                                     const char *change, maille_change_sides **out) {
    static const char *const columns[] = {"perimeter_id", "version", "before", "after", "vintage"};
    maille_change_sides *sides = NULL;
    maille_table *rows = NULL;
    carrier c = {0};
    char *vintage = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where_two(&where, "change_id", change, "scenario", scenario);
    TRY(rows_of(ctx, store, "perimeter_version", columns, 5, &where.all, &rows));
    if (rows->rows == 0)
        TRY(maille_fail(ctx, MAILLE_NOT_FOUND, "there was no change %s", change));
    TRY(sides_new(ctx, rows->rows, &sides));
    for (size_t row = 0; row < rows->rows; row++) {
        const char *id = maille_arena_strdup(sides->arena, row_text(rows, row, 0));
        if (!id)
            TRY(maille_no_memory(ctx));
        uint32_t i = sides->count++;
        sides->items[i].perimeter = id;
        sides->items[i].version = rows->columns[1].ints[row];
        snprintf(sides->items[i].before_hash, 65, "%s", row_text(rows, row, 2));
        snprintf(sides->items[i].after_hash, 65, "%s", row_text(rows, row, 3));
        TRY(vintage_before(ctx, store, scenario, id, sides->items[i].version,
                           sides->items[i].before_hash, &vintage));
        TRY(read_state(ctx, store, &c, sides->items[i].before_hash, vintage,
                       &sides->items[i].before));
        TRY(read_state(ctx, store, &c, sides->items[i].after_hash, rows->columns[4].texts[row],
                       &sides->items[i].after));
        maille_free(vintage);
        vintage = NULL;
    }
    *out = sides;
    sides = NULL;
done:
    maille_change_sides_free(sides);
    maille_table_free(rows);
    maille_free(vintage);
    carrier_clear(&c);
    return status;
}

/* ---- since -------------------------------------------------------------------------------------
 */

maille_status maille_history_last(maille_ctx *ctx, maille_store *store, int64_t *number) {
    char *last = NULL;
    maille_status status = maille_store_get(ctx, store, "last_change", &last);
    *number = last ? strtoll(last, NULL, 10) : 0;
    maille_free(last);
    return status;
}

maille_status maille_history_since(maille_ctx *ctx, maille_store *store, const char *scenario,
                                   int64_t number, maille_table **out) {
    static const char *const columns[] = {"number", "id"}, *const by_number[] = {"number"};
    const maille_value of_scenario = maille_text_value(scenario);
    const maille_value last = maille_int_value(number);
    const maille_filter equals = maille_equals("scenario", &of_scenario);
    const maille_filter later = {
        .op = MAILLE_F_GT, .column = "number", .values = &last, .count = 1};
    const maille_filter *const both[] = {&equals, &later};
    const maille_filter filter = {.op = MAILLE_F_AND, .children = both, .count = 2};
    const maille_query query = {.table = "change",
                                .columns = columns,
                                .column_count = 2,
                                .filter = &filter,
                                .order = by_number,
                                .order_count = 1};
    return maille_store_read(ctx, store, &query, out);
}
