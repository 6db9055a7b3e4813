/* Comments: on what they may be, whose they are, what the journal tells of them. */
#include "chronicle.h"

#include <maille/comment.h>
#include <maille/journal.h>

static maille_ctx *ctx;

static maille_store *new_place(void) {
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "p.csv", "id;name;status;code\np;P;projet;01001\n", "2020-01-01",
                      false);
    CHECK_INT(adopt(ctx, store), 1);
    CHECK_OK(maille_store_act_as(ctx, store, "Anne", "ka"));
    return store;
}

static const maille_comment on_commune = {
    .subject_kind = "commune", .subject = "01002", .scenario = "", .text = "Où va-t-elle ?"};

static size_t count_rows(maille_store *store, const char *name) {
    maille_table *rows = all_rows(ctx, store, name);
    size_t count = rows->rows;
    maille_table_free(rows);
    return count;
}

TEST(they_are_told_in_the_order_in_which_they_were_written) {
    maille_store *store = new_place();
    maille_comment reply = on_commune;
    maille_comment other = {
        .subject_kind = "perimetre", .subject = "p", .scenario = "", .text = "Bien.\nTrès bien."};
    char ids[4][33], own[33];
    for (int i = 0; i < 4; i++) {
        char text[16];
        snprintf(text, sizeof text, "texte %d", i);
        reply.text = text;
        reply.reply_to = i ? ids[0] : NULL;
        CHECK_OK(maille_store_act_as(ctx, store, i % 2 ? "Bruno" : "Anne", i % 2 ? "kb" : "ka"));
        CHECK_OK(maille_comment_add(ctx, store, &reply, ids[i]));
        CHECK_INT(strlen(ids[i]), 32);
    }
    CHECK_OK(maille_comment_add(ctx, store, &other, own));
    maille_table *list = NULL;
    CHECK_OK(maille_comment_list(ctx, store, "commune", "01002", "", &list));
    CHECK_INT(list->rows, 4);
    CHECK_INT(list->column_count, 12);
    for (size_t i = 0; i < list->rows && i < 4; i++) {
        CHECK_TEXT(cell(list, i, "id"), ids[i]);
        CHECK_TEXT(cell(list, i, "who"), i % 2 ? "Bruno" : "Anne");
        CHECK_TEXT(cell(list, i, "account"), i % 2 ? "kb" : "ka");
        CHECK(same_text(cell(list, i, "reply_to"), i ? ids[0] : NULL));
    }
    maille_table_free(list);
    CHECK_OK(maille_comment_list(ctx, store, NULL, NULL, NULL, &list));
    CHECK_INT(list->rows, 5);
    CHECK_TEXT(cell(list, 4, "text"), "Bien.\nTrès bien.");
    maille_table_free(list);
    CHECK_OK(maille_comment_list(ctx, store, NULL, NULL, "essai", &list));
    CHECK_INT(list->rows, 0);
    maille_table_free(list);
    maille_store_close(store);
}

static void check_refused(maille_store *store, maille_comment comment, maille_status want,
                          const char *words) {
    char id[33];
    size_t comments = count_rows(store, "comment"), entries = count_rows(store, "journal");
    CHECK_INT(maille_comment_add(ctx, store, &comment, id), want);
    if (!strstr(maille_message(ctx), words))
        CHECK_TEXT(maille_message(ctx), words);
    CHECK_INT(count_rows(store, "comment"), comments);
    CHECK_INT(count_rows(store, "journal"), entries);
}

TEST(what_is_no_comment_is_refused) {
    maille_store *store = new_place();
    maille_comment c = on_commune;
    char id[33], *text = maille_alloc(2 * (size_t)MAILLE_COMMENT_MOST + 3, 1);
    CHECK(text != NULL);
    for (size_t i = 0; i < MAILLE_COMMENT_MOST; i++)
        memcpy(text + 2 * i, "é", 2); /* characters count, not bytes */
    c.text = text;
    CHECK_OK(maille_comment_add(ctx, store, &c, id));
    text[2 * (size_t)MAILLE_COMMENT_MOST] = 'x';
    check_refused(store, c, MAILLE_REFUSED, "4001 characters");
    maille_free(text);
    c.text = " \n\t";
    check_refused(store, c, MAILLE_REFUSED, "empty");
    c.text = NULL;
    check_refused(store, c, MAILLE_REFUSED, "empty");
    c.text = "a\xff";
    check_refused(store, c, MAILLE_REFUSED, "UTF-8");
    c.text = "a\x01";
    check_refused(store, c, MAILLE_REFUSED, "control character");
    c = on_commune;
    c.subject = "99999";
    check_refused(store, c, MAILLE_REFUSED, "no commune had code 99999");
    c.subject_kind = "perimetre";
    check_refused(store, c, MAILLE_REFUSED, "there was no perimeter 99999");
    c.subject_kind = "bassin";
    check_refused(store, c, MAILLE_REFUSED, "bassin");
    c = on_commune;
    c.scenario = "nulle-part";
    check_refused(store, c, MAILLE_NOT_FOUND, "nulle-part");
    c = on_commune;
    c.reply_to = "0123";
    check_refused(store, c, MAILLE_REFUSED, "0123");
    c.reply_to = id;
    c.subject = "01003";
    check_refused(store, c, MAILLE_REFUSED, "another subject");
    maille_store_close(store);
}

TEST(its_author_takes_it_away_and_its_place_stays) {
    maille_store *store = new_place();
    char id[33];
    CHECK_OK(maille_comment_add(ctx, store, &on_commune, id));
    CHECK_OK(maille_store_act_as(ctx, store, "Anne", "kb")); /* another of that name */
    CHECK_INT(maille_comment_withdraw(ctx, store, id, false), MAILLE_REFUSED);
    CHECK_OK(maille_store_act_as(ctx, store, "Anne", NULL)); /* nor on the command line */
    CHECK_INT(maille_comment_withdraw(ctx, store, id, false), MAILLE_REFUSED);
    CHECK_OK(maille_store_act_as(ctx, store, "Anne Le Goff", "ka"));
    CHECK_OK(maille_comment_withdraw(ctx, store, id, false));
    CHECK_INT(maille_comment_withdraw(ctx, store, id, false), MAILLE_REFUSED);
    CHECK_INT(maille_comment_withdraw(ctx, store, "0123", true), MAILLE_NOT_FOUND);
    maille_table *list = all_rows(ctx, store, "comment");
    CHECK_INT(list->rows, 1);
    CHECK(is_null(list, 0, "text"));
    CHECK(!is_null(list, 0, "withdrawn"));
    CHECK_TEXT(cell(list, 0, "who"), "Anne");
    maille_table_free(list);
    CHECK_OK(maille_comment_add(ctx, store, &on_commune, id));
    CHECK_OK(maille_store_act_as(ctx, store, "Chef", "kc"));
    CHECK_OK(maille_comment_withdraw(ctx, store, id, true));
    maille_store_close(store);
}

TEST(it_is_settled_and_opened_again) {
    maille_store *store = new_place();
    char id[33];
    CHECK_OK(maille_comment_add(ctx, store, &on_commune, id));
    CHECK_INT(maille_comment_settle(ctx, store, id, false), MAILLE_REFUSED);
    CHECK_OK(maille_store_act_as(ctx, store, "Bruno", "kb"));
    CHECK_OK(maille_comment_settle(ctx, store, id, true));
    CHECK_INT(maille_comment_settle(ctx, store, id, true), MAILLE_REFUSED);
    maille_table *list = all_rows(ctx, store, "comment");
    CHECK_TEXT(cell(list, 0, "settled_by"), "Bruno");
    CHECK(!is_null(list, 0, "settled"));
    CHECK_TEXT(cell(list, 0, "text"), on_commune.text);
    maille_table_free(list);
    CHECK_OK(maille_comment_settle(ctx, store, id, false));
    list = all_rows(ctx, store, "comment");
    CHECK(is_null(list, 0, "settled") && is_null(list, 0, "settled_by"));
    maille_table_free(list);
    CHECK_INT(maille_comment_settle(ctx, store, "0123", true), MAILLE_NOT_FOUND);
    maille_store_close(store);
}

TEST(the_journal_tells_of_each) {
    maille_store *store = new_place();
    static const char *const did[] = {"ajout", "reglement", "reouverture", "retrait"};
    size_t first = count_rows(store, "journal");
    char id[33];
    CHECK_OK(maille_comment_add(ctx, store, &on_commune, id));
    CHECK_OK(maille_comment_settle(ctx, store, id, true));
    CHECK_OK(maille_comment_settle(ctx, store, id, false));
    CHECK_OK(maille_comment_withdraw(ctx, store, id, false));
    maille_table *journal = all_rows(ctx, store, "journal");
    CHECK_INT(journal->rows, first + 4);
    for (size_t i = 0; i < 4 && first + i < journal->rows; i++) {
        char detail[96];
        snprintf(detail, sizeof detail, "{\"id\":\"%s\",\"fait\":\"%s\"}", id, did[i]);
        CHECK_TEXT(cell(journal, first + i, "action"), "commentaire");
        CHECK_TEXT(cell(journal, first + i, "subject_kind"), "commune");
        CHECK_TEXT(cell(journal, first + i, "subject"), "01002");
        CHECK_TEXT(cell(journal, first + i, "who"), "Anne");
        CHECK_TEXT(cell(journal, first + i, "account"), "ka");
        CHECK_TEXT(cell(journal, first + i, "detail"), detail);
    }
    maille_table_free(journal);
    maille_store_close(store);
}

TEST(comments_of_a_scenario_go_with_it) {
    maille_store *store = new_place();
    const maille_edit essai = {.scenario = "essai"};
    const maille_op create = {
        .kind = MAILLE_OP_CREATE, .perimeter = "n", .text = "N", .status = "projet"};
    maille_comment c = {
        .subject_kind = "perimetre", .subject = "n", .scenario = "essai", .text = "Neuf"};
    maille_edit_result result;
    char id[33];
    CHECK_OK(maille_scenario_create(ctx, store, "essai", "Essai", ""));
    check_refused(store, c, MAILLE_REFUSED, "there was no perimeter n");
    CHECK_OK(maille_edit_apply(ctx, store, &essai, &create, 1, &result));
    CHECK_OK(maille_comment_add(ctx, store, &c, id));
    c.scenario = "";
    check_refused(store, c, MAILLE_REFUSED, "there was no perimeter n");
    CHECK_OK(maille_comment_add(ctx, store, &on_commune, id));
    CHECK_OK(maille_scenario_delete(ctx, store, "essai"));
    CHECK_INT(count_rows(store, "comment"), 1);
    maille_store_close(store);
}

/* Whatever allocation fails, a comment and its entry are there together or not at all. */
TEST(when_memory_runs_out_nothing_is_written) {
    maille_store *store = new_place();
    size_t entries = count_rows(store, "journal");
    maille_status status = MAILLE_NO_MEMORY;
    uint64_t failed = 0;
    char id[33];
    for (uint64_t n = 1; n < 100000 && status != MAILLE_OK; n++) {
        maille_memory_fail_at(n);
        status = maille_comment_add(ctx, store, &on_commune, id);
        maille_memory_fail_at(0);
        if (status == MAILLE_OK)
            break;
        failed++;
        CHECK_INT(status, MAILLE_NO_MEMORY);
        CHECK_INT(count_rows(store, "comment"), 0);
        CHECK_INT(count_rows(store, "journal"), entries);
    }
    CHECK(failed > 20);
    CHECK_INT(count_rows(store, "comment"), 1);
    CHECK_INT(count_rows(store, "journal"), entries + 1);
    maille_store_close(store);
}

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(they_are_told_in_the_order_in_which_they_were_written),
          CASE(what_is_no_comment_is_refused), CASE(its_author_takes_it_away_and_its_place_stays),
          CASE(it_is_settled_and_opened_again), CASE(the_journal_tells_of_each),
          CASE(comments_of_a_scenario_go_with_it), CASE(when_memory_runs_out_nothing_is_written),
          CASE(tear_down))
