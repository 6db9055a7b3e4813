/* The history of perimeters: undo of single ones, moments, restoring, what imports bring. */
#include "chronicle.h"

static maille_ctx *ctx;
static maille_edit_result result;

/* ---- undo of single perimeters --------------------------------------------------------------- */

static maille_status apply(maille_store *store, const maille_op *ops, size_t count) {
    const maille_edit edit = {.scenario = ""};
    return maille_edit_apply(ctx, store, &edit, ops, count, &result);
}

static maille_status add(maille_store *store, const char *perimeter, const char *code) {
    const maille_op op = {.kind = MAILLE_OP_ADD, .perimeter = perimeter, .code = code};
    return apply(store, &op, 1);
}

static const maille_edit plain = {.scenario = ""};

static const char two[] = "id;name;status;code\na;Alpha;projet;01001\nb;Beta;projet;01002\n";

TEST(one_perimeter_is_taken_back_where_nothing_else_hangs_on_it) {
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "two.csv", two, NULL, false);
    const maille_op swap[] = {{.kind = MAILLE_OP_REMOVE, .perimeter = "a", .code = "01001"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01001"}};
    CHECK_OK(add(store, "a", "01003"));
    CHECK_OK(add(store, "b", "01004"));
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "a", &result)); /* not the last of all */
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001");
    CHECK_TEXT(members_of(ctx, store, "b", NULL), "01002 01004");
    CHECK_INT(maille_edit_undo(ctx, store, &plain, "a", &result), MAILLE_NOT_FOUND);
    CHECK_OK(maille_edit_redo(ctx, store, &plain, "a", &result));
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001 01003");
    CHECK_INT(maille_edit_redo(ctx, store, &plain, "a", &result), MAILLE_NOT_FOUND);
    /* A change of two perimeters goes back as a whole, or not at all. */
    CHECK_OK(apply(store, swap, 2));
    CHECK_INT(result.perimeters, 2);
    int64_t swapped = result.number;
    CHECK_OK(add(store, "b", "01005"));
    int64_t later = result.number;
    CHECK_INT(maille_edit_undo(ctx, store, &plain, "a", &result), MAILLE_REFUSED);
    char number_text[24];
    snprintf(number_text, sizeof number_text, "change %lld", (long long)later);
    CHECK(strstr(maille_message(ctx), number_text) != NULL);
    CHECK(strstr(maille_message(ctx), "perimeter b") != NULL);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01003");
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "b", &result));
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "a", &result));
    CHECK_INT(result.perimeters, 2);
    CHECK(result.number > swapped);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001 01003");
    CHECK_TEXT(members_of(ctx, store, "b", NULL), "01002 01004");
    /* What was taken back last comes first; of b alone the swap must come before. */
    CHECK_OK(maille_edit_redo(ctx, store, &plain, "b", &result));
    CHECK_TEXT(members_of(ctx, store, "b", NULL), "01001 01002 01004");
    CHECK_OK(maille_edit_redo(ctx, store, &plain, "b", &result));
    CHECK_TEXT(members_of(ctx, store, "b", NULL), "01001 01002 01004 01005");
    /* A new change of another perimeter leaves what was taken back of this one. */
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "b", &result));
    CHECK_OK(add(store, "a", "01006"));
    CHECK_INT(maille_edit_redo(ctx, store, &plain, NULL, &result), MAILLE_NOT_FOUND);
    CHECK_OK(maille_edit_redo(ctx, store, &plain, "b", &result));
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "b", &result));
    CHECK_OK(add(store, "b", "01007"));
    CHECK_INT(maille_edit_redo(ctx, store, &plain, "b", &result), MAILLE_NOT_FOUND);
    /* Later changes stand in the way even where they left things as they were. */
    const maille_op both[] = {{.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01011"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01011"}};
    const maille_op out = {.kind = MAILLE_OP_REMOVE, .perimeter = "b", .code = "01012"};
    CHECK_OK(apply(store, both, 2));
    CHECK_OK(add(store, "b", "01012"));
    CHECK_OK(apply(store, &out, 1));
    CHECK_INT(maille_edit_undo(ctx, store, &plain, "a", &result), MAILLE_REFUSED);
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "b", &result));
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "b", &result));
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "a", &result));
    /* Versions that were expected hold here too. */
    const maille_edit blind = {.scenario = "", .expected = 1};
    CHECK_INT(maille_edit_undo(ctx, store, &blind, "b", &result), MAILLE_REFUSED);
    CHECK_INT(maille_edit_undo(ctx, store, &blind, NULL, &result), MAILLE_REFUSED);
    check_sound(ctx, store);
    maille_store_close(store);
}

/* ---- moments --------------------------------------------------------------------------------- */

static void change_at(maille_store *store, const char *at, const maille_op *op) {
    const maille_edit edit = {.scenario = "", .at = at, .why = "suite"};
    CHECK_OK(maille_edit_apply(ctx, store, &edit, op, 1, &result));
}

static maille_store *with_past(void) {
    maille_store *store = new_study(ctx);
    change_at(store, "2019-03-01T10:00:00Z",
              &(maille_op){.kind = MAILLE_OP_CREATE,
                           .perimeter = "a",
                           .text = "Alpha",
                           .status = "projet",
                           .since = "2019-02-01"});
    change_at(store, "2019-03-01T12:00:00Z",
              &(maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01001"});
    change_at(store, "2019-06-01T00:00:00Z",
              &(maille_op){.kind = MAILLE_OP_CREATE,
                           .perimeter = "b",
                           .text = "Beta",
                           .perimeter_kind = "pta",
                           .status = "idee"});
    change_at(store, "2020-01-01T00:00:00Z",
              &(maille_op){.kind = MAILLE_OP_STATUS,
                           .perimeter = "a",
                           .status = "contractualisee",
                           .since = "2019-12-01"});
    change_at(store, "2020-05-01T00:00:00Z",
              &(maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "a"});
    return store;
}

static uint32_t count_at(maille_store *store, const char *kind, maille_audience audience,
                         const char *at) {
    maille_perimeter_list *list = NULL;
    CHECK_OK(
        maille_perimeters_load(ctx, store, "", kind, audience, &(maille_moment){.at = at}, &list));
    uint32_t count = list->count;
    maille_perimeter_list_free(list);
    return count;
}

TEST(any_day_time_or_version_can_be_shown) {
    maille_store *store = with_past();
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.at = "2019-02-28"}), "-");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.at = "2019-03-01T11:59:59Z"}), "");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.at = "2019-03-01T12:00:00Z"}),
               "01001");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.at = "2019-03-01"}), "01001");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.at = "2020-05-01"}), "-");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.version = 1}), "");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.version = 3}), "01001");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.version = 4}), "-");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.version = 5}), "-");
    CHECK_INT(count_at(store, NULL, MAILLE_INTERNE, "2019-05-31"), 1);
    CHECK_INT(count_at(store, NULL, MAILLE_INTERNE, "2019-06-01"), 2);
    CHECK_INT(count_at(store, "pta", MAILLE_INTERNE, "2019-06-01"), 1);
    CHECK_INT(count_at(store, NULL, MAILLE_INTERNE, "2020-05-01"), 1);
    /* The public sees by the status of the day. */
    CHECK_INT(count_at(store, NULL, MAILLE_PUBLIC, "2019-12-31"), 0);
    CHECK_INT(count_at(store, NULL, MAILLE_PUBLIC, "2020-04-30"), 1);
    change_at(store, "2020-06-01T00:00:00Z", /* agreed on in June, from September on */
              &(maille_op){.kind = MAILLE_OP_STATUS,
                           .perimeter = "b",
                           .status = "en-fonctionnement",
                           .since = "2020-09-01"});
    CHECK_INT(count_at(store, NULL, MAILLE_PUBLIC, "2020-08-31"), 0);
    CHECK_INT(count_at(store, NULL, MAILLE_PUBLIC, "2020-09-01"), 1);
    maille_perimeter_list *list = NULL;
    const maille_moment version = {.version = 1}, nonsense = {.at = "hier"};
    CHECK_INT(maille_perimeters_load(ctx, store, "", NULL, MAILLE_INTERNE, &version, &list),
              MAILLE_USAGE);
    CHECK_INT(maille_perimeters_load(ctx, store, "", NULL, MAILLE_INTERNE, &nonsense, &list),
              MAILLE_USAGE);
    CHECK_INT(maille_perimeters_load(ctx, store, "x", NULL, MAILLE_INTERNE, NULL, &list),
              MAILLE_NOT_FOUND);
    maille_store_close(store);
}

TEST(any_moment_can_be_brought_back) {
    maille_store *store = with_past();
    const maille_edit edit = {.scenario = "", .at = "2021-01-01T00:00:00Z", .why = "retour"};
    CHECK_OK(maille_edit_restore(ctx, store, &edit, "a", &(maille_moment){.version = 2}, &result));
    CHECK_INT(result.version, 5);
    CHECK_TEXT(document_at(ctx, store, "", "a", NULL),
               document_at(ctx, store, "", "a", &(maille_moment){.version = 2}));
    CHECK_INT(maille_edit_restore(ctx, store, &edit, "a", &(maille_moment){.version = 2}, &result),
              MAILLE_REFUSED);
    CHECK_INT(maille_edit_restore(ctx, store, &edit, "a", &(maille_moment){.version = 9}, &result),
              MAILLE_NOT_FOUND);
    CHECK_INT(
        maille_edit_restore(ctx, store, &edit, "b", &(maille_moment){.at = "2019-03-01"}, &result),
        MAILLE_NOT_FOUND);
    CHECK_INT(maille_edit_restore(ctx, store, &edit, "a", &(maille_moment){0}, &result),
              MAILLE_USAGE);
    /* All of it: what was not there then goes. */
    CHECK_OK(maille_edit_restore(ctx, store, &edit, NULL, &(maille_moment){.at = "2019-03-01"},
                                 &result));
    CHECK_INT(result.perimeters, 1); /* a was as it was then */
    CHECK_TEXT(document_at(ctx, store, "", "b", NULL), "-");
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result)); /* and that can be undone */
    CHECK(strcmp(document_at(ctx, store, "", "b", NULL), "-") != 0);
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(the_list_tells_who_when_and_why_newest_first) {
    maille_store *store = with_past();
    maille_table *list = NULL;
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result));
    CHECK_OK(maille_history_list(ctx, store, "", NULL, &list));
    CHECK_INT(list->rows, 6);
    CHECK_TEXT(cell(list, 0, "kind"), "annulation");
    CHECK_TEXT(cell(list, 0, "of_change"), cell(list, 1, "id"));
    CHECK_TEXT(cell(list, 1, "at"), "2020-05-01T00:00:00Z");
    CHECK_TEXT(cell(list, 1, "who"), "test");
    CHECK_TEXT(cell(list, 1, "why"), "suite");
    CHECK_TEXT(cell(list, 1, "name"), "Alpha"); /* though it went */
    CHECK(cell(list, 1, "after") == NULL);
    CHECK_TEXT(cell(list, 3, "perimeter"), "b");
    for (size_t row = 0; row < 6; row++)
        CHECK_INT(number(list, row, "number"), 6 - (int64_t)row);
    maille_table_free(list);
    CHECK_OK(maille_history_list(ctx, store, "", "b", &list));
    CHECK_INT(list->rows, 1);
    maille_table_free(list);
    list = NULL;
    CHECK_INT(maille_history_list(ctx, store, "x", NULL, &list), MAILLE_NOT_FOUND);
    maille_store_close(store);
}

/* ---- imports --------------------------------------------------------------------------------- */

static const char *newest(maille_store *store, const char *column) {
    static char text[128];
    maille_table *list = NULL;
    CHECK_OK(maille_history_list(ctx, store, "", NULL, &list));
    snprintf(text, sizeof text, "%s", list->rows ? cell(list, 0, column) : "");
    maille_table_free(list);
    return text;
}

TEST(imports_become_versions_once) {
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "two.csv", two, NULL, false);
    CHECK_INT(adopt(ctx, store), 2);
    CHECK_INT(adopt(ctx, store), 0);
    CHECK_TEXT(newest(store, "kind"), "import");
    CHECK_TEXT(newest(store, "why"), "two.csv");
    CHECK_TEXT(newest(store, "who"), "test");
    check_sound(ctx, store);
    /* The same file once more: no version, and the versions stand again. */
    import_perimeters(ctx, store, "two.csv", two, NULL, true);
    CHECK_INT(adopt(ctx, store), 0);
    check_sound(ctx, store);
    /* One changes, one goes, one comes. */
    import_perimeters(ctx, store, "two.csv",
                      "id;name;status;code\na;Alpha;projet;01001\na;Alpha;projet;01003\n"
                      "c;Gamma;projet;01004\n",
                      NULL, false);
    CHECK_INT(adopt(ctx, store), 3);
    check_sound(ctx, store);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001 01003");
    CHECK_TEXT(members_of(ctx, store, "a", &(maille_moment){.version = 1}), "01001");
    CHECK_TEXT(members_of(ctx, store, "b", NULL), "-");
    CHECK_TEXT(members_of(ctx, store, "b", &(maille_moment){.version = 1}), "01002");
    CHECK_TEXT(members_of(ctx, store, "c", NULL), "01004");
    /* Imports are not taken back. */
    CHECK_INT(maille_edit_undo(ctx, store, &plain, NULL, &result), MAILLE_NOT_FOUND);
    /* b comes back. */
    import_perimeters(ctx, store, "two.csv", two, NULL, false);
    CHECK_INT(adopt(ctx, store), 3);
    CHECK_TEXT(members_of(ctx, store, "b", &(maille_moment){.version = 3}), "01002");
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(an_edited_perimeter_outlives_its_file_unless_forced) {
    static const char other[] = "id;name;status;code\na;Alpha;projet;01009\nb;Beta;projet;01002\n";
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "two.csv", two, NULL, false);
    const maille_op status = {.kind = MAILLE_OP_STATUS,
                              .perimeter = "a",
                              .status = "contractualisee",
                              .since = "2020-01-01"};
    CHECK_OK(add(store, "a", "01003"));
    CHECK_OK(apply(store, &status, 1));
    import_perimeters(ctx, store, "two.csv", other, NULL, false);
    CHECK_INT(adopt(ctx, store), 0);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001 01003");
    check_sound(ctx, store);
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result));
    CHECK_OK(maille_edit_redo(ctx, store, &plain, NULL, &result));
    import_perimeters(ctx, store, "two.csv", other, NULL, true);
    CHECK_INT(adopt(ctx, store), 1);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01009");
    check_sound(ctx, store);
    maille_perimeter *p = NULL;
    CHECK_OK(maille_perimeter_load(ctx, store, "", "a", NULL, &p, NULL));
    CHECK_INT(p->status_count, 1); /* nothing of the edited one's statuses is left */
    CHECK_TEXT(p->statuses[0].status, "projet");
    maille_perimeter_free(p);
    /* The import stands in the way of what came before it. */
    CHECK_INT(maille_edit_undo(ctx, store, &plain, "a", &result), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "import") != NULL);
    /* What the past held can be brought back all the same. */
    const maille_moment before = {.version = 3};
    CHECK_OK(maille_edit_restore(ctx, store, &plain, "a", &before, &result));
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001 01003");
    check_sound(ctx, store);
    maille_store_close(store);
}

/* An edit records by itself what stands unrecorded; a deleted one that comes back keeps its credit.
 */
TEST(edits_record_imports_first) {
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "two.csv", two, NULL, false);
    const maille_op delete = {.kind = MAILLE_OP_DELETE, .perimeter = "a"};
    CHECK_OK(apply(store, &delete, 1));
    CHECK_INT(result.number, 2);
    CHECK_INT(result.version, 2);
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result));
    maille_table *perimeters = all_rows(ctx, store, "perimeter");
    CHECK_INT(perimeters->rows, 2);
    CHECK_INT(number(perimeters, 0, "import_id"), number(perimeters, 1, "import_id"));
    maille_table_free(perimeters);
    CHECK_TEXT(document_at(ctx, store, "", "a", NULL),
               document_at(ctx, store, "", "a", &(maille_moment){.version = 1}));
    check_sound(ctx, store);
    maille_store_close(store);
}

/* A workspace of the schema before has perimeters without versions, statuses without rows. */
TEST(what_stands_unrecorded_is_recorded_as_it_is) {
    static const maille_column_spec columns[] = {
        {"id", MAILLE_TEXT}, {"kind", MAILLE_TEXT}, {"name", MAILLE_TEXT}, {"status", MAILLE_TEXT}};
    static const char *const texts[] = {"old", "cls", "Ancien", "projet"};
    maille_store *store = new_study(ctx);
    maille_table *row = NULL;
    CHECK_OK(maille_table_new(ctx, columns, 4, &row));
    CHECK_OK(maille_table_add_row(ctx, row, NULL));
    for (size_t i = 0; i < 4; i++)
        CHECK_OK(maille_set_text(ctx, row, 0, i, texts[i]));
    CHECK_OK(maille_store_append(ctx, store, "perimeter", row));
    maille_table_free(row);
    CHECK_INT(adopt(ctx, store), 1);
    CHECK_TEXT(newest(store, "who"), "test");
    CHECK_OK(add(store, "old", "01001"));
    CHECK_INT(result.version, 2);
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result));
    CHECK_TEXT(members_of(ctx, store, "old", NULL), "");
    check_sound(ctx, store);
    maille_store_close(store);
}

/* ---- scenarios ------------------------------------------------------------------------------- */

static maille_status apply_in(maille_store *store, const char *scenario, int64_t expected,
                              const maille_op *op) {
    const maille_edit edit = {.scenario = scenario, .expected = expected};
    return maille_edit_apply(ctx, store, &edit, op, 1, &result);
}

TEST(a_scenario_has_a_past_and_changes_of_its_own) {
    maille_store *store = with_past(); /* a: created, 01001, status; deleted; b created */
    const maille_edit essai = {.scenario = "essai"};
    const maille_moment early = {.at = "2019-03-01"}, third = {.version = 3},
                        fifth = {.version = 5};
    const maille_op rename = {.kind = MAILLE_OP_RENAME, .perimeter = "a", .text = "Alfa"};
    const maille_op in = {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01002"};
    const maille_op gone = {.kind = MAILLE_OP_DELETE, .perimeter = "b"};
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result)); /* a is back, version 5 */
    CHECK_OK(maille_scenario_create(ctx, store, "essai", "Essai", ""));
    char began[4096];
    snprintf(began, sizeof began, "%s", document_at(ctx, store, "", "a", NULL));
    CHECK_TEXT(document_at(ctx, store, "essai", "a", NULL), began);
    /* Its base goes on; it does not. */
    CHECK_OK(apply_in(store, "", 5, &rename));
    CHECK_TEXT(document_at(ctx, store, "essai", "a", NULL), began);
    /* It goes on; its base does not. Versions go on from those of the base. */
    CHECK_INT(apply_in(store, "essai", 4, &in), MAILLE_REFUSED);
    CHECK_OK(apply_in(store, "essai", 5, &in));
    CHECK_INT(result.version, 6);
    CHECK_OK(apply_in(store, "essai", 0, &gone));
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001");
    CHECK(strcmp(document_at(ctx, store, "", "b", NULL), "-") != 0);
    CHECK_TEXT(document_at(ctx, store, "essai", "b", NULL), "-");
    check_sound(ctx, store);
    /* The past that it shares. */
    CHECK_TEXT(document_at(ctx, store, "essai", "a", &early),
               document_at(ctx, store, "", "a", &early));
    CHECK_TEXT(document_at(ctx, store, "essai", "a", &third),
               document_at(ctx, store, "", "a", &third));
    CHECK_TEXT(document_at(ctx, store, "essai", "a", &fifth), began);
    /* Undo is each one's own: the renaming of the base is not among what it takes back. */
    CHECK_OK(maille_edit_undo(ctx, store, &essai, NULL, &result));
    CHECK_OK(maille_edit_undo(ctx, store, &essai, NULL, &result));
    CHECK_INT(maille_edit_undo(ctx, store, &essai, NULL, &result), MAILLE_NOT_FOUND);
    CHECK_TEXT(document_at(ctx, store, "essai", "a", NULL), began);
    CHECK_OK(maille_edit_redo(ctx, store, &essai, "a", &result));
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result));
    CHECK_TEXT(document_at(ctx, store, "", "a", NULL), began);
    CHECK(strcmp(document_at(ctx, store, "essai", "a", NULL), began) != 0);
    /* Restored as a whole, to a time that only its base had. */
    CHECK_OK(maille_edit_restore(ctx, store, &essai, NULL, &early, &result));
    CHECK_TEXT(document_at(ctx, store, "essai", "b", NULL), "-");
    CHECK_TEXT(document_at(ctx, store, "essai", "a", NULL),
               document_at(ctx, store, "", "a", &early));
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(one_perimeter_is_taken_back_where_nothing_else_hangs_on_it),
          CASE(any_day_time_or_version_can_be_shown), CASE(any_moment_can_be_brought_back),
          CASE(the_list_tells_who_when_and_why_newest_first), CASE(imports_become_versions_once),
          CASE(an_edited_perimeter_outlives_its_file_unless_forced),
          CASE(edits_record_imports_first), CASE(what_stands_unrecorded_is_recorded_as_it_is),
          CASE(a_scenario_has_a_past_and_changes_of_its_own), CASE(tear_down))
