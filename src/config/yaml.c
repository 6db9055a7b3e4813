/* YAML as a tree of nodes, read from libyaml's events into one arena. */
#include "config/tree.h"

#include <maille/memory.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <maille/vec.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { MOST_BYTES = 1 << 20, DEEPEST = 32 };

struct maille_yaml_file {
    maille_arena *arena;
    char *path;
    maille_yaml *root;
};

typedef struct {
    maille_ctx *ctx;
    maille_yaml_file *file;
    yaml_parser_t parser;
} reader;

static maille_status refuse(reader *r, int line, const char *what) {
    return maille_fail(r->ctx, MAILLE_REFUSED, "%s:%d: %s", r->file->path, line, what);
}

static int line_of(const yaml_event_t *event) {
    return (int)event->start_mark.line + 1;
}

static maille_status next_event(reader *r, yaml_event_t *event) {
    if (yaml_parser_parse(&r->parser, event))
        return MAILLE_OK;
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return maille_no_memory(r->ctx);
    size_t line = p->error == YAML_READER_ERROR ? p->mark.line : p->problem_mark.line;
    return maille_fail(r->ctx, MAILLE_REFUSED, "%s:%zu: no valid YAML: %s", r->file->path, line + 1,
                       p->problem ? p->problem : "unreadable");
}

static maille_status read_node(reader *r, const yaml_event_t *event, int depth, maille_yaml **out);

static maille_yaml *new_node(reader *r, maille_yaml_kind kind, int line) {
    maille_yaml *node = maille_arena_alloc(r->file->arena, sizeof *node);
    if (node)
        *node = (maille_yaml){.kind = kind, .line = line};
    return node;
}

static maille_status read_scalar(reader *r, const yaml_event_t *event, maille_yaml **out) {
    size_t length = event->data.scalar.length;
    const char *value = (const char *)event->data.scalar.value;
    if (memchr(value, 0, length))
        return refuse(r, line_of(event), "a text held a zero byte");
    maille_yaml *node = new_node(r, MAILLE_YAML_SCALAR, line_of(event));
    char *text = maille_arena_strndup(r->file->arena, value, length);
    if (!node || !text)
        return maille_no_memory(r->ctx);
    node->text = text;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    *out = node;
    return MAILLE_OK;
}

/* What a list or a map gathers before its size is known. */
typedef struct {
    MAILLE_VEC(maille_yaml *) items;
    MAILLE_VEC(const char *) keys;
    MAILLE_VEC(int) lines;
} gathered;

static void *keep(reader *r, const void *items, size_t bytes) {
    void *copy = maille_arena_alloc(r->file->arena, bytes ? bytes : 1);
    if (copy && bytes)
        memcpy(copy, items, bytes);
    return copy;
}

static maille_status settle(reader *r, const gathered *g, maille_yaml *node) {
    node->count = g->items.count;
    node->items = keep(r, g->items.items, g->items.count * sizeof *g->items.items);
    if (node->kind == MAILLE_YAML_MAP) {
        node->keys = keep(r, g->keys.items, g->keys.count * sizeof *g->keys.items);
        node->key_lines = keep(r, g->lines.items, g->lines.count * sizeof *g->lines.items);
    }
    bool map = node->kind == MAILLE_YAML_MAP;
    return node->items && (!map || (node->keys && node->key_lines)) ? MAILLE_OK
                                                                    : maille_no_memory(r->ctx);
}

static maille_status add_key(reader *r, gathered *g, const yaml_event_t *event) {
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(r, line_of(event), "a key was no plain text");
    maille_yaml *key = NULL;
    maille_status status = read_scalar(r, event, &key);
    if (status)
        return status;
    for (size_t i = 0; i < g->keys.count; i++) {
        if (strcmp(g->keys.items[i], key->text) == 0) {
            return maille_fail(r->ctx, MAILLE_REFUSED,
                               "%s:%d: key \"%s\" stood twice (first in line %d)", r->file->path,
                               key->line, key->text, g->lines.items[i]);
        }
    }
    bool ok = MAILLE_VEC_PUSH(&g->keys, key->text) && MAILLE_VEC_PUSH(&g->lines, key->line);
    return ok ? MAILLE_OK : maille_no_memory(r->ctx);
}

static maille_status read_items(reader *r, const yaml_event_t *start, int depth,
                                maille_yaml **out) {
    bool map = start->type == YAML_MAPPING_START_EVENT;
    yaml_event_type_t end = map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    gathered g = {0};
    yaml_event_t event = {0};
    maille_status status = MAILLE_OK;
    maille_yaml *node = new_node(r, map ? MAILLE_YAML_MAP : MAILLE_YAML_LIST, line_of(start));
    if (!node) {
        status = maille_no_memory(r->ctx);
        goto done;
    }
    for (;;) {
        if ((status = next_event(r, &event)) != MAILLE_OK || event.type == end)
            break;
        if (map) {
            if ((status = add_key(r, &g, &event)) != MAILLE_OK)
                break;
            yaml_event_delete(&event);
            if ((status = next_event(r, &event)) != MAILLE_OK)
                break;
        }
        maille_yaml *item = NULL;
        if ((status = read_node(r, &event, depth + 1, &item)) != MAILLE_OK)
            break;
        if (!MAILLE_VEC_PUSH(&g.items, item)) {
            status = maille_no_memory(r->ctx);
            break;
        }
        yaml_event_delete(&event);
    }
    if (!status)
        status = settle(r, &g, node);
    *out = node;
done:
    yaml_event_delete(&event);
    MAILLE_VEC_FREE(&g.items);
    MAILLE_VEC_FREE(&g.keys);
    MAILLE_VEC_FREE(&g.lines);
    return status;
}

static maille_status read_node(reader *r, const yaml_event_t *event, int depth, maille_yaml **out) {
    if (depth > DEEPEST)
        return refuse(r, line_of(event), "lists and maps were nested too deeply");
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(r, event, out);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return read_items(r, event, depth, out);
    case YAML_ALIAS_EVENT:
        return refuse(r, line_of(event), "aliases (*name) were not accepted");
    default:
        return refuse(r, line_of(event), "a value was missing");
    }
}

/* The events of a stream that holds exactly one document. */
static maille_status read_stream(reader *r) {
    maille_status status = MAILLE_OK;
    bool ended = false;
    while (!status && !ended) {
        yaml_event_t event = {0};
        if ((status = next_event(r, &event)) != MAILLE_OK)
            break;
        switch (event.type) {
        case YAML_STREAM_END_EVENT:
            ended = true;
            break;
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (r->file->root)
                status = refuse(r, line_of(&event), "a second document began");
            break;
        default:
            status = read_node(r, &event, 0, &r->file->root);
        }
        yaml_event_delete(&event);
    }
    return !status && !r->file->root ? refuse(r, 1, "the file was empty") : status;
}

static maille_status read_bytes(maille_ctx *ctx, const char *path, unsigned char **out,
                                size_t *length) {
    maille_status status = MAILLE_OK;
    unsigned char *bytes = NULL;
    FILE *in = fopen(path, "rb");
    if (!in)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s was not found", path);
    bytes = maille_alloc(MOST_BYTES + 1, 1);
    if (!bytes) {
        status = maille_no_memory(ctx);
        goto done;
    }
    *length = fread(bytes, 1, MOST_BYTES + 1, in);
    if (ferror(in))
        status = maille_fail(ctx, MAILLE_FAILED, "%s could not be read", path);
    else if (*length > MOST_BYTES)
        status = maille_fail(ctx, MAILLE_REFUSED, "%s: was larger than 1 MiB", path);
done:
    fclose(in);
    if (status)
        maille_free(bytes);
    else
        *out = bytes;
    return status;
}

static maille_status read_document(maille_ctx *ctx, const char *path, const unsigned char *bytes,
                                   size_t length, maille_yaml_file **out) {
    reader r = {.ctx = ctx};
    bool parser = false;
    maille_status status = MAILLE_OK;
    r.file = maille_alloc(1, sizeof *r.file);
    if (!r.file || !(r.file->arena = maille_arena_new()) ||
        !(r.file->path = maille_arena_strdup(r.file->arena, path)) ||
        !(parser = yaml_parser_initialize(&r.parser) == 1)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, bytes, length);
    status = read_stream(&r);
done:
    if (parser)
        yaml_parser_delete(&r.parser);
    if (status)
        maille_yaml_free(r.file);
    else
        *out = r.file;
    return status;
}

maille_status maille_yaml_read(maille_ctx *ctx, const char *path, maille_yaml_file **out) {
    unsigned char *bytes = NULL;
    size_t length = 0;
    maille_status status = read_bytes(ctx, path, &bytes, &length);
    if (!status)
        status = read_document(ctx, path, bytes, length, out);
    maille_free(bytes);
    return status;
}

maille_status config_read_text(maille_ctx *ctx, const char *name, const char *text,
                               maille_yaml_file **out) {
    return read_document(ctx, name, (const unsigned char *)text, strlen(text), out);
}

void maille_yaml_free(maille_yaml_file *file) {
    if (file) {
        maille_arena_free(file->arena);
        maille_free(file);
    }
}

void *config_alloc(maille_yaml_file *file, size_t count, size_t size) {
    size_t bytes = count ? count * size : 1;
    void *p = count > SIZE_MAX / size ? NULL : maille_arena_alloc(file->arena, bytes);
    if (p)
        memset(p, 0, bytes);
    return p;
}

char *config_strdup(maille_yaml_file *file, const char *text) {
    return maille_arena_strdup(file->arena, text);
}

const maille_yaml *maille_yaml_root(const maille_yaml_file *file) {
    return file->root;
}

const char *maille_yaml_path(const maille_yaml_file *file) {
    return file->path;
}

const maille_yaml *maille_yaml_get(const maille_yaml *map, const char *key) {
    if (!map || map->kind != MAILLE_YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i], key) == 0)
            return map->items[i];
    return NULL;
}

maille_status maille_yaml_only(maille_ctx *ctx, const maille_yaml_file *file,
                               const maille_yaml *map, const char *const *allowed) {
    if (map->kind != MAILLE_YAML_MAP) {
        return maille_fail(ctx, MAILLE_REFUSED, "%s:%d: keys and values were expected here",
                           file->path, map->line);
    }
    for (size_t i = 0; i < map->count; i++) {
        size_t a = 0;
        while (allowed[a] && strcmp(allowed[a], map->keys[i]) != 0)
            a++;
        if (allowed[a])
            continue;
        maille_strbuf known = {0};
        for (a = 0; allowed[a]; a++) {
            maille_strbuf_add(&known, a ? ", " : "");
            maille_strbuf_add(&known, allowed[a]);
        }
        maille_status status =
            maille_fail(ctx, MAILLE_REFUSED, "%s:%d: key \"%s\" was not known; known keys: %s",
                        file->path, map->key_lines[i], map->keys[i], known.text ? known.text : "");
        maille_strbuf_free(&known);
        return status;
    }
    return MAILLE_OK;
}

/* The scalar under `key`: *out NULL where the key is absent and not required. A plain empty value
 * or "null" counts as absent. */
static maille_status scalar_of(maille_ctx *ctx, const maille_yaml_file *file,
                               const maille_yaml *map, const char *key, bool required,
                               const maille_yaml **out) {
    const maille_yaml *value = maille_yaml_get(map, key);
    *out = NULL;
    if (value && value->kind != MAILLE_YAML_SCALAR) {
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s:%d: \"%s\" was a %s where one value was expected", file->path,
                           value->line, key, value->kind == MAILLE_YAML_LIST ? "list" : "map");
    }
    bool absent = !value || (!value->quoted && (!*value->text || strcmp(value->text, "null") == 0 ||
                                                strcmp(value->text, "~") == 0));
    if (absent && required) {
        return maille_fail(ctx, MAILLE_REFUSED, "%s:%d: key \"%s\" was missing", file->path,
                           value ? value->line : map->line, key);
    }
    *out = absent ? NULL : value;
    return MAILLE_OK;
}

maille_status maille_yaml_text(maille_ctx *ctx, const maille_yaml_file *file,
                               const maille_yaml *map, const char *key, bool required,
                               const char **out) {
    const maille_yaml *value = NULL;
    maille_status status = scalar_of(ctx, file, map, key, required, &value);
    if (!status && value)
        *out = value->text;
    return status;
}

maille_status maille_yaml_number(maille_ctx *ctx, const maille_yaml_file *file,
                                 const maille_yaml *map, const char *key, bool required,
                                 double *out) {
    const maille_yaml *value = NULL;
    maille_status status = scalar_of(ctx, file, map, key, required, &value);
    double number = 0;
    if (status || !value)
        return status;
    if (value->quoted || !maille_parse_number(value->text, &number)) {
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s:%d: \"%s\" was \"%s\" where a number was expected", file->path,
                           value->line, key, value->text);
    }
    *out = number;
    return MAILLE_OK;
}

maille_status maille_yaml_bool(maille_ctx *ctx, const maille_yaml_file *file,
                               const maille_yaml *map, const char *key, bool required, bool *out) {
    const maille_yaml *value = NULL;
    maille_status status = scalar_of(ctx, file, map, key, required, &value);
    if (status || !value)
        return status;
    bool yes = strcmp(value->text, "true") == 0, no = strcmp(value->text, "false") == 0;
    if (value->quoted || (!yes && !no)) {
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s:%d: \"%s\" was \"%s\" where true or false was expected", file->path,
                           value->line, key, value->text);
    }
    *out = yes;
    return MAILLE_OK;
}
