/* Features of a layer, one at a time: a selection becomes one query of the store. */
#include "layers/items.h"

#include <maille/geometry.h>
#include <maille/lines.h>
#include <maille/text.h>
#include <math.h>
#include <string.h>

/* ---- what is read ---- */

/* Number of a column of the query, added where it is not there yet. */
static size_t column_of(maille_items *items, maille_column_of *columns, size_t of,
                        const char *name) {
    size_t *count = &items->query.column_count;
    for (size_t i = 0; i < *count; i++)
        if (columns[i].of == of && strcmp(columns[i].column, name) == 0)
            return i;
    columns[*count] = (maille_column_of){of, name};
    return (*count)++;
}

static bool is_chosen(const maille_items *items, const layers_field *field) {
    for (size_t i = 0; i < items->count; i++)
        if (items->fields[i] == field)
            return true;
    return false;
}

/* The properties, in the order in which they were chosen, each once. */
static maille_status choose_fields(maille_ctx *ctx, maille_items *items,
                                   const maille_selection *selection) {
    const layers_plan *plan = items->plan;
    maille_arena *arena = items->binder.arena;
    size_t all = plan->fields.count, asked = selection->property_count;
    size_t most = selection->properties ? asked : all;
    items->fields = maille_arena_alloc(arena, (most + 1) * sizeof *items->fields);
    items->properties = maille_arena_alloc(arena, (most + 1) * sizeof *items->properties);
    items->columns = maille_arena_alloc(arena, (most + 1) * sizeof *items->columns);
    if (!items->fields || !items->properties || !items->columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < most; i++) {
        const layers_field *field = &plan->fields.items[selection->properties ? 0 : i];
        maille_status status = MAILLE_OK;
        if (selection->properties)
            status = layers_find_field(&items->binder, selection->properties[i], 0, &field);
        if (status)
            return status;
        if (is_chosen(items, field))
            continue;
        items->fields[items->count] = field;
        items->properties[items->count++] = &plan->properties[field - plan->fields.items];
    }
    return MAILLE_OK;
}

static maille_status choose_columns(maille_ctx *ctx, maille_items *items,
                                    const maille_selection *selection) {
    const layers_plan *plan = items->plan;
    maille_status status = choose_fields(ctx, items, selection);
    if (status)
        return status;
    maille_column_of *columns =
        maille_arena_alloc(items->binder.arena, (items->count + 4) * sizeof *columns);
    if (!columns)
        return maille_no_memory(ctx);
    items->query.columns = columns;
    items->prefix_column = items->geometry_column = SIZE_MAX;
    items->key_column = column_of(items, columns, 0, plan->def->key);
    if (plan->def->key_prefix)
        items->prefix_column = column_of(items, columns, 0, plan->def->key_prefix);
    for (size_t i = 0; i < items->count; i++)
        items->columns[i] =
            column_of(items, columns, items->fields[i]->source, items->fields[i]->column);
    if (selection->without_geometry || !plan->geometry_column)
        return MAILLE_OK;
    if (plan->lonlat) { /* side by side */
        items->geometry_column = items->query.column_count;
        columns[items->query.column_count++] = (maille_column_of){0, "lon"};
        columns[items->query.column_count++] = (maille_column_of){0, "lat"};
    } else {
        items->geometry_column =
            column_of(items, columns, plan->geometry_source, plan->geometry_column);
    }
    return MAILLE_OK;
}

static maille_status choose_crs(maille_ctx *ctx, maille_items *items,
                                const maille_selection *selection) {
    bool degrees = selection->epsg == 0 || selection->epsg == 4326;
    items->projection.latitude_first = selection->epsg == 4326 && selection->latitude_first;
    return degrees ? MAILLE_OK
                   : layers_crs(ctx, items->catalogue, selection->epsg, &items->projection.crs);
}

/* ---- opening ---- */

static maille_status begin_pass(maille_ctx *ctx, maille_items *items) {
    layers_binder *b = &items->binder;
    maille_selection_query query = items->query;
    maille_cursor_free(items->cursor);
    items->cursor = NULL;
    if (items->passes.count > 0) {
        const maille_filter *both[] = {
            layers_compare(b, 0, items->plan->def->key_prefix, MAILLE_F_EQ,
                           maille_text_value(items->passes.items[items->next_pass++])),
            items->where};
        query.filter = layers_combine(b, MAILLE_F_AND, both, items->where ? 2 : 1);
        if (b->failed)
            return maille_no_memory(ctx);
    }
    return maille_store_select(ctx, items->catalogue->store, &query, &items->cursor);
}

maille_status maille_items_open(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                                const maille_selection *selection, maille_items **out) {
    const layers_plan *plan = NULL;
    maille_items *items = NULL;
    maille_status status;
    *out = NULL;
    MAILLE_TRY(layers_find(ctx, catalogue, id, NULL, &plan));
    items = maille_alloc(1, sizeof *items);
    if (!items || !(items->binder.arena = maille_arena_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    items->catalogue = catalogue;
    items->plan = plan;
    items->binder.ctx = ctx;
    items->binder.plan = plan;
    items->left = -1;
    items->query = (maille_selection_query){.table = plan->def->view,
                                            .key = plan->def->key,
                                            .joins = plan->joins,
                                            .join_count = plan->sources.count,
                                            .offset = selection->offset,
                                            .limit = selection->limit};
    if (selection->offset < 0 || selection->limit < -1) {
        status = maille_fail(ctx, MAILLE_USAGE, "offset and limit were below 0");
        goto done;
    }
    MAILLE_TRY(layers_where(&items->binder, selection, &items->query.filter));
    MAILLE_TRY(choose_columns(ctx, items, selection));
    MAILLE_TRY(choose_crs(ctx, items, selection));
    MAILLE_TRY(layers_order(ctx, items, selection));
    *out = items;
    items = NULL;
done:
    maille_items_free(items);
    return status;
}

void maille_items_free(maille_items *items) {
    if (!items)
        return;
    maille_cursor_free(items->cursor);
    for (size_t i = 0; i < items->binder.probes.count; i++)
        maille_probe_free(items->binder.probes.items[i]);
    MAILLE_VEC_FREE(&items->binder.probes);
    MAILLE_VEC_FREE(&items->passes);
    layers_projection_free(&items->projection);
    maille_strbuf_free(&items->id);
    maille_arena_free(items->binder.arena);
    maille_free(items);
}

/* Whether a condition is on a joined table. As deep as the store lets filters be. */
static bool asks_joins(const maille_filter *filter) {
    if (filter->op > MAILLE_F_NOT)
        return filter->of > 0;
    for (size_t i = 0; i < filter->count; i++)
        if (asks_joins(filter->children[i]))
            return true;
    return false;
}

/* Joins give each row once: they count only where they are asked. */
maille_status maille_items_matched(maille_ctx *ctx, maille_items *items, int64_t *out) {
    maille_selection_query query = items->query;
    if (!query.filter || !asks_joins(query.filter))
        query.join_count = 0;
    return maille_store_select_count(ctx, items->catalogue->store, &query, out);
}

/* ---- one feature after the other ---- */

static maille_status write_id(maille_ctx *ctx, maille_items *items) {
    const layers_plan *plan = items->plan;
    const maille_cursor *cursor = items->cursor;
    maille_strbuf *id = &items->id;
    bool keyless =
        maille_cursor_null(cursor, items->key_column) ||
        (items->prefix_column != SIZE_MAX && maille_cursor_null(cursor, items->prefix_column));
    if (keyless)
        return maille_fail(ctx, MAILLE_REFUSED, "layer %s: a row of %s had no %s", plan->def->id,
                           plan->def->view, plan->def->key);
    maille_strbuf_clear(id);
    if (items->prefix_column != SIZE_MAX) {
        maille_strbuf_add(id, maille_cursor_text(cursor, items->prefix_column));
        maille_strbuf_add_char(id, '/');
    }
    if (plan->key_type == MAILLE_TEXT)
        maille_strbuf_add(id, maille_cursor_text(cursor, items->key_column));
    else if (plan->key_type == MAILLE_INT)
        maille_strbuf_add_int(id, maille_cursor_int(cursor, items->key_column));
    else
        maille_strbuf_add_double(id, maille_cursor_real(cursor, items->key_column));
    return id->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* The next row of the query, or of the passes. */
static maille_status next_row(maille_ctx *ctx, maille_items *items, bool *found) {
    maille_status status = MAILLE_OK;
    *found = false;
    if (!items->cursor)
        status = begin_pass(ctx, items);
    while (!status) {
        status = maille_cursor_next(ctx, items->cursor, found);
        if (status || *found || items->next_pass == items->passes.count)
            break;
        status = begin_pass(ctx, items);
    }
    return status;
}

maille_status maille_items_next(maille_ctx *ctx, maille_items *items, bool *found) {
    maille_status status = MAILLE_OK;
    *found = false;
    if (items->left == 0)
        return MAILLE_OK;
    do
        status = next_row(ctx, items, found);
    while (!status && *found && items->skip-- > 0);
    if (status || !*found)
        return status;
    items->skip = 0;
    items->left -= items->left > 0;
    return write_id(ctx, items);
}

size_t maille_items_property_count(const maille_items *items) {
    return items->count;
}

const maille_property *maille_items_property(const maille_items *items, size_t i) {
    return items->properties[i];
}

const char *maille_items_id(const maille_items *items) {
    return items->id.text;
}

layers_value layers_raw(const maille_items *items, size_t i) {
    const layers_field *f = items->fields[i];
    size_t column = items->columns[i];
    layers_value value = {.number = NAN};
    value.null = maille_cursor_null(items->cursor, column);
    if (value.null)
        return value;
    if (f->stored == MAILLE_TEXT)
        value.text = maille_cursor_text(items->cursor, column);
    else if (f->stored == MAILLE_INT)
        value.number = (double)maille_cursor_int(items->cursor, column) * f->def->factor;
    else
        value.number = maille_cursor_real(items->cursor, column) * f->def->factor;
    return value;
}

double layers_rounded(double value, int decimals) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    double scaled = fabs(value) * powers[decimals];
    if (!(scaled < 9007199254740992.0)) /* no digit behind the last decimal */
        return value;
    double whole = floor(scaled), past_tie = scaled - whole - 0.5;
    /* `scaled` is off the decimal by no more than two units of its last place. */
    if (fabs(past_tie) > 1e-6 + scaled * 4.5e-16)
        return copysign((whole + (past_tie > 0)) / powers[decimals], value) + 0.0;
    maille_strbuf text = {0};
    maille_strbuf_add_fixed(&text, value, decimals);
    double rounded = value;
    if (!text.failed)
        maille_parse_number(text.text, &rounded);
    maille_strbuf_free(&text);
    return rounded;
}

maille_item_value maille_items_value(const maille_items *items, size_t i) {
    layers_value raw = layers_raw(items, i);
    const maille_property_def *def = items->fields[i]->def;
    maille_item_value value = {raw.null, raw.number, raw.text};
    if (raw.null || raw.text)
        return value;
    if (def->type == MAILLE_P_BOOL)
        value.number = raw.number != 0;
    else
        value.number = layers_rounded(raw.number, def->decimals);
    return value;
}

maille_bytes maille_items_geometry(maille_items *items) {
    const maille_bytes none = {NULL, 0};
    if (items->geometry_column == SIZE_MAX)
        return none;
    if (!items->plan->lonlat)
        return maille_cursor_bytes(items->cursor, items->geometry_column);
    maille_lonlat p = {maille_cursor_real(items->cursor, items->geometry_column),
                       maille_cursor_real(items->cursor, items->geometry_column + 1)};
    if (isnan(p.lon) || isnan(p.lat))
        return none;
    maille_point_wkb(p, items->point);
    return (maille_bytes){items->point, sizeof items->point};
}

maille_status maille_items_inside(maille_ctx *ctx, maille_items *items, double lonlat[2],
                                  bool *found) {
    maille_bytes wkb = maille_items_geometry(items);
    maille_xy point = {0};
    *found = wkb.bytes != NULL;
    maille_status status = *found ? maille_geometry_inside(ctx, wkb, &point) : MAILLE_OK;
    lonlat[0] = point.x, lonlat[1] = point.y;
    return status;
}
