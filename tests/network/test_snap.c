/* Snapping against a look at every segment, on random roads and on Corsica; and the rule that says
 * which roads a group of communes may use. */
#include <maille/memory.h>
#include <maille/snap.h>

#include "harness.h"

static uint32_t seed = 99;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

/* Distance from p to the segment a–b, by the foot of the perpendicular or the nearer end. */
static double segment_distance(maille_xy p, maille_xy a, maille_xy b) {
    double ab2 = (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y);
    double ends = fmin(hypot(p.x - a.x, p.y - a.y), hypot(p.x - b.x, p.y - b.y));
    double along = (p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y);
    if (ab2 <= 0 || along <= 0 || along >= ab2)
        return ends;
    return fabs((p.x - a.x) * (b.y - a.y) - (p.y - a.y) * (b.x - a.x)) / sqrt(ab2);
}

/* The nearest distance among the edges of a group. */
static double nearest_distance(const maille_network *n, const uint32_t *edge_group, uint32_t group,
                               maille_xy p) {
    double best = INFINITY;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        if (edge_group && (edge_group[e] == UINT32_MAX || edge_group[e] != group))
            continue;
        for (uint32_t i = n->edge_lines->start[e]; i + 1 < n->edge_lines->start[e + 1]; i++)
            best = fmin(
                best, segment_distance(p, n->edge_lines->points[i], n->edge_lines->points[i + 1]));
    }
    return best;
}

/* Point at a fraction of an edge's drawing. */
static maille_xy point_at(const maille_network *n, uint32_t e, double fraction) {
    const maille_xy *p = n->edge_lines->points;
    uint32_t first = n->edge_lines->start[e], end = n->edge_lines->start[e + 1];
    double whole = 0, before = 0;
    for (uint32_t i = first; i + 1 < end; i++)
        whole += hypot(p[i + 1].x - p[i].x, p[i + 1].y - p[i].y);
    for (uint32_t i = first; i + 1 < end; i++) {
        double length = hypot(p[i + 1].x - p[i].x, p[i + 1].y - p[i].y);
        if (before + length >= fraction * whole && length > 0) {
            double t = (fraction * whole - before) / length;
            return (maille_xy){p[i].x + t * (p[i + 1].x - p[i].x),
                               p[i].y + t * (p[i + 1].y - p[i].y)};
        }
        before += length;
    }
    return p[end - 1];
}

static void check_snap(const maille_network *n, const uint32_t *edge_group, uint32_t group,
                       maille_xy p, double max_m, maille_snap snap) {
    double want = nearest_distance(n, edge_group, group, p);
    if (want > max_m) {
        CHECK(snap.edge == UINT32_MAX);
        return;
    }
    CHECK(snap.edge < n->edge_count);
    if (snap.edge >= n->edge_count)
        return;
    CHECK(!edge_group || edge_group[snap.edge] == group);
    CHECK_NEAR(snap.distance_m, want, 1e-6);
    CHECK_NEAR(hypot(snap.at.x - p.x, snap.at.y - p.y), want, 1e-6);
    CHECK(snap.fraction >= 0 && snap.fraction <= 1);
    maille_xy at = point_at(n, snap.edge, snap.fraction);
    CHECK_NEAR(hypot(at.x - snap.at.x, at.y - snap.at.y), 0, 1e-6);
}

TEST(random_roads_give_the_nearest_edge_of_the_group) {
    enum { NODES = 30, EDGES = 40, POINTS = 60 };
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    for (int round = 0; round < 200; round++) {
        uint32_t from[EDGES], to[EDGES], ms[EDGES], edge_group[EDGES], groups[POINTS];
        maille_xy xy[NODES], points[POINTS];
        maille_snap snaps[POINTS];
        uint32_t size = round % 2 ? 100000 : 500, off = round % 3 ? 0 : 800000;
        for (uint32_t v = 0; v < NODES; v++)
            xy[v] = (maille_xy){off + draw(size), off + draw(round % 5 ? size : 1)};
        for (uint32_t e = 0; e < EDGES; e++) {
            from[e] = draw(NODES);
            to[e] = (from[e] + 1 + draw(NODES - 1)) % NODES;
            ms[e] = 1;
            edge_group[e] = draw(4) ? draw(3) : UINT32_MAX;
        }
        for (uint32_t i = 0; i < POINTS; i++) {
            points[i] = (maille_xy){off + draw(size * 2) - size / 2.0, off + draw(size)};
            groups[i] = draw(3);
        }
        double max_m = draw(3) ? size : size / 20.0;
        maille_network *n;
        maille_snapper *s;
        CHECK_INT(maille_network_from_edges(ctx, NODES, EDGES, from, to, ms, ms, xy, &n), 0);
        CHECK_INT(maille_snapper_new(ctx, n, NULL, &s), 0);
        CHECK_INT(maille_snap_points(ctx, s, points, NULL, POINTS, max_m, snaps), 0);
        for (uint32_t i = 0; i < POINTS; i++)
            check_snap(n, NULL, 0, points[i], max_m, snaps[i]);
        maille_snapper_free(s);
        CHECK_INT(maille_snapper_new(ctx, n, edge_group, &s), 0);
        CHECK_INT(maille_snap_points(ctx, s, points, groups, POINTS, max_m, snaps), 0);
        for (uint32_t i = 0; i < POINTS; i++)
            check_snap(n, edge_group, groups[i], points[i], max_m, snaps[i]);
        maille_snapper_free(s);
        maille_network_free(n);
    }
    maille_ctx_free(ctx);
}

TEST(ties_go_to_the_lowest_edge_and_ends_are_exact) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    /* a road and its other direction, then two roads from its end; an edge that nobody may drive */
    uint32_t from[] = {1, 0, 1, 1, 0}, to[] = {0, 1, 2, 3, 1};
    uint32_t ms[] = {5, 5, 5, 5, MAILLE_NO_ARC};
    uint32_t back[] = {MAILLE_NO_ARC, MAILLE_NO_ARC, 5, 5, MAILLE_NO_ARC};
    maille_xy xy[] = {{3, 1}, {1000.7, 77.3}, {2000, 500}, {2000, -500}};
    maille_xy points[] = {{400, 300}, {1003, 77}, {NAN, 0}, {-50, 0}};
    maille_snap snaps[4];
    maille_network *n;
    maille_snapper *s;
    CHECK_INT(maille_network_from_edges(ctx, 4, 5, from, to, ms, back, xy, &n), 0);
    CHECK_INT(maille_snapper_new(ctx, n, NULL, &s), 0);
    CHECK_INT(maille_snap_points(ctx, s, points, NULL, 4, 1000, snaps), 0);
    CHECK_INT(snaps[0].edge, 0);
    CHECK(snaps[0].fraction > 0.5 && snaps[0].fraction < 0.7);
    CHECK_INT(snaps[2].edge, UINT32_MAX);
    CHECK_INT(snaps[3].edge, 0);
    CHECK(snaps[3].fraction == 1);
    maille_snapper_free(s);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

TEST(corsica_gives_the_nearest_of_all_roads) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    maille_road_fields fields = {.directed = true,
                                 .from = "from_node",
                                 .to = "to_node",
                                 .length_m = "length_m",
                                 .speed_kmh = "speed_kmh"};
    maille_network_report report;
    maille_crs *crs;
    maille_network *n;
    maille_snapper *s;
    enum { POINTS = 150 };
    maille_xy points[POINTS];
    maille_snap snaps[POINTS];
    CHECK_INT(maille_crs_new(ctx, 2154, &crs), 0);
    CHECK_INT(maille_network_read(ctx, test_real("corse/roads.gpkg"), &fields, crs, &n, &report),
              0);
    CHECK_INT(maille_snapper_new(ctx, n, NULL, &s), 0);
    for (int i = 0; i < POINTS; i++) /* the island and the sea around it */
        points[i] = (maille_xy){1140000 + draw(120000), 6030000 + draw(220000)};
    CHECK_INT(maille_snap_points(ctx, s, points, NULL, POINTS, 5000, snaps), 0);
    for (int i = 0; i < POINTS; i++)
        check_snap(n, NULL, 0, points[i], 5000, snaps[i]);
    maille_snapper_free(s);
    maille_network_free(n);
    maille_crs_free(crs);
    maille_ctx_free(ctx);
}

TEST(an_island_has_its_own_roads_or_none) {
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    /* mainland 0-1-2 (group 0), a lone dead end there 3→4, a bridge 2-5 to the near island whose
     * nodes 5-6 are group 1, and the far island 7-8 (group 2); a node nobody holds: 9 */
    uint32_t from[] = {0, 1, 3, 2, 5, 7, 8}, to[] = {1, 2, 4, 5, 6, 8, 9};
    uint32_t ms[] = {1, 1, 1, 1, 1, 1, 1}, back[] = {1, 1, MAILLE_NO_ARC, 1, 1, 1, 1};
    uint32_t node_group[] = {0, 0, 0, 0, 0, 1, 1, 2, 2, UINT32_MAX};
    uint32_t want[] = {0, 0, UINT32_MAX, 0, 1, 2, 2}, *edge_group;
    maille_network *n;
    CHECK_INT(maille_network_from_edges(ctx, 10, 7, from, to, ms, back, NULL, &n), 0);
    CHECK_INT(maille_edge_groups(ctx, n, node_group, 4, &edge_group), 0);
    for (int e = 0; e < 7; e++)
        CHECK_INT(edge_group[e], want[e]);
    maille_free(edge_group);
    maille_network_free(n);
    maille_ctx_free(ctx);
}

/* Whether one can drive from a to b, by trying all roads again and again. */
static bool leads(const maille_network *n, uint32_t a, uint32_t b, bool both) {
    bool seen[64] = {false}, more = true;
    seen[a] = true;
    while (more) {
        more = false;
        for (uint32_t e = 0; e < n->edge_count; e++)
            for (uint32_t back = 0; back < 2; back++) {
                uint32_t from = back ? n->edge_to[e] : n->edge_from[e];
                uint32_t to = back ? n->edge_from[e] : n->edge_to[e];
                bool there = n->edge_ms[e] != MAILLE_NO_ARC,
                     here = n->edge_back_ms[e] != MAILLE_NO_ARC;
                if (seen[from] && !seen[to] && (both ? there || here : back ? here : there))
                    seen[to] = more = true;
            }
    }
    return seen[b];
}

/* How many nodes one can drive to from v and back. */
static uint32_t round_trips(const maille_network *n, uint32_t v) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < n->node_count; w++)
        count += leads(n, v, w, false) && leads(n, w, v, false);
    return count;
}

TEST(roads_that_can_be_come_to_and_left_are_those_of_each_pieces_largest_circle) {
    enum { NODES = 14, EDGES = 15 };
    maille_ctx *ctx;
    maille_ctx_new(&ctx);
    uint32_t traps = 0;
    for (int round = 0; round < 60; round++) {
        uint32_t from[EDGES], to[EDGES], ms[EDGES], back[EDGES], *group, left_out, count = 0;
        for (uint32_t e = 0; e < EDGES; e++) {
            from[e] = draw(NODES);
            to[e] = (from[e] + 1 + draw(NODES - 1)) % NODES;
            ms[e] = draw(9) ? 1 : MAILLE_NO_ARC;
            back[e] = draw(3) ? MAILLE_NO_ARC : 1;
        }
        maille_network *n;
        CHECK_INT(maille_network_from_edges(ctx, NODES, EDGES, from, to, ms, back, NULL, &n), 0);
        CHECK_INT(maille_edges_both_ways(ctx, n, &group, &left_out), 0);
        for (uint32_t e = 0; e < EDGES; e++) {
            uint32_t here = round_trips(n, from[e]), best = 0, first = UINT32_MAX;
            for (uint32_t v = 0; v < NODES; v++)
                if (leads(n, from[e], v, true) && round_trips(n, v) > best) {
                    best = round_trips(n, v);
                    first = v;
                }
            bool good = here == best && leads(n, from[e], first, false) &&
                        leads(n, first, from[e], false) && leads(n, from[e], to[e], false) &&
                        leads(n, to[e], from[e], false);
            CHECK_INT(group[e], good ? 0 : UINT32_MAX);
            count += !good && (ms[e] != MAILLE_NO_ARC || back[e] != MAILLE_NO_ARC);
        }
        CHECK_INT(left_out, count);
        traps += count;
        maille_free(group);
        maille_network_free(n);
    }
    CHECK(traps > 60 && traps < 60 * EDGES - 60);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(random_roads_give_the_nearest_edge_of_the_group),
          CASE(ties_go_to_the_lowest_edge_and_ends_are_exact),
          CASE(corsica_gives_the_nearest_of_all_roads), CASE(an_island_has_its_own_roads_or_none),
          CASE(roads_that_can_be_come_to_and_left_are_those_of_each_pieces_largest_circle))
