/* Segments of outlines: equal ones are found by hash, near ones by a grid (inside territory). */
#ifndef TERRITORY_SEGMENTS_H
#define TERRITORY_SEGMENTS_H

#include <maille/point.h>
#include <maille/shapes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    maille_xy a, b;
} maille_segment;

/* ---- equal ones --------------------------------------------------------------------------------
 */

/* An open-addressing table of items that the caller compares; item 0 means an empty bucket, so
 * items go in as number + 1. The tag (the hash's other half) spares most comparisons. */
typedef struct {
    uint32_t tag, item;
} maille_bucket;
typedef struct {
    maille_bucket *buckets;
    size_t capacity; /* allocated */
    size_t mask;     /* in use − 1; a power of two less one */
} maille_buckets;

/* Empties the table for `expected` items, reusing its memory; false when memory ran out. */
bool maille_buckets_prepare(maille_buckets *table, size_t expected);
void maille_buckets_free(maille_buckets *table);

static inline bool maille_same_point(maille_xy a, maille_xy b) {
    return a.x == b.x && a.y == b.y;
}

/* Coordinates on a coarse grid differ in few bits: multiply and fold, twice. */
static inline uint64_t maille_point_hash(maille_xy p) {
    uint64_t x, y;
    p.x += 0.0; /* −0 is 0 */
    p.y += 0.0;
    memcpy(&x, &p.x, sizeof x);
    memcpy(&y, &p.y, sizeof y);
    uint64_t h = (x ^ (y << 32 | y >> 32)) * 0x9E3779B97F4A7C15u + y;
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 29;
}

/* The same for both directions. */
static inline uint64_t maille_segment_hash(uint64_t a, uint64_t b) {
    uint64_t h = (a + b) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

/* ---- near ones ---------------------------------------------------------------------------------
 */

/* A grid of square cells over segments: cell c holds items [start[c], start[c+1]). */
typedef struct {
    double origin_x, origin_y, cell, reach;
    uint32_t width, height;
    uint32_t *start, *items;
    size_t start_capacity, item_capacity;
} maille_grid;

/* Puts segments in the cells that their boxes, widened by `reach` on each side, meet. Coordinates
 * are finite. False when memory ran out. */
bool maille_grid_fill(maille_grid *grid, const maille_segment *segments, uint32_t count,
                      double reach);
void maille_grid_free(maille_grid *grid);
/* Whether two segments' widened boxes meet and `cell` is the first that holds both: true in exactly
 * one cell for each such pair. */
bool maille_grid_pair(const maille_grid *grid, const maille_segment *s, const maille_segment *t,
                      uint32_t cell);

double maille_segment_length(maille_segment s);
/* Distance of p from s. */
double maille_segment_distance(maille_segment s, maille_xy p);
/* Twice the signed area of the triangle a, b, c; > 0 when c lies to the left of a → b. */
double maille_turn(maille_xy a, maille_xy b, maille_xy c);

#endif
