/* Climbs on a hierarchy: marked places are walked from the least important up (internal to the
 * room). Arcs of a climb lead to lower places only, so that a place's time is final when the
 * walk comes to it: no heap. */
#ifndef MAILLE_TRAVEL_REACH_SCRATCH_H
#define MAILLE_TRAVEL_REACH_SCRATCH_H

#include <maille/reach.h>

#include "travel/marks.h"

/* A loop for any processor, which is inlined into one function for those with AVX2 (and compiled
 * for them: GCC needs no more to use lanes) and one for all others. */
#define TRAVEL_EACH_PROCESSOR static inline __attribute__((always_inline)) void
#ifdef __x86_64__
#define TRAVEL_AVX2 __attribute__((target("avx2")))
#define TRAVEL_HAS_AVX2 __builtin_cpu_supports("avx2")
#else
#define TRAVEL_AVX2
#define TRAVEL_HAS_AVX2 false
#endif

/* MAILLE_REFUSED unless it is of that network's size. */
maille_status travel_check_hierarchy(maille_ctx *ctx, const maille_network *network,
                                     const maille_hierarchy *hierarchy);

/* Adds all that climbs from the members lead to. */
static inline void travel_marks_close(travel_marks *marks, const maille_climb *arcs) {
    for (uint32_t p = travel_marked_below(marks, marks->count); p != TRAVEL_NO_PLACE;
         p = travel_marked_below(marks, p))
        for (uint32_t a = arcs->first[p]; a < arcs->first[p + 1]; a++)
            travel_mark(marks, arcs->other[a]);
}

/* One climb: times of the places that it came to, all MAILLE_UNREACHED between two climbs. */
typedef struct {
    const maille_climb *arcs;
    uint32_t *ms;
    travel_marks marks;
    uint32_t *touched, touched_count; /* in falling order, once it ran */
    uint32_t *kept, kept_count;       /* once it was pruned */
} travel_climb;

bool travel_climb_init(travel_climb *climb, const maille_climb *arcs, uint32_t place_count);
void travel_climb_free(travel_climb *climb);
/* After the climb: it may begin anew. */
void travel_climb_clear(travel_climb *climb);
/* From the places lowered before, as far as limit_ms. */
void travel_climb_run(travel_climb *climb, uint32_t limit_ms);
/* Keeps the places that no way over more important ones comes to sooner: others are no summit of a
 * shortest way. `against` are the arcs down to each place. */
void travel_climb_prune(travel_climb *climb, const maille_climb *against);

static inline void travel_climb_lower(travel_climb *climb, uint32_t place, uint32_t ms) {
    uint32_t before = climb->ms[place];
    if (ms >= before)
        return;
    if (before == MAILLE_UNREACHED)
        travel_mark(&climb->marks, place);
    climb->ms[place] = ms;
}

/* a + b where `rest` is UINT32_MAX − b; what is too long stays MAILLE_UNREACHED. */
static inline uint32_t travel_add(uint32_t a, uint32_t rest) {
    return (a < rest ? a : rest) + (UINT32_MAX - rest);
}

#endif
