/* Starting points: lists of codes or names as people write them, perimeters of a grouping. */
#include "chronicle.h"

#include <maille/steps.h>
#include <maille/text.h>

static maille_ctx *ctx;
static maille_arena *arena;

/* ---- a workspace with names ---- */

typedef struct {
    const char *code, *name, *department;
} place;
static const place places[] = {
    {"01001", "L’Abergement-Clémenciat", "01"},
    {"01002", "Saint-Martin-d’Ôle", "01"},
    {"01003", "Bohas-Meyriat-Rignat", "01"},
    {"01004", "Ambérieu-en-Bugey", "01"},
    {"01005", "Sainte-Croix", "01"},
    {"26005", "Sainte-Croix", "26"},
    {"2A004", "Ajaccio", "2A"},
    {"69380", "Œuvres-les-Bains", "69"},
    {"69381", "Lyon 1er Arrondissement", "69"},
    {"26001", "Les Adrets", "26"},
    {"26400", "Crest", "26"},
    {"26402", "Allex", "26"},
    {"261980101", "Montélimar, centre", "26"}, /* an IRIS */
};
enum { PLACES = sizeof places / sizeof *places };

static void add_places(maille_store *store) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT},       {"name", MAILLE_TEXT},     {"population", MAILLE_REAL},
        {"department", MAILLE_TEXT}, {"import_id", MAILLE_INT}, {"geom", MAILLE_GEOMETRY}};
    int64_t id = add_import(ctx, store, "communes", "/data/communes.geojson", "2020-01-01");
    maille_table *table = NULL;
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t i = 0; i < PLACES; i++) {
        unsigned char wkb[93];
        square_wkb(3 + 0.01 * (double)i, 46.5, wkb);
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        CHECK_OK(maille_set_text(ctx, table, i, 0, places[i].code));
        CHECK_OK(maille_set_text(ctx, table, i, 1, places[i].name));
        maille_set_real(table, i, 2, 100);
        CHECK_OK(maille_set_text(ctx, table, i, 3, places[i].department));
        maille_set_int(table, i, 4, id);
        CHECK_OK(maille_set_bytes(ctx, table, i, 5, wkb, sizeof wkb));
    }
    CHECK_OK(maille_store_append(ctx, store, "commune", table));
    maille_table_free(table);
}

/* 01090 → 01001 and 01091 → 01002 + 01003 since 2018; 01092 → 01090 since 2015. */
static void add_moves(maille_store *store) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT},
        {"ratio", MAILLE_REAL}};
    static const char *const moves[][4] = {{"2018-01-01", "2020-01-01", "01090", "01001"},
                                           {"2018-01-01", "2020-01-01", "01091", "01002"},
                                           {"2018-01-01", "2020-01-01", "01091", "01003"},
                                           {"2015-01-01", "2018-01-01", "01092", "01090"}};
    int64_t id = add_import(ctx, store, "movements", "/data/moves.csv", NULL);
    maille_table *table = NULL;
    CHECK_OK(maille_table_new(ctx, columns, 7, &table));
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        maille_set_int(table, i, 0, id);
        maille_set_int(table, i, 1, (int64_t)i + 2);
        for (size_t c = 0; c < 4; c++)
            CHECK_OK(maille_set_text(ctx, table, i, c + 2, moves[i][c]));
    }
    CHECK_OK(maille_store_append(ctx, store, "movement", table));
    maille_table_free(table);
}

static maille_store *open_places(void) {
    maille_store *store = new_workspace(ctx);
    add_places(store);
    add_moves(store);
    return store;
}

/* "row text: code how candidates", a line each. */
static const char *understood(maille_store *store, const char *text, const char *department) {
    static char out[8192];
    const char *path = test_scratch("list.csv");
    maille_list_row *rows = NULL;
    size_t count = 0;
    write_file(path, text);
    out[0] = '\0';
    CHECK_OK(maille_list_read(ctx, store, path, department, arena, &rows, &count));
    for (size_t i = 0; i < count; i++)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%lld %s: %s %s%s%s\n", rows[i].row,
                 rows[i].text, rows[i].code ? rows[i].code : "-", rows[i].how,
                 rows[i].candidates ? " " : "", rows[i].candidates ? rows[i].candidates : "");
    return out;
}

/* ---- lists ---- */

TEST(one_word_a_line) {
    maille_store *store = open_places();
    CHECK_TEXT(understood(store, "01001\nambérieu en bugey\n2a004\n1005\n\n", NULL),
               "1 01001: 01001 code\n"
               "2 ambérieu en bugey: 01004 nom\n"
               "3 2a004: 2A004 code\n"
               "4 1005: 01005 code\n");
    CHECK_TEXT(understood(store, "code\n261980101\n261980102\n26198\n", NULL),
               "2 261980101: 261980101 code\n"
               "3 261980102: - inconnu\n"
               "4 26198: - inconnu\n");
    maille_store_close(store);
}

TEST(accents_case_articles_and_hyphens_do_not_count) {
    maille_store *store = open_places();
    CHECK_TEXT(understood(store,
                          "nom\nABERGEMENT CLEMENCIAT\nl'abergement clemenciat\n"
                          "St Martin d'Ole\nOEUVRES LES BAINS\nADRETS (Les)\n",
                          NULL),
               "2 ABERGEMENT CLEMENCIAT: 01001 nom\n"
               "3 l'abergement clemenciat: - double 01001 L’Abergement-Clémenciat\n"
               "4 St Martin d'Ole: 01002 nom\n"
               "5 OEUVRES LES BAINS: 69380 nom\n"
               "6 ADRETS (Les): 26001 nom\n");
    maille_store_close(store);
}

TEST(separators_quotes_byte_order_mark_and_latin_1) {
    maille_store *store = open_places();
    const char *want =
        "2 01001 Abergement: 01001 code\n"
        "3 01004 Ambérieu-en-Bugey: 01004 code\n";
    CHECK_TEXT(understood(store,
                          "\xEF\xBB\xBF"
                          "code;nom\r\n\"01001\";Abergement\r\n01004;\"Ambérieu-en-Bugey\"\r\n",
                          NULL),
               want);
    CHECK_TEXT(
        understood(store, "CODGEO\tLIBGEO\n01001\tAbergement\n01004\tAmbérieu-en-Bugey\n", NULL),
        want);
    CHECK_TEXT(understood(store,
                          "Code INSEE,Commune\n01001,Abergement\n01004,Amb\xE9rieu-en-Bugey\n",
                          NULL),
               want);
    /* The columns are found where nothing names them, and whatever else stands beside. */
    CHECK_TEXT(understood(store, "x;01001;Abergement\ny;01004;Ambérieu-en-Bugey\n", NULL),
               "1 01001 Abergement: 01001 code\n2 01004 Ambérieu-en-Bugey: 01004 code\n");
    maille_store_close(store);
}

TEST(several_communes_of_one_name) {
    maille_store *store = open_places();
    CHECK_TEXT(understood(store, "Sainte Croix\nCrest\n", NULL),
               "1 Sainte Croix: - ambigu 01005 Sainte-Croix, 26005 Sainte-Croix\n"
               "2 Crest: 26400 nom\n");
    CHECK_TEXT(understood(store, "Sainte Croix\nCrest\n", "26"),
               "1 Sainte Croix: 26005 nom\n"
               "2 Crest: 26400 nom\n");
    CHECK_TEXT(understood(store, "Sainte Croix\nAmbérieu en Bugey\n26400\n", "01"),
               "1 Sainte Croix: 01005 nom\n"
               "2 Ambérieu en Bugey: 01004 nom\n"
               "3 26400: 26400 code\n"); /* a code says what it says */
    maille_store_close(store);
}

TEST(codes_of_another_vintage) {
    maille_store *store = open_places();
    CHECK_TEXT(understood(store, "code\n01090\n01001\n01091\n01092\n01099\n", NULL),
               "2 01090: 01001 ancien-code\n"
               "3 01001: - double 01001 L’Abergement-Clémenciat\n"
               "4 01091: - ambigu 01002 Saint-Martin-d’Ôle, 01003 Bohas-Meyriat-Rignat\n"
               "5 01092: - double 01001 L’Abergement-Clémenciat\n"
               "6 01099: - inconnu\n");
    maille_store_close(store);
}

TEST(names_that_are_no_more_get_what_is_like_them) {
    maille_store *store = open_places();
    CHECK_TEXT(understood(store, "Crest\nRignat\nAmberieux en Bugey\nZzzzzz\n", NULL),
               "1 Crest: 26400 nom\n"
               "2 Rignat: - inconnu 01003 Bohas-Meyriat-Rignat\n"
               "3 Amberieux en Bugey: - inconnu 01004 Ambérieu-en-Bugey\n"
               "4 Zzzzzz: - inconnu\n");
    maille_store_close(store);
}

TEST(postal_codes_beside_names_are_no_codes) {
    maille_store *store = open_places();
    /* 26400 and 26402 are postal codes of others here, and codes of Crest and Allex there. */
    CHECK_TEXT(understood(store, "26400;Les Adrets\n26402;Sainte-Croix\n26400;Allex\n", "26"),
               "1 Les Adrets: 26001 nom\n"
               "2 Sainte-Croix: 26005 nom\n"
               "3 Allex: 26402 nom\n");
    CHECK_TEXT(understood(store, "Code_postal;Commune\n26400;Crest\n", NULL),
               "2 Crest: 26400 nom\n");
    /* One code that its name belies is asked about. */
    CHECK_TEXT(understood(store, "01001;L'Abergement Clémenciat\n01004;Crest\n26402;Allex\n", NULL),
               "1 01001 L'Abergement Clémenciat: 01001 code\n"
               "2 01004 Crest: - ambigu 01004 Ambérieu-en-Bugey, 26400 Crest\n"
               "3 26402 Allex: 26402 code\n");
    maille_store_close(store);
}

TEST(several_communes_in_a_line_are_not_passed_over) {
    maille_store *store = open_places();
    CHECK_TEXT(understood(store, "Crest, Allex\nAjaccio\n", NULL),
               "1 Crest: - ambigu 26400 Crest, 26402 Allex\n"
               "2 Ajaccio: 2A004 nom\n");
    CHECK_TEXT(understood(store, "26400;26402\n2A004;\n", NULL),
               "1 26400: - ambigu 26400 Crest, 26402 Allex\n"
               "2 2A004: 2A004 code\n");
    maille_store_close(store);
}

TEST(files_that_are_none) {
    maille_store *store = open_places();
    maille_list_row *rows = NULL;
    size_t count = 0;
    CHECK_INT(maille_list_read(ctx, store, test_scratch("none.csv"), NULL, arena, &rows, &count),
              MAILLE_NOT_FOUND);
    write_file(test_scratch("empty.csv"), "");
    CHECK_INT(maille_list_read(ctx, store, test_scratch("empty.csv"), NULL, arena, &rows, &count),
              MAILLE_REFUSED);
    CHECK_TEXT(understood(store, "code\n", NULL), "");
    maille_store_close(store);
}

/* ---- the sample region ---- */

static maille_store *open_region(void) {
    const char *folder = getenv("MAILLE_SAMPLE");
    const char *const steps[] = {"groupings", "members"};
    static int number_of;
    char path[512], name[32];
    maille_study *study = NULL;
    maille_import_result *results = maille_alloc(64, sizeof *results);
    maille_step_result *done = NULL;
    size_t dropped, count;
    maille_store *store = NULL;
    snprintf(path, sizeof path, "%s/study.yaml", folder ? folder : "");
    CHECK_OK(maille_study_read(ctx, path, &study));
    snprintf(name, sizeof name, "region%d.maille", ++number_of);
    CHECK_OK(maille_store_create(ctx, test_scratch(name), 0, "test", &store));
    CHECK_OK(maille_study_apply(ctx, store, study, false, results, &dropped));
    const maille_run_options options = {.only = steps, .only_count = 2};
    CHECK_OK(maille_steps_run(ctx, store, &options, &done, &count));
    maille_free(done);
    maille_free(results);
    maille_study_free(study);
    return store;
}

/* Names of every commune, in capitals without accents: the region's file as somebody keeps it. */
TEST(all_names_of_the_region_are_found_as_they_are_shouted) {
    maille_store *store = open_region();
    static const char *const columns[] = {"code", "name"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = 2};
    maille_table *communes = NULL;
    maille_list_row *rows = NULL;
    size_t count = 0;
    CHECK_OK(maille_store_read(ctx, store, &query, &communes));
    FILE *file = fopen(test_scratch("names.csv"), "wb");
    for (size_t i = 0; file && i < communes->rows; i++) {
        char *folded = maille_fold(communes->columns[1].texts[i]);
        for (char *c = folded; *c; c++)
            fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, file);
        fputc('\n', file);
        maille_free(folded);
    }
    CHECK(file && fclose(file) == 0);
    CHECK(communes->rows > 70);
    CHECK_OK(maille_list_read(ctx, store, test_scratch("names.csv"), NULL, arena, &rows, &count));
    CHECK_INT(count, communes->rows);
    for (size_t i = 0; i < count; i++) {
        CHECK_TEXT(rows[i].code, communes->columns[0].texts[i]);
        CHECK_TEXT(rows[i].how, "nom");
    }
    maille_table_free(communes);
    maille_store_close(store);
}

/* Rows of the grouping's file, read by the plainest means: code, group, title. */
static size_t read_groups(char rows[][3][64], size_t most) {
    char path[512], text[512];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/groupements.csv", getenv("MAILLE_SAMPLE"));
    FILE *file = fopen(path, "rb");
    CHECK(file && fgets(text, sizeof text, file));
    while (file && count < most && fgets(text, sizeof text, file)) {
        char *cells[6] = {0}, *at = text;
        for (int c = 0; c < 6; c++)
            cells[c] = strsep(&at, ",\n\r");
        snprintf(rows[count][0], 64, "%s", cells[0]);
        snprintf(rows[count][1], 64, "%s", cells[4][0] == 'Z' ? "" : cells[4]); /* in none */
        snprintf(rows[count++][2], 64, "%s", cells[5]);
    }
    if (file)
        fclose(file);
    return count;
}

TEST(each_group_of_a_grouping_becomes_a_perimeter) {
    static char groups[200][3][64];
    maille_store *store = open_region();
    maille_op *ops = NULL;
    size_t count = 0, rows = read_groups(groups, 200), created = 0, added = 0;
    CHECK_OK(maille_start_from_grouping(ctx, store, "epci", "cpts", "idee", arena, &ops, &count));
    for (size_t i = 0; i < count; i++) {
        created += ops[i].kind == MAILLE_OP_CREATE;
        added += ops[i].kind == MAILLE_OP_ADD;
    }
    CHECK_INT(created + added, count);
    size_t grouped = 0;
    for (size_t i = 0; i < rows; i++)
        grouped += groups[i][1][0] != '\0';
    CHECK_INT(added, grouped);
    const maille_edit edit = {.scenario = "", .why = "d’après les EPCI"};
    maille_edit_result result;
    CHECK_OK(maille_edit_apply(ctx, store, &edit, ops, count, &result));
    CHECK_INT(result.perimeters, created);
    for (size_t i = 0; i < rows; i++) {
        char id[80];
        maille_perimeter *p = NULL;
        if (!groups[i][1][0])
            continue;
        snprintf(id, sizeof id, "cpts-%s", groups[i][1]);
        CHECK_OK(maille_perimeter_load(ctx, store, "", id, NULL, &p, NULL));
        CHECK_TEXT(p->name, groups[i][2]);
        CHECK_TEXT(p->kind, "cpts");
        CHECK_TEXT(p->statuses[0].status, "idee");
        CHECK(maille_perimeter_find(p, groups[i][0]) != MAILLE_ABSENT);
        size_t members = 0;
        for (size_t k = 0; k < rows; k++)
            members += strcmp(groups[k][1], groups[i][1]) == 0;
        CHECK_INT(p->member_count, members);
        maille_perimeter_free(p);
    }
    CHECK_INT(maille_start_from_grouping(ctx, store, "tvs", "cpts", "idee", arena, &ops, &count),
              MAILLE_NOT_FOUND);
    CHECK_TEXT(maille_message(ctx), "no grouping was named tvs; there were: bv, epci, pdsa");
    maille_store_close(store);
}

/* ---- groups of a board ---- */

TEST(ids_of_groups_are_folded_and_stay_apart) {
    static const maille_column_spec columns[] = {{"name", MAILLE_TEXT},
                                                 {"code", MAILLE_TEXT},
                                                 {"group_id", MAILLE_TEXT},
                                                 {"title", MAILLE_TEXT}};
    static const char *const rows[][3] = {{"01001", "Été 1", NULL},
                                          {"01002", "ete-1", "L’été"},
                                          {"01003", "***", "Étoiles"},
                                          {"26400", "ete-1", NULL}};
    maille_store *store = open_places();
    maille_table *table = NULL;
    maille_op *ops = NULL;
    size_t count = 0;
    CHECK_INT(maille_start_from_grouping(ctx, store, "g", "cls", "projet", arena, &ops, &count),
              MAILLE_NOT_FOUND);
    CHECK_OK(maille_table_new(ctx, columns, 4, &table));
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        CHECK_OK(maille_set_text(ctx, table, i, 0, "g"));
        for (size_t c = 0; c < 3; c++)
            CHECK_OK(maille_set_text(ctx, table, i, c + 1, rows[i][c]));
    }
    CHECK_OK(maille_store_append(ctx, store, "grouping", table));
    maille_table_free(table);
    CHECK_OK(maille_start_from_grouping(ctx, store, "g", "cls", "projet", arena, &ops, &count));
    static const struct {
        maille_op_kind kind;
        const char *id, *text;
    } want[] = {
        {MAILLE_OP_CREATE, "cls", "Étoiles"},     {MAILLE_OP_ADD, "cls", "01003"},
        {MAILLE_OP_CREATE, "cls-ete-1", "L’été"}, {MAILLE_OP_ADD, "cls-ete-1", "01002"},
        {MAILLE_OP_ADD, "cls-ete-1", "26400"},    {MAILLE_OP_CREATE, "cls-ete-1-2", "Été 1"},
        {MAILLE_OP_ADD, "cls-ete-1-2", "01001"}};
    CHECK_INT(count, 7);
    for (size_t i = 0; i < count && i < 7; i++) {
        CHECK_INT(ops[i].kind, want[i].kind);
        CHECK_TEXT(ops[i].perimeter, want[i].id);
        CHECK_TEXT(ops[i].kind == MAILLE_OP_CREATE ? ops[i].text : ops[i].code, want[i].text);
    }
    maille_store_close(store);
}

static void open_context(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    arena = maille_arena_new();
    CHECK(arena != NULL);
}

static void close_context(void) {
    maille_arena_free(arena);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(open_context), CASE(one_word_a_line),
          CASE(accents_case_articles_and_hyphens_do_not_count),
          CASE(separators_quotes_byte_order_mark_and_latin_1), CASE(several_communes_of_one_name),
          CASE(codes_of_another_vintage), CASE(names_that_are_no_more_get_what_is_like_them),
          CASE(postal_codes_beside_names_are_no_codes),
          CASE(several_communes_in_a_line_are_not_passed_over), CASE(files_that_are_none),
          CASE(all_names_of_the_region_are_found_as_they_are_shouted),
          CASE(each_group_of_a_grouping_becomes_a_perimeter),
          CASE(ids_of_groups_are_folded_and_stay_apart), CASE(close_context))
