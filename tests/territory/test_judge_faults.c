/* When any one allocation fails, judgement says so, gives nothing, leaves lists as they were and
 * leaks nothing (the leaks are seen by the sanitizer). */
#include "territory/land.h"

#include <maille/map.h>

static sketch_pad pad = {.random = 3};
static land country;
static maille_size_rules sizes;
static maille_overlap_rules policy = {.policy = "alerte",
                                      .both_published = "erreur",
                                      .one_published = "alerte",
                                      .both_drafts = "information"};
static const maille_judge_rules rules = {.sizes = &sizes, .overlaps = &policy};

/* Of 5 × 5 squares a ring around 12, and three that overlap it, apart from each other. */
static uint32_t ring[] = {6, 7, 8, 11, 13, 16, 17, 18}, three[] = {0, 8, 24}, empty[] = {0};
static unsigned char purpose[] = {0, 1, 1};
static double shares[] = {1, 0.5, 1};
static maille_claim claims[] = {
    {.id = "a", .active = true, .count = 8, .member = ring},
    {.id = "b",
     .active = true,
     .count = 3,
     .member = three,
     .share = shares,
     .on_purpose = purpose,
     .lost = 1},
    {.id = "c", .active = true, .member = empty},
};
static const maille_plan plan = {3, claims};
static maille_holders holders;
static uint32_t group[25];
static maille_partition groupings[] = {{.name = "epci", .count = 3, .of_commune = group}};
static const maille_link links[] = {{0, 8, 3}, {0, 24, 8}, {4, 24, 2}};
static uint64_t time_start[26];
static uint32_t time_column[25], time_ms[25];
static const double bands[] = {10}, minutes[25];
static const maille_ground_service services[] = {
    {.id = "mg", .minutes = minutes, .band_count = 1, .bands_min = bands}};
static maille_flags before;

static void make_country(void) {
    sizes = land_sizes();
    land_make(&pad, sketch_squares(&pad, 5, 1000), &country);
    for (uint32_t u = 0; u < 25; u++) {
        group[u] = u % 3;
        time_start[u + 1] = u + 1;
        time_column[u] = u == 6 ? 7 : 6;
        time_ms[u] = 60000;
    }
    country.ground.department = country.ground.region = groupings[0];
    country.ground.groupings = groupings;
    country.ground.grouping_count = 1;
    country.ground.links = links;
    country.ground.link_count = 3;
    country.ground.services = services;
    country.ground.service_count = 1;
    country.ground.time_start = time_start;
    country.ground.time_column = time_column;
    country.ground.time_ms = time_ms;
    CHECK(maille_holders_new(pad.ctx, &country.ground, &plan, &holders) == MAILLE_OK);
    CHECK(maille_judge(pad.ctx, &country.ground, &rules, &plan, &before) == MAILLE_OK);
}

static maille_status figures_fail(bool *nothing) {
    maille_figures *out = NULL;
    maille_status status = maille_figures_new(
        pad.ctx, &country.ground, &rules, three, shares, 3,
        MAILLE_WITH_DRIVES | MAILLE_WITH_SERVICES | MAILLE_WITH_CROSSWALKS, &out);
    *nothing = out == NULL;
    maille_figures_free(out);
    return status;
}

static maille_status pieces_fail(bool *nothing) {
    uint32_t pieces = 77, count, *out = NULL;
    maille_status status =
        maille_pieces(pad.ctx, &country.ground, three, 3, true, &pieces, NULL, &out, &count);
    *nothing = pieces == 77 && out == NULL;
    maille_free(out);
    return status;
}

static maille_status holders_fail(bool *nothing) {
    maille_holders out;
    maille_status status = maille_holders_new(pad.ctx, &country.ground, &plan, &out);
    *nothing = out.start == NULL;
    maille_holders_free(&out);
    return status;
}

/* A list that holds something already keeps that and no more. */
static maille_status into_list(maille_status (*judge)(maille_flags *out), bool *nothing) {
    maille_flags out = {0}, first = {0};
    first = before;
    first.count = 2;
    maille_status status = maille_flags_append(pad.ctx, &out, &first);
    if (status == MAILLE_OK) {
        status = judge(&out);
        *nothing = maille_flags_equal(&out, &first) && out.unit_count <= before.unit_count;
    } else {
        *nothing = out.count == 0;
    }
    maille_flags_free(&out);
    return status;
}

static maille_status judge_ring(maille_flags *out) {
    return maille_judge_claim(pad.ctx, &country.ground, &rules, &plan, 0, out);
}

static maille_status judge_three(maille_flags *out) {
    return maille_judge_claim(pad.ctx, &country.ground, &rules, &plan, 1, out);
}

static maille_status judge_pairs(maille_flags *out) {
    return maille_judge_pairs(pad.ctx, &country.ground, &rules, &plan, &holders, 0, true, out);
}

static maille_status judge_rest(maille_flags *out) {
    return maille_judge_rest(pad.ctx, &country.ground, &rules, &plan, &holders, out);
}

static maille_status judge_all(maille_flags *out) {
    return maille_judge(pad.ctx, &country.ground, &rules, &plan, out);
}

static maille_status append_all(maille_flags *out) {
    return maille_flags_append(pad.ctx, out, &before);
}

static maille_status claim_fails(bool *nothing) {
    return into_list(judge_ring, nothing);
}
static maille_status pieces_of_claim_fail(bool *nothing) {
    return into_list(judge_three, nothing);
}
static maille_status pairs_fail(bool *nothing) {
    return into_list(judge_pairs, nothing);
}
static maille_status rest_fails(bool *nothing) {
    return into_list(judge_rest, nothing);
}
static maille_status all_fail(bool *nothing) {
    return into_list(judge_all, nothing);
}
static maille_status append_fails(bool *nothing) {
    return into_list(append_all, nothing);
}

static maille_status contested_fail(bool *nothing) {
    maille_contested *out = NULL;
    maille_status status = maille_contested_new(pad.ctx, &country.ground, &plan, &holders, &out);
    *nothing = out == NULL;
    maille_contested_free(out);
    return status;
}

static maille_status propose(maille_completion how, bool *nothing) {
    maille_move *moves = NULL;
    uint32_t count;
    maille_status status =
        maille_propose(pad.ctx, &country.ground, &plan, &holders, how, 60, &moves, &count);
    *nothing = moves == NULL && count == 0;
    maille_free(moves);
    return status;
}
static maille_status enclosed_fail(bool *nothing) {
    return propose(MAILLE_COMPLETE_ENCLOSED, nothing);
}
static maille_status nearest_fail(bool *nothing) {
    return propose(MAILLE_COMPLETE_NEAREST, nothing);
}

static maille_status index_fails(bool *nothing) {
    maille_partition partition = groupings[0];
    maille_arena *arena = maille_arena_new();
    *nothing = true;
    if (!arena)
        return maille_no_memory(pad.ctx);
    maille_status status = maille_partition_index(pad.ctx, &partition, 25, arena);
    *nothing = partition.start == NULL;
    maille_arena_free(arena);
    return status;
}

static void check_every_failure(maille_status (*call)(bool *nothing), const char *name) {
    uint64_t n = 0;
    maille_status status;
    do {
        bool nothing;
        maille_memory_fail_at(++n);
        status = call(&nothing);
        maille_memory_fail_at(0);
        test_check(status == MAILLE_OK || (status == MAILLE_NO_MEMORY && nothing), name, __FILE__,
                   __LINE__);
    } while (status != MAILLE_OK && n < 1000);
    test_check(n > 1 && n < 1000, name, __FILE__, __LINE__);
}

TEST(each_allocation_may_fail) {
    maille_ctx_set_jobs(pad.ctx, 1);
    check_every_failure(figures_fail, "figures");
    check_every_failure(pieces_fail, "pieces");
    check_every_failure(holders_fail, "holders");
    check_every_failure(claim_fails, "claim with a hole");
    check_every_failure(pieces_of_claim_fail, "claim of pieces");
    check_every_failure(pairs_fail, "pairs");
    check_every_failure(rest_fails, "rest");
    check_every_failure(all_fail, "judge");
    check_every_failure(append_fails, "append");
    check_every_failure(contested_fail, "contested");
    check_every_failure(enclosed_fail, "enclosed");
    check_every_failure(nearest_fail, "nearest");
    check_every_failure(index_fails, "index");
}

TEST(a_member_beyond_the_communes_is_refused) {
    uint32_t beyond[] = {3, 25};
    maille_claim one[] = {{.id = "x", .active = true, .count = 2, .member = beyond}};
    const maille_plan bad = {1, one};
    maille_holders out;
    CHECK_INT(maille_holders_new(pad.ctx, &country.ground, &bad, &out), MAILLE_REFUSED);
    CHECK(strstr(maille_message(pad.ctx), "x") != NULL);
    CHECK(out.start == NULL);
}

int main(void) {
    static const test_case cases[] = {CASE(each_allocation_may_fail),
                                      CASE(a_member_beyond_the_communes_is_refused)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    make_country();
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_holders_free(&holders);
    maille_flags_free(&before);
    land_free(&country);
    maille_ctx_free(pad.ctx);
    return result;
}
