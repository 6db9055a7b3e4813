/* Growing text, and numbers as text: fast, and the same in every locale. */
#include <maille/strbuf.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <maille/memory.h>

/* Place for `more` bytes and a NUL; NULL when memory ran out, now or before. */
static char *room_for(maille_strbuf *s, size_t more) {
    if (s->failed)
        return NULL;
    if (s->capacity - s->length <= more) { /* also when both are 0 */
        size_t wanted = s->length + more + 1;
        size_t capacity = s->capacity < 32 ? 64 : s->capacity * 2;
        if (more > PTRDIFF_MAX - s->length - 1) {
            s->failed = true;
            return NULL;
        }
        if (capacity < wanted)
            capacity = wanted;
        char *text = maille_resize(s->text, capacity, 1);
        if (!text) {
            s->failed = true;
            return NULL;
        }
        s->text = text;
        s->capacity = capacity;
    }
    return s->text + s->length;
}

void maille_strbuf_add(maille_strbuf *s, const char *text) {
    maille_strbuf_add_n(s, text, strlen(text));
}

void maille_strbuf_add_n(maille_strbuf *s, const char *text, size_t length) {
    char *to = room_for(s, length);
    if (!to)
        return;
    memcpy(to, text, length);
    to[length] = '\0';
    s->length += length;
}

void maille_strbuf_add_char(maille_strbuf *s, char c) {
    char *to = room_for(s, 1);
    if (!to)
        return;
    to[0] = c;
    to[1] = '\0';
    s->length++;
}

void maille_strbuf_addf(maille_strbuf *s, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *to = length < 0 ? NULL : room_for(s, (size_t)length);
    if (to) {
        vsnprintf(to, (size_t)length + 1, format, again);
        s->length += (size_t)length;
    } else {
        s->failed = true;
    }
    va_end(again);
    va_end(args);
}

/* Writes the digits of `n` so that they end before `end`; returns their start. */
static char *digits_before(char *end, uint64_t n) {
    do {
        *--end = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    return end;
}

void maille_strbuf_add_int(maille_strbuf *s, int64_t value) {
    char buffer[24], *end = buffer + sizeof buffer;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *start = digits_before(end, magnitude);
    if (value < 0)
        *--start = '-';
    maille_strbuf_add_n(s, start, (size_t)(end - start));
}

/* Infinity and NaN have no digits. */
static void add_not_finite(maille_strbuf *s, double value) {
    maille_strbuf_add(s, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

/* Adds n / 10^decimals, trailing zeros cut. */
static void add_scaled(maille_strbuf *s, bool negative, uint64_t n, int decimals) {
    char buffer[40], *end = buffer + sizeof buffer, *start = end;
    while (decimals > 0 && n % 10 == 0) {
        n /= 10;
        decimals--;
    }
    negative = negative && n != 0;
    if (decimals > 0) {
        for (int i = 0; i < decimals; i++) {
            *--start = (char)('0' + n % 10);
            n /= 10;
        }
        *--start = '.';
    }
    start = digits_before(start, n);
    if (negative)
        *--start = '-';
    maille_strbuf_add_n(s, start, (size_t)(end - start));
}

/* A finite double as d.ddde±x with the fewest digits that read back; the point is the locale's. */
static void shortest_scientific(char text[40], double value) {
    for (int digits = 14; digits <= 16; digits++) {
        snprintf(text, 40, "%.*e", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

/* Significant digits (17 at most, trailing zeros cut) of a positive double, as the number
 * 0.d1d2d3… · 10^point. Returns how many. */
static int shortest_digits(double value, char digits[17], int *point) {
    char text[40];
    int count = 0;
    shortest_scientific(text, value);
    const char *c = text;
    for (; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9') /* whatever the locale's point is, it is skipped */
            digits[count++] = *c;
    *point = (int)strtol(c + 1, NULL, 10) + 1;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    return count;
}

/* Rounds to `kept` of the digits that stand behind buffer[0], a '0' that takes the carry; half goes
 * up. Returns how many are kept. */
static int round_digits(char *buffer, int kept) {
    if (kept < 0)
        return 0;
    if (buffer[1 + kept] >= '5') {
        char *last = buffer + kept;
        while (*last == '9')
            *last-- = '0';
        ++*last;
    }
    return kept;
}

/* 0.d1d2d3… · 10^point, of one digit at least. */
static void add_decimal(maille_strbuf *s, const char *digits, int count, int point) {
    int whole = point < 0 ? 0 : point < count ? point : count;
    if (point <= 0)
        maille_strbuf_add_char(s, '0');
    maille_strbuf_add_n(s, digits, (size_t)whole);
    for (int i = count; i < point; i++)
        maille_strbuf_add_char(s, '0');
    if (count > point)
        maille_strbuf_add_char(s, '.');
    for (int i = point; i < 0; i++)
        maille_strbuf_add_char(s, '0');
    maille_strbuf_add_n(s, digits + whole, (size_t)(count - whole));
}

/* The exact way: rounds the shortest decimal of `value` (positive) digit by digit. */
static void add_fixed_by_digits(maille_strbuf *s, bool negative, double value, int decimals) {
    char buffer[18] = "0";
    const char *digits = buffer + 1;
    int point;
    int count = shortest_digits(value, buffer + 1, &point);
    if (point + decimals < count)
        count = round_digits(buffer, point + decimals);
    if (buffer[0] == '1') {
        digits = buffer;
        count++;
        point++;
    }
    while (count > 0 && count > point && digits[count - 1] == '0')
        count--;
    if (count == 0) {
        maille_strbuf_add_char(s, '0'); /* no "-0" */
        return;
    }
    if (negative)
        maille_strbuf_add_char(s, '-');
    add_decimal(s, digits, count, point);
}

void maille_strbuf_add_fixed(maille_strbuf *s, double value, int decimals) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    if (!isfinite(value)) {
        add_not_finite(s, value);
        return;
    }
    decimals = decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
    bool negative = value < 0;
    value = fabs(value);
    double scaled = value * powers[decimals];
    if (scaled < 1e15) {
        uint64_t n = (uint64_t)scaled;
        double past_tie = scaled - (double)n - 0.5;
        /* `scaled` is off the decimal by no more than two units of its last place. */
        if (fabs(past_tie) > 1e-6 + scaled * 4.5e-16) {
            add_scaled(s, negative, n + (past_tie > 0), decimals);
            return;
        }
    }
    if (value == 0)
        maille_strbuf_add_char(s, '0');
    else
        add_fixed_by_digits(s, negative, value, decimals);
}

void maille_strbuf_add_french(maille_strbuf *s, double value, int decimals) {
    maille_strbuf plain = {0};
    maille_strbuf_add_fixed(&plain, value, decimals);
    const char *text = plain.text ? plain.text : "";
    size_t whole = strcspn(text, ".");
    s->failed = s->failed || plain.failed;
    for (size_t i = 0; text[i]; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0 && isfinite(value) && text[i - 1] != '-')
            maille_strbuf_add(s, "\u202f");
        if (i == whole)
            maille_strbuf_add_char(s, ',');
        else
            maille_strbuf_add_char(s, text[i]);
    }
    maille_strbuf_free(&plain);
}

void maille_strbuf_add_double(maille_strbuf *s, double value) {
    if (!isfinite(value)) {
        add_not_finite(s, value);
        return;
    }
    if (fabs(value) < 1e15 && value == (double)(int64_t)value && !(value == 0 && signbit(value))) {
        maille_strbuf_add_int(s, (int64_t)value);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    bool in_point = false; /* a locale's point may be several bytes */
    for (const char *c = text; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || *c == '-' || *c == '+' || *c == 'e';
        if (plain)
            maille_strbuf_add_char(s, *c);
        else if (!in_point)
            maille_strbuf_add_char(s, '.');
        in_point = !plain;
    }
}

void maille_strbuf_add_csv(maille_strbuf *s, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        maille_strbuf_add(s, text);
        return;
    }
    maille_strbuf_add_char(s, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            maille_strbuf_add_char(s, '"');
        maille_strbuf_add_char(s, *c);
    }
    maille_strbuf_add_char(s, '"');
}

void maille_strbuf_clear(maille_strbuf *s) {
    s->length = 0;
    s->failed = false;
    if (s->text)
        s->text[0] = '\0';
}

void maille_strbuf_free(maille_strbuf *s) {
    maille_free(s->text);
    *s = (maille_strbuf){0};
}
