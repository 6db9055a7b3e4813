/* Gestures in words become strokes: what the subcommands that change perimeters and what-if share.
 */
#include "cli/territory.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <stdlib.h>
#include <string.h>

/* What a verb makes strokes from. */
typedef struct {
    territory *t;
    const stroke *said;
    const maille_live *live; /* as the strokes before left it */
    op_list *ops;
} making;

maille_status ops_append(territory *t, op_list *to, const maille_op *ops, size_t count) {
    maille_op *grown = maille_arena_alloc(t->arena, (to->count + count + 1) * sizeof *grown);
    if (!grown)
        return maille_no_memory(t->ctx);
    if (to->count)
        memcpy(grown, to->items, to->count * sizeof *grown);
    if (count)
        memcpy(grown + to->count, ops, count * sizeof *grown);
    to->items = grown;
    to->count += count;
    return MAILLE_OK;
}

static maille_status want(const making *m, size_t least, size_t most, const char *usage) {
    if (m->said->count >= least && m->said->count <= most)
        return MAILLE_OK;
    return maille_fail(m->t->ctx, MAILLE_USAGE, "usage: %s %s", m->said->verb, usage);
}

static const char *word(const making *m, size_t i) {
    return m->said->words[i];
}

/* One stroke `op` for each commune that the words from `first` on and the options name. */
static maille_status for_each_code(const making *m, size_t first, maille_op op) {
    code_list codes = {0};
    maille_status status = MAILLE_OK;
    TRY(read_codes(m->t, &m->said->o, m->said->words + first, m->said->count - first, &codes));
    if (codes.count == 0)
        return maille_fail(m->t->ctx, MAILLE_USAGE, "%s named no commune", m->said->verb);
    maille_op *ops = maille_arena_alloc(m->t->arena, codes.count * sizeof *ops);
    if (!ops)
        return maille_no_memory(m->t->ctx);
    for (size_t i = 0; i < codes.count; i++) {
        ops[i] = op;
        ops[i].code = codes.items[i];
    }
    TRY(ops_append(m->t, m->ops, ops, codes.count));
done:
    return status;
}

static maille_status parse_share(maille_ctx *ctx, const char *text, double *out) {
    if (!maille_parse_number(text, out))
        return maille_fail(ctx, MAILLE_USAGE, "a share was \"%s\", expected a number", text);
    if (!(*out > 0 && *out <= 1))
        return maille_fail(ctx, MAILLE_REFUSED, "a share was %s, expected one over 0 and up to 1",
                           text);
    return MAILLE_OK;
}

static maille_status parse_status(territory *t, const char *text, const char **out) {
    const maille_publication_rules *rules = maille_loaded_publication(t->loaded);
    const maille_perimeter_status *found = maille_publication_status(rules, text);
    maille_strbuf all = {0};
    if (found) {
        *out = found->id;
        return MAILLE_OK;
    }
    for (size_t i = 0; i < rules->count; i++)
        maille_strbuf_addf(&all, "%s%s", i ? ", " : "", rules->statuses[i].id);
    maille_status status =
        maille_fail(t->ctx, MAILLE_REFUSED, "status \"%s\" was not known; there are %s", text,
                    all.text ? all.text : "none");
    maille_strbuf_free(&all);
    return status;
}

/* ---- verbs
 * ---------------------------------------------------------------------------------------- */

maille_status check_id(maille_ctx *ctx, const char *id) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (*id && strspn(id, allowed) == strlen(id))
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_USAGE, "id \"%s\" was not of letters, digits, - _ and .", id);
}

static maille_status make_create(const making *m) {
    const territory_options *o = &m->said->o;
    maille_op op = {.kind = MAILLE_OP_CREATE,
                    .text = o->name,
                    .perimeter_kind = m->t->kind,
                    .since = o->since,
                    .by = o->by};
    code_list codes = {0};
    maille_status status = MAILLE_OK;
    TRY(want(m, 1, SIZE_MAX, "ID --name N [CODE…]"));
    if (!o->name)
        return maille_fail(m->t->ctx, MAILLE_USAGE, "--name N was missing");
    op.perimeter = word(m, 0);
    TRY(check_id(m->t->ctx, op.perimeter));
    TRY(check_id(m->t->ctx, m->t->kind));
    TRY(parse_status(m->t, o->status ? o->status : "idee", &op.status));
    if (o->since)
        TRY(check_day(m->t->ctx, "--since", o->since));
    TRY(ops_append(m->t, m->ops, &op, 1));
    TRY(read_codes(m->t, o, m->said->words + 1, m->said->count - 1, &codes));
    for (size_t i = 0; i < codes.count; i++) {
        maille_op add = {.kind = MAILLE_OP_ADD, .perimeter = word(m, 0), .code = codes.items[i]};
        TRY(ops_append(m->t, m->ops, &add, 1));
    }
done:
    return status;
}

static maille_status make_add(const making *m) {
    const territory_options *o = &m->said->o;
    maille_op op = {.kind = MAILLE_OP_ADD, .zone = o->zone};
    maille_status status = MAILLE_OK;
    TRY(want(m, 1, SIZE_MAX, "ID CODE…"));
    op.perimeter = word(m, 0);
    if (o->share)
        TRY(parse_share(m->t->ctx, o->share, &op.share));
    TRY(for_each_code(m, 1, op));
done:
    return status;
}

static maille_status make_remove(const making *m) {
    maille_status status = want(m, 1, SIZE_MAX, "ID CODE…");
    if (status == MAILLE_OK)
        status =
            for_each_code(m, 1, (maille_op){.kind = MAILLE_OP_REMOVE, .perimeter = word(m, 0)});
    return status;
}

static maille_status make_share(const making *m) {
    maille_op op = {.kind = MAILLE_OP_SHARE};
    maille_status status = MAILLE_OK;
    TRY(want(m, 3, 3, "ID CODE PART"));
    op.perimeter = word(m, 0);
    op.code = word(m, 1);
    TRY(parse_share(m->t->ctx, word(m, 2), &op.share));
    TRY(ops_append(m->t, m->ops, &op, 1));
done:
    return status;
}

static maille_status make_on_purpose(const making *m) {
    const territory_options *o = &m->said->o;
    maille_status status = want(m, 1, SIZE_MAX, "ID CODE… --reason TEXT | --not");
    if (status == MAILLE_OK && (o->reason != NULL) == o->back)
        status = maille_fail(m->t->ctx, MAILLE_USAGE, "on-purpose takes --reason TEXT or --not");
    if (status == MAILLE_OK)
        status = for_each_code(
            m, 1,
            (maille_op){.kind = MAILLE_OP_ON_PURPOSE, .perimeter = word(m, 0), .text = o->reason});
    return status;
}

static maille_status make_zone(const making *m) {
    bool out = m->said->o.back;
    maille_op op = {.kind = MAILLE_OP_ZONE};
    maille_status status = want(m, out ? 1 : 2, SIZE_MAX, "ID ZONE CODE… | ID CODE… --not");
    if (status != MAILLE_OK)
        return status;
    op.perimeter = word(m, 0);
    op.zone = out ? NULL : word(m, 1);
    return for_each_code(m, out ? 1 : 2, op);
}

static maille_status make_text(const making *m) {
    bool contact = strcmp(m->said->verb, "contact") == 0, back = m->said->o.back;
    size_t count = back ? 1 : 2;
    maille_op op = {.kind = contact ? MAILLE_OP_CONTACT : MAILLE_OP_RENAME};
    maille_status status = want(m, count, count, contact ? "ID TEXT | ID --not" : "ID NAME");
    if (status != MAILLE_OK)
        return status;
    op.perimeter = word(m, 0);
    op.text = back ? NULL : word(m, 1);
    return ops_append(m->t, m->ops, &op, 1);
}

static maille_status make_status(const making *m) {
    const territory_options *o = &m->said->o;
    maille_op op = {.kind = MAILLE_OP_STATUS, .since = o->since, .by = o->by};
    maille_status status = MAILLE_OK;
    TRY(want(m, 2, 2, "ID STATUS --since DATE [--by B]"));
    if (!o->since)
        return maille_fail(m->t->ctx, MAILLE_USAGE, "--since DATE was missing");
    TRY(check_day(m->t->ctx, "--since", o->since));
    op.perimeter = word(m, 0);
    TRY(parse_status(m->t, word(m, 1), &op.status));
    TRY(ops_append(m->t, m->ops, &op, 1));
done:
    return status;
}

static maille_status make_delete(const making *m) {
    maille_op op = {.kind = MAILLE_OP_DELETE};
    maille_status status = want(m, 1, 1, "ID");
    if (status != MAILLE_OK)
        return status;
    op.perimeter = word(m, 0);
    return ops_append(m->t, m->ops, &op, 1);
}

static maille_status make_move(const making *m) {
    code_list codes = {0};
    maille_op *ops = NULL;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    TRY(want(m, 2, SIZE_MAX, "FROM TO CODE…"));
    TRY(read_codes(m->t, &m->said->o, m->said->words + 2, m->said->count - 2, &codes));
    if (codes.count == 0)
        return maille_fail(m->t->ctx, MAILLE_USAGE, "move named no commune");
    TRY(maille_ops_move(m->t->ctx, m->t->arena, m->live, word(m, 0), word(m, 1), codes.items,
                        codes.count, &ops, &count));
    TRY(ops_append(m->t, m->ops, ops, count));
done:
    return status;
}

static maille_status make_merge(const making *m) {
    maille_op *ops = NULL;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    TRY(want(m, 2, 2, "INTO OTHER"));
    TRY(maille_ops_merge(m->t->ctx, m->t->arena, m->live, word(m, 0), word(m, 1), &ops, &count));
    TRY(ops_append(m->t, m->ops, ops, count));
done:
    return status;
}

/* The gap that holds a commune. */
static const maille_flag *find_gap(const maille_flags *flags, uint32_t unit) {
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        for (uint32_t k = 0; f->kind == MAILLE_FLAG_GAP && k < f->count; k++)
            if (flags->units[f->first + k] == unit)
                return f;
    }
    return NULL;
}

static maille_status make_give_gap(const making *m) {
    territory *t = m->t;
    const maille_flags *flags = NULL;
    maille_status status = MAILLE_OK;
    TRY(want(m, 2, 2, "GAP ID"));
    const char *name = word(m, 0), *last = strrchr(name, '-'); /* zb-CODE, zb-KIND-CODE, CODE */
    uint32_t unit = maille_ground_unit(t->ground, last ? last + 1 : name);
    TRY(maille_live_flags(t->ctx, (maille_live *)m->live, &flags));
    const maille_flag *gap = unit == MAILLE_ABSENT ? NULL : find_gap(flags, unit);
    if (!gap)
        return maille_fail(t->ctx, MAILLE_NOT_FOUND, "gap %s was not there", name);
    for (uint32_t k = 0; k < gap->count; k++) {
        maille_op op = {.kind = MAILLE_OP_ADD,
                        .perimeter = word(m, 1),
                        .code = t->ground->code[flags->units[gap->first + k]]};
        TRY(ops_append(t, m->ops, &op, 1));
    }
done:
    return status;
}

/* `perimeters` words from `first` on name some that are there. */
static const struct {
    const char *verb;
    unsigned char first, perimeters;
    maille_status (*make)(const making *m);
} verbs[] = {
    {"create", 0, 0, make_create},
    {"add", 0, 1, make_add},
    {"remove", 0, 1, make_remove},
    {"share", 0, 1, make_share},
    {"on-purpose", 0, 1, make_on_purpose},
    {"zone", 0, 1, make_zone},
    {"rename", 0, 1, make_text},
    {"contact", 0, 1, make_text},
    {"status", 0, 1, make_status},
    {"delete", 0, 1, make_delete},
    {"move", 0, 2, make_move},
    {"merge", 0, 2, make_merge},
    {"give-gap", 1, 1, make_give_gap},
};

/* Perimeters that the stroke names must be there. */
static maille_status want_perimeters(const making *m, size_t first, size_t count) {
    maille_status status = MAILLE_OK;
    for (size_t i = first; status == MAILLE_OK && i < first + count && i < m->said->count; i++)
        if (!maille_live_perimeter(m->live, word(m, i)))
            status =
                maille_fail(m->t->ctx, MAILLE_NOT_FOUND, "perimeter %s was not there", word(m, i));
    return status;
}

static maille_status make_one(making *m) {
    for (size_t i = 0; m->said->verb && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].verb, m->said->verb) == 0) {
            maille_status status = want_perimeters(m, verbs[i].first, verbs[i].perimeters);
            return status == MAILLE_OK ? verbs[i].make(m) : status;
        }
    return maille_fail(m->t->ctx, MAILLE_USAGE, "%s%s; see maille territory -h",
                       m->said->verb ? m->said->verb : "",
                       m->said->verb ? " was no verb" : "a verb was missing");
}

/* ---- all of them
 * ---------------------------------------------------------------------------------- */

const char *kind_of_strokes(const territory *t, const maille_perimeter_list *list) {
    for (size_t i = 0; i < t->stroke_count; i++)
        for (size_t k = 0; k < t->strokes[i].count && k < 2; k++)
            for (uint32_t p = 0; p < list->count; p++)
                if (strcmp(list->items[p]->id, t->strokes[i].words[k]) == 0)
                    return list->items[p]->kind;
    return t->kind;
}

maille_status apply_strokes(territory *t, maille_live *live, op_list *ops) {
    maille_status status = MAILLE_OK;
    *ops = (op_list){0};
    for (size_t i = 0; i < t->stroke_count; i++) {
        op_list mine = {0};
        making m = {t, &t->strokes[i], live, &mine};
        TRY(make_one(&m));
        TRY(maille_live_apply(t->ctx, live, mine.items, mine.count));
        TRY(ops_append(t, ops, mine.items, mine.count));
    }
    for (size_t i = 1; i < t->stroke_count + 1 && t->stroke_count > 1; i++)
        TRY(maille_live_undo(t->ctx, live));
    if (t->stroke_count > 1) /* as one change, whose effect is then told */
        TRY(maille_live_apply(t->ctx, live, ops->items, ops->count));
done:
    return status;
}
