/* Links, language, JSON members and visible layers: see ogc_links.h. */
#include "service/ogc_links.h"

#include <maille/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- language ---- */

bool ogc_english(const request *r) {
    return strcmp(r->language, "en") == 0;
}

const char *ogc_say(const request *r, const char *fr, const char *en) {
    return ogc_english(r) ? en : fr;
}

const char *ogc_title(const request *r, const maille_title *title) {
    return ogc_english(r) && title->en ? title->en : title->fr;
}

/* ---- links ---- */

static void encode(maille_strbuf *s, const char *text, const char *kept) {
    static const char digits[] = "0123456789ABCDEF";
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     strchr(kept, c);
        if (plain) {
            maille_strbuf_add_char(s, *p);
            continue;
        }
        maille_strbuf_add_char(s, '%');
        maille_strbuf_add_char(s, digits[c >> 4]);
        maille_strbuf_add_char(s, digits[c & 15]);
    }
}

/* The text goes to the arena, the buffer is freed. */
static const char *keep(const request *r, maille_strbuf *s) {
    const char *text = s->failed ? NULL : maille_arena_strdup(r->arena, s->text ? s->text : "");
    maille_strbuf_free(s);
    return text;
}

const char *ogc_encoded(const request *r, const char *text) {
    maille_strbuf s = {0};
    encode(&s, text, "-._~/");
    return keep(r, &s);
}

static void add_parameter(maille_strbuf *s, bool *first, const char *key, const char *value) {
    maille_strbuf_add(s, *first ? "?" : "&");
    *first = false;
    encode(s, key, "-._~");
    maille_strbuf_add_char(s, '=');
    encode(s, value, "-._~,:/");
}

const char *ogc_link(const request *r, const char *format, ...) {
    static const char *const carried[] = {"lang", "audience"};
    maille_strbuf s = {0};
    char path[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    s.failed = length < 0 || (size_t)length >= sizeof path;
    maille_strbuf_add(&s, r->base);
    maille_strbuf_add(&s, path);
    bool first = !strchr(path, '?');
    for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) {
        const char *value = request_parameter(r, carried[i]);
        if (value && *value)
            add_parameter(&s, &first, carried[i], value);
    }
    return keep(r, &s);
}

const char *ogc_link_bare(const request *r) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, r->base);
    encode(&s, r->path, "-._~/");
    return keep(r, &s);
}

const char *ogc_link_again(const request *r, const parameter *changes, size_t count) {
    maille_strbuf s = {0};
    bool first = true;
    maille_strbuf_add(&s, r->base);
    encode(&s, r->path, "-._~/");
    for (size_t i = 0; i < r->parameter_count; i++) {
        bool changed = false;
        for (size_t c = 0; c < count && !changed; c++)
            changed = strcmp(changes[c].key, r->parameters[i].key) == 0;
        if (!changed)
            add_parameter(&s, &first, r->parameters[i].key, r->parameters[i].value);
    }
    for (size_t c = 0; c < count; c++)
        if (changes[c].value)
            add_parameter(&s, &first, changes[c].key, changes[c].value);
    return keep(r, &s);
}

/* ---- JSON ---- */

void ogc_comma(maille_strbuf *s) {
    if (s->length && s->text[s->length - 1] != '{' && s->text[s->length - 1] != '[')
        maille_strbuf_add_char(s, ',');
}

void ogc_member(maille_strbuf *s, const char *key, const char *text) {
    if (!text)
        return;
    ogc_comma(s);
    maille_json_text(s, key);
    maille_strbuf_add_char(s, ':');
    maille_json_text(s, text);
}

/* Clients compare types as they stand: the charset is left out. */
static void add_type(maille_strbuf *s, const char *type) {
    const char *charset = type ? strstr(type, "; charset=") : NULL;
    if (!charset) {
        ogc_member(s, "type", type);
        return;
    }
    maille_strbuf_add(s, ",\"type\":\"");
    maille_strbuf_add_n(s, type, (size_t)(charset - type));
    maille_strbuf_add_char(s, '"');
}

void ogc_json_link(maille_strbuf *s, const char *rel, const char *type, const char *title,
                   const char *href) {
    s->failed = s->failed || !href;
    if (s->failed)
        return;
    ogc_comma(s);
    maille_strbuf_add_char(s, '{');
    ogc_member(s, "rel", rel);
    add_type(s, type);
    ogc_member(s, "title", title);
    ogc_member(s, "href", href);
    maille_strbuf_add(s, strchr(href, '{') ? ",\"templated\":true}" : "}");
}

void ogc_self_links(maille_strbuf *s, const request *r, const char *const *formats) {
    const char *const *first = formats;
    ogc_json_link(s, "self", format_type(r->format), ogc_say(r, "Ce document", "This document"),
                  ogc_link_again(r, NULL, 0));
    for (; *formats; formats++) {
        /* "json" after another is the same document by another name. */
        if (strcmp(*formats, r->format) == 0 || (formats > first && strcmp(*formats, "json") == 0))
            continue;
        parameter other = {"f", *formats};
        char title[64];
        snprintf(title, sizeof title, ogc_say(r, "Ce document en %s", "This document as %s"),
                 *formats);
        ogc_json_link(s, "alternate", format_type(*formats), title, ogc_link_again(r, &other, 1));
    }
}

/* ---- layers ---- */

const maille_catalogue *ogc_catalogue(const view *v, const request *r) {
    return v->catalogues[r->audience];
}

bool ogc_shown(const request *r, const maille_layer_state *layer) {
    bool bound = r->narrowed.narrowed_count > 0;
    return layer->ready && !(bound && layer->def->by_audience && !layer->def->departments_by);
}

maille_status ogc_extent(view *v, const request *r, const maille_layer_def *def, double box[4]) {
    bool bound = r->narrowed.narrowed_count && def->by_audience && def->geometry;
    return bound ? maille_store_extent(v->ctx, v->store, "commune", NULL, box)
                 : maille_layer_extent(v->ctx, ogc_catalogue(v, r), def->id, box);
}

maille_status ogc_layer(view *v, const request *r, const char *id, const maille_layer_state **out) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    for (size_t i = 0; i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        if (strcmp(layer->def->id, id) == 0 && ogc_shown(r, layer)) {
            *out = layer;
            return MAILLE_OK;
        }
    }
    return maille_fail(v->ctx, MAILLE_NOT_FOUND,
                       ogc_say(r, "il n'y a pas de couche « %s »", "there was no layer \"%s\""),
                       id);
}

/* ---- replies ---- */

bool ogc_is(const request *r, const char *format) {
    return strcmp(r->format, format) == 0;
}

maille_status ogc_end(view *v, const request *r, reply *out, maille_status status) {
    if (!status && out->body.failed)
        status = maille_no_memory(v->ctx);
    if (!status)
        return MAILLE_OK;
    maille_strbuf_free(&out->body);
    *out = (reply){.file = -1};
    return reply_failure(v, r, out, status);
}
