/* What is told of perimeters, as JSON and in French words: the command line and the service say the
 * same (room: live). Nothing is computed here that ground.h, judge.h and live.h do not compute. */
#ifndef MAILLE_TELL_H
#define MAILLE_TELL_H

#include <maille/ground.h>
#include <maille/json.h>
#include <maille/judge.h>
#include <maille/live.h>
#include <maille/memory.h>
#include <maille/perimeter.h>
#include <maille/strbuf.h>
#include <maille/table.h>

/* "3 communes ajoutées, 1 périmètre créé"; "rien" for no stroke. */
maille_status maille_tell_ops(maille_ctx *ctx, const maille_op *ops, size_t count,
                              maille_strbuf *out);

/* ---- findings -----------------------------------------------------------------------------------
 */

typedef struct {
    const char *id, *severity, *kind, *subject, *message;
    const char *a, *b, *remedy; /* may be NULL */
    const char *const *codes;
    uint32_t code_count;
    double population, value;
} maille_told_flag;
typedef struct {
    size_t count;
    maille_told_flag *items; /* block and texts in the caller's arena */
} maille_told_flags;
/* Flags of a plan of perimeters of a kind, all or those of one claim (MAILLE_ABSENT: all). */
maille_status maille_tell_flags(maille_ctx *ctx, const maille_ground *ground,
                                const maille_judge_rules *rules, const char *kind,
                                const maille_plan *plan, const maille_flags *flags, uint32_t claim,
                                maille_arena *arena, maille_told_flags *out);
/* "key":[{"id","gravite","genre",…}] as `maille territory findings --json`; a flag whose id is NULL
 * goes without that member. */
void maille_j_flags(maille_jout *j, const char *key, const maille_told_flags *flags);

/* ---- before → after -----------------------------------------------------------------------------
 */

typedef struct {
    const char *id, *name;          /* the name that it has, or had before it went */
    maille_figures *before, *after; /* NULL where not there */
} maille_told_perimeter;
typedef struct {
    size_t count;
    maille_told_perimeter *perimeters; /* ascending ids; block and texts in the caller's arena */
    maille_told_flags gone, come;
} maille_told_effect;
/* Of the last change of a live territory of perimeters of a kind. */
maille_status maille_tell_last(maille_ctx *ctx, const maille_ground *ground,
                               const maille_judge_rules *rules, const char *kind, maille_live *live,
                               maille_arena *arena, maille_told_effect *out);
void maille_told_effect_clear(maille_told_effect *effect); /* frees the figures */
/* Flags that went, and that came or stayed with other figures: another name is no news. Sorts both
 * lists; blocks of `gone` and `come` in the arena, texts shared with the lists. */
maille_status maille_tell_news(maille_ctx *ctx, maille_told_flags *before, maille_told_flags *after,
                               maille_arena *arena, maille_told_flags *gone,
                               maille_told_flags *come);
/* Members "perimetres" (id, nom, avant, apres), "constats_disparus" and "constats_apparus". */
void maille_j_effect(maille_jout *j, const maille_told_effect *effect);
/* Both: tells the last change of a live territory. */
maille_status maille_tell_effect(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const char *kind,
                                 maille_live *live, maille_jout *j);
/* Members communes, population, taille (and what follows them) of figures. */
void maille_j_size(maille_jout *j, const maille_figures *figures);

/* ---- perimeters ---------------------------------------------------------------------------------
 */
/* What a row of a list begins with: members id, nom, genre, statut, depuis, contact, and
 * departements, the codes of those that its communes lie in. `on` is its status on the day that is
 * told, or NULL. */
void maille_j_listed(maille_jout *j, const maille_ground *ground, const maille_perimeter *perimeter,
                     const maille_status_entry *on, const maille_claim *claim);

/* "v4-0123456789abcdef": a version and the first digits of its state's hash ("" = not there). */
enum { MAILLE_STATE_TAG = 48 };
void maille_state_tag(int64_t version, const char *hash, char tag[MAILLE_STATE_TAG]);
/* False when the text is no such tag; `state` gets the digits ("" where there are none). A bare
 * number and "v4" are tags too. */
bool maille_state_tag_read(const char *text, int64_t *version, char state[17]);

/* Members id, nom, genre, statut, depuis, contact, statuts (statut, depuis, avec), membres (code,
 * nom, part …) of what a perimeter is; names of communes by the ground (NULL: without). */
maille_status maille_tell_perimeter(maille_ctx *ctx, const maille_ground *ground,
                                    const maille_perimeter *perimeter, maille_jout *j);
/* "key":[{"code","nom","population","part","sous_zone","partage_expres"}] */
void maille_j_members(maille_jout *j, const char *key, const maille_ground *ground,
                      const maille_perimeter *perimeter);
/* "statuts":[{"statut","depuis","avec"}] */
void maille_j_statuses(maille_jout *j, const maille_perimeter *perimeter);
/* "key":[{"quoi","code","avant","apres"}] */
void maille_j_differences(maille_jout *j, const char *key, const maille_differences *differences);
/* Claims of a commune by several perimeters, as `maille territory contested --json`. */
maille_status maille_tell_contested(maille_ctx *ctx, const maille_ground *ground,
                                    const maille_plan *plan, const maille_contested *contested,
                                    maille_jout *j);
/* "key":[…] of rows of maille_history_list, as `maille territory history --json`. */
void maille_j_history(maille_jout *j, const char *key, const maille_table *rows);
/* A table as an array of objects under published names; a null stays one. */
typedef struct {
    const char *key, *column;
} maille_j_column;
void maille_j_table(maille_jout *j, const char *key, const maille_table *table,
                    const maille_j_column *columns, size_t count);
/* A row of comments (maille/comment.h): id, commune or perimetre, scenario, texte, le, qui,
 * reponse_a, regle, regle_par, retire. Never the account: a name says who. */
void maille_j_comment(maille_jout *j, const char *key, const maille_table *rows, size_t row);

#endif
