/* Single rows of the tables of the history, read and written by name. */
#include "steps/history_rows.h"

enum { MOST_CELLS = 12 };

maille_status row_put(maille_ctx *ctx, maille_store *store, const char *table,
                      const maille_filter *scope, const row_cell *cells, size_t count) {
    maille_column_spec columns[MOST_CELLS];
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    for (size_t i = 0; i < count; i++)
        columns[i] =
            (maille_column_spec){cells[i].column, cells[i].is_integer ? MAILLE_INT : MAILLE_TEXT};
    MAILLE_TRY(maille_table_new(ctx, columns, count, &rows));
    MAILLE_TRY(maille_table_add_row(ctx, rows, NULL));
    for (size_t i = 0; i < count; i++) {
        if (cells[i].is_integer)
            maille_set_int(rows, 0, i, cells[i].integer);
        else
            MAILLE_TRY(maille_set_text(ctx, rows, 0, i, cells[i].text));
    }
    status = scope ? maille_store_replace(ctx, store, table, scope, rows)
                   : maille_store_append(ctx, store, table, rows);
done:
    maille_table_free(rows);
    return status;
}

void row_where(row_filter *f, const char *a, const char *of_a) {
    f->values[0] = maille_text_value(of_a);
    f->all = maille_equals(a, &f->values[0]);
}

void row_where_two(row_filter *f, const char *a, const char *of_a, const char *b,
                   const char *of_b) {
    f->values[0] = maille_text_value(of_a);
    f->values[1] = maille_text_value(of_b);
    f->equals[0] = maille_equals(a, &f->values[0]);
    f->equals[1] = maille_equals(b, &f->values[1]);
    f->children[0] = &f->equals[0];
    f->children[1] = &f->equals[1];
    f->all = (maille_filter){.op = MAILLE_F_AND, .children = f->children, .count = 2};
}

maille_status rows_of(maille_ctx *ctx, maille_store *store, const char *table,
                      const char *const *columns, size_t count, const maille_filter *filter,
                      maille_table **out) {
    maille_query query = {
        .table = table, .columns = columns, .column_count = count, .filter = filter};
    return maille_store_read(ctx, store, &query, out);
}

const char *row_text(const maille_table *table, size_t row, size_t column) {
    const char *text = table->columns[column].texts[row];
    return text ? text : "";
}
