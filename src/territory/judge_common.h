/* What judging, figures, evidence and proposals share (inside territory). */
#ifndef TERRITORY_JUDGE_COMMON_H
#define TERRITORY_JUDGE_COMMON_H

#include <maille/judge.h>
#include <maille/vec.h>

typedef MAILLE_VEC(uint32_t) maille_numbers;

/* A list of units, ascending, with shares (NULL = 1). */
typedef struct {
    const uint32_t *unit;
    const double *share;
    uint32_t count;
} maille_unit_list;

static inline maille_unit_list maille_units_of(const maille_claim *claim) {
    return (maille_unit_list){claim->member, claim->share, claim->count};
}
static inline double maille_unit_share(const maille_unit_list *list, uint32_t place) {
    return list->share ? list->share[place] : 1;
}
/* Population of the unit at a place, by its share. */
static inline double maille_unit_people(const maille_ground *ground, const maille_unit_list *list,
                                        uint32_t place) {
    return ground->population[list->unit[place]] * maille_unit_share(list, place);
}
/* Of the whole list. */
double maille_list_people(const maille_ground *ground, const maille_unit_list *list);
/* Place of a unit in an ascending list, or MAILLE_ABSENT. */
uint32_t maille_unit_place(const uint32_t *units, uint32_t count, uint32_t unit);

/* Places of a list by group of a partition: sorted by (group, place); units in no group are left
 * out. */
typedef struct {
    uint32_t group, place;
} maille_met;
maille_status maille_groups_met(maille_ctx *ctx, const maille_partition *partition,
                                const maille_unit_list *list, maille_met **out, uint32_t *count);

/* The units of one group, ascending: MAILLE_ABSENT after the last. */
typedef struct {
    const maille_partition *partition;
    uint32_t group, at, end;
} maille_group_walk;
maille_group_walk maille_group_units(const maille_ground *ground, const maille_partition *partition,
                                     uint32_t group);
uint32_t maille_group_next(maille_group_walk *walk);

/* Groups of other units wholly inside a list: connected by border, all their other neighbours in
 * the list, none on the edge. Group h is unit[start[h]] … unit[start[h + 1] - 1], ascending. */
typedef struct {
    uint32_t count;
    maille_numbers start, unit;
} maille_holes;
/* Walks the units within the bounding box of the list and no others, each once: a hole's outline is
 * shared with the list, so that whatever reaches out of the box is no part of one. */
maille_status maille_holes_find(maille_ctx *ctx, const maille_ground *ground, const uint32_t *units,
                                uint32_t count, maille_holes *out);
void maille_holes_free(maille_holes *holes); /* what it holds */

/* Population that each claim holds, inactive ones too; block of the caller's. */
maille_status maille_people_of_claims(maille_ctx *ctx, const maille_ground *ground,
                                      const maille_plan *plan, double **out);

/* Gaps between the active claims: maille_gaps_new on the numbers of the plan. */
maille_status maille_gaps_of_plan(maille_ctx *ctx, const maille_ground *ground,
                                  const maille_plan *plan, maille_gaps **out);
/* How claims meet a gap: metres of border by each claim of the plan (of `reach->claims` alone are
 * they valid), whether a line joins them, and the road links. */
typedef struct {
    double *length; /* of each claim of the plan */
    uint32_t *lines, *links;
    maille_numbers claims; /* that border the gap, in no order */
} maille_reach;
maille_status maille_reach_new(maille_ctx *ctx, const maille_plan *plan, maille_reach *reach);
void maille_reach_free(maille_reach *reach); /* what it holds */
/* Borders of a gap's units with units that claims hold; what was in it is cleared. */
maille_status maille_reach_borders(maille_ctx *ctx, const maille_ground *ground,
                                   const maille_holders *holders, const uint32_t *units,
                                   uint32_t count, maille_reach *reach);
/* Notes one more road link to whoever holds `unit`. */
maille_status maille_reach_link(maille_ctx *ctx, const maille_holders *holders, uint32_t unit,
                                maille_reach *reach);
/* Metres of the line border between two units; 0 where there is none. */
double maille_border_length(const maille_adjacency *adjacency, uint32_t a, uint32_t b);

/* A flag of a claim without units, links, takers; population 0, value NaN. */
maille_flag maille_flag_of(maille_flag_kind kind, maille_severity severity, uint32_t claim);
/* Appends a flag with flag->count units, flag->taker_count takers, flag->link_count links. */
maille_status maille_flags_add(maille_ctx *ctx, maille_flags *flags, const maille_flag *flag,
                               const uint32_t *units, const maille_taker *takers,
                               const uint32_t *links);
/* Back to the counts that `mark`, an earlier copy of the list, had. */
void maille_flags_cut(maille_flags *flags, const maille_flags *mark);

int maille_compare_numbers(const void *left, const void *right); /* of uint32, for qsort */

#endif
