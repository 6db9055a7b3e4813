/* maille times: minutes between points on a road file, without a workspace. */
#include "cli/points.h"
#include "cli/roads.h"
#include "cli/times_search.h"

#include <maille/memory.h>
#include <maille/text.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *roads, *fields, *from, *to, *limit, *nearest, *mode, *out, *jobs;
    const char *snap_max, *access, *points_out;
    bool directed, dispatch, any_road, quiet;
} times_options;

/* Set by Ctrl-C: long work ends at its next part, and leaves no half of a file. */
static atomic_bool interrupted;

static void interrupt(int signal) {
    (void)signal;
    atomic_store(&interrupted, true);
}

/* The second Ctrl-C ends at once. */
static void listen_for_interrupts(maille_ctx *ctx) {
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    maille_ctx_set_cancel(ctx, &interrupted);
}

static maille_status choose_crs(maille_ctx *ctx, const point_list *from, const point_list *to,
                                maille_crs **crs) {
    size_t count = 0;
    maille_lonlat *all = maille_alloc(from->count + to->count + 1, sizeof *all);
    if (!all)
        return maille_no_memory(ctx);
    for (size_t i = 0; from->at && i < from->count; i++)
        all[count++] = from->at[i];
    for (size_t i = 0; to->at && i < to->count; i++)
        all[count++] = to->at[i];
    maille_status status = maille_crs_new(ctx, maille_crs_choose(all, count), crs);
    maille_free(all);
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

/* A number from 0 up where the option is given. */
static maille_status parse_measure(maille_ctx *ctx, const char *what, const char *unit,
                                   const char *text, double *value) {
    if (text && (!maille_parse_number(text, value) || *value < 0))
        return maille_fail(ctx, MAILLE_USAGE, "%s was \"%s\", expected %s", what, text, unit);
    return MAILLE_OK;
}

static maille_status parse_snapping(maille_ctx *ctx, const times_options *o, snap_options *out) {
    maille_status status = MAILLE_OK;
    maille_travel_rules *rules = NULL;
    TRY(maille_travel_rules_read(ctx, MAILLE_DEFAULT_TRAVEL, &rules));
    *out = (snap_options){rules->snap_max_m, rules->snap_far_m, rules->foot_kmh, o->any_road};
    TRY(parse_measure(ctx, "--snap-max-m", "metres", o->snap_max, &out->snap_max_m));
    TRY(parse_measure(ctx, "--access-kmh", "km/h", o->access, &out->access_kmh));
done:
    maille_travel_rules_free(rules);
    return status;
}

/* What the facilities need to be ready counts in either direction, what others do never. */
static void add_ready(maille_ctx *ctx, const point_list *from, placing *to) {
    for (size_t i = 0; to->points->ready_ms && i < to->points->count; i++)
        to->stops[i].ready_ms = to->points->ready_ms[i];
    if (from->ready_ms && strcmp(from->path, to->points->path) != 0)
        maille_log(ctx, MAILLE_LOG_WARNING, "%s: start_min was passed over: it counts in --to only",
                   from->path);
}

static maille_status compute(maille_ctx *ctx, const times_options *o, const point_list *from,
                             const point_list *to) {
    maille_status status = MAILLE_OK;
    maille_crs *crs = NULL;
    maille_network *network = NULL;
    maille_network_report report = {0};
    placing origins = {0}, destinations = {0};
    const placing *const both[] = {&origins, &destinations};
    times_search search = {
        .from = &origins, .to = &destinations, .dispatch = o->dispatch, .quiet = o->quiet};
    snap_options snapping;
    uint64_t count = 0;
    long nearest = 0;
    TRY(parse_limit(ctx, o->limit, &search.limit_ms));
    if (o->nearest)
        TRY(parse_count(ctx, "--nearest", o->nearest, 1, 1000000, &nearest));
    search.nearest = (uint32_t)nearest;
    TRY(parse_snapping(ctx, o, &snapping));
    TRY(choose_crs(ctx, from, to, &crs));
    TRY(read_roads(ctx, o->roads, o->fields, o->directed, o->mode, crs, &network, &report));
    search.network = network;
    TRY(place_points(ctx, "from", from, network, crs, &snapping, &origins));
    TRY(place_points(ctx, "to", to, network, crs, &snapping, &destinations));
    add_ready(ctx, from, &destinations);
    if (o->points_out)
        TRY(write_placings(ctx, o->points_out, both, 2));
    TRY(times_write(ctx, &search, o->out, &count));
    if (!o->quiet)
        fprintf(stderr, "%llu times between %zu and %zu points, on %u nodes and %u arcs\n",
                (unsigned long long)count, from->count, to->count, network->node_count,
                network->arc_count);
done:
    placing_free(&origins);
    placing_free(&destinations);
    maille_network_free(network);
    maille_crs_free(crs);
    return status;
}

static maille_status check_options(maille_ctx *ctx, const times_options *o, size_t rest_count) {
    const char *out = o->out ? o->out : "-";
    if (!o->roads || !o->from || !o->to || rest_count)
        return maille_fail(ctx, MAILLE_USAGE,
                           "expected --roads FILE --from POINTS --to POINTS; see maille times -h");
    if (strcmp(o->mode, "car") != 0 && strcmp(o->mode, "foot") != 0)
        return maille_fail(ctx, MAILLE_USAGE, "--mode was \"%s\", expected car or foot", o->mode);
    if (o->points_out && strcmp(o->points_out, out) == 0)
        return maille_fail(ctx, MAILLE_USAGE, "--points-out and --out were both %s", out);
    return MAILLE_OK;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    times_options o = {.mode = "car"};
    const option options[] = {
        {"roads", 0, &o.roads, NULL},       {"fields", 0, &o.fields, NULL},
        {"from", 0, &o.from, NULL},         {"to", 0, &o.to, NULL},
        {"limit-min", 0, &o.limit, NULL},   {"nearest", 0, &o.nearest, NULL},
        {"mode", 0, &o.mode, NULL},         {"snap-max-m", 0, &o.snap_max, NULL},
        {"access-kmh", 0, &o.access, NULL}, {"points-out", 0, &o.points_out, NULL},
        {"out", 'o', &o.out, NULL},         {"jobs", 'j', &o.jobs, NULL},
        {"directed", 0, NULL, &o.directed}, {"dispatch", 0, NULL, &o.dispatch},
        {"any-road", 0, NULL, &o.any_road}, {"quiet", 'q', NULL, &o.quiet}};
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    size_t rest_count = 0;
    point_list from = {0}, to = {0};
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_times, argc, argv, options, sizeof options / sizeof *options, rest,
                      &rest_count));
    TRY(check_options(ctx, &o, rest_count));
    TRY(set_jobs(ctx, o.jobs));
    listen_for_interrupts(ctx);
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
    "             --from POINTS --to POINTS [--limit-min N] [--nearest K] [--dispatch]\n"
    "             [--mode car|foot] [--snap-max-m N] [--any-road] [--access-kmh N]\n"
    "             [--points-out points.csv] --out times.csv",
    "minutes between points on a road file",
    "POINTS: any point file, CSV id,lon,lat, or CSV id,node where the roads carry node ids.\n"
    "ROADS: an .osm.pbf file, any line layer, or a CSV of links (points by node then).\n\n"
    "People are at the points of --from, care is at those of --to. A column start_min of --to\n"
    "says how many minutes a facility needs beside the drive, e.g. an ambulance until it starts:\n"
    "it counts in either direction, and the limit and the nearest include it.\n\n"
    "      --fields a=b,…   our field=theirs: from to length_m speed_kmh time_s direction\n"
    "      --directed       each line is one direction\n"
    "      --limit-min N    pairs within N minutes, N included; without it all that are reached\n"
    "      --nearest K      the K nearest --to of each --from; the first in the file of equals\n"
    "      --dispatch       vehicles start at --to and come to --from; without it people of "
    "--from\n"
    "                       drive to --to. Rows stay from_id,to_id\n"
    "      --mode M         car (default) or foot: the profile of OSM files\n"
    "      --snap-max-m N   points farther than this from any road are left out and named\n"
    "                       (default: snap_max_m of layers/rules/travel-voiture.yaml)\n"
    "      --any-road       points come to whatever road is nearest; without it only to roads "
    "that\n"
    "                       can be both come to and left, of the main part of each island\n"
    "      --access-kmh N   speed of the walk between point and road, counted at both ends "
    "(default:\n"
    "                       foot_kmh of the same file); 0: times start on the road\n"
    "      --points-out FILE  where each point stands: role,id,lon,lat,distance_m,access_min,\n"
    "                       start_min,road_kmh,finding\n"
    "  -o, --out FILE       from_id,to_id,minutes; unreached pairs are absent; stdout by default\n"
    "  -j, --jobs N         threads (default: all processors)\n",
    run};
