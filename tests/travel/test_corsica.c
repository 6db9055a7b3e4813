/* Corsica: times on the island's whole road network against a plain label-correcting search on the
 * rows of the file, and how far its communes are from a maternity. */
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <maille/travel.h>
#include <maille/vectorfile.h>

#include <time.h>

#include "harness.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint32_t seed = 2024;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

static maille_network *read_corsica(maille_ctx *ctx, maille_network_report *report) {
    maille_road_fields fields = {.directed = true,
                                 .from = "from_node",
                                 .to = "to_node",
                                 .length_m = "length_m",
                                 .speed_kmh = "speed_kmh"};
    maille_crs *crs;
    maille_network *network = NULL;
    double start = now();
    if (maille_crs_new(ctx, 2154, &crs))
        exit(1);
    CHECK_INT(
        maille_network_read(ctx, test_real("corse/roads.gpkg"), &fields, crs, &network, report), 0);
    CHECK_TEXT(maille_message(ctx), "");
    fprintf(stderr, "  read in %.3f s\n", now() - start);
    maille_crs_free(crs);
    return network;
}

TEST(the_network_holds_what_the_file_holds) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    maille_network_report report;
    maille_network *n = read_corsica(ctx, &report);
    CHECK_INT(report.lines_read,
              65009); /* counted with another reader: rows, loops, nodes, doubles */
    CHECK_INT(report.loops, 55);
    CHECK_INT(report.edges, 65009 - 55);
    CHECK_INT(report.nodes, 31333);
    CHECK_INT(report.parallels, 306);
    CHECK_INT(report.arcs, 65009 - 55 - 306);
    CHECK_INT(report.no_geometry + report.no_length + report.no_speed + report.missing_nodes, 0);
    fprintf(stderr, "  %.1f km, %u components, largest %u; fastest class “%s” %.1f km\n",
            report.length_km, report.components, report.largest_component, report.classes[0].name,
            report.classes[0].km);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

/* The rows once more, by hand. */
typedef struct {
    uint32_t *from, *to, *ms;
    uint32_t *first, *next; /* rows that leave a node, as a list; UINT32_MAX = the end */
    uint32_t count;
} rows;

static rows read_rows(maille_ctx *ctx, const maille_network *n) {
    static const char *const columns[] = {"from_node", "to_node", "length_m", "speed_kmh"};
    maille_read_options options = {.columns = columns, .column_count = 4};
    maille_table *t;
    if (maille_file_read(ctx, test_real("corse/roads.gpkg"), &options, &t))
        exit(1);
    maille_names *numbers = maille_names_new(n->node_count);
    for (uint32_t v = 0; v < n->node_count; v++)
        maille_names_set(numbers, n->node_names[v], v);
    rows r = {.count = (uint32_t)t->rows};
    r.from = maille_alloc(r.count, sizeof *r.from);
    r.to = maille_alloc(r.count, sizeof *r.to);
    r.ms = maille_alloc(r.count, sizeof *r.ms);
    r.next = maille_alloc(r.count, sizeof *r.next);
    r.first = maille_alloc(n->node_count, sizeof *r.first);
    memset(r.first, 0xFF, n->node_count * sizeof *r.first);
    for (uint32_t i = 0; i < r.count; i++) {
        char name[2][32];
        for (int k = 0; k < 2; k++)
            snprintf(name[k], sizeof name[k], "%lld", (long long)t->columns[k].ints[i]);
        r.from[i] = maille_names_get(numbers, name[0]);
        r.to[i] = maille_names_get(numbers, name[1]);
        double ms = round(3600.0 * t->columns[2].reals[i] / t->columns[3].reals[i]);
        r.ms[i] = ms < 1 ? 1 : (uint32_t)ms;
        r.next[i] = r.first[r.from[i]];
        r.first[r.from[i]] = i;
    }
    maille_names_free(numbers);
    maille_table_free(t);
    return r;
}

/* Bellman, Ford and Moore: nodes whose time fell wait in a queue, until nothing falls. */
static void plain_times(const rows *r, uint32_t node_count, uint32_t origin, uint32_t *ms) {
    uint32_t *queue = maille_alloc(node_count, sizeof *queue), head = 0, waiting = 1;
    bool *waits = maille_alloc(node_count, sizeof *waits);
    for (uint32_t v = 0; v < node_count; v++)
        ms[v] = UINT32_MAX;
    ms[origin] = 0;
    queue[0] = origin;
    while (waiting) {
        uint32_t node = queue[head];
        head = (head + 1) % node_count;
        waiting--;
        waits[node] = false;
        for (uint32_t i = r->first[node]; i != UINT32_MAX; i = r->next[i]) {
            uint32_t to = r->to[i];
            if (ms[node] + r->ms[i] >= ms[to])
                continue;
            ms[to] = ms[node] + r->ms[i];
            if (!waits[to])
                queue[(head + waiting++) % node_count] = to;
            waits[to] = true;
        }
    }
    maille_free(queue);
    maille_free(waits);
}

TEST(fifty_random_pairs_are_exact) {
    enum { PAIRS = 50 };
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    maille_network_report report;
    maille_network *n = read_corsica(ctx, &report);
    rows r = read_rows(ctx, n);
    maille_stop from[PAIRS], to[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        from[i] = maille_stop_at_node(draw(n->node_count));
        to[i] = maille_stop_at_node(draw(n->node_count));
    }
    maille_matrix *m;
    double start = now();
    CHECK_INT(maille_times(ctx, n, from, PAIRS, to, PAIRS, UINT32_MAX - 1, &m), 0);
    fprintf(stderr, "  50 x 50 times in %.3f s\n", now() - start);
    uint32_t *ms = maille_alloc(n->node_count, sizeof *ms), reached = 0;
    for (int i = 0; i < PAIRS; i++) {
        plain_times(&r, n->node_count, from[i].node, ms);
        uint64_t at = m->start[i];
        for (uint32_t k = 0; k < PAIRS; k++) {
            bool is_there = at < m->start[i + 1] && m->column[at] == k;
            CHECK_INT(is_there ? m->ms[at] : UINT32_MAX, ms[to[k].node]);
            at += is_there;
            reached += is_there;
        }
    }
    CHECK(reached > PAIRS * PAIRS / 2);
    maille_matrix_free(m);
    maille_free(ms);
    maille_free(r.from);
    maille_free(r.to);
    maille_free(r.ms);
    maille_free(r.first);
    maille_free(r.next);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

/* Centres of communes by code. */
typedef struct {
    maille_table *table;
    maille_stop *stops;
    uint32_t count;
} centres;

static centres read_centres(maille_ctx *ctx, const maille_network *n) {
    static const char *const columns[] = {"code", "lon", "lat"};
    maille_read_options options = {.columns = columns, .column_count = 3, .texts = true};
    centres c;
    if (maille_file_read(ctx, test_real("corse/centres.csv"), &options, &c.table))
        exit(1);
    c.count = (uint32_t)c.table->rows;
    maille_lonlat *at = maille_alloc(c.count, sizeof *at);
    maille_xy *xy = maille_alloc(c.count, sizeof *xy);
    maille_snap *snaps = maille_alloc(c.count, sizeof *snaps);
    c.stops = maille_alloc(c.count, sizeof *c.stops);
    for (uint32_t i = 0; i < c.count; i++)
        CHECK(maille_parse_number(c.table->columns[1].texts[i], &at[i].lon) &&
              maille_parse_number(c.table->columns[2].texts[i], &at[i].lat));
    maille_crs *crs;
    if (maille_crs_new(ctx, 2154, &crs) || maille_crs_project(ctx, crs, at, xy, c.count, NULL))
        exit(1);
    /* as a study does it: the largest component only */
    uint32_t *node_group = maille_alloc(n->node_count, sizeof *node_group), *edge_group;
    maille_snapper *snapper;
    CHECK_INT(maille_edge_groups(ctx, n, node_group, 1, &edge_group), 0);
    CHECK_INT(maille_snapper_new(ctx, n, edge_group, &snapper), 0);
    double start = now();
    CHECK_INT(maille_snap_points(ctx, snapper, xy, NULL, c.count, 5000, snaps), 0);
    fprintf(stderr, "  360 centres snapped in %.4f s\n", now() - start);
    for (uint32_t i = 0; i < c.count; i++)
        c.stops[i] = maille_stop_at_snap(snaps[i]);
    maille_snapper_free(snapper);
    maille_free(node_group);
    maille_free(edge_group);
    maille_free(at);
    maille_free(xy);
    maille_free(snaps);
    maille_crs_free(crs);
    return c;
}

/* The stops of the communes that a file names. */
static uint32_t read_facilities(maille_ctx *ctx, const centres *c, const char *path,
                                maille_stop *stops) {
    static const char *const columns[] = {"code"};
    maille_read_options options = {.columns = columns, .column_count = 1, .texts = true};
    maille_table *t;
    uint32_t count = 0;
    if (maille_file_read(ctx, path, &options, &t))
        exit(1);
    for (size_t i = 0; i < t->rows; i++)
        for (uint32_t k = 0; k < c->count; k++)
            if (strcmp(t->columns[0].texts[i], c->table->columns[0].texts[k]) == 0)
                stops[count++] = c->stops[k];
    CHECK_INT(count, t->rows);
    maille_table_free(t);
    return count;
}

TEST(eighty_six_communes_lie_over_ninety_minutes_from_a_maternity) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    maille_network_report report;
    maille_network *n = read_corsica(ctx, &report);
    centres c = read_centres(ctx, n);
    CHECK_INT(c.count, 360);
    maille_stop facilities[360];
    uint32_t ms[360], which[360], far = 0, unreached = 0;
    uint32_t count = read_facilities(ctx, &c, test_real("corse/maternites.csv"), facilities);
    CHECK_INT(count, 3);
    double start = now();
    CHECK_INT(maille_nearest(ctx, n, c.stops, 360, facilities, count, UINT32_MAX - 1, ms, which),
              0);
    fprintf(stderr, "  nearest maternity in %.4f s\n", now() - start);
    for (int i = 0; i < 360; i++) {
        unreached += ms[i] == MAILLE_UNREACHED;
        far += ms[i] > 90 * 60000;
    }
    CHECK_INT(unreached, 0);
    CHECK_INT(far, 86);

    /* the matrix and the nearest agree, and one thread and two give the same bytes */
    count = read_facilities(ctx, &c, test_real("corse/medecins-generalistes.csv"), facilities);
    CHECK_INT(count, 69);
    CHECK_INT(maille_nearest(ctx, n, c.stops, 360, facilities, count, UINT32_MAX - 1, ms, which),
              0);
    maille_matrix *m[2], *nearest;
    for (unsigned jobs = 1; jobs <= 2; jobs++) {
        maille_ctx_set_jobs(ctx, jobs);
        CHECK_INT(
            maille_times(ctx, n, c.stops, 360, facilities, count, UINT32_MAX - 1, &m[jobs - 1]), 0);
    }
    CHECK(memcmp(m[0]->start, m[1]->start, 361 * sizeof *m[0]->start) == 0);
    CHECK(memcmp(m[0]->column, m[1]->column, m[0]->start[360] * 4) == 0);
    CHECK(memcmp(m[0]->ms, m[1]->ms, m[0]->start[360] * 4) == 0);
    CHECK_INT(maille_matrix_nearest(ctx, m[0], 1, &nearest), 0);
    CHECK_INT(nearest->start[360], 360);
    for (int i = 0; i < 360; i++) {
        CHECK_INT(nearest->ms[i], ms[i]);
        CHECK_INT(nearest->column[i], which[i]);
    }
    maille_matrix_free(m[0]);
    maille_matrix_free(m[1]);
    maille_matrix_free(nearest);

    /* all commune centres to all, an hour */
    start = now();
    CHECK_INT(maille_times(ctx, n, c.stops, 360, c.stops, 360, 3600000, &nearest), 0);
    fprintf(stderr, "  360 x 360 within an hour in %.3f s: %llu times\n", now() - start,
            (unsigned long long)nearest->start[360]);
    maille_matrix_free(nearest);
    maille_table_free(c.table);
    maille_free(c.stops);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(the_network_holds_what_the_file_holds), CASE(fifty_random_pairs_are_exact),
          CASE(eighty_six_communes_lie_over_ninety_minutes_from_a_maternity))
