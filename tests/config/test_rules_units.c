/* Which commune a finer unit is a part of: the shipped rules beside INSEE's list; what does not
 * hold is refused. */
#include "harness.h"

#include <maille/rules.h>
#include <sys/stat.h>

static maille_ctx *ctx;

static const char *whole_of(const maille_unit_rules *rules, const char *code) {
    static char whole[33];
    return maille_unit_whole(rules, code, whole) ? whole : "-";
}

TEST(arrondissements_are_parts_of_paris_marseille_and_lyon) {
    static const char *const cases[][2] = {
        {"75101", "75056"}, {"75120", "75056"},     {"75100", "-"},         {"75121", "-"},
        {"13201", "13055"}, {"13216", "13055"},     {"13217", "-"},         {"13055", "-"},
        {"69381", "69123"}, {"69389", "69123"},     {"69390", "-"},         {"69380", "-"},
        {"2A004", "-"},     {"2A0040101", "2A004"}, {"751010203", "75101"}, {"75101020", "-"},
        {"", "-"},          {"7510", "-"}};
    maille_unit_rules *rules = NULL;
    CHECK_INT(maille_unit_rules_read(ctx, MAILLE_DEFAULT_UNITS, &rules), MAILLE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(whole_of(rules, cases[i][0]), cases[i][1]);
    maille_unit_rules_free(rules);
    maille_unit_rules_free(NULL);
}

/* Writes a rule set into a folder of layers of its own and reads it. */
static maille_status read_text(const char *body, maille_unit_rules **rules) {
    const char *folder = test_scratch("layers/rules");
    CHECK(mkdir(test_scratch("layers"), 0700) == 0 || true);
    CHECK(mkdir(folder, 0700) == 0 || true);
    FILE *file = fopen(test_scratch("layers/rules/units-x.yaml"), "w");
    CHECK(file != NULL);
    if (!file)
        exit(1);
    fprintf(file, "id: x\ntitle: {fr: X}\nsource: essai\nvalid_from: 2026\n%s", body);
    fclose(file);
    return maille_unit_rules_read(ctx, "x", rules);
}

TEST(what_does_not_hold_is_refused_with_its_line) {
    static const struct {
        const char *body, *words;
    } cases[] = {
        {"finer:\n  - {length: 9, commune: 9}\n", ":6: the code of a commune was as long"},
        {"finer:\n  - {length: 9.5, commune: 5}\n", ":6: length was no number of characters"},
        {"finer:\n  - {length: 9, commune: 0}\n", ":6: commune was no number of characters"},
        {"finer:\n  - {length: 33, commune: 5}\n", ":6: length was no number of characters"},
        {"finer:\n  - {length: 9}\n", "commune"},
        {"finer:\n  - {length: 9, commune: 5, ville: 1}\n", "ville"},
        {"arrondissements:\n  - {commune: \"1\", from: \"20\", to: \"10\"}\n", "were no range"},
        {"arrondissements:\n  - {commune: \"1\", from: \"9\", to: \"10\"}\n", "were no range"},
        {"arrondissements:\n  - {commune: \"1\", from: \"9\"}\n", "to"},
        {"arrondissements:\n  - {commune: \"012345678901234567890123456789012\", from: \"1\", to: "
         "\"2\"}\n",
         "too long"},
        {"arrondissements:\n  - {commune: \"15\", from: \"10\", to: \"20\"}\n",
         ":6: commune 15 was a part of 15"},
        {"arrondissements:\n  - {commune: \"30\", from: \"10\", to: \"20\"}\n"
         "  - {commune: \"10\", from: \"30\", to: \"40\"}\n",
         ":6: commune 30 was a part of 10"},
        {"arrondissements:\n  - {commune: \"1234\", from: \"10\", to: \"20\"}\n"
         "finer:\n  - {length: 4, commune: 2}\n",
         ":6: commune 1234 was a part of 12"},
        {"communes: []\n", "communes"}};
    setenv("MAILLE_LAYERS", test_scratch("layers"), 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maille_unit_rules *rules = NULL;
        CHECK_INT(read_text(cases[i].body, &rules), MAILLE_REFUSED);
        if (!strstr(maille_message(ctx), cases[i].words))
            CHECK_TEXT(maille_message(ctx), cases[i].words);
        CHECK(rules == NULL);
    }
    maille_unit_rules *rules = NULL;
    CHECK_INT(read_text("", &rules), MAILLE_OK); /* nothing is a part of anything */
    if (rules)
        CHECK_TEXT(whole_of(rules, "75101"), "-");
    maille_unit_rules_free(rules);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}

int main(void) {
    static const test_case cases[] = {CASE(arrondissements_are_parts_of_paris_marseille_and_lyon),
                                      CASE(what_does_not_hold_is_refused_with_its_line)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
