/* Floating catchments and their kin over one sparse matrix of weights.
 *
 * Notation, as in access.h: P_i people at demand i, S_j supply at place j, w_ij = w(t_ij). All the
 * divided methods share one form: supply j is shared out over what competes for it, R_j = S_j /
 * Σ_i c_ij, and people collect, A_i = Σ_j a_ij R_j. They differ in c and a alone. */
#include <maille/access.h>
#include <maille/memory.h>

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    maille_access_method method;
} methods[] = {{"2sfca", MAILLE_2SFCA},
               {"e2sfca", MAILLE_E2SFCA},
               {"3sfca", MAILLE_3SFCA},
               {"bfca", MAILLE_BFCA},
               {"spatial-availability", MAILLE_SPATIAL_AVAILABILITY},
               {"cumulative", MAILLE_CUMULATIVE},
               {"gravity", MAILLE_GRAVITY}};

maille_status maille_access_method_parse(maille_ctx *ctx, const char *text,
                                         maille_access_method *out) {
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, text) == 0) {
            *out = methods[i].method;
            return MAILLE_OK;
        }
    return maille_fail(ctx, MAILLE_USAGE,
                       "method %s was none of 2sfca e2sfca 3sfca bfca spatial-availability "
                       "cumulative gravity",
                       text);
}

typedef struct {
    const maille_reach *reach;
    const double *demand, *supply;
    double *weight;     /* of each pair */
    double *row_weight; /* Σ_j w_ij of each demand; 3SFCA and BFCA only */
    double *load;       /* Σ_i c_ij of each supply */
    double *col_weight; /* Σ_i w_ij of each supply; BFCA only */
    double *ratio;      /* R_j, or S_j where nothing is divided */
} sheet;

static maille_status check_quantities(maille_ctx *ctx, const char *what, const double *values,
                                      uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!(values[i] >= 0) || isinf(values[i]))
            return maille_fail(ctx, MAILLE_REFUSED, "%s %u was not a number of 0 or more", what,
                               i + 1);
    return MAILLE_OK;
}

/* Weights of all pairs; refuses what no matrix can hold. */
static maille_status weigh(maille_ctx *ctx, const maille_decay *decay, sheet *s) {
    const maille_reach *reach = s->reach;
    for (uint32_t i = 0; i < reach->demand_count; i++)
        for (uint64_t k = reach->start[i]; k < reach->start[i + 1]; k++) {
            if (reach->supply[k] >= reach->supply_count)
                return maille_fail(ctx, MAILLE_REFUSED, "time %llu led to a supply that was absent",
                                   (unsigned long long)k + 1);
            if (reach->minutes[k] < 0)
                return maille_fail(ctx, MAILLE_REFUSED, "time %llu was negative",
                                   (unsigned long long)k + 1);
            s->weight[k] = maille_decay_weight(decay, reach->minutes[k]);
        }
    return MAILLE_OK;
}

static void sum_weights(sheet *s) {
    const maille_reach *reach = s->reach;
    for (uint32_t i = 0; i < reach->demand_count; i++)
        for (uint64_t k = reach->start[i]; k < reach->start[i + 1]; k++) {
            s->row_weight[i] += s->weight[k];
            s->col_weight[reach->supply[k]] += s->weight[k];
        }
}

/* What demand i puts on a supply at weight w. A demand that is nowhere in reach puts nothing. */
static double competing(const sheet *s, maille_access_method method, uint32_t i, double w) {
    switch (method) {
    case MAILLE_3SFCA:
        return w > 0 ? s->demand[i] * (w / s->row_weight[i]) * w : 0;
    case MAILLE_BFCA:
        return w > 0 ? s->demand[i] * (w / s->row_weight[i]) : 0;
    default:
        return s->demand[i] * w;
    }
}

/* What demand i collects of the ratio of supply j at weight w. */
static double collecting(const sheet *s, maille_access_method method, uint32_t i, uint32_t j,
                         double w) {
    if (!(w > 0))
        return 0;
    switch (method) {
    case MAILLE_3SFCA:
        return (w / s->row_weight[i]) * w;
    case MAILLE_BFCA:
        return w / s->col_weight[j];
    case MAILLE_SPATIAL_AVAILABILITY:
        return s->demand[i] * w;
    default:
        return w;
    }
}

static void share_out(sheet *s, maille_access_method method, maille_access_report *report) {
    const maille_reach *reach = s->reach;
    for (uint32_t i = 0; i < reach->demand_count; i++)
        for (uint64_t k = reach->start[i]; k < reach->start[i + 1]; k++)
            s->load[reach->supply[k]] += competing(s, method, i, s->weight[k]);
    bool divided = method != MAILLE_CUMULATIVE && method != MAILLE_GRAVITY;
    for (uint32_t j = 0; j < reach->supply_count; j++) {
        report->supply_total += s->supply[j];
        if (s->load[j] > 0)
            report->supply_reached += s->supply[j];
        else if (s->supply[j] > 0)
            report->supply_unreached++;
        if (!divided)
            s->ratio[j] = s->supply[j];
        else
            s->ratio[j] = s->load[j] > 0 ? s->supply[j] / s->load[j] : 0;
    }
}

static void collect(const sheet *s, maille_access_method method, double *access,
                    maille_access_report *report) {
    const maille_reach *reach = s->reach;
    for (uint32_t i = 0; i < reach->demand_count; i++) {
        double sum = 0;
        bool reaches = false;
        for (uint64_t k = reach->start[i]; k < reach->start[i + 1]; k++) {
            uint32_t j = reach->supply[k];
            sum += collecting(s, method, i, j, s->weight[k]) * s->ratio[j];
            reaches = reaches || (s->weight[k] > 0 && s->supply[j] > 0);
        }
        access[i] = sum;
        report->demand_without += !reaches;
        report->demand_times_access +=
            method == MAILLE_SPATIAL_AVAILABILITY ? sum : s->demand[i] * sum;
    }
}

maille_status maille_access(maille_ctx *ctx, const maille_reach *reach, const double *demand,
                            const double *supply, maille_access_method method,
                            const maille_decay *decay, double *access,
                            maille_access_report *report) {
    sheet s = {.reach = reach, .demand = demand, .supply = supply};
    maille_access_report found = {0};
    maille_status status = MAILLE_OK;
    if (method == MAILLE_CUMULATIVE && decay->kind != MAILLE_DECAY_BINARY) {
        status = maille_fail(ctx, MAILLE_USAGE, "method cumulative took no decay but binary");
        goto done;
    }
    if ((status = check_quantities(ctx, "demand", demand, reach->demand_count)) != MAILLE_OK ||
        (status = check_quantities(ctx, "supply", supply, reach->supply_count)) != MAILLE_OK)
        goto done;
    s.weight = maille_alloc(reach->start[reach->demand_count], sizeof *s.weight);
    s.row_weight = maille_alloc(reach->demand_count, sizeof *s.row_weight);
    s.load = maille_alloc(reach->supply_count, sizeof *s.load);
    s.col_weight = maille_alloc(reach->supply_count, sizeof *s.col_weight);
    s.ratio = maille_alloc(reach->supply_count, sizeof *s.ratio);
    if (!s.weight || !s.row_weight || !s.load || !s.col_weight || !s.ratio) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if ((status = weigh(ctx, decay, &s)) != MAILLE_OK)
        goto done;
    if (method == MAILLE_3SFCA || method == MAILLE_BFCA)
        sum_weights(&s);
    share_out(&s, method, &found);
    collect(&s, method, access, &found);
    if (report)
        *report = found;
done:
    maille_free(s.weight);
    maille_free(s.row_weight);
    maille_free(s.load);
    maille_free(s.col_weight);
    maille_free(s.ratio);
    return status;
}
