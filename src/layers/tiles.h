/* A layer held for tiling, from inside (inside layers). */
#ifndef LAYERS_TILES_H
#define LAYERS_TILES_H

#include "layers/mvt.h"

#include <maille/geometry.h>
#include <maille/map.h>
#include <maille/mesh.h>
#include <maille/tiles.h>
#include <pthread.h>
#include <stdatomic.h>

typedef struct {
    const char *name, *about;
    const char *kind; /* "Number", "String", "Boolean", in MBTiles' words */
} tiles_key;

struct maille_tileset {
    maille_arena *arena;
    const char *id, *title, *description, *attribution;
    bool polygons;
    uint32_t count; /* features */
    double box[4];  /* lon/lat; NaN where nothing stands anywhere */
    tiles_key *keys;
    size_t key_count;
    /* feature f has tags[tag_start[f]] …, pairs of a key and a value */
    MAILLE_VEC(uint32_t) tag_start;
    MAILLE_VEC(uint32_t) tags;
    /* value v is the message values[value_end[v - 1]] … */
    mvt_bytes values;
    MAILLE_VEC(uint32_t) value_end;
    /* polygons: */
    maille_mesh *mesh;
    _Atomic(maille_mesh_zoom *) zooms[MAILLE_TILES_ZOOM_MOST + 1];
    pthread_mutex_t making[MAILLE_TILES_ZOOM_MOST + 1];
    size_t makings; /* locks that are there */
    /* points, in units of zoom 0 (NaN: nowhere), and an index of them: */
    MAILLE_VEC(maille_xy) points;
    maille_boxes *index;
};

/* tiles.c */
maille_status tiles_zoom(maille_ctx *ctx, maille_tileset *set, unsigned zoom,
                         maille_mesh_zoom **out);
/* tiles_json.c: vector_layers as an array; fields as TileJSON has them (what they mean) or as
 * MBTiles (their kind). And where a map should look. */
void tiles_vector_layers(const maille_tileset *set, unsigned most_zoom, bool kinds,
                         maille_strbuf *to);
void tiles_place(const maille_tileset *set, double box[4], double centre[2]);
/* What the layer rests on, in one line for a map's corner; in the arena. */
maille_status tiles_attribution(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const maille_layer_def *def, maille_arena *arena, const char **out);

#endif
