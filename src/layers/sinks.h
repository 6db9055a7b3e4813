/* Writers: each begins a file, takes the features one by one, and ends it. */
#ifndef LAYERS_SINKS_H
#define LAYERS_SINKS_H

#include "layers/items.h"
#include "layers/out.h"

/* What a writer knows, and keeps between its calls. */
typedef struct {
    const maille_catalogue *catalogue;
    const layers_plan *plan;
    maille_items *items; /* the feature to write is the one that stands */
    const char *path;    /* where to write: a temporary name, except for GPKG, which has its own */
    /* geojson and csv */
    layers_out out;
    maille_strbuf line;
    uint64_t features;
    uint64_t box_at; /* place that was left for the bbox */
    layers_box box;
    /* gpkg */
    maille_table *table;
} layers_sink;

typedef struct {
    const char *extension;
    bool geometry;      /* wants it */
    bool by_other_name; /* is written to a temporary name and renamed by the caller */
    maille_status (*begin)(maille_ctx *ctx, layers_sink *sink);
    maille_status (*feature)(maille_ctx *ctx, layers_sink *sink);
    maille_status (*end)(maille_ctx *ctx, layers_sink *sink);
} layers_writer;

extern const layers_writer layers_geojson, layers_gpkg, layers_csv;

#endif
