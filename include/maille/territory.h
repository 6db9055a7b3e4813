/* Communes and perimeters: adjacency, dissolve, overlaps, gaps, parts (room: territory). Pure:
 * arrays in, arrays out. Numbers of communes are places in the arrays, in ascending order of code.
 */
#ifndef MAILLE_TERRITORY_H
#define MAILLE_TERRITORY_H

#include <maille/ctx.h>
#include <maille/shapes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- adjacency: who touches whom --------------------------------------------------------------
 */

typedef struct {
    uint32_t a, b;   /* a < b */
    double length_m; /* of the shared border, 0 for a point */
    bool line;       /* false: they meet in points only */
} maille_border;

typedef struct {
    uint32_t count; /* borders, lines and points, sorted by (a, b) */
    maille_border *borders;
    /* neighbours by line only, CSR: of commune c [start[c], start[c+1]), ascending */
    uint32_t commune_count;
    uint32_t *start, *neighbour;
    /* connected groups by line borders, numbered by their first commune */
    uint32_t *block;
    uint32_t block_count;
    /* 1 where a part of the commune's outline is nobody else's: sea, or the edge of the study */
    unsigned char *on_edge;
} maille_adjacency;

/* Shared border: equal segments and equal vertices by hash; then, among the segments that nobody
 * shares, those that run along each other within 2 cm and the bend of a projected straight line
 * (a vertex missing on one side). Communes that overlap are neighbours. `metres` in the study's
 * CRS. */
maille_status maille_adjacency_new(maille_ctx *ctx, const maille_shapes *metres,
                                   maille_adjacency **out);
void maille_adjacency_free(maille_adjacency *adjacency);

/* ---- dissolve ----------------------------------------------------------------------------------
 */

/* Which way a group was dissolved, and what was found wrong. */
typedef struct {
    uint32_t groups, by_arcs, by_union; /* by_union: the shapes were no clean coverage */
    /* groups by defect: a segment twice in one direction, outlines that cross, shapes within
     * shapes; outlines that pass within 1 cm of each other without sharing a vertex (a gap, or a
     * vertex missing on one side), or a hole less than 1 m wide on average, which stays */
    uint32_t overlapping, gaping;
    double worst_area_error; /* of groups by arcs, relative: |sum of areas − area| / sum */
} maille_dissolve_report;

/* Dissolves members into one shape per group: `group_start`/`members` as CSR (group_count + 1).
 * Shared segments cancel, what is left is chained into rings; each result is checked (rings closed,
 * no segment twice, none that cross or nearly do, shells and holes nested, hence valid; area = sum
 * of areas within 1e-9); a group that fails goes through GEOSUnaryUnionPrec at 1 cm and is
 * reported. `report` may be NULL. In parallel over groups. `shapes` may be in degrees or metres; in
 * degrees the outline keeps its vertices to the last digit. */
maille_status maille_dissolve(maille_ctx *ctx, const maille_shapes *shapes,
                              const uint32_t *group_start, const uint32_t *members,
                              uint32_t group_count, maille_shapes **out,
                              maille_dissolve_report *report);

/* ---- perimeters ---------------------------------------------------------------------------------
 */

/* Perimeters as CSR over communes; each list ascending, no commune twice. */
typedef struct {
    uint32_t count;
    uint32_t *start;  /* count + 1 */
    uint32_t *member; /* commune numbers */
    double *share;    /* in (0, 1]; NULL = 1 */
} maille_perimeters;

/* Overlaps: pairs of perimeters with common communes, sorted by (a, b). Of a commune that both hold
 * in part the lesser share counts. */
typedef struct {
    uint32_t a, b;
    uint32_t first, count; /* communes: codes[first … first+count-1] */
    double population;
    double part_a, part_b; /* share of a's and b's population; NaN when that is 0 */
} maille_overlap;
typedef struct {
    uint32_t count;
    maille_overlap *overlaps;
    uint32_t *communes;
} maille_overlaps;
maille_status maille_overlaps_new(maille_ctx *ctx, const maille_perimeters *perimeters,
                                  const double *population, uint32_t commune_count,
                                  maille_overlaps **out);
void maille_overlaps_free(maille_overlaps *overlaps);

/* Gaps: connected groups of communes that no perimeter covers, in order of their first commune. */
typedef struct {
    uint32_t first, count;                     /* communes[first …] ascending */
    uint32_t first_neighbour, neighbour_count; /* perimeters that border it, ascending */
    double population;
    /* every neighbour is covered and no border lies on the sea or the study's edge */
    bool enclosed;
} maille_gap;
typedef struct {
    uint32_t count;
    maille_gap *gaps;
    uint32_t *communes, *neighbours;
    uint32_t covered; /* communes in some perimeter: covered + Σ count = commune_count */
} maille_gaps;
maille_status maille_gaps_new(maille_ctx *ctx, const maille_perimeters *perimeters,
                              const maille_adjacency *adjacency, const double *population,
                              maille_gaps **out);
void maille_gaps_free(maille_gaps *gaps);

/* Connected pieces of one set of communes by line borders: number of pieces, and (may be NULL) the
 * piece of each member, numbered by first member. */
maille_status maille_parts(maille_ctx *ctx, const maille_adjacency *adjacency,
                           const uint32_t *members, uint32_t count, uint32_t *parts,
                           uint32_t *part_of);

/* ---- passage of codes from one vintage to another
 * ------------------------------------------------- */

/* One row of a passage table: from → to with the share of `from` that goes there (NaN: not said).
 */
typedef struct {
    uint32_t from, to; /* numbers of names in a caller's list */
    double ratio;
} maille_passage_row;

/* Shares that sum to 1 for each `from` that occurs (given ratios normalised; those not said share
 * what the given ones leave of 1 by `weight` of the targets, e.g. population, equally where all
 * weights are 0 or `weight` is NULL). Totals are kept. In place. */
maille_status maille_passage_normalise(maille_ctx *ctx, maille_passage_row *rows, size_t count,
                                       const double *weight, uint32_t name_count);
/* values_out[to] += ratio · values[from]; codes without a row keep their own number.
 * The two arrays are distinct. */
void maille_passage_apply(const maille_passage_row *rows, size_t count, const double *values,
                          double *values_out, uint32_t name_count, const unsigned char *has_row);

#endif
