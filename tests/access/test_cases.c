/* The cases of tests/cases/access.case: methods worked by hand. */
#include "harness.h"

#include <maille/access.h>

typedef struct {
    char id[64];
    double value;
} entry;

typedef struct {
    char name[128], method[32], decay[64];
    entry demand[16], supply[16], expect[32];
    uint32_t demand_count, supply_count, expect_count;
    double minutes[16][16];
    double tolerance;
} sheet;

static uint32_t place_of(const entry *entries, uint32_t count, const char *id) {
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(entries[i].id, id) == 0)
            return i;
    return UINT32_MAX;
}

static void add(entry *entries, uint32_t *count, const char *id, double value) {
    snprintf(entries[*count].id, sizeof entries->id, "%s", id);
    entries[(*count)++].value = value;
}

static void check_access(const sheet *s) {
    uint64_t start[17] = {0};
    uint32_t place[256];
    double minutes[256], demand[16], supply[16], access[16];
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < s->demand_count; i++) {
        demand[i] = s->demand[i].value;
        for (uint32_t j = 0; j < s->supply_count; j++)
            if (s->minutes[i][j] >= 0) {
                place[pairs] = j;
                minutes[pairs++] = s->minutes[i][j];
            }
        start[i + 1] = pairs;
    }
    for (uint32_t j = 0; j < s->supply_count; j++)
        supply[j] = s->supply[j].value;
    maille_ctx *ctx = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    maille_access_method method;
    maille_decay decay;
    maille_access_report report;
    CHECK(maille_access_method_parse(ctx, s->method, &method) == MAILLE_OK);
    CHECK(maille_decay_parse(ctx, s->decay, &decay) == MAILLE_OK);
    maille_reach reach = {s->demand_count, s->supply_count, start, place, minutes};
    CHECK(maille_access(ctx, &reach, demand, supply, method, &decay, access, &report) == MAILLE_OK);
    const entry totals[] = {{"supply_total", report.supply_total},
                            {"supply_reached", report.supply_reached},
                            {"supply_unreached", report.supply_unreached},
                            {"demand_without", report.demand_without},
                            {"demand_times_access", report.demand_times_access}};
    for (uint32_t e = 0; e < s->expect_count; e++) {
        char what[256];
        snprintf(what, sizeof what, "%s: %s", s->name, s->expect[e].id);
        uint32_t i = place_of(s->demand, s->demand_count, s->expect[e].id);
        uint32_t t = place_of(totals, 5, s->expect[e].id);
        test_check(i != UINT32_MAX || t != UINT32_MAX, what, "access.case", 0);
        double got = i != UINT32_MAX ? access[i] : totals[t].value;
        double slack = t != UINT32_MAX ? s->tolerance * 100 : s->tolerance;
        test_check_near(got, s->expect[e].value, slack, what, "access.case", 0);
    }
    maille_ctx_free(ctx);
}

static bool read_line(const char *line, sheet *s, bool *expecting) {
    char a[64], b[64];
    double value;
    if (sscanf(line, " demand %63s %lf", a, &value) == 2)
        add(s->demand, &s->demand_count, a, value);
    else if (sscanf(line, " supply %63s %lf", a, &value) == 2)
        add(s->supply, &s->supply_count, a, value);
    else if (sscanf(line, " time %63s %63s %lf", a, b, &value) == 3)
        s->minutes[place_of(s->demand, s->demand_count, a)]
                  [place_of(s->supply, s->supply_count, b)] = value;
    else if (sscanf(line, "when: %31s %63s", s->method, s->decay) == 2)
        return true;
    else if (sscanf(line, "expect: %lf", &s->tolerance) == 1)
        *expecting = true;
    else if (*expecting && sscanf(line, " %63s %lf", a, &value) == 2)
        add(s->expect, &s->expect_count, a, value);
    else
        return strspn(line, " \n") == strlen(line) || strncmp(line, "given:", 6) == 0;
    return true;
}

TEST(every_case_holds) {
    FILE *file = fopen(test_source("tests/cases/access.case"), "r");
    CHECK(file != NULL);
    if (!file)
        return;
    sheet *s = calloc(1, sizeof *s);
    char line[512];
    int cases = 0;
    bool expecting = false;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#")] = '\0';
        if (strncmp(line, "case: ", 6) == 0) {
            if (cases++ > 0)
                check_access(s);
            memset(s, 0, sizeof *s);
            for (size_t k = 0; k < 256; k++)
                s->minutes[k / 16][k % 16] = -1;
            line[strcspn(line, "\n")] = '\0';
            snprintf(s->name, sizeof s->name, "%.*s", (int)sizeof s->name - 1, line + 6);
            expecting = false;
        } else {
            test_check(read_line(line, s, &expecting), line, "access.case", 0);
        }
    }
    check_access(s);
    CHECK_INT(cases, 8);
    free(s);
    fclose(file);
}

RUN_TESTS(CASE(every_case_holds))
