/* What concerns one claim alone: empty, lost, pieces, links, holes, size, départements, regions,
 * groupings that it splits. */
#include "territory/judge_common.h"

#include <math.h>

typedef struct {
    maille_ctx *ctx;
    const maille_ground *ground;
    const maille_judge_rules *rules;
    maille_unit_list list;
    uint32_t claim;
    maille_flags *out;
    maille_numbers units; /* of the flag in the making */
} work;

static maille_status no_units(work *w, const maille_flag *flag) {
    return maille_flags_add(w->ctx, w->out, flag, NULL, NULL, NULL);
}

/* The flag with the units gathered in `w->units`. */
static maille_status with_units(work *w, maille_flag flag, const uint32_t *links) {
    flag.count = (uint32_t)w->units.count;
    return maille_flags_add(w->ctx, w->out, &flag, w->units.items, NULL, links);
}

/* ---- pieces and links -------------------------------------------------------------------------
 */

/* Gathers the units outside the most populous piece (of equal ones the first), and their people. */
static maille_status outside_main(work *w, const uint32_t *piece_of, uint32_t pieces,
                                  double *people) {
    uint32_t main = 0;
    double *sum = maille_alloc(pieces, sizeof *sum);
    if (!sum)
        return maille_no_memory(w->ctx);
    for (uint32_t k = 0; k < w->list.count; k++)
        sum[piece_of[k]] += maille_unit_people(w->ground, &w->list, k);
    for (uint32_t p = 1; p < pieces; p++)
        if (sum[p] > sum[main])
            main = p;
    maille_free(sum);
    *people = 0;
    w->units.count = 0;
    for (uint32_t k = 0; k < w->list.count; k++) {
        if (piece_of[k] == main)
            continue;
        *people += maille_unit_people(w->ground, &w->list, k);
        if (!MAILLE_VEC_PUSH(&w->units, w->list.unit[k]))
            return maille_no_memory(w->ctx);
    }
    return MAILLE_OK;
}

static maille_status judge_pieces(work *w) {
    maille_status status = MAILLE_OK;
    uint32_t by_border, by_road, *links = NULL;
    uint32_t *border_piece = maille_alloc(w->list.count, sizeof *border_piece);
    uint32_t *road_piece = maille_alloc(w->list.count, sizeof *road_piece);
    maille_flag flag;
    if (!border_piece || !road_piece) {
        status = maille_no_memory(w->ctx);
        goto done;
    }
    MAILLE_TRY(maille_pieces(w->ctx, w->ground, w->list.unit, w->list.count, false, &by_border,
                             border_piece, NULL, NULL));
    if (by_border == 1)
        goto done;
    flag = maille_flag_of(MAILLE_FLAG_LINKED, MAILLE_INFORMATION, w->claim);
    MAILLE_TRY(maille_pieces(w->ctx, w->ground, w->list.unit, w->list.count, true, &by_road,
                             road_piece, &links, &flag.link_count));
    flag.value = by_border;
    if (by_road > 1) {
        flag.kind = MAILLE_FLAG_PARTS;
        flag.severity = MAILLE_ALERTE;
        flag.value = by_road;
    }
    MAILLE_TRY(by_road > 1 ? outside_main(w, road_piece, by_road, &flag.population)
                           : outside_main(w, border_piece, by_border, &flag.population));
    MAILLE_TRY(with_units(w, flag, links));
done:
    maille_free(border_piece);
    maille_free(road_piece);
    maille_free(links);
    return status;
}

static maille_status judge_holes(work *w) {
    maille_holes holes;
    maille_status status =
        maille_holes_find(w->ctx, w->ground, w->list.unit, w->list.count, &holes);
    for (uint32_t h = 0; status == MAILLE_OK && h < holes.count; h++) {
        maille_flag flag = maille_flag_of(MAILLE_FLAG_HOLE, MAILLE_ALERTE, w->claim);
        const uint32_t *units = holes.unit.items + holes.start.items[h];
        flag.count = holes.start.items[h + 1] - holes.start.items[h];
        for (uint32_t k = 0; k < flag.count; k++)
            flag.population += w->ground->population[units[k]];
        status = maille_flags_add(w->ctx, w->out, &flag, units, NULL, NULL);
    }
    maille_holes_free(&holes);
    return status;
}

/* ---- size -------------------------------------------------------------------------------------
 */

static maille_status judge_size(work *w) {
    const maille_size_rules *sizes = w->rules->sizes;
    double people = maille_list_people(w->ground, &w->list);
    bool small = people < sizes->least;
    if (!small && !(people > sizes->most))
        return MAILLE_OK;
    maille_flag flag =
        maille_flag_of(small ? MAILLE_FLAG_SMALL : MAILLE_FLAG_LARGE, MAILLE_ALERTE, w->claim);
    flag.population = people;
    flag.value = small ? sizes->least - people : people - sizes->most;
    return no_units(w, &flag);
}

/* ---- départements, regions, groupings ---------------------------------------------------------
 */

/* First place after the run of one group. */
static uint32_t run_end(const maille_met *met, uint32_t count, uint32_t first) {
    uint32_t end = first + 1;
    while (end < count && met[end].group == met[first].group)
        end++;
    return end;
}

static double run_people(const work *w, const maille_met *met, uint32_t first, uint32_t end) {
    double people = 0;
    for (uint32_t k = first; k < end; k++)
        people += maille_unit_people(w->ground, &w->list, met[k].place);
    return people;
}

/* Units in other groups than the most populous one (of equal ones the first). */
static maille_status judge_crossing(work *w, const maille_partition *partition,
                                    maille_flag_kind kind) {
    maille_status status = MAILLE_OK;
    maille_flag flag = maille_flag_of(kind, MAILLE_INFORMATION, w->claim);
    maille_met *met = NULL;
    uint32_t count, groups = 0, main = 0;
    double most = -1;
    MAILLE_TRY(maille_groups_met(w->ctx, partition, &w->list, &met, &count));
    for (uint32_t k = 0; k < count; k = run_end(met, count, k)) {
        double people = run_people(w, met, k, run_end(met, count, k));
        groups++;
        if (people > most) {
            most = people;
            main = met[k].group;
        }
    }
    if (groups < 2)
        goto done;
    w->units.count = 0;
    for (uint32_t k = 0; k < w->list.count; k++) {
        uint32_t group = partition->of_commune[w->list.unit[k]];
        if (group == MAILLE_ABSENT || group == main)
            continue;
        flag.population += maille_unit_people(w->ground, &w->list, k);
        if (!MAILLE_VEC_PUSH(&w->units, w->list.unit[k])) {
            status = maille_no_memory(w->ctx);
            goto done;
        }
    }
    flag.value = groups;
    status = with_units(w, flag, NULL);
done:
    maille_free(met);
    return status;
}

/* One group of which the claim holds the run first … end: flagged where it lacks units of it. */
static maille_status judge_group(work *w, uint32_t grouping, const maille_met *met, uint32_t first,
                                 uint32_t end) {
    maille_flag flag = maille_flag_of(MAILLE_FLAG_SPLIT, MAILLE_INFORMATION, w->claim);
    maille_group_walk walk =
        maille_group_units(w->ground, &w->ground->groupings[grouping], met[first].group);
    flag.grouping = grouping;
    flag.group = met[first].group;
    flag.value = run_people(w, met, first, end);
    w->units.count = 0;
    for (uint32_t unit; (unit = maille_group_next(&walk)) != MAILLE_ABSENT;) {
        if (first < end && w->list.unit[met[first].place] == unit) {
            first++;
            continue;
        }
        flag.population += w->ground->population[unit];
        if (!MAILLE_VEC_PUSH(&w->units, unit))
            return maille_no_memory(w->ctx);
    }
    return w->units.count > 0 ? with_units(w, flag, NULL) : MAILLE_OK;
}

static maille_status judge_splits(work *w, uint32_t grouping) {
    maille_met *met = NULL;
    uint32_t count;
    maille_status status =
        maille_groups_met(w->ctx, &w->ground->groupings[grouping], &w->list, &met, &count);
    for (uint32_t k = 0, end; k < count && status == MAILLE_OK; k = end) {
        end = run_end(met, count, k);
        status = judge_group(w, grouping, met, k, end);
    }
    maille_free(met);
    return status;
}

/* FNV-1a of the codes, each with its closing NUL: flags of other codes are other flags. */
static uint64_t sum_of_lost(const maille_claim *claim) {
    uint64_t sum = 14695981039346656037u;
    for (uint32_t i = 0; i < claim->lost && claim->lost_code; i++) {
        const char *c = claim->lost_code[i];
        do
            sum = (sum ^ (unsigned char)*c) * 1099511628211u;
        while (*c++);
    }
    return sum;
}

/* ---- all --------------------------------------------------------------------------------------
 */

static maille_status judge_members(work *w) {
    maille_status status = MAILLE_OK;
    MAILLE_TRY(judge_pieces(w));
    MAILLE_TRY(judge_holes(w));
    MAILLE_TRY(judge_size(w));
    MAILLE_TRY(judge_crossing(w, &w->ground->department, MAILLE_FLAG_DEPARTMENTS));
    MAILLE_TRY(judge_crossing(w, &w->ground->region, MAILLE_FLAG_REGIONS));
    for (uint32_t g = 0; g < w->ground->grouping_count; g++)
        MAILLE_TRY(judge_splits(w, g));
done:
    return status;
}

maille_status maille_judge_claim(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const maille_plan *plan,
                                 uint32_t claim, maille_flags *out) {
    const maille_claim *of = &plan->claims[claim];
    const maille_flags mark = *out;
    maille_status status = MAILLE_OK;
    work w = {.ctx = ctx,
              .ground = ground,
              .rules = rules,
              .list = maille_units_of(of),
              .claim = claim,
              .out = out};
    if (!of->active)
        return MAILLE_OK;
    if (of->lost > 0) {
        maille_flag flag = maille_flag_of(MAILLE_FLAG_LOST, MAILLE_ALERTE, claim);
        flag.value = of->lost;
        flag.lost_codes = sum_of_lost(of);
        MAILLE_TRY(no_units(&w, &flag));
    }
    if (of->count == 0) {
        maille_flag flag = maille_flag_of(MAILLE_FLAG_EMPTY, MAILLE_ERREUR, claim);
        MAILLE_TRY(no_units(&w, &flag));
    } else {
        MAILLE_TRY(judge_members(&w));
    }
done:
    MAILLE_VEC_FREE(&w.units);
    if (status != MAILLE_OK)
        maille_flags_cut(out, &mark);
    return status;
}
