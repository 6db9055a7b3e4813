/* Stops: where people and places stand on the network. */
#include <math.h>
#include <stdlib.h>

#include <maille/memory.h>

#include "travel/search.h"

maille_stop maille_stop_nowhere(void) {
    return (maille_stop){.node = UINT32_MAX, .snap = {.edge = UINT32_MAX}};
}

maille_stop maille_stop_at_node(uint32_t node) {
    maille_stop stop = maille_stop_nowhere();
    stop.node = node;
    return stop;
}

maille_stop maille_stop_at_snap(maille_snap snap) {
    maille_stop stop = maille_stop_nowhere();
    stop.snap = snap;
    return stop;
}

maille_stop maille_stop_on_foot(maille_snap snap, double kmh) {
    if (snap.edge == UINT32_MAX)
        return maille_stop_nowhere();
    maille_stop stop = maille_stop_at_snap(snap);
    if (kmh > 0)
        stop.access_ms = (uint32_t)fmin(round(3600 * snap.distance_m / kmh), MAILLE_UNREACHED - 1);
    return stop;
}

/* An edge as seen from a stop that stands on it or on its twin: its share behind the stop, and the
 * weights along and against the edge. */
typedef struct {
    double fraction;
    uint32_t ms, back_ms;
} view;

static view view_edge(const maille_network *network, const maille_snap *snap, uint32_t edge) {
    bool turned = network->edge_from[edge] != network->edge_from[snap->edge];
    return (view){turned ? 1 - snap->fraction : snap->fraction, network->edge_ms[edge],
                  network->edge_back_ms[edge]};
}

/* Time from the edge's start to `fraction` of it; the rest is weight − that. */
static uint32_t from_start(double fraction, uint32_t weight) {
    return (uint32_t)llround(fraction * weight);
}

/* The node that a stop stands on: its own, or that at the end of its edge. */
static uint32_t stands_on(const maille_network *network, const maille_stop *stop) {
    if (stop->snap.edge == UINT32_MAX)
        return stop->node;
    if (stop->snap.fraction <= 0)
        return network->edge_from[stop->snap.edge];
    if (stop->snap.fraction >= 1)
        return network->edge_to[stop->snap.edge];
    return UINT32_MAX;
}

uint32_t travel_place(const maille_network *network, const maille_stop *stop) {
    uint32_t lowest = stop->snap.edge;
    if (lowest == UINT32_MAX)
        return UINT32_MAX;
    for (uint32_t e = network->edge_twin[stop->snap.edge]; e != stop->snap.edge;
         e = network->edge_twin[e])
        if (e < lowest)
            lowest = e;
    return lowest;
}

static bool are_one_point(const maille_stop *a, const maille_stop *b) {
    return a->snap.edge == b->snap.edge && a->snap.fraction == b->snap.fraction &&
           a->access_ms == b->access_ms;
}

uint32_t travel_along(const maille_network *network, const maille_stop *from,
                      const maille_stop *to) {
    uint32_t least = MAILLE_UNREACHED, edge = from->snap.edge;
    uint64_t beside = (uint64_t)from->ready_ms + to->ready_ms;
    if (are_one_point(from, to))
        return beside < MAILLE_UNREACHED ? (uint32_t)beside : MAILLE_UNREACHED;
    do {
        view a = view_edge(network, &from->snap, edge), b = view_edge(network, &to->snap, edge);
        if (a.ms != MAILLE_NO_ARC && a.fraction <= b.fraction) {
            uint32_t ms = from_start(b.fraction, a.ms) - from_start(a.fraction, a.ms);
            least = ms < least ? ms : least;
        }
        if (a.back_ms != MAILLE_NO_ARC && a.fraction >= b.fraction) {
            uint32_t ms =
                from_start(1 - b.fraction, a.back_ms) - from_start(1 - a.fraction, a.back_ms);
            least = ms < least ? ms : least;
        }
        edge = network->edge_twin[edge];
    } while (edge != from->snap.edge);
    uint64_t total = beside + from->access_ms + least + to->access_ms;
    return total < MAILLE_UNREACHED ? (uint32_t)total : MAILLE_UNREACHED;
}

/* Where one stop enters; only counted while the arrays are NULL. */
typedef struct {
    uint32_t *nodes, *ms;
    uint64_t count;
    uint64_t beside_ms; /* of each way */
} seeds_of_stop;

/* What takes longer than a time can be is no way. */
static void add_seed(seeds_of_stop *s, uint32_t node, uint64_t ms) {
    uint64_t total = ms + s->beside_ms;
    if (total >= MAILLE_UNREACHED)
        return;
    if (s->nodes) {
        s->nodes[s->count] = node;
        s->ms[s->count] = (uint32_t)total;
    }
    s->count++;
}

/* Whoever stands on a place leaves it by any way, and came to it by any. */
static void add_place(const maille_network *n, uint32_t place, maille_direction direction,
                      seeds_of_stop *out) {
    add_seed(out, place, 0);
    if (direction == MAILLE_TOWARDS && n->copy_first && place < n->place_count)
        for (uint32_t c = n->copy_first[place]; c < n->copy_first[place + 1]; c++)
            add_seed(out, n->place_count + c, 0);
}

/* One direction of an edge: left at its end, or entered at its beginning by whatever turn. */
static void add_arc(const maille_network *n, uint32_t edge, bool back, double fraction,
                    maille_direction direction, seeds_of_stop *out) {
    uint32_t ms = back ? n->edge_back_ms[edge] : n->edge_ms[edge], arc = 2 * edge + back;
    if (ms == MAILLE_NO_ARC)
        return;
    uint32_t before = from_start(back ? 1 - fraction : fraction, ms);
    if (direction == MAILLE_FROM) {
        add_seed(out, maille_network_arrival(n, edge, back), ms - before);
        return;
    }
    add_seed(out, back ? n->edge_to[edge] : n->edge_from[edge], before);
    if (n->enter_first)
        for (uint32_t i = n->enter_first[arc]; i < n->enter_first[arc + 1]; i++)
            add_seed(out, n->enter_node[i], (uint64_t)before + n->enter_ms[i]);
}

uint64_t travel_stop_seeds(const maille_network *network, const maille_stop *stop,
                           maille_direction direction, uint32_t *nodes, uint32_t *ms) {
    seeds_of_stop out = {nodes, ms, 0, (uint64_t)stop->access_ms + stop->ready_ms};
    uint32_t node = stands_on(network, stop), edge = stop->snap.edge;
    if (node != UINT32_MAX) {
        add_place(network, node, direction, &out);
        return out.count;
    }
    if (edge == UINT32_MAX)
        return 0;
    do {
        double fraction = view_edge(network, &stop->snap, edge).fraction;
        add_arc(network, edge, false, fraction, direction, &out);
        add_arc(network, edge, true, fraction, direction, &out);
        edge = network->edge_twin[edge];
    } while (edge != stop->snap.edge);
    return out.count;
}

bool travel_stop_belongs(const maille_network *network, const maille_stop *stop) {
    if (stop->snap.edge != UINT32_MAX)
        return stop->snap.edge < network->edge_count && !isnan(stop->snap.fraction);
    return stop->node == UINT32_MAX || stop->node < network->node_count;
}

maille_status travel_seeds_make(maille_ctx *ctx, const maille_network *network,
                                const maille_stop *stops, uint32_t count,
                                maille_direction direction, travel_seeds *out) {
    *out = (travel_seeds){.count = count};
    out->start = maille_alloc((size_t)count + 1, sizeof *out->start);
    if (!out->start)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++) {
        if (!travel_stop_belongs(network, &stops[i])) {
            travel_seeds_clear(out);
            return maille_fail(ctx, MAILLE_REFUSED, "stop %u was on no edge or node of the network",
                               i);
        }
        out->start[i + 1] =
            out->start[i] + travel_stop_seeds(network, &stops[i], direction, NULL, NULL);
    }
    out->nodes = maille_alloc(out->start[count], sizeof *out->nodes);
    out->ms = maille_alloc(out->start[count], sizeof *out->ms);
    if (!out->nodes || !out->ms) {
        travel_seeds_clear(out);
        return maille_no_memory(ctx);
    }
    for (uint32_t i = 0; i < count; i++)
        travel_stop_seeds(network, &stops[i], direction, out->nodes + out->start[i],
                          out->ms + out->start[i]);
    return MAILLE_OK;
}

void travel_seeds_clear(travel_seeds *seeds) {
    maille_free(seeds->start);
    maille_free(seeds->nodes);
    maille_free(seeds->ms);
    *seeds = (travel_seeds){0};
}

static int compare_standing(const void *pa, const void *pb) {
    const travel_standing *a = pa, *b = pb;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->stop > b->stop) - (a->stop < b->stop);
}

maille_status travel_places_make(maille_ctx *ctx, const maille_network *network,
                                 const maille_stop *stops, uint32_t count, travel_places *out) {
    *out = (travel_places){0};
    out->items = maille_alloc(count, sizeof *out->items);
    if (!out->items)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = travel_place(network, &stops[i]);
        if (place != UINT32_MAX)
            out->items[out->count++] = (travel_standing){place, i};
    }
    qsort(out->items, out->count, sizeof *out->items, compare_standing);
    return MAILLE_OK;
}

void travel_places_clear(travel_places *places) {
    maille_free(places->items);
    *places = (travel_places){0};
}

uint32_t travel_places_find(const travel_places *places, uint32_t place) {
    uint32_t low = 0, high = places->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (places->items[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
