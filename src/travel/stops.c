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

/* An edge as seen from a stop that stands on it or on its twin: its share behind the stop, and the
 * weights along and against the edge. */
typedef struct {
    double fraction;
    uint32_t from, to, ms, back_ms;
} view;

static view view_edge(const maille_network *network, const maille_snap *snap, uint32_t edge) {
    uint32_t from = network->edge_from[edge];
    bool turned = from != network->edge_from[snap->edge];
    return (view){turned ? 1 - snap->fraction : snap->fraction, from, network->edge_to[edge],
                  network->edge_ms[edge], network->edge_back_ms[edge]};
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

uint32_t travel_along(const maille_network *network, const maille_stop *from,
                      const maille_stop *to) {
    uint32_t least = MAILLE_UNREACHED, edge = from->snap.edge;
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
    return least;
}

/* Writes where one stop enters, or only counts (nodes NULL). */
static uint64_t write_seeds(const maille_network *network, const maille_stop *stop,
                            maille_direction direction, uint32_t *nodes, uint32_t *ms) {
    uint64_t count = 0;
    uint32_t node = stands_on(network, stop);
    if (node != UINT32_MAX) {
        if (nodes) {
            nodes[0] = node;
            ms[0] = 0;
        }
        return 1;
    }
    if (stop->snap.edge == UINT32_MAX)
        return 0;
    uint32_t edge = stop->snap.edge;
    do {
        view v = view_edge(network, &stop->snap, edge);
        bool leaving = direction == MAILLE_FROM;
        if (v.ms != MAILLE_NO_ARC) {
            uint32_t before = from_start(v.fraction, v.ms);
            if (nodes) {
                nodes[count] = leaving ? v.to : v.from;
                ms[count] = leaving ? v.ms - before : before;
            }
            count++;
        }
        if (v.back_ms != MAILLE_NO_ARC) {
            uint32_t before = from_start(1 - v.fraction, v.back_ms);
            if (nodes) {
                nodes[count] = leaving ? v.from : v.to;
                ms[count] = leaving ? v.back_ms - before : before;
            }
            count++;
        }
        edge = network->edge_twin[edge];
    } while (edge != stop->snap.edge);
    return count;
}

/* A stop made for another network must not lead out of this one's arrays. */
static bool belongs(const maille_network *network, const maille_stop *stop) {
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
        if (!belongs(network, &stops[i])) {
            travel_seeds_clear(out);
            return maille_fail(ctx, MAILLE_REFUSED, "stop %u was on no edge or node of the network",
                               i);
        }
        out->start[i + 1] = out->start[i] + write_seeds(network, &stops[i], direction, NULL, NULL);
    }
    out->nodes = maille_alloc(out->start[count], sizeof *out->nodes);
    out->ms = maille_alloc(out->start[count], sizeof *out->ms);
    if (!out->nodes || !out->ms) {
        travel_seeds_clear(out);
        return maille_no_memory(ctx);
    }
    for (uint32_t i = 0; i < count; i++)
        write_seeds(network, &stops[i], direction, out->nodes + out->start[i],
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
