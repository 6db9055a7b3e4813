/* WKB as a GeoJSON geometry. */
#ifndef LAYERS_GEOMETRY_H
#define LAYERS_GEOMETRY_H

#include <maille/crs.h>
#include <maille/strbuf.h>
#include <maille/table.h>
#include <maille/vec.h>

/* Box of all that was written, in degrees; empty when west > east. */
typedef struct {
    double west, south, east, north;
} layers_box;

/* What coordinates become. All zero: degrees, longitude first. */
typedef struct {
    const maille_crs *crs; /* metres with 2 decimals; NULL = degrees with 7 at most */
    bool latitude_first;
    MAILLE_VEC(maille_lonlat) lonlats; /* of the ring that is written */
    MAILLE_VEC(maille_xy) points;
} layers_projection;
void layers_projection_free(layers_projection *projection);

/* Adds the geometry object, or null: exterior rings counter-clockwise, holes clockwise, trailing
 * zeros cut. Points, polygons and multipolygons of little-endian 2D WKB, as the store gives them;
 * anything else is MAILLE_FAILED. `box` (may be NULL) grows. */
maille_status layers_write_geometry(maille_ctx *ctx, maille_strbuf *to, maille_bytes wkb,
                                    layers_projection *projection, layers_box *box);

/* A coordinate as digits; returns the end. Room for 12 and for 24 bytes. */
char *layers_put_degrees(char *to, double degrees);
char *layers_put_metres(char *to, double metres);

#endif
