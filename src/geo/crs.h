/* Transforms in place (inside geo). */
#ifndef GEO_CRS_H
#define GEO_CRS_H

#include <maille/crs.h>

/* From any CRS, as files name it, to lon/lat. */
typedef struct maille_transform maille_transform;
/* `from` is "EPSG:n" or WKT; REFUSED where PROJ does not understand it. */
maille_status maille_transform_new(maille_ctx *ctx, const char *from, maille_transform **out);
void maille_transform_free(maille_transform *made);
/* Points that have no place in lon/lat become NaN. */
void maille_transform_points(const maille_transform *made, maille_xy *points, size_t count);

/* Lon/lat to metres and back (onto the published grid). What PROJ cannot transform becomes NaN;
 * returns how many did. */
size_t maille_crs_forward(const maille_crs *crs, maille_xy *points, size_t count);
size_t maille_crs_backward(const maille_crs *crs, maille_xy *points, size_t count);

#endif
