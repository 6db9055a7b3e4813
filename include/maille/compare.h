/* Side by side, as JSON: two states of a perimeter, and the plans of several scenarios
 * (room: live). */
#ifndef MAILLE_COMPARE_H
#define MAILLE_COMPARE_H

#include <maille/ground.h>
#include <maille/json.h>
#include <maille/judge.h>
#include <maille/perimeter.h>

/* {"id","avant","apres","differences"}: each side communes, population, taille and statut, null
 * where it is not there (`was`, `is` NULL too). One of both is there. */
maille_status maille_tell_pair(maille_ctx *ctx, const maille_perimeter *before,
                               const maille_perimeter *after, const maille_figures *was,
                               const maille_figures *is, maille_jout *j);

/* What is said of one plan. */
enum { MAILLE_PLAN_CLASSES = 16 };
typedef struct {
    uint32_t perimeters, communes, uncovered, overlaps, gaps;
    double population, share; /* covered, each unit once; NaN without population */
    uint32_t severity[3];
    const char *smallest, *largest; /* ids, in the arena; NULL without perimeters */
    double least, most;             /* their population */
    uint32_t class_count, classes[MAILLE_PLAN_CLASSES], unclassed;
    const char *class_ids[MAILLE_PLAN_CLASSES]; /* of the rules */
} maille_plan_figures;
/* `rules` are those of the plan's kind; classes are told by `sizes`, those of the study. Only what
 * `claims` and `units` say is counted, one byte each; NULL: all. `flags` are those to be counted.
 */
maille_status maille_plan_figures_of(maille_ctx *ctx, const maille_ground *ground,
                                     const maille_judge_rules *rules,
                                     const maille_size_rules *sizes, const maille_plan *plan,
                                     const maille_flags *flags, const unsigned char *claims,
                                     const unsigned char *units, maille_arena *arena,
                                     maille_plan_figures *out);
/* An object as `maille territory scenario compare --json` has it. */
void maille_j_plan_figures(maille_jout *j, const char *scenario,
                           const maille_plan_figures *figures);

#endif
