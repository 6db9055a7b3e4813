/* Filters: the rows that the database gives are those for which the same tree, evaluated here in
 * three-valued logic, is true. */
#include "oracle.h"
#include "workspaces.h"

#include <maille/memory.h>

enum { ROWS = 400, TREES = 1500, DEEP = 4 };

static uint64_t state = 0x9E3779B97F4A7C15;

static size_t pick(size_t count) {
    return (size_t)(next_random(&state) % count);
}

/* ---- random rows and trees ---- */

static const char *const words[] = {"medecin", "Medecin", "maternite", "é",   "É",
                                    "a_b",     "a%b",     "",          "100%"};
static const char *const patterns[] = {"med%",  "MED%", "%e", "_",    "__", "a\\_b",
                                       "a\\%b", "%",    "",   "%\\%", "É",  "m%t%"};

static maille_table *random_rows(maille_ctx *ctx) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT},     {"service", MAILLE_TEXT},  {"minutes", MAILLE_REAL},
        {"place_id", MAILLE_TEXT}, {"band_min", MAILLE_REAL}, {"estimated", MAILLE_INT}};
    maille_table *table;
    char code[16];
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t row = 0; row < ROWS; row++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        snprintf(code, sizeof code, "%05zu", row);
        CHECK_OK(maille_set_text(ctx, table, row, 0, code));
        CHECK_OK(maille_set_text(ctx, table, row, 1, words[pick(9)]));
        if (pick(3))
            maille_set_real(table, row, 2, (double)pick(8) / 2);
        if (pick(3))
            CHECK_OK(maille_set_text(ctx, table, row, 3, words[pick(9)]));
        if (pick(3))
            maille_set_real(table, row, 4, (double)pick(5) * 10);
        maille_set_int(table, row, 5, (int64_t)pick(3) - 1);
    }
    return table;
}

/* The places that AMONG looks into: a service of nowhere, nulls among names and codes. */
static maille_table *random_places(maille_ctx *ctx) {
    static const maille_column_spec columns[] = {{"id", MAILLE_TEXT},     {"service", MAILLE_TEXT},
                                                 {"name", MAILLE_TEXT},   {"code", MAILLE_TEXT},
                                                 {"amount", MAILLE_REAL}, {"status", MAILLE_TEXT},
                                                 {"located", MAILLE_TEXT}};
    maille_table *table;
    char id[16];
    CHECK_OK(maille_table_new(ctx, columns, 7, &table));
    for (size_t row = 0; row < 12; row++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        snprintf(id, sizeof id, "%zu", row);
        CHECK_OK(maille_set_text(ctx, table, row, 0, id));
        CHECK_OK(maille_set_text(ctx, table, row, 1, words[pick(9)]));
        CHECK_OK(maille_set_text(ctx, table, row, 2, words[pick(9)]));
        if (pick(2))
            CHECK_OK(maille_set_text(ctx, table, row, 3, words[pick(9)]));
        maille_set_real(table, row, 4, (double)pick(7));
        CHECK_OK(maille_set_text(ctx, table, row, 5, "ouvert"));
        CHECK_OK(maille_set_text(ctx, table, row, 6, "point"));
    }
    return table;
}

static const double factors[] = {1, 0.5, 1.0 / 3, 0.15, 1.005};

/* Trees live in an arena that is freed after each. */
static maille_filter *random_comparison(maille_arena *arena) {
    static const char *const texts[] = {"code", "service", "place_id"}, *const numbers[] = {
                                                                            "minutes", "band_min",
                                                                            "estimated"};
    maille_filter *filter = maille_arena_alloc(arena, sizeof *filter);
    maille_value *values = maille_arena_alloc(arena, 4 * sizeof *values);
    bool text = pick(2);
    *filter = (maille_filter){.op = (maille_filter_op)(MAILLE_F_EQ + pick(9)), .values = values};
    if (filter->op == MAILLE_F_LIKE)
        text = true;
    filter->column = text ? texts[pick(3)] : numbers[pick(3)];
    filter->count = filter->op == MAILLE_F_IN ? pick(5) : 1;
    for (int i = 0; i < 4; i++)
        if (filter->op == MAILLE_F_LIKE)
            values[i] = maille_text_value(patterns[pick(12)]);
        else if (text)
            values[i] = maille_text_value(words[pick(9)]);
        else if (pick(2))
            values[i] = maille_int_value((int64_t)pick(6) - 1);
        else
            values[i] = (maille_value){.type = MAILLE_REAL, .real = (double)pick(9) / 2};
    if (!text && pick(3) == 0) {
        filter->factor = factors[pick(5)];
        filter->decimals = (int)pick(3);
    }
    return filter;
}

/* Texts of the rows among those of table `place` that a comparison of its own names. */
static maille_filter *random_among(maille_arena *arena) {
    static const char *const texts[] = {"service", "place_id"};
    static const char *const theirs[] = {"service", "name", "code"};
    maille_filter *filter = maille_arena_alloc(arena, sizeof *filter);
    const maille_filter **child = maille_arena_alloc(arena, sizeof *child);
    maille_filter *inner = maille_arena_alloc(arena, sizeof *inner);
    maille_value *value = maille_arena_alloc(arena, sizeof *value);
    *value = (maille_value){.type = MAILLE_REAL, .real = (double)pick(7)};
    *inner = (maille_filter){.op = (maille_filter_op)(MAILLE_F_LT + pick(4)),
                             .column = "amount",
                             .values = value,
                             .count = 1};
    *child = inner;
    *filter = (maille_filter){.op = MAILLE_F_AMONG,
                              .column = texts[pick(2)],
                              .among = {"place", theirs[pick(3)]},
                              .children = child,
                              .count = pick(4) > 0};
    return filter;
}

static maille_filter *random_tree(maille_arena *arena, int depth) {
    if (depth == 0 || pick(3) == 0)
        return pick(6) ? random_comparison(arena) : random_among(arena);
    maille_filter *filter = maille_arena_alloc(arena, sizeof *filter);
    const maille_filter **children = maille_arena_alloc(arena, 4 * sizeof *children);
    *filter = (maille_filter){.op = (maille_filter_op)pick(3), .children = children};
    filter->count = filter->op == MAILLE_F_NOT ? 1 : pick(5);
    for (size_t i = 0; i < filter->count; i++)
        children[i] = random_tree(arena, depth - 1);
    return filter;
}

TEST(random_trees_give_the_rows_they_describe) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows = random_rows(ctx), *places = random_places(ctx), *out;
    size_t given = 0;
    CHECK_OK(maille_store_append(ctx, store, "coverage", rows));
    CHECK_OK(maille_store_append(ctx, store, "place", places));
    for (int tree = 0; tree < TREES; tree++) {
        maille_arena *arena = maille_arena_new();
        maille_filter *filter = random_tree(arena, DEEP);
        maille_query query = {.table = "coverage", .filter = filter};
        int64_t count = -1;
        CHECK_OK(maille_store_read(ctx, store, &query, &out));
        CHECK_OK(maille_store_count(ctx, store, "coverage", filter, &count));
        CHECK_INT(count, out->rows);
        size_t next = 0; /* both are in the order of `code` */
        for (size_t row = 0; row < ROWS; row++)
            if (holds(&(joined_row){{rows}, {(long)row}, {"place"}, {places}}, filter) == YES) {
                CHECK_TEXT(next < out->rows ? out->columns[0].texts[next] : "no row",
                           rows->columns[0].texts[row]);
                next++;
            }
        CHECK_INT(out->rows, next);
        given += next;
        maille_table_free(out);
        maille_arena_free(arena);
    }
    CHECK(given > TREES * ROWS / 20 && given < TREES * ROWS * 19 / 20); /* the test tests */
    maille_table_free(rows);
    maille_table_free(places);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* Halves go away from zero by the decimal that is read, not by the double behind it. */
TEST(numbers_are_compared_as_they_are_published) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows = centres(ctx, "a", 1, 1);
    static const struct {
        double stored, factor;
        int decimals;
        double published;
    } cases[] = {{2.675, 1, 2, 2.68},
                 {-2.675, 1, 2, -2.68},
                 {1.005, 1, 2, 1.01},
                 {0.285, 100, 0, 28}, /* 28.499999999999996 */
                 {0.05, 1, 1, 0.1},
                 {-0.04, 1, 1, 0},
                 {12345678.25, 1e-6, 3, 12.346},
                 {1e300, 1, 3, 1e300},
                 {1e17, 1, 9, 1e17},
                 {4503599627370495.5, 1, 0, 4503599627370496.0},
                 {0.1234567894999, 1, 9, 0.123456789}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maille_value value = {.type = MAILLE_REAL, .real = cases[i].published};
        maille_filter filter = maille_equals("lon", &value);
        int64_t count = -1;
        filter.factor = cases[i].factor;
        filter.decimals = cases[i].decimals;
        maille_set_real(rows, 0, 1, cases[i].stored);
        CHECK_OK(maille_store_replace(ctx, store, "centre", NULL, rows));
        CHECK_OK(maille_store_count(ctx, store, "centre", &filter, &count));
        CHECK_INT(count, 1);
        filter.op = MAILLE_F_GT;
        CHECK_OK(maille_store_count(ctx, store, "centre", &filter, &count));
        CHECK_INT(count, 0);
    }
    maille_table_free(rows);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(long_lists_and_wide_trees_are_fine) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *rows = random_rows(ctx);
    int64_t count = 0;
    enum { MANY = 5000 };
    static char codes[MANY][8];
    static maille_value values[MANY];
    static maille_filter leaves[MANY];
    static const maille_filter *children[MANY];
    CHECK_OK(maille_store_append(ctx, store, "coverage", rows));
    for (int i = 0; i < MANY; i++) {
        snprintf(codes[i], sizeof codes[i], "%05d", i + 100);
        values[i] = maille_text_value(codes[i]);
        leaves[i] = maille_equals("code", &values[i]);
        children[i] = &leaves[i];
    }
    maille_filter in = {.op = MAILLE_F_IN, .column = "code", .values = values, .count = MANY};
    CHECK_OK(maille_store_count(ctx, store, "coverage", &in, &count));
    CHECK_INT(count, ROWS - 100);
    maille_filter any = {.op = MAILLE_F_OR, .children = children, .count = MANY};
    CHECK_OK(maille_store_count(ctx, store, "coverage", &any, &count));
    CHECK_INT(count, ROWS - 100);
    maille_filter deep[27]; /* as deep as a filter may be, wide at every level, and true */
    static const maille_filter *wide[27][32];
    for (int level = 0; level < 27; level++) {
        for (int i = 0; i < 32; i++)
            wide[level][i] = &leaves[i + 300];
        wide[level][31] = level ? &deep[level - 1] : &any;
        deep[level] = (maille_filter){.op = MAILLE_F_OR, .children = wide[level], .count = 32};
    }
    CHECK_OK(maille_store_count(ctx, store, "coverage", &deep[24], &count));
    CHECK_INT(count, ROWS - 100);
    CHECK_INT(maille_store_count(ctx, store, "coverage", &deep[26], &count), MAILLE_USAGE);
    maille_table_free(rows);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(trees_that_do_not_hold_are_told) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    int64_t count;
    maille_value text = maille_text_value("x"), number = maille_int_value(1);
    maille_filter of_text = maille_equals("minutes", &text);
    CHECK_FAILS(maille_store_count(ctx, store, "coverage", &of_text, &count), MAILLE_USAGE,
                "column minutes was compared with a value of another type");
    maille_filter of_number = maille_equals("code", &number);
    CHECK_FAILS(maille_store_count(ctx, store, "coverage", &of_number, &count), MAILLE_USAGE,
                "column code was compared with a value of another type");
    maille_filter pattern = {.op = MAILLE_F_LIKE, .column = "minutes", .values = &text, .count = 1};
    CHECK_FAILS(maille_store_count(ctx, store, "coverage", &pattern, &count), MAILLE_USAGE,
                "column minutes is no text");
    maille_filter geometry = maille_equals("geom", &text);
    CHECK_FAILS(maille_store_count(ctx, store, "commune", &geometry, &count), MAILLE_USAGE, "geom");
    maille_filter chain[30];
    const maille_filter *links[30];
    chain[0] = (maille_filter){.op = MAILLE_F_NULL, .column = "minutes"};
    for (int i = 1; i < 30; i++) {
        links[i] = &chain[i - 1];
        chain[i] = (maille_filter){.op = MAILLE_F_NOT, .children = &links[i], .count = 1};
    }
    CHECK_OK(maille_store_count(ctx, store, "coverage", &chain[28], &count));
    chain[0] = (maille_filter){.op = MAILLE_F_AMONG, .column = "code", .among = {"place", "code"}};
    CHECK_OK(maille_store_count(ctx, store, "coverage", &chain[21], &count));
    CHECK_FAILS(maille_store_count(ctx, store, "coverage", &chain[22], &count), MAILLE_USAGE,
                "nested deeper than 28");
    chain[0] = (maille_filter){.op = MAILLE_F_MEETS, .column = "geom"};
    CHECK_OK(maille_store_count(ctx, store, "commune", &chain[21], &count));
    CHECK_FAILS(maille_store_count(ctx, store, "commune", &chain[22], &count), MAILLE_USAGE,
                "nested deeper than 28");
    maille_filter by_name = {.op = MAILLE_F_MEETS, .column = "name"};
    CHECK_FAILS(maille_store_count(ctx, store, "commune", &by_name, &count), MAILLE_USAGE,
                "column name of commune was no place on the map");
    maille_filter elsewhere = {.op = MAILLE_F_NULL, .column = "code", .of = 1};
    CHECK_FAILS(maille_store_count(ctx, store, "commune", &elsewhere, &count), MAILLE_USAGE,
                "table 1 of 1");
    maille_filter unlike = {.op = MAILLE_F_AMONG, .column = "code", .among = {"place", "amount"}};
    CHECK_FAILS(maille_store_count(ctx, store, "commune", &unlike, &count), MAILLE_USAGE,
                "column code was looked for among amount of place");
    maille_filter injected = {
        .op = MAILLE_F_AMONG, .column = "code", .among = {"place) OR (1", "code"}};
    CHECK_INT(maille_store_count(ctx, store, "commune", &injected, &count), MAILLE_NOT_FOUND);
    maille_filter rounded = maille_equals("code", &text);
    rounded.factor = 2;
    CHECK_FAILS(maille_store_count(ctx, store, "commune", &rounded, &count), MAILLE_USAGE,
                "column code could not be rounded");
    CHECK_FAILS(maille_store_count(ctx, store, "coverage", &chain[29], &count), MAILLE_USAGE,
                "nested deeper than 28");
    const maille_filter *pairs[30][2]; /* as deep, and as many tokens a level as may be */
    maille_filter not_there = {.op = MAILLE_F_MEETS, .column = "geom"};
    const maille_filter *of_not = &not_there;
    chain[0] = (maille_filter){.op = MAILLE_F_NOT, .children = &of_not, .count = 1};
    maille_filter beside = {.op = MAILLE_F_NULL, .column = "name"};
    for (int i = 1; i < 30; i++) {
        pairs[i][0] = &beside;
        pairs[i][1] = &chain[i - 1];
        chain[i] = (maille_filter){
            .op = i % 2 ? MAILLE_F_AND : MAILLE_F_OR, .children = pairs[i], .count = 2};
    }
    CHECK_OK(maille_store_count(ctx, store, "commune", &chain[20], &count));
    chain[0] = (maille_filter){.op = MAILLE_F_AMONG, .column = "code", .among = {"place", "code"}};
    CHECK_OK(maille_store_count(ctx, store, "commune", &chain[21], &count));
    maille_value one = maille_int_value(1);
    chain[0] = maille_equals("population", &one);
    chain[0].factor = 0.5;
    CHECK_OK(maille_store_count(ctx, store, "commune", &chain[28], &count));
    CHECK_INT(maille_store_count(ctx, store, "commune", &chain[29], &count), MAILLE_USAGE);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(random_trees_give_the_rows_they_describe),
          CASE(numbers_are_compared_as_they_are_published),
          CASE(long_lists_and_wide_trees_are_fine), CASE(trees_that_do_not_hold_are_told))
