/* The schema: its versions, and the names that may reach a statement. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <maille/ctx.h>
#include <maille/memory.h>
#include <maille/table.h>
#include <maille/vec.h>
#include <sqlite3.h>

/* One version: what brings a workspace from the version before to it. */
typedef struct {
    const char *sql;                  /* tables and views */
    const char *const *with_geometry; /* tables of this version that get `geom`, NULL at the end */
    const char *const *with_boxes;    /* tables whose `geom` gets its index of boxes */
} maille_migration;

typedef struct {
    const maille_migration *steps; /* steps[n - 1] makes version n */
    int count;                     /* the newest version */
} maille_migrations;

/* All that this program knows. */
maille_migrations maille_known_migrations(void);

/* Brings `db` (SpatiaLite loaded, inside a transaction) from version `from` to the newest. */
maille_status maille_schema_migrate(maille_ctx *ctx, sqlite3 *db, const char *path,
                                    maille_migrations known, int from);

typedef struct {
    const char *name;
    maille_type type;
    int key;       /* place in the primary key from 1, or 0 */
    bool nullable; /* keys are not */
} maille_schema_column;

typedef struct {
    const char *name;
    bool view;
    bool boxes; /* idx_<name>_geom: an R-tree of (pkid, xmin, xmax, ymin, ymax) by rowid */
    maille_schema_column *columns;
    size_t column_count;
} maille_schema_table;

typedef struct {
    maille_schema_table *tables;
    size_t table_count;
    maille_arena *arena;
} maille_schema;

/* Names and types of the newest version; SpatiaLite's own tables are not among them. */
maille_status maille_schema_load(maille_ctx *ctx, maille_migrations known, maille_schema **out);
void maille_schema_free(maille_schema *schema);

/* MAILLE_NOT_FOUND, naming it, when there is none. */
maille_status maille_schema_find(maille_ctx *ctx, const maille_schema *schema, const char *table,
                                 const maille_schema_table **out);
maille_status maille_schema_column_of(maille_ctx *ctx, const maille_schema_table *table,
                                      const char *column, const maille_schema_column **out);
/* NULL when the table has none of that name. */
const maille_schema_column *maille_schema_seek(const maille_schema_table *table,
                                               const char *column);

#endif
