/* Extracts: a box in another CRS (its edges are bent in lon/lat, so points along them count), and
 * chosen features as a GeoPackage. */
#include <maille/extract.h>

#include "layers/catalogue.h"

#include <maille/crs.h>
#include <maille/vectorfile.h>
#include <math.h>
#include <stdio.h>

enum { SIDES = 4, PIECES = 20 };

maille_status maille_box_to_lonlat(maille_ctx *ctx, int epsg, double box[4]) {
    double x[SIDES * PIECES], y[SIDES * PIECES];
    size_t points = sizeof x / sizeof *x;
    char crs[32];
    for (size_t i = 0; i < points; i++) {
        double at = (double)(i % PIECES) / (PIECES - 1);
        double along_x = box[0] + at * (box[2] - box[0]);
        double along_y = box[1] + at * (box[3] - box[1]);
        size_t side = i / PIECES;
        x[i] = side % 2 == 0 ? along_x : side == 1 ? box[2] : box[0];
        y[i] = side % 2 == 1 ? along_y : side == 0 ? box[1] : box[3];
    }
    snprintf(crs, sizeof crs, "EPSG:%d", epsg);
    maille_status status = maille_to_lonlat(ctx, crs, x, y, points);
    if (status)
        return status;
    double sides[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < points; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return maille_fail(ctx, MAILLE_USAGE, "bbox lay outside of what EPSG:%d can tell",
                               epsg);
        sides[0] = fmin(sides[0], x[i]), sides[1] = fmin(sides[1], y[i]);
        sides[2] = fmax(sides[2], x[i]), sides[3] = fmax(sides[3], y[i]);
    }
    for (size_t i = 0; i < 4; i++)
        box[i] = sides[i];
    return MAILLE_OK;
}

/* ---- GeoPackage ---- */

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

static maille_status new_table(maille_ctx *ctx, const maille_items *items, bool geometry,
                               maille_table **out) {
    *out = NULL;
    size_t count = maille_items_property_count(items);
    maille_column_spec *columns = maille_alloc(count + 1, sizeof *columns);
    if (!columns)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++) {
        const maille_property *property = maille_items_property(items, i);
        columns[i] = (maille_column_spec){property->name, type_of(property->type)};
    }
    columns[count] = (maille_column_spec){"geom", MAILLE_GEOMETRY};
    maille_status status = maille_table_new(ctx, columns, count + geometry, out);
    maille_free(columns);
    return status;
}

static maille_status add_row(maille_ctx *ctx, maille_items *items, bool geometry,
                             maille_table *table) {
    size_t row, count = maille_items_property_count(items);
    maille_status status = maille_table_add_row(ctx, table, &row);
    for (size_t i = 0; i < count && !status; i++) {
        maille_item_value value = maille_items_value(items, i);
        if (value.null)
            continue;
        maille_type type = type_of(maille_items_property(items, i)->type);
        if (type == MAILLE_INT)
            maille_set_int(table, row, i, (int64_t)value.number);
        else if (type == MAILLE_REAL)
            maille_set_real(table, row, i, value.number);
        else
            status = maille_set_text(ctx, table, row, i, value.text);
    }
    maille_bytes wkb = geometry ? maille_items_geometry(items) : (maille_bytes){0};
    if (!status && wkb.bytes)
        status = maille_set_bytes(ctx, table, row, count, wkb.bytes, wkb.length);
    return status;
}

maille_status maille_items_write_gpkg(maille_ctx *ctx, const maille_catalogue *catalogue,
                                      const char *id, maille_items *items, const char *path) {
    const maille_layer_state *state = NULL;
    maille_table *table = NULL;
    char title[512];
    bool found = true;
    maille_status status;
    MAILLE_TRY(maille_catalogue_find(ctx, catalogue, id, &state));
    bool geometry = state->def->geometry != NULL;
    MAILLE_TRY(new_table(ctx, items, geometry, &table));
    while (found) {
        MAILLE_TRY(maille_items_next(ctx, items, &found));
        if (found)
            MAILLE_TRY(add_row(ctx, items, geometry, table));
    }
    /* The title tells the audience, since the format has no place of its own for it. */
    snprintf(title, sizeof title, "%s (%s)", state->def->title.fr,
             maille_audience_name(catalogue->audience));
    MAILLE_TRY(maille_gpkg_write(ctx, path, id, table, title));
done:
    maille_table_free(table);
    return status;
}
