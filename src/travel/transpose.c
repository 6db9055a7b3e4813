/* The matrix the other way round. */
#include <maille/memory.h>
#include <maille/travel.h>

maille_status maille_matrix_transpose(maille_ctx *ctx, const maille_matrix *matrix,
                                      maille_matrix **out) {
    uint64_t count = matrix->start[matrix->rows];
    *out = NULL;
    maille_matrix *m = maille_alloc(1, sizeof *m);
    if (!m)
        return maille_no_memory(ctx);
    m->rows = matrix->columns;
    m->columns = matrix->rows;
    m->start = maille_alloc((size_t)m->rows + 2, sizeof *m->start);
    m->column = maille_alloc(count, sizeof *m->column);
    m->ms = maille_alloc(count, sizeof *m->ms);
    if (!m->start || !m->column || !m->ms) {
        maille_matrix_free(m);
        return maille_no_memory(ctx);
    }
    uint64_t *next = m->start + 1; /* where the next entry of a row goes; its end when all are in */
    for (uint64_t i = 0; i < count; i++)
        next[matrix->column[i] + 1]++;
    for (uint32_t row = 0; row < m->rows; row++)
        next[row + 1] += next[row];
    for (uint32_t row = 0; row < matrix->rows; row++)
        for (uint64_t i = matrix->start[row]; i < matrix->start[row + 1]; i++) {
            uint64_t at = next[matrix->column[i]]++;
            m->column[at] = row;
            m->ms[at] = matrix->ms[i];
        }
    *out = m;
    return MAILLE_OK;
}
