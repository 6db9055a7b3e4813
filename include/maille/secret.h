/* What is kept secret (room: base; libsodium): random bytes, their hash, comparing without telling
 * how much was right. */
#ifndef MAILLE_SECRET_H
#define MAILLE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Fills with random bytes of the system. */
void maille_random(void *bytes, size_t count);
/* Unpadded base64url of bytes; `out` holds (count * 4 + 2) / 3 + 1. */
void maille_base64url(const void *bytes, size_t count, char *out);
/* BLAKE2b-256 of a text, as 64 hexadecimal digits and NUL. */
void maille_secret_hash(const char *text, char out[65]);
/* Compares in constant time; lengths may show. */
bool maille_secret_equal(const char *a, const char *b);
/* Overwrites, whatever the optimiser thinks of it. */
void maille_wipe(void *bytes, size_t count);

#endif
