/* Features as the tables of a GeoPackage. */
#ifndef LAYERS_GPKG_H
#define LAYERS_GPKG_H

#include "layers/catalogue.h"

#include <maille/items.h>

/* An empty table for the features of `items`, with their geometry where there is one. */
maille_status layers_gpkg_table(maille_ctx *ctx, const maille_items *items, bool geometry,
                                maille_table **out);
/* Adds the feature that stands. */
maille_status layers_gpkg_add(maille_ctx *ctx, maille_items *items, bool geometry,
                              maille_table *table);
/* Writes the table with the styles of the layer's legend. */
maille_status layers_gpkg_write(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const maille_layer_def *def, const maille_table *table,
                                const char *path);

/* style.c: the table `layer_styles` of QGIS: a style for each service where the legend has
 * "{service}", else one; *out NULL for a layer without legend or geometry. */
maille_status layers_styles(maille_ctx *ctx, const maille_catalogue *catalogue,
                            const maille_layer_def *def, maille_table **out);

#endif
