/* The workspace: one SpatiaLite file, read and written as named tables of column arrays
 * (room: store; SQL text exists there only).
 *
 * Table and column names are checked against the schema (src/store/schema_*.sql) before they reach
 * a statement; values are always bound. WAL with synchronous=FULL. One writer at a time: a lock
 * file beside the workspace, released by the system when its holder dies. Geometry columns are
 * lon/lat (EPSG:4326), WKB in our tables, SpatiaLite blobs in the file. */
#ifndef MAILLE_STORE_H
#define MAILLE_STORE_H

#include <maille/ctx.h>
#include <maille/table.h>
#include <stdint.h>

typedef struct maille_store maille_store;
typedef enum { MAILLE_STORE_READ, MAILLE_STORE_WRITE } maille_store_mode;

/* Makes a new workspace; refused when the file is there. `epsg` 0 = not chosen yet. */
maille_status maille_store_create(maille_ctx *ctx, const char *path, int epsg, const char *who,
                                  maille_store **out);
/* Opens; migrates an older schema after a backup beside the file; refuses a newer one and files
 * that are not workspaces. WRITE takes the lock or fails with MAILLE_BUSY, naming the owner. */
maille_status maille_store_open(maille_ctx *ctx, const char *path, maille_store_mode mode,
                                const char *who, maille_store **out);
void maille_store_close(maille_store *store);
const char *maille_store_path(const maille_store *store);
const char *maille_store_who(const maille_store *store);
/* Folder of what can be made again, "<workspace>.cache", made when missing. Borrowed. */
maille_status maille_store_cache(maille_ctx *ctx, maille_store *store, const char **folder);

/* Transactions do not nest. Rollback after a failure keeps the context's message. One on a store
 * that was opened for reading holds the state that its first read sees. */
maille_status maille_store_begin(maille_ctx *ctx, maille_store *store);
maille_status maille_store_commit(maille_ctx *ctx, maille_store *store);
void maille_store_rollback(maille_store *store);

/* Filters: a tree with bound values. Build on the stack; children and texts are borrowed. As in
 * SQL, a comparison with null is neither true nor false, and NOT leaves it so; AND of nothing is
 * true, OR of nothing false. LIKE knows % and _, \ before them takes them as they are, and case
 * counts outside ASCII only. Numbers compare with numbers, texts with texts; 28 levels at most. */
typedef enum {
    MAILLE_F_AND,
    MAILLE_F_OR,
    MAILLE_F_NOT,
    MAILLE_F_EQ,
    MAILLE_F_NE,
    MAILLE_F_LT,
    MAILLE_F_LE,
    MAILLE_F_GT,
    MAILLE_F_GE,
    MAILLE_F_IN,
    MAILLE_F_LIKE,
    MAILLE_F_NULL,
} maille_filter_op;
typedef struct {
    maille_type type; /* INT, REAL or TEXT */
    int64_t integer;
    double real;
    const char *text;
} maille_value;
typedef struct maille_filter {
    maille_filter_op op;
    const char *column;         /* comparisons */
    const maille_value *values; /* one, or `count` for IN */
    const struct maille_filter *const *children;
    size_t count;
} maille_filter;
/* column = text; the common case. */
maille_value maille_text_value(const char *text);
maille_value maille_int_value(int64_t value);
maille_filter maille_equals(const char *column, const maille_value *value);

typedef struct {
    const char *table;
    const char *const *columns; /* NULL: all of the schema, in its order */
    size_t column_count;
    const maille_filter *filter; /* NULL: all rows */
    const char *const *order;    /* column names, ascending, bytes order; NULL: primary key order */
    size_t order_count;
} maille_query;

/* The whole answer as a table. */
maille_status maille_store_read(maille_ctx *ctx, maille_store *store, const maille_query *query,
                                maille_table **out);
maille_status maille_store_count(maille_ctx *ctx, maille_store *store, const char *table,
                                 const maille_filter *filter, int64_t *out);

/* A row at a time, memory flat. Values are borrowed until the next step. */
typedef struct maille_cursor maille_cursor;
maille_status maille_store_scan(maille_ctx *ctx, maille_store *store, const maille_query *query,
                                maille_cursor **out);
maille_status maille_cursor_next(maille_ctx *ctx, maille_cursor *cursor, bool *row);
bool maille_cursor_null(const maille_cursor *cursor, size_t column);
int64_t maille_cursor_int(const maille_cursor *cursor, size_t column);
double maille_cursor_real(const maille_cursor *cursor, size_t column);        /* NaN when null */
const char *maille_cursor_text(const maille_cursor *cursor, size_t column);   /* NULL when null */
maille_bytes maille_cursor_bytes(const maille_cursor *cursor, size_t column); /* WKB for geometry */
void maille_cursor_free(maille_cursor *cursor);

/* Appends the rows, all or none; columns are matched by name, columns that the table lacks stay
 * null or take their default. INT may go where REAL is kept; polygons are kept as multipolygons, an
 * empty geometry as null. Inside a transaction of the caller, or one of its own. A row that breaks
 * a key or check is MAILLE_REFUSED and names it (rows are counted from 1). */
maille_status maille_store_append(maille_ctx *ctx, maille_store *store, const char *table,
                                  const maille_table *rows);
/* Deletes what the filter names (NULL: all), then appends. */
maille_status maille_store_replace(maille_ctx *ctx, maille_store *store, const char *table,
                                   const maille_filter *scope, const maille_table *rows);
maille_status maille_store_delete(maille_ctx *ctx, maille_store *store, const char *table,
                                  const maille_filter *scope);

/* Workspace settings (table meta): study's YAML values that the workspace must know: "crs",
 * "study", "title_fr", … `out` is owned by the caller; NULL when there is none. */
maille_status maille_store_get(maille_ctx *ctx, maille_store *store, const char *key, char **out);
maille_status maille_store_set(maille_ctx *ctx, maille_store *store, const char *key,
                               const char *value);

/* Looks whether the file is whole; MAILLE_FOUND names the first damage. */
maille_status maille_store_check(maille_ctx *ctx, maille_store *store);

/* Columns of a table or view of the schema, as a table of 0 rows; MAILLE_NOT_FOUND if unknown. */
maille_status maille_store_describe(maille_ctx *ctx, maille_store *store, const char *table,
                                    maille_table **out);

#endif
