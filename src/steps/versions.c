/* Step versions: the perimeters of the reference as they stood at the end of each day of their
 * history, for those who look at the past on a map. Of several changes on one day the last counts;
 * a status that begins on a later day than its version splits the time that the version stood. */
#include "steps/history.h"
#include "steps/history_reference.h"
#include "steps/history_rows.h"
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/json.h>
#include <maille/map.h>
#include <maille/vec.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 10 };
enum { OF, VERSION, CHANGE, AFTER, VINTAGE, COLUMNS };
enum {
    P_ID,
    P_PERIMETER,
    P_KIND,
    P_VERSION,
    P_NAME,
    P_STATUS,
    P_SINCE,
    P_UNTIL,
    P_COMMUNES,
    P_POPULATION,
    P_CODES,
    P_GEOM,
    P_COLUMNS
};

typedef struct {
    maille_ctx *ctx;
    step_call *call;
    const communes *c;
    carrier carrier;
    maille_table *versions, *changes; /* of the reference; id and time */
    maille_names *change_row;
    maille_table *past;
    /* Sets of members: equal ones share one outline. */
    maille_names *set_of; /* "1 7 8" → number */
    MAILLE_VEC(uint32_t) start;
    MAILLE_VEC(uint32_t) members;
    MAILLE_VEC(uint32_t) set; /* of each row of `past` */
} chronicle;

/* Time of the change that made a version; NULL where it is not there. */
static const char *time_of(const chronicle *h, size_t row) {
    uint32_t change = maille_names_get(h->change_row, row_text(h->versions, row, CHANGE));
    return change == MAILLE_ABSENT ? NULL : row_text(h->changes, change, 1);
}

static maille_status read_history(chronicle *h) {
    static const char *const columns[COLUMNS] = {"perimeter_id", "version", "change_id", "after",
                                                 "vintage"};
    static const char *const times[] = {"id", "at"};
    maille_status status = MAILLE_OK;
    row_filter of_reference;
    row_where(&of_reference, "scenario", "");
    TRY(rows_of(h->ctx, h->call->store, "perimeter_version", columns, COLUMNS, &of_reference.all,
                &h->versions));
    TRY(rows_of(h->ctx, h->call->store, "change", times, 2, &of_reference.all, &h->changes));
    for (size_t row = 0; row < h->changes->rows; row++)
        if (!maille_names_set(h->change_row, row_text(h->changes, row, 0), (uint32_t)row)) {
            status = maille_no_memory(h->ctx);
            goto done;
        }
done:
    return status;
}

/* ---- one state in force for some days ---- */

typedef struct {
    const maille_perimeter *perimeter;
    int64_t version;
    uint32_t communes, set;
    double population;
    char *codes; /* JSON */
} state;

/* The number of a set of units. */
static maille_status intern_set(chronicle *h, const uint32_t *units, uint32_t count,
                                uint32_t *set) {
    maille_strbuf key = {0};
    maille_status status = MAILLE_OK;
    maille_strbuf_add(&key, "");
    for (uint32_t i = 0; i < count; i++)
        maille_strbuf_addf(&key, "%u ", units[i]);
    *set = key.failed ? MAILLE_ABSENT : maille_names_get(h->set_of, key.text);
    if (key.failed || *set != MAILLE_ABSENT)
        goto done;
    *set = (uint32_t)maille_names_count(h->set_of);
    if (!maille_names_set(h->set_of, key.text, *set))
        key.failed = true;
    for (uint32_t i = 0; i < count && !key.failed; i++)
        key.failed = !MAILLE_VEC_PUSH(&h->members, units[i]);
    key.failed = key.failed || !MAILLE_VEC_PUSH(&h->start, (uint32_t)h->members.count);
done:
    if (key.failed)
        status = maille_no_memory(h->ctx);
    maille_strbuf_free(&key);
    return status;
}

/* What is known of its members today: those that are units count. */
static maille_status measure(chronicle *h, state *s) {
    const maille_perimeter *p = s->perimeter;
    maille_status status = MAILLE_OK;
    maille_strbuf json = {0};
    const char **codes = maille_alloc(p->member_count + 1u, sizeof *codes);
    uint32_t *units = maille_alloc(p->member_count + 1u, sizeof *units);
    if (!codes || !units) {
        status = maille_no_memory(h->ctx);
        goto done;
    }
    s->communes = 0;
    s->population = 0;
    for (uint32_t i = 0; i < p->member_count; i++) {
        uint32_t unit = maille_names_get(h->c->number, p->members[i].code);
        if (unit == MAILLE_ABSENT)
            continue;
        units[s->communes] = unit;
        codes[s->communes++] = h->c->code[unit];
        s->population += p->members[i].share * h->c->population[unit];
    }
    TRY(intern_set(h, units, s->communes, &s->set));
    maille_json_texts(&json, codes, s->communes);
    if (json.failed)
        status = maille_no_memory(h->ctx);
    s->codes = json.text;
    json = (maille_strbuf){0};
done:
    maille_strbuf_free(&json);
    maille_free((void *)codes);
    maille_free(units);
    return status;
}

/* One row: the state with one status. `until` "" = it stands. */
static maille_status add_row(chronicle *h, const state *s, const char *since, const char *until) {
    const maille_perimeter *p = s->perimeter;
    const maille_status_entry *entry = maille_perimeter_status_on(p, since);
    maille_strbuf id = {0};
    maille_ctx *ctx = h->ctx;
    maille_status status = MAILLE_OK;
    size_t row = 0;
    maille_strbuf_addf(&id, "%s@%s", p->id, since);
    if (id.failed || !MAILLE_VEC_PUSH(&h->set, s->set)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_table_add_row(ctx, h->past, &row));
    const struct {
        size_t column;
        const char *text;
    } texts[] = {{P_ID, id.text},
                 {P_PERIMETER, p->id},
                 {P_KIND, p->kind},
                 {P_NAME, p->name},
                 {P_STATUS, entry ? entry->status : NULL},
                 {P_SINCE, since},
                 {P_UNTIL, *until ? until : NULL},
                 {P_CODES, s->codes}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].text)
            TRY(maille_set_text(ctx, h->past, row, texts[i].column, texts[i].text));
    maille_set_int(h->past, row, P_VERSION, s->version);
    maille_set_int(h->past, row, P_COMMUNES, s->communes);
    maille_set_real(h->past, row, P_POPULATION, s->population);
done:
    maille_strbuf_free(&id);
    return status;
}

/* The version of a row of `versions`, in force from `since` to `until` ("": still). */
static maille_status add_version(chronicle *h, size_t row, const char *since, const char *until) {
    maille_status status = MAILLE_OK;
    maille_perimeter *p = NULL;
    state s = {.version = h->versions->columns[VERSION].ints[row]};
    char from[DAY + 1];
    TRY(history_document(h->ctx, h->call->store, row_text(h->versions, row, AFTER), &p));
    TRY(carrier_carry(h->ctx, h->call->store, &h->carrier, h->versions->columns[VINTAGE].texts[row],
                      p));
    s.perimeter = p;
    TRY(measure(h, &s));
    snprintf(from, sizeof from, "%s", since);
    for (uint32_t i = 0; i < p->status_count; i++) {
        const char *next = p->statuses[i].since;
        if (!next || strcmp(next, from) <= 0 || (*until && strcmp(next, until) >= 0))
            continue;
        TRY(add_row(h, &s, from, next));
        snprintf(from, sizeof from, "%s", next);
    }
    TRY(add_row(h, &s, from, until));
done:
    maille_free(s.codes);
    maille_perimeter_free(p);
    return status;
}

/* ---- the days of a perimeter ---- */

static int by_day(const void *a, const void *b) {
    return strncmp(*(const char *const *)a, *(const char *const *)b, DAY);
}

/* The row that tells what stood at the end of a day: the last version that was made by then. */
static size_t standing_at(const chronicle *h, size_t first, size_t end, const char *day) {
    size_t found = end;
    for (size_t row = first; row < end; row++) {
        const char *at = time_of(h, row);
        if (at && strncmp(at, day, DAY) <= 0)
            found = row;
    }
    return found;
}

/* Rows [first, end) of `versions` are those of one perimeter. */
static maille_status add_perimeter(chronicle *h, size_t first, size_t end) {
    maille_status status = MAILLE_OK;
    size_t count = 0, standing = end;
    char since[DAY + 1] = "", day[DAY + 1];
    const char **days = maille_alloc(end - first + 1, sizeof *days);
    if (!days)
        return maille_no_memory(h->ctx);
    for (size_t row = first; row < end; row++)
        if (time_of(h, row))
            days[count++] = time_of(h, row);
    if (count > 0)
        qsort(days, count, sizeof *days, by_day);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_day(&days[i - 1], &days[i]) == 0)
            continue;
        size_t now = standing_at(h, first, end, days[i]);
        if (now == standing)
            continue;
        snprintf(day, sizeof day, "%.*s", DAY, days[i]);
        if (standing != end && *row_text(h->versions, standing, AFTER))
            TRY(add_version(h, standing, since, day));
        standing = now;
        snprintf(since, sizeof since, "%s", day);
    }
    if (standing != end && *row_text(h->versions, standing, AFTER))
        TRY(add_version(h, standing, since, ""));
done:
    maille_free(days);
    return status;
}

static maille_status add_perimeters(chronicle *h) {
    maille_status status = MAILLE_OK;
    for (size_t first = 0, end; first < h->versions->rows; first = end) {
        const char *id = row_text(h->versions, first, OF);
        end = first + 1;
        while (end < h->versions->rows && strcmp(row_text(h->versions, end, OF), id) == 0)
            end++;
        TRY(add_perimeter(h, first, end));
    }
done:
    return status;
}

static maille_status draw(chronicle *h) {
    maille_status status = MAILLE_OK;
    maille_shapes *outlines = NULL;
    TRY(outlines_new(h->ctx, h->call->loads, h->start.items, h->members.items,
                     (uint32_t)h->start.count - 1, NULL, &outlines));
    for (size_t row = 0; row < h->past->rows; row++)
        TRY(set_outline(h->ctx, h->past, row, P_GEOM, outlines, h->set.items[row]));
done:
    maille_shapes_free(outlines);
    return status;
}

maille_status step_versions(maille_ctx *ctx, step_call *call) {
    static const maille_column_spec columns[P_COLUMNS] = {
        [P_ID] = {"id", MAILLE_TEXT},
        [P_PERIMETER] = {"perimeter_id", MAILLE_TEXT},
        [P_KIND] = {"kind", MAILLE_TEXT},
        [P_VERSION] = {"version", MAILLE_INT},
        [P_NAME] = {"name", MAILLE_TEXT},
        [P_STATUS] = {"status", MAILLE_TEXT},
        [P_SINCE] = {"since", MAILLE_TEXT},
        [P_UNTIL] = {"until", MAILLE_TEXT},
        [P_COMMUNES] = {"communes", MAILLE_INT},
        [P_POPULATION] = {"population", MAILLE_REAL},
        [P_CODES] = {"codes", MAILLE_TEXT},
        [P_GEOM] = {"geom", MAILLE_GEOMETRY}};
    chronicle h = {
        .ctx = ctx, .call = call, .change_row = maille_names_new(0), .set_of = maille_names_new(0)};
    maille_status status = MAILLE_OK;
    if (!h.change_row || !h.set_of || !MAILLE_VEC_PUSH(&h.start, 0)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(load_communes(ctx, call->loads, &h.c));
    TRY(read_history(&h));
    TRY(maille_table_new(ctx, columns, P_COLUMNS, &h.past));
    TRY(add_perimeters(&h));
    TRY(draw(&h));
    TRY(maille_store_append(ctx, call->store, "perimeter_past", h.past));
    snprintf(call->message, sizeof call->message, "%zu states of perimeters, %zu outlines",
             h.past->rows, maille_names_count(h.set_of));
done:
    carrier_clear(&h.carrier);
    maille_table_free(h.versions);
    maille_table_free(h.changes);
    maille_table_free(h.past);
    maille_names_free(h.change_row);
    maille_names_free(h.set_of);
    MAILLE_VEC_FREE(&h.start);
    MAILLE_VEC_FREE(&h.members);
    MAILLE_VEC_FREE(&h.set);
    return status;
}
