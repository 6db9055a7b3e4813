/* All pairs of origins and destinations: what every way of searching them has in common (internal
 * to the room). One search an origin, in parallel; its row is cut to the nearest and written in
 * order of columns. */
#ifndef MAILLE_TRAVEL_PAIRS_H
#define MAILLE_TRAVEL_PAIRS_H

#include <stdatomic.h>

#include "travel/marks.h"
#include "travel/rows.h"
#include "travel/search.h"

#define TRAVEL_ROWS_A_PIECE 16

/* The row that a worker searches: as clean after it as before. */
typedef struct {
    uint32_t *best_ms; /* of each destination; limit + 1 where it was not reached */
    travel_marks reached;
    uint64_t *keys; /* of those reached, where a row may be cut */
} travel_found;

typedef struct {
    const maille_network *network;
    const maille_stop *origins, *destinations;
    uint32_t origin_count, destination_count;
    uint32_t limit_ms, nearest; /* destinations that a row keeps at most */
    travel_seeds leaving, arriving;
    travel_places standing; /* destinations */
    travel_found *found;    /* of each worker */
    unsigned worker_count;
    travel_rows rows;
    size_t steps; /* of the whole work; a row is one */
    atomic_size_t steps_done;
} travel_pairs;

/* Needs all up to `nearest`. After a failure too, to be cleared. */
maille_status travel_pairs_prepare(maille_ctx *ctx, travel_pairs *pairs);
void travel_pairs_clear(travel_pairs *pairs);

/* Searches from the origin `row` and lowers what it reaches; allocates nothing. */
typedef void travel_search_row(void *user, unsigned worker, uint32_t row, travel_found *found);
/* Where a table without limit would fill memory, a few rows are searched first to tell how much
 * comes: MAILLE_NO_MEMORY with both figures where that is more than the machine has. */
maille_status travel_pairs_run(maille_ctx *ctx, travel_pairs *pairs, travel_search_row *search,
                               void *user, maille_matrix **out);

/* So many steps more were done by a worker. That of the caller's thread tells how far all are, so
 * that it never goes back. */
void travel_pairs_tell(maille_ctx *ctx, travel_pairs *pairs, unsigned worker, size_t steps);

static inline void travel_found_lower(const travel_pairs *pairs, travel_found *found,
                                      uint32_t destination, uint64_t ms) {
    uint32_t before = found->best_ms[destination];
    if (ms >= before)
        return;
    found->best_ms[destination] = (uint32_t)ms;
    if (before > pairs->limit_ms)
        travel_mark(&found->reached, destination);
}

#endif
