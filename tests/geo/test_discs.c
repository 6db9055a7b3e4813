/* Discs from surfaces: valid by GEOS, nested, with holes, of the right area. */
#include <maille/geometry.h>

#include "harness.h"

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>
#include <maille/memory.h>

static maille_ctx *ctx;
static GEOSContextHandle_t geos;

static GEOSGeometry *to_geos(const maille_shapes *shapes, uint32_t i) {
    maille_bytes wkb;
    CHECK_INT(maille_shapes_to_wkb(ctx, shapes, i, &wkb), MAILLE_OK);
    GEOSGeometry *geometry = GEOSGeomFromWKB_buf_r(geos, wkb.bytes, wkb.length);
    CHECK(geometry != NULL);
    maille_free((void *)wkb.bytes);
    return geometry;
}

/* Discs of the surface, each valid and within the next. */
static maille_shapes *discs(const maille_surface *surface, const double *levels, size_t count) {
    maille_shapes *shapes = NULL;
    CHECK_INT(maille_shapes_new(ctx, &shapes), MAILLE_OK);
    CHECK_INT(maille_geometry_discs(ctx, surface, levels, count, shapes), MAILLE_OK);
    CHECK_INT(shapes->count, count);
    GEOSGeometry *before = NULL;
    for (uint32_t i = 0; i < count; i++) {
        GEOSGeometry *disc = to_geos(shapes, i);
        CHECK_INT(GEOSisValid_r(geos, disc), 1);
        double area = -1;
        GEOSArea_r(geos, disc, &area);
        CHECK_NEAR(maille_shape_area(shapes, i), area, 1e-9 * area + 1e-9);
        if (before && GEOSisEmpty_r(geos, before) == 0)
            CHECK_INT(GEOSCovers_r(geos, disc, before), 1);
        if (before)
            GEOSGeom_destroy_r(geos, before);
        before = disc;
    }
    GEOSGeom_destroy_r(geos, before);
    return shapes;
}

static uint32_t parts_of(const maille_shapes *shapes, uint32_t i) {
    return shapes->part_start[i + 1] - shapes->part_start[i];
}

static uint32_t holes_of(const maille_shapes *shapes, uint32_t i) {
    uint32_t first = shapes->part_start[i], last = shapes->part_start[i + 1];
    return shapes->ring_start[last] - shapes->ring_start[first] - (last - first);
}

enum { SIDE = 200 };

static maille_surface surface_of(double *values) {
    return (maille_surface){1000, 2000, 50, SIDE, SIDE, values};
}

/* A cone around the middle of the grid: the discs are circles. */
TEST(a_cone_gives_circles) {
    static double values[SIDE * SIDE];
    maille_surface s = surface_of(values);
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++)
            values[j * SIDE + i] = hypot(i + 0.5 - SIDE / 2.0, j + 0.5 - SIDE / 2.0) * 50;
    const double levels[] = {10, 500, 2000, 4000};
    maille_shapes *shapes = discs(&s, levels, 4);
    CHECK_INT(parts_of(shapes, 0), 0); /* below the least value */
    for (uint32_t i = 1; i < 4; i++) {
        double circle = 3.14159265358979 * levels[i] * levels[i];
        CHECK_INT(parts_of(shapes, i), 1);
        CHECK_INT(holes_of(shapes, i), 0);
        CHECK_NEAR(maille_shape_area(shapes, i), circle, 0.01 * circle);
        CHECK(maille_shape_contains(shapes, i, (maille_xy){6000 + levels[i] - 20, 7000}));
        CHECK(!maille_shape_contains(shapes, i, (maille_xy){6000 + levels[i] + 20, 7000}));
    }
    maille_shapes_free(shapes);
}

/* A hill within the disc is a hole, and a valley on that hill a part of its own. */
TEST(hills_are_holes_and_valleys_in_them_parts) {
    static double values[SIDE * SIDE];
    maille_surface s = surface_of(values);
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            double r = hypot(i - 100, j - 100);
            values[j * SIDE + i] = r < 10 ? r : r < 30 ? NAN : r < 60 ? r : INFINITY;
        }
    const double levels[] = {5, 20, 45, 1000};
    maille_shapes *shapes = discs(&s, levels, 4);
    CHECK_INT(parts_of(shapes, 0), 1);
    CHECK_INT(parts_of(shapes, 1), 1);
    CHECK_INT(holes_of(shapes, 1), 0);
    CHECK_INT(parts_of(shapes, 2), 2);
    CHECK_INT(holes_of(shapes, 2), 1);
    CHECK_INT(parts_of(shapes, 3), 2);
    CHECK_INT(holes_of(shapes, 3), 1);
    maille_xy moat = {1000 + 50 * 120.5, 2000 + 50 * 100.5};
    CHECK(!maille_shape_contains(shapes, 3, moat));
    /* unreached cells: the border stays within a cell of the reached ones */
    maille_box box = maille_shape_box(shapes, 3);
    CHECK_NEAR(box.max_x, 1000 + 50 * (160 + 0.5), 51);
    CHECK_NEAR(box.min_y, 2000 + 50 * (40 + 0.5), 51);
    maille_shapes_free(shapes);
}

/* Everything that may happen in a square: noise with levels that hit values exactly, saddles,
 * unreached cells, the rim of the grid. */
TEST(noise_stays_valid_and_nested) {
    uint64_t state = 7;
    double values[40 * 30];
    for (int round = 0; round < 20; round++) {
        for (int k = 0; k < 40 * 30; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            int v = (int)(state >> 33) % 12;
            values[k] = v == 11 ? (double)INFINITY : v == 10 ? (double)NAN : (double)v;
            if (round % 2 && isfinite(values[k]))
                values[k] += (double)(state >> 40) / (1 << 24);
        }
        maille_surface s = {0, 0, 200, 40, 30, values};
        const double levels[] = {0, 1, 2.5, 4, 5, 6.5, 9, 20};
        maille_shapes *shapes = discs(&s, levels, 8);
        maille_box box = maille_shape_box(shapes, 7);
        CHECK(box.min_x >= 0 && box.max_x <= 8000 && box.min_y >= 0 && box.max_y <= 6000);
        for (int k = 0; k < 40 * 30; k++) { /* every cell's centre is on its side */
            maille_xy centre = {(k % 40 + 0.5) * 200, (double)(k / 40) * 200 + 100};
            for (uint32_t l = 0; l < 8; l++)
                CHECK(maille_shape_contains(shapes, l, centre) == (values[k] <= levels[l]));
        }
        maille_shapes_free(shapes);
    }
}

TEST(nothing_reached_is_an_empty_shape) {
    double values[] = {NAN, INFINITY, NAN, NAN};
    maille_surface s = {0, 0, 100, 2, 2, values};
    const double levels[] = {10};
    maille_shapes *shapes = discs(&s, levels, 1);
    CHECK_INT(parts_of(shapes, 0), 0);
    maille_shapes_free(shapes);
    s.width = s.height = 0;
    shapes = discs(&s, levels, 1);
    CHECK_INT(parts_of(shapes, 0), 0);
    maille_shapes_free(shapes);
}

TEST(one_cell_is_a_diamond) {
    double values[] = {3};
    maille_surface s = {0, 0, 100, 1, 1, values};
    const double levels[] = {3};
    maille_shapes *shapes = discs(&s, levels, 1);
    CHECK_NEAR(maille_shape_area(shapes, 0), 5000, 1e-9);
    maille_shapes_free(shapes);
}

TEST(a_context) {
    geos = GEOS_init_r();
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
TEST(the_end_of_the_context) {
    maille_ctx_free(ctx);
    GEOS_finish_r(geos);
}

RUN_TESTS(CASE(a_context), CASE(a_cone_gives_circles),
          CASE(hills_are_holes_and_valleys_in_them_parts), CASE(noise_stays_valid_and_nested),
          CASE(nothing_reached_is_an_empty_shape), CASE(one_cell_is_a_diamond),
          CASE(the_end_of_the_context))
