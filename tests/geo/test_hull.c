/* Convex hull against gift wrapping, smallest circle against all pairs and triples. */
#include "geo/oracle_hull.h"
#include "harness.h"

#include <maille/hull.h>
#include <maille/memory.h>

static maille_ctx *ctx;
static uint64_t state = 5;

static double random_between(double low, double high) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * (double)(state >> 40) / (double)(1u << 24);
}

TEST(hulls_are_those_of_gift_wrapping) {
    for (int round = 0; round < 200; round++) {
        maille_xy p[60], want[61], *hull = NULL;
        size_t n = 3 + (size_t)random_between(0, 57), count = 0;
        for (size_t i = 0; i < n; i++) {
            p[i] = (maille_xy){random_between(0, 100), random_between(0, 100)};
            if (round % 2 == 1) /* on whole numbers: many on one line, many twice */
                p[i] = (maille_xy){floor(p[i].x / 12), floor(p[i].y / 12)};
        }
        CHECK(maille_convex_hull(ctx, p, n, &hull, &count) == MAILLE_OK);
        size_t corners = oracle_hull(p, n, want);
        CHECK_INT(count, corners);
        for (size_t i = 0; i < count && count == corners; i++) {
            CHECK_NEAR(hull[i].x, want[i].x, 0);
            CHECK_NEAR(hull[i].y, want[i].y, 0);
        }
        maille_free(hull);
    }
}

TEST(few_points_and_points_on_a_line) {
    maille_xy p[] = {{3, 1}, {1, 1}, {2, 1}, {3, 1}}, *hull = NULL, centre;
    size_t count = 7;
    double radius;
    CHECK(maille_convex_hull(ctx, p, 0, &hull, &count) == MAILLE_OK);
    CHECK_INT(count, 0);
    maille_free(hull);
    CHECK(maille_convex_hull(ctx, p, 1, &hull, &count) == MAILLE_OK);
    CHECK_INT(count, 1);
    CHECK_NEAR(hull[0].x, 3, 0);
    maille_free(hull);
    CHECK(maille_convex_hull(ctx, p, 4, &hull, &count) == MAILLE_OK);
    CHECK_INT(count, 2);
    CHECK_NEAR(hull[0].x, 1, 0);
    CHECK_NEAR(hull[1].x, 3, 0);
    maille_free(hull);
    p[1] = p[2] = p[0];
    CHECK(maille_convex_hull(ctx, p, 4, &hull, &count) == MAILLE_OK);
    CHECK_INT(count, 1);
    maille_free(hull);
    CHECK(maille_enclosing_circle(ctx, p, 4, &centre, &radius) == MAILLE_OK);
    CHECK_NEAR(radius, 0, 0);
    CHECK(maille_enclosing_circle(ctx, p, 0, &centre, &radius) == MAILLE_OK);
    CHECK(isnan(radius));
    CHECK(maille_enclosing_circle(ctx, p, 1, &centre, &radius) == MAILLE_OK);
    CHECK_NEAR(radius, 0, 0);
    CHECK_NEAR(centre.x, 3, 0);
}

TEST(circles_are_the_smallest_of_all_pairs_and_triples) {
    for (int round = 0; round < 300; round++) {
        maille_xy p[24], centre;
        size_t n = 2 + (size_t)random_between(0, 22);
        double far = round % 3 == 0 ? 6.8e6 : 0, wide = round % 5 == 0 ? 0.05 : 1, radius;
        for (size_t i = 0; i < n; i++)
            p[i] =
                (maille_xy){far + random_between(0, 40000), far + wide * random_between(0, 40000)};
        CHECK(maille_enclosing_circle(ctx, p, n, &centre, &radius) == MAILLE_OK);
        double want = oracle_radius(p, n);
        CHECK_NEAR(radius / want, 1, 1e-9);
        CHECK(oracle_holds(p, n, centre, radius * (1 + 1e-9)));
    }
}

/* Of a right-angled triangle the longest side is the diameter; all corners of a regular polygon lie
 * on its circle. */
TEST(circles_known_by_heart) {
    maille_xy right[] = {{0, 0}, {3, 0}, {0, 4}}, polygon[12], centre;
    double radius;
    CHECK(maille_enclosing_circle(ctx, right, 3, &centre, &radius) == MAILLE_OK);
    CHECK_NEAR(radius, 2.5, 1e-12);
    CHECK_NEAR(centre.x, 1.5, 1e-12);
    CHECK_NEAR(centre.y, 2, 1e-12);
    for (int i = 0; i < 12; i++)
        polygon[i] = (maille_xy){1e6 + 500 * cos(i * 0.5235987755982988),
                                 6e6 + 500 * sin(i * 0.5235987755982988)};
    CHECK(maille_enclosing_circle(ctx, polygon, 12, &centre, &radius) == MAILLE_OK);
    CHECK_NEAR(radius, 500, 1e-6);
}

int main(void) {
    static const test_case cases[] = {
        CASE(hulls_are_those_of_gift_wrapping), CASE(few_points_and_points_on_a_line),
        CASE(circles_are_the_smallest_of_all_pairs_and_triples), CASE(circles_known_by_heart)};
    if (maille_ctx_new(&ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
