/* Turns as copies of places: the graph with copies against Floyd and Warshall's on sequences of
 * arcs, and against restrictions and penalties written plainly. */
#include <maille/memory.h>
#include <maille/network.h>

#include "harness.h"
#include "network/turns.h"

enum { PLACES = 6, EDGES = 9, ARCS = 2 * EDGES, NO = ARCS, BOUND = 6 };
/* what was driven last, up to two arcs: [last][before], NO where there was none */
enum { STATES = ARCS * (ARCS + 1) };

static maille_ctx *ctx;
static uint32_t seed = 2026;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

typedef struct {
    uint32_t from[EDGES], to[EDGES], ms[EDGES], back[EDGES];
    maille_xy at[PLACES];
    uint32_t bound[BOUND][3], bound_count; /* two arcs, or three */
    bool only[BOUND];
    uint32_t pass[PLACES];
    network_turn_costs costs;
} town;

static uint32_t tail(const town *t, uint32_t arc) {
    return arc % 2 ? t->to[arc / 2] : t->from[arc / 2];
}

static uint32_t head(const town *t, uint32_t arc) {
    return tail(t, arc ^ 1u);
}

static uint32_t weight(const town *t, uint32_t arc) {
    return arc % 2 ? t->back[arc / 2] : t->ms[arc / 2];
}

static bool leads_on(const town *t, uint32_t a, uint32_t b) {
    return head(t, a) == tail(t, b) && weight(t, a) != MAILLE_NO_ARC &&
           weight(t, b) != MAILLE_NO_ARC;
}

static void draw_restrictions(town *t) {
    for (uint32_t tries = 0; tries < 200 && t->bound_count < BOUND; tries++) {
        uint32_t *b = t->bound[t->bound_count], longer = draw(2);
        for (uint32_t i = 0; i < 3; i++)
            b[i] = draw(ARCS);
        if (!leads_on(t, b[0], b[1]) || (longer && !leads_on(t, b[1], b[2])))
            continue;
        if (!longer)
            b[2] = NO;
        t->only[t->bound_count++] = draw(4) == 0;
    }
}

static town draw_town(bool restricted, bool costly) {
    town t = {0};
    for (uint32_t v = 0; v < PLACES; v++) {
        t.at[v] = (maille_xy){draw(1000), draw(1000)};
        t.pass[v] = costly && draw(3) == 0 ? draw(50) : 0;
    }
    for (uint32_t e = 0; e < EDGES; e++) {
        t.from[e] = draw(PLACES);
        t.to[e] = (t.from[e] + 1 + draw(PLACES - 1)) % PLACES;
        t.ms[e] = draw(8) ? 1 + draw(99) : MAILLE_NO_ARC;
        t.back[e] = draw(3) ? 1 + draw(99) : MAILLE_NO_ARC;
    }
    if (restricted)
        draw_restrictions(&t);
    if (costly)
        t.costs = (network_turn_costs){draw(40), draw(20), draw(60), draw(2)};
    return t;
}

/* ---- what is right, by definition ---- */

static uint32_t ways_on(const town *t, uint32_t arc) {
    uint32_t count = 0;
    for (uint32_t b = 0; b < ARCS; b++)
        count += b != (arc ^ 1u) && leads_on(t, arc, b);
    return count;
}

/* Cost of turning from arc a into b, or MAILLE_NO_ARC, restrictions apart. */
static uint32_t turn(const town *t, uint32_t a, uint32_t b) {
    uint32_t cost = t->pass[head(t, a)];
    if (b == (a ^ 1u))
        return t->costs.u_turns_at_dead_ends && ways_on(t, a) ? MAILLE_NO_ARC
                                                              : cost + t->costs.u_turn_ms;
    if (ways_on(t, a) < 2)
        return cost;
    maille_xy p = t->at[tail(t, a)], q = t->at[head(t, a)], r = t->at[head(t, b)];
    double before = atan2(q.y - p.y, q.x - p.x), after = atan2(r.y - q.y, r.x - q.x);
    double left = remainder(after - before, 2 * 3.14159265358979323846) * 180 / 3.141592653589793;
    return cost + (left >= 45 ? t->costs.left_ms : left <= -45 ? t->costs.right_ms : 0);
}

/* Whether one who drove `before` (NO: nothing) and then `last` may not take `next`. */
static bool forbidden(const town *t, uint32_t before, uint32_t last, uint32_t next) {
    bool must_after_one = false, may_after_one = false, must_after_two = false,
         may_after_two = false;
    for (uint32_t i = 0; i < t->bound_count; i++) {
        const uint32_t *b = t->bound[i];
        bool two = b[2] != NO;
        if (two ? b[0] != before || b[1] != last : b[0] != last)
            continue;
        bool is_it = (two ? b[2] : b[1]) == next;
        if (!t->only[i] && is_it)
            return true;
        if (t->only[i] && two) {
            must_after_two = true;
            may_after_two = may_after_two || is_it;
        } else if (t->only[i]) {
            must_after_one = true;
            may_after_one = may_after_one || is_it;
        }
    }
    return (must_after_one && !may_after_one) || (must_after_two && !may_after_two);
}

/* Times from state to state: from having just come to the end of the last arc to that of another.
 */
static uint32_t (*times_of_states(const town *t))[STATES] {
    static uint32_t d[STATES][STATES];
    memset(d, 0xFF, sizeof d);
    for (uint32_t s = 0; s < STATES; s++) {
        uint32_t last = s % ARCS, before = s / ARCS;
        d[s][s] = 0;
        for (uint32_t next = 0; next < ARCS; next++) {
            uint32_t cost = leads_on(t, last, next) ? turn(t, last, next) : MAILLE_NO_ARC;
            if (cost == MAILLE_NO_ARC || forbidden(t, before, last, next))
                continue;
            uint32_t on = last * ARCS + next, ms = weight(t, next) + cost;
            if (ms < d[s][on])
                d[s][on] = ms;
        }
    }
    for (uint32_t k = 0; k < STATES; k++)
        for (uint32_t i = 0; i < STATES; i++)
            for (uint32_t j = 0; d[i][k] != UINT32_MAX && j < STATES; j++)
                if (d[k][j] != UINT32_MAX && d[i][k] + d[k][j] < d[i][j])
                    d[i][j] = d[i][k] + d[k][j];
    return d;
}

/* Least time from place u to place v: by an arc out of u, then from state to state. */
static uint32_t right_time(const town *t, uint32_t (*d)[STATES], uint32_t u, uint32_t v) {
    uint32_t best = u == v ? 0 : MAILLE_UNREACHED;
    for (uint32_t a = 0; a < ARCS; a++) {
        if (tail(t, a) != u || weight(t, a) == MAILLE_NO_ARC)
            continue;
        const uint32_t *row = d[NO * ARCS + a];
        for (uint32_t s = 0; s < STATES; s++)
            if (head(t, s % ARCS) == v && row[s] != UINT32_MAX && weight(t, a) + row[s] < best)
                best = weight(t, a) + row[s];
    }
    return best;
}

/* ---- what the network gives ---- */

static maille_network *build(const town *t) {
    maille_network *n;
    network_turns turns = {.costs = t->costs};
    for (uint32_t v = 0; v < PLACES; v++)
        CHECK(MAILLE_VEC_PUSH(&turns.pass_ms, t->pass[v]));
    for (uint32_t i = 0; i < t->bound_count; i++) {
        uint32_t count = t->bound[i][2] == NO ? 2 : 3;
        network_restriction r = {turns.steps.count, count, t->only[i]};
        for (uint32_t k = 0; k < count; k++)
            CHECK(MAILLE_VEC_PUSH(&turns.steps, t->bound[i][k]));
        CHECK(MAILLE_VEC_PUSH(&turns.restrictions, r));
    }
    CHECK_INT(
        maille_network_from_edges(ctx, PLACES, EDGES, t->from, t->to, t->ms, t->back, t->at, &n),
        0);
    CHECK_INT(network_apply_turns(ctx, n, &turns), 0);
    network_turns_clear(&turns);
    return n;
}

/* Bellman and Ford's times of all nodes from one. */
static void times_from(const maille_network *n, uint32_t start, uint32_t *ms) {
    memset(ms, 0xFF, n->node_count * sizeof *ms);
    ms[start] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t u = 0; u < n->node_count; u++)
            for (uint32_t a = n->first_out[u]; ms[u] != UINT32_MAX && a < n->first_out[u + 1]; a++)
                if (ms[u] + n->out_ms[a] < ms[n->head[a]]) {
                    ms[n->head[a]] = ms[u] + n->out_ms[a];
                    changed = true;
                }
    }
}

static void check_town(const town *t) {
    maille_network *n = build(t);
    uint32_t(*d)[STATES] = times_of_states(t);
    uint32_t *ms = maille_alloc(n->node_count, sizeof *ms), wrong = 0;
    for (uint32_t u = 0; u < PLACES; u++) {
        times_from(n, u, ms);
        for (uint32_t v = 0; v < PLACES; v++)
            wrong += maille_network_place_ms(n, ms, v) != right_time(t, d, u, v);
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(n->place_count, PLACES);
    for (uint32_t v = 0; n->copy_first && v < PLACES; v++)
        for (uint32_t c = n->copy_first[v]; c < n->copy_first[v + 1]; c++)
            CHECK_INT(maille_network_place(n, PLACES + c), v);
    maille_free(ms);
    maille_network_free(n);
}

TEST(restrictions_bind_as_sequences_of_arcs) {
    for (int round = 0; round < 12; round++) {
        town t = draw_town(true, false);
        check_town(&t);
    }
}

TEST(penalties_are_paid_at_each_turn) {
    for (int round = 0; round < 8; round++) {
        town t = draw_town(false, true);
        check_town(&t);
    }
}

TEST(restrictions_and_penalties_go_together) {
    for (int round = 0; round < 12; round++) {
        town t = draw_town(true, true);
        check_town(&t);
    }
}

TEST(without_turns_nothing_changes) {
    town t = draw_town(false, false);
    maille_network *n = build(&t);
    CHECK_INT(n->node_count, PLACES);
    CHECK(!n->copy_first && !n->arrival && !n->enter_first);
    maille_network_free(n);
}

/* A crossing: west 0, middle 1, east 2, north 3; no left from the west into the north. */
static maille_network *crossing(bool only_straight) {
    static const uint32_t from[] = {0, 1, 1}, to[] = {1, 2, 3}, ms[] = {10, 20, 30};
    static const maille_xy at[] = {{0, 0}, {100, 0}, {200, 0}, {100, 100}};
    network_turns turns = {0};
    uint32_t steps[] = {0, only_straight ? 2 : 4};
    network_restriction r = {0, 2, only_straight};
    maille_network *n;
    CHECK_INT(maille_network_from_edges(ctx, 4, 3, from, to, ms, ms, at, &n), 0);
    for (int i = 0; i < 2; i++)
        CHECK(MAILLE_VEC_PUSH(&turns.steps, steps[i]));
    CHECK(MAILLE_VEC_PUSH(&turns.restrictions, r));
    CHECK_INT(network_apply_turns(ctx, n, &turns), 0);
    network_turns_clear(&turns);
    return n;
}

TEST(who_may_not_turn_left_goes_on_and_comes_back) {
    for (int only = 0; only < 2; only++) {
        maille_network *n = crossing(only);
        uint32_t ms[8];
        CHECK_INT(n->node_count, 5); /* one copy: the middle as the west comes to it */
        times_from(n, 0, ms);
        CHECK_INT(maille_network_place_ms(n, ms, 1), 10);
        CHECK_INT(ms[1], 10 + 20 + 20); /* the middle from elsewhere */
        CHECK_INT(ms[2], 30);
        CHECK_INT(ms[3], 10 + 20 + 20 + 30);
        times_from(n, 1, ms);
        CHECK_INT(ms[3], 30);
        CHECK_INT(maille_network_arrival(n, 0, false), 4);
        CHECK_INT(maille_network_arrival(n, 0, true), 0);
        maille_network_free(n);
    }
}

TEST(a_restriction_that_is_no_way_is_refused) {
    town t = draw_town(false, false);
    network_turns turns = {0};
    network_restriction r = {0, 2, false};
    maille_network *n = build(&t);
    CHECK(MAILLE_VEC_PUSH(&turns.steps, 0) && MAILLE_VEC_PUSH(&turns.steps, 0));
    CHECK(MAILLE_VEC_PUSH(&turns.restrictions, r));
    CHECK_INT(network_apply_turns(ctx, n, &turns), MAILLE_REFUSED);
    network_turns_clear(&turns);
    maille_network_free(n);
}

TEST(the_graph_file_keeps_turns) {
    maille_network *n = crossing(false), *m;
    const char *path = test_scratch("turns.graph");
    CHECK_INT(maille_network_save(ctx, n, path, "key"), 0);
    CHECK_INT(maille_network_load(ctx, path, "key", &m), 0);
    CHECK_INT(m->place_count, 4);
    CHECK_INT(m->node_count, 5);
    CHECK_INT(memcmp(m->arrival, n->arrival, 6 * sizeof *n->arrival), 0);
    CHECK_INT(memcmp(m->copy_first, n->copy_first, 5 * sizeof *n->copy_first), 0);
    CHECK_INT(memcmp(m->enter_first, n->enter_first, 7 * sizeof *n->enter_first), 0);
    CHECK(n->enter_first[6] > 0);
    CHECK_INT(memcmp(m->enter_node, n->enter_node, n->enter_first[6] * sizeof(uint32_t)), 0);
    CHECK_INT(memcmp(m->enter_ms, n->enter_ms, n->enter_first[6] * sizeof(uint32_t)), 0);
    maille_network_free(n);
    maille_network_free(m);
}

int main(void) {
    static const test_case cases[] = {CASE(restrictions_bind_as_sequences_of_arcs),
                                      CASE(penalties_are_paid_at_each_turn),
                                      CASE(restrictions_and_penalties_go_together),
                                      CASE(without_turns_nothing_changes),
                                      CASE(who_may_not_turn_left_goes_on_and_comes_back),
                                      CASE(a_restriction_that_is_no_way_is_refused),
                                      CASE(the_graph_file_keeps_turns)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
