/* A layer's definition made concrete for one workspace: which columns of which tables, in which
 * order, and the properties that come of them, one per service where the definition says so. */
#ifndef LAYERS_PLAN_H
#define LAYERS_PLAN_H

#include "layers/catalogue.h"

#include <maille/vec.h>

/* A table that is read: the view (number 0), or one joined to it by the layer's key. */
typedef struct {
    const char *table;
    const char *service;              /* only rows of this service; NULL = all */
    MAILLE_VEC(const char *) columns; /* the first is the key */
} layers_source;

typedef struct {
    const maille_property_def *def;
    const char *name; /* as published */
    size_t service;   /* number in the study, SIZE_MAX where it is not one per service */
    size_t source, column;
    maille_type stored;
} layers_field;

typedef struct {
    const maille_layer_def *def;
    maille_arena *arena;
    maille_type key_type;
    MAILLE_VEC(layers_source) sources;
    MAILLE_VEC(layers_field) fields;
    bool has_geometry, lonlat;
    size_t geometry_source, geometry_column; /* lonlat: lon here, lat in the next column */
    size_t prefix_column;                    /* of the view, where the layer has a key_prefix */
} layers_plan;

maille_status layers_plan_new(maille_ctx *ctx, const maille_catalogue *catalogue,
                              const maille_layer_def *def, bool with_geometry, layers_plan **out);
void layers_plan_free(layers_plan *plan);

/* `text` with "{service}" replaced; in the arena. */
const char *layers_expand(maille_arena *arena, const char *text, const char *service);

#endif
