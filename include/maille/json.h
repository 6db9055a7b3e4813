/* JSON: a streaming writer; reading is jansson's, inside base (room: base). */
#ifndef MAILLE_JSON_H
#define MAILLE_JSON_H

#include <maille/ctx.h>
#include <maille/strbuf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Adds `text` as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD; NULL adds null. */
void maille_json_text(maille_strbuf *s, const char *text);
/* Adds a number with fixed decimals, or null when it is NaN or infinite. */
void maille_json_fixed(maille_strbuf *s, double value, int decimals);
/* Shortest round-trip number, or null when NaN or infinite. */
void maille_json_double(maille_strbuf *s, double value);
/* Adds ["a","b"]. */
void maille_json_texts(maille_strbuf *s, const char *const *texts, size_t count);

/* Objects and arrays written as they come: commas are set by themselves. `key` NULL inside an
 * array. Check `s.failed` once, at the end. */
typedef struct {
    maille_strbuf s;
    bool comma; /* what comes next is not the first */
} maille_jout;
void maille_j_open(maille_jout *j, const char *key, char bracket); /* '{' or '[' */
void maille_j_close(maille_jout *j, char bracket);                 /* '}' or ']' */
void maille_j_text(maille_jout *j, const char *key, const char *text);
void maille_j_number(maille_jout *j, const char *key, double value); /* null for NaN */
void maille_j_int(maille_jout *j, const char *key, int64_t value);
void maille_j_bool(maille_jout *j, const char *key, bool value);
void maille_j_json(maille_jout *j, const char *key, const char *json); /* as it is */
void maille_j_texts(maille_jout *j, const char *key, const char *const *texts, size_t count);

/* Reads an array of texts, as maille_json_texts writes it. `out` and its texts are one block that
 * maille_free releases. */
maille_status maille_json_read_texts(maille_ctx *ctx, const char *json, char ***out, size_t *count);

#endif
