/* SHA-256 of bytes and files, as 64 lower-case hex digits; names by chance (room: base; libsodium).
 */
#ifndef MAILLE_HASH_H
#define MAILLE_HASH_H

#include <maille/ctx.h>
#include <stdint.h>

typedef struct {
    char hex[65];
} maille_sha256;

typedef struct maille_hasher maille_hasher;
maille_hasher *maille_hasher_new(void);
void maille_hasher_add(maille_hasher *hasher, const void *bytes, size_t length);
/* Adds the text and its closing NUL, so that ("ab","c") differs from ("a","bc"). NULL adds one
 * 0xFF. */
void maille_hasher_add_text(maille_hasher *hasher, const char *text);
void maille_hasher_end(maille_hasher *hasher, maille_sha256 *out); /* frees the hasher */
maille_status maille_hash_file(maille_ctx *ctx, const char *path, maille_sha256 *out);
/* 32 hex digits (128 bits) that nothing else was ever named by. */
maille_status maille_random_hex(maille_ctx *ctx, char out[33]);

#endif
