/* Dijkstra's search, one step at a time, and where stops enter it (internal to the room). */
#ifndef MAILLE_TRAVEL_SEARCH_H
#define MAILLE_TRAVEL_SEARCH_H

#include <maille/heap.h>
#include <maille/travel.h>

/* Where stops join the network: stop i enters at nodes[start[i] … start[i+1]-1], ms from or to it.
 */
typedef struct {
    uint32_t count;
    uint64_t *start;
    uint32_t *nodes, *ms;
} travel_seeds;

/* MAILLE_FROM: the ways to leave the stops; MAILLE_TOWARDS: the ways to arrive. */
maille_status travel_seeds_make(maille_ctx *ctx, const maille_network *network,
                                const maille_stop *stops, uint32_t count,
                                maille_direction direction, travel_seeds *out);
void travel_seeds_clear(travel_seeds *seeds);
/* The same for one stop of this network: writes where it enters, or only counts (nodes NULL). */
uint64_t travel_stop_seeds(const maille_network *network, const maille_stop *stop,
                           maille_direction direction, uint32_t *nodes, uint32_t *ms);
/* A stop made for another network must not lead out of this one's arrays. */
bool travel_stop_belongs(const maille_network *network, const maille_stop *stop);

/* The lowest of the edges drawn where the stop stands; MAILLE_ABSENT unless it stands on an edge.
 */
uint32_t travel_place(const maille_network *network, const maille_stop *stop);
/* Time along the edge on which both stops stand, with what both take beside it; MAILLE_UNREACHED
 * where the direction forbids. */
uint32_t travel_along(const maille_network *network, const maille_stop *from,
                      const maille_stop *to);

/* Stops by place: those that may be reached without passing a node. */
typedef struct {
    uint32_t place, stop;
} travel_standing;
typedef struct {
    travel_standing *items; /* by place, then stop */
    uint32_t count;
} travel_places;
maille_status travel_places_make(maille_ctx *ctx, const maille_network *network,
                                 const maille_stop *stops, uint32_t count, travel_places *out);
void travel_places_clear(travel_places *places);
/* First item at `place`; the caller goes on while the place is the same. */
uint32_t travel_places_find(const travel_places *places, uint32_t place);

/* A search. `ms` is MAILLE_UNREACHED for every node before it starts; `which` (may be NULL) tells
 * the source of each node's time, the lowest of equals. */
typedef struct {
    const uint32_t *first, *other, *weight;
    uint32_t *ms, *which;
    uint32_t limit_ms;
    maille_heap heap;
} travel_search;

/* FROM walks the arcs as they are, TOWARDS backwards. */
maille_status travel_search_init(maille_ctx *ctx, travel_search *search,
                                 const maille_network *network, maille_direction direction,
                                 uint32_t limit_ms);
void travel_search_clear(travel_search *search); /* `ms` and `which` are the caller's */
void travel_search_seed(travel_search *search, uint32_t node, uint32_t ms, uint32_t source);
/* Settles the next node in order of time, then number; false at the end. */
bool travel_search_step(travel_search *search, uint32_t *node, uint32_t *ms);

#endif
