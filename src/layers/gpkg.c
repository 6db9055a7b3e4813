/* GeoPackage: the features as a table, handed to geo/ with their styles, which writes it in one go.
 */
#include "layers/gpkg.h"

#include "layers/sinks.h"

#include <maille/vectorfile.h>
#include <stdio.h>

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

maille_status layers_gpkg_table(maille_ctx *ctx, const maille_items *items, bool geometry,
                                maille_table **out) {
    size_t count = maille_items_property_count(items);
    maille_column_spec *columns = maille_alloc(count + 1, sizeof *columns);
    *out = NULL;
    if (!columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++) {
        const maille_property *p = maille_items_property(items, i);
        columns[i] = (maille_column_spec){p->name, type_of(p->type)};
    }
    columns[count] = (maille_column_spec){"geom", MAILLE_GEOMETRY};
    maille_status status = maille_table_new(ctx, columns, count + geometry, out);
    maille_free(columns);
    return status;
}

maille_status layers_gpkg_add(maille_ctx *ctx, maille_items *items, bool geometry,
                              maille_table *table) {
    size_t row, count = maille_items_property_count(items);
    maille_status status = maille_table_add_row(ctx, table, &row);
    for (size_t i = 0; i < count && !status; i++) {
        maille_item_value value = maille_items_value(items, i);
        if (value.null)
            continue;
        if (value.text)
            status = maille_set_text(ctx, table, row, i, value.text);
        else if (type_of(maille_items_property(items, i)->type) == MAILLE_INT)
            maille_set_int(table, row, i, (int64_t)value.number);
        else
            maille_set_real(table, row, i, value.number);
    }
    maille_bytes wkb = geometry ? maille_items_geometry(items) : (maille_bytes){NULL, 0};
    if (!status && wkb.bytes)
        status = maille_set_bytes(ctx, table, row, count, wkb.bytes, wkb.length);
    return status;
}

/* The title tells the audience, since the format has no place of its own for it. */
maille_status layers_gpkg_write(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const maille_layer_def *def, const maille_table *table,
                                const char *path) {
    maille_table *styles = NULL;
    maille_strbuf title = {0};
    maille_status status;
    maille_strbuf_addf(&title, "%s (%s)", def->title.fr, maille_audience_name(catalogue->audience));
    if (title.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(layers_styles(ctx, catalogue, def, &styles));
    const maille_gpkg_table tables[] = {{def->id, title.text, table},
                                        {"layer_styles", NULL, styles}};
    status = maille_gpkg_write(ctx, path, tables, styles ? 2 : 1);
done:
    maille_strbuf_free(&title);
    maille_table_free(styles);
    return status;
}

/* ---- the writer of `maille export` ---- */

static bool has_geometry(const layers_sink *sink) {
    return sink->plan->geometry_column != NULL;
}

static maille_status begin(maille_ctx *ctx, layers_sink *sink) {
    return layers_gpkg_table(ctx, sink->items, has_geometry(sink), &sink->table);
}

static maille_status feature(maille_ctx *ctx, layers_sink *sink) {
    return layers_gpkg_add(ctx, sink->items, has_geometry(sink), sink->table);
}

static maille_status end(maille_ctx *ctx, layers_sink *sink) {
    return layers_gpkg_write(ctx, sink->catalogue, sink->plan->def, sink->table, sink->path);
}

const layers_writer layers_gpkg = {"gpkg", true, false, begin, feature, end};
