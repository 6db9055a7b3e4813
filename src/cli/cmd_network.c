/* maille network info: what a road file holds, and what was dropped from it; what a workspace keeps
 * of its roads, and what is in its cache. */
#include "cli/network_info.h"
#include "cli/roads.h"

#include <maille/memory.h>
#include <string.h>

typedef struct {
    const char *fields, *mode, *workspace;
    bool directed, json, quiet;
} network_options;

static maille_status print_roads(maille_ctx *ctx, const char *path, const network_options *o,
                                 const maille_crs *crs) {
    maille_network_report report = {0};
    maille_network *network = NULL;
    if (is_cache_file(path))
        return print_cache_file(ctx, path, o->json);
    maille_status status =
        read_roads(ctx, path, o->fields, o->directed, o->mode, crs, &network, &report);
    if (status == MAILLE_OK)
        print_network_report(path, &report, o->json);
    maille_network_free(network);
    return status;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    network_options o = {.mode = "car"};
    const option options[] = {
        {"fields", 0, &o.fields, NULL},     {"mode", 0, &o.mode, NULL},
        {"directed", 0, NULL, &o.directed}, {"json", 0, NULL, &o.json},
        {"quiet", 'q', NULL, &o.quiet},     {"workspace", 'w', &o.workspace, NULL}};
    size_t count = 0;
    maille_crs *crs = NULL;
    maille_status status = MAILLE_OK;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_network, argc, argv, options, sizeof options / sizeof *options,
                      rest, &count));
    if (count == 0 || strcmp(rest[0], "info") != 0 || (count < 2 && !o.workspace)) {
        status =
            maille_fail(ctx, MAILLE_USAGE, "expected: maille network info ROADS… or -w WORKSPACE");
        goto done;
    }
    if (o.workspace)
        TRY(print_workspace_roads(ctx, o.workspace, o.json));
    TRY(maille_crs_new(ctx, maille_crs_choose(NULL, 0), &crs));
    for (size_t i = 1; i < count; i++)
        TRY(print_roads(ctx, rest[i], &o, crs));
done:
    maille_crs_free(crs);
    maille_free((void *)rest);
    return status;
}

const command cmd_network = {
    "network",
    "info ROADS… [--fields from=…,to=…,length_m=…,speed_kmh=…] [--directed] [--mode M] | info -w "
    "WORKSPACE",
    "nodes, arcs, components, kilometres by class, what was dropped",
    "ROADS: an .osm.pbf file, BD TOPO, any line layer, a CSV of links, or a file of a workspace's\n"
    "cache (network, hierarchy, times).\n\n"
    "  -w, --workspace FILE the roads of a workspace, and the files of its cache\n"
    "      --fields a=b,…   our field=theirs: from to length_m speed_kmh time_s direction\n"
    "      --directed       each line is one direction\n"
    "      --mode M         car (default), car-peak or foot: the profile of OSM and BD TOPO\n"
    "      --json           one JSON object a file\n",
    run};
