/* What is kept secret, by libsodium. */
#include <maille/secret.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Without random numbers of the system there is no secret to make: libsodium itself aborts where
 * the system gives none later on. */
static void ready(void) {
    if (sodium_init() < 0)
        abort();
}

void maille_random(void *bytes, size_t count) {
    ready();
    randombytes_buf(bytes, count);
}

void maille_base64url(const void *bytes, size_t count, char *out) {
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    sodium_bin2base64(out, sodium_base64_encoded_len(count, variant), bytes, count, variant);
}

void maille_secret_hash(const char *text, char out[65]) {
    unsigned char hash[32];
    ready();
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
    sodium_bin2hex(out, 65, hash, sizeof hash);
    sodium_memzero(hash, sizeof hash);
}

bool maille_secret_equal(const char *a, const char *b) {
    size_t length = strlen(a);
    return strlen(b) == length && sodium_memcmp(a, b, length) == 0;
}

void maille_wipe(void *bytes, size_t count) {
    sodium_memzero(bytes, count);
}
