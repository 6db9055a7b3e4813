/* Findings of `maille check`: overlaps, gaps, broken pieces, sizes, stale results, and what imports
 * and steps remarked. They come from the tables of one audience. */
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/steps.h>
#include <maille/strbuf.h>
#include <maille/vec.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    maille_audience audience;
    maille_table *perimeters; /* id and name */
    MAILLE_VEC(maille_finding) list;
} search;

static maille_status add(search *s, const char *severity, const char *kind, const char *subject,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));

static maille_status add(search *s, const char *severity, const char *kind, const char *subject,
                         const char *format, ...) {
    char message[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    maille_finding f = {.message = maille_strdup(message), .population = NAN};
    snprintf(f.kind, sizeof f.kind, "%s", kind);
    snprintf(f.severity, sizeof f.severity, "%s", severity);
    snprintf(f.subject, sizeof f.subject, "%s", subject ? subject : "");
    if (!f.message || !MAILLE_VEC_PUSH(&s->list, f)) {
        maille_free(f.message);
        return maille_no_memory(s->ctx);
    }
    return MAILLE_OK;
}

/* ---- in words ---- */

/* The s of a plural. */
static const char *s_of(int64_t count) {
    return count > 1 ? "s" : "";
}

static maille_status read_names(search *s) {
    static const char *const columns[] = {"id", "name"};
    maille_query query = {.table = "perimeter", .columns = columns, .column_count = 2};
    return maille_store_read(s->ctx, s->store, &query, &s->perimeters);
}

static const char *name_of(const search *s, const char *id) {
    for (size_t i = 0; i < s->perimeters->rows; i++)
        if (strcmp(s->perimeters->columns[0].texts[i], id) == 0)
            return s->perimeters->columns[1].texts[i];
    return id;
}

/* ---- findings ---- */

/* Rows of a table for the search's audience. */
static maille_status rows_of(search *s, const char *table, const char *const *columns, size_t count,
                             maille_table **out) {
    maille_value seen = maille_text_value(maille_audience_name(s->audience));
    maille_filter filter = maille_equals("audience", &seen);
    maille_query query = {
        .table = table, .columns = columns, .column_count = count, .filter = &filter};
    return maille_store_read(s->ctx, s->store, &query, out);
}

/* What step findings left. */
static maille_status find_flags(search *s) {
    static const char *const columns[] = {"severity", "kind", "subject", "message",   "remedy",
                                          "a",        "b",    "codes",   "population"};
    maille_table *t = NULL;
    maille_status status = MAILLE_OK;
    TRY(rows_of(s, "finding", columns, 9, &t));
    for (size_t i = 0; i < t->rows; i++) {
        const maille_column *k = t->columns;
        TRY(add(s, k[0].texts[i], k[1].texts[i], k[2].texts[i], "%s", k[3].texts[i]));
        maille_finding *f = &s->list.items[s->list.count - 1];
        f->population = k[8].reals[i];
        const char *const texts[] = {k[4].texts[i], k[5].texts[i], k[6].texts[i], k[7].texts[i]};
        char **const to[] = {&f->remedy, &f->a, &f->b, &f->codes};
        for (size_t j = 0; j < 4; j++)
            if (texts[j] && !(*to[j] = maille_strdup(texts[j]))) {
                status = maille_no_memory(s->ctx);
                goto done;
            }
    }
done:
    maille_table_free(t);
    return status;
}

static maille_status find_apart(search *s) {
    static const char *const columns[] = {"id", "longest_drive_min"};
    maille_table *t = NULL;
    maille_status status = MAILLE_OK;
    TRY(rows_of(s, "perimeter_drive", columns, 2, &t));
    for (size_t i = 0; i < t->rows; i++)
        if (t->columns[1].null[i])
            TRY(add(s, "information", "non-atteint", t->columns[0].texts[i],
                    "%s a des communes que la route ne joint pas entre elles",
                    name_of(s, t->columns[0].texts[i])));
done:
    maille_table_free(t);
    return status;
}

/* Results that are out of date, and those that could be there and are not: silence on them would be
 * taken for peace. */
static maille_status find_undone(search *s) {
    maille_step_state *states = NULL;
    size_t count = 0, undone = 0;
    maille_strbuf names = {0};
    maille_status status = MAILLE_OK;
    TRY(maille_steps_state(s->ctx, s->store, s->audience, &states, &count));
    for (size_t i = 0; i < count; i++) {
        if (s->audience == MAILLE_PUBLIC && step_named(states[i].step)->reads_drafts)
            continue;
        if (states[i].stale)
            TRY(add(s, "alerte", "perime", states[i].step,
                    "le calcul « %s » est périmé : ses données ont changé depuis", states[i].step));
        if (states[i].lacks == step_not_yet)
            maille_strbuf_addf(&names, "%s%s", undone++ ? ", " : "", states[i].step);
    }
    if (undone)
        TRY(add(s, "alerte", "non-calcule", "", "%zu calcul%s rest%s à faire (maille compute) : %s",
                undone, s_of((int64_t)undone), undone > 1 ? "ent" : "e",
                names.text ? names.text : ""));
done:
    maille_strbuf_free(&names);
    maille_free(states);
    return status;
}

/* A workspace without communes has nothing to find. */
static maille_status find_nothing(search *s) {
    int64_t known = 0;
    maille_status status = maille_store_count(s->ctx, s->store, "commune", NULL, &known);
    if (status == MAILLE_OK && known == 0)
        status = add(s, "information", "vide", "", "aucune commune n’a été importée");
    return status;
}

/* Remarks of imports and steps that this audience may read. */
static maille_status find_remarks(search *s) {
    static const char *const columns[] = {"severity", "kind", "subject", "message", "audience"};
    maille_query query = {.table = "remark", .columns = columns, .column_count = 5};
    maille_table *t = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(s->ctx, s->store, &query, &t));
    for (size_t i = 0; i < t->rows; i++) {
        const char *of = t->columns[4].texts[i];
        if (!*of || strcmp(of, maille_audience_name(s->audience)) == 0)
            TRY(add(s, t->columns[0].texts[i], t->columns[1].texts[i], t->columns[2].texts[i], "%s",
                    t->columns[3].texts[i]));
    }
done:
    maille_table_free(t);
    return status;
}

maille_status maille_check(maille_ctx *ctx, maille_store *store, maille_audience audience,
                           maille_finding **findings, size_t *count) {
    search s = {.ctx = ctx, .store = store, .audience = audience};
    maille_status status = MAILLE_OK;
    TRY(read_names(&s));
    TRY(find_nothing(&s));
    TRY(find_flags(&s));
    TRY(find_apart(&s));
    TRY(find_undone(&s));
    TRY(find_remarks(&s));
    *findings = s.list.items;
    *count = s.list.count;
    s.list.items = NULL;
    s.list.count = 0;
done:
    maille_findings_free(s.list.items, s.list.count);
    maille_table_free(s.perimeters);
    return status;
}

void maille_findings_free(maille_finding *findings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        maille_free(findings[i].message);
        maille_free(findings[i].remedy);
        maille_free(findings[i].a);
        maille_free(findings[i].b);
        maille_free(findings[i].codes);
    }
    maille_free(findings);
}
