/* What the files of this room share about an open workspace. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "store/schema.h"
#include "store/sql.h"

#include <maille/store.h>
#include <maille/strbuf.h>
#include <maille/vec.h>
#include <sqlite3.h>
#include <sys/stat.h>

struct maille_store {
    sqlite3 *db;
    void *spatialite; /* of the writer only: its triggers call SpatiaLite's functions */
    char *path;       /* as the user gave it */
    char *place;      /* absolute, links resolved: what the lock and the cache are named after */
    char *who;
    char *account; /* NULL = none */
    char *owner;   /* who it was opened for: the lock bears that name */
    char *cache;   /* NULL until it was asked for */
    maille_store_mode mode;
    int lock;    /* -1 = none: opened for reading, or at rest */
    int kept;    /* the lock's file, at rest; -1 = none */
    int version; /* of the file when it was opened */
    maille_schema *schema;
    struct stat file;                 /* when it was opened */
    maille_strbuf scratch;            /* of the functions that filters call */
    struct maille_deferred *deferred; /* NULL: what is written is written at once (defer.h) */
};

/* Open and create with another list of versions; a test brings its own. */
maille_status maille_store_create_with(maille_ctx *ctx, const char *path, int epsg, const char *who,
                                       maille_migrations known, maille_store **out);
maille_status maille_store_open_with(maille_ctx *ctx, const char *path, maille_store_mode mode,
                                     const char *who, maille_migrations known, maille_store **out);

/* MAILLE_FAILED when the workspace was opened for reading only, or is at rest. */
maille_status maille_store_writable(maille_ctx *ctx, const maille_store *store);

/* A change inside the caller's transaction, or in one of its own: all of it or nothing. */
typedef struct {
    bool own;
} maille_change;
maille_status maille_change_begin(maille_ctx *ctx, maille_store *store, maille_change *change);
/* Keeps the change when `status` is MAILLE_OK, else undoes it; returns what became of it. */
maille_status maille_change_end(maille_ctx *ctx, maille_store *store, const maille_change *change,
                                maille_status status);

/* ---- statements ---- */

/* A value for a ? of a statement: what a geometry is asked when `meets` is not NULL. */
typedef struct {
    maille_value value;
    const maille_meets *meets;
} maille_parameter;

/* A statement being written, with the values for its ?s in order; begin with the store. */
typedef struct {
    const maille_store *store;
    maille_strbuf text;
    MAILLE_VEC(maille_parameter) parameters;
    size_t aliases; /* t0, t1, … that were given to tables */
} maille_statement;

/* Tables that a condition may name, the query's own first; called t<first>, t<first + 1>, … */
typedef struct {
    const maille_schema_table *const *tables;
    size_t count, first;
} maille_scope;

/* A name of the schema, quoted. */
void maille_sql_name(maille_strbuf *text, const char *name);
/* Adds "<keyword> <table> AS t<n>". */
void maille_statement_table(maille_statement *s, const char *keyword,
                            const maille_schema_table *table);
/* Adds t<n>."column". */
void maille_statement_column(maille_statement *s, size_t alias, const maille_schema_column *column);
/* Adds a ? for the value. */
maille_status maille_statement_value(maille_ctx *ctx, maille_statement *s, maille_value value);
/* Adds "<keyword> <condition>"; nothing when `filter` is NULL. */
maille_status maille_statement_where(maille_ctx *ctx, maille_statement *s, const char *keyword,
                                     maille_scope scope, const maille_filter *filter);
/* Prepares it, values bound; they are copied, but what `meets.user` points to. */
maille_status maille_statement_prepare(maille_ctx *ctx, const maille_store *store,
                                       const maille_statement *s, const maille_schema_table *about,
                                       sqlite3_stmt **out);
void maille_statement_free(maille_statement *s);

/* A cursor over what the statement selects: these columns, in this order. */
maille_status maille_cursor_over(maille_ctx *ctx, maille_store *store, const maille_statement *s,
                                 const maille_schema_table *about,
                                 const maille_schema_column *const *columns, size_t count,
                                 maille_cursor **out);

/* The statement gives rowids of `table` for a column of geometry: each is fetched when its row
 * stands, so that a sort does not carry them. */
maille_status maille_cursor_later(maille_ctx *ctx, maille_cursor *cursor, size_t column,
                                  const maille_schema_table *table);

/* Functions that filters call; `store` lives as long as its connection. */
maille_status maille_functions_add(maille_ctx *ctx, maille_store *store);
/* Name of a pointer to maille_meets, as SQLite hands it from binding to function. */
#define MAILLE_MEETS_POINTER "maille_meets"

#endif
