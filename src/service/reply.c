/* Headers of replies, and the key under which an answer is kept. */
#include "service/router.h"

#include <stdio.h>
#include <string.h>

void reply_header(reply *out, const char *name, const char *value) {
    size_t most = sizeof out->headers / sizeof *out->headers;
    if (!value || out->header_count >= most)
        return;
    /* A line end in a value would begin a header of someone else's. */
    for (const char *c = value; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return;
    out->headers[out->header_count].name = name;
    out->headers[out->header_count++].value = value;
}

static bool has_header(const reply *out, const char *name) {
    for (size_t i = 0; i < out->header_count; i++)
        if (strcmp(out->headers[i].name, name) == 0)
            return true;
    return false;
}

/* ---- security ---- */

static bool is_page(const request *r, const reply *out) {
    if (out->type)
        return strncmp(out->type, "text/html", 9) == 0;
    return r && r->format && strcmp(r->format, "html") == 0;
}

/* The map is drawn in a worker, which obeys the policy of its own file; tiles of what lies under it
 * may come from where the settings say, nothing else from anywhere. */
static const char *policy(const service *s, const request *r, const reply *out) {
    bool script = out->type && strncmp(out->type, "text/javascript", 15) == 0;
    const char *tiles = s->config->tiles_origin, *apart = tiles ? " " : "";
    tiles = tiles ? tiles : "";
    maille_strbuf text = {0};
    if (!r || !(script || is_page(r, out)))
        return "default-src 'none'; frame-ancestors 'none'";
    maille_strbuf_addf(
        &text,
        "default-src 'self'; connect-src 'self'%s%s; img-src 'self' data: blob:%s%s; "
        "style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'",
        apart, tiles, apart, tiles);
    const char *copy = text.failed ? NULL : maille_arena_strdup(r->arena, text.text);
    maille_strbuf_free(&text);
    return copy ? copy : "default-src 'none'";
}

static void dress_security(const service *s, const request *r, reply *out) {
    reply_header(out, "X-Content-Type-Options", "nosniff");
    reply_header(out, "Content-Security-Policy", policy(s, r, out));
    reply_header(out, "Referrer-Policy", "same-origin");
}

/* ---- caches ---- */

static const char *cache_control(const service *s, const request *r, cache_policy policy) {
    if (policy == CACHE_LONG)
        return "public, max-age=31536000, immutable";
    if (policy == CACHE_CHECKED)
        return "no-cache";
    if (policy == CACHE_NO_STORE)
        return "no-store";
    if (r->account->role != MAILLE_ANONYMOUS)
        return "private, no-cache";
    char text[40];
    snprintf(text, sizeof text, "public, max-age=%.0f", s->config->max_age_s);
    const char *copy = maille_arena_strdup(r->arena, text);
    return copy ? copy : "no-cache";
}

/* What else than the address the answer depends on. */
static const char *vary(const service *s, const request *r, const asked *a) {
    const route *found = a ? a->route : NULL;
    bool formats = !found || (found->formats && found->formats[0] && found->formats[1]);
    maille_strbuf names = {0};
    maille_strbuf_add(&names, "Accept-Encoding, Authorization, Cookie");
    if (formats && !(a && a->own_format))
        maille_strbuf_add(&names, ", Accept");
    if (!(a && a->own_language) && strcmp(r->format, "mvt") != 0)
        maille_strbuf_add(&names, ", Accept-Language");
    if (s->config->origin_count)
        maille_strbuf_add(&names, ", Origin");
    const char *copy = names.failed ? NULL : maille_arena_strdup(r->arena, names.text);
    maille_strbuf_free(&names);
    return copy ? copy : "*";
}

/* ---- other origins ---- */

static void dress_origin(const request *r, const asked *a, reply *out) {
    if (a && a->allowed_origin) {
        reply_header(out, "Access-Control-Allow-Origin", a->allowed_origin);
        reply_header(out, "Access-Control-Allow-Credentials", "true");
    } else if (r->account->role == MAILLE_ANONYMOUS) {
        reply_header(out, "Access-Control-Allow-Origin", "*");
    } else {
        return; /* what an account may see is for pages of ours alone */
    }
    reply_header(out, "Access-Control-Expose-Headers",
                 "Content-Crs, Content-Disposition, ETag, Idempotency-Replayed, Link, Location, "
                 "OGC-NumberMatched, OGC-NumberReturned, Preference-Applied, Retry-After");
}

/* ---- file names ---- */

static const char *disposition(const request *r, const char *name) {
    maille_strbuf text = {0};
    maille_strbuf_add(&text, "attachment; filename=\"");
    for (const char *c = name; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || *c == '-' || *c == '.' || *c == '_';
        maille_strbuf_add_n(&text, plain ? c : "_", 1);
    }
    maille_strbuf_add_char(&text, '"');
    const char *copy = text.failed ? NULL : maille_arena_strdup(r->arena, text.text);
    maille_strbuf_free(&text);
    return copy ? copy : "attachment";
}

void reply_dress(service *s, const request *r, reply *out) {
    if (has_header(out, "X-Content-Type-Options"))
        return; /* was dressed */
    dress_security(s, r, out);
    if (!r) {
        reply_header(out, "Cache-Control", "no-store");
        return;
    }
    const asked *a = router_asked(r);
    if (!has_header(out, "Cache-Control"))
        reply_header(out, "Cache-Control", cache_control(s, r, out->cache));
    if (out->cache == CACHE_LONG || out->cache == CACHE_CHECKED) {
        reply_header(out, "Vary", "Accept-Encoding");
        reply_header(out, "Access-Control-Allow-Origin", "*");
    } else {
        reply_header(out, "Vary", vary(s, r, a));
        dress_origin(r, a, out);
    }
    if (out->download)
        reply_header(out, "Content-Disposition", disposition(r, out->download));
}

bool request_key(const request *r, const route *found, maille_strbuf *key) {
    const asked *a = router_asked(r);
    if (!found || !a || r->verb != GET)
        return false;
    /* The role stands for what the headers of an answer tell (Cache-Control, CORS). */
    maille_strbuf_addf(key, "%d %d %s", (int)r->audience, (int)r->account->role,
                       r->narrowed.narrowed ? "only" : "all");
    for (size_t i = 0; r->narrowed.narrowed && i < r->narrowed.narrowed_count; i++)
        maille_strbuf_addf(key, " %s", r->narrowed.narrowed[i]);
    maille_strbuf_addf(key, "\n%s\n%s\n%s\n%s\n%s\n%s", r->format, r->language, r->base,
                       a->allowed_origin ? a->allowed_origin : "", r->prefer, r->target);
    return !key->failed;
}
