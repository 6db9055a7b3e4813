/* The mesh: a grid of cells that finds what lies near a segment. */
#include "geo/mesh.h"

#include <math.h>
#include <string.h>

void mesh_grid_free(mesh_grid *grid) {
    maille_free(grid->start);
    maille_free(grid->items);
    grid->start = grid->items = NULL;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

void mesh_grid_lay(mesh_grid *grid, const mesh_segment *segments, size_t count, unsigned least_bits,
                   int64_t reach) {
    mesh_point low = {0, 0}, high = {0, 0};
    for (size_t i = 0; i < count; i++) {
        mesh_segment s = segments[i];
        mesh_point a = {least(s.a.x, s.b.x), least(s.a.y, s.b.y)};
        mesh_point b = {most(s.a.x, s.b.x), most(s.a.y, s.b.y)};
        low = i == 0 ? a : (mesh_point){least(low.x, a.x), least(low.y, a.y)};
        high = i == 0 ? b : (mesh_point){most(high.x, b.x), most(high.y, b.y)};
    }
    grid->origin = (mesh_point){low.x - reach, low.y - reach};
    grid->reach = reach;
    for (grid->cell_bits = least_bits;; grid->cell_bits++) {
        uint64_t width = (uint64_t)((high.x + reach - grid->origin.x) >> grid->cell_bits) + 1;
        uint64_t height = (uint64_t)((high.y + reach - grid->origin.y) >> grid->cell_bits) + 1;
        if (width < (1u << 15) && height < (1u << 15) && width * height <= 2 * count + 16) {
            grid->width = (uint32_t)width;
            grid->height = (uint32_t)height;
            return;
        }
    }
}

static uint32_t cell_along(int64_t distance, unsigned bits, uint32_t count) {
    int64_t at = distance >> bits;
    return at < 0 ? 0 : at >= count ? count - 1 : (uint32_t)at;
}

mesh_range mesh_grid_rows(const mesh_grid *grid, mesh_segment s) {
    int64_t low = least(s.a.y, s.b.y) - grid->reach - grid->origin.y;
    int64_t high = most(s.a.y, s.b.y) + grid->reach - grid->origin.y;
    return (mesh_range){cell_along(low, grid->cell_bits, grid->height),
                        cell_along(high, grid->cell_bits, grid->height)};
}

/* The segment within the row widened by the reach; a step more for what doubles lose. */
mesh_range mesh_grid_columns(const mesh_grid *grid, mesh_segment s, uint32_t row) {
    int64_t low = least(s.a.x, s.b.x), high = most(s.a.x, s.b.x);
    if (s.a.y != s.b.y && high - low > (int64_t)1 << grid->cell_bits) {
        int64_t top = grid->origin.y + ((int64_t)row << grid->cell_bits) - grid->reach;
        int64_t bottom = grid->origin.y + ((int64_t)(row + 1) << grid->cell_bits) + grid->reach;
        double slope = (double)(s.b.x - s.a.x) / (double)(s.b.y - s.a.y);
        double x1 = (double)s.a.x + slope * (double)(top - s.a.y);
        double x2 = (double)s.a.x + slope * (double)(bottom - s.a.y);
        low = fmin(x1, x2) - 1 > (double)low ? (int64_t)fmin(x1, x2) - 1 : low;
        high = fmax(x1, x2) + 1 < (double)high ? (int64_t)fmax(x1, x2) + 1 : high;
    }
    return (mesh_range){
        cell_along(low - grid->reach - grid->origin.x, grid->cell_bits, grid->width),
        cell_along(high + grid->reach - grid->origin.x, grid->cell_bits, grid->width)};
}

uint32_t mesh_grid_cell(const mesh_grid *grid, mesh_point p) {
    return cell_along(p.y - grid->origin.y, grid->cell_bits, grid->height) * grid->width +
           cell_along(p.x - grid->origin.x, grid->cell_bits, grid->width);
}

/* Counts become starts; items stand ready to be put in from the back of each cell. */
static bool make_room(mesh_grid *grid) {
    uint32_t cells = grid->width * grid->height, total = 0;
    for (uint32_t c = 0; c < cells; c++)
        grid->start[c] = total += grid->start[c];
    grid->start[cells] = total;
    maille_free(grid->items);
    grid->items = maille_alloc((size_t)total + 1, sizeof *grid->items);
    return grid->items != NULL;
}

static bool empty(mesh_grid *grid) {
    maille_free(grid->start);
    grid->start = maille_alloc((size_t)grid->width * grid->height + 1, sizeof *grid->start);
    return grid->start != NULL;
}

bool mesh_grid_fill(mesh_grid *grid, const mesh_segment *segments, size_t count) {
    if (!empty(grid))
        return false;
    for (int putting = 0; putting < 2; putting++) {
        for (size_t i = 0; i < count; i++) {
            mesh_range rows = mesh_grid_rows(grid, segments[i]);
            for (uint32_t row = rows.first; row <= rows.last; row++) {
                mesh_range columns = mesh_grid_columns(grid, segments[i], row);
                for (uint32_t c = columns.first; c <= columns.last; c++) {
                    uint32_t *place = &grid->start[row * grid->width + c];
                    if (putting)
                        grid->items[--*place] = (uint32_t)i;
                    else
                        ++*place;
                }
            }
        }
        if (!putting && !make_room(grid))
            return false;
    }
    return true;
}

bool mesh_grid_fill_points(mesh_grid *grid, const mesh_point *points, size_t count,
                           unsigned shift) {
    if (!empty(grid))
        return false;
    for (int putting = 0; putting < 2; putting++) {
        for (size_t i = 0; i < count; i++) {
            mesh_point p = {points[i].x * ((int64_t)1 << shift),
                            points[i].y * ((int64_t)1 << shift)};
            uint32_t *place = &grid->start[mesh_grid_cell(grid, p)];
            if (putting)
                grid->items[--*place] = (uint32_t)i;
            else
                ++*place;
        }
        if (!putting && !make_room(grid))
            return false;
    }
    return true;
}
