/* CSV as it comes: separators, encodings, quotes, line ends, broken rows. */
#include <maille/vectorfile.h>

#include "harness.h"

#include <maille/memory.h>

static maille_ctx *ctx;

static const char *write_file(const char *name, const char *bytes, size_t length) {
    const char *path = test_scratch(name);
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(bytes, 1, length, file) == length);
    if (file)
        fclose(file);
    return path;
}

static maille_table *read_bytes(const char *bytes, size_t length, const maille_read_options *how) {
    maille_table *table = NULL;
    const char *path = write_file("a.csv", bytes, length);
    CHECK_INT(maille_file_read(ctx, path, how, &table), MAILLE_OK);
    if (!table) {
        fprintf(stderr, "%s\n", maille_message(ctx));
        exit(1);
    }
    return table;
}

static maille_table *read_text(const char *text) {
    return read_bytes(text, strlen(text), NULL);
}

/* Reading the text fails with this status and a message that ends so. */
static void check_refused(const char *text, maille_status status, const char *tail) {
    maille_table *table = NULL;
    const char *path = write_file("bad.csv", text, strlen(text));
    CHECK_INT(maille_file_read(ctx, path, NULL, &table), status);
    CHECK(table == NULL);
    const char *message = maille_message(ctx);
    CHECK(strncmp(message, path, strlen(path)) == 0);
    size_t length = strlen(message), wanted = strlen(tail);
    CHECK_TEXT(length >= wanted ? message + length - wanted : message, tail);
}

static const char *cell(const maille_table *table, size_t row, const char *column) {
    int c = maille_table_column(table, column);
    CHECK(c >= 0 && row < table->rows);
    return c >= 0 && row < table->rows ? table->columns[c].texts[row] : NULL;
}

static int64_t line_of(const maille_table *table, size_t row) {
    return table->columns[table->column_count - 1].ints[row];
}

TEST(every_separator_is_found) {
    static const char separators[] = ";,\t|";
    for (const char *s = separators; *s; s++) {
        char text[200];
        snprintf(text, sizeof text,
                 "code%cnom%cvaleur\n01004%cAmb\xC3\xA9rieu%c1.5\n2A004%cAjaccio%c2\n", *s, *s, *s,
                 *s, *s, *s);
        maille_table *t = read_text(text);
        CHECK_INT(t->rows, 2);
        CHECK_INT(t->column_count, 4);
        CHECK_TEXT(t->columns[3].name, MAILLE_ROW_COLUMN);
        CHECK_TEXT(cell(t, 0, "code"), "01004");
        CHECK_TEXT(cell(t, 0, "nom"), "Amb\xC3\xA9rieu");
        CHECK_TEXT(cell(t, 1, "valeur"), "2");
        CHECK_INT(line_of(t, 1), 3);
        maille_table_free(t);
        maille_file_info info;
        CHECK_INT(maille_file_inspect(ctx, test_scratch("a.csv"), NULL, &info), MAILLE_OK);
        CHECK_INT(info.kind, MAILLE_FILE_CSV);
        char format[8];
        snprintf(format, sizeof format, "CSV%c", *s);
        CHECK_TEXT(info.format, format);
        CHECK_INT(info.columns->column_count, 3);
        CHECK_INT(info.columns->rows, 0);
        CHECK_INT(info.columns->columns[1].type, MAILLE_TEXT);
        maille_file_info_clear(&info);
    }
}

TEST(decimal_commas_do_not_separate) {
    maille_table *t = read_text(
        "\xEF\xBB\xBF"
        "Commune;Population, estim\xC3\xA9"
        "e;APL\r\n"
        "01001;770,38;2,598\r\n01002;246,08;2,888\r\n");
    CHECK_TEXT(t->columns[0].name, "Commune"); /* no byte-order mark */
    CHECK_TEXT(cell(t, 1, "APL"), "2,888");    /* no carriage return */
    maille_table_free(t);
}

TEST(one_column_needs_no_separator) {
    maille_table *t = read_text("code\n2A001\n2A004\n");
    CHECK_INT(t->column_count, 2);
    CHECK_TEXT(cell(t, 1, "code"), "2A004");
    maille_table_free(t);
}

TEST(windows_1252_becomes_utf8) {
    maille_table *t = read_text(
        "nom;prix\nSant\xE9 priv\xE9"
        "e \x97 \x80;\x9C"
        "uvre\nd\xE9j\xC3\xA0;x\n");
    CHECK_TEXT(cell(t, 0, "nom"), "Santé privée — €");
    CHECK_TEXT(cell(t, 0, "prix"), "œuvre");
    maille_table_free(t);
}

TEST(quotes_hold_separators_quotes_and_lines) {
    maille_table *t = read_text(
        "code,nom,note\r\n"
        "1,\"Bar, le \"\"Grand\"\"\",\"deux\r\nlignes\"\r\n"
        "2,15\" tuyau,\"\"\r\n"
        "3,\"reste\"nu,fin\r\n");
    CHECK_INT(t->rows, 3);
    CHECK_TEXT(cell(t, 0, "nom"), "Bar, le \"Grand\"");
    CHECK_TEXT(cell(t, 0, "note"), "deux\r\nlignes");
    CHECK_TEXT(cell(t, 1, "nom"), "15\" tuyau");
    CHECK_TEXT(cell(t, 1, "note"), NULL);
    CHECK_TEXT(cell(t, 2, "nom"), "restenu");
    CHECK_INT(line_of(t, 0), 2);
    CHECK_INT(line_of(t, 1), 4); /* the first row took two lines */
    maille_table_free(t);
}

TEST(line_ends_of_all_kinds) {
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t e = 0; e < 3; e++) {
        char text[100];
        snprintf(text, sizeof text, "a;b%s1;2%s%s3;4", ends[e], ends[e], ends[e]);
        maille_table *t = read_text(text);
        CHECK_INT(t->rows, 2);
        CHECK_TEXT(cell(t, 1, "b"), "4"); /* no end of line at the end */
        CHECK_INT(line_of(t, 1), 4);      /* the blank line counts */
        maille_table_free(t);
    }
}

TEST(empty_cells_are_null_and_blanks_stay) {
    maille_table *t = read_text("a;b;c\n;x;\n y ;; \n");
    CHECK_TEXT(cell(t, 0, "a"), NULL);
    CHECK_INT(t->columns[0].null[0], 1);
    CHECK_TEXT(cell(t, 0, "c"), NULL);
    CHECK_TEXT(cell(t, 1, "a"), " y ");
    CHECK_INT(t->columns[0].null[1], 0);
    maille_table_free(t);
}

TEST(bad_rows_are_named) {
    check_refused("a;b;c\n1;2;3\n4;5\n", MAILLE_REFUSED,
                  ", line 3: had 2 cells where the header had 3");
    check_refused("a;b;c\n1;2;3\n4;5;6\n7;8;9;10\n", MAILLE_REFUSED,
                  ", line 4: had 4 cells where the header had 3");
    check_refused("a;b\n\"x\ny\";1\n\"open;2\n3;4\n", MAILLE_REFUSED,
                  ", line 4: a quoted cell did not end");
    check_refused("a;b\n", MAILLE_REFUSED, " held no row");
    check_refused("", MAILLE_REFUSED, " was empty");
}

TEST(empty_cells_beyond_the_header_are_no_fault) {
    maille_table *t = read_text("a|b\n1|2|\n3|4||\n");
    CHECK_INT(t->column_count, 3);
    CHECK_TEXT(cell(t, 1, "b"), "4");
    maille_table_free(t);
    t = read_text("a|b|\n1|2|\n3|4|\n");
    CHECK_INT(t->column_count, 3);
    maille_table_free(t);
}

TEST(other_files_are_refused) {
    maille_table *t = NULL;
    const char *path = write_file("utf16.csv",
                                  "\xFF\xFE"
                                  "a\0;\0b\0\n\0",
                                  10);
    CHECK_INT(maille_file_read(ctx, path, NULL, &t), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "UTF-8") != NULL);
    path = write_file("zip.csv", "PK\x03\x04....", 8);
    CHECK_INT(maille_file_read(ctx, path, NULL, &t), MAILLE_REFUSED);
    path = write_file("noise.csv", "\x01\x02\0\x04\x05", 5);
    CHECK_INT(maille_file_read(ctx, path, NULL, &t), MAILLE_REFUSED);
    CHECK_INT(maille_file_read(ctx, test_scratch("absent.csv"), NULL, &t), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "absent.csv") != NULL);
}

TEST(columns_are_chosen_without_regard_to_case) {
    const char *const wanted[] = {"insee_com", "Nom"};
    maille_read_options how = {.columns = wanted, .column_count = 2};
    const char *text = "NOM,pop,INSEE_COM\nAfa,3229,2A001\n";
    maille_table *t = read_bytes(text, strlen(text), &how);
    CHECK_INT(t->column_count, 3);
    CHECK_TEXT(t->columns[0].name, "insee_com");
    CHECK_TEXT(t->columns[0].texts[0], "2A001");
    CHECK_TEXT(t->columns[1].texts[0], "Afa");
    maille_table_free(t);
    const char *const absent[] = {"population"};
    how = (maille_read_options){.columns = absent, .column_count = 1};
    t = NULL;
    CHECK_INT(maille_file_read(ctx, test_scratch("a.csv"), &how, &t), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "no field \"population\"") != NULL);
    CHECK(strstr(maille_message(ctx), "NOM, pop, INSEE_COM") != NULL);
}

TEST(repeated_and_missing_names_get_one) {
    maille_table *t = read_text("a;;a;b \n1;2;3;4\n");
    CHECK_TEXT(cell(t, 0, "a"), "1");
    CHECK_TEXT(cell(t, 0, "column_2"), "2");
    CHECK_TEXT(cell(t, 0, "a_2"), "3");
    CHECK_TEXT(cell(t, 0, "b"), "4");
    maille_table_free(t);
}

TEST(files_without_header_come_as_cells) {
    const char *text = "finess;etalab;1\nstructureet;1;2;3;4\n\ngeo;5\n";
    maille_read_options how = {.cells = true};
    maille_table *t = read_bytes(text, strlen(text), &how);
    CHECK_INT(t->rows, 3);
    CHECK_INT(t->column_count, 6);
    CHECK_TEXT(cell(t, 0, "1"), "finess");
    CHECK_TEXT(cell(t, 0, "4"), NULL);
    CHECK_TEXT(cell(t, 1, "5"), "4");
    CHECK_TEXT(cell(t, 2, "2"), "5");
    CHECK_INT(line_of(t, 2), 4);
    maille_table_free(t);
}

TEST(a_csv_has_no_geometry) {
    maille_read_options how = {.with_geometry = true};
    maille_table *t = NULL;
    write_file("a.csv", "a;b\n1;2\n", 8);
    CHECK_INT(maille_file_read(ctx, test_scratch("a.csv"), &how, &t), MAILLE_REFUSED);
}

/* Rows as Python's csv module counts them; none is lost. */
static void check_real(const char *relative, const char *format, size_t columns, size_t rows) {
    maille_table *t = NULL;
    maille_file_info info;
    const char *path = test_real(relative);
    CHECK_INT(maille_file_inspect(ctx, path, NULL, &info), MAILLE_OK);
    CHECK_TEXT(info.format, format);
    maille_file_info_clear(&info);
    CHECK_INT(maille_file_read(ctx, path, NULL, &t), MAILLE_OK);
    CHECK(t != NULL);
    if (!t)
        return;
    CHECK_INT(t->column_count, columns + 1);
    CHECK_INT(t->rows, rows);
    maille_table_free(t);
}

TEST(real_files_are_read) {
    check_real("corse/centres.csv", "CSV,", 4, 360);
    check_real("corse/cpts-exemple.csv", "CSV,", 4, 102);
    check_real("france/population-2023.csv", "CSV;", 11, 34900);
    check_real("france/table_supracom_2018.csv", "CSV,", 16, 35357);
    check_real("france/apl_mg_sans_millesime_virgule_bom.csv", "CSV;", 3, 34987);
    check_real("gironde/finess_33_gironde_2017.csv", "CSV;", 11, 2007);
    maille_table *t = NULL;
    maille_read_options how = {.cells = true};
    const char *etalab = "gironde/etalab-cs1100507-stock-33-2017-RECONSTITUE.csv";
    CHECK_INT(maille_file_read(ctx, test_real(etalab), &how, &t), MAILLE_OK);
    CHECK_TEXT(t ? cell(t, 0, "20") : "", NULL);
    CHECK_TEXT(t ? cell(t, 1, "20") : NULL, "Etablissement de santé privé autorisé en SSR");
    maille_table_free(t);
}

/* Memory runs out at every allocation in turn: an error each time, no crash, no leak, no table. */
TEST(memory_may_run_out_anywhere) {
    const char *text = "a;b\n\"1\"\"x\";\xE9t\xE9\n2;\n";
    const char *path = write_file("memory.csv", text, strlen(text));
    maille_status status = MAILLE_NO_MEMORY;
    uint64_t n = 0;
    while (status == MAILLE_NO_MEMORY && ++n < 1000) {
        maille_table *t = NULL;
        maille_memory_fail_at(n);
        status = maille_file_read(ctx, path, NULL, &t);
        maille_memory_fail_at(0);
        CHECK((status == MAILLE_OK) == (t != NULL));
        maille_table_free(t);
    }
    CHECK_INT(status, MAILLE_OK);
    CHECK(n > 10);
}

TEST(the_end_of_the_context) {
    maille_ctx_free(ctx);
}

TEST(a_context) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

RUN_TESTS(CASE(a_context), CASE(every_separator_is_found), CASE(decimal_commas_do_not_separate),
          CASE(one_column_needs_no_separator), CASE(windows_1252_becomes_utf8),
          CASE(quotes_hold_separators_quotes_and_lines), CASE(line_ends_of_all_kinds),
          CASE(empty_cells_are_null_and_blanks_stay), CASE(bad_rows_are_named),
          CASE(empty_cells_beyond_the_header_are_no_fault), CASE(other_files_are_refused),
          CASE(columns_are_chosen_without_regard_to_case), CASE(repeated_and_missing_names_get_one),
          CASE(files_without_header_come_as_cells), CASE(a_csv_has_no_geometry),
          CASE(real_files_are_read), CASE(memory_may_run_out_anywhere),
          CASE(the_end_of_the_context))
