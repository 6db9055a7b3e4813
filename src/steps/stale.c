/* What writers saw of the perimeters that they touch, against what stands. */
#include "steps/history.h"
#include "steps/history_rows.h"

#include <maille/strbuf.h>
#include <stdio.h>
#include <string.h>

#define TRY MAILLE_TRY

void maille_stale_free(maille_stale *stale) {
    if (!stale)
        return;
    for (uint32_t i = 0; stale->items && i < stale->count; i++) {
        maille_differences_free(stale->items[i].differences);
        maille_table_free(stale->items[i].changes);
    }
    maille_free(stale->items);
    maille_arena_free(stale->arena);
    maille_free(stale);
}

void seeing_open(seeing *s, maille_store *store, const maille_edit *edit) {
    *s = (seeing){.store = store, .edit = edit};
    if (edit->stale)
        *edit->stale = NULL;
}

maille_status seeing_close(seeing *s, maille_status status) {
    if (status == MAILLE_REFUSED && s->edit->stale)
        *s->edit->stale = s->stale;
    else
        maille_stale_free(s->stale);
    s->stale = NULL;
    return status;
}

/* ---- looking -----------------------------------------------------------------------------------
 */

static const maille_seen *seen_of(const seeing *s, const char *perimeter) {
    for (size_t i = 0; i < s->edit->seen_count; i++)
        if (strcmp(s->edit->seen[i].perimeter, perimeter) == 0)
            return &s->edit->seen[i];
    return NULL;
}

maille_status seeing_require(maille_ctx *ctx, const seeing *s, const char *perimeter) {
    if (!s->edit->see_all || seen_of(s, perimeter))
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_USAGE, "it was not said what was seen of perimeter %s",
                       perimeter);
}

static bool begins_with(const char *hash, const char *digits) {
    return !digits || strncmp(hash, digits, strlen(digits)) == 0;
}

/* Version 0 is that of what is not there, whatever was there before. */
static bool is_as_seen(const history_head *stands, const maille_seen *seen) {
    if (seen->version == 0)
        return !*stands->state && begins_with("", seen->state);
    return seen->version == stands->version && begins_with(stands->state, seen->state);
}

/* The state of the version that was seen; `*known` where it is one that was. */
static maille_status state_seen(maille_ctx *ctx, const seeing *s, const char *perimeter,
                                const history_head *stands, const maille_seen *seen, bool *known,
                                char state[65]) {
    const maille_moment moment = {.version = seen->version};
    maille_status status = MAILLE_OK;
    history_head then = {0};
    state[0] = '\0';
    *known = seen->version == 0 && begins_with("", seen->state);
    if (seen->version <= 0 || seen->version > stands->version)
        return MAILLE_OK;
    TRY(history_at(ctx, s->store, s->edit->scenario, perimeter, &moment, &then));
    *known = begins_with(then.state, seen->state);
    if (*known)
        memcpy(state, then.state, sizeof then.state);
done:
    return status;
}

/* ---- what strokes concern ----------------------------------------------------------------------
 */

static bool concerns(const maille_op *op, const maille_difference *d) {
    switch (op->kind) {
    case MAILLE_OP_CREATE:
    case MAILLE_OP_DELETE:
        return true;
    case MAILLE_OP_RENAME:
        return strcmp(d->what, "nom") == 0;
    case MAILLE_OP_CONTACT:
        return strcmp(d->what, "contact") == 0;
    case MAILLE_OP_STATUS:
        return strcmp(d->what, "statut") == 0;
    default:
        return d->code && op->code && strcmp(d->code, op->code) == 0;
    }
}

static bool is_free_of(const maille_differences *differences, const char *perimeter,
                       const maille_op *ops, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (uint32_t d = 0; d < differences->count; d++)
            if (ops[i].perimeter && strcmp(ops[i].perimeter, perimeter) == 0 &&
                concerns(&ops[i], &differences->items[d]))
                return false;
    return true;
}

/* Whether both states are there, and strokes concern nothing in which they differ. */
static maille_status is_fine(maille_ctx *ctx, const seeing *s, const char *perimeter,
                             const char *seen, const char *stands, const maille_op *ops,
                             size_t count, bool *fine) {
    maille_perimeter *before = NULL, *after = NULL;
    maille_differences *differences = NULL;
    maille_status status = MAILLE_OK;
    *fine = false;
    if (!s->edit->tolerant || count == 0 || !*seen || !*stands)
        return MAILLE_OK;
    TRY(history_state(ctx, s->store, s->edit->scenario, perimeter, seen, &before));
    TRY(history_state(ctx, s->store, s->edit->scenario, perimeter, stands, &after));
    TRY(maille_perimeter_diff(ctx, before, after, &differences));
    *fine = is_free_of(differences, perimeter, ops, count);
done:
    maille_perimeter_free(before);
    maille_perimeter_free(after);
    maille_differences_free(differences);
    return status;
}

/* ---- telling -----------------------------------------------------------------------------------
 */

static maille_status make_room(maille_ctx *ctx, seeing *s) {
    if (!s->stale) {
        s->stale = maille_alloc(1, sizeof *s->stale);
        if (!s->stale || !(s->stale->arena = maille_arena_new()))
            return maille_no_memory(ctx);
    }
    void *items =
        maille_resize(s->stale->items, s->stale->count + (size_t)1, sizeof *s->stale->items);
    if (!items)
        return maille_no_memory(ctx);
    s->stale->items = items;
    memset(&s->stale->items[s->stale->count], 0, sizeof *s->stale->items);
    s->stale->count++;
    return MAILLE_OK;
}

/* Changes after `since` are told; `state` NULL: the version never was. */
static maille_status note(maille_ctx *ctx, seeing *s, const char *perimeter,
                          const history_head *stands, int64_t version, const char *state,
                          int64_t since) {
    const char *scenario = s->edit->scenario;
    maille_perimeter *before = NULL, *after = NULL;
    maille_status status = MAILLE_OK;
    TRY(make_room(ctx, s));
    uint32_t i = s->stale->count - 1;
    TRY(history_state(ctx, s->store, scenario, perimeter, state ? state : "", &before));
    TRY(history_state(ctx, s->store, scenario, perimeter, stands->state, &after));
    s->stale->items[i].perimeter = maille_arena_strdup(s->stale->arena, perimeter);
    s->stale->items[i].name = maille_arena_strdup(s->stale->arena, before  ? before->name
                                                                   : after ? after->name
                                                                           : perimeter);
    s->stale->items[i].seen = version;
    s->stale->items[i].version = stands->version;
    memcpy(s->stale->items[i].state, stands->state, sizeof stands->state);
    if (!s->stale->items[i].perimeter || !s->stale->items[i].name)
        TRY(maille_no_memory(ctx));
    TRY(maille_perimeter_diff(ctx, before, after, &s->stale->items[i].differences));
    TRY(history_list_after(ctx, s->store, scenario, perimeter, since, &s->stale->items[i].changes));
done:
    maille_perimeter_free(before);
    maille_perimeter_free(after);
    return status;
}

/* The last version before the one that stands in which the perimeter was not there. */
static maille_status last_absence(maille_ctx *ctx, const seeing *s, const char *perimeter,
                                  int64_t *out) {
    static const char *const columns[] = {"version"};
    const maille_filter gone = {.op = MAILLE_F_NULL, .column = "after"};
    maille_table *versions = NULL;
    maille_status status = MAILLE_OK;
    row_filter of_one;
    row_where_two(&of_one, "perimeter_id", perimeter, "scenario", s->edit->scenario);
    const maille_filter *const both[] = {&of_one.all, &gone};
    const maille_filter filter = {.op = MAILLE_F_AND, .children = both, .count = 2};
    *out = 0;
    TRY(rows_of(ctx, s->store, "perimeter_version", columns, 1, &filter, &versions));
    for (size_t row = 0; row < versions->rows; row++)
        *out = versions->columns[0].ints[row];
done:
    maille_table_free(versions);
    return status;
}

static maille_status look(maille_ctx *ctx, seeing *s, const char *perimeter,
                          const maille_seen *seen, const maille_op *ops, size_t count) {
    history_head stands;
    maille_status status = MAILLE_OK;
    bool known = false, fine = false;
    int64_t since = 0;
    char state[65];
    TRY(history_head_of(ctx, s->store, s->edit->scenario, perimeter, &stands));
    if (is_as_seen(&stands, seen))
        goto done;
    TRY(state_seen(ctx, s, perimeter, &stands, seen, &known, state));
    if (known)
        TRY(is_fine(ctx, s, perimeter, state, stands.state, ops, count, &fine));
    if (fine)
        goto done;
    since = seen->version - !known;
    if (seen->version == 0)
        TRY(last_absence(ctx, s, perimeter, &since));
    status = note(ctx, s, perimeter, &stands, seen->version, known ? state : NULL, since);
done:
    return status;
}

maille_status seeing_look(maille_ctx *ctx, seeing *s, const char *perimeter, const maille_op *ops,
                          size_t count) {
    const maille_seen *seen = seen_of(s, perimeter);
    return seen ? look(ctx, s, perimeter, seen, ops, count) : MAILLE_OK;
}

maille_status seeing_conflict(maille_ctx *ctx, seeing *s, const char *perimeter) {
    return seeing_look(ctx, s, perimeter, NULL, 0);
}

maille_status seeing_expect(maille_ctx *ctx, seeing *s, const char *perimeter) {
    const maille_seen seen = {.perimeter = perimeter, .version = s->edit->expected};
    return seen.version ? look(ctx, s, perimeter, &seen, NULL, 0) : MAILLE_OK;
}

maille_status seeing_tolerated(maille_ctx *ctx, const seeing *s, const char *perimeter,
                               maille_perimeter **out) {
    const maille_seen *seen = seen_of(s, perimeter);
    history_head stands;
    maille_status status = MAILLE_OK;
    bool known = false;
    char state[65];
    *out = NULL;
    if (!seen || !s->edit->tolerant)
        return MAILLE_OK;
    TRY(history_head_of(ctx, s->store, s->edit->scenario, perimeter, &stands));
    if (is_as_seen(&stands, seen))
        goto done;
    TRY(state_seen(ctx, s, perimeter, &stands, seen, &known, state));
    if (known)
        status = history_state(ctx, s->store, s->edit->scenario, perimeter, state, out);
done:
    return status;
}

maille_status seeing_tell(maille_ctx *ctx, seeing *s, const char *perimeter, int64_t version,
                          const char *state) {
    history_head stands;
    maille_status status = MAILLE_OK;
    TRY(history_head_of(ctx, s->store, s->edit->scenario, perimeter, &stands));
    TRY(note(ctx, s, perimeter, &stands, version, state, version));
done:
    return status;
}

/* ---- in words ----------------------------------------------------------------------------------
 */

/* "+ 22010, − 22015, nom: « A » → « B »"; the first ones where there are many. */
static void tell_differences(const maille_differences *d, maille_strbuf *out) {
    enum { MOST = 20 };
    for (uint32_t i = 0; i < d->count && i < MOST; i++) {
        const maille_difference *one = &d->items[i];
        maille_strbuf_add(out, i ? ", " : "");
        if (strcmp(one->what, "commune") == 0)
            maille_strbuf_addf(out, "%s %s", one->before ? "−" : "+", one->code);
        else
            maille_strbuf_addf(out, "%s%s%s: %s → %s", one->what, one->code ? " " : "",
                               one->code ? one->code : "", one->before ? one->before : "–",
                               one->after ? one->after : "–");
    }
    if (d->count > MOST)
        maille_strbuf_addf(out, " and %u more", d->count - MOST);
    if (d->count == 0)
        maille_strbuf_add(out, "nothing, in the end");
}

/* A version that never was differs from what stands in no way that could be told. */
maille_status seeing_verdict(maille_ctx *ctx, const seeing *s) {
    maille_strbuf text = {0};
    if (!s->stale || s->stale->count == 0)
        return MAILLE_OK;
    const maille_table *changes = s->stale->items[0].changes;
    const maille_differences *differences = s->stale->items[0].differences;
    const char *perimeter = s->stale->items[0].perimeter;
    int64_t version = s->stale->items[0].version, seen = s->stale->items[0].seen;
    if (version == seen)
        maille_strbuf_addf(&text, "version %lld of %s was another than was seen",
                           (long long)version, perimeter);
    else
        maille_strbuf_addf(&text, "version %lld of %s stood, not %lld", (long long)version,
                           perimeter, (long long)seen);
    if (version > seen && changes->rows > 0) {
        maille_strbuf_addf(&text, ": on %s by %s: ", row_text(changes, 0, 2),
                           row_text(changes, 0, 3));
        if (*s->stale->items[0].state)
            tell_differences(differences, &text);
        else
            maille_strbuf_add(&text, "it was deleted");
    }
    if (s->stale->count > 1)
        maille_strbuf_addf(&text, " (and %u more)", s->stale->count - 1);
    maille_status status =
        text.failed ? maille_no_memory(ctx) : maille_fail(ctx, MAILLE_REFUSED, "%s", text.text);
    maille_strbuf_free(&text);
    return status;
}
