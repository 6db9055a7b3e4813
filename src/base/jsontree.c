/* JSON read whole: jansson behind names of ours. A maille_json is a json_t under another name. */
#include <maille/jsontree.h>

#include <jansson.h>
#include <string.h>

static const json_t *inner(const maille_json *tree) {
    return (const json_t *)tree;
}

static const maille_json *outer(const json_t *value) {
    return (const maille_json *)value;
}

maille_status maille_json_parse(maille_ctx *ctx, const char *what, const char *text,
                                maille_json **out) {
    json_error_t error;
    json_t *tree = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    *out = (maille_json *)tree;
    if (tree)
        return MAILLE_OK;
    if (json_error_code(&error) == json_error_out_of_memory)
        return maille_no_memory(ctx);
    return maille_fail(ctx, MAILLE_REFUSED, "%s: JSON was refused at line %d: %s", what, error.line,
                       error.text);
}

void maille_json_free(maille_json *tree) {
    json_decref((json_t *)tree);
}

const maille_json *maille_json_get(const maille_json *object, const char *key) {
    return outer(json_object_get(inner(object), key));
}

const char *maille_json_other_key(const maille_json *object, const char *const *known) {
    json_t *tree = (json_t *)object;
    for (void *at = json_object_iter(tree); at; at = json_object_iter_next(tree, at)) {
        const char *key = json_object_iter_key(at);
        size_t k = 0;
        while (known[k] && strcmp(known[k], key) != 0)
            k++;
        if (!known[k])
            return key;
    }
    return NULL;
}

const char *maille_json_key(const maille_json *object, size_t i) {
    json_t *tree = (json_t *)object;
    void *at = json_object_iter(tree);
    while (at && i-- > 0)
        at = json_object_iter_next(tree, at);
    return at ? json_object_iter_key(at) : NULL;
}

size_t maille_json_count(const maille_json *array) {
    return json_array_size(inner(array));
}

const maille_json *maille_json_at(const maille_json *array, size_t i) {
    return outer(json_array_get(inner(array), i));
}

bool maille_json_is_null(const maille_json *value) {
    return !value || json_is_null(inner(value));
}

bool maille_json_is_array(const maille_json *value) {
    return json_is_array(inner(value));
}

bool maille_json_is_object(const maille_json *value) {
    return json_is_object(inner(value));
}

const char *maille_json_as_text(const maille_json *value) {
    return json_string_value(inner(value));
}

bool maille_json_as_number(const maille_json *value, double *out) {
    if (!json_is_number(inner(value)))
        return false;
    *out = json_number_value(inner(value));
    return true;
}

bool maille_json_as_bool(const maille_json *value, bool *out) {
    if (!json_is_boolean(inner(value)))
        return false;
    *out = json_is_true(inner(value));
    return true;
}

static int add_bytes(const char *bytes, size_t length, void *user) {
    maille_strbuf *out = user;
    maille_strbuf_add_n(out, bytes, length);
    return out->failed ? -1 : 0;
}

maille_status maille_json_write(maille_ctx *ctx, const maille_json *value, maille_strbuf *out) {
    size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
    return json_dump_callback(inner(value), add_bytes, out, flags) == 0 ? MAILLE_OK
                                                                        : maille_no_memory(ctx);
}
