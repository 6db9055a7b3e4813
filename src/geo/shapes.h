/* Shapes from geometries that were taken apart (inside geo). */
#ifndef GEO_SHAPES_H
#define GEO_SHAPES_H

#include "geo/wkb.h"

#include <maille/shapes.h>

/* Appends polygons as one shape; REFUSED for points and lines. */
maille_status maille_shapes_add_pieces(maille_ctx *ctx, maille_shapes *shapes,
                                       const maille_pieces *pieces);
/* Appends shape i of `from`. */
maille_status maille_shapes_add_copy(maille_ctx *ctx, maille_shapes *shapes,
                                     const maille_shapes *from, uint32_t i);

#endif
