/* Overlaps: communes that two perimeters claim. */
#include "territory/claims.h"

#include <maille/memory.h>
#include <maille/vec.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    uint32_t a, b, commune;
    double population;
} common;
typedef MAILLE_VEC(common) commons;

static int compare(const void *left, const void *right) {
    const common *a = left, *b = right;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    return (a->commune > b->commune) - (a->commune < b->commune);
}

/* Every pair of claims on every commune, sorted by pair and commune. */
static bool list_commons(const maille_claims *claims, const double *population,
                         uint32_t commune_count, commons *found) {
    for (uint32_t c = 0; c < commune_count; c++)
        for (uint32_t i = claims->start[c]; i < claims->start[c + 1]; i++)
            for (uint32_t j = i + 1; j < claims->start[c + 1]; j++) {
                double people = population[c] * fmin(claims->share[i], claims->share[j]);
                common both = {claims->perimeter[i], claims->perimeter[j], c, people};
                if (!MAILLE_VEC_PUSH(found, both))
                    return false;
            }
    if (found->count > 0)
        qsort(found->items, found->count, sizeof *found->items, compare);
    return true;
}

static double people_of(const maille_perimeters *perimeters, const double *population, uint32_t p) {
    double sum = 0;
    for (uint32_t k = perimeters->start[p]; k < perimeters->start[p + 1]; k++)
        sum += population[perimeters->member[k]] * (perimeters->share ? perimeters->share[k] : 1);
    return sum;
}

static bool new_pair(const commons *found, size_t k) {
    const common *c = &found->items[k];
    return k == 0 || c->a != c[-1].a || c->b != c[-1].b;
}

static bool group(const maille_perimeters *perimeters, const double *population,
                  const commons *found, maille_overlaps *overlaps) {
    for (size_t k = 0; k < found->count; k++)
        overlaps->count += new_pair(found, k);
    overlaps->overlaps = maille_alloc(overlaps->count, sizeof *overlaps->overlaps);
    overlaps->communes = maille_alloc(found->count, sizeof *overlaps->communes);
    if (!overlaps->overlaps || !overlaps->communes)
        return false;
    maille_overlap *overlap = overlaps->overlaps;
    for (size_t k = 0; k < found->count; k++) {
        const common *c = &found->items[k];
        if (new_pair(found, k)) {
            overlap += k > 0;
            *overlap = (maille_overlap){.a = c->a, .b = c->b, .first = (uint32_t)k};
        }
        overlaps->communes[k] = c->commune;
        overlap->count++;
        overlap->population += c->population;
    }
    for (uint32_t o = 0; o < overlaps->count; o++) {
        overlap = &overlaps->overlaps[o];
        double a = people_of(perimeters, population, overlap->a);
        double b = people_of(perimeters, population, overlap->b);
        overlap->part_a = a > 0 ? overlap->population / a : NAN;
        overlap->part_b = b > 0 ? overlap->population / b : NAN;
    }
    return true;
}

maille_status maille_overlaps_new(maille_ctx *ctx, const maille_perimeters *perimeters,
                                  const double *population, uint32_t commune_count,
                                  maille_overlaps **out) {
    commons found = {0};
    maille_claims claims;
    maille_overlaps *overlaps = NULL;
    *out = NULL;
    maille_status status = maille_claims_fill(ctx, perimeters, commune_count, &claims);
    if (status != MAILLE_OK)
        goto done;
    if (!(overlaps = maille_alloc(1, sizeof *overlaps)) ||
        !list_commons(&claims, population, commune_count, &found) ||
        !group(perimeters, population, &found, overlaps)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    *out = overlaps;
    overlaps = NULL;
done:
    maille_claims_free(&claims);
    MAILLE_VEC_FREE(&found);
    maille_overlaps_free(overlaps);
    return status;
}

void maille_overlaps_free(maille_overlaps *overlaps) {
    if (!overlaps)
        return;
    maille_free(overlaps->overlaps);
    maille_free(overlaps->communes);
    maille_free(overlaps);
}
