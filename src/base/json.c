/* JSON: writing as a stream; reading by jansson. */
#include <maille/json.h>

#include <jansson.h>
#include <math.h>
#include <string.h>

#include <maille/memory.h>
#include <maille/text.h>

/* Length of the run that a JSON string holds as it is. */
static size_t plain_run(const char *text, size_t length) {
    size_t i = 0;
    while (i < length) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == '"' || c == '\\')
            break;
        size_t bytes = c < 0x80 ? 1 : maille_utf8_char(text + i, length - i);
        if (bytes == 0)
            break;
        i += bytes;
    }
    return i;
}

static void add_escaped(maille_strbuf *s, unsigned char c) {
    static const char hex[] = "0123456789abcdef";
    const char *short_form = c == '"'    ? "\\\""
                             : c == '\\' ? "\\\\"
                             : c == '\n' ? "\\n"
                             : c == '\r' ? "\\r"
                             : c == '\t' ? "\\t"
                             : c >= 0x80 ? "\xEF\xBF\xBD" /* a byte that is no UTF-8: U+FFFD */
                                         : NULL;
    if (short_form) {
        maille_strbuf_add(s, short_form);
        return;
    }
    char code[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    maille_strbuf_add_n(s, code, sizeof code);
}

void maille_json_text(maille_strbuf *s, const char *text) {
    if (!text) {
        maille_strbuf_add_n(s, "null", 4);
        return;
    }
    size_t length = strlen(text), at = 0;
    maille_strbuf_add_char(s, '"');
    for (;;) {
        size_t run = plain_run(text + at, length - at);
        maille_strbuf_add_n(s, text + at, run);
        at += run;
        if (at == length)
            break;
        add_escaped(s, (unsigned char)text[at++]);
    }
    maille_strbuf_add_char(s, '"');
}

void maille_json_fixed(maille_strbuf *s, double value, int decimals) {
    if (isfinite(value))
        maille_strbuf_add_fixed(s, value, decimals);
    else
        maille_strbuf_add_n(s, "null", 4);
}

void maille_json_double(maille_strbuf *s, double value) {
    if (isfinite(value))
        maille_strbuf_add_double(s, value);
    else
        maille_strbuf_add_n(s, "null", 4);
}

void maille_json_texts(maille_strbuf *s, const char *const *texts, size_t count) {
    maille_strbuf_add_char(s, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            maille_strbuf_add_char(s, ',');
        maille_json_text(s, texts[i]);
    }
    maille_strbuf_add_char(s, ']');
}

/* ---- objects and arrays ---- */

static void add_key(maille_jout *j, const char *key) {
    if (j->comma)
        maille_strbuf_add_char(&j->s, ',');
    j->comma = true;
    if (key) {
        maille_json_text(&j->s, key);
        maille_strbuf_add_char(&j->s, ':');
    }
}

void maille_j_open(maille_jout *j, const char *key, char bracket) {
    add_key(j, key);
    maille_strbuf_add_char(&j->s, bracket);
    j->comma = false;
}

void maille_j_close(maille_jout *j, char bracket) {
    maille_strbuf_add_char(&j->s, bracket);
    j->comma = true;
}

void maille_j_text(maille_jout *j, const char *key, const char *text) {
    add_key(j, key);
    maille_json_text(&j->s, text);
}

void maille_j_number(maille_jout *j, const char *key, double value) {
    add_key(j, key);
    maille_json_double(&j->s, value);
}

void maille_j_int(maille_jout *j, const char *key, int64_t value) {
    add_key(j, key);
    maille_strbuf_add_int(&j->s, value);
}

void maille_j_bool(maille_jout *j, const char *key, bool value) {
    add_key(j, key);
    maille_strbuf_add(&j->s, value ? "true" : "false");
}

void maille_j_json(maille_jout *j, const char *key, const char *json) {
    add_key(j, key);
    maille_strbuf_add(&j->s, json);
}

void maille_j_texts(maille_jout *j, const char *key, const char *const *texts, size_t count) {
    add_key(j, key);
    maille_json_texts(&j->s, texts, count);
}

/* ---- reading ---- */

/* One block: the pointers, a NULL, then the texts. */
static char **copy_texts(const json_t *array, size_t count) {
    size_t bytes = (count + 1) * sizeof(char *);
    for (size_t i = 0; i < count; i++)
        bytes += json_string_length(json_array_get(array, i)) + 1;
    char **texts = maille_alloc(bytes, 1);
    if (!texts)
        return NULL;
    char *to = (char *)(texts + count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, i);
        if (json_is_null(item))
            continue;
        size_t size = json_string_length(item) + 1;
        texts[i] = memcpy(to, json_string_value(item), size);
        to += size;
    }
    return texts;
}

maille_status maille_json_read_texts(maille_ctx *ctx, const char *json, char ***out,
                                     size_t *count) {
    maille_status status = MAILLE_OK;
    json_error_t error;
    *out = NULL;
    *count = 0;
    json_t *array = json_loads(json, 0, &error);
    if (!array) {
        status = json_error_code(&error) == json_error_out_of_memory
                     ? maille_no_memory(ctx)
                     : maille_fail(ctx, MAILLE_REFUSED, "JSON text was refused at line %d: %s",
                                   error.line, error.text);
        goto done;
    }
    if (!json_is_array(array)) {
        status = maille_fail(ctx, MAILLE_REFUSED, "JSON text was not an array");
        goto done;
    }
    size_t items = json_array_size(array);
    for (size_t i = 0; i < items; i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item) && !json_is_null(item)) {
            status =
                maille_fail(ctx, MAILLE_REFUSED, "item %zu of a JSON array was not a text", i + 1);
            goto done;
        }
    }
    *out = copy_texts(array, items);
    if (!*out) {
        status = maille_no_memory(ctx);
        goto done;
    }
    *count = items;
done:
    json_decref(array);
    return status;
}
