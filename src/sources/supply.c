/* Supply of a service by commune: code and count. */
#include "sources/job.h"

#include <math.h>

enum { CODE, COUNT, FIELDS };
enum { TO_IMPORT, TO_ROW, TO_SERVICE, TO_CODE, TO_AMOUNT, TO_COLUMNS };

static maille_status stage_row(maille_job *job, const maille_rows *rows, size_t i,
                               maille_names *here, maille_table *table) {
    int64_t row = maille_row_number(rows, i);
    const char *code;
    double amount;
    size_t to;
    maille_status status = maille_job_code(job, rows, i, CODE, true, &code);
    if (status == MAILLE_OK)
        status = maille_job_amount(job, rows, i, COUNT, "count", &amount);
    if (status != MAILLE_OK)
        return status;
    if (!code)
        return maille_report_add(job->ctx, &job->report, CASE_NO_CODE, row, NULL);
    if (isnan(amount))
        return maille_job_refuse(job, row, "count of %s was missing", code);
    if (maille_names_get(here, code) != MAILLE_ABSENT)
        status = maille_report_add(job->ctx, &job->report, CASE_CODE_AGAIN, row, code);
    else if (!maille_names_set(here, code, (uint32_t)i))
        status = maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = maille_table_add_row(job->ctx, table, &to);
    if (status != MAILLE_OK)
        return status;
    maille_set_int(table, to, TO_ROW, row);
    maille_set_real(table, to, TO_AMOUNT, amount);
    status = maille_set_text(job->ctx, table, to, TO_SERVICE, job->source->service);
    return status == MAILLE_OK ? maille_set_text(job->ctx, table, to, TO_CODE, code) : status;
}

maille_status maille_load_supply(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {
        [CODE] = {"code", true}, [COUNT] = {"count", true}};
    static const maille_column_spec columns[TO_COLUMNS] = {[TO_IMPORT] = {"import_id", MAILLE_INT},
                                                           [TO_ROW] = {"source_row", MAILLE_INT},
                                                           [TO_SERVICE] = {"service", MAILLE_TEXT},
                                                           [TO_CODE] = {"code", MAILLE_TEXT},
                                                           [TO_AMOUNT] = {"amount", MAILLE_REAL}};
    maille_rows rows = {0};
    maille_table *table = NULL;
    maille_names *here = NULL;
    if (!job->source->service)
        return maille_fail(job->ctx, MAILLE_USAGE,
                           "supply of %s named no service (service: …, or --service)", job->file);
    maille_status status = maille_job_read(job, wanted, FIELDS, GEOMETRY_IGNORED, &rows);
    if (status == MAILLE_OK && !(here = maille_names_new(rows.table->rows)))
        status = maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "supply_raw", columns, TO_COLUMNS, &table);
    for (size_t i = 0; status == MAILLE_OK && i < rows.table->rows; i++)
        status = stage_row(job, &rows, i, here, table);
    if (status == MAILLE_OK)
        job->kept = (int64_t)table->rows;
    maille_table_free(rows.table);
    maille_names_free(here);
    return status;
}
