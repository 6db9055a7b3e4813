/* Dissolve: drawn cases of every kind of neighbourhood and defect, random boards against counting,
 * validity by GEOS, and the same bytes with one thread and two. */
#include "territory/sketch.h"

#include <maille/geometry.h>

static sketch_pad pad = {.random = 11};

/* Dissolves all shapes into one. */
static maille_shapes *all_in_one(const maille_shapes *shapes, maille_dissolve_report *report) {
    uint32_t start[] = {0, shapes->count}, members[64];
    maille_shapes *out = NULL;
    for (uint32_t i = 0; i < shapes->count; i++)
        members[i] = i;
    CHECK(maille_dissolve(pad.ctx, shapes, start, members, 1, &out, report) == MAILLE_OK);
    CHECK_INT(report->groups, 1);
    CHECK_INT(report->by_arcs + report->by_union, 1);
    CHECK_INT(out->count, 1);
    return out;
}

static void check_valid(const maille_shapes *shapes) {
    for (uint32_t i = 0; i < shapes->count; i++) {
        bool valid = false;
        char why[200] = "";
        if (shapes->part_start[i] == shapes->part_start[i + 1])
            continue;
        CHECK(maille_geometry_valid(pad.ctx, shapes, i, &valid, why, sizeof why) == MAILLE_OK);
        test_check(valid, why, __FILE__, __LINE__);
    }
}

/* What one group must become: parts, rings, points (closing ones included), area. */
static void check_clean(const maille_shapes *shapes, uint32_t parts, uint32_t rings,
                        uint32_t points, double area) {
    maille_dissolve_report report;
    maille_shapes *out = all_in_one(shapes, &report);
    CHECK_INT(report.by_arcs, 1);
    CHECK_INT(report.overlapping, 0);
    CHECK_INT(report.gaping, 0);
    CHECK_INT(maille_shapes_parts(out), parts);
    CHECK_INT(maille_shapes_rings(out), rings);
    CHECK_INT(maille_shapes_points(out), points);
    CHECK_NEAR(maille_shape_area(out, 0), area, 1e-12 * area);
    check_valid(out);
    maille_shapes_free(out);
}

TEST(neighbours_become_one) {
    maille_shapes *s = sketch_squares(&pad, 3, 1);
    check_clean(s, 1, 1, 13, 9);
    maille_shapes_free(s);
}

TEST(one_alone_stays_as_it_is) {
    maille_shapes *s = SKETCH(&pad, "0 0, 4 0, 4 4, 0 4 | 1 1, 2 1, 2 2, 1 2; 6 6, 7 6, 7 7");
    check_clean(s, 2, 3, 5 + 5 + 4, 15.5);
    maille_shapes_free(s);
}

TEST(an_enclave_fills_its_hole) {
    maille_shapes *s =
        SKETCH(&pad, "0 0, 4 0, 4 4, 0 4 | 1 1, 2 1, 2 2, 1 2", "1 1, 2 1, 2 2, 1 2");
    check_clean(s, 1, 1, 5, 16);
    maille_shapes_free(s);
}

TEST(a_ring_of_communes_leaves_a_hole) {
    maille_shapes *s = SKETCH(&pad, "0 0, 3 0, 2 1, 1 1", "3 0, 3 3, 2 2, 2 1",
                              "3 3, 0 3, 1 2, 2 2", "0 3, 0 0, 1 1, 1 2");
    check_clean(s, 1, 2, 10, 8);
    maille_shapes_free(s);
}

TEST(an_island_in_a_lake_is_a_part_of_its_own) {
    maille_shapes *s = SKETCH(&pad, "0 0, 9 0, 9 9, 0 9 | 1 1, 8 1, 8 8, 1 8",
                              "3 3, 6 3, 6 6, 3 6 | 4 4, 5 4, 5 5, 4 5");
    check_clean(s, 2, 4, 20, 81 - 49 + 9 - 1);
    maille_shapes_free(s);
}

/* Four squares around a vertex of which two opposite ones are taken: two parts that touch. */
TEST(corners_that_touch_come_apart) {
    maille_shapes *s = SKETCH(&pad, "0 0, 1 0, 1 1, 0 1", "1 1, 2 1, 2 2, 1 2");
    check_clean(s, 2, 2, 10, 2);
    maille_shapes_free(s);
}

/* A hole that touches the shell in one point, and one that touches another hole. */
TEST(holes_that_touch_are_rings_of_their_own) {
    uint32_t taken[] = {0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24};
    maille_shapes *squares = sketch_squares(&pad, 5, 1), *out = NULL;
    maille_dissolve_report report;
    uint32_t start[] = {0, sizeof taken / sizeof *taken};
    /* left out: 6 7 8, 13 and 16, which meets the others in corners only */
    CHECK(maille_dissolve(pad.ctx, squares, start, taken, 1, &out, &report) == MAILLE_OK);
    CHECK_INT(report.by_arcs, 1);
    CHECK_INT(maille_shapes_parts(out), 1);
    CHECK_INT(maille_shapes_rings(out), 3);
    CHECK_NEAR(maille_shape_area(out, 0), 20, 0);
    check_valid(out);
    maille_shapes_free(out);
    /* 0 left out as well: 5 × 5 without a corner; without 6 too its hole touches the shell */
    uint32_t touching[] = {1,  2,  3,  4,  5,  7,  8,  9,  10, 11, 12, 13,
                           14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
    start[1] = sizeof touching / sizeof *touching;
    CHECK(maille_dissolve(pad.ctx, squares, start, touching, 1, &out, &report) == MAILLE_OK);
    CHECK_INT(report.by_arcs, 1);
    CHECK_INT(maille_shapes_parts(out), 1);
    CHECK_INT(maille_shapes_rings(out), 2);
    CHECK_NEAR(maille_shape_area(out, 0), 23, 0);
    check_valid(out);
    maille_shapes_free(out);
    maille_shapes_free(squares);
}

TEST(an_empty_group_is_an_empty_shape) {
    maille_shapes *s = sketch_squares(&pad, 2, 1), *out = NULL;
    uint32_t start[] = {0, 0, 4, 4}, members[] = {0, 1, 2, 3};
    maille_dissolve_report report;
    CHECK(maille_dissolve(pad.ctx, s, start, members, 3, &out, &report) == MAILLE_OK);
    CHECK_INT(out->count, 3);
    CHECK_INT(out->part_start[1], 0);
    CHECK_INT(out->part_start[2], 1);
    CHECK_INT(out->part_start[3], 1);
    CHECK_INT(report.by_arcs, 3);
    maille_shapes_free(out);
    maille_shapes_free(s);
}

/* ---- defects
 * --------------------------------------------------------------------------------------- */

typedef enum { OVERLAPPING, GAPING } defect;

static void check_mended(const maille_shapes *shapes, defect found, uint32_t parts, double area,
                         double tolerance) {
    maille_dissolve_report report;
    maille_shapes *out = all_in_one(shapes, &report);
    CHECK_INT(report.by_union, 1);
    CHECK_INT(report.overlapping, found == OVERLAPPING);
    CHECK_INT(report.gaping, found == GAPING);
    CHECK_INT(maille_shapes_parts(out), parts);
    CHECK_NEAR(maille_shape_area(out, 0), area, tolerance);
    check_valid(out);
    maille_shapes_free(out);
}

TEST(outlines_that_cross_are_an_overlap) {
    maille_shapes *s = SKETCH(&pad, "0 0, 2 0, 2 2, 0 2", "1 1, 3 1, 3 3, 1 3");
    check_mended(s, OVERLAPPING, 1, 7, 1e-6);
    maille_shapes_free(s);
}

TEST(a_commune_inside_another_is_an_overlap) {
    maille_shapes *s = SKETCH(&pad, "0 0, 4 0, 4 4, 0 4", "1 1, 2 1, 2 2, 1 2");
    check_mended(s, OVERLAPPING, 1, 16, 1e-6);
    maille_shapes_free(s);
}

TEST(the_same_commune_twice_is_an_overlap) {
    maille_shapes *s = SKETCH(&pad, "0 0, 4 0, 4 4, 0 4", "0 0, 4 0, 4 4, 0 4");
    check_mended(s, OVERLAPPING, 1, 16, 1e-6);
    maille_shapes_free(s);
}

/* Both hold the square between x = 1 and 2, edge by edge. */
TEST(a_strip_claimed_twice_is_an_overlap) {
    maille_shapes *s = SKETCH(&pad, "0 0, 1 0, 2 0, 2 1, 1 1, 0 1", "1 0, 2 0, 3 0, 3 1, 2 1, 1 1");
    check_mended(s, OVERLAPPING, 1, 3, 1e-6);
    maille_shapes_free(s);
}

TEST(a_missing_vertex_is_mended) {
    maille_shapes *s = SKETCH(&pad, "0 0, 2 0, 2 2, 0 2", "2 0, 4 0, 4 2, 2 2, 2 1");
    check_mended(s, GAPING, 1, 8, 1e-6);
    maille_shapes_free(s);
    /* on a slanted border, rounded to the published grid: off the line to either side */
    const char *const rounded[] = {"2 0, 4 0, 4 2, 3 2, 2.3333333 0.6666667",
                                   "2 0, 4 0, 4 2, 3 2, 2.3333334 0.6666667",
                                   "2 0, 4 0, 4 2, 3 2, 2.9999999 1.9999999, 2.0000001 0.0000001"};
    for (size_t k = 0; k < 3; k++) {
        s = SKETCH(&pad, "0 0, 2 0, 3 2, 0 2", rounded[k]);
        check_mended(s, GAPING, 1, 8, 1e-6);
        maille_shapes_free(s);
    }
}

TEST(a_sliver_of_half_a_grid_is_closed) {
    maille_shapes *s = SKETCH(&pad, "0 0, 2 0, 2 2, 0 2", "2.00000004 0, 4 0, 4 2, 2.00000004 2");
    check_mended(s, GAPING, 1, 8, 1e-6);
    maille_shapes_free(s);
}

/* In metres the grid is 1 cm. */
TEST(a_sliver_of_4_mm_is_closed) {
    maille_shapes *s = SKETCH(&pad, "1000 0, 2000 0, 2000 2000, 1000 2000",
                              "2000.004 0, 4000 0, 4000 2000, 2000.004 2000");
    check_mended(s, GAPING, 1, 6e6, 20);
    maille_shapes_free(s);
}

/* Half a metre wide: too wide to close, but no enclave. It stays and is reported. */
TEST(a_thin_hole_is_reported_and_stays) {
    maille_shapes *s =
        SKETCH(&pad, "0 0, 2000 0, 2000 500, 2000 1500, 2000 2000, 0 2000",
               "2000 0, 4000 0, 4000 2000, 2000 2000, 2000 1500, 2000.5 1000, 2000 500");
    maille_dissolve_report report;
    maille_shapes *out = all_in_one(s, &report);
    CHECK_INT(report.by_arcs, 1);
    CHECK_INT(report.gaping, 1);
    CHECK_INT(report.overlapping, 0);
    CHECK_INT(maille_shapes_rings(out), 2);
    CHECK_NEAR(maille_shape_area(out, 0), 8e6 - 250, 1e-6);
    check_valid(out);
    maille_shapes_free(out);
    maille_shapes_free(s);
}

TEST(a_coordinate_that_is_no_number_is_refused) {
    maille_shapes *s = sketch_squares(&pad, 2, 1), *out = s;
    uint32_t start[] = {0, 4}, members[] = {0, 1, 2, 3};
    s->points[3].y = INFINITY;
    CHECK_INT(maille_dissolve(pad.ctx, s, start, members, 1, &out, NULL), MAILLE_REFUSED);
    CHECK(out == NULL);
    CHECK_TEXT(maille_message(pad.ctx), "shape 1 held a coordinate that was no number");
    maille_shapes_free(s);
}

/* ---- random boards
 * --------------------------------------------------------------------------------- */

enum { SIDE = 16, GROUPS = 5 };

static bool on_board(int x, int y) {
    return x >= 0 && x < SIDE && y >= 0 && y < SIDE;
}

/* Numbers the pieces of the squares where board == kind, joined by sides; other squares get
 * UINT32_MAX. Returns how many; `at_rim` tells which reach the rim. */
static uint32_t flood(const uint32_t *board, uint32_t kind, uint32_t *piece_of, bool *at_rim) {
    const int step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    uint32_t pieces = 0, stack[SIDE * SIDE];
    for (uint32_t i = 0; i < SIDE * SIDE; i++)
        piece_of[i] = UINT32_MAX;
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        if (board[i] != kind || piece_of[i] != UINT32_MAX)
            continue;
        uint32_t waiting = 0;
        at_rim[pieces] = false;
        piece_of[i] = pieces;
        stack[waiting++] = i;
        while (waiting > 0) {
            int at = (int)stack[--waiting];
            for (int k = 0; k < 4; k++) {
                int x = at % SIDE + step[k][0], y = at / SIDE + step[k][1], next = y * SIDE + x;
                if (!on_board(x, y)) {
                    at_rim[pieces] = true;
                } else if (board[next] == kind && piece_of[next] == UINT32_MAX) {
                    piece_of[next] = pieces;
                    stack[waiting++] = (uint32_t)next;
                }
            }
        }
        pieces++;
    }
    return pieces;
}

/* Parts are the pieces of a group by sides; a part's holes are the pieces, by sides, of all that is
 * not the part and reaches no rim. */
static void check_group(const uint32_t *board, uint32_t g, const maille_shapes *out) {
    uint32_t part_of[SIDE * SIDE], hole_of[SIDE * SIDE], other[SIDE * SIDE], area = 0, holes = 0;
    bool at_rim[SIDE * SIDE];
    uint32_t parts = flood(board, g, part_of, at_rim);
    for (uint32_t p = 0; p < parts; p++) {
        for (uint32_t i = 0; i < SIDE * SIDE; i++)
            other[i] = part_of[i] != p;
        uint32_t pieces = flood(other, 1, hole_of, at_rim);
        for (uint32_t h = 0; h < pieces; h++)
            holes += !at_rim[h];
    }
    uint32_t rings = out->ring_start[out->part_start[g + 1]] - out->ring_start[out->part_start[g]];
    CHECK_INT(out->part_start[g + 1] - out->part_start[g], parts);
    CHECK_INT(rings, parts + holes);
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        maille_xy middle = {i % SIDE + 0.5, i / SIDE + 0.5};
        area += board[i] == g;
        CHECK(maille_shape_contains(out, g, middle) == (board[i] == g));
    }
    CHECK_NEAR(maille_shape_area(out, g), area, 1e-9);
}

/* Pieces of the outside that meet in a corner only are rings of their own where the group holds
 * both squares beside that corner, which it does: the other two are of another kind. */
static void check_board(bool clumped) {
    uint32_t board[SIDE * SIDE], start[GROUPS + 1], members[SIDE * SIDE], count = 0;
    maille_shapes *squares = sketch_squares(&pad, SIDE, 1), *one = NULL, *two = NULL;
    maille_dissolve_report report;
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        bool same = clumped && i >= SIDE && sketch_random(&pad, 4) > 0;
        board[i] = same ? board[i - SIDE] : sketch_random(&pad, GROUPS);
    }
    for (uint32_t g = 0; g < GROUPS; g++) {
        start[g] = count;
        for (uint32_t i = 0; i < SIDE * SIDE; i++)
            if (board[i] == g)
                members[count++] = i;
    }
    start[GROUPS] = count;
    maille_ctx_set_jobs(pad.ctx, 1);
    CHECK(maille_dissolve(pad.ctx, squares, start, members, GROUPS, &one, &report) == MAILLE_OK);
    maille_ctx_set_jobs(pad.ctx, 2);
    CHECK(maille_dissolve(pad.ctx, squares, start, members, GROUPS, &two, &report) == MAILLE_OK);
    CHECK_INT(report.by_arcs, GROUPS);
    CHECK_NEAR(report.worst_area_error, 0, 1e-12);
    check_valid(one);
    for (uint32_t g = 0; g < GROUPS; g++)
        check_group(board, g, one);
    CHECK_INT(maille_shapes_points(one), maille_shapes_points(two));
    CHECK(memcmp(one->points, two->points, maille_shapes_points(one) * sizeof *one->points) == 0);
    CHECK(memcmp(one->ring_start, two->ring_start,
                 (maille_shapes_parts(one) + 1) * sizeof *one->ring_start) == 0);
    maille_shapes_free(one);
    maille_shapes_free(two);
    maille_shapes_free(squares);
}

TEST(random_boards_are_as_counted) {
    for (int round = 0; round < 60; round++)
        check_board(round % 2 == 0);
}

int main(void) {
    static const test_case cases[] = {CASE(neighbours_become_one),
                                      CASE(one_alone_stays_as_it_is),
                                      CASE(an_enclave_fills_its_hole),
                                      CASE(a_ring_of_communes_leaves_a_hole),
                                      CASE(an_island_in_a_lake_is_a_part_of_its_own),
                                      CASE(corners_that_touch_come_apart),
                                      CASE(holes_that_touch_are_rings_of_their_own),
                                      CASE(an_empty_group_is_an_empty_shape),
                                      CASE(outlines_that_cross_are_an_overlap),
                                      CASE(a_commune_inside_another_is_an_overlap),
                                      CASE(the_same_commune_twice_is_an_overlap),
                                      CASE(a_strip_claimed_twice_is_an_overlap),
                                      CASE(a_missing_vertex_is_mended),
                                      CASE(a_sliver_of_half_a_grid_is_closed),
                                      CASE(a_sliver_of_4_mm_is_closed),
                                      CASE(a_thin_hole_is_reported_and_stays),
                                      CASE(a_coordinate_that_is_no_number_is_refused),
                                      CASE(random_boards_are_as_counted)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
