/* CSV: records and cells, separator and encoding found by looking. */
#include "geo/csv.h"

#include <errno.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLE = 20 };

static maille_status read_whole(maille_ctx *ctx, const char *path, maille_csv *csv) {
    maille_status status = MAILLE_OK;
    size_t length = 0, capacity = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return maille_fail(ctx, errno == ENOENT ? MAILLE_NOT_FOUND : MAILLE_FAILED,
                           "%s could not be opened: %s", path, strerror(errno));
    if (fseek(file, 0, SEEK_END) == 0 && ftell(file) > 0)
        capacity = (size_t)ftell(file);
    rewind(file);
    csv->text = maille_resize(NULL, capacity + 1, 1);
    if (!csv->text) {
        status = maille_no_memory(ctx);
        goto done;
    }
    length = fread(csv->text, 1, capacity, file);
    if (ferror(file)) {
        status = maille_fail(ctx, MAILLE_FAILED, "%s could not be read: %s", path, strerror(errno));
        goto done;
    }
    csv->text[length] = '\0';
    csv->end = csv->text + length;
done:
    fclose(file);
    return status;
}

static bool add_cell(maille_csv *csv, const char *from, const char *to, bool quoted) {
    maille_cell cell = {from, (size_t)(to - from), quoted};
    return MAILLE_VEC_PUSH(&csv->cells, cell);
}

/* The end of a cell that starts at `at`. Within quotes, separators and line ends are text. */
static const char *end_of_cell(maille_csv *csv, const char *at, bool quoted) {
    bool within = quoted;
    for (at += quoted; at < csv->end; at++) {
        if (within) {
            if (*at == '\n')
                csv->next_line++;
            if (*at != '"')
                continue;
            if (at + 1 < csv->end && at[1] == '"')
                at++;
            else
                within = false;
        } else if (*at == csv->separator || *at == '\n' || *at == '\r') {
            break;
        }
    }
    csv->unclosed = within;
    return at;
}

/* One record's cells; false when memory ran out. The file is not at its end. */
static bool split_record(maille_csv *csv) {
    csv->cells.count = 0;
    csv->line = csv->next_line;
    for (;;) {
        bool quoted = csv->at < csv->end && *csv->at == '"';
        const char *end = end_of_cell(csv, csv->at, quoted);
        if (!add_cell(csv, csv->at, end, quoted))
            return false;
        bool more = end < csv->end && *end == csv->separator;
        csv->at = end;
        if (!more)
            break;
        csv->at++;
    }
    if (csv->at < csv->end) {
        bool both = *csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n';
        csv->at += both ? 2 : 1;
        csv->next_line++;
    }
    return true;
}

static bool is_blank(const maille_csv *csv) {
    return csv->cells.count == 1 && csv->cells.items[0].length == 0;
}

void maille_csv_rewind(maille_csv *csv) {
    csv->at = csv->text;
    if (csv->end - csv->at >= 3 && memcmp(csv->at, "\xEF\xBB\xBF", 3) == 0)
        csv->at += 3;
    csv->next_line = 1;
}

/* How many of the first records have as many cells as the header (none where it has but one);
 * false when memory ran out. */
static bool agreement(maille_csv *csv, char separator, size_t *agreeing, size_t *cells) {
    csv->separator = separator;
    maille_csv_rewind(csv);
    *agreeing = *cells = 0;
    for (int i = 0; i < SAMPLE && csv->at < csv->end;) {
        if (!split_record(csv))
            return false;
        if (is_blank(csv))
            continue;
        if (i++ == 0)
            *cells = csv->cells.count;
        *agreeing += csv->cells.count == *cells && !csv->unclosed;
    }
    if (*cells < 2)
        *agreeing = 0;
    return true;
}

/* The separator that most of the first records agree on; false when memory ran out. */
static bool find_separator(maille_csv *csv) {
    static const char candidates[] = ";,\t|";
    char best = ',';
    size_t most = 0, widest = 0;
    for (const char *c = candidates; *c; c++) {
        size_t cells, agreeing;
        if (!agreement(csv, *c, &agreeing, &cells))
            return false;
        if (agreeing > most || (agreeing == most && agreeing > 0 && cells > widest)) {
            most = agreeing;
            widest = cells;
            best = *c;
        }
    }
    csv->separator = best;
    maille_csv_rewind(csv);
    return true;
}

maille_status maille_csv_open(maille_ctx *ctx, const char *path, maille_csv *csv) {
    *csv = (maille_csv){0};
    maille_status status = read_whole(ctx, path, csv);
    if (status == MAILLE_OK && memchr(csv->text, '\0', (size_t)(csv->end - csv->text)))
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s held NUL bytes: it was neither UTF-8 nor Windows-1252 text", path);
    if (status == MAILLE_OK && !find_separator(csv))
        status = maille_no_memory(ctx);
    if (status != MAILLE_OK)
        maille_csv_close(csv);
    return status;
}

void maille_csv_close(maille_csv *csv) {
    maille_free(csv->text);
    MAILLE_VEC_FREE(&csv->cells);
    maille_strbuf_free(&csv->scratch);
    *csv = (maille_csv){0};
}

maille_status maille_csv_next(maille_ctx *ctx, const char *path, maille_csv *csv, bool *more) {
    *more = false;
    while (csv->at < csv->end) {
        if (!split_record(csv))
            return maille_no_memory(ctx);
        if (csv->unclosed)
            return maille_fail(ctx, MAILLE_REFUSED, "%s, line %zu: a quoted cell did not end", path,
                               csv->line);
        if (is_blank(csv))
            continue;
        *more = true;
        return MAILLE_OK;
    }
    return MAILLE_OK;
}

static void undo_quotes(maille_strbuf *scratch, const maille_cell *cell) {
    bool within = true; /* what follows the closing quote is taken as it is */
    for (size_t i = 1; i < cell->length; i++) {
        char c = cell->text[i];
        if (within && c == '"') {
            if (i + 1 < cell->length && cell->text[i + 1] == '"')
                i++;
            else {
                within = false;
                continue;
            }
        }
        maille_strbuf_add_char(scratch, c);
    }
}

const char *maille_csv_text(maille_csv *csv, const maille_cell *cell) {
    maille_strbuf *scratch = &csv->scratch;
    maille_strbuf_clear(scratch);
    if (cell->quoted)
        undo_quotes(scratch, cell);
    else
        maille_strbuf_add_n(scratch, cell->text, cell->length);
    if (scratch->failed)
        return NULL;
    if (scratch->length == 0)
        return "";
    if (!maille_is_utf8(scratch->text, scratch->length)) {
        char *utf8 = maille_from_windows_1252(scratch->text, scratch->length);
        if (!utf8)
            return NULL;
        maille_strbuf_clear(scratch);
        maille_strbuf_add(scratch, utf8);
        maille_free(utf8);
    }
    return scratch->failed ? NULL : scratch->text;
}
