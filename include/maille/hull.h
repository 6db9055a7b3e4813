/* The convex hull of points and the smallest circle around them, by GEOS (room: geo). */
#ifndef MAILLE_HULL_H
#define MAILLE_HULL_H

#include <maille/ctx.h>
#include <maille/point.h>
#include <stddef.h>

/* Corners of the convex hull, counter-clockwise from the lowest x (of these the lowest y), the
 * first not repeated; two where all points lie on a line, one where they are the same. The block is
 * the caller's (maille_free). */
maille_status maille_convex_hull(maille_ctx *ctx, const maille_xy *points, size_t count,
                                 maille_xy **out_points, size_t *out_count);
/* The radius is NaN without points. */
maille_status maille_enclosing_circle(maille_ctx *ctx, const maille_xy *points, size_t count,
                                      maille_xy *centre, double *radius);

#endif
