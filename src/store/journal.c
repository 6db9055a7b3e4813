/* What was done, by whom: entries in the transaction of what they tell of, and names that go when
 * their retention is over. */
#include <maille/journal.h>

#include "store/internal.h"

#include <maille/clock.h>
#include <maille/json.h>
#include <stdio.h>

/* ---- writing ---- */

maille_status maille_journal_add(maille_ctx *ctx, maille_store *store, const maille_entry *entry) {
    static const char *const names[] = {"at",       "who",          "action",  "account",
                                        "scenario", "subject_kind", "subject", "change_id",
                                        "why",      "detail"};
    enum { COLUMNS = sizeof names / sizeof *names };
    maille_column_spec columns[COLUMNS];
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    char now[21];
    size_t row;
    maille_utc_now(now);
    const char *texts[COLUMNS] = {now,
                                  store->who,
                                  entry->action,
                                  store->account,
                                  entry->scenario,
                                  entry->subject_kind,
                                  entry->subject,
                                  entry->change_id,
                                  entry->why,
                                  entry->detail};
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = (maille_column_spec){names[i], MAILLE_TEXT};
    MAILLE_TRY(maille_table_new(ctx, columns, COLUMNS, &rows));
    MAILLE_TRY(maille_table_add_row(ctx, rows, &row));
    for (size_t i = 0; i < COLUMNS; i++)
        if (texts[i])
            MAILLE_TRY(maille_set_text(ctx, rows, row, i, texts[i]));
    MAILLE_TRY(maille_store_append(ctx, store, "journal", rows));
done:
    maille_table_free(rows);
    return status;
}

/* ---- reading ---- */

/* The first `most` rows by number. */
static maille_status read_rows(maille_ctx *ctx, maille_store *store, const maille_filter *filter,
                               bool newest_first, size_t most, maille_table **out) {
    static const char *const names[] = {"id",        "at",       "who",          "account",
                                        "action",    "scenario", "subject_kind", "subject",
                                        "change_id", "why",      "detail",       "forgotten"};
    enum { COLUMNS = sizeof names / sizeof *names };
    maille_column_of columns[COLUMNS];
    maille_column_spec specs[COLUMNS];
    const maille_order order = {.column = {.column = "id"}, .descending = newest_first};
    const maille_selection_query query = {.table = "journal",
                                          .key = "id",
                                          .columns = columns,
                                          .column_count = COLUMNS,
                                          .filter = filter,
                                          .order = &order,
                                          .order_count = 1,
                                          .limit = (int64_t)most};
    maille_cursor *cursor = NULL;
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    bool more;
    size_t row;
    *out = NULL;
    for (size_t i = 0; i < COLUMNS; i++) {
        columns[i] = (maille_column_of){0, names[i]};
        specs[i] = (maille_column_spec){names[i], i == 0 ? MAILLE_INT : MAILLE_TEXT};
    }
    MAILLE_TRY(maille_table_new(ctx, specs, COLUMNS, &rows));
    MAILLE_TRY(maille_store_select(ctx, store, &query, &cursor));
    while ((status = maille_cursor_next(ctx, cursor, &more)) == MAILLE_OK && more) {
        MAILLE_TRY(maille_table_add_row(ctx, rows, &row));
        maille_set_int(rows, row, 0, maille_cursor_int(cursor, 0));
        for (size_t i = 1; i < COLUMNS; i++)
            if (maille_cursor_text(cursor, i))
                MAILLE_TRY(maille_set_text(ctx, rows, row, i, maille_cursor_text(cursor, i)));
    }
    if (status != MAILLE_OK)
        goto done;
    *out = rows;
    rows = NULL;
done:
    maille_cursor_free(cursor);
    maille_table_free(rows);
    return status;
}

maille_status maille_journal_read(maille_ctx *ctx, maille_store *store, int64_t after, size_t most,
                                  maille_table **out) {
    const maille_value bound = maille_int_value(after);
    const maille_filter later = {.op = MAILLE_F_GT, .column = "id", .values = &bound, .count = 1};
    return read_rows(ctx, store, &later, false, most, out);
}

maille_status maille_journal_last(maille_ctx *ctx, maille_store *store, int64_t *id) {
    sqlite3_int64 last;
    maille_status status =
        maille_sql_number(ctx, store->db, "SELECT max(id) FROM journal", "journal", &last);
    *id = last;
    return status;
}

maille_status maille_journal_find(maille_ctx *ctx, maille_store *store,
                                  const maille_journal_query *query, maille_table **out) {
    char last[32] = "";
    const struct {
        const char *column, *text;
        maille_filter_op op;
    } asked[] = {{"at", query->since, MAILLE_F_GE},
                 {"at", query->until ? last : NULL, MAILLE_F_LE},
                 {"action", query->action, MAILLE_F_EQ},
                 {"who", query->who, MAILLE_F_EQ},
                 {"subject", query->subject, MAILLE_F_EQ}};
    enum { TEXTS = sizeof asked / sizeof *asked };
    maille_value values[TEXTS + 1];
    maille_filter filters[TEXTS + 1];
    const maille_filter *all[TEXTS + 1];
    size_t count = 0;
    if (query->until) /* after whatever bears that day */
        snprintf(last, sizeof last, "%.10sT99", query->until);
    for (size_t i = 0; i < TEXTS; i++) {
        if (!asked[i].text)
            continue;
        values[count] = maille_text_value(asked[i].text);
        filters[count] = (maille_filter){
            .op = asked[i].op, .column = asked[i].column, .values = &values[count], .count = 1};
        count++;
    }
    if (query->before > 0) {
        values[count] = maille_int_value(query->before);
        filters[count] = (maille_filter){
            .op = MAILLE_F_LT, .column = "id", .values = &values[count], .count = 1};
        count++;
    }
    for (size_t i = 0; i < count; i++)
        all[i] = &filters[i];
    const maille_filter filter = {.op = MAILLE_F_AND, .children = all, .count = count};
    return read_rows(ctx, store, &filter, true, query->most, out);
}

/* ---- forgetting ---- */

/* What loses its names; ?1 is the bound (a day, not included), ?2 today. Each row that had one
 * counts. */
typedef struct {
    const char *key; /* under which the entry tells how many */
    const char *sql;
} oblivion;

/* The name of a token is that of its holder: it is the subject of entries about it. */
static const oblivion of_audit[] = {
    {"journal",
     "UPDATE journal SET who = '', account = NULL, forgotten = ?2,"
     " subject = CASE WHEN subject_kind = 'jeton' THEN NULL ELSE subject END"
     " WHERE at < ?1 AND forgotten IS NULL AND (who <> '' OR account IS NOT NULL OR"
     " subject_kind = 'jeton')"},
    {"demandes", "DELETE FROM request WHERE at < ?1"},
    {"importations", "UPDATE import SET who = '' WHERE at < ?1 AND who <> ''"},
    {"calculs", "UPDATE step_run SET who = '' WHERE at < ?1 AND who <> ''"},
    {"jetons",
     "UPDATE token SET name = '', who = '' WHERE (revoked < ?1 OR expires < ?1) AND"
     " (name <> '' OR who <> '')"},
};
static const oblivion of_authors[] = {
    {"changements",
     "UPDATE change SET who = '', account = NULL WHERE at < ?1 AND"
     " (who <> '' OR account IS NOT NULL)"},
    {"notes", "UPDATE gap_note SET who = '' WHERE at < ?1 AND who <> ''"},
    {"commentaires",
     "UPDATE comment SET who = '', account = NULL, settled_by ="
     " CASE WHEN settled < ?1 THEN NULL ELSE settled_by END WHERE at < ?1 AND"
     " (who <> '' OR account IS NOT NULL OR (settled < ?1 AND"
     " settled_by IS NOT NULL))"},
    {"scenarios", "UPDATE scenario SET who = '' WHERE at < ?1 AND who <> ''"},
};

static maille_status forget_one(maille_ctx *ctx, maille_store *store, const oblivion *what,
                                const char *before, const char *today, int64_t *count) {
    sqlite3_stmt *change = NULL;
    maille_status status = maille_sql_prepare(ctx, store->db, what->sql, what->key, &change);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_text(change, 1, before, -1, SQLITE_STATIC);
    if (sqlite3_bind_parameter_count(change) > 1)
        sqlite3_bind_text(change, 2, today, -1, SQLITE_STATIC);
    if (sqlite3_step(change) != SQLITE_DONE)
        status = maille_sql_fail(ctx, store->db, "names of %s could not be forgotten", what->key);
    else
        *count = sqlite3_changes(store->db);
    sqlite3_finalize(change);
    return status;
}

/* Adds to `count` and to the detail of the entry. */
static maille_status forget_all(maille_ctx *ctx, maille_store *store, const oblivion *what,
                                size_t kinds, const char *before, maille_jout *detail,
                                int64_t *count) {
    char today[11];
    maille_utc_today(today);
    for (size_t i = 0; i < kinds && before; i++) {
        int64_t changed = 0;
        maille_status status = forget_one(ctx, store, &what[i], before, today, &changed);
        if (status != MAILLE_OK)
            return status;
        if (changed > 0)
            maille_j_int(detail, what[i].key, changed);
        *count += changed;
    }
    return MAILLE_OK;
}

static maille_status tell_oblivion(maille_ctx *ctx, maille_store *store, maille_jout *detail) {
    maille_j_close(detail, '}');
    return detail->s.failed
               ? maille_no_memory(ctx)
               : maille_journal_add(ctx, store,
                                    &(maille_entry){.action = "oubli", .detail = detail->s.text});
}

maille_status maille_names_forget(maille_ctx *ctx, maille_store *store, const char *audit_before,
                                  const char *authors_before, int64_t *count) {
    maille_jout detail = {0};
    maille_change change;
    int64_t forgotten = 0;
    *count = 0;
    maille_status status = maille_change_begin(ctx, store, &change);
    if (status != MAILLE_OK)
        return status;
    maille_j_open(&detail, NULL, '{');
    status = forget_all(ctx, store, of_audit, sizeof of_audit / sizeof *of_audit, audit_before,
                        &detail, &forgotten);
    if (status == MAILLE_OK)
        status = forget_all(ctx, store, of_authors, sizeof of_authors / sizeof *of_authors,
                            authors_before, &detail, &forgotten);
    if (status == MAILLE_OK && forgotten > 0)
        status = tell_oblivion(ctx, store, &detail);
    status = maille_change_end(ctx, store, &change, status);
    if (status == MAILLE_OK)
        *count = forgotten;
    maille_strbuf_free(&detail.s);
    return status;
}
