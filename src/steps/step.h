/* What a step is, and what all steps share. */
#ifndef MAILLE_STEPS_STEP_H
#define MAILLE_STEPS_STEP_H

#include "steps/loads.h"

#include <maille/ctx.h>
#include <maille/rules.h>
#include <maille/store.h>
#include <maille/strbuf.h>

#define TRY MAILLE_TRY

/* One run of a step. */
typedef struct {
    maille_store *store;
    loads *loads;
    maille_audience audience; /* of steps that run once per audience */
    const char *inputs_hash;  /* key of what the step leaves in the cache */
    char message[256];        /* what it found: one line */
} step_call;

typedef struct {
    const char *name;
    int version; /* raised when the step computes something else from the same inputs */
    bool by_audience;
    bool reads_drafts; /* all perimeters whatever the audience: its state is for the inside */
    const char *const *needs;  /* steps before it */
    const char *const *kinds;  /* kinds of import that it reads */
    const char *const *rules;  /* "sizes", "zoning" …: rule sets that it reads */
    bool reads_history;        /* of the perimeters of the reference: which version when */
    bool reads_services;       /* ids and bands of the study's services */
    const char *const *tables; /* what it leaves in the workspace */
    const char *snaps;         /* and the kind of rows in table snap that is its own */
    /* Why the step has nothing to work on, in French, or NULL. */
    maille_status (*lacks)(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
    maille_status (*run)(maille_ctx *ctx, step_call *call);
} step;

extern const step maille_all_steps[];
extern const size_t maille_all_steps_count;

/* One file each. */
maille_status step_borders(maille_ctx *ctx, step_call *call);
maille_status step_codes(maille_ctx *ctx, step_call *call);
maille_status step_groupings(maille_ctx *ctx, step_call *call);
maille_status step_contexts(maille_ctx *ctx, step_call *call);
maille_status step_densities(maille_ctx *ctx, step_call *call);
maille_status step_care_densities(maille_ctx *ctx, step_call *call);
maille_status step_members(maille_ctx *ctx, step_call *call);
maille_status step_network(maille_ctx *ctx, step_call *call);
maille_status step_links(maille_ctx *ctx, step_call *call);
maille_status step_times(maille_ctx *ctx, step_call *call);
maille_status step_coverage(maille_ctx *ctx, step_call *call);
maille_status step_catchments(maille_ctx *ctx, step_call *call);
maille_status step_isochrones(maille_ctx *ctx, step_call *call);
maille_status step_access(maille_ctx *ctx, step_call *call);
maille_status step_zones(maille_ctx *ctx, step_call *call);
maille_status step_perimeters(maille_ctx *ctx, step_call *call);
maille_status step_findings(maille_ctx *ctx, step_call *call);
maille_status step_drives(maille_ctx *ctx, step_call *call);
maille_status step_perimeter_catchments(maille_ctx *ctx, step_call *call);
maille_status step_versions(maille_ctx *ctx, step_call *call);

/* How far the matrix of times reaches: as far as the longest decay of the rules, and the rule set's
 * least at least (src/steps/times.c). */
maille_status times_limit(maille_ctx *ctx, loads *l, uint32_t *limit_ms);
/* SHA-256 of all that a step depends on, as things are now. `lacks` (may be NULL) receives what is
 * missing (itself or a step before it), or NULL when the step can run. */
maille_status step_inputs_hash(maille_ctx *ctx, maille_store *store, loads *l, const step *s,
                               maille_audience audience, char hash[65], const char **lacks);
/* What a step goes by, as JSON, for the record of its run: CRS, rule sets, services with bands. */
maille_status step_parameters(maille_ctx *ctx, loads *l, const step *s, maille_strbuf *out);
const step *step_named(const char *name);
/* What a step that could run and has not run lacks, in the state that maille_steps_state tells. */
extern const char step_not_yet[];
/* What is missing, by what the steps need. */
maille_status lacks_communes(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
maille_status lacks_services(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
maille_status lacks_roads(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
maille_status lacks_supply(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
maille_status lacks_zoning(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
maille_status lacks_perimeters(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
maille_status lacks_history(maille_ctx *ctx, maille_store *store, loads *l, const char **why);
maille_status lacks_perimeter_services(maille_ctx *ctx, maille_store *store, loads *l,
                                       const char **why);

/* ---- remarks: what was converted, estimated, unreachable … -------------------------------------
 */

typedef struct {
    const char *step, *audience; /* "" for what holds nothing of a perimeter */
    maille_table *table;
} remarks;
maille_status remarks_open(maille_ctx *ctx, remarks *r, const char *step_name,
                           const char *audience);
maille_status remarks_add(maille_ctx *ctx, remarks *r, const char *severity, const char *kind,
                          const char *subject, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Replaces the remarks of this step and audience, and closes. */
maille_status remarks_save(maille_ctx *ctx, remarks *r, maille_store *store);
void remarks_close(remarks *r);

/* ---- what a run computed: told in the journal (src/steps/computed.c) ---------------------------
 */

/* What a run of the chain did with a step: nothing, the same again, another thing. */
typedef enum { COMPUTED_NOT, COMPUTED_SAME, COMPUTED_OTHER } computed;
/* One entry "calcul" where any step that a layer shows (`done` has one for each) ran; the public is
 * named only where something that it may see is another thing. Returns `status`, that of the run,
 * with its message, or that of telling. */
maille_status computed_tell(maille_ctx *ctx, maille_store *store, maille_audience audience,
                            const computed *done, maille_status status);

/* A list of names for a message: "a, b, c, d, e et 12 autres". */
void names_in_words(const char *const *names, const uint32_t *numbers, size_t count, char *out,
                    size_t size);

#endif
