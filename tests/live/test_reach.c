/* Times and isochrones from points: against a plain Dijkstra on the sample region and on Corsica.
 */
#include "harness.h"

#include <maille/answers.h>
#include <maille/crs.h>
#include <maille/jsontree.h>
#include <maille/memory.h>
#include <maille/steps.h>

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    maille_network *network; /* a second copy, for the oracle */
    maille_crs *crs;
    maille_roads *roads;
    uint32_t random;
} land;

#define OK(call)                                                                                   \
    do {                                                                                           \
        maille_status status_ = (call);                                                            \
        CHECK_TEXT(status_ == MAILLE_OK ? "" : maille_message(l->ctx), "");                        \
        if (status_ != MAILLE_OK)                                                                  \
            exit(1);                                                                               \
    } while (0)

static const char *sample(void) {
    static char path[1000];
    const char *folder = getenv("MAILLE_SAMPLE");
    snprintf(path, sizeof path, "%s/study.yaml", folder ? folder : "build/sample");
    return path;
}

static void open_land(land *l, const char *study_path, const char *name) {
    maille_study *study = NULL;
    maille_network *network = NULL;
    maille_travel_rules *rules = NULL, *again = NULL;
    size_t dropped;
    int epsg = 0;
    *l = (land){.random = 20261122};
    CHECK_INT(maille_ctx_new(&l->ctx), MAILLE_OK);
    OK(maille_study_read(l->ctx, study_path, &study));
    OK(maille_store_create(l->ctx, test_scratch(name), 0, "test", &l->store));
    maille_import_result *results = maille_alloc(study->source_count + 1, sizeof *results);
    OK(maille_study_apply(l->ctx, l->store, study, false, results, &dropped));
    maille_free(results);
    maille_study_free(study);
    OK(maille_roads_load(l->ctx, l->store, &network, &rules, &epsg));
    OK(maille_roads_new(l->ctx, network, rules, epsg, &l->roads));
    OK(maille_roads_load(l->ctx, l->store, &l->network, &again, &epsg));
    OK(maille_crs_new(l->ctx, epsg, &l->crs));
    maille_travel_rules_free(again);
}

static void close_land(land *l) {
    maille_roads_free(l->roads);
    maille_network_free(l->network);
    maille_crs_free(l->crs);
    maille_store_close(l->store);
    maille_ctx_free(l->ctx);
}

static uint32_t any(land *l, uint32_t below) {
    l->random = l->random * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)l->random * below) >> 32);
}

static maille_lonlat place_of(land *l, uint32_t node) {
    maille_lonlat at;
    OK(maille_crs_unproject(l->ctx, l->crs, &l->network->node_xy[node], &at, 1));
    return at;
}

/* Bellman-Ford with a queue: not what the searches do. `turned`: times to the node, not from it. */
static uint32_t *plain_times(land *l, uint32_t from, bool turned) {
    const maille_network *n = l->network;
    const uint32_t *first = turned ? n->first_in : n->first_out,
                   *other = turned ? n->tail : n->head, *weight = turned ? n->in_ms : n->out_ms;
    uint32_t *ms = maille_alloc(n->node_count, sizeof *ms);
    uint32_t *queue = maille_alloc(n->node_count + 1u, sizeof *queue), head = 0, tail = 0;
    unsigned char *queued = maille_alloc(n->node_count, 1);
    for (uint32_t v = 0; v < n->node_count; v++)
        ms[v] = MAILLE_UNREACHED;
    ms[from] = 0;
    queue[tail++] = from;
    while (head != tail) {
        uint32_t v = queue[head];
        head = (head + 1) % (n->node_count + 1);
        queued[v] = 0;
        for (uint32_t a = first[v]; a < first[v + 1]; a++) {
            if (ms[v] + weight[a] >= ms[other[a]])
                continue;
            ms[other[a]] = ms[v] + weight[a];
            if (queued[other[a]])
                continue;
            queued[other[a]] = 1;
            queue[tail] = other[a];
            tail = (tail + 1) % (n->node_count + 1);
        }
    }
    maille_free(queue);
    maille_free(queued);
    return ms;
}

static double minutes_at(const maille_json *tree, size_t row, size_t column) {
    double value = NAN;
    maille_json_as_number(
        maille_json_at(maille_json_at(maille_json_get(tree, "minutes"), row), column), &value);
    return value;
}

static maille_json *ask_times(land *l, const maille_lonlat *from, size_t from_count,
                              const maille_lonlat *to, size_t to_count) {
    maille_strbuf out = {0};
    maille_json *tree = NULL;
    OK(maille_times_between(l->ctx, l->roads, from, from_count, to, to_count, &out));
    OK(maille_json_parse(l->ctx, "times", out.text, &tree));
    maille_strbuf_free(&out);
    return tree;
}

/* Points on nodes: the times are those between the nodes, unreached ones are null. A node is a
 * place that an edge may be drawn past: then its own edge is the nearest or as near as any. */
static void check_times(land *l) {
    enum { FROM = 12, TO = 15 };
    maille_lonlat from[FROM], to[TO];
    uint32_t from_node[FROM], to_node[TO];
    size_t reached = 0, wrong = 0;
    for (size_t i = 0; i < FROM; i++)
        from[i] = place_of(l, from_node[i] = any(l, l->network->node_count));
    for (size_t i = 0; i < TO; i++)
        to[i] = place_of(l, to_node[i] = any(l, l->network->node_count));
    maille_json *tree = ask_times(l, from, FROM, to, TO);
    CHECK_INT(maille_json_count(maille_json_get(tree, "de")), FROM);
    CHECK_INT(maille_json_count(maille_json_get(tree, "vers")), TO);
    CHECK_INT(maille_json_count(maille_json_get(tree, "minutes")), FROM);
    CHECK_INT(maille_json_count(maille_json_get(tree, "non_rattaches")), 0);
    for (size_t i = 0; i < FROM; i++) {
        uint32_t *ms = plain_times(l, from_node[i], false);
        for (size_t k = 0; k < TO; k++) {
            double told = minutes_at(tree, i, k);
            uint32_t want = ms[to_node[k]];
            reached += want != MAILLE_UNREACHED;
            /* the published grid of 1e-7 degree is a centimetre: a millisecond at either end */
            if (want == MAILLE_UNREACHED ? !isnan(told) : !(fabs(told * 60000 - want) <= 2.01)) {
                wrong++;
                fprintf(stderr, "from node %u to %u: %.6f min, not %.6f\n", from_node[i],
                        to_node[k], told, want / 60000.0);
            }
        }
        maille_free(ms);
    }
    CHECK(reached > FROM * TO / 4);
    CHECK_INT(wrong, 0);
    maille_json_free(tree);
}

/* ---- isochrones ---- */

static bool in_ring(const maille_json *ring, maille_lonlat p) {
    bool inside = false;
    size_t n = maille_json_count(ring);
    for (size_t i = 0, k = n - 1; i < n; k = i++) {
        double ax = NAN, ay = NAN, bx = NAN, by = NAN;
        maille_json_as_number(maille_json_at(maille_json_at(ring, i), 0), &ax);
        maille_json_as_number(maille_json_at(maille_json_at(ring, i), 1), &ay);
        maille_json_as_number(maille_json_at(maille_json_at(ring, k), 0), &bx);
        maille_json_as_number(maille_json_at(maille_json_at(ring, k), 1), &by);
        if ((ay > p.lat) != (by > p.lat) && p.lon < (bx - ax) * (p.lat - ay) / (by - ay) + ax)
            inside = !inside;
    }
    return inside;
}

static bool in_feature(const maille_json *collection, size_t feature, maille_lonlat p) {
    const maille_json *parts = maille_json_get(
        maille_json_get(maille_json_at(maille_json_get(collection, "features"), feature),
                        "geometry"),
        "coordinates");
    bool inside = false;
    for (size_t i = 0; i < maille_json_count(parts); i++)
        for (size_t r = 0; r < maille_json_count(maille_json_at(parts, i)); r++)
            inside ^= in_ring(maille_json_at(maille_json_at(parts, i), r), p);
    return inside;
}

static maille_json *ask_isochrone(land *l, maille_lonlat at, maille_direction direction,
                                  const double *bands, size_t count) {
    maille_strbuf out = {0};
    maille_json *tree = NULL;
    OK(maille_isochrone_from(l->ctx, l->roads, at, direction, bands, count, &out));
    OK(maille_json_parse(l->ctx, "isochrone", out.text, &tree));
    maille_strbuf_free(&out);
    return tree;
}

/* Whether the node or a place within a cell of it is inside: discs are drawn on cells. */
static bool near_feature(land *l, const maille_json *tree, size_t feature, uint32_t node) {
    for (int dx = -1; dx <= 1; dx++)
        for (int dy = -1; dy <= 1; dy++) {
            maille_xy moved = {l->network->node_xy[node].x + 180 * dx,
                               l->network->node_xy[node].y + 180 * dy};
            maille_lonlat at;
            OK(maille_crs_unproject(l->ctx, l->crs, &moved, &at, 1));
            if (in_feature(tree, feature, at))
                return true;
        }
    return false;
}

/* Nodes that a plain search reaches within the band lie inside; bands are nested; and far fewer of
 * the others are inside than of these. */
static void check_isochrone(land *l, maille_direction direction) {
    static const double bands[] = {5, 10, 20};
    uint32_t from, *ms = NULL, reached = 0;
    do { /* not where no road leads on */
        maille_free(ms);
        from = any(l, l->network->node_count);
        ms = plain_times(l, from, direction == MAILLE_TOWARDS);
        reached = 0;
        for (uint32_t v = 0; v < l->network->node_count; v++)
            reached += ms[v] <= bands[2] * 60000;
    } while (reached < l->network->node_count / 50);
    maille_json *tree = ask_isochrone(l, place_of(l, from), direction, bands, 3);
    CHECK_INT(maille_json_count(maille_json_get(tree, "features")), 3);
    size_t lost = 0, within = 0, unnested = 0, beyond = 0, beyond_inside = 0;
    for (uint32_t i = 0; i < 400; i++) {
        uint32_t node = any(l, l->network->node_count);
        maille_lonlat at = place_of(l, node);
        for (size_t b = 0; b < 3; b++) {
            bool inside = in_feature(tree, b, at);
            if (ms[node] <= bands[b] * 60000) {
                within++;
                lost += !near_feature(l, tree, b, node);
            } else if (ms[node] > 2 * bands[b] * 60000) {
                beyond++;
                beyond_inside += inside;
            }
            if (b < 2)
                unnested += inside && !in_feature(tree, b + 1, at);
        }
    }
    CHECK_INT(lost, 0);
    CHECK_INT(unnested, 0);
    CHECK(within > 0);
    CHECK(beyond_inside * 20 <= beyond);
    maille_json_free(tree);
    maille_free(ms);
}

static void check_land(const char *study, const char *name) {
    land l;
    open_land(&l, study, name);
    check_times(&l);
    for (int i = 0; i < 2; i++) {
        check_isochrone(&l, MAILLE_TOWARDS);
        check_isochrone(&l, MAILLE_FROM);
    }
    close_land(&l);
}

TEST(the_sample_region_is_as_a_plain_search_tells) {
    check_land(sample(), "sample.maille");
}

TEST(corsica_is_as_a_plain_search_tells) {
    check_land(test_real("corse/study.yaml"), "corsica.maille");
}

/* ---- far points and bounds ---- */

static land shared_land;

TEST(a_point_far_from_any_road_is_named_and_the_others_go_on) {
    land *l = &shared_land;
    open_land(l, sample(), "far.maille");
    maille_lonlat near = place_of(l, 0), far = {near.lon - 30, near.lat + 20}, no_place = {0, 89.9};
    maille_lonlat from[] = {near, far, no_place};
    maille_json *tree = ask_times(l, from, 3, from, 1);
    CHECK_NEAR(minutes_at(tree, 0, 0), 0, 1e-9);
    CHECK(isnan(minutes_at(tree, 1, 0)));
    CHECK(isnan(minutes_at(tree, 2, 0)));
    const maille_json *named = maille_json_get(tree, "non_rattaches");
    CHECK_INT(maille_json_count(named), 2);
    CHECK_TEXT(maille_json_as_text(maille_json_get(maille_json_at(named, 0), "cote")), "de");
    double rank = 0;
    maille_json_as_number(maille_json_get(maille_json_at(named, 0), "rang"), &rank);
    CHECK_NEAR(rank, 2, 0);
    maille_json_free(tree);
    double bands[] = {10, 20};
    tree = ask_isochrone(l, far, MAILLE_FROM, bands, 2);
    const maille_json *feature = maille_json_at(maille_json_get(tree, "features"), 1);
    CHECK(maille_json_is_null(maille_json_get(feature, "geometry")));
    const maille_json *properties = maille_json_get(feature, "properties");
    CHECK_TEXT(maille_json_as_text(maille_json_get(properties, "note")),
               "aucune route à moins de 5 km du point");
    CHECK_TEXT(maille_json_as_text(maille_json_get(properties, "sens")), "depuis");
    maille_json_free(tree);
}

/* Metres on foot from a node, by edges that are walked: rounds over all of them until nothing more
 * is won. */
static double *plain_walk(land *l, uint32_t from) {
    const maille_network *n = l->network;
    double *metres = maille_alloc(n->node_count, sizeof *metres);
    for (uint32_t v = 0; v < n->node_count; v++)
        metres[v] = v == from ? 0 : INFINITY;
    for (bool won = true; won;) {
        won = false;
        for (uint32_t e = 0; e < n->edge_count; e++) {
            uint32_t a = n->edge_from[e], b = n->edge_to[e];
            uint32_t ms = n->edge_ms[e] < n->edge_back_ms[e] ? n->edge_ms[e] : n->edge_back_ms[e];
            double kmh = 3600 * n->edge_length_m[e] / ms;
            if (kmh > 90.1)
                continue;
            double by_a = metres[a] + n->edge_length_m[e], by_b = metres[b] + n->edge_length_m[e];
            won = won || by_a < metres[b] || by_b < metres[a];
            metres[b] = fmin(metres[b], by_a);
            metres[a] = fmin(metres[a], by_b);
        }
    }
    return metres;
}

/* How far the farthest corner of a disc is from a place, in metres. */
static double farthest_corner(land *l, const maille_json *tree, size_t feature, maille_xy from) {
    const maille_json *parts = maille_json_get(
        maille_json_get(maille_json_at(maille_json_get(tree, "features"), feature), "geometry"),
        "coordinates");
    double most = 0;
    for (size_t i = 0; i < maille_json_count(parts); i++) {
        const maille_json *ring = maille_json_at(maille_json_at(parts, i), 0);
        for (size_t k = 0; k < maille_json_count(ring); k++) {
            maille_lonlat at = {0, 0};
            maille_xy metres;
            maille_json_as_number(maille_json_at(maille_json_at(ring, k), 0), &at.lon);
            maille_json_as_number(maille_json_at(maille_json_at(ring, k), 1), &at.lat);
            OK(maille_crs_project(l->ctx, l->crs, &at, &metres, 1, NULL));
            most = fmax(most, hypot(metres.x - from.x, metres.y - from.y));
        }
    }
    return most;
}

TEST(on_foot_it_is_as_far_as_the_pace_says) {
    static const double bands[] = {15, 30, 60};
    land *l = &shared_land;
    size_t inside = 0, beyond = 0;
    for (int round = 0; round < 20; round++) {
        uint32_t from = any(l, l->network->node_count);
        double *metres = plain_walk(l, from);
        maille_strbuf out = {0};
        maille_json *tree = NULL;
        OK(maille_isochrone_on_foot(l->ctx, l->roads, place_of(l, from),
                                    round % 2 ? MAILLE_FROM : MAILLE_TOWARDS, bands, 3, &out));
        OK(maille_json_parse(l->ctx, "on foot", out.text, &tree));
        bool nowhere = maille_json_is_null(
            maille_json_get(maille_json_at(maille_json_get(tree, "features"), 0), "geometry"));
        for (size_t b = 0; b < 3 && !nowhere; b++) {
            double reach_m = bands[b] * 5000 / 60;
            CHECK(farthest_corner(l, tree, b, l->network->node_xy[from]) <= reach_m + 100);
            for (uint32_t v = 0; v < l->network->node_count; v++)
                if (metres[v] <= reach_m - 50) {
                    inside++;
                    beyond += !in_feature(tree, b, place_of(l, v));
                }
        }
        const maille_json *pace = maille_json_get(tree, "marche");
        double kmh = 0;
        maille_json_as_number(maille_json_get(pace, "vitesse_kmh"), &kmh);
        CHECK_NEAR(kmh, 5, 0);
        maille_json_free(tree);
        maille_strbuf_free(&out);
        maille_free(metres);
    }
    CHECK(inside > 100);
    CHECK_INT(beyond, 0);
}

TEST(what_is_too_much_is_refused) {
    land *l = &shared_land;
    maille_strbuf out = {0};
    maille_lonlat at = place_of(l, 0), many[101];
    double bands[11];
    for (int i = 0; i < 11; i++)
        bands[i] = i + 1;
    for (int i = 0; i < 101; i++)
        many[i] = at;
    CHECK_INT(maille_isochrone_from(l->ctx, l->roads, at, MAILLE_FROM, bands, 11, &out),
              MAILLE_USAGE);
    CHECK_INT(maille_isochrone_from(l->ctx, l->roads, at, MAILLE_FROM, bands, 0, &out),
              MAILLE_USAGE);
    bands[1] = 181;
    CHECK_INT(maille_isochrone_from(l->ctx, l->roads, at, MAILLE_FROM, bands, 2, &out),
              MAILLE_USAGE);
    bands[1] = 1;
    CHECK_INT(maille_isochrone_from(l->ctx, l->roads, at, MAILLE_FROM, bands, 2, &out),
              MAILLE_USAGE);
    CHECK_INT(maille_times_between(l->ctx, l->roads, many, 101, many, 100, &out), MAILLE_USAGE);
    CHECK_INT(maille_times_between(l->ctx, l->roads, many, 0, many, 1, &out), MAILLE_USAGE);
    CHECK_INT(out.length, 0);
    maille_strbuf_free(&out);
    close_land(l);
}

RUN_TESTS(CASE(the_sample_region_is_as_a_plain_search_tells),
          CASE(a_point_far_from_any_road_is_named_and_the_others_go_on),
          CASE(on_foot_it_is_as_far_as_the_pace_says), CASE(what_is_too_much_is_refused),
          CASE(corsica_is_as_a_plain_search_tells))
