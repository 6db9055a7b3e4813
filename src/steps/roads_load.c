/* The roads of a workspace for those who answer single questions: as the steps use them. */
#include "steps/step.h"

#include <maille/sources.h>
#include <maille/steps.h>

maille_status maille_roads_load(maille_ctx *ctx, maille_store *store, maille_network **network,
                                maille_travel_rules **rules, int *epsg) {
    maille_status status = MAILLE_OK;
    loads *l = NULL;
    const maille_study *study = NULL;
    const maille_crs *crs = NULL;
    maille_travel_rules *read = NULL;
    TRY(loads_new(ctx, store, &l));
    TRY(load_study(ctx, l, &study));
    TRY(load_crs(ctx, l, &crs));
    TRY(maille_travel_rules_read(ctx, study->estimation ? study->estimation : MAILLE_DEFAULT_TRAVEL,
                                 &read));
    TRY(maille_source_network(ctx, store, crs, network));
    *epsg = maille_crs_epsg(crs);
    *rules = read;
    read = NULL;
done:
    maille_travel_rules_free(read);
    loads_free(l);
    return status;
}
