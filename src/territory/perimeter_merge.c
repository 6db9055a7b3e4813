/* Two branches of a perimeter meet: three-way, member by member and field by field. */
#include "territory/perimeter_diff.h"

#include <string.h>

/* What a field comes to. */
typedef enum { OURS, THEIRS, CONFLICT } side;

/* The rule that everything here follows. */
static side choose(bool agree, bool ours_is_base, bool theirs_is_base) {
    if (agree || theirs_is_base)
        return OURS;
    return ours_is_base ? THEIRS : CONFLICT;
}

/* A merge under way; `base` may lack what both sides made. */
typedef struct {
    maille_ctx *ctx;
    const maille_perimeter *base, *ours, *theirs; /* base may be NULL */
    maille_perimeter *to;
    differences conflicts;
} merging;

/* ---- texts ---- */

static maille_status merge_text(merging *m, const char *what, const char *code, const char *base,
                                const char *ours, const char *theirs, const char **out) {
    side chosen = choose(perimeter_same_text(ours, theirs), perimeter_same_text(ours, base),
                         perimeter_same_text(theirs, base));
    *out = chosen == THEIRS ? theirs : ours;
    return chosen == CONFLICT ? differences_add(&m->conflicts, what, code, ours, theirs)
                              : MAILLE_OK;
}

/* ---- members ---- */

static bool same_share(const maille_member *a, const maille_member *b) {
    return a && b && !(a->share < b->share) && !(a->share > b->share);
}

static bool same_member(const maille_member *a, const maille_member *b) {
    if (!a || !b)
        return a == b;
    return same_share(a, b) && perimeter_same_text(a->reason, b->reason) &&
           perimeter_same_text(a->zone, b->zone);
}

/* Both have it: each field by itself. */
static maille_status merge_fields(merging *m, const maille_member *base, const maille_member *ours,
                                  const maille_member *theirs) {
    const char *reason_before = base ? base->reason : NULL, *zone_before = base ? base->zone : NULL;
    maille_member merged = *ours;
    maille_status status = MAILLE_OK;
    side chosen =
        choose(same_share(ours, theirs), same_share(ours, base), same_share(theirs, base));
    if (chosen == THEIRS)
        merged.share = theirs->share;
    if (chosen == CONFLICT)
        MAILLE_TRY(differences_share(&m->conflicts, "part", ours->code, ours, theirs));
    MAILLE_TRY(merge_text(m, "partage-voulu", ours->code, reason_before, ours->reason,
                          theirs->reason, &merged.reason));
    MAILLE_TRY(
        merge_text(m, "zone", ours->code, zone_before, ours->zone, theirs->zone, &merged.zone));
    merged.on_purpose = merged.reason != NULL;
    MAILLE_TRY(perimeter_push_member(m->ctx, m->to, &merged));
done:
    return status;
}

/* Where a side has it no more, the other must have left it as it was. */
static maille_status merge_member(merging *m, const char *code, const maille_member *base,
                                  const maille_member *ours, const maille_member *theirs) {
    if (ours && theirs)
        return merge_fields(m, base, ours, theirs);
    side chosen = choose(!ours && !theirs, same_member(ours, base), same_member(theirs, base));
    const maille_member *kept = chosen == THEIRS ? theirs : ours;
    maille_status status = MAILLE_OK;
    if (chosen == CONFLICT)
        status = differences_share(&m->conflicts, "commune", code, ours, theirs);
    if (status == MAILLE_OK && kept)
        status = perimeter_push_member(m->ctx, m->to, kept);
    return status;
}

static maille_status merge_members(merging *m) {
    const maille_perimeter *const sides[] = {m->base, m->ours, m->theirs};
    const maille_member *members[3];
    uint32_t at[3] = {0, 0, 0};
    maille_status status = MAILLE_OK;
    for (const char *code; (code = next_member(sides, 3, at, members)) && status == MAILLE_OK;)
        status = merge_member(m, code, members[0], members[1], members[2]);
    return status;
}

/* ---- statuses ---- */

/* True where `whole` begins with the statuses of `part` (NULL: none). */
static bool begins_with(const maille_perimeter *whole, const maille_perimeter *part) {
    uint32_t count = part ? part->status_count : 0;
    if (whole->status_count < count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!perimeter_same_entry(&whole->statuses[i], &part->statuses[i]))
            return false;
    return true;
}

static bool same_statuses(const maille_perimeter *a, const maille_perimeter *b) {
    return a && b && a->status_count == b->status_count && begins_with(a, b);
}

/* A side that went on from where the other one stands is ahead of it. */
static maille_status merge_statuses(merging *m) {
    const maille_perimeter *base = m->base, *ours = m->ours, *theirs = m->theirs;
    side chosen =
        choose(same_statuses(ours, theirs), same_statuses(ours, base), same_statuses(theirs, base));
    maille_status status = MAILLE_OK;
    if (chosen == CONFLICT && begins_with(ours, base) && begins_with(theirs, base)) {
        if (begins_with(theirs, ours))
            chosen = THEIRS;
        else if (begins_with(ours, theirs))
            chosen = OURS;
    }
    if (chosen == CONFLICT)
        status = differences_statuses(&m->conflicts, ours, theirs);
    const maille_perimeter *from = chosen == THEIRS ? theirs : ours;
    for (uint32_t i = 0; i < from->status_count && status == MAILLE_OK; i++)
        status = perimeter_push_status(m->ctx, m->to, &from->statuses[i]);
    return status;
}

/* ---- the whole ---- */

static maille_status merge_present(merging *m) {
    static const maille_perimeter none;
    const maille_perimeter *b = m->base ? m->base : &none, *o = m->ours, *t = m->theirs;
    const char *name, *contact, *kind;
    uint32_t statuses = o->status_count > t->status_count ? o->status_count : t->status_count;
    maille_status status;
    MAILLE_TRY(perimeter_alloc(m->ctx, statuses, o->member_count + t->member_count, &m->to));
    MAILLE_TRY(merge_members(m));
    MAILLE_TRY(merge_text(m, "nom", NULL, b->name, o->name, t->name, &name));
    MAILLE_TRY(merge_text(m, "contact", NULL, b->contact, o->contact, t->contact, &contact));
    MAILLE_TRY(merge_text(m, "genre", NULL, b->kind, o->kind, t->kind, &kind));
    MAILLE_TRY(merge_statuses(m));
    MAILLE_TRY(perimeter_keep(m->ctx, m->to, o->id, &m->to->id));
    MAILLE_TRY(perimeter_keep(m->ctx, m->to, name, &m->to->name));
    MAILLE_TRY(perimeter_keep(m->ctx, m->to, contact, &m->to->contact));
    MAILLE_TRY(perimeter_keep(m->ctx, m->to, kind, &m->to->kind));
done:
    return status;
}

static bool same_members(const maille_perimeter *a, const maille_perimeter *b) {
    bool same = a->member_count == b->member_count;
    for (uint32_t i = 0; i < a->member_count && same; i++)
        same = strcmp(a->members[i].code, b->members[i].code) == 0 &&
               same_member(&a->members[i], &b->members[i]);
    return same;
}

static bool same_perimeter(const maille_perimeter *a, const maille_perimeter *b) {
    if (!a || !b)
        return a == b;
    return perimeter_same_text(a->name, b->name) && perimeter_same_text(a->kind, b->kind) &&
           perimeter_same_text(a->contact, b->contact) && same_statuses(a, b) && same_members(a, b);
}

/* At least one side has it no more. */
static maille_status merge_absent(merging *m) {
    side chosen = choose(!m->ours && !m->theirs, same_perimeter(m->ours, m->base),
                         same_perimeter(m->theirs, m->base));
    const maille_perimeter *kept = chosen == THEIRS ? m->theirs : m->ours;
    maille_status status = MAILLE_OK;
    if (chosen == CONFLICT)
        status = differences_add(&m->conflicts, "perimetre", NULL, m->ours ? m->ours->name : NULL,
                                 m->theirs ? m->theirs->name : NULL);
    if (status == MAILLE_OK && kept)
        status = maille_perimeter_copy(m->ctx, kept, &m->to);
    return status;
}

maille_status maille_perimeter_merge(maille_ctx *ctx, const maille_perimeter *base,
                                     const maille_perimeter *ours, const maille_perimeter *theirs,
                                     maille_perimeter **merged, maille_differences **conflicts) {
    merging m = {.ctx = ctx, .base = base, .ours = ours, .theirs = theirs};
    maille_status status;
    MAILLE_TRY(differences_begin(ctx, &m.conflicts));
    MAILLE_TRY(ours && theirs ? merge_present(&m) : merge_absent(&m));
    MAILLE_TRY(differences_end(&m.conflicts, conflicts));
    *merged = m.to;
    m.to = NULL;
done:
    maille_perimeter_free(m.to);
    differences_drop(&m.conflicts);
    return status;
}
