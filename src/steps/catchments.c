/* Step catchments: for each place of each service, the communes whose nearest it is. */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <stdio.h>

static maille_status add_catchment(maille_ctx *ctx, const communes *c,
                                   const commune_figures *figures, const places *p, uint32_t number,
                                   const double *minutes, const uint32_t *members, uint32_t count,
                                   const maille_shapes *outlines, uint32_t shape,
                                   maille_table *table) {
    double people = 0, area = 0, weighted = 0, longest = NAN;
    maille_status status = MAILLE_OK;
    size_t row;
    for (uint32_t i = 0; i < count; i++) {
        people += c->population[members[i]];
        area += figures->area_m2[members[i]];
        weighted += c->population[members[i]] * minutes[members[i]];
        if (!(minutes[members[i]] <= longest))
            longest = minutes[members[i]];
    }
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, 0, p->id[number]));
    TRY(maille_set_text(ctx, table, row, 1, p->service[number]));
    TRY(maille_set_text(ctx, table, row, 2, p->name[number]));
    maille_set_int(table, row, 3, count);
    maille_set_real(table, row, 4, people);
    maille_set_real(table, row, 5, area);
    maille_set_real(table, row, 6, people > 0 ? weighted / people : NAN);
    maille_set_real(table, row, 7, longest);
    TRY(set_outline(ctx, table, row, 8, outlines, shape));
done:
    return status;
}

static maille_status service_catchments(maille_ctx *ctx, step_call *call, const char *service,
                                        maille_table *table, remarks *r) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const commune_figures *figures = NULL;
    const places *p = NULL;
    double *minutes = NULL;
    uint32_t *place = NULL, *chosen = NULL, *slot = NULL, *start = NULL, *members = NULL, count = 0;
    maille_shapes *outlines = NULL;
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_figures(ctx, call->loads, &figures));
    TRY(load_places(ctx, call->loads, &p));
    TRY(load_coverage(ctx, call->loads, service, &minutes, &place));
    TRY(places_of(ctx, p, service, &chosen, &count));
    slot = maille_alloc(p->count + 1u, sizeof *slot);
    if (!slot) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < count; i++)
        slot[chosen[i]] = i;
    for (uint32_t i = 0; i < c->count; i++)
        if (place[i] != MAILLE_ABSENT)
            place[i] = slot[place[i]];
    TRY(group_communes(ctx, place, c->count, count, &start, &members));
    TRY(outlines_new(ctx, call->loads, start, members, count, r, &outlines));
    for (uint32_t i = 0; i < count; i++)
        TRY(add_catchment(ctx, c, figures, p, chosen[i], minutes, members + start[i],
                          start[i + 1] - start[i], outlines, i, table));
done:
    maille_shapes_free(outlines);
    maille_free(minutes);
    maille_free(place);
    maille_free(chosen);
    maille_free(slot);
    maille_free(start);
    maille_free(members);
    return status;
}

maille_status step_catchments(maille_ctx *ctx, step_call *call) {
    static const maille_column_spec columns[] = {
        {"place_id", MAILLE_TEXT}, {"service", MAILLE_TEXT},    {"name", MAILLE_TEXT},
        {"communes", MAILLE_INT},  {"population", MAILLE_REAL}, {"area_m2", MAILLE_REAL},
        {"mean_min", MAILLE_REAL}, {"max_min", MAILLE_REAL},    {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    maille_table *table = NULL;
    remarks r = {0};
    TRY(remarks_open(ctx, &r, "catchments", ""));
    TRY(load_study(ctx, call->loads, &study));
    TRY(maille_table_new(ctx, columns, 9, &table));
    for (size_t i = 0; i < study->service_count; i++)
        TRY(service_catchments(ctx, call, study->services[i].id, table, &r));
    TRY(maille_store_append(ctx, call->store, "catchment", table));
    snprintf(call->message, sizeof call->message, "%zu catchments", table->rows);
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    maille_table_free(table);
    return status;
}
