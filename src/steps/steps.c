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
    TRY(maille_store_begin(ctx, store));
    TRY(clear_results(ctx, store, s, audience));
    TRY(maille_store_delete(ctx, store, "step_run", &scope));
    TRY(remarks_open(ctx, &none, s->name, audience));
    TRY(remarks_save(ctx, &none, store));
    TRY(maille_store_commit(ctx, store));
done:
    remarks_close(&none);
    if (status != MAILLE_OK)
        maille_store_rollback(store);
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
    TRY(maille_store_begin(ctx, store));
    TRY(clear_results(ctx, store, s, run.audience));
    TRY(s->run(ctx, &call));
    TRY(step_parameters(ctx, l, s, &parameters));
    run.parameters = parameters.text;
    run.seconds = seconds_now() - began;
    TRY(maille_step_record(ctx, store, &run));
    TRY(maille_store_commit(ctx, store));
    result->outcome = MAILLE_STEP_RAN;
    result->seconds = seconds_now() - began;
    snprintf(result->message, sizeof result->message, "%s", call.message);
done:
    if (status != MAILLE_OK)
        maille_store_rollback(store);
    maille_strbuf_free(&parameters);
    return status;
}

/* Force is for the steps that were named; those before them run where they are out of date. */
static bool is_forced(const maille_run_options *options, const step *s) {
    if (!options->force || !options->only)
        return options->force;
    for (size_t i = 0; i < options->only_count; i++)
        if (strcmp(options->only[i], s->name) == 0)
            return true;
    return false;
}

static maille_status bring_up_to_date(maille_ctx *ctx, maille_store *store, loads *l, const step *s,
                                      const maille_run_options *options,
                                      maille_step_result *result) {
    const char *lacks = NULL, *audience = audience_of(s, options->audience);
    char hash[65], *last = NULL;
    maille_status status = MAILLE_OK;
    *result = (maille_step_result){
        .step = s->name, .audience = options->audience, .by_audience = s->by_audience};
    TRY(step_inputs_hash(ctx, store, l, s, options->audience, hash, &lacks));
    TRY(maille_step_hash(ctx, store, s->name, audience, &last));
    if (lacks) {
        result->outcome = MAILLE_STEP_LACKS;
        snprintf(result->message, sizeof result->message, "%s", lacks);
        if (last)
            TRY(forget_step(ctx, store, s, audience));
    } else if (last && strcmp(last, hash) == 0 && !is_forced(options, s)) {
        result->outcome = MAILLE_STEP_FRESH;
    } else {
        TRY(run_step(ctx, store, l, s, options->audience, hash, result));
    }
done:
    maille_free(last);
    return status;
}

maille_status maille_steps_run(maille_ctx *ctx, maille_store *store,
                               const maille_run_options *options, maille_step_result **results,
                               size_t *count) {
    maille_status status = MAILLE_OK;
    loads *l = NULL;
    size_t n = 0, total = 0, done_steps = 0;
    unsigned char *wanted = maille_alloc(maille_all_steps_count, 1);
    maille_step_result *rows = maille_alloc(maille_all_steps_count, sizeof *rows);
    if (!wanted || !rows) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(choose_steps(ctx, options, wanted));
    TRY(loads_new(ctx, store, &l));
    for (size_t i = 0; i < maille_all_steps_count; i++)
        total += wanted[i];
    for (size_t i = 0; i < maille_all_steps_count; i++) {
        if (!wanted[i])
            continue;
        maille_progress(ctx, maille_all_steps[i].name, done_steps++, total);
        TRY(bring_up_to_date(ctx, store, l, &maille_all_steps[i], options, &rows[n]));
        n++;
    }
    maille_progress(ctx, "steps", total, total);
    *results = rows;
    *count = n;
    rows = NULL;
done:
    loads_free(l);
    maille_free(wanted);
    maille_free(rows);
    return status;
}

/* ---- state, for the catalogue
 * ---------------------------------------------------------------------------- */

const char step_not_yet[] = "calcul pas encore fait (maille compute)";

maille_status maille_steps_state(maille_ctx *ctx, maille_store *store, maille_audience audience,
                                 maille_step_state **states, size_t *count) {
    maille_status status = MAILLE_OK;
    loads *l = NULL;
    char *last = NULL;
    maille_step_state *rows = maille_alloc(maille_all_steps_count, sizeof *rows);
    if (!rows)
        return maille_no_memory(ctx);
    TRY(loads_new(ctx, store, &l));
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
