/* Figures and flags as things stand: only what the last step touched is judged anew. */
#include "live/live.h"

maille_status maille_live_figures(maille_ctx *ctx, maille_live *live, uint32_t claim,
                                  const maille_figures **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    if (claim >= live->plan.count)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "claim %u was not there", claim);
    slot *s = live->slots[claim];
    if (!s->figures)
        status = claim_figures(ctx, live, &live->plan.claims[claim], &s->figures);
    if (status == MAILLE_OK)
        *out = s->figures;
    return status;
}

maille_flags flag_alone(const maille_flags *list, maille_flag *flag) {
    maille_flags one = *list;
    one.count = 1;
    one.flags = flag;
    return one;
}

/* ---- what the last step left as it was ---- */

static bool of_the_whole(const maille_flag *flag) {
    return flag->kind == MAILLE_FLAG_GAP || flag->kind == MAILLE_FLAG_OVERSHARED;
}

/* The number now of a claim before, or MAILLE_ABSENT when the last step touched it. */
static uint32_t untouched(const maille_live *live, uint32_t before) {
    return touched_before(live, before) ? MAILLE_ABSENT : live->moved[before];
}

/* The next flag before from `*at` on that still holds, renumbered; false after the last. */
static bool next_kept(const maille_live *live, uint32_t *at, maille_flag *out) {
    for (; *at < live->flags_before.count; (*at)++) {
        *out = live->flags_before.flags[*at];
        if (of_the_whole(out))
            continue;
        bool pair = out->b != MAILLE_ABSENT;
        out->a = untouched(live, out->a);
        out->b = pair ? untouched(live, out->b) : MAILLE_ABSENT;
        if (out->a == MAILLE_ABSENT || (pair && out->b == MAILLE_ABSENT))
            continue;
        (*at)++;
        return true;
    }
    return false;
}

/* ---- what is judged anew ---- */

/* Pairs of a claim that was touched; a pair of two such ones counts with the lower. */
static maille_status judge_pairs(maille_ctx *ctx, const maille_live *live, uint32_t claim,
                                 maille_flags *out) {
    maille_flags pairs = {0};
    maille_status status = maille_judge_pairs(ctx, live->ground, live->rules, &live->plan,
                                              &live->holders, claim, true, &pairs);
    for (uint32_t i = 0; status == MAILLE_OK && i < pairs.count; i++) {
        maille_flag *flag = &pairs.flags[i];
        maille_flags one = flag_alone(&pairs, flag);
        if (flag->a == claim || !live->fresh[flag->a])
            status = maille_flags_append(ctx, out, &one);
    }
    maille_flags_free(&pairs);
    return status;
}

static maille_status judge_touched(maille_ctx *ctx, const maille_live *live, maille_flags *out) {
    maille_status status = MAILLE_OK;
    for (uint32_t c = 0; c < live->plan.count; c++)
        if (live->fresh[c]) {
            MAILLE_TRY(maille_judge_claim(ctx, live->ground, live->rules, &live->plan, c, out));
            MAILLE_TRY(judge_pairs(ctx, live, c, out));
        }
    MAILLE_TRY(maille_judge_rest(ctx, live->ground, live->rules, &live->plan, &live->holders, out));
    maille_flags_sort(out);
done:
    return status;
}

/* Both lists ascend, for numbers of claims move without passing each other. */
static maille_status merge(maille_ctx *ctx, maille_live *live, maille_flags *anew) {
    maille_status status = MAILLE_OK;
    maille_flag kept;
    uint32_t at = 0, k = 0;
    maille_flags_clear(&live->flags);
    bool more = next_kept(live, &at, &kept);
    while (status == MAILLE_OK && (more || k < anew->count)) {
        bool first = more && (k == anew->count || maille_flag_order(&kept, &anew->flags[k]) < 0);
        maille_flags one =
            first ? flag_alone(&live->flags_before, &kept) : flag_alone(anew, &anew->flags[k++]);
        status = maille_flags_append(ctx, &live->flags, &one);
        if (first)
            more = next_kept(live, &at, &kept);
    }
    return status;
}

maille_status maille_live_flags(maille_ctx *ctx, maille_live *live, const maille_flags **out) {
    maille_status status = MAILLE_OK;
    maille_flags anew = {0};
    *out = NULL;
    if (!live->flags_known) {
        MAILLE_TRY(judge_touched(ctx, live, &anew));
        MAILLE_TRY(merge(ctx, live, &anew));
        live->flags_known = true;
    }
    *out = &live->flags;
done:
    maille_flags_free(&anew);
    return status;
}
