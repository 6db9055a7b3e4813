/* Transactions that are written late: long work reads one state while others write, keeps in memory
 * what it will write, in order, and writes all of it in one short transaction at its end. */
#include "store/defer.h"

#include <maille/hash.h>
#include <maille/memory.h>
#include <string.h>

typedef enum { ROWS, SETTING, STEP } kind;

/* One call of writing; its texts and filter lie in the arena, its rows are its own. */
typedef struct {
    kind kind;
    const maille_schema_table *table; /* NULL: none that can be read */
    bool deletes;
    const maille_filter *scope;
    maille_table *rows;
    const char *key, *value;
    maille_step_run run;
} writing;

struct maille_deferred {
    double wait_s;
    char imports[65]; /* hash of the imports that all transactions read; "" before the first */
    maille_arena *arena;
    MAILLE_VEC(writing) writings;
};

maille_status maille_store_open_deferred(maille_ctx *ctx, const char *path, const char *who,
                                         double wait_s, maille_store **out) {
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    *out = NULL;
    MAILLE_TRY(maille_store_open_resting(ctx, path, who, &store));
    store->deferred = maille_alloc(1, sizeof *store->deferred);
    if (!store->deferred) {
        status = maille_no_memory(ctx);
        goto done;
    }
    store->deferred->wait_s = wait_s;
    *out = store;
    store = NULL;
done:
    maille_store_close(store);
    return status;
}

static void forget(struct maille_deferred *d) {
    for (size_t i = 0; i < d->writings.count; i++)
        maille_table_free(d->writings.items[i].rows);
    d->writings.count = 0;
    maille_arena_free(d->arena);
    d->arena = NULL;
}

void maille_defer_forget(maille_store *store) {
    forget(store->deferred);
}

void maille_defer_free(struct maille_deferred *deferred) {
    if (!deferred)
        return;
    forget(deferred);
    MAILLE_VEC_FREE(&deferred->writings);
    maille_free(deferred);
}

/* ---- copies ---- */

static maille_status copy_text(maille_ctx *ctx, maille_arena *arena, const char *text,
                               const char **out) {
    *out = text ? maille_arena_strdup(arena, text) : NULL;
    return text && !*out ? maille_no_memory(ctx) : MAILLE_OK;
}

static maille_status copy_values(maille_ctx *ctx, maille_arena *arena, maille_filter *copy) {
    if (!copy->values)
        return MAILLE_OK;
    maille_value *values = maille_arena_alloc(arena, (copy->count + 1) * sizeof *values);
    maille_status status = values ? MAILLE_OK : maille_no_memory(ctx);
    for (size_t i = 0; status == MAILLE_OK && i < copy->count; i++) {
        values[i] = copy->values[i];
        status = copy_text(ctx, arena, copy->values[i].text, &values[i].text);
    }
    copy->values = values;
    return status;
}

/* Deep, but for what a geometry is asked: whoever asks that is gone by the time of writing. */
static maille_status copy_filter(maille_ctx *ctx, maille_arena *arena, const maille_filter *filter,
                                 const maille_filter **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    if (!filter)
        return MAILLE_OK;
    if (filter->op == MAILLE_F_MEETS)
        return maille_fail(ctx, MAILLE_USAGE, "rows were to be deleted late by their geometry");
    maille_filter *copy = maille_arena_alloc(arena, sizeof *copy);
    if (!copy)
        return maille_no_memory(ctx);
    *copy = *filter;
    MAILLE_TRY(copy_text(ctx, arena, filter->column, &copy->column));
    MAILLE_TRY(copy_text(ctx, arena, filter->among.table, &copy->among.table));
    MAILLE_TRY(copy_text(ctx, arena, filter->among.column, &copy->among.column));
    MAILLE_TRY(copy_values(ctx, arena, copy));
    if (filter->children) {
        const maille_filter **children =
            maille_arena_alloc(arena, (filter->count + 1) * sizeof *children);
        if (!children)
            return maille_no_memory(ctx);
        copy->children = children;
        for (size_t i = 0; i < filter->count; i++)
            MAILLE_TRY(copy_filter(ctx, arena, filter->children[i], &children[i]));
    }
    *out = copy;
done:
    return status;
}

static maille_status copy_cell(maille_ctx *ctx, maille_table *to, const maille_column *from,
                               size_t row, size_t column) {
    if (from->null[row])
        return MAILLE_OK; /* as a new row is */
    switch (from->type) {
    case MAILLE_INT:
        maille_set_int(to, row, column, from->ints[row]);
        return MAILLE_OK;
    case MAILLE_REAL:
        maille_set_real(to, row, column, from->reals[row]);
        return MAILLE_OK;
    case MAILLE_TEXT:
        return maille_set_text(ctx, to, row, column, from->texts[row]);
    default:
        return maille_set_bytes(ctx, to, row, column, from->blobs[row].bytes,
                                from->blobs[row].length);
    }
}

static maille_status copy_rows(maille_ctx *ctx, const maille_table *from, maille_table **out) {
    maille_table *to = NULL;
    maille_status status = MAILLE_OK;
    maille_column_spec *columns = maille_alloc(from->column_count, sizeof *columns);
    if (!columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < from->column_count; i++)
        columns[i] = (maille_column_spec){from->columns[i].name, from->columns[i].type};
    MAILLE_TRY(maille_table_new(ctx, columns, from->column_count, &to));
    MAILLE_TRY(maille_table_reserve(ctx, to, from->rows));
    for (size_t row = 0; row < from->rows; row++) {
        MAILLE_TRY(maille_table_add_row(ctx, to, NULL));
        for (size_t i = 0; i < from->column_count; i++)
            MAILLE_TRY(copy_cell(ctx, to, &from->columns[i], row, i));
    }
    *out = to;
    to = NULL;
done:
    maille_free(columns);
    maille_table_free(to);
    return status;
}

/* ---- keeping ---- */

static maille_arena *arena_of(struct maille_deferred *d) {
    if (!d->arena)
        d->arena = maille_arena_new();
    return d->arena;
}

static maille_status keep(maille_ctx *ctx, maille_store *store, const writing *w) {
    return MAILLE_VEC_PUSH(&store->deferred->writings, *w) ? MAILLE_OK : maille_no_memory(ctx);
}

static maille_status keep_rows(maille_ctx *ctx, maille_store *store,
                               const maille_schema_table *table, bool deletes,
                               const maille_filter *scope, const maille_table *rows) {
    maille_arena *arena = arena_of(store->deferred);
    writing w = {.kind = ROWS, .table = table, .deletes = deletes};
    maille_status status = arena ? MAILLE_OK : maille_no_memory(ctx);
    if (status == MAILLE_OK)
        status = copy_filter(ctx, arena, scope, &w.scope);
    if (status == MAILLE_OK && rows && rows->column_count)
        status = copy_rows(ctx, rows, &w.rows);
    if (status == MAILLE_OK)
        status = keep(ctx, store, &w);
    if (status != MAILLE_OK)
        maille_table_free(w.rows);
    return status;
}

maille_status maille_defer_rows(maille_ctx *ctx, maille_store *store,
                                const maille_schema_table *table, bool deletes,
                                const maille_filter *scope, const maille_table *rows) {
    bool own;
    maille_status status = maille_store_enter(ctx, store, &own);
    if (status == MAILLE_OK)
        status = keep_rows(ctx, store, table, deletes, scope, rows);
    return own ? maille_store_leave(ctx, store, own, status) : status;
}

static maille_status keep_setting(maille_ctx *ctx, maille_store *store, const char *key,
                                  const char *value) {
    maille_arena *arena = arena_of(store->deferred);
    writing w = {.kind = SETTING};
    maille_status status = arena ? MAILLE_OK : maille_no_memory(ctx);
    if (status == MAILLE_OK)
        status = copy_text(ctx, arena, key, &w.key);
    if (status == MAILLE_OK)
        status = copy_text(ctx, arena, value, &w.value);
    return status == MAILLE_OK ? keep(ctx, store, &w) : status;
}

maille_status maille_defer_setting(maille_ctx *ctx, maille_store *store, const char *key,
                                   const char *value) {
    bool own;
    maille_status status = maille_store_enter(ctx, store, &own);
    if (status == MAILLE_OK)
        status = keep_setting(ctx, store, key, value);
    return own ? maille_store_leave(ctx, store, own, status) : status;
}

static maille_status keep_step(maille_ctx *ctx, maille_store *store, const maille_step_run *run) {
    maille_arena *arena = arena_of(store->deferred);
    writing w = {.kind = STEP, .run = *run};
    const struct {
        const char *from, **to;
    } texts[] = {{run->step, &w.run.step},
                 {run->audience, &w.run.audience},
                 {run->inputs_hash, &w.run.inputs_hash},
                 {run->parameters, &w.run.parameters},
                 {run->message, &w.run.message}};
    maille_status status = arena ? MAILLE_OK : maille_no_memory(ctx);
    for (size_t i = 0; status == MAILLE_OK && i < sizeof texts / sizeof *texts; i++)
        status = copy_text(ctx, arena, texts[i].from, texts[i].to);
    return status == MAILLE_OK ? keep(ctx, store, &w) : status;
}

maille_status maille_defer_step(maille_ctx *ctx, maille_store *store, const maille_step_run *run) {
    bool own;
    maille_status status = maille_store_enter(ctx, store, &own);
    if (status == MAILLE_OK)
        status = keep_step(ctx, store, run);
    return own ? maille_store_leave(ctx, store, own, status) : status;
}

maille_status maille_defer_readable(maille_ctx *ctx, const maille_store *store,
                                    const maille_schema_table *table) {
    for (size_t i = 0; i < store->deferred->writings.count; i++)
        if (store->deferred->writings.items[i].table == table)
            return maille_fail(ctx, MAILLE_FAILED, "%s was read after it was written late",
                               table->name);
    return MAILLE_OK;
}

/* ---- transactions ---- */

/* Of the imports and of what the study says: all that computing rests on but decisions. */
static maille_status hash_imports(maille_ctx *ctx, maille_store *store, char hash[65]) {
    static const char rows[] =
        "SELECT id, kind, name, service, sha256, vintage, options, rows_kept, at"
        " FROM (SELECT * FROM import ORDER BY id)"
        " UNION ALL SELECT NULL, key, NULL, NULL, value, NULL, NULL, NULL, NULL FROM meta"
        " WHERE key IN ('crs', 'study_json')";
    sqlite3_stmt *read = NULL;
    maille_sha256 sha;
    int step = SQLITE_DONE;
    maille_hasher *hasher = maille_hasher_new();
    if (!hasher)
        return maille_no_memory(ctx);
    maille_status status = maille_sql_prepare(ctx, store->db, rows, "import", &read);
    while (status == MAILLE_OK && (step = sqlite3_step(read)) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(read); i++)
            maille_hasher_add_text(hasher, (const char *)sqlite3_column_text(read, i));
    if (status == MAILLE_OK && step != SQLITE_DONE)
        status =
            maille_sql_fail(ctx, store->db, "the imports of %s could not be read", store->path);
    sqlite3_finalize(read);
    maille_hasher_end(hasher, &sha);
    memcpy(hash, sha.hex, sizeof sha.hex);
    return status;
}

/* All transactions of a store rest on the same imports: what was loaded in one serves the next. */
static maille_status hold_to_imports(maille_ctx *ctx, maille_store *store,
                                     struct maille_deferred *d) {
    char hash[65];
    maille_status status = hash_imports(ctx, store, hash);
    if (status != MAILLE_OK)
        return status;
    if (!*d->imports)
        memcpy(d->imports, hash, sizeof d->imports);
    return strcmp(d->imports, hash) == 0
               ? MAILLE_OK
               : maille_fail(ctx, MAILLE_BUSY, "imports of %s changed while it was computed",
                             store->path);
}

maille_status maille_defer_begin(maille_ctx *ctx, maille_store *store) {
    maille_status status = maille_sql_exec(ctx, store->db, "BEGIN", store->path);
    if (status == MAILLE_OK)
        status = hold_to_imports(ctx, store, store->deferred);
    if (status != MAILLE_OK)
        maille_store_rollback(store);
    return status;
}

static maille_status write_now(maille_ctx *ctx, maille_store *store, const writing *w) {
    switch (w->kind) {
    case SETTING:
        return maille_store_set(ctx, store, w->key, w->value);
    case STEP:
        return maille_step_record(ctx, store, &w->run);
    default:
        return w->deletes ? maille_store_replace(ctx, store, w->table->name, w->scope, w->rows)
                          : maille_store_append(ctx, store, w->table->name, w->rows);
    }
}

/* The store is an ordinary one meanwhile, roused for this. */
static maille_status write_all(maille_ctx *ctx, maille_store *store, struct maille_deferred *d) {
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_begin(ctx, store));
    MAILLE_TRY(hold_to_imports(ctx, store, d));
    for (size_t i = 0; i < d->writings.count; i++)
        MAILLE_TRY(write_now(ctx, store, &d->writings.items[i]));
    MAILLE_TRY(maille_store_commit(ctx, store));
done:
    return status;
}

maille_status maille_defer_commit(maille_ctx *ctx, maille_store *store) {
    struct maille_deferred *d = store->deferred;
    maille_status status = MAILLE_OK;
    store->deferred = NULL;
    maille_store_rollback(store); /* what was read is done with */
    if (d->writings.count > 0) {
        status = maille_store_rouse(ctx, store, d->wait_s);
        if (status == MAILLE_OK) {
            status = write_all(ctx, store, d);
            maille_store_rest(store);
        }
    }
    store->deferred = d;
    forget(d);
    return status;
}
