/* The hierarchy on real roads: 10,000 random pairs of each network, against plain Dijkstra. */
#include <dirent.h>

#include <maille/crs.h>
#include <maille/hierarchy.h>
#include <maille/memory.h>

#include "harness.h"
#include "network/hierarchy_checks.h"

enum { SOURCES = 500, TARGETS = 20 };

static maille_ctx *ctx;

static maille_hierarchy *build(const maille_network *n, unsigned jobs) {
    maille_hierarchy *h = NULL;
    maille_ctx_set_jobs(ctx, jobs);
    CHECK_INT(maille_hierarchy_build(ctx, n, &h), 0);
    if (!h)
        exit(1);
    return h;
}

/* Pairs whose time is not that of Dijkstra; `joined` counts those that have one. */
static uint64_t wrong_pairs(const maille_network *n, const maille_hierarchy *h, uint64_t *joined) {
    check_climber climber = check_climber_new(n->node_count);
    uint32_t *times = maille_alloc(n->node_count, sizeof *times);
    uint64_t seed = 2024, wrong = 0;
    maille_heap heap;
    if (!times || !maille_heap_init(&heap, n->node_count))
        exit(1);
    *joined = 0;
    for (uint32_t s = 0; s < SOURCES; s++) {
        uint32_t from = check_random(&seed, n->node_count);
        check_dijkstra(n, &heap, from, times);
        for (uint32_t t = 0; t < TARGETS; t++) {
            uint32_t to = check_random(&seed, n->node_count);
            wrong += check_climb(h, &climber, from, to) != times[to];
            *joined += times[to] != MAILLE_UNREACHED;
        }
    }
    maille_free(times);
    maille_heap_free(&heap);
    check_climber_free(&climber);
    return wrong;
}

/* Exact, of the right form, the same with any number of threads, and from its file. */
static void check_network(const maille_network *n) {
    const char *path = test_scratch("hierarchy");
    maille_hierarchy *h = build(n, 1), *other = build(n, 2);
    uint64_t joined;
    CHECK(check_form(n, h));
    CHECK(check_same(h, other));
    maille_hierarchy_free(other);
    other = build(n, 3);
    CHECK(check_same(h, other));
    maille_hierarchy_free(other);
    CHECK_INT(wrong_pairs(n, h, &joined), 0);
    CHECK(joined > SOURCES * TARGETS / 10);
    CHECK_INT(maille_hierarchy_save(ctx, h, path, "key"), 0);
    CHECK_INT(maille_hierarchy_load(ctx, path, "key", &other), 0);
    CHECK(other && check_same(h, other));
    maille_hierarchy_free(other);
    maille_hierarchy_free(h);
}

static maille_network *read_network(const char *path, const maille_road_fields *fields,
                                    int crs_id) {
    maille_network_report report;
    maille_network *n = NULL;
    maille_crs *crs = NULL;
    CHECK_INT(maille_crs_new(ctx, crs_id, &crs), 0);
    CHECK_INT(maille_network_read(ctx, path, fields, crs, &n, &report), 0);
    if (!n)
        fprintf(stderr, "%s\n", maille_message(ctx));
    maille_crs_free(crs);
    return n;
}

TEST(corsica_keeps_its_times) {
    maille_road_fields fields = {.directed = true,
                                 .from = "from_node",
                                 .to = "to_node",
                                 .length_m = "length_m",
                                 .speed_kmh = "speed_kmh"};
    maille_network *n = read_network(test_real("corse/roads.gpkg"), &fields, 2154);
    if (!n)
        exit(1);
    CHECK(n->node_count > 30000);
    check_network(n);
    maille_hierarchy *h = build(n, 2);
    /* A climb of a good order is short: fewer shortcuts than arcs, few levels. */
    CHECK(h->shortcuts < n->arc_count);
    maille_hierarchy_free(h);
    maille_network_free(n);
}

TEST(every_osm_extract_that_a_car_can_read_keeps_its_times) {
    DIR *folder = opendir(test_real("osm"));
    struct dirent *entry;
    uint32_t checked = 0;
    if (!folder)
        exit(1);
    while ((entry = readdir(folder)) != NULL) {
        size_t length = strlen(entry->d_name);
        char name[300];
        if (length < 8 || strcmp(entry->d_name + length - 8, ".osm.pbf") != 0)
            continue;
        snprintf(name, sizeof name, "osm/%s", entry->d_name);
        maille_road_fields fields = {.profile = test_source("layers/rules/profiles/car.yaml")};
        int fiji = strstr(name, "fiji") != NULL;
        maille_network *n = read_network(test_real(name), &fields, fiji ? 3460 : 3035);
        if (!n || n->node_count == 0) {
            maille_network_free(n);
            continue;
        }
        printf("     %s: %u nodes, %u arcs\n", entry->d_name, n->node_count, n->arc_count);
        check_network(n);
        maille_network_free(n);
        checked++;
    }
    closedir(folder);
    CHECK(checked >= 5);
}

int main(void) {
    static const test_case cases[] = {CASE(corsica_keeps_its_times),
                                      CASE(every_osm_extract_that_a_car_can_read_keeps_its_times)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
