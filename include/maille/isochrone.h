/* Isochrones: discs of all that lies within so many minutes (room: travel). Coarse for now: a
 * surface of times on a grid, from exact times at nodes and along edges, with foot speed off the
 * road up to a limit; valid, nested, with holes. */
#ifndef MAILLE_ISOCHRONE_H
#define MAILLE_ISOCHRONE_H

#include <maille/ctx.h>
#include <maille/network.h>
#include <maille/shapes.h>
#include <maille/travel.h>

typedef struct {
    double cell_m;   /* 0 = chosen from the extent: at most 1,000 × 1,000 cells, 250 m at least */
    double foot_kmh; /* off the road */
    double off_road_m;          /* no farther from a road than this */
    maille_direction direction; /* of the search that gave the times */
} maille_isochrone_options;

/* node_ms from maille_nearest_nodes; bands ascending, in ms. Appends one shape per band to `out`
 * (metres). An edge counts as far as it can be driven within the band. */
maille_status maille_isochrones(maille_ctx *ctx, const maille_network *network,
                                const uint32_t *node_ms, const uint32_t *bands_ms,
                                size_t band_count, const maille_isochrone_options *options,
                                maille_shapes *out);

#endif
