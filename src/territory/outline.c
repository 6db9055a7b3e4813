/* Chains loose segments into rings and rings into polygons, and proves the result valid.
 *
 * The segments are what is left of the boundaries of polygons once opposite segments have
 * cancelled, so at each vertex as many leave as arrive, and the winding number of what is left is,
 * at every point off the segments, the number of polygons that cover it.
 *
 * 1. No two segments come within `reach` of each other but in a common end, and none of two that
 *    share an end runs along the other (check_apart). `reach` is far beyond what rounding can do to
 *    the computed distance, so plain doubles prove that nothing crosses.
 * 2. Rings are traced along the inside: from each segment to the one that bounds the same wedge of
 *    inside at its end, and cut off wherever the path meets itself. They are simple, and pairwise
 *    they neither cross nor share a segment; where they touch, they touch in vertices. The polygons
 *    that touch in a point come apart; a hole that touches its shell becomes a ring of its own.
 * 3. Beside its longest edge each ring has winding 1 on its left and 0 on its right, counted from
 *    the rings around it (nest). As rings do not cross, the winding is constant between them, so it
 *    is 0 or 1 everywhere: no place is covered twice, and the rings with the holes given to the
 *    innermost shell around them are a valid multipolygon. That is the union of the polygons, and
 *    their insides are disjoint, provided each of them is valid by itself. */
#include "territory/outline.h"

#include <math.h>

static const uint32_t NONE = UINT32_MAX;

void maille_outline_free(maille_outline *outline) {
    MAILLE_VEC_FREE(&outline->segments);
    MAILLE_VEC_FREE(&outline->edges);
    MAILLE_VEC_FREE(&outline->rings);
    MAILLE_VEC_FREE(&outline->points);
    MAILLE_VEC_FREE(&outline->path);
    maille_grid_free(&outline->grid);
    maille_buckets_free(&outline->vertices);
    maille_free(outline->numbers);
}

/* ---- 1. apart
 * ------------------------------------------------------------------------------------ */

/* Two segments with one common end, by the ends that they do not share. */
static maille_outline_defect meeting_of_fork(const maille_segment *s, maille_xy s_end,
                                             const maille_segment *t, maille_xy t_end,
                                             double reach) {
    bool near =
        maille_segment_distance(*t, s_end) < reach || maille_segment_distance(*s, t_end) < reach;
    return near ? OUTLINE_NEAR : OUTLINE_CLEAN;
}

static bool come_near(const maille_segment *s, const maille_segment *t, double reach) {
    return maille_segment_distance(*s, t->a) < reach || maille_segment_distance(*s, t->b) < reach ||
           maille_segment_distance(*t, s->a) < reach || maille_segment_distance(*t, s->b) < reach;
}

static bool cross(const maille_segment *s, const maille_segment *t) {
    bool across_s = (maille_turn(s->a, s->b, t->a) > 0) != (maille_turn(s->a, s->b, t->b) > 0);
    bool across_t = (maille_turn(t->a, t->b, s->a) > 0) != (maille_turn(t->a, t->b, s->b) > 0);
    return across_s && across_t;
}

static maille_outline_defect meeting(const maille_segment *s, const maille_segment *t,
                                     double reach) {
    bool aa = maille_same_point(s->a, t->a), ab = maille_same_point(s->a, t->b);
    bool ba = maille_same_point(s->b, t->a), bb = maille_same_point(s->b, t->b);
    if ((aa && bb) || (ab && ba))
        return OUTLINE_CROSSED;
    if (aa || ab || ba || bb)
        return meeting_of_fork(s, aa || ab ? s->b : s->a, t, aa || ba ? t->b : t->a, reach);
    if (come_near(s, t, reach))
        return OUTLINE_NEAR;
    return cross(s, t) ? OUTLINE_CROSSED : OUTLINE_CLEAN;
}

static bool check_apart(maille_outline *o, double reach, maille_outline_defect *defect) {
    const maille_segment *segments = o->segments.items;
    maille_grid *grid = &o->grid;
    if (!maille_grid_fill(grid, segments, (uint32_t)o->segments.count, reach))
        return false;
    for (uint32_t c = 0; c < grid->width * grid->height; c++)
        for (uint32_t i = grid->start[c]; i < grid->start[c + 1]; i++)
            for (uint32_t j = i + 1; j < grid->start[c + 1]; j++) {
                const maille_segment *s = &segments[grid->items[i]], *t = &segments[grid->items[j]];
                if (!maille_grid_pair(grid, s, t, c))
                    continue;
                maille_outline_defect found = meeting(s, t, reach);
                if (found > *defect)
                    *defect = found;
            }
    return true;
}

/* ---- 2. rings
 * ------------------------------------------------------------------------------------ */

static bool prepare_numbers(maille_outline *o) {
    size_t count = o->segments.count;
    if (count > o->number_capacity) {
        maille_free(o->numbers);
        o->number_capacity = count + count / 2;
        o->numbers = maille_alloc(o->number_capacity, 5 * sizeof *o->numbers);
        if (!o->numbers) {
            o->number_capacity = 0;
            return false;
        }
    }
    uint32_t **parts[] = {&o->from, &o->to, &o->next, &o->place, &o->first};
    for (size_t k = 0; k < 5; k++)
        *parts[k] = o->numbers + k * o->number_capacity;
    return maille_buckets_prepare(&o->vertices, count);
}

/* Vertex at p: the number of the first segment that leaves it. `self` becomes that number where
 * there was none; NONE looks only. */
static uint32_t vertex_at(maille_outline *o, maille_xy p, uint32_t self) {
    uint64_t hash = maille_point_hash(p);
    uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t at = hash & o->vertices.mask;; at = (at + 1) & o->vertices.mask) {
        maille_bucket *bucket = &o->vertices.buckets[at];
        if (bucket->item == 0) {
            if (self != NONE)
                *bucket = (maille_bucket){tag, self + 1};
            return self;
        }
        if (bucket->tag == tag && maille_same_point(o->segments.items[bucket->item - 1].a, p))
            return bucket->item - 1;
    }
}

/* Links segments that leave the same vertex. False when one arrives where none leaves. */
static bool link_vertices(maille_outline *o) {
    uint32_t count = (uint32_t)o->segments.count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t v = o->from[i] = vertex_at(o, o->segments.items[i].a, i);
        o->place[i] = NONE;
        o->next[i] = v == i ? NONE : o->first[v];
        o->first[v] = i;
    }
    for (uint32_t i = 0; i < count; i++)
        if ((o->to[i] = vertex_at(o, o->segments.items[i].b, NONE)) == NONE)
            return false;
    return true;
}

static void unlink_segment(maille_outline *o, uint32_t segment) {
    uint32_t *link = &o->first[o->from[segment]];
    while (*link != segment)
        link = &o->next[*link];
    *link = o->next[segment];
}

/* The unused segment that bounds the same wedge of inside: the first one clockwise from the way
 * back, as the inside lies to the left of what arrives. NONE where all are used. */
static uint32_t onward(const maille_outline *o, uint32_t arriving) {
    uint32_t best = o->first[o->to[arriving]];
    if (best == NONE || o->next[best] == NONE)
        return best;
    maille_segment s = o->segments.items[arriving];
    double back = atan2(s.a.y - s.b.y, s.a.x - s.b.x), least = INFINITY;
    for (uint32_t i = best; i != NONE; i = o->next[i]) {
        maille_segment t = o->segments.items[i];
        double clockwise = back - atan2(t.b.y - t.a.y, t.b.x - t.a.x);
        if (clockwise < 0)
            clockwise += 2 * acos(-1);
        if (clockwise < least) {
            least = clockwise;
            best = i;
        }
    }
    return best;
}

/* Cuts the path's end off as a ring, from place `begin` on. */
static bool cut_ring(maille_outline *o, uint32_t begin) {
    maille_ring ring = {.first = (uint32_t)o->edges.count,
                        .count = (uint32_t)o->path.count - begin,
                        .shell = NONE,
                        .box = {INFINITY, INFINITY, -INFINITY, -INFINITY}};
    maille_xy origin = o->segments.items[o->path.items[begin]].a;
    for (size_t k = begin; k < o->path.count; k++) {
        uint32_t edge = o->path.items[k];
        maille_segment s = o->segments.items[edge];
        if (!MAILLE_VEC_PUSH(&o->edges, edge))
            return false;
        o->place[o->from[edge]] = NONE;
        ring.area +=
            ((s.a.x - origin.x) * (s.b.y - origin.y) - (s.b.x - origin.x) * (s.a.y - origin.y)) / 2;
        ring.box.min_x = fmin(ring.box.min_x, s.a.x);
        ring.box.min_y = fmin(ring.box.min_y, s.a.y);
        ring.box.max_x = fmax(ring.box.max_x, s.a.x);
        ring.box.max_y = fmax(ring.box.max_y, s.a.y);
    }
    o->path.count = begin;
    return MAILLE_VEC_PUSH(&o->rings, ring);
}

/* Follows the inside from `segment` until nothing is left of the path. */
static bool trace(maille_outline *o, uint32_t segment, bool *closed) {
    while (segment != NONE) {
        unlink_segment(o, segment);
        o->place[o->from[segment]] = (uint32_t)o->path.count;
        if (!MAILLE_VEC_PUSH(&o->path, segment))
            return false;
        uint32_t begin = o->place[o->to[segment]];
        if (begin != NONE && !cut_ring(o, begin))
            return false;
        segment = onward(o, segment);
    }
    *closed = *closed && o->path.count == 0;
    return true;
}

static bool trace_all(maille_outline *o, maille_outline_defect *defect) {
    bool closed = true;
    o->edges.count = o->rings.count = o->path.count = 0;
    if (!prepare_numbers(o))
        return false;
    if (!link_vertices(o)) {
        *defect = OUTLINE_CROSSED;
        return true;
    }
    for (uint32_t v = 0; v < o->segments.count && closed; v++)
        while (o->from[v] == v && o->first[v] != NONE && closed)
            if (!trace(o, o->first[v], &closed))
                return false;
    if (!closed)
        *defect = OUTLINE_CROSSED;
    return true;
}

/* ---- 3. nesting
 * ---------------------------------------------------------------------------------- */

static bool ring_contains(const maille_outline *o, const maille_ring *ring, maille_xy p) {
    if (p.x < ring->box.min_x || p.x > ring->box.max_x || p.y < ring->box.min_y ||
        p.y > ring->box.max_y)
        return false;
    bool inside = false;
    for (uint32_t k = 0; k < ring->count; k++) {
        maille_segment s = o->segments.items[o->edges.items[ring->first + k]];
        if ((s.a.y > p.y) != (s.b.y > p.y) && (maille_turn(s.a, s.b, p) > 0) == (s.b.y > s.a.y))
            inside = !inside;
    }
    return inside;
}

/* On no other ring, as rings share no segment. */
static maille_xy middle_of_longest_edge(const maille_outline *o, const maille_ring *ring) {
    maille_xy middle = {0, 0};
    double longest = -1;
    for (uint32_t k = 0; k < ring->count; k++) {
        maille_segment s = o->segments.items[o->edges.items[ring->first + k]];
        double length = maille_segment_length(s);
        if (length > longest) {
            longest = length;
            middle = (maille_xy){(s.a.x + s.b.x) / 2, (s.a.y + s.b.y) / 2};
        }
    }
    return middle;
}

static maille_outline_defect nest(maille_outline *o) {
    for (size_t i = 0; i < o->rings.count; i++) {
        maille_ring *ring = &o->rings.items[i];
        if (o->rings.count == 1 && ring->area > 0)
            break;
        maille_xy p = middle_of_longest_edge(o, ring);
        int winding = 0;
        for (uint32_t j = 0; j < o->rings.count; j++) {
            const maille_ring *other = &o->rings.items[j];
            if (j == i || !ring_contains(o, other, p))
                continue;
            winding += other->area > 0 ? 1 : -1;
            if (other->area > 0 &&
                (ring->shell == NONE || other->area < o->rings.items[ring->shell].area))
                ring->shell = j;
        }
        if (ring->area == 0 || winding != (ring->area > 0 ? 0 : 1))
            return OUTLINE_CROSSED;
    }
    return OUTLINE_CLEAN;
}

maille_status maille_outline_rings(maille_ctx *ctx, maille_outline *o, double reach,
                                   maille_outline_defect *defect) {
    *defect = OUTLINE_CLEAN;
    if (!check_apart(o, reach, defect))
        return maille_no_memory(ctx);
    if (*defect != OUTLINE_CLEAN)
        return MAILLE_OK;
    if (!trace_all(o, defect))
        return maille_no_memory(ctx);
    if (*defect == OUTLINE_CLEAN)
        *defect = nest(o);
    return MAILLE_OK;
}

static maille_status write_ring(maille_ctx *ctx, maille_outline *o, const maille_ring *ring,
                                maille_shapes *out) {
    if (!MAILLE_VEC_RESERVE(&o->points, (size_t)ring->count + 1))
        return maille_no_memory(ctx);
    for (uint32_t k = 0; k < ring->count; k++)
        o->points.items[k] = o->segments.items[o->edges.items[ring->first + k]].a;
    o->points.items[ring->count] = o->points.items[0];
    return maille_shapes_add_ring(ctx, out, o->points.items, ring->count + 1);
}

maille_status maille_outline_write(maille_ctx *ctx, maille_outline *o, maille_shapes *out) {
    maille_status status = maille_shapes_begin_shape(ctx, out);
    for (uint32_t i = 0; i < o->rings.count && status == MAILLE_OK; i++) {
        if (o->rings.items[i].area < 0)
            continue;
        if ((status = maille_shapes_begin_part(ctx, out)) == MAILLE_OK)
            status = write_ring(ctx, o, &o->rings.items[i], out);
        for (uint32_t j = 0; j < o->rings.count && status == MAILLE_OK; j++)
            if (o->rings.items[j].area < 0 && o->rings.items[j].shell == i)
                status = write_ring(ctx, o, &o->rings.items[j], out);
    }
    return status;
}
