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
    MAILLE_VEC(maille_finding) list;
} search;

static maille_status add(search *s, const char *severity, const char *kind, const char *subject,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));

static maille_status add(search *s, const char *severity, const char *kind, const char *subject,
                         const char *format, ...) {
    char message[1200];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    maille_finding f = {.message = maille_strdup(message)};
    snprintf(f.kind, sizeof f.kind, "%s", kind);
    snprintf(f.severity, sizeof f.severity, "%s", severity);
    snprintf(f.subject, sizeof f.subject, "%s", subject ? subject : "");
    if (!f.message || !MAILLE_VEC_PUSH(&s->list, f)) {
        maille_free(f.message);
        return maille_no_memory(s->ctx);
    }
    return MAILLE_OK;
}

/* Rows of a table for the search's audience. */
static maille_status rows_of(search *s, const char *table, const char *const *columns, size_t count,
                             maille_table **out) {
    maille_value seen = maille_text_value(maille_audience_name(s->audience));
    maille_filter filter = maille_equals("audience", &seen);
    maille_query query = {
        .table = table, .columns = columns, .column_count = count, .filter = &filter};
    return maille_store_read(s->ctx, s->store, &query, out);
}

static maille_status find_overlaps(search *s) {
    static const char *const columns[] = {"a", "b", "communes", "population", "severity"};
    maille_table *t = NULL;
    maille_status status = MAILLE_OK;
    TRY(rows_of(s, "overlap", columns, 5, &t));
    for (size_t i = 0; i < t->rows; i++) {
        char subject[300];
        snprintf(subject, sizeof subject, "%s + %s", t->columns[0].texts[i],
                 t->columns[1].texts[i]);
        TRY(add(s, t->columns[4].texts[i], "chevauchement", subject,
                "%s et %s ont %lld communes en commun (%.0f habitants)", t->columns[0].texts[i],
                t->columns[1].texts[i], (long long)t->columns[2].ints[i], t->columns[3].reals[i]));
    }
done:
    maille_table_free(t);
    return status;
}

static maille_status find_gaps(search *s) {
    static const char *const columns[] = {"id", "communes", "population", "enclosed"};
    maille_table *t = NULL;
    maille_status status = MAILLE_OK;
    TRY(rows_of(s, "gap", columns, 4, &t));
    for (size_t i = 0; i < t->rows; i++) {
        bool enclosed = t->columns[3].ints[i] != 0;
        TRY(add(s, enclosed ? "alerte" : "information", "zone-blanche", t->columns[0].texts[i],
                "%lld communes sans CPTS (%.0f habitants)%s", (long long)t->columns[1].ints[i],
                t->columns[2].reals[i], enclosed ? ", enclavées entre des CPTS" : ""));
    }
done:
    maille_table_free(t);
    return status;
}

static maille_status find_in_figures(search *s, const maille_size_rules *sizes) {
    static const char *const columns[] = {"id", "parts", "population"};
    maille_table *t = NULL;
    maille_status status = MAILLE_OK;
    TRY(rows_of(s, "perimeter_figure", columns, 3, &t));
    for (size_t i = 0; i < t->rows; i++) {
        const char *id = t->columns[0].texts[i];
        if (t->columns[1].ints[i] > 1)
            TRY(add(s, "alerte", "morcellement", id,
                    "%s est en %lld morceaux (par frontière commune)", id,
                    (long long)t->columns[1].ints[i]));
        if (t->columns[2].reals[i] < sizes->least)
            TRY(add(s, "alerte", "taille", id,
                    "%s compte %.0f habitants, moins que les %.0f que retient le jeu de règles %s",
                    id, t->columns[2].reals[i], sizes->least, sizes->head.id));
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
                    t->columns[0].texts[i]));
done:
    maille_table_free(t);
    return status;
}

static maille_status find_stale(search *s) {
    maille_step_state *states = NULL;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    TRY(maille_steps_state(s->ctx, s->store, s->audience, &states, &count));
    for (size_t i = 0; i < count; i++)
        if (states[i].stale &&
            !(s->audience == MAILLE_PUBLIC && step_named(states[i].step)->reads_drafts))
            TRY(add(s, "alerte", "perime", states[i].step,
                    "le calcul « %s » est périmé : ses données ont changé depuis", states[i].step));
done:
    maille_free(states);
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
    loads *l = NULL;
    const maille_study *study = NULL;
    maille_size_rules *sizes = NULL;
    TRY(loads_new(ctx, store, &l));
    TRY(load_study(ctx, l, &study));
    TRY(maille_size_rules_read(ctx, study->sizes ? study->sizes : MAILLE_DEFAULT_SIZES, &sizes));
    TRY(find_overlaps(&s));
    TRY(find_gaps(&s));
    TRY(find_in_figures(&s, sizes));
    TRY(find_apart(&s));
    TRY(find_stale(&s));
    TRY(find_remarks(&s));
    *findings = s.list.items;
    *count = s.list.count;
    s.list.items = NULL;
    s.list.count = 0;
done:
    maille_findings_free(s.list.items, s.list.count);
    maille_size_rules_free(sizes);
    loads_free(l);
    return status;
}

void maille_findings_free(maille_finding *findings, size_t count) {
    for (size_t i = 0; i < count; i++)
        maille_free(findings[i].message);
    maille_free(findings);
}
