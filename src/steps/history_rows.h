/* Single rows of the tables of the history, read and written by name. */
#ifndef MAILLE_STEPS_HISTORY_ROWS_H
#define MAILLE_STEPS_HISTORY_ROWS_H

#include <maille/store.h>

/* A cell of a row to write; a text NULL is null, and so is a hash "". */
typedef struct {
    const char *column, *text;
    int64_t integer;
    bool is_integer;
} row_cell;
#define ROW_TEXT(name, value)                                                                      \
    (row_cell) {                                                                                   \
        .column = (name), .text = (value)                                                          \
    }
#define ROW_HASH(name, value) ROW_TEXT(name, *(value) ? (value) : NULL)
#define ROW_INT(name, value)                                                                       \
    (row_cell) {                                                                                   \
        .column = (name), .integer = (value), .is_integer = true                                   \
    }
/* Appends the row, in the place of those of `scope` where that is not NULL. */
maille_status row_put(maille_ctx *ctx, maille_store *store, const char *table,
                      const maille_filter *scope, const row_cell *cells, size_t count);

/* Filter `column = text` on one or two columns; it points into itself, so it stays where it is. */
typedef struct {
    maille_value values[2];
    maille_filter equals[2];
    const maille_filter *children[2];
    maille_filter all;
} row_filter;
void row_where(row_filter *f, const char *a, const char *of_a);
void row_where_two(row_filter *f, const char *a, const char *of_a, const char *b, const char *of_b);
/* The rows that fit (filter NULL: all), in order of the table's key. */
maille_status rows_of(maille_ctx *ctx, maille_store *store, const char *table,
                      const char *const *columns, size_t count, const maille_filter *filter,
                      maille_table **out);
/* Value of a cell, "" where it is null. */
const char *row_text(const maille_table *table, size_t row, size_t column);

#endif
