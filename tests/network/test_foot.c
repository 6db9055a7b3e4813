/* Driven roads on foot: both ways at one pace, but for those of fast cars and of nobody. */
#include <maille/memory.h>
#include <maille/travel.h>

#include "harness.h"

#include <math.h>

static maille_ctx *ctx;

enum { A, B, C, D, E, NODES };

/* A – B – C – D on a line, a kilometre each, and A – E. */
static maille_network *line(void) {
    static const maille_xy xy[NODES] = {{0, 0}, {1000, 0}, {2000, 0}, {3000, 0}, {0, 1000}};
    static const uint32_t from[] = {A, B, C, A}, to[] = {B, C, D, E};
    /* one way at 50 km/h; both at exactly 90; both at 91; nobody drives there */
    const uint32_t ms[] = {maille_arc_ms(1000, 50), maille_arc_ms(1000, 90),
                           maille_arc_ms(1000, 91), MAILLE_NO_ARC};
    const uint32_t back[] = {MAILLE_NO_ARC, maille_arc_ms(1000, 90), maille_arc_ms(1000, 91),
                             MAILLE_NO_ARC};
    maille_network *n;
    if (maille_network_from_edges(ctx, NODES, 4, from, to, ms, back, xy, &n))
        exit(1);
    return n;
}

TEST(walking_is_both_ways_and_not_on_fast_roads) {
    const maille_walk how = {.kmh = 5, .closed_above_kmh = 90};
    maille_network *driven = line(), *walked = NULL;
    CHECK_INT(maille_network_on_foot(ctx, driven, &how, &walked), MAILLE_OK);
    maille_stop stop = maille_stop_at_node(C);
    uint32_t ms[NODES], which[NODES];
    CHECK_INT(
        maille_nearest_nodes(ctx, walked, &stop, 1, MAILLE_FROM, MAILLE_UNREACHED - 1, ms, which),
        MAILLE_OK);
    CHECK_INT(ms[C], 0);
    CHECK_INT(ms[B], 720000); /* 1 km at 5 km/h: 12 minutes */
    CHECK_INT(ms[A], 1440000);
    CHECK_INT(ms[D], MAILLE_UNREACHED);
    CHECK_INT(ms[E], MAILLE_UNREACHED);
    CHECK_INT(maille_nearest_nodes(ctx, walked, &stop, 1, MAILLE_TOWARDS, MAILLE_UNREACHED - 1, ms,
                                   which),
              MAILLE_OK);
    CHECK_INT(ms[A], 1440000);
    CHECK_INT(walked->component[A], walked->component[C]);
    CHECK(walked->component[A] != walked->component[D]);
    maille_network_on_foot_free(walked);
    maille_network_free(driven); /* places and drawings are its own still */
}

TEST(the_pace_is_in_the_profile) {
    maille_walk how = {0};
    CHECK_INT(maille_walk_read(ctx, test_source("layers/rules/profiles/foot.yaml"), &how),
              MAILLE_OK);
    CHECK_NEAR(how.kmh, 5, 0);
    CHECK_NEAR(how.closed_above_kmh, 90, 0);
    CHECK_INT(maille_walk_read(ctx, test_source("layers/rules/profiles/car.yaml"), &how),
              MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "how driven roads are walked") != NULL);
}

int main(void) {
    static const test_case cases[] = {CASE(walking_is_both_ways_and_not_on_fast_roads),
                                      CASE(the_pace_is_in_the_profile)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
