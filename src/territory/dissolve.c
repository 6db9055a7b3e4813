/* Dissolve: one shape per group of shapes.
 *
 * In a clean coverage neighbours share their border vertex by vertex, so each inner segment occurs
 * twice, once in each direction: those cancel, what is left is the outline. outline.c turns it into
 * rings and proves them valid. What is no clean coverage goes through GEOS. */
#include "territory/outline.h"

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/pool.h>
#include <maille/territory.h>
#include <math.h>

/* One unit of the published grid, about 1 cm: the grid of the union. */
static const double GRID_DEGREES = 1 / MAILLE_GRID_PER_DEGREE, GRID_METRES = 0.01;
/* Segments within so many units of each other count as touching: a vertex that lay on a neighbour's
 * segment before it was rounded to the grid is at most 0.71 units off. */
static const double TOUCHING_UNITS = 0.75;
/* A hole narrower than this many units (1 m) on average is a gap in the data, not an enclave. */
static const double SLIVER_UNITS = 100;
/* Sum of areas against area of the result. */
static const double AREA_TOLERANCE = 1e-9;

typedef struct {
    maille_shapes *shape;
    bool by_union, overlapping, gaping;
    double area_error; /* of a group by arcs */
} result;

typedef struct {
    maille_outline outline;
    maille_buckets buckets;
    MAILLE_VEC(uint32_t) starts; /* point that each segment starts from */
    MAILLE_VEC(unsigned char) cancelled;
} scratch;

typedef struct {
    const maille_shapes *shapes;
    const uint32_t *group_start, *members;
    double grid;
    scratch *scratch; /* one per worker */
    result *results;  /* one per group */
} job;

/* ---- cancelling
 * ---------------------------------------------------------------------------------- */

/* Puts the segment from point k to k + 1 in the table, or cancels it against its opposite. False
 * when the same segment was there in the same direction, or a third time. */
static bool cancel_or_keep(scratch *s, const maille_xy *points, uint32_t k, uint64_t hash) {
    uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t at = hash & s->buckets.mask;; at = (at + 1) & s->buckets.mask) {
        maille_bucket *bucket = &s->buckets.buckets[at];
        if (bucket->item == 0) {
            *bucket = (maille_bucket){tag, (uint32_t)s->starts.count + 1};
            s->cancelled.items[s->starts.count++] = 0;
            s->starts.items[s->starts.count - 1] = k;
            return true;
        }
        if (bucket->tag != tag)
            continue;
        uint32_t other = s->starts.items[bucket->item - 1];
        if (maille_same_point(points[other], points[k + 1]) &&
            maille_same_point(points[other + 1], points[k])) {
            unsigned char *cancelled = &s->cancelled.items[bucket->item - 1];
            bool first_time = !*cancelled;
            *cancelled = 1;
            return first_time;
        }
        if (maille_same_point(points[other], points[k]) &&
            maille_same_point(points[other + 1], points[k + 1]))
            return false;
    }
}

static uint32_t points_of(const maille_shapes *shapes, uint32_t i, uint32_t *first) {
    uint32_t first_ring = shapes->ring_start[shapes->part_start[i]];
    uint32_t end_ring = shapes->ring_start[shapes->part_start[i + 1]];
    *first = shapes->point_start[first_ring];
    return shapes->point_start[end_ring] - *first;
}

static bool prepare(scratch *s, const job *j, uint32_t group) {
    size_t total = 0;
    uint32_t first;
    for (uint32_t m = j->group_start[group]; m < j->group_start[group + 1]; m++)
        total += points_of(j->shapes, j->members[m], &first);
    s->starts.count = s->outline.segments.count = 0;
    return MAILLE_VEC_RESERVE(&s->starts, total) && MAILLE_VEC_RESERVE(&s->cancelled, total) &&
           maille_buckets_prepare(&s->buckets, total);
}

/* False when a segment occurred twice in one direction. */
static bool cancel_ring(scratch *s, const maille_xy *points, uint32_t begin, uint32_t end) {
    bool clean = true;
    uint64_t hash = maille_point_hash(points[begin]);
    for (uint32_t k = begin; k + 1 < end && clean; k++) {
        uint64_t hash_next = maille_point_hash(points[k + 1]);
        if (!maille_same_point(points[k], points[k + 1]))
            clean = cancel_or_keep(s, points, k, maille_segment_hash(hash, hash_next));
        hash = hash_next;
    }
    return clean;
}

static bool cancel_group(scratch *s, const job *j, uint32_t group) {
    const maille_shapes *shapes = j->shapes;
    for (uint32_t m = j->group_start[group]; m < j->group_start[group + 1]; m++) {
        uint32_t i = j->members[m];
        for (uint32_t r = shapes->ring_start[shapes->part_start[i]];
             r < shapes->ring_start[shapes->part_start[i + 1]]; r++)
            if (!cancel_ring(s, shapes->points, shapes->point_start[r], shapes->point_start[r + 1]))
                return false;
    }
    return true;
}

static bool collect_left(scratch *s, const maille_xy *points) {
    for (size_t k = 0; k < s->starts.count; k++) {
        const maille_xy *p = &points[s->starts.items[k]];
        if (!s->cancelled.items[k] &&
            !MAILLE_VEC_PUSH(&s->outline.segments, ((maille_segment){p[0], p[1]})))
            return false;
    }
    return true;
}

/* ---- one group
 * ----------------------------------------------------------------------------------- */

static bool has_sliver(const maille_outline *outline, double width) {
    for (size_t r = 0; r < outline->rings.count; r++) {
        const maille_ring *ring = &outline->rings.items[r];
        double length = 0;
        for (uint32_t k = 0; ring->area < 0 && k < ring->count; k++)
            length += maille_segment_length(
                outline->segments.items[outline->edges.items[ring->first + k]]);
        if (ring->area < 0 && -2 * ring->area < width * length)
            return true;
    }
    return false;
}

static double relative_error(const job *j, uint32_t group, const maille_shapes *shape) {
    double sum = 0;
    for (uint32_t m = j->group_start[group]; m < j->group_start[group + 1]; m++)
        sum += maille_shape_area(j->shapes, j->members[m]);
    double area = maille_shape_area(shape, 0);
    return sum == area ? 0 : fabs(sum - area) / fabs(sum);
}

/* Sets `clean` when the shape of the group came from its arcs. */
static maille_status by_arcs(maille_ctx *ctx, const job *j, scratch *s, uint32_t group,
                             bool *clean) {
    result *r = &j->results[group];
    maille_outline_defect defect;
    maille_status status;
    *clean = false;
    if (!prepare(s, j, group))
        return maille_no_memory(ctx);
    if (!cancel_group(s, j, group)) {
        r->overlapping = true;
        return MAILLE_OK;
    }
    if (!collect_left(s, j->shapes->points))
        return maille_no_memory(ctx);
    if ((status = maille_outline_rings(ctx, &s->outline, TOUCHING_UNITS * j->grid, &defect)) !=
        MAILLE_OK)
        return status;
    r->overlapping = defect == OUTLINE_CROSSED;
    r->gaping = defect == OUTLINE_NEAR ||
                (defect == OUTLINE_CLEAN && has_sliver(&s->outline, SLIVER_UNITS * j->grid));
    if (defect != OUTLINE_CLEAN)
        return MAILLE_OK;
    if ((status = maille_outline_write(ctx, &s->outline, r->shape)) != MAILLE_OK)
        return status;
    r->area_error = relative_error(j, group, r->shape);
    *clean = r->area_error <= AREA_TOLERANCE;
    return MAILLE_OK;
}

static maille_status dissolve_group(maille_ctx *ctx, const job *j, scratch *s, uint32_t group) {
    result *r = &j->results[group];
    const uint32_t *members = j->members + j->group_start[group];
    uint32_t count = j->group_start[group + 1] - j->group_start[group];
    bool clean;
    maille_status status = maille_shapes_new(ctx, &r->shape);
    if (status != MAILLE_OK || (status = by_arcs(ctx, j, s, group, &clean)) != MAILLE_OK || clean)
        return status;
    r->by_union = true;
    maille_shapes_free(r->shape);
    r->shape = NULL;
    if ((status = maille_shapes_new(ctx, &r->shape)) != MAILLE_OK)
        return status;
    return maille_geometry_union(ctx, j->shapes, members, count, j->grid, r->shape);
}

static maille_status dissolve_piece(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                    size_t end) {
    job *j = user;
    maille_status status = MAILLE_OK;
    for (size_t group = begin; group < end && status == MAILLE_OK; group++)
        status = dissolve_group(ctx, j, &j->scratch[worker], (uint32_t)group);
    return status;
}

/* ---- all groups
 * ---------------------------------------------------------------------------------- */

static maille_status append(maille_ctx *ctx, const maille_shapes *one, maille_shapes *out) {
    maille_status status = maille_shapes_begin_shape(ctx, out);
    for (uint32_t p = one->part_start[0]; p < one->part_start[1] && status == MAILLE_OK; p++) {
        status = maille_shapes_begin_part(ctx, out);
        for (uint32_t r = one->ring_start[p]; r < one->ring_start[p + 1] && status == MAILLE_OK;
             r++)
            status = maille_shapes_add_ring(ctx, out, one->points + one->point_start[r],
                                            one->point_start[r + 1] - one->point_start[r]);
    }
    return status;
}

static maille_status gather(maille_ctx *ctx, const result *results, uint32_t count,
                            maille_shapes *out, maille_dissolve_report *report) {
    maille_dissolve_report found = {.groups = count};
    for (uint32_t g = 0; g < count; g++) {
        const result *r = &results[g];
        maille_status status = append(ctx, r->shape, out);
        if (status != MAILLE_OK)
            return status;
        found.by_union += r->by_union;
        found.by_arcs += !r->by_union;
        found.overlapping += r->overlapping;
        found.gaping += r->gaping;
        if (!r->by_union)
            found.worst_area_error = fmax(found.worst_area_error, r->area_error);
    }
    if (report)
        *report = found;
    return MAILLE_OK;
}

/* Degrees where every coordinate could be one: the study's CRS have theirs far from the origin. */
static maille_status choose_grid(maille_ctx *ctx, const maille_shapes *shapes, double *grid) {
    *grid = GRID_DEGREES;
    for (uint32_t i = 0; i < shapes->count; i++) {
        uint32_t first, count = points_of(shapes, i, &first);
        for (uint32_t k = first; k < first + count; k++) {
            maille_xy p = shapes->points[k];
            if (!isfinite(p.x) || !isfinite(p.y))
                return maille_fail(ctx, MAILLE_REFUSED,
                                   "shape %u held a coordinate that was no number", i + 1);
            if (fabs(p.x) > 180 || fabs(p.y) > 90)
                *grid = GRID_METRES;
        }
    }
    return MAILLE_OK;
}

maille_status maille_dissolve(maille_ctx *ctx, const maille_shapes *shapes,
                              const uint32_t *group_start, const uint32_t *members,
                              uint32_t group_count, maille_shapes **out,
                              maille_dissolve_report *report) {
    unsigned jobs = maille_ctx_jobs(ctx);
    maille_shapes *all = NULL;
    job j = {.shapes = shapes, .group_start = group_start, .members = members};
    maille_status status = choose_grid(ctx, shapes, &j.grid);
    *out = NULL;
    if (status != MAILLE_OK)
        goto done;
    j.scratch = maille_alloc(jobs, sizeof *j.scratch);
    j.results = maille_alloc(group_count, sizeof *j.results);
    if (!j.scratch || !j.results) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if ((status = maille_shapes_new(ctx, &all)) != MAILLE_OK ||
        (status = maille_parallel(ctx, group_count, 1, dissolve_piece, &j)) != MAILLE_OK ||
        (status = gather(ctx, j.results, group_count, all, report)) != MAILLE_OK)
        goto done;
    *out = all;
    all = NULL;
done:
    for (unsigned w = 0; j.scratch && w < jobs; w++) {
        maille_outline_free(&j.scratch[w].outline);
        maille_buckets_free(&j.scratch[w].buckets);
        MAILLE_VEC_FREE(&j.scratch[w].starts);
        MAILLE_VEC_FREE(&j.scratch[w].cancelled);
    }
    for (uint32_t g = 0; j.results && g < group_count; g++)
        maille_shapes_free(j.results[g].shape);
    maille_free(j.scratch);
    maille_free(j.results);
    maille_shapes_free(all);
    return status;
}
