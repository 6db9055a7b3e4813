/* A file of perimeters that changes after people deleted one of its perimeters. */
#include "chronicle.h"

static maille_ctx *ctx;
static const maille_edit plain = {.scenario = ""};
static const char two[] = "id;nom;statut;code\na;Alpha;projet;01001\nb;Beta;projet;01002\n";
static const char more[] =
    "id;nom;statut;code\na;Alpha;projet;01001\na;Alpha;projet;01003\n"
    "b;Beta;projet;01002\n";

static void stroke(maille_store *store, maille_op op) {
    maille_edit_result result;
    CHECK_OK(maille_edit_apply(ctx, store, &plain, &op, 1, &result));
}

static int64_t named(maille_store *store, const char *kind) {
    maille_value value = maille_text_value(kind);
    maille_filter filter = maille_equals("kind", &value);
    int64_t count = -1;
    CHECK_OK(maille_store_count(ctx, store, "remark", &filter, &count));
    return count;
}

TEST(what_people_deleted_stays_so_and_is_named) {
    maille_edit_result result;
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "two.csv", two, NULL, false);
    adopt(ctx, store);
    stroke(store, (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "a"});
    import_perimeters(ctx, store, "two.csv", more, NULL, false);
    adopt(ctx, store);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "-");
    CHECK_TEXT(members_of(ctx, store, "b", NULL), "01002");
    CHECK_INT(named(store, "perimetre-supprime"), 1);
    /* the person may still take the deletion back */
    CHECK_OK(maille_edit_undo(ctx, store, &plain, "a", &result));
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001");
    /* and force has the file's word */
    stroke(store, (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "a"});
    import_perimeters(ctx, store, "two.csv", more, NULL, true);
    CHECK_INT(adopt(ctx, store) > 0, 1);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001 01003");
    CHECK_INT(named(store, "perimetre-supprime"), 0);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(what_a_file_dropped_or_an_undo_unmade_may_come) {
    maille_edit_result result;
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "two.csv", two, NULL, false);
    adopt(ctx, store);
    import_perimeters(ctx, store, "two.csv", "id;nom;statut;code\nb;Beta;projet;01002\n", NULL,
                      false);
    adopt(ctx, store);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "-");
    stroke(store, (maille_op){.kind = MAILLE_OP_CREATE,
                              .perimeter = "c",
                              .text = "Gamma",
                              .perimeter_kind = "cpts",
                              .status = "projet"});
    CHECK_OK(maille_edit_undo(ctx, store, &plain, NULL, &result));
    import_perimeters(ctx, store, "two.csv",
                      "id;nom;statut;code\na;Alpha;projet;01001\nc;Gamma;projet;01004\n", NULL,
                      false);
    adopt(ctx, store);
    CHECK_TEXT(members_of(ctx, store, "a", NULL), "01001");
    CHECK_TEXT(members_of(ctx, store, "c", NULL), "01004");
    CHECK_INT(named(store, "perimetre-supprime"), 0);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(what_people_deleted_stays_so_and_is_named),
          CASE(what_a_file_dropped_or_an_undo_unmade_may_come))
