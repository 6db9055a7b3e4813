/* The context: message, log, progress, slots. */
#include "harness.h"

#include <pthread.h>
#include <sched.h>

#include <maille/ctx.h>
#include <maille/text.h>

static maille_ctx *new_ctx(void) {
    maille_ctx *ctx = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    return ctx;
}

TEST(exit_codes) {
    CHECK_INT(maille_exit_code(MAILLE_OK), 0);
    CHECK_INT(maille_exit_code(MAILLE_FAILED), 1);
    CHECK_INT(maille_exit_code(MAILLE_USAGE), 2);
    CHECK_INT(maille_exit_code(MAILLE_REFUSED), 3);
    CHECK_INT(maille_exit_code(MAILLE_NOT_FOUND), 4);
    CHECK_INT(maille_exit_code(MAILLE_FOUND), 5);
    CHECK_INT(maille_exit_code(MAILLE_NO_MEMORY), 1);
    CHECK_INT(maille_exit_code(MAILLE_BUSY), 1);
    CHECK_INT(maille_exit_code((maille_status)99), 1);
}

TEST(a_failure_keeps_its_message) {
    maille_ctx *ctx = new_ctx();
    CHECK_TEXT(maille_message(ctx), "");
    CHECK(maille_fail(ctx, MAILLE_REFUSED, "row %d of %s\nwas\tbad", 3, "a.csv") == MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx), "row 3 of a.csv was bad");
    /* A message may be wrapped in the next one. */
    maille_fail(ctx, MAILLE_FAILED, "import stopped: %s", maille_message(ctx));
    CHECK_TEXT(maille_message(ctx), "import stopped: row 3 of a.csv was bad");
    CHECK(maille_no_memory(ctx) == MAILLE_NO_MEMORY);
    CHECK_TEXT(maille_message(ctx), "memory ran out");
    maille_ctx_free(ctx);
    maille_ctx_free(NULL);
}

TEST(a_long_message_is_cut_between_characters) {
    static const char *const characters[] = {"é", "€", "😀"};
    maille_ctx *ctx = new_ctx();
    for (size_t k = 0; k < 3; k++)
        for (size_t shift = 0; shift < 4; shift++) {
            char text[4096];
            size_t length = 0, size = strlen(characters[k]);
            for (; length < shift; length++)
                text[length] = 'x';
            while (length < 2000) {
                memcpy(text + length, characters[k], size);
                length += size;
            }
            text[length] = '\0';
            maille_fail(ctx, MAILLE_FAILED, "%s", text);
            size_t got = strlen(maille_message(ctx));
            CHECK(maille_is_utf8(maille_message(ctx), got));
            CHECK_INT(got, shift + (1023 - shift) / size * size);
            CHECK(strncmp(maille_message(ctx), text, got) == 0);
        }
    maille_ctx_free(ctx);
}

static char logged[256];
static void keep_log(void *user, maille_level level, const char *message) {
    (*(int *)user)++;
    snprintf(logged, sizeof logged, "%d %s", (int)level, message);
}

TEST(the_log_hears_what_is_grave_enough) {
    int calls = 0;
    maille_ctx *ctx = new_ctx(), *child = NULL;
    maille_log(ctx, MAILLE_LOG_ERROR, "nobody listens");
    maille_ctx_set_log(ctx, keep_log, &calls, MAILLE_LOG_WARNING);
    maille_log(ctx, MAILLE_LOG_INFO, "too light");
    CHECK_INT(calls, 0);
    maille_log(ctx, MAILLE_LOG_WARNING, "%d rows", 3);
    CHECK_TEXT(logged, "1 3 rows");
    CHECK(maille_ctx_child(ctx, &child) == MAILLE_OK);
    maille_fail(child, MAILLE_FAILED, "its own");
    CHECK_TEXT(maille_message(ctx), "");
    maille_ctx_free(ctx); /* a child may outlive its parent */
    maille_log(child, MAILLE_LOG_ERROR, "child");
    CHECK_INT(calls, 2);
    CHECK_TEXT(logged, "0 child");
    maille_ctx_free(child);
}

/* A progress function that logs, from several threads: one at a time, none lost. */
typedef struct {
    maille_ctx *ctx;
    long calls; /* plain on purpose: the contexts' lock guards it */
} counter;

static void count_call(void *user, const char *what, size_t done, size_t total) {
    counter *c = user;
    CHECK(done < total && strcmp(what, "rows") == 0);
    long calls = c->calls;
    sched_yield(); /* another thread may run, but not in here */
    c->calls = calls + 1;
    maille_log(c->ctx, MAILLE_LOG_DEBUG, "%zu", done);
}

static void count_log(void *user, maille_level level, const char *message) {
    CHECK(level == MAILLE_LOG_DEBUG && message[0] != '\0');
    ((counter *)user)->calls++;
}

static void *report(void *argument) {
    for (size_t i = 0; i < 10000; i++)
        maille_progress(argument, "rows", i, 10000);
    return NULL;
}

TEST(progress_comes_from_one_thread_at_a_time) {
    counter c = {.ctx = new_ctx()};
    maille_ctx *children[2];
    pthread_t threads[2];
    maille_progress(c.ctx, "nobody listens", 0, 1);
    maille_ctx_set_progress(c.ctx, count_call, &c);
    maille_ctx_set_log(c.ctx, count_log, &c, MAILLE_LOG_DEBUG);
    for (int i = 0; i < 2; i++) {
        CHECK(maille_ctx_child(c.ctx, &children[i]) == MAILLE_OK);
        CHECK(pthread_create(&threads[i], NULL, report, children[i]) == 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        maille_ctx_free(children[i]);
    }
    CHECK_INT(c.calls, 40000);
    maille_ctx_free(c.ctx);
}

TEST(jobs) {
    maille_ctx *ctx = new_ctx(), *child = NULL;
    CHECK(maille_ctx_jobs(ctx) >= 1);
    maille_ctx_set_jobs(ctx, 7);
    CHECK(maille_ctx_child(ctx, &child) == MAILLE_OK);
    CHECK_INT(maille_ctx_jobs(child), 7);
    maille_ctx_set_jobs(ctx, 0);
    CHECK(maille_ctx_jobs(ctx) >= 1);
    maille_ctx_free(child);
    maille_ctx_free(ctx);
}

static int released;
static void release(void *handle) {
    released += *(int *)handle;
}

TEST(slots_die_with_the_context) {
    int one = 1, ten = 10, hundred = 100;
    maille_ctx *ctx = new_ctx(), *child = NULL;
    CHECK(maille_ctx_slot(ctx, MAILLE_SLOT_GEOS) == NULL);
    maille_ctx_set_slot(ctx, MAILLE_SLOT_GEOS, &one, release);
    maille_ctx_set_slot(ctx, MAILLE_SLOT_PROJ, &ten, release);
    CHECK(maille_ctx_child(ctx, &child) == MAILLE_OK);
    CHECK(maille_ctx_slot(child, MAILLE_SLOT_GEOS) == NULL);
    maille_ctx_free(child);
    CHECK_INT(released, 0);
    maille_ctx_set_slot(ctx, MAILLE_SLOT_GEOS, &one, release); /* the same: kept */
    CHECK_INT(released, 0);
    maille_ctx_set_slot(ctx, MAILLE_SLOT_GEOS, &hundred, release); /* another: the old one goes */
    CHECK_INT(released, 1);
    CHECK(maille_ctx_slot(ctx, MAILLE_SLOT_GEOS) == &hundred);
    maille_ctx_free(ctx);
    CHECK_INT(released, 111);
}

RUN_TESTS(CASE(exit_codes), CASE(a_failure_keeps_its_message),
          CASE(a_long_message_is_cut_between_characters), CASE(the_log_hears_what_is_grave_enough),
          CASE(progress_comes_from_one_thread_at_a_time), CASE(jobs),
          CASE(slots_die_with_the_context))
