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
/* Opens for writing, but holds the lock only between maille_store_rouse and maille_store_rest: for
 * who writes a little now and then beside others. It begins at rest. */
maille_status maille_store_open_resting(maille_ctx *ctx, const char *path, const char *who,
                                        maille_store **out);
/* Takes the lock, waiting `wait_s` at most, else MAILLE_BUSY names its owner. MAILLE_NOT_FOUND when
 * the file is another one than was opened: close it and open again. */
maille_status maille_store_rouse(maille_ctx *ctx, maille_store *store, double wait_s);
void maille_store_rest(maille_store *store);
/* Opens for long work that must not stop other writers: each transaction reads the state that its
 * first read saw, keeps what is written in memory (it is not read back), and its commit takes the
 * lock (waiting `wait_s`, else MAILLE_BUSY), writes all of it as one transaction and lets go. What
 * others committed meanwhile stays. MAILLE_BUSY too when imports changed meanwhile: what was
 * computed is of communes that are gone. */
maille_status maille_store_open_deferred(maille_ctx *ctx, const char *path, const char *who,
                                         double wait_s, maille_store **out);
const char *maille_store_path(const maille_store *store);
const char *maille_store_who(const maille_store *store);
/* Folder of what can be made again, "<workspace>.cache", made when missing. Borrowed. */
maille_status maille_store_cache(maille_ctx *ctx, maille_store *store, const char **folder);

/* Transactions do not nest. Rollback after a failure keeps the context's message. One on a store
 * that was opened for reading holds the state that its first read sees. */
maille_status maille_store_begin(maille_ctx *ctx, maille_store *store);
maille_status maille_store_commit(maille_ctx *ctx, maille_store *store);
void maille_store_rollback(maille_store *store);
/* Begins unless the caller has begun; leave commits what went well or rolls all back, and commits
 * only what enter began. Returns what became of it. */
maille_status maille_store_enter(maille_ctx *ctx, maille_store *store, bool *own);
maille_status maille_store_leave(maille_ctx *ctx, maille_store *store, bool own,
                                 maille_status status);

/* Filters: a tree with bound values. Build on the stack; children and texts are borrowed for the
 * call. As in SQL, a comparison with null is neither true nor false, and NOT leaves it so; AND of
 * nothing is true, OR of nothing false. LIKE knows % and _, \ before them takes them as they are,
 * and case counts. Numbers compare with numbers, texts with texts; 28 levels at most. */
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
    MAILLE_F_AMONG, /* column is one of `among.column` of `among.table` where the child holds (count
                       0: of all); the child names columns of that table, `of` 0 */
    MAILLE_F_MEETS, /* geometry: its box meets `meets.box`, and `meets.exactly` says so too */
} maille_filter_op;
typedef struct {
    maille_type type; /* INT, REAL or TEXT */
    int64_t integer;
    double real;
    const char *text;
} maille_value;
/* What a geometry is asked: `exactly` (NULL: the boxes decide) gets its WKB and must not fail; with
 * `inside_meets` one whose box lies within this one is taken unasked. The column is one of
 * geometry, or "lon" of a table that has "lat" too: a point. */
typedef struct {
    double west, south, east, north;
    bool (*exactly)(void *user, maille_bytes wkb);
    void *user; /* must live as long as what reads with it */
    bool inside_meets;
} maille_meets;
typedef struct maille_filter {
    maille_filter_op op;
    size_t of;          /* which table the column is of: 0 the query's, n its join n - 1 */
    const char *column; /* comparisons */
    /* Numbers: the column is compared as column × factor, rounded to `decimals`, as a layer
     * publishes it. factor 0 = as it is. */
    double factor;
    int decimals;
    struct {
        const char *table, *column;
    } among;
    maille_meets meets;
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

/* A query over several tables: each row of `table` once, with the (at most one) row of each join
 * whose `key` is the same as the table's, and that its filter (of columns of its own) names; nulls
 * where there is none. */
typedef struct {
    size_t of; /* 0: the table; n: join n - 1 */
    const char *column;
} maille_column_of;
typedef struct {
    maille_column_of column;
    bool descending; /* nulls last either way */
    bool as_text;    /* numbers in the order of their digits */
} maille_order;
typedef struct {
    const char *table, *key;
    const maille_filter *filter;
} maille_join;
typedef struct {
    const char *table, *key;
    const maille_join *joins;
    size_t join_count;
    const maille_column_of *columns;
    size_t column_count;
    const maille_filter *filter; /* may name columns of all tables */
    const maille_order *order;   /* then by the primary key */
    size_t order_count;
    int64_t offset, limit; /* limit -1: all */
} maille_selection_query;

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
/* The same accessors over several tables; and how many rows there are without offset and limit. */
maille_status maille_store_select(maille_ctx *ctx, maille_store *store,
                                  const maille_selection_query *query, maille_cursor **out);
maille_status maille_store_select_count(maille_ctx *ctx, maille_store *store,
                                        const maille_selection_query *query, int64_t *out);
/* West, south, east, north of the rows that the filter names, over a table with geometry; NaN
 * without any. From the index of boxes: a hair wider than the geometry. */
maille_status maille_store_extent(maille_ctx *ctx, maille_store *store, const char *table,
                                  const maille_filter *filter, double box[4]);

/* A number that changes whenever another connection has committed (PRAGMA data_version), and when
 * the file itself was replaced by another: then the store must be opened again (`replaced`). */
maille_status maille_store_state(maille_ctx *ctx, maille_store *store, uint64_t *state,
                                 bool *replaced);
/* Copies the workspace as it stands, while others read and write, under a temporary name until it
 * is whole and checked; a file that is there is MAILLE_REFUSED unless `replace`. */
maille_status maille_store_backup(maille_ctx *ctx, maille_store *store, const char *path,
                                  bool replace);

/* A tile set as one file (MBTiles 1.3). Tiles are numbered as in the web (y from the north) and
 * kept as the specification says (from the south); bytes are kept as given (gzip). */
typedef struct maille_mbtiles maille_mbtiles;
maille_status maille_mbtiles_new(maille_ctx *ctx, const char *path, maille_mbtiles **out);
maille_status maille_mbtiles_metadata(maille_ctx *ctx, maille_mbtiles *set, const char *name,
                                      const char *value);
maille_status maille_mbtiles_add(maille_ctx *ctx, maille_mbtiles *set, unsigned z, unsigned x,
                                 unsigned y, maille_bytes tile);
/* Whole on the disk, or gone. */
maille_status maille_mbtiles_end(maille_ctx *ctx, maille_mbtiles *set);
void maille_mbtiles_free(maille_mbtiles *set); /* not ended: the file is removed */

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
