/* Power cuts through an editing session; at every operation of the disk. */
#include "crash/cuts.h"

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    disk_register();
}

TEST(what_was_acknowledged_is_there) {
    survives(100, 1);
}

TEST(the_test_would_see_losses_and_halves) {
    control(50, 16);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(what_was_acknowledged_is_there),
          CASE(the_test_would_see_losses_and_halves), CASE(tear_down))
