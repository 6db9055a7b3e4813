/* The catalogue from inside: what every file of this room may know of a workspace. */
#ifndef LAYERS_CATALOGUE_H
#define LAYERS_CATALOGUE_H

#include <maille/crs.h>
#include <maille/hash.h>
#include <maille/layers.h>
#include <maille/memory.h>
#include <maille/rules.h>
#include <maille/strbuf.h>
#include <maille/study.h>
#include <stdatomic.h>

typedef struct layers_plan layers_plan;

/* What is a catalogue's own, made when it is first asked for: a catalogue belongs to one thread. */
typedef struct {
    char **members; /* one a state: what maille_layer_members tells; NULL = not asked for yet */
    maille_crs *crs[16];
    size_t crs_count;
    unsigned char *warned; /* one flag per import: its lack of a licence has been told */
    maille_sha256 hash;
    bool decided; /* decisions were taken since the hash was read */
} layers_made;

/* All but `store` and `made` is shared with others, and immutable. */
struct maille_catalogue {
    maille_store *store; /* borrowed */
    layers_made *made;
    atomic_uint *sharers; /* catalogues that hold what follows */
    maille_audience audience;
    maille_arena *arena; /* texts of states */
    maille_layer_def **defs;
    size_t def_count;
    maille_layer_state *states; /* layers that the audience may see */
    size_t count;
    layers_plan **plans; /* one a state; NULL where it is not ready */
    maille_study *study; /* recipe that the workspace keeps; without services where there is none */
    maille_publication_rules *publication;
    maille_zoning_rules *zoning; /* NULL where the study names none */
    maille_name_rules *names;
    maille_table *imports;   /* by kind, name, service, content */
    unsigned char *credited; /* one flag per import: the audience may know of it */
    bool has_roads;
    char *parameters; /* JSON */
    maille_view_set *view_set;
    maille_view *views; /* one each, in the arena */
};

/* Columns of catalogue->imports. */
enum {
    IMPORT_ID,
    IMPORT_KIND,
    IMPORT_NAME,
    IMPORT_SERVICE,
    IMPORT_SHA256,
    IMPORT_VINTAGE,
    IMPORT_SOURCE,
    IMPORT_LICENCE,
    IMPORT_OPTIONS,
    IMPORT_COLUMNS
};

/* views.c: reads the views and finds what each shows. */
maille_status layers_resolve_views(maille_ctx *ctx, maille_catalogue *catalogue);

/* inputs.c: reads the imports, and which of them the audience may know of. */
maille_status layers_read_inputs(maille_ctx *ctx, maille_catalogue *catalogue);
/* The hash of what the workspace was made from and what the audience may see of the perimeters. */
maille_status layers_hash(maille_ctx *ctx, const maille_catalogue *catalogue, maille_sha256 *out);

/* The state and plan of a layer that is ready, as maille_catalogue_find tells. */
maille_status layers_find(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                          const maille_layer_state **state, const layers_plan **plan);
/* A CRS, made once. */
maille_status layers_crs(maille_ctx *ctx, const maille_catalogue *catalogue, int epsg,
                         const maille_crs **out);

/* check.c: whether a definition fits the workspace's tables and the steps that there are. */
maille_status layers_check(maille_ctx *ctx, maille_store *store, const maille_layer_def *def,
                           const maille_step_state *steps, size_t step_count);
/* Type of a column; false where there is no such table or column. */
bool layers_column_type(maille_ctx *ctx, maille_store *store, const char *table, const char *column,
                        maille_type *type);

/* credits.c: {"services": …, "regles": …} of the study, as JSON. */
maille_status layers_parameters(maille_ctx *ctx, const maille_catalogue *catalogue, char **out);
/* What something rests on: imports of these kinds; of groupings this one (NULL: none), or all. */
typedef struct {
    const char *layer; /* whose credits they are */
    const char *const *kinds;
    size_t count;
    const char *grouping;
    const char *indicator; /* the same of indicators */
    bool all_groupings;
} layers_resting;
/* Their sources as a JSON array, and the licence of the result as text. */
maille_status layers_credits_on(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const layers_resting *on, maille_strbuf *sources,
                                maille_strbuf *licence);
/* Those of a layer. */
maille_status layers_credits(maille_ctx *ctx, const maille_catalogue *catalogue,
                             const maille_layer_def *def, maille_strbuf *sources,
                             maille_strbuf *licence);
/* Whether a file of this layer rests on estimated times. */
maille_status layers_estimated(maille_ctx *ctx, const maille_catalogue *catalogue,
                               const maille_layer_def *def, bool *out);

#endif
