/* The sweep of one origin over all nodes (internal to the room). Places are put in rows: those that
 * depend on rows before only, and have the same number of arcs, so that the loop over a row neither
 * branches nor waits for its own results. A place's number in that order is its slot. */
#ifndef MAILLE_TRAVEL_REACH_SWEEP_H
#define MAILLE_TRAVEL_REACH_SWEEP_H

#include "travel/reach_scratch.h"

/* The n-th arcs of all slots of the row lie together, then the next ones. */
typedef struct {
    uint32_t begin, count, degree; /* slots, arcs of each */
    uint32_t arcs;                 /* the first one */
} travel_row;

typedef struct {
    uint32_t slot_count, row_count;
    uint32_t *slot_of_node;
    uint32_t *other, *rest; /* slots; UINT32_MAX − ms */
    travel_row *rows;
} travel_sweep;

/* `arcs` lead to each place from more important ones (or the other way round). */
maille_status travel_sweep_make(maille_ctx *ctx, const maille_hierarchy *hierarchy,
                                const maille_climb *arcs, travel_sweep *out);
void travel_sweep_clear(travel_sweep *sweep);
/* Each slot takes the least of what is there and what its arcs bring. */
void travel_sweep_run(const travel_sweep *sweep, uint32_t *ms);
/* The same with which: keys are ms << 32 | which. */
void travel_sweep_run_keys(const travel_sweep *sweep, uint64_t *keys);
/* Times in the order of nodes. */
void travel_sweep_tell(const travel_sweep *sweep, const uint32_t *slot_ms, uint32_t *ms);

/* key + ms; UINT64_MAX where that is too long. */
static inline uint64_t travel_add_to_key(uint64_t key, uint32_t ms) {
    uint64_t total = key + ((uint64_t)ms << 32);
    return total < key ? UINT64_MAX : total;
}

#endif
