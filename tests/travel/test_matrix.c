/* The matrix as a value, its file, and estimates by straight distance. */
#include <maille/memory.h>
#include <maille/travel.h>

#include <unistd.h>

#include "harness.h"

static maille_ctx *ctx;
static uint32_t seed = 31;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

enum { ROWS = 70, COLUMNS = 50 };

/* A random matrix; `full` tells every cell, UINT32_MAX = none. */
static maille_matrix random_matrix(uint32_t full[ROWS][COLUMNS]) {
    static uint64_t start[ROWS + 1];
    static uint32_t column[ROWS * COLUMNS], ms[ROWS * COLUMNS];
    uint64_t count = 0;
    for (uint32_t r = 0; r < ROWS; r++) {
        for (uint32_t c = 0; c < COLUMNS; c++) {
            full[r][c] = draw(3) ? draw(20) : UINT32_MAX;
            if (full[r][c] == UINT32_MAX || r == 5)
                continue;
            column[count] = c;
            ms[count++] = full[r][c];
        }
        start[r + 1] = count;
    }
    return (maille_matrix){ROWS, COLUMNS, start, column, ms};
}

TEST(columns_become_rows) {
    static uint32_t full[ROWS][COLUMNS];
    maille_matrix m = random_matrix(full), *turned;
    CHECK_INT(maille_matrix_transpose(ctx, &m, &turned), 0);
    CHECK_INT(turned->rows, COLUMNS);
    CHECK_INT(turned->columns, ROWS);
    uint64_t at = 0;
    for (uint32_t c = 0; c < COLUMNS; c++) {
        CHECK_INT(turned->start[c], at);
        for (uint32_t r = 0; r < ROWS; r++) {
            if (r == 5 || full[r][c] == UINT32_MAX)
                continue;
            CHECK_INT(turned->column[at], r);
            CHECK_INT(turned->ms[at++], full[r][c]);
        }
    }
    CHECK_INT(turned->start[COLUMNS], at);
    CHECK_INT(m.start[ROWS], at);
    maille_matrix_free(turned);
}

TEST(the_nearest_columns_stay) {
    static uint32_t full[ROWS][COLUMNS];
    maille_matrix m = random_matrix(full), *nearest;
    for (uint32_t k = 0; k < 8; k++) {
        CHECK_INT(maille_matrix_nearest(ctx, &m, k, &nearest), 0);
        for (uint32_t r = 0; r < ROWS; r++) {
            uint64_t at = nearest->start[r];
            for (uint32_t c = 0; c < COLUMNS; c++) {
                uint32_t before = 0; /* those that are nearer, or as near with a lower number */
                for (uint32_t o = 0; o < COLUMNS; o++)
                    before += full[r][o] < full[r][c] || (full[r][o] == full[r][c] && o < c);
                if (r == 5 || full[r][c] == UINT32_MAX || before >= k)
                    continue;
                CHECK(at < nearest->start[r + 1]);
                CHECK_INT(nearest->column[at], c);
                CHECK_INT(nearest->ms[at], full[r][c]);
                at++;
            }
            CHECK_INT(at, nearest->start[r + 1]);
        }
        maille_matrix_free(nearest);
    }
}

TEST(the_matrix_file_keeps_all_or_says_no) {
    static uint32_t full[ROWS][COLUMNS];
    maille_matrix m = random_matrix(full), *back;
    const char *path = test_scratch("matrix");
    CHECK_INT(maille_matrix_save(ctx, &m, path, "k"), 0);
    CHECK_INT(maille_matrix_load(ctx, path, "k", &back), 0);
    CHECK_INT(back->rows, ROWS);
    CHECK_INT(back->columns, COLUMNS);
    CHECK(memcmp(back->start, m.start, (ROWS + 1) * sizeof *m.start) == 0);
    CHECK(memcmp(back->column, m.column, m.start[ROWS] * sizeof *m.column) == 0);
    CHECK(memcmp(back->ms, m.ms, m.start[ROWS] * sizeof *m.ms) == 0);
    maille_matrix_free(back);
    CHECK_INT(maille_matrix_load(ctx, path, "other", &back), MAILLE_NOT_FOUND);
    CHECK(back == NULL);
    /* a network is no matrix */
    maille_network *n;
    uint32_t from[] = {0}, to[] = {1}, ms[] = {1};
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, from, to, ms, ms, NULL, &n), 0);
    CHECK_INT(maille_network_save(ctx, n, path, "k"), 0);
    CHECK_INT(maille_matrix_load(ctx, path, "k", &back), MAILLE_REFUSED);
    maille_network_free(n);
    /* the rest is the cache file's: see the graph file's test */
    CHECK_INT(truncate(path, 100), 0);
    CHECK_INT(maille_matrix_load(ctx, path, "k", &back), MAILLE_REFUSED);
}

TEST(estimates_are_distance_times_detour_over_speed) {
    enum { A = 600, B = 90 };
    static maille_xy from[A], to[B];
    for (int turn = 0; turn < 6; turn++) {
        for (uint32_t i = 0; i < A; i++)
            from[i] = (maille_xy){draw(50000), draw(50000)};
        for (uint32_t i = 0; i < B; i++)
            to[i] = draw(10) ? (maille_xy){draw(50000), draw(50000)} : from[draw(A)];
        to[3] = (maille_xy){NAN, NAN};
        uint32_t limit = turn == 5 ? UINT32_MAX - 1 : draw(2400000), ms[A], which[A];
        maille_matrix *m;
        CHECK_INT(maille_times_estimated(ctx, from, A, to, B, 1.3, 50, limit, &m), 0);
        CHECK_INT(maille_nearest_estimated(ctx, from, A, to, B, 1.3, 50, ms, which), 0);
        for (uint32_t i = 0; i < A; i++) {
            uint64_t at = m->start[i];
            double best = INFINITY;
            uint32_t nearest = UINT32_MAX;
            for (uint32_t k = 0; k < B; k++) {
                double t =
                    round(hypot(from[i].x - to[k].x, from[i].y - to[k].y) * (1.3 * 3600.0 / 50.0));
                if (t < best) {
                    best = t;
                    nearest = k;
                }
                if (!(t <= limit))
                    continue;
                CHECK(at < m->start[i + 1] && m->column[at] == k && m->ms[at] == (uint32_t)t);
                at++;
            }
            CHECK_INT(at, m->start[i + 1]);
            CHECK_INT(ms[i], (uint32_t)best);
            CHECK_INT(which[i], nearest);
        }
        maille_matrix_free(m);
    }
    maille_matrix *m;
    uint32_t ms[1], which[1];
    CHECK_INT(maille_times_estimated(ctx, from, 1, to, 1, 1.3, 0, 5, &m), MAILLE_USAGE);
    CHECK_INT(maille_nearest_estimated(ctx, from, 1, to, 0, 1.3, 50, ms, which), 0);
    CHECK_INT(ms[0], MAILLE_UNREACHED);
    CHECK_INT(which[0], UINT32_MAX);
}

int main(void) {
    static const test_case cases[] = {CASE(columns_become_rows), CASE(the_nearest_columns_stay),
                                      CASE(the_matrix_file_keeps_all_or_says_no),
                                      CASE(estimates_are_distance_times_detour_over_speed)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
