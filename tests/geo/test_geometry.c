/* Geometry operations: repair, unions, contacts, the index of boxes. */
#include <maille/geometry.h>

#include "harness.h"

#include <maille/crs.h>
#include <maille/memory.h>
#include <maille/vectorfile.h>

static maille_ctx *ctx;

static maille_shapes *new_shapes(void) {
    maille_shapes *shapes = NULL;
    CHECK_INT(maille_shapes_new(ctx, &shapes), MAILLE_OK);
    return shapes;
}

static void add(maille_shapes *shapes, const maille_xy *ring, uint32_t count) {
    CHECK_INT(maille_shapes_begin_shape(ctx, shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_begin_part(ctx, shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_add_ring(ctx, shapes, ring, count), MAILLE_OK);
}

/* A square with its south-west corner at x, y. */
static void add_square(maille_shapes *shapes, double x, double y, double side) {
    const maille_xy ring[] = {{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}};
    add(shapes, ring, 5);
}

static maille_table *read_communes(const char *relative, maille_shapes **shapes) {
    maille_table *t = NULL;
    maille_read_options how = {.with_geometry = true};
    CHECK_INT(maille_file_read(ctx, test_real(relative), &how, &t), MAILLE_OK);
    CHECK_INT(maille_shapes_from_column(ctx, t, (size_t)maille_table_column(t, "geom"), shapes),
              MAILLE_OK);
    return t;
}

TEST(the_invalid_are_found_with_a_reason) {
    maille_shapes *s = new_shapes();
    const maille_xy bow[] = {{0, 0}, {2, 2}, {2, 0}, {0, 2}, {0, 0}}, spike[] = {{0, 0}, {1, 1}};
    bool valid;
    char why[100] = "";
    add_square(s, 0, 0, 1);
    add(s, bow, 5);
    add(s, spike, 2);
    CHECK_INT(maille_shapes_begin_shape(ctx, s), MAILLE_OK);
    CHECK_INT(maille_geometry_valid(ctx, s, 0, &valid, why, sizeof why), MAILLE_OK);
    CHECK(valid);
    CHECK_INT(maille_geometry_valid(ctx, s, 1, &valid, why, sizeof why), MAILLE_OK);
    CHECK(!valid);
    CHECK_TEXT(why, "Self-intersection[1 1]");
    CHECK_INT(maille_geometry_valid(ctx, s, 2, &valid, why, sizeof why), MAILLE_OK);
    CHECK(!valid);
    CHECK_INT(maille_geometry_valid(ctx, s, 3, &valid, NULL, 0), MAILLE_OK);
    CHECK(valid); /* empty */
    maille_shapes *mended = NULL;
    uint32_t *which = NULL;
    size_t count = 0;
    CHECK_INT(maille_geometry_repair(ctx, s, &mended, &which, &count), MAILLE_OK);
    CHECK_INT(count, 2);
    CHECK_INT(which[0], 1);
    CHECK_INT(which[1], 2);
    CHECK_INT(mended->count, 4);
    CHECK(maille_shape_area(mended, 0) == 1);
    CHECK(maille_shape_area(mended, 1) == 2); /* two triangles */
    CHECK(maille_shape_area(mended, 2) == 0);
    maille_free(which);
    maille_shapes_free(mended);
    maille_shapes_free(s);
}

TEST(the_invalid_commune_of_2018_is_mended) {
    maille_shapes *lonlat = NULL, *mended = NULL;
    maille_table *t = read_communes("france/communes-2018/communes-14-calvados.geojson", &lonlat);
    uint32_t *which = NULL;
    size_t count = 0;
    bool valid;
    CHECK_INT(maille_geometry_repair(ctx, lonlat, &mended, &which, &count), MAILLE_OK);
    CHECK_INT(count, 1);
    int code = maille_table_column(t, "code");
    CHECK_TEXT(t->columns[code].texts[which[0]], "14174");
    CHECK_INT(maille_geometry_valid(ctx, mended, which[0], &valid, NULL, 0), MAILLE_OK);
    CHECK(valid);
    double before = maille_shape_area(lonlat, which[0]);
    CHECK_NEAR(maille_shape_area(mended, which[0]), before, 1e-6 * before);
    for (uint32_t i = 0; i < lonlat->count; i++) /* and the others are as they were */
        if (i != which[0])
            CHECK(maille_shape_area(mended, i) == maille_shape_area(lonlat, i));
    /* mending makes no point that is not on the grid */
    for (uint32_t k = 0; k < maille_shapes_points(mended); k++) {
        maille_xy p = mended->points[k];
        maille_lonlat q = maille_on_grid((maille_lonlat){p.x, p.y});
        CHECK(p.x == q.lon && p.y == q.lat);
    }
    maille_free(which);
    maille_shapes_free(mended);
    maille_shapes_free(lonlat);
    maille_table_free(t);
}

TEST(unions_keep_the_area_and_lose_the_borders) {
    maille_shapes *s = new_shapes(), *out = new_shapes();
    const uint32_t ring_of_eight[] = {0, 1, 2, 3, 4, 5, 6, 7}, apart[] = {0, 8}, none[1] = {0};
    for (int k = 0; k < 9; k++)
        if (k != 4)
            add_square(s, k % 3, (double)(k / 3), 1);
    add_square(s, 10, 10, 1);
    CHECK_INT(maille_geometry_coverage_union(ctx, s, ring_of_eight, 8, out), MAILLE_OK);
    CHECK_INT(maille_geometry_union(ctx, s, ring_of_eight, 8, 0.01, out), MAILLE_OK);
    CHECK_INT(maille_geometry_union(ctx, s, apart, 2, 0.01, out), MAILLE_OK);
    CHECK_INT(maille_geometry_union(ctx, s, none, 0, 0.01, out), MAILLE_OK);
    CHECK_INT(out->count, 4);
    for (uint32_t i = 0; i < 2; i++) {
        CHECK_INT(out->part_start[i + 1] - out->part_start[i], 1);
        CHECK(maille_shape_area(out, i) == 8);
        CHECK(maille_shape_perimeter(out, i) == 16);
    }
    CHECK_INT(out->part_start[3] - out->part_start[2], 2);
    CHECK(maille_shape_area(out, 3) == 0);
    maille_shapes_free(out);
    maille_shapes_free(s);
}

TEST(corsica_dissolves_to_its_islands) {
    maille_shapes *lonlat = NULL, *metres = NULL, *out = new_shapes();
    maille_table_free(read_communes("corse/communes.geojson", &lonlat));
    maille_crs *crs = NULL;
    CHECK_INT(maille_crs_new(ctx, 2154, &crs), MAILLE_OK);
    CHECK_INT(maille_shapes_project(ctx, lonlat, crs, &metres), MAILLE_OK);
    uint32_t all[360];
    double sum = 0;
    for (uint32_t i = 0; i < 360; i++) {
        all[i] = i;
        sum += maille_shape_area(metres, i);
    }
    CHECK_INT(maille_geometry_coverage_union(ctx, metres, all, 360, out), MAILLE_OK);
    CHECK_INT(maille_geometry_union(ctx, metres, all, 360, 0.01, out), MAILLE_OK);
    CHECK_NEAR(maille_shape_area(out, 0), sum, 1e-9 * sum);
    CHECK_NEAR(maille_shape_area(out, 1), sum, 1e-6 * sum);
    CHECK_INT(out->part_start[1], out->part_start[2] - out->part_start[1]);
    maille_crs_free(crs);
    maille_shapes_free(out);
    maille_shapes_free(metres);
    maille_shapes_free(lonlat);
}

TEST(intersections_keep_polygons_only) {
    maille_shapes *s = new_shapes(), *out = new_shapes();
    add_square(s, 0, 0, 2);
    add_square(s, 1, 1, 2);
    add_square(s, 2, 0, 1);
    CHECK_INT(maille_geometry_intersection(ctx, s, 0, s, 1, out), MAILLE_OK);
    CHECK_INT(maille_geometry_intersection(ctx, s, 0, s, 2, out), MAILLE_OK);
    CHECK_INT(out->count, 2);
    CHECK(maille_shape_area(out, 0) == 1);
    CHECK_INT(out->part_start[2] - out->part_start[1], 0); /* a common border is no polygon */
    maille_shapes_free(out);
    maille_shapes_free(s);
}

TEST(contacts_are_told_apart) {
    static const struct {
        double x, y;
        maille_contact contact;
        double length;
    } cases[] = {{2, 0, MAILLE_APART, 0},
                 {1, 1, MAILLE_TOUCH_POINT, 0},
                 {1, 0.25, MAILLE_TOUCH_LINE, 0.75},
                 {0.5, 0.5, MAILLE_OVERLAP, 0},
                 {0, 0, MAILLE_OVERLAP, 0}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        maille_shapes *s = new_shapes();
        maille_contact contact;
        double length;
        add_square(s, 0, 0, 1);
        add_square(s, cases[k].x, cases[k].y, 1);
        CHECK_INT(maille_geometry_contact(ctx, s, 0, 1, &contact, &length), MAILLE_OK);
        CHECK_INT(contact, cases[k].contact);
        CHECK_NEAR(length, cases[k].length, 1e-12);
        maille_shapes_free(s);
    }
}

static double random_double(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* The index finds what a walk over all boxes finds, in ascending order. */
TEST(the_index_finds_all_and_only) {
    static const uint32_t sizes[] = {0, 1, 16, 17, 256, 257, 5000};
    static maille_box boxes[5000];
    uint64_t state = 3;
    uint32_t *found = NULL;
    size_t capacity = 0, count;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (uint32_t i = 0; i < sizes[s]; i++) {
            double x = random_double(&state), y = random_double(&state);
            boxes[i] = (maille_box){x, y, x + 0.02 * random_double(&state),
                                    y + 0.02 * random_double(&state)};
            if (i % 50 == 7)
                boxes[i] = (maille_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
        }
        maille_boxes *index = NULL;
        CHECK_INT(maille_boxes_new(ctx, boxes, sizes[s], &index), MAILLE_OK);
        for (int q = 0; q < 300; q++) {
            double x = random_double(&state), y = random_double(&state), w = q % 3 * 0.05;
            maille_box query = {x, y, x + w, y + w};
            if (q % 100 == 0)
                query = (maille_box){-1, -1, 3, 3};
            CHECK_INT(maille_boxes_query(ctx, index, query, &found, &capacity, &count), MAILLE_OK);
            size_t expected = 0;
            for (uint32_t i = 0; i < sizes[s]; i++)
                if (boxes[i].min_x <= query.max_x && query.min_x <= boxes[i].max_x &&
                    boxes[i].min_y <= query.max_y && query.min_y <= boxes[i].max_y) {
                    CHECK(expected < count && found[expected] == i);
                    expected++;
                }
            CHECK_INT(count, expected);
        }
        maille_boxes_free(index);
    }
    maille_free(found);
}

/* Memory runs out at every allocation in turn: an error each time, no crash, no leak. */
TEST(memory_may_run_out_anywhere) {
    maille_shapes *s = new_shapes();
    add_square(s, 0, 0, 1);
    add_square(s, 1, 0, 1);
    const uint32_t both[] = {0, 1};
    for (uint64_t n = 1; n < 60; n++) {
        maille_ctx *own = NULL;
        maille_shapes *out = NULL;
        CHECK_INT(maille_ctx_new(&own), MAILLE_OK);
        maille_memory_fail_at(n);
        maille_status status = maille_shapes_new(own, &out);
        if (status == MAILLE_OK)
            status = maille_geometry_union(own, s, both, 2, 0.01, out);
        maille_memory_fail_at(0);
        if (status == MAILLE_OK)
            CHECK(maille_shape_area(out, 0) == 2);
        else
            CHECK(status == MAILLE_NO_MEMORY || status == MAILLE_FAILED);
        maille_shapes_free(out);
        maille_ctx_free(own);
    }
    maille_shapes_free(s);
}

TEST(a_context) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
TEST(the_end_of_the_context) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(a_context), CASE(the_invalid_are_found_with_a_reason),
          CASE(the_invalid_commune_of_2018_is_mended),
          CASE(unions_keep_the_area_and_lose_the_borders), CASE(corsica_dissolves_to_its_islands),
          CASE(intersections_keep_polygons_only), CASE(contacts_are_told_apart),
          CASE(the_index_finds_all_and_only), CASE(memory_may_run_out_anywhere),
          CASE(the_end_of_the_context))
