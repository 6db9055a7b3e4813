/* The past of perimeters as features: on every day what the history tells of that day. */
#include "chronicle.h"

#include <maille/json.h>
#include <maille/map.h>
#include <maille/shapes.h>
#include <maille/steps.h>

static maille_ctx *ctx;

/* What the run did with the step. */
static maille_step_outcome run(maille_store *store) {
    static const char *const only[] = {"versions"};
    const maille_run_options options = {.only = only, .only_count = 1};
    maille_step_result *results = NULL;
    size_t count = 0;
    maille_step_outcome outcome = MAILLE_STEP_LACKS;
    CHECK_OK(maille_steps_run(ctx, store, &options, &results, &count));
    for (size_t i = 0; i < count; i++)
        if (strcmp(results[i].step, "versions") == 0)
            outcome = results[i].outcome;
    maille_free(results);
    return outcome;
}

static maille_status change(maille_store *store, const char *at, maille_op op) {
    const maille_edit edit = {.scenario = "", .at = at};
    maille_edit_result result;
    return maille_edit_apply(ctx, store, &edit, &op, 1, &result);
}

/* "perimeter@since→until status codes; …" of the table. */
static const char *told(maille_store *store) {
    static char text[4096];
    maille_table *t = all_rows(ctx, store, "perimeter_past");
    size_t used = 0;
    text[0] = '\0';
    for (size_t row = 0; row < t->rows; row++) {
        const char *until = cell(t, row, "until"), *status = cell(t, row, "status");
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s→%s %s %s", row ? "; " : "",
                                 cell(t, row, "id"), until ? until : "", status ? status : "-",
                                 cell(t, row, "codes"));
    }
    maille_table_free(t);
    return text;
}

#define CREATE(id, day)                                                                            \
    (maille_op) {                                                                                  \
        .kind = MAILLE_OP_CREATE, .perimeter = (id), .perimeter_kind = "cpts", .text = (id),       \
        .status = "projet", .since = (day)                                                         \
    }
#define ADD(id, of)                                                                                \
    (maille_op) {                                                                                  \
        .kind = MAILLE_OP_ADD, .perimeter = (id), .code = (of)                                     \
    }
#define STATUS(id, of, day)                                                                        \
    (maille_op) {                                                                                  \
        .kind = MAILLE_OP_STATUS, .perimeter = (id), .status = (of), .since = (day)                \
    }
#define DELETE(id)                                                                                 \
    (maille_op) {                                                                                  \
        .kind = MAILLE_OP_DELETE, .perimeter = (id)                                                \
    }

TEST(a_state_lasts_from_its_day_to_the_next) {
    maille_store *store = new_study(ctx);
    CHECK_INT(run(store), MAILLE_STEP_LACKS);
    CHECK_OK(change(store, "2024-01-10T08:00:00Z", CREATE("a", NULL)));
    CHECK_OK(change(store, "2024-01-10T23:59:59Z", ADD("a", "01001")));
    CHECK_OK(change(store, "2024-02-01T00:00:00Z", ADD("a", "01002")));
    CHECK_OK(change(store, "2024-02-01T12:00:00Z", ADD("a", "01003"))); /* the last of the day */
    CHECK_OK(change(store, "2024-03-01T12:00:00Z", DELETE("a")));
    CHECK_OK(change(store, "2024-05-01T12:00:00Z", CREATE("a", NULL)));
    CHECK_INT(run(store), MAILLE_STEP_RAN);
    CHECK_TEXT(told(store),
               "a@2024-01-10→2024-02-01 projet [\"01001\"]; "
               "a@2024-02-01→2024-03-01 projet [\"01001\",\"01002\",\"01003\"]; "
               "a@2024-05-01→ projet []");
    CHECK_INT(run(store), MAILLE_STEP_FRESH);
    maille_store_close(store);
}

TEST(a_status_that_begins_later_splits_the_state) {
    maille_store *store = new_study(ctx);
    CHECK_OK(change(store, "2024-01-10T08:00:00Z", CREATE("a", "2024-02-01")));
    CHECK_OK(change(store, "2024-01-20T08:00:00Z", STATUS("a", "contractualisee", "2024-03-01")));
    CHECK_OK(change(store, "2024-04-01T08:00:00Z", STATUS("a", "en-fonctionnement", "2024-03-15")));
    CHECK_INT(run(store), MAILLE_STEP_RAN);
    CHECK_TEXT(told(store),
               "a@2024-01-10→2024-01-20 - []; a@2024-01-20→2024-02-01 - []; "
               "a@2024-02-01→2024-03-01 projet []; "
               "a@2024-03-01→2024-04-01 contractualisee []; "
               "a@2024-04-01→ en-fonctionnement []");
    maille_store_close(store);
}

TEST(it_runs_when_the_history_of_the_reference_has_changed) {
    maille_store *store = new_study(ctx);
    const maille_edit aside = {.scenario = "essai"};
    maille_op op = ADD("a", "01005");
    maille_edit_result result;
    import_perimeters(ctx, store, "one.csv", "id;name;status;code\na;Alpha;projet;01001\n", NULL,
                      false);
    adopt(ctx, store);
    CHECK_INT(run(store), MAILLE_STEP_RAN);
    CHECK_OK(maille_scenario_create(ctx, store, "essai", "Essai", ""));
    CHECK_OK(maille_edit_apply(ctx, store, &aside, &op, 1, &result));
    CHECK_INT(run(store), MAILLE_STEP_FRESH);
    CHECK_OK(change(store, NULL, ADD("a", "01002")));
    CHECK_INT(run(store), MAILLE_STEP_RAN);
    maille_table *t = all_rows(ctx, store, "perimeter_past");
    CHECK_INT(t->rows, 1); /* all on one day */
    CHECK_TEXT(cell(t, 0, "codes"), "[\"01001\",\"01002\"]");
    CHECK_INT(number(t, 0, "version"), 2);
    maille_table_free(t);
    maille_store_close(store);
}

/* ---- every day, against the history itself ---- */

/* Row of the state of a perimeter on a day; the number of rows where there is none; two are a
 * fault. */
static size_t row_on(const maille_table *past, const char *id, const char *day) {
    size_t found = past->rows;
    for (size_t row = 0; row < past->rows; row++) {
        const char *until = cell(past, row, "until");
        if (strcmp(cell(past, row, "perimeter_id"), id) != 0 ||
            strcmp(cell(past, row, "since"), day) > 0 || (until && strcmp(until, day) <= 0))
            continue;
        CHECK_INT(found, past->rows);
        found = row;
    }
    return found;
}

static void check_state(const maille_table *past, size_t row, const maille_perimeter *p,
                        const char *day) {
    const maille_status_entry *entry = maille_perimeter_status_on(p, day);
    const maille_column *geom = &past->columns[maille_table_column(past, "geom")];
    char **codes = NULL;
    size_t count = 0, units = 0;
    double population = 0;
    CHECK_TEXT(cell(past, row, "name"), p->name);
    CHECK_TEXT(cell(past, row, "kind"), p->kind);
    CHECK(same_text(cell(past, row, "status"), entry ? entry->status : NULL));
    CHECK_OK(maille_json_read_texts(ctx, cell(past, row, "codes"), &codes, &count));
    for (uint32_t i = 0; i < p->member_count; i++)
        for (size_t c = 0; c < COMMUNES; c++)
            if (strcmp(commune_codes[c], p->members[i].code) == 0) {
                CHECK(units < count);
                if (units < count)
                    CHECK_TEXT(codes[units], commune_codes[c]);
                units++;
                population += p->members[i].share * commune_people[c];
            }
    CHECK_INT(count, units);
    CHECK_INT(number(past, row, "communes"), units);
    CHECK_NEAR(past->columns[maille_table_column(past, "population")].reals[row], population, 1e-9);
    CHECK_INT(geom->null[row], units == 0);
    maille_shapes *shapes = NULL;
    CHECK_OK(maille_shapes_new(ctx, &shapes));
    CHECK_OK(maille_shapes_add_wkb(ctx, shapes, geom->blobs[row]));
    CHECK_NEAR(maille_shape_area(shapes, 0), 1e-4 * (double)units, 1e-9);
    maille_shapes_free(shapes);
    maille_free(codes);
}

static void check_days(maille_store *store) {
    maille_table *past = all_rows(ctx, store, "perimeter_past");
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= 28; day++) {
            char text[32];
            snprintf(text, sizeof text, "2024-%02d-%02d", month, day);
            const maille_moment then = {.at = text};
            maille_perimeter_list *list = NULL;
            size_t standing = 0;
            CHECK_OK(maille_perimeters_load(ctx, store, "", NULL, MAILLE_INTERNE, &then, &list));
            for (uint32_t i = 0; i < list->count; i++) {
                size_t row = row_on(past, list->items[i]->id, text);
                CHECK(row < past->rows);
                if (row < past->rows)
                    check_state(past, row, list->items[i], text);
            }
            for (size_t row = 0; row < past->rows; row++)
                standing += row_on(past, cell(past, row, "perimeter_id"), text) == row;
            CHECK_INT(standing, list->count);
            maille_perimeter_list_free(list);
        }
    maille_table_free(past);
}

static uint32_t any(uint32_t *seed, uint32_t below) {
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)*seed * below) >> 32);
}

/* A year of strokes on four perimeters, some days several, some taken back. */
static void play(maille_store *store, uint32_t seed) {
    static const char *const ids[] = {"a", "b", "c", "d"};
    static const char *const statuses[] = {"projet", "contractualisee", "en-fonctionnement"};
    int day = 1, done = 0;
    for (int i = 0; i < 160; i++) {
        char at[40], since[32], name[32];
        const char *id = ids[any(&seed, 4)];
        day += any(&seed, 3) == 0 ? (int)any(&seed, 6) : 0;
        if (day > 335)
            break;
        snprintf(at, sizeof at, "2024-%02d-%02dT%02d:%02d:00Z", 1 + day / 28, 1 + day % 28, i / 60,
                 i % 60);
        snprintf(since, sizeof since, "2024-%02u-%02u", 1 + any(&seed, 12), 1 + any(&seed, 28));
        snprintf(name, sizeof name, "Nom %d", i);
        maille_op op = {.perimeter = id, .code = commune_codes[any(&seed, COMMUNES)]};
        const maille_edit edit = {.scenario = "", .at = at};
        maille_edit_result result;
        uint32_t which = any(&seed, 12);
        maille_status status;
        if (which == 0) {
            status = maille_edit_undo(ctx, store, &edit, NULL, &result);
        } else {
            op.kind = which == 1   ? MAILLE_OP_DELETE
                      : which == 2 ? MAILLE_OP_RENAME
                      : which == 3 ? MAILLE_OP_STATUS
                      : which == 4 ? MAILLE_OP_REMOVE
                      : which < 7  ? MAILLE_OP_CREATE
                                   : MAILLE_OP_ADD;
            op.text = name;
            op.perimeter_kind = "cpts";
            op.status = statuses[any(&seed, 3)];
            op.since = any(&seed, 4) || which == 3 ? since : NULL;
            op.share = which % 2 ? 0.5 : 0;
            status = maille_edit_apply(ctx, store, &edit, &op, 1, &result);
        }
        CHECK(status == MAILLE_OK || status == MAILLE_REFUSED || status == MAILLE_NOT_FOUND);
        done += status == MAILLE_OK;
    }
    CHECK(done > 40);
}

TEST(every_day_is_as_the_history_tells) {
    for (uint32_t seed = 1; seed <= 3; seed++) {
        maille_store *store = new_study(ctx);
        play(store, seed);
        CHECK_INT(run(store), MAILLE_STEP_RAN);
        check_days(store);
        maille_store_close(store);
    }
}

TEST(start) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(stop) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_state_lasts_from_its_day_to_the_next),
          CASE(a_status_that_begins_later_splits_the_state),
          CASE(it_runs_when_the_history_of_the_reference_has_changed),
          CASE(every_day_is_as_the_history_tells), CASE(stop))
