/* What live/ keeps of a territory (inside live).
 *
 * A perimeter is a value that nobody changes: a change swaps it for another one, and keeps both, so
 * that it can be taken back. Flags after a step are those before it that name no claim the step
 * touched, renumbered, with what is judged anew of those that it did; gaps and shares are judged
 * whole (35,000 units in a few ms). */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include <maille/live.h>
#include <maille/map.h>
#include <maille/vec.h>

/* A perimeter shared by the present state and by changes. */
typedef struct {
    maille_perimeter *perimeter;
    uint32_t users;
} shared;
/* Takes the perimeter over; NULL when memory ran out, then it is still the caller's. */
shared *shared_new(maille_perimeter *perimeter);
shared *shared_use(shared *value); /* NULL in, NULL out */
void shared_leave(shared *value);

/* One perimeter before and after a change; NULL where it is not there. */
typedef struct {
    const char *id; /* borrowed from one of them */
    shared *before, *after;
} touch;
typedef struct {
    uint32_t count;
    touch *touches; /* ascending ids */
} change;
void change_free(change *c);

/* What stands behind a claim. */
typedef struct {
    shared *value;
    maille_figures *figures; /* NULL: not known */
} slot;
slot *slot_new(shared *value); /* NULL when memory ran out, then the value is left */
void slot_free(slot *s);

struct maille_live {
    const maille_ground *ground;
    const maille_judge_rules *rules;
    const maille_publication_rules *publication;
    /* as things stand: slots[i] is claim i */
    slot **slots;
    maille_plan plan;
    maille_holders holders;
    /* changes[0 … done) are in force, the others taken back */
    MAILLE_VEC(change) changes;
    size_t done;
    size_t settled; /* of them, at the start: not to be taken back (0 or 1) */
    /* the last step: of change `last`, or LIVE_NO_CHANGE; backward when it was taken back */
    size_t last;
    bool backward;
    unsigned char *fresh; /* of each claim: the last step touched it */
    /* before the last step: the plan, whose claims share their arrays with those that the step left
     * alone; their numbers now (MAILLE_ABSENT: gone); flags */
    maille_plan before;
    uint32_t *moved;
    maille_flags flags_before;
    maille_flags flags; /* now */
    bool flags_known;
};
#define LIVE_NO_CHANGE SIZE_MAX

/* Whether the last step touched a claim of the plan before it. */
bool touched_before(const maille_live *live, uint32_t before);
/* Frees the plan before, what the present one does not share. */
void before_leave(maille_live *live);

/* Number of the claim of that id, or MAILLE_ABSENT. */
uint32_t claim_number(const maille_plan *plan, const char *id);
/* The claim that a perimeter makes. */
maille_status claim_fill(maille_ctx *ctx, const maille_live *live,
                         const maille_perimeter *perimeter, maille_claim *out);
void claim_clear(maille_claim *claim);
maille_status claim_figures(maille_ctx *ctx, const maille_live *live, const maille_claim *claim,
                            maille_figures **out);

/* One flag of a list as a list of its own, borrowed. */
maille_flags flag_alone(const maille_flags *list, maille_flag *flag);

/* Brings the state over a change, or back; on failure all is as it was. */
maille_status step_over(maille_ctx *ctx, maille_live *live, const change *c, bool backward);

/* What strokes make of the perimeters that they name; leaves `live` alone. */
maille_status change_from_ops(maille_ctx *ctx, const maille_live *live, const maille_op *ops,
                              size_t count, change *out);

#endif
