/* GeoPackage: the features as a table, handed to geo/, which writes it in one go. */
#include "layers/sinks.h"

#include <maille/vectorfile.h>
#include <math.h>

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
    const layers_plan *plan = sink->plan;
    size_t count = plan->fields.count;
    maille_column_spec *columns = maille_alloc(count + 1, sizeof *columns);
    if (!columns)
        return maille_no_memory(ctx);
    for (size_t f = 0; f < count; f++)
        columns[f] = (maille_column_spec){plan->fields.items[f].name,
                                          type_of(plan->fields.items[f].def->type)};
    columns[count] = (maille_column_spec){"geom", MAILLE_GEOMETRY};
    maille_status status = maille_table_new(ctx, columns, count + plan->has_geometry, &sink->table);
    maille_free(columns);
    return status;
}

static double rounded(double value, int decimals) {
    double scale = pow(10, decimals);
    return round(value * scale) / scale;
}

static maille_status feature(maille_ctx *ctx, layers_sink *sink) {
    const layers_plan *plan = sink->plan;
    size_t row;
    maille_status status = maille_table_add_row(ctx, sink->table, &row);
    for (size_t f = 0; f < plan->fields.count && !status; f++) {
        const maille_property_def *def = plan->fields.items[f].def;
        layers_value value = layers_rows_value(sink->rows, f);
        if (value.null)
            continue;
        if (def->type == MAILLE_P_BOOL)
            maille_set_int(sink->table, row, f, value.number != 0);
        else if (def->type == MAILLE_P_INT)
            maille_set_int(sink->table, row, f, (int64_t)rounded(value.number, 0));
        else if (def->type == MAILLE_P_NUMBER)
            maille_set_real(sink->table, row, f, rounded(value.number, def->decimals));
        else
            status = maille_set_text(ctx, sink->table, row, f, value.text);
    }
    maille_bytes wkb = layers_rows_geometry(sink->rows);
    if (!status && wkb.bytes)
        status = maille_set_bytes(ctx, sink->table, row, plan->fields.count, wkb.bytes, wkb.length);
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
