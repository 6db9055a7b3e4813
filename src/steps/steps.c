/* The chain: which steps are out of date, in which order they run, what they left. */
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/provenance.h>
#include <maille/steps.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

size_t maille_step_count(void) {
    return maille_all_steps_count;
}

const char *maille_step_name(size_t i) {
    return i < maille_all_steps_count ? maille_all_steps[i].name : NULL;
}

/* Audience under which a step's run is recorded: "" where it does not depend on it. */
static const char *audience_of(const step *s, maille_audience audience) {
    return s->by_audience ? maille_audience_name(audience) : "";
}

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- which steps are asked for
 * ---------------------------------------------------------------------- */

static void mark_with_needs(const step *s, unsigned char *wanted) {
    wanted[s - maille_all_steps] = 1;
    for (const char *const *need = s->needs; need && *need; need++)
        mark_with_needs(step_named(*need), wanted);
}

static maille_status choose_steps(maille_ctx *ctx, const maille_run_options *options,
                                  unsigned char *wanted) {
    if (!options->only) {
        memset(wanted, 1, maille_all_steps_count);
        return MAILLE_OK;
    }
    for (size_t i = 0; i < options->only_count; i++) {
        const step *s = step_named(options->only[i]);
        if (!s)
            return maille_fail(ctx, MAILLE_NOT_FOUND,
                               "step \"%s\" was not known; see maille compute -h",
                               options->only[i]);
        mark_with_needs(s, wanted);
    }
    return MAILLE_OK;
}

/* ---- running one
 * ---------------------------------------------------------------------------------------- */

/* Rows that a step left for an audience, of all its tables. */
static maille_status clear_results(maille_ctx *ctx, maille_store *store, const step *s,
                                   const char *audience) {
    maille_value seen = maille_text_value(audience);
    maille_filter scope = maille_equals("audience", &seen);
    maille_value kind = maille_text_value(s->snaps);
    maille_filter own_snaps = maille_equals("kind", &kind);
    maille_status status = MAILLE_OK;
    for (const char *const *table = s->tables; table && *table; table++)
        TRY(maille_store_delete(ctx, store, *table, s->by_audience ? &scope : NULL));
    if (s->snaps)
        TRY(maille_store_delete(ctx, store, "snap", &own_snaps));
done:
    return status;
}

static maille_status forget_step(maille_ctx *ctx, maille_store *store, const step *s,
                                 const char *audience) {
    maille_value name = maille_text_value(s->name), seen = maille_text_value(audience);
    maille_filter by_step = maille_equals("step", &name);
    maille_filter by_audience = maille_equals("audience", &seen);
    const maille_filter *both[] = {&by_step, &by_audience};
    maille_filter scope = {.op = MAILLE_F_AND, .children = both, .count = 2};
    remarks none = {0};
    maille_status status = MAILLE_OK;
    TRY(clear_results(ctx, store, s, audience));
    TRY(maille_store_delete(ctx, store, "step_run", &scope));
    TRY(remarks_open(ctx, &none, s->name, audience));
    TRY(remarks_save(ctx, &none, store));
    TRY(maille_store_commit(ctx, store));
done:
    remarks_close(&none);
    return status;
}

static maille_status run_step(maille_ctx *ctx, maille_store *store, loads *l, const step *s,
                              maille_audience audience, const char *hash,
                              maille_step_result *result) {
    double began = seconds_now();
    step_call call = {.store = store, .loads = l, .audience = audience};
    maille_step_run run = {.step = s->name,
                           .audience = audience_of(s, audience),
                           .inputs_hash = hash,
                           .message = call.message};
    maille_strbuf parameters = {0};
    maille_status status = MAILLE_OK;
    TRY(clear_results(ctx, store, s, run.audience));
    TRY(s->run(ctx, &call));
    TRY(maille_cancelled(ctx));
    TRY(step_parameters(ctx, l, s, &parameters));
    run.parameters = parameters.text;
    run.seconds = seconds_now() - began;
    TRY(maille_step_record(ctx, store, &run));
    TRY(maille_store_commit(ctx, store));
    result->outcome = MAILLE_STEP_RAN;
    result->seconds = seconds_now() - began;
    snprintf(result->message, sizeof result->message, "%s", call.message);
done:
    maille_strbuf_free(&parameters);
    return status;
}

/* ---- a run of the chain
 * ---------------------------------------------------------------------------------- */

/* How often the chain is taken from its beginning again, because others decided something between
 * two of its steps. */
enum { MOST_ROUNDS = 16 };

typedef struct {
    maille_store *store;
    loads *l;
    const maille_run_options *options;
    size_t total;      /* steps that are wanted */
    uint64_t state;    /* of the workspace, as the last transaction saw it */
    bool begun, moved; /* others have written since the run began */
} chain;

/* Force is for the steps that were named; those before them run where they are out of date. */
static bool is_forced(const maille_run_options *options, const step *s) {
    if (!options->force || !options->only)
        return options->force;
    for (size_t i = 0; i < options->only_count; i++)
        if (strcmp(options->only[i], s->name) == 0)
            return true;
    return false;
}

/* Whether others have written since the last step: what was loaded of decisions is of before. */
static maille_status look_around(maille_ctx *ctx, chain *c) {
    uint64_t state;
    bool replaced;
    maille_status status = maille_store_state(ctx, c->store, &state, &replaced);
    if (status != MAILLE_OK)
        return status;
    if (c->begun && state != c->state) {
        c->moved = true;
        loads_forget_decisions(c->l);
    }
    c->begun = true;
    c->state = state;
    return MAILLE_OK;
}

/* Whether the steps before it have left what they would leave of this state: a decision may have
 * been taken since they ran. */
static maille_status needs_hold(maille_ctx *ctx, chain *c, const step *s, bool *hold) {
    maille_audience audience = c->options->audience;
    maille_status status = MAILLE_OK;
    char hash[65], *last = NULL;
    *hold = true;
    for (const char *const *need = s->needs; *hold && c->moved && need && *need; need++) {
        const step *before = step_named(*need);
        const char *lacks = NULL;
        TRY(step_inputs_hash(ctx, c->store, c->l, before, audience, hash, &lacks));
        TRY(maille_step_hash(ctx, c->store, before->name, audience_of(before, audience), &last));
        *hold = lacks ? !last : last && strcmp(last, hash) == 0;
        maille_free(last);
        last = NULL;
    }
done:
    maille_free(last);
    return status;
}

/* In a transaction, which is left open where nothing was written. */
static maille_status renew(maille_ctx *ctx, chain *c, const step *s, computed *done,
                           maille_step_result *result) {
    const maille_run_options *options = c->options;
    const char *lacks = NULL, *audience = audience_of(s, options->audience);
    char hash[65], *last = NULL;
    maille_status status = MAILLE_OK;
    TRY(step_inputs_hash(ctx, c->store, c->l, s, options->audience, hash, &lacks));
    TRY(maille_step_hash(ctx, c->store, s->name, audience, &last));
    bool fresh = last && strcmp(last, hash) == 0;
    if (lacks) {
        result->outcome = MAILLE_STEP_LACKS;
        snprintf(result->message, sizeof result->message, "%s", lacks);
        if (last)
            TRY(forget_step(ctx, c->store, s, audience));
        if (last)
            *done = COMPUTED_OTHER;
    } else if (fresh && (*done || !is_forced(options, s))) {
        if (!*done)
            result->outcome = MAILLE_STEP_FRESH;
    } else {
        TRY(run_step(ctx, c->store, c->l, s, options->audience, hash, result));
        if (*done != COMPUTED_OTHER)
            *done = fresh ? COMPUTED_SAME : COMPUTED_OTHER;
    }
done:
    maille_free(last);
    return status;
}

/* The step that is number `n` of those that are wanted decides, computes and records in one
 * transaction: the hash that is recorded is of the state that was read. `hold` false: the chain is
 * to begin again. */
static maille_status bring_up_to_date(maille_ctx *ctx, chain *c, const step *s, size_t n,
                                      computed *done, maille_step_result *result, bool *hold) {
    maille_status status = MAILLE_OK;
    if (!result->step)
        *result = (maille_step_result){
            .step = s->name, .audience = c->options->audience, .by_audience = s->by_audience};
    TRY(maille_cancelled(ctx));
    TRY(maille_store_begin(ctx, c->store));
    TRY(look_around(ctx, c));
    maille_progress(ctx, s->name, n, c->total);
    TRY(needs_hold(ctx, c, s, hold));
    if (*hold)
        TRY(renew(ctx, c, s, done, result));
done:
    maille_store_rollback(c->store); /* unless it was committed */
    return status;
}

static maille_status run_round(maille_ctx *ctx, chain *c, const unsigned char *wanted,
                               computed *done_of, maille_step_result *rows, bool *whole) {
    size_t n = 0;
    maille_status status = MAILLE_OK;
    *whole = true;
    for (size_t i = 0; status == MAILLE_OK && *whole && i < maille_all_steps_count; i++) {
        if (!wanted[i])
            continue;
        status = bring_up_to_date(ctx, c, &maille_all_steps[i], n, &done_of[i], &rows[n], whole);
        n++;
    }
    return status;
}

static maille_status run_rounds(maille_ctx *ctx, chain *c, const unsigned char *wanted,
                                computed *done_of, maille_step_result *rows) {
    for (int round = 0; round < MOST_ROUNDS; round++) {
        bool whole;
        maille_status status = run_round(ctx, c, wanted, done_of, rows, &whole);
        if (status != MAILLE_OK || whole)
            return status;
    }
    return maille_fail(ctx, MAILLE_BUSY, "decisions on %s changed again and again meanwhile",
                       maille_store_path(c->store));
}

maille_status maille_steps_run(maille_ctx *ctx, maille_store *store,
                               const maille_run_options *options, maille_step_result **results,
                               size_t *count) {
    maille_status status = MAILLE_OK;
    chain c = {.store = store, .options = options};
    unsigned char *wanted = maille_alloc(maille_all_steps_count, 1);
    computed *done_of = maille_alloc(maille_all_steps_count, sizeof *done_of);
    maille_step_result *rows = maille_alloc(maille_all_steps_count, sizeof *rows);
    if (!wanted || !rows || !done_of) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(choose_steps(ctx, options, wanted));
    TRY(loads_new(ctx, store, &c.l));
    for (size_t i = 0; i < maille_all_steps_count; i++)
        c.total += wanted[i];
    status = run_rounds(ctx, &c, wanted, done_of, rows);
    TRY(computed_tell(ctx, store, options->audience, done_of, status));
    maille_progress(ctx, "steps", c.total, c.total);
    *results = rows;
    *count = c.total;
    rows = NULL;
done:
    loads_free(c.l);
    maille_free(wanted);
    maille_free(done_of);
    maille_free(rows);
    return status;
}

/* ---- state, for the catalogue
 * ---------------------------------------------------------------------------- */

const char step_not_yet[] = "calcul pas encore fait (maille compute)";

bool maille_step_due(const maille_step_state *state) {
    return state->stale || state->lacks == step_not_yet;
}

maille_status maille_steps_state(maille_ctx *ctx, maille_store *store, maille_audience audience,
                                 maille_step_state **states, size_t *count) {
    maille_status status = MAILLE_OK;
    loads *l = NULL;
    char *last = NULL;
    maille_step_state *rows = maille_alloc(maille_all_steps_count, sizeof *rows);
    if (!rows)
        return maille_no_memory(ctx);
    TRY(loads_new(ctx, store, &l));
    TRY(loads_remember(ctx, l, maille_all_steps_count));
    for (size_t i = 0; i < maille_all_steps_count; i++) {
        const step *s = &maille_all_steps[i];
        char hash[65];
        rows[i].step = s->name;
        TRY(step_inputs_hash(ctx, store, l, s, audience, hash, &rows[i].lacks));
        TRY(maille_step_hash(ctx, store, s->name, audience_of(s, audience), &last));
        rows[i].done = last && !rows[i].lacks;
        rows[i].stale = rows[i].done && strcmp(last, hash) != 0;
        if (!rows[i].done && !rows[i].lacks)
            rows[i].lacks = step_not_yet;
        maille_free(last);
        last = NULL;
    }
    *states = rows;
    *count = maille_all_steps_count;
    rows = NULL;
done:
    maille_free(last);
    loads_free(l);
    maille_free(rows);
    return status;
}
