/* Communes that a road joins without touching a third, though no border does: bridges, ferries
 * (room: travel). */
#ifndef MAILLE_ROADLINKS_H
#define MAILLE_ROADLINKS_H

#include <maille/ctx.h>
#include <maille/network.h>
#include <maille/shapes.h>
#include <maille/travel.h>
#include <stdint.h>

typedef struct {
    uint32_t a, b; /* a < b */
    uint32_t ms;   /* between the centres, the longer of the two directions */
} maille_road_link;

typedef struct {
    const maille_shapes *communes; /* metres, of the network's CRS */
    /* Who borders whom along a line, CSR, ascending. */
    const uint32_t *neighbour_start, *neighbour;
    const maille_stop *centres;   /* of each commune */
    const uint32_t *node_commune; /* that holds each node, MAILLE_ABSENT = none; NULL: looked for */
    uint32_t limit_ms;            /* of both directions, the limit included */
    /* A junction outside all communes is land beyond the study: it belongs to the nearest commune
     * within so many metres, else nobody passes. Elsewhere outside is water. */
    double near_m;
} maille_link_search;

/* Pairs of communes that do not border each other along a line and are joined, both ways within the
 * limit, by a drive from centre to centre that stays in the two and over water. Roads are looked at
 * every hundred metres. Sorted by (a, b); a block of the caller's. */
maille_status maille_road_links(maille_ctx *ctx, const maille_network *network,
                                const maille_link_search *how, maille_road_link **out,
                                uint32_t *count);

#endif
