/* Typed values of a YAML tree that several readers need. */
#include "config/tree.h"

#include <maille/strbuf.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>

maille_status config_refuse(maille_ctx *ctx, const maille_yaml_file *file, int line,
                            const char *format, ...) {
    char what[768];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return maille_fail(ctx, MAILLE_REFUSED, "%s:%d: %s", maille_yaml_path(file), line, what);
}

static maille_status child(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                           const char *key, bool required, maille_yaml_kind kind,
                           const maille_yaml **out) {
    const maille_yaml *value = maille_yaml_get(map, key);
    bool empty = value && value->kind == MAILLE_YAML_SCALAR && !*value->text && !value->quoted;
    if (empty)
        value = NULL;
    if (!value && required)
        return config_refuse(ctx, file, map->line, "key \"%s\" was missing", key);
    if (value && value->kind != kind)
        return config_refuse(ctx, file, value->line, "\"%s\" was no %s", key,
                             kind == MAILLE_YAML_LIST ? "list" : "map");
    *out = value;
    return MAILLE_OK;
}

int config_line(const maille_yaml *map, const char *key) {
    const maille_yaml *value = maille_yaml_get(map, key);
    return value ? value->line : map->line;
}

maille_status config_list(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                          const char *key, bool required, const maille_yaml **out) {
    return child(ctx, file, map, key, required, MAILLE_YAML_LIST, out);
}

maille_status config_map(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                         const char *key, bool required, const maille_yaml **out) {
    return child(ctx, file, map, key, required, MAILLE_YAML_MAP, out);
}

maille_status config_texts(maille_ctx *ctx, maille_yaml_file *file, const maille_yaml *map,
                           const char *key, bool required, const char ***out, size_t *count) {
    const maille_yaml *list = NULL;
    maille_status status = config_list(ctx, file, map, key, required, &list);
    if (status || !list)
        return status;
    const char **texts = config_alloc(file, list->count, sizeof *texts);
    if (!texts)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < list->count; i++) {
        const maille_yaml *item = list->items[i];
        if (item->kind != MAILLE_YAML_SCALAR || !*item->text)
            return config_refuse(ctx, file, item->line, "\"%s\" held something that is no text",
                                 key);
        for (size_t k = 0; k < i; k++)
            if (strcmp(texts[k], item->text) == 0)
                return config_refuse(ctx, file, item->line, "\"%s\" held \"%s\" twice", key,
                                     item->text);
        texts[i] = item->text;
    }
    *out = texts;
    *count = list->count;
    return MAILLE_OK;
}

maille_status config_title(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                           const char *key, bool required, maille_title *out) {
    static const char *const languages[] = {"fr", "en", NULL};
    const maille_yaml *value = maille_yaml_get(map, key);
    if (!value || value->kind == MAILLE_YAML_SCALAR)
        return maille_yaml_text(ctx, file, map, key, required, &out->fr);
    maille_status status = maille_yaml_only(ctx, file, value, languages);
    if (!status)
        status = maille_yaml_text(ctx, file, value, "fr", true, &out->fr);
    if (!status)
        status = maille_yaml_text(ctx, file, value, "en", false, &out->en);
    return status;
}

maille_status config_word(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                          const char *key, bool required, const char *const *words,
                          const char **out) {
    const char *text = NULL;
    maille_status status = maille_yaml_text(ctx, file, map, key, required, &text);
    if (status || !text)
        return status;
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *out = text;
            return MAILLE_OK;
        }
    maille_strbuf known = {0};
    for (size_t i = 0; words[i]; i++)
        maille_strbuf_addf(&known, "%s%s", i ? ", " : "", words[i]);
    status = config_refuse(ctx, file, maille_yaml_get(map, key)->line,
                           "%s \"%s\" was not known; known: %s", key, text,
                           known.text ? known.text : "");
    maille_strbuf_free(&known);
    return status;
}

maille_status config_date(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                          const char *key, bool required, const char **out) {
    maille_status status = maille_yaml_text(ctx, file, map, key, required, out);
    if (!status && *out && !maille_is_date(*out))
        return config_refuse(ctx, file, maille_yaml_get(map, key)->line,
                             "%s \"%s\" was no date (2018-01-01, 2018-01 or 2018)", key, *out);
    return status;
}
