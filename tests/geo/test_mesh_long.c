/* The mesh, held against what needs no arc: segments counted one by one, GEOS's validity, distances
 * from the exact outlines. */
#include <maille/mesh.h>

#include "harness.h"

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/vectorfile.h>

static maille_ctx *ctx;

/* ---- layouts
 * ------------------------------------------------------------------------------------ */

static maille_shapes *new_shapes(void) {
    maille_shapes *shapes = NULL;
    CHECK_INT(maille_shapes_new(ctx, &shapes), MAILLE_OK);
    return shapes;
}

static void add_ring(maille_shapes *shapes, const maille_xy *ring, uint32_t count, bool part) {
    if (part)
        CHECK_INT(maille_shapes_begin_part(ctx, shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_add_ring(ctx, shapes, ring, count), MAILLE_OK);
}

static void add_square(maille_shapes *shapes, double x, double y, double side) {
    const maille_xy ring[] = {{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}};
    CHECK_INT(maille_shapes_begin_shape(ctx, shapes), MAILLE_OK);
    add_ring(shapes, ring, 4, true);
}

static maille_shapes *read_outlines(const char *path) {
    maille_table *table = NULL;
    maille_shapes *shapes = NULL;
    maille_read_options how = {.with_geometry = true};
    CHECK_INT(maille_file_read(ctx, path, &how, &table), MAILLE_OK);
    CHECK_INT(
        maille_shapes_from_column(ctx, table, (size_t)maille_table_column(table, "geom"), &shapes),
        MAILLE_OK);
    maille_table_free(table);
    return shapes;
}

static uint64_t seed;
static double chance(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 33) / (double)(1u << 31);
}

enum { SIDE = 12, BENDS = 9 }; /* cells a side of a random partition; points on a side of a cell */

/* Sides of cells are crooked lines between jittered corners, the same for both cells. */
typedef struct {
    maille_xy corner[SIDE + 1][SIDE + 1];
    maille_xy east[SIDE + 1][SIDE + 1][BENDS], south[SIDE + 1][SIDE + 1][BENDS];
} lattice;

static maille_xy rounded(double x, double y) {
    maille_lonlat p = maille_on_grid((maille_lonlat){x, y});
    return (maille_xy){p.lon, p.lat};
}

static void bend(maille_xy a, maille_xy b, double crooked, maille_xy *out) {
    for (int k = 0; k < BENDS; k++) {
        double t = (k + 1.0) / (BENDS + 1.0);
        double off = (chance() - 0.5) * crooked * fmin(t, 1 - t);
        out[k] = rounded(a.x + t * (b.x - a.x) - off * (b.y - a.y),
                         a.y + t * (b.y - a.y) + off * (b.x - a.x));
    }
}

static void append(maille_xy *ring, uint32_t *count, maille_xy from, const maille_xy *bends,
                   bool backwards) {
    ring[(*count)++] = from;
    for (int k = 0; k < BENDS; k++)
        ring[(*count)++] = bends[backwards ? BENDS - 1 - k : k];
}

static void add_cell(const lattice *l, maille_shapes *cells, int i, int k) {
    maille_xy ring[4 * (BENDS + 1)];
    uint32_t count = 0;
    append(ring, &count, l->corner[k][i], l->east[k][i], false);
    append(ring, &count, l->corner[k][i + 1], l->south[k][i + 1], false);
    append(ring, &count, l->corner[k + 1][i + 1], l->east[k + 1][i], true);
    append(ring, &count, l->corner[k + 1][i], l->south[k][i], true);
    CHECK_INT(maille_shapes_begin_shape(ctx, cells), MAILLE_OK);
    add_ring(cells, ring, count, true);
}

/* Cells of a crooked lattice are given out among `groups` shapes by chance (GEOS unites them): so
 * there are holes, enclaves, far parts and corners where four meet. Cells of group 0 are water. */
static maille_shapes *random_partition(uint64_t number, double size, uint32_t groups) {
    static lattice l;
    maille_shapes *cells = new_shapes(), *out = new_shapes();
    seed = number * 77 + 5;
    double west = -1.7 + chance(), north = 48.9;
    for (int k = 0; k <= SIDE; k++)
        for (int i = 0; i <= SIDE; i++)
            l.corner[k][i] = rounded(west + size * (i + 0.4 * chance()),
                                     north - 0.66 * size * (k + 0.4 * chance()));
    for (int k = 0; k <= SIDE; k++)
        for (int i = 0; i <= SIDE; i++) {
            if (i < SIDE)
                bend(l.corner[k][i], l.corner[k][i + 1], 0.4, l.east[k][i]);
            if (k < SIDE)
                bend(l.corner[k][i], l.corner[k + 1][i], 0.4, l.south[k][i]);
        }
    uint32_t group[SIDE * SIDE], members[SIDE * SIDE], refused = 0;
    for (int k = 0; k < SIDE; k++)
        for (int i = 0; i < SIDE; i++) {
            add_cell(&l, cells, i, k);
            group[k * SIDE + i] = (uint32_t)(chance() * groups);
        }
    for (uint32_t g = 1; g < groups; g++) {
        uint32_t count = 0;
        for (uint32_t c = 0; c < SIDE * SIDE; c++)
            if (group[c] == g)
                members[count++] = c;
        if (count > 0 &&
            maille_geometry_coverage_union(ctx, cells, members, count, out) != MAILLE_OK)
            refused++;
    }
    CHECK(refused <= 1); /* GEOS 3.11 cannot unite every set of cells: that one is water, too */
    maille_shapes_free(cells);
    return out;
}

/* ---- the oracle's own mercator and segments
 * ----------------------------------------------------- */

static maille_shapes *exact_at(const maille_shapes *lonlat, unsigned zoom) {
    maille_shapes *out = new_shapes();
    double width = ldexp(4096, (int)zoom), pi = acos(-1);
    maille_xy *ring = maille_alloc(maille_shapes_points(lonlat) + 1, sizeof *ring);
    for (uint32_t i = 0; i < lonlat->count; i++) {
        CHECK_INT(maille_shapes_begin_shape(ctx, out), MAILLE_OK);
        for (uint32_t p = lonlat->part_start[i]; p < lonlat->part_start[i + 1]; p++)
            for (uint32_t r = lonlat->ring_start[p]; r < lonlat->ring_start[p + 1]; r++) {
                uint32_t count = 0;
                for (uint32_t k = lonlat->point_start[r]; k < lonlat->point_start[r + 1]; k++) {
                    double lat = lonlat->points[k].y * pi / 180;
                    double up = log(tan(pi / 4 + lat / 2)) / pi;
                    ring[count++] = (maille_xy){(lonlat->points[k].x + 180) / 360 * width,
                                                (1 - up) / 2 * width};
                }
                add_ring(out, ring, count, r == lonlat->ring_start[p]);
            }
    }
    maille_free(ring);
    return out;
}

typedef struct {
    maille_xy a, b;
    uint32_t shape;
} edge;
typedef struct {
    edge *items;
    size_t count;
} edges;

static int by_point(maille_xy p, maille_xy q) {
    return p.x != q.x ? (p.x > q.x) - (p.x < q.x) : (p.y > q.y) - (p.y < q.y);
}
static int by_edge(const void *a, const void *b) {
    const edge *s = a, *t = b;
    int order = by_point(s->a, t->a);
    return order ? order : by_point(s->b, t->b);
}

/* All directed segments of rings, sorted. */
static edges list_edges(const maille_shapes *shapes) {
    edges all = {maille_alloc(maille_shapes_points(shapes) + 1, sizeof(edge)), 0};
    for (uint32_t i = 0; i < shapes->count; i++)
        for (uint32_t r = shapes->ring_start[shapes->part_start[i]];
             r < shapes->ring_start[shapes->part_start[i + 1]]; r++)
            for (uint32_t k = shapes->point_start[r]; k + 1 < shapes->point_start[r + 1]; k++)
                if (by_point(shapes->points[k], shapes->points[k + 1]) != 0)
                    all.items[all.count++] = (edge){shapes->points[k], shapes->points[k + 1], i};
    qsort(all.items, all.count, sizeof *all.items, by_edge);
    return all;
}

static const edge *find_edge(const edges *all, maille_xy a, maille_xy b) {
    edge key = {a, b, 0};
    return bsearch(&key, all->items, all->count, sizeof *all->items, by_edge);
}

/* Arcs, counted without walking: half the degrees of nodes, and a ring for each group of segments
 * without a node. */
static size_t count_arcs(const maille_shapes *lonlat) {
    edges all = list_edges(lonlat);
    size_t sides = 0, ends = 0, free_rings = 0;
    edge *both = maille_alloc(2 * all.count + 1, sizeof *both);
    for (size_t i = 0; i < all.count; i++) {
        both[sides++] = all.items[i];
        both[sides++] = (edge){all.items[i].b, all.items[i].a, 0};
    }
    qsort(both, sides, sizeof *both, by_edge);
    size_t distinct = 0;
    for (size_t i = 0; i < sides; i++)
        if (i == 0 || by_edge(&both[i - 1], &both[i]) != 0)
            both[distinct++] = both[i];
    uint32_t *vertex = maille_alloc(distinct + 1, sizeof *vertex);
    uint32_t *parent = maille_alloc(distinct + 1, sizeof *parent), vertices = 0;
    unsigned char *node = maille_alloc(distinct + 1, 1);
    for (size_t i = 0, end; i < distinct; i = end, vertices++) {
        for (end = i; end < distinct && by_point(both[end].a, both[i].a) == 0; end++)
            vertex[end] = vertices;
        parent[vertices] = vertices;
        if (end - i != 2)
            ends += end - i;
        node[vertices] = end - i != 2;
    }
    edges graph = {both, distinct};
    for (size_t i = 0; i < distinct; i++) { /* union-find, plainly */
        const edge *back = find_edge(&graph, both[i].b, both[i].a);
        uint32_t a = vertex[i], b = vertex[back - both];
        while (parent[a] != a)
            a = parent[a];
        while (parent[b] != b)
            b = parent[b];
        if (a != b) {
            parent[a > b ? a : b] = a > b ? b : a;
            node[a > b ? b : a] |= node[a > b ? a : b];
        }
    }
    for (uint32_t v = 0; v < vertices; v++)
        free_rings += parent[v] == v && !node[v];
    maille_free(all.items);
    maille_free(both);
    maille_free(vertex);
    maille_free(parent);
    maille_free(node);
    return ends / 2 + free_rings;
}

/* ---- what a tile must be
 * ------------------------------------------------------------------------ */

typedef struct {
    const maille_shapes *exact; /* in units of the zoom */
    maille_box *boxes;
    edges outer; /* exact; those that no neighbour shares */
    unsigned zoom;
    bool partition;
    double error; /* largest distance of a vertex from its outline */
    uint64_t vertices, shapes, bytes;
} oracle;

/* How far a tile may be from the outline: what is smoothed, and half a pixel's diagonal. */
static const double REACH = MAILLE_MESH_TOLERANCE + 1;

static double from_segment(maille_xy p, maille_xy a, maille_xy b) {
    double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    double t = square > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / square : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/* Whether p lies within `by` of the segment; most are far enough by their boxes. */
static bool beside(maille_xy p, edge e, double by) {
    if (fmin(e.a.x, e.b.x) - p.x > by || p.x - fmax(e.a.x, e.b.x) > by ||
        fmin(e.a.y, e.b.y) - p.y > by || p.y - fmax(e.a.y, e.b.y) > by)
        return false;
    return from_segment(p, e.a, e.b) < by;
}

static double from_outline(const maille_shapes *shapes, uint32_t i, maille_xy p) {
    double least = INFINITY;
    for (uint32_t r = shapes->ring_start[shapes->part_start[i]];
         r < shapes->ring_start[shapes->part_start[i + 1]]; r++)
        for (uint32_t k = shapes->point_start[r]; k + 1 < shapes->point_start[r + 1]; k++)
            least = fmin(least, from_segment(p, shapes->points[k], shapes->points[k + 1]));
    return least;
}

static bool near(maille_xy p, maille_box box, double by) {
    return p.x >= box.min_x - by && p.x <= box.max_x + by && p.y >= box.min_y - by &&
           p.y <= box.max_y + by;
}

static bool on_frame(maille_xy p) {
    return p.x == -64 || p.x == 4160 || p.y == -64 || p.y == 4160;
}

/* Each vertex and middle of an edge lies within REACH of the exact outline; integer, in the
 * frame. */
static int edges_far_off(oracle *o, const maille_mesh_cut *cut, maille_xy corner,
                         const edges *all) {
    int wrong = 0;
    for (size_t i = 0; i < all->count; i++) {
        edge e = all->items[i];
        if (e.a.x != floor(e.a.x) || e.a.y != floor(e.a.y) ||
            !near(e.a, (maille_box){-64, -64, 4160, 4160}, 0))
            wrong++;
        if (on_frame(e.a) && on_frame(e.b))
            continue;
        maille_xy at[] = {e.a, {(e.a.x + e.b.x) / 2, (e.a.y + e.b.y) / 2}, e.b};
        for (int k = 0; k < 3; k++) {
            maille_xy p = {at[k].x + corner.x, at[k].y + corner.y};
            double distance = from_outline(o->exact, cut->shape[e.shape], p);
            o->error = fmax(o->error, distance);
            wrong += distance >= REACH;
        }
    }
    return wrong;
}

/* Inside a tile each edge of a partition runs back along the neighbour, the same vertices, unless
 * an outline that no neighbour shares is within REACH of it. */
static int edges_without_twin(const oracle *o, maille_xy corner, const edges *all) {
    int wrong = 0;
    for (size_t i = 0; i < all->count; i++) {
        edge e = all->items[i];
        if ((on_frame(e.a) && on_frame(e.b)) || find_edge(all, e.b, e.a))
            continue;
        maille_xy p = {(e.a.x + e.b.x) / 2 + corner.x, (e.a.y + e.b.y) / 2 + corner.y};
        bool outer = false;
        for (size_t k = 0; k < o->outer.count && !outer; k++)
            outer = beside(p, o->outer.items[k], REACH);
        wrong += !outer;
    }
    return wrong;
}

/* Points by chance, off the grid: inside and outside are what they are, but within REACH of the
 * outline; in a partition none is in two. */
static int points_misplaced(const oracle *o, const maille_mesh_cut *cut, maille_xy corner) {
    int wrong = 0;
    for (int n = 0; n < 60; n++) {
        maille_xy p = {floor(chance() * 4200 - 60) + 0.37, floor(chance() * 4200 - 60) + 0.41};
        maille_xy q = {p.x + corner.x, p.y + corner.y};
        uint32_t k = 0;
        int within = 0;
        for (uint32_t i = 0; i < o->exact->count; i++) {
            if (k < cut->count && cut->shape[k] < i)
                k++;
            bool there =
                k < cut->count && cut->shape[k] == i && maille_shape_contains(cut->parts, k, p);
            within += there;
            bool there_exactly =
                near(q, o->boxes[i], REACH) && maille_shape_contains(o->exact, i, q);
            if (there != there_exactly && from_outline(o->exact, i, q) >= REACH)
                wrong++;
        }
        wrong += o->partition && within > 1;
    }
    return wrong;
}

static int shapes_invalid(const maille_mesh_cut *cut) {
    int wrong = 0;
    for (uint32_t i = 0; i < cut->count; i++) {
        bool valid = false;
        char why[200];
        CHECK_INT(maille_geometry_valid(ctx, cut->parts, i, &valid, why, sizeof why), MAILLE_OK);
        wrong += !valid || maille_shape_area(cut->parts, i) <= 0;
        wrong += i > 0 && cut->shape[i] <= cut->shape[i - 1];
        if (!valid)
            printf("  shape %u: %s\n", cut->shape[i], why);
    }
    return wrong;
}

/* The union of the pieces is as large as all pieces together. */
static double overlapping(const maille_mesh_cut *cut) {
    double sum = 0;
    maille_shapes *whole = new_shapes();
    uint32_t *all = maille_alloc(cut->count + 1, sizeof *all);
    for (uint32_t i = 0; i < cut->count; i++) {
        all[i] = i;
        sum += maille_shape_area(cut->parts, i);
    }
    CHECK_INT(maille_geometry_union(ctx, cut->parts, all, cut->count, 0.001, whole), MAILLE_OK);
    sum -= maille_shape_area(whole, 0);
    maille_free(all);
    maille_shapes_free(whole);
    return sum;
}

static void check_tile(oracle *o, const maille_mesh_zoom *mesh, unsigned x, unsigned y) {
    maille_mesh_cut cut;
    maille_xy corner = {4096.0 * x, 4096.0 * y};
    CHECK_INT(maille_mesh_cut_tile(ctx, mesh, x, y, &cut), MAILLE_OK);
    edges all = list_edges(cut.parts);
    int invalid = shapes_invalid(&cut), far = edges_far_off(o, &cut, corner, &all);
    int alone = o->partition ? edges_without_twin(o, corner, &all) : 0;
    int misplaced = points_misplaced(o, &cut, corner);
    double twice = o->partition && cut.count > 0 ? overlapping(&cut) : 0;
    if (invalid || far || alone || misplaced || fabs(twice) > 1e-6)
        printf(
            "  tile %u/%u/%u: %d invalid, %d far off, %d without a twin, %d misplaced, %g twice\n",
            o->zoom, x, y, invalid, far, alone, misplaced, twice);
    CHECK(invalid + far + alone + misplaced == 0 && fabs(twice) <= 1e-6);
    o->vertices += all.count;
    o->shapes += cut.count;
    maille_free(all.items);
    maille_mesh_cut_free(&cut);
}

/* Tiles of a zoom: all of them, or about `most` by chance. */
static void check_zoom(const maille_shapes *lonlat, const maille_mesh *mesh, unsigned zoom,
                       bool partition, unsigned most) {
    oracle o = {.zoom = zoom, .partition = partition};
    maille_shapes *exact = exact_at(lonlat, zoom);
    maille_mesh_zoom *at = NULL;
    maille_box whole = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    o.exact = exact;
    o.boxes = maille_alloc(exact->count + 1, sizeof *o.boxes);
    edges outlines = list_edges(exact);
    o.outer.items = maille_alloc(outlines.count + 1, sizeof(edge));
    for (size_t i = 0; i < outlines.count; i++)
        if (!find_edge(&outlines, outlines.items[i].b, outlines.items[i].a))
            o.outer.items[o.outer.count++] = outlines.items[i];
    maille_free(outlines.items);
    for (uint32_t i = 0; i < exact->count; i++) {
        maille_box b = o.boxes[i] = maille_shape_box(exact, i);
        whole = (maille_box){fmin(whole.min_x, b.min_x), fmin(whole.min_y, b.min_y),
                             fmax(whole.max_x, b.max_x), fmax(whole.max_y, b.max_y)};
    }
    CHECK_INT(maille_mesh_at_zoom(ctx, mesh, zoom, &at), MAILLE_OK);
    unsigned x1 = (unsigned)((whole.min_x - 64) / 4096), x2 = (unsigned)((whole.max_x + 64) / 4096);
    unsigned y1 = (unsigned)((whole.min_y - 64) / 4096), y2 = (unsigned)((whole.max_y + 64) / 4096);
    double share = (double)most / ((double)(x2 - x1 + 1) * (y2 - y1 + 1));
    for (unsigned x = x1; x <= x2; x++)
        for (unsigned y = y1; y <= y2; y++)
            if (x < 1u << zoom && y < 1u << zoom && chance() < share)
                check_tile(&o, at, x, y);
    printf("  zoom %2u: %6llu shapes, %7llu vertices, within %.3f units, %.1f MB\n", zoom,
           (unsigned long long)o.shapes, (unsigned long long)o.vertices, o.error,
           (double)maille_mesh_zoom_bytes(at) / 1e6);
    maille_mesh_zoom_free(at);
    maille_free(o.boxes);
    maille_free(o.outer.items);
    maille_shapes_free(exact);
}

static void check_layout(maille_shapes *lonlat, bool partition, unsigned from, unsigned to,
                         unsigned most) {
    maille_mesh *mesh = NULL;
    CHECK_INT(maille_mesh_new(ctx, lonlat, &mesh), MAILLE_OK);
    CHECK_INT(maille_mesh_arcs(mesh), count_arcs(lonlat));
    for (unsigned zoom = from; zoom <= to; zoom++)
        check_zoom(lonlat, mesh, zoom, partition, most);
    maille_mesh_free(mesh);
    maille_shapes_free(lonlat);
}

/* ---- the tests
 * ----------------------------------------------------------------------------------- */

TEST(random_partitions_keep_their_borders) {
    for (uint64_t i = 0; i < 6; i++)
        check_layout(random_partition(i, 0.002 + 0.02 * (double)i, 3 + 9 * (uint32_t)i), true, 5,
                     13, 6);
}

TEST(the_sample_region) {
    char path[1000];
    const char *sample = getenv("MAILLE_SAMPLE");
    snprintf(path, sizeof path, "%s/communes.geojson", sample ? sample : "");
    check_layout(read_outlines(path), true, 4, 12, 8);
}

TEST(corsica) {
    check_layout(read_outlines(test_real("corse/communes.geojson")), true, 4, 12, 2);
}

TEST(brittany) {
    maille_shapes *communes = read_outlines(test_real("bretagne/communes-2026.geojson"));
    maille_mesh *mesh = NULL;
    CHECK_INT(maille_mesh_new(ctx, communes, &mesh), MAILLE_OK);
    CHECK_INT(maille_mesh_arcs(mesh), count_arcs(communes));
    check_zoom(communes, mesh, 5, true, 1);
    check_zoom(communes, mesh, 8, true, 3);
    check_zoom(communes, mesh, 11, true, 12);
    maille_mesh_free(mesh);
    maille_shapes_free(communes);
}

/* A square with a hole that an enclave fills, a neighbour that it touches along a side, one at a
 * corner, an island, one shape without parts and one that covers two others. */
static maille_shapes *few_squares(void) {
    maille_shapes *s = new_shapes();
    const maille_xy hole[] = {{0.2, 0.2}, {0.2, 0.4}, {0.4, 0.4}, {0.4, 0.2}};
    add_square(s, 0, 0, 1);
    add_ring(s, hole, 4, false);
    add_square(s, 0.2, 0.2, 0.2);
    add_square(s, 1, 0, 1);
    add_square(s, 2, 1, 1);
    add_square(s, 7, 7, 0.5);
    CHECK_INT(maille_shapes_begin_shape(ctx, s), MAILLE_OK);
    const maille_xy both[] = {{0, 0}, {1, 0}, {2, 0}, {2, 1}, {1, 1}, {0, 1}};
    CHECK_INT(maille_shapes_begin_shape(ctx, s), MAILLE_OK);
    add_ring(s, both, 6, true);
    return s;
}

TEST(arcs_run_from_node_to_node) {
    maille_shapes *s = few_squares();
    maille_mesh *mesh = NULL;
    CHECK_INT(maille_mesh_new(ctx, s, &mesh), MAILLE_OK);
    /* first square: to the west, its side with the second; the enclave; the second's outline is cut
     * where the third's corner touches; the third; the island */
    CHECK_INT(maille_mesh_arcs(mesh), 7);
    CHECK_INT(count_arcs(s), 7);
    maille_mesh_free(mesh);
    check_layout(s, false, 0, 16, 3);
}

/* A shape of one ring, given in units of zoom 4 from a place in the sea. */
static void add_units(maille_shapes *shapes, const maille_xy *ring, uint32_t count) {
    double width = ldexp(4096, 4), pi = acos(-1);
    maille_xy lonlat[16];
    for (uint32_t i = 0; i < count; i++) {
        double x = 30000 + 8 * ring[i].x, y = 20000.2 + 8 * ring[i].y;
        lonlat[i] = rounded(x / width * 360 - 180, atan(sinh(pi * (1 - 2 * y / width))) * 180 / pi);
    }
    CHECK_INT(maille_shapes_begin_shape(ctx, shapes), MAILLE_OK);
    add_ring(shapes, lonlat, count, true);
}

/* In eighths of a unit: the land's coast lies at 0.6, its bay reaches to 0.4, which is less than
 * the tolerance, so that it would be straightened over what is in the bay. */
static void check_bay(maille_shapes *s, uint32_t left) {
    const maille_xy land[] = {{0, 0.6},  {4, 0.6},  {5, 0.4}, {9, 0.4},
                              {10, 0.6}, {14, 0.6}, {14, -8}, {0, -8}};
    maille_mesh *mesh = NULL;
    maille_mesh_zoom *zoom = NULL;
    maille_mesh_cut cut;
    add_units(s, land, 8);
    CHECK_INT(maille_mesh_new(ctx, s, &mesh), MAILLE_OK);
    CHECK_INT(maille_mesh_at_zoom(ctx, mesh, 4, &zoom), MAILLE_OK);
    CHECK_INT(maille_mesh_cut_tile(ctx, zoom, 30000 / 4096, 20000 / 4096, &cut), MAILLE_OK);
    CHECK_INT(cut.count, left);
    CHECK_INT(shapes_invalid(&cut), 0);
    CHECK_NEAR(overlapping(&cut), 0, 1e-9);
    maille_mesh_cut_free(&cut);
    maille_mesh_zoom_free(zoom);
    maille_mesh_free(mesh);
    maille_shapes_free(s);
}

/* Of three shapes that meet in its middle; one of them comes to nothing. */
TEST(an_island_in_a_bay_stays_at_sea) {
    const maille_xy west[] = {{6, 0.45}, {7, 0.48}, {7, 0.55}};
    const maille_xy east[] = {{7, 0.48}, {8, 0.45}, {7, 0.55}};
    const maille_xy north[] = {{6, 0.45}, {8, 0.45}, {7, 0.48}};
    maille_shapes *s = new_shapes();
    add_units(s, west, 3);
    add_units(s, east, 3);
    add_units(s, north, 3);
    check_bay(s, 3);
}

TEST(a_headland_in_a_bay_is_not_run_over) {
    const maille_xy headland[] = {{6.2, 0.45}, {7.8, 0.45}, {8.4, 3}, {5.6, 3}};
    maille_shapes *s = new_shapes();
    add_units(s, headland, 4);
    check_bay(s, 2);
}

TEST(what_is_not_there) {
    maille_shapes *none = new_shapes();
    maille_mesh *mesh = NULL;
    maille_mesh_zoom *zoom = NULL;
    maille_mesh_cut cut;
    CHECK_INT(maille_mesh_new(ctx, none, &mesh), MAILLE_OK);
    CHECK_INT(maille_mesh_arcs(mesh), 0);
    CHECK_INT(maille_mesh_at_zoom(ctx, mesh, 17, &zoom), MAILLE_USAGE);
    CHECK_TEXT(maille_message(ctx), "zoom 17 was beyond 16");
    CHECK_INT(maille_mesh_at_zoom(ctx, mesh, 3, &zoom), MAILLE_OK);
    CHECK_INT(maille_mesh_cut_tile(ctx, zoom, 8, 0, &cut), MAILLE_USAGE);
    CHECK_TEXT(maille_message(ctx), "there was no tile 3/8/0");
    CHECK_INT(maille_mesh_cut_tile(ctx, zoom, 7, 7, &cut), MAILLE_OK);
    CHECK_INT(cut.count, 0);
    maille_mesh_cut_free(&cut);
    maille_mesh_zoom_free(zoom);
    maille_mesh_free(mesh);
    maille_shapes_free(none);
}

/* The whole world is the frame of every tile but those at its rim. */
TEST(one_polygon_over_all) {
    maille_shapes *s = new_shapes();
    const maille_xy ring[] = {{-180, -89}, {180, -89}, {180, 89}, {-180, 89}};
    maille_mesh *mesh = NULL;
    maille_mesh_zoom *zoom = NULL;
    maille_mesh_cut cut;
    CHECK_INT(maille_shapes_begin_shape(ctx, s), MAILLE_OK);
    add_ring(s, ring, 4, true);
    CHECK_INT(maille_mesh_new(ctx, s, &mesh), MAILLE_OK);
    CHECK_INT(maille_mesh_at_zoom(ctx, mesh, 16, &zoom), MAILLE_OK);
    CHECK_INT(maille_mesh_cut_tile(ctx, zoom, 33000, 22000, &cut), MAILLE_OK);
    CHECK_INT(maille_shapes_points(cut.parts), 5);
    CHECK(maille_shape_area(cut.parts, 0) == 4224.0 * 4224);
    maille_mesh_cut_free(&cut);
    CHECK_INT(maille_mesh_cut_tile(ctx, zoom, 0, 65535, &cut), MAILLE_OK);
    CHECK(maille_shape_area(cut.parts, 0) == 4160.0 * 4160);
    maille_mesh_cut_free(&cut);
    maille_mesh_zoom_free(zoom);
    maille_mesh_free(mesh);
    maille_shapes_free(s);
}

TEST(units_of_places) {
    maille_xy p = maille_mercator_units((maille_lonlat){0, 0}, 1);
    CHECK_NEAR(p.x, 4096, 1e-9);
    CHECK_NEAR(p.y, 4096, 1e-9);
    /* Paris, by the formula of OpenStreetMap's wiki: tile 12/2074/1409 */
    p = maille_mercator_units((maille_lonlat){2.3522, 48.8566}, 12);
    CHECK_INT((int)(p.x / 4096), 2074);
    CHECK_INT((int)(p.y / 4096), 1409);
}

int main(void) {
    static const test_case cases[] = {CASE(arcs_run_from_node_to_node),
                                      CASE(an_island_in_a_bay_stays_at_sea),
                                      CASE(a_headland_in_a_bay_is_not_run_over),
                                      CASE(what_is_not_there),
                                      CASE(one_polygon_over_all),
                                      CASE(units_of_places),
                                      CASE(random_partitions_keep_their_borders),
                                      CASE(the_sample_region),
                                      CASE(corsica),
                                      CASE(brittany)};
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
