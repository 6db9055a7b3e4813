/* Strokes on perimeters, judged and applied as one change. */
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/clock.h>
#include <maille/map.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <string.h>

/* A perimeter that strokes touch: how it stood, how it is now. */
typedef struct {
    const char *id;
    char before[65];
    maille_perimeter *now;
} touched;

typedef struct {
    maille_store *store;
    const maille_edit *edit;
    const maille_op *ops;
    size_t op_count;
    seeing seeing;
    loads *loads;
    const maille_publication_rules *publication; /* NULL until a status is judged */
    maille_unit_rules *units;                    /* NULL until a code comes in */
    touched *perimeters;
    uint32_t count;
    maille_names *place; /* id → place in `perimeters` */
    maille_names *added; /* codes that a stroke brings in */
} editing;

/* ---- what may come in -------------------------------------------------------------------------
 */

/* ", which is 22010 now": what became of a code that the communes had at another time. */
static maille_status tell_heirs(maille_ctx *ctx, maille_store *store, const char *code,
                                maille_strbuf *out) {
    static const char *const columns[] = {"to_code"};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    const char *last = code;
    row_where(&where, "from_code", code);
    TRY(rows_of(ctx, store, "movement", columns, 1, &where.all, &rows));
    for (size_t row = 0; row < rows->rows; row++) {
        const char *heir = row_text(rows, row, 0);
        int64_t there = 0;
        if (strcmp(heir, last) == 0)
            continue;
        row_where(&where, "code", heir);
        TRY(maille_store_count(ctx, store, "commune", &where.all, &there));
        if (there)
            maille_strbuf_addf(out, "%s%s", last == code ? "; it became " : ", ", heir);
        last = there ? heir : last;
    }
done:
    maille_table_free(rows);
    return status;
}

/* "; near are: Auray (56007), …": communes whose names are near to what should have been a code. */
static maille_status tell_names(maille_ctx *ctx, maille_store *store, const char *text,
                                maille_strbuf *out) {
    static const char *const columns[] = {"code", "name"};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    uint32_t best[3];
    TRY(rows_of(ctx, store, "commune", columns, 2, NULL, &rows));
    size_t found =
        maille_nearest_names(text, (const char *const *)rows->columns[1].texts, rows->rows, best);
    for (size_t i = 0; i < found; i++)
        maille_strbuf_addf(out, "%s%s (%s)", i ? ", " : "; near are: ", row_text(rows, best[i], 1),
                           row_text(rows, best[i], 0));
done:
    maille_table_free(rows);
    return status;
}

static maille_status refuse_code(maille_ctx *ctx, maille_store *store, const char *perimeter,
                                 const char *code) {
    maille_strbuf text = {0};
    maille_status status = MAILLE_OK;
    if (perimeter)
        maille_strbuf_addf(&text, "perimeter %s: ", perimeter);
    maille_strbuf_addf(&text, "no commune had code %s", code);
    if (maille_is_insee_code(code))
        TRY(tell_heirs(ctx, store, code, &text));
    else
        TRY(tell_names(ctx, store, code, &text));
    status =
        text.failed ? maille_no_memory(ctx) : maille_fail(ctx, MAILLE_REFUSED, "%s", text.text);
done:
    maille_strbuf_free(&text);
    return status;
}

maille_status maille_code_refuse(maille_ctx *ctx, maille_store *store, const char *code) {
    return refuse_code(ctx, store, NULL, code);
}

static maille_status judge_code(maille_ctx *ctx, editing *e, const maille_op *op) {
    maille_status status = MAILLE_OK;
    int64_t there = 0;
    row_filter by_code;
    if (!op->code)
        return MAILLE_OK; /* the stroke itself is refused */
    row_where(&by_code, "code", op->code);
    TRY(maille_store_count(ctx, e->store, "commune", &by_code.all, &there));
    if (!there)
        status = refuse_code(ctx, e->store, op->perimeter, op->code);
    else if (!maille_names_set(e->added, op->code, 1))
        status = maille_no_memory(ctx);
    else if (!e->units)
        status = maille_unit_rules_read(ctx, MAILLE_DEFAULT_UNITS, &e->units);
done:
    return status;
}

static maille_status refuse_status(maille_ctx *ctx, const editing *e, const maille_op *op) {
    maille_strbuf all = {0};
    for (size_t i = 0; i < e->publication->count; i++)
        maille_strbuf_addf(&all, "%s%s", i ? ", " : "", e->publication->statuses[i].id);
    maille_status status =
        maille_fail(ctx, MAILLE_REFUSED, "perimeter %s: status \"%s\" was unknown; known are: %s",
                    op->perimeter, op->status ? op->status : "", all.text ? all.text : "none");
    maille_strbuf_free(&all);
    return status;
}

/* The id of the status that people wrote in their way: the id as a rule, else a title or the like.
 */
static maille_status judge_status(maille_ctx *ctx, editing *e, maille_op *op) {
    const maille_perimeter_status *known = NULL;
    maille_status status = MAILLE_OK;
    char *slug = op->status ? maille_slug(op->status) : NULL;
    if (op->status && !slug)
        return maille_no_memory(ctx);
    if (!e->publication)
        TRY(load_publication(ctx, e->loads, &e->publication));
    const maille_publication_rules *rules = e->publication;
    for (size_t i = 0; slug && i < rules->count && !known; i++)
        known = strcmp(slug, rules->statuses[i].id) == 0 ? &rules->statuses[i] : NULL;
    if (!known && op->status)
        known = maille_publication_status(rules, op->status);
    if (known)
        op->status = known->id;
    else
        status = refuse_status(ctx, e, op);
done:
    maille_free(slug);
    return status;
}

static maille_status judge_kind(maille_ctx *ctx, const maille_op *op) {
    const char *kind = op->perimeter_kind;
    if (*kind && kind[strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0')
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_REFUSED,
                       "perimeter %s: kind \"%s\" was not made of a-z, 0-9 and -", op->perimeter,
                       kind);
}

/* A status dated ahead would be published before its day. */
static bool is_to_come(const char *day) {
    char today[11];
    maille_utc_today(today);
    return strcmp(day, today) > 0;
}

/* A stroke as it is applied: statuses by their ids, kinds as they are left out in files. */
static maille_status judge_stroke(maille_ctx *ctx, editing *e, maille_op *op) {
    maille_status status = MAILLE_OK;
    if (!op->perimeter || !*op->perimeter)
        return maille_fail(ctx, MAILLE_REFUSED, "a stroke named no perimeter");
    if (op->kind == MAILLE_OP_CREATE) {
        op->perimeter_kind = op->perimeter_kind ? op->perimeter_kind : "cpts";
        TRY(judge_kind(ctx, op));
    }
    if (op->kind == MAILLE_OP_CREATE || op->kind == MAILLE_OP_STATUS) {
        TRY(judge_status(ctx, e, op));
        if (op->since && !history_is_day(op->since))
            status = maille_fail(ctx, MAILLE_REFUSED, "perimeter %s: \"%s\" was no day YYYY-MM-DD",
                                 op->perimeter, op->since);
        else if (op->since && is_to_come(op->since))
            status =
                maille_fail(ctx, MAILLE_REFUSED,
                            "perimeter %s: %s was yet to come; a status is of the day it began",
                            op->perimeter, op->since);
    } else if (op->kind == MAILLE_OP_ADD) {
        TRY(judge_code(ctx, e, op));
    }
done:
    return status;
}

/* A commune and a part of it are never both members; what stood so before is left alone. */
static maille_status judge_parts(maille_ctx *ctx, const editing *e, const maille_perimeter *p) {
    for (uint32_t i = 0; e->units && i < p->member_count; i++) {
        const char *part = p->members[i].code;
        char whole[2][33]; /* a finer unit, its arrondissement, its commune: one after the other */
        bool fresh = maille_names_get(e->added, part) != MAILLE_ABSENT;
        bool is_part = maille_unit_whole(e->units, part, whole[0]);
        for (int now = 0; is_part; now = !now) {
            if (maille_perimeter_find(p, whole[now]) != MAILLE_ABSENT &&
                (fresh || maille_names_get(e->added, whole[now]) != MAILLE_ABSENT))
                return maille_fail(ctx, MAILLE_REFUSED,
                                   "perimeter %s: %s is a part of %s; both cannot be members",
                                   p->id, part, whole[now]);
            is_part = maille_unit_whole(e->units, whole[now], whole[!now]);
        }
    }
    return MAILLE_OK;
}

/* ---- applying ---------------------------------------------------------------------------------
 */

static maille_status touch(maille_ctx *ctx, editing *e, const char *id, touched **out) {
    maille_status status = MAILLE_OK;
    uint32_t place = maille_names_get(e->place, id);
    int64_t version;
    if (place != MAILLE_ABSENT) {
        *out = &e->perimeters[place];
        return MAILLE_OK;
    }
    touched *t = &e->perimeters[e->count];
    t->id = id;
    TRY(history_present(ctx, e->store, e->edit->scenario, id, NULL, &t->now, &version));
    if (t->now)
        TRY(maille_perimeter_hash(ctx, t->now, t->before));
    if (!maille_names_set(e->place, id, e->count++))
        status = maille_no_memory(ctx);
    *out = t;
done:
    return status;
}

/* Each perimeter must stand as its writer saw it; what is to come into being need not be seen. */
static maille_status look_all(maille_ctx *ctx, editing *e) {
    maille_status status = MAILLE_OK;
    maille_names *looked = NULL;
    if (!e->edit->seen_count && !e->edit->see_all)
        return seeing_verdict(ctx, &e->seeing);
    if (!(looked = maille_names_new(16)))
        return maille_no_memory(ctx);
    for (size_t i = 0; i < e->op_count; i++) {
        const char *perimeter = e->ops[i].perimeter;
        if (!perimeter || maille_names_get(looked, perimeter) != MAILLE_ABSENT)
            continue;
        if (!maille_names_set(looked, perimeter, 1))
            TRY(maille_no_memory(ctx));
        if (e->ops[i].kind != MAILLE_OP_CREATE)
            TRY(seeing_require(ctx, &e->seeing, perimeter));
        TRY(seeing_look(ctx, &e->seeing, perimeter, e->ops, e->op_count));
    }
    status = seeing_verdict(ctx, &e->seeing);
done:
    maille_names_free(looked);
    return status;
}

/* Strokes on one perimeter, from the first to the `count`th of all. */
static maille_status apply_to(maille_ctx *ctx, editing *e, const char *perimeter, size_t count,
                              maille_perimeter **now) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < count; i++) {
        maille_op op = e->ops[i];
        if (strcmp(op.perimeter, perimeter) != 0)
            continue;
        TRY(judge_stroke(ctx, e, &op));
        TRY(maille_perimeter_apply(ctx, now, &op));
    }
    if (*now && count == e->op_count)
        TRY(judge_parts(ctx, e, *now));
done:
    return status;
}

/* A refusal of the first `count` strokes on a perimeter that was tolerated to stand otherwise than
 * seen is a conflict where they went well with what was seen; else it stays as it is. */
static maille_status judge_refusal(maille_ctx *ctx, editing *e, const char *perimeter,
                                   size_t count) {
    maille_perimeter *seen = NULL;
    maille_status status = MAILLE_OK;
    char *message = maille_strdup(maille_message(ctx));
    if (!message)
        return maille_no_memory(ctx);
    TRY(seeing_tolerated(ctx, &e->seeing, perimeter, &seen));
    status = seen ? apply_to(ctx, e, perimeter, count, &seen) : MAILLE_REFUSED;
    if (status == MAILLE_OK) {
        TRY(seeing_conflict(ctx, &e->seeing, perimeter));
        TRY(seeing_verdict(ctx, &e->seeing));
    } else if (status == MAILLE_REFUSED) {
        status = maille_fail(ctx, MAILLE_REFUSED, "%s", message);
    }
done:
    maille_perimeter_free(seen);
    maille_free(message);
    return status;
}

static maille_status apply_all(maille_ctx *ctx, editing *e) {
    maille_status status = MAILLE_OK;
    const char *perimeter = NULL;
    size_t count = e->op_count;
    for (size_t i = 0; i < e->op_count; i++) {
        maille_op op = e->ops[i];
        touched *t = NULL;
        perimeter = NULL;
        TRY(judge_stroke(ctx, e, &op));
        TRY(touch(ctx, e, op.perimeter, &t));
        perimeter = t->id;
        count = i + 1;
        TRY(maille_perimeter_apply(ctx, &t->now, &op));
    }
    count = e->op_count;
    for (uint32_t i = 0; i < e->count; i++) {
        perimeter = e->perimeters[i].id;
        if (e->perimeters[i].now)
            TRY(judge_parts(ctx, e, e->perimeters[i].now));
    }
done:
    if (status == MAILLE_REFUSED && perimeter && e->edit->tolerant)
        status = judge_refusal(ctx, e, perimeter, count);
    return status;
}

static maille_status judge_expected(maille_ctx *ctx, editing *e) {
    const maille_op *ops = e->ops;
    if (e->edit->expected == 0 || e->op_count == 0 || !ops[0].perimeter)
        return MAILLE_OK;
    for (size_t i = 0; i < e->op_count; i++)
        if (!ops[i].perimeter || strcmp(ops[i].perimeter, ops[0].perimeter) != 0)
            return maille_fail(ctx, MAILLE_USAGE,
                               "a version was expected, and more than one perimeter was to change");
    return seeing_expect(ctx, &e->seeing, ops[0].perimeter);
}

static maille_status save_all(maille_ctx *ctx, editing *e, maille_edit_result *out) {
    const history_about about = {
        .scenario = e->edit->scenario, .kind = "edition", .at = e->edit->at, .why = e->edit->why};
    history_change change = {0};
    maille_status status = MAILLE_OK;
    TRY(history_begin(ctx, e->store, &about, &change));
    for (uint32_t i = 0; i < e->count; i++) {
        touched *t = &e->perimeters[i];
        char after[65] = "";
        if (t->now)
            TRY(maille_perimeter_hash(ctx, t->now, after));
        if (strcmp(after, t->before) != 0)
            TRY(history_add(ctx, &change, t->id, t->now));
    }
    status = history_end(ctx, &change, out);
done:
    return status;
}

static maille_status prepare(maille_ctx *ctx, editing *e, size_t count) {
    e->perimeters = maille_alloc(count + 1, sizeof *e->perimeters);
    e->place = maille_names_new(16);
    e->added = maille_names_new(count);
    if (!e->perimeters || !e->place || !e->added)
        return maille_no_memory(ctx);
    return loads_new(ctx, e->store, &e->loads);
}

static void editing_clear(editing *e) {
    for (uint32_t i = 0; e->perimeters && i < e->count; i++)
        maille_perimeter_free(e->perimeters[i].now);
    maille_free(e->perimeters);
    maille_names_free(e->place);
    maille_names_free(e->added);
    maille_unit_rules_free(e->units);
    loads_free(e->loads);
}

maille_status maille_edit_apply(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                const maille_op *ops, size_t count, maille_edit_result *out) {
    editing e = {.store = store, .edit = edit, .ops = ops, .op_count = count};
    maille_status status = MAILLE_OK;
    bool own = false;
    seeing_open(&e.seeing, store, edit);
    TRY(history_enter(ctx, store, edit->scenario, &own));
    TRY(prepare(ctx, &e, count));
    TRY(judge_expected(ctx, &e));
    TRY(look_all(ctx, &e));
    TRY(apply_all(ctx, &e));
    TRY(save_all(ctx, &e, out));
done:
    editing_clear(&e);
    status = seeing_close(&e.seeing, status);
    return maille_store_leave(ctx, store, own, status);
}
