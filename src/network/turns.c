/* Copies of places for turns.
 *
 * Whoever comes to a place by an arc after which turns are bound stands on a copy of the place, one
 * for each such arc; whoever comes by another stands on the place itself, from where every way out
 * is free. A restriction of more than two arcs has a copy for each longer beginning of it. Copies
 * and beginnings are the states of A. Aho and M. Corasick's machine ("Efficient string matching",
 * 1975): of a state's beginnings the longest leads on, and all of them bind. */
#include "network/turns.h"

#include <math.h>
#include <string.h>

#include <maille/memory.h>

#include "network/draft.h"

#define NONE UINT32_MAX

typedef struct {
    uint32_t arc;                /* by which one came */
    uint32_t shorter;            /* the next shorter beginning that one drove too, or NONE */
    uint32_t depth;              /* arcs of the beginning */
    uint32_t first_longer, next; /* states one arc longer, as a list */
    uint32_t first_end;          /* restrictions that the next arc ends, as a list */
    uint32_t parent;
} state;

typedef struct {
    uint32_t arc, next;
    bool only;
} restriction_end;

typedef struct {
    const maille_network *network;
    const network_turns *turns;
    uint32_t *first_leaving, *leaving; /* arcs by the place that they leave, CSR */
    uint32_t *fresh;                   /* state of whoever starts on an arc, or NONE */
    MAILLE_VEC(state) states;
    MAILLE_VEC(restriction_end) ends;
    uint32_t *node; /* of each state */
    uint32_t *copy_first;
    MAILLE_VEC(network_arc) arcs;
    MAILLE_VEC(uint32_t) enter_node, enter_ms;
    uint32_t deepest;
} expansion;

void network_turns_clear(network_turns *turns) {
    MAILLE_VEC_FREE(&turns->steps);
    MAILLE_VEC_FREE(&turns->restrictions);
    MAILLE_VEC_FREE(&turns->pass_ms);
}

uint32_t network_arc_tail(const maille_network *n, uint32_t arc) {
    return arc % 2 ? n->edge_to[arc / 2] : n->edge_from[arc / 2];
}

uint32_t network_arc_head(const maille_network *n, uint32_t arc) {
    return arc % 2 ? n->edge_from[arc / 2] : n->edge_to[arc / 2];
}

uint32_t network_arc_ms(const maille_network *n, uint32_t arc) {
    return arc % 2 ? n->edge_back_ms[arc / 2] : n->edge_ms[arc / 2];
}

static bool is_open(const maille_network *n, uint32_t arc) {
    return network_arc_ms(n, arc) != MAILLE_NO_ARC;
}

/* ---- what a turn costs, restrictions apart ---- */

static maille_xy point_of(const maille_network *n, uint32_t arc, uint32_t from_tail) {
    const maille_lines *lines = n->edge_lines;
    uint32_t first = lines->start[arc / 2], last = lines->start[arc / 2 + 1] - 1;
    return lines->points[arc % 2 ? last - from_tail : first + from_tail];
}

static uint32_t point_count(const maille_network *n, uint32_t arc) {
    return n->edge_lines->start[arc / 2 + 1] - n->edge_lines->start[arc / 2];
}

/* Degrees to the left from one arc into the next; NaN where they are not drawn. */
static double turn_left(const maille_network *n, uint32_t from, uint32_t to) {
    uint32_t count = point_count(n, from);
    if (count < 2 || point_count(n, to) < 2)
        return NAN;
    maille_xy a = point_of(n, from, count - 2), b = point_of(n, from, count - 1);
    maille_xy c = point_of(n, to, 0), d = point_of(n, to, 1);
    double ux = b.x - a.x, uy = b.y - a.y, vx = d.x - c.x, vy = d.y - c.y;
    return atan2(ux * vy - uy * vx, ux * vx + uy * vy) * 180 / 3.14159265358979323846;
}

/* Whether the only way on is the way back. */
static bool is_dead_end(const expansion *x, uint32_t arc) {
    uint32_t place = network_arc_head(x->network, arc);
    for (uint32_t i = x->first_leaving[place]; i < x->first_leaving[place + 1]; i++)
        if (x->leaving[i] != (arc ^ 1u))
            return false;
    return true;
}

/* A road that goes on in one way only bends: that is no turn. */
static bool is_junction(const expansion *x, uint32_t arc) {
    uint32_t place = network_arc_head(x->network, arc);
    uint32_t others = 0;
    for (uint32_t i = x->first_leaving[place]; others < 2 && i < x->first_leaving[place + 1]; i++)
        others += x->leaving[i] != (arc ^ 1u);
    return others > 1;
}

/* MAILLE_NO_ARC where one may not turn. */
static uint32_t cost_of(const expansion *x, uint32_t from, uint32_t to) {
    static const double least_turn = 45; /* degrees; less is straight on */
    const network_turn_costs *c = &x->turns->costs;
    uint32_t place = network_arc_head(x->network, from);
    uint32_t cost = x->turns->pass_ms.count ? x->turns->pass_ms.items[place] : 0;
    if (to == (from ^ 1u))
        return c->u_turns_at_dead_ends && !is_dead_end(x, from) ? MAILLE_NO_ARC
                                                                : cost + c->u_turn_ms;
    if ((!c->left_ms && !c->right_ms) || !is_junction(x, from))
        return cost;
    double left = turn_left(x->network, from, to);
    return left >= least_turn ? cost + c->left_ms : left <= -least_turn ? cost + c->right_ms : cost;
}

static bool costs_anything(const expansion *x, uint32_t arc) {
    uint32_t place = network_arc_head(x->network, arc);
    for (uint32_t i = x->first_leaving[place]; i < x->first_leaving[place + 1]; i++)
        if (cost_of(x, arc, x->leaving[i]) != 0)
            return true;
    return false;
}

/* ---- states ---- */

static bool list_leaving(expansion *x) {
    const maille_network *n = x->network;
    x->first_leaving = maille_alloc((size_t)n->place_count + 2, sizeof *x->first_leaving);
    x->leaving = maille_alloc((size_t)n->edge_count * 2 + 1, sizeof *x->leaving);
    if (!x->first_leaving || !x->leaving)
        return false;
    /* counted two places ahead, so that filling leaves each start where it belongs */
    for (uint32_t arc = 0; arc < 2 * n->edge_count; arc++)
        if (is_open(n, arc))
            x->first_leaving[network_arc_tail(n, arc) + 2u]++;
    for (uint32_t v = 0; v < n->place_count; v++)
        x->first_leaving[v + 2u] += x->first_leaving[v + 1u];
    for (uint32_t arc = 0; arc < 2 * n->edge_count; arc++)
        if (is_open(n, arc))
            x->leaving[x->first_leaving[network_arc_tail(n, arc) + 1u]++] = arc;
    return true;
}

static bool add_state(expansion *x, uint32_t arc, uint32_t parent, uint32_t depth, uint32_t *out) {
    state s = {arc, NONE, depth, NONE, NONE, NONE, parent};
    if (!MAILLE_VEC_PUSH(&x->states, s))
        return false;
    *out = (uint32_t)(x->states.count - 1);
    x->deepest = depth > x->deepest ? depth : x->deepest;
    return true;
}

static uint32_t longer(const expansion *x, uint32_t from, uint32_t arc) {
    uint32_t s = x->states.items[from].first_longer;
    while (s != NONE && x->states.items[s].arc != arc)
        s = x->states.items[s].next;
    return s;
}

/* The state after one more arc; NONE: on the place itself. */
static uint32_t state_after(const expansion *x, uint32_t from, uint32_t arc) {
    for (uint32_t s = from; s != NONE; s = x->states.items[s].shorter) {
        uint32_t on = longer(x, s, arc);
        if (on != NONE)
            return on;
    }
    return x->fresh[arc];
}

static bool add_restriction(expansion *x, const uint32_t *steps, const network_restriction *r) {
    uint32_t at = x->fresh[steps[0]];
    if (at == NONE) {
        if (!add_state(x, steps[0], NONE, 1, &at))
            return false;
        x->fresh[steps[0]] = at;
    }
    for (uint32_t i = 1; i + 1 < r->count; i++) {
        uint32_t on = longer(x, at, steps[i]);
        if (on == NONE) {
            if (!add_state(x, steps[i], at, i + 1, &on))
                return false;
            x->states.items[on].next = x->states.items[at].first_longer;
            x->states.items[at].first_longer = on;
        }
        at = on;
    }
    restriction_end end = {steps[r->count - 1], x->states.items[at].first_end, r->only};
    if (!MAILLE_VEC_PUSH(&x->ends, end))
        return false;
    x->states.items[at].first_end = (uint32_t)(x->ends.count - 1);
    return true;
}

static maille_status check_restriction(maille_ctx *ctx, const maille_network *n,
                                       const uint32_t *steps, uint32_t count) {
    bool ok = count >= 2;
    for (uint32_t i = 0; i < count && ok; i++)
        ok = steps[i] / 2 < n->edge_count &&
             (i == 0 || network_arc_head(n, steps[i - 1]) == network_arc_tail(n, steps[i]));
    return ok ? MAILLE_OK
              : maille_fail(ctx, MAILLE_REFUSED, "a turn restriction was no way along the roads");
}

/* Beginnings of restrictions, and arcs after which a turn costs. */
static maille_status make_states(maille_ctx *ctx, expansion *x) {
    const maille_network *n = x->network;
    const network_turns *turns = x->turns;
    maille_status status = MAILLE_OK;
    x->fresh = maille_alloc((size_t)n->edge_count * 2 + 1, sizeof *x->fresh);
    if (!x->fresh || !list_leaving(x))
        return maille_no_memory(ctx);
    memset(x->fresh, 0xFF, (size_t)n->edge_count * 2 * sizeof *x->fresh);
    for (uint32_t arc = 0; arc < 2 * n->edge_count; arc++)
        if (is_open(n, arc) && costs_anything(x, arc) &&
            !add_state(x, arc, NONE, 1, &x->fresh[arc]))
            return maille_no_memory(ctx);
    for (size_t i = 0; i < turns->restrictions.count && !status; i++) {
        const network_restriction *r = &turns->restrictions.items[i];
        const uint32_t *steps = turns->steps.items + r->first;
        status = check_restriction(ctx, n, steps, r->count);
        if (!status && !add_restriction(x, steps, r))
            status = maille_no_memory(ctx);
    }
    for (uint32_t depth = 2; depth <= x->deepest && !status; depth++)
        for (size_t s = 0; s < x->states.count; s++) {
            state *it = &x->states.items[s];
            if (it->depth == depth)
                it->shorter = state_after(x, x->states.items[it->parent].shorter, it->arc);
        }
    return status;
}

/* Numbers the states as nodes behind the places, by place. */
static bool number_nodes(expansion *x) {
    const maille_network *n = x->network;
    x->copy_first = maille_alloc((size_t)n->place_count + 2, sizeof *x->copy_first);
    x->node = maille_alloc(x->states.count, sizeof *x->node);
    if (!x->copy_first || !x->node)
        return false;
    for (size_t s = 0; s < x->states.count; s++)
        x->copy_first[network_arc_head(n, x->states.items[s].arc) + 2u]++;
    for (uint32_t v = 0; v < n->place_count; v++)
        x->copy_first[v + 2u] += x->copy_first[v + 1u];
    for (size_t s = 0; s < x->states.count; s++)
        x->node[s] =
            n->place_count + x->copy_first[network_arc_head(n, x->states.items[s].arc) + 1u]++;
    return true;
}

/* ---- arcs ---- */

static bool is_forbidden(const expansion *x, uint32_t from, uint32_t arc) {
    for (uint32_t s = from; s != NONE; s = x->states.items[s].shorter) {
        bool must = false, is_it = false;
        for (uint32_t e = x->states.items[s].first_end; e != NONE; e = x->ends.items[e].next) {
            const restriction_end *end = &x->ends.items[e];
            if (!end->only && end->arc == arc)
                return true;
            must = must || end->only;
            is_it = is_it || (end->only && end->arc == arc);
        }
        if (must && !is_it)
            return true;
    }
    return false;
}

static uint32_t node_of(const expansion *x, uint32_t s, uint32_t arc) {
    return s == NONE ? network_arc_head(x->network, arc) : x->node[s];
}

/* An arc from its place and from each copy of it that it may be taken from. */
static bool add_arc(expansion *x, uint32_t arc, const uint32_t *by_node) {
    const maille_network *n = x->network;
    uint32_t place = network_arc_tail(n, arc), ms = network_arc_ms(n, arc);
    network_arc plain = {place, node_of(x, x->fresh[arc], arc), ms};
    if (!MAILLE_VEC_PUSH(&x->arcs, plain))
        return false;
    for (uint32_t c = x->copy_first[place]; c < x->copy_first[place + 1]; c++) {
        uint32_t s = by_node[c], cost = cost_of(x, x->states.items[s].arc, arc);
        if (cost == MAILLE_NO_ARC || is_forbidden(x, s, arc))
            continue;
        uint64_t total = (uint64_t)ms + cost;
        network_arc turned = {n->place_count + c, node_of(x, state_after(x, s, arc), arc),
                              total < MAILLE_NO_ARC ? (uint32_t)total : MAILLE_NO_ARC - 1};
        if (!MAILLE_VEC_PUSH(&x->arcs, turned) ||
            !MAILLE_VEC_PUSH(&x->enter_node, n->place_count + c) ||
            !MAILLE_VEC_PUSH(&x->enter_ms, cost))
            return false;
    }
    return true;
}

/* Nodes behind the places take their places' point and component. */
static bool extend_nodes(maille_network *n, const expansion *x) {
    size_t nodes = n->place_count + x->states.count;
    maille_xy *xy = maille_alloc(nodes, sizeof *xy);
    uint32_t *component = maille_alloc(nodes, sizeof *component);
    if (!xy || !component) {
        maille_free(xy);
        maille_free(component);
        return false;
    }
    memcpy(xy, n->node_xy, n->place_count * sizeof *xy);
    memcpy(component, n->component, n->place_count * sizeof *component);
    for (uint32_t v = 0; v < n->place_count; v++)
        for (uint32_t c = x->copy_first[v]; c < x->copy_first[v + 1]; c++) {
            xy[n->place_count + c] = xy[v];
            component[n->place_count + c] = component[v];
        }
    maille_free(n->node_xy);
    maille_free(n->component);
    n->node_xy = xy;
    n->component = component;
    n->node_count = (uint32_t)nodes;
    return true;
}

static maille_status expand(maille_ctx *ctx, maille_network *n, expansion *x) {
    uint32_t arcs = 2 * n->edge_count;
    uint32_t *by_node = maille_alloc(x->states.count, sizeof *by_node);
    uint32_t *arrival = maille_alloc((size_t)arcs + 1, sizeof *arrival);
    uint32_t *enter_first = maille_alloc((size_t)arcs + 1, sizeof *enter_first);
    bool ok = by_node && arrival && enter_first && number_nodes(x);
    for (size_t s = 0; s < x->states.count && ok; s++)
        by_node[x->node[s] - n->place_count] = (uint32_t)s;
    for (uint32_t arc = 0; arc < arcs && ok; arc++) {
        arrival[arc] = node_of(x, x->fresh[arc], arc);
        ok = !is_open(n, arc) || add_arc(x, arc, by_node);
        enter_first[arc + 1] = (uint32_t)x->enter_node.count;
    }
    maille_free(by_node);
    if (ok && x->arcs.count >= UINT32_MAX) {
        maille_free(arrival);
        maille_free(enter_first);
        return maille_fail(ctx, MAILLE_REFUSED, "the road network had more than 2^32 turns");
    }
    if (!ok || !extend_nodes(n, x)) {
        maille_free(arrival);
        maille_free(enter_first);
        return maille_no_memory(ctx);
    }
    n->arrival = arrival;
    n->enter_first = enter_first;
    n->enter_node = x->enter_node.items;
    n->enter_ms = x->enter_ms.items;
    n->copy_first = x->copy_first;
    x->enter_node.items = x->enter_ms.items = x->copy_first = NULL;
    return network_set_arcs(ctx, n, x->arcs.items, (uint32_t)x->arcs.count);
}

/* A copy has an arc for each way on. Real networks have three times the arcs that they had: one of
 * places where thousands of roads meet was made to fill the memory. */
static maille_status check_size(maille_ctx *ctx, const expansion *x) {
    const uint64_t most = UINT64_C(16) * x->first_leaving[x->network->place_count] + (1 << 20);
    uint64_t turns = 0;
    for (size_t s = 0; s < x->states.count; s++) {
        uint32_t place = network_arc_head(x->network, x->states.items[s].arc);
        turns += x->first_leaving[place + 1] - x->first_leaving[place];
    }
    return turns <= most && x->states.count <= UINT32_MAX / 2 - x->network->place_count
               ? MAILLE_OK
               : maille_fail(ctx, MAILLE_REFUSED,
                             "so many roads met at the same places that there were %llu turns",
                             (unsigned long long)turns);
}

maille_status network_apply_turns(maille_ctx *ctx, maille_network *network,
                                  const network_turns *turns) {
    expansion x = {.network = network, .turns = turns};
    maille_status status = make_states(ctx, &x);
    if (!status)
        status = check_size(ctx, &x);
    if (!status && x.states.count)
        status = expand(ctx, network, &x);
    maille_free(x.first_leaving);
    maille_free(x.leaving);
    maille_free(x.fresh);
    maille_free(x.node);
    maille_free(x.copy_first);
    MAILLE_VEC_FREE(&x.states);
    MAILLE_VEC_FREE(&x.ends);
    MAILLE_VEC_FREE(&x.arcs);
    MAILLE_VEC_FREE(&x.enter_node);
    MAILLE_VEC_FREE(&x.enter_ms);
    return status;
}

/* ---- what the network tells of copies ---- */

uint32_t maille_network_place(const maille_network *n, uint32_t node) {
    if (node < n->place_count)
        return node;
    uint32_t copy = node - n->place_count, low = 0, high = n->place_count;
    while (low + 1 < high) { /* the last place whose copies begin at or before this one */
        uint32_t middle = low + (high - low) / 2;
        if (n->copy_first[middle] <= copy)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint32_t maille_network_arrival(const maille_network *n, uint32_t edge, bool back) {
    if (n->arrival)
        return n->arrival[2 * edge + back];
    return back ? n->edge_from[edge] : n->edge_to[edge];
}

uint32_t maille_network_entry_ms(const maille_network *n, const uint32_t *node_ms, uint32_t edge,
                                 bool back) {
    uint64_t least = node_ms[back ? n->edge_to[edge] : n->edge_from[edge]];
    uint32_t arc = 2 * edge + back;
    if (n->arrival)
        for (uint32_t i = n->enter_first[arc]; i < n->enter_first[arc + 1]; i++) {
            uint64_t ms = (uint64_t)node_ms[n->enter_node[i]] + n->enter_ms[i];
            least = ms < least ? ms : least;
        }
    return (uint32_t)least;
}

uint32_t maille_network_place_ms(const maille_network *n, const uint32_t *node_ms, uint32_t place) {
    uint32_t least = node_ms[place];
    if (n->copy_first)
        for (uint32_t c = n->copy_first[place]; c < n->copy_first[place + 1]; c++) {
            uint32_t ms = node_ms[n->place_count + c];
            least = ms < least ? ms : least;
        }
    return least;
}
