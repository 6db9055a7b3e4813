/* The chain on a store whose transactions are written late: what it leaves is what it leaves on a
 * store that writes at once, and what others decide while it computes is neither lost nor mixed up
 * with what it read. */
#include "board.h"

#include "steps/step.h"

#include <maille/edit.h>
#include <maille/memory.h>
#include <maille/steps.h>
#include <pthread.h>
#include <stdatomic.h>

static maille_ctx *ctx;
static maille_arena *paths;

/* ---- workspaces ---- */

static const char *region; /* the sample region, computed */

static maille_store *open_as(maille_ctx *in, const char *path, bool late) {
    maille_store *store = NULL;
    maille_status status = late
                               ? maille_store_open_deferred(in, path, "late", 5, &store)
                               : maille_store_open(in, path, MAILLE_STORE_WRITE, "at once", &store);
    CHECK_TEXT(status ? maille_message(in) : "", "");
    if (!store)
        exit(1);
    return store;
}

/* Of a workspace that nobody has open: all of it is in its file. */
static const char *copy_of(const char *path) {
    static int number;
    static char bytes[1 << 16];
    char name[32];
    size_t count;
    snprintf(name, sizeof name, "copy%d.maille", ++number);
    const char *copy =
        maille_arena_strdup(paths, test_scratch(name)); /* more than a few are held */
    FILE *from = fopen(path, "rb"), *to = fopen(copy, "wb");
    CHECK(from && to);
    while ((count = fread(bytes, 1, sizeof bytes, from)) > 0)
        CHECK(fwrite(bytes, 1, count, to) == count);
    fclose(from);
    CHECK(fclose(to) == 0);
    return copy;
}

static maille_status try_run(maille_ctx *in, maille_store *store, maille_audience audience,
                             size_t *ran) {
    const maille_run_options options = {.audience = audience};
    maille_step_result *results = NULL;
    size_t count = 0;
    maille_status status = maille_steps_run(in, store, &options, &results, &count);
    for (size_t i = 0; ran && i < count; i++)
        *ran += results[i].outcome == MAILLE_STEP_RAN;
    maille_free(results);
    return status;
}

static void run(maille_store *store, maille_audience audience) {
    CHECK_OK(try_run(ctx, store, audience, NULL));
}

static void run_both(const char *path, bool late) {
    maille_store *store = open_as(ctx, path, late);
    run(store, MAILLE_INTERNE);
    run(store, MAILLE_PUBLIC);
    maille_store_close(store);
}

static void run_late(const char *path) {
    maille_store *store = open_as(ctx, path, true);
    run(store, MAILLE_INTERNE);
    maille_store_close(store);
}

static const char *import_region(void) {
    char file[1024];
    maille_study *study = NULL;
    size_t dropped;
    maille_store *store = NULL;
    const char *path = maille_arena_strdup(paths, test_scratch("imported.maille"));
    snprintf(file, sizeof file, "%s/study.yaml", getenv("MAILLE_SAMPLE"));
    CHECK_OK(maille_study_read(ctx, file, &study));
    CHECK_OK(maille_store_create(ctx, path, 0, "test", &store));
    maille_import_result *results = maille_alloc(study->source_count, sizeof *results);
    CHECK_OK(maille_study_apply(ctx, store, study, false, results, &dropped));
    maille_free(results);
    maille_study_free(study);
    maille_store_close(store);
    return path;
}

/* ---- comparing ---- */

static void add_cell(maille_strbuf *s, const maille_column *c, size_t row) {
    if (c->null[row])
        maille_strbuf_add(s, "-");
    else if (c->type == MAILLE_INT)
        maille_strbuf_add_int(s, c->ints[row]);
    else if (c->type == MAILLE_REAL)
        maille_strbuf_add_double(s, c->reals[row]);
    else if (c->type == MAILLE_TEXT)
        maille_strbuf_add(s, c->texts[row]);
    else
        for (size_t i = 0; i < c->blobs[row].length; i++)
            maille_strbuf_addf(s, "%02x", c->blobs[row].bytes[i]);
    maille_strbuf_add(s, "|");
}

/* All rows as text, but for when and how fast; `audience` NULL: of all. */
static void table_text(maille_store *store, const char *name, const char *audience,
                       maille_strbuf *out) {
    const maille_value seen = maille_text_value(audience ? audience : "");
    const maille_filter of_audience = maille_equals("audience", &seen);
    const maille_query query = {.table = name, .filter = audience ? &of_audience : NULL};
    maille_table *table = NULL;
    CHECK_OK(maille_store_read(ctx, store, &query, &table));
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t i = 0; i < table->column_count; i++) {
            const maille_column *c = &table->columns[i];
            bool of_time = strcmp(c->name, "at") == 0 || strcmp(c->name, "seconds") == 0;
            bool name_of = strcmp(c->name, "who") == 0 || strcmp(c->name, "row_id") == 0;
            bool id = strcmp(c->name, "id") == 0 && c->type == MAILLE_INT;
            if (!of_time && !name_of && !id)
                add_cell(out, c, row);
        }
        maille_strbuf_add(out, "\n");
    }
    maille_table_free(table);
}

static bool same_table(maille_store *a, maille_store *b, const char *name, const char *audience) {
    maille_strbuf x = {0}, y = {0};
    table_text(a, name, audience, &x);
    table_text(b, name, audience, &y);
    bool same = x.length == y.length && (!x.length || memcmp(x.text, y.text, x.length) == 0);
    maille_strbuf_free(&x);
    maille_strbuf_free(&y);
    return same;
}

static maille_store *open_to_read(const char *path) {
    maille_store *store = NULL;
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_READ, "test", &store));
    return store;
}

/* What a step left. */
static bool same_results(maille_store *a, maille_store *b, const step *s,
                         maille_audience audience) {
    const char *of = s->by_audience ? maille_audience_name(audience) : NULL;
    for (const char *const *t = s->tables; t && *t; t++)
        if (!same_table(a, b, *t, of))
            return false;
    return true;
}

static void check_all_same(const char *one, const char *other) {
    static const char *const more[] = {
        "snap", "remark", "step_run", "meta", "commune", "perimeter", "perimeter_member_raw"};
    maille_store *a = open_to_read(one), *b = open_to_read(other);
    int64_t entries[2];
    for (size_t i = 0; i < maille_all_steps_count; i++)
        for (const char *const *t = maille_all_steps[i].tables; t && *t; t++)
            CHECK_TEXT(same_table(a, b, *t, NULL) ? "" : *t, "");
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        CHECK_TEXT(same_table(a, b, more[i], NULL) ? "" : more[i], "");
    CHECK_OK(maille_store_count(ctx, a, "journal", NULL, &entries[0]));
    CHECK_OK(maille_store_count(ctx, b, "journal", NULL, &entries[1]));
    CHECK_INT(entries[0], entries[1]);
    CHECK_OK(maille_store_check(ctx, b));
    maille_store_close(a);
    maille_store_close(b);
}

/* ---- strokes ---- */

/* A stroke that is never the same: another part of the population of a member. */
static maille_status stroke(maille_ctx *in, maille_store *store, int number) {
    static const char *const columns[] = {"perimeter_id", "code"};
    const maille_query query = {
        .table = "perimeter_member_raw", .columns = columns, .column_count = 2};
    maille_table *members = NULL;
    maille_edit_result result;
    maille_status status = maille_store_read(in, store, &query, &members);
    if (status != MAILLE_OK)
        return status;
    size_t row = (size_t)number * 37 % members->rows;
    const maille_op op = {.kind = MAILLE_OP_SHARE,
                          .perimeter = members->columns[0].texts[row],
                          .code = members->columns[1].texts[row],
                          .share = 0.25 + 0.001 * number};
    const maille_edit edit = {.scenario = "", .at = "2026-03-01T12:00:00Z"};
    status = maille_edit_apply(in, store, &edit, &op, 1, &result);
    maille_table_free(members);
    return status;
}

static void strike(const char *path, int number) {
    maille_store *store = open_as(ctx, path, false);
    CHECK_OK(stroke(ctx, store, number));
    maille_store_close(store);
}

/* ---- tests ---- */

TEST(the_whole_chain_leaves_the_same) {
    const char *at_once = import_region(), *late = copy_of(at_once);
    run_both(at_once, false);
    run_both(late, true);
    check_all_same(at_once, late);
    region = at_once;
}

TEST(after_decisions_it_leaves_the_same) {
    const char *at_once = copy_of(region), *late = copy_of(region);
    for (int i = 1; i <= 2; i++) {
        strike(at_once, i);
        strike(late, i);
        run_both(at_once, false);
        run_both(late, true);
        check_all_same(at_once, late);
    }
}

/* Strikes while a step computes: when it has begun, and before it reads. */
typedef struct {
    const char *path, *step;
    maille_ctx *ctx;
    bool done;
} striker;

static void strike_at(void *user, const char *what, size_t done, size_t total) {
    striker *s = user;
    (void)done;
    if (s->done || total != maille_step_count() || strcmp(what, s->step) != 0)
        return;
    s->done = true;
    maille_store *store = open_as(s->ctx, s->path, false);
    CHECK_INT(stroke(s->ctx, store, 2), MAILLE_OK);
    maille_store_close(store);
}

static char *recorded(maille_store *store, const step *s, maille_audience audience) {
    char *hash = NULL;
    CHECK_OK(maille_step_hash(ctx, store, s->name,
                              s->by_audience ? maille_audience_name(audience) : "", &hash));
    return hash;
}

/* Each step's results are those that belong to the hash that is recorded: of before the stroke or
 * after it. Returns how many are of before. */
static size_t check_recorded(const char *path, const char *before, const char *after) {
    maille_store *got = open_to_read(path), *old = open_to_read(before),
                 *anew = open_to_read(after);
    size_t stale = 0;
    for (size_t i = 0; i < maille_all_steps_count; i++) {
        const step *s = &maille_all_steps[i];
        char *hash = recorded(got, s, MAILLE_INTERNE),
             *new_hash = recorded(anew, s, MAILLE_INTERNE),
             *old_hash = recorded(old, s, MAILLE_INTERNE);
        bool is_new = hash && strcmp(hash, new_hash) == 0;
        CHECK_TEXT(is_new || (hash && strcmp(hash, old_hash) == 0) ? "" : s->name, "");
        CHECK_TEXT(same_results(got, is_new ? anew : old, s, MAILLE_INTERNE) ? "" : s->name, "");
        stale += !is_new;
        maille_free(hash);
        maille_free(new_hash);
        maille_free(old_hash);
    }
    /* What is told of steps is the same. */
    maille_step_state *states = NULL;
    size_t count = 0, told = 0;
    CHECK_OK(maille_steps_state(ctx, got, MAILLE_INTERNE, &states, &count));
    for (size_t i = 0; i < count; i++)
        told += states[i].stale;
    CHECK_INT(told, stale);
    maille_free(states);
    maille_store_close(got);
    maille_store_close(old);
    maille_store_close(anew);
    return stale;
}

TEST(a_stroke_while_any_step_computes_is_kept_and_makes_stale_what_read_before_it) {
    static const char *const moments[] = {"members", "perimeters", "findings", "versions"};
    const char *before = copy_of(region), *after;
    size_t stale = 0;
    strike(before, 1);
    after = copy_of(before);
    strike(after, 2);
    run_both(before, false);
    run_both(after, false);
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        const char *path = copy_of(region);
        striker s = {.path = path, .step = moments[i]};
        maille_ctx *computing = NULL;
        CHECK_OK(maille_ctx_new(&s.ctx));
        CHECK_OK(maille_ctx_new(&computing));
        strike(path, 1);
        maille_store *late = open_as(computing, path, true);
        maille_ctx_set_progress(computing, strike_at, &s);
        CHECK_INT(try_run(computing, late, MAILLE_INTERNE, NULL), MAILLE_OK);
        CHECK(s.done);
        maille_store_close(late);
        stale += check_recorded(path, before, after);
        run_late(path); /* and once more: all is of what was decided last */
        CHECK_INT(check_recorded(path, before, after), 0);
        maille_ctx_free(computing);
        maille_ctx_free(s.ctx);
    }
    CHECK(stale > 0); /* some strokes came when a step had read already */
}

/* ---- somebody strikes all the time ---- */

enum { STROKES = 10 };
static atomic_int struck;
static const char *contested_path;

static void *strike_on(void *user) {
    maille_ctx *own = NULL;
    (void)user;
    if (maille_ctx_new(&own) != MAILLE_OK)
        return NULL;
    for (int i = 1; i <= STROKES; i++) {
        maille_store *store = NULL;
        if (maille_store_open(own, contested_path, MAILLE_STORE_WRITE, "stroke", &store) ==
                MAILLE_OK &&
            stroke(own, store, i) == MAILLE_OK)
            atomic_fetch_add(&struck, 1);
        maille_store_close(store);
    }
    maille_ctx_free(own);
    return NULL;
}

TEST(strokes_and_computing_at_the_same_time_lose_nothing) {
    pthread_t striking;
    int rounds = 0;
    contested_path = copy_of(region);
    maille_store *late = open_as(ctx, contested_path, true);
    CHECK_INT(pthread_create(&striking, NULL, strike_on, NULL), 0);
    do {
        maille_status status = try_run(ctx, late, MAILLE_INTERNE, NULL);
        CHECK_TEXT(status == MAILLE_OK || status == MAILLE_BUSY ? "" : maille_message(ctx), "");
        rounds++;
    } while (atomic_load(&struck) < STROKES && rounds < 1000);
    pthread_join(striking, NULL);
    CHECK_INT(atomic_load(&struck), STROKES);
    run(late, MAILLE_INTERNE);
    maille_store_close(late);

    /* All strokes on a store of their own, computed once. */
    const char *quiet = copy_of(region);
    for (int i = 1; i <= STROKES; i++)
        strike(quiet, i);
    run_both(quiet, false);
    CHECK_INT(check_recorded(contested_path, quiet, quiet), 0);
    maille_store *a = open_to_read(quiet), *b = open_to_read(contested_path);
    CHECK(same_table(a, b, "perimeter_member_raw", NULL));
    maille_store_close(a);
    maille_store_close(b);
}

/* ---- giving up ---- */

typedef struct {
    const char *step;
    atomic_bool *cancel;
} giving_up;

static void cancel_at(void *user, const char *what, size_t done, size_t total) {
    const giving_up *g = user;
    (void)done;
    if (total == maille_step_count() && strcmp(what, g->step) == 0)
        atomic_store(g->cancel, true);
}

/* What was whole stays, the rest is as it was. */
static void cancel_within(const char *step_name, bool late, const char *whole) {
    const char *path = copy_of(region);
    atomic_bool cancel = false;
    giving_up g = {step_name, &cancel};
    maille_ctx *computing = NULL;
    strike(path, 1);
    CHECK_OK(maille_ctx_new(&computing));
    maille_store *store = open_as(computing, path, late);
    maille_ctx_set_progress(computing, cancel_at, &g);
    maille_ctx_set_cancel(computing, &cancel);
    CHECK_INT(try_run(computing, store, MAILLE_INTERNE, NULL), MAILLE_CANCELLED);
    maille_store_close(store);
    maille_ctx_free(computing);
    check_recorded(path, region, whole);
}

TEST(what_is_cancelled_leaves_whole_steps_and_nothing_of_others) {
    const char *whole = copy_of(region);
    strike(whole, 1);
    run_both(whole, false);
    cancel_within("perimeters", true, whole);
    cancel_within("perimeters", false, whole);
    cancel_within("findings", true, whole);
}

int main(void) {
    static const test_case cases[] = {
        CASE(the_whole_chain_leaves_the_same), CASE(after_decisions_it_leaves_the_same),
        CASE(a_stroke_while_any_step_computes_is_kept_and_makes_stale_what_read_before_it),
        CASE(strokes_and_computing_at_the_same_time_lose_nothing),
        CASE(what_is_cancelled_leaves_whole_steps_and_nothing_of_others)};
    if (maille_ctx_new(&ctx) != MAILLE_OK || !(paths = maille_arena_new()))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_arena_free(paths);
    maille_ctx_free(ctx);
    return result;
}
