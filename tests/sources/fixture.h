/* A workspace to import into, small files to import, and what the workspace holds afterwards. */
#ifndef TESTS_SOURCES_FIXTURE_H
#define TESTS_SOURCES_FIXTURE_H

#include "harness.h"

#include <maille/hash.h>
#include <maille/sources.h>
#include <maille/strbuf.h>

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    maille_import_result result;
} fixture;

/* A new workspace in the scratch folder. */
static inline fixture fixture_open(const char *name, int epsg) {
    fixture f = {0};
    remove(test_scratch(name));
    CHECK_INT(maille_ctx_new(&f.ctx), MAILLE_OK);
    maille_status status = maille_store_create(f.ctx, test_scratch(name), epsg, "test", &f.store);
    if (status != MAILLE_OK)
        fprintf(stderr, "%s\n", maille_message(f.ctx));
    CHECK_INT(status, MAILLE_OK);
    return f;
}

static inline void fixture_close(fixture *f) {
    maille_store_close(f->store);
    maille_ctx_free(f->ctx);
}

/* Writes a file into the scratch folder and returns its path. */
static inline const char *write_file(const char *name, const char *text) {
    const char *path = test_scratch(name);
    FILE *file = fopen(path, "wb");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}

static inline maille_status import_with(fixture *f, const maille_source *source, bool force) {
    maille_import_options options = {.force = force};
    return maille_import_source(f->ctx, f->store, source, &options, &f->result);
}

/* Imports, and says why when it fails. */
static inline void must_import(fixture *f, const maille_source *source) {
    maille_status status = import_with(f, source, false);
    if (status != MAILLE_OK)
        fprintf(stderr, "%s\n", maille_message(f->ctx));
    CHECK_INT(status, MAILLE_OK);
}

static inline int64_t count_rows(fixture *f, const char *table) {
    int64_t count = -1;
    CHECK_INT(maille_store_count(f->ctx, f->store, table, NULL, &count), MAILLE_OK);
    return count;
}

static inline void hash_column(maille_strbuf *s, const maille_column *c, size_t row) {
    if (c->null[row])
        maille_strbuf_add(s, "null");
    else if (c->type == MAILLE_INT)
        maille_strbuf_add_int(s, c->ints[row]);
    else if (c->type == MAILLE_REAL)
        maille_strbuf_add_double(s, c->reals[row]);
    else if (c->type == MAILLE_TEXT)
        maille_strbuf_add(s, c->texts[row]);
    else
        for (size_t i = 0; i < c->blobs[row].length; i++)
            maille_strbuf_addf(s, "%02x", c->blobs[row].bytes[i]);
    maille_strbuf_add_char(s, '|');
}

/* Every cell of every table that an import may touch, as one hash. */
static inline maille_sha256 hash_workspace(fixture *f) {
    static const char *const tables[] = {"meta",
                                         "import",
                                         "remark",
                                         "commune",
                                         "centre",
                                         "supply_raw",
                                         "facility_raw",
                                         "grouping_raw",
                                         "movement",
                                         "perimeter",
                                         "perimeter_member_raw",
                                         "perimeter_status",
                                         "indicator",
                                         "indicator_raw",
                                         "population_age_raw"};
    maille_sha256 hash;
    maille_hasher *hasher = maille_hasher_new();
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        maille_query query = {.table = tables[t]};
        maille_table *table = NULL;
        maille_strbuf s = {0};
        CHECK_INT(maille_store_read(f->ctx, f->store, &query, &table), MAILLE_OK);
        maille_strbuf_addf(&s, "%s %zu\n", tables[t], table ? table->rows : 0);
        for (size_t row = 0; table && row < table->rows; row++)
            for (size_t c = 0; c < table->column_count; c++)
                hash_column(&s, &table->columns[c], row);
        maille_hasher_add(hasher, s.text, s.length);
        maille_strbuf_free(&s);
        maille_table_free(table);
    }
    maille_hasher_end(hasher, &hash);
    return hash;
}

/* One cell of a table as text: of the row whose `key` is `value`; "" where there is none. */
static inline const char *cell(fixture *f, const char *table, const char *key, const char *value,
                               const char *column) {
    static char texts[8][512];
    static int next;
    char *out = texts[next++ & 7];
    maille_value v = maille_text_value(value);
    maille_filter filter = maille_equals(key, &v);
    maille_query query = {.table = table, .columns = &column, .column_count = 1, .filter = &filter};
    maille_table *rows = NULL;
    maille_strbuf s = {0};
    CHECK_INT(maille_store_read(f->ctx, f->store, &query, &rows), MAILLE_OK);
    if (rows && rows->rows) {
        hash_column(&s, &rows->columns[0], 0);
        s.text[s.length - 1] = '\0';
    }
    snprintf(out, sizeof texts[0], "%s", s.text ? s.text : "");
    maille_strbuf_free(&s);
    maille_table_free(rows);
    return out;
}

/* The import is refused with exactly this message (`%s` stands for the file's path), and the
 * workspace is as it was. */
static inline void must_refuse(fixture *f, const maille_source *source, maille_status status,
                               const char *message) {
    maille_strbuf want = {0};
    const char *at = strstr(message, "%s");
    maille_strbuf_add_n(&want, message, at ? (size_t)(at - message) : strlen(message));
    if (at) {
        maille_strbuf_add(&want, source->file);
        maille_strbuf_add(&want, at + 2);
    }
    maille_sha256 before = hash_workspace(f);
    CHECK_INT(import_with(f, source, false), status);
    CHECK_TEXT(maille_message(f->ctx), want.text);
    maille_sha256 after = hash_workspace(f);
    CHECK_TEXT(after.hex, before.hex);
    maille_strbuf_free(&want);
}

#endif
