/* The mesh: polygons cut to a tile.
 *
 * No border crosses the frame of a tile (the tile with its buffer) but in a vertex, see mesh_snap.
 * So a polygon is cut by moving what lies outside the frame to its nearest point on it: edges
 * inside stay as they are, edges outside come to lie on the frame, where they partly cancel. No new
 * point is rounded, and neighbours and tiles side by side agree by construction. */
#include "geo/mesh.h"

#include <stdlib.h>
#include <string.h>

/* A point of the frame along one of its sides: `step` is by how much more borders run forward from
 * here on; without a step, an edge of the inside ends here. */
typedef struct {
    int32_t at;
    int step;
} turn;
typedef MAILLE_VEC(turn) turn_list;

enum { WEST, EAST, NORTH, SOUTH, SIDES };

typedef struct {
    const maille_mesh_zoom *zoom;
    mesh_unit corner, low, high; /* of the tile; of its frame */
    turn_list sides[SIDES];
    int run_side; /* along which side the ring runs just now, SIDES: none */
    mesh_unit run_from, run_to;
    mesh_tidy tidy;
    mesh_polygons cut; /* in units of the zoom */
    MAILLE_VEC(maille_xy) ring;
} cutter;

static int32_t clamp(int32_t v, int32_t low, int32_t high) {
    return v < low ? low : v > high ? high : v;
}

/* The side on which both lie, SIDES where there is none. */
static int side_of(const cutter *c, mesh_unit p, mesh_unit q) {
    if (p.x == q.x && (p.x == c->low.x || p.x == c->high.x))
        return p.x == c->low.x ? WEST : EAST;
    if (p.y == q.y && (p.y == c->low.y || p.y == c->high.y))
        return p.y == c->low.y ? NORTH : SOUTH;
    return SIDES;
}

static int32_t along(int side, mesh_unit p) {
    return side == WEST || side == EAST ? p.y : p.x;
}

/* Where an edge of the inside ends on the frame, the frame must not run past. */
static bool add_stop(cutter *c, mesh_unit p) {
    for (int side = 0; side < SIDES; side++)
        if (side_of(c, p, p) != SIDES) {
            bool on = side == WEST    ? p.x == c->low.x
                      : side == EAST  ? p.x == c->high.x
                      : side == NORTH ? p.y == c->low.y
                                      : p.y == c->high.y;
            if (on && !MAILLE_VEC_PUSH(&c->sides[side], ((turn){along(side, p), 0})))
                return false;
        }
    return true;
}

/* A run along a side, as the step that it is from its begin to its end. */
static bool end_run(cutter *c) {
    int side = c->run_side;
    int32_t from = along(side, c->run_from), to = along(side, c->run_to);
    c->run_side = SIDES;
    if (side == SIDES || from == to)
        return true;
    int step = from < to ? 1 : -1;
    return MAILLE_VEC_PUSH(&c->sides[side], ((turn){from < to ? from : to, step})) &&
           MAILLE_VEC_PUSH(&c->sides[side], ((turn){from < to ? to : from, -step}));
}

static bool add_edge(cutter *c, mesh_unit p, mesh_unit q) {
    if (p.x == q.x && p.y == q.y)
        return true;
    int side = side_of(c, p, q);
    if (side != c->run_side && !end_run(c))
        return false;
    if (side == SIDES)
        return add_stop(c, p) && add_stop(c, q) &&
               MAILLE_VEC_PUSH(&c->tidy.edges, ((mesh_edge){p, q}));
    if (c->run_side == SIDES)
        c->run_from = p;
    c->run_side = side;
    c->run_to = q;
    return true;
}

static int by_place(const void *a, const void *b) {
    const turn *s = a, *t = b;
    return (s->at > t->at) - (s->at < t->at);
}

static mesh_unit on_side(const cutter *c, int side, int32_t at) {
    return side == WEST    ? (mesh_unit){c->low.x, at}
           : side == EAST  ? (mesh_unit){c->high.x, at}
           : side == NORTH ? (mesh_unit){at, c->low.y}
                           : (mesh_unit){at, c->high.y};
}

/* Edges along a side: from each turn to the next, where more run one way than the other. */
static bool add_side(cutter *c, int side) {
    turn_list *turns = &c->sides[side];
    int more = 0;
    int32_t from = 0;
    if (turns->count > 1)
        qsort(turns->items, turns->count, sizeof *turns->items, by_place);
    for (size_t i = 0, end; i < turns->count; i = end) {
        int step = 0;
        bool stop = false;
        int32_t at = turns->items[i].at;
        for (end = i; end < turns->count && turns->items[end].at == at; end++) {
            step += turns->items[end].step;
            stop |= turns->items[end].step == 0;
        }
        if (step == 0 && !stop)
            continue;
        mesh_unit p = on_side(c, side, from), q = on_side(c, side, at);
        for (int k = abs(more); k > 0; k--)
            if (!MAILLE_VEC_PUSH(&c->tidy.edges,
                                 more > 0 ? ((mesh_edge){p, q}) : ((mesh_edge){q, p})))
                return false;
        more += step;
        from = at;
    }
    return true;
}

static bool cut_part(cutter *c, uint32_t part) {
    const mesh_polygons *all = &c->zoom->polygons;
    c->tidy.edges.count = 0;
    for (int side = 0; side < SIDES; side++)
        c->sides[side].count = 0;
    for (uint32_t r = mesh_begin(all->ring_end.items, part); r < all->ring_end.items[part]; r++) {
        uint32_t begin = mesh_begin(all->point_end.items, r), end = all->point_end.items[r];
        mesh_unit p = all->points.items[end - 1];
        p = (mesh_unit){clamp(p.x, c->low.x, c->high.x), clamp(p.y, c->low.y, c->high.y)};
        for (uint32_t i = begin; i < end; i++) {
            mesh_unit q = all->points.items[i];
            q = (mesh_unit){clamp(q.x, c->low.x, c->high.x), clamp(q.y, c->low.y, c->high.y)};
            if (!add_edge(c, p, q))
                return false;
            p = q;
        }
        if (!end_run(c))
            return false;
    }
    for (int side = 0; side < SIDES; side++)
        if (!add_side(c, side))
            return false;
    c->cut.ring_end.count = c->cut.point_end.count = c->cut.points.count = 0;
    return mesh_tidy_edges(&c->tidy, &c->cut);
}

/* ---- handing over
 * ------------------------------------------------------------------------------- */

static maille_status add_part(maille_ctx *ctx, cutter *c, const mesh_polygons *from, uint32_t part,
                              maille_shapes *out) {
    maille_status status = maille_shapes_begin_part(ctx, out);
    for (uint32_t r = mesh_begin(from->ring_end.items, part);
         r < from->ring_end.items[part] && status == MAILLE_OK; r++) {
        uint32_t begin = mesh_begin(from->point_end.items, r), end = from->point_end.items[r];
        if (!MAILLE_VEC_RESERVE(&c->ring, end - begin))
            return maille_no_memory(ctx);
        for (uint32_t i = begin; i < end; i++)
            c->ring.items[i - begin] = (maille_xy){from->points.items[i].x - c->corner.x,
                                                   from->points.items[i].y - c->corner.y};
        status = maille_shapes_add_ring(ctx, out, c->ring.items, end - begin);
    }
    return status;
}

static maille_status begin_shape(maille_ctx *ctx, uint32_t shape, maille_mesh_cut *out) {
    if (out->count > 0 && out->shape[out->count - 1] == shape)
        return MAILLE_OK;
    out->shape[out->count++] = shape;
    return maille_shapes_begin_shape(ctx, out->parts);
}

static maille_status take_part(maille_ctx *ctx, cutter *c, uint32_t part, maille_mesh_cut *out) {
    maille_box box = c->zoom->boxes[part];
    const mesh_polygons *from = &c->zoom->polygons;
    uint32_t first = part, end = part + 1;
    if (box.min_x < c->low.x || box.min_y < c->low.y || box.max_x > c->high.x ||
        box.max_y > c->high.y) {
        if (!cut_part(c, part))
            return maille_no_memory(ctx);
        from = &c->cut;
        first = 0;
        end = (uint32_t)c->cut.ring_end.count;
    }
    maille_status status = MAILLE_OK;
    if (first < end)
        status = begin_shape(ctx, c->zoom->part_shape[part], out);
    for (; first < end && status == MAILLE_OK; first++)
        status = add_part(ctx, c, from, first, out->parts);
    return status;
}

static void release(cutter *c) {
    for (int side = 0; side < SIDES; side++)
        MAILLE_VEC_FREE(&c->sides[side]);
    mesh_tidy_free(&c->tidy);
    mesh_polygons_free(&c->cut);
    MAILLE_VEC_FREE(&c->ring);
}

maille_status maille_mesh_cut_tile(maille_ctx *ctx, const maille_mesh_zoom *mesh, unsigned x,
                                   unsigned y, maille_mesh_cut *out) {
    *out = (maille_mesh_cut){0};
    if (x >> mesh->zoom || y >> mesh->zoom)
        return maille_fail(ctx, MAILLE_USAGE, "there was no tile %u/%u/%u", mesh->zoom, x, y);
    mesh_unit corner = {(int32_t)(x * MAILLE_TILE_EXTENT), (int32_t)(y * MAILLE_TILE_EXTENT)};
    const int32_t far = MAILLE_TILE_EXTENT + MAILLE_TILE_BUFFER;
    cutter c = {.zoom = mesh,
                .corner = corner,
                .run_side = SIDES,
                .low = {corner.x - MAILLE_TILE_BUFFER, corner.y - MAILLE_TILE_BUFFER},
                .high = {corner.x + far, corner.y + far}};
    maille_status status = MAILLE_OK;
    uint32_t *found = NULL;
    size_t capacity = 0, count = 0;
    maille_box box = {c.low.x, c.low.y, c.high.x, c.high.y};
    MAILLE_TRY(maille_shapes_new(ctx, &out->parts));
    MAILLE_TRY(maille_boxes_query(ctx, mesh->index, box, &found, &capacity, &count));
    out->shape = maille_alloc(count + 1, sizeof *out->shape);
    if (!out->shape || !MAILLE_VEC_RESERVE(&c.ring, 256)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        MAILLE_TRY(take_part(ctx, &c, found[i], out));
done:
    maille_free(found);
    release(&c);
    if (status != MAILLE_OK)
        maille_mesh_cut_free(out);
    return status;
}

void maille_mesh_cut_free(maille_mesh_cut *cut) {
    maille_free(cut->shape);
    maille_shapes_free(cut->parts);
    *cut = (maille_mesh_cut){0};
}
