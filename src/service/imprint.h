/* What the workspace was when it was looked at, told apart by what rests on it: layers and tiles on
 * imports, settings and steps that ran, not on strokes; the ground on fewer still. Read in one
 * transaction of the caller's. */
#ifndef SERVICE_IMPRINT_H
#define SERVICE_IMPRINT_H

#include <maille/hash.h>
#include <maille/layerdef.h>
#include <maille/store.h>

typedef struct imprint {
    maille_table *imports, *runs;
    maille_sha256 settings; /* the recipe, and the files of definitions and rules */
    maille_sha256 credited; /* which imports an audience may know of by the perimeters it sees */
    maille_sha256 world;    /* of all this, and tokens: another one is another world; but not of
                             * the step `members`, which some strokes run */
    maille_sha256 decided;  /* decisions that steps read; another one may make them stale */
} imprint;

maille_status imprint_take(maille_ctx *ctx, maille_store *store, imprint *out);
/* What was taken before is let go with it; an imprint of zeros is none. */
void imprint_free(imprint *p);

/* What stays the same as long as they would be made alike. */
maille_status imprint_of_ground(maille_ctx *ctx, const imprint *p, maille_sha256 *out);
maille_status imprint_of_names(maille_ctx *ctx, const imprint *p, maille_sha256 *out);
maille_status imprint_of_roads(maille_ctx *ctx, const imprint *p, maille_sha256 *out);
/* The features of a layer for an audience, and what its tiles say of them; for who is narrowed to
 * départements also where perimeters lie. */
maille_status imprint_of_layer(maille_ctx *ctx, const imprint *p, const maille_layer_def *def,
                               maille_audience audience, bool narrowed, maille_sha256 *out);

#endif
