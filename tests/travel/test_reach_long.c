/* Corsica: searches on the hierarchy of the island's roads against plain Dijkstra, with points that
 * are snapped to roads. */
#include <math.h>
#include <time.h>

#include <maille/memory.h>
#include <maille/reach.h>

#include "harness.h"

enum { POINTS = 500, FACILITIES = 400, ORIGINS = 20 };

static uint32_t seed = 2024;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct {
    maille_ctx *ctx;
    maille_network *network;
    maille_hierarchy *hierarchy;
    maille_stop from[POINTS], to[POINTS];
} island;

static void snap_points(const island *c, const maille_snapper *snapper, maille_stop *stops) {
    maille_xy at[POINTS];
    maille_snap snaps[POINTS];
    for (uint32_t i = 0; i < POINTS; i++) {
        at[i] = c->network->node_xy[draw(c->network->node_count)];
        at[i].x += draw(600) - 300.0;
        at[i].y += draw(600) - 300.0;
    }
    CHECK_INT(maille_snap_points(c->ctx, snapper, at, NULL, POINTS, 5000, snaps), 0);
    for (uint32_t i = 0; i < POINTS; i++)
        stops[i] = i % 100 ? maille_stop_at_snap(snaps[i]) : maille_stop_nowhere();
}

static void setup(island *c) {
    maille_road_fields fields = {.directed = true,
                                 .from = "from_node",
                                 .to = "to_node",
                                 .length_m = "length_m",
                                 .speed_kmh = "speed_kmh"};
    maille_crs *crs;
    maille_network_report report;
    maille_snapper *snapper;
    if (maille_ctx_new(&c->ctx) || maille_crs_new(c->ctx, 2154, &crs) ||
        maille_network_read(c->ctx, test_real("corse/roads.gpkg"), &fields, crs, &c->network,
                            &report) ||
        maille_hierarchy_build(c->ctx, c->network, &c->hierarchy) ||
        maille_snapper_new(c->ctx, c->network, NULL, &snapper)) {
        fprintf(stderr, "%s\n", maille_message(c->ctx));
        exit(1);
    }
    snap_points(c, snapper, c->from);
    snap_points(c, snapper, c->to);
    c->to[7] = c->from[7]; /* some stand on one road */
    c->to[8] = c->from[9];
    c->to[8].snap.fraction = 0.5;
    maille_snapper_free(snapper);
    maille_crs_free(crs);
}

static void clear(island *c) {
    maille_hierarchy_free(c->hierarchy);
    maille_network_free(c->network);
    maille_ctx_free(c->ctx);
}

static bool same_matrix(const maille_matrix *a, const maille_matrix *b) {
    uint64_t count = a->start[a->rows];
    return memcmp(a->start, b->start, (a->rows + 1) * sizeof *a->start) == 0 &&
           memcmp(a->column, b->column, count * sizeof *a->column) == 0 &&
           memcmp(a->ms, b->ms, count * sizeof *a->ms) == 0;
}

static void check_k_nearest(const island *c, const maille_matrix *whole, uint32_t limit_ms) {
    for (uint32_t k = 1; k <= 100; k = 3 * k + 1) {
        maille_matrix *got, *want;
        CHECK_INT(maille_matrix_nearest(c->ctx, whole, k, &want), 0);
        CHECK_INT(maille_reach_k_nearest(c->ctx, c->network, c->hierarchy, c->from, POINTS, c->to,
                                         POINTS, k, limit_ms, &got),
                  0);
        CHECK(same_matrix(got, want));
        maille_matrix_free(got);
        maille_matrix_free(want);
    }
}

TEST(five_hundred_by_five_hundred_times_are_those_of_dijkstra) {
    island c;
    setup(&c);
    maille_matrix *want, *within, *got;
    uint32_t *table = maille_alloc((size_t)POINTS * POINTS, sizeof *table);
    double start = now();
    CHECK_INT(
        maille_times(c.ctx, c.network, c.from, POINTS, c.to, POINTS, MAILLE_UNREACHED - 1, &want),
        0);
    double plain = now() - start;
    CHECK(want->start[POINTS] > POINTS * POINTS / 2);
    CHECK_INT(maille_times(c.ctx, c.network, c.from, POINTS, c.to, POINTS, 3600000, &within), 0);
    for (unsigned jobs = 1; jobs <= 3; jobs += 2) {
        maille_ctx_set_jobs(c.ctx, jobs);
        start = now();
        CHECK_INT(
            maille_reach_table(c.ctx, c.network, c.hierarchy, c.from, POINTS, c.to, POINTS, table),
            0);
        fprintf(stderr, "  %u threads: table in %.4f s (Dijkstra %.3f s)\n", jobs, now() - start,
                plain);
        uint64_t at = 0, wrong = 0;
        for (uint32_t a = 0; a < POINTS; a++)
            for (uint32_t b = 0; b < POINTS; b++) {
                bool there = at < want->start[a + 1] && want->column[at] == b;
                wrong += table[a * POINTS + b] != (there ? want->ms[at] : MAILLE_UNREACHED);
                at += there;
            }
        CHECK_INT(wrong, 0);
        start = now();
        CHECK_INT(maille_reach_times(c.ctx, c.network, c.hierarchy, c.from, POINTS, c.to, POINTS,
                                     3600000, &got),
                  0);
        fprintf(stderr, "  %u threads: within an hour in %.4f s\n", jobs, now() - start);
        CHECK(same_matrix(got, within));
        maille_matrix_free(got);
        CHECK_INT(maille_reach_times(c.ctx, c.network, c.hierarchy, c.from, POINTS, c.to, POINTS,
                                     MAILLE_UNREACHED, &got),
                  0);
        CHECK(same_matrix(got, want));
        maille_matrix_free(got);
        check_k_nearest(&c, within, 3600000);
        check_k_nearest(&c, want, MAILLE_UNREACHED);
    }
    maille_matrix_free(want);
    maille_matrix_free(within);
    maille_free(table);
    clear(&c);
}

TEST(the_nearest_of_four_hundred_and_one_to_all_are_those_of_dijkstra) {
    island c;
    setup(&c);
    uint32_t nodes = c.network->node_count, reached = 0;
    uint32_t *ms = maille_alloc(nodes, 4 * sizeof *ms);
    uint32_t *which = ms + nodes, *want = ms + 2 * (size_t)nodes, *want_which = want + nodes;
    maille_reacher *reach;
    CHECK_INT(maille_reacher_new(c.ctx, c.network, c.hierarchy, &reach), 0);
    for (maille_direction d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++) {
        CHECK_INT(maille_nearest_nodes(c.ctx, c.network, c.to, FACILITIES, d, MAILLE_UNREACHED - 1,
                                       want, want_which),
                  0);
        CHECK_INT(maille_reach_nearest(c.ctx, reach, c.to, FACILITIES, NULL, d, ms, which), 0);
        CHECK(memcmp(ms, want, nodes * sizeof *ms) == 0);
        CHECK(memcmp(which, want_which, nodes * sizeof *ms) == 0);
        for (uint32_t i = 0; i < ORIGINS; i++) {
            maille_stop stop = i % 2 ? c.from[i] : maille_stop_at_node(draw(nodes));
            CHECK_INT(maille_nearest_nodes(c.ctx, c.network, &stop, 1, d, MAILLE_UNREACHED - 1,
                                           want, want_which),
                      0);
            CHECK_INT(maille_reach_all(c.ctx, reach, &stop, d, ms), 0);
            CHECK(memcmp(ms, want, nodes * sizeof *ms) == 0);
            for (uint32_t k = 0; d == MAILLE_FROM && k < 500; k++) {
                maille_stop to = maille_stop_at_node(draw(nodes));
                uint32_t one;
                CHECK_INT(maille_reach_one(c.ctx, reach, &stop, &to, &one), 0);
                CHECK_INT(one, want[to.node]);
                reached += one != MAILLE_UNREACHED;
            }
        }
    }
    CHECK(reached > ORIGINS * 500 / 2);
    maille_reacher_free(reach);
    maille_free(ms);
    clear(&c);
}

/* Whether a stop on a road lies within an area, or 2 where it lies within a millisecond of its end.
 */
static int lies_within(const island *c, const maille_area *area, const maille_stop *stop) {
    uint32_t edge = stop->snap.edge, back = c->network->edge_back_ms[edge];
    uint32_t ms = c->network->edge_ms[edge] < back ? c->network->edge_ms[edge] : back;
    double fraction = stop->snap.fraction, hair = 1.0 / ms;
    int within = 0;
    for (size_t i = 0; i < area->count; i++) {
        const maille_edge_part *p = &area->parts[i];
        if (p->edge == edge && (fabs(fraction - p->from) <= hair || fabs(fraction - p->to) <= hair))
            return 2;
        within |= p->edge == edge && p->from < fraction && fraction < p->to;
    }
    return within;
}

TEST(service_areas_hold_the_points_that_dijkstra_comes_to_in_time) {
    enum { LIMIT_MS = 1200000, CENTRES = 3, FIRST = 10 };
    island c;
    setup(&c);
    uint32_t nodes = c.network->node_count, told[2] = {0};
    uint32_t *ms = maille_alloc(nodes, sizeof *ms), best[POINTS];
    const maille_stop *centres = c.from + FIRST;
    maille_reacher *reach;
    CHECK_INT(maille_reacher_new(c.ctx, c.network, c.hierarchy, &reach), 0);
    for (maille_direction d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++) {
        maille_area area;
        maille_matrix *m;
        bool from = d == MAILLE_FROM;
        CHECK_INT(maille_reach_nearest(c.ctx, reach, centres, CENTRES, NULL, d, ms, NULL), 0);
        CHECK_INT(
            maille_service_area(c.ctx, c.network, ms, centres, CENTRES, NULL, d, LIMIT_MS, &area),
            0);
        CHECK_INT(maille_times(c.ctx, c.network, from ? centres : c.to, from ? CENTRES : POINTS,
                               from ? c.to : centres, from ? POINTS : CENTRES, LIMIT_MS, &m),
                  0);
        memset(best, 0, sizeof best);
        for (uint32_t row = 0; row < m->rows; row++)
            for (uint64_t i = m->start[row]; i < m->start[row + 1]; i++)
                best[from ? m->column[i] : row] = 1;
        for (uint32_t i = 0; i < POINTS; i++) {
            double fraction = c.to[i].snap.fraction;
            if (c.to[i].snap.edge == UINT32_MAX || fraction <= 0 || fraction >= 1)
                continue;
            int within = lies_within(&c, &area, &c.to[i]);
            if (within == 2)
                continue;
            CHECK_INT(within, best[i]);
            told[within]++;
        }
        maille_area_clear(&area);
        maille_matrix_free(m);
    }
    fprintf(stderr, "  %u points within, %u without\n", told[1], told[0]);
    CHECK(told[0] > 100 && told[1] > 50);
    maille_reacher_free(reach);
    maille_free(ms);
    clear(&c);
}

RUN_TESTS(CASE(five_hundred_by_five_hundred_times_are_those_of_dijkstra),
          CASE(the_nearest_of_four_hundred_and_one_to_all_are_those_of_dijkstra),
          CASE(service_areas_hold_the_points_that_dijkstra_comes_to_in_time))
