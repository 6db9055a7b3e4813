/* The history told: lists of changes. */
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/jsontree.h>
#include <maille/map.h>
#include <maille/strbuf.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists ------------------------------------------------------------------------------------
 */

enum { C_NUMBER, C_ID, C_AT, C_WHO, C_WHY, C_KIND, C_OF, C_COLUMNS };
static const char *const change_columns[] = {"number", "id",   "at",       "who",
                                             "why",    "kind", "of_change"};
enum { V_CHANGE, V_PERIMETER, V_VERSION, V_BEFORE, V_AFTER, V_COLUMNS };
static const char *const version_columns[] = {"change_id", "perimeter_id", "version", "before",
                                              "after"};

typedef struct {
    maille_store *store;
    maille_table *changes, *versions;
    maille_names *row_of; /* change id → row of `changes` */
    maille_names *names;  /* hash → row of the list that tells the name */
    maille_table *list;
    bool of_one; /* perimeter: told in order of its versions */
} listing;

/* A version, to be told by the number of its change or of the version: the newest first,
 * perimeters of one change by id. */
typedef struct {
    int64_t number;
    uint32_t change, version;
} mark;

static int newest_first(const void *a, const void *b) {
    const mark *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? 1 : -1;
    return x->version < y->version ? -1 : x->version > y->version;
}

static maille_status name_in(maille_ctx *ctx, listing *l, size_t row, const char *hash) {
    maille_status status = MAILLE_OK;
    char *text = NULL;
    maille_json *tree = NULL;
    uint32_t known = maille_names_get(l->names, hash);
    if (known != MAILLE_ABSENT) {
        status = maille_set_text(ctx, l->list, row, 8, row_text(l->list, known, 8));
        goto done;
    }
    TRY(history_text(ctx, l->store, hash, &text));
    TRY(maille_json_parse(ctx, maille_store_path(l->store), text, &tree));
    TRY(maille_set_text(ctx, l->list, row, 8, maille_json_as_text(maille_json_get(tree, "name"))));
    if (!maille_names_set(l->names, hash, (uint32_t)row))
        status = maille_no_memory(ctx);
done:
    maille_json_free(tree);
    maille_free(text);
    return status;
}

static maille_status list_one(maille_ctx *ctx, listing *l, const mark *at) {
    const maille_table *c = l->changes, *v = l->versions;
    const char *before = row_text(v, at->version, V_BEFORE);
    const char *after = row_text(v, at->version, V_AFTER);
    maille_status status = MAILLE_OK;
    size_t row;
    TRY(maille_table_add_row(ctx, l->list, &row));
    maille_set_int(l->list, row, 0, c->columns[C_NUMBER].ints[at->change]);
    for (size_t i = C_ID; i <= C_OF; i++)
        TRY(maille_set_text(ctx, l->list, row, i, c->columns[i].texts[at->change]));
    TRY(maille_set_text(ctx, l->list, row, 7, row_text(v, at->version, V_PERIMETER)));
    TRY(name_in(ctx, l, row, *after ? after : before));
    maille_set_int(l->list, row, 9, v->columns[V_VERSION].ints[at->version]);
    TRY(maille_set_text(ctx, l->list, row, 10, v->columns[V_BEFORE].texts[at->version]));
    TRY(maille_set_text(ctx, l->list, row, 11, v->columns[V_AFTER].texts[at->version]));
done:
    return status;
}

static maille_status number_changes(maille_ctx *ctx, listing *l) {
    l->row_of = maille_names_new(l->changes->rows);
    l->names = maille_names_new(l->versions->rows);
    if (!l->row_of || !l->names)
        return maille_no_memory(ctx);
    for (size_t row = 0; row < l->changes->rows; row++)
        if (!maille_names_set(l->row_of, row_text(l->changes, row, C_ID), (uint32_t)row))
            return maille_no_memory(ctx);
    return MAILLE_OK;
}

static maille_status list_all(maille_ctx *ctx, listing *l) {
    maille_status status = MAILLE_OK;
    size_t count = 0;
    mark *marks = maille_alloc(l->versions->rows + 1, sizeof *marks);
    if (!marks)
        return maille_no_memory(ctx);
    for (size_t row = 0; row < l->versions->rows; row++) {
        uint32_t change = maille_names_get(l->row_of, row_text(l->versions, row, V_CHANGE));
        if (change != MAILLE_ABSENT)
            marks[count++] = (mark){l->of_one ? l->versions->columns[V_VERSION].ints[row]
                                              : l->changes->columns[C_NUMBER].ints[change],
                                    change, (uint32_t)row};
    }
    if (count)
        qsort(marks, count, sizeof *marks, newest_first);
    for (size_t i = 0; i < count; i++)
        TRY(list_one(ctx, l, &marks[i]));
done:
    maille_free(marks);
    return status;
}

/* The changes of a scenario that versions name: one by one where they are few. */
static maille_status read_changes(maille_ctx *ctx, listing *l, const char *scenario) {
    enum { FEW = 200 };
    const maille_value of_scenario = maille_text_value(scenario);
    const maille_filter equals = maille_equals("scenario", &of_scenario);
    const size_t count = l->versions->rows;
    maille_value ids[FEW];
    const maille_filter named = {.op = MAILLE_F_IN, .column = "id", .values = ids, .count = count};
    const maille_filter *const both[] = {&equals, &named};
    const maille_filter filter = {
        .op = MAILLE_F_AND, .children = both, .count = count <= FEW ? 2 : 1};
    for (size_t row = 0; row < count && count <= FEW; row++)
        ids[row] = maille_text_value(row_text(l->versions, row, V_CHANGE));
    return rows_of(ctx, l->store, "change", change_columns, C_COLUMNS, &filter, &l->changes);
}

/* The versions of `which`, changes of a scenario. */
static maille_status tell(maille_ctx *ctx, maille_store *store, const char *scenario, bool of_one,
                          const maille_filter *which, maille_table **out) {
    static const maille_column_spec columns[] = {
        {"number", MAILLE_INT},     {"id", MAILLE_TEXT},        {"at", MAILLE_TEXT},
        {"who", MAILLE_TEXT},       {"why", MAILLE_TEXT},       {"kind", MAILLE_TEXT},
        {"of_change", MAILLE_TEXT}, {"perimeter", MAILLE_TEXT}, {"name", MAILLE_TEXT},
        {"version", MAILLE_INT},    {"before", MAILLE_TEXT},    {"after", MAILLE_TEXT}};
    listing l = {.store = store, .of_one = of_one};
    maille_status status = MAILLE_OK;
    TRY(history_scenario(ctx, store, scenario));
    TRY(rows_of(ctx, store, "perimeter_version", version_columns, V_COLUMNS, which, &l.versions));
    TRY(read_changes(ctx, &l, scenario));
    TRY(maille_table_new(ctx, columns, sizeof columns / sizeof *columns, &l.list));
    TRY(number_changes(ctx, &l));
    TRY(list_all(ctx, &l));
    *out = l.list;
    l.list = NULL;
done:
    maille_table_free(l.list);
    maille_table_free(l.changes);
    maille_table_free(l.versions);
    maille_names_free(l.row_of);
    maille_names_free(l.names);
    return status;
}

maille_status maille_history_list(maille_ctx *ctx, maille_store *store, const char *scenario,
                                  const char *perimeter, maille_table **out) {
    row_filter which;
    row_where(&which, "scenario", scenario);
    if (perimeter)
        row_where_two(&which, "scenario", scenario, "perimeter_id", perimeter);
    return tell(ctx, store, scenario, perimeter != NULL, &which.all, out);
}

maille_status history_list_after(maille_ctx *ctx, maille_store *store, const char *scenario,
                                 const char *perimeter, int64_t version, maille_table **out) {
    const maille_value last = maille_int_value(version);
    const maille_filter later = {
        .op = MAILLE_F_GT, .column = "version", .values = &last, .count = 1};
    row_filter of_one;
    row_where_two(&of_one, "scenario", scenario, "perimeter_id", perimeter);
    const maille_filter *const both[] = {&of_one.all, &later};
    const maille_filter which = {.op = MAILLE_F_AND, .children = both, .count = 2};
    return tell(ctx, store, scenario, true, &which, out);
}

maille_status maille_history_change(maille_ctx *ctx, maille_store *store, const char *scenario,
                                    const char *id, maille_table **out) {
    row_filter which;
    row_where_two(&which, "scenario", scenario, "change_id", id);
    return tell(ctx, store, scenario, false, &which.all, out);
}
