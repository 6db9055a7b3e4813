/* Classes of values and weighted means of zones. */
#include <maille/access.h>

#include <math.h>

uint32_t maille_class_of(const maille_class *classes, size_t count, double value) {
    for (size_t k = 0; k < count; k++) {
        const maille_class *c = &classes[k];
        bool above = c->from_included ? value >= c->from : value > c->from;
        bool below = c->to_included ? value <= c->to : value < c->to;
        if (above && below)
            return (uint32_t)k;
    }
    return UINT32_MAX;
}

void maille_zone_means(const uint32_t *zone, uint32_t zone_count, const double *value,
                       const double *weight, size_t count, double *mean, double *weight_sum) {
    for (uint32_t z = 0; z < zone_count; z++)
        mean[z] = weight_sum[z] = 0;
    for (size_t i = 0; i < count; i++) {
        if (zone[i] == UINT32_MAX || isnan(value[i]) || isnan(weight[i]))
            continue;
        mean[zone[i]] += weight[i] * value[i];
        weight_sum[zone[i]] += weight[i];
    }
    for (uint32_t z = 0; z < zone_count; z++)
        mean[z] = weight_sum[z] > 0 ? mean[z] / weight_sum[z] : NAN;
}
