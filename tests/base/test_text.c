/* French text as people write it. */
#include "harness.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/text.h>

static void check_owned(char *got, const char *want, int line) {
    test_check_text(got, want, "text", __FILE__, line);
    maille_free(got);
}
#define FOLDS(text, want) check_owned(maille_fold(text), want, __LINE__)
#define SLUGS(text, want) check_owned(maille_slug(text), want, __LINE__)

TEST(folding) {
    FOLDS("", "");
    FOLDS("  ", "");
    FOLDS("Évry-Courcouronnes", "evry courcouronnes");
    FOLDS("L'Île-d’Abeau", "l ile d abeau");
    FOLDS("ŒUILLY", "oeuilly");
    FOLDS("Œuilly", "oeuilly");
    FOLDS("Ætius ß", "aetius ss");
    FOLDS("SAINT-ÉTIENNE", "st etienne");
    FOLDS("Sainte-Foy-lès-Lyon", "ste foy les lyon");
    FOLDS("St Étienne", "st etienne");
    FOLDS("Saintes", "saintes");
    FOLDS("Toussaint", "toussaint");
    FOLDS("  Bourg - en\tBresse. ", "bourg en bresse");
    FOLDS("E\xCC\x81vry", "evry"); /* decomposed accent */
    FOLDS(
        "Pont\xC2\xA0"
        "de\xE2\x80\xAFX",
        "pont de x");                /* no-break spaces */
    FOLDS("e\xEF\xAC\x81n", "efin"); /* ligature fi */
    FOLDS("Co\xC2\xADte", "cote");   /* soft hyphen */
    FOLDS(
        "a\xFF\xFE"
        "b",
        "a b"); /* no UTF-8 */
    FOLDS("L'Haÿ-les-Roses", "l hay les roses");
    CHECK(maille_fold(NULL) == NULL);
}

TEST(slugs) {
    SLUGS("Lettre d’intention", "lettre-intention");
    SLUGS("contractualisée", "contractualisee");
    SLUGS("Le Grand Est des Alpes", "grand-est-alpes");
    SLUGS("Saint-Denis", "st-denis");
    SLUGS("Les", "les");
    SLUGS("!!", "");
    CHECK(maille_slug(NULL) == NULL);
}

TEST(folding_is_idempotent) {
    static const char *const names[] = {"L'Île-d’Abeau", "Sainte Œuvre", "Ærø Łódź",
                                        "1 000ᵉ n°½ Ⅷ"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *once = maille_fold(names[i]);
        char *twice = maille_fold(once);
        CHECK_TEXT(twice, once);
        maille_free(once);
        maille_free(twice);
    }
}

static void check_number(const char *text, double want, int line) {
    double got = -1;
    test_check(maille_parse_number(text, &got), text, __FILE__, line);
    test_check_near(got, want, 0, text, __FILE__, line);
}
#define READS(text, want) check_number(text, want, __LINE__)

TEST(numbers) {
    READS("0", 0);
    READS("12", 12);
    READS(" -3,5 ", -3.5);
    READS("+3.25", 3.25);
    READS(".5", 0.5);
    READS("5.", 5);
    READS("1 234 567,8", 1234567.8);
    READS(
        "1\xC2\xA0"
        "234",
        1234);
    READS(
        "12\xE2\x80\xAF"
        "345\xC2\xA0",
        12345);
    READS("1e3", 1000);
    READS("1.5E-3", 0.0015);
    READS("0.1", 0.1);
    READS("0,30000000000000004", 0.1 + 0.2);
    READS("123456789012345678901234567890", 123456789012345678901234567890.0);
    READS("1e-400", 0);
    READS("000000000000000000001", 1);
}

TEST(what_is_no_number) {
    static const char *const texts[] = {
        "",         " ",    "a",        "1a",    "a1",     "1,2,3",     "1.234,5", "1,234.5",
        "12 34",    "1 2",  "1234 567", "1 23",  "1  234", "1 234 5",   "nan",     "inf",
        "infinity", "0x10", "1e",       "1e999", "--1",    "+ 1",       ".",       ",",
        "-",        "e5",   "1 e5",     "1/2",   "- 5",    " 1 000 00", "NaN",     "1,5 e3"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 77;
        int64_t whole = 77;
        test_check(!maille_parse_number(texts[i], &value), texts[i], __FILE__, __LINE__);
        test_check(!maille_parse_int(texts[i], &whole), texts[i], __FILE__, __LINE__);
        CHECK(value == 77 && whole == 77);
    }
    double value;
    CHECK(!maille_parse_number(NULL, &value));
    char long_text[1000];
    memset(long_text, '1', sizeof long_text);
    long_text[999] = '\0';
    CHECK(!maille_parse_number(long_text, &value));
}

TEST(numbers_agree_with_strtod) {
    int faults = 0;
    srand(5);
    for (int i = 0; i < 200000; i++) {
        char text[64];
        int digits = 1 + rand() % 17;
        double source = (double)rand() / 3.0 * pow(10, rand() % 40 - 20);
        snprintf(text, sizeof text, i % 2 ? "%.*g" : "%.*e", digits, source);
        double got = -1;
        faults += !maille_parse_number(text, &got) || got != strtod(text, NULL);
    }
    CHECK_INT(faults, 0);
}

TEST(whole_numbers) {
    int64_t got;
    CHECK(maille_parse_int("9223372036854775807", &got) && got == INT64_MAX);
    CHECK(maille_parse_int("-9223372036854775808", &got) && got == INT64_MIN);
    CHECK(!maille_parse_int("9223372036854775808", &got));
    CHECK(!maille_parse_int("-9223372036854775809", &got));
    CHECK(maille_parse_int(" 2 229 621 ", &got) && got == 2229621);
    CHECK(maille_parse_int("12.0", &got) && got == 12);
    CHECK(!maille_parse_int("12,5", &got));
    CHECK(!maille_parse_int("1e3", &got));
    CHECK(!maille_parse_int(NULL, &got));
}

TEST(missing_words) {
    static const char *const yes[] = {"",     "  ",        "NA",  "n/a",     " NR ",
                                      "Null", "ZZZZZZZZZ", "NaN", "\xC2\xA0"};
    static const char *const no[] = {"0", "N", "NAN1", "ZZZZ", "N A", "none", "Nantes", "-"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        test_check(maille_is_missing(yes[i]), yes[i], __FILE__, __LINE__);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        test_check(!maille_is_missing(no[i]), no[i], __FILE__, __LINE__);
    CHECK(maille_is_missing(NULL));
}

TEST(codes) {
    CHECK(maille_is_insee_code("01004") && maille_is_insee_code("2A004"));
    CHECK(maille_is_insee_code("2B033") && maille_is_insee_code("97411"));
    CHECK(!maille_is_insee_code("1004") && !maille_is_insee_code("010040"));
    CHECK(!maille_is_insee_code("2C004") && !maille_is_insee_code("2a004"));
    CHECK(!maille_is_insee_code("3A004") && !maille_is_insee_code("2AA04"));
    CHECK(!maille_is_insee_code("") && !maille_is_insee_code(NULL));
    static const char *const cases[][2] = {{"2A004", "2A"}, {"97411", "974"}, {"98735", "987"},
                                           {"01004", "01"}, {"75056", "75"},  {"9", "9"},
                                           {"", ""},        {"97", "97"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[4];
        maille_department_of(cases[i][0], out);
        CHECK_TEXT(out, cases[i][1]);
    }
}

TEST(dates) {
    static const char *const yes[] = {"2018", "2018-01", "2018-12-31", "2024-02-29", "2000-02-29"};
    static const char *const no[] = {"",           "18",         "2018-13",    "2018-00",
                                     "2018-1",     "2018-01-32", "2023-02-29", "1900-02-29",
                                     "2018/01/01", "01-01-2018", "2018-01-1",  "2018-01-01T",
                                     "2018-04-31", "2018-01-00", "abcd",       "2018-01/01"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        test_check(maille_is_date(yes[i]), yes[i], __FILE__, __LINE__);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        test_check(!maille_is_date(no[i]), no[i], __FILE__, __LINE__);
    CHECK(!maille_is_date(NULL));
}

TEST(encodings) {
    CHECK(maille_is_utf8("", 0) && maille_is_utf8("Évry €", strlen("Évry €")));
    CHECK(!maille_is_utf8("\xC9vry", 4));
    CHECK(!maille_is_utf8("\xC3", 1));             /* cut */
    CHECK(!maille_is_utf8("\xC0\xAF", 2));         /* overlong */
    CHECK(!maille_is_utf8("\xED\xA0\x80", 3));     /* surrogate */
    CHECK(!maille_is_utf8("\xF4\x90\x80\x80", 4)); /* beyond Unicode */
    CHECK(maille_is_utf8("a\0b", 3));
    CHECK_INT(maille_utf8_char("ab", 2), 1);
    CHECK_INT(maille_utf8_char("Évry", 5), 2);
    CHECK_INT(maille_utf8_char("€", 3), 3);
    CHECK_INT(maille_utf8_char("€", 2), 0);
    CHECK_INT(maille_utf8_char("", 0), 0);
    check_owned(maille_from_windows_1252("\xC9vry \x80 \x9Cuf \x92", 12), "Évry € œuf ’", __LINE__);
    check_owned(maille_from_windows_1252("abcdef", 3), "abc", __LINE__);
    check_owned(maille_from_windows_1252("a\0b", 3),
                "a\xEF\xBF\xBD"
                "b",
                __LINE__);
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    char *text = maille_from_windows_1252(all, 256);
    CHECK(maille_is_utf8(text, strlen(text)));
    maille_free(text);
}

TEST(nearest_names) {
    static const char *const names[] = {"communes", "couverture", "accessibilité", "flux",
                                        "commune"};
    uint32_t best[3];
    CHECK_INT(maille_nearest_names("COMUNES", names, 5, best), 3);
    CHECK_INT(best[0], 0);
    CHECK_INT(best[1], 4);
    CHECK_INT(maille_nearest_names("accessibilite", names, 3, best), 3);
    CHECK_INT(best[0], 2);
    CHECK_INT(maille_nearest_names("x", names + 3, 1, best), 1);
    CHECK_INT(best[0], 0);
    CHECK(best[1] == MAILLE_ABSENT && best[2] == MAILLE_ABSENT);
    CHECK_INT(maille_nearest_names("x", names, 0, best), 0);
    static const char *const equal[] = {"b", "c", "d", "e"}; /* the first stay first */
    CHECK_INT(maille_nearest_names("a", equal, 4, best), 3);
    CHECK(best[0] == 0 && best[1] == 1 && best[2] == 2);
    static const char *const falling[] = {"abcd", "abc", "ab", "a"};
    CHECK_INT(maille_nearest_names("a", falling, 4, best), 3);
    CHECK(best[0] == 3 && best[1] == 2 && best[2] == 1);
    static const char *const begun[] = {"nom", "population", "pmun"}; /* cut short, not mistyped */
    CHECK_INT(maille_nearest_names("pop", begun, 3, best), 3);
    CHECK_INT(best[0], 1);
}

TEST(ids) {
    CHECK(maille_is_id("medecin_generaliste") && maille_is_id("bv2012"));
    CHECK(!maille_is_id("") && !maille_is_id("A") && !maille_is_id("é") && !maille_is_id("a b"));
}

RUN_TESTS(CASE(folding), CASE(slugs), CASE(folding_is_idempotent), CASE(numbers),
          CASE(what_is_no_number), CASE(numbers_agree_with_strtod), CASE(whole_numbers),
          CASE(missing_words), CASE(codes), CASE(dates), CASE(encodings), CASE(nearest_names),
          CASE(ids))
