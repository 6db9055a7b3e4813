/* CSV files as tables. */
#include "geo/columns.h"
#include "geo/csv.h"
#include "geo/files.h"

#include <maille/memory.h>
#include <stdio.h>
#include <string.h>

/* The first record as names. Empty cells at its end are no columns. */
static maille_status read_header(maille_ctx *ctx, const char *path, maille_csv *csv,
                                 maille_offer *offer) {
    bool more;
    maille_status status = maille_csv_next(ctx, path, csv, &more);
    if (status == MAILLE_OK && !more)
        status = maille_fail(ctx, MAILLE_REFUSED, "%s was empty", path);
    if (status != MAILLE_OK)
        return status;
    size_t count = csv->cells.count;
    while (count > 1 && csv->cells.items[count - 1].length == 0)
        count--;
    status = maille_offer_new(ctx, count, offer);
    for (size_t i = 0; i < count && status == MAILLE_OK; i++) {
        const char *name = maille_csv_text(csv, &csv->cells.items[i]);
        offer->types[i] = MAILLE_TEXT;
        status = name ? maille_offer_name(ctx, offer, i, name) : maille_no_memory(ctx);
    }
    return status;
}

/* Columns "1", "2" … for the longest line of the file. */
static maille_status number_columns(maille_ctx *ctx, const char *path, maille_csv *csv,
                                    maille_offer *offer) {
    size_t widest = 0;
    bool more;
    for (;;) {
        maille_status status = maille_csv_next(ctx, path, csv, &more);
        if (status != MAILLE_OK)
            return status;
        if (!more)
            break;
        widest = csv->cells.count > widest ? csv->cells.count : widest;
    }
    maille_csv_rewind(csv);
    maille_status status = maille_offer_new(ctx, widest, offer);
    for (size_t i = 0; i < widest && status == MAILLE_OK; i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i + 1);
        offer->types[i] = MAILLE_TEXT;
        status = maille_offer_name(ctx, offer, i, name);
    }
    return status;
}

maille_status maille_csv_inspect(maille_ctx *ctx, const char *path, maille_file_info *out) {
    maille_csv csv = {0};
    maille_offer offer = {0};
    uint32_t *picked = NULL;
    size_t count;
    maille_status status = maille_csv_open(ctx, path, &csv);
    if (status == MAILLE_OK)
        status = read_header(ctx, path, &csv, &offer);
    if (status == MAILLE_OK)
        status = maille_offer_table(ctx, path, &offer, NULL, &picked, &count, &out->columns);
    if (status == MAILLE_OK) {
        out->kind = MAILLE_FILE_CSV;
        snprintf(out->format, sizeof out->format, "CSV%c", csv.separator);
    }
    maille_free(picked);
    maille_offer_clear(&offer);
    maille_csv_close(&csv);
    return status;
}

/* A row may be longer than the header by empty cells (RPPS ends its rows with one), else it must
 * have as many. */
static maille_status check_width(maille_ctx *ctx, const char *path, const maille_csv *csv,
                                 size_t width) {
    size_t count = csv->cells.count;
    while (count > width && csv->cells.items[count - 1].length == 0)
        count--;
    if (count == width)
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_REFUSED, "%s, line %zu: had %zu cells where the header had %zu",
                       path, csv->line, count, width);
}

/* `width` 0: rows may have any. */
static maille_status read_rows(maille_ctx *ctx, const char *path, maille_csv *csv, size_t width,
                               const uint32_t *picked, size_t picked_count, maille_table *table) {
    bool more;
    for (;;) {
        size_t row;
        maille_status status = maille_csv_next(ctx, path, csv, &more);
        if (status != MAILLE_OK || !more)
            return status;
        if (width > 0)
            status = check_width(ctx, path, csv, width);
        if (status == MAILLE_OK)
            status = maille_table_add_row(ctx, table, &row);
        for (size_t k = 0; k < picked_count && status == MAILLE_OK; k++) {
            if (picked[k] >= csv->cells.count)
                continue;
            const char *text = maille_csv_text(csv, &csv->cells.items[picked[k]]);
            if (!text)
                status = maille_no_memory(ctx);
            else if (*text)
                status = maille_set_text(ctx, table, row, k, text);
        }
        if (status != MAILLE_OK)
            return status;
        maille_set_int(table, row, picked_count, (int64_t)csv->line);
    }
}

maille_status maille_csv_read(maille_ctx *ctx, const char *path, const maille_read_options *options,
                              maille_table **out) {
    maille_csv csv = {0};
    maille_offer offer = {0};
    uint32_t *picked = NULL;
    size_t picked_count = 0;
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    if (options->with_geometry)
        return maille_fail(ctx, MAILLE_REFUSED, "%s was a CSV: it held no geometry", path);
    status = maille_csv_open(ctx, path, &csv);
    if (status == MAILLE_OK)
        status = options->cells ? number_columns(ctx, path, &csv, &offer)
                                : read_header(ctx, path, &csv, &offer);
    if (status == MAILLE_OK)
        status = maille_offer_table(ctx, path, &offer, options, &picked, &picked_count, &table);
    if (status == MAILLE_OK)
        status = read_rows(ctx, path, &csv, options->cells ? 0 : offer.count, picked, picked_count,
                           table);
    if (status == MAILLE_OK && table->rows == 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "%s held no row", path);
    if (status == MAILLE_OK) {
        *out = table;
        table = NULL;
    }
    maille_table_free(table);
    maille_free(picked);
    maille_offer_clear(&offer);
    maille_csv_close(&csv);
    return status;
}
