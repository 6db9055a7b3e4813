/* A layer's definition made concrete for one workspace and audience: which columns of which tables,
 * which rows, and the properties that come of them, one per service where the definition says so.
 * Made once for a catalogue; immutable. */
#ifndef LAYERS_PLAN_H
#define LAYERS_PLAN_H

#include "layers/catalogue.h"

#include <maille/items.h>
#include <maille/vec.h>

typedef struct {
    const maille_property_def *def;
    const char *name; /* as published */
    const char *json; /* "\"name\":" */
    size_t service;   /* number in the study, SIZE_MAX where it is not one per service */
    size_t source;    /* 0: the view; n: join n - 1 */
    const char *column;
    maille_type stored;
} layers_field;

/* A table that is joined to the view by the layer's key. */
typedef struct {
    const char *table;
    const char *service;                    /* only rows of this service; NULL = all */
    const char *where_column, *where_value; /* only such rows; NULL */
} layers_source;

struct layers_plan {
    const maille_layer_def *def;
    maille_arena *arena;
    maille_type key_type;
    MAILLE_VEC(layers_source) sources; /* of the joins */
    MAILLE_VEC(layers_field) fields;
    maille_property *properties; /* one a field */
    maille_legend *legends;
    size_t legend_count;
    maille_join *joins; /* one a source */
    /* what the definition and the audience let through of the view */
    const maille_filter *rows[2];
    size_t row_count;
    bool lonlat;
    size_t geometry_source;
    const char *geometry_column; /* lonlat: "lon", and "lat" beside it; NULL: no geometry */
};

maille_status layers_plan_new(maille_ctx *ctx, const maille_catalogue *catalogue,
                              const maille_layer_def *def, layers_plan **out);
void layers_plan_free(layers_plan *plan);
/* The field of this name, or NULL. */
const layers_field *layers_plan_field(const layers_plan *plan, const char *name);

/* `text` with "{service}" replaced, or with another pattern; in the arena, NULL without memory. */
const char *layers_expand(maille_arena *arena, const char *text, const char *service);
const char *layers_replace(maille_arena *arena, const char *text, const char *pattern,
                           const char *by);

#endif
