/* Flags on a small country where each kind occurs, every figure counted by hand. */
#include "territory/land.h"

static sketch_pad pad = {.random = 3};
static maille_size_rules sizes;
static maille_overlap_rules policy = {.policy = "alerte",
                                      .both_published = "erreur",
                                      .one_published = "alerte",
                                      .both_drafts = "information"};
static const maille_judge_rules rules = {.sizes = &sizes, .overlaps = &policy};

/* Squares of 1 km, two of them islands (36, 37); the letter is the claim's, "." nobody's:
 *
 *      30 31 32 33 34 35         g j i i i h         36: h
 *      24 25 26 27 28 29         g . g i i h         37: .
 *      18 19 20 21 22 23         . c c c i i
 *      12 13 14 15 16 17         . c . c i i
 *       6  7  8  9 10 11         b c cd c i i
 *       0  1  2  3  4  5         b b d de e e
 *
 * a holds nothing, k (given up) 0, 1, 2. Roads: 29 to the island 36, 5 to the island 37. */
static uint32_t b_holds[] = {0, 1, 6}, c_holds[] = {7, 8, 9, 13, 15, 19, 20, 21},
                d_holds[] = {2, 3, 8}, e_holds[] = {3, 4, 5}, g_holds[] = {24, 26, 30},
                h_holds[] = {29, 35, 36}, i_holds[] = {10, 11, 16, 17, 22, 23, 27, 28, 32, 33, 34},
                j_holds[] = {31}, k_holds[] = {0, 1, 2};
static double d_shares[] = {1, 0.5, 1}, e_shares[] = {0.8, 1, 1};
static unsigned char d_purpose[] = {0, 1, 0}, e_purpose[] = {1, 0, 0};
enum { A, B, C, D, E, G, H, I, J, K, CLAIMS };

#define CLAIM(text, list)                                                                          \
    {                                                                                              \
        .id = (text), .name = (text), .active = true, .published = true,                           \
        .count = sizeof(list) / sizeof *(list), .member = (list)                                   \
    }

static maille_claim claims[CLAIMS] = {
    {.id = "a", .active = true}, CLAIM("b", b_holds), CLAIM("c", c_holds), CLAIM("d", d_holds),
    CLAIM("e", e_holds),         CLAIM("g", g_holds), CLAIM("h", h_holds), CLAIM("i", i_holds),
    CLAIM("j", j_holds),         CLAIM("k", k_holds)};
static maille_plan plan = {CLAIMS, claims};

static const maille_link links[] = {{5, 37, 12}, {29, 36, 7}};
static uint32_t department[38], region[38], epci[38], places[38];
static maille_partition groupings[] = {{.name = "epci", .count = 2, .of_commune = epci}};
static maille_ground_service services[] = {{.id = "mg", .places = places}};

static void make_country(land *l) {
    static const char *const islands[] = {"9000 0, 10000 0, 10000 1000, 9000 1000",
                                          "9000 5000, 10000 5000, 10000 6000, 9000 6000"};
    maille_shapes *shapes = sketch_squares(&pad, 6, 1000);
    maille_shapes *more = sketch(&pad, islands, 2);
    for (uint32_t i = 0; i < 2; i++)
        CHECK(maille_shapes_begin_shape(pad.ctx, shapes) == MAILLE_OK &&
              maille_shapes_begin_part(pad.ctx, shapes) == MAILLE_OK &&
              maille_shapes_add_ring(pad.ctx, shapes, more->points + 5 * (size_t)i, 5) ==
                  MAILLE_OK);
    maille_shapes_free(more);
    land_make(&pad, shapes, l);
    for (uint32_t u = 0; u < 38; u++) {
        department[u] = u >= 18;
        region[u] = u == 36 ? 1 : u == 37 ? MAILLE_ABSENT : 0;
        epci[u] = u == 0 || u == 1 || u == 6 || u == 7 ? 0
                  : u == 24 || u == 30 || u == 31      ? 1
                                                       : MAILLE_ABSENT;
    }
    places[12] = 2;
    places[14] = 1;
    places[20] = 5;
    l->population[25] = 0;
    l->population[31] = 60;
    l->ground.links = links;
    l->ground.link_count = 2;
    l->ground.department =
        (maille_partition){.name = "departement", .count = 2, .of_commune = department};
    l->ground.region = (maille_partition){.name = "region", .count = 2, .of_commune = region};
    l->ground.groupings = groupings;
    l->ground.grouping_count = 1;
    l->ground.services = services;
    l->ground.service_count = 1;
    claims[B].lost = 2;
    claims[D].share = d_shares;
    claims[D].on_purpose = d_purpose;
    claims[E].share = e_shares;
    claims[E].on_purpose = e_purpose;
    claims[K].active = false;
}

/* One expected flag; lists end with NONE. */
typedef struct {
    maille_flag_kind kind;
    maille_severity severity;
    uint32_t a, b, group;
    double population, value;
    uint32_t units[8];
    bool enclosed;
    uint32_t places, takers[4], links[2];
} expected;

#define NO MAILLE_ABSENT
static const expected all[] = {
    {MAILLE_FLAG_EMPTY, MAILLE_ERREUR, A, NO, NO, 0, NAN, {NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_LOST, MAILLE_ALERTE, B, NO, NO, 0, 2, {NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_OVERLAP, MAILLE_ERREUR, C, D, NO, 100, NAN, {8, NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_SHARED, MAILLE_INFORMATION, D, E, NO, 50, NAN, {3, NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_OVERSHARED, MAILLE_ALERTE, NO, NO, NO, 100, 1.3, {3, NO}, false, 0, {NO}, {NO}},
    /* along c 2 km, along b and g 1 km each */
    {MAILLE_FLAG_GAP,
     MAILLE_INFORMATION,
     NO,
     NO,
     NO,
     200,
     NAN,
     {12, 18, NO},
     false,
     2,
     {C, B, G, NO},
     {NO}},
    /* all around c, on one side d too */
    {MAILLE_FLAG_GAP, MAILLE_ALERTE, NO, NO, NO, 100, NAN, {14, NO}, true, 1, {C, D, NO}, {NO}},
    /* enclosed, but nobody lives there */
    {MAILLE_FLAG_GAP,
     MAILLE_INFORMATION,
     NO,
     NO,
     NO,
     0,
     NAN,
     {25, NO},
     true,
     0,
     {G, C, J, NO},
     {NO}},
    /* an island, joined to e by road */
    {MAILLE_FLAG_GAP, MAILLE_INFORMATION, NO, NO, NO, 100, NAN, {37, NO}, false, 0, {E, NO}, {NO}},
    {MAILLE_FLAG_PARTS, MAILLE_ALERTE, G, NO, NO, 100, 2, {26, NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_LINKED, MAILLE_INFORMATION, H, NO, NO, 100, 2, {36, NO}, false, 0, {NO}, {1, NO}},
    {MAILLE_FLAG_HOLE, MAILLE_ALERTE, C, NO, NO, 100, NAN, {14, NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_SMALL, MAILLE_ALERTE, J, NO, NO, 60, 140, {NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_LARGE, MAILLE_ALERTE, I, NO, NO, 1100, 200, {NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_DEPARTMENTS,
     MAILLE_INFORMATION,
     C,
     NO,
     NO,
     300,
     2,
     {19, 20, 21, NO},
     false,
     0,
     {NO},
     {NO}},
    {MAILLE_FLAG_DEPARTMENTS,
     MAILLE_INFORMATION,
     I,
     NO,
     NO,
     400,
     2,
     {10, 11, 16, 17, NO},
     false,
     0,
     {NO},
     {NO}},
    {MAILLE_FLAG_REGIONS, MAILLE_INFORMATION, H, NO, NO, 100, 2, {36, NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_SPLIT, MAILLE_INFORMATION, B, NO, 0, 100, 300, {7, NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_SPLIT,
     MAILLE_INFORMATION,
     C,
     NO,
     0,
     300,
     100,
     {0, 1, 6, NO},
     false,
     0,
     {NO},
     {NO}},
    {MAILLE_FLAG_SPLIT, MAILLE_INFORMATION, G, NO, 1, 60, 200, {31, NO}, false, 0, {NO}, {NO}},
    {MAILLE_FLAG_SPLIT, MAILLE_INFORMATION, J, NO, 1, 200, 60, {24, 30, NO}, false, 0, {NO}, {NO}}};

static bool same_list(const uint32_t *got, uint32_t count, const uint32_t *want) {
    for (uint32_t k = 0; k < count; k++)
        if (want[k] == NO || got[k] != want[k])
            return false;
    return want[count] == NO;
}

static bool same_takers(const maille_taker *got, uint32_t count, const uint32_t *want) {
    for (uint32_t k = 0; k < count; k++)
        if (want[k] == NO || got[k].claim != want[k])
            return false;
    return want[count] == NO;
}

static bool as_expected(const maille_flags *flags, const maille_flag *f, const expected *e) {
    return f->kind == e->kind && f->severity == e->severity && f->a == e->a && f->b == e->b &&
           f->group == e->group && f->grouping == (e->group == NO ? NO : 0) &&
           f->population == e->population && f->enclosed == e->enclosed &&
           (isnan(e->value) ? isnan(f->value) : fabs(f->value - e->value) < 1e-12) &&
           f->places == e->places && f->first_unit == e->units[0] &&
           same_list(flags->units + f->first, f->count, e->units) &&
           same_takers(flags->takers + f->first_taker, f->taker_count, e->takers) &&
           same_list(flags->links + f->first_link, f->link_count, e->links);
}

TEST(each_kind_with_its_figures) {
    land l;
    maille_flags flags = {0};
    make_country(&l);
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &plan, &flags) == MAILLE_OK);
    CHECK_INT(flags.count, sizeof all / sizeof *all);
    for (uint32_t i = 0; i < flags.count && i < sizeof all / sizeof *all; i++) {
        bool right = as_expected(&flags, &flags.flags[i], &all[i]);
        if (!right)
            fprintf(stderr, "flag %u: %s of %u\n", i, maille_flag_name(flags.flags[i].kind),
                    flags.flags[i].a);
        CHECK(right);
    }
    /* What the takers would have: c 800 and the gap's 200; d 100 + 50 + 100 and 14's 100. */
    const maille_taker *takers = flags.takers + flags.flags[5].first_taker;
    CHECK_NEAR(takers[0].population_after, 1000, 0);
    CHECK_TEXT(takers[0].size_after, "C");
    CHECK_NEAR(takers[1].population_after, 500, 0);
    CHECK_TEXT(takers[1].size_after, "B");
    takers = flags.takers + flags.flags[6].first_taker;
    CHECK_NEAR(takers[1].population_after, 350, 0);
    maille_flags_free(&flags);
    land_free(&l);
}

TEST(an_index_of_groups_changes_nothing) {
    land l;
    maille_flags by_walk = {0}, by_index = {0};
    maille_arena *arena = maille_arena_new();
    make_country(&l);
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &plan, &by_walk) == MAILLE_OK);
    CHECK(maille_partition_index(pad.ctx, groupings, 38, arena) == MAILLE_OK);
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &plan, &by_index) == MAILLE_OK);
    CHECK(maille_flags_equal(&by_walk, &by_index));
    groupings[0].start = groupings[0].unit = NULL;
    maille_flags_free(&by_walk);
    maille_flags_free(&by_index);
    maille_arena_free(arena);
    land_free(&l);
}

/* ---- variations -------------------------------------------------------------------------------
 */

static const maille_flag *find(const maille_flags *flags, maille_flag_kind kind, uint32_t a) {
    for (uint32_t i = 0; i < flags->count; i++)
        if (flags->flags[i].kind == kind && flags->flags[i].a == a)
            return &flags->flags[i];
    return NULL;
}

TEST(severity_goes_by_policy_and_statuses) {
    land l;
    make_country(&l);
    const struct {
        const char *policy;
        bool c, d;
        maille_severity want;
    } cases[] = {{"alerte", true, true, MAILLE_ERREUR},
                 {"alerte", true, false, MAILLE_ALERTE},
                 {"alerte", false, true, MAILLE_ALERTE},
                 {"alerte", false, false, MAILLE_INFORMATION},
                 {"partage", true, true, MAILLE_INFORMATION}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maille_flags flags = {0};
        policy.policy = cases[i].policy;
        claims[C].published = cases[i].c;
        claims[D].published = cases[i].d;
        CHECK(maille_judge(pad.ctx, &l.ground, &rules, &plan, &flags) == MAILLE_OK);
        const maille_flag *f = find(&flags, MAILLE_FLAG_OVERLAP, C);
        CHECK(f && f->severity == cases[i].want);
        maille_flags_free(&flags);
    }
    policy.policy = "alerte";
    claims[C].published = claims[D].published = true;
    land_free(&l);
}

/* Shared on purpose by d, not by e: an overlap. */
TEST(a_purpose_of_one_is_no_sharing) {
    land l;
    maille_flags flags = {0};
    make_country(&l);
    e_purpose[0] = 0;
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &plan, &flags) == MAILLE_OK);
    const maille_flag *f = find(&flags, MAILLE_FLAG_OVERLAP, D);
    CHECK(f && f->b == E && f->population == 50 && f->severity == MAILLE_ERREUR);
    CHECK(!find(&flags, MAILLE_FLAG_SHARED, D));
    e_purpose[0] = 1;
    maille_flags_free(&flags);
    land_free(&l);
}

/* 0.33, 0.56 and 0.11 sum to one on paper, and to a little more in the machine. */
TEST(shares_that_sum_to_one_on_paper_do) {
    uint32_t unit[] = {7};
    double share[][1] = {{0.33}, {0.56}, {0.11}};
    maille_claim third[] = {CLAIM("x", unit), CLAIM("y", unit), CLAIM("z", unit)};
    const maille_plan thirds = {3, third};
    land l;
    maille_flags flags = {0};
    make_country(&l);
    CHECK(share[0][0] + share[1][0] + share[2][0] > 1);
    for (uint32_t c = 0; c < 3; c++)
        third[c].share = share[c];
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &thirds, &flags) == MAILLE_OK);
    CHECK(!find(&flags, MAILLE_FLAG_OVERSHARED, MAILLE_ABSENT));
    share[2][0] += 3e-9;
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &thirds, &flags) == MAILLE_OK);
    CHECK(find(&flags, MAILLE_FLAG_OVERSHARED, MAILLE_ABSENT) != NULL);
    maille_flags_free(&flags);
    land_free(&l);
}

/* 12 and 13 lie in the first département, 18 and 19 in the second. */
TEST(of_departments_alike_the_first_is_the_main_one) {
    uint32_t holds[] = {12, 13, 18, 19};
    maille_claim one[] = {CLAIM("x", holds)};
    const maille_plan alone = {1, one};
    land l;
    maille_flags flags = {0};
    make_country(&l);
    CHECK(maille_judge_claim(pad.ctx, &l.ground, &rules, &alone, 0, &flags) == MAILLE_OK);
    const maille_flag *f = find(&flags, MAILLE_FLAG_DEPARTMENTS, 0);
    CHECK(f && f->count == 2 && f->first_unit == 18);
    l.population[18] = 101;
    maille_flags_clear(&flags);
    CHECK(maille_judge_claim(pad.ctx, &l.ground, &rules, &alone, 0, &flags) == MAILLE_OK);
    f = find(&flags, MAILLE_FLAG_DEPARTMENTS, 0);
    CHECK(f && f->count == 2 && f->first_unit == 12);
    maille_flags_free(&flags);
    land_free(&l);
}

/* Three pieces by border, of which a road joins two: two pieces, and the road is named. */
TEST(pieces_left_over_name_the_roads_that_join_others) {
    static const maille_link roads[] = {{0, 14, 9}, {2, 14, 5}, {12, 14, 5}};
    static uint32_t holds[] = {0, 1, 2, 14, 28, 29};
    maille_claim one[] = {CLAIM("x", holds)};
    const maille_plan alone = {1, one};
    land l;
    maille_flags flags = {0};
    make_country(&l);
    l.ground.links = roads;
    l.ground.link_count = 3;
    CHECK(maille_judge_claim(pad.ctx, &l.ground, &rules, &alone, 0, &flags) == MAILLE_OK);
    const maille_flag *f = find(&flags, MAILLE_FLAG_PARTS, 0);
    CHECK(f && f->value == 2 && f->count == 2 && f->first_unit == 28 && f->population == 200);
    CHECK(f && f->link_count == 1 && flags.links[f->first_link] == 1);
    CHECK(!find(&flags, MAILLE_FLAG_LINKED, 0));
    /* Of pieces as populous as each other the first is the main one; people outweigh units. */
    l.population[28] = 500;
    maille_flags_clear(&flags);
    CHECK(maille_judge_claim(pad.ctx, &l.ground, &rules, &alone, 0, &flags) == MAILLE_OK);
    f = find(&flags, MAILLE_FLAG_PARTS, 0);
    CHECK(f && f->first_unit == 0 && f->count == 4 && f->population == 400);
    l.population[28] = 300;
    maille_flags_clear(&flags);
    CHECK(maille_judge_claim(pad.ctx, &l.ground, &rules, &alone, 0, &flags) == MAILLE_OK);
    f = find(&flags, MAILLE_FLAG_PARTS, 0);
    CHECK(f && f->first_unit == 28);
    maille_flags_free(&flags);
    land_free(&l);
}

/* ---- lists ------------------------------------------------------------------------------------
 */

TEST(lists_keep_and_compare) {
    land l;
    maille_flags flags = {0}, copy = {0};
    make_country(&l);
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &plan, &flags) == MAILLE_OK);
    for (uint32_t i = flags.count; i-- > 0;) { /* one by one, backwards, then put in order */
        maille_flags one = flags;
        one.flags = &flags.flags[i];
        one.count = 1;
        CHECK(maille_flags_append(pad.ctx, &copy, &one) == MAILLE_OK);
    }
    CHECK(!maille_flags_equal(&flags, &copy));
    maille_flags_sort(&copy);
    CHECK(maille_flags_equal(&flags, &copy));
    copy.units[0]++;
    CHECK(!maille_flags_equal(&flags, &copy));
    copy.units[0]--;
    double after = copy.takers[0].population_after;
    copy.takers[0].population_after += 1e-9;
    CHECK(!maille_flags_equal(&flags, &copy));
    copy.takers[0].population_after = after;
    CHECK(maille_flags_equal(&flags, &copy));
    copy.flags[6].enclosed = false;
    CHECK(!maille_flags_equal(&flags, &copy));
    maille_flags_clear(&copy);
    CHECK_INT(copy.count + copy.unit_count + copy.taker_count + copy.link_count, 0);
    CHECK(copy.capacity > 0);
    maille_flags_free(&copy);
    CHECK(copy.flags == NULL);
    maille_flags_free(&flags);
    land_free(&l);
}

/* Too small and too large are both a matter of size. */
TEST(every_kind_has_its_published_name) {
    static const char *const names[MAILLE_FLAG_KINDS] = {"sans-commune",
                                                         "membre-disparu",
                                                         "chevauchement",
                                                         "partage-voulu",
                                                         "parts-au-dela-de-un",
                                                         "zone-blanche",
                                                         "morcellement",
                                                         "reliee-par-la-route",
                                                         "trou",
                                                         "taille",
                                                         "taille",
                                                         "plusieurs-departements",
                                                         "plusieurs-regions",
                                                         "groupement-coupe"};
    for (int i = 0; i < MAILLE_FLAG_KINDS; i++)
        CHECK_TEXT(maille_flag_name((maille_flag_kind)i), names[i]);
    CHECK_TEXT(maille_severity_name(MAILLE_INFORMATION), "information");
    CHECK_TEXT(maille_severity_name(MAILLE_ALERTE), "alerte");
    CHECK_TEXT(maille_severity_name(MAILLE_ERREUR), "erreur");
}

TEST(without_claims_all_is_one_gap_that_nobody_can_take) {
    const maille_plan none = {0, NULL};
    land l;
    maille_flags flags = {0};
    make_country(&l);
    CHECK(maille_judge(pad.ctx, &l.ground, &rules, &none, &flags) == MAILLE_OK);
    CHECK_INT(flags.count, 3); /* the land, two islands */
    CHECK_INT(flags.flags[0].count, 36);
    CHECK_INT(flags.taker_count, 0);
    maille_flags_free(&flags);
    land_free(&l);
}

int main(void) {
    static const test_case cases[] = {CASE(each_kind_with_its_figures),
                                      CASE(an_index_of_groups_changes_nothing),
                                      CASE(severity_goes_by_policy_and_statuses),
                                      CASE(a_purpose_of_one_is_no_sharing),
                                      CASE(shares_that_sum_to_one_on_paper_do),
                                      CASE(of_departments_alike_the_first_is_the_main_one),
                                      CASE(pieces_left_over_name_the_roads_that_join_others),
                                      CASE(lists_keep_and_compare),
                                      CASE(every_kind_has_its_published_name),
                                      CASE(without_claims_all_is_one_gap_that_nobody_can_take)};
    sizes = land_sizes();
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
