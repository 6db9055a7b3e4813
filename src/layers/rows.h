/* The features of a layer, one at a time, in order of their ids. */
#ifndef LAYERS_ROWS_H
#define LAYERS_ROWS_H

#include "layers/plan.h"

typedef struct layers_rows layers_rows;

maille_status layers_rows_open(maille_ctx *ctx, const maille_catalogue *catalogue,
                               const layers_plan *plan, layers_rows **out);
maille_status layers_rows_next(maille_ctx *ctx, layers_rows *rows, bool *found);
void layers_rows_free(layers_rows *rows);

/* Of the feature that stands; borrowed until the next. */
const char *layers_rows_id(const layers_rows *rows);

typedef struct {
    bool null;
    double number;    /* with the property's factor, not rounded */
    const char *text; /* texts, and arrays as JSON */
} layers_value;
layers_value layers_rows_value(const layers_rows *rows, size_t field);

/* WKB; a point where the layer has lon and lat; {NULL, 0} where there is none. */
maille_bytes layers_rows_geometry(layers_rows *rows);

#endif
