/* Where things come from: imports and step runs, and what a new import replaces. */
#include <maille/provenance.h>

#include "store/defer.h"
#include "store/internal.h"

#include <maille/clock.h>
#include <maille/journal.h>
#include <maille/json.h>
#include <maille/version.h>
#include <string.h>

/* Binds texts to the parameters from `first` on; NULL stays null. */
static void bind_texts(sqlite3_stmt *statement, int first, const char *const *texts, int count) {
    for (int i = 0; i < count; i++)
        sqlite3_bind_text(statement, first + i, texts[i], -1, SQLITE_STATIC);
}

/* Runs a statement that gives no rows; finalizes it. */
static maille_status finish(maille_ctx *ctx, maille_store *store, sqlite3_stmt *statement,
                            const char *what) {
    maille_status status = MAILLE_OK;
    if (sqlite3_step(statement) != SQLITE_DONE)
        status = maille_sql_fail(ctx, store->db, "%s could not be recorded", what);
    sqlite3_finalize(statement);
    return status;
}

/* ---- telling the journal ---- */

static maille_status add_entry(maille_ctx *ctx, maille_store *store, const char *kind,
                               const char *file, int64_t rows) {
    if (!kind || !file)
        return maille_no_memory(ctx);
    const char *slash = strrchr(file, '/');
    maille_jout detail = {0};
    maille_j_open(&detail, NULL, '{');
    maille_j_text(&detail, "fichier", slash ? slash + 1 : file);
    if (rows < 0)
        maille_j_bool(&detail, "retire", true);
    else
        maille_j_int(&detail, "lignes", rows);
    maille_j_close(&detail, '}');
    maille_status status = detail.s.failed
                               ? maille_no_memory(ctx)
                               : maille_journal_add(ctx, store,
                                                    &(maille_entry){.action = "import",
                                                                    .subject_kind = "import",
                                                                    .subject = kind,
                                                                    .detail = detail.s.text});
    maille_strbuf_free(&detail.s);
    return status;
}

/* What an import brought (`rows`; -1: it is taken away). */
static maille_status tell_import(maille_ctx *ctx, maille_store *store, int64_t id, int64_t rows) {
    sqlite3_stmt *find = NULL;
    maille_status status = maille_sql_prepare(
        ctx, store->db, "SELECT kind, file FROM import WHERE id = ?", "import", &find);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_int64(find, 1, id);
    int step = sqlite3_step(find);
    if (step == SQLITE_ROW)
        status = add_entry(ctx, store, (const char *)sqlite3_column_text(find, 0),
                           (const char *)sqlite3_column_text(find, 1), rows);
    else if (step == SQLITE_DONE)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "import %lld was not recorded", (long long)id);
    else
        status = maille_sql_fail(ctx, store->db, "import %lld could not be read", (long long)id);
    sqlite3_finalize(find);
    return status;
}

/* ---- what an import replaces ---- */

/* Deletes the rows of import `id` from a table; perimeters edited since stay, with their members.
 */
static maille_status forget_rows(maille_ctx *ctx, maille_store *store,
                                 const maille_schema_table *table, int64_t id) {
    sqlite3_stmt *remove = NULL;
    maille_strbuf sql = {0};
    maille_strbuf_add(&sql, "DELETE FROM ");
    maille_sql_name(&sql, table->name);
    maille_strbuf_add(&sql, " WHERE import_id = ?");
    if (maille_schema_seek(table, "edited"))
        maille_strbuf_add(&sql, " AND edited = 0");
    if (maille_schema_seek(table, "perimeter_id"))
        maille_strbuf_add(&sql,
                          " AND perimeter_id NOT IN "
                          "(SELECT id FROM perimeter WHERE edited <> 0)");
    maille_status status = sql.failed
                               ? maille_no_memory(ctx)
                               : maille_sql_prepare(ctx, store->db, sql.text, table->name, &remove);
    maille_strbuf_free(&sql);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_int64(remove, 1, id);
    return finish(ctx, store, remove, "a replaced import");
}

static maille_status forget(maille_ctx *ctx, maille_store *store, int64_t id) {
    sqlite3_stmt *remove = NULL;
    for (size_t i = 0; i < store->schema->table_count; i++) {
        const maille_schema_table *table = &store->schema->tables[i];
        if (table->view || !maille_schema_seek(table, "import_id"))
            continue;
        maille_status status = forget_rows(ctx, store, table, id);
        if (status != MAILLE_OK)
            return status;
    }
    maille_status status =
        maille_sql_prepare(ctx, store->db, "DELETE FROM import WHERE id = ?", "import", &remove);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_int64(remove, 1, id);
    if ((status = finish(ctx, store, remove, "a replaced import")) != MAILLE_OK)
        return status;
    if (sqlite3_changes(store->db) != 1)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "import %lld was not recorded", (long long)id);
    return MAILLE_OK;
}

maille_status maille_import_forget(maille_ctx *ctx, maille_store *store, int64_t id) {
    maille_change change;
    maille_status status = maille_change_begin(ctx, store, &change);
    if (status != MAILLE_OK)
        return status;
    status = tell_import(ctx, store, id, -1);
    if (status == MAILLE_OK)
        status = forget(ctx, store, id);
    return maille_change_end(ctx, store, &change, status);
}

/* ---- imports ---- */

static maille_status insert_import(maille_ctx *ctx, maille_store *store,
                                   const maille_import *import, int64_t *id) {
    sqlite3_stmt *insert = NULL;
    maille_status status = maille_sql_prepare(
        ctx, store->db,
        "INSERT INTO import (kind, name, service, file, sha256, vintage, source, licence, options,"
        " report, program, at, who, rows_read, rows_kept, rows_repaired, rows_refused)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        "import", &insert);
    if (status != MAILLE_OK)
        return status;
    char at[21];
    maille_utc_now(at);
    const char *texts[] = {import->kind,
                           import->name,
                           import->service,
                           import->file,
                           import->sha256,
                           import->vintage,
                           import->source,
                           import->licence,
                           import->options ? import->options : "{}",
                           import->report ? import->report : "{}",
                           MAILLE_VERSION,
                           at,
                           store->who};
    bind_texts(insert, 1, texts, 13);
    const int64_t counts[] = {import->rows_read, import->rows_kept, import->rows_repaired,
                              import->rows_refused};
    for (int i = 0; i < 4; i++)
        sqlite3_bind_int64(insert, 14 + i, counts[i]);
    status = finish(ctx, store, insert, "an import");
    if (status == MAILLE_OK)
        *id = sqlite3_last_insert_rowid(store->db);
    return status;
}

maille_status maille_import_record(maille_ctx *ctx, maille_store *store,
                                   const maille_import *import, int64_t *id) {
    maille_change change;
    *id = 0;
    if (!import->kind || !import->file || !import->sha256)
        return maille_fail(ctx, MAILLE_USAGE, "an import without kind, file or hash was recorded");
    maille_status status = maille_change_begin(ctx, store, &change);
    if (status != MAILLE_OK)
        return status;
    /* the new one first, so that it never takes the id of the one it replaces */
    status = insert_import(ctx, store, import, id);
    if (status == MAILLE_OK && import->replaces)
        status = forget(ctx, store, import->replaces);
    return maille_change_end(ctx, store, &change, status);
}

static maille_status update_counts(maille_ctx *ctx, maille_store *store,
                                   const maille_import *import) {
    sqlite3_stmt *update = NULL;
    maille_status status =
        maille_sql_prepare(ctx, store->db,
                           "UPDATE import SET rows_read = ?, rows_kept = ?, rows_repaired = ?,"
                           " rows_refused = ?, report = ? WHERE id = ?",
                           "import", &update);
    if (status != MAILLE_OK)
        return status;
    const int64_t counts[] = {import->rows_read, import->rows_kept, import->rows_repaired,
                              import->rows_refused};
    for (int i = 0; i < 4; i++)
        sqlite3_bind_int64(update, 1 + i, counts[i]);
    sqlite3_bind_text(update, 5, import->report ? import->report : "{}", -1, SQLITE_STATIC);
    sqlite3_bind_int64(update, 6, import->id);
    return finish(ctx, store, update, "an import");
}

maille_status maille_import_counts(maille_ctx *ctx, maille_store *store,
                                   const maille_import *import) {
    maille_change change;
    maille_status status = maille_change_begin(ctx, store, &change);
    if (status != MAILLE_OK)
        return status;
    status = update_counts(ctx, store, import);
    if (status == MAILLE_OK)
        status = tell_import(ctx, store, import->id, import->rows_kept);
    return maille_change_end(ctx, store, &change, status);
}

maille_status maille_imports(maille_ctx *ctx, maille_store *store, maille_table **out) {
    static const char *const order[] = {"kind", "name", "service", "file"};
    maille_query query = {.table = "import", .order = order, .order_count = 4};
    return maille_store_read(ctx, store, &query, out);
}

/* ---- steps ---- */

maille_status maille_step_record(maille_ctx *ctx, maille_store *store, const maille_step_run *run) {
    sqlite3_stmt *insert = NULL;
    if (store->deferred)
        return maille_defer_step(ctx, store, run);
    maille_status status = maille_store_writable(ctx, store);
    if (status != MAILLE_OK)
        return status;
    status = maille_sql_prepare(ctx, store->db,
                                "INSERT OR REPLACE INTO step_run (step, audience, inputs_hash,"
                                " parameters, message, program, at, who, seconds)"
                                " VALUES (?,?,?,?,?,?,?,?,?)",
                                "step_run", &insert);
    if (status != MAILLE_OK)
        return status;
    char at[21];
    maille_utc_now(at);
    const char *texts[] = {run->step,
                           run->audience ? run->audience : "",
                           run->inputs_hash,
                           run->parameters ? run->parameters : "{}",
                           run->message ? run->message : "",
                           MAILLE_VERSION,
                           at,
                           store->who};
    bind_texts(insert, 1, texts, 8);
    sqlite3_bind_double(insert, 9, run->seconds);
    return finish(ctx, store, insert, "a step");
}

maille_status maille_step_hash(maille_ctx *ctx, maille_store *store, const char *step,
                               const char *audience, char **out) {
    sqlite3_stmt *read = NULL;
    *out = NULL;
    maille_status status = maille_sql_prepare(
        ctx, store->db, "SELECT inputs_hash FROM step_run WHERE step = ? AND audience = ?",
        "step_run", &read);
    if (status != MAILLE_OK)
        return status;
    bind_texts(read, 1, (const char *const[]){step, audience ? audience : ""}, 2);
    int result = sqlite3_step(read);
    if (result == SQLITE_ROW) {
        *out = maille_strdup((const char *)sqlite3_column_text(read, 0));
        if (!*out)
            status = maille_no_memory(ctx);
    } else if (result != SQLITE_DONE) {
        status = maille_sql_fail(ctx, store->db, "the last run of %s could not be read", step);
    }
    sqlite3_finalize(read);
    return status;
}
