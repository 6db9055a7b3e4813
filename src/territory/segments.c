/* Segments of outlines: tables, the grid, distances. */
#include "territory/segments.h"

#include <maille/memory.h>
#include <math.h>

bool maille_buckets_prepare(maille_buckets *table, size_t expected) {
    size_t size = 16;
    while (size < 2 * expected)
        size *= 2;
    if (size > table->capacity) {
        maille_free(table->buckets);
        table->buckets = maille_alloc(size, sizeof *table->buckets);
        table->capacity = table->buckets ? size : 0;
        if (!table->buckets)
            return false;
    } else {
        memset(table->buckets, 0, size * sizeof *table->buckets);
    }
    table->mask = size - 1;
    return true;
}

void maille_buckets_free(maille_buckets *table) {
    maille_free(table->buckets);
}

typedef struct {
    uint32_t first_x, first_y, last_x, last_y;
} cells;

static uint32_t cell_at(double place, double cell, uint32_t count) {
    double at = floor(place / cell);
    return at <= 0 ? 0 : at >= count - 1 ? count - 1 : (uint32_t)at;
}

static cells cells_of(const maille_grid *grid, const maille_segment *s) {
    double min_x = fmin(s->a.x, s->b.x) - grid->reach - grid->origin_x;
    double max_x = fmax(s->a.x, s->b.x) + grid->reach - grid->origin_x;
    double min_y = fmin(s->a.y, s->b.y) - grid->reach - grid->origin_y;
    double max_y = fmax(s->a.y, s->b.y) + grid->reach - grid->origin_y;
    return (cells){
        cell_at(min_x, grid->cell, grid->width), cell_at(min_y, grid->cell, grid->height),
        cell_at(max_x, grid->cell, grid->width), cell_at(max_y, grid->cell, grid->height)};
}

/* Cells of about half the spacing that `count` segments spread evenly would have, and never many
 * more cells than segments, however long and thin the box. */
static void lay_out(maille_grid *grid, const maille_segment *segments, uint32_t count) {
    maille_box box = {segments[0].a.x, segments[0].a.y, segments[0].a.x, segments[0].a.y};
    for (uint32_t i = 0; i < count; i++) {
        const maille_segment *s = &segments[i];
        box.min_x = fmin(box.min_x, fmin(s->a.x, s->b.x));
        box.min_y = fmin(box.min_y, fmin(s->a.y, s->b.y));
        box.max_x = fmax(box.max_x, fmax(s->a.x, s->b.x));
        box.max_y = fmax(box.max_y, fmax(s->a.y, s->b.y));
    }
    double width = box.max_x - box.min_x, height = box.max_y - box.min_y;
    double cell = fmax(sqrt(width * height / count) / 2, fmax(width, height) / count);
    grid->cell = fmax(cell, fmax(4 * grid->reach, 1e-300));
    grid->origin_x = box.min_x;
    grid->origin_y = box.min_y;
    grid->width = (uint32_t)(width / grid->cell) + 1;
    grid->height = (uint32_t)(height / grid->cell) + 1;
}

static bool reserve(uint32_t **items, size_t *capacity, size_t wanted) {
    if (wanted <= *capacity)
        return true;
    maille_free(*items);
    *items = maille_alloc(wanted, sizeof **items);
    *capacity = *items ? wanted : 0;
    return *items != NULL;
}

bool maille_grid_fill(maille_grid *grid, const maille_segment *segments, uint32_t count,
                      double reach) {
    grid->reach = reach;
    grid->width = grid->height = 0;
    if (count == 0)
        return true;
    lay_out(grid, segments, count);
    size_t cell_count = (size_t)grid->width * grid->height;
    if (!reserve(&grid->start, &grid->start_capacity, cell_count + 2))
        return false;
    memset(grid->start, 0, (cell_count + 2) * sizeof *grid->start);
    /* start[c + 2] counts, start[c + 1] becomes the next free place, and then the end, of c */
    for (uint32_t i = 0; i < count; i++) {
        cells at = cells_of(grid, &segments[i]);
        for (uint32_t y = at.first_y; y <= at.last_y; y++)
            for (uint32_t x = at.first_x; x <= at.last_x; x++)
                grid->start[(size_t)y * grid->width + x + 2]++;
    }
    for (size_t c = 2; c < cell_count + 2; c++)
        grid->start[c] += grid->start[c - 1];
    if (!reserve(&grid->items, &grid->item_capacity, grid->start[cell_count + 1]))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        cells at = cells_of(grid, &segments[i]);
        for (uint32_t y = at.first_y; y <= at.last_y; y++)
            for (uint32_t x = at.first_x; x <= at.last_x; x++)
                grid->items[grid->start[(size_t)y * grid->width + x + 1]++] = i;
    }
    return true;
}

void maille_grid_free(maille_grid *grid) {
    maille_free(grid->start);
    maille_free(grid->items);
}

bool maille_grid_pair(const maille_grid *grid, const maille_segment *s, const maille_segment *t,
                      uint32_t cell) {
    double reach = 2 * grid->reach;
    if (fmin(s->a.x, s->b.x) > fmax(t->a.x, t->b.x) + reach ||
        fmin(t->a.x, t->b.x) > fmax(s->a.x, s->b.x) + reach ||
        fmin(s->a.y, s->b.y) > fmax(t->a.y, t->b.y) + reach ||
        fmin(t->a.y, t->b.y) > fmax(s->a.y, s->b.y) + reach)
        return false;
    cells p = cells_of(grid, s), q = cells_of(grid, t);
    uint32_t x = p.first_x > q.first_x ? p.first_x : q.first_x;
    uint32_t y = p.first_y > q.first_y ? p.first_y : q.first_y;
    return cell == y * grid->width + x;
}

double maille_segment_length(maille_segment s) {
    return hypot(s.b.x - s.a.x, s.b.y - s.a.y);
}

double maille_segment_distance(maille_segment s, maille_xy p) {
    double dx = s.b.x - s.a.x, dy = s.b.y - s.a.y;
    double px = p.x - s.a.x, py = p.y - s.a.y;
    double square = dx * dx + dy * dy;
    double along = square > 0 ? (px * dx + py * dy) / square : 0;
    along = along < 0 ? 0 : along > 1 ? 1 : along;
    return hypot(px - along * dx, py - along * dy);
}

double maille_turn(maille_xy a, maille_xy b, maille_xy c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
