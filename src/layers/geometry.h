/* WKB as a GeoJSON geometry, straight into the file. */
#ifndef LAYERS_GEOMETRY_H
#define LAYERS_GEOMETRY_H

#include "layers/out.h"

#include <maille/table.h>

/* Box of all that was written, in degrees; empty when west > east. */
typedef struct {
    double west, south, east, north;
} layers_box;

/* Adds the geometry object, or null: exterior rings counter-clockwise, holes clockwise, at most 7
 * decimals, trailing zeros cut. Points, polygons and multipolygons of little-endian 2D WKB, as the
 * store gives them; anything else is MAILLE_FAILED. */
maille_status layers_write_geometry(maille_ctx *ctx, layers_out *out, maille_bytes wkb,
                                    layers_box *box);

/* A coordinate in degrees, as digits; returns the end. Room for 12 bytes. */
char *layers_put_degrees(char *to, double degrees);

#endif
