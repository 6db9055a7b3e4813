/* Killed at any moment: the next to open finds a workspace in which each transaction is whole or
 * absent, and none that was acknowledged is missing. (What a power cut does: test_power.c.)
 *
 * All work is done in children; this process holds no connection when it forks. */
#include "store/internal.h"
#include "workspaces.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static uint64_t state = 0xD1B54A32D192ED03;

static void sleep_us(uint64_t us) {
    struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    nanosleep(&time, NULL);
}

/* Sleeps for a random time of `*most`, which follows how long the child needs: it grows when the
 * child was killed too early, as told by the last outcome. */
static void sleep_about(uint64_t *most, bool was_done) {
    *most = was_done ? *most * 2 / 3 + 1000 : *most * 3 / 2;
    sleep_us(next_random(&state) % *most);
}

/* ---- transactions: batch k adds size_of(k) centres of import k and notes k ---- */

static int size_of(int64_t batch) {
    return 1 + (int)(batch * 7919 % 300);
}

static maille_status write_batch(maille_ctx *ctx, maille_store *store, int64_t batch) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "%lld-", (long long)batch);
    maille_table *rows = centres(ctx, prefix, size_of(batch), batch);
    snprintf(prefix, sizeof prefix, "%lld", (long long)batch);
    maille_status status = maille_store_begin(ctx, store);
    if (status == MAILLE_OK)
        status = maille_store_append(ctx, store, "centre", rows);
    if (status == MAILLE_OK)
        status = maille_store_set(ctx, store, "batch", prefix);
    if (status == MAILLE_OK)
        status = maille_store_commit(ctx, store);
    maille_table_free(rows);
    return status;
}

/* Writes batches from the one after `last` on and tells each that is done. */
static void write_for_ever(const char *path, int64_t last, int pipe) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    if (maille_store_open(ctx, path, MAILLE_STORE_WRITE, "child", &store) != MAILLE_OK)
        _exit(1);
    for (int64_t batch = last + 1;; batch++)
        if (write_batch(ctx, store, batch) != MAILLE_OK ||
            write(pipe, &batch, sizeof batch) != sizeof batch)
            _exit(1);
}

/* The last batch that the workspace holds, each being whole. */
static int64_t check_batches(const char *path) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    char *note;
    int64_t last = 0, rows = 0;
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_READ, "test", &store));
    if (!store)
        exit(1);
    CHECK_OK(maille_store_check(ctx, store));
    CHECK_OK(maille_store_get(ctx, store, "batch", &note));
    last = note ? strtoll(note, NULL, 10) : 0;
    for (int64_t batch = 1; batch <= last; batch++)
        rows += size_of(batch);
    CHECK_INT(count_of(ctx, store, "centre"), rows);
    for (int64_t batch = last > 3 ? last - 3 : 1; batch <= last + 1; batch++) {
        maille_value id = maille_int_value(batch);
        maille_filter filter = maille_equals("import_id", &id);
        CHECK_OK(maille_store_count(ctx, store, "centre", &filter, &rows));
        CHECK_INT(rows, batch <= last ? size_of(batch) : 0);
    }
    maille_free(note);
    maille_store_close(store);
    maille_ctx_free(ctx);
    return last;
}

static void make(const char *path) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    maille_status status = maille_store_create(ctx, path, 2154, "child", &store);
    maille_store_close(store);
    _exit(status == MAILLE_OK ? 0 : 1);
}

static void make_in_child(const char *path) {
    int how;
    pid_t child = fork();
    if (child == 0)
        make(path);
    waitpid(child, &how, 0);
    CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

TEST(transactions_are_whole_or_absent) {
    const char *path = fresh_path();
    int64_t held = 0, killed_writing = 0;
    make_in_child(path);
    for (int round = 0; round < 30; round++) {
        int ends[2], how;
        int64_t acknowledged = held, batch;
        CHECK_INT(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            write_for_ever(path, held, ends[1]);
        }
        close(ends[1]);
        if (read(ends[0], &batch, sizeof batch) == sizeof batch) /* it is at work */
            acknowledged = batch;
        sleep_us(next_random(&state) % 40000);
        kill(child, SIGKILL);
        while (read(ends[0], &batch, sizeof batch) == sizeof batch)
            acknowledged = batch;
        close(ends[0]);
        waitpid(child, &how, 0);
        CHECK(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
        CHECK(acknowledged > held);
        held = check_batches(path);
        CHECK(held == acknowledged || held == acknowledged + 1);
        killed_writing += acknowledged;
    }
    CHECK(killed_writing > 0);
}

TEST(a_workspace_is_made_or_absent) {
    int made = 0, absent = 0;
    uint64_t most = 60000;
    bool done = false;
    for (int round = 0; round < 25; round++) {
        const char *path = fresh_path();
        int how;
        pid_t child = fork();
        if (child == 0)
            make(path);
        sleep_about(&most, done);
        kill(child, SIGKILL);
        waitpid(child, &how, 0);
        done = access(path, F_OK) == 0;
        if (done) {
            made++;
        } else {
            absent++;
            make_in_child(path); /* nothing stands in the way */
        }
        CHECK_INT(check_batches(path), 0);
    }
    CHECK(made > 0 && absent > 0);
}

/* ---- migration ---- */

static const maille_migration *with_second(void) {
    static const char sql[] =
        "CREATE TABLE added (id TEXT); CREATE TABLE more (id TEXT);"
        "INSERT INTO added SELECT code FROM centre;"
        "INSERT INTO more SELECT code FROM centre;";
    static maille_migration steps[8];
    maille_migrations known = maille_known_migrations();
    memcpy(steps, known.steps, (size_t)known.count * sizeof *steps);
    steps[known.count] = (maille_migration){sql, NULL, NULL};
    return steps;
}

static void migrate(const char *path) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    maille_migrations newer = {with_second(), maille_known_migrations().count + 1};
    maille_status status =
        maille_store_open_with(ctx, path, MAILLE_STORE_WRITE, "child", newer, &store);
    maille_store_close(store);
    _exit(status == MAILLE_OK ? 0 : 1);
}

TEST(a_migration_is_whole_or_absent) {
    maille_migrations known = maille_known_migrations();
    int migrated = 0, untouched = 0;
    uint64_t most = 60000;
    bool done = false;
    for (int round = 0; round < 15; round++) {
        const char *path = fresh_path();
        int how;
        make_in_child(path);
        pid_t child = fork();
        if (child == 0)
            migrate(path);
        sleep_about(&most, done);
        kill(child, SIGKILL);
        waitpid(child, &how, 0);
        maille_ctx *ctx = new_ctx();
        maille_store *store;
        maille_status status = maille_store_open(ctx, path, MAILLE_STORE_READ, "test", &store);
        done = status != MAILLE_OK;
        if (!done) {
            untouched++;
        } else {
            migrated++;
            CHECK_FAILS(status, MAILLE_REFUSED, "newer");
            maille_migrations newer = {with_second(), known.count + 1};
            CHECK_OK(maille_store_open_with(ctx, path, MAILLE_STORE_READ, "test", newer, &store));
            CHECK_INT(count_of(ctx, store, "more"), 0);
        }
        CHECK_OK(maille_store_check(ctx, store));
        maille_store_close(store);
        maille_ctx_free(ctx);
    }
    CHECK(migrated > 0 && untouched > 0);
}

RUN_TESTS(CASE(transactions_are_whole_or_absent), CASE(a_workspace_is_made_or_absent),
          CASE(a_migration_is_whole_or_absent))
