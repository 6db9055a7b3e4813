/* Who holds each unit, and pairs of claims that hold the same. */
#include "territory/judge_common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

maille_status maille_holders_new(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_plan *plan, maille_holders *out) {
    maille_status status = MAILLE_OK;
    size_t total = 0;
    for (uint32_t c = 0; c < plan->count; c++)
        total += plan->claims[c].active ? plan->claims[c].count : 0;
    uint32_t *start = maille_alloc((size_t)ground->count + 2, sizeof *start);
    uint32_t *claim = maille_alloc(total, sizeof *claim);
    *out = (maille_holders){0};
    if (!start || !claim) {
        status = maille_no_memory(ctx);
        goto done;
    }
    /* start[u + 2] counts, start[u + 1] becomes the next free place, and then the end, of u */
    for (uint32_t c = 0; c < plan->count; c++)
        for (uint32_t k = 0; plan->claims[c].active && k < plan->claims[c].count; k++) {
            if (plan->claims[c].member[k] >= ground->count) {
                status = maille_fail(ctx, MAILLE_REFUSED, "member %u of %s was no commune", k + 1,
                                     plan->claims[c].id);
                goto done;
            }
            start[plan->claims[c].member[k] + 2]++;
        }
    for (size_t u = 2; u < (size_t)ground->count + 2; u++)
        start[u] += start[u - 1];
    for (uint32_t c = 0; c < plan->count; c++)
        for (uint32_t k = 0; plan->claims[c].active && k < plan->claims[c].count; k++)
            claim[start[plan->claims[c].member[k] + 1]++] = c;
    *out = (maille_holders){start, claim};
    start = claim = NULL;
done:
    maille_free(start);
    maille_free(claim);
    return status;
}

void maille_holders_free(maille_holders *holders) {
    maille_free(holders->start);
    maille_free(holders->claim);
    *holders = (maille_holders){0};
}

/* ---- pairs ------------------------------------------------------------------------------------
 */

/* A unit that another claim holds too. */
typedef struct {
    uint32_t other, on_purpose, unit; /* on_purpose: in both */
    double people;                    /* by the lesser share */
} common;
typedef MAILLE_VEC(common) commons;

static int compare(const void *left, const void *right) {
    const common *a = left, *b = right;
    if (a->other != b->other)
        return a->other < b->other ? -1 : 1;
    if (a->on_purpose != b->on_purpose)
        return a->on_purpose < b->on_purpose ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

static bool is_on_purpose(const maille_claim *claim, uint32_t place) {
    return claim->on_purpose && claim->on_purpose[place];
}

static bool list_commons(const maille_ground *ground, const maille_plan *plan,
                         const maille_holders *holders, uint32_t claim, bool all, commons *found) {
    const maille_claim *one = &plan->claims[claim];
    for (uint32_t k = 0; k < one->count; k++) {
        uint32_t unit = one->member[k];
        double share = one->share ? one->share[k] : 1;
        for (uint32_t h = holders->start[unit]; h < holders->start[unit + 1]; h++) {
            uint32_t number = holders->claim[h];
            if (number == claim || (number < claim && !all))
                continue;
            const maille_claim *other = &plan->claims[number];
            uint32_t place = maille_unit_place(other->member, other->count, unit);
            common c = {number, is_on_purpose(one, k) && is_on_purpose(other, place), unit,
                        ground->population[unit] *
                            fmin(share, other->share ? other->share[place] : 1)};
            if (!MAILLE_VEC_PUSH(found, c))
                return false;
        }
    }
    if (found->count > 1)
        qsort(found->items, found->count, sizeof *found->items, compare);
    return true;
}

maille_severity maille_overlap_severity(const maille_overlap_rules *rules, const maille_claim *a,
                                        const maille_claim *b) {
    int published = a->published + b->published;
    const char *severity = published == 2   ? rules->both_published
                           : published == 1 ? rules->one_published
                                            : rules->both_drafts;
    if (strcmp(rules->policy, "partage") == 0 || strcmp(severity, "information") == 0)
        return MAILLE_INFORMATION;
    return strcmp(severity, "erreur") == 0 ? MAILLE_ERREUR : MAILLE_ALERTE;
}

maille_status maille_judge_pairs(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const maille_plan *plan,
                                 const maille_holders *holders, uint32_t claim, bool all,
                                 maille_flags *out) {
    maille_status status = MAILLE_OK;
    const maille_flags mark = *out;
    commons found = {0};
    maille_numbers units = {0};
    if (!plan->claims[claim].active)
        return MAILLE_OK;
    if (!list_commons(ground, plan, holders, claim, all, &found) ||
        !MAILLE_VEC_RESERVE(&units, found.count)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t first = 0, end; first < found.count; first = end) {
        const common *c = &found.items[first];
        maille_flag flag = maille_flag_of(MAILLE_FLAG_SHARED, MAILLE_INFORMATION,
                                          claim < c->other ? claim : c->other);
        flag.b = claim < c->other ? c->other : claim;
        if (!c->on_purpose) {
            flag.kind = MAILLE_FLAG_OVERLAP;
            flag.severity = maille_overlap_severity(rules->overlaps, &plan->claims[claim],
                                                    &plan->claims[c->other]);
        }
        units.count = 0;
        for (end = first; end < found.count && found.items[end].other == c->other &&
                          found.items[end].on_purpose == c->on_purpose;
             end++) {
            units.items[units.count++] = found.items[end].unit;
            flag.population += found.items[end].people;
        }
        flag.count = (uint32_t)units.count;
        MAILLE_TRY(maille_flags_add(ctx, out, &flag, units.items, NULL, NULL));
    }
done:
    MAILLE_VEC_FREE(&found);
    MAILLE_VEC_FREE(&units);
    if (status != MAILLE_OK)
        maille_flags_cut(out, &mark);
    return status;
}
