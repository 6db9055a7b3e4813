/* Where the service is as its callers see it, and who they are: Host, what trusted proxies forward,
 * Origin. Nothing of these is believed before it has the form that it must have. */
#include "service/router.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- forms ---- */

static bool is_port(const char *s) {
    size_t digits = strspn(s, "0123456789");
    if (!digits || digits > 5 || s[digits])
        return false;
    unsigned port = 0;
    for (size_t i = 0; i < digits; i++)
        port = port * 10 + (unsigned)(s[i] - '0');
    return port > 0 && port < 65536;
}

bool router_is_authority(const char *text) {
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    size_t host;
    if (*text == '[') {
        host = strspn(text + 1, "0123456789abcdefABCDEF:.") + 2;
        if (host < 4 || text[host - 1] != ']')
            return false;
    } else {
        host = strspn(text, name);
        if (!host || *text == '.' || *text == '-')
            return false;
    }
    return host <= 255 && (!text[host] || (text[host] == ':' && is_port(text + host + 1)));
}

/* "/cpts/carte": segments of harmless signs, no slash at its end. */
static bool is_prefix(const char *text) {
    static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    while (*text == '/') {
        size_t length = strspn(text + 1, fine);
        if (!length || length > 100 || text[1] == '.')
            return false;
        text += 1 + length;
    }
    return !*text;
}

static bool is_address(const char *text) {
    struct in6_addr six;
    struct in_addr four;
    return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1;
}

static bool same_address(const char *a, const char *b) {
    struct in6_addr x, y;
    if (inet_pton(AF_INET6, a, &x) == 1 && inet_pton(AF_INET6, b, &y) == 1)
        return memcmp(&x, &y, sizeof x) == 0;
    return strcmp(a, b) == 0;
}

static bool is_trusted(const maille_serve_config *config, const char *address) {
    for (size_t i = 0; i < config->proxy_count; i++)
        if (same_address(config->proxies[i], address))
            return true;
    return false;
}

/* ---- who asks ---- */

/* The last element of "client, proxy1, proxy2" before `end`, which moves to the comma before it. */
static const char *last_element(maille_arena *arena, const char *list, size_t *end) {
    size_t from = *end;
    while (from && list[from - 1] != ',')
        from--;
    size_t first = from, last = *end;
    while (first < last && (list[first] == ' ' || list[first] == '\t'))
        first++;
    while (last > first && (list[last - 1] == ' ' || list[last - 1] == '\t'))
        last--;
    *end = from ? from - 1 : 0;
    return maille_arena_strndup(arena, list + first, last - first);
}

const char *router_peer(const maille_serve_config *config, const wire *in) {
    const char *peer = in->peer ? in->peer : "";
    if (!is_trusted(config, peer))
        return peer;
    const char *list = in->header(in, "X-Forwarded-For");
    if (in->header_count(in, "X-Forwarded-For") > 1)
        return NULL;
    /* From the right: each proxy added whom it saw; the first that is no proxy of ours asks. */
    for (size_t end = strlen(list); end;) {
        peer = last_element(in->arena, list, &end);
        if (!peer || !is_address(peer))
            return NULL;
        if (!is_trusted(config, peer))
            break;
    }
    return peer;
}

/* ---- where the service is ---- */

/* A header that only a trusted proxy may set: "" where it is not to be believed; NULL where there
 * is more than one. */
static const char *forwarded(const wire *in, bool trusted, const char *name) {
    unsigned count = trusted ? in->header_count(in, name) : 0;
    return count > 1 ? NULL : count ? in->header(in, name) : "";
}

/* Host is there once at most, has its form, and is that of the target where that has one. */
static bool is_host_fine(const wire *in, const char *authority) {
    const char *host = in->header(in, "Host");
    unsigned hosts = in->header_count(in, "Host");
    if (hosts > 1 || (hosts && !router_is_authority(host)))
        return false;
    return !authority ||
           (router_is_authority(authority) && (!hosts || strcasecmp(authority, host) == 0));
}

/* What a trusted proxy says of the way to us; false where it has not its form. */
static bool read_forwarded(const wire *in, bool trusted, const char **scheme, const char **host,
                           const char **prefix) {
    *scheme = forwarded(in, trusted, "X-Forwarded-Proto");
    *host = forwarded(in, trusted, "X-Forwarded-Host");
    *prefix = forwarded(in, trusted, "X-Forwarded-Prefix");
    if (!*scheme || !*host || !*prefix)
        return false;
    size_t length = strlen(*prefix);
    if (length && (*prefix)[length - 1] == '/')
        *prefix = maille_arena_strndup(in->arena, *prefix, length - 1);
    bool known = !**scheme || strcmp(*scheme, "http") == 0 || strcmp(*scheme, "https") == 0;
    return known && (!**host || router_is_authority(*host)) && *prefix && is_prefix(*prefix);
}

const char *router_base(const maille_serve_config *config, const wire *in, const char *authority) {
    const char *scheme, *outer, *prefix, *host = in->header(in, "Host");
    bool trusted = is_trusted(config, in->peer ? in->peer : "");
    if (!is_host_fine(in, authority))
        return NULL;
    if (config->public_url)
        return config->public_url;
    if (!read_forwarded(in, trusted, &scheme, &outer, &prefix))
        return NULL;
    const char *place = *outer ? outer : *host ? host : authority ? authority : config->listen;
    maille_strbuf base = {0};
    maille_strbuf_addf(&base, "%s://%s%s", *scheme ? scheme : "http", place, prefix);
    const char *out = base.failed ? NULL : maille_arena_strdup(in->arena, base.text);
    maille_strbuf_free(&base);
    return out;
}

const char *router_base_path(const char *base) {
    const char *authority = strstr(base, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;
    return path ? path : "/";
}

/* ---- who sends one here ---- */

/* Bytes of "scheme://authority"; 0 where it does not begin so. */
static size_t origin_length(const char *url) {
    const char *authority = strstr(url, "://");
    return authority ? (size_t)(authority + 3 - url) + strcspn(authority + 3, "/?#") : 0;
}

static bool same_origin(const char *a, const char *b) {
    size_t length = origin_length(a);
    return length && length == origin_length(b) && strncasecmp(a, b, length) == 0;
}

void router_origin(const maille_serve_config *config, const wire *in, asked *a) {
    const char *origin = in->header(in, "Origin");
    unsigned count = in->header_count(in, "Origin");
    bool sent = count > 0;
    const char *from = sent ? origin : in->header(in, "Referer");
    if (count > 1) {
        a->foreign = true;
        return;
    }
    for (size_t i = 0; i < config->origin_count; i++)
        if (same_origin(config->origins[i], from)) {
            a->allowed_origin = sent ? config->origins[i] : NULL;
            return;
        }
    a->foreign = (sent || *from) && !same_origin(a->request.base, from);
}
