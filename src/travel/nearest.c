/* The nearest of many stops: one search from all of them. */
#include <string.h>

#include <maille/memory.h>

#include "travel/search.h"

maille_status maille_nearest_nodes(maille_ctx *ctx, const maille_network *network,
                                   const maille_stop *stops, uint32_t count,
                                   maille_direction direction, uint32_t limit_ms, uint32_t *ms,
                                   uint32_t *which) {
    travel_search search = {.ms = ms, .which = which};
    travel_seeds seeds;
    maille_status status = travel_seeds_make(ctx, network, stops, count, direction, &seeds);
    if (status)
        return status;
    status = travel_search_init(ctx, &search, network, direction, limit_ms);
    if (status)
        goto done;
    memset(ms, 0xFF, network->node_count * sizeof *ms);
    memset(which, 0xFF, network->node_count * sizeof *which);
    for (uint32_t i = 0; i < count; i++)
        for (uint64_t s = seeds.start[i]; s < seeds.start[i + 1]; s++)
            travel_search_seed(&search, seeds.nodes[s], seeds.ms[s], i);
    uint32_t node, time;
    while (travel_search_step(&search, &node, &time))
        continue;
done:
    travel_search_clear(&search);
    travel_seeds_clear(&seeds);
    return status;
}

/* The best so far for one origin. */
typedef struct {
    uint32_t ms, which;
} choice;

static void consider(choice *best, uint64_t ms, uint32_t which, uint32_t limit_ms) {
    if (ms > limit_ms || which == UINT32_MAX)
        return;
    if (ms < best->ms || (ms == best->ms && which < best->which))
        *best = (choice){(uint32_t)ms, which};
}

/* Stops on the road of an origin, which may be reached without passing a node. */
static void consider_near(choice *best, const maille_network *network, const maille_stop *origin,
                          const maille_stop *stops, const travel_places *standing,
                          maille_direction direction, uint32_t limit_ms) {
    uint32_t place = travel_place(network, origin);
    for (uint32_t p = travel_places_find(standing, place);
         p < standing->count && standing->items[p].place == place; p++) {
        uint32_t stop = standing->items[p].stop;
        uint32_t along = direction == MAILLE_TOWARDS ? travel_along(network, origin, &stops[stop])
                                                     : travel_along(network, &stops[stop], origin);
        consider(best, along, stop, limit_ms);
    }
}

maille_status maille_nearest_directed(maille_ctx *ctx, const maille_network *network,
                                      const maille_stop *origins, uint32_t origin_count,
                                      const maille_stop *stops, uint32_t stop_count,
                                      maille_direction direction, uint32_t limit_ms, uint32_t *ms,
                                      uint32_t *which) {
    maille_status status = MAILLE_OK;
    uint32_t limit = limit_ms < MAILLE_UNREACHED ? limit_ms : MAILLE_UNREACHED - 1;
    maille_direction against = direction == MAILLE_TOWARDS ? MAILLE_FROM : MAILLE_TOWARDS;
    travel_seeds joins = {0}; /* where the origins meet the network */
    travel_places standing = {0};
    uint32_t *node_ms = maille_alloc(network->node_count, sizeof *node_ms);
    uint32_t *node_which = maille_alloc(network->node_count, sizeof *node_which);
    if (!node_ms || !node_which) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(travel_seeds_make(ctx, network, origins, origin_count, against, &joins));
    MAILLE_TRY(maille_nearest_nodes(ctx, network, stops, stop_count, direction, limit, node_ms,
                                    node_which));
    MAILLE_TRY(travel_places_make(ctx, network, stops, stop_count, &standing));
    for (uint32_t i = 0; i < origin_count; i++) {
        choice best = {MAILLE_UNREACHED, UINT32_MAX};
        for (uint64_t s = joins.start[i]; s < joins.start[i + 1]; s++) {
            uint32_t node = joins.nodes[s];
            consider(&best, (uint64_t)joins.ms[s] + node_ms[node], node_which[node], limit);
        }
        consider_near(&best, network, &origins[i], stops, &standing, direction, limit);
        ms[i] = best.ms;
        which[i] = best.which;
    }
done:
    maille_free(node_ms);
    maille_free(node_which);
    travel_seeds_clear(&joins);
    travel_places_clear(&standing);
    return status;
}

maille_status maille_nearest(maille_ctx *ctx, const maille_network *network,
                             const maille_stop *origins, uint32_t origin_count,
                             const maille_stop *stops, uint32_t stop_count, uint32_t limit_ms,
                             uint32_t *ms, uint32_t *which) {
    return maille_nearest_directed(ctx, network, origins, origin_count, stops, stop_count,
                                   MAILLE_TOWARDS, limit_ms, ms, which);
}
