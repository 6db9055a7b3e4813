/* Climbs. */
#include "travel/reach_scratch.h"

maille_status travel_check_hierarchy(maille_ctx *ctx, const maille_network *network,
                                     const maille_hierarchy *hierarchy) {
    if (hierarchy->node_count == network->node_count)
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_REFUSED,
                       "the hierarchy had %u nodes and its network %u: not of this network",
                       hierarchy->node_count, network->node_count);
}

bool travel_climb_init(travel_climb *climb, const maille_climb *arcs, uint32_t place_count) {
    climb->arcs = arcs;
    climb->ms = maille_alloc(place_count, sizeof *climb->ms);
    climb->touched = maille_alloc(place_count, sizeof *climb->touched);
    climb->kept = maille_alloc(place_count, sizeof *climb->kept);
    if (!climb->ms || !climb->touched || !climb->kept ||
        !travel_marks_init(&climb->marks, place_count))
        return false;
    memset(climb->ms, 0xFF, place_count * sizeof *climb->ms);
    return true;
}

void travel_climb_free(travel_climb *climb) {
    maille_free(climb->ms);
    maille_free(climb->touched);
    maille_free(climb->kept);
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

void travel_climb_prune(travel_climb *climb, const maille_climb *against) {
    climb->kept_count = 0;
    for (uint32_t i = climb->touched_count; i-- > 0;) { /* the most important first */
        uint32_t place = climb->touched[i], least = climb->ms[place];
        for (uint32_t a = against->first[place]; a < against->first[place + 1]; a++) {
            uint32_t total = travel_add(climb->ms[against->other[a]], UINT32_MAX - against->ms[a]);
            least = total < least ? total : least;
        }
        if (least == climb->ms[place])
            climb->kept[climb->kept_count++] = place;
        climb->ms[place] = least;
    }
}
