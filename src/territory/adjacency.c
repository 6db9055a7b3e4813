/* Adjacency: which communes share a border, which meet in points only, which outline is nobody
 * else's.
 *
 * 1. Equal segments are found by hash, equal vertices too: in a clean coverage that is all.
 * 2. Segments left alone are the coast, the edge of the study, and borders where one side lacks a
 *    vertex of the other. A grid finds those that run along each other; what two run in common is
 *    border too. No predicate of GEOS could tell, as such a vertex is off the other side's segment
 * by rounding and by the bend that a projection gives to a straight line. */
#include "territory/segments.h"

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/territory.h>
#include <maille/vec.h>
#include <math.h>
#include <stdlib.h>

static const uint32_t NONE = UINT32_MAX;

/* Off by 2 cm: twice the published grid. A straight segment of L metres in degrees bends by about
 * L² / 48,000 km in a conformal projection at France's latitudes. */
static const double TOUCHING_M = 0.02, BEND_PER_M = 2.5e-8;
/* Beyond this, segments are not taken for one another however long they are. */
static const double MOST_TOUCHING_M = 0.5;

/* What was found of the contact between two communes. */
typedef struct {
    uint32_t a, b;
    double length;
    bool line;
} contact;

typedef struct {
    const maille_shapes *shapes;
    maille_buckets table;
    MAILLE_VEC(uint32_t) starts; /* point that each segment starts from */
    MAILLE_VEC(uint32_t) owners; /* commune of each segment */
    MAILLE_VEC(unsigned char) shared;
    MAILLE_VEC(maille_segment) alone;
    MAILLE_VEC(uint32_t) alone_owners;
    MAILLE_VEC(double) alone_left; /* length that runs along nobody */
    MAILLE_VEC(contact) contacts;
    maille_grid grid;
} work;

static void work_free(work *w) {
    maille_buckets_free(&w->table);
    MAILLE_VEC_FREE(&w->starts);
    MAILLE_VEC_FREE(&w->owners);
    MAILLE_VEC_FREE(&w->shared);
    MAILLE_VEC_FREE(&w->alone);
    MAILLE_VEC_FREE(&w->alone_owners);
    MAILLE_VEC_FREE(&w->alone_left);
    MAILLE_VEC_FREE(&w->contacts);
    maille_grid_free(&w->grid);
}

/* Along a border the same pair comes again and again: it is added up on the spot. */
static bool add_contact(work *w, uint32_t a, uint32_t b, bool line, double length) {
    contact c = {a < b ? a : b, a < b ? b : a, length, line};
    if (w->contacts.count > 0) {
        contact *last = &w->contacts.items[w->contacts.count - 1];
        if (last->a == c.a && last->b == c.b) {
            last->length += length;
            last->line = last->line || line;
            return true;
        }
    }
    return MAILLE_VEC_PUSH(&w->contacts, c);
}

/* ---- equal segments and vertices
 * ----------------------------------------------------------------- */

static bool list_segments(work *w) {
    const maille_shapes *s = w->shapes;
    uint32_t points = maille_shapes_points(s);
    if (points == 0)
        return true;
    if (!MAILLE_VEC_RESERVE(&w->starts, points) || !MAILLE_VEC_RESERVE(&w->owners, points) ||
        !MAILLE_VEC_RESERVE(&w->shared, points))
        return false;
    for (uint32_t i = 0; i < s->count; i++)
        for (uint32_t r = s->ring_start[s->part_start[i]]; r < s->ring_start[s->part_start[i + 1]];
             r++)
            for (uint32_t k = s->point_start[r]; k + 1 < s->point_start[r + 1]; k++) {
                if (maille_same_point(s->points[k], s->points[k + 1]))
                    continue;
                w->shared.items[w->starts.count] = 0;
                w->owners.items[w->starts.count] = i;
                w->starts.items[w->starts.count++] = k;
            }
    return true;
}

static bool same_segment(const maille_xy *p, const maille_xy *q) {
    return (maille_same_point(p[0], q[1]) && maille_same_point(p[1], q[0])) ||
           (maille_same_point(p[0], q[0]) && maille_same_point(p[1], q[1]));
}

static bool match_segments(work *w) {
    const maille_xy *points = w->shapes->points;
    if (!maille_buckets_prepare(&w->table, w->starts.count))
        return false;
    for (uint32_t n = 0; n < w->starts.count; n++) {
        const maille_xy *p = &points[w->starts.items[n]];
        uint64_t hash = maille_segment_hash(maille_point_hash(p[0]), maille_point_hash(p[1]));
        uint32_t tag = (uint32_t)(hash >> 32);
        size_t at = hash & w->table.mask;
        for (; w->table.buckets[at].item != 0; at = (at + 1) & w->table.mask) {
            uint32_t other = w->table.buckets[at].item - 1;
            if (w->table.buckets[at].tag != tag ||
                !same_segment(p, &points[w->starts.items[other]]))
                continue;
            w->shared.items[n] = w->shared.items[other] = 1;
            if (w->owners.items[n] != w->owners.items[other] &&
                !add_contact(w, w->owners.items[n], w->owners.items[other], true,
                             maille_segment_length((maille_segment){p[0], p[1]})))
                return false;
        }
        w->table.buckets[at] = (maille_bucket){tag, n + 1};
    }
    return true;
}

/* Each ring's vertices are the starts of its segments. A commune that comes back to a vertex is
 * entered once more, which costs a contact that is merged away. */
static bool match_vertices(work *w) {
    const maille_xy *points = w->shapes->points;
    if (!maille_buckets_prepare(&w->table, w->starts.count))
        return false;
    for (uint32_t n = 0; n < w->starts.count; n++) {
        maille_xy p = points[w->starts.items[n]];
        uint64_t hash = maille_point_hash(p);
        uint32_t tag = (uint32_t)(hash >> 32);
        size_t at = hash & w->table.mask;
        for (; w->table.buckets[at].item != 0; at = (at + 1) & w->table.mask) {
            uint32_t other = w->table.buckets[at].item - 1;
            if (w->table.buckets[at].tag == tag &&
                maille_same_point(p, points[w->starts.items[other]]) &&
                w->owners.items[n] != w->owners.items[other] &&
                !add_contact(w, w->owners.items[n], w->owners.items[other], false, 0))
                return false;
        }
        w->table.buckets[at] = (maille_bucket){tag, n + 1};
    }
    return true;
}

/* ---- segments that run along each other
 * ---------------------------------------------------------- */

static bool list_alone(work *w) {
    for (uint32_t n = 0; n < w->starts.count; n++) {
        const maille_xy *p = &w->shapes->points[w->starts.items[n]];
        maille_segment s = {p[0], p[1]};
        if (!w->shared.items[n] && (!MAILLE_VEC_PUSH(&w->alone, s) ||
                                    !MAILLE_VEC_PUSH(&w->alone_owners, w->owners.items[n]) ||
                                    !MAILLE_VEC_PUSH(&w->alone_left, maille_segment_length(s))))
            return false;
    }
    return true;
}

static double touching(double length) {
    return fmin(TOUCHING_M + BEND_PER_M * length * length, MOST_TOUCHING_M);
}

/* How two segments meet: not, in a point, or along each other from where the later one sets in to
 * where the earlier one ends. Segments that cross are of communes that overlap, which makes them
 * neighbours, with no length. */
static maille_contact meeting(maille_segment s, maille_segment t, double *common) {
    if (maille_segment_length(s) < maille_segment_length(t)) {
        maille_segment swap = s;
        s = t;
        t = swap;
    }
    *common = 0;
    double length = maille_segment_length(s), near = touching(length);
    if (!(maille_segment_distance(s, t.a) < near || maille_segment_distance(s, t.b) < near ||
          maille_segment_distance(t, s.a) < near || maille_segment_distance(t, s.b) < near)) {
        bool across_s = (maille_turn(s.a, s.b, t.a) > 0) != (maille_turn(s.a, s.b, t.b) > 0);
        bool across_t = (maille_turn(t.a, t.b, s.a) > 0) != (maille_turn(t.a, t.b, s.b) > 0);
        return across_s && across_t ? MAILLE_OVERLAP : MAILLE_APART;
    }
    double ux = (s.b.x - s.a.x) / length, uy = (s.b.y - s.a.y) / length;
    double a = (t.a.x - s.a.x) * ux + (t.a.y - s.a.y) * uy;
    double b = (t.b.x - s.a.x) * ux + (t.b.y - s.a.y) * uy;
    double from = fmax(0, fmin(a, b)), to = fmin(length, fmax(a, b));
    maille_xy first = {s.a.x + from * ux, s.a.y + from * uy};
    maille_xy last = {s.a.x + to * ux, s.a.y + to * uy};
    if (to - from <= 2 * near || maille_segment_distance(t, first) >= near ||
        maille_segment_distance(t, last) >= near)
        return MAILLE_TOUCH_POINT;
    *common = to - from;
    return MAILLE_TOUCH_LINE;
}

static bool match_alone(work *w) {
    maille_grid *grid = &w->grid;
    if (!maille_grid_fill(grid, w->alone.items, (uint32_t)w->alone.count, MOST_TOUCHING_M / 2))
        return false;
    for (uint32_t c = 0; c < grid->width * grid->height; c++)
        for (uint32_t i = grid->start[c]; i < grid->start[c + 1]; i++)
            for (uint32_t j = i + 1; j < grid->start[c + 1]; j++) {
                uint32_t m = grid->items[i], n = grid->items[j];
                if (w->alone_owners.items[m] == w->alone_owners.items[n] ||
                    !maille_grid_pair(grid, &w->alone.items[m], &w->alone.items[n], c))
                    continue;
                double length;
                maille_contact how = meeting(w->alone.items[m], w->alone.items[n], &length);
                if (how == MAILLE_APART)
                    continue;
                w->alone_left.items[m] -= length;
                w->alone_left.items[n] -= length;
                if (!add_contact(w, w->alone_owners.items[m], w->alone_owners.items[n],
                                 how != MAILLE_TOUCH_POINT, length))
                    return false;
            }
    return true;
}

/* ---- putting together
 * ---------------------------------------------------------------------------- */

/* Equal pairs by length, so that sums do not depend on the order of finding. */
static int compare_contacts(const void *left, const void *right) {
    const contact *a = left, *b = right;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    return (a->length > b->length) - (a->length < b->length);
}

static bool new_pair(const contact *c, size_t k) {
    return k == 0 || c[k].a != c[k - 1].a || c[k].b != c[k - 1].b;
}

static bool merge_contacts(work *w, maille_adjacency *adjacency) {
    contact *c = w->contacts.items;
    uint32_t count = 0;
    if (w->contacts.count > 0)
        qsort(c, w->contacts.count, sizeof *c, compare_contacts);
    for (size_t k = 0; k < w->contacts.count; k++)
        count += new_pair(c, k);
    adjacency->borders = maille_alloc(count, sizeof *adjacency->borders);
    if (!adjacency->borders)
        return false;
    for (size_t k = 0; k < w->contacts.count; k++) {
        if (new_pair(c, k))
            adjacency->borders[adjacency->count++] = (maille_border){.a = c[k].a, .b = c[k].b};
        maille_border *border = &adjacency->borders[adjacency->count - 1];
        border->length_m += c[k].length;
        border->line = border->line || c[k].line;
    }
    return true;
}

/* Borders are sorted by (a, b): entering b's neighbour a first, then a's neighbour b, keeps each
 * list ascending. */
static bool link_neighbours(maille_adjacency *adjacency) {
    uint32_t n = adjacency->commune_count, lines = 0;
    adjacency->start = maille_alloc((size_t)n + 2, sizeof *adjacency->start);
    if (!adjacency->start)
        return false;
    for (uint32_t k = 0; k < adjacency->count; k++) {
        const maille_border *border = &adjacency->borders[k];
        if (!border->line)
            continue;
        adjacency->start[border->a + 2]++;
        adjacency->start[border->b + 2]++;
        lines++;
    }
    for (uint32_t c = 2; c < n + 2; c++)
        adjacency->start[c] += adjacency->start[c - 1];
    adjacency->neighbour = maille_alloc(2 * (size_t)lines, sizeof *adjacency->neighbour);
    if (!adjacency->neighbour)
        return false;
    for (int lower = 1; lower >= 0; lower--)
        for (uint32_t k = 0; k < adjacency->count; k++) {
            const maille_border *border = &adjacency->borders[k];
            uint32_t of = lower ? border->b : border->a, is = lower ? border->a : border->b;
            if (border->line)
                adjacency->neighbour[adjacency->start[of + 1]++] = is;
        }
    return true;
}

static bool number_blocks(maille_adjacency *adjacency) {
    uint32_t n = adjacency->commune_count, waiting = 0;
    uint32_t *stack = maille_alloc(n, sizeof *stack);
    adjacency->block = maille_alloc(n, sizeof *adjacency->block);
    if (!stack || !adjacency->block) {
        maille_free(stack);
        return false;
    }
    for (uint32_t c = 0; c < n; c++)
        adjacency->block[c] = NONE;
    for (uint32_t c = 0; c < n; c++) {
        if (adjacency->block[c] != NONE)
            continue;
        adjacency->block[c] = adjacency->block_count;
        stack[waiting++] = c;
        while (waiting > 0) {
            uint32_t at = stack[--waiting];
            for (uint32_t k = adjacency->start[at]; k < adjacency->start[at + 1]; k++) {
                uint32_t next = adjacency->neighbour[k];
                if (adjacency->block[next] != NONE)
                    continue;
                adjacency->block[next] = adjacency->block_count;
                stack[waiting++] = next;
            }
        }
        adjacency->block_count++;
    }
    maille_free(stack);
    return true;
}

static bool mark_edges(const work *w, maille_adjacency *adjacency) {
    adjacency->on_edge = maille_alloc(adjacency->commune_count, sizeof *adjacency->on_edge);
    if (!adjacency->on_edge)
        return false;
    for (size_t n = 0; n < w->alone.count; n++)
        if (w->alone_left.items[n] > 2 * touching(maille_segment_length(w->alone.items[n])))
            adjacency->on_edge[w->alone_owners.items[n]] = 1;
    return true;
}

static maille_status check_finite(maille_ctx *ctx, const maille_shapes *s) {
    for (uint32_t i = 0; i < s->count; i++)
        for (uint32_t k = s->point_start[s->ring_start[s->part_start[i]]];
             k < s->point_start[s->ring_start[s->part_start[i + 1]]]; k++)
            if (!isfinite(s->points[k].x) || !isfinite(s->points[k].y))
                return maille_fail(ctx, MAILLE_REFUSED,
                                   "commune %u held a coordinate that was no number", i + 1);
    return MAILLE_OK;
}

maille_status maille_adjacency_new(maille_ctx *ctx, const maille_shapes *metres,
                                   maille_adjacency **out) {
    work w = {.shapes = metres};
    maille_adjacency *adjacency = NULL;
    *out = NULL;
    maille_status status = check_finite(ctx, metres);
    if (status != MAILLE_OK)
        goto done;
    status = MAILLE_NO_MEMORY;
    if (!(adjacency = maille_alloc(1, sizeof *adjacency)))
        goto done;
    adjacency->commune_count = metres->count;
    if (!list_segments(&w) || !match_segments(&w) || !match_vertices(&w) || !list_alone(&w) ||
        !match_alone(&w) || !merge_contacts(&w, adjacency) || !link_neighbours(adjacency) ||
        !number_blocks(adjacency) || !mark_edges(&w, adjacency))
        goto done;
    status = MAILLE_OK;
    *out = adjacency;
    adjacency = NULL;
done:
    if (status == MAILLE_NO_MEMORY)
        maille_no_memory(ctx);
    work_free(&w);
    maille_adjacency_free(adjacency);
    return status;
}

void maille_adjacency_free(maille_adjacency *adjacency) {
    if (!adjacency)
        return;
    maille_free(adjacency->borders);
    maille_free(adjacency->start);
    maille_free(adjacency->neighbour);
    maille_free(adjacency->block);
    maille_free(adjacency->on_edge);
    maille_free(adjacency);
}
