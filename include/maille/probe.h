/* A geometry that others are asked to meet (room: geo). */
#ifndef MAILLE_PROBE_H
#define MAILLE_PROBE_H

#include <maille/ctx.h>
#include <maille/point.h>
#include <maille/table.h>
#include <stdbool.h>

/* Prepared once, asked often. Belongs to the thread's context that made it, which it keeps. */
typedef struct maille_probe maille_probe;

/* From WKT in lon/lat; MAILLE_USAGE with the reason for what is none, is empty, or has more than
 * 100,000 points. */
maille_status maille_probe_from_wkt(maille_ctx *ctx, const char *wkt, maille_probe **out);
/* A box; where west > east it crosses the antimeridian. */
maille_status maille_probe_from_box(maille_ctx *ctx, double west, double south, double east,
                                    double north, maille_probe **out);
void maille_probe_free(maille_probe *probe);
/* x = longitude. West to east over all of the world where the box crosses the antimeridian. */
maille_box maille_probe_extent(const maille_probe *probe);
/* Whether they share a point; false for what cannot be read. `probe` is a maille_probe. */
bool maille_probe_meets(void *probe, maille_bytes wkb);

#endif
