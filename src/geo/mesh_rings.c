/* The mesh: edges become rings, rings become polygons. */
#include "geo/mesh.h"

#include <stdlib.h>

void mesh_tidy_free(mesh_tidy *tidy) {
    MAILLE_VEC_FREE(&tidy->edges);
    MAILLE_VEC_FREE(&tidy->first);
    MAILLE_VEC_FREE(&tidy->origin);
    MAILLE_VEC_FREE(&tidy->target);
    MAILLE_VEC_FREE(&tidy->stands);
    MAILLE_VEC_FREE(&tidy->path);
    MAILLE_VEC_FREE(&tidy->used);
    MAILLE_VEC_FREE(&tidy->rings);
    MAILLE_VEC_FREE(&tidy->ring_ends);
    MAILLE_VEC_FREE(&tidy->points);
}

void mesh_polygons_free(mesh_polygons *polygons) {
    MAILLE_VEC_FREE(&polygons->ring_end);
    MAILLE_VEC_FREE(&polygons->point_end);
    MAILLE_VEC_FREE(&polygons->points);
}

/* ---- edges that run to and fro cancel
 * ------------------------------------------------------------ */

static int compare(mesh_unit p, mesh_unit q) {
    return p.y != q.y ? (p.y > q.y) - (p.y < q.y) : (p.x > q.x) - (p.x < q.x);
}

static int by_ends(const void *a, const void *b) {
    const mesh_edge *s = a, *t = b;
    bool s_turned = compare(s->a, s->b) > 0, t_turned = compare(t->a, t->b) > 0;
    int order = compare(s_turned ? s->b : s->a, t_turned ? t->b : t->a);
    if (order == 0)
        order = compare(s_turned ? s->a : s->b, t_turned ? t->a : t->b);
    return order != 0 ? order : s_turned - t_turned;
}

static int by_origin(const void *a, const void *b) {
    const mesh_edge *s = a, *t = b;
    int order = compare(s->a, t->a);
    return order != 0 ? order : compare(s->b, t->b);
}

static bool same_line(mesh_edge s, mesh_edge t) {
    return (compare(s.a, t.a) == 0 && compare(s.b, t.b) == 0) ||
           (compare(s.a, t.b) == 0 && compare(s.b, t.a) == 0);
}

/* Of edges between the same two points as many stay as run one way more than the other. */
void mesh_tidy_cancel(mesh_tidy *tidy) {
    mesh_edge *edges = tidy->edges.items;
    size_t kept = 0, count = tidy->edges.count;
    if (count > 1)
        qsort(edges, count, sizeof *edges, by_ends);
    for (size_t i = 0, end; i < count; i = end) {
        int net = 0;
        for (end = i; end < count && same_line(edges[i], edges[end]); end++)
            net += compare(edges[end].a, edges[end].b) < 0 ? 1 : -1;
        mesh_edge s = edges[net > 0 ? i : end - 1]; /* ascending ones stand first */
        for (int k = abs(net); k > 0; k--)
            edges[kept++] = s;
    }
    tidy->edges.count = kept;
}

/* ---- walking the rings
 * -------------------------------------------------------------------------- */

/* Edges by origin; numbers of vertices are places in `first`. */
static bool link_edges(mesh_tidy *tidy) {
    size_t count = tidy->edges.count;
    mesh_edge *edges = tidy->edges.items;
    if (!MAILLE_VEC_RESERVE(&tidy->first, count + 1) || !MAILLE_VEC_RESERVE(&tidy->target, count) ||
        !MAILLE_VEC_RESERVE(&tidy->stands, count) || !MAILLE_VEC_RESERVE(&tidy->path, count) ||
        !MAILLE_VEC_RESERVE(&tidy->used, count) || !MAILLE_VEC_RESERVE(&tidy->origin, count))
        return false;
    if (count > 1)
        qsort(edges, count, sizeof *edges, by_origin);
    tidy->first.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare(edges[i - 1].a, edges[i].a) != 0)
            tidy->first.items[tidy->first.count++] = (uint32_t)i;
        tidy->origin.items[i] = (uint32_t)tidy->first.count - 1;
        tidy->used.items[i] = 0;
    }
    tidy->first.items[tidy->first.count] = (uint32_t)count;
    for (size_t v = 0; v < tidy->first.count; v++)
        tidy->stands.items[v] = 0;
    for (size_t i = 0; i < count; i++) {
        size_t low = 0, high = tidy->first.count;
        while (high - low > 1) {
            size_t middle = (low + high) / 2;
            if (compare(edges[tidy->first.items[middle]].a, edges[i].b) <= 0)
                low = middle;
            else
                high = middle;
        }
        tidy->target.items[i] = (uint32_t)low;
    }
    return true;
}

static int64_t cross(mesh_unit o, mesh_unit p, mesh_unit q) {
    return ((int64_t)p.x - o.x) * ((int64_t)q.y - o.y) -
           ((int64_t)p.y - o.y) * ((int64_t)q.x - o.x);
}

/* Whether going clockwise around v from the direction of `back` one meets p before q. */
static bool met_before(mesh_unit v, mesh_unit back, mesh_unit p, mesh_unit q) {
    bool p_late = cross(v, back, p) >= 0, q_late = cross(v, back, q) >= 0;
    return p_late == q_late ? cross(v, p, q) < 0 : q_late;
}

/* The edge that goes on along the border of the area to the left; UINT32_MAX where there is none.
 */
static uint32_t next_edge(const mesh_tidy *tidy, uint32_t incoming) {
    const mesh_edge *edges = tidy->edges.items;
    uint32_t v = tidy->target.items[incoming], best = UINT32_MAX;
    for (uint32_t e = tidy->first.items[v]; e < tidy->first.items[v + 1]; e++)
        if (!tidy->used.items[e] && (best == UINT32_MAX || met_before(edges[e].a, edges[incoming].a,
                                                                      edges[e].b, edges[best].b)))
            best = e;
    return best;
}

/* The path from place `from` on is a ring: it is taken off. */
static bool take_ring(mesh_tidy *tidy, size_t from) {
    const mesh_edge *edges = tidy->edges.items;
    size_t length = tidy->path.count - from;
    mesh_unit first = edges[tidy->path.items[from]].a;
    mesh_ring ring = {.box = {first.x, first.y, first.x, first.y}};
    if (!MAILLE_VEC_RESERVE(&tidy->points, tidy->points.count + length))
        return false;
    for (size_t i = from; i < tidy->path.count; i++) {
        mesh_edge e = edges[tidy->path.items[i]];
        tidy->points.items[tidy->points.count++] = e.a;
        ring.area += cross(first, e.a, e.b);
        ring.box.min_x = e.a.x < ring.box.min_x ? e.a.x : ring.box.min_x;
        ring.box.min_y = e.a.y < ring.box.min_y ? e.a.y : ring.box.min_y;
        ring.box.max_x = e.a.x > ring.box.max_x ? e.a.x : ring.box.max_x;
        ring.box.max_y = e.a.y > ring.box.max_y ? e.a.y : ring.box.max_y;
        tidy->stands.items[tidy->origin.items[tidy->path.items[i]]] = 0;
    }
    tidy->path.count = from;
    ring.shell = ring.area > 0;
    return MAILLE_VEC_PUSH(&tidy->ring_ends, (uint32_t)tidy->points.count) &&
           MAILLE_VEC_PUSH(&tidy->rings, ring);
}

static bool walk(mesh_tidy *tidy, uint32_t start) {
    tidy->path.count = 0;
    for (uint32_t e = start; e != UINT32_MAX; e = next_edge(tidy, e)) {
        uint32_t v = tidy->target.items[e];
        tidy->used.items[e] = 1;
        tidy->path.items[tidy->path.count++] = e;
        tidy->stands.items[tidy->origin.items[e]] = (uint32_t)tidy->path.count;
        if (tidy->stands.items[v] && !take_ring(tidy, tidy->stands.items[v] - 1))
            return false;
        if (tidy->path.count == 0)
            break;
    }
    return true;
}

/* ---- which ring lies in which
 * ------------------------------------------------------------------- */

/* Whether the middle of an edge, doubled, lies within the ring (even-odd); it is not on it. */
static bool contains(const mesh_tidy *tidy, uint32_t ring, mesh_unit a, mesh_unit b) {
    const mesh_unit *points = tidy->points.items;
    uint32_t begin = mesh_begin(tidy->ring_ends.items, ring), end = tidy->ring_ends.items[ring];
    mesh_point middle = {(int64_t)a.x + b.x, (int64_t)a.y + b.y};
    bool inside = false;
    for (uint32_t i = begin, j = end - 1; i < end; j = i++) {
        mesh_point p = {2 * (int64_t)points[j].x, 2 * (int64_t)points[j].y};
        mesh_point q = {2 * (int64_t)points[i].x, 2 * (int64_t)points[i].y};
        if ((p.y > middle.y) != (q.y > middle.y) && (mesh_turn(p, q, middle) > 0) == (q.y > p.y))
            inside = !inside;
    }
    return inside;
}

static bool box_within(maille_box inner, maille_box outer) {
    return inner.min_x >= outer.min_x && inner.min_y >= outer.min_y && inner.max_x <= outer.max_x &&
           inner.max_y <= outer.max_y;
}

static void nest(mesh_tidy *tidy) {
    mesh_ring *rings = tidy->rings.items;
    for (uint32_t i = 0; i < tidy->rings.count; i++) {
        const mesh_unit *points = tidy->points.items + mesh_begin(tidy->ring_ends.items, i);
        rings[i].inside = UINT32_MAX;
        for (uint32_t k = 0; k < tidy->rings.count; k++) {
            if (k == i || !box_within(rings[i].box, rings[k].box) ||
                !contains(tidy, k, points[0], points[1]))
                continue;
            rings[i].depth += rings[k].shell ? 1 : -1;
            if (rings[k].shell &&
                (rings[i].inside == UINT32_MAX || rings[k].area < rings[rings[i].inside].area))
                rings[i].inside = k;
        }
    }
}

static bool add_ring(const mesh_tidy *tidy, uint32_t ring, mesh_polygons *out) {
    uint32_t begin = mesh_begin(tidy->ring_ends.items, ring), end = tidy->ring_ends.items[ring];
    if (!MAILLE_VEC_RESERVE(&out->points, out->points.count + (end - begin)))
        return false;
    for (uint32_t i = begin; i < end; i++)
        out->points.items[out->points.count++] = tidy->points.items[i];
    return MAILLE_VEC_PUSH(&out->point_end, (uint32_t)out->points.count);
}

static bool add_polygons(mesh_tidy *tidy, mesh_polygons *out) {
    const mesh_ring *rings = tidy->rings.items;
    for (uint32_t i = 0; i < tidy->rings.count; i++) {
        if (!rings[i].shell || rings[i].depth != 0)
            continue;
        if (!add_ring(tidy, i, out))
            return false;
        for (uint32_t k = 0; k < tidy->rings.count; k++)
            if (!rings[k].shell && rings[k].depth == 1 && rings[k].inside == i &&
                !add_ring(tidy, k, out))
                return false;
        if (!MAILLE_VEC_PUSH(&out->ring_end, (uint32_t)out->point_end.count))
            return false;
    }
    return true;
}

bool mesh_tidy_edges(mesh_tidy *tidy, mesh_polygons *out) {
    tidy->rings.count = tidy->ring_ends.count = tidy->points.count = 0;
    if (tidy->edges.count == 0)
        return true;
    if (!link_edges(tidy))
        return false;
    for (uint32_t e = 0; e < tidy->edges.count; e++)
        if (!tidy->used.items[e] && !walk(tidy, e))
            return false;
    nest(tidy);
    return add_polygons(tidy, out);
}
