/* Points of a source: from two fields or from geometry, in lon/lat, judged against the study's CRS.
 */
#include "sources/job.h"

#include <inttypes.h>
#include <maille/crs.h>
#include <maille/lines.h>
#include <maille/shapes.h>
#include <maille/text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the workspace's CRS ---- */

maille_status maille_stored_epsg(maille_ctx *ctx, maille_store *store, int *epsg) {
    char *text = NULL;
    int64_t number = 0;
    *epsg = 0;
    maille_status status = maille_store_get(ctx, store, "crs", &text);
    if (status != MAILLE_OK || !text)
        return status;
    const char *digits = strncmp(text, "EPSG:", 5) == 0 ? text + 5 : text;
    if (!maille_parse_int(digits, &number) || number <= 0 || number > INT32_MAX)
        status = maille_fail(ctx, MAILLE_REFUSED, "crs %s of %s was no EPSG:n", text,
                             maille_store_path(store));
    *epsg = (int)number;
    maille_free(text);
    return status;
}

/* The first point of a WKB polygon or multipolygon; NaN where there is none. */
static maille_status first_point(maille_ctx *ctx, maille_bytes wkb, maille_lonlat *out) {
    maille_shapes *shape = NULL;
    *out = (maille_lonlat){NAN, NAN};
    maille_status status = maille_shapes_new(ctx, &shape);
    if (status == MAILLE_OK)
        status = maille_shapes_add_wkb(ctx, shape, wkb);
    if (status == MAILLE_OK && maille_shapes_points(shape) > 0)
        *out = (maille_lonlat){shape->points[0].x, shape->points[0].y};
    maille_shapes_free(shape);
    return status;
}

typedef MAILLE_VEC(maille_lonlat) lonlats;

/* One point of each commune. */
static maille_status sample_communes(maille_ctx *ctx, maille_store *store, lonlats *points) {
    static const char *const columns[] = {"geom"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = 1};
    maille_cursor *cursor = NULL;
    bool row = true;
    maille_status status = maille_store_scan(ctx, store, &query, &cursor);
    while (status == MAILLE_OK) {
        maille_lonlat p;
        status = maille_cursor_next(ctx, cursor, &row);
        if (status != MAILLE_OK || !row)
            break;
        status = first_point(ctx, maille_cursor_bytes(cursor, 0), &p);
        if (status == MAILLE_OK && !isnan(p.lon) && !MAILLE_VEC_PUSH(points, p))
            status = maille_no_memory(ctx);
    }
    maille_cursor_free(cursor);
    return status;
}

maille_status maille_source_crs(maille_ctx *ctx, maille_store *store, int *epsg) {
    lonlats points = {0};
    char text[32];
    maille_status status = maille_stored_epsg(ctx, store, epsg);
    if (status != MAILLE_OK || *epsg)
        return status;
    status = sample_communes(ctx, store, &points);
    if (status != MAILLE_OK)
        goto done;
    if (points.count == 0) {
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s had no CRS and no commune to choose one from: import communes "
                             "first or name the CRS",
                             maille_store_path(store));
        goto done;
    }
    *epsg = maille_crs_choose(points.items, points.count);
    snprintf(text, sizeof text, "EPSG:%d", *epsg);
    status = maille_store_set(ctx, store, "crs", text);
done:
    MAILLE_VEC_FREE(&points);
    return status;
}

/* ---- reading points ---- */

static maille_status read_pair(const maille_job *job, const maille_rows *rows, size_t i,
                               size_t lon_field, size_t lat_field, double *lon, double *lat) {
    const char *texts[] = {maille_cell(rows, i, lon_field), maille_cell(rows, i, lat_field)};
    double *values[] = {lon, lat};
    *lon = *lat = NAN;
    if (!texts[0] && !texts[1])
        return MAILLE_OK;
    for (int k = 0; k < 2; k++)
        if (!texts[k] || !maille_parse_number(texts[k], values[k]))
            return maille_job_refuse(job, maille_row_number(rows, i), "%s was no number (%s)",
                                     k ? "lat" : "lon", texts[k] ? texts[k] : "empty");
    return MAILLE_OK;
}

/* Coordinates of the source's own CRS to lon/lat; NaN stays NaN. */
static maille_status to_lonlat(const maille_job *job, double *x, double *y, size_t count) {
    size_t there = 0;
    size_t *places = maille_alloc(count, sizeof *places);
    double *xs = maille_alloc(count, sizeof *xs), *ys = maille_alloc(count, sizeof *ys);
    maille_status status = MAILLE_OK;
    if (!places || !xs || !ys) {
        status = maille_no_memory(job->ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i]))
            continue;
        xs[there] = x[i];
        ys[there] = y[i];
        places[there++] = i;
    }
    status = maille_to_lonlat(job->ctx, job->source->crs, xs, ys, there);
    for (size_t k = 0; k < there && status == MAILLE_OK; k++) {
        x[places[k]] = xs[k];
        y[places[k]] = ys[k];
    }
done:
    maille_free(places);
    maille_free(xs);
    maille_free(ys);
    return status;
}

static maille_status points_of_fields(const maille_job *job, const maille_rows *rows,
                                      size_t lon_field, size_t lat_field, maille_lonlat *points) {
    size_t count = rows->table->rows;
    double *x = maille_alloc(count, sizeof *x), *y = maille_alloc(count, sizeof *y);
    bool *given = maille_alloc(count, sizeof *given);
    maille_status status = MAILLE_OK;
    if (!x || !y || !given)
        status = maille_no_memory(job->ctx);
    for (size_t i = 0; i < count && status == MAILLE_OK; i++) {
        status = read_pair(job, rows, i, lon_field, lat_field, &x[i], &y[i]);
        given[i] = !isnan(x[i]);
    }
    if (status == MAILLE_OK && job->source->crs)
        status = to_lonlat(job, x, y, count);
    for (size_t i = 0; i < count && status == MAILLE_OK; i++) {
        points[i] = (maille_lonlat){NAN, NAN};
        if (!given[i])
            continue;
        if (!(fabs(x[i]) <= 180 && fabs(y[i]) <= 90))
            status =
                maille_job_refuse(job, maille_row_number(rows, i),
                                  "%s, %s was no longitude and latitude: wrong CRS? name the "
                                  "file's own (crs: EPSG:n)",
                                  maille_cell(rows, i, lon_field), maille_cell(rows, i, lat_field));
        else
            points[i] = maille_on_grid((maille_lonlat){x[i], y[i]});
    }
    maille_free(x);
    maille_free(y);
    maille_free(given);
    return status;
}

maille_status maille_job_points(maille_job *job, const maille_rows *rows, size_t lon_field,
                                size_t lat_field, maille_lonlat **out) {
    bool named = maille_source_field(job->source, "lon") || maille_source_field(job->source, "lat");
    bool fields = rows->column[lon_field] >= 0 && rows->column[lat_field] >= 0;
    *out = NULL;
    if (rows->geometry >= 0 && !named)
        return maille_points_from_column(job->ctx, rows->table, (size_t)rows->geometry, out);
    maille_lonlat *points = maille_alloc(rows->table->rows, sizeof *points);
    if (!points)
        return maille_no_memory(job->ctx);
    maille_status status = MAILLE_OK;
    if (fields)
        status = points_of_fields(job, rows, lon_field, lat_field, points);
    else
        for (size_t i = 0; i < rows->table->rows; i++)
            points[i] = (maille_lonlat){NAN, NAN};
    if (status == MAILLE_OK)
        *out = points;
    else
        maille_free(points);
    return status;
}

/* ---- judging points ---- */

/* Whether an EPSG number is one of the six that French studies are made in. */
bool maille_is_french_crs(int epsg) {
    static const int french[] = {2154, 5490, 2972, 2975, 4471, 4467};
    for (size_t i = 0; i < sizeof french / sizeof *french; i++)
        if (french[i] == epsg)
            return true;
    return false;
}

/* Points that are in no area of use may lie overseas, or their coordinates may be wrong: most of
 * them in no part of France tells. */
static bool is_nowhere(const lonlats *outside) {
    return !maille_is_french_crs(maille_crs_choose(outside->items, outside->count));
}

static maille_status refuse_crs(const maille_job *job, int epsg, maille_lonlat first, int64_t row,
                                size_t outside, size_t count) {
    char at[32] = "";
    if (row > 0)
        snprintf(at, sizeof at, ", row %" PRId64, row);
    return maille_fail(job->ctx, MAILLE_REFUSED,
                       "%s%s: %.5f, %.5f lay outside the area of use of EPSG:%d, as did %zu of %zu "
                       "points: wrong CRS?",
                       job->file, at, first.lon, first.lat, epsg, outside, count);
}

typedef struct {
    lonlats points;
    size_t first;  /* number of the first one */
    size_t judged; /* how many points had a place at all */
} outsiders;

/* Points outside the area of use, each named in the report where there are subjects. */
static maille_status find_outside(maille_job *job, const maille_crs *crs,
                                  const maille_lonlat *points, const char *const *subjects,
                                  const int64_t *numbers, size_t count, outsiders *outside) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < count && status == MAILLE_OK; i++) {
        if (isnan(points[i].lon))
            continue;
        outside->judged++;
        if (maille_crs_covers(crs, points[i]))
            continue;
        if (outside->points.count == 0)
            outside->first = i;
        if (!MAILLE_VEC_PUSH(&outside->points, points[i]))
            status = maille_no_memory(job->ctx);
        else if (subjects)
            status = maille_report_add(job->ctx, &job->report, CASE_OUTSIDE,
                                       numbers ? numbers[i] : 0, subjects[i]);
    }
    return status;
}

maille_status maille_job_judge(maille_job *job, const maille_lonlat *points,
                               const char *const *subjects, const int64_t *numbers, size_t count) {
    maille_crs *crs = NULL;
    outsiders outside = {0};
    int epsg;
    maille_status status = maille_stored_epsg(job->ctx, job->store, &epsg);
    if (status != MAILLE_OK || epsg == 0)
        return status;
    status = maille_crs_new(job->ctx, epsg, &crs);
    if (status == MAILLE_OK)
        status = find_outside(job, crs, points, subjects, numbers, count, &outside);
    size_t found = outside.points.count, first = outside.first;
    if (status == MAILLE_OK && found * 2 > outside.judged && is_nowhere(&outside.points))
        status = refuse_crs(job, epsg, points[first], numbers ? numbers[first] : 0, found,
                            outside.judged);
    if (status == MAILLE_OK && !subjects)
        status = maille_report_count(job->ctx, &job->report, CASE_OUTSIDE, found, NULL);
    MAILLE_VEC_FREE(&outside.points);
    maille_crs_free(crs);
    return status;
}
