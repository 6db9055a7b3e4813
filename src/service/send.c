/* Finished answers: their bytes, their ETag, and the responses made of them. */
#include "service/send.h"

#include "service/hub.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

enum { WORTH_ZIPPING = 860, ETAG_BYTES = 16 };

void reply_clear(reply *r) {
    maille_strbuf_free(&r->body);
    if (r->stream.drop)
        r->stream.drop(r->stream.state);
    listener_free(r->listener);
    parcel_drop(r->ready);
    if (r->file >= 0)
        close(r->file);
    *r = (reply){.file = -1};
}

/* ---- bytes ---- */

static blob *blob_new(char *text, size_t length) {
    blob *b = maille_alloc(1, sizeof *b);
    if (!b) {
        maille_free(text);
        return NULL;
    }
    atomic_init(&b->holders, 1);
    b->text = text;
    b->length = length;
    return b;
}

/* As MHD gives bytes back. */
static void blob_drop(void *user) {
    blob *b = user;
    if (!b || atomic_fetch_sub(&b->holders, 1) > 1)
        return;
    maille_free(b->text);
    maille_free(b);
}

/* ---- parcels ---- */

bool send_shrinks(const char *type) {
    if (!type)
        return false;
    size_t length = strcspn(type, "; ");
    static const char *const parts[] = {"json",    "xml", "yaml",       "javascript",
                                        "openapi", "mvt", "vector-tile"};
    if (strncmp(type, "text/", 5) == 0)
        return true;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (size_t i = 0, n = strlen(parts[p]); i + n <= length; i++)
            if (strncmp(type + i, parts[p], n) == 0)
                return true;
    return false;
}

static const char *copy(maille_arena *arena, const char *text, bool *failed) {
    const char *made = maille_arena_strdup(arena, text);
    *failed |= text && !made;
    return made;
}

/* What is not the body. A header ETag of the handler's own becomes `etag`. */
static bool copy_reply(maille_arena *arena, const reply *from, reply *to, const char **etag) {
    bool failed = false;
    *to = (reply){.status = from->status, .file = -1, .cache = from->cache, .keep = from->keep};
    to->type = copy(arena, from->type, &failed);
    to->download = copy(arena, from->download, &failed);
    for (size_t i = 0; i < from->header_count; i++) {
        const char *name = copy(arena, from->headers[i].name, &failed);
        const char *value = copy(arena, from->headers[i].value, &failed);
        if (etag && name && strcasecmp(name, "ETag") == 0) {
            *etag = value;
            continue;
        }
        to->headers[to->header_count].name = name;
        to->headers[to->header_count++].value = value;
    }
    return !failed;
}

static const char *find_header(const reply *r, const char *name) {
    for (size_t i = 0; i < r->header_count; i++)
        if (strcasecmp(r->headers[i].name, name) == 0)
            return r->headers[i].value;
    return NULL;
}

/* Of the body but the bytes that tell when it was made. */
static void set_etags(parcel *p, const reply *from, const char *given) {
    char hex[2 * ETAG_BYTES + 1];
    if (given && strlen(given) < sizeof p->etag[0] - 4 && given[0] == '"') {
        size_t length = strlen(given) - 1;
        snprintf(p->etag[PLAIN], sizeof p->etag[0], "%s", given);
        snprintf(p->etag[GZIP], sizeof p->etag[0], "%.*s-gz\"", (int)length, given);
        return;
    }
    unsigned char hash[ETAG_BYTES];
    crypto_generichash_state state;
    const unsigned char *text = (const unsigned char *)from->body.text;
    size_t length = from->body.length, at = from->time_at, end = at + from->time_length;
    if (end > length)
        at = end = length;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    if (length) {
        crypto_generichash_update(&state, text, at);
        crypto_generichash_update(&state, text + end, length - end);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(p->etag[PLAIN], sizeof p->etag[0], "\"%s\"", hex);
    snprintf(p->etag[GZIP], sizeof p->etag[0], "\"%s-gz\"", hex);
}

/* With its arena; nothing else. */
static parcel *parcel_empty(void) {
    parcel *p = maille_alloc(1, sizeof *p);
    if (p && !(p->arena = maille_arena_new())) {
        maille_free(p);
        return NULL;
    }
    if (p) {
        atomic_init(&p->holders, 1);
        pthread_mutex_init(&p->lock, NULL);
    }
    return p;
}

parcel *parcel_new(const char *format, bool tagged, reply *from) {
    const char *etag = NULL;
    size_t length = from->body.length;
    parcel *p = from->body.failed ? NULL : parcel_empty();
    if (!p || !copy_reply(p->arena, from, &p->bare, &etag)) {
        maille_strbuf_free(&from->body);
        parcel_drop(p);
        return NULL;
    }
    p->status = from->status ? from->status : 200;
    if (!p->bare.type && length && format)
        p->bare.type = format_type(format);
    if (tagged && p->status == 200)
        set_etags(p, from, etag);
    p->may_zip = p->status == 200 && length > WORTH_ZIPPING && send_shrinks(p->bare.type) &&
                 !find_header(&p->bare, "Content-Encoding");
    p->body[PLAIN] = blob_new(from->body.text, length);
    from->body = (maille_strbuf){0};
    if (p->body[PLAIN])
        return p;
    parcel_drop(p);
    return NULL;
}

void parcel_hold(parcel *p) {
    atomic_fetch_add_explicit(&p->holders, 1, memory_order_relaxed);
}

void parcel_drop(parcel *p) {
    if (!p || atomic_fetch_sub(&p->holders, 1) > 1)
        return;
    for (int i = 0; i < CODINGS; i++) {
        if (p->ready[i])
            MHD_destroy_response(p->ready[i]);
        blob_drop(p->body[i]);
    }
    pthread_mutex_destroy(&p->lock);
    maille_arena_free(p->arena);
    maille_free(p);
}

size_t parcel_size(parcel *p) {
    size_t length = p->body[PLAIN]->length;
    return length + (p->may_zip ? length / 2 : 0) + 8192; /* two arenas' worth of headers */
}

static blob *zip(const blob *plain, int level) {
    z_stream z = {0};
    blob *made = NULL;
    char *text = NULL;
    if (plain->length > UINT32_MAX / 2 ||
        deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t most = deflateBound(&z, (uLong)plain->length);
    if ((text = maille_resize(NULL, most, 1))) {
        z.next_in = (Bytef *)plain->text;
        z.avail_in = (uInt)plain->length;
        z.next_out = (Bytef *)text;
        z.avail_out = (uInt)most;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
            char *cut = maille_resize(text, z.total_out, 1);
            made = blob_new(cut ? cut : text, z.total_out);
        } else {
            maille_free(text);
        }
    }
    deflateEnd(&z);
    return made;
}

bool parcel_zip(parcel *p) {
    pthread_mutex_lock(&p->lock);
    blob *zipped = p->body[GZIP];
    pthread_mutex_unlock(&p->lock);
    if (zipped)
        return true;
    /* Outside the lock: I/O threads must not wait. Two may do it at once, one of them in vain. */
    zipped = zip(p->body[PLAIN], p->lasting ? 9 : 6);
    pthread_mutex_lock(&p->lock);
    if (!p->body[GZIP]) {
        p->body[GZIP] = zipped;
        zipped = NULL;
    }
    bool done = p->body[GZIP] != NULL;
    pthread_mutex_unlock(&p->lock);
    blob_drop(zipped);
    return done;
}

bool parcel_has(parcel *p, coding which) {
    pthread_mutex_lock(&p->lock);
    bool has = p->body[which] != NULL;
    pthread_mutex_unlock(&p->lock);
    return has;
}

/* ---- responses ---- */

static bool add(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Vary with Accept-Encoding in it. */
static const char *vary_by_coding(maille_arena *arena, const char *value) {
    if (strstr(value, "Accept-Encoding") || strcmp(value, "*") == 0)
        return value;
    size_t size = strlen(value) + sizeof ", Accept-Encoding";
    char *both = maille_arena_alloc(arena, size);
    if (both)
        snprintf(both, size, "%s, Accept-Encoding", value);
    return both;
}

bool send_headers(struct MHD_Response *response, maille_arena *arena, const reply *dressed,
                  bool varies, bool zipped, const char *etag) {
    bool well = !dressed->type || add(response, "Content-Type", dressed->type);
    for (size_t i = 0; well && i < dressed->header_count; i++) {
        const char *name = dressed->headers[i].name, *value = dressed->headers[i].value;
        if (varies && strcasecmp(name, "Vary") == 0)
            value = vary_by_coding(arena, value);
        well = value && add(response, name, value);
    }
    if (well && varies && !find_header(dressed, "Vary"))
        well = add(response, "Vary", "Accept-Encoding");
    if (well && zipped)
        well = add(response, "Content-Encoding", "gzip");
    if (well && etag && *etag)
        well = add(response, "ETag", etag);
    return well;
}

static struct MHD_Response *make(parcel *p, const reply *dressed, coding which) {
    blob *body = p->body[which];
    atomic_fetch_add(&body->holders, 1);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body->length, body->length ? (void *)body->text : (void *)"", blob_drop, body);
    if (!response) {
        blob_drop(body);
        return NULL;
    }
    if (!send_headers(response, p->arena, dressed, p->may_zip, which == GZIP, p->etag[which])) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

static bool same(const reply *a, const reply *b) {
    if (a->header_count != b->header_count)
        return false;
    for (size_t i = 0; i < a->header_count; i++)
        if (strcmp(a->headers[i].value, b->headers[i].value) != 0 ||
            strcmp(a->headers[i].name, b->headers[i].name) != 0)
            return false;
    return true;
}

struct MHD_Response *parcel_response(service *s, const request *r, parcel *p, coding which,
                                     bool *shared) {
    struct MHD_Response *response;
    reply now = p->bare;
    reply_dress(s, r, &now);
    pthread_mutex_lock(&p->lock);
    if (!p->is_dressed)
        p->is_dressed = copy_reply(p->arena, &now, &p->dressed, NULL);
    *shared = *shared && p->is_dressed && same(&now, &p->dressed);
    if (!*shared)
        response = make(p, &now, which);
    else if (!(response = p->ready[which]))
        response = p->ready[which] = make(p, &p->dressed, which);
    pthread_mutex_unlock(&p->lock);
    return response;
}

/* ---- what the request wants ---- */

/* The next element of a list, without the spaces around it; NULL at its end. */
static const char *next_element(const char **at, size_t *length) {
    const char *start = *at + strspn(*at, ", \t");
    if (!*start)
        return NULL;
    *length = strcspn(start, ",");
    *at = start + *length;
    while (*length && (start[*length - 1] == ' ' || start[*length - 1] == '\t'))
        (*length)--;
    return start;
}

/* A weight of zero: q=0, q=0.0 … */
static bool is_refused(const char *element, size_t length) {
    for (size_t i = 0; i + 2 < length; i++)
        if (element[i] == ';') {
            size_t k = i + 1 + strspn(element + i + 1, " \t");
            if (k + 2 < length && (element[k] | 0x20) == 'q' && element[k + 1] == '=')
                return strspn(element + k + 2, "0.") >= length - (k + 2);
        }
    return false;
}

bool send_takes_gzip(const char *accept_encoding) {
    bool any = false;
    size_t length;
    for (const char *e, *at = accept_encoding; (e = next_element(&at, &length));) {
        size_t name = strcspn(e, ";, \t");
        name = name < length ? name : length;
        bool takes = !is_refused(e, length);
        if ((name == 4 && strncasecmp(e, "gzip", 4) == 0) ||
            (name == 6 && strncasecmp(e, "x-gzip", 6) == 0))
            return takes;
        if (name == 1 && *e == '*')
            any = takes;
    }
    return any;
}

bool send_matches(const char *if_none_match, const char *etag) {
    size_t length, wanted = strlen(etag);
    for (const char *e, *at = if_none_match; (e = next_element(&at, &length));) {
        if (length == 1 && *e == '*')
            return true;
        if (length > 2 && e[0] == 'W' && e[1] == '/') {
            e += 2;
            length -= 2;
        }
        if (length == wanted && strncmp(e, etag, wanted) == 0)
            return true;
    }
    return false;
}
