/* Shapes: building, WKB, projection. */
#include "geo/shapes.h"

#include "geo/crs.h"

#include <maille/memory.h>
#include <math.h>
#include <string.h>

uint32_t maille_shapes_parts(const maille_shapes *shapes) {
    return shapes->part_start[shapes->count];
}

uint32_t maille_shapes_rings(const maille_shapes *shapes) {
    return shapes->ring_start[maille_shapes_parts(shapes)];
}

uint32_t maille_shapes_points(const maille_shapes *shapes) {
    return shapes->point_start[maille_shapes_rings(shapes)];
}

/* Room for `more` items after the first `count`; false when memory ran out or numbers would not
 * fit 32 bits. */
static bool grow(void **items, uint32_t *capacity, uint32_t count, uint32_t more, size_t size) {
    if (*capacity - count >= more)
        return true;
    if (more >= UINT32_MAX - count)
        return false;
    uint64_t wanted = (uint64_t)count + more;
    if (wanted < (uint64_t)*capacity * 2)
        wanted = (uint64_t)*capacity * 2;
    if (wanted > UINT32_MAX - 1)
        wanted = UINT32_MAX - 1;
    void *grown = maille_resize(*items, (size_t)wanted, size);
    if (!grown)
        return false;
    *items = grown;
    *capacity = (uint32_t)wanted;
    return true;
}

static bool grow_starts(uint32_t **starts, uint32_t *capacity, uint32_t count) {
    void *items = *starts; /* count + 1 entries stand, one more comes */
    bool grown = grow(&items, capacity, count + 1, 1, sizeof **starts);
    *starts = items;
    return grown;
}

maille_status maille_shapes_new(maille_ctx *ctx, maille_shapes **out) {
    *out = NULL;
    maille_shapes *shapes = maille_alloc(1, sizeof *shapes);
    if (!shapes)
        return maille_no_memory(ctx);
    shapes->shape_capacity = shapes->part_capacity = shapes->ring_capacity = 8;
    shapes->part_start = maille_alloc(8, sizeof *shapes->part_start);
    shapes->ring_start = maille_alloc(8, sizeof *shapes->ring_start);
    shapes->point_start = maille_alloc(8, sizeof *shapes->point_start);
    if (!shapes->part_start || !shapes->ring_start || !shapes->point_start) {
        maille_shapes_free(shapes);
        return maille_no_memory(ctx);
    }
    *out = shapes;
    return MAILLE_OK;
}

void maille_shapes_free(maille_shapes *shapes) {
    if (!shapes)
        return;
    maille_free(shapes->part_start);
    maille_free(shapes->ring_start);
    maille_free(shapes->point_start);
    maille_free(shapes->points);
    maille_free(shapes);
}

maille_status maille_shapes_begin_shape(maille_ctx *ctx, maille_shapes *shapes) {
    if (!grow_starts(&shapes->part_start, &shapes->shape_capacity, shapes->count))
        return maille_no_memory(ctx);
    shapes->part_start[shapes->count + 1] = shapes->part_start[shapes->count];
    shapes->count++;
    return MAILLE_OK;
}

maille_status maille_shapes_begin_part(maille_ctx *ctx, maille_shapes *shapes) {
    uint32_t parts = maille_shapes_parts(shapes);
    if (!grow_starts(&shapes->ring_start, &shapes->part_capacity, parts))
        return maille_no_memory(ctx);
    shapes->ring_start[parts + 1] = shapes->ring_start[parts];
    shapes->part_start[shapes->count]++;
    return MAILLE_OK;
}

static void reverse(maille_xy *points, uint32_t count) {
    for (uint32_t a = 0, b = count; a + 1 < b; a++) {
        b--;
        maille_xy p = points[a];
        points[a] = points[b];
        points[b] = p;
    }
}

/* Twice the signed area of a closed ring, positive when counter-clockwise. */
static double doubled_area(const maille_xy *points, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        double ax = points[i].x - points[0].x, ay = points[i].y - points[0].y;
        double bx = points[i + 1].x - points[0].x, by = points[i + 1].y - points[0].y;
        sum += ax * by - bx * ay;
    }
    return sum;
}

maille_status maille_shapes_add_ring(maille_ctx *ctx, maille_shapes *shapes,
                                     const maille_xy *points, uint32_t count) {
    uint32_t part = maille_shapes_parts(shapes) - 1;
    uint32_t ring = maille_shapes_rings(shapes), first = maille_shapes_points(shapes);
    bool closed =
        count > 0 && points[0].x == points[count - 1].x && points[0].y == points[count - 1].y;
    uint32_t added = count == 0 || closed ? count : count + 1;
    void *items = shapes->points;
    bool grown = grow_starts(&shapes->point_start, &shapes->ring_capacity, ring) &&
                 grow(&items, &shapes->point_capacity, first, added, sizeof *points);
    shapes->points = items;
    if (!grown)
        return maille_no_memory(ctx);
    maille_xy *ours = shapes->points + first;
    if (count > 0)
        memcpy(ours, points, count * sizeof *points);
    if (added > count)
        ours[count] = ours[0];
    double area = doubled_area(ours, added);
    bool shell = ring == shapes->ring_start[part];
    if (shell ? area < 0 : area > 0)
        reverse(ours, added);
    shapes->point_start[ring + 1] = first + added;
    shapes->ring_start[part + 1]++;
    return MAILLE_OK;
}

maille_status maille_shapes_add_pieces(maille_ctx *ctx, maille_shapes *shapes,
                                       const maille_pieces *pieces) {
    if (pieces->type != WKB_POLYGON && pieces->type != WKB_MULTIPOLYGON)
        return maille_fail(ctx, MAILLE_REFUSED, "the geometry was not a polygon");
    maille_status status = maille_shapes_begin_shape(ctx, shapes);
    const uint32_t *length = pieces->lengths.items;
    const maille_xy *points = pieces->points.items;
    for (size_t part = 0; part < pieces->chains.count && status == MAILLE_OK; part++) {
        status = maille_shapes_begin_part(ctx, shapes);
        for (uint32_t c = 0; c < pieces->chains.items[part] && status == MAILLE_OK; c++) {
            status = maille_shapes_add_ring(ctx, shapes, points, *length);
            points += *length++;
        }
    }
    return status;
}

static maille_status add_wkb(maille_ctx *ctx, maille_shapes *shapes, maille_bytes wkb,
                             maille_pieces *pieces) {
    if (!wkb.bytes)
        return maille_shapes_begin_shape(ctx, shapes);
    maille_status status = maille_pieces_read(ctx, wkb, pieces);
    if (status == MAILLE_OK)
        status = maille_shapes_add_pieces(ctx, shapes, pieces);
    return status;
}

maille_status maille_shapes_add_wkb(maille_ctx *ctx, maille_shapes *shapes, maille_bytes wkb) {
    maille_pieces pieces = {0};
    maille_status status = add_wkb(ctx, shapes, wkb, &pieces);
    maille_pieces_free(&pieces);
    return status;
}

maille_status maille_shapes_from_column(maille_ctx *ctx, const maille_table *table, size_t column,
                                        maille_shapes **out) {
    maille_pieces pieces = {0};
    *out = NULL;
    maille_shapes *shapes = NULL;
    maille_status status = maille_shapes_new(ctx, &shapes);
    for (size_t row = 0; row < table->rows && status == MAILLE_OK; row++) {
        status = add_wkb(ctx, shapes, table->columns[column].blobs[row], &pieces);
        if (status == MAILLE_REFUSED)
            maille_fail(ctx, status, "row %zu: %s", row + 1, maille_message(ctx));
    }
    maille_pieces_free(&pieces);
    if (status == MAILLE_OK)
        *out = shapes;
    else
        maille_shapes_free(shapes);
    return status;
}

maille_status maille_shapes_to_wkb(maille_ctx *ctx, const maille_shapes *shapes, uint32_t i,
                                   maille_bytes *out) {
    *out = (maille_bytes){0};
    maille_pieces pieces = {.type = WKB_MULTIPOLYGON};
    maille_status status = MAILLE_OK;
    uint32_t first = shapes->part_start[i], last = shapes->part_start[i + 1];
    uint32_t first_ring = shapes->ring_start[first], last_ring = shapes->ring_start[last];
    uint32_t first_point = shapes->point_start[first_ring];
    uint32_t parts = last - first, rings = last_ring - first_ring;
    uint32_t points = shapes->point_start[last_ring] - first_point;
    if (!MAILLE_VEC_RESERVE(&pieces.chains, parts) || !MAILLE_VEC_RESERVE(&pieces.lengths, rings) ||
        !MAILLE_VEC_RESERVE(&pieces.points, points)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    const uint32_t *ring_start = shapes->ring_start + first;
    for (uint32_t k = 0; k < parts; k++)
        pieces.chains.items[k] = ring_start[k + 1] - ring_start[k];
    pieces.chains.count = parts;
    const uint32_t *point_start = shapes->point_start + first_ring;
    for (uint32_t k = 0; k < rings; k++)
        pieces.lengths.items[k] = point_start[k + 1] - point_start[k];
    pieces.lengths.count = rings;
    if (points > 0)
        memcpy(pieces.points.items, shapes->points + first_point, points * sizeof(maille_xy));
    pieces.points.count = points;
    status = maille_pieces_write(ctx, &pieces);
    if (status == MAILLE_OK) {
        *out = (maille_bytes){pieces.bytes.items, pieces.bytes.count};
        pieces.bytes.items = NULL;
    }
done:
    maille_pieces_free(&pieces);
    return status;
}

maille_status maille_shapes_add_copy(maille_ctx *ctx, maille_shapes *shapes,
                                     const maille_shapes *from, uint32_t i) {
    maille_status status = maille_shapes_begin_shape(ctx, shapes);
    for (uint32_t p = from->part_start[i]; p < from->part_start[i + 1]; p++) {
        if (status == MAILLE_OK)
            status = maille_shapes_begin_part(ctx, shapes);
        for (uint32_t r = from->ring_start[p]; r < from->ring_start[p + 1]; r++) {
            uint32_t start = from->point_start[r];
            if (status == MAILLE_OK)
                status = maille_shapes_add_ring(ctx, shapes, from->points + start,
                                                from->point_start[r + 1] - start);
        }
    }
    return status;
}

static uint32_t *copy_starts(const uint32_t *starts, uint32_t count) {
    uint32_t *copy = maille_alloc((size_t)count + 1, sizeof *copy);
    if (copy)
        memcpy(copy, starts, ((size_t)count + 1) * sizeof *copy);
    return copy;
}

static maille_status copy_shapes(maille_ctx *ctx, const maille_shapes *from, maille_shapes **out) {
    uint32_t parts = maille_shapes_parts(from), rings = maille_shapes_rings(from);
    uint32_t points = maille_shapes_points(from);
    maille_shapes *to = maille_alloc(1, sizeof *to);
    if (!to)
        return maille_no_memory(ctx);
    to->count = from->count;
    to->part_start = copy_starts(from->part_start, from->count);
    to->ring_start = copy_starts(from->ring_start, parts);
    to->point_start = copy_starts(from->point_start, rings);
    to->points = maille_alloc(points, sizeof *to->points);
    to->shape_capacity = from->count + 1;
    to->part_capacity = parts + 1;
    to->ring_capacity = rings + 1;
    to->point_capacity = points;
    if (!to->part_start || !to->ring_start || !to->point_start || (points > 0 && !to->points)) {
        maille_shapes_free(to);
        return maille_no_memory(ctx);
    }
    if (points > 0)
        memcpy(to->points, from->points, points * sizeof *to->points);
    *out = to;
    return MAILLE_OK;
}

maille_status maille_shapes_project(maille_ctx *ctx, const maille_shapes *lonlat,
                                    const maille_crs *crs, maille_shapes **out) {
    *out = NULL;
    maille_shapes *to = NULL;
    size_t failed = 0;
    maille_status status = copy_shapes(ctx, lonlat, &to);
    if (status == MAILLE_OK)
        failed = maille_crs_forward(crs, to->points, maille_shapes_points(to));
    if (failed > 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "%zu points could not be projected to EPSG:%d",
                             failed, maille_crs_epsg(crs));
    if (status == MAILLE_OK)
        *out = to;
    else
        maille_shapes_free(to);
    return status;
}

maille_status maille_shapes_unproject(maille_ctx *ctx, const maille_shapes *metres,
                                      const maille_crs *crs, maille_shapes **out) {
    *out = NULL;
    maille_shapes *to = NULL;
    size_t failed = 0;
    maille_status status = copy_shapes(ctx, metres, &to);
    if (status == MAILLE_OK)
        failed = maille_crs_backward(crs, to->points, maille_shapes_points(to));
    if (failed > 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "%zu points of EPSG:%d had no place in lon/lat",
                             failed, maille_crs_epsg(crs));
    if (status == MAILLE_OK)
        *out = to;
    else
        maille_shapes_free(to);
    return status;
}
