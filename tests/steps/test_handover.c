/* A perimeter passes from one workspace to another with its history, and back: who is ahead goes
 * on, and what diverged meets. */
#include "handover_kit.h"

static void drop(maille_store *store, const char *perimeter) {
    maille_op op = {.kind = MAILLE_OP_DELETE, .perimeter = perimeter};
    edit_many(store, "fin", &op, 1);
}

/* What stood follows one after the other, ends in what stands, and no change is told twice. */
static void check_line(maille_store *store, const char *id) {
    maille_table *versions = all_rows(ctx, store, "perimeter_version");
    const char *stands = NULL;
    char hash[65] = "";
    int64_t last = 0;
    for (size_t row = 0; row < versions->rows; row++) {
        if (strcmp(cell(versions, row, "perimeter_id"), id) != 0)
            continue;
        for (size_t other = 0; other < row; other++)
            CHECK(strcmp(cell(versions, other, "perimeter_id"), id) != 0 ||
                  strcmp(cell(versions, other, "change_id"), cell(versions, row, "change_id")));
        if (*cell(versions, row, "scenario"))
            continue;
        const char *before = cell(versions, row, "before"), *after = cell(versions, row, "after");
        CHECK_INT(number(versions, row, "version"), ++last);
        CHECK_TEXT(before ? before : "", stands ? stands : "");
        stands = after;
    }
    maille_perimeter *p = NULL;
    maille_status status = maille_perimeter_load(ctx, store, "", id, NULL, &p, NULL);
    CHECK(status == MAILLE_OK || status == MAILLE_NOT_FOUND);
    if (status == MAILLE_OK)
        CHECK_OK(maille_perimeter_hash(ctx, p, hash));
    CHECK_TEXT(hash, stands ? stands : "");
    maille_perimeter_free(p);
    maille_table_free(versions);
}

/* "kind who why" of each version of a perimeter, oldest first, by lines. */
static const char *told(maille_store *store, const char *id) {
    static char texts[4][2048];
    static int next;
    char *text = texts[next++ % 4];
    maille_table *list = NULL;
    text[0] = '\0';
    CHECK_OK(maille_history_list(ctx, store, "", id, &list));
    for (size_t row = list->rows; row > 0; row--)
        snprintf(text + strlen(text), sizeof texts[0] - strlen(text), "%s %s %s\n",
                 cell(list, row - 1, "kind"), cell(list, row - 1, "who"),
                 cell(list, row - 1, "why") ? cell(list, row - 1, "why") : "-");
    maille_table_free(list);
    return text;
}

/* ---- one goes on where the other stopped ---- */

TEST(a_perimeter_arrives_with_its_whole_history) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    add(anne, "a", "01006");
    rename_to(anne, "a", "Alpha « bis »");
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_TEXT(now(bruno, "a"), now(anne, "a"));
    CHECK_TEXT(now(bruno, "b"), "-");
    CHECK_TEXT(told(bruno, "a"), "import anne three.csv\nedition anne ajout\nedition anne nom\n");
    maille_table *here = NULL, *there = NULL;
    CHECK_OK(maille_history_list(ctx, bruno, "", "a", &here));
    CHECK_OK(maille_history_list(ctx, anne, "", "a", &there));
    CHECK_INT(here->rows, 3);
    CHECK_INT(there->rows, 3);
    static const char *const same[] = {"id", "at", "who", "before", "after", "name"};
    for (size_t row = 0; row < 3; row++)
        for (size_t c = 0; c < 6; c++)
            CHECK(same_text(cell(here, row, same[c]), cell(there, row, same[c])));
    CHECK_INT(result.version, 3);
    CHECK_TEXT(result.id, cell(here, 0, "id"));
    maille_table_free(here);
    maille_table_free(there);
    for (int64_t version = 1; version <= 3; version++) {
        const maille_moment when = {.version = version};
        CHECK_TEXT(document_at(ctx, bruno, "", "a", &when), document_at(ctx, anne, "", "a", &when));
    }
    check_sound(ctx, bruno);

    char before[65];
    snprintf(before, sizeof before, "%s", print_of(bruno));
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 0);
    CHECK_TEXT(print_of(bruno), before);
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(one_edits_hands_over_the_other_edits_hands_back) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    for (int round = 0; round < 4; round++) {
        add(anne, "a", commune_codes[5 + 2 * round]);
        CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
        add(bruno, "a", commune_codes[6 + 2 * round]);
        rename_to(bruno, "a", round % 2 ? "Alpha" : "Bruno");
        CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
        CHECK_TEXT(now(anne, "a"), now(bruno, "a"));
        CHECK_INT(hand_over(anne, bruno, "a", NULL), 0);
    }
    CHECK_TEXT(told(anne, "a"), told(bruno, "a"));
    CHECK(strstr(told(anne, "a"), "reception") == NULL);
    check_sound(ctx, anne);
    check_sound(ctx, bruno);
    /* What was received can be taken back like what was made here. */
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_edit_undo(ctx, anne, &how, "a", NULL));
    CHECK(strstr(now(anne, "a"), "\"Bruno\"") != NULL);
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_TEXT(now(bruno, "a"), now(anne, "a"));
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(a_deletion_travels_and_what_comes_back_too) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    hand_over(anne, bruno, "a", NULL);
    drop(bruno, "a");
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK_TEXT(now(anne, "a"), "-");
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_edit_undo(ctx, anne, &how, "a", NULL));
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_TEXT(now(bruno, "a"), now(anne, "a"));
    check_sound(ctx, bruno);
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(several_perimeters_travel_in_one_file_each_as_far_as_it_is) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    const char *const all[] = {"c", "a", "b", "a"};
    const char *path = test_scratch("all.json");
    hand_over(anne, bruno, "a", NULL);
    const maille_op both[] = {{.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01006"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01006"}};
    edit_many(anne, "les deux", both, 2);
    CHECK_OK(maille_history_export(ctx, anne, all, 4, path));
    CHECK_OK(receive(bruno, path, NULL));
    CHECK_INT(report->merged, 3);
    for (size_t i = 0; i < 3; i++)
        CHECK_TEXT(now(bruno, all[i]), now(anne, all[i]));
    check_sound(ctx, bruno);
    /* One change in both workspaces: undo takes it back from both perimeters. */
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_edit_undo(ctx, bruno, &how, NULL, &result));
    CHECK_INT(result.perimeters, 2);
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* ---- both went on ---- */

TEST(what_both_changed_meets_at_the_last_common_version) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    hand_over(anne, bruno, "a", NULL);
    add(anne, "a", "01006");
    rename_to(bruno, "a", "Bruno");
    add(bruno, "a", "01007");
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002 01006 01007");
    CHECK(strstr(now(bruno, "a"), "\"Bruno\"") != NULL);
    CHECK_TEXT(told(bruno, "a"),
               "import anne three.csv\n"
               "edition bruno nom\n"
               "edition bruno ajout\n"
               "reception bruno Réunit 1 décision reçue (over.json) : anne\n");
    check_line(bruno, "a");
    /* Nothing that did not stand here is told as if it had. */
    const maille_moment third = {.version = 3};
    CHECK_TEXT(members_of(ctx, bruno, "a", &third), "01001 01002 01007");

    /* The file goes back: the other only goes on. */
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK_TEXT(now(anne, "a"), now(bruno, "a"));
    CHECK_TEXT(told(anne, "a"),
               "import anne three.csv\n"
               "edition anne ajout\n"
               "reception bruno Réunit 1 décision reçue (over.json) : anne\n");
    check_line(anne, "a");
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 0);
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 0);

    /* And again, from there. */
    add(anne, "a", "01008");
    add(bruno, "a", "01009");
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_TEXT(now(anne, "a"), now(bruno, "a"));
    CHECK_TEXT(members_of(ctx, anne, "a", NULL), "01001 01002 01006 01007 01008 01009");
    check_line(anne, "a");
    check_line(bruno, "a");

    /* The merge is one change: undo takes it back. */
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_edit_undo(ctx, anne, &how, NULL, NULL));
    CHECK_TEXT(members_of(ctx, anne, "a", NULL), "01001 01002 01006 01007 01008");
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(what_both_changed_otherwise_is_named_and_nothing_is_written) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    const char *path = test_scratch("anne.json");
    const char *const two[] = {"a", "b"};
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    CHECK_OK(receive(bruno, path, NULL));
    rename_to(anne, "a", "Anne");
    add(anne, "a", "01006");
    add(anne, "b", "01007");
    rename_to(bruno, "a", "Bruno");
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    char before[65], words[512];
    snprintf(before, sizeof before, "%s", print_of(bruno));
    CHECK_INT(receive(bruno, path, NULL), MAILLE_FOUND);
    snprintf(words, sizeof words, "%s changed what had changed here too: a", path);
    CHECK_TEXT(maille_message(ctx), words);
    CHECK_INT(report->count, 1);
    CHECK_TEXT(report->items[0].perimeter, "a");
    CHECK_INT(report->items[0].conflicts->count, 1);
    CHECK_TEXT(report->items[0].conflicts->items[0].what, "nom");
    CHECK_TEXT(report->items[0].conflicts->items[0].before, "Bruno");
    CHECK_TEXT(report->items[0].conflicts->items[0].after, "Anne");
    CHECK_TEXT(print_of(bruno), before);

    CHECK_OK(receive(bruno, path, "ours"));
    CHECK_INT(report->count, 1);
    CHECK_INT(report->merged, 2);
    CHECK(strstr(now(bruno, "a"), "\"Bruno\"") != NULL);
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002 01006");
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01007");
    /* What was decided there holds here too. */
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK_TEXT(now(anne, "a"), now(bruno, "a"));
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* One change of two perimeters: one goes on by it here, the other met it with changes of its own.
 */
TEST(a_change_that_stands_in_part_is_taken_back_where_it_stands) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    const char *const two[] = {"a", "b"};
    const char *path = test_scratch("anne.json");
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    CHECK_OK(receive(bruno, path, NULL));
    add(bruno, "b", "01007");
    const maille_op both[] = {{.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01006"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01006"}};
    edit_many(anne, "les deux", both, 2);
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    CHECK_OK(receive(bruno, path, NULL));
    CHECK_INT(report->merged, 2);
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01006 01007");
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_edit_undo(ctx, bruno, &how, "a", NULL));
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002");
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01006 01007");
    CHECK_OK(maille_edit_undo(ctx, bruno, &how, "b", NULL));
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01007");
    check_line(bruno, "a");
    check_line(bruno, "b");
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(theirs_may_prevail) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    hand_over(anne, bruno, "a", NULL);
    rename_to(anne, "a", "Anne");
    rename_to(bruno, "a", "Bruno");
    add(bruno, "a", "01007");
    CHECK_INT(hand_over(anne, bruno, "a", "theirs"), 1);
    CHECK(strstr(now(bruno, "a"), "\"Anne\"") != NULL);
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002 01007");
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK_TEXT(now(anne, "a"), now(bruno, "a"));
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(ours_alone_keeps_what_stands_and_remembers_the_other_side) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    hand_over(anne, bruno, "a", NULL);
    rename_to(anne, "a", "Anne");
    rename_to(bruno, "a", "Bruno");
    CHECK_INT(hand_over(anne, bruno, "a", "ours"), 0);
    CHECK_INT(report->count, 1);
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 0); /* no conflict any more */
    CHECK_INT(report->count, 0);
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK(strstr(now(anne, "a"), "\"Bruno\"") != NULL);
    check_line(anne, "a");
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(a_conflict_that_each_decided_for_itself_stays_a_conflict) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    hand_over(anne, bruno, "a", NULL);
    rename_to(anne, "a", "Anne");
    add(anne, "a", "01006");
    rename_to(bruno, "a", "Bruno");
    add(bruno, "a", "01007");
    export_to(anne, "anne.json", "a");
    export_to(bruno, "bruno.json", "a");
    CHECK_OK(receive(anne, test_scratch("bruno.json"), "ours"));
    CHECK_OK(receive(bruno, test_scratch("anne.json"), "ours"));
    CHECK_TEXT(members_of(ctx, anne, "a", NULL), members_of(ctx, bruno, "a", NULL));
    CHECK_INT(receive(bruno, export_to(anne, "anne.json", "a"), NULL), MAILLE_FOUND);
    CHECK_INT(report->items[0].conflicts->count, 1);
    CHECK_INT(hand_over(anne, bruno, "a", "theirs"), 1);
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 0);
    CHECK_TEXT(now(anne, "a"), now(bruno, "a"));
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(both_imported_the_same_file) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_with_three("bruno");
    add(anne, "a", "01006");
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1); /* no common change, but a common state */
    CHECK_TEXT(now(bruno, "a"), now(anne, "a"));
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 0);
    add(anne, "b", "01006");
    CHECK_INT(hand_over(bruno, anne, "b", NULL), 0);
    add(bruno, "c", "01006");
    add(anne, "c", "01007");
    CHECK_INT(hand_over(anne, bruno, "c", NULL), 1);
    CHECK_TEXT(members_of(ctx, bruno, "c", NULL), "01004 01005 01006 01007");
    check_line(bruno, "a");
    check_line(bruno, "c");
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(two_perimeters_of_one_id_that_have_nothing_in_common) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    import_perimeters(ctx, bruno, "other.csv", "id,nom,statut,code\na,Autre,projet,01010\n",
                      "2020-01-01", false);
    CHECK_INT(receive(bruno, export_to(anne, "anne.json", "a"), NULL), MAILLE_FOUND);
    CHECK(report->items[0].conflicts->count > 0);
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01010");
    CHECK_INT(hand_over(anne, bruno, "a", "theirs"), 1);
    check_line(bruno, "a");
    check_sound(ctx, bruno);
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* A change of two perimeters arrives with the one; the other had changed before it. */
TEST(versions_follow_each_other_though_their_changes_came_in_another_order) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    maille_store *chloe = workspace_of("chloe");
    add(anne, "b", "01007");
    const maille_op both[] = {{.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01006"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01006"}};
    edit_many(anne, "les deux", both, 2);
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_INT(hand_over(anne, bruno, "b", NULL), 1);
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01006 01007");
    CHECK_INT(hand_over(bruno, chloe, "b", NULL), 1);
    for (int64_t version = 1; version <= 3; version++) {
        const maille_moment when = {.version = version};
        CHECK_TEXT(document_at(ctx, bruno, "", "b", &when), document_at(ctx, anne, "", "b", &when));
        CHECK_TEXT(document_at(ctx, chloe, "", "b", &when), document_at(ctx, anne, "", "b", &when));
    }
    check_line(bruno, "b");
    check_line(chloe, "b");
    CHECK_TEXT(told(bruno, "b"),
               "import anne three.csv\nedition anne ajout\nedition anne les deux\n");
    CHECK_TEXT(told(chloe, "b"), told(bruno, "b"));
    /* What is last is told by the versions too: undo takes back the change of both. */
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_edit_undo(ctx, bruno, &how, "b", &result));
    CHECK_INT(result.perimeters, 2);
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01007");
    CHECK_OK(maille_edit_undo(ctx, bruno, &how, "b", &result));
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003");
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002");
    check_sound(ctx, bruno);
    maille_store_close(anne);
    maille_store_close(bruno);
    maille_store_close(chloe);
}

/* Who gets both in one file numbers their changes as they follow each other. */
TEST(changes_out_of_order_in_a_file_come_into_order) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    maille_store *chloe = workspace_of("chloe");
    const char *const two[] = {"a", "b"};
    const char *path = test_scratch("both.json");
    const maille_edit how = {.scenario = ""};
    add(anne, "b", "01007");
    const maille_op both[] = {{.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01006"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01006"}};
    edit_many(anne, "les deux", both, 2);
    add(anne, "a", "01008");
    hand_over(anne, bruno, "a", NULL);
    hand_over(anne, bruno, "b", NULL);
    CHECK_OK(maille_history_export(ctx, bruno, two, 2, path));
    CHECK_OK(receive(chloe, path, NULL));
    CHECK_INT(report->merged, 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK_TEXT(told(chloe, two[i]), told(anne, two[i]));
        check_line(chloe, two[i]);
    }
    static const char *const left[] = {"01003 01006 01007", "01003 01007", "01003"};
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(maille_edit_undo(ctx, chloe, &how, NULL, NULL));
        CHECK_TEXT(members_of(ctx, chloe, "b", NULL), left[i]);
    }
    CHECK_INT(maille_edit_undo(ctx, chloe, &how, NULL, NULL), MAILLE_NOT_FOUND);
    check_sound(ctx, chloe);
    maille_store_close(anne);
    maille_store_close(bruno);
    maille_store_close(chloe);
}

/* Taken back there, what never stood here was a change as others are: undo takes it back. */
TEST(what_never_stood_here_cannot_be_taken_up_again) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    const maille_edit how = {.scenario = ""};
    hand_over(anne, bruno, "a", NULL);
    add(anne, "a", "01006");
    add(bruno, "a", "01007");
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK_OK(maille_edit_undo(ctx, anne, &how, "a", NULL));
    CHECK_OK(maille_edit_undo(ctx, anne, &how, "a", NULL));
    CHECK_TEXT(members_of(ctx, anne, "a", NULL), "01001 01002");
    CHECK_INT(hand_over(anne, bruno, "a", NULL), 1);
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002");
    CHECK_INT(maille_edit_redo(ctx, bruno, &how, "a", NULL), MAILLE_NOT_FOUND);
    CHECK_OK(maille_edit_undo(ctx, bruno, &how, "a", NULL));
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002 01006");
    CHECK_OK(maille_edit_redo(ctx, bruno, &how, "a", NULL));
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002");
    check_line(bruno, "a");
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* One change of two perimeters that stands here in the one only, taken back there in both: what is
 * taken up again of the other is not the one's. */
TEST(what_was_taken_back_in_two_is_taken_up_again_where_it_stood) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    const char *const two[] = {"a", "b"};
    const char *path = test_scratch("both.json");
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    CHECK_OK(receive(bruno, path, NULL));
    add(bruno, "b", "01007");
    const maille_op both[] = {{.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01006"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01006"}};
    edit_many(anne, "les deux", both, 2);
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    CHECK_OK(receive(bruno, path, NULL));
    CHECK_INT(hand_over(bruno, anne, "b", NULL), 1);
    CHECK_OK(maille_edit_undo(ctx, anne, &how, "b", NULL)); /* the merge */
    CHECK_OK(maille_edit_undo(ctx, anne, &how, "b", &result));
    CHECK_INT(result.perimeters, 2);
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    CHECK_OK(receive(bruno, path, NULL));
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002");
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003");
    CHECK_INT(maille_edit_redo(ctx, bruno, &how, "b", NULL), MAILLE_NOT_FOUND);
    CHECK_OK(maille_edit_redo(ctx, anne, &how, "b", &result));
    CHECK_INT(result.perimeters, 2);
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    CHECK_OK(receive(bruno, path, NULL));
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002 01006");
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01006");
    CHECK_INT(maille_edit_undo(ctx, bruno, &how, "b", NULL), MAILLE_REFUSED);
    CHECK_OK(maille_edit_undo(ctx, bruno, &how, "a", &result));
    CHECK_INT(result.perimeters, 1);
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002");
    CHECK_OK(maille_edit_redo(ctx, bruno, &how, "a", NULL));
    CHECK_TEXT(members_of(ctx, bruno, "a", NULL), "01001 01002 01006");
    CHECK_TEXT(members_of(ctx, bruno, "b", NULL), "01003 01006");
    check_line(bruno, "a");
    check_line(bruno, "b");
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* ---- codes of two vintages ---- */

/* 01016 of 2018 is 01001 since 2020. */
static void add_passage(maille_store *store) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT}};
    static const char *const texts[] = {"2018-01-01", "2020-01-01", "01016", "01001"};
    maille_table *moves = NULL;
    int64_t id = add_import(ctx, store, "movements", "/data/moves.csv", NULL);
    CHECK_OK(maille_table_new(ctx, columns, 6, &moves));
    CHECK_OK(maille_table_add_row(ctx, moves, NULL));
    maille_set_int(moves, 0, 0, id);
    maille_set_int(moves, 0, 1, 2);
    for (size_t c = 0; c < 4; c++)
        CHECK_OK(maille_set_text(ctx, moves, 0, c + 2, texts[c]));
    CHECK_OK(maille_store_append(ctx, store, "movement", moves));
    maille_table_free(moves);
}

TEST(lines_of_two_vintages_meet_on_the_codes_of_the_study) {
    maille_store *anne = workspace_of("anne"), *bruno = workspace_on("bruno", "2018-01-01");
    import_perimeters(ctx, bruno, "old.csv", "id,nom,statut,code\na,Alpha,projet,01002\n",
                      "2018-01-01", false);
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    add(bruno, "a", "01016");
    add(anne, "a", "01006");
    /* Without a passage table nobody knows what 01016 is here. */
    CHECK_INT(receive(anne, export_to(bruno, "bruno.json", "a"), NULL), MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx),
               "perimeter a: no passage table carried its codes of 2018-01-01 "
               "to those of the communes here");
    add_passage(anne);
    CHECK_INT(hand_over(bruno, anne, "a", NULL), 1);
    CHECK_TEXT(members_of(ctx, anne, "a", NULL), "01001 01002 01006");
    check_line(anne, "a");
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* ---- many hands ---- */

static uint32_t seed = 12345;
static uint32_t chance(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Some stroke or other; what cannot be done is not done. */
static void try_some_edit(maille_store *store) {
    static const char *const names[] = {"Un", "Deux", "Trois"};
    const maille_edit how = {.scenario = ""};
    maille_op op = {.kind = chance(2) ? MAILLE_OP_ADD : MAILLE_OP_REMOVE,
                    .perimeter = "a",
                    .code = commune_codes[chance(17)]};
    if (chance(2) == 0)
        op = (maille_op){.kind = MAILLE_OP_RENAME, .perimeter = "a", .text = names[chance(3)]};
    maille_status status = chance(12) ? maille_edit_apply(ctx, store, &how, &op, 1, NULL)
                                      : maille_edit_undo(ctx, store, &how, NULL, NULL);
    CHECK(status == MAILLE_OK || status == MAILLE_REFUSED || status == MAILLE_NOT_FOUND);
}

TEST(whatever_three_do_and_hand_on_they_agree_in_the_end) {
    enum { MANY = 3 };
    maille_store *stores[MANY] = {workspace_with_three("anne"), workspace_of("bruno"),
                                  workspace_of("chloe")};
    uint32_t conflicts = 0, met = 0;
    hand_over(stores[0], stores[1], "a", NULL);
    hand_over(stores[0], stores[2], "a", NULL);
    for (int step = 0; step < 90; step++) {
        uint32_t from = chance(MANY), to = (from + 1 + chance(MANY - 1)) % MANY;
        if (chance(5) > 1) {
            try_some_edit(stores[from]);
            continue;
        }
        const char *path = export_to(stores[from], "over.json", "a");
        maille_status status = receive(stores[to], path, NULL);
        CHECK(status == MAILLE_OK || status == MAILLE_FOUND);
        if (status == MAILLE_FOUND) {
            conflicts++;
            CHECK_OK(receive(stores[to], path, chance(2) ? "ours" : "theirs"));
        }
        met += report->merged;
        CHECK_OK(receive(stores[to], path, NULL)); /* a second time nothing is new */
        CHECK_INT(report->merged, 0);
        check_line(stores[to], "a");
    }
    hand_over(stores[0], stores[1], "a", "ours");
    hand_over(stores[1], stores[2], "a", "ours");
    hand_over(stores[2], stores[0], "a", NULL);
    hand_over(stores[2], stores[1], "a", NULL);
    for (int i = 0; i < MANY; i++) {
        CHECK_TEXT(now(stores[i], "a"), now(stores[0], "a"));
        check_line(stores[i], "a");
        CHECK_INT(hand_over(stores[i], stores[(i + 1) % MANY], "a", NULL), 0);
    }
    CHECK(conflicts > 1);
    CHECK(met > 10);
    for (int i = 0; i < MANY; i++)
        maille_store_close(stores[i]);
}

RUN_TESTS(CASE(open_context), CASE(a_perimeter_arrives_with_its_whole_history),
          CASE(one_edits_hands_over_the_other_edits_hands_back),
          CASE(a_deletion_travels_and_what_comes_back_too),
          CASE(several_perimeters_travel_in_one_file_each_as_far_as_it_is),
          CASE(what_both_changed_meets_at_the_last_common_version),
          CASE(what_both_changed_otherwise_is_named_and_nothing_is_written),
          CASE(a_change_that_stands_in_part_is_taken_back_where_it_stands),
          CASE(theirs_may_prevail), CASE(ours_alone_keeps_what_stands_and_remembers_the_other_side),
          CASE(a_conflict_that_each_decided_for_itself_stays_a_conflict),
          CASE(both_imported_the_same_file),
          CASE(two_perimeters_of_one_id_that_have_nothing_in_common),
          CASE(versions_follow_each_other_though_their_changes_came_in_another_order),
          CASE(changes_out_of_order_in_a_file_come_into_order),
          CASE(what_never_stood_here_cannot_be_taken_up_again),
          CASE(what_was_taken_back_in_two_is_taken_up_again_where_it_stood),
          CASE(lines_of_two_vintages_meet_on_the_codes_of_the_study),
          CASE(whatever_three_do_and_hand_on_they_agree_in_the_end), CASE(close_context))
