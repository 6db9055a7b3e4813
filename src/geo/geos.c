/* Shapes into GEOS and back. */
#include "geo/geos.h"

#include <maille/memory.h>
#include <maille/vec.h>

static GEOSGeometry *make_ring(GEOSContextHandle_t geos, const maille_shapes *shapes,
                               uint32_t ring) {
    uint32_t start = shapes->point_start[ring];
    GEOSCoordSequence *points = GEOSCoordSeq_copyFromBuffer_r(
        geos, &shapes->points[start].x, shapes->point_start[ring + 1] - start, 0, 0);
    return points ? GEOSGeom_createLinearRing_r(geos, points) : NULL; /* takes the points over */
}

static void destroy_all(GEOSContextHandle_t geos, GEOSGeometry **items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        GEOSGeom_destroy_r(geos, items[i]);
}

static bool long_enough(const maille_shapes *shapes, uint32_t ring) {
    return shapes->point_start[ring + 1] - shapes->point_start[ring] >= 4;
}

/* `rings` has room for all rings of the part. */
static GEOSGeometry *make_polygon(GEOSContextHandle_t geos, const maille_shapes *shapes,
                                  uint32_t part, GEOSGeometry **rings) {
    uint32_t count = 0;
    for (uint32_t r = shapes->ring_start[part]; r < shapes->ring_start[part + 1]; r++) {
        if (!long_enough(shapes, r))
            continue;
        rings[count] = make_ring(geos, shapes, r);
        if (!rings[count]) {
            destroy_all(geos, rings, count);
            return NULL;
        }
        count++;
    }
    return GEOSGeom_createPolygon_r(geos, rings[0], rings + 1, count - 1); /* takes them over */
}

GEOSGeometry *maille_geos_from_shape(GEOSContextHandle_t geos, const maille_shapes *shapes,
                                     uint32_t i) {
    uint32_t first = shapes->part_start[i], last = shapes->part_start[i + 1], count = 0;
    uint32_t rings = shapes->ring_start[last] - shapes->ring_start[first];
    GEOSGeometry *whole = NULL;
    GEOSGeometry **items = maille_alloc((size_t)(last - first) + rings + 1, sizeof(GEOSGeometry *));
    GEOSGeometry **ring_items = items ? items + (last - first) : NULL;
    if (!items)
        return NULL;
    for (uint32_t part = first; part < last; part++) {
        uint32_t shell = shapes->ring_start[part];
        if (shell == shapes->ring_start[part + 1] || !long_enough(shapes, shell))
            continue;
        items[count] = make_polygon(geos, shapes, part, ring_items);
        if (!items[count]) {
            destroy_all(geos, items, count);
            goto done;
        }
        count++;
    }
    whole = GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, items, count);
done:
    maille_free(items);
    return whole;
}

typedef MAILLE_VEC(maille_xy) point_list;

static maille_status add_ring(maille_ctx *ctx, const GEOSGeometry *ring, point_list *points,
                              maille_shapes *out) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    unsigned count = 0;
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos, ring);
    if (!sequence || !GEOSCoordSeq_getSize_r(geos, sequence, &count))
        return maille_geos_fail(ctx, "reading a ring");
    if (!MAILLE_VEC_RESERVE(points, count))
        return maille_no_memory(ctx);
    if (count > 0 && !GEOSCoordSeq_copyToBuffer_r(geos, sequence, &points->items->x, 0, 0))
        return maille_geos_fail(ctx, "reading a ring");
    return maille_shapes_add_ring(ctx, out, points->items, count);
}

static maille_status add_polygon(maille_ctx *ctx, const GEOSGeometry *polygon, point_list *points,
                                 maille_shapes *out) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    int holes = GEOSGetNumInteriorRings_r(geos, polygon);
    maille_status status = maille_shapes_begin_part(ctx, out);
    if (status == MAILLE_OK)
        status = add_ring(ctx, GEOSGetExteriorRing_r(geos, polygon), points, out);
    for (int h = 0; h < holes && status == MAILLE_OK; h++)
        status = add_ring(ctx, GEOSGetInteriorRingN_r(geos, polygon, h), points, out);
    return status;
}

static maille_status add_polygons(maille_ctx *ctx, const GEOSGeometry *geometry, point_list *points,
                                  maille_shapes *out) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    int type = GEOSGeomTypeId_r(geos, geometry);
    maille_status status = MAILLE_OK;
    if (GEOSisEmpty_r(geos, geometry) == 1)
        return MAILLE_OK;
    if (type == GEOS_POLYGON)
        return add_polygon(ctx, geometry, points, out);
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION)
        return MAILLE_OK;
    for (int i = 0; i < GEOSGetNumGeometries_r(geos, geometry) && status == MAILLE_OK; i++)
        status = add_polygons(ctx, GEOSGetGeometryN_r(geos, geometry, i), points, out);
    return status;
}

maille_status maille_geos_to_shape(maille_ctx *ctx, const GEOSGeometry *geometry,
                                   maille_shapes *out) {
    point_list points = {0};
    maille_status status = maille_shapes_begin_shape(ctx, out);
    if (status == MAILLE_OK)
        status = add_polygons(ctx, geometry, &points, out);
    MAILLE_VEC_FREE(&points);
    return status;
}
