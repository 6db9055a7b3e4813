/* Searches on a hierarchy against plain searches: the same milliseconds and the same choice among
 * equals, on random graphs with stops anywhere, with a hierarchy in any order of nodes. */
#include <maille/memory.h>
#include <maille/pool.h>
#include <maille/reach.h>

#include "harness.h"

static uint32_t seed = 90210;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

enum { NODES = 41, EDGES = 75, STOPS = 45 };
#define NO_WAY (UINT64_MAX / 4)

typedef struct {
    maille_network *network;
    maille_hierarchy hierarchy;
    maille_stop stops[STOPS];
    uint64_t ms[NODES][NODES]; /* Floyd and Warshall */
} world;

static void weights_of(const maille_network *n, uint64_t ms[NODES][NODES]) {
    for (uint32_t a = 0; a < NODES; a++)
        for (uint32_t b = 0; b < NODES; b++)
            ms[a][b] = a == b ? 0 : NO_WAY;
    for (uint32_t v = 0; v < NODES; v++)
        for (uint32_t arc = n->first_out[v]; arc < n->first_out[v + 1]; arc++)
            if (n->out_ms[arc] < ms[v][n->head[arc]])
                ms[v][n->head[arc]] = n->out_ms[arc];
}

static void add_arcs(maille_climb *climb, uint32_t place, const uint64_t *to_place) {
    uint32_t at = climb->first[place];
    for (uint32_t q = 0; q < place; q++)
        if (to_place[q] < MAILLE_UNREACHED) {
            climb->other[at] = q;
            climb->ms[at++] = (uint32_t)to_place[q];
        }
    climb->first[place + 1] = at;
}

static void make_climb(maille_climb *climb) {
    climb->first = maille_alloc(NODES + 1, sizeof *climb->first);
    climb->other = maille_alloc((size_t)NODES * NODES, sizeof *climb->other);
    climb->ms = maille_alloc((size_t)NODES * NODES, sizeof *climb->ms);
}

/* Any order of nodes, and every shortcut that could be of use. */
static void contract(world *w) {
    maille_hierarchy *h = &w->hierarchy;
    static uint64_t ms[NODES][NODES], by_place[NODES][NODES], back[NODES][NODES];
    weights_of(w->network, ms);
    h->node_count = NODES;
    h->place = maille_alloc(NODES, sizeof *h->place);
    h->node = maille_alloc(NODES, sizeof *h->node);
    for (uint32_t p = 0; p < NODES; p++)
        h->node[p] = p;
    for (uint32_t p = NODES; p-- > 1;) {
        uint32_t q = draw(p + 1), node = h->node[p];
        h->node[p] = h->node[q];
        h->node[q] = node;
    }
    for (uint32_t p = 0; p < NODES; p++)
        h->place[h->node[p]] = p;
    for (uint32_t p = NODES; p-- > 0;)
        for (uint32_t a = 0; a < p; a++)
            for (uint32_t b = 0; b < p; b++) {
                uint64_t way = ms[h->node[a]][h->node[p]] + ms[h->node[p]][h->node[b]];
                if (a != b && way < ms[h->node[a]][h->node[b]])
                    ms[h->node[a]][h->node[b]] = way;
            }
    make_climb(&h->out);
    make_climb(&h->in);
    for (uint32_t p = 0; p < NODES; p++)
        for (uint32_t q = 0; q < NODES; q++) {
            by_place[p][q] = ms[h->node[p]][h->node[q]];
            back[p][q] = ms[h->node[q]][h->node[p]];
        }
    for (uint32_t p = 0; p < NODES; p++) {
        add_arcs(&h->out, p, by_place[p]);
        add_arcs(&h->in, p, back[p]);
    }
}

static void free_climb(maille_climb *climb) {
    maille_free(climb->first);
    maille_free(climb->other);
    maille_free(climb->ms);
}

static void free_world(world *w) {
    maille_free(w->hierarchy.place);
    maille_free(w->hierarchy.node);
    free_climb(&w->hierarchy.out);
    free_climb(&w->hierarchy.in);
    maille_network_free(w->network);
}

/* Few lengths, so that many ways tie; or long ones, so that some pass what a time can be. */
static uint32_t draw_ms(uint32_t kind) {
    if (kind == 0)
        return 1 + draw(4);
    return kind == 1 ? 1 + draw(100000) : 1 + draw(1u << 23) * 256u;
}

static void make_world(maille_ctx *ctx, world *w, uint32_t kind) {
    uint32_t from[EDGES], to[EDGES], ms[EDGES], back[EDGES];
    maille_xy xy[NODES];
    *w = (world){0};
    for (uint32_t v = 0; v < NODES; v++)
        xy[v] = (maille_xy){draw(1000), draw(1000)};
    for (uint32_t e = 0; e < EDGES; e++) {
        from[e] = draw(NODES);
        to[e] = (from[e] + 1 + draw(NODES - 1)) % NODES;
        ms[e] = draw_ms(kind);
        back[e] = draw(2) ? MAILLE_NO_ARC : draw_ms(kind);
        if (e && draw(4) == 0) { /* the other direction of the edge before */
            from[e] = to[e - 1];
            to[e] = from[e - 1];
        }
    }
    if (maille_network_from_edges(ctx, NODES, EDGES, from, to, ms, back, xy, &w->network))
        exit(1);
    for (uint32_t s = 0; s < STOPS; s++) {
        uint32_t what = draw(8);
        maille_snap snap = {.edge = draw(EDGES), .fraction = draw(1001) / 1000.0};
        if (what == 1)
            snap.fraction = draw(2);
        if (what < 4 && s && w->stops[s - 1].snap.edge != UINT32_MAX)
            snap.edge = w->stops[s - 1].snap.edge; /* two on one edge */
        w->stops[s] = what == 7 ? maille_stop_at_node(draw(NODES)) : maille_stop_at_snap(snap);
        if (what == 0 && draw(2))
            w->stops[s] = maille_stop_nowhere();
    }
    weights_of(w->network, w->ms);
    for (uint32_t k = 0; k < NODES; k++)
        for (uint32_t a = 0; a < NODES; a++)
            for (uint32_t b = 0; b < NODES; b++)
                if (w->ms[a][k] + w->ms[k][b] < w->ms[a][b])
                    w->ms[a][b] = w->ms[a][k] + w->ms[k][b];
    contract(w);
}

/* A sparse matrix as a table. */
static void fill_table(const maille_matrix *m, uint32_t *table) {
    memset(table, 0xFF, (size_t)m->rows * m->columns * sizeof *table);
    for (uint32_t row = 0; row < m->rows; row++)
        for (uint64_t i = m->start[row]; i < m->start[row + 1]; i++)
            table[(size_t)row * m->columns + m->column[i]] = m->ms[i];
}

static void check_tables(maille_ctx *ctx, const world *w, uint32_t origins, uint32_t destinations,
                         const maille_stop *to) {
    uint32_t got[STOPS * STOPS], want[STOPS * STOPS];
    maille_matrix *m;
    CHECK_INT(maille_times(ctx, w->network, w->stops, origins, to, destinations,
                           MAILLE_UNREACHED - 1, &m),
              0);
    fill_table(m, want);
    maille_matrix_free(m);
    memset(got, 0x55, sizeof got);
    CHECK_INT(maille_reach_table(ctx, w->network, &w->hierarchy, w->stops, origins, to,
                                 destinations, got),
              0);
    CHECK(memcmp(got, want, (size_t)origins * destinations * sizeof *got) == 0);
}

static bool same_matrix(const maille_matrix *a, const maille_matrix *b) {
    uint64_t count = a->start[a->rows];
    return a->rows == b->rows && a->columns == b->columns &&
           memcmp(a->start, b->start, (a->rows + 1) * sizeof *a->start) == 0 &&
           (count == 0 || (memcmp(a->column, b->column, count * sizeof *a->column) == 0 &&
                           memcmp(a->ms, b->ms, count * sizeof *a->ms) == 0));
}

static void check_times(maille_ctx *ctx, const world *w, uint32_t limit, const maille_stop *to) {
    maille_matrix *got, *want;
    CHECK_INT(maille_times(ctx, w->network, w->stops, STOPS - 3, to, STOPS - 5, limit, &want), 0);
    CHECK_INT(maille_reach_times(ctx, w->network, &w->hierarchy, w->stops, STOPS - 3, to, STOPS - 5,
                                 limit, &got),
              0);
    CHECK(same_matrix(got, want));
    maille_matrix_free(got);
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t k = (uint32_t[]){0, 1, 2, 7, STOPS}[i];
        maille_matrix *nearest;
        CHECK_INT(maille_matrix_nearest(ctx, want, k, &nearest), 0);
        CHECK_INT(maille_reach_k_nearest(ctx, w->network, &w->hierarchy, w->stops, STOPS - 3, to,
                                         STOPS - 5, k, limit, &got),
                  0);
        CHECK(same_matrix(got, nearest));
        maille_matrix_free(got);
        maille_matrix_free(nearest);
    }
    maille_matrix_free(want);
}

/* The nearest by plain searches from each stop in turn. */
static void check_nearest(maille_ctx *ctx, const world *w, maille_reacher *reach, uint32_t count,
                          const uint32_t *start_ms, maille_direction direction) {
    uint32_t got[NODES], which[NODES], ms[NODES], alone[NODES], best[NODES], chosen[NODES];
    memset(best, 0xFF, sizeof best);
    memset(chosen, 0xFF, sizeof chosen);
    for (uint32_t s = 0; s < count; s++) {
        CHECK_INT(maille_nearest_nodes(ctx, w->network, &w->stops[s], 1, direction,
                                       MAILLE_UNREACHED - 1, ms, alone),
                  0);
        CHECK_INT(maille_reach_all(ctx, reach, &w->stops[s], direction, got), 0);
        CHECK(memcmp(got, ms, sizeof ms) == 0);
        for (uint32_t v = 0; v < NODES; v++) {
            uint64_t total = (uint64_t)ms[v] + (start_ms ? start_ms[s] : 0);
            if (total < best[v]) {
                best[v] = (uint32_t)total;
                chosen[v] = s;
            }
        }
    }
    CHECK_INT(maille_reach_nearest(ctx, reach, w->stops, count, start_ms, direction, got, which),
              0);
    CHECK(memcmp(got, best, sizeof best) == 0 && memcmp(which, chosen, sizeof chosen) == 0);
    CHECK_INT(maille_reach_nearest(ctx, reach, w->stops, count, start_ms, direction, got, NULL), 0);
    CHECK(memcmp(got, best, sizeof best) == 0);
    if (start_ms)
        return;
    CHECK_INT(maille_nearest_nodes(ctx, w->network, w->stops, count, direction,
                                   MAILLE_UNREACHED - 1, ms, alone),
              0);
    CHECK(memcmp(got, ms, sizeof ms) == 0 && memcmp(which, alone, sizeof which) == 0);
}

static void check_pairs(maille_ctx *ctx, const world *w, maille_reacher *reach) {
    uint32_t table[STOPS * STOPS], ms;
    maille_matrix *m;
    CHECK_INT(
        maille_times(ctx, w->network, w->stops, STOPS, w->stops, STOPS, MAILLE_UNREACHED - 1, &m),
        0);
    fill_table(m, table);
    maille_matrix_free(m);
    for (uint32_t a = 0; a < STOPS; a++)
        for (uint32_t b = 0; b < STOPS; b++) {
            CHECK_INT(maille_reach_one(ctx, reach, &w->stops[a], &w->stops[b], &ms), 0);
            CHECK_INT(ms, table[a * STOPS + b]);
        }
    for (uint32_t a = 0; a < NODES; a++)
        for (uint32_t b = 0; b < NODES; b++) {
            maille_stop from = maille_stop_at_node(a), to = maille_stop_at_node(b);
            CHECK_INT(maille_reach_one(ctx, reach, &from, &to, &ms), 0);
            CHECK_INT(ms, w->ms[a][b] < MAILLE_UNREACHED ? w->ms[a][b] : MAILLE_UNREACHED);
        }
}

TEST(searches_give_what_plain_searches_give) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (uint32_t round = 0; round < 60; round++) {
        world w;
        maille_reacher *reach;
        uint32_t start_ms[STOPS];
        make_world(ctx, &w, round % 3);
        maille_ctx_set_jobs(ctx, 1 + round % 3);
        CHECK_INT(maille_reacher_new(ctx, w.network, &w.hierarchy, &reach), 0);
        check_pairs(ctx, &w, reach);
        for (uint32_t s = 0; s < STOPS; s++)
            start_ms[s] = draw(5) ? draw_ms(round % 3) : 0;
        for (maille_direction d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++) {
            check_nearest(ctx, &w, reach, 1 + draw(STOPS), NULL, d);
            check_nearest(ctx, &w, reach, 1 + draw(STOPS), start_ms, d);
        }
        maille_stop others[STOPS];
        for (uint32_t s = 0; s < STOPS; s++)
            others[s] = w.stops[STOPS - 1 - s];
        check_tables(ctx, &w, STOPS, STOPS, w.stops);
        check_tables(ctx, &w, STOPS, 7, others);
        check_tables(ctx, &w, draw(STOPS), draw(STOPS), draw(2) ? w.stops : others);
        uint32_t limits[] = {0, 1, 5, 90000, 1u << 31, MAILLE_UNREACHED - 1, MAILLE_UNREACHED};
        for (uint32_t i = 0; i < sizeof limits / sizeof *limits; i++)
            check_times(ctx, &w, limits[i], draw(2) ? w.stops : others);
        maille_reacher_free(reach);
        free_world(&w);
    }
    maille_ctx_free(ctx);
}

static void turn_climbs(world *w) {
    maille_climb out = w->hierarchy.out;
    w->hierarchy.out = w->hierarchy.in;
    w->hierarchy.in = out;
}

TEST(the_table_of_reversed_roads_is_transposed) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (uint32_t round = 0; round < 20; round++) {
        world w;
        uint32_t table[STOPS * STOPS], turned[STOPS * STOPS];
        make_world(ctx, &w, round % 3);
        for (uint32_t s = 0; s < STOPS; s++)
            w.stops[s] = maille_stop_at_node(draw(NODES));
        CHECK_INT(
            maille_reach_table(ctx, w.network, &w.hierarchy, w.stops, STOPS, w.stops, STOPS, table),
            0);
        turn_climbs(&w);
        CHECK_INT(maille_reach_table(ctx, w.network, &w.hierarchy, w.stops, STOPS, w.stops, STOPS,
                                     turned),
                  0);
        for (uint32_t a = 0; a < STOPS; a++)
            for (uint32_t b = 0; b < STOPS; b++)
                CHECK_INT(table[a * STOPS + b], turned[b * STOPS + a]);
        free_world(&w);
    }
    maille_ctx_free(ctx);
}

TEST(a_scratch_allocates_nothing_after_its_first_searches) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    world w;
    maille_reacher *reach;
    uint32_t ms[NODES], which[NODES];
    uint64_t before = 0;
    make_world(ctx, &w, 1);
    CHECK_INT(maille_reacher_new(ctx, w.network, &w.hierarchy, &reach), 0);
    for (uint32_t round = 0; round < 4; round++) {
        if (round == 1)
            before = maille_memory_count();
        for (maille_direction d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++) {
            CHECK_INT(maille_reach_all(ctx, reach, &w.stops[round], d, ms), 0);
            CHECK_INT(maille_reach_nearest(ctx, reach, w.stops, STOPS, NULL, d, ms, which), 0);
        }
        CHECK_INT(maille_reach_one(ctx, reach, &w.stops[1], &w.stops[round + 2], ms), 0);
    }
    CHECK_INT(maille_memory_count(), before);
    maille_reacher_free(reach);
    free_world(&w);
    maille_ctx_free(ctx);
}

/* However many rows. */
TEST(a_table_allocates_nothing_while_it_searches) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    world w;
    uint32_t table[STOPS * STOPS];
    uint64_t allocations[STOPS + 1] = {0};
    make_world(ctx, &w, 1);
    maille_ctx_set_jobs(ctx, 1);
    for (uint32_t rows = 1; rows <= STOPS; rows++) {
        uint64_t before = maille_memory_count();
        CHECK_INT(
            maille_reach_table(ctx, w.network, &w.hierarchy, w.stops, rows, w.stops, STOPS, table),
            0);
        allocations[rows] = maille_memory_count() - before;
        CHECK_INT(allocations[rows], allocations[1]);
    }
    free_world(&w);
    maille_ctx_free(ctx);
}

typedef struct {
    const world *w;
    maille_reacher *reach[4];
    uint32_t ms[STOPS][NODES], nearest[STOPS][NODES];
} shared;

static maille_status search_some(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                 size_t end) {
    shared *s = user;
    maille_status status = MAILLE_OK;
    for (size_t i = begin; i < end && !status; i++) {
        const maille_stop *stop = &s->w->stops[i];
        MAILLE_TRY(maille_reach_all(ctx, s->reach[worker], stop, MAILLE_TOWARDS, s->ms[i]));
        status = maille_reach_nearest(ctx, s->reach[worker], stop, STOPS - (uint32_t)i, NULL,
                                      MAILLE_FROM, s->nearest[i], NULL);
    }
done:
    return status;
}

TEST(threads_with_a_scratch_each_share_network_and_hierarchy) {
    static shared by[2];
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    world w;
    make_world(ctx, &w, 1);
    for (unsigned i = 0; i < 2; i++) {
        by[i].w = &w;
        maille_ctx_set_jobs(ctx, i ? 4 : 1);
        for (unsigned t = 0; t < 4; t++)
            CHECK_INT(maille_reacher_new(ctx, w.network, &w.hierarchy, &by[i].reach[t]), 0);
        CHECK_INT(maille_parallel(ctx, STOPS, 1, search_some, &by[i]), 0);
        for (unsigned t = 0; t < 4; t++)
            maille_reacher_free(by[i].reach[t]);
    }
    CHECK(memcmp(by[0].ms, by[1].ms, sizeof by[0].ms) == 0);
    CHECK(memcmp(by[0].nearest, by[1].nearest, sizeof by[0].nearest) == 0);
    free_world(&w);
    maille_ctx_free(ctx);
}

/* No node, or one without a road: every search, from nowhere and from there. */
TEST(the_smallest_networks_are_searched_too) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (uint32_t nodes = 0; nodes < 2; nodes++) {
        maille_network *network;
        maille_hierarchy *hierarchy;
        maille_reacher *reach;
        maille_matrix *m;
        uint32_t ms[2] = {7, 7}, which[2], table[4];
        CHECK_INT(maille_network_from_edges(ctx, nodes, 0, NULL, NULL, NULL, NULL, NULL, &network),
                  0);
        CHECK_INT(maille_hierarchy_build(ctx, network, &hierarchy), 0);
        CHECK_INT(maille_reacher_new(ctx, network, hierarchy, &reach), 0);
        maille_stop stops[2] = {maille_stop_nowhere(), maille_stop_nowhere()};
        stops[1].node = nodes ? 0 : UINT32_MAX;
        CHECK_INT(maille_reach_all(ctx, reach, &stops[1], MAILLE_FROM, ms), 0);
        CHECK_INT(ms[0], nodes ? 0 : 7);
        CHECK_INT(maille_reach_nearest(ctx, reach, stops, 2, NULL, MAILLE_TOWARDS, ms, which), 0);
        CHECK_INT(ms[0], nodes ? 0 : 7);
        CHECK_INT(maille_reach_nearest(ctx, reach, NULL, 0, NULL, MAILLE_TOWARDS, ms, which), 0);
        CHECK_INT(ms[0], nodes ? MAILLE_UNREACHED : 7);
        CHECK_INT(maille_reach_one(ctx, reach, &stops[0], &stops[1], ms), 0);
        CHECK_INT(ms[0], MAILLE_UNREACHED);
        CHECK_INT(maille_reach_table(ctx, network, hierarchy, stops, 2, stops, 2, table), 0);
        CHECK(table[0] == 0 && table[3] == 0 && table[1] == MAILLE_UNREACHED);
        CHECK_INT(maille_reach_times(ctx, network, hierarchy, stops, 2, stops, 2, 0, &m), 0);
        CHECK_INT(m->start[2], 2);
        maille_matrix_free(m);
        CHECK_INT(maille_reach_k_nearest(ctx, network, hierarchy, stops, 0, stops, 0, 1, 9, &m), 0);
        CHECK_INT(m->start[0], 0);
        maille_matrix_free(m);
        maille_reacher_free(reach);
        maille_hierarchy_free(hierarchy);
        maille_network_free(network);
    }
    maille_ctx_free(ctx);
}

TEST(stops_and_hierarchies_of_other_networks_are_refused) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    world w;
    maille_reacher *reach;
    uint32_t got[NODES], want[NODES], which[NODES];
    make_world(ctx, &w, 1);
    CHECK_INT(maille_reacher_new(ctx, w.network, &w.hierarchy, &reach), 0);
    maille_stop stops[3] = {w.stops[0], maille_stop_at_node(3), maille_stop_at_node(NODES)};
    CHECK_INT(maille_reach_all(ctx, reach, &stops[2], MAILLE_FROM, got), MAILLE_REFUSED);
    CHECK_INT(maille_reach_one(ctx, reach, &stops[1], &stops[2], got), MAILLE_REFUSED);
    CHECK_INT(maille_reach_nearest(ctx, reach, stops, 3, NULL, MAILLE_FROM, got, which),
              MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx), "stop 2 was on no edge or node of the network");
    CHECK_INT(maille_reach_table(ctx, w.network, &w.hierarchy, stops, 3, stops, 2, got),
              MAILLE_REFUSED);
    /* and leave nothing behind */
    CHECK_INT(maille_reach_all(ctx, reach, &stops[1], MAILLE_FROM, got), 0);
    CHECK_INT(maille_nearest_nodes(ctx, w.network, &stops[1], 1, MAILLE_FROM, MAILLE_UNREACHED - 1,
                                   want, which),
              0);
    CHECK(memcmp(got, want, sizeof want) == 0);
    CHECK_INT(maille_reach_nearest(ctx, reach, &stops[1], 1, NULL, MAILLE_FROM, got, NULL), 0);
    CHECK(memcmp(got, want, sizeof want) == 0);
    maille_reacher_free(reach);
    maille_matrix *m;
    w.hierarchy.node_count--;
    CHECK_INT(maille_reacher_new(ctx, w.network, &w.hierarchy, &reach), MAILLE_REFUSED);
    CHECK_INT(maille_reach_table(ctx, w.network, &w.hierarchy, stops, 2, stops, 2, got),
              MAILLE_REFUSED);
    CHECK_INT(maille_reach_times(ctx, w.network, &w.hierarchy, stops, 2, stops, 2, 9, &m),
              MAILLE_REFUSED);
    w.hierarchy.node_count++;
    free_world(&w);
    maille_ctx_free(ctx);
}

/* Every search once; the first status that is not MAILLE_OK. */
static maille_status search_all(maille_ctx *ctx, const world *w) {
    maille_status status;
    maille_reacher *reach = NULL;
    maille_matrix *m = NULL;
    uint32_t table[STOPS * STOPS], which[NODES];
    MAILLE_TRY(maille_reacher_new(ctx, w->network, &w->hierarchy, &reach));
    MAILLE_TRY(maille_reach_one(ctx, reach, &w->stops[1], &w->stops[2], table));
    MAILLE_TRY(maille_reach_all(ctx, reach, &w->stops[1], MAILLE_TOWARDS, table));
    MAILLE_TRY(maille_reach_nearest(ctx, reach, w->stops, STOPS, NULL, MAILLE_FROM, table, which));
    MAILLE_TRY(maille_reach_table(ctx, w->network, &w->hierarchy, w->stops, STOPS, w->stops, STOPS,
                                  table));
    MAILLE_TRY(maille_reach_times(ctx, w->network, &w->hierarchy, w->stops, STOPS, w->stops, STOPS,
                                  90000, &m));
    maille_matrix_free(m);
    MAILLE_TRY(maille_reach_k_nearest(ctx, w->network, &w->hierarchy, w->stops, STOPS, w->stops,
                                      STOPS, 3, 90000, &m));
done:
    maille_matrix_free(m);
    maille_reacher_free(reach);
    return status;
}

TEST(memory_that_runs_out_is_told_at_every_allocation) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    world w;
    make_world(ctx, &w, 1);
    maille_ctx_set_jobs(ctx, 1);
    uint64_t n = 0;
    maille_status status;
    do {
        maille_memory_fail_at(++n);
        status = search_all(ctx, &w);
        maille_memory_fail_at(0);
        if (status)
            CHECK_INT(status, MAILLE_NO_MEMORY);
    } while (status && n < 1000);
    CHECK(n > 60 && n < 1000);
    free_world(&w);
    maille_ctx_free(ctx);
}

/* Two nodes with a road between, and very many stops on them. */
TEST(more_pairs_than_memory_holds_are_refused_beforehand) {
    enum { MANY = 1 << 20, FEW = 5000 };
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    const uint32_t from = 0, to = 1, ms = 1000, back = MAILLE_NO_ARC;
    maille_network *network;
    maille_hierarchy *hierarchy;
    maille_matrix *m;
    maille_stop *stops = maille_alloc(MANY, sizeof *stops);
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, &from, &to, &ms, &back, NULL, &network), 0);
    CHECK_INT(maille_hierarchy_build(ctx, network, &hierarchy), 0);
    for (uint32_t s = 0; s < MANY; s++)
        stops[s] = maille_stop_at_node(s >= MANY / 2);
    CHECK_INT(maille_reach_times(ctx, network, hierarchy, stops, MANY, stops, MANY, 1000, &m),
              MAILLE_NO_MEMORY);
    CHECK(m == NULL);
    const char *about = "times of 1048576 origins to 1048576 destinations needed about 6597 GB";
    CHECK(strncmp(maille_message(ctx), about, strlen(about)) == 0);
    /* three of each are no such matter, though there are more than 2^32 pairs */
    CHECK_INT(maille_reach_k_nearest(ctx, network, hierarchy, stops, FEW, stops, MANY, 3, 999, &m),
              0);
    CHECK_INT(m->start[FEW], 3 * FEW);
    CHECK_INT(m->column[m->start[FEW - 1] + 1], 1);
    maille_matrix_free(m);
    /* nor are as many that might be reached, but are not */
    for (uint32_t s = 0; s < MANY; s++)
        stops[s] = maille_stop_nowhere();
    CHECK_INT(maille_reach_times(ctx, network, hierarchy, stops, FEW, stops, MANY, 1000, &m), 0);
    CHECK_INT(m->start[FEW], FEW);
    maille_matrix_free(m);
    maille_free(stops);
    maille_hierarchy_free(hierarchy);
    maille_network_free(network);
    maille_ctx_free(ctx);
}

static atomic_bool cancel;

static void cancel_soon(void *user, const char *what, size_t done, size_t total) {
    size_t *seen = user;
    CHECK_TEXT(what, "times");
    CHECK(done > *seen && done <= total);
    *seen = done;
    atomic_store(&cancel, true);
}

TEST(a_table_tells_how_far_it_is_and_can_be_cancelled) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    world w;
    uint32_t table[STOPS * STOPS];
    size_t seen = 0;
    maille_matrix *m;
    make_world(ctx, &w, 1);
    maille_ctx_set_jobs(ctx, 1);
    maille_ctx_set_progress(ctx, cancel_soon, &seen);
    maille_ctx_set_cancel(ctx, &cancel);
    CHECK_INT(
        maille_reach_table(ctx, w.network, &w.hierarchy, w.stops, STOPS, w.stops, STOPS, table),
        MAILLE_CANCELLED);
    CHECK(seen > 0 && seen < STOPS);
    CHECK_INT(
        maille_reach_times(ctx, w.network, &w.hierarchy, w.stops, STOPS, w.stops, STOPS, 1000, &m),
        MAILLE_CANCELLED);
    CHECK(m == NULL);
    CHECK(maille_reach_table_bytes(ctx, &w.hierarchy, STOPS, STOPS) > 0);
    free_world(&w);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(searches_give_what_plain_searches_give),
          CASE(the_table_of_reversed_roads_is_transposed),
          CASE(a_scratch_allocates_nothing_after_its_first_searches),
          CASE(a_table_allocates_nothing_while_it_searches),
          CASE(threads_with_a_scratch_each_share_network_and_hierarchy),
          CASE(the_smallest_networks_are_searched_too),
          CASE(stops_and_hierarchies_of_other_networks_are_refused),
          CASE(more_pairs_than_memory_holds_are_refused_beforehand),
          CASE(memory_that_runs_out_is_told_at_every_allocation),
          CASE(a_table_tells_how_far_it_is_and_can_be_cancelled))
