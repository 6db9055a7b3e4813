/* Dissolving communes into départements, with all checks, against GEOS unary union per département,
 * both on 2 threads, interleaved.
 *
 *     bench_dissolve FILE…     one département each
 *
 * Prints one line of JSON with the median of the runs; `memory_mb` is the most that the process
 * held, the communes included. Exits with 1 when an outline differs from the union's. */
#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/territory.h>
#include <maille/vectorfile.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { RUNS = 3, THREADS = 2 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double median(double *values) {
    for (int i = 1; i < RUNS; i++)
        for (int j = i; j > 0 && values[j] < values[j - 1]; j--) {
            double swap = values[j];
            values[j] = values[j - 1];
            values[j - 1] = swap;
        }
    return values[RUNS / 2];
}

static _Noreturn void die(const char *what) {
    fprintf(stderr, "bench_dissolve: %s\n", what);
    exit(1);
}

/* ---- the communes
 * -------------------------------------------------------------------------------- */

typedef struct {
    maille_shapes *shapes;
    uint32_t *start, *members, groups;
} communes;

static void add_file(maille_ctx *ctx, const char *path, maille_shapes *all) {
    maille_table *table = NULL;
    maille_read_options options = {.with_geometry = true};
    if (maille_file_read(ctx, path, &options, &table) != MAILLE_OK)
        die(maille_message(ctx));
    int column = maille_table_column(table, "geom");
    for (size_t row = 0; row < table->rows; row++)
        if (maille_shapes_add_wkb(ctx, all, table->columns[column].blobs[row]) != MAILLE_OK)
            die(maille_message(ctx));
    maille_table_free(table);
}

static communes read_all(maille_ctx *ctx, int count, char **paths) {
    communes c = {.groups = (uint32_t)count};
    c.start = maille_alloc((size_t)count + 1, sizeof *c.start);
    if (!c.start || maille_shapes_new(ctx, &c.shapes) != MAILLE_OK)
        die("memory ran out");
    for (int g = 0; g < count; g++) {
        add_file(ctx, paths[g], c.shapes);
        c.start[g + 1] = c.shapes->count;
    }
    c.members = maille_alloc(c.shapes->count, sizeof *c.members);
    if (!c.members)
        die("memory ran out");
    for (uint32_t i = 0; i < c.shapes->count; i++)
        c.members[i] = i;
    return c;
}

/* ---- the peer
 * ------------------------------------------------------------------------------------ */

typedef struct {
    const communes *communes;
    atomic_uint next;
    double *areas;
} peer;

static GEOSGeometry *ring_in_geos(GEOSContextHandle_t geos, const maille_shapes *s, uint32_t r) {
    uint32_t first = s->point_start[r], count = s->point_start[r + 1] - first;
    GEOSCoordSequence *sequence =
        GEOSCoordSeq_copyFromBuffer_r(geos, (const double *)(s->points + first), count, 0, 0);
    return GEOSGeom_createLinearRing_r(geos, sequence);
}

static GEOSGeometry *part_in_geos(GEOSContextHandle_t geos, const maille_shapes *s, uint32_t p) {
    uint32_t first = s->ring_start[p], holes = s->ring_start[p + 1] - first - 1;
    GEOSGeometry **inner = malloc((holes + 1) * sizeof(GEOSGeometry *));
    if (!inner)
        die("memory ran out");
    for (uint32_t h = 0; h < holes; h++)
        inner[h] = ring_in_geos(geos, s, first + 1 + h);
    GEOSGeometry *polygon =
        GEOSGeom_createPolygon_r(geos, ring_in_geos(geos, s, first), inner, holes);
    free(inner);
    return polygon;
}

static double union_area(GEOSContextHandle_t geos, const communes *c, uint32_t group) {
    const maille_shapes *s = c->shapes;
    uint32_t first = s->part_start[c->start[group]], end = s->part_start[c->start[group + 1]];
    GEOSGeometry **parts = malloc((end - first + 1) * sizeof(GEOSGeometry *));
    if (!parts)
        die("memory ran out");
    for (uint32_t p = first; p < end; p++)
        parts[p - first] = part_in_geos(geos, s, p);
    GEOSGeometry *all = GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, parts, end - first);
    GEOSGeometry *dissolved = GEOSUnaryUnion_r(geos, all);
    double area = NAN;
    if (dissolved)
        GEOSArea_r(geos, dissolved, &area);
    GEOSGeom_destroy_r(geos, dissolved);
    GEOSGeom_destroy_r(geos, all);
    free(parts);
    return area;
}

static void *work(void *argument) {
    peer *p = argument;
    GEOSContextHandle_t geos = GEOS_init_r();
    for (uint32_t g; (g = atomic_fetch_add(&p->next, 1)) < p->communes->groups;)
        p->areas[g] = union_area(geos, p->communes, g);
    GEOS_finish_r(geos);
    return NULL;
}

static double run_peer(const communes *c, double *areas) {
    peer p = {.communes = c, .areas = areas};
    pthread_t threads[THREADS];
    double begin = now();
    for (int t = 0; t < THREADS; t++)
        if (pthread_create(&threads[t], NULL, work, &p) != 0)
            die("no thread could be started");
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    return now() - begin;
}

/* ---- ours
 * ---------------------------------------------------------------------------------------- */

static double run_ours(maille_ctx *ctx, const communes *c, double *areas,
                       maille_dissolve_report *report) {
    maille_shapes *out = NULL;
    double begin = now();
    if (maille_dissolve(ctx, c->shapes, c->start, c->members, c->groups, &out, report) != MAILLE_OK)
        die(maille_message(ctx));
    double seconds = now() - begin;
    for (uint32_t g = 0; g < c->groups; g++)
        areas[g] = maille_shape_area(out, g);
    maille_shapes_free(out);
    return seconds;
}

int main(int argc, char **argv) {
    maille_ctx *ctx = NULL;
    maille_dissolve_report report;
    double ours[RUNS], peers[RUNS], worst = 0;
    if (argc < 2 || maille_ctx_new(&ctx) != MAILLE_OK)
        die("files of communes were missing");
    maille_ctx_set_jobs(ctx, THREADS);
    communes c = read_all(ctx, argc - 1, argv + 1);
    double *our_areas = maille_alloc(c.groups, sizeof *our_areas);
    double *peer_areas = maille_alloc(c.groups, sizeof *peer_areas);
    if (!our_areas || !peer_areas)
        die("memory ran out");
    for (int run = 0; run < RUNS; run++) {
        ours[run] = run_ours(ctx, &c, our_areas, &report);
        peers[run] = run_peer(&c, peer_areas);
    }
    /* where GEOS throws at an invalid commune there is nothing to compare with */
    for (uint32_t g = 0; g < c.groups; g++)
        if (!isnan(peer_areas[g]))
            worst = fmax(worst, fabs(our_areas[g] - peer_areas[g]) / peer_areas[g]);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double ours_s = median(ours), peer_s = median(peers);
    fprintf(stderr, "%u communes, %u groups: %u by arcs, %u by union, %u overlapping, %u gaping\n",
            c.shapes->count, c.groups, report.by_arcs, report.by_union, report.overlapping,
            report.gaping);
    printf(
        "{\"name\":\"dissolve-france\",\"ours_s\":%.4f,\"peer\":\"GEOS unary union, 2 threads\","
        "\"peer_s\":%.4f,\"ratio\":%.1f,\"memory_mb\":%.1f,\"worst_area_error\":%.3g}\n",
        ours_s, peer_s, peer_s / ours_s, (double)usage.ru_maxrss / 1024, worst);
    maille_free(our_areas);
    maille_free(peer_areas);
    maille_free(c.start);
    maille_free(c.members);
    maille_shapes_free(c.shapes);
    maille_ctx_free(ctx);
    return worst <= 1e-9 ? 0 : 1;
}
