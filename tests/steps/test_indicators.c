/* Indicators and inhabitants by age on the study's codes: sums are kept, means are weighted, what
 * is in no commune is named. */
#include "board.h"

#include <maille/memory.h>
#include <maille/steps.h>

static maille_ctx *ctx;
static const char *const codes[] = {"01001", "01002", "01003", "01004"};
static const double people[] = {100, 300, 200, 50};

typedef struct {
    const char *from, *to;
    double ratio; /* NaN: not said */
} move;

static void add_moves(maille_store *store, const move *moves, size_t count) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT},
        {"ratio", MAILLE_REAL}};
    maille_table *table = NULL;
    int64_t id = add_import(ctx, store, "movements", "/data/passage.csv", NULL);
    CHECK_OK(maille_table_new(ctx, columns, 7, &table));
    for (size_t i = 0; i < count; i++) {
        const char *texts[] = {"2018-01-01", "2020-01-01", moves[i].from, moves[i].to};
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        maille_set_int(table, i, 0, id);
        maille_set_int(table, i, 1, (int64_t)i + 2);
        for (size_t c = 0; c < 4; c++)
            CHECK_OK(maille_set_text(ctx, table, i, c + 2, texts[c]));
        maille_set_real(table, i, 6, moves[i].ratio);
    }
    CHECK_OK(maille_store_append(ctx, store, "movement", table));
    maille_table_free(table);
}

static int64_t add_named_import(maille_store *store, const char *kind, const char *name,
                                const char *vintage) {
    char file[64];
    snprintf(file, sizeof file, "/data/%s.csv", name);
    maille_import import = {.kind = kind,
                            .name = name,
                            .file = file,
                            .sha256 = "0",
                            .vintage = vintage,
                            .options = "[]",
                            .report = "{}"};
    int64_t id = 0;
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_import_record(ctx, store, &import, &id));
    CHECK_OK(maille_store_commit(ctx, store));
    return id;
}

typedef struct {
    const char *code;
    double value, weight;
} figure;

static void add_indicator(maille_store *store, const char *name, const char *how,
                          const figure *figures, size_t count) {
    static const maille_column_spec about[] = {
        {"name", MAILLE_TEXT}, {"how", MAILLE_TEXT}, {"import_id", MAILLE_INT}};
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT}, {"source_row", MAILLE_INT}, {"name", MAILLE_TEXT},
        {"code", MAILLE_TEXT},     {"value", MAILLE_REAL},     {"weight", MAILLE_REAL}};
    int64_t id = add_named_import(store, "indicators", name, "2018-01-01");
    maille_table *table = NULL;
    CHECK_OK(maille_table_new(ctx, about, 3, &table));
    CHECK_OK(maille_table_add_row(ctx, table, NULL));
    CHECK_OK(maille_set_text(ctx, table, 0, 0, name));
    CHECK_OK(maille_set_text(ctx, table, 0, 1, how));
    maille_set_int(table, 0, 2, id);
    CHECK_OK(maille_store_append(ctx, store, "indicator", table));
    maille_table_free(table);
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        maille_set_int(table, i, 0, id);
        maille_set_int(table, i, 1, (int64_t)i + 2);
        CHECK_OK(maille_set_text(ctx, table, i, 2, name));
        CHECK_OK(maille_set_text(ctx, table, i, 3, figures[i].code));
        maille_set_real(table, i, 4, figures[i].value);
        maille_set_real(table, i, 5, figures[i].weight);
    }
    CHECK_OK(maille_store_append(ctx, store, "indicator_raw", table));
    maille_table_free(table);
}

typedef struct {
    const char *code;
    double from, to, people; /* to: NaN and over */
} age_row;

static void add_ages(maille_store *store, const age_row *rows, size_t count) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT}, {"source_row", MAILLE_INT}, {"code", MAILLE_TEXT},
        {"from_age", MAILLE_REAL}, {"to_age", MAILLE_REAL},    {"population", MAILLE_REAL}};
    int64_t id = add_named_import(store, "population_age", "ages", "2018-01-01");
    maille_table *table = NULL;
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        maille_set_int(table, i, 0, id);
        maille_set_int(table, i, 1, (int64_t)i + 2);
        CHECK_OK(maille_set_text(ctx, table, i, 2, rows[i].code));
        maille_set_real(table, i, 3, rows[i].from);
        maille_set_real(table, i, 4, rows[i].to);
        maille_set_real(table, i, 5, rows[i].people);
    }
    CHECK_OK(maille_store_append(ctx, store, "population_age_raw", table));
    maille_table_free(table);
}

static maille_store *open_board(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_store *store = new_workspace(ctx);
    add_communes(ctx, store, "2020-01-01", codes, people, 4);
    return store;
}

static void close_board(maille_store *store) {
    maille_store_close(store);
    maille_ctx_free(ctx);
}

static void run(maille_store *store) {
    static const char *const only[] = {"codes"};
    maille_run_options options = {.only = only, .only_count = 1};
    maille_step_result *results = NULL;
    size_t count = 0;
    CHECK_OK(maille_steps_run(ctx, store, &options, &results, &count));
    for (size_t i = 0; i < count; i++)
        CHECK_INT(results[i].outcome, MAILLE_STEP_RAN);
    maille_free(results);
}

/* "a b c; a b c" of a table's rows, in the order of two columns. */
static const char *rows_of(maille_store *store, const char *table, const char *const *columns,
                           size_t count) {
    static char out[1024];
    size_t used = 0;
    maille_query query = {.table = table,
                          .columns = columns,
                          .column_count = count,
                          .order = columns,
                          .order_count = 2};
    maille_table *t = NULL;
    out[0] = 0;
    CHECK_OK(maille_store_read(ctx, store, &query, &t));
    for (size_t i = 0; i < t->rows; i++)
        for (size_t c = 0; c < count; c++) {
            const char *gap = c ? " " : i ? "; " : "";
            const maille_column *column = &t->columns[c];
            if (column->null[i])
                used += (size_t)snprintf(out + used, sizeof out - used, "%s-", gap);
            else if (column->type == MAILLE_REAL)
                used += (size_t)snprintf(out + used, sizeof out - used, "%s%.10g", gap,
                                         column->reals[i]);
            else
                used +=
                    (size_t)snprintf(out + used, sizeof out - used, "%s%s", gap, column->texts[i]);
        }
    maille_table_free(t);
    return out;
}

static const char *indicators_of(maille_store *store) {
    static const char *const columns[] = {"name", "code", "value", "weight"};
    return rows_of(store, "commune_indicator", columns, 4);
}

static const char *ages_of(maille_store *store) {
    static const char *const columns[] = {"code", "from_age", "to_age", "population"};
    return rows_of(store, "commune_age", columns, 4);
}

/* Message of the remark of a kind, "" where there is none. */
static const char *remark_of(maille_store *store, const char *kind) {
    static const char *const columns[] = {"message"};
    static char out[512];
    maille_value value = maille_text_value(kind);
    maille_filter of_kind = maille_equals("kind", &value);
    maille_query query = {
        .table = "remark", .columns = columns, .column_count = 1, .filter = &of_kind};
    maille_table *t = NULL;
    CHECK_OK(maille_store_read(ctx, store, &query, &t));
    snprintf(out, sizeof out, "%s", t->rows ? t->columns[0].texts[0] : "");
    maille_table_free(t);
    return out;
}

/* 01090 and 01091 passed into 01001; 01092 was cut in two. */
static const move moves[] = {{"01090", "01001", NAN},
                             {"01091", "01001", NAN},
                             {"01092", "01002", 0.6},
                             {"01092", "01003", 0.4}};

TEST(sums_are_split_and_added) {
    static const figure figures[] = {{"01001", 10, NAN},
                                     {"01090", 5, NAN},
                                     {"01091", -1, NAN},
                                     {"01092", 20, NAN},
                                     {"01003", 2, NAN}};
    maille_store *store = open_board();
    add_moves(store, moves, 4);
    add_indicator(store, "sans_mt", "somme", figures, 5);
    run(store);
    CHECK_TEXT(indicators_of(store), "sans_mt 01001 14 -; sans_mt 01002 12 -; sans_mt 01003 10 -");
    CHECK_TEXT(remark_of(store, "sans-valeur"), "sans_mt : 1 communes de l’étude sans valeur");
    CHECK_TEXT(remark_of(store, "code-inconnu"), "");
    close_board(store);
}

TEST(means_are_weighted) {
    /* 01001: (10·30 + 40·10) / 40; what is cut in two keeps its mean, its weight is shared; 01003:
     * (8·5 + 20·4) / 9 */
    static const figure weighted[] = {
        {"01090", 10, 30}, {"01091", 40, 10}, {"01092", 20, 10}, {"01003", 8, 5}, {"01004", -3, 0}};
    /* no weights: 01092 is in no layer, so 01003's mean is of the shares: (8·1 + 20·0.4) / 1.4 */
    static const figure bare[] = {{"01092", 20, NAN}, {"01003", 8, NAN}, {"01004", -3, NAN}};
    maille_store *store = open_board();
    add_moves(store, moves, 4);
    add_indicator(store, "ald", "moyenne", weighted, 5);
    add_indicator(store, "mortalite", "moyenne", bare, 3);
    run(store);
    CHECK_TEXT(indicators_of(store),
               "ald 01001 17.5 40; ald 01002 20 6; ald 01003 13.33333333 9; ald 01004 -3 0; "
               "mortalite 01002 20 -; mortalite 01003 11.42857143 -; mortalite 01004 -3 -");
    CHECK_TEXT(remark_of(store, "moyenne-simple"),
               "mortalite : 1 communes en réunissent d’anciennes dont ni le poids ni la "
               "population n’est connu, leur moyenne est simple");
    close_board(store);
}

TEST(means_without_weights_go_by_population) {
    /* a piece of 01002 passed to 01003, both are there today: (9·200 + 1·300·0.25) / 275 */
    static const move piece[] = {{"01002", "01002", 0.75}, {"01002", "01003", 0.25}};
    static const figure figures[] = {{"01002", 1, NAN}, {"01003", 9, NAN}};
    maille_store *store = open_board();
    add_moves(store, piece, 2);
    add_indicator(store, "ald", "moyenne", figures, 2);
    run(store);
    CHECK_TEXT(indicators_of(store), "ald 01002 1 -; ald 01003 6.818181818 -");
    CHECK_TEXT(remark_of(store, "moyenne-simple"), "");
    close_board(store);
}

TEST(codes_in_no_commune_layer_are_named) {
    static const figure figures[] = {
        {"01001", 1, NAN}, {"01099", 1, NAN}, {"01098", 1, NAN}, {"75056", 1, NAN}};
    static const age_row rows[] = {
        {"01099", 0, 19, 10}, {"01099", 20, NAN, 10}, {"01001", 0, 19, 7}};
    maille_store *store = open_board();
    add_moves(store, moves, 4);
    add_indicator(store, "ald", "somme", figures, 4);
    add_ages(store, rows, 3);
    run(store);
    CHECK_TEXT(indicators_of(store), "ald 01001 1 -");
    CHECK_TEXT(remark_of(store, "code-inconnu"),
               "ald : 2 codes des départements de l’étude ne sont dans aucune couche de communes : "
               "01099, 01098");
    CHECK_TEXT(remark_of(store, "hors-etude"),
               "ald : 1 codes d’autres départements que ceux de l’étude, laissés de côté");
    CHECK_TEXT(ages_of(store), "01001 0 19 7");
    close_board(store);
}

TEST(ages_are_split_and_added) {
    static const age_row rows[] = {{"01001", 0, 19, 100},
                                   {"01001", 20, NAN, 300},
                                   {"01090", 0, 19, 5},
                                   {"01090", 20, NAN, 0},
                                   {"01092", 20, NAN, 10}};
    maille_store *store = open_board();
    add_moves(store, moves, 4);
    add_ages(store, rows, 5);
    run(store);
    CHECK_TEXT(ages_of(store), "01001 0 19 105; 01001 20 - 300; 01002 20 - 6; 01003 20 - 4");
    close_board(store);
}

/* Totals over random tables, counted on the side. */
TEST(totals_are_kept) {
    uint64_t state = 7;
    for (int round = 0; round < 20; round++) {
        enum { OLD = 30 };
        static char names[OLD][8];
        move table[2 * OLD];
        figure figures[OLD];
        age_row ages[2 * OLD];
        size_t moved = 0;
        double total = 0, young = 0, old = 0, seen[3] = {0};
        for (size_t i = 0; i < OLD; i++) {
            snprintf(names[i], sizeof names[i], "01%03zu", 100 + i);
            state = state * 6364136223846793005u + 1442695040888963407u;
            uint32_t dice = (uint32_t)(state >> 33);
            table[moved++] = (move){names[i], codes[dice % 4], dice % 3 ? 0.7 : NAN};
            if (dice % 5 == 0)
                table[moved++] = (move){names[i], codes[(dice + 1) % 4], dice % 3 ? 0.3 : NAN};
            figures[i] = (figure){names[i], (double)(dice % 1000) - 300, NAN};
            ages[2 * i] = (age_row){names[i], 0, 64, dice % 77};
            ages[2 * i + 1] = (age_row){names[i], 65, NAN, dice % 33};
            total += figures[i].value;
            young += ages[2 * i].people;
            old += ages[2 * i + 1].people;
        }
        maille_store *store = open_board();
        add_moves(store, table, moved);
        add_indicator(store, "somme", "somme", figures, OLD);
        add_ages(store, ages, 2 * (size_t)OLD);
        run(store);
        maille_table *t = NULL;
        maille_query query = {.table = "commune_indicator"};
        CHECK_OK(maille_store_read(ctx, store, &query, &t));
        int column = maille_table_column(t, "value");
        for (size_t i = 0; i < t->rows; i++)
            seen[0] += t->columns[column].reals[i];
        maille_table_free(t);
        query.table = "commune_age";
        CHECK_OK(maille_store_read(ctx, store, &query, &t));
        column = maille_table_column(t, "population");
        for (size_t i = 0; i < t->rows; i++)
            seen[t->columns[maille_table_column(t, "from_age")].reals[i] > 0 ? 2 : 1] +=
                t->columns[column].reals[i];
        maille_table_free(t);
        CHECK_NEAR(seen[0], total, 1e-9);
        CHECK_NEAR(seen[1], young, 1e-9);
        CHECK_NEAR(seen[2], old, 1e-9);
        close_board(store);
    }
}

RUN_TESTS(CASE(sums_are_split_and_added), CASE(means_are_weighted),
          CASE(means_without_weights_go_by_population), CASE(codes_in_no_commune_layer_are_named),
          CASE(ages_are_split_and_added), CASE(totals_are_kept))
