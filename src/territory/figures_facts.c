/* Services, indicators, ages and crosswalks of a list of units. */
#include "territory/figures.h"

#include <math.h>

void *maille_figures_alloc(const figures_call *call, size_t count, size_t size) {
    unsigned char *block = maille_arena_alloc(call->figures->arena, (count + 1) * size);
    for (size_t i = 0; block && i < (count + 1) * size; i++)
        block[i] = 0;
    return block;
}

/* ---- services ---------------------------------------------------------------------------------
 */

/* The mean over people of a value of each unit, and how many have none; NaN where nobody has. */
static double mean_of(const figures_call *call, const double *value, double *without) {
    double sum = 0, weight = 0, rest = 0;
    for (uint32_t k = 0; k < call->list.count; k++) {
        double people = maille_unit_people(call->ground, &call->list, k);
        double of_unit = value[call->list.unit[k]];
        if (isnan(of_unit)) {
            rest += people;
        } else {
            sum += people * of_unit;
            weight += people;
        }
    }
    if (without)
        *without = rest;
    return weight > 0 ? sum / weight : NAN;
}

static double share_within(const figures_call *call, const double *minutes, double band) {
    double within = 0;
    for (uint32_t k = 0; k < call->list.count; k++)
        if (minutes[call->list.unit[k]] <= band) /* unreached is NaN: never */
            within += maille_unit_people(call->ground, &call->list, k);
    return call->figures->population > 0 ? within / call->figures->population : NAN;
}

static maille_status add_service(maille_ctx *ctx, const figures_call *call,
                                 const maille_ground_service *service,
                                 maille_service_figures *out) {
    const maille_unit_list *list = &call->list;
    out->within = maille_figures_alloc(call, service->band_count, sizeof *out->within);
    if (!out->within)
        return maille_no_memory(ctx);
    for (uint32_t k = 0; k < list->count; k++) {
        uint32_t unit = list->unit[k];
        out->places += service->places ? service->places[unit] : 0;
        out->amount += service->amount ? service->amount[unit] * maille_unit_share(list, k) : 0;
    }
    for (uint32_t b = 0; b < service->band_count; b++)
        out->within[b] = share_within(call, service->minutes, service->bands_min[b]);
    out->mean_min = mean_of(call, service->minutes, &out->population_unreached);
    out->apl = service->apl ? mean_of(call, service->apl, NULL) : NAN;
    return MAILLE_OK;
}

/* ---- indicators and ages ----------------------------------------------------------------------
 */

static double sum_of(const figures_call *call, const double *value) {
    double sum = 0;
    bool any = false;
    for (uint32_t k = 0; k < call->list.count; k++) {
        double of_unit = value[call->list.unit[k]];
        if (isnan(of_unit))
            continue;
        sum += of_unit * maille_unit_share(&call->list, k);
        any = true;
    }
    return any ? sum : NAN;
}

/* Mean by the indicator's own weights; units whose value or weight is not known do not count. */
static double weighted_mean_of(const figures_call *call, const maille_indicator *indicator) {
    double sum = 0, weights = 0;
    for (uint32_t k = 0; k < call->list.count; k++) {
        uint32_t unit = call->list.unit[k];
        double weight = indicator->weight[unit] * maille_unit_share(&call->list, k);
        if (isnan(indicator->value[unit]) || isnan(weight))
            continue;
        sum += indicator->value[unit] * weight;
        weights += weight;
    }
    return weights > 0 ? sum / weights : NAN;
}

static double indicator_of(const figures_call *call, const maille_indicator *indicator) {
    if (indicator->how == MAILLE_SUM)
        return sum_of(call, indicator->value);
    return indicator->weight ? weighted_mean_of(call, indicator)
                             : mean_of(call, indicator->value, NULL);
}

maille_status maille_figures_add_services(maille_ctx *ctx, const figures_call *call) {
    const maille_ground *g = call->ground;
    maille_figures *f = call->figures;
    maille_status status = MAILLE_OK;
    f->services = maille_figures_alloc(call, g->service_count, sizeof *f->services);
    f->indicators = maille_figures_alloc(call, g->indicator_count, sizeof *f->indicators);
    f->ages = maille_figures_alloc(call, g->age_count, sizeof *f->ages);
    if (!f->services || !f->indicators || !f->ages)
        return maille_no_memory(ctx);
    for (uint32_t s = 0; s < g->service_count; s++)
        MAILLE_TRY(add_service(ctx, call, &g->services[s], &f->services[s]));
    for (uint32_t i = 0; i < g->indicator_count; i++)
        f->indicators[i] = indicator_of(call, &g->indicators[i]);
    for (uint32_t a = 0; a < g->age_count; a++)
        f->ages[a] = sum_of(call, g->ages[a].population);
done:
    return status;
}

/* ---- crosswalks -------------------------------------------------------------------------------
 */

static uint32_t count_groups(const maille_met *met, uint32_t count) {
    uint32_t groups = 0;
    for (uint32_t k = 0; k < count; k++)
        groups += k == 0 || met[k].group != met[k - 1].group;
    return groups;
}

/* What the group holds beside what was met of it. */
static void finish(const figures_call *call, const maille_partition *partition,
                   maille_crossing *crossing) {
    maille_group_walk walk = maille_group_units(call->ground, partition, crossing->group);
    uint32_t units = 0;
    double people = 0;
    for (uint32_t unit; (unit = maille_group_next(&walk)) != MAILLE_ABSENT; units++)
        people += call->ground->population[unit];
    crossing->missing = units - crossing->common;
    crossing->of_group = people;
    crossing->part_of_group = people > 0 ? crossing->population / people : NAN;
    crossing->part_of_list =
        call->figures->population > 0 ? crossing->population / call->figures->population : NAN;
}

static maille_status add_crosswalk(maille_ctx *ctx, const figures_call *call,
                                   const maille_partition *partition, maille_crosswalk *out) {
    maille_met *met = NULL;
    uint32_t count;
    maille_status status = maille_groups_met(ctx, partition, &call->list, &met, &count);
    if (status != MAILLE_OK)
        return status;
    out->partition = partition;
    out->outside = call->list.count - count;
    out->items = maille_figures_alloc(call, count_groups(met, count), sizeof *out->items);
    if (!out->items) {
        maille_free(met);
        return maille_no_memory(ctx);
    }
    for (uint32_t k = 0; k < count; k++) {
        if (k == 0 || met[k].group != met[k - 1].group)
            out->items[out->count++].group = met[k].group;
        maille_crossing *crossing = &out->items[out->count - 1];
        crossing->common++;
        crossing->population += maille_unit_people(call->ground, &call->list, met[k].place);
    }
    for (uint32_t i = 0; i < out->count; i++)
        finish(call, partition, &out->items[i]);
    maille_free(met);
    return MAILLE_OK;
}

maille_status maille_figures_add_crosswalks(maille_ctx *ctx, const figures_call *call) {
    const maille_ground *g = call->ground;
    maille_figures *f = call->figures;
    maille_status status = MAILLE_OK;
    f->crosswalks = maille_figures_alloc(call, g->grouping_count + 2u, sizeof *f->crosswalks);
    if (!f->crosswalks)
        return maille_no_memory(ctx);
    MAILLE_TRY(add_crosswalk(ctx, call, &g->department, &f->crosswalks[0]));
    MAILLE_TRY(add_crosswalk(ctx, call, &g->region, &f->crosswalks[1]));
    for (uint32_t i = 0; i < g->grouping_count; i++)
        MAILLE_TRY(add_crosswalk(ctx, call, &g->groupings[i], &f->crosswalks[2 + i]));
    f->crosswalk_count = g->grouping_count + 2u;
done:
    return status;
}
