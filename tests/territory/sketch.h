/* Small maps for tests: drawn in text, made of squares, or read from real files. */
#ifndef TESTS_TERRITORY_SKETCH_H
#define TESTS_TERRITORY_SKETCH_H

#include "harness.h"

#include <maille/crs.h>
#include <maille/memory.h>
#include <maille/territory.h>
#include <maille/vectorfile.h>

typedef struct {
    maille_ctx *ctx;
    uint64_t random;
} sketch_pad;

static inline uint32_t sketch_random(sketch_pad *pad, uint32_t below) {
    pad->random = pad->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((pad->random >> 33) % below);
}

/* Closes the ring, turns shells counter-clockwise and holes clockwise. */
static inline void sketch_ring(sketch_pad *pad, maille_shapes *shapes, maille_xy *points,
                               uint32_t n, bool shell) {
    double area = 0;
    points[n] = points[0];
    for (uint32_t k = 0; k < n; k++)
        area += points[k].x * points[k + 1].y - points[k + 1].x * points[k].y;
    if ((area > 0) != shell)
        for (uint32_t k = 0; k < (n + 1) / 2; k++) {
            maille_xy swap = points[k];
            points[k] = points[n - k];
            points[n - k] = swap;
        }
    CHECK(maille_shapes_add_ring(pad->ctx, shapes, points, n + 1) == MAILLE_OK);
}

/* One text per shape: "0 0, 2 0, 2 2, 0 2 | 1 1, …" is a polygon with a hole; ";" starts another
 * polygon of the same shape. Rings close by themselves. */
static inline maille_shapes *sketch(sketch_pad *pad, const char *const *texts, size_t count) {
    maille_shapes *shapes = NULL;
    CHECK(maille_shapes_new(pad->ctx, &shapes) == MAILLE_OK);
    for (size_t i = 0; i < count; i++) {
        maille_xy points[64];
        uint32_t n = 0;
        bool shell = true;
        CHECK(maille_shapes_begin_shape(pad->ctx, shapes) == MAILLE_OK);
        for (const char *at = texts[i]; *at;) {
            int length = 0;
            if (n == 0 && shell)
                CHECK(maille_shapes_begin_part(pad->ctx, shapes) == MAILLE_OK);
            CHECK(sscanf(at, " %lf %lf %n", &points[n].x, &points[n].y, &length) == 2);
            n++;
            at += length;
            if (*at != ',') {
                sketch_ring(pad, shapes, points, n, shell);
                shell = *at != '|';
                n = 0;
            }
            at += *at != '\0';
        }
    }
    return shapes;
}
#define SKETCH(pad, ...)                                                                           \
    sketch((pad), (const char *const[]){__VA_ARGS__},                                              \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* side × side unit squares, square (x, y) being shape y · side + x. */
static inline maille_shapes *sketch_squares(sketch_pad *pad, uint32_t side, double unit) {
    maille_shapes *shapes = NULL;
    CHECK(maille_shapes_new(pad->ctx, &shapes) == MAILLE_OK);
    for (uint32_t i = 0; i < side * side; i++) {
        double x = i % side, y = i / side;
        maille_xy p[] = {{x * unit, y * unit},
                         {(x + 1) * unit, y * unit},
                         {(x + 1) * unit, (y + 1) * unit},
                         {x * unit, (y + 1) * unit},
                         {x * unit, y * unit}};
        CHECK(maille_shapes_begin_shape(pad->ctx, shapes) == MAILLE_OK);
        CHECK(maille_shapes_begin_part(pad->ctx, shapes) == MAILLE_OK);
        CHECK(maille_shapes_add_ring(pad->ctx, shapes, p, 5) == MAILLE_OK);
    }
    return shapes;
}

/* Communes of a real file in degrees; their table (codes as text in column 0) when asked for. */
static inline maille_shapes *sketch_read(sketch_pad *pad, const char *path,
                                         maille_table **table_out) {
    maille_table *table = NULL;
    maille_shapes *shapes = NULL;
    const char *columns[] = {"code"};
    maille_read_options options = {.with_geometry = true};
    if (table_out) {
        options.columns = columns;
        options.column_count = 1;
        options.texts = true;
    }
    maille_status status = maille_file_read(pad->ctx, path, &options, &table);
    if (status != MAILLE_OK) {
        fprintf(stderr, "%s\n", maille_message(pad->ctx));
        exit(1);
    }
    size_t column = (size_t)maille_table_column(table, "geom");
    CHECK(maille_shapes_from_column(pad->ctx, table, column, &shapes) == MAILLE_OK);
    if (table_out)
        *table_out = table;
    else
        maille_table_free(table);
    return shapes;
}

/* The same in Lambert-93. */
static inline maille_shapes *sketch_read_metres(sketch_pad *pad, const char *path,
                                                maille_table **table_out) {
    maille_shapes *lonlat = sketch_read(pad, path, table_out), *metres = NULL;
    maille_crs *crs = NULL;
    CHECK(maille_crs_new(pad->ctx, 2154, &crs) == MAILLE_OK);
    CHECK(maille_shapes_project(pad->ctx, lonlat, crs, &metres) == MAILLE_OK);
    maille_crs_free(crs);
    maille_shapes_free(lonlat);
    return metres;
}

/* Number of the commune with this code. */
static inline uint32_t sketch_commune(const maille_table *table, const char *code) {
    for (size_t i = 0; i < table->rows; i++)
        if (strcmp(table->columns[0].texts[i], code) == 0)
            return (uint32_t)i;
    fprintf(stderr, "no commune %s\n", code);
    exit(1);
}

#endif
