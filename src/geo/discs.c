/* Discs from a surface by marching squares.
 *
 * The corners of the squares are the cells' centres. A contour crosses an edge between a corner
 * within the level and one beyond it at the linear interpolation, held off both ends, so that
 * rings never touch. Towards an unreached corner it crosses at the middle. Within a square the
 * region is one or two convex pieces whose corners move outwards as the level rises: discs nest. */
#include <maille/geometry.h>

#include <maille/memory.h>
#include <maille/vec.h>
#include <math.h>

static const double least_step = 1.0 / 64; /* a crossing's least distance from a corner, in cells */

typedef struct {
    const maille_surface *surface;
    double level;
    size_t width, height;  /* of the grid of corners with an unreached rim around it */
    unsigned char *inside; /* corner by corner */
    unsigned char *seen;   /* square by square: entered through its south side */
    uint32_t *region;      /* union-find over corners */
    MAILLE_VEC(maille_xy) ring;
} tracer;

/* One ring found; its points lie in a common list. */
typedef struct {
    uint32_t region, start, count;
    bool shell;
} found_ring;

typedef struct {
    MAILLE_VEC(found_ring) rings;
    MAILLE_VEC(maille_xy) points;
} outline;

static double value_at(const tracer *t, size_t column, size_t row) {
    const maille_surface *s = t->surface;
    if (column == 0 || row == 0 || column > s->width || row > s->height)
        return INFINITY;
    double value = s->values[(row - 1) * s->width + (column - 1)];
    return isnan(value) ? INFINITY : value;
}

static maille_xy place_of(const tracer *t, size_t column, size_t row) {
    const maille_surface *s = t->surface;
    return (maille_xy){s->origin_x + ((double)column - 0.5) * s->cell,
                       s->origin_y + ((double)row - 0.5) * s->cell};
}

static bool inside(const tracer *t, size_t column, size_t row) {
    return t->inside[row * t->width + column];
}

/* Corner k of a square: south-west, south-east, north-east, north-west. */
static size_t corner_column(size_t column, unsigned k) {
    return column + ((k & 3) == 1 || (k & 3) == 2);
}
static size_t corner_row(size_t row, unsigned k) {
    return row + ((k & 3) >= 2);
}
static bool corner(const tracer *t, size_t column, size_t row, unsigned k) {
    return inside(t, corner_column(column, k), corner_row(row, k));
}

/* Whether the two inside corners of a saddle hang together: by the value in the middle. */
static bool connected(const tracer *t, size_t column, size_t row) {
    double sum = 0;
    for (unsigned k = 0; k < 4; k++)
        sum += value_at(t, corner_column(column, k), corner_row(row, k));
    return sum / 4 <= t->level;
}

static uint32_t root(uint32_t *region, uint32_t a) {
    while (region[a] != a)
        a = region[a] = region[region[a]];
    return a;
}

static void join(tracer *t, size_t column_a, size_t row_a, size_t column_b, size_t row_b) {
    uint32_t a = root(t->region, (uint32_t)(row_a * t->width + column_a));
    uint32_t b = root(t->region, (uint32_t)(row_b * t->width + column_b));
    if (a < b)
        t->region[b] = a;
    else
        t->region[a] = b;
}

static void mark_corners(tracer *t) {
    for (size_t row = 0; row < t->height; row++)
        for (size_t column = 0; column < t->width; column++) {
            size_t k = row * t->width + column;
            t->inside[k] = value_at(t, column, row) <= t->level;
            t->seen[k] = 0;
            t->region[k] = (uint32_t)k;
        }
}

/* Corners of one region: neighbours, and across saddles that hang together. */
static void join_square(tracer *t, size_t column, size_t row) {
    bool sw = inside(t, column, row), se = inside(t, column + 1, row);
    bool nw = inside(t, column, row + 1), ne = inside(t, column + 1, row + 1);
    if (sw && se)
        join(t, column, row, column + 1, row);
    if (sw && nw)
        join(t, column, row, column, row + 1);
    if (sw && ne && !se && !nw && connected(t, column, row))
        join(t, column, row, column + 1, row + 1);
    if (se && nw && !sw && !ne && connected(t, column, row))
        join(t, column + 1, row, column, row + 1);
}

static void join_regions(tracer *t) {
    for (size_t row = 0; row + 1 < t->height; row++)
        for (size_t column = 0; column + 1 < t->width; column++)
            join_square(t, column, row);
}

/* Where the contour crosses side k of a square, that is, between its corners k and k + 1. */
static maille_xy crossing(const tracer *t, size_t column, size_t row, unsigned k) {
    unsigned in = corner(t, column, row, k) ? k : k + 1, out = in == k ? k + 1 : k;
    size_t in_column = corner_column(column, in), in_row = corner_row(row, in);
    size_t out_column = corner_column(column, out), out_row = corner_row(row, out);
    double a = value_at(t, in_column, in_row), b = value_at(t, out_column, out_row);
    double step = isinf(b) || isinf(a) ? 0.5 : (t->level - a) / (b - a);
    step = fmin(fmax(step, least_step), 1 - least_step);
    maille_xy p = place_of(t, in_column, in_row), q = place_of(t, out_column, out_row);
    return (maille_xy){p.x + step * (q.x - p.x), p.y + step * (q.y - p.y)};
}

/* Side by which the contour leaves a square that it entered by side k with the inside on its left:
 * corner k is inside, k + 1 is not. */
static unsigned exit_side(const tracer *t, size_t column, size_t row, unsigned k) {
    bool far = corner(t, column, row, k + 2), left = corner(t, column, row, k + 3);
    if (far && !left)
        return connected(t, column, row) ? k + 1 : k + 3;
    if (far)
        return k + 1;
    return left ? k + 2 : k + 3;
}

/* Follows the contour that enters a square by its south side until it is back. */
static bool trace(tracer *t, size_t column, size_t row) {
    unsigned side = 0;
    t->ring.count = 0;
    for (;;) {
        if (side == 0) {
            if (t->seen[row * t->width + column])
                break;
            t->seen[row * t->width + column] = 1;
        }
        if (!MAILLE_VEC_PUSH(&t->ring, crossing(t, column, row, side)))
            return false;
        side = exit_side(t, column, row, side) & 3;
        row = side == 0 ? row - 1 : side == 2 ? row + 1 : row;
        column = side == 3 ? column - 1 : side == 1 ? column + 1 : column;
        side = (side + 2) & 3; /* the next square's side */
    }
    return MAILLE_VEC_PUSH(&t->ring, t->ring.items[0]);
}

static bool counter_clockwise(const maille_xy *points, size_t count) {
    double sum = 0;
    for (size_t i = 0; i + 1 < count; i++)
        sum += (points[i].x - points[0].x) * (points[i + 1].y - points[0].y) -
               (points[i + 1].x - points[0].x) * (points[i].y - points[0].y);
    return sum > 0;
}

static bool keep_ring(tracer *t, uint32_t region, outline *o) {
    size_t count = t->ring.count;
    found_ring ring = {region, (uint32_t)o->points.count, (uint32_t)count,
                       counter_clockwise(t->ring.items, count)};
    if (!MAILLE_VEC_RESERVE(&o->points, o->points.count + count) ||
        !MAILLE_VEC_PUSH(&o->rings, ring))
        return false;
    for (size_t i = 0; i < count; i++)
        o->points.items[o->points.count++] = t->ring.items[i];
    return true;
}

/* All rings of the level. Each ring crosses some south side northwards. */
static bool trace_all(tracer *t, outline *o) {
    o->rings.count = o->points.count = 0;
    for (size_t row = 0; row + 1 < t->height; row++)
        for (size_t column = 0; column + 1 < t->width; column++) {
            size_t k = row * t->width + column;
            if (!t->inside[k] || t->inside[k + 1] || t->seen[k])
                continue;
            if (!trace(t, column, row) || !keep_ring(t, root(t->region, (uint32_t)k), o))
                return false;
        }
    return true;
}

static maille_status add_one(maille_ctx *ctx, const outline *o, const found_ring *ring,
                             maille_shapes *out) {
    return maille_shapes_add_ring(ctx, out, o->points.items + ring->start, ring->count);
}

/* Shells in the order of their finding, each with the holes of its region. `next` chains the holes
 * of a region: heads[region] is its first. */
static maille_status assemble(maille_ctx *ctx, const outline *o, uint32_t *heads, uint32_t *next,
                              maille_shapes *out) {
    size_t count = o->rings.count;
    maille_status status = maille_shapes_begin_shape(ctx, out);
    for (size_t i = 0; i < count; i++)
        heads[o->rings.items[i].region] = UINT32_MAX;
    for (size_t i = count; i-- > 0;) {
        const found_ring *ring = &o->rings.items[i];
        if (ring->shell)
            continue;
        next[i] = heads[ring->region];
        heads[ring->region] = (uint32_t)i;
    }
    for (size_t i = 0; i < count && status == MAILLE_OK; i++) {
        const found_ring *shell = &o->rings.items[i];
        if (!shell->shell)
            continue;
        status = maille_shapes_begin_part(ctx, out);
        if (status == MAILLE_OK)
            status = add_one(ctx, o, shell, out);
        for (uint32_t h = heads[shell->region]; h != UINT32_MAX && status == MAILLE_OK; h = next[h])
            status = add_one(ctx, o, &o->rings.items[h], out);
    }
    return status;
}

static maille_status add_disc(maille_ctx *ctx, tracer *t, outline *o, uint32_t *heads,
                              maille_shapes *out) {
    mark_corners(t);
    join_regions(t);
    if (!trace_all(t, o))
        return maille_no_memory(ctx);
    uint32_t *next = maille_alloc(o->rings.count + 1, sizeof *next);
    maille_status status = next ? assemble(ctx, o, heads, next, out) : maille_no_memory(ctx);
    maille_free(next);
    return status;
}

maille_status maille_geometry_discs(maille_ctx *ctx, const maille_surface *surface,
                                    const double *levels, size_t level_count, maille_shapes *out) {
    outline o = {0};
    tracer t = {.surface = surface,
                .width = (size_t)surface->width + 2,
                .height = (size_t)surface->height + 2};
    size_t corners = t.width * t.height;
    uint32_t *heads = NULL;
    maille_status status = MAILLE_OK;
    if (corners >= UINT32_MAX / 4) /* a ring may pass each square twice */
        return maille_fail(ctx, MAILLE_REFUSED, "a surface of %u by %u cells was too large",
                           surface->width, surface->height);
    t.inside = maille_alloc(corners, sizeof *t.inside);
    t.seen = maille_alloc(corners, sizeof *t.seen);
    t.region = maille_alloc(corners, sizeof *t.region);
    heads = maille_alloc(corners, sizeof *heads);
    if (!t.inside || !t.seen || !t.region || !heads)
        status = maille_no_memory(ctx);
    for (size_t l = 0; l < level_count && status == MAILLE_OK; l++) {
        t.level = levels[l];
        status = add_disc(ctx, &t, &o, heads, out);
    }
    maille_free(heads);
    maille_free(t.inside);
    maille_free(t.seen);
    maille_free(t.region);
    MAILLE_VEC_FREE(&t.ring);
    MAILLE_VEC_FREE(&o.rings);
    MAILLE_VEC_FREE(&o.points);
    return status;
}
