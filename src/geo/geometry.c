/* Geometry operations by GEOS, on shapes. */
#include <maille/geometry.h>

#include "geo/geos.h"
#include "geo/shapes.h"

#include <maille/memory.h>
#include <maille/vec.h>
#include <stdio.h>
#include <string.h>

typedef MAILLE_VEC(uint32_t) numbers;

/* Shape i in GEOS, with the message set where there is none. */
static maille_status enter(maille_ctx *ctx, const maille_shapes *shapes, uint32_t i,
                           GEOSGeometry **out) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    if (!geos)
        return maille_no_memory(ctx);
    *out = maille_geos_from_shape(geos, shapes, i);
    return *out ? MAILLE_OK : maille_geos_fail(ctx, "making a polygon");
}

/* GEOS throws at a NULL handle, and there is none when memory ran out. */
static void destroy(maille_ctx *ctx, GEOSGeometry *geometry) {
    if (geometry)
        GEOSGeom_destroy_r(maille_geos(ctx), geometry);
}

static bool has_short_ring(const maille_shapes *shapes, uint32_t i) {
    uint32_t end = shapes->ring_start[shapes->part_start[i + 1]];
    for (uint32_t r = shapes->ring_start[shapes->part_start[i]]; r < end; r++)
        if (shapes->point_start[r + 1] - shapes->point_start[r] < 4)
            return true;
    return false;
}

maille_status maille_geometry_valid(maille_ctx *ctx, const maille_shapes *shapes, uint32_t i,
                                    bool *valid, char *why, size_t size) {
    GEOSGeometry *geometry = NULL;
    *valid = false;
    if (has_short_ring(shapes, i)) {
        if (size > 0)
            snprintf(why, size, "ring of fewer than 4 points");
        return MAILLE_OK;
    }
    maille_status status = enter(ctx, shapes, i, &geometry);
    if (status != MAILLE_OK)
        return status;
    GEOSContextHandle_t geos = maille_geos(ctx);
    char answer = GEOSisValid_r(geos, geometry);
    *valid = answer == 1;
    if (answer == 0 && size > 0) {
        char *reason = GEOSisValidReason_r(geos, geometry);
        snprintf(why, size, "%s", reason ? reason : "unknown");
        GEOSFree_r(geos, reason);
    }
    GEOSGeom_destroy_r(geos, geometry);
    return answer == 0 || answer == 1 ? MAILLE_OK : maille_geos_fail(ctx, "the check of validity");
}

static maille_status repair_one(maille_ctx *ctx, const maille_shapes *from, uint32_t i,
                                maille_shapes *out) {
    GEOSGeometry *broken = NULL, *mended = NULL;
    maille_status status = enter(ctx, from, i, &broken);
    if (status != MAILLE_OK)
        return status;
    GEOSContextHandle_t geos = maille_geos(ctx);
    mended = GEOSMakeValid_r(geos, broken);
    status = mended ? maille_geos_to_shape(ctx, mended, out) : maille_geos_fail(ctx, "the repair");
    destroy(ctx, mended);
    destroy(ctx, broken);
    return status;
}

maille_status maille_geometry_repair(maille_ctx *ctx, const maille_shapes *from,
                                     maille_shapes **out, uint32_t **repaired,
                                     size_t *repaired_count) {
    maille_shapes *shapes = NULL;
    numbers mended = {0};
    *out = NULL;
    *repaired = NULL;
    *repaired_count = 0;
    maille_status status = maille_shapes_new(ctx, &shapes);
    for (uint32_t i = 0; i < from->count && status == MAILLE_OK; i++) {
        bool valid;
        status = maille_geometry_valid(ctx, from, i, &valid, NULL, 0);
        if (status != MAILLE_OK)
            break;
        if (valid)
            status = maille_shapes_add_copy(ctx, shapes, from, i);
        else if (!MAILLE_VEC_PUSH(&mended, i))
            status = maille_no_memory(ctx);
        else
            status = repair_one(ctx, from, i, shapes);
    }
    if (status == MAILLE_OK) {
        *out = shapes;
        *repaired = mended.items;
        *repaired_count = mended.count;
        return MAILLE_OK;
    }
    maille_shapes_free(shapes);
    MAILLE_VEC_FREE(&mended);
    return status;
}

static void destroy_all(GEOSContextHandle_t geos, GEOSGeometry **items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        GEOSGeom_destroy_r(geos, items[i]);
}

/* Number of polygons in the listed shapes. */
static size_t count_parts(const maille_shapes *shapes, const uint32_t *members, uint32_t count) {
    size_t parts = 0;
    for (uint32_t k = 0; k < count; k++)
        parts += shapes->part_start[members[k] + 1] - shapes->part_start[members[k]];
    return parts;
}

/* The polygons of the listed shapes in one flat collection. */
static maille_status collect(maille_ctx *ctx, const maille_shapes *shapes, const uint32_t *members,
                             uint32_t count, GEOSGeometry **out) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    uint32_t made = 0;
    maille_status status = MAILLE_OK;
    GEOSGeometry **items =
        maille_alloc(count_parts(shapes, members, count) + 1, sizeof(GEOSGeometry *));
    if (!geos || !items) {
        maille_free(items);
        return maille_no_memory(ctx);
    }
    for (uint32_t k = 0; k < count && status == MAILLE_OK; k++) {
        GEOSGeometry *shape = NULL;
        status = enter(ctx, shapes, members[k], &shape);
        for (int g = 0; status == MAILLE_OK && g < GEOSGetNumGeometries_r(geos, shape); g++) {
            items[made] = GEOSGeom_clone_r(geos, GEOSGetGeometryN_r(geos, shape, g));
            if (items[made])
                made++;
            else
                status = maille_geos_fail(ctx, "copying a polygon");
        }
        destroy(ctx, shape);
    }
    if (status == MAILLE_OK) {
        *out = GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, items, made);
        status = *out ? MAILLE_OK : maille_geos_fail(ctx, "collecting polygons");
    } else {
        destroy_all(geos, items, made);
    }
    maille_free(items);
    return status;
}

/* Appends `result` (NULL: GEOS failed) and frees it. */
static maille_status append(maille_ctx *ctx, const char *what, GEOSGeometry *result,
                            maille_shapes *out) {
    maille_status status =
        result ? maille_geos_to_shape(ctx, result, out) : maille_geos_fail(ctx, what);
    destroy(ctx, result);
    return status;
}

maille_status maille_geometry_union(maille_ctx *ctx, const maille_shapes *shapes,
                                    const uint32_t *members, uint32_t count, double grid,
                                    maille_shapes *out) {
    GEOSGeometry *all = NULL;
    maille_status status = collect(ctx, shapes, members, count, &all);
    if (status == MAILLE_OK)
        status = append(ctx, "the union", GEOSUnaryUnionPrec_r(maille_geos(ctx), all, grid), out);
    destroy(ctx, all);
    return status;
}

maille_status maille_geometry_coverage_union(maille_ctx *ctx, const maille_shapes *shapes,
                                             const uint32_t *members, uint32_t count,
                                             maille_shapes *out) {
    GEOSGeometry *all = NULL;
    maille_status status = collect(ctx, shapes, members, count, &all);
    if (status == MAILLE_OK)
        status = append(ctx, "the coverage union", GEOSCoverageUnion_r(maille_geos(ctx), all), out);
    destroy(ctx, all);
    return status;
}

maille_status maille_geometry_intersection(maille_ctx *ctx, const maille_shapes *a, uint32_t i,
                                           const maille_shapes *b, uint32_t j, maille_shapes *out) {
    GEOSGeometry *left = NULL, *right = NULL;
    maille_status status = enter(ctx, a, i, &left);
    if (status == MAILLE_OK)
        status = enter(ctx, b, j, &right);
    if (status == MAILLE_OK)
        status =
            append(ctx, "the intersection", GEOSIntersection_r(maille_geos(ctx), left, right), out);
    destroy(ctx, left);
    destroy(ctx, right);
    return status;
}

/* Length of what two shapes have in common along a line. */
static maille_status common_length(maille_ctx *ctx, const GEOSGeometry *a, const GEOSGeometry *b,
                                   double *length) {
    GEOSContextHandle_t geos = maille_geos(ctx);
    GEOSGeometry *common = GEOSIntersection_r(geos, a, b);
    bool measured = common && GEOSLength_r(geos, common, length);
    GEOSGeom_destroy_r(geos, common);
    return measured ? MAILLE_OK : maille_geos_fail(ctx, "measuring a border");
}

maille_status maille_geometry_contact(maille_ctx *ctx, const maille_shapes *shapes, uint32_t i,
                                      uint32_t j, maille_contact *contact, double *shared_length) {
    GEOSGeometry *a = NULL, *b = NULL;
    char *matrix = NULL; /* DE-9IM: [0] interiors, [4] borders */
    *contact = MAILLE_APART;
    *shared_length = 0;
    maille_status status = enter(ctx, shapes, i, &a);
    if (status == MAILLE_OK)
        status = enter(ctx, shapes, j, &b);
    if (status != MAILLE_OK)
        goto done;
    matrix = GEOSRelate_r(maille_geos(ctx), a, b);
    if (!matrix || strlen(matrix) != 9) {
        status = maille_geos_fail(ctx, "comparing two shapes");
        goto done;
    }
    if (matrix[0] != 'F')
        *contact = MAILLE_OVERLAP;
    else if (matrix[4] == '1')
        *contact = MAILLE_TOUCH_LINE;
    else if (matrix[4] == '0')
        *contact = MAILLE_TOUCH_POINT;
    if (*contact == MAILLE_TOUCH_LINE)
        status = common_length(ctx, a, b, shared_length);
done:
    if (matrix)
        GEOSFree_r(maille_geos(ctx), matrix);
    destroy(ctx, a);
    destroy(ctx, b);
    return status;
}
