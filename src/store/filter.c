/* Filters as conditions: names from the schema, values always bound. */
#include "store/internal.h"

#include <string.h>

/* SQLite's parser holds 100 tokens and an expression may be 1000 deep: parentheses nest DEEPEST
 * times at most, and within each stand WIDEST terms at most; longer lists are grouped. */
enum { DEEPEST = 28, WIDEST = 32 };

static maille_status write_node(maille_ctx *ctx, const maille_schema_table *table,
                                const maille_filter *filter, maille_strbuf *sql,
                                maille_bound *bound, int depth);

static maille_status too_deep(maille_ctx *ctx, const maille_schema_table *table) {
    return maille_fail(ctx, MAILLE_USAGE, "filter on %s was nested deeper than %d", table->name,
                       DEEPEST);
}

/* Children from `begin` to `end` (one at least) in parentheses. */
static maille_status write_children(maille_ctx *ctx, const maille_schema_table *table,
                                    const maille_filter *filter, size_t begin, size_t end,
                                    maille_strbuf *sql, maille_bound *bound, int depth) {
    if (end - begin == 1)
        return write_node(ctx, table, filter->children[begin], sql, bound, depth);
    if (depth > DEEPEST)
        return too_deep(ctx, table);
    size_t group = 1;
    while ((end - begin - 1) / group >= WIDEST)
        group *= WIDEST;
    maille_strbuf_add_char(sql, '(');
    for (size_t i = begin; i < end; i += group) {
        if (i > begin)
            maille_strbuf_add(sql, filter->op == MAILLE_F_AND ? " AND " : " OR ");
        size_t stop = end - i < group ? end : i + group;
        maille_status status = write_children(ctx, table, filter, i, stop, sql, bound, depth + 1);
        if (status != MAILLE_OK)
            return status;
    }
    maille_strbuf_add_char(sql, ')');
    return MAILLE_OK;
}

/* Numbers are compared with numbers and texts with texts. */
static bool comparable(const maille_schema_column *column, const maille_value *value) {
    switch (column->type) {
    case MAILLE_INT:
    case MAILLE_REAL:
        return value->type == MAILLE_INT || value->type == MAILLE_REAL;
    case MAILLE_TEXT:
        return value->type == MAILLE_TEXT;
    case MAILLE_BLOB:
    case MAILLE_GEOMETRY:
        break;
    }
    return false;
}

static maille_status write_values(maille_ctx *ctx, const maille_schema_column *column,
                                  const maille_filter *filter, size_t count, maille_strbuf *sql,
                                  maille_bound *bound) {
    for (size_t i = 0; i < count; i++) {
        const maille_value *value = &filter->values[i];
        if (!comparable(column, value))
            return maille_fail(ctx, MAILLE_USAGE,
                               "column %s was compared with a value of another type", column->name);
        if (!MAILLE_VEC_PUSH(bound, value))
            return maille_no_memory(ctx);
        maille_strbuf_add(sql, i ? ",?" : "?");
    }
    return MAILLE_OK;
}

static const char *operator_of(maille_filter_op op) {
    switch (op) {
    case MAILLE_F_EQ:
        return " = ";
    case MAILLE_F_NE:
        return " <> ";
    case MAILLE_F_LT:
        return " < ";
    case MAILLE_F_LE:
        return " <= ";
    case MAILLE_F_GT:
        return " > ";
    case MAILLE_F_GE:
        return " >= ";
    case MAILLE_F_LIKE:
        return " LIKE ";
    case MAILLE_F_IN:
        return " IN (";
    case MAILLE_F_NULL:
        return " IS NULL";
    case MAILLE_F_AND:
    case MAILLE_F_OR:
    case MAILLE_F_NOT:
    case MAILLE_F_AMONG:
    case MAILLE_F_MEETS:
        break;
    }
    return NULL;
}

static maille_status write_comparison(maille_ctx *ctx, const maille_schema_table *table,
                                      const maille_filter *filter, maille_strbuf *sql,
                                      maille_bound *bound) {
    const maille_schema_column *column;
    maille_status status = maille_schema_column_of(ctx, table, filter->column, &column);
    if (status != MAILLE_OK)
        return status;
    const char *operator= operator_of(filter->op);
    if (!operator)
        return maille_fail(ctx, MAILLE_USAGE, "filter on column %s had no such comparison",
                           column->name);
    if (filter->op == MAILLE_F_LIKE && column->type != MAILLE_TEXT)
        return maille_fail(ctx, MAILLE_USAGE, "column %s is no text to compare with a pattern",
                           column->name);
    maille_strbuf_add_char(sql, '(');
    maille_sql_name(sql, column->name);
    maille_strbuf_add(sql, operator);
    if (filter->op != MAILLE_F_NULL) {
        size_t count = filter->op == MAILLE_F_IN ? filter->count : 1;
        status = write_values(ctx, column, filter, count, sql, bound);
    }
    if (filter->op == MAILLE_F_IN)
        maille_strbuf_add_char(sql, ')');
    if (filter->op == MAILLE_F_LIKE)
        maille_strbuf_add(sql, " ESCAPE '\\'");
    maille_strbuf_add_char(sql, ')');
    return status;
}

static maille_status write_node(maille_ctx *ctx, const maille_schema_table *table,
                                const maille_filter *filter, maille_strbuf *sql,
                                maille_bound *bound, int depth) {
    if (depth > DEEPEST)
        return too_deep(ctx, table);
    switch (filter->op) {
    case MAILLE_F_AND:
    case MAILLE_F_OR:
        if (filter->count == 0) { /* all of nothing holds, any of nothing does not */
            maille_strbuf_add(sql, filter->op == MAILLE_F_AND ? "1" : "0");
            return MAILLE_OK;
        }
        return write_children(ctx, table, filter, 0, filter->count, sql, bound, depth);
    case MAILLE_F_NOT:
        if (filter->count != 1)
            return maille_fail(ctx, MAILLE_USAGE, "NOT in a filter on %s had %zu children",
                               table->name, filter->count);
        maille_strbuf_add(sql, "(NOT ");
        maille_status status = write_node(ctx, table, filter->children[0], sql, bound, depth + 1);
        maille_strbuf_add_char(sql, ')');
        return status;
    default:
        return write_comparison(ctx, table, filter, sql, bound);
    }
}

maille_status maille_filter_where(maille_ctx *ctx, const maille_schema_table *table,
                                  const maille_filter *filter, maille_strbuf *sql,
                                  maille_bound *bound) {
    if (!filter)
        return MAILLE_OK;
    maille_strbuf_add(sql, " WHERE ");
    return write_node(ctx, table, filter, sql, bound, 0);
}

static int bind_value(sqlite3_stmt *statement, int place, const maille_value *value) {
    if (value->type == MAILLE_INT)
        return sqlite3_bind_int64(statement, place, value->integer);
    if (value->type == MAILLE_REAL)
        return sqlite3_bind_double(statement, place, value->real);
    return sqlite3_bind_text(statement, place, value->text, -1, SQLITE_STATIC);
}

maille_status maille_filter_prepare(maille_ctx *ctx, maille_store *store,
                                    const maille_schema_table *table, const maille_strbuf *sql,
                                    const maille_bound *bound, sqlite3_stmt **out) {
    *out = NULL;
    if (sql->failed)
        return maille_no_memory(ctx);
    int most = sqlite3_limit(store->db, SQLITE_LIMIT_VARIABLE_NUMBER, -1);
    if (bound->count > (size_t)most)
        return maille_fail(ctx, MAILLE_USAGE, "filter on %s had %zu values, more than %d",
                           table->name, bound->count, most);
    maille_status status = maille_sql_prepare(ctx, store->db, sql->text, table->name, out);
    if (status != MAILLE_OK)
        return status;
    for (size_t i = 0; i < bound->count; i++)
        if (bind_value(*out, (int)i + 1, bound->items[i]) != SQLITE_OK) {
            status = maille_sql_fail(ctx, store->db, "filter on %s could not be used", table->name);
            sqlite3_finalize(*out);
            *out = NULL;
            return status;
        }
    return MAILLE_OK;
}

void maille_sql_name(maille_strbuf *sql, const char *name) {
    maille_strbuf_add_char(sql, '"');
    maille_strbuf_add(sql, name);
    maille_strbuf_add_char(sql, '"');
}

maille_value maille_text_value(const char *text) {
    return (maille_value){.type = MAILLE_TEXT, .text = text};
}

maille_value maille_int_value(int64_t value) {
    return (maille_value){.type = MAILLE_INT, .integer = value};
}

maille_filter maille_equals(const char *column, const maille_value *value) {
    return (maille_filter){.op = MAILLE_F_EQ, .column = column, .values = value, .count = 1};
}
