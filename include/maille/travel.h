/* Searches on a road graph (room: travel). All times are integer milliseconds, exact: equal to
 * those of a plain Dijkstra. Searches own a scratch, allocate nothing while running, and give the
 * same result with 1 or N threads. */
#ifndef MAILLE_TRAVEL_H
#define MAILLE_TRAVEL_H

#include <maille/ctx.h>
#include <maille/network.h>
#include <maille/snap.h>
#include <stdint.h>

/* A place on the network: either a snapped point, or a node (edge == UINT32_MAX, node set).
 * both UINT32_MAX = nowhere, reaches and is reached by nothing (but 0 ms from itself). A snapped
 * point on a two-way road seeds both directions, each with its part of the edge; on a one-way road
 * only the legal one; where several edges are drawn at the same place (edge_twin: a road's two
 * directions as two lines), all of them. A point at an end of its edge stands on that node.
 *
 * Every search adds at both ends of a way `access_ms`, what it takes from the point to the road or
 * back (0: on the road), and `ready_ms`, what the stop needs beside the way: the readiness of an
 * ambulance. Stops on the same spot of the same edge with the same access are one point: nobody
 * walks to the road and back to come to where he is. */
typedef struct {
    uint32_t node, access_ms, ready_ms;
    maille_snap snap;
} maille_stop;

maille_stop maille_stop_at_node(uint32_t node);
maille_stop maille_stop_at_snap(maille_snap snap);
/* The same with the walk to the road at kmh (0: on the road); nowhere where the snap is. */
maille_stop maille_stop_on_foot(maille_snap snap, double kmh);
maille_stop maille_stop_nowhere(void);

typedef enum { MAILLE_TOWARDS, MAILLE_FROM } maille_direction;

/* For every node the time to (TOWARDS) or from (FROM) the nearest of `count` stops, and which
 * (lowest number on ties); MAILLE_UNREACHED / UINT32_MAX beyond limit_ms (UINT32_MAX−1 = no limit).
 * A patient drives TOWARDS care: arcs are walked backwards from the facilities. `ms` and `which`
 * hold node_count entries. */
maille_status maille_nearest_nodes(maille_ctx *ctx, const maille_network *network,
                                   const maille_stop *stops, uint32_t count,
                                   maille_direction direction, uint32_t limit_ms, uint32_t *ms,
                                   uint32_t *which);

/* For each origin the time to the nearest stop and which; partial edges at both ends; two points of
 * one edge are joined along it where the direction allows. On ties the lowest number. Without limit
 * unless limit_ms says so. */
maille_status maille_nearest(maille_ctx *ctx, const maille_network *network,
                             const maille_stop *origins, uint32_t origin_count,
                             const maille_stop *stops, uint32_t stop_count, uint32_t limit_ms,
                             uint32_t *ms, uint32_t *which);
/* The same in either direction; FROM: from the nearest stop to each origin. */
maille_status maille_nearest_directed(maille_ctx *ctx, const maille_network *network,
                                      const maille_stop *origins, uint32_t origin_count,
                                      const maille_stop *stops, uint32_t stop_count,
                                      maille_direction direction, uint32_t limit_ms, uint32_t *ms,
                                      uint32_t *which);

/* A sparse matrix of times by rows: row i holds entries [start[i], start[i+1]), sorted by column.
 */
typedef struct {
    uint32_t rows, columns;
    uint64_t *start; /* rows + 1 */
    uint32_t *column;
    uint32_t *ms;
} maille_matrix;
void maille_matrix_free(maille_matrix *matrix);

/* All pairs origin → destination within limit_ms (inclusive). In parallel over origins. Where both
 * arrays are the same one, each stop reaches itself in 0 ms, even nowhere. */
maille_status maille_times(maille_ctx *ctx, const maille_network *network,
                           const maille_stop *origins, uint32_t origin_count,
                           const maille_stop *destinations, uint32_t destination_count,
                           uint32_t limit_ms, maille_matrix **out);
/* Keeps the k nearest columns of each row (lowest number on ties), sorted by column again. */
maille_status maille_matrix_nearest(maille_ctx *ctx, const maille_matrix *matrix, uint32_t k,
                                    maille_matrix **out);

/* Rows become columns. */
maille_status maille_matrix_transpose(maille_ctx *ctx, const maille_matrix *matrix,
                                      maille_matrix **out);

/* The matrix file of the cache (compact, versioned, checksum, key as for the network). */
maille_status maille_matrix_save(maille_ctx *ctx, const maille_matrix *matrix, const char *path,
                                 const char *key);
maille_status maille_matrix_load(maille_ctx *ctx, const char *path, const char *key,
                                 maille_matrix **out);

/* Estimates where there are no roads: straight distance × detour / speed, all pairs within limit.
 */
maille_status maille_times_estimated(maille_ctx *ctx, const maille_xy *origins,
                                     uint32_t origin_count, const maille_xy *destinations,
                                     uint32_t destination_count, double detour, double speed_kmh,
                                     uint32_t limit_ms, maille_matrix **out);
maille_status maille_nearest_estimated(maille_ctx *ctx, const maille_xy *origins,
                                       uint32_t origin_count, const maille_xy *stops,
                                       uint32_t stop_count, double detour, double speed_kmh,
                                       uint32_t *ms, uint32_t *which);

#endif
