/* Vector tiles of a layer (Mapbox Vector Tile 2.1), made on the fly (room: layers). */
#ifndef MAILLE_TILES_H
#define MAILLE_TILES_H

#include <maille/items.h>

/* A layer's features held for tiling: geometry as a mesh, properties as they are published (arrays
 * are left out). Threads may share it: zooms are made when they are first asked for. It holds no
 * catalogue or store once made. */
typedef struct maille_tileset maille_tileset;

/* Features as a selection names them (its departments, narrowed and filter). MAILLE_NOT_FOUND for a
 * layer without geometry. */
maille_status maille_tileset_new(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                                 const maille_selection *selection, maille_tileset **out);
void maille_tileset_free(maille_tileset *set);
size_t maille_tileset_bytes(const maille_tileset *set); /* memory held */

/* The bytes of a tile, not compressed; none for an empty one. MAILLE_USAGE where there is no such
 * tile. Features are in order of id; the id of the tile's feature is its place (from 1), its
 * property "id" or "code" the layer's. */
maille_status maille_tile(maille_ctx *ctx, maille_tileset *set, unsigned z, unsigned x, unsigned y,
                          maille_strbuf *out);
/* TileJSON 3.0 of the layer; `url` with {z}/{x}/{y} in it. */
maille_status maille_tilejson(maille_ctx *ctx, const maille_tileset *set, const char *url,
                              maille_strbuf *out);
/* At zoom 14 a unit is 60 cm at the equator: there are no tiles beyond, maps enlarge these. */
enum { MAILLE_TILES_ZOOM_MOST = 14 };
/* The whole set, gzip, as MBTiles; tiles beyond `most_zoom` are left to be scaled. */
maille_status maille_tileset_write(maille_ctx *ctx, maille_tileset *set, unsigned most_zoom,
                                   const char *path, uint64_t *tiles);
/* The layer's tiles as <folder>/<id>.mbtiles; MAILLE_NOT_FOUND for a layer without geometry. No
 * figures are told. */
maille_status maille_layer_write_tiles(maille_ctx *ctx, const maille_catalogue *catalogue,
                                       const char *id, unsigned most_zoom, const char *folder,
                                       maille_layer_written *written);

#endif
