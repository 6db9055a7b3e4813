/* For the tests of the wire: stand-ins for router, views and counters, a few routes that do what a
 * test needs, and a client that speaks raw bytes. */
#ifndef TESTS_WIRE_KIT_H
#define TESTS_WIRE_KIT_H

#include "harness.h"
#include "service/editing.h"
#include "service/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <maille/service.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- the state of the workspace ---- */

struct world {
    uint64_t number;
};
static struct world worlds[8] = {{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}};
static atomic_uint state;      /* the world of now */
static atomic_int views_out;   /* taken and not given back */
static atomic_int worlds_held; /* the same of worlds */
static atomic_int handled;     /* handlers called */
static atomic_int streams_open;
static atomic_int counted; /* by metrics */

struct views {
    pthread_mutex_t lock;
    size_t count;
    view places[64];
    bool out[64];
};

maille_status views_open(maille_ctx *ctx, service *s, const char *workspace,
                         const maille_serve_config *config, views **out) {
    views *all = maille_alloc(1, sizeof *all);
    (void)workspace;
    pthread_mutex_init(&all->lock, NULL);
    all->count = config->workers + config->downloads;
    for (size_t i = 0; i < all->count; i++) {
        maille_ctx_child(ctx, &all->places[i].ctx);
        all->places[i].service = s;
    }
    *out = all;
    return MAILLE_OK;
}

/* Nothing is edited over this wire. */
maille_status writer_new(service *s, writer **out) {
    (void)s;
    *out = NULL;
    return MAILLE_OK;
}

void writer_free(writer *w) {
    (void)w;
}

maille_status desks_new(service *s, desks **out) {
    (void)s;
    *out = NULL;
    return MAILLE_OK;
}

void desks_free(desks *all) {
    (void)all;
}

maille_status web_open(maille_ctx *ctx, web **out) {
    (void)ctx;
    *out = NULL;
    return MAILLE_OK;
}

void web_free(web *w) {
    (void)w;
}

maille_status jobs_new(service *s, jobs **out) {
    (void)s;
    *out = NULL;
    return MAILLE_OK;
}

void jobs_free(jobs *j) {
    (void)j;
}

void jobs_decided(jobs *j) {
    (void)j;
}

/* Decisions of the tests: the world counts alone. */
uint64_t views_decisions(const views *all) {
    (void)all;
    return 0;
}

void views_decided(views *all) {
    (void)all;
}

uint64_t views_tilesets_made(const views *all) {
    (void)all;
    return 0;
}

void views_close(views *all) {
    for (size_t i = 0; all && i < all->count; i++)
        maille_ctx_free(all->places[i].ctx);
    maille_free(all);
}

world *world_now(views *all) {
    (void)all;
    atomic_fetch_add(&worlds_held, 1);
    return &worlds[atomic_load(&state)];
}

void world_drop(world *w) {
    (void)w;
    atomic_fetch_sub(&worlds_held, 1);
}

uint64_t world_number(const world *w) {
    return w->number;
}

maille_status view_take(views *all, view **out) {
    *out = NULL;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < all->count && !*out; i++)
        if (!all->out[i]) {
            all->out[i] = true;
            *out = &all->places[i];
            (*out)->world = &worlds[atomic_load(&state)];
        }
    pthread_mutex_unlock(&all->lock);
    atomic_fetch_add(&views_out, *out != NULL);
    return *out ? MAILLE_OK : MAILLE_BUSY;
}

void view_give(view *v) {
    views *all = v->service->views;
    pthread_mutex_lock(&all->lock);
    all->out[v - all->places] = false;
    pthread_mutex_unlock(&all->lock);
    atomic_fetch_sub(&views_out, 1);
}

/* ---- router, replies, counters ---- */

maille_status gatekeeper_new(maille_ctx *ctx, const maille_serve_config *config, gatekeeper **out) {
    (void)ctx, (void)config;
    *out = NULL;
    return MAILLE_OK;
}

void gatekeeper_free(gatekeeper *g) {
    (void)g;
}

bool gatekeeper_holds(gatekeeper *g, const char *session) {
    (void)g, (void)session;
    return false;
}

maille_status metrics_new(maille_ctx *ctx, metrics **out) {
    (void)ctx;
    *out = NULL;
    return MAILLE_OK;
}

void metrics_free(metrics *m) {
    (void)m;
}

void metrics_add(metrics *m, const route *found, int status, double seconds, uint64_t bytes,
                 bool from_cache) {
    (void)m, (void)found, (void)status, (void)seconds, (void)bytes, (void)from_cache;
    atomic_fetch_add(&counted, 1);
}

void reply_header(reply *out, const char *name, const char *value) {
    out->headers[out->header_count].name = name;
    out->headers[out->header_count++].value = value;
}

maille_status reply_problem(const request *r, reply *out, int status, const char *detail) {
    (void)r;
    out->status = status;
    out->type = "application/problem+json";
    maille_strbuf_addf(&out->body, "{\"status\":%d,\"detail\":\"%s\"}", status,
                       detail ? detail : "");
    return out->body.failed ? MAILLE_NO_MEMORY : MAILLE_OK;
}

maille_status reply_failure(view *v, const request *r, reply *out, maille_status status) {
    return reply_problem(r, out, status == MAILLE_NOT_FOUND ? 404 : 500, maille_message(v->ctx));
}

void reply_dress(service *s, const request *r, reply *out) {
    (void)s;
    if (!r)
        return;
    const char *origin = strstr(r->target, "origin=");
    reply_header(out, "Access-Control-Allow-Origin", origin ? origin + 7 : "*");
    reply_header(out, "Vary", "Accept");
    reply_header(out, "Cache-Control", "public, max-age=60");
}

bool request_key(const request *r, const route *found, maille_strbuf *key) {
    (void)found;
    maille_strbuf_add_n(key, r->target, strcspn(r->target, "?"));
    return !key->failed;
}

/* ---- routes ---- */

enum { BIG = 300000, PIECE = 100000 };

static void fill(maille_strbuf *s, size_t length, unsigned seed) {
    for (size_t i = 0; i < length; i++)
        maille_strbuf_add_char(s, (char)('a' + (i * 7 + i / 13 + seed) % 26));
}

static void sleep_ms(long ms) {
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Kept; tells when it was made, which the ETag must not. */
static maille_status answer_kept(view *v, const request *r, reply *out) {
    static atomic_int times;
    (void)r;
    atomic_fetch_add(&handled, 1);
    out->keep = true;
    maille_strbuf_add(&out->body, "{\"time\":");
    out->time_at = out->body.length;
    maille_strbuf_addf(&out->body, "%06d", atomic_fetch_add(&times, 1));
    out->time_length = 6;
    maille_strbuf_addf(&out->body, ",\"world\":%d,\"text\":\"",
                       (int)(v->world->number > 3 ? v->world->number : 1));
    fill(&out->body, BIG, 0);
    maille_strbuf_add(&out->body, "\"}");
    return MAILLE_OK;
}

static maille_status answer_small(view *v, const request *r, reply *out) {
    (void)v, (void)r;
    atomic_fetch_add(&handled, 1);
    maille_strbuf_add(&out->body, "{\"small\":true}");
    return MAILLE_OK;
}

static maille_status answer_slow(view *v, const request *r, reply *out) {
    sleep_ms(200);
    return answer_small(v, r, out);
}

static maille_status answer_echo(view *v, const request *r, reply *out) {
    (void)v;
    maille_strbuf_add_n(&out->body, r->body, r->body_length);
    out->type = "text/plain";
    return MAILLE_OK;
}

static maille_status answer_missing(view *v, const request *r, reply *out) {
    maille_strbuf_add(&out->body, "half of what was wanted");
    (void)r;
    return maille_fail(v->ctx, MAILLE_NOT_FOUND, "nothing was there");
}

static maille_status answer_file(view *v, const request *r, reply *out) {
    (void)v, (void)r;
    out->file = open(test_source("tests/service/test_wire_kit.h"), O_RDONLY);
    out->type = "text/plain";
    return MAILLE_OK;
}

/* `left` pieces; fails when `fails` comes to its end; `pause` ms before each. */
typedef struct {
    unsigned left, made;
    bool fails;
    long pause;
} pieces;

static maille_status more_pieces(view *v, void *user, maille_strbuf *piece, bool *end) {
    pieces *p = user;
    if (p->pause)
        sleep_ms(p->pause);
    if (p->left == 0 && p->fails)
        return maille_fail(v->ctx, MAILLE_FAILED, "the disk went away");
    fill(piece, PIECE, p->made++);
    *end = !p->fails && p->left <= 1;
    p->left -= p->left > 0;
    return MAILLE_OK;
}

static void free_pieces(void *user) {
    maille_free(user);
    atomic_fetch_sub(&streams_open, 1);
}

static maille_status stream(reply *out, unsigned count, bool fails, long pause) {
    pieces *p = maille_alloc(1, sizeof *p);
    if (!p)
        return MAILLE_NO_MEMORY;
    *p = (pieces){.left = count, .fails = fails, .pause = pause};
    atomic_fetch_add(&streams_open, 1);
    out->stream = (body_stream){more_pieces, free_pieces, p};
    out->type = "application/geo+json";
    return MAILLE_OK;
}

static maille_status answer_stream(view *v, const request *r, reply *out) {
    (void)v, (void)r;
    return stream(out, 20, false, 0);
}

static maille_status answer_endless(view *v, const request *r, reply *out) {
    (void)v, (void)r;
    return stream(out, 1u << 30, false, 1);
}

static maille_status answer_broken(view *v, const request *r, reply *out) {
    (void)v, (void)r;
    return stream(out, 3, true, 0);
}

static maille_status answer_stillborn(view *v, const request *r, reply *out) {
    (void)v, (void)r;
    return stream(out, 0, true, 0);
}

static const char *const formats[] = {"json", NULL};
static const route routes[] = {
    {.path = "/kept", .id = "kept", .formats = formats, .answer = answer_kept},
    {.path = "/small", .id = "small", .formats = formats, .answer = answer_small},
    {.path = "/slow", .id = "slow", .formats = formats, .answer = answer_slow},
    {.path = "/echo", .id = "echo", .formats = formats, .answer = answer_echo},
    {.path = "/missing", .id = "missing", .formats = formats, .answer = answer_missing},
    {.path = "/file", .id = "file", .formats = formats, .answer = answer_file},
    {.path = "/stream", .id = "stream", .formats = formats, .answer = answer_stream},
    {.path = "/endless", .id = "endless", .formats = formats, .answer = answer_endless},
    {.path = "/broken", .id = "broken", .formats = formats, .answer = answer_broken},
    {.path = "/stillborn", .id = "stillborn", .formats = formats, .answer = answer_stillborn},
};

maille_status request_begin(service *s, world *w, const wire *in, request **out,
                            const route **found, reply *at_once) {
    size_t path = strcspn(in->target, "?");
    (void)s, (void)w;
    *out = NULL;
    *found = NULL;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strlen(routes[i].path) == path && strncmp(routes[i].path, in->target, path) == 0)
            *found = &routes[i];
    if (!*found) {
        request none = {.target = in->target};
        return reply_problem(&none, at_once, 404, "no such path");
    }
    request *r = maille_arena_alloc(in->arena, sizeof *r);
    if (!r)
        return MAILLE_NO_MEMORY;
    *r = (request){.verb = strcmp(in->method, "POST") == 0 ? POST : GET,
                   .target = in->target,
                   .path = (*found)->path,
                   .body = "",
                   .body_type = "",
                   .base = "",
                   .language = "fr",
                   .format = "json",
                   .prefer = "",
                   .account = maille_account_anonymous(),
                   .audience = MAILLE_PUBLIC,
                   .peer = in->peer,
                   .cookie_csrf = "",
                   .arena = in->arena};
    *out = r;
    return MAILLE_OK;
}

/* ---- the server ---- */

static maille_ctx *context;
static maille_server *server;
static int port;

static maille_serve_config defaults(void) {
    return (maille_serve_config){.listen = "127.0.0.1:0",
                                 .io_threads = 2,
                                 .workers = 2,
                                 .downloads = 3,
                                 .connections = 4096,
                                 .connections_per_address = 8,
                                 .header_kib = 16,
                                 .uri_bytes = 8192,
                                 .body_kib = 1024,
                                 .queue = 256,
                                 .header_s = 10,
                                 .idle_s = 30,
                                 .answer_s = 60,
                                 .cache_mib = 8,
                                 .cache_entry_kib = 4096,
                                 .limit = 100,
                                 .limit_most = 10000,
                                 .log = ""};
}

static void start(const maille_serve_config *config) {
    maille_ctx_new(&context);
    atomic_store(&state, 0);
    atomic_store(&handled, 0);
    CHECK_INT(maille_server_start(context, "none", config, &server), MAILLE_OK);
    port = atoi(strrchr(maille_server_address(server), ':') + 1);
}

/* Whatever was taken has come back. */
static void stop(double grace_s) {
    maille_server_stop(server, grace_s);
    maille_ctx_free(context);
    CHECK_INT(atomic_load(&views_out), 0);
    CHECK_INT(atomic_load(&worlds_held), 0);
    CHECK_INT(atomic_load(&streams_open), 0);
}

/* ---- the client ---- */

static int dial(void) {
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(s, (struct sockaddr *)&to, sizeof to) == 0)
        return s;
    close(s);
    return -1;
}

static bool say_n(int s, const char *text, size_t length) {
    while (length) {
        ssize_t n = send(s, text, length, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        text += n;
        length -= (size_t)n;
    }
    return true;
}

static bool say(int s, const char *text) {
    return say_n(s, text, strlen(text));
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One answer. `whole`: it ended as it said it would. `closed`: the connection ended with it. */
typedef struct {
    int status;
    bool whole, closed, reset;
    maille_strbuf head, body; /* body without chunks */
} heard;

static void forget(heard *h) {
    maille_strbuf_free(&h->head);
    maille_strbuf_free(&h->body);
    *h = (heard){0};
}

/* One more byte; false at the end or after `wait` ms. */
static bool next_byte(int s, char *c, heard *h, int wait) {
    struct pollfd p = {.fd = s, .events = POLLIN};
    if (poll(&p, 1, wait) <= 0)
        return false;
    ssize_t n = recv(s, c, 1, 0);
    h->closed = n <= 0;
    h->reset = n < 0;
    return n == 1;
}

static bool hear_n(int s, size_t length, heard *h, int wait) {
    char buffer[65536];
    while (length) {
        struct pollfd p = {.fd = s, .events = POLLIN};
        if (poll(&p, 1, wait) <= 0)
            return false;
        ssize_t n = recv(s, buffer, length < sizeof buffer ? length : sizeof buffer, 0);
        if (n <= 0) {
            h->closed = true;
            h->reset = n < 0;
            return false;
        }
        maille_strbuf_add_n(&h->body, buffer, (size_t)n);
        length -= (size_t)n;
    }
    return true;
}

static bool hear_line(int s, maille_strbuf *line, heard *h, int wait) {
    char c;
    maille_strbuf_clear(line);
    while (next_byte(s, &c, h, wait)) {
        maille_strbuf_add_char(line, c);
        if (c == '\n')
            return true;
    }
    return false;
}

static const char *header_of(const heard *h, const char *name) {
    static _Thread_local char value[512];
    char wanted[128];
    snprintf(wanted, sizeof wanted, "\n%s: ", name);
    const char *at = h->head.text ? strstr(h->head.text, wanted) : NULL;
    if (!at)
        return "";
    at += strlen(wanted);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

static bool hear_chunks(int s, heard *h, int wait) {
    maille_strbuf line = {0};
    bool whole = false;
    while (hear_line(s, &line, h, wait)) {
        size_t length = strtoul(line.text, NULL, 16);
        if (length && !hear_n(s, length, h, wait))
            break;
        if (!hear_line(s, &line, h, wait))
            break;
        if (!length) {
            whole = true;
            break;
        }
    }
    maille_strbuf_free(&line);
    return whole;
}

static heard hear_for(int s, bool head, int wait) {
    heard h = {0};
    maille_strbuf line = {0};
    while (hear_line(s, &line, &h, wait)) {
        maille_strbuf_add_n(&h.head, line.text, line.length);
        if (strcmp(line.text, "\r\n") == 0) {
            h.whole = true;
            break;
        }
    }
    maille_strbuf_free(&line);
    if (!h.whole)
        return h;
    h.status = atoi(h.head.text + 9);
    if (h.status == 100) {
        forget(&h);
        return hear_for(s, head, wait);
    }
    if (head || h.status == 304)
        return h;
    if (strcmp(header_of(&h, "Transfer-Encoding"), "chunked") == 0)
        h.whole = hear_chunks(s, &h, wait);
    else if (*header_of(&h, "Content-Length"))
        h.whole = hear_n(s, strtoul(header_of(&h, "Content-Length"), NULL, 10), &h, wait);
    else
        h.whole = !hear_n(s, SIZE_MAX, &h, wait) && h.closed && !h.reset;
    return h;
}

static inline heard hear(int s) {
    return hear_for(s, false, 20000);
}

/* True when the other end closes within some time (what it says meanwhile does not matter). */
static inline bool is_closed(int s, int wait) {
    heard h = {0};
    double end = now() + wait / 1000.0;
    while (!h.closed && now() < end)
        hear_n(s, 1 << 20, &h, 50);
    bool closed = h.closed;
    forget(&h);
    return closed;
}

/* One request on a connection of its own. `more`: headers with their line ends. */
static inline heard ask(const char *method, const char *target, const char *more) {
    char text[16384];
    int s = dial();
    snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: here\r\n%s\r\n", method, target, more);
    say(s, text);
    heard h = hear_for(s, strcmp(method, "HEAD") == 0, 20000);
    close(s);
    return h;
}

#endif
