/* Hull and smallest circle once more, slow and plain: what those of maille/hull.h are held
 * against. */
#ifndef TESTS_GEO_ORACLE_HULL_H
#define TESTS_GEO_ORACLE_HULL_H

#include <maille/point.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static inline double oracle_turn(maille_xy a, maille_xy b, maille_xy c) {
    return (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
}

static inline double oracle_apart(maille_xy a, maille_xy b) {
    return hypot(a.x - b.x, a.y - b.y);
}

/* Gift wrapping, counter-clockwise from the lowest x (of these the lowest y); corners on a line are
 * left out. `out` has room for one more than there are points. */
static inline size_t oracle_hull(const maille_xy *p, size_t n, maille_xy *out) {
    size_t first = 0, count = 0;
    for (size_t i = 1; i < n; i++)
        if (p[i].x < p[first].x || (p[i].x == p[first].x && p[i].y < p[first].y))
            first = i;
    size_t at = first;
    do {
        size_t next = at == 0 ? 1 : 0;
        for (size_t i = 0; i < n; i++) {
            double side = oracle_turn(p[at], p[next], p[i]);
            if (side < 0 || (side == 0 && oracle_apart(p[at], p[i]) > oracle_apart(p[at], p[next])))
                next = i;
        }
        out[count++] = p[at];
        at = next;
    } while (oracle_apart(p[at], p[first]) > 0 && count <= n);
    return count;
}

/* Circle through three points, reckoned from the first, so that far-off metres lose no digits;
 * infinite on a line. */
static inline double oracle_circle_of(maille_xy a, maille_xy b, maille_xy c, maille_xy *centre) {
    double bx = b.x - a.x, by = b.y - a.y, cx = c.x - a.x, cy = c.y - a.y;
    double d = 2 * (bx * cy - by * cx);
    double ux = (cy * (bx * bx + by * by) - by * (cx * cx + cy * cy)) / d;
    double uy = (bx * (cx * cx + cy * cy) - cx * (bx * bx + by * by)) / d;
    *centre = (maille_xy){a.x + ux, a.y + uy};
    return d == 0 ? INFINITY : hypot(ux, uy);
}

static inline bool oracle_holds(const maille_xy *p, size_t n, maille_xy centre, double radius) {
    for (size_t i = 0; i < n; i++)
        if (oracle_apart(p[i], centre) > radius * (1 + 1e-11))
            return false;
    return true;
}

/* Of all circles on two or three of the points the smallest that holds all. */
static inline double oracle_radius(const maille_xy *p, size_t n) {
    double best = INFINITY;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            maille_xy centre = {(p[i].x + p[j].x) / 2, (p[i].y + p[j].y) / 2};
            double radius = oracle_apart(p[i], p[j]) / 2;
            if (radius < best && oracle_holds(p, n, centre, radius))
                best = radius;
            for (size_t k = j + 1; k < n; k++) {
                radius = oracle_circle_of(p[i], p[j], p[k], &centre);
                if (radius < best && oracle_holds(p, n, centre, radius))
                    best = radius;
            }
        }
    return best;
}

#endif
