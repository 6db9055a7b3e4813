/* The loops in which tables spend their time, for any processor and for those with AVX2: the
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
            uint32_t *to = lanes + travel_lanes_at(up->arcs[a].other);
            if (!travel_marked(marks, up->arcs[a].other)) {
                travel_mark(marks, up->arcs[a].other);
                memset(to, 0xFF, TRAVEL_LANES * sizeof *to);
            }
            lower_lanes(to, lanes + travel_lanes_at(p), up->arcs[a].rest);
        }
}

TRAVEL_EACH_PROCESSOR sweep(const travel_arcs *down, const travel_marks *marks, uint32_t *lanes) {
    uint32_t a = 0;
    for (uint32_t p = 0; p < marks->count; p++) {
        uint32_t *to = lanes + travel_lanes_at(p);
        if (!travel_marked(marks, p))
            memset(to, 0xFF, TRAVEL_LANES * sizeof *to);
        for (uint32_t end = down->first[p + 1]; a < end; a++)
            lower_lanes(to, lanes + travel_lanes_at(down->arcs[a].other), down->arcs[a].rest);
    }
}

TRAVEL_EACH_PROCESSOR tell(const travel_seeds *arriving, const uint32_t *lanes,
                           uint32_t *const *rows, unsigned count) {
    _Alignas(TRAVEL_LANES * sizeof(uint32_t)) uint32_t least[TRAVEL_LANES];
    for (uint32_t stop = 0; stop < arriving->count; stop++) {
        memset(least, 0xFF, sizeof least);
        for (uint64_t s = arriving->start[stop]; s < arriving->start[stop + 1]; s++)
            lower_lanes(least, lanes + travel_lanes_at(arriving->nodes[s]),
                        UINT32_MAX - arriving->ms[s]);
        for (unsigned l = 0; l < count; l++)
            rows[l][stop] = least[l];
    }
}

TRAVEL_AVX2 static void climb_avx2(const travel_arcs *up, travel_marks *marks, uint32_t *lanes) {
    climb(up, marks, lanes);
}
TRAVEL_AVX2 static void sweep_avx2(const travel_arcs *down, const travel_marks *marks,
                                   uint32_t *lanes) {
    sweep(down, marks, lanes);
}
TRAVEL_AVX2 static void tell_avx2(const travel_seeds *arriving, const uint32_t *lanes,
                                  uint32_t *const *rows, unsigned count) {
    tell(arriving, lanes, rows, count);
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

void travel_lanes_tell(const travel_seeds *arriving, const uint32_t *lanes, uint32_t *const *rows,
                       unsigned count) {
    if (TRAVEL_HAS_AVX2)
        tell_avx2(arriving, lanes, rows, count);
    else
        tell(arriving, lanes, rows, count);
}
