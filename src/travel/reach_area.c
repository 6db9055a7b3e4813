/* Service areas: the parts of roads within a limit, from times at nodes. */
#include <math.h>
#include <stdlib.h>

#include <maille/reach.h>
#include <maille/vec.h>

#include "travel/search.h"

/* Far less than the share of a millisecond on the longest edge: parts that rounding alone parts are
 * one. */
#define HAIR 1e-12

typedef struct {
    const maille_network *network;
    const uint32_t *node_ms;
    const maille_stop *stops;
    const uint32_t *start_ms;
    maille_direction direction;
    uint32_t limit_ms;
    travel_places standing;
    MAILLE_VEC(maille_edge_part) parts;
} job;

void maille_area_clear(maille_area *area) {
    maille_free(area->parts);
    *area = (maille_area){0};
}

/* One direction of an edge, as it lies along the edge whose parts are being found. */
typedef struct {
    uint32_t edge, ms;
    bool back;   /* against its own edge */
    bool turned; /* that edge lies against the one whose parts are found */
} arc;

/* Adds the part between two shares of an arc's time. */
static bool add_part(job *j, uint32_t edge, const arc *a, double from, double to) {
    from = fmax(from, 0);
    to = fmin(to, 1);
    maille_edge_part part = {edge, from, to};
    if (a->back != a->turned)
        part = (maille_edge_part){edge, 1 - to, 1 - from};
    return !(part.from < part.to) || MAILLE_VEC_PUSH(&j->parts, part);
}

/* From the node where the arc is entered, or towards the one where it ends. */
static bool add_by_node(job *j, uint32_t edge, const arc *a) {
    bool leaving = j->direction == MAILLE_FROM;
    uint32_t ms = leaving ? maille_network_entry_ms(j->network, j->node_ms, a->edge, a->back)
                          : j->node_ms[maille_network_arrival(j->network, a->edge, a->back)];
    if (ms > j->limit_ms)
        return true;
    double share = (double)(j->limit_ms - ms) / a->ms;
    return leaving ? add_part(j, edge, a, 0, share) : add_part(j, edge, a, 1 - share, 1);
}

/* From a stop on the arc on, or towards it. Whoever stands at an end stands on the node. */
static bool add_by_stop(job *j, uint32_t edge, const arc *a, uint32_t number) {
    const maille_stop *stop = &j->stops[number];
    bool against = (j->network->edge_from[stop->snap.edge] != j->network->edge_from[a->edge]);
    double fraction = against != a->back ? 1 - stop->snap.fraction : stop->snap.fraction;
    uint64_t beside =
        (uint64_t)(j->start_ms ? j->start_ms[number] : 0) + stop->access_ms + stop->ready_ms;
    if (fraction <= 0 || fraction >= 1 || beside > j->limit_ms)
        return true;
    double at = round(fraction * a->ms), left = (double)(j->limit_ms - beside);
    return j->direction == MAILLE_FROM ? add_part(j, edge, a, fraction, (at + left) / a->ms)
                                       : add_part(j, edge, a, (at - left) / a->ms, fraction);
}

static bool add_arc(job *j, uint32_t edge, const arc *a, uint32_t place) {
    bool ok = a->ms == MAILLE_NO_ARC || add_by_node(j, edge, a);
    for (uint32_t i = travel_places_find(&j->standing, place);
         i < j->standing.count && j->standing.items[i].place == place; i++)
        ok = ok && (a->ms == MAILLE_NO_ARC || add_by_stop(j, edge, a, j->standing.items[i].stop));
    return ok;
}

static int by_beginning(const void *pa, const void *pb) {
    const maille_edge_part *a = pa, *b = pb;
    return (a->from > b->from) - (a->from < b->from);
}

/* Sorts the parts of one edge and joins those that overlap. */
static void join_parts(job *j, size_t first) {
    size_t kept = first;
    if (j->parts.count - first < 2)
        return;
    qsort(j->parts.items + first, j->parts.count - first, sizeof *j->parts.items, by_beginning);
    for (size_t i = first + 1; i < j->parts.count; i++) {
        maille_edge_part *last = &j->parts.items[kept], next = j->parts.items[i];
        if (next.from - last->to <= HAIR)
            last->to = fmax(last->to, next.to);
        else
            j->parts.items[++kept] = next;
    }
    j->parts.count = kept + 1;
}

static bool find_parts(job *j, uint32_t edge) {
    const maille_network *n = j->network;
    maille_stop here = maille_stop_at_snap((maille_snap){.edge = edge});
    uint32_t place = travel_place(n, &here), twin = edge;
    size_t first = j->parts.count;
    bool ok = true;
    do {
        bool turned = n->edge_from[twin] != n->edge_from[edge];
        ok = ok && add_arc(j, edge, &(arc){twin, n->edge_ms[twin], false, turned}, place) &&
             add_arc(j, edge, &(arc){twin, n->edge_back_ms[twin], true, turned}, place);
        twin = n->edge_twin[twin];
    } while (twin != edge);
    join_parts(j, first);
    return ok;
}

maille_status maille_service_area(maille_ctx *ctx, const maille_network *network,
                                  const uint32_t *node_ms, const maille_stop *stops, uint32_t count,
                                  const uint32_t *start_ms, maille_direction direction,
                                  uint32_t limit_ms, maille_area *out) {
    job j = {.network = network,
             .node_ms = node_ms,
             .stops = stops,
             .start_ms = start_ms,
             .direction = direction,
             .limit_ms = limit_ms < MAILLE_UNREACHED ? limit_ms : MAILLE_UNREACHED - 1};
    *out = (maille_area){0};
    for (uint32_t i = 0; i < count; i++)
        if (!travel_stop_belongs(network, &stops[i]))
            return maille_fail(ctx, MAILLE_REFUSED, "stop %u was on no edge or node of the network",
                               i);
    maille_status status = travel_places_make(ctx, network, stops, count, &j.standing);
    if (status)
        return status;
    bool ok = true;
    for (uint32_t e = 0; e < network->edge_count && ok; e++)
        ok = find_parts(&j, e);
    travel_places_clear(&j.standing);
    if (ok) {
        *out = (maille_area){j.parts.count, j.parts.items};
        return MAILLE_OK;
    }
    MAILLE_VEC_FREE(&j.parts);
    return maille_no_memory(ctx);
}
