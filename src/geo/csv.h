/* CSV as people and agencies write it (inside geo). */
#ifndef GEO_CSV_H
#define GEO_CSV_H

#include <maille/ctx.h>
#include <maille/strbuf.h>
#include <maille/vec.h>

/* A cell as it stands in the file; `quoted` cells hold doubled quotes still. */
typedef struct {
    const char *text;
    size_t length;
    bool quoted;
} maille_cell;

typedef struct {
    char *text; /* the whole file */
    const char *at, *end;
    size_t line;      /* the current record starts here */
    size_t next_line; /* the next one starts here */
    char separator;
    bool unclosed; /* the last record ended within quotes */
    MAILLE_VEC(maille_cell) cells;
    maille_strbuf scratch;
} maille_csv;

/* Reads the file and finds its separator. REFUSED when it is not text (NUL bytes, UTF-16). */
maille_status maille_csv_open(maille_ctx *ctx, const char *path, maille_csv *csv);
void maille_csv_close(maille_csv *csv);
void maille_csv_rewind(maille_csv *csv);
/* The next record that is not blank into `cells`; false in `more` at the end. */
maille_status maille_csv_next(maille_ctx *ctx, const char *path, maille_csv *csv, bool *more);
/* A cell as UTF-8, quotes undone; borrowed until the next call. NULL when memory ran out. */
const char *maille_csv_text(maille_csv *csv, const maille_cell *cell);

#endif
