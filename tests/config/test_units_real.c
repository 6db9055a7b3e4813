/* Municipal arrondissements beside INSEE's own list. */
#include "harness.h"

#include <maille/rules.h>

static maille_ctx *ctx;

static const char *whole_of(const maille_unit_rules *rules, const char *code) {
    static char whole[33];
    return maille_unit_whole(rules, code, whole) ? whole : "-";
}

/* Fields of a line of CSV without quotes. */
static size_t split(char *line, char *fields[], size_t most) {
    size_t count = 0;
    for (char *at = line; at && count < most; count++) {
        fields[count] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = '\0';
    }
    return count;
}

TEST(the_list_of_insee_says_the_same) {
    FILE *file = fopen(test_real("france/cog-2026/communes.csv"), "r");
    maille_unit_rules *rules = NULL;
    char line[512], *fields[12];
    uint32_t parts = 0, communes = 0;
    CHECK(file != NULL);
    if (!file)
        exit(1);
    CHECK_INT(maille_unit_rules_read(ctx, MAILLE_DEFAULT_UNITS, &rules), MAILLE_OK);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (split(line, fields, 12) < 12)
            continue;
        if (strcmp(fields[0], "ARM") == 0) {
            CHECK_TEXT(whole_of(rules, fields[1]), fields[11]);
            parts++;
        } else if (strcmp(fields[0], "COM") == 0) {
            CHECK_TEXT(whole_of(rules, fields[1]), "-");
            communes++;
        }
    }
    CHECK_INT(parts, 45); /* 20 + 16 + 9 */
    CHECK(communes > 34000);
    fclose(file);
    maille_unit_rules_free(rules);
}

int main(void) {
    static const test_case cases[] = {CASE(the_list_of_insee_says_the_same)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
