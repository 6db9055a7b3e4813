/* Evidence on contested communes and proposals to complete a plan, counted by hand. */
#include "territory/land.h"

#include <maille/map.h>

static sketch_pad pad = {.random = 8};
static land country;
static maille_holders holders;

/* Squares of 1 km:    20 21 22 23 24      b b b a a
 *                     15 16 17 18 19      b . b a a
 *                     10 11 12 13 14      b b X a .
 *                      5  6  7  8  9      . . Y a a
 *                      0  1  2  3  4      . . c c a
 *
 * a and b hold 12 (X), a, b and c hold 7 (Y); d, given up, holds 0. */
static uint32_t a_holds[] = {4, 7, 8, 9, 12, 13, 18, 19, 23, 24},
                b_holds[] = {7, 10, 11, 12, 15, 17, 20, 21, 22}, c_holds[] = {2, 3, 7},
                d_holds[] = {0};
static double b_shares[] = {0.25, 1, 1, 0.5, 1, 1, 1, 1, 1};
static unsigned char b_purpose[] = {0, 0, 0, 1, 0, 0, 0, 0, 0};
enum { A, B, C, D, CLAIMS };
static maille_claim claims[CLAIMS] = {{.id = "a", .active = true, .count = 10, .member = a_holds},
                                      {.id = "b",
                                       .active = true,
                                       .count = 9,
                                       .member = b_holds,
                                       .share = b_shares,
                                       .on_purpose = b_purpose},
                                      {.id = "c", .active = true, .count = 3, .member = c_holds},
                                      {.id = "d", .count = 1, .member = d_holds}};
static const maille_plan plan = {CLAIMS, claims};

/* epci 0: the two western columns; 1: the others but 14; tvs 0: 7, 8, 12; 1: 0 alone. */
static uint32_t epci[25], tvs[25];
static maille_partition groupings[] = {{.name = "epci", .count = 2, .of_commune = epci},
                                       {.name = "tvs", .count = 2, .of_commune = tvs}};

/* Drives in minutes, by rows. */
static const struct {
    uint32_t from, to;
    double minutes;
} drives[] = {{0, 2, 9},   {0, 10, 9},  {1, 2, 20}, {1, 3, 20.5}, {5, 10, 12}, {5, 12, 3},
              {6, 11, 21}, {7, 12, 11}, {7, 13, 8}, {12, 13, 6},  {12, 20, 30}};
static uint64_t time_start[26];
static uint32_t time_column[16], time_ms[16];

static void make_country(void) {
    uint32_t count = sizeof drives / sizeof *drives;
    land_make(&pad, sketch_squares(&pad, 5, 1000), &country);
    for (uint32_t u = 0; u < 25; u++) {
        epci[u] = u == 14 ? MAILLE_ABSENT : u % 5 > 1;
        tvs[u] = u == 7 || u == 8 || u == 12 ? 0 : u == 0 ? 1 : MAILLE_ABSENT;
        for (uint32_t k = 0; k < count; k++)
            time_start[u + 1] += drives[k].from <= u;
    }
    for (uint32_t k = 0; k < count; k++) {
        time_column[k] = drives[k].to;
        time_ms[k] = (uint32_t)(drives[k].minutes * 60000);
    }
    country.population[7] = 500;
    country.population[12] = 300;
    country.population[13] = 400;
    country.ground.groupings = groupings;
    country.ground.grouping_count = 2;
    country.ground.time_start = time_start;
    country.ground.time_column = time_column;
    country.ground.time_ms = time_ms;
    CHECK(maille_holders_new(pad.ctx, &country.ground, &plan, &holders) == MAILLE_OK);
}

TEST(holders_of_units) {
    CHECK_INT(holders.start[25], 22);
    CHECK_INT(holders.start[1] - holders.start[0], 0); /* d is given up */
    CHECK_INT(holders.start[8] - holders.start[7], 3);
    for (uint32_t h = 0; h < 3; h++)
        CHECK_INT(holders.claim[holders.start[7] + h], h);
    CHECK_INT(holders.claim[holders.start[16 + 1]], B);
}

TEST(contested_with_evidence) {
    maille_contested *found = NULL;
    CHECK(maille_contested_new(pad.ctx, &country.ground, &plan, &holders, &found) == MAILLE_OK);
    CHECK_INT(found->count, 2);
    /* 7, the most populous, first. a's pole is then 13, b's 12 (300 × 0.5 = 150), c's 2. */
    const maille_contested_unit *unit = &found->units[0];
    const maille_claimant *c = found->claimants + unit->first;
    CHECK_INT(unit->unit, 7);
    CHECK_INT(unit->count, 3);
    CHECK_INT(c[0].claim, A);
    CHECK_INT(c[0].pole, 13);
    CHECK_NEAR(c[0].minutes_to_pole, 8, 1e-12);
    CHECK(c[0].borders && !c[0].on_purpose && c[0].share == 1);
    CHECK_INT(c[1].claim, B);
    CHECK_INT(c[1].pole, 12);
    CHECK_NEAR(c[1].minutes_to_pole, 11, 1e-12);
    CHECK(c[1].borders && c[1].share == 0.25);
    CHECK_INT(c[2].pole, 2); /* as populous as 3 */
    CHECK(isnan(c[2].minutes_to_pole));
    CHECK(c[2].borders);
    /* epci 1: a has 4, 7, 8, 9, 12, 13, 18, 19, 23, 24 = 500 + 300 + 400 + 700; tvs 0: a 900. */
    CHECK_INT(found->majorities[unit->grouping_first], A);
    CHECK_INT(found->majorities[unit->grouping_first + 1], A);
    /* 12: a's pole is 7 (500), b's 7 × 0.25 = 125. */
    unit = &found->units[1];
    c = found->claimants + unit->first;
    CHECK_INT(unit->unit, 12);
    CHECK_INT(unit->count, 2);
    CHECK_INT(c[0].pole, 7);
    CHECK(isnan(c[0].minutes_to_pole));
    CHECK_INT(c[1].pole, 7);
    CHECK(c[1].on_purpose && c[1].share == 0.5);
    maille_contested_free(found);
}

/* A claim of the contested unit alone has no pole and borders nothing; no group, no majority. */
TEST(contested_by_one_who_has_nothing_else) {
    uint32_t other[] = {4, 14}, lone[] = {14};
    maille_claim two[] = {{.id = "x", .active = true, .count = 2, .member = other},
                          {.id = "y", .active = true, .count = 1, .member = lone}};
    const maille_plan small = {2, two};
    maille_holders held;
    maille_contested *found = NULL;
    CHECK(maille_holders_new(pad.ctx, &country.ground, &small, &held) == MAILLE_OK);
    CHECK(maille_contested_new(pad.ctx, &country.ground, &small, &held, &found) == MAILLE_OK);
    CHECK_INT(found->count, 1);
    CHECK_INT(found->claimants[0].pole, 4);
    CHECK(!found->claimants[0].borders);
    CHECK_INT(found->claimants[1].pole, MAILLE_ABSENT);
    CHECK(isnan(found->claimants[1].minutes_to_pole) && !found->claimants[1].borders);
    CHECK_INT(found->majorities[0], MAILLE_ABSENT);
    maille_contested_free(found);
    maille_holders_free(&held);
}

static void propose(maille_completion how, double limit, const maille_move *want, uint32_t count) {
    maille_move *moves = NULL;
    uint32_t found = 99;
    CHECK(maille_propose(pad.ctx, &country.ground, &plan, &holders, how, limit, &moves, &found) ==
          MAILLE_OK);
    CHECK_INT(found, count);
    for (uint32_t k = 0; k < found && k < count; k++) {
        CHECK_INT(moves[k].unit, want[k].unit);
        CHECK_INT(moves[k].claim, want[k].claim);
        CHECK_TEXT(moves[k].why, want[k].why);
        CHECK(isnan(want[k].minutes) ? isnan(moves[k].minutes)
                                     : fabs(moves[k].minutes - want[k].minutes) < 1e-12);
    }
    maille_free(moves);
}

/* 16 lies within b; 14 on the edge and 0, 1, 5, 6 too. */
TEST(enclosed_gaps_go_to_the_longest_border) {
    const maille_move want[] = {{16, B, NAN, "enclavee"}};
    propose(MAILLE_COMPLETE_ENCLOSED, 0, want, 1);
}

/* The hole at 12 has four sides of 1 km: first z has them all but one, then x and y two each. */
TEST(of_equal_borders_the_lower_claim_takes) {
    uint32_t x[] = {1, 2, 3, 4, 7, 9, 13, 14}, y[] = {5, 10, 11, 15, 17, 20, 21, 22, 23, 24};
    uint32_t z[] = {0, 6, 8, 16, 18, 19}, all[] = {0, 6, 7, 8, 11, 13, 16, 17, 18, 19};
    uint32_t rim[] = {5, 10, 15, 20, 21, 22, 23, 24}, east[] = {1, 2, 3, 4, 9, 14, 17};
    maille_claim three[] = {{.id = "x", .active = true, .count = 7, .member = east},
                            {.id = "y", .active = true, .count = 8, .member = rim},
                            {.id = "z", .active = true, .count = 10, .member = all}};
    const maille_plan plans = {3, three};
    for (uint32_t round = 0; round < 2; round++) {
        maille_holders held;
        maille_move *moves = NULL;
        uint32_t count;
        CHECK(maille_holders_new(pad.ctx, &country.ground, &plans, &held) == MAILLE_OK);
        CHECK(maille_propose(pad.ctx, &country.ground, &plans, &held, MAILLE_COMPLETE_ENCLOSED, 0,
                             &moves, &count) == MAILLE_OK);
        CHECK(count == 1 && moves[0].unit == 12 && moves[0].claim == (round == 0 ? 2 : 0));
        maille_free(moves);
        maille_holders_free(&held);
        three[0].member = x;
        three[0].count = 8;
        three[1].member = y;
        three[1].count = 10;
        three[2].member = z;
        three[2].count = 6;
    }
}

/* 0: nine minutes to c's 2 and to b's 10: b is the lower. 1: 20 minutes, the bound included.
 * 5: 12 is held by a and b. 6: 21 minutes are too many. 14, 16 have no drives. */
TEST(nearest_members_within_the_limit) {
    const maille_move want[] = {
        {0, B, 9, "plus-proche"}, {1, C, 20, "plus-proche"}, {5, A, 3, "plus-proche"}};
    propose(MAILLE_COMPLETE_NEAREST, 20, want, 3);
    const maille_move near[] = {{5, A, 3, "plus-proche"}};
    propose(MAILLE_COMPLETE_NEAREST, 8.9, near, 1);
}

TEST(without_drives_nothing_is_near) {
    country.ground.time_start = NULL;
    propose(MAILLE_COMPLETE_NEAREST, 60, NULL, 0);
    country.ground.time_start = time_start;
}

int main(void) {
    static const test_case cases[] = {CASE(holders_of_units),
                                      CASE(contested_with_evidence),
                                      CASE(contested_by_one_who_has_nothing_else),
                                      CASE(enclosed_gaps_go_to_the_longest_border),
                                      CASE(of_equal_borders_the_lower_claim_takes),
                                      CASE(nearest_members_within_the_limit),
                                      CASE(without_drives_nothing_is_near)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    make_country();
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_holders_free(&holders);
    land_free(&country);
    maille_ctx_free(pad.ctx);
    return result;
}
