/* In which commune each node of a network lies, and which communes each stretch of road touches
 * (internal to the room). */
#ifndef MAILLE_TRAVEL_SIDES_H
#define MAILLE_TRAVEL_SIDES_H

#include <maille/roadlinks.h>

#define TRAVEL_OUTSIDE UINT32_MAX      /* in no commune: water */
#define TRAVEL_CLOSED (UINT32_MAX - 1) /* a node that nobody passes; more communes than two */

/* Stretches are numbered: the whole drawing of edge e is e; of the edge that centre k stands on,
 * from its start to the centre is edge_count + 2k, from there to its end edge_count + 2k + 1. */
typedef struct {
    const maille_network *network;
    const maille_link_search *how;
    uint32_t *side;        /* of each node: a commune, OUTSIDE, CLOSED */
    uint32_t *first, *at;  /* edges at each node, CSR */
    uint32_t (*touch)[2];  /* communes that a stretch touches, OUTSIDE where fewer than two */
    unsigned char *looked; /* whether a stretch was looked at */
} travel_sides;

maille_status travel_sides_make(maille_ctx *ctx, const maille_network *network,
                                const maille_link_search *how, travel_sides *out);
void travel_sides_clear(travel_sides *sides);
/* Looks at stretches, all at once: that is much cheaper than one by one. */
maille_status travel_sides_look(maille_ctx *ctx, travel_sides *sides, const uint32_t *stretches,
                                size_t count);
/* Whether a stretch that was looked at touches no commune but a and b. */
bool travel_sides_within(const travel_sides *sides, uint32_t stretch, uint32_t a, uint32_t b);
/* The node at the other end of an edge. */
uint32_t travel_other_end(const maille_network *network, uint32_t edge, uint32_t node);

#endif
