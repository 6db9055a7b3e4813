/* Tile sets as MBTiles: read back by GDAL and by SQL, numbered from the south; whole or not there.
 */
#include "workspaces.h"

#include <maille/store.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

static maille_bytes bytes_of(const char *text) {
    return (maille_bytes){(const unsigned char *)text, strlen(text)};
}

/* First column of the first row as text; the lifetime is that of the next call. */
static const char *asked(const char *path, const char *sql) {
    static char answer[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    snprintf(answer, sizeof answer, "none");
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        snprintf(answer, sizeof answer, "%s", (const char *)sqlite3_column_text(statement, 0));
    else
        snprintf(answer, sizeof answer, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return answer;
}

static bool is_there(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

TEST(tiles_are_numbered_from_the_south) {
    maille_ctx *ctx = new_ctx();
    maille_mbtiles *set;
    const char *path = test_scratch("set.mbtiles");
    CHECK_OK(maille_mbtiles_new(ctx, path, &set));
    CHECK_OK(maille_mbtiles_metadata(ctx, set, "name", "Bassins d’été"));
    CHECK_OK(maille_mbtiles_metadata(ctx, set, "format", "pbf"));
    CHECK_OK(maille_mbtiles_add(ctx, set, 0, 0, 0, bytes_of("world")));
    CHECK_OK(maille_mbtiles_add(ctx, set, 3, 4, 2, bytes_of("a\x1f\x8b")));
    CHECK_OK(maille_mbtiles_add(ctx, set, 30, 1073741823, 0, bytes_of("corner")));
    CHECK(!is_there(path)); /* until it is whole */
    CHECK_OK(maille_mbtiles_end(ctx, set));
    maille_mbtiles_free(set);
    CHECK(is_there(path) && !is_there(test_scratch("set.mbtiles.new")));
    CHECK_TEXT(asked(path,
                     "SELECT tile_data FROM tiles WHERE zoom_level = 0 AND tile_column = 0 "
                     "AND tile_row = 0"),
               "world");
    CHECK_TEXT(asked(path,
                     "SELECT hex(tile_data) FROM tiles WHERE zoom_level = 3 AND tile_column "
                     "= 4 AND tile_row = 5"),
               "611F8B");
    CHECK_TEXT(asked(path, "SELECT tile_row FROM tiles WHERE zoom_level = 30"), "1073741823");
    CHECK_TEXT(asked(path, "SELECT typeof(tile_data) FROM tiles"), "blob");
    CHECK_TEXT(asked(path, "SELECT value FROM metadata WHERE name = 'name'"), "Bassins d’été");
    CHECK_TEXT(asked(path, "PRAGMA application_id"), "1297105496"); /* "MPBX" */
    CHECK_TEXT(asked(path, "PRAGMA integrity_check"), "ok");
    maille_ctx_free(ctx);
}

TEST(gdal_reads_it) {
    maille_ctx *ctx = new_ctx();
    maille_mbtiles *set;
    char command[2400], line[256];
    bool found = false;
    const char *path = test_scratch("gdal.mbtiles");
    static const char json[] =
        "{\"vector_layers\":[{\"id\":\"communes\",\"fields\":{\"code\":\"String\"}}]}";
    /* A tile of one layer "communes" of version 2 without features. */
    static const unsigned char tile[] = {0x1a, 0x0c, 0x0a, 0x08, 'c', 'o',  'm',
                                         'm',  'u',  'n',  'e',  's', 0x78, 0x02};
    CHECK_OK(maille_mbtiles_new(ctx, path, &set));
    CHECK_OK(maille_mbtiles_metadata(ctx, set, "name", "communes"));
    CHECK_OK(maille_mbtiles_metadata(ctx, set, "format", "pbf"));
    CHECK_OK(maille_mbtiles_metadata(ctx, set, "minzoom", "0"));
    CHECK_OK(maille_mbtiles_metadata(ctx, set, "maxzoom", "0"));
    CHECK_OK(maille_mbtiles_metadata(ctx, set, "json", json));
    CHECK_OK(maille_mbtiles_add(ctx, set, 0, 0, 0, (maille_bytes){tile, sizeof tile}));
    CHECK_OK(maille_mbtiles_end(ctx, set));
    maille_mbtiles_free(set);
    snprintf(command, sizeof command, "ogrinfo -ro '%s' 2>&1", path);
    FILE *told = popen(command, "r");
    while (told && fgets(line, sizeof line, told))
        found = found || strstr(line, "communes");
    CHECK(told && pclose(told) == 0);
    CHECK(found);
    maille_ctx_free(ctx);
}

TEST(a_set_that_is_not_ended_is_not_there) {
    maille_ctx *ctx = new_ctx();
    maille_mbtiles *set;
    const char *path = test_scratch("half.mbtiles");
    FILE *old = fopen(path, "w");
    CHECK(old && fputs("old", old) >= 0 && fclose(old) == 0);
    CHECK_OK(maille_mbtiles_new(ctx, path, &set));
    CHECK_OK(maille_mbtiles_add(ctx, set, 1, 1, 1, bytes_of("x")));
    maille_mbtiles_free(set);
    CHECK(!is_there(test_scratch("half.mbtiles.new")));
    char text[8] = "";
    old = fopen(path, "r");
    CHECK(old && fgets(text, sizeof text, old) && fclose(old) == 0);
    CHECK_TEXT(text, "old");
    maille_mbtiles_free(NULL);
    maille_ctx_free(ctx);
}

TEST(tiles_that_do_not_hold_are_told) {
    maille_ctx *ctx = new_ctx();
    maille_mbtiles *set;
    CHECK_FAILS(maille_mbtiles_new(ctx, test_scratch("no/where.mbtiles"), &set), MAILLE_NOT_FOUND,
                "was not found");
    CHECK(set == NULL);
    CHECK_OK(maille_mbtiles_new(ctx, test_scratch("told.mbtiles"), &set));
    CHECK_FAILS(maille_mbtiles_add(ctx, set, 2, 4, 0, bytes_of("x")), MAILLE_USAGE,
                "there was no tile 2/4/0");
    CHECK_FAILS(maille_mbtiles_add(ctx, set, 2, 0, 4, bytes_of("x")), MAILLE_USAGE, "2/0/4");
    CHECK_FAILS(maille_mbtiles_add(ctx, set, 31, 0, 0, bytes_of("x")), MAILLE_USAGE, "31/0/0");
    CHECK_OK(maille_mbtiles_add(ctx, set, 2, 3, 3, bytes_of("x")));
    CHECK_FAILS(maille_mbtiles_add(ctx, set, 2, 3, 3, bytes_of("y")), MAILLE_REFUSED,
                "tile 2/3/3 could not be added");
    CHECK_OK(maille_mbtiles_add(ctx, set, 2, 3, 2, bytes_of("z"))); /* the set is as it was */
    CHECK_OK(maille_mbtiles_end(ctx, set));
    CHECK_INT(maille_mbtiles_end(ctx, set), MAILLE_USAGE);
    maille_mbtiles_free(set);
    CHECK_TEXT(asked(test_scratch("told.mbtiles"), "SELECT group_concat(tile_data) FROM tiles"),
               "x,z");
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(tiles_are_numbered_from_the_south), CASE(gdal_reads_it),
          CASE(a_set_that_is_not_ended_is_not_there), CASE(tiles_that_do_not_hold_are_told))
