/* French text: folding, slugs, parsing of numbers and codes as people write them (room: base). */
#ifndef MAILLE_TEXT_H
#define MAILLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Folds for comparison: lower case, accents and ligatures undone, apostrophes and punctuation as
 * one space, "saint"/"sainte" for "st"/"ste". Owned by the caller; NULL when memory ran out. */
char *maille_fold(const char *text);
/* Folded, articles (le la les l d de du des) dropped, joined by hyphens: "Lettre d’intention" →
 * "lettre-intention", "contractualisée" → "contractualisee". A text of articles only keeps them.
 * Owned by the caller; NULL when memory ran out. */
char *maille_slug(const char *text);
/* Whole text as a number: thousands separated by spaces or no-break spaces, decimal comma or
 * point, surrounding blanks. False for anything else (NaN and infinity too). */
bool maille_parse_number(const char *text, double *out);
/* The same for whole numbers; decimals may be written if they are zeros ("12,0"). */
bool maille_parse_int(const char *text, int64_t *out);
/* True for the words that mean "no value": "", NA, N/A, NR, null, ZZZZZZZZZ, nan. */
bool maille_is_missing(const char *text);
/* True for 5 characters: 2 digits or 2A/2B, then 3 digits. */
bool maille_is_insee_code(const char *text);
/* "2A004" → "2A", "97411" → "974", "98..." → 3 characters. Buffer of 4. */
void maille_department_of(const char *code, char out[4]);
/* ISO date YYYY-MM-DD, YYYY-MM or YYYY. */
bool maille_is_date(const char *text);
/* True for names that a study gives: a-z, 0-9 and _, at least one. */
bool maille_is_id(const char *text);
/* Bytes of the UTF-8 character that the text begins with; 0 where it begins with none. */
size_t maille_utf8_char(const char *text, size_t length);
bool maille_is_utf8(const char *text, size_t length);
/* Windows-1252 (which holds ISO-8859-1's text) as UTF-8; a NUL byte becomes U+FFFD, so that nothing
 * is cut. Owned by the caller; NULL when memory ran out. */
char *maille_from_windows_1252(const char *text, size_t length);
/* Three nearest of `names` by edit distance of folded text (1 for a name that begins with 3
 * characters or more) go to `best` (indices, nearest first; MAILLE_ABSENT where fewer). Returns how
 * many. */
size_t maille_nearest_names(const char *text, const char *const *names, size_t count,
                            uint32_t best[3]);

#endif
