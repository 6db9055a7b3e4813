/* The mesh: polygons on the grid of a zoom, put together from its snapped arcs. */
#include "geo/mesh.h"

#include <string.h>

typedef struct {
    const maille_mesh *mesh;
    const mesh_snapped *snapped;
    maille_mesh_zoom *zoom;
    MAILLE_VEC(uint32_t) part_shape;
    MAILLE_VEC(uint32_t) ring_end; /* of the shape's rings in `ring`, empty ones too */
    MAILLE_VEC(uint32_t) ring;     /* pixels, not closed */
    uint32_t *met;                 /* of each pixel: the last shape that met it, + 1 */
    mesh_tidy tidy;
} assembly;

static mesh_unit unit_of(const assembly *a, uint32_t pixel) {
    mesh_point p = a->snapped->pixels.points[pixel];
    return (mesh_unit){(int32_t)p.x, (int32_t)p.y};
}

/* The ring's pixels, each arc without its last: that is the first of the next. */
static bool add_ring(assembly *a, uint32_t ring) {
    const mesh_snapped *snapped = a->snapped;
    for (uint32_t l = a->mesh->link_start[ring]; l < a->mesh->link_start[ring + 1]; l++) {
        uint32_t link = a->mesh->links.items[l];
        uint32_t begin = snapped->chain_start.items[link / 2];
        uint32_t end = snapped->chain_start.items[link / 2 + 1];
        if (!MAILLE_VEC_RESERVE(&a->ring, a->ring.count + (end - begin)))
            return false;
        for (uint32_t i = begin; i + 1 < end; i++)
            a->ring.items[a->ring.count++] =
                snapped->chains.items[link % 2 ? end - 1 - (i - begin) : i];
    }
    return MAILLE_VEC_PUSH(&a->ring_end, (uint32_t)a->ring.count);
}

static bool read_shape(assembly *a, uint32_t shape) {
    const maille_mesh *mesh = a->mesh;
    a->ring.count = a->ring_end.count = 0;
    for (uint32_t r = mesh->ring_start[mesh->part_start[shape]];
         r < mesh->ring_start[mesh->part_start[shape + 1]]; r++)
        if (!add_ring(a, r))
            return false;
    return true;
}

static int64_t doubled_area(const assembly *a, uint32_t begin, uint32_t end) {
    int64_t sum = 0;
    mesh_unit o = begin < end ? unit_of(a, a->ring.items[begin]) : (mesh_unit){0, 0};
    for (uint32_t i = begin; i + 1 < end; i++) {
        mesh_unit p = unit_of(a, a->ring.items[i]), q = unit_of(a, a->ring.items[i + 1]);
        sum += ((int64_t)p.x - o.x) * ((int64_t)q.y - o.y) -
               ((int64_t)p.y - o.y) * ((int64_t)q.x - o.x);
    }
    return sum;
}

/* Whether no pixel is met twice and each ring runs as its kind should: then, since arcs cross
 * nowhere, the rings are as they must be. */
static bool is_clean(assembly *a, uint32_t shape) {
    const maille_mesh *mesh = a->mesh;
    for (size_t i = 0; i < a->ring.count; i++) {
        if (a->met[a->ring.items[i]] == shape + 1)
            return false;
        a->met[a->ring.items[i]] = shape + 1;
    }
    uint32_t r = 0;
    for (uint32_t part = mesh->part_start[shape]; part < mesh->part_start[shape + 1]; part++)
        for (uint32_t k = mesh->ring_start[part]; k < mesh->ring_start[part + 1]; k++, r++) {
            int64_t area = doubled_area(a, mesh_begin(a->ring_end.items, r), a->ring_end.items[r]);
            if (k == mesh->ring_start[part] ? area < 0 : area > 0)
                return false;
        }
    return true;
}

static bool copy_ring(assembly *a, uint32_t begin, uint32_t end) {
    mesh_polygons *out = &a->zoom->polygons;
    if (!MAILLE_VEC_RESERVE(&out->points, out->points.count + (end - begin)))
        return false;
    for (uint32_t i = begin; i < end; i++)
        out->points.items[out->points.count++] = unit_of(a, a->ring.items[i]);
    return MAILLE_VEC_PUSH(&out->point_end, (uint32_t)out->points.count);
}

/* Parts as they are, without rings that have come to less than a triangle. */
static bool copy_parts(assembly *a, uint32_t shape) {
    const maille_mesh *mesh = a->mesh;
    mesh_polygons *out = &a->zoom->polygons;
    uint32_t r = 0;
    for (uint32_t part = mesh->part_start[shape]; part < mesh->part_start[shape + 1]; part++) {
        uint32_t rings = mesh->ring_start[part + 1] - mesh->ring_start[part], first = r;
        bool shell = false;
        for (; r < first + rings; r++) {
            uint32_t begin = mesh_begin(a->ring_end.items, r), end = a->ring_end.items[r];
            if (end - begin < 3 || (r > first && !shell))
                continue;
            shell = true;
            if (!copy_ring(a, begin, end))
                return false;
        }
        if (shell && !MAILLE_VEC_PUSH(&out->ring_end, (uint32_t)out->point_end.count))
            return false;
    }
    return true;
}

static bool tidy_shape(assembly *a) {
    a->tidy.edges.count = 0;
    for (size_t r = 0; r < a->ring_end.count; r++) {
        uint32_t begin = mesh_begin(a->ring_end.items, (uint32_t)r), end = a->ring_end.items[r];
        for (uint32_t i = begin; i < end && end - begin > 2; i++) {
            uint32_t next = i + 1 < end ? i + 1 : begin;
            mesh_edge edge = {unit_of(a, a->ring.items[i]), unit_of(a, a->ring.items[next])};
            if (a->ring.items[i] != a->ring.items[next] && !MAILLE_VEC_PUSH(&a->tidy.edges, edge))
                return false;
        }
    }
    mesh_tidy_cancel(&a->tidy);
    return mesh_tidy_edges(&a->tidy, &a->zoom->polygons);
}

static bool assemble(assembly *a) {
    for (uint32_t shape = 0; shape < a->mesh->shape_count; shape++) {
        if (!read_shape(a, shape) || !(is_clean(a, shape) ? copy_parts(a, shape) : tidy_shape(a)))
            return false;
        while (a->part_shape.count < a->zoom->polygons.ring_end.count)
            if (!MAILLE_VEC_PUSH(&a->part_shape, shape))
                return false;
    }
    return true;
}

static maille_box box_of(const mesh_polygons *polygons, uint32_t part) {
    uint32_t shell = mesh_begin(polygons->ring_end.items, part);
    uint32_t begin = mesh_begin(polygons->point_end.items, shell);
    mesh_unit p = polygons->points.items[begin];
    mesh_unit low = p, high = p;
    for (uint32_t i = begin; i < polygons->point_end.items[shell]; i++) {
        p = polygons->points.items[i];
        low = (mesh_unit){p.x < low.x ? p.x : low.x, p.y < low.y ? p.y : low.y};
        high = (mesh_unit){p.x > high.x ? p.x : high.x, p.y > high.y ? p.y : high.y};
    }
    return (maille_box){low.x, low.y, high.x, high.y};
}

static maille_status index_parts(maille_ctx *ctx, maille_mesh_zoom *zoom) {
    uint32_t parts = (uint32_t)zoom->polygons.ring_end.count;
    zoom->boxes = maille_alloc((size_t)parts + 1, sizeof *zoom->boxes);
    if (!zoom->boxes)
        return maille_no_memory(ctx);
    for (uint32_t p = 0; p < parts; p++)
        zoom->boxes[p] = box_of(&zoom->polygons, p);
    return maille_boxes_new(ctx, zoom->boxes, parts, &zoom->index);
}

maille_status maille_mesh_at_zoom(maille_ctx *ctx, const maille_mesh *mesh, unsigned zoom,
                                  maille_mesh_zoom **out) {
    mesh_snapped snapped = {0};
    assembly a = {.mesh = mesh, .snapped = &snapped};
    maille_status status = MAILLE_OK;
    *out = NULL;
    if (zoom > MAILLE_TILE_ZOOM_MOST)
        return maille_fail(ctx, MAILLE_USAGE, "zoom %u was beyond %d", zoom, MAILLE_TILE_ZOOM_MOST);
    a.zoom = maille_alloc(1, sizeof *a.zoom);
    if (!a.zoom)
        return maille_no_memory(ctx);
    a.zoom->zoom = zoom;
    MAILLE_TRY(mesh_snap(ctx, mesh, zoom, &snapped));
    a.met = maille_alloc((size_t)snapped.pixels.count + 1, sizeof *a.met);
    if (!a.met || !MAILLE_VEC_RESERVE(&a.ring, 1024) || !MAILLE_VEC_RESERVE(&a.ring_end, 64) ||
        !assemble(&a)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    a.zoom->part_shape = a.part_shape.items;
    a.part_shape.items = NULL;
    MAILLE_TRY(index_parts(ctx, a.zoom));
    *out = a.zoom;
    a.zoom = NULL;
done:
    mesh_snapped_free(&snapped);
    MAILLE_VEC_FREE(&a.part_shape);
    MAILLE_VEC_FREE(&a.ring_end);
    MAILLE_VEC_FREE(&a.ring);
    maille_free(a.met);
    mesh_tidy_free(&a.tidy);
    maille_mesh_zoom_free(a.zoom);
    return status;
}

void maille_mesh_zoom_free(maille_mesh_zoom *mesh) {
    if (!mesh)
        return;
    maille_free(mesh->part_shape);
    maille_free(mesh->boxes);
    maille_boxes_free(mesh->index);
    mesh_polygons_free(&mesh->polygons);
    maille_free(mesh);
}

/* What the index holds besides is a few dozen bytes a part. */
size_t maille_mesh_zoom_bytes(const maille_mesh_zoom *mesh) {
    const mesh_polygons *polygons = &mesh->polygons;
    size_t parts = polygons->ring_end.count;
    return sizeof *mesh + parts * (2 * sizeof *mesh->boxes + 2 * sizeof(uint32_t)) +
           polygons->ring_end.capacity * sizeof(uint32_t) +
           polygons->point_end.capacity * sizeof(uint32_t) +
           polygons->points.capacity * sizeof(mesh_unit);
}
