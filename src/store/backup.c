/* A copy of the workspace while others read and write it. */
#include "store/internal.h"
#include "store/lock.h"
#include "store/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A new empty file beside `place`, with the workspace's rights: nobody reads in the copy what they
 * could not read in the workspace. */
static maille_status make_fresh(maille_ctx *ctx, const maille_store *store, const char *place,
                                char **out) {
    *out = maille_place_joined(place, ".new-XXXXXX");
    if (!*out)
        return maille_no_memory(ctx);
    int file = mkstemp(*out);
    if (file < 0) {
        maille_free(*out);
        *out = NULL;
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be made: %s", place, strerror(errno));
    }
    bool failed = fchmod(file, store->file.st_mode & 0777) != 0;
    int why = errno;
    close(file);
    return failed
               ? maille_fail(ctx, MAILLE_FAILED, "%s could not be made: %s", place, strerror(why))
               : MAILLE_OK;
}

/* All pages in one step: one state of the workspace, which nobody has to wait for. */
static maille_status copy_pages(maille_ctx *ctx, maille_store *store, sqlite3 *copy,
                                const char *path) {
    maille_status status =
        maille_sql_exec(ctx, copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", path);
    if (status != MAILLE_OK)
        return status;
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", store->db, "main");
    if (backup) {
        sqlite3_backup_step(backup, -1);
        if (sqlite3_backup_finish(backup) == SQLITE_OK)
            return MAILLE_OK;
    }
    return maille_sql_fail(ctx, copy, "backup %s could not be made", path);
}

static maille_status check_copy(maille_ctx *ctx, sqlite3 *copy, const char *path) {
    sqlite3_stmt *check = NULL;
    maille_status status = maille_sql_prepare(ctx, copy, "PRAGMA integrity_check(1)", path, &check);
    if (status != MAILLE_OK)
        return status;
    if (sqlite3_step(check) != SQLITE_ROW)
        status = maille_sql_fail(ctx, copy, "backup %s could not be checked", path);
    else if (strcmp((const char *)sqlite3_column_text(check, 0), "ok") != 0)
        status =
            maille_fail(ctx, MAILLE_FAILED, "backup %s was not made: the workspace was damaged: %s",
                        path, (const char *)sqlite3_column_text(check, 0));
    sqlite3_finalize(check);
    return status;
}

/* Copies into `fresh`; when the connection is closed, all is in that one file. */
static maille_status fill(maille_ctx *ctx, maille_store *store, const char *fresh,
                          const char *path) {
    sqlite3 *copy = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(fresh, &copy, flags, NULL) != SQLITE_OK) {
        maille_status status = copy
                                   ? maille_sql_fail(ctx, copy, "backup %s could not be made", path)
                                   : maille_no_memory(ctx);
        sqlite3_close(copy);
        return status;
    }
    maille_status status = copy_pages(ctx, store, copy, path);
    if (status == MAILLE_OK)
        status = check_copy(ctx, copy, path);
    sqlite3_close(copy);
    return status;
}

static maille_status may_write(maille_ctx *ctx, const maille_store *store, const char *path,
                               const char *place, bool replace) {
    struct stat there;
    if (!sqlite3_get_autocommit(store->db) && store->mode == MAILLE_STORE_WRITE)
        return maille_fail(ctx, MAILLE_FAILED,
                           "%s could not be backed up in the middle of a change", store->path);
    if (stat(place, &there) != 0)
        return MAILLE_OK;
    if (there.st_ino == store->file.st_ino && there.st_dev == store->file.st_dev)
        return maille_fail(ctx, MAILLE_REFUSED, "backup %s was the workspace itself", path);
    if (!replace)
        return maille_fail(ctx, MAILLE_REFUSED, "backup %s was there already", path);
    return S_ISREG(there.st_mode)
               ? MAILLE_OK
               : maille_fail(ctx, MAILLE_REFUSED, "backup %s was no plain file", path);
}

maille_status maille_store_backup(maille_ctx *ctx, maille_store *store, const char *path,
                                  bool replace) {
    char *place = NULL, *fresh = NULL;
    int lock = -1;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_place_of(ctx, path, &place));
    MAILLE_TRY(may_write(ctx, store, path, place, replace));
    MAILLE_TRY(make_fresh(ctx, store, place, &fresh));
    MAILLE_TRY(fill(ctx, store, fresh, path));
    /* What is replaced may be a workspace that someone works in. */
    MAILLE_TRY(maille_lock_take(ctx, place, store->who, 0, &lock));
    MAILLE_TRY(may_write(ctx, store, path, place, replace));
    MAILLE_TRY(maille_place_clear(ctx, place));
    status = maille_place_settle(ctx, fresh, place);
done:
    if (status != MAILLE_OK && fresh) {
        maille_place_clear(ctx, fresh);
        unlink(fresh);
    }
    if (place)
        maille_lock_release(place, lock);
    maille_free(fresh);
    maille_free(place);
    return status;
}
