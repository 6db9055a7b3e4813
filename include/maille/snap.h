/* Snapping: the nearest point of the nearest edge (room: network). */
#ifndef MAILLE_SNAP_H
#define MAILLE_SNAP_H

#include <maille/ctx.h>
#include <maille/network.h>

/* Where a point stands on the network. `edge` is MAILLE_ABSENT (UINT32_MAX) when it stands nowhere.
 * The parts of the edge's time before and after the point are rounded so that they sum to the
 * edge's weight: to_end = weight − from_start, per direction. */
typedef struct {
    uint32_t edge;
    double fraction;   /* 0 at the edge's start, 1 at its end */
    double distance_m; /* from the point to the road */
    maille_xy at;
} maille_snap;

typedef struct maille_snapper maille_snapper;
/* `edge_group` (may be NULL) gives a number to each edge; a query with a group sees only edges
 * whose number is that group. UINT32_MAX as an edge's number = an edge nobody may use. */
maille_status maille_snapper_new(maille_ctx *ctx, const maille_network *network,
                                 const uint32_t *edge_group, maille_snapper **out);
void maille_snapper_free(maille_snapper *snapper);

/* Nearest edge within max_m of each point; ties go to the lowest edge. `groups` may be NULL (any).
 * Of two edges that are one road's two directions at the same distance, the lowest number wins and
 * the search seeds its twin too (see travel.h). Edges that nobody may drive are not seen. */
maille_status maille_snap_points(maille_ctx *ctx, const maille_snapper *snapper,
                                 const maille_xy *points, const uint32_t *groups, size_t count,
                                 double max_m, maille_snap *out);

/* Which edges the communes of each border-connected group may use: those of the strongly connected
 * component that has most nodes in the group's communes, as far as one of their ends lies in the
 * group. `node_group[v]` is the group of the commune that holds (or is nearest to) node v,
 * UINT32_MAX = none. An edge between two groups takes the group of its start if the component is
 * also that group's, else of its end. A point may use an edge of its own group only: an island
 * never jumps to the mainland. Result: one number per edge, block owned by the caller. */
maille_status maille_edge_groups(maille_ctx *ctx, const maille_network *network,
                                 const uint32_t *node_group, uint32_t group_count,
                                 uint32_t **edge_group);

/* Which roads can be both come to and left again: edges of the largest strongly connected component
 * of each piece of the network (a piece hangs together by roads, whatever their direction), so that
 * islands stay and one-way traps go. 0 for them, UINT32_MAX for all others: for maille_snapper_new.
 * `left_out` (may be NULL) counts the others that may be driven. Turns are not asked. One number
 * per edge, block owned by the caller. */
maille_status maille_edges_both_ways(maille_ctx *ctx, const maille_network *network,
                                     uint32_t **edge_group, uint32_t *left_out);

#endif
