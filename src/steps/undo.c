/* Taking changes back, taking them up again, bringing back the past: each a new change, so that
 * nothing of the history is lost. */
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/journal.h>
#include <maille/map.h>
#include <maille/vec.h>
#include <stdlib.h>
#include <string.h>

/* ---- which changes stand ----------------------------------------------------------------------
 */

enum { ID, NUMBER, KIND, OF, AT, WHO, ACCOUNT, COLUMNS };
static const char *const columns[] = {"id", "number", "kind", "of_change", "at", "who", "account"};

typedef MAILLE_VEC(uint32_t) stack;

/* The changes of a scenario, ascending, and which of them stand. As long as none of them is about
 * an older one, those after a number tell as much as all of them of what was done last. */
typedef struct {
    maille_store *store;
    const char *scenario;
    int64_t after; /* only changes of greater numbers; 0: all */
    bool torn;     /* those are not enough */
    maille_table *changes;
    maille_names *row_of; /* id → row */
    stack done, undone;   /* rows of changes that stand; that were taken back; the last on top */
    uint32_t *turned;     /* of each row: the row that took it back last */
    uint32_t *lost;       /* the row of the change after which it could not be taken up again */
    unsigned char *stood; /* whether it was among those that were replayed */
} past;

static void past_clear(past *p) {
    maille_table_free(p->changes);
    maille_names_free(p->row_of);
    MAILLE_VEC_FREE(&p->done);
    MAILLE_VEC_FREE(&p->undone);
    maille_free(p->turned);
    maille_free(p->lost);
    maille_free(p->stood);
}

static maille_status read_past(maille_ctx *ctx, past *p) {
    static const char *const by_number[] = {"number"};
    maille_status status = MAILLE_OK;
    const maille_value number = maille_int_value(p->after);
    const maille_filter later = {
        .op = MAILLE_F_GT, .column = "number", .values = &number, .count = 1};
    row_filter where;
    row_where(&where, "scenario", p->scenario);
    const maille_filter *const both[] = {&where.all, &later};
    const maille_filter filter = {.op = MAILLE_F_AND, .children = both, .count = 2};
    maille_query query = {.table = "change",
                          .columns = columns,
                          .column_count = COLUMNS,
                          .filter = &filter,
                          .order = by_number,
                          .order_count = 1};
    TRY(maille_store_read(ctx, p->store, &query, &p->changes));
    p->row_of = maille_names_new(p->changes->rows);
    p->stood = maille_alloc(p->changes->rows, 1);
    p->turned = maille_alloc(p->changes->rows, sizeof *p->turned);
    p->lost = maille_alloc(p->changes->rows, sizeof *p->lost);
    if (!p->row_of || !p->stood || !p->turned || !p->lost)
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

/* One change more: imports stand outside; a new one forgets what was taken back, where `forgets`
 * says so. Of changes that came from elsewhere, what takes back (or up again) one that never stood
 * here is a new one. */
static bool replay(past *p, uint32_t row, bool forgets) {
    const char *kind = row_text(p->changes, row, KIND);
    uint32_t of = maille_names_get(p->row_of, row_text(p->changes, row, OF));
    p->stood[row] = 1;
    if (strcmp(kind, "import") == 0)
        return true;
    if (of == MAILLE_ABSENT && p->after &&
        (strcmp(kind, "annulation") == 0 || strcmp(kind, "retablissement") == 0))
        p->torn = true;
    if (strcmp(kind, "annulation") == 0 && drop(&p->done, of)) {
        p->turned[of] = row;
        p->lost[of] = MAILLE_ABSENT;
        return MAILLE_VEC_PUSH(&p->undone, of);
    }
    if (strcmp(kind, "retablissement") == 0 && of != MAILLE_ABSENT && p->stood[of]) {
        drop(&p->undone, of);
        return MAILLE_VEC_PUSH(&p->done, of);
    }
    for (size_t i = 0; forgets && i < p->undone.count; i++)
        p->lost[p->undone.items[i]] = row;
    p->undone.count = forgets ? 0 : p->undone.count;
    return MAILLE_VEC_PUSH(&p->done, row);
}

/* What stands and what was taken back: of all changes in order of their numbers, or of those of a
 * perimeter in order of its versions, for what came from elsewhere may have come in another order.
 */
static maille_status replay_all(maille_ctx *ctx, past *p, const char *perimeter, bool forgets) {
    static const char *const change_id[] = {"change_id"};
    maille_table *versions = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    p->done.count = p->undone.count = 0;
    memset(p->stood, 0, p->changes->rows);
    for (size_t row = 0; row < p->changes->rows; row++)
        p->turned[row] = p->lost[row] = MAILLE_ABSENT;
    if (perimeter) {
        row_where_two(&where, "perimeter_id", perimeter, "scenario", p->scenario);
        TRY(rows_of(ctx, p->store, "perimeter_version", change_id, 1, &where.all, &versions));
    }
    size_t count = versions ? versions->rows : p->changes->rows;
    bool begun = false;
    for (size_t i = 0; i < count; i++) {
        uint32_t row =
            versions ? maille_names_get(p->row_of, row_text(versions, i, 0)) : (uint32_t)i;
        p->torn = p->torn || (p->after && begun && row == MAILLE_ABSENT);
        begun = begun || row != MAILLE_ABSENT;
        if (row != MAILLE_ABSENT && !replay(p, row, forgets)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
done:
    maille_table_free(versions);
    return status;
}

/* Whether a change is by who acts on the store: by the account; on the command line, which has
 * none, by the name. */
static bool is_mine(const past *p, uint32_t row) {
    const char *account = maille_store_account(p->store);
    const char *of = p->changes->columns[ACCOUNT].texts[row];
    if (account || of)
        return account && of && strcmp(account, of) == 0;
    return strcmp(row_text(p->changes, row, WHO), maille_store_who(p->store)) == 0;
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
static maille_status refuse_for(maille_ctx *ctx, const past *p, const char *perimeter,
                                uint32_t row) {
    if (row == MAILLE_ABSENT)
        return maille_fail(ctx, MAILLE_REFUSED, "perimeter %s was changed since", perimeter);
    return maille_fail(ctx, MAILLE_REFUSED,
                       "perimeter %s was changed since: change %lld (%s) on %s by %s", perimeter,
                       (long long)p->changes->columns[NUMBER].ints[row],
                       row_text(p->changes, row, KIND), row_text(p->changes, row, AT),
                       row_text(p->changes, row, WHO));
}

/* Row of the change that made a version of a perimeter. */
static maille_status change_of(maille_ctx *ctx, const past *p, const char *perimeter,
                               int64_t version, uint32_t *row) {
    static const char *const change_id[] = {"change_id", "version"};
    maille_table *versions = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    *row = MAILLE_ABSENT;
    row_where_two(&where, "perimeter_id", perimeter, "scenario", p->scenario);
    TRY(rows_of(ctx, p->store, "perimeter_version", change_id, 2, &where.all, &versions));
    for (size_t v = 0; v < versions->rows; v++)
        if (versions->columns[1].ints[v] == version)
            *row = maille_names_get(p->row_of, row_text(versions, v, 0));
done:
    maille_table_free(versions);
    return status;
}

/* What stands in the way of a turn. */
typedef struct {
    char *perimeter; /* the first one; NULL: nothing */
    uint32_t row;    /* of the change */
    bool mine;       /* all that stands in the way is by who acts */
} obstacle;

/* Version that a perimeter had when the change stood (taking it back), or had been taken back. */
static maille_status version_then(maille_ctx *ctx, const past *p, uint32_t row, bool back,
                                  const maille_table *versions, size_t v, int64_t *out) {
    static const char *const columns_of[] = {"perimeter_id", "version"};
    maille_table *turned = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    *out = versions->columns[V_VERSION].ints[v];
    if (back || p->turned[row] == MAILLE_ABSENT)
        return MAILLE_OK;
    row_where_two(&where, "change_id", row_text(p->changes, p->turned[row], ID), "scenario",
                  p->scenario);
    TRY(rows_of(ctx, p->store, "perimeter_version", columns_of, 2, &where.all, &turned));
    for (size_t i = 0; i < turned->rows; i++)
        if (strcmp(row_text(turned, i, 0), row_text(versions, v, V_PERIMETER)) == 0)
            *out = turned->columns[1].ints[i];
done:
    maille_table_free(turned);
    return status;
}

/* Row of the change by which another is not the last word on a perimeter: the new one after which
 * it could not be taken up again; the last that stands above it, or was taken back after it; else
 * whatever made what stands (an import). */
static maille_status find_obstacle(maille_ctx *ctx, const past *p, uint32_t row, bool back,
                                   const char *perimeter, int64_t version, uint32_t *by) {
    const stack *top = back ? &p->done : &p->undone;
    uint32_t last = top->count ? top->items[top->count - 1] : row;
    *by = p->lost[row];
    if (*by == MAILLE_ABSENT && last != row)
        *by = back ? last : p->turned[last];
    return *by == MAILLE_ABSENT ? change_of(ctx, p, perimeter, version, by) : MAILLE_OK;
}

/* Notes the obstacle that a perimeter is. */
static maille_status note_obstacle(maille_ctx *ctx, past *p, uint32_t row, bool back,
                                   const char *perimeter, const history_head *head, obstacle *o) {
    uint32_t by = MAILLE_ABSENT;
    maille_status status = MAILLE_OK;
    TRY(find_obstacle(ctx, p, row, back, perimeter, head->version, &by));
    o->mine = o->mine && by != MAILLE_ABSENT && is_mine(p, by);
    if (o->perimeter)
        goto done;
    o->row = by;
    if (!(o->perimeter = maille_strdup(perimeter)))
        status = maille_no_memory(ctx);
done:
    return status;
}

/* Whether the change is the last word on each of its perimeters: the last that stands (taking it
 * back) or that was taken back (taking it up), and each is as it left it. */
static maille_status judge_last(maille_ctx *ctx, past *p, seeing *s, uint32_t row, bool back,
                                const maille_table *versions, obstacle *o) {
    maille_status status = MAILLE_OK;
    history_head head;
    *o = (obstacle){.row = MAILLE_ABSENT, .mine = true};
    for (size_t v = 0; v < versions->rows; v++) {
        const char *perimeter = row_text(versions, v, V_PERIMETER);
        const char *state = row_text(versions, v, back ? V_AFTER : V_BEFORE);
        int64_t version = 0;
        TRY(replay_all(ctx, p, perimeter, true));
        const stack *top = back ? &p->done : &p->undone;
        TRY(history_head_of(ctx, p->store, p->scenario, perimeter, &head));
        if (top->count && top->items[top->count - 1] == row && strcmp(head.state, state) == 0)
            continue;
        TRY(note_obstacle(ctx, p, row, back, perimeter, &head, o));
        TRY(version_then(ctx, p, row, back, versions, v, &version));
        if (s->edit->stale)
            TRY(seeing_tell(ctx, s, perimeter, version, state));
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

/* What its writer saw of the perimeters of a change, and the one version that was expected. */
static maille_status judge_seen(maille_ctx *ctx, seeing *s, const char *perimeter,
                                const maille_table *versions) {
    maille_status status = MAILLE_OK;
    if (!perimeter && versions && versions->rows == 1)
        perimeter = row_text(versions, 0, V_PERIMETER);
    if (s->edit->expected && !perimeter)
        return maille_fail(ctx, MAILLE_USAGE,
                           "a version was expected, and more than one perimeter was to change");
    if (s->edit->expected)
        TRY(seeing_expect(ctx, s, perimeter));
    for (size_t v = 0; versions && v < versions->rows; v++) {
        history_head head;
        TRY(history_head_of(ctx, s->store, s->edit->scenario, row_text(versions, v, V_PERIMETER),
                            &head));
        if (*head.state)
            TRY(seeing_require(ctx, s, row_text(versions, v, V_PERIMETER)));
        TRY(seeing_look(ctx, s, row_text(versions, v, V_PERIMETER), NULL, 0));
    }
    status = seeing_verdict(ctx, s);
done:
    return status;
}

static maille_status turn(maille_ctx *ctx, const past *p, const maille_edit *edit, uint32_t row,
                          bool back, const maille_table *versions, maille_edit_result *out) {
    const history_about about = {.scenario = edit->scenario,
                                 .kind = back ? "annulation" : "retablissement",
                                 .of_change = row_text(p->changes, row, ID),
                                 .at = edit->at,
                                 .why = edit->why};
    history_change change = {0};
    maille_status status = MAILLE_OK;
    TRY(history_begin(ctx, p->store, &about, &change));
    for (size_t v = 0; v < versions->rows; v++)
        TRY(bring(ctx, &change, row_text(versions, v, V_PERIMETER),
                  row_text(versions, v, back ? V_BEFORE : V_AFTER)));
    status = history_end(ctx, &change, out);
done:
    return status;
}

/* Turns a change, or tells that it is not the last word (`*passed`: on what the writer alone went
 * on with after taking it back, so that it is forgotten). */
static maille_status try_turn(maille_ctx *ctx, past *p, seeing *s, uint32_t row, bool back,
                              const char *perimeter, bool *passed, maille_edit_result *out) {
    const maille_edit *edit = s->edit;
    maille_table *versions = NULL;
    maille_status status = MAILLE_OK;
    obstacle o = {0};
    TRY(read_versions(ctx, p, row, &versions));
    TRY(judge_seen(ctx, s, perimeter, versions));
    TRY(judge_last(ctx, p, s, row, back, versions, &o));
    p->torn = p->torn || (p->after && o.perimeter); /* who stands in the way may be older */
    *passed = p->torn || (o.perimeter && edit->own && !back && o.mine);
    if (*passed) {
        maille_stale_free(s->stale);
        s->stale = NULL;
        goto done;
    }
    if (o.perimeter) {
        status = refuse_for(ctx, p, o.perimeter, o.row);
        goto done;
    }
    status = turn(ctx, p, edit, row, back, versions, out);
done:
    maille_free(o.perimeter);
    maille_table_free(versions);
    return status;
}

/* Rows that may be turned, the first to be tried on top: all, or those of who acts. */
static maille_status choose(maille_ctx *ctx, past *p, bool back, bool own, const char *perimeter,
                            stack *out) {
    maille_status status = MAILLE_OK;
    TRY(replay_all(ctx, p, perimeter, !own));
    const stack *from = back ? &p->done : &p->undone;
    for (size_t i = 0; i < from->count; i++) {
        uint32_t row = from->items[i];
        if ((!own || is_mine(p, back ? row : p->turned[row])) && !MAILLE_VEC_PUSH(out, row))
            return maille_no_memory(ctx);
    }
done:
    return status;
}

/* Turns the last change that may be turned among those after a number (`after` 0: all). `*enough`:
 * whether those told what it is. */
static maille_status turn_among(maille_ctx *ctx, seeing *s, int64_t after, bool back,
                                const char *perimeter, bool *enough, maille_edit_result *out) {
    past p = {.store = s->store, .scenario = s->edit->scenario, .after = after};
    stack rows = {0};
    maille_status status = MAILLE_OK;
    bool passed = true;
    TRY(read_past(ctx, &p));
    TRY(choose(ctx, &p, back, s->edit->own, perimeter, &rows));
    for (size_t i = rows.count; passed && !p.torn && i > 0; i--)
        TRY(try_turn(ctx, &p, s, rows.items[i - 1], back, perimeter, &passed, out));
    *enough = after == 0 || !passed;
    if (passed && after == 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "there was no change%s%s to take %s",
                             perimeter ? " of perimeter " : "", perimeter ? perimeter : "",
                             back ? "back" : "up again");
done:
    MAILLE_VEC_FREE(&rows);
    past_clear(&p);
    return status;
}

static maille_status turn_last(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                               bool back, const char *perimeter, maille_edit_result *out) {
    enum { NEAR = 16 }; /* changes to look at first; then as many times as many, and so on */
    seeing s;
    maille_status status = MAILLE_OK;
    bool own = false, enough = false;
    int64_t last = 0;
    seeing_open(&s, store, edit);
    TRY(history_enter(ctx, store, edit->scenario, &own));
    TRY(maille_history_last(ctx, store, &last));
    for (int64_t near = NEAR; !enough; near *= NEAR)
        TRY(turn_among(ctx, &s, near < last ? last - near : 0, back, perimeter, &enough, out));
done:
    status = seeing_close(&s, status);
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
    seeing s;
    const history_about about = {.scenario = edit->scenario,
                                 .kind = "restauration",
                                 .at = edit->at,
                                 .why = edit->why,
                                 .seeing = &s};
    history_change change = {0};
    maille_status status = MAILLE_OK;
    bool own = false;
    seeing_open(&s, store, edit);
    TRY(history_enter(ctx, store, edit->scenario, &own));
    if (!when->at && !when->version)
        TRY(maille_fail(ctx, MAILLE_USAGE, "it was not said which moment to restore"));
    TRY(judge_seen(ctx, &s, perimeter, NULL));
    TRY(judge_moment(ctx, store, edit->scenario, when));
    TRY(history_begin(ctx, store, &about, &change));
    if (perimeter)
        TRY(restore_one(ctx, &change, perimeter, when));
    else
        TRY(restore_all(ctx, &change, when));
    status = history_end(ctx, &change, out);
done:
    status = seeing_close(&s, status);
    return maille_store_leave(ctx, store, own, status);
}
