/* Estimates where there are no roads: straight distance × detour / speed. */
#include <math.h>
#include <stdlib.h>

#include <maille/memory.h>
#include <maille/pool.h>

#include "travel/rows.h"

#define ROWS_A_PIECE 256

typedef struct {
    const maille_xy *origins, *places;
    uint32_t place_count;
    double ms_per_m;
    uint32_t limit_ms;
    uint32_t *by_x; /* places from west to east */
    travel_rows rows;
    uint32_t *ms, *which;
} job;

static uint64_t estimate(const job *j, maille_xy a, maille_xy b) {
    double ms = round(hypot(b.x - a.x, b.y - a.y) * j->ms_per_m);
    return ms < (double)MAILLE_UNREACHED ? (uint64_t)ms : UINT64_MAX; /* NaN too */
}

/* First of the places from west to east that lies at x or beyond. */
static uint32_t first_from(const job *j, double x) {
    uint32_t low = 0, high = j->place_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (j->places[j->by_x[middle]].x < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int by_number(const void *pa, const void *pb) {
    const uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
    return (a > b) - (a < b);
}

static maille_status times_piece(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                 size_t end) {
    job *j = user;
    travel_piece *out = travel_rows_piece(&j->rows, begin);
    (void)worker;
    for (size_t row = begin; row < end; row++) {
        maille_xy at = j->origins[row];
        /* half a millisecond is rounded away; one more metre for the rounding of doubles */
        double reach = ((double)j->limit_ms + 0.5) / j->ms_per_m + 1.0;
        size_t before = out->column.count;
        for (uint32_t i = first_from(j, at.x - reach);
             i < j->place_count && j->places[j->by_x[i]].x <= at.x + reach; i++)
            if (estimate(j, at, j->places[j->by_x[i]]) <= j->limit_ms &&
                !MAILLE_VEC_PUSH(&out->column, j->by_x[i]))
                return maille_no_memory(ctx);
        if (out->column.count > before)
            qsort(out->column.items + before, out->column.count - before, sizeof *out->column.items,
                  by_number);
        for (size_t i = before; i < out->column.count; i++)
            if (!MAILLE_VEC_PUSH(&out->ms,
                                 (uint32_t)estimate(j, at, j->places[out->column.items[i]])))
                return maille_no_memory(ctx);
        j->rows.row_count[row + 1] = out->column.count - before;
    }
    return MAILLE_OK;
}

typedef struct {
    double x;
    uint32_t number;
} placed;

static int by_x(const void *pa, const void *pb) {
    const placed *a = pa, *b = pb;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Places without coordinates lie nowhere and are left out. */
static maille_status sort_places(maille_ctx *ctx, job *j) {
    placed *sorted = maille_alloc(j->place_count, sizeof *sorted);
    j->by_x = maille_alloc(j->place_count, sizeof *j->by_x);
    if (!sorted || !j->by_x) {
        maille_free(sorted);
        return maille_no_memory(ctx);
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < j->place_count; i++)
        if (isfinite(j->places[i].x) && isfinite(j->places[i].y))
            sorted[count++] = (placed){j->places[i].x, i};
    qsort(sorted, count, sizeof *sorted, by_x);
    for (uint32_t i = 0; i < count; i++)
        j->by_x[i] = sorted[i].number;
    j->place_count = count;
    maille_free(sorted);
    return MAILLE_OK;
}

static maille_status check(maille_ctx *ctx, double detour, double speed_kmh) {
    if (detour > 0 && speed_kmh > 0 && isfinite(detour) && isfinite(speed_kmh))
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_USAGE, "detour and speed of an estimate were not above 0");
}

maille_status maille_times_estimated(maille_ctx *ctx, const maille_xy *origins,
                                     uint32_t origin_count, const maille_xy *destinations,
                                     uint32_t destination_count, double detour, double speed_kmh,
                                     uint32_t limit_ms, maille_matrix **out) {
    job j = {.origins = origins,
             .places = destinations,
             .place_count = destination_count,
             .limit_ms = limit_ms < MAILLE_UNREACHED ? limit_ms : MAILLE_UNREACHED - 1};
    *out = NULL;
    maille_status status = check(ctx, detour, speed_kmh);
    if (status)
        return status;
    j.ms_per_m = detour * 3600.0 / speed_kmh;
    status = travel_rows_init(ctx, &j.rows, origin_count, destination_count, ROWS_A_PIECE);
    if (!status)
        status = sort_places(ctx, &j);
    if (!status)
        status = maille_parallel(ctx, origin_count, ROWS_A_PIECE, times_piece, &j);
    if (!status)
        status = travel_rows_finish(ctx, &j.rows, out);
    travel_rows_clear(&j.rows);
    maille_free(j.by_x);
    return status;
}

static maille_status nearest_piece(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                   size_t end) {
    const job *j = user;
    (void)ctx;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        j->ms[i] = MAILLE_UNREACHED;
        j->which[i] = UINT32_MAX;
        for (uint32_t p = 0; p < j->place_count; p++) {
            uint64_t ms = estimate(j, j->origins[i], j->places[p]);
            if (ms < j->ms[i]) {
                j->ms[i] = (uint32_t)ms;
                j->which[i] = p;
            }
        }
    }
    return MAILLE_OK;
}

maille_status maille_nearest_estimated(maille_ctx *ctx, const maille_xy *origins,
                                       uint32_t origin_count, const maille_xy *stops,
                                       uint32_t stop_count, double detour, double speed_kmh,
                                       uint32_t *ms, uint32_t *which) {
    job j = {
        .origins = origins, .places = stops, .place_count = stop_count, .ms = ms, .which = which};
    maille_status status = check(ctx, detour, speed_kmh);
    if (status)
        return status;
    j.ms_per_m = detour * 3600.0 / speed_kmh;
    return maille_parallel(ctx, origin_count, ROWS_A_PIECE, nearest_piece, &j);
}
