/* Who reaches what from points that somebody asks for: isochrones and times on the roads. */
#include "live/reach.h"

#include <maille/crs.h>
#include <maille/isochrone.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <maille/snap.h>
#include <math.h>

enum { BANDS_MOST = 10, PAIRS_MOST = 10000, DEGREE_DECIMALS = 7, MINUTE_DECIMALS = 6 };
static const double minutes_most = 180, ms_per_minute = 60000;

/* Who walks does not get far: cells of an isochrone on foot, in metres. */
static const double foot_cell_m = 50;

maille_status maille_roads_new(maille_ctx *ctx, maille_network *network, maille_travel_rules *rules,
                               int epsg, maille_roads **out) {
    maille_roads *reach = maille_alloc(1, sizeof *reach);
    if (!reach) {
        maille_network_free(network);
        maille_travel_rules_free(rules);
        return maille_no_memory(ctx);
    }
    *reach = (maille_roads){.car.network = network, .rules = rules, .epsg = epsg};
    maille_status status = maille_snapper_new(ctx, network, NULL, &reach->car.snapper);
    if (status == MAILLE_OK)
        status = reach_foot_new(ctx, &reach->foot);
    if (status != MAILLE_OK) {
        maille_roads_free(reach);
        return status;
    }
    *out = reach;
    return MAILLE_OK;
}

void maille_roads_free(maille_roads *reach) {
    if (!reach)
        return;
    reach_foot_free(reach->foot);
    maille_snapper_free(reach->car.snapper);
    maille_network_free(reach->car.network);
    maille_travel_rules_free(reach->rules);
    maille_free(reach);
}

/* ---- points on the roads
 * ------------------------------------------------------------------------ */

/* The nearest road of each point; nowhere for a point that the study's CRS does not know. */
static maille_status snap_all(maille_ctx *ctx, const maille_roads *reach, const reach_mode *mode,
                              const maille_crs *crs, const maille_lonlat *points, size_t count,
                              maille_snap *snaps) {
    maille_status status = MAILLE_OK;
    maille_xy *metres = maille_alloc(count + 1, sizeof *metres);
    if (!metres)
        return maille_no_memory(ctx);
    MAILLE_TRY(maille_crs_project(ctx, crs, points, metres, count, NULL));
    for (size_t i = 0; i < count; i++) {
        snaps[i] = (maille_snap){.edge = MAILLE_ABSENT};
        if (isfinite(metres[i].x) && isfinite(metres[i].y))
            MAILLE_TRY(maille_snap_points(ctx, mode->snapper, &metres[i], NULL, 1,
                                          reach->rules->snap_max_m, &snaps[i]));
    }
done:
    maille_free(metres);
    return status;
}

static void add_place(maille_strbuf *out, double lon, double lat) {
    maille_strbuf_add_char(out, '[');
    maille_strbuf_add_fixed(out, lon, DEGREE_DECIMALS);
    maille_strbuf_add_char(out, ',');
    maille_strbuf_add_fixed(out, lat, DEGREE_DECIMALS);
    maille_strbuf_add_char(out, ']');
}

/* ---- isochrones
 * --------------------------------------------------------------------------------- */

static maille_status check_bands(maille_ctx *ctx, const double *bands_min, size_t count) {
    if (count == 0 || count > BANDS_MOST)
        return maille_fail(ctx, MAILLE_USAGE, "%zu bands were asked for, 1 to %d can be", count,
                           BANDS_MOST);
    for (size_t i = 0; i < count; i++) {
        if (!(bands_min[i] > 0 && bands_min[i] <= minutes_most))
            return maille_fail(ctx, MAILLE_USAGE, "%g minutes were not above 0 and %g at most",
                               bands_min[i], minutes_most);
        if (i > 0 && bands_min[i] <= bands_min[i - 1])
            return maille_fail(ctx, MAILLE_USAGE, "bands did not ascend: %g after %g minutes",
                               bands_min[i], bands_min[i - 1]);
    }
    return MAILLE_OK;
}

/* Discs of the bands, in degrees. */
static maille_status make_discs(maille_ctx *ctx, const maille_roads *reach, const reach_mode *mode,
                                const maille_crs *crs, maille_snap snap, maille_direction direction,
                                const double *bands_min, size_t count, maille_shapes **out) {
    const maille_network *network = mode->network;
    maille_isochrone_options options = {.cell_m = mode == &reach->car ? 0 : foot_cell_m,
                                        .foot_kmh = reach->rules->foot_kmh,
                                        .off_road_m = reach->rules->off_road_m,
                                        .direction = direction};
    maille_status status = MAILLE_OK;
    maille_shapes *metres = NULL;
    maille_stop stop = maille_stop_on_foot(snap, reach->rules->access_kmh);
    uint32_t bands[BANDS_MOST] = {0};
    uint32_t *ms = maille_alloc(network->node_count + 1u, sizeof *ms);
    uint32_t *which = maille_alloc(network->node_count + 1u, sizeof *which);
    if (!ms || !which) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t b = 0; b < count; b++)
        bands[b] = (uint32_t)lround(bands_min[b] * ms_per_minute);
    MAILLE_TRY(
        maille_nearest_nodes(ctx, network, &stop, 1, direction, bands[count - 1], ms, which));
    MAILLE_TRY(maille_shapes_new(ctx, &metres));
    MAILLE_TRY(maille_isochrones(ctx, network, ms, bands, count, &options, metres));
    MAILLE_TRY(maille_shapes_unproject(ctx, metres, crs, out));
done:
    maille_shapes_free(metres);
    maille_free(ms);
    maille_free(which);
    return status;
}

static void add_ring(maille_strbuf *out, const maille_shapes *lonlat, uint32_t ring) {
    maille_strbuf_add_char(out, '[');
    for (uint32_t p = lonlat->point_start[ring]; p < lonlat->point_start[ring + 1]; p++) {
        if (p > lonlat->point_start[ring])
            maille_strbuf_add_char(out, ',');
        add_place(out, lonlat->points[p].x, lonlat->points[p].y);
    }
    maille_strbuf_add_char(out, ']');
}

static void add_geometry(maille_strbuf *out, const maille_shapes *lonlat, uint32_t shape) {
    maille_strbuf_add(out, "{\"type\":\"MultiPolygon\",\"coordinates\":[");
    for (uint32_t part = lonlat->part_start[shape]; part < lonlat->part_start[shape + 1]; part++) {
        maille_strbuf_add(out, part > lonlat->part_start[shape] ? ",[" : "[");
        for (uint32_t r = lonlat->ring_start[part]; r < lonlat->ring_start[part + 1]; r++) {
            if (r > lonlat->ring_start[part])
                maille_strbuf_add_char(out, ',');
            add_ring(out, lonlat, r);
        }
        maille_strbuf_add_char(out, ']');
    }
    maille_strbuf_add(out, "]}");
}

/* Why the answer is less than somebody on the spot would expect. */
static void add_note(maille_strbuf *out, const maille_roads *reach, maille_snap snap) {
    maille_strbuf note = {0};
    if (snap.edge == MAILLE_ABSENT) {
        maille_strbuf_add(&note, "aucune route à moins de ");
        maille_strbuf_add_french(&note, reach->rules->snap_max_m / 1000, 1);
        maille_strbuf_add(&note, " km du point");
    } else if (snap.distance_m > reach->rules->snap_far_m) {
        maille_strbuf_add(&note, "la route la plus proche est à ");
        maille_strbuf_add_french(&note, snap.distance_m / 1000, 1);
        maille_strbuf_add(&note, " km du point");
        if (!(reach->rules->access_kmh > 0))
            maille_strbuf_add(&note, " ; le chemin jusqu’à elle n’est pas compté");
    }
    out->failed = out->failed || note.failed;
    maille_json_text(out, note.text);
    maille_strbuf_free(&note);
}

static void add_band(maille_strbuf *out, const maille_roads *reach, const reach_mode *mode,
                     maille_lonlat at, maille_direction direction, maille_snap snap,
                     double minutes) {
    maille_strbuf_add(out, "\"properties\":{\"minutes\":");
    maille_strbuf_add_double(out, minutes);
    maille_strbuf_addf(out, ",\"sens\":\"%s\",\"mode\":\"%s\",\"point\":",
                       direction == MAILLE_TOWARDS ? "vers" : "depuis",
                       mode == &reach->car ? "voiture" : "pied");
    add_place(out, at.lon, at.lat);
    maille_strbuf_add(out, ",\"note\":");
    add_note(out, reach, snap);
    maille_strbuf_add_char(out, '}');
}

static maille_status isochrone(maille_ctx *ctx, const maille_roads *reach, const reach_mode *mode,
                               maille_lonlat at, maille_direction direction,
                               const double *bands_min, size_t band_count, maille_strbuf *out) {
    maille_status status = MAILLE_OK;
    maille_crs *crs = NULL;
    maille_shapes *discs = NULL;
    maille_snap snap;
    MAILLE_TRY(maille_crs_new(ctx, reach->epsg, &crs));
    MAILLE_TRY(snap_all(ctx, reach, mode, crs, &at, 1, &snap));
    if (snap.edge != MAILLE_ABSENT)
        MAILLE_TRY(
            make_discs(ctx, reach, mode, crs, snap, direction, bands_min, band_count, &discs));
    maille_strbuf_add(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t b = 0; b < band_count; b++) {
        maille_strbuf_addf(out, "%s{\"type\":\"Feature\",\"id\":%zu,", b ? "," : "", b + 1);
        add_band(out, reach, mode, at, direction, snap, bands_min[b]);
        maille_strbuf_add(out, ",\"geometry\":");
        if (discs)
            add_geometry(out, discs, (uint32_t)b);
        else
            maille_strbuf_add(out, "null");
        maille_strbuf_add_char(out, '}');
    }
    maille_strbuf_add_char(out, ']');
    if (mode != &reach->car) {
        maille_strbuf_add(out, ",\"marche\":{\"vitesse_kmh\":");
        maille_strbuf_add_double(out, mode->walk.kmh);
        maille_strbuf_add(out, ",\"sans_routes_au_dela_de_kmh\":");
        maille_strbuf_add_double(out, mode->walk.closed_above_kmh);
        maille_strbuf_add_char(out, '}');
    }
    maille_strbuf_add_char(out, '}');
    if (out->failed)
        status = maille_no_memory(ctx);
done:
    maille_shapes_free(discs);
    maille_crs_free(crs);
    return status;
}

maille_status maille_isochrone_from(maille_ctx *ctx, const maille_roads *reach, maille_lonlat at,
                                    maille_direction direction, const double *bands_min,
                                    size_t band_count, maille_strbuf *out) {
    maille_status status = check_bands(ctx, bands_min, band_count);
    return status ? status
                  : isochrone(ctx, reach, &reach->car, at, direction, bands_min, band_count, out);
}

maille_status maille_isochrone_on_foot(maille_ctx *ctx, const maille_roads *reach, maille_lonlat at,
                                       maille_direction direction, const double *bands_min,
                                       size_t band_count, maille_strbuf *out) {
    const reach_mode *mode = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(check_bands(ctx, bands_min, band_count));
    MAILLE_TRY(reach_on_foot(ctx, reach, &mode));
    MAILLE_TRY(isochrone(ctx, reach, mode, at, direction, bands_min, band_count, out));
done:
    return status;
}

/* ---- times
 * -------------------------------------------------------------------------------------- */

typedef struct {
    const char *side; /* "de", "vers" */
    const maille_lonlat *points;
    size_t count;
    maille_stop *stops;
} side;

static maille_status make_side(maille_ctx *ctx, const maille_roads *reach, const maille_crs *crs,
                               side *s) {
    maille_status status = MAILLE_OK;
    maille_snap *snaps = maille_alloc(s->count + 1, sizeof *snaps);
    s->stops = maille_alloc(s->count + 1, sizeof *s->stops);
    if (!snaps || !s->stops) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(snap_all(ctx, reach, &reach->car, crs, s->points, s->count, snaps));
    for (size_t i = 0; i < s->count; i++)
        s->stops[i] = maille_stop_on_foot(snaps[i], reach->rules->access_kmh);
done:
    maille_free(snaps);
    return status;
}

static void add_side(maille_strbuf *out, const side *s) {
    maille_strbuf_addf(out, "\"%s\":[", s->side);
    for (size_t i = 0; i < s->count; i++) {
        maille_strbuf_add(out, i ? "," : "");
        add_place(out, s->points[i].lon, s->points[i].lat);
    }
    maille_strbuf_add(out, "],");
}

/* A row of the matrix, dense: what is not there is null. */
static void add_row(maille_strbuf *out, const maille_matrix *matrix, uint32_t row) {
    uint64_t at = matrix->start[row];
    maille_strbuf_add_char(out, '[');
    for (uint32_t column = 0; column < matrix->columns; column++) {
        maille_strbuf_add(out, column ? "," : "");
        if (at < matrix->start[row + 1] && matrix->column[at] == column)
            maille_strbuf_add_fixed(out, matrix->ms[at++] / ms_per_minute, MINUTE_DECIMALS);
        else
            maille_strbuf_add(out, "null");
    }
    maille_strbuf_add_char(out, ']');
}

static void add_unsnapped(maille_strbuf *out, const side *s, bool *comma) {
    for (size_t i = 0; i < s->count; i++) {
        if (s->stops[i].snap.edge != MAILLE_ABSENT)
            continue;
        maille_strbuf_addf(out, "%s{\"cote\":\"%s\",\"rang\":%zu,\"point\":", *comma ? "," : "",
                           s->side, i + 1);
        add_place(out, s->points[i].lon, s->points[i].lat);
        maille_strbuf_add_char(out, '}');
        *comma = true;
    }
}

maille_status maille_times_between(maille_ctx *ctx, const maille_roads *reach,
                                   const maille_lonlat *from, size_t from_count,
                                   const maille_lonlat *to, size_t to_count, maille_strbuf *out) {
    side sides[2] = {{"de", from, from_count, NULL}, {"vers", to, to_count, NULL}};
    maille_status status = MAILLE_OK;
    maille_crs *crs = NULL;
    maille_matrix *matrix = NULL;
    bool comma = false;
    if (from_count == 0 || to_count == 0 || from_count > PAIRS_MOST / to_count)
        return maille_fail(ctx, MAILLE_USAGE, "%zu × %zu pairs were asked for, 1 to %d can be",
                           from_count, to_count, PAIRS_MOST);
    MAILLE_TRY(maille_crs_new(ctx, reach->epsg, &crs));
    for (size_t s = 0; s < 2; s++)
        MAILLE_TRY(make_side(ctx, reach, crs, &sides[s]));
    MAILLE_TRY(maille_times(ctx, reach->car.network, sides[0].stops, (uint32_t)from_count,
                            sides[1].stops, (uint32_t)to_count, MAILLE_UNREACHED - 1, &matrix));
    maille_strbuf_add_char(out, '{');
    for (size_t s = 0; s < 2; s++)
        add_side(out, &sides[s]);
    maille_strbuf_add(out, "\"minutes\":[");
    for (uint32_t i = 0; i < matrix->rows; i++) {
        maille_strbuf_add(out, i ? "," : "");
        add_row(out, matrix, i);
    }
    maille_strbuf_add(out, "],\"non_rattaches\":[");
    for (size_t s = 0; s < 2; s++)
        add_unsnapped(out, &sides[s], &comma);
    maille_strbuf_add(out, "]}");
    if (out->failed)
        status = maille_no_memory(ctx);
done:
    maille_matrix_free(matrix);
    for (size_t s = 0; s < 2; s++)
        maille_free(sides[s].stops);
    maille_crs_free(crs);
    return status;
}
