/* A territory held warm: random strokes on a field of squares against full judgement, refused
 * strokes, effects, gestures, memory that runs out. */
#include "field.h"

TEST(random_strokes_equal_a_full_judgement) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        field *f = field_new(seed, 14);
        game g = field_game(f, seed * 977);
        field_grow(f, 9);
        game_play(&g, field_perimeters(f), f->perimeter_count, 2500, 20, 25);
        field_free(f);
    }
}

TEST(an_empty_start_is_a_start) {
    field *f = field_new(11, 8);
    game g = field_game(f, 5);
    game_play(&g, NULL, 0, 300, 10, 10);
    field_free(f);
}

/* ---- single cases ---- */

static maille_live *start(field *f) {
    maille_live *live = NULL;
    CHECK(maille_live_new(f->pad.ctx, &f->ground, &f->rules, f->publication, field_perimeters(f),
                          f->perimeter_count, &live) == MAILLE_OK);
    return live;
}

static void expect(field *f, maille_live *live, maille_op op, maille_status want,
                   const char *message) {
    CHECK_INT(maille_live_apply(f->pad.ctx, live, &op, 1), want);
    if (message && !strstr(maille_message(f->pad.ctx), message))
        CHECK_TEXT(maille_message(f->pad.ctx), message);
}

TEST(strokes_that_do_not_hold_are_refused_and_say_why) {
    field *f = field_new(3, 10);
    field_grow(f, 5);
    maille_live *live = start(f);
    const maille_perimeter *p = maille_live_perimeter(live, "p-01");
    expect(f, live, (maille_op){.kind = MAILLE_OP_ADD, .perimeter = "p-01", .code = "99999"},
           MAILLE_REFUSED, "code 99999 was no commune, for perimeter p-01");
    expect(f, live, (maille_op){.kind = MAILLE_OP_STATUS, .perimeter = "p-01", .status = "parti"},
           MAILLE_REFUSED, "status parti of perimeter p-01 was unknown");
    expect(f, live, (maille_op){.kind = MAILLE_OP_REMOVE, .perimeter = "rien", .code = "00001"},
           MAILLE_REFUSED, "perimeter rien was not there");
    expect(f, live, (maille_op){.kind = MAILLE_OP_DELETE}, MAILLE_REFUSED, "named no perimeter");
    expect(f, live, (maille_op){.kind = MAILLE_OP_RENAME, .perimeter = "p-01", .text = p->name},
           MAILLE_REFUSED, "nothing was changed");
    expect(f, live,
           (maille_op){.kind = MAILLE_OP_CREATE,
                       .perimeter = "x",
                       .perimeter_kind = "pta",
                       .text = "X",
                       .status = "projet"},
           MAILLE_REFUSED, "perimeter x was of kind pta, beside ones of cpts");
    CHECK_INT(maille_live_apply(f->pad.ctx, live, NULL, 0), MAILLE_REFUSED);
    CHECK_INT(maille_live_undo(f->pad.ctx, live), MAILLE_NOT_FOUND);
    CHECK_INT(maille_live_redo(f->pad.ctx, live), MAILLE_NOT_FOUND);
    maille_effect *effect = NULL;
    CHECK_INT(maille_live_effect_of_last(f->pad.ctx, live, &effect), MAILLE_NOT_FOUND);
    CHECK(!effect);
    /* a member that was lost can be let go */
    expect(f, live, (maille_op){.kind = MAILLE_OP_REMOVE, .perimeter = "p-00", .code = "disparue"},
           MAILLE_OK, NULL);
    maille_live_free(live);
    field_free(f);
}

/* Brings `follower` to all that stands in `leader`, and away what does not. */
static maille_status follow(field *f, maille_live *leader, maille_live *follower) {
    const maille_plan *from = maille_live_plan(leader), *to = maille_live_plan(follower);
    maille_live_state *states = maille_alloc((size_t)from->count + to->count + 1, sizeof *states);
    uint32_t count = 0;
    for (uint32_t i = 0; i < from->count; i++)
        states[count++] = (maille_live_state){from->claims[i].id,
                                              maille_live_perimeter(leader, from->claims[i].id)};
    for (uint32_t i = 0; i < to->count; i++)
        if (!maille_live_perimeter(leader, to->claims[i].id))
            states[count++] = (maille_live_state){to->claims[i].id, NULL};
    maille_status status = maille_live_set(f->pad.ctx, follower, states, count);
    maille_free(states);
    return status;
}

TEST(what_is_decided_elsewhere_is_taken_as_it_is) {
    field *f = field_new(7, 12);
    field_grow(f, 8);
    game g = field_game(f, 99);
    maille_live *follower = start(f);
    g.live = start(f);
    CHECK(MAILLE_VEC_PUSH(&g.marks, game_mark(&g)));
    for (int round = 0; round < 60; round++) {
        game led = g;
        led.live = follower;
        game_texts before = game_standing_flags(&led);
        uint64_t was = game_mark(&led);
        g.arena = maille_arena_new();
        for (int i = 0; i < 5; i++)
            game_apply(&g);
        maille_arena_free(g.arena);
        CHECK_INT(follow(f, g.live, follower), MAILLE_OK);
        CHECK(game_mark(&led) == game_mark(&g));
        game_compare(&led); /* figures and flags against a full judgement */
        if (game_mark(&led) != was)
            game_compare_effect(&led, &before);
        game_free_texts(&before);
        CHECK_INT(maille_live_undo(f->pad.ctx, follower), MAILLE_NOT_FOUND);
    }
    CHECK(g.applied > 100);
    /* what stands already is no change; what is named twice is refused and changes nothing */
    game led = g;
    led.live = follower;
    uint64_t mark = game_mark(&led);
    CHECK_INT(follow(f, follower, follower), MAILLE_OK);
    const char *id = maille_live_plan(follower)->claims[0].id;
    maille_live_state twice[] = {{id, NULL}, {"neuf", NULL}, {id, NULL}};
    CHECK_INT(maille_live_set(f->pad.ctx, follower, twice, 3), MAILLE_REFUSED);
    CHECK(game_mark(&led) == mark);
    maille_live_free(follower);
    maille_live_free(g.live);
    MAILLE_VEC_FREE(&g.marks);
    field_free(f);
}

TEST(a_commune_never_stands_beside_its_parts) {
    field *f = field_new(3, 10);
    maille_live *live = start(f);
    uint32_t n = f->ground.count;
    const char *whole = f->code[n / 2 - 1], *part = f->code[n / 2];
    maille_op ops[] = {{.kind = MAILLE_OP_CREATE,
                        .perimeter = "x",
                        .perimeter_kind = "cpts",
                        .text = "X",
                        .status = "projet"},
                       {.kind = MAILLE_OP_ADD, .perimeter = "x", .code = whole},
                       {.kind = MAILLE_OP_ADD, .perimeter = "x", .code = part},
                       {.kind = MAILLE_OP_REMOVE, .perimeter = "x", .code = whole}};
    CHECK_INT(maille_live_apply(f->pad.ctx, live, ops, 3), MAILLE_REFUSED);
    CHECK(strstr(maille_message(f->pad.ctx), "were both put in perimeter x"));
    CHECK_INT(maille_live_plan(live)->count, 0);
    CHECK_INT(maille_live_apply(f->pad.ctx, live, ops, 4), MAILLE_OK);
    CHECK_INT(maille_live_plan(live)->claims[0].count, 1);
    maille_live_free(live);
    field_free(f);
}

TEST(gestures_move_and_merge) {
    field *f = field_new(4, 12);
    field_grow(f, 6);
    maille_live *live = start(f);
    maille_arena *arena = maille_arena_new();
    maille_ctx *ctx = f->pad.ctx;
    maille_op *ops = NULL;
    size_t count = 0;
    const maille_perimeter *a = maille_live_perimeter(live, "p-01");
    const char *moved[] = {a->members[0].code};
    char code[8];
    snprintf(code, sizeof code, "%s", moved[0]);
    uint32_t members = a->member_count;
    CHECK_INT(maille_ops_move(ctx, arena, live, "p-01", "p-02", moved, 1, &ops, &count), MAILLE_OK);
    CHECK_INT(maille_live_apply(ctx, live, ops, count), MAILLE_OK);
    CHECK_INT(maille_live_perimeter(live, "p-01")->member_count, members - 1);
    CHECK(maille_perimeter_find(maille_live_perimeter(live, "p-02"), code) != MAILLE_ABSENT);
    CHECK_INT(maille_ops_move(ctx, arena, live, "p-01", "p-01", moved, 1, &ops, &count),
              MAILLE_REFUSED);
    CHECK_INT(maille_ops_move(ctx, arena, live, "p-77", "p-01", moved, 1, &ops, &count),
              MAILLE_NOT_FOUND);
    const char *none[] = {"disparue"};
    CHECK_INT(maille_ops_move(ctx, arena, live, "p-01", "p-02", none, 1, &ops, &count),
              MAILLE_REFUSED);
    /* merged: all that either held, once */
    uint32_t united = maille_live_perimeter(live, "p-01")->member_count;
    const maille_perimeter *other = maille_live_perimeter(live, "p-02");
    for (uint32_t i = 0; i < other->member_count; i++)
        united += maille_perimeter_find(maille_live_perimeter(live, "p-01"),
                                        other->members[i].code) == MAILLE_ABSENT;
    CHECK_INT(maille_ops_merge(ctx, arena, live, "p-01", "p-02", &ops, &count), MAILLE_OK);
    CHECK_INT(maille_live_apply(ctx, live, ops, count), MAILLE_OK);
    CHECK(!maille_live_perimeter(live, "p-02"));
    CHECK_INT(maille_live_perimeter(live, "p-01")->member_count, united);
    maille_effect *effect = NULL;
    CHECK_INT(maille_live_effect_of_last(ctx, live, &effect), MAILLE_OK);
    CHECK_INT(effect->count, 2);
    CHECK_TEXT(effect->perimeters[1].id, "p-02");
    CHECK(effect->perimeters[1].before && !effect->perimeters[1].after);
    maille_effect_free(effect);
    maille_arena_free(arena);
    maille_live_free(live);
    field_free(f);
}

/* A unit goes over in parts: shares add up, to the whole at most. */
TEST(shares_add_up_in_a_move) {
    field *f = field_new(4, 12);
    maille_live *live = start(f);
    maille_arena *arena = maille_arena_new();
    maille_ctx *ctx = f->pad.ctx;
    maille_op made[] = {
        {.kind = MAILLE_OP_CREATE,
         .perimeter = "a",
         .perimeter_kind = "cpts",
         .text = "A",
         .status = "projet"},
        {.kind = MAILLE_OP_CREATE,
         .perimeter = "b",
         .perimeter_kind = "cpts",
         .text = "B",
         .status = "projet"},
        {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = f->code[0], .share = 0.25},
        {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = f->code[0], .share = 0.5}};
    maille_op *ops = NULL;
    size_t count = 0;
    CHECK_INT(maille_live_apply(ctx, live, made, 4), MAILLE_OK);
    CHECK_INT(maille_ops_move(ctx, arena, live, "a", "b", f->code, 1, &ops, &count), MAILLE_OK);
    CHECK_INT(maille_live_apply(ctx, live, ops, count), MAILLE_OK);
    CHECK_INT(maille_live_perimeter(live, "a")->member_count, 0);
    CHECK_NEAR(maille_live_perimeter(live, "b")->members[0].share, 0.75, 0);
    /* a gap is given: nobody held it */
    CHECK_INT(maille_ops_move(ctx, arena, live, NULL, "a", f->code + 1, 2, &ops, &count),
              MAILLE_OK);
    CHECK_INT(count, 2);
    CHECK_INT(maille_live_apply(ctx, live, ops, count), MAILLE_OK);
    CHECK_INT(maille_live_perimeter(live, "a")->member_count, 2);
    maille_arena_free(arena);
    maille_live_free(live);
    field_free(f);
}

/* ---- memory that runs out ---- */

/* A change that makes, deletes and touches, with all that is asked of it afterwards. */
static maille_status change_and_look(game *g, maille_live **live, const field *f) {
    uint32_t u = 0;
    while (maille_perimeter_find(f->perimeters[2], f->code[u]) != MAILLE_ABSENT)
        u++;
    maille_op ops[] = {{.kind = MAILLE_OP_DELETE, .perimeter = "p-01"},
                       {.kind = MAILLE_OP_CREATE,
                        .perimeter = "m",
                        .perimeter_kind = "cpts",
                        .text = "M",
                        .status = "projet"},
                       {.kind = MAILLE_OP_ADD, .perimeter = "m", .code = f->code[u]},
                       {.kind = MAILLE_OP_ADD, .perimeter = "p-02", .code = f->code[u]}};
    const maille_flags *flags = NULL;
    maille_effect *effect = NULL;
    maille_status status = MAILLE_OK;
    if (!*live)
        MAILLE_TRY(maille_live_new(g->ctx, g->ground, g->rules, g->publication, field_perimeters(f),
                                   f->perimeter_count, live));
    g->live = *live;
    if (maille_live_perimeter(*live, "p-01"))
        MAILLE_TRY(maille_live_apply(g->ctx, *live, ops, 4));
    MAILLE_TRY(maille_live_flags(g->ctx, *live, &flags));
    MAILLE_TRY(maille_live_effect_of_last(g->ctx, *live, &effect));
done:
    maille_effect_free(effect);
    return status;
}

TEST(memory_that_runs_out_leaves_all_as_it_was) {
    field *f = field_new(9, 7);
    field_grow(f, 4);
    game g = field_game(f, 1);
    maille_ctx_set_jobs(f->pad.ctx, 1);
    uint32_t failed = 0;
    bool whole = false;
    for (uint64_t n = 1; !whole && n < 2000; n++) {
        maille_live *live = NULL;
        maille_memory_fail_at(n);
        maille_status status = change_and_look(&g, &live, f);
        maille_memory_fail_at(0);
        whole = status == MAILLE_OK;
        failed += !whole;
        if (!whole)
            CHECK_INT(status, MAILLE_NO_MEMORY);
        /* it stands as before or after the change, and goes on from there */
        if (live && n % 7 == 0)
            game_compare(&g);
        if (!whole)
            game_must(&g, change_and_look(&g, &live, f));
        if (n % 7 == 0 || whole)
            game_compare(&g);
        CHECK(maille_live_perimeter(live, "m") && !maille_live_perimeter(live, "p-01"));
        CHECK_INT(maille_live_undo(g.ctx, live), MAILLE_OK);
        CHECK(!maille_live_perimeter(live, "m") && maille_live_perimeter(live, "p-01"));
        maille_live_free(live);
    }
    fprintf(stderr, "%u allocations failed\n", failed);
    CHECK(whole && failed > 100);
    field_free(f);
}

RUN_TESTS(CASE(random_strokes_equal_a_full_judgement), CASE(an_empty_start_is_a_start),
          CASE(strokes_that_do_not_hold_are_refused_and_say_why),
          CASE(what_is_decided_elsewhere_is_taken_as_it_is),
          CASE(a_commune_never_stands_beside_its_parts), CASE(gestures_move_and_merge),
          CASE(shares_add_up_in_a_move), CASE(memory_that_runs_out_leaves_all_as_it_was))
