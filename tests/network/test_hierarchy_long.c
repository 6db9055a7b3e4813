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

/* ---- what holds of any network ---- */

/* The arcs of a network as one-way edges, the other way round where `reversed`; one more that joins
 * two nodes where `more` is a time. */
static maille_network *rebuilt(const maille_network *n, bool reversed, uint32_t more,
                               uint64_t *seed) {
    size_t room = (size_t)n->arc_count + 1;
    uint32_t *tail = maille_alloc(room, 4 * sizeof *tail), *head = tail + room, *ms = head + room,
             *none = ms + room, count = n->arc_count;
    maille_network *out = NULL;
    if (!tail)
        exit(1);
    for (uint32_t v = 0; v < n->node_count; v++)
        for (uint32_t i = n->first_out[v]; i < n->first_out[v + 1]; i++) {
            tail[i] = reversed ? n->head[i] : v;
            head[i] = reversed ? v : n->head[i];
            ms[i] = n->out_ms[i];
        }
    if (more) {
        tail[count] = check_random(seed, n->node_count);
        head[count] = (tail[count] + 1 + check_random(seed, n->node_count - 1)) % n->node_count;
        ms[count++] = more;
    }
    memset(none, 0xFF, room * sizeof *none);
    CHECK_INT(
        maille_network_from_edges(ctx, n->node_count, count, tail, head, ms, none, NULL, &out), 0);
    maille_free(tail);
    return out;
}

static uint64_t shorter; /* pairs that a road more brought nearer, over all networks */

/* The network turned round gives the transpose; a road more lengthens no way. */
static void check_changed(const maille_network *n) {
    uint64_t seed = 11, joined = 0, turned = 0, longer = 0;
    maille_network *back = rebuilt(n, true, 0, &seed), *more = rebuilt(n, false, 1, &seed);
    maille_hierarchy *h = build(n, 2), *hb = build(back, 2), *hm = build(more, 2);
    check_climber climber = check_climber_new(n->node_count);
    for (uint32_t pair = 0; pair < SOURCES * TARGETS; pair++) {
        uint32_t a = check_random(&seed, n->node_count), b = check_random(&seed, n->node_count);
        uint32_t ms = check_climb(h, &climber, a, b), less = check_climb(hm, &climber, a, b);
        joined += ms != MAILLE_UNREACHED;
        turned += check_climb(hb, &climber, b, a) != ms;
        longer += less > ms;
        shorter += less < ms;
    }
    CHECK_INT(turned, 0);
    CHECK_INT(longer, 0);
    CHECK(joined > SOURCES * TARGETS / 20);
    check_climber_free(&climber);
    maille_hierarchy_free(h);
    maille_hierarchy_free(hb);
    maille_hierarchy_free(hm);
    maille_network_free(back);
    maille_network_free(more);
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
    check_changed(n);
    maille_network_free(n);
}

TEST(roads_between_communes_keep_their_times) {
    static const char *const files[] = {"bretagne/routes-fictives.gpkg",
                                        "pays-de-la-loire/routes-fictives.gpkg"};
    maille_road_fields fields = {
        .from = "from_node", .to = "to_node", .length_m = "length_m", .speed_kmh = "speed_kmh"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        maille_network *n = read_network(test_real(files[i]), &fields, 2154);
        if (!n)
            exit(1);
        CHECK(n->node_count > 1000);
        check_network(n);
        check_changed(n);
        maille_network_free(n);
    }
}

/* The profile's turns as they are: copies of places are nodes like others. */
static uint32_t check_extracts(const char *profile_name, uint32_t *turned) {
    char profile[1024];
    snprintf(profile, sizeof profile, "%s", test_source(profile_name));
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
        maille_road_fields fields = {.profile = profile};
        int fiji = strstr(name, "fiji") != NULL;
        maille_network *n = read_network(test_real(name), &fields, fiji ? 3460 : 3035);
        if (!n || n->node_count == 0) {
            maille_network_free(n);
            continue;
        }
        printf("     %s: %u places, %u nodes, %u arcs\n", entry->d_name, n->place_count,
               n->node_count, n->arc_count);
        check_network(n);
        check_changed(n);
        *turned += n->node_count > n->place_count;
        maille_network_free(n);
        checked++;
    }
    closedir(folder);
    return checked;
}

TEST(every_osm_extract_keeps_its_times) {
    uint32_t turned = 0;
    CHECK(check_extracts("layers/rules/profiles/car.yaml", &turned) >= 7);
    CHECK(turned >= 5);
}

TEST(every_osm_extract_where_all_turns_cost_keeps_its_times) {
    uint32_t turned = 0;
    CHECK(check_extracts("layers/rules/profiles/car-peak.yaml", &turned) >= 7);
    CHECK(turned >= 7);
    CHECK(shorter > SOURCES * TARGETS / 10);
}

int main(void) {
    static const test_case cases[] = {CASE(corsica_keeps_its_times),
                                      CASE(roads_between_communes_keep_their_times),
                                      CASE(every_osm_extract_keeps_its_times),
                                      CASE(every_osm_extract_where_all_turns_cost_keeps_its_times)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
