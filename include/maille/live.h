/* A territory held warm in memory: strokes are tried out, taken back, their effect told before
 * anything is saved (room: live). Never saves: steps/edit does, with the same strokes.
 *
 * Figures and flags after any strokes are those of maille_figures_new and maille_judge on the same
 * plan, bit for bit; only what a stroke touches is computed again. One thread at a time; the ground
 * and the rules are borrowed and must outlive it. */
#ifndef MAILLE_LIVE_H
#define MAILLE_LIVE_H

#include <maille/judge.h>
#include <maille/perimeter.h>

typedef struct maille_live maille_live;

/* Starts from perimeters of one kind (copied). `publication` tells which statuses are public and
 * active. */
maille_status maille_live_new(maille_ctx *ctx, const maille_ground *ground,
                              const maille_judge_rules *rules,
                              const maille_publication_rules *publication,
                              const maille_perimeter *const *perimeters, uint32_t count,
                              maille_live **out);
void maille_live_free(maille_live *live);

/* Applies strokes as one change: all or none. Adding what is no unit or a commune beside its own
 * parts, statuses that the rules do not know, a perimeter of another kind, and what changes nothing
 * are MAILLE_REFUSED. A member that is no unit (any more) can be taken out. */
maille_status maille_live_apply(maille_ctx *ctx, maille_live *live, const maille_op *ops,
                                size_t count);
/* Takes back the last change, or takes it up again; MAILLE_NOT_FOUND when there is none. A new
 * change forgets what could be taken up. */
maille_status maille_live_undo(maille_ctx *ctx, maille_live *live);
maille_status maille_live_redo(maille_ctx *ctx, maille_live *live);

/* Brings perimeters to states that are decided elsewhere (copied; NULL: gone), as one change that
 * cannot be taken back and forgets those before it. Effect_of_last tells it. What stands so already
 * is passed over; MAILLE_OK and no new change when all does. */
typedef struct {
    const char *id;
    const maille_perimeter *state;
} maille_live_state;
maille_status maille_live_set(maille_ctx *ctx, maille_live *live, const maille_live_state *states,
                              uint32_t count);

/* As things stand; borrowed until the next change. Claims keep ascending ids: numbers may move when
 * a perimeter is made or deleted. */
const maille_plan *maille_live_plan(const maille_live *live);
const maille_perimeter *maille_live_perimeter(const maille_live *live, const char *id);
/* Cheap figures (no drives, services or crosswalks) of a claim. */
maille_status maille_live_figures(maille_ctx *ctx, maille_live *live, uint32_t claim,
                                  const maille_figures **out);
maille_status maille_live_flags(maille_ctx *ctx, maille_live *live, const maille_flags **out);

/* Before → after of the last change applied, taken back or taken up; MAILLE_NOT_FOUND when there
 * was none: ids that it touched, with cheap figures (NULL where not there), and flags that went,
 * came, or stayed with other figures. */
typedef struct {
    const char *id;
    maille_figures *before, *after;
} maille_live_effect;
typedef struct {
    uint32_t count;
    maille_live_effect *perimeters;
    /* Flags name claims of the plan before (gone) and after (come); `before` and `after` are those
     * plans' ids. */
    maille_flags gone, come;
    const char *const *before_ids, *const *after_ids;
    maille_arena *arena;
} maille_effect;
maille_status maille_live_effect_of_last(maille_ctx *ctx, maille_live *live, maille_effect **out);
void maille_effect_free(maille_effect *effect);

/* Strokes that make a larger gesture; block and texts of the caller's arena. Move: units of `from`
 * go to `to`, with `from` NULL they come from nobody (a gap); what `to` holds of them already adds
 * up, to 1 at most. Swap: two moves. Merge: all of `other`'s members go to `into`, then it is
 * deleted. */
maille_status maille_ops_move(maille_ctx *ctx, maille_arena *arena, const maille_live *live,
                              const char *from, const char *to, const char *const *codes,
                              size_t code_count, maille_op **ops, size_t *count);
maille_status maille_ops_merge(maille_ctx *ctx, maille_arena *arena, const maille_live *live,
                               const char *into, const char *other, maille_op **ops, size_t *count);

#endif
