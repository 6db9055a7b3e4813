/* Shapes: many polygons as flat arrays (room: geo).
 *
 * Shape i owns parts [part_start[i], part_start[i+1]); part p is one polygon whose rings are
 * [ring_start[p], ring_start[p+1]), the first its shell, the others its holes; ring r is the closed
 * chain points[point_start[r] … point_start[r+1]-1] (first point = last point). Shells run
 * counter-clockwise, holes clockwise. The same arrays hold metres or degrees; the name of the
 * variable tells (x,y = lon,lat where it says lonlat). */
#ifndef MAILLE_SHAPES_H
#define MAILLE_SHAPES_H

#include <maille/ctx.h>
#include <maille/point.h>
#include <maille/table.h>
#include <stdint.h>

typedef struct {
    uint32_t count;        /* shapes */
    uint32_t *part_start;  /* count + 1 */
    uint32_t *ring_start;  /* parts + 1 */
    uint32_t *point_start; /* rings + 1 */
    maille_xy *points;
    /* capacities, for those who append */
    uint32_t shape_capacity, part_capacity, ring_capacity, point_capacity;
} maille_shapes;

/* An empty collection that can be appended to; free with maille_shapes_free. */
maille_status maille_shapes_new(maille_ctx *ctx, maille_shapes **out);
void maille_shapes_free(maille_shapes *shapes);

uint32_t maille_shapes_parts(const maille_shapes *shapes); /* of all */
uint32_t maille_shapes_rings(const maille_shapes *shapes);
uint32_t maille_shapes_points(const maille_shapes *shapes);

/* Building in order: a shape, its parts, their rings, their points. A ring is closed where it is
 * open and turned to its orientation; `points` lie outside the shapes' own array. */
maille_status maille_shapes_begin_shape(maille_ctx *ctx, maille_shapes *shapes);
maille_status maille_shapes_begin_part(maille_ctx *ctx, maille_shapes *shapes);
maille_status maille_shapes_add_ring(maille_ctx *ctx, maille_shapes *shapes,
                                     const maille_xy *points, uint32_t count);

/* Appends one WKB polygon or multipolygon (2D or Z; Z is dropped) as a shape, turning rings to
 * their orientation. NULL bytes append a shape without parts. */
maille_status maille_shapes_add_wkb(maille_ctx *ctx, maille_shapes *shapes, maille_bytes wkb);
/* WKB multipolygon (little-endian) of shape i; `out->bytes` is owned by the caller (maille_free).
 */
maille_status maille_shapes_to_wkb(maille_ctx *ctx, const maille_shapes *shapes, uint32_t i,
                                   maille_bytes *out);

/* All shapes of a GEOMETRY column, in row order. */
maille_status maille_shapes_from_column(maille_ctx *ctx, const maille_table *table, size_t column,
                                        maille_shapes **out);

/* Same arrays with x,y passed through a CRS. */
struct maille_crs;
maille_status maille_shapes_project(maille_ctx *ctx, const maille_shapes *lonlat,
                                    const struct maille_crs *crs, maille_shapes **out);
maille_status maille_shapes_unproject(maille_ctx *ctx, const maille_shapes *metres,
                                      const struct maille_crs *crs, maille_shapes **out);

/* Area in the square of the unit of the coordinates (shells minus holes), length of all rings,
 * bounding box. Exact order of summation: ring by ring, relative to the ring's first point. */
double maille_shape_area(const maille_shapes *shapes, uint32_t i);
double maille_shape_perimeter(const maille_shapes *shapes, uint32_t i);
maille_box maille_shape_box(const maille_shapes *shapes, uint32_t i);
/* Even-odd, holes respected. */
bool maille_shape_contains(const maille_shapes *shapes, uint32_t i, maille_xy p);
/* Distance from p to the shape, 0 inside. */
double maille_shape_distance(const maille_shapes *shapes, uint32_t i, maille_xy p);
/* A point inside (the widest scan-line span of the largest part). {NaN,NaN} for an empty shape. */
maille_xy maille_shape_inner_point(const maille_shapes *shapes, uint32_t i);

#endif
