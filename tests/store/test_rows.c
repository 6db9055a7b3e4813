/* Rows as column arrays: what goes in comes out, and what does not hold changes nothing. */
#include "store/internal.h"
#include "workspaces.h"

/* The unit square at (x, y) as WKB of a MULTIPOLYGON. */
static size_t square_wkb(double x, double y, unsigned char wkb[128]) {
    const uint32_t head[] = {6, 1};
    const uint32_t part[] = {3, 1, 5};
    const double points[] = {x, y, x + 1, y, x + 1, y + 1, x, y + 1, x, y};
    size_t length = 0;
    wkb[length++] = 1;
    memcpy(wkb + length, head, sizeof head);
    length += sizeof head;
    wkb[length++] = 1;
    memcpy(wkb + length, part, sizeof part);
    length += sizeof part;
    memcpy(wkb + length, points, sizeof points);
    return length + sizeof points;
}

/* Communes of the schema, one with everything and one with as many nulls as may be. */
static maille_table *two_communes(maille_ctx *ctx) {
    static const maille_column_spec columns[] = {
        {"geom", MAILLE_GEOMETRY},   {"name", MAILLE_TEXT},      {"code", MAILLE_TEXT},
        {"department", MAILLE_TEXT}, {"population", MAILLE_INT}, {"import_id", MAILLE_INT}};
    maille_table *table;
    unsigned char wkb[128];
    size_t row, length = square_wkb(9, 42, wkb);
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    CHECK_OK(maille_table_add_row(ctx, table, &row));
    CHECK_OK(maille_set_bytes(ctx, table, row, 0, wkb, length));
    CHECK_OK(maille_set_text(ctx, table, row, 1, "L’Île-Rousse 𝄞 'x' \"y\""));
    CHECK_OK(maille_set_text(ctx, table, row, 2, "2B134"));
    CHECK_OK(maille_set_text(ctx, table, row, 3, "2B"));
    maille_set_int(table, row, 4, 3186);
    maille_set_int(table, row, 5, INT64_MIN);
    CHECK_OK(maille_table_add_row(ctx, table, &row));
    CHECK_OK(maille_set_text(ctx, table, row, 1, ""));
    CHECK_OK(maille_set_text(ctx, table, row, 2, "2A004"));
    CHECK_OK(maille_set_text(ctx, table, row, 3, "2A"));
    maille_set_int(table, row, 5, INT64_MAX);
    return table;
}

TEST(every_type_and_null_comes_back) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *in = two_communes(ctx), *out;
    CHECK_OK(maille_store_append(ctx, store, "commune", in));
    maille_query query = {.table = "commune"};
    CHECK_OK(maille_store_read(ctx, store, &query, &out));
    CHECK_INT(out->rows, 2);
    static const char *const names[] = {"code",       "name",      "population",
                                        "department", "import_id", "geom"};
    CHECK_INT(out->column_count, 6);
    for (size_t i = 0; i < 6; i++)
        CHECK_TEXT(out->columns[i].name, names[i]);
    /* in the order of the key */
    CHECK_TEXT(out->columns[0].texts[0], "2A004");
    CHECK_TEXT(out->columns[0].texts[1], "2B134");
    CHECK_TEXT(out->columns[1].texts[0], ""); /* an empty text is not null */
    CHECK_TEXT(out->columns[1].texts[1], "L’Île-Rousse 𝄞 'x' \"y\"");
    CHECK_INT(out->columns[2].type, MAILLE_REAL); /* whole numbers may be given for real ones */
    CHECK(isnan(out->columns[2].reals[0]) && out->columns[2].null[0]);
    CHECK_NEAR(out->columns[2].reals[1], 3186, 0);
    CHECK(out->columns[4].ints[0] == INT64_MAX && out->columns[4].ints[1] == INT64_MIN);
    CHECK(out->columns[5].blobs[0].bytes == NULL && out->columns[5].null[0]);
    CHECK_INT(out->columns[5].type, MAILLE_GEOMETRY);
    CHECK(out->columns[5].blobs[1].length == in->columns[0].blobs[0].length &&
          memcmp(out->columns[5].blobs[1].bytes, in->columns[0].blobs[0].bytes,
                 in->columns[0].blobs[0].length) == 0);
    maille_table_free(out);
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(reals_come_back_bit_by_bit) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *in = centres(ctx, "c", 1000, 1), *out;
    uint64_t random = 7;
    for (size_t row = 0; row < in->rows; row++) {
        uint64_t bits = next_random(&random) & ~(UINT64_C(1) << 62); /* finite */
        double value;
        memcpy(&value, &bits, 8);
        maille_set_real(in, row, 1, value);
    }
    CHECK_OK(maille_store_append(ctx, store, "centre", in));
    static const char *const columns[] = {"lon"}, *const order[] = {"lat"};
    maille_query query = {
        .table = "centre", .columns = columns, .column_count = 1, .order = order, .order_count = 1};
    CHECK_OK(maille_store_read(ctx, store, &query, &out));
    CHECK_INT(out->rows, 1000);
    for (size_t row = 0; row < out->rows; row++) /* lat falls as row grows */
        CHECK(memcmp(&out->columns[0].reals[row], &in->columns[1].reals[999 - row], 8) == 0);
    maille_table_free(out);
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(a_cursor_gives_the_same_row_by_row) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *in = two_communes(ctx);
    maille_cursor *cursor;
    bool row;
    CHECK_OK(maille_store_append(ctx, store, "commune", in));
    static const char *const columns[] = {"population", "name", "geom", "import_id"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = 4};
    CHECK_OK(maille_store_scan(ctx, store, &query, &cursor));
    CHECK_OK(maille_cursor_next(ctx, cursor, &row));
    CHECK(row && maille_cursor_null(cursor, 0) && isnan(maille_cursor_real(cursor, 0)));
    CHECK_TEXT(maille_cursor_text(cursor, 1), "");
    CHECK(maille_cursor_null(cursor, 2) && !maille_cursor_bytes(cursor, 2).bytes);
    CHECK(maille_cursor_int(cursor, 3) == INT64_MAX);
    CHECK_OK(maille_cursor_next(ctx, cursor, &row));
    CHECK(row && !maille_cursor_null(cursor, 0));
    CHECK_NEAR(maille_cursor_real(cursor, 0), 3186, 0);
    CHECK_INT(maille_cursor_bytes(cursor, 2).length, in->columns[0].blobs[0].length);
    CHECK_OK(maille_cursor_next(ctx, cursor, &row));
    CHECK(!row);
    maille_cursor_free(cursor);
    maille_cursor_free(NULL);
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(geometry_is_what_spatialite_understands) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *in = two_communes(ctx);
    sqlite3_int64 good = 0;
    CHECK_OK(maille_store_append(ctx, store, "commune", in));
    CHECK_OK(maille_sql_number(ctx, store->db,
                               "SELECT count(*) FROM commune WHERE ST_IsValid(geom) = 1 AND "
                               "ST_Area(geom) = 1 AND ST_SRID(geom) = 4326 AND "
                               "ST_GeometryType(geom) = 'MULTIPOLYGON'",
                               "test", &good));
    CHECK_INT(good, 1);
    CHECK_OK(maille_sql_number(ctx, store->db,
                               "SELECT count(*) FROM geometry_columns WHERE srid = 4326 AND "
                               "f_geometry_column = 'geom' AND geometry_type = 6 AND "
                               "spatial_index_enabled = 1",
                               "test", &good));
    CHECK_INT(good, 11);
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(a_row_that_does_not_hold_is_named_and_nothing_is_kept) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows = centres(ctx, "2A", 5, 1);
    CHECK_OK(maille_set_text(ctx, rows, 3, 0, "2A1"));
    CHECK_FAILS(maille_store_append(ctx, store, "centre", rows), MAILLE_REFUSED,
                "row 4 of centre (code 2A1) was refused: UNIQUE constraint failed: centre.code");
    CHECK_INT(count_of(ctx, store, "centre"), 0);
    maille_set_real(rows, 2, 1, NAN);
    CHECK_FAILS(maille_store_append(ctx, store, "centre", rows), MAILLE_REFUSED,
                "row 3 of centre (code 2A2) was refused: NOT NULL constraint failed: centre.lon");
    CHECK_INT(count_of(ctx, store, "centre"), 0);
    maille_set_real(rows, 2, 1, 9);
    CHECK_OK(maille_set_text(ctx, rows, 3, 0, "2A\xE9"));
    CHECK_FAILS(maille_store_append(ctx, store, "centre", rows), MAILLE_REFUSED,
                "code is no UTF-8 text");
    CHECK_INT(count_of(ctx, store, "centre"), 0);
    maille_table_free(rows);

    rows = two_communes(ctx);
    maille_set_int(rows, 0, 4, -1);
    CHECK_FAILS(maille_store_append(ctx, store, "commune", rows), MAILLE_REFUSED,
                "row 1 of commune (code 2B134) was refused: CHECK constraint failed: population");
    maille_set_int(rows, 0, 4, 1);
    CHECK_OK(maille_set_bytes(ctx, rows, 1, 0, "\1\1\0\0\0", 5));
    CHECK_FAILS(maille_store_append(ctx, store, "commune", rows), MAILLE_REFUSED,
                "row 2 of commune (code 2A004) was refused: geom was no polygon");
    CHECK_INT(count_of(ctx, store, "commune"), 0);
    maille_table_free(rows);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(a_refused_table_leaves_the_callers_transaction_usable) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *good = centres(ctx, "g", 3, 1), *bad = centres(ctx, "b", 3, 1);
    CHECK_OK(maille_set_text(ctx, bad, 2, 0, "b0"));
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_store_append(ctx, store, "centre", good));
    CHECK_INT(maille_store_append(ctx, store, "centre", bad), MAILLE_REFUSED);
    CHECK_INT(count_of(ctx, store, "centre"), 3);
    CHECK_OK(maille_store_commit(ctx, store));
    CHECK_INT(count_of(ctx, store, "centre"), 3);
    CHECK_INT(maille_store_replace(ctx, store, "centre", NULL, bad), MAILLE_REFUSED);
    CHECK_INT(count_of(ctx, store, "centre"), 3);
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_store_delete(ctx, store, "centre", NULL));
    maille_store_rollback(store);
    CHECK_INT(count_of(ctx, store, "centre"), 3);
    maille_table_free(good);
    maille_table_free(bad);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(replace_and_delete_keep_to_their_scope) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *one = centres(ctx, "a", 4, 1), *two = centres(ctx, "b", 5, 2),
                 *fresh = centres(ctx, "a", 2, 1), *none = centres(ctx, "", 0, 1);
    maille_value id = maille_int_value(1);
    maille_filter scope = maille_equals("import_id", &id);
    CHECK_OK(maille_store_append(ctx, store, "centre", one));
    CHECK_OK(maille_store_append(ctx, store, "centre", two));
    CHECK_OK(maille_store_append(ctx, store, "centre", none));
    CHECK_INT(count_of(ctx, store, "centre"), 9);
    CHECK_OK(maille_store_replace(ctx, store, "centre", &scope, fresh));
    CHECK_INT(count_of(ctx, store, "centre"), 7);
    CHECK_OK(maille_store_delete(ctx, store, "centre", &scope));
    CHECK_INT(count_of(ctx, store, "centre"), 5);
    CHECK_OK(maille_store_replace(ctx, store, "centre", NULL, one));
    CHECK_INT(count_of(ctx, store, "centre"), 4);
    maille_table_free(one);
    maille_table_free(two);
    maille_table_free(fresh);
    maille_table_free(none);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(columns_that_are_not_given_take_their_default) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    static const maille_column_spec columns[] = {
        {"id", MAILLE_TEXT}, {"kind", MAILLE_TEXT}, {"name", MAILLE_TEXT}, {"status", MAILLE_TEXT}};
    maille_table *in, *out;
    CHECK_OK(maille_table_new(ctx, columns, 4, &in));
    CHECK_OK(maille_table_add_row(ctx, in, NULL));
    for (size_t i = 0; i < 4; i++)
        CHECK_OK(maille_set_text(ctx, in, 0, i, "x"));
    CHECK_OK(maille_store_append(ctx, store, "perimeter", in));
    maille_query query = {.table = "perimeter"};
    CHECK_OK(maille_store_read(ctx, store, &query, &out));
    int edited = maille_table_column(out, "edited"), contact = maille_table_column(out, "contact");
    CHECK_INT(out->columns[edited].null[0], 0);
    CHECK_INT(out->columns[edited].ints[0], 0);
    CHECK_TEXT(out->columns[contact].texts[0], NULL);
    maille_table_free(out);
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(only_names_of_the_schema_reach_the_database) {
    static const char *const tables[] = {"nothing",
                                         "",
                                         NULL,
                                         "sqlite_master",
                                         "sqlite_schema",
                                         "geometry_columns",
                                         "spatial_ref_sys",
                                         "SpatialIndex",
                                         "COMMUNE",
                                         "commune; DROP TABLE commune",
                                         "commune\" --",
                                         "main.commune",
                                         "pragma_table_info('commune')"};
    static const char *const columns[] = {"nothing", "",      "rowid",           "CODE",
                                          "*",       "1",     "code\" , \"name", "count(*)",
                                          "code--",  "code ", "(SELECT 1)"};
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *in = two_communes(ctx), *out;
    int64_t count;
    CHECK_OK(maille_store_append(ctx, store, "commune", in));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        maille_query query = {.table = tables[i]};
        CHECK_FAILS(maille_store_read(ctx, store, &query, &out), MAILLE_NOT_FOUND,
                    tables[i] ? tables[i] : "''");
        CHECK(out == NULL);
        CHECK_INT(maille_store_count(ctx, store, tables[i], NULL, &count), MAILLE_NOT_FOUND);
        CHECK_INT(maille_store_append(ctx, store, tables[i], in), MAILLE_NOT_FOUND);
        CHECK_INT(maille_store_delete(ctx, store, tables[i], NULL), MAILLE_NOT_FOUND);
        CHECK_INT(maille_store_describe(ctx, store, tables[i], &out), MAILLE_NOT_FOUND);
    }
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        maille_query query = {.table = "commune", .columns = &columns[i], .column_count = 1};
        CHECK_FAILS(maille_store_read(ctx, store, &query, &out), MAILLE_NOT_FOUND, columns[i]);
        maille_query ordered = {.table = "commune", .order = &columns[i], .order_count = 1};
        CHECK_FAILS(maille_store_read(ctx, store, &ordered, &out), MAILLE_NOT_FOUND, columns[i]);
        maille_value value = maille_text_value("x");
        maille_filter filter = maille_equals(columns[i], &value);
        CHECK_FAILS(maille_store_delete(ctx, store, "commune", &filter), MAILLE_NOT_FOUND,
                    columns[i]);
        maille_column_spec spec = {columns[i], MAILLE_TEXT};
        maille_table *rows;
        CHECK_OK(maille_table_new(ctx, &spec, 1, &rows));
        CHECK_FAILS(maille_store_append(ctx, store, "commune", rows), MAILLE_NOT_FOUND, columns[i]);
        maille_table_free(rows);
    }
    CHECK_INT(count_of(ctx, store, "commune"), 2);
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(values_are_never_read_as_sql) {
    static const char *const nasty[] = {
        "'; DROP TABLE centre; --",       "' OR '1'='1", "\"code\"", "?1", "%",
        "x' UNION SELECT * FROM meta --", "\\",          "code"};
    size_t count = sizeof nasty / sizeof *nasty;
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *in = centres(ctx, "c", (int)count, 1), *out;
    for (size_t i = 0; i < count; i++)
        CHECK_OK(maille_set_text(ctx, in, i, 0, nasty[i]));
    CHECK_OK(maille_store_append(ctx, store, "centre", in));
    for (size_t i = 0; i < count; i++) {
        maille_value value = maille_text_value(nasty[i]);
        maille_filter filter = maille_equals("code", &value);
        maille_query query = {.table = "centre", .filter = &filter};
        CHECK_OK(maille_store_read(ctx, store, &query, &out));
        CHECK_INT(out->rows, 1);
        CHECK_TEXT(out->rows ? out->columns[0].texts[0] : "", nasty[i]);
        maille_table_free(out);
    }
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(types_that_do_not_fit_are_told) {
    static const maille_column_spec texts[] = {{"lon", MAILLE_TEXT}},
                                    reals[] = {{"import_id", MAILLE_REAL}};
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows;
    CHECK_OK(maille_table_new(ctx, texts, 1, &rows));
    CHECK_FAILS(maille_store_append(ctx, store, "centre", rows), MAILLE_USAGE,
                "column lon of centre holds numbers and was given texts");
    maille_table_free(rows);
    CHECK_OK(maille_table_new(ctx, reals, 1, &rows));
    CHECK_FAILS(maille_store_append(ctx, store, "centre", rows), MAILLE_USAGE,
                "column import_id of centre holds integers and was given numbers");
    maille_table_free(rows);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(order_is_as_asked_then_by_key) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    static const char *const codes[] = {"b", "É", "a", "B", "A"}; /* bytes order: A B a b É */
    maille_table *in = centres(ctx, "c", 5, 1), *out;
    for (size_t i = 0; i < 5; i++) {
        CHECK_OK(maille_set_text(ctx, in, i, 0, codes[i]));
        maille_set_real(in, i, 1, i % 2 ? 1 : 2);
    }
    CHECK_OK(maille_store_append(ctx, store, "centre", in));
    maille_query query = {.table = "centre"};
    CHECK_OK(maille_store_read(ctx, store, &query, &out));
    static const char *const by_key[] = {"A", "B", "a", "b", "É"};
    for (size_t i = 0; i < 5; i++)
        CHECK_TEXT(out->columns[0].texts[i], by_key[i]);
    maille_table_free(out);
    static const char *const order[] = {"lon"}, *const by_lon[] = {"B", "É", "A", "a", "b"};
    query.order = order;
    query.order_count = 1;
    CHECK_OK(maille_store_read(ctx, store, &query, &out));
    for (size_t i = 0; i < 5; i++)
        CHECK_TEXT(out->columns[0].texts[i], by_lon[i]);
    maille_table_free(out);
    maille_table_free(in);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(a_table_is_described) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *about;
    CHECK_OK(maille_store_describe(ctx, store, "isochrone", &about));
    CHECK_INT(about->rows, 0);
    CHECK_INT(about->column_count, 6);
    CHECK_TEXT(about->columns[0].name, "id");
    CHECK_INT(about->columns[0].type, MAILLE_INT);
    CHECK_INT(about->columns[maille_table_column(about, "minutes")].type, MAILLE_REAL);
    CHECK_INT(about->columns[maille_table_column(about, "geom")].type, MAILLE_GEOMETRY);
    maille_table_free(about);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(every_type_and_null_comes_back), CASE(reals_come_back_bit_by_bit),
          CASE(a_cursor_gives_the_same_row_by_row), CASE(geometry_is_what_spatialite_understands),
          CASE(a_row_that_does_not_hold_is_named_and_nothing_is_kept),
          CASE(a_refused_table_leaves_the_callers_transaction_usable),
          CASE(replace_and_delete_keep_to_their_scope),
          CASE(columns_that_are_not_given_take_their_default),
          CASE(only_names_of_the_schema_reach_the_database), CASE(values_are_never_read_as_sql),
          CASE(types_that_do_not_fit_are_told), CASE(order_is_as_asked_then_by_key),
          CASE(a_table_is_described))
