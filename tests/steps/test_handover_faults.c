/* A handover that is damaged, foreign or asked for wrongly is refused, and nothing is written; nor
 * is anything where memory runs out. */
#include "handover_kit.h"

static void check_refused(maille_store *store, const char *path, maille_status want) {
    maille_status status = receive(store, path, NULL);
    CHECK_INT(status, want);
    CHECK(report == NULL);
    CHECK(*maille_message(ctx) != '\0');
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    char *text = maille_alloc(1 << 20, 1);
    CHECK(file && text);
    *length = file && text ? fread(text, 1, (1 << 20) - 1, file) : 0;
    if (file)
        fclose(file);
    return text;
}

static void write_bytes(const char *path, const char *text, size_t length) {
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(text, 1, length, file) == length && fclose(file) == 0);
}

TEST(a_damaged_file_is_refused_wherever_it_is_hurt) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_with_three("bruno");
    const char *path = test_scratch("hurt.json");
    size_t length = 0;
    char before[65];
    add(anne, "a", "01006");
    export_to(anne, "whole.json", "a");
    char *text = read_file(test_scratch("whole.json"), &length);
    adopt(ctx, bruno);
    snprintf(before, sizeof before, "%s", print_of(bruno));
    CHECK(length > 1000);
    for (size_t i = 0; i < length; i++) {
        text[i] = (char)(text[i] ^ (1 << (i % 8)));
        write_bytes(path, text, length);
        check_refused(bruno, path, MAILLE_REFUSED);
        text[i] = (char)(text[i] ^ (1 << (i % 8)));
    }
    for (size_t i = 0; i < length; i += 1 + i / 20) {
        write_bytes(path, text, i);
        check_refused(bruno, path, MAILLE_REFUSED);
        write_bytes(path, text + i + 1, length - i - 1);
        check_refused(bruno, path, MAILLE_REFUSED);
    }
    text[length] = '\n';
    write_bytes(path, text, length + 1);
    check_refused(bruno, path, MAILLE_REFUSED);
    CHECK_TEXT(print_of(bruno), before);
    write_bytes(path, text, length);
    CHECK_OK(receive(bruno, path, NULL)); /* unhurt it is taken */
    CHECK_INT(report->merged, 1);
    maille_free(text);
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* A file with this content and the hash that it has. */
static const char *sealed(const char *content) {
    const char *path = test_scratch("sealed.json");
    maille_sha256 sha;
    maille_strbuf file = {0};
    maille_hasher *hasher = maille_hasher_new();
    maille_hasher_add(hasher, content, strlen(content));
    maille_hasher_end(hasher, &sha);
    maille_strbuf_addf(&file,
                       "{\"maille\":\"historique\",\"version\":1,\"sha256\":\"%s\","
                       "\"content\":",
                       sha.hex);
    maille_strbuf_add(&file, content);
    maille_strbuf_add(&file, "}\n");
    write_bytes(path, file.text, file.length);
    maille_strbuf_free(&file);
    return path;
}

/* The content of a whole file, first text `from` put as `to`; owned by the caller. */
static char *content_with(const char *path, const char *from, const char *to) {
    size_t length = 0;
    char *text = read_file(path, &length);
    maille_strbuf out = {0};
    const char *start = strstr(text, "\"content\":") + strlen("\"content\":");
    const char *end = text + length - 2, *at = *from ? strstr(start, from) : end;
    CHECK(at != NULL);
    at = at ? at : end;
    maille_strbuf_add_n(&out, start, (size_t)(at - start));
    maille_strbuf_add(&out, to);
    if (at < end)
        maille_strbuf_add_n(&out, at + strlen(from), (size_t)(end - at) - strlen(from));
    maille_free(text);
    return out.text;
}

TEST(a_file_that_says_what_cannot_be_is_refused) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_with_three("bruno");
    static const char *const swaps[][2] = {
        {"{\"perimeters\"", "{\"perimetres\""},
        {"\"changes\":[", "\"changes\":[{}, "},
        {"\"documents\":[", "\"documents\":[{\"hash\":\"00\",\"document\":\"{}\"},"},
        {"\"documents\":[", "\"documents\":[7,"},
        {"{\"id\":\"a\"", "{\"id\":\"z\""},
        {"\"kind\":\"edition\"", "\"kind\":\"magie\""},
        {"\"kind\":\"edition\"", "\"kind\":null"},
        {"\"at\":\"20", "\"at\":\"le 20"},
        {"\"who\":\"anne\"", "\"who\":3"},
        {"\"before\":null", "\"before\":\"\""},
        {"\"vintage\":\"2020", "\"vintage\":\"vingt"},
        {"\\\"Alpha\\\"", "\\\"Omega\\\""},
        {"01002", "01003"},
        {"\"received\":[]", "\"received\":{}"},
        {"\"received\":[]", "\"sent\":[]"},
        {"{\"perimeters\":[", "{\"perimeters\":[{\"id\":\"b\",\"versions\":[],\"received\":[]},"},
    };
    add(anne, "a", "01006");
    rename_to(anne, "a", "Omicron");
    char before[65], path[512];
    snprintf(path, sizeof path, "%s", export_to(anne, "whole.json", "a"));
    adopt(ctx, bruno);
    snprintf(before, sizeof before, "%s", print_of(bruno));
    for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++) {
        char *content = content_with(path, swaps[i][0], swaps[i][1]);
        check_refused(bruno, sealed(content), MAILLE_REFUSED);
        maille_free(content);
    }
    check_refused(bruno, sealed("{\"perimeters\":[],\"changes\":[],\"documents\":[]}"),
                  MAILLE_REFUSED);
    CHECK_TEXT(print_of(bruno), before);
    char *whole = content_with(path, "", "");
    CHECK_OK(receive(bruno, sealed(whole), NULL)); /* as it was, it is taken */
    CHECK_INT(report->merged, 1);
    maille_free(whole);

    /* A version missing from the middle; a change told otherwise than it is here. */
    add(anne, "a", "01007");
    export_to(anne, "whole.json", "a");
    char *text = content_with(path, "", ""), *first = strstr(text, "{\"change\"");
    char *second = strstr(first + 1, "{\"change\""), *third = strstr(second + 1, "{\"change\"");
    memmove(second, third, strlen(third) + 1);
    check_refused(bruno, sealed(text), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "did not follow each other") != NULL);
    maille_free(text);
    text = content_with(path, "\"why\":\"ajout\"", "\"why\":\"autre\"");
    check_refused(bruno, sealed(text), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "was told otherwise than here") != NULL);
    maille_free(text);
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* In one perimeter a change follows another that in the other follows it. */
TEST(changes_that_come_before_each_other_are_refused) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    enum { ID = 32 };
    const char *const two[] = {"a", "b"}, *key = "{\"change\":\"";
    const char *path = test_scratch("two.json");
    char id[ID];
    for (size_t i = 6; i < 8; i++) {
        const maille_op both[] = {
            {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = commune_codes[i]},
            {.kind = MAILLE_OP_ADD, .perimeter = "b", .code = commune_codes[i]}};
        edit_many(anne, "les deux", both, 2);
    }
    CHECK_OK(maille_history_export(ctx, anne, two, 2, path));
    char *text = content_with(path, "", ""), *import = strstr(strstr(text, "{\"id\":\"b\""), key);
    char *first = strstr(import + 1, key) + strlen(key), *second = strstr(first, key) + strlen(key);
    memcpy(id, first, ID);
    memcpy(first, second, ID);
    memcpy(second, id, ID);
    check_refused(bruno, sealed(text), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "came before each other") != NULL);
    maille_free(text);
    maille_store_close(anne);
    maille_store_close(bruno);
}

TEST(a_foreign_file_is_refused) {
    maille_store *bruno = workspace_with_three("bruno");
    static const char *const foreign[] = {"",
                                          "{}",
                                          "id,nom\n",
                                          "{\"type\":\"FeatureCollection\",\"features\":[]}",
                                          "{\"maille\":\"historique\",\"version\":2,\"sha256\":\"",
                                          "[[[[[[[["};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        write_file(test_scratch("foreign.json"), foreign[i]);
        check_refused(bruno, test_scratch("foreign.json"), MAILLE_REFUSED);
    }
    write_bytes(test_scratch("foreign.json"), "a\0b", 3);
    check_refused(bruno, test_scratch("foreign.json"), MAILLE_REFUSED);
    check_refused(bruno, test_scratch("absent.json"), MAILLE_NOT_FOUND);
    FILE *large = fopen(test_scratch("large.json"), "wb");
    CHECK(large && fseek(large, (1L << 26) + 1, SEEK_SET) == 0 && fputc('x', large) == 'x' &&
          fclose(large) == 0);
    check_refused(bruno, test_scratch("large.json"), MAILLE_REFUSED);
    CHECK(strstr(maille_message(ctx), "more than 67108864 bytes") != NULL);
    maille_store_close(bruno);
}

TEST(what_is_asked_for_wrongly) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    const char *const ids[] = {"a", "z"};
    const char *path = test_scratch("wrong.json");
    remove(path);
    CHECK_INT(maille_history_export(ctx, anne, ids, 2, path), MAILLE_NOT_FOUND);
    CHECK_TEXT(maille_message(ctx), "there was no perimeter z");
    CHECK_INT(maille_history_export(ctx, anne, ids, 0, path), MAILLE_USAGE);
    CHECK_INT(maille_history_export(ctx, anne, ids, 1, test_scratch("no/such/folder.json")),
              MAILLE_FAILED);
    CHECK(fopen(path, "rb") == NULL);
    export_to(anne, "wrong.json", "a");
    CHECK_INT(receive(bruno, path, "both"), MAILLE_USAGE);
    maille_edit how = {.scenario = "nord"};
    CHECK_INT(maille_history_receive(ctx, bruno, &how, path, NULL, NULL, NULL), MAILLE_USAGE);
    how = (maille_edit){.scenario = "", .expected = 3};
    CHECK_INT(maille_history_receive(ctx, bruno, &how, path, NULL, NULL, NULL), MAILLE_REFUSED);
    how.expected = 0;
    CHECK_OK(maille_history_receive(ctx, bruno, &how, path, NULL, NULL, NULL));
    maille_store_close(anne);
    maille_store_close(bruno);
}

/* Every allocation of ours fails once: the workspace is as it was, and then all goes well. */
TEST(when_memory_runs_out_nothing_is_written) {
    maille_store *anne = workspace_with_three("anne"), *bruno = workspace_of("bruno");
    hand_over(anne, bruno, "a", NULL);
    rename_to(anne, "a", "Anne");
    rename_to(bruno, "a", "Bruno");
    char path[512], before[65];
    snprintf(path, sizeof path, "%s", export_to(anne, "anne.json", "a"));
    snprintf(before, sizeof before, "%s", print_of(bruno));
    uint64_t n = 1;
    maille_status status = MAILLE_NO_MEMORY;
    for (; n < 20000 && status != MAILLE_OK; n += 1 + n / 200) {
        maille_memory_fail_at(n);
        status = receive(bruno, path, "theirs");
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_NO_MEMORY || status == MAILLE_OK);
        CHECK(status == MAILLE_OK || report == NULL);
        if (status != MAILLE_OK)
            CHECK_TEXT(print_of(bruno), before);
    }
    CHECK_INT(status, MAILLE_OK);
    CHECK(n > 200);
    CHECK(strstr(now(bruno, "a"), "\"Anne\"") != NULL);

    const char *id = "a";
    status = MAILLE_NO_MEMORY;
    remove(path);
    for (n = 1; n < 20000 && status != MAILLE_OK; n++) {
        maille_memory_fail_at(n);
        status = maille_history_export(ctx, bruno, &id, 1, path);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_NO_MEMORY || status == MAILLE_OK);
        FILE *file = fopen(path, "rb");
        CHECK((file != NULL) == (status == MAILLE_OK));
        if (file)
            fclose(file);
    }
    CHECK_INT(status, MAILLE_OK);
    CHECK_OK(receive(anne, path, NULL));
    CHECK_TEXT(now(anne, "a"), now(bruno, "a"));
    maille_store_close(anne);
    maille_store_close(bruno);
}

RUN_TESTS(CASE(open_context), CASE(a_damaged_file_is_refused_wherever_it_is_hurt),
          CASE(a_file_that_says_what_cannot_be_is_refused),
          CASE(changes_that_come_before_each_other_are_refused), CASE(a_foreign_file_is_refused),
          CASE(what_is_asked_for_wrongly), CASE(when_memory_runs_out_nothing_is_written),
          CASE(close_context))
