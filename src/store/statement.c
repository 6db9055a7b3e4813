/* Statements being written: names of the schema, ?s and their values. */
#include "store/defer.h"
#include "store/internal.h"

void maille_sql_name(maille_strbuf *text, const char *name) {
    maille_strbuf_add_char(text, '"');
    maille_strbuf_add(text, name);
    maille_strbuf_add_char(text, '"');
}

void maille_statement_table(maille_statement *s, const char *keyword,
                            const maille_schema_table *table) {
    maille_strbuf_add(&s->text, keyword);
    maille_strbuf_add_char(&s->text, ' ');
    maille_sql_name(&s->text, table->name);
    maille_strbuf_addf(&s->text, " AS t%zu", s->aliases++);
}

void maille_statement_column(maille_statement *s, size_t alias,
                             const maille_schema_column *column) {
    maille_strbuf_addf(&s->text, "t%zu.", alias);
    maille_sql_name(&s->text, column->name);
}

maille_status maille_statement_value(maille_ctx *ctx, maille_statement *s, maille_value value) {
    maille_strbuf_add_char(&s->text, '?');
    return MAILLE_VEC_PUSH(&s->parameters, ((maille_parameter){.value = value}))
               ? MAILLE_OK
               : maille_no_memory(ctx);
}

static int bind(sqlite3_stmt *statement, int place, const maille_parameter *parameter) {
    if (parameter->meets) {
        maille_meets *copy = maille_alloc(1, sizeof *copy);
        if (!copy)
            return SQLITE_NOMEM;
        *copy = *parameter->meets;
        return sqlite3_bind_pointer(statement, place, copy, MAILLE_MEETS_POINTER, maille_free);
    }
    const maille_value *value = &parameter->value;
    if (value->type == MAILLE_INT)
        return sqlite3_bind_int64(statement, place, value->integer);
    if (value->type == MAILLE_REAL)
        return sqlite3_bind_double(statement, place, value->real);
    return sqlite3_bind_text(statement, place, value->text, -1, SQLITE_TRANSIENT);
}

maille_status maille_statement_prepare(maille_ctx *ctx, const maille_store *store,
                                       const maille_statement *s, const maille_schema_table *about,
                                       sqlite3_stmt **out) {
    *out = NULL;
    if (s->text.failed)
        return maille_no_memory(ctx);
    int most = sqlite3_limit(store->db, SQLITE_LIMIT_VARIABLE_NUMBER, -1);
    if (s->parameters.count > (size_t)most)
        return maille_fail(ctx, MAILLE_USAGE, "filter on %s had %zu values, more than %d",
                           about->name, s->parameters.count, most);
    maille_status status = MAILLE_OK;
    if (store->deferred)
        status = maille_defer_readable(ctx, store, about);
    if (status == MAILLE_OK)
        status = maille_sql_prepare(ctx, store->db, s->text.text, about->name, out);
    if (status != MAILLE_OK)
        return status;
    for (size_t i = 0; i < s->parameters.count; i++) {
        int bound = bind(*out, (int)i + 1, &s->parameters.items[i]);
        if (bound == SQLITE_OK)
            continue;
        status =
            bound == SQLITE_NOMEM
                ? maille_no_memory(ctx)
                : maille_sql_fail(ctx, store->db, "filter on %s could not be used", about->name);
        sqlite3_finalize(*out);
        *out = NULL;
        return status;
    }
    return MAILLE_OK;
}

void maille_statement_free(maille_statement *s) {
    maille_strbuf_free(&s->text);
    MAILLE_VEC_FREE(&s->parameters);
}
