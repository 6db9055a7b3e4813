/* Polygons that share their borders as arcs: each border is simplified once, so that neighbours
 * never gape (room: geo).
 *
 * A vertex is a node where not exactly two different segments meet in it (all polygons together),
 * and where a ring begins that has none; an arc runs from node to node and is kept once, whichever
 * and however many polygons it bounds. Coordinates are Web Mercator (EPSG:3857) on an integer grid:
 * `1 << zoom` tiles of MAILLE_TILE_EXTENT units a side, x to the east, y to the south. */
#ifndef MAILLE_MESH_H
#define MAILLE_MESH_H

#include <maille/ctx.h>
#include <maille/shapes.h>
#include <stdint.h>

enum { MAILLE_TILE_EXTENT = 4096, MAILLE_TILE_BUFFER = 64, MAILLE_TILE_ZOOM_MOST = 16 };

/* What a border may be smoothed by, in units: maps show a tile at 512 pixels or a little more, so
 * that a unit is an eighth of a pixel and this a quarter. A unit more detail would be drawn by
 * nobody and sent to everybody. */
#define MAILLE_MESH_TOLERANCE 2.0

typedef struct maille_mesh maille_mesh;
/* `lonlat` is copied; its shapes keep their numbers. Latitudes beyond 85.06° are cut off. */
maille_status maille_mesh_new(maille_ctx *ctx, const maille_shapes *lonlat, maille_mesh **out);
void maille_mesh_free(maille_mesh *mesh);
size_t maille_mesh_arcs(const maille_mesh *mesh);
size_t maille_mesh_bytes(const maille_mesh *mesh); /* memory held */

/* The mesh on the grid of one zoom: each arc simplified (Douglas-Peucker, MAILLE_MESH_TOLERANCE)
 * and snapped to the grid so that arcs cross nowhere and polygons stay valid, less than the
 * tolerance and a unit from where they were. Rings that collapse are gone. Immutable; threads may
 * share it. */
typedef struct maille_mesh_zoom maille_mesh_zoom;
maille_status maille_mesh_at_zoom(maille_ctx *ctx, const maille_mesh *mesh, unsigned zoom,
                                  maille_mesh_zoom **out);
void maille_mesh_zoom_free(maille_mesh_zoom *mesh);
size_t maille_mesh_zoom_bytes(const maille_mesh_zoom *mesh);

/* The shapes that meet a tile with its buffer, cut to it, in units from its north-west corner:
 * `shape` holds their numbers (ascending), `parts` their polygons (shape k of `parts` is number
 * shape[k]), integer coordinates, shells clockwise on the screen (y down) as tiles want them. Both
 * are the caller's. */
typedef struct {
    uint32_t count;
    uint32_t *shape;
    maille_shapes *parts;
} maille_mesh_cut;
maille_status maille_mesh_cut_tile(maille_ctx *ctx, const maille_mesh_zoom *mesh, unsigned x,
                                   unsigned y, maille_mesh_cut *out);
void maille_mesh_cut_free(maille_mesh_cut *cut);

/* Lon/lat as units of the grid of a zoom. */
maille_xy maille_mercator_units(maille_lonlat p, unsigned zoom);

#endif
