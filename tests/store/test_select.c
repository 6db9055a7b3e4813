/* Selections over several tables: the same rows, in the same order, as tables joined, filtered,
 * sorted and cut here by hand; and an index serves where there is one. */
#include "oracle.h"
#include "store/internal.h"
#include "workspaces.h"

#include <maille/memory.h>

enum { COMMUNES = 120, QUERIES = 800, JOINS = 3, TABLES = JOINS + 1 };

static uint64_t state = 0xA0761D6478BD642F;

static size_t pick(size_t count) {
    return (size_t)(next_random(&state) % count);
}

/* ---- rows ---- */

static maille_table *random_communes(maille_ctx *ctx) {
    static const maille_column_spec columns[] = {{"code", MAILLE_TEXT},
                                                 {"name", MAILLE_TEXT},
                                                 {"population", MAILLE_REAL},
                                                 {"department", MAILLE_TEXT},
                                                 {"import_id", MAILLE_INT}};
    static const char *const names[] = {"Brec'h", "Étel", "Auray", "auray", "Le Bono", ""};
    maille_table *table;
    char code[8];
    CHECK_OK(maille_table_new(ctx, columns, 5, &table));
    for (size_t row = 0; row < COMMUNES; row++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        snprintf(code, sizeof code, "56%03zu", row);
        CHECK_OK(maille_set_text(ctx, table, row, 0, code));
        CHECK_OK(maille_set_text(ctx, table, row, 1, names[pick(6)]));
        if (pick(4))
            maille_set_real(table, row, 2, (double)pick(12) * 50);
        CHECK_OK(maille_set_text(ctx, table, row, 3, pick(2) ? "56" : "29"));
        maille_set_int(table, row, 4, (int64_t)pick(120));
    }
    return table;
}

/* Rows of some communes for two services, and of communes that are not there. */
static maille_table *random_coverage(maille_ctx *ctx) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT},     {"service", MAILLE_TEXT},  {"minutes", MAILLE_REAL},
        {"place_id", MAILLE_TEXT}, {"band_min", MAILLE_REAL}, {"estimated", MAILLE_INT}};
    maille_table *table;
    char code[8], place[8];
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t i = 0; i < 2 * COMMUNES + 40; i++) {
        size_t row;
        if (pick(3) == 0)
            continue;
        CHECK_OK(maille_table_add_row(ctx, table, &row));
        snprintf(code, sizeof code, "56%03zu", i / 2);
        snprintf(place, sizeof place, "p%zu", pick(9));
        CHECK_OK(maille_set_text(ctx, table, row, 0, code));
        CHECK_OK(maille_set_text(ctx, table, row, 1, i % 2 ? "maternite" : "pharmacie"));
        if (pick(3))
            maille_set_real(table, row, 2, (double)pick(2000) / 97);
        if (pick(3))
            CHECK_OK(maille_set_text(ctx, table, row, 3, place));
        maille_set_int(table, row, 5, (int64_t)pick(2));
    }
    return table;
}

static maille_table *random_access(maille_ctx *ctx) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT}, {"service", MAILLE_TEXT}, {"apl", MAILLE_REAL}};
    maille_table *table;
    char code[8];
    CHECK_OK(maille_table_new(ctx, columns, 3, &table));
    for (size_t i = 0; i < COMMUNES; i++) {
        size_t row;
        if (pick(4) == 0)
            continue;
        CHECK_OK(maille_table_add_row(ctx, table, &row));
        snprintf(code, sizeof code, "56%03zu", i);
        CHECK_OK(maille_set_text(ctx, table, row, 0, code));
        CHECK_OK(maille_set_text(ctx, table, row, 1, "mg"));
        if (pick(4))
            maille_set_real(table, row, 2, (double)pick(4000) / 999);
    }
    return table;
}

/* ---- queries ---- */

static maille_value pharmacie, maternite, mg;
static maille_filter of_pharmacie, of_maternite, of_mg;
static const maille_join joins[JOINS] = {{"coverage", "code", &of_pharmacie},
                                         {"coverage", "code", &of_maternite},
                                         {"access", "code", &of_mg}};

static const maille_column_of texts[] = {{0, "code"},     {0, "name"},    {0, "department"},
                                         {1, "place_id"}, {2, "service"}, {2, "place_id"}},
                              numbers[] = {{0, "population"}, {0, "import_id"}, {1, "minutes"},
                                           {2, "minutes"},    {2, "estimated"}, {3, "apl"}};

static maille_filter *random_comparison(maille_arena *arena) {
    static const char *const words[] = {"56010", "56100", "p3", "p7",
                                        "auray", "Étel",  "56", "maternite"};
    maille_filter *filter = maille_arena_alloc(arena, sizeof *filter);
    maille_value *value = maille_arena_alloc(arena, sizeof *value);
    bool text = pick(2);
    maille_column_of column = text ? texts[pick(6)] : numbers[pick(6)];
    *filter = (maille_filter){.op = (maille_filter_op)(MAILLE_F_EQ + pick(6)),
                              .of = column.of,
                              .column = column.column,
                              .values = value,
                              .count = 1};
    if (pick(7) == 0)
        filter->op = MAILLE_F_NULL;
    *value = text ? maille_text_value(words[pick(8)])
                  : (maille_value){.type = MAILLE_REAL, .real = (double)pick(240) / 10};
    if (!text && pick(2)) {
        filter->factor = pick(2) ? 1 : 0.1;
        filter->decimals = 1;
    }
    return filter;
}

static maille_filter *random_tree(maille_arena *arena, int depth) {
    if (depth == 0 || pick(3) == 0)
        return random_comparison(arena);
    maille_filter *filter = maille_arena_alloc(arena, sizeof *filter);
    const maille_filter **children = maille_arena_alloc(arena, 3 * sizeof *children);
    *filter = (maille_filter){.op = (maille_filter_op)pick(3), .children = children};
    filter->count = filter->op == MAILLE_F_NOT ? 1 : 1 + pick(3);
    for (size_t i = 0; i < filter->count; i++)
        children[i] = random_tree(arena, depth - 1);
    return filter;
}

/* ---- the oracle ---- */

static const maille_selection_query *sorting;
static const maille_table *const *sorted_tables;

static const maille_column *column_at(const joined_row *at, maille_column_of wanted, long *row) {
    const maille_table *table = sorted_tables[wanted.of];
    *row = at->rows[wanted.of];
    return &table->columns[maille_table_column(table, wanted.column)];
}

static int values_in_order(const maille_column *column, long a, long b, bool as_text) {
    if (column->type == MAILLE_TEXT)
        return strcmp(column->texts[a], column->texts[b]);
    double left = column->type == MAILLE_INT ? (double)column->ints[a] : column->reals[a];
    double right = column->type == MAILLE_INT ? (double)column->ints[b] : column->reals[b];
    if (!as_text)
        return order_of(left, right);
    maille_strbuf x = {0}, y = {0};
    maille_strbuf_add_double(&x, left);
    maille_strbuf_add_double(&y, right);
    int order = strcmp(x.text, y.text);
    maille_strbuf_free(&x);
    maille_strbuf_free(&y);
    return order;
}

static int in_order(const void *pa, const void *pb) {
    const joined_row *a = pa, *b = pb;
    for (size_t i = 0; i < sorting->order_count; i++) {
        const maille_order *order = &sorting->order[i];
        long left, right;
        const maille_column *column = column_at(a, order->column, &left);
        column_at(b, order->column, &right);
        bool left_null = left == NO_ROW || column->null[left];
        bool right_null = right == NO_ROW || column->null[right];
        if (left_null != right_null)
            return left_null ? 1 : -1;
        int sign = left_null ? 0 : values_in_order(column, left, right, order->as_text);
        if (sign)
            return order->descending ? -sign : sign;
    }
    return strcmp(sorted_tables[0]->columns[0].texts[a->rows[0]],
                  sorted_tables[0]->columns[0].texts[b->rows[0]]);
}

/* The row of a table with this code and service. */
static long row_of(const maille_table *table, const char *code, const char *service) {
    for (size_t i = 0; i < table->rows; i++)
        if (strcmp(table->columns[0].texts[i], code) == 0 &&
            strcmp(table->columns[1].texts[i], service) == 0)
            return (long)i;
    return NO_ROW;
}

/* All rows that the filter leaves, in order; without offset and limit. */
static size_t expected_rows(const maille_table *const *tables, const maille_selection_query *query,
                            joined_row *out) {
    static const char *const services[] = {"", "pharmacie", "maternite", "mg"};
    size_t count = 0;
    for (size_t i = 0; i < tables[0]->rows; i++) {
        joined_row at = {.rows = {(long)i}};
        for (size_t k = 0; k < TABLES; k++) {
            at.tables[k] = tables[k];
            if (k)
                at.rows[k] = row_of(tables[k], tables[0]->columns[0].texts[i], services[k]);
        }
        if (!query->filter || holds(&at, query->filter) == YES)
            out[count++] = at;
    }
    sorting = query;
    sorted_tables = tables;
    qsort(out, count, sizeof *out, in_order);
    return count;
}

static void check_cell(const maille_cursor *cursor, size_t i, const joined_row *at,
                       maille_column_of wanted) {
    long row;
    const maille_column *column = column_at(at, wanted, &row);
    bool null = row == NO_ROW || column->null[row];
    CHECK_INT(maille_cursor_null(cursor, i), null);
    if (null)
        CHECK(maille_cursor_text(cursor, i) == NULL);
    else if (column->type == MAILLE_TEXT)
        CHECK_TEXT(maille_cursor_text(cursor, i), column->texts[row]);
    else if (column->type == MAILLE_INT)
        CHECK_INT(maille_cursor_int(cursor, i), column->ints[row]);
    else
        CHECK_NEAR(maille_cursor_real(cursor, i), column->reals[row], 0);
}

TEST(random_selections_give_what_is_joined_by_hand) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *communes = random_communes(ctx), *coverage = random_coverage(ctx),
                 *access = random_access(ctx);
    const maille_table *const tables[TABLES] = {communes, coverage, coverage, access};
    static joined_row expected[COMMUNES];
    size_t given = 0, cut = 0;
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    CHECK_OK(maille_store_append(ctx, store, "coverage", coverage));
    CHECK_OK(maille_store_append(ctx, store, "access", access));
    for (int q = 0; q < QUERIES; q++) {
        maille_arena *arena = maille_arena_new();
        maille_column_of columns[8];
        maille_order order[3];
        maille_selection_query query = {.table = "commune",
                                        .key = "code",
                                        .joins = joins,
                                        .join_count = JOINS,
                                        .columns = columns,
                                        .column_count = 1 + pick(8),
                                        .order = order,
                                        .order_count = pick(4),
                                        .offset = pick(3) ? 0 : (int64_t)pick(COMMUNES + 20),
                                        .limit = pick(2) ? -1 : (int64_t)pick(30)};
        for (size_t i = 0; i < query.column_count; i++)
            columns[i] = pick(2) ? texts[pick(6)] : numbers[pick(6)];
        for (size_t i = 0; i < query.order_count; i++)
            order[i] = (maille_order){pick(2) ? texts[pick(6)] : numbers[pick(6)], pick(2) > 0,
                                      pick(3) == 0};
        query.filter = pick(4) ? random_tree(arena, 3) : NULL;
        size_t count = expected_rows(tables, &query, expected);
        size_t next = (size_t)query.offset, end = count;
        if (query.limit >= 0 && next + (size_t)query.limit < count)
            end = next + (size_t)query.limit;
        cut += end < count || next > 0;
        int64_t matched = -1;
        maille_cursor *cursor;
        bool row = true;
        CHECK_OK(maille_store_select_count(ctx, store, &query, &matched));
        CHECK_INT(matched, count);
        CHECK_OK(maille_store_select(ctx, store, &query, &cursor));
        for (; next < end; next++, given++) {
            CHECK_OK(maille_cursor_next(ctx, cursor, &row));
            CHECK(row);
            for (size_t i = 0; row && i < query.column_count; i++)
                check_cell(cursor, i, &expected[next], columns[i]);
        }
        CHECK_OK(maille_cursor_next(ctx, cursor, &row));
        CHECK(!row);
        maille_cursor_free(cursor);
        maille_arena_free(arena);
    }
    CHECK(given > QUERIES * 5 && cut > QUERIES / 4); /* the test tests */
    maille_table_free(communes);
    maille_table_free(coverage);
    maille_table_free(access);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* ---- plans ---- */

static char *last_sql;

static int keep_sql(unsigned event, void *user, void *statement, void *text) {
    (void)event;
    (void)user;
    (void)text;
    maille_free(last_sql);
    last_sql = maille_strdup(sqlite3_sql(statement));
    return 0;
}

/* How SQLite runs a selection, a line a step. */
static void plan_of(maille_ctx *ctx, maille_store *store, const maille_selection_query *query,
                    maille_strbuf *plan) {
    maille_cursor *cursor;
    bool row;
    sqlite3_stmt *explain = NULL;
    maille_strbuf sql = {0};
    sqlite3_trace_v2(store->db, SQLITE_TRACE_STMT, keep_sql, NULL);
    CHECK_OK(maille_store_select(ctx, store, query, &cursor));
    CHECK_OK(maille_cursor_next(ctx, cursor, &row));
    sqlite3_trace_v2(store->db, 0, NULL, NULL);
    maille_cursor_free(cursor);
    maille_strbuf_addf(&sql, "EXPLAIN QUERY PLAN %s", last_sql);
    CHECK_OK(maille_sql_prepare(ctx, store->db, sql.text, "test", &explain));
    maille_strbuf_clear(plan);
    while (sqlite3_step(explain) == SQLITE_ROW)
        maille_strbuf_addf(plan, "%s\n", (const char *)sqlite3_column_text(explain, 3));
    sqlite3_finalize(explain);
    maille_strbuf_free(&sql);
}

#define CHECK_PLAN(part, whether)                                                                  \
    do {                                                                                           \
        if ((strstr(plan.text, (part)) != NULL) != (whether))                                      \
            CHECK_TEXT(plan.text, (whether) ? "with " part : "without " part);                     \
    } while (0)

TEST(an_order_by_the_key_is_read_from_its_index) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_strbuf plan = {0};
    static const maille_column_of columns[] = {{0, "name"}, {1, "minutes"}, {3, "apl"}};
    maille_selection_query query = {.table = "commune",
                                    .key = "code",
                                    .joins = joins,
                                    .join_count = JOINS,
                                    .columns = columns,
                                    .column_count = 3,
                                    .limit = -1};
    for (int descending = 0; descending < 3; descending++) {
        const maille_order by_code = {{0, "code"}, descending == 1, true};
        query.order = &by_code;
        query.order_count = descending == 2 ? 0 : 1;
        plan_of(ctx, store, &query, &plan);
        CHECK_PLAN("SCAN t0 USING INDEX sqlite_autoindex_commune_1", true);
        CHECK_PLAN("TEMP B-TREE", false);
        CHECK_PLAN("SEARCH t1 USING PRIMARY KEY (code=? AND service=?)", true);
        CHECK_PLAN("SEARCH t3 USING PRIMARY KEY (code=? AND service=?)", true);
    }
    const maille_order by_population = {{0, "population"}, true, false};
    query.order = &by_population;
    query.order_count = 1;
    plan_of(ctx, store, &query, &plan);
    CHECK_PLAN("TEMP B-TREE", true); /* the test tests */

    /* A row by its key. */
    const maille_value code = maille_text_value("56001");
    const maille_filter one = maille_equals("code", &code);
    query.filter = &one;
    plan_of(ctx, store, &query, &plan);
    CHECK_PLAN("SEARCH t0 USING INDEX sqlite_autoindex_commune_1 (code=?)", true);

    /* What differs by audience: in the order of ids within one. */
    const maille_column_of id = {0, "id"};
    const maille_value interne = maille_text_value("interne");
    const maille_filter internal = maille_equals("audience", &interne);
    const maille_order by_id = {{0, "id"}, false, true};
    const maille_selection_query figures = {.table = "perimeter_figure",
                                            .columns = &id,
                                            .column_count = 1,
                                            .filter = &internal,
                                            .order = &by_id,
                                            .order_count = 1,
                                            .limit = -1};
    plan_of(ctx, store, &figures, &plan);
    CHECK_PLAN("(audience=?)", true);
    CHECK_PLAN("TEMP B-TREE", false);
    maille_strbuf_free(&plan);
    maille_free(last_sql);
    last_sql = NULL;
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(names_that_are_not_there_are_told) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    const maille_column_of code = {0, "code"}, beyond = {1, "code"}, unknown = {0, "x\" FROM meta"};
    const maille_join other = {"access", "place", NULL}, nowhere = {"nowhere", "code", NULL};
    const maille_order by_beyond = {{1, "code"}, false, false};
    maille_selection_query query = {
        .table = "commune", .key = "code", .columns = &code, .column_count = 1, .limit = -1};
    maille_cursor *cursor;
    query.columns = &beyond;
    CHECK_FAILS(maille_store_select(ctx, store, &query, &cursor), MAILLE_USAGE, "table 1 of 1");
    query.columns = &unknown;
    CHECK_FAILS(maille_store_select(ctx, store, &query, &cursor), MAILLE_NOT_FOUND, "commune had");
    query.columns = &code;
    query.order = &by_beyond;
    query.order_count = 1;
    CHECK_FAILS(maille_store_select(ctx, store, &query, &cursor), MAILLE_USAGE, "table 1 of 1");
    query.order_count = 0;
    query.column_count = 0;
    CHECK_FAILS(maille_store_select(ctx, store, &query, &cursor), MAILLE_USAGE, "no column");
    query.column_count = query.join_count = 1;
    query.joins = &other;
    CHECK_FAILS(maille_store_select(ctx, store, &query, &cursor), MAILLE_NOT_FOUND, "access had");
    query.joins = &nowhere;
    CHECK_FAILS(maille_store_select(ctx, store, &query, &cursor), MAILLE_NOT_FOUND, "nowhere");
    CHECK(cursor == NULL);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

static void set_up(void) {
    pharmacie = maille_text_value("pharmacie");
    maternite = maille_text_value("maternite");
    mg = maille_text_value("mg");
    of_pharmacie = maille_equals("service", &pharmacie);
    of_maternite = maille_equals("service", &maternite);
    of_mg = maille_equals("service", &mg);
}

RUN_TESTS(CASE(set_up), CASE(random_selections_give_what_is_joined_by_hand),
          CASE(an_order_by_the_key_is_read_from_its_index), CASE(names_that_are_not_there_are_told))
