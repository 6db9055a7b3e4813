/* Groupings of communes (EPCI, bassins de vie, TVS…): code, group, title. */
#include "sources/job.h"

#include <inttypes.h>
#include <string.h>

enum { CODE, GROUP, TITLE, FIELDS };
enum { TO_IMPORT, TO_ROW, TO_NAME, TO_CODE, TO_GROUP, TO_TITLE, TO_COLUMNS };

typedef struct {
    maille_job *job;
    maille_rows rows;
    maille_names *here, *standing; /* code → place in the file; → other import */
    maille_table *to;
} reading;

/* ADMIN EXPRESS writes two EPCI of one commune as "A/B": the first is meant. */
static size_t first_of_two(const char *text) {
    static const char digits[] = "0123456789";
    size_t first = strspn(text, digits);
    bool two = first > 0 && text[first] == '/' && text[first + 1] &&
               strspn(text + first + 1, digits) == strlen(text + first + 1);
    return two ? first : strlen(text);
}

/* Without the "_" that TVS codes are padded with; NULL where the commune has no group. */
static maille_status read_group(reading *r, size_t i, const char *code, const char **out) {
    maille_job *job = r->job;
    const char *text = maille_cell(&r->rows, i, GROUP);
    *out = NULL;
    if (!text)
        return MAILLE_OK;
    const char *start = text + strspn(text, "_");
    size_t length = first_of_two(start);
    while (length > 0 && start[length - 1] == '_')
        length--;
    if (length == 0)
        return MAILLE_OK;
    *out = maille_arena_strndup(job->arena, start, length);
    if (!*out)
        return maille_no_memory(job->ctx);
    return strcmp(*out, text) == 0 ? MAILLE_OK
                                   : maille_report_add(job->ctx, &job->report, CASE_GROUP_TIDIED,
                                                       maille_row_number(&r->rows, i), code);
}

/* A commune belongs to one group of a grouping; the same row twice is only left out. */
static maille_status judge_again(reading *r, size_t i, const char *code, const char *group,
                                 bool *again) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    uint32_t before = maille_names_get(r->here, code), import = maille_names_get(r->standing, code);
    *again = before != MAILLE_ABSENT;
    if (import != MAILLE_ABSENT)
        return maille_job_refuse(job, row, "the group of %s was imported from %s already", code,
                                 maille_job_file_of(job, import));
    if (!*again)
        return maille_names_set(r->here, code, (uint32_t)r->to->rows) ? MAILLE_OK
                                                                      : maille_no_memory(job->ctx);
    const char *other = r->to->columns[TO_GROUP].texts[before];
    if (strcmp(other, group) != 0)
        return maille_job_refuse(job, row,
                                 "commune %s was in group %s and, in row %" PRId64 ", in %s", code,
                                 group, r->to->columns[TO_ROW].ints[before], other);
    return maille_report_add(job->ctx, &job->report, CASE_DOUBLE, row, code);
}

static maille_status stage_row(reading *r, size_t i) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    const char *texts[TO_COLUMNS] = {
        [TO_NAME] = job->source->name, [TO_TITLE] = maille_cell(&r->rows, i, TITLE)};
    bool again = false;
    size_t to;
    maille_status status = maille_job_code(job, &r->rows, i, CODE, true, &texts[TO_CODE]);
    if (status == MAILLE_OK && !texts[TO_CODE])
        return maille_report_add(job->ctx, &job->report, CASE_NO_CODE, row, NULL);
    if (status == MAILLE_OK)
        status = read_group(r, i, texts[TO_CODE], &texts[TO_GROUP]);
    if (status == MAILLE_OK && !texts[TO_GROUP])
        return maille_report_add(job->ctx, &job->report, CASE_NO_GROUP, row, texts[TO_CODE]);
    if (status == MAILLE_OK)
        status = judge_again(r, i, texts[TO_CODE], texts[TO_GROUP], &again);
    if (status != MAILLE_OK || again)
        return status;
    status = maille_table_add_row(job->ctx, r->to, &to);
    if (status != MAILLE_OK)
        return status;
    maille_set_int(r->to, to, TO_ROW, row);
    for (size_t c = TO_NAME; c < TO_COLUMNS && status == MAILLE_OK; c++)
        status = maille_set_text(job->ctx, r->to, to, c, texts[c]);
    return status;
}

maille_status maille_load_grouping(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {
        [CODE] = {"code", true}, [GROUP] = {"group", true}, [TITLE] = {"title", false}};
    static const maille_column_spec columns[TO_COLUMNS] = {
        [TO_IMPORT] = {"import_id", MAILLE_INT}, [TO_ROW] = {"source_row", MAILLE_INT},
        [TO_NAME] = {"name", MAILLE_TEXT},       [TO_CODE] = {"code", MAILLE_TEXT},
        [TO_GROUP] = {"group_id", MAILLE_TEXT},  [TO_TITLE] = {"title", MAILLE_TEXT}};
    if (!job->source->name)
        return maille_fail(job->ctx, MAILLE_USAGE,
                           "the grouping of %s had no name (name: …, or --name)", job->file);
    reading r = {.job = job, .here = maille_names_new(0)};
    maille_value name = maille_text_value(job->source->name);
    maille_filter of_name = maille_equals("name", &name);
    maille_status status = r.here ? MAILLE_OK : maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = maille_job_read(job, wanted, FIELDS, GEOMETRY_IGNORED, &r.rows);
    if (status == MAILLE_OK)
        status = maille_job_standing(job, "grouping_raw", "code", &of_name, &r.standing);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "grouping_raw", columns, TO_COLUMNS, &r.to);
    for (size_t i = 0; status == MAILLE_OK && i < r.rows.table->rows; i++)
        status = stage_row(&r, i);
    if (status == MAILLE_OK)
        job->kept = (int64_t)r.to->rows;
    maille_table_free(r.rows.table);
    maille_names_free(r.here);
    maille_names_free(r.standing);
    return status;
}
