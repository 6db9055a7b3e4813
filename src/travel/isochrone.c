/* Isochrones: a surface of times on a grid, from points along the roads and foot beside them. */
#include <maille/isochrone.h>

#include <math.h>

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/vec.h>

#define MOST_CELLS 1000.0 /* a side, where the cell is chosen from the extent */
#define LEAST_CELL_M 250.0

typedef struct {
    const maille_network *network;
    const uint32_t *node_ms;
    const maille_isochrone_options *options;
    MAILLE_VEC(uint32_t) edges; /* that may lie within the limit, ascending */
    double limit_ms, foot_ms_per_m;
    maille_surface surface;
} job;

/* Time at an end of an edge (`back`: its end, else its start) for whoever drives on to there
 * (towards care), or enters the edge there (from care). */
static uint32_t end_time(const job *j, uint32_t edge, bool back) {
    return j->options->direction == MAILLE_TOWARDS
               ? j->node_ms[maille_network_arrival(j->network, edge, !back)]
               : maille_network_entry_ms(j->network, j->node_ms, edge, back);
}

/* Milliseconds at `fraction` of an edge, by whichever of its ends is quicker; infinity where
 * neither leads there. Towards care one drives on to an end of the edge, from care one comes from
 * there. */
static double edge_time(const job *j, uint32_t edge, double fraction) {
    const maille_network *n = j->network;
    uint32_t start = end_time(j, edge, false), end = end_time(j, edge, true);
    bool towards = j->options->direction == MAILLE_TOWARDS;
    uint32_t by_start = towards ? n->edge_back_ms[edge] : n->edge_ms[edge];
    uint32_t by_end = towards ? n->edge_ms[edge] : n->edge_back_ms[edge];
    double time = INFINITY;
    if (start != MAILLE_UNREACHED && by_start != MAILLE_NO_ARC)
        time = start + fraction * by_start;
    if (end != MAILLE_UNREACHED && by_end != MAILLE_NO_ARC)
        time = fmin(time, end + (1 - fraction) * by_end);
    return time;
}

/* Cells whose middle lies within `reach` of a place along one axis. */
static void cells_within(double at, double reach, uint32_t count, uint32_t *from, uint32_t *to) {
    *from = (uint32_t)fmax(0, ceil(at - reach - 0.5));
    *to = (uint32_t)fmin(count - 1.0, floor(at + reach - 0.5));
}

/* Lowers the cells that a point on the road touches to its time, those around by the walk there.
 * Most of them have a lower time by then from another point: a look at the square tells, with a
 * hair to spare. */
static void stamp(const job *j, maille_xy at, double time) {
    static const double spare = 1 + 1e-9;
    const maille_surface *s = &j->surface;
    double touch = s->cell * M_SQRT1_2; /* half of a cell's diagonal */
    double walk = fmin(j->options->off_road_m, (j->limit_ms - time) / j->foot_ms_per_m);
    double column = (at.x - s->origin_x) / s->cell, row = (at.y - s->origin_y) / s->cell;
    double m_per_foot_ms = spare / j->foot_ms_per_m;
    uint32_t left, right, bottom, top;
    cells_within(column, (touch + walk) / s->cell, s->width, &left, &right);
    cells_within(row, (touch + walk) / s->cell, s->height, &bottom, &top);
    for (uint32_t r = bottom; r <= top; r++)
        for (uint32_t c = left; c <= right; c++) {
            double x = (c + 0.5 - column) * s->cell, y = (r + 0.5 - row) * s->cell;
            double *value = &s->values[(size_t)r * s->width + c];
            double worth = touch + (*value - time) * m_per_foot_ms; /* no farther from here */
            if (*value <= time || x * x + y * y > worth * worth)
                continue;
            double distance = hypot(x, y);
            if (distance <= touch + walk)
                *value = fmin(*value, time + fmax(0, distance - touch) * j->foot_ms_per_m);
        }
}

/* Stamps points of an edge, half a cell apart, as far as it can be driven. */
static void stamp_edge(const job *j, uint32_t edge) {
    const maille_lines *lines = j->network->edge_lines;
    uint32_t first = lines->start[edge], end = lines->start[edge + 1];
    double whole = 0, before = 0;
    for (uint32_t p = first; p + 1 < end; p++)
        whole += hypot(lines->points[p + 1].x - lines->points[p].x,
                       lines->points[p + 1].y - lines->points[p].y);
    for (uint32_t p = first; p + 1 < end; p++) {
        maille_xy a = lines->points[p], b = lines->points[p + 1];
        double length = hypot(b.x - a.x, b.y - a.y);
        uint32_t steps = (uint32_t)ceil(length / (j->surface.cell / 2)) + 1;
        for (uint32_t i = 0; i <= steps; i++) {
            double share = (double)i / steps;
            double fraction = whole > 0 ? (before + share * length) / whole : 0;
            double time = edge_time(j, edge, fraction);
            if (time <= j->limit_ms)
                stamp(j, (maille_xy){a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)}, time);
        }
        before += length;
    }
}

/* Whether an edge may lie within the limit at all. */
static bool is_near(const job *j, uint32_t edge) {
    const maille_network *n = j->network;
    const maille_lines *lines = n->edge_lines;
    if (!(maille_network_place_ms(n, j->node_ms, n->edge_from[edge]) <= j->limit_ms) &&
        !(maille_network_place_ms(n, j->node_ms, n->edge_to[edge]) <= j->limit_ms))
        return false;
    for (uint32_t p = lines->start[edge]; p < lines->start[edge + 1]; p++)
        if (!isfinite(lines->points[p].x) || !isfinite(lines->points[p].y))
            return false;
    return lines->start[edge + 1] - lines->start[edge] >= 2;
}

static maille_status find_edges(maille_ctx *ctx, job *j) {
    for (uint32_t e = 0; e < j->network->edge_count; e++)
        if (is_near(j, e) && !MAILLE_VEC_PUSH(&j->edges, e))
            return maille_no_memory(ctx);
    return MAILLE_OK;
}

static maille_box extent(const job *j) {
    const maille_lines *lines = j->network->edge_lines;
    maille_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < j->edges.count; i++)
        for (uint32_t p = lines->start[j->edges.items[i]]; p < lines->start[j->edges.items[i] + 1];
             p++) {
            box.min_x = fmin(box.min_x, lines->points[p].x);
            box.min_y = fmin(box.min_y, lines->points[p].y);
            box.max_x = fmax(box.max_x, lines->points[p].x);
            box.max_y = fmax(box.max_y, lines->points[p].y);
        }
    return box;
}

/* A grid around all that may be reached, with an unreached rim; on whole cells of the CRS, so that
 * runs with other bands share their cells. */
static maille_status make_surface(maille_ctx *ctx, job *j, maille_box box) {
    maille_surface *s = &j->surface;
    double margin = j->options->off_road_m;
    double side = fmax(box.max_x - box.min_x, box.max_y - box.min_y) + 2 * margin;
    s->cell = j->options->cell_m > 0 ? j->options->cell_m
                                     : fmax(LEAST_CELL_M, ceil(side / (MOST_CELLS - 6)));
    double left = floor((box.min_x - margin) / s->cell) - 2;
    double bottom = floor((box.min_y - margin) / s->cell) - 2;
    double width = ceil((box.max_x + margin) / s->cell) + 2 - left;
    double height = ceil((box.max_y + margin) / s->cell) + 2 - bottom;
    if (!(width * height <= 1e8))
        return maille_fail(ctx, MAILLE_USAGE, "the isochrone's cells of %g m were too small",
                           s->cell);
    s->origin_x = left * s->cell;
    s->origin_y = bottom * s->cell;
    s->width = (uint32_t)width;
    s->height = (uint32_t)height;
    size_t cells = (size_t)s->width * s->height;
    s->values = maille_alloc(cells, sizeof *s->values);
    if (!s->values)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < cells; i++)
        s->values[i] = INFINITY;
    return MAILLE_OK;
}

static maille_status empty_shapes(maille_ctx *ctx, size_t count, maille_shapes *out) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < count && !status; i++)
        status = maille_shapes_begin_shape(ctx, out);
    return status;
}

maille_status maille_isochrones(maille_ctx *ctx, const maille_network *network,
                                const uint32_t *node_ms, const uint32_t *bands_ms,
                                size_t band_count, const maille_isochrone_options *options,
                                maille_shapes *out) {
    maille_status status = MAILLE_OK;
    double *levels = NULL;
    job j = {.network = network, .node_ms = node_ms, .options = options};
    if (band_count == 0)
        return MAILLE_OK;
    if (!(options->foot_kmh > 0) || !(options->off_road_m >= 0))
        return maille_fail(ctx, MAILLE_USAGE, "an isochrone needs a speed on foot above 0");
    for (size_t b = 1; b < band_count; b++)
        if (bands_ms[b] <= bands_ms[b - 1])
            return maille_fail(ctx, MAILLE_USAGE, "the bands of an isochrone did not ascend");
    j.limit_ms = bands_ms[band_count - 1];
    j.foot_ms_per_m = 3600.0 / options->foot_kmh;
    status = find_edges(ctx, &j);
    if (status)
        goto done;
    if (j.edges.count == 0) {
        status = empty_shapes(ctx, band_count, out);
        goto done;
    }
    levels = maille_alloc(band_count, sizeof *levels);
    if (!levels) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t b = 0; b < band_count; b++)
        levels[b] = bands_ms[b];
    status = make_surface(ctx, &j, extent(&j));
    if (status)
        goto done;
    for (size_t i = 0; i < j.edges.count; i++)
        stamp_edge(&j, j.edges.items[i]);
    status = maille_geometry_discs(ctx, &j.surface, levels, band_count, out);
done:
    MAILLE_VEC_FREE(&j.edges);
    maille_free(levels);
    maille_free(j.surface.values);
    return status;
}
