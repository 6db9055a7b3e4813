/* Step members: perimeters of an older vintage on the study's codes, with what is said of each
 * member. */
#include "board.h"

#include <maille/memory.h>
#include <maille/steps.h>

static maille_ctx *ctx;

/* One perimeter, its codes of `vintage` where no import brought them. */
static void add_perimeter(maille_store *store, const char *id, const char *vintage) {
    static const maille_column_spec columns[] = {{"id", MAILLE_TEXT},
                                                 {"kind", MAILLE_TEXT},
                                                 {"name", MAILLE_TEXT},
                                                 {"status", MAILLE_TEXT},
                                                 {"vintage", MAILLE_TEXT}};
    const char *texts[] = {id, "cpts", id, "projet", vintage};
    maille_table *table = NULL;
    CHECK_OK(maille_table_new(ctx, columns, 5, &table));
    CHECK_OK(maille_table_add_row(ctx, table, NULL));
    for (size_t c = 0; c < 5; c++)
        CHECK_OK(maille_set_text(ctx, table, 0, c, texts[c]));
    CHECK_OK(maille_store_append(ctx, store, "perimeter", table));
    maille_table_free(table);
}

typedef struct {
    const char *of, *code;
    double share;
    const char *reason, *zone;
    int64_t import; /* 0: none */
} member;

static void add_members(maille_store *store, const member *members, size_t count) {
    static const maille_column_spec columns[] = {
        {"perimeter_id", MAILLE_TEXT}, {"code", MAILLE_TEXT},   {"share", MAILLE_REAL},
        {"on_purpose", MAILLE_INT},    {"reason", MAILLE_TEXT}, {"zone", MAILLE_TEXT},
        {"import_id", MAILLE_INT}};
    maille_table *table = NULL;
    CHECK_OK(maille_table_new(ctx, columns, 7, &table));
    for (size_t i = 0; i < count; i++) {
        const member *m = &members[i];
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        CHECK_OK(maille_set_text(ctx, table, i, 0, m->of));
        CHECK_OK(maille_set_text(ctx, table, i, 1, m->code));
        maille_set_real(table, i, 2, m->share);
        maille_set_int(table, i, 3, m->reason != NULL);
        CHECK_OK(maille_set_text(ctx, table, i, 4, m->reason));
        CHECK_OK(maille_set_text(ctx, table, i, 5, m->zone));
        if (m->import)
            maille_set_int(table, i, 6, m->import);
    }
    CHECK_OK(maille_store_append(ctx, store, "perimeter_member_raw", table));
    maille_table_free(table);
}

static void add_moves(maille_store *store, const char *const (*moves)[2], size_t count) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT}};
    maille_table *table = NULL;
    int64_t id = add_import(ctx, store, "movements", "/data/passage.csv", NULL);
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t i = 0; i < count; i++) {
        const char *texts[] = {"2018-01-01", "2020-01-01", moves[i][0], moves[i][1]};
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        maille_set_int(table, i, 0, id);
        maille_set_int(table, i, 1, (int64_t)i + 2);
        for (size_t c = 0; c < 4; c++)
            CHECK_OK(maille_set_text(ctx, table, i, c + 2, texts[c]));
    }
    CHECK_OK(maille_store_append(ctx, store, "movement", table));
    maille_table_free(table);
}

/* "code share reason zone; …" of a perimeter, by code. */
static const char *members_of(maille_store *store, const char *id) {
    static const char *const columns[] = {"code", "share", "on_purpose", "reason", "zone"};
    static const char *const order[] = {"code"};
    static char out[512];
    size_t used = 0;
    maille_value value = maille_text_value(id);
    maille_filter of_id = maille_equals("perimeter_id", &value);
    maille_query query = {.table = "perimeter_member",
                          .columns = columns,
                          .column_count = 5,
                          .filter = &of_id,
                          .order = order,
                          .order_count = 1};
    maille_table *t = NULL;
    out[0] = 0;
    CHECK_OK(maille_store_read(ctx, store, &query, &t));
    for (size_t i = 0; i < t->rows; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%s %g %s %s", i ? "; " : "",
                                 t->columns[0].texts[i], t->columns[1].reals[i],
                                 t->columns[2].ints[i] ? t->columns[3].texts[i] : "-",
                                 t->columns[4].texts[i] ? t->columns[4].texts[i] : "-");
    maille_table_free(t);
    return out;
}

static void run(maille_store *store) {
    static const char *const only[] = {"members"};
    maille_run_options options = {.only = only, .only_count = 1};
    maille_step_result *results = NULL;
    size_t count = 0;
    CHECK_OK(maille_steps_run(ctx, store, &options, &results, &count));
    CHECK_INT(count, 1);
    CHECK(count == 1 && results[0].outcome == MAILLE_STEP_RAN);
    maille_free(results);
}

static const char *const codes[] = {"01001", "01002", "01003"};
static const double people[] = {100, 300, 200};
static const char *const moves[][2] = {{"01001", "01001"}, {"01090", "01001"}, {"01091", "01003"}};

TEST(what_is_said_of_members_comes_along) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_store *store = new_workspace(ctx);
    add_communes(ctx, store, "2020-01-01", codes, people, 3);
    add_moves(store, moves, 3);
    int64_t old = add_import(ctx, store, "perimeters", "/data/cpts.csv", "2018-01-01");
    const member members[] = {
        /* 01001 and 01090 are one today: the larger share, the reason of the one that has one */
        {"a", "01001", 0.5, NULL, "Nord", old}, {"a", "01090", 0.75, "deux équipes", NULL, old},
        {"a", "01002", 1, "pont", NULL, old},   {"b", "01001", 1, NULL, NULL, old},
        {"b", "01091", 0.25, NULL, "Sud", old},
    };
    add_perimeter(store, "a", NULL);
    add_perimeter(store, "b", NULL);
    add_members(store, members, 5);
    run(store);
    CHECK_TEXT(members_of(store, "a"), "01001 0.75 deux équipes Nord; 01002 1 pont -");
    CHECK_TEXT(members_of(store, "b"), "01001 1 - -; 01003 0.25 - Sud");
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(codes_that_no_import_brought_have_their_perimeters_vintage) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_store *store = new_workspace(ctx);
    add_communes(ctx, store, "2020-01-01", codes, people, 3);
    add_moves(store, moves, 3);
    int64_t old = add_import(ctx, store, "perimeters", "/data/cpts.csv", "2018-01-01");
    const member members[] = {
        {"a", "01091", 1, NULL, NULL, 0}, /* of 2018 */
        {"b", "01091", 1, NULL, NULL, 0}, /* of the study, where it is none */
        {"c", "01091", 1, NULL, NULL, old},
    };
    add_perimeter(store, "a", "2018-01-01");
    add_perimeter(store, "b", NULL);
    add_perimeter(store, "c", NULL);
    add_members(store, members, 3);
    run(store);
    CHECK_TEXT(members_of(store, "a"), "01003 1 - -");
    CHECK_TEXT(members_of(store, "b"), "01091 1 - -");
    CHECK_TEXT(members_of(store, "c"), "01003 1 - -");
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(members_of_a_perimeter_with_a_long_id_stay_apart) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_store *store = new_workspace(ctx);
    add_communes(ctx, store, "2020-01-01", codes, people, 3);
    char id[401] = {0};
    memset(id, 'a', 400);
    const member members[] = {{id, "01001", 1, NULL, NULL, 0}, {id, "01002", 0.5, NULL, NULL, 0}};
    add_perimeter(store, id, NULL);
    add_members(store, members, 2);
    run(store);
    CHECK_TEXT(members_of(store, id), "01001 1 - -; 01002 0.5 - -");
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(sub_zones_that_meet_in_one_commune_are_named) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_store *store = new_workspace(ctx);
    add_communes(ctx, store, "2020-01-01", codes, people, 3);
    add_moves(store, moves, 3);
    int64_t old = add_import(ctx, store, "perimeters", "/data/cpts.csv", "2018-01-01"), count = 0;
    const member members[] = {{"a", "01001", 1, NULL, "Nord", old},
                              {"a", "01090", 1, NULL, "Sud", old}};
    maille_value kind = maille_text_value("sous-zone-contestee");
    maille_filter of_kind = maille_equals("kind", &kind);
    add_perimeter(store, "a", NULL);
    add_members(store, members, 2);
    run(store);
    CHECK_TEXT(members_of(store, "a"), "01001 1 - Nord");
    CHECK_OK(maille_store_count(ctx, store, "remark", &of_kind, &count));
    CHECK_INT(count, 1);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(what_is_said_of_members_comes_along),
          CASE(codes_that_no_import_brought_have_their_perimeters_vintage),
          CASE(members_of_a_perimeter_with_a_long_id_stay_apart),
          CASE(sub_zones_that_meet_in_one_commune_are_named))
