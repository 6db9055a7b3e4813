/* Tables as column arrays: the value that rooms hand to each other (room: base).
 *
 * A table owns its columns and their texts. Every value may be null. Geometry travels as WKB
 * (little-endian, lon/lat degrees) in columns of type MAILLE_GEOMETRY. */
#ifndef MAILLE_TABLE_H
#define MAILLE_TABLE_H

#include <maille/ctx.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { MAILLE_INT, MAILLE_REAL, MAILLE_TEXT, MAILLE_BLOB, MAILLE_GEOMETRY } maille_type;

typedef struct {
    const unsigned char *bytes; /* NULL = null */
    size_t length;
} maille_bytes;

typedef struct {
    const char *name;
    maille_type type;
} maille_column_spec;

typedef struct {
    char *name;
    maille_type type;
    /* Exactly one is set, by type; `rows` entries. */
    int64_t *ints;
    double *reals;       /* null is NaN */
    const char **texts;  /* null is NULL */
    maille_bytes *blobs; /* also geometry; null is {NULL, 0} */
    unsigned char *null; /* 1 where null; INT columns need it, others agree with it */
} maille_column;

typedef struct maille_table {
    size_t rows, column_count;
    maille_column *columns;
    size_t capacity;
    struct maille_arena *arena;
} maille_table;

maille_status maille_table_new(maille_ctx *ctx, const maille_column_spec *columns, size_t count,
                               maille_table **out);
void maille_table_free(maille_table *table);

/* Adds a row of nulls; its number goes to `row` (may be NULL). */
maille_status maille_table_add_row(maille_ctx *ctx, maille_table *table, size_t *row);
maille_status maille_table_reserve(maille_ctx *ctx, maille_table *table, size_t rows);

/* Setters on a cell; texts and bytes are copied into the table. A REAL set to NaN is null. */
void maille_set_int(maille_table *table, size_t row, size_t column, int64_t value);
void maille_set_real(maille_table *table, size_t row, size_t column, double value);
maille_status maille_set_text(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                              const char *value);
maille_status maille_set_bytes(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                               const void *bytes, size_t length);

/* Number of a column, or -1. */
int maille_table_column(const maille_table *table, const char *name);

#endif
