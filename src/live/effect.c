/* What the last change brought about: figures before → after, flags that went and came. */
#include "live/live.h"

static maille_status figures_of(maille_ctx *ctx, const maille_live *live, const shared *value,
                                maille_figures **out) {
    maille_claim claim;
    *out = NULL;
    if (!value)
        return MAILLE_OK;
    maille_status status = claim_fill(ctx, live, value->perimeter, &claim);
    if (status == MAILLE_OK)
        status = claim_figures(ctx, live, &claim, out);
    claim_clear(&claim);
    return status;
}

static maille_status keep_ids(maille_ctx *ctx, maille_arena *arena, const maille_plan *plan,
                              const char *const **out) {
    const char **ids = maille_arena_alloc(arena, (plan->count + (size_t)1) * sizeof *ids);
    if (!ids)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < plan->count; i++)
        if (!(ids[i] = maille_arena_strdup(arena, plan->claims[i].id)))
            return maille_no_memory(ctx);
    *out = ids;
    return MAILLE_OK;
}

static maille_status fill_perimeters(maille_ctx *ctx, const maille_live *live,
                                     maille_effect *effect) {
    const change *c = &live->changes.items[live->last];
    maille_status status = MAILLE_OK;
    effect->perimeters = maille_arena_alloc(effect->arena, c->count * sizeof *effect->perimeters);
    if (!effect->perimeters)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < c->count; i++) {
        const touch *t = &c->touches[i];
        maille_live_effect *e = &effect->perimeters[i];
        *e = (maille_live_effect){.id = maille_arena_strdup(effect->arena, t->id)};
        effect->count++;
        if (!e->id)
            MAILLE_TRY(maille_no_memory(ctx));
        MAILLE_TRY(figures_of(ctx, live, live->backward ? t->after : t->before, &e->before));
        MAILLE_TRY(figures_of(ctx, live, live->backward ? t->before : t->after, &e->after));
    }
done:
    return status;
}

/* ---- flags that went and came ---- */

/* A claim before, as the plan now numbers it. */
static uint32_t moved_to(const maille_live *live, uint32_t claim) {
    return claim == MAILLE_ABSENT ? MAILLE_ABSENT : live->moved[claim];
}

/* The flags before with the numbers of the plan now. */
static maille_status renumbered(maille_ctx *ctx, const maille_live *live, maille_flags *out) {
    maille_status status = maille_flags_append(ctx, out, &live->flags_before);
    if (status != MAILLE_OK)
        return status;
    for (uint32_t i = 0; i < out->count; i++) {
        out->flags[i].a = moved_to(live, out->flags[i].a);
        out->flags[i].b = moved_to(live, out->flags[i].b);
    }
    for (uint32_t i = 0; i < out->taker_count; i++)
        out->takers[i].claim = moved_to(live, out->takers[i].claim);
    return MAILLE_OK;
}

/* True when a flag before names a claim that is no longer there. */
static bool orphan(const maille_flag *before, const maille_flag *moved) {
    return (before->a != MAILLE_ABSENT && moved->a == MAILLE_ABSENT) ||
           (before->b != MAILLE_ABSENT && moved->b == MAILLE_ABSENT);
}

/* Both lists ascend by their keys, for numbers of claims move without passing each other. */
static maille_status fill_flags(maille_ctx *ctx, maille_live *live, maille_effect *effect) {
    maille_flags *before = &live->flags_before, *now = &live->flags, moved = {0};
    uint32_t i = 0, k = 0;
    maille_status status = renumbered(ctx, live, &moved);
    while (status == MAILLE_OK && (i < before->count || k < now->count)) {
        int order = i == before->count                           ? 1
                    : orphan(&before->flags[i], &moved.flags[i]) ? -1
                    : k == now->count                            ? -1
                                      : maille_flag_order(&moved.flags[i], &now->flags[k]);
        maille_flags went = i < before->count ? flag_alone(&moved, &moved.flags[i]) : moved;
        maille_flags came = k < now->count ? flag_alone(now, &now->flags[k]) : *now;
        bool stays = order == 0 && maille_flags_equal(&went, &came);
        if (order <= 0 && !stays) {
            maille_flags as_it_was = flag_alone(before, &before->flags[i]);
            status = maille_flags_append(ctx, &effect->gone, &as_it_was);
        }
        if (order >= 0 && !stays && status == MAILLE_OK)
            status = maille_flags_append(ctx, &effect->come, &came);
        i += order <= 0;
        k += order >= 0;
    }
    maille_flags_free(&moved);
    return status;
}

maille_status maille_live_effect_of_last(maille_ctx *ctx, maille_live *live, maille_effect **out) {
    const maille_flags *now = NULL;
    maille_status status = MAILLE_OK;
    *out = NULL;
    if (live->last == LIVE_NO_CHANGE)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "nothing was changed yet");
    maille_effect *effect = maille_alloc(1, sizeof *effect);
    if (!effect || !(effect->arena = maille_arena_new()))
        MAILLE_TRY(maille_no_memory(ctx));
    MAILLE_TRY(maille_live_flags(ctx, live, &now));
    MAILLE_TRY(keep_ids(ctx, effect->arena, &live->before, &effect->before_ids));
    MAILLE_TRY(keep_ids(ctx, effect->arena, &live->plan, &effect->after_ids));
    MAILLE_TRY(fill_perimeters(ctx, live, effect));
    MAILLE_TRY(fill_flags(ctx, live, effect));
    *out = effect;
    effect = NULL;
done:
    maille_effect_free(effect);
    return status;
}

void maille_effect_free(maille_effect *effect) {
    if (!effect)
        return;
    for (uint32_t i = 0; i < effect->count; i++) {
        maille_figures_free(effect->perimeters[i].before);
        maille_figures_free(effect->perimeters[i].after);
    }
    maille_flags_free(&effect->gone);
    maille_flags_free(&effect->come);
    maille_arena_free(effect->arena);
    maille_free(effect);
}
