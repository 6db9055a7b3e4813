/* Strokes tried out and taken back. */
#include "live/live.h"

#include <stdlib.h>
#include <string.h>

/* ---- what strokes make of the perimeters that they name ---- */

/* A perimeter that strokes work on: a copy of what stands, or NULL. */
typedef struct {
    const char *id;
    uint32_t claim; /* MAILLE_ABSENT: it does not stand */
    maille_perimeter *perimeter;
} draft;
typedef MAILLE_VEC(draft) drafts;

static maille_status draft_find(maille_ctx *ctx, const maille_live *live, drafts *all,
                                const char *id, draft **out) {
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].id, id) == 0) {
            *out = &all->items[i];
            return MAILLE_OK;
        }
    draft made = {.id = id, .claim = claim_number(&live->plan, id)};
    maille_status status = MAILLE_OK;
    if (made.claim != MAILLE_ABSENT)
        status =
            maille_perimeter_copy(ctx, live->slots[made.claim]->value->perimeter, &made.perimeter);
    if (status == MAILLE_OK && !MAILLE_VEC_PUSH(all, made)) {
        maille_perimeter_free(made.perimeter);
        status = maille_no_memory(ctx);
    }
    if (status == MAILLE_OK)
        *out = &all->items[all->count - 1];
    return status;
}

static maille_status judge_op(maille_ctx *ctx, const maille_live *live, const maille_op *op) {
    if (!op->perimeter)
        return maille_fail(ctx, MAILLE_REFUSED, "a stroke named no perimeter");
    const char *kind = live->plan.count > 0 ? live->slots[0]->value->perimeter->kind : NULL;
    if (op->kind == MAILLE_OP_ADD && op->code &&
        maille_ground_unit(live->ground, op->code) == MAILLE_ABSENT)
        return maille_fail(ctx, MAILLE_REFUSED, "code %s was no commune, for perimeter %s",
                           op->code, op->perimeter);
    if ((op->kind == MAILLE_OP_CREATE || op->kind == MAILLE_OP_STATUS) &&
        !maille_status_of_id(live->publication, op->status))
        return maille_fail(ctx, MAILLE_REFUSED, "status %s of perimeter %s was unknown",
                           op->status ? op->status : "(none)", op->perimeter);
    if (op->kind == MAILLE_OP_CREATE && kind && op->perimeter_kind &&
        strcmp(op->perimeter_kind, kind) != 0)
        return maille_fail(ctx, MAILLE_REFUSED, "perimeter %s was of kind %s, beside ones of %s",
                           op->perimeter, op->perimeter_kind, kind);
    return MAILLE_OK;
}

/* A commune and its parts are never both members, unless they were before. */
static maille_status judge_parts(maille_ctx *ctx, const maille_live *live,
                                 const maille_perimeter *before, const maille_perimeter *after) {
    const maille_ground *ground = live->ground;
    for (uint32_t i = 0; ground->part_of && i < after->member_count; i++) {
        const char *code = after->members[i].code;
        uint32_t unit = maille_ground_unit(ground, code);
        uint32_t whole = unit == MAILLE_ABSENT ? MAILLE_ABSENT : ground->part_of[unit];
        if (whole == MAILLE_ABSENT)
            continue;
        const char *other = ground->code[whole];
        if (maille_perimeter_find(after, other) != MAILLE_ABSENT &&
            !(before && maille_perimeter_find(before, code) != MAILLE_ABSENT &&
              maille_perimeter_find(before, other) != MAILLE_ABSENT))
            return maille_fail(ctx, MAILLE_REFUSED,
                               "commune %s and its part %s were both put in perimeter %s", other,
                               code, after->id);
    }
    return MAILLE_OK;
}

static maille_status perimeters_differ(maille_ctx *ctx, const maille_perimeter *before,
                                       const maille_perimeter *after, bool *differ) {
    maille_differences *list = NULL;
    *differ = !before != !after;
    if (*differ || !before)
        return MAILLE_OK;
    maille_status status = maille_perimeter_diff(ctx, before, after, &list);
    if (status == MAILLE_OK)
        *differ = list->count > 0;
    maille_differences_free(list);
    return status;
}

/* Adds a draft to the change where it differs from what stands; takes its perimeter over. */
static maille_status touch_add(maille_ctx *ctx, const maille_live *live, draft *d, change *out) {
    shared *standing = d->claim != MAILLE_ABSENT ? live->slots[d->claim]->value : NULL;
    const maille_perimeter *before = standing ? standing->perimeter : NULL;
    bool differ = false;
    maille_status status = perimeters_differ(ctx, before, d->perimeter, &differ);
    if (status == MAILLE_OK && differ && d->perimeter)
        status = judge_parts(ctx, live, before, d->perimeter);
    if (status != MAILLE_OK || !differ)
        return status;
    shared *after = d->perimeter ? shared_new(d->perimeter) : NULL;
    if (d->perimeter && !after)
        return maille_no_memory(ctx);
    out->touches[out->count++] = (touch){.id = after ? after->perimeter->id : before->id,
                                         .before = shared_use(standing),
                                         .after = after};
    d->perimeter = NULL;
    return MAILLE_OK;
}

static int by_id(const void *a, const void *b) {
    return strcmp(((const draft *)a)->id, ((const draft *)b)->id);
}

maille_status change_from_ops(maille_ctx *ctx, const maille_live *live, const maille_op *ops,
                              size_t count, change *out) {
    maille_status status = MAILLE_OK;
    drafts all = {0};
    *out = (change){0};
    for (size_t i = 0; i < count; i++) {
        draft *d = NULL;
        MAILLE_TRY(judge_op(ctx, live, &ops[i]));
        MAILLE_TRY(draft_find(ctx, live, &all, ops[i].perimeter, &d));
        MAILLE_TRY(maille_perimeter_apply(ctx, &d->perimeter, &ops[i]));
    }
    if (all.count > 0)
        qsort(all.items, all.count, sizeof *all.items, by_id);
    out->touches = maille_alloc(all.count, sizeof *out->touches);
    if (!out->touches)
        MAILLE_TRY(maille_no_memory(ctx));
    for (size_t i = 0; i < all.count; i++)
        MAILLE_TRY(touch_add(ctx, live, &all.items[i], out));
    if (out->count == 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "nothing was changed");
done:
    for (size_t i = 0; i < all.count; i++)
        maille_perimeter_free(all.items[i].perimeter);
    MAILLE_VEC_FREE(&all);
    if (status != MAILLE_OK)
        change_free(out);
    return status;
}

/* ---- applied, taken back, taken up ---- */

maille_status maille_live_apply(maille_ctx *ctx, maille_live *live, const maille_op *ops,
                                size_t count) {
    change made;
    maille_status status = change_from_ops(ctx, live, ops, count, &made);
    if (status != MAILLE_OK)
        return status;
    if (!MAILLE_VEC_RESERVE(&live->changes, live->done + 1))
        MAILLE_TRY(maille_no_memory(ctx));
    MAILLE_TRY(step_over(ctx, live, &made, false));
    while (live->changes.count > live->done)
        change_free(&live->changes.items[--live->changes.count]);
    live->last = live->changes.count++;
    live->changes.items[live->last] = made;
    live->done = live->changes.count;
    live->backward = false;
    return MAILLE_OK;
done:
    change_free(&made);
    return status;
}

maille_status maille_live_undo(maille_ctx *ctx, maille_live *live) {
    if (live->done == live->settled)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "no change was there to take back");
    maille_status status = step_over(ctx, live, &live->changes.items[live->done - 1], true);
    if (status != MAILLE_OK)
        return status;
    live->last = --live->done;
    live->backward = true;
    return MAILLE_OK;
}

maille_status maille_live_redo(maille_ctx *ctx, maille_live *live) {
    if (live->done == live->changes.count)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "no change was there to take up again");
    maille_status status = step_over(ctx, live, &live->changes.items[live->done], false);
    if (status != MAILLE_OK)
        return status;
    live->last = live->done++;
    live->backward = false;
    return MAILLE_OK;
}

/* ---- decided elsewhere ---- */

/* Adds what a perimeter is now, unless it stands so. */
static maille_status touch_set(maille_ctx *ctx, const maille_live *live,
                               const maille_live_state *to, change *out) {
    draft d = {.id = to->id, .claim = claim_number(&live->plan, to->id)};
    shared *standing = d.claim != MAILLE_ABSENT ? live->slots[d.claim]->value : NULL;
    bool differ = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(perimeters_differ(ctx, standing ? standing->perimeter : NULL, to->state, &differ));
    if (!differ)
        goto done;
    if (to->state)
        MAILLE_TRY(maille_perimeter_copy(ctx, to->state, &d.perimeter));
    shared *after = d.perimeter ? shared_new(d.perimeter) : NULL;
    if (d.perimeter && !after)
        MAILLE_TRY(maille_no_memory(ctx));
    const shared *named = after ? after : standing;
    if (named) /* they differ: one of them is there */
        out->touches[out->count++] =
            (touch){.id = named->perimeter->id, .before = shared_use(standing), .after = after};
    d.perimeter = NULL;
done:
    maille_perimeter_free(d.perimeter);
    return status;
}

static int by_touch(const void *a, const void *b) {
    return strcmp(((const touch *)a)->id, ((const touch *)b)->id);
}

maille_status maille_live_set(maille_ctx *ctx, maille_live *live, const maille_live_state *states,
                              uint32_t count) {
    change made = {.touches = maille_alloc((size_t)count + 1, sizeof *made.touches)};
    maille_status status = MAILLE_OK;
    if (!made.touches)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++)
        MAILLE_TRY(touch_set(ctx, live, &states[i], &made));
    if (made.count == 0)
        goto done;
    qsort(made.touches, made.count, sizeof *made.touches, by_touch);
    for (uint32_t i = 1; i < made.count; i++)
        if (strcmp(made.touches[i - 1].id, made.touches[i].id) == 0)
            MAILLE_TRY(maille_fail(ctx, MAILLE_REFUSED, "perimeter %s was set twice at once",
                                   made.touches[i].id));
    if (!MAILLE_VEC_RESERVE(&live->changes, 1))
        MAILLE_TRY(maille_no_memory(ctx));
    MAILLE_TRY(step_over(ctx, live, &made, false));
    while (live->changes.count > 0)
        change_free(&live->changes.items[--live->changes.count]);
    live->changes.items[0] = made;
    live->changes.count = live->done = live->settled = 1;
    live->last = 0;
    live->backward = false;
    return MAILLE_OK;
done:
    change_free(&made);
    return status;
}

/* ---- made, read, freed ---- */

/* The start is a change too: all perimeters come at once. */
static maille_status change_from_perimeters(maille_ctx *ctx,
                                            const maille_perimeter *const *perimeters,
                                            uint32_t count, change *out) {
    *out = (change){.touches = maille_alloc(count, sizeof *out->touches)};
    if (!out->touches)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++) {
        maille_perimeter *copy = NULL;
        maille_status status = maille_perimeter_copy(ctx, perimeters[i], &copy);
        if (status != MAILLE_OK)
            return status;
        shared *value = shared_new(copy);
        if (!value) {
            maille_perimeter_free(copy);
            return maille_no_memory(ctx);
        }
        out->touches[out->count++] = (touch){.id = copy->id, .after = value};
    }
    if (count > 0)
        qsort(out->touches, count, sizeof *out->touches, by_touch);
    for (uint32_t i = 1; i < count; i++)
        if (strcmp(out->touches[i - 1].id, out->touches[i].id) == 0)
            return maille_fail(ctx, MAILLE_REFUSED, "perimeter %s was there twice",
                               out->touches[i].id);
    return MAILLE_OK;
}

maille_status maille_live_new(maille_ctx *ctx, const maille_ground *ground,
                              const maille_judge_rules *rules,
                              const maille_publication_rules *publication,
                              const maille_perimeter *const *perimeters, uint32_t count,
                              maille_live **out) {
    maille_status status = MAILLE_OK;
    change start = {0};
    *out = NULL;
    maille_live *live = maille_alloc(1, sizeof *live);
    if (!live)
        return maille_no_memory(ctx);
    /* before the start there is nothing to know */
    *live = (maille_live){.ground = ground,
                          .rules = rules,
                          .publication = publication,
                          .flags_known = true,
                          .last = LIVE_NO_CHANGE};
    MAILLE_TRY(change_from_perimeters(ctx, perimeters, count, &start));
    MAILLE_TRY(step_over(ctx, live, &start, false));
done:
    change_free(&start);
    if (status == MAILLE_OK)
        *out = live;
    else
        maille_live_free(live);
    return status;
}

void maille_live_free(maille_live *live) {
    if (!live)
        return;
    for (uint32_t i = 0; i < live->plan.count; i++) {
        slot_free(live->slots[i]);
        claim_clear(&live->plan.claims[i]);
    }
    for (size_t i = 0; i < live->changes.count; i++)
        change_free(&live->changes.items[i]);
    MAILLE_VEC_FREE(&live->changes);
    maille_free(live->slots);
    maille_free(live->plan.claims);
    maille_holders_free(&live->holders);
    maille_flags_free(&live->flags);
    maille_flags_free(&live->flags_before);
    before_leave(live);
    maille_free(live);
}

const maille_plan *maille_live_plan(const maille_live *live) {
    return &live->plan;
}

const maille_perimeter *maille_live_perimeter(const maille_live *live, const char *id) {
    uint32_t claim = claim_number(&live->plan, id);
    return claim == MAILLE_ABSENT ? NULL : live->slots[claim]->value->perimeter;
}
