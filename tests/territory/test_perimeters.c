/* Overlaps, gaps and parts: drawn cases, random boards against a flood fill, the example of
 * Corsica. */
#include "territory/sketch.h"

#include <maille/map.h>
#include <maille/text.h>

static sketch_pad pad = {.random = 23};

static maille_adjacency *squares_adjacent(uint32_t side) {
    maille_shapes *s = sketch_squares(&pad, side, 1000);
    maille_adjacency *a = NULL;
    CHECK(maille_adjacency_new(pad.ctx, s, &a) == MAILLE_OK);
    maille_shapes_free(s);
    return a;
}

/* Squares of a 5 × 5 board:
 *
 *      20 21 22 23 24        perimeter 0 holds 0 1 5 6 10 11, perimeter 1 holds 6 7 11 12 and 8,
 *      15 16 17 18 19        perimeter 2 holds 16 17 18 13 14, perimeter 3 nobody
 *      10 11 12 13 14
 *       5  6  7  8  9
 *       0  1  2  3  4   */
static uint32_t drawn_start[] = {0, 6, 11, 16, 16};
static uint32_t drawn_member[] = {0, 1, 5, 6, 10, 11, 6, 7, 8, 11, 12, 13, 14, 16, 17, 18};

TEST(overlaps_are_common_communes) {
    maille_perimeters p = {4, drawn_start, drawn_member, NULL};
    double people[25];
    maille_overlaps *o = NULL;
    for (int i = 0; i < 25; i++)
        people[i] = 100 + i;
    CHECK(maille_overlaps_new(pad.ctx, &p, people, 25, &o) == MAILLE_OK);
    CHECK_INT(o->count, 1);
    CHECK_INT(o->overlaps[0].a, 0);
    CHECK_INT(o->overlaps[0].b, 1);
    CHECK_INT(o->overlaps[0].count, 2);
    CHECK_INT(o->communes[o->overlaps[0].first], 6);
    CHECK_INT(o->communes[o->overlaps[0].first + 1], 11);
    CHECK_NEAR(o->overlaps[0].population, 217, 0);
    CHECK_NEAR(o->overlaps[0].part_a, 217.0 / 633, 1e-15);
    CHECK_NEAR(o->overlaps[0].part_b, 217.0 / 544, 1e-15);
    maille_overlaps_free(o);
}

TEST(overlaps_of_three_are_three_pairs_in_order) {
    uint32_t start[] = {0, 2, 4, 6}, member[] = {0, 3, 1, 3, 2, 3};
    double share[] = {1, 0.5, 1, 1, 1, 0.25}, people[] = {0, 0, 0, 80};
    maille_perimeters p = {3, start, member, share};
    maille_overlaps *o = NULL;
    CHECK(maille_overlaps_new(pad.ctx, &p, people, 4, &o) == MAILLE_OK);
    CHECK_INT(o->count, 3);
    const struct {
        uint32_t a, b;
        double population;
    } want[] = {{0, 1, 40}, {0, 2, 20}, {1, 2, 20}};
    for (uint32_t k = 0; k < 3; k++) {
        CHECK_INT(o->overlaps[k].a, want[k].a);
        CHECK_INT(o->overlaps[k].b, want[k].b);
        CHECK_NEAR(o->overlaps[k].population, want[k].population, 0);
    }
    maille_overlaps_free(o);
    people[3] = 0;
    CHECK(maille_overlaps_new(pad.ctx, &p, people, 4, &o) == MAILLE_OK);
    CHECK(isnan(o->overlaps[0].part_a) && isnan(o->overlaps[0].part_b));
    maille_overlaps_free(o);
    member[5] = 4;
    CHECK_INT(maille_overlaps_new(pad.ctx, &p, people, 4, &o), MAILLE_REFUSED);
    CHECK(o == NULL);
}

TEST(gaps_are_groups_that_nobody_covers) {
    maille_perimeters p = {4, drawn_start, drawn_member, NULL};
    maille_adjacency *a = squares_adjacent(5);
    double people[25];
    maille_gaps *g = NULL;
    for (int i = 0; i < 25; i++)
        people[i] = 1;
    CHECK(maille_gaps_new(pad.ctx, &p, a, people, &g) == MAILLE_OK);
    /* 2 3 4 9 around the south, 15 and 19 to 24 around the north: both lie on the edge */
    CHECK_INT(g->covered, 14);
    CHECK_INT(g->count, 2);
    CHECK_INT(g->gaps[0].count, 4);
    CHECK_INT(g->communes[g->gaps[0].first], 2);
    CHECK_INT(g->gaps[1].count, 7);
    CHECK(!g->gaps[0].enclosed && !g->gaps[1].enclosed);
    CHECK_NEAR(g->gaps[1].population, 7, 0);
    CHECK_INT(g->gaps[0].neighbour_count, 3);
    CHECK_INT(g->gaps[1].neighbour_count, 2);
    CHECK_INT(g->neighbours[g->gaps[1].first_neighbour], 0);
    CHECK_INT(g->neighbours[g->gaps[1].first_neighbour + 1], 2);
    maille_gaps_free(g);
    maille_adjacency_free(a);
}

TEST(a_gap_inside_is_enclosed) {
    uint32_t start[] = {0, 23}, member[23], n = 0;
    for (uint32_t i = 0; i < 25; i++)
        if (i != 12 && i != 3)
            member[n++] = i;
    maille_perimeters p = {1, start, member, NULL};
    maille_adjacency *a = squares_adjacent(5);
    double people[25] = {0};
    maille_gaps *g = NULL;
    CHECK(maille_gaps_new(pad.ctx, &p, a, people, &g) == MAILLE_OK);
    CHECK_INT(g->count, 2);
    CHECK(!g->gaps[0].enclosed);
    CHECK(g->gaps[1].enclosed);
    CHECK_INT(g->communes[g->gaps[1].first], 12);
    maille_gaps_free(g);
    maille_adjacency_free(a);
}

TEST(without_perimeters_all_is_one_gap) {
    uint32_t start[] = {0};
    maille_perimeters none = {0, start, NULL, NULL};
    maille_adjacency *a = squares_adjacent(3);
    double people[9] = {0};
    maille_gaps *g = NULL;
    maille_overlaps *o = NULL;
    CHECK(maille_gaps_new(pad.ctx, &none, a, people, &g) == MAILLE_OK);
    CHECK_INT(g->count, 1);
    CHECK_INT(g->gaps[0].count, 9);
    CHECK_INT(g->gaps[0].neighbour_count, 0);
    CHECK(!g->gaps[0].enclosed);
    CHECK(maille_overlaps_new(pad.ctx, &none, people, 9, &o) == MAILLE_OK);
    CHECK_INT(o->count, 0);
    maille_gaps_free(g);
    maille_overlaps_free(o);
    maille_adjacency_free(a);
}

TEST(parts_are_joined_by_borders_not_corners) {
    maille_adjacency *a = squares_adjacent(3);
    uint32_t members[] = {8, 0, 4, 1}, parts = 0, part_of[4];
    CHECK(maille_parts(pad.ctx, a, members, 4, &parts, part_of) == MAILLE_OK);
    CHECK_INT(parts, 2);
    CHECK_INT(part_of[0], 0);
    CHECK_INT(part_of[1], 1);
    CHECK_INT(part_of[2], 1);
    CHECK_INT(part_of[3], 1);
    CHECK(maille_parts(pad.ctx, a, members, 0, &parts, NULL) == MAILLE_OK);
    CHECK_INT(parts, 0);
    maille_adjacency_free(a);
}

/* ---- random boards: each commune is covered or in exactly one gap
 * -------------------------------- */

enum { SIDE = 14, COUNT = SIDE * SIDE, PERIMETERS = 6 };

static void fill(const bool *open, uint32_t *group, uint32_t at, uint32_t number) {
    const int step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    group[at] = number;
    for (int k = 0; k < 4; k++) {
        int x = (int)at % SIDE + step[k][0], y = (int)at / SIDE + step[k][1];
        uint32_t next = (uint32_t)(y * SIDE + x);
        if (x >= 0 && x < SIDE && y >= 0 && y < SIDE && open[next] && group[next] == UINT32_MAX)
            fill(open, group, next, number);
    }
}

static void check_gap(const maille_gaps *g, const maille_gap *gap, const uint32_t *claims,
                      const uint32_t *group) {
    bool rim = false, borders[PERIMETERS] = {false};
    uint32_t number = group[g->communes[gap->first]], size = 0, neighbours = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        const int step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
        size += group[i] == number;
        for (int k = 0; k < 4 && group[i] == number; k++) {
            int x = (int)i % SIDE + step[k][0], y = (int)i / SIDE + step[k][1];
            bool inside = x >= 0 && x < SIDE && y >= 0 && y < SIDE;
            rim = rim || !inside;
            for (uint32_t p = 0; p < PERIMETERS; p++)
                borders[p] = borders[p] || (inside && (claims[y * SIDE + x] >> p & 1));
        }
    }
    CHECK_INT(gap->count, size);
    for (uint32_t k = 0; k < gap->count; k++) {
        CHECK_INT(group[g->communes[gap->first + k]], number);
        CHECK(k == 0 || g->communes[gap->first + k] > g->communes[gap->first + k - 1]);
    }
    for (uint32_t p = 0; p < PERIMETERS; p++)
        if (borders[p])
            CHECK_INT(g->neighbours[gap->first_neighbour + neighbours++], p);
    CHECK_INT(gap->neighbour_count, neighbours);
    CHECK(gap->enclosed == (!rim && neighbours > 0));
}

static void check_overlaps(const maille_overlaps *o, const uint32_t *claims, const double *people) {
    uint32_t found = 0;
    for (uint32_t a = 0; a < PERIMETERS; a++)
        for (uint32_t b = a + 1; b < PERIMETERS; b++) {
            uint32_t count = 0;
            double population = 0;
            for (uint32_t i = 0; i < COUNT; i++)
                if ((claims[i] >> a & 1) && (claims[i] >> b & 1)) {
                    count++;
                    population += people[i];
                }
            if (count == 0)
                continue;
            const maille_overlap *overlap = &o->overlaps[found++];
            CHECK(overlap->a == a && overlap->b == b);
            CHECK_INT(overlap->count, count);
            CHECK_NEAR(overlap->population, population, 1e-9);
        }
    CHECK_INT(o->count, found);
}

static void check_board(const maille_adjacency *a) {
    uint32_t claims[COUNT] = {0}, start[PERIMETERS + 1], member[COUNT * PERIMETERS], n = 0;
    uint32_t group[COUNT], gaps = 0, in_gaps = 0;
    bool open[COUNT];
    double people[COUNT], outside = 0, in_gap_people = 0;
    /* each perimeter is a rectangle with some communes dropped */
    for (uint32_t p = 0; p < PERIMETERS; p++) {
        uint32_t x0 = sketch_random(&pad, SIDE), y0 = sketch_random(&pad, SIDE);
        start[p] = n;
        for (uint32_t i = 0; i < COUNT; i++)
            if (i % SIDE >= x0 && i % SIDE < x0 + 6 && i / SIDE >= y0 && i / SIDE < y0 + 6 &&
                sketch_random(&pad, 4) > 0) {
                claims[i] |= 1u << p;
                member[n++] = i;
            }
    }
    start[PERIMETERS] = n;
    for (uint32_t i = 0; i < COUNT; i++) {
        people[i] = sketch_random(&pad, 1000);
        open[i] = claims[i] == 0;
        outside += open[i] ? people[i] : 0;
        group[i] = UINT32_MAX;
    }
    for (uint32_t i = 0; i < COUNT; i++)
        if (open[i] && group[i] == UINT32_MAX)
            fill(open, group, i, gaps++);
    maille_perimeters p = {PERIMETERS, start, member, NULL};
    maille_gaps *g = NULL;
    maille_overlaps *o = NULL;
    CHECK(maille_gaps_new(pad.ctx, &p, a, people, &g) == MAILLE_OK);
    CHECK(maille_overlaps_new(pad.ctx, &p, people, COUNT, &o) == MAILLE_OK);
    CHECK_INT(g->count, gaps);
    for (uint32_t k = 0; k < g->count; k++) {
        check_gap(g, &g->gaps[k], claims, group);
        CHECK_INT(group[g->communes[g->gaps[k].first]], k);
        in_gaps += g->gaps[k].count;
        in_gap_people += g->gaps[k].population;
    }
    CHECK_INT(g->covered + in_gaps, COUNT);
    CHECK_NEAR(in_gap_people, outside, 1e-9);
    check_overlaps(o, claims, people);
    maille_gaps_free(g);
    maille_overlaps_free(o);
}

TEST(random_boards_are_as_counted) {
    maille_adjacency *a = squares_adjacent(SIDE);
    for (int round = 0; round < 100; round++)
        check_board(a);
    maille_adjacency_free(a);
}

/* ---- the fictional perimeters of Corsica
 * ----------------------------------------------------------- */

typedef struct {
    char id[16][64];
    bool open_to_all[16];
    uint32_t count, start[17], member[512];
} example;

static void read_example(const maille_table *communes, bool all, example *e) {
    const char *columns[] = {"id", "statut", "code"};
    maille_read_options options = {.columns = columns, .column_count = 3, .texts = true};
    maille_table *t = NULL;
    CHECK(maille_file_read(pad.ctx, test_real("corse/cpts-exemple.csv"), &options, &t) ==
          MAILLE_OK);
    bool member[16][512] = {{false}};
    e->count = 0;
    for (size_t row = 0; row < t->rows; row++) {
        char *status = maille_slug(t->columns[1].texts[row]);
        bool published = strcmp(status, "contractualisee") == 0 ||
                         strcmp(status, "fonctionnement") == 0 ||
                         strcmp(status, "en-fonctionnement") == 0;
        maille_free(status);
        if (!published && !all)
            continue;
        uint32_t p = 0;
        while (p < e->count && strcmp(e->id[p], t->columns[0].texts[row]) != 0)
            p++;
        if (p == e->count)
            snprintf(e->id[e->count++], sizeof e->id[0], "%s", t->columns[0].texts[row]);
        member[p][sketch_commune(communes, t->columns[2].texts[row])] = true;
    }
    uint32_t n = 0;
    for (uint32_t p = 0; p < e->count; p++) {
        e->start[p] = n;
        for (uint32_t c = 0; c < 512; c++)
            if (member[p][c])
                e->member[n++] = c;
    }
    e->start[e->count] = n;
    maille_table_free(t);
}

static int descending(const void *a, const void *b) {
    return (int)*(const uint32_t *)b - (int)*(const uint32_t *)a;
}

TEST(corsica_overlaps_as_its_readme_says) {
    maille_table *table = NULL;
    maille_shapes *s = sketch_read_metres(&pad, test_real("corse/communes.geojson"), &table);
    maille_adjacency *a = NULL;
    CHECK(maille_adjacency_new(pad.ctx, s, &a) == MAILLE_OK);
    CHECK_INT(a->commune_count, 360);
    double people[360] = {0};
    example e;
    for (int all = 0; all < 2; all++) {
        read_example(table, all, &e);
        maille_perimeters p = {e.count, e.start, e.member, NULL};
        maille_overlaps *o = NULL;
        maille_gaps *g = NULL;
        CHECK(maille_overlaps_new(pad.ctx, &p, people, 360, &o) == MAILLE_OK);
        CHECK(maille_gaps_new(pad.ctx, &p, a, people, &g) == MAILLE_OK);
        uint32_t sizes[16] = {0}, in_gaps = 0;
        for (uint32_t k = 0; k < o->count; k++)
            sizes[k] = o->overlaps[k].count;
        qsort(sizes, o->count, sizeof *sizes, descending);
        for (uint32_t k = 0; k < g->count; k++)
            in_gaps += g->gaps[k].count;
        CHECK_INT(e.count, all ? 6 : 3);
        CHECK_INT(o->count, all ? 3 : 1);
        CHECK_INT(sizes[0], 7);
        CHECK_INT(sizes[1], all ? 5 : 0);
        CHECK_INT(sizes[2], all ? 3 : 0);
        CHECK_INT(g->covered, all ? 87 : 33);
        CHECK_INT(g->covered + in_gaps, 360);
        maille_overlaps_free(o);
        maille_gaps_free(g);
    }
    maille_adjacency_free(a);
    maille_shapes_free(s);
    maille_table_free(table);
}

int main(void) {
    static const test_case cases[] = {
        CASE(overlaps_are_common_communes),       CASE(overlaps_of_three_are_three_pairs_in_order),
        CASE(gaps_are_groups_that_nobody_covers), CASE(a_gap_inside_is_enclosed),
        CASE(without_perimeters_all_is_one_gap),  CASE(parts_are_joined_by_borders_not_corners),
        CASE(random_boards_are_as_counted),       CASE(corsica_overlaps_as_its_readme_says)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
