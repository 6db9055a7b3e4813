/* Step times: minutes between commune centres, as a sparse matrix in the cache. */
#include "steps/step.h"

#include <maille/access.h>
#include <maille/memory.h>
#include <maille/reach.h>
#include <math.h>
#include <stdio.h>

enum { MS_PER_MINUTE = 60000 };

maille_status times_limit(maille_ctx *ctx, loads *l, uint32_t *limit_ms) {
    const maille_travel_rules *travel_rules = NULL;
    const maille_zoning_rules *zoning = NULL;
    const char *unit = NULL;
    maille_decay decay;
    maille_status status = MAILLE_OK;
    TRY(load_travel_rules(ctx, l, &travel_rules));
    TRY(load_zoning(ctx, l, &zoning, &unit));
    TRY(decay_of(ctx, zoning, &decay));
    double minutes = travel_rules->matrix_least_min, reach = maille_decay_reach(&decay);
    if (isfinite(reach) && reach > minutes)
        minutes = reach;
    *limit_ms = (uint32_t)fmin(round(minutes * MS_PER_MINUTE), MAILLE_UNREACHED - 1);
done:
    return status;
}

static maille_status compute_times(maille_ctx *ctx, loads *l, maille_matrix **out) {
    const communes *c = NULL;
    const commune_figures *figures = NULL;
    const travel *t = NULL;
    const maille_travel_rules *rules = NULL;
    uint32_t limit_ms = 0;
    maille_status status = MAILLE_OK;
    TRY(times_limit(ctx, l, &limit_ms));
    TRY(load_communes(ctx, l, &c));
    TRY(load_hierarchy(ctx, l, &t));
    if (t->network) {
        TRY(maille_reach_times(ctx, t->network, t->hierarchy, t->commune_stop, c->count,
                               t->commune_stop, c->count, limit_ms, out));
        goto done;
    }
    TRY(load_figures(ctx, l, &figures));
    TRY(load_travel_rules(ctx, l, &rules));
    TRY(maille_times_estimated(ctx, figures->centre, c->count, figures->centre, c->count,
                               rules->detour, rules->speed_kmh, limit_ms, out));
done:
    return status;
}

/* MAILLE_OK with *out NULL where the cache has it not, or not whole. */
static maille_status load_kept(maille_ctx *ctx, const char *path, const char *key,
                               maille_matrix **out) {
    maille_status status = maille_matrix_load(ctx, path, key, out);
    if (status == MAILLE_REFUSED)
        maille_log(ctx, MAILLE_LOG_WARNING, "%s; times are computed again", maille_message(ctx));
    return status == MAILLE_NO_MEMORY ? status : MAILLE_OK;
}

maille_status times_between_communes(maille_ctx *ctx, loads *l, maille_matrix **out) {
    maille_status status = MAILLE_OK;
    const char *folder = NULL;
    char path[1024], key[65];
    *out = NULL;
    TRY(step_inputs_hash(ctx, loads_store(l), l, step_named("times"), MAILLE_INTERNE, key, NULL));
    TRY(maille_store_cache(ctx, loads_store(l), &folder));
    snprintf(path, sizeof path, "%s/communes.times", folder);
    TRY(load_kept(ctx, path, key, out));
    if (*out)
        goto done;
    TRY(compute_times(ctx, l, out));
    if (maille_matrix_save(ctx, *out, path, key) != MAILLE_OK)
        maille_log(ctx, MAILLE_LOG_WARNING, "%s; times are computed again next time",
                   maille_message(ctx));
done:
    return status;
}

maille_status step_times(maille_ctx *ctx, step_call *call) {
    const maille_matrix *matrix = NULL;
    maille_status status = load_matrix(ctx, call->loads, &matrix);
    if (status == MAILLE_OK)
        snprintf(call->message, sizeof call->message, "%llu pairs of communes",
                 (unsigned long long)matrix->start[matrix->rows]);
    return status;
}
