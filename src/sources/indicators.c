/* A figure of each commune that others computed (long-term illness, patients without médecin
 * traitant …): code, value, and the weight of a mean. */
#include "sources/job.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

enum { CODE, VALUE, WEIGHT, FIELDS };
enum { TO_IMPORT, TO_ROW, TO_NAME, TO_CODE, TO_VALUE, TO_WEIGHT, TO_COLUMNS };
enum { OF_NAME, OF_TITLE, OF_UNIT, OF_HOW, OF_IMPORT, OF_COLUMNS };

typedef struct {
    maille_job *job;
    maille_rows rows;
    maille_names *here; /* code → place in the file */
    bool sum;
    maille_table *to, *about;
} reading;

/* What publishers write where few people would be recognised. */
static bool is_withheld(const char *text) {
    return strcasecmp(text, "s") == 0 || strcasecmp(text, "nd") == 0;
}

static maille_status judge_again(const reading *r, size_t i, const char *code) {
    uint32_t before = maille_names_get(r->here, code);
    if (before != MAILLE_ABSENT)
        return maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                                 "commune %s was in row %" PRId64 " already", code,
                                 maille_row_number(&r->rows, before));
    return maille_names_set(r->here, code, (uint32_t)i) ? MAILLE_OK : maille_no_memory(r->job->ctx);
}

static maille_status stage_row(reading *r, size_t i) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    const char *code, *text = maille_cell(&r->rows, i, VALUE);
    double value = NAN, weight = NAN;
    size_t to;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_job_code(job, &r->rows, i, CODE, true, &code));
    if (!code) {
        status = maille_report_add(job->ctx, &job->report, CASE_NO_CODE, row, NULL);
        goto done;
    }
    MAILLE_TRY(judge_again(r, i, code));
    if (!text || is_withheld(text)) {
        status = maille_report_add(job->ctx, &job->report, CASE_NO_VALUE, row, code);
        goto done;
    }
    MAILLE_TRY(maille_job_number(job, &r->rows, i, VALUE, "value", &value));
    if (!r->sum)
        MAILLE_TRY(maille_job_amount(job, &r->rows, i, WEIGHT, "weight", &weight));
    MAILLE_TRY(maille_table_add_row(job->ctx, r->to, &to));
    maille_set_int(r->to, to, TO_ROW, row);
    maille_set_real(r->to, to, TO_VALUE, value);
    maille_set_real(r->to, to, TO_WEIGHT, weight);
    MAILLE_TRY(maille_set_text(job->ctx, r->to, to, TO_NAME, job->source->name));
    MAILLE_TRY(maille_set_text(job->ctx, r->to, to, TO_CODE, code));
done:
    return status;
}

/* The row of table `indicator`: what is said of the whole. */
static maille_status stage_about(reading *r) {
    static const maille_column_spec columns[OF_COLUMNS] = {[OF_NAME] = {"name", MAILLE_TEXT},
                                                           [OF_TITLE] = {"title", MAILLE_TEXT},
                                                           [OF_UNIT] = {"unit", MAILLE_TEXT},
                                                           [OF_HOW] = {"how", MAILLE_TEXT},
                                                           [OF_IMPORT] = {"import_id", MAILLE_INT}};
    maille_job *job = r->job;
    const maille_source *s = job->source;
    const char *texts[] = {s->name, s->title, s->unit, r->sum ? "somme" : "moyenne"};
    maille_status status = MAILLE_OK;
    size_t row;
    MAILLE_TRY(maille_job_stage(job, "indicator", columns, OF_COLUMNS, &r->about));
    MAILLE_TRY(maille_table_add_row(job->ctx, r->about, &row));
    for (size_t c = OF_NAME; c <= OF_HOW; c++)
        MAILLE_TRY(maille_set_text(job->ctx, r->about, row, c, texts[c]));
done:
    return status;
}

/* An indicator has one file. */
static maille_status judge_name(reading *r) {
    maille_job *job = r->job;
    const maille_source *s = job->source;
    maille_names *standing = NULL;
    maille_status status = MAILLE_OK;
    if (!s->name)
        return maille_fail(job->ctx, MAILLE_USAGE,
                           "the indicator of %s had no name (name: …, or --name)", job->file);
    r->sum = s->how && strcmp(s->how, "somme") == 0;
    if (r->sum && maille_source_field(s, "weight"))
        return maille_fail(job->ctx, MAILLE_USAGE,
                           "indicator %s is a sum, which has no weight (field weight)", s->name);
    MAILLE_TRY(maille_job_standing(job, "indicator", "name", NULL, &standing));
    uint32_t import = maille_names_get(standing, s->name);
    if (import != MAILLE_ABSENT)
        status = maille_fail(job->ctx, MAILLE_REFUSED,
                             "%s was refused: indicator %s was imported from %s already", job->file,
                             s->name, maille_job_file_of(job, import));
done:
    maille_names_free(standing);
    return status;
}

maille_status maille_load_indicators(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {
        [CODE] = {"code", true}, [VALUE] = {"value", true}, [WEIGHT] = {"weight", false}};
    static const maille_column_spec columns[TO_COLUMNS] = {
        [TO_IMPORT] = {"import_id", MAILLE_INT}, [TO_ROW] = {"source_row", MAILLE_INT},
        [TO_NAME] = {"name", MAILLE_TEXT},       [TO_CODE] = {"code", MAILLE_TEXT},
        [TO_VALUE] = {"value", MAILLE_REAL},     [TO_WEIGHT] = {"weight", MAILLE_REAL}};
    reading r = {.job = job};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(judge_name(&r));
    MAILLE_TRY(maille_job_read(job, wanted, r.sum ? WEIGHT : FIELDS, GEOMETRY_IGNORED, &r.rows));
    if (r.rows.table->rows == 0) {
        status = maille_fail(job->ctx, MAILLE_REFUSED, "%s held no row", job->file);
        goto done;
    }
    if (!(r.here = maille_names_new(r.rows.table->rows))) {
        status = maille_no_memory(job->ctx);
        goto done;
    }
    MAILLE_TRY(stage_about(&r));
    MAILLE_TRY(maille_job_stage(job, "indicator_raw", columns, TO_COLUMNS, &r.to));
    for (size_t i = 0; i < r.rows.table->rows; i++)
        MAILLE_TRY(stage_row(&r, i));
    job->kept = (int64_t)r.to->rows;
done:
    maille_table_free(r.rows.table);
    maille_names_free(r.here);
    return status;
}
