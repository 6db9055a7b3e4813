/* Communes by what people type: a small workspace, and all of France with the official code. */
#include "harness.h"

#include <maille/answers.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/sources.h>
#include <maille/text.h>
#include <maille/vectorfile.h>
#include <time.h>

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    maille_gazetteer *gazetteer;
    maille_commune_found *found;
    size_t count;
} place;

static place open_place(const char *name) {
    place p = {0};
    CHECK_INT(maille_ctx_new(&p.ctx), MAILLE_OK);
    remove(test_scratch(name));
    CHECK_INT(maille_store_create(p.ctx, test_scratch(name), 2154, "test", &p.store), MAILLE_OK);
    return p;
}

static void close_place(place *p) {
    maille_free(p->found);
    maille_gazetteer_free(p->gazetteer);
    maille_store_close(p->store);
    maille_ctx_free(p->ctx);
}

static maille_table *new_table(place *p, const maille_column_spec *columns, size_t count) {
    maille_table *t = NULL;
    CHECK_INT(maille_table_new(p->ctx, columns, count, &t), MAILLE_OK);
    return t;
}

static maille_table *new_communes(place *p) {
    static const maille_column_spec columns[] = {{"code", MAILLE_TEXT},
                                                 {"name", MAILLE_TEXT},
                                                 {"population", MAILLE_REAL},
                                                 {"department", MAILLE_TEXT},
                                                 {"import_id", MAILLE_INT}};
    return new_table(p, columns, 5);
}

static void add_commune(place *p, maille_table *t, const char *code, const char *name,
                        double population) {
    size_t row = 0;
    char department[4];
    maille_department_of(code, department);
    CHECK_INT(maille_table_add_row(p->ctx, t, &row), MAILLE_OK);
    CHECK_INT(maille_set_text(p->ctx, t, row, 0, code), MAILLE_OK);
    CHECK_INT(maille_set_text(p->ctx, t, row, 1, name), MAILLE_OK);
    maille_set_real(t, row, 2, population);
    CHECK_INT(maille_set_text(p->ctx, t, row, 3, department), MAILLE_OK);
    maille_set_int(t, row, 4, 1);
}

static void save(place *p, const char *name, maille_table *t) {
    maille_status status = maille_store_append(p->ctx, p->store, name, t);
    if (status != MAILLE_OK)
        fprintf(stderr, "%s\n", maille_message(p->ctx));
    CHECK_INT(status, MAILLE_OK);
    maille_table_free(t);
}

static void make(place *p) {
    maille_status status = maille_gazetteer_new(p->ctx, p->store, &p->gazetteer);
    if (status != MAILLE_OK)
        fprintf(stderr, "%s\n", maille_message(p->ctx));
    CHECK_INT(status, MAILLE_OK);
}

static size_t find_in(place *p, const char *text, const char *department, size_t most) {
    maille_free(p->found);
    p->found = NULL;
    p->count = 0;
    CHECK_INT(
        maille_gazetteer_find(p->ctx, p->gazetteer, text, department, most, &p->found, &p->count),
        MAILLE_OK);
    return p->count;
}

/* Codes of the answer, best first, with one blank between. */
static const char *codes_of(place *p, const char *text, size_t most) {
    static char codes[1000];
    size_t used = 0;
    codes[0] = '\0';
    find_in(p, text, NULL, most);
    for (size_t i = 0; i < p->count && used + 8 < sizeof codes; i++)
        used += (size_t)snprintf(codes + used, sizeof codes - used, "%s%s", i ? " " : "",
                                 p->found[i].code);
    return codes;
}

static void check_first(place *p, const char *text, const char *code, const char *how) {
    find_in(p, text, NULL, 5);
    if (p->count == 0 || strcmp(p->found[0].code, code) != 0)
        fprintf(stderr, "\"%s\": %s\n", text, p->count ? p->found[0].code : "nothing");
    CHECK(p->count > 0);
    if (p->count == 0)
        return;
    CHECK_TEXT(p->found[0].code, code);
    CHECK_TEXT(p->found[0].how, how);
}

/* ---- a small workspace ---- */

static void move(place *p, maille_table *t, int64_t number, const char *from_vintage,
                 const char *to_vintage, const char *from, const char *to, const char *name) {
    size_t row = 0;
    CHECK_INT(maille_table_add_row(p->ctx, t, &row), MAILLE_OK);
    maille_set_int(t, row, 0, 1);
    maille_set_int(t, row, 1, number);
    const char *texts[] = {from_vintage, to_vintage, from, to, name};
    for (size_t i = 0; i < 5; i++)
        if (texts[i])
            CHECK_INT(maille_set_text(p->ctx, t, row, 2 + i, texts[i]), MAILLE_OK);
}

static place small(const char *name) {
    static const maille_column_spec columns[] = {
        {"import_id", MAILLE_INT},   {"source_row", MAILLE_INT}, {"from_vintage", MAILLE_TEXT},
        {"to_vintage", MAILLE_TEXT}, {"from_code", MAILLE_TEXT}, {"to_code", MAILLE_TEXT},
        {"from_name", MAILLE_TEXT}};
    place p = open_place(name);
    maille_table *t = new_communes(&p);
    add_commune(&p, t, "01001", "Saint-Étienne", 100);
    add_commune(&p, t, "01002", "Saint-Étienne", 5000);
    add_commune(&p, t, "01003", "Sainte-Étienne-du-Bois", 300);
    add_commune(&p, t, "01004", "L'Haÿ-les-Roses", NAN);
    add_commune(&p, t, "01005", "Steenvoorde", 10);
    add_commune(&p, t, "2A006", "Œuf-en-Ternois", 20);
    add_commune(&p, t, "2A007", "Bois-Colombes", 900);
    add_commune(&p, t, "2A008", "Val d'Or", 30);
    save(&p, "commune", t);
    t = new_table(&p, columns, 7);
    /* 01100 becomes 01101, which becomes Val d'Or and Bois-Colombes */
    move(&p, t, 1, "2010-01-01", "2015-01-01", "01100", "01101", "Vieux-Bourg");
    move(&p, t, 2, "2015-01-01", "2020-01-01", "01101", "2A008", "Bourg-Neuf");
    move(&p, t, 3, "2015-01-01", "2020-01-01", "01101", "2A007", "Bourg-Neuf");
    /* a new name, and a name that is still borne */
    move(&p, t, 4, "2015-01-01", "2020-01-01", "2A008", "2A008", "Val Doré");
    move(&p, t, 5, "2015-01-01", "2020-01-01", "2A007", "2A007", "Bois Colombes");
    /* what another table tells again */
    move(&p, t, 6, "2014-01-01", "2020-01-01", "01101", "2A007", "Bourg-Neuf");
    save(&p, "movement", t);
    make(&p);
    return p;
}

TEST(names_are_met_whatever_their_accents_case_articles_and_hyphens) {
    place p = small("names.maille");
    CHECK_TEXT(codes_of(&p, "SAINT ETIENNE", 2), "01002 01001"); /* larger first */
    CHECK_TEXT(p.found[0].how, "nom");
    CHECK_TEXT(codes_of(&p, "st étienne", 2), "01002 01001");
    CHECK_TEXT(codes_of(&p, "hay les roses", 1), "01004");
    CHECK(isnan(p.found[0].population));
    CHECK_TEXT(p.found[0].department, "01");
    CHECK_TEXT(codes_of(&p, "L’HAŸ LES ROSES", 1), "01004");
    CHECK_TEXT(codes_of(&p, "oeuf en ternois", 1), "2A006");
    check_first(&p, "ste etienne du bois", "01003", "nom");
    close_place(&p);
}

TEST(beginnings_words_and_typing_errors_follow_in_this_order) {
    place p = small("order.maille");
    CHECK_TEXT(codes_of(&p, "bois", 9), "2A007 01003"); /* beginning, then word */
    CHECK_TEXT(p.found[0].how, "debut");
    CHECK_TEXT(p.found[1].how, "mot");
    check_first(&p, "bois du etienne", "01003", "mot");
    check_first(&p, "boix-colombes", "2A007", "approchant");
    check_first(&p, "bosi colombes", "2A007", "approchant"); /* two signs exchanged: one error */
    check_first(&p, "steenvoord", "01005", "debut");
    check_first(&p, "stenvorde", "01005", "approchant");
    check_first(&p, "stenvoo", "01005", "approchant"); /* of a beginning */
    /* "st" is a saint and the beginning of another word */
    CHECK_TEXT(codes_of(&p, "st", 9), "01002 01003 01001 01005");
    CHECK_INT(find_in(&p, "xyzxyz", NULL, 9), 0);
    CHECK_INT(find_in(&p, "", NULL, 9), 0);
    CHECK_INT(find_in(&p, " - ’ ", NULL, 9), 0);
    CHECK_INT(find_in(&p, "saint", NULL, 0), 0);
    close_place(&p);
}

TEST(codes_are_met_whole_begun_and_without_their_zero) {
    place p = small("codes.maille");
    check_first(&p, "2a006", "2A006", "code");
    check_first(&p, "1004", "01004", "code");
    CHECK_TEXT(codes_of(&p, "2A", 9), "2A007 2A008 2A006");
    CHECK_INT(find_in(&p, "saint", "2A", 9), 0);
    CHECK_INT(find_in(&p, "bois", "01", 9), 1);
    close_place(&p);
}

TEST(old_names_and_codes_lead_to_what_they_have_become) {
    place p = small("old.maille");
    CHECK_TEXT(codes_of(&p, "vieux bourg", 9), "2A007 2A008");
    CHECK_TEXT(p.found[0].how, "ancien-nom");
    CHECK_TEXT(p.found[0].former, "Vieux-Bourg");
    CHECK_TEXT(codes_of(&p, "01100", 9), "2A007 2A008");
    CHECK_TEXT(p.found[1].how, "ancien-code");
    CHECK_TEXT(p.found[1].former, "01100");
    CHECK_TEXT(codes_of(&p, "bourg neuf", 9), "2A007 2A008");
    check_first(&p, "val dore", "2A008", "ancien-nom");
    CHECK(p.found[0].former != NULL);
    check_first(&p, "bois colombes", "2A007", "nom"); /* its name still */
    CHECK(p.found[0].former == NULL);
    close_place(&p);
}

/* The same distance by the textbook's table: whole words, two exchanged signs one error. */
static size_t plain_typos(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b), d[40][40];
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

static size_t plain_beginning(const char *typed, const char *name) {
    char part[40];
    size_t best = strlen(typed);
    for (size_t length = 0; length <= strlen(name); length++) {
        snprintf(part, sizeof part, "%.*s", (int)length, name);
        size_t typos = plain_typos(typed, part);
        best = typos < best ? typos : best;
    }
    return best;
}

/* Random words over few letters, so that near ones abound: found if and only if near enough. */
TEST(typing_errors_are_counted_as_by_the_textbook) {
    enum { NAMES = 200, TYPED = 400 };
    static char names[NAMES][16];
    char typed[16], code[6];
    uint32_t seed = 7;
    place p = open_place("typos.maille");
    maille_table *t = new_communes(&p);
    for (int i = 0; i < NAMES + TYPED; i++) {
        char *word = i < NAMES ? names[i] : typed;
        size_t length = 6 + (seed >> 16) % 7;
        for (size_t c = 0; c < length; c++) {
            seed = seed * 1103515245 + 12345;
            word[c] = "abco"[(seed >> 16) % 4];
        }
        word[length] = '\0';
        if (i < NAMES) {
            snprintf(code, sizeof code, "01%03d", i);
            add_commune(&p, t, code, word, 1);
            if (i == NAMES - 1) {
                save(&p, "commune", t);
                make(&p);
            }
            continue;
        }
        size_t allowed = length / 3 < 3 ? length / 3 : 3, wanted = 0;
        for (int n = 0; n < NAMES; n++)
            wanted += plain_beginning(typed, names[n]) <= allowed;
        CHECK_INT(find_in(&p, typed, NULL, NAMES), wanted);
    }
    close_place(&p);
}

/* Allocation n fails, for every n. */
TEST(memory_that_runs_out_is_told) {
    place p = small("memory.maille");
    maille_status status = MAILLE_NO_MEMORY;
    for (uint64_t n = 1; status != MAILLE_OK && n < 20000; n++) {
        maille_gazetteer *made = NULL;
        maille_commune_found *found = NULL;
        size_t count = 0;
        maille_memory_fail_at(n);
        status = maille_gazetteer_new(p.ctx, p.store, &made);
        if (status == MAILLE_OK)
            status = maille_gazetteer_find(p.ctx, made, "bourg neuf st", NULL, 5, &found, &count);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || status == MAILLE_NO_MEMORY);
        maille_free(found);
        maille_gazetteer_free(made);
    }
    CHECK_INT(status, MAILLE_OK);
    close_place(&p);
}

/* ---- France ---- */

static maille_table *read_texts(place *p, const char *path) {
    maille_table *t = NULL;
    maille_read_options options = {.texts = true};
    CHECK_INT(maille_file_read(p->ctx, path, &options, &t), MAILLE_OK);
    return t;
}

static const char *text_at(const maille_table *t, size_t row, const char *column) {
    const char *text = t->columns[maille_table_column(t, column)].texts[row];
    return text ? text : "";
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static maille_table *cog;

static place france(void) {
    place p = open_place("france.maille");
    maille_table *t = new_communes(&p),
                 *people = read_texts(&p, test_real("france/population-2023.csv"));
    maille_names *row_of = maille_names_new(0);
    int code = 0, population = 0;
    for (size_t c = 0; c < people->column_count; c++) {
        const char *name = people->columns[c].name;
        if (strcmp(name, "code") == 0 || strcmp(name, "COM") == 0 || strcmp(name, "codgeo") == 0)
            code = (int)c;
        if (strcmp(name, "population") == 0 || strcmp(name, "PMUN") == 0)
            population = (int)c;
    }
    for (size_t i = 0; i < people->rows; i++)
        CHECK(maille_names_set(row_of, people->columns[code].texts[i], (uint32_t)i));
    cog = read_texts(&p, test_real("france/cog-2026/communes.csv"));
    for (size_t i = 0; i < cog->rows; i++) {
        if (strcmp(text_at(cog, i, "TYPECOM"), "COM") != 0)
            continue;
        uint32_t row = maille_names_get(row_of, text_at(cog, i, "COM"));
        double count = NAN;
        if (row != MAILLE_ABSENT)
            maille_parse_number(people->columns[population].texts[row], &count);
        add_commune(&p, t, text_at(cog, i, "COM"), text_at(cog, i, "LIBELLE"), count);
    }
    save(&p, "commune", t);
    maille_table_free(people);
    maille_names_free(row_of);
    maille_arena *arena = maille_arena_new();
    maille_source source;
    maille_import_options options = {0};
    maille_import_result result;
    CHECK_INT(maille_source_recognise(p.ctx, test_real("france/cog-2026/mouvements-communes.csv"),
                                      arena, &source),
              MAILLE_OK);
    CHECK_TEXT(source.kind, "movements");
    CHECK_TEXT(source.from_vintage, "1942-01-01");
    CHECK_TEXT(source.to_vintage, "2026-01-01");
    CHECK_INT(maille_import_source(p.ctx, p.store, &source, &options, &result), MAILLE_OK);
    maille_arena_free(arena);
    double start = now_ms();
    make(&p);
    fprintf(stderr, "made in %.0f ms\n", now_ms() - start);
    return p;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* As people type: each beginning of the names of every 150th commune, and with an error in it. */
static void measure(place *p) {
    static double took[20000];
    size_t count = 0, lost = 0, names = 0;
    for (size_t i = 0; i < cog->rows && count + 200 < 20000; i += 150) {
        if (strcmp(text_at(cog, i, "TYPECOM"), "COM") != 0)
            continue;
        const char *name = text_at(cog, i, "LIBELLE");
        char typed[80];
        snprintf(typed, sizeof typed, "%s", name);
        if (strlen(typed) > 8 && (unsigned char)typed[6] < 0x80) {
            char kept = typed[5];
            typed[5] = 'q';
            double start = now_ms();
            find_in(p, typed, NULL, 10);
            took[count++] = now_ms() - start;
            typed[5] = kept;
        }
        for (size_t length = strlen(typed); length > 0; length--) {
            typed[length] = '\0';
            if (!maille_is_utf8(typed, length))
                continue;
            double start = now_ms();
            find_in(p, typed, NULL, 10);
            took[count++] = now_ms() - start;
        }
        names++;
        find_in(p, name, NULL, 400);
        size_t at = 0;
        while (at < p->count && strcmp(p->found[at].name, name) != 0)
            at++;
        lost += at == p->count;
    }
    qsort(took, count, sizeof *took, by_value);
    fprintf(stderr, "%zu queries: median %.2f ms, p99 %.2f ms, most %.2f ms\n", count,
            took[count / 2], took[count * 99 / 100], took[count - 1]);
    CHECK(names > 150);
    CHECK_INT(lost, 0);
    CHECK(took[count / 2] < 50); /* 1 in a release build; sanitizers are slow */
}

TEST(france_is_found_as_it_is_typed) {
    place p = france();
    check_first(&p, "st etienne", "42218", "nom");
    check_first(&p, "SAINT-ÉTIENNE", "42218", "nom");
    check_first(&p, "lhay les rose", "94038", "approchant");
    check_first(&p, "marseile", "13055", "approchant");
    check_first(&p, "toluouse", "31555", "approchant");
    check_first(&p, "bord", "33063", "debut");
    check_first(&p, "cotterets", "02810", "mot");
    check_first(&p, "haye descartes", "37115", "ancien-nom");
    check_first(&p, "Rignat", "01245", "ancien-nom");
    CHECK_TEXT(p.found[0].former, "Rignat");
    check_first(&p, "35238", "35238", "code");
    /* a name of several communes gives all of them */
    size_t borne = 0;
    for (size_t i = 0; i < cog->rows; i++)
        borne += strcmp(text_at(cog, i, "TYPECOM"), "COM") == 0 &&
                 strcmp(text_at(cog, i, "LIBELLE"), "Sainte-Colombe") == 0;
    CHECK(borne > 5);
    find_in(&p, "sainte colombe", NULL, 100);
    size_t met = 0;
    while (met < p.count && strcmp(p.found[met].how, "nom") == 0)
        met++;
    CHECK_INT(met, borne);
    measure(&p);
    /* every code of 2018 that is gone leads where the published passage leads */
    maille_table *passage = read_texts(&p, test_real("france/passage_2018_2026_derive.csv"));
    size_t gone = 0, missed = 0;
    for (size_t i = 0; i < passage->rows; i++) {
        const char *from = passage->columns[0].texts[i], *to = passage->columns[1].texts[i];
        if (strcmp(from, to) == 0)
            continue;
        find_in(&p, from, NULL, 20);
        if (p.count == 0 || strcmp(p.found[0].how, "ancien-code") != 0)
            continue; /* a code that lives on */
        size_t at = 0;
        while (at < p.count && strcmp(p.found[at].code, to) != 0)
            at++;
        gone++;
        missed += at == p.count;
        if (at == p.count)
            fprintf(stderr, "%s became %s, not found\n", from, to);
    }
    fprintf(stderr, "%zu codes of 2018 are gone\n", gone);
    CHECK(gone > 400);
    CHECK_INT(missed, 0);
    maille_table_free(passage);
    maille_table_free(cog);
    close_place(&p);
}

RUN_TESTS(CASE(names_are_met_whatever_their_accents_case_articles_and_hyphens),
          CASE(beginnings_words_and_typing_errors_follow_in_this_order),
          CASE(codes_are_met_whole_begun_and_without_their_zero),
          CASE(old_names_and_codes_lead_to_what_they_have_become),
          CASE(typing_errors_are_counted_as_by_the_textbook), CASE(memory_that_runs_out_is_told),
          CASE(france_is_found_as_it_is_typed))
