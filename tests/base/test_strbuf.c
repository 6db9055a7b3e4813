/* Text buffers, and numbers as text. The oracle of fixed decimals is integer arithmetic on the
 * decimal that the double was read from. */
#include "harness.h"

#include <locale.h>
#include <math.h>

#include <maille/memory.h>
#include <maille/strbuf.h>
#include <maille/text.h>

static uint64_t state = 42;

static uint64_t random_bits(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static const char *fixed(double value, int decimals) {
    static maille_strbuf s;
    static char text[512];
    maille_strbuf_clear(&s);
    maille_strbuf_add_fixed(&s, value, decimals);
    snprintf(text, sizeof text, "%s", s.text);
    maille_strbuf_free(&s);
    return text;
}

static const char *shortest(double value) {
    static char text[64];
    maille_strbuf s = {0};
    maille_strbuf_add_double(&s, value);
    snprintf(text, sizeof text, "%s", s.text);
    maille_strbuf_free(&s);
    return text;
}

TEST(pieces_join) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, "ab");
    maille_strbuf_add_n(&s, "cdef", 2);
    maille_strbuf_add_char(&s, '-');
    maille_strbuf_addf(&s, "%d/%s", 7, "x");
    CHECK_TEXT(s.text, "abcd-7/x");
    CHECK_INT(s.length, 8);
    for (int i = 0; i < 1000; i++)
        maille_strbuf_add_char(&s, 'y');
    CHECK_INT(s.length, 1008);
    CHECK_INT(strlen(s.text), 1008);
    maille_strbuf_clear(&s);
    CHECK_TEXT(s.text, "");
    maille_strbuf_add(&s, "again");
    CHECK_TEXT(s.text, "again");
    maille_strbuf_free(&s);
    CHECK(s.text == NULL && s.capacity == 0);
    maille_strbuf_free(&s);
}

TEST(an_empty_piece_makes_a_text) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, "");
    CHECK_TEXT(s.text, "");
    maille_strbuf_free(&s);
}

TEST(a_failed_append_is_remembered) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, "kept");
    maille_memory_fail_at(1);
    char big[200] = {0};
    maille_strbuf_add_n(&s, big, sizeof big);
    maille_memory_fail_at(0);
    CHECK(s.failed);
    maille_strbuf_add(&s, "x");
    CHECK_TEXT(s.text, "kept");
    maille_strbuf_free(&s);
}

TEST(numbers_as_french_readers_write_them) {
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{0, 0, "0"},
                 {999, 0, "999"},
                 {1000, 0, "1\u202f000"},
                 {-1234567.25, 1, "-1\u202f234\u202f567,3"},
                 {-100, 0, "-100"},
                 {1.5, 2, "1,5"},
                 {NAN, 0, "nan"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maille_strbuf s = {0};
        maille_strbuf_add_french(&s, cases[i].value, cases[i].decimals);
        CHECK_TEXT(s.text, cases[i].text);
        maille_strbuf_free(&s);
    }
}

TEST(integers) {
    const int64_t values[] = {0, 1, -1, 10, 99, 100, -1234567890123, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char want[32];
        maille_strbuf s = {0};
        snprintf(want, sizeof want, "%lld", (long long)values[i]);
        maille_strbuf_add_int(&s, values[i]);
        CHECK_TEXT(s.text, want);
        maille_strbuf_free(&s);
    }
}

TEST(fixed_decimals_by_hand) {
    CHECK_TEXT(fixed(0, 3), "0");
    CHECK_TEXT(fixed(-0.0, 3), "0");
    CHECK_TEXT(fixed(-0.0004, 3), "0");
    CHECK_TEXT(fixed(-0.0005, 3), "-0.001");
    CHECK_TEXT(fixed(2.675, 2), "2.68");
    CHECK_TEXT(fixed(-2.675, 2), "-2.68");
    CHECK_TEXT(fixed(1.005, 2), "1.01");
    CHECK_TEXT(fixed(0.5, 0), "1");
    CHECK_TEXT(fixed(1.5, 0), "2");
    CHECK_TEXT(fixed(2.5, 0), "3");
    CHECK_TEXT(fixed(0.005, 2), "0.01");
    CHECK_TEXT(fixed(0.004, 2), "0");
    CHECK_TEXT(fixed(0.05, 1), "0.1");
    CHECK_TEXT(fixed(0.95, 1), "1");
    CHECK_TEXT(fixed(0.995, 2), "1");
    CHECK_TEXT(fixed(9.995, 2), "10");
    CHECK_TEXT(fixed(99.5, 0), "100");
    CHECK_TEXT(fixed(12.5, 3), "12.5");
    CHECK_TEXT(fixed(12.0, 3), "12");
    CHECK_TEXT(fixed(1200.0, 1), "1200");
    CHECK_TEXT(fixed(2.3522219, 7), "2.3522219");
    CHECK_TEXT(fixed(48.85661400000001, 7), "48.856614");
    CHECK_TEXT(fixed(1e15, 9), "1000000000000000");
    CHECK_TEXT(fixed(999999999999999.5, 0), "1000000000000000");
    CHECK_TEXT(fixed(123456789012.125, 2), "123456789012.13");
    CHECK_TEXT(fixed(1e-9, 9), "0.000000001");
    CHECK_TEXT(fixed(4.9e-10, 9), "0");
    CHECK_TEXT(fixed(5e-10, 9), "0.000000001");
    CHECK_TEXT(fixed(1e-320, 9), "0");
    CHECK_TEXT(fixed(1e20, 2), "100000000000000000000");
    CHECK_TEXT(fixed(9007199254740993.0, 2), "9007199254740992");
    CHECK_TEXT(fixed(3.25, 12), "3.25");
    CHECK_TEXT(fixed(3.25, -1), "3");
    CHECK_TEXT(fixed((double)NAN, 2), "nan");
    CHECK_TEXT(fixed(-(double)INFINITY, 2), "-inf");
}

/* Digits of n / 10^decimals without trailing zeros. */
static void scaled_text(char out[64], bool negative, uint64_t n, int decimals) {
    uint64_t power = 1;
    for (int i = 0; i < decimals; i++)
        power *= 10;
    int length =
        snprintf(out, 64, "%s%llu.%0*llu", negative && n ? "-" : "",
                 (unsigned long long)(n / power), decimals, (unsigned long long)(n % power));
    while (out[length - 1] == '0')
        out[--length] = '\0';
    if (out[length - 1] == '.')
        out[length - 1] = '\0';
}

TEST(fixed_decimals_agree_with_integer_arithmetic) {
    int faults = 0;
    for (int i = 0; i < 400000; i++) {
        /* A decimal of up to 15 digits is the shortest text of its double. */
        uint64_t mantissa = random_bits() % 1000000000000000u;
        for (uint64_t shrink = random_bits() % 15; shrink > 0; shrink--)
            mantissa /= 10;
        int scale = (int)(random_bits() % 12), decimals = (int)(random_bits() % 10);
        bool negative = random_bits() & 1;
        if (scale > decimals && i % 2) { /* every second one a tie or next to one */
            uint64_t power = 1;
            for (int k = 0; k < scale - decimals; k++)
                power *= 10;
            mantissa = mantissa / power * power + power / 2 + (random_bits() % 3) - 1;
            if (mantissa >= 1000000000000000u)
                continue;
        }
        char source[64], want[64];
        snprintf(source, sizeof source, "%s%llue-%d", negative ? "-" : "",
                 (unsigned long long)mantissa, scale);
        uint64_t n = mantissa;
        if (scale > decimals) {
            uint64_t power = 1;
            for (int k = 0; k < scale - decimals; k++)
                power *= 10;
            n = mantissa / power + (mantissa % power * 2 >= power);
            scaled_text(want, negative, n, decimals);
        } else {
            scaled_text(want, negative, n, scale);
        }
        const char *got = fixed(strtod(source, NULL), decimals);
        if (strcmp(got, want) != 0 && faults++ < 5)
            fprintf(stderr, "%s at %d decimals: got %s, want %s\n", source, decimals, got, want);
    }
    CHECK_INT(faults, 0);
}

TEST(fixed_decimals_agree_with_printf_off_ties) {
    int faults = 0, compared = 0;
    for (int i = 0; i < 200000; i++) {
        double value = ((double)(random_bits() >> 11) / 9007199254740992.0 - 0.5) *
                       pow(10, (double)(random_bits() % 16));
        int decimals = (int)(random_bits() % 10);
        double past = fabs(value) * pow(10, decimals);
        if (past > 1e12 || fabs(past - floor(past) - 0.5) < 1e-3)
            continue;
        char want[128];
        int length = snprintf(want, sizeof want, "%.*f", decimals, value);
        if (decimals > 0) {
            while (want[length - 1] == '0')
                want[--length] = '\0';
            if (want[length - 1] == '.')
                want[length - 1] = '\0';
        }
        if (strcmp(want, "-0") == 0)
            snprintf(want, sizeof want, "0");
        compared++;
        faults += strcmp(fixed(value, decimals), want) != 0;
    }
    CHECK_INT(faults, 0);
    CHECK(compared > 100000);
}

TEST(shortest_text_reads_back) {
    CHECK_TEXT(shortest(0), "0");
    CHECK_TEXT(shortest(-0.0), "-0");
    CHECK_TEXT(shortest(0.1), "0.1");
    CHECK_TEXT(shortest(0.1 + 0.2), "0.30000000000000004");
    CHECK_TEXT(shortest(1.0 / 3), "0.3333333333333333");
    CHECK_TEXT(shortest(-125000), "-125000");
    CHECK_TEXT(shortest(1e15), "1e+15");
    CHECK_TEXT(shortest(1e300), "1e+300");
    CHECK_TEXT(shortest(5e-324), "4.94065645841247e-324");
    CHECK_TEXT(shortest((double)INFINITY), "inf");
    int faults = 0;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = random_bits();
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            faults += strtod(shortest(value), NULL) != value;
    }
    CHECK_INT(faults, 0);
}

/* A locale with a decimal comma: one that is installed, or one made for this test. */
static bool enter_comma_locale(void) {
    char command[1200];
    if (setlocale(LC_ALL, "fr_FR.UTF-8"))
        return true;
    snprintf(command, sizeof command, "localedef -f UTF-8 -i fr_FR '%s' >/dev/null 2>&1",
             test_scratch("fr_FR.UTF-8"));
    if (system(command) != 0)
        return false;
    setenv("LOCPATH", test_scratch(""), 1);
    return setlocale(LC_ALL, "fr_FR.UTF-8") != NULL;
}

TEST(no_locale_changes_a_number) {
    if (!enter_comma_locale()) {
        fprintf(stderr, "no locale with a decimal comma could be made: not looked at\n");
        return;
    }
    char comma[16];
    double number = 0;
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    CHECK_TEXT(comma, "0,5");
    CHECK_TEXT(shortest(0.1 + 0.2), "0.30000000000000004");
    CHECK_TEXT(fixed(2.675, 2), "2.68");
    CHECK_TEXT(fixed(48.856614, 7), "48.856614");
    CHECK(maille_parse_number("0.30000000000000004", &number) && number == 0.1 + 0.2);
    setlocale(LC_ALL, "C");
}

static void check_csv(const char *text, const char *cell) {
    maille_strbuf s = {0};
    maille_strbuf_add_csv(&s, text);
    CHECK_TEXT(s.text, cell);
    maille_strbuf_free(&s);
}

TEST(cells_of_a_csv_are_quoted_where_they_must) {
    check_csv("", "");
    check_csv("Saint-Étienne", "Saint-Étienne");
    check_csv(" a;b ", " a;b ");
    check_csv("a,b", "\"a,b\"");
    check_csv("dit \"le Vieux\"", "\"dit \"\"le Vieux\"\"\"");
    check_csv("a\nb", "\"a\nb\"");
    check_csv("a\r", "\"a\r\"");
}

RUN_TESTS(CASE(pieces_join), CASE(an_empty_piece_makes_a_text), CASE(a_failed_append_is_remembered),
          CASE(numbers_as_french_readers_write_them), CASE(integers),
          CASE(cells_of_a_csv_are_quoted_where_they_must), CASE(fixed_decimals_by_hand),
          CASE(fixed_decimals_agree_with_integer_arithmetic),
          CASE(fixed_decimals_agree_with_printf_off_ties), CASE(shortest_text_reads_back),
          CASE(no_locale_changes_a_number))
