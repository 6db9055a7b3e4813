/* Points: rounding to the published grid. */
#include <maille/point.h>

#include <math.h>

/* k / 1e7 is the double nearest to the decimal with 7 digits, so that rounding twice changes
 * nothing; + 0.0 turns -0 into 0. */
static double on_grid(double degrees) {
    return round(degrees * MAILLE_GRID_PER_DEGREE) / MAILLE_GRID_PER_DEGREE + 0.0;
}

maille_lonlat maille_on_grid(maille_lonlat p) {
    return (maille_lonlat){on_grid(p.lon), on_grid(p.lat)};
}
