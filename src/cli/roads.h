/* Roads and points given on the command line. */
#ifndef MAILLE_CLI_ROADS_H
#define MAILLE_CLI_ROADS_H

#include "cli/cli.h"

#include <maille/network.h>
#include <maille/table.h>
#include <maille/travel.h>

/* Reads roads by the fields of --fields; mode car or foot chooses the profile of OSM files. */
maille_status read_roads(maille_ctx *ctx, const char *path, const char *fields, bool directed,
                         const char *mode, const maille_crs *crs, maille_network **network,
                         maille_network_report *report);

/* Points of a file: ids, and lon/lat or names of nodes. */
typedef struct {
    maille_table *table;
    const char **id;
    const char **node; /* NULL where points have coordinates */
    maille_lonlat *at; /* NULL where points are nodes */
    size_t count;
    const char *path;
} point_list;
maille_status read_points(maille_ctx *ctx, const char *path, point_list *out);
void points_free(point_list *points);

#endif
