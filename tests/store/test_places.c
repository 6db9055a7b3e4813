/* Geometries and points asked where they lie: the index of boxes, exact answers, the extent;
 * against every row looked at here. */
#include "store/internal.h"
#include "workspaces.h"

#include <maille/memory.h>

enum { ROWS = 300, TREES = 600, CROWD = 4000, WKB = 1 + 4 + 4 + 1 + 4 + 4 + 4 + 5 * 16 };
typedef enum { NO, YES, UNKNOWN } truth;

static uint64_t state = 0xE7037ED1A0B428DB;

static size_t pick(size_t count) {
    return (size_t)(next_random(&state) % count);
}

/* A number of Brittany's size that no float holds exactly. */
static double coordinate(double from) {
    return from + (double)pick(4000) / 997;
}

typedef struct {
    bool null;
    double west, south, east, north;
} box;

static box boxes[CROWD], points[ROWS];

/* ---- rows ---- */

static void put(unsigned char **to, const void *bytes, size_t length) {
    memcpy(*to, bytes, length);
    *to += length;
}

/* The outline of a box as the WKB of a multipolygon of one part. */
static void outline(const box *b, unsigned char wkb[WKB]) {
    const double ring[] = {b->west,  b->south, b->east,  b->south, b->east,
                           b->north, b->west,  b->north, b->west,  b->south};
    const uint32_t multi[] = {6, 1}, polygon[] = {3, 1, 5};
    unsigned char *to = wkb;
    put(&to, "\1", 1);
    put(&to, multi, sizeof multi);
    put(&to, "\1", 1);
    put(&to, polygon, sizeof polygon);
    put(&to, ring, sizeof ring);
}

static maille_table *random_communes(maille_ctx *ctx, size_t count) {
    static const maille_column_spec columns[] = {{"code", MAILLE_TEXT},
                                                 {"name", MAILLE_TEXT},
                                                 {"department", MAILLE_TEXT},
                                                 {"import_id", MAILLE_INT},
                                                 {"geom", MAILLE_GEOMETRY}};
    maille_table *table;
    char code[8];
    unsigned char wkb[WKB];
    CHECK_OK(maille_table_new(ctx, columns, 5, &table));
    for (size_t row = 0; row < count; row++) {
        box *b = &boxes[row];
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        snprintf(code, sizeof code, "%05zu", row);
        CHECK_OK(maille_set_text(ctx, table, row, 0, code));
        CHECK_OK(maille_set_text(ctx, table, row, 1, "x"));
        CHECK_OK(maille_set_text(ctx, table, row, 2, "56"));
        maille_set_int(table, row, 3, 1);
        *b = (box){.null = pick(8) == 0, .west = coordinate(-5), .south = coordinate(46)};
        b->east = b->west + (double)pick(300) / 991;
        b->north = b->south + (double)pick(300) / 991;
        outline(b, wkb);
        if (!b->null)
            CHECK_OK(maille_set_bytes(ctx, table, row, 4, wkb, sizeof wkb));
    }
    return table;
}

static maille_table *random_points(maille_ctx *ctx) {
    static const maille_column_spec columns[] = {{"id", MAILLE_TEXT},     {"service", MAILLE_TEXT},
                                                 {"name", MAILLE_TEXT},   {"lon", MAILLE_REAL},
                                                 {"lat", MAILLE_REAL},    {"amount", MAILLE_REAL},
                                                 {"status", MAILLE_TEXT}, {"located", MAILLE_TEXT}};
    maille_table *table;
    char id[8];
    CHECK_OK(maille_table_new(ctx, columns, 8, &table));
    for (size_t row = 0; row < ROWS; row++) {
        box *p = &points[row];
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        snprintf(id, sizeof id, "%05zu", row);
        CHECK_OK(maille_set_text(ctx, table, row, 0, id));
        CHECK_OK(maille_set_text(ctx, table, row, 1, "x"));
        CHECK_OK(maille_set_text(ctx, table, row, 2, "x"));
        *p = (box){.null = pick(8) == 0, .west = coordinate(-5), .south = coordinate(46)};
        p->east = p->west;
        p->north = p->south;
        if (!p->null) {
            maille_set_real(table, row, 3, p->west);
            maille_set_real(table, row, 4, p->south);
        }
        maille_set_real(table, row, 5, 1);
        CHECK_OK(maille_set_text(ctx, table, row, 6, "ouvert"));
        CHECK_OK(maille_set_text(ctx, table, row, 7, "point"));
    }
    return table;
}

/* ---- the oracle ---- */

/* What the exact answer goes by: the first point of the geometry lies west of a line. */
typedef struct {
    double line;
    size_t asked;
} question;

static double first_x(maille_bytes wkb) {
    double x = NAN;
    uint32_t type;
    memcpy(&type, wkb.bytes + 1, 4);
    size_t at = type == 1 ? 5 : 5 + 4 + 5 + 8;
    CHECK(type == 1 ? wkb.length == 21 : wkb.length == WKB);
    memcpy(&x, wkb.bytes + at, 8);
    return x;
}

static bool is_west(void *user, maille_bytes wkb) {
    question *q = user;
    q->asked++;
    return first_x(wkb) < q->line;
}

static truth holds(const box *b, const maille_filter *filter) {
    truth answer = filter->op == MAILLE_F_AND ? YES : NO;
    if (filter->op == MAILLE_F_NOT) {
        truth child = holds(b, filter->children[0]);
        return child == UNKNOWN ? UNKNOWN : child == YES ? NO : YES;
    }
    if (filter->op == MAILLE_F_MEETS) {
        const maille_meets *m = &filter->meets;
        if (b->null)
            return UNKNOWN;
        if (b->west > m->east || b->east < m->west || b->south > m->north || b->north < m->south)
            return NO;
        if (m->inside_meets && b->west >= m->west && b->east <= m->east && b->south >= m->south &&
            b->north <= m->north)
            return YES;
        return !m->exactly || b->west < ((question *)m->user)->line ? YES : NO;
    }
    for (size_t i = 0; i < filter->count; i++) {
        truth child = holds(b, filter->children[i]);
        if (child == (filter->op == MAILLE_F_AND ? NO : YES))
            return child;
        if (child == UNKNOWN)
            answer = UNKNOWN;
    }
    return answer;
}

static maille_filter *random_tree(maille_arena *arena, const char *column, const box *of,
                                  question *q, int depth) {
    maille_filter *filter = maille_arena_alloc(arena, sizeof *filter);
    if (depth > 0 && pick(3)) {
        const maille_filter **children = maille_arena_alloc(arena, 3 * sizeof *children);
        *filter = (maille_filter){.op = (maille_filter_op)pick(3), .children = children};
        filter->count = filter->op == MAILLE_F_NOT ? 1 : 1 + pick(3);
        for (size_t i = 0; i < filter->count; i++)
            children[i] = random_tree(arena, column, of, q, depth - 1);
        return filter;
    }
    const box *edge = &of[pick(ROWS)]; /* boxes that touch those of rows: to the last bit */
    maille_meets meets = {.west = pick(2) ? edge->east : coordinate(-5),
                          .south = pick(2) ? edge->north : coordinate(46),
                          .exactly = pick(2) ? is_west : NULL,
                          .user = q,
                          .inside_meets = pick(2)};
    meets.east = meets.west + (double)pick(2000) / 997;
    meets.north = meets.south + (double)pick(2000) / 997;
    *filter = (maille_filter){.op = MAILLE_F_MEETS, .column = column, .meets = meets};
    return filter;
}

/* Random trees over a table, whose rows are in the order of `key`. */
static void check_trees(maille_ctx *ctx, maille_store *store, const char *table, const char *column,
                        const box *rows, size_t count, size_t trees) {
    size_t given = 0;
    for (size_t tree = 0; tree < trees; tree++) {
        maille_arena *arena = maille_arena_new();
        question q = {.line = coordinate(-5)};
        maille_filter *filter = random_tree(arena, column, rows, &q, 3);
        maille_query query = {.table = table, .filter = filter};
        maille_table *out;
        size_t next = 0;
        char id[8];
        CHECK_OK(maille_store_read(ctx, store, &query, &out));
        for (size_t row = 0; row < count; row++)
            if (holds(&rows[row], filter) == YES) {
                snprintf(id, sizeof id, "%05zu", row);
                CHECK_TEXT(next < out->rows ? out->columns[0].texts[next] : "no row", id);
                next++;
            }
        CHECK_INT(out->rows, next);
        given += next;
        maille_table_free(out);
        maille_arena_free(arena);
    }
    CHECK(given > trees * count / 20 && given < trees * count * 19 / 20); /* the test tests */
}

/* The index says what the rows say, whatever happened to them. */
static void check_index(maille_ctx *ctx, maille_store *store) {
    sqlite3_int64 rows, indexed, apart;
    CHECK_OK(maille_sql_number(ctx, store->db,
                               "SELECT count(*) FROM commune WHERE geom IS NOT NULL", "t", &rows));
    CHECK_OK(
        maille_sql_number(ctx, store->db, "SELECT count(*) FROM idx_commune_geom", "t", &indexed));
    CHECK_OK(maille_sql_number(ctx, store->db,
                               "SELECT count(*) FROM commune c JOIN idx_commune_geom b ON b.pkid = "
                               "c.rowid WHERE b.xmin > MbrMinX(c.geom) OR b.xmax < MbrMaxX(c.geom) "
                               "OR b.ymin > MbrMinY(c.geom) OR b.ymax < MbrMaxY(c.geom) OR "
                               "b.xmax - b.xmin > MbrMaxX(c.geom) - MbrMinX(c.geom) + 1e-4",
                               "t", &apart));
    CHECK_INT(indexed, rows);
    CHECK_INT(apart, 0);
}

/* Runs on the writer's connection, and on a reader's, which knows nothing of SpatiaLite. */
TEST(random_trees_give_what_lies_there) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx), *reader;
    maille_table *communes = random_communes(ctx, ROWS), *places = random_points(ctx);
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    CHECK_OK(maille_store_append(ctx, store, "place", places));
    check_index(ctx, store);
    check_trees(ctx, store, "commune", "geom", boxes, ROWS, TREES);
    CHECK_OK(maille_store_open(ctx, maille_store_path(store), MAILLE_STORE_READ, "r", &reader));
    check_trees(ctx, reader, "commune", "geom", boxes, ROWS, TREES);
    check_trees(ctx, reader, "place", "lon", points, ROWS, TREES);
    maille_store_close(reader);
    maille_table_free(communes);
    maille_table_free(places);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* The same where thousands lie in a box, and where all do. */
TEST(a_crowd_is_asked_in_another_way) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *communes = random_communes(ctx, CROWD);
    question q = {.line = -3};
    size_t placed = 0, west = 0;
    int64_t count = -1;
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    check_trees(ctx, store, "commune", "geom", boxes, CROWD, 60);
    for (size_t i = 0; i < CROWD; i++) {
        placed += !boxes[i].null;
        west += !boxes[i].null && boxes[i].west < q.line;
    }
    maille_filter all = {.op = MAILLE_F_MEETS,
                         .column = "geom",
                         .meets = {-180, -90, 180, 90, is_west, &q, .inside_meets = true}};
    CHECK_OK(maille_store_count(ctx, store, "commune", &all, &count));
    CHECK_INT(count, placed);
    CHECK_INT(q.asked, 0);
    all.meets.inside_meets = false;
    CHECK_OK(maille_store_count(ctx, store, "commune", &all, &count));
    CHECK_INT(count, west);
    all.meets.exactly = NULL;
    maille_filter chain[22]; /* as deep as may be */
    const maille_filter *pairs[22][2];
    chain[0] = all;
    for (int i = 1; i < 22; i++) {
        pairs[i][0] = pairs[i][1] = &chain[i - 1];
        chain[i] = i == 1 ? (maille_filter){.op = MAILLE_F_NOT, .children = pairs[i], .count = 1}
                          : (maille_filter){.op = MAILLE_F_AND, .children = pairs[i], .count = 1};
    }
    CHECK_OK(maille_store_count(ctx, store, "commune", &chain[21], &count));
    CHECK_INT(count, 0); /* what has no place is unknown, not elsewhere */
    const maille_value code = maille_text_value("03");
    maille_filter beside = {.op = MAILLE_F_LT, .column = "code", .values = &code, .count = 1};
    for (int i = 2; i < 22; i++) {
        pairs[i][0] = &beside;
        chain[i].op = MAILLE_F_OR;
        chain[i].count = 2;
    }
    CHECK_OK(maille_store_count(ctx, store, "commune", &chain[21], &count));
    CHECK_INT(count, 3000);
    maille_table_free(communes);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(the_index_follows_its_rows) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx), *copy;
    maille_table *communes = random_communes(ctx, ROWS), *more;
    const char *path = fresh_path();
    char sql[1200];
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    const maille_value half = maille_text_value("00150");
    const maille_filter first = {.op = MAILLE_F_LT, .column = "code", .values = &half, .count = 1};
    CHECK_OK(maille_store_delete(ctx, store, "commune", &first));
    check_index(ctx, store);
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_store_delete(ctx, store, "commune", NULL));
    maille_store_rollback(store);
    check_index(ctx, store);
    more = random_communes(ctx, ROWS);
    CHECK_OK(maille_store_replace(ctx, store, "commune", NULL, more));
    check_index(ctx, store);
    check_trees(ctx, store, "commune", "geom", boxes, ROWS, TREES);
    CHECK_OK(maille_store_delete(ctx, store, "commune", &first));
    /* Rows keep their numbers, by which the index knows them, where pages are rewritten. */
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", path);
    CHECK_OK(maille_sql_exec(ctx, store->db, sql, "t"));
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "t", &copy));
    check_index(ctx, copy);
    CHECK_OK(maille_sql_exec(ctx, copy->db, "VACUUM", "t"));
    check_index(ctx, copy);
    maille_store_close(copy);
    maille_table_free(communes);
    maille_table_free(more);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(what_lies_inside_is_not_asked) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *communes = random_communes(ctx, ROWS);
    question q = {.line = 100};
    size_t crossing = 0, meeting = 0;
    int64_t count = 0;
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    maille_filter filter = {
        .op = MAILLE_F_MEETS,
        .column = "geom",
        .meets = {-4.5, 46.5, -2.5, 48.5, .exactly = is_west, .user = &q, .inside_meets = true}};
    for (size_t i = 0; i < ROWS; i++) {
        const box *b = &boxes[i];
        bool meets =
            !b->null && b->west <= -2.5 && b->east >= -4.5 && b->south <= 48.5 && b->north >= 46.5;
        bool inside = b->west >= -4.5 && b->east <= -2.5 && b->south >= 46.5 && b->north <= 48.5;
        meeting += meets;
        crossing += meets && !inside;
    }
    CHECK_OK(maille_store_count(ctx, store, "commune", &filter, &count));
    CHECK_INT(count, meeting);
    CHECK_INT(q.asked, crossing);
    CHECK(crossing > 0 && meeting > 2 * crossing);
    filter.meets.inside_meets = false;
    q.asked = 0;
    CHECK_OK(maille_store_count(ctx, store, "commune", &filter, &count));
    CHECK_INT(count, meeting);
    CHECK_INT(q.asked, meeting);
    maille_table_free(communes);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* Geometries stand beside the same rows whether they are read in order or sorted, from the table or
 * a join, and none stays none. */
TEST(geometry_comes_with_its_row) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *communes = random_communes(ctx, ROWS);
    const maille_join itself = {"commune", "code", NULL};
    const maille_column_of columns[] = {{0, "code"}, {0, "geom"}, {1, "geom"}};
    const maille_order orders[] = {{{0, "code"}, true, false}, {{0, "name"}, false, false}};
    maille_cursor *cursor;
    bool row;
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    for (int sorted = 0; sorted < 2; sorted++) {
        const maille_selection_query query = {.table = "commune",
                                              .key = "code",
                                              .joins = &itself,
                                              .join_count = 1,
                                              .columns = columns,
                                              .column_count = 3,
                                              .order = &orders[sorted],
                                              .order_count = 1,
                                              .limit = -1};
        size_t rows = 0;
        CHECK_OK(maille_store_select(ctx, store, &query, &cursor));
        while (maille_cursor_next(ctx, cursor, &row) == MAILLE_OK && row) {
            const box *b = &boxes[atoi(maille_cursor_text(cursor, 0))];
            for (size_t i = 1; i < 3; i++) {
                maille_bytes wkb = maille_cursor_bytes(cursor, i);
                CHECK_INT(maille_cursor_null(cursor, i), b->null);
                CHECK_INT(wkb.bytes == NULL, b->null);
                CHECK(b->null || first_x(wkb) == b->west);
            }
            rows++;
        }
        CHECK_INT(rows, ROWS);
        maille_cursor_free(cursor);
    }
    maille_table_free(communes);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* Of the rows before `end` that have a place. */
static box hull_of(const box *rows, size_t end) {
    box hull = {.null = true};
    for (size_t i = 0; i < end; i++) {
        if (rows[i].null)
            continue;
        if (hull.null)
            hull = rows[i];
        hull.west = fmin(hull.west, rows[i].west);
        hull.south = fmin(hull.south, rows[i].south);
        hull.east = fmax(hull.east, rows[i].east);
        hull.north = fmax(hull.north, rows[i].north);
    }
    return hull;
}

static void check_extent(const double got[4], box want, double hair) {
    const double edges[] = {want.west, want.south, want.east, want.north};
    for (int i = 0; i < 4; i++) {
        CHECK_NEAR(got[i], edges[i], hair);
        CHECK(i < 2 ? got[i] <= edges[i] : got[i] >= edges[i]); /* never too small */
    }
}

TEST(the_extent_holds_the_rows) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *communes = random_communes(ctx, ROWS), *places = random_points(ctx);
    double extent[4] = {0};
    CHECK_OK(maille_store_extent(ctx, store, "commune", NULL, extent));
    CHECK(isnan(extent[0]) && isnan(extent[3]));
    CHECK_OK(maille_store_extent(ctx, store, "place", NULL, extent));
    CHECK(isnan(extent[0]) && isnan(extent[3]));
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    CHECK_OK(maille_store_append(ctx, store, "place", places));
    CHECK_OK(maille_store_extent(ctx, store, "commune", NULL, extent));
    check_extent(extent, hull_of(boxes, ROWS), 1e-5);
    const maille_value some = maille_text_value("00012");
    maille_filter first = {.op = MAILLE_F_LT, .column = "code", .values = &some, .count = 1};
    CHECK_OK(maille_store_extent(ctx, store, "commune", &first, extent));
    check_extent(extent, hull_of(boxes, 12), 1e-5);
    first.column = "id";
    CHECK_OK(maille_store_extent(ctx, store, "place", &first, extent));
    check_extent(extent, hull_of(points, 12), 0);
    CHECK_FAILS(maille_store_extent(ctx, store, "access", NULL, extent), MAILLE_USAGE,
                "access had no places");
    CHECK_INT(maille_store_extent(ctx, store, "nowhere", NULL, extent), MAILLE_NOT_FOUND);
    maille_table_free(communes);
    maille_table_free(places);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(random_trees_give_what_lies_there), CASE(a_crowd_is_asked_in_another_way),
          CASE(the_index_follows_its_rows), CASE(what_lies_inside_is_not_asked),
          CASE(geometry_comes_with_its_row), CASE(the_extent_holds_the_rows))
