/* The workspace as a file: made, opened, refused, locked, migrated. */
#include "harness.h"
#include <maille/store.h>

TEST(a_workspace_is_made) {
    maille_ctx *ctx;
    maille_store *store;
    maille_ctx_new(&ctx);
    CHECK_INT(maille_store_create(ctx, test_scratch("a.maille"), 2154, "me", &store), MAILLE_OK);
    CHECK_TEXT(maille_message(ctx), "");
    CHECK_INT(maille_store_check(ctx, store), MAILLE_OK);
    maille_store_close(store);
    CHECK_INT(maille_store_open(ctx, test_scratch("a.maille"), MAILLE_STORE_READ, "me", &store),
              MAILLE_OK);
    CHECK_TEXT(maille_message(ctx), "");
    CHECK_INT(maille_store_check(ctx, store), MAILLE_OK);
    maille_store_close(store);
    maille_ctx_free(ctx);
}
RUN_TESTS(CASE(a_workspace_is_made))
