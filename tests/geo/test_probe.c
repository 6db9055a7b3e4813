/* Probes: what meets a box or a geometry, against plain arithmetic. */
#include <maille/probe.h>

#include "harness.h"

#include <maille/shapes.h>

static maille_ctx *ctx;

static maille_probe *from_wkt(const char *wkt) {
    maille_probe *probe = NULL;
    CHECK_INT(maille_probe_from_wkt(ctx, wkt, &probe), MAILLE_OK);
    if (!probe) {
        fprintf(stderr, "%s\n", maille_message(ctx));
        exit(1);
    }
    return probe;
}

static maille_probe *from_box(double w, double s, double e, double n) {
    maille_probe *probe = NULL;
    CHECK_INT(maille_probe_from_box(ctx, w, s, e, n, &probe), MAILLE_OK);
    if (!probe)
        exit(1);
    return probe;
}

typedef struct {
    unsigned char bytes[512];
    size_t length;
} wkb;

static void put(wkb *to, const void *bytes, size_t length) {
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static wkb point(double x, double y) {
    const uint32_t type = 1;
    const double p[] = {x, y};
    wkb g = {.bytes = {1}, .length = 1};
    put(&g, &type, 4);
    put(&g, p, sizeof p);
    return g;
}

/* A polygon of one ring. */
static wkb polygon(const double (*points)[2], uint32_t count) {
    const uint32_t type = 3, rings = 1;
    wkb g = {.bytes = {1}, .length = 1};
    put(&g, &type, 4);
    put(&g, &rings, 4);
    put(&g, &count, 4);
    put(&g, points, count * sizeof *points);
    return g;
}

static wkb square(double w, double s, double e, double n) {
    const double p[][2] = {{w, s}, {e, s}, {e, n}, {w, n}, {w, s}};
    return polygon(p, 5);
}

static bool meets(maille_probe *probe, const wkb *g) {
    return maille_probe_meets(probe, (maille_bytes){g->bytes, g->length});
}

static bool meets_point(maille_probe *probe, double x, double y) {
    wkb g = point(x, y);
    return meets(probe, &g);
}

static bool meets_square(maille_probe *probe, double w, double s, double e, double n) {
    wkb g = square(w, s, e, n);
    return meets(probe, &g);
}

TEST(a_box_meets_what_shares_a_point_with_it) {
    maille_probe *probe = from_box(0, 0, 2, 1);
    maille_box extent = maille_probe_extent(probe);
    CHECK(extent.min_x == 0 && extent.min_y == 0 && extent.max_x == 2 && extent.max_y == 1);
    CHECK(meets_point(probe, 1, 0.5));
    CHECK(meets_point(probe, 2, 1)); /* its border is its own */
    CHECK(!meets_point(probe, 2.0000001, 1));
    CHECK(meets_square(probe, -1, -1, 3, 3));    /* around it, no vertex in it */
    CHECK(meets_square(probe, 0.5, -1, 0.6, 3)); /* across it */
    CHECK(meets_square(probe, 2, 1, 3, 3));      /* a corner */
    CHECK(!meets_square(probe, 2.1, -1, 3, 3));
    const double lens[][2] = {{1.5, 3}, {3, 3}, {3, -1}, {2.9, 1.5}, {1.5, 3}};
    wkb beside = polygon(lens, 5); /* its box meets, it does not */
    CHECK(!meets(probe, &beside));
    maille_probe_free(probe);
}

TEST(a_box_may_be_a_line_or_a_point) {
    maille_probe *line = from_box(1, 0, 1, 5), *dot = from_box(1, 2, 1, 2);
    CHECK(meets_point(line, 1, 3) && !meets_point(line, 1.1, 3));
    CHECK(meets_square(line, 0, 1, 2, 2) && !meets_square(line, 2, 1, 3, 2));
    CHECK(meets_point(dot, 1, 2) && !meets_point(dot, 1, 2.1));
    CHECK(meets_square(dot, 0, 0, 3, 3) && !meets_square(dot, 2, 0, 3, 3));
    maille_probe_free(line);
    maille_probe_free(dot);
}

TEST(a_box_across_the_antimeridian_is_two) {
    maille_probe *probe = from_box(177, -20, -178, -10);
    maille_box extent = maille_probe_extent(probe);
    CHECK(extent.min_x == -180 && extent.max_x == 180);
    CHECK(extent.min_y == -20 && extent.max_y == -10);
    CHECK(meets_point(probe, 178, -15) && meets_point(probe, -179, -15));
    CHECK(meets_point(probe, 180, -15) && meets_point(probe, -180, -15));
    CHECK(!meets_point(probe, 0, -15) && !meets_point(probe, 176.9, -15));
    CHECK(!meets_point(probe, -177.9, -15) && !meets_point(probe, 178, -9));
    CHECK(meets_square(probe, 170, -30, 180, 0) && !meets_square(probe, -170, -30, 170, 0));
    maille_probe_free(probe);
}

TEST(wkt_meets_what_it_meets) {
    maille_probe *probe = from_wkt("POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,1 3,3 3,3 1,1 1))");
    CHECK(meets_point(probe, 0.5, 0.5));
    CHECK(!meets_point(probe, 2, 2)); /* in its hole */
    CHECK(meets_point(probe, 1, 2));
    CHECK(!meets_square(probe, 1.5, 1.5, 2.5, 2.5));
    CHECK(meets_square(probe, 1.5, 1.5, 3.5, 2.5));
    maille_probe_free(probe);
    probe = from_wkt("linestring(0 0, 1 1)");
    CHECK(meets_point(probe, 0.5, 0.5) && !meets_point(probe, 0.5, 0.6));
    maille_probe_free(probe);
    probe = from_wkt("GEOMETRYCOLLECTION(POINT(9 9),POLYGON((0 0,1 0,0 1,0 0)))");
    CHECK(meets_point(probe, 9, 9) && meets_point(probe, 0.2, 0.2) && !meets_point(probe, 1, 1));
    maille_probe_free(probe);
}

/* Boxes against boxes, where the answer is four comparisons. */
TEST(random_boxes_meet_as_arithmetic_says) {
    uint64_t random = 88172645463325252u;
    size_t yes = 0;
    for (int i = 0; i < 20000; i++) {
        double side[8];
        for (int k = 0; k < 8; k += 2) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            side[k] = (double)(random % 12);
            side[k + 1] = side[k] + (double)(random / 12 % 4) + 1;
        }
        maille_probe *probe = from_box(side[0], side[2], side[1], side[3]);
        bool want =
            side[0] <= side[5] && side[4] <= side[1] && side[2] <= side[7] && side[6] <= side[3];
        bool got = meets_square(probe, side[4], side[6], side[5], side[7]);
        maille_probe_free(probe);
        yes += want;
        if (got != want) {
            CHECK_INT(got, want);
            return;
        }
    }
    CHECK(yes > 1000 && yes < 19000);
}

static void refused(const char *wkt, const char *why) {
    maille_probe *probe = NULL;
    CHECK_INT(maille_probe_from_wkt(ctx, wkt, &probe), MAILLE_USAGE);
    CHECK(probe == NULL);
    if (!strstr(maille_message(ctx), why))
        CHECK_TEXT(maille_message(ctx), why);
}

TEST(what_is_no_geometry_is_refused_with_the_reason) {
    refused("", "not understood");
    refused("POLYGONE((0 0))", "not understood");
    refused("POINT(1)", "not understood");
    refused("POINT(1 2", "not understood");
    refused("POINT(1 2) POINT(3 4)", "not understood");
    refused("POLYGON((0 0,1 0,1 1,0 1))", "not understood"); /* not closed */
    refused("POINT EMPTY", "was empty");
    refused("GEOMETRYCOLLECTION EMPTY", "was empty");
    refused("POLYGON((0 0,2 2,2 0,0 2,0 0))", "not valid: Self-intersection");
    refused("POINT(652000 6862000)", "not in degrees");
    refused("POINT(nan nan)", "");
    refused("POINT(1e999 0)", "");
    char deep[4096] = "";
    for (int i = 0; i < 100; i++)
        strcat(deep, "GEOMETRYCOLLECTION(");
    refused(deep, "nested deeper than 16");
    char *long_one = malloc(500000);
    strcpy(long_one, "MULTIPOINT(");
    size_t length = strlen(long_one);
    for (int i = 0; i < 100001; i++, length += 4)
        memcpy(long_one + length, i ? ",0 0" : "0 0 ", 4);
    strcpy(long_one + length, ")");
    refused(long_one, "more than 100000 points");
    free(long_one);
    maille_probe *probe = NULL;
    CHECK_INT(maille_probe_from_box(ctx, 0, 1, 1, 0, &probe), MAILLE_USAGE);
    CHECK_INT(maille_probe_from_box(ctx, 0, NAN, 1, 0, &probe), MAILLE_USAGE);
    CHECK(probe == NULL);
}

TEST(what_cannot_be_read_is_not_met) {
    maille_probe *probe = from_box(-180, -90, 180, 90);
    wkb g = square(0, 0, 1, 1);
    CHECK(!maille_probe_meets(probe, (maille_bytes){NULL, 0}));
    for (size_t length = 0; length < g.length; length++)
        CHECK(!maille_probe_meets(probe, (maille_bytes){g.bytes, length}));
    CHECK(meets(probe, &g));
    g.bytes[1] = 99;
    CHECK(!meets(probe, &g));
    maille_probe_free(probe);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_box_meets_what_shares_a_point_with_it),
          CASE(a_box_may_be_a_line_or_a_point), CASE(a_box_across_the_antimeridian_is_two),
          CASE(wkt_meets_what_it_meets), CASE(random_boxes_meet_as_arithmetic_says),
          CASE(what_is_no_geometry_is_refused_with_the_reason),
          CASE(what_cannot_be_read_is_not_met), CASE(stop))
