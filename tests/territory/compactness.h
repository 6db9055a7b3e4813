/* Compactness by a computation of its own: the outline from the dissolved shape, the hull by gift
 * wrapping of every vertex, the circle from all pairs and triples. */
#ifndef TESTS_TERRITORY_COMPACTNESS_H
#define TESTS_TERRITORY_COMPACTNESS_H

#include "geo/oracle_hull.h"
#include "territory/land.h"

typedef struct {
    double area, outline, hull_area, radius;
} measured;

static inline measured measure_union(sketch_pad *pad, const maille_shapes *shapes,
                                     const uint32_t *units, uint32_t count) {
    const uint32_t start[] = {0, count};
    maille_shapes *whole = NULL;
    size_t vertices = 0, corners;
    measured m;
    for (uint32_t k = 0; k < count; k++)
        vertices += shapes->point_start[shapes->ring_start[shapes->part_start[units[k] + 1]]] -
                    shapes->point_start[shapes->ring_start[shapes->part_start[units[k]]]];
    maille_xy *p = maille_alloc(vertices, sizeof *p),
              *hull = maille_alloc(vertices + 1, sizeof *hull);
    vertices = 0;
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t i = shapes->point_start[shapes->ring_start[shapes->part_start[units[k]]]];
             i < shapes->point_start[shapes->ring_start[shapes->part_start[units[k] + 1]]]; i++)
            p[vertices++] = shapes->points[i];
    CHECK(maille_dissolve(pad->ctx, shapes, start, units, 1, &whole, NULL) == MAILLE_OK);
    m.area = maille_shape_area(whole, 0);
    m.outline = maille_shape_perimeter(whole, 0);
    corners = oracle_hull(p, vertices, hull);
    m.hull_area = 0;
    for (size_t i = 1; i + 1 < corners; i++)
        m.hull_area += oracle_turn(hull[0], hull[i], hull[i + 1]) / 2;
    m.radius = oracle_radius(hull, corners);
    maille_shapes_free(whole);
    maille_free(p);
    maille_free(hull);
    return m;
}

/* Figures of the units against it, to 1e-9. */
static inline void check_compactness(sketch_pad *pad, const land *l, const uint32_t *units,
                                     uint32_t count) {
    const maille_size_rules sizes = land_sizes();
    const maille_judge_rules rules = {.sizes = &sizes};
    maille_figures *f = NULL;
    measured m = measure_union(pad, l->shapes, units, count);
    CHECK(maille_figures_new(pad->ctx, &l->ground, &rules, units, NULL, count, 0, &f) == MAILLE_OK);
    CHECK_NEAR(f->area_m2 / m.area, 1, 1e-9);
    CHECK_NEAR(f->outline_m / m.outline, 1, 1e-9);
    CHECK_NEAR(f->polsby_popper, 4 * M_PI * m.area / (m.outline * m.outline), 1e-9);
    CHECK_NEAR(f->reock, m.area / (M_PI * m.radius * m.radius), 1e-9);
    CHECK_NEAR(f->hull_ratio, m.area / m.hull_area, 1e-9);
    maille_figures_free(f);
}

#endif
