/* Searches on a hierarchy (room: travel): one to all, tables, the nearest. The same exact times as
 * the searches of travel.h, and the same conventions for stops, directions and limits. A
 * `maille_reacher` is the scratch of one thread: the first search of a kind makes what it needs,
 * later ones allocate nothing (but for a stop where more lines are drawn than anywhere before); the
 * network and the hierarchy are shared. */
#ifndef MAILLE_REACH_H
#define MAILLE_REACH_H

#include <maille/hierarchy.h>
#include <maille/travel.h>

typedef struct maille_reacher maille_reacher;
maille_status maille_reacher_new(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, maille_reacher **out);
void maille_reacher_free(maille_reacher *reach);

/* Time between two stops by a search from both ends; MAILLE_UNREACHED. Where both are the same
 * pointer, 0. */
maille_status maille_reach_one(maille_ctx *ctx, maille_reacher *reach, const maille_stop *from,
                               const maille_stop *to, uint32_t *ms);

/* For every node (in the network's numbering) the time from the stop (MAILLE_FROM) or to it
 * (MAILLE_TOWARDS): a climb and a linear sweep. */
maille_status maille_reach_all(maille_ctx *ctx, maille_reacher *reach, const maille_stop *stop,
                               maille_direction direction, uint32_t *ms);

/* For every node the time to (TOWARDS) or from (FROM) the nearest of `count` stops, and which
 * (lowest number on ties; may be NULL). `start_ms` (may be NULL) is what each stop needs before it
 * starts: the readiness of an ambulance. The same result as maille_nearest_nodes without limit. */
maille_status maille_reach_nearest(maille_ctx *ctx, maille_reacher *reach, const maille_stop *stops,
                                   uint32_t count, const uint32_t *start_ms,
                                   maille_direction direction, uint32_t *ms, uint32_t *which);

/* All pairs as a full table, row by row (origin_count × destination_count, the caller's;
 * MAILLE_UNREACHED where there is no way). Sweeps restricted to what the destinations need, several
 * origins at once; in parallel over origins, the same with 1 or N threads. It needs at most
 * maille_reach_table_bytes beside the table, far less where the stops lie close together. */
maille_status maille_reach_table(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, const maille_stop *origins,
                                 uint32_t origin_count, const maille_stop *destinations,
                                 uint32_t destination_count, uint32_t *ms);
uint64_t maille_reach_table_bytes(const maille_ctx *ctx, const maille_hierarchy *hierarchy,
                                  uint32_t origin_count, uint32_t destination_count);

/* All pairs within limit_ms (inclusive) as a sparse matrix: the same as maille_times, by buckets at
 * the places where climbs and descents meet. Where nearly all pairs lie within the limit and there
 * are thousands of them, a table is several times faster. Where that could fill memory, it is told
 * beforehand: how much comes goes to the log, and what the machine does not have is
 * MAILLE_NO_MEMORY with both figures. */
maille_status maille_reach_times(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, const maille_stop *origins,
                                 uint32_t origin_count, const maille_stop *destinations,
                                 uint32_t destination_count, uint32_t limit_ms,
                                 maille_matrix **out);

/* Of each origin the k nearest destinations within limit_ms (lowest number on ties), sorted by
 * column: the same as maille_matrix_nearest of that matrix, which is never made. */
maille_status maille_reach_k_nearest(maille_ctx *ctx, const maille_network *network,
                                     const maille_hierarchy *hierarchy, const maille_stop *origins,
                                     uint32_t origin_count, const maille_stop *destinations,
                                     uint32_t destination_count, uint32_t k, uint32_t limit_ms,
                                     maille_matrix **out);

/* A part of an edge, as fractions of it: 0 at its start, 1 at its end. */
typedef struct {
    uint32_t edge;
    double from, to;
} maille_edge_part;
typedef struct {
    size_t count;
    maille_edge_part *parts; /* by edge, then along it; apart from each other */
} maille_area;
void maille_area_clear(maille_area *area);

/* The service area of the nearest of `count` stops: where on the roads one comes to within limit_ms
 * (inclusive) from it, or comes from towards it. `node_ms` are the times at nodes that
 * maille_reach_nearest or maille_reach_all gave for these stops, start_ms (may be NULL) and
 * direction, so that several limits share a search; a node lies within where its time says so. A
 * place on a road lies within where a stop there would: driven in either direction that is allowed,
 * on any of the edges drawn there (edge_twin), each of which then has the part. Ends of parts are
 * not rounded, stops are, to whole milliseconds along the edge. */
maille_status maille_service_area(maille_ctx *ctx, const maille_network *network,
                                  const uint32_t *node_ms, const maille_stop *stops, uint32_t count,
                                  const uint32_t *start_ms, maille_direction direction,
                                  uint32_t limit_ms, maille_area *out);

#endif
