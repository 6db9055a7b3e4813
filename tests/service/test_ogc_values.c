/* Values of parameters, text in pages, boxes and filters of other systems: each alone. */
#include "harness.h"
#include "service/html.h"

#include <maille/extract.h>

/* ---- numbers ---- */

TEST(numbers_are_read_whole_or_not_at_all) {
    static const struct {
        const char *text;
        size_t count;
    } cases[] = {
        {"1,2,3,4", 4},
        {"-1.5,+2,3e2,.5", 4},
        {"1,2,3,4,5,6", 6},
        {"7", 1},
        {"", 0},
        {",", 0},
        {"1,", 0},
        {",1", 0},
        {"1,,2", 0},
        {"1 ,2", 0},
        {"1,2,3,4,5,6,7", 0},
        {"nan", 0},
        {"1,inf", 0},
        {"0x10,1", 0},
        {"1e999", 0},
        {"1;2", 0},
        {"1,2,3,4\n", 0},
        {"--1", 0},
        {"e", 0},
        {"1e", 0},
    };
    double n[6];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_INT(read_numbers(cases[i].text, n, 6), cases[i].count);
    CHECK_INT(read_numbers("-1.5,+2,3e2,.5", n, 6), 4);
    CHECK_NEAR(n[0], -1.5, 0);
    CHECK_NEAR(n[2], 300, 0);
    CHECK_NEAR(n[3], 0.5, 0);
}

/* ---- instants ---- */

TEST(instants_are_those_of_the_calendar) {
    static const char *const good[] = {
        "2026-01-01",           "2024-02-29",
        "2000-02-29",           "2026-12-31T23:59:59Z",
        "2026-01-01T00:00:00z", "2026-06-30t12:00:00.123456+02:00",
        "2016-12-31T23:59:60Z", "2026-01-01T00:00:00-11:30",
    };
    static const char *const bad[] = {
        "",
        "2026",
        "2026-01",
        "2026-1-1",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2026-02-29",
        "1900-02-29",
        "2026-01-00",
        "2026-01-01T",
        "2026-01-01T10:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T10:60:00Z",
        "2026-01-01T10:00:61Z",
        "2026-01-01T10:00:00",
        "2026-01-01T10:00:00.Z",
        "2026-01-01T10:00:00+2",
        "2026-01-01T10:00:00Zz",
        "01/01/2026",
        " 2026-01-01",
        "2026-01-01 ",
        "20260101",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        test_check(is_instant(good[i]), good[i], __FILE__, __LINE__);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        test_check(!is_instant(bad[i]), bad[i], __FILE__, __LINE__);
}

/* ---- pages ---- */

TEST(no_text_leaves_its_place_in_a_page) {
    maille_strbuf s = {0};
    html_text(&s, "<script>\"a\" & 'b'</script>é");
    CHECK_TEXT(s.text, "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;é");
    maille_strbuf_clear(&s);
    html_text(&s, NULL);
    CHECK_INT(s.length, 0);
    maille_strbuf_free(&s);
}

static void put(unsigned char **to, const void *bytes, size_t count) {
    memcpy(*to, bytes, count);
    *to += count;
}

/* A polygon of one ring with a thousand points nearly on one place, and two far ones. */
static size_t dense_ring(unsigned char *wkb) {
    unsigned char *at = wkb;
    const unsigned char order = 1;
    const uint32_t type = 3, rings = 1, points = 1003;
    put(&at, &order, 1);
    put(&at, &type, 4);
    put(&at, &rings, 4);
    put(&at, &points, 4);
    for (uint32_t i = 0; i < points; i++) {
        double xy[2] = {i * 1e-9, 45 + i * 1e-9};
        if (i == 1000)
            xy[0] = 2;
        if (i == 1001)
            xy[1] = 46;
        put(&at, xy, sizeof xy);
    }
    return (size_t)(at - wkb);
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (const char *p = text; (p = strstr(p, part)) != NULL; p++)
        count++;
    return count;
}

TEST(a_map_draws_what_the_eye_sees) {
    static unsigned char wkb[20000];
    html_map map = {0};
    maille_strbuf s = {0};
    size_t length = dense_ring(wkb);
    CHECK(html_map_add(&map, (maille_bytes){wkb, length},
                       &(map_feature){.href = "/a?b&c", .title = "<b>"}));
    html_map_draw(&s, &map, "\"carte\"");
    CHECK(strstr(s.text, "href=\"/a?b&amp;c\"") && strstr(s.text, "<title>&lt;b&gt;</title>"));
    CHECK(strstr(s.text, "aria-label=\"&quot;carte&quot;\""));
    CHECK_INT(count_of(s.text, "<path"), 1);
    CHECK(count_of(s.text, "L") <= 4 && count_of(s.text, "L") >= 2);
    CHECK_NEAR(map.box[2], 2, 1e-12);
    CHECK_NEAR(map.box[3], 46, 1e-12);
    html_map_free(&map);
    maille_strbuf_free(&s);
}

/* Any cut or changed byte is drawn or left out, never read past its end. */
TEST(a_damaged_geometry_is_left_out) {
    static unsigned char wkb[20000];
    size_t length = dense_ring(wkb);
    for (size_t cut = 0; cut < 60; cut++) {
        html_map map = {0};
        unsigned char *copy = maille_alloc(cut + 1, 1);
        memcpy(copy, wkb, cut);
        CHECK(html_map_add(&map, (maille_bytes){copy, cut}, &(map_feature){.title = "x"}));
        CHECK_INT(map.features.count, 0);
        html_map_free(&map);
        maille_free(copy);
    }
    for (size_t i = 0; i < 13; i++)
        for (unsigned value = 0; value < 256; value++) {
            html_map map = {0};
            unsigned char *copy = maille_alloc(length, 1);
            memcpy(copy, wkb, length);
            copy[i] = (unsigned char)value;
            CHECK(html_map_add(&map, (maille_bytes){copy, length}, &(map_feature){.title = "x"}));
            html_map_free(&map);
            maille_free(copy);
        }
}

/* ---- other systems ---- */

/* The web's projection has a closed form. */
static double mercator_x(double lon) {
    return 6378137.0 * lon * M_PI / 180;
}
static double mercator_y(double lat) {
    return 6378137.0 * log(tan(M_PI / 4 + lat * M_PI / 360));
}

TEST(a_box_of_the_web_is_one_of_degrees) {
    maille_ctx *ctx = NULL;
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    double box[4] = {mercator_x(-5), mercator_y(47), mercator_x(2.5), mercator_y(49)};
    CHECK_INT(maille_box_to_lonlat(ctx, 3857, box), MAILLE_OK);
    CHECK_NEAR(box[0], -5, 1e-6);
    CHECK_NEAR(box[1], 47, 1e-6);
    CHECK_NEAR(box[2], 2.5, 1e-6);
    CHECK_NEAR(box[3], 49, 1e-6);
    /* In Lambert-93 the north of a wide box is bent: its middle lies north of its corners. */
    double bent[4] = {100000, 6200000, 1200000, 7000000},
           corner[4] = {100000, 7000000, 100000, 7000000};
    CHECK_INT(maille_box_to_lonlat(ctx, 2154, bent), MAILLE_OK);
    CHECK_INT(maille_box_to_lonlat(ctx, 2154, corner), MAILLE_OK);
    CHECK(bent[3] > corner[3] + 0.1);
    maille_ctx_free(ctx);
}

TEST(geometries_of_filters_come_to_degrees_and_texts_stay) {
    static const struct {
        const char *sent, *want;
    } cases[] = {
        {"a = 'POINT(46 -4)' AND S_INTERSECTS(geom,POINT(46.5 -4.25))",
         "a = 'POINT(46 -4)' AND S_INTERSECTS(geom,POINT(-4.25 46.5))"},
        {"S_INTERSECTS(geom, polygon ((46 -4,47 -4,47 -3,46 -4)))",
         "S_INTERSECTS(geom, polygon ((-4 46,-4 47,-3 47,-4 46)))"},
        {"\"point(1 2)\" = 3 OR S_INTERSECTS(geom,POINT Z(46 -4 100))",
         "\"point(1 2)\" = 3 OR S_INTERSECTS(geom,POINT Z(-4 46 100))"},
        {"S_INTERSECTS(geom,BBOX(46,-4,47,-3))", "S_INTERSECTS(geom,BBOX(-4,46,-3,47))"},
        {"S_INTERSECTS(geom,BBOX(46,-4,0,47,-3,9))", "S_INTERSECTS(geom,BBOX(-4,46,0,-3,47,9))"},
        {"nom = 'l''île' AND points > 2", "nom = 'l''île' AND points > 2"},
        {"S_INTERSECTS(geom,POINT(46 -4", "S_INTERSECTS(geom,POINT(46 -4"},
        {"nom = 'ouvert", "nom = 'ouvert"},
        {"S_INTERSECTS(geom,BBOX(1,2,3))", "S_INTERSECTS(geom,BBOX(1,2,3))"},
    };
    maille_ctx *ctx = NULL;
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maille_strbuf s = {0};
        CHECK_INT(maille_cql_to_lonlat(ctx, cases[i].sent, 4326, true, &s), MAILLE_OK);
        CHECK_TEXT(s.text, cases[i].want);
        maille_strbuf_free(&s);
    }
    maille_strbuf s = {0};
    CHECK_INT(maille_cql_to_lonlat(ctx, "S_INTERSECTS(geom,POINT(5))", 4326, true, &s),
              MAILLE_USAGE);
    maille_strbuf_free(&s);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(numbers_are_read_whole_or_not_at_all), CASE(instants_are_those_of_the_calendar),
          CASE(no_text_leaves_its_place_in_a_page), CASE(a_map_draws_what_the_eye_sees),
          CASE(a_damaged_geometry_is_left_out), CASE(a_box_of_the_web_is_one_of_degrees),
          CASE(geometries_of_filters_come_to_degrees_and_texts_stay))
