/* A tile set as one file: MBTiles 1.3. */
#include "store/internal.h"
#include "store/place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEEPEST_ZOOM = 30 };

struct maille_mbtiles {
    sqlite3 *db;
    sqlite3_stmt *tile, *metadata;
    char *path, *place, *fresh;
};

/* The journal is off: a file that is not whole is removed. 0x4D504258 is "MPBX". */
static const char SCHEMA[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
    "PRAGMA application_id = 0x4D504258; BEGIN;"
    "CREATE TABLE metadata (name TEXT, value TEXT);"
    "CREATE UNIQUE INDEX metadata_index ON metadata (name);"
    "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER,"
    " tile_row INTEGER, tile_data BLOB);"
    "CREATE UNIQUE INDEX tile_index ON tiles"
    " (zoom_level, tile_column, tile_row);";

static maille_status open_set(maille_ctx *ctx, maille_mbtiles *set) {
    maille_status status = MAILLE_OK;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (unlink(set->fresh) != 0 && errno != ENOENT)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be removed: %s", set->fresh,
                           strerror(errno));
    if (sqlite3_open_v2(set->fresh, &set->db, flags, NULL) != SQLITE_OK)
        return set->db ? maille_sql_fail(ctx, set->db, "%s could not be made", set->path)
                       : maille_no_memory(ctx);
    MAILLE_TRY(maille_sql_exec(ctx, set->db, SCHEMA, set->path));
    MAILLE_TRY(maille_sql_prepare(ctx, set->db, "INSERT INTO tiles VALUES (?, ?, ?, ?)", set->path,
                                  &set->tile));
    MAILLE_TRY(maille_sql_prepare(ctx, set->db, "INSERT INTO metadata VALUES (?, ?)", set->path,
                                  &set->metadata));
done:
    return status;
}

maille_status maille_mbtiles_new(maille_ctx *ctx, const char *path, maille_mbtiles **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_mbtiles *set = maille_alloc(1, sizeof *set);
    if (!set)
        return maille_no_memory(ctx);
    set->path = maille_strdup(path);
    MAILLE_TRY(set->path ? maille_place_of(ctx, path, &set->place) : maille_no_memory(ctx));
    set->fresh = maille_place_joined(set->place, ".new");
    MAILLE_TRY(set->fresh ? open_set(ctx, set) : maille_no_memory(ctx));
    *out = set;
    set = NULL;
done:
    maille_mbtiles_free(set);
    return status;
}

static maille_status insert(maille_ctx *ctx, maille_mbtiles *set, sqlite3_stmt *row,
                            const char *what) {
    maille_status status =
        sqlite3_step(row) == SQLITE_DONE
            ? MAILLE_OK
            : maille_sql_fail(ctx, set->db, "%s could not be added to %s", what, set->path);
    sqlite3_reset(row);
    sqlite3_clear_bindings(row);
    return status;
}

maille_status maille_mbtiles_metadata(maille_ctx *ctx, maille_mbtiles *set, const char *name,
                                      const char *value) {
    sqlite3_bind_text(set->metadata, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(set->metadata, 2, value, -1, SQLITE_STATIC);
    return insert(ctx, set, set->metadata, name);
}

maille_status maille_mbtiles_add(maille_ctx *ctx, maille_mbtiles *set, unsigned z, unsigned x,
                                 unsigned y, maille_bytes tile) {
    char name[64];
    snprintf(name, sizeof name, "tile %u/%u/%u", z, x, y);
    if (z > DEEPEST_ZOOM || x >> z || y >> z)
        return maille_fail(ctx, MAILLE_USAGE, "there was no %s", name);
    sqlite3_bind_int64(set->tile, 1, z);
    sqlite3_bind_int64(set->tile, 2, x);
    sqlite3_bind_int64(set->tile, 3, (1LL << z) - 1 - y);
    sqlite3_bind_blob64(set->tile, 4, tile.bytes ? (const void *)tile.bytes : "", tile.length,
                        SQLITE_STATIC);
    return insert(ctx, set, set->tile, name);
}

static void disconnect(maille_mbtiles *set) {
    sqlite3_finalize(set->tile);
    sqlite3_finalize(set->metadata);
    sqlite3_close(set->db);
    set->tile = set->metadata = NULL;
    set->db = NULL;
}

maille_status maille_mbtiles_end(maille_ctx *ctx, maille_mbtiles *set) {
    maille_status status = MAILLE_OK;
    if (!set->db)
        return maille_fail(ctx, MAILLE_USAGE, "%s was ended twice", set->path);
    MAILLE_TRY(maille_sql_exec(ctx, set->db, "COMMIT", set->path));
    disconnect(set);
    MAILLE_TRY(maille_place_clear(ctx, set->place));
    MAILLE_TRY(maille_place_settle(ctx, set->fresh, set->place));
    maille_free(set->fresh);
    set->fresh = NULL;
done:
    return status;
}

void maille_mbtiles_free(maille_mbtiles *set) {
    if (!set)
        return;
    disconnect(set);
    if (set->fresh)
        unlink(set->fresh);
    maille_free(set->fresh);
    maille_free(set->place);
    maille_free(set->path);
    maille_free(set);
}
