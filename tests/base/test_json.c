/* JSON as written, held against jansson's reader. */
#include "harness.h"

#include <jansson.h>

#include <maille/json.h>
#include <maille/memory.h>

static char *json_of(const char *text) {
    maille_strbuf s = {0};
    maille_json_text(&s, text);
    return s.text;
}

static void check_json(const char *text, const char *want, int line) {
    char *got = json_of(text);
    test_check_text(got, want, "json", __FILE__, line);
    maille_free(got);
}
#define WRITES(text, want) check_json(text, want, __LINE__)

TEST(texts) {
    WRITES("", "\"\"");
    WRITES("Évry", "\"Évry\"");
    WRITES("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    WRITES("\n\r\t\b\f\x01\x1f\x7f", "\"\\n\\r\\t\\u0008\\u000c\\u0001\\u001f\x7f\"");
    WRITES("x\xFFy", "\"x\xEF\xBF\xBDy\"");
    WRITES("\xC3", "\"\xEF\xBF\xBD\"");
    WRITES("\xED\xA0\x80z", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"");
    WRITES("😀", "\"😀\"");
    WRITES(NULL, "null");
}

TEST(every_byte_makes_valid_json) {
    srand(7);
    int faults = 0;
    for (int i = 0; i < 20000; i++) {
        char text[24];
        size_t length = (size_t)(rand() % 20);
        bool plain = true;
        for (size_t k = 0; k < length; k++) {
            text[k] = (char)(1 + rand() % 255);
            plain = plain && (unsigned char)text[k] < 0x80;
        }
        text[length] = '\0';
        char *json = json_of(text);
        json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
        faults += !json_is_string(value) || (plain && strcmp(json_string_value(value), text) != 0);
        json_decref(value);
        maille_free(json);
    }
    CHECK_INT(faults, 0);
}

TEST(numbers) {
    maille_strbuf s = {0};
    maille_json_fixed(&s, 2.675, 2);
    maille_strbuf_add_char(&s, ' ');
    maille_json_fixed(&s, (double)NAN, 2);
    maille_strbuf_add_char(&s, ' ');
    maille_json_double(&s, 0.1);
    maille_strbuf_add_char(&s, ' ');
    maille_json_double(&s, (double)INFINITY);
    CHECK_TEXT(s.text, "2.68 null 0.1 null");
    maille_strbuf_free(&s);
}

TEST(lists_of_texts_come_back) {
    static const char *const texts[] = {"01004", "L'\"Île\"", "", NULL, "😀\n"};
    maille_ctx *ctx = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    for (size_t n = 0; n <= 5; n++) {
        maille_strbuf s = {0};
        char **got = NULL;
        size_t count = 99;
        maille_json_texts(&s, texts, n);
        CHECK(maille_json_read_texts(ctx, s.text, &got, &count) == MAILLE_OK);
        CHECK_INT(count, n);
        for (size_t i = 0; i < n && i < count; i++)
            CHECK_TEXT(got[i], texts[i]);
        maille_free(got);
        maille_strbuf_free(&s);
    }
    maille_ctx_free(ctx);
}

TEST(other_json_is_refused) {
    static const char *const bad[] = {"",       "[",    "{}",        "\"a\"",         "[1]",
                                      "[\"a\"", "[[]]", "[\"a\"] x", "[\"\\u0000\"]", "[\"\xFF\"]"};
    maille_ctx *ctx = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char **got = (char **)&got;
        size_t count = 9;
        test_check(maille_json_read_texts(ctx, bad[i], &got, &count) == MAILLE_REFUSED, bad[i],
                   __FILE__, __LINE__);
        CHECK(got == NULL && count == 0);
        CHECK(strlen(maille_message(ctx)) > 0);
    }
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(texts), CASE(every_byte_makes_valid_json), CASE(numbers),
          CASE(lists_of_texts_come_back), CASE(other_json_is_refused))
