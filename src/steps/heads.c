/* What stood when: all heads of a scenario, versions and moments of the past. */
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/map.h>
#include <stdio.h>
#include <string.h>

/* ---- lists of heads ---------------------------------------------------------------------------
 */

void history_heads_free(history_heads *heads) {
    if (!heads)
        return;
    maille_free(heads->items);
    maille_arena_free(heads->arena);
    maille_free(heads);
}

static maille_status heads_new(maille_ctx *ctx, size_t room, history_heads **out) {
    history_heads *heads = maille_alloc(1, sizeof *heads);
    if (heads) {
        heads->items = maille_alloc(room + 1, sizeof *heads->items);
        heads->arena = maille_arena_new();
    }
    if (!heads || !heads->items || !heads->arena) {
        history_heads_free(heads);
        return maille_no_memory(ctx);
    }
    *out = heads;
    return MAILLE_OK;
}

static maille_status push(maille_ctx *ctx, history_heads *heads, const char *perimeter,
                          const history_head *head) {
    const char *id = maille_arena_strdup(heads->arena, perimeter);
    if (!id)
        return maille_no_memory(ctx);
    heads->items[heads->count].perimeter = id;
    heads->items[heads->count++].head = *head;
    return MAILLE_OK;
}

/* Rows of perimeter_id, version, state and, where `began` says so, began. */
static maille_status push_rows(maille_ctx *ctx, const maille_table *rows, bool own,
                               history_heads *heads) {
    maille_status status = MAILLE_OK;
    for (size_t row = 0; row < rows->rows; row++) {
        history_head head = {.version = rows->columns[1].ints[row], .own = own};
        snprintf(head.state, sizeof head.state, "%s", row_text(rows, row, 2));
        snprintf(head.began, sizeof head.began, "%s", row_text(rows, row, own ? 3 : 2));
        TRY(push(ctx, heads, row_text(rows, row, 0), &head));
    }
done:
    return status;
}

/* Own heads and those of the base side by side, both in order of id; an own one hides the other. */
static maille_status merge(maille_ctx *ctx, const history_heads *own, const history_heads *base,
                           history_heads **out) {
    history_heads *heads = NULL;
    maille_status status = MAILLE_OK;
    uint32_t i = 0, k = 0;
    TRY(heads_new(ctx, (size_t)own->count + base->count, &heads));
    while (i < own->count || k < base->count) {
        int order = i == own->count    ? 1
                    : k == base->count ? -1
                                       : strcmp(own->items[i].perimeter, base->items[k].perimeter);
        TRY(push(ctx, heads, order <= 0 ? own->items[i].perimeter : base->items[k].perimeter,
                 order <= 0 ? &own->items[i].head : &base->items[k].head));
        i += order <= 0;
        k += order >= 0;
    }
    *out = heads;
    heads = NULL;
done:
    history_heads_free(heads);
    return status;
}

/* What the scenario had when it was made. */
static maille_status base_heads(maille_ctx *ctx, maille_store *store, const char *scenario,
                                history_heads **out) {
    static const char *const columns[] = {"perimeter_id", "version", "state"};
    history_heads *heads = NULL;
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where(&where, "scenario", scenario);
    TRY(rows_of(ctx, store, "scenario_base", columns, 3, &where.all, &rows));
    TRY(heads_new(ctx, rows->rows, &heads));
    TRY(push_rows(ctx, rows, false, heads));
    *out = heads;
    heads = NULL;
done:
    history_heads_free(heads);
    maille_table_free(rows);
    return status;
}

maille_status history_heads_of(maille_ctx *ctx, maille_store *store, const char *scenario,
                               history_heads **out) {
    static const char *const columns[] = {"perimeter_id", "version", "state", "began"};
    history_heads *own = NULL, *base = NULL;
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where(&where, "scenario", scenario);
    TRY(rows_of(ctx, store, "scenario_head", columns, 4, &where.all, &rows));
    TRY(heads_new(ctx, rows->rows, &own));
    TRY(push_rows(ctx, rows, true, own));
    TRY(base_heads(ctx, store, scenario, &base));
    TRY(merge(ctx, own, base, out));
done:
    history_heads_free(own);
    history_heads_free(base);
    maille_table_free(rows);
    return status;
}

static const history_head *find_head(const history_heads *heads, const char *perimeter) {
    for (uint32_t i = 0; i < heads->count; i++)
        if (strcmp(heads->items[i].perimeter, perimeter) == 0)
            return &heads->items[i].head;
    return NULL;
}

/* ---- moments ----------------------------------------------------------------------------------
 */

/* The last second of a moment; a day is taken whole. */
static maille_status last_second(maille_ctx *ctx, const char *at, char out[21]) {
    if (history_is_day(at))
        snprintf(out, 21, "%sT23:59:59Z", at);
    else if (history_is_time(at))
        snprintf(out, 21, "%s", at);
    else
        return maille_fail(ctx, MAILLE_USAGE, "\"%s\" was neither a day nor a time (UTC)", at);
    return MAILLE_OK;
}

/* Times of the changes of a scenario by their ids: rows of `*table`. */
static maille_status read_times(maille_ctx *ctx, maille_store *store, const char *scenario,
                                maille_table **table, maille_names **number) {
    static const char *const columns[] = {"id", "at"};
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where(&where, "scenario", scenario);
    TRY(rows_of(ctx, store, "change", columns, 2, &where.all, table));
    if (!(*number = maille_names_new((*table)->rows)))
        return maille_no_memory(ctx);
    for (size_t row = 0; row < (*table)->rows; row++)
        if (!maille_names_set(*number, row_text(*table, row, 0), (uint32_t)row))
            return maille_no_memory(ctx);
done:
    return status;
}

/* The last version of each perimeter (NULL: of all) that was made in the scenario by then. */
static maille_status own_heads_then(maille_ctx *ctx, maille_store *store, const char *scenario,
                                    const char *perimeter, const char *until, history_heads **out) {
    static const char *const columns[] = {"perimeter_id", "version", "after", "change_id"};
    maille_table *versions = NULL, *times = NULL;
    maille_names *number = NULL;
    history_heads *heads = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where(&where, "scenario", scenario);
    if (perimeter)
        row_where_two(&where, "scenario", scenario, "perimeter_id", perimeter);
    TRY(read_times(ctx, store, scenario, &times, &number));
    TRY(rows_of(ctx, store, "perimeter_version", columns, 4, &where.all, &versions));
    TRY(heads_new(ctx, versions->rows, &heads));
    for (size_t row = 0; row < versions->rows; row++) {
        uint32_t change = maille_names_get(number, row_text(versions, row, 3));
        const char *id = row_text(versions, row, 0);
        history_head head = {.version = versions->columns[1].ints[row], .own = true};
        if (change == MAILLE_ABSENT || strcmp(row_text(times, change, 1), until) > 0)
            continue;
        snprintf(head.state, sizeof head.state, "%s", row_text(versions, row, 2));
        if (heads->count && strcmp(heads->items[heads->count - 1].perimeter, id) == 0)
            heads->items[heads->count - 1].head = head;
        else
            TRY(push(ctx, heads, id, &head));
    }
    *out = heads;
    heads = NULL;
done:
    history_heads_free(heads);
    maille_table_free(versions);
    maille_table_free(times);
    maille_names_free(number);
    return status;
}

/* A scenario's base and the time when it was made: a row of `table`; MAILLE_NOT_FOUND. */
static maille_status read_scenario(maille_ctx *ctx, maille_store *store, const char *scenario,
                                   maille_table **table) {
    static const char *const columns[] = {"base", "at"};
    maille_status status = MAILLE_OK;
    row_filter by_id;
    row_where(&by_id, "id", scenario);
    TRY(rows_of(ctx, store, "scenario", columns, 2, &by_id.all, table));
    if ((*table)->rows == 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "the workspace had no scenario %s", scenario);
done:
    return status;
}

/* Before it was made a scenario shares the past of its base. */
static maille_status heads_then(maille_ctx *ctx, maille_store *store, const char *scenario,
                                const char *perimeter, const char *until, history_heads **out) {
    history_heads *own = NULL, *base = NULL;
    maille_table *about = NULL;
    maille_status status = MAILLE_OK;
    if (!*scenario)
        return own_heads_then(ctx, store, scenario, perimeter, until, out);
    TRY(read_scenario(ctx, store, scenario, &about));
    if (strcmp(until, row_text(about, 0, 1)) < 0) {
        status = heads_then(ctx, store, row_text(about, 0, 0), perimeter, until, out);
        goto done;
    }
    TRY(own_heads_then(ctx, store, scenario, perimeter, until, &own));
    TRY(base_heads(ctx, store, scenario, &base));
    TRY(merge(ctx, own, base, out));
done:
    history_heads_free(own);
    history_heads_free(base);
    maille_table_free(about);
    return status;
}

/* A scenario shares the past of its base. */
maille_status maille_history_began(maille_ctx *ctx, maille_store *store, const char *scenario,
                                   char at[21]) {
    static const char *const columns[] = {"at"};
    maille_table *about = NULL, *changes = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    at[0] = '\0';
    if (*scenario) {
        TRY(read_scenario(ctx, store, scenario, &about));
        TRY(maille_history_began(ctx, store, row_text(about, 0, 0), at));
    }
    row_where(&where, "scenario", scenario);
    TRY(rows_of(ctx, store, "change", columns, 1, &where.all, &changes));
    for (size_t row = 0; row < changes->rows; row++)
        if (!*at || strcmp(row_text(changes, row, 0), at) < 0)
            snprintf(at, 21, "%s", row_text(changes, row, 0));
done:
    maille_table_free(about);
    maille_table_free(changes);
    return status;
}

maille_status history_all_at(maille_ctx *ctx, maille_store *store, const char *scenario,
                             const maille_moment *when, history_heads **out) {
    maille_status status = MAILLE_OK;
    char until[21];
    if (when && when->version)
        return maille_fail(ctx, MAILLE_USAGE, "a version is one perimeter's; all have a time only");
    if (!when || !when->at)
        return history_heads_of(ctx, store, scenario, out);
    TRY(last_second(ctx, when->at, until));
    TRY(heads_then(ctx, store, scenario, NULL, until, out));
done:
    return status;
}

/* Version `wanted` of a perimeter; those before a scenario's own are its base's. */
static maille_status version_of(maille_ctx *ctx, maille_store *store, const char *scenario,
                                const char *perimeter, int64_t wanted, history_head *out) {
    static const char *const columns[] = {"version", "after"};
    maille_table *versions = NULL, *about = NULL;
    history_heads *base = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where_two(&where, "perimeter_id", perimeter, "scenario", scenario);
    TRY(rows_of(ctx, store, "perimeter_version", columns, 2, &where.all, &versions));
    for (size_t row = 0; row < versions->rows; row++)
        if (versions->columns[0].ints[row] == wanted) {
            out->version = wanted;
            snprintf(out->state, sizeof out->state, "%s", row_text(versions, row, 1));
            goto done;
        }
    if (*scenario) {
        TRY(read_scenario(ctx, store, scenario, &about));
        TRY(base_heads(ctx, store, scenario, &base));
        const history_head *began = find_head(base, perimeter);
        if (began && began->version >= wanted) {
            status = version_of(ctx, store, row_text(about, 0, 0), perimeter, wanted, out);
            goto done;
        }
    }
    status = maille_fail(ctx, MAILLE_NOT_FOUND, "perimeter %s had no version %lld", perimeter,
                         (long long)wanted);
done:
    history_heads_free(base);
    maille_table_free(versions);
    maille_table_free(about);
    return status;
}

maille_status history_at(maille_ctx *ctx, maille_store *store, const char *scenario,
                         const char *perimeter, const maille_moment *when, history_head *out) {
    history_heads *heads = NULL;
    maille_status status = MAILLE_OK;
    char until[21];
    TRY(history_head_of(ctx, store, scenario, perimeter, out));
    if (when && when->at && when->version)
        return maille_fail(ctx, MAILLE_USAGE, "a moment was told by time and by version");
    if (when && when->version) {
        status = version_of(ctx, store, scenario, perimeter, when->version, out);
    } else if (when && when->at) {
        TRY(last_second(ctx, when->at, until));
        TRY(heads_then(ctx, store, scenario, perimeter, until, &heads));
        const history_head *then = find_head(heads, perimeter);
        out->version = then ? then->version : 0;
        snprintf(out->state, sizeof out->state, "%s", then ? then->state : "");
    }
done:
    history_heads_free(heads);
    return status;
}

/* ---- vintages ---------------------------------------------------------------------------------
 */

/* Of the last version with that state, in one scenario or (NULL) in any. Versions stand in the
 * order of their key, so that the last is met first. */
static maille_status last_vintage(maille_ctx *ctx, maille_store *store, const char *scenario,
                                  const char *perimeter, const char *hash, char **out) {
    static const maille_column_of columns[] = {{0, "vintage"}};
    static const maille_order by_version[] = {{{0, "version"}, .descending = true}};
    const maille_value of[] = {maille_text_value(perimeter), maille_text_value(hash),
                               maille_text_value(scenario ? scenario : "")};
    const maille_filter is_perimeter = maille_equals("perimeter_id", &of[0]),
                        is_state = maille_equals("after", &of[1]),
                        is_scenario = maille_equals("scenario", &of[2]),
                        unknown = {.op = MAILLE_F_NULL, .column = "vintage"};
    const maille_filter *const inner[] = {&unknown};
    const maille_filter known = {.op = MAILLE_F_NOT, .children = inner, .count = 1};
    const maille_filter *const all[] = {&is_perimeter, &is_state, &known, &is_scenario};
    const maille_filter where = {.op = MAILLE_F_AND, .children = all, .count = scenario ? 4 : 3};
    const maille_selection_query query = {.table = "perimeter_version",
                                          .columns = columns,
                                          .column_count = 1,
                                          .filter = &where,
                                          .order = by_version,
                                          .order_count = 1,
                                          .limit = 1};
    maille_cursor *row = NULL;
    bool there = false;
    maille_status status = MAILLE_OK;
    TRY(maille_store_select(ctx, store, &query, &row));
    TRY(maille_cursor_next(ctx, row, &there));
    if (there && !(*out = maille_strdup(maille_cursor_text(row, 0))))
        status = maille_no_memory(ctx);
done:
    maille_cursor_free(row);
    return status;
}

maille_status history_vintage(maille_ctx *ctx, maille_store *store, const char *scenario,
                              const char *perimeter, const char *hash, char **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    TRY(last_vintage(ctx, store, scenario, perimeter, hash, out));
    if (!*out)
        TRY(last_vintage(ctx, store, NULL, perimeter, hash, out));
done:
    return status;
}
