/* Where points stand on the roads, and what is to be said about it: a point that stands nowhere is
 * one finding, the others go on. */
#include "cli/points.h"
#include "cli/result.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/snap.h>
#include <maille/strbuf.h>
#include <math.h>

enum { MOST_LINES = 20, MOST_NAMES = 5 };

/* ---- at nodes
 * ------------------------------------------------------------------------------------ */

static maille_status number_nodes(maille_ctx *ctx, const maille_network *network,
                                  maille_names **out) {
    maille_names *numbers = maille_names_new(network->node_count);
    bool ok = numbers != NULL;
    for (uint32_t v = 0; ok && v < network->node_count; v++)
        ok = maille_names_set(numbers, network->node_names[v], v);
    *out = numbers;
    return ok ? MAILLE_OK : maille_no_memory(ctx);
}

static maille_status place_at_nodes(maille_ctx *ctx, placing *p) {
    const point_list *points = p->points;
    maille_status status = MAILLE_OK;
    maille_names *numbers = NULL;
    if (!p->network->node_names)
        return maille_fail(ctx, MAILLE_USAGE,
                           "%s names nodes, and the roads carry no node ids (--fields from=,to=)",
                           points->path);
    TRY(number_nodes(ctx, p->network, &numbers));
    for (size_t i = 0; i < points->count; i++) {
        uint32_t node =
            points->node[i] ? maille_names_get(numbers, points->node[i]) : MAILLE_ABSENT;
        p->stops[i] = node == MAILLE_ABSENT ? maille_stop_nowhere() : maille_stop_at_node(node);
        p->faults[i] = node == MAILLE_ABSENT ? FAULT_NO_NODE : FAULT_NONE;
    }
done:
    maille_names_free(numbers);
    return status;
}

/* ---- by coordinates
 * ------------------------------------------------------------------------------ */

/* A projection is good for a while beyond its area of use: a region that lies in two zones of UTM
 * is no fault of its points. */
static bool is_within(const maille_crs *crs, maille_lonlat at) {
    static const double beyond = 3; /* degrees */
    for (int x = -1; x <= 1; x++)
        for (int y = -1; y <= 1; y++)
            if (maille_crs_covers(crs, (maille_lonlat){at.lon + beyond * x, at.lat + beyond * y}))
                return true;
    return false;
}

static maille_status project(maille_ctx *ctx, placing *p, maille_xy *metres) {
    const point_list *points = p->points;
    maille_status status = maille_crs_project(ctx, p->crs, points->at, metres, points->count, NULL);
    for (size_t i = 0; i < points->count && !status; i++) {
        if (isnan(points->at[i].lon))
            p->faults[i] = FAULT_NO_LONLAT;
        else if (!is_within(p->crs, points->at[i]) || !isfinite(metres[i].x))
            p->faults[i] = FAULT_OUTSIDE_CRS;
        if (p->faults[i])
            metres[i] = (maille_xy){NAN, NAN};
    }
    return status;
}

static maille_status snap_to(maille_ctx *ctx, const placing *p, const uint32_t *edge_group,
                             const maille_xy *metres, maille_snap *snaps) {
    maille_status status = MAILLE_OK;
    maille_snapper *snapper = NULL;
    TRY(maille_snapper_new(ctx, p->network, edge_group, &snapper));
    TRY(maille_snap_points(ctx, snapper, metres, NULL, p->points->count, p->how.snap_max_m, snaps));
done:
    maille_snapper_free(snapper);
    return status;
}

/* Stops at the roads of one choice; what the other choice would have taken is kept. */
static void keep_snaps(placing *p, const maille_snap *any, const maille_snap *both_ways,
                       const uint32_t *edge_group) {
    for (size_t i = 0; i < p->points->count; i++) {
        const maille_snap *snap = p->how.any_road ? &any[i] : &both_ways[i];
        p->stops[i] = maille_stop_on_foot(*snap, p->how.access_kmh);
        if (!p->faults[i] && snap->edge == MAILLE_ABSENT)
            p->faults[i] = FAULT_NO_ROAD;
        bool is_trap = any[i].edge != MAILLE_ABSENT && edge_group[any[i].edge] == MAILLE_ABSENT;
        if (is_trap && (p->how.any_road || snap->edge == MAILLE_ABSENT ||
                        any[i].distance_m < snap->distance_m))
            p->nearer_m[i] = any[i].distance_m;
    }
}

static maille_status place_by_snapping(maille_ctx *ctx, placing *p) {
    maille_status status = MAILLE_OK;
    size_t count = p->points->count;
    uint32_t *edge_group = NULL, left_out = 0;
    const maille_lines *drawn = p->network->edge_lines;
    if (drawn->start[drawn->count] == 0)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s gives points by lon,lat, and the links have no place: by node "
                           "(id,node) they would do",
                           p->points->path);
    maille_xy *metres = maille_alloc(count + 1, sizeof *metres);
    maille_snap *any = maille_alloc(count + 1, sizeof *any);
    maille_snap *both_ways = maille_alloc(count + 1, sizeof *both_ways);
    if (!metres || !any || !both_ways) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(project(ctx, p, metres));
    TRY(maille_edges_both_ways(ctx, p->network, &edge_group, &left_out));
    TRY(snap_to(ctx, p, NULL, metres, any));
    if (!p->how.any_road && left_out)
        TRY(snap_to(ctx, p, edge_group, metres, both_ways));
    keep_snaps(p, any, left_out ? both_ways : any, edge_group);
done:
    maille_free(edge_group);
    maille_free(metres);
    maille_free(any);
    maille_free(both_ways);
    return status;
}

/* ---- what is said
 * -------------------------------------------------------------------------------- */

static const char trap[] = "a road that cannot be both come to and left";

static bool is_far(const placing *p, size_t i) {
    const maille_snap *snap = &p->stops[i].snap;
    return snap->edge != MAILLE_ABSENT && snap->distance_m > p->how.far_m;
}

static void add_fault(maille_strbuf *out, const placing *p, size_t i) {
    const point_list *points = p->points;
    const char *lon = points->lon && points->lon[i] ? points->lon[i] : "";
    const char *lat = points->lat && points->lat[i] ? points->lat[i] : "";
    switch (p->faults[i]) {
    case FAULT_NONE:
        break;
    case FAULT_NO_LONLAT:
        maille_strbuf_addf(out, "\"%s\", \"%s\" was no lon, lat", lon, lat);
        break;
    case FAULT_OUTSIDE_CRS:
        maille_strbuf_addf(out, "lay outside the area of use of EPSG:%d", maille_crs_epsg(p->crs));
        break;
    case FAULT_NO_ROAD:
        maille_strbuf_addf(out, "had no road within %.0f m", p->how.snap_max_m);
        break;
    case FAULT_NO_NODE:
        maille_strbuf_addf(out, "node \"%s\" was in no road",
                           points->node[i] ? points->node[i] : "");
        break;
    }
}

static void add_finding(maille_strbuf *out, const placing *p, size_t i) {
    add_fault(out, p, i);
    if (is_far(p, i))
        maille_strbuf_addf(out, "stood %.0f m from its road", p->stops[i].snap.distance_m);
    if (!isfinite(p->nearer_m[i]))
        return;
    maille_strbuf_add(out, out->length ? "; " : "");
    if (p->how.any_road)
        maille_strbuf_addf(out, "stood on %s", trap);
    else
        maille_strbuf_addf(out, "stood nearer (%.0f m) to %s", p->nearer_m[i], trap);
}

/* One line a point that stands nowhere or far away, as far as people read. */
static void tell_points(maille_ctx *ctx, const placing *p) {
    size_t told = 0, more = 0;
    for (size_t i = 0; i < p->points->count; i++) {
        if (!p->faults[i] && !is_far(p, i))
            continue;
        if (told == MOST_LINES) {
            more++;
            continue;
        }
        maille_strbuf finding = {0};
        add_finding(&finding, p, i);
        maille_log(ctx, MAILLE_LOG_WARNING, "%s: row %lld: point %s: %s%s", p->points->path,
                   file_row(p->points->table, i), p->points->id[i],
                   finding.text ? finding.text : "", p->faults[i] ? ": it was left out" : "");
        maille_strbuf_free(&finding);
        told++;
    }
    if (more)
        maille_log(ctx, MAILLE_LOG_WARNING,
                   "%s: %zu more points stood nowhere or far from roads (--points-out names all)",
                   p->points->path, more);
}

/* One line for all points that another choice about roads would have put elsewhere. */
static void tell_choice(maille_ctx *ctx, const placing *p) {
    maille_strbuf names = {0};
    size_t count = 0;
    for (size_t i = 0; i < p->points->count; i++)
        if (isfinite(p->nearer_m[i]) && count++ < MOST_NAMES)
            maille_strbuf_addf(&names, "%s%s", names.length ? ", " : "", p->points->id[i]);
    if (count > MOST_NAMES)
        maille_strbuf_addf(&names, " and %zu more", count - MOST_NAMES);
    if (count)
        maille_log(ctx, MAILLE_LOG_WARNING, "%s: %zu of %zu points stood %s %s%s: %s",
                   p->points->path, count, p->points->count, p->how.any_road ? "on" : "nearer to",
                   trap, p->how.any_road ? "" : " (--any-road takes them there)",
                   names.text ? names.text : "");
    maille_strbuf_free(&names);
}

/* Where the file itself is at fault for every point, it is refused: an empty answer would hide it.
 */
static maille_status check_some(maille_ctx *ctx, const placing *p) {
    for (size_t i = 0; i < p->points->count; i++)
        if (p->faults[i] == FAULT_NONE || p->faults[i] == FAULT_NO_ROAD)
            return MAILLE_OK;
    maille_strbuf finding = {0};
    add_fault(&finding, p, 0);
    maille_status status =
        maille_fail(ctx, MAILLE_REFUSED, "%s had no point that could be used: row %lld: %s",
                    p->points->path, file_row(p->points->table, 0), finding.text);
    maille_strbuf_free(&finding);
    return status;
}

maille_status place_points(maille_ctx *ctx, const char *role, const point_list *points,
                           const maille_network *network, const maille_crs *crs,
                           const snap_options *how, placing *out) {
    maille_status status = MAILLE_OK;
    *out = (placing){.role = role, .points = points, .network = network, .crs = crs, .how = *how};
    out->stops = maille_alloc(points->count + 1, sizeof *out->stops);
    out->faults = maille_alloc(points->count + 1, sizeof *out->faults);
    out->nearer_m = maille_alloc(points->count + 1, sizeof *out->nearer_m);
    if (!out->stops || !out->faults || !out->nearer_m)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < points->count; i++)
        out->nearer_m[i] = INFINITY;
    TRY(points->node ? place_at_nodes(ctx, out) : place_by_snapping(ctx, out));
    if (points->count)
        TRY(check_some(ctx, out));
    tell_points(ctx, out);
    tell_choice(ctx, out);
done:
    return status;
}

void placing_free(placing *p) {
    maille_free(p->stops);
    maille_free(p->faults);
    maille_free(p->nearer_m);
}

/* ---- the file of points
 * -------------------------------------------------------------------------- */

/* Mean speed of the quicker direction of an edge. */
static double speed_kmh(const maille_network *n, uint32_t edge) {
    uint32_t ms =
        n->edge_ms[edge] < n->edge_back_ms[edge] ? n->edge_ms[edge] : n->edge_back_ms[edge];
    return 3600 * n->edge_length_m[edge] / ms;
}

static void add_number(maille_strbuf *out, bool known, double value, int decimals) {
    maille_strbuf_add_char(out, ',');
    if (known && isfinite(value))
        maille_strbuf_add_fixed(out, value, decimals);
}

static void add_row(maille_strbuf *out, const placing *p, size_t i, maille_lonlat at) {
    const maille_stop *stop = &p->stops[i];
    bool snapped = stop->snap.edge != MAILLE_ABSENT, stands = p->faults[i] == FAULT_NONE;
    maille_strbuf finding = {0};
    maille_strbuf_addf(out, "%s,", p->role);
    maille_strbuf_add_csv(out, p->points->id[i]);
    add_number(out, stands, at.lon, 7);
    add_number(out, stands, at.lat, 7);
    add_number(out, snapped, stop->snap.distance_m, 1);
    add_number(out, stands, stop->access_ms / 60000.0, 3);
    add_number(out, stands, stop->ready_ms / 60000.0, 3);
    add_number(out, snapped, snapped ? speed_kmh(p->network, stop->snap.edge) : NAN, 0);
    maille_strbuf_add_char(out, ',');
    add_finding(&finding, p, i);
    maille_strbuf_add_csv(out, finding.text ? finding.text : "");
    maille_strbuf_add_char(out, '\n');
    out->failed = out->failed || finding.failed;
    maille_strbuf_free(&finding);
}

static maille_status write_placing(maille_ctx *ctx, FILE *file, const placing *p) {
    maille_status status = MAILLE_OK;
    maille_strbuf line = {0};
    size_t count = p->points->count;
    maille_xy *metres = maille_alloc(count + 1, sizeof *metres);
    maille_lonlat *at = maille_alloc(count + 1, sizeof *at);
    if (!metres || !at) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        const maille_stop *stop = &p->stops[i];
        metres[i] = stop->snap.edge != MAILLE_ABSENT ? stop->snap.at
                    : stop->node != MAILLE_ABSENT    ? p->network->node_xy[stop->node]
                                                     : (maille_xy){NAN, NAN};
    }
    TRY(maille_crs_unproject(ctx, p->crs, metres, at, count));
    for (size_t i = 0; i < count && !line.failed; i++) {
        maille_strbuf_clear(&line);
        add_row(&line, p, i, at[i]);
        fwrite(line.text, 1, line.length, file);
    }
    if (line.failed)
        status = maille_no_memory(ctx);
done:
    maille_strbuf_free(&line);
    maille_free(metres);
    maille_free(at);
    return status;
}

maille_status write_placings(maille_ctx *ctx, const char *path, const placing *const *all,
                             size_t count) {
    maille_status status = MAILLE_OK;
    result_file out = {0};
    TRY(result_open(ctx, path, &out));
    fprintf(out.file, "role,id,lon,lat,distance_m,access_min,start_min,road_kmh,finding\n");
    for (size_t i = 0; i < count; i++)
        TRY(write_placing(ctx, out.file, all[i]));
done:
    return result_close(ctx, &out, status);
}
