/* Shapes into GEOS and back (inside geo). */
#ifndef GEO_GEOS_H
#define GEO_GEOS_H

#include "geo/handles.h"

#include <maille/shapes.h>

/* Shape i as a multipolygon, owned by the caller; rings of fewer than 4 points are left out. NULL
 * where GEOS refused. */
GEOSGeometry *maille_geos_from_shape(GEOSContextHandle_t geos, const maille_shapes *shapes,
                                     uint32_t i);
/* The polygons of any geometry, appended as one shape. */
maille_status maille_geos_to_shape(maille_ctx *ctx, const GEOSGeometry *geometry,
                                   maille_shapes *out);

#endif
