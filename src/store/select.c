/* Queries over several tables: each row of the first once, with what the others know of it. */
#include "store/internal.h"

#include <math.h>
#include <string.h>

/* A selection whose names were found. */
typedef struct {
    const maille_selection_query *query;
    const maille_schema_table **tables; /* its own, then one a join */
    maille_scope scope;
    maille_statement statement;
} selection;

static void selection_free(selection *s) {
    maille_statement_free(&s->statement);
    maille_free(s->tables);
}

static maille_status find_tables(maille_ctx *ctx, const maille_store *store,
                                 const maille_selection_query *query, selection *s) {
    size_t count = query->join_count + 1;
    *s = (selection){.query = query, .statement = {.store = store}};
    s->tables = maille_alloc(count, sizeof *s->tables);
    if (!s->tables)
        return maille_no_memory(ctx);
    s->scope = (maille_scope){s->tables, count, 0};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < count && status == MAILLE_OK; i++)
        status = maille_schema_find(ctx, store->schema,
                                    i ? query->joins[i - 1].table : query->table, &s->tables[i]);
    return status;
}

static maille_status find_column(maille_ctx *ctx, const selection *s, maille_column_of wanted,
                                 const maille_schema_column **out) {
    *out = NULL;
    if (wanted.of >= s->scope.count)
        return maille_fail(ctx, MAILLE_USAGE, "a query of %s named table %zu of %zu",
                           s->tables[0]->name, wanted.of, s->scope.count);
    return maille_schema_column_of(ctx, s->tables[wanted.of], wanted.column, out);
}

/* " FROM … LEFT JOIN … WHERE …" */
static maille_status write_rows(maille_ctx *ctx, selection *s) {
    const maille_selection_query *query = s->query;
    const maille_schema_column *key, *theirs;
    maille_status status = MAILLE_OK;
    maille_statement_table(&s->statement, " FROM", s->tables[0]);
    s->statement.aliases = s->scope.count; /* those after the joins' are for subqueries */
    for (size_t i = 0; i < query->join_count; i++) {
        const maille_join *join = &query->joins[i];
        const maille_scope own = {&s->tables[i + 1], 1, i + 1};
        MAILLE_TRY(maille_schema_column_of(ctx, s->tables[0], query->key, &key));
        MAILLE_TRY(maille_schema_column_of(ctx, s->tables[i + 1], join->key, &theirs));
        maille_strbuf_add(&s->statement.text, " LEFT JOIN ");
        maille_sql_name(&s->statement.text, s->tables[i + 1]->name);
        maille_strbuf_addf(&s->statement.text, " AS t%zu ON ", i + 1);
        maille_statement_column(&s->statement, i + 1, theirs);
        maille_strbuf_add(&s->statement.text, " = ");
        maille_statement_column(&s->statement, 0, key);
        MAILLE_TRY(maille_statement_where(ctx, &s->statement, " AND", own, join->filter));
    }
    MAILLE_TRY(maille_statement_where(ctx, &s->statement, " WHERE", s->scope, query->filter));
done:
    return status;
}

/* Texts are in the order of their characters as they are. */
static bool is_cast(const maille_order *order, const maille_schema_column *column) {
    return order->as_text && column->type != MAILLE_TEXT;
}

static bool is_ordered_by(const maille_selection_query *query, const maille_schema_column *column) {
    for (size_t i = 0; i < query->order_count; i++) {
        const maille_order *order = &query->order[i];
        if (order->column.of == 0 && !is_cast(order, column) &&
            strcmp(order->column.column, column->name) == 0)
            return true;
    }
    return false;
}

/* "NULLS LAST" is said only where nulls may be, "CAST" only of numbers: an index can serve. */
static maille_status write_order(maille_ctx *ctx, selection *s) {
    const maille_selection_query *query = s->query;
    const maille_schema_table *table = s->tables[0];
    maille_strbuf *text = &s->statement.text;
    const char *before = " ORDER BY ";
    for (size_t i = 0; i < query->order_count; i++) {
        const maille_order *order = &query->order[i];
        const maille_schema_column *column;
        maille_status status = find_column(ctx, s, order->column, &column);
        if (status != MAILLE_OK)
            return status;
        bool cast = is_cast(order, column);
        maille_strbuf_add(text, before);
        maille_strbuf_add(text, cast ? "CAST(" : "");
        maille_statement_column(&s->statement, order->column.of, column);
        maille_strbuf_add(text, cast ? " AS TEXT)" : "");
        if (order->descending)
            maille_strbuf_add(text, " DESC"); /* nulls are the least: they come last */
        else if (order->column.of > 0 || column->nullable)
            maille_strbuf_add(text, " NULLS LAST");
        before = ", ";
    }
    for (int key = 1; key <= (int)table->column_count; key++)
        for (size_t i = 0; i < table->column_count; i++)
            if (table->columns[i].key == key && !is_ordered_by(query, &table->columns[i])) {
                maille_strbuf_add(text, before);
                maille_statement_column(&s->statement, 0, &table->columns[i]);
                before = ", ";
            }
    return MAILLE_OK;
}

/* Whether SQLite has to sort, as far as a key does not give the order. */
static bool is_sorted(const selection *s) {
    const maille_selection_query *query = s->query;
    const maille_schema_column *first = NULL;
    if (query->order_count == 0)
        return false;
    if (query->order[0].column.of == 0)
        first = maille_schema_seek(s->tables[0], query->order[0].column.column);
    return !first || first->key != 1 || is_cast(&query->order[0], first);
}

/* Whether a column is fetched when its row stands. */
static bool comes_later(const selection *s, const maille_schema_column *column) {
    return column->type == MAILLE_GEOMETRY && is_sorted(s);
}

static maille_status write_columns(maille_ctx *ctx, selection *s,
                                   const maille_schema_column **columns) {
    const maille_selection_query *query = s->query;
    if (query->column_count == 0)
        return maille_fail(ctx, MAILLE_USAGE, "no column of %s was asked for", s->tables[0]->name);
    for (size_t i = 0; i < query->column_count; i++) {
        maille_status status = find_column(ctx, s, query->columns[i], &columns[i]);
        if (status != MAILLE_OK)
            return status;
        maille_strbuf_add(&s->statement.text, i ? ", " : "SELECT ");
        if (comes_later(s, columns[i]))
            maille_strbuf_addf(&s->statement.text, "t%zu.rowid", query->columns[i].of);
        else
            maille_statement_column(&s->statement, query->columns[i].of, columns[i]);
    }
    return MAILLE_OK;
}

maille_status maille_store_select(maille_ctx *ctx, maille_store *store,
                                  const maille_selection_query *query, maille_cursor **out) {
    selection s;
    const maille_schema_column **columns = NULL;
    maille_cursor *cursor = NULL;
    maille_status status;
    *out = NULL;
    MAILLE_TRY(find_tables(ctx, store, query, &s));
    columns = maille_alloc(query->column_count + 1, sizeof(void *));
    MAILLE_TRY(columns ? write_columns(ctx, &s, columns) : maille_no_memory(ctx));
    MAILLE_TRY(write_rows(ctx, &s));
    MAILLE_TRY(write_order(ctx, &s));
    maille_strbuf_add(&s.statement.text, " LIMIT ");
    MAILLE_TRY(maille_statement_value(ctx, &s.statement, maille_int_value(query->limit)));
    maille_strbuf_add(&s.statement.text, " OFFSET ");
    MAILLE_TRY(maille_statement_value(ctx, &s.statement, maille_int_value(query->offset)));
    MAILLE_TRY(maille_cursor_over(ctx, store, &s.statement, s.tables[0], columns,
                                  query->column_count, &cursor));
    for (size_t i = 0; i < query->column_count; i++)
        if (comes_later(&s, columns[i]))
            MAILLE_TRY(maille_cursor_later(ctx, cursor, i, s.tables[query->columns[i].of]));
    *out = cursor;
    cursor = NULL;
done:
    maille_cursor_free(cursor);
    selection_free(&s);
    maille_free(columns);
    return status;
}

/* Runs a statement up to its only row. */
static maille_status first_row(maille_ctx *ctx, maille_store *store, const maille_statement *s,
                               const maille_schema_table *about, sqlite3_stmt **out) {
    maille_status status = maille_statement_prepare(ctx, store, s, about, out);
    if (status == MAILLE_OK && sqlite3_step(*out) != SQLITE_ROW)
        status = maille_sql_fail(ctx, store->db, "rows of %s could not be counted", about->name);
    return status;
}

maille_status maille_store_select_count(maille_ctx *ctx, maille_store *store,
                                        const maille_selection_query *query, int64_t *out) {
    selection s;
    sqlite3_stmt *count = NULL;
    maille_status status;
    *out = 0;
    MAILLE_TRY(find_tables(ctx, store, query, &s));
    maille_strbuf_add(&s.statement.text, "SELECT count(*)");
    MAILLE_TRY(write_rows(ctx, &s));
    MAILLE_TRY(first_row(ctx, store, &s.statement, s.tables[0], &count));
    *out = sqlite3_column_int64(count, 0);
done:
    sqlite3_finalize(count);
    selection_free(&s);
    return status;
}

/* Of an index of boxes, or of points. */
static maille_status write_extent(maille_ctx *ctx, const maille_schema_table *table,
                                  const maille_filter *filter, maille_statement *s) {
    const maille_scope scope = {&table, 1, 0};
    if (!table->boxes) {
        if (!maille_schema_seek(table, "lon") || !maille_schema_seek(table, "lat"))
            return maille_fail(ctx, MAILLE_USAGE, "table %s had no places on the map", table->name);
        maille_strbuf_add(&s->text, "SELECT min(t0.lon), min(t0.lat), max(t0.lon), max(t0.lat)");
        maille_statement_table(s, " FROM", table);
        return maille_statement_where(ctx, s, " WHERE", scope, filter);
    }
    maille_strbuf_addf(&s->text,
                       "SELECT min(xmin), min(ymin), max(xmax), max(ymax) FROM \"idx_%s_geom\"",
                       table->name);
    if (!filter)
        return MAILLE_OK;
    maille_strbuf_add(&s->text, " WHERE pkid IN (SELECT t0.rowid");
    maille_statement_table(s, " FROM", table);
    maille_status status = maille_statement_where(ctx, s, " WHERE", scope, filter);
    maille_strbuf_add_char(&s->text, ')');
    return status;
}

maille_status maille_store_extent(maille_ctx *ctx, maille_store *store, const char *table,
                                  const maille_filter *filter, double box[4]) {
    const maille_schema_table *about;
    sqlite3_stmt *extent = NULL;
    maille_statement s = {.store = store};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_schema_find(ctx, store->schema, table, &about));
    MAILLE_TRY(write_extent(ctx, about, filter, &s));
    MAILLE_TRY(first_row(ctx, store, &s, about, &extent));
    for (int i = 0; i < 4; i++)
        box[i] =
            sqlite3_column_type(extent, i) == SQLITE_NULL ? NAN : sqlite3_column_double(extent, i);
done:
    sqlite3_finalize(extent);
    maille_statement_free(&s);
    return status;
}
