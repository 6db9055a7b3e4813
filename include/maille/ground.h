/* The ground that perimeters stand on: the units and all that is known of them, as plain arrays
 * (room: territory). Units ("communes") are numbered in ascending order of code. Immutable once
 * made; threads may share it. steps/ loads it from a workspace (maille_ground_load). */
#ifndef MAILLE_GROUND_H
#define MAILLE_GROUND_H

#include <maille/ctx.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/point.h>
#include <maille/territory.h>
#include <stdbool.h>
#include <stdint.h>

/* Each unit in one group at most: département, region, EPCI, TVS, canton, on-call sector … */
typedef struct {
    const char *name; /* "departement", "region", or the grouping's name */
    uint32_t count;
    const char *const *id, *const *title; /* title NULL, or entries of it, where not known */
    const uint32_t *of_commune;           /* MAILLE_ABSENT: in none */
    /* Units of group g, ascending: unit[start[g]] … unit[start[g + 1] - 1]. Where start is NULL
     * they are looked for among all units. */
    const uint32_t *start, *unit;
} maille_partition;

/* Fills `start` and `unit` for that many units, in `arena`. */
maille_status maille_partition_index(maille_ctx *ctx, maille_partition *partition, uint32_t units,
                                     maille_arena *arena);

/* A road that joins two units without touching a third (bridge, ferry), though no border does. */
typedef struct {
    uint32_t a, b;  /* a < b */
    double minutes; /* between the centres, the longer of the two directions */
} maille_link;

typedef struct {
    const char *id, *title;
    const double *minutes; /* to the nearest, of each unit; NaN unreached */
    uint32_t band_count;
    const double *bands_min;
    const uint32_t *places; /* open places that stand in each unit */
    const double *amount;   /* and what they hold (doctors …) */
    const double *apl;      /* of each unit, NaN unknown; NULL where the service has none */
} maille_ground_service;

typedef enum { MAILLE_SUM, MAILLE_MEAN } maille_aggregation; /* MEAN: weighted */
typedef struct {
    const char *id, *title, *unit, *source; /* title, unit and source may be NULL */
    maille_aggregation how;
    const double *value;  /* of each unit, NaN unknown */
    const double *weight; /* MEAN: the denominators; NULL = population */
} maille_indicator;

typedef struct {
    double from, to;          /* years, `to` included; infinity = and over */
    const double *population; /* of each unit */
} maille_age_band;

typedef struct maille_ground {
    uint32_t count;
    const char *const *code, *const *name;
    const double *population; /* 0 where not known */
    const double *area_m2, *outline_m;
    const maille_xy *centre;    /* metres */
    const uint32_t *hull_start; /* convex hull of each unit: points [hull_start[i], …) */
    const maille_xy *hull;
    const maille_adjacency *adjacency;
    /* Of a municipal arrondissement or finer unit, the commune it is a part of, where that is a
     * unit too; MAILLE_ABSENT. */
    const uint32_t *part_of;
    uint32_t link_count; /* sorted by (a, b) */
    const maille_link *links;
    bool has_roads;
    double link_limit_min;
    maille_partition department, region;
    uint32_t grouping_count;
    const maille_partition *groupings;
    uint32_t service_count;
    const maille_ground_service *services;
    uint32_t indicator_count;
    const maille_indicator *indicators;
    uint32_t age_count;
    const maille_age_band *ages;
    /* Drives between centres in ms: row i = [time_start[i], …), ascending columns, within
     * `time_limit_ms`. NULL where not loaded. */
    const uint64_t *time_start;
    const uint32_t *time_column, *time_ms;
    uint32_t time_limit_ms;
    bool estimated; /* minutes are estimates: no roads */
} maille_ground;

/* Number of the unit of that code, or MAILLE_ABSENT. */
uint32_t maille_ground_unit(const maille_ground *ground, const char *code);

/* Milliseconds from unit a to b; UINT32_MAX beyond the limit or unreached; 0 to itself. */
uint32_t maille_ground_ms(const maille_ground *ground, uint32_t a, uint32_t b);

/* Inhabitants of the units whose centre the unit's centre reaches within that time (included), its
 * own among them; NaN where times are not loaded or do not go so far. */
double maille_ground_people_within(const maille_ground *ground, uint32_t unit, uint32_t limit_ms);

#endif
