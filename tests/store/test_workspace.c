/* The workspace as a file: made, opened, refused, locked, shared, migrated. */
#include "store/internal.h"
#include "workspaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static bool exists(const char *path, const char *suffix) {
    char name[1100];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

static void write_file(const char *path, const char *content, size_t length) {
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(content, 1, length, file) == length);
    if (file)
        fclose(file);
}

/* Runs SQL on a file behind the workspace's back, as another program would. */
static void with_sqlite(const char *path, const char *sql) {
    sqlite3 *db;
    CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
    CHECK_INT(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static sqlite3_int64 number(maille_ctx *ctx, maille_store *store, const char *sql) {
    sqlite3_int64 value = -1;
    CHECK_OK(maille_sql_number(ctx, store->db, sql, "test", &value));
    return value;
}

TEST(a_workspace_is_made_and_opened_again) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    const char *path = fresh_path();
    char *crs;
    CHECK_OK(maille_store_create(ctx, path, 2154, "anne", &store));
    CHECK_TEXT(maille_store_path(store), path);
    CHECK_TEXT(maille_store_who(store), "anne");
    maille_store_close(store);
    CHECK(exists(path, "") && !exists(path, ".new") && !exists(path, ".lock"));
    CHECK(!exists(path, "-wal") && !exists(path, "-shm"));
    for (int mode = MAILLE_STORE_READ; mode <= MAILLE_STORE_WRITE; mode++) {
        CHECK_OK(maille_store_open(ctx, path, (maille_store_mode)mode, "anne", &store));
        CHECK_OK(maille_store_get(ctx, store, "crs", &crs));
        CHECK_TEXT(crs, "EPSG:2154");
        maille_free(crs);
        CHECK_OK(maille_store_check(ctx, store));
        maille_store_close(store);
    }
    maille_store_close(NULL);
    maille_ctx_free(ctx);
}

/* Whether another process would find a lock on the file; SQLite's tell that it is in use. */
static bool is_locked(const char *path) {
    int result = 0;
    pid_t child = fork();
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int file = open(path, O_RDWR);
        _exit(file < 0 || fcntl(file, F_GETLK, &lock) != 0 ? 2 : lock.l_type != F_UNLCK);
    }
    CHECK(child > 0 && waitpid(child, &result, 0) == child && WIFEXITED(result));
    CHECK(WEXITSTATUS(result) != 2);
    return WEXITSTATUS(result) == 1;
}

/* A lock that is let go of lets others remove the -wal file under our feet. */
TEST(opening_it_again_keeps_the_locks_of_those_who_have_it_open) {
    maille_ctx *ctx = new_ctx();
    maille_store *store, *first, *second;
    const char *path = fresh_path();
    CHECK_OK(maille_store_create(ctx, path, 2154, "anne", &store));
    maille_store_close(store);
    CHECK(!is_locked(path));
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_READ, "anne", &first));
    CHECK(is_locked(path));
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_READ, "anne", &second));
    CHECK(is_locked(path));
    maille_store_close(second);
    CHECK(is_locked(path));
    maille_store_close(first);
    CHECK(!is_locked(path));
    maille_ctx_free(ctx);
}

TEST(it_is_durable) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    sqlite3_stmt *mode;
    CHECK_INT(number(ctx, store, "PRAGMA synchronous"), 2); /* FULL */
    CHECK_INT(sqlite3_prepare_v2(store->db, "PRAGMA journal_mode", -1, &mode, NULL), SQLITE_OK);
    CHECK_INT(sqlite3_step(mode), SQLITE_ROW);
    CHECK_TEXT((const char *)sqlite3_column_text(mode, 0), "wal");
    sqlite3_finalize(mode);
    /* also when another program has changed the journal */
    char *path = maille_strdup(maille_store_path(store));
    maille_store_close(store);
    with_sqlite(path, "PRAGMA journal_mode = DELETE");
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "t", &store));
    CHECK_INT(sqlite3_prepare_v2(store->db, "PRAGMA journal_mode", -1, &mode, NULL), SQLITE_OK);
    CHECK_INT(sqlite3_step(mode), SQLITE_ROW);
    CHECK_TEXT((const char *)sqlite3_column_text(mode, 0), "wal");
    sqlite3_finalize(mode);
    maille_store_close(store);
    maille_free(path);
    maille_ctx_free(ctx);
}

TEST(what_is_no_workspace_is_refused) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    char nothing[200] = {0};
    CHECK_FAILS(maille_store_open(ctx, test_scratch("none.maille"), MAILLE_STORE_READ, "t", &store),
                MAILLE_NOT_FOUND, "none.maille was not found");
    CHECK(store == NULL && !exists(test_scratch("none.maille"), ""));
    CHECK_FAILS(maille_store_open(ctx, "/nowhere/none.maille", MAILLE_STORE_WRITE, "t", &store),
                MAILLE_NOT_FOUND, "/nowhere");
    CHECK_FAILS(maille_store_create(ctx, "/nowhere/none.maille", 0, "t", &store), MAILLE_NOT_FOUND,
                "/nowhere");
    CHECK_INT(maille_store_open(ctx, "", MAILLE_STORE_READ, "t", &store), MAILLE_USAGE);
    CHECK_INT(maille_store_open(ctx, NULL, MAILLE_STORE_READ, "t", &store), MAILLE_USAGE);
    CHECK_FAILS(maille_store_open(ctx, test_scratch(""), MAILLE_STORE_READ, "t", &store),
                MAILLE_REFUSED, "a folder");
    write_file(test_scratch("text.maille"), nothing, 0);
    CHECK_FAILS(
        maille_store_open(ctx, test_scratch("text.maille"), MAILLE_STORE_WRITE, "t", &store),
        MAILLE_REFUSED, "no SQLite file");
    write_file(test_scratch("zeros.maille"), nothing, sizeof nothing);
    CHECK_FAILS(
        maille_store_open(ctx, test_scratch("zeros.maille"), MAILLE_STORE_READ, "t", &store),
        MAILLE_REFUSED, "no SQLite file");
    const char *foreign = test_scratch("foreign.sqlite");
    with_sqlite(foreign, "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    CHECK_FAILS(maille_store_open(ctx, foreign, MAILLE_STORE_WRITE, "t", &store), MAILLE_REFUSED,
                "another program made this SQLite file");
    CHECK(!exists(foreign, ".lock"));
    with_sqlite(foreign, "PRAGMA application_id = 0x4D41494C");
    CHECK_FAILS(maille_store_open(ctx, foreign, MAILLE_STORE_READ, "t", &store), MAILLE_REFUSED,
                "its version is 0");
    maille_ctx_free(ctx);
}

TEST(a_damaged_workspace_is_told) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    char *path = maille_strdup(maille_store_path(store));
    maille_store_close(store);
    int file = open(path, O_WRONLY);
    char garbage[8192];
    memset(garbage, 0x5A, sizeof garbage);
    for (off_t page = 2; page < 30; page++)
        CHECK(pwrite(file, garbage, sizeof garbage, page * 8192) == sizeof garbage);
    close(file);
    maille_status status = maille_store_open(ctx, path, MAILLE_STORE_READ, "t", &store);
    if (status == MAILLE_OK) {
        CHECK_FAILS(maille_store_check(ctx, store), MAILLE_FOUND, "was damaged");
        maille_store_close(store);
    } else {
        CHECK_FAILS(status, MAILLE_FAILED, path);
    }
    maille_free(path);
    maille_ctx_free(ctx);
}

TEST(making_over_a_file_is_refused_and_leaves_it) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    const char *path = fresh_path();
    char content[8] = {0};
    write_file(path, "thesis", 6);
    CHECK_FAILS(maille_store_create(ctx, path, 0, "t", &store), MAILLE_REFUSED,
                "was there already");
    FILE *file = fopen(path, "rb");
    CHECK_INT(fread(content, 1, sizeof content, file), 6);
    fclose(file);
    CHECK_TEXT(content, "thesis");
    CHECK(!exists(path, ".lock") && !exists(path, ".new"));
    maille_ctx_free(ctx);
}

TEST(what_an_older_workspace_left_behind_is_not_taken_over) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    const char *path = fresh_path();
    char name[1100];
    static const char *const leftovers[] = {".new", ".new-wal", ".new-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++) {
        snprintf(name, sizeof name, "%s%s", path, leftovers[i]);
        write_file(name, "left by a kill", 14);
    }
    CHECK_OK(maille_store_create(ctx, path, 0, "t", &store));
    CHECK_OK(maille_store_check(ctx, store));
    char *crs;
    CHECK_OK(maille_store_get(ctx, store, "crs", &crs));
    CHECK_TEXT(crs, NULL); /* 0 = not chosen yet */
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* maille_store_open would wait first: test_lock_long. */
TEST(one_writer_at_a_time) {
    maille_ctx *ctx = new_ctx();
    maille_store *first, *second;
    const char *path = fresh_path();
    char part[64], link[1100];
    CHECK_OK(maille_store_create(ctx, path, 0, "anne of planning", &first));
    snprintf(part, sizeof part, "by anne of planning (process %ld)", (long)getpid());
    CHECK_OK(maille_store_open_resting(ctx, path, "bob", &second));
    CHECK_FAILS(maille_store_rouse(ctx, second, 0), MAILLE_BUSY, part);
    maille_store_close(second);
    snprintf(link, sizeof link, "%s.link", path); /* by another name, too */
    CHECK_INT(symlink(path, link), 0);
    CHECK_OK(maille_store_open_resting(ctx, link, "bob", &second));
    CHECK_FAILS(maille_store_rouse(ctx, second, 0.01), MAILLE_BUSY, part);
    maille_store_close(first);
    CHECK(!exists(path, ".lock"));
    CHECK_OK(maille_store_rouse(ctx, second, 0));
    CHECK_OK(maille_store_open_resting(ctx, path, "anne", &first));
    CHECK_FAILS(maille_store_rouse(ctx, first, 0), MAILLE_BUSY, "by bob (process");
    maille_store_close(second);
    CHECK_OK(maille_store_rouse(ctx, first, 0));
    maille_store_close(first);
    CHECK(!exists(path, ".lock") && !exists(path, ".lock.next"));
    maille_ctx_free(ctx);
}

TEST(a_dead_writer_holds_nothing) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    const char *path = fresh_path();
    pid_t child = fork();
    if (child == 0) {
        maille_store_create(ctx, path, 0, "child", &store);
        _exit(store ? 0 : 1); /* without closing */
    }
    int how;
    waitpid(child, &how, 0);
    CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    CHECK(exists(path, ".lock"));
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "parent", &store));
    CHECK_OK(maille_store_check(ctx, store));
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(a_reader_sees_the_last_state_while_a_writer_writes) {
    maille_ctx *ctx = new_ctx();
    maille_store *writer = new_workspace(ctx), *reader;
    maille_table *rows = centres(ctx, "a", 100, 1), *more = centres(ctx, "b", 20000, 2);
    CHECK_OK(maille_store_append(ctx, writer, "centre", rows));
    CHECK_OK(maille_store_begin(ctx, writer));
    CHECK_OK(maille_store_append(ctx, writer, "centre", more));
    CHECK_OK(maille_store_open(ctx, maille_store_path(writer), MAILLE_STORE_READ, "r", &reader));
    CHECK_INT(count_of(ctx, reader, "centre"), 100);
    CHECK_OK(maille_store_begin(ctx, reader)); /* from its first look on, a reader's state stands */
    CHECK_INT(count_of(ctx, reader, "centre"), 100);
    CHECK_OK(maille_store_commit(ctx, writer));
    CHECK_INT(count_of(ctx, reader, "centre"), 100);
    CHECK_OK(maille_store_commit(ctx, reader));
    CHECK_INT(count_of(ctx, reader, "centre"), 20100);
    maille_store_close(writer);
    CHECK_INT(count_of(ctx, reader, "centre"), 20100);
    maille_store_close(reader);
    maille_table_free(rows);
    maille_table_free(more);
    maille_ctx_free(ctx);
}

TEST(a_reader_cannot_write) {
    maille_ctx *ctx = new_ctx();
    maille_store *writer = new_workspace(ctx), *reader;
    maille_table *rows = centres(ctx, "a", 1, 1);
    CHECK_OK(maille_store_open(ctx, maille_store_path(writer), MAILLE_STORE_READ, "r", &reader));
    CHECK_FAILS(maille_store_append(ctx, reader, "centre", rows), MAILLE_FAILED,
                "for reading only");
    CHECK_FAILS(maille_store_delete(ctx, reader, "centre", NULL), MAILLE_FAILED,
                "for reading only");
    CHECK_FAILS(maille_store_set(ctx, reader, "crs", "x"), MAILLE_FAILED, "for reading only");
    CHECK(sqlite3_exec(reader->db, "DELETE FROM meta", NULL, NULL, NULL) != SQLITE_OK);
    maille_store_close(reader);
    maille_store_close(writer);
    maille_table_free(rows);
    maille_ctx_free(ctx);
}

TEST(another_program_that_writes_is_told) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    sqlite3 *other;
    CHECK_INT(sqlite3_open(maille_store_path(store), &other), SQLITE_OK);
    CHECK_INT(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_busy_timeout(store->db, 10);
    CHECK_FAILS(maille_store_begin(ctx, store), MAILLE_BUSY, "another program held the database");
    sqlite3_close(other);
    CHECK_OK(maille_store_begin(ctx, store));
    maille_store_rollback(store);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(transactions_do_not_nest) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    CHECK_INT(maille_store_commit(ctx, store), MAILLE_FAILED);
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_FAILS(maille_store_begin(ctx, store), MAILLE_FAILED, "twice");
    maille_store_rollback(store);
    CHECK_FAILS(maille_store_commit(ctx, store), MAILLE_FAILED, "no transaction");
    maille_store_rollback(store); /* fine */
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(settings_are_kept) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    char *value;
    CHECK_OK(maille_store_get(ctx, store, "title_fr", &value));
    CHECK_TEXT(value, NULL);
    CHECK_OK(maille_store_set(ctx, store, "title_fr", "Corse"));
    CHECK_OK(maille_store_set(ctx, store, "title_fr", "La Corse; l’île"));
    CHECK_OK(maille_store_get(ctx, store, "title_fr", &value));
    CHECK_TEXT(value, "La Corse; l’île");
    maille_free(value);
    CHECK_INT(maille_store_set(ctx, store, "x", NULL), MAILLE_REFUSED);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(the_cache_lies_beside_the_workspace) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    const char *folder;
    struct stat about;
    for (int i = 0; i < 2; i++) {
        CHECK_OK(maille_store_cache(ctx, store, &folder));
        CHECK(stat(folder, &about) == 0 && S_ISDIR(about.st_mode));
        CHECK(strstr(folder, ".maille.cache") != NULL);
    }
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* ---- versions ---- */

static const char second_sql[] =
    "ALTER TABLE centre ADD COLUMN note TEXT; CREATE TABLE added (id TEXT "
    "PRIMARY KEY); CREATE VIEW seen AS SELECT code, note FROM centre;",
                  broken_sql[] = "CREATE TABLE half (id TEXT); CREATE TABLE commune (id TEXT);";
static const char *const second_geometry[] = {"added", NULL};

/* The known versions and one more. */
static maille_migrations with_second(const char *sql, const char *const *geometry) {
    static maille_migration steps[8];
    maille_migrations known = maille_known_migrations();
    memcpy(steps, known.steps, (size_t)known.count * sizeof *steps);
    steps[known.count] = (maille_migration){sql, geometry, NULL};
    return (maille_migrations){steps, known.count + 1};
}

TEST(an_older_workspace_is_migrated_after_a_backup) {
    maille_ctx *ctx = new_ctx();
    int old = maille_known_migrations().count;
    char backup[1100], suffix[32];
    snprintf(suffix, sizeof suffix, ".backup-v%d", old);
    for (int mode = MAILLE_STORE_READ; mode <= MAILLE_STORE_WRITE; mode++) {
        maille_store *store = new_workspace(ctx);
        maille_table *rows = centres(ctx, "a", 3, 1), *about;
        char *path = maille_strdup(maille_store_path(store));
        CHECK_OK(maille_store_append(ctx, store, "centre", rows));
        maille_store_close(store);
        maille_migrations newer = with_second(second_sql, second_geometry);
        CHECK_OK(maille_store_open_with(ctx, path, (maille_store_mode)mode, "t", newer, &store));
        CHECK_INT(number(ctx, store, "PRAGMA user_version"), newer.count);
        CHECK_INT(count_of(ctx, store, "centre"), 3);
        CHECK_INT(count_of(ctx, store, "added"), 0);
        CHECK_INT(count_of(ctx, store, "seen"), 3); /* views are read like tables … */
        CHECK_OK(maille_store_describe(ctx, store, "seen", &about));
        CHECK_INT(about->column_count, 2);
        CHECK_INT(about->columns[1].type, MAILLE_TEXT);
        maille_table_free(about);
        CHECK_OK(maille_store_describe(ctx, store, "added", &about));
        CHECK_INT(about->columns[1].type, MAILLE_GEOMETRY);
        CHECK_INT(maille_store_delete(ctx, store, "seen", NULL), MAILLE_USAGE); /* … not written */
        CHECK_OK(maille_store_check(ctx, store));
        maille_table_free(about);
        maille_store_close(store);

        /* the backup is a workspace of the old version; the migrated one is too new for us */
        snprintf(backup, sizeof backup, "%s%s", path, suffix);
        CHECK(!exists(backup, ".new"));
        CHECK_OK(maille_store_open(ctx, backup, MAILLE_STORE_READ, "t", &store));
        CHECK_INT(count_of(ctx, store, "centre"), 3);
        CHECK_OK(maille_store_check(ctx, store));
        maille_store_close(store);
        CHECK_FAILS(maille_store_open(ctx, path, MAILLE_STORE_READ, "t", &store), MAILLE_REFUSED,
                    "newer than version");
        CHECK_FAILS(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "t", &store), MAILLE_REFUSED,
                    "newer than version");
        CHECK(!exists(path, ".lock"));
        maille_table_free(rows);
        maille_free(path);
    }
    maille_ctx_free(ctx);
}

TEST(a_migration_that_fails_changes_nothing) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    char *path = maille_strdup(maille_store_path(store));
    maille_store_close(store);
    maille_migrations broken = with_second(broken_sql, NULL);
    CHECK_FAILS(maille_store_open_with(ctx, path, MAILLE_STORE_WRITE, "t", broken, &store),
                MAILLE_FAILED, path);
    CHECK(store == NULL);
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "t", &store));
    CHECK_INT(number(ctx, store, "PRAGMA user_version"), broken.count - 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    maille_store_close(store);
    maille_free(path);
    maille_ctx_free(ctx);
}

/* ---- other programs, other file systems ---- */

TEST(gdal_lists_the_layers) {
    if (system("ogrinfo --version >/dev/null 2>&1") != 0) {
        fprintf(stderr, "SKIPPED: ogrinfo is not installed\n");
        return;
    }
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    char *path = maille_strdup(maille_store_path(store)), command[1200], listing[4096];
    maille_store_close(store);
    snprintf(command, sizeof command, "ogrinfo -ro '%s' 2>&1", path);
    FILE *pipe = popen(command, "r");
    size_t length = fread(listing, 1, sizeof listing - 1, pipe);
    listing[length] = '\0';
    CHECK_INT(pclose(pipe), 0);
    static const char *const layers[] = {"commune (Multi Polygon)",
                                         "catchment (Multi Polygon)",
                                         "isochrone (Multi Polygon)",
                                         "zone (Multi Polygon)",
                                         "perimeter_figure (Multi Polygon)",
                                         "overlap (Multi Polygon)",
                                         "gap (Multi Polygon)",
                                         "perimeter_catchment (Multi Polygon)"};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        CHECK_TEXT(strstr(listing, layers[i]) ? layers[i] : listing, layers[i]);
    CHECK_OK(
        maille_store_open(ctx, path, MAILLE_STORE_WRITE, "t", &store)); /* and leaves it alone */
    CHECK_OK(maille_store_check(ctx, store));
    maille_store_close(store);
    maille_free(path);
    maille_ctx_free(ctx);
}

/* Opens in a folder that may not be written; exit code 0 when the message was the one expected. */
static int open_unwritable(maille_ctx *ctx, const char *path) {
    maille_store *store;
    if (geteuid() == 0 && seteuid(65534) != 0)
        return 2;
    maille_status status = maille_store_open(ctx, path, MAILLE_STORE_READ, "t", &store);
    return status == MAILLE_FAILED && strstr(maille_message(ctx), "copy it to a folder") ? 0 : 1;
}

TEST(a_folder_that_cannot_be_written_is_told) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    const char *folder = test_scratch("sealed"), *path = test_scratch("sealed/w.maille");
    CHECK_INT(chmod(test_scratch("."), 0755), 0);
    CHECK_INT(mkdir(folder, 0755), 0);
    CHECK_OK(maille_store_create(ctx, path, 0, "t", &store));
    maille_store_close(store);
    CHECK_INT(chmod(path, 0444), 0);
    CHECK_INT(chmod(folder, 0555), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(open_unwritable(ctx, path));
    int how;
    waitpid(child, &how, 0);
    CHECK(WIFEXITED(how));
    CHECK_INT(WEXITSTATUS(how), 0);
    CHECK_INT(chmod(folder, 0755), 0);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(a_workspace_is_made_and_opened_again),
          CASE(opening_it_again_keeps_the_locks_of_those_who_have_it_open), CASE(it_is_durable),
          CASE(what_is_no_workspace_is_refused), CASE(a_damaged_workspace_is_told),
          CASE(making_over_a_file_is_refused_and_leaves_it),
          CASE(what_an_older_workspace_left_behind_is_not_taken_over), CASE(one_writer_at_a_time),
          CASE(a_dead_writer_holds_nothing),
          CASE(a_reader_sees_the_last_state_while_a_writer_writes), CASE(a_reader_cannot_write),
          CASE(another_program_that_writes_is_told), CASE(transactions_do_not_nest),
          CASE(settings_are_kept), CASE(the_cache_lies_beside_the_workspace),
          CASE(an_older_workspace_is_migrated_after_a_backup),
          CASE(a_migration_that_fails_changes_nothing), CASE(gdal_lists_the_layers),
          CASE(a_folder_that_cannot_be_written_is_told))
