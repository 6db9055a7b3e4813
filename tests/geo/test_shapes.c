/* Shapes: arrays, WKB, measures, held against GEOS and against ogrinfo on real communes. */
#include <maille/crs.h>
#include <maille/shapes.h>
#include <maille/vectorfile.h>

#include "harness.h"

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>
#include <maille/geometry.h>
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

/* Shapes from WKT through GEOS's WKB, in a byte order and dimension. */
static maille_shapes *from_wkt(const char *text, int order, int dimensions, bool srid) {
    maille_shapes *shapes = NULL;
    GEOSWKTReader *reader = GEOSWKTReader_create_r(geos);
    GEOSWKBWriter *writer = GEOSWKBWriter_create_r(geos);
    GEOSGeometry *geometry = GEOSWKTReader_read_r(geos, reader, text);
    size_t length;
    GEOSWKBWriter_setByteOrder_r(geos, writer, order);
    GEOSWKBWriter_setOutputDimension_r(geos, writer, dimensions);
    GEOSWKBWriter_setIncludeSRID_r(geos, writer, srid);
    GEOSSetSRID_r(geos, geometry, 4326);
    unsigned char *bytes = GEOSWKBWriter_write_r(geos, writer, geometry, &length);
    CHECK_INT(maille_shapes_new(ctx, &shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_add_wkb(ctx, shapes, (maille_bytes){bytes, length}), MAILLE_OK);
    GEOSFree_r(geos, bytes);
    GEOSGeom_destroy_r(geos, geometry);
    GEOSWKBWriter_destroy_r(geos, writer);
    GEOSWKTReader_destroy_r(geos, reader);
    return shapes;
}

static const char *donut =
    "MULTIPOLYGON (((0 0, 0 10, 10 10, 10 0, 0 0), (2 2, 4 2, 4 4, 2 4, 2 2)),"
    " ((20 0, 23 0, 20 4, 20 0)))";

TEST(wkb_of_any_kind_reads_the_same) {
    maille_shapes *plain = from_wkt(donut, 1, 2, false);
    CHECK_INT(maille_shapes_parts(plain), 2);
    CHECK_INT(maille_shapes_rings(plain), 3);
    CHECK_INT(maille_shapes_points(plain), 14);
    maille_shapes *others[] = {
        from_wkt(donut, 0, 2, true),
        from_wkt("MULTIPOLYGON Z (((0 0 1, 0 10 2, 10 10 3, 10 0 4, 0 0 1), (2 2 5, 4 2 5, 4 4 5, "
                 "2 4 5, 2 2 5)), ((20 0 9, 23 0 9, 20 4 9, 20 0 9)))",
                 1, 3, true)};
    for (int k = 0; k < 2; k++) {
        CHECK_INT(maille_shapes_points(others[k]), 14);
        CHECK(memcmp(others[k]->points, plain->points, 14 * sizeof(maille_xy)) == 0);
        maille_shapes_free(others[k]);
    }
    maille_shapes *again = NULL; /* and what we write is what we read */
    maille_bytes wkb;
    CHECK_INT(maille_shapes_to_wkb(ctx, plain, 0, &wkb), MAILLE_OK);
    CHECK_INT(maille_shapes_new(ctx, &again), MAILLE_OK);
    CHECK_INT(maille_shapes_add_wkb(ctx, again, wkb), MAILLE_OK);
    CHECK(memcmp(again->points, plain->points, 14 * sizeof(maille_xy)) == 0);
    maille_free((void *)wkb.bytes);
    maille_shapes_free(again);
    maille_shapes_free(plain);
}

TEST(rings_are_turned_and_measured) {
    maille_shapes *s = from_wkt(donut, 1, 2, false);
    CHECK(s->points[1].x == 10 && s->points[1].y == 0); /* shell, was clockwise */
    CHECK(s->points[6].x == 2 && s->points[6].y == 4);  /* hole, was counter-clockwise */
    CHECK(maille_shape_area(s, 0) == 100 - 4 + 6);
    CHECK(maille_shape_perimeter(s, 0) == 40 + 8 + 12);
    maille_box box = maille_shape_box(s, 0);
    CHECK(box.min_x == 0 && box.max_x == 23 && box.min_y == 0 && box.max_y == 10);
    CHECK(maille_shape_contains(s, 0, (maille_xy){1, 1}));
    CHECK(!maille_shape_contains(s, 0, (maille_xy){3, 3}));
    CHECK(maille_shape_contains(s, 0, (maille_xy){21, 1}));
    CHECK(maille_shape_distance(s, 0, (maille_xy){1, 1}) == 0);
    CHECK(maille_shape_distance(s, 0, (maille_xy){3, 3}) == 1);
    CHECK(maille_shape_distance(s, 0, (maille_xy){-3, -4}) == 5);
    maille_xy inner = maille_shape_inner_point(s, 0);
    CHECK(maille_shape_contains(s, 0, inner) && inner.x < 10);
    maille_shapes_free(s);
}

TEST(empty_shapes_are_harmless) {
    maille_shapes *s = NULL;
    CHECK_INT(maille_shapes_new(ctx, &s), MAILLE_OK);
    CHECK_INT(maille_shapes_parts(s) + maille_shapes_rings(s) + maille_shapes_points(s), 0);
    CHECK_INT(maille_shapes_add_wkb(ctx, s, (maille_bytes){0}), MAILLE_OK);
    CHECK_INT(s->count, 1);
    CHECK(maille_shape_area(s, 0) == 0 && maille_shape_perimeter(s, 0) == 0);
    CHECK(isnan(maille_shape_inner_point(s, 0).x));
    CHECK(!maille_shape_contains(s, 0, (maille_xy){0, 0}));
    CHECK(isinf(maille_shape_distance(s, 0, (maille_xy){0, 0})));
    CHECK(maille_shape_box(s, 0).min_x > maille_shape_box(s, 0).max_x);
    GEOSGeometry *empty = to_geos(s, 0);
    CHECK_INT(GEOSisEmpty_r(geos, empty), 1);
    GEOSGeom_destroy_r(geos, empty);
    maille_shapes_free(s);
    maille_shapes_free(NULL);
}

/* Every cut and every changed byte of a geometry is refused or read, never worse. */
TEST(damaged_wkb_is_refused) {
    maille_shapes *good = from_wkt(donut, 1, 2, false), *s = NULL;
    maille_bytes wkb;
    CHECK_INT(maille_shapes_to_wkb(ctx, good, 0, &wkb), MAILLE_OK);
    CHECK_INT(maille_shapes_new(ctx, &s), MAILLE_OK);
    for (size_t length = 0; length < wkb.length; length++) {
        unsigned char *copy =
            malloc(length + 1); /* of its own size: a sanitizer sees past its end */
        memcpy(copy, wkb.bytes, length);
        CHECK_INT(maille_shapes_add_wkb(ctx, s, (maille_bytes){copy, length}), MAILLE_REFUSED);
        free(copy);
    }
    unsigned char *copy = malloc(wkb.length);
    for (size_t at = 0; at < wkb.length; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, wkb.bytes, wkb.length);
            copy[at] ^= (unsigned char)(1 << bit);
            maille_status status = maille_shapes_add_wkb(ctx, s, (maille_bytes){copy, wkb.length});
            CHECK(status == MAILLE_OK || status == MAILLE_REFUSED);
        }
    free(copy);
    maille_free((void *)wkb.bytes);
    maille_shapes_free(s);
    maille_shapes_free(good);
}

static maille_shapes *communes(const char *relative) {
    maille_table *t = NULL;
    maille_shapes *shapes = NULL;
    maille_read_options how = {.with_geometry = true};
    CHECK_INT(maille_file_read(ctx, test_real(relative), &how, &t), MAILLE_OK);
    CHECK_INT(maille_shapes_from_column(ctx, t, (size_t)maille_table_column(t, "geom"), &shapes),
              MAILLE_OK);
    maille_table_free(t);
    return shapes;
}

TEST(real_communes_measure_as_geos_says) {
    maille_shapes *lonlat = communes("corse/communes.geojson"), *metres = NULL, *back = NULL;
    maille_crs *crs = NULL;
    CHECK_INT(maille_crs_new(ctx, 2154, &crs), MAILLE_OK);
    CHECK_INT(maille_shapes_project(ctx, lonlat, crs, &metres), MAILLE_OK);
    double sum = 0;
    for (uint32_t i = 0; i < metres->count; i++) {
        GEOSGeometry *shape = to_geos(metres, i);
        double area, length;
        GEOSArea_r(geos, shape, &area);
        GEOSLength_r(geos, shape, &length);
        CHECK_NEAR(maille_shape_area(metres, i), area, 1e-9 * area);
        CHECK_NEAR(maille_shape_perimeter(metres, i), length, 1e-9 * length);
        maille_xy p = maille_shape_inner_point(metres, i);
        GEOSGeometry *inner = GEOSGeom_createPointFromXY_r(geos, p.x, p.y);
        CHECK_INT(GEOSContains_r(geos, shape, inner), 1);
        GEOSGeom_destroy_r(geos, inner);
        inner = GEOSGeom_createPointFromXY_r(geos, p.x + 20000, p.y);
        double far;
        GEOSDistance_r(geos, shape, inner, &far);
        CHECK_NEAR(maille_shape_distance(metres, i, (maille_xy){p.x + 20000, p.y}), far, 1e-6);
        GEOSGeom_destroy_r(geos, inner);
        GEOSGeom_destroy_r(geos, shape);
        sum += area;
    }
    char command[1024], answer[256] = "";
    snprintf(command, sizeof command,
             "ogrinfo -q %s -dialect SQLite -sql 'select sum(ST_Area(ST_Transform(geometry, 2154)))"
             " as r from communes' | grep -o '[0-9.]*$' | tail -1",
             test_real("corse/communes.geojson"));
    FILE *pipe = popen(command, "r");
    if (pipe && fgets(answer, sizeof answer, pipe) && atof(answer) > 0)
        CHECK_NEAR(sum, atof(answer), 1);
    if (pipe)
        pclose(pipe);
    CHECK_INT(maille_shapes_unproject(ctx, metres, crs, &back), MAILLE_OK);
    CHECK(memcmp(back->points, lonlat->points, maille_shapes_points(lonlat) * sizeof(maille_xy)) ==
          0);
    maille_shapes_free(back);
    maille_shapes_free(metres);
    maille_shapes_free(lonlat);
    maille_crs_free(crs);
}

/* Neighbours share their vertices: a point lies in exactly one commune or in none. */
TEST(a_point_lies_in_one_commune) {
    enum { COUNT = 20000 };
    static maille_xy points[COUNT];
    static uint32_t shape_of[COUNT];
    maille_shapes *shapes = communes("corse/communes.geojson");
    uint64_t state = 11;
    for (int k = 0; k < COUNT; k++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        if (k % 2) { /* half of them vertices of borders */
            points[k] = shapes->points[(state >> 33) % maille_shapes_points(shapes)];
            continue;
        }
        points[k].x = 8.5 + 1.1 * (double)(state >> 40) / (1 << 24);
        state = state * 6364136223846793005u + 1442695040888963407u;
        points[k].y = 41.3 + 1.8 * (double)(state >> 40) / (1 << 24);
    }
    CHECK_INT(maille_points_in_shapes(ctx, shapes, points, COUNT, shape_of), MAILLE_OK);
    size_t found = 0;
    for (int k = 0; k < COUNT; k++) {
        uint32_t hits = 0, first = UINT32_MAX;
        for (uint32_t i = shapes->count; i-- > 0;)
            if (maille_shape_contains(shapes, i, points[k])) {
                hits++;
                first = i;
            }
        CHECK(hits <= 1);
        CHECK_INT(shape_of[k], first);
        found += hits;
    }
    CHECK(found > COUNT / 4);
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

RUN_TESTS(CASE(a_context), CASE(wkb_of_any_kind_reads_the_same),
          CASE(rings_are_turned_and_measured), CASE(empty_shapes_are_harmless),
          CASE(damaged_wkb_is_refused), CASE(real_communes_measure_as_geos_says),
          CASE(a_point_lies_in_one_commune), CASE(the_end_of_the_context))
