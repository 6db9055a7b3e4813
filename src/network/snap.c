/* Snapping: segments of all usable edges in a grid of square cells; a query looks at rings of cells
 * around the point until no nearer segment can follow. */
#include <maille/snap.h>

#include <math.h>
#include <string.h>

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/pool.h>
#include <maille/vec.h>

typedef struct {
    uint32_t edge;
    uint32_t point; /* first of its two points among the points of all lines */
} segment;

struct maille_snapper {
    const maille_network *network;
    segment *segments;
    uint32_t segment_count;
    const uint32_t *edge_group; /* own copy or NULL */
    uint32_t *group_block;
    double *before_m; /* drawn length of the edge up to each point */
    double min_x, min_y, cell;
    uint32_t columns, rows;
    uint64_t *first;  /* of each cell in `inside` */
    uint32_t *inside; /* numbers of segments */
};

void maille_snapper_free(maille_snapper *s) {
    if (!s)
        return;
    maille_free(s->segments);
    maille_free(s->group_block);
    maille_free(s->before_m);
    maille_free(s->first);
    maille_free(s->inside);
    maille_free(s);
}

static bool is_usable(const maille_network *network, const uint32_t *edge_group, uint32_t edge) {
    if (edge_group && edge_group[edge] == UINT32_MAX)
        return false;
    return network->edge_ms[edge] != MAILLE_NO_ARC || network->edge_back_ms[edge] != MAILLE_NO_ARC;
}

static bool list_segments(maille_snapper *s) {
    const maille_lines *lines = s->network->edge_lines;
    uint32_t points = s->network->edge_count ? lines->start[lines->count] : 0;
    s->segments = maille_alloc(points, sizeof *s->segments);
    s->before_m = maille_alloc(points, sizeof *s->before_m);
    if (!s->segments || !s->before_m)
        return false;
    for (uint32_t e = 0; e < s->network->edge_count; e++) {
        bool usable = is_usable(s->network, s->edge_group, e);
        for (uint32_t p = lines->start[e]; p + 1 < lines->start[e + 1]; p++) {
            maille_xy a = lines->points[p], b = lines->points[p + 1];
            s->before_m[p + 1] = s->before_m[p] + hypot(b.x - a.x, b.y - a.y);
            if (usable && isfinite(a.x + a.y + b.x + b.y))
                s->segments[s->segment_count++] = (segment){e, p};
        }
    }
    return true;
}

static void choose_grid(maille_snapper *s) {
    const maille_xy *points = s->network->edge_lines->points;
    double max_x = -INFINITY, max_y = -INFINITY;
    s->min_x = s->min_y = INFINITY;
    for (uint32_t i = 0; i < s->segment_count; i++)
        for (uint32_t k = 0; k < 2; k++) {
            maille_xy p = points[s->segments[i].point + k];
            s->min_x = fmin(s->min_x, p.x);
            s->min_y = fmin(s->min_y, p.y);
            max_x = fmax(max_x, p.x);
            max_y = fmax(max_y, p.y);
        }
    if (s->segment_count == 0)
        s->min_x = s->min_y = max_x = max_y = 0;
    /* about two segments a cell, were they spread evenly */
    double width = max_x - s->min_x, height = max_y - s->min_y;
    s->cell = fmax(100.0, sqrt(2.0 * width * height / (s->segment_count + 1.0)));
    s->cell = fmax(s->cell, fmax(width, height) / 8192.0);
    s->columns = (uint32_t)(width / s->cell) + 1;
    s->rows = (uint32_t)(height / s->cell) + 1;
}

static uint32_t cell_of(double offset, double cell, uint32_t count) {
    double at = floor(offset / cell);
    return at <= 0 ? 0 : at >= count ? count - 1 : (uint32_t)at;
}

/* Visits the cells that a segment may touch: row by row, the columns between where it enters and
 * where it leaves the row, with one cell to spare for rounding. */
static void visit_cells(maille_snapper *s, uint32_t number, bool fill) {
    const maille_xy *p = s->network->edge_lines->points + s->segments[number].point;
    maille_xy low = p[0].y <= p[1].y ? p[0] : p[1], high = p[0].y <= p[1].y ? p[1] : p[0];
    uint32_t from = cell_of(low.y - s->min_y, s->cell, s->rows);
    uint32_t to = cell_of(high.y - s->min_y, s->cell, s->rows);
    double slope = high.y > low.y ? (high.x - low.x) / (high.y - low.y) : 0;
    for (uint32_t row = from; row <= to; row++) {
        double bottom = s->min_y + row * s->cell;
        double x0 = row == from ? low.x : low.x + slope * (bottom - low.y);
        double x1 = row == to ? high.x : low.x + slope * (bottom + s->cell - low.y);
        double spare = from == to ? 0 : s->cell * 1e-6;
        uint32_t left = cell_of(fmin(x0, x1) - spare - s->min_x, s->cell, s->columns);
        uint32_t right = cell_of(fmax(x0, x1) + spare - s->min_x, s->cell, s->columns);
        for (uint32_t column = left; column <= right; column++) {
            uint64_t *first = &s->first[(uint64_t)row * s->columns + column];
            if (fill)
                s->inside[--*first] = number;
            else
                ++*first;
        }
    }
}

static bool fill_grid(maille_snapper *s) {
    uint64_t cells = (uint64_t)s->columns * s->rows;
    s->first = maille_alloc(cells + 1, sizeof *s->first);
    if (!s->first)
        return false;
    for (uint32_t i = 0; i < s->segment_count; i++)
        visit_cells(s, i, false);
    for (uint64_t c = 0; c < cells; c++)
        s->first[c + 1] += s->first[c]; /* the end of each cell, moved down while filling */
    s->inside = maille_alloc(s->first[cells], sizeof *s->inside);
    if (!s->inside)
        return false;
    for (uint32_t i = s->segment_count; i-- > 0;)
        visit_cells(s, i, true);
    return true;
}

maille_status maille_snapper_new(maille_ctx *ctx, const maille_network *network,
                                 const uint32_t *edge_group, maille_snapper **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_snapper *s = maille_alloc(1, sizeof *s);
    if (!s)
        return maille_no_memory(ctx);
    s->network = network;
    if (edge_group) {
        s->group_block = maille_alloc(network->edge_count, sizeof *s->group_block);
        if (!s->group_block) {
            status = maille_no_memory(ctx);
            goto done;
        }
        memcpy(s->group_block, edge_group, network->edge_count * sizeof *edge_group);
        s->edge_group = s->group_block;
    }
    if (!list_segments(s)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    choose_grid(s);
    if (!fill_grid(s)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    *out = s;
    s = NULL;
done:
    maille_snapper_free(s);
    return status;
}

/* One query: the nearest so far. */
typedef struct {
    const maille_snapper *snapper;
    maille_xy at;
    uint32_t group; /* UINT32_MAX = any */
    double best2;   /* square of the distance */
    segment segment;
    double share; /* of the segment, from its first point */
    maille_xy foot;
    bool found;
} query;

static void try_segment(query *q, segment candidate) {
    const maille_snapper *s = q->snapper;
    const maille_xy *p = s->network->edge_lines->points + candidate.point;
    /* both directions of a road must give the same distance to the last bit */
    bool turned = p[0].x > p[1].x || (p[0].x == p[1].x && p[0].y > p[1].y);
    maille_xy a = p[turned], b = p[!turned];
    double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((q->at.x - a.x) * dx + (q->at.y - a.y) * dy) / length2 : 0;
    t = t <= 0 ? 0 : t >= 1 ? 1 : t;
    maille_xy foot = t == 1 ? b : (maille_xy){a.x + t * dx, a.y + t * dy};
    double ex = foot.x - q->at.x, ey = foot.y - q->at.y, distance2 = ex * ex + ey * ey;
    if (distance2 > q->best2 ||
        (q->found && distance2 == q->best2 &&
         (candidate.edge > q->segment.edge ||
          (candidate.edge == q->segment.edge && candidate.point >= q->segment.point))))
        return;
    q->found = true;
    q->best2 = distance2;
    q->segment = candidate;
    q->share = turned ? 1 - t : t;
    q->foot = foot;
}

static void try_cell(query *q, int64_t column, int64_t row) {
    const maille_snapper *s = q->snapper;
    if (column < 0 || row < 0 || column >= s->columns || row >= s->rows)
        return;
    uint64_t cell = (uint64_t)row * s->columns + (uint64_t)column;
    for (uint64_t i = s->first[cell]; i < s->first[cell + 1]; i++) {
        segment candidate = s->segments[s->inside[i]];
        if (q->group == UINT32_MAX || !s->edge_group || s->edge_group[candidate.edge] == q->group)
            try_segment(q, candidate);
    }
}

/* Cells at `ring` steps from the middle one; those outside the grid are skipped in bulk. */
static void try_ring(query *q, int64_t column, int64_t row, int64_t ring) {
    const maille_snapper *s = q->snapper;
    int64_t left = column - ring, right = column + ring;
    int64_t from = left > 0 ? left : 0, to = right < s->columns ? right : (int64_t)s->columns - 1;
    for (int64_t c = from; c <= to; c++) {
        try_cell(q, c, row - ring);
        if (ring)
            try_cell(q, c, row + ring);
    }
    from = row - ring + 1 > 0 ? row - ring + 1 : 0;
    to = row + ring - 1 < s->rows ? row + ring - 1 : (int64_t)s->rows - 1;
    for (int64_t r = from; r <= to; r++) {
        try_cell(q, left, r);
        try_cell(q, right, r);
    }
}

static double edge_fraction(const query *q) {
    const maille_snapper *s = q->snapper;
    const maille_lines *lines = s->network->edge_lines;
    uint32_t first = lines->start[q->segment.edge], last = lines->start[q->segment.edge + 1] - 1;
    double whole = s->before_m[last];
    if ((q->segment.point == first && q->share == 0) || !(whole > 0))
        return 0;
    if (q->segment.point + 1 == last && q->share == 1)
        return 1;
    double here = s->before_m[q->segment.point], next = s->before_m[q->segment.point + 1];
    return fmin(1, (here + q->share * (next - here)) / whole);
}

static maille_snap snap_point(const maille_snapper *s, maille_xy at, uint32_t group, double max_m) {
    maille_snap nowhere = {.edge = MAILLE_ABSENT, .at = at, .distance_m = NAN};
    query q = {.snapper = s, .at = at, .group = group, .best2 = max_m * max_m};
    if (!isfinite(at.x) || !isfinite(at.y) || s->segment_count == 0)
        return nowhere;
    double column = floor((at.x - s->min_x) / s->cell), row = floor((at.y - s->min_y) / s->cell);
    /* rings that lie wholly before the grid hold nothing */
    double before = fmax(fmax(-column, column - s->columns + 1), fmax(-row, row - s->rows + 1));
    double beyond = fmax(fmax(column, s->columns - 1 - column), fmax(row, s->rows - 1 - row));
    if (!(before * s->cell <= max_m + s->cell))
        return nowhere;
    for (int64_t ring = before > 0 ? (int64_t)before : 0; ring <= (int64_t)beyond; ring++) {
        double nearest = ((double)ring - 1) * s->cell; /* what this ring may hold at the least */
        if (nearest > 0 && nearest * nearest > q.best2)
            break;
        try_ring(&q, (int64_t)column, (int64_t)row, ring);
    }
    if (!q.found)
        return nowhere;
    return (maille_snap){.edge = q.segment.edge,
                         .fraction = edge_fraction(&q),
                         .distance_m = sqrt(q.best2),
                         .at = q.foot};
}

typedef struct {
    const maille_snapper *snapper;
    const maille_xy *points;
    const uint32_t *groups;
    double max_m;
    maille_snap *out;
} snap_job;

static maille_status snap_piece(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                size_t end) {
    const snap_job *job = user;
    (void)ctx;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        job->out[i] = snap_point(job->snapper, job->points[i],
                                 job->groups ? job->groups[i] : UINT32_MAX, job->max_m);
    return MAILLE_OK;
}

maille_status maille_snap_points(maille_ctx *ctx, const maille_snapper *snapper,
                                 const maille_xy *points, const uint32_t *groups, size_t count,
                                 double max_m, maille_snap *out) {
    snap_job job = {snapper, points, groups, max_m, out};
    return maille_parallel(ctx, count, 1024, snap_piece, &job);
}
