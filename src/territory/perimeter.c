/* A perimeter as a value: made, copied, searched. Its texts and arrays lie in one arena, so that a
 * copy shares nothing with what it was made from. */
#include "territory/perimeter.h"

#include <maille/map.h>
#include <maille/text.h>
#include <string.h>

/* ---- what may stand in it ---- */

maille_status perimeter_judge_text(maille_ctx *ctx, const char *where, const char *what,
                                   const char *text, text_kind kind) {
    bool blank = true;
    if (!text)
        return maille_fail(ctx, MAILLE_REFUSED, "%s: %s was missing", where, what);
    if (!maille_is_utf8(text, strlen(text)))
        return maille_fail(ctx, MAILLE_REFUSED, "%s: %s was no UTF-8", where, what);
    for (const char *c = text; *c; c++) {
        bool control = (unsigned char)*c < ' ' || *c == 0x7F;
        bool breaks = *c == '\n' || *c == '\r' || *c == '\t';
        if (control && !(breaks && kind == MANY_LINES))
            return maille_fail(ctx, MAILLE_REFUSED, "%s: %s held a control character", where, what);
        blank = blank && (breaks || *c == ' ');
    }
    if (blank)
        return maille_fail(ctx, MAILLE_REFUSED, "%s: %s was empty", where, what);
    return MAILLE_OK;
}

maille_status perimeter_judge_share(maille_ctx *ctx, const char *where, const char *code,
                                    double share) {
    if (share > 0 && share <= 1)
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_REFUSED, "%s: share of %s was not in (0, 1] (%g)", where, code,
                       share);
}

maille_status perimeter_judge_since(maille_ctx *ctx, const char *where,
                                    const maille_status_entry *before, const char *since) {
    if (!since)
        return before ? maille_fail(ctx, MAILLE_REFUSED, "%s: a later status had no date", where)
                      : MAILLE_OK;
    if (strlen(since) != strlen("YYYY-MM-DD") || !maille_is_date(since))
        return maille_fail(ctx, MAILLE_REFUSED, "%s: \"%s\" was no date YYYY-MM-DD", where, since);
    if (before && before->since && strcmp(since, before->since) < 0)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s: status went back in time: %s came before %s (%s)", where, since,
                           before->since, before->status);
    return MAILLE_OK;
}

bool perimeter_same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool perimeter_same_entry(const maille_status_entry *a, const maille_status_entry *b) {
    return perimeter_same_text(a->status, b->status) && perimeter_same_text(a->since, b->since) &&
           perimeter_same_text(a->by, b->by);
}

/* ---- making ---- */

maille_status perimeter_alloc(maille_ctx *ctx, uint32_t statuses, uint32_t members,
                              maille_perimeter **out) {
    maille_perimeter *p = maille_alloc(1, sizeof *p);
    if (p && (p->arena = maille_arena_new())) {
        p->statuses = maille_arena_alloc(p->arena, (size_t)statuses * sizeof *p->statuses);
        p->members = maille_arena_alloc(p->arena, (size_t)members * sizeof *p->members);
    }
    if (p && p->statuses && p->members) {
        *out = p;
        return MAILLE_OK;
    }
    maille_perimeter_free(p);
    return maille_no_memory(ctx);
}

maille_status perimeter_keep(maille_ctx *ctx, maille_perimeter *perimeter, const char *text,
                             const char **out) {
    *out = maille_arena_strdup(perimeter->arena, text);
    return text && !*out ? maille_no_memory(ctx) : MAILLE_OK;
}

maille_status perimeter_push_member(maille_ctx *ctx, maille_perimeter *perimeter,
                                    const maille_member *member) {
    maille_member m = *member;
    maille_status status = perimeter_keep(ctx, perimeter, member->code, &m.code);
    if (status == MAILLE_OK)
        status = perimeter_keep(ctx, perimeter, member->reason, &m.reason);
    if (status == MAILLE_OK)
        status = perimeter_keep(ctx, perimeter, member->zone, &m.zone);
    if (status == MAILLE_OK)
        perimeter->members[perimeter->member_count++] = m;
    return status;
}

maille_status perimeter_push_status(maille_ctx *ctx, maille_perimeter *perimeter,
                                    const maille_status_entry *entry) {
    maille_status_entry e = {0};
    maille_status status = perimeter_keep(ctx, perimeter, entry->status, &e.status);
    if (status == MAILLE_OK)
        status = perimeter_keep(ctx, perimeter, entry->since, &e.since);
    if (status == MAILLE_OK)
        status = perimeter_keep(ctx, perimeter, entry->by, &e.by);
    if (status == MAILLE_OK)
        perimeter->statuses[perimeter->status_count++] = e;
    return status;
}

maille_status maille_perimeter_new(maille_ctx *ctx, const char *id, const char *kind,
                                   const char *name, const char *status_id, const char *since,
                                   const char *by, maille_perimeter **out) {
    const maille_status_entry first = {status_id, since, by};
    const char *where = id && *id ? id : "a new perimeter";
    maille_perimeter *p = NULL;
    maille_status status;
    MAILLE_TRY(perimeter_judge_text(ctx, where, "id", id, ONE_LINE));
    MAILLE_TRY(perimeter_judge_text(ctx, where, "kind", kind, ONE_LINE));
    MAILLE_TRY(perimeter_judge_text(ctx, where, "name", name, MANY_LINES));
    MAILLE_TRY(perimeter_judge_text(ctx, where, "status", status_id, ONE_LINE));
    MAILLE_TRY(perimeter_judge_since(ctx, where, NULL, since));
    if (by)
        MAILLE_TRY(perimeter_judge_text(ctx, where, "who accompanied it", by, MANY_LINES));
    MAILLE_TRY(perimeter_alloc(ctx, 1, 0, &p));
    MAILLE_TRY(perimeter_keep(ctx, p, id, &p->id));
    MAILLE_TRY(perimeter_keep(ctx, p, kind, &p->kind));
    MAILLE_TRY(perimeter_keep(ctx, p, name, &p->name));
    MAILLE_TRY(perimeter_push_status(ctx, p, &first));
    *out = p;
    p = NULL;
done:
    maille_perimeter_free(p);
    return status;
}

void maille_perimeter_free(maille_perimeter *perimeter) {
    if (!perimeter)
        return;
    maille_arena_free(perimeter->arena);
    maille_free(perimeter);
}

maille_status perimeter_copy_with_room(maille_ctx *ctx, const maille_perimeter *from,
                                       uint32_t more_statuses, uint32_t more_members,
                                       maille_perimeter **out) {
    maille_perimeter *p = NULL;
    maille_status status;
    MAILLE_TRY(perimeter_alloc(ctx, from->status_count + more_statuses,
                               from->member_count + more_members, &p));
    MAILLE_TRY(perimeter_keep(ctx, p, from->id, &p->id));
    MAILLE_TRY(perimeter_keep(ctx, p, from->kind, &p->kind));
    MAILLE_TRY(perimeter_keep(ctx, p, from->name, &p->name));
    MAILLE_TRY(perimeter_keep(ctx, p, from->contact, &p->contact));
    for (uint32_t i = 0; i < from->status_count; i++)
        MAILLE_TRY(perimeter_push_status(ctx, p, &from->statuses[i]));
    for (uint32_t i = 0; i < from->member_count; i++)
        MAILLE_TRY(perimeter_push_member(ctx, p, &from->members[i]));
    *out = p;
    p = NULL;
done:
    maille_perimeter_free(p);
    return status;
}

maille_status maille_perimeter_copy(maille_ctx *ctx, const maille_perimeter *from,
                                    maille_perimeter **out) {
    return perimeter_copy_with_room(ctx, from, 0, 0, out);
}

/* ---- searching ---- */

uint32_t perimeter_place(const maille_perimeter *perimeter, const char *code) {
    uint32_t low = 0, high = perimeter->member_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(perimeter->members[middle].code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t maille_perimeter_find(const maille_perimeter *perimeter, const char *code) {
    uint32_t place = perimeter_place(perimeter, code);
    bool found =
        place < perimeter->member_count && strcmp(perimeter->members[place].code, code) == 0;
    return found ? place : MAILLE_ABSENT;
}

const maille_status_entry *maille_perimeter_status_on(const maille_perimeter *perimeter,
                                                      const char *day) {
    for (uint32_t i = perimeter->status_count; i > 0; i--) {
        const maille_status_entry *entry = &perimeter->statuses[i - 1];
        if (!day || !entry->since || strcmp(entry->since, day) <= 0)
            return entry;
    }
    return NULL;
}
