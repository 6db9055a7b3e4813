/* A matrix written in parallel: pieces of rows, joined in order (internal to the room). */
#ifndef MAILLE_TRAVEL_ROWS_H
#define MAILLE_TRAVEL_ROWS_H

#include <maille/travel.h>
#include <maille/vec.h>

/* Entries of the rows of one piece, row after row. */
typedef struct {
    MAILLE_VEC(uint32_t) column, ms;
} travel_piece;

typedef struct {
    uint32_t rows, columns, grain; /* rows a piece */
    travel_piece *pieces;
    uint64_t *row_count; /* entries of each row, at row + 1 */
} travel_rows;

maille_status travel_rows_init(maille_ctx *ctx, travel_rows *rows, uint32_t row_count,
                               uint32_t column_count, uint32_t grain);
/* The piece that begins with, or holds, row `row`. */
travel_piece *travel_rows_piece(const travel_rows *rows, size_t row);
maille_status travel_rows_finish(maille_ctx *ctx, travel_rows *rows, maille_matrix **out);
void travel_rows_clear(travel_rows *rows);

/* Orders columns by time, equals by number; no two of a row have the same. */
static inline uint64_t travel_key(uint32_t ms, uint32_t column) {
    return (uint64_t)ms << 32 | column;
}
/* The key that comes at `index` in their order, below `count`; puts those before it to the front.
 * Keys are all different. */
uint64_t travel_key_at(uint64_t *keys, size_t count, size_t index);

#endif
