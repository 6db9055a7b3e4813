/* Searches on random small graphs against Floyd–Warshall on a graph in which every stop is a node
 * of its own: each edge is cut where stops stand on it. Exact to the millisecond. */
#include <maille/memory.h>
#include <maille/travel.h>

#include "harness.h"

static uint32_t seed = 4711;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

enum { NODES = 9, EDGES = 14, STOPS = 12, ALL = NODES + 2 * STOPS };

/* One random world and all its times by the plain way. */
typedef struct {
    maille_network *network;
    maille_stop stops[STOPS];
    uint32_t leave[STOPS], arrive[STOPS]; /* points of each stop in `ms`; ALL = nowhere */
    uint64_t ms[ALL][ALL];                /* UINT64_MAX / 4 = no way */
} world;

#define NO_WAY (UINT64_MAX / 4)

static void lower(world *w, uint32_t a, uint32_t b, uint64_t ms) {
    if (ms < w->ms[a][b])
        w->ms[a][b] = ms;
}

/* How far from the start of edge e stop s stands, or -1 when it does not stand there. */
static double share_on(const world *w, uint32_t s, uint32_t e) {
    const maille_network *n = w->network;
    const maille_snap *snap = &w->stops[s].snap;
    if (w->leave[s] < NODES || snap->edge == UINT32_MAX)
        return -1;
    if (n->edge_from[snap->edge] == n->edge_from[e] && n->edge_to[snap->edge] == n->edge_to[e])
        return snap->fraction;
    if (n->edge_from[snap->edge] == n->edge_to[e] && n->edge_to[snap->edge] == n->edge_from[e])
        return 1 - snap->fraction;
    return -1;
}

/* A drive along edge e from one share of it to another, where the edge allows. */
static void drive(world *w, uint32_t e, uint32_t a, double from, uint32_t b, double to) {
    const maille_network *n = w->network;
    uint32_t ms = n->edge_ms[e], back = n->edge_back_ms[e];
    if (ms != MAILLE_NO_ARC && from <= to)
        lower(w, a, b, (uint64_t)(llround(to * ms) - llround(from * ms)));
    if (back != MAILLE_NO_ARC && from >= to)
        lower(w, a, b, (uint64_t)(llround((1 - to) * back) - llround((1 - from) * back)));
}

static void join_edge(world *w, uint32_t e) {
    uint32_t start = w->network->edge_from[e], end = w->network->edge_to[e];
    drive(w, e, start, 0, end, 1);
    drive(w, e, end, 1, start, 0);
    for (uint32_t s = 0; s < STOPS; s++) {
        double share = share_on(w, s, e);
        if (share < 0)
            continue;
        drive(w, e, start, 0, w->arrive[s], share);
        drive(w, e, end, 1, w->arrive[s], share);
        drive(w, e, w->leave[s], share, start, 0);
        drive(w, e, w->leave[s], share, end, 1);
        for (uint32_t t = 0; t < STOPS; t++)
            if (share_on(w, t, e) >= 0)
                drive(w, e, w->leave[s], share, w->arrive[t], share_on(w, t, e));
    }
}

static void make_world(maille_ctx *ctx, world *w) {
    uint32_t from[EDGES], to[EDGES], ms[EDGES], back[EDGES];
    maille_xy xy[NODES];
    for (uint32_t v = 0; v < NODES; v++)
        xy[v] = (maille_xy){draw(1000), draw(1000)};
    for (uint32_t e = 0; e < EDGES; e++) {
        from[e] = draw(NODES);
        to[e] = (from[e] + 1 + draw(NODES - 1)) % NODES;
        ms[e] = 1 + draw(draw(2) ? 10 : 100000);
        back[e] = draw(2) ? MAILLE_NO_ARC : draw(2) ? ms[e] : 1 + draw(1000);
        if (e && draw(4) == 0) { /* the other direction of the edge before */
            from[e] = to[e - 1];
            to[e] = from[e - 1];
        }
    }
    if (maille_network_from_edges(ctx, NODES, EDGES, from, to, ms, back, xy, &w->network))
        exit(1);
    for (uint32_t a = 0; a < ALL; a++)
        for (uint32_t b = 0; b < ALL; b++)
            w->ms[a][b] = a == b ? 0 : NO_WAY;
    for (uint32_t s = 0; s < STOPS; s++) {
        uint32_t kind = draw(8);
        w->leave[s] = NODES + s;
        w->arrive[s] = NODES + STOPS + s;
        if (kind == 0) {
            w->stops[s] = maille_stop_nowhere();
            w->leave[s] = w->arrive[s] = ALL;
        } else if (kind == 1) {
            w->leave[s] = w->arrive[s] = draw(NODES);
            w->stops[s] = maille_stop_at_node(w->leave[s]);
        } else {
            maille_snap snap = {.edge = draw(EDGES), .fraction = draw(1001) / 1000.0};
            if (kind == 2)
                snap.fraction = draw(2);
            if (kind == 3 && s && w->stops[s - 1].snap.edge != UINT32_MAX)
                snap.edge = w->stops[s - 1].snap.edge; /* two on one edge */
            w->stops[s] = maille_stop_at_snap(snap);
            if (snap.fraction <= 0)
                w->leave[s] = w->arrive[s] = w->network->edge_from[snap.edge];
            if (snap.fraction >= 1)
                w->leave[s] = w->arrive[s] = w->network->edge_to[snap.edge];
        }
    }
    for (uint32_t e = 0; e < EDGES; e++)
        join_edge(w, e);
    for (uint32_t k = 0; k < ALL; k++)
        for (uint32_t a = 0; a < ALL; a++)
            for (uint32_t b = 0; b < ALL; b++)
                lower(w, a, b, w->ms[a][k] + w->ms[k][b]);
}

static uint64_t truth(const world *w, uint32_t a, uint32_t b) {
    if (w->leave[a] == ALL || w->arrive[b] == ALL)
        return NO_WAY;
    return w->ms[w->leave[a]][w->arrive[b]];
}

static uint32_t as_ms(uint64_t truth_ms, uint32_t limit) {
    return truth_ms <= limit ? (uint32_t)truth_ms : MAILLE_UNREACHED;
}

static uint32_t matrix_ms(const maille_matrix *m, uint32_t row, uint32_t column) {
    uint32_t ms = MAILLE_UNREACHED;
    for (uint64_t i = m->start[row]; i < m->start[row + 1]; i++) {
        CHECK(i == m->start[row] || m->column[i - 1] < m->column[i]);
        if (m->column[i] == column)
            ms = m->ms[i];
    }
    return ms;
}

static uint32_t draw_limit(void) {
    static const uint32_t limits[] = {0, 10, 1000, 60000, 200000, UINT32_MAX - 1, UINT32_MAX};
    return limits[draw(7)];
}

TEST(times_are_those_of_floyd_and_warshall) {
    enum { ORIGINS = 5 };
    static world w;
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (int round = 0; round < 1500; round++) {
        make_world(ctx, &w);
        uint32_t limit = draw_limit(), bound = limit == UINT32_MAX ? UINT32_MAX - 1 : limit;
        maille_matrix *m;
        CHECK_INT(maille_times(ctx, w.network, w.stops, ORIGINS, w.stops + ORIGINS, STOPS - ORIGINS,
                               limit, &m),
                  0);
        for (uint32_t a = 0; a < ORIGINS; a++)
            for (uint32_t b = ORIGINS; b < STOPS; b++)
                CHECK_INT(matrix_ms(m, a, b - ORIGINS), as_ms(truth(&w, a, b), bound));
        maille_matrix_free(m);
        /* one array for both: everyone is at home */
        CHECK_INT(maille_times(ctx, w.network, w.stops, STOPS, w.stops, STOPS, limit, &m), 0);
        for (uint32_t a = 0; a < STOPS; a++)
            CHECK_INT(matrix_ms(m, a, a), 0);
        maille_matrix_free(m);
        maille_network_free(w.network);
    }
    maille_ctx_free(ctx);
}

TEST(the_nearest_is_the_least_time_and_the_lowest_number) {
    enum { ORIGINS = 6 };
    static world w;
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (int round = 0; round < 1500; round++) {
        make_world(ctx, &w);
        uint32_t limit = draw_limit(), bound = limit == UINT32_MAX ? UINT32_MAX - 1 : limit;
        uint32_t ms[ORIGINS], which[ORIGINS];
        CHECK_INT(maille_nearest(ctx, w.network, w.stops, ORIGINS, w.stops + ORIGINS,
                                 STOPS - ORIGINS, limit, ms, which),
                  0);
        for (uint32_t a = 0; a < ORIGINS; a++) {
            uint64_t best = NO_WAY;
            uint32_t nearest = UINT32_MAX;
            for (uint32_t b = ORIGINS; b < STOPS; b++)
                if (truth(&w, a, b) < best && truth(&w, a, b) <= bound) {
                    best = truth(&w, a, b);
                    nearest = b - ORIGINS;
                }
            CHECK_INT(ms[a], as_ms(best, bound));
            CHECK_INT(which[a], nearest);
        }
        maille_network_free(w.network);
    }
    maille_ctx_free(ctx);
}

TEST(nodes_know_their_nearest_stop_in_both_directions) {
    static world w;
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (int round = 0; round < 500; round++) {
        make_world(ctx, &w);
        uint32_t limit = draw_limit(), bound = limit == UINT32_MAX ? UINT32_MAX - 1 : limit;
        for (int direction = 0; direction < 2; direction++) {
            uint32_t ms[NODES], which[NODES];
            CHECK_INT(maille_nearest_nodes(ctx, w.network, w.stops, STOPS,
                                           direction ? MAILLE_FROM : MAILLE_TOWARDS, limit, ms,
                                           which),
                      0);
            for (uint32_t v = 0; v < NODES; v++) {
                uint64_t best = NO_WAY;
                uint32_t nearest = UINT32_MAX;
                for (uint32_t s = 0; s < STOPS; s++) {
                    if (w.leave[s] == ALL)
                        continue;
                    uint64_t t = direction ? w.ms[w.leave[s]][v] : w.ms[v][w.arrive[s]];
                    if (t < best && t <= bound) {
                        best = t;
                        nearest = s;
                    }
                }
                CHECK_INT(ms[v], as_ms(best, bound));
                CHECK_INT(which[v], nearest);
            }
        }
        maille_network_free(w.network);
    }
    maille_ctx_free(ctx);
}

TEST(a_stop_of_another_network_is_refused) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    uint32_t from[] = {0}, to[] = {1}, ms[] = {5}, out_ms[1], which[1];
    maille_network *n;
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, from, to, ms, ms, NULL, &n), 0);
    maille_stop good = maille_stop_at_node(1), bad = maille_stop_at_node(2);
    maille_stop off = maille_stop_at_snap((maille_snap){.edge = 1, .fraction = 0.5});
    maille_matrix *m;
    CHECK_INT(maille_nearest(ctx, n, &good, 1, &bad, 1, 9, out_ms, which), MAILLE_REFUSED);
    CHECK_INT(maille_times(ctx, n, &off, 1, &good, 1, 9, &m), MAILLE_REFUSED);
    CHECK(m == NULL);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(times_are_those_of_floyd_and_warshall),
          CASE(the_nearest_is_the_least_time_and_the_lowest_number),
          CASE(nodes_know_their_nearest_stop_in_both_directions),
          CASE(a_stop_of_another_network_is_refused))
