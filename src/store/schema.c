/* The schema: its versions, and the names that may reach a statement. */
#include "store/schema.h"

#include "store/sql.h"
#include "store_sql.h"

#include <stdio.h>
#include <string.h>

static const char *const geometry_0001[] = {"commune", "catchment",           "isochrone",
                                            "zone",    "perimeter_figure",    "overlap",
                                            "gap",     "perimeter_catchment", NULL};

static const char *const geometry_0002[] = {"finding", NULL};

static const char *const geometry_0003[] = {"perimeter_past", NULL};
static const char *const boxes_0003[] = {
    "commune",          "catchment",      "isochrone", "zone",
    "perimeter_figure", "overlap",        "gap",       "perimeter_catchment",
    "finding",          "perimeter_past", NULL};

static const char *const geometry_0005[] = {"context", NULL};

static const maille_migration migrations[] = {{sql_schema_0001, geometry_0001, NULL},
                                              {sql_schema_0002, geometry_0002, NULL},
                                              {sql_schema_0003, geometry_0003, boxes_0003},
                                              {sql_schema_0004, NULL, NULL},
                                              {sql_schema_0005, geometry_0005, geometry_0005}};

maille_migrations maille_known_migrations(void) {
    return (maille_migrations){migrations, (int)(sizeof migrations / sizeof *migrations)};
}

/* Has SpatiaLite make `what` in a table: 1 is its yes. */
static maille_status have_made(maille_ctx *ctx, sqlite3 *db, const char *path, const char *sql,
                               const char *what, const char *table) {
    sqlite3_stmt *make = NULL;
    maille_status status = maille_sql_prepare(ctx, db, sql, path, &make);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_text(make, 1, table, -1, SQLITE_STATIC);
    if (sqlite3_step(make) != SQLITE_ROW)
        status = maille_sql_fail(ctx, db, "%s: %s could not be made in %s", path, what, table);
    else if (sqlite3_column_int(make, 0) != 1)
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s: SpatiaLite made no %s in %s", path, what, table);
    sqlite3_finalize(make);
    return status;
}

static const char ADD_GEOMETRY[] = "SELECT AddGeometryColumn(?, 'geom', 4326, 'MULTIPOLYGON', 2)";
/* With triggers; what the table holds goes into it. */
static const char ADD_BOXES[] = "SELECT CreateSpatialIndex(?, 'geom')";

maille_status maille_schema_migrate(maille_ctx *ctx, sqlite3 *db, const char *path,
                                    maille_migrations known, int from) {
    maille_status status = MAILLE_OK;
    for (int version = from + 1; version <= known.count && status == MAILLE_OK; version++) {
        const maille_migration *step = &known.steps[version - 1];
        status = maille_sql_exec(ctx, db, step->sql, path);
        for (const char *const *t = step->with_geometry; t && *t && status == MAILLE_OK; t++)
            status = have_made(ctx, db, path, ADD_GEOMETRY, "geometry column", *t);
        for (const char *const *t = step->with_boxes; t && *t && status == MAILLE_OK; t++)
            status = have_made(ctx, db, path, ADD_BOXES, "index of boxes", *t);
    }
    if (status != MAILLE_OK)
        return status;
    char version[48];
    snprintf(version, sizeof version, "PRAGMA user_version = %d", known.count);
    return maille_sql_exec(ctx, db, version, path);
}

/* ---- names ---- */

/* The versions once more in a database in memory, where `geom` is a column like another. */
static maille_status make_in_memory(maille_ctx *ctx, sqlite3 *db, maille_migrations known) {
    for (int v = 0; v < known.count; v++) {
        maille_status status = maille_sql_exec(ctx, db, known.steps[v].sql, "schema");
        if (status != MAILLE_OK)
            return status;
        for (const char *const *t = known.steps[v].with_geometry; t && *t; t++) {
            char sql[128];
            snprintf(sql, sizeof sql, "ALTER TABLE \"%s\" ADD COLUMN geom MULTIPOLYGON", *t);
            status = maille_sql_exec(ctx, db, sql, "schema");
            if (status != MAILLE_OK)
                return status;
        }
    }
    return MAILLE_OK;
}

static bool type_of(const char *declared, maille_type *type) {
    static const struct {
        const char *declared;
        maille_type type;
    } types[] = {{"INTEGER", MAILLE_INT},
                 {"REAL", MAILLE_REAL},
                 {"TEXT", MAILLE_TEXT},
                 {"BLOB", MAILLE_BLOB},
                 {"MULTIPOLYGON", MAILLE_GEOMETRY}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (declared && strcmp(declared, types[i].declared) == 0) {
            *type = types[i].type;
            return true;
        }
    return false;
}

static const char NAMES[] = /* one row a column, tables together */
    "SELECT m.name, m.type = 'view', p.name, p.type, p.pk, p.\"notnull\" FROM sqlite_schema m, "
    "pragma_table_info(m.name) p WHERE m.type IN ('table', 'view') ORDER BY m.name, p.cid";

typedef MAILLE_VEC(maille_schema_table) tables;
typedef MAILLE_VEC(maille_schema_column) columns;

/* Adds the column of the row that stands, and its table when it is the first. */
static maille_status take_name(maille_ctx *ctx, sqlite3_stmt *row, maille_arena *arena, tables *t,
                               columns *c) {
    const char *table = (const char *)sqlite3_column_text(row, 0);
    const char *name = (const char *)sqlite3_column_text(row, 2);
    maille_schema_column column = {.key = sqlite3_column_int(row, 4),
                                   .nullable =
                                       !sqlite3_column_int(row, 4) && !sqlite3_column_int(row, 5)};
    if (!table || !name)
        return maille_no_memory(ctx);
    if (!type_of((const char *)sqlite3_column_text(row, 3), &column.type))
        return maille_fail(ctx, MAILLE_FAILED, "column %s of %s had no type in the schema", name,
                           table);
    column.name = maille_arena_strdup(arena, name);
    if (!column.name || !MAILLE_VEC_PUSH(c, column))
        return maille_no_memory(ctx);
    if (t->count == 0 || strcmp(t->items[t->count - 1].name, table) != 0) {
        maille_schema_table fresh = {.name = maille_arena_strdup(arena, table),
                                     .view = sqlite3_column_int(row, 1) != 0};
        if (!fresh.name || !MAILLE_VEC_PUSH(t, fresh))
            return maille_no_memory(ctx);
    }
    t->items[t->count - 1].column_count++;
    return MAILLE_OK;
}

/* Moves what was read into the arena. */
static maille_status keep_names(maille_ctx *ctx, const tables *t, const columns *c,
                                maille_schema *schema) {
    schema->tables = maille_arena_alloc(schema->arena, t->count * sizeof *t->items);
    maille_schema_column *all = maille_arena_alloc(schema->arena, c->count * sizeof *c->items);
    if (!schema->tables || !all)
        return maille_no_memory(ctx);
    if (t->count > 0)
        memcpy(schema->tables, t->items, t->count * sizeof *t->items);
    if (c->count > 0)
        memcpy(all, c->items, c->count * sizeof *c->items);
    schema->table_count = t->count;
    for (size_t i = 0; i < t->count; i++) {
        schema->tables[i].columns = all;
        all += schema->tables[i].column_count;
    }
    return MAILLE_OK;
}

static bool has_boxes(maille_migrations known, const char *table) {
    for (int v = 0; v < known.count; v++)
        for (const char *const *t = known.steps[v].with_boxes; t && *t; t++)
            if (strcmp(*t, table) == 0)
                return true;
    return false;
}

maille_status maille_schema_load(maille_ctx *ctx, maille_migrations known, maille_schema **out) {
    maille_status status;
    sqlite3 *db = NULL;
    sqlite3_stmt *names = NULL;
    tables t = {0};
    columns c = {0};
    maille_schema *schema = NULL;
    *out = NULL;

    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if ((status = make_in_memory(ctx, db, known)) != MAILLE_OK)
        goto done;
    schema = maille_alloc(1, sizeof *schema);
    if (!schema || !(schema->arena = maille_arena_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if ((status = maille_sql_prepare(ctx, db, NAMES, "schema", &names)) != MAILLE_OK)
        goto done;
    int step;
    while ((step = sqlite3_step(names)) == SQLITE_ROW)
        if ((status = take_name(ctx, names, schema->arena, &t, &c)) != MAILLE_OK)
            goto done;
    if (step != SQLITE_DONE) {
        status = maille_sql_fail(ctx, db, "the schema could not be read");
        goto done;
    }
    if ((status = keep_names(ctx, &t, &c, schema)) != MAILLE_OK)
        goto done;
    for (size_t i = 0; i < schema->table_count; i++)
        schema->tables[i].boxes = has_boxes(known, schema->tables[i].name);
    *out = schema;
    schema = NULL;
done:
    sqlite3_finalize(names);
    sqlite3_close(db);
    MAILLE_VEC_FREE(&t);
    MAILLE_VEC_FREE(&c);
    maille_schema_free(schema);
    return status;
}

void maille_schema_free(maille_schema *schema) {
    if (!schema)
        return;
    maille_arena_free(schema->arena);
    maille_free(schema);
}

maille_status maille_schema_find(maille_ctx *ctx, const maille_schema *schema, const char *table,
                                 const maille_schema_table **out) {
    *out = NULL;
    for (size_t i = 0; i < schema->table_count; i++)
        if (table && strcmp(schema->tables[i].name, table) == 0) {
            *out = &schema->tables[i];
            return MAILLE_OK;
        }
    return maille_fail(ctx, MAILLE_NOT_FOUND, "the workspace had no table '%s'",
                       table ? table : "");
}

const maille_schema_column *maille_schema_seek(const maille_schema_table *table,
                                               const char *column) {
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, column) == 0)
            return &table->columns[i];
    return NULL;
}

maille_status maille_schema_column_of(maille_ctx *ctx, const maille_schema_table *table,
                                      const char *column, const maille_schema_column **out) {
    *out = column ? maille_schema_seek(table, column) : NULL;
    return *out ? MAILLE_OK
                : maille_fail(ctx, MAILLE_NOT_FOUND, "table %s had no column '%s'", table->name,
                              column ? column : "");
}
