/* The plan that perimeters make on a ground: who claims which unit. */
#include <maille/edit.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <string.h>

/* A plan with all that it holds; the plan comes first, so that it stands for the whole. */
typedef struct {
    maille_plan plan;
    maille_arena *arena;
} plan_block;

static maille_status copy_text(maille_ctx *ctx, maille_arena *arena, const char *text,
                               const char **out) {
    *out = text ? maille_arena_strdup(arena, text) : NULL;
    return text && !*out ? maille_no_memory(ctx) : MAILLE_OK;
}

/* Members come in order of code, and so do units. */
static maille_status claim_units(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_perimeter *p, maille_arena *arena,
                                 maille_claim *claim) {
    size_t n = p->member_count + 1u;
    const char **lost = maille_arena_alloc(arena, n * sizeof *lost);
    claim->member = maille_arena_alloc(arena, n * sizeof *claim->member);
    claim->share = maille_arena_alloc(arena, n * sizeof *claim->share);
    claim->on_purpose = maille_arena_alloc(arena, n);
    if (!lost || !claim->member || !claim->share || !claim->on_purpose)
        return maille_no_memory(ctx);
    claim->lost_code = lost;
    for (uint32_t i = 0; i < p->member_count; i++) {
        const maille_member *m = &p->members[i];
        uint32_t unit = maille_ground_unit(ground, m->code);
        if (unit == MAILLE_ABSENT) {
            maille_status status = copy_text(ctx, arena, m->code, &lost[claim->lost++]);
            if (status != MAILLE_OK)
                return status;
            continue;
        }
        claim->member[claim->count] = unit;
        claim->share[claim->count] = m->share;
        claim->on_purpose[claim->count++] = m->on_purpose;
    }
    return MAILLE_OK;
}

static maille_status make_claim(maille_ctx *ctx, const maille_ground *ground,
                                const maille_publication_rules *publication,
                                const maille_perimeter *p, maille_arena *arena,
                                maille_claim *claim) {
    maille_status status = MAILLE_OK;
    const maille_status_entry *present = p->status_count ? &p->statuses[p->status_count - 1] : NULL;
    const char *name = present ? present->status : "";
    unsigned char published = 0;
    maille_audience_sees(publication, MAILLE_PUBLIC, &name, 1, &published);
    *claim =
        (maille_claim){.published = published, .active = maille_status_active(publication, name)};
    MAILLE_TRY(copy_text(ctx, arena, p->id, &claim->id));
    MAILLE_TRY(copy_text(ctx, arena, p->name, &claim->name));
    MAILLE_TRY(copy_text(ctx, arena, name, &claim->status));
    MAILLE_TRY(copy_text(ctx, arena, present ? present->since : NULL, &claim->since));
    MAILLE_TRY(claim_units(ctx, ground, p, arena, claim));
done:
    return status;
}

maille_status maille_plan_new(maille_ctx *ctx, const maille_ground *ground,
                              const maille_publication_rules *publication,
                              const maille_perimeter *const *perimeters, uint32_t count,
                              maille_plan **out) {
    maille_status status = MAILLE_OK;
    plan_block *block = maille_alloc(1, sizeof *block);
    if (!block || !(block->arena = maille_arena_new())) {
        maille_free(block);
        return maille_no_memory(ctx);
    }
    maille_plan *plan = &block->plan;
    plan->claims = maille_arena_alloc(block->arena, (count + (size_t)1) * sizeof *plan->claims);
    if (!plan->claims) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (plan->count = 0; plan->count < count; plan->count++)
        MAILLE_TRY(make_claim(ctx, ground, publication, perimeters[plan->count], block->arena,
                              &plan->claims[plan->count]));
    *out = plan;
    block = NULL;
done:
    if (block)
        maille_plan_free(&block->plan);
    return status;
}

void maille_plan_free(maille_plan *plan) {
    if (!plan)
        return;
    plan_block *block = (plan_block *)plan;
    maille_arena_free(block->arena);
    maille_free(block);
}
