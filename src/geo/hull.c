/* Convex hull and smallest enclosing circle by GEOS. Points are handed over relative to the first
 * of them where figures are derived from them, so that metres far from the origin lose no digits.
 */
#include "geo/handles.h"

#include <maille/hull.h>
#include <maille/memory.h>
#include <math.h>
#include <string.h>

/* A line through all points, two at least; NULL when GEOS refused. */
static GEOSGeometry *line_of(GEOSContextHandle_t geos, const maille_xy *points, size_t count) {
    GEOSCoordSequence *list =
        GEOSCoordSeq_copyFromBuffer_r(geos, &points->x, (unsigned)count, 0, 0);
    return list ? GEOSGeom_createLineString_r(geos, list) : NULL; /* takes the list over */
}

static bool before(maille_xy a, maille_xy b) {
    return a.x < b.x || (a.x == b.x && a.y < b.y);
}

/* Turns a ring (last point dropped already) to its orientation and first corner. */
static void put_in_order(maille_xy *p, size_t count) {
    double area = 0;
    size_t first = 0;
    for (size_t i = 1; i < count; i++)
        if (before(p[i], p[first]))
            first = i;
    for (size_t i = 1; i + 1 < count; i++)
        area +=
            (p[i].x - p[0].x) * (p[i + 1].y - p[0].y) - (p[i + 1].x - p[0].x) * (p[i].y - p[0].y);
    if (area < 0) {
        for (size_t i = 0, j = count - 1; i < j; i++, j--) {
            maille_xy swap = p[i];
            p[i] = p[j];
            p[j] = swap;
        }
        first = count - 1 - first;
    }
    for (; first > 0; first--) {
        maille_xy lead = p[0];
        for (size_t i = 0; i + 1 < count; i++)
            p[i] = p[i + 1];
        p[count - 1] = lead;
    }
}

/* Corners of a hull: a polygon, a line or a point. */
static maille_status corners(maille_ctx *ctx, const GEOSGeometry *hull, maille_xy **out,
                             size_t *out_count) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    bool ring = GEOSGeomTypeId_r(geos, hull) == GEOS_POLYGON;
    const GEOSGeometry *line = ring ? GEOSGetExteriorRing_r(geos, hull) : hull;
    const GEOSCoordSequence *list = line ? GEOSGeom_getCoordSeq_r(geos, line) : NULL;
    unsigned count = 0;
    if (!list || !GEOSCoordSeq_getSize_r(geos, list, &count))
        return maille_geos_fail(ctx, "the convex hull");
    maille_xy *points = maille_alloc(count, sizeof *points);
    if (!points)
        return maille_no_memory(ctx);
    if (!GEOSCoordSeq_copyToBuffer_r(geos, list, &points->x, 0, 0)) {
        maille_free(points);
        return maille_geos_fail(ctx, "the convex hull");
    }
    *out_count = ring ? count - 1 : count;
    put_in_order(points, *out_count);
    *out = points;
    return MAILLE_OK;
}

/* The farthest points to the east, north-east, north …: an octagon, counter-clockwise. */
static void octagon_of(const maille_xy *p, size_t count, maille_xy corner[8]) {
    static const double towards[8][2] = {{1, 0},  {1, 1},   {0, 1},  {-1, 1},
                                         {-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
    for (int d = 0; d < 8; d++) {
        double best = -INFINITY;
        corner[d] = p[0];
        for (size_t i = 0; i < count; i++) {
            double far = p[i].x * towards[d][0] + p[i].y * towards[d][1];
            if (far > best) {
                best = far;
                corner[d] = p[i];
            }
        }
    }
}

/* Plainly: by more than rounding could have made of a point on the outline. Where corners are the
 * same point the side between them says nothing. */
static bool plainly_inside(const maille_xy corner[8], maille_xy p) {
    bool inside = false;
    for (int d = 0; d < 8; d++) {
        maille_xy a = corner[d], b = corner[(d + 1) % 8];
        double dx = b.x - a.x, dy = b.y - a.y;
        if (dx == 0 && dy == 0)
            continue;
        inside = dx * (p.y - a.y) - dy * (p.x - a.x) > 1e-6 * (fabs(dx) + fabs(dy));
        if (!inside)
            return false;
    }
    return inside;
}

/* Moves the points that may be corners to the front; their number. */
static size_t keep_outer(maille_xy *p, size_t count) {
    maille_xy corner[8];
    size_t kept = 0;
    octagon_of(p, count, corner);
    for (size_t i = 0; i < count; i++)
        if (!plainly_inside(corner, p[i]))
            p[kept++] = p[i];
    return kept;
}

maille_status maille_convex_hull(maille_ctx *ctx, const maille_xy *points, size_t count,
                                 maille_xy **out_points, size_t *out_count) {
    maille_status status = MAILLE_OK;
    GEOSContextHandle_t geos = maille_geos(ctx);
    GEOSGeometry *line = NULL, *hull = NULL;
    maille_xy *outer = maille_alloc(count, sizeof *outer);
    *out_points = NULL;
    *out_count = 0;
    if (!geos || !outer) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (count > 0)
        memcpy(outer, points, count * sizeof *outer);
    if (count < 2) {
        *out_points = outer;
        *out_count = count;
        outer = NULL;
        goto done;
    }
    line = line_of(geos, outer, keep_outer(outer, count));
    if (line)
        hull = GEOSConvexHull_r(geos, line);
    status =
        hull ? corners(ctx, hull, out_points, out_count) : maille_geos_fail(ctx, "the convex hull");
done:
    if (hull)
        GEOSGeom_destroy_r(geos, hull);
    if (line)
        GEOSGeom_destroy_r(geos, line);
    maille_free(outer);
    return status;
}

static bool all_same(const maille_xy *points, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (points[i].x != points->x || points[i].y != points->y)
            return false;
    return true;
}

maille_status maille_enclosing_circle(maille_ctx *ctx, const maille_xy *points, size_t count,
                                      maille_xy *centre, double *radius) {
    maille_status status = MAILLE_OK;
    GEOSContextHandle_t geos = maille_geos(ctx);
    GEOSGeometry *line = NULL, *circle = NULL, *middle = NULL;
    maille_xy *near = NULL, at;
    *radius = count ? 0 : NAN;
    *centre = count ? *points : (maille_xy){NAN, NAN};
    if (all_same(points, count))
        return MAILLE_OK;
    near = maille_alloc(count, sizeof *near);
    if (!near || !geos) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        near[i] = (maille_xy){points[i].x - points->x, points[i].y - points->y};
    line = line_of(geos, near, count);
    if (line)
        circle = GEOSMinimumBoundingCircle_r(geos, line, radius, &middle);
    if (!circle || !middle || !GEOSGeomGetX_r(geos, middle, &at.x) ||
        !GEOSGeomGetY_r(geos, middle, &at.y)) {
        status = maille_geos_fail(ctx, "the smallest enclosing circle");
        goto done;
    }
    *centre = (maille_xy){points->x + at.x, points->y + at.y};
done:
    if (middle)
        GEOSGeom_destroy_r(geos, middle);
    if (circle)
        GEOSGeom_destroy_r(geos, circle);
    if (line)
        GEOSGeom_destroy_r(geos, line);
    maille_free(near);
    return status;
}
