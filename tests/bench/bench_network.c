/* The drive-time engine, for the benchmarks "network" and "network-france"
 * (tools/bench.d/network.py).
 *
 *     bench_network read ROADS EPSG [PROFILE [GRAPH]]   a file of roads becomes a graph, and
 * GRAPH.… bench_network arcs ROADS OUT                  the directed links of Corsica as a file of
 * arcs bench_network tile ARCS COPIES OUT            copies side by side, joined by a few bridges
 *     bench_network build ARCS GRAPH THREADS        GRAPH.network and GRAPH.hierarchy
 *     bench_network QUERY WAY GRAPH OUT THREADS NODES…
 *
 * QUERY is table, all, nearest, hour or pairs, WAY plain (Dijkstra) or hierarchy, NODES are files
 * of node numbers, one a line. A file of arcs holds two numbers (nodes, arcs), then from, to and
 * milliseconds of each arc, all in 32 bits; then x and y of the nodes. OUT gets the answer in 32
 * bits a number, so that two programs' answers can be compared. Prints one line of JSON. */
#include <maille/memory.h>
#include <maille/reach.h>
#include <math.h>
#include <string.h>

#include "measure.h"

enum { BRIDGES = 8, HOUR_MS = 3600000, BRIDGE_KMH = 80 };
#define NO_LIMIT (MAILLE_UNREACHED - 1)

static _Noreturn void die(const char *what) {
    fprintf(stderr, "bench_network: %s\n", what);
    exit(1);
}

static void must(const maille_ctx *ctx, maille_status status) {
    if (status != MAILLE_OK)
        die(maille_message(ctx));
}

static void *numbers(size_t count, size_t size) {
    void *all = maille_alloc(count, size);
    if (!all)
        die("memory ran out");
    return all;
}

static uint32_t number(const char *text) {
    return (uint32_t)strtoul(text, NULL, 10);
}

/* ---- files of arcs ---- */

typedef struct {
    uint32_t nodes, arcs, *from, *to, *ms;
    maille_xy *xy;
} graph;

static graph graph_new(uint32_t nodes, uint32_t arcs) {
    return (graph){nodes,
                   arcs,
                   numbers(arcs, sizeof(uint32_t)),
                   numbers(arcs, sizeof(uint32_t)),
                   numbers(arcs, sizeof(uint32_t)),
                   numbers(nodes, sizeof(maille_xy))};
}

static void graph_free(graph *g) {
    maille_free(g->from);
    maille_free(g->to);
    maille_free(g->ms);
    maille_free(g->xy);
}

static void graph_write(const graph *g, const char *path) {
    FILE *file = open_file(path, "wb");
    fwrite((uint32_t[]){g->nodes, g->arcs}, sizeof(uint32_t), 2, file);
    for (uint32_t a = 0; a < g->arcs; a++)
        fwrite((uint32_t[]){g->from[a], g->to[a], g->ms[a]}, sizeof(uint32_t), 3, file);
    fwrite(g->xy, sizeof *g->xy, g->nodes, file);
    if (fclose(file) != 0)
        die(path);
}

static graph graph_read(const char *path) {
    FILE *file = open_file(path, "rb");
    uint32_t part[3];
    size_t missing = 2 - fread(part, sizeof *part, 2, file);
    graph g = graph_new(missing ? 0 : part[0], missing ? 0 : part[1]);
    for (uint32_t a = 0; a < g.arcs; a++) {
        missing += 3 - fread(part, sizeof *part, 3, file);
        g.from[a] = part[0];
        g.to[a] = part[1];
        g.ms[a] = part[2];
    }
    missing += g.nodes - fread(g.xy, sizeof *g.xy, g.nodes, file);
    fclose(file);
    if (missing)
        die("a file of arcs was cut short");
    return g;
}

static maille_network *network_of(maille_ctx *ctx, const graph *g) {
    maille_network *network = NULL;
    uint32_t *none = numbers(g->arcs, sizeof *none);
    memset(none, 0xFF, g->arcs * sizeof *none); /* MAILLE_NO_ARC */
    must(ctx, maille_network_from_edges(ctx, g->nodes, g->arcs, g->from, g->to, g->ms, none, g->xy,
                                        &network));
    maille_free(none);
    return network;
}

static maille_network *read_roads(maille_ctx *ctx, const char *path, int epsg,
                                  const maille_road_fields *fields) {
    maille_network *network = NULL;
    maille_network_report report;
    maille_crs *crs = NULL;
    must(ctx, maille_crs_new(ctx, epsg, &crs));
    must(ctx, maille_network_read(ctx, path, fields, crs, &network, &report));
    maille_crs_free(crs);
    return network;
}

static void command_arcs(maille_ctx *ctx, char **words) {
    maille_road_fields fields = {.directed = true,
                                 .from = "from_node",
                                 .to = "to_node",
                                 .length_m = "length_m",
                                 .speed_kmh = "speed_kmh"};
    maille_network *network = read_roads(ctx, words[0], 2154, &fields);
    graph g = graph_new(network->node_count, network->arc_count);
    for (uint32_t v = 0; v < g.nodes; v++)
        for (uint32_t a = network->first_out[v]; a < network->first_out[v + 1]; a++) {
            g.from[a] = v;
            g.to[a] = network->head[a];
            g.ms[a] = network->out_ms[a];
        }
    memcpy(g.xy, network->node_xy, g.nodes * sizeof *g.xy);
    graph_write(&g, words[1]);
    printf("{\"nodes\":%u,\"arcs\":%u}\n", g.nodes, g.arcs);
    graph_free(&g);
    maille_network_free(network);
}

/* ---- copies side by side ---- */

/* The nodes of the largest component that lie farthest out along (x, y), one in each of BRIDGES
 * strips across. */
static void rim(const maille_network *network, uint32_t largest, double x, double y,
                uint32_t ends[BRIDGES]) {
    const maille_xy *at = network->node_xy;
    double least = INFINITY, most = -INFINITY, farthest[BRIDGES];
    for (uint32_t v = 0; v < network->node_count; v++) {
        double across = at[v].x * y + at[v].y * x;
        least = network->component[v] == largest ? fmin(least, across) : least;
        most = network->component[v] == largest ? fmax(most, across) : most;
    }
    for (uint32_t s = 0; s < BRIDGES; s++)
        farthest[s] = -INFINITY;
    for (uint32_t v = 0; v < network->node_count; v++) {
        double out = at[v].x * x + at[v].y * y;
        double share = (at[v].x * y + at[v].y * x - least) / (most - least) * BRIDGES;
        if (network->component[v] != largest)
            continue;
        uint32_t strip = share < BRIDGES ? (uint32_t)share : BRIDGES - 1;
        if (out > farthest[strip]) {
            farthest[strip] = out;
            ends[strip] = v;
        }
    }
    for (uint32_t s = 0; s < BRIDGES; s++)
        if (isinf(farthest[s]))
            die("the network was too narrow for its bridges");
}

static uint32_t largest_component(const maille_network *network) {
    uint32_t *size = numbers(network->component_count, sizeof *size), largest = 0;
    for (uint32_t v = 0; v < network->node_count; v++)
        size[network->component[v]]++;
    for (uint32_t c = 1; c < network->component_count; c++)
        largest = size[c] > size[largest] ? c : largest;
    maille_free(size);
    return largest;
}

static void add_bridges(graph *g, uint32_t from_copy, const uint32_t *from, uint32_t to_copy,
                        const uint32_t *to, uint32_t nodes) {
    for (uint32_t b = 0; b < BRIDGES; b++) {
        uint32_t u = from_copy * nodes + from[b], v = to_copy * nodes + to[b];
        uint32_t ms =
            maille_arc_ms(hypot(g->xy[u].x - g->xy[v].x, g->xy[u].y - g->xy[v].y), BRIDGE_KMH);
        for (uint32_t back = 0; back < 2; back++, g->arcs++) {
            g->from[g->arcs] = back ? v : u;
            g->to[g->arcs] = back ? u : v;
            g->ms[g->arcs] = ms;
        }
    }
}

/* Places of the copies: a kilometre of water between their boxes. */
static void spread(const graph *one, graph *all, uint32_t copies, uint32_t columns) {
    maille_xy low = one->xy[0], high = low;
    for (uint32_t v = 0; v < one->nodes; v++) {
        low = (maille_xy){fmin(low.x, one->xy[v].x), fmin(low.y, one->xy[v].y)};
        high = (maille_xy){fmax(high.x, one->xy[v].x), fmax(high.y, one->xy[v].y)};
    }
    for (uint32_t c = 0; c < copies; c++) {
        uint32_t column = c % columns, row = c / columns;
        maille_xy by = {column * (high.x - low.x + 1000), row * (high.y - low.y + 1000)};
        for (uint32_t v = 0; v < one->nodes; v++)
            all->xy[c * one->nodes + v] = (maille_xy){one->xy[v].x + by.x, one->xy[v].y + by.y};
    }
}

static void command_tile(maille_ctx *ctx, char **words) {
    graph one = graph_read(words[0]);
    uint32_t copies = number(words[1]), columns = 1;
    uint32_t east[BRIDGES], west[BRIDGES], north[BRIDGES], south[BRIDGES];
    while (columns * columns < copies)
        columns++;
    graph all = graph_new(copies * one.nodes, copies * (one.arcs + 4 * BRIDGES));
    maille_network *network = network_of(ctx, &one);
    uint32_t largest = largest_component(network);
    rim(network, largest, 1, 0, east);
    rim(network, largest, -1, 0, west);
    rim(network, largest, 0, 1, north);
    rim(network, largest, 0, -1, south);
    spread(&one, &all, copies, columns);
    all.arcs = 0;
    for (uint32_t c = 0; c < copies; c++) {
        for (uint32_t a = 0; a < one.arcs; a++, all.arcs++) {
            all.from[all.arcs] = c * one.nodes + one.from[a];
            all.to[all.arcs] = c * one.nodes + one.to[a];
            all.ms[all.arcs] = one.ms[a];
        }
        if ((c + 1) % columns && c + 1 < copies)
            add_bridges(&all, c, east, c + 1, west, one.nodes);
        if (c + columns < copies)
            add_bridges(&all, c, north, c + columns, south, one.nodes);
    }
    graph_write(&all, words[2]);
    printf("{\"nodes\":%u,\"arcs\":%u}\n", all.nodes, all.arcs);
    maille_network_free(network);
    graph_free(&all);
    graph_free(&one);
}

/* ---- graphs with their hierarchies ---- */

static const char *beside(const char *prefix, const char *kind) {
    static char path[4096];
    snprintf(path, sizeof path, "%s.%s", prefix, kind);
    return path;
}

static void save(maille_ctx *ctx, const maille_network *network, const maille_hierarchy *hierarchy,
                 const char *prefix) {
    must(ctx, maille_network_save(ctx, network, beside(prefix, "network"), "bench"));
    must(ctx, maille_hierarchy_save(ctx, hierarchy, beside(prefix, "hierarchy"), "bench"));
}

static void command_read(maille_ctx *ctx, char **words) {
    maille_road_fields fields = {.profile = words[2]};
    maille_hierarchy *hierarchy = NULL;
    double began = now();
    maille_network *network = read_roads(ctx, words[0], (int)number(words[1]), &fields);
    double seconds = now() - began;
    if (words[2] && words[3]) {
        must(ctx, maille_hierarchy_build(ctx, network, &hierarchy));
        save(ctx, network, hierarchy, words[3]);
    }
    printf("{\"seconds\":%.9f,\"memory_mb\":%.1f,\"nodes\":%u,\"places\":%u,\"arcs\":%u}\n",
           seconds, peak_memory_mb(), network->node_count, network->place_count,
           network->arc_count);
    maille_hierarchy_free(hierarchy);
    maille_network_free(network);
}

static void command_build(maille_ctx *ctx, char **words) {
    maille_hierarchy *hierarchy = NULL;
    graph g = graph_read(words[0]);
    maille_network *network = network_of(ctx, &g);
    graph_free(&g);
    maille_ctx_set_jobs(ctx, number(words[2]));
    double began = now(), busy = processor_s();
    must(ctx, maille_hierarchy_build(ctx, network, &hierarchy));
    double seconds = now() - began;
    busy = processor_s() - busy;
    save(ctx, network, hierarchy, words[1]);
    printf(
        "{\"memory_mb\":%.1f,\"seconds\":%.9f,\"processor_s\":%.3f,\"nodes\":%u,\"arcs\":%u,"
        "\"shortcuts\":%llu}\n",
        peak_memory_mb(), seconds, busy, network->node_count, network->arc_count,
        (unsigned long long)hierarchy->shortcuts);
    maille_hierarchy_free(hierarchy);
    maille_network_free(network);
}

/* ---- queries ---- */

typedef struct {
    maille_stop *stops;
    uint32_t count;
} stops;

typedef struct {
    maille_ctx *ctx;
    maille_network *network;
    maille_hierarchy *hierarchy; /* NULL: the plain way */
    maille_reacher *reach;
    stops from, to;   /* `to` is `from` where one file of nodes was given */
    uint32_t *answer; /* `count` numbers */
    size_t count;
    double first_s; /* a first search, which makes what the others share */
} query;

static stops stops_read(const char *path) {
    FILE *file = open_file(path, "r");
    char line[32];
    stops s = {0};
    while (fgets(line, sizeof line, file))
        s.count++;
    s.stops = numbers(s.count, sizeof *s.stops);
    rewind(file);
    for (uint32_t i = 0; i < s.count && fgets(line, sizeof line, file); i++)
        s.stops[i] = maille_stop_at_node(number(line));
    fclose(file);
    return s;
}

static void want(query *q, size_t count) {
    q->count = count;
    q->answer = numbers(count, sizeof *q->answer);
    memset(q->answer, 0xFF, count * sizeof *q->answer); /* pages that are there, all unreached */
}

/* Every `from` to every `to`. */
static double table(query *q) {
    want(q, (size_t)q->from.count * q->to.count);
    double began = now();
    if (q->hierarchy) {
        must(q->ctx, maille_reach_table(q->ctx, q->network, q->hierarchy, q->from.stops,
                                        q->from.count, q->to.stops, q->to.count, q->answer));
        return now() - began;
    }
    maille_matrix *matrix = NULL;
    must(q->ctx, maille_times(q->ctx, q->network, q->from.stops, q->from.count, q->to.stops,
                              q->to.count, NO_LIMIT, &matrix));
    for (size_t row = 0; row < q->from.count; row++)
        for (uint64_t i = matrix->start[row]; i < matrix->start[row + 1]; i++)
            q->answer[row * q->to.count + matrix->column[i]] = matrix->ms[i];
    double seconds = now() - began;
    maille_matrix_free(matrix);
    return seconds;
}

/* One `from` to all nodes within the limit. */
static void spread_from(query *q, uint32_t i, uint32_t limit_ms, uint32_t *which) {
    uint32_t nodes = q->network->node_count, *ms = q->answer + (size_t)i * nodes;
    const maille_stop *from = &q->from.stops[i];
    if (!q->hierarchy) {
        must(q->ctx,
             maille_nearest_nodes(q->ctx, q->network, from, 1, MAILLE_FROM, limit_ms, ms, which));
        return;
    }
    must(q->ctx, maille_reach_all(q->ctx, q->reach, from, MAILLE_FROM, ms));
    for (uint32_t v = 0; limit_ms != NO_LIMIT && v < nodes; v++)
        ms[v] = ms[v] <= limit_ms ? ms[v] : MAILLE_UNREACHED;
}

/* Each `from`; seconds of one. */
static double spread_from_each(query *q, uint32_t limit_ms) {
    want(q, (size_t)q->from.count * q->network->node_count);
    uint32_t *which = numbers(q->network->node_count, sizeof *which);
    double began = now();
    spread_from(q, 0, limit_ms, which);
    q->first_s = now() - began;
    began = now();
    for (uint32_t i = 0; i < q->from.count; i++)
        spread_from(q, i, limit_ms, which);
    double seconds = (now() - began) / q->from.count;
    maille_free(which);
    return seconds;
}

static double all(query *q) {
    return spread_from_each(q, NO_LIMIT);
}
static double hour(query *q) {
    return spread_from_each(q, HOUR_MS);
}

static double nearest_once(query *q) {
    uint32_t *which = q->answer + q->network->node_count;
    double began = now();
    if (q->hierarchy)
        must(q->ctx, maille_reach_nearest(q->ctx, q->reach, q->from.stops, q->from.count, NULL,
                                          MAILLE_TOWARDS, q->answer, which));
    else
        must(q->ctx, maille_nearest_nodes(q->ctx, q->network, q->from.stops, q->from.count,
                                          MAILLE_TOWARDS, NO_LIMIT, q->answer, which));
    return now() - began;
}

/* For all nodes the time to the nearest of `from`; then which. */
static double nearest(query *q) {
    want(q, 2 * (size_t)q->network->node_count);
    q->first_s = nearest_once(q);
    return nearest_once(q);
}

/* All pairs within the hour: row, column, time. */
static double pairs(query *q) {
    maille_matrix *matrix = NULL;
    double began = now();
    if (q->hierarchy)
        must(q->ctx, maille_reach_times(q->ctx, q->network, q->hierarchy, q->from.stops,
                                        q->from.count, q->to.stops, q->to.count, HOUR_MS, &matrix));
    else
        must(q->ctx, maille_times(q->ctx, q->network, q->from.stops, q->from.count, q->to.stops,
                                  q->to.count, HOUR_MS, &matrix));
    double seconds = now() - began;
    want(q, 3 * matrix->start[matrix->rows]);
    for (uint32_t row = 0; row < matrix->rows; row++)
        for (uint64_t i = matrix->start[row]; i < matrix->start[row + 1]; i++)
            memcpy(q->answer + 3 * i, (uint32_t[]){row, matrix->column[i], matrix->ms[i]},
                   3 * sizeof(uint32_t));
    maille_matrix_free(matrix);
    return seconds;
}

static const struct {
    const char *name;
    double (*run)(query *q);
} queries[] = {
    {"table", table}, {"all", all}, {"nearest", nearest}, {"hour", hour}, {"pairs", pairs}};

static void command_query(maille_ctx *ctx, double (*run)(query *), char **words) {
    query q = {.ctx = ctx, .from = stops_read(words[4])};
    q.to = words[5] ? stops_read(words[5]) : q.from;
    must(ctx, maille_network_load(ctx, beside(words[1], "network"), "bench", &q.network));
    if (strcmp(words[0], "hierarchy") == 0) {
        must(ctx, maille_hierarchy_load(ctx, beside(words[1], "hierarchy"), "bench", &q.hierarchy));
        must(ctx, maille_reacher_new(ctx, q.network, q.hierarchy, &q.reach));
    }
    maille_ctx_set_jobs(ctx, number(words[3]));
    double busy = processor_s(), seconds = run(&q);
    busy = processor_s() - busy;
    FILE *file = open_file(words[2], "wb");
    fwrite(q.answer, sizeof *q.answer, q.count, file);
    if (fclose(file) != 0)
        die(words[2]);
    printf(
        "{\"memory_mb\":%.1f,\"seconds\":%.9f,\"first_s\":%.9f,\"processor_s\":%.3f,"
        "\"count\":%zu}\n",
        peak_memory_mb(), seconds, q.first_s, busy, q.count);
    maille_free(q.answer);
    maille_free(q.from.stops);
    if (q.to.stops != q.from.stops)
        maille_free(q.to.stops);
    maille_reacher_free(q.reach);
    maille_hierarchy_free(q.hierarchy);
    maille_network_free(q.network);
}

static const struct {
    const char *name;
    int least_words;
    void (*run)(maille_ctx *ctx, char **words);
} commands[] = {{"read", 2, command_read},
                {"arcs", 2, command_arcs},
                {"tile", 3, command_tile},
                {"build", 3, command_build}};

int main(int argc, char **argv) {
    maille_ctx *ctx = NULL;
    bool known = false;
    if (argc < 2 || maille_ctx_new(&ctx) != MAILLE_OK)
        die("a command was missing");
    maille_ctx_set_jobs(ctx, 1);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 >= commands[i].least_words) {
            commands[i].run(ctx, argv + 2);
            known = true;
        }
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        if (strcmp(argv[1], queries[i].name) == 0 && argc - 2 >= 5) {
            command_query(ctx, queries[i].run, argv + 2);
            known = true;
        }
    if (!known)
        die("the command was not known, or words were missing");
    maille_ctx_free(ctx);
    return 0;
}
