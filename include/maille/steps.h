/* Steps: load → compute → save, each run only when what it depends on has changed (room: steps). */
#ifndef MAILLE_STEPS_H
#define MAILLE_STEPS_H

#include <maille/ctx.h>
#include <maille/json.h>
#include <maille/provenance.h>
#include <maille/rules.h>
#include <maille/sources.h>
#include <maille/store.h>
#include <maille/study.h>

/* ---- a study's recipe
 * ---------------------------------------------------------------------------- */

/* Brings a workspace to what a study says: settings, then every source whose file or options have
 * changed (communes first: they choose the CRS). `results` has one entry per source, in the study's
 * order. Imports that the recipe no longer names are forgotten and counted in `dropped`, their
 * names logged. Each import is a transaction of its own: after a kill the next run goes on. */
maille_status maille_study_apply(maille_ctx *ctx, maille_store *store, const maille_study *study,
                                 bool force, maille_import_result *results, size_t *dropped);

/* Names whose retention is over go (journal.h: maille_names_forget), by the rule set that the study
 * names; `count` rows lost one. */
maille_status maille_retention_apply(maille_ctx *ctx, maille_store *store, int64_t *count);
/* Entries of the journal (journal.h) as they are published: elements of an array {"numero","le",
 * "qui","compte","action","scenario","genre","objet","changement","motif","detail","oublie"}, and
 * lines of CSV. */
void maille_journal_json(maille_jout *j, const maille_table *entries);
void maille_journal_csv(maille_strbuf *s, const maille_table *entries, bool head);

/* ---- the chain
 * ------------------------------------------------------------------------------------ */

/* What a run of the chain did with one step. */
typedef enum { MAILLE_STEP_RAN, MAILLE_STEP_FRESH, MAILLE_STEP_LACKS } maille_step_outcome;
typedef struct {
    const char *step;
    maille_audience audience;
    bool by_audience;
    maille_step_outcome outcome;
    double seconds;
    char message[256]; /* what it found, or what it lacks */
} maille_step_result;

typedef struct {
    bool force;               /* run what is fresh too: the steps of `only`, all without it */
    maille_audience audience; /* steps by audience run for this one; internal ones always */
    const char *const *only;  /* names; NULL = all; what they need comes along */
    size_t only_count;
} maille_run_options;

/* Runs what is out of date in order of dependency. `results` (a block of the caller's, maille_free)
 * holds one entry per step and audience. MAILLE_NOT_FOUND for an unknown step. */
maille_status maille_steps_run(maille_ctx *ctx, maille_store *store,
                               const maille_run_options *options, maille_step_result **results,
                               size_t *count);

/* State of each step for one audience, for the catalogue; block of the caller's; texts inside it.
 */
maille_status maille_steps_state(maille_ctx *ctx, maille_store *store, maille_audience audience,
                                 maille_step_state **states, size_t *count);
/* Whether a run of the chain would do something about it: it is stale, or could run and never did.
 */
bool maille_step_due(const maille_step_state *state);
/* Names in order, for -h. */
size_t maille_step_count(void);
const char *maille_step_name(size_t i);

/* The roads of a workspace as the steps use them, with the study's rules and CRS; *network NULL
 * where the workspace has none. The caller owns both. */
maille_status maille_roads_load(maille_ctx *ctx, maille_store *store, maille_network **network,
                                maille_travel_rules **rules, int *epsg);

/* One finding of `maille check`. */
typedef struct {
    char kind[32];     /* chevauchement, zone-blanche, morcellement, taille, perime … */
    char severity[16]; /* information, alerte, erreur */
    char subject[256];
    char *message;     /* French, one line; owned by the list, as the texts below */
    char *remedy;      /* what could be done; NULL */
    char *a, *b;       /* perimeters that it is about; NULL */
    char *codes;       /* JSON array of communes; NULL */
    double population; /* of these; NaN */
} maille_finding;
maille_status maille_check(maille_ctx *ctx, maille_store *store, maille_audience audience,
                           maille_finding **findings, size_t *count);
void maille_findings_free(maille_finding *findings, size_t count);

#endif
