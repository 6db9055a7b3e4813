/* What changed outside is noticed; a copy of the workspace is one state of it, whole, whoever
 * writes meanwhile, and never half there. */
#include "store/internal.h"
#include "workspaces.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static maille_store *open_it(maille_ctx *ctx, const char *path, maille_store_mode mode) {
    maille_store *store;
    CHECK_OK(maille_store_open(ctx, path, mode, "test", &store));
    if (!store)
        exit(1);
    return store;
}

/* ---- state ---- */

static uint64_t state_of(maille_ctx *ctx, maille_store *store, bool want_replaced) {
    uint64_t state = 0;
    bool replaced = !want_replaced;
    CHECK_OK(maille_store_state(ctx, store, &state, &replaced));
    CHECK_INT(replaced, want_replaced);
    return state;
}

TEST(what_others_change_is_noticed) {
    maille_ctx *ctx = new_ctx();
    maille_store *writer = new_workspace(ctx);
    maille_store *reader = open_it(ctx, maille_store_path(writer), MAILLE_STORE_READ);
    maille_table *rows = centres(ctx, "a", 3, 1);
    uint64_t before = state_of(ctx, reader, false);
    CHECK_INT(state_of(ctx, reader, false), before);
    CHECK_OK(maille_store_begin(ctx, writer));
    CHECK_OK(maille_store_append(ctx, writer, "centre", rows));
    CHECK_INT(state_of(ctx, reader, false), before); /* not committed */
    maille_store_rollback(writer);
    CHECK_INT(state_of(ctx, reader, false), before);
    CHECK_OK(maille_store_append(ctx, writer, "centre", rows));
    uint64_t after = state_of(ctx, reader, false);
    CHECK(after != before);
    CHECK_INT(state_of(ctx, reader, false), after);
    CHECK_OK(maille_store_set(ctx, writer, "study", "x"));
    CHECK(state_of(ctx, reader, false) != after);
    maille_table_free(rows);
    maille_store_close(reader);
    maille_store_close(writer);
    maille_ctx_free(ctx);
}

TEST(another_file_in_its_place_is_noticed) {
    maille_ctx *ctx = new_ctx();
    maille_store *one = new_workspace(ctx), *two = new_workspace(ctx);
    char here[1100], there[1100];
    snprintf(here, sizeof here, "%s", maille_store_path(one));
    snprintf(there, sizeof there, "%s", maille_store_path(two));
    maille_store_close(one);
    maille_store_close(two);
    maille_store *reader = open_it(ctx, here, MAILLE_STORE_READ);
    uint64_t before = state_of(ctx, reader, false), state;
    bool replaced;
    CHECK_INT(rename(there, here), 0);
    CHECK(state_of(ctx, reader, true) != before);
    CHECK_INT(unlink(here), 0);
    CHECK_FAILS(maille_store_state(ctx, reader, &state, &replaced), MAILLE_NOT_FOUND,
                "was not there any more");
    maille_store_close(reader);
    maille_ctx_free(ctx);
}

/* ---- backup ---- */

/* Files of the scratch folder whose name holds `part`. */
static int files_with(const char *part) {
    int count = 0;
    DIR *dir = opendir(test_scratch("."));
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += strstr(e->d_name, part) != NULL;
    if (dir)
        closedir(dir);
    return count;
}

TEST(a_copy_holds_what_the_workspace_holds) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows = centres(ctx, "a", 500, 1), *more = centres(ctx, "b", 7, 1);
    const char *path = test_scratch("copy.maille");
    struct stat about;
    CHECK_OK(maille_store_append(ctx, store, "centre", rows));
    CHECK_INT(chmod(maille_store_path(store), 0600), 0);
    maille_store *reader = open_it(ctx, maille_store_path(store), MAILLE_STORE_READ);
    CHECK_OK(maille_store_backup(ctx, reader, path, false));
    CHECK_INT(files_with("copy.maille"), 1); /* nothing beside it */
    CHECK(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    maille_store *copy = open_it(ctx, path, MAILLE_STORE_WRITE);
    CHECK_INT(count_of(ctx, copy, "centre"), 500);
    CHECK_OK(maille_store_check(ctx, copy));
    CHECK_OK(maille_store_append(ctx, copy, "centre", more));
    CHECK_INT(count_of(ctx, store, "centre"), 500);

    /* One that is there stays, unless it is to be replaced and nobody writes it. */
    CHECK_FAILS(maille_store_backup(ctx, reader, path, false), MAILLE_REFUSED,
                "copy.maille was there already");
    CHECK_FAILS(maille_store_backup(ctx, reader, path, true), MAILLE_BUSY, "by test");
    CHECK_INT(count_of(ctx, copy, "centre"), 507);
    maille_store_close(copy);
    CHECK_OK(maille_store_backup(ctx, store, path, true));
    copy = open_it(ctx, path, MAILLE_STORE_READ);
    CHECK_INT(count_of(ctx, copy, "centre"), 500);
    maille_store_close(copy);
    CHECK_INT(files_with(".new"), 0);
    maille_table_free(rows);
    maille_table_free(more);
    maille_store_close(reader);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(what_cannot_be_copied_is_told) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    char linked[1100];
    snprintf(linked, sizeof linked, "%s", test_scratch("linked.maille"));
    CHECK_FAILS(maille_store_backup(ctx, store, maille_store_path(store), true), MAILLE_REFUSED,
                "was the workspace itself");
    CHECK_INT(symlink(maille_store_path(store), linked), 0);
    CHECK_FAILS(maille_store_backup(ctx, store, linked, true), MAILLE_REFUSED,
                "was the workspace itself");
    CHECK_FAILS(maille_store_backup(ctx, store, test_scratch("no/where.maille"), false),
                MAILLE_NOT_FOUND, "was not found");
    CHECK_FAILS(maille_store_backup(ctx, store, test_scratch("."), true), MAILLE_REFUSED,
                "was no plain file");
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_FAILS(maille_store_backup(ctx, store, test_scratch("middle.maille"), false),
                MAILLE_FAILED, "in the middle of a change");
    maille_store_rollback(store);
    CHECK_INT(files_with("middle"), 0);
    CHECK_INT(files_with(".new"), 0);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* A workspace with a damaged page is not passed off as a backup. */
TEST(a_damaged_workspace_is_not_backed_up) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows = centres(ctx, "a", 2000, 1);
    CHECK_OK(maille_store_append(ctx, store, "centre", rows));
    sqlite3_int64 page = 0, size = 0;
    CHECK_OK(maille_sql_number(ctx, store->db,
                               "SELECT rootpage FROM sqlite_schema WHERE name = "
                               "'sqlite_autoindex_centre_1'",
                               "t", &page));
    CHECK_OK(maille_sql_number(ctx, store->db, "PRAGMA page_size", "t", &size));
    char path[1100];
    snprintf(path, sizeof path, "%s", maille_store_path(store));
    maille_store_close(store);
    FILE *file = fopen(path, "r+b");
    CHECK(file && fseek(file, (long)((page - 1) * size + 3), SEEK_SET) == 0 &&
          fwrite("\0\1", 1, 2, file) == 2 && fclose(file) == 0);
    store = open_it(ctx, path, MAILLE_STORE_READ);
    CHECK_FAILS(maille_store_backup(ctx, store, test_scratch("damaged.maille"), false),
                MAILLE_FAILED, "damaged");
    CHECK_INT(files_with("damaged.maille"), 0);
    maille_table_free(rows);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

typedef struct {
    const char *path;
    atomic_int batches;
    atomic_bool stop;
} writing;

enum { BATCH = 50 };

/* Writes batch after batch, each in a change of its own. */
static void *write_on(void *user) {
    writing *w = user;
    maille_ctx *ctx = new_ctx();
    maille_store *store = open_it(ctx, w->path, MAILLE_STORE_WRITE);
    while (!w->stop) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "b%d-", w->batches);
        maille_table *rows = centres(ctx, prefix, BATCH, 1);
        CHECK_OK(maille_store_append(ctx, store, "centre", rows));
        maille_table_free(rows);
        w->batches++;
    }
    maille_store_close(store);
    maille_ctx_free(ctx);
    return NULL;
}

TEST(a_copy_made_while_others_write_is_one_state) {
    maille_ctx *ctx = new_ctx();
    maille_store *made = new_workspace(ctx);
    char path[1100];
    snprintf(path, sizeof path, "%s", maille_store_path(made));
    maille_store_close(made);
    writing w = {.path = path};
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, write_on, &w), 0);
    maille_store *reader = open_it(ctx, path, MAILLE_STORE_READ);
    int grown = 0;
    for (int copy = 0; copy < 20; copy++) {
        const char *to = test_scratch("busy.maille");
        int before = w.batches;
        CHECK_OK(maille_store_backup(ctx, reader, to, true));
        int after = w.batches;
        maille_store *backup = open_it(ctx, to, MAILLE_STORE_READ);
        int64_t rows = count_of(ctx, backup, "centre");
        CHECK_INT(rows % BATCH, 0);
        CHECK(rows / BATCH >= before && rows / BATCH <= after + 1);
        grown += after > before;
        maille_store_close(backup);
    }
    CHECK(grown > 0); /* the writer did not wait */
    w.stop = true;
    CHECK_INT(pthread_join(thread, NULL), 0);
    maille_store_close(reader);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(what_others_change_is_noticed), CASE(another_file_in_its_place_is_noticed),
          CASE(a_copy_holds_what_the_workspace_holds), CASE(what_cannot_be_copied_is_told),
          CASE(a_damaged_workspace_is_not_backed_up),
          CASE(a_copy_made_while_others_write_is_one_state))
