/* Coverage: the closest place, bands of minutes, the population within each. */
#include <maille/access.h>

#include <math.h>

void maille_closest(const maille_reach *reach, const double *supply, double *minutes,
                    uint32_t *place) {
    for (uint32_t i = 0; i < reach->demand_count; i++) {
        double best = NAN;
        uint32_t best_place = UINT32_MAX;
        for (uint64_t k = reach->start[i]; k < reach->start[i + 1]; k++) {
            uint32_t j = reach->supply[k];
            double t = reach->minutes[k];
            if (!(supply[j] > 0) || !isfinite(t))
                continue;
            if (best_place == UINT32_MAX || t < best || (t == best && j < best_place)) {
                best = t;
                best_place = j;
            }
        }
        minutes[i] = best;
        if (place)
            place[i] = best_place;
    }
}

uint32_t maille_band(const double *bounds, size_t count, double minutes) {
    for (size_t k = 0; k < count; k++)
        if (minutes <= bounds[k])
            return (uint32_t)k;
    return UINT32_MAX;
}

void maille_band_shares(const double *bounds, size_t count, const double *minutes,
                        const double *population, size_t commune_count, double *covered,
                        double *share) {
    double total = 0;
    for (size_t k = 0; k < count; k++)
        covered[k] = 0;
    for (size_t i = 0; i < commune_count; i++) {
        if (isnan(population[i]))
            continue;
        total += population[i];
        for (size_t k = 0; k < count; k++)
            if (minutes[i] <= bounds[k])
                covered[k] += population[i];
    }
    for (size_t k = 0; k < count; k++)
        share[k] = total > 0 ? covered[k] / total : NAN;
}
