/* Scenarios: copies of all perimeters that keep only what they change, and come back by a merge. */
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/merge.h"

#include <maille/clock.h>
#include <maille/journal.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>

#define TRY MAILLE_TRY

enum { LONGEST_ID = 64 };

/* ---- making and deleting ---- */

static maille_status check_id(maille_ctx *ctx, const char *id) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t length = strlen(id);
    if (length > 0 && length <= LONGEST_ID && strspn(id, allowed) == length)
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_REFUSED,
                       "\"%s\" was no id of a scenario: 1 to %d of a-z, 0-9 and -", id, LONGEST_ID);
}

static maille_status check_new(maille_ctx *ctx, maille_store *store, const char *id,
                               const char *title) {
    int64_t count = 0;
    row_filter by_id;
    maille_status status = check_id(ctx, id);
    row_where(&by_id, "id", id);
    if (status == MAILLE_OK && (!title || !*title || !maille_is_utf8(title, strlen(title))))
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "the title of scenario %s was missing or no UTF-8", id);
    if (status == MAILLE_OK)
        status = maille_store_count(ctx, store, "scenario", &by_id.all, &count);
    if (status == MAILLE_OK && count > 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "scenario %s was there already", id);
    return status;
}

/* What it begins with: the states of its base as they are now, by their hashes. */
static maille_status write_base(maille_ctx *ctx, maille_store *store, const char *id,
                                const char *base) {
    static const maille_column_spec columns[] = {{"scenario", MAILLE_TEXT},
                                                 {"perimeter_id", MAILLE_TEXT},
                                                 {"version", MAILLE_INT},
                                                 {"state", MAILLE_TEXT}};
    maille_status status = MAILLE_OK;
    history_heads *heads = NULL;
    maille_table *rows = NULL;
    TRY(history_heads_of(ctx, store, base, &heads));
    TRY(maille_table_new(ctx, columns, 4, &rows));
    for (uint32_t i = 0; i < heads->count; i++) {
        size_t row;
        if (!*heads->items[i].head.state)
            continue;
        TRY(maille_table_add_row(ctx, rows, &row));
        TRY(maille_set_text(ctx, rows, row, 0, id));
        TRY(maille_set_text(ctx, rows, row, 1, heads->items[i].perimeter));
        maille_set_int(rows, row, 2, heads->items[i].head.version);
        TRY(maille_set_text(ctx, rows, row, 3, heads->items[i].head.state));
    }
    status = maille_store_append(ctx, store, "scenario_base", rows);
done:
    history_heads_free(heads);
    maille_table_free(rows);
    return status;
}

static maille_status tell_scenario(maille_ctx *ctx, maille_store *store, const char *id,
                                   const char *detail) {
    const maille_entry entry = {.action = "scenario",
                                .scenario = id,
                                .subject_kind = "scenario",
                                .subject = id,
                                .detail = detail};
    return maille_journal_add(ctx, store, &entry);
}

const char *maille_scenario_named(const char *word) {
    return !word || strcmp(word, "reference") == 0 ? "" : word;
}

maille_status maille_scenario_create(maille_ctx *ctx, maille_store *store, const char *id,
                                     const char *title, const char *base) {
    maille_status status = MAILLE_OK;
    bool own = false;
    char now[21];
    maille_utc_now(now);
    const row_cell cells[] = {ROW_TEXT("id", id), ROW_TEXT("title", title), ROW_TEXT("base", base),
                              ROW_TEXT("at", now), ROW_TEXT("who", maille_store_who(store))};
    TRY(history_enter(ctx, store, base, &own));
    TRY(check_new(ctx, store, id, title));
    TRY(row_put(ctx, store, "scenario", NULL, cells, 5));
    TRY(write_base(ctx, store, id, base));
    TRY(tell_scenario(ctx, store, id, "{\"fait\":\"creation\"}"));
done:
    return maille_store_leave(ctx, store, own, status);
}

/* One that others began with stays: they have what it had. */
static maille_status check_no_branch(maille_ctx *ctx, maille_store *store, const char *id) {
    static const char *const columns[] = {"id"};
    maille_table *branches = NULL;
    maille_status status = MAILLE_OK;
    row_filter by_base;
    row_where(&by_base, "base", id);
    TRY(rows_of(ctx, store, "scenario", columns, 1, &by_base.all, &branches));
    if (branches->rows)
        status = maille_fail(ctx, MAILLE_REFUSED, "scenario %s began with scenario %s",
                             row_text(branches, 0, 0), id);
done:
    maille_table_free(branches);
    return status;
}

maille_status maille_scenario_delete(maille_ctx *ctx, maille_store *store, const char *id) {
    static const char *const tables[] = {"scenario_head", "scenario_base", "perimeter_version",
                                         "change", "comment"};
    maille_status status = MAILLE_OK;
    bool own = false;
    row_filter by_id, of_scenario;
    row_where(&by_id, "id", id);
    row_where(&of_scenario, "scenario", id);
    TRY(history_enter(ctx, store, id, &own));
    if (!*id)
        TRY(maille_fail(ctx, MAILLE_REFUSED, "the reference is no scenario to delete"));
    TRY(check_no_branch(ctx, store, id));
    TRY(maille_store_delete(ctx, store, "scenario", &by_id.all));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        TRY(maille_store_delete(ctx, store, tables[i], &of_scenario.all));
    TRY(tell_scenario(ctx, store, id, "{\"fait\":\"suppression\"}"));
done:
    return maille_store_leave(ctx, store, own, status);
}

/* ---- listing ---- */

/* Perimeters that stand otherwise than they began. */
static maille_status count_changed(maille_ctx *ctx, maille_store *store, const char *id,
                                   int64_t *out) {
    static const char *const columns[] = {"state", "began"};
    maille_table *heads = NULL;
    maille_status status = MAILLE_OK;
    row_filter of_scenario;
    row_where(&of_scenario, "scenario", id);
    *out = 0;
    TRY(rows_of(ctx, store, "scenario_head", columns, 2, &of_scenario.all, &heads));
    for (size_t row = 0; row < heads->rows; row++)
        *out += strcmp(row_text(heads, row, 0), row_text(heads, row, 1)) != 0;
done:
    maille_table_free(heads);
    return status;
}

maille_status maille_scenario_list(maille_ctx *ctx, maille_store *store, maille_table **out) {
    static const char *const columns[] = {"id", "title", "base", "at", "who"};
    static const maille_column_spec kept[] = {{"id", MAILLE_TEXT},   {"title", MAILLE_TEXT},
                                              {"base", MAILLE_TEXT}, {"at", MAILLE_TEXT},
                                              {"who", MAILLE_TEXT},  {"changed", MAILLE_INT}};
    maille_table *rows = NULL, *list = NULL;
    maille_status status = MAILLE_OK;
    TRY(rows_of(ctx, store, "scenario", columns, 5, NULL, &rows));
    TRY(maille_table_new(ctx, kept, 6, &list));
    for (size_t row = 0; row < rows->rows; row++) {
        int64_t changed = 0;
        TRY(maille_table_add_row(ctx, list, NULL));
        for (size_t c = 0; c < 5; c++)
            TRY(maille_set_text(ctx, list, row, c, row_text(rows, row, c)));
        TRY(count_changed(ctx, store, row_text(rows, row, 0), &changed));
        maille_set_int(list, row, 5, changed);
    }
    *out = list;
    list = NULL;
done:
    maille_table_free(rows);
    maille_table_free(list);
    return status;
}

/* ---- coming back ---- */

/* One merge of a branch into what it began with. */
typedef struct {
    merging merging;
    seeing seeing;
    const char *into, *from;
    maille_table *changes; /* of the branch: id, number */
    maille_names *change;  /* id → row */
    int64_t merged;        /* number of the branch's change that was the last to be merged; 0 */
    history_change now;
} homecoming;

static maille_status check_branch(maille_ctx *ctx, maille_store *store, const char *into,
                                  const char *from) {
    static const char *const columns[] = {"base"};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter by_id;
    row_where(&by_id, "id", from);
    TRY(rows_of(ctx, store, "scenario", columns, 1, &by_id.all, &rows));
    if (rows->rows == 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "the workspace had no scenario %s", from);
    else if (strcmp(row_text(rows, 0, 0), into) != 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "scenario %s began with %s%s, not with %s%s",
                             from, *row_text(rows, 0, 0) ? "scenario " : "the reference",
                             row_text(rows, 0, 0), *into ? "scenario " : "the reference", into);
done:
    maille_table_free(rows);
    return status;
}

/* Changes of a scenario in the order in which they were made. */
static maille_status read_changes(maille_ctx *ctx, maille_store *store, const char *scenario,
                                  maille_table **out) {
    static const char *const columns[] = {"id", "number", "kind", "of_change"};
    static const char *const by_number[] = {"number"};
    row_filter of_scenario;
    row_where(&of_scenario, "scenario", scenario);
    maille_query query = {.table = "change",
                          .columns = columns,
                          .column_count = 4,
                          .filter = &of_scenario.all,
                          .order = by_number,
                          .order_count = 1};
    return maille_store_read(ctx, store, &query, out);
}

/* Whether a change was not taken back, or was taken up again since. */
static bool stands(const maille_table *changes, const char *id) {
    int turns = 0;
    for (size_t row = 0; row < changes->rows; row++) {
        if (strcmp(row_text(changes, row, 3), id) != 0)
            continue;
        turns += strcmp(row_text(changes, row, 2), "annulation") == 0;
        turns -= strcmp(row_text(changes, row, 2), "retablissement") == 0;
    }
    return turns == 0;
}

/* A merge notes the last change of its branch (of_change): what the branch changes next is measured
 * against that, as long as the merge stands. */
static maille_status find_last_merge(maille_ctx *ctx, homecoming *h) {
    maille_table *changes = NULL;
    maille_status status = MAILLE_OK;
    TRY(read_changes(ctx, h->merging.store, h->from, &h->changes));
    TRY(read_changes(ctx, h->merging.store, h->into, &changes));
    if (!(h->change = maille_names_new(h->changes->rows))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t row = 0; row < h->changes->rows; row++)
        if (!maille_names_set(h->change, row_text(h->changes, row, 0), (uint32_t)row)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    for (size_t row = 0; row < changes->rows; row++) {
        uint32_t merged = maille_names_get(h->change, row_text(changes, row, 3));
        if (merged != MAILLE_ABSENT && strcmp(row_text(changes, row, 2), "fusion") == 0 &&
            stands(changes, row_text(changes, row, 0)))
            h->merged = h->changes->columns[1].ints[merged];
    }
done:
    maille_table_free(changes);
    return status;
}

/* What the branch had of a perimeter when it was merged last; what it began with before that. */
static maille_status find_base(maille_ctx *ctx, const homecoming *h, const char *perimeter,
                               const history_head *head, char base[65]) {
    static const char *const columns[] = {"change_id", "after"};
    maille_table *versions = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    memcpy(base, head->began, 65);
    row_where_two(&where, "perimeter_id", perimeter, "scenario", h->from);
    TRY(rows_of(ctx, h->merging.store, "perimeter_version", columns, 2, &where.all, &versions));
    for (size_t row = 0; row < versions->rows; row++) {
        uint32_t change = maille_names_get(h->change, row_text(versions, row, 0));
        if (change != MAILLE_ABSENT && h->changes->columns[1].ints[change] <= h->merged)
            snprintf(base, 65, "%s", row_text(versions, row, 1));
    }
done:
    maille_table_free(versions);
    return status;
}

static maille_status read_side(maille_ctx *ctx, maille_store *store, const char *scenario,
                               const char *perimeter, const char *hash, merge_state *side) {
    maille_status status = MAILLE_OK;
    TRY(history_document(ctx, store, hash, &side->perimeter));
    if (side->perimeter)
        TRY(history_vintage(ctx, store, scenario, perimeter, hash, &side->vintage));
done:
    return status;
}

/* What the branch made of one perimeter goes into the change. */
static maille_status merge_one(maille_ctx *ctx, homecoming *h, const char *perimeter,
                               const history_head *head) {
    merging *m = &h->merging;
    merge_state sides[3] = {0}, merged = {0};
    maille_status status = MAILLE_OK;
    history_head ours;
    bool conflict = false;
    uint32_t before = h->now.perimeters;
    char base[65];
    TRY(find_base(ctx, h, perimeter, head, base));
    if (strcmp(base, head->state) == 0)
        goto done;
    TRY(history_head_of(ctx, m->store, h->into, perimeter, &ours));
    TRY(read_side(ctx, m->store, h->from, perimeter, base, &sides[0]));
    TRY(read_side(ctx, m->store, h->into, perimeter, ours.state, &sides[1]));
    TRY(read_side(ctx, m->store, h->from, perimeter, head->state, &sides[2]));
    TRY(merge_sides(ctx, m, perimeter, sides, &merged, &conflict));
    if (!conflict || !m->refuse)
        TRY(history_add_of(ctx, &h->now, perimeter, merged.perimeter, merged.vintage));
    m->report->merged += h->now.perimeters - before;
done:
    for (int i = 0; i < 3; i++)
        merge_state_clear(&sides[i]);
    merge_state_clear(&merged);
    return status;
}

static maille_status merge_all(maille_ctx *ctx, homecoming *h, const maille_edit *edit) {
    size_t count = h->changes->rows;
    const history_about about = {.scenario = h->into,
                                 .kind = "fusion",
                                 .of_change = count ? row_text(h->changes, count - 1, 0) : NULL,
                                 .at = edit->at,
                                 .why = edit->why,
                                 .seeing = &h->seeing};
    maille_status status = MAILLE_OK;
    history_heads *heads = NULL;
    TRY(history_heads_of(ctx, h->merging.store, h->from, &heads));
    TRY(history_begin(ctx, h->merging.store, &about, &h->now));
    for (uint32_t i = 0; i < heads->count; i++)
        if (heads->items[i].head.own)
            TRY(merge_one(ctx, h, heads->items[i].perimeter, &heads->items[i].head));
    TRY(merge_verdict(ctx, &h->merging, h->from));
done:
    history_heads_free(heads);
    return status;
}

maille_status maille_scenario_merge(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                    const char *from, const char *prefer,
                                    maille_merge_report **report, maille_edit_result *out) {
    homecoming h = {.into = edit->scenario, .from = from};
    bool own = false;
    maille_status status = merging_open(ctx, store, prefer, &h.merging);
    seeing_open(&h.seeing, store, edit);
    if (status != MAILLE_OK)
        goto done;
    TRY(history_enter(ctx, store, edit->scenario, &own));
    TRY(check_branch(ctx, store, edit->scenario, from));
    TRY(find_last_merge(ctx, &h));
    TRY(merge_all(ctx, &h, edit));
    TRY(history_end(ctx, &h.now, out));
done:
    maille_table_free(h.changes);
    maille_names_free(h.change);
    status = maille_store_leave(ctx, store, own, seeing_close(&h.seeing, status));
    return merging_close(&h.merging, status, report);
}
