/* Two states of a perimeter, or of all that two scenarios hold, side by side. */
#include "cli/territory.h"

#include <maille/compare.h>
#include <maille/map.h>
#include <string.h>

static void print_difference(const territory *t, const maille_difference *d, const char *indent) {
    uint32_t unit = d->code && t->ground ? maille_ground_unit(t->ground, d->code) : MAILLE_ABSENT;
    const char *name = unit == MAILLE_ABSENT ? "" : t->ground->name[unit];
    if (strcmp(d->what, "commune") == 0 && (!d->before || !d->after))
        printf("%s%s %s %s\n", indent, d->before ? "−" : "+", d->code, name);
    else if (d->code)
        printf("%s%s %s %s : %s → %s\n", indent, d->what, d->code, name, or_dash(d->before),
               or_dash(d->after));
    else
        printf("%s%s : %s → %s\n", indent, d->what, or_dash(d->before), or_dash(d->after));
}

void print_differences(const territory *t, const maille_differences *d, const char *indent) {
    for (uint32_t i = 0; i < d->count; i++)
        print_difference(t, &d->items[i], indent);
}

/* ---- pairs of states
 * ---------------------------------------------------------------------------- */

typedef struct {
    const maille_perimeter *before, *after;
    maille_differences *differences;
    maille_figures *was, *is;
} comparison;

static void comparison_free(comparison *c) {
    maille_differences_free(c->differences);
    maille_figures_free(c->was);
    maille_figures_free(c->is);
}

static maille_status compare(territory *t, const maille_perimeter *before,
                             const maille_perimeter *after, comparison *out) {
    maille_status status = MAILLE_OK;
    *out = (comparison){.before = before, .after = after};
    TRY(maille_perimeter_diff(t->ctx, before, after, &out->differences));
    if (before)
        TRY(perimeter_figures(t, before, 0, &out->was));
    if (after)
        TRY(perimeter_figures(t, after, 0, &out->is));
done:
    return status;
}

static void print_comparison(const territory *t, const comparison *c) {
    const maille_perimeter *p = c->after ? c->after : c->before;
    printf("%s %s : population %s → %s, taille %s → %s, communes %s → %s\n", p->id, p->name,
           in_french(c->was ? c->was->population : 0, 0).text,
           in_french(c->is ? c->is->population : 0, 0).text,
           or_dash(c->was ? c->was->size_class : NULL), or_dash(c->is ? c->is->size_class : NULL),
           in_french(c->was ? c->was->communes : 0, 0).text,
           in_french(c->is ? c->is->communes : 0, 0).text);
    print_differences(t, c->differences, "  ");
}

/* Prints one comparison, or adds it to the JSON. */
static maille_status tell(territory *t, maille_jout *j, const maille_perimeter *before,
                          const maille_perimeter *after) {
    comparison c = {0};
    maille_status status = compare(t, before, after, &c);
    if (status == MAILLE_OK && t->o.json)
        status = maille_tell_pair(t->ctx, before, after, c.was, c.is, j);
    else if (status == MAILLE_OK && !t->o.quiet)
        print_comparison(t, &c);
    comparison_free(&c);
    return status;
}

/* ---- one perimeter through time
 * ------------------------------------------------------------------ */

/* Not there on a day is an answer; a version that never was is not. */
static maille_status load_or_absent(territory *t, const char *id, const maille_moment *when,
                                    bool asked, maille_perimeter **out) {
    maille_status status =
        maille_perimeter_load(t->ctx, t->store, t->scenario, id, when, out, NULL);
    return status == MAILLE_NOT_FOUND && !(asked && when->version) ? MAILLE_OK : status;
}

/* The version before the one that stands; 0 where that is the first. */
static maille_status version_before(territory *t, const char *id, maille_moment *out) {
    maille_perimeter *now = NULL;
    int64_t version = 0;
    maille_status status = maille_perimeter_load(t->ctx, t->store, t->scenario, id,
                                                 &(maille_moment){0}, &now, &version);
    maille_perimeter_free(now);
    out->version = version > 1 ? version - 1 : 0;
    return status;
}

static maille_status diff_moments(territory *t, const char *id) {
    maille_moment from = {0}, to = {0};
    maille_perimeter *before = NULL, *after = NULL;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    TRY(parse_moment(t->ctx, "--from", t->o.from, &from));
    TRY(parse_moment(t->ctx, "--to", t->o.to, &to));
    TRY(territory_ground(t, 0));
    if (!t->o.from)
        TRY(version_before(t, id, &from));
    if (t->o.from || from.version)
        TRY(load_or_absent(t, id, &from, t->o.from != NULL, &before));
    TRY(load_or_absent(t, id, &to, true, &after));
    if (!before && !after) {
        status = maille_fail(t->ctx, MAILLE_NOT_FOUND, "perimeter %s was not there then", id);
        goto done;
    }
    TRY(tell(t, &j, before, after));
    TRY(j_print(t->ctx, &j));
done:
    maille_strbuf_free(&j.s);
    maille_perimeter_free(before);
    maille_perimeter_free(after);
    return status;
}

/* ---- two scenarios
 * ------------------------------------------------------------------------------ */

typedef struct {
    maille_jout j;
    const char *only; /* id; NULL: all */
} telling;

static maille_status tell_differing(territory *t, const maille_perimeter *one,
                                    const maille_perimeter *before, const maille_perimeter *after,
                                    void *user) {
    telling *to = user;
    maille_differences *d = NULL;
    maille_status status = MAILLE_OK;
    if (to->only && strcmp(to->only, one->id) != 0)
        return MAILLE_OK;
    TRY(maille_perimeter_diff(t->ctx, before, after, &d));
    if (d->count || !before || !after)
        TRY(tell(t, &to->j, before, after));
done:
    maille_differences_free(d);
    return status;
}

static maille_status diff_scenarios(territory *t, const char *only, const char *other) {
    maille_perimeter_list *a = NULL, *b = NULL;
    telling to = {.only = only};
    maille_status status = MAILLE_OK;
    TRY(territory_ground(t, 0));
    TRY(maille_perimeters_load(t->ctx, t->store, t->scenario, t->o.kind, t->audience, &t->when,
                               &a));
    TRY(maille_perimeters_load(t->ctx, t->store, maille_scenario_named(other), t->o.kind,
                               t->audience, &t->when, &b));
    maille_j_open(&to.j, NULL, '[');
    TRY(each_pair(t, a, b, tell_differing, &to));
    maille_j_close(&to.j, ']');
    if (t->o.json)
        TRY(j_print(t->ctx, &to.j));
done:
    maille_strbuf_free(&to.j.s);
    maille_perimeter_list_free(a);
    maille_perimeter_list_free(b);
    return status;
}

/* `diff ID`, `diff --scenario A B`, `diff ID --scenario A B`: a second scenario is the last word
 * where one was named and it is no moment of one perimeter that is asked for. */
maille_status run_diff(territory *t) {
    maille_status status = MAILLE_OK;
    bool moments = t->o.from || t->o.to;
    TRY(want_words(t, 1, t->o.scenario && !moments ? 2 : 1));
    if (t->word_count == 2)
        return diff_scenarios(t, t->words[0], t->words[1]);
    if (t->o.scenario && !moments)
        return diff_scenarios(t, NULL, t->words[0]);
    TRY(diff_moments(t, t->words[0]));
done:
    return status;
}
