/* Coordinate reference systems, by PROJ (room: geo). */
#ifndef MAILLE_CRS_H
#define MAILLE_CRS_H

#include <maille/ctx.h>
#include <maille/point.h>
#include <stdbool.h>

/* A study's CRS: transform between lon/lat (WGS 84, traditional axis order) and metres. Belongs to
 * the thread's context that made it. */
typedef struct maille_crs maille_crs;

/* `epsg` must be a projected CRS in metres; MAILLE_REFUSED otherwise, MAILLE_FAILED when proj.db is
 * missing (a start-up error that says so). */
maille_status maille_crs_new(maille_ctx *ctx, int epsg, maille_crs **out);
void maille_crs_free(maille_crs *crs);
int maille_crs_epsg(const maille_crs *crs);

/* The French CRS whose area of use holds the box best: 2154, 5490 (Antilles), 2972 (Guyane),
 * 2975 (La Réunion), 4471 (Mayotte), 4467 (Saint-Pierre-et-Miquelon). Where most of `count` points
 * lie decides, so that a few stray points do not. A place outside all of them gets the UTM zone
 * (EPSG:326xx / 327xx) of the median point. count 0 gives 2154. */
int maille_crs_choose(const maille_lonlat *points, size_t count);

/* In bulk; points that PROJ cannot transform become NaN, and are counted in `failed` (may be NULL).
 */
maille_status maille_crs_project(maille_ctx *ctx, const maille_crs *crs, const maille_lonlat *from,
                                 maille_xy *to, size_t count, size_t *failed);
/* Back to lon/lat; results are rounded to the published grid (maille_on_grid). */
maille_status maille_crs_unproject(maille_ctx *ctx, const maille_crs *crs, const maille_xy *from,
                                   maille_lonlat *to, size_t count);
/* Whether the point lies in the CRS's area of use (proj_get_area_of_use). */
bool maille_crs_covers(const maille_crs *crs, maille_lonlat p);

/* Bulk transform of coordinates in any CRS (WKT, "EPSG:n" or NULL for lon/lat) to lon/lat, in place
 * (x,y becomes lon,lat). */
maille_status maille_to_lonlat(maille_ctx *ctx, const char *from_crs, double *x, double *y,
                               size_t count);

#endif
