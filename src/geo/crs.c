/* Coordinate reference systems, by PROJ. */
#include "geo/crs.h"

#include "geo/handles.h"

#include <maille/memory.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct maille_crs {
    PJ *transform;  /* lon/lat to metres */
    unsigned users; /* the context that made it is one, as long as it made no other since */
    int epsg;
    double west, south, east, north; /* area of use */
};

struct maille_transform {
    PJ *pj;
};

/* A transform with longitude or easting first on both sides. */
static PJ *between(PJ_CONTEXT *proj, const char *from, const char *to) {
    PJ *plain = proj_create_crs_to_crs(proj, from, to, NULL);
    PJ *traditional = plain ? proj_normalize_for_visualization(proj, plain) : NULL;
    proj_destroy(plain);
    return traditional;
}

/* Returns how many points have no image; these become NaN. */
static size_t transform(PJ *pj, PJ_DIRECTION direction, maille_xy *points, size_t count) {
    size_t failed = 0;
    if (count == 0)
        return 0;
    proj_trans_generic(pj, direction, &points->x, sizeof *points, count, &points->y, sizeof *points,
                       count, NULL, 0, 0, NULL, 0, 0);
    for (size_t i = 0; i < count; i++) {
        if (isfinite(points[i].x) && isfinite(points[i].y))
            continue;
        points[i] = (maille_xy){NAN, NAN};
        failed++;
    }
    return failed;
}

/* Whether a CRS is projected and counts in metres. */
static bool in_metres(PJ_CONTEXT *proj, const PJ *crs) {
    double factor = 0;
    if (proj_get_type(crs) != PJ_TYPE_PROJECTED_CRS)
        return false;
    PJ *axes = proj_crs_get_coordinate_system(proj, crs);
    bool known =
        axes && proj_cs_get_axis_info(proj, axes, 0, NULL, NULL, NULL, &factor, NULL, NULL, NULL);
    proj_destroy(axes);
    return known && factor == 1.0;
}

static maille_status make(maille_ctx *ctx, int epsg, maille_crs **out) {
    PJ_CONTEXT *proj = NULL;
    PJ *named = NULL;
    maille_crs *crs = NULL;
    char code[16], name[24];
    snprintf(code, sizeof code, "%d", epsg);
    snprintf(name, sizeof name, "EPSG:%d", epsg);
    maille_status status = maille_proj(ctx, &proj);
    if (status != MAILLE_OK)
        return status;
    named = proj_create_from_database(proj, "EPSG", code, PJ_CATEGORY_CRS, 0, NULL);
    if (!named || !in_metres(proj, named)) {
        status = maille_fail(ctx, MAILLE_REFUSED, "%s was %s", name,
                             named ? "not a projected CRS in metres" : "not known to PROJ");
        goto done;
    }
    crs = maille_alloc(1, sizeof *crs);
    if (!crs) {
        status = maille_no_memory(ctx);
        goto done;
    }
    crs->epsg = epsg;
    crs->users = 1;
    crs->transform = between(proj, "OGC:CRS84", name);
    if (!crs->transform || !proj_get_area_of_use(proj, named, &crs->west, &crs->south, &crs->east,
                                                 &crs->north, NULL)) {
        status = maille_fail(ctx, MAILLE_FAILED, "%s could not be set up: %s", name,
                             maille_proj_message(ctx));
        goto done;
    }
    *out = crs;
    crs = NULL;
done:
    maille_crs_free(crs);
    proj_destroy(named);
    return status;
}

static void leave(void *crs) {
    maille_crs_free(crs);
}

/* PROJ searches its database for milliseconds to set one up: the context keeps its last. */
maille_status maille_crs_new(maille_ctx *ctx, int epsg, maille_crs **out) {
    maille_crs *kept = maille_proj_kept(ctx);
    *out = NULL;
    if (!kept || kept->epsg != epsg) {
        maille_status status = make(ctx, epsg, &kept);
        if (status)
            return status;
        maille_proj_keep(ctx, kept, leave);
    }
    kept->users++;
    *out = kept;
    return MAILLE_OK;
}

void maille_crs_free(maille_crs *crs) {
    if (!crs || --crs->users > 0)
        return;
    proj_destroy(crs->transform);
    maille_free(crs);
}

int maille_crs_epsg(const maille_crs *crs) {
    return crs->epsg;
}

size_t maille_crs_forward(const maille_crs *crs, maille_xy *points, size_t count) {
    return transform(crs->transform, PJ_FWD, points, count);
}

size_t maille_crs_backward(const maille_crs *crs, maille_xy *points, size_t count) {
    size_t failed = transform(crs->transform, PJ_INV, points, count);
    for (size_t i = 0; i < count; i++) {
        maille_lonlat p = maille_on_grid((maille_lonlat){points[i].x, points[i].y});
        points[i] = (maille_xy){p.lon, p.lat};
    }
    return failed;
}

maille_status maille_crs_project(maille_ctx *ctx, const maille_crs *crs, const maille_lonlat *from,
                                 maille_xy *to, size_t count, size_t *failed) {
    (void)ctx;
    for (size_t i = 0; i < count; i++)
        to[i] = (maille_xy){from[i].lon, from[i].lat};
    size_t lost = maille_crs_forward(crs, to, count);
    if (failed)
        *failed = lost;
    return MAILLE_OK;
}

maille_status maille_crs_unproject(maille_ctx *ctx, const maille_crs *crs, const maille_xy *from,
                                   maille_lonlat *to, size_t count) {
    maille_xy *points = maille_alloc(count, sizeof *points);
    if (count > 0 && !points)
        return maille_no_memory(ctx);
    if (count > 0)
        memcpy(points, from, count * sizeof *points);
    maille_crs_backward(crs, points, count);
    for (size_t i = 0; i < count; i++)
        to[i] = (maille_lonlat){points[i].x, points[i].y};
    maille_free(points);
    return MAILLE_OK;
}

bool maille_crs_covers(const maille_crs *crs, maille_lonlat p) {
    bool across = crs->west > crs->east; /* the area runs across the antimeridian */
    bool lon = across ? p.lon >= crs->west || p.lon <= crs->east
                      : p.lon >= crs->west && p.lon <= crs->east;
    return lon && p.lat >= crs->south && p.lat <= crs->north;
}

maille_status maille_transform_new(maille_ctx *ctx, const char *from, maille_transform **out) {
    *out = NULL;
    PJ_CONTEXT *proj = NULL;
    maille_status status = maille_proj(ctx, &proj);
    if (status != MAILLE_OK)
        return status;
    maille_transform *made = maille_alloc(1, sizeof *made);
    if (!made)
        return maille_no_memory(ctx);
    made->pj = between(proj, from, "OGC:CRS84");
    if (!made->pj) {
        maille_free(made);
        return maille_fail(ctx, MAILLE_REFUSED, "the CRS %.60s was not understood: %s", from,
                           maille_proj_message(ctx));
    }
    *out = made;
    return MAILLE_OK;
}

void maille_transform_free(maille_transform *made) {
    if (!made)
        return;
    proj_destroy(made->pj);
    maille_free(made);
}

void maille_transform_points(const maille_transform *made, maille_xy *points, size_t count) {
    transform(made->pj, PJ_FWD, points, count);
}

maille_status maille_to_lonlat(maille_ctx *ctx, const char *from_crs, double *x, double *y,
                               size_t count) {
    maille_transform *made = NULL;
    maille_xy *points = NULL;
    maille_status status = MAILLE_OK;
    if (!from_crs || count == 0)
        return MAILLE_OK;
    status = maille_transform_new(ctx, from_crs, &made);
    if (status != MAILLE_OK)
        return status;
    points = maille_alloc(count, sizeof *points);
    if (!points) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        points[i] = (maille_xy){x[i], y[i]};
    maille_transform_points(made, points, count);
    for (size_t i = 0; i < count; i++) {
        x[i] = points[i].x;
        y[i] = points[i].y;
    }
done:
    maille_free(points);
    maille_transform_free(made);
    return status;
}

/* French territories and the CRS that the State uses there; wider than PROJ's area of use where
 * that leaves inhabited land out (the west of Guyane). */
static const struct {
    int epsg;
    double west, south, east, north;
} territories[] = {
    {2154, -9.86, 41.15, 10.38, 51.56},  {5490, -63.66, 14.08, -60.0, 18.31},
    {2972, -54.7, 2.0, -49.45, 8.88},    {2975, 54.0, -24.72, 58.24, -18.28},
    {4471, 43.68, -14.49, 46.7, -11.33}, {4467, -57.1, 43.41, -55.9, 47.37},
};
enum { TERRITORIES = sizeof territories / sizeof *territories };

static int territory_of(maille_lonlat p) {
    for (int t = 0; t < TERRITORIES; t++)
        if (p.lon >= territories[t].west && p.lon <= territories[t].east &&
            p.lat >= territories[t].south && p.lat <= territories[t].north)
            return t;
    return TERRITORIES;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The UTM zone of the median longitude, north or south by where most points lie. */
static int utm_zone(const maille_lonlat *points, size_t count) {
    size_t known = 0, south = 0;
    double median;
    double *lons = maille_alloc(count, sizeof *lons);
    for (size_t i = 0; i < count; i++) {
        if (isnan(points[i].lon) || isnan(points[i].lat))
            continue;
        south += points[i].lat < 0;
        if (lons)
            lons[known] = points[i].lon;
        known++;
    }
    if (!lons) {
        median = points[count / 2].lon; /* memory ran out: one point stands for all */
    } else {
        qsort(lons, known, sizeof *lons, by_value);
        median = lons[known / 2];
    }
    maille_free(lons);
    int zone = (int)floor((median + 180) / 6) + 1;
    zone = zone < 1 ? 1 : zone > 60 ? 60 : zone;
    return (south * 2 > known ? 32700 : 32600) + zone;
}

int maille_crs_choose(const maille_lonlat *points, size_t count) {
    size_t votes[TERRITORIES + 1] = {0}, known = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(points[i].lon) || isnan(points[i].lat))
            continue;
        votes[territory_of(points[i])]++;
        known++;
    }
    if (known == 0)
        return territories[0].epsg;
    int best = TERRITORIES;
    for (int t = 0; t < TERRITORIES; t++)
        if (votes[t] > votes[best] || (best == TERRITORIES && votes[t] == votes[best]))
            best = t;
    return best < TERRITORIES ? territories[best].epsg : utm_zone(points, count);
}
