/* An index of boxes: a packed tree by sort-tile-recursive (Leutenegger, Lopez, Edgington 1997).
 * Immutable once built, so that threads share it. */
#include <maille/geometry.h>

#include <maille/memory.h>
#include <math.h>
#include <stdlib.h>

enum { FANOUT = 16, LEVELS = 9 }; /* 16^9 exceeds 2^32 */

struct maille_boxes {
    uint32_t count;                 /* of items with a box */
    uint32_t *items;                /* leaf k holds item items[k] */
    maille_box *nodes;              /* leaves first, then each level above */
    size_t level_start[LEVELS + 1]; /* level 0 = leaves; the last level has one node */
    int levels;
};

typedef struct {
    double x, y;
    uint32_t item;
} center;

static int by_x(const void *a, const void *b) {
    const center *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->item < q->item ? -1 : 1;
}

static int by_y(const void *a, const void *b) {
    const center *p = a, *q = b;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return p->item < q->item ? -1 : 1;
}

static bool is_empty(maille_box b) {
    return !(b.min_x <= b.max_x && b.min_y <= b.max_y);
}

static bool meet(maille_box a, maille_box b) {
    return a.min_x <= b.max_x && b.min_x <= a.max_x && a.min_y <= b.max_y && b.min_y <= a.max_y;
}

static maille_box joined(maille_box a, maille_box b) {
    return (maille_box){fmin(a.min_x, b.min_x), fmin(a.min_y, b.min_y), fmax(a.max_x, b.max_x),
                        fmax(a.max_y, b.max_y)};
}

/* Sorts the centres into vertical slices and each slice from south to north. */
static void tile(center *centers, size_t count) {
    size_t leaves = (count + FANOUT - 1) / FANOUT;
    size_t slices = (size_t)ceil(sqrt((double)leaves));
    size_t slice = slices > 0 ? (leaves + slices - 1) / slices * FANOUT : 0;
    qsort(centers, count, sizeof *centers, by_x);
    for (size_t at = 0; at < count; at += slice)
        qsort(centers + at, count - at < slice ? count - at : slice, sizeof *centers, by_y);
}

/* Level bounds for `count` leaves; returns the number of nodes. */
static size_t plan_levels(maille_boxes *index) {
    size_t total = 0, width = index->count;
    index->levels = 0;
    for (;;) {
        index->level_start[index->levels++] = total;
        total += width;
        if (width <= 1)
            break;
        width = (width + FANOUT - 1) / FANOUT;
    }
    index->level_start[index->levels] = total;
    return total;
}

static void join_levels(maille_boxes *index) {
    for (int level = 1; level < index->levels; level++) {
        size_t below = index->level_start[level - 1], end = index->level_start[level];
        for (size_t k = below; k < end; k++) {
            maille_box *parent = &index->nodes[end + (k - below) / FANOUT];
            *parent = (k - below) % FANOUT ? joined(*parent, index->nodes[k]) : index->nodes[k];
        }
    }
}

maille_status maille_boxes_new(maille_ctx *ctx, const maille_box *boxes, uint32_t count,
                               maille_boxes **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_boxes *index = maille_alloc(1, sizeof *index);
    center *centers = maille_alloc((size_t)count + 1, sizeof *centers);
    if (!index || !centers) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!is_empty(boxes[i]))
            centers[index->count++] = (center){boxes[i].min_x / 2 + boxes[i].max_x / 2,
                                               boxes[i].min_y / 2 + boxes[i].max_y / 2, i};
    tile(centers, index->count);
    size_t nodes = plan_levels(index);
    index->items = maille_alloc((size_t)index->count + 1, sizeof *index->items);
    index->nodes = maille_alloc(nodes + 1, sizeof *index->nodes);
    if (!index->items || !index->nodes) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t k = 0; k < index->count; k++) {
        index->items[k] = centers[k].item;
        index->nodes[k] = boxes[centers[k].item];
    }
    join_levels(index);
    *out = index;
    index = NULL;
done:
    maille_free(centers);
    maille_boxes_free(index);
    return status;
}

void maille_boxes_free(maille_boxes *index) {
    if (!index)
        return;
    maille_free(index->items);
    maille_free(index->nodes);
    maille_free(index);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool add(uint32_t item, uint32_t **found, size_t *capacity, size_t *count) {
    if (*count == *capacity) {
        size_t wanted = *capacity ? *capacity * 2 : 64;
        uint32_t *grown = maille_resize(*found, wanted, sizeof **found);
        if (!grown)
            return false;
        *found = grown;
        *capacity = wanted;
    }
    (*found)[(*count)++] = item;
    return true;
}

maille_status maille_boxes_query(maille_ctx *ctx, const maille_boxes *index, maille_box query,
                                 uint32_t **found, size_t *capacity, size_t *count) {
    struct {
        int level;
        size_t k; /* within its level */
    } stack[LEVELS * FANOUT + 1];
    size_t depth = 0;
    *count = 0;
    if (index->count == 0 || is_empty(query))
        return MAILLE_OK;
    stack[depth].level = index->levels - 1;
    stack[depth++].k = 0;
    while (depth > 0) {
        depth--;
        int level = stack[depth].level;
        size_t k = stack[depth].k;
        if (!meet(index->nodes[index->level_start[level] + k], query))
            continue;
        if (level == 0) {
            if (!add(index->items[k], found, capacity, count))
                return maille_no_memory(ctx);
            continue;
        }
        size_t width = index->level_start[level] - index->level_start[level - 1];
        size_t end = (k + 1) * FANOUT < width ? (k + 1) * FANOUT : width;
        for (size_t child = k * FANOUT; child < end; child++) {
            stack[depth].level = level - 1;
            stack[depth++].k = child;
        }
    }
    if (*count > 1)
        qsort(*found, *count, sizeof **found, by_number);
    return MAILLE_OK;
}

maille_status maille_points_in_shapes(maille_ctx *ctx, const maille_shapes *shapes,
                                      const maille_xy *points, size_t count, uint32_t *shape_of) {
    maille_boxes *index = NULL;
    uint32_t *found = NULL;
    size_t capacity = 0, hits;
    maille_status status = MAILLE_OK;
    maille_box *boxes = maille_alloc((size_t)shapes->count + 1, sizeof *boxes);
    if (!boxes)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < shapes->count; i++)
        boxes[i] = maille_shape_box(shapes, i);
    status = maille_boxes_new(ctx, boxes, shapes->count, &index);
    for (size_t p = 0; p < count && status == MAILLE_OK; p++) {
        maille_box spot = {points[p].x, points[p].y, points[p].x, points[p].y};
        status = maille_boxes_query(ctx, index, spot, &found, &capacity, &hits);
        shape_of[p] = UINT32_MAX;
        for (size_t h = 0; h < hits && status == MAILLE_OK; h++)
            if (maille_shape_contains(shapes, found[h], points[p])) {
                shape_of[p] = found[h];
                break;
            }
    }
    maille_free(found);
    maille_boxes_free(index);
    maille_free(boxes);
    return status;
}
