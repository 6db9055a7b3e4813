/* Tables as column arrays. */
#include <maille/table.h>

#include <assert.h>
#include <math.h>
#include <string.h>

#include <maille/memory.h>

maille_status maille_table_new(maille_ctx *ctx, const maille_column_spec *columns, size_t count,
                               maille_table **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_table *table = maille_alloc(1, sizeof *table);
    if (!table)
        return maille_no_memory(ctx);
    table->arena = maille_arena_new();
    table->columns = maille_alloc(count, sizeof *table->columns);
    if (!table->arena || !table->columns) {
        status = maille_no_memory(ctx);
        goto done;
    }
    table->column_count = count;
    for (size_t i = 0; i < count; i++) {
        table->columns[i].type = columns[i].type;
        table->columns[i].name = maille_arena_strdup(table->arena, columns[i].name);
        if (!table->columns[i].name) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
    *out = table;
    table = NULL;
done:
    maille_table_free(table);
    return status;
}

void maille_table_free(maille_table *table) {
    if (!table)
        return;
    for (size_t i = 0; i < table->column_count; i++) {
        maille_column *column = &table->columns[i];
        maille_free(column->ints);
        maille_free(column->reals);
        maille_free(column->texts);
        maille_free(column->blobs);
        maille_free(column->null);
    }
    maille_free(table->columns);
    maille_arena_free(table->arena);
    maille_free(table);
}

/* Makes `*array` hold `rows`; false, and as it was, when memory ran out. */
static bool resize(void **array, size_t rows, size_t size) {
    void *larger = maille_resize(*array, rows, size);
    if (!larger)
        return false;
    *array = larger;
    return true;
}

static bool resize_column(maille_column *column, size_t rows) {
    void *values = NULL;
    bool fits = false;
    switch (column->type) {
    case MAILLE_INT:
        values = column->ints;
        fits = resize(&values, rows, sizeof *column->ints);
        column->ints = values;
        break;
    case MAILLE_REAL:
        values = column->reals;
        fits = resize(&values, rows, sizeof *column->reals);
        column->reals = values;
        break;
    case MAILLE_TEXT:
        values = column->texts;
        fits = resize(&values, rows, sizeof *column->texts);
        column->texts = values;
        break;
    case MAILLE_BLOB:
    case MAILLE_GEOMETRY:
        values = column->blobs;
        fits = resize(&values, rows, sizeof *column->blobs);
        column->blobs = values;
        break;
    }
    if (!fits)
        return false;
    values = column->null;
    fits = resize(&values, rows, 1);
    column->null = values;
    return fits;
}

maille_status maille_table_reserve(maille_ctx *ctx, maille_table *table, size_t rows) {
    if (rows <= table->capacity)
        return MAILLE_OK;
    for (size_t i = 0; i < table->column_count; i++)
        if (!resize_column(&table->columns[i], rows))
            return maille_no_memory(ctx);
    table->capacity = rows;
    return MAILLE_OK;
}

static void set_null(maille_column *column, size_t row) {
    column->null[row] = 1;
    switch (column->type) {
    case MAILLE_INT:
        column->ints[row] = 0;
        break;
    case MAILLE_REAL:
        column->reals[row] = NAN;
        break;
    case MAILLE_TEXT:
        column->texts[row] = NULL;
        break;
    case MAILLE_BLOB:
    case MAILLE_GEOMETRY:
        column->blobs[row] = (maille_bytes){NULL, 0};
        break;
    }
}

maille_status maille_table_add_row(maille_ctx *ctx, maille_table *table, size_t *row) {
    if (table->rows == table->capacity) {
        maille_status status =
            maille_table_reserve(ctx, table, table->capacity ? table->capacity * 2 : 16);
        if (status != MAILLE_OK)
            return status;
    }
    for (size_t i = 0; i < table->column_count; i++)
        set_null(&table->columns[i], table->rows);
    if (row)
        *row = table->rows;
    table->rows++;
    return MAILLE_OK;
}

static maille_column *cell_column(const maille_table *table, size_t row, size_t column) {
    assert(row < table->rows && column < table->column_count);
    (void)row;
    return &table->columns[column];
}

void maille_set_int(maille_table *table, size_t row, size_t column, int64_t value) {
    maille_column *c = cell_column(table, row, column);
    assert(c->type == MAILLE_INT);
    c->ints[row] = value;
    c->null[row] = 0;
}

void maille_set_real(maille_table *table, size_t row, size_t column, double value) {
    maille_column *c = cell_column(table, row, column);
    assert(c->type == MAILLE_REAL);
    c->reals[row] = value;
    c->null[row] = (unsigned char)(isnan(value) != 0);
}

maille_status maille_set_text(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                              const char *value) {
    maille_column *c = cell_column(table, row, column);
    assert(c->type == MAILLE_TEXT);
    if (!value) {
        set_null(c, row);
        return MAILLE_OK;
    }
    const char *copy = maille_arena_strdup(table->arena, value);
    if (!copy)
        return maille_no_memory(ctx);
    c->texts[row] = copy;
    c->null[row] = 0;
    return MAILLE_OK;
}

maille_status maille_set_bytes(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                               const void *bytes, size_t length) {
    maille_column *c = cell_column(table, row, column);
    assert(c->type == MAILLE_BLOB || c->type == MAILLE_GEOMETRY);
    if (!bytes) {
        set_null(c, row);
        return MAILLE_OK;
    }
    unsigned char *copy = maille_arena_alloc(table->arena, length);
    if (!copy)
        return maille_no_memory(ctx);
    if (length)
        memcpy(copy, bytes, length);
    c->blobs[row] = (maille_bytes){copy, length};
    c->null[row] = 0;
    return MAILLE_OK;
}

int maille_table_column(const maille_table *table, const char *name) {
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}
