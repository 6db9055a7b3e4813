/* Adjacency: drawn cases, random maps against brute force, Gironde against GEOS, and the counts
 * that another program measured on three regions. */
#include "territory/sketch.h"

#include <maille/geometry.h>

static sketch_pad pad = {.random = 7};

static maille_adjacency *adjacent(const maille_shapes *shapes) {
    maille_adjacency *adjacency = NULL;
    CHECK(maille_adjacency_new(pad.ctx, shapes, &adjacency) == MAILLE_OK);
    return adjacency;
}

static void count_borders(const maille_adjacency *adjacency, uint32_t *lines, uint32_t *points) {
    *lines = *points = 0;
    for (uint32_t k = 0; k < adjacency->count; k++) {
        *lines += adjacency->borders[k].line;
        *points += !adjacency->borders[k].line;
        CHECK(adjacency->borders[k].line || adjacency->borders[k].length_m == 0);
        CHECK(adjacency->borders[k].a < adjacency->borders[k].b);
    }
}

static const maille_border *border_of(const maille_adjacency *adjacency, uint32_t a, uint32_t b) {
    for (uint32_t k = 0; k < adjacency->count; k++)
        if (adjacency->borders[k].a == a && adjacency->borders[k].b == b)
            return &adjacency->borders[k];
    return NULL;
}

static uint32_t degree(const maille_adjacency *adjacency, uint32_t commune) {
    return adjacency->start[commune + 1] - adjacency->start[commune];
}

TEST(four_squares_meet_in_a_point) {
    maille_shapes *s = sketch_squares(&pad, 2, 100);
    maille_adjacency *a = adjacent(s);
    CHECK_INT(a->count, 6);
    CHECK(border_of(a, 0, 1)->line && border_of(a, 0, 2)->line);
    CHECK_NEAR(border_of(a, 2, 3)->length_m, 100, 0);
    CHECK(!border_of(a, 0, 3)->line && !border_of(a, 1, 2)->line);
    CHECK_INT(degree(a, 0), 2);
    CHECK_INT(a->neighbour[a->start[3]], 1);
    CHECK_INT(a->neighbour[a->start[3] + 1], 2);
    CHECK_INT(a->block_count, 1);
    maille_adjacency_free(a);
    maille_shapes_free(s);
}

/* One side has a vertex that the other lacks, and it is off the line by 1 cm. */
TEST(a_missing_vertex_is_still_a_border) {
    maille_shapes *s = SKETCH(&pad, "0 0, 1000 0, 1000 1000, 0 1000",
                              "1000 0, 2000 0, 2000 1000, 1000 1000, 1000.01 400",
                              "0 1000, 500 1000, 2000 1000, 2000 2000, 0 2000");
    maille_adjacency *a = adjacent(s);
    uint32_t lines, points;
    count_borders(a, &lines, &points);
    CHECK_INT(lines, 3);
    CHECK_INT(points, 0);
    CHECK_NEAR(border_of(a, 0, 1)->length_m, 1000, 0.01);
    CHECK_NEAR(border_of(a, 0, 2)->length_m, 1000, 0.01);
    CHECK_NEAR(border_of(a, 1, 2)->length_m, 1000, 0.01);
    maille_adjacency_free(a);
    maille_shapes_free(s);
}

/* A vertex on a neighbour's segment touches it in a point; half a metre away it does not. */
TEST(a_vertex_on_a_segment_touches_it) {
    maille_shapes *s = SKETCH(&pad, "0 0, 100 0, 100 100, 0 100", "100 50, 200 0, 200 100",
                              "50 100.5, 100 200, 0 200");
    maille_adjacency *a = adjacent(s);
    CHECK_INT(a->count, 1);
    CHECK(!border_of(a, 0, 1)->line);
    CHECK_INT(a->block_count, 3);
    CHECK_INT(a->block[2], 2);
    maille_adjacency_free(a);
    maille_shapes_free(s);
}

TEST(an_enclave_has_one_neighbour_and_no_edge) {
    maille_shapes *s = SKETCH(&pad, "0 0, 90 0, 90 90, 0 90 | 30 30, 60 30, 60 60, 30 60",
                              "30 30, 60 30, 60 60, 30 60", "200 0, 290 0, 290 90");
    maille_adjacency *a = adjacent(s);
    CHECK_INT(a->count, 1);
    CHECK_NEAR(border_of(a, 0, 1)->length_m, 120, 0);
    CHECK_INT(a->on_edge[0], 1);
    CHECK_INT(a->on_edge[1], 0);
    CHECK_INT(a->on_edge[2], 1);
    CHECK_INT(a->block_count, 2);
    maille_adjacency_free(a);
    maille_shapes_free(s);
}

TEST(communes_that_overlap_are_neighbours) {
    maille_shapes *s = SKETCH(&pad, "0 0, 100 0, 100 100, 0 100", "90 20, 190 20, 190 80, 90 80");
    maille_adjacency *a = adjacent(s);
    CHECK_INT(a->count, 1);
    CHECK(border_of(a, 0, 1) && border_of(a, 0, 1)->line);
    maille_adjacency_free(a);
    maille_shapes_free(s);
}

TEST(a_coordinate_that_is_no_number_is_refused) {
    maille_shapes *s = sketch_squares(&pad, 2, 100);
    maille_adjacency *a = NULL;
    s->points[7].x = NAN;
    CHECK_INT(maille_adjacency_new(pad.ctx, s, &a), MAILLE_REFUSED);
    CHECK_TEXT(maille_message(pad.ctx), "commune 2 held a coordinate that was no number");
    CHECK(a == NULL);
    maille_shapes_free(s);
}

/* Communes dealt at random over the squares of a board, so that they have several parts, holes and
 * corners in common. What is adjacent is then known from the board. */
enum { SIDE = 12, COMMUNES = 30 };

static void check_board(void) {
    uint32_t board[SIDE * SIDE], start[COMMUNES + 1], members[SIDE * SIDE], count = 0;
    maille_shapes *squares = sketch_squares(&pad, SIDE, 1000), *communes = NULL;
    /* the number COMMUNES is water */
    for (uint32_t i = 0; i < SIDE * SIDE; i++)
        board[i] = sketch_random(&pad, COMMUNES + 1);
    for (uint32_t c = 0; c < COMMUNES; c++) {
        start[c] = count;
        for (uint32_t i = 0; i < SIDE * SIDE; i++)
            if (board[i] == c)
                members[count++] = i;
    }
    start[COMMUNES] = count;
    CHECK(maille_dissolve(pad.ctx, squares, start, members, COMMUNES, &communes, NULL) ==
          MAILLE_OK);
    maille_adjacency *a = adjacent(communes);
    static double length[COMMUNES][COMMUNES];
    static bool point[COMMUNES][COMMUNES], edge[COMMUNES];
    memset(length, 0, sizeof length);
    memset(point, 0, sizeof point);
    memset(edge, 0, sizeof edge);
    for (int i = 0; i < SIDE * SIDE; i++)
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                int x = i % SIDE + dx, y = i / SIDE + dy;
                bool inside = x >= 0 && x < SIDE && y >= 0 && y < SIDE;
                uint32_t p = board[i], q = inside ? board[y * SIDE + x] : COMMUNES;
                bool side = (dx == 0) != (dy == 0);
                if (p == COMMUNES || p == q)
                    continue;
                if (q == COMMUNES)
                    edge[p] = edge[p] || side;
                else if (side)
                    length[p][q] += 1000;
                else
                    point[p][q] = true;
            }
    for (uint32_t p = 0; p < COMMUNES; p++) {
        CHECK_INT(a->on_edge[p], edge[p]);
        for (uint32_t q = p + 1; q < COMMUNES; q++) {
            const maille_border *border = border_of(a, p, q);
            CHECK((border != NULL) == (point[p][q] || length[p][q] > 0));
            CHECK_NEAR(border ? border->length_m : 0, length[p][q], 1e-6);
            CHECK(!border || border->line == (length[p][q] > 0));
        }
    }
    maille_adjacency_free(a);
    maille_shapes_free(communes);
    maille_shapes_free(squares);
}

TEST(random_boards_are_as_counted) {
    for (int round = 0; round < 40; round++)
        check_board();
}

/* ---- real regions
 * -------------------------------------------------------------------------------- */

static void check_isolated(const maille_adjacency *a, const maille_table *table,
                           const char *const *codes, uint32_t count) {
    uint32_t isolated = 0;
    for (uint32_t c = 0; c < a->commune_count; c++)
        isolated += degree(a, c) == 0;
    CHECK_INT(isolated, count);
    for (uint32_t k = 0; k < count; k++)
        CHECK_INT(degree(a, sketch_commune(table, codes[k])), 0);
}

/* The codes make one block, and nobody else belongs to it. */
static void check_apart(const maille_adjacency *a, const maille_table *table,
                        const char *const *codes, uint32_t count) {
    uint32_t block = a->block[sketch_commune(table, codes[0])], size = 0;
    for (uint32_t c = 0; c < a->commune_count; c++)
        size += a->block[c] == block;
    CHECK_INT(size, count);
    for (uint32_t k = 0; k < count; k++)
        CHECK_INT(a->block[sketch_commune(table, codes[k])], block);
}

static void check_highest(const maille_adjacency *a, const maille_table *table, const char *code,
                          uint32_t want) {
    uint32_t highest = 0;
    for (uint32_t c = 0; c < a->commune_count; c++)
        highest = degree(a, c) > highest ? degree(a, c) : highest;
    CHECK_INT(highest, want);
    CHECK_INT(degree(a, sketch_commune(table, code)), want);
}

static void check_counts(const maille_adjacency *a, uint32_t communes, uint32_t lines,
                         uint32_t points) {
    uint32_t line_count, point_count;
    count_borders(a, &line_count, &point_count);
    CHECK_INT(a->commune_count, communes);
    CHECK_INT(line_count, lines);
    CHECK_INT(point_count, points);
}

TEST(brittany_is_as_measured) {
    maille_table *table = NULL;
    maille_shapes *s =
        sketch_read_metres(&pad, test_real("bretagne/communes-2026.geojson"), &table);
    maille_adjacency *a = adjacent(s);
    check_counts(a, 1202, 3219, 34);
    check_highest(a, table, "22093", 18);
    const char *const isles[] = {"22016", "29082", "29083", "29084", "29155",
                                 "56069", "56085", "56086", "56087", "56088"};
    const char *const belle_ile[] = {"56009", "56114", "56152", "56241"};
    check_isolated(a, table, isles, 10);
    check_apart(a, table, belle_ile, 4);
    CHECK_INT(a->block_count, 12);
    CHECK_INT(a->on_edge[sketch_commune(table, "29082")], 1);
    CHECK_INT(a->on_edge[sketch_commune(table, "22093")], 1); /* Lamballe-Armor, on the sea */
    CHECK_INT(a->on_edge[sketch_commune(table, "22136")], 0); /* Loudéac, inland */
    maille_adjacency_free(a);
    maille_shapes_free(s);
    maille_table_free(table);
}

TEST(pays_de_la_loire_is_as_measured) {
    maille_table *table = NULL;
    maille_shapes *s =
        sketch_read_metres(&pad, test_real("pays-de-la-loire/communes-2026.geojson"), &table);
    maille_adjacency *a = adjacent(s);
    check_counts(a, 1226, 3441, 44);
    check_highest(a, table, "49331", 16);
    const char *const yeu[] = {"85113"};
    const char *const noirmoutier[] = {"85011", "85083", "85106", "85163"};
    check_isolated(a, table, yeu, 1);
    check_apart(a, table, noirmoutier, 4);
    maille_adjacency_free(a);
    maille_shapes_free(s);
    maille_table_free(table);
}

/* Every pair of boxes that meet, asked of GEOS. */
TEST(gironde_is_as_geos_says) {
    maille_shapes *s = sketch_read_metres(&pad, test_real("gironde/communes-2026.geojson"), NULL);
    maille_adjacency *a = adjacent(s);
    uint32_t lines, points;
    count_borders(a, &lines, &points);
    CHECK_INT(a->commune_count, 534);
    CHECK_INT(lines, 1481);
    for (uint32_t i = 0; i < s->count; i++)
        for (uint32_t j = i + 1; j < s->count; j++) {
            maille_box p = maille_shape_box(s, i), q = maille_shape_box(s, j);
            const maille_border *border = border_of(a, i, j);
            if (p.min_x > q.max_x || q.min_x > p.max_x || p.min_y > q.max_y || q.min_y > p.max_y) {
                CHECK(border == NULL);
                continue;
            }
            maille_contact contact;
            double length = 0;
            CHECK(maille_geometry_contact(pad.ctx, s, i, j, &contact, &length) == MAILLE_OK);
            maille_contact ours = !border        ? MAILLE_APART
                                  : border->line ? MAILLE_TOUCH_LINE
                                                 : MAILLE_TOUCH_POINT;
            CHECK_INT(ours, contact);
            CHECK_NEAR(border ? border->length_m : 0, length, 1e-6);
        }
    maille_adjacency_free(a);
    maille_shapes_free(s);
}

int main(void) {
    static const test_case cases[] = {
        CASE(four_squares_meet_in_a_point),         CASE(a_missing_vertex_is_still_a_border),
        CASE(a_vertex_on_a_segment_touches_it),     CASE(an_enclave_has_one_neighbour_and_no_edge),
        CASE(communes_that_overlap_are_neighbours), CASE(a_coordinate_that_is_no_number_is_refused),
        CASE(random_boards_are_as_counted),         CASE(brittany_is_as_measured),
        CASE(pays_de_la_loire_is_as_measured),      CASE(gironde_is_as_geos_says)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
