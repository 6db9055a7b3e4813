/* Drives among a few communes, whatever their length: what the matrix of times, which ends at its
 * limit, does not tell of a perimeter or of communes that several claim. */
#include "steps/ground.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/reach.h>
#include <maille/vec.h>
#include <math.h>
#include <stdlib.h>

/* Where a list of communes stands: on the roads, and in metres where there are none. */
typedef struct {
    maille_stop *stops;
    maille_xy *points;
} ends;

static maille_status ends_new(maille_ctx *ctx, const travel *t, const commune_figures *figures,
                              const uint32_t *units, uint32_t count, ends *out) {
    out->stops = maille_alloc(count + 1u, sizeof *out->stops);
    out->points = maille_alloc(count + 1u, sizeof *out->points);
    if (!out->stops || !out->points)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++) {
        out->stops[i] = t->network ? t->commune_stop[units[i]] : maille_stop_nowhere();
        out->points[i] = figures->centre[units[i]];
    }
    return MAILLE_OK;
}

static void ends_free(ends *e) {
    maille_free(e->stops);
    maille_free(e->points);
}

maille_status times_without_limit(maille_ctx *ctx, loads *l, const uint32_t *from,
                                  uint32_t from_count, const uint32_t *to, uint32_t to_count,
                                  maille_matrix **out) {
    const uint32_t limit_ms = MAILLE_UNREACHED - 1;
    maille_status status = MAILLE_OK;
    const travel *t = NULL;
    const commune_figures *figures = NULL;
    const maille_travel_rules *rules = NULL;
    ends a = {0}, other = {0}, *b = from == to ? &a : &other;
    TRY(load_hierarchy(ctx, l, &t));
    TRY(load_figures(ctx, l, &figures));
    TRY(load_travel_rules(ctx, l, &rules));
    TRY(ends_new(ctx, t, figures, from, from_count, &a));
    if (b != &a)
        TRY(ends_new(ctx, t, figures, to, to_count, b));
    if (t->network)
        TRY(maille_reach_times(ctx, t->network, t->hierarchy, a.stops, from_count, b->stops,
                               to_count, limit_ms, out));
    else
        TRY(maille_times_estimated(ctx, a.points, from_count, b->points, to_count, rules->detour,
                                   rules->speed_kmh, limit_ms, out));
done:
    ends_free(&a);
    ends_free(&other);
    return status;
}

/* ---- a perimeter ---- */

/* Gives a ground the times among these units alone, whatever their length. `start` and the columns
 * of the matrix, renumbered, stay where they are. */
static void set_times(maille_ground *ground, const uint32_t *units, maille_matrix *among,
                      uint64_t *start) {
    uint32_t next = 0;
    for (uint32_t u = 0; u < ground->count; u++) {
        bool here = next < among->rows && units[next] == u;
        start[u + 1] = here ? among->start[next + 1] : start[u];
        next += here;
    }
    for (uint64_t k = 0; k < among->start[among->rows]; k++)
        among->column[k] = units[among->column[k]];
    ground->time_start = start;
    ground->time_column = among->column;
    ground->time_ms = among->ms;
    ground->time_limit_ms = MAILLE_UNREACHED - 1;
}

static void copy_drives(maille_figures *to, const maille_figures *from) {
    to->longest_min = from->longest_min;
    to->longest_from = from->longest_from;
    to->longest_to = from->longest_to;
    to->pairs_beyond = from->pairs_beyond;
    to->meeting = from->meeting;
    to->meeting_max_min = from->meeting_max_min;
    to->meeting_mean_min = from->meeting_mean_min;
}

maille_status maille_loaded_drives(maille_ctx *ctx, const maille_loaded *loaded,
                                   const uint32_t *units, const double *shares, uint32_t count,
                                   maille_figures *figures) {
    maille_status status = MAILLE_OK;
    maille_ground ground = loaded->ground;
    maille_matrix *among = NULL;
    maille_figures *found = NULL;
    uint64_t *start = maille_alloc(ground.count + 1u, sizeof *start);
    if (!start)
        return maille_no_memory(ctx);
    TRY(times_without_limit(ctx, loaded->l, units, count, units, count, &among));
    set_times(&ground, units, among, start);
    TRY(maille_figures_new(ctx, &ground, &loaded->rules, units, shares, count, MAILLE_WITH_DRIVES,
                           &found));
    copy_drives(figures, found);
done:
    maille_figures_free(found);
    maille_matrix_free(among);
    maille_free(start);
    return status;
}

/* ---- communes that several claim ---- */

static int by_number(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static uint32_t sort_distinct(uint32_t *units, size_t count) {
    uint32_t kept = 0;
    qsort(units, count, sizeof *units, by_number);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || units[kept - 1] != units[i])
            units[kept++] = units[i];
    return kept;
}

static uint32_t place_of(const uint32_t *units, uint32_t count, uint32_t unit) {
    const uint32_t *found = bsearch(&unit, units, count, sizeof *units, by_number);
    return (uint32_t)(found - units);
}

/* NaN where no road leads. */
static double minutes_between(const maille_matrix *times, uint32_t row, uint32_t column) {
    const uint32_t *first = times->column + times->start[row];
    uint64_t count = times->start[row + 1] - times->start[row];
    const uint32_t *found = count ? bsearch(&column, first, count, sizeof *first, by_number) : NULL;
    return found ? times->ms[found - times->column] / 60000.0 : NAN;
}

/* Someone whose minutes are not known, though there is somewhere to drive to. */
typedef struct {
    uint32_t unit;
    maille_claimant *claimant;
} lack;
typedef MAILLE_VEC(lack) lack_list;

static maille_status find_lacks(maille_ctx *ctx, maille_contested *contested, lack_list *out) {
    for (uint32_t i = 0; i < contested->count; i++) {
        const maille_contested_unit *u = &contested->units[i];
        for (uint32_t k = 0; k < u->count; k++) {
            maille_claimant *c = &contested->claimants[u->first + k];
            if (c->pole != MAILLE_ABSENT && isnan(c->minutes_to_pole) &&
                !MAILLE_VEC_PUSH(out, ((lack){u->unit, c})))
                return maille_no_memory(ctx);
        }
    }
    return MAILLE_OK;
}

maille_status maille_loaded_contested(maille_ctx *ctx, const maille_loaded *loaded,
                                      maille_contested *contested) {
    maille_status status = MAILLE_OK;
    maille_matrix *times = NULL;
    lack_list lacks = {0};
    uint32_t unit_count, pole_count, *units = NULL, *poles = NULL;
    TRY(find_lacks(ctx, contested, &lacks));
    if (!lacks.count)
        goto done;
    units = maille_alloc(lacks.count, sizeof *units);
    poles = maille_alloc(lacks.count, sizeof *poles);
    if (!units || !poles) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < lacks.count; i++) {
        units[i] = lacks.items[i].unit;
        poles[i] = lacks.items[i].claimant->pole;
    }
    unit_count = sort_distinct(units, lacks.count);
    pole_count = sort_distinct(poles, lacks.count);
    TRY(times_without_limit(ctx, loaded->l, units, unit_count, poles, pole_count, &times));
    for (size_t i = 0; i < lacks.count; i++)
        lacks.items[i].claimant->minutes_to_pole =
            minutes_between(times, place_of(units, unit_count, lacks.items[i].unit),
                            place_of(poles, pole_count, lacks.items[i].claimant->pole));
done:
    maille_matrix_free(times);
    maille_free(units);
    maille_free(poles);
    MAILLE_VEC_FREE(&lacks);
    return status;
}
