/* A field of squares to play on: units with populations, départements, groupings, links, parts. */
#ifndef TESTS_LIVE_FIELD_H
#define TESTS_LIVE_FIELD_H

#include "strokes.h"

#include "../territory/sketch.h"

enum { FIELD_MOST = 400 };

typedef struct {
    sketch_pad pad;
    maille_ground ground;
    maille_shapes *shapes;
    maille_adjacency *adjacency;
    maille_size_rules *sizes;
    maille_overlap_rules *overlaps;
    maille_publication_rules *publication;
    maille_judge_rules rules;
    char codes[FIELD_MOST][8];
    const char *code[FIELD_MOST], *id[16];
    double population[FIELD_MOST], area_m2[FIELD_MOST], outline_m[FIELD_MOST];
    double minutes[FIELD_MOST], amount[FIELD_MOST];
    uint32_t places[FIELD_MOST], part_of[FIELD_MOST], of[3][FIELD_MOST];
    maille_xy centre[FIELD_MOST], hull[4 * FIELD_MOST];
    uint32_t hull_start[FIELD_MOST + 1];
    maille_partition groupings[1];
    maille_link links[8];
    maille_ground_service service;
    maille_perimeter *perimeters[16];
    uint32_t perimeter_count;
} field;

static inline maille_partition field_partition(field *f, const char *name, uint32_t which,
                                               uint32_t count) {
    return (maille_partition){
        .name = name, .count = count, .id = f->id, .of_commune = f->of[which]};
}

/* side × side squares of 2 km, of which one in twelve is sea. */
static inline field *field_new(uint64_t seed, uint32_t side) {
    static const char *const ids[] = {"00", "01", "02", "03", "04", "05", "06", "07",
                                      "08", "09", "10", "11", "12", "13", "14", "15"};
    field *f = maille_alloc(1, sizeof *f);
    f->pad.random = seed;
    CHECK(maille_ctx_new(&f->pad.ctx) == MAILLE_OK);
    CHECK(maille_shapes_new(f->pad.ctx, &f->shapes) == MAILLE_OK);
    memcpy(f->id, ids, sizeof ids);
    uint32_t n = 0;
    for (uint32_t i = 0; i < side * side; i++) {
        if (sketch_random(&f->pad, 12) == 0)
            continue;
        double x = 2000.0 * (i % side), y = 2000.0 * (i / side);
        maille_xy ring[] = {{x, y}, {x + 2000, y}, {x + 2000, y + 2000}, {x, y + 2000}, {x, y}};
        CHECK(maille_shapes_begin_shape(f->pad.ctx, f->shapes) == MAILLE_OK);
        CHECK(maille_shapes_begin_part(f->pad.ctx, f->shapes) == MAILLE_OK);
        CHECK(maille_shapes_add_ring(f->pad.ctx, f->shapes, ring, 5) == MAILLE_OK);
        memcpy(f->hull + (size_t)4 * n, ring, 4 * sizeof *ring);
        snprintf(f->codes[n], sizeof f->codes[n], "%05u", i);
        f->code[n] = f->codes[n];
        f->hull_start[n + 1] = 4 * (n + 1);
        f->centre[n] = (maille_xy){x + 1000, y + 1000};
        f->area_m2[n] = 4e6;
        f->outline_m[n] = 8000;
        f->population[n] = sketch_random(&f->pad, 9) ? 100 + sketch_random(&f->pad, 9000) : 0;
        f->minutes[n] = NAN;
        f->places[n] = sketch_random(&f->pad, 3);
        f->amount[n] = f->places[n];
        f->of[0][n] = i % side < side / 2 ? 0 : 1;
        f->of[1][n] = 0;
        f->of[2][n] = sketch_random(&f->pad, 20) ? i / side / 4 * 4 + i % side / 5 : MAILLE_ABSENT;
        f->part_of[n] = MAILLE_ABSENT;
        n++;
    }
    for (uint32_t k = 0; k < 6; k++)
        f->part_of[n / 2 + k] = n / 2 - 1;
    for (uint32_t k = 0; k < 8; k++)
        f->links[k] = (maille_link){n / 10 * k, n / 10 * k + n / 5, 10};
    CHECK(maille_adjacency_new(f->pad.ctx, f->shapes, &f->adjacency) == MAILLE_OK);
    CHECK(maille_size_rules_read(f->pad.ctx, MAILLE_DEFAULT_SIZES, &f->sizes) == MAILLE_OK);
    CHECK(maille_overlap_rules_read(f->pad.ctx, MAILLE_DEFAULT_OVERLAPS, &f->overlaps) ==
          MAILLE_OK);
    CHECK(maille_publication_rules_read(f->pad.ctx, MAILLE_DEFAULT_PUBLICATION, &f->publication) ==
          MAILLE_OK);
    f->rules = (maille_judge_rules){.sizes = f->sizes, .overlaps = f->overlaps};
    f->groupings[0] = field_partition(f, "epci", 2, 16);
    f->service = (maille_ground_service){.id = "medecin",
                                         .title = "Médecin",
                                         .minutes = f->minutes,
                                         .places = f->places,
                                         .amount = f->amount};
    f->ground = (maille_ground){.count = n,
                                .code = f->code,
                                .name = f->code,
                                .population = f->population,
                                .area_m2 = f->area_m2,
                                .outline_m = f->outline_m,
                                .centre = f->centre,
                                .hull_start = f->hull_start,
                                .hull = f->hull,
                                .adjacency = f->adjacency,
                                .part_of = f->part_of,
                                .link_count = 8,
                                .links = f->links,
                                .has_roads = true,
                                .link_limit_min = 20,
                                .department = field_partition(f, "departement", 0, 2),
                                .region = field_partition(f, "region", 1, 1),
                                .grouping_count = 1,
                                .groupings = f->groupings,
                                .service_count = 1,
                                .services = &f->service};
    return f;
}

/* Perimeters grown around random seeds, some units left over, one member lost. */
static inline void field_grow(field *f, uint32_t count) {
    static const char *const statuses[] = {"projet", "contractualisee", "en-fonctionnement"};
    maille_ctx *ctx = f->pad.ctx;
    for (uint32_t p = 0; p < count; p++) {
        char id[16];
        uint32_t seed = sketch_random(&f->pad, f->ground.count);
        snprintf(id, sizeof id, "p-%02u", p);
        CHECK(maille_perimeter_new(ctx, id, "cpts", "Un nom", statuses[p % 3], NULL, NULL,
                                   &f->perimeters[p]) == MAILLE_OK);
        for (uint32_t u = 0; u < f->ground.count; u++) {
            bool part = f->part_of[u] != MAILLE_ABSENT;
            maille_op op = {.kind = MAILLE_OP_ADD, .perimeter = id, .code = f->code[u]};
            if (!part && fabs(f->centre[u].x - f->centre[seed].x) < 5000 &&
                fabs(f->centre[u].y - f->centre[seed].y) < 5000)
                CHECK(maille_perimeter_apply(ctx, &f->perimeters[p], &op) == MAILLE_OK);
        }
    }
    maille_op lost = {.kind = MAILLE_OP_ADD, .perimeter = "p-00", .code = "disparue"};
    CHECK(maille_perimeter_apply(ctx, &f->perimeters[0], &lost) == MAILLE_OK);
    f->perimeter_count = count;
}

static inline const maille_perimeter *const *field_perimeters(const field *f) {
    return (const maille_perimeter *const *)f->perimeters;
}

static inline game field_game(field *f, uint64_t seed) {
    return (game){.ctx = f->pad.ctx,
                  .ground = &f->ground,
                  .rules = &f->rules,
                  .publication = f->publication,
                  .random = seed};
}

static inline void field_free(field *f) {
    for (uint32_t p = 0; p < f->perimeter_count; p++)
        maille_perimeter_free(f->perimeters[p]);
    maille_adjacency_free(f->adjacency);
    maille_shapes_free(f->shapes);
    maille_size_rules_free(f->sizes);
    maille_overlap_rules_free(f->overlaps);
    maille_publication_rules_free(f->publication);
    maille_ctx_free(f->pad.ctx);
    maille_free(f);
}

#endif
