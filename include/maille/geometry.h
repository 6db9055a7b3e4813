/* Geometry operations by GEOS and GDAL, on shapes (room: geo). */
#ifndef MAILLE_GEOMETRY_H
#define MAILLE_GEOMETRY_H

#include <maille/ctx.h>
#include <maille/shapes.h>
#include <maille/table.h>
#include <stdbool.h>

/* Whether shape i is a valid multipolygon; the reason goes to `why` (buffer of `size`) if not. */
maille_status maille_geometry_valid(maille_ctx *ctx, const maille_shapes *shapes, uint32_t i,
                                    bool *valid, char *why, size_t size);
/* Copies `from`, repairing the invalid (GEOSMakeValid, polygons kept); numbers of the repaired go
 * to `repaired` (a block owned by the caller). maille_geometry_valid says why. New vertices are not
 * rounded. */
maille_status maille_geometry_repair(maille_ctx *ctx, const maille_shapes *from,
                                     maille_shapes **out, uint32_t **repaired,
                                     size_t *repaired_count);
/* Union of the listed shapes, robust (GEOSUnaryUnionPrec on a grid of `grid` units), appended as
 * one shape to `out`. The slow and sure way; territory/ has the fast one. */
maille_status maille_geometry_union(maille_ctx *ctx, const maille_shapes *shapes,
                                    const uint32_t *members, uint32_t count, double grid,
                                    maille_shapes *out);
/* Union by GEOSCoverageUnion, unchecked (see header of territory/dissolve). */
maille_status maille_geometry_coverage_union(maille_ctx *ctx, const maille_shapes *shapes,
                                             const uint32_t *members, uint32_t count,
                                             maille_shapes *out);
/* Pairwise operations of shape a of A and b of B, appended to `out` (polygons only are kept). */
maille_status maille_geometry_intersection(maille_ctx *ctx, const maille_shapes *a, uint32_t i,
                                           const maille_shapes *b, uint32_t j, maille_shapes *out);
/* How two shapes meet; `shared_length` is that of the common border where they touch along a line.
 */
typedef enum { MAILLE_APART, MAILLE_TOUCH_POINT, MAILLE_TOUCH_LINE, MAILLE_OVERLAP } maille_contact;
maille_status maille_geometry_contact(maille_ctx *ctx, const maille_shapes *shapes, uint32_t i,
                                      uint32_t j, maille_contact *contact, double *shared_length);

/* An index of boxes (packed by sort-tile-recursive; threads may share it): candidates whose box
 * meets the query, in ascending order. */
typedef struct maille_boxes maille_boxes;
maille_status maille_boxes_new(maille_ctx *ctx, const maille_box *boxes, uint32_t count,
                               maille_boxes **out);
void maille_boxes_free(maille_boxes *index);
/* `found` is reused between calls (owned by the caller, maille_free at the end). */
maille_status maille_boxes_query(maille_ctx *ctx, const maille_boxes *index, maille_box query,
                                 uint32_t **found, size_t *capacity, size_t *count);

/* A point inside a geometry given as WKB (GEOSPointOnSurface): where its name may stand. For points
 * and lines one of theirs. MAILLE_REFUSED where there is none: it is empty, or no geometry. */
maille_status maille_geometry_inside(maille_ctx *ctx, maille_bytes wkb, maille_xy *out);

/* For each point the shape that contains it (lowest number), or UINT32_MAX. */
maille_status maille_points_in_shapes(maille_ctx *ctx, const maille_shapes *shapes,
                                      const maille_xy *points, size_t count, uint32_t *shape_of);

/* Discs from a surface: `values` is a grid of width × height (row 0 at the south, value at the
 * centre of the cell), NaN or infinity = unreached. Appends one shape per level (ascending): where
 * the surface is ≤ level, by marching squares. Valid, nested, with holes. Towards unreached cells
 * the border runs half a cell from the reached ones. */
typedef struct {
    double origin_x, origin_y; /* south-west corner of the grid */
    double cell;               /* metres */
    uint32_t width, height;
    double *values;
} maille_surface;
maille_status maille_geometry_discs(maille_ctx *ctx, const maille_surface *surface,
                                    const double *levels, size_t level_count, maille_shapes *out);

#endif
