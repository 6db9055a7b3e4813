/* SHA-256 against the vectors of FIPS 180-4 and against sha256sum. */
#include "harness.h"

#include <maille/hash.h>

TEST(published_vectors) {
    maille_sha256 got;
    maille_hasher *hasher = maille_hasher_new();
    maille_hasher_end(hasher, &got);
    CHECK_TEXT(got.hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hasher = maille_hasher_new();
    maille_hasher_add(hasher, "a", 1);
    maille_hasher_add(hasher, "bc", 2);
    maille_hasher_end(hasher, &got);
    CHECK_TEXT(got.hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static maille_sha256 hash_texts(const char *a, const char *b) {
    maille_sha256 got;
    maille_hasher *hasher = maille_hasher_new();
    maille_hasher_add_text(hasher, a);
    maille_hasher_add_text(hasher, b);
    maille_hasher_end(hasher, &got);
    return got;
}

TEST(borders_between_texts_count) {
    CHECK(strcmp(hash_texts("ab", "c").hex, hash_texts("a", "bc").hex) != 0);
    CHECK(strcmp(hash_texts("ab", NULL).hex, hash_texts("ab", "").hex) != 0);
    CHECK_TEXT(hash_texts("ab", "c").hex, hash_texts("ab", "c").hex);
}

TEST(a_file_as_sha256sum_has_it) {
    char path[1024], command[1200], want[65] = "";
    snprintf(path, sizeof path, "%s", test_scratch("bytes"));
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < 100000; i++)
        fputc(i * 31 % 251, file);
    fclose(file);
    snprintf(command, sizeof command, "sha256sum '%s'", path);
    FILE *peer = popen(command, "r");
    CHECK(peer && fgets(want, sizeof want, peer));
    pclose(peer);
    maille_ctx *ctx;
    maille_sha256 got;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    CHECK(maille_hash_file(ctx, path, &got) == MAILLE_OK);
    CHECK_TEXT(got.hex, want);
    CHECK(maille_hash_file(ctx, test_scratch("absent"), &got) == MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "absent") != NULL);
    CHECK_TEXT(got.hex, "");
    CHECK(maille_hash_file(ctx, "/", &got) == MAILLE_FAILED);
    maille_ctx_free(ctx);
}

TEST(names_by_chance_differ) {
    enum { NAMES = 1000 };
    static char names[NAMES][33];
    maille_ctx *ctx;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    for (int i = 0; i < NAMES; i++) {
        CHECK(maille_random_hex(ctx, names[i]) == MAILLE_OK);
        CHECK_INT(strspn(names[i], "0123456789abcdef"), 32);
        CHECK_INT(strlen(names[i]), 32);
        for (int k = 0; k < i; k++)
            CHECK(strcmp(names[k], names[i]) != 0);
    }
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(published_vectors), CASE(borders_between_texts_count),
          CASE(a_file_as_sha256sum_has_it), CASE(names_by_chance_differ))
