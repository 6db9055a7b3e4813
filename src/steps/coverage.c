/* Step coverage: minutes from each commune to the nearest place of each service, and the share of
 * population within each band. A patient drives towards care. */
#include "steps/step.h"

#include <maille/access.h>
#include <maille/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double ms_per_minute = 60000.0;

/* Times from all communes to the chosen places: ms and number into `chosen`. */
static maille_status nearest_places(maille_ctx *ctx, loads *l, const uint32_t *chosen,
                                    uint32_t count, uint32_t *ms, uint32_t *which) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const places *p = NULL;
    const travel *t = NULL;
    const commune_figures *figures = NULL;
    const maille_travel_rules *rules = NULL;
    maille_stop *stops = NULL;
    maille_xy *points = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(load_places(ctx, l, &p));
    TRY(load_place_stops(ctx, l, &t));
    stops = maille_alloc(count + 1u, sizeof *stops);
    points = maille_alloc(count + 1u, sizeof *points);
    if (!stops || !points) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < count; i++) {
        stops[i] = t->network ? t->place_stop[chosen[i]] : maille_stop_nowhere();
        points[i] = p->at[chosen[i]];
    }
    if (t->network) {
        TRY(maille_nearest(ctx, t->network, t->commune_stop, c->count, stops, count,
                           MAILLE_UNREACHED - 1, ms, which));
    } else {
        TRY(load_figures(ctx, l, &figures));
        TRY(load_travel_rules(ctx, l, &rules));
        TRY(maille_nearest_estimated(ctx, figures->centre, c->count, points, count, rules->detour,
                                     rules->speed_kmh, ms, which));
    }
    /* A place at a commune's centre is 0 minutes from it, roads or none. */
    for (uint32_t i = count; i-- > 0;) {
        uint32_t commune = p->commune[chosen[i]];
        if (p->at_centre[chosen[i]] && commune != MAILLE_ABSENT) {
            ms[commune] = 0;
            which[commune] = i;
        }
    }
done:
    maille_free(stops);
    maille_free(points);
    return status;
}

static maille_status save_service(maille_ctx *ctx, const communes *c, const places *p,
                                  const maille_service *service, const uint32_t *chosen,
                                  const double *minutes, const uint32_t *which, bool estimated,
                                  maille_table *coverage, maille_table *shares) {
    maille_status status = MAILLE_OK;
    double covered[16], share[16];
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t band = maille_band(service->bands_min, service->band_count, minutes[i]);
        size_t row;
        TRY(maille_table_add_row(ctx, coverage, &row));
        TRY(maille_set_text(ctx, coverage, row, 0, c->code[i]));
        TRY(maille_set_text(ctx, coverage, row, 1, service->id));
        maille_set_real(coverage, row, 2, minutes[i]);
        if (which[i] != MAILLE_ABSENT)
            TRY(maille_set_text(ctx, coverage, row, 3, p->id[chosen[which[i]]]));
        if (band != MAILLE_ABSENT)
            maille_set_real(coverage, row, 4, service->bands_min[band]);
        maille_set_int(coverage, row, 5, estimated);
    }
    maille_band_shares(service->bands_min, service->band_count, minutes, c->population, c->count,
                       covered, share);
    for (size_t b = 0; b < service->band_count; b++) {
        size_t row;
        TRY(maille_table_add_row(ctx, shares, &row));
        TRY(maille_set_text(ctx, shares, row, 0, service->id));
        maille_set_real(shares, row, 1, service->bands_min[b]);
        maille_set_real(shares, row, 2, covered[b]);
        maille_set_real(shares, row, 3, share[b]);
    }
done:
    return status;
}

static maille_status cover_service(maille_ctx *ctx, step_call *call, const maille_service *service,
                                   maille_table *coverage, maille_table *shares, remarks *r) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const places *p = NULL;
    const travel *t = NULL;
    uint32_t *chosen = NULL, count = 0, *ms = NULL, *which = NULL, unreached = 0;
    double *minutes = NULL;
    char list[400];
    TRY(maille_cancelled(ctx));
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_places(ctx, call->loads, &p));
    TRY(load_place_stops(ctx, call->loads, &t));
    TRY(places_of(ctx, p, service->id, &chosen, &count));
    ms = maille_alloc(c->count + 1u, sizeof *ms);
    which = maille_alloc(c->count + 1u, sizeof *which);
    minutes = maille_alloc(c->count + 1u, sizeof *minutes);
    if (!ms || !which || !minutes) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(nearest_places(ctx, call->loads, chosen, count, ms, which));
    for (uint32_t i = 0; i < c->count; i++)
        minutes[i] = ms[i] == MAILLE_UNREACHED ? NAN : (double)ms[i] / ms_per_minute;
    TRY(save_service(ctx, c, p, service, chosen, minutes, which, !t->network, coverage, shares));
    for (uint32_t i = 0; i < c->count; i++)
        if (ms[i] == MAILLE_UNREACHED)
            which[unreached++] = i; /* `which` has been saved: reused for the list */
    if (unreached) {
        names_in_words(c->name, which, unreached, list, sizeof list);
        TRY(remarks_add(ctx, r, "alerte", "non-atteint", service->id,
                        "%u communes n’atteignent aucun lieu du service %s : %s", unreached,
                        service->title.fr, list));
    }
done:
    maille_free(chosen);
    maille_free(ms);
    maille_free(which);
    maille_free(minutes);
    return status;
}

/* Where places stand on the roads, and those that stand nowhere. */
static maille_status save_place_snaps(maille_ctx *ctx, step_call *call, remarks *r) {
    static const maille_column_spec columns[] = {{"kind", MAILLE_TEXT},
                                                 {"subject", MAILLE_TEXT},
                                                 {"snapped", MAILLE_INT},
                                                 {"distance_m", MAILLE_REAL},
                                                 {"reason", MAILLE_TEXT}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    const places *p = NULL;
    const travel *t = NULL;
    const maille_travel_rules *rules = NULL;
    uint32_t *lost = NULL, lost_count = 0;
    char subject[300], list[400];
    TRY(load_places(ctx, call->loads, &p));
    TRY(load_place_stops(ctx, call->loads, &t));
    TRY(load_travel_rules(ctx, call->loads, &rules));
    if (!t->network)
        goto done;
    lost = maille_alloc(p->count + 1u, sizeof *lost);
    if (!lost) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_table_new(ctx, columns, 5, &table));
    for (uint32_t i = 0; i < p->count; i++) {
        bool snapped = t->place_snap[i].edge != MAILLE_ABSENT;
        size_t row;
        snprintf(subject, sizeof subject, "%s/%s", p->service[i], p->id[i]);
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, "place"));
        TRY(maille_set_text(ctx, table, row, 1, subject));
        maille_set_int(table, row, 2, snapped);
        if (snapped)
            maille_set_real(table, row, 3, t->place_snap[i].distance_m);
        else {
            TRY(maille_set_text(ctx, table, row, 4, "aucune route à portée"));
            lost[lost_count++] = i;
        }
    }
    TRY(maille_store_append(ctx, call->store, "snap", table));
    if (lost_count) {
        names_in_words(p->name, lost, lost_count, list, sizeof list);
        TRY(remarks_add(ctx, r, "alerte", "lieu-sans-route", NULL,
                        "%u lieux de soins à plus de %.0f m de toute route utilisable, donc hors "
                        "des temps de trajet : %s",
                        lost_count, rules->snap_max_m, list));
    }
done:
    maille_free(lost);
    maille_table_free(table);
    return status;
}

maille_status step_coverage(maille_ctx *ctx, step_call *call) {
    static const maille_column_spec coverage_columns[] = {
        {"code", MAILLE_TEXT},     {"service", MAILLE_TEXT},  {"minutes", MAILLE_REAL},
        {"place_id", MAILLE_TEXT}, {"band_min", MAILLE_REAL}, {"estimated", MAILLE_INT}};
    static const maille_column_spec share_columns[] = {{"service", MAILLE_TEXT},
                                                       {"minutes", MAILLE_REAL},
                                                       {"population", MAILLE_REAL},
                                                       {"share", MAILLE_REAL}};
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    maille_table *coverage = NULL, *shares = NULL;
    remarks r = {0};
    TRY(remarks_open(ctx, &r, "coverage", ""));
    TRY(load_study(ctx, call->loads, &study));
    TRY(maille_table_new(ctx, coverage_columns, 6, &coverage));
    TRY(maille_table_new(ctx, share_columns, 4, &shares));
    TRY(save_place_snaps(ctx, call, &r));
    for (size_t i = 0; i < study->service_count; i++)
        TRY(cover_service(ctx, call, &study->services[i], coverage, shares, &r));
    TRY(maille_store_append(ctx, call->store, "coverage", coverage));
    TRY(maille_store_append(ctx, call->store, "band_share", shares));
    snprintf(call->message, sizeof call->message, "%zu services, %zu remarks", study->service_count,
             r.table->rows);
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    maille_table_free(coverage);
    maille_table_free(shares);
    return status;
}
