/* JSON read whole: what is there is found, what is not there is told from what is null. */
#include "harness.h"

#include <maille/jsontree.h>

static maille_ctx *ctx;

static maille_json *parse(const char *text) {
    maille_json *tree = NULL;
    CHECK_INT(maille_json_parse(ctx, "test", text, &tree), MAILLE_OK);
    return tree;
}

TEST(a_tree_is_walked) {
    maille_json *tree = parse("{\"a\": [1, 2.5, \"Évêché\\n\", true, false, null, {\"b\": -0.1}]}");
    const maille_json *a = maille_json_get(tree, "a");
    double number = 0;
    bool yes = false;
    CHECK(maille_json_is_object(tree) && !maille_json_is_array(tree));
    CHECK(maille_json_is_array(a) && !maille_json_is_object(a) && !maille_json_is_null(a));
    CHECK_INT(maille_json_count(a), 7);
    CHECK(maille_json_as_number(maille_json_at(a, 0), &number) && number == 1);
    CHECK(maille_json_as_number(maille_json_at(a, 1), &number) && number == 2.5);
    CHECK_TEXT(maille_json_as_text(maille_json_at(a, 2)), "Évêché\n");
    CHECK(maille_json_as_bool(maille_json_at(a, 3), &yes) && yes);
    CHECK(maille_json_as_bool(maille_json_at(a, 4), &yes) && !yes);
    CHECK(maille_json_is_null(maille_json_at(a, 5)));
    CHECK(maille_json_as_number(maille_json_get(maille_json_at(a, 6), "b"), &number));
    CHECK(number == -0.1);
    maille_json_free(tree);
}

TEST(what_is_not_there_is_null_and_nothing_is_taken_for_something_else) {
    maille_json *tree = parse("{\"n\": 7, \"t\": \"7\", \"l\": [], \"z\": null}");
    const maille_json *n = maille_json_get(tree, "n"), *t = maille_json_get(tree, "t");
    double number = 42;
    bool yes = true;
    CHECK(maille_json_get(tree, "x") == NULL && maille_json_is_null(NULL));
    CHECK(maille_json_get(NULL, "x") == NULL && maille_json_get(n, "x") == NULL);
    CHECK(!maille_json_is_null(n) && maille_json_is_null(maille_json_get(tree, "z")));
    CHECK(maille_json_at(maille_json_get(tree, "l"), 0) == NULL && maille_json_at(tree, 0) == NULL);
    CHECK(maille_json_at(NULL, 0) == NULL);
    CHECK_INT(maille_json_count(NULL), 0);
    CHECK_INT(maille_json_count(tree), 0);
    CHECK(maille_json_as_text(n) == NULL && maille_json_as_text(NULL) == NULL);
    CHECK(!maille_json_as_number(t, &number) && !maille_json_as_number(NULL, &number));
    CHECK(!maille_json_as_bool(n, &yes) && !maille_json_as_bool(NULL, &yes));
    CHECK(number == 42 && yes);
    CHECK(!maille_json_is_array(NULL) && !maille_json_is_object(NULL));
    maille_json_free(tree);
    maille_json_free(NULL);
}

TEST(keys_that_are_not_expected_are_named) {
    static const char *const known[] = {"a", "b", NULL}, *const none[] = {NULL};
    maille_json *tree = parse("{\"a\": 1, \"c\": 2}");
    CHECK_TEXT(maille_json_other_key(tree, known), "c");
    CHECK_TEXT(maille_json_other_key(tree, none), "a");
    maille_json_free(tree);
    tree = parse("{\"b\": 1}");
    CHECK(maille_json_other_key(tree, known) == NULL);
    CHECK(maille_json_other_key(NULL, known) == NULL);
    maille_json_free(tree);
}

TEST(what_is_no_json_is_refused_with_its_line) {
    static const struct {
        const char *text, *fragment;
    } bad[] = {{"", "test: JSON was refused at line 1: "},
               {"{\n\"a\": }", "test: JSON was refused at line 2: "},
               {"{\"a\": 1,\n\n\"a\": 2}", "line 3: duplicate object key"},
               {"[1, 2", "line 1: "},
               {"[1] [2]", "line 1: end of file expected"},
               {"[\"\\u0000\"]", "line 1: \\u0000 is not allowed"},
               {"[\"\xC3\"]", "line 1: "},
               {"[NaN]", "line 1: "},
               {"[1e999]", "line 1: "}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        maille_json *tree = (maille_json *)&bad;
        CHECK_INT(maille_json_parse(ctx, "test", bad[i].text, &tree), MAILLE_REFUSED);
        CHECK(tree == NULL);
        if (!strstr(maille_message(ctx), bad[i].fragment))
            CHECK_TEXT(maille_message(ctx), bad[i].fragment);
    }
}

/* The text is 100,000 brackets deep: refused, not a stack that overflows. */
TEST(depth_is_bounded) {
    enum { DEPTH = 100000 };
    static char text[DEPTH + 1];
    maille_json *tree = NULL;
    memset(text, '[', DEPTH);
    CHECK_INT(maille_json_parse(ctx, "test", text, &tree), MAILLE_REFUSED);
    CHECK(tree == NULL);
}

int main(void) {
    static const test_case cases[] = {
        CASE(a_tree_is_walked),
        CASE(what_is_not_there_is_null_and_nothing_is_taken_for_something_else),
        CASE(keys_that_are_not_expected_are_named), CASE(what_is_no_json_is_refused_with_its_line),
        CASE(depth_is_bounded)};
    if (maille_ctx_new(&ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
