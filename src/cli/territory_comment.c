/* Comments on communes and perimeters. */
#include "cli/territory.h"

#include <maille/comment.h>
#include <string.h>

/* ---- what a comment is on ---- */

/* A perimeter of the scenario, else a commune. */
static maille_status kind_of_subject(territory *t, const char *subject, const char **kind) {
    static const maille_moment now;
    const maille_value code = maille_text_value(subject);
    const maille_filter by_code = maille_equals("code", &code);
    maille_perimeter *perimeter = NULL;
    int64_t communes = 0;
    maille_status status =
        maille_perimeter_load(t->ctx, t->store, t->scenario, subject, &now, &perimeter, NULL);
    maille_perimeter_free(perimeter);
    *kind = "perimetre";
    if (status != MAILLE_NOT_FOUND)
        return status;
    *kind = "commune";
    status = maille_store_count(t->ctx, t->store, "commune", &by_code, &communes);
    if (status == MAILLE_OK && communes == 0)
        status =
            maille_fail(t->ctx, MAILLE_NOT_FOUND, "no perimeter and no commune was %s", subject);
    return status;
}

/* ---- printing ---- */

static const char *cell(const maille_table *rows, const char *column, size_t row) {
    return rows->columns[maille_table_column(rows, column)].texts[row];
}

/* Each line of the text under its head. */
static void print_text(const char *text) {
    while (*text) {
        size_t length = strcspn(text, "\r\n");
        printf("    %.*s\n", (int)length, text);
        text += length;
        text += *text == '\r';
        text += *text == '\n';
    }
}

static void print_comment(const maille_table *rows, size_t row) {
    const char *reply_to = cell(rows, "reply_to", row), *settled = cell(rows, "settled", row);
    const char *text = cell(rows, "text", row);
    printf("%s, %s, %s (%s)", cell(rows, "subject", row), cell(rows, "at", row),
           cell(rows, "who", row), cell(rows, "id", row));
    if (reply_to)
        printf(", en réponse à %s", reply_to);
    if (settled)
        printf(", réglé par %s", or_dash(cell(rows, "settled_by", row)));
    printf("\n");
    print_text(text ? text : "(retiré)");
}

static maille_status tell_one(territory *t, const char *id) {
    const maille_value which = maille_text_value(id);
    const maille_filter by_id = maille_equals("id", &which);
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(t->ctx, t->store, &(maille_query){.table = "comment", .filter = &by_id},
                          &rows));
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_comment(&j, NULL, rows, 0);
        TRY(j_print(t->ctx, &j));
    } else if (!t->o.quiet) {
        print_comment(rows, 0);
    }
done:
    maille_table_free(rows);
    return status;
}

/* ---- the subcommands ---- */

static maille_status add_comment(territory *t) {
    maille_comment made = {
        .subject = t->words[0], .scenario = t->scenario, .reply_to = t->o.reply, .text = t->o.text};
    char id[33];
    maille_status status = MAILLE_OK;
    TRY(kind_of_subject(t, made.subject, &made.subject_kind));
    TRY(maille_comment_add(t->ctx, t->store, &made, id));
    TRY(tell_one(t, id));
done:
    return status;
}

/* Whoever may write to the workspace may withdraw what others wrote, as an admin of the service. */
maille_status run_comment(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, 1));
    if ((t->o.text != NULL) + t->o.settle + t->o.remove != 1)
        return maille_fail(t->ctx, MAILLE_USAGE, "comment takes --text T, --settle or --remove");
    if ((t->o.reply && !t->o.text) || (t->o.back && !t->o.settle))
        return maille_fail(t->ctx, MAILLE_USAGE, "--reply goes with --text, --not with --settle");
    TRY(territory_open(t));
    if (t->o.text)
        return add_comment(t);
    if (t->o.settle)
        TRY(maille_comment_settle(t->ctx, t->store, t->words[0], !t->o.back));
    else
        TRY(maille_comment_withdraw(t->ctx, t->store, t->words[0], true));
    TRY(tell_one(t, t->words[0]));
done:
    return status;
}

maille_status run_comments(territory *t) {
    const char *subject = t->word_count ? t->words[0] : NULL, *kind = NULL;
    maille_table *rows = NULL;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_open(t));
    TRY(maille_comment_list(t->ctx, t->store, NULL, subject, t->scenario, &rows));
    if (subject && rows->rows == 0) /* those on a perimeter that is gone stay */
        TRY(kind_of_subject(t, subject, &kind));
    maille_j_open(&j, NULL, '[');
    for (size_t row = 0; row < rows->rows; row++) {
        maille_j_comment(&j, NULL, rows, row);
        if (!t->o.json && !t->o.quiet)
            print_comment(rows, row);
    }
    maille_j_close(&j, ']');
    if (t->o.json)
        TRY(j_print(t->ctx, &j));
done:
    maille_strbuf_free(&j.s);
    maille_table_free(rows);
    return status;
}
