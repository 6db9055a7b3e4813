/* Drives among the members: the longest one, and where to meet. */
#include "territory/figures.h"

#include <math.h>

static double minutes_of(double ms) {
    return ms / 60000;
}

/* Of each member as a place to meet: the longest drive there (UINT32_MAX: not in reach of all) and
 * the sum of drives, weighted by people. */
typedef struct {
    uint32_t worst_ms;
    double weighted_ms;
} meeting_place;

/* Walks all ordered pairs: the longest drive, the pairs that are not in reach, the places. */
static void walk_pairs(const figures_call *call, meeting_place *places) {
    const maille_unit_list *list = &call->list;
    maille_figures *f = call->figures;
    uint32_t longest_ms = 0;
    f->longest_from = f->longest_to = list->unit[0];
    for (uint32_t i = 0; i < list->count; i++) {
        double people = maille_unit_people(call->ground, list, i);
        for (uint32_t m = 0; m < list->count; m++) {
            uint32_t ms = maille_ground_ms(call->ground, list->unit[i], list->unit[m]);
            f->pairs_beyond += ms == UINT32_MAX;
            if (ms > places[m].worst_ms)
                places[m].worst_ms = ms;
            places[m].weighted_ms += people * ms;
            if (ms > longest_ms) {
                longest_ms = ms;
                f->longest_from = list->unit[i];
                f->longest_to = list->unit[m];
            }
        }
    }
    f->longest_min = minutes_of(longest_ms);
    if (f->pairs_beyond > 0) {
        f->longest_min = NAN;
        f->longest_from = f->longest_to = MAILLE_ABSENT;
    }
}

static bool is_better(const meeting_place *a, const meeting_place *b) {
    return a->worst_ms != b->worst_ms ? a->worst_ms < b->worst_ms : a->weighted_ms < b->weighted_ms;
}

maille_status maille_figures_add_drives(maille_ctx *ctx, const figures_call *call) {
    maille_figures *f = call->figures;
    uint32_t best = 0;
    if (call->list.count == 0)
        return MAILLE_OK;
    meeting_place *places = maille_alloc(call->list.count, sizeof *places);
    if (!places)
        return maille_no_memory(ctx);
    walk_pairs(call, places);
    for (uint32_t m = 1; m < call->list.count; m++)
        if (is_better(&places[m], &places[best]))
            best = m;
    if (places[best].worst_ms != UINT32_MAX) {
        f->meeting = call->list.unit[best];
        f->meeting_max_min = minutes_of(places[best].worst_ms);
        if (f->population > 0)
            f->meeting_mean_min = minutes_of(places[best].weighted_ms / f->population);
    }
    maille_free(places);
    return MAILLE_OK;
}
