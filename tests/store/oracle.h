/* Filters evaluated over tables in memory, in three-valued logic: what the database must answer. */
#ifndef TESTS_STORE_ORACLE_H
#define TESTS_STORE_ORACLE_H

#include <maille/store.h>
#include <maille/strbuf.h>
#include <stdlib.h>
#include <string.h>

typedef enum { NO, YES, UNKNOWN } truth;

enum { NO_ROW = -1, MOST_TABLES = 6 };

/* A row of a query: of each of its tables one row or NO_ROW; and tables that AMONG may name. */
typedef struct {
    const maille_table *tables[MOST_TABLES];
    long rows[MOST_TABLES];
    const char *other_names[MOST_TABLES];
    const maille_table *others[MOST_TABLES];
} joined_row;

/* Bytes of the character that starts here. */
static inline size_t character(const char *text) {
    size_t length = 1;
    while (((unsigned char)text[length] & 0xC0) == 0x80)
        length++;
    return length;
}

static inline bool like(const char *text, const char *pattern) {
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '%') {
        for (;; text++) {
            if (like(text, pattern + 1))
                return true;
            if (*text == '\0')
                return false;
        }
    }
    if (*text == '\0')
        return false;
    if (*pattern == '_')
        return like(text + character(text), pattern + 1);
    if (*pattern == '\\')
        pattern++;
    return *text == *pattern && like(text + 1, pattern + 1);
}

static inline int order_of(double a, double b) {
    return a < b ? -1 : a > b;
}

/* A number of a column, as the text of a layer would give it back. */
static inline double number_at(const maille_column *column, long row, const maille_filter *filter) {
    double value = column->type == MAILLE_INT ? (double)column->ints[row] : column->reals[row];
    if (filter->factor == 0)
        return value;
    maille_strbuf text = {0};
    maille_strbuf_add_fixed(&text, value * filter->factor, filter->decimals);
    value = strtod(text.text, NULL);
    maille_strbuf_free(&text);
    return value;
}

static inline int compare(const maille_column *column, long row, const maille_filter *filter,
                          const maille_value *value) {
    if (column->type == MAILLE_TEXT)
        return strcmp(column->texts[row], value->text);
    return order_of(number_at(column, row, filter),
                    value->type == MAILLE_INT ? (double)value->integer : value->real);
}

static inline truth among_values(const maille_column *column, long row,
                                 const maille_filter *filter) {
    for (size_t i = 0; i < filter->count; i++)
        if (compare(column, row, filter, &filter->values[i]) == 0)
            return YES;
    return NO;
}

static inline truth compared(const maille_column *column, long row, const maille_filter *filter) {
    bool null = row == NO_ROW || column->null[row];
    if (filter->op == MAILLE_F_NULL)
        return null ? YES : NO;
    if (filter->op == MAILLE_F_IN && filter->count == 0)
        return NO;
    if (null)
        return UNKNOWN;
    if (filter->op == MAILLE_F_IN)
        return among_values(column, row, filter);
    if (filter->op == MAILLE_F_LIKE)
        return like(column->texts[row], filter->values->text) ? YES : NO;
    int order = compare(column, row, filter, filter->values);
    switch (filter->op) {
    case MAILLE_F_EQ:
        return order == 0 ? YES : NO;
    case MAILLE_F_NE:
        return order != 0 ? YES : NO;
    case MAILLE_F_LT:
        return order < 0 ? YES : NO;
    case MAILLE_F_LE:
        return order <= 0 ? YES : NO;
    case MAILLE_F_GT:
        return order > 0 ? YES : NO;
    default:
        return order >= 0 ? YES : NO;
    }
}

static inline truth holds(const joined_row *at, const maille_filter *filter);

/* Nulls on either side are as SQL has them: unknown, unless there is nothing to be among. */
static inline truth among(const joined_row *at, const maille_column *column, long row,
                          const maille_filter *filter) {
    size_t k = 0;
    truth answer = NO;
    while (strcmp(at->other_names[k], filter->among.table) != 0)
        k++;
    const maille_table *other = at->others[k];
    const maille_column *theirs = &other->columns[maille_table_column(other, filter->among.column)];
    for (size_t i = 0; i < other->rows; i++) {
        joined_row inner = *at;
        inner.tables[0] = other;
        inner.rows[0] = (long)i;
        if (filter->count && holds(&inner, filter->children[0]) != YES)
            continue;
        if (row == NO_ROW || column->null[row] || theirs->null[i])
            answer = UNKNOWN;
        else if (strcmp(column->texts[row], theirs->texts[i]) == 0)
            return YES;
    }
    return answer;
}

static inline truth holds(const joined_row *at, const maille_filter *filter) {
    if (filter->op == MAILLE_F_NOT) {
        truth child = holds(at, filter->children[0]);
        return child == UNKNOWN ? UNKNOWN : child == YES ? NO : YES;
    }
    if (filter->op != MAILLE_F_AND && filter->op != MAILLE_F_OR) {
        const maille_table *table = at->tables[filter->of];
        const maille_column *column = &table->columns[maille_table_column(table, filter->column)];
        return filter->op == MAILLE_F_AMONG ? among(at, column, at->rows[filter->of], filter)
                                            : compared(column, at->rows[filter->of], filter);
    }
    truth settles = filter->op == MAILLE_F_AND ? NO : YES;
    truth answer = settles == NO ? YES : NO;
    for (size_t i = 0; i < filter->count; i++) {
        truth child = holds(at, filter->children[i]);
        if (child == settles)
            return settles;
        if (child == UNKNOWN)
            answer = UNKNOWN;
    }
    return answer;
}

#endif
