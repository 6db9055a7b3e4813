/* How groupings and kinds of perimeters are said: the shipped names, and what does not hold. */
#include "harness.h"

#include <maille/rules.h>
#include <sys/stat.h>

static maille_ctx *ctx;

TEST(groupings_and_kinds_are_said_in_words) {
    static const struct {
        const char *grouping, *title;
    } cases[] = {{"epci", "Intercommunalités (EPCI)"},
                 {"bv2012", "Bassins de vie"},
                 {"bv2022", "Bassins de vie"},
                 {"cpts", ""},
                 {"bv1962", ""}};
    maille_name_rules *rules = NULL;
    CHECK_INT(maille_name_rules_read(ctx, MAILLE_DEFAULT_NAMES, &rules), MAILLE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const maille_title *title = maille_grouping_title(rules, cases[i].grouping);
        CHECK_TEXT(title ? title->fr : "", cases[i].title);
        CHECK(!title || title->en);
    }
    const maille_title *kind = maille_kind_title(rules, "cpts");
    CHECK_TEXT(kind ? kind->fr : "", "Communautés professionnelles territoriales de santé (CPTS)");
    CHECK(maille_kind_title(rules, "epci") == NULL);
    maille_name_rules_free(rules);
    maille_name_rules_free(NULL);
}

static void check_refused(const char *body, const char *words) {
    maille_name_rules *rules = NULL;
    CHECK(mkdir(test_scratch("layers"), 0700) == 0 || true);
    CHECK(mkdir(test_scratch("layers/rules"), 0700) == 0 || true);
    FILE *file = fopen(test_scratch("layers/rules/names-x.yaml"), "w");
    if (!file)
        exit(1);
    fprintf(file, "id: x\ntitle: {fr: X}\nsource: essai\nvalid_from: 2026\n%s", body);
    fclose(file);
    setenv("MAILLE_LAYERS", test_scratch("layers"), 1);
    CHECK_INT(maille_name_rules_read(ctx, "x", &rules), MAILLE_REFUSED);
    CHECK(rules == NULL);
    CHECK(strstr(maille_message(ctx), words) != NULL);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}

TEST(what_does_not_hold_is_refused_with_its_line) {
    check_refused("groupings: []\n", "kinds");
    check_refused("kinds: []\ngroupings:\n  - {id: a, title: A}\n  - {id: a, title: B}\n",
                  ":8: \"a\" was named twice");
    check_refused(
        "kinds: []\ngroupings:\n  - {id: a, title: A, also: [b]}\n  - {id: b, title: B}\n",
        ":8: \"b\" was named twice");
    check_refused("groupings: []\nkinds:\n  - {id: a}\n", "title");
    check_refused("groupings: []\nkinds:\n  - {id: a, title: A, note: x}\n", "note");
}

int main(void) {
    static const test_case cases[] = {CASE(groupings_and_kinds_are_said_in_words),
                                      CASE(what_does_not_hold_is_refused_with_its_line)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
