/* Changes of perimeters: every stroke, what is refused and why, two writers, scenarios. */
#include "chronicle.h"

#include <maille/clock.h>
#include <maille/steps.h>

static maille_ctx *ctx;
static maille_edit_result result;

static const char file[] =
    "id;name;status;code;share;contact\n"
    "a;Alpha;projet;01001;;Anne\n"
    "a;Alpha;projet;01002;0.5;Anne\n"
    "b;Beta;en fonctionnement;01003;;\n";

static maille_store *with_perimeters(void) {
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "p.csv", file, "2020-01-01", false);
    return store;
}

static maille_status apply(maille_store *store, const char *scenario, int64_t expected,
                           const maille_op *ops, size_t count) {
    const maille_edit edit = {.scenario = scenario, .why = "essai", .expected = expected};
    return maille_edit_apply(ctx, store, &edit, ops, count, &result);
}

#define APPLY(store, ...)                                                                          \
    apply(store, "", 0, (const maille_op[]){__VA_ARGS__},                                          \
          sizeof(const maille_op[]){__VA_ARGS__} / sizeof(maille_op))

/* Refused, the message holding the words, and nothing has changed. */
static void check_refused(maille_store *store, maille_status want, const char *words,
                          maille_op op) {
    maille_table *before = all_rows(ctx, store, "change"), *after = NULL;
    maille_status status = apply(store, "", 0, &op, 1);
    CHECK_INT(status, want);
    if (!strstr(maille_message(ctx), words))
        CHECK_TEXT(maille_message(ctx), words);
    after = all_rows(ctx, store, "change");
    CHECK_INT(after->rows, before->rows);
    maille_table_free(before);
    maille_table_free(after);
}

TEST(every_stroke_is_kept) {
    maille_store *store = with_perimeters();
    CHECK_OK(APPLY(
        store,
        {.kind = MAILLE_OP_CREATE,
         .perimeter = "c",
         .text = "Gamma",
         .perimeter_kind = "pta",
         .status = "Lettre d’intention",
         .since = "2019-02-28",
         .by = "URPS"},
        {.kind = MAILLE_OP_ADD, .perimeter = "c", .code = "01005"},
        {.kind = MAILLE_OP_ADD, .perimeter = "c", .code = "01004", .share = 0.25, .zone = "Nord"},
        {.kind = MAILLE_OP_ADD, .perimeter = "c", .code = "01006"}));
    CHECK_INT(result.perimeters, 1);
    CHECK_INT(result.version, 1);
    CHECK_INT(strlen(result.id), 32);
    CHECK_OK(APPLY(
        store, {.kind = MAILLE_OP_REMOVE, .perimeter = "c", .code = "01006"},
        {.kind = MAILLE_OP_SHARE, .perimeter = "c", .code = "01005", .share = 0.75},
        {.kind = MAILLE_OP_ON_PURPOSE, .perimeter = "c", .code = "01005", .text = "hôpital commun"},
        {.kind = MAILLE_OP_ZONE, .perimeter = "c", .code = "01005", .zone = "Sud"},
        {.kind = MAILLE_OP_RENAME, .perimeter = "c", .text = "Gamma-Delta"},
        {.kind = MAILLE_OP_CONTACT, .perimeter = "c", .text = "Chloé"},
        {.kind = MAILLE_OP_STATUS,
         .perimeter = "c",
         .status = "contractualisé",
         .since = "2020-02-29",
         .by = "ARS"}));
    CHECK_INT(result.version, 2);
    maille_perimeter *p = NULL;
    int64_t version = 0;
    CHECK_OK(maille_perimeter_load(ctx, store, "", "c", NULL, &p, &version));
    CHECK_INT(version, 2);
    CHECK_TEXT(p->kind, "pta");
    CHECK_TEXT(p->name, "Gamma-Delta");
    CHECK_TEXT(p->contact, "Chloé");
    CHECK_INT(p->status_count, 2);
    CHECK_TEXT(p->statuses[0].status, "lettre-intention");
    CHECK_TEXT(p->statuses[0].since, "2019-02-28");
    CHECK_TEXT(p->statuses[0].by, "URPS");
    CHECK_TEXT(p->statuses[1].status, "contractualisee");
    CHECK_TEXT(p->statuses[1].by, "ARS");
    CHECK_INT(p->member_count, 2);
    CHECK_TEXT(p->members[0].code, "01004");
    CHECK_NEAR(p->members[0].share, 0.25, 0);
    CHECK_TEXT(p->members[0].zone, "Nord");
    CHECK(!p->members[0].on_purpose && !p->members[0].reason);
    CHECK_TEXT(p->members[1].code, "01005");
    CHECK_NEAR(p->members[1].share, 0.75, 0);
    CHECK_TEXT(p->members[1].zone, "Sud");
    CHECK(p->members[1].on_purpose);
    CHECK_TEXT(p->members[1].reason, "hôpital commun");
    maille_perimeter_free(p);
    CHECK_OK(APPLY(store, {.kind = MAILLE_OP_DELETE, .perimeter = "c"}));
    CHECK_INT(result.version, 3);
    CHECK_TEXT(document_at(ctx, store, "", "c", NULL), "-");
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(the_tables_that_steps_read_hold_the_change) {
    maille_store *store = with_perimeters();
    CHECK_OK(APPLY(store, {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01007"}));
    maille_table *perimeters = all_rows(ctx, store, "perimeter");
    maille_table *members = all_rows(ctx, store, "perimeter_member_raw");
    maille_table *statuses = all_rows(ctx, store, "perimeter_status");
    CHECK_INT(perimeters->rows, 2);
    CHECK_INT(number(perimeters, 0, "edited"), 1);
    CHECK_INT(number(perimeters, 0, "version"), 2);
    CHECK(number(perimeters, 0, "import_id") > 0); /* its source is credited on */
    CHECK_TEXT(cell(perimeters, 0, "vintage"), "2020-01-01");
    CHECK_TEXT(cell(perimeters, 0, "contact"), "Anne");
    CHECK_INT(number(perimeters, 1, "edited"), 0);
    CHECK_INT(number(perimeters, 1, "version"), 1);
    CHECK(is_null(perimeters, 1, "vintage"));
    CHECK_INT(members->rows, 4);
    CHECK_TEXT(cell(members, 2, "code"), "01007");
    for (size_t row = 0; row < 3; row++)
        CHECK(is_null(members, row, "import_id"));
    CHECK(!is_null(members, 3, "import_id"));
    CHECK_INT(statuses->rows, 2);
    CHECK_TEXT(cell(statuses, 0, "status"), "projet");
    CHECK_TEXT(cell(statuses, 1, "status"), "en-fonctionnement");
    maille_table_free(perimeters);
    maille_table_free(members);
    maille_table_free(statuses);
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(what_does_not_hold_is_refused_and_named) {
    maille_store *store = with_perimeters();
    adopt(ctx, store);
    check_refused(store, MAILLE_REFUSED, "99999",
                  (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "99999"});
    check_refused(store, MAILLE_REFUSED, "01003 (01003)",
                  (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "0100"});
    check_refused(store, MAILLE_REFUSED, "01001",
                  (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01001"});
    check_refused(store, MAILLE_REFUSED, "01009",
                  (maille_op){.kind = MAILLE_OP_REMOVE, .perimeter = "a", .code = "01009"});
    check_refused(
        store, MAILLE_REFUSED, "1.2",
        (maille_op){.kind = MAILLE_OP_SHARE, .perimeter = "a", .code = "01001", .share = 1.2});
    check_refused(store, MAILLE_REFUSED, "share",
                  (maille_op){.kind = MAILLE_OP_SHARE, .perimeter = "a", .code = "01001"});
    check_refused(
        store, MAILLE_REFUSED, "lettre-intention",
        (maille_op){
            .kind = MAILLE_OP_STATUS, .perimeter = "a", .status = "perdue", .since = "2020-01-01"});
    check_refused(
        store, MAILLE_REFUSED, "2019-02-29",
        (maille_op){
            .kind = MAILLE_OP_STATUS, .perimeter = "a", .status = "idee", .since = "2019-02-29"});
    check_refused(
        store, MAILLE_REFUSED, "2019-02",
        (maille_op){
            .kind = MAILLE_OP_STATUS, .perimeter = "a", .status = "idee", .since = "2019-02"});
    check_refused(store, MAILLE_REFUSED, "Pta",
                  (maille_op){.kind = MAILLE_OP_CREATE,
                              .perimeter = "d",
                              .text = "D",
                              .perimeter_kind = "Pta",
                              .status = "idee"});
    check_refused(
        store, MAILLE_REFUSED, "a",
        (maille_op){.kind = MAILLE_OP_CREATE, .perimeter = "a", .text = "A", .status = "idee"});
    check_refused(store, MAILLE_REFUSED, "zz",
                  (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "zz"});
    check_refused(store, MAILLE_REFUSED, "no perimeter",
                  (maille_op){.kind = MAILLE_OP_ADD, .code = "01009"});
    check_refused(store, MAILLE_REFUSED, "nothing would change",
                  (maille_op){.kind = MAILLE_OP_RENAME, .perimeter = "a", .text = "Alpha"});
    CHECK_INT(APPLY(store, {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01009"},
                    {.kind = MAILLE_OP_REMOVE, .perimeter = "a", .code = "01009"}),
              MAILLE_REFUSED);
    CHECK_INT(apply(store, "", 0, NULL, 0), MAILLE_REFUSED);
    /* All or none: the first stroke would do. */
    CHECK_INT(APPLY(store, {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01009"},
                    {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "99999"}),
              MAILLE_REFUSED);
    CHECK_TEXT(members_of(ctx, store, "b", NULL), "01003");
    const maille_edit late = {.scenario = "", .at = "2020-13-01T00:00:00Z"};
    CHECK_INT(maille_edit_apply(ctx, store, &late,
                                &(maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "a"}, 1,
                                &result),
              MAILLE_USAGE);
    CHECK_INT(
        apply(store, "nulle-part", 0, &(maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "a"}, 1),
        MAILLE_NOT_FOUND);
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(a_commune_and_its_parts_are_never_both_members) {
    maille_store *store = with_perimeters();
    CHECK_OK(APPLY(store, {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "75056"}));
    check_refused(store, MAILLE_REFUSED, "75101 is a part of 75056",
                  (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "75101"});
    check_refused(store, MAILLE_REFUSED, "751010203 is a part of 75056",
                  (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "751010203"});
    CHECK_OK(APPLY(store, {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "751010203"}));
    check_refused(store, MAILLE_REFUSED, "751010203 is a part of 75101",
                  (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "75101"});
    CHECK_OK(APPLY(store, {.kind = MAILLE_OP_REMOVE, .perimeter = "b", .code = "751010203"},
                   {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "75101"}));
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(a_status_is_not_dated_ahead) {
    maille_store *store = with_perimeters();
    char today[11];
    maille_utc_today(today);
    check_refused(store, MAILLE_REFUSED, "9999-12-31 was yet to come",
                  (maille_op){.kind = MAILLE_OP_STATUS,
                              .perimeter = "a",
                              .status = "contractualisee",
                              .since = "9999-12-31"});
    CHECK_OK(APPLY(
        store,
        {.kind = MAILLE_OP_STATUS, .perimeter = "a", .status = "contractualisee", .since = today}));
    maille_store_close(store);
}

TEST(the_second_of_two_writers_learns_what_changed) {
    maille_store *store = with_perimeters();
    const maille_op first[] = {{.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01010"},
                               {.kind = MAILLE_OP_REMOVE, .perimeter = "a", .code = "01002"},
                               {.kind = MAILLE_OP_RENAME, .perimeter = "a", .text = "Alfa"}};
    const maille_op second = {.kind = MAILLE_OP_REMOVE, .perimeter = "a", .code = "01002"};
    adopt(ctx, store);
    CHECK_OK(apply(store, "", 1, first, 3));
    CHECK_INT(apply(store, "", 1, &second, 1), MAILLE_REFUSED);
    const char *const words[] = {"version 2 of a stood, not 1", "by test", "+ 01010", "− 01002",
                                 "Alfa"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(maille_message(ctx), words[i]))
            CHECK_TEXT(maille_message(ctx), words[i]);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001 01010");
    CHECK_INT(apply(store, "", 7, &second, 1), MAILLE_REFUSED);
    CHECK_OK(apply(store, "", 2, &(maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "a"}, 1));
    CHECK_INT(apply(store, "", 2, &second, 1), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "deleted") != NULL);
    /* One version cannot be that of two perimeters. */
    const maille_op both[] = {{.kind = MAILLE_OP_ADD, .perimeter = "b", .code = "01010"},
                              {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01010"}};
    CHECK_INT(apply(store, "", 1, both, 2), MAILLE_USAGE);
    maille_store_close(store);
}

TEST(codes_of_another_vintage_are_carried_before_they_are_edited) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT},
        {"ratio", MAILLE_REAL}};
    static const char *const moves[][2] = {{"01901", "01001"}, {"01902", "01001"}};
    maille_store *store = new_study(ctx);
    maille_table *movements = NULL;
    int64_t id = add_import(ctx, store, "movements", "/data/m.csv", NULL);
    CHECK_OK(maille_table_new(ctx, columns, 7, &movements));
    for (size_t row = 0; row < 2; row++) {
        CHECK_OK(maille_table_add_row(ctx, movements, NULL));
        maille_set_int(movements, row, 0, id);
        maille_set_int(movements, row, 1, (int64_t)row + 2);
        CHECK_OK(maille_set_text(ctx, movements, row, 2, "2015-01-01"));
        CHECK_OK(maille_set_text(ctx, movements, row, 3, "2020-01-01"));
        CHECK_OK(maille_set_text(ctx, movements, row, 4, moves[row][0]));
        CHECK_OK(maille_set_text(ctx, movements, row, 5, moves[row][1]));
        maille_set_real(movements, row, 6, 1);
    }
    CHECK_OK(maille_store_append(ctx, store, "movement", movements));
    maille_table_free(movements);
    import_perimeters(ctx, store, "old.csv",
                      "id;name;status;code;share\no;Old;projet;01901;0.5\no;Old;projet;01902;0.7\n"
                      "o;Old;projet;01003;\n",
                      "2015-01-01", false);
    check_refused(store, MAILLE_REFUSED, "it became 01001",
                  (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "o", .code = "01902"});
    CHECK_TEXT(members_of(ctx, store, "o", NULL), "01001 01003");
    check_refused(store, MAILLE_REFUSED, "nothing would change",
                  (maille_op){.kind = MAILLE_OP_RENAME, .perimeter = "o", .text = "Old"});
    CHECK_OK(APPLY(store, {.kind = MAILLE_OP_ADD, .perimeter = "o", .code = "01004"}));
    CHECK_TEXT(members_of(ctx, store, "o", NULL), "01001 01003 01004");
    maille_perimeter *p = NULL;
    CHECK_OK(maille_perimeter_load(ctx, store, "", "o", NULL, &p, NULL));
    CHECK_NEAR(p->members[0].share, 0.7, 0);
    maille_perimeter_free(p);
    check_sound(ctx, store);
    /* Taken back, the codes are those of the file again, and are carried as such. */
    const maille_edit edit = {.scenario = ""};
    CHECK_OK(maille_edit_undo(ctx, store, &edit, NULL, &result));
    maille_table *members = all_rows(ctx, store, "perimeter_member_raw");
    maille_table *perimeters = all_rows(ctx, store, "perimeter");
    CHECK_INT(members->rows, 3);
    CHECK_TEXT(cell(members, 1, "code"), "01901");
    CHECK_TEXT(cell(perimeters, 0, "vintage"), "2015-01-01");
    CHECK_TEXT(members_of(ctx, store, "o", NULL), "01001 01003");
    maille_table_free(members);
    maille_table_free(perimeters);
    maille_store_close(store);
}

static bool is_stale(maille_store *store, maille_audience audience, const char *name) {
    maille_step_state *states = NULL;
    size_t count = 0;
    bool stale = false;
    CHECK_OK(maille_steps_state(ctx, store, audience, &states, &count));
    for (size_t i = 0; i < count; i++)
        if (strcmp(states[i].step, name) == 0)
            stale = states[i].stale;
    maille_free(states);
    return stale;
}

static void compute(maille_store *store) {
    for (int audience = MAILLE_INTERNE; audience <= MAILLE_PUBLIC; audience++) {
        static const char *const names[] = {"perimeters"};
        maille_run_options options = {
            .only = names, .only_count = 1, .audience = (maille_audience)audience};
        maille_step_result *results = NULL;
        size_t count = 0;
        CHECK_OK(maille_steps_run(ctx, store, &options, &results, &count));
        maille_free(results);
    }
}

/* Each stroke makes stale what shows it; a draft's are nothing to the public. */
TEST(steps_see_that_a_perimeter_changed) {
    const maille_op strokes[] = {
        {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01010"},
        {.kind = MAILLE_OP_SHARE, .perimeter = "a", .code = "01010", .share = 0.5},
        {.kind = MAILLE_OP_ON_PURPOSE, .perimeter = "a", .code = "01010", .text = "commun"},
        {.kind = MAILLE_OP_ZONE, .perimeter = "a", .code = "01010", .zone = "Sud"},
        {.kind = MAILLE_OP_RENAME, .perimeter = "a", .text = "Alfa"},
        {.kind = MAILLE_OP_CONTACT, .perimeter = "a", .text = "Zoé"},
        {.kind = MAILLE_OP_STATUS, .perimeter = "a", .status = "idee", .since = "2021-01-01"}};
    maille_store *store = with_perimeters();
    compute(store);
    adopt(ctx, store); /* recording is no change */
    CHECK(!is_stale(store, MAILLE_INTERNE, "members"));
    CHECK(!is_stale(store, MAILLE_INTERNE, "perimeters"));
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++) {
        CHECK_OK(apply(store, "", 0, &strokes[i], 1));
        CHECK(is_stale(store, MAILLE_INTERNE, "members"));
        CHECK(is_stale(store, MAILLE_INTERNE, "perimeters"));
        CHECK(!is_stale(store, MAILLE_PUBLIC, "perimeters"));
        compute(store);
        CHECK(!is_stale(store, MAILLE_INTERNE, "perimeters"));
    }
    CHECK_OK(maille_gap_note_set(ctx, store, "01011", "à voir", "2020-05-01"));
    CHECK(is_stale(store, MAILLE_INTERNE, "perimeters"));
    CHECK(!is_stale(store, MAILLE_INTERNE, "members"));
    compute(store);
    CHECK_OK(APPLY(store, {.kind = MAILLE_OP_CONTACT, .perimeter = "b", .text = "Zoé"}));
    CHECK(is_stale(store, MAILLE_PUBLIC, "perimeters"));
    maille_store_close(store);
}

TEST(notes_on_gaps_are_set_changed_and_taken_away) {
    maille_store *store = new_study(ctx);
    CHECK_OK(maille_gap_note_set(ctx, store, "01011", "à voir", "2020-05-01"));
    CHECK_OK(maille_gap_note_set(ctx, store, "01011", "CPTS en projet", NULL));
    maille_table *notes = all_rows(ctx, store, "gap_note");
    CHECK_INT(notes->rows, 1);
    CHECK_TEXT(cell(notes, 0, "note"), "CPTS en projet");
    CHECK_TEXT(cell(notes, 0, "who"), "test");
    CHECK(is_null(notes, 0, "since"));
    maille_table_free(notes);
    CHECK_INT(maille_gap_note_set(ctx, store, "01999", "à voir", NULL), MAILLE_REFUSED);
    CHECK_INT(maille_gap_note_set(ctx, store, "01011", "", NULL), MAILLE_REFUSED);
    CHECK_INT(maille_gap_note_set(ctx, store, "01011", "à voir", "2020-02-30"), MAILLE_REFUSED);
    CHECK_OK(maille_gap_note_set(ctx, store, "01011", NULL, NULL));
    CHECK_INT(maille_gap_note_set(ctx, store, "01011", NULL, NULL), MAILLE_NOT_FOUND);
    maille_store_close(store);
}

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(every_stroke_is_kept),
          CASE(the_tables_that_steps_read_hold_the_change),
          CASE(what_does_not_hold_is_refused_and_named),
          CASE(a_commune_and_its_parts_are_never_both_members), CASE(a_status_is_not_dated_ahead),
          CASE(the_second_of_two_writers_learns_what_changed),
          CASE(codes_of_another_vintage_are_carried_before_they_are_edited),
          CASE(steps_see_that_a_perimeter_changed),
          CASE(notes_on_gaps_are_set_changed_and_taken_away), CASE(tear_down))
