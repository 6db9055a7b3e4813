/* What a list of units looks like on the map: its pieces, and the holes in it. */
#include "territory/judge_common.h"

#include <math.h>
#include <stdlib.h>

/* ---- pieces -----------------------------------------------------------------------------------
 */

/* The lowest place of the piece that a place is known to be in. */
static uint32_t root_of(uint32_t *parent, uint32_t place) {
    while (parent[place] != place) {
        parent[place] = parent[parent[place]];
        place = parent[place];
    }
    return place;
}

/* False when they were one already. */
static bool unite(uint32_t *parent, uint32_t a, uint32_t b) {
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a == b)
        return false;
    parent[a > b ? a : b] = a > b ? b : a;
    return true;
}

static void unite_by_border(const maille_adjacency *adjacency, const uint32_t *units,
                            uint32_t count, uint32_t *parent) {
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t n = adjacency->start[units[k]]; n < adjacency->start[units[k] + 1]; n++) {
            uint32_t next = adjacency->neighbour[n];
            uint32_t place = next > units[k] ? maille_unit_place(units + k, count - k, next)
                                             : MAILLE_ABSENT; /* was met from there */
            if (place != MAILLE_ABSENT)
                unite(parent, k, k + place);
        }
}

typedef struct {
    double minutes;
    uint32_t number, a, b; /* link; places of its ends in the list */
} bridge;
typedef MAILLE_VEC(bridge) bridges;

/* By minutes, then number, which goes by (a, b). */
static int compare_bridges(const void *left, const void *right) {
    const bridge *a = left, *b = right;
    if (a->minutes != b->minutes)
        return a->minutes < b->minutes ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static uint32_t first_link_of(const maille_ground *ground, uint32_t unit) {
    uint32_t low = 0, high = ground->link_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ground->links[middle].a < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Links with both ends in the list, in different pieces. */
static bool list_bridges(const maille_ground *ground, const uint32_t *units, uint32_t count,
                         uint32_t *parent, bridges *found) {
    for (uint32_t k = 0; k < count && ground->link_count > 0; k++)
        for (uint32_t l = first_link_of(ground, units[k]);
             l < ground->link_count && ground->links[l].a == units[k]; l++) {
            const maille_link *link = &ground->links[l];
            uint32_t place = maille_unit_place(units + k, count - k, link->b);
            if (place == MAILLE_ABSENT || root_of(parent, k) == root_of(parent, k + place))
                continue;
            if (!MAILLE_VEC_PUSH(found, ((bridge){link->minutes, l, k, k + place})))
                return false;
        }
    if (found->count > 1)
        qsort(found->items, found->count, sizeof *found->items, compare_bridges);
    return true;
}

/* Unites by the shortest links first; those that were needed go to `links`, ascending. */
static bool unite_by_road(const maille_ground *ground, const uint32_t *units, uint32_t count,
                          uint32_t *parent, maille_numbers *links) {
    bridges found = {0};
    bool enough = list_bridges(ground, units, count, parent, &found);
    for (size_t i = 0; i < found.count && enough; i++)
        if (unite(parent, found.items[i].a, found.items[i].b))
            enough = MAILLE_VEC_PUSH(links, found.items[i].number);
    if (links->count > 1)
        qsort(links->items, links->count, sizeof *links->items, maille_compare_numbers);
    MAILLE_VEC_FREE(&found);
    return enough;
}

/* Numbers pieces by their first place; `parent` is used up. */
static uint32_t number_pieces(uint32_t *parent, uint32_t count, uint32_t *piece_of) {
    uint32_t pieces = 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t root = root_of(parent, k);
        if (piece_of)
            piece_of[k] = root == k ? pieces : piece_of[root];
        pieces += root == k;
    }
    return pieces;
}

maille_status maille_pieces(maille_ctx *ctx, const maille_ground *ground, const uint32_t *units,
                            uint32_t count, bool by_road, uint32_t *pieces, uint32_t *piece_of,
                            uint32_t **links, uint32_t *link_count) {
    maille_status status = MAILLE_OK;
    maille_numbers needed = {0};
    uint32_t *parent = maille_alloc(count, sizeof *parent);
    if (links) {
        *links = NULL;
        *link_count = 0;
    }
    if (!parent)
        return maille_no_memory(ctx);
    for (uint32_t k = 0; k < count; k++)
        parent[k] = k;
    unite_by_border(ground->adjacency, units, count, parent);
    if (by_road && !unite_by_road(ground, units, count, parent, &needed)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    *pieces = number_pieces(parent, count, piece_of);
    if (links) {
        *links = needed.items;
        *link_count = (uint32_t)needed.count;
        needed.items = NULL;
    }
done:
    maille_free(parent);
    MAILLE_VEC_FREE(&needed);
    return status;
}

/* ---- holes ------------------------------------------------------------------------------------
 */

typedef struct {
    const maille_ground *ground;
    const uint32_t *units;
    uint32_t count;
    maille_box box;
    maille_ids *flood_of; /* of each unit that was met outside the list */
} work;

/* Outlines that should meet may miss each other by less than this. */
static const double GRACE_M = 1;

static maille_box box_of(const maille_ground *ground, const uint32_t *units, uint32_t count) {
    maille_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    if (!ground->hull_start)
        return (maille_box){-INFINITY, -INFINITY, INFINITY, INFINITY};
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t p = ground->hull_start[units[k]]; p < ground->hull_start[units[k] + 1]; p++) {
            maille_xy at = ground->hull[p];
            box.min_x = at.x < box.min_x ? at.x : box.min_x;
            box.min_y = at.y < box.min_y ? at.y : box.min_y;
            box.max_x = at.x > box.max_x ? at.x : box.max_x;
            box.max_y = at.y > box.max_y ? at.y : box.max_y;
        }
    return (maille_box){box.min_x - GRACE_M, box.min_y - GRACE_M, box.max_x + GRACE_M,
                        box.max_y + GRACE_M};
}

/* Whether a unit is open to the sea or reaches out of the list's box: it is in no hole. */
static bool leads_outside(const work *w, uint32_t unit) {
    const maille_ground *g = w->ground;
    if (g->adjacency->on_edge[unit])
        return true;
    for (uint32_t p = g->hull_start ? g->hull_start[unit] : 0;
         g->hull_start && p < g->hull_start[unit + 1]; p++)
        if (g->hull[p].x < w->box.min_x || g->hull[p].x > w->box.max_x ||
            g->hull[p].y < w->box.min_y || g->hull[p].y > w->box.max_y)
            return true;
    return false;
}

typedef enum { FLOOD_DRY, FLOOD_OUTSIDE, FLOOD_FAILED } flood_end;

/* Neighbours of a unit that are not in the list join the flood. Meeting an earlier flood means
 * outside: one that ran dry touched none but the list. */
static flood_end spread(work *w, uint32_t unit, uint32_t number, maille_numbers *found) {
    const maille_adjacency *a = w->ground->adjacency;
    for (uint32_t n = a->start[unit]; n < a->start[unit + 1]; n++) {
        uint32_t next = a->neighbour[n];
        if (maille_unit_place(w->units, w->count, next) != MAILLE_ABSENT)
            continue;
        uint32_t flood = maille_ids_get(w->flood_of, next);
        if (flood == number)
            continue;
        if (flood != MAILLE_ABSENT)
            return FLOOD_OUTSIDE;
        if (!maille_ids_set(w->flood_of, next, number) || !MAILLE_VEC_PUSH(found, next))
            return FLOOD_FAILED;
    }
    return FLOOD_DRY;
}

/* Floods from a unit beside the list; `found` keeps what ran dry. */
static flood_end flood(work *w, uint32_t seed, uint32_t number, maille_numbers *found) {
    size_t first = found->count;
    flood_end end = FLOOD_DRY;
    if (!maille_ids_set(w->flood_of, seed, number) || !MAILLE_VEC_PUSH(found, seed))
        return FLOOD_FAILED;
    for (size_t head = first; head < found->count && end == FLOOD_DRY; head++) {
        uint32_t unit = found->items[head];
        end = leads_outside(w, unit) ? FLOOD_OUTSIDE : spread(w, unit, number, found);
    }
    if (end != FLOOD_DRY)
        found->count = first;
    return end;
}

static bool keep_hole(maille_holes *out) {
    size_t first = out->start.items[out->count], count = out->unit.count - first;
    qsort(out->unit.items + first, count, sizeof *out->unit.items, maille_compare_numbers);
    out->count++;
    return MAILLE_VEC_PUSH(&out->start, (uint32_t)out->unit.count);
}

/* Every unit beside the list that no flood has met yet begins one. */
static bool flood_all(work *w, maille_holes *out) {
    const maille_adjacency *a = w->ground->adjacency;
    uint32_t floods = 0;
    for (uint32_t k = 0; k < w->count; k++)
        for (uint32_t n = a->start[w->units[k]]; n < a->start[w->units[k] + 1]; n++) {
            uint32_t next = a->neighbour[n];
            if (maille_unit_place(w->units, w->count, next) != MAILLE_ABSENT ||
                maille_ids_get(w->flood_of, next) != MAILLE_ABSENT)
                continue;
            flood_end end = flood(w, next, floods++, &out->unit);
            if (end == FLOOD_FAILED || (end == FLOOD_DRY && !keep_hole(out)))
                return false;
        }
    return true;
}

maille_status maille_holes_find(maille_ctx *ctx, const maille_ground *ground, const uint32_t *units,
                                uint32_t count, maille_holes *out) {
    work w = {.ground = ground, .units = units, .count = count};
    *out = (maille_holes){0};
    w.flood_of = maille_ids_new(count);
    w.box = box_of(ground, units, count);
    bool enough = w.flood_of && MAILLE_VEC_PUSH(&out->start, 0) && flood_all(&w, out);
    maille_ids_free(w.flood_of);
    if (enough)
        return MAILLE_OK;
    maille_holes_free(out);
    return maille_no_memory(ctx);
}

void maille_holes_free(maille_holes *holes) {
    MAILLE_VEC_FREE(&holes->start);
    MAILLE_VEC_FREE(&holes->unit);
    holes->count = 0;
}
