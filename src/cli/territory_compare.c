/* Plans of several scenarios side by side. */
#include "cli/territory.h"

#include <maille/compare.h>
#include <math.h>
#include <string.h>

static maille_status measure(territory *t, const char *scenario, maille_plan_figures *out) {
    maille_perimeter_list *list = NULL;
    standing *s = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_perimeters_load(t->ctx, t->store, maille_scenario_named(scenario), t->kind,
                               t->audience, &t->when, &list));
    TRY(standing_new(t, list, t->kind, &s));
    TRY(maille_plan_figures_of(t->ctx, t->ground, maille_loaded_rules_of(t->loaded, t->kind),
                               maille_loaded_rules(t->loaded)->sizes, s->plan, &s->flags, NULL,
                               NULL, t->arena, out));
done:
    standing_free(s);
    maille_perimeter_list_free(list);
    return status;
}

/* ---- printing
 * ----------------------------------------------------------------------------------- */

enum { ROWS = 11 };
static const char *const titles[ROWS] = {
    "périmètres",
    "communes couvertes",
    "communes hors",
    "population couverte",
    "chevauchements",
    "zones blanches",
    "erreurs",
    "alertes",
    "informations",
    "plus petit (habitants)",
    "plus grand (habitants)",
};

static void values_of(const maille_plan_figures *p, double v[ROWS]) {
    const double all[ROWS] = {p->perimeters,
                              p->communes,
                              p->uncovered,
                              p->population,
                              p->overlaps,
                              p->gaps,
                              p->severity[MAILLE_ERREUR],
                              p->severity[MAILLE_ALERTE],
                              p->severity[MAILLE_INFORMATION],
                              p->perimeters ? p->least : NAN,
                              p->perimeters ? p->most : NAN};
    memcpy(v, all, sizeof all);
}

static maille_status print_json(territory *t, const char *const *scenarios,
                                const maille_plan_figures *plans, size_t count) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++)
        maille_j_plan_figures(&j, scenarios[i], &plans[i]);
    maille_j_close(&j, ']');
    return j_print(t->ctx, &j);
}

static void add_row(text_table *table, const char *title, const number *values, size_t count) {
    const char *cells[MOST_CELLS] = {title};
    for (size_t i = 0; i < count; i++)
        cells[i + 1] = values[i].text;
    text_table_add(table, cells);
}

static void print_plans(const char *const *scenarios, const maille_plan_figures *plans,
                        size_t count) {
    text_table table = {.columns = count + 1, .titles = {""}};
    number values[MOST_CELLS];
    double v[MOST_CELLS][ROWS];
    for (size_t i = 0; i < count; i++) {
        table.titles[i + 1] = scenarios[i];
        table.right[i + 1] = true;
        values_of(&plans[i], v[i]);
    }
    for (size_t k = 0; k < ROWS; k++) {
        for (size_t i = 0; i < count; i++)
            values[i] = in_french(v[i][k], 0);
        add_row(&table, titles[k], values, count);
    }
    for (size_t i = 0; i < count; i++)
        values[i] = in_percent(plans[i].share);
    add_row(&table, "part de la population", values, count);
    for (uint32_t k = 0; k <= plans[0].class_count; k++) {
        bool last = k == plans[0].class_count;
        for (size_t i = 0; i < count; i++)
            values[i] = in_french(last ? plans[i].unclassed : plans[i].classes[k], 0);
        add_row(&table, last ? "hors classe" : plans[0].class_ids[k], values, count);
    }
    text_table_print(&table);
    text_table_free(&table);
}

maille_status compare_scenarios(territory *t, const char *const *scenarios, size_t count) {
    maille_plan_figures plans[MOST_CELLS];
    maille_status status = MAILLE_OK;
    TRY(territory_ground(t, 0));
    for (size_t i = 0; i < count; i++)
        TRY(measure(t, scenarios[i], &plans[i]));
    if (t->o.json)
        TRY(print_json(t, scenarios, plans, count));
    else if (!t->o.quiet)
        print_plans(scenarios, plans, count);
done:
    return status;
}
