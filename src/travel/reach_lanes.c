/* The two loops in which tables spend their time, for any processor and for those with AVX2: the
 * same integers from both. */
#include "travel/reach_lanes.h"

#include <string.h>

/* to ← min(to, from + arc) in every lane */
static inline void lower_lanes(uint32_t *restrict to, const uint32_t *restrict from,
                               uint32_t rest) {
    for (unsigned l = 0; l < TRAVEL_LANES; l++) {
        uint32_t total = travel_add(from[l], rest);
        to[l] = total < to[l] ? total : to[l];
    }
}

static void sweep_plain(const travel_arcs *down, const travel_marks *marks, uint32_t *lanes) {
    uint32_t a = 0;
    for (uint32_t p = 0; p < marks->count; p++) {
        uint32_t *to = travel_lanes_of(lanes, p);
        if (!travel_marked(marks, p))
            memset(to, 0xFF, TRAVEL_LANES * sizeof *to);
        for (uint32_t end = down->first[p + 1]; a < end; a++)
            lower_lanes(to, travel_lanes_of(lanes, down->arcs[a].other), down->arcs[a].rest);
    }
}

void travel_lanes_climb(const travel_arcs *up, travel_marks *marks, uint32_t *lanes) {
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

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx2"))) static void sweep_avx2(const travel_arcs *down,
                                                       const travel_marks *marks, uint32_t *lanes) {
    __m256i *all = (__m256i *)(void *)lanes, none = _mm256_set1_epi32(-1);
    uint32_t a = 0;
    for (uint32_t p = 0; p < marks->count; p++) {
        __m256i *to = all + (size_t)p * 2, low = none, high = none;
        if (travel_marked(marks, p)) {
            low = _mm256_load_si256(to);
            high = _mm256_load_si256(to + 1);
        }
        for (uint32_t end = down->first[p + 1]; a < end; a++) {
            const __m256i *from = all + (size_t)down->arcs[a].other * 2;
            __m256i rest = _mm256_set1_epi32((int)down->arcs[a].rest);
            __m256i ms = _mm256_xor_si256(rest, none);
            __m256i l = _mm256_min_epu32(_mm256_load_si256(from), rest);
            __m256i h = _mm256_min_epu32(_mm256_load_si256(from + 1), rest);
            low = _mm256_min_epu32(low, _mm256_add_epi32(l, ms));
            high = _mm256_min_epu32(high, _mm256_add_epi32(h, ms));
        }
        _mm256_store_si256(to, low);
        _mm256_store_si256(to + 1, high);
    }
}

void travel_lanes_sweep(const travel_arcs *down, const travel_marks *marks, uint32_t *lanes) {
    if (__builtin_cpu_supports("avx2"))
        sweep_avx2(down, marks, lanes);
    else
        sweep_plain(down, marks, lanes);
}
#else
void travel_lanes_sweep(const travel_arcs *down, const travel_marks *marks, uint32_t *lanes) {
    sweep_plain(down, marks, lanes);
}
#endif
