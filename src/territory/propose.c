/* Proposals to complete a plan: who could take what nobody holds. */
#include "territory/judge_common.h"

#include <math.h>
#include <stdlib.h>

typedef MAILLE_VEC(maille_move) moves_list;

static int compare(const void *left, const void *right) {
    const maille_move *a = left, *b = right;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

/* The claim with the longest border along a gap; of equal ones the lowest. */
static uint32_t longest_border(const maille_reach *reach) {
    uint32_t best = MAILLE_ABSENT;
    for (size_t k = 0; k < reach->claims.count; k++) {
        uint32_t claim = reach->claims.items[k];
        if (best == MAILLE_ABSENT || reach->length[claim] > reach->length[best] ||
            (claim < best && reach->length[claim] == reach->length[best]))
            best = claim;
    }
    return best;
}

static maille_status propose_enclosed(maille_ctx *ctx, const maille_ground *ground,
                                      const maille_plan *plan, const maille_holders *holders,
                                      moves_list *moves) {
    maille_status status = MAILLE_OK;
    maille_gaps *gaps = NULL;
    maille_reach reach = {0};
    MAILLE_TRY(maille_reach_new(ctx, plan, &reach));
    MAILLE_TRY(maille_gaps_of_plan(ctx, ground, plan, &gaps));
    for (uint32_t g = 0; g < gaps->count; g++) {
        const maille_gap *gap = &gaps->gaps[g];
        const uint32_t *units = gaps->communes + gap->first;
        if (!gap->enclosed)
            continue;
        MAILLE_TRY(maille_reach_borders(ctx, ground, holders, units, gap->count, &reach));
        uint32_t taker = longest_border(&reach);
        for (uint32_t k = 0; k < gap->count; k++)
            if (!MAILLE_VEC_PUSH(moves, ((maille_move){units[k], taker, NAN, "enclavee"}))) {
                status = maille_no_memory(ctx);
                goto done;
            }
    }
    if (moves->count > 1)
        qsort(moves->items, moves->count, sizeof *moves->items, compare);
done:
    maille_gaps_free(gaps);
    maille_reach_free(&reach);
    return status;
}

/* The claim with the nearest member in reach of a unit, of equal ones the lowest; MAILLE_ABSENT. */
static uint32_t nearest_claim(const maille_ground *ground, const maille_holders *holders,
                              uint32_t unit, uint32_t *ms) {
    uint32_t best = MAILLE_ABSENT;
    *ms = UINT32_MAX;
    for (uint64_t t = ground->time_start[unit]; t < ground->time_start[unit + 1]; t++) {
        uint32_t to = ground->time_column[t];
        if (holders->start[to] == holders->start[to + 1])
            continue;
        uint32_t claim = holders->claim[holders->start[to]]; /* ascending */
        if (ground->time_ms[t] < *ms || (ground->time_ms[t] == *ms && claim < best)) {
            *ms = ground->time_ms[t];
            best = claim;
        }
    }
    return best;
}

static maille_status propose_nearest(maille_ctx *ctx, const maille_ground *ground,
                                     const maille_holders *holders, double limit_min,
                                     moves_list *moves) {
    for (uint32_t unit = 0; unit < ground->count && ground->time_start; unit++) {
        uint32_t ms;
        if (holders->start[unit] != holders->start[unit + 1])
            continue;
        uint32_t claim = nearest_claim(ground, holders, unit, &ms);
        if (claim == MAILLE_ABSENT || ms > limit_min * 60000)
            continue;
        maille_move move = {unit, claim, ms / 60000.0, "plus-proche"};
        if (!MAILLE_VEC_PUSH(moves, move))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

maille_status maille_propose(maille_ctx *ctx, const maille_ground *ground, const maille_plan *plan,
                             const maille_holders *holders, maille_completion how, double limit_min,
                             maille_move **moves, uint32_t *count) {
    moves_list list = {0};
    *moves = NULL;
    *count = 0;
    maille_status status = how == MAILLE_COMPLETE_ENCLOSED
                               ? propose_enclosed(ctx, ground, plan, holders, &list)
                               : propose_nearest(ctx, ground, holders, limit_min, &list);
    if (status != MAILLE_OK) {
        MAILLE_VEC_FREE(&list);
        return status;
    }
    *moves = list.items;
    *count = (uint32_t)list.count;
    return MAILLE_OK;
}
