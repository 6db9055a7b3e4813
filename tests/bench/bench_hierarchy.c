/* Building hierarchies of Corsica's roads, copied and linked.
 *
 *     bench_hierarchy ROADS [DOUBLINGS]     ROADS: directed links as those of corse/roads.gpkg
 *
 * Prints one line for 1, 2, 4, … copies: nodes, arcs, shortcuts, seconds by the clock and of
 * processors, the most memory that the process held, and what searches find: the mean number of
 * places that one climb comes to, and of the arcs there. Copies lie side by side in a square and
 * are joined to their neighbours at a few nodes. */
#include <maille/crs.h>
#include <maille/hierarchy.h>
#include <maille/memory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { JOINTS = 8, CLIMBS = 200 };

static maille_ctx *ctx;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of all threads: what the clock tells depends on who else is at work. */
static double processor_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static double memory_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void must(maille_status status) {
    if (status != MAILLE_OK) {
        fprintf(stderr, "bench_hierarchy: %s\n", maille_message(ctx));
        exit(1);
    }
}

/* Edges of a network to be. */
typedef struct {
    uint32_t *from, *to, *ms, *back_ms, count;
} edges;

static void add(edges *e, uint32_t from, uint32_t to, uint32_t ms, uint32_t back_ms) {
    e->from[e->count] = from;
    e->to[e->count] = to;
    e->ms[e->count] = ms;
    e->back_ms[e->count++] = back_ms;
}

static maille_network *copies_of(const maille_network *n, uint32_t copies) {
    uint32_t wide = 1, most = copies * (n->edge_count + 2 * JOINTS), **columns[4];
    edges e = {0};
    maille_network *out;
    columns[0] = &e.from, columns[1] = &e.to, columns[2] = &e.ms, columns[3] = &e.back_ms;
    for (int i = 0; i < 4; i++)
        if (!(*columns[i] = maille_alloc(most, sizeof(uint32_t))))
            must(maille_no_memory(ctx));
    while (wide * wide < copies)
        wide++;
    for (uint32_t c = 0; c < copies; c++) {
        uint32_t base = c * n->node_count;
        for (uint32_t i = 0; i < n->edge_count; i++)
            add(&e, base + n->edge_from[i], base + n->edge_to[i], n->edge_ms[i],
                n->edge_back_ms[i]);
        for (uint32_t j = 0; j < JOINTS; j++) {
            uint32_t here = (uint32_t)((uint64_t)n->node_count * (2 * j + 1) / (2 * JOINTS));
            uint32_t there = (uint32_t)((uint64_t)n->node_count * j / JOINTS);
            if (c % wide)
                add(&e, base + here, base - n->node_count + there, 60000, 60000);
            if (c >= wide)
                add(&e, base + there, base - wide * n->node_count + here, 60000, 60000);
        }
    }
    must(maille_network_from_edges(ctx, copies * n->node_count, e.count, e.from, e.to, e.ms,
                                   e.back_ms, NULL, &out));
    for (int i = 0; i < 4; i++)
        maille_free(*columns[i]);
    return out;
}

/* Mean number of places that one climb may come to, and of the arcs that it looks at. */
static void climbs(const maille_hierarchy *h, double *places, double *arcs) {
    uint32_t *stack = maille_alloc(h->node_count, sizeof *stack);
    uint32_t *seen = maille_alloc(h->node_count, sizeof *seen);
    *places = *arcs = 0;
    if (!stack || !seen)
        must(maille_no_memory(ctx));
    for (uint32_t c = 0; c < CLIMBS; c++) {
        uint32_t depth = 0;
        stack[depth++] = h->place[(uint64_t)h->node_count * c / CLIMBS];
        seen[stack[0]] = c + 1;
        while (depth) {
            uint32_t p = stack[--depth];
            (*places)++;
            *arcs += h->out.first[p + 1] - h->out.first[p];
            for (uint32_t i = h->out.first[p]; i < h->out.first[p + 1]; i++)
                if (seen[h->out.other[i]] != c + 1) {
                    seen[h->out.other[i]] = c + 1;
                    stack[depth++] = h->out.other[i];
                }
        }
    }
    *places /= CLIMBS;
    *arcs /= CLIMBS;
    maille_free(stack);
    maille_free(seen);
}

int main(int argc, char **argv) {
    maille_road_fields fields = {.directed = true,
                                 .from = "from_node",
                                 .to = "to_node",
                                 .length_m = "length_m",
                                 .speed_kmh = "speed_kmh"};
    maille_network_report report;
    maille_network *roads;
    maille_crs *crs;
    int doublings = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;
    if (argc < 2 || doublings < 0 || doublings > 12) {
        fprintf(stderr, "usage: bench_hierarchy ROADS [DOUBLINGS]\n");
        return 2;
    }
    if (maille_ctx_new(&ctx))
        return 1;
    must(maille_crs_new(ctx, 2154, &crs));
    must(maille_network_read(ctx, argv[1], &fields, crs, &roads, &report));
    printf("%7s %9s %10s %10s %8s %8s %8s %9s %9s\n", "copies", "nodes", "arcs", "shortcuts", "s",
           "cpu s", "MB", "climb", "its arcs");
    for (int d = 0; d <= doublings; d++) {
        maille_network *n = copies_of(roads, 1u << d);
        maille_hierarchy *h;
        double places, arcs, start = now(), start_cpu = processor_s();
        must(maille_hierarchy_build(ctx, n, &h));
        double seconds = now() - start, cpu = processor_s() - start_cpu;
        climbs(h, &places, &arcs);
        printf("%7u %9u %10u %10llu %8.2f %8.2f %8.0f %9.0f %9.0f\n", 1u << d, n->node_count,
               n->arc_count, (unsigned long long)h->shortcuts, seconds, cpu, memory_mb(), places,
               arcs);
        fflush(stdout);
        maille_hierarchy_free(h);
        maille_network_free(n);
    }
    maille_network_free(roads);
    maille_crs_free(crs);
    maille_ctx_free(ctx);
    return 0;
}
