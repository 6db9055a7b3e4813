/* Writing: transactions, rows added, replaced and deleted, settings. */
#include "store/defer.h"
#include "store/internal.h"
#include "store/polygon_blob.h"

#include <maille/text.h>
#include <string.h>

/* ---- transactions ---- */

maille_status maille_store_writable(maille_ctx *ctx, const maille_store *store) {
    if (store->mode != MAILLE_STORE_WRITE)
        return maille_fail(ctx, MAILLE_FAILED, "%s was opened for reading only", store->path);
    return store->lock >= 0
               ? MAILLE_OK
               : maille_fail(ctx, MAILLE_FAILED, "%s was at rest, and nobody roused it to write",
                             store->path);
}

maille_status maille_store_begin(maille_ctx *ctx, maille_store *store) {
    if (!sqlite3_get_autocommit(store->db))
        return maille_fail(ctx, MAILLE_FAILED, "a transaction on %s was begun twice", store->path);
    if (store->deferred)
        return maille_defer_begin(ctx, store);
    return maille_sql_exec(ctx, store->db, store->lock >= 0 ? "BEGIN IMMEDIATE" : "BEGIN",
                           store->path);
}

maille_status maille_store_commit(maille_ctx *ctx, maille_store *store) {
    if (sqlite3_get_autocommit(store->db))
        return maille_fail(ctx, MAILLE_FAILED, "there was no transaction on %s to commit",
                           store->path);
    if (store->deferred)
        return maille_defer_commit(ctx, store);
    if (sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return MAILLE_OK;
    return maille_sql_fail(ctx, store->db, "the changes of %s could not be kept", store->path);
}

void maille_store_rollback(maille_store *store) {
    if (store->deferred)
        maille_defer_forget(store);
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

maille_status maille_store_enter(maille_ctx *ctx, maille_store *store, bool *own) {
    *own = sqlite3_get_autocommit(store->db) != 0;
    return *own ? maille_store_begin(ctx, store) : MAILLE_OK;
}

maille_status maille_store_leave(maille_ctx *ctx, maille_store *store, bool own,
                                 maille_status status) {
    if (status == MAILLE_OK && own)
        status = maille_store_commit(ctx, store);
    if (status != MAILLE_OK)
        maille_store_rollback(store);
    return status;
}

maille_status maille_change_begin(maille_ctx *ctx, maille_store *store, maille_change *change) {
    maille_status status = maille_store_writable(ctx, store);
    if (status != MAILLE_OK)
        return status;
    change->own = sqlite3_get_autocommit(store->db) != 0;
    return change->own ? maille_store_begin(ctx, store)
                       : maille_sql_exec(ctx, store->db, "SAVEPOINT change", store->path);
}

maille_status maille_change_end(maille_ctx *ctx, maille_store *store, const maille_change *change,
                                maille_status status) {
    if (status == MAILLE_OK)
        status = change->own ? maille_store_commit(ctx, store)
                             : maille_sql_exec(ctx, store->db, "RELEASE change", store->path);
    if (status == MAILLE_OK)
        return status;
    if (change->own)
        maille_store_rollback(store);
    else if (!sqlite3_get_autocommit(store->db)) /* else SQLite rolled all of it back */
        sqlite3_exec(store->db, "ROLLBACK TO change; RELEASE change", NULL, NULL, NULL);
    return status;
}

/* ---- rows ---- */

typedef struct {
    const maille_schema_table *table;
    const maille_table *rows;
    const maille_schema_column **columns; /* of the rows' columns */
    sqlite3_stmt *insert;
    maille_strbuf blob;
} appending;

static maille_status find_for_writing(maille_ctx *ctx, const maille_store *store, const char *name,
                                      const maille_schema_table **table) {
    maille_status status = maille_schema_find(ctx, store->schema, name, table);
    if (status == MAILLE_OK && (*table)->view)
        status = maille_fail(ctx, MAILLE_USAGE, "%s is a view, which cannot be written", name);
    return status;
}

static const char *type_name(maille_type type) {
    static const char *const names[] = {"integers", "numbers", "texts", "bytes", "geometries"};
    return names[type];
}

static maille_status match_columns(maille_ctx *ctx, appending *a) {
    a->columns = maille_alloc(a->rows->column_count, sizeof(void *));
    if (!a->columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < a->rows->column_count; i++) {
        const maille_column *given = &a->rows->columns[i];
        maille_status status = maille_schema_column_of(ctx, a->table, given->name, &a->columns[i]);
        if (status != MAILLE_OK)
            return status;
        maille_type type = a->columns[i]->type;
        if (given->type != type && !(given->type == MAILLE_INT && type == MAILLE_REAL))
            return maille_fail(ctx, MAILLE_USAGE, "column %s of %s holds %s and was given %s",
                               given->name, a->table->name, type_name(type),
                               type_name(given->type));
    }
    return MAILLE_OK;
}

static maille_status prepare_insert(maille_ctx *ctx, maille_store *store, appending *a) {
    maille_strbuf sql = {0};
    maille_strbuf_add(&sql, "INSERT INTO ");
    maille_sql_name(&sql, a->table->name);
    for (size_t i = 0; i < a->rows->column_count; i++) {
        maille_strbuf_add_char(&sql, i ? ',' : '(');
        maille_sql_name(&sql, a->columns[i]->name);
    }
    for (size_t i = 0; i < a->rows->column_count; i++)
        maille_strbuf_add(&sql, i ? ",?" : ") VALUES (?");
    maille_strbuf_add_char(&sql, ')');
    maille_status status =
        sql.failed ? maille_no_memory(ctx)
                   : maille_sql_prepare(ctx, store->db, sql.text, a->table->name, &a->insert);
    maille_strbuf_free(&sql);
    return status;
}

static void write_cell(maille_strbuf *text, const maille_column *column, size_t row) {
    if (column->null[row])
        maille_strbuf_add(text, "null");
    else if (column->type == MAILLE_INT)
        maille_strbuf_add_int(text, column->ints[row]);
    else if (column->type == MAILLE_REAL)
        maille_strbuf_add_double(text, column->reals[row]);
    else if (column->type == MAILLE_TEXT)
        maille_strbuf_add(text, column->texts[row]);
}

/* "row 3 of commune (code 2A004)": rows are counted from 1, the key is told where it was given. */
static void name_row(const appending *a, size_t row, maille_strbuf *text) {
    maille_strbuf_addf(text, "row %zu of %s", row + 1, a->table->name);
    bool any = false;
    for (size_t i = 0; i < a->rows->column_count; i++) {
        if (!a->columns[i]->key)
            continue;
        maille_strbuf_add(text, any ? ", " : " (");
        maille_strbuf_addf(text, "%s ", a->columns[i]->name);
        write_cell(text, &a->rows->columns[i], row);
        any = true;
    }
    if (any)
        maille_strbuf_add_char(text, ')');
}

/* Fails for one row; `reason` NULL: SQLite's. */
static maille_status refuse(maille_ctx *ctx, sqlite3 *db, const appending *a, size_t row,
                            const char *column, const char *reason) {
    maille_strbuf name = {0};
    maille_status status;
    name_row(a, row, &name);
    if (name.failed)
        status = maille_no_memory(ctx);
    else if (reason)
        status =
            maille_fail(ctx, MAILLE_REFUSED, "%s was refused: %s %s", name.text, column, reason);
    else
        status = maille_sql_fail(ctx, db, "%s was refused", name.text);
    maille_strbuf_free(&name);
    return status;
}

static maille_status bind_geometry(maille_ctx *ctx, sqlite3 *db, appending *a, size_t row,
                                   size_t i) {
    const char *wrong = maille_wkb_to_blob(a->rows->columns[i].blobs[row], &a->blob);
    if (a->blob.failed)
        return maille_no_memory(ctx);
    if (wrong)
        return refuse(ctx, db, a, row, a->columns[i]->name, wrong);
    if (a->blob.length == 0)
        return MAILLE_OK; /* an empty geometry is null */
    /* copied: a second geometry of the row would reuse the buffer */
    if (sqlite3_bind_blob64(a->insert, (int)i + 1, a->blob.text, a->blob.length,
                            SQLITE_TRANSIENT) != SQLITE_OK)
        return refuse(ctx, db, a, row, NULL, NULL);
    return MAILLE_OK;
}

static maille_status bind_cell(maille_ctx *ctx, sqlite3 *db, appending *a, size_t row, size_t i) {
    const maille_column *column = &a->rows->columns[i];
    int place = (int)i + 1, bound = SQLITE_OK;
    if (column->null[row])
        return MAILLE_OK; /* unbound is null */
    switch (column->type) {
    case MAILLE_INT:
        bound = sqlite3_bind_int64(a->insert, place, column->ints[row]);
        break;
    case MAILLE_REAL:
        bound = sqlite3_bind_double(a->insert, place, column->reals[row]);
        break;
    case MAILLE_TEXT: {
        size_t length = strlen(column->texts[row]);
        if (!maille_is_utf8(column->texts[row], length))
            return refuse(ctx, db, a, row, column->name, "is no UTF-8 text");
        bound = sqlite3_bind_text64(a->insert, place, column->texts[row], length, SQLITE_STATIC,
                                    SQLITE_UTF8);
        break;
    }
    case MAILLE_BLOB:
        bound = sqlite3_bind_blob64(a->insert, place, column->blobs[row].bytes,
                                    column->blobs[row].length, SQLITE_STATIC);
        break;
    case MAILLE_GEOMETRY:
        return bind_geometry(ctx, db, a, row, i);
    }
    return bound == SQLITE_OK ? MAILLE_OK : refuse(ctx, db, a, row, NULL, NULL);
}

static maille_status insert_rows(maille_ctx *ctx, sqlite3 *db, appending *a) {
    for (size_t row = 0; row < a->rows->rows; row++) {
        for (size_t i = 0; i < a->rows->column_count; i++) {
            maille_status status = bind_cell(ctx, db, a, row, i);
            if (status != MAILLE_OK)
                return status;
        }
        if (sqlite3_step(a->insert) != SQLITE_DONE)
            return refuse(ctx, db, a, row, NULL, NULL);
        sqlite3_reset(a->insert);
        sqlite3_clear_bindings(a->insert);
    }
    return MAILLE_OK;
}

/* Inside a change. */
static maille_status append(maille_ctx *ctx, maille_store *store, const maille_schema_table *table,
                            const maille_table *rows) {
    appending a = {.table = table, .rows = rows};
    if (!rows || rows->column_count == 0)
        return MAILLE_OK;
    maille_status status = match_columns(ctx, &a);
    if (status == MAILLE_OK && rows->rows)
        status = prepare_insert(ctx, store, &a);
    if (status == MAILLE_OK && rows->rows)
        status = insert_rows(ctx, store->db, &a);
    sqlite3_finalize(a.insert);
    maille_strbuf_free(&a.blob);
    maille_free(a.columns);
    return status;
}

/* Inside a change. */
static maille_status delete_rows(maille_ctx *ctx, maille_store *store,
                                 const maille_schema_table *table, const maille_filter *scope) {
    sqlite3_stmt *remove = NULL;
    maille_statement s = {.store = store};
    maille_statement_table(&s, "DELETE FROM", table);
    maille_status status =
        maille_statement_where(ctx, &s, " WHERE", (maille_scope){&table, 1, 0}, scope);
    if (status == MAILLE_OK)
        status = maille_statement_prepare(ctx, store, &s, table, &remove);
    if (status == MAILLE_OK && sqlite3_step(remove) != SQLITE_DONE)
        status = maille_sql_fail(ctx, store->db, "rows of %s could not be deleted", table->name);
    sqlite3_finalize(remove);
    maille_statement_free(&s);
    return status;
}

static maille_status change_table(maille_ctx *ctx, maille_store *store, const char *name,
                                  bool deletes, const maille_filter *scope,
                                  const maille_table *rows) {
    const maille_schema_table *table;
    maille_change change;
    maille_status status = find_for_writing(ctx, store, name, &table);
    if (status == MAILLE_OK && store->deferred)
        return maille_defer_rows(ctx, store, table, deletes, scope, rows);
    if (status == MAILLE_OK)
        status = maille_change_begin(ctx, store, &change);
    if (status != MAILLE_OK)
        return status;
    if (deletes)
        status = delete_rows(ctx, store, table, scope);
    if (status == MAILLE_OK)
        status = append(ctx, store, table, rows);
    return maille_change_end(ctx, store, &change, status);
}

maille_status maille_store_append(maille_ctx *ctx, maille_store *store, const char *table,
                                  const maille_table *rows) {
    return change_table(ctx, store, table, false, NULL, rows);
}

maille_status maille_store_replace(maille_ctx *ctx, maille_store *store, const char *table,
                                   const maille_filter *scope, const maille_table *rows) {
    return change_table(ctx, store, table, true, scope, rows);
}

maille_status maille_store_delete(maille_ctx *ctx, maille_store *store, const char *table,
                                  const maille_filter *scope) {
    return change_table(ctx, store, table, true, scope, NULL);
}

/* ---- settings ---- */

maille_status maille_store_get(maille_ctx *ctx, maille_store *store, const char *key, char **out) {
    sqlite3_stmt *read = NULL;
    *out = NULL;
    maille_status status =
        maille_sql_prepare(ctx, store->db, "SELECT value FROM meta WHERE key = ?", "meta", &read);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_text(read, 1, key, -1, SQLITE_STATIC);
    int step = sqlite3_step(read);
    if (step == SQLITE_ROW) {
        *out = maille_strdup((const char *)sqlite3_column_text(read, 0));
        if (!*out)
            status = maille_no_memory(ctx);
    } else if (step != SQLITE_DONE) {
        status = maille_sql_fail(ctx, store->db, "setting %s could not be read", key);
    }
    sqlite3_finalize(read);
    return status;
}

maille_status maille_store_set(maille_ctx *ctx, maille_store *store, const char *key,
                               const char *value) {
    sqlite3_stmt *write = NULL;
    if (store->deferred)
        return maille_defer_setting(ctx, store, key, value);
    maille_status status = maille_store_writable(ctx, store);
    if (status != MAILLE_OK)
        return status;
    status = maille_sql_prepare(ctx, store->db,
                                "INSERT INTO meta (key, value) VALUES (?, ?) "
                                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                                "meta", &write);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_text(write, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(write, 2, value, -1, SQLITE_STATIC);
    if (sqlite3_step(write) != SQLITE_DONE)
        status = maille_sql_fail(ctx, store->db, "setting %s could not be written", key);
    sqlite3_finalize(write);
    return status;
}
