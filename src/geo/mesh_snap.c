/* The mesh: arcs simplified for a zoom and rounded to its pixels without ever crossing.
 *
 * Vertices that matter less than MAILLE_MESH_TOLERANCE are left out; where that made borders cross,
 * or left an island on the wrong side of one, they are taken back. Then segments are bent to the
 * centre of every pixel that they pass and that holds an end or a crossing (snap rounding: J. D.
 * Hobby, "Practical segment intersection with finite precision output", 1999). What comes of it
 * crosses nowhere, and lies within MAILLE_MESH_TOLERANCE + √½ units of what was there before. */
#include "geo/mesh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MOST = 8 };

typedef struct {
    uint32_t from, to; /* places of arc_points */
    uint32_t arc;
} stretch;

/* A pixel that a segment passes, and how far along. */
typedef struct {
    int64_t key;
    uint32_t number;
} passage;

typedef struct {
    const maille_mesh *mesh;
    mesh_snapped *out;
    unsigned shift; /* a unit has 2^shift steps */
    unsigned char *keep;
    MAILLE_VEC(stretch) stretches;
    MAILLE_VEC(mesh_segment) segments; /* of the stretches */
    MAILLE_VEC(mesh_point) crossings;  /* units */
    mesh_grid grid;
    unsigned char *island_seen; /* of each vertex that names an island */
    MAILLE_VEC(passage) passed; /* by one segment */
} snapper;

void mesh_snapped_free(mesh_snapped *snapped) {
    mesh_points_free(&snapped->pixels);
    MAILLE_VEC_FREE(&snapped->chain_start);
    MAILLE_VEC_FREE(&snapped->chains);
}

static mesh_point pixel_of(const snapper *s, mesh_point p) {
    int64_t half = (int64_t)1 << (s->shift - 1);
    return (mesh_point){(p.x + half) >> s->shift, (p.y + half) >> s->shift};
}

static bool same_pixel(const snapper *s, mesh_point p, mesh_point q) {
    mesh_point a = pixel_of(s, p), b = pixel_of(s, q);
    return a.x == b.x && a.y == b.y;
}

/* ---- what is kept
 * ------------------------------------------------------------------------------- */

static double tolerance(const snapper *s) {
    return ldexp(MAILLE_MESH_TOLERANCE, (int)s->shift);
}

static void choose(snapper *s) {
    double least = tolerance(s);
    for (size_t i = 0; i < s->mesh->arc_points.count; i++)
        s->keep[i] = s->mesh->weight[i] > least;
}

/* Segments of what is kept; those within one pixel come to nothing. */
static bool list_segments(snapper *s) {
    const maille_mesh *mesh = s->mesh;
    s->stretches.count = s->segments.count = 0;
    for (uint32_t arc = 0; arc + 1 < mesh->arc_start.count; arc++) {
        uint32_t last = mesh->arc_start.items[arc];
        for (uint32_t i = last + 1; i < mesh->arc_start.items[arc + 1]; i++) {
            if (!s->keep[i])
                continue;
            mesh_segment segment = {mesh_place(mesh, last), mesh_place(mesh, i)};
            if (!same_pixel(s, segment.a, segment.b) &&
                (!MAILLE_VEC_PUSH(&s->stretches, ((stretch){last, i, arc})) ||
                 !MAILLE_VEC_PUSH(&s->segments, segment)))
                return false;
            last = i;
        }
    }
    return true;
}

static bool grid_segments(snapper *s) {
    int64_t unit = (int64_t)1 << s->shift;
    mesh_grid_free(&s->grid);
    mesh_grid_lay(&s->grid, s->segments.items, s->segments.count, s->shift + 2, unit);
    return mesh_grid_fill(&s->grid, s->segments.items, s->segments.count);
}

/* ---- what must be taken back
 * ------------------------------------------------------------------- */

/* Whether there was anything to take back. */
static bool take_back(snapper *s, uint32_t segment) {
    stretch t = s->stretches.items[segment];
    bool any = false;
    for (uint32_t i = t.from + 1; i < t.to; i++) {
        any |= !s->keep[i];
        s->keep[i] = 1;
    }
    return any;
}

static bool apart(int64_t a, int64_t b, int64_t c, int64_t d) {
    return (a > c && a > d && b > c && b > d) || (a < c && a < d && b < c && b < d);
}

/* Inside both. */
static bool cross(mesh_segment s, mesh_segment t) {
    if (apart(s.a.x, s.b.x, t.a.x, t.b.x) || apart(s.a.y, s.b.y, t.a.y, t.b.y))
        return false;
    return mesh_turn(s.a, s.b, t.a) * mesh_turn(s.a, s.b, t.b) < 0 &&
           mesh_turn(t.a, t.b, s.a) * mesh_turn(t.a, t.b, s.b) < 0;
}

static int64_t divide(mesh_wide a, mesh_wide b) { /* down; b > 0 */
    return (int64_t)(a >= 0 ? a / b : -((b - 1 - a) / b));
}

/* The pixel where they cross. */
static mesh_point crossing(const snapper *s, mesh_segment p, mesh_segment q) {
    mesh_point d = {p.b.x - p.a.x, p.b.y - p.a.y}, e = {q.b.x - q.a.x, q.b.y - q.a.y};
    mesh_wide below = (mesh_wide)d.x * e.y - (mesh_wide)d.y * e.x;
    mesh_wide above = (mesh_wide)(q.a.x - p.a.x) * e.y - (mesh_wide)(q.a.y - p.a.y) * e.x;
    if (below < 0) {
        below = -below;
        above = -above;
    }
    mesh_point at = {p.a.x + divide(above * d.x, below), p.a.y + divide(above * d.y, below)};
    return pixel_of(s, at);
}

/* Two segments of a cell that cross: what was left out of them comes back; where nothing was, their
 * crossing is a pixel. */
static bool uncross(snapper *s, uint32_t i, uint32_t k, bool last_round, bool *changed) {
    if (!cross(s->segments.items[i], s->segments.items[k]))
        return true;
    if (!last_round) {
        bool first = take_back(s, i), second = take_back(s, k);
        if (first || second) {
            *changed = true;
            return true;
        }
    }
    return MAILLE_VEC_PUSH(&s->crossings, crossing(s, s->segments.items[i], s->segments.items[k]));
}

static bool find_crossings(snapper *s, bool last_round, bool *changed) {
    const mesh_grid *grid = &s->grid;
    s->crossings.count = 0;
    for (uint32_t c = 0; c < grid->width * grid->height; c++)
        for (uint32_t i = grid->start[c]; i < grid->start[c + 1]; i++)
            for (uint32_t k = i + 1; k < grid->start[c + 1]; k++)
                if (!uncross(s, grid->items[i], grid->items[k], last_round, changed))
                    return false;
    return true;
}

/* Whether p lies between the segment and what it stands for (even-odd), all of which is within
 * the tolerance of the segment. */
static bool swept(const snapper *s, uint32_t segment, mesh_point p) {
    stretch t = s->stretches.items[segment];
    mesh_segment chord = s->segments.items[segment];
    if (mesh_distance(p, chord.a, chord.b) > tolerance(s))
        return false;
    bool inside = false;
    mesh_point a = mesh_place(s->mesh, t.to);
    for (uint32_t i = t.from; i <= t.to; i++) {
        mesh_point b = mesh_place(s->mesh, i);
        if ((a.y > p.y) != (b.y > p.y) && (mesh_turn(a, b, p) > 0) == (b.y > a.y))
            inside = !inside;
        a = b;
    }
    return inside;
}

/* An island that a simplified border has swept over would lie on its wrong side. */
static void find_swept_islands(snapper *s, bool *changed) {
    const maille_mesh *mesh = s->mesh;
    memset(s->island_seen, 0, mesh->vertices.count);
    for (size_t i = 0; i < s->stretches.count; i++) {
        uint32_t island = mesh->island[s->stretches.items[i].arc];
        mesh_point p = s->segments.items[i].a;
        if (s->island_seen[island])
            continue;
        s->island_seen[island] = 1;
        uint32_t cell = mesh_grid_cell(&s->grid, p);
        for (uint32_t k = s->grid.start[cell]; k < s->grid.start[cell + 1]; k++) {
            uint32_t other = s->grid.items[k];
            stretch t = s->stretches.items[other];
            if (t.to > t.from + 1 && mesh->island[t.arc] != island && swept(s, other, p))
                *changed |= take_back(s, other);
        }
    }
}

static bool simplify(snapper *s) {
    choose(s);
    for (int round = 0; round < ROUNDS_MOST; round++) {
        bool changed = false, last_round = round + 1 == ROUNDS_MOST;
        if (!list_segments(s) || !grid_segments(s) || !find_crossings(s, last_round, &changed))
            return false;
        if (!last_round)
            find_swept_islands(s, &changed);
        if (!changed)
            break;
    }
    return true;
}

/* ---- pixels
 * ------------------------------------------------------------------------------------- */

static bool add_pixel(snapper *s, mesh_point pixel) {
    uint32_t number;
    return mesh_points_number(&s->out->pixels, pixel, &number);
}

/* The first frame line at or after `unit`: 64 units before and after each border of tiles. */
static int64_t frame_after(int64_t unit) {
    int64_t tile = (unit + MAILLE_TILE_BUFFER) >> 12 << 12, at = tile - MAILLE_TILE_BUFFER;
    return at >= unit                          ? at
           : tile + MAILLE_TILE_BUFFER >= unit ? tile + MAILLE_TILE_BUFFER
                                               : tile + MAILLE_TILE_EXTENT - MAILLE_TILE_BUFFER;
}

/* Pixels where the segment crosses frame lines along its first axis; `turned`: x and y of the
 * segment stand exchanged. */
static bool cross_frames(snapper *s, mesh_point a, mesh_point b, bool turned) {
    if (a.x > b.x) {
        mesh_point p = a;
        a = b;
        b = p;
    }
    int64_t from = (a.x + ((int64_t)1 << s->shift) - 1) >> s->shift, to = b.x >> s->shift;
    for (int64_t line = frame_after(from); a.x < b.x && line <= to; line = frame_after(line + 1)) {
        int64_t along = line * ((int64_t)1 << s->shift) - a.x;
        int64_t y = a.y + divide((mesh_wide)along * (b.y - a.y), b.x - a.x);
        mesh_point at = pixel_of(s, (mesh_point){0, y});
        if (!add_pixel(s, turned ? (mesh_point){at.y, line} : (mesh_point){line, at.y}))
            return false;
    }
    return true;
}

static bool find_pixels(snapper *s) {
    if (!mesh_points_prepare(&s->out->pixels, s->segments.count))
        return false;
    for (size_t i = 0; i < s->crossings.count; i++)
        if (!add_pixel(s, s->crossings.items[i]))
            return false;
    for (size_t i = 0; i < s->segments.count; i++) {
        mesh_segment t = s->segments.items[i];
        mesh_point a = {t.a.y, t.a.x}, b = {t.b.y, t.b.x};
        if (!add_pixel(s, pixel_of(s, t.a)) || !add_pixel(s, pixel_of(s, t.b)) ||
            !cross_frames(s, t.a, t.b, false) || !cross_frames(s, a, b, true))
            return false;
    }
    return true;
}

/* Whether the segment passes the pixel: its west and north borders belong to it. */
static bool passes(const snapper *s, mesh_segment t, mesh_point pixel) {
    int64_t unit = (int64_t)1 << s->shift;
    mesh_point low = {pixel.x * unit - unit / 2, pixel.y * unit - unit / 2};
    mesh_point high = {low.x + unit, low.y + unit};
    if (t.a.x > t.b.x)
        t = (mesh_segment){t.b, t.a};
    int64_t top = t.a.y < t.b.y ? t.a.y : t.b.y, bottom = t.a.y < t.b.y ? t.b.y : t.a.y;
    if (t.a.x >= high.x || t.b.x < low.x || top >= high.y || bottom < low.y)
        return false;
    if (t.a.x == t.b.x || t.a.y == t.b.y)
        return true;
    /* Two opposite corners see how the segment runs: south-eastward it separates north-east from
     * south-west, northward the two others. */
    if (t.a.y < t.b.y)
        return mesh_turn(t.a, t.b, (mesh_point){high.x, low.y}) < 0 &&
               mesh_turn(t.a, t.b, (mesh_point){low.x, high.y}) > 0;
    return mesh_turn(t.a, t.b, low) <= 0 && mesh_turn(t.a, t.b, high) > 0;
}

static int by_key(const void *a, const void *b) {
    const passage *s = a, *t = b;
    return (s->key > t->key) - (s->key < t->key);
}

/* Pixels of a segment in its order. Most pass two or three; one around the world passes a frame in
 * every tile. */
static void sort_passed(snapper *s) {
    passage *items = s->passed.items;
    if (s->passed.count > 16) {
        qsort(items, s->passed.count, sizeof *items, by_key);
        return;
    }
    for (size_t i = 1; i < s->passed.count; i++) {
        passage moved = items[i];
        size_t k = i;
        for (; k > 0 && items[k - 1].key > moved.key; k--)
            items[k] = items[k - 1];
        items[k] = moved;
    }
}

/* Within a segment each pixel lies further on than the one before, along one axis or both. */
static bool add_passed(snapper *s, mesh_segment t, uint32_t number) {
    mesh_point pixel = s->out->pixels.points[number];
    if (!passes(s, t, pixel))
        return true;
    int64_t east = t.b.x >= t.a.x ? pixel.x : -pixel.x, south = t.b.y >= t.a.y ? pixel.y : -pixel.y;
    return MAILLE_VEC_PUSH(&s->passed, ((passage){east + south, number}));
}

static bool find_passed(snapper *s, mesh_segment t) {
    const mesh_grid *grid = &s->grid;
    s->passed.count = 0;
    mesh_range rows = mesh_grid_rows(grid, t);
    for (uint32_t row = rows.first; row <= rows.last; row++) {
        mesh_range columns = mesh_grid_columns(grid, t, row);
        for (uint32_t c = columns.first; c <= columns.last; c++) {
            uint32_t cell = row * grid->width + c;
            for (uint32_t i = grid->start[cell]; i < grid->start[cell + 1]; i++)
                if (!add_passed(s, t, grid->items[i]))
                    return false;
        }
    }
    sort_passed(s);
    return true;
}

/* Each arc as the pixels that its segments pass, none twice in a row. */
static bool chain_pixels(snapper *s) {
    mesh_snapped *out = s->out;
    size_t at = 0;
    for (uint32_t arc = 0; arc + 1 < s->mesh->arc_start.count; arc++) {
        size_t begin = out->chains.count;
        if (!MAILLE_VEC_PUSH(&out->chain_start, (uint32_t)begin))
            return false;
        for (; at < s->stretches.count && s->stretches.items[at].arc == arc; at++) {
            if (!find_passed(s, s->segments.items[at]))
                return false;
            for (size_t i = 0; i < s->passed.count; i++) {
                uint32_t pixel = s->passed.items[i].number;
                bool again =
                    out->chains.count > begin && out->chains.items[out->chains.count - 1] == pixel;
                if (!again && !MAILLE_VEC_PUSH(&out->chains, pixel))
                    return false;
            }
        }
    }
    return MAILLE_VEC_PUSH(&out->chain_start, (uint32_t)out->chains.count);
}

maille_status mesh_snap(maille_ctx *ctx, const maille_mesh *mesh, unsigned zoom,
                        mesh_snapped *out) {
    snapper s = {.mesh = mesh, .out = out, .shift = MESH_UNIT_BITS - zoom};
    s.keep = maille_alloc(mesh->arc_points.count + 1, 1);
    s.island_seen = maille_alloc((size_t)mesh->vertices.count + 1, 1);
    bool made = s.keep && s.island_seen && simplify(&s) && find_pixels(&s) &&
                mesh_grid_fill_points(&s.grid, out->pixels.points, out->pixels.count, s.shift) &&
                chain_pixels(&s);
    maille_free(s.keep);
    maille_free(s.island_seen);
    MAILLE_VEC_FREE(&s.stretches);
    MAILLE_VEC_FREE(&s.segments);
    MAILLE_VEC_FREE(&s.crossings);
    MAILLE_VEC_FREE(&s.passed);
    mesh_grid_free(&s.grid);
    return made ? MAILLE_OK : maille_no_memory(ctx);
}
