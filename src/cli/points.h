/* Points given on the command line, and where they stand on the roads. */
#ifndef MAILLE_CLI_POINTS_H
#define MAILLE_CLI_POINTS_H

#include "cli/cli.h"

#include <maille/crs.h>
#include <maille/network.h>
#include <maille/travel.h>

/* Points of a file: ids, and lon/lat or names of nodes. */
typedef struct {
    const char *path;
    maille_table *table;
    size_t count;
    const char **id;
    const char **node;       /* NULL where points have coordinates */
    maille_lonlat *at;       /* NULL where points are nodes; NaN where they are no lon, lat */
    const char **lon, **lat; /* as written; NULL where the file has points */
    uint32_t *ready_ms;      /* of the column start_min, NULL without */
} point_list;
maille_status read_points(maille_ctx *ctx, const char *path, point_list *out);
void points_free(point_list *points);

/* How points come to roads. */
typedef struct {
    double snap_max_m, far_m, access_kmh; /* `far_m`: who stands farther is named */
    bool any_road; /* also those that cannot be both come to and left again */
} snap_options;

/* Why a point stands nowhere. */
typedef enum { FAULT_NONE, FAULT_NO_LONLAT, FAULT_OUTSIDE_CRS, FAULT_NO_ROAD, FAULT_NO_NODE } fault;

/* Points on a network. `nearer_m` is how far the nearest road is that another choice about roads
 * would have taken; infinity where it takes the same. */
typedef struct {
    const char *role; /* "from", "to" */
    const point_list *points;
    const maille_network *network;
    const maille_crs *crs;
    snap_options how;
    maille_stop *stops;
    fault *faults;
    double *nearer_m;
} placing;
/* What is wrong with a point is told and leaves it out, the others go on; refused where no point of
 * the file can be used. */
maille_status place_points(maille_ctx *ctx, const char *role, const point_list *points,
                           const maille_network *network, const maille_crs *crs,
                           const snap_options *how, placing *out);
void placing_free(placing *p);
/* A CSV of all points, where they stand and what is to be said about them. */
maille_status write_placings(maille_ctx *ctx, const char *path, const placing *const *all,
                             size_t count);

#endif
