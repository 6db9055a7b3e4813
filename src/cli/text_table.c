/* A table of text on stdout, as wide as its contents. */
#include "cli/cli.h"

#include <maille/memory.h>
#include <maille/strbuf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_table_add(text_table *t, const char *const *cells) {
    if (t->rows == t->capacity) {
        size_t capacity = t->capacity ? 2 * t->capacity : 16;
        char ***grown = maille_resize(t->cells, capacity, sizeof *grown);
        if (!grown)
            return;
        t->cells = grown;
        t->capacity = capacity;
    }
    char **row = maille_alloc(t->columns, sizeof *row);
    if (!row)
        return;
    for (size_t i = 0; i < t->columns; i++)
        row[i] = maille_strdup(cells[i] ? cells[i] : "");
    t->cells[t->rows++] = row;
}

void text_table_drop(text_table *t, size_t column) {
    t->columns--;
    for (size_t i = column; i < t->columns; i++) {
        t->titles[i] = t->titles[i + 1];
        t->right[i] = t->right[i + 1];
    }
    for (size_t row = 0; row < t->rows; row++) {
        char **cells = t->cells[row];
        maille_free(cells[column]);
        memmove(&cells[column], &cells[column + 1], (t->columns - column) * sizeof *cells);
    }
}

static size_t width_of(const char *text) {
    size_t width = 0;
    for (; text && *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void print_cell(const char *text, size_t width, bool right, bool last) {
    size_t blanks = width - width_of(text);
    if (right)
        printf("%*s%s", (int)blanks, "", text);
    else
        printf("%s%*s", text, last ? 0 : (int)blanks, "");
    if (!last)
        printf("  ");
}

void text_table_print(const text_table *t) {
    size_t widths[MOST_CELLS] = {0};
    for (size_t i = 0; i < t->columns; i++) {
        widths[i] = width_of(t->titles[i]);
        for (size_t row = 0; row < t->rows; row++)
            if (width_of(t->cells[row][i]) > widths[i])
                widths[i] = width_of(t->cells[row][i]);
    }
    for (size_t i = 0; i < t->columns; i++)
        print_cell(t->titles[i], widths[i], t->right[i], i + 1 == t->columns);
    printf("\n");
    for (size_t i = 0; i < t->columns; i++) {
        for (size_t k = 0; k < widths[i]; k++)
            printf("─");
        printf(i + 1 == t->columns ? "\n" : "  ");
    }
    for (size_t row = 0; row < t->rows; row++) {
        for (size_t i = 0; i < t->columns; i++)
            print_cell(t->cells[row][i], widths[i], t->right[i], i + 1 == t->columns);
        printf("\n");
    }
}

void text_table_free(text_table *t) {
    for (size_t row = 0; row < t->rows; row++) {
        for (size_t i = 0; i < t->columns; i++)
            maille_free(t->cells[row][i]);
        maille_free(t->cells[row]);
    }
    maille_free(t->cells);
    t->cells = NULL;
    t->rows = t->capacity = 0;
}

void say_number(double value, int decimals, char *out, size_t size) {
    maille_strbuf number = {0};
    maille_strbuf_add_french(&number, value, decimals);
    snprintf(out, size, "%s", number.failed || !number.text ? "?" : number.text);
    maille_strbuf_free(&number);
}
