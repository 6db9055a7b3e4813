/* Coverage by status and date, against a plain recount. */
#include "chronicle.h"

#include <maille/steps.h>

static maille_ctx *ctx;

/* ---- a ground drawn by hand ---- */

/* The Ain and Paris of chronicle.h; the arrondissement and its district are parts of Paris. */
static maille_ground ground_by_hand(void) {
    static const char *const departments[] = {"01", "75"}, *const regions[] = {"11", "84"};
    static const char *const names[] = {"Île-de-France", NULL};
    static uint32_t department[COMMUNES], region[COMMUNES], part_of[COMMUNES];
    for (uint32_t i = 0; i < COMMUNES; i++) {
        department[i] = i < 17 ? 0 : 1;
        region[i] = i == 16 ? MAILLE_ABSENT : i < 17 ? 1 : 0; /* 01017 is in no region */
        part_of[i] = i < 18 ? MAILLE_ABSENT : i - 1;
    }
    return (maille_ground){
        .count = COMMUNES,
        .code = commune_codes,
        .name = commune_codes,
        .population = commune_people,
        .part_of = part_of,
        .department = {"departement", 2, departments, NULL, department},
        .region = {"region", 2, regions, names, region},
    };
}

/* ---- what happened, and what of it stood when ---- */

static void edit(maille_store *store, const char *at, const maille_op *ops, size_t count) {
    const maille_edit how = {.scenario = "", .at = at};
    CHECK_OK(maille_edit_apply(ctx, store, &how, ops, count, NULL));
}
#define EDIT(store, at, ...)                                                                       \
    edit(store, at, (const maille_op[]){__VA_ARGS__},                                              \
         sizeof(const maille_op[]){__VA_ARGS__} / sizeof(maille_op))

static maille_op create(const char *id, const char *kind, const char *status, const char *since) {
    return (maille_op){.kind = MAILLE_OP_CREATE,
                       .perimeter = id,
                       .text = id,
                       .perimeter_kind = kind,
                       .status = status,
                       .since = since};
}
static maille_op add(const char *id, const char *code, double share) {
    return (maille_op){.kind = MAILLE_OP_ADD, .perimeter = id, .code = code, .share = share};
}
static maille_op becomes(const char *id, const char *status, const char *since) {
    return (maille_op){.kind = MAILLE_OP_STATUS, .perimeter = id, .status = status, .since = since};
}

static maille_store *with_a_past(void) {
    maille_store *store = new_study(ctx);
    EDIT(store, "2020-01-10T08:00:00Z", create("a", "cpts", "idee", NULL), add("a", "01001", 1),
         add("a", "01002", 1));
    EDIT(store, "2020-02-01T08:00:00Z", create("b", "cpts", "projet", "2019-06-01"),
         add("b", "01002", 1), add("b", "01004", 0.5), add("b", "01017", 1));
    EDIT(store, "2020-03-01T08:00:00Z", create("c", "cpts", "contractualisee", "2020-03-01"),
         add("c", "75101", 1));
    EDIT(store, "2020-03-02T08:00:00Z", create("d", "pta", "en-fonctionnement", "2020-03-01"),
         add("d", "01008", 1));
    EDIT(store, "2020-04-01T08:00:00Z", create("e", "cpts", "projet", "2021-07-01"),
         add("e", "01004", 0.75));
    EDIT(store, "2021-06-01T08:00:00Z", add("a", "01003", 1));
    /* Told later than it was so. */
    EDIT(store, "2022-01-05T08:00:00Z", becomes("a", "contractualisee", "2021-03-01"));
    EDIT(store, "2022-01-05T08:00:00Z", becomes("b", "en-fonctionnement", "2022-01-01"));
    EDIT(store, "2022-06-15T08:00:00Z", (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "c"});
    EDIT(store, "2022-12-01T08:00:00Z", add("b", "01010", 1));
    EDIT(store, "2023-02-01T08:00:00Z", becomes("a", "abandonnee", "2023-01-01"));
    return store;
}

/* Who held what on a day, written down by hand from the above. */
typedef struct {
    const char *day, *perimeter, *status, *code;
    double share;
} held;
static const held all_held[] = {
    {"2019-01-01", "a", "idee", "01001", 1},
    {"2019-01-01", "a", "idee", "01002", 1},
    /* b begins its project in June. */
    {"2019-06-01", "a", "idee", "01001", 1},
    {"2019-06-01", "a", "idee", "01002", 1},
    {"2019-06-01", "b", "projet", "01002", 1},
    {"2019-06-01", "b", "projet", "01004", 0.5},
    {"2019-06-01", "b", "projet", "01017", 1},
    /* c stood while it was there; it was contracted on the first of March. */
    {"2020-06-01", "a", "idee", "01001", 1},
    {"2020-06-01", "a", "idee", "01002", 1},
    {"2020-06-01", "b", "projet", "01002", 1},
    {"2020-06-01", "b", "projet", "01004", 0.5},
    {"2020-06-01", "b", "projet", "01017", 1},
    {"2020-06-01", "c", "contractualisee", "75101", 1},
    /* a contracted (as is known today), not yet with 01003. */
    {"2021-04-01", "a", "contractualisee", "01001", 1},
    {"2021-04-01", "a", "contractualisee", "01002", 1},
    {"2021-04-01", "b", "projet", "01002", 1},
    {"2021-04-01", "b", "projet", "01004", 0.5},
    {"2021-04-01", "b", "projet", "01017", 1},
    {"2021-04-01", "c", "contractualisee", "75101", 1},
    /* e from July 2021 on: with b it holds more than the whole of 01004. */
    {"2021-07-01", "a", "contractualisee", "01001", 1},
    {"2021-07-01", "a", "contractualisee", "01002", 1},
    {"2021-07-01", "a", "contractualisee", "01003", 1},
    {"2021-07-01", "b", "projet", "01002", 1},
    {"2021-07-01", "b", "projet", "01004", 0.5},
    {"2021-07-01", "b", "projet", "01017", 1},
    {"2021-07-01", "c", "contractualisee", "75101", 1},
    {"2021-07-01", "e", "projet", "01004", 0.75},
    {"2022-06-20", "a", "contractualisee", "01001", 1},
    {"2022-06-20", "a", "contractualisee", "01002", 1},
    {"2022-06-20", "a", "contractualisee", "01003", 1},
    {"2022-06-20", "b", "en-fonctionnement", "01002", 1},
    {"2022-06-20", "b", "en-fonctionnement", "01004", 0.5},
    {"2022-06-20", "b", "en-fonctionnement", "01017", 1},
    {"2022-06-20", "e", "projet", "01004", 0.75},
    /* a given up. */
    {"2023-01-01", "b", "en-fonctionnement", "01002", 1},
    {"2023-01-01", "b", "en-fonctionnement", "01004", 0.5},
    {"2023-01-01", "b", "en-fonctionnement", "01010", 1},
    {"2023-01-01", "b", "en-fonctionnement", "01017", 1},
    {"2023-01-01", "e", "projet", "01004", 0.75},
};
enum { HELD = sizeof all_held / sizeof *all_held };
static const char *const days[] = {"2019-01-01", "2019-06-01", "2020-06-01", "2021-04-01",
                                   "2021-07-01", "2022-06-20", "2023-01-01"};

/* The public sees what is published today, with the members of today, since it was published: b,
 * since 2022. */
static const char *told_as(const char *day, bool public_only) {
    return !public_only ? day : strcmp(day, "2022-01-01") >= 0 ? "2023-01-01" : "never";
}

static bool is_public(const char *status) {
    return strcmp(status, "contractualisee") == 0 || strcmp(status, "en-fonctionnement") == 0;
}

/* The units that count: 01001 to 01017, and of Paris its smallest part alone. */
static bool in_area(uint32_t unit, const char *scope, const char *area) {
    if (unit == 17 || unit == 18)
        return false;
    if (strcmp(scope, "etude") == 0)
        return true;
    bool paris = unit == 19;
    if (strcmp(scope, "departement") == 0)
        return strcmp(area, paris ? "75" : "01") == 0;
    return unit != 16 && strcmp(area, paris ? "11" : "84") == 0;
}

static double held_of(uint32_t unit, const char *day, const char *status, bool public_only) {
    double sum = 0;
    day = told_as(day, public_only);
    for (size_t i = 0; i < HELD; i++) {
        const held *h = &all_held[i];
        bool here = strcmp(h->code, commune_codes[unit]) == 0 ||
                    (unit == 19 && strcmp(h->code, "75101") == 0);
        if (here && strcmp(h->day, day) == 0 && (!*status || strcmp(h->status, status) == 0) &&
            (!public_only || is_public(h->status)))
            sum += h->share;
    }
    return sum > 1 ? 1 : sum;
}

static int64_t perimeters_of(const char *day, const char *status, const char *scope,
                             const char *area, bool public_only) {
    int64_t count = 0;
    day = told_as(day, public_only);
    for (const char *p = "abcde"; *p; p++) {
        bool met = false;
        for (size_t i = 0; i < HELD; i++)
            for (uint32_t u = 0; u < COMMUNES; u++)
                met = met || (all_held[i].perimeter[0] == *p && in_area(u, scope, area) &&
                              strcmp(all_held[i].day, day) == 0 &&
                              (!*status || strcmp(all_held[i].status, status) == 0) &&
                              (!public_only || is_public(all_held[i].status)) &&
                              (strcmp(all_held[i].code, commune_codes[u]) == 0 ||
                               (u == 19 && strcmp(all_held[i].code, "75101") == 0)));
        count += met;
    }
    return count;
}

static double real(const maille_table *table, size_t row, const char *column) {
    return table->columns[maille_table_column(table, column)].reals[row];
}

static void check_row(const maille_table *table, size_t row, const char *day, bool public_only) {
    const char *scope = cell(table, row, "scope"), *area = cell(table, row, "area");
    const char *status = cell(table, row, "status");
    int64_t communes = 0, all = 0;
    double population = 0, whole = 0;
    for (uint32_t u = 0; u < COMMUNES; u++) {
        if (!in_area(u, scope, area))
            continue;
        double share = held_of(u, day, status, public_only);
        all++;
        whole += commune_people[u];
        communes += share > 0;
        population += share * commune_people[u];
    }
    CHECK_INT(number(table, row, "communes"), communes);
    CHECK_NEAR(real(table, row, "population"), population, 1e-9);
    CHECK_NEAR(real(table, row, "share_communes"), (double)communes / (double)all, 1e-12);
    CHECK_NEAR(real(table, row, "share_population"), population / whole, 1e-12);
    CHECK_INT(number(table, row, "perimeters"),
              perimeters_of(day, status, scope, area, public_only));
}

/* Rows of the table that should be there: "" for each area, statuses where there are perimeters. */
static size_t rows_expected(const char *day, bool public_only) {
    static const char *const areas[][2] = {{"etude", ""},
                                           {"region", "11"},
                                           {"region", "84"},
                                           {"departement", "01"},
                                           {"departement", "75"}};
    static const char *const statuses[] = {"idee", "projet", "contractualisee", "en-fonctionnement",
                                           "abandonnee"};
    size_t rows = 5;
    for (size_t a = 0; a < 5; a++)
        for (size_t s = 0; s < 5; s++)
            rows += perimeters_of(day, statuses[s], areas[a][0], areas[a][1], public_only) > 0;
    return rows;
}

static maille_table *coverage(maille_store *store, const maille_ground *ground,
                              const char *scenario, maille_audience audience, const char *day) {
    maille_table *table = NULL;
    CHECK_OK(maille_coverage_on(ctx, store, ground, scenario, "cpts", audience, day, NULL, &table,
                                NULL));
    return table;
}

/* ---- the tests ---- */

TEST(each_day_is_told_as_it_was) {
    maille_store *store = with_a_past();
    maille_ground ground = ground_by_hand();
    for (size_t d = 0; d < sizeof days / sizeof *days; d++)
        for (int audience = MAILLE_INTERNE; audience <= MAILLE_PUBLIC; audience++) {
            bool public_only = audience == MAILLE_PUBLIC;
            maille_table *table = coverage(store, &ground, "", (maille_audience)audience, days[d]);
            CHECK_INT(table->rows, rows_expected(days[d], public_only));
            for (size_t row = 0; row < table->rows; row++)
                check_row(table, row, days[d], public_only);
            maille_table_free(table);
        }
    maille_store_close(store);
}

TEST(rows_stand_in_order_with_titles) {
    maille_store *store = with_a_past();
    maille_ground ground = ground_by_hand();
    maille_table *table = coverage(store, &ground, "", MAILLE_INTERNE, "2022-06-20");
    static const char *const want[][4] = {
        {"etude", "", NULL, ""},
        {"etude", "", NULL, "projet"},
        {"etude", "", NULL, "contractualisee"},
        {"etude", "", NULL, "en-fonctionnement"},
        {"region", "11", "Île-de-France", ""},
        {"region", "84", NULL, ""},
        {"region", "84", NULL, "projet"},
        {"region", "84", NULL, "contractualisee"},
        {"region", "84", NULL, "en-fonctionnement"},
        {"departement", "01", NULL, ""},
        {"departement", "01", NULL, "projet"},
        {"departement", "01", NULL, "contractualisee"},
        {"departement", "01", NULL, "en-fonctionnement"},
        {"departement", "75", NULL, ""},
    };
    static const char *const columns[] = {"scope", "area", "title", "status"};
    CHECK_INT(table->rows, 14);
    for (size_t row = 0; row < table->rows && row < 14; row++)
        for (size_t c = 0; c < 4; c++)
            CHECK(same_text(cell(table, row, columns[c]), want[row][c]));
    maille_table_free(table);
    maille_store_close(store);
}

TEST(without_a_day_it_is_today) {
    maille_store *store = with_a_past();
    maille_ground ground = ground_by_hand();
    maille_table *today = coverage(store, &ground, "", MAILLE_INTERNE, NULL);
    for (size_t row = 0; row < today->rows; row++)
        check_row(today, row, "2023-01-01", false); /* nothing changed since */
    maille_table_free(today);
    maille_table *none = NULL;
    CHECK_INT(maille_coverage_on(ctx, store, &ground, "", "cpts", MAILLE_INTERNE, "2023", NULL,
                                 &none, NULL),
              MAILLE_USAGE);
    CHECK_INT(maille_coverage_on(ctx, store, &ground, "", "cpts", MAILLE_INTERNE, "2023-02-30",
                                 NULL, &none, NULL),
              MAILLE_USAGE);
    CHECK_INT(maille_coverage_on(ctx, store, &ground, "nord", "cpts", MAILLE_INTERNE, NULL, NULL,
                                 &none, NULL),
              MAILLE_NOT_FOUND);
    maille_store_close(store);
}

TEST(a_scenario_covers_otherwise) {
    maille_store *store = with_a_past();
    maille_ground ground = ground_by_hand();
    CHECK_OK(maille_scenario_create(ctx, store, "nord", "Nord", ""));
    const maille_edit how = {.scenario = "nord"};
    const maille_op op = add("b", "01009", 1);
    CHECK_OK(maille_edit_apply(ctx, store, &how, &op, 1, NULL));
    maille_table *nord = coverage(store, &ground, "nord", MAILLE_INTERNE, NULL);
    maille_table *reference = coverage(store, &ground, "", MAILLE_INTERNE, NULL);
    CHECK_INT(number(nord, 0, "communes"), number(reference, 0, "communes") + 1);
    CHECK_NEAR(real(nord, 0, "population"), real(reference, 0, "population") + 90, 1e-9);
    maille_table_free(nord);
    maille_table_free(reference);
    /* Before it was made it has the past of the reference. */
    nord = coverage(store, &ground, "nord", MAILLE_INTERNE, "2021-07-01");
    for (size_t row = 0; row < nord->rows; row++)
        check_row(nord, row, "2021-07-01", false);
    maille_table_free(nord);
    maille_store_close(store);
}

/* ---- the sample region ---- */

static maille_store *open_region(void) {
    const char *const steps[] = {"borders", "links", "members", "codes", "groupings"};
    char path[512];
    maille_study *study = NULL;
    maille_import_result *results = maille_alloc(64, sizeof *results);
    maille_step_result *done = NULL;
    size_t dropped, count;
    maille_store *store = NULL;
    snprintf(path, sizeof path, "%s/study.yaml", getenv("MAILLE_SAMPLE"));
    CHECK_OK(maille_study_read(ctx, path, &study));
    CHECK_OK(maille_store_create(ctx, test_scratch("region.maille"), 0, "test", &store));
    CHECK_OK(maille_study_apply(ctx, store, study, false, results, &dropped));
    const maille_run_options options = {.only = steps, .only_count = 5};
    CHECK_OK(maille_steps_run(ctx, store, &options, &done, &count));
    maille_free(done);
    maille_free(results);
    maille_study_free(study);
    return store;
}

/* Whether a commune is in a perimeter of these statuses as the tables have it today. */
static bool is_covered(const maille_table *perimeters, const maille_table *members,
                       const char *code, const char *status) {
    for (size_t m = 0; m < members->rows; m++)
        for (size_t p = 0; p < perimeters->rows; p++) {
            const char *its = cell(perimeters, p, "status");
            if (strcmp(cell(members, m, "code"), code) == 0 &&
                strcmp(cell(members, m, "perimeter_id"), cell(perimeters, p, "id")) == 0 &&
                strcmp(cell(perimeters, p, "kind"), "cpts") == 0 &&
                strcmp(its, "abandonnee") != 0 && strcmp(its, "oppose") != 0 &&
                (!*status || strcmp(its, status) == 0))
                return true;
        }
    return false;
}

TEST(the_region_recounted_from_its_tables) {
    maille_store *store = open_region();
    maille_loaded *loaded = NULL;
    CHECK_OK(maille_loaded_new(ctx, store, 0, &loaded));
    /* Nothing is recorded yet: what was imported counts all the same. */
    maille_table *table = coverage(store, maille_loaded_ground(loaded), "", MAILLE_INTERNE, NULL);
    maille_table *perimeters = all_rows(ctx, store, "perimeter");
    maille_table *members = all_rows(ctx, store, "perimeter_member");
    maille_table *communes = all_rows(ctx, store, "commune");
    int64_t in_departments = 0, in_study = 0;
    for (size_t row = 0; row < table->rows; row++) {
        const char *scope = cell(table, row, "scope"), *area = cell(table, row, "area");
        int64_t count = 0;
        for (size_t c = 0; c < communes->rows; c++)
            if (strcmp(scope, "departement") != 0 ||
                strcmp(cell(communes, c, "department"), area) == 0)
                count += is_covered(perimeters, members, cell(communes, c, "code"),
                                    cell(table, row, "status"));
        if (strcmp(scope, "region") == 0)
            continue;
        CHECK_INT(number(table, row, "communes"), count);
        if (*cell(table, row, "status"))
            continue;
        in_departments += strcmp(scope, "departement") == 0 ? count : 0;
        in_study += strcmp(scope, "etude") == 0 ? count : 0;
    }
    CHECK_INT(in_departments, in_study); /* each commune once */
    CHECK(in_study > 40 && in_study < (int64_t)communes->rows);
    /* Recorded or not, the same figures. */
    adopt(ctx, store);
    maille_table *again = coverage(store, maille_loaded_ground(loaded), "", MAILLE_INTERNE, NULL);
    CHECK_INT(again->rows, table->rows);
    for (size_t row = 0; row < again->rows && row < table->rows; row++)
        CHECK_NEAR(real(again, row, "population"), real(table, row, "population"), 0);
    maille_table_free(again);
    maille_table_free(table);
    maille_table_free(perimeters);
    maille_table_free(members);
    maille_table_free(communes);
    maille_loaded_free(loaded);
    maille_store_close(store);
}

static void open_context(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

static void close_context(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(open_context), CASE(each_day_is_told_as_it_was),
          CASE(rows_stand_in_order_with_titles), CASE(without_a_day_it_is_today),
          CASE(a_scenario_covers_otherwise), CASE(the_region_recounted_from_its_tables),
          CASE(close_context))
