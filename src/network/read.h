/* The readers of road files (internal to the room). Each fills a draft and the report. */
#ifndef MAILLE_NETWORK_READ_H
#define MAILLE_NETWORK_READ_H

#include "network/draft.h"
#include "network/profile.h"

typedef struct {
    maille_ctx *ctx;
    const char *path;
    const maille_road_fields *fields;
    const maille_crs *crs;
    network_draft *draft;
    maille_network_report *report;
} network_input;

maille_status network_read_table(const network_input *input);
maille_status network_read_osm(const network_input *input);

/* What turns cost by a profile. */
network_turn_costs network_costs_of(const network_profile *profile);

/* Length on the ellipsoid (WGS 84) of a short line between two points. */
double network_metres_between(maille_lonlat a, maille_lonlat b);

#endif
