/* Growing text (room: base). A failed append is remembered: check `failed` once, at the end. */
#ifndef MAILLE_STRBUF_H
#define MAILLE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *text; /* always ends with NUL once anything was added; NULL before */
    size_t length, capacity;
    bool failed;
} maille_strbuf;

void maille_strbuf_add(maille_strbuf *s, const char *text);
void maille_strbuf_add_n(maille_strbuf *s, const char *text, size_t length);
void maille_strbuf_add_char(maille_strbuf *s, char c);
void maille_strbuf_addf(maille_strbuf *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void maille_strbuf_add_int(maille_strbuf *s, int64_t value);
/* Fixed number of decimals (0 to 9), round half away from zero on the decimal that the double
 * stands for (its shortest text: 2.675 gives 2.68), trailing zeros cut, never "-0", never an
 * exponent; not locale-dependent. Without a number: "nan", "inf", "-inf". */
void maille_strbuf_add_fixed(maille_strbuf *s, double value, int decimals);
/* As add_fixed, for French readers: a decimal comma, thousands apart by narrow no-break spaces. */
void maille_strbuf_add_french(maille_strbuf *s, double value, int decimals);
/* Shortest text that reads back to the same double ("%.17g" at worst). */
void maille_strbuf_add_double(maille_strbuf *s, double value);
/* A cell of a CSV file, quoted where it holds a separator, a quote or a line end (RFC 4180). */
void maille_strbuf_add_csv(maille_strbuf *s, const char *text);
void maille_strbuf_clear(maille_strbuf *s); /* keeps the memory */
void maille_strbuf_free(maille_strbuf *s);

#endif
