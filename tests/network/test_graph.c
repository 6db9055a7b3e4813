/* The road graph: arcs, parallels, loops, components, twins, against definitions written plainly.
 */
#include <maille/memory.h>
#include <maille/network.h>

#include "harness.h"

static uint32_t seed = 12345;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

static maille_ctx *new_ctx(void) {
    maille_ctx *ctx;
    if (maille_ctx_new(&ctx) != MAILLE_OK)
        exit(1);
    return ctx;
}

TEST(weight_rounds_to_the_millisecond) {
    CHECK_INT(maille_arc_ms(1000, 3600), 1000);
    CHECK_INT(maille_arc_ms(100, 50), 7200);
    CHECK_INT(maille_arc_ms(0, 50), 1);
    CHECK_INT(maille_arc_ms(1, 90), 40);
    CHECK_INT(maille_arc_ms(0.0126, 90), 1); /* 0.504 */
    CHECK_INT(maille_arc_ms(1e30, 1), UINT32_MAX - 1);
}

enum { NODES = 12, EDGES = 40 };

/* Least weight u → v by the edges as given; UINT32_MAX = none. */
static uint32_t least(const uint32_t *from, const uint32_t *to, const uint32_t *ms,
                      const uint32_t *back, uint32_t u, uint32_t v) {
    uint32_t best = UINT32_MAX;
    for (uint32_t e = 0; e < EDGES; e++) {
        if (from[e] == u && to[e] == v && u != v && ms[e] < best)
            best = ms[e];
        if (from[e] == v && to[e] == u && u != v && back[e] < best)
            best = back[e];
    }
    return best;
}

static uint32_t found(const uint32_t *first, const uint32_t *other, const uint32_t *ms, uint32_t u,
                      uint32_t v) {
    uint32_t weight = UINT32_MAX;
    for (uint32_t a = first[u]; a < first[u + 1]; a++) {
        CHECK(a == first[u] || other[a - 1] < other[a]); /* sorted, no parallels */
        if (other[a] == v)
            weight = ms[a];
    }
    return weight;
}

TEST(arcs_are_the_least_of_parallels_both_ways_round) {
    maille_ctx *ctx = new_ctx();
    for (int round = 0; round < 200; round++) {
        uint32_t from[EDGES], to[EDGES], ms[EDGES], back[EDGES], loops = 0;
        for (uint32_t e = 0; e < EDGES; e++) {
            from[e] = draw(NODES);
            to[e] = draw(NODES);
            ms[e] = draw(4) ? 1 + draw(9) : MAILLE_NO_ARC;
            back[e] = draw(2) ? 1 + draw(9) : MAILLE_NO_ARC;
            loops += from[e] == to[e];
        }
        maille_network *n;
        CHECK_INT(maille_network_from_edges(ctx, NODES, EDGES, from, to, ms, back, NULL, &n), 0);
        CHECK_INT(n->edge_count, EDGES - loops);
        bool reach[NODES][NODES];
        for (uint32_t u = 0; u < NODES; u++)
            for (uint32_t v = 0; v < NODES; v++) {
                uint32_t want = least(from, to, ms, back, u, v);
                CHECK_INT(found(n->first_out, n->head, n->out_ms, u, v), want);
                CHECK_INT(found(n->first_in, n->tail, n->in_ms, v, u), want);
                reach[u][v] = u == v || want != UINT32_MAX;
            }
        /* components by transitive closure */
        for (uint32_t k = 0; k < NODES; k++)
            for (uint32_t u = 0; u < NODES; u++)
                for (uint32_t v = 0; v < NODES; v++)
                    reach[u][v] = reach[u][v] || (reach[u][k] && reach[k][v]);
        uint32_t next = 0;
        for (uint32_t u = 0; u < NODES; u++) {
            uint32_t first = u;
            for (uint32_t v = 0; v < NODES; v++) {
                bool same = reach[u][v] && reach[v][u];
                CHECK(same == (n->component[u] == n->component[v]));
                if (same && v < first)
                    first = v;
            }
            if (first == u) /* numbered by first node */
                CHECK_INT(n->component[u], next++);
        }
        CHECK_INT(n->component_count, next);
        maille_network_free(n);
    }
    maille_ctx_free(ctx);
}

TEST(a_chain_of_a_million_nodes_does_not_end_the_program) {
    enum { LONG = 1000000 };
    maille_ctx *ctx = new_ctx();
    uint32_t *from = maille_alloc(LONG, 4), *to = maille_alloc(LONG, 4),
             *ms = maille_alloc(LONG, 4);
    uint32_t *back = maille_alloc(LONG, 4);
    for (uint32_t i = 0; i < LONG; i++) {
        from[i] = i;
        to[i] = (i + 1) % LONG;
        ms[i] = 1;
        back[i] = MAILLE_NO_ARC;
    }
    maille_network *n;
    CHECK_INT(maille_network_from_edges(ctx, LONG, LONG, from, to, ms, back, NULL, &n), 0);
    CHECK_INT(n->component_count, 1);
    maille_network_free(n);
    CHECK_INT(maille_network_from_edges(ctx, LONG, LONG - 1, from, to, ms, back, NULL, &n), 0);
    CHECK_INT(n->component_count, LONG);
    CHECK_INT(n->component[LONG - 1], LONG - 1);
    maille_network_free(n);
    maille_free(from);
    maille_free(to);
    maille_free(ms);
    maille_free(back);
    maille_ctx_free(ctx);
}

TEST(twins_are_the_edges_drawn_at_one_place) {
    maille_ctx *ctx = new_ctx();
    /* 0→1, 1→0, 0→1 again, 1→2 */
    uint32_t from[] = {0, 1, 0, 1}, to[] = {1, 0, 1, 2};
    uint32_t ms[] = {5, 6, 7, 8}, back[] = {MAILLE_NO_ARC, MAILLE_NO_ARC, MAILLE_NO_ARC, 8};
    maille_xy xy[] = {{0, 0}, {1, 0}, {2, 0}};
    maille_network *n;
    CHECK_INT(maille_network_from_edges(ctx, 3, 4, from, to, ms, back, xy, &n), 0);
    uint32_t second = n->edge_twin[0], third = n->edge_twin[second];
    CHECK(second == 1 || second == 2);
    CHECK_INT(second + third, 3);
    CHECK_INT(n->edge_twin[third], 0);
    CHECK_INT(n->edge_twin[3], 3);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

TEST(wrong_edges_are_refused) {
    maille_ctx *ctx = new_ctx();
    uint32_t from[] = {0}, to[] = {5}, zero[] = {0}, one[] = {1};
    maille_network *n;
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, from, to, one, one, NULL, &n), MAILLE_REFUSED);
    CHECK(n == NULL);
    CHECK_INT(maille_network_from_edges(ctx, 6, 1, from, to, one, zero, NULL, &n), MAILLE_REFUSED);
    CHECK_INT(maille_network_from_edges(ctx, 0, 0, from, to, one, zero, NULL, &n), MAILLE_OK);
    CHECK_INT(n->component_count, 0);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(weight_rounds_to_the_millisecond),
          CASE(arcs_are_the_least_of_parallels_both_ways_round),
          CASE(a_chain_of_a_million_nodes_does_not_end_the_program),
          CASE(twins_are_the_edges_drawn_at_one_place), CASE(wrong_edges_are_refused))
