/* Reading a layer: the view in order of the feature ids, other tables merged in by the same order.
 *
 * The id is "<key>" or "<prefix>/<key>". Where the key is a text, the store's order within one
 * prefix is the order of the ids, so that prefixes are read one after the other (a pass each) and
 * memory stays flat. Numbers order otherwise than their texts: then a pass is one row, and the ids
 * are sorted first; such layers are small (bands of services). */
#include "layers/rows.h"

#include <maille/lines.h>
#include <maille/strbuf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *prefix; /* NULL: layer without prefix */
    double number;      /* key, where it is a number */
    const char *order;  /* what passes are sorted by */
} pass;

enum { MOST_FILTERS = 4 };

/* What is read of a joined table; lives as long as its cursor. */
typedef struct {
    maille_value values[2];
    maille_filter filters[2], all;
    const maille_filter *children[2];
} join_filter;

struct layers_rows {
    const maille_catalogue *catalogue;
    const layers_plan *plan;
    maille_arena *arena;
    MAILLE_VEC(pass) passes;
    size_t next_pass;
    maille_cursor **cursors; /* one per source; [0] is the view's, of the pass that stands */
    bool *stands;            /* a joined cursor stands on a row */
    bool *matches;           /* and that row is the feature's */
    maille_strbuf id;
    unsigned char point[21];
    /* the filter of a cursor lives as long as the cursor */
    maille_value values[MOST_FILTERS];
    maille_filter filters[MOST_FILTERS], all;
    const maille_filter *children[MOST_FILTERS];
    join_filter *joins;
};

/* ---- filters ---- */

static void add_filter(layers_rows *rows, const char *column, maille_value value) {
    size_t n = rows->all.count++;
    rows->values[n] = value;
    rows->filters[n] = maille_equals(column, &rows->values[n]);
    rows->children[n] = &rows->filters[n];
}

/* What the definition and the audience let through; passes add to it. */
static void begin_filter(layers_rows *rows) {
    const maille_layer_def *def = rows->plan->def;
    rows->all = (maille_filter){.op = MAILLE_F_AND, .children = rows->children};
    if (def->by_audience)
        add_filter(rows, "audience",
                   maille_text_value(maille_audience_name(rows->catalogue->audience)));
    if (def->where_column)
        add_filter(rows, def->where_column, maille_text_value(def->where_value));
}

/* ---- passes ---- */

static void add_key(maille_strbuf *s, const layers_plan *plan, const maille_cursor *cursor,
                    size_t column) {
    if (plan->key_type == MAILLE_TEXT)
        maille_strbuf_add(s, maille_cursor_text(cursor, column));
    else if (plan->key_type == MAILLE_INT)
        maille_strbuf_add_int(s, maille_cursor_int(cursor, column));
    else
        maille_strbuf_add_double(s, maille_cursor_real(cursor, column));
}

/* "<prefix>/" or "", and the key where it is part of the order. */
static bool add_pass(layers_rows *rows, const char *prefix, const maille_cursor *keyed) {
    pass p = {.number = NAN};
    maille_strbuf order = {0};
    maille_strbuf_add(&order, prefix ? prefix : "");
    maille_strbuf_add(&order, prefix ? "/" : "");
    if (keyed) {
        add_key(&order, rows->plan, keyed, 0);
        p.number = maille_cursor_real(keyed, 0);
    }
    p.prefix = prefix ? maille_arena_strdup(rows->arena, prefix) : NULL;
    p.order = order.failed ? NULL : maille_arena_strdup(rows->arena, order.text);
    maille_strbuf_free(&order);
    return p.order && (!prefix || p.prefix) && MAILLE_VEC_PUSH(&rows->passes, p);
}

static int by_order(const void *a, const void *b) {
    return strcmp(((const pass *)a)->order, ((const pass *)b)->order);
}

static maille_status refuse_keyless(maille_ctx *ctx, const maille_layer_def *def) {
    return maille_fail(ctx, MAILLE_REFUSED, "layer %s: a row of %s had no %s", def->id, def->view,
                       def->key);
}

/* Adds the row as a pass; where passes are prefixes, unless the row before had the same one. */
static maille_status take_pass(maille_ctx *ctx, layers_rows *rows, maille_cursor *row) {
    const maille_layer_def *def = rows->plan->def;
    bool keyed = rows->plan->key_type != MAILLE_TEXT;
    const char *prefix = def->key_prefix ? maille_cursor_text(row, 1) : NULL;
    if (maille_cursor_null(row, 0) || (def->key_prefix && !prefix))
        return refuse_keyless(ctx, def);
    if (prefix && !keyed && rows->passes.count > 0 &&
        strcmp(rows->passes.items[rows->passes.count - 1].prefix, prefix) == 0)
        return MAILLE_OK;
    return add_pass(rows, prefix, keyed ? row : NULL) ? MAILLE_OK : maille_no_memory(ctx);
}

/* Each row is a pass where the key is a number, else each prefix. */
static maille_status read_passes(maille_ctx *ctx, layers_rows *rows) {
    const maille_layer_def *def = rows->plan->def;
    const char *columns[] = {def->key, def->key_prefix};
    maille_query query = {.table = def->view,
                          .columns = columns,
                          .column_count = def->key_prefix ? 2 : 1,
                          .filter = &rows->all,
                          .order = &columns[1],
                          .order_count = def->key_prefix ? 1 : 0};
    maille_cursor *cursor = NULL;
    bool row = false;
    maille_status status = maille_store_scan(ctx, rows->catalogue->store, &query, &cursor);
    while (!status && (status = maille_cursor_next(ctx, cursor, &row)) == MAILLE_OK && row)
        status = take_pass(ctx, rows, cursor);
    maille_cursor_free(cursor);
    if (!status && rows->passes.count > 0)
        qsort(rows->passes.items, rows->passes.count, sizeof *rows->passes.items, by_order);
    return status;
}

static maille_status find_passes(maille_ctx *ctx, layers_rows *rows) {
    if (rows->plan->def->key_prefix || rows->plan->key_type != MAILLE_TEXT)
        return read_passes(ctx, rows);
    return add_pass(rows, NULL, NULL) ? MAILLE_OK : maille_no_memory(ctx);
}

/* ---- cursors ---- */

static maille_status scan(maille_ctx *ctx, layers_rows *rows, size_t source,
                          const maille_filter *filter) {
    const layers_source *s = &rows->plan->sources.items[source];
    const char *const order[] = {rows->plan->def->key};
    maille_query query = {.table = s->table,
                          .columns = s->columns.items,
                          .column_count = s->columns.count,
                          .filter = filter,
                          .order = order,
                          .order_count = 1};
    return maille_store_scan(ctx, rows->catalogue->store, &query, &rows->cursors[source]);
}

static maille_status begin_pass(maille_ctx *ctx, layers_rows *rows, const pass *p) {
    const maille_layer_def *def = rows->plan->def;
    maille_cursor_free(rows->cursors[0]);
    rows->cursors[0] = NULL;
    begin_filter(rows);
    if (p->prefix)
        add_filter(rows, def->key_prefix, maille_text_value(p->prefix));
    if (!isnan(p->number))
        add_filter(rows, def->key, (maille_value){.type = MAILLE_REAL, .real = p->number});
    return scan(ctx, rows, 0, &rows->all);
}

static void add_join(join_filter *join, const char *column, const char *text) {
    size_t n = join->all.count++;
    join->values[n] = maille_text_value(text);
    join->filters[n] = maille_equals(column, &join->values[n]);
    join->children[n] = &join->filters[n];
}

/* Of a joined table the service's rows, and where it tells audiences apart those of ours alone. */
static maille_status choose_joined(maille_ctx *ctx, layers_rows *rows, size_t number) {
    const layers_source *source = &rows->plan->sources.items[number];
    join_filter *join = &rows->joins[number];
    maille_table *columns = NULL;
    maille_status status =
        maille_store_describe(ctx, rows->catalogue->store, source->table, &columns);
    if (status)
        return status;
    join->all = (maille_filter){.op = MAILLE_F_AND, .children = join->children};
    if (source->service)
        add_join(join, "service", source->service);
    if (maille_table_column(columns, "audience") >= 0)
        add_join(join, "audience", maille_audience_name(rows->catalogue->audience));
    maille_table_free(columns);
    return MAILLE_OK;
}

static maille_status open_joins(maille_ctx *ctx, layers_rows *rows) {
    maille_status status = MAILLE_OK;
    for (size_t s = 1; s < rows->plan->sources.count && !status; s++) {
        status = choose_joined(ctx, rows, s);
        if (!status)
            status = scan(ctx, rows, s, rows->joins[s].all.count ? &rows->joins[s].all : NULL);
        if (!status)
            status = maille_cursor_next(ctx, rows->cursors[s], &rows->stands[s]);
    }
    return status;
}

maille_status layers_rows_open(maille_ctx *ctx, const maille_catalogue *catalogue,
                               const layers_plan *plan, layers_rows **out) {
    size_t count = plan->sources.count;
    maille_status status = MAILLE_OK;
    layers_rows *rows = maille_alloc(1, sizeof *rows);
    if (!rows)
        return maille_no_memory(ctx);
    rows->catalogue = catalogue;
    rows->plan = plan;
    rows->arena = maille_arena_new();
    rows->cursors = maille_alloc(count, sizeof *rows->cursors);
    rows->stands = maille_alloc(count, sizeof *rows->stands);
    rows->matches = maille_alloc(count, sizeof *rows->matches);
    rows->joins = maille_alloc(count, sizeof *rows->joins);
    if (!rows->arena || !rows->cursors || !rows->stands || !rows->matches || !rows->joins) {
        status = maille_no_memory(ctx);
        goto done;
    }
    rows->matches[0] = true;
    begin_filter(rows);
    status = find_passes(ctx, rows);
    if (!status)
        status = open_joins(ctx, rows);
done:
    if (status)
        layers_rows_free(rows);
    else
        *out = rows;
    return status;
}

void layers_rows_free(layers_rows *rows) {
    if (!rows)
        return;
    for (size_t s = 0; rows->cursors && s < rows->plan->sources.count; s++)
        maille_cursor_free(rows->cursors[s]);
    maille_free(rows->cursors);
    maille_free(rows->stands);
    maille_free(rows->matches);
    maille_free(rows->joins);
    MAILLE_VEC_FREE(&rows->passes);
    maille_strbuf_free(&rows->id);
    maille_arena_free(rows->arena);
    maille_free(rows);
}

/* ---- one feature after the other ---- */

/* Where the row of a joined cursor stands against the feature; rows without a key come first. */
static int against(const maille_cursor *cursor, const char *id) {
    const char *key = maille_cursor_text(cursor, 0);
    return key ? strcmp(key, id) : -1;
}

static maille_status merge_joins(maille_ctx *ctx, layers_rows *rows) {
    maille_status status = MAILLE_OK;
    for (size_t s = 1; s < rows->plan->sources.count && !status; s++) {
        int order = 1;
        while (!status && rows->stands[s] && (order = against(rows->cursors[s], rows->id.text)) < 0)
            status = maille_cursor_next(ctx, rows->cursors[s], &rows->stands[s]);
        rows->matches[s] = rows->stands[s] && order == 0;
    }
    return status;
}

maille_status layers_rows_next(maille_ctx *ctx, layers_rows *rows, bool *found) {
    const layers_plan *plan = rows->plan;
    maille_status status = MAILLE_OK;
    *found = false;
    while (!status && !*found) {
        if (rows->cursors[0])
            status = maille_cursor_next(ctx, rows->cursors[0], found);
        if (status || *found)
            break;
        if (rows->next_pass == rows->passes.count)
            return MAILLE_OK;
        status = begin_pass(ctx, rows, &rows->passes.items[rows->next_pass++]);
    }
    if (status)
        return status;
    if (maille_cursor_null(rows->cursors[0], 0))
        return refuse_keyless(ctx, plan->def);
    maille_strbuf_clear(&rows->id);
    if (plan->def->key_prefix) {
        maille_strbuf_add(&rows->id, maille_cursor_text(rows->cursors[0], plan->prefix_column));
        maille_strbuf_add_char(&rows->id, '/');
    }
    add_key(&rows->id, plan, rows->cursors[0], 0);
    return rows->id.failed ? maille_no_memory(ctx) : merge_joins(ctx, rows);
}

const char *layers_rows_id(const layers_rows *rows) {
    return rows->id.text;
}

layers_value layers_rows_value(const layers_rows *rows, size_t field) {
    const layers_field *f = &rows->plan->fields.items[field];
    const maille_cursor *cursor = rows->cursors[f->source];
    layers_value value = {.number = NAN};
    value.null = !rows->matches[f->source] || maille_cursor_null(cursor, f->column);
    if (value.null)
        return value;
    if (f->stored == MAILLE_TEXT)
        value.text = maille_cursor_text(cursor, f->column);
    else if (f->stored == MAILLE_INT)
        value.number = (double)maille_cursor_int(cursor, f->column) * f->def->factor;
    else
        value.number = maille_cursor_real(cursor, f->column) * f->def->factor;
    return value;
}

maille_bytes layers_rows_geometry(layers_rows *rows) {
    const layers_plan *plan = rows->plan;
    const maille_bytes none = {NULL, 0};
    if (!plan->has_geometry || !rows->matches[plan->geometry_source])
        return none;
    const maille_cursor *cursor = rows->cursors[plan->geometry_source];
    if (!plan->lonlat)
        return maille_cursor_bytes(cursor, plan->geometry_column);
    maille_lonlat p = {maille_cursor_real(cursor, plan->geometry_column),
                       maille_cursor_real(cursor, plan->geometry_column + 1)};
    if (isnan(p.lon) || isnan(p.lat))
        return none;
    maille_point_wkb(p, rows->point);
    return (maille_bytes){rows->point, sizeof rows->point};
}
