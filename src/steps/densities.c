/* Steps densities and care-densities: inhabitants against area, and what open places of each
 * service hold against inhabitants. */
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <stdio.h>

static bool is_known(const communes *c, uint32_t commune) {
    return !isnan(c->table->columns[COMMUNES_POPULATION].reals[commune]);
}

static maille_status save_people(maille_ctx *ctx, step_call *call, const communes *c,
                                 const commune_figures *figures) {
    static const maille_column_spec columns[] = {{"code", MAILLE_TEXT}, {"density", MAILLE_REAL}};
    static const double m2_per_km2 = 1e6;
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    TRY(maille_table_new(ctx, columns, 2, &table));
    TRY(maille_table_reserve(ctx, table, c->count));
    for (uint32_t i = 0; i < c->count; i++) {
        double area_m2 = figures->area_m2[i];
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, c->code[i]));
        if (is_known(c, i) && area_m2 > 0)
            maille_set_real(table, row, 1, c->population[i] * m2_per_km2 / area_m2);
    }
    TRY(maille_store_append(ctx, call->store, "commune_density", table));
done:
    maille_table_free(table);
    return status;
}

/* What open places of the service hold, by commune; the caller's. */
static maille_status sum_places(maille_ctx *ctx, step_call *call, uint32_t count,
                                const char *service, double **out) {
    maille_status status = MAILLE_OK;
    const places *p = NULL;
    uint32_t *numbers = NULL, chosen = 0;
    double *amount = maille_alloc(count + 1u, sizeof *amount);
    if (!amount)
        return maille_no_memory(ctx);
    TRY(load_places(ctx, call->loads, &p));
    TRY(places_of(ctx, p, service, &numbers, &chosen));
    for (uint32_t i = 0; i < chosen; i++)
        if (p->commune[numbers[i]] != MAILLE_ABSENT)
            amount[p->commune[numbers[i]]] += p->amount[numbers[i]];
    *out = amount;
    amount = NULL;
done:
    maille_free(amount);
    maille_free(numbers);
    return status;
}

static maille_status save_service(maille_ctx *ctx, step_call *call, const communes *c,
                                  const char *service) {
    static const maille_column_spec columns[] = {{"code", MAILLE_TEXT},
                                                 {"service", MAILLE_TEXT},
                                                 {"amount", MAILLE_REAL},
                                                 {"per_100000", MAILLE_REAL}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    double *amount = NULL;
    TRY(sum_places(ctx, call, c->count, service, &amount));
    TRY(maille_table_new(ctx, columns, 4, &table));
    TRY(maille_table_reserve(ctx, table, c->count));
    for (uint32_t i = 0; i < c->count; i++) {
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, c->code[i]));
        TRY(maille_set_text(ctx, table, row, 1, service));
        maille_set_real(table, row, 2, amount[i]);
        if (c->population[i] > 0)
            maille_set_real(table, row, 3, amount[i] * 1e5 / c->population[i]);
    }
    TRY(maille_store_append(ctx, call->store, "service_density", table));
done:
    maille_table_free(table);
    maille_free(amount);
    return status;
}

maille_status step_densities(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const commune_figures *figures = NULL;
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_figures(ctx, call->loads, &figures));
    TRY(save_people(ctx, call, c, figures));
    snprintf(call->message, sizeof call->message, "%u communes", c->count);
done:
    return status;
}

maille_status step_care_densities(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const maille_study *study = NULL;
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_study(ctx, call->loads, &study));
    for (size_t i = 0; i < study->service_count; i++)
        TRY(save_service(ctx, call, c, study->services[i].id));
    snprintf(call->message, sizeof call->message, "%u communes, %zu services", c->count,
             study->service_count);
done:
    return status;
}
