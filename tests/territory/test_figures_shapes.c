/* Compactness on twenty drawn shapes and on random ones against another computation. */
#include "territory/compactness.h"

static sketch_pad pad = {.random = 29};

enum { SIDE = 9 };

/* Squares of 2 km, far from the origin, whose corners stand up to 600 m beside their places. */
static maille_shapes *crooked_squares(double wobble) {
    maille_shapes *s = sketch_squares(&pad, SIDE, 2000);
    double dx[SIDE + 1][SIDE + 1], dy[SIDE + 1][SIDE + 1];
    for (int y = 0; y <= SIDE; y++)
        for (int x = 0; x <= SIDE; x++) {
            dx[y][x] = wobble * ((double)sketch_random(&pad, 1201) - 600);
            dy[y][x] = wobble * ((double)sketch_random(&pad, 1201) - 600);
        }
    for (uint32_t i = 0; i < maille_shapes_points(s); i++) {
        maille_xy *p = &s->points[i];
        int x = (int)(p->x / 2000 + 0.5), y = (int)(p->y / 2000 + 0.5);
        *p = (maille_xy){650000 + p->x + dx[y][x], 6860000 + p->y + dy[y][x]};
    }
    return s;
}

static const char *const drawings[] = {
    "#", /* a square */
    "##",
    "##|##",
    "###|###|###",
    "#########",                                         /* a ribbon */
    "#..|#..|###",                                       /* L */
    "###|.#.|.#.",                                       /* T */
    "###|#.#|###",                                       /* a ring with a hole */
    "#####|#...#|#.#.#|#...#|#####",                     /* an island in the hole */
    "..#..|..#..|#####|..#..|..#..",                     /* a cross */
    "#...#|.#.#.|..#..|.#.#.|#...#",                     /* corners touch: a star of points */
    "#.#.#.#|#######",                                   /* a comb */
    "#........|.........|.........|.........|........#", /* two ends */
    "##..|.##.|..##|...#",                               /* stairs */
    "#####|....#|###.#|#...#|#####",                     /* a spiral */
    "..#|.##|###|.##|..#",                               /* an arrow */
    "####|#..#|#..#|####",                               /* a large hole */
    "##.##|##.##|.....|##.##|##.##",                     /* four pieces */
    "#.......#|#.......#|#########",                     /* U */
    ".###.|#####|#####|#####|.###.",                     /* nearly round */
};

static uint32_t units_of(const char *drawing, uint32_t *units) {
    uint32_t count = 0, x = 0, y = 0;
    for (const char *at = drawing; *at; at++) {
        if (*at == '#')
            units[count++] = y * SIDE + x;
        x = *at == '|' ? 0 : x + 1;
        y += *at == '|';
    }
    return count;
}

static void check_drawings(double wobble) {
    land l;
    uint32_t units[SIDE * SIDE];
    land_make(&pad, crooked_squares(wobble), &l);
    for (size_t i = 0; i < sizeof drawings / sizeof *drawings; i++) {
        uint32_t count = units_of(drawings[i], units);
        check_compactness(&pad, &l, units, count);
    }
    land_free(&l);
}

TEST(twenty_shapes_of_squares) {
    CHECK_INT(sizeof drawings / sizeof *drawings, 20);
    check_drawings(0);
}

TEST(twenty_shapes_of_crooked_squares) {
    for (int round = 0; round < 5; round++)
        check_drawings(1);
}

TEST(random_shapes) {
    land l;
    uint32_t units[SIDE * SIDE];
    land_make(&pad, crooked_squares(1), &l);
    for (int round = 0; round < 60; round++) {
        uint32_t count = 0, one_in = 1 + sketch_random(&pad, 8);
        for (uint32_t u = 0; u < SIDE * SIDE; u++)
            if (sketch_random(&pad, one_in) == 0)
                units[count++] = u;
        if (count > 0)
            check_compactness(&pad, &l, units, count);
    }
    land_free(&l);
}

int main(void) {
    static const test_case cases[] = {CASE(twenty_shapes_of_squares),
                                      CASE(twenty_shapes_of_crooked_squares), CASE(random_shapes)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
