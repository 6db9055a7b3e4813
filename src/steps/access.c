/* Step access: APL of each commune by the rule set's floating catchment, for the service it names.
 */
#include "steps/step.h"

#include <maille/access.h>
#include <maille/memory.h>
#include <math.h>
#include <stdio.h>

/* Supply per commune of residence of the places; what lies in no commune is returned as lost. */
static void supply_by_commune(const places *p, const uint32_t *chosen, uint32_t count,
                              double per_head, double *supply, double *lost) {
    *lost = 0;
    for (uint32_t i = 0; i < count; i++) {
        double amount = p->amount[chosen[i]] * per_head;
        if (p->commune[chosen[i]] == MAILLE_ABSENT)
            *lost += amount;
        else
            supply[p->commune[chosen[i]]] += amount;
    }
}

/* The matrix as minutes; a commune that stands on no road still reaches itself in 0. */
static maille_status reach_of(maille_ctx *ctx, const maille_matrix *matrix, uint64_t **start,
                              uint32_t **column, double **minutes) {
    uint64_t pairs = matrix->start[matrix->rows] + matrix->rows;
    uint64_t n = 0, *first = maille_alloc(matrix->rows + 1u, sizeof *first);
    uint32_t *to = maille_alloc(pairs + 1, sizeof *to);
    double *time = maille_alloc(pairs + 1, sizeof *time);
    *start = first;
    *column = to;
    *minutes = time;
    if (!first || !to || !time)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < matrix->rows; i++) {
        bool own = false;
        for (uint64_t k = matrix->start[i]; k < matrix->start[i + 1]; k++) {
            if (!own && matrix->column[k] >= i) {
                own = true;
                to[n] = i;
                time[n++] = 0;
                if (matrix->column[k] == i)
                    continue;
            }
            to[n] = matrix->column[k];
            time[n++] = (double)matrix->ms[k] / 60000.0;
        }
        if (!own) {
            to[n] = i;
            time[n++] = 0;
        }
        first[i + 1] = n;
    }
    return MAILLE_OK;
}

/* Of a commune without a road and without supply of its own nothing is known: null, not 0. */
static bool is_known(const travel *t, const double *supply, uint32_t commune) {
    return !t->network || t->commune_snap[commune].edge != MAILLE_ABSENT || supply[commune] > 0;
}

static maille_status save_access(maille_ctx *ctx, step_call *call, const communes *c,
                                 const travel *t, const char *service, const double *supply,
                                 const double *access) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT}, {"service", MAILLE_TEXT}, {"apl", MAILLE_REAL}};
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_table_new(ctx, columns, 3, &table));
    for (uint32_t i = 0; i < c->count; i++) {
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, c->code[i]));
        TRY(maille_set_text(ctx, table, row, 1, service));
        maille_set_real(table, row, 2, is_known(t, supply, i) ? access[i] : NAN);
    }
    TRY(maille_store_append(ctx, call->store, "access", table));
done:
    maille_table_free(table);
    return status;
}

static maille_status note_supply(maille_ctx *ctx, const maille_access_report *report, double lost,
                                 double per_head, remarks *r) {
    maille_status status = MAILLE_OK;
    if (report->supply_unreached)
        TRY(remarks_add(
            ctx, r, "information", "offre-sans-population", NULL,
            "%u communes offrent des soins sans habitant à portée : cette offre n’entre "
            "dans aucune APL",
            report->supply_unreached));
    if (lost > 0)
        TRY(remarks_add(
            ctx, r, "alerte", "offre-hors-communes", NULL,
            "une offre de %g praticiens n’est dans aucune commune de l’étude et n’entre "
            "dans aucune APL",
            lost / per_head));
done:
    return status;
}

maille_status step_access(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const places *p = NULL;
    const travel *t = NULL;
    const maille_matrix *matrix = NULL;
    const maille_zoning_rules *rules = NULL;
    const char *unit = NULL;
    maille_decay decay;
    maille_access_report report;
    uint32_t *chosen = NULL, count = 0, *column = NULL;
    uint64_t *start = NULL;
    double *minutes = NULL, *supply = NULL, *access = NULL, lost = 0;
    remarks r = {0};
    TRY(remarks_open(ctx, &r, "access", ""));
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_places(ctx, call->loads, &p));
    TRY(load_travel(ctx, call->loads, &t));
    TRY(load_matrix(ctx, call->loads, &matrix));
    TRY(load_zoning(ctx, call->loads, &rules, &unit));
    TRY(decay_of(ctx, rules, &decay));
    TRY(places_of(ctx, p, rules->service, &chosen, &count));
    supply = maille_alloc(c->count + 1u, sizeof *supply);
    access = maille_alloc(c->count + 1u, sizeof *access);
    if (!supply || !access) {
        status = maille_no_memory(ctx);
        goto done;
    }
    supply_by_commune(p, chosen, count, rules->supply_per_head, supply, &lost);
    TRY(reach_of(ctx, matrix, &start, &column, &minutes));
    maille_reach reach = {c->count, c->count, start, column, minutes};
    TRY(maille_access(ctx, &reach, c->population, supply, MAILLE_2SFCA, &decay, access, &report));
    TRY(save_access(ctx, call, c, t, rules->service, supply, access));
    TRY(note_supply(ctx, &report, lost, rules->supply_per_head, &r));
    snprintf(call->message, sizeof call->message,
             "supply %.0f, of which reached %.0f; population × APL = %.0f", report.supply_total,
             report.supply_reached, report.demand_times_access);
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    maille_free(chosen);
    maille_free(start);
    maille_free(column);
    maille_free(minutes);
    maille_free(supply);
    maille_free(access);
    return status;
}
