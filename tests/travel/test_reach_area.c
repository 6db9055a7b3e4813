/* Service areas: places all along the roads of random graphs, each asked for its own time by plain
 * searches, and areas worked out by hand. */
#include <math.h>

#include <maille/memory.h>
#include <maille/reach.h>

#include "harness.h"
#include "network/turns.h"

enum { NODES = 12, EDGES = 20, STOPS = 5, PLACES = 15 /* on each edge */ };

static maille_ctx *ctx;
static uint32_t seed = 4711;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

static maille_stop on_edge(uint32_t edge, double fraction) {
    return maille_stop_at_snap((maille_snap){.edge = edge, .fraction = fraction});
}

/* Roads between few nodes: some are drawn at one place. */
static maille_network *draw_network(uint32_t longest) {
    uint32_t from[EDGES], to[EDGES], ms[EDGES], back[EDGES];
    maille_xy xy[NODES];
    maille_network *n;
    for (uint32_t v = 0; v < NODES; v++)
        xy[v] = (maille_xy){draw(1000), draw(1000)};
    for (uint32_t e = 0; e < EDGES; e++) {
        from[e] = draw(NODES);
        to[e] = (from[e] + 1 + draw(NODES - 1)) % NODES;
        if (e && draw(3) == 0) {
            from[e] = to[e - 1];
            to[e] = from[e - 1];
        }
        ms[e] = draw(5) ? 1 + draw(longest) : MAILLE_NO_ARC;
        back[e] = draw(2) ? 1 + draw(longest) : MAILLE_NO_ARC;
    }
    CHECK_INT(maille_network_from_edges(ctx, NODES, EDGES, from, to, ms, back, xy, &n), 0);
    return n;
}

static void draw_stops(maille_stop *stops, uint32_t *start_ms, uint32_t longest) {
    for (uint32_t s = 0; s < STOPS; s++) {
        stops[s] =
            draw(4) ? on_edge(draw(EDGES), draw(11) / 10.0) : maille_stop_at_node(draw(NODES));
        if (s && draw(4) == 0)
            stops[s] = on_edge(stops[s - 1].snap.edge, draw(11) / 10.0);
        if (draw(9) == 0)
            stops[s] = maille_stop_nowhere();
        stops[s].access_ms = draw(2) * draw(longest);
        stops[s].ready_ms = draw(2) * draw(longest);
        start_ms[s] = draw(2) * draw(longest);
    }
}

/* The share of an edge that half a millisecond is, on any edge drawn there. */
static double half_ms(const maille_network *n, uint32_t edge) {
    uint32_t least = UINT32_MAX, e = edge;
    do {
        least = n->edge_ms[e] < least ? n->edge_ms[e] : least;
        least = n->edge_back_ms[e] < least ? n->edge_back_ms[e] : least;
        e = n->edge_twin[e];
    } while (e != edge);
    return 0.51 / least;
}

/* 1 within a part, 0 outside, -1 too near to an end or a stop to tell. */
static int lies_within(const maille_network *n, const maille_stop *stops, const maille_area *area,
                       uint32_t edge, double fraction) {
    int within = 0;
    for (uint32_t s = 0; s < STOPS; s++)
        if (fabs(fraction - stops[s].snap.fraction) <= half_ms(n, edge) ||
            fabs(1 - fraction - stops[s].snap.fraction) <= half_ms(n, edge))
            return -1;
    if (fmin(fraction, 1 - fraction) <= half_ms(n, edge))
        return -1;
    for (size_t i = 0; i < area->count; i++) {
        const maille_edge_part *p = &area->parts[i];
        if (p->edge != edge)
            continue;
        if ((p->from > 0 && fabs(fraction - p->from) <= half_ms(n, edge)) ||
            (p->to < 1 && fabs(fraction - p->to) <= half_ms(n, edge)))
            return -1;
        within |= fraction > p->from && fraction < p->to;
    }
    return within;
}

/* By edge and along it, apart from each other. */
static void check_order(const maille_area *area) {
    for (size_t i = 0; i < area->count; i++) {
        const maille_edge_part *p = &area->parts[i];
        CHECK(p->from >= 0 && p->from < p->to && p->to <= 1);
        if (i)
            CHECK(p[-1].edge < p->edge || (p[-1].edge == p->edge && p[-1].to < p->from));
    }
}

static uint32_t told[2]; /* places outside and within */

/* Places on the roads, whose times are the nearest stop's by plain searches. */
static void check_area(const maille_network *n, const maille_stop *stops, const uint32_t *start_ms,
                       maille_direction direction, uint32_t limit, const maille_area *area) {
    static maille_stop places[EDGES * PLACES];
    uint32_t count = n->edge_count * PLACES, best[EDGES * PLACES];
    maille_matrix *m;
    memset(best, 0xFF, sizeof best);
    for (uint32_t i = 0; i < count; i++)
        places[i] = on_edge(i / PLACES, (i % PLACES + 1.0) / (PLACES + 2.7));
    bool from = direction == MAILLE_FROM;
    CHECK_INT(maille_times(ctx, n, from ? stops : places, from ? STOPS : count,
                           from ? places : stops, from ? count : STOPS, MAILLE_UNREACHED, &m),
              0);
    for (uint32_t row = 0; row < m->rows; row++)
        for (uint64_t i = m->start[row]; i < m->start[row + 1]; i++) {
            uint32_t place = from ? m->column[i] : row, stop = from ? row : m->column[i];
            uint32_t ms = m->ms[i] + (start_ms ? start_ms[stop] : 0);
            best[place] = ms < best[place] ? ms : best[place];
        }
    maille_matrix_free(m);
    for (uint32_t i = 0; i < count; i++) {
        int within = lies_within(n, stops, area, i / PLACES, places[i].snap.fraction);
        if (within < 0)
            continue;
        CHECK_INT(within, best[i] <= limit);
        told[within]++;
    }
}

TEST(a_place_lies_within_where_a_stop_there_would) {
    for (uint32_t round = 0; round < 150; round++) {
        uint32_t longest = round % 2 ? 20 : 100000;
        maille_network *n = draw_network(longest);
        maille_hierarchy *h;
        maille_reacher *reach;
        maille_stop stops[STOPS];
        uint32_t start[STOPS], ms[NODES], limits[] = {0, longest / 3, longest, 3 * longest};
        const uint32_t *start_ms = draw(2) ? start : NULL;
        draw_stops(stops, start, longest);
        CHECK_INT(maille_hierarchy_build(ctx, n, &h), 0);
        CHECK_INT(maille_reacher_new(ctx, n, h, &reach), 0);
        for (int d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++) {
            maille_direction direction = (maille_direction)d;
            CHECK_INT(maille_reach_nearest(ctx, reach, stops, STOPS, start_ms, direction, ms, NULL),
                      0);
            for (uint32_t i = 0; i < 4; i++) {
                maille_area area;
                CHECK_INT(maille_service_area(ctx, n, ms, stops, STOPS, start_ms, direction,
                                              limits[i], &area),
                          0);
                check_order(&area);
                check_area(n, stops, start_ms, direction, limits[i], &area);
                maille_area_clear(&area);
            }
        }
        maille_reacher_free(reach);
        maille_hierarchy_free(h);
        maille_network_free(n);
    }
    CHECK(told[0] > 50000 && told[1] > 50000);
}

/* The area of one stop, at most four parts. */
static size_t area_of(const maille_network *n, maille_stop stop, maille_direction direction,
                      uint32_t limit, maille_edge_part parts[4]) {
    uint32_t ms[16], which[16];
    maille_area area;
    CHECK_INT(maille_nearest_nodes(ctx, n, &stop, 1, direction, limit, ms, which), 0);
    CHECK_INT(maille_service_area(ctx, n, ms, &stop, 1, NULL, direction, limit, &area), 0);
    for (size_t i = 0; i < area.count && i < 4; i++)
        parts[i] = area.parts[i];
    size_t count = area.count;
    maille_area_clear(&area);
    return count;
}

static bool is_part(maille_edge_part p, uint32_t edge, double from, double to) {
    return p.edge == edge && fabs(p.from - from) < 1e-9 && fabs(p.to - to) < 1e-9;
}

TEST(parts_are_as_far_as_one_comes) {
    /* 0 ═1000═ 1 ─2000→ 2, slower back on the first */
    const uint32_t from[] = {0, 1}, to[] = {1, 2}, ms[] = {1000, 2000},
                   back[] = {4000, MAILLE_NO_ARC};
    maille_network *n;
    maille_edge_part p[4];
    CHECK_INT(maille_network_from_edges(ctx, 3, 2, from, to, ms, back, NULL, &n), 0);
    /* in the middle of a road, to neither end */
    CHECK_INT(area_of(n, on_edge(0, 0.5), MAILLE_FROM, 400, p), 1);
    CHECK(is_part(p[0], 0, 0.4, 0.9));
    CHECK_INT(area_of(n, on_edge(0, 0.5), MAILLE_TOWARDS, 400, p), 1);
    CHECK(is_part(p[0], 0, 0.1, 0.6));
    /* the limit belongs to the area; what it does not pass is no part */
    CHECK_INT(area_of(n, on_edge(0, 0.5), MAILLE_FROM, 500, p), 1);
    CHECK(is_part(p[0], 0, 0.375, 1));
    CHECK_INT(area_of(n, on_edge(0, 0.5), MAILLE_FROM, 501, p), 2);
    CHECK(is_part(p[1], 1, 0, 1.0 / 2000));
    CHECK_INT(area_of(n, maille_stop_at_node(1), MAILLE_FROM, 0, p), 0);
    CHECK_INT(area_of(n, maille_stop_at_node(1), MAILLE_FROM, 2000, p), 2);
    CHECK(is_part(p[0], 0, 0.5, 1) && is_part(p[1], 1, 0, 1));
    CHECK_INT(area_of(n, maille_stop_at_node(1), MAILLE_TOWARDS, 250, p), 1);
    CHECK(is_part(p[0], 0, 0.75, 1));
    /* nobody drives against a one-way road */
    CHECK_INT(area_of(n, on_edge(1, 0.5), MAILLE_FROM, 9000, p), 1);
    CHECK(is_part(p[0], 1, 0.5, 1));
    CHECK_INT(area_of(n, maille_stop_nowhere(), MAILLE_FROM, 9000, p), 0);
    maille_network_free(n);
}

TEST(forbidden_turns_bound_an_area) {
    /* 0 → 1 → 2, but nobody may go straight on at 1 */
    const uint32_t from[] = {0, 1}, to[] = {1, 2}, ms[] = {1000, 1000};
    const uint32_t back[] = {MAILLE_NO_ARC, MAILLE_NO_ARC};
    maille_network *n;
    maille_edge_part p[4];
    network_turns turns = {0};
    network_restriction straight_on = {.count = 2};
    CHECK_INT(maille_network_from_edges(ctx, 3, 2, from, to, ms, back, NULL, &n), 0);
    CHECK_INT(area_of(n, maille_stop_at_node(0), MAILLE_FROM, 1500, p), 2);
    CHECK(is_part(p[0], 0, 0, 1) && is_part(p[1], 1, 0, 0.5));
    CHECK(MAILLE_VEC_PUSH(&turns.restrictions, straight_on));
    CHECK(MAILLE_VEC_PUSH(&turns.steps, 0) && MAILLE_VEC_PUSH(&turns.steps, 2));
    CHECK_INT(network_apply_turns(ctx, n, &turns), 0);
    CHECK_INT(area_of(n, maille_stop_at_node(0), MAILLE_FROM, 1500, p), 1);
    CHECK(is_part(p[0], 0, 0, 1));
    CHECK_INT(area_of(n, maille_stop_at_node(2), MAILLE_TOWARDS, 1500, p), 1);
    CHECK(is_part(p[0], 1, 0, 1));
    CHECK_INT(area_of(n, maille_stop_at_node(1), MAILLE_TOWARDS, 500, p), 1);
    CHECK(is_part(p[0], 0, 0.5, 1));
    network_turns_clear(&turns);
    maille_network_free(n);
}

TEST(what_cannot_be_told_is_refused) {
    const uint32_t from = 0, to = 1, ms = 1000;
    uint32_t node_ms[2] = {0, 1000};
    maille_network *n;
    maille_area area;
    maille_stop stops[2] = {maille_stop_at_node(0), on_edge(1, 0.5)};
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, &from, &to, &ms, &ms, NULL, &n), 0);
    CHECK_INT(maille_service_area(ctx, n, node_ms, stops, 2, NULL, MAILLE_FROM, 9, &area),
              MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx), "stop 1 was on no edge or node of the network");
    CHECK(area.count == 0 && area.parts == NULL);
    maille_status status;
    uint64_t fail_at = 0;
    do {
        maille_memory_fail_at(++fail_at);
        status = maille_service_area(ctx, n, node_ms, stops, 1, NULL, MAILLE_FROM, 9, &area);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || status == MAILLE_NO_MEMORY);
    } while (status && fail_at < 9);
    CHECK(fail_at == 3 && area.count == 1);
    maille_area_clear(&area);
    maille_network_free(n);
}

int main(void) {
    static const test_case cases[] = {
        CASE(a_place_lies_within_where_a_stop_there_would), CASE(parts_are_as_far_as_one_comes),
        CASE(forbidden_turns_bound_an_area), CASE(what_cannot_be_told_is_refused)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
