/* Opening a workspace for a subcommand, with the steps that it rests on brought up to date. */
#include "cli/territory.h"

#include <maille/memory.h>
#include <maille/steps.h>
#include <maille/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

maille_status want_words(territory *t, size_t least, size_t most) {
    if (t->word_count >= least && t->word_count <= most)
        return MAILLE_OK;
    return maille_fail(t->ctx, MAILLE_USAGE, "usage: maille territory %s %s", t->sub->name,
                       t->sub->usage);
}

const char *text_of(territory *t, const char *format, ...) {
    char *out = NULL;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length >= 0)
        out = maille_arena_alloc(t->arena, (size_t)length + 1);
    if (out)
        vsnprintf(out, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return out;
}

maille_status check_day(maille_ctx *ctx, const char *option_name, const char *text) {
    if (strlen(text) == 10 && maille_is_date(text))
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_USAGE, "%s was \"%s\", expected a day as YYYY-MM-DD",
                       option_name, text);
}

maille_status parse_moment(maille_ctx *ctx, const char *option_name, const char *text,
                           maille_moment *out) {
    *out = (maille_moment){0};
    long version = 0;
    if (!text)
        return MAILLE_OK;
    if (text[0] != 'v') {
        out->at = text;
        return check_day(ctx, option_name, text);
    }
    maille_status status = parse_count(ctx, option_name, text + 1, 1, 1000000000, &version);
    out->version = version;
    return status;
}

maille_edit edit_of(const territory *t) {
    maille_edit edit = {.scenario = t->scenario, .why = t->o.why};
    if (t->o.if_version) /* checked by territory_open */
        edit.expected = strtol(t->o.if_version, NULL, 10);
    return edit;
}

/* ---- steps
 * -------------------------------------------------------------------------------------- */

static const char *const all_steps[] = {"borders",   "links",    "members", "codes",
                                        "groupings", "coverage", "access",  "times"};
enum { STEPS = sizeof all_steps / sizeof *all_steps };

static size_t steps_for(unsigned needs) {
    return needs & NEEDS_TIMES ? STEPS : STEPS - 1;
}

static maille_status bring_up(territory *t, maille_store *store, const char *const *steps,
                              size_t count) {
    maille_run_options run = {.audience = MAILLE_INTERNE, .only = steps, .only_count = count};
    maille_step_result *results = NULL;
    size_t result_count = 0;
    maille_status status = maille_steps_run(t->ctx, store, &run, &results, &result_count);
    maille_free(results);
    return status;
}

maille_status territory_members(territory *t) {
    static const char *const members[] = {"members"};
    return bring_up(t, t->store, members, 1);
}

static bool among(const char *name, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(all_steps[i], name) == 0)
            return true;
    return false;
}

/* Whether a step that is needed is not what it would be now; with `tell` each stale one is told. */
static maille_status look_for_stale(territory *t, size_t needed, bool tell, bool *stale) {
    maille_step_state *states = NULL;
    size_t count = 0;
    maille_status status = maille_steps_state(t->ctx, t->store, MAILLE_INTERNE, &states, &count);
    *stale = false;
    for (size_t i = 0; status == MAILLE_OK && i < count; i++) {
        if (!among(states[i].step, needed) || (states[i].done && !states[i].stale))
            continue;
        *stale = true;
        if (tell && states[i].stale)
            maille_log(t->ctx, MAILLE_LOG_WARNING,
                       "step %s is stale: its inputs have changed since; maille compute brings it "
                       "up to date",
                       states[i].step);
    }
    maille_free(states);
    return status;
}

/* A reader brings up what is out of date where nobody else holds the workspace. */
static maille_status bring_up_for_reader(territory *t, size_t needed) {
    bool stale = false;
    maille_status status = look_for_stale(t, needed, false, &stale);
    if (status != MAILLE_OK || !stale)
        return status;
    maille_store *writer = NULL;
    if (maille_store_open(t->ctx, t->o.workspace, MAILLE_STORE_WRITE, who(), &writer) ==
        MAILLE_OK) {
        status = bring_up(t, writer, all_steps, needed);
        maille_store_close(writer);
        return status;
    }
    return look_for_stale(t, needed, true, &stale);
}

/* ---- opening
 * ------------------------------------------------------------------------------------ */

static maille_status open_store(territory *t) {
    maille_status status = MAILLE_OK;
    long version = 0;
    if (t->o.if_version)
        TRY(parse_count(t->ctx, "--if-version", t->o.if_version, 1, 1000000000, &version));
    TRY(maille_store_open(t->ctx, t->o.workspace,
                          t->writes ? MAILLE_STORE_WRITE : MAILLE_STORE_READ, who(), &t->store));
done:
    return status;
}

maille_status territory_open(territory *t) {
    maille_status status = open_store(t);
    if (status == MAILLE_OK && !t->writes)
        status = maille_store_begin(t->ctx, t->store);
    return status;
}

maille_status territory_ground(territory *t, unsigned needs) {
    unsigned with = MAILLE_GROUND_FACTS | (needs & NEEDS_TIMES ? MAILLE_GROUND_TIMES : 0u);
    maille_status status = MAILLE_OK;
    TRY(open_store(t));
    if (t->writes) {
        TRY(bring_up(t, t->store, all_steps, steps_for(needs)));
    } else {
        TRY(bring_up_for_reader(t, steps_for(needs)));
        TRY(maille_store_begin(t->ctx, t->store));
    }
    TRY(maille_loaded_new(t->ctx, t->store, with, &t->loaded));
    t->ground = maille_loaded_ground(t->loaded);
done:
    return status;
}
