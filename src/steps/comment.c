/* Comments on communes and perimeters: written, settled, withdrawn, each told in the journal. */
#include "steps/history.h"
#include "steps/history_rows.h"

#include <maille/clock.h>
#include <maille/comment.h>
#include <maille/hash.h>
#include <maille/journal.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TRY MAILLE_TRY

enum {
    ID,
    KIND,
    SUBJECT,
    SCENARIO,
    REPLY,
    TEXT,
    AT,
    WHO,
    ACCOUNT,
    SETTLED,
    BY,
    WITHDRAWN,
    COLUMNS
};
static const char *const columns[] = {"id",       "subject_kind", "subject",    "scenario",
                                      "reply_to", "text",         "at",         "who",
                                      "account",  "settled",      "settled_by", "withdrawn"};

static maille_status tell(maille_ctx *ctx, maille_store *store, const maille_table *row,
                          const char *did) {
    char detail[96];
    snprintf(detail, sizeof detail, "{\"id\":\"%s\",\"fait\":\"%s\"}", row_text(row, 0, ID), did);
    const maille_entry entry = {.action = "commentaire",
                                .scenario = row_text(row, 0, SCENARIO),
                                .subject_kind = row_text(row, 0, KIND),
                                .subject = row_text(row, 0, SUBJECT),
                                .detail = detail};
    return maille_journal_add(ctx, store, &entry);
}

static maille_status find(maille_ctx *ctx, maille_store *store, const char *id,
                          maille_table **out) {
    maille_status status = MAILLE_OK;
    row_filter by_id;
    row_where(&by_id, "id", id);
    TRY(rows_of(ctx, store, "comment", columns, COLUMNS, &by_id.all, out));
    if ((*out)->rows == 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "there was no comment %s", id);
done:
    return status;
}

/* ---- writing -----------------------------------------------------------------------------------
 */

static maille_status judge_text(maille_ctx *ctx, const char *text) {
    size_t characters = 0;
    if (!text || text[strspn(text, " \t\r\n")] == '\0')
        return maille_fail(ctx, MAILLE_REFUSED, "the comment was empty");
    if (!maille_is_utf8(text, strlen(text)))
        return maille_fail(ctx, MAILLE_REFUSED, "the comment was no UTF-8");
    for (const char *c = text; *c; c++) {
        characters += ((unsigned char)*c & 0xc0) != 0x80;
        if ((unsigned char)*c < ' ' && !strchr("\t\r\n", *c))
            return maille_fail(ctx, MAILLE_REFUSED, "the comment held a control character");
    }
    if (characters > MAILLE_COMMENT_MOST)
        return maille_fail(ctx, MAILLE_REFUSED, "the comment had %zu characters, %d is the most",
                           characters, MAILLE_COMMENT_MOST);
    return MAILLE_OK;
}

/* A commune of the workspace, or a perimeter that the scenario has. */
static maille_status judge_subject(maille_ctx *ctx, maille_store *store, const maille_comment *c) {
    maille_status status = MAILLE_OK;
    int64_t there = 0;
    row_filter by_code;
    history_head head;
    row_where(&by_code, "code", c->subject);
    if (strcmp(c->subject_kind, "commune") == 0) {
        TRY(maille_store_count(ctx, store, "commune", &by_code.all, &there));
        if (!there)
            status = maille_fail(ctx, MAILLE_REFUSED, "no commune had code %s", c->subject);
    } else if (strcmp(c->subject_kind, "perimetre") == 0) {
        TRY(history_head_of(ctx, store, c->scenario, c->subject, &head));
        if (!*head.state)
            status = maille_fail(ctx, MAILLE_REFUSED, "there was no perimeter %s", c->subject);
    } else {
        status =
            maille_fail(ctx, MAILLE_REFUSED, "there are no comments on a \"%s\"", c->subject_kind);
    }
done:
    return status;
}

/* An answer is on what its question is on. */
static maille_status judge_reply(maille_ctx *ctx, maille_store *store, const maille_comment *c) {
    maille_table *to = NULL;
    maille_status status = MAILLE_OK;
    row_filter by_id;
    if (!c->reply_to)
        return MAILLE_OK;
    row_where(&by_id, "id", c->reply_to);
    TRY(rows_of(ctx, store, "comment", columns, COLUMNS, &by_id.all, &to));
    if (to->rows == 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "there was no comment %s to answer", c->reply_to);
    else if (strcmp(row_text(to, 0, KIND), c->subject_kind) != 0 ||
             strcmp(row_text(to, 0, SUBJECT), c->subject) != 0 ||
             strcmp(row_text(to, 0, SCENARIO), c->scenario) != 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "comment %s was on another subject than %s",
                             c->reply_to, c->subject);
done:
    maille_table_free(to);
    return status;
}

/* The microsecond, then chance: in the order of ids comments come one after the other. */
static maille_status make_id(maille_ctx *ctx, char id[33]) {
    struct timespec now;
    char chance[33];
    maille_status status = maille_random_hex(ctx, chance);
    if (status != MAILLE_OK)
        return status;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(id, 33, "%014llx%.18s",
             (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000,
             chance);
    return MAILLE_OK;
}

maille_status maille_comment_add(maille_ctx *ctx, maille_store *store,
                                 const maille_comment *comment, char id[33]) {
    maille_table *row = NULL;
    maille_status status = MAILLE_OK;
    bool own = false;
    char now[21];
    maille_utc_now(now);
    TRY(history_enter(ctx, store, comment->scenario, &own));
    TRY(judge_text(ctx, comment->text));
    TRY(judge_subject(ctx, store, comment));
    TRY(judge_reply(ctx, store, comment));
    TRY(make_id(ctx, id));
    const row_cell cells[] = {ROW_TEXT("id", id),
                              ROW_TEXT("subject_kind", comment->subject_kind),
                              ROW_TEXT("subject", comment->subject),
                              ROW_TEXT("scenario", comment->scenario),
                              ROW_TEXT("reply_to", comment->reply_to),
                              ROW_TEXT("text", comment->text),
                              ROW_TEXT("at", now),
                              ROW_TEXT("who", maille_store_who(store)),
                              ROW_TEXT("account", maille_store_account(store))};
    TRY(row_put(ctx, store, "comment", NULL, cells, sizeof cells / sizeof *cells));
    TRY(find(ctx, store, id, &row));
    TRY(tell(ctx, store, row, "ajout"));
done:
    maille_table_free(row);
    return maille_store_leave(ctx, store, own, status);
}

/* Puts a comment back with one or two of its columns changed. */
static maille_status put_back(maille_ctx *ctx, maille_store *store, maille_table *row) {
    row_filter by_id;
    row_where(&by_id, "id", row_text(row, 0, ID));
    return maille_store_replace(ctx, store, "comment", &by_id.all, row);
}

/* By the account; on the command line, which has none, by the name. */
static bool is_mine(const maille_store *store, const maille_table *row) {
    const char *account = maille_store_account(store), *of = row->columns[ACCOUNT].texts[0];
    if (account || of)
        return account && of && strcmp(account, of) == 0;
    return strcmp(row_text(row, 0, WHO), maille_store_who(store)) == 0;
}

maille_status maille_comment_withdraw(maille_ctx *ctx, maille_store *store, const char *id,
                                      bool anyone) {
    maille_table *row = NULL;
    maille_status status = MAILLE_OK;
    bool own = false;
    char now[21];
    maille_utc_now(now);
    TRY(maille_store_enter(ctx, store, &own));
    TRY(find(ctx, store, id, &row));
    if (!anyone && !is_mine(store, row))
        TRY(maille_fail(ctx, MAILLE_REFUSED, "comment %s was by %s", id, row_text(row, 0, WHO)));
    if (*row_text(row, 0, WITHDRAWN))
        TRY(maille_fail(ctx, MAILLE_REFUSED, "comment %s was withdrawn already", id));
    TRY(maille_set_text(ctx, row, 0, TEXT, NULL));
    TRY(maille_set_text(ctx, row, 0, WITHDRAWN, now));
    TRY(put_back(ctx, store, row));
    TRY(tell(ctx, store, row, "retrait"));
done:
    maille_table_free(row);
    return maille_store_leave(ctx, store, own, status);
}

maille_status maille_comment_settle(maille_ctx *ctx, maille_store *store, const char *id,
                                    bool settled) {
    maille_table *row = NULL;
    maille_status status = MAILLE_OK;
    bool own = false;
    char now[21];
    maille_utc_now(now);
    TRY(maille_store_enter(ctx, store, &own));
    TRY(find(ctx, store, id, &row));
    if (settled == (*row_text(row, 0, SETTLED) != '\0'))
        TRY(maille_fail(ctx, MAILLE_REFUSED, "comment %s was %s already", id,
                        settled ? "settled" : "open"));
    TRY(maille_set_text(ctx, row, 0, SETTLED, settled ? now : NULL));
    TRY(maille_set_text(ctx, row, 0, BY, settled ? maille_store_who(store) : NULL));
    TRY(put_back(ctx, store, row));
    TRY(tell(ctx, store, row, settled ? "reglement" : "reouverture"));
done:
    maille_table_free(row);
    return maille_store_leave(ctx, store, own, status);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

maille_status maille_comment_list(maille_ctx *ctx, maille_store *store, const char *subject_kind,
                                  const char *subject, const char *scenario, maille_table **out) {
    static const char *const oldest_first[] = {"at", "id"};
    const char *const names[] = {"subject_kind", "subject", "scenario"};
    const char *const wanted[] = {subject_kind, subject, scenario};
    maille_value values[3];
    maille_filter equals[3];
    const maille_filter *all[3];
    maille_filter filter = {.op = MAILLE_F_AND, .children = all};
    for (size_t i = 0; i < 3; i++) {
        if (!wanted[i])
            continue;
        values[filter.count] = maille_text_value(wanted[i]);
        equals[filter.count] = maille_equals(names[i], &values[filter.count]);
        all[filter.count] = &equals[filter.count];
        filter.count++;
    }
    const maille_query query = {.table = "comment",
                                .columns = columns,
                                .column_count = COLUMNS,
                                .filter = &filter,
                                .order = oldest_first,
                                .order_count = 2};
    return maille_store_read(ctx, store, &query, out);
}
