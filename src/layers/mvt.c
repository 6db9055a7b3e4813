/* Mapbox Vector Tiles 2.1: the few messages of protocol buffers that they are made of.
 * https://github.com/mapbox/vector-tile-spec/tree/master/2.1 */
#include "layers/mvt.h"

#include <string.h>

enum { NUMBER = 0, EIGHT_BYTES = 1, BLOCK = 2 };
static const size_t varint_most = 10; /* bytes */
enum { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };
enum { FEATURE_ID = 1, FEATURE_TAGS = 2, FEATURE_TYPE = 3, FEATURE_GEOMETRY = 4 };

/* There must be room for varint_most bytes. */
static void put(mvt_bytes *to, uint64_t value) {
    for (; value > 0x7F; value >>= 7)
        to->items[to->count++] = (unsigned char)(value | 0x80);
    to->items[to->count++] = (unsigned char)value;
}

static void put_key(mvt_bytes *to, unsigned field, unsigned kind) {
    put(to, (uint64_t)field << 3 | kind);
}

bool mvt_number(mvt_bytes *to, unsigned field, uint64_t value) {
    if (!MAILLE_VEC_RESERVE(to, to->count + 2 * varint_most))
        return false;
    put_key(to, field, NUMBER);
    put(to, value);
    return true;
}

bool mvt_double(mvt_bytes *to, unsigned field, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (!MAILLE_VEC_RESERVE(to, to->count + varint_most + 8))
        return false;
    put_key(to, field, EIGHT_BYTES);
    for (int i = 0; i < 8; i++)
        to->items[to->count++] = (unsigned char)(bits >> 8 * i);
    return true;
}

bool mvt_block(mvt_bytes *to, unsigned field, const void *bytes, size_t length) {
    if (!MAILLE_VEC_RESERVE(to, to->count + 2 * varint_most + length))
        return false;
    put_key(to, field, BLOCK);
    put(to, length);
    if (length > 0)
        memcpy(to->items + to->count, bytes, length);
    to->count += length;
    return true;
}

void mvt_free(mvt_layer *layer) {
    MAILLE_VEC_FREE(&layer->features);
    MAILLE_VEC_FREE(&layer->feature);
    MAILLE_VEC_FREE(&layer->packed);
}

/* ---- features
 * ----------------------------------------------------------------------------------- */

static bool begin(mvt_layer *layer, uint64_t id, const uint32_t *tags, size_t tag_count,
                  unsigned type) {
    mvt_bytes *packed = &layer->packed;
    layer->feature.count = packed->count = 0;
    layer->x = layer->y = 0;
    if (!MAILLE_VEC_RESERVE(packed, tag_count * varint_most))
        return false;
    for (size_t i = 0; i < tag_count; i++)
        put(packed, tags[i]);
    bool put_all = mvt_number(&layer->feature, FEATURE_ID, id) &&
                   (tag_count == 0 ||
                    mvt_block(&layer->feature, FEATURE_TAGS, packed->items, packed->count)) &&
                   mvt_number(&layer->feature, FEATURE_TYPE, type);
    packed->count = 0;
    return put_all;
}

static bool end(mvt_layer *layer) {
    const unsigned feature_of_layer = 2;
    return mvt_block(&layer->feature, FEATURE_GEOMETRY, layer->packed.items, layer->packed.count) &&
           mvt_block(&layer->features, feature_of_layer, layer->feature.items,
                     layer->feature.count);
}

static void put_command(mvt_bytes *to, unsigned command, uint32_t count) {
    put(to, (uint64_t)count << 3 | command);
}

static uint32_t zigzag(int32_t v) {
    return (uint32_t)v << 1 ^ (v < 0 ? UINT32_MAX : 0);
}

static void put_step(mvt_layer *layer, int32_t x, int32_t y) {
    put(&layer->packed, zigzag(x - layer->x));
    put(&layer->packed, zigzag(y - layer->y));
    layer->x = x;
    layer->y = y;
}

/* The last point of a ring is its first: that is what closing means. */
static bool put_ring(mvt_layer *layer, const maille_xy *points, uint32_t count) {
    if (!MAILLE_VEC_RESERVE(&layer->packed,
                            layer->packed.count + (2 * (size_t)count + 3) * varint_most))
        return false;
    put_command(&layer->packed, MOVE_TO, 1);
    put_step(layer, (int32_t)points[0].x, (int32_t)points[0].y);
    put_command(&layer->packed, LINE_TO, count - 2);
    for (uint32_t i = 1; i + 1 < count; i++)
        put_step(layer, (int32_t)points[i].x, (int32_t)points[i].y);
    put_command(&layer->packed, CLOSE_PATH, 1);
    return true;
}

bool mvt_polygon(mvt_layer *layer, uint64_t id, const uint32_t *tags, size_t tag_count,
                 const maille_shapes *parts, uint32_t shape) {
    if (!begin(layer, id, tags, tag_count, MVT_POLYGON))
        return false;
    for (uint32_t r = parts->ring_start[parts->part_start[shape]];
         r < parts->ring_start[parts->part_start[shape + 1]]; r++) {
        uint32_t from = parts->point_start[r];
        if (!put_ring(layer, parts->points + from, parts->point_start[r + 1] - from))
            return false;
    }
    return end(layer);
}

bool mvt_point(mvt_layer *layer, uint64_t id, const uint32_t *tags, size_t tag_count, int32_t x,
               int32_t y) {
    if (!begin(layer, id, tags, tag_count, MVT_POINT) ||
        !MAILLE_VEC_RESERVE(&layer->packed, 3 * varint_most))
        return false;
    put_command(&layer->packed, MOVE_TO, 1);
    put_step(layer, x, y);
    return end(layer);
}
