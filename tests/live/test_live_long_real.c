/* 10,000 random strokes on the sample region, with its roads, and on perimeters made of the EPCI of
 * Brittany: after any of them figures and flags are those of a full judgement, and all taken back
 * is the start. */
#include "strokes.h"

#include <maille/sources.h>
#include <maille/steps.h>
#include <maille/store.h>
#include <maille/study.h>

static void must(maille_ctx *ctx, maille_status status) {
    if (status != MAILLE_OK) {
        fprintf(stderr, "%s\n", maille_message(ctx));
        exit(1);
    }
}

/* The workspace of a study with all that judging needs. */
static maille_store *workspace_of(maille_ctx *ctx, const char *study_path, const char *path) {
    static const char *const steps[] = {"links",   "codes",    "groupings",
                                        "members", "coverage", "access"};
    maille_run_options options = {.only = steps, .only_count = sizeof steps / sizeof *steps};
    maille_study *study = NULL;
    maille_store *store = NULL;
    maille_step_result *results = NULL;
    size_t dropped = 0, count = 0;
    must(ctx, maille_study_read(ctx, study_path, &study));
    must(ctx, maille_store_create(ctx, path, 0, "test", &store));
    maille_import_result *imports = maille_alloc(study->source_count, sizeof *imports);
    must(ctx, maille_study_apply(ctx, store, study, false, imports, &dropped));
    must(ctx, maille_steps_run(ctx, store, &options, &results, &count));
    maille_free(imports);
    maille_free(results);
    maille_study_free(study);
    return store;
}

static game real_game(maille_ctx *ctx, const maille_loaded *loaded) {
    return (game){.ctx = ctx,
                  .ground = maille_loaded_ground(loaded),
                  .rules = maille_loaded_rules(loaded),
                  .publication = maille_loaded_publication(loaded),
                  .random = 20190620};
}

TEST(ten_thousand_strokes_on_the_sample_region) {
    static const maille_moment present = {0};
    maille_ctx *ctx = NULL;
    maille_loaded *loaded = NULL;
    maille_perimeter_list *list = NULL;
    const char *sample = getenv("MAILLE_SAMPLE");
    char study[1024];
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    snprintf(study, sizeof study, "%s/study.yaml", sample ? sample : "sample");
    maille_store *store = workspace_of(ctx, study, test_scratch("sample.maille"));
    must(ctx, maille_loaded_new(ctx, store, MAILLE_GROUND_FACTS, &loaded));
    must(ctx, maille_perimeters_load(ctx, store, "", "cpts", MAILLE_INTERNE, &present, &list));
    CHECK(list->count > 3 && maille_loaded_ground(loaded)->has_roads);
    CHECK(maille_loaded_ground(loaded)->link_count > 0);
    game g = real_game(ctx, loaded);
    game_play(&g, (const maille_perimeter *const *)list->items, list->count, 10000, 50, 50);
    maille_perimeter_list_free(list);
    maille_loaded_free(loaded);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* One perimeter of each group of a grouping. */
static maille_perimeter **from_grouping(maille_ctx *ctx, maille_store *store, uint32_t *count) {
    maille_arena *arena = maille_arena_new();
    maille_op *ops = NULL;
    size_t op_count = 0;
    *count = 0;
    must(ctx,
         maille_start_from_grouping(ctx, store, "epci", "cpts", "projet", arena, &ops, &op_count));
    maille_perimeter **items = maille_alloc(op_count, sizeof(maille_perimeter *));
    for (size_t i = 0; i < op_count; i++) {
        if (ops[i].kind == MAILLE_OP_CREATE)
            ++*count;
        must(ctx, maille_perimeter_apply(ctx, &items[*count - 1], &ops[i]));
    }
    maille_arena_free(arena);
    return items;
}

TEST(ten_thousand_strokes_on_brittany) {
    maille_ctx *ctx = NULL;
    maille_loaded *loaded = NULL;
    uint32_t count = 0;
    const char *study = test_real("bretagne/study.yaml");
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    maille_store *store = workspace_of(ctx, study, test_scratch("bretagne.maille"));
    must(ctx, maille_loaded_new(ctx, store, MAILLE_GROUND_FACTS, &loaded));
    CHECK_INT(maille_loaded_ground(loaded)->count, 1202);
    maille_perimeter **items = from_grouping(ctx, store, &count);
    CHECK(count > 50);
    game g = real_game(ctx, loaded);
    game_play(&g, (const maille_perimeter *const *)items, count, 10000, 200, 200);
    for (uint32_t i = 0; i < count; i++)
        maille_perimeter_free(items[i]);
    maille_free(items);
    maille_loaded_free(loaded);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(ten_thousand_strokes_on_the_sample_region), CASE(ten_thousand_strokes_on_brittany))
