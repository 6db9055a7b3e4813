/* The file that histories of perimeters travel in: written, read, checked (docs/handover.md). */
#include "steps/handover.h"
#include "steps/history.h"

#include <errno.h>
#include <maille/hash.h>
#include <maille/json.h>
#include <maille/jsontree.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRY MAILLE_TRY

/* The file is HEAD, the hash of the content, MIDDLE, the content, TAIL. */
#define HEAD "{\"maille\":\"historique\",\"version\":1,\"sha256\":\""
#define MIDDLE "\",\"content\":"
#define TAIL "}\n"
enum { HASH = 64, CHANGE = 32, LARGEST = 1 << 26 };

/* ---- a handover ---- */

maille_status line_know(maille_ctx *ctx, line *l) {
    const line_versions *both[] = {&l->main, &l->side};
    maille_names_free(l->known);
    l->known = maille_names_new(l->main.count + l->side.count);
    if (!l->known)
        return maille_no_memory(ctx);
    for (size_t b = 0; b < 2; b++)
        for (size_t i = 0; i < both[b]->count; i++) {
            const char *change = both[b]->items[i].change;
            if (maille_names_get(l->known, change) != MAILLE_ABSENT)
                return maille_fail(ctx, MAILLE_REFUSED, "perimeter %s had change %s twice",
                                   l->perimeter, change);
            if (!maille_names_set(l->known, change, (uint32_t)i + (b ? ON_SIDE : 0)))
                return maille_no_memory(ctx);
        }
    return MAILLE_OK;
}

void line_clear(line *l) {
    MAILLE_VEC_FREE(&l->main);
    MAILLE_VEC_FREE(&l->side);
    maille_names_free(l->known);
    *l = (line){0};
}

maille_status handover_new(maille_ctx *ctx, handover *h) {
    *h = (handover){.arena = maille_arena_new(),
                    .document_number = maille_names_new(0),
                    .change_number = maille_names_new(0)};
    return h->arena && h->document_number && h->change_number ? MAILLE_OK : maille_no_memory(ctx);
}

void handover_clear(handover *h) {
    for (size_t i = 0; i < h->lines.count; i++)
        line_clear(&h->lines.items[i]);
    for (size_t i = 0; i < h->documents.count; i++)
        maille_perimeter_free(h->documents.items[i].perimeter);
    MAILLE_VEC_FREE(&h->lines);
    MAILLE_VEC_FREE(&h->changes);
    MAILLE_VEC_FREE(&h->documents);
    maille_names_free(h->document_number);
    maille_names_free(h->change_number);
    maille_arena_free(h->arena);
    *h = (handover){0};
}

/* ---- writing ---- */

static void add_pair(maille_strbuf *s, const char *key, const char *text) {
    maille_strbuf_addf(s, ",\"%s\":", key);
    maille_json_text(s, text);
}

static const char *null_if_empty(const char *text) {
    return *text ? text : NULL;
}

static void add_versions(maille_strbuf *s, const char *key, const line_versions *versions) {
    maille_strbuf_addf(s, ",\n  \"%s\":[", key);
    for (size_t i = 0; i < versions->count; i++) {
        const line_version *v = &versions->items[i];
        maille_strbuf_add(s, i ? ",\n   {\"change\":" : "\n   {\"change\":");
        maille_json_text(s, v->change);
        add_pair(s, "before", null_if_empty(v->before));
        add_pair(s, "after", null_if_empty(v->after));
        add_pair(s, "vintage", v->vintage);
        maille_strbuf_add_char(s, '}');
    }
    maille_strbuf_add_char(s, ']');
}

static void add_change(maille_strbuf *s, const told_change *c) {
    maille_strbuf_add(s, "{\"id\":");
    maille_json_text(s, c->id);
    add_pair(s, "kind", c->kind);
    add_pair(s, "of_change", c->of_change);
    add_pair(s, "at", c->at);
    add_pair(s, "who", c->who);
    add_pair(s, "why", c->why);
    maille_strbuf_add_char(s, '}');
}

static void add_content(maille_strbuf *s, const handover *h) {
    maille_strbuf_add(s, "{\"perimeters\":[");
    for (size_t i = 0; i < h->lines.count; i++) {
        maille_strbuf_add(s, i ? ",\n {\"id\":" : "\n {\"id\":");
        maille_json_text(s, h->lines.items[i].perimeter);
        add_versions(s, "versions", &h->lines.items[i].main);
        add_versions(s, "received", &h->lines.items[i].side);
        maille_strbuf_add_char(s, '}');
    }
    maille_strbuf_add(s, "],\n\"changes\":[");
    for (size_t i = 0; i < h->changes.count; i++) {
        maille_strbuf_add(s, i ? ",\n " : "\n ");
        add_change(s, &h->changes.items[i]);
    }
    maille_strbuf_add(s, "],\n\"documents\":[");
    for (size_t i = 0; i < h->documents.count; i++) {
        maille_strbuf_add(s, i ? ",\n {\"hash\":" : "\n {\"hash\":");
        maille_json_text(s, h->documents.items[i].hash);
        add_pair(s, "document", h->documents.items[i].text);
        maille_strbuf_add_char(s, '}');
    }
    maille_strbuf_add(s, "]}");
}

/* "" when memory ran out. */
static void hash_text(const char *text, size_t length, maille_sha256 *out) {
    maille_hasher *hasher = maille_hasher_new();
    out->hex[0] = '\0';
    if (!hasher)
        return;
    maille_hasher_add(hasher, text, length);
    maille_hasher_end(hasher, out);
}

static maille_status write_whole(maille_ctx *ctx, const maille_strbuf *text, const char *path) {
    maille_strbuf part = {0};
    maille_status status = MAILLE_OK;
    FILE *file = NULL;
    maille_strbuf_addf(&part, "%s.part", path);
    if (part.failed)
        return maille_no_memory(ctx);
    file = fopen(part.text, "wb");
    bool written = file && fwrite(text->text, 1, text->length, file) == text->length &&
                   fflush(file) == 0 && fsync(fileno(file)) == 0;
    bool closed = file && fclose(file) == 0;
    if (!written || !closed || rename(part.text, path) != 0) {
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", path, strerror(errno));
        if (file)
            unlink(part.text);
    }
    maille_strbuf_free(&part);
    return status;
}

maille_status handover_write(maille_ctx *ctx, const handover *h, const char *path) {
    maille_strbuf content = {0}, file = {0};
    maille_sha256 hash = {{0}};
    maille_status status = MAILLE_OK;
    add_content(&content, h);
    if (!content.failed)
        hash_text(content.text, content.length, &hash);
    maille_strbuf_addf(&file, HEAD "%s" MIDDLE, hash.hex);
    if (!content.failed)
        maille_strbuf_add_n(&file, content.text, content.length);
    maille_strbuf_add(&file, TAIL);
    if (content.failed || file.failed || !*hash.hex)
        status = maille_no_memory(ctx);
    else if (file.length > LARGEST)
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s would have had %zu bytes, of %d at most: fewer perimeters at once",
                             path, file.length, LARGEST);
    else
        status = write_whole(ctx, &file, path);
    maille_strbuf_free(&content);
    maille_strbuf_free(&file);
    return status;
}

/* ---- reading: bytes ---- */

/* Bytes to make room for: of a file as many as it has, of a pipe as many as are allowed. */
static size_t room_for(FILE *file) {
    long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    rewind(file);
    return length < 0 || length > LARGEST ? LARGEST : (size_t)length;
}

static maille_status read_whole(maille_ctx *ctx, const char *path, char **out, size_t *length) {
    maille_status status = MAILLE_OK;
    FILE *file = fopen(path, "rb");
    *out = NULL;
    if (!file)
        return maille_fail(ctx, errno == ENOENT ? MAILLE_NOT_FOUND : MAILLE_FAILED,
                           "%s could not be opened: %s", path, strerror(errno));
    size_t room = room_for(file);
    *out = maille_alloc(room + 2, 1);
    if (!*out) {
        status = maille_no_memory(ctx);
        goto done;
    }
    *length = fread(*out, 1, room + 1, file);
    if (ferror(file))
        status = maille_fail(ctx, MAILLE_FAILED, "%s could not be read: %s", path, strerror(errno));
    else if (*length > room)
        status = maille_fail(ctx, MAILLE_REFUSED, "%s had more than %zu bytes", path, room);
    else if (memchr(*out, '\0', *length))
        status = maille_fail(ctx, MAILLE_REFUSED, "%s held NUL bytes: it was no history", path);
done:
    fclose(file);
    return status;
}

/* Whether `text` has `part` at `*at`; goes behind it. */
static bool pass(const char *text, size_t length, size_t *at, const char *part) {
    size_t n = strlen(part);
    if (length - *at < n || memcmp(text + *at, part, n) != 0)
        return false;
    *at += n;
    return true;
}

/* The content, cut out of the file in place, when its hash is the one told. */
static maille_status check_bytes(maille_ctx *ctx, const char *path, char *text, size_t length,
                                 char **content) {
    size_t at = 0;
    maille_sha256 hash;
    char told[HASH + 1] = {0};
    bool whole = pass(text, length, &at, HEAD) && length - at > HASH;
    if (!whole)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s was no history of perimeters that this program writes", path);
    memcpy(told, text + at, HASH);
    at += HASH;
    size_t tail = length >= strlen(TAIL) ? length - strlen(TAIL) : 0;
    if (!pass(text, length, &at, MIDDLE) || tail < at || strcmp(text + tail, TAIL) != 0)
        return maille_fail(ctx, MAILLE_REFUSED, "%s was damaged: it was cut or grown", path);
    text[tail] = '\0';
    hash_text(text + at, tail - at, &hash);
    if (!*hash.hex)
        return maille_no_memory(ctx);
    if (strcmp(hash.hex, told) != 0)
        return maille_fail(ctx, MAILLE_REFUSED, "%s was damaged: its bytes were changed", path);
    *content = text + at;
    return MAILLE_OK;
}

/* ---- reading: what it says ---- */

typedef struct {
    maille_ctx *ctx;
    const char *path;
    handover *h;
    maille_names *perimeters; /* ids */
} reading;

static maille_status refuse(const reading *r, const char *what, const char *name) {
    return maille_fail(r->ctx, MAILLE_REFUSED, "%s: %s %s", r->path, what, name);
}

/* A text of an object, kept; `needed` ones must be there, others are NULL where null. */
static maille_status take_text(reading *r, const maille_json *object, const char *key, bool needed,
                               const char **out) {
    const maille_json *value = maille_json_get(object, key);
    const char *text = maille_json_as_text(value);
    *out = NULL;
    if (!text)
        return !needed && maille_json_is_null(value) ? MAILLE_OK
                                                     : refuse(r, "there was no text", key);
    *out = maille_arena_strdup(r->h->arena, text);
    return *out ? MAILLE_OK : maille_no_memory(r->ctx);
}

static bool is_hex(const char *text, size_t length) {
    return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

static maille_status take_array(const reading *r, const maille_json *object, const char *key,
                                const maille_json **out) {
    *out = maille_json_get(object, key);
    return maille_json_is_array(*out) ? MAILLE_OK : refuse(r, "there was no list of", key);
}

static maille_status read_document(reading *r, const maille_json *item) {
    maille_status status = MAILLE_OK;
    told_document d = {0};
    char hash[65];
    TRY(take_text(r, item, "hash", true, &d.hash));
    TRY(take_text(r, item, "document", true, &d.text));
    TRY(maille_perimeter_parse(r->ctx, r->path, d.text, &d.perimeter));
    TRY(maille_perimeter_hash(r->ctx, d.perimeter, hash));
    if (strcmp(hash, d.hash) != 0)
        TRY(refuse(r, "a document was not what it was named by:", d.hash));
    if (maille_names_get(r->h->document_number, d.hash) != MAILLE_ABSENT)
        TRY(refuse(r, "a document was there twice:", d.hash));
    if (!maille_names_set(r->h->document_number, d.hash, (uint32_t)r->h->documents.count) ||
        !MAILLE_VEC_PUSH(&r->h->documents, d)) {
        status = maille_no_memory(r->ctx);
        goto done;
    }
    d.perimeter = NULL;
done:
    maille_perimeter_free(d.perimeter);
    return status;
}

static bool is_kind(const char *kind) {
    static const char *const kinds[] = {"import",       "edition", "annulation", "retablissement",
                                        "restauration", "fusion",  "reception"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

static maille_status read_change(reading *r, const maille_json *item) {
    maille_status status = MAILLE_OK;
    told_change c = {0};
    TRY(take_text(r, item, "id", true, &c.id));
    TRY(take_text(r, item, "kind", true, &c.kind));
    TRY(take_text(r, item, "of_change", false, &c.of_change));
    TRY(take_text(r, item, "at", true, &c.at));
    TRY(take_text(r, item, "who", true, &c.who));
    TRY(take_text(r, item, "why", false, &c.why));
    if (!is_hex(c.id, CHANGE) || (c.of_change && !is_hex(c.of_change, CHANGE)))
        TRY(refuse(r, "this was no id of a change:", c.id));
    if (maille_names_get(r->h->change_number, c.id) != MAILLE_ABSENT)
        TRY(refuse(r, "a change was there twice:", c.id));
    if (!is_kind(c.kind) || !history_is_time(c.at))
        TRY(refuse(r, "kind or time did not hold of change", c.id));
    if (!maille_names_set(r->h->change_number, c.id, (uint32_t)r->h->changes.count) ||
        !MAILLE_VEC_PUSH(&r->h->changes, c))
        status = maille_no_memory(r->ctx);
done:
    return status;
}

/* A hash that a version has: of a document of this perimeter. */
static maille_status take_state(reading *r, const maille_json *item, const char *key,
                                const char *perimeter, const char **out) {
    maille_status status = take_text(r, item, key, false, out);
    if (status != MAILLE_OK)
        return status;
    if (!*out) {
        *out = "";
        return MAILLE_OK;
    }
    uint32_t number = maille_names_get(r->h->document_number, *out);
    if (number == MAILLE_ABSENT)
        return refuse(r, "there was no document", *out);
    if (strcmp(r->h->documents.items[number].perimeter->id, perimeter) != 0)
        return refuse(r, "a document was of another perimeter than", perimeter);
    return MAILLE_OK;
}

static maille_status read_versions(reading *r, const maille_json *object, const char *key,
                                   const char *perimeter, line_versions *out) {
    const maille_json *list;
    maille_status status = MAILLE_OK;
    TRY(take_array(r, object, key, &list));
    for (size_t i = 0; i < maille_json_count(list); i++) {
        const maille_json *item = maille_json_at(list, i);
        line_version v = {0};
        TRY(take_text(r, item, "change", true, &v.change));
        TRY(take_text(r, item, "vintage", false, &v.vintage));
        TRY(take_state(r, item, "before", perimeter, &v.before));
        TRY(take_state(r, item, "after", perimeter, &v.after));
        if (maille_names_get(r->h->change_number, v.change) == MAILLE_ABSENT)
            TRY(refuse(r, "there was no change", v.change));
        if (v.vintage && !maille_is_date(v.vintage))
            TRY(refuse(r, "this was no vintage:", v.vintage));
        if (!MAILLE_VEC_PUSH(out, v))
            return maille_no_memory(r->ctx);
    }
done:
    return status;
}

/* Each version begins with what the one before it left. */
static maille_status check_chain(const reading *r, const line *l) {
    const char *stands = "";
    if (l->main.count == 0)
        return refuse(r, "there was no version of perimeter", l->perimeter);
    for (size_t i = 0; i < l->main.count; i++) {
        if (strcmp(l->main.items[i].before, stands) != 0)
            return refuse(r, "versions did not follow each other in perimeter", l->perimeter);
        stands = l->main.items[i].after;
    }
    return MAILLE_OK;
}

static maille_status read_line(reading *r, const maille_json *item) {
    maille_status status = MAILLE_OK;
    line l = {0};
    TRY(take_text(r, item, "id", true, &l.perimeter));
    if (maille_names_get(r->perimeters, l.perimeter) != MAILLE_ABSENT)
        TRY(refuse(r, "there was twice perimeter", l.perimeter));
    TRY(read_versions(r, item, "versions", l.perimeter, &l.main));
    TRY(read_versions(r, item, "received", l.perimeter, &l.side));
    TRY(check_chain(r, &l));
    TRY(line_know(r->ctx, &l));
    if (!maille_names_set(r->perimeters, l.perimeter, 1) || !MAILLE_VEC_PUSH(&r->h->lines, l)) {
        status = maille_no_memory(r->ctx);
        goto done;
    }
    l = (line){0};
done:
    line_clear(&l);
    return status;
}

static maille_status read_each(reading *r, const maille_json *tree, const char *key,
                               maille_status (*read)(reading *, const maille_json *)) {
    const maille_json *list;
    maille_status status = take_array(r, tree, key, &list);
    for (size_t i = 0; status == MAILLE_OK && i < maille_json_count(list); i++)
        status = read(r, maille_json_at(list, i));
    return status;
}

maille_status handover_read(maille_ctx *ctx, const char *path, handover *h) {
    reading r = {.ctx = ctx, .path = path, .h = h, .perimeters = maille_names_new(0)};
    maille_status status = MAILLE_OK;
    char *text = NULL, *content = NULL;
    size_t length = 0;
    maille_json *tree = NULL;
    if (!r.perimeters) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(read_whole(ctx, path, &text, &length));
    TRY(check_bytes(ctx, path, text, length, &content));
    TRY(maille_json_parse(ctx, path, content, &tree));
    TRY(read_each(&r, tree, "documents", read_document));
    TRY(read_each(&r, tree, "changes", read_change));
    TRY(read_each(&r, tree, "perimeters", read_line));
    if (h->lines.count == 0)
        TRY(maille_fail(ctx, MAILLE_REFUSED, "%s held no perimeter", path));
done:
    maille_json_free(tree);
    maille_free(text);
    maille_names_free(r.perimeters);
    return status;
}
