/* Indicators over a sparse matrix of travel times: numbers in, numbers out (room: access).
 *
 * Times are minutes as double. Distance decay weights w(t); thresholds include their upper bound.
 */
#ifndef MAILLE_ACCESS_H
#define MAILLE_ACCESS_H

#include <maille/ctx.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- decay
 * --------------------------------------------------------------------------------------- */

typedef enum {
    MAILLE_DECAY_STEPS,  /* steps:10=1,15=0.3,20=0.1 */
    MAILLE_DECAY_BINARY, /* binary:45 */
    MAILLE_DECAY_EXP,    /* exp:0.2    exp(−b t) */
    MAILLE_DECAY_POWER,  /* power:1.5  t^−b, t < 1 counts as 1 */
    MAILLE_DECAY_GAUSS,  /* gauss:20   exp(−t²/(2 σ²)) */
} maille_decay_kind;
typedef struct {
    maille_decay_kind kind;
    double parameter;
    size_t step_count;
    struct {
        double upto_min, weight;
    } steps[16];
} maille_decay;
/* Reads the text form; MAILLE_USAGE with what is wrong (steps that do not ascend, weights outside
 * [0, 1] or growing with distance, parameters of 0 or less). */
maille_status maille_decay_parse(maille_ctx *ctx, const char *text, maille_decay *out);
/* 0 for NaN, infinite and negative minutes. */
double maille_decay_weight(const maille_decay *decay, double minutes);
/* Minutes beyond which every weight is 0; infinity for the continuous ones. */
double maille_decay_reach(const maille_decay *decay);

/* ---- the floating catchment family
 * --------------------------------------------------------------- */

/* Demand i (people) × supply j (consultations, places) with a time: CSR by demand. */
typedef struct {
    uint32_t demand_count, supply_count;
    const uint64_t *start; /* demand_count + 1 */
    const uint32_t *supply;
    const double *minutes;
} maille_reach;

/* With P_i people, S_j supply, w_ij = w(t_ij), all sums over the pairs of the matrix:
 *
 * 2SFCA   R_j = S_j / Σ_i P_i w_ij, A_i = Σ_j w_ij R_j. Luo & Wang, Measures of spatial
 * accessibility to health care in a GIS environment, Environment and Planning B 30 (2003): binary
 * decay. E2SFCA  the same sums with weights within the catchment. Luo & Qi, An enhanced two-step
 * floating catchment area (E2SFCA) method, Health & Place 15 (2009). 3SFCA   G_ij = w_ij / Σ_k
 * w_ik, R_j = S_j / Σ_i G_ij P_i w_ij, A_i = Σ_j G_ij w_ij R_j. Wan, Zou & Sternberg, A three-step
 * floating catchment area method, IJGIS 26 (2012). BFCA    weights that sum to 1 on both sides: L_j
 * = S_j / Σ_i P_i w_ij/Σ_k w_ik, A_i = Σ_j L_j w_ij/Σ_k w_kj. Paez, Higgins & Vivona, Demand and
 * level of service inflation in floating catchment area methods, PLoS ONE 14 (2019). Conserves
 * people, and Σ A = Σ L. Spatial availability  V_i = Σ_j S_j P_i w_ij / Σ_k P_k w_kj: supply, not
 * supply per head; Σ V = supply reached. Soukhov, Paez, Higgins & Mohamed, Introducing spatial
 * availability, a singly-constrained measure of competitive accessibility, PLoS ONE 18 (2023).
 * Cumulative, gravity   A_i = Σ_j S_j w_ij, nothing divided: binary decay only, or any. Hansen, How
 *         accessibility shapes land use, Journal of the American Institute of Planners 25 (1959).
 */
typedef enum {
    MAILLE_2SFCA,
    MAILLE_E2SFCA,
    MAILLE_3SFCA,
    MAILLE_BFCA,
    MAILLE_SPATIAL_AVAILABILITY,
    MAILLE_CUMULATIVE,
    MAILLE_GRAVITY,
} maille_access_method;
maille_status maille_access_method_parse(maille_ctx *ctx, const char *text,
                                         maille_access_method *out);

typedef struct {
    double supply_total, supply_reached; /* supply with demand within reach */
    uint32_t supply_unreached;           /* places with supply and nobody in reach: their R is 0 */
    uint32_t demand_without;             /* demands with no supply in reach: access 0 */
    /* Σ P_i A_i, equal to supply_reached for 2SFCA, E2SFCA and 3SFCA; for spatial availability Σ
     * V_i, equal to it too */
    double demand_times_access;
} maille_access_report;

/* access[i] for each demand; `report` may be NULL. Sums in fixed order (by demand, then as the
 * pairs stand). A pair of weight 0 (too far, NaN, infinite) is out of reach. MAILLE_REFUSED for a
 * negative time, a demand or supply that is negative or no number, or a pair with an absent supply.
 */
maille_status maille_access(maille_ctx *ctx, const maille_reach *reach, const double *demand,
                            const double *supply, maille_access_method method,
                            const maille_decay *decay, double *access,
                            maille_access_report *report);

/* ---- coverage
 * -------------------------------------------------------------------------------------- */

/* Minutes to the closest place whose supply is above 0 and which it is (lowest number among equals;
 * `place` may be NULL); NaN and UINT32_MAX where none is reached. */
void maille_closest(const maille_reach *reach, const double *supply, double *minutes,
                    uint32_t *place);
/* Number of the first band whose bound is ≥ minutes, or UINT32_MAX beyond the last or for NaN. */
uint32_t maille_band(const double *bounds, size_t count, double minutes);
/* Population with minutes ≤ bound, per bound, and its share of all population (NaN when that is 0).
 * A commune whose population is NaN is left out. */
void maille_band_shares(const double *bounds, size_t count, const double *minutes,
                        const double *population, size_t commune_count, double *covered,
                        double *share);

/* ---- classes and sizes
 * ------------------------------------------------------------------------------ */

/* A class holds values of [from, to], each bound open or closed as the rule set says. */
typedef struct {
    char id[32];
    double from, to; /* ±infinity where open-ended */
    bool from_included, to_included;
} maille_class;
/* Number of the class that holds the value, or UINT32_MAX (NaN, or none). */
uint32_t maille_class_of(const maille_class *classes, size_t count, double value);
/* Weighted mean per zone; NaN where the weights sum to 0. `zone[i]` UINT32_MAX = in none; values
 * NaN are left out with their weight. */
void maille_zone_means(const uint32_t *zone, uint32_t zone_count, const double *value,
                       const double *weight, size_t count, double *mean, double *weight_sum);

#endif
