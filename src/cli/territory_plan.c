/* Perimeters as they stand: loaded, put on their ground, judged. */
#include "cli/territory.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <string.h>

maille_status standing_new(territory *t, const maille_perimeter_list *list, const char *kind,
                           standing **out) {
    maille_status status = MAILLE_OK;
    standing *s = maille_alloc(1, sizeof *s);
    if (s)
        s->items = maille_alloc((size_t)list->count + 1, sizeof(const maille_perimeter *));
    if (!s || !s->items) {
        status = maille_no_memory(t->ctx);
        goto done;
    }
    s->kind = kind;
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i]->kind, kind) == 0)
            s->items[s->count++] = list->items[i];
    TRY(maille_plan_new(t->ctx, t->ground, maille_loaded_publication(t->loaded), s->items, s->count,
                        &s->plan));
    TRY(maille_judge(t->ctx, t->ground, maille_loaded_rules_of(t->loaded, kind), s->plan,
                     &s->flags));
    *out = s;
    s = NULL;
done:
    standing_free(s);
    return status;
}

void standing_free(standing *s) {
    if (!s)
        return;
    maille_flags_free(&s->flags);
    maille_plan_free(s->plan);
    maille_free((void *)s->items);
    maille_free(s);
}

uint32_t standing_find(const standing *s, const char *id) {
    for (uint32_t i = 0; i < s->plan->count; i++)
        if (strcmp(s->plan->claims[i].id, id) == 0)
            return i;
    return MAILLE_ABSENT;
}

maille_status territory_perimeters(territory *t, const char *kind, maille_perimeter_list **out) {
    return maille_perimeters_load(t->ctx, t->store, t->scenario, kind, t->audience, &t->when, out);
}

maille_status territory_perimeter(territory *t, const maille_perimeter_list *list, const char *id,
                                  const maille_perimeter **out) {
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i]->id, id) == 0) {
            *out = list->items[i];
            return MAILLE_OK;
        }
    uint32_t best[3];
    const char **ids = maille_alloc((size_t)list->count + 1, sizeof *ids);
    if (!ids)
        return maille_no_memory(t->ctx);
    for (uint32_t i = 0; i < list->count; i++)
        ids[i] = list->items[i]->id;
    size_t near = maille_nearest_names(id, ids, list->count, best);
    maille_status status =
        maille_fail(t->ctx, MAILLE_NOT_FOUND, "perimeter %s was not there%s%s", id,
                    near ? "; near to it was " : "", near ? ids[best[0]] : "");
    maille_free((void *)ids);
    return status;
}

maille_status each_pair(territory *t, const maille_perimeter_list *before,
                        const maille_perimeter_list *after, pair_visitor visit, void *user) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0, k = 0; status == MAILLE_OK && (i < before->count || k < after->count);) {
        const maille_perimeter *a = i < before->count ? before->items[i] : NULL;
        const maille_perimeter *b = k < after->count ? after->items[k] : NULL;
        int order = !a ? 1 : !b ? -1 : strcmp(a->id, b->id); /* ids ascend */
        if (order < 0)
            status = visit(t, a, a, NULL, user);
        else if (order > 0)
            status = visit(t, b, NULL, b, user);
        else
            status = visit(t, b, a, b, user);
        i += order <= 0;
        k += order >= 0;
    }
    return status;
}

maille_status claim_figures(territory *t, const char *kind, const maille_plan *plan, uint32_t claim,
                            unsigned with, maille_figures **out) {
    const maille_claim *c = &plan->claims[claim];
    return maille_figures_new(t->ctx, t->ground, maille_loaded_rules_of(t->loaded, kind), c->member,
                              c->share, c->count, with, out);
}

maille_status perimeter_figures(territory *t, const maille_perimeter *p, unsigned with,
                                maille_figures **out) {
    maille_plan *plan = NULL;
    maille_status status =
        maille_plan_new(t->ctx, t->ground, maille_loaded_publication(t->loaded), &p, 1, &plan);
    if (status == MAILLE_OK)
        status = claim_figures(t, p->kind, plan, 0, with, out);
    maille_plan_free(plan);
    return status;
}
