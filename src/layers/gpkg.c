/* GeoPackage: the features as a table, handed to geo/, which writes it in one go. */
#include "layers/sinks.h"

#include <maille/vectorfile.h>

static maille_type type_of(maille_property_type type) {
    switch (type) {
    case MAILLE_P_INT:
    case MAILLE_P_BOOL:
        return MAILLE_INT;
    case MAILLE_P_NUMBER:
        return MAILLE_REAL;
    case MAILLE_P_TEXT:
    case MAILLE_P_TEXTS:
        break;
    }
    return MAILLE_TEXT;
}

static maille_status begin(maille_ctx *ctx, layers_sink *sink) {
    const maille_items *items = sink->items;
    size_t count = maille_items_property_count(items);
    bool geometry = sink->plan->geometry_column != NULL;
    maille_column_spec *columns = maille_alloc(count + 1, sizeof *columns);
    if (!columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++) {
        const maille_property *p = maille_items_property(items, i);
        columns[i] = (maille_column_spec){p->name, type_of(p->type)};
    }
    columns[count] = (maille_column_spec){"geom", MAILLE_GEOMETRY};
    maille_status status = maille_table_new(ctx, columns, count + geometry, &sink->table);
    maille_free(columns);
    return status;
}

static maille_status feature(maille_ctx *ctx, layers_sink *sink) {
    maille_items *items = sink->items;
    size_t row, count = maille_items_property_count(items);
    maille_status status = maille_table_add_row(ctx, sink->table, &row);
    for (size_t i = 0; i < count && !status; i++) {
        maille_item_value value = maille_items_value(items, i);
        if (value.null)
            continue;
        if (value.text)
            status = maille_set_text(ctx, sink->table, row, i, value.text);
        else if (type_of(maille_items_property(items, i)->type) == MAILLE_INT)
            maille_set_int(sink->table, row, i, (int64_t)value.number);
        else
            maille_set_real(sink->table, row, i, value.number);
    }
    maille_bytes wkb = maille_items_geometry(items);
    if (!status && wkb.bytes)
        status = maille_set_bytes(ctx, sink->table, row, count, wkb.bytes, wkb.length);
    return status;
}

/* The title tells the audience, since the format has no place of its own for it. */
static maille_status end(maille_ctx *ctx, layers_sink *sink) {
    const maille_layer_def *def = sink->plan->def;
    maille_strbuf *title = &sink->line;
    maille_strbuf_clear(title);
    maille_strbuf_addf(title, "%s (%s)", def->title.fr,
                       maille_audience_name(sink->catalogue->audience));
    return title->failed ? maille_no_memory(ctx)
                         : maille_gpkg_write(ctx, sink->path, def->id, sink->table, title->text);
}

const layers_writer layers_gpkg = {"gpkg", true, false, begin, feature, end};
