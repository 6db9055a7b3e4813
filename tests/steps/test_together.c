/* Two writers on one perimeter: what they say they saw holds, and what goes through beside it. */
#include "together.h"

TEST(changes_after_others) {
    try_pairs(11);
    CHECK(went_through > 10 && were_told > 10);
}

/* ---- what one may say of what one saw ---- */

static maille_status add_seeing(maille_store *store, const maille_seen *seen, size_t count,
                                bool see_all, maille_stale **stale) {
    const maille_op ops[] = {{.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01010"},
                             {.kind = MAILLE_OP_ADD, .perimeter = "q", .code = "01011"}};
    const maille_edit edit = {.scenario = "",
                              .seen = seen,
                              .seen_count = count,
                              .see_all = see_all,
                              .tolerant = true,
                              .stale = stale};
    return maille_edit_apply(ctx, store, &edit, ops, 2, &result);
}

TEST(what_is_touched_must_have_been_seen) {
    maille_store *store = new_place();
    const maille_seen p = {.perimeter = "p", .version = 1};
    CHECK_INT(add_seeing(store, &p, 1, true, NULL), MAILLE_USAGE);
    CHECK(strstr(maille_message(ctx), "perimeter q") != NULL);
    CHECK_INT(add_seeing(store, NULL, 0, true, NULL), MAILLE_USAGE);
    CHECK(strstr(maille_message(ctx), "perimeter p") != NULL);
    CHECK_OK(add_seeing(store, &p, 1, false, NULL));
    maille_store_close(store);
}

TEST(what_never_was_is_stale) {
    maille_store *store = new_place();
    const struct {
        maille_seen seen;
        const char *words;
    } cases[] = {
        {{"p", 7, NULL}, "version 1 of p stood, not 7"},
        {{"p", 1, "0123456789abcdef"}, "version 1 of p was another than was seen"},
        {{"p", -1, NULL}, "version 1 of p stood, not -1"},
        {{"p", 0, NULL}, "version 1 of p stood, not 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maille_stale *stale = NULL;
        CHECK_INT(add_seeing(store, &cases[i].seen, 1, false, &stale), MAILLE_REFUSED);
        CHECK(strstr(maille_message(ctx), cases[i].words) != NULL);
        CHECK(stale != NULL && stale->count == 1);
        if (stale) {
            CHECK_TEXT(stale->items[0].name, "Pe");
            CHECK_INT(stale->items[0].seen, cases[i].seen.version);
            CHECK_INT(stale->items[0].version, 1);
            CHECK(stale->items[0].differences->count > 3); /* from nothing */
        }
        maille_stale_free(stale);
    }
    maille_store_close(store);
}

TEST(a_refusal_that_others_did_not_cause_stays_a_refusal) {
    maille_store *store = new_place();
    const maille_edit plain = {.scenario = ""};
    const maille_seen p = {.perimeter = "p", .version = 1};
    maille_stale *stale = NULL;
    const maille_edit edit = {
        .scenario = "", .seen = &p, .seen_count = 1, .tolerant = true, .stale = &stale};
    const maille_op rename = {.kind = MAILLE_OP_RENAME, .perimeter = "p", .text = "Pi"};
    const maille_op twice = {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01001"};
    const maille_op nowhere = {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "99999"};
    CHECK_OK(maille_edit_apply(ctx, store, &plain, &rename, 1, &result));
    CHECK_INT(maille_edit_apply(ctx, store, &edit, &twice, 1, &result), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "member already") != NULL);
    CHECK(stale == NULL);
    CHECK_INT(maille_edit_apply(ctx, store, &edit, &nowhere, 1, &result), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "99999") != NULL);
    CHECK(stale == NULL);
    maille_store_close(store);
}

/* Going back and merging hold to what was seen too. */
TEST(going_back_and_merging_see_too) {
    maille_store *store = new_place();
    const maille_edit plain = {.scenario = ""}, essai = {.scenario = "essai"};
    const maille_seen old = {.perimeter = "p", .version = 1},
                      now = {.perimeter = "p", .version = 2};
    const maille_moment then = {.version = 1};
    maille_stale *stale = NULL;
    maille_edit seeing = {.scenario = "",
                          .seen = &old,
                          .seen_count = 1,
                          .see_all = true,
                          .tolerant = true,
                          .stale = &stale};
    const maille_op rename = {.kind = MAILLE_OP_RENAME, .perimeter = "p", .text = "Pi"};
    const maille_op add = {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01007"};
    CHECK_OK(maille_scenario_create(ctx, store, "essai", "Essai", ""));
    CHECK_OK(maille_edit_apply(ctx, store, &essai, &add, 1, &result));
    CHECK_OK(maille_edit_apply(ctx, store, &plain, &rename, 1, &result));
    for (int what = 0; what < 3; what++) {
        maille_status status =
            what == 0   ? maille_edit_undo(ctx, store, &seeing, NULL, &result)
            : what == 1 ? maille_edit_restore(ctx, store, &seeing, "p", &then, &result)
                        : maille_scenario_merge(ctx, store, &seeing, "essai", NULL, NULL, &result);
        CHECK_INT(status, MAILLE_REFUSED);
        CHECK(stale != NULL && stale->count == 1 && stale->items[0].version == 2);
        maille_stale_free(stale);
        stale = NULL;
    }
    seeing.seen = NULL;
    seeing.seen_count = 0;
    CHECK_INT(maille_edit_undo(ctx, store, &seeing, NULL, &result), MAILLE_USAGE);
    CHECK_INT(maille_edit_restore(ctx, store, &seeing, "p", &then, &result), MAILLE_USAGE);
    CHECK_INT(maille_scenario_merge(ctx, store, &seeing, "essai", NULL, NULL, &result),
              MAILLE_USAGE);
    CHECK_TEXT(members_of(ctx, store, "p", NULL), "01001 01002 01003");
    seeing.seen = &now;
    seeing.seen_count = 1;
    CHECK_OK(maille_scenario_merge(ctx, store, &seeing, "essai", NULL, NULL, &result));
    CHECK_TEXT(members_of(ctx, store, "p", NULL), "01001 01002 01003 01007");
    maille_store_close(store);
}

/* ---- transactions of the caller, sides of a change, the journal ---- */

TEST(a_change_is_part_of_what_its_caller_began) {
    maille_store *store = new_place();
    const maille_edit plain = {.scenario = "", .why = "réunion"};
    const maille_op add = {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01007"};
    const maille_op wrong = {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "99999"};
    maille_change_sides *sides = NULL;
    int64_t last = 0, then = 0;
    CHECK_OK(maille_history_last(ctx, store, &last));
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_edit_apply(ctx, store, &plain, &add, 1, &result));
    CHECK_OK(maille_change_sides_of(ctx, store, "", result.id, &sides));
    CHECK_INT(sides->count, 1);
    CHECK_TEXT(sides->items[0].perimeter, "p");
    CHECK_INT(sides->items[0].version, 2);
    CHECK_INT(sides->items[0].before->member_count, 3);
    CHECK_INT(sides->items[0].after->member_count, 4);
    char hash[65];
    CHECK_OK(maille_perimeter_hash(ctx, sides->items[0].after, hash));
    CHECK_TEXT(sides->items[0].after_hash, hash);
    maille_change_sides_free(sides);
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result));
    CHECK_OK(maille_edit_redo(ctx, store, &plain, NULL, &result));
    CHECK_INT(maille_edit_apply(ctx, store, &plain, &wrong, 1, &result), MAILLE_REFUSED);
    CHECK_OK(maille_history_last(ctx, store, &then)); /* all of it went */
    CHECK_INT(then, last);
    CHECK_INT(maille_store_commit(ctx, store), MAILLE_FAILED);
    CHECK_TEXT(members_of(ctx, store, "p", NULL), "01001 01002 01003");
    CHECK_INT(maille_change_sides_of(ctx, store, "", result.id, &sides), MAILLE_NOT_FOUND);
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_edit_apply(ctx, store, &plain, &add, 1, &result));
    CHECK_OK(maille_gap_note_set(ctx, store, "01009", "à voir", NULL));
    CHECK_OK(maille_scenario_create(ctx, store, "essai", "Essai", ""));
    CHECK_OK(maille_store_commit(ctx, store));
    CHECK_TEXT(members_of(ctx, store, "p", NULL), "01001 01002 01003 01007");
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(changes_since_a_number) {
    maille_store *store = new_place();
    const maille_edit plain = {.scenario = ""};
    const maille_op ops[] = {{.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01007"},
                             {.kind = MAILLE_OP_RENAME, .perimeter = "q", .text = "Qu"}};
    maille_table *since = NULL;
    int64_t last = 0, then = 0;
    char ids[2][33];
    CHECK_OK(maille_history_last(ctx, store, &last));
    for (int i = 0; i < 2; i++) {
        CHECK_OK(maille_edit_apply(ctx, store, &plain, &ops[i], 1, &result));
        snprintf(ids[i], sizeof ids[i], "%s", result.id);
    }
    CHECK_OK(maille_history_last(ctx, store, &then));
    CHECK_INT(then, last + 2);
    CHECK_OK(maille_history_since(ctx, store, "", last, &since));
    CHECK_INT(since->rows, 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK_TEXT(cell(since, i, "id"), ids[i]);
        CHECK_INT(number(since, i, "number"), last + 1 + (int64_t)i);
    }
    maille_table_free(since);
    CHECK_OK(maille_history_since(ctx, store, "essai", 0, &since));
    CHECK_INT(since->rows, 0);
    maille_table_free(since);
    maille_store_close(store);
}

TEST(the_journal_tells_of_each) {
    maille_store *store = new_place();
    const maille_edit edit = {.scenario = "", .why = "réunion"};
    const maille_op one = {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01007"};
    const maille_op two[] = {{.kind = MAILLE_OP_REMOVE, .perimeter = "p", .code = "01001"},
                             {.kind = MAILLE_OP_ADD, .perimeter = "q", .code = "01001"}};
    static const struct {
        const char *action, *who, *kind, *subject, *why, *detail;
    } want[] = {
        {"import", "test", NULL, NULL, "p.csv", "{\"perimetres\":2}"},
        {"edition", "Anne", "perimetre", "p", "réunion", "{\"perimetres\":1}"},
        {"edition", "Anne", NULL, NULL, "réunion", "{\"perimetres\":2}"},
        {"annulation", "Anne", NULL, NULL, "réunion", "{\"perimetres\":2}"},
        {"note", "Anne", "commune", "01009", "à voir", NULL},
        {"scenario", "Anne", "scenario", "essai", NULL, "{\"fait\":\"creation\"}"},
        {"scenario", "Anne", "scenario", "essai", NULL, "{\"fait\":\"suppression\"}"},
    };
    enum { WANTED = sizeof want / sizeof *want };
    CHECK_OK(maille_store_act_as(ctx, store, "Anne", "k1"));
    CHECK_OK(maille_edit_apply(ctx, store, &edit, &one, 1, &result));
    CHECK_OK(maille_edit_apply(ctx, store, &edit, two, 2, &result));
    CHECK_OK(maille_edit_undo(ctx, store, &edit, NULL, &result));
    CHECK_OK(maille_gap_note_set(ctx, store, "01009", "à voir", NULL));
    CHECK_OK(maille_scenario_create(ctx, store, "essai", "Essai", ""));
    CHECK_OK(maille_scenario_delete(ctx, store, "essai"));
    maille_table *journal = all_rows(ctx, store, "journal");
    maille_table *all = all_rows(ctx, store, "change");
    CHECK(journal->rows >= WANTED);
    size_t first = journal->rows - WANTED; /* before: the import itself */
    for (size_t i = 0; i < WANTED && journal->rows >= WANTED; i++) {
        CHECK_TEXT(cell(journal, first + i, "action"), want[i].action);
        CHECK_TEXT(cell(journal, first + i, "who"), want[i].who);
        CHECK(same_text(cell(journal, first + i, "subject_kind"), want[i].kind));
        CHECK(same_text(cell(journal, first + i, "subject"), want[i].subject));
        CHECK(same_text(cell(journal, first + i, "why"), want[i].why));
        CHECK(same_text(cell(journal, first + i, "detail"), want[i].detail));
        CHECK((cell(journal, first + i, "change_id") != NULL) == (i < 4));
        if (i < 4)
            CHECK(holds(all, "id", cell(journal, first + i, "change_id")));
    }
    for (size_t row = 0; row < all->rows; row++)
        CHECK(same_text(cell(all, row, "account"),
                        strcmp(cell(all, row, "kind"), "import") ? "k1" : NULL));
    maille_table_free(journal);
    maille_table_free(all);
    maille_store_close(store);
}

/* One's own last change lies far back: others went on elsewhere meanwhile. */
static void others_go_on(maille_store *store, int count) {
    const maille_edit plain = {.scenario = ""};
    CHECK_OK(maille_store_act_as(ctx, store, "bruno", "kb"));
    CHECK_OK(maille_store_begin(ctx, store));
    for (int i = 0; i < count; i++) {
        const maille_op op = {
            .kind = MAILLE_OP_RENAME, .perimeter = "q", .text = i % 2 ? "Pair" : "Impair"};
        CHECK_OK(maille_edit_apply(ctx, store, &plain, &op, 1, &result));
    }
    CHECK_OK(maille_store_commit(ctx, store));
    CHECK_OK(maille_store_act_as(ctx, store, "anne", "ka"));
}

TEST(what_lies_far_back_is_found) {
    maille_store *store = new_place();
    const maille_edit mine = {.scenario = "", .own = true};
    const maille_op add = {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01007"};
    const maille_op rename = {.kind = MAILLE_OP_RENAME, .perimeter = "p", .text = "Pi"};
    CHECK_OK(maille_store_act_as(ctx, store, "anne", "ka"));
    CHECK_OK(maille_edit_apply(ctx, store, &mine, &add, 1, &result));
    others_go_on(store, 280);
    CHECK_OK(maille_edit_undo(ctx, store, &mine, NULL, &result));
    CHECK_TEXT(members_of(ctx, store, "p", NULL), "01001 01002 01003");
    CHECK_INT(maille_edit_undo(ctx, store, &mine, NULL, &result), MAILLE_NOT_FOUND);
    others_go_on(store, 20);
    CHECK_OK(maille_edit_redo(ctx, store, &mine, NULL, &result));
    CHECK_TEXT(members_of(ctx, store, "p", NULL), "01001 01002 01003 01007");
    CHECK_INT(maille_edit_redo(ctx, store, &mine, NULL, &result), MAILLE_NOT_FOUND);
    CHECK_OK(maille_store_act_as(ctx, store, "chloe", "kc"));
    CHECK_OK(maille_edit_apply(ctx, store, &mine, &rename, 1, &result));
    others_go_on(store, 20);
    CHECK_INT(maille_edit_undo(ctx, store, &mine, NULL, &result), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "by chloe") != NULL);
    CHECK_OK(maille_store_act_as(ctx, store, "chloe", "kc"));
    CHECK_OK(maille_edit_undo(ctx, store, &mine, NULL, &result));
    CHECK_OK(maille_store_act_as(ctx, store, "anne", "ka"));
    CHECK_OK(maille_edit_undo(ctx, store, &mine, NULL, &result));
    CHECK_TEXT(members_of(ctx, store, "p", NULL), "01001 01002 01003");
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(changes_after_others), CASE(what_is_touched_must_have_been_seen),
          CASE(what_never_was_is_stale), CASE(a_refusal_that_others_did_not_cause_stays_a_refusal),
          CASE(going_back_and_merging_see_too), CASE(a_change_is_part_of_what_its_caller_began),
          CASE(changes_since_a_number), CASE(the_journal_tells_of_each),
          CASE(what_lies_far_back_is_found), CASE(tear_down))
