/* The shipped regions against INSEE's own list, row by row, both ways. */
#include "harness.h"

#include <maille/rules.h>

static maille_ctx *ctx;

/* Columns of a line without quotes; cuts it in place. */
static size_t split(char *line, char *cells[8]) {
    size_t count = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; count < 8; at++) {
        cells[count++] = at;
        at += strcspn(at, ",");
        if (!*at)
            break;
        *at = '\0';
    }
    return count;
}

static const char *region_name(const maille_region_rules *rules, const char *code) {
    for (size_t i = 0; i < rules->region_count; i++)
        if (strcmp(rules->regions[i].code, code) == 0)
            return rules->regions[i].name;
    return NULL;
}

TEST(departments_and_regions_are_those_of_the_code_of_2026) {
    static const char *const files[] = {"france/cog-2026/regions.csv",
                                        "france/cog-2026/departements.csv"};
    maille_region_rules *rules = NULL;
    CHECK_INT(maille_region_rules_read(ctx, MAILLE_DEFAULT_REGIONS, &rules), MAILLE_OK);
    for (size_t f = 0; f < 2; f++) {
        FILE *file = fopen(test_real(files[f]), "rb");
        char line[512], *cells[8] = {NULL};
        size_t rows = 0;
        CHECK(file != NULL && fgets(line, sizeof line, file) != NULL); /* the header */
        for (; file && fgets(line, sizeof line, file); rows++) {
            CHECK_INT(split(line, cells), f == 0 ? 6 : 7);
            if (f == 0) {
                CHECK_TEXT(region_name(rules, cells[0]), cells[5]);
                continue;
            }
            const maille_department *d = maille_department_find(rules, cells[0]);
            CHECK_TEXT(d ? d->region : NULL, cells[1]);
            CHECK_TEXT(d ? d->name : NULL, cells[6]);
        }
        CHECK_INT(rows, f == 0 ? rules->region_count : rules->department_count);
        if (file)
            fclose(file);
    }
    maille_region_rules_free(rules);
}

int main(void) {
    static const test_case cases[] = {CASE(departments_and_regions_are_those_of_the_code_of_2026)};
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
    if (maille_ctx_new(&ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
