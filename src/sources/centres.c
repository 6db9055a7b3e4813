/* Centres of communes: a table with lon and lat, or a layer of points; one a commune. */
#include "sources/job.h"

#include <inttypes.h>
#include <math.h>

enum { CODE, LON, LAT, FIELDS };
enum { TO_CODE, TO_LON, TO_LAT, TO_IMPORT, TO_COLUMNS };

typedef struct {
    maille_job *job;
    maille_rows rows;
    maille_lonlat *points;
    maille_names *here, *standing;
    maille_table *to;
    /* of the rows that are kept, for the judgement */
    MAILLE_VEC(maille_lonlat) kept;
    MAILLE_VEC(int64_t) numbers;
} reading;

static maille_status refuse_again(const reading *r, size_t i, const char *code) {
    int64_t row = maille_row_number(&r->rows, i);
    uint32_t before = maille_names_get(r->here, code), import = maille_names_get(r->standing, code);
    if (before != MAILLE_ABSENT)
        return maille_job_refuse(r->job, row, "code %s was in row %" PRId64 " already", code,
                                 maille_row_number(&r->rows, before));
    if (import != MAILLE_ABSENT)
        return maille_job_refuse(r->job, row, "the centre of %s was imported from %s already", code,
                                 maille_job_file_of(r->job, import));
    return MAILLE_OK;
}

static maille_status stage_row(reading *r, size_t i) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    const char *code;
    size_t to;
    maille_status status = maille_job_code(job, &r->rows, i, CODE, true, &code);
    if (status != MAILLE_OK)
        return status;
    if (!code)
        return maille_report_add(job->ctx, &job->report, CASE_NO_CODE, row, NULL);
    status = refuse_again(r, i, code);
    if (status != MAILLE_OK)
        return status;
    if (isnan(r->points[i].lon))
        return maille_report_add(job->ctx, &job->report, CASE_NO_COORDINATES, row, code);
    if (!maille_names_set(r->here, code, (uint32_t)i) || !MAILLE_VEC_PUSH(&r->kept, r->points[i]) ||
        !MAILLE_VEC_PUSH(&r->numbers, row))
        return maille_no_memory(job->ctx);
    status = maille_table_add_row(job->ctx, r->to, &to);
    if (status != MAILLE_OK)
        return status;
    maille_set_real(r->to, to, TO_LON, r->points[i].lon);
    maille_set_real(r->to, to, TO_LAT, r->points[i].lat);
    return maille_set_text(job->ctx, r->to, to, TO_CODE, code);
}

/* Without lon and lat the layer itself must hold points. */
static maille_status need_points(const reading *r) {
    if (r->rows.geometry >= 0 || (r->rows.column[LON] >= 0 && r->rows.column[LAT] >= 0))
        return MAILLE_OK;
    return maille_fail(r->job->ctx, MAILLE_REFUSED,
                       "%s held neither points nor fields for lon and lat (fields: lon=…,lat=…)",
                       r->job->file);
}

maille_status maille_load_centres(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {
        [CODE] = {"code", true}, [LON] = {"lon", false}, [LAT] = {"lat", false}};
    static const maille_column_spec columns[TO_COLUMNS] = {[TO_CODE] = {"code", MAILLE_TEXT},
                                                           [TO_LON] = {"lon", MAILLE_REAL},
                                                           [TO_LAT] = {"lat", MAILLE_REAL},
                                                           [TO_IMPORT] = {"import_id", MAILLE_INT}};
    reading r = {.job = job, .here = maille_names_new(0)};
    maille_status status = r.here ? MAILLE_OK : maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = maille_job_read(job, wanted, FIELDS, GEOMETRY_POINTS, &r.rows);
    if (status == MAILLE_OK)
        status = need_points(&r);
    if (status == MAILLE_OK)
        status = maille_job_points(job, &r.rows, LON, LAT, &r.points);
    if (status == MAILLE_OK)
        status = maille_job_standing(job, "centre", "code", NULL, &r.standing);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "centre", columns, TO_COLUMNS, &r.to);
    for (size_t i = 0; status == MAILLE_OK && i < r.rows.table->rows; i++)
        status = stage_row(&r, i);
    if (status == MAILLE_OK) {
        job->kept = (int64_t)r.to->rows;
        status = maille_job_judge(job, r.kept.items, r.to->columns[TO_CODE].texts, r.numbers.items,
                                  r.kept.count);
    }
    MAILLE_VEC_FREE(&r.kept);
    MAILLE_VEC_FREE(&r.numbers);
    maille_free(r.points);
    maille_table_free(r.rows.table);
    maille_names_free(r.here);
    maille_names_free(r.standing);
    return status;
}
