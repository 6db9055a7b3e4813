/* Stops on roads whose turns are bound: against the same roads cut where the stops stand, so that
 * each stop is a place; by plain searches and by the hierarchy. */
#include <maille/memory.h>
#include <maille/reach.h>

#include "harness.h"
#include "network/turns.h"

enum { PLACES = 7, EDGES = 11, ARCS = 2 * EDGES, STOPS = 5, BOUND = 7, CUT_EDGES = EDGES + STOPS };

static maille_ctx *ctx;
static uint32_t seed = 77;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

/* Roads; stop s stands on edge s, whose second half is edge EDGES + s once it is cut. */
typedef struct {
    uint32_t from[CUT_EDGES], to[CUT_EDGES], ms[CUT_EDGES], back[CUT_EDGES];
    maille_xy at[PLACES + STOPS];
    double fraction[STOPS];
    uint32_t bound[BOUND][3], length[BOUND], bound_count;
    bool only[BOUND];
    uint32_t pass[PLACES];
    network_turn_costs costs;
} town;

static uint32_t tail(const town *t, uint32_t arc) {
    return arc % 2 ? t->to[arc / 2] : t->from[arc / 2];
}

static bool leads_on(const town *t, uint32_t a, uint32_t b) {
    return tail(t, a ^ 1u) == tail(t, b);
}

static bool are_joined(const town *t, uint32_t edge) {
    for (uint32_t e = 0; e < edge; e++)
        if ((t->from[e] == t->from[edge] && t->to[e] == t->to[edge]) ||
            (t->from[e] == t->to[edge] && t->to[e] == t->from[edge]))
            return true;
    return false;
}

static town draw_town(void) {
    town t = {.costs = {draw(2) * draw(40), draw(2) * draw(20), draw(2) * draw(60), draw(2)}};
    for (uint32_t v = 0; v < PLACES; v++) {
        t.at[v] = (maille_xy){draw(1000), draw(1000)};
        t.pass[v] = draw(4) ? 0 : draw(50);
    }
    for (uint32_t e = 0; e < EDGES; e++) {
        do { /* two between the same places would be drawn at one place: a stop stands on both */
            t.from[e] = draw(PLACES);
            t.to[e] = (t.from[e] + 1 + draw(PLACES - 1)) % PLACES;
        } while (are_joined(&t, e));
        t.ms[e] = draw(8) ? 10 + draw(99) : MAILLE_NO_ARC;
        t.back[e] = draw(3) || t.ms[e] == MAILLE_NO_ARC ? 10 + draw(99) : MAILLE_NO_ARC;
    }
    for (uint32_t s = 0; s < STOPS; s++)
        t.fraction[s] = (1 + draw(9)) / 10.0;
    for (uint32_t tries = 0; tries < 400 && t.bound_count < BOUND; tries++) {
        uint32_t *b = t.bound[t.bound_count], length = 2 + draw(2);
        for (uint32_t i = 0; i < 3; i++)
            b[i] = draw(ARCS);
        if (!leads_on(&t, b[0], b[1]) || (length == 3 && !leads_on(&t, b[1], b[2])))
            continue;
        t.length[t.bound_count] = length;
        t.only[t.bound_count++] = draw(4) == 0;
    }
    return t;
}

static bool push(network_turns *turns, uint32_t step) {
    network_restriction *last = &turns->restrictions.items[turns->restrictions.count - 1];
    last->count++;
    return MAILLE_VEC_PUSH(&turns->steps, step);
}

static bool begin(network_turns *turns, bool only) {
    network_restriction r = {turns->steps.count, 0, only};
    return MAILLE_VEC_PUSH(&turns->restrictions, r);
}

static maille_network *finish(const town *t, uint32_t places, uint32_t edges,
                              network_turns *turns) {
    maille_network *n;
    turns->costs = t->costs;
    for (uint32_t v = 0; v < places; v++)
        CHECK(MAILLE_VEC_PUSH(&turns->pass_ms, v < PLACES ? t->pass[v] : 0));
    CHECK_INT(
        maille_network_from_edges(ctx, places, edges, t->from, t->to, t->ms, t->back, t->at, &n),
        0);
    CHECK_INT(network_apply_turns(ctx, n, turns), 0);
    network_turns_clear(turns);
    return n;
}

static maille_network *build_whole(const town *t) {
    network_turns turns = {0};
    for (uint32_t i = 0; i < t->bound_count; i++) {
        CHECK(begin(&turns, t->only[i]));
        for (uint32_t k = 0; k < t->length[i]; k++)
            CHECK(push(&turns, t->bound[i][k]));
    }
    return finish(t, PLACES, EDGES, &turns);
}

static uint32_t share(double fraction, uint32_t ms) {
    return ms == MAILLE_NO_ARC ? MAILLE_NO_ARC : (uint32_t)llround(fraction * ms);
}

static uint32_t rest(uint32_t ms, uint32_t part) {
    return ms == MAILLE_NO_ARC ? MAILLE_NO_ARC : ms - part;
}

/* The halves of an arc in the order in which they are driven; one where it is not cut. */
static uint32_t halves(uint32_t arc, uint32_t out[2]) {
    uint32_t edge = arc / 2, back = arc % 2;
    out[0] = arc;
    if (edge >= STOPS)
        return 1;
    uint32_t second = 2 * (EDGES + edge) + back;
    out[0] = back ? second : arc;
    out[1] = back ? arc : second;
    return 2;
}

static maille_network *build_cut(const town *whole) {
    town t = *whole;
    network_turns turns = {0};
    for (uint32_t s = 0; s < STOPS; s++) {
        uint32_t half = EDGES + s, middle = PLACES + s;
        maille_xy a = t.at[t.from[s]], b = t.at[t.to[s]];
        double f = t.fraction[s];
        t.at[middle] = (maille_xy){a.x + f * (b.x - a.x), a.y + f * (b.y - a.y)};
        t.from[half] = middle;
        t.to[half] = t.to[s];
        t.to[s] = middle;
        t.ms[half] = rest(t.ms[s], share(f, t.ms[s]));
        t.ms[s] = share(f, t.ms[s]);
        t.back[half] = share(1 - f, t.back[s]);
        t.back[s] = rest(t.back[s], t.back[half]);
        for (uint32_t side = 0; side < 2; side++) { /* nobody turns back where a stop stands */
            uint32_t arrive = side ? 2 * half + 1 : 2 * s;
            CHECK(begin(&turns, false) && push(&turns, arrive) && push(&turns, arrive ^ 1u));
        }
    }
    for (uint32_t i = 0; i < t.bound_count; i++) {
        CHECK(begin(&turns, t.only[i]));
        for (uint32_t k = 0; k < t.length[i]; k++) {
            uint32_t parts[2], count = halves(t.bound[i][k], parts);
            if (k > 0)
                CHECK(push(&turns, parts[0]));
            if (k == 0 || (count == 2 && k + 1 < t.length[i]))
                CHECK(push(&turns, parts[count - 1]));
        }
    }
    return finish(&t, PLACES + STOPS, CUT_EDGES, &turns);
}

enum { ALL = STOPS + PLACES };

/* All stops, then all places as stops. */
static void table_by_hierarchy(const maille_network *n, const maille_stop *stops, uint32_t *ms) {
    maille_hierarchy *h;
    CHECK_INT(maille_hierarchy_build(ctx, n, &h), 0);
    CHECK_INT(maille_reach_table(ctx, n, h, stops, ALL, stops, ALL, ms), 0);
    maille_hierarchy_free(h);
}

static void table_by_plain_searches(const maille_network *n, const maille_stop *stops,
                                    uint32_t *ms) {
    maille_matrix *m;
    CHECK_INT(maille_times(ctx, n, stops, ALL, stops, ALL, MAILLE_UNREACHED - 1, &m), 0);
    memset(ms, 0xFF, ALL * ALL * sizeof *ms);
    for (uint32_t row = 0; row < ALL; row++)
        for (uint64_t i = m->start[row]; i < m->start[row + 1]; i++)
            ms[row * ALL + m->column[i]] = m->ms[i];
    maille_matrix_free(m);
}

/* What stops take beside the road comes on top, whatever turns they meet. */
static void check_walks(const maille_network *n, const maille_stop *stops, const uint32_t *right) {
    static uint32_t want[ALL * ALL], plain[ALL * ALL], fast[ALL * ALL];
    maille_stop walked[ALL];
    for (uint32_t s = 0; s < ALL; s++) {
        walked[s] = stops[s];
        walked[s].access_ms = draw(90);
        walked[s].ready_ms = draw(2) * draw(90);
    }
    for (uint32_t a = 0; a < ALL; a++)
        for (uint32_t b = 0; b < ALL; b++) {
            uint32_t ms = right[a * ALL + b];
            want[a * ALL + b] = a == b || ms == MAILLE_UNREACHED
                                    ? ms
                                    : ms + walked[a].access_ms + walked[a].ready_ms +
                                          walked[b].access_ms + walked[b].ready_ms;
        }
    table_by_plain_searches(n, walked, plain);
    table_by_hierarchy(n, walked, fast);
    CHECK_INT(memcmp(plain, want, sizeof want), 0);
    CHECK_INT(memcmp(fast, want, sizeof want), 0);
}

static void check_town(const town *t) {
    static uint32_t right[ALL * ALL], plain[ALL * ALL], fast[ALL * ALL];
    maille_network *whole = build_whole(t), *cut = build_cut(t);
    maille_stop on_edges[ALL], on_places[ALL];
    for (uint32_t s = 0; s < STOPS; s++) {
        on_edges[s] = maille_stop_at_snap((maille_snap){.edge = s, .fraction = t->fraction[s]});
        on_places[s] = maille_stop_at_node(PLACES + s);
    }
    for (uint32_t v = 0; v < PLACES; v++)
        on_edges[STOPS + v] = on_places[STOPS + v] = maille_stop_at_node(v);
    table_by_plain_searches(cut, on_places, right);
    table_by_plain_searches(whole, on_edges, plain);
    table_by_hierarchy(whole, on_edges, fast);
    CHECK_INT(memcmp(plain, right, sizeof right), 0);
    CHECK_INT(memcmp(fast, right, sizeof right), 0);
    check_walks(whole, on_edges, right);

    /* from a stop to every place, and towards it, the least of the place's copies is its time */
    uint32_t *ms = maille_alloc(whole->node_count, sizeof *ms), wrong = 0;
    uint32_t *which = maille_alloc(whole->node_count, sizeof *which);
    for (uint32_t s = 0; s < STOPS; s++)
        for (int direction = MAILLE_TOWARDS; direction <= MAILLE_FROM; direction++) {
            CHECK_INT(maille_nearest_nodes(ctx, whole, &on_edges[s], 1, (maille_direction)direction,
                                           MAILLE_UNREACHED - 1, ms, which),
                      0);
            for (uint32_t v = 0; v < PLACES; v++)
                wrong += maille_network_place_ms(whole, ms, v) !=
                         (direction == MAILLE_FROM ? right[s * ALL + STOPS + v]
                                                   : right[(STOPS + v) * ALL + s]);
        }
    CHECK_INT(wrong, 0);
    maille_free(ms);
    maille_free(which);
    maille_network_free(whole);
    maille_network_free(cut);
}

TEST(a_stop_on_a_road_is_a_place_on_it) {
    for (int round = 0; round < 300; round++) {
        town t = draw_town();
        check_town(&t);
    }
}

int main(void) {
    static const test_case cases[] = {CASE(a_stop_on_a_road_is_a_place_on_it)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
