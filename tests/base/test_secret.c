/* Secrets: hashes as everyone computes them, base64url as RFC 4648 has it, chance that is chance.
 */
#include "harness.h"

#include <maille/secret.h>

TEST(hashes_are_blake2b) {
    char hash[65];
    maille_secret_hash("abc", hash); /* b2sum -l 256 */
    CHECK_TEXT(hash, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    maille_secret_hash("", hash);
    CHECK_TEXT(hash, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

TEST(base64url_is_that_of_rfc_4648) {
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].bytes);
        char out[16];
        memset(out, '#', sizeof out);
        maille_base64url(cases[i].bytes, length, out);
        CHECK_TEXT(out, cases[i].text);
        CHECK(out[(length * 4 + 2) / 3 + 1] == '#'); /* not a byte more than was said */
    }
}

TEST(chance_is_chance) {
    enum { DRAWS = 4096 };
    static unsigned char bytes[DRAWS + 1];
    size_t seen[256] = {0}, ones = 0;
    bytes[DRAWS] = 0x5A;
    maille_random(bytes, DRAWS);
    CHECK_INT(bytes[DRAWS], 0x5A);
    for (size_t i = 0; i < DRAWS; i++) {
        seen[bytes[i]]++;
        for (unsigned bits = bytes[i]; bits; bits >>= 1)
            ones += bits & 1;
    }
    /* 16 of each on average, 16,384 ones: beyond these bounds once in billions of runs. */
    for (int i = 0; i < 256; i++)
        CHECK(seen[i] < 60);
    CHECK(ones > 16384 - 700 && ones < 16384 + 700);
}

TEST(texts_are_compared_whole) {
    CHECK(maille_secret_equal("", ""));
    CHECK(maille_secret_equal("secret", "secret"));
    CHECK(!maille_secret_equal("secret", "secreT"));
    CHECK(!maille_secret_equal("Secret", "secret"));
    CHECK(!maille_secret_equal("secret", "secrets"));
    CHECK(!maille_secret_equal("secret", ""));
}

TEST(what_is_wiped_is_gone) {
    char text[] = "maille_secret!";
    maille_wipe(text, 13);
    for (int i = 0; i < 13; i++)
        CHECK_INT(text[i], 0);
    CHECK_INT(text[13], '!');
}

RUN_TESTS(CASE(hashes_are_blake2b), CASE(base64url_is_that_of_rfc_4648), CASE(chance_is_chance),
          CASE(texts_are_compared_whole), CASE(what_is_wiped_is_gone))
