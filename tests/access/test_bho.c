/* Floating catchments and closest places against what the R package `accessibility` publishes on
 * 898 cells of Belo Horizonte. Its steps exclude their bound and its times are whole minutes, but
 * for a cell's way to itself, hence 9.99, 14.99, 19.99. */
#include "harness.h"

#include <maille/access.h>
#include <maille/map.h>

enum { CELLS = 898, PAIRS = 748437 };

static maille_ctx *ctx;
static maille_names *cell_of;
static double population[CELLS], jobs[CELLS], schools[CELLS];
static uint64_t start[CELLS + 1];
static uint32_t place[PAIRS];
static double minutes[PAIRS];
static maille_reach reach = {CELLS, CELLS, start, place, minutes};

static void read_land_use(void) {
    FILE *file = fopen(test_real("oracles/bho-access/land-use.csv"), "r");
    char line[256], id[32];
    uint32_t row = 0;
    CHECK(fgets(line, sizeof line, file) != NULL);
    while (row < CELLS && fgets(line, sizeof line, file)) {
        CHECK(sscanf(line, "%31[^,],%lf,%lf,%lf", id, &population[row], &jobs[row],
                     &schools[row]) == 4);
        CHECK(maille_names_set(cell_of, id, row++));
    }
    CHECK_INT(row, CELLS);
    fclose(file);
}

static void read_matrix(void) {
    static uint32_t from[PAIRS], to[PAIRS];
    static double time[PAIRS];
    char command[2200];
    snprintf(command, sizeof command, "gunzip -c '%s' > '%s'",
             test_real("oracles/bho-access/travel-matrix.csv.gz"), test_scratch("matrix.csv"));
    CHECK(system(command) == 0);
    FILE *file = fopen(test_scratch("matrix.csv"), "r");
    char line[256], a[32], b[32];
    uint32_t n = 0;
    CHECK(fgets(line, sizeof line, file) != NULL);
    while (n < PAIRS && fgets(line, sizeof line, file)) {
        CHECK(sscanf(line, "%31[^,],%31[^,],%lf", a, b, &time[n]) == 3);
        from[n] = maille_names_get(cell_of, a);
        to[n] = maille_names_get(cell_of, b);
        CHECK(from[n] < CELLS && to[n] < CELLS);
        start[from[n++] + 1]++;
    }
    CHECK_INT(n, PAIRS);
    fclose(file);
    for (uint32_t i = 0; i < CELLS; i++)
        start[i + 1] += start[i];
    static uint64_t next[CELLS];
    memcpy(next, start, sizeof next);
    for (uint32_t k = 0; k < n; k++) {
        place[next[from[k]]] = to[k];
        minutes[next[from[k]]++] = time[k];
    }
}

/* Holds values, per cell, against a published table; the rows that say "Inf" go to `infinite`,
 * their number is returned. */
static int compare(const char *name, const double *values, uint32_t *infinite) {
    FILE *file = fopen(test_real(name), "r");
    char line[256], id[32], text[64];
    int rows = 0, unreached = 0;
    CHECK(fgets(line, sizeof line, file) != NULL);
    while (fgets(line, sizeof line, file)) {
        CHECK(sscanf(line, "%31[^,],%63s", id, text) == 2);
        uint32_t cell = maille_names_get(cell_of, id);
        CHECK(cell < CELLS);
        rows++;
        if (strcmp(text, "Inf") == 0) {
            infinite[unreached++] = cell;
        } else {
            double want = atof(text);
            CHECK_NEAR(values[cell], want, 1e-9 * want);
        }
    }
    CHECK_INT(rows, CELLS);
    fclose(file);
    return unreached;
}

/* Where the package divides supply by nobody it publishes "Inf", for cells where nobody lives
 * either; here a supply that nobody reaches counts for nothing and is reported. */
static void access_as_published(const char *decay_text, const char *expected, int infinite) {
    static double access[CELLS];
    static uint32_t cells[CELLS];
    maille_decay decay;
    maille_access_report report;
    CHECK(maille_decay_parse(ctx, decay_text, &decay) == MAILLE_OK);
    CHECK(maille_access(ctx, &reach, population, jobs, MAILLE_2SFCA, &decay, access, &report) ==
          MAILLE_OK);
    CHECK_INT(compare(expected, access, cells), infinite);
    for (int k = 0; k < infinite; k++)
        CHECK(population[cells[k]] == 0 && isfinite(access[cells[k]]));
    CHECK_INT(report.supply_unreached, infinite > 0);
    CHECK_NEAR(report.demand_times_access, report.supply_reached, 1e-9 * report.supply_reached);
    CHECK(report.supply_reached <= report.supply_total);
}

TEST(stepped_2sfca_is_as_published) {
    access_as_published("steps:9.99=1,14.99=0.3,19.99=0.1",
                        "oracles/bho-access/expected-2sfca-stepped-10-15-20.csv", 2);
}

TEST(binary_2sfca_is_as_published) {
    access_as_published("binary:45", "oracles/bho-access/expected-2sfca-binary-45.csv", 0);
}

TEST(closest_school_is_as_published) {
    static double closest[CELLS];
    static uint32_t unreached[CELLS];
    maille_closest(&reach, schools, closest, NULL);
    CHECK_INT(compare("oracles/bho-access/expected-cost-to-closest-school.csv", closest, unreached),
              35);
    for (int k = 0; k < 35; k++)
        CHECK(isnan(closest[unreached[k]]));
}

int main(void) {
    static const test_case cases[] = {
        CASE(read_land_use), CASE(read_matrix), CASE(stepped_2sfca_is_as_published),
        CASE(binary_2sfca_is_as_published), CASE(closest_school_is_as_published)};
    cell_of = maille_names_new(CELLS);
    if (!cell_of || maille_ctx_new(&ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_names_free(cell_of);
    maille_ctx_free(ctx);
    return result;
}
