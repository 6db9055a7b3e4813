/* Several origins at once: each place has a lane for each of them (internal to the room). */
#ifndef MAILLE_TRAVEL_REACH_LANES_H
#define MAILLE_TRAVEL_REACH_LANES_H

#include "travel/reach_scratch.h"
#include "travel/search.h"

#define TRAVEL_LANES 16u /* 64 bytes a place: one line of the cache */

/* `rest` is UINT32_MAX − ms: min(a, rest) + ms adds without ever passing MAILLE_UNREACHED. */
typedef struct {
    uint32_t other, rest;
} travel_arc;

/* Arcs of place p: [first[p], first[p + 1]), each to or from a lower place. */
typedef struct {
    uint32_t *first;
    travel_arc *arcs;
} travel_arcs;

/* Times of the marked places go up along the arcs; places that they come to are marked. Lanes of
 * places that are not marked may hold anything. */
void travel_lanes_climb(const travel_arcs *up, travel_marks *marks, uint32_t *lanes);
/* Then down to every place, the least of what the climb left at it and what its arcs bring. */
void travel_lanes_sweep(const travel_arcs *down, const travel_marks *marks, uint32_t *lanes);

/* Then what arrives at each stop, which enters at places: rows[l][stop], for `count` lanes. */
void travel_lanes_tell(const travel_seeds *arriving, const uint32_t *lanes, uint32_t *const *rows,
                       unsigned count);

static inline size_t travel_lanes_at(uint32_t place) {
    return (size_t)place * TRAVEL_LANES;
}

#endif
