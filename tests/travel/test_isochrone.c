/* Isochrones: valid, nested, with holes, and never far from what can be driven and walked. */
#include <maille/geometry.h>
#include <maille/isochrone.h>
#include <maille/memory.h>
#include <maille/travel.h>

#include "harness.h"

static maille_ctx *ctx;

static void check_valid_and_nested(const maille_shapes *shapes) {
    for (uint32_t i = 0; i < shapes->count; i++) {
        bool valid;
        char why[200] = "";
        CHECK_INT(maille_geometry_valid(ctx, shapes, i, &valid, why, sizeof why), 0);
        CHECK(valid);
        if (i == 0)
            continue;
        maille_shapes *meet;
        CHECK_INT(maille_shapes_new(ctx, &meet), 0);
        CHECK_INT(maille_geometry_intersection(ctx, shapes, i - 1, shapes, i, meet), 0);
        double inner = maille_shape_area(shapes, i - 1);
        CHECK_NEAR(maille_shape_area(meet, 0), inner, 1e-9 * inner + 1e-6);
        maille_shapes_free(meet);
    }
}

/* A square of roads, 10 km a side, of many short edges, driven at 60 km/h from one corner. */
enum { SIDE = 40, RING = 4 * SIDE };

static maille_network *square(bool one_way) {
    static uint32_t from[RING], to[RING], ms[RING], back[RING];
    static maille_xy xy[RING];
    for (uint32_t i = 0; i < RING; i++) {
        double along = (i % SIDE) * 10000.0 / SIDE;
        const maille_xy sides[4] = {
            {along, 0}, {10000, along}, {10000 - along, 10000}, {0, 10000 - along}};
        xy[i] = sides[i / SIDE];
        from[i] = i;
        to[i] = (i + 1) % RING;
        ms[i] = 15000;
        back[i] = one_way ? MAILLE_NO_ARC : 15000;
    }
    maille_network *n;
    if (maille_network_from_edges(ctx, RING, RING, from, to, ms, back, xy, &n))
        exit(1);
    return n;
}

static maille_shapes *discs(const maille_network *n, maille_direction direction,
                            const uint32_t *bands, size_t count) {
    maille_stop stop = maille_stop_at_node(0);
    static uint32_t ms[RING], which[RING];
    maille_isochrone_options options = {.foot_kmh = 4, .off_road_m = 800, .direction = direction};
    maille_shapes *shapes;
    CHECK_INT(maille_nearest_nodes(ctx, n, &stop, 1, direction, UINT32_MAX - 1, ms, which), 0);
    CHECK_INT(maille_shapes_new(ctx, &shapes), 0);
    CHECK_INT(maille_isochrones(ctx, n, ms, bands, count, &options, shapes), 0);
    CHECK_INT(shapes->count, count);
    return shapes;
}

TEST(a_ring_road_makes_a_ring) {
    maille_network *n = square(false);
    uint32_t bands[] = {5 * 60000, 10 * 60000, 40 * 60000};
    maille_shapes *shapes = discs(n, MAILLE_TOWARDS, bands, 3);
    check_valid_and_nested(shapes);
    /* five minutes: 5 km either way; ten: 10 km; then all round, with the middle left out */
    CHECK(maille_shape_contains(shapes, 0, (maille_xy){4000, 0}));
    CHECK(maille_shape_contains(shapes, 0, (maille_xy){0, 4000}));
    CHECK(!maille_shape_contains(shapes, 0, (maille_xy){5600, 0}));
    CHECK(maille_shape_contains(shapes, 1, (maille_xy){9000, 0}));
    CHECK(!maille_shape_contains(shapes, 1, (maille_xy){10000, 1000}));
    CHECK(maille_shape_contains(shapes, 2, (maille_xy){10000, 10000}));
    CHECK(!maille_shape_contains(shapes, 2, (maille_xy){5000, 5000}));
    CHECK(maille_shape_contains(shapes, 2, (maille_xy){5000, 500}));
    CHECK(!maille_shape_contains(shapes, 2, (maille_xy){5000, 1300}));
    uint32_t part = shapes->part_start[2];
    CHECK_INT(shapes->part_start[3] - part, 1);
    CHECK_INT(shapes->ring_start[part + 1] - shapes->ring_start[part], 2); /* a shell and a hole */
    maille_shapes_free(shapes);
    maille_network_free(n);
}

TEST(one_way_streets_tell_towards_from_from) {
    maille_network *n = square(true); /* 0 → 1 → … counter-clockwise, east first */
    uint32_t bands[] = {5 * 60000};
    maille_shapes *away = discs(n, MAILLE_FROM, bands, 1);
    maille_shapes *towards = discs(n, MAILLE_TOWARDS, bands, 1);
    CHECK(maille_shape_contains(away, 0, (maille_xy){4000, 0}));
    CHECK(!maille_shape_contains(away, 0, (maille_xy){0, 4000}));
    CHECK(!maille_shape_contains(towards, 0, (maille_xy){4000, 0}));
    CHECK(maille_shape_contains(towards, 0, (maille_xy){0, 4000}));
    maille_shapes_free(away);
    maille_shapes_free(towards);
    maille_network_free(n);
}

TEST(a_long_edge_counts_as_far_as_it_can_be_driven) {
    /* one edge of 20 km at 60 km/h, and nothing else */
    uint32_t from[] = {0}, to[] = {1}, ms[] = {20 * 60000}, node_ms[] = {0, UINT32_MAX};
    maille_xy xy[] = {{0, 0}, {20000, 0}};
    maille_network *n;
    maille_shapes *shapes;
    uint32_t bands[] = {6 * 60000};
    maille_isochrone_options options = {.foot_kmh = 4, .off_road_m = 500};
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, from, to, ms, ms, xy, &n), 0);
    CHECK_INT(maille_shapes_new(ctx, &shapes), 0);
    CHECK_INT(maille_isochrones(ctx, n, node_ms, bands, 1, &options, shapes), 0);
    CHECK(maille_shape_contains(shapes, 0, (maille_xy){5500, 0}));
    CHECK(!maille_shape_contains(shapes, 0, (maille_xy){6500, 0}));
    maille_network_free(n);
    maille_shapes_free(shapes);
    /* one way: from its start one drives along it, but from the middle of it nobody comes back */
    uint32_t back[] = {MAILLE_NO_ARC};
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, from, to, ms, back, xy, &n), 0);
    CHECK_INT(maille_shapes_new(ctx, &shapes), 0);
    options.direction = MAILLE_FROM;
    CHECK_INT(maille_isochrones(ctx, n, node_ms, bands, 1, &options, shapes), 0);
    CHECK(maille_shape_contains(shapes, 0, (maille_xy){5500, 0}));
    options.direction = MAILLE_TOWARDS;
    CHECK_INT(maille_isochrones(ctx, n, node_ms, bands, 1, &options, shapes), 0);
    CHECK(!maille_shape_contains(shapes, 1, (maille_xy){5500, 0}));
    /* nothing reached: empty shapes; wrong bands and options are refused */
    node_ms[0] = UINT32_MAX;
    CHECK_INT(maille_isochrones(ctx, n, node_ms, bands, 1, &options, shapes), 0);
    CHECK_INT(shapes->count, 3);
    CHECK_INT(shapes->part_start[3] - shapes->part_start[2], 0);
    uint32_t falling[] = {5, 4};
    CHECK_INT(maille_isochrones(ctx, n, node_ms, falling, 2, &options, shapes), MAILLE_USAGE);
    options.foot_kmh = 0;
    CHECK_INT(maille_isochrones(ctx, n, node_ms, bands, 1, &options, shapes), MAILLE_USAGE);
    maille_shapes_free(shapes);
    maille_network_free(n);
}

TEST(corsica_has_valid_nested_discs) {
    maille_road_fields fields = {.directed = true,
                                 .from = "from_node",
                                 .to = "to_node",
                                 .length_m = "length_m",
                                 .speed_kmh = "speed_kmh"};
    maille_network_report report;
    maille_crs *crs;
    maille_network *n;
    CHECK_INT(maille_crs_new(ctx, 2154, &crs), 0);
    CHECK_INT(maille_network_read(ctx, test_real("corse/roads.gpkg"), &fields, crs, &n, &report),
              0);
    uint32_t *ms = maille_alloc(n->node_count, sizeof *ms);
    uint32_t *which = maille_alloc(n->node_count, sizeof *which);
    maille_stop stops[] = {maille_stop_at_node(77), maille_stop_at_node(20000)};
    uint32_t bands[] = {15 * 60000, 30 * 60000, 45 * 60000, 60 * 60000, 90 * 60000};
    maille_isochrone_options options = {.foot_kmh = 4, .off_road_m = 1000};
    maille_shapes *shapes;
    CHECK_INT(maille_nearest_nodes(ctx, n, stops, 2, MAILLE_TOWARDS, UINT32_MAX - 1, ms, which), 0);
    CHECK_INT(maille_shapes_new(ctx, &shapes), 0);
    CHECK_INT(maille_isochrones(ctx, n, ms, bands, 5, &options, shapes), 0);
    check_valid_and_nested(shapes);
    /* every node well within a band lies in its disc, none well beyond: a cell is 250 m, walked in
     * less than four minutes */
    uint32_t wrong = 0, tested = 0;
    for (uint32_t v = 0; v < n->node_count; v += 7)
        for (uint32_t b = 0; b < 5; b++) {
            bool in = maille_shape_contains(shapes, b, n->node_xy[v]);
            if (ms[v] + 4 * 60000 < bands[b] || ms[v] > bands[b] + 4 * 60000) {
                wrong += in != (ms[v] < bands[b]);
                tested++;
            }
        }
    CHECK(tested > 15000);
    if (wrong * 100 > tested)
        fprintf(stderr, "  %u of %u nodes on the wrong side\n", wrong, tested);
    CHECK(wrong * 100 <= tested);
    maille_shapes_free(shapes);
    maille_free(ms);
    maille_free(which);
    maille_network_free(n);
    maille_crs_free(crs);
}

int main(void) {
    static const test_case cases[] = {
        CASE(a_ring_road_makes_a_ring), CASE(one_way_streets_tell_towards_from_from),
        CASE(a_long_edge_counts_as_far_as_it_can_be_driven), CASE(corsica_has_valid_nested_discs)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
