/* Movements of communes: a passage table from the codes of one vintage to those of another, or the
 * events that make one. */
#include "sources/movements.h"

#include <inttypes.h>
#include <maille/text.h>
#include <math.h>
#include <string.h>

#define RATIO_SLACK 1e-3 /* published ratios are rounded */

typedef struct {
    maille_job *job;
    maille_rows rows;
    maille_names *pairs;   /* "from to" → place in the file */
    maille_names *sources; /* from → place in `sums` */
    MAILLE_VEC(struct {
        double sum;
        int64_t row;
        const char *code;
    })
    sums;
    maille_table *to;
} reading;

static maille_status judge_pair(reading *r, size_t i, const char *from, const char *to) {
    maille_job *job = r->job;
    maille_strbuf key = {0};
    maille_status status = MAILLE_OK;
    maille_strbuf_addf(&key, "%s %s", from, to);
    uint32_t before = key.failed ? MAILLE_ABSENT : maille_names_get(r->pairs, key.text);
    if (before != MAILLE_ABSENT)
        status = maille_job_refuse(job, maille_row_number(&r->rows, i),
                                   "the passage from %s to %s was in row %" PRId64 " already", from,
                                   to, maille_row_number(&r->rows, before));
    else if (key.failed || !maille_names_set(r->pairs, key.text, (uint32_t)i))
        status = maille_no_memory(job->ctx);
    maille_strbuf_free(&key);
    return status;
}

static maille_status read_ratio(reading *r, size_t i, const char *from, double *out) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    maille_status status = maille_job_amount(job, &r->rows, i, RATIO, "ratio", out);
    if (status != MAILLE_OK || isnan(*out))
        return status;
    if (*out <= 0 || *out > 1 + RATIO_SLACK)
        return maille_job_refuse(job, row, "ratio of %s was not in (0, 1] (%s)", from,
                                 maille_cell(&r->rows, i, RATIO));
    uint32_t place = maille_names_get(r->sources, from);
    if (place == MAILLE_ABSENT) {
        place = (uint32_t)r->sums.count;
        if (!maille_names_set(r->sources, from, place) || !MAILLE_VEC_RESERVE(&r->sums, place + 1u))
            return maille_no_memory(job->ctx);
        r->sums.count++;
        r->sums.items[place].sum = 0;
        r->sums.items[place].row = row;
        r->sums.items[place].code = from;
    }
    r->sums.items[place].sum += *out;
    return MAILLE_OK;
}

static maille_status stage_row(reading *r, size_t i) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    const char *texts[TO_COLUMNS] = {[TO_FROM_VINTAGE] = job->source->from_vintage,
                                     [TO_TO_VINTAGE] = job->source->to_vintage,
                                     [TO_FROM_NAME] = maille_cell(&r->rows, i, FROM_NAME)};
    double ratio;
    size_t to;
    maille_status status = maille_job_code(job, &r->rows, i, FROM, false, &texts[TO_FROM]);
    if (status == MAILLE_OK)
        status = maille_job_code(job, &r->rows, i, TO, true, &texts[TO_TO]);
    if (status == MAILLE_OK && (!texts[TO_FROM] || !texts[TO_TO]))
        status = maille_job_refuse(job, row, "the passage lacked a code");
    if (status == MAILLE_OK)
        status = judge_pair(r, i, texts[TO_FROM], texts[TO_TO]);
    if (status == MAILLE_OK)
        status = read_ratio(r, i, texts[TO_FROM], &ratio);
    if (status == MAILLE_OK)
        status = maille_table_add_row(job->ctx, r->to, &to);
    if (status != MAILLE_OK)
        return status;
    maille_set_int(r->to, to, TO_ROW, row);
    maille_set_real(r->to, to, TO_RATIO, ratio);
    for (size_t c = TO_FROM_VINTAGE; c <= TO_FROM_NAME && status == MAILLE_OK; c++)
        status = maille_set_text(job->ctx, r->to, to, c, texts[c]);
    return status;
}

/* Totals are kept only where the parts of a commune add up to 1. */
static maille_status judge_sums(reading *r) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < r->sums.count && status == MAILLE_OK; i++)
        if (fabs(r->sums.items[i].sum - 1) > RATIO_SLACK)
            status = maille_report_add(r->job->ctx, &r->job->report, CASE_RATIOS,
                                       r->sums.items[i].row, r->sums.items[i].code);
    return status;
}

static maille_status stage_rows(reading *r) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; status == MAILLE_OK && i < r->rows.table->rows; i++)
        status = stage_row(r, i);
    return status == MAILLE_OK ? judge_sums(r) : status;
}

static maille_status need_vintages(const maille_job *job) {
    const char *from = job->source->from_vintage, *to = job->source->to_vintage;
    if (!from || !to)
        return maille_fail(job->ctx, MAILLE_USAGE,
                           "movements of %s named no from_vintage and to_vintage", job->file);
    if (!maille_is_date(from) || !maille_is_date(to) || strcmp(from, to) == 0)
        return maille_fail(job->ctx, MAILLE_REFUSED,
                           "vintages %s and %s of %s were not two different dates", from, to,
                           job->file);
    return MAILLE_OK;
}

maille_status maille_load_movements(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {
        [FROM] = {"from", true},       [TO] = {"to", true},
        [RATIO] = {"ratio", false},    [FROM_NAME] = {"from_name", false},
        [DATE] = {"date", false},      [FROM_TYPE] = {"from_type", false},
        [TO_TYPE] = {"to_type", false}};
    static const maille_column_spec columns[TO_COLUMNS] = {
        [TO_IMPORT] = {"import_id", MAILLE_INT},
        [TO_ROW] = {"source_row", MAILLE_INT},
        [TO_FROM_VINTAGE] = {"from_vintage", MAILLE_TEXT},
        [TO_TO_VINTAGE] = {"to_vintage", MAILLE_TEXT},
        [TO_FROM] = {"from_code", MAILLE_TEXT},
        [TO_TO] = {"to_code", MAILLE_TEXT},
        [TO_FROM_NAME] = {"from_name", MAILLE_TEXT},
        [TO_RATIO] = {"ratio", MAILLE_REAL}};
    reading r = {.job = job, .pairs = maille_names_new(0), .sources = maille_names_new(0)};
    maille_status status = r.pairs && r.sources ? MAILLE_OK : maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = need_vintages(job);
    if (status == MAILLE_OK)
        status = maille_job_read(job, wanted, FIELDS, GEOMETRY_IGNORED, &r.rows);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "movement", columns, TO_COLUMNS, &r.to);
    if (status == MAILLE_OK)
        status = r.rows.column[DATE] >= 0 ? stage_events(job, &r.rows, r.to) : stage_rows(&r);
    if (status == MAILLE_OK)
        job->kept = (int64_t)r.to->rows;
    MAILLE_VEC_FREE(&r.sums);
    maille_table_free(r.rows.table);
    maille_names_free(r.pairs);
    maille_names_free(r.sources);
    return status;
}
