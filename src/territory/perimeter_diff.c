/* How two states of a perimeter differ. */
#include "territory/perimeter_diff.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

maille_status differences_begin(maille_ctx *ctx, differences *list) {
    *list = (differences){.ctx = ctx, .arena = maille_arena_new()};
    return list->arena ? MAILLE_OK : maille_no_memory(ctx);
}

void differences_drop(differences *list) {
    MAILLE_VEC_FREE(&list->items);
    maille_arena_free(list->arena);
    list->arena = NULL;
}

maille_status differences_add(differences *list, const char *what, const char *code,
                              const char *before, const char *after) {
    const maille_difference kept = {what, maille_arena_strdup(list->arena, code),
                                    maille_arena_strdup(list->arena, before),
                                    maille_arena_strdup(list->arena, after)};
    bool whole = (!code || kept.code) && (!before || kept.before) && (!after || kept.after);
    return whole && MAILLE_VEC_PUSH(&list->items, kept) ? MAILLE_OK : maille_no_memory(list->ctx);
}

maille_status differences_text(differences *list, const char *what, const char *code,
                               const char *before, const char *after) {
    return perimeter_same_text(before, after) ? MAILLE_OK
                                              : differences_add(list, what, code, before, after);
}

/* Takes both texts; where either could not be made, memory ran out. */
static maille_status add_made(differences *list, const char *what, const char *code,
                              maille_strbuf *before, maille_strbuf *after) {
    maille_status status = before->failed || after->failed
                               ? maille_no_memory(list->ctx)
                               : differences_add(list, what, code, before->text, after->text);
    maille_strbuf_free(before);
    maille_strbuf_free(after);
    return status;
}

maille_status differences_share(differences *list, const char *what, const char *code,
                                const maille_member *before, const maille_member *after) {
    maille_strbuf texts[2] = {{0}, {0}};
    if (before)
        maille_strbuf_add_double(&texts[0], before->share);
    if (after)
        maille_strbuf_add_double(&texts[1], after->share);
    return add_made(list, what, code, &texts[0], &texts[1]);
}

/* "contractualisee 2020-05-01 (ARS)" */
static void status_text(maille_strbuf *s, const maille_status_entry *entry) {
    maille_strbuf_add(s, entry->status);
    if (entry->since)
        maille_strbuf_addf(s, " %s", entry->since);
    if (entry->by)
        maille_strbuf_addf(s, " (%s)", entry->by);
}

static const maille_status_entry *entry_of(const maille_perimeter *perimeter, uint32_t i) {
    return perimeter && i < perimeter->status_count ? &perimeter->statuses[i] : NULL;
}

maille_status differences_statuses(differences *list, const maille_perimeter *before,
                                   const maille_perimeter *after) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK; i++) {
        const maille_status_entry *b = entry_of(before, i), *a = entry_of(after, i);
        maille_strbuf texts[2] = {{0}, {0}};
        if (!b && !a)
            break;
        if (b && a && perimeter_same_entry(b, a))
            continue;
        if (b)
            status_text(&texts[0], b);
        if (a)
            status_text(&texts[1], a);
        status = add_made(list, "statut", NULL, &texts[0], &texts[1]);
    }
    return status;
}

/* Each kind of difference keeps the order in which it was added: codes ascend already. */
maille_status differences_end(differences *list, maille_differences **out) {
    static const char *const order[] = {"perimetre", "commune", "part",  "partage-voulu", "zone",
                                        "nom",       "contact", "genre", "statut"};
    size_t count = list->items.count, placed = 0;
    maille_differences *found = maille_arena_alloc(list->arena, sizeof *found);
    maille_difference *items = maille_arena_alloc(list->arena, count * sizeof *items);
    if (!found || !items || count >= UINT32_MAX)
        return maille_no_memory(list->ctx);
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; i < count; i++)
            if (strcmp(list->items.items[i].what, order[o]) == 0)
                items[placed++] = list->items.items[i];
    *found = (maille_differences){(uint32_t)placed, items, list->arena};
    list->arena = NULL;
    *out = found;
    return MAILLE_OK;
}

void maille_differences_free(maille_differences *found) {
    if (found)
        maille_arena_free(found->arena);
}

/* ---- walking members side by side ---- */

const char *next_member(const maille_perimeter *const *perimeters, uint32_t count, uint32_t *at,
                        const maille_member **members) {
    const char *code = NULL;
    for (uint32_t k = 0; k < count; k++) {
        bool more = perimeters[k] && at[k] < perimeters[k]->member_count;
        members[k] = more ? &perimeters[k]->members[at[k]] : NULL;
        if (more && (!code || strcmp(members[k]->code, code) < 0))
            code = members[k]->code;
    }
    for (uint32_t k = 0; code && k < count; k++) {
        if (members[k] && perimeter_same_text(members[k]->code, code))
            at[k]++;
        else
            members[k] = NULL;
    }
    return code;
}

/* ---- the comparison ---- */

static maille_status compare_member(differences *list, const char *code,
                                    const maille_member *before, const maille_member *after) {
    static const maille_member none;
    const maille_member *b = before ? before : &none, *a = after ? after : &none;
    maille_status status = MAILLE_OK;
    if (!before || !after)
        status = differences_share(list, "commune", code, before, after);
    else if (b->share < a->share || b->share > a->share)
        status = differences_share(list, "part", code, before, after);
    if (status == MAILLE_OK)
        status = differences_text(list, "partage-voulu", code, b->reason, a->reason);
    if (status == MAILLE_OK)
        status = differences_text(list, "zone", code, b->zone, a->zone);
    return status;
}

maille_status maille_perimeter_diff(maille_ctx *ctx, const maille_perimeter *before,
                                    const maille_perimeter *after, maille_differences **out) {
    static const maille_perimeter none;
    const maille_perimeter *const sides[] = {before, after};
    const maille_perimeter *b = before ? before : &none, *a = after ? after : &none;
    const maille_member *members[2];
    uint32_t at[2] = {0, 0};
    differences list;
    maille_status status;
    MAILLE_TRY(differences_begin(ctx, &list));
    for (const char *code; (code = next_member(sides, 2, at, members));)
        MAILLE_TRY(compare_member(&list, code, members[0], members[1]));
    MAILLE_TRY(differences_text(&list, "nom", NULL, b->name, a->name));
    MAILLE_TRY(differences_text(&list, "contact", NULL, b->contact, a->contact));
    MAILLE_TRY(differences_text(&list, "genre", NULL, b->kind, a->kind));
    MAILLE_TRY(differences_statuses(&list, before, after));
    MAILLE_TRY(differences_end(&list, out));
done:
    differences_drop(&list);
    return status;
}
