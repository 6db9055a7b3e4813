/* Random strokes on a live territory, each held against the strokes done one by one on copies, and
 * every so often the whole held against a full judgement. */
#ifndef TESTS_LIVE_STROKES_H
#define TESTS_LIVE_STROKES_H

#include "harness.h"

#include <maille/edit.h>
#include <maille/live.h>
#include <maille/vec.h>

typedef struct {
    maille_ctx *ctx;
    const maille_ground *ground;
    const maille_judge_rules *rules;
    const maille_publication_rules *publication;
    maille_live *live;
    uint64_t random;
    uint32_t least;             /* perimeters: with fewer none is deleted or merged */
    uint32_t made;              /* perimeters made so far */
    maille_arena *arena;        /* texts of one stroke */
    MAILLE_VEC(uint64_t) marks; /* of the state after each change in force, the start first */
    size_t depth;               /* changes in force */
    uint32_t refused, applied, undone, redone;
} game;

static inline uint32_t game_pick(game *g, uint32_t below) {
    g->random = g->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((g->random >> 33) % below);
}

static inline void game_must(const game *g, maille_status status) {
    if (status != MAILLE_OK)
        fprintf(stderr, "%s\n", maille_message(g->ctx));
    CHECK_INT(status, MAILLE_OK);
}

/* Everything that stands, as one number. */
static inline uint64_t game_mark(const game *g) {
    const maille_plan *plan = maille_live_plan(g->live);
    maille_strbuf text = {0};
    uint64_t mark = 1469598103934665603u;
    for (uint32_t i = 0; i < plan->count; i++)
        maille_perimeter_write(&text, maille_live_perimeter(g->live, plan->claims[i].id));
    for (size_t i = 0; i < text.length; i++)
        mark = (mark ^ (unsigned char)text.text[i]) * 1099511628211u;
    maille_strbuf_free(&text);
    return mark;
}

/* ---- the whole against a full judgement ---- */

static inline bool game_same_number(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static inline bool game_same_figures(const maille_figures *a, const maille_figures *b) {
    const double left[] = {a->population, a->area_m2,       a->density, a->to_upper,  a->to_lower,
                           a->outline_m,  a->polsby_popper, a->reock,   a->hull_ratio};
    const double right[] = {b->population, b->area_m2,       b->density, b->to_upper,  b->to_lower,
                            b->outline_m,  b->polsby_popper, b->reock,   b->hull_ratio};
    bool same = a->communes == b->communes && a->unknown_population == b->unknown_population &&
                a->parts_by_border == b->parts_by_border && a->parts == b->parts &&
                a->holes == b->holes && !a->size_class == !b->size_class &&
                (!a->size_class || strcmp(a->size_class, b->size_class) == 0);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        same = same && game_same_number(left[i], right[i]);
    return same;
}

/* The plan is made anew of the perimeters, judged as a whole, and compared bit for bit. */
static inline void game_compare(game *g) {
    const maille_plan *standing = maille_live_plan(g->live);
    const maille_perimeter **all = maille_alloc(standing->count, sizeof *all);
    const maille_flags *flags = NULL;
    maille_flags whole = {0};
    maille_plan *plan = NULL;
    for (uint32_t i = 0; i < standing->count; i++)
        all[i] = maille_live_perimeter(g->live, standing->claims[i].id);
    game_must(g, maille_plan_new(g->ctx, g->ground, g->publication, all, standing->count, &plan));
    game_must(g, maille_judge(g->ctx, g->ground, g->rules, plan, &whole));
    game_must(g, maille_live_flags(g->ctx, g->live, &flags));
    CHECK(maille_flags_equal(flags, &whole));
    for (uint32_t i = 0; i < plan->count; i++) {
        const maille_claim *claim = &plan->claims[i], *held = &standing->claims[i];
        maille_figures *figures = NULL;
        const maille_figures *known = NULL;
        CHECK_TEXT(held->id, claim->id);
        CHECK_TEXT(held->name, claim->name);
        CHECK_TEXT(held->status, claim->status);
        CHECK(held->active == claim->active && held->published == claim->published);
        CHECK_INT(held->lost, claim->lost);
        for (uint32_t k = 0; k < claim->lost && k < held->lost; k++)
            CHECK_TEXT(held->lost_code[k], claim->lost_code[k]);
        game_must(g, maille_figures_new(g->ctx, g->ground, g->rules, claim->member, claim->share,
                                        claim->count, 0, &figures));
        game_must(g, maille_live_figures(g->ctx, g->live, i, &known));
        CHECK(game_same_figures(figures, known));
        maille_figures_free(figures);
    }
    maille_plan_free(plan);
    maille_flags_free(&whole);
    maille_free(all);
}

/* ---- effects ---- */

/* Flags as texts that name perimeters by id, sorted: sets that can be told apart. */
typedef MAILLE_VEC(char *) game_texts;

static inline void game_add_id(maille_strbuf *s, const char *const *ids, uint32_t claim) {
    maille_strbuf_addf(s, "|%s", claim == MAILLE_ABSENT ? "-" : ids[claim]);
}

static inline int game_by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline game_texts game_flag_texts(const maille_flags *flags, const char *const *ids) {
    game_texts out = {0};
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        maille_strbuf s = {0};
        maille_strbuf_addf(&s, "%d|%d|%u|%u|%a|%a|%d|%u", f->kind, f->severity, f->grouping,
                           f->group, f->population, f->value, f->enclosed, f->places);
        game_add_id(&s, ids, f->a);
        game_add_id(&s, ids, f->b);
        for (uint32_t k = 0; k < f->count; k++)
            maille_strbuf_addf(&s, " %u", flags->units[f->first + k]);
        for (uint32_t k = 0; k < f->link_count; k++)
            maille_strbuf_addf(&s, " l%u", flags->links[f->first_link + k]);
        for (uint32_t k = 0; k < f->taker_count; k++) {
            const maille_taker *t = &flags->takers[f->first_taker + k];
            game_add_id(&s, ids, t->claim);
            maille_strbuf_addf(&s, ":%a:%s", t->population_after,
                               t->size_after ? t->size_after : "-");
        }
        CHECK(!s.failed && MAILLE_VEC_PUSH(&out, s.text));
    }
    if (out.count > 1)
        qsort(out.items, out.count, sizeof *out.items, game_by_text);
    return out;
}

static inline void game_free_texts(game_texts *texts) {
    for (size_t i = 0; i < texts->count; i++)
        maille_free(texts->items[i]);
    MAILLE_VEC_FREE(texts);
}

/* The state before a step, kept to be compared with what the step says it changed. */
typedef struct {
    game_texts flags;
    uint32_t claims;
} game_before;

static inline const char **game_ids(const game *g) {
    const maille_plan *plan = maille_live_plan(g->live);
    const char **ids = maille_alloc(plan->count, sizeof *ids);
    for (uint32_t i = 0; i < plan->count; i++)
        ids[i] = plan->claims[i].id;
    return ids;
}

static inline game_texts game_standing_flags(game *g) {
    const maille_flags *flags = NULL;
    const char **ids = game_ids(g);
    game_must(g, maille_live_flags(g->ctx, g->live, &flags));
    game_texts out = game_flag_texts(flags, ids);
    maille_free(ids);
    return out;
}

/* Texts of `a` that `b` lacks. */
static inline game_texts game_without(const game_texts *a, const game_texts *b) {
    game_texts out = {0};
    for (size_t i = 0; i < a->count; i++)
        if (!b->count || !bsearch(&a->items[i], b->items, b->count, sizeof *b->items, game_by_text))
            CHECK(MAILLE_VEC_PUSH(&out, maille_strdup(a->items[i])));
    return out;
}

static inline void game_compare_texts(const game_texts *got, const game_texts *want) {
    CHECK_INT(got->count, want->count);
    for (size_t i = 0; i < got->count && i < want->count; i++)
        CHECK_TEXT(got->items[i], want->items[i]);
}

/* What the last step says it changed is what the flags before and after differ in. */
static inline void game_compare_effect(game *g, const game_texts *before) {
    maille_effect *effect = NULL;
    game_texts after = game_standing_flags(g);
    game_must(g, maille_live_effect_of_last(g->ctx, g->live, &effect));
    game_texts gone = game_flag_texts(&effect->gone, effect->before_ids);
    game_texts come = game_flag_texts(&effect->come, effect->after_ids);
    game_texts should_go = game_without(before, &after), should_come = game_without(&after, before);
    game_compare_texts(&gone, &should_go);
    game_compare_texts(&come, &should_come);
    CHECK(effect->count > 0);
    for (uint32_t i = 0; i < effect->count; i++) {
        const maille_live_effect *e = &effect->perimeters[i];
        const maille_figures *now = NULL;
        const maille_plan *plan = maille_live_plan(g->live);
        CHECK(e->before || e->after);
        for (uint32_t c = 0; c < plan->count; c++)
            if (strcmp(plan->claims[c].id, e->id) == 0)
                game_must(g, maille_live_figures(g->ctx, g->live, c, &now));
        CHECK(!now == !e->after);
        if (now && e->after)
            CHECK(game_same_figures(now, e->after));
    }
    maille_effect_free(effect);
    game_free_texts(&gone);
    game_free_texts(&come);
    game_free_texts(&should_go);
    game_free_texts(&should_come);
    game_free_texts(&after);
}

/* ---- strokes ---- */

typedef struct {
    maille_op *ops;
    size_t count;
} game_change;

static inline const maille_perimeter *game_any(game *g) {
    const maille_plan *plan = maille_live_plan(g->live);
    if (plan->count == 0)
        return NULL;
    return maille_live_perimeter(g->live, plan->claims[game_pick(g, plan->count)].id);
}

/* A code of a member, of a neighbour of a member, of any unit, or rarely of none. */
static inline const char *game_code(game *g, const maille_perimeter *p, bool member) {
    if (game_pick(g, 60) == 0)
        return "nulle-part";
    if (p->member_count > 0 && game_pick(g, 12) != 0) {
        const char *code = p->members[game_pick(g, p->member_count)].code;
        if (member)
            return maille_arena_strdup(g->arena, code);
        for (uint32_t u = 0; u < g->ground->count; u++)
            if (strcmp(g->ground->code[u], code) == 0) {
                const maille_adjacency *a = g->ground->adjacency;
                uint32_t n = a->start[u + 1] - a->start[u];
                return n ? g->ground->code[a->neighbour[a->start[u] + game_pick(g, n)]] : code;
            }
    }
    return g->ground->code[game_pick(g, g->ground->count)];
}

static inline maille_op game_stroke(game *g) {
    static const char *const statuses[] = {"projet",       "contractualisee", "en-fonctionnement",
                                           "abandonnee",   "oppose",          "lettre-intention",
                                           "pas-un-statut"};
    static const double shares[] = {1, 0.5, 0.25, 0.75, 1.0 / 3, 1.5};
    const maille_perimeter *p = game_any(g);
    uint32_t dice = p ? game_pick(g, 100) : 99;
    maille_op op = {.perimeter = p ? maille_arena_strdup(g->arena, p->id) : "rien"};
    const char *status = statuses[game_pick(g, game_pick(g, 8) ? 6 : 7)];
    if (dice < 34) {
        op.kind = MAILLE_OP_ADD;
        op.code = game_code(g, p, false);
        op.share = game_pick(g, 4) ? 0 : shares[game_pick(g, 6)];
        op.zone = game_pick(g, 5) ? NULL : "nord";
    } else if (dice < 60) {
        op.kind = MAILLE_OP_REMOVE;
        op.code = game_code(g, p, true);
    } else if (dice < 68) {
        op.kind = MAILLE_OP_SHARE;
        op.code = game_code(g, p, true);
        op.share = shares[game_pick(g, 6)];
    } else if (dice < 76) {
        op.kind = MAILLE_OP_ON_PURPOSE;
        op.code = game_code(g, p, true);
        op.text = game_pick(g, 3) ? "patientèle partagée" : NULL;
    } else if (dice < 79) {
        op.kind = MAILLE_OP_ZONE;
        op.code = game_code(g, p, true);
        op.zone = game_pick(g, 2) ? "sud" : NULL;
    } else if (dice < 82) {
        op.kind = MAILLE_OP_RENAME;
        op.text = game_pick(g, 2) ? "Autre nom" : "Un nom";
    } else if (dice < 84) {
        op.kind = MAILLE_OP_CONTACT;
        op.text = game_pick(g, 2) ? "contact@exemple.fr" : NULL;
    } else if (dice < 91) {
        op.kind = MAILLE_OP_STATUS;
        op.status = status;
        op.since = "2024-01-01";
    } else if (dice < 93 && maille_live_plan(g->live)->count > g->least) {
        op.kind = MAILLE_OP_DELETE;
    } else {
        maille_strbuf id = {0};
        maille_strbuf_addf(&id, "%c-%u", 'a' + (char)game_pick(g, 26), g->made++);
        op = (maille_op){.kind = MAILLE_OP_CREATE,
                         .perimeter = maille_arena_strdup(g->arena, id.text),
                         .perimeter_kind = game_pick(g, 20) ? "cpts" : "pta",
                         .text = "Nouvelle",
                         .status = status};
        maille_strbuf_free(&id);
    }
    return op;
}

/* One stroke, several, a move or a merge. */
static inline game_change game_change_new(game *g) {
    game_change c = {maille_arena_alloc(g->arena, 8 * sizeof(maille_op)), 0};
    uint32_t dice = game_pick(g, 20);
    const maille_perimeter *a = game_any(g), *b = game_any(g);
    maille_status status = MAILLE_OK;
    if (dice < 4 && a && b) {
        const char *codes[2] = {game_code(g, a, true), game_code(g, a, true)};
        status = maille_ops_move(g->ctx, g->arena, g->live, a->id, b->id, codes,
                                 1 + game_pick(g, 2), &c.ops, &c.count);
    } else if (dice == 4 && a && b && maille_live_plan(g->live)->count > g->least) {
        status = maille_ops_merge(g->ctx, g->arena, g->live, a->id, b->id, &c.ops, &c.count);
    } else if (dice < 8) {
        c.count = 2 + game_pick(g, 4);
        for (size_t i = 0; i < c.count; i++)
            c.ops[i] = game_stroke(g);
    } else {
        c.ops[c.count++] = game_stroke(g);
    }
    if (status != MAILLE_OK) {
        CHECK_INT(status, MAILLE_REFUSED);
        c.count = 0;
    }
    return c;
}

/* ---- the strokes done one by one on copies ---- */

typedef struct {
    const char *id;
    maille_perimeter *perimeter;
} game_copy;
typedef MAILLE_VEC(game_copy) game_copies;

static inline bool game_is_unit(const game *g, const char *code, uint32_t *unit) {
    for (uint32_t u = 0; u < g->ground->count; u++)
        if (strcmp(g->ground->code[u], code) == 0) {
            *unit = u;
            return true;
        }
    return false;
}

static inline bool game_allowed(const game *g, const maille_op *op) {
    bool known = false;
    uint32_t unit;
    for (size_t i = 0; i < g->publication->count; i++)
        known = known || (op->status && strcmp(g->publication->statuses[i].id, op->status) == 0);
    const maille_plan *plan = maille_live_plan(g->live);
    if (op->kind == MAILLE_OP_CREATE)
        return known && (plan->count == 0 ||
                         strcmp(op->perimeter_kind,
                                maille_live_perimeter(g->live, plan->claims[0].id)->kind) == 0);
    return op->kind == MAILLE_OP_ADD      ? game_is_unit(g, op->code, &unit)
           : op->kind == MAILLE_OP_STATUS ? known
                                          : true;
}

static inline bool game_parts_apart(const game *g, const maille_perimeter *p) {
    for (uint32_t i = 0; i < p->member_count; i++) {
        uint32_t unit;
        if (!game_is_unit(g, p->members[i].code, &unit) || !g->ground->part_of ||
            g->ground->part_of[unit] == MAILLE_ABSENT)
            continue;
        if (maille_perimeter_find(p, g->ground->code[g->ground->part_of[unit]]) != MAILLE_ABSENT)
            return false;
    }
    return true;
}

static inline bool game_try(game *g, const game_change *c, game_copies *copies) {
    for (size_t i = 0; i < c->count; i++) {
        const maille_op *op = &c->ops[i];
        size_t k = 0;
        while (k < copies->count && strcmp(copies->items[k].id, op->perimeter) != 0)
            k++;
        if (k == copies->count) {
            const maille_perimeter *standing = maille_live_perimeter(g->live, op->perimeter);
            game_copy copy = {maille_arena_strdup(g->arena, op->perimeter), NULL};
            if (standing)
                game_must(g, maille_perimeter_copy(g->ctx, standing, &copy.perimeter));
            CHECK(MAILLE_VEC_PUSH(copies, copy));
        }
        if (!game_allowed(g, op) ||
            maille_perimeter_apply(g->ctx, &copies->items[k].perimeter, op) != MAILLE_OK)
            return false;
    }
    bool differs = false;
    for (size_t k = 0; k < copies->count; k++) {
        const maille_perimeter *standing = maille_live_perimeter(g->live, copies->items[k].id);
        maille_strbuf was = {0}, is = {0};
        if (copies->items[k].perimeter && !game_parts_apart(g, copies->items[k].perimeter))
            return false;
        if (standing)
            maille_perimeter_write(&was, standing);
        if (copies->items[k].perimeter)
            maille_perimeter_write(&is, copies->items[k].perimeter);
        differs = differs || strcmp(was.text ? was.text : "", is.text ? is.text : "") != 0;
        maille_strbuf_free(&was);
        maille_strbuf_free(&is);
    }
    return differs;
}

static inline void game_compare_copies(const game *g, const game_copies *copies) {
    for (size_t k = 0; k < copies->count; k++) {
        const maille_perimeter *standing = maille_live_perimeter(g->live, copies->items[k].id);
        maille_strbuf was = {0}, is = {0};
        if (standing)
            maille_perimeter_write(&was, standing);
        if (copies->items[k].perimeter)
            maille_perimeter_write(&is, copies->items[k].perimeter);
        CHECK_TEXT(was.text, is.text);
        maille_strbuf_free(&was);
        maille_strbuf_free(&is);
    }
}

/* ---- the game ---- */

static inline void game_apply(game *g) {
    game_copies copies = {0};
    game_change c = game_change_new(g);
    uint64_t before = g->marks.items[g->depth];
    bool allowed = game_try(g, &c, &copies);
    maille_status status = maille_live_apply(g->ctx, g->live, c.ops, c.count);
    CHECK_INT(status, allowed ? MAILLE_OK : MAILLE_REFUSED);
    if (status == MAILLE_OK) {
        game_compare_copies(g, &copies);
        g->marks.count = ++g->depth;
        CHECK(MAILLE_VEC_PUSH(&g->marks, game_mark(g)));
        g->applied++;
    } else {
        CHECK(game_mark(g) == before);
        g->refused++;
    }
    for (size_t k = 0; k < copies.count; k++)
        maille_perimeter_free(copies.items[k].perimeter);
    MAILLE_VEC_FREE(&copies);
}

static inline void game_back(game *g) {
    maille_status status = maille_live_undo(g->ctx, g->live);
    CHECK_INT(status, g->depth > 0 ? MAILLE_OK : MAILLE_NOT_FOUND);
    if (status == MAILLE_OK) {
        g->depth--;
        g->undone++;
    }
    CHECK(game_mark(g) == g->marks.items[g->depth]);
}

static inline void game_forth(game *g) {
    maille_status status = maille_live_redo(g->ctx, g->live);
    CHECK_INT(status, g->depth + 1 < g->marks.count ? MAILLE_OK : MAILLE_NOT_FOUND);
    if (status == MAILLE_OK) {
        g->depth++;
        g->redone++;
    }
    CHECK(game_mark(g) == g->marks.items[g->depth]);
}

/* Plays; every `whole`-th state is judged as a whole, every `effects`-th step's effect compared; at
 * the end all is taken back to the start. */
static inline void game_play(game *g, const maille_perimeter *const *perimeters, uint32_t count,
                             uint32_t strokes, uint32_t whole, uint32_t effects) {
    game_must(g, maille_live_new(g->ctx, g->ground, g->rules, g->publication, perimeters, count,
                                 &g->live));
    g->least = count;
    uint64_t start = game_mark(g);
    game_texts first = game_standing_flags(g);
    CHECK(MAILLE_VEC_PUSH(&g->marks, start));
    game_compare(g);
    for (uint32_t i = 1; i <= strokes; i++) {
        uint32_t steps = g->applied + g->undone + g->redone;
        bool look = effects && i % effects == 0;
        game_texts before = {0};
        if (look)
            before = game_standing_flags(g);
        g->arena = maille_arena_new();
        uint32_t dice = game_pick(g, 12);
        for (uint32_t k = look || dice > 1 ? 1 : 1 + game_pick(g, 4); k > 0; k--) {
            if (dice == 0)
                game_back(g);
            else if (dice == 1)
                game_forth(g);
            else
                game_apply(g);
        }
        maille_arena_free(g->arena);
        if (look && steps != g->applied + g->undone + g->redone)
            game_compare_effect(g, &before);
        game_free_texts(&before);
        if (i % whole == 0)
            game_compare(g);
    }
    fprintf(stderr, "%u applied, %u refused, %u taken back, %u taken up; %u perimeters, %zu deep\n",
            g->applied, g->refused, g->undone, g->redone, maille_live_plan(g->live)->count,
            g->depth);
    CHECK(g->applied > strokes / 3 && g->refused > 0 && g->undone > 0 && g->redone > 0);
    while (g->depth > 0)
        game_back(g);
    CHECK(game_mark(g) == start);
    game_compare(g);
    game_texts last = game_standing_flags(g);
    game_compare_texts(&last, &first);
    game_free_texts(&first);
    game_free_texts(&last);
    MAILLE_VEC_FREE(&g->marks);
    maille_live_free(g->live);
}

#endif
