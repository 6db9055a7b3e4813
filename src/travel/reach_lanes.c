/* The two loops in which tables spend their time, for any processor and for those with AVX2: the
 * same integers from both. */
#include "travel/reach_lanes.h"

/* to ← min(to, from + arc) in every lane */
TRAVEL_EACH_PROCESSOR lower_lanes(uint32_t *restrict to, const uint32_t *restrict from,
                                  uint32_t rest) {
    to = __builtin_assume_aligned(to, TRAVEL_LANES * sizeof *to);
    from = __builtin_assume_aligned(from, TRAVEL_LANES * sizeof *from);
    for (unsigned l = 0; l < TRAVEL_LANES; l++) {
        uint32_t total = travel_add(from[l], rest);
        to[l] = total < to[l] ? total : to[l];
    }
}

TRAVEL_EACH_PROCESSOR climb(const travel_arcs *up, travel_marks *marks, uint32_t *lanes) {
    for (uint32_t p = travel_marked_below(marks, marks->count); p != TRAVEL_NO_PLACE;
         p = travel_marked_below(marks, p))
        for (uint32_t a = up->first[p]; a < up->first[p + 1]; a++) {
            uint32_t *to = travel_lanes_of(lanes, up->arcs[a].other);
            if (!travel_marked(marks, up->arcs[a].other)) {
                travel_mark(marks, up->arcs[a].other);
                memset(to, 0xFF, TRAVEL_LANES * sizeof *to);
            }
            lower_lanes(to, travel_lanes_of(lanes, p), up->arcs[a].rest);
        }
}

TRAVEL_EACH_PROCESSOR sweep(const travel_arcs *down, const travel_marks *marks, uint32_t *lanes) {
    uint32_t a = 0;
    for (uint32_t p = 0; p < marks->count; p++) {
        uint32_t *to = travel_lanes_of(lanes, p);
        if (!travel_marked(marks, p))
            memset(to, 0xFF, TRAVEL_LANES * sizeof *to);
        for (uint32_t end = down->first[p + 1]; a < end; a++)
            lower_lanes(to, travel_lanes_of(lanes, down->arcs[a].other), down->arcs[a].rest);
    }
}

TRAVEL_AVX2 static void climb_avx2(const travel_arcs *up, travel_marks *marks, uint32_t *lanes) {
    climb(up, marks, lanes);
}
TRAVEL_AVX2 static void sweep_avx2(const travel_arcs *down, const travel_marks *marks,
                                   uint32_t *lanes) {
    sweep(down, marks, lanes);
}

void travel_lanes_climb(const travel_arcs *up, travel_marks *marks, uint32_t *lanes) {
    if (TRAVEL_HAS_AVX2)
        climb_avx2(up, marks, lanes);
    else
        climb(up, marks, lanes);
}

void travel_lanes_sweep(const travel_arcs *down, const travel_marks *marks, uint32_t *lanes) {
    if (TRAVEL_HAS_AVX2)
        sweep_avx2(down, marks, lanes);
    else
        sweep(down, marks, lanes);
}
