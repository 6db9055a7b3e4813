/* One search at a time on a hierarchy: one pair, one to all, the nearest of many. */
#include <string.h>

#include <maille/memory.h>

#include "travel/reach_sweep.h"
#include "travel/search.h"

#define FIRST_SEEDS 64

struct maille_reacher {
    const maille_network *network;
    const maille_hierarchy *hierarchy;
    travel_climb from, towards;             /* along arcs, against them */
    travel_sweep sweep_from, sweep_towards; /* made when first needed, as are */
    uint32_t *slot_ms;
    uint64_t *keys, *slot_keys; /* ms << 32 | which; those of places UINT64_MAX between searches */
    uint32_t *seed_nodes, *seed_ms;
    uint64_t seed_count, seed_capacity; /* of one stop */
};

maille_status maille_reacher_new(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, maille_reacher **out) {
    *out = NULL;
    maille_status status = travel_check_hierarchy(ctx, network, hierarchy);
    if (status)
        return status;
    uint32_t places = hierarchy->node_count;
    maille_reacher *r = maille_alloc(1, sizeof *r);
    if (!r)
        return maille_no_memory(ctx);
    r->network = network;
    r->hierarchy = hierarchy;
    r->seed_nodes = maille_alloc(FIRST_SEEDS, sizeof *r->seed_nodes);
    r->seed_ms = maille_alloc(FIRST_SEEDS, sizeof *r->seed_ms);
    r->seed_capacity = FIRST_SEEDS;
    bool ok = r->seed_nodes && r->seed_ms && travel_climb_init(&r->from, &hierarchy->out, places) &&
              travel_climb_init(&r->towards, &hierarchy->in, places);
    if (!ok) {
        maille_reacher_free(r);
        return maille_no_memory(ctx);
    }
    *out = r;
    return MAILLE_OK;
}

void maille_reacher_free(maille_reacher *reach) {
    if (!reach)
        return;
    travel_climb_free(&reach->from);
    travel_climb_free(&reach->towards);
    travel_sweep_clear(&reach->sweep_from);
    travel_sweep_clear(&reach->sweep_towards);
    maille_free(reach->slot_ms);
    maille_free(reach->keys);
    maille_free(reach->slot_keys);
    maille_free(reach->seed_nodes);
    maille_free(reach->seed_ms);
    maille_free(reach);
}

/* Where the stop enters. Allocates only where more lines are drawn at one place than ever before.
 */
static maille_status find_seeds(maille_ctx *ctx, maille_reacher *r, const maille_stop *stop,
                                uint32_t number, maille_direction direction) {
    if (!travel_stop_belongs(r->network, stop))
        return maille_fail(ctx, MAILLE_REFUSED, "stop %u was on no edge or node of the network",
                           number);
    r->seed_count = travel_stop_seeds(r->network, stop, direction, NULL, NULL);
    if (r->seed_count > r->seed_capacity) {
        uint32_t *nodes = maille_resize(r->seed_nodes, r->seed_count, sizeof *nodes);
        r->seed_nodes = nodes ? nodes : r->seed_nodes;
        uint32_t *ms = maille_resize(r->seed_ms, r->seed_count, sizeof *ms);
        r->seed_ms = ms ? ms : r->seed_ms;
        if (!nodes || !ms)
            return maille_no_memory(ctx);
        r->seed_capacity = r->seed_count;
    }
    travel_stop_seeds(r->network, stop, direction, r->seed_nodes, r->seed_ms);
    return MAILLE_OK;
}

static maille_status climb_from(maille_ctx *ctx, maille_reacher *r, const maille_stop *stop,
                                maille_direction direction) {
    maille_status status = find_seeds(ctx, r, stop, 0, direction);
    if (status)
        return status;
    travel_climb *climb = direction == MAILLE_FROM ? &r->from : &r->towards;
    for (uint64_t s = 0; s < r->seed_count; s++)
        travel_climb_lower(climb, r->hierarchy->place[r->seed_nodes[s]], r->seed_ms[s]);
    travel_climb_run(climb, MAILLE_UNREACHED - 1);
    return MAILLE_OK;
}

maille_status maille_reach_one(maille_ctx *ctx, maille_reacher *reach, const maille_stop *from,
                               const maille_stop *to, uint32_t *ms) {
    maille_status status = MAILLE_OK;
    uint64_t least = MAILLE_UNREACHED;
    MAILLE_TRY(climb_from(ctx, reach, from, MAILLE_FROM));
    MAILLE_TRY(climb_from(ctx, reach, to, MAILLE_TOWARDS));
    for (uint32_t i = 0; i < reach->towards.touched_count; i++) {
        uint32_t place = reach->towards.touched[i];
        uint64_t total = (uint64_t)reach->from.ms[place] + reach->towards.ms[place];
        least = total < least ? total : least;
    }
    uint32_t road = travel_place(reach->network, from);
    if (road != UINT32_MAX && road == travel_place(reach->network, to)) {
        uint32_t along = travel_along(reach->network, from, to);
        least = along < least ? along : least;
    }
    *ms = from == to ? 0 : (uint32_t)least;
done:
    travel_climb_clear(&reach->from);
    travel_climb_clear(&reach->towards);
    return status;
}

static maille_status find_sweep(maille_ctx *ctx, maille_reacher *r, maille_direction direction,
                                const travel_sweep **out) {
    const maille_hierarchy *h = r->hierarchy;
    bool forward = direction == MAILLE_FROM;
    travel_sweep *sweep = forward ? &r->sweep_from : &r->sweep_towards;
    *out = sweep;
    return sweep->rows ? MAILLE_OK : travel_sweep_make(ctx, h, forward ? &h->in : &h->out, sweep);
}

maille_status maille_reach_all(maille_ctx *ctx, maille_reacher *reach, const maille_stop *stop,
                               maille_direction direction, uint32_t *ms) {
    const maille_hierarchy *h = reach->hierarchy;
    travel_climb *climb = direction == MAILLE_FROM ? &reach->from : &reach->towards;
    const travel_sweep *sweep;
    maille_status status;
    MAILLE_TRY(find_sweep(ctx, reach, direction, &sweep));
    if (!reach->slot_ms)
        reach->slot_ms = maille_alloc(h->node_count, sizeof *reach->slot_ms);
    if (!reach->slot_ms)
        return maille_no_memory(ctx);
    MAILLE_TRY(climb_from(ctx, reach, stop, direction));
    memset(reach->slot_ms, 0xFF, h->node_count * sizeof *reach->slot_ms);
    for (uint32_t i = 0; i < climb->touched_count; i++) {
        uint32_t place = climb->touched[i];
        reach->slot_ms[sweep->slot_of_node[h->node[place]]] = climb->ms[place];
    }
    travel_sweep_run(sweep, reach->slot_ms);
    travel_sweep_tell(sweep, reach->slot_ms, ms);
    travel_climb_clear(climb);
done:
    return status;
}

/* The climbs of all stops at once: one walk over the places that any of them comes to. */
static void climb_keys(const maille_climb *arcs, travel_marks *marks, uint64_t *keys) {
    for (uint32_t p = travel_marked_below(marks, marks->count); p != TRAVEL_NO_PLACE;
         p = travel_marked_below(marks, p)) {
        for (uint32_t a = arcs->first[p]; a < arcs->first[p + 1]; a++) {
            uint64_t total = travel_add_to_key(keys[p], arcs->ms[a]);
            if (total < keys[arcs->other[a]]) {
                keys[arcs->other[a]] = total;
                travel_mark(marks, arcs->other[a]);
            }
        }
    }
}

/* Keys of the places that climbs came to, at their slots; those of places are clean again. */
static void move_keys(maille_reacher *r, const travel_sweep *sweep, const travel_marks *marks) {
    const maille_hierarchy *h = r->hierarchy;
    memset(r->slot_keys, 0xFF, h->node_count * sizeof *r->slot_keys);
    for (uint32_t p = travel_marked_below(marks, marks->count); p != TRAVEL_NO_PLACE;
         p = travel_marked_below(marks, p)) {
        r->slot_keys[sweep->slot_of_node[h->node[p]]] = r->keys[p];
        r->keys[p] = UINT64_MAX;
    }
}

static void tell_keys(const maille_reacher *r, const travel_sweep *sweep, uint32_t *ms,
                      uint32_t *which) {
    for (uint32_t v = 0; v < sweep->slot_count; v++) {
        uint64_t key = r->slot_keys[sweep->slot_of_node[v]];
        ms[v] = (uint32_t)(key >> 32);
        if (which)
            which[v] = ms[v] == MAILLE_UNREACHED ? UINT32_MAX : (uint32_t)key;
    }
}

static maille_status prepare_keys(maille_ctx *ctx, maille_reacher *r) {
    uint32_t nodes = r->hierarchy->node_count;
    if (!r->slot_keys)
        r->slot_keys = maille_alloc(nodes, sizeof *r->slot_keys);
    if (!r->slot_keys)
        return maille_no_memory(ctx);
    if (r->keys)
        return MAILLE_OK;
    r->keys = maille_alloc(nodes, sizeof *r->keys);
    if (!r->keys)
        return maille_no_memory(ctx);
    memset(r->keys, 0xFF, nodes * sizeof *r->keys);
    return MAILLE_OK;
}

maille_status maille_reach_nearest(maille_ctx *ctx, maille_reacher *reach, const maille_stop *stops,
                                   uint32_t count, const uint32_t *start_ms,
                                   maille_direction direction, uint32_t *ms, uint32_t *which) {
    const maille_hierarchy *h = reach->hierarchy;
    bool forward = direction == MAILLE_FROM;
    travel_marks *marks = &(forward ? &reach->from : &reach->towards)->marks;
    const travel_sweep *sweep;
    maille_status status = find_sweep(ctx, reach, direction, &sweep);
    if (!status)
        status = prepare_keys(ctx, reach);
    if (status)
        return status;
    for (uint32_t i = 0; i < count && !status; i++) {
        status = find_seeds(ctx, reach, &stops[i], i, direction);
        for (uint64_t s = 0; !status && s < reach->seed_count; s++) {
            uint32_t place = h->place[reach->seed_nodes[s]];
            uint64_t key = travel_add_to_key((uint64_t)reach->seed_ms[s] << 32 | i,
                                             start_ms ? start_ms[i] : 0);
            if (key < reach->keys[place])
                reach->keys[place] = key;
            travel_mark(marks, place);
        }
    }
    climb_keys(forward ? &h->out : &h->in, marks, reach->keys);
    move_keys(reach, sweep, marks);
    travel_marks_clear(marks);
    if (status)
        return status;
    travel_sweep_run_keys(sweep, reach->slot_keys);
    tell_keys(reach, sweep, ms, which);
    return MAILLE_OK;
}
