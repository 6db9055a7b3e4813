/* Plans of several scenarios side by side. */
#include "cli/territory.h"

#include <maille/map.h>
#include <math.h>
#include <string.h>

enum { CLASSES = 16, SEVERITIES = 3 };

/* What is said of one plan. */
typedef struct {
    uint32_t perimeters, communes, uncovered, overlaps, gaps;
    double population, share; /* covered: each unit once */
    uint32_t severity[SEVERITIES];
    const char *smallest, *largest;
    double least, most;
    uint32_t classes[CLASSES + 1]; /* the last: outside all */
} plan_figures;

static size_t class_of(const maille_size_rules *rules, const char *id) {
    for (size_t i = 0; id && i < rules->count; i++)
        if (strcmp(rules->classes[i].id, id) == 0)
            return i;
    return CLASSES;
}

static maille_status add_sizes(territory *t, const standing *s, plan_figures *out) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK && i < s->plan->count; i++) {
        maille_figures *f = NULL;
        if (!s->plan->claims[i].active)
            continue;
        status = claim_figures(t, s->kind, s->plan, i, 0, &f);
        if (status != MAILLE_OK)
            break;
        const char *id = maille_arena_strdup(t->arena, s->plan->claims[i].id);
        if (!out->perimeters || f->population < out->least) {
            out->least = f->population;
            out->smallest = id;
        }
        if (!out->perimeters || f->population > out->most) {
            out->most = f->population;
            out->largest = id;
        }
        out->perimeters++;
        out->classes[class_of(maille_loaded_rules(t->loaded)->sizes, f->size_class)]++;
        maille_figures_free(f);
    }
    return status;
}

static maille_status add_cover(territory *t, const standing *s, plan_figures *out) {
    maille_holders holders = {0};
    double all = 0;
    maille_status status = maille_holders_new(t->ctx, t->ground, s->plan, &holders);
    if (status != MAILLE_OK)
        return status;
    for (uint32_t i = 0; i < t->ground->count; i++) {
        bool held = holders.start[i + 1] > holders.start[i];
        all += t->ground->population[i];
        out->communes += held;
        out->uncovered += !held;
        out->population += held ? t->ground->population[i] : 0;
    }
    out->share = all > 0 ? out->population / all : NAN;
    maille_holders_free(&holders);
    return MAILLE_OK;
}

static maille_status measure(territory *t, const char *scenario, plan_figures *out) {
    maille_perimeter_list *list = NULL;
    standing *s = NULL;
    maille_status status = MAILLE_OK;
    *out = (plan_figures){0};
    TRY(maille_perimeters_load(t->ctx, t->store, scenario_named(scenario), t->kind, t->audience,
                               &t->when, &list));
    TRY(standing_new(t, list, t->kind, &s));
    TRY(add_sizes(t, s, out));
    TRY(add_cover(t, s, out));
    for (uint32_t i = 0; i < s->flags.count; i++) {
        const maille_flag *f = &s->flags.flags[i];
        out->severity[f->severity]++;
        out->overlaps += f->kind == MAILLE_FLAG_OVERLAP;
        out->gaps += f->kind == MAILLE_FLAG_GAP;
    }
done:
    standing_free(s);
    maille_perimeter_list_free(list);
    return status;
}

/* ---- printing
 * ----------------------------------------------------------------------------------- */

enum { ROWS = 11 };
static const struct {
    const char *key, *title;
} rows[ROWS] = {
    {"perimetres", "périmètres"},
    {"communes", "communes couvertes"},
    {"communes_hors", "communes hors"},
    {"population", "population couverte"},
    {"chevauchements", "chevauchements"},
    {"zones_blanches", "zones blanches"},
    {"erreurs", "erreurs"},
    {"alertes", "alertes"},
    {"informations", "informations"},
    {"plus_petit", "plus petit (habitants)"},
    {"plus_grand", "plus grand (habitants)"},
};

static void values_of(const plan_figures *p, double v[ROWS]) {
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

static const char *class_name(const territory *t, size_t i) {
    const maille_size_rules *sizes = maille_loaded_rules(t->loaded)->sizes;
    return i < sizes->count ? sizes->classes[i].id : "hors classe";
}

static maille_status print_json(territory *t, const char *const *scenarios,
                                const plan_figures *plans, size_t count) {
    size_t classes = maille_loaded_rules(t->loaded)->sizes->count;
    maille_jout j = {0};
    maille_j_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        double v[ROWS];
        values_of(&plans[i], v);
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "scenario", scenarios[i]);
        for (size_t k = 0; k < ROWS; k++)
            maille_j_number(&j, rows[k].key, v[k]);
        maille_j_number(&j, "part_population", plans[i].share);
        maille_j_text(&j, "plus_petit_id", plans[i].smallest);
        maille_j_text(&j, "plus_grand_id", plans[i].largest);
        maille_j_open(&j, "tailles", '{');
        for (size_t k = 0; k < classes; k++)
            maille_j_int(&j, class_name(t, k), plans[i].classes[k]);
        maille_j_int(&j, "hors classe", plans[i].classes[CLASSES]);
        maille_j_close(&j, '}');
        maille_j_close(&j, '}');
    }
    maille_j_close(&j, ']');
    return j_print(t->ctx, &j);
}

static void add_row(text_table *table, const char *title, const number *values, size_t count) {
    const char *cells[MOST_CELLS] = {title};
    for (size_t i = 0; i < count; i++)
        cells[i + 1] = values[i].text;
    text_table_add(table, cells);
}

static void print_plans(const territory *t, const char *const *scenarios, const plan_figures *plans,
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
        add_row(&table, rows[k].title, values, count);
    }
    for (size_t i = 0; i < count; i++)
        values[i] = in_percent(plans[i].share);
    add_row(&table, "part de la population", values, count);
    for (size_t k = 0; k <= maille_loaded_rules(t->loaded)->sizes->count; k++) {
        size_t at = k < maille_loaded_rules(t->loaded)->sizes->count ? k : CLASSES;
        for (size_t i = 0; i < count; i++)
            values[i] = in_french(plans[i].classes[at], 0);
        add_row(&table, class_name(t, k), values, count);
    }
    text_table_print(&table);
    text_table_free(&table);
}

maille_status compare_scenarios(territory *t, const char *const *scenarios, size_t count) {
    plan_figures plans[MOST_CELLS];
    maille_status status = MAILLE_OK;
    TRY(territory_ground(t, 0));
    for (size_t i = 0; i < count; i++)
        TRY(measure(t, scenarios[i], &plans[i]));
    if (t->o.json)
        TRY(print_json(t, scenarios, plans, count));
    else if (!t->o.quiet)
        print_plans(t, scenarios, plans, count);
done:
    return status;
}
