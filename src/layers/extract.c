/* Extracts: a box in another CRS (its edges are bent in lon/lat, so points along them count), and
 * chosen features as a GeoPackage. */
#include <maille/extract.h>

#include "layers/gpkg.h"

#include <maille/crs.h>
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

maille_status maille_items_write_gpkg(maille_ctx *ctx, const maille_catalogue *catalogue,
                                      const char *id, maille_items *items, const char *path) {
    const maille_layer_state *state = NULL;
    maille_table *table = NULL;
    bool found = true;
    maille_status status;
    MAILLE_TRY(maille_catalogue_find(ctx, catalogue, id, &state));
    bool geometry = state->def->geometry != NULL;
    MAILLE_TRY(layers_gpkg_table(ctx, items, geometry, &table));
    while (found) {
        MAILLE_TRY(maille_items_next(ctx, items, &found));
        if (found)
            MAILLE_TRY(layers_gpkg_add(ctx, items, geometry, table));
    }
    status = layers_gpkg_write(ctx, catalogue, state->def, table, path);
done:
    maille_table_free(table);
    return status;
}
