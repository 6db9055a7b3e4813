/* The state of a territory held warm: slots, plan, holders, and how they come over a change. */
#include "live/live.h"

#include <string.h>

/* ---- shared perimeters ---- */

shared *shared_new(maille_perimeter *perimeter) {
    shared *value = maille_alloc(1, sizeof *value);
    if (value)
        *value = (shared){.perimeter = perimeter, .users = 1};
    return value;
}

shared *shared_use(shared *value) {
    if (value)
        value->users++;
    return value;
}

void shared_leave(shared *value) {
    if (!value || --value->users > 0)
        return;
    maille_perimeter_free(value->perimeter);
    maille_free(value);
}

void change_free(change *c) {
    for (uint32_t i = 0; i < c->count; i++) {
        shared_leave(c->touches[i].before);
        shared_leave(c->touches[i].after);
    }
    maille_free(c->touches);
    *c = (change){0};
}

/* ---- slots ---- */

slot *slot_new(shared *value) {
    slot *s = maille_alloc(1, sizeof *s);
    if (s)
        s->value = shared_use(value);
    return s;
}

void slot_free(slot *s) {
    if (!s)
        return;
    maille_figures_free(s->figures);
    shared_leave(s->value);
    maille_free(s);
}

/* ---- claims ---- */

uint32_t claim_number(const maille_plan *plan, const char *id) {
    uint32_t low = 0, high = plan->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(plan->claims[middle].id, id);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return MAILLE_ABSENT;
}

void claim_clear(maille_claim *claim) {
    maille_free(claim->member);
    maille_free(claim->share);
    maille_free(claim->on_purpose);
    maille_free((void *)claim->lost_code);
    *claim = (maille_claim){0};
}

maille_status claim_fill(maille_ctx *ctx, const maille_live *live,
                         const maille_perimeter *perimeter, maille_claim *out) {
    const maille_status_entry *entry = &perimeter->statuses[perimeter->status_count - 1];
    uint32_t n = perimeter->member_count;
    const char **lost = maille_alloc(n, sizeof *lost);
    unsigned char published = 0;
    maille_audience_sees(live->publication, MAILLE_PUBLIC, &entry->status, 1, &published);
    *out = (maille_claim){.id = perimeter->id,
                          .name = perimeter->name,
                          .status = entry->status,
                          .since = entry->since,
                          .published = published,
                          .active = maille_status_active(live->publication, entry->status),
                          .member = maille_alloc(n, sizeof *out->member),
                          .share = maille_alloc(n, sizeof *out->share),
                          .on_purpose = maille_alloc(n, sizeof *out->on_purpose),
                          .lost_code = lost};
    if (!out->member || !out->share || !out->on_purpose || !lost) {
        claim_clear(out);
        return maille_no_memory(ctx);
    }
    for (uint32_t i = 0; i < n; i++) {
        const maille_member *member = &perimeter->members[i];
        uint32_t unit = maille_ground_unit(live->ground, member->code);
        if (unit == MAILLE_ABSENT) {
            lost[out->lost++] = member->code;
            continue;
        }
        out->member[out->count] = unit;
        out->share[out->count] = member->share;
        out->on_purpose[out->count++] = member->on_purpose;
    }
    return MAILLE_OK;
}

maille_status claim_figures(maille_ctx *ctx, const maille_live *live, const maille_claim *claim,
                            maille_figures **out) {
    return maille_figures_new(ctx, live->ground, live->rules, claim->member, claim->share,
                              claim->count, 0, out);
}

/* ---- over a change ---- */

/* The state that a step leads to, beside the present one. */
typedef struct {
    slot **slots;
    maille_plan plan;
    maille_holders holders;
    uint32_t *moved;      /* present claim → claim there, MAILLE_ABSENT */
    unsigned char *fresh; /* claims whose arrays are not those of the present state */
} state;

/* Frees what the present state does not share. */
static void state_drop(const maille_live *live, state *next) {
    for (uint32_t i = 0; i < next->plan.count; i++)
        if (next->fresh[i]) {
            claim_clear(&next->plan.claims[i]);
            if (claim_number(&live->plan, next->slots[i]->value->perimeter->id) == MAILLE_ABSENT)
                slot_free(next->slots[i]);
        }
    maille_free(next->slots);
    maille_free(next->plan.claims);
    maille_holders_free(&next->holders);
    maille_free(next->moved);
    maille_free(next->fresh);
}

static maille_status state_allocate(maille_ctx *ctx, const maille_live *live, const change *c,
                                    state *next) {
    size_t most = (size_t)live->plan.count + c->count;
    *next = (state){.slots = maille_alloc(most, sizeof *next->slots),
                    .moved = maille_alloc(live->plan.count, sizeof *next->moved),
                    .fresh = maille_alloc(most, 1)};
    next->plan.claims = maille_alloc(most, sizeof *next->plan.claims);
    bool whole = next->slots && next->moved && next->fresh && next->plan.claims;
    return whole ? MAILLE_OK : maille_no_memory(ctx);
}

/* A claim of the next state made anew of a value, in the slot of claim `old` or in a new one. */
static maille_status state_add(maille_ctx *ctx, const maille_live *live, state *next, uint32_t old,
                               shared *value) {
    maille_claim claim;
    maille_status status = claim_fill(ctx, live, value->perimeter, &claim);
    if (status != MAILLE_OK)
        return status;
    slot *s = old != MAILLE_ABSENT ? live->slots[old] : slot_new(value);
    if (!s) {
        claim_clear(&claim);
        return maille_no_memory(ctx);
    }
    uint32_t i = next->plan.count++;
    next->slots[i] = s;
    next->plan.claims[i] = claim;
    next->fresh[i] = 1;
    return MAILLE_OK;
}

static void state_keep(const maille_live *live, state *next, uint32_t old) {
    uint32_t i = next->plan.count++;
    next->slots[i] = live->slots[old];
    next->plan.claims[i] = live->plan.claims[old];
    next->moved[old] = i;
}

/* Which comes first, claim `old` or touch `t`: < 0, > 0, or 0 where they are of one perimeter. */
static int order_of(const maille_live *live, const change *c, uint32_t old, uint32_t t) {
    if (old == live->plan.count)
        return 1;
    return t == c->count ? -1 : strcmp(live->plan.claims[old].id, c->touches[t].id);
}

/* Both lists ascend: one walk over the present claims and what the change touches. */
static maille_status state_new(maille_ctx *ctx, const maille_live *live, const change *c,
                               bool backward, state *next) {
    maille_status status = state_allocate(ctx, live, c, next);
    uint32_t old = 0, t = 0;
    while (status == MAILLE_OK && (old < live->plan.count || t < c->count)) {
        int order = order_of(live, c, old, t);
        if (order < 0) {
            state_keep(live, next, old++);
            continue;
        }
        shared *value = backward ? c->touches[t].before : c->touches[t].after;
        t++;
        if (order == 0)
            next->moved[old] = value ? next->plan.count : MAILLE_ABSENT;
        if (value)
            status = state_add(ctx, live, next, order == 0 ? old : MAILLE_ABSENT, value);
        old += order == 0;
    }
    maille_holders holders;
    if (status == MAILLE_OK)
        status = maille_holders_new(ctx, live->ground, &next->plan, &holders);
    if (status == MAILLE_OK)
        next->holders = holders;
    return status;
}

/* ---- the state before ---- */

bool touched_before(const maille_live *live, uint32_t before) {
    uint32_t number = live->moved[before];
    return number == MAILLE_ABSENT || live->fresh[number];
}

void before_leave(maille_live *live) {
    for (uint32_t i = 0; i < live->before.count; i++)
        if (touched_before(live, i))
            claim_clear(&live->before.claims[i]);
    maille_free(live->before.claims);
    maille_free(live->moved);
    maille_free(live->fresh);
    live->before = (maille_plan){0};
}

/* Slots of claims that are gone, and who holds what, are needed no more. */
static void state_leave(maille_live *live, const state *next) {
    for (uint32_t old = 0; old < live->plan.count; old++)
        if (next->moved[old] == MAILLE_ABSENT)
            slot_free(live->slots[old]);
    maille_free(live->slots);
    maille_holders_free(&live->holders);
    before_leave(live);
}

/* Nothing here can fail. */
static void state_enter(maille_live *live, state *next, const change *c, bool backward) {
    for (uint32_t t = 0; t < c->count; t++) {
        shared *value = backward ? c->touches[t].before : c->touches[t].after;
        if (!value)
            continue;
        slot *s = next->slots[claim_number(&next->plan, c->touches[t].id)];
        maille_figures_free(s->figures);
        s->figures = NULL;
        shared_use(value);
        shared_leave(s->value);
        s->value = value;
    }
    state_leave(live, next);
    live->before = live->plan;
    live->slots = next->slots;
    live->plan = next->plan;
    live->holders = next->holders;
    live->fresh = next->fresh;
    live->moved = next->moved;
    maille_flags before = live->flags_before;
    live->flags_before = live->flags;
    live->flags = before;
    live->flags_known = false;
}

maille_status step_over(maille_ctx *ctx, maille_live *live, const change *c, bool backward) {
    const maille_flags *now = NULL;
    state next;
    maille_status status = maille_live_flags(ctx, live, &now);
    if (status != MAILLE_OK)
        return status;
    status = state_new(ctx, live, c, backward, &next);
    if (status != MAILLE_OK) {
        state_drop(live, &next);
        return status;
    }
    state_enter(live, &next, c, backward);
    return MAILLE_OK;
}
