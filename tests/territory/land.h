/* Grounds for tests: made from shapes, with nothing on them but borders, areas, outlines, hulls. */
#ifndef TESTS_TERRITORY_LAND_H
#define TESTS_TERRITORY_LAND_H

#include "territory/sketch.h"

#include <maille/ground.h>
#include <maille/hull.h>
#include <maille/judge.h>

typedef struct {
    maille_shapes *shapes;
    maille_adjacency *adjacency;
    double *population, *area, *outline;
    maille_xy *centre, *hull;
    uint32_t *hull_start;
    maille_ground ground;
} land;

static inline void land_hulls(sketch_pad *pad, land *l) {
    uint32_t total = maille_shapes_points(l->shapes);
    l->hull = maille_alloc(total, sizeof *l->hull);
    for (uint32_t i = 0; i < l->shapes->count; i++) {
        const maille_shapes *s = l->shapes;
        uint32_t first = s->point_start[s->ring_start[s->part_start[i]]];
        uint32_t end = s->point_start[s->ring_start[s->part_start[i + 1]]];
        maille_xy *hull = NULL;
        size_t count = 0;
        CHECK(maille_convex_hull(pad->ctx, s->points + first, end - first, &hull, &count) ==
              MAILLE_OK);
        memcpy(l->hull + l->hull_start[i], hull, count * sizeof *hull);
        l->hull_start[i + 1] = l->hull_start[i] + (uint32_t)count;
        maille_free(hull);
    }
}

/* Takes the shapes over. Everybody has 100 inhabitants. */
static inline void land_make(sketch_pad *pad, maille_shapes *shapes, land *l) {
    uint32_t n = shapes->count;
    *l = (land){.shapes = shapes};
    CHECK(maille_adjacency_new(pad->ctx, shapes, &l->adjacency) == MAILLE_OK);
    l->population = maille_alloc(n, sizeof *l->population);
    l->area = maille_alloc(n, sizeof *l->area);
    l->outline = maille_alloc(n, sizeof *l->outline);
    l->centre = maille_alloc(n, sizeof *l->centre);
    l->hull_start = maille_alloc((size_t)n + 1, sizeof *l->hull_start);
    for (uint32_t i = 0; i < n; i++) {
        maille_box box = maille_shape_box(shapes, i);
        l->population[i] = 100;
        l->area[i] = maille_shape_area(shapes, i);
        l->outline[i] = maille_shape_perimeter(shapes, i);
        l->centre[i] = (maille_xy){(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2};
    }
    land_hulls(pad, l);
    l->ground = (maille_ground){.count = n,
                                .population = l->population,
                                .area_m2 = l->area,
                                .outline_m = l->outline,
                                .centre = l->centre,
                                .hull_start = l->hull_start,
                                .hull = l->hull,
                                .adjacency = l->adjacency};
}

static inline void land_free(land *l) {
    maille_shapes_free(l->shapes);
    maille_adjacency_free(l->adjacency);
    maille_free(l->population);
    maille_free(l->area);
    maille_free(l->outline);
    maille_free(l->centre);
    maille_free(l->hull);
    maille_free(l->hull_start);
}

/* width × height squares of `unit` metres; where `cells` is not NULL only those that it marks, and
 * then number[cell] is the unit of each (MAILLE_ABSENT: water). */
static inline maille_shapes *land_board(sketch_pad *pad, uint32_t width, uint32_t height,
                                        double unit, const bool *cells, uint32_t *number) {
    maille_shapes *shapes = NULL;
    uint32_t next = 0;
    CHECK(maille_shapes_new(pad->ctx, &shapes) == MAILLE_OK);
    for (uint32_t i = 0; i < width * height; i++) {
        double x = i % width, y = i / width;
        if (number)
            number[i] = cells && !cells[i] ? MAILLE_ABSENT : next;
        if (cells && !cells[i])
            continue;
        maille_xy p[] = {{x * unit, y * unit},
                         {(x + 1) * unit, y * unit},
                         {(x + 1) * unit, (y + 1) * unit},
                         {x * unit, (y + 1) * unit},
                         {x * unit, y * unit}};
        CHECK(maille_shapes_begin_shape(pad->ctx, shapes) == MAILLE_OK);
        CHECK(maille_shapes_begin_part(pad->ctx, shapes) == MAILLE_OK);
        CHECK(maille_shapes_add_ring(pad->ctx, shapes, p, 5) == MAILLE_OK);
        next++;
    }
    return shapes;
}

/* Size classes A [0, 300), B [300, 600], C above; a warning below 200 and above 900. */
static inline maille_size_rules land_sizes(void) {
    return (maille_size_rules){.count = 3,
                               .classes = {{"A", 0, 300, true, false},
                                           {"B", 300, 600, true, true},
                                           {"C", 600, INFINITY, false, false}},
                               .least = 200,
                               .most = 900};
}

#endif
