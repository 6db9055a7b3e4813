/* Decisions on perimeters, kept with their history: who, when, why (room: steps).
 *
 * Each change is one transaction on one or more perimeters of one scenario. The workspace keeps for
 * every perimeter its versions 1, 2, 3 …, each a document (maille/perimeter.h) named by its hash
 * and stored once, whichever versions and scenarios hold it. The tables that steps read (perimeter,
 * perimeter_member_raw, perimeter_status) hold the present state of the reference scenario.
 * Other scenarios hold only the perimeters that they changed. */
#ifndef MAILLE_EDIT_H
#define MAILLE_EDIT_H

#include <maille/ground.h>
#include <maille/judge.h>
#include <maille/perimeter.h>
#include <maille/rules.h>
#include <maille/store.h>

/* ---- loading ----------------------------------------------------------------------------------
 */

/* What to load beside units, borders and links. */
enum {
    MAILLE_GROUND_TIMES = 1,
    MAILLE_GROUND_FACTS = 2 /* services, groupings, indicators, ages */
};
typedef struct maille_loaded maille_loaded; /* owns a ground and its rules */
/* The steps borders, links and, for facts, codes, groupings, coverage, access must have run:
 * MAILLE_NOT_FOUND says which was not. */
maille_status maille_loaded_new(maille_ctx *ctx, maille_store *store, unsigned with,
                                maille_loaded **out);
void maille_loaded_free(maille_loaded *loaded);
const maille_ground *maille_loaded_ground(const maille_loaded *loaded);
const maille_judge_rules *maille_loaded_rules(const maille_loaded *loaded);
/* Those for perimeters of one kind: without size classes where the rule set is for other kinds. */
const maille_judge_rules *maille_loaded_rules_of(const maille_loaded *loaded, const char *kind);
const maille_publication_rules *maille_loaded_publication(const maille_loaded *loaded);
/* Id of the target rules that the study goes by. */
const char *maille_loaded_target(const maille_loaded *loaded);

/* The ground's times end at their limit; these search as far as roads lead. */

/* Sets the drives of figures (longest, pairs_beyond, meeting) as told by a search without limit
 * among these units, ascending: pairs_beyond counts those that no road joins. */
maille_status maille_loaded_drives(maille_ctx *ctx, const maille_loaded *loaded,
                                   const uint32_t *units, const double *shares, uint32_t count,
                                   maille_figures *figures);
/* Sets minutes_to_pole where it is NaN and there is a pole; NaN stays where no road leads. */
maille_status maille_loaded_contested(maille_ctx *ctx, const maille_loaded *loaded,
                                      maille_contested *contested);

/* A moment of the history. All zero: now. */
typedef struct {
    const char *at;  /* UTC date YYYY-MM-DD (its whole day) or time YYYY-MM-DDTHH:MM:SSZ; NULL */
    int64_t version; /* of one perimeter; 0 */
} maille_moment;

/* Perimeters of a scenario ("" = reference) at a moment, ascending ids; members on the study's
 * codes, carried there from the vintage that they were written in (as step `members` does). `kind`
 * NULL: all. `audience` chooses by the status on that day; to the public a perimeter has neither
 * the statuses of its time as a draft nor who accompanied it, reasons or zones of members.
 * MAILLE_NOT_FOUND: no such scenario. */
typedef struct {
    uint32_t count;
    maille_perimeter **items;
} maille_perimeter_list;
maille_status maille_perimeters_load(maille_ctx *ctx, maille_store *store, const char *scenario,
                                     const char *kind, maille_audience audience,
                                     const maille_moment *when, maille_perimeter_list **out);
void maille_perimeter_list_free(maille_perimeter_list *list);
/* One; MAILLE_NOT_FOUND when it is not there then. `version` may be NULL. */
maille_status maille_perimeter_load(maille_ctx *ctx, maille_store *store, const char *scenario,
                                    const char *id, const maille_moment *when,
                                    maille_perimeter **out, int64_t *version);
/* The plan that perimeters make on a ground. */
maille_status maille_plan_new(maille_ctx *ctx, const maille_ground *ground,
                              const maille_publication_rules *publication,
                              const maille_perimeter *const *perimeters, uint32_t count,
                              maille_plan **out);
void maille_plan_free(maille_plan *plan);

/* ---- changing ---------------------------------------------------------------------------------
 */

/* What a writer saw of a perimeter. */
typedef struct {
    const char *perimeter;
    int64_t version;   /* 0: it was not there */
    const char *state; /* first digits of the hash of its state; NULL or "": whatever */
} maille_seen;

/* What changed since a writer looked: of each perimeter that stands otherwise than seen, what it
 * was called, the versions seen and standing, how the two states differ, and the changes between
 * them (columns of maille_history_list, newest first). */
typedef struct {
    uint32_t count;
    struct {
        const char *perimeter, *name;
        int64_t seen, version;
        char state[65];                  /* that stands; "" = not there any more */
        maille_differences *differences; /* before = seen, after = standing */
        maille_table *changes;
    } * items;
    maille_arena *arena;
} maille_stale;
void maille_stale_free(maille_stale *stale);

/* Of every change. */
typedef struct {
    const char *scenario; /* "" = reference */
    const char *why;      /* NULL: not said */
    const char *at;       /* UTC time; NULL = now */
    /* Version that the writer saw of the (one) perimeter; 0 = whatever stands. Another one standing
     * is MAILLE_REFUSED, with what changed since in the message, and nothing is written. */
    int64_t expected;
    /* The same for several: whatever of them the change touches must stand as seen. A version that
     * never was is MAILLE_REFUSED too (its differences are those from nothing). */
    const maille_seen *seen;
    size_t seen_count;
    bool see_all; /* what is touched must be among `seen`, else MAILLE_USAGE names it; what comes
                   * into being need not */
    /* What changed since is fine as long as it touches nothing that the strokes touch: no commune,
     * and not the name, contact, status or life where they change that (strokes only). */
    bool tolerant;
    /* Undo and redo: of the account that acts on the store only; others' changes are passed over.
     */
    bool own;
    maille_stale **stale; /* NULL, or told with MAILLE_REFUSED for what was not as seen */
} maille_edit;

typedef struct {
    int64_t number; /* of the change in this workspace */
    char id[33];    /* of the change, the same in every workspace */
    uint32_t perimeters;
    int64_t version; /* of the last perimeter that it touched */
} maille_edit_result;

/* What of `edit->seen` does not stand as it was seen (`tolerant` does not count); NULL: all does.
 */
maille_status maille_edit_stale(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                maille_stale **out);
/* Applies strokes, all or none, as one change. Codes must be units of the workspace, statuses
 * known, a commune and its parts never both in one perimeter. What changes nothing is
 * MAILLE_REFUSED. Takes the store's write lock through its transaction; the store must be open for
 * writing. */
maille_status maille_edit_apply(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                const maille_op *ops, size_t count, maille_edit_result *out);
/* What a change made of each perimeter that it touched, ascending ids. */
typedef struct {
    uint32_t count;
    struct {
        const char *perimeter;
        int64_t version;
        char before_hash[65], after_hash[65]; /* "" = not there */
        maille_perimeter *before, *after;     /* NULL = not there; on the study's codes */
    } * items;
    maille_arena *arena;
} maille_change_sides;
/* By the id of a change; inside the transaction that made it, or later. MAILLE_NOT_FOUND. */
maille_status maille_change_sides_of(maille_ctx *ctx, maille_store *store, const char *scenario,
                                     const char *change, maille_change_sides **out);
void maille_change_sides_free(maille_change_sides *sides);
/* Number of the last change of the workspace, 0 = none: another one after every change of any
 * perimeter of any scenario, imports too. */
maille_status maille_history_last(maille_ctx *ctx, maille_store *store, int64_t *number);
/* Ids of the changes of a scenario with a greater number, ascending: columns number, id. */
maille_status maille_history_since(maille_ctx *ctx, maille_store *store, const char *scenario,
                                   int64_t number, maille_table **out);

/* MAILLE_REFUSED for a code that no commune has, naming what it became, or for a word that is no
 * code, naming communes near to it. */
maille_status maille_code_refuse(maille_ctx *ctx, maille_store *store, const char *code);
/* All that write here run in a transaction of their own, or in one that the caller began: then it
 * is the caller's to commit, and a failure has rolled it back. Each writes its entry of the journal
 * (maille/journal.h). */

/* Takes back the last change of the scenario that is not taken back yet (of one perimeter where
 * `perimeter` is not NULL); MAILLE_NOT_FOUND when there is none, MAILLE_REFUSED naming what changed
 * when a perimeter of it has other later changes. Imports are not taken back. */
maille_status maille_edit_undo(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                               const char *perimeter, maille_edit_result *out);
/* Takes up again what was taken back last, unless another change came since. */
maille_status maille_edit_redo(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                               const char *perimeter, maille_edit_result *out);
/* Brings one perimeter (NULL: all of the scenario) to what it was at a moment, as a new change.
 * MAILLE_NOT_FOUND when the one was not there then, or when the history began later. */
maille_status maille_edit_restore(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                  const char *perimeter, const maille_moment *when,
                                  maille_edit_result *out);
/* Records what imports brought or took away as versions; done by every change first, and after
 * imports. `count`: perimeters recorded. */
maille_status maille_history_adopt(maille_ctx *ctx, maille_store *store, uint32_t *count);

/* Changes of a scenario with their perimeters, newest first (of all by number, of one perimeter by
 * version): columns number, id, at, who, why, kind, of_change, perimeter, name, version, before,
 * after (hashes). `perimeter` NULL: all. */
maille_status maille_history_list(maille_ctx *ctx, maille_store *store, const char *scenario,
                                  const char *perimeter, maille_table **out);

/* The same of one change by its id. */
maille_status maille_history_change(maille_ctx *ctx, maille_store *store, const char *scenario,
                                    const char *id, maille_table **out);
/* Time of the first change that a scenario or what it began with knows; "" when there was none. */
maille_status maille_history_began(maille_ctx *ctx, maille_store *store, const char *scenario,
                                   char at[21]);

/* Notes on gaps, by any commune of the gap; `note` NULL takes it away. */
maille_status maille_gap_note_set(maille_ctx *ctx, maille_store *store, const char *code,
                                  const char *note, const char *date);
/* All of them: columns code, note, since, at, who; ascending codes. */
maille_status maille_gap_notes(maille_ctx *ctx, maille_store *store, maille_table **out);

/* ---- scenarios --------------------------------------------------------------------------------
 */

/* How people name scenarios: "" for "reference" and for NULL, else the word itself. */
const char *maille_scenario_named(const char *word);
/* A copy that shares what it does not change. Ids are [a-z0-9-]+; MAILLE_REFUSED when it is there.
 * `base` "" = the reference, or another scenario. */
maille_status maille_scenario_create(maille_ctx *ctx, maille_store *store, const char *id,
                                     const char *title, const char *base);
/* With its history and comments; what was merged stays. MAILLE_REFUSED while another scenario began
 * with it. */
maille_status maille_scenario_delete(maille_ctx *ctx, maille_store *store, const char *id);
/* Columns id, title, base, at, who, changed (perimeters that stand otherwise than they began). */
maille_status maille_scenario_list(maille_ctx *ctx, maille_store *store, maille_table **out);

/* What did not go together. */
typedef struct {
    uint32_t count;
    struct {
        const char *perimeter;
        maille_differences *conflicts;
    } * items;
    uint32_t merged; /* perimeters that changed */
    maille_arena *arena;
} maille_merge_report;
void maille_merge_report_free(maille_merge_report *report);
/* Brings what `edit->scenario`'s branch `from` changed into it, three-way against what `from` had
 * when it was merged last (as long as that merge was not taken back), else began with. With
 * conflicts nothing is written and MAILLE_FOUND returned, unless `prefer` is "ours" or "theirs"
 * (NULL: neither). One change, of kind fusion: undo takes the merge back. `report` (may be NULL) is
 * there with MAILLE_OK and MAILLE_FOUND. MAILLE_REFUSED when nothing would change, or when `from`
 * began with something else. */
maille_status maille_scenario_merge(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                    const char *from, const char *prefer,
                                    maille_merge_report **report, maille_edit_result *out);

/* ---- from one workspace to another ------------------------------------------------------------
 */

/* Writes perimeters of the reference with their whole history as one JSON file (changes, versions,
 * documents: docs/handover.md), names of people, times and reasons included. The store must be open
 * for writing: imports are recorded first. MAILLE_NOT_FOUND names what never was there. */
maille_status maille_history_export(maille_ctx *ctx, maille_store *store, const char *const *ids,
                                    size_t count, const char *path);
/* Brings such a file into the reference: where it is ahead it is taken as it is, where it is behind
 * nothing is done (MAILLE_OK, no perimeter changed); histories that diverged meet three-way at
 * their last common version; conflicts as in maille_scenario_merge. A damaged or foreign file is
 * MAILLE_REFUSED, nothing written. */
maille_status maille_history_receive(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                     const char *path, const char *prefer,
                                     maille_merge_report **report, maille_edit_result *out);

/* ---- starting points --------------------------------------------------------------------------
 */

/* Strokes that make one perimeter of each group of a grouping, ascending groups and codes: ids
 * "<kind>-<group id folded>", named by the group's title; a group in several départements is one.
 * Communes of no group are in no stroke. Ops and texts in `arena`. MAILLE_NOT_FOUND when no commune
 * is in such a grouping (step groupings). */
maille_status maille_start_from_grouping(maille_ctx *ctx, maille_store *store, const char *grouping,
                                         const char *kind, const char *status, maille_arena *arena,
                                         maille_op **ops, size_t *count);

/* How a row of a list of communes was understood. */
typedef struct {
    long long row;    /* line of the file */
    const char *text; /* as written: the code, the name, or both */
    const char *code; /* chosen; NULL when none or several fit, and for a double */
    const char *how;  /* "code", "nom", "ancien-code" (by the passage tables), "ambigu" (a name of
                       * several communes, an old code that was split, a code and a name that are
                       * not of one commune), "inconnu", "double" (chosen in a row before) */
    const char *candidates; /* "01234 Nom, 05678 Nom" where ambigu; the one meant where double;
                             * names like it where inconnu; NULL where there are none */
} maille_list_row;
/* Reads codes or names of communes (CSV with or without a header, or one word a line; accents,
 * case, articles and hyphens do not count; `department` NULL or a code narrows names). Codes go
 * before names; a column of postal codes beside one of names is passed over. Rows and texts in
 * `arena`. Preview only. */
maille_status maille_list_read(maille_ctx *ctx, maille_store *store, const char *path,
                               const char *department, maille_arena *arena, maille_list_row **rows,
                               size_t *count);

/* ---- coverage by status and date --------------------------------------------------------------
 */

/* Population and units in perimeters of a kind that stood on a day (NULL: now), by status and by
 * area: columns scope ("etude", "region", "departement"), area, title, status ("" = any),
 * perimeters, communes, population, share_communes, share_population (NULL where there is nothing
 * to cover). Every area has its row "", other statuses where there are perimeters of them; those
 * given up or opposed do not count. A unit in two statuses counts in both, and once in ""; shares
 * weigh its population, up to the whole of it; of a commune whose parts are units, the parts count.
 * Statuses count by their own date as told today (not dated = since ever); members are those known
 * at that day where the history reaches so far back, else the first known. The public is told of
 * what is published today, with its members of today.
 * With a `target` (may be NULL) `share` is that of the study's population in perimeters of the
 * statuses that it names, each unit once; NaN without population. */
maille_status maille_coverage_on(maille_ctx *ctx, maille_store *store, const maille_ground *ground,
                                 const char *scenario, const char *kind, maille_audience audience,
                                 const char *day, const maille_target_rules *target,
                                 maille_table **out, double *share);

#endif
