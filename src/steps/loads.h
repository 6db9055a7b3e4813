/* What steps read from the workspace as plain arrays: loaded when first asked for, kept for one run
 * of the chain, borrowed by the steps. A step that rewrites a table forgets what was loaded from
 * it. */
#ifndef MAILLE_STEPS_LOADS_H
#define MAILLE_STEPS_LOADS_H

#include <maille/access.h>
#include <maille/crs.h>
#include <maille/ctx.h>
#include <maille/edit.h>
#include <maille/hierarchy.h>
#include <maille/judge.h>
#include <maille/map.h>
#include <maille/network.h>
#include <maille/rules.h>
#include <maille/shapes.h>
#include <maille/store.h>
#include <maille/study.h>
#include <maille/territory.h>
#include <maille/travel.h>

/* Columns of communes.table. */
enum { COMMUNES_CODE, COMMUNES_NAME, COMMUNES_POPULATION, COMMUNES_GEOM, COMMUNES_COLUMNS };

/* Communes in ascending order of code; their place in the arrays is their number everywhere. */
typedef struct {
    uint32_t count;
    const char **code, **name;
    double *population;   /* 0 where not known */
    maille_names *number; /* of a code */
    maille_shapes *lonlat, *metres;
    maille_table *table;
} communes;

/* What step `borders` found of each commune. */
typedef struct {
    maille_xy *centre; /* metres */
    double *area_m2;
} commune_figures;

/* Places of one or all services, in order of (service, id). */
typedef struct {
    uint32_t count;
    const char **id, **service, **name, **status;
    uint32_t *commune; /* number, MAILLE_ABSENT when in none */
    unsigned char *at_centre,
        *open; /* located at the centre of its commune; open to patients now */
    double *amount;
    maille_xy *at; /* metres; NaN where nowhere */
    maille_table *table;
} places;

/* Perimeters of all kinds that an audience may see, in order of id. */
typedef struct {
    maille_perimeters sets;
    const char **id, **kind, **name, **status, **contact;
    const char **since;        /* date of the present status; NULL not dated */
    unsigned char *published;  /* of a status that the public sees */
    unsigned char *active;     /* neither given up nor opposed: it covers and overlaps */
    unsigned char *on_purpose; /* of each member: shared on purpose */
    /* Codes of members that are in no commune layer, ascending; of perimeter i from lost_start[i]
     * on. */
    uint32_t *lost_start;
    const char **lost_code;
    maille_table *table, *statuses, *members; /* where the texts live */
} seen_perimeters;

/* Roads, and where communes and places stand on them. */
typedef struct {
    maille_network *network;     /* NULL: no roads, minutes are estimates */
    maille_hierarchy *hierarchy; /* by load_hierarchy */
    uint32_t *node_commune;      /* that holds each node; MAILLE_ABSENT */
    uint32_t *edge_group;        /* which block's communes may use each edge */
    maille_snapper *snapper;     /* by edge_group */
    maille_stop *commune_stop;
    maille_snap *commune_snap;
    uint32_t nodes_outside;  /* nodes that lie near no commune */
    maille_stop *place_stop; /* by load_place_stops */
    maille_snap *place_snap;
} travel;

typedef struct loads loads;
/* Makers, one file each; steps use the load_… functions. */
maille_status communes_new(maille_ctx *ctx, loads *l, communes **out);
void communes_free(communes *c);
maille_status commune_figures_new(maille_ctx *ctx, loads *l, commune_figures **out);
void commune_figures_free(commune_figures *f);
/* From the tables that step borders left. */
maille_status adjacency_from_tables(maille_ctx *ctx, loads *l, maille_adjacency **out);
maille_status places_new(maille_ctx *ctx, loads *l, places **out);
void places_free(places *p);
maille_status seen_perimeters_new(maille_ctx *ctx, loads *l, maille_audience audience,
                                  seen_perimeters **out);
void seen_perimeters_free(seen_perimeters *p);
/* The perimeters of one kind as a plan; its arrays are theirs, `of` the number of each claim among
 * them. Both blocks are the caller's (maille_free on plan->claims). */
maille_status seen_plan(maille_ctx *ctx, const seen_perimeters *seen, const char *kind,
                        maille_plan *plan, uint32_t **of);
/* Kinds that occur, ascending; a block of the caller's. */
maille_status seen_kinds(maille_ctx *ctx, const seen_perimeters *seen, const char ***kinds,
                         uint32_t *count);
/* Projects the columns `lon`, `lat` of a table into metres; NaN stays NaN. */
maille_status project_columns(maille_ctx *ctx, loads *l, const maille_table *table, size_t lon,
                              size_t lat, maille_xy **out);
/* src/steps/travel.c; use load_travel, load_place_stops and load_hierarchy. */
maille_status travel_new(maille_ctx *ctx, loads *l, maille_store *store, travel **out);
void travel_free(travel *t);
maille_status travel_snap_places(maille_ctx *ctx, loads *l, travel *t);
maille_status travel_build_hierarchy(maille_ctx *ctx, loads *l, travel *t);
/* src/steps/times.c; use load_matrix. */
maille_status times_between_communes(maille_ctx *ctx, loads *l, maille_matrix **out);
/* The hash of a step for an audience, once it was computed. */
typedef struct {
    bool known;
    char hash[65];
    const char *lacks;
} step_known;
/* From here on hashes of steps are computed once: for who reads one state of the store, and only
 * reads. */
maille_status loads_remember(maille_ctx *ctx, loads *l, size_t steps);
/* Where it is kept; NULL: it is not. */
step_known *loads_known(loads *l, size_t number, maille_audience audience);
maille_status loads_new(maille_ctx *ctx, maille_store *store, loads **out);
void loads_free(loads *l);
/* Others have written: perimeters are to be loaded again. All else rests on imports. */
void loads_forget_decisions(loads *l);

maille_status load_study(maille_ctx *ctx, loads *l, const maille_study **out);
maille_status load_crs(maille_ctx *ctx, loads *l, const maille_crs **out);
maille_status load_travel_rules(maille_ctx *ctx, loads *l, const maille_travel_rules **out);
maille_status load_publication(maille_ctx *ctx, loads *l, const maille_publication_rules **out);
/* The zoning rules of the study, or the house's default set (for APL); `unit` NULL without zoning.
 */
maille_status load_zoning(maille_ctx *ctx, loads *l, const maille_zoning_rules **out,
                          const char **unit);
/* The decay of zoning rules; one that is none is refused with the name of its file. */
maille_status decay_of(maille_ctx *ctx, const maille_zoning_rules *rules, maille_decay *out);
maille_status load_communes(maille_ctx *ctx, loads *l, const communes **out);
/* The unit that a code is a part of, straight or by way of a commune that is no unit itself. */
uint32_t whole_unit(const maille_unit_rules *rules, const communes *c, const char *code);
maille_status load_figures(maille_ctx *ctx, loads *l, const commune_figures **out);
maille_status load_adjacency(maille_ctx *ctx, loads *l, const maille_adjacency **out);
maille_status load_places(maille_ctx *ctx, loads *l, const places **out);
maille_status load_travel(maille_ctx *ctx, loads *l, const travel **out);
/* The same with place_stop and place_snap filled in (after step codes). */
maille_status load_place_stops(maille_ctx *ctx, loads *l, const travel **out);
/* The same with the hierarchy of the roads, where there are any. */
maille_status load_hierarchy(maille_ctx *ctx, loads *l, const travel **out);
/* Times between commune centres up to the longest decay of the rules, 60 minutes at least: from the
 * cache, else computed and left there. */
maille_status load_matrix(maille_ctx *ctx, loads *l, const maille_matrix **out);
/* Times from some communes to others, whatever their length (src/steps/drives_among.c); `from` and
 * `to` the same array: each reaches itself, even nowhere. */
maille_status times_without_limit(maille_ctx *ctx, loads *l, const uint32_t *from,
                                  uint32_t from_count, const uint32_t *to, uint32_t to_count,
                                  maille_matrix **out);
/* The ground that perimeters stand on, and the rules they are judged by (src/steps/ground.h). */
maille_status load_ground(maille_ctx *ctx, loads *l, unsigned with, const maille_loaded **out);
maille_store *loads_store(const loads *l);
/* Group of each commune in a grouping: number into `ids`, MAILLE_ABSENT for none. Owned by caller.
 */
typedef struct {
    uint32_t count;
    const char **id, **title; /* title may be NULL */
    uint32_t *of_commune;
    maille_table *table;
} grouping;
maille_status load_grouping(maille_ctx *ctx, loads *l, const char *name, grouping **out);
void grouping_free(grouping *g);
/* Title of a group: its own, else the name of the commune that bears its code, else its id. */
const char *group_name(const grouping *g, const communes *c, uint32_t group);
/* Names of all groupings, ascending, each once: the first `count` texts of the table's only column.
 * The table is the caller's. */
maille_status load_grouping_names(maille_ctx *ctx, loads *l, maille_table **out, size_t *count);
maille_status load_perimeters(maille_ctx *ctx, loads *l, maille_audience audience,
                              const seen_perimeters **out);
/* Nearest place of each commune as step `coverage` kept it: minutes (NaN unreached) and number into
 * places (MAILLE_ABSENT). Owned by the caller, one block each. */
maille_status load_coverage(maille_ctx *ctx, loads *l, const char *service, double **minutes,
                            uint32_t **place);

/* Places that count for a service: open, with an amount; numbers into places, owned by the caller.
 */
maille_status places_of(maille_ctx *ctx, const places *p, const char *service, uint32_t **numbers,
                        uint32_t *count);

#endif
