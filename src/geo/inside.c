/* A point inside a geometry, by GEOS. */
#include "geo/handles.h"

#include <maille/geometry.h>

maille_status maille_geometry_inside(maille_ctx *ctx, maille_bytes wkb, maille_xy *out) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    GEOSGeometry *geometry = NULL, *point = NULL;
    maille_status status = MAILLE_OK;
    if (!geos)
        return maille_no_memory(ctx);
    geometry = wkb.bytes ? GEOSGeomFromWKB_buf_r(geos, wkb.bytes, wkb.length) : NULL;
    point = geometry ? GEOSPointOnSurface_r(geos, geometry) : NULL;
    if (!point || GEOSGeomGetX_r(geos, point, &out->x) != 1 ||
        GEOSGeomGetY_r(geos, point, &out->y) != 1)
        status = maille_fail(ctx, MAILLE_REFUSED, "no point was found inside a geometry");
    if (point)
        GEOSGeom_destroy_r(geos, point);
    if (geometry)
        GEOSGeom_destroy_r(geos, geometry);
    return status;
}
