/* The YAML tree: lines, refusals, typed values. */
#include "harness.h"

#include <maille/yaml.h>

static maille_ctx *ctx;

static maille_status read_text(const char *text, maille_yaml_file **out) {
    const char *path = test_scratch("a.yaml");
    FILE *file = fopen(path, "wb");
    fputs(text, file);
    fclose(file);
    return maille_yaml_read(ctx, path, out);
}

static void check_refused(const char *text, const char *fragment) {
    maille_yaml_file *file = NULL;
    CHECK_INT(read_text(text, &file), MAILLE_REFUSED);
    CHECK(file == NULL);
    if (!strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
}

TEST(a_document_is_a_tree_with_lines) {
    maille_yaml_file *file = NULL;
    CHECK_INT(read_text("title: {fr: Médecin généraliste}\nbands:\n  - 5\n  - \"10\"\n", &file), 0);
    const maille_yaml *root = maille_yaml_root(file);
    CHECK_INT(root->kind, MAILLE_YAML_MAP);
    CHECK_INT(root->count, 2);
    CHECK_TEXT(maille_yaml_get(maille_yaml_get(root, "title"), "fr")->text, "Médecin généraliste");
    const maille_yaml *bands = maille_yaml_get(root, "bands");
    CHECK_INT(root->key_lines[1], 2);
    CHECK_INT(bands->kind, MAILLE_YAML_LIST);
    CHECK_INT(bands->items[1]->line, 4);
    CHECK(bands->items[1]->quoted && !bands->items[0]->quoted);
    CHECK(maille_yaml_get(root, "absent") == NULL);
    CHECK(maille_yaml_get(bands, "fr") == NULL);
    maille_yaml_free(file);
}

TEST(what_is_not_one_plain_document_is_refused_with_its_line) {
    check_refused("", ":1: the file was empty");
    check_refused("# only a comment\n", "the file was empty");
    check_refused("a: 1\nb: 2\na: 3\n", ":3: key \"a\" stood twice (first in line 1)");
    check_refused("a: &x 1\nb: *x\n", ":2: aliases");
    check_refused("a: 1\n---\nb: 2\n", ":2: a second document");
    check_refused("a: [1, 2\nb: 3\n", ":2: no valid YAML");
    check_refused("a: 1\n? [b, c]\n: 2\n", ":2: a key was no plain text");
    check_refused("a: \"\xff\xfe\"\n", "no valid YAML");
    check_refused("a: \"x\\0y\"\n", "zero byte");
    char deep[256];
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    deep[200] = 0;
    check_refused(deep, "nested too deeply");
}

TEST(size_is_bounded_and_a_missing_file_is_not_found) {
    maille_yaml_file *file = NULL;
    const char *path = test_scratch("big.yaml");
    FILE *out = fopen(path, "wb");
    for (int i = 0; i < 90000; i++)
        fputs("# many bytes\n", out);
    fputs("x: 1\n", out);
    fclose(out);
    CHECK_INT(maille_yaml_read(ctx, path, &file), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "1 MiB") != NULL);
    CHECK_INT(maille_yaml_read(ctx, test_scratch("none.yaml"), &file), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "none.yaml") != NULL);
}

TEST(unknown_keys_are_named_beside_the_known) {
    static const char *const known[] = {"one", "two", NULL};
    maille_yaml_file *file = NULL;
    CHECK_INT(read_text("one: 1\nthree: 3\n", &file), 0);
    CHECK_INT(maille_yaml_only(ctx, file, maille_yaml_root(file), known), MAILLE_REFUSED);
    CHECK(
        strstr(maille_message(ctx), "a.yaml:2: key \"three\" was not known; known keys: one, two"));
    maille_yaml_free(file);
    CHECK_INT(read_text("- one\n", &file), 0);
    CHECK_INT(maille_yaml_only(ctx, file, maille_yaml_root(file), known), MAILLE_REFUSED);
    maille_yaml_free(file);
}

TEST(values_have_types) {
    maille_yaml_file *file = NULL;
    CHECK_INT(read_text("n: 2.5\nt: text\nb: true\nq: \"3\"\ne:\nl: [1]\n", &file), 0);
    const maille_yaml *root = maille_yaml_root(file);
    double n = 0;
    const char *t = NULL;
    bool b = false;
    CHECK_INT(maille_yaml_number(ctx, file, root, "n", true, &n), 0);
    CHECK_NEAR(n, 2.5, 0);
    CHECK_INT(maille_yaml_text(ctx, file, root, "t", true, &t), 0);
    CHECK_TEXT(t, "text");
    CHECK_INT(maille_yaml_bool(ctx, file, root, "b", true, &b), 0);
    CHECK(b);
    CHECK_INT(maille_yaml_number(ctx, file, root, "q", true, &n), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), ":4: \"q\" was \"3\" where a number was expected"));
    CHECK_INT(maille_yaml_number(ctx, file, root, "t", false, &n), MAILLE_REFUSED);
    CHECK_INT(maille_yaml_bool(ctx, file, root, "t", false, &b), MAILLE_REFUSED);
    CHECK_INT(maille_yaml_text(ctx, file, root, "l", false, &t), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "list where one value was expected"));
    CHECK_INT(maille_yaml_text(ctx, file, root, "e", true, &t), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "\"e\" was missing"));
    CHECK_INT(maille_yaml_text(ctx, file, root, "e", false, &t), 0);
    CHECK_TEXT(t, "text");
    CHECK_INT(maille_yaml_number(ctx, file, root, "absent", false, &n), 0);
    CHECK_NEAR(n, 2.5, 0);
    maille_yaml_free(file);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_document_is_a_tree_with_lines),
          CASE(what_is_not_one_plain_document_is_refused_with_its_line),
          CASE(size_is_bounded_and_a_missing_file_is_not_found),
          CASE(unknown_keys_are_named_beside_the_known), CASE(values_have_types), CASE(stop))
