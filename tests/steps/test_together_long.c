/* Two writers on one perimeter in every order: every change after every other. */
#include "together.h"

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(every_change_after_every_other) {
    try_pairs(1);
    CHECK(went_through > 100 && were_told > 100 && were_bare > 0);
}

/* Whatever allocation fails, the second writer is told of the conflict whole, or of the memory. */
static void try_with_faults(const change *first, const change *second) {
    maille_store *store = new_place();
    view anne = look(store, false), bruno = look(store, true);
    maille_status status = MAILLE_OK;
    uint64_t failed = 0;
    CHECK_OK(write_as(store, "anne", &anne, false, first, NULL));
    for (uint64_t n = 1; n < 100000; n += 1 + n / 40) {
        maille_stale *stale = NULL;
        maille_memory_fail_at(n);
        for (size_t i = 0; i < bruno.count; i++)
            bruno.seen[i].state = bruno.states[i];
        const maille_edit edit = {.scenario = "",
                                  .seen = bruno.seen,
                                  .seen_count = bruno.count,
                                  .see_all = true,
                                  .tolerant = true,
                                  .stale = &stale};
        status = maille_edit_apply(ctx, store, &edit, second->strokes, strokes_of(second), NULL);
        maille_memory_fail_at(0);
        CHECK_INT(status, stale ? MAILLE_REFUSED : MAILLE_NO_MEMORY);
        maille_stale_free(stale);
        if (status == MAILLE_REFUSED)
            break;
        failed++;
    }
    CHECK_INT(status, MAILLE_REFUSED);
    CHECK(failed > 50);
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(when_memory_runs_out_conflicts_are_told_whole_or_not_at_all) {
    try_with_faults(&changes[0], &changes[0]); /* the same commune */
    try_with_faults(&changes[2], &changes[3]); /* a commune and its part: found when it is tried */
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(every_change_after_every_other),
          CASE(when_memory_runs_out_conflicts_are_told_whole_or_not_at_all), CASE(tear_down))
