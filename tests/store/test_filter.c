/* Filters: the rows that the database gives are those for which the same tree, evaluated here in
 * three-valued logic, is true. */
#include "workspaces.h"

#include <maille/memory.h>

enum { ROWS = 400, TREES = 1500, DEEP = 4 };
typedef enum { NO, YES, UNKNOWN } truth;

static uint64_t state = 0x9E3779B97F4A7C15;

static size_t pick(size_t count) {
    return (size_t)(next_random(&state) % count);
}

/* ---- the oracle ---- */

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Bytes of the character that starts here. */
static size_t character(const char *text) {
    size_t length = 1;
    while (((unsigned char)text[length] & 0xC0) == 0x80)
        length++;
    return length;
}

static bool like(const char *text, const char *pattern) {
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '%') {
        for (;; text++) {
            if (like(text, pattern + 1))
                return true;
            if (*text == '\0')
                return false;
        }
    }
    if (*text == '\0')
        return false;
    if (*pattern == '_')
        return like(text + character(text), pattern + 1);
    if (*pattern == '\\')
        pattern++;
    return lower(*text) == lower(*pattern) && like(text + 1, pattern + 1);
}

static int order_of(double a, double b) {
    return a < b ? -1 : a > b;
}

static int compare(const maille_column *column, size_t row, const maille_value *value) {
    if (column->type == MAILLE_TEXT)
        return strcmp(column->texts[row], value->text);
    double left = column->type == MAILLE_INT ? (double)column->ints[row] : column->reals[row];
    return order_of(left, value->type == MAILLE_INT ? (double)value->integer : value->real);
}

static truth compared(const maille_column *column, size_t row, const maille_filter *filter) {
    if (filter->op == MAILLE_F_NULL)
        return column->null[row] ? YES : NO;
    if (filter->op == MAILLE_F_IN) {
        if (filter->count == 0)
            return NO;
        if (column->null[row])
            return UNKNOWN;
        for (size_t i = 0; i < filter->count; i++)
            if (compare(column, row, &filter->values[i]) == 0)
                return YES;
        return NO;
    }
    if (column->null[row])
        return UNKNOWN;
    if (filter->op == MAILLE_F_LIKE)
        return like(column->texts[row], filter->values->text) ? YES : NO;
    int order = compare(column, row, filter->values);
    switch (filter->op) {
    case MAILLE_F_EQ:
        return order == 0 ? YES : NO;
    case MAILLE_F_NE:
        return order != 0 ? YES : NO;
    case MAILLE_F_LT:
        return order < 0 ? YES : NO;
    case MAILLE_F_LE:
        return order <= 0 ? YES : NO;
    case MAILLE_F_GT:
        return order > 0 ? YES : NO;
    default:
        return order >= 0 ? YES : NO;
    }
}

static truth holds(const maille_table *rows, size_t row, const maille_filter *filter) {
    if (filter->op == MAILLE_F_NOT) {
        truth child = holds(rows, row, filter->children[0]);
        return child == UNKNOWN ? UNKNOWN : child == YES ? NO : YES;
    }
    if (filter->op != MAILLE_F_AND && filter->op != MAILLE_F_OR)
        return compared(&rows->columns[maille_table_column(rows, filter->column)], row, filter);
    truth settles = filter->op == MAILLE_F_AND ? NO : YES;
    truth answer = settles == NO ? YES : NO;
    for (size_t i = 0; i < filter->count; i++) {
        truth child = holds(rows, row, filter->children[i]);
        if (child == settles)
            return settles;
        if (child == UNKNOWN)
            answer = UNKNOWN;
    }
    return answer;
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
    return filter;
}

static maille_filter *random_tree(maille_arena *arena, int depth) {
    if (depth == 0 || pick(3) == 0)
        return random_comparison(arena);
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
    maille_table *rows = random_rows(ctx), *out;
    size_t given = 0;
    CHECK_OK(maille_store_append(ctx, store, "coverage", rows));
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
            if (holds(rows, row, filter) == YES) {
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
    CHECK_FAILS(maille_store_count(ctx, store, "coverage", &chain[29], &count), MAILLE_USAGE,
                "nested deeper than 28");
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(random_trees_give_the_rows_they_describe), CASE(long_lists_and_wide_trees_are_fine),
          CASE(trees_that_do_not_hold_are_told))
