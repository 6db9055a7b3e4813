/* Figures of lists of units: counted by hand on a small board, with drives, services, indicators,
 * ages and crosswalks. */
#include "territory/land.h"

static sketch_pad pad = {.random = 11};
static maille_size_rules sizes;
static const maille_judge_rules rules = {.sizes = &sizes};

static maille_figures *figures_of(const maille_ground *ground, const uint32_t *units,
                                  const double *shares, uint32_t count, unsigned with) {
    maille_figures *f = NULL;
    CHECK(maille_figures_new(pad.ctx, ground, &rules, units, shares, count, with, &f) == MAILLE_OK);
    return f;
}

/* Squares of 1 km:   6 7 8
 *                    3 4 5
 *                    0 1 2 */
TEST(a_ring_of_eight_squares) {
    land l;
    const uint32_t ring[] = {0, 1, 2, 3, 5, 6, 7, 8};
    land_make(&pad, sketch_squares(&pad, 3, 1000), &l);
    l.population[1] = 0;
    maille_figures *f = figures_of(&l.ground, ring, NULL, 8, 0);
    CHECK_INT(f->communes, 8);
    CHECK_INT(f->unknown_population, 1);
    CHECK_NEAR(f->population, 700, 0);
    CHECK_NEAR(f->area_m2, 8e6, 1e-6);
    CHECK_NEAR(f->density, 87.5, 1e-9);
    CHECK_TEXT(f->size_class, "C");
    CHECK(isnan(f->to_upper)); /* C is open */
    CHECK_NEAR(f->to_lower, 100, 0);
    CHECK_NEAR(f->outline_m, 16000, 1e-9); /* 12 outside, 4 around the hole */
    CHECK_NEAR(f->polsby_popper, 4 * M_PI * 8e6 / (16000.0 * 16000), 1e-12);
    CHECK_NEAR(f->reock, 8e6 / (M_PI * 4.5e6), 1e-12);
    CHECK_NEAR(f->hull_ratio, 8.0 / 9, 1e-12);
    CHECK_INT(f->parts, 1);
    CHECK_INT(f->parts_by_border, 1);
    CHECK_INT(f->holes, 1);
    CHECK(f->services == NULL && f->crosswalk_count == 0 && isnan(f->longest_min));
    CHECK_INT(f->meeting, MAILLE_ABSENT);
    maille_figures_free(f);
    land_free(&l);
}

TEST(size_classes_tell_the_way_to_their_bounds) {
    land l;
    uint32_t units[] = {0, 1, 2, 3};
    land_make(&pad, sketch_squares(&pad, 3, 1000), &l);
    const struct {
        double population, to_upper, to_lower;
        const char *class;
    } cases[] = {{0, 300, NAN, "A"}, {299.5, 0.5, NAN, "A"}, {300, 300, 0, "B"},
                 {600, 0, 300, "B"}, {600.5, NAN, 0.5, "C"}, {-1, NAN, NAN, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        l.population[0] = cases[i].population;
        maille_figures *f = figures_of(&l.ground, units, NULL, 1, 0);
        CHECK((f->size_class == NULL) == (cases[i].class == NULL));
        if (f->size_class && cases[i].class)
            CHECK_TEXT(f->size_class, cases[i].class);
        CHECK(isnan(cases[i].to_upper) ? isnan(f->to_upper) : f->to_upper == cases[i].to_upper);
        CHECK(isnan(cases[i].to_lower) ? isnan(f->to_lower) : f->to_lower == cases[i].to_lower);
        maille_figures_free(f);
    }
    land_free(&l);
}

TEST(shares_weigh_people_and_not_area) {
    land l;
    const uint32_t units[] = {0, 1, 8};
    const double shares[] = {1, 0.25, 0.5};
    land_make(&pad, sketch_squares(&pad, 3, 1000), &l);
    maille_figures *f = figures_of(&l.ground, units, shares, 3, 0);
    CHECK_NEAR(f->population, 175, 0);
    CHECK_NEAR(f->area_m2, 3e6, 1e-6);
    CHECK_INT(f->parts, 2);
    CHECK_NEAR(f->outline_m, 10000, 1e-9);
    maille_figures_free(f);
    land_free(&l);
}

TEST(roads_join_pieces) {
    land l;
    const maille_link links[] = {{0, 8, 7}, {2, 6, 3}};
    const uint32_t units[] = {0, 1, 6, 8};
    land_make(&pad, sketch_squares(&pad, 3, 1000), &l);
    l.ground.links = links;
    l.ground.link_count = 2;
    maille_figures *f = figures_of(&l.ground, units, NULL, 4, 0);
    CHECK_INT(f->parts_by_border, 3);
    CHECK_INT(f->parts, 2); /* 2 is no member: its link joins nothing */
    maille_figures_free(f);
    land_free(&l);
}

TEST(an_empty_list_has_no_shape) {
    land l;
    land_make(&pad, sketch_squares(&pad, 2, 1000), &l);
    maille_figures *f =
        figures_of(&l.ground, NULL, NULL, 0,
                   MAILLE_WITH_DRIVES | MAILLE_WITH_SERVICES | MAILLE_WITH_CROSSWALKS);
    CHECK_INT(f->communes, 0);
    CHECK_NEAR(f->population, 0, 0);
    CHECK(isnan(f->outline_m) && isnan(f->polsby_popper) && isnan(f->reock));
    CHECK(isnan(f->hull_ratio) && isnan(f->density) && isnan(f->longest_min));
    CHECK_INT(f->parts + f->parts_by_border + f->holes, 0);
    CHECK_INT(f->crosswalk_count, 2);
    CHECK_INT(f->crosswalks[0].count + f->crosswalks[1].count, 0);
    maille_figures_free(f);
    land_free(&l);
}

/* ---- drives -----------------------------------------------------------------------------------
 */

/* Minutes from the row's unit to the column's; 0 apart from the diagonal = not in the matrix. */
static const double minutes[4][4] = {{0, 10, 30, 0}, {12, 0, 15, 0}, {28, 15, 0, 0}, {50, 0, 0, 0}};

static void set_times(maille_ground *g, uint64_t *start, uint32_t *column, uint32_t *ms) {
    uint64_t k = 0;
    for (uint32_t i = 0; i < 4; i++) {
        for (uint32_t j = 0; j < 4; j++)
            if (minutes[i][j] > 0) {
                column[k] = j;
                ms[k++] = (uint32_t)(minutes[i][j] * 60000);
            }
        start[i + 1] = k;
    }
    g->time_start = start;
    g->time_column = column;
    g->time_ms = ms;
    g->time_limit_ms = 3600000;
}

TEST(drives_among_members) {
    land l;
    uint64_t start[5] = {0};
    uint32_t column[16], ms[16];
    const uint32_t units[] = {0, 1, 2, 3};
    land_make(&pad, sketch_squares(&pad, 2, 1000), &l);
    CHECK_INT(maille_ground_ms(&l.ground, 1, 1), 0);
    CHECK_INT(maille_ground_ms(&l.ground, 0, 1), UINT32_MAX);
    set_times(&l.ground, start, column, ms);
    CHECK_INT(maille_ground_ms(&l.ground, 0, 2), 30 * 60000);
    CHECK_INT(maille_ground_ms(&l.ground, 3, 0), 50 * 60000);
    CHECK_INT(maille_ground_ms(&l.ground, 3, 3), 0);
    CHECK_INT(maille_ground_ms(&l.ground, 0, 3), UINT32_MAX);
    CHECK_INT(maille_ground_ms(&l.ground, 3, 2), UINT32_MAX);

    /* Of 0, 1, 2: worst drives to 0 are 28, to 1 15, to 2 30 minutes. */
    l.population[2] = 200;
    maille_figures *f = figures_of(&l.ground, units, NULL, 3, MAILLE_WITH_DRIVES);
    CHECK_NEAR(f->longest_min, 30, 0);
    CHECK_INT(f->longest_from, 0);
    CHECK_INT(f->longest_to, 2);
    CHECK_INT(f->pairs_beyond, 0);
    CHECK_INT(f->meeting, 1);
    CHECK_NEAR(f->meeting_max_min, 15, 0);
    CHECK_NEAR(f->meeting_mean_min, (100 * 10 + 200 * 15) / 400.0, 1e-12);
    maille_figures_free(f);

    /* 3 reaches 0 alone and nobody reaches 3: 5 pairs of 12 are missing, all meet in 0. */
    f = figures_of(&l.ground, units, NULL, 4, MAILLE_WITH_DRIVES);
    CHECK(isnan(f->longest_min));
    CHECK_INT(f->longest_from, MAILLE_ABSENT);
    CHECK_INT(f->pairs_beyond, 5);
    CHECK_INT(f->meeting, 0);
    CHECK_NEAR(f->meeting_max_min, 50, 0);
    maille_figures_free(f);

    f = figures_of(&l.ground, units + 2, NULL, 2, MAILLE_WITH_DRIVES);
    CHECK_INT(f->pairs_beyond, 2);
    CHECK_INT(f->meeting, MAILLE_ABSENT);
    CHECK(isnan(f->meeting_max_min) && isnan(f->meeting_mean_min));
    maille_figures_free(f);

    f = figures_of(&l.ground, units + 3, NULL, 1, MAILLE_WITH_DRIVES);
    CHECK_NEAR(f->longest_min, 0, 0);
    CHECK_INT(f->pairs_beyond, 0);
    CHECK_INT(f->meeting, 3);
    CHECK_NEAR(f->meeting_max_min, 0, 0);
    maille_figures_free(f);
    land_free(&l);
}

/* 1 and 2 are 15 minutes apart either way: the mean decides, then the number. */
TEST(of_equal_meeting_places_the_mean_decides) {
    land l;
    uint64_t start[5] = {0};
    uint32_t column[16], ms[16];
    const uint32_t units[] = {1, 2};
    land_make(&pad, sketch_squares(&pad, 2, 1000), &l);
    set_times(&l.ground, start, column, ms);
    maille_figures *f = figures_of(&l.ground, units, NULL, 2, MAILLE_WITH_DRIVES);
    CHECK_INT(f->meeting, 1);
    maille_figures_free(f);
    l.population[2] = 101;
    f = figures_of(&l.ground, units, NULL, 2, MAILLE_WITH_DRIVES);
    CHECK_INT(f->meeting, 2);
    CHECK_NEAR(f->meeting_mean_min, 1500.0 / 201, 1e-12);
    maille_figures_free(f);
    land_free(&l);
}

/* ---- services, indicators, ages ---------------------------------------------------------------
 */

TEST(services_indicators_and_ages) {
    land l;
    const double to_nearest[] = {0, 10, NAN, 20}, bands[] = {10, 20}, apl[] = {2, NAN, 4, 3};
    const uint32_t places[] = {3, 0, 0, 1}, units[] = {0, 1, 2, 3};
    const double amount[] = {5, 0, 0, 2}, shares[] = {1, 1, 0.5, 0.25};
    const double sums[] = {7, NAN, 10, 4}, means[] = {10, 20, NAN, 40}, weights[] = {1, 3, 5, 4};
    const double young[] = {20, 30, NAN, 40}, none[] = {NAN, NAN, NAN, NAN};
    const maille_ground_service services[] = {
        {"mg", "Médecin", to_nearest, 2, bands, places, amount, apl},
        {"mat", NULL, none, 1, bands, places, amount, NULL}};
    const maille_indicator indicators[] = {
        {"ald", NULL, NULL, NULL, MAILLE_SUM, sums, NULL},
        {"mortalite", NULL, NULL, NULL, MAILLE_MEAN, means, weights},
        {"revenu", NULL, NULL, NULL, MAILLE_MEAN, means, NULL},
        {"inconnu", NULL, NULL, NULL, MAILLE_SUM, none, NULL}};
    const maille_age_band ages[] = {{0, 14, young}, {15, INFINITY, none}};
    land_make(&pad, sketch_squares(&pad, 2, 1000), &l);
    l.ground.services = services;
    l.ground.service_count = 2;
    l.ground.indicators = indicators;
    l.ground.indicator_count = 4;
    l.ground.ages = ages;
    l.ground.age_count = 2;
    /* people: 100, 100, 50, 25 */
    maille_figures *f = figures_of(&l.ground, units, shares, 4, MAILLE_WITH_SERVICES);
    CHECK_NEAR(f->population, 275, 0);
    const maille_service_figures *s = &f->services[0];
    CHECK_INT(s->places, 4);
    CHECK_NEAR(s->amount, 5.5, 0);
    CHECK_NEAR(s->within[0], 200.0 / 275, 1e-15);
    CHECK_NEAR(s->within[1], 225.0 / 275, 1e-15);
    CHECK_NEAR(s->mean_min, (1000 + 500) / 225.0, 1e-12);
    CHECK_NEAR(s->population_unreached, 50, 0);
    CHECK_NEAR(s->apl, (200 + 200 + 75) / 175.0, 1e-12);
    CHECK(isnan(f->services[1].mean_min) && isnan(f->services[1].apl));
    CHECK_NEAR(f->services[1].within[0], 0, 0);
    CHECK_NEAR(f->services[1].population_unreached, 275, 0);
    CHECK_NEAR(f->indicators[0], 7 + 5 + 1, 1e-12);
    CHECK_NEAR(f->indicators[1], (10 + 60 + 40) / 5.0, 1e-12);
    CHECK_NEAR(f->indicators[2], (1000 + 2000 + 1000) / 225.0, 1e-12);
    CHECK(isnan(f->indicators[3]));
    CHECK_NEAR(f->ages[0], 60, 1e-12);
    CHECK(isnan(f->ages[1]));
    maille_figures_free(f);
    /* Nobody lives there: no share of anybody. */
    l.population[0] = 0;
    f = figures_of(&l.ground, units, NULL, 1, MAILLE_WITH_SERVICES);
    CHECK(isnan(f->services[0].within[0]) && isnan(f->services[0].mean_min));
    CHECK(isnan(f->services[0].apl));
    CHECK_INT(f->services[0].places, 3);
    maille_figures_free(f);
    land_free(&l);
}

/* ---- crosswalks -------------------------------------------------------------------------------
 */

TEST(crosswalks_by_walk_and_by_index) {
    land l;
    const uint32_t department[] = {0, 0, 0, 0, 0, 0, 1, 1, 1};
    const uint32_t epci[] = {2, 2, 0, 1, MAILLE_ABSENT, 0, 1, 1, 0}, units[] = {0, 1, 3, 4, 6};
    const double shares[] = {1, 0.5, 1, 1, 0.5};
    maille_partition groupings[] = {{.name = "epci", .count = 3, .of_commune = epci}};
    land_make(&pad, sketch_squares(&pad, 3, 1000), &l);
    maille_arena *arena = maille_arena_new();
    l.ground.department =
        (maille_partition){.name = "departement", .count = 2, .of_commune = department};
    l.ground.groupings = groupings;
    l.ground.grouping_count = 1;
    for (int indexed = 0; indexed < 2; indexed++) {
        if (indexed) {
            CHECK(maille_partition_index(pad.ctx, groupings, 9, arena) == MAILLE_OK);
            CHECK_INT(groupings[0].start[3], 8);
            CHECK_INT(groupings[0].unit[groupings[0].start[1]], 3);
        }
        maille_figures *f = figures_of(&l.ground, units, shares, 5, MAILLE_WITH_CROSSWALKS);
        CHECK_INT(f->crosswalk_count, 3);
        CHECK_INT(f->crosswalks[0].count, 2);
        CHECK_INT(f->crosswalks[0].items[0].common, 4);
        CHECK_INT(f->crosswalks[0].items[0].missing, 2);
        CHECK_NEAR(f->crosswalks[0].items[0].part_of_group, 350 / 600.0, 1e-15);
        CHECK_INT(f->crosswalks[1].count, 0); /* no regions are known */
        CHECK_INT(f->crosswalks[1].outside, 5);
        const maille_crosswalk *c = &f->crosswalks[2];
        CHECK(c->partition == groupings);
        CHECK_INT(c->outside, 1);
        CHECK_INT(c->count, 2);
        CHECK_INT(c->items[0].group, 1);
        CHECK_INT(c->items[0].common, 2);
        CHECK_INT(c->items[0].missing, 1);
        CHECK_NEAR(c->items[0].population, 150, 0);
        CHECK_NEAR(c->items[0].part_of_list, 150 / 400.0, 1e-15);
        CHECK_NEAR(c->items[0].part_of_group, 0.5, 1e-15);
        CHECK_INT(c->items[1].group, 2);
        CHECK_INT(c->items[1].missing, 0);
        CHECK_NEAR(c->items[1].part_of_group, 0.75, 1e-15);
        maille_figures_free(f);
    }
    maille_arena_free(arena);
    land_free(&l);
}

int main(void) {
    static const test_case cases[] = {CASE(a_ring_of_eight_squares),
                                      CASE(size_classes_tell_the_way_to_their_bounds),
                                      CASE(shares_weigh_people_and_not_area),
                                      CASE(roads_join_pieces),
                                      CASE(an_empty_list_has_no_shape),
                                      CASE(drives_among_members),
                                      CASE(of_equal_meeting_places_the_mean_decides),
                                      CASE(services_indicators_and_ages),
                                      CASE(crosswalks_by_walk_and_by_index)};
    sizes = land_sizes();
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
