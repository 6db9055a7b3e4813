/* Which perimeters claim a commune. */
#include "territory/claims.h"

#include <maille/memory.h>

maille_status maille_claims_fill(maille_ctx *ctx, const maille_perimeters *perimeters,
                                 uint32_t commune_count, maille_claims *claims) {
    uint32_t total = perimeters->start[perimeters->count];
    *claims = (maille_claims){.start = maille_alloc((size_t)commune_count + 2, sizeof(uint32_t)),
                              .perimeter = maille_alloc(total, sizeof(uint32_t)),
                              .share = maille_alloc(total, sizeof(double))};
    if (!claims->start || !claims->perimeter || !claims->share)
        return maille_no_memory(ctx);
    /* start[c + 2] counts, start[c + 1] becomes the next free place, and then the end, of c */
    for (uint32_t k = 0; k < total; k++) {
        if (perimeters->member[k] >= commune_count)
            return maille_fail(ctx, MAILLE_REFUSED, "perimeter member %u was no commune", k + 1);
        claims->start[perimeters->member[k] + 2]++;
    }
    for (uint32_t c = 2; c < commune_count + 2; c++)
        claims->start[c] += claims->start[c - 1];
    for (uint32_t p = 0; p < perimeters->count; p++)
        for (uint32_t k = perimeters->start[p]; k < perimeters->start[p + 1]; k++) {
            uint32_t place = claims->start[perimeters->member[k] + 1]++;
            claims->perimeter[place] = p;
            claims->share[place] = perimeters->share ? perimeters->share[k] : 1;
        }
    return MAILLE_OK;
}

void maille_claims_free(maille_claims *claims) {
    maille_free(claims->start);
    maille_free(claims->perimeter);
    maille_free(claims->share);
}
