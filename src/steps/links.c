/* Step links: communes that a road joins, bridge or ferry, without touching a third, though no
 * border does. */
#include "steps/ground.h"
#include "steps/step.h"

maille_status link_limit(maille_ctx *ctx, loads *l, double *minutes) {
    maille_status status = MAILLE_OK;
    maille_contiguity_rules *rules = NULL;
    const maille_study *study = NULL;
    TRY(load_study(ctx, l, &study));
    TRY(maille_contiguity_rules_read(ctx, MAILLE_DEFAULT_CONTIGUITY, &rules));
    *minutes = rules->link_limit_min;
done:
    maille_contiguity_rules_free(rules);
    return status;
}
