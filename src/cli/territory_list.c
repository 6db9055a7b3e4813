/* Perimeters in a row: their figures, codes, findings; communes that several claim. */
#include "cli/territory.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <math.h>
#include <string.h>

/* ---- each kind of a list
 * ------------------------------------------------------------------------- */

typedef maille_status (*kind_visitor)(territory *t, const standing *s, void *user);

/* Calls `visit` with the perimeters of each kind, in order of first mention. */
static maille_status each_kind(territory *t, const maille_perimeter_list *list, kind_visitor visit,
                               void *user) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK && i < list->count; i++) {
        standing *s = NULL;
        uint32_t k = 0;
        while (strcmp(list->items[k]->kind, list->items[i]->kind) != 0)
            k++;
        if (k < i)
            continue;
        status = standing_new(t, list, list->items[i]->kind, &s);
        if (status == MAILLE_OK)
            status = visit(t, s, user);
        standing_free(s);
    }
    return status;
}

/* ---- list
 * --------------------------------------------------------------------------------------- */

typedef struct {
    text_table table;
    maille_jout j;
} listing;

static bool in_department(const territory *t, const maille_claim *c) {
    const maille_partition *p = &t->ground->department;
    for (uint32_t i = 0; t->o.department && i < c->count; i++) {
        uint32_t group = p->of_commune[c->member[i]];
        if (group != MAILLE_ABSENT && strcmp(p->id[group], t->o.department) == 0)
            return true;
    }
    return !t->o.department;
}

static bool has_status(const territory *t, const char *status) {
    const maille_perimeter_status *wanted =
        t->o.status ? maille_publication_status(maille_loaded_publication(t->loaded), t->o.status)
                    : NULL;
    return !t->o.status || (wanted && strcmp(wanted->id, status) == 0);
}

static void count_flags(const standing *s, uint32_t claim, uint32_t *all, uint32_t *alerts) {
    *all = *alerts = 0;
    for (uint32_t i = 0; i < s->flags.count; i++) {
        const maille_flag *f = &s->flags.flags[i];
        if (f->a != claim && f->b != claim)
            continue;
        (*all)++;
        *alerts += maille_flag_alerts(f);
    }
}

static void add_row(territory *t, listing *l, const maille_perimeter *p, const maille_claim *claim,
                    const maille_figures *f, uint32_t flags, uint32_t alerts) {
    const maille_status_entry *on = maille_perimeter_status_on(p, t->when.at);
    if (t->o.json) {
        maille_j_open(&l->j, NULL, '{');
        maille_j_listed(&l->j, t->ground, p, on, claim);
        maille_j_size(&l->j, f);
        maille_j_int(&l->j, "constats", flags);
        maille_j_int(&l->j, "alertes", alerts);
        maille_j_close(&l->j, '}');
        return;
    }
    text_table_add(&l->table, (const char *const[]){
                                  p->id, p->name, p->kind, or_dash(on ? on->status : NULL),
                                  or_dash(on ? on->since : NULL), in_french(f->communes, 0).text,
                                  in_french(f->population, 0).text, or_dash(f->size_class),
                                  in_french(flags, 0).text, in_french(alerts, 0).text});
}

static maille_status list_kind(territory *t, const standing *s, void *user) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK && i < s->count; i++) {
        const maille_status_entry *on = maille_perimeter_status_on(s->items[i], t->when.at);
        uint32_t claim = standing_find(s, s->items[i]->id), flags = 0, alerts = 0;
        maille_figures *f = NULL;
        if (claim == MAILLE_ABSENT || !in_department(t, &s->plan->claims[claim]) ||
            !has_status(t, on ? on->status : ""))
            continue;
        count_flags(s, claim, &flags, &alerts);
        status = claim_figures(t, s->kind, s->plan, claim, 0, &f);
        if (status == MAILLE_OK)
            add_row(t, user, s->items[i], &s->plan->claims[claim], f, flags, alerts);
        maille_figures_free(f);
    }
    return status;
}

static maille_status check_status(territory *t) {
    if (t->o.status &&
        !maille_publication_status(maille_loaded_publication(t->loaded), t->o.status))
        return maille_fail(t->ctx, MAILLE_USAGE, "--status was \"%s\", which is no status",
                           t->o.status);
    return MAILLE_OK;
}

/* An empty list of a day before the history is not one of a day without perimeters. */
static maille_status tell_beginning(territory *t) {
    maille_status status = MAILLE_OK;
    char began[21];
    if (!t->when.at)
        return MAILLE_OK;
    TRY(maille_history_began(t->ctx, t->store, t->scenario, began));
    if (!*began)
        maille_log(t->ctx, MAILLE_LOG_WARNING, "there was no history yet, nothing was known of %s",
                   t->when.at);
    else if (strncmp(t->when.at, began, strlen(t->when.at)) < 0)
        maille_log(t->ctx, MAILLE_LOG_WARNING,
                   "the history began on %.10s, nothing was known of %s", began, t->when.at);
done:
    return status;
}

/* The column of kinds goes where all rows are of one. */
static void drop_kind(text_table *table) {
    enum { KIND = 2 };
    for (size_t row = 1; row < table->rows; row++)
        if (strcmp(table->cells[row][KIND], table->cells[0][KIND]) != 0)
            return;
    text_table_drop(table, KIND);
}

maille_status run_list(territory *t) {
    maille_perimeter_list *list = NULL;
    listing l = {.table = {.columns = 10,
                           .titles = {"id", "nom", "genre", "statut", "depuis", "communes",
                                      "population", "taille", "constats", "alertes"},
                           .right = {[5] = true, [6] = true, [8] = true, [9] = true}}};
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 0));
    TRY(territory_ground(t, 0));
    TRY(check_status(t));
    TRY(tell_beginning(t));
    TRY(territory_perimeters(t, t->o.kind, &list));
    maille_j_open(&l.j, NULL, '[');
    TRY(each_kind(t, list, list_kind, &l));
    maille_j_close(&l.j, ']');
    drop_kind(&l.table);
    if (t->o.json)
        TRY(j_print(t->ctx, &l.j));
    else if (!t->o.quiet)
        text_table_print(&l.table);
done:
    maille_strbuf_free(&l.j.s);
    text_table_free(&l.table);
    maille_perimeter_list_free(list);
    return status;
}

/* ---- codes
 * -------------------------------------------------------------------------------------- */

static bool has_zones(const maille_perimeter *p) {
    for (uint32_t i = 0; i < p->member_count; i++)
        if (p->members[i].zone)
            return true;
    return false;
}

/* Whoever wants no sub-zones gets no column of them. */
static maille_status write_codes(territory *t, const maille_perimeter *p, bool insee, FILE *out) {
    maille_strbuf s = {0};
    maille_status status = MAILLE_OK;
    bool zones = has_zones(p);
    if (!insee)
        maille_strbuf_addf(&s, "code,nom,population,part%s\n", zones ? ",zone" : "");
    for (uint32_t i = 0; i < p->member_count; i++) {
        const maille_member *m = &p->members[i];
        uint32_t unit = maille_ground_unit(t->ground, m->code);
        maille_strbuf_add(&s, m->code);
        if (!insee) {
            maille_strbuf_add(&s, ",");
            if (unit != MAILLE_ABSENT) /* a member of another vintage has neither */
                maille_strbuf_add_csv(&s, t->ground->name[unit]);
            maille_strbuf_add(&s, ",");
            if (unit != MAILLE_ABSENT)
                maille_strbuf_add_double(&s, t->ground->population[unit]);
            maille_strbuf_add(&s, ",");
            maille_strbuf_add_double(&s, m->share);
            if (zones)
                maille_strbuf_add(&s, ",");
            if (zones && m->zone)
                maille_strbuf_add_csv(&s, m->zone);
        }
        maille_strbuf_add(&s, "\n");
    }
    if (s.failed)
        status = maille_no_memory(t->ctx);
    else if (s.text)
        fputs(s.text, out);
    maille_strbuf_free(&s);
    return status;
}

maille_status run_codes(territory *t) {
    const char *format = t->o.format ? t->o.format : "csv";
    bool insee = strcmp(format, "insee") == 0;
    maille_perimeter_list *list = NULL;
    const maille_perimeter *p = NULL;
    maille_perimeter *old = NULL;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, 1));
    if (!insee && strcmp(format, "csv") != 0)
        return maille_fail(t->ctx, MAILLE_USAGE, "--format was \"%s\", expected csv or insee",
                           format);
    TRY(territory_ground(t, 0));
    if (t->when.version) {
        TRY(maille_perimeter_load(t->ctx, t->store, t->scenario, t->words[0], &t->when, &old,
                                  NULL));
        p = old;
    } else {
        TRY(territory_perimeters(t, NULL, &list));
        TRY(territory_perimeter(t, list, t->words[0], &p));
    }
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_members(&j, NULL, t->ground, p);
        TRY(j_print(t->ctx, &j));
    } else {
        TRY(write_codes(t, p, insee, stdout));
    }
done:
    maille_perimeter_free(old);
    maille_perimeter_list_free(list);
    return status;
}

/* ---- findings
 * ----------------------------------------------------------------------------------- */

static maille_status gather(territory *t, const standing *s, void *user) {
    uint32_t claim = t->word_count ? standing_find(s, t->words[0]) : MAILLE_ABSENT;
    maille_told_flags flags;
    if (t->word_count && claim == MAILLE_ABSENT)
        return MAILLE_OK;
    maille_status status = tell_flags(t, s->kind, s->plan, &s->flags, claim, &flags);
    return status == MAILLE_OK ? join_flags(t, user, &flags) : status;
}

static maille_status write_findings(territory *t, const maille_told_flags *flags) {
    maille_strbuf s = {0};
    FILE *out = NULL;
    maille_status status = MAILLE_OK;
    maille_strbuf_add(&s, "gravite,genre,objet,a,b,codes,constat,piste,population\n");
    for (size_t i = 0; i < flags->count; i++) {
        const maille_told_flag *f = &flags->items[i];
        maille_strbuf_addf(&s, "%s,%s,%s,%s,%s,", f->severity, f->kind, f->subject,
                           f->a ? f->a : "", f->b ? f->b : "");
        for (uint32_t k = 0; k < f->code_count; k++)
            maille_strbuf_addf(&s, "%s%s", k ? " " : "", f->codes[k]);
        maille_strbuf_add(&s, ",");
        maille_strbuf_add_csv(&s, f->message);
        maille_strbuf_add(&s, ",");
        maille_strbuf_add_csv(&s, f->remedy ? f->remedy : "");
        maille_strbuf_add(&s, ",");
        maille_strbuf_add_double(&s, f->population);
        maille_strbuf_add(&s, "\n");
    }
    if (s.failed) {
        status = maille_no_memory(t->ctx);
        goto done;
    }
    TRY(open_result(t->ctx, t->o.csv, &out));
    fputs(s.text, out);
    TRY(close_result(t->ctx, t->o.csv, out));
done:
    maille_strbuf_free(&s);
    return status;
}

maille_status run_findings(territory *t) {
    maille_perimeter_list *list = NULL;
    const maille_perimeter *p = NULL;
    maille_told_flags flags = {0};
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_ground(t, 0));
    TRY(territory_perimeters(t, t->o.kind, &list));
    if (t->word_count)
        TRY(territory_perimeter(t, list, t->words[0], &p));
    TRY(each_kind(t, list, gather, &flags));
    if (t->o.csv)
        TRY(write_findings(t, &flags));
    if (t->o.json) {
        maille_jout j = {0};
        drop_ids(&flags);
        maille_j_flags(&j, NULL, &flags);
        TRY(j_print(t->ctx, &j));
    } else if (!t->o.quiet && !t->o.csv) {
        print_flags(&flags, "");
        printf("%zu constat%s\n", flags.count, plural((double)flags.count));
    }
done:
    maille_perimeter_list_free(list);
    return status;
}

/* ---- contested communes
 * ------------------------------------------------------------------------- */

static const char *majorities_of(territory *t, const standing *s, const maille_contested *c,
                                 const maille_contested_unit *u, uint32_t claim) {
    const char *out = "";
    for (uint32_t k = 0; out && k < t->ground->grouping_count; k++)
        if (c->majorities[u->grouping_first + k] == claim)
            out = text_of(t, "%s%s%s", out, *out ? ", " : "", t->ground->groupings[k].name);
    (void)s;
    return out;
}

static number minutes_of(const maille_claimant *c) {
    number out = in_french(c->minutes_to_pole, 1);
    if (c->pole != MAILLE_ABSENT && isnan(c->minutes_to_pole))
        snprintf(out.text, sizeof out.text, "sans route");
    return out;
}

static void print_contested(territory *t, const standing *s, const maille_contested *c) {
    text_table table = {.columns = 8,
                        .titles = {"commune", "habitants", "prétendant", "statut", "depuis",
                                   "min au pôle", "touche", "majorité de"},
                        .right = {[1] = true, [5] = true}};
    const maille_ground *g = t->ground;
    for (uint32_t i = 0; i < c->count; i++) {
        const maille_contested_unit *u = &c->units[i];
        for (uint32_t k = 0; k < u->count; k++) {
            const maille_claimant *one = &c->claimants[u->first + k];
            const maille_claim *claim = &s->plan->claims[one->claim];
            text_table_add(
                &table, (const char *const[]){
                            k ? "" : text_of(t, "%s %s", g->code[u->unit], g->name[u->unit]),
                            k ? "" : in_french(g->population[u->unit], 0).text, claim->id,
                            claim->status, or_dash(claim->since), minutes_of(one).text,
                            one->borders ? "oui" : "non", majorities_of(t, s, c, u, one->claim)});
        }
    }
    text_table_print(&table);
    text_table_free(&table);
    printf("%u commune%s revendiquée%s par plusieurs périmètres\n", c->count, plural(c->count),
           plural(c->count));
}

maille_status run_contested(territory *t) {
    maille_perimeter_list *list = NULL;
    standing *s = NULL;
    maille_holders holders = {0};
    maille_contested *c = NULL;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 0));
    TRY(territory_ground(t, NEEDS_TIMES));
    TRY(territory_perimeters(t, t->kind, &list));
    TRY(standing_new(t, list, t->kind, &s));
    TRY(maille_holders_new(t->ctx, t->ground, s->plan, &holders));
    TRY(maille_contested_new(t->ctx, t->ground, s->plan, &holders, &c));
    TRY(maille_loaded_contested(t->ctx, t->loaded, c));
    if (t->o.json) {
        maille_jout j = {0};
        (void)maille_tell_contested(t->ctx, t->ground, s->plan, c, &j);
        TRY(j_print(t->ctx, &j)); /* tells where memory ran out, too */
    } else if (!t->o.quiet) {
        print_contested(t, s, c);
    }
done:
    maille_contested_free(c);
    maille_holders_free(&holders);
    standing_free(s);
    maille_perimeter_list_free(list);
    return status;
}
