/* The inside of the history (include/maille/edit.h): what decisions on perimeters, scenarios and
 * exchanges between workspaces are made of. All of it works inside a transaction, the caller's or
 * its own:
 *
 *     TRY(history_enter(ctx, store, scenario, &own));      begins, adopts imports
 *     TRY(history_begin(ctx, store, &about, &change));     the change: who, when, why
 *     TRY(history_add(ctx, &change, id, after));           once for each perimeter
 *     TRY(history_end(ctx, &change, result));              refuses what changed nothing
 *   done:
 *     return maille_store_leave(ctx, store, own, status);  commits, or rolls back
 *
 * Hashes are texts of 64 hex digits; "" stands for "not there". */
#ifndef MAILLE_STEPS_HISTORY_H
#define MAILLE_STEPS_HISTORY_H

#include <maille/ctx.h>
#include <maille/edit.h>
#include <maille/memory.h>
#include <maille/perimeter.h>
#include <maille/store.h>

/* ---- transactions -----------------------------------------------------------------------------
 */

/* maille_store_enter; records what imports brought, sees that the scenario is there
 * (MAILLE_NOT_FOUND). */
maille_status history_enter(maille_ctx *ctx, maille_store *store, const char *scenario, bool *own);
/* maille_history_adopt inside a transaction. */
maille_status history_adopt(maille_ctx *ctx, maille_store *store, uint32_t *count);
/* MAILLE_NOT_FOUND names the scenario; "" is always there. */
maille_status history_scenario(maille_ctx *ctx, maille_store *store, const char *scenario);

/* ---- documents --------------------------------------------------------------------------------
 */

/* The document of a hash as a value (NULL for "") or as its text, owned by the caller. */
maille_status history_document(maille_ctx *ctx, maille_store *store, const char *hash,
                               maille_perimeter **out);
maille_status history_text(maille_ctx *ctx, maille_store *store, const char *hash, char **out);
/* Keeps a document once, whoever has it; NULL: nothing, hash "". */
maille_status history_keep(maille_ctx *ctx, maille_store *store, const maille_perimeter *perimeter,
                           char hash[65]);

/* ---- what stands ------------------------------------------------------------------------------
 */

/* The state of a perimeter in a scenario. A scenario has what it changed itself (`own`), else what
 * its base had when it was made; its versions go on from those of its base. */
typedef struct {
    int64_t version; /* 0: it never was there */
    char state[65];
    char began[65]; /* scenarios: what it had when it was made; the reference: "" */
    bool own;       /* the reference: always */
} history_head;
maille_status history_head_of(maille_ctx *ctx, maille_store *store, const char *scenario,
                              const char *perimeter, history_head *out);
/* All of a scenario, ascending ids, deleted ones too (state ""). Imports must be adopted. */
typedef struct {
    uint32_t count;
    struct {
        const char *perimeter;
        history_head head;
    } * items;
    maille_arena *arena;
} history_heads;
maille_status history_heads_of(maille_ctx *ctx, maille_store *store, const char *scenario,
                               history_heads **out);
void history_heads_free(history_heads *heads);
/* As it stood at a moment: version and state ("" when it was not there; `own` and `began` as of
 * now). */
maille_status history_at(maille_ctx *ctx, maille_store *store, const char *scenario,
                         const char *perimeter, const maille_moment *when, history_head *out);
/* The same as a value on the study's codes, as an edit starts from it; NULL and 0 when it was not
 * there. */
maille_status history_present(maille_ctx *ctx, maille_store *store, const char *scenario,
                              const char *id, const maille_moment *when, maille_perimeter **out,
                              int64_t *version);
/* All that ever were in the scenario, as they stood at a moment. */
maille_status history_all_at(maille_ctx *ctx, maille_store *store, const char *scenario,
                             const maille_moment *when, history_heads **out);

/* A state that a perimeter had, by its hash, on the study's codes; NULL for "". */
maille_status history_state(maille_ctx *ctx, maille_store *store, const char *scenario,
                            const char *perimeter, const char *hash, maille_perimeter **out);

/* ---- what a writer saw ------------------------------------------------------------------------
 */

/* What a change touches, looked at before it does. */
typedef struct {
    maille_store *store;
    const maille_edit *edit;
    maille_stale *stale; /* what was not as seen, so far; NULL: all was */
} seeing;
/* Nothing is told yet. */
void seeing_open(seeing *s, maille_store *store, const maille_edit *edit);
/* What is told goes to the caller of the edit, where it asked, or goes; returns the status. */
maille_status seeing_close(seeing *s, maille_status status);
/* MAILLE_USAGE when the writer had to see what it touches and did not see this. */
maille_status seeing_require(maille_ctx *ctx, const seeing *s, const char *perimeter);
/* Notes a perimeter that stands otherwise than seen. With strokes, what changed since is fine where
 * the edit is tolerant and they do not concern it (`count` 0: nothing is). */
maille_status seeing_look(maille_ctx *ctx, seeing *s, const char *perimeter, const maille_op *ops,
                          size_t count);
/* The same for the one version that was expected. */
maille_status seeing_expect(maille_ctx *ctx, seeing *s, const char *perimeter);
/* Notes that what was fine so far was not. */
maille_status seeing_conflict(maille_ctx *ctx, seeing *s, const char *perimeter);
/* The state seen, where another one stands and that was fine so far; else NULL. */
maille_status seeing_tolerated(maille_ctx *ctx, const seeing *s, const char *perimeter,
                               maille_perimeter **out);
/* Notes that a perimeter stands otherwise than it did in a version that it had (`state` is that
 * one's), whatever was seen. */
maille_status seeing_tell(maille_ctx *ctx, seeing *s, const char *perimeter, int64_t version,
                          const char *state);
/* MAILLE_REFUSED, telling the first, where something was noted. */
maille_status seeing_verdict(maille_ctx *ctx, const seeing *s);

/* ---- a change ---------------------------------------------------------------------------------
 */

/* NULL: id by chance, time of now, who acts on the store, no reason, of no other change, whatever
 * its writer saw. */
typedef struct {
    const char *scenario, *kind; /* kind: table change */
    const char *id, *of_change, *at, *who, *why;
    seeing *seeing; /* looks at each perimeter that gets a version */
} history_about;
typedef struct {
    maille_store *store;
    seeing *seeing;
    const char *scenario, *kind, *why; /* borrowed from the about */
    int64_t number;
    char id[33];
    uint32_t perimeters; /* versions added so far */
    int64_t version;     /* the last of them */
} history_change;
maille_status history_begin(maille_ctx *ctx, maille_store *store, const history_about *about,
                            history_change *out);
/* The perimeter's next version (NULL: it goes); of the reference, the tables that steps read too.
 * One that is as it was gets no version. Codes are of the study's vintage, unless `vintage` is
 * another that a version before had (history_vintage). */
maille_status history_add(maille_ctx *ctx, history_change *change, const char *perimeter,
                          const maille_perimeter *after);
maille_status history_add_of(maille_ctx *ctx, history_change *change, const char *perimeter,
                             const maille_perimeter *after, const char *vintage);
/* The version alone, of a head just read; the tables that steps read stay as they are. `after` is a
 * hash that is kept. */
maille_status history_record(maille_ctx *ctx, history_change *change, const char *perimeter,
                             const history_head *head, const char *after, const char *vintage);
/* Vintage of the codes of a state that the perimeter had, owned by the caller; NULL: the study's,
 * or not said. */
maille_status history_vintage(maille_ctx *ctx, maille_store *store, const char *scenario,
                              const char *perimeter, const char *hash, char **out);
/* Tells the result (may be NULL) and the journal; MAILLE_REFUSED when no version was added, or one
 * to what was not as seen. */
maille_status history_end(maille_ctx *ctx, const history_change *change, maille_edit_result *out);
/* The entry of a change in the journal; of none without a version. */
maille_status history_tell(maille_ctx *ctx, const history_change *change);
/* Changes of a perimeter after one of its versions, as maille_history_list tells them. */
maille_status history_list_after(maille_ctx *ctx, maille_store *store, const char *scenario,
                                 const char *perimeter, int64_t version, maille_table **out);

/* ---- words ------------------------------------------------------------------------------------
 */

/* Now, as YYYY-MM-DDTHH:MM:SSZ. */
/* A day YYYY-MM-DD that the calendar has; a time YYYY-MM-DDTHH:MM:SSZ. */
bool history_is_day(const char *text);
bool history_is_time(const char *text);

#endif
