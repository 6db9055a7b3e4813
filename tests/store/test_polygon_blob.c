/* Polygons as WKB and as SpatiaLite blobs: SpatiaLite itself says whether the blobs are right. */
#include "store/internal.h"
#include "store/polygon_blob.h"
#include "workspaces.h"

static void add_byte(maille_strbuf *s, unsigned char value) {
    maille_strbuf_add_char(s, (char)value);
}

static void add_number(maille_strbuf *s, uint32_t value) {
    maille_strbuf_add_n(s, (const char *)&value, 4);
}

static void add_point(maille_strbuf *s, double x, double y) {
    maille_strbuf_add_n(s, (const char *)&x, 8);
    maille_strbuf_add_n(s, (const char *)&y, 8);
}

/* A closed square; clockwise when asked. */
static void add_square(maille_strbuf *s, double x, double y, double size, bool clockwise) {
    add_number(s, 5);
    add_point(s, x, y);
    add_point(s, clockwise ? x : x + size, clockwise ? y + size : y);
    add_point(s, x + size, y + size);
    add_point(s, clockwise ? x + size : x, clockwise ? y : y + size);
    add_point(s, x, y);
}

/* A square of side 1 at (x, y) with `holes` square holes of side 0.05 in a row. */
static void add_polygon(maille_strbuf *s, double x, double y, uint32_t holes) {
    add_byte(s, 1);
    add_number(s, 3);
    add_number(s, 1 + holes);
    add_square(s, x, y, 1, false);
    for (uint32_t hole = 0; hole < holes; hole++)
        add_square(s, x + 0.1 + 0.1 * hole, y + 0.5, 0.05, true);
}

static void add_multipolygon(maille_strbuf *s, uint32_t parts) {
    add_byte(s, 1);
    add_number(s, 6);
    add_number(s, parts);
    for (uint32_t part = 0; part < parts; part++)
        add_polygon(s, 2.0 * part - 3, 45.25 + part / 3.0, part % 4);
}

static maille_bytes bytes_of(const maille_strbuf *s) {
    return (maille_bytes){(const unsigned char *)s->text, s->length};
}

/* Asks SpatiaLite about `value`; the answer's bytes go to `out`. */
static sqlite3 *db; /* of a workspace open for writing, which has SpatiaLite */

static void ask(const char *sql, const maille_strbuf *value, maille_strbuf *out) {
    sqlite3_stmt *statement;
    maille_strbuf_clear(out);
    CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_blob(statement, 1, value->text, (int)value->length, SQLITE_STATIC);
    CHECK_INT(sqlite3_step(statement), SQLITE_ROW);
    const void *blob = sqlite3_column_blob(statement, 0);
    if (blob)
        maille_strbuf_add_n(out, blob, (size_t)sqlite3_column_bytes(statement, 0));
    sqlite3_finalize(statement);
}

static double ask_number(const char *sql, const maille_strbuf *value) {
    maille_strbuf text = {0};
    ask(sql, value, &text);
    double number = text.length ? strtod(text.text, NULL) : -1;
    maille_strbuf_free(&text);
    return number;
}

static bool same(const maille_strbuf *a, const maille_strbuf *b) {
    return a->length == b->length && a->length && memcmp(a->text, b->text, a->length) == 0;
}

TEST(blobs_are_those_of_spatialite) {
    for (uint32_t parts = 1; parts < 9; parts++) {
        maille_strbuf wkb = {0}, blob = {0}, theirs = {0}, back = {0};
        add_multipolygon(&wkb, parts);
        CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), NULL);
        ask("SELECT ST_GeomFromWKB(?, 4326)", &wkb, &theirs);
        CHECK(same(&blob, &theirs));
        CHECK_TEXT(maille_blob_to_wkb(bytes_of(&theirs), &back), NULL);
        CHECK(same(&back, &wkb));
        ask("SELECT ST_AsBinary(?)", &blob, &theirs);
        CHECK(same(&theirs, &wkb));
        double holes = 0;
        for (uint32_t part = 0; part < parts; part++)
            holes += part % 4;
        CHECK_NEAR(ask_number("SELECT ST_Area(?)", &blob), parts - holes * 0.0025, 1e-9);
        CHECK_NEAR(ask_number("SELECT ST_IsValid(?)", &blob), 1, 0);
        CHECK_NEAR(ask_number("SELECT ST_NumGeometries(?)", &blob), parts, 0);
        maille_strbuf_free(&wkb);
        maille_strbuf_free(&blob);
        maille_strbuf_free(&theirs);
        maille_strbuf_free(&back);
    }
}

TEST(a_polygon_becomes_a_multipolygon_of_one_part) {
    maille_strbuf polygon = {0}, multi = {0}, blob = {0}, theirs = {0}, wkb = {0};
    add_polygon(&polygon, 2, 48, 2);
    add_byte(&multi, 1);
    add_number(&multi, 6);
    add_number(&multi, 1);
    add_polygon(&multi, 2, 48, 2);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&polygon), &blob), NULL);
    ask("SELECT CastToMulti(ST_GeomFromWKB(?, 4326))", &polygon, &theirs);
    CHECK(same(&blob, &theirs));
    ask("SELECT ST_GeomFromWKB(?, 4326)", &polygon, &theirs); /* a blob of type POLYGON */
    CHECK_TEXT(maille_blob_to_wkb(bytes_of(&theirs), &wkb), NULL);
    CHECK(same(&wkb, &multi));
    maille_strbuf_free(&polygon);
    maille_strbuf_free(&multi);
    maille_strbuf_free(&blob);
    maille_strbuf_free(&theirs);
    maille_strbuf_free(&wkb);
}

TEST(nothing_is_left_of_an_empty_geometry) {
    maille_strbuf wkb = {0}, blob = {0};
    add_multipolygon(&wkb, 0);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), NULL);
    CHECK_INT(blob.length, 0);
    maille_strbuf_clear(&wkb);
    add_byte(&wkb, 1);
    add_number(&wkb, 3);
    add_number(&wkb, 0);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), NULL);
    CHECK_INT(blob.length, 0);
    maille_strbuf_free(&wkb);
    maille_strbuf_free(&blob);
}

TEST(empty_parts_and_rings_are_left_out) {
    maille_strbuf wkb = {0}, blob = {0}, back = {0}, want = {0};
    add_byte(&wkb, 1);
    add_number(&wkb, 6);
    add_number(&wkb, 2);
    add_byte(&wkb, 1); /* a part without rings */
    add_number(&wkb, 3);
    add_number(&wkb, 0);
    add_byte(&wkb, 1); /* a part whose second ring has no points */
    add_number(&wkb, 3);
    add_number(&wkb, 2);
    add_square(&wkb, 0, 0, 1, false);
    add_number(&wkb, 0);
    add_byte(&want, 1);
    add_number(&want, 6);
    add_number(&want, 1);
    add_polygon(&want, 0, 0, 0);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), NULL);
    CHECK_TEXT(maille_blob_to_wkb(bytes_of(&blob), &back), NULL);
    CHECK(same(&back, &want));
    maille_strbuf_free(&wkb);
    maille_strbuf_free(&blob);
    maille_strbuf_free(&back);
    maille_strbuf_free(&want);
}

TEST(what_is_no_polygon_is_told) {
    maille_strbuf wkb = {0}, blob = {0};
    add_byte(&wkb, 1);
    add_number(&wkb, 1);
    add_point(&wkb, 1, 2);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), "was no polygon in two dimensions");
    maille_strbuf_clear(&wkb);
    add_byte(&wkb, 0);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), "was no little-endian WKB");
    maille_strbuf_clear(&wkb);
    add_polygon(&wkb, NAN, 0, 0);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), "had a coordinate that is not a number");
    maille_strbuf_clear(&wkb);
    add_polygon(&wkb, 0, INFINITY, 0);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), "had a coordinate that is not a number");
    maille_strbuf_clear(&wkb);
    add_polygon(&wkb, 0, 0, 0);
    add_byte(&wkb, 0);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), "had bytes behind its end");
    maille_strbuf_free(&wkb);
    maille_strbuf_free(&blob);
}

/* Every cut is refused; every changed byte is refused or read, and never read past the end (the
 * copy is exactly as long as the input, so that a sanitizer sees it). */
static void maul(const maille_strbuf *good,
                 const char *(*convert)(maille_bytes bytes, maille_strbuf *out)) {
    maille_strbuf out = {0};
    for (size_t length = 0; length < good->length; length++) {
        unsigned char *cut = malloc(length ? length : 1);
        memcpy(cut, good->text, length);
        CHECK(convert((maille_bytes){cut, length}, &out) != NULL);
        free(cut);
    }
    uint64_t random = 20240501;
    unsigned char *changed = malloc(good->length);
    for (int i = 0; i < 20000; i++) {
        memcpy(changed, good->text, good->length);
        changed[next_random(&random) % good->length] = (unsigned char)next_random(&random);
        convert((maille_bytes){changed, good->length}, &out);
        CHECK(out.length <= good->length * 2);
    }
    free(changed);
    maille_strbuf_free(&out);
}

TEST(mauled_input_is_survived) {
    maille_strbuf wkb = {0}, blob = {0};
    add_multipolygon(&wkb, 3);
    CHECK_TEXT(maille_wkb_to_blob(bytes_of(&wkb), &blob), NULL);
    maul(&wkb, maille_wkb_to_blob);
    maul(&blob, maille_blob_to_wkb);
    maille_strbuf_free(&wkb);
    maille_strbuf_free(&blob);
}

static maille_ctx *ctx;
static maille_store *store;

TEST(set_up) {
    ctx = new_ctx();
    store = new_workspace(ctx);
    db = store->db;
}

TEST(tear_down) {
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(blobs_are_those_of_spatialite),
          CASE(a_polygon_becomes_a_multipolygon_of_one_part),
          CASE(nothing_is_left_of_an_empty_geometry), CASE(empty_parts_and_rings_are_left_out),
          CASE(what_is_no_polygon_is_told), CASE(mauled_input_is_survived), CASE(tear_down))
