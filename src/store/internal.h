/* What the files of this room share about an open workspace. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "store/schema.h"
#include "store/sql.h"

#include <maille/store.h>
#include <maille/strbuf.h>
#include <maille/vec.h>
#include <sqlite3.h>

struct maille_store {
    sqlite3 *db;
    void *spatialite; /* of the writer only: its triggers call SpatiaLite's functions */
    char *path;       /* as the user gave it */
    char *place;      /* absolute, links resolved: what the lock and the cache are named after */
    char *who;
    char *cache; /* NULL until it was asked for */
    maille_store_mode mode;
    int lock; /* -1 = none */
    maille_schema *schema;
};

/* Open and create with another list of versions; a test brings its own. */
maille_status maille_store_create_with(maille_ctx *ctx, const char *path, int epsg, const char *who,
                                       maille_migrations known, maille_store **out);
maille_status maille_store_open_with(maille_ctx *ctx, const char *path, maille_store_mode mode,
                                     const char *who, maille_migrations known, maille_store **out);

/* MAILLE_FAILED when the workspace was opened for reading only. */
maille_status maille_store_writable(maille_ctx *ctx, const maille_store *store);

/* A change inside the caller's transaction, or in one of its own: all of it or nothing. */
typedef struct {
    bool own;
} maille_change;
maille_status maille_change_begin(maille_ctx *ctx, maille_store *store, maille_change *change);
/* Keeps the change when `status` is MAILLE_OK, else undoes it; returns what became of it. */
maille_status maille_change_end(maille_ctx *ctx, maille_store *store, const maille_change *change,
                                maille_status status);

/* Adds " WHERE …" with a ? for each value, and the values to `bound`; nothing when `filter` is
 * NULL. */
typedef MAILLE_VEC(const maille_value *) maille_bound;
maille_status maille_filter_where(maille_ctx *ctx, const maille_schema_table *table,
                                  const maille_filter *filter, maille_strbuf *sql,
                                  maille_bound *bound);
/* Prepares the text of `sql` and binds the values from parameter 1 on. */
maille_status maille_filter_prepare(maille_ctx *ctx, maille_store *store,
                                    const maille_schema_table *table, const maille_strbuf *sql,
                                    const maille_bound *bound, sqlite3_stmt **out);

/* A name of the schema, quoted. */
void maille_sql_name(maille_strbuf *sql, const char *name);

#endif
