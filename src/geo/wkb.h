/* Well-known binary, taken apart and put together again (inside geo). */
#ifndef GEO_WKB_H
#define GEO_WKB_H

#include <maille/ctx.h>
#include <maille/point.h>
#include <maille/table.h>
#include <maille/vec.h>
#include <stdint.h>

enum {
    WKB_POINT = 1,
    WKB_LINE = 2,
    WKB_POLYGON = 3,
    WKB_MULTIPOINT = 4,
    WKB_MULTILINE = 5,
    WKB_MULTIPOLYGON = 6
};

/* One geometry as flat arrays: parts (points, lines or polygons) of chains of points. A point is
 * a chain of one, a line one chain, a polygon its rings. Reused from one geometry to the next. */
typedef struct {
    uint32_t type;                /* WKB_POINT to WKB_MULTIPOLYGON */
    MAILLE_VEC(uint32_t) chains;  /* of each part: how many chains */
    MAILLE_VEC(uint32_t) lengths; /* of each chain: how many points */
    MAILLE_VEC(maille_xy) points;
    MAILLE_VEC(unsigned char) bytes; /* what maille_pieces_write wrote */
} maille_pieces;

void maille_pieces_free(maille_pieces *pieces);
/* Both byte orders; Z and M (ISO or EWKB) are dropped, empty parts too. Refuses what is cut short
 * or neither point, line nor polygon. */
maille_status maille_pieces_read(maille_ctx *ctx, maille_bytes wkb, maille_pieces *pieces);
/* Rounds lon/lat to the published grid; drops repeated points, then the rings that have fewer than
 * 4 left. A line keeps both its ends. */
void maille_pieces_to_grid(maille_pieces *pieces);
/* Little-endian 2D WKB in `bytes`. */
maille_status maille_pieces_write(maille_ctx *ctx, maille_pieces *pieces);

#endif
