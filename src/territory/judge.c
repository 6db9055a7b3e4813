/* All flags of a plan, in parallel over its claims. */
#include "territory/judge_common.h"

#include <maille/pool.h>

const maille_size_class *maille_size_of(const maille_size_rules *rules, double population) {
    for (size_t i = 0; i < rules->count; i++) {
        const maille_size_class *size = &rules->classes[i];
        bool above = size->from_included ? population >= size->from : population > size->from;
        bool below = size->to_included ? population <= size->to : population < size->to;
        if (above && below)
            return size;
    }
    return NULL;
}

enum { CLAIMS_A_PIECE = 4 };

typedef struct {
    const maille_ground *ground;
    const maille_judge_rules *rules;
    const maille_plan *plan;
    const maille_holders *holders;
    maille_flags *found; /* by piece */
} job;

static maille_status judge_piece(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                 size_t end) {
    const job *j = user;
    maille_status status = MAILLE_OK;
    maille_flags *out = &j->found[begin / CLAIMS_A_PIECE];
    (void)worker;
    for (uint32_t c = (uint32_t)begin; c < end; c++) {
        MAILLE_TRY(maille_judge_claim(ctx, j->ground, j->rules, j->plan, c, out));
        MAILLE_TRY(
            maille_judge_pairs(ctx, j->ground, j->rules, j->plan, j->holders, c, false, out));
    }
done:
    return status;
}

maille_status maille_judge(maille_ctx *ctx, const maille_ground *ground,
                           const maille_judge_rules *rules, const maille_plan *plan,
                           maille_flags *out) {
    maille_status status = MAILLE_OK;
    maille_holders holders = {0};
    maille_flags all = {0};
    uint32_t pieces = plan->count / CLAIMS_A_PIECE + 1;
    job j = {ground, rules, plan, &holders, maille_alloc(pieces, sizeof(maille_flags))};
    if (!j.found)
        return maille_no_memory(ctx);
    MAILLE_TRY(maille_holders_new(ctx, ground, plan, &holders));
    MAILLE_TRY(maille_parallel(ctx, plan->count, CLAIMS_A_PIECE, judge_piece, &j));
    for (uint32_t p = 0; p < pieces; p++)
        MAILLE_TRY(maille_flags_append(ctx, &all, &j.found[p]));
    MAILLE_TRY(maille_judge_rest(ctx, ground, rules, plan, &holders, &all));
    maille_flags_sort(&all);
    maille_flags_free(out);
    *out = all;
    all = (maille_flags){0};
done:
    maille_holders_free(&holders);
    for (uint32_t p = 0; p < pieces; p++)
        maille_flags_free(&j.found[p]);
    maille_free(j.found);
    maille_flags_free(&all);
    return status;
}
