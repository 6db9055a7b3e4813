/* Road links: bridges and ferries drawn by hand, then random archipelagos against a search that
 * knows nothing of candidates. */
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/roadlinks.h>

#include "harness.h"

static maille_ctx *ctx;
static double unit = 1000; /* metres of one step of a drawing */
enum { MINUTE = 60000, NO = -1, SIDE = 6, NODES = 44, TRIES = 160 };

/* ---- worlds drawn by hand ---- */

typedef struct {
    double x, y;
} spot;
typedef struct {
    uint32_t from, to;
    int ms, back; /* NO: not that way */
} road;

typedef struct {
    maille_shapes *shapes;
    maille_network *network;
    uint32_t start[64], neighbour[256];
    maille_stop centre[64];
    maille_link_search how;
} world;

static void add_commune(world *w, const spot *corners, uint32_t count) {
    maille_xy ring[16];
    for (uint32_t i = 0; i < count; i++)
        ring[i] = (maille_xy){corners[i].x * unit, corners[i].y * unit};
    CHECK_INT(maille_shapes_begin_shape(ctx, w->shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_begin_part(ctx, w->shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_add_ring(ctx, w->shapes, ring, count), MAILLE_OK);
}

static void add_square(world *w, double x, double y) {
    const spot corners[] = {{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}};
    add_commune(w, corners, 4);
}

static void open_world(world *w) {
    *w = (world){0};
    CHECK_INT(maille_shapes_new(ctx, &w->shapes), MAILLE_OK);
}

/* Centres stand on the first nodes, one for one. `borders` are pairs of neighbours. */
static void pave(world *w, const uint32_t (*borders)[2], size_t border_count, const spot *nodes,
                 uint32_t node_count, const road *roads, uint32_t road_count) {
    uint32_t from[TRIES], to[TRIES], ms[TRIES], back[TRIES], used = 0;
    maille_xy at[NODES];
    for (uint32_t v = 0; v < node_count; v++)
        at[v] = (maille_xy){nodes[v].x * unit, nodes[v].y * unit};
    for (uint32_t e = 0; e < road_count; e++) {
        from[e] = roads[e].from;
        to[e] = roads[e].to;
        ms[e] = roads[e].ms == NO ? MAILLE_NO_ARC : (uint32_t)roads[e].ms;
        back[e] = roads[e].back == NO ? MAILLE_NO_ARC : (uint32_t)roads[e].back;
    }
    maille_network_free(w->network); /* of the roads before */
    CHECK_INT(
        maille_network_from_edges(ctx, node_count, road_count, from, to, ms, back, at, &w->network),
        MAILLE_OK);
    for (uint32_t c = 0; c < w->shapes->count; c++) {
        for (size_t b = 0; b < border_count; b++)
            for (int side = 0; side < 2; side++)
                if (borders[b][side] == c)
                    w->neighbour[used++] = borders[b][1 - side];
        w->start[c + 1] = used;
        w->centre[c] = maille_stop_at_node(c);
    }
    w->how = (maille_link_search){.communes = w->shapes,
                                  .neighbour_start = w->start,
                                  .neighbour = w->neighbour,
                                  .centres = w->centre,
                                  .limit_ms = 20 * MINUTE,
                                  .near_m = 3 * unit};
}

static void close_world(world *w) {
    maille_shapes_free(w->shapes);
    maille_network_free(w->network);
}

/* "0-1 7, 2-3 12": pairs with whole minutes. */
static const char *links_of(const world *w) {
    static char text[512];
    maille_road_link *links = NULL;
    uint32_t count = 0;
    size_t used = 0;
    text[0] = 0;
    CHECK_INT(maille_road_links(ctx, w->network, &w->how, &links, &count), MAILLE_OK);
    for (uint32_t i = 0; i < count; i++) {
        CHECK_INT(links[i].ms % MINUTE, 0);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%u-%u %u", i ? ", " : "",
                                 links[i].a, links[i].b, links[i].ms / MINUTE);
    }
    maille_free(links);
    return text;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PAVE(w, borders, nodes, roads)                                                             \
    pave((w), (borders), COUNT(borders), (nodes), COUNT(nodes), (roads), COUNT(roads))
#define NO_BORDERS NULL, 0

#define BOTH(from, to, minutes)                                                                    \
    { from, to, (minutes)*MINUTE, (minutes)*MINUTE }
#define ONE_WAY(from, to, minutes)                                                                 \
    { from, to, (minutes)*MINUTE, NO }

TEST(a_bridge_joins) {
    world w;
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 3, 0);
    const spot nodes[] = {{.2, .5}, {3.8, .5}, {.9, .5}, {3.1, .5}};
    const road roads[] = {BOTH(0, 2, 4), BOTH(2, 3, 5), BOTH(3, 1, 2)};
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), roads, COUNT(roads));
    CHECK_TEXT(links_of(&w), "0-1 11");
    w.how.limit_ms = 11 * MINUTE;
    CHECK_TEXT(links_of(&w), "0-1 11"); /* the limit is included */
    w.how.limit_ms--;
    CHECK_TEXT(links_of(&w), "");
    close_world(&w);
}

TEST(communes_with_a_border_need_no_link) {
    world w;
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 1, 0);
    const uint32_t borders[][2] = {{0, 1}};
    const spot nodes[] = {{.5, .5}, {1.5, .5}};
    const road roads[] = {BOTH(0, 1, 3)};
    PAVE(&w, borders, nodes, roads);
    CHECK_TEXT(links_of(&w), "");
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), roads, COUNT(roads)); /* were there none … */
    CHECK_TEXT(links_of(&w), "0-1 3");
    close_world(&w);
}

TEST(a_ferry_passes_nodes_over_water) {
    world w;
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 6, 0);
    const spot nodes[] = {{.5, .5}, {6.5, .5}, {2, .5}, {3, 2}, {5, 1}};
    const road roads[] = {BOTH(0, 2, 1), BOTH(2, 3, 2), BOTH(3, 4, 4), BOTH(4, 1, 8)};
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), roads, COUNT(roads));
    CHECK_TEXT(links_of(&w), "0-1 15");
    close_world(&w);
}

TEST(a_road_through_a_third_commune_joins_nobody) {
    world w;
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 2, 0);
    add_square(&w, 1, 0); /* between them */
    const uint32_t borders[][2] = {{0, 2}, {1, 2}};
    const spot nodes[] = {{.5, .5}, {2.5, .5}, {1.5, .5}, {.5, 1.2}, {2.5, 1.2}};
    /* one edge straight across, one by a node inside */
    const road across[] = {BOTH(0, 1, 3), BOTH(0, 2, 1), BOTH(2, 1, 1)};
    PAVE(&w, borders, nodes, across);
    CHECK_TEXT(links_of(&w), "");
    /* round it by the water: that does */
    const road round[] = {BOTH(0, 1, 3), BOTH(0, 3, 2), BOTH(3, 4, 3), BOTH(4, 1, 2)};
    PAVE(&w, borders, nodes, round);
    CHECK_TEXT(links_of(&w), "0-1 7");
    close_world(&w);
}

TEST(a_road_within_one_commune_may_wander_through_another) {
    world w;
    open_world(&w);
    /* 0 holds 2 in its bay; its own road cuts through it */
    const spot around[] = {{0, 0}, {3, 0}, {3, 3}, {2, 3}, {2, 1}, {1, 1}, {1, 3}, {0, 3}};
    add_commune(&w, around, 8);
    add_square(&w, 5, 2);
    add_square(&w, 1, 1);
    const uint32_t borders[][2] = {{0, 2}};
    const spot nodes[] = {{.5, 1.5}, {5.5, 2.5}, {1.5, 1.5}, {2.5, 1.5}, {.5, .5}, {2.5, .5}};
    const road cut[] = {BOTH(0, 3, 1), BOTH(3, 1, 1)};
    PAVE(&w, borders, nodes, cut);
    CHECK_TEXT(links_of(&w), "");
    const road way_round[] = {BOTH(0, 3, 1), BOTH(3, 1, 1), BOTH(0, 4, 3), BOTH(4, 5, 3),
                              BOTH(5, 3, 3)};
    PAVE(&w, borders, nodes, way_round);
    CHECK_TEXT(links_of(&w), "0-1 10");
    close_world(&w);
}

TEST(both_ways_count_and_the_longer_is_told) {
    world w;
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 3, 0);
    const spot nodes[] = {{.5, .5}, {3.5, .5}, {2, .2}};
    const road one[] = {ONE_WAY(0, 1, 3)};
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), one, COUNT(one));
    CHECK_TEXT(links_of(&w), "");
    const road two[] = {ONE_WAY(0, 1, 3), ONE_WAY(1, 2, 4), ONE_WAY(2, 0, 5)};
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), two, COUNT(two));
    CHECK_TEXT(links_of(&w), "0-1 9");
    w.how.limit_ms = 8 * MINUTE;
    CHECK_TEXT(links_of(&w), "");
    close_world(&w);
}

TEST(a_junction_outside_is_land_of_the_nearest_commune) {
    world w;
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 4, 0);
    add_square(&w, 2, 0); /* the junction, node 3, is nearer to this one */
    const spot nodes[] = {{.5, .5}, {4.5, .5}, {2.5, .5}, {2.5, 1.3}, {2.5, 2}};
    const road roads[] = {BOTH(0, 3, 2), BOTH(3, 1, 2), BOTH(3, 4, 1)};
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), roads, COUNT(roads));
    CHECK_TEXT(links_of(&w), "");
    w.how.near_m = 100; /* land that is nobody's is closed */
    CHECK_TEXT(links_of(&w), "");
    const road plain[] = {BOTH(0, 3, 2), BOTH(3, 1, 2)}; /* no junction */
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), plain, COUNT(plain));
    CHECK_TEXT(links_of(&w), "0-1 4");
    close_world(&w);
}

static maille_snap on_road(uint32_t edge, double fraction) {
    return (maille_snap){.edge = edge, .fraction = fraction};
}

TEST(a_centre_leaves_by_the_half_of_its_road_that_stays_at_home) {
    world w;
    open_world(&w);
    add_square(&w, 1, 0);
    add_square(&w, 4, 0);
    add_square(&w, 0, 0);
    const uint32_t borders[][2] = {{0, 2}};
    /* the centre of 0 stands on the road that comes from 2: .8 of its 1.1 are in 0 */
    const spot nodes[] = {{1.8, .5}, {4.5, .5}, {.7, .5}};
    const road roads[] = {BOTH(2, 0, 4), BOTH(0, 1, 6)};
    PAVE(&w, borders, nodes, roads);
    w.centre[0] = maille_stop_at_snap(on_road(0, .5));
    CHECK_TEXT(links_of(&w), "0-1 8");
    w.centre[0] = maille_stop_at_snap(on_road(0, .25)); /* that is in 2 */
    CHECK_TEXT(links_of(&w), "");
    w.centre[0] = maille_stop_nowhere();
    CHECK_TEXT(links_of(&w), "");
    close_world(&w);
}

TEST(nodes_without_a_place_and_empty_networks_join_nobody) {
    world w;
    uint32_t from[] = {0}, to[] = {1}, ms[] = {MINUTE};
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 3, 0);
    const spot nodes[] = {{.5, .5}, {3.5, .5}};
    pave(&w, NO_BORDERS, nodes, 2, NULL, 0);
    CHECK_TEXT(links_of(&w), "");
    maille_network_free(w.network);
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, from, to, ms, ms, NULL, &w.network), MAILLE_OK);
    CHECK_TEXT(links_of(&w), "");
    close_world(&w);
}

/* ---- archipelagos ---- */

static uint32_t seed = 7;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

enum { FAR = 1 << 29 };

/* Cells of one step; the commune of each, or -1 for water. */
typedef struct {
    int cell[SIDE][SIDE];
    spot corner[SIDE * SIDE]; /* of each commune */
    int communes;
    spot node[NODES];
    road roads[TRIES];
    uint64_t touched[TRIES]; /* communes, one bit each */
    int road_count;
} archipelago;

/* Length of a segment inside a square of one step. */
static double length_inside(spot corner, spot p, spot q) {
    double from = 0, to = 1;
    const double start[] = {p.x - corner.x, p.y - corner.y}, step[] = {q.x - p.x, q.y - p.y};
    for (int i = 0; i < 2; i++) {
        if (step[i] == 0) {
            if (start[i] <= 0 || start[i] >= 1)
                return 0;
            continue;
        }
        double a = -start[i] / step[i], b = (1 - start[i]) / step[i];
        from = fmax(from, fmin(a, b));
        to = fmin(to, fmax(a, b));
    }
    return to > from ? (to - from) * hypot(step[0], step[1]) : 0;
}

static spot part_way(spot p, spot q, double part) {
    return (spot){p.x + part * (q.x - p.x), p.y + part * (q.y - p.y)};
}

/* Roads that clip a corner shorter than what is looked at are left out, as are their quarters. */
static bool is_clear(const archipelago *a, spot p, spot q) {
    for (int c = 0; c < a->communes; c++)
        for (int from = 0; from < 4; from++)
            for (int to = from + 1; to <= 4; to++) {
                double in = length_inside(a->corner[c], part_way(p, q, from / 4.0),
                                          part_way(p, q, to / 4.0));
                if (in > 0 && in < .012)
                    return false;
            }
    return true;
}

/* Communes that a segment touches, one bit each. */
static uint64_t touched_by(const archipelago *a, spot p, spot q) {
    uint64_t touched = 0;
    for (int c = 0; c < a->communes; c++)
        if (length_inside(a->corner[c], p, q) > 0)
            touched |= UINT64_C(1) << c;
    return touched;
}

static void draw_land(archipelago *a) {
    *a = (archipelago){0};
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            a->cell[y][x] = draw(100) < 30 ? a->communes : -1;
            if (a->cell[y][x] >= 0)
                a->corner[a->communes++] = (spot){x, y};
        }
    for (int v = 0; v < NODES; v++)
        a->node[v] =
            (spot){draw(SIDE) + .05 + draw(91) / 100.0, draw(SIDE) + .05 + draw(91) / 100.0};
    for (int t = 0; t < TRIES; t++) {
        uint32_t from = draw(NODES), to = draw(NODES);
        spot p = a->node[from], q = a->node[to];
        bool known = from == to || hypot(p.x - q.x, p.y - q.y) > 3.2 || !is_clear(a, p, q);
        for (int e = 0; e < a->road_count && !known; e++)
            known = (a->roads[e].from == from && a->roads[e].to == to) ||
                    (a->roads[e].from == to && a->roads[e].to == from);
        if (known)
            continue;
        int ms = 4 * (int)(1 + draw(1000)), kind = (int)draw(12);
        a->touched[a->road_count] = touched_by(a, p, q);
        a->roads[a->road_count++] =
            (road){from, to, kind == 0 ? NO : ms, kind == 1 ? NO : ms + 4 * (int)draw(9)};
    }
}

static int commune_at(const archipelago *a, spot p) {
    return a->cell[(int)p.y][(int)p.x];
}

/* In which commune a node lies: -1 water, -2 closed. */
static int side_of(const archipelago *a, int node, double near) {
    int seen[NODES] = {0}, beside = 0, nearest = -2;
    double best = near;
    spot p = a->node[node];
    if (commune_at(a, p) >= 0)
        return commune_at(a, p);
    for (int e = 0; e < a->road_count; e++) {
        if ((int)a->roads[e].from == node && !seen[a->roads[e].to]++)
            beside++;
        if ((int)a->roads[e].to == node && !seen[a->roads[e].from]++)
            beside++;
    }
    if (beside <= 2)
        return -1;
    for (int c = 0; c < a->communes; c++) {
        double dx = fmax(0, fmax(a->corner[c].x - p.x, p.x - a->corner[c].x - 1));
        double dy = fmax(0, fmax(a->corner[c].y - p.y, p.y - a->corner[c].y - 1));
        if (hypot(dx, dy) < best) {
            best = hypot(dx, dy);
            nearest = c;
        }
    }
    return nearest;
}

static bool third(uint64_t touched, int one, int two) {
    return (touched & ~(UINT64_C(1) << one) & ~(UINT64_C(1) << two)) != 0;
}

static bool open_to(int side, int one, int two) {
    return side == one || side == two || side == -1;
}

/* Where a commune's centre stands: on a node, or part way along a road (edge ≥ 0); else nowhere. */
typedef struct {
    int node, edge;
    double part;
} place;

/* Where one enters the nodes from a centre, or leaves them for it (`back`). */
static void enter(const archipelago *a, const int *side, const place *at, bool back, int one,
                  int two, int *ms) {
    for (int v = 0; v < NODES; v++)
        ms[v] = FAR;
    if (at->node >= 0)
        ms[at->node] = 0;
    if (at->edge >= 0) {
        const road *r = &a->roads[at->edge];
        spot p = a->node[r->from], q = a->node[r->to], here = part_way(p, q, at->part);
        int forth = back ? r->back : r->ms, home = back ? r->ms : r->back;
        if (forth != NO && !third(touched_by(a, here, q), one, two))
            ms[r->to] = (int)((1 - at->part) * forth);
        if (home != NO && !third(touched_by(a, p, here), one, two))
            ms[r->from] = (int)(at->part * home);
    }
    for (int v = 0; v < NODES; v++)
        if (!open_to(side[v], one, two))
            ms[v] = FAR;
}

static void spread(const archipelago *a, const int *side, int one, int two, int *ms) {
    for (bool changed = true; changed;) {
        changed = false;
        for (int e = 0; e < a->road_count; e++) {
            const road *r = &a->roads[e];
            uint32_t f = r->from, t = r->to;
            if (!open_to(side[f], one, two) || !open_to(side[t], one, two) ||
                third(a->touched[e], one, two))
                continue;
            if (r->ms != NO && ms[f] + r->ms < ms[t]) {
                ms[t] = ms[f] + r->ms;
                changed = true;
            }
            if (r->back != NO && ms[t] + r->back < ms[f]) {
                ms[f] = ms[t] + r->back;
                changed = true;
            }
        }
    }
}

/* Least time from one centre to another. */
static int drive(const archipelago *a, const int *side, const place *from, const place *to, int one,
                 int two) {
    int there[NODES], rest[NODES], best = FAR;
    enter(a, side, from, false, one, two, there);
    enter(a, side, to, true, one, two, rest);
    spread(a, side, one, two, there);
    for (int v = 0; v < NODES; v++)
        if (there[v] < FAR && rest[v] < FAR && there[v] + rest[v] < best)
            best = there[v] + rest[v];
    if (from->edge >= 0 && from->edge == to->edge && !third(a->touched[from->edge], one, two)) {
        const road *r = &a->roads[from->edge];
        double part = to->part - from->part;
        if (part >= 0 && r->ms != NO)
            best = (int)fmin(best, part * r->ms);
        if (part <= 0 && r->back != NO)
            best = (int)fmin(best, -part * r->back);
    }
    return best;
}

static bool share_side(spot p, spot q) {
    return fabs(p.x - q.x) + fabs(p.y - q.y) == 1;
}

/* Communes are numbered along rows, so neighbours come in order. */
static void settle(const archipelago *a, world *w, place *places) {
    uint32_t borders[256][2], count = 0;
    open_world(w);
    for (int c = 0; c < a->communes; c++) {
        add_square(w, a->corner[c].x, a->corner[c].y);
        for (int b = 0; b < c; b++)
            if (share_side(a->corner[b], a->corner[c])) {
                borders[count][0] = (uint32_t)b;
                borders[count++][1] = (uint32_t)c;
            }
    }
    pave(w, (const uint32_t(*)[2])borders, count, a->node, NODES, a->roads,
         (uint32_t)a->road_count);
    for (int c = 0; c < a->communes; c++) {
        places[c] = (place){-1, -1, 0};
        w->centre[c] = maille_stop_nowhere();
        for (int v = 0; v < NODES; v++)
            if (commune_at(a, a->node[v]) == c && draw(3)) {
                places[c] = (place){v, -1, 0};
                w->centre[c] = maille_stop_at_node((uint32_t)v);
            }
        int e = (int)draw((uint32_t)a->road_count);
        double part = (1 + draw(3)) / 4.0;
        spot here = part_way(a->node[a->roads[e].from], a->node[a->roads[e].to], part);
        if (commune_at(a, here) == c || draw(20) == 0) {
            places[c] = (place){-1, e, part};
            w->centre[c] = maille_stop_at_snap(on_road((uint32_t)e, part));
        }
    }
}

TEST(archipelagos_agree_with_a_search_of_all_pairs) {
    static const double limits[] = {3000, 9000, 30000};
    uint32_t found = 0, pairs = 0;
    unit = 10000; /* roads are looked at every 100 m: a clip of a corner is seldom shorter */
    for (int round = 0; round < 700; round++) {
        static archipelago a;
        world w;
        place places[SIDE * SIDE];
        int side[NODES];
        maille_road_link *links = NULL;
        uint32_t count = 0, next = 0;
        draw_land(&a);
        settle(&a, &w, places);
        w.how.limit_ms = (uint32_t)limits[round % 3];
        w.how.near_m = .605 * unit; /* no node lies just so far away */
        for (int v = 0; v < NODES; v++)
            side[v] = side_of(&a, v, .605);
        CHECK_INT(maille_road_links(ctx, w.network, &w.how, &links, &count), MAILLE_OK);
        for (int one = 0; one < a.communes; one++)
            for (int two = one + 1; two < a.communes; two++) {
                if (share_side(a.corner[one], a.corner[two]))
                    continue;
                int there = drive(&a, side, &places[one], &places[two], one, two);
                int back = drive(&a, side, &places[two], &places[one], one, two);
                int longer = there > back ? there : back;
                pairs++;
                if (longer > (int)w.how.limit_ms)
                    continue;
                bool told = next < count && (int)links[next].a == one && (int)links[next].b == two;
                if (!told)
                    fprintf(stderr, "round %d: %d-%d in %d ms\n", round, one, two, longer);
                CHECK(told);
                if (told)
                    CHECK_INT(links[next++].ms, longer);
            }
        CHECK_INT(next, count);
        found += count;
        maille_free(links);
        close_world(&w);
    }
    CHECK(found > 500); /* the drawing must have something to find */
    CHECK(pairs > 10 * found);
}

TEST(memory_that_runs_out_is_told) {
    world w;
    unit = 1000;
    open_world(&w);
    add_square(&w, 0, 0);
    add_square(&w, 3, 0);
    const spot nodes[] = {{.2, .5}, {3.8, .5}};
    const road roads[] = {BOTH(0, 1, 4)};
    pave(&w, NO_BORDERS, nodes, COUNT(nodes), roads, COUNT(roads));
    uint64_t before = maille_memory_count();
    CHECK_TEXT(links_of(&w), "0-1 4");
    uint64_t needed = maille_memory_count() - before;
    CHECK(needed > 10);
    for (uint64_t n = 1; n <= needed; n++) {
        maille_road_link *links = NULL;
        uint32_t count = 0;
        maille_memory_fail_at(n);
        CHECK_INT(maille_road_links(ctx, w.network, &w.how, &links, &count), MAILLE_NO_MEMORY);
        maille_memory_fail_at(0);
        CHECK(links == NULL);
    }
    close_world(&w);
}

int main(void) {
    static const test_case cases[] = {
        CASE(a_bridge_joins),
        CASE(communes_with_a_border_need_no_link),
        CASE(a_ferry_passes_nodes_over_water),
        CASE(a_road_through_a_third_commune_joins_nobody),
        CASE(a_road_within_one_commune_may_wander_through_another),
        CASE(both_ways_count_and_the_longer_is_told),
        CASE(a_junction_outside_is_land_of_the_nearest_commune),
        CASE(a_centre_leaves_by_the_half_of_its_road_that_stays_at_home),
        CASE(nodes_without_a_place_and_empty_networks_join_nobody),
        CASE(archipelagos_agree_with_a_search_of_all_pairs),
        CASE(memory_that_runs_out_is_told)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
