/* Stores at rest, and turns at the lock: it is held only from rousing to resting, others write in
 * between, what they wrote is seen, and nobody starves. */
#include "store/internal.h"
#include "store/lock.h"
#include "workspaces.h"

#include <maille/journal.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void nap(double seconds) {
    nanosleep(&(struct timespec){.tv_sec = (time_t)seconds,
                                 .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)},
              NULL);
}

static bool exists(const char *path, const char *suffix) {
    char name[1200];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

/* An empty workspace, closed. */
static const char *empty_workspace(maille_ctx *ctx) {
    maille_store *store = new_workspace(ctx);
    static char path[1100];
    snprintf(path, sizeof path, "%s", maille_store_path(store));
    maille_store_close(store);
    return path;
}

TEST(at_rest_it_reads_and_does_not_write) {
    maille_ctx *ctx = new_ctx();
    const char *path = empty_workspace(ctx);
    maille_store *resting, *other;
    char *value;
    CHECK_OK(maille_store_open_resting(ctx, path, "service", &resting));
    CHECK(!exists(path, ".lock"));
    CHECK_INT(count_of(ctx, resting, "journal"), 0);
    CHECK_FAILS(maille_store_set(ctx, resting, "a", "1"), MAILLE_FAILED, "was at rest");
    CHECK_FAILS(maille_journal_add(ctx, resting, &(maille_entry){.action = "note"}), MAILLE_FAILED,
                "was at rest");

    /* Others write meanwhile, and it sees what they wrote. */
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "other", &other));
    CHECK_OK(maille_store_set(ctx, other, "a", "2"));
    CHECK_FAILS(maille_store_rouse(ctx, resting, 0), MAILLE_BUSY, "by other (process");
    maille_store_close(other);
    CHECK_OK(maille_store_rouse(ctx, resting, 0));
    CHECK(exists(path, ".lock"));
    CHECK_OK(maille_store_get(ctx, resting, "a", &value));
    CHECK_TEXT(value, "2");
    maille_free(value);
    CHECK_FAILS(maille_store_rouse(ctx, resting, 0), MAILLE_FAILED, "was not at rest");

    /* Who is named is the one who opened it, not the one whose write it is. */
    CHECK_OK(maille_store_act_as(ctx, resting, "Anne", "k"));
    maille_store_rest(resting);
    CHECK_OK(maille_store_rouse(ctx, resting, 0));
    CHECK_OK(maille_store_open_resting(ctx, path, "other", &other));
    CHECK_FAILS(maille_store_rouse(ctx, other, 0), MAILLE_BUSY, "by service (process");

    /* What was not committed when it rests is gone. */
    CHECK_OK(maille_store_begin(ctx, resting));
    CHECK_OK(maille_store_set(ctx, resting, "a", "3"));
    maille_store_rest(resting);
    maille_store_rest(resting);
    CHECK_OK(maille_store_get(ctx, resting, "a", &value));
    CHECK_TEXT(value, "2");
    maille_free(value);
    CHECK_OK(maille_store_rouse(ctx, other, 0)); /* by the file that the first keeps */
    CHECK_FAILS(maille_store_rouse(ctx, resting, 0), MAILLE_BUSY, "by other (process");
    maille_store_close(resting);
    CHECK(exists(path, ".lock"));
    CHECK_OK(maille_store_open_resting(ctx, path, "third", &resting));
    CHECK_FAILS(maille_store_rouse(ctx, resting, 0), MAILLE_BUSY, "by other (process");
    maille_store_close(other);
    CHECK(!exists(path, ".lock"));
    CHECK_OK(maille_store_rouse(ctx, resting, 0));
    maille_store_close(resting);
    CHECK(!exists(path, ".lock"));
    maille_ctx_free(ctx);
}

TEST(what_was_read_at_rest_does_not_hold_the_state) {
    maille_ctx *ctx = new_ctx();
    const char *path = empty_workspace(ctx);
    maille_store *resting, *other;
    CHECK_OK(maille_store_open_resting(ctx, path, "service", &resting));
    CHECK_OK(maille_store_begin(ctx, resting)); /* of a reader: it holds what it sees */
    CHECK_INT(count_of(ctx, resting, "journal"), 0);
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "other", &other));
    CHECK_OK(maille_journal_add(ctx, other, &(maille_entry){.action = "note"}));
    maille_store_close(other);
    CHECK_INT(count_of(ctx, resting, "journal"), 0);
    CHECK_OK(maille_store_rouse(ctx, resting, 0)); /* a writer sees the last state */
    CHECK_OK(maille_store_begin(ctx, resting));
    CHECK_INT(count_of(ctx, resting, "journal"), 1);
    CHECK_OK(maille_journal_add(ctx, resting, &(maille_entry){.action = "note"}));
    CHECK_OK(maille_store_commit(ctx, resting));
    CHECK_INT(count_of(ctx, resting, "journal"), 2);
    maille_store_close(resting);
    maille_ctx_free(ctx);
}

TEST(another_file_in_its_place_is_noticed) {
    maille_ctx *ctx = new_ctx();
    char path[1100], wal[1200];
    snprintf(path, sizeof path, "%s", empty_workspace(ctx));
    const char *fresh = empty_workspace(ctx);
    maille_store *resting;
    CHECK_OK(maille_store_open_resting(ctx, path, "service", &resting));
    CHECK_INT(rename(fresh, path), 0);
    CHECK_FAILS(maille_store_rouse(ctx, resting, 0), MAILLE_NOT_FOUND, "was replaced by another");
    CHECK_INT(unlink(path), 0);
    CHECK_FAILS(maille_store_rouse(ctx, resting, 0), MAILLE_NOT_FOUND, "was not there any more");
    maille_store_close(resting);
    CHECK(!exists(path, ".lock"));
    snprintf(wal, sizeof wal, "%s-wal", path);
    unlink(wal);

    /* A program of a later version brought it up. */
    snprintf(path, sizeof path, "%s", empty_workspace(ctx));
    CHECK_OK(maille_store_open_resting(ctx, path, "service", &resting));
    sqlite3 *later;
    CHECK_INT(sqlite3_open(path, &later), SQLITE_OK);
    CHECK_INT(sqlite3_exec(later, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(later);
    CHECK_FAILS(maille_store_rouse(ctx, resting, 0), MAILLE_NOT_FOUND, "to version 99");
    maille_store_close(resting);
    CHECK(!exists(path, ".lock"));
    maille_ctx_free(ctx);
}

/* Holds the lock in another process for a while; returns when it has it. */
static pid_t hold(const char *path, double seconds) {
    int ready[2];
    char byte;
    CHECK_INT(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        maille_ctx *ctx = new_ctx();
        int lock;
        char place[1200];
        snprintf(place, sizeof place, "%s", realpath(path, NULL));
        if (maille_lock_take(ctx, place, "child", 0, &lock) != MAILLE_OK)
            _exit(1);
        CHECK_INT(write(ready[1], "x", 1), 1);
        nap(seconds);
        maille_lock_release(place, lock);
        _exit(0);
    }
    CHECK_INT(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void wait_for(pid_t child) {
    int how;
    waitpid(child, &how, 0);
    CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

TEST(an_opener_waits_for_a_writer_that_is_about_to_end) {
    maille_ctx *ctx = new_ctx();
    const char *path = empty_workspace(ctx);
    maille_store *store;
    pid_t child = hold(path, 0.15);
    double since = now_s();
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "command line", &store));
    double waited = now_s() - since;
    CHECK(waited > 0.05 && waited < 2.5);
    CHECK(!exists(path, ".lock.next"));
    wait_for(child);
    maille_store_close(store);

    /* And one that waits to be roused does so as long as it was told. */
    CHECK_OK(maille_store_open_resting(ctx, path, "service", &store));
    child = hold(path, 1);
    since = now_s();
    CHECK_FAILS(maille_store_rouse(ctx, store, 0.1), MAILLE_BUSY, "by child (process");
    waited = now_s() - since;
    CHECK(waited >= 0.1 && waited < 0.9);
    CHECK_OK(maille_store_rouse(ctx, store, 2));
    wait_for(child);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(one_that_died_waiting_holds_nobody_up) {
    maille_ctx *ctx = new_ctx();
    const char *path = empty_workspace(ctx);
    maille_store *store;
    char queue[1200];
    snprintf(queue, sizeof queue, "%s.lock.next", path);
    fclose(fopen(queue, "w")); /* as a kill leaves it */
    double since = now_s();
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "command line", &store));
    CHECK(now_s() - since < 2.5);
    CHECK(!exists(path, ".lock.next"));
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* ---- turns ---- */

static atomic_bool stop;
static atomic_long turns;

typedef struct {
    const char *path;
    double hold_s;
} hammer;

/* Takes the lock again as soon as it let go of it, as a writer with a queue does. */
static void *hammers(void *user) {
    const hammer *h = user;
    maille_ctx *ctx = new_ctx();
    maille_store *store = NULL;
    CHECK_OK(maille_store_open_resting(ctx, h->path, "service", &store));
    while (!atomic_load(&stop)) {
        CHECK_OK(maille_store_rouse(ctx, store, 3));
        nap(h->hold_s);
        maille_store_rest(store);
        atomic_fetch_add(&turns, 1);
    }
    maille_store_close(store);
    maille_ctx_free(ctx);
    return NULL;
}

TEST(the_command_line_gets_its_turn_beside_a_writer_that_never_pauses) {
    maille_ctx *ctx = new_ctx();
    const hammer h = {empty_workspace(ctx), 0.002};
    pthread_t services[2];
    double longest = 0;
    atomic_store(&stop, false);
    for (int i = 0; i < 2; i++) /* two services, even */
        CHECK_INT(pthread_create(&services[i], NULL, hammers, (void *)&h), 0);
    while (atomic_load(&turns) < 10)
        nap(0.001);
    for (int i = 0; i < 20; i++) {
        maille_store *store;
        double since = now_s();
        CHECK_OK(maille_store_open(ctx, h.path, MAILLE_STORE_WRITE, "command line", &store));
        double waited = now_s() - since;
        longest = waited > longest ? waited : longest;
        maille_store_close(store);
        nap(0.005);
    }
    long taken = atomic_load(&turns);
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(services[i], NULL);
    printf("20 turns beside %ld of two services, the longest wait %.1f ms\n", taken,
           longest * 1000);
    CHECK(longest < 2.5);
    CHECK(taken > 40); /* nor did they wait for it */
    maille_ctx_free(ctx);
}

TEST(rousing_is_cheap) {
    enum { TIMES = 2000 };
    maille_ctx *ctx = new_ctx();
    const char *path = empty_workspace(ctx);
    maille_store *store;
    CHECK_OK(maille_store_open_resting(ctx, path, "service", &store));
    double since = now_s();
    for (int i = 0; i < TIMES; i++) {
        CHECK_OK(maille_store_rouse(ctx, store, 1));
        maille_store_rest(store);
    }
    double each = (now_s() - since) / TIMES;
    printf("%.0f µs to rouse and rest\n", each * 1e6);
    CHECK(each < 0.002);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(at_rest_it_reads_and_does_not_write),
          CASE(what_was_read_at_rest_does_not_hold_the_state),
          CASE(another_file_in_its_place_is_noticed),
          CASE(an_opener_waits_for_a_writer_that_is_about_to_end),
          CASE(one_that_died_waiting_holds_nobody_up),
          CASE(the_command_line_gets_its_turn_beside_a_writer_that_never_pauses),
          CASE(rousing_is_cheap))
