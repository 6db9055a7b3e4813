/* maille territory: what its families of subcommands share. */
#ifndef MAILLE_CLI_TERRITORY_H
#define MAILLE_CLI_TERRITORY_H

#include "cli/cli.h"

#include <maille/edit.h>
#include <maille/json.h>
#include <maille/judge.h>
#include <maille/live.h>
#include <maille/strbuf.h>
#include <maille/tell.h>
#include <maille/vec.h>

/* Values of options; NULL and false where they were not given. */
typedef struct {
    const char *workspace, *scenario, *audience, *why, *if_version;
    const char *kind, *status, *department, *at, *version, *from, *to, *codes, *list, *name;
    const char *since, *by, *grouping, *prefix, *share, *reason, *zone, *limit_min, *prefer;
    const char *target, *format, *csv, *text, *date, *title, *base, *reply;
    bool json, quiet, yes, back, apply, remove, settle;
} territory_options;

/* One gesture in words: a verb, what follows it, its own options. */
typedef struct {
    const char *verb;
    const char **words; /* a block of the stroke's own */
    size_t count;
    territory_options o;
} stroke;

struct territory;
typedef struct {
    const char *name, *usage, *summary;
    const char *options; /* names of those that it takes, each between blanks */
    bool writes;
    maille_status (*run)(struct territory *t);
} subcommand;

/* One call of a subcommand. */
typedef struct territory {
    maille_ctx *ctx;
    const subcommand *sub;
    territory_options o;
    const char **words; /* what is no option */
    size_t word_count;
    stroke *strokes; /* of what-if: one between two "--"; of others: the words under their name */
    size_t stroke_count;
    const char *scenario; /* "" = reference */
    const char *kind;     /* "cpts" where not said */
    maille_audience audience;
    maille_moment when;
    bool writes; /* opens the workspace for writing */
    maille_store *store;
    maille_loaded *loaded;
    const maille_ground *ground; /* NULL before territory_ground */
    maille_arena *arena;         /* texts of this call */
} territory;

/* ---- opening (territory_open.c)
 * ------------------------------------------------------------------ */

/* Opens the workspace: for writing where the call writes; else one state for all reads. */
maille_status territory_open(territory *t);
/* The same, with the ground: the steps that it rests on are brought up to date, or told to be stale
 * where another holds the workspace. */
enum { NEEDS_TIMES = 1 };
maille_status territory_ground(territory *t, unsigned needs);
/* Step members again, after a change. */
maille_status territory_members(territory *t);
/* MAILLE_USAGE with the usage unless there are so many words. */
maille_status want_words(territory *t, size_t least, size_t most);
maille_edit edit_of(const territory *t);
/* A text of the call's arena, by printf's rules; NULL when memory ran out. */
const char *text_of(territory *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "YYYY-MM-DD" within the calendar, else MAILLE_USAGE naming the option. */
maille_status check_day(maille_ctx *ctx, const char *option_name, const char *text);
/* "YYYY-MM-DD" or "v3"; NULL: now. */
maille_status parse_moment(maille_ctx *ctx, const char *option_name, const char *text,
                           maille_moment *out);

/* ---- perimeters as they stand (territory_plan.c)
 * ---------------------------------------------------- */

/* Perimeters of one kind, their plan and its flags. */
typedef struct {
    const char *kind;
    uint32_t count;
    const maille_perimeter **items; /* borrowed; a block of its own */
    maille_plan *plan;
    maille_flags flags;
} standing;
maille_status standing_new(territory *t, const maille_perimeter_list *list, const char *kind,
                           standing **out);
void standing_free(standing *s);
uint32_t standing_find(const standing *s, const char *id); /* or MAILLE_ABSENT */
/* All perimeters of the call's scenario at its moment, for its audience; kind NULL: all kinds. */
maille_status territory_perimeters(territory *t, const char *kind, maille_perimeter_list **out);
/* One of them; MAILLE_NOT_FOUND names those with a name near to it. */
maille_status territory_perimeter(territory *t, const maille_perimeter_list *list, const char *id,
                                  const maille_perimeter **out);
/* Calls `visit` for each id of either list, in order: `one` of the two that are there, and both. */
typedef maille_status (*pair_visitor)(territory *t, const maille_perimeter *one,
                                      const maille_perimeter *before, const maille_perimeter *after,
                                      void *user);
maille_status each_pair(territory *t, const maille_perimeter_list *before,
                        const maille_perimeter_list *after, pair_visitor visit, void *user);
maille_status claim_figures(territory *t, const char *kind, const maille_plan *plan, uint32_t claim,
                            unsigned with, maille_figures **out);
/* The same of any perimeter, whatever its kind. */
maille_status perimeter_figures(territory *t, const maille_perimeter *p, unsigned with,
                                maille_figures **out);

/* ---- a list of communes (territory_codes.c)
 * ------------------------------------------------------- */

typedef struct {
    const char **items; /* of the call's arena */
    size_t count;
} code_list;
/* Codes of --codes, --list and `words`, each a unit, none twice. A list with a row that is not
 * clear is MAILLE_REFUSED after a print of how each was understood, unless --yes. */
maille_status read_codes(territory *t, const territory_options *o, const char *const *words,
                         size_t word_count, code_list *out);

/* ---- strokes (territory_strokes.c)
 * ---------------------------------------------------------------- */

typedef struct {
    maille_op *items; /* texts and block of the call's arena */
    size_t count;
} op_list;
/* Ids that people give stand in addresses and names of files: no blank, no slash. */
maille_status check_id(maille_ctx *ctx, const char *id);
/* The kind of perimeter that strokes are about: that of the first that they name and that is there,
 * else that of the call. */
const char *kind_of_strokes(const territory *t, const maille_perimeter_list *list);
/* Applies the strokes to `live` as one change; what was done goes to `ops`. */
maille_status apply_strokes(territory *t, maille_live *live, op_list *ops);
maille_status ops_append(territory *t, op_list *to, const maille_op *ops, size_t count);

/* ---- before → after (territory_effect.c)
 * ------------------------------------------------------------ */

/* Between two states of a scenario; maille_told_effect_clear what it gives. */
maille_status effect_between(territory *t, const maille_perimeter_list *before,
                             const maille_perimeter_list *after, maille_told_effect *out);
/* Prints it, or JSON with what was saved (NULL: nothing was). `what` tells in French what was done.
 */
maille_status effect_print(territory *t, maille_told_effect *e, const char *what,
                           const maille_edit_result *saved);

/* Flags of a plan of a kind in French, all or those of one claim (MAILLE_ABSENT: all); texts of the
 * call's arena (territory_say.c). */
maille_status tell_flags(territory *t, const char *kind, const maille_plan *plan,
                         const maille_flags *flags, uint32_t claim, maille_told_flags *out);
maille_status join_flags(territory *t, maille_told_flags *to, const maille_told_flags *more);
/* Findings are printed as JSON without their ids. */
void drop_ids(maille_told_flags *flags);
/* A line each behind its sign; without one, what could be done is told too. */
void print_flags(const maille_told_flags *flags, const char *sign);

/* ---- output (territory_out.c)
 * --------------------------------------------------------------------- */

/* A line end, stdout, and what it held is freed. */
maille_status j_print(maille_ctx *ctx, maille_jout *j);

typedef struct {
    char text[64];
} number;
number in_french(double value, int decimals); /* "–" for NaN */
number in_percent(double share);              /* "12,3 %" */
const char *plural(double count);             /* "s" or "" */
const char *or_dash(const char *text);

/* ---- the families
 * -------------------------------------------------------------------------------- */

/* territory_list.c */
maille_status run_list(territory *t);
maille_status run_codes(territory *t);
maille_status run_findings(territory *t);
maille_status run_contested(territory *t);
/* territory_show.c */
maille_status run_show(territory *t);
/* territory_change.c */
maille_status run_strokes(territory *t);
maille_status run_what_if(territory *t);
maille_status run_create(territory *t);
maille_status run_propose(territory *t);
maille_status run_note(territory *t);
/* Saves strokes as one change and tells its effect. */
maille_status save_ops(territory *t, const op_list *ops, const char *what);
/* territory_history.c */
maille_status run_undo(territory *t);
maille_status run_redo(territory *t);
maille_status run_restore(territory *t);
maille_status run_history(territory *t);
/* A change that the store makes by itself, told by what stands before and after; `what` tells in
 * French what was done. One that touches no perimeter is told as nothing new. */
typedef maille_status (*change_maker)(territory *t, const maille_edit *edit,
                                      maille_edit_result *out, const char **what);
maille_status make_change(territory *t, change_maker make);
/* territory_diff.c */
maille_status run_diff(territory *t);
void print_differences(const territory *t, const maille_differences *d, const char *indent);
/* territory_scenario.c */
maille_status run_scenario(territory *t);
maille_status run_receive(territory *t);
maille_status run_copy(territory *t);
/* territory_compare.c */
maille_status compare_scenarios(territory *t, const char *const *scenarios, size_t count);
/* territory_comment.c */
maille_status run_comment(territory *t);
maille_status run_comments(territory *t);
/* territory_coverage.c */
maille_status run_coverage(territory *t);

#endif
