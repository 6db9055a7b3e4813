/* Perimeters judged on their ground: figures of a perimeter or of any list of communes, and flags,
 * what a person should look at (room: territory). A flag is never an arbitration. Pure; a figure is
 * summed in ascending order of unit, so that the same perimeter gives the same bytes whoever asks.
 *
 * Compactness: Polsby-Popper 4πA/P² (Polsby & Popper 1991), Reock A / area of the smallest
 * enclosing circle (Reock 1961), A / area of the convex hull. A and P are those of the union: areas
 * of the members summed, their outlines summed less twice the borders they share. */
#ifndef MAILLE_JUDGE_H
#define MAILLE_JUDGE_H

#include <maille/ctx.h>
#include <maille/ground.h>
#include <maille/memory.h>
#include <maille/rules.h>

/* ---- a plan: who claims what ------------------------------------------------------------------
 */

typedef struct {
    const char *id, *name, *status, *since; /* since NULL: not dated */
    bool published;                         /* of a status that the public sees */
    bool active;                            /* not given up nor opposed: it covers and overlaps */
    uint32_t count;
    uint32_t *member;             /* ascending units */
    double *share;                /* NULL = 1 */
    unsigned char *on_purpose;    /* shared on purpose; NULL = none */
    uint32_t lost;                /* members whose code is no unit */
    const char *const *lost_code; /* of each, ascending; NULL where there is none */
} maille_claim;

/* Perimeters of one kind, ascending ids. */
typedef struct {
    uint32_t count;
    maille_claim *claims;
} maille_plan;

typedef struct {
    const maille_size_rules *sizes;
    const maille_overlap_rules *overlaps;
    const maille_publication_rules *publication; /* words for statuses; NULL: their ids */
} maille_judge_rules;

/* Class of a population; NULL outside all. */
const maille_size_class *maille_size_of(const maille_size_rules *rules, double population);

/* ---- figures ----------------------------------------------------------------------------------
 */

typedef struct {
    uint32_t group;       /* of the partition */
    uint32_t common;      /* units in both */
    uint32_t missing;     /* units of the group that the list lacks */
    double population;    /* in common */
    double part_of_list;  /* of the list's population; NaN when that is 0 */
    double part_of_group; /* of the group's */
    double of_group;      /* population of the whole group */
} maille_crossing;
typedef struct {
    const maille_partition *partition;
    uint32_t count, outside; /* groups met, ascending; units of the list in no group */
    maille_crossing *items;
} maille_crosswalk;

typedef struct {
    uint32_t places;
    double amount;
    double *within; /* share of the population within each band; NaN without population */
    double apl;     /* weighted by population over units where it is known; NaN */
    double mean_min, population_unreached;
} maille_service_figures;

typedef struct {
    uint32_t communes, unknown_population; /* the latter: units whose population is 0 */
    double population, area_m2, density;   /* per km² */
    const char *size_class;                /* NULL outside all */
    double to_upper, to_lower; /* inhabitants to the next class, and above this one's bound; NaN */
    double outline_m, polsby_popper, reock, hull_ratio; /* NaN for an empty list */
    uint32_t parts_by_border, parts; /* pieces by border alone; by border or road link */
    uint32_t holes;                  /* groups of other units wholly inside */
    /* Drives among members. longest_min NaN when a pair is beyond the limit or unreached. */
    double longest_min;
    uint32_t longest_from, longest_to, pairs_beyond;
    /* The member whose farthest member drives the shortest; MAILLE_ABSENT when none is in reach of
     * all. */
    uint32_t meeting;
    double meeting_max_min, meeting_mean_min; /* mean weighted by population */
    maille_service_figures *services;         /* of each service of the ground */
    double *indicators, *ages;                /* of each; NaN where no unit has a value */
    uint32_t crosswalk_count;                 /* département, region, then the groupings */
    maille_crosswalk *crosswalks;
    maille_arena *arena;
} maille_figures;

/* What to compute beyond the cheap figures (communes … holes); services stand for indicators and
 * ages too. What was not asked for is NULL, 0, NaN, MAILLE_ABSENT. */
enum { MAILLE_WITH_DRIVES = 1, MAILLE_WITH_SERVICES = 2, MAILLE_WITH_CROSSWALKS = 4 };

/* Figures of a list of units, ascending, with shares (NULL = 1; a share weighs population, supply
 * and indicators; area counts whole). */
maille_status maille_figures_new(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const uint32_t *units,
                                 const double *shares, uint32_t count, unsigned with,
                                 maille_figures **out);
void maille_figures_free(maille_figures *figures);

/* ---- flags ------------------------------------------------------------------------------------
 */

typedef enum {
    MAILLE_FLAG_EMPTY,       /* no member that is a unit: then lost alone may stand beside it */
    MAILLE_FLAG_LOST,        /* members that are in no commune layer: value = how many, codes are
                              * the claim's */
    MAILLE_FLAG_OVERLAP,     /* a and b; units that both hold, not shared on purpose by both */
    MAILLE_FLAG_SHARED,      /* a and b; units shared on purpose: information */
    MAILLE_FLAG_OVERSHARED,  /* a unit held in part whose shares sum over 1: value = the sum */
    MAILLE_FLAG_GAP,         /* units that nobody holds; enclosed or not */
    MAILLE_FLAG_PARTS,       /* a; units outside the most populous piece by border or road; value =
                              * pieces; links that join some of them by road */
    MAILLE_FLAG_LINKED,      /* a; of one piece only by road: information, links; units outside the
                              * most populous piece by border; value = pieces by border */
    MAILLE_FLAG_HOLE,        /* a; units of others inside it */
    MAILLE_FLAG_SMALL,       /* a; value = inhabitants that lack */
    MAILLE_FLAG_LARGE,       /* a; value = inhabitants above */
    MAILLE_FLAG_DEPARTMENTS, /* a; units outside its main département; value = how many met */
    MAILLE_FLAG_REGIONS,
    MAILLE_FLAG_SPLIT, /* a; grouping and group: units of the group that a lacks, where it
                        * holds some; value = population of the group held by a */
    MAILLE_FLAG_KINDS
} maille_flag_kind;
/* Published French id: "sans-commune", "membre-disparu", "chevauchement" …; "taille" for both
 * sizes. */
const char *maille_flag_name(maille_flag_kind kind);

typedef enum { MAILLE_INFORMATION, MAILLE_ALERTE, MAILLE_ERREUR } maille_severity;
const char *maille_severity_name(maille_severity severity);
/* Of an overlap: by the policy and by how many of the two claims are published. */
maille_severity maille_overlap_severity(const maille_overlap_rules *rules, const maille_claim *a,
                                        const maille_claim *b);

/* Someone who could take what a flag is about. */
typedef struct {
    uint32_t claim; /* number in the plan */
    double population_after;
    const char *size_after; /* NULL outside all classes */
} maille_taker;

typedef struct {
    maille_flag_kind kind;
    maille_severity severity;
    uint32_t a, b;            /* claims of the plan; MAILLE_ABSENT */
    uint32_t grouping, group; /* SPLIT: of ground->groupings; MAILLE_ABSENT */
    uint32_t first, count;    /* units: list->units[first …], ascending */
    uint32_t first_unit;      /* units[first]; MAILLE_ABSENT where count is 0 */
    double population;        /* of these units, a's own weighed by share; SMALL, LARGE: a's */
    double value;             /* see the kinds; NaN */
    bool enclosed;            /* GAP */
    uint32_t places;          /* GAP: open places of all services inside */
    uint32_t first_taker, taker_count; /* GAP: claims that border it, by border or road link */
    uint32_t first_link, link_count;   /* LINKED, PARTS: numbers of ground->links, ascending */
    uint64_t lost_codes;               /* LOST: a number that stands for these codes, else 0 */
} maille_flag;

/* Flags in order of (kind, a, b, grouping, group, first unit). */
typedef struct {
    uint32_t count, unit_count, taker_count, link_count;
    uint32_t capacity, unit_capacity, taker_capacity, link_capacity;
    maille_flag *flags;
    uint32_t *units;
    maille_taker *takers;
    uint32_t *links;
} maille_flags;
/* Whether it counts among the alerts of its claims: an overlap whatever its severity, and what else
 * is more than information. */
bool maille_flag_alerts(const maille_flag *flag);
void maille_flags_clear(maille_flags *flags); /* keeps the memory */
void maille_flags_free(maille_flags *flags);  /* what it holds, not the struct */
/* Appends copies of `from` with their units, takers and links; all or, when memory ran out, none.
 */
maille_status maille_flags_append(maille_ctx *ctx, maille_flags *to, const maille_flags *from);
/* Below, at or above 0: the order that lists of flags have. */
int maille_flag_order(const maille_flag *a, const maille_flag *b);
void maille_flags_sort(maille_flags *flags);
/* Same flags with the same figures, bit for bit, whatever the places in the arrays. */
bool maille_flags_equal(const maille_flags *a, const maille_flags *b);

/* Which claims hold each unit: CSR over units, ascending claims; active ones only. */
typedef struct {
    uint32_t *start, *claim;
} maille_holders;
maille_status maille_holders_new(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_plan *plan, maille_holders *out);
void maille_holders_free(maille_holders *holders); /* what it holds */

/* The three kinds of judgement, each appended to `out` unsorted; a call that failed appends
 * nothing. A claim that is not active gives no flag. */

/* What concerns one claim alone: empty, lost, parts, links, holes, size, départements, regions,
 * splits. Costs what the claim and its surroundings cost, not the study. */
maille_status maille_judge_claim(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const maille_plan *plan,
                                 uint32_t claim, maille_flags *out);
/* Pairs of `claim` with claims of a higher number (all = false) or with any (all = true). */
maille_status maille_judge_pairs(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const maille_plan *plan,
                                 const maille_holders *holders, uint32_t claim, bool all,
                                 maille_flags *out);
/* Gaps, and units whose shares sum over 1. */
maille_status maille_judge_rest(maille_ctx *ctx, const maille_ground *ground,
                                const maille_judge_rules *rules, const maille_plan *plan,
                                const maille_holders *holders, maille_flags *out);
/* All of them, sorted, in place of what `out` held; in parallel over claims. */
maille_status maille_judge(maille_ctx *ctx, const maille_ground *ground,
                           const maille_judge_rules *rules, const maille_plan *plan,
                           maille_flags *out);

/* Pieces of a list of units (ascending) by border or road link: piece of each, numbered by its
 * first unit; the links of the ground that join pieces by border go to `links` (block of the
 * caller's, may be NULL). Without `by_road` borders alone. */
maille_status maille_pieces(maille_ctx *ctx, const maille_ground *ground, const uint32_t *units,
                            uint32_t count, bool by_road, uint32_t *pieces, uint32_t *piece_of,
                            uint32_t **links, uint32_t *link_count);

/* ---- contested communes -----------------------------------------------------------------------
 */

/* Evidence on one unit that two active claims or more hold. No decision is made. */
typedef struct {
    uint32_t unit;
    uint32_t first, count; /* claimants: list->claimants[first …] */
    uint32_t
        grouping_first; /* for each grouping of the ground: claim that holds most of its group's
                         * population, list->majorities[grouping_first + g], MAILLE_ABSENT */
} maille_contested_unit;
typedef struct {
    uint32_t claim;
    double share, minutes_to_pole; /* to the claim's most populous other member; NaN unreached */
    uint32_t pole;                 /* that unit; MAILLE_ABSENT */
    bool on_purpose;
    bool borders; /* the unit touches others of the claim */
} maille_claimant;
typedef struct {
    uint32_t count; /* by descending population, then unit */
    maille_contested_unit *units;
    maille_claimant *claimants;
    uint32_t *majorities;
} maille_contested;
maille_status maille_contested_new(maille_ctx *ctx, const maille_ground *ground,
                                   const maille_plan *plan, const maille_holders *holders,
                                   maille_contested **out);
void maille_contested_free(maille_contested *contested);

/* ---- proposals: each move is shown, none is made ------------------------------------------------
 */

typedef struct {
    uint32_t unit, claim;
    double minutes;  /* NEAREST: to the claim's nearest member; NaN */
    const char *why; /* "enclavee", "plus-proche" */
} maille_move;
typedef enum {
    MAILLE_COMPLETE_ENCLOSED, /* enclosed gaps: to the bordering claim with the longest shared
                               * border
                               */
    MAILLE_COMPLETE_NEAREST,  /* every unit that nobody holds: to the claim whose nearest member is
                               * the fewest minutes away, within limit_min */
} maille_completion;
/* In order of unit; block of the caller's. Ties go to the lower claim. */
maille_status maille_propose(maille_ctx *ctx, const maille_ground *ground, const maille_plan *plan,
                             const maille_holders *holders, maille_completion how, double limit_min,
                             maille_move **moves, uint32_t *count);

#endif
