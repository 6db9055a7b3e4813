/* Reading a road file: which reader it is for, by its content. */
#include "network/read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A PBF file begins with the length of its first header, then that header's type. */
static bool is_osm_pbf(const unsigned char *start, size_t length) {
    static const char type[] = "\x0A\x09OSMHeader";
    return length >= 4 + sizeof type - 1 && memcmp(start + 4, type, sizeof type - 1) == 0;
}

network_turn_costs network_costs_of(const network_profile *p) {
    return (network_turn_costs){(uint32_t)lround(p->left_s * 1000),
                                (uint32_t)lround(p->right_s * 1000),
                                (uint32_t)lround(p->u_turn_s * 1000), p->u_turns_at_dead_ends};
}

double network_metres_between(maille_lonlat a, maille_lonlat b) {
    /* the radii of curvature at the middle latitude: 1e-6 for the lengths that roads have */
    const double axis = 6378137.0, e2 = 0.0066943799901413165,
                 degree = 3.14159265358979323846 / 180;
    double latitude = (a.lat + b.lat) / 2 * degree;
    double w2 = 1 - e2 * sin(latitude) * sin(latitude), w = sqrt(w2);
    double turn = remainder(b.lon - a.lon, 360.0); /* the short way round the antimeridian */
    double east = axis / w * cos(latitude) * turn * degree;
    double north = axis * (1 - e2) / (w2 * w) * (b.lat - a.lat) * degree;
    return hypot(east, north);
}

maille_status maille_network_read(maille_ctx *ctx, const char *path,
                                  const maille_road_fields *fields, const maille_crs *crs,
                                  maille_network **out, maille_network_report *report) {
    static const maille_road_fields none = {0};
    network_draft draft = {0};
    network_input input = {ctx, path, fields ? fields : &none, crs, &draft, report};
    unsigned char start[32];
    maille_status status = MAILLE_OK;
    *out = NULL;
    *report = (maille_network_report){0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s: could not be opened: %s", path,
                           strerror(errno));
    size_t length = fread(start, 1, sizeof start, file);
    fclose(file);
    status = is_osm_pbf(start, length) ? network_read_osm(&input) : network_read_table(&input);
    if (status)
        goto done;
    if (draft.from.count == 0) {
        unsigned long long closed = report->no_access + report->areas + report->reversible;
        status = maille_fail(
            ctx, MAILLE_REFUSED,
            "%s: no road was left of %llu lines (no geometry %llu, no speed %llu, "
            "no length %llu, no node %llu, closed %llu, of other modes %llu, not built %llu, "
            "no road %llu, loops %llu)",
            path, (unsigned long long)report->lines_read, (unsigned long long)report->no_geometry,
            (unsigned long long)report->no_speed, (unsigned long long)report->no_length,
            (unsigned long long)report->missing_nodes, closed,
            (unsigned long long)report->other_mode, (unsigned long long)report->not_built,
            (unsigned long long)report->no_highway, (unsigned long long)report->loops);
        goto done;
    }
    unsigned char *class_of = draft.class_of.items;
    draft.class_of.items = NULL; /* outlives the draft */
    status = network_draft_finish(ctx, &draft, out);
    if (status == MAILLE_REFUSED) {
        char why[256];
        snprintf(why, sizeof why, "%s", maille_message(ctx));
        maille_fail(ctx, status, "%s: %s", path, why);
    }
    if (!status)
        status = network_report_finish(ctx, *out, class_of, report);
    maille_free(class_of);
    if (status) {
        maille_network_free(*out);
        *out = NULL;
    }
done:
    network_draft_clear(&draft);
    return status;
}
