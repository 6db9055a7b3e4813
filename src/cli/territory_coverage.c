/* Coverage by status, region and département on a day, and against a target. */
#include "cli/territory.h"

#include <maille/clock.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/rules.h>
#include <math.h>
#include <string.h>

static const maille_column *column(const maille_table *rows, const char *name) {
    return &rows->columns[maille_table_column(rows, name)];
}

/* ---- the target
 * ---------------------------------------------------------------------------------- */

/* What is held of each unit on a day under the statuses that a target names. */
typedef struct {
    territory *t;
    const maille_target_rules *target;
    const char *day;
    double *held;
} holding;

static bool counts(const holding *h, const char *id) {
    const maille_publication_rules *rules = maille_loaded_publication(h->t->loaded);
    unsigned char sees = 0;
    maille_audience_sees(rules, h->t->audience, &id, 1, &sees);
    if (!sees || !maille_status_active(rules, id))
        return false;
    for (size_t i = 0; i < h->target->status_count; i++)
        if (strcmp(h->target->statuses[i], id) == 0)
            return true;
    return false;
}

/* Statuses as `told` knows them today, members of `then`. */
static void hold(holding *h, const maille_perimeter *told, const maille_perimeter *then) {
    const maille_status_entry *on = maille_perimeter_status_on(told, h->day);
    for (uint32_t i = 0; on && counts(h, on->status) && i < then->member_count; i++) {
        uint32_t unit = unit_of(h->t->ground, then->members[i].code);
        if (unit != MAILLE_ABSENT)
            h->held[unit] += then->members[i].share;
    }
}

static const maille_perimeter *find(const maille_perimeter_list *list, const char *id) {
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i]->id, id) == 0)
            return list->items[i];
    return NULL;
}

/* Where the history does not reach so far back, the first members that it knows count. */
static maille_status hold_first(holding *h, const maille_perimeter *now) {
    maille_perimeter *oldest = NULL;
    territory *t = h->t;
    maille_status status = maille_perimeter_load(t->ctx, t->store, t->scenario, now->id,
                                                 &(maille_moment){.version = 1}, &oldest, NULL);
    if (status == MAILLE_OK || status == MAILLE_NOT_FOUND) {
        hold(h, now, oldest ? oldest : now);
        status = MAILLE_OK;
    }
    maille_perimeter_free(oldest);
    return status;
}

static maille_status hold_all(holding *h) {
    territory *t = h->t;
    maille_perimeter_list *then = NULL, *now = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_perimeters_load(t->ctx, t->store, t->scenario, t->kind, t->audience,
                               &(maille_moment){0}, &now));
    if (t->audience == MAILLE_PUBLIC) { /* the history is for the inside */
        for (uint32_t i = 0; i < now->count; i++)
            hold(h, now->items[i], now->items[i]);
        goto done;
    }
    TRY(maille_perimeters_load(t->ctx, t->store, t->scenario, t->kind, MAILLE_INTERNE,
                               &(maille_moment){.at = h->day}, &then));
    for (uint32_t i = 0; i < then->count; i++) {
        const maille_perimeter *told = find(now, then->items[i]->id);
        hold(h, told ? told : then->items[i], then->items[i]);
    }
    for (uint32_t i = 0; i < now->count; i++)
        if (!find(then, now->items[i]->id))
            TRY(hold_first(h, now->items[i]));
done:
    maille_perimeter_list_free(then);
    maille_perimeter_list_free(now);
    return status;
}

/* Share of the study's population that counts for a target: each unit once, whole at most. */
static maille_status covered_share(territory *t, const maille_target_rules *target, const char *day,
                                   const maille_table *rows, double *out) {
    const maille_ground *g = t->ground;
    double covered = 0, all = 0;
    if (target->status_count == 0) { /* all that is active: the first line */
        *out = rows->rows ? column(rows, "share_population")->reals[0] : NAN;
        return MAILLE_OK;
    }
    holding h = {t, target, day, maille_alloc((size_t)g->count + 1, sizeof *h.held)};
    if (!h.held)
        return maille_no_memory(t->ctx);
    maille_status status = hold_all(&h);
    for (uint32_t i = 0; status == MAILLE_OK && i < g->count; i++) {
        covered += g->population[i] * fmin(1, h.held[i]);
        all += g->population[i];
    }
    *out = all > 0 ? covered / all : NAN;
    maille_free(h.held);
    return status;
}

/* ---- printing
 * ----------------------------------------------------------------------------------- */

static const char *scope_title(const char *scope) {
    return strcmp(scope, "etude") == 0         ? "étude"
           : strcmp(scope, "region") == 0      ? "région"
           : strcmp(scope, "departement") == 0 ? "département"
                                               : scope;
}

static void print_coverage(const maille_table *rows) {
    text_table table = {.columns = 8,
                        .titles = {"étendue", "", "statut", "périmètres", "communes", "population",
                                   "part des communes", "part de la population"},
                        .right = {[3] = true, [4] = true, [5] = true, [6] = true, [7] = true}};
    for (size_t row = 0; row < rows->rows; row++) {
        const char *title = column(rows, "title")->texts[row];
        const char *status = column(rows, "status")->texts[row];
        text_table_add(&table, (const char *const[]){
                                   scope_title(column(rows, "scope")->texts[row]),
                                   title && *title ? title : column(rows, "area")->texts[row],
                                   *status ? status : "tous",
                                   in_french((double)column(rows, "perimeters")->ints[row], 0).text,
                                   in_french((double)column(rows, "communes")->ints[row], 0).text,
                                   in_french(column(rows, "population")->reals[row], 0).text,
                                   in_percent(column(rows, "share_communes")->reals[row]).text,
                                   in_percent(column(rows, "share_population")->reals[row]).text});
    }
    text_table_print(&table);
    text_table_free(&table);
}

static void print_target(const maille_target_rules *target, const char *day, double share) {
    printf("\nobjectif %s : %s de la population au %s ; %s le %s", target->head.id,
           in_percent(target->share_population).text, target->date, in_percent(share).text, day);
    if (share >= target->share_population)
        printf(", atteint\n");
    else
        printf(", il manque %s%s\n", in_percent(target->share_population - share).text,
               strcmp(day, target->date) > 0 ? " (date passée)" : "");
}

maille_status run_coverage(territory *t) {
    static const j_column columns[] = {{"etendue", "scope"},
                                       {"id", "area"},
                                       {"nom", "title"},
                                       {"statut", "status"},
                                       {"perimetres", "perimeters"},
                                       {"communes", "communes"},
                                       {"population", "population"},
                                       {"part_communes", "share_communes"},
                                       {"part_population", "share_population"}};
    char today[11];
    const char *day = t->o.at ? t->o.at : today;
    maille_target_rules *target = NULL;
    maille_table *rows = NULL;
    double share = NAN;
    maille_status status = MAILLE_OK;
    maille_utc_today(today);
    TRY(want_words(t, 0, 0));
    TRY(maille_target_rules_read(t->ctx, t->o.target ? t->o.target : MAILLE_DEFAULT_TARGET,
                                 &target));
    TRY(territory_ground(t, 0));
    TRY(maille_coverage_on(t->ctx, t->store, t->ground, t->scenario, t->kind, t->audience, day,
                           &rows));
    TRY(covered_share(t, target, day, rows, &share));
    if (t->o.json) {
        jout j = {0};
        j_open(&j, NULL, '{');
        j_text(&j, "date", day);
        j_table(&j, "lignes", rows, columns, sizeof columns / sizeof *columns);
        j_open(&j, "objectif", '{');
        j_text(&j, "regle", target->head.id);
        j_text(&j, "date", target->date);
        j_number(&j, "part_visee", target->share_population);
        j_number(&j, "part", share);
        j_close(&j, '}');
        j_close(&j, '}');
        TRY(j_print(t->ctx, &j));
    } else if (!t->o.quiet) {
        print_coverage(rows);
        print_target(target, day, share);
    }
done:
    maille_table_free(rows);
    maille_target_rules_free(target);
    return status;
}
