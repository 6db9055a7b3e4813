/* Passage of codes from one vintage to another: drawn cases, and totals kept on random tables. */
#include "board.h"

#include "steps/passage.h"

static maille_ctx *ctx;

typedef struct {
    const char *from, *to;
    double ratio; /* NaN: not said */
} move;

static void add_moves(maille_store *store, const char *from_vintage, const char *to_vintage,
                      const move *moves, size_t count) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT},
        {"ratio", MAILLE_REAL}};
    char file[64];
    maille_table *table = NULL;
    snprintf(file, sizeof file, "/data/%s-%s.csv", from_vintage, to_vintage);
    int64_t id = add_import(ctx, store, "movements", file, NULL);
    CHECK_OK(maille_table_new(ctx, columns, 7, &table));
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        maille_set_int(table, i, 0, id);
        maille_set_int(table, i, 1, (int64_t)i + 2);
        CHECK_OK(maille_set_text(ctx, table, i, 2, from_vintage));
        CHECK_OK(maille_set_text(ctx, table, i, 3, to_vintage));
        CHECK_OK(maille_set_text(ctx, table, i, 4, moves[i].from));
        CHECK_OK(maille_set_text(ctx, table, i, 5, moves[i].to));
        maille_set_real(table, i, 6, moves[i].ratio);
    }
    CHECK_OK(maille_store_append(ctx, store, "movement", table));
    maille_table_free(table);
}

/* "code share, code share" in the order of the codes. */
static const char *heirs_of(passage *way, const char *code) {
    static char text[256];
    const heir *heirs = NULL;
    size_t count = 0, used = 0;
    bool told[64] = {false};
    text[0] = 0;
    CHECK_OK(passage_heirs(ctx, way, code, &heirs, &count));
    for (size_t n = 0; n < count; n++) {
        size_t least = count;
        for (size_t i = 0; i < count; i++)
            if (!told[i] && (least == count || strcmp(heirs[i].code, heirs[least].code) < 0))
                least = i;
        told[least] = true;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %.3g", n ? ", " : "",
                                 heirs[least].code, heirs[least].share);
    }
    return text;
}

static const char *const codes[] = {"01001", "01002", "01003", "01004"};
static const double people[] = {100, 300, 0, 600};

static maille_store *open_board(loads **l) {
    maille_store *store = new_workspace(ctx);
    add_communes(ctx, store, "2020-01-01", codes, people, 4);
    CHECK_OK(loads_new(ctx, store, l));
    return store;
}

static void close_board(maille_store *store, loads *l) {
    loads_free(l);
    maille_store_close(store);
}

static passage *way_from(loads *l, const char *vintage, bool expect_no_way) {
    passage *way = NULL;
    bool no_way = !expect_no_way;
    CHECK_OK(passage_new(ctx, l, vintage, &way, &no_way));
    CHECK_INT(no_way, expect_no_way);
    return way;
}

TEST(within_one_vintage_every_code_is_its_own_heir) {
    loads *l = NULL;
    maille_store *store = open_board(&l);
    add_moves(store, "2018-01-01", "2020-01-01", (move[]){{"01009", "01001", 1}}, 1);
    const char *const vintages[] = {"2020-01-01", "2020-07-14", NULL};
    for (size_t i = 0; i < 3; i++) {
        passage *way = way_from(l, vintages[i], false);
        CHECK_TEXT(heirs_of(way, "01001"), "01001 1");
        CHECK_TEXT(heirs_of(way, "01009"), "01009 1");
        passage_free(way);
    }
    close_board(store, l);
}

TEST(merged_split_renamed_and_kept) {
    loads *l = NULL;
    maille_store *store = open_board(&l);
    const move moves[] = {
        {"01001", "01001", 1},    {"01009", "01001", 1},   {"01008", "01002", 0.25},
        {"01008", "01004", 0.75}, {"01007", "01002", NAN}, {"01007", "01004", NAN},
        {"01006", "01001", 0.4},  {"01006", "01002", NAN}, {"01006", "01004", NAN},
        {"01005", "01003", NAN},  {"01005", "01003", NAN}, {"01010", "01001", 2},
        {"01010", "01002", 6}};
    add_moves(store, "2018-01-01", "2020-01-01", moves, sizeof moves / sizeof *moves);
    passage *way = way_from(l, "2018-01-01", false);
    CHECK_TEXT(heirs_of(way, "01001"), "01001 1");
    CHECK_TEXT(heirs_of(way, "01009"), "01001 1");
    CHECK_TEXT(heirs_of(way, "01008"), "01002 0.25, 01004 0.75");
    /* Not said: by population, 300 to 600. */
    CHECK_TEXT(heirs_of(way, "01007"), "01002 0.333, 01004 0.667");
    CHECK_TEXT(heirs_of(way, "01006"), "01001 0.4, 01002 0.2, 01004 0.4");
    CHECK_TEXT(heirs_of(way, "01005"), "01003 1"); /* the same row twice is one */
    CHECK_TEXT(heirs_of(way, "01010"), "01001 0.25, 01002 0.75");
    CHECK_TEXT(heirs_of(way, "99999"), "99999 1");
    passage_free(way);
    close_board(store, l);
}

TEST(tables_follow_each_other_by_the_shortest_chain) {
    loads *l = NULL;
    maille_store *store = open_board(&l);
    add_moves(store, "2016-01-01", "2018-01-01",
              (move[]){{"01020", "01021", 0.3}, {"01020", "01022", 0.3}, {"01020", "01023", 0.4}},
              3);
    add_moves(store, "2018-01-01", "2020-01-01",
              (move[]){{"01021", "01001", 1}, {"01022", "01001", 1}, {"01023", "01002", 1}}, 3);
    add_moves(store, "2016-01-01", "2017-01-01", (move[]){{"01020", "01099", 1}}, 1);
    add_moves(store, "2017-01-01", "2018-01-01", (move[]){{"01099", "01023", 1}}, 1);
    passage *way = way_from(l, "2016-01-01", false);
    /* Two ways to 01001 are one heir of 0.6. */
    CHECK_TEXT(heirs_of(way, "01020"), "01001 0.6, 01002 0.4");
    CHECK_TEXT(heirs_of(way, "01021"), "01001 1"); /* a code that the first table does not hold */
    passage_free(way);
    way = way_from(l, "2017-06-30", false); /* the year tells the vintage */
    CHECK_TEXT(heirs_of(way, "01099"), "01002 1");
    passage_free(way);
    close_board(store, l);
}

TEST(no_table_leads_there) {
    loads *l = NULL;
    maille_store *store = open_board(&l);
    add_moves(store, "2020-01-01", "2018-01-01", (move[]){{"01001", "01009", 1}}, 1);
    passage *way = way_from(l, "2018-01-01", true);
    CHECK_TEXT(heirs_of(way, "01009"), "01009 1");
    passage_free(way);
    close_board(store, l);
}

static double random_share(void) {
    return (double)rand() / RAND_MAX;
}

/* Three tables of random moves between codes of four vintages: whatever they hold, the shares of
 * every code sum to 1, so that totals are kept. */
TEST(totals_are_kept_on_random_tables) {
    enum { CODES = 40, MOVES = 70 };
    static char names[4][CODES][8];
    srand(5);
    for (int v = 0; v < 4; v++)
        for (int i = 0; i < CODES; i++)
            snprintf(names[v][i], sizeof names[v][i], "%d%04d", v, i);
    for (int round = 0; round < 20; round++) {
        loads *l = NULL;
        maille_store *store = open_board(&l);
        for (int v = 0; v < 3; v++) {
            move moves[MOVES];
            char from[16], to[16];
            snprintf(from, sizeof from, "%d-01-01", 2017 + v);
            snprintf(to, sizeof to, "%d-01-01", 2018 + v);
            for (int i = 0; i < MOVES; i++)
                moves[i] = (move){names[v][rand() % CODES], names[v + 1][rand() % CODES],
                                  rand() % 3 ? random_share() + 0.01 : NAN};
            add_moves(store, from, to, moves, MOVES);
        }
        passage *way = way_from(l, "2017-01-01", false);
        for (int i = 0; i < CODES; i++) {
            const heir *heirs = NULL;
            size_t count = 0;
            double sum = 0;
            CHECK_OK(passage_heirs(ctx, way, names[0][i], &heirs, &count));
            for (size_t k = 0; k < count; k++) {
                sum += heirs[k].share;
                CHECK(heirs[k].share >= 0);
                for (size_t j = 0; j < k; j++)
                    CHECK(strcmp(heirs[j].code, heirs[k].code) != 0);
            }
            CHECK_NEAR(sum, 1, 1e-12);
        }
        passage_free(way);
        close_board(store, l);
    }
}

int main(void) {
    static const test_case cases[] = {
        CASE(within_one_vintage_every_code_is_its_own_heir), CASE(merged_split_renamed_and_kept),
        CASE(tables_follow_each_other_by_the_shortest_chain), CASE(no_table_leads_there),
        CASE(totals_are_kept_on_random_tables)};
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    int failed = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return failed;
}
