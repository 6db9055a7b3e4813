/* Which perimeters claim a commune: the transpose of their members (inside territory). */
#ifndef TERRITORY_CLAIMS_H
#define TERRITORY_CLAIMS_H

#include <maille/ctx.h>
#include <maille/territory.h>

/* Claims of commune c: [start[c], start[c+1]), perimeters ascending. */
typedef struct {
    uint32_t *start; /* commune_count + 1 */
    uint32_t *perimeter;
    double *share;
} maille_claims;

maille_status maille_claims_fill(maille_ctx *ctx, const maille_perimeters *perimeters,
                                 uint32_t commune_count, maille_claims *claims);
void maille_claims_free(maille_claims *claims);

#endif
