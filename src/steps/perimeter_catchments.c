/* Step perimeter-catchments, once per audience: the communes whose nearest place of a service lies
 * in the perimeter, beside its members. By minutes; flows have their own issue of data. */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Minutes and places of one service, and who is served where. */
typedef struct {
    const char *service;
    double *minutes;
    uint32_t *place;
} served;

typedef struct {
    uint32_t communes;
    double population, outside, members, kept;
} tally;

/* Marks the communes whose place lies in perimeter i; members count by their share. */
static tally tally_service(const communes *c, const places *p, const maille_perimeters *sets,
                           uint32_t i, const served *s, double *share_of, uint32_t *into) {
    tally t = {0};
    for (uint32_t k = sets->start[i]; k < sets->start[i + 1]; k++)
        share_of[sets->member[k]] = sets->share[k];
    for (uint32_t commune = 0; commune < c->count; commune++) {
        double people = c->population[commune], share = share_of[commune];
        uint32_t place = s->place[commune];
        bool inside = place != MAILLE_ABSENT && p->commune[place] != MAILLE_ABSENT &&
                      share_of[p->commune[place]] > 0;
        t.members += people * share;
        if (!inside)
            continue;
        into[t.communes++] = commune;
        t.population += people;
        t.kept += people * share;
        t.outside += people * (1 - share);
    }
    for (uint32_t k = sets->start[i]; k < sets->start[i + 1]; k++)
        share_of[sets->member[k]] = 0;
    return t;
}

static maille_status add_row(maille_ctx *ctx, step_call *call, const seen_perimeters *seen,
                             uint32_t i, const char *service, const tally *t, const uint32_t *into,
                             maille_table *table) {
    uint32_t start[2] = {0, t->communes};
    maille_shapes *outline = NULL;
    maille_status status = MAILLE_OK;
    size_t row;
    TRY(outlines_new(ctx, call->loads, start, into, 1, NULL, &outline));
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, 0, maille_audience_name(call->audience)));
    TRY(maille_set_text(ctx, table, row, 1, seen->id[i]));
    TRY(maille_set_text(ctx, table, row, 2, seen->name[i]));
    TRY(maille_set_text(ctx, table, row, 3, service));
    maille_set_int(table, row, 4, t->communes);
    maille_set_real(table, row, 5, t->population);
    maille_set_real(table, row, 6, t->outside);
    maille_set_real(table, row, 7, t->members > 0 ? t->kept / t->members : NAN);
    TRY(set_outline(ctx, table, row, 8, outline, 0));
done:
    maille_shapes_free(outline);
    return status;
}

static maille_status add_service(maille_ctx *ctx, step_call *call, const char *service,
                                 const seen_perimeters *seen, maille_table *table) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const places *p = NULL;
    served s = {.service = service};
    double *share_of = NULL;
    uint32_t *into = NULL;
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_places(ctx, call->loads, &p));
    TRY(load_coverage(ctx, call->loads, service, &s.minutes, &s.place));
    share_of = maille_alloc(c->count + 1u, sizeof *share_of);
    into = maille_alloc(c->count + 1u, sizeof *into);
    if (!share_of || !into) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < seen->sets.count; i++) {
        if (strcmp(seen->kind[i], "cpts") != 0 || !seen->active[i])
            continue;
        tally t = tally_service(c, p, &seen->sets, i, &s, share_of, into);
        TRY(add_row(ctx, call, seen, i, service, &t, into, table));
    }
done:
    maille_free(s.minutes);
    maille_free(s.place);
    maille_free(share_of);
    maille_free(into);
    return status;
}

maille_status step_perimeter_catchments(maille_ctx *ctx, step_call *call) {
    static const maille_column_spec columns[] = {{"audience", MAILLE_TEXT},
                                                 {"id", MAILLE_TEXT},
                                                 {"name", MAILLE_TEXT},
                                                 {"service", MAILLE_TEXT},
                                                 {"communes", MAILLE_INT},
                                                 {"population", MAILLE_REAL},
                                                 {"population_outside", MAILLE_REAL},
                                                 {"share_kept", MAILLE_REAL},
                                                 {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    const seen_perimeters *seen = NULL;
    maille_table *table = NULL;
    TRY(load_study(ctx, call->loads, &study));
    TRY(load_perimeters(ctx, call->loads, call->audience, &seen));
    TRY(maille_table_new(ctx, columns, 9, &table));
    for (size_t i = 0; i < study->service_count; i++)
        TRY(add_service(ctx, call, study->services[i].id, seen, table));
    TRY(maille_store_append(ctx, call->store, "perimeter_catchment", table));
    snprintf(call->message, sizeof call->message, "%zu perimeters × services", table->rows);
done:
    maille_table_free(table);
    return status;
}
