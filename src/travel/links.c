/* Communes that a road joins without touching a third: candidates are looked for at the roads that
 * leave a commune, then each is driven from centre to centre. */
#include <stdlib.h>
#include <string.h>

#include <maille/heap.h>
#include <maille/memory.h>
#include <maille/vec.h>

#include "travel/search.h"
#include "travel/sides.h"

typedef MAILLE_VEC(uint64_t) pairs;
typedef MAILLE_VEC(uint32_t) numbers;

typedef struct {
    const maille_network *network;
    const maille_link_search *how;
    travel_sides sides;
    travel_places standing; /* centres by the road that they stand on */
    pairs pairs;            /* a << 32 | b, a < b */
    travel_seeds leaving, arriving;
    maille_heap heap;
    uint32_t *ms; /* of each node; MAILLE_UNREACHED between searches */
    numbers reached;
} search;

/* ---- candidates ---- */

static bool is_commune(uint32_t side) {
    return side < TRAVEL_CLOSED;
}

static bool is_neighbour(const maille_link_search *how, uint32_t a, uint32_t b) {
    for (uint32_t i = how->neighbour_start[a]; i < how->neighbour_start[a + 1]; i++)
        if (how->neighbour[i] == b)
            return true;
    return false;
}

static bool is_pair(const search *s, uint32_t a, uint32_t b) {
    return is_commune(a) && is_commune(b) && a != b && !is_neighbour(s->how, a, b);
}

static bool add_pair(search *s, uint32_t a, uint32_t b) {
    return MAILLE_VEC_PUSH(&s->pairs, a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a);
}

/* Edges from one commune straight into another. */
static maille_status pairs_by_edge(maille_ctx *ctx, search *s) {
    const maille_network *n = s->network;
    const uint32_t *side = s->sides.side;
    maille_status status = MAILLE_OK;
    numbers edges = {0};
    for (uint32_t e = 0; e < n->edge_count; e++)
        if (is_pair(s, side[n->edge_from[e]], side[n->edge_to[e]]) && !MAILLE_VEC_PUSH(&edges, e))
            status = maille_no_memory(ctx);
    if (status == MAILLE_OK)
        status = travel_sides_look(ctx, &s->sides, edges.items, edges.count);
    for (size_t i = 0; i < edges.count && status == MAILLE_OK; i++) {
        uint32_t a = side[n->edge_from[edges.items[i]]], b = side[n->edge_to[edges.items[i]]];
        if (travel_sides_within(&s->sides, edges.items[i], a, b) && !add_pair(s, a, b))
            status = maille_no_memory(ctx);
    }
    MAILLE_VEC_FREE(&edges);
    return status;
}

/* The node after `node` when one comes from `before`: outside there are two at most. */
static uint32_t next_node(const travel_sides *sides, uint32_t node, uint32_t before) {
    for (uint32_t i = sides->first[node]; i < sides->first[node + 1]; i++) {
        uint32_t other = travel_other_end(sides->network, sides->at[i], node);
        if (other != before)
            return other;
    }
    return UINT32_MAX;
}

/* Pairs of commune c and those whose centres stand on an edge. */
static bool pairs_on_edge(search *s, uint32_t c, uint32_t edge) {
    maille_stop here = maille_stop_at_snap((maille_snap){.edge = edge});
    uint32_t place = travel_place(s->network, &here);
    for (uint32_t i = travel_places_find(&s->standing, place);
         i < s->standing.count && s->standing.items[i].place == place; i++)
        if (is_pair(s, c, s->standing.items[i].stop) && !add_pair(s, c, s->standing.items[i].stop))
            return false;
    return true;
}

/* Pairs of commune c and what one comes to first who leaves it at `before` for `node`: centres on
 * roads over water, then the commune where the water ends. */
static bool pairs_beyond(search *s, uint32_t c, uint32_t before, uint32_t node) {
    const travel_sides *sides = &s->sides;
    uint32_t start = node;
    while (sides->side[node] == TRAVEL_OUTSIDE) {
        uint32_t next = next_node(sides, node, before);
        if (next == UINT32_MAX || next == start)
            return true;
        for (uint32_t i = sides->first[node]; i < sides->first[node + 1]; i++)
            if (travel_other_end(s->network, sides->at[i], node) == next &&
                !pairs_on_edge(s, c, sides->at[i]))
                return false;
        before = node;
        node = next;
    }
    return !is_pair(s, c, sides->side[node]) || add_pair(s, c, sides->side[node]);
}

/* Roads that leave a commune, pass over water and come to another. */
static maille_status pairs_over_water(maille_ctx *ctx, search *s) {
    const maille_network *n = s->network;
    const uint32_t *side = s->sides.side;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        uint32_t from = n->edge_from[e], to = n->edge_to[e];
        if (side[from] == TRAVEL_OUTSIDE) {
            from = n->edge_to[e];
            to = n->edge_from[e];
        }
        if (!is_commune(side[from]) || side[to] != TRAVEL_OUTSIDE)
            continue;
        if (!pairs_beyond(s, side[from], from, to))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

/* Roads that have a centre on them and no end in its commune. */
static maille_status pairs_by_centre(maille_ctx *ctx, search *s) {
    const maille_network *n = s->network;
    for (uint32_t c = 0; c < s->how->communes->count; c++) {
        const maille_snap *snap = &s->how->centres[c].snap;
        if (snap->edge == UINT32_MAX || snap->fraction <= 0 || snap->fraction >= 1)
            continue;
        uint32_t from = n->edge_from[snap->edge], to = n->edge_to[snap->edge];
        if (!pairs_on_edge(s, c, snap->edge) || !pairs_beyond(s, c, to, from) ||
            !pairs_beyond(s, c, from, to))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

static int compare_pairs(const void *pa, const void *pb) {
    uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;
    return (a > b) - (a < b);
}

static maille_status find_pairs(maille_ctx *ctx, search *s) {
    maille_status status = MAILLE_OK;
    size_t kept = 0;
    MAILLE_TRY(pairs_by_edge(ctx, s));
    MAILLE_TRY(pairs_over_water(ctx, s));
    MAILLE_TRY(pairs_by_centre(ctx, s));
    if (s->pairs.count)
        qsort(s->pairs.items, s->pairs.count, sizeof *s->pairs.items, compare_pairs);
    for (size_t i = 0; i < s->pairs.count; i++)
        if (i == 0 || s->pairs.items[i] != s->pairs.items[i - 1])
            s->pairs.items[kept++] = s->pairs.items[i];
    s->pairs.count = kept;
done:
    return status;
}

/* Whether a drive between communes of `ours` may pass a node. */
static bool is_ours(const unsigned char *ours, uint32_t side) {
    return is_commune(side) ? ours[side] : side == TRAVEL_OUTSIDE;
}

/* Roads between nodes of `ours`, and the halves of those that their centres stand on. */
static bool list_stretches(const search *s, const unsigned char *ours, numbers *out) {
    const maille_network *n = s->network;
    const uint32_t *side = s->sides.side;
    for (uint32_t e = 0; e < n->edge_count; e++)
        if (is_ours(ours, side[n->edge_from[e]]) && is_ours(ours, side[n->edge_to[e]]) &&
            !MAILLE_VEC_PUSH(out, e))
            return false;
    for (uint32_t c = 0; c < s->how->communes->count; c++) {
        uint32_t edge = s->how->centres[c].snap.edge, halves = n->edge_count + 2 * c;
        if (ours[c] && edge != UINT32_MAX &&
            (!MAILLE_VEC_PUSH(out, edge) || !MAILLE_VEC_PUSH(out, halves) ||
             !MAILLE_VEC_PUSH(out, halves + 1)))
            return false;
    }
    return true;
}

/* Looks at all roads of the communes of pairs. */
static maille_status look_at_pairs(maille_ctx *ctx, search *s) {
    maille_status status = MAILLE_OK;
    numbers stretches = {0};
    unsigned char *ours = maille_alloc((size_t)s->how->communes->count + 1, 1);
    if (!ours)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < s->pairs.count; i++)
        ours[s->pairs.items[i] >> 32] = ours[s->pairs.items[i] & UINT32_MAX] = 1;
    if (!list_stretches(s, ours, &stretches)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(travel_sides_look(ctx, &s->sides, stretches.items, stretches.count));
done:
    MAILLE_VEC_FREE(&stretches);
    maille_free(ours);
    return status;
}

/* ---- driving ---- */

static bool may_pass(const search *s, uint32_t node, uint32_t a, uint32_t b) {
    uint32_t side = s->sides.side[node];
    return side == a || side == b || side == TRAVEL_OUTSIDE;
}

/* Whether centre c may be left, or arrived at, by way of a node. */
static bool may_join(const search *s, uint32_t c, uint32_t node, uint32_t a, uint32_t b) {
    const maille_snap *snap = &s->how->centres[c].snap;
    if (!may_pass(s, node, a, b))
        return false;
    if (snap->edge == UINT32_MAX || snap->fraction <= 0 || snap->fraction >= 1)
        return true; /* it stands on the node */
    uint32_t half = s->network->edge_from[snap->edge] == node ? 0 : 1;
    return travel_sides_within(&s->sides, s->network->edge_count + 2 * c + half, a, b);
}

static bool reach(search *s, uint32_t node, uint64_t ms) {
    if (ms > s->how->limit_ms || ms >= s->ms[node])
        return true;
    if (s->ms[node] == MAILLE_UNREACHED && !MAILLE_VEC_PUSH(&s->reached, node))
        return false;
    s->ms[node] = (uint32_t)ms;
    maille_heap_push(&s->heap, node, (uint32_t)ms);
    return true;
}

/* Along the edges at a node, as far as they stay in a, b and over water. */
static bool drive_on(search *s, uint32_t node, uint32_t ms, uint32_t a, uint32_t b) {
    const maille_network *n = s->network;
    for (uint32_t i = s->sides.first[node]; i < s->sides.first[node + 1]; i++) {
        uint32_t e = s->sides.at[i], other = travel_other_end(n, e, node);
        uint32_t weight = n->edge_from[e] == node ? n->edge_ms[e] : n->edge_back_ms[e];
        if (weight != MAILLE_NO_ARC && may_pass(s, other, a, b) &&
            travel_sides_within(&s->sides, e, a, b) && !reach(s, other, (uint64_t)ms + weight))
            return false;
    }
    return true;
}

/* Least time to a centre from what was reached, or along the road that both centres stand on. */
static uint64_t arrive(const search *s, uint32_t from, uint32_t to) {
    const maille_stop *stops = s->how->centres;
    uint64_t best = MAILLE_UNREACHED;
    for (uint64_t i = s->arriving.start[to]; i < s->arriving.start[to + 1]; i++) {
        uint32_t node = s->arriving.nodes[i];
        uint64_t ms = (uint64_t)s->ms[node] + s->arriving.ms[i];
        if (s->ms[node] != MAILLE_UNREACHED && ms < best && may_join(s, to, node, from, to))
            best = ms;
    }
    uint32_t place = travel_place(s->network, &stops[from]);
    if (place != UINT32_MAX && place == travel_place(s->network, &stops[to]) &&
        travel_sides_within(&s->sides, stops[from].snap.edge, from, to)) {
        uint32_t straight = travel_along(s->network, &stops[from], &stops[to]);
        best = straight < best ? straight : best;
    }
    return best;
}

/* Least time from centre `from` to centre `to` that touches none but these two, or
 * MAILLE_UNREACHED beyond the limit. */
static maille_status drive(maille_ctx *ctx, search *s, uint32_t from, uint32_t to, uint32_t *out) {
    bool ok = true;
    uint32_t node, ms;
    for (uint64_t i = s->leaving.start[from]; i < s->leaving.start[from + 1] && ok; i++)
        if (may_join(s, from, s->leaving.nodes[i], from, to))
            ok = reach(s, s->leaving.nodes[i], s->leaving.ms[i]);
    while (ok && maille_heap_pop(&s->heap, &node, &ms))
        ok = drive_on(s, node, ms, from, to);
    uint64_t best = arrive(s, from, to);
    *out = best <= s->how->limit_ms ? (uint32_t)best : MAILLE_UNREACHED;
    for (size_t i = 0; i < s->reached.count; i++)
        s->ms[s->reached.items[i]] = MAILLE_UNREACHED;
    s->reached.count = 0;
    maille_heap_clear(&s->heap);
    return ok ? MAILLE_OK : maille_no_memory(ctx);
}

/* Links are driven from place to place: turns are not asked. */
static void at_places(const maille_network *n, travel_seeds *seeds) {
    for (uint64_t i = 0; i < seeds->start[seeds->count]; i++)
        seeds->nodes[i] = maille_network_place(n, seeds->nodes[i]);
}

static maille_status open_searches(maille_ctx *ctx, search *s) {
    maille_status status = MAILLE_OK;
    const maille_network *n = s->network;
    uint32_t communes = s->how->communes->count;
    MAILLE_TRY(travel_seeds_make(ctx, n, s->how->centres, communes, MAILLE_FROM, &s->leaving));
    MAILLE_TRY(travel_seeds_make(ctx, n, s->how->centres, communes, MAILLE_TOWARDS, &s->arriving));
    at_places(n, &s->leaving);
    at_places(n, &s->arriving);
    s->ms = maille_alloc((size_t)n->node_count + 1, sizeof *s->ms);
    if (!s->ms || !maille_heap_init(&s->heap, n->node_count)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    memset(s->ms, 0xFF, n->node_count * sizeof *s->ms);
done:
    return status;
}

static maille_status drive_pairs(maille_ctx *ctx, search *s, maille_road_link *links,
                                 uint32_t *count) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < s->pairs.count; i++) {
        uint32_t a = (uint32_t)(s->pairs.items[i] >> 32), b = (uint32_t)s->pairs.items[i];
        uint32_t there, back;
        MAILLE_TRY(drive(ctx, s, a, b, &there));
        if (there == MAILLE_UNREACHED)
            continue;
        MAILLE_TRY(drive(ctx, s, b, a, &back));
        if (back != MAILLE_UNREACHED)
            links[(*count)++] = (maille_road_link){a, b, there > back ? there : back};
    }
done:
    return status;
}

maille_status maille_road_links(maille_ctx *ctx, const maille_network *network,
                                const maille_link_search *how, maille_road_link **out,
                                uint32_t *count) {
    maille_status status = MAILLE_OK;
    search s = {.network = network, .how = how};
    maille_road_link *links = NULL;
    uint32_t found = 0;
    MAILLE_TRY(travel_sides_make(ctx, network, how, &s.sides));
    MAILLE_TRY(travel_places_make(ctx, network, how->centres, how->communes->count, &s.standing));
    MAILLE_TRY(find_pairs(ctx, &s));
    if (s.pairs.count) {
        links = maille_alloc(s.pairs.count, sizeof *links);
        if (!links) {
            status = maille_no_memory(ctx);
            goto done;
        }
        MAILLE_TRY(look_at_pairs(ctx, &s));
        MAILLE_TRY(open_searches(ctx, &s));
        MAILLE_TRY(drive_pairs(ctx, &s, links, &found));
    }
    *out = links;
    *count = found;
    links = NULL;
done:
    travel_sides_clear(&s.sides);
    travel_places_clear(&s.standing);
    travel_seeds_clear(&s.leaving);
    travel_seeds_clear(&s.arriving);
    maille_heap_free(&s.heap);
    maille_free(s.ms);
    MAILLE_VEC_FREE(&s.reached);
    MAILLE_VEC_FREE(&s.pairs);
    maille_free(links);
    return status;
}
