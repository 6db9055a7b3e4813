/* The chain of steps: its table hangs together, and what runs when. */
#include "board.h"

#include "steps/step.h"

#include <maille/memory.h>
#include <maille/steps.h>

static maille_ctx *ctx;

static size_t place_of(const step *s) {
    return (size_t)(s - maille_all_steps);
}

TEST(steps_come_after_those_that_they_need) {
    CHECK_INT(maille_step_count(), maille_all_steps_count);
    for (size_t i = 0; i < maille_all_steps_count; i++) {
        const step *s = &maille_all_steps[i];
        CHECK_TEXT(maille_step_name(i), s->name);
        CHECK(step_named(s->name) == s);
        CHECK(s->run != NULL && s->version >= 1);
        for (const char *const *need = s->needs; need && *need; need++) {
            CHECK(step_named(*need) != NULL);
            CHECK(place_of(step_named(*need)) < i);
            /* What depends on an audience may not feed what does not. */
            CHECK(s->by_audience || !step_named(*need)->by_audience);
        }
    }
    CHECK(maille_step_name(maille_step_count()) == NULL);
    CHECK(step_named("nowhere") == NULL);
}

TEST(each_table_is_left_by_one_step_and_stands_in_the_schema) {
    maille_store *store = new_workspace(ctx);
    for (size_t i = 0; i < maille_all_steps_count; i++)
        for (const char *const *t = maille_all_steps[i].tables; t && *t; t++) {
            maille_table *columns = NULL;
            CHECK_OK(maille_store_describe(ctx, store, *t, &columns));
            CHECK_INT(maille_table_column(columns, "audience") >= 0,
                      maille_all_steps[i].by_audience);
            maille_table_free(columns);
            for (size_t k = 0; k < i; k++)
                for (const char *const *u = maille_all_steps[k].tables; u && *u; u++)
                    CHECK(strcmp(*t, *u) != 0);
        }
    maille_store_close(store);
}

static maille_status run(maille_store *store, const char *only, bool force,
                         maille_step_result **results, size_t *count) {
    const char *const names[] = {only};
    maille_run_options options = {
        .force = force, .only = only ? names : NULL, .only_count = only ? 1 : 0};
    *results = NULL;
    *count = 0;
    return maille_steps_run(ctx, store, &options, results, count);
}

/* "step outcome" of each, in a line. */
static const char *outcomes(const maille_step_result *results, size_t count) {
    static char text[1024];
    static const char *const words[] = {"ran", "fresh", "lacks"};
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", i ? ", " : "",
                                 results[i].step, words[results[i].outcome]);
    return text;
}

TEST(in_an_empty_workspace_every_step_tells_what_it_lacks) {
    maille_store *store = new_workspace(ctx);
    maille_step_result *results = NULL;
    maille_step_state *states = NULL;
    size_t count = 0;
    CHECK_OK(run(store, NULL, false, &results, &count));
    CHECK_INT(count, maille_step_count());
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(results[i].outcome, MAILLE_STEP_LACKS);
        CHECK(strlen(results[i].message) > 10);
    }
    maille_free(results);
    CHECK_OK(maille_steps_state(ctx, store, MAILLE_PUBLIC, &states, &count));
    for (size_t i = 0; i < count; i++)
        CHECK(!states[i].done && !states[i].stale && states[i].lacks != NULL);
    maille_free(states);
    maille_store_close(store);
}

static const char *const codes[] = {"01001", "01002", "01003"};
static const double people[] = {10, 20, 30};

TEST(a_step_brings_along_those_that_it_needs_and_no_more) {
    maille_store *store = new_workspace(ctx);
    maille_step_result *results = NULL;
    size_t count = 0;
    add_communes(ctx, store, "2020-01-01", codes, people, 3);
    CHECK_OK(run(store, "times", false, &results, &count));
    CHECK_TEXT(outcomes(results, count), "borders ran, network ran, times ran");
    maille_free(results);
    CHECK_OK(run(store, "times", false, &results, &count));
    CHECK_TEXT(outcomes(results, count), "borders fresh, network fresh, times fresh");
    maille_free(results);
    CHECK_OK(run(store, "network", true, &results, &count));
    CHECK_TEXT(outcomes(results, count), "borders fresh, network ran");
    maille_free(results);
    CHECK_INT(run(store, "tomes", false, &results, &count), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "tomes") != NULL);
    CHECK(results == NULL);
    maille_store_close(store);
}

static int64_t rows_of(maille_store *store, const char *table) {
    int64_t count = -1;
    CHECK_OK(maille_store_count(ctx, store, table, NULL, &count));
    return count;
}

TEST(results_are_stale_once_their_imports_change_and_gone_once_nothing_is_left) {
    maille_store *store = new_workspace(ctx);
    maille_step_result *results = NULL;
    maille_step_state *states = NULL;
    size_t count = 0;
    add_communes(ctx, store, "2020-01-01", codes, people, 3);
    CHECK_OK(run(store, "borders", false, &results, &count));
    maille_free(results);
    CHECK_INT(rows_of(store, "commune_figure"), 3);
    CHECK_INT(rows_of(store, "border"), 2);
    int64_t centres = add_import(ctx, store, "centres", "/data/centres.csv", NULL);
    CHECK_OK(maille_steps_state(ctx, store, MAILLE_INTERNE, &states, &count));
    CHECK_TEXT(states[0].step, "borders");
    CHECK(states[0].done && states[0].stale && !states[0].lacks);
    maille_free(states);
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_import_forget(ctx, store, centres));
    CHECK_OK(maille_store_commit(ctx, store));
    CHECK_OK(maille_steps_state(ctx, store, MAILLE_INTERNE, &states, &count));
    CHECK(states[0].done && !states[0].stale); /* as it was when it ran */
    maille_free(states);
    CHECK_OK(maille_store_delete(ctx, store, "commune", NULL));
    CHECK_OK(run(store, "borders", false, &results, &count));
    CHECK_TEXT(outcomes(results, count), "borders lacks");
    maille_free(results);
    CHECK_INT(rows_of(store, "commune_figure"), 0);
    CHECK_INT(rows_of(store, "border"), 0);
    CHECK_INT(rows_of(store, "step_run"), 0);
    CHECK_INT(rows_of(store, "remark"), 0);
    maille_store_close(store);
}

/* A step that fails leaves what it left the last time. */
TEST(a_step_that_fails_changes_nothing) {
    maille_store *store = new_workspace(ctx);
    maille_step_result *results = NULL;
    size_t count = 0;
    add_communes(ctx, store, "2020-01-01", codes, people, 3);
    CHECK_OK(run(store, "network", false, &results, &count));
    maille_free(results);
    int64_t remarks_before = rows_of(store, "remark"), runs = rows_of(store, "step_run");
    add_import(ctx, store, "roads", "/nowhere/roads.gpkg", NULL);
    CHECK_INT(run(store, "network", false, &results, &count), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "/nowhere/roads.gpkg") != NULL);
    CHECK(results == NULL);
    CHECK_INT(rows_of(store, "commune_figure"), 3);
    CHECK_INT(rows_of(store, "remark"), remarks_before);
    CHECK_INT(rows_of(store, "step_run"), runs);
    maille_store_close(store);
}

int main(void) {
    static const test_case cases[] = {
        CASE(steps_come_after_those_that_they_need),
        CASE(each_table_is_left_by_one_step_and_stands_in_the_schema),
        CASE(in_an_empty_workspace_every_step_tells_what_it_lacks),
        CASE(a_step_brings_along_those_that_it_needs_and_no_more),
        CASE(results_are_stale_once_their_imports_change_and_gone_once_nothing_is_left),
        CASE(a_step_that_fails_changes_nothing)};
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    int failed = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return failed;
}
