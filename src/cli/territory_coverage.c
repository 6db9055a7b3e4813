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
    static const maille_j_column columns[] = {{"etendue", "scope"},
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
    TRY(territory_ground(t, 0));
    TRY(maille_target_rules_read(
        t->ctx, t->o.target ? t->o.target : maille_loaded_target(t->loaded), &target));
    TRY(maille_coverage_on(t->ctx, t->store, t->ground, t->scenario, t->kind, t->audience, day,
                           target, &rows, &share));
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "date", day);
        maille_j_table(&j, "lignes", rows, columns, sizeof columns / sizeof *columns);
        maille_j_open(&j, "objectif", '{');
        maille_j_text(&j, "regle", target->head.id);
        maille_j_text(&j, "date", target->date);
        maille_j_number(&j, "part_visee", target->share_population);
        maille_j_number(&j, "part", share);
        maille_j_close(&j, '}');
        maille_j_close(&j, '}');
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
