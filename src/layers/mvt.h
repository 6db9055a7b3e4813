/* Mapbox Vector Tiles 2.1 as bytes: one layer a tile (inside layers). */
#ifndef LAYERS_MVT_H
#define LAYERS_MVT_H

#include <maille/shapes.h>
#include <maille/strbuf.h>
#include <maille/vec.h>

typedef MAILLE_VEC(unsigned char) mvt_bytes;

/* Messages of protocol buffers. False when memory ran out. */
bool mvt_number(mvt_bytes *to, unsigned field, uint64_t value);
bool mvt_double(mvt_bytes *to, unsigned field, double value);
bool mvt_block(mvt_bytes *to, unsigned field, const void *bytes, size_t length);
/* Fields of the message Value. */
enum { MVT_TEXT = 1, MVT_DOUBLE = 3, MVT_INT = 4, MVT_UINT = 5, MVT_BOOL = 7 };
enum { MVT_POINT = 1, MVT_POLYGON = 3 };

/* A layer's features, one after the other; reused from tile to tile. */
typedef struct {
    mvt_bytes features, feature, packed;
    int32_t x, y; /* where the pen stands */
} mvt_layer;
void mvt_free(mvt_layer *layer);
/* Adds the feature: tags are pairs of numbers of keys and values. */
bool mvt_polygon(mvt_layer *layer, uint64_t id, const uint32_t *tags, size_t tag_count,
                 const maille_shapes *parts, uint32_t shape);
bool mvt_point(mvt_layer *layer, uint64_t id, const uint32_t *tags, size_t tag_count, int32_t x,
               int32_t y);

#endif
