/* The journal: entries in the transaction of what they tell of, in order, in whose name; requests
 * that are answered once; names that go when their time is over, and nothing else with them. */
#include "store/internal.h"
#include "workspaces.h"

#include <maille/account.h>
#include <maille/hash.h>
#include <maille/journal.h>
#include <maille/memory.h>
#include <maille/provenance.h>

static void sql(maille_ctx *ctx, maille_store *store, const char *text) {
    CHECK_OK(maille_sql_exec(ctx, store->db, text, "test"));
}

static int64_t number(maille_ctx *ctx, maille_store *store, const char *text) {
    sqlite3_int64 value = -1;
    CHECK_OK(maille_sql_number(ctx, store->db, text, "test", &value));
    return value;
}

static void add(maille_ctx *ctx, maille_store *store, const char *action, const char *subject) {
    CHECK_OK(maille_journal_add(ctx, store,
                                &(maille_entry){.action = action,
                                                .scenario = "",
                                                .subject_kind = "perimetre",
                                                .subject = subject,
                                                .why = "réunion du 3 mai"}));
}

static const char *cell(const maille_table *rows, size_t row, const char *column) {
    return rows->columns[maille_table_column(rows, column)].texts[row];
}

static int64_t number_of(const maille_table *rows, size_t row) {
    return rows->columns[maille_table_column(rows, "id")].ints[row];
}

TEST(entries_stand_in_order_in_the_name_of_who_acts) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows;
    int64_t last;
    CHECK_OK(maille_journal_last(ctx, store, &last));
    CHECK_INT(last, 0);
    add(ctx, store, "edition", "a");
    CHECK_OK(maille_store_act_as(ctx, store, "Anne", "0123456789abcdef"));
    CHECK_TEXT(maille_store_who(store), "Anne");
    CHECK_TEXT(maille_store_account(store), "0123456789abcdef");
    add(ctx, store, "note", "b");
    CHECK_OK(maille_store_act_as(ctx, store, "Bob", NULL));
    CHECK_TEXT(maille_store_account(store), NULL);
    add(ctx, store, "edition", "c");

    CHECK_OK(maille_journal_read(ctx, store, 0, 100, &rows));
    CHECK_INT(rows->rows, 3);
    static const char *const who[] = {"test", "Anne", "Bob"}, *const of[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        CHECK_INT(number_of(rows, i), i + 1);
        CHECK_TEXT(cell(rows, i, "who"), who[i]);
        CHECK_TEXT(cell(rows, i, "subject"), of[i]);
        CHECK_TEXT(cell(rows, i, "account"), i == 1 ? "0123456789abcdef" : NULL);
        CHECK_TEXT(cell(rows, i, "why"), "réunion du 3 mai");
        CHECK_TEXT(cell(rows, i, "change_id"), NULL);
        CHECK_INT(strlen(cell(rows, i, "at")), 20);
    }
    CHECK_INT(rows->column_count, 12);
    maille_table_free(rows);
    CHECK_OK(maille_journal_read(ctx, store, 1, 1, &rows)); /* after the first, one */
    CHECK(rows->rows == 1 && number_of(rows, 0) == 2);
    maille_table_free(rows);
    CHECK_OK(maille_journal_read(ctx, store, 3, 100, &rows));
    CHECK_INT(rows->rows, 0);
    maille_table_free(rows);
    CHECK_OK(maille_journal_last(ctx, store, &last));
    CHECK_INT(last, 3);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(an_entry_is_there_with_what_it_tells_of_or_not_at_all) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx), *reader;
    const maille_import import = {.kind = "communes", .file = "/x/y/c.csv", .sha256 = "0"};
    maille_import counts = {.rows_kept = 12};
    CHECK_OK(maille_store_open(ctx, maille_store_path(store), MAILLE_STORE_READ, "r", &reader));
    CHECK_OK(maille_store_begin(ctx, store));
    add(ctx, store, "edition", "a");
    CHECK_OK(maille_store_set(ctx, store, "x", "1"));
    CHECK_INT(count_of(ctx, reader, "journal"), 0);
    maille_store_rollback(store);
    CHECK_INT(count_of(ctx, store, "journal"), 0);

    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_import_record(ctx, store, &import, &counts.id));
    CHECK_OK(maille_import_counts(ctx, store, &counts));
    maille_store_rollback(store);
    CHECK_INT(count_of(ctx, store, "journal"), 0);
    CHECK_FAILS(maille_import_counts(ctx, store, &counts), MAILLE_NOT_FOUND, "was not recorded");
    CHECK_INT(count_of(ctx, store, "journal"), 0);
    CHECK_FAILS(maille_token_revoke(ctx, store, "nobody"), MAILLE_NOT_FOUND, "no token");
    CHECK_INT(count_of(ctx, store, "journal"), 0);

    CHECK_OK(maille_store_begin(ctx, store));
    add(ctx, store, "edition", "a");
    CHECK_OK(maille_store_commit(ctx, store));
    CHECK_INT(count_of(ctx, reader, "journal"), 1);
    CHECK_FAILS(maille_journal_add(ctx, reader, &(maille_entry){.action = "note"}), MAILLE_FAILED,
                "for reading only");
    maille_store_close(reader);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(imports_and_tokens_write_their_entries) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    const maille_import import = {.kind = "communes", .file = "/x/y/c\"1.csv", .sha256 = "0"};
    maille_import counts = {.rows_read = 15, .rows_kept = 12};
    char token[MAILLE_TOKEN_TEXT], id[17];
    maille_table *rows;
    CHECK_OK(maille_import_record(ctx, store, &import, &counts.id));
    CHECK_OK(maille_import_counts(ctx, store, &counts));
    CHECK_OK(maille_import_forget(ctx, store, counts.id));
    const maille_token_wish wish = {.name = "Anne", .role = MAILLE_PLANIFICATEUR};
    CHECK_OK(maille_token_create(ctx, store, &wish, token, id));
    CHECK_FAILS(maille_token_create(ctx, store, &wish, token, id), MAILLE_REFUSED, "already");
    CHECK_OK(maille_token_revoke(ctx, store, "Anne"));
    CHECK_OK(maille_journal_read(ctx, store, 0, 10, &rows));
    static const char *const want[][4] = {
        {"import", "import", "communes", "{\"fichier\":\"c\\\"1.csv\",\"lignes\":12}"},
        {"import", "import", "communes", "{\"fichier\":\"c\\\"1.csv\",\"retire\":true}"},
        {"jeton", "jeton", "Anne", "{\"jeton\":\"créé\",\"role\":\"planificateur\"}"},
        {"jeton", "jeton", "Anne", "{\"jeton\":\"révoqué\",\"role\":\"planificateur\"}"}};
    static const char *const columns[] = {"action", "subject_kind", "subject", "detail"};
    CHECK_INT(rows->rows, 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++)
            CHECK_TEXT(cell(rows, i, columns[k]), want[i][k]);
    maille_table_free(rows);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* ---- what an audit asks ---- */

/* Numbers of the entries that were found, "5 3". */
static void check_found(maille_ctx *ctx, maille_store *store, maille_journal_query query,
                        const char *want) {
    maille_table *rows;
    char got[100] = "";
    query.most = query.most ? query.most : 100;
    CHECK_OK(maille_journal_find(ctx, store, &query, &rows));
    for (size_t i = 0; i < rows->rows; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%lld", i ? " " : "",
                 (long long)number_of(rows, i));
    CHECK_TEXT(got, want);
    maille_table_free(rows);
}

TEST(an_audit_asks_newest_first) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    sql(ctx, store,
        "INSERT INTO journal (at, who, action, subject) VALUES"
        "('2026-01-01T00:00:00Z', 'Anne', 'edition', 'a'),"
        "('2026-01-01T23:59:59Z', 'Bob', 'edition', 'b'),"
        "('2026-01-02T00:00:00Z', 'Anne', 'note', 'a'),"
        "('2026-01-03T12:00:00Z', 'Anne', 'edition', 'a')");
    check_found(ctx, store, (maille_journal_query){0}, "4 3 2 1");
    check_found(ctx, store, (maille_journal_query){.most = 2}, "4 3");
    check_found(ctx, store, (maille_journal_query){.most = 2, .before = 3}, "2 1");
    check_found(ctx, store, (maille_journal_query){.until = "2026-01-01"}, "2 1");
    check_found(ctx, store, (maille_journal_query){.since = "2026-01-02"}, "4 3");
    check_found(ctx, store, (maille_journal_query){.since = "2026-01-02", .until = "2026-01-02"},
                "3");
    check_found(ctx, store, (maille_journal_query){.who = "Anne", .action = "edition"}, "4 1");
    check_found(ctx, store, (maille_journal_query){.subject = "b"}, "2");
    check_found(ctx, store, (maille_journal_query){.who = "Anne' OR 1=1 --"}, "");
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* ---- requests ---- */

TEST(a_request_is_answered_once) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    int status;
    char *answer;
    int64_t count;
    CHECK_OK(maille_request_find(ctx, store, "anne", "r1", "h1", &status, &answer));
    CHECK(answer == NULL);
    CHECK_OK(maille_request_keep(ctx, store, "anne", "r1", "h1", 201, "{\"é\":1}"));
    CHECK_OK(maille_request_find(ctx, store, "anne", "r1", "h1", &status, &answer));
    CHECK_INT(status, 201);
    CHECK_TEXT(answer, "{\"é\":1}");
    maille_free(answer);
    /* another request of that id; the same id of another account; another id */
    CHECK_FAILS(maille_request_find(ctx, store, "anne", "r1", "h2", &status, &answer),
                MAILLE_REFUSED, "r1");
    CHECK(answer == NULL);
    CHECK_OK(maille_request_find(ctx, store, "bob", "r1", "h2", &status, &answer));
    CHECK(answer == NULL);
    CHECK_OK(maille_request_find(ctx, store, "anne", "r2", "h1", &status, &answer));
    CHECK(answer == NULL);
    CHECK_OK(maille_request_keep(ctx, store, "bob", "r1", "h2", 200, ""));
    CHECK_INT(maille_request_keep(ctx, store, "bob", "r1", "h2", 200, ""), MAILLE_REFUSED);
    /* with what was asked, or not at all */
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_request_keep(ctx, store, "anne", "r3", "h", 200, "{}"));
    maille_store_rollback(store);
    CHECK_OK(maille_request_find(ctx, store, "anne", "r3", "h", &status, &answer));
    CHECK(answer == NULL);

    sql(ctx, store, "UPDATE request SET at = '2026-01-01T10:00:00Z' WHERE account = 'anne'");
    CHECK_OK(maille_request_forget(ctx, store, "2026-01-01T10:00:00Z", &count));
    CHECK_INT(count, 0);
    CHECK_OK(maille_request_forget(ctx, store, "2026-01-01T10:00:01Z", &count));
    CHECK_INT(count, 1);
    CHECK_INT(count_of(ctx, store, "request"), 1);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* ---- names that go ---- */

/* One row a day around the bounds 2026-01-10 (audit) and 2024-01-10 (authors); "old" goes. */
static const char people[] =
    "INSERT INTO journal (at, who, account, action, subject_kind, subject, why, detail) VALUES"
    "('2026-01-09T23:59:59Z', 'old', 'k', 'edition', 'perimetre', 'a', 'raison', '{\"x\":1}'),"
    "('2026-01-10T00:00:00Z', 'new', 'k', 'edition', 'perimetre', 'a', NULL, NULL),"
    "('2025-01-01T00:00:00Z', 'old', NULL, 'jeton', 'jeton', 'old', NULL, '{\"jeton\":\"créé\"}'),"
    "('2026-02-01T00:00:00Z', 'new', NULL, 'jeton', 'jeton', 'new', NULL, '{}');"
    "INSERT INTO request VALUES ('k', 'a', 'h', 200, 'old', '2026-01-09T23:59:59Z'),"
    "('k', 'b', 'h', 200, 'new', '2026-01-10T00:00:00Z');"
    "INSERT INTO token (id, name, hash, role, made, who, expires, revoked) VALUES"
    "('1', 'old', '1', 'admin', '2020-01-01T00:00:00Z', 'old', NULL, '2026-01-09T10:00:00Z'),"
    "('2', 'old', '2', 'admin', '2020-01-01T00:00:00Z', 'old', '2026-01-09', NULL),"
    "('3', 'new', '3', 'admin', '2020-01-01T00:00:00Z', 'new', '2026-01-10', NULL),"
    "('4', 'new', '4', 'admin', '2020-01-01T00:00:00Z', 'new', NULL, NULL);"
    "INSERT INTO change (id, number, scenario, kind, at, who, why, account) VALUES"
    "('c1', 1, '', 'edition', '2024-01-09T23:59:59Z', 'old', 'pourquoi', 'k'),"
    "('c2', 2, '', 'edition', '2024-01-10T00:00:00Z', 'new', NULL, 'k');"
    "INSERT INTO perimeter_document VALUES ('d', '{\"id\":\"a\"}');"
    "INSERT INTO perimeter_version VALUES ('a', '', 1, 'c1', NULL, 'd', NULL);"
    "INSERT INTO gap_note VALUES ('01001', 'note', NULL, '2024-01-09T00:00:00Z', 'old'),"
    "('01002', 'note', NULL, '2024-01-10T00:00:00Z', 'new');"
    "INSERT INTO scenario VALUES ('s', 'S', '', '2024-01-09T00:00:00Z', 'old'),"
    "('t', 'T', '', '2024-01-10T00:00:00Z', 'new');"
    "INSERT INTO comment (id, subject_kind, subject, scenario, text, at, who, account, settled,"
    " settled_by) VALUES"
    "('x', 'commune', '01001', '', 'texte', '2024-01-09T00:00:00Z', 'old', 'k',"
    " '2024-01-09T01:00:00Z', 'old'),"
    "('y', 'commune', '01001', '', 'texte', '2024-01-09T00:00:00Z', 'old', 'k',"
    " '2024-01-11T00:00:00Z', 'new'),"
    "('z', 'commune', '01001', '', 'texte', '2024-01-10T00:00:00Z', 'new', 'k', NULL, NULL);"
    "INSERT INTO import (kind, file, sha256, options, rows_read, rows_kept, rows_repaired,"
    " rows_refused, report, program, at, who) VALUES"
    "('communes', 'f', 'h', '{}', 1, 1, 0, 0, '{}', 'p', '2026-01-09T00:00:00Z', 'old'),"
    "('centres', 'f', 'h', '{}', 1, 1, 0, 0, '{}', 'p', '2026-01-10T00:00:00Z', 'new');"
    "INSERT INTO step_run VALUES ('codes', '', 'h', '{}', '', 1, 'p', '2026-01-09T00:00:00Z',"
    " 'old'), ('gaps', '', 'h', '{}', '', 1, 'p', '2026-01-10T00:00:00Z', 'new');";

/* Every value of every table of the schema that is a name, counted. */
static int64_t count_names(maille_ctx *ctx, maille_store *store, const char *name) {
    int64_t total = 0;
    for (size_t t = 0; t < store->schema->table_count; t++) {
        const maille_schema_table *table = &store->schema->tables[t];
        for (size_t c = 0; !table->view && c < table->column_count; c++) {
            char text[300];
            if (table->columns[c].type != MAILLE_TEXT)
                continue;
            snprintf(text, sizeof text, "SELECT count(*) FROM \"%s\" WHERE \"%s\" = '%s'",
                     table->name, table->columns[c].name, name);
            total += number(ctx, store, text);
        }
    }
    return total;
}

/* What was done, as bytes: all of the tables without the columns that say who. */
static void hash_of_what_was_done(maille_ctx *ctx, maille_store *store, maille_sha256 *out) {
    static const char *const reads[] = {
        "SELECT id, at, action, scenario, subject_kind, change_id, why, detail FROM journal"
        " WHERE action <> 'oubli'",
        "SELECT id, number, scenario, kind, of_change, at, why FROM change",
        "SELECT * FROM perimeter_document",
        "SELECT * FROM perimeter_version",
        "SELECT id, title, base, at FROM scenario",
        "SELECT code, note, since, at FROM gap_note",
        "SELECT id, subject_kind, subject, scenario, reply_to, text, at, settled, withdrawn"
        " FROM comment",
        "SELECT id, hash, role, departments, made, expires, revoked FROM token",
        "SELECT id, kind, file, sha256, at FROM import",
        "SELECT step, at FROM step_run"};
    maille_hasher *hasher = maille_hasher_new();
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        sqlite3_stmt *read = NULL;
        size_t rows = 0;
        CHECK_OK(maille_sql_prepare(ctx, store->db, reads[i], "test", &read));
        for (; sqlite3_step(read) == SQLITE_ROW; rows++)
            for (int c = 0; c < sqlite3_column_count(read); c++) {
                const char *text = (const char *)sqlite3_column_text(read, c);
                maille_hasher_add_text(hasher, text ? text : "\x01");
            }
        CHECK(rows > 0);
        sqlite3_finalize(read);
    }
    maille_hasher_end(hasher, out);
}

TEST(names_go_when_their_time_is_over_and_what_was_done_stays) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_sha256 before, after;
    maille_table *rows;
    int64_t count;
    sql(ctx, store, people);
    int64_t fresh = count_names(ctx, store, "new");
    hash_of_what_was_done(ctx, store, &before);
    CHECK(count_names(ctx, store, "old") > 14);

    CHECK_OK(maille_names_forget(ctx, store, "2026-01-10", "2024-01-10", &count));
    /* 2 entries, 1 request, 2 tokens, 1 import, 1 step; 1 change, 1 note, 1 scenario, 2 comments */
    CHECK_INT(count, 12);
    CHECK_INT(count_names(ctx, store, "old"), 0);
    CHECK_INT(count_names(ctx, store, "new"), fresh);
    hash_of_what_was_done(ctx, store, &after);
    CHECK_TEXT(after.hex, before.hex);
    CHECK_INT(number(ctx, store,
                     "SELECT count(*) FROM journal WHERE who = '' AND account IS NULL AND "
                     "forgotten = date('now') AND at < '2026-01-10'"),
              2);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM journal WHERE account = 'k'"), 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM change WHERE account = 'k'"), 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM comment WHERE account = 'k'"), 1);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM comment WHERE settled_by = 'new'"), 1);
    CHECK_OK(maille_journal_find(ctx, store, &(maille_journal_query){.action = "oubli", .most = 9},
                                 &rows));
    CHECK_INT(rows->rows, 1);
    CHECK_TEXT(cell(rows, 0, "detail"),
               "{\"journal\":2,\"demandes\":1,\"importations\":1,\"calculs\":1,\"jetons\":2,"
               "\"changements\":1,\"notes\":1,\"commentaires\":2,\"scenarios\":1}");
    maille_table_free(rows);

    /* Once more there is nothing to do, and nothing to tell. */
    CHECK_OK(maille_names_forget(ctx, store, "2026-01-10", "2024-01-10", &count));
    CHECK_INT(count, 0);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM journal WHERE action = 'oubli'"), 1);
    /* Without bounds neither. */
    CHECK_OK(maille_names_forget(ctx, store, NULL, NULL, &count));
    CHECK_INT(count, 0);
    CHECK_INT(count_names(ctx, store, "new"), fresh);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(each_bound_is_for_its_own) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    int64_t count;
    sql(ctx, store, people);
    CHECK_OK(maille_names_forget(ctx, store, NULL, "2024-01-10", &count));
    CHECK_INT(count, 5);
    CHECK_INT(number(ctx, store, "SELECT count(*) FROM journal WHERE who = 'old'"), 2);
    CHECK_OK(maille_names_forget(ctx, store, "2026-01-10", NULL, &count));
    CHECK_INT(count, 7);
    /* In a transaction of the caller that is rolled back nothing went. */
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_names_forget(ctx, store, "2030-01-01", "2030-01-01", &count));
    CHECK(count > 0);
    CHECK_INT(count_names(ctx, store, "new"), 2); /* of the token that still holds */
    maille_store_rollback(store);
    CHECK(count_names(ctx, store, "new") > 2);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* Whatever allocation fails, it is told, and nothing is half done. */
TEST(memory_that_runs_out_is_told) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows = NULL;
    maille_status status = MAILLE_NO_MEMORY;
    int64_t count;
    sql(ctx, store, people);
    int64_t entries = count_of(ctx, store, "journal");
    for (uint64_t n = 1; status != MAILLE_OK && n < 500; n++) {
        maille_memory_fail_at(n);
        status = maille_names_forget(ctx, store, "2026-01-10", "2024-01-10", &count);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || status == MAILLE_NO_MEMORY);
        CHECK_INT(count_of(ctx, store, "journal"), entries + (status == MAILLE_OK));
    }
    CHECK_INT(status, MAILLE_OK);
    status = MAILLE_NO_MEMORY;
    for (uint64_t n = 1; status != MAILLE_OK && n < 500; n++) {
        maille_memory_fail_at(n);
        status = maille_journal_read(ctx, store, 0, 100, &rows);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || (status == MAILLE_NO_MEMORY && !rows));
    }
    CHECK_INT(status, MAILLE_OK);
    maille_table_free(rows);
    for (uint64_t n = 1; n < 12; n++) {
        maille_memory_fail_at(n);
        status = maille_store_act_as(ctx, store, "Zoé", "z");
        maille_memory_fail_at(0);
        CHECK_TEXT(maille_store_who(store), status == MAILLE_OK ? "Zoé" : "test");
        if (status == MAILLE_OK)
            break;
    }
    CHECK_INT(status, MAILLE_OK);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(entries_stand_in_order_in_the_name_of_who_acts),
          CASE(an_entry_is_there_with_what_it_tells_of_or_not_at_all),
          CASE(imports_and_tokens_write_their_entries), CASE(an_audit_asks_newest_first),
          CASE(a_request_is_answered_once),
          CASE(names_go_when_their_time_is_over_and_what_was_done_stays),
          CASE(each_bound_is_for_its_own), CASE(memory_that_runs_out_is_told))
