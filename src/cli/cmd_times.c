/* maille times: minutes between points on a road file, without a workspace. */
#include "cli/roads.h"

#include <maille/hierarchy.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/reach.h>
#include <maille/snap.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MANY_ORIGINS = 32 };

typedef struct {
    const char *roads, *fields, *from, *to, *limit, *nearest, *mode, *out, *jobs;
    bool directed, quiet;
} times_options;

static maille_status choose_crs(maille_ctx *ctx, const point_list *points, maille_crs **crs) {
    return maille_crs_new(ctx, maille_crs_choose(points->at, points->at ? points->count : 0), crs);
}

static maille_status stops_at_nodes(maille_ctx *ctx, const maille_network *network,
                                    const point_list *points, maille_stop *stops) {
    maille_status status = MAILLE_OK;
    maille_names *numbers = maille_names_new(network->node_count);
    if (!numbers)
        return maille_no_memory(ctx);
    if (!network->node_names) {
        status = maille_fail(ctx, MAILLE_USAGE,
                             "%s names nodes, and the roads carry no node ids (--fields from=,to=)",
                             points->path);
        goto done;
    }
    for (uint32_t v = 0; v < network->node_count; v++)
        if (!maille_names_set(numbers, network->node_names[v], v)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    for (size_t i = 0; i < points->count; i++) {
        uint32_t node =
            points->node[i] ? maille_names_get(numbers, points->node[i]) : MAILLE_ABSENT;
        if (node == MAILLE_ABSENT) {
            status = maille_fail(ctx, MAILLE_REFUSED, "%s: row %lld: node \"%s\" was in no road",
                                 points->path, file_row(points->table, i),
                                 points->node[i] ? points->node[i] : "");
            goto done;
        }
        stops[i] = maille_stop_at_node(node);
    }
done:
    maille_names_free(numbers);
    return status;
}

/* One point that no road is near is named and left out; the others go on. */
static maille_status stops_by_snapping(maille_ctx *ctx, const maille_network *network,
                                       const maille_crs *crs, const point_list *points,
                                       double max_m, maille_stop *stops) {
    maille_status status = MAILLE_OK;
    maille_snapper *snapper = NULL;
    const maille_lines *drawn = network->edge_lines;
    if (drawn->start[drawn->count] == 0)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s gives points by lon,lat, and the links have no place: by node "
                           "(id,node) they would do",
                           points->path);
    maille_xy *metres = maille_alloc(points->count + 1, sizeof *metres);
    maille_snap *snaps = maille_alloc(points->count + 1, sizeof *snaps);
    if (!metres || !snaps) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_crs_project(ctx, crs, points->at, metres, points->count, NULL));
    TRY(maille_snapper_new(ctx, network, NULL, &snapper));
    TRY(maille_snap_points(ctx, snapper, metres, NULL, points->count, max_m, snaps));
    for (size_t i = 0; i < points->count; i++) {
        bool found = snaps[i].edge != MAILLE_ABSENT;
        stops[i] = found ? maille_stop_at_snap(snaps[i]) : maille_stop_nowhere();
        if (!found)
            maille_log(ctx, MAILLE_LOG_WARNING,
                       "%s: row %lld: point %s had no road within %.0f m: it was left out",
                       points->path, file_row(points->table, i), points->id[i], max_m);
    }
done:
    maille_snapper_free(snapper);
    maille_free(metres);
    maille_free(snaps);
    return status;
}

static maille_status make_stops(maille_ctx *ctx, const maille_network *network,
                                const maille_crs *crs, const point_list *points, double max_m,
                                maille_stop **out) {
    maille_stop *stops = maille_alloc(points->count + 1, sizeof *stops);
    if (!stops)
        return maille_no_memory(ctx);
    *out = stops;
    return points->node ? stops_at_nodes(ctx, network, points, stops)
                        : stops_by_snapping(ctx, network, crs, points, max_m, stops);
}

static maille_status write_times(maille_ctx *ctx, const char *path, const maille_matrix *matrix,
                                 const point_list *from, const point_list *to) {
    FILE *out = NULL;
    maille_strbuf line = {0};
    maille_status status = open_result(ctx, path, &out);
    if (status != MAILLE_OK)
        return status;
    fprintf(out, "from_id,to_id,minutes\n");
    for (uint32_t i = 0; i < matrix->rows; i++)
        for (uint64_t k = matrix->start[i]; k < matrix->start[i + 1] && !line.failed; k++) {
            maille_strbuf_clear(&line);
            maille_strbuf_add_csv(&line, from->id[i]);
            maille_strbuf_add_char(&line, ',');
            maille_strbuf_add_csv(&line, to->id[matrix->column[k]]);
            maille_strbuf_addf(&line, ",%.6f\n", (double)matrix->ms[k] / 60000.0);
            fwrite(line.text, 1, line.length, out);
        }
    status = close_result(ctx, path, out);
    if (line.failed)
        status = maille_no_memory(ctx);
    maille_strbuf_free(&line);
    return status;
}

static maille_status parse_limit(maille_ctx *ctx, const char *text, uint32_t *limit_ms) {
    double minutes;
    *limit_ms = MAILLE_UNREACHED - 1;
    if (!text)
        return MAILLE_OK;
    if (!maille_parse_number(text, &minutes) || minutes < 0 || minutes > 60000)
        return maille_fail(ctx, MAILLE_USAGE, "--limit-min was \"%s\", expected minutes", text);
    *limit_ms = (uint32_t)llround(minutes * 60000);
    return MAILLE_OK;
}

/* Where there are many origins a hierarchy, which takes as long as some thirty searches, is the
 * shorter way. */
static maille_status search(maille_ctx *ctx, const maille_network *network,
                            const maille_stop *origins, size_t from, const maille_stop *stops,
                            size_t to, uint32_t limit_ms, maille_matrix **out) {
    maille_status status = MAILLE_OK;
    maille_hierarchy *hierarchy = NULL;
    if (from < MANY_ORIGINS)
        return maille_times(ctx, network, origins, (uint32_t)from, stops, (uint32_t)to, limit_ms,
                            out);
    TRY(maille_hierarchy_build(ctx, network, &hierarchy));
    TRY(maille_reach_times(ctx, network, hierarchy, origins, (uint32_t)from, stops, (uint32_t)to,
                           limit_ms, out));
done:
    maille_hierarchy_free(hierarchy);
    return status;
}

static maille_status compute(maille_ctx *ctx, const times_options *o, const point_list *from,
                             const point_list *to) {
    maille_status status = MAILLE_OK;
    maille_travel_rules *rules = NULL;
    maille_crs *crs = NULL;
    maille_network *network = NULL;
    maille_network_report report = {0};
    maille_stop *origins = NULL, *destinations = NULL;
    maille_matrix *matrix = NULL, *kept = NULL;
    uint32_t limit_ms;
    long nearest = 0;
    TRY(parse_limit(ctx, o->limit, &limit_ms));
    if (o->nearest)
        TRY(parse_count(ctx, "--nearest", o->nearest, 1, 1000000, &nearest));
    TRY(maille_travel_rules_read(ctx, MAILLE_DEFAULT_TRAVEL, &rules));
    TRY(choose_crs(ctx, from->at ? from : to, &crs));
    TRY(read_roads(ctx, o->roads, o->fields, o->directed, o->mode, crs, &network, &report));
    TRY(make_stops(ctx, network, crs, from, rules->snap_max_m, &origins));
    TRY(make_stops(ctx, network, crs, to, rules->snap_max_m, &destinations));
    TRY(search(ctx, network, origins, from->count, destinations, to->count, limit_ms, &matrix));
    if (nearest)
        TRY(maille_matrix_nearest(ctx, matrix, (uint32_t)nearest, &kept));
    TRY(write_times(ctx, o->out, kept ? kept : matrix, from, to));
    if (!o->quiet)
        fprintf(stderr, "%llu times between %zu and %zu points, on %u nodes and %u arcs\n",
                (unsigned long long)(kept ? kept : matrix)->start[matrix->rows], from->count,
                to->count, network->node_count, network->arc_count);
done:
    maille_matrix_free(matrix);
    maille_matrix_free(kept);
    maille_free(origins);
    maille_free(destinations);
    maille_network_free(network);
    maille_crs_free(crs);
    maille_travel_rules_free(rules);
    return status;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    times_options o = {.mode = "car"};
    const option options[] = {{"roads", 0, &o.roads, NULL},     {"fields", 0, &o.fields, NULL},
                              {"from", 0, &o.from, NULL},       {"to", 0, &o.to, NULL},
                              {"limit-min", 0, &o.limit, NULL}, {"nearest", 0, &o.nearest, NULL},
                              {"mode", 0, &o.mode, NULL},       {"out", 'o', &o.out, NULL},
                              {"jobs", 'j', &o.jobs, NULL},     {"directed", 0, NULL, &o.directed},
                              {"quiet", 'q', NULL, &o.quiet}};
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    size_t rest_count = 0;
    point_list from = {0}, to = {0};
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_times, argc, argv, options, sizeof options / sizeof *options, rest,
                      &rest_count));
    if (!o.roads || !o.from || !o.to || rest_count) {
        status =
            maille_fail(ctx, MAILLE_USAGE,
                        "expected --roads FILE --from POINTS --to POINTS; see maille times -h");
        goto done;
    }
    if (strcmp(o.mode, "car") != 0 && strcmp(o.mode, "foot") != 0) {
        status = maille_fail(ctx, MAILLE_USAGE, "--mode was \"%s\", expected car or foot", o.mode);
        goto done;
    }
    TRY(set_jobs(ctx, o.jobs));
    TRY(read_points(ctx, o.from, &from));
    TRY(read_points(ctx, o.to, &to));
    TRY(compute(ctx, &o, &from, &to));
done:
    points_free(&from);
    points_free(&to);
    maille_free((void *)rest);
    return status;
}

const command cmd_times = {
    "times",
    "--roads FILE [--fields from=…,to=…,length_m=…,speed_kmh=…] [--directed]\n"
    "             --from POINTS --to POINTS [--limit-min N] [--nearest K] [--mode car|foot]\n"
    "             --out times.csv",
    "minutes between points on a road file",
    "POINTS: any point file, CSV id,lon,lat, or CSV id,node where the roads carry node ids.\n"
    "ROADS: an .osm.pbf file, any line layer, or a CSV of links (points by node then).\n\n"
    "      --fields a=b,…   our field=theirs: from to length_m speed_kmh time_s direction\n"
    "      --directed       each line is one direction\n"
    "      --limit-min N    pairs within N minutes, N included; without it all that are reached\n"
    "      --nearest K      the K nearest destinations of each origin\n"
    "      --mode M         car (default) or foot: the profile of OSM files\n"
    "  -o, --out FILE       from_id,to_id,minutes; unreached pairs are absent; stdout by default\n"
    "  -j, --jobs N         threads (default: all processors)\n",
    run};
