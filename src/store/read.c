/* Reading: queries as cursors and as whole tables. */
#include "store/internal.h"
#include "store/polygon_blob.h"

#include <math.h>
#include <string.h>

struct maille_cursor {
    sqlite3 *db;
    sqlite3_stmt *rows;
    const maille_schema_table *table;
    size_t row, column_count;
    const maille_schema_column **columns;
    /* Values of the row that stands, by column; WKB is in the buffer of its column. */
    const char **texts;
    maille_bytes *bytes;
    maille_strbuf *wkb;
    sqlite3_stmt **later; /* by column: what gives the geometry of a rowid, or NULL */
};

static maille_status make_cursor(maille_ctx *ctx, maille_store *store,
                                 const maille_schema_table *about, size_t count,
                                 maille_cursor **out) {
    maille_cursor *cursor = *out = maille_alloc(1, sizeof *cursor);
    if (!cursor)
        return maille_no_memory(ctx);
    cursor->db = store->db;
    cursor->table = about;
    cursor->column_count = count;
    cursor->columns = maille_alloc(count, sizeof(void *));
    cursor->texts = maille_alloc(count, sizeof *cursor->texts);
    cursor->bytes = maille_alloc(count, sizeof *cursor->bytes);
    cursor->wkb = maille_alloc(count, sizeof *cursor->wkb);
    cursor->later = maille_alloc(count, sizeof(void *));
    bool made = cursor->columns && cursor->texts && cursor->bytes && cursor->wkb && cursor->later;
    return made ? MAILLE_OK : maille_no_memory(ctx);
}

maille_status maille_cursor_over(maille_ctx *ctx, maille_store *store, const maille_statement *s,
                                 const maille_schema_table *about,
                                 const maille_schema_column *const *columns, size_t count,
                                 maille_cursor **out) {
    maille_cursor *cursor;
    *out = NULL;
    maille_status status = make_cursor(ctx, store, about, count, &cursor);
    if (status == MAILLE_OK) {
        memcpy(cursor->columns, columns, count * sizeof *columns);
        status = maille_statement_prepare(ctx, store, s, about, &cursor->rows);
    }
    if (status == MAILLE_OK)
        *out = cursor;
    else
        maille_cursor_free(cursor);
    return status;
}

/* The columns that a query asks for; the caller frees the list. */
static maille_status choose_columns(maille_ctx *ctx, const maille_schema_table *table,
                                    const maille_query *query,
                                    const maille_schema_column ***columns, size_t *count) {
    maille_status status = MAILLE_OK;
    *columns = NULL;
    *count = query->columns ? query->column_count : table->column_count;
    if (*count == 0)
        return maille_fail(ctx, MAILLE_USAGE, "no column of %s was asked for", table->name);
    *columns = maille_alloc(*count, sizeof(void *));
    if (!*columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < *count && status == MAILLE_OK; i++)
        if (query->columns)
            status = maille_schema_column_of(ctx, table, query->columns[i], &(*columns)[i]);
        else
            (*columns)[i] = &table->columns[i];
    return status;
}

static void add_order(maille_statement *s, const maille_schema_column *column, size_t *count) {
    maille_strbuf_add(&s->text, (*count)++ ? ", " : " ORDER BY ");
    maille_statement_column(s, 0, column);
}

/* What was asked for, then the primary key, so that the order of equal rows is settled too. */
static maille_status write_order(maille_ctx *ctx, const maille_schema_table *table,
                                 const maille_query *query, maille_statement *s) {
    const maille_schema_column *column;
    size_t count = 0;
    for (size_t i = 0; query->order && i < query->order_count; i++) {
        maille_status status = maille_schema_column_of(ctx, table, query->order[i], &column);
        if (status != MAILLE_OK)
            return status;
        add_order(s, column, &count);
    }
    for (int key = 1; key <= (int)table->column_count; key++)
        for (size_t i = 0; i < table->column_count; i++)
            if (table->columns[i].key == key)
                add_order(s, &table->columns[i], &count);
    return MAILLE_OK;
}

maille_status maille_store_scan(maille_ctx *ctx, maille_store *store, const maille_query *query,
                                maille_cursor **out) {
    const maille_schema_table *table;
    const maille_schema_column **columns = NULL;
    size_t count;
    maille_statement s = {.store = store};
    maille_status status = MAILLE_OK;
    *out = NULL;
    MAILLE_TRY(maille_schema_find(ctx, store->schema, query->table, &table));
    MAILLE_TRY(choose_columns(ctx, table, query, &columns, &count));
    for (size_t i = 0; i < count; i++) {
        maille_strbuf_add(&s.text, i ? ", " : "SELECT ");
        maille_statement_column(&s, 0, columns[i]);
    }
    maille_statement_table(&s, " FROM", table);
    MAILLE_TRY(
        maille_statement_where(ctx, &s, " WHERE", (maille_scope){&table, 1, 0}, query->filter));
    MAILLE_TRY(write_order(ctx, table, query, &s));
    status = maille_cursor_over(ctx, store, &s, table, columns, count, out);
done:
    maille_statement_free(&s);
    maille_free(columns);
    return status;
}

maille_status maille_cursor_later(maille_ctx *ctx, maille_cursor *cursor, size_t column,
                                  const maille_schema_table *table) {
    maille_strbuf sql = {0};
    maille_strbuf_add(&sql, "SELECT ");
    maille_sql_name(&sql, cursor->columns[column]->name);
    maille_strbuf_add(&sql, " FROM ");
    maille_sql_name(&sql, table->name);
    maille_strbuf_add(&sql, " WHERE rowid = ?");
    maille_status status = sql.failed ? maille_no_memory(ctx)
                                      : maille_sql_prepare(ctx, cursor->db, sql.text, table->name,
                                                           &cursor->later[column]);
    maille_strbuf_free(&sql);
    return status;
}

static maille_status take_geometry(maille_ctx *ctx, maille_cursor *cursor, size_t column,
                                   maille_bytes blob) {
    maille_strbuf *wkb = &cursor->wkb[column];
    const char *wrong = maille_blob_to_wkb(blob, wkb);
    if (wkb->failed) {
        maille_strbuf_free(wkb);
        return maille_no_memory(ctx);
    }
    if (wrong)
        return maille_fail(ctx, MAILLE_FAILED, "row %zu of %s could not be read: the geometry %s",
                           cursor->row, cursor->table->name, wrong);
    cursor->bytes[column] = (maille_bytes){(const unsigned char *)wkb->text, wkb->length};
    return MAILLE_OK;
}

/* The geometry of the rowid that stands in its column; the cursor's read transaction still holds.
 */
static maille_status take_later(maille_ctx *ctx, maille_cursor *cursor, size_t column) {
    sqlite3_stmt *geometry = cursor->later[column];
    maille_status status = MAILLE_OK;
    sqlite3_bind_int64(geometry, 1, sqlite3_column_int64(cursor->rows, (int)column));
    int step = sqlite3_step(geometry);
    const void *blob = step == SQLITE_ROW ? sqlite3_column_blob(geometry, 0) : NULL;
    if (blob)
        status = take_geometry(ctx, cursor, column,
                               (maille_bytes){blob, (size_t)sqlite3_column_bytes(geometry, 0)});
    else if (step != SQLITE_ROW || sqlite3_errcode(cursor->db) == SQLITE_NOMEM)
        status = maille_sql_fail(ctx, cursor->db, "a geometry of %s could not be read",
                                 cursor->table->name);
    sqlite3_reset(geometry);
    return status;
}

/* Fetches what a column's accessor hands out, while failing is still possible. */
static maille_status take_value(maille_ctx *ctx, maille_cursor *cursor, size_t column) {
    static const unsigned char nothing[1];
    maille_type type = cursor->columns[column]->type;
    cursor->texts[column] = NULL;
    cursor->bytes[column] = (maille_bytes){NULL, 0};
    if (type == MAILLE_INT || type == MAILLE_REAL ||
        sqlite3_column_type(cursor->rows, (int)column) == SQLITE_NULL)
        return MAILLE_OK;
    if (cursor->later[column])
        return take_later(ctx, cursor, column);
    if (type == MAILLE_TEXT) {
        cursor->texts[column] = (const char *)sqlite3_column_text(cursor->rows, (int)column);
        return cursor->texts[column] ? MAILLE_OK : maille_no_memory(ctx);
    }
    maille_bytes blob = {sqlite3_column_blob(cursor->rows, (int)column),
                         (size_t)sqlite3_column_bytes(cursor->rows, (int)column)};
    if (!blob.bytes && sqlite3_errcode(cursor->db) == SQLITE_NOMEM)
        return maille_no_memory(ctx);
    if (!blob.bytes)
        blob.bytes = nothing; /* no bytes are not null */
    if (type == MAILLE_GEOMETRY)
        return take_geometry(ctx, cursor, column, blob);
    cursor->bytes[column] = blob;
    return MAILLE_OK;
}

maille_status maille_cursor_next(maille_ctx *ctx, maille_cursor *cursor, bool *row) {
    *row = false;
    int step = sqlite3_step(cursor->rows);
    if (step == SQLITE_DONE)
        return MAILLE_OK;
    if (step != SQLITE_ROW)
        return maille_sql_fail(ctx, cursor->db, "%s could not be read", cursor->table->name);
    cursor->row++;
    for (size_t i = 0; i < cursor->column_count; i++) {
        maille_status status = take_value(ctx, cursor, i);
        if (status != MAILLE_OK)
            return status;
    }
    *row = true;
    return MAILLE_OK;
}

bool maille_cursor_null(const maille_cursor *cursor, size_t column) {
    return cursor->columns[column]->type == MAILLE_GEOMETRY
               ? cursor->bytes[column].bytes == NULL
               : sqlite3_column_type(cursor->rows, (int)column) == SQLITE_NULL;
}

int64_t maille_cursor_int(const maille_cursor *cursor, size_t column) {
    return sqlite3_column_int64(cursor->rows, (int)column);
}

double maille_cursor_real(const maille_cursor *cursor, size_t column) {
    return maille_cursor_null(cursor, column) ? NAN
                                              : sqlite3_column_double(cursor->rows, (int)column);
}

const char *maille_cursor_text(const maille_cursor *cursor, size_t column) {
    return cursor->texts[column];
}

maille_bytes maille_cursor_bytes(const maille_cursor *cursor, size_t column) {
    return cursor->bytes[column];
}

void maille_cursor_free(maille_cursor *cursor) {
    if (!cursor)
        return;
    sqlite3_finalize(cursor->rows);
    for (size_t i = 0; cursor->later && i < cursor->column_count; i++)
        sqlite3_finalize(cursor->later[i]);
    for (size_t i = 0; cursor->wkb && i < cursor->column_count; i++)
        maille_strbuf_free(&cursor->wkb[i]);
    maille_free(cursor->columns);
    maille_free(cursor->texts);
    maille_free(cursor->bytes);
    maille_free(cursor->wkb);
    maille_free(cursor->later);
    maille_free(cursor);
}

/* ---- whole tables ---- */

static maille_status table_of(maille_ctx *ctx, const maille_schema_column *const *columns,
                              size_t count, maille_table **out) {
    maille_column_spec *specs = maille_alloc(count, sizeof *specs);
    *out = NULL;
    if (!specs)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++)
        specs[i] = (maille_column_spec){columns[i]->name, columns[i]->type};
    maille_status status = maille_table_new(ctx, specs, count, out);
    maille_free(specs);
    return status;
}

static maille_status copy_row(maille_ctx *ctx, const maille_cursor *cursor, maille_table *table) {
    size_t row;
    maille_status status = maille_table_add_row(ctx, table, &row);
    for (size_t i = 0; i < cursor->column_count && status == MAILLE_OK; i++) {
        if (maille_cursor_null(cursor, i))
            continue;
        switch (cursor->columns[i]->type) {
        case MAILLE_INT:
            maille_set_int(table, row, i, maille_cursor_int(cursor, i));
            break;
        case MAILLE_REAL:
            maille_set_real(table, row, i, maille_cursor_real(cursor, i));
            break;
        case MAILLE_TEXT:
            status = maille_set_text(ctx, table, row, i, cursor->texts[i]);
            break;
        case MAILLE_BLOB:
        case MAILLE_GEOMETRY:
            status = maille_set_bytes(ctx, table, row, i, cursor->bytes[i].bytes,
                                      cursor->bytes[i].length);
            break;
        }
    }
    return status;
}

maille_status maille_store_read(maille_ctx *ctx, maille_store *store, const maille_query *query,
                                maille_table **out) {
    maille_cursor *cursor;
    maille_table *table = NULL;
    bool row;
    *out = NULL;
    maille_status status = maille_store_scan(ctx, store, query, &cursor);
    if (status != MAILLE_OK)
        return status;
    if ((status = table_of(ctx, cursor->columns, cursor->column_count, &table)) != MAILLE_OK)
        goto done;
    while ((status = maille_cursor_next(ctx, cursor, &row)) == MAILLE_OK && row)
        if ((status = copy_row(ctx, cursor, table)) != MAILLE_OK)
            goto done;
    if (status != MAILLE_OK)
        goto done;
    *out = table;
    table = NULL;
done:
    maille_cursor_free(cursor);
    maille_table_free(table);
    return status;
}

maille_status maille_store_count(maille_ctx *ctx, maille_store *store, const char *table,
                                 const maille_filter *filter, int64_t *out) {
    const maille_schema_table *about;
    sqlite3_stmt *count = NULL;
    maille_statement s = {.store = store};
    maille_status status = MAILLE_OK;
    *out = 0;
    MAILLE_TRY(maille_schema_find(ctx, store->schema, table, &about));
    maille_statement_table(&s, "SELECT count(*) FROM", about);
    MAILLE_TRY(maille_statement_where(ctx, &s, " WHERE", (maille_scope){&about, 1, 0}, filter));
    MAILLE_TRY(maille_statement_prepare(ctx, store, &s, about, &count));
    if (sqlite3_step(count) == SQLITE_ROW)
        *out = sqlite3_column_int64(count, 0);
    else
        status = maille_sql_fail(ctx, store->db, "rows of %s could not be counted", about->name);
done:
    sqlite3_finalize(count);
    maille_statement_free(&s);
    return status;
}

maille_status maille_store_describe(maille_ctx *ctx, maille_store *store, const char *table,
                                    maille_table **out) {
    const maille_schema_table *about;
    *out = NULL;
    maille_status status = maille_schema_find(ctx, store->schema, table, &about);
    if (status != MAILLE_OK)
        return status;
    const maille_schema_column **columns = maille_alloc(about->column_count, sizeof(void *));
    if (!columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < about->column_count; i++)
        columns[i] = &about->columns[i];
    status = table_of(ctx, columns, about->column_count, out);
    maille_free(columns);
    return status;
}
