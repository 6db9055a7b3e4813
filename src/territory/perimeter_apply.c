/* Strokes: each works on a copy with room for what it adds, which takes the place of the perimeter
 * only when all went well. */
#include "territory/perimeter.h"

#include <maille/map.h>
#include <string.h>

/* A stroke under way. */
typedef struct {
    maille_ctx *ctx;
    const maille_op *op;
    const char *where;    /* "perimeter x" */
    maille_perimeter *to; /* the copy */
} stroke;

/* The member that the stroke names; refused when it is none. */
static maille_status member_of(const stroke *s, maille_member **out) {
    maille_status status = perimeter_judge_text(s->ctx, s->where, "code", s->op->code, ONE_LINE);
    if (status != MAILLE_OK)
        return status;
    uint32_t place = maille_perimeter_find(s->to, s->op->code);
    if (place == MAILLE_ABSENT)
        return maille_fail(s->ctx, MAILLE_REFUSED, "%s: commune %s was no member", s->where,
                           s->op->code);
    *out = &s->to->members[place];
    return MAILLE_OK;
}

/* A text that may be NULL, judged and kept. */
static maille_status keep(const stroke *s, const char *what, const char *text, const char **out) {
    maille_status status =
        text ? perimeter_judge_text(s->ctx, s->where, what, text, MANY_LINES) : MAILLE_OK;
    return status == MAILLE_OK ? perimeter_keep(s->ctx, s->to, text, out) : status;
}

/* ---- members ---- */

static maille_status add(stroke *s) {
    const maille_op *op = s->op;
    maille_perimeter *to = s->to;
    maille_member member = {.code = op->code, .share = op->share == 0 ? 1 : op->share};
    maille_status status;
    MAILLE_TRY(perimeter_judge_text(s->ctx, s->where, "code", op->code, ONE_LINE));
    if (maille_perimeter_find(to, op->code) != MAILLE_ABSENT)
        MAILLE_TRY(maille_fail(s->ctx, MAILLE_REFUSED, "%s: commune %s was a member already",
                               s->where, op->code));
    MAILLE_TRY(perimeter_judge_share(s->ctx, s->where, op->code, member.share));
    MAILLE_TRY(perimeter_keep(s->ctx, to, op->code, &member.code));
    MAILLE_TRY(keep(s, "zone", op->zone, &member.zone));
    uint32_t place = perimeter_place(to, op->code);
    memmove(&to->members[place + 1], &to->members[place],
            (to->member_count - place) * sizeof *to->members);
    to->members[place] = member;
    to->member_count++;
done:
    return status;
}

static maille_status remove_member(stroke *s) {
    maille_member *member = NULL;
    maille_status status = member_of(s, &member);
    if (status != MAILLE_OK)
        return status;
    size_t after = (size_t)(s->to->members + s->to->member_count - member) - 1;
    memmove(member, member + 1, after * sizeof *member);
    s->to->member_count--;
    return MAILLE_OK;
}

static maille_status set_share(stroke *s) {
    maille_member *member = NULL;
    maille_status status = member_of(s, &member);
    if (status == MAILLE_OK)
        status = perimeter_judge_share(s->ctx, s->where, s->op->code, s->op->share);
    if (status == MAILLE_OK)
        member->share = s->op->share;
    return status;
}

static maille_status set_on_purpose(stroke *s) {
    maille_member *member = NULL;
    maille_status status = member_of(s, &member);
    if (status == MAILLE_OK)
        status = keep(s, "reason", s->op->text, &member->reason);
    if (status == MAILLE_OK)
        member->on_purpose = member->reason != NULL;
    return status;
}

static maille_status set_zone(stroke *s) {
    maille_member *member = NULL;
    maille_status status = member_of(s, &member);
    return status == MAILLE_OK ? keep(s, "zone", s->op->zone, &member->zone) : status;
}

/* ---- the perimeter ---- */

static maille_status set_name(stroke *s) {
    if (!s->op->text)
        return maille_fail(s->ctx, MAILLE_REFUSED, "%s: name was missing", s->where);
    return keep(s, "name", s->op->text, &s->to->name);
}

static maille_status set_contact(stroke *s) {
    return keep(s, "contact", s->op->text, &s->to->contact);
}

static maille_status add_status(stroke *s) {
    const maille_op *op = s->op;
    const maille_status_entry entry = {op->status, op->since, op->by};
    const maille_status_entry *present = &s->to->statuses[s->to->status_count - 1];
    maille_status status;
    MAILLE_TRY(perimeter_judge_text(s->ctx, s->where, "status", op->status, ONE_LINE));
    if (strcmp(op->status, present->status) == 0)
        MAILLE_TRY(maille_fail(s->ctx, MAILLE_REFUSED, "%s: its status was %s already", s->where,
                               op->status));
    MAILLE_TRY(perimeter_judge_since(s->ctx, s->where, present, op->since));
    if (op->by)
        MAILLE_TRY(
            perimeter_judge_text(s->ctx, s->where, "who accompanied it", op->by, MANY_LINES));
    MAILLE_TRY(perimeter_push_status(s->ctx, s->to, &entry));
done:
    return status;
}

static maille_status (*const strokes[])(stroke *) = {
    [MAILLE_OP_ADD] = add,
    [MAILLE_OP_REMOVE] = remove_member,
    [MAILLE_OP_SHARE] = set_share,
    [MAILLE_OP_ON_PURPOSE] = set_on_purpose,
    [MAILLE_OP_ZONE] = set_zone,
    [MAILLE_OP_RENAME] = set_name,
    [MAILLE_OP_CONTACT] = set_contact,
    [MAILLE_OP_STATUS] = add_status,
};

/* ---- any stroke ---- */

/* The perimeter stays where it is in memory: copy and original change their contents. */
static maille_status change(maille_ctx *ctx, maille_perimeter *perimeter, const maille_op *op,
                            const char *where) {
    stroke s = {ctx, op, where, NULL};
    maille_status status;
    MAILLE_TRY(perimeter_copy_with_room(ctx, perimeter, op->kind == MAILLE_OP_STATUS,
                                        op->kind == MAILLE_OP_ADD, &s.to));
    MAILLE_TRY(strokes[op->kind](&s));
    maille_perimeter before = *perimeter;
    *perimeter = *s.to;
    *s.to = before;
done:
    maille_perimeter_free(s.to);
    return status;
}

maille_status maille_perimeter_apply(maille_ctx *ctx, maille_perimeter **perimeter,
                                     const maille_op *op) {
    maille_strbuf where = {0};
    maille_status status = MAILLE_OK;
    maille_strbuf_addf(&where, "perimeter %s", op->perimeter ? op->perimeter : "without an id");
    if (where.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (op->kind == MAILLE_OP_CREATE) {
        if (*perimeter)
            MAILLE_TRY(maille_fail(ctx, MAILLE_REFUSED, "%s was there already", where.text));
        MAILLE_TRY(maille_perimeter_new(ctx, op->perimeter, op->perimeter_kind, op->text,
                                        op->status, op->since, op->by, perimeter));
        goto done;
    }
    if (!*perimeter || !perimeter_same_text((*perimeter)->id, op->perimeter))
        MAILLE_TRY(maille_fail(ctx, MAILLE_REFUSED, "%s was not there", where.text));
    if (op->kind == MAILLE_OP_DELETE) {
        maille_perimeter_free(*perimeter);
        *perimeter = NULL;
    } else {
        MAILLE_TRY(change(ctx, *perimeter, op, where.text));
    }
done:
    maille_strbuf_free(&where);
    return status;
}
