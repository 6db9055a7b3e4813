/* One search at a time on a hierarchy: one pair, one to all, the nearest of many. */
#include <string.h>

#include <maille/memory.h>

#include "travel/reach_scratch.h"
#include "travel/search.h"

#define FIRST_SEEDS 64

struct maille_reacher {
    const maille_network *network;
    const maille_hierarchy *hierarchy;
    travel_climb from, towards; /* along arcs, against them */
    uint64_t *keys;             /* of each place: ms << 32 | which; UINT64_MAX between searches */
    uint32_t *seed_nodes, *seed_ms;
    uint64_t seed_count, seed_capacity; /* of one stop */
};

bool travel_climb_init(travel_climb *climb, const maille_climb *arcs, uint32_t place_count) {
    climb->arcs = arcs;
    climb->ms = maille_alloc(place_count, sizeof *climb->ms);
    climb->touched = maille_alloc(place_count, sizeof *climb->touched);
    if (!climb->ms || !climb->touched || !travel_marks_init(&climb->marks, place_count))
        return false;
    memset(climb->ms, 0xFF, place_count * sizeof *climb->ms);
    return true;
}

void travel_climb_free(travel_climb *climb) {
    maille_free(climb->ms);
    maille_free(climb->touched);
    travel_marks_free(&climb->marks);
    *climb = (travel_climb){0};
}

void travel_climb_clear(travel_climb *climb) {
    for (uint32_t i = 0; i < climb->touched_count; i++) {
        climb->ms[climb->touched[i]] = MAILLE_UNREACHED;
        travel_unmark_near(&climb->marks, climb->touched[i]);
    }
    climb->touched_count = 0;
}

void travel_climb_run(travel_climb *climb, uint32_t limit_ms) {
    const maille_climb *arcs = climb->arcs;
    uint32_t count = 0;
    for (uint32_t p = travel_marked_below(&climb->marks, climb->marks.count); p != TRAVEL_NO_PLACE;
         p = travel_marked_below(&climb->marks, p)) {
        uint64_t here = climb->ms[p];
        climb->touched[count++] = p;
        for (uint32_t a = arcs->first[p]; a < arcs->first[p + 1]; a++) {
            uint64_t total = here + arcs->ms[a];
            if (total <= limit_ms)
                travel_climb_lower(climb, arcs->other[a], (uint32_t)total);
        }
    }
    climb->touched_count = count;
}

maille_status maille_reacher_new(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, maille_reacher **out) {
    *out = NULL;
    if (hierarchy->node_count != network->node_count)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "the hierarchy had %u nodes and its network %u: not of this network",
                           hierarchy->node_count, network->node_count);
    uint32_t places = hierarchy->node_count;
    maille_reacher *r = maille_alloc(1, sizeof *r);
    if (!r)
        return maille_no_memory(ctx);
    r->network = network;
    r->hierarchy = hierarchy;
    r->keys = maille_alloc(places, sizeof *r->keys);
    r->seed_nodes = maille_alloc(FIRST_SEEDS, sizeof *r->seed_nodes);
    r->seed_ms = maille_alloc(FIRST_SEEDS, sizeof *r->seed_ms);
    r->seed_capacity = FIRST_SEEDS;
    bool ok = r->keys && r->seed_nodes && r->seed_ms &&
              travel_climb_init(&r->from, &hierarchy->out, places) &&
              travel_climb_init(&r->towards, &hierarchy->in, places);
    if (!ok) {
        maille_reacher_free(r);
        return maille_no_memory(ctx);
    }
    memset(r->keys, 0xFF, places * sizeof *r->keys);
    *out = r;
    return MAILLE_OK;
}

void maille_reacher_free(maille_reacher *reach) {
    if (!reach)
        return;
    travel_climb_free(&reach->from);
    travel_climb_free(&reach->towards);
    maille_free(reach->keys);
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

/* Each place takes the least of what the climb left there and what more important ones lead to. */
static void sweep(const maille_climb *arcs, uint32_t place_count, uint32_t *ms) {
    const uint32_t *other = arcs->other, *weight = arcs->ms;
    uint32_t a = 0;
    for (uint32_t p = 0; p < place_count; p++) {
        uint32_t least = ms[p];
        for (uint32_t end = arcs->first[p + 1]; a < end; a++) {
            uint32_t total = travel_add(ms[other[a]], UINT32_MAX - weight[a]);
            least = total < least ? total : least;
        }
        ms[p] = least;
    }
}

maille_status maille_reach_all(maille_ctx *ctx, maille_reacher *reach, const maille_stop *stop,
                               maille_direction direction, uint32_t *ms) {
    const maille_hierarchy *h = reach->hierarchy;
    bool forward = direction == MAILLE_FROM;
    travel_climb *climb = forward ? &reach->from : &reach->towards;
    maille_status status = climb_from(ctx, reach, stop, direction);
    if (status)
        return status;
    sweep(forward ? &h->in : &h->out, h->node_count, climb->ms);
    for (uint32_t p = 0; p < h->node_count; p++) {
        ms[h->node[p]] = climb->ms[p];
        climb->ms[p] = MAILLE_UNREACHED;
    }
    travel_climb_clear(climb);
    return MAILLE_OK;
}

static inline uint64_t add_to_key(uint64_t key, uint32_t ms) {
    uint64_t total = key + ((uint64_t)ms << 32);
    return total < key ? UINT64_MAX : total;
}

/* The climbs of all stops at once: one walk over the places that any of them comes to. */
static void climb_keys(const maille_climb *arcs, travel_marks *marks, uint64_t *keys) {
    for (uint32_t p = travel_marked_below(marks, marks->count); p != TRAVEL_NO_PLACE;
         p = travel_marked_below(marks, p)) {
        for (uint32_t a = arcs->first[p]; a < arcs->first[p + 1]; a++) {
            uint64_t total = add_to_key(keys[p], arcs->ms[a]);
            if (total < keys[arcs->other[a]]) {
                keys[arcs->other[a]] = total;
                travel_mark(marks, arcs->other[a]);
            }
        }
    }
}

static void sweep_keys(const maille_climb *arcs, uint32_t place_count, uint64_t *keys) {
    uint32_t a = 0;
    for (uint32_t p = 0; p < place_count; p++) {
        uint64_t least = keys[p];
        for (uint32_t end = arcs->first[p + 1]; a < end; a++) {
            uint64_t total = add_to_key(keys[arcs->other[a]], arcs->ms[a]);
            least = total < least ? total : least;
        }
        keys[p] = least;
    }
}

static void tell_keys(maille_reacher *r, uint32_t *ms, uint32_t *which) {
    const maille_hierarchy *h = r->hierarchy;
    for (uint32_t p = 0; p < h->node_count; p++) {
        uint32_t node = h->node[p], time = (uint32_t)(r->keys[p] >> 32);
        ms[node] = time;
        if (which)
            which[node] = time == MAILLE_UNREACHED ? UINT32_MAX : (uint32_t)r->keys[p];
        r->keys[p] = UINT64_MAX;
    }
}

maille_status maille_reach_nearest(maille_ctx *ctx, maille_reacher *reach, const maille_stop *stops,
                                   uint32_t count, const uint32_t *start_ms,
                                   maille_direction direction, uint32_t *ms, uint32_t *which) {
    const maille_hierarchy *h = reach->hierarchy;
    bool forward = direction == MAILLE_FROM;
    travel_marks *marks = &(forward ? &reach->from : &reach->towards)->marks;
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < count && !status; i++) {
        status = find_seeds(ctx, reach, &stops[i], i, direction);
        for (uint64_t s = 0; !status && s < reach->seed_count; s++) {
            uint32_t place = h->place[reach->seed_nodes[s]];
            uint64_t key =
                add_to_key((uint64_t)reach->seed_ms[s] << 32 | i, start_ms ? start_ms[i] : 0);
            if (key < reach->keys[place])
                reach->keys[place] = key;
            travel_mark(marks, place);
        }
    }
    if (!status) {
        climb_keys(forward ? &h->out : &h->in, marks, reach->keys);
        sweep_keys(forward ? &h->in : &h->out, h->node_count, reach->keys);
        tell_keys(reach, ms, which);
    } else
        memset(reach->keys, 0xFF, h->node_count * sizeof *reach->keys);
    travel_marks_clear(marks);
    return status;
}
