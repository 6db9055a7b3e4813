/* What a stop takes beside the road: searches of every kind against Floyd and Warshall on a graph
 * in which edges are cut where stops stand, points off the road are nodes and walks to the road
 * arcs. */
#include <maille/memory.h>
#include <maille/reach.h>

#include "harness.h"

enum {
    PLACES = 6,
    EDGES = 9,
    STOPS = 7,
    SPOT = PLACES,
    POINT = SPOT + STOPS,
    LEAF = POINT + STOPS
};
enum { ALL = LEAF + STOPS };
#define NO_WAY (UINT64_MAX / 4)

static uint32_t seed = 1207;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

typedef struct {
    maille_network *network;
    maille_hierarchy *hierarchy;
    maille_stop stops[STOPS];
    uint64_t ms[ALL][ALL];
} world;

static void join(world *w, uint32_t a, uint32_t b, uint64_t ms) {
    if (ms < w->ms[a][b])
        w->ms[a][b] = ms;
}

/* From one spot of an edge to another, each with its node; the shares are of the edge. */
static void join_spots(world *w, uint32_t edge, uint32_t a, double at_a, uint32_t b, double at_b) {
    uint32_t ms = w->network->edge_ms[edge], back = w->network->edge_back_ms[edge];
    if (ms != MAILLE_NO_ARC && at_a <= at_b)
        join(w, a, b, (uint64_t)(llround(at_b * ms) - llround(at_a * ms)));
    if (back != MAILLE_NO_ARC && at_a >= at_b)
        join(w, a, b, (uint64_t)(llround((1 - at_b) * back) - llround((1 - at_a) * back)));
}

static void join_edge(world *w, uint32_t edge) {
    uint32_t at[STOPS + 2] = {w->network->edge_from[edge], w->network->edge_to[edge]}, count = 2;
    double share[STOPS + 2] = {0, 1};
    for (uint32_t s = 0; s < STOPS; s++)
        if (w->stops[s].snap.edge == edge) {
            share[count] = w->stops[s].snap.fraction;
            at[count++] = SPOT + s;
        }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < count; k++)
            join_spots(w, edge, at[i], share[i], at[k], share[k]);
}

/* Stops that are one point share its node; the leaf of each is what it needs to be ready away. */
static void join_stop(world *w, uint32_t s) {
    const maille_stop *me = &w->stops[s];
    uint32_t point = s;
    for (uint32_t t = 0; t < s && point == s && me->snap.edge != UINT32_MAX; t++)
        if (w->stops[t].snap.edge == me->snap.edge &&
            w->stops[t].snap.fraction == me->snap.fraction &&
            w->stops[t].access_ms == me->access_ms)
            point = t;
    uint32_t road = me->snap.edge != UINT32_MAX ? SPOT + s : me->node;
    if (road == UINT32_MAX)
        return;
    join(w, POINT + point, road, me->access_ms);
    join(w, road, POINT + point, me->access_ms);
    join(w, LEAF + s, POINT + point, me->ready_ms);
    join(w, POINT + point, LEAF + s, me->ready_ms);
}

static void draw_stop(world *w, uint32_t s, uint32_t most) {
    uint32_t kind = draw(9);
    maille_snap snap = {.edge = draw(EDGES), .fraction = draw(11) / 10.0};
    w->stops[s] = kind == 0   ? maille_stop_nowhere()
                  : kind == 1 ? maille_stop_at_node(draw(PLACES))
                              : maille_stop_at_snap(snap);
    if (kind < 5)
        w->stops[s].access_ms = draw(most);
    if (kind > 6)
        w->stops[s].ready_ms = draw(most);
    if (s && kind == 5) /* a neighbour, or the same point */
        w->stops[s] = w->stops[s - 1];
    if (s && kind == 6)
        w->stops[s].access_ms = w->stops[s - 1].access_ms;
}

/* Roads between different places, so that no two are drawn at one place. */
static void draw_roads(uint32_t *from, uint32_t *to) {
    uint32_t pairs[PLACES * (PLACES - 1) / 2][2], count = 0;
    for (uint32_t a = 0; a < PLACES; a++)
        for (uint32_t b = a + 1; b < PLACES; b++, count++) {
            pairs[count][0] = draw(2) ? a : b;
            pairs[count][1] = a + b - pairs[count][0];
        }
    for (uint32_t e = 0; e < EDGES; e++) {
        uint32_t chosen = draw(count--);
        from[e] = pairs[chosen][0];
        to[e] = pairs[chosen][1];
        memcpy(pairs[chosen], pairs[count], sizeof pairs[chosen]);
    }
}

static void make_world(maille_ctx *ctx, world *w, bool huge) {
    uint32_t from[EDGES], to[EDGES], ms[EDGES], back[EDGES], most = huge ? 1u << 31 : 500;
    maille_xy xy[PLACES];
    for (uint32_t v = 0; v < PLACES; v++)
        xy[v] = (maille_xy){draw(1000), draw(1000)};
    draw_roads(from, to);
    for (uint32_t e = 0; e < EDGES; e++) {
        ms[e] = 1 + draw(most);
        back[e] = draw(3) ? 1 + draw(most) : MAILLE_NO_ARC;
    }
    CHECK_INT(maille_network_from_edges(ctx, PLACES, EDGES, from, to, ms, back, xy, &w->network),
              0);
    CHECK_INT(maille_hierarchy_build(ctx, w->network, &w->hierarchy), 0);
    for (uint32_t s = 0; s < STOPS; s++)
        draw_stop(w, s, huge ? UINT32_MAX : most);
    for (uint32_t a = 0; a < ALL; a++)
        for (uint32_t b = 0; b < ALL; b++)
            w->ms[a][b] = a == b ? 0 : NO_WAY;
    for (uint32_t e = 0; e < EDGES; e++)
        join_edge(w, e);
    for (uint32_t s = 0; s < STOPS; s++)
        join_stop(w, s);
    for (uint32_t k = 0; k < ALL; k++)
        for (uint32_t a = 0; a < ALL; a++)
            for (uint32_t b = 0; b < ALL; b++)
                join(w, a, b, w->ms[a][k] + w->ms[k][b]);
}

static void free_world(world *w) {
    maille_hierarchy_free(w->hierarchy);
    maille_network_free(w->network);
}

/* Time from stop a to stop b, MAILLE_UNREACHED beyond the limit. */
static uint32_t truth(const world *w, uint32_t a, uint32_t b, uint32_t limit) {
    uint64_t ms = w->ms[LEAF + a][LEAF + b];
    return ms <= limit && ms < MAILLE_UNREACHED ? (uint32_t)ms : MAILLE_UNREACHED;
}

static void check_matrix(const world *w, const maille_matrix *m, uint32_t limit) {
    uint32_t got[STOPS * STOPS];
    memset(got, 0xFF, sizeof got);
    for (uint32_t row = 0; row < m->rows; row++)
        for (uint64_t i = m->start[row]; i < m->start[row + 1]; i++)
            got[row * STOPS + m->column[i]] = m->ms[i];
    for (uint32_t a = 0; a < STOPS; a++)
        for (uint32_t b = 0; b < STOPS; b++)
            CHECK_INT(got[a * STOPS + b], truth(w, a, b, limit));
}

/* Each stop but the first few is one to come to (or from). */
static void check_nearest(maille_ctx *ctx, const world *w, maille_direction direction,
                          uint32_t limit) {
    enum { ORIGINS = 3 };
    uint32_t ms[ORIGINS], which[ORIGINS];
    CHECK_INT(maille_nearest_directed(ctx, w->network, w->stops, ORIGINS, w->stops + ORIGINS,
                                      STOPS - ORIGINS, direction, limit, ms, which),
              0);
    for (uint32_t a = 0; a < ORIGINS; a++) {
        uint32_t best = MAILLE_UNREACHED, nearest = UINT32_MAX;
        for (uint32_t b = ORIGINS; b < STOPS; b++) {
            uint32_t here =
                direction == MAILLE_TOWARDS ? truth(w, a, b, limit) : truth(w, b, a, limit);
            if (here < best) {
                best = here;
                nearest = b - ORIGINS;
            }
        }
        CHECK_INT(ms[a], best);
        CHECK_INT(which[a], nearest);
    }
}

/* Times of places from a stop and to it, and from the nearest of all. */
static void check_places(maille_ctx *ctx, const world *w, maille_reacher *reach,
                         maille_direction direction) {
    uint32_t best[PLACES], ms[PLACES], swept[PLACES], which[PLACES];
    bool from = direction == MAILLE_FROM;
    memset(best, 0xFF, sizeof best);
    for (uint32_t s = 0; s < STOPS; s++) {
        CHECK_INT(maille_nearest_nodes(ctx, w->network, &w->stops[s], 1, direction, UINT32_MAX - 1,
                                       ms, which),
                  0);
        CHECK_INT(maille_reach_all(ctx, reach, &w->stops[s], direction, swept), 0);
        for (uint32_t v = 0; v < PLACES; v++) {
            uint64_t want = from ? w->ms[LEAF + s][v] : w->ms[v][LEAF + s];
            want = want < MAILLE_UNREACHED ? want : MAILLE_UNREACHED;
            CHECK_INT(ms[v], want);
            CHECK_INT(swept[v], want);
            best[v] = want < best[v] ? (uint32_t)want : best[v];
        }
    }
    CHECK_INT(maille_reach_nearest(ctx, reach, w->stops, STOPS, NULL, direction, ms, which), 0);
    CHECK(memcmp(ms, best, sizeof best) == 0);
}

static void check_world(maille_ctx *ctx, const world *w) {
    const uint32_t limits[] = {0, 300, 1500, 1u << 30, UINT32_MAX};
    uint32_t limit = limits[draw(5)], table[STOPS * STOPS];
    maille_matrix *m;
    maille_reacher *reach;
    maille_stop other[STOPS]; /* not the same array: a stop may come to itself by the road only */
    memcpy(other, w->stops, sizeof other);
    CHECK_INT(maille_times(ctx, w->network, w->stops, STOPS, w->stops, STOPS, limit, &m), 0);
    check_matrix(w, m, limit);
    maille_matrix_free(m);
    CHECK_INT(maille_reach_times(ctx, w->network, w->hierarchy, w->stops, STOPS, w->stops, STOPS,
                                 limit, &m),
              0);
    check_matrix(w, m, limit);
    maille_matrix_free(m);
    CHECK_INT(
        maille_reach_table(ctx, w->network, w->hierarchy, w->stops, STOPS, other, STOPS, table), 0);
    CHECK_INT(maille_reacher_new(ctx, w->network, w->hierarchy, &reach), 0);
    for (uint32_t a = 0; a < STOPS; a++)
        for (uint32_t b = 0; b < STOPS; b++) {
            uint32_t ms;
            CHECK_INT(maille_reach_one(ctx, reach, &w->stops[a], &w->stops[b], &ms), 0);
            CHECK_INT(ms, truth(w, a, b, UINT32_MAX));
            if (a != b)
                CHECK_INT(table[a * STOPS + b], ms);
        }
    for (maille_direction d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++) {
        check_nearest(ctx, w, d, limit);
        check_places(ctx, w, reach, d);
    }
    maille_reacher_free(reach);
}

TEST(every_search_adds_what_stops_take_beside_the_road) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (uint32_t round = 0; round < 600; round++) {
        static world w;
        make_world(ctx, &w, round % 4 == 3);
        check_world(ctx, &w);
        free_world(&w);
    }
    maille_ctx_free(ctx);
}

TEST(a_walk_is_the_distance_at_the_speed_on_foot) {
    maille_snap snap = {.edge = 3, .fraction = 0.5, .distance_m = 750};
    CHECK_INT(maille_stop_on_foot(snap, 4.5).access_ms, 600000);
    CHECK_INT(maille_stop_on_foot(snap, 0).access_ms, 0);
    snap.distance_m = 1e9; /* weeks: more than a time can be, but no less than it */
    CHECK_INT(maille_stop_on_foot(snap, 0.1).access_ms, MAILLE_UNREACHED - 1);
    snap.edge = UINT32_MAX;
    snap.distance_m = NAN;
    CHECK_INT(maille_stop_on_foot(snap, 4.5).access_ms, 0);
    CHECK_INT(maille_stop_on_foot(snap, 4.5).snap.edge, UINT32_MAX);
}

TEST(people_at_home_need_not_come_to_the_road) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    const uint32_t from = 0, to = 1, ms = 1000;
    maille_network *n;
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, &from, &to, &ms, &ms, NULL, &n), 0);
    maille_stop home = maille_stop_at_snap((maille_snap){.edge = 0, .fraction = 0.4});
    home.access_ms = 90000;
    maille_stop surgery = home, across = home;
    across.access_ms = 1;
    surgery.ready_ms = 7;
    uint32_t time, which;
    CHECK_INT(maille_nearest(ctx, n, &home, 1, &surgery, 1, UINT32_MAX, &time, &which), 0);
    CHECK_INT(time, 7);
    CHECK_INT(maille_nearest(ctx, n, &home, 1, &across, 1, UINT32_MAX, &time, &which), 0);
    CHECK_INT(time, 90001);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(every_search_adds_what_stops_take_beside_the_road),
          CASE(a_walk_is_the_distance_at_the_speed_on_foot),
          CASE(people_at_home_need_not_come_to_the_road))
