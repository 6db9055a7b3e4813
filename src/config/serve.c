/* serve.yaml, read into a checked struct; what is absent has its default. */
#include "config/tree.h"

#include <arpa/inet.h>
#include <maille/memory.h>
#include <maille/serve.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

static const maille_serve_config defaults = {
    .listen = "127.0.0.1:8080",
    .io_threads = 2,
    .workers = 0,
    .downloads = 8,
    .connections = 1024,
    .connections_per_address = 64,
    .header_kib = 16,
    .uri_bytes = 8192,
    .body_kib = 1024,
    .queue = 256,
    .header_s = 10,
    .idle_s = 30,
    .answer_s = 60,
    .cache_mib = 64,
    .cache_entry_kib = 4096,
    .tiles_mib = 512,
    .limit = 100,
    .limit_most = 10000,
    .max_age_s = 60,
    .secure_cookies = false,
    .session_hours = 12,
    .failures = 10,
    .failure_minutes = 5,
    .write_wait_s = 5,
    .jobs = 16,
    .job_keep_hours = 24,
    .settle_s = 2,
    .settle_most_s = 20,
    .streams = 2000,
    .streams_per_account = 50,
    .heartbeat_s = 20,
    .requests_hours = 168,
    .log = "-",
};

/* Numbers: where they go, and between what they lie. */
typedef struct {
    const char *key;
    size_t at;
    bool whole; /* unsigned; else double */
    double least, most;
} bound;
#define WHOLE(key, least, most)                                                                    \
    { #key, offsetof(maille_serve_config, key), true, least, most }
#define REAL(key, least, most)                                                                     \
    { #key, offsetof(maille_serve_config, key), false, least, most }
static const bound numbers[] = {
    WHOLE(io_threads, 1, 64),
    WHOLE(workers, 0, 256),
    WHOLE(downloads, 1, 256),
    WHOLE(connections, 8, 100000),
    WHOLE(connections_per_address, 1, 100000),
    WHOLE(header_kib, 4, 1024),
    WHOLE(uri_bytes, 256, 65536),
    WHOLE(body_kib, 1, 1048576),
    WHOLE(queue, 1, 100000),
    REAL(header_s, 1, 600),
    REAL(idle_s, 1, 3600),
    REAL(answer_s, 1, 3600),
    WHOLE(cache_mib, 0, 65536),
    WHOLE(cache_entry_kib, 1, 1048576),
    WHOLE(tiles_mib, 16, 65536),
    WHOLE(limit, 1, 100000),
    WHOLE(limit_most, 1, 100000),
    REAL(max_age_s, 0, 86400),
    REAL(session_hours, 0.001, 720),
    REAL(write_wait_s, 0, 600),
    WHOLE(jobs, 1, 1000),
    REAL(job_keep_hours, 0.001, 720),
    REAL(settle_s, 0, 3600),
    REAL(settle_most_s, 0, 86400),
    WHOLE(streams, 0, 100000),
    WHOLE(streams_per_account, 1, 100000),
    REAL(heartbeat_s, 0.1, 600),
    REAL(requests_hours, 0.001, 8760),
    WHOLE(failures, 1, 1000),
    WHOLE(failure_minutes, 1, 1440),
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };
static const char *const other_keys[] = {"listen",         "public_url", "proxies", "origins",
                                         "secure_cookies", "base_map",   "log"};
enum { OTHERS = sizeof other_keys / sizeof *other_keys };

typedef struct {
    maille_ctx *ctx;
    maille_yaml_file *file;
    const maille_yaml *root;
    maille_serve_config *config;
} reader;

static maille_status refuse_form(const reader *r, const char *key, const char *text,
                                 const char *form) {
    return config_refuse(r->ctx, r->file, config_line(r->root, key),
                         "%s \"%s\" was not of the form %s", key, text, form);
}

static maille_status read_number(const reader *r, const bound *b) {
    double value = NAN;
    maille_status status = maille_yaml_number(r->ctx, r->file, r->root, b->key, false, &value);
    if (status || isnan(value))
        return status;
    if (!(value >= b->least && value <= b->most) || (b->whole && value != floor(value)))
        return config_refuse(r->ctx, r->file, config_line(r->root, b->key),
                             "%s was not %s between %g and %g", b->key,
                             b->whole ? "a whole number" : "a number", b->least, b->most);
    char *field = (char *)r->config + b->at;
    if (b->whole)
        *(unsigned *)(void *)field = (unsigned)value;
    else
        *(double *)(void *)field = value;
    return MAILLE_OK;
}

/* ---- addresses ---- */

static bool is_address(const char *text) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* ":8080" at the end, 0 to 65535; NULL where there is none. */
static const char *port_of(const char *text) {
    const char *colon = strrchr(text, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    if (!digits || digits > 5 || colon[1 + digits])
        return NULL;
    unsigned port = 0;
    for (size_t i = 1; i <= digits; i++)
        port = port * 10 + (unsigned)(colon[i] - '0');
    return port < 65536 ? colon : NULL;
}

/* "127.0.0.1:8080", "[::1]:8080" */
static bool is_listen(const char *text) {
    const char *colon = port_of(text);
    size_t length = colon ? (size_t)(colon - text) : 0;
    bool six = length > 2 && *text == '[' && text[length - 1] == ']';
    char host[64];
    if (!length || length >= sizeof host)
        return false;
    length -= six ? 2 : 0;
    memcpy(host, text + six, length);
    host[length] = '\0';
    unsigned char bytes[16];
    return inet_pton(six ? AF_INET6 : AF_INET, host, bytes) == 1;
}

/* Bytes of "https://host[:port]" that a text begins with; 0 where it does not. */
static size_t origin_length(const char *text) {
    size_t scheme = strncmp(text, "http://", 7) == 0    ? 7
                    : strncmp(text, "https://", 8) == 0 ? 8
                                                        : 0;
    size_t host = scheme ? strspn(text + scheme, "abcdefghijklmnopqrstuvwxyz0123456789.-[]:") : 0;
    return host ? scheme + host : 0;
}

static bool is_origin(const char *text) {
    size_t length = origin_length(text);
    return length && !text[length];
}

/* An origin and a path of plain signs, as links begin with it. */
static bool is_public_url(const char *text) {
    static const char path[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./~";
    size_t length = origin_length(text);
    const char *rest = text + length;
    return length && (!*rest || *rest == '/') && !rest[strspn(rest, path)] && !strstr(rest, "//") &&
           !strstr(rest, "..");
}

static maille_status read_addresses(const reader *r) {
    maille_serve_config *config = r->config;
    const char *url = NULL;
    maille_status status;
    MAILLE_TRY(maille_yaml_text(r->ctx, r->file, r->root, "listen", false, &config->listen));
    if (!is_listen(config->listen))
        return refuse_form(r, "listen", config->listen, "127.0.0.1:8080 or [::1]:8080");
    MAILLE_TRY(maille_yaml_text(r->ctx, r->file, r->root, "public_url", false, &url));
    if (url) {
        if (!is_public_url(url))
            return refuse_form(r, "public_url", url, "https://carte.example/cpts");
        char *own = config_strdup(r->file, url);
        if (!own)
            return maille_no_memory(r->ctx);
        size_t length = strlen(own);
        if (own[length - 1] == '/')
            own[length - 1] = '\0';
        config->public_url = own;
    }
    MAILLE_TRY(config_texts(r->ctx, r->file, r->root, "proxies", false, &config->proxies,
                            &config->proxy_count));
    for (size_t i = 0; i < config->proxy_count; i++)
        if (!is_address(config->proxies[i]))
            return refuse_form(r, "proxies", config->proxies[i], "127.0.0.1 or ::1");
    MAILLE_TRY(config_texts(r->ctx, r->file, r->root, "origins", false, &config->origins,
                            &config->origin_count));
    for (size_t i = 0; i < config->origin_count; i++)
        if (!is_origin(config->origins[i]))
            return refuse_form(r, "origins", config->origins[i], "https://carte.example");
done:
    return status;
}

/* ---- the background of the map ---- */

/* An address of tiles, of signs that stand in an address, with each of the three numbers once. */
static bool is_tiles(const char *text) {
    static const char signs[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "-._~:/?#[]@!$&()*+=%{},";
    static const char *const numbers_of[] = {"{z}", "{x}", "{y}"};
    size_t length = origin_length(text);
    bool plain = length && text[length] == '/' && !text[strspn(text, signs)];
    for (size_t i = 0; plain && i < sizeof numbers_of / sizeof *numbers_of; i++) {
        const char *at = strstr(text + length, numbers_of[i]);
        plain = at && !strstr(at + 1, numbers_of[i]);
    }
    return plain;
}

static maille_status read_base_map(const reader *r) {
    static const char *const keys[] = {"tiles", "attribution", NULL};
    maille_serve_config *config = r->config;
    const maille_yaml *map = NULL;
    maille_status status;
    MAILLE_TRY(config_map(r->ctx, r->file, r->root, "base_map", false, &map));
    if (!map)
        return MAILLE_OK;
    MAILLE_TRY(maille_yaml_only(r->ctx, r->file, map, keys));
    MAILLE_TRY(maille_yaml_text(r->ctx, r->file, map, "tiles", true, &config->tiles));
    MAILLE_TRY(
        maille_yaml_text(r->ctx, r->file, map, "attribution", true, &config->tiles_attribution));
    if (!is_tiles(config->tiles))
        return config_refuse(r->ctx, r->file, config_line(map, "tiles"),
                             "tiles \"%s\" was not of the form "
                             "https://tuiles.example/{z}/{x}/{y}.png",
                             config->tiles);
    char *origin = config_strdup(r->file, config->tiles);
    if (!origin)
        return maille_no_memory(r->ctx);
    origin[origin_length(origin)] = '\0';
    config->tiles_origin = origin;
done:
    return status;
}

static maille_status read_all(const reader *r) {
    const char *known[NUMBERS + OTHERS + 1];
    size_t count = 0;
    for (size_t i = 0; i < NUMBERS; i++)
        known[count++] = numbers[i].key;
    for (size_t i = 0; i < OTHERS; i++)
        known[count++] = other_keys[i];
    known[count] = NULL;
    maille_status status;
    if (r->root->kind != MAILLE_YAML_MAP)
        return config_refuse(r->ctx, r->file, r->root->line, "the file was no map of settings");
    MAILLE_TRY(maille_yaml_only(r->ctx, r->file, r->root, known));
    for (size_t i = 0; i < NUMBERS; i++)
        MAILLE_TRY(read_number(r, &numbers[i]));
    MAILLE_TRY(read_addresses(r));
    MAILLE_TRY(read_base_map(r));
    MAILLE_TRY(maille_yaml_bool(r->ctx, r->file, r->root, "secure_cookies", false,
                                &r->config->secure_cookies));
    MAILLE_TRY(maille_yaml_text(r->ctx, r->file, r->root, "log", false, &r->config->log));
    if (r->config->limit > r->config->limit_most)
        status = config_refuse(r->ctx, r->file, config_line(r->root, "limit"),
                               "limit %u was more than limit_most %u", r->config->limit,
                               r->config->limit_most);
done:
    return status;
}

maille_status maille_serve_config_read(maille_ctx *ctx, const char *path,
                                       maille_serve_config **out) {
    maille_status status = MAILLE_OK;
    maille_serve_config *config = maille_alloc(1, sizeof *config);
    if (!config)
        return maille_no_memory(ctx);
    *config = defaults;
    if (path) {
        MAILLE_TRY(maille_yaml_read(ctx, path, &config->file));
        reader r = {ctx, config->file, maille_yaml_root(config->file), config};
        MAILLE_TRY(read_all(&r));
    }
    *out = config;
    config = NULL;
done:
    maille_serve_config_free(config);
    return status;
}

void maille_serve_config_free(maille_serve_config *config) {
    if (config)
        maille_yaml_free(config->file);
    maille_free(config);
}
