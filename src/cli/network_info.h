/* What `maille network info` tells (inside cli). */
#ifndef MAILLE_CLI_NETWORK_INFO_H
#define MAILLE_CLI_NETWORK_INFO_H

#include "cli/cli.h"

#include <maille/network.h>

/* A file of roads that was read. */
void print_network_report(const char *path, const maille_network_report *report, bool json);

/* Whether the file begins as those of the cache do. */
bool is_cache_file(const char *path);
/* A network, a hierarchy or a matrix of the cache: checked whole, then told. */
maille_status print_cache_file(maille_ctx *ctx, const char *path, bool json);
/* The roads of a workspace as they were imported, and the files of its cache. */
maille_status print_workspace_roads(maille_ctx *ctx, const char *path, bool json);

#endif
