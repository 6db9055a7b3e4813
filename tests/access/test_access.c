/* Decay, floating catchments, coverage, classes: parsing, conservation, properties. */
#include "harness.h"

#include <maille/access.h>
#include <maille/memory.h>

static maille_ctx *ctx;

static uint64_t random_state = 20260101;
static double random_unit(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random_state >> 11) / 9007199254740992.0;
}

TEST(decay_reads_its_text) {
    maille_decay d;
    CHECK_INT(maille_decay_parse(ctx, "steps:10=1,15=0.3,20=0.1", &d), MAILLE_OK);
    CHECK_INT(d.step_count, 3);
    CHECK_NEAR(maille_decay_weight(&d, 0), 1, 0);
    CHECK_NEAR(maille_decay_weight(&d, 10), 1, 0);
    CHECK_NEAR(maille_decay_weight(&d, 10.000001), 0.3, 0);
    CHECK_NEAR(maille_decay_weight(&d, 20), 0.1, 0);
    CHECK_NEAR(maille_decay_weight(&d, 20.000001), 0, 0);
    CHECK_NEAR(maille_decay_reach(&d), 20, 0);
    CHECK_INT(maille_decay_parse(ctx, "steps:10=1,15=0", &d), MAILLE_OK);
    CHECK_NEAR(maille_decay_reach(&d), 10, 0);
    CHECK_INT(maille_decay_parse(ctx, "binary:45", &d), MAILLE_OK);
    CHECK_NEAR(maille_decay_weight(&d, 45), 1, 0);
    CHECK_NEAR(maille_decay_weight(&d, 45.1), 0, 0);
    CHECK_NEAR(maille_decay_reach(&d), 45, 0);
    CHECK_INT(maille_decay_parse(ctx, "exp:0.2", &d), MAILLE_OK);
    CHECK_NEAR(maille_decay_weight(&d, 5), 0.36787944117144233, 1e-15);
    CHECK(isinf(maille_decay_reach(&d)));
    CHECK_INT(maille_decay_parse(ctx, "power:1.5", &d), MAILLE_OK);
    CHECK_NEAR(maille_decay_weight(&d, 4), 0.125, 1e-15);
    CHECK_NEAR(maille_decay_weight(&d, 0), 1, 0);
    CHECK_INT(maille_decay_parse(ctx, "gauss:20", &d), MAILLE_OK);
    CHECK_NEAR(maille_decay_weight(&d, 20), 0.60653065971263342, 1e-15);
    CHECK_NEAR(maille_decay_weight(&d, NAN), 0, 0);
    CHECK_NEAR(maille_decay_weight(&d, INFINITY), 0, 0);
}

TEST(decay_refuses_what_does_not_hold) {
    const char *bad[] = {"",
                         "steps",
                         "steps:",
                         "steps:10",
                         "steps:10=1,10=0.5",
                         "steps:15=1,10=0.3",
                         "steps:10=1.5",
                         "steps:10=-0.1",
                         "steps:10=0.3,15=1",
                         "steps:0=1",
                         "steps:10=0",
                         "steps:10=1,",
                         "steps:a=1",
                         "binary:",
                         "binary:-1",
                         "binary:0",
                         "binary:x",
                         "exp:0",
                         "linear:3",
                         "binary45",
                         "steps:10=1;15=0.3",
                         "steps:1=1,2=1,3=1,4=1,5=1,6=1,7=1,8=1,9=1,10=1,11=1,12=1,13=1,14=1,15=1,"
                         "16=1,17=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        maille_decay d = {.parameter = 7};
        test_check(maille_decay_parse(ctx, bad[i], &d) == MAILLE_USAGE && d.parameter == 7, bad[i],
                   __FILE__, __LINE__);
        CHECK(strstr(maille_message(ctx), "decay") != NULL);
    }
}

TEST(methods_read_their_names) {
    maille_access_method method;
    CHECK_INT(maille_access_method_parse(ctx, "spatial-availability", &method), MAILLE_OK);
    CHECK_INT(method, MAILLE_SPATIAL_AVAILABILITY);
    CHECK_INT(maille_access_method_parse(ctx, "2SFCA", &method), MAILLE_USAGE);
}

/* A random region: `demands` people-places, `supplies` places, some pairs out of reach. */
typedef struct {
    maille_reach reach;
    uint64_t start[64];
    uint32_t place[64 * 32];
    double minutes[64 * 32], demand[64], supply[32], access[64];
} region;

static void make_region(region *r, uint32_t demands, uint32_t supplies) {
    uint64_t pairs = 0;
    for (uint32_t j = 0; j < supplies; j++)
        r->supply[j] = random_unit() < 0.1 ? 0 : floor(random_unit() * 1000);
    r->start[0] = 0;
    for (uint32_t i = 0; i < demands; i++) {
        r->demand[i] = random_unit() < 0.1 ? 0 : floor(random_unit() * 5000);
        for (uint32_t j = 0; j < supplies; j++)
            if (random_unit() < 0.4) {
                r->place[pairs] = j;
                r->minutes[pairs++] = random_unit() * 40;
            }
        r->start[i + 1] = pairs;
    }
    r->reach = (maille_reach){demands, supplies, r->start, r->place, r->minutes};
}

static const char *const DECAYS[] = {"steps:10=1,15=0.3,20=0.1", "binary:15", "exp:0.2", "gauss:8",
                                     "power:1.5"};

TEST(supply_is_conserved) {
    static region r;
    const maille_access_method conserving[] = {MAILLE_2SFCA, MAILLE_E2SFCA, MAILLE_3SFCA,
                                               MAILLE_SPATIAL_AVAILABILITY};
    for (int round = 0; round < 200; round++) {
        make_region(&r, 1 + (uint32_t)(random_unit() * 60), 1 + (uint32_t)(random_unit() * 30));
        maille_decay decay;
        maille_access_report report;
        CHECK(maille_decay_parse(ctx, DECAYS[round % 5], &decay) == MAILLE_OK);
        /* the supply that somebody reaches, counted without the method */
        double reached = 0;
        for (uint32_t j = 0; j < r.reach.supply_count; j++) {
            bool any = false;
            for (uint32_t i = 0; i < r.reach.demand_count; i++)
                for (uint64_t k = r.start[i]; k < r.start[i + 1]; k++)
                    any = any || (r.place[k] == j && r.demand[i] > 0 &&
                                  r.minutes[k] <= maille_decay_reach(&decay));
            reached += any ? r.supply[j] : 0;
        }
        for (size_t m = 0; m < 4; m++) {
            CHECK(maille_access(ctx, &r.reach, r.demand, r.supply, conserving[m], &decay, r.access,
                                &report) == MAILLE_OK);
            CHECK_NEAR(report.supply_reached, reached, 1e-9 * reached);
            CHECK_NEAR(report.demand_times_access, reached, 1e-9 * reached);
        }
    }
}

TEST(bfca_conserves_people_and_service) {
    static region r;
    for (int round = 0; round < 50; round++) {
        make_region(&r, 40, 20);
        maille_decay decay;
        CHECK(maille_decay_parse(ctx, "exp:0.1", &decay) == MAILLE_OK);
        CHECK(maille_access(ctx, &r.reach, r.demand, r.supply, MAILLE_BFCA, &decay, r.access,
                            NULL) == MAILLE_OK);
        /* Σ A = Σ L, and Σ_j (people at j) = Σ people who reach something */
        double row[64] = {0}, people[32] = {0}, sum_access = 0, sum_service = 0, served = 0,
               all = 0;
        for (uint32_t i = 0; i < 40; i++)
            for (uint64_t k = r.start[i]; k < r.start[i + 1]; k++)
                row[i] += exp(-0.1 * r.minutes[k]);
        for (uint32_t i = 0; i < 40; i++) {
            sum_access += r.access[i];
            all += row[i] > 0 ? r.demand[i] : 0;
            for (uint64_t k = r.start[i]; k < r.start[i + 1]; k++)
                people[r.place[k]] += r.demand[i] * exp(-0.1 * r.minutes[k]) / row[i];
        }
        for (uint32_t j = 0; j < 20; j++) {
            served += people[j];
            sum_service += people[j] > 0 ? r.supply[j] / people[j] : 0;
        }
        CHECK_NEAR(served, all, 1e-9 * all);
        CHECK_NEAR(sum_access, sum_service, 1e-9 * sum_service);
    }
}

/* Splitting the people of one place over two at the same spot changes nobody's access. */
TEST(splitting_a_population_changes_nothing) {
    static region r, s;
    const maille_access_method methods[] = {MAILLE_2SFCA, MAILLE_E2SFCA, MAILLE_3SFCA,
                                            MAILLE_GRAVITY};
    for (int round = 0; round < 50; round++) {
        make_region(&r, 30, 15);
        s = r;
        s.reach = (maille_reach){31, 15, s.start, s.place, s.minutes};
        double part = random_unit();
        s.demand[30] = r.demand[7] * part;
        s.demand[7] = r.demand[7] - s.demand[30];
        s.start[31] = s.start[30];
        for (uint64_t k = r.start[7]; k < r.start[8]; k++) {
            s.place[s.start[31]] = r.place[k];
            s.minutes[s.start[31]++] = r.minutes[k];
        }
        maille_decay decay;
        CHECK(maille_decay_parse(ctx, DECAYS[round % 5], &decay) == MAILLE_OK);
        for (size_t m = 0; m < 4; m++) {
            CHECK(maille_access(ctx, &r.reach, r.demand, r.supply, methods[m], &decay, r.access,
                                NULL) == MAILLE_OK);
            CHECK(maille_access(ctx, &s.reach, s.demand, s.supply, methods[m], &decay, s.access,
                                NULL) == MAILLE_OK);
            for (uint32_t i = 0; i < 30; i++)
                CHECK_NEAR(s.access[i], r.access[i], 1e-9 * (1 + r.access[i]));
            CHECK_NEAR(s.access[30], r.access[7], 1e-9 * (1 + r.access[7]));
        }
    }
}

TEST(more_supply_never_lowers_access) {
    static region r, s;
    make_region(&r, 40, 20);
    s = r;
    s.reach = (maille_reach){40, 20, s.start, s.place, s.minutes};
    for (uint32_t j = 0; j < 20; j++)
        s.supply[j] = r.supply[j] * 2;
    maille_decay decay;
    CHECK(maille_decay_parse(ctx, DECAYS[0], &decay) == MAILLE_OK);
    for (int m = MAILLE_2SFCA; m <= MAILLE_SPATIAL_AVAILABILITY; m++) {
        maille_access_method method = (maille_access_method)m;
        CHECK(maille_access(ctx, &r.reach, r.demand, r.supply, method, &decay, r.access, NULL) ==
              MAILLE_OK);
        CHECK(maille_access(ctx, &s.reach, s.demand, s.supply, method, &decay, s.access, NULL) ==
              MAILLE_OK);
        for (uint32_t i = 0; i < 40; i++)
            CHECK_NEAR(s.access[i], 2 * r.access[i], 1e-12 * s.access[i]);
    }
}

TEST(bad_input_is_refused) {
    uint64_t start[] = {0, 1};
    uint32_t place[] = {0};
    double minutes[] = {5}, demand[] = {10}, supply[] = {2}, access[] = {-1};
    maille_reach reach = {1, 1, start, place, minutes};
    maille_decay steps, binary;
    CHECK(maille_decay_parse(ctx, "steps:10=1", &steps) == MAILLE_OK);
    CHECK(maille_decay_parse(ctx, "binary:10", &binary) == MAILLE_OK);
    CHECK_INT(maille_access(ctx, &reach, demand, supply, MAILLE_CUMULATIVE, &steps, access, NULL),
              MAILLE_USAGE);
    demand[0] = -1;
    CHECK_INT(maille_access(ctx, &reach, demand, supply, MAILLE_2SFCA, &steps, access, NULL),
              MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx), "demand 1 was not a number of 0 or more");
    demand[0] = 10;
    supply[0] = NAN;
    CHECK_INT(maille_access(ctx, &reach, demand, supply, MAILLE_2SFCA, &steps, access, NULL),
              MAILLE_REFUSED);
    supply[0] = 2;
    minutes[0] = -3;
    CHECK_INT(maille_access(ctx, &reach, demand, supply, MAILLE_2SFCA, &steps, access, NULL),
              MAILLE_REFUSED);
    minutes[0] = 5;
    place[0] = 1;
    CHECK_INT(maille_access(ctx, &reach, demand, supply, MAILLE_2SFCA, &steps, access, NULL),
              MAILLE_REFUSED);
    CHECK_NEAR(access[0], -1, 0);
}

TEST(nothing_at_all_is_fine) {
    uint64_t start[] = {0};
    maille_reach reach = {0, 0, start, NULL, NULL};
    maille_decay decay;
    maille_access_report report;
    CHECK(maille_decay_parse(ctx, "binary:10", &decay) == MAILLE_OK);
    CHECK_INT(maille_access(ctx, &reach, NULL, NULL, MAILLE_BFCA, &decay, NULL, &report),
              MAILLE_OK);
    CHECK_NEAR(report.supply_total, 0, 0);
}

TEST(bands_include_their_upper_bound) {
    const double bounds[] = {5, 10, 20};
    CHECK_INT(maille_band(bounds, 3, 0), 0);
    CHECK_INT(maille_band(bounds, 3, 5), 0);
    CHECK_INT(maille_band(bounds, 3, 5.0001), 1);
    CHECK_INT(maille_band(bounds, 3, 20), 2);
    CHECK_INT(maille_band(bounds, 3, 20.1), UINT32_MAX);
    CHECK_INT(maille_band(bounds, 3, NAN), UINT32_MAX);
    const double minutes[] = {0, 5, 7, 20, NAN, 3}, people[] = {10, 20, 30, 25, 15, NAN};
    double covered[3], share[3];
    maille_band_shares(bounds, 3, minutes, people, 6, covered, share);
    CHECK_NEAR(covered[0], 30, 0);
    CHECK_NEAR(covered[1], 60, 0);
    CHECK_NEAR(covered[2], 85, 0);
    CHECK_NEAR(share[2], 0.85, 1e-15);
    maille_band_shares(bounds, 3, minutes, people, 0, covered, share);
    CHECK_NEAR(covered[0], 0, 0);
    CHECK(isnan(share[0]));
}

TEST(closest_skips_places_that_offer_nothing) {
    uint64_t start[] = {0, 3, 4, 4};
    uint32_t place[] = {0, 2, 1, 0};
    double minutes[] = {1, 8, 8, 2}, supply[] = {0, 3, 1}, closest[3];
    uint32_t which[3];
    maille_reach reach = {3, 3, start, place, minutes};
    maille_closest(&reach, supply, closest, which);
    CHECK_NEAR(closest[0], 8, 0);
    CHECK_INT(which[0], 1);
    CHECK(isnan(closest[1]));
    CHECK_INT(which[1], UINT32_MAX);
    CHECK(isnan(closest[2]));
}

TEST(classes_mind_their_bounds) {
    const maille_class sizes[] = {{"T1", 0, 40000, true, false},
                                  {"T2", 40000, 80000, true, false},
                                  {"T3", 80000, 175000, true, true},
                                  {"T4", 175000, INFINITY, false, false}};
    const struct {
        double population;
        uint32_t want;
    } real[] = {{180000, 3}, {196000, 3}, {128231, 2}, {28531, 0},  {45987, 1},  {58582, 1},
                {32688, 0},  {40000, 1},  {80000, 2},  {175000, 2}, {175001, 3}, {0, 0}};
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        CHECK_INT(maille_class_of(sizes, 4, real[i].population), real[i].want);
    CHECK_INT(maille_class_of(sizes, 4, -1), UINT32_MAX);
    CHECK_INT(maille_class_of(sizes, 4, NAN), UINT32_MAX);
}

TEST(zone_means_are_weighted) {
    const uint32_t zone[] = {0, 0, 1, UINT32_MAX, 0, 2};
    const double value[] = {1, 4, 7, 100, NAN, 5}, weight[] = {1, 2, 3, 4, 5, 0};
    double mean[3], sum[3];
    maille_zone_means(zone, 3, value, weight, 6, mean, sum);
    CHECK_NEAR(mean[0], 3, 1e-15);
    CHECK_NEAR(sum[0], 3, 0);
    CHECK_NEAR(mean[1], 7, 1e-15);
    CHECK(isnan(mean[2]));
    CHECK_NEAR(sum[2], 0, 0);
}

TEST(each_allocation_may_fail) {
    static region r;
    maille_decay decay;
    maille_status status;
    uint64_t n = 0;
    make_region(&r, 5, 3);
    CHECK(maille_decay_parse(ctx, "binary:10", &decay) == MAILLE_OK);
    do {
        for (int i = 0; i < 5; i++)
            r.access[i] = -1;
        maille_memory_fail_at(++n);
        status =
            maille_access(ctx, &r.reach, r.demand, r.supply, MAILLE_3SFCA, &decay, r.access, NULL);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || (status == MAILLE_NO_MEMORY && r.access[0] == -1));
    } while (status != MAILLE_OK && n < 100);
    CHECK(n > 1 && n < 100);
}

int main(void) {
    static const test_case cases[] = {CASE(decay_reads_its_text),
                                      CASE(decay_refuses_what_does_not_hold),
                                      CASE(methods_read_their_names),
                                      CASE(supply_is_conserved),
                                      CASE(bfca_conserves_people_and_service),
                                      CASE(splitting_a_population_changes_nothing),
                                      CASE(more_supply_never_lowers_access),
                                      CASE(bad_input_is_refused),
                                      CASE(nothing_at_all_is_fine),
                                      CASE(each_allocation_may_fail),
                                      CASE(bands_include_their_upper_bound),
                                      CASE(closest_skips_places_that_offer_nothing),
                                      CASE(classes_mind_their_bounds),
                                      CASE(zone_means_are_weighted)};
    if (maille_ctx_new(&ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
