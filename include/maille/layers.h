/* Layers: what is published, a function of the workspace (room: layers). */
#ifndef MAILLE_LAYERS_H
#define MAILLE_LAYERS_H

#include <maille/ctx.h>
#include <maille/layerdef.h>
#include <maille/provenance.h>
#include <maille/store.h>
#include <maille/study.h>

/* The catalogue of a workspace for one audience: definitions, and for each whether it can be shown.
 */
typedef struct {
    const maille_layer_def *def;
    bool ready;  /* its steps have run */
    bool stale;  /* inputs have changed since */
    char *lacks; /* why not ready: "needs supply of a service", … ; NULL when ready */
} maille_layer_state;

typedef struct maille_catalogue maille_catalogue;
/* The state of each step comes from steps/, which layers may not see. */
maille_status maille_catalogue_new(maille_ctx *ctx, maille_store *store, maille_audience audience,
                                   const maille_step_state *steps, size_t step_count,
                                   maille_catalogue **out);
/* Another of the same state, for another connection and thread: what both hold alike is held once.
 */
maille_status maille_catalogue_share(maille_ctx *ctx, const maille_catalogue *of,
                                     maille_store *store, maille_catalogue **out);
/* Decisions were taken since: what tells of them (the hash) is read again when a layer's members
 * are next asked for. */
void maille_catalogue_decided(maille_catalogue *catalogue);
void maille_catalogue_free(maille_catalogue *catalogue);
size_t maille_catalogue_count(const maille_catalogue *catalogue);
const maille_layer_state *maille_catalogue_layer(const maille_catalogue *catalogue, size_t i);
/* MAILLE_NOT_FOUND with the three nearest names when there is no such layer (or not for this
 * audience); MAILLE_REFUSED with what it lacks when it is not ready. */
maille_status maille_catalogue_find(maille_ctx *ctx, const maille_catalogue *catalogue,
                                    const char *id, const maille_layer_state **out);
/* SHA-256 of input hashes, rules, parameters and the decisions that this audience may see; as hex.
 */
const char *maille_catalogue_hash(const maille_catalogue *catalogue);

/* The recipe that the workspace keeps, and the rules that it names; without services, and zoning
 * NULL, where there are none. The catalogue's. */
const maille_study *maille_catalogue_study(const maille_catalogue *catalogue);
const maille_publication_rules *maille_catalogue_publication(const maille_catalogue *catalogue);
const maille_zoning_rules *maille_catalogue_zoning(const maille_catalogue *catalogue);
const maille_name_rules *maille_catalogue_names(const maille_catalogue *catalogue);

/* A view (layerdef.h) in this workspace. */
typedef struct {
    const maille_view_def *def;
    const maille_layer_state *layer; /* NULL: it cannot be shown here */
    const char *property;            /* of the layer; NULL = its usual one */
} maille_view;
/* All of them, in order; the catalogue's. */
const maille_view *maille_catalogue_views(const maille_catalogue *catalogue, size_t *count);

/* A figure of the summary, in words of the layer's definition. */
typedef struct {
    char title[96];
    double value; /* NaN = none */
    char unit[16];
    int decimals;
} maille_figure;
typedef struct {
    const char *id;
    char path[1024];
    uint64_t features, bytes;
    double seconds;
    bool estimated; /* rests on estimated times */
    bool stale;     /* its inputs have changed since it was computed */
    size_t figure_count;
    maille_figure figures[24];
} maille_layer_written;

/* MBTiles with every zoom; <maille/tiles.h> writes fewer. */
typedef enum { MAILLE_GEOJSON, MAILLE_GPKG, MAILLE_CSV, MAILLE_MBTILES } maille_layer_format;
/* Writes <folder>/<id>.<extension> by a temporary name, streamed, sorted by id. */
maille_status maille_layer_write(maille_ctx *ctx, maille_catalogue *catalogue, const char *id,
                                 maille_layer_format format, const char *folder,
                                 maille_layer_written *written);

#endif
