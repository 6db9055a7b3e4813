/* The reference scenario as the tables that steps read hold it: as values, and back. */
#include "steps/history_reference.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/provenance.h>
#include <string.h>

/* ---- reading ---------------------------------------------------------------------------------
 */

enum { P_ID, P_KIND, P_NAME, P_STATUS, P_CONTACT, P_IMPORT, P_VERSION, P_VINTAGE, P_COLUMNS };
static const char *const perimeter_columns[] = {"id",      "kind",      "name",    "status",
                                                "contact", "import_id", "version", "vintage"};
enum { S_OF, S_STATUS, S_SINCE, S_BY, S_COLUMNS };
static const char *const status_columns[] = {"perimeter_id", "status", "since", "by_whom"};
enum { M_OF, M_CODE, M_SHARE, M_ON_PURPOSE, M_REASON, M_ZONE, M_IMPORT, M_COLUMNS };
static const char *const member_columns[] = {"perimeter_id", "code", "share",    "on_purpose",
                                             "reason",       "zone", "import_id"};

/* The three tables, each in order of id, and the place that the reading has come to. */
typedef struct {
    maille_table *perimeters, *statuses, *members;
    size_t status, member;
} reading;

size_t reference_import(const maille_table *imports, int64_t id) {
    const maille_column *ids = &imports->columns[maille_table_column(imports, "id")];
    size_t row = 0;
    while (row < imports->rows && ids->ints[row] != id)
        row++;
    return row;
}

/* Rows from `*from` on whose first column is `id`; those before are of perimeters that are gone. */
static size_t run_of(const maille_table *table, const char *id, size_t *from) {
    size_t end;
    while (*from < table->rows && strcmp(table->columns[0].texts[*from], id) < 0)
        ++*from;
    for (end = *from; end < table->rows && strcmp(table->columns[0].texts[end], id) == 0;)
        end++;
    return end - *from;
}

static int64_t int_or_zero(const maille_column *column, size_t row) {
    return column->null[row] ? 0 : column->ints[row];
}

static bool keep(maille_arena *arena, const char *text, const char **out) {
    *out = maille_arena_strdup(arena, text);
    return *out || !text;
}

/* A perimeter whose rows do not end in its status has that one, not dated. */
static maille_status read_statuses(maille_ctx *ctx, reading *r, size_t row, maille_perimeter *p) {
    const maille_table *t = r->statuses;
    const char *present = r->perimeters->columns[P_STATUS].texts[row];
    size_t count = run_of(t, p->id, &r->status);
    maille_status_entry *entries = maille_arena_alloc(p->arena, (count + 1) * sizeof *entries);
    if (!entries)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++, r->status++)
        if (!keep(p->arena, t->columns[S_STATUS].texts[r->status], &entries[i].status) ||
            !keep(p->arena, t->columns[S_SINCE].texts[r->status], &entries[i].since) ||
            !keep(p->arena, t->columns[S_BY].texts[r->status], &entries[i].by))
            return maille_no_memory(ctx);
    if (count > 0 && strcmp(entries[count - 1].status, present) == 0) {
        p->statuses = entries;
        p->status_count = (uint32_t)count;
    }
    return MAILLE_OK;
}

static maille_status read_members(maille_ctx *ctx, reading *r, maille_perimeter *p) {
    const maille_table *t = r->members;
    size_t count = run_of(t, p->id, &r->member), end = r->member + count;
    p->members = maille_arena_alloc(p->arena, (count + 1) * sizeof *p->members);
    if (!p->members)
        return maille_no_memory(ctx);
    for (; r->member < end; r->member++) {
        maille_member *m = &p->members[p->member_count++];
        m->share = t->columns[M_SHARE].reals[r->member];
        m->on_purpose = t->columns[M_ON_PURPOSE].ints[r->member] != 0;
        if (!keep(p->arena, t->columns[M_CODE].texts[r->member], &m->code) ||
            !keep(p->arena, t->columns[M_REASON].texts[r->member], &m->reason) ||
            !keep(p->arena, t->columns[M_ZONE].texts[r->member], &m->zone))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

/* By the import of its members, which come next; else by what was kept when it was edited. */
static const char *vintage_of(reading *r, const maille_table *imports, size_t row) {
    const maille_column *import = &r->members->columns[M_IMPORT];
    size_t count = run_of(r->members, r->perimeters->columns[P_ID].texts[row], &r->member);
    if (count == 0 || import->null[r->member])
        return r->perimeters->columns[P_VINTAGE].texts[row];
    size_t of = reference_import(imports, import->ints[r->member]);
    int vintage = maille_table_column(imports, "vintage");
    return of < imports->rows ? imports->columns[vintage].texts[of] : NULL;
}

static maille_status read_item(maille_ctx *ctx, reading *r, size_t row, reference *all) {
    const maille_column *of = r->perimeters->columns;
    reference_item *item = &all->items[all->count++];
    maille_status status = MAILLE_OK;
    TRY(maille_perimeter_new(ctx, of[P_ID].texts[row], of[P_KIND].texts[row], of[P_NAME].texts[row],
                             of[P_STATUS].texts[row], NULL, NULL, &item->perimeter));
    maille_perimeter *p = item->perimeter;
    item->version = int_or_zero(&of[P_VERSION], row);
    item->import_id = int_or_zero(&of[P_IMPORT], row);
    if (!keep(p->arena, of[P_CONTACT].texts[row], &p->contact) ||
        !keep(all->arena, vintage_of(r, all->imports, row), &item->vintage)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(read_statuses(ctx, r, row, p));
    TRY(read_members(ctx, r, p));
done:
    return status;
}

maille_status reference_read(maille_ctx *ctx, maille_store *store, const char *id,
                             reference **out) {
    maille_status status = MAILLE_OK;
    reading r = {0};
    row_filter by_id, of_id;
    row_where(&by_id, "id", id);
    row_where(&of_id, "perimeter_id", id);
    reference *all = maille_alloc(1, sizeof *all);
    if (!all || !(all->arena = maille_arena_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(rows_of(ctx, store, "perimeter", perimeter_columns, P_COLUMNS, id ? &by_id.all : NULL,
                &r.perimeters));
    TRY(rows_of(ctx, store, "perimeter_status", status_columns, S_COLUMNS, id ? &of_id.all : NULL,
                &r.statuses));
    TRY(rows_of(ctx, store, "perimeter_member_raw", member_columns, M_COLUMNS,
                id ? &of_id.all : NULL, &r.members));
    TRY(maille_imports(ctx, store, &all->imports));
    all->items = maille_alloc(r.perimeters->rows + 1, sizeof *all->items);
    if (!all->items) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t row = 0; row < r.perimeters->rows; row++)
        TRY(read_item(ctx, &r, row, all));
    *out = all;
    all = NULL;
done:
    maille_table_free(r.perimeters);
    maille_table_free(r.statuses);
    maille_table_free(r.members);
    reference_free(all);
    return status;
}

void reference_free(reference *r) {
    if (!r)
        return;
    for (uint32_t i = 0; r->items && i < r->count; i++)
        maille_perimeter_free(r->items[i].perimeter);
    maille_free(r->items);
    maille_table_free(r->imports);
    maille_arena_free(r->arena);
    maille_free(r);
}

/* ---- writing ---------------------------------------------------------------------------------
 */

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A perimeter that was deleted and comes back is credited to the import that once brought it, where
 * that one still stands. */
static maille_status import_of_old(maille_ctx *ctx, maille_store *store, const char *id,
                                   int64_t *out) {
    static const char *const version_columns[] = {"change_id"};
    static const char *const change_columns[] = {"kind", "why"};
    maille_table *versions = NULL, *change = NULL, *imports = NULL;
    maille_status status = MAILLE_OK;
    row_filter of_id, of_change;
    row_where_two(&of_id, "perimeter_id", id, "scenario", "");
    TRY(maille_imports(ctx, store, &imports));
    TRY(rows_of(ctx, store, "perimeter_version", version_columns, 1, &of_id.all, &versions));
    int file = maille_table_column(imports, "file"), number = maille_table_column(imports, "id");
    for (size_t v = versions->rows; v > 0 && *out == 0; v--) {
        row_where(&of_change, "id", versions->columns[0].texts[v - 1]);
        TRY(rows_of(ctx, store, "change", change_columns, 2, &of_change.all, &change));
        for (size_t i = 0; change->rows && i < imports->rows; i++)
            if (strcmp(row_text(change, 0, 0), "import") == 0 &&
                strcmp(row_text(change, 0, 1), last_part(imports->columns[file].texts[i])) == 0)
                *out = imports->columns[number].ints[i];
        maille_table_free(change);
        change = NULL;
    }
done:
    maille_table_free(versions);
    maille_table_free(change);
    maille_table_free(imports);
    return status;
}

/* Import that the perimeter is credited to; 0: none. */
static maille_status import_of(maille_ctx *ctx, maille_store *store, const char *id, int64_t *out) {
    static const char *const columns[] = {"import_id"};
    maille_table *old = NULL;
    maille_status status = MAILLE_OK;
    row_filter by_id;
    *out = 0;
    row_where(&by_id, "id", id);
    TRY(rows_of(ctx, store, "perimeter", columns, 1, &by_id.all, &old));
    if (old->rows)
        *out = int_or_zero(&old->columns[0], 0);
    else
        TRY(import_of_old(ctx, store, id, out));
done:
    maille_table_free(old);
    return status;
}

static maille_status write_perimeter(maille_ctx *ctx, maille_store *store,
                                     const maille_perimeter *p, int64_t version,
                                     const char *vintage) {
    int64_t import = 0;
    maille_status status = MAILLE_OK;
    row_filter by_id;
    row_where(&by_id, "id", p->id);
    TRY(import_of(ctx, store, p->id, &import));
    const row_cell cells[] = {ROW_TEXT("id", p->id),
                              ROW_TEXT("kind", p->kind),
                              ROW_TEXT("name", p->name),
                              ROW_TEXT("status", p->statuses[p->status_count - 1].status),
                              ROW_TEXT("contact", p->contact),
                              ROW_INT("edited", 1),
                              ROW_INT("version", version),
                              ROW_TEXT("vintage", vintage),
                              ROW_INT("import_id", import)};
    status = row_put(ctx, store, "perimeter", &by_id.all, cells, import ? 9 : 8);
done:
    return status;
}

static maille_status write_statuses(maille_ctx *ctx, maille_store *store,
                                    const maille_perimeter *p) {
    static const maille_column_spec columns[] = {{"perimeter_id", MAILLE_TEXT},
                                                 {"place", MAILLE_INT},
                                                 {"status", MAILLE_TEXT},
                                                 {"since", MAILLE_TEXT},
                                                 {"by_whom", MAILLE_TEXT}};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_table_new(ctx, columns, 5, &rows));
    for (uint32_t i = 0; i < p->status_count; i++) {
        const maille_status_entry *e = &p->statuses[i];
        TRY(maille_table_add_row(ctx, rows, NULL));
        TRY(maille_set_text(ctx, rows, i, 0, p->id));
        maille_set_int(rows, i, 1, i + 1);
        TRY(maille_set_text(ctx, rows, i, 2, e->status));
        TRY(maille_set_text(ctx, rows, i, 3, e->since));
        TRY(maille_set_text(ctx, rows, i, 4, e->by));
    }
    status = maille_store_append(ctx, store, "perimeter_status", rows);
done:
    maille_table_free(rows);
    return status;
}

static maille_status write_members(maille_ctx *ctx, maille_store *store,
                                   const maille_perimeter *p) {
    static const maille_column_spec columns[] = {
        {"perimeter_id", MAILLE_TEXT}, {"code", MAILLE_TEXT},   {"share", MAILLE_REAL},
        {"on_purpose", MAILLE_INT},    {"reason", MAILLE_TEXT}, {"zone", MAILLE_TEXT}};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_table_new(ctx, columns, 6, &rows));
    TRY(maille_table_reserve(ctx, rows, p->member_count));
    for (uint32_t i = 0; i < p->member_count; i++) {
        const maille_member *m = &p->members[i];
        TRY(maille_table_add_row(ctx, rows, NULL));
        TRY(maille_set_text(ctx, rows, i, 0, p->id));
        TRY(maille_set_text(ctx, rows, i, 1, m->code));
        maille_set_real(rows, i, 2, m->share);
        maille_set_int(rows, i, 3, m->on_purpose);
        TRY(maille_set_text(ctx, rows, i, 4, m->reason));
        TRY(maille_set_text(ctx, rows, i, 5, m->zone));
    }
    status = maille_store_append(ctx, store, "perimeter_member_raw", rows);
done:
    maille_table_free(rows);
    return status;
}

maille_status reference_write(maille_ctx *ctx, maille_store *store, const char *id,
                              const maille_perimeter *perimeter, int64_t version,
                              const char *vintage) {
    maille_status status = MAILLE_OK;
    row_filter by_id, of_id;
    row_where(&by_id, "id", id);
    row_where(&of_id, "perimeter_id", id);
    TRY(maille_store_delete(ctx, store, "perimeter_status", &of_id.all));
    TRY(maille_store_delete(ctx, store, "perimeter_member_raw", &of_id.all));
    if (!perimeter) {
        status = maille_store_delete(ctx, store, "perimeter", &by_id.all);
        goto done;
    }
    TRY(write_perimeter(ctx, store, perimeter, version, vintage));
    TRY(write_statuses(ctx, store, perimeter));
    status = write_members(ctx, store, perimeter);
done:
    return status;
}
