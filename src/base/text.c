/* French text: folding, slugs, numbers and codes as people write them. */
#include <maille/text.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/strbuf.h>

/* ---- folding ---- */

/* Letters that Unicode does not decompose; case has been folded before. */
static const struct {
    utf8proc_int32_t letter;
    const char *folded;
} ligatures[] = {
    {0x0153, "oe"}, {0x00E6, "ae"}, {0x00F8, "o"}, {0x0142, "l"}, {0x0111, "d"}, {0x0131, "i"},
};

static bool is_letter_or_digit(utf8proc_int32_t c) {
    utf8proc_category_t category = utf8proc_category(c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

/* Adds a space between words: never at the start, never two. */
static void add_space(maille_strbuf *s) {
    if (s->length > 0 && s->text[s->length - 1] != ' ')
        maille_strbuf_add_char(s, ' ');
}

static void add_folded_character(maille_strbuf *s, utf8proc_int32_t c) {
    utf8proc_int32_t parts[32];
    int last_class = 0;
    utf8proc_option_t options = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                                UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    utf8proc_ssize_t count = utf8proc_decompose_char(c, parts, 32, options, &last_class);
    for (utf8proc_ssize_t i = 0; i < count && i < 32; i++) {
        const char *folded = NULL;
        for (size_t k = 0; k < sizeof ligatures / sizeof *ligatures; k++)
            if (ligatures[k].letter == parts[i])
                folded = ligatures[k].folded;
        if (folded) {
            maille_strbuf_add(s, folded);
        } else if (is_letter_or_digit(parts[i])) {
            utf8proc_uint8_t bytes[4];
            utf8proc_ssize_t length = utf8proc_encode_char(parts[i], bytes);
            maille_strbuf_add_n(s, (const char *)bytes, (size_t)length);
        } else {
            add_space(s);
        }
    }
}

/* Lower case without accents, words apart by one space; "saint" not yet "st". */
static void add_folded(maille_strbuf *s, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i < length;) {
        unsigned char c = (unsigned char)text[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            maille_strbuf_add_char(s, (char)c);
            i++;
        } else if (c >= 'A' && c <= 'Z') {
            maille_strbuf_add_char(s, (char)(c - 'A' + 'a'));
            i++;
        } else if (c < 0x80) {
            add_space(s);
            i++;
        } else {
            utf8proc_int32_t code;
            utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
                                                      (utf8proc_ssize_t)(length - i), &code);
            if (bytes < 1)
                add_space(s);
            else
                add_folded_character(s, code);
            i += bytes < 1 ? 1 : (size_t)bytes;
        }
    }
}

/* One word of folded text, and where the next begins. */
typedef struct {
    const char *start;
    size_t length;
} word;

static bool next_word(const char **rest, word *w) {
    *rest += strspn(*rest, " ");
    *w = (word){*rest, strcspn(*rest, " ")};
    *rest += w->length;
    return w->length > 0;
}

static bool word_is(word w, const char *text) {
    return strlen(text) == w.length && memcmp(w.start, text, w.length) == 0;
}

static bool is_article(word w) {
    static const char *const articles[] = {"le", "la", "les", "l", "d", "de", "du", "des"};
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        if (word_is(w, articles[i]))
            return true;
    return false;
}

static void add_joined(maille_strbuf *s, char joint, word w) {
    if (s->length > 0)
        maille_strbuf_add_char(s, joint);
    if (word_is(w, "saint"))
        maille_strbuf_add(s, "st");
    else if (word_is(w, "sainte"))
        maille_strbuf_add(s, "ste");
    else
        maille_strbuf_add_n(s, w.start, w.length);
}

/* Words of a text, folded, with or without articles; NULL when memory ran out. */
static char *fold_words(const char *text, char joint, bool with_articles) {
    maille_strbuf folded = {0}, out = {0};
    word w;
    add_folded(&folded, text);
    for (const char *rest = folded.text ? folded.text : ""; next_word(&rest, &w);)
        if (with_articles || !is_article(w))
            add_joined(&out, joint, w);
    maille_strbuf_add_n(&out, "", 0);
    bool failed = folded.failed || out.failed;
    maille_strbuf_free(&folded);
    if (failed)
        maille_strbuf_free(&out);
    return out.text;
}

char *maille_fold(const char *text) {
    return text ? fold_words(text, ' ', true) : NULL;
}

char *maille_slug(const char *text) {
    char *slug = text ? fold_words(text, '-', false) : NULL;
    if (slug && !*slug) { /* nothing but articles: they are the name */
        maille_free(slug);
        slug = fold_words(text, '-', true);
    }
    return slug;
}

/* ---- blanks and numbers ---- */

/* Bytes of a blank at the start of the text (ASCII, no-break, narrow no-break, thin), or 0. */
static size_t blank_length(const char *text) {
    if (*text == ' ' || (*text >= '\t' && *text <= '\r'))
        return 1;
    if (strncmp(text, "\xC2\xA0", 2) == 0)
        return 2;
    if (strncmp(text, "\xE2\x80\xAF", 3) == 0 || strncmp(text, "\xE2\x80\x89", 3) == 0)
        return 3;
    return 0;
}

static const char *skip_blanks(const char *text) {
    for (size_t n; (n = blank_length(text)) > 0;)
        text += n;
    return text;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

#define DIGITS_MAX 320 /* longer than any double written out */

/* A number taken apart: sign, digits of the mantissa, and the power of ten that it is times. */
typedef struct {
    bool negative;
    char digits[DIGITS_MAX];
    size_t count, decimals;
    long exponent;
} parts_of_number;

static bool add_digit(parts_of_number *n, char c) {
    if (n->count == DIGITS_MAX)
        return false;
    n->digits[n->count++] = c;
    return true;
}

/* Digits before the point: all together, or 1 to 3 and then groups of 3 behind a blank. */
static const char *scan_whole(const char *text, parts_of_number *n) {
    size_t group = 0;
    bool grouped = false;
    for (;;) {
        for (; is_digit(*text); text++, group++)
            if (!add_digit(n, *text))
                return NULL;
        size_t blank = blank_length(text);
        if (blank == 0 || !is_digit(text[blank]))
            break;
        if (group == 0 || group > 3 || (grouped && group != 3))
            return NULL;
        grouped = true;
        group = 0;
        text += blank;
    }
    return grouped && group != 3 ? NULL : text;
}

static const char *scan_exponent(const char *text, parts_of_number *n) {
    const char *digits = text + 1 + (text[1] == '+' || text[1] == '-');
    if (!is_digit(*digits))
        return NULL;
    long exponent = 0;
    for (; is_digit(*digits); digits++)
        if (exponent < 100000)
            exponent = exponent * 10 + (*digits - '0');
    n->exponent = text[1] == '-' ? -exponent : exponent;
    return digits;
}

static bool scan_number(const char *text, parts_of_number *n) {
    *n = (parts_of_number){0};
    text = skip_blanks(text);
    if (*text == '+' || *text == '-')
        n->negative = *text++ == '-';
    text = scan_whole(text, n);
    if (!text)
        return false;
    if (*text == '.' || *text == ',')
        for (text++; is_digit(*text); text++, n->decimals++)
            if (!add_digit(n, *text))
                return false;
    if (n->count == 0)
        return false;
    if (*text == 'e' || *text == 'E')
        text = scan_exponent(text, n);
    return text && *skip_blanks(text) == '\0';
}

bool maille_parse_number(const char *text, double *out) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    parts_of_number n;
    if (!text || !scan_number(text, &n))
        return false;
    long power = n.exponent - (long)n.decimals;
    double value;
    if (n.count <= 15 && power >= -22 && power <= 22) {
        /* Mantissa and power are exact doubles: one rounding, the right one. */
        uint64_t mantissa = 0;
        for (size_t i = 0; i < n.count; i++)
            mantissa = mantissa * 10 + (uint64_t)(n.digits[i] - '0');
        value = power < 0 ? (double)mantissa / powers[-power] : (double)mantissa * powers[power];
    } else {
        /* Without a point, strtod reads the same in every locale. */
        maille_strbuf plain = {0};
        maille_strbuf_add_n(&plain, n.digits, n.count);
        maille_strbuf_add_char(&plain, 'e');
        maille_strbuf_add_int(&plain, power);
        if (plain.failed) {
            maille_strbuf_free(&plain);
            return false;
        }
        value = strtod(plain.text, NULL);
        maille_strbuf_free(&plain);
        if (value > 1.7976931348623157e308)
            return false;
    }
    *out = n.negative ? -value : value;
    return true;
}

bool maille_parse_int(const char *text, int64_t *out) {
    parts_of_number n;
    if (!text || !scan_number(text, &n) || n.exponent != 0)
        return false;
    uint64_t most = n.negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t value = 0;
    for (size_t i = 0; i < n.count; i++) {
        uint64_t digit = (uint64_t)(n.digits[i] - '0');
        if (i >= n.count - n.decimals) { /* "12,0" is 12; "12,5" is no whole number */
            if (digit != 0)
                return false;
            continue;
        }
        if (value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = n.negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool maille_is_missing(const char *text) {
    static const char *const words[] = {"", "NA", "N/A", "NR", "null", "ZZZZZZZZZ", "nan"};
    if (!text)
        return true;
    text = skip_blanks(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (strncasecmp(text, words[i], length) == 0 && *skip_blanks(text + length) == '\0')
            return true;
    }
    return false;
}

/* ---- codes and dates ---- */

bool maille_is_insee_code(const char *text) {
    if (!text || strlen(text) != 5 || !is_digit(text[0]))
        return false;
    bool corsica = text[0] == '2' && (text[1] == 'A' || text[1] == 'B');
    return (is_digit(text[1]) || corsica) && is_digit(text[2]) && is_digit(text[3]) &&
           is_digit(text[4]);
}

void maille_department_of(const char *code, char out[4]) {
    size_t length = strncmp(code, "97", 2) == 0 || strncmp(code, "98", 2) == 0 ? 3 : 2;
    length = strnlen(code, length);
    memcpy(out, code, length);
    out[length] = '\0';
}

/* Number of `count` digits at the start of the text, or -1. */
static int fixed_digits(const char *text, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static int days_of_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool maille_is_date(const char *text) {
    size_t length = text ? strlen(text) : 0;
    if (length != 4 && length != 7 && length != 10)
        return false;
    int year = fixed_digits(text, 4);
    if (year < 0 || length == 4)
        return year >= 0;
    int month = text[4] == '-' ? fixed_digits(text + 5, 2) : -1;
    if (month < 1 || month > 12)
        return false;
    if (length == 7)
        return true;
    int day = text[7] == '-' ? fixed_digits(text + 8, 2) : -1;
    return day >= 1 && day <= days_of_month(year, month);
}

/* ---- encodings ---- */

bool maille_is_id(const char *text) {
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

size_t maille_utf8_char(const char *text, size_t length) {
    if (length > 0 && (unsigned char)*text < 0x80)
        return 1;
    utf8proc_int32_t code;
    utf8proc_ssize_t bytes =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &code);
    return bytes < 1 ? 0 : (size_t)bytes;
}

bool maille_is_utf8(const char *text, size_t length) {
    for (size_t i = 0; i < length;) {
        size_t bytes = maille_utf8_char(text + i, length - i);
        if (bytes == 0)
            return false;
        i += bytes;
    }
    return true;
}

/* 0x80 to 0x9F; what the code page leaves open is a control, as browsers read it. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

char *maille_from_windows_1252(const char *text, size_t length) {
    maille_strbuf s = {0};
    maille_strbuf_add_n(&s, "", 0);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        utf8proc_int32_t code = c;
        if (c >= 0x80 && c < 0xA0)
            code = windows_1252[c - 0x80];
        if (c == 0)
            code = 0xFFFD; /* a NUL would cut the text */
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t count = utf8proc_encode_char(code, bytes);
        maille_strbuf_add_n(&s, (const char *)bytes, (size_t)count);
    }
    if (s.failed)
        maille_strbuf_free(&s);
    return s.text;
}

/* ---- nearest names ---- */

/* Levenshtein's distance in bytes; `row` holds strlen(b) + 1 places. */
static size_t edit_distance(const char *a, const char *b, size_t *row) {
    size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t above = row[j + 1];
            size_t least = diagonal + (a[i] != b[j]);
            if (above + 1 < least)
                least = above + 1;
            if (row[j] + 1 < least)
                least = row[j] + 1;
            row[j + 1] = least;
            diagonal = above;
        }
    }
    return row[width];
}

/* Puts a name into the three nearest; of equal ones, the first stays first. */
static void insert_nearest(uint32_t best[3], size_t distances[3], uint32_t name, size_t distance) {
    size_t place = 3;
    while (place > 0 && distance < distances[place - 1])
        place--;
    for (size_t i = 2; i > place && i < 3; i--) {
        best[i] = best[i - 1];
        distances[i] = distances[i - 1];
    }
    if (place < 3) {
        best[place] = name;
        distances[place] = distance;
    }
}

size_t maille_nearest_names(const char *text, const char *const *names, size_t count,
                            uint32_t best[3]) {
    size_t distances[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX};
    best[0] = best[1] = best[2] = MAILLE_ABSENT;
    char *wanted = maille_fold(text);
    size_t *row = wanted ? maille_alloc(strlen(wanted) + 1, sizeof *row) : NULL;
    for (size_t i = 0; row && i < count; i++) {
        char *name = maille_fold(names[i]);
        bool begun = name && strlen(wanted) > 2 && strncmp(name, wanted, strlen(wanted)) == 0;
        if (name)
            insert_nearest(best, distances, (uint32_t)i,
                           begun && strcmp(name, wanted) != 0 ? 1
                                                              : edit_distance(name, wanted, row));
        maille_free(name);
    }
    maille_free(row);
    maille_free(wanted);
    return (size_t)(best[0] != MAILLE_ABSENT) + (best[1] != MAILLE_ABSENT) +
           (best[2] != MAILLE_ABSENT);
}
