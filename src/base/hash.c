/* SHA-256 and chance by libsodium. */
#include <maille/hash.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include <maille/memory.h>

struct maille_hasher {
    crypto_hash_sha256_state state;
};

maille_hasher *maille_hasher_new(void) {
    if (sodium_init() < 0)
        return NULL;
    maille_hasher *hasher = maille_alloc(1, sizeof *hasher);
    if (hasher)
        crypto_hash_sha256_init(&hasher->state);
    return hasher;
}

void maille_hasher_add(maille_hasher *hasher, const void *bytes, size_t length) {
    if (length)
        crypto_hash_sha256_update(&hasher->state, bytes, length);
}

void maille_hasher_add_text(maille_hasher *hasher, const char *text) {
    if (text)
        maille_hasher_add(hasher, text, strlen(text) + 1);
    else
        maille_hasher_add(hasher, "\xFF", 1);
}

void maille_hasher_end(maille_hasher *hasher, maille_sha256 *out) {
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&hasher->state, digest);
    sodium_bin2hex(out->hex, sizeof out->hex, digest, sizeof digest);
    maille_free(hasher);
}

maille_status maille_hash_file(maille_ctx *ctx, const char *path, maille_sha256 *out) {
    maille_status status = MAILLE_OK;
    maille_hasher *hasher = NULL;
    unsigned char bytes[16384];
    size_t length;
    out->hex[0] = '\0';
    FILE *file = fopen(path, "rb");
    if (!file) {
        status = maille_fail(ctx, errno == ENOENT ? MAILLE_NOT_FOUND : MAILLE_FAILED,
                             "%s could not be opened: %s", path, strerror(errno));
        goto done;
    }
    hasher = maille_hasher_new();
    if (!hasher) {
        status = maille_no_memory(ctx);
        goto done;
    }
    while ((length = fread(bytes, 1, sizeof bytes, file)) > 0)
        maille_hasher_add(hasher, bytes, length);
    if (ferror(file)) {
        status = maille_fail(ctx, MAILLE_FAILED, "%s could not be read: %s", path, strerror(errno));
        goto done;
    }
    maille_hasher_end(hasher, out);
    hasher = NULL;
done:
    maille_free(hasher);
    if (file)
        fclose(file);
    return status;
}

maille_status maille_random_hex(maille_ctx *ctx, char out[33]) {
    unsigned char bytes[16];
    if (sodium_init() < 0)
        return maille_fail(ctx, MAILLE_FAILED, "the system gave no random numbers");
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, 33, bytes, sizeof bytes);
    return MAILLE_OK;
}
