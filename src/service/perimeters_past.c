/* Perimeters through time: who changed what, and two moments or two plans side by side. */
#include "service/answers.h"
#include "service/perimeters.h"

#include <maille/compare.h>
#include <maille/map.h>
#include <stdio.h>
#include <string.h>

/* ---- who may know ---- */

/* Which perimeters who asks sees: of those that stand by what they are, of others by what they
 * were. */
typedef struct {
    view *v;
    const request *r;
    const scope *s;
    const maille_ground *ground;
    maille_names *known; /* id → 1 where seen, else 0 */
} sight;

static maille_status sees_version(const sight *k, const char *id, int64_t version, bool *seen) {
    const maille_moment when = {.version = version};
    maille_perimeter *p = NULL;
    maille_status status =
        maille_perimeter_load(k->v->ctx, k->v->store, k->s->scenario, id, &when, &p, NULL);
    *seen = status == MAILLE_OK && sees_perimeter(k->r, k->ground, p);
    maille_perimeter_free(p);
    return status;
}

/* `version` is the last that its history tells. */
static maille_status sees_id(const sight *k, const char *id, int64_t version, bool *seen) {
    *seen = !k->r->narrowed.narrowed_count;
    if (*seen)
        return MAILLE_OK;
    uint32_t known = maille_names_get(k->known, id);
    if (known != MAILLE_ABSENT) {
        *seen = known == 1;
        return MAILLE_OK;
    }
    maille_status status = sees_version(k, id, 0, seen);
    if (status == MAILLE_NOT_FOUND && version > 1)
        status = sees_version(k, id, version - 1, seen);
    if (status == MAILLE_OK || status == MAILLE_NOT_FOUND)
        status = maille_names_set(k->known, id, *seen) ? MAILLE_OK : maille_no_memory(k->v->ctx);
    return status;
}

/* ---- history ---- */

void table_move(maille_table *t, size_t from, size_t to) {
    for (size_t c = 0; c < t->column_count; c++) {
        maille_column *column = &t->columns[c];
        column->null[to] = column->null[from];
        if (column->type == MAILLE_INT)
            column->ints[to] = column->ints[from];
        else if (column->type == MAILLE_REAL)
            column->reals[to] = column->reals[from];
        else if (column->type == MAILLE_TEXT)
            column->texts[to] = column->texts[from];
    }
}

static const maille_column *column(const maille_table *rows, const char *name) {
    return &rows->columns[maille_table_column(rows, name)];
}

/* Keeps what is seen of the page: changes below `before`, `most` rows, those of one change
 * together. `*next` is the number that the next page begins below, 0 at the end. */
static maille_status keep_page(const sight *k, maille_table *rows, int64_t before, int64_t most,
                               int64_t *next) {
    const int64_t *number = column(rows, "number")->ints, *version = column(rows, "version")->ints;
    const char **id = column(rows, "perimeter")->texts;
    size_t kept = 0, all = rows->rows;
    int64_t last = 0;
    maille_status status = MAILLE_OK;
    *next = 0;
    for (size_t row = 0; status == MAILLE_OK && row < all; row++) {
        bool seen = false;
        if (before && number[row] >= before)
            continue;
        status = sees_id(k, id[row], version[row], &seen);
        if (!seen)
            continue;
        if ((int64_t)kept >= most && number[row] != last) {
            *next = last;
            break;
        }
        last = number[row];
        table_move(rows, row, kept++);
    }
    rows->rows = kept;
    return status;
}

static void link_next(const request *r, reply *out, int64_t next) {
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)next);
    parameter change = {"avant", number};
    maille_strbuf s = {0};
    maille_strbuf_addf(&s, "<%s>; rel=\"next\"", ogc_link_again(r, &change, 1));
    reply_header(out, "Link", s.failed ? NULL : maille_arena_strdup(r->arena, s.text));
    maille_strbuf_free(&s);
}

/* A perimeter may be without a change in a scenario; one that never was, or that is not for who
 * asks, is not there. */
static maille_status want_known(const sight *k, const char *id, const maille_table *rows) {
    int64_t version = rows->rows ? column(rows, "version")->ints[0] : 0;
    bool seen = false;
    maille_status status = MAILLE_OK;
    if (rows->rows)
        MAILLE_TRY(sees_id(k, id, version, &seen));
    else
        MAILLE_TRY(sees_version(k, id, 0, &seen));
    if (!seen)
        status = maille_fail(k->v->ctx, MAILLE_NOT_FOUND, "there was no perimeter %s", id);
done:
    return status;
}

maille_status answer_history(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    sight k = {.v = v, .r = r, .s = &s, .known = maille_names_new(0)};
    const char *id = r->part[0];
    int64_t before = 0, most = 100, next = 0;
    const maille_loaded *loaded = NULL;
    maille_table *rows = NULL;
    maille_status status = k.known ? MAILLE_OK : maille_no_memory(v->ctx);
    if (status || only_inside(r, out, &status))
        goto done;
    MAILLE_TRY(scope_read(v, r, 0, &s));
    MAILLE_TRY(count_read(v, r, "avant", 1, INT64_MAX, &before));
    MAILLE_TRY(count_read(v, r, "limit", 1, 1000, &most));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    k.ground = maille_loaded_ground(loaded);
    MAILLE_TRY(maille_history_list(v->ctx, v->store, s.scenario, id, &rows));
    if (id)
        MAILLE_TRY(want_known(&k, id, rows));
    MAILLE_TRY(keep_page(&k, rows, before, most, &next));
    if (next)
        link_next(r, out, next);
    maille_j_history(&j, NULL, rows);
done:
    maille_names_free(k.known);
    maille_table_free(rows);
    return live_end(v, r, &j, out, status);
}

/* ---- differences ---- */

typedef struct {
    view *v;
    const request *r;
    const maille_loaded *loaded;
    maille_jout *j;
    const char *only; /* id; NULL: all */
} telling;

static bool sees_either(const telling *t, const maille_perimeter *before,
                        const maille_perimeter *after) {
    const maille_ground *ground = maille_loaded_ground(t->loaded);
    return (before && sees_perimeter(t->r, ground, before)) ||
           (after && sees_perimeter(t->r, ground, after));
}

static maille_status tell_pair(const telling *t, const maille_perimeter *before,
                               const maille_perimeter *after) {
    maille_figures *was = NULL, *is = NULL;
    maille_status status = MAILLE_OK;
    if (before)
        MAILLE_TRY(holding_figures(t->v, t->loaded, before, 0, &was));
    if (after)
        MAILLE_TRY(holding_figures(t->v, t->loaded, after, 0, &is));
    MAILLE_TRY(maille_tell_pair(t->v->ctx, before, after, was, is, t->j));
done:
    maille_figures_free(was);
    maille_figures_free(is);
    return status;
}

static maille_status tell_differing(const telling *t, const char *id,
                                    const maille_perimeter *before, const maille_perimeter *after) {
    maille_differences *found = NULL;
    maille_status status = MAILLE_OK;
    if ((t->only && strcmp(t->only, id) != 0) || !sees_either(t, before, after))
        return MAILLE_OK;
    MAILLE_TRY(maille_perimeter_diff(t->v->ctx, before, after, &found));
    if (found->count || !before || !after)
        MAILLE_TRY(tell_pair(t, before, after));
done:
    maille_differences_free(found);
    return status;
}

/* Two lists of perimeters by ascending ids, those that differ. */
static maille_status tell_lists(const telling *t, const maille_perimeter_list *before,
                                const maille_perimeter_list *after) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0, k = 0; status == MAILLE_OK;) {
        const maille_perimeter *a = i < before->count ? before->items[i] : NULL;
        const maille_perimeter *b = k < after->count ? after->items[k] : NULL;
        int order = a && b ? strcmp(a->id, b->id) : 0;
        if (!a && !b)
            break;
        if (a && (!b || order < 0)) {
            status = tell_differing(t, a->id, a, NULL);
            i++;
        } else if (!a || order > 0) {
            status = tell_differing(t, b->id, NULL, b);
            k++;
        } else {
            status = tell_differing(t, b->id, a, b);
            i++;
            k++;
        }
    }
    return status;
}

static maille_status refuse_usage(const telling *t, const char *french, const char *english) {
    return maille_fail(t->v->ctx, MAILLE_USAGE, "%s", ogc_say(t->r, french, english));
}

static maille_status diff_scenarios(const telling *t, const scope *s, const char *text) {
    const char **names = NULL;
    size_t count = 0;
    maille_perimeter_list *lists[2] = {NULL, NULL};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(answer_list(t->v, t->r, "scenarios", text, 2, &names, &count));
    if (count != 2 || request_parameter(t->r, "de") || request_parameter(t->r, "a"))
        MAILLE_TRY(refuse_usage(t, "scenarios nomme deux scénarios, sans de ni a",
                                "scenarios names two scenarios, without de or a"));
    for (size_t i = 0; i < 2; i++)
        MAILLE_TRY(maille_perimeters_load(t->v->ctx, t->v->store, maille_scenario_named(names[i]),
                                          s->kind, MAILLE_INTERNE, &s->when, &lists[i]));
    maille_j_open(t->j, NULL, '[');
    MAILLE_TRY(tell_lists(t, lists[0], lists[1]));
    maille_j_close(t->j, ']');
done:
    maille_perimeter_list_free(lists[0]);
    maille_perimeter_list_free(lists[1]);
    return status;
}

/* All perimeters on two days. */
static maille_status diff_days(const telling *t, const scope *s) {
    maille_moment days[2];
    maille_perimeter_list *lists[2] = {NULL, NULL};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(moment_read(t->v, t->r, "de", ASK_DAY, &days[0]));
    MAILLE_TRY(moment_read(t->v, t->r, "a", ASK_DAY, &days[1]));
    if (!days[0].at)
        MAILLE_TRY(refuse_usage(t, "le paramètre de manque (un jour), ou scenarios",
                                "parameter de was missing (a day), or scenarios"));
    for (size_t i = 0; i < 2; i++)
        MAILLE_TRY(maille_perimeters_load(t->v->ctx, t->v->store, s->scenario, s->kind,
                                          MAILLE_INTERNE, &days[i], &lists[i]));
    maille_j_open(t->j, NULL, '[');
    MAILLE_TRY(tell_lists(t, lists[0], lists[1]));
    maille_j_close(t->j, ']');
done:
    maille_perimeter_list_free(lists[0]);
    maille_perimeter_list_free(lists[1]);
    return status;
}

/* Not there on a day is an answer; a version that never was is not. */
static maille_status load_or_absent(const telling *t, const scope *s, const maille_moment *when,
                                    bool asked, maille_perimeter **out) {
    maille_status status =
        maille_perimeter_load(t->v->ctx, t->v->store, s->scenario, t->only, when, out, NULL);
    return status == MAILLE_NOT_FOUND && !(asked && when->version) ? MAILLE_OK : status;
}

/* Without `de`: the version before the one that stands; version 0 where that is the first. */
static maille_status read_before(const telling *t, const scope *s, maille_moment *out) {
    static const maille_moment now;
    maille_perimeter *stands = NULL;
    int64_t version = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(moment_read(t->v, t->r, "de", ASK_MOMENT, out));
    if (out->at || out->version)
        goto done;
    MAILLE_TRY(maille_perimeter_load(t->v->ctx, t->v->store, s->scenario, t->only, &now, &stands,
                                     &version));
    out->version = version > 1 ? version - 1 : 0;
done:
    maille_perimeter_free(stands);
    return status;
}

/* One perimeter at two moments. */
static maille_status diff_moments(const telling *t, const scope *s) {
    maille_moment from, to;
    maille_perimeter *before = NULL, *after = NULL;
    bool asked = request_parameter(t->r, "de") != NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(read_before(t, s, &from));
    MAILLE_TRY(moment_read(t->v, t->r, "a", ASK_MOMENT, &to));
    if (from.at || from.version)
        MAILLE_TRY(load_or_absent(t, s, &from, asked, &before));
    MAILLE_TRY(load_or_absent(t, s, &to, true, &after));
    if (!sees_either(t, before, after)) {
        status = maille_fail(t->v->ctx, MAILLE_NOT_FOUND, "there was no perimeter %s", t->only);
        goto done;
    }
    MAILLE_TRY(tell_pair(t, before, after));
done:
    maille_perimeter_free(before);
    maille_perimeter_free(after);
    return status;
}

maille_status answer_diff(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    telling t = {.v = v, .r = r, .j = &j, .only = r->part[0]};
    const char *scenarios = request_parameter(r, "scenarios");
    maille_status status = MAILLE_OK;
    if (only_inside(r, out, &status))
        goto done;
    MAILLE_TRY(scope_read(v, r, 0, &s));
    MAILLE_TRY(ground_read(v, r, out, &t.loaded));
    if (!t.loaded)
        goto done;
    if (scenarios)
        MAILLE_TRY(diff_scenarios(&t, &s, scenarios));
    else if (t.only)
        MAILLE_TRY(diff_moments(&t, &s));
    else
        MAILLE_TRY(diff_days(&t, &s));
done:
    return live_end(v, r, &j, out, status);
}
