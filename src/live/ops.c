/* Strokes that make a larger gesture. */
#include "live/live.h"

#include <math.h>

/* Strokes gathered in an arena with room for all of them. */
typedef struct {
    maille_ctx *ctx;
    maille_arena *arena;
    maille_op *items;
    size_t count;
} gesture;

static maille_status gesture_new(maille_ctx *ctx, maille_arena *arena, size_t most, gesture *out) {
    *out = (gesture){ctx, arena, maille_arena_alloc(arena, (most + 1) * sizeof *out->items), 0};
    return out->items ? MAILLE_OK : maille_no_memory(ctx);
}

/* Texts of a stroke are copied: a gesture outlives the state that it was made of. */
static maille_status add(gesture *g, maille_op op) {
    const char **texts[] = {&op.perimeter, &op.code, &op.text, &op.zone};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (*texts[i] && !(*texts[i] = maille_arena_strdup(g->arena, *texts[i])))
            return maille_no_memory(g->ctx);
    g->items[g->count++] = op;
    return MAILLE_OK;
}

static maille_status standing(maille_ctx *ctx, const maille_live *live, const char *id,
                              const maille_perimeter **out) {
    *out = id ? maille_live_perimeter(live, id) : NULL;
    return *out ? MAILLE_OK
                : maille_fail(ctx, MAILLE_NOT_FOUND, "perimeter %s was not there",
                              id ? id : "(none)");
}

static maille_status two_of_them(maille_ctx *ctx, const maille_perimeter *a,
                                 const maille_perimeter *b) {
    return a != b ? MAILLE_OK
                  : maille_fail(ctx, MAILLE_REFUSED, "perimeter %s was named twice", a->id);
}

/* A member comes to `to`: what `to` holds of it already adds up, to the whole at most. */
static maille_status bring(gesture *g, const maille_perimeter *to, const maille_member *member) {
    uint32_t place = maille_perimeter_find(to, member->code);
    maille_op op = {.kind = MAILLE_OP_ADD,
                    .perimeter = to->id,
                    .code = member->code,
                    .share = member->share,
                    .zone = member->zone};
    if (place == MAILLE_ABSENT)
        return add(g, op);
    op.kind = MAILLE_OP_SHARE;
    op.zone = NULL;
    op.share = fmin(1, to->members[place].share + member->share);
    return op.share > to->members[place].share ? add(g, op) : MAILLE_OK;
}

maille_status maille_ops_move(maille_ctx *ctx, maille_arena *arena, const maille_live *live,
                              const char *from, const char *to, const char *const *codes,
                              size_t code_count, maille_op **ops, size_t *count) {
    const maille_perimeter *source = NULL, *target = NULL;
    maille_status status;
    gesture g;
    MAILLE_TRY(standing(ctx, live, to, &target));
    if (from) {
        MAILLE_TRY(standing(ctx, live, from, &source));
        MAILLE_TRY(two_of_them(ctx, source, target));
    }
    MAILLE_TRY(gesture_new(ctx, arena, 2 * code_count, &g));
    for (size_t i = 0; i < code_count; i++) {
        maille_member member = {.code = codes[i], .share = 1};
        if (source) {
            uint32_t place = maille_perimeter_find(source, codes[i]);
            if (place == MAILLE_ABSENT)
                MAILLE_TRY(maille_fail(ctx, MAILLE_REFUSED,
                                       "commune %s was no member of perimeter %s", codes[i], from));
            member.share = source->members[place].share;
            MAILLE_TRY(add(
                &g,
                (maille_op){.kind = MAILLE_OP_REMOVE, .perimeter = source->id, .code = codes[i]}));
        }
        MAILLE_TRY(bring(&g, target, &member));
    }
    *ops = g.items;
    *count = g.count;
done:
    return status;
}

maille_status maille_ops_merge(maille_ctx *ctx, maille_arena *arena, const maille_live *live,
                               const char *into, const char *other, maille_op **ops,
                               size_t *count) {
    const maille_perimeter *target = NULL, *source = NULL;
    maille_status status;
    gesture g;
    MAILLE_TRY(standing(ctx, live, into, &target));
    MAILLE_TRY(standing(ctx, live, other, &source));
    MAILLE_TRY(two_of_them(ctx, target, source));
    MAILLE_TRY(gesture_new(ctx, arena, 2 * (size_t)source->member_count + 1, &g));
    for (uint32_t i = 0; i < source->member_count; i++) {
        const maille_member *member = &source->members[i];
        bool held = maille_perimeter_find(target, member->code) != MAILLE_ABSENT;
        MAILLE_TRY(bring(&g, target, member));
        /* shared on purpose with a third one */
        if (member->on_purpose && !held)
            MAILLE_TRY(add(&g, (maille_op){.kind = MAILLE_OP_ON_PURPOSE,
                                           .perimeter = target->id,
                                           .code = member->code,
                                           .text = member->reason}));
    }
    MAILLE_TRY(add(&g, (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = source->id}));
    *ops = g.items;
    *count = g.count;
done:
    return status;
}
