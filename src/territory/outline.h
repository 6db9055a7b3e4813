/* From loose segments to the rings of a polygon (inside territory). */
#ifndef TERRITORY_OUTLINE_H
#define TERRITORY_OUTLINE_H

#include "territory/segments.h"

#include <maille/ctx.h>
#include <maille/vec.h>

/* What keeps a set of segments from being the outline of a polygon. */
typedef enum {
    OUTLINE_CLEAN,
    OUTLINE_NEAR,    /* segments that pass within `reach` of each other without sharing a vertex */
    OUTLINE_CROSSED, /* segments that cross, rings that do not close or do not nest */
} maille_outline_defect;

typedef struct {
    uint32_t first, count; /* edges[first … first+count-1], in order */
    double area;           /* signed: shells > 0, holes < 0 */
    uint32_t shell;        /* of a hole: number of its shell's ring */
    maille_box box;
} maille_ring;

/* Scratch of one worker, reused from group to group. `segments` are directed, the inside on their
 * left; the caller fills them, the rest is made from them. */
typedef struct {
    MAILLE_VEC(maille_segment) segments;
    MAILLE_VEC(uint32_t) edges; /* segments in the order of rings */
    MAILLE_VEC(maille_ring) rings;
    MAILLE_VEC(maille_xy) points;
    maille_grid grid;
    maille_buckets vertices;
    uint32_t *numbers; /* one block, cut in five of `number_capacity` */
    size_t number_capacity;
    uint32_t *from, *to; /* vertex (= number of the first segment that leaves it) of each end */
    uint32_t *next;      /* next unused segment that leaves the same vertex, UINT32_MAX = none */
    uint32_t *place;     /* of a vertex on the path being traced, UINT32_MAX = none */
    uint32_t *first;     /* first unused segment of a vertex */
    MAILLE_VEC(uint32_t) path;
} maille_outline;

void maille_outline_free(maille_outline *outline);

/* Turns the segments into rings, checked. With OUTLINE_CLEAN the rings are those of a valid
 * multipolygon (the argument stands in outline.c). */
maille_status maille_outline_rings(maille_ctx *ctx, maille_outline *outline, double reach,
                                   maille_outline_defect *defect);
/* Appends the rings as one shape. */
maille_status maille_outline_write(maille_ctx *ctx, maille_outline *outline, maille_shapes *out);

#endif
