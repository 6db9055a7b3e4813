/* Units that two claims or more hold, with the evidence of each claimant. */
#include "territory/judge_common.h"

#include <math.h>
#include <stdlib.h>

/* The two most populous members of a claim: a claim's pole is the first, for that member itself the
 * second. MAILLE_ABSENT where there is none. */
typedef struct {
    uint32_t first, second;
} poles;

typedef struct {
    maille_ctx *ctx;
    const maille_ground *ground;
    const maille_plan *plan;
    const maille_holders *holders;
    maille_contested *out;
    poles *poles;
    double *held;        /* of one group, by claim */
    uint32_t **majority; /* by grouping, then group: claim + 1, 0 = not yet looked for */
} work;

static poles poles_of(const maille_ground *ground, const maille_claim *claim) {
    maille_unit_list list = maille_units_of(claim);
    uint32_t first = MAILLE_ABSENT, second = MAILLE_ABSENT;
    for (uint32_t k = 0; k < list.count; k++) {
        double people = maille_unit_people(ground, &list, k);
        if (first == MAILLE_ABSENT || people > maille_unit_people(ground, &list, first)) {
            second = first;
            first = k;
        } else if (second == MAILLE_ABSENT || people > maille_unit_people(ground, &list, second)) {
            second = k;
        }
    }
    return (poles){first == MAILLE_ABSENT ? MAILLE_ABSENT : list.unit[first],
                   second == MAILLE_ABSENT ? MAILLE_ABSENT : list.unit[second]};
}

static bool borders_others(const maille_ground *ground, const maille_claim *claim, uint32_t unit) {
    const maille_adjacency *a = ground->adjacency;
    for (uint32_t n = a->start[unit]; n < a->start[unit + 1]; n++)
        if (maille_unit_place(claim->member, claim->count, a->neighbour[n]) != MAILLE_ABSENT)
            return true;
    return false;
}

static maille_claimant claimant_of(const work *w, uint32_t number, uint32_t unit) {
    const maille_claim *claim = &w->plan->claims[number];
    uint32_t place = maille_unit_place(claim->member, claim->count, unit), ms = UINT32_MAX;
    uint32_t pole =
        w->poles[number].first == unit ? w->poles[number].second : w->poles[number].first;
    if (pole != MAILLE_ABSENT)
        ms = maille_ground_ms(w->ground, unit, pole);
    return (maille_claimant){.claim = number,
                             .share = claim->share ? claim->share[place] : 1,
                             .minutes_to_pole = ms == UINT32_MAX ? NAN : ms / 60000.0,
                             .pole = pole,
                             .on_purpose = claim->on_purpose && claim->on_purpose[place],
                             .borders = borders_others(w->ground, claim, unit)};
}

/* The claim that holds most of a group's population; MAILLE_ABSENT where nobody holds any. */
static uint32_t majority_of(const work *w, const maille_partition *partition, uint32_t group) {
    maille_group_walk walk = maille_group_units(w->ground, partition, group);
    uint32_t best = MAILLE_ABSENT;
    for (uint32_t c = 0; c < w->plan->count; c++)
        w->held[c] = 0;
    for (uint32_t unit; (unit = maille_group_next(&walk)) != MAILLE_ABSENT;)
        for (uint32_t h = w->holders->start[unit]; h < w->holders->start[unit + 1]; h++) {
            const maille_claim *claim = &w->plan->claims[w->holders->claim[h]];
            maille_unit_list list = maille_units_of(claim);
            w->held[w->holders->claim[h]] += maille_unit_people(
                w->ground, &list, maille_unit_place(list.unit, list.count, unit));
        }
    for (uint32_t c = 0; c < w->plan->count; c++)
        if (w->held[c] > (best == MAILLE_ABSENT ? 0 : w->held[best]))
            best = c;
    return best;
}

static uint32_t majority_around(const work *w, uint32_t grouping, uint32_t unit) {
    const maille_partition *partition = &w->ground->groupings[grouping];
    uint32_t group = partition->of_commune[unit];
    if (group == MAILLE_ABSENT)
        return MAILLE_ABSENT;
    uint32_t *known = &w->majority[grouping][group];
    if (*known == 0)
        *known = majority_of(w, partition, group) + 1; /* MAILLE_ABSENT wraps round to 0 */
    return *known - 1;
}

static void add_evidence(work *w) {
    uint32_t claimants = 0, groupings = w->ground->grouping_count;
    for (uint32_t i = 0; i < w->out->count; i++) {
        maille_contested_unit *unit = &w->out->units[i];
        unit->first = claimants;
        for (uint32_t h = w->holders->start[unit->unit]; h < w->holders->start[unit->unit + 1]; h++)
            w->out->claimants[claimants++] = claimant_of(w, w->holders->claim[h], unit->unit);
        unit->count = claimants - unit->first;
        unit->grouping_first = i * groupings;
        for (uint32_t g = 0; g < groupings; g++)
            w->out->majorities[unit->grouping_first + g] = majority_around(w, g, unit->unit);
    }
}

/* ---- the list ---------------------------------------------------------------------------------
 */

typedef struct {
    double people;
    uint32_t unit;
} entry;

static int compare(const void *left, const void *right) {
    const entry *a = left, *b = right;
    if (a->people != b->people)
        return a->people > b->people ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

static uint32_t holders_of(const maille_holders *holders, uint32_t unit) {
    return holders->start[unit + 1] - holders->start[unit];
}

static maille_status list_units(work *w) {
    maille_status status = MAILLE_OK;
    uint32_t count = 0, claimants = 0;
    entry *entries = maille_alloc(w->ground->count, sizeof *entries);
    if (!entries)
        return maille_no_memory(w->ctx);
    for (uint32_t u = 0; u < w->ground->count; u++)
        if (holders_of(w->holders, u) > 1) {
            entries[count++] = (entry){w->ground->population[u], u};
            claimants += holders_of(w->holders, u);
        }
    if (count > 1)
        qsort(entries, count, sizeof *entries, compare);
    w->out->units = maille_alloc(count, sizeof *w->out->units);
    w->out->claimants = maille_alloc(claimants, sizeof *w->out->claimants);
    w->out->majorities =
        maille_alloc((size_t)count * w->ground->grouping_count, sizeof *w->out->majorities);
    if (!w->out->units || !w->out->claimants || !w->out->majorities) {
        status = maille_no_memory(w->ctx);
        goto done;
    }
    w->out->count = count;
    for (uint32_t i = 0; i < count; i++)
        w->out->units[i].unit = entries[i].unit;
done:
    maille_free(entries);
    return status;
}

static maille_status open_work(work *w) {
    w->poles = maille_alloc(w->plan->count, sizeof *w->poles);
    w->held = maille_alloc(w->plan->count, sizeof *w->held);
    w->majority = maille_alloc(w->ground->grouping_count, sizeof *w->majority);
    if (!w->poles || !w->held || !w->majority)
        return maille_no_memory(w->ctx);
    for (uint32_t c = 0; c < w->plan->count; c++)
        w->poles[c] = poles_of(w->ground, &w->plan->claims[c]);
    for (uint32_t g = 0; g < w->ground->grouping_count; g++) {
        w->majority[g] = maille_alloc(w->ground->groupings[g].count, sizeof **w->majority);
        if (!w->majority[g])
            return maille_no_memory(w->ctx);
    }
    return MAILLE_OK;
}

maille_status maille_contested_new(maille_ctx *ctx, const maille_ground *ground,
                                   const maille_plan *plan, const maille_holders *holders,
                                   maille_contested **out) {
    maille_status status = MAILLE_OK;
    maille_contested *contested = maille_alloc(1, sizeof *contested);
    work w = {.ctx = ctx, .ground = ground, .plan = plan, .holders = holders, .out = contested};
    *out = NULL;
    if (!contested)
        return maille_no_memory(ctx);
    MAILLE_TRY(open_work(&w));
    MAILLE_TRY(list_units(&w));
    add_evidence(&w);
    *out = contested;
    contested = NULL;
done:
    maille_contested_free(contested);
    for (uint32_t g = 0; w.majority && g < ground->grouping_count; g++)
        maille_free(w.majority[g]);
    maille_free((void *)w.majority);
    maille_free(w.poles);
    maille_free(w.held);
    return status;
}

void maille_contested_free(maille_contested *contested) {
    if (!contested)
        return;
    maille_free(contested->units);
    maille_free(contested->claimants);
    maille_free(contested->majorities);
    maille_free(contested);
}
