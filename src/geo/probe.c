/* A geometry that others are asked to meet: prepared by GEOS once, asked often. */
#include <maille/probe.h>

#include "geo/handles.h"
#include "geo/wkb.h"

#include <maille/memory.h>
#include <math.h>
#include <string.h>

enum { MOST_POINTS = 100000, DEEPEST = 16 };

struct maille_probe {
    GEOSContextHandle_t geos;
    GEOSGeometry *geometry;
    const GEOSPreparedGeometry *prepared;
    GEOSWKBReader *reader;
    maille_ctx *ctx;
    maille_box extent;
    bool is_box; /* all of the extent is meant: a vertex in it decides */
    maille_pieces pieces;
};

void maille_probe_free(maille_probe *probe) {
    if (!probe)
        return;
    if (probe->prepared)
        GEOSPreparedGeom_destroy_r(probe->geos, probe->prepared);
    if (probe->geometry)
        GEOSGeom_destroy_r(probe->geos, probe->geometry);
    if (probe->reader)
        GEOSWKBReader_destroy_r(probe->geos, probe->reader);
    maille_pieces_free(&probe->pieces);
    maille_free(probe);
}

static maille_status refuse(maille_ctx *ctx) {
    maille_geos_fail(ctx, "reading it");
    return maille_fail(ctx, MAILLE_USAGE, "the geometry was not understood: %s",
                       maille_message(ctx));
}

static maille_status new_probe(maille_ctx *ctx, maille_probe **out) {
    maille_probe *probe = maille_alloc(1, sizeof *probe);
    if (!probe)
        return maille_no_memory(ctx);
    probe->ctx = ctx;
    if (!(probe->geos = maille_geos(ctx)) ||
        !(probe->reader = GEOSWKBReader_create_r(probe->geos))) {
        maille_free(probe);
        return maille_no_memory(ctx);
    }
    *out = probe;
    return MAILLE_OK;
}

static maille_status prepare(maille_ctx *ctx, maille_probe *probe) {
    probe->prepared = GEOSPrepare_r(probe->geos, probe->geometry);
    return probe->prepared ? MAILLE_OK : maille_geos_fail(ctx, "preparing a geometry");
}

/* GEOS reads collections of collections by calling itself, and stops where a geometry ends: how
 * deep it is, how many points there are and that nothing follows is looked at before. */
static maille_status look_at(maille_ctx *ctx, const char *wkt) {
    size_t depth = 0, commas = 0;
    bool ended = false;
    for (const char *c = wkt; *c; c++) {
        if (ended && !strchr(" \t\r\n", *c))
            return maille_fail(ctx, MAILLE_USAGE,
                               "the geometry was not understood: \"%.20s\" stood "
                               "behind its end",
                               c);
        ended = ended || (*c == ')' && depth <= 1);
        commas += *c == ',';
        depth += *c == '(';
        depth -= *c == ')' && depth > 0;
        if (depth > DEEPEST)
            return maille_fail(ctx, MAILLE_USAGE, "the geometry was nested deeper than %d",
                               DEEPEST);
    }
    return commas < MOST_POINTS ? MAILLE_OK
                                : maille_fail(ctx, MAILLE_USAGE,
                                              "the geometry had more than %d points", MOST_POINTS);
}

/* Whether it is one that can be asked: places on earth, a ring that does not cross itself. */
static maille_status check(maille_ctx *ctx, maille_probe *probe) {
    GEOSContextHandle_t geos = probe->geos;
    maille_box *e = &probe->extent;
    maille_status status = MAILLE_OK;
    if (GEOSisEmpty_r(geos, probe->geometry) != 0)
        return maille_fail(ctx, MAILLE_USAGE, "the geometry was empty");
    if (!GEOSGeom_getXMin_r(geos, probe->geometry, &e->min_x) ||
        !GEOSGeom_getYMin_r(geos, probe->geometry, &e->min_y) ||
        !GEOSGeom_getXMax_r(geos, probe->geometry, &e->max_x) ||
        !GEOSGeom_getYMax_r(geos, probe->geometry, &e->max_y))
        return refuse(ctx);
    if (!(e->min_x >= -360 && e->max_x <= 360 && e->min_y >= -90 && e->max_y <= 90))
        return maille_fail(ctx, MAILLE_USAGE,
                           "the geometry was not in degrees of longitude and latitude");
    if (GEOSisValid_r(geos, probe->geometry) != 1) {
        char *reason = GEOSisValidReason_r(geos, probe->geometry);
        status = maille_fail(ctx, MAILLE_USAGE, "the geometry was not valid: %s",
                             reason ? reason : "GEOS gave no reason");
        if (reason)
            GEOSFree_r(geos, reason);
    }
    return status;
}

maille_status maille_probe_from_wkt(maille_ctx *ctx, const char *wkt, maille_probe **out) {
    GEOSWKTReader *reader = NULL;
    maille_probe *probe = NULL;
    maille_status status;
    *out = NULL;
    MAILLE_TRY(look_at(ctx, wkt));
    MAILLE_TRY(new_probe(ctx, &probe));
    if (!(reader = GEOSWKTReader_create_r(probe->geos))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    probe->geometry = GEOSWKTReader_read_r(probe->geos, reader, wkt);
    if (!probe->geometry) {
        status = refuse(ctx);
        goto done;
    }
    MAILLE_TRY(check(ctx, probe));
    MAILLE_TRY(prepare(ctx, probe));
    *out = probe;
    probe = NULL;
done:
    if (reader)
        GEOSWKTReader_destroy_r(maille_geos(ctx), reader);
    maille_probe_free(probe);
    return status;
}

/* Both sides of the antimeridian. */
static GEOSGeometry *two_boxes(GEOSContextHandle_t geos, double west, double south, double east,
                               double north) {
    GEOSGeometry *parts[] = {
        GEOSGeom_createRectangle_r(geos, fmin(west, 180), south, 180, north),
        GEOSGeom_createRectangle_r(geos, -180, south, fmax(east, -180), north)};
    GEOSGeometry *both = NULL;
    if (parts[0] && parts[1])
        both = GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, parts, 2);
    for (size_t i = 0; i < 2 && !both; i++)
        if (parts[i])
            GEOSGeom_destroy_r(geos, parts[i]);
    return both;
}

maille_status maille_probe_from_box(maille_ctx *ctx, double west, double south, double east,
                                    double north, maille_probe **out) {
    maille_probe *probe = NULL;
    *out = NULL;
    if (!isfinite(west) || !isfinite(east) || !isfinite(south) || !isfinite(north))
        return maille_fail(ctx, MAILLE_USAGE, "the box had a side that was no number");
    if (south > north)
        return maille_fail(ctx, MAILLE_USAGE, "the box's south was above its north");
    maille_status status = new_probe(ctx, &probe);
    if (status)
        return status;
    probe->is_box = west <= east;
    probe->extent = probe->is_box ? (maille_box){west, south, east, north}
                                  : (maille_box){-180, south, 180, north};
    probe->geometry = probe->is_box
                          ? GEOSGeom_createRectangle_r(probe->geos, west, south, east, north)
                          : two_boxes(probe->geos, west, south, east, north);
    status = probe->geometry ? prepare(ctx, probe) : maille_geos_fail(ctx, "making a box");
    if (status)
        maille_probe_free(probe);
    else
        *out = probe;
    return status;
}

maille_box maille_probe_extent(const maille_probe *probe) {
    return probe->extent;
}

/* Most of what a box meets has a vertex in it, which is found sooner than GEOS reads. */
static bool has_vertex_in_box(maille_probe *probe, maille_bytes wkb) {
    const maille_box *e = &probe->extent;
    if (maille_pieces_read(probe->ctx, wkb, &probe->pieces))
        return false;
    for (size_t i = 0; i < probe->pieces.points.count; i++) {
        maille_xy p = probe->pieces.points.items[i];
        if (p.x >= e->min_x && p.x <= e->max_x && p.y >= e->min_y && p.y <= e->max_y)
            return true;
    }
    return false;
}

bool maille_probe_meets(void *user, maille_bytes wkb) {
    maille_probe *probe = user;
    if (!wkb.bytes || wkb.length == 0)
        return false;
    if (probe->is_box && has_vertex_in_box(probe, wkb))
        return true;
    GEOSGeometry *other = GEOSWKBReader_read_r(probe->geos, probe->reader, wkb.bytes, wkb.length);
    if (!other)
        return false;
    bool meets = GEOSPreparedIntersects_r(probe->geos, probe->prepared, other) == 1;
    GEOSGeom_destroy_r(probe->geos, other);
    return meets;
}
