/* Undo across two users: every order of four steps. */
#include "together_undo.h"

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(each_takes_back_what_is_his_in_every_order) {
    walk_all(4);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(each_takes_back_what_is_his_in_every_order), CASE(tear_down))
