/* A portrait: all figures of a perimeter or of any list of communes, beside those of its
 * département, its region and the study (room: live). */
#ifndef MAILLE_PORTRAIT_H
#define MAILLE_PORTRAIT_H

#include <maille/json.h>
#include <maille/judge.h>
#include <maille/memory.h>
#include <maille/perimeter.h>

enum { MAILLE_SELF, MAILLE_DEPARTMENT, MAILLE_REGION, MAILLE_STUDY, MAILLE_SIDES };

/* Members of a perimeter that bear the name of one sub-zone. */
typedef struct {
    const char *name;
    uint32_t communes;
    double population; /* by the members' shares */
} maille_sub_zone;

typedef struct {
    const maille_ground *ground;
    const maille_perimeter *perimeter; /* NULL: a list of communes */
    uint32_t count, *units;            /* ascending */
    double *shares;                    /* NULL: 1 */
    size_t zone_count;
    maille_sub_zone *zones; /* ascending names */
    const char *titles[MAILLE_SIDES];
    maille_figures *f[MAILLE_SIDES]; /* NULL where there is none */
    /* Where pairs of members lie farther apart than the ground's times reach: how far these do, and
     * f[MAILLE_SELF]->pairs_beyond counts such pairs. NaN: drives were looked for without limit
     * (maille_loaded_drives), and it counts those that no road joins. */
    double drives_up_to_min;
    uint32_t *links, link_count; /* roads that join its pieces */
    maille_arena *arena;
} maille_portrait;

/* Of communes by their codes, each once (MAILLE_USAGE names what is no commune), or of a perimeter,
 * by the rules of its kind; the sides by the study's. All is borrowed but the codes. */
maille_status maille_portrait_of_codes(maille_ctx *ctx, const maille_ground *ground,
                                       const maille_judge_rules *rules, const char *const *codes,
                                       size_t count, maille_portrait **out);
maille_status maille_portrait_of_perimeter(maille_ctx *ctx, const maille_ground *ground,
                                           const maille_judge_rules *rules,
                                           const maille_judge_rules *rules_of_kind,
                                           const maille_perimeter *perimeter,
                                           maille_portrait **out);
void maille_portrait_free(maille_portrait *portrait);

/* Adds what it tells to an open JSON object. */
void maille_portrait_members(const maille_portrait *portrait, maille_jout *j);
/* Name of a group where it has one, else its id. */
const char *maille_group_name(const maille_partition *partition, uint32_t group);

#endif
