/* The workspace file: made, opened, migrated, closed. */
#include "store/defer.h"
#include "store/internal.h"
#include "store/lock.h"
#include "store/place.h"

#include <errno.h>
#include <maille/journal.h>
#include <spatialite.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x4D41494C /* "MAIL" */

/* How long an opener waits for the lock: a service beside it holds it for some milliseconds. */
static const double LOCK_WAIT_S = 1;

/* ---- opening ---- */

static maille_status unreadable(maille_ctx *ctx, maille_store *store) {
    int reason = sqlite3_errcode(store->db) & 0xFF;
    if (reason == SQLITE_CANTOPEN || reason == SQLITE_READONLY)
        return maille_fail(ctx, MAILLE_FAILED,
                           "%s could not be read: SQLite could not keep its -wal and -shm files "
                           "beside it; copy it to a folder that can be written",
                           store->path);
    return maille_sql_fail(ctx, store->db, "%s could not be opened", store->path);
}

/* The first bytes of the file, by SQLite's own hands: a file of its own that was closed here would
 * let go of the locks that other connections of this process hold on it (POSIX, close). */
static int read_head(const char *place, unsigned char *head, int size) {
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    const char *name = sqlite3_create_filename(place, "", "", 0, NULL);
    sqlite3_file *file = maille_alloc(1, (size_t)vfs->szOsFile);
    int result = SQLITE_NOMEM;
    if (name && file)
        result = vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL);
    if (result == SQLITE_OK)
        result = file->pMethods->xRead(file, head, size, 0);
    if (file && file->pMethods)
        file->pMethods->xClose(file);
    maille_free(file);
    sqlite3_free_filename(name);
    return result;
}

/* True when the first bytes are those of a workspace; SQLite shall not touch other files. */
static maille_status look(maille_ctx *ctx, const maille_store *store) {
    unsigned char head[100] = {0};
    struct stat about;
    if (stat(store->place, &about) != 0)
        return maille_fail(ctx, errno == ENOENT ? MAILLE_NOT_FOUND : MAILLE_FAILED,
                           errno == ENOENT ? "workspace %s was not found%s%s"
                                           : "workspace %s could not be opened%s%s",
                           store->path, errno == ENOENT ? "" : ": ",
                           errno == ENOENT ? "" : strerror(errno));
    int folder = S_ISDIR(about.st_mode);
    int result = folder ? SQLITE_OK : read_head(store->place, head, (int)sizeof head);
    if (result == SQLITE_NOMEM)
        return maille_no_memory(ctx);
    if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ)
        return maille_fail(ctx, MAILLE_FAILED, "workspace %s could not be opened: %s", store->path,
                           strerror(errno));
    if (result != SQLITE_OK || memcmp(head, "SQLite format 3", 16) != 0)
        return maille_fail(ctx, MAILLE_REFUSED, "%s is no workspace: it is no SQLite %s",
                           store->path, folder ? "file but a folder" : "file");
    uint32_t id = (uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 | (uint32_t)head[70] << 8 |
                  (uint32_t)head[71];
    if (id != APPLICATION_ID)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s is no workspace: another program made this SQLite file",
                           store->path);
    return MAILLE_OK;
}

/* Connects to `file` (the place, or what is being built); a writer gets SpatiaLite. */
static maille_status connect_to(maille_ctx *ctx, maille_store *store, const char *file,
                                int more_flags) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | more_flags;
    if (sqlite3_open_v2(file, &store->db, flags, NULL) != SQLITE_OK)
        return store->db ? unreadable(ctx, store) : maille_no_memory(ctx);
    if (stat(file, &store->file) != 0)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be opened: %s", store->path,
                           strerror(errno));
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, 5000);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    maille_status status = maille_functions_add(ctx, store);
    if (status != MAILLE_OK)
        return status;
    if (store->mode == MAILLE_STORE_READ) {
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
        return MAILLE_OK;
    }
    store->spatialite = spatialite_alloc_connection();
    if (!store->spatialite)
        return maille_no_memory(ctx);
    spatialite_init_ex(store->db, store->spatialite, 0);
    return MAILLE_OK;
}

static void disconnect(maille_store *store) {
    sqlite3_close(store->db);
    store->db = NULL;
    if (store->spatialite)
        spatialite_cleanup_ex(store->spatialite);
    store->spatialite = NULL;
}

/* True when the journal's mode is WAL, now that it was asked for. */
static maille_status use_wal(maille_ctx *ctx, maille_store *store) {
    sqlite3_stmt *mode = NULL;
    maille_status status =
        maille_sql_prepare(ctx, store->db, "PRAGMA journal_mode = WAL", store->path, &mode);
    if (status != MAILLE_OK)
        return status;
    if (sqlite3_step(mode) != SQLITE_ROW)
        status = unreadable(ctx, store);
    else if (strcmp((const char *)sqlite3_column_text(mode, 0), "wal") != 0)
        status = maille_fail(ctx, MAILLE_FAILED,
                             "%s could not be written: its file system keeps no shared memory file "
                             "(WAL); move it to a local disk",
                             store->path);
    sqlite3_finalize(mode);
    return status;
}

static maille_status configure(maille_ctx *ctx, maille_store *store) {
    static const char settings[] =
        "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;"
        "PRAGMA mmap_size = 2147418112; PRAGMA temp_store = MEMORY;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA case_sensitive_like = ON;"
        "SELECT 1 FROM sqlite_schema";
    if (sqlite3_exec(store->db, settings, NULL, NULL, NULL) != SQLITE_OK)
        return unreadable(ctx, store);
    if (store->mode == MAILLE_STORE_READ)
        return maille_sql_exec(ctx, store->db, "PRAGMA query_only = ON", store->path);
    return use_wal(ctx, store);
}

/* ---- versions ---- */

/* Writes "<workspace>.backup-v<version>", whole or not at all. */
static maille_status back_up(maille_ctx *ctx, maille_store *store, int version) {
    char suffix[32];
    snprintf(suffix, sizeof suffix, ".backup-v%d", version);
    maille_status status;
    sqlite3_stmt *vacuum = NULL;
    char *backup = maille_place_joined(store->place, suffix);
    char *fresh = backup ? maille_place_joined(backup, ".new") : NULL;
    if (!fresh) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (unlink(fresh) != 0 && errno != ENOENT) {
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s could not be removed: %s", fresh, strerror(errno));
        goto done;
    }
    status = maille_sql_prepare(ctx, store->db, "VACUUM INTO ?", store->path, &vacuum);
    if (status != MAILLE_OK)
        goto done;
    sqlite3_bind_text(vacuum, 1, fresh, -1, SQLITE_STATIC);
    if (sqlite3_step(vacuum) != SQLITE_DONE)
        status = maille_sql_fail(ctx, store->db, "backup %s could not be made", backup);
    else
        status = maille_place_settle(ctx, fresh, backup);
    if (status == MAILLE_OK)
        maille_log(ctx, MAILLE_LOG_INFO, "%s was of version %d: a backup is in %s", store->path,
                   version, backup);
done:
    sqlite3_finalize(vacuum);
    maille_free(fresh);
    maille_free(backup);
    return status;
}

static maille_status version_of(maille_ctx *ctx, maille_store *store, maille_migrations known,
                                int *version) {
    sqlite3_int64 found;
    *version = 0;
    maille_status status =
        maille_sql_number(ctx, store->db, "PRAGMA user_version", store->path, &found);
    if (status != MAILLE_OK)
        return status;
    if (found > known.count)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s is of version %lld, newer than version %d that this program knows",
                           store->path, (long long)found, known.count);
    if (found < 1)
        return maille_fail(ctx, MAILLE_REFUSED, "%s is no workspace: its version is %lld",
                           store->path, (long long)found);
    *version = (int)found;
    return MAILLE_OK;
}

static maille_status migrate(maille_ctx *ctx, maille_store *store, maille_migrations known,
                             int from) {
    maille_change change;
    maille_status status = back_up(ctx, store, from);
    if (status != MAILLE_OK)
        return status;
    if ((status = maille_change_begin(ctx, store, &change)) != MAILLE_OK)
        return status;
    status = maille_schema_migrate(ctx, store->db, store->path, known, from);
    return maille_change_end(ctx, store, &change, status);
}

/* ---- public ---- */

static maille_status new_store(maille_ctx *ctx, const char *path, maille_store_mode mode,
                               const char *who, maille_store **out) {
    *out = NULL;
    if (!path || !*path)
        return maille_fail(ctx, MAILLE_USAGE, "no workspace was named");
    maille_store *store = maille_alloc(1, sizeof *store);
    if (!store)
        return maille_no_memory(ctx);
    store->lock = store->kept = -1;
    store->mode = mode;
    store->path = maille_strdup(path);
    store->who = maille_strdup(who ? who : "");
    store->owner = maille_strdup(who ? who : "");
    maille_status status = store->path && store->who && store->owner
                               ? maille_place_of(ctx, path, &store->place)
                               : maille_no_memory(ctx);
    if (status != MAILLE_OK) {
        maille_store_close(store);
        return status;
    }
    *out = store;
    return MAILLE_OK;
}

static maille_status connect_for_use(maille_ctx *ctx, maille_store *store, maille_migrations known,
                                     int *version) {
    maille_status status = connect_to(ctx, store, store->place, 0);
    if (status == MAILLE_OK)
        status = configure(ctx, store);
    if (status == MAILLE_OK)
        status = version_of(ctx, store, known, version);
    return status;
}

static maille_status take_lock(maille_ctx *ctx, maille_store *store, double wait_s) {
    store->lock = store->kept;
    store->kept = -1;
    return maille_lock_take(ctx, store->place, store->owner, wait_s, &store->lock);
}

/* A reader of an older workspace has it migrated by a short-lived writer. */
static maille_status migrate_for_reader(maille_ctx *ctx, maille_store *reader,
                                        maille_migrations known) {
    maille_store *writer = NULL;
    disconnect(reader);
    maille_status status =
        maille_store_open_with(ctx, reader->path, MAILLE_STORE_WRITE, reader->who, known, &writer);
    maille_store_close(writer);
    int version;
    return status == MAILLE_OK ? connect_for_use(ctx, reader, known, &version) : status;
}

/* One at rest takes the lock to migrate; another may have done so meanwhile. */
static maille_status migrate_at_rest(maille_ctx *ctx, maille_store *store,
                                     maille_migrations known) {
    int version;
    maille_status status = take_lock(ctx, store, LOCK_WAIT_S);
    if (status == MAILLE_OK)
        status = version_of(ctx, store, known, &version);
    if (status == MAILLE_OK && version < known.count)
        status = migrate(ctx, store, known, version);
    maille_store_rest(store);
    return status;
}

typedef enum { FOR_READING, FOR_WRITING, TO_REST } opening;

static maille_status bring_up(maille_ctx *ctx, maille_store *store, opening use,
                              maille_migrations known, int version) {
    switch (use) {
    case FOR_READING:
        return migrate_for_reader(ctx, store, known);
    case FOR_WRITING:
        return migrate(ctx, store, known, version);
    default:
        return migrate_at_rest(ctx, store, known);
    }
}

static maille_status open_store(maille_ctx *ctx, const char *path, opening use, const char *who,
                                maille_migrations known, maille_store **out) {
    maille_store *store = NULL;
    int version;
    maille_status status = MAILLE_OK;
    *out = NULL;
    MAILLE_TRY(new_store(ctx, path, use == FOR_READING ? MAILLE_STORE_READ : MAILLE_STORE_WRITE,
                         who, &store));
    MAILLE_TRY(look(ctx, store));
    if (use == FOR_WRITING)
        MAILLE_TRY(take_lock(ctx, store, LOCK_WAIT_S));
    MAILLE_TRY(connect_for_use(ctx, store, known, &version));
    if (version < known.count)
        MAILLE_TRY(bring_up(ctx, store, use, known, version));
    store->version = known.count;
    MAILLE_TRY(maille_schema_load(ctx, known, &store->schema));
    *out = store;
    store = NULL;
done:
    maille_store_close(store);
    return status;
}

maille_status maille_store_open_with(maille_ctx *ctx, const char *path, maille_store_mode mode,
                                     const char *who, maille_migrations known, maille_store **out) {
    return open_store(ctx, path, mode == MAILLE_STORE_READ ? FOR_READING : FOR_WRITING, who, known,
                      out);
}

/* Fills the file that is being built; it is not read by anyone and synced as a whole later. */
static maille_status fill(maille_ctx *ctx, maille_store *store, const char *file, int epsg,
                          maille_migrations known) {
    char setting[96];
    sqlite3_int64 made;
    maille_status status = connect_to(ctx, store, file, SQLITE_OPEN_CREATE);
    if (status != MAILLE_OK)
        return status;
    status = maille_sql_exec(ctx, store->db,
                             "PRAGMA page_size = 8192; PRAGMA journal_mode = MEMORY;"
                             "PRAGMA synchronous = OFF;",
                             store->path);
    if (status != MAILLE_OK)
        return status;
    status = maille_sql_number(ctx, store->db, "SELECT InitSpatialMetaData(1, 'WGS84_ONLY')",
                               store->path, &made);
    if (status == MAILLE_OK && made != 1)
        status = maille_fail(ctx, MAILLE_FAILED, "%s could not be made: SpatiaLite refused",
                             store->path);
    if (status != MAILLE_OK)
        return status;
    if ((status = maille_sql_exec(ctx, store->db, "BEGIN", store->path)) != MAILLE_OK)
        return status;
    status = maille_schema_migrate(ctx, store->db, store->path, known, 0);
    if (status != MAILLE_OK)
        return status;
    if (epsg) {
        snprintf(setting, sizeof setting, "INSERT INTO meta VALUES ('crs', 'EPSG:%d')", epsg);
        if ((status = maille_sql_exec(ctx, store->db, setting, store->path)) != MAILLE_OK)
            return status;
    }
    snprintf(setting, sizeof setting, "PRAGMA application_id = %d; COMMIT", APPLICATION_ID);
    if ((status = maille_sql_exec(ctx, store->db, setting, store->path)) != MAILLE_OK)
        return status;
    return use_wal(ctx, store);
}

/* Makes the file under another name, then gives it its own: a kill leaves no half workspace. */
static maille_status build(maille_ctx *ctx, maille_store *store, int epsg,
                           maille_migrations known) {
    maille_status status;
    char *fresh = maille_place_joined(store->place, ".new");
    if (!fresh)
        return maille_no_memory(ctx);
    if (unlink(fresh) != 0 && errno != ENOENT) {
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s could not be removed: %s", fresh, strerror(errno));
        goto done;
    }
    if ((status = maille_place_clear(ctx, fresh)) != MAILLE_OK ||
        (status = maille_place_clear(ctx, store->place)) != MAILLE_OK)
        goto done;
    status = fill(ctx, store, fresh, epsg, known);
    disconnect(store);
    if (status == MAILLE_OK)
        status = maille_place_settle(ctx, fresh, store->place);
    if (status != MAILLE_OK)
        unlink(fresh);
done:
    maille_free(fresh);
    return status;
}

maille_status maille_store_create_with(maille_ctx *ctx, const char *path, int epsg, const char *who,
                                       maille_migrations known, maille_store **out) {
    maille_store *store;
    struct stat about;
    int version;
    *out = NULL;
    maille_status status = new_store(ctx, path, MAILLE_STORE_WRITE, who, &store);
    if (status != MAILLE_OK)
        return status;
    if ((status = take_lock(ctx, store, LOCK_WAIT_S)) != MAILLE_OK)
        goto done;
    if (lstat(store->place, &about) == 0) {
        status = maille_fail(ctx, MAILLE_REFUSED, "workspace %s was there already", path);
        goto done;
    }
    if ((status = build(ctx, store, epsg, known)) != MAILLE_OK ||
        (status = connect_for_use(ctx, store, known, &version)) != MAILLE_OK ||
        (status = maille_schema_load(ctx, known, &store->schema)) != MAILLE_OK)
        goto done;
    store->version = version;
    *out = store;
    store = NULL;
done:
    maille_store_close(store);
    return status;
}

maille_status maille_store_create(maille_ctx *ctx, const char *path, int epsg, const char *who,
                                  maille_store **out) {
    return maille_store_create_with(ctx, path, epsg, who, maille_known_migrations(), out);
}

maille_status maille_store_open(maille_ctx *ctx, const char *path, maille_store_mode mode,
                                const char *who, maille_store **out) {
    return maille_store_open_with(ctx, path, mode, who, maille_known_migrations(), out);
}

/* ---- at rest ---- */

maille_status maille_store_open_resting(maille_ctx *ctx, const char *path, const char *who,
                                        maille_store **out) {
    return open_store(ctx, path, TO_REST, who, maille_known_migrations(), out);
}

/* Whether the file is the one that was opened, and of the version it was. */
static maille_status still_the_same(maille_ctx *ctx, maille_store *store) {
    struct stat now;
    sqlite3_int64 version;
    if (stat(store->place, &now) != 0)
        return maille_fail(ctx, errno == ENOENT ? MAILLE_NOT_FOUND : MAILLE_FAILED,
                           "workspace %s was not there any more: %s", store->path, strerror(errno));
    if (now.st_ino != store->file.st_ino || now.st_dev != store->file.st_dev)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s was replaced by another workspace",
                           store->path);
    maille_status status =
        maille_sql_number(ctx, store->db, "PRAGMA user_version", store->path, &version);
    if (status == MAILLE_OK && version != store->version)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "%s was brought to version %lld meanwhile",
                             store->path, (long long)version);
    return status;
}

maille_status maille_store_rouse(maille_ctx *ctx, maille_store *store, double wait_s) {
    if (store->mode != MAILLE_STORE_WRITE || store->lock >= 0)
        return maille_fail(ctx, MAILLE_FAILED, "%s was roused and was not at rest", store->path);
    maille_store_rollback(store); /* what was read at rest is of before */
    maille_status status = take_lock(ctx, store, wait_s);
    if (status == MAILLE_OK && (status = still_the_same(ctx, store)) != MAILLE_OK)
        maille_store_rest(store);
    return status;
}

void maille_store_rest(maille_store *store) {
    maille_store_rollback(store);
    if (store->lock < 0)
        return;
    maille_lock_rest(store->lock);
    store->kept = store->lock;
    store->lock = -1;
}

/* ---- the end ---- */

void maille_store_close(maille_store *store) {
    if (!store)
        return;
    disconnect(store);
    maille_defer_free(store->deferred);
    maille_lock_release(store->place, store->lock);
    maille_lock_drop(store->place, store->kept);
    maille_schema_free(store->schema);
    maille_free(store->path);
    maille_free(store->place);
    maille_free(store->who);
    maille_free(store->account);
    maille_free(store->owner);
    maille_free(store->cache);
    maille_strbuf_free(&store->scratch);
    maille_free(store);
}

const char *maille_store_path(const maille_store *store) {
    return store->path;
}

/* ---- in whose name ---- */

const char *maille_store_who(const maille_store *store) {
    return store->who;
}

const char *maille_store_account(const maille_store *store) {
    return store->account;
}

maille_status maille_store_act_as(maille_ctx *ctx, maille_store *store, const char *who,
                                  const char *account) {
    char *name = maille_strdup(who ? who : "");
    char *id = account ? maille_strdup(account) : NULL;
    if (!name || (account && !id)) {
        maille_free(name);
        maille_free(id);
        return maille_no_memory(ctx);
    }
    maille_free(store->who);
    maille_free(store->account);
    store->who = name;
    store->account = id;
    return MAILLE_OK;
}

/* ---- what stands ---- */

maille_status maille_store_cache(maille_ctx *ctx, maille_store *store, const char **folder) {
    *folder = NULL;
    if (!store->cache && !(store->cache = maille_place_joined(store->place, ".cache")))
        return maille_no_memory(ctx);
    if (mkdir(store->cache, 0777) != 0 && errno != EEXIST)
        return maille_fail(ctx, MAILLE_FAILED, "folder %s could not be made: %s", store->cache,
                           strerror(errno));
    *folder = store->cache;
    return MAILLE_OK;
}

maille_status maille_store_state(maille_ctx *ctx, maille_store *store, uint64_t *state,
                                 bool *replaced) {
    struct stat now;
    sqlite3_int64 version;
    *state = 0;
    *replaced = false;
    if (stat(store->place, &now) != 0)
        return maille_fail(ctx, errno == ENOENT ? MAILLE_NOT_FOUND : MAILLE_FAILED,
                           "workspace %s was not there any more: %s", store->path, strerror(errno));
    maille_status status =
        maille_sql_number(ctx, store->db, "PRAGMA data_version", store->path, &version);
    if (status != MAILLE_OK)
        return status;
    *replaced = now.st_ino != store->file.st_ino || now.st_dev != store->file.st_dev;
    *state = (uint64_t)version ^ (uint64_t)now.st_ino << 32 ^ (uint64_t)now.st_dev << 48;
    return MAILLE_OK;
}

maille_status maille_store_check(maille_ctx *ctx, maille_store *store) {
    sqlite3_stmt *check = NULL;
    maille_status status =
        maille_sql_prepare(ctx, store->db, "PRAGMA integrity_check(1)", store->path, &check);
    if (status != MAILLE_OK)
        return status;
    if (sqlite3_step(check) != SQLITE_ROW)
        status = maille_sql_fail(ctx, store->db, "%s could not be checked", store->path);
    else if (strcmp((const char *)sqlite3_column_text(check, 0), "ok") != 0)
        status = maille_fail(ctx, MAILLE_FOUND, "%s was damaged: %s", store->path,
                             (const char *)sqlite3_column_text(check, 0));
    sqlite3_finalize(check);
    return status;
}
