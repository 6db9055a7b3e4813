/* Chains of points as flat arrays, e.g. roads (room: geo). */
#ifndef MAILLE_LINES_H
#define MAILLE_LINES_H

#include <maille/ctx.h>
#include <maille/point.h>
#include <maille/table.h>
#include <stdint.h>

/* Line i is points[start[i] … start[i+1]-1]. */
typedef struct {
    uint32_t count;
    uint32_t *start; /* count + 1 */
    maille_xy *points;
} maille_lines;

/* From a GEOMETRY column of linestrings in lon/lat. A multilinestring of one part is a line; of
 * several, or another type or null, an empty line (counted in `refused`, may be NULL). */
maille_status maille_lines_from_column(maille_ctx *ctx, const maille_table *table, size_t column,
                                       maille_lines **out, size_t *refused);
struct maille_crs;
/* x,y (lon,lat) to metres, in place. */
maille_status maille_lines_project(maille_ctx *ctx, maille_lines *lines,
                                   const struct maille_crs *crs);
void maille_lines_free(maille_lines *lines);

/* Points of a GEOMETRY column of points (lon/lat); NaN where null or another type. Block owned by
 * the caller. */
maille_status maille_points_from_column(maille_ctx *ctx, const maille_table *table, size_t column,
                                        maille_lonlat **out);
/* WKB of one point; 21 bytes. */
void maille_point_wkb(maille_lonlat p, unsigned char out[21]);

#endif
