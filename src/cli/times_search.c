/* The searches of maille times: the way that is the shortest for what is asked. All pairs come in
 * blocks of rows, so that memory holds one of them only. */
#include "cli/times_search.h"
#include "cli/result.h"

#include <maille/hierarchy.h>
#include <maille/memory.h>
#include <maille/reach.h>
#include <maille/strbuf.h>

/* A hierarchy takes as long as some thirty searches: with more it is the shorter way. */
enum { MANY_SEARCHES = 32, PAIRS_A_BLOCK = 1 << 24, MANY_PAIRS = 1000000, TEXT_AT_ONCE = 1 << 16 };
/* What an entry of a matrix takes, and what it takes meanwhile. */
enum { BYTES_A_PAIR = 8, BYTES_A_FOUND_PAIR = 24 };

typedef struct {
    const times_search *search;
    uint32_t from_count, to_count;
    FILE *file;
    maille_strbuf text;
    uint64_t written;
} job;

static uint32_t block_rows(const job *j) {
    uint32_t rows = j->to_count ? PAIRS_A_BLOCK / j->to_count + 1 : 1;
    return rows < j->from_count ? rows : j->from_count;
}

static void say_size(const job *j, uint64_t bytes) {
    unsigned long long cells = (unsigned long long)j->from_count * j->to_count;
    unsigned long long megabytes = bytes / 1000000;
    if (!j->search->quiet && cells >= MANY_PAIRS)
        fprintf(stderr, "%u × %u points: %llu pairs, in at most %llu MB beside the roads\n",
                j->from_count, j->to_count, cells, megabytes + 1);
}

/* Minutes with six decimals: whole millionths, which thirds of one never leave in the middle. */
static void add_minutes(maille_strbuf *out, uint32_t ms) {
    uint64_t millionths = ((uint64_t)ms * 100 + 3) / 6;
    char digits[24];
    size_t at = sizeof digits;
    for (int place = 0; place < 7 || millionths; place++) {
        if (place == 6)
            digits[--at] = '.';
        digits[--at] = (char)('0' + millionths % 10);
        millionths /= 10;
    }
    maille_strbuf_add_n(out, digits + at, sizeof digits - at);
}

static void flush(job *j) {
    if (j->text.length)
        fwrite(j->text.text, 1, j->text.length, j->file);
    maille_strbuf_clear(&j->text);
}

/* Rows from number `first` on. */
static maille_status write_rows(maille_ctx *ctx, job *j, const maille_matrix *matrix,
                                uint32_t first) {
    const point_list *from = j->search->from->points, *to = j->search->to->points;
    maille_status status = MAILLE_OK;
    for (uint32_t row = 0; row < matrix->rows && !j->text.failed; row++) {
        TRY(maille_cancelled(ctx));
        for (uint64_t i = matrix->start[row]; i < matrix->start[row + 1]; i++) {
            maille_strbuf_add_csv(&j->text, from->id[first + row]);
            maille_strbuf_add_char(&j->text, ',');
            maille_strbuf_add_csv(&j->text, to->id[matrix->column[i]]);
            maille_strbuf_add_char(&j->text, ',');
            add_minutes(&j->text, matrix->ms[i]);
            maille_strbuf_add_char(&j->text, '\n');
            if (j->text.length > TEXT_AT_ONCE)
                flush(j);
        }
    }
    flush(j);
    j->written += matrix->start[matrix->rows];
    if (j->text.failed)
        status = maille_no_memory(ctx);
done:
    return status;
}

static maille_status write_nearest(maille_ctx *ctx, job *j, const maille_matrix *matrix,
                                   uint32_t first) {
    maille_status status = MAILLE_OK;
    maille_matrix *kept = NULL;
    if (j->search->nearest)
        TRY(maille_matrix_nearest(ctx, matrix, j->search->nearest, &kept));
    TRY(write_rows(ctx, j, kept ? kept : matrix, first));
done:
    maille_matrix_free(kept);
    return status;
}

static maille_status new_matrix(maille_ctx *ctx, uint32_t rows, uint32_t columns, uint64_t count,
                                maille_matrix **out) {
    maille_matrix *m = maille_alloc(1, sizeof *m);
    *out = NULL;
    if (!m)
        return maille_no_memory(ctx);
    m->rows = rows;
    m->columns = columns;
    m->start = maille_alloc((size_t)rows + 1, sizeof *m->start);
    m->column = maille_alloc(count, sizeof *m->column);
    m->ms = maille_alloc(count, sizeof *m->ms);
    if (!m->start || !m->column || !m->ms) {
        maille_matrix_free(m);
        return maille_no_memory(ctx);
    }
    *out = m;
    return MAILLE_OK;
}

/* ---- the nearest: one search from all facilities at once
 * -------------------------------------------- */

static maille_status write_the_nearest(maille_ctx *ctx, job *j) {
    const times_search *s = j->search;
    maille_status status = MAILLE_OK;
    maille_matrix *m = NULL;
    uint32_t *which = maille_alloc((size_t)j->from_count + 1, sizeof *which);
    uint32_t *ms = maille_alloc((size_t)j->from_count + 1, sizeof *ms);
    if (!which || !ms) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_nearest_directed(ctx, s->network, s->from->stops, j->from_count, s->to->stops,
                                j->to_count, s->dispatch ? MAILLE_FROM : MAILLE_TOWARDS,
                                s->limit_ms, ms, which));
    TRY(new_matrix(ctx, j->from_count, j->to_count, j->from_count, &m));
    for (uint32_t i = 0; i < j->from_count; i++) {
        uint64_t at = m->start[i + 1] = m->start[i];
        if (ms[i] == MAILLE_UNREACHED)
            continue;
        m->column[at] = which[i];
        m->ms[at] = ms[i];
        m->start[i + 1]++;
    }
    TRY(write_rows(ctx, j, m, 0));
done:
    maille_matrix_free(m);
    maille_free(which);
    maille_free(ms);
    return status;
}

/* ---- pairs within a limit, or few searches
 * ---------------------------------------------------------- */

/* `hierarchy` is NULL where it does not pay. */
static maille_status write_pairs(maille_ctx *ctx, job *j, const maille_hierarchy *hierarchy) {
    const times_search *s = j->search;
    const placing *start = s->dispatch ? s->to : s->from, *end = s->dispatch ? s->from : s->to;
    uint32_t starts = (uint32_t)start->points->count, ends = (uint32_t)end->points->count;
    maille_status status = MAILLE_OK;
    maille_matrix *m = NULL, *turned = NULL;
    if (!hierarchy)
        TRY(maille_times(ctx, s->network, start->stops, starts, end->stops, ends, s->limit_ms, &m));
    else if (s->nearest && !s->dispatch)
        TRY(maille_reach_k_nearest(ctx, s->network, hierarchy, start->stops, starts, end->stops,
                                   ends, s->nearest, s->limit_ms, &m));
    else
        TRY(maille_reach_times(ctx, s->network, hierarchy, start->stops, starts, end->stops, ends,
                               s->limit_ms, &m));
    if (s->dispatch)
        TRY(maille_matrix_transpose(ctx, m, &turned));
    TRY(write_nearest(ctx, j, turned ? turned : m, 0));
done:
    maille_matrix_free(m);
    maille_matrix_free(turned);
    return status;
}

/* ---- all pairs, in blocks
 * ---------------------------------------------------------------------------- */

/* What was reached of a table, whose rows are `from` or, with dispatch, `to`. */
static void fill_block(const job *j, const uint32_t *table, uint32_t rows, maille_matrix *m) {
    uint64_t at = 0;
    m->rows = rows;
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t column = 0; column < j->to_count; column++) {
            uint32_t ms = j->search->dispatch ? table[(uint64_t)column * rows + row]
                                              : table[(uint64_t)row * j->to_count + column];
            if (ms == MAILLE_UNREACHED)
                continue;
            m->column[at] = column;
            m->ms[at++] = ms;
        }
        m->start[row + 1] = at;
    }
}

static maille_status write_blocks(maille_ctx *ctx, job *j, const maille_hierarchy *hierarchy) {
    const times_search *s = j->search;
    uint32_t most = block_rows(j);
    uint64_t cells = (uint64_t)most * j->to_count;
    maille_status status = MAILLE_OK;
    maille_matrix *block = NULL;
    uint32_t *table = maille_alloc(cells, sizeof *table);
    if (!table) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(new_matrix(ctx, most, j->to_count, cells, &block));
    for (uint32_t first = 0, rows; first < j->from_count; first += rows) {
        rows = j->from_count - first < most ? j->from_count - first : most;
        const maille_stop *from = s->from->stops + first, *to = s->to->stops;
        if (s->dispatch)
            TRY(maille_reach_table(ctx, s->network, hierarchy, to, j->to_count, from, rows, table));
        else
            TRY(maille_reach_table(ctx, s->network, hierarchy, from, rows, to, j->to_count, table));
        fill_block(j, table, rows, block);
        TRY(write_nearest(ctx, j, block, first));
    }
done:
    maille_matrix_free(block);
    maille_free(table);
    return status;
}

/* A block as a table and as a matrix (with its nearest), beside what the table needs. */
static uint64_t block_bytes(const maille_ctx *ctx, const job *j,
                            const maille_hierarchy *hierarchy) {
    uint32_t rows = block_rows(j);
    uint64_t cells = (uint64_t)rows * j->to_count;
    uint64_t matrices = (j->search->nearest ? 2 : 1) * (cells * BYTES_A_PAIR + 8 * (uint64_t)rows);
    return maille_reach_table_bytes(ctx, hierarchy, rows, j->to_count) + cells * sizeof(uint32_t) +
           matrices;
}

/* ---- all of them
 * ------------------------------------------------------------------------------------- */

static maille_status write_all(maille_ctx *ctx, job *j) {
    const times_search *s = j->search;
    maille_status status = MAILLE_OK;
    maille_hierarchy *hierarchy = NULL;
    bool without_limit = s->limit_ms == MAILLE_UNREACHED - 1;
    if (s->nearest == 1)
        return write_the_nearest(ctx, j);
    if ((s->dispatch ? j->to_count : j->from_count) < MANY_SEARCHES) {
        if (without_limit)
            say_size(j, (uint64_t)j->from_count * j->to_count * BYTES_A_FOUND_PAIR);
        return write_pairs(ctx, j, NULL);
    }
    TRY(maille_hierarchy_build(ctx, s->network, &hierarchy));
    if (without_limit && (s->dispatch || !s->nearest)) {
        say_size(j, block_bytes(ctx, j, hierarchy));
        TRY(write_blocks(ctx, j, hierarchy));
    } else {
        TRY(write_pairs(ctx, j, hierarchy));
    }
done:
    maille_hierarchy_free(hierarchy);
    return status;
}

maille_status times_write(maille_ctx *ctx, const times_search *search, const char *path,
                          uint64_t *count) {
    job j = {.search = search,
             .from_count = (uint32_t)search->from->points->count,
             .to_count = (uint32_t)search->to->points->count};
    result_file out = {0};
    maille_status status = MAILLE_OK;
    TRY(result_open(ctx, path, &out));
    j.file = out.file;
    fprintf(out.file, "from_id,to_id,minutes\n");
    TRY(write_all(ctx, &j));
    *count = j.written;
done:
    maille_strbuf_free(&j.text);
    return result_close(ctx, &out, status);
}
