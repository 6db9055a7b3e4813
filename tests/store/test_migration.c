/* A workspace of an older version is brought up, with what people gave and decided in it; a backup
 * of the old one stands beside it. */
#include "store/internal.h"
#include "store/schema.h"
#include "store/sql.h"
#include "workspaces.h"

#include <dirent.h>
#include <maille/journal.h>
#include <maille/store.h>
#include <stdio.h>
#include <string.h>

/* What version 1 held of perimeters: given, decided, computed with an outline. */
static const char old_rows[] =
    "INSERT INTO commune (code, name, population, department, import_id, geom) VALUES ('01001', "
    "'Un', 12, '01', 1, GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 1, 0 0)))', 4326));"
    "INSERT INTO perimeter VALUES ('a', 'cpts', 'A', 'projet', 'x@y', 1, 1);"
    "INSERT INTO perimeter_member_raw VALUES ('a', '01001', 0.5, 1, 7);"
    "INSERT INTO perimeter_member VALUES ('a', '01001', 0.5);"
    "INSERT INTO perimeter_figure (audience, id, name, kind, status, communes, population, area_m2,"
    " parts, perimeter_m, alerts, geom) VALUES ('interne', 'a', 'A', 'cpts', 'projet', 1, 6, 1, 1, "
    "4, 2, GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 1, 0 0)))', 4326));"
    "INSERT INTO gap (audience, id, communes, codes, population, enclosed, neighbours) VALUES"
    " ('interne', 'zb-01002', 1, '[]', 0, 0, '[]');";

static int64_t number(maille_ctx *ctx, maille_store *store, const char *sql) {
    sqlite3_int64 value = -1;
    CHECK_OK(maille_sql_number(ctx, store->db, sql, "test", &value));
    return value;
}

static int backups(const char *folder) {
    int count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += strncmp(e->d_name, "old.maille", 10) == 0 &&
                 strcmp(e->d_name, "old.maille") != 0 && !strstr(e->d_name, "-wal") &&
                 !strstr(e->d_name, "-shm") && !strstr(e->d_name, ".lock") &&
                 !strstr(e->d_name, ".cache");
    if (dir)
        closedir(dir);
    return count;
}

TEST(version_1_is_brought_up_with_all_that_it_holds) {
    maille_ctx *ctx = NULL;
    maille_store *store = NULL;
    maille_migrations first = {maille_known_migrations().steps, 1};
    const char *path = test_scratch("old.maille");
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    CHECK_OK(maille_store_create_with(ctx, path, 2154, "test", first, &store));
    CHECK_OK(maille_sql_exec(ctx, store->db, old_rows, "test"));
    maille_store_close(store);
    CHECK_INT(backups(test_scratch(".")), 0);

    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "test", &store));
    CHECK_INT(number(ctx, store, "PRAGMA user_version"), maille_known_migrations().count);
    CHECK_INT(backups(test_scratch(".")), 1);
    CHECK_INT(number(ctx, store,
                     "SELECT count(*) FROM perimeter WHERE id = 'a' AND edited = 1 AND "
                     "version IS NULL AND contact = 'x@y'"),
              1);
    CHECK_INT(number(ctx, store,
                     "SELECT count(*) FROM perimeter_member_raw WHERE share = 0.5 AND "
                     "on_purpose = 0 AND source_row = 7 AND reason IS NULL"),
              1);
    CHECK_INT(number(ctx, store,
                     "SELECT count(*) FROM perimeter_figure WHERE communes = 1 AND "
                     "ST_Area(geom) = 1 AND polsby_popper IS NULL"),
              1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM gap WHERE kind = 'cpts'"), 1);
    /* What has an outline stands in the index of boxes, what has none does not. */
    CHECK_INT(number(ctx, store,
                     "SELECT count(*) FROM idx_commune_geom b JOIN commune c ON b.pkid = c.rowid "
                     "WHERE c.code = '01001' AND b.xmin = 0 AND b.xmax = 1 AND b.ymin = 0 AND "
                     "b.ymax = 1"),
              1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM idx_perimeter_figure_geom"), 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM idx_gap_geom"), 0);
    /* SpatiaLite still keeps the outlines of a table that lost a column. */
    CHECK_OK(maille_sql_exec(ctx, store->db,
                             "INSERT INTO perimeter_figure (audience, id, name, kind, status, "
                             "communes, population, area_m2, parts, perimeter_m, geom) VALUES "
                             "('public', 'a', 'A', 'cpts', 'projet', 1, 6, 1, 1, 4, "
                             "GeomFromText('MULTIPOLYGON(((0 0, 2 0, 2 2, 0 2, 0 0)))', 4326));",
                             "test"));
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM idx_perimeter_figure_geom"), 2);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM idx_perimeter_figure_geom WHERE xmax = 2"),
              1);
    CHECK_OK(maille_sql_exec(ctx, store->db, "DELETE FROM perimeter_figure", "test"));
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM idx_perimeter_figure_geom"), 0);
    CHECK_OK(maille_store_check(ctx, store));
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* What version 3 held of decisions and accounts. */
TEST(version_3_keeps_its_history_and_gets_a_journal) {
    maille_ctx *ctx = NULL;
    maille_store *store = NULL, *other = NULL;
    maille_migrations third = {maille_known_migrations().steps, 3};
    const char *path = test_scratch("third.maille");
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    CHECK_OK(maille_store_create_with(ctx, path, 2154, "test", third, &store));
    CHECK_OK(maille_sql_exec(
        ctx, store->db,
        "INSERT INTO change VALUES ('c', 1, '', 'edition', NULL, '2025-01-01T00:00:00Z', 'Anne',"
        " 'raison');"
        "INSERT INTO token (id, name, hash, role, made, who) VALUES"
        " ('t', 'Anne', 'h', 'admin', '2025-01-01T00:00:00Z', 'test');",
        "test"));
    maille_store_close(store);
    /* By one that rests: it takes the lock for that, and no longer. */
    CHECK_OK(maille_store_open_resting(ctx, path, "test", &store));
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "other", &other));
    maille_store_close(other);
    CHECK_INT(access(test_scratch("third.maille.backup-v3"), F_OK), 0);
    CHECK_INT(number(ctx, store, "PRAGMA user_version"), maille_known_migrations().count);
    CHECK_INT(number(ctx, store,
                     "SELECT count(*) FROM change WHERE id = 'c' AND number = 1 AND who = 'Anne' "
                     "AND why = 'raison' AND account IS NULL"),
              1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM token WHERE name = 'Anne'"), 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM journal"), 0);
    CHECK_OK(maille_store_rouse(ctx, store, 0));
    CHECK_OK(maille_journal_add(ctx, store, &(maille_entry){.action = "note"}));
    CHECK_OK(maille_request_keep(ctx, store, "t", "r", "h", 200, "{}"));
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM comment"), 0);
    CHECK_OK(maille_store_check(ctx, store));
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* What version 4 held of zones is drawn by another step from then on: their remarks go. */
TEST(version_4_gets_tables_for_the_map) {
    maille_ctx *ctx = NULL;
    maille_store *store = NULL;
    maille_migrations fourth = {maille_known_migrations().steps, 4};
    const char *path = test_scratch("fourth.maille");
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    CHECK_OK(maille_store_create_with(ctx, path, 2154, "test", fourth, &store));
    CHECK_OK(maille_sql_exec(
        ctx, store->db,
        "INSERT INTO zone (id, name, service, population) VALUES ('z', 'Z', 'mg', 12);"
        "INSERT INTO remark (origin, audience, severity, kind, message) VALUES"
        " ('step:zones', '', 'information', 'contours-imparfaits', 'x'),"
        " ('step:codes', '', 'information', 'passage', 'y');",
        "test"));
    maille_store_close(store);
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "test", &store));
    CHECK_INT(access(test_scratch("fourth.maille.backup-v4"), F_OK), 0);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM zone WHERE population = 12"), 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM remark WHERE origin = 'step:codes'"), 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM remark"), 1);
    CHECK_OK(maille_sql_exec(ctx, store->db,
                             "INSERT INTO context (grouping, id, name, communes, codes, "
                             "population, area_m2, geom) VALUES ('epci', '1', 'A', 1, '[]', 6, 1, "
                             "GeomFromText('MULTIPOLYGON(((0 0, 2 0, 2 2, 0 2, 0 0)))', 4326));"
                             "INSERT INTO commune_density VALUES ('01001', 12.5);"
                             "INSERT INTO service_density VALUES ('01001', 'mg', 1, NULL);",
                             "test"));
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM idx_context_geom WHERE xmax = 2"), 1);
    CHECK_OK(maille_store_check(ctx, store));
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(version_1_is_brought_up_with_all_that_it_holds),
          CASE(version_3_keeps_its_history_and_gets_a_journal),
          CASE(version_4_gets_tables_for_the_map))
