/* The matrix as a value: its nearest columns, its file. */
#include <maille/cachefile.h>
#include <maille/memory.h>

#include "travel/rows.h"

static const maille_cache_kind matrix_kind = {"MAILLEMX", 1};

enum { SHAPE, START, COLUMN, MS, ARRAY_COUNT };

void maille_matrix_free(maille_matrix *matrix) {
    if (!matrix)
        return;
    maille_free(matrix->start);
    maille_free(matrix->column);
    maille_free(matrix->ms);
    maille_free(matrix);
}

/* Copies the k nearest of row `row` behind the entries already written. */
static void nearest_of_row(const maille_matrix *from, uint32_t row, uint32_t k, uint64_t *keys,
                           maille_matrix *to) {
    uint64_t begin = from->start[row], count = from->start[row + 1] - begin, at = to->start[row];
    uint64_t bound = UINT64_MAX;
    for (uint64_t i = 0; i < count; i++)
        keys[i] = travel_key(from->ms[begin + i], from->column[begin + i]);
    if (count > k)
        bound = travel_key_at(keys, count, k);
    for (uint64_t i = begin; i < begin + count; i++)
        if (travel_key(from->ms[i], from->column[i]) < bound) {
            to->column[at] = from->column[i];
            to->ms[at++] = from->ms[i];
        }
    to->start[row + 1] = at;
}

maille_status maille_matrix_nearest(maille_ctx *ctx, const maille_matrix *matrix, uint32_t k,
                                    maille_matrix **out) {
    maille_status status = MAILLE_OK;
    uint64_t total = 0, longest = 0;
    uint64_t *keys = NULL;
    *out = NULL;
    maille_matrix *m = maille_alloc(1, sizeof *m);
    if (!m)
        return maille_no_memory(ctx);
    m->rows = matrix->rows;
    m->columns = matrix->columns;
    for (uint32_t row = 0; row < m->rows; row++) {
        uint64_t count = matrix->start[row + 1] - matrix->start[row];
        longest = count > longest ? count : longest;
        total += count < k ? count : k;
    }
    m->start = maille_alloc((size_t)m->rows + 1, sizeof *m->start);
    m->column = maille_alloc(total, sizeof *m->column);
    m->ms = maille_alloc(total, sizeof *m->ms);
    keys = maille_alloc(longest, sizeof *keys);
    if (!m->start || !m->column || !m->ms || !keys) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t row = 0; row < m->rows; row++)
        nearest_of_row(matrix, row, k, keys, m);
    *out = m;
    m = NULL;
done:
    maille_free(keys);
    maille_matrix_free(m);
    return status;
}

maille_status maille_matrix_save(maille_ctx *ctx, const maille_matrix *matrix, const char *path,
                                 const char *key) {
    uint32_t shape[2] = {matrix->rows, matrix->columns};
    uint64_t entries = matrix->start[matrix->rows];
    const maille_cache_array arrays[ARRAY_COUNT] = {
        [SHAPE] = {shape, sizeof shape},
        [START] = {matrix->start, ((uint64_t)matrix->rows + 1) * sizeof *matrix->start},
        [COLUMN] = {matrix->column, entries * sizeof *matrix->column},
        [MS] = {matrix->ms, entries * sizeof *matrix->ms},
    };
    return maille_cache_write(ctx, path, matrix_kind, key, arrays, ARRAY_COUNT);
}

static bool is_matrix(const maille_cache_array *arrays) {
    const uint32_t *shape = arrays[SHAPE].data, *column = arrays[COLUMN].data;
    const uint64_t *start = arrays[START].data;
    uint64_t entries = arrays[COLUMN].bytes / sizeof *column;
    if (arrays[SHAPE].bytes != 2 * sizeof *shape || arrays[MS].bytes != arrays[COLUMN].bytes ||
        arrays[START].bytes != ((uint64_t)shape[0] + 1) * sizeof *start || start[0] != 0 ||
        start[shape[0]] != entries)
        return false;
    for (uint32_t row = 0; row < shape[0]; row++)
        if (start[row] > start[row + 1])
            return false;
    for (uint64_t i = 0; i < entries; i++)
        if (column[i] >= shape[1])
            return false;
    return true;
}

maille_status maille_matrix_load(maille_ctx *ctx, const char *path, const char *key,
                                 maille_matrix **out) {
    maille_cache_array arrays[ARRAY_COUNT];
    *out = NULL;
    maille_status status = maille_cache_read(ctx, path, matrix_kind, key, arrays, ARRAY_COUNT);
    if (status)
        return status;
    maille_matrix *m = NULL;
    if (!is_matrix(arrays)) {
        status = maille_fail(ctx, MAILLE_REFUSED, "%s: the cache file held no matrix", path);
        goto done;
    }
    m = maille_alloc(1, sizeof *m);
    if (!m) {
        status = maille_no_memory(ctx);
        goto done;
    }
    const uint32_t *shape = arrays[SHAPE].data;
    *m = (maille_matrix){shape[0], shape[1], arrays[START].data, arrays[COLUMN].data,
                         arrays[MS].data};
    *out = m;
    arrays[START].data = arrays[COLUMN].data = arrays[MS].data = NULL;
done:
    for (uint32_t i = 0; i < ARRAY_COUNT; i++)
        maille_free(arrays[i].data);
    return status;
}
