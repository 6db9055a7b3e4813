/* Taking changes back, taking them up again, bringing back the past: each a new change, so that
 * nothing of the history is lost. */
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/map.h>
#include <maille/vec.h>
#include <stdlib.h>
#include <string.h>

/* ---- which changes stand ----------------------------------------------------------------------
 */

enum { ID, NUMBER, KIND, OF, AT, WHO, COLUMNS };
static const char *const columns[] = {"id", "number", "kind", "of_change", "at", "who"};

typedef MAILLE_VEC(uint32_t) stack;

/* The changes of a scenario, ascending, and which of them stand. */
typedef struct {
    maille_store *store;
    const char *scenario;
    maille_table *changes;
    maille_names *row_of; /* id → row */
    stack done, undone;   /* rows of changes that stand; that were taken back; the last on top */
    unsigned char *stood; /* of each row: whether it was among those that were replayed */
} past;

static void past_clear(past *p) {
    maille_table_free(p->changes);
    maille_names_free(p->row_of);
    MAILLE_VEC_FREE(&p->done);
    MAILLE_VEC_FREE(&p->undone);
    maille_free(p->stood);
}

static maille_status read_past(maille_ctx *ctx, past *p) {
    static const char *const by_number[] = {"number"};
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where(&where, "scenario", p->scenario);
    maille_query query = {.table = "change",
                          .columns = columns,
                          .column_count = COLUMNS,
                          .filter = &where.all,
                          .order = by_number,
                          .order_count = 1};
    TRY(maille_store_read(ctx, p->store, &query, &p->changes));
    p->row_of = maille_names_new(p->changes->rows);
    p->stood = maille_alloc(p->changes->rows, 1);
    if (!p->row_of || !p->stood)
        return maille_no_memory(ctx);
    for (size_t row = 0; row < p->changes->rows; row++)
        if (!maille_names_set(p->row_of, row_text(p->changes, row, ID), (uint32_t)row))
            return maille_no_memory(ctx);
done:
    return status;
}

static bool drop(stack *s, uint32_t row) {
    size_t i = s->count;
    while (i > 0 && s->items[i - 1] != row)
        i--;
    if (i == 0)
        return false;
    memmove(&s->items[i - 1], &s->items[i], (s->count - i) * sizeof *s->items);
    s->count--;
    return true;
}

/* One change more: imports stand outside; a new one forgets what was taken back. Of changes that
 * came from elsewhere, what takes back (or up again) one that never stood here is a new one. */
static bool replay(past *p, uint32_t row) {
    const char *kind = row_text(p->changes, row, KIND);
    uint32_t of = maille_names_get(p->row_of, row_text(p->changes, row, OF));
    p->stood[row] = 1;
    if (strcmp(kind, "import") == 0)
        return true;
    if (strcmp(kind, "annulation") == 0 && drop(&p->done, of))
        return MAILLE_VEC_PUSH(&p->undone, of);
    if (strcmp(kind, "retablissement") == 0 && of != MAILLE_ABSENT && p->stood[of]) {
        drop(&p->undone, of);
        return MAILLE_VEC_PUSH(&p->done, of);
    }
    p->undone.count = 0;
    return MAILLE_VEC_PUSH(&p->done, row);
}

/* What stands and what was taken back: of all changes in order of their numbers, or of those of a
 * perimeter in order of its versions, for what came from elsewhere may have come in another order.
 */
static maille_status replay_all(maille_ctx *ctx, past *p, const char *perimeter) {
    static const char *const change_id[] = {"change_id"};
    maille_table *versions = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    p->done.count = p->undone.count = 0;
    memset(p->stood, 0, p->changes->rows);
    if (perimeter) {
        row_where_two(&where, "perimeter_id", perimeter, "scenario", p->scenario);
        TRY(rows_of(ctx, p->store, "perimeter_version", change_id, 1, &where.all, &versions));
    }
    size_t count = versions ? versions->rows : p->changes->rows;
    for (size_t i = 0; i < count; i++) {
        uint32_t row =
            versions ? maille_names_get(p->row_of, row_text(versions, i, 0)) : (uint32_t)i;
        if (row != MAILLE_ABSENT && !replay(p, row)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
done:
    maille_table_free(versions);
    return status;
}

/* ---- taking back and up again -----------------------------------------------------------------
 */

enum { V_PERIMETER, V_VERSION, V_BEFORE, V_AFTER, V_COLUMNS };

/* Those of the scenario: a change received from elsewhere may have others aside (handover.h). */
static maille_status read_versions(maille_ctx *ctx, const past *p, uint32_t row,
                                   maille_table **out) {
    static const char *const of_version[] = {"perimeter_id", "version", "before", "after"};
    row_filter where;
    row_where_two(&where, "change_id", row_text(p->changes, row, ID), "scenario", p->scenario);
    return rows_of(ctx, p->store, "perimeter_version", of_version, V_COLUMNS, &where.all, out);
}

/* "perimeter x was changed since: on … by …" by the change that stands in the way. */
static maille_status refuse_later(maille_ctx *ctx, const past *p, const char *perimeter,
                                  int64_t version) {
    static const char *const change_id[] = {"change_id", "version"};
    maille_table *versions = NULL;
    maille_status status = MAILLE_OK;
    uint32_t row = MAILLE_ABSENT;
    row_filter where;
    row_where_two(&where, "perimeter_id", perimeter, "scenario", p->scenario);
    TRY(rows_of(ctx, p->store, "perimeter_version", change_id, 2, &where.all, &versions));
    for (size_t v = 0; v < versions->rows; v++)
        if (versions->columns[1].ints[v] == version)
            row = maille_names_get(p->row_of, row_text(versions, v, 0));
    status = row == MAILLE_ABSENT
                 ? maille_fail(ctx, MAILLE_REFUSED, "perimeter %s was changed since", perimeter)
                 : maille_fail(ctx, MAILLE_REFUSED,
                               "perimeter %s was changed since: change %lld (%s) on %s by %s",
                               perimeter, (long long)p->changes->columns[NUMBER].ints[row],
                               row_text(p->changes, row, KIND), row_text(p->changes, row, AT),
                               row_text(p->changes, row, WHO));
done:
    maille_table_free(versions);
    return status;
}

/* Whether the change is the last word on each of its perimeters: the last that stands (taking it
 * back) or that was taken back (taking it up), and each is as it left it. */
static maille_status judge_last(maille_ctx *ctx, past *p, uint32_t row, bool back,
                                const maille_table *versions) {
    maille_status status = MAILLE_OK;
    history_head head;
    for (size_t v = 0; v < versions->rows; v++) {
        const char *perimeter = row_text(versions, v, V_PERIMETER);
        TRY(replay_all(ctx, p, perimeter));
        const stack *top = back ? &p->done : &p->undone;
        TRY(history_head_of(ctx, p->store, p->scenario, perimeter, &head));
        if (top->count == 0 || top->items[top->count - 1] != row ||
            strcmp(head.state, row_text(versions, v, back ? V_AFTER : V_BEFORE)) != 0) {
            status = refuse_later(ctx, p, perimeter, head.version);
            goto done;
        }
    }
done:
    return status;
}

/* Brings a perimeter to a state that it once had. */
static maille_status bring(maille_ctx *ctx, history_change *change, const char *perimeter,
                           const char *hash) {
    maille_perimeter *state = NULL;
    char *vintage = NULL;
    maille_status status = MAILLE_OK;
    TRY(history_document(ctx, change->store, hash, &state));
    TRY(history_vintage(ctx, change->store, change->scenario, perimeter, hash, &vintage));
    status = history_add_of(ctx, change, perimeter, state, vintage);
done:
    maille_perimeter_free(state);
    maille_free(vintage);
    return status;
}

static maille_status judge_expected(maille_ctx *ctx, const past *p, const maille_edit *edit,
                                    const char *perimeter, const maille_table *versions) {
    if (edit->expected == 0)
        return MAILLE_OK;
    if (!perimeter && versions && versions->rows == 1)
        perimeter = row_text(versions, 0, V_PERIMETER);
    if (!perimeter)
        return maille_fail(ctx, MAILLE_USAGE,
                           "a version was expected, and more than one perimeter was to change");
    return history_expect(ctx, p->store, p->scenario, perimeter, edit->expected);
}

static maille_status turn(maille_ctx *ctx, past *p, const maille_edit *edit, uint32_t row,
                          bool back, const char *perimeter, maille_edit_result *out) {
    const history_about about = {.scenario = edit->scenario,
                                 .kind = back ? "annulation" : "retablissement",
                                 .of_change = row_text(p->changes, row, ID),
                                 .at = edit->at,
                                 .why = edit->why};
    maille_table *versions = NULL;
    history_change change = {0};
    maille_status status = MAILLE_OK;
    TRY(read_versions(ctx, p, row, &versions));
    TRY(judge_expected(ctx, p, edit, perimeter, versions));
    TRY(judge_last(ctx, p, row, back, versions));
    TRY(history_begin(ctx, p->store, &about, &change));
    for (size_t v = 0; v < versions->rows; v++)
        TRY(bring(ctx, &change, row_text(versions, v, V_PERIMETER),
                  row_text(versions, v, back ? V_BEFORE : V_AFTER)));
    status = history_end(ctx, &change, out);
done:
    maille_table_free(versions);
    return status;
}

static maille_status turn_last(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                               bool back, const char *perimeter, maille_edit_result *out) {
    past p = {.store = store, .scenario = edit->scenario};
    maille_status status = MAILLE_OK;
    bool own = false;
    TRY(history_enter(ctx, store, edit->scenario, &own));
    TRY(read_past(ctx, &p));
    TRY(replay_all(ctx, &p, perimeter));
    const stack *from = back ? &p.done : &p.undone;
    if (from->count == 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "there was no change%s%s to take %s",
                             perimeter ? " of perimeter " : "", perimeter ? perimeter : "",
                             back ? "back" : "up again");
    else
        status = turn(ctx, &p, edit, from->items[from->count - 1], back, perimeter, out);
done:
    past_clear(&p);
    return maille_store_leave(ctx, store, own, status);
}

maille_status maille_edit_undo(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                               const char *perimeter, maille_edit_result *out) {
    return turn_last(ctx, store, edit, true, perimeter, out);
}

maille_status maille_edit_redo(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                               const char *perimeter, maille_edit_result *out) {
    return turn_last(ctx, store, edit, false, perimeter, out);
}

/* ---- bringing back ----------------------------------------------------------------------------
 */

/* Of a moment before the history nothing is known, not even that nothing was there. */
static maille_status judge_moment(maille_ctx *ctx, maille_store *store, const char *scenario,
                                  const maille_moment *when) {
    maille_status status = MAILLE_OK;
    char began[21];
    if (!when->at)
        return MAILLE_OK;
    TRY(maille_history_began(ctx, store, scenario, began));
    if (strncmp(when->at, began, strlen(when->at)) < 0)
        status =
            maille_fail(ctx, MAILLE_NOT_FOUND,
                        "the history began on %.10s, nothing was known of %s", began, when->at);
done:
    return status;
}

static maille_status restore_one(maille_ctx *ctx, history_change *change, const char *perimeter,
                                 const maille_moment *when) {
    history_head then;
    maille_status status = MAILLE_OK;
    TRY(history_at(ctx, change->store, change->scenario, perimeter, when, &then));
    if (*then.state)
        status = bring(ctx, change, perimeter, then.state);
    else
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "perimeter %s was not there %s%s", perimeter,
                             when->at ? "on " : "in that version", when->at ? when->at : "");
done:
    return status;
}

/* What the scenario holds now and did not hold then goes. */
static maille_status restore_all(maille_ctx *ctx, history_change *change,
                                 const maille_moment *when) {
    history_heads *then = NULL, *now = NULL;
    maille_names *there = NULL;
    maille_status status = MAILLE_OK;
    TRY(history_all_at(ctx, change->store, change->scenario, when, &then));
    TRY(history_heads_of(ctx, change->store, change->scenario, &now));
    there = maille_names_new(then->count);
    if (!there) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < then->count; i++) {
        const char *perimeter = then->items[i].perimeter;
        if (!maille_names_set(there, perimeter, 1)) {
            status = maille_no_memory(ctx);
            goto done;
        }
        TRY(bring(ctx, change, perimeter, then->items[i].head.state));
    }
    for (uint32_t i = 0; i < now->count; i++)
        if (maille_names_get(there, now->items[i].perimeter) == MAILLE_ABSENT)
            TRY(history_add(ctx, change, now->items[i].perimeter, NULL));
done:
    history_heads_free(then);
    history_heads_free(now);
    maille_names_free(there);
    return status;
}

maille_status maille_edit_restore(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                  const char *perimeter, const maille_moment *when,
                                  maille_edit_result *out) {
    const past p = {.store = store, .scenario = edit->scenario};
    const history_about about = {
        .scenario = edit->scenario, .kind = "restauration", .at = edit->at, .why = edit->why};
    history_change change = {0};
    maille_status status = MAILLE_OK;
    bool own = false;
    TRY(history_enter(ctx, store, edit->scenario, &own));
    if (!when->at && !when->version)
        TRY(maille_fail(ctx, MAILLE_USAGE, "it was not said which moment to restore"));
    TRY(judge_expected(ctx, &p, edit, perimeter, NULL));
    TRY(judge_moment(ctx, store, edit->scenario, when));
    TRY(history_begin(ctx, store, &about, &change));
    if (perimeter)
        TRY(restore_one(ctx, &change, perimeter, when));
    else
        TRY(restore_all(ctx, &change, when));
    status = history_end(ctx, &change, out);
done:
    return maille_store_leave(ctx, store, own, status);
}
