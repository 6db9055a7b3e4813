/* The mesh: rings become arcs that neighbours share, and each vertex learns how much it matters. */
#include "geo/mesh.h"

#include <maille/map.h>
#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
static const double latitude_most = 85.051128779806589; /* where Web Mercator is a square */

/* Shares of the world's width, from its north-west corner. */
static maille_xy mercator(maille_lonlat p) {
    double lat = fmin(fmax(p.lat, -latitude_most), latitude_most) * pi / 180;
    return (maille_xy){p.lon / 360 + 0.5, 0.5 - asinh(tan(lat)) / (2 * pi)};
}

maille_xy maille_mercator_units(maille_lonlat p, unsigned zoom) {
    maille_xy share = mercator(p);
    double units = ldexp(MAILLE_TILE_EXTENT, (int)zoom);
    return (maille_xy){share.x * units, share.y * units};
}

static mesh_point on_steps(maille_xy lonlat) {
    maille_xy share = mercator((maille_lonlat){lonlat.x, lonlat.y});
    double steps = ldexp(1, MESH_WORLD_BITS);
    return (mesh_point){llround(share.x * steps), llround(share.y * steps)};
}

/* ---- rings of vertices
 * ------------------------------------------------------------------------- */

typedef struct {
    maille_mesh *mesh;
    uint32_t *vertices;    /* of all rings, not closed */
    uint32_t *ring_end;    /* of each ring */
    uint32_t (*beside)[2]; /* of each vertex: the first two that a segment leads to */
    unsigned char *node;   /* of each vertex */
    maille_ids *arc_of;    /* first and second vertex → link */
} builder;

/* Southward y turns a ring around: read backwards, its inside lies to the left again. */
static bool number_rings(const maille_shapes *lonlat, builder *b) {
    uint32_t at = 0, rings = maille_shapes_rings(lonlat);
    for (uint32_t r = 0; r < rings; r++) {
        uint32_t begin = at;
        for (uint32_t k = lonlat->point_start[r + 1]; k > lonlat->point_start[r]; k--) {
            uint32_t v;
            if (!mesh_points_number(&b->mesh->vertices, on_steps(lonlat->points[k - 1]), &v))
                return false;
            if (at == begin || b->vertices[at - 1] != v)
                b->vertices[at++] = v;
        }
        if (at > begin + 1 && b->vertices[at - 1] == b->vertices[begin])
            at--;
        b->ring_end[r] = at;
    }
    return true;
}

static void leads_to(builder *b, uint32_t from, uint32_t to) {
    uint32_t *beside = b->beside[from];
    if (beside[0] == to || beside[1] == to)
        return;
    if (beside[0] == UINT32_MAX)
        beside[0] = to;
    else if (beside[1] == UINT32_MAX)
        beside[1] = to;
    else
        b->node[from] = 1;
}

static void find_nodes(builder *b, uint32_t rings) {
    uint32_t count = b->mesh->vertices.count;
    memset(b->beside, 0xFF, count * sizeof *b->beside);
    for (uint32_t r = 0, begin = 0; r < rings; begin = b->ring_end[r++]) {
        uint32_t length = b->ring_end[r] - begin;
        for (uint32_t k = 0; length > 1 && k < length; k++) {
            uint32_t before = b->vertices[begin + (k + length - 1) % length];
            uint32_t v = b->vertices[begin + k], after = b->vertices[begin + (k + 1) % length];
            leads_to(b, v, before);
            leads_to(b, v, after);
            if (before == after) /* a spike */
                b->node[v] = 1;
        }
    }
}

/* ---- arcs
 * -------------------------------------------------------------------------------------- */

/* Where the ring begins: at a node, else at its northernmost vertex (westernmost of such), so that
 * a hole and the ring that fills it begin alike. */
static uint32_t begin_of(const builder *b, const uint32_t *ring, uint32_t length) {
    const mesh_point *points = b->mesh->vertices.points;
    uint32_t best = 0;
    for (uint32_t k = 0; k < length; k++) {
        mesh_point p = points[ring[k]], q = points[ring[best]];
        if (b->node[ring[k]])
            return k;
        if (p.y < q.y || (p.y == q.y && p.x < q.x))
            best = k;
    }
    return best;
}

static uint64_t arc_key(uint32_t first, uint32_t second) {
    return (uint64_t)first << 32 | second;
}

/* The arc of `count` vertices from place `from` of the ring on, as a link. */
static bool add_link(builder *b, const uint32_t *ring, uint32_t length, uint32_t from,
                     uint32_t count) {
    maille_mesh *mesh = b->mesh;
    uint32_t second = ring[(from + 1) % length], last = ring[(from + count - 1) % length];
    uint64_t key = arc_key(ring[from], second);
    uint32_t link = maille_ids_get(b->arc_of, key);
    if (link == MAILLE_ABSENT) {
        link = (uint32_t)(mesh->arc_start.count - 1) * 2;
        if (!MAILLE_VEC_RESERVE(&mesh->arc_points, mesh->arc_points.count + count))
            return false;
        for (uint32_t k = 0; k < count; k++)
            mesh->arc_points.items[mesh->arc_points.count++] = ring[(from + k) % length];
        uint32_t before_last = ring[(from + count - 2) % length];
        if (!MAILLE_VEC_PUSH(&mesh->arc_start, (uint32_t)mesh->arc_points.count) ||
            !maille_ids_set(b->arc_of, key, link) ||
            (arc_key(last, before_last) != key &&
             !maille_ids_set(b->arc_of, arc_key(last, before_last), link + 1)))
            return false;
    }
    return MAILLE_VEC_PUSH(&mesh->links, link);
}

static bool cut_ring(builder *b, const uint32_t *ring, uint32_t length) {
    uint32_t begin = begin_of(b, ring, length), from = 0;
    for (uint32_t k = 1; k <= length; k++)
        if (k == length || b->node[ring[(begin + k) % length]]) {
            if (!add_link(b, ring, length, (begin + from) % length, k - from + 1))
                return false;
            from = k;
        }
    return true;
}

static bool cut_rings(builder *b, uint32_t rings) {
    maille_mesh *mesh = b->mesh;
    if (!MAILLE_VEC_PUSH(&mesh->arc_start, 0))
        return false;
    for (uint32_t r = 0, begin = 0; r < rings; begin = b->ring_end[r++]) {
        uint32_t length = b->ring_end[r] - begin;
        mesh->link_start[r] = (uint32_t)mesh->links.count;
        if (length > 1 && !cut_ring(b, b->vertices + begin, length))
            return false;
    }
    mesh->link_start[rings] = (uint32_t)mesh->links.count;
    return true;
}

/* ---- what a vertex weighs
 * ----------------------------------------------------------------------- */

double mesh_distance(mesh_point p, mesh_point a, mesh_point b) {
    double dx = (double)(b.x - a.x), dy = (double)(b.y - a.y);
    double px = (double)(p.x - a.x), py = (double)(p.y - a.y);
    double square = dx * dx + dy * dy;
    double along = square > 0 ? fmin(fmax((px * dx + py * dy) / square, 0), 1) : 0;
    return hypot(px - along * dx, py - along * dy);
}

typedef struct {
    uint32_t from, to;
    double limit; /* no vertex between weighs more than the one that splits */
} span;
typedef MAILLE_VEC(span) span_list;

static bool weigh(maille_mesh *mesh, span_list *open) {
    for (size_t arc = 0; arc + 1 < mesh->arc_start.count; arc++) {
        uint32_t first = mesh->arc_start.items[arc], last = mesh->arc_start.items[arc + 1] - 1;
        mesh->weight[first] = mesh->weight[last] = INFINITY;
        if (!MAILLE_VEC_PUSH(open, ((span){first, last, INFINITY})))
            return false;
        while (open->count > 0) {
            span s = open->items[--open->count];
            mesh_point a = mesh_place(mesh, s.from), b = mesh_place(mesh, s.to);
            double farthest = -1;
            uint32_t at = 0;
            for (uint32_t k = s.from + 1; k < s.to; k++) {
                double distance = mesh_distance(mesh_place(mesh, k), a, b);
                if (distance > farthest) {
                    farthest = distance;
                    at = k;
                }
            }
            if (farthest < 0)
                continue;
            double weight = mesh->weight[at] = fmin(farthest, s.limit);
            if (!MAILLE_VEC_PUSH(open, ((span){s.from, at, weight})) ||
                !MAILLE_VEC_PUSH(open, ((span){at, s.to, weight})))
                return false;
        }
    }
    return true;
}

/* ---- islands
 * ------------------------------------------------------------------------------------ */

static uint32_t root_of(uint32_t *parent, uint32_t v) {
    while (parent[v] != v)
        v = parent[v] = parent[parent[v]];
    return v;
}

/* `parent` has room for every vertex. */
static void find_islands(maille_mesh *mesh, uint32_t *parent) {
    size_t arcs = mesh->arc_start.count - 1;
    for (uint32_t v = 0; v < mesh->vertices.count; v++)
        parent[v] = v;
    for (size_t arc = 0; arc < arcs; arc++) {
        uint32_t a = root_of(parent, mesh->arc_points.items[mesh->arc_start.items[arc]]);
        uint32_t b = root_of(parent, mesh->arc_points.items[mesh->arc_start.items[arc + 1] - 1]);
        parent[a] = b;
    }
    for (size_t arc = 0; arc < arcs; arc++)
        mesh->island[arc] = root_of(parent, mesh->arc_points.items[mesh->arc_start.items[arc]]);
}

/* ---- all of it
 * ---------------------------------------------------------------------------------- */

static bool copy_starts(const maille_shapes *lonlat, maille_mesh *mesh) {
    uint32_t parts = maille_shapes_parts(lonlat), rings = maille_shapes_rings(lonlat);
    mesh->shape_count = lonlat->count;
    mesh->part_start = maille_alloc((size_t)lonlat->count + 1, sizeof(uint32_t));
    mesh->ring_start = maille_alloc((size_t)parts + 1, sizeof(uint32_t));
    mesh->link_start = maille_alloc((size_t)rings + 1, sizeof(uint32_t));
    if (!mesh->part_start || !mesh->ring_start || !mesh->link_start)
        return false;
    memcpy(mesh->part_start, lonlat->part_start, ((size_t)lonlat->count + 1) * sizeof(uint32_t));
    memcpy(mesh->ring_start, lonlat->ring_start, ((size_t)parts + 1) * sizeof(uint32_t));
    return true;
}

static bool build(const maille_shapes *lonlat, builder *b, span_list *open) {
    uint32_t rings = maille_shapes_rings(lonlat), points = maille_shapes_points(lonlat);
    maille_mesh *mesh = b->mesh;
    b->vertices = maille_alloc((size_t)points + 1, sizeof *b->vertices);
    b->ring_end = maille_alloc((size_t)rings + 1, sizeof *b->ring_end);
    if (!b->vertices || !b->ring_end || !copy_starts(lonlat, mesh) ||
        !mesh_points_prepare(&mesh->vertices, points / 2) || !number_rings(lonlat, b))
        return false;
    size_t count = mesh->vertices.count;
    b->beside = maille_alloc(count + 1, sizeof *b->beside);
    b->node = maille_alloc(count + 1, 1);
    b->arc_of = maille_ids_new(rings);
    if (!b->beside || !b->node || !b->arc_of)
        return false;
    find_nodes(b, rings);
    if (!cut_rings(b, rings))
        return false;
    mesh->weight = maille_alloc(mesh->arc_points.count + 1, sizeof *mesh->weight);
    mesh->island = maille_alloc(mesh->arc_start.count, sizeof *mesh->island);
    if (!mesh->weight || !mesh->island || !weigh(mesh, open))
        return false;
    find_islands(mesh, &b->beside[0][0]);
    return true;
}

maille_status maille_mesh_new(maille_ctx *ctx, const maille_shapes *lonlat, maille_mesh **out) {
    *out = NULL;
    builder b = {.mesh = maille_alloc(1, sizeof *b.mesh)};
    span_list open = {0};
    bool made = b.mesh && build(lonlat, &b, &open);
    MAILLE_VEC_FREE(&open);
    maille_free(b.vertices);
    maille_free(b.ring_end);
    maille_free(b.beside);
    maille_free(b.node);
    maille_ids_free(b.arc_of);
    if (!made) {
        maille_mesh_free(b.mesh);
        return maille_no_memory(ctx);
    }
    *out = b.mesh;
    return MAILLE_OK;
}

void maille_mesh_free(maille_mesh *mesh) {
    if (!mesh)
        return;
    mesh_points_free(&mesh->vertices);
    MAILLE_VEC_FREE(&mesh->arc_start);
    MAILLE_VEC_FREE(&mesh->arc_points);
    MAILLE_VEC_FREE(&mesh->links);
    maille_free(mesh->weight);
    maille_free(mesh->island);
    maille_free(mesh->part_start);
    maille_free(mesh->ring_start);
    maille_free(mesh->link_start);
    maille_free(mesh);
}

size_t maille_mesh_arcs(const maille_mesh *mesh) {
    return mesh->arc_start.count - 1;
}

size_t maille_mesh_bytes(const maille_mesh *mesh) {
    const mesh_points *vertices = &mesh->vertices;
    size_t arcs = mesh->arc_start.capacity, places = mesh->arc_points.capacity;
    return sizeof *mesh + vertices->point_capacity * sizeof *vertices->points +
           vertices->bucket_count * sizeof *vertices->buckets + arcs * 2 * sizeof(uint32_t) +
           places * (sizeof(uint32_t) + sizeof *mesh->weight) +
           mesh->links.capacity * sizeof(uint32_t) * 2;
}
