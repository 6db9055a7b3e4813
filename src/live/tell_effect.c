/* Before → after of the last change, told: sizes, flags that went and came. */
#include "live/live.h"

#include <maille/tell.h>

/* Takes the figures over. */
static maille_status tell_perimeters(maille_ctx *ctx, const maille_live *live, maille_effect *of,
                                     maille_arena *arena, maille_told_effect *out) {
    const change *c = &live->changes.items[live->last];
    out->perimeters = maille_arena_alloc(arena, (of->count + (size_t)1) * sizeof *out->perimeters);
    if (!out->perimeters)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < of->count; i++) {
        const shared *was = live->backward ? c->touches[i].after : c->touches[i].before;
        const shared *is = live->backward ? c->touches[i].before : c->touches[i].after;
        maille_live_effect *e = &of->perimeters[i];
        maille_told_perimeter *p = &out->perimeters[out->count++];
        *p = (maille_told_perimeter){
            .id = maille_arena_strdup(arena, e->id),
            .name = maille_arena_strdup(arena, (is ? is : was)->perimeter->name),
            .before = e->before,
            .after = e->after};
        e->before = e->after = NULL;
        if (!p->id || !p->name)
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

maille_status maille_tell_last(maille_ctx *ctx, const maille_ground *ground,
                               const maille_judge_rules *rules, const char *kind, maille_live *live,
                               maille_arena *arena, maille_told_effect *out) {
    maille_effect *of = NULL;
    maille_told_flags gone, come;
    maille_status status = MAILLE_OK;
    *out = (maille_told_effect){0};
    MAILLE_TRY(maille_live_effect_of_last(ctx, live, &of));
    MAILLE_TRY(tell_perimeters(ctx, live, of, arena, out));
    MAILLE_TRY(maille_tell_flags(ctx, ground, rules, kind, &live->before, &of->gone, MAILLE_ABSENT,
                                 arena, &gone));
    MAILLE_TRY(maille_tell_flags(ctx, ground, rules, kind, &live->plan, &of->come, MAILLE_ABSENT,
                                 arena, &come));
    MAILLE_TRY(maille_tell_news(ctx, &gone, &come, arena, &out->gone, &out->come));
done:
    maille_effect_free(of);
    if (status != MAILLE_OK)
        maille_told_effect_clear(out);
    return status;
}

void maille_told_effect_clear(maille_told_effect *effect) {
    for (size_t i = 0; i < effect->count; i++) {
        maille_figures_free(effect->perimeters[i].before);
        maille_figures_free(effect->perimeters[i].after);
    }
    *effect = (maille_told_effect){0};
}

/* ---- as JSON ---- */

void maille_j_size(maille_jout *j, const maille_figures *figures) {
    maille_j_int(j, "communes", figures->communes);
    maille_j_number(j, "population", figures->population);
    maille_j_text(j, "taille", figures->size_class);
}

static void j_side(maille_jout *j, const char *key, const maille_figures *figures) {
    if (!figures) {
        maille_j_text(j, key, NULL);
        return;
    }
    maille_j_open(j, key, '{');
    maille_j_size(j, figures);
    maille_j_int(j, "parties", figures->parts);
    maille_j_number(j, "surface_km2", figures->area_m2 / 1e6);
    maille_j_close(j, '}');
}

void maille_j_effect(maille_jout *j, const maille_told_effect *effect) {
    maille_j_open(j, "perimetres", '[');
    for (size_t i = 0; i < effect->count; i++) {
        const maille_told_perimeter *p = &effect->perimeters[i];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", p->id);
        maille_j_text(j, "nom", p->name);
        j_side(j, "avant", p->before);
        j_side(j, "apres", p->after);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    maille_j_flags(j, "constats_disparus", &effect->gone);
    maille_j_flags(j, "constats_apparus", &effect->come);
}

maille_status maille_tell_effect(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const char *kind,
                                 maille_live *live, maille_jout *j) {
    maille_told_effect effect = {0};
    maille_arena *arena = maille_arena_new();
    maille_status status = MAILLE_OK;
    if (!arena)
        return maille_no_memory(ctx);
    MAILLE_TRY(maille_tell_last(ctx, ground, rules, kind, live, arena, &effect));
    maille_j_effect(j, &effect);
    if (j->s.failed)
        status = maille_no_memory(ctx);
done:
    maille_told_effect_clear(&effect);
    maille_arena_free(arena);
    return status;
}
