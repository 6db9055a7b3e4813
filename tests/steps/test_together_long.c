/* Two writers on one perimeter in every order: every change after every other. */
#include "together.h"

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(every_change_after_every_other) {
    try_pairs(1);
    CHECK(went_through > 100 && were_told > 100 && were_bare > 0);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(every_change_after_every_other), CASE(tear_down))
