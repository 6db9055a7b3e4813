/* Step isochrones: all that lies within so many minutes of the nearest place of a service, on land.
 */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/geometry.h>
#include <maille/isochrone.h>
#include <maille/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double ms_per_minute = 60000.0;

/* All communes as one shape, in metres: isochrones end at the coast and at the edge of the study.
 */
static maille_status land_of(maille_ctx *ctx, const communes *c, maille_shapes **out) {
    maille_status status = MAILLE_OK;
    maille_dissolve_report report;
    uint32_t start[2] = {0, c->count};
    uint32_t *all = maille_alloc(c->count + 1u, sizeof *all);
    if (!all)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < c->count; i++)
        all[i] = i;
    TRY(maille_dissolve(ctx, c->metres, start, all, 1, out, &report));
done:
    maille_free(all);
    return status;
}

/* Discs of one service, in degrees. */
static maille_status service_discs(maille_ctx *ctx, step_call *call, const maille_service *service,
                                   const maille_shapes *land, maille_shapes **out) {
    maille_status status = MAILLE_OK;
    const places *p = NULL;
    const travel *t = NULL;
    const maille_travel_rules *rules = NULL;
    const maille_crs *crs = NULL;
    maille_shapes *discs = NULL, *on_land = NULL;
    maille_stop *stops = NULL;
    uint32_t *chosen = NULL, count = 0, *ms = NULL, *which = NULL, bands[16];
    TRY(load_places(ctx, call->loads, &p));
    TRY(load_place_stops(ctx, call->loads, &t));
    TRY(load_travel_rules(ctx, call->loads, &rules));
    TRY(load_crs(ctx, call->loads, &crs));
    TRY(places_of(ctx, p, service->id, &chosen, &count));
    stops = maille_alloc(count + 1u, sizeof *stops);
    ms = maille_alloc(t->network->node_count + 1u, sizeof *ms);
    which = maille_alloc(t->network->node_count + 1u, sizeof *which);
    if (!stops || !ms || !which) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < count; i++)
        stops[i] = t->place_stop[chosen[i]];
    for (size_t b = 0; b < service->band_count; b++)
        bands[b] = (uint32_t)lround(service->bands_min[b] * ms_per_minute);
    maille_isochrone_options options = {.foot_kmh = rules->foot_kmh,
                                        .off_road_m = rules->off_road_m};
    TRY(maille_nearest_nodes(ctx, t->network, stops, count, MAILLE_TOWARDS, MAILLE_UNREACHED - 1,
                             ms, which));
    TRY(maille_shapes_new(ctx, &discs));
    TRY(maille_isochrones(ctx, t->network, ms, bands, service->band_count, &options, discs));
    TRY(maille_shapes_new(ctx, &on_land));
    for (uint32_t b = 0; b < discs->count; b++)
        TRY(maille_geometry_intersection(ctx, discs, b, land, 0, on_land));
    TRY(maille_shapes_unproject(ctx, on_land, crs, out));
done:
    maille_shapes_free(discs);
    maille_shapes_free(on_land);
    maille_free(chosen);
    maille_free(stops);
    maille_free(ms);
    maille_free(which);
    return status;
}

/* Population and share within a band, as step coverage found them. */
static maille_status band_shares(maille_ctx *ctx, step_call *call, const char *service,
                                 maille_table **out) {
    static const char *const columns[] = {"minutes", "population", "share"};
    maille_value wanted = maille_text_value(service);
    maille_filter filter = maille_equals("service", &wanted);
    maille_query query = {
        .table = "band_share", .columns = columns, .column_count = 3, .filter = &filter};
    return maille_store_read(ctx, call->store, &query, out);
}

static maille_status add_service(maille_ctx *ctx, step_call *call, const maille_service *service,
                                 const maille_shapes *land, maille_table *table) {
    maille_status status = MAILLE_OK;
    maille_shapes *discs = NULL;
    maille_table *shares = NULL;
    TRY(maille_cancelled(ctx));
    TRY(service_discs(ctx, call, service, land, &discs));
    TRY(band_shares(ctx, call, service->id, &shares));
    for (size_t b = 0; b < service->band_count && b < shares->rows; b++) {
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, service->id));
        maille_set_real(table, row, 1, service->bands_min[b]);
        maille_set_real(table, row, 2, shares->columns[1].reals[b]);
        maille_set_real(table, row, 3, shares->columns[2].reals[b]);
        TRY(set_outline(ctx, table, row, 4, discs, (uint32_t)b));
    }
done:
    maille_shapes_free(discs);
    maille_table_free(shares);
    return status;
}

maille_status step_isochrones(maille_ctx *ctx, step_call *call) {
    static const maille_column_spec columns[] = {{"service", MAILLE_TEXT},
                                                 {"minutes", MAILLE_REAL},
                                                 {"population", MAILLE_REAL},
                                                 {"share", MAILLE_REAL},
                                                 {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    const communes *c = NULL;
    maille_table *table = NULL;
    maille_shapes *land = NULL;
    TRY(load_study(ctx, call->loads, &study));
    TRY(load_communes(ctx, call->loads, &c));
    TRY(land_of(ctx, c, &land));
    TRY(maille_table_new(ctx, columns, 5, &table));
    for (size_t i = 0; i < study->service_count; i++)
        TRY(add_service(ctx, call, &study->services[i], land, table));
    TRY(maille_store_append(ctx, call->store, "isochrone", table));
    snprintf(call->message, sizeof call->message, "%zu isochrones", table->rows);
done:
    maille_table_free(table);
    maille_shapes_free(land);
    return status;
}
