/* Points: degrees and metres do not mix (room: geo). */
#ifndef MAILLE_POINT_H
#define MAILLE_POINT_H

/* Degrees, WGS 84, longitude first. */
typedef struct {
    double lon, lat;
} maille_lonlat;

/* Metres, in the study's CRS. */
typedef struct {
    double x, y;
} maille_xy;

/* An axis-aligned box in metres; empty when min_x > max_x. */
typedef struct {
    double min_x, min_y, max_x, max_y;
} maille_box;

/* The grid of published coordinates: 1e-7 degree, about 1 cm. Everything that enters the workspace
 * is rounded to it, so that whatever is published later is equal to the last digit and neighbours
 * keep sharing their vertices. */
#define MAILLE_GRID_PER_DEGREE 1e7

/* Rounds to the grid. */
maille_lonlat maille_on_grid(maille_lonlat p);

#endif
