/* Movements as INSEE publishes them: one event a row, with its day, its kinds of commune before and
 * after, and the name before. Followed from day to day they tell what each code has become. */
#include "sources/movements.h"

#include <maille/text.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_DEEP = 64 };

typedef struct {
    const char *day, *from, *to, *name; /* to NULL: the commune has no heir */
    bool from_commune, to_commune;      /* else a part: commune déléguée, associée */
    int64_t row;
} event;

typedef struct {
    maille_job *job;
    event *events; /* in order of from, day, row */
    size_t count;
    MAILLE_VEC(const char *) heirs;
    maille_names *staged; /* "from to name" */
    maille_table *to;
    uint64_t parts, elsewhen;
} following;

static int by_code_and_day(const void *a, const void *b) {
    const event *x = a, *y = b;
    int order = strcmp(x->from, y->from);
    if (order == 0)
        order = strcmp(x->day, y->day);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static bool is_commune(const maille_rows *rows, size_t i, size_t field) {
    const char *type = maille_cell(rows, i, field);
    return rows->column[field] < 0 ||
           (type && (strcmp(type, "COM") == 0 || strcmp(type, "ARM") == 0));
}

static maille_status read_event(following *f, const maille_rows *rows, size_t i) {
    maille_job *job = f->job;
    event e = {.name = maille_cell(rows, i, FROM_NAME), .row = maille_row_number(rows, i)};
    bool year_only;
    maille_status status = maille_job_day(job, rows, i, DATE, "date", &e.day, &year_only);
    if (status == MAILLE_OK && !e.day)
        status = maille_job_refuse(job, e.row, "the movement had no date");
    if (status == MAILLE_OK)
        status = maille_job_code(job, rows, i, FROM, false, &e.from);
    if (status == MAILLE_OK)
        status = maille_job_code(job, rows, i, TO, true, &e.to);
    if (status != MAILLE_OK || !e.from) /* created out of nothing */
        return status;
    e.from_commune = is_commune(rows, i, FROM_TYPE);
    e.to_commune = e.to && is_commune(rows, i, TO_TYPE);
    f->parts += e.to && !e.to_commune;
    if (strcmp(e.day, job->source->from_vintage) <= 0 || strcmp(e.day, job->source->to_vintage) > 0)
        f->elsewhen++;
    else
        f->events[f->count++] = e;
    return MAILLE_OK;
}

/* First event of a code after a day, or `count`. */
static size_t first_after(const following *f, const char *code, const char *day) {
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(f->events[middle].from, code);
        if (order < 0 || (order == 0 && strcmp(f->events[middle].day, day) <= 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const following *f, size_t i, const char *code) {
    return i < f->count && strcmp(f->events[i].from, code) == 0;
}

static maille_status add_heir(following *f, const char *code) {
    for (size_t h = 0; h < f->heirs.count; h++)
        if (strcmp(f->heirs.items[h], code) == 0)
            return MAILLE_OK;
    return MAILLE_VEC_PUSH(&f->heirs, code) ? MAILLE_OK : maille_no_memory(f->job->ctx);
}

/* Appends what a commune has become since the end of a day. */
static maille_status follow(following *f, const char *code, const char *day, int deep) {
    size_t i = first_after(f, code, day);
    while (is_of(f, i, code) && !f->events[i].from_commune)
        i++;
    if (!is_of(f, i, code))
        return add_heir(f, code);
    if (deep == 0)
        return maille_job_refuse(f->job, f->events[i].row, "%s moved more than %d times", code,
                                 EVENTS_DEEP);
    maille_status status = MAILLE_OK;
    const char *moved = f->events[i].day;
    for (; status == MAILLE_OK && is_of(f, i, code) && strcmp(f->events[i].day, moved) == 0; i++)
        if (f->events[i].from_commune && f->events[i].to_commune)
            status = follow(f, f->events[i].to, moved, deep - 1);
    return status;
}

/* Stages the passage of an event's code to one heir; the same told twice stands once. */
static maille_status stage_heir(following *f, const event *e, const char *heir) {
    maille_ctx *ctx = f->job->ctx;
    maille_strbuf key = {0};
    maille_status status = MAILLE_OK;
    size_t row;
    maille_strbuf_addf(&key, "%s %s %s", e->from, heir, e->name ? e->name : "");
    if (!key.failed && maille_names_get(f->staged, key.text) != MAILLE_ABSENT)
        goto done;
    if (key.failed || !maille_names_set(f->staged, key.text, 1)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(maille_table_add_row(ctx, f->to, &row));
    /* An event may have several heirs: rows are numbered as they come. */
    maille_set_int(f->to, row, TO_ROW, (int64_t)row + 1);
    MAILLE_TRY(maille_set_text(ctx, f->to, row, TO_FROM_VINTAGE, f->job->source->from_vintage));
    MAILLE_TRY(maille_set_text(ctx, f->to, row, TO_TO_VINTAGE, f->job->source->to_vintage));
    MAILLE_TRY(maille_set_text(ctx, f->to, row, TO_FROM, e->from));
    MAILLE_TRY(maille_set_text(ctx, f->to, row, TO_TO, heir));
    if (e->name)
        MAILLE_TRY(maille_set_text(ctx, f->to, row, TO_FROM_NAME, e->name));
done:
    maille_strbuf_free(&key);
    return status;
}

static maille_status stage_event(following *f, const event *e) {
    maille_status status = MAILLE_OK;
    f->heirs.count = 0;
    if (!e->to_commune)
        return MAILLE_OK;
    MAILLE_TRY(follow(f, e->to, e->day, EVENTS_DEEP));
    for (size_t h = 0; h < f->heirs.count; h++)
        MAILLE_TRY(stage_heir(f, e, f->heirs.items[h]));
done:
    return status;
}

maille_status stage_events(maille_job *job, const maille_rows *rows, maille_table *to) {
    following f = {.job = job,
                   .events = maille_alloc(rows->table->rows + 1, sizeof *f.events),
                   .staged = maille_names_new(0),
                   .to = to};
    maille_status status = f.events && f.staged ? MAILLE_OK : maille_no_memory(job->ctx);
    for (size_t i = 0; status == MAILLE_OK && i < rows->table->rows; i++)
        status = read_event(&f, rows, i);
    if (status == MAILLE_OK)
        qsort(f.events, f.count, sizeof *f.events, by_code_and_day);
    for (size_t i = 0; status == MAILLE_OK && i < f.count; i++)
        status = stage_event(&f, &f.events[i]);
    if (status == MAILLE_OK)
        status = maille_report_count(job->ctx, &job->report, CASE_PARTS, f.parts, NULL);
    if (status == MAILLE_OK)
        status = maille_report_count(job->ctx, &job->report, CASE_OTHER_DATES, f.elsewhen, NULL);
    maille_free(f.events);
    maille_names_free(f.staged);
    MAILLE_VEC_FREE(&f.heirs);
    return status;
}
