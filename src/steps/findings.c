/* Step findings, once per audience: what a person should look at in the perimeters of each kind
 * that the audience may see, and the evidence on communes that several claim. */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/edit.h>
#include <maille/flagwords.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    step_call *call;
    const char *audience;
    const communes *c;
    const seen_perimeters *seen;
    const maille_loaded *loaded;
    const maille_ground *ground;
    maille_table *notes; /* on gaps */
    uint32_t *alerts;    /* of each perimeter seen */
    uint32_t found, contested;
} work;

/* ---- findings ---- */

/* Sets a cell to what a function says of a flag; an empty text stays null. */
static maille_status set_words(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                               void (*say)(const maille_flag_context *, const maille_flag *,
                                           maille_strbuf *),
                               const maille_flag_context *c, const maille_flag *flag) {
    maille_strbuf text = {0};
    maille_status status = MAILLE_OK;
    say(c, flag, &text);
    if (text.failed)
        status = maille_no_memory(ctx);
    else if (text.length)
        status = maille_set_text(ctx, table, row, column, text.text);
    maille_strbuf_free(&text);
    return status;
}

static maille_status set_flag_codes(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                                    const maille_flag_context *c, const maille_flag *flag) {
    uint32_t count = maille_flag_code_count(c, flag);
    const char **codes = maille_alloc(count, sizeof *codes);
    if (!codes)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++)
        codes[i] = maille_flag_code(c, flag, i);
    maille_status status = set_texts(ctx, table, row, column, codes, count);
    maille_free((void *)codes);
    return status;
}

static maille_status set_claim(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                               const maille_plan *plan, uint32_t claim) {
    return claim == MAILLE_ABSENT
               ? MAILLE_OK
               : maille_set_text(ctx, table, row, column, plan->claims[claim].id);
}

/* What people noted on a commune of a gap, behind the message. Notes are for the inside. */
static void add_notes(const work *w, const maille_flag_context *c, const maille_flag *flag,
                      maille_strbuf *out) {
    for (size_t i = 0; w->notes && i < w->notes->rows; i++) {
        uint32_t commune = maille_names_get(w->c->number, w->notes->columns[0].texts[i]);
        const char *since = w->notes->columns[2].texts[i];
        for (uint32_t k = 0; k < flag->count; k++)
            if (c->flags->units[flag->first + k] == commune)
                maille_strbuf_addf(out, " ; note%s%s : %s", since ? " du " : "", since ? since : "",
                                   w->notes->columns[1].texts[i]);
    }
}

static maille_status set_message(maille_ctx *ctx, const work *w, maille_table *table, size_t row,
                                 size_t column, const maille_flag_context *c,
                                 const maille_flag *flag) {
    maille_strbuf text = {0};
    maille_flag_message(c, flag, &text);
    if (flag->kind == MAILLE_FLAG_GAP)
        add_notes(w, c, flag, &text);
    maille_status status =
        text.failed ? maille_no_memory(ctx) : maille_set_text(ctx, table, row, column, text.text);
    maille_strbuf_free(&text);
    return status;
}

static maille_status add_finding(maille_ctx *ctx, const work *w, const maille_flag_context *c,
                                 uint32_t i, const maille_shapes *outlines, maille_table *table) {
    const maille_flag *flag = &c->flags->flags[i];
    maille_status status = MAILLE_OK;
    size_t row;
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, 0, w->audience));
    TRY(set_words(ctx, table, row, 1, maille_flag_id, c, flag));
    TRY(maille_set_text(ctx, table, row, 2, c->kind));
    TRY(maille_set_text(ctx, table, row, 3, maille_flag_name(flag->kind)));
    TRY(maille_set_text(ctx, table, row, 4, maille_severity_name(flag->severity)));
    TRY(set_words(ctx, table, row, 5, maille_flag_subject, c, flag));
    TRY(set_claim(ctx, table, row, 6, c->plan, flag->a));
    TRY(set_claim(ctx, table, row, 7, c->plan, flag->b));
    maille_set_int(table, row, 8, flag->count);
    TRY(set_flag_codes(ctx, table, row, 9, c, flag));
    maille_set_real(table, row, 10, flag->population);
    TRY(set_message(ctx, w, table, row, 11, c, flag));
    TRY(set_words(ctx, table, row, 12, maille_flag_remedy, c, flag));
    TRY(set_outline(ctx, table, row, 13, outlines, i));
done:
    return status;
}

/* Outlines of what flags are about: their communes, else those of their perimeter. */
static maille_status outlines_of(maille_ctx *ctx, const work *w, const maille_flag_context *c,
                                 maille_shapes **out) {
    const maille_flags *flags = c->flags;
    maille_status status = MAILLE_OK;
    uint32_t *members = NULL, total = 0;
    uint32_t *start = maille_alloc(flags->count + 1u, sizeof *start);
    if (!start)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        total += f->count ? f->count : f->a != MAILLE_ABSENT ? c->plan->claims[f->a].count : 0;
        start[i + 1] = total;
    }
    members = maille_alloc(total + 1u, sizeof *members);
    if (!members) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        const uint32_t *from = f->count                ? flags->units + f->first
                               : f->a != MAILLE_ABSENT ? c->plan->claims[f->a].member
                                                       : NULL;
        if (from)
            memcpy(members + start[i], from, (start[i + 1] - start[i]) * sizeof *members);
    }
    TRY(outlines_new(ctx, w->call->loads, start, members, flags->count, NULL, out));
done:
    maille_free(start);
    maille_free(members);
    return status;
}

static void count_alerts(work *w, const maille_flag_context *c, const uint32_t *of) {
    for (uint32_t i = 0; i < c->flags->count; i++) {
        const maille_flag *f = &c->flags->flags[i];
        if (!maille_flag_alerts(f))
            continue;
        if (f->a != MAILLE_ABSENT)
            w->alerts[of[f->a]]++;
        if (f->b != MAILLE_ABSENT)
            w->alerts[of[f->b]]++;
    }
}

static maille_status save_findings(maille_ctx *ctx, work *w, const maille_flag_context *c) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT}, {"id", MAILLE_TEXT},         {"perimeter_kind", MAILLE_TEXT},
        {"kind", MAILLE_TEXT},     {"severity", MAILLE_TEXT},   {"subject", MAILLE_TEXT},
        {"a", MAILLE_TEXT},        {"b", MAILLE_TEXT},          {"communes", MAILLE_INT},
        {"codes", MAILLE_TEXT},    {"population", MAILLE_REAL}, {"message", MAILLE_TEXT},
        {"remedy", MAILLE_TEXT},   {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    maille_shapes *outlines = NULL;
    TRY(outlines_of(ctx, w, c, &outlines));
    TRY(maille_table_new(ctx, columns, 14, &table));
    for (uint32_t i = 0; i < c->flags->count; i++)
        TRY(add_finding(ctx, w, c, i, outlines, table));
    TRY(maille_store_append(ctx, w->call->store, "finding", table));
    w->found += c->flags->count;
done:
    maille_table_free(table);
    maille_shapes_free(outlines);
    return status;
}

/* ---- contested communes ---- */

static void say_claimant(const maille_flag_context *c, const maille_claimant *m,
                         maille_strbuf *out) {
    const maille_claim *claim = &c->plan->claims[m->claim];
    maille_strbuf_add(out, "{\"id\":");
    maille_json_text(out, claim->id);
    maille_strbuf_add(out, ",\"nom\":");
    maille_json_text(out, claim->name);
    maille_strbuf_add(out, ",\"statut\":");
    maille_json_text(out, claim->status);
    maille_strbuf_add(out, ",\"depuis\":");
    maille_json_text(out, claim->since);
    maille_strbuf_add(out, ",\"part\":");
    maille_json_double(out, m->share);
    maille_strbuf_addf(out, ",\"partage_voulu\":%s,\"limitrophe\":%s,\"pole\":",
                       m->on_purpose ? "true" : "false", m->borders ? "true" : "false");
    maille_json_text(out, m->pole == MAILLE_ABSENT ? NULL : c->ground->code[m->pole]);
    maille_strbuf_add(out, ",\"pole_nom\":");
    maille_json_text(out, m->pole == MAILLE_ABSENT ? NULL : c->ground->name[m->pole]);
    maille_strbuf_add(out, ",\"pole_min\":");
    maille_json_fixed(out, m->minutes_to_pole, 1);
    maille_strbuf_add(out, "}");
}

/* {"pretendants":[…],"majorites":{"epci":"cpts-1"}} */
static void say_evidence(const maille_flag_context *c, const maille_contested *all,
                         const maille_contested_unit *u, maille_strbuf *out) {
    maille_strbuf_add(out, "{\"pretendants\":[");
    for (uint32_t i = 0; i < u->count; i++) {
        maille_strbuf_add(out, i ? "," : "");
        say_claimant(c, &all->claimants[u->first + i], out);
    }
    maille_strbuf_add(out, "],\"majorites\":{");
    for (uint32_t g = 0; g < c->ground->grouping_count; g++) {
        uint32_t claim = all->majorities[u->grouping_first + g];
        maille_strbuf_add(out, g ? "," : "");
        maille_json_text(out, c->ground->groupings[g].name);
        maille_strbuf_add(out, ":");
        maille_json_text(out, claim == MAILLE_ABSENT ? NULL : c->plan->claims[claim].id);
    }
    maille_strbuf_add(out, "}}");
}

static maille_status add_contested(maille_ctx *ctx, const work *w, const maille_flag_context *c,
                                   const maille_contested *all, const maille_contested_unit *u,
                                   maille_table *table) {
    maille_strbuf ids = {0}, evidence = {0};
    maille_status status = MAILLE_OK;
    size_t row;
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, 0, w->audience));
    TRY(maille_set_text(ctx, table, row, 1, c->kind));
    TRY(maille_set_text(ctx, table, row, 2, c->ground->code[u->unit]));
    TRY(maille_set_text(ctx, table, row, 3, c->ground->name[u->unit]));
    maille_set_real(table, row, 4, c->ground->population[u->unit]);
    maille_set_int(table, row, 5, u->count);
    maille_strbuf_add(&ids, "[");
    for (uint32_t i = 0; i < u->count; i++) {
        maille_strbuf_add(&ids, i ? "," : "");
        maille_json_text(&ids, c->plan->claims[all->claimants[u->first + i].claim].id);
    }
    maille_strbuf_add(&ids, "]");
    say_evidence(c, all, u, &evidence);
    if (ids.failed || evidence.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_set_text(ctx, table, row, 6, ids.text));
    TRY(maille_set_text(ctx, table, row, 7, evidence.text));
done:
    maille_strbuf_free(&ids);
    maille_strbuf_free(&evidence);
    return status;
}

static maille_status save_contested(maille_ctx *ctx, work *w, const maille_flag_context *c) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT}, {"perimeter_kind", MAILLE_TEXT}, {"code", MAILLE_TEXT},
        {"name", MAILLE_TEXT},     {"population", MAILLE_REAL},     {"claimants", MAILLE_INT},
        {"ids", MAILLE_TEXT},      {"evidence", MAILLE_TEXT}};
    maille_status status = MAILLE_OK;
    maille_holders holders = {0};
    maille_contested *all = NULL;
    maille_table *table = NULL;
    TRY(maille_holders_new(ctx, c->ground, c->plan, &holders));
    TRY(maille_contested_new(ctx, c->ground, c->plan, &holders, &all));
    TRY(maille_loaded_contested(ctx, w->loaded, all));
    TRY(maille_table_new(ctx, columns, 8, &table));
    for (uint32_t i = 0; i < all->count; i++)
        TRY(add_contested(ctx, w, c, all, &all->units[i], table));
    TRY(maille_store_append(ctx, w->call->store, "contested", table));
    w->contested += all->count;
done:
    maille_holders_free(&holders);
    maille_contested_free(all);
    maille_table_free(table);
    return status;
}

/* ---- the step ---- */

static maille_status save_alerts(maille_ctx *ctx, const work *w) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT}, {"id", MAILLE_TEXT}, {"alerts", MAILLE_INT}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    TRY(maille_table_new(ctx, columns, 3, &table));
    for (uint32_t i = 0; i < w->seen->sets.count; i++) {
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, w->audience));
        TRY(maille_set_text(ctx, table, row, 1, w->seen->id[i]));
        maille_set_int(table, row, 2, w->alerts[i]);
    }
    TRY(maille_store_append(ctx, w->call->store, "perimeter_alert", table));
done:
    maille_table_free(table);
    return status;
}

static maille_status work_on_kind(maille_ctx *ctx, work *w, const char *kind) {
    maille_plan plan = {0};
    maille_flags flags = {0};
    uint32_t *of = NULL;
    maille_flag_context c = {.kind = kind,
                             .ground = w->ground,
                             .rules = maille_loaded_rules_of(w->loaded, kind),
                             .plan = &plan,
                             .flags = &flags};
    maille_status status = MAILLE_OK;
    TRY(seen_plan(ctx, w->seen, kind, &plan, &of));
    TRY(maille_judge(ctx, w->ground, c.rules, &plan, &flags));
    count_alerts(w, &c, of);
    TRY(save_findings(ctx, w, &c));
    TRY(save_contested(ctx, w, &c));
done:
    maille_free(plan.claims);
    maille_free(of);
    maille_flags_free(&flags);
    return status;
}

maille_status step_findings(maille_ctx *ctx, step_call *call) {
    static const char *const note_columns[] = {"code", "note", "since"};
    const maille_query all_notes = {
        .table = "gap_note", .columns = note_columns, .column_count = 3};
    work w = {.call = call, .audience = maille_audience_name(call->audience)};
    maille_status status = MAILLE_OK;
    const char **kinds = NULL;
    uint32_t count = 0;
    TRY(load_communes(ctx, call->loads, &w.c));
    TRY(load_perimeters(ctx, call->loads, call->audience, &w.seen));
    TRY(load_ground(ctx, call->loads, MAILLE_GROUND_FACTS | MAILLE_GROUND_TIMES, &w.loaded));
    w.ground = maille_loaded_ground(w.loaded);
    if (call->audience == MAILLE_INTERNE)
        TRY(maille_store_read(ctx, call->store, &all_notes, &w.notes));
    w.alerts = maille_alloc(w.seen->sets.count + 1u, sizeof *w.alerts);
    if (!w.alerts) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(seen_kinds(ctx, w.seen, &kinds, &count));
    for (uint32_t i = 0; i < count; i++)
        TRY(work_on_kind(ctx, &w, kinds[i]));
    TRY(save_alerts(ctx, &w));
    snprintf(call->message, sizeof call->message, "%u findings, %u contested communes", w.found,
             w.contested);
done:
    maille_table_free(w.notes);
    maille_free(w.alerts);
    maille_free((void *)kinds);
    return status;
}
