/* Power cuts through an editing session; a sample of the moments (all: test_session_long.c). */
#include "crash/cuts.h"

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    disk_register();
}

TEST(what_was_acknowledged_is_there) {
    survives(44, 80);
}

TEST(the_test_would_see_losses_and_halves) {
    control(24, 60);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(what_was_acknowledged_is_there),
          CASE(the_test_would_see_losses_and_halves), CASE(tear_down))
