/* Joining pieces of rows; the least of a row. */
#include "travel/rows.h"

#include <string.h>

#include <maille/memory.h>

maille_status travel_rows_init(maille_ctx *ctx, travel_rows *rows, uint32_t row_count,
                               uint32_t column_count, uint32_t grain) {
    *rows = (travel_rows){.rows = row_count, .columns = column_count, .grain = grain};
    rows->pieces = maille_alloc(row_count / grain + 1, sizeof *rows->pieces);
    rows->row_count = maille_alloc((size_t)row_count + 1, sizeof *rows->row_count);
    return rows->pieces && rows->row_count ? MAILLE_OK : maille_no_memory(ctx);
}

travel_piece *travel_rows_piece(const travel_rows *rows, size_t row) {
    return &rows->pieces[row / rows->grain];
}

void travel_rows_clear(travel_rows *rows) {
    for (uint32_t p = 0; rows->pieces && p <= rows->rows / rows->grain; p++) {
        MAILLE_VEC_FREE(&rows->pieces[p].column);
        MAILLE_VEC_FREE(&rows->pieces[p].ms);
    }
    maille_free(rows->pieces);
    maille_free(rows->row_count);
    *rows = (travel_rows){0};
}

maille_status travel_rows_finish(maille_ctx *ctx, travel_rows *rows, maille_matrix **out) {
    maille_matrix *m = maille_alloc(1, sizeof *m);
    if (!m)
        return maille_no_memory(ctx);
    m->rows = rows->rows;
    m->columns = rows->columns;
    m->start = rows->row_count;
    rows->row_count = NULL;
    for (uint32_t row = 0; row < m->rows; row++)
        m->start[row + 1] += m->start[row];
    m->column = maille_alloc(m->start[m->rows], sizeof *m->column);
    m->ms = maille_alloc(m->start[m->rows], sizeof *m->ms);
    if (!m->column || !m->ms) {
        maille_matrix_free(m);
        return maille_no_memory(ctx);
    }
    for (uint32_t piece = m->rows / rows->grain + 1; piece-- > 0;) {
        travel_piece *p = &rows->pieces[piece];
        uint32_t row = piece * rows->grain;
        if (p->column.count) {
            memcpy(m->column + m->start[row], p->column.items, p->column.count * sizeof *m->column);
            memcpy(m->ms + m->start[row], p->ms.items, p->ms.count * sizeof *m->ms);
        }
        /* as it goes, the last first, so that the heap's end goes back to the system: a matrix may
         * be half of the memory */
        MAILLE_VEC_FREE(&p->column);
        MAILLE_VEC_FREE(&p->ms);
    }
    *out = m;
    return MAILLE_OK;
}

/* Hoare's way of finding: parts the keys by one of them and goes on in the part that holds the
 * index. The middle of three parts rows that are sorted already, as most are, in halves. */
uint64_t travel_key_at(uint64_t *keys, size_t count, size_t index) {
    size_t begin = 0, end = count;
    while (end - begin > 1) {
        uint64_t a = keys[begin], b = keys[begin + (end - begin) / 2], c = keys[end - 1];
        uint64_t middle = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        size_t low = begin, high = end - 1;
        while (true) {
            while (keys[low] < middle)
                low++;
            while (keys[high] > middle)
                high--;
            if (low >= high)
                break;
            uint64_t other = keys[low];
            keys[low] = keys[high];
            keys[high] = other;
        }
        if (index == low)
            return middle;
        if (index < low)
            end = low;
        else
            begin = low + 1;
    }
    return keys[index];
}
