/* Scenarios: copies that keep only what they change, and how they come back. */
#include "chronicle.h"

static maille_ctx *ctx;

static const char *const three =
    "id,nom,statut,code\n"
    "a,Alpha,projet,01001\n"
    "a,Alpha,projet,01002\n"
    "b,Beta,projet,01003\n"
    "c,Gamma,projet,01004\n"
    "c,Gamma,projet,01005\n";

static maille_store *open_three(void) {
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "three.csv", three, "2020-01-01", false);
    return store;
}

static maille_op add(const char *perimeter, const char *code) {
    return (maille_op){.kind = MAILLE_OP_ADD, .perimeter = perimeter, .code = code};
}

static maille_op take_out(const char *perimeter, const char *code) {
    return (maille_op){.kind = MAILLE_OP_REMOVE, .perimeter = perimeter, .code = code};
}

static maille_op rename_to(const char *perimeter, const char *name) {
    return (maille_op){.kind = MAILLE_OP_RENAME, .perimeter = perimeter, .text = name};
}

static maille_op create(const char *perimeter, const char *name) {
    return (maille_op){
        .kind = MAILLE_OP_CREATE, .perimeter = perimeter, .text = name, .status = "projet"};
}

static maille_op drop(const char *perimeter) {
    return (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = perimeter};
}

static void edit(maille_store *store, const char *scenario, maille_op op) {
    maille_edit how = {.scenario = scenario};
    CHECK_OK(maille_edit_apply(ctx, store, &how, &op, 1, NULL));
}

static void make(maille_store *store, const char *id, const char *base) {
    CHECK_OK(maille_scenario_create(ctx, store, id, "Variante", base));
}

/* Members and name of a perimeter in a scenario: "Alpha 01001 01002", "-". */
static const char *in(maille_store *store, const char *scenario, const char *id) {
    static char texts[8][512];
    static int next;
    char *text = texts[next++ % 8];
    maille_perimeter *p = NULL;
    maille_status status = maille_perimeter_load(ctx, store, scenario, id, NULL, &p, NULL);
    snprintf(text, sizeof texts[0], "%s", status == MAILLE_OK ? p->name : "-");
    for (uint32_t i = 0; status == MAILLE_OK && i < p->member_count; i++)
        snprintf(text + strlen(text), sizeof texts[0] - strlen(text), " %s", p->members[i].code);
    maille_perimeter_free(p);
    return text;
}

static int64_t rows_of_table(maille_store *store, const char *table, const char *scenario) {
    int64_t count = -1;
    maille_value value = maille_text_value(scenario ? scenario : "");
    maille_filter filter = maille_equals("scenario", &value);
    CHECK_OK(maille_store_count(ctx, store, table, scenario ? &filter : NULL, &count));
    return count;
}

/* Merges and returns the status; the report stays until the next call. */
static maille_merge_report *report;
static maille_edit_result result;
static maille_status merge(maille_store *store, const char *into, const char *from,
                           const char *prefer) {
    maille_edit how = {.scenario = into, .why = "essai"};
    maille_merge_report_free(report);
    report = NULL;
    return maille_scenario_merge(ctx, store, &how, from, prefer, &report, &result);
}

static void undo(maille_store *store, const char *scenario) {
    maille_edit how = {.scenario = scenario};
    CHECK_OK(maille_edit_undo(ctx, store, &how, NULL, NULL));
}

TEST(a_scenario_shares_what_it_does_not_change) {
    maille_store *store = open_three();
    make(store, "nord", "");
    int64_t documents = rows_of_table(store, "perimeter_document", NULL);
    CHECK_INT(documents, 3);
    CHECK_INT(rows_of_table(store, "scenario_head", "nord"), 0);
    CHECK_TEXT(in(store, "nord", "a"), "Alpha 01001 01002");

    edit(store, "nord", add("a", "01006"));
    CHECK_INT(rows_of_table(store, "perimeter_document", NULL), documents + 1);
    CHECK_INT(rows_of_table(store, "scenario_head", "nord"), 1);
    CHECK_TEXT(in(store, "nord", "a"), "Alpha 01001 01002 01006");
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002");

    /* The other way round: it keeps what it was made with. */
    edit(store, "", rename_to("b", "Bis"));
    edit(store, "", drop("c"));
    edit(store, "", create("d", "Delta"));
    CHECK_TEXT(in(store, "nord", "b"), "Beta 01003");
    CHECK_TEXT(in(store, "nord", "c"), "Gamma 01004 01005");
    CHECK_TEXT(in(store, "nord", "d"), "-");
    CHECK_TEXT(in(store, "", "c"), "-");

    /* And what it shares with another one. */
    make(store, "sud", "");
    edit(store, "sud", drop("a"));
    edit(store, "sud", create("e", "Epsilon"));
    CHECK_TEXT(in(store, "sud", "a"), "-");
    CHECK_TEXT(in(store, "nord", "a"), "Alpha 01001 01002 01006");
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002");
    CHECK_TEXT(in(store, "nord", "e"), "-");
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(scenarios_are_listed) {
    maille_store *store = open_three();
    maille_table *list = NULL;
    make(store, "nord", "");
    make(store, "nord-2", "nord");
    edit(store, "nord", add("a", "01006"));
    edit(store, "nord", add("b", "01006"));
    edit(store, "nord", add("c", "01006"));
    undo(store, "nord");
    CHECK_OK(maille_scenario_list(ctx, store, &list));
    CHECK_INT(list->rows, 2);
    CHECK_TEXT(cell(list, 0, "id"), "nord");
    CHECK_TEXT(cell(list, 0, "title"), "Variante");
    CHECK_TEXT(cell(list, 0, "base"), "");
    CHECK_TEXT(cell(list, 0, "who"), "test");
    CHECK_INT(number(list, 0, "changed"), 2); /* c was taken back */
    CHECK_TEXT(cell(list, 1, "id"), "nord-2");
    CHECK_TEXT(cell(list, 1, "base"), "nord");
    CHECK_INT(number(list, 1, "changed"), 0);
    CHECK_INT(strlen(cell(list, 1, "at")), 20);
    maille_table_free(list);
    maille_store_close(store);
}

TEST(what_cannot_be_made_or_deleted) {
    maille_store *store = open_three();
    static const char *const bad[] = {"", "Nord", "nord ouest", "nord_2", "é", "a/b", "~"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_INT(maille_scenario_create(ctx, store, bad[i], "x", ""), MAILLE_REFUSED);
    CHECK_INT(maille_scenario_create(ctx, store, "nord", "", ""), MAILLE_REFUSED);
    CHECK_INT(maille_scenario_create(ctx, store, "nord", "\xff", ""), MAILLE_REFUSED);
    CHECK_INT(maille_scenario_create(ctx, store, "nord", "x", "sud"), MAILLE_NOT_FOUND);
    make(store, "nord", "");
    CHECK_INT(maille_scenario_create(ctx, store, "nord", "x", ""), MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx), "scenario nord was there already");
    CHECK_INT(maille_scenario_delete(ctx, store, "sud"), MAILLE_NOT_FOUND);
    CHECK_INT(maille_scenario_delete(ctx, store, ""), MAILLE_REFUSED);
    make(store, "nord-2", "nord");
    CHECK_INT(maille_scenario_delete(ctx, store, "nord"), MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx), "scenario nord-2 began with scenario nord");
    CHECK_INT(rows_of_table(store, "scenario", NULL), 2);
    maille_store_close(store);
}

TEST(a_deleted_scenario_leaves_nothing_and_can_be_made_again) {
    maille_store *store = open_three();
    maille_op op = add("a", "01006");
    maille_edit how = {.scenario = "nord"};
    make(store, "nord", "");
    edit(store, "nord", op);
    edit(store, "", rename_to("b", "Bis"));
    CHECK_OK(maille_scenario_delete(ctx, store, "nord"));
    static const char *const tables[] = {"scenario_head", "scenario_base", "perimeter_version",
                                         "change"};
    for (size_t i = 0; i < 4; i++)
        CHECK_INT(rows_of_table(store, tables[i], "nord"), 0);
    CHECK_INT(maille_edit_apply(ctx, store, &how, &op, 1, NULL), MAILLE_NOT_FOUND);
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002");
    CHECK_TEXT(in(store, "", "b"), "Bis 01003");
    make(store, "nord", "");
    CHECK_TEXT(in(store, "nord", "a"), "Alpha 01001 01002");
    CHECK_TEXT(in(store, "nord", "b"), "Bis 01003");
    edit(store, "nord", op);
    CHECK_TEXT(in(store, "nord", "a"), "Alpha 01001 01002 01006");
    maille_store_close(store);
}

TEST(a_merge_takes_what_one_side_changed_and_undo_takes_it_back) {
    maille_store *store = open_three();
    make(store, "nord", "");
    edit(store, "nord", add("a", "01006"));
    edit(store, "nord", take_out("a", "01001"));
    edit(store, "nord", drop("b"));
    edit(store, "nord", create("d", "Delta"));
    edit(store, "", rename_to("a", "Alpha bis"));
    edit(store, "", add("c", "01007"));
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_OK);
    CHECK_INT(report->count, 0);
    CHECK_INT(report->merged, 3);
    CHECK_INT(result.perimeters, 3);
    CHECK_TEXT(in(store, "", "a"), "Alpha bis 01002 01006");
    CHECK_TEXT(in(store, "", "b"), "-");
    CHECK_TEXT(in(store, "", "c"), "Gamma 01004 01005 01007");
    CHECK_TEXT(in(store, "", "d"), "Delta");
    check_sound(ctx, store);

    maille_table *history = NULL;
    CHECK_OK(maille_history_list(ctx, store, "", NULL, &history));
    CHECK_TEXT(cell(history, 0, "kind"), "fusion");
    CHECK_TEXT(cell(history, 0, "why"), "essai");
    CHECK_INT(number(history, 0, "number"), result.number);
    maille_table_free(history);

    undo(store, "");
    CHECK_TEXT(in(store, "", "a"), "Alpha bis 01001 01002");
    CHECK_TEXT(in(store, "", "b"), "Beta 01003");
    CHECK_TEXT(in(store, "", "c"), "Gamma 01004 01005 01007");
    CHECK_TEXT(in(store, "", "d"), "-");
    /* Taken back, it can be made again. */
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_OK);
    CHECK_TEXT(in(store, "", "a"), "Alpha bis 01002 01006");
    CHECK_TEXT(in(store, "", "b"), "-");
    maille_store_close(store);
}

TEST(what_both_changed_otherwise_is_a_conflict_and_writes_nothing) {
    maille_store *store = open_three();
    make(store, "nord", "");
    edit(store, "nord", rename_to("a", "Alpha du nord"));
    edit(store, "nord", add("a", "01006"));
    edit(store, "nord", add("b", "01007"));
    edit(store, "nord", add("c", "01008"));
    edit(store, "", rename_to("a", "Alpha du sud"));
    edit(store, "", drop("b"));
    int64_t changes = rows_of_table(store, "change", NULL);
    int64_t versions = rows_of_table(store, "perimeter_version", NULL);
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_FOUND);
    CHECK_TEXT(maille_message(ctx), "nord changed what had changed here too: a, b");
    CHECK_INT(report->count, 2);
    CHECK_TEXT(report->items[0].perimeter, "a");
    CHECK_INT(report->items[0].conflicts->count, 1);
    CHECK_TEXT(report->items[0].conflicts->items[0].what, "nom");
    CHECK_TEXT(report->items[0].conflicts->items[0].before, "Alpha du sud");
    CHECK_TEXT(report->items[0].conflicts->items[0].after, "Alpha du nord");
    CHECK_TEXT(report->items[1].perimeter, "b");
    CHECK_INT(rows_of_table(store, "change", NULL), changes);
    CHECK_INT(rows_of_table(store, "perimeter_version", NULL), versions);
    CHECK_TEXT(in(store, "", "a"), "Alpha du sud 01001 01002");
    CHECK_TEXT(in(store, "", "c"), "Gamma 01004 01005");

    CHECK_INT(merge(store, "", "nord", "mine"), MAILLE_USAGE);
    CHECK(report == NULL);
    CHECK_INT(merge(store, "", "nord", "ours"), MAILLE_OK);
    CHECK_INT(report->count, 2);
    CHECK_TEXT(in(store, "", "a"), "Alpha du sud 01001 01002 01006");
    CHECK_TEXT(in(store, "", "b"), "-");
    CHECK_TEXT(in(store, "", "c"), "Gamma 01004 01005 01008");
    undo(store, "");
    CHECK_INT(merge(store, "", "nord", "theirs"), MAILLE_OK);
    CHECK_TEXT(in(store, "", "a"), "Alpha du nord 01001 01002 01006");
    CHECK_TEXT(in(store, "", "b"), "Beta 01003 01007");
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(nothing_to_merge_and_no_branch_are_refused) {
    maille_store *store = open_three();
    make(store, "nord", "");
    make(store, "nord-2", "nord");
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_REFUSED);
    CHECK(report == NULL);
    CHECK_INT(merge(store, "", "sud", NULL), MAILLE_NOT_FOUND);
    CHECK_INT(merge(store, "", "nord-2", NULL), MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx),
               "scenario nord-2 began with scenario nord, not with the reference");
    /* What both changed alike is merged already. */
    edit(store, "nord", add("a", "01006"));
    edit(store, "", add("a", "01006"));
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_REFUSED);
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(a_scenario_of_a_scenario) {
    maille_store *store = open_three();
    make(store, "nord", "");
    edit(store, "nord", add("a", "01006"));
    make(store, "nord-2", "nord");
    CHECK_TEXT(in(store, "nord-2", "a"), "Alpha 01001 01002 01006");
    edit(store, "nord-2", add("a", "01007"));
    edit(store, "nord-2", rename_to("b", "Bis"));
    edit(store, "nord", rename_to("a", "Alpha du nord"));
    CHECK_TEXT(in(store, "nord", "a"), "Alpha du nord 01001 01002 01006");
    CHECK_TEXT(in(store, "nord-2", "a"), "Alpha 01001 01002 01006 01007");
    CHECK_INT(merge(store, "nord", "nord-2", NULL), MAILLE_OK);
    CHECK_TEXT(in(store, "nord", "a"), "Alpha du nord 01001 01002 01006 01007");
    CHECK_TEXT(in(store, "nord", "b"), "Bis 01003");
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002");
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_OK);
    CHECK_TEXT(in(store, "", "a"), "Alpha du nord 01001 01002 01006 01007");
    CHECK_TEXT(in(store, "", "b"), "Bis 01003");
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(a_second_merge_brings_only_what_is_new_since_the_first) {
    maille_store *store = open_three();
    make(store, "nord", "");
    edit(store, "nord", rename_to("a", "Alpha du nord"));
    edit(store, "nord", add("b", "01006"));
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_OK);
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_REFUSED);
    /* The reference thinks again; the branch goes on with something else. */
    edit(store, "", rename_to("a", "Alpha"));
    edit(store, "nord", add("a", "01007"));
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_OK);
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002 01007");
    CHECK_INT(report->merged, 1);
    /* The second merge taken back, the first one stands. */
    undo(store, "");
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002");
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_OK);
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002 01007");
    maille_store_close(store);
}

/* Perimeters as imported, of communes that have merged since, meet on today's codes. */
TEST(sides_of_two_vintages_meet_on_the_codes_of_the_study) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT},
        {"ratio", MAILLE_REAL}};
    maille_store *store = new_study(ctx);
    maille_table *moves = NULL;
    int64_t id = add_import(ctx, store, "movements", "/data/moves.csv", NULL);
    CHECK_OK(maille_table_new(ctx, columns, 7, &moves));
    CHECK_OK(maille_table_add_row(ctx, moves, NULL));
    maille_set_int(moves, 0, 0, id);
    maille_set_int(moves, 0, 1, 2);
    static const char *const texts[] = {"2018-01-01", "2020-01-01", "01099", "01001"};
    for (size_t c = 0; c < 4; c++)
        CHECK_OK(maille_set_text(ctx, moves, 0, c + 2, texts[c]));
    maille_set_real(moves, 0, 6, 1);
    CHECK_OK(maille_store_append(ctx, store, "movement", moves));
    maille_table_free(moves);
    import_perimeters(ctx, store, "old.csv",
                      "id,nom,statut,code\na,Alpha,projet,01099\na,Alpha,projet,01002\n",
                      "2018-01-01", false);
    make(store, "nord", "");
    edit(store, "nord", add("a", "01006"));
    CHECK_INT(merge(store, "", "nord", NULL), MAILLE_OK);
    CHECK_TEXT(in(store, "", "a"), "Alpha 01001 01002 01006");
    check_sound(ctx, store);
    maille_store_close(store);
}

/* Every allocation of ours fails once: nothing is half done. */
TEST(when_memory_runs_out_nothing_is_written) {
    maille_store *store = open_three();
    maille_status status = MAILLE_NO_MEMORY;
    uint64_t n = 1;
    adopt(ctx, store);
    for (; n < 20000 && status != MAILLE_OK; n++) {
        maille_memory_fail_at(n);
        status = maille_scenario_create(ctx, store, "nord", "Nord", "");
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_NO_MEMORY || status == MAILLE_OK);
        CHECK_INT(rows_of_table(store, "scenario", NULL), status == MAILLE_OK);
    }
    CHECK(n > 20);
    edit(store, "nord", rename_to("a", "Nord"));
    edit(store, "", rename_to("a", "Sud"));
    int64_t versions = rows_of_table(store, "perimeter_version", NULL);
    status = MAILLE_NO_MEMORY;
    for (n = 1; n < 20000 && status != MAILLE_OK; n++) {
        maille_memory_fail_at(n);
        status = merge(store, "", "nord", "theirs");
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_NO_MEMORY || status == MAILLE_OK);
        CHECK_INT(rows_of_table(store, "perimeter_version", NULL),
                  versions + (status == MAILLE_OK));
    }
    CHECK(n > 50);
    CHECK_TEXT(in(store, "", "a"), "Nord 01001 01002");
    check_sound(ctx, store);
    maille_store_close(store);
}

static void open_context(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

static void close_context(void) {
    maille_merge_report_free(report);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(open_context), CASE(a_scenario_shares_what_it_does_not_change),
          CASE(scenarios_are_listed), CASE(what_cannot_be_made_or_deleted),
          CASE(a_deleted_scenario_leaves_nothing_and_can_be_made_again),
          CASE(a_merge_takes_what_one_side_changed_and_undo_takes_it_back),
          CASE(what_both_changed_otherwise_is_a_conflict_and_writes_nothing),
          CASE(nothing_to_merge_and_no_branch_are_refused), CASE(a_scenario_of_a_scenario),
          CASE(a_second_merge_brings_only_what_is_new_since_the_first),
          CASE(sides_of_two_vintages_meet_on_the_codes_of_the_study),
          CASE(when_memory_runs_out_nothing_is_written), CASE(close_context))
