/* Roads given on the command line. */
#ifndef MAILLE_CLI_ROADS_H
#define MAILLE_CLI_ROADS_H

#include "cli/cli.h"

#include <maille/network.h>

/* Reads roads by the fields of --fields; mode car or foot chooses the profile of OSM files. */
maille_status read_roads(maille_ctx *ctx, const char *path, const char *fields, bool directed,
                         const char *mode, const maille_crs *crs, maille_network **network,
                         maille_network_report *report);

#endif
