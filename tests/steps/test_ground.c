/* The ground of perimeters beside the tables that it was loaded from, read plainly; partitions and
 * parts on hand-made communes; the plan that perimeters make. */
#include "board.h"

#include "steps/ground.h"
#include "steps/step.h"

#include <maille/steps.h>
#include <maille/study.h>

static maille_ctx *ctx;
static maille_store *region; /* the sample region, computed */
static maille_loaded *loaded;
static const maille_ground *ground;

/* ---- reading plainly ---- */

static maille_table *rows_of(maille_store *store, const char *table) {
    maille_query query = {.table = table};
    maille_table *rows = NULL;
    CHECK_OK(maille_store_read(ctx, store, &query, &rows));
    return rows;
}

static const maille_column *column(const maille_table *table, const char *name) {
    int found = maille_table_column(table, name);
    CHECK(found >= 0);
    return &table->columns[found < 0 ? 0 : found];
}

static const char *text(const maille_table *table, const char *name, size_t row) {
    return column(table, name)->texts[row];
}

static double real(const maille_table *table, const char *name, size_t row) {
    return column(table, name)->reals[row];
}

/* Number of a unit by its code, by looking at all. */
static uint32_t unit(const maille_ground *g, const char *code) {
    for (uint32_t i = 0; code && i < g->count; i++)
        if (strcmp(g->code[i], code) == 0)
            return i;
    return MAILLE_ABSENT;
}

static bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static void run_steps(maille_store *store, const char *only) {
    const char *const names[] = {only};
    maille_run_options options = {.only = only ? names : NULL, .only_count = only ? 1 : 0};
    maille_step_result *results = NULL;
    size_t count = 0;
    CHECK_OK(maille_steps_run(ctx, store, &options, &results, &count));
    maille_free(results);
}

/* ---- the sample region ---- */

static void open_region(void) {
    char path[1024];
    maille_study *study = NULL;
    maille_import_result *results = NULL;
    size_t dropped = 0;
    const char *sample = getenv("MAILLE_SAMPLE");
    snprintf(path, sizeof path, "%s/study.yaml", sample ? sample : "sample");
    CHECK_OK(maille_study_read(ctx, path, &study));
    CHECK_OK(maille_store_create(ctx, test_scratch("region.maille"), 0, "test", &region));
    results = maille_alloc(study->source_count, sizeof *results);
    CHECK_OK(maille_study_apply(ctx, region, study, false, results, &dropped));
    maille_free(results);
    maille_study_free(study);
    run_steps(region, NULL);
    CHECK_OK(maille_loaded_new(ctx, region, MAILLE_GROUND_TIMES | MAILLE_GROUND_FACTS, &loaded));
    ground = maille_loaded_ground(loaded);
}

TEST(units_are_the_communes) {
    maille_table *rows = rows_of(region, "commune"), *figures = rows_of(region, "commune_figure");
    double people = 0, area = 0, wanted_people = 0, wanted_area = 0;
    CHECK_INT(ground->count, rows->rows);
    CHECK(ground->count > 70);
    for (size_t row = 0; row < rows->rows; row++) {
        uint32_t i = unit(ground, text(rows, "code", row));
        double population = real(rows, "population", row);
        CHECK(i != MAILLE_ABSENT);
        CHECK_TEXT(ground->name[i], text(rows, "name", row));
        CHECK(ground->population[i] == (isnan(population) ? 0 : population));
        wanted_people += isnan(population) ? 0 : population;
    }
    for (size_t row = 0; row < figures->rows; row++)
        wanted_area += real(figures, "area_m2", row);
    for (uint32_t i = 0; i < ground->count; i++) {
        CHECK(i == 0 || strcmp(ground->code[i - 1], ground->code[i]) < 0);
        people += ground->population[i];
        area += ground->area_m2[i];
    }
    CHECK(people == wanted_people && people > 100000);
    CHECK_NEAR(area, wanted_area, 1e-3);
    maille_table_free(rows);
    maille_table_free(figures);
}

TEST(outlines_less_shared_borders_are_the_outline_of_all) {
    loads *l = NULL;
    const communes *c = NULL;
    maille_shapes *all = NULL;
    double sum = 0;
    CHECK_OK(loads_new(ctx, region, &l));
    CHECK_OK(load_communes(ctx, l, &c));
    uint32_t start[] = {0, c->count}, *members = maille_alloc(c->count, sizeof *members);
    for (uint32_t i = 0; i < c->count; i++) {
        members[i] = i;
        sum += ground->outline_m[i];
    }
    CHECK_OK(maille_dissolve(ctx, c->metres, start, members, 1, &all, NULL));
    for (uint32_t b = 0; b < ground->adjacency->count; b++)
        sum -= 2 * ground->adjacency->borders[b].length_m;
    double outline = maille_shape_perimeter(all, 0);
    CHECK_NEAR(sum, outline, 1e-6 * outline);
    CHECK(outline > 50000);
    maille_shapes_free(all);
    maille_free(members);
    loads_free(l);
}

static double turn(maille_xy a, maille_xy b, maille_xy c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

TEST(hulls_turn_left_and_hold_every_point) {
    loads *l = NULL;
    const communes *c = NULL;
    CHECK_OK(loads_new(ctx, region, &l));
    CHECK_OK(load_communes(ctx, l, &c));
    const maille_shapes *s = c->metres;
    for (uint32_t i = 0; i < c->count; i++) {
        const maille_xy *hull = ground->hull + ground->hull_start[i];
        uint32_t n = ground->hull_start[i + 1] - ground->hull_start[i], corners = 0;
        uint32_t from = s->point_start[s->ring_start[s->part_start[i]]];
        uint32_t to = s->point_start[s->ring_start[s->part_start[i + 1]]];
        CHECK(n >= 3);
        for (uint32_t k = 0; k < n; k++) {
            bool is_point = false;
            for (uint32_t p = from; p < to; p++) {
                is_point |= s->points[p].x == hull[k].x && s->points[p].y == hull[k].y;
                CHECK(turn(hull[k], hull[(k + 1) % n], s->points[p]) > -1e-3);
            }
            corners += is_point;
        }
        CHECK_INT(corners, n);
    }
    loads_free(l);
}

TEST(links_are_those_of_the_table) {
    maille_table *links = rows_of(region, "road_link");
    CHECK_INT(ground->link_count, links->rows);
    CHECK(ground->link_count > 0); /* the bridge island */
    for (size_t row = 0; row < links->rows; row++) {
        CHECK_INT(ground->links[row].a, unit(ground, text(links, "a", row)));
        CHECK_INT(ground->links[row].b, unit(ground, text(links, "b", row)));
        CHECK(ground->links[row].minutes == real(links, "minutes", row));
        CHECK(ground->links[row].minutes <= ground->link_limit_min);
        CHECK(ground->links[row].a < ground->links[row].b);
    }
    CHECK_NEAR(ground->link_limit_min, 20, 0);
    CHECK(ground->has_roads && !ground->estimated);
    maille_table_free(links);
}

/* ---- times ---- */

TEST(times_tell_the_minutes_to_care_at_centres) {
    /* Every place of this service is at a centre: the nearest is the least of a unit's row. */
    maille_table *coverage = rows_of(region, "coverage"), *offer = rows_of(region, "place");
    uint32_t told = 0;
    CHECK(ground->time_start != NULL && ground->time_limit_ms >= 60 * 60000);
    for (uint32_t i = 0; i < ground->count; i++)
        CHECK_INT(maille_ground_ms(ground, i, i), 0);
    for (size_t row = 0; row < coverage->rows; row++) {
        uint32_t i = unit(ground, text(coverage, "code", row)), least = UINT32_MAX;
        double minutes = real(coverage, "minutes", row);
        if (strcmp(text(coverage, "service", row), "medecin_generaliste") != 0)
            continue;
        for (size_t p = 0; p < offer->rows; p++) {
            uint32_t at = unit(ground, text(offer, "code", p));
            if (strcmp(text(offer, "service", p), "medecin_generaliste") != 0 ||
                at == MAILLE_ABSENT || !(real(offer, "amount", p) > 0))
                continue;
            CHECK_TEXT(text(offer, "located", p), "centre");
            uint32_t ms = maille_ground_ms(ground, i, at);
            least = ms < least ? ms : least;
        }
        if (minutes * 60000 > ground->time_limit_ms || isnan(minutes)) {
            CHECK(least == UINT32_MAX);
            continue;
        }
        CHECK_NEAR(least / 60000.0, minutes, 1e-9);
        told++;
    }
    CHECK(told > 60);
    maille_table_free(coverage);
    maille_table_free(offer);
}

/* ---- facts ---- */

static const maille_ground_service *service(const char *id) {
    for (uint32_t s = 0; s < ground->service_count; s++)
        if (strcmp(ground->services[s].id, id) == 0)
            return &ground->services[s];
    CHECK(false);
    exit(1);
}

TEST(minutes_and_apl_are_those_of_the_tables) {
    maille_table *coverage = rows_of(region, "coverage"), *access = rows_of(region, "access");
    CHECK_INT(ground->service_count, 6);
    CHECK_INT(coverage->rows, 6 * ground->count);
    for (size_t row = 0; row < coverage->rows; row++)
        CHECK(same(service(text(coverage, "service", row))
                       ->minutes[unit(ground, text(coverage, "code", row))],
                   real(coverage, "minutes", row)));
    CHECK_INT(access->rows, ground->count);
    for (size_t row = 0; row < access->rows; row++)
        CHECK(same(
            service(text(access, "service", row))->apl[unit(ground, text(access, "code", row))],
            real(access, "apl", row)));
    CHECK(service("medecin_generaliste")->apl != NULL);
    CHECK(service("pharmacie")->apl == NULL);
    CHECK_TEXT(service("pharmacie")->title, "Pharmacie");
    CHECK_INT(service("maternite")->band_count, 5);
    CHECK_NEAR(service("maternite")->bands_min[4], 90, 0);
    maille_table_free(coverage);
    maille_table_free(access);
}

TEST(places_are_counted_where_they_stand_when_they_are_open) {
    maille_table *offer = rows_of(region, "place");
    uint32_t counted = 0, closed = 0, told = 0;
    double amount = 0, told_amount = 0;
    for (uint32_t s = 0; s < ground->service_count; s++)
        for (uint32_t i = 0; i < ground->count; i++) {
            uint32_t here = 0;
            double held = 0;
            for (size_t p = 0; p < offer->rows; p++) {
                const char *state = text(offer, "status", p);
                if (strcmp(text(offer, "service", p), ground->services[s].id) != 0 ||
                    unit(ground, text(offer, "code", p)) != i)
                    continue;
                bool open = strcmp(state, "ouvert") == 0 || strcmp(state, "temps-partiel") == 0;
                if (open && real(offer, "amount", p) > 0) {
                    here++;
                    held += real(offer, "amount", p);
                } else {
                    closed++;
                }
            }
            CHECK_INT(ground->services[s].places[i], here);
            CHECK_NEAR(ground->services[s].amount[i], held, 1e-9);
            counted += here;
            amount += held;
            told += ground->services[s].places[i];
            told_amount += ground->services[s].amount[i];
        }
    CHECK_INT(told, counted);
    CHECK_NEAR(told_amount, amount, 1e-9);
    CHECK(counted > 20 && closed > 0);
    maille_table_free(offer);
}

static const maille_partition *grouping_named(const char *name) {
    for (uint32_t g = 0; g < ground->grouping_count; g++)
        if (strcmp(ground->groupings[g].name, name) == 0)
            return &ground->groupings[g];
    CHECK(false);
    exit(1);
}

/* Groups ascend, each holds what it is said to hold. */
static void check_partition(const maille_ground *g, const maille_partition *p) {
    uint32_t inside = 0;
    for (uint32_t k = 1; k < p->count; k++)
        CHECK(strcmp(p->id[k - 1], p->id[k]) < 0);
    for (uint32_t k = 0; k < p->count; k++) {
        CHECK(p->start[k] < p->start[k + 1]);
        for (uint32_t i = p->start[k]; i < p->start[k + 1]; i++) {
            CHECK_INT(p->of_commune[p->unit[i]], k);
            CHECK(i == p->start[k] || p->unit[i - 1] < p->unit[i]);
        }
    }
    for (uint32_t i = 0; i < g->count; i++)
        inside += p->of_commune[i] != MAILLE_ABSENT;
    CHECK_INT(inside, p->start[p->count]);
}

TEST(groupings_are_those_of_the_table) {
    maille_table *rows = rows_of(region, "grouping");
    uint32_t inside = 0;
    CHECK(ground->grouping_count >= 2);
    for (size_t row = 0; row < rows->rows; row++) {
        const maille_partition *p = grouping_named(text(rows, "name", row));
        uint32_t group = p->of_commune[unit(ground, text(rows, "code", row))];
        CHECK(group < p->count);
        CHECK_TEXT(p->id[group], text(rows, "group_id", row));
        CHECK(text(rows, "title", row) == NULL ||
              same_text(p->title[group], text(rows, "title", row)));
    }
    for (uint32_t g = 0; g < ground->grouping_count; g++) {
        check_partition(ground, &ground->groupings[g]);
        inside += ground->groupings[g].start[ground->groupings[g].count];
    }
    CHECK_INT(inside, rows->rows);
    maille_table_free(rows);
}

static const maille_indicator *indicator(const char *id) {
    for (uint32_t k = 0; k < ground->indicator_count; k++)
        if (strcmp(ground->indicators[k].id, id) == 0)
            return &ground->indicators[k];
    CHECK(false);
    exit(1);
}

TEST(indicators_are_those_of_the_tables) {
    maille_table *about = rows_of(region, "indicator"),
                 *rows = rows_of(region, "commune_indicator");
    uint32_t known = 0;
    CHECK(ground->indicator_count > 0);
    CHECK_INT(ground->indicator_count, about->rows);
    for (size_t row = 0; row < about->rows; row++) {
        const maille_indicator *k = indicator(text(about, "name", row));
        CHECK(same_text(k->title, text(about, "title", row)));
        CHECK(same_text(k->unit, text(about, "unit", row)));
        CHECK(k->source && strstr(k->source, "Région fictive"));
        CHECK_INT(k->how == MAILLE_SUM, strcmp(text(about, "how", row), "somme") == 0);
        for (uint32_t i = 0; i < ground->count; i++)
            known += isnan(k->value[i]) ? 0 : 1;
    }
    CHECK_INT(known, rows->rows);
    for (size_t row = 0; row < rows->rows; row++) {
        const maille_indicator *k = indicator(text(rows, "name", row));
        uint32_t i = unit(ground, text(rows, "code", row));
        double weight = real(rows, "weight", row);
        CHECK(k->value[i] == real(rows, "value", row));
        CHECK((k->weight ? k->weight[i] : ground->population[i]) ==
              (isnan(weight) ? ground->population[i] : weight));
    }
    maille_table_free(about);
    maille_table_free(rows);
}

TEST(ages_are_those_of_the_table) {
    maille_table *rows = rows_of(region, "commune_age");
    uint32_t known = 0;
    CHECK(ground->age_count > 1);
    for (uint32_t b = 0; b < ground->age_count; b++) {
        CHECK(b == 0 || ground->ages[b - 1].from < ground->ages[b].from);
        for (uint32_t i = 0; i < ground->count; i++)
            known += isnan(ground->ages[b].population[i]) ? 0 : 1;
    }
    CHECK_INT(known, rows->rows);
    CHECK(isinf(ground->ages[ground->age_count - 1].to));
    for (size_t row = 0; row < rows->rows; row++) {
        double from = real(rows, "from_age", row), to = real(rows, "to_age", row);
        uint32_t found = 0;
        for (uint32_t b = 0; b < ground->age_count; b++)
            if (ground->ages[b].from == from) {
                found++;
                CHECK(ground->ages[b].to == (isnan(to) ? INFINITY : to));
                CHECK(ground->ages[b].population[unit(ground, text(rows, "code", row))] ==
                      real(rows, "population", row));
            }
        CHECK_INT(found, 1);
    }
    maille_table_free(rows);
}

TEST(rules_are_those_of_the_study) {
    CHECK_TEXT(maille_loaded_rules(loaded)->sizes->head.id, "aci-2019");
    CHECK_TEXT(maille_loaded_rules(loaded)->overlaps->head.id, MAILLE_DEFAULT_OVERLAPS);
    CHECK_TEXT(maille_loaded_publication(loaded)->head.id, MAILLE_DEFAULT_PUBLICATION);
}

/* ---- hand-made communes ---- */

typedef struct {
    const char *code, *department;
} home;

/* In a row from west to east; no roads. */
static maille_store *row_of(const home *homes, size_t count) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT},       {"name", MAILLE_TEXT},     {"population", MAILLE_REAL},
        {"department", MAILLE_TEXT}, {"import_id", MAILLE_INT}, {"geom", MAILLE_GEOMETRY}};
    maille_store *store = new_workspace(ctx);
    maille_table *table = NULL;
    int64_t id = add_import(ctx, store, "communes", "/data/communes.geojson", "2026-01-01");
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t i = 0; i < count; i++) {
        unsigned char wkb[93];
        square_wkb(3 + 0.01 * (double)i, 46.5, wkb);
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        CHECK_OK(maille_set_text(ctx, table, i, 0, homes[i].code));
        CHECK_OK(maille_set_text(ctx, table, i, 1, homes[i].code));
        maille_set_real(table, i, 2, 100);
        CHECK_OK(maille_set_text(ctx, table, i, 3, homes[i].department));
        maille_set_int(table, i, 4, id);
        CHECK_OK(maille_set_bytes(ctx, table, i, 5, wkb, sizeof wkb));
    }
    CHECK_OK(maille_store_append(ctx, store, "commune", table));
    maille_table_free(table);
    return store;
}

static const home homes[] = {{"01001", "01"}, {"01002", "01"},     {"132060101", "13"},
                             {"2A004", "2A"}, {"2B033", "2B"},     {"69123", "69"},
                             {"69381", "69"}, {"69390", "69"},     {"75056", "75"},
                             {"75101", "75"}, {"751200101", "75"}, {"96001", "96"}};
enum { HOMES = sizeof homes / sizeof *homes };

static const char *group_of(const maille_partition *p, uint32_t i) {
    return p->of_commune[i] == MAILLE_ABSENT ? "-" : p->id[p->of_commune[i]];
}

TEST(departements_and_regions_are_known_by_their_names) {
    maille_store *store = row_of(homes, HOMES);
    maille_loaded *few = NULL;
    run_steps(store, "links");
    CHECK_OK(maille_loaded_new(ctx, store, 0, &few));
    const maille_ground *g = maille_loaded_ground(few);
    CHECK_INT(g->count, HOMES);
    for (uint32_t i = 0; i < g->count; i++)
        CHECK_TEXT(group_of(&g->department, i), homes[i].department);
    CHECK_INT(g->department.count, 7);
    CHECK_TEXT(g->department.name, "departement");
    CHECK_TEXT(g->department.title[0], "Ain");
    CHECK(g->department.title[6] == NULL); /* 96 is nobody's */
    const char *const regions[] = {"84", "84", "93", "94", "94", "84",
                                   "84", "84", "11", "11", "11", "-"};
    for (uint32_t i = 0; i < g->count; i++)
        CHECK_TEXT(group_of(&g->region, i), regions[i]);
    CHECK_INT(g->region.count, 4);
    CHECK_TEXT(g->region.title[3], "Corse");
    check_partition(g, &g->department);
    check_partition(g, &g->region);
    maille_loaded_free(few);
    maille_store_close(store);
}

TEST(arrondissements_and_finer_units_are_parts_of_their_commune) {
    /* 13055 is no unit, 69390 no arrondissement, 75120 no unit but 75056 is */
    static const char *const wholes[HOMES] = {[6] = "69123", [9] = "75056", [10] = "75056"};
    maille_store *store = row_of(homes, HOMES);
    maille_loaded *few = NULL;
    run_steps(store, "links");
    CHECK_OK(maille_loaded_new(ctx, store, 0, &few));
    const maille_ground *g = maille_loaded_ground(few);
    for (uint32_t i = 0; i < g->count; i++)
        CHECK_INT(g->part_of[i], unit(g, wholes[i]));
    maille_loaded_free(few);
    maille_store_close(store);
}

TEST(without_roads_times_are_estimates_and_the_same_both_ways) {
    maille_store *store = row_of(homes, HOMES);
    maille_travel_rules *rules = NULL;
    maille_loaded *few = NULL;
    CHECK_OK(maille_travel_rules_read(ctx, MAILLE_DEFAULT_TRAVEL, &rules));
    run_steps(store, "links");
    CHECK_OK(maille_loaded_new(ctx, store, MAILLE_GROUND_TIMES, &few));
    const maille_ground *g = maille_loaded_ground(few);
    CHECK(g->estimated && !g->has_roads && g->link_count == 0);
    CHECK_NEAR(g->link_limit_min, 20, 0);
    for (uint32_t a = 0; a < g->count; a++)
        for (uint32_t b = 0; b < g->count; b++) {
            double metres = hypot(g->centre[a].x - g->centre[b].x, g->centre[a].y - g->centre[b].y);
            CHECK_NEAR(maille_ground_ms(g, a, b), metres * rules->detour / rules->speed_kmh * 3600,
                       1);
            CHECK_INT(maille_ground_ms(g, a, b), maille_ground_ms(g, b, a));
        }
    CHECK(g->services == NULL && g->grouping_count == 0 && g->indicator_count == 0);
    maille_travel_rules_free(rules);
    maille_loaded_free(few);
    maille_store_close(store);
}

TEST(what_has_not_run_is_named) {
    maille_store *store = new_workspace(ctx);
    maille_loaded *few = NULL;
    CHECK_INT(maille_loaded_new(ctx, store, 0, &few), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "communes") != NULL);
    maille_store_close(store);
    store = row_of(homes, HOMES);
    CHECK_INT(maille_loaded_new(ctx, store, 0, &few), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "step borders had not run") != NULL);
    run_steps(store, "borders");
    CHECK_INT(maille_loaded_new(ctx, store, 0, &few), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "step links had not run") != NULL);
    run_steps(store, "links");
    CHECK_OK(maille_loaded_new(ctx, store, 0, &few));
    maille_loaded_free(few);
    few = NULL;
    CHECK_INT(maille_loaded_new(ctx, store, MAILLE_GROUND_FACTS, &few), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "step codes had not run") != NULL);
    /* no services, no supply: what cannot run is not asked for */
    run_steps(store, NULL);
    CHECK_OK(maille_loaded_new(ctx, store, MAILLE_GROUND_FACTS, &few));
    CHECK_INT(maille_loaded_ground(few)->service_count, 0);
    maille_loaded_free(few);
    few = NULL;
    add_import(ctx, store, "communes", "/data/others.geojson", "2027-01-01");
    CHECK_INT(maille_loaded_new(ctx, store, 0, &few), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "since the communes") != NULL);
    CHECK(few == NULL);
    maille_store_close(store);
}

TEST(memory_that_runs_out_is_told) {
    maille_store *store = row_of(homes, HOMES);
    loads *l = NULL;
    maille_loaded *few = NULL;
    unsigned with = MAILLE_GROUND_FACTS | MAILLE_GROUND_TIMES;
    run_steps(store, NULL);
    CHECK_OK(loads_new(ctx, store, &l));
    CHECK_OK(ground_new(ctx, l, with, &few)); /* loads are filled: the rest is the ground's own */
    maille_loaded_free(few);
    uint64_t before = maille_memory_count();
    CHECK_OK(ground_new(ctx, l, with, &few));
    uint64_t needed = maille_memory_count() - before;
    maille_loaded_free(few);
    CHECK(needed > 50);
    for (uint64_t n = 1; n <= needed; n++) {
        few = NULL;
        maille_memory_fail_at(n);
        maille_status status = ground_new(ctx, l, with, &few);
        maille_memory_fail_at(0);
        CHECK(status != MAILLE_OK && few == NULL);
        if (few)
            maille_loaded_free(few);
    }
    loads_free(l);
    maille_store_close(store);
}

/* ---- the plan ---- */

static maille_perimeter *perimeter(const char *id, const char *status, const char *since,
                                   const char *const *members) {
    maille_perimeter *p = NULL;
    char name[64];
    snprintf(name, sizeof name, "CPTS %s", id);
    CHECK_OK(maille_perimeter_new(ctx, id, "cpts", name, status, since, NULL, &p));
    for (; *members; members++) {
        maille_op op = {.kind = MAILLE_OP_ADD, .perimeter = id, .code = *members, .share = 0.5};
        CHECK_OK(maille_perimeter_apply(ctx, &p, &op));
    }
    return p;
}

TEST(perimeters_make_a_plan) {
    maille_store *store = row_of(homes, HOMES);
    maille_loaded *few = NULL;
    maille_plan *plan = NULL;
    run_steps(store, "links");
    CHECK_OK(maille_loaded_new(ctx, store, 0, &few));
    const maille_ground *g = maille_loaded_ground(few);
    maille_perimeter *all[] = {
        perimeter("a", "contractualisee", "2020-02-01",
                  (const char *const[]){"75056", "01001", "99999", "2A004", "01999", NULL}),
        perimeter("b", "projet", NULL, (const char *const[]){"01002", NULL}),
        perimeter("c", "abandonnee", NULL, (const char *const[]){NULL})};
    maille_op shared = {.kind = MAILLE_OP_ON_PURPOSE,
                        .perimeter = "a",
                        .code = "2A004",
                        .text = "un bassin de vie commun"};
    CHECK_OK(maille_perimeter_apply(ctx, &all[0], &shared));
    CHECK_OK(maille_plan_new(ctx, g, maille_loaded_publication(few),
                             (const maille_perimeter *const *)all, 3, &plan));
    for (int i = 0; i < 3; i++)
        maille_perimeter_free(all[i]); /* the plan stands on its own */
    CHECK_INT(plan->count, 3);
    const maille_claim *a = &plan->claims[0];
    CHECK_TEXT(a->id, "a");
    CHECK_TEXT(a->name, "CPTS a");
    CHECK_TEXT(a->status, "contractualisee");
    CHECK_TEXT(a->since, "2020-02-01");
    CHECK_INT(a->count, 3);
    CHECK_INT(a->lost, 2);
    CHECK_TEXT(a->lost_code[0], "01999");
    CHECK_TEXT(a->lost_code[1], "99999");
    const char *const members[] = {"01001", "2A004", "75056"};
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_TEXT(g->code[a->member[i]], members[i]);
        CHECK_NEAR(a->share[i], 0.5, 0);
        CHECK_INT(a->on_purpose[i], i == 1);
    }
    CHECK(a->published && a->active);
    CHECK(!plan->claims[1].published && plan->claims[1].active && !plan->claims[1].since);
    CHECK(!plan->claims[2].published && !plan->claims[2].active);
    CHECK_INT(plan->claims[2].count, 0);
    maille_plan_free(plan);
    maille_plan_free(NULL);
    maille_loaded_free(few);
    maille_loaded_free(NULL);
    maille_store_close(store);
}

int main(void) {
    static const test_case cases[] = {
        CASE(units_are_the_communes),
        CASE(outlines_less_shared_borders_are_the_outline_of_all),
        CASE(hulls_turn_left_and_hold_every_point),
        CASE(links_are_those_of_the_table),
        CASE(times_tell_the_minutes_to_care_at_centres),
        CASE(minutes_and_apl_are_those_of_the_tables),
        CASE(places_are_counted_where_they_stand_when_they_are_open),
        CASE(groupings_are_those_of_the_table),
        CASE(indicators_are_those_of_the_tables),
        CASE(ages_are_those_of_the_table),
        CASE(rules_are_those_of_the_study),
        CASE(departements_and_regions_are_known_by_their_names),
        CASE(arrondissements_and_finer_units_are_parts_of_their_commune),
        CASE(without_roads_times_are_estimates_and_the_same_both_ways),
        CASE(what_has_not_run_is_named),
        CASE(memory_that_runs_out_is_told),
        CASE(perimeters_make_a_plan)};
    if (maille_ctx_new(&ctx))
        return 1;
    open_region();
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_loaded_free(loaded);
    maille_store_close(region);
    maille_ctx_free(ctx);
    return result;
}
