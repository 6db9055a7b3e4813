/* What is told of perimeters: the effect of a change against two states judged from scratch and
 * compared here, what a perimeter is against its document, tags, words, tables, memory. */
#include "field.h"

#include <maille/jsontree.h>
#include <maille/tell.h>

/* ---- two states judged from scratch ---- */

/* A state of all perimeters, copied, judged and told on its own. */
typedef struct {
    maille_perimeter **items;
    uint32_t count;
    maille_plan *plan;
    maille_flags flags;
    maille_told_flags told;
    maille_arena *arena;
} judged;

static judged state_new(const game *g) {
    const maille_plan *standing = maille_live_plan(g->live);
    judged s = {.items = maille_alloc((size_t)standing->count + 1, sizeof *s.items),
                .arena = maille_arena_new()};
    for (; s.count < standing->count; s.count++)
        game_must(g, maille_perimeter_copy(
                         g->ctx, maille_live_perimeter(g->live, standing->claims[s.count].id),
                         &s.items[s.count]));
    game_must(g, maille_plan_new(g->ctx, g->ground, g->publication,
                                 (const maille_perimeter *const *)s.items, s.count, &s.plan));
    game_must(g, maille_judge(g->ctx, g->ground, g->rules, s.plan, &s.flags));
    game_must(g, maille_tell_flags(g->ctx, g->ground, g->rules, "cpts", s.plan, &s.flags,
                                   MAILLE_ABSENT, s.arena, &s.told));
    return s;
}

static void state_free(judged *s) {
    for (uint32_t i = 0; i < s->count; i++)
        maille_perimeter_free(s->items[i]);
    maille_free(s->items);
    maille_plan_free(s->plan);
    maille_flags_free(&s->flags);
    maille_arena_free(s->arena);
}

static uint32_t state_find(const judged *s, const char *id) {
    for (uint32_t i = 0; i < s->count; i++)
        if (strcmp(s->items[i]->id, id) == 0)
            return i;
    return MAILLE_ABSENT;
}

/* ---- findings as texts ---- */

/* What makes a finding what it is; how it reads stands behind a line end. */
static char *finding(const maille_told_flag *f) {
    maille_strbuf s = {0};
    maille_strbuf_addf(&s, "%s|%s|%s|%s|%s|%s|%a|%a", f->id, f->severity, f->kind, f->subject,
                       f->a ? f->a : "-", f->b ? f->b : "-", f->population, f->value);
    for (uint32_t i = 0; i < f->code_count; i++)
        maille_strbuf_addf(&s, " %s", f->codes[i]);
    return s.text;
}

static game_texts findings(const maille_told_flags *flags, bool in_words) {
    game_texts out = {0};
    for (size_t i = 0; i < flags->count; i++) {
        const maille_told_flag *f = &flags->items[i];
        char *key = finding(f);
        maille_strbuf s = {0};
        maille_strbuf_add(&s, key);
        if (in_words)
            maille_strbuf_addf(&s, "\n%s\n%s", f->message, f->remedy ? f->remedy : "");
        maille_free(key);
        CHECK(!s.failed && MAILLE_VEC_PUSH(&out, s.text));
    }
    if (out.count > 1)
        qsort(out.items, out.count, sizeof *out.items, game_by_text);
    return out;
}

/* `got` are those of `of` that `other` has not, worded as `of` words them. */
static void compare_findings(const maille_told_flags *got, const maille_told_flags *of,
                             const maille_told_flags *other) {
    game_texts have = findings(got, false), all = findings(of, false),
               others = findings(other, false), worded = findings(got, true),
               all_worded = findings(of, true);
    game_texts want = game_without(&all, &others);
    game_compare_texts(&have, &want);
    game_texts nowhere = game_without(&worded, &all_worded);
    CHECK_INT(nowhere.count, 0);
    game_texts *lists[] = {&have, &all, &others, &worded, &all_worded, &want, &nowhere};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        game_free_texts(lists[i]);
}

/* ---- perimeters ---- */

static void compare_side(const game *g, const judged *s, const char *id,
                         const maille_figures *got) {
    uint32_t i = state_find(s, id);
    CHECK((i == MAILLE_ABSENT) == !got);
    if (i == MAILLE_ABSENT || !got)
        return;
    const maille_claim *claim = &s->plan->claims[i];
    maille_figures *want = NULL;
    game_must(g, maille_figures_new(g->ctx, g->ground, g->rules, claim->member, claim->share,
                                    claim->count, 0, &want));
    CHECK(game_same_figures(got, want));
    maille_figures_free(want);
}

static bool documents_differ(const maille_perimeter *a, const maille_perimeter *b) {
    maille_strbuf x = {0}, y = {0};
    if (a)
        maille_perimeter_write(&x, a);
    if (b)
        maille_perimeter_write(&y, b);
    bool differ = strcmp(x.text ? x.text : "", y.text ? y.text : "") != 0;
    maille_strbuf_free(&x);
    maille_strbuf_free(&y);
    return differ;
}

/* Every perimeter whose document changed is told, once, in order, and no other. */
static void compare_perimeters(const game *g, const maille_told_effect *told, const judged *before,
                               const judged *after) {
    size_t at = 0;
    uint32_t i = 0, k = 0;
    while (i < before->count || k < after->count) {
        const maille_perimeter *was = i < before->count ? before->items[i] : NULL;
        const maille_perimeter *is = k < after->count ? after->items[k] : NULL;
        int order = !was ? 1 : !is ? -1 : strcmp(was->id, is->id);
        was = order > 0 ? NULL : was;
        is = order < 0 ? NULL : is;
        i += order <= 0;
        k += order >= 0;
        if (!documents_differ(was, is))
            continue;
        CHECK(at < told->count);
        if (at == told->count)
            return;
        const maille_told_perimeter *p = &told->perimeters[at++];
        CHECK_TEXT(p->id, (is ? is : was)->id);
        CHECK_TEXT(p->name, (is ? is : was)->name);
        compare_side(g, before, p->id, p->before);
        compare_side(g, after, p->id, p->after);
    }
    CHECK_INT(told->count, at);
}

static void compare_effect(const game *g, const judged *before, const judged *after) {
    maille_told_effect told;
    maille_arena *arena = maille_arena_new();
    game_must(g, maille_tell_last(g->ctx, g->ground, g->rules, "cpts", g->live, arena, &told));
    compare_perimeters(g, &told, before, after);
    compare_findings(&told.gone, &before->told, &after->told);
    compare_findings(&told.come, &after->told, &before->told);
    maille_told_effect_clear(&told);
    maille_arena_free(arena);
}

/* ---- random changes ---- */

/* Some perimeters as decided elsewhere: changed by strokes, made, gone; lost members change their
 * codes. */
static maille_status decide_elsewhere(game *g) {
    maille_live_state states[3];
    maille_perimeter *made[3] = {NULL};
    uint32_t count = 0;
    for (uint32_t tries = 0; tries < 3 && maille_live_plan(g->live)->count > 0; tries++) {
        const maille_perimeter *p = game_any(g);
        bool named = false;
        for (uint32_t i = 0; i < count; i++)
            named = named || strcmp(states[i].id, p->id) == 0;
        if (named)
            continue;
        states[count].id = maille_arena_strdup(g->arena, p->id);
        if (game_pick(g, 8) != 0) {
            char code[16];
            snprintf(code, sizeof code, "perdue-%u", game_pick(g, 3));
            maille_op ops[] = {
                {.kind = MAILLE_OP_RENAME, .perimeter = p->id, .text = code},
                {.kind = MAILLE_OP_REMOVE, .perimeter = p->id, .code = game_code(g, p, true)},
                {.kind = MAILLE_OP_ADD, .perimeter = p->id, .code = game_code(g, p, false)},
                {.kind = MAILLE_OP_ADD, .perimeter = p->id, .code = code}};
            game_must(g, maille_perimeter_copy(g->ctx, p, &made[count]));
            for (uint32_t i = made[count]->member_count; i-- > 0;) {
                maille_op drop = {.kind = MAILLE_OP_REMOVE,
                                  .perimeter = p->id,
                                  .code = made[count]->members[i].code};
                if (strncmp(drop.code, "perdue-", 7) == 0)
                    game_must(g, maille_perimeter_apply(g->ctx, &made[count], &drop));
            }
            for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) /* some are refused */
                (void)maille_perimeter_apply(g->ctx, &made[count], &ops[i]);
        }
        states[count].state = made[count];
        count++;
    }
    maille_status status = maille_live_set(g->ctx, g->live, states, count);
    for (uint32_t i = 0; i < count; i++)
        maille_perimeter_free(made[i]);
    return status;
}

static maille_status change_somehow(game *g, uint32_t dice) {
    if (dice == 0)
        return maille_live_undo(g->ctx, g->live);
    if (dice == 1)
        return maille_live_redo(g->ctx, g->live);
    if (dice < 4)
        return decide_elsewhere(g);
    game_change c = game_change_new(g);
    return maille_live_apply(g->ctx, g->live, c.ops, c.count);
}

TEST(an_effect_is_what_two_states_differ_in) {
    uint32_t done[12] = {0}, findings_seen = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        field *f = field_new(seed, 12);
        game g = field_game(f, seed * 613);
        field_grow(f, 8);
        game_must(&g, maille_live_new(g.ctx, g.ground, g.rules, g.publication, field_perimeters(f),
                                      f->perimeter_count, &g.live));
        judged before = state_new(&g);
        for (uint32_t i = 0; i < 400; i++) {
            uint32_t dice = game_pick(&g, 12);
            g.arena = maille_arena_new();
            if (change_somehow(&g, dice) == MAILLE_OK) {
                judged after = state_new(&g);
                bool differ = before.count != after.count;
                for (uint32_t k = 0; !differ && k < after.count; k++)
                    differ = documents_differ(before.items[k], after.items[k]);
                if (differ)
                    compare_effect(&g, &before, &after);
                done[dice] += differ;
                findings_seen += (uint32_t)after.told.count;
                state_free(&before);
                before = after;
            }
            maille_arena_free(g.arena);
        }
        state_free(&before);
        maille_live_free(g.live);
        field_free(f);
    }
    CHECK(done[0] > 10 && done[1] > 3 && done[2] > 20 && done[5] > 10 && findings_seen > 1000);
}

/* ---- other lost members are another finding ---- */

static void set_lost(field *f, maille_live *live, const char *out, const char *in) {
    maille_perimeter *p = NULL;
    maille_op ops[] = {{.kind = MAILLE_OP_REMOVE, .perimeter = "p-00", .code = out},
                       {.kind = MAILLE_OP_ADD, .perimeter = "p-00", .code = in}};
    CHECK_INT(maille_perimeter_copy(f->pad.ctx, maille_live_perimeter(live, "p-00"), &p),
              MAILLE_OK);
    CHECK_INT(maille_perimeter_apply(f->pad.ctx, &p, &ops[0]), MAILLE_OK);
    CHECK_INT(maille_perimeter_apply(f->pad.ctx, &p, &ops[1]), MAILLE_OK);
    maille_live_state state = {"p-00", p};
    CHECK_INT(maille_live_set(f->pad.ctx, live, &state, 1), MAILLE_OK);
    maille_perimeter_free(p);
}

TEST(as_many_other_lost_members_are_told) {
    field *f = field_new(5, 9);
    maille_live *live = NULL;
    maille_told_effect told;
    maille_arena *arena = maille_arena_new();
    field_grow(f, 3);
    CHECK_INT(maille_live_new(f->pad.ctx, &f->ground, &f->rules, f->publication,
                              field_perimeters(f), f->perimeter_count, &live),
              MAILLE_OK);
    set_lost(f, live, "disparue", "evanouie");
    CHECK_INT(maille_tell_last(f->pad.ctx, &f->ground, &f->rules, "cpts", live, arena, &told),
              MAILLE_OK);
    CHECK_INT(told.gone.count, 1);
    CHECK_INT(told.come.count, 1);
    CHECK_TEXT(told.gone.items[0].kind, "membre-disparu");
    CHECK_TEXT(told.gone.items[0].codes[0], "disparue");
    CHECK_TEXT(told.come.items[0].codes[0], "evanouie");
    CHECK_TEXT(told.come.items[0].message,
               "Un nom nomme 1 code qui n’est dans aucune couche de communes : evanouie");
    maille_told_effect_clear(&told);
    maille_arena_free(arena);
    maille_live_free(live);
    field_free(f);
}

/* ---- as JSON ---- */

static const maille_json *at(const maille_json *array, size_t i, const char *key) {
    return maille_json_get(maille_json_at(array, i), key);
}

static double number_of(const maille_json *value) {
    double out = NAN;
    maille_json_as_number(value, &out);
    return out;
}

static maille_json *parsed(maille_ctx *ctx, maille_jout *j) {
    maille_json *tree = NULL;
    CHECK(!j->s.failed);
    CHECK_INT(maille_json_parse(ctx, "told", j->s.text, &tree), MAILLE_OK);
    maille_strbuf_free(&j->s);
    *j = (maille_jout){0};
    return tree;
}

TEST(an_effect_is_json_as_documented) {
    field *f = field_new(5, 9);
    maille_ctx *ctx = f->pad.ctx;
    maille_live *live = NULL;
    maille_jout j = {0};
    field_grow(f, 3);
    CHECK_INT(maille_live_new(ctx, &f->ground, &f->rules, f->publication, field_perimeters(f),
                              f->perimeter_count, &live),
              MAILLE_OK);
    CHECK_INT(maille_tell_effect(ctx, &f->ground, &f->rules, "cpts", live, &j), MAILLE_NOT_FOUND);
    maille_op ops[] = {{.kind = MAILLE_OP_CREATE,
                        .perimeter = "neuf",
                        .perimeter_kind = "cpts",
                        .text = "Neuf \"é\"",
                        .status = "projet"},
                       {.kind = MAILLE_OP_ADD, .perimeter = "neuf", .code = f->code[0]},
                       {.kind = MAILLE_OP_DELETE, .perimeter = "p-00"}};
    CHECK_INT(maille_live_apply(ctx, live, ops, 3), MAILLE_OK);
    maille_strbuf_free(&j.s);
    j = (maille_jout){0};
    maille_j_open(&j, NULL, '{');
    CHECK_INT(maille_tell_effect(ctx, &f->ground, &f->rules, "cpts", live, &j), MAILLE_OK);
    maille_j_close(&j, '}');
    maille_json *tree = parsed(ctx, &j);
    const maille_json *perimeters = maille_json_get(tree, "perimetres");
    const maille_json *gone = maille_json_get(tree, "constats_disparus");
    CHECK_INT(maille_json_count(perimeters), 2);
    CHECK_TEXT(maille_json_as_text(at(perimeters, 0, "nom")), "Neuf \"é\"");
    CHECK(maille_json_is_null(at(perimeters, 0, "avant")));
    CHECK_NEAR(number_of(maille_json_get(at(perimeters, 0, "apres"), "communes")), 1, 0);
    CHECK_NEAR(number_of(maille_json_get(at(perimeters, 0, "apres"), "population")),
               f->population[0], 0);
    CHECK_NEAR(number_of(maille_json_get(at(perimeters, 0, "apres"), "surface_km2")), 4, 1e-12);
    CHECK_NEAR(number_of(maille_json_get(at(perimeters, 0, "apres"), "parties")), 1, 0);
    CHECK_TEXT(maille_json_as_text(at(perimeters, 1, "id")), "p-00");
    CHECK_TEXT(maille_json_as_text(at(perimeters, 1, "nom")), "Un nom");
    CHECK(maille_json_is_null(at(perimeters, 1, "apres")));
    bool lost = false; /* told by the plan before: the perimeter is no longer there */
    for (size_t i = 0; i < maille_json_count(gone); i++)
        if (strcmp(maille_json_as_text(at(gone, i, "id")), "membre-disparu:p-00") == 0) {
            lost = true;
            CHECK_TEXT(maille_json_as_text(at(gone, i, "a")), "p-00");
            CHECK_TEXT(maille_json_as_text(at(gone, i, "constat")),
                       "Un nom nomme 1 code qui n’est dans aucune couche de communes : disparue");
        }
    CHECK(lost);
    maille_json_free(tree);
    maille_live_free(live);
    field_free(f);
}

TEST(a_perimeter_told_has_the_members_of_its_document) {
    static const char document[] =
        "{\"id\":\"x\",\"kind\":\"cpts\",\"name\":\"L’\\\"X\\\"\",\"statuses\":["
        "{\"status\":\"projet\"},"
        "{\"status\":\"contractualisee\",\"since\":\"2020-05-01\",\"by\":\"ARS\"}],"
        "\"members\":[{\"code\":\"00000\",\"share\":0.25,\"zone\":\"Est\"},"
        "{\"code\":\"00003\",\"on_purpose\":\"deux rives\"},{\"code\":\"inconnue\"}]}";
    field *f = field_new(6, 8);
    maille_ctx *ctx = f->pad.ctx;
    maille_perimeter *p = NULL;
    CHECK_INT(maille_perimeter_parse(ctx, "x", document, &p), MAILLE_OK);
    for (int with = 0; with < 2; with++) {
        maille_jout j = {0};
        maille_j_open(&j, NULL, '{');
        CHECK_INT(maille_tell_perimeter(ctx, with ? &f->ground : NULL, p, &j), MAILLE_OK);
        maille_j_close(&j, '}');
        maille_json *tree = parsed(ctx, &j);
        const maille_json *members = maille_json_get(tree, "membres");
        const maille_json *statuses = maille_json_get(tree, "statuts");
        CHECK_TEXT(maille_json_as_text(maille_json_get(tree, "nom")), "L’\"X\"");
        CHECK_TEXT(maille_json_as_text(maille_json_get(tree, "genre")), "cpts");
        CHECK_TEXT(maille_json_as_text(maille_json_get(tree, "statut")), "contractualisee");
        CHECK_TEXT(maille_json_as_text(maille_json_get(tree, "depuis")), "2020-05-01");
        CHECK(maille_json_is_null(maille_json_get(tree, "contact")));
        CHECK_INT(maille_json_count(statuses), 2);
        CHECK(maille_json_is_null(at(statuses, 0, "depuis")));
        CHECK_TEXT(maille_json_as_text(at(statuses, 1, "avec")), "ARS");
        CHECK_INT(maille_json_count(members), p->member_count);
        for (uint32_t i = 0; i < p->member_count; i++) {
            const maille_member *m = &p->members[i];
            uint32_t unit = maille_ground_unit(&f->ground, m->code);
            CHECK_TEXT(maille_json_as_text(at(members, i, "code")), m->code);
            CHECK_NEAR(number_of(at(members, i, "part")), m->share, 0);
            CHECK_TEXT(maille_json_as_text(at(members, i, "sous_zone")), m->zone);
            CHECK_TEXT(maille_json_as_text(at(members, i, "partage_expres")), m->reason);
            CHECK_TEXT(maille_json_as_text(at(members, i, "nom")),
                       with && unit != MAILLE_ABSENT ? f->code[unit] : NULL);
        }
        maille_json_free(tree);
    }
    maille_perimeter_free(p);
    field_free(f);
}

/* ---- tags ---- */

static void check_tag(const char *text, bool good, int64_t version, const char *state) {
    int64_t got = -7;
    char digits[17] = "unread";
    CHECK_INT(maille_state_tag_read(text, &got, digits), good);
    CHECK_INT(got, good ? version : -7);
    CHECK_TEXT(digits, good ? state : "unread");
}

TEST(tags_read_back) {
    static const char hash[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    static const int64_t versions[] = {0, 1, 4, 10, 123456789, INT64_MAX};
    char tag[MAILLE_STATE_TAG];
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        maille_state_tag(versions[i], hash, tag);
        check_tag(tag, true, versions[i], "9f86d081884c7d65");
        maille_state_tag(versions[i], "", tag);
        check_tag(tag, true, versions[i], "");
    }
    maille_state_tag(4, hash, tag);
    CHECK_TEXT(tag, "v4-9f86d081884c7d65");
    maille_state_tag(12, "", tag);
    CHECK_TEXT(tag, "v12");
    check_tag("12", true, 12, "");
    check_tag("v7-abc", true, 7, "abc");
    static const char *const bad[] = {"",
                                      "v",
                                      "-",
                                      "v-1",
                                      "-1",
                                      "v4-",
                                      "v4-xyz",
                                      "v4-ABC",
                                      "v4 ",
                                      " v4",
                                      "4-",
                                      "v4-abc-1",
                                      "vv4",
                                      "v4.0",
                                      "v4-9f86d081884c7d65a",
                                      "\"v4\"",
                                      "*",
                                      "v4-abc\n",
                                      "0x4",
                                      "v9223372036854775808",
                                      "+4",
                                      "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_tag(bad[i], false, 0, "");
}

/* ---- words, differences, tables ---- */

TEST(strokes_are_told_in_french) {
    maille_ctx *ctx = NULL;
    maille_strbuf s = {0};
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    CHECK_INT(maille_tell_ops(ctx, NULL, 0, &s), MAILLE_OK);
    CHECK_TEXT(s.text, "rien");
    maille_strbuf_clear(&s);
    maille_strbuf_add(&s, "fait : ");
    maille_op ops[] = {{.kind = MAILLE_OP_ADD},    {.kind = MAILLE_OP_ADD},
                       {.kind = MAILLE_OP_CREATE}, {.kind = MAILLE_OP_ADD},
                       {.kind = MAILLE_OP_STATUS}, {.kind = MAILLE_OP_STATUS}};
    CHECK_INT(maille_tell_ops(ctx, ops, 6, &s), MAILLE_OK);
    CHECK_TEXT(s.text, "fait : 1 périmètre créé, 3 communes ajoutées, 2 statuts changés");
    maille_strbuf_free(&s);
    maille_ctx_free(ctx);
}

TEST(differences_and_tables_keep_their_nulls) {
    static const maille_column_spec columns[] = {
        {"number", MAILLE_INT}, {"share", MAILLE_REAL}, {"title", MAILLE_TEXT}};
    static const maille_j_column shown[] = {
        {"titre", "title"}, {"numero", "number"}, {"part", "share"}};
    maille_ctx *ctx = NULL;
    maille_table *table = NULL;
    maille_jout j = {0};
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    CHECK_INT(maille_table_new(ctx, columns, 3, &table), MAILLE_OK);
    CHECK_INT(maille_table_add_row(ctx, table, NULL), MAILLE_OK);
    CHECK_INT(maille_table_add_row(ctx, table, NULL), MAILLE_OK);
    maille_set_int(table, 1, 0, 7);
    maille_set_real(table, 1, 1, 0.5);
    CHECK_INT(maille_set_text(ctx, table, 1, 2, "Été"), MAILLE_OK);
    maille_difference items[] = {{"commune", "01", NULL, "1"}, {"nom", NULL, "A", "B"}};
    maille_differences differences = {2, items, NULL};
    maille_j_open(&j, NULL, '{');
    maille_j_table(&j, "lignes", table, shown, 3);
    maille_j_differences(&j, "differences", &differences);
    maille_j_differences(&j, "aucune", NULL);
    maille_j_close(&j, '}');
    CHECK_TEXT(j.s.text,
               "{\"lignes\":[{\"titre\":null,\"numero\":null,\"part\":null},"
               "{\"titre\":\"Été\",\"numero\":7,\"part\":0.5}],"
               "\"differences\":[{\"quoi\":\"commune\",\"code\":\"01\",\"avant\":null,"
               "\"apres\":\"1\"},{\"quoi\":\"nom\",\"code\":null,\"avant\":\"A\","
               "\"apres\":\"B\"}],\"aucune\":[]}");
    maille_strbuf_free(&j.s);
    maille_table_free(table);
    maille_ctx_free(ctx);
}

/* ---- memory that runs out ---- */

TEST(memory_that_runs_out_is_told) {
    field *f = field_new(9, 7);
    maille_ctx *ctx = f->pad.ctx;
    maille_live *live = NULL;
    char *whole = NULL;
    uint32_t failed = 0;
    field_grow(f, 4);
    maille_ctx_set_jobs(ctx, 1);
    CHECK_INT(maille_live_new(ctx, &f->ground, &f->rules, f->publication, field_perimeters(f),
                              f->perimeter_count, &live),
              MAILLE_OK);
    maille_op op = {.kind = MAILLE_OP_DELETE, .perimeter = "p-00"};
    CHECK_INT(maille_live_apply(ctx, live, &op, 1), MAILLE_OK);
    for (uint64_t n = 1; !whole && n < 5000; n++) {
        maille_jout j = {0};
        maille_memory_fail_at(n);
        maille_status status = maille_tell_effect(ctx, &f->ground, &f->rules, "cpts", live, &j);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || status == MAILLE_NO_MEMORY);
        failed += status != MAILLE_OK;
        if (status == MAILLE_OK)
            whole = maille_strdup(j.s.text);
        maille_strbuf_free(&j.s);
    }
    maille_jout again = {0};
    CHECK_INT(maille_tell_effect(ctx, &f->ground, &f->rules, "cpts", live, &again), MAILLE_OK);
    CHECK_TEXT(whole, again.s.text);
    CHECK(failed > 20);
    maille_free(whole);
    maille_strbuf_free(&again.s);
    maille_live_free(live);
    field_free(f);
}

RUN_TESTS(CASE(an_effect_is_what_two_states_differ_in), CASE(as_many_other_lost_members_are_told),
          CASE(an_effect_is_json_as_documented),
          CASE(a_perimeter_told_has_the_members_of_its_document), CASE(tags_read_back),
          CASE(strokes_are_told_in_french), CASE(differences_and_tables_keep_their_nulls),
          CASE(memory_that_runs_out_is_told))
