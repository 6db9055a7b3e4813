/* What concerns the plan as a whole: gaps with who could take them, units held beyond 1. */
#include "territory/judge_common.h"

#include <math.h>
#include <stdlib.h>

/* ---- gaps of a plan ---------------------------------------------------------------------------
 */

maille_status maille_gaps_of_plan(maille_ctx *ctx, const maille_ground *ground,
                                  const maille_plan *plan, maille_gaps **out) {
    maille_status status = MAILLE_OK;
    maille_perimeters sets = {.count = plan->count};
    size_t total = 0;
    *out = NULL;
    for (uint32_t c = 0; c < plan->count; c++)
        total += plan->claims[c].active ? plan->claims[c].count : 0;
    sets.start = maille_alloc((size_t)plan->count + 1, sizeof *sets.start);
    sets.member = maille_alloc(total, sizeof *sets.member);
    if (!sets.start || !sets.member) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t c = 0, at = 0; c < plan->count; c++) {
        const maille_claim *claim = &plan->claims[c];
        for (uint32_t k = 0; claim->active && k < claim->count; k++)
            sets.member[at++] = claim->member[k];
        sets.start[c + 1] = at;
    }
    status = maille_gaps_new(ctx, &sets, ground->adjacency, ground->population, out);
done:
    maille_free(sets.start);
    maille_free(sets.member);
    return status;
}

maille_status maille_people_of_claims(maille_ctx *ctx, const maille_ground *ground,
                                      const maille_plan *plan, double **out) {
    double *people = maille_alloc(plan->count, sizeof *people);
    *out = people;
    if (!people)
        return maille_no_memory(ctx);
    for (uint32_t c = 0; c < plan->count; c++) {
        maille_unit_list list = maille_units_of(&plan->claims[c]);
        people[c] = maille_list_people(ground, &list);
    }
    return MAILLE_OK;
}

/* ---- who meets a gap --------------------------------------------------------------------------
 */

maille_status maille_reach_new(maille_ctx *ctx, const maille_plan *plan, maille_reach *reach) {
    *reach = (maille_reach){.length = maille_alloc(plan->count, sizeof(double)),
                            .lines = maille_alloc(plan->count, sizeof(uint32_t)),
                            .links = maille_alloc(plan->count, sizeof(uint32_t))};
    return reach->length && reach->lines && reach->links ? MAILLE_OK : maille_no_memory(ctx);
}

void maille_reach_free(maille_reach *reach) {
    maille_free(reach->length);
    maille_free(reach->lines);
    maille_free(reach->links);
    MAILLE_VEC_FREE(&reach->claims);
}

static void clear(maille_reach *reach) {
    for (size_t k = 0; k < reach->claims.count; k++) {
        uint32_t claim = reach->claims.items[k];
        reach->length[claim] = 0;
        reach->lines[claim] = reach->links[claim] = 0;
    }
    reach->claims.count = 0;
}

static bool meet(maille_reach *reach, uint32_t claim) {
    return reach->lines[claim] > 0 || reach->links[claim] > 0 ||
           MAILLE_VEC_PUSH(&reach->claims, claim);
}

maille_status maille_reach_borders(maille_ctx *ctx, const maille_ground *ground,
                                   const maille_holders *holders, const uint32_t *units,
                                   uint32_t count, maille_reach *reach) {
    const maille_adjacency *a = ground->adjacency;
    clear(reach);
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t n = a->start[units[k]]; n < a->start[units[k] + 1]; n++) {
            uint32_t next = a->neighbour[n], first = holders->start[next];
            if (first == holders->start[next + 1])
                continue;
            double length = maille_border_length(a, units[k], next);
            for (uint32_t h = first; h < holders->start[next + 1]; h++) {
                uint32_t claim = holders->claim[h];
                if (!meet(reach, claim))
                    return maille_no_memory(ctx);
                reach->length[claim] += length;
                reach->lines[claim]++;
            }
        }
    return MAILLE_OK;
}

maille_status maille_reach_link(maille_ctx *ctx, const maille_holders *holders, uint32_t unit,
                                maille_reach *reach) {
    for (uint32_t h = holders->start[unit]; h < holders->start[unit + 1]; h++) {
        if (!meet(reach, holders->claim[h]))
            return maille_no_memory(ctx);
        reach->links[holders->claim[h]]++;
    }
    return MAILLE_OK;
}

/* ---- takers -----------------------------------------------------------------------------------
 */

/* A road link out of a gap, to a unit that is held. */
typedef struct {
    uint32_t gap, unit;
} way_out;

typedef struct {
    maille_ctx *ctx;
    const maille_ground *ground;
    const maille_size_rules *sizes;
    const maille_holders *holders;
    const maille_gaps *gaps;
    double *people; /* of each claim */
    maille_reach reach;
    MAILLE_VEC(way_out) ways;
    MAILLE_VEC(maille_taker) takers;
    struct candidate {
        double length;
        uint32_t links, claim;
    } * candidates;
    maille_flags *out;
} work;

static int compare_ways(const void *left, const void *right) {
    const way_out *a = left, *b = right;
    if (a->gap != b->gap)
        return a->gap < b->gap ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

static maille_status list_ways(work *w) {
    uint32_t units = w->ground->count;
    if (w->ground->link_count == 0)
        return MAILLE_OK;
    uint32_t *gap_of = maille_alloc(units, sizeof *gap_of);
    bool enough = gap_of != NULL;
    for (uint32_t u = 0; enough && u < units; u++)
        gap_of[u] = MAILLE_ABSENT;
    for (uint32_t g = 0; enough && g < w->gaps->count; g++)
        for (uint32_t k = 0; k < w->gaps->gaps[g].count; k++)
            gap_of[w->gaps->communes[w->gaps->gaps[g].first + k]] = g;
    for (uint32_t l = 0; enough && l < w->ground->link_count; l++) {
        const maille_link *link = &w->ground->links[l];
        uint32_t a = gap_of[link->a], b = gap_of[link->b];
        if ((a == MAILLE_ABSENT) != (b == MAILLE_ABSENT))
            enough = MAILLE_VEC_PUSH(&w->ways, a == MAILLE_ABSENT ? ((way_out){b, link->a})
                                                                  : ((way_out){a, link->b}));
    }
    if (enough && w->ways.count > 1)
        qsort(w->ways.items, w->ways.count, sizeof *w->ways.items, compare_ways);
    maille_free(gap_of);
    return enough ? MAILLE_OK : maille_no_memory(w->ctx);
}

/* Longest border first, then most links, then number. */
static int compare_candidates(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    if (a->links != b->links)
        return a->links > b->links ? -1 : 1;
    return (a->claim > b->claim) - (a->claim < b->claim);
}

/* Those who border a gap, best first. */
static maille_status list_takers(work *w, const maille_gap *gap) {
    size_t count = w->reach.claims.count;
    w->takers.count = 0;
    if (!MAILLE_VEC_RESERVE(&w->takers, count))
        return maille_no_memory(w->ctx);
    for (size_t k = 0; k < count; k++) {
        uint32_t claim = w->reach.claims.items[k];
        w->candidates[k] = (struct candidate){w->reach.length[claim], w->reach.links[claim], claim};
    }
    if (count > 1)
        qsort(w->candidates, count, sizeof *w->candidates, compare_candidates);
    for (size_t k = 0; k < count; k++) {
        uint32_t claim = w->candidates[k].claim;
        double after = w->people[claim] + gap->population;
        const maille_size_class *size = maille_size_of(w->sizes, after);
        w->takers.items[w->takers.count++] = (maille_taker){claim, after, size ? size->id : NULL};
    }
    return MAILLE_OK;
}

static uint32_t places_in(const maille_ground *ground, const uint32_t *units, uint32_t count) {
    uint32_t places = 0;
    for (uint32_t s = 0; s < ground->service_count; s++)
        for (uint32_t k = 0; ground->services[s].places && k < count; k++)
            places += ground->services[s].places[units[k]];
    return places;
}

static maille_status judge_gaps(work *w) {
    maille_status status = MAILLE_OK;
    size_t way = 0;
    for (uint32_t g = 0; g < w->gaps->count; g++) {
        const maille_gap *gap = &w->gaps->gaps[g];
        const uint32_t *units = w->gaps->communes + gap->first;
        bool scandal = gap->enclosed && gap->population > 0;
        maille_flag flag = maille_flag_of(
            MAILLE_FLAG_GAP, scandal ? MAILLE_ALERTE : MAILLE_INFORMATION, MAILLE_ABSENT);
        MAILLE_TRY(
            maille_reach_borders(w->ctx, w->ground, w->holders, units, gap->count, &w->reach));
        for (; way < w->ways.count && w->ways.items[way].gap == g; way++)
            MAILLE_TRY(maille_reach_link(w->ctx, w->holders, w->ways.items[way].unit, &w->reach));
        MAILLE_TRY(list_takers(w, gap));
        flag.count = gap->count;
        flag.population = gap->population;
        flag.enclosed = gap->enclosed;
        flag.places = places_in(w->ground, units, gap->count);
        flag.taker_count = (uint32_t)w->takers.count;
        MAILLE_TRY(maille_flags_add(w->ctx, w->out, &flag, units, w->takers.items, NULL));
    }
done:
    return status;
}

/* ---- shares beyond 1 --------------------------------------------------------------------------
 */

/* Shares are written in decimals: what sums to 1 on paper may not to the last bit. */
static const double SUM_TOLERANCE = 1e-9;

static maille_status judge_shares(work *w, const maille_plan *plan) {
    for (uint32_t unit = 0; unit < w->ground->count; unit++) {
        uint32_t first = w->holders->start[unit], end = w->holders->start[unit + 1];
        bool in_part = false;
        double sum = 0;
        for (uint32_t h = first; h < end && end - first > 1; h++) {
            maille_unit_list list = maille_units_of(&plan->claims[w->holders->claim[h]]);
            double share = maille_unit_share(&list, maille_unit_place(list.unit, list.count, unit));
            in_part = in_part || share < 1;
            sum += share;
        }
        if (!in_part || sum <= 1 + SUM_TOLERANCE)
            continue;
        maille_flag flag = maille_flag_of(MAILLE_FLAG_OVERSHARED, MAILLE_ALERTE, MAILLE_ABSENT);
        flag.count = 1;
        flag.population = w->ground->population[unit];
        flag.value = sum;
        maille_status status = maille_flags_add(w->ctx, w->out, &flag, &unit, NULL, NULL);
        if (status != MAILLE_OK)
            return status;
    }
    return MAILLE_OK;
}

maille_status maille_judge_rest(maille_ctx *ctx, const maille_ground *ground,
                                const maille_judge_rules *rules, const maille_plan *plan,
                                const maille_holders *holders, maille_flags *out) {
    maille_status status = MAILLE_OK;
    const maille_flags mark = *out;
    maille_gaps *gaps = NULL;
    work w = {.ctx = ctx, .ground = ground, .sizes = rules->sizes, .holders = holders, .out = out};
    MAILLE_TRY(maille_reach_new(ctx, plan, &w.reach));
    MAILLE_TRY(maille_gaps_of_plan(ctx, ground, plan, &gaps));
    MAILLE_TRY(maille_people_of_claims(ctx, ground, plan, &w.people));
    w.gaps = gaps;
    w.candidates = maille_alloc(plan->count, sizeof *w.candidates);
    if (!w.candidates) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(list_ways(&w));
    MAILLE_TRY(judge_gaps(&w));
    MAILLE_TRY(judge_shares(&w, plan));
done:
    maille_gaps_free(gaps);
    maille_reach_free(&w.reach);
    maille_free(w.people);
    maille_free(w.candidates);
    MAILLE_VEC_FREE(&w.ways);
    MAILLE_VEC_FREE(&w.takers);
    if (status != MAILLE_OK)
        maille_flags_cut(out, &mark);
    return status;
}
