/* Facilities of a service: points, or rows with lon and lat, or rows by commune. */
#include "sources/job.h"

#include <inttypes.h>
#include <maille/text.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ID, NAME, CODE, LON, LAT, COUNT, STATUS, FIELDS };
enum {
    TO_IMPORT,
    TO_ROW,
    TO_SERVICE,
    TO_ID,
    TO_NAME,
    TO_CODE,
    TO_LON,
    TO_LAT,
    TO_AMOUNT,
    TO_STATUS,
    TO_COLUMNS
};

typedef struct {
    maille_job *job;
    maille_rows rows;
    maille_lonlat *points;
    maille_names *here; /* ids that the file gives → row */
    maille_table *to;
} reading;

static const char *const statuses[] = {"ouvert", "prevu", "ferme", "temps-partiel"};

/* The status that a text means, in the masculine or feminine; *out NULL when it means none. */
static maille_status status_named(maille_ctx *ctx, const char *text, const char **out) {
    char *slug = maille_slug(text);
    *out = NULL;
    if (!slug)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        size_t length = strlen(statuses[i]);
        if (strncmp(slug, statuses[i], length) == 0 &&
            (slug[length] == '\0' || strcmp(slug + length, "e") == 0))
            *out = statuses[i];
    }
    maille_free(slug);
    return MAILLE_OK;
}

static maille_status read_status(const reading *r, size_t i, const char **out) {
    const char *text = maille_cell(&r->rows, i, STATUS);
    *out = statuses[0];
    maille_status status = text ? status_named(r->job->ctx, text, out) : MAILLE_OK;
    if (status != MAILLE_OK || *out)
        return status;
    return maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                             "status %s was unknown; known are: ouvert, prevu, ferme, "
                             "temps-partiel",
                             text);
}

/* As given; else the commune's code; else the number of the row. */
static maille_status read_id(reading *r, size_t i, const char *code, const char **out) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    char number[32];
    *out = maille_cell(&r->rows, i, ID);
    if (!*out && r->rows.column[ID] >= 0)
        return maille_job_refuse(job, row, "the facility had no id");
    if (!*out) {
        snprintf(number, sizeof number, "ligne-%" PRId64, row);
        *out = code ? code : maille_arena_strdup(job->arena, number);
        return *out ? MAILLE_OK : maille_no_memory(job->ctx);
    }
    uint32_t before = maille_names_get(r->here, *out);
    if (before != MAILLE_ABSENT)
        return maille_job_refuse(job, row, "id %s was in row %" PRId64 " already", *out,
                                 maille_row_number(&r->rows, before));
    return maille_names_set(r->here, *out, (uint32_t)i) ? MAILLE_OK : maille_no_memory(job->ctx);
}

static maille_status read_amount(const reading *r, size_t i, double *out) {
    maille_status status = maille_job_amount(r->job, &r->rows, i, COUNT, "count", out);
    if (status != MAILLE_OK || !isnan(*out))
        return status;
    if (r->rows.column[COUNT] >= 0)
        return maille_job_refuse(r->job, maille_row_number(&r->rows, i), "count was missing");
    *out = 1;
    return MAILLE_OK;
}

static maille_status stage_row(reading *r, size_t i) {
    maille_job *job = r->job;
    const char *texts[TO_COLUMNS] = {
        [TO_SERVICE] = job->source->service, [TO_NAME] = maille_cell(&r->rows, i, NAME)};
    double amount = NAN;
    size_t to;
    maille_status status = maille_job_code(job, &r->rows, i, CODE, true, &texts[TO_CODE]);
    if (status == MAILLE_OK)
        status = read_id(r, i, texts[TO_CODE], &texts[TO_ID]);
    if (status == MAILLE_OK)
        status = read_amount(r, i, &amount);
    if (status == MAILLE_OK)
        status = read_status(r, i, &texts[TO_STATUS]);
    if (status == MAILLE_OK && !texts[TO_CODE] && isnan(r->points[i].lon))
        status = maille_report_add(job->ctx, &job->report, CASE_NOWHERE,
                                   maille_row_number(&r->rows, i), texts[TO_ID]);
    if (status == MAILLE_OK)
        status = maille_table_add_row(job->ctx, r->to, &to);
    if (status != MAILLE_OK)
        return status;
    maille_set_int(r->to, to, TO_ROW, maille_row_number(&r->rows, i));
    maille_set_real(r->to, to, TO_LON, r->points[i].lon);
    maille_set_real(r->to, to, TO_LAT, r->points[i].lat);
    maille_set_real(r->to, to, TO_AMOUNT, amount);
    for (size_t c = 0; c < TO_COLUMNS && status == MAILLE_OK; c++)
        if (texts[c])
            status = maille_set_text(job->ctx, r->to, to, c, texts[c]);
    return status;
}

static maille_status need_place(const reading *r) {
    bool points = r->rows.geometry >= 0 || (r->rows.column[LON] >= 0 && r->rows.column[LAT] >= 0);
    if (points || r->rows.column[CODE] >= 0)
        return MAILLE_OK;
    return maille_fail(r->job->ctx, MAILLE_REFUSED,
                       "%s held neither points nor fields for lon and lat, nor one for code",
                       r->job->file);
}

static maille_status read_file(reading *r) {
    static const maille_wanted wanted[FIELDS] = {
        [ID] = {"id", false},        [NAME] = {"name", false}, [CODE] = {"code", false},
        [LON] = {"lon", false},      [LAT] = {"lat", false},   [COUNT] = {"count", false},
        [STATUS] = {"status", false}};
    maille_job *job = r->job;
    if (!job->source->service)
        return maille_fail(job->ctx, MAILLE_USAGE,
                           "facilities of %s named no service (service: …, or --service)",
                           job->file);
    maille_status status = maille_job_read(job, wanted, FIELDS, GEOMETRY_POINTS, &r->rows);
    if (status == MAILLE_OK)
        status = need_place(r);
    if (status == MAILLE_OK)
        status = maille_job_points(job, &r->rows, LON, LAT, &r->points);
    return status;
}

static maille_status judge(reading *r) {
    const char **ids = r->to->columns[TO_ID].texts;
    return maille_job_judge(r->job, r->points, ids, r->to->columns[TO_ROW].ints, r->to->rows);
}

maille_status maille_load_facilities(maille_job *job) {
    static const maille_column_spec columns[TO_COLUMNS] = {
        [TO_IMPORT] = {"import_id", MAILLE_INT}, [TO_ROW] = {"source_row", MAILLE_INT},
        [TO_SERVICE] = {"service", MAILLE_TEXT}, [TO_ID] = {"id", MAILLE_TEXT},
        [TO_NAME] = {"name", MAILLE_TEXT},       [TO_CODE] = {"code", MAILLE_TEXT},
        [TO_LON] = {"lon", MAILLE_REAL},         [TO_LAT] = {"lat", MAILLE_REAL},
        [TO_AMOUNT] = {"amount", MAILLE_REAL},   [TO_STATUS] = {"status", MAILLE_TEXT}};
    reading r = {.job = job, .here = maille_names_new(0)};
    maille_status status = r.here ? MAILLE_OK : maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = read_file(&r);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "facility_raw", columns, TO_COLUMNS, &r.to);
    for (size_t i = 0; status == MAILLE_OK && i < r.rows.table->rows; i++)
        status = stage_row(&r, i);
    if (status == MAILLE_OK) {
        job->kept = (int64_t)r.to->rows;
        status = judge(&r);
    }
    maille_free(r.points);
    maille_table_free(r.rows.table);
    maille_names_free(r.here);
    return status;
}
