/* Connections: who is connected, how many from where, and until when each may stay as it is. */
#include "service/hub.h"
#include "service/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- time ---- */

double seconds_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void connection_expect(connection *c, double seconds) {
    long long at = seconds > 0 ? (long long)((seconds_monotonic() + seconds) * 1000) : 0;
    atomic_store_explicit(&c->deadline, at, memory_order_relaxed);
}

/* ---- addresses ---- */

/* As IPv6, so that one form is compared. */
static void normalise(const struct sockaddr *from, unsigned char out[16]) {
    memset(out, 0, 16);
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)from;
        out[10] = out[11] = 0xff;
        memcpy(out + 12, &v4->sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
    }
}

static bool is_v4(const unsigned char address[16]) {
    static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(address, prefix, sizeof prefix) == 0;
}

static bool is_loopback(const unsigned char address[16]) {
    static const unsigned char one[16] = {[15] = 1};
    return is_v4(address) ? address[12] == 127 : memcmp(address, one, 16) == 0;
}

static void write_address(const unsigned char address[16], char *out, size_t size) {
    if (is_v4(address))
        inet_ntop(AF_INET, address + 12, out, (socklen_t)size);
    else
        inet_ntop(AF_INET6, address, out, (socklen_t)size);
}

static bool is_exempt(const maille_serve_config *config, const unsigned char address[16]) {
    if (is_loopback(address))
        return true;
    char text[64];
    write_address(address, text, sizeof text);
    for (size_t i = 0; i < config->proxy_count; i++)
        if (strcmp(config->proxies[i], text) == 0)
            return true;
    return false;
}

enum MHD_Result connections_accept(void *server, const struct sockaddr *address, socklen_t length) {
    maille_server *m = server;
    connections *all = &m->connections;
    unsigned char from[16];
    (void)length;
    normalise(address, from);
    if (!all->config->connections_per_address || is_exempt(all->config, from))
        return MHD_YES;
    unsigned same = 0;
    pthread_mutex_lock(&all->lock);
    for (const connection *c = all->first; c; c = c->next)
        same += memcmp(c->address, from, 16) == 0;
    pthread_mutex_unlock(&all->lock);
    return same < all->config->connections_per_address ? MHD_YES : MHD_NO;
}

/* ---- coming and going ---- */

static connection *start(maille_server *m, struct MHD_Connection *mhd) {
    connections *all = &m->connections;
    connection *c = maille_alloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->server = m;
    c->mhd = mhd;
    c->socket = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    normalise(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
              c->address);
    write_address(c->address, c->peer, sizeof c->peer);
    connection_expect(c, all->config->header_s);
    pthread_mutex_lock(&all->lock);
    c->next = all->first;
    if (c->next)
        c->next->previous = c;
    all->first = c;
    pthread_mutex_unlock(&all->lock);
    return c;
}

/* MHD closes the socket after this: until then the watch may cut it, afterwards its number may be
 * somebody else's. */
static void end(maille_server *m, connection *c) {
    connections *all = &m->connections;
    pthread_mutex_lock(&all->lock);
    *(c->previous ? &c->previous->next : &all->first) = c->next;
    if (c->next)
        c->next->previous = c->previous;
    pthread_mutex_unlock(&all->lock);
    if (c->unread) {
        int copy = fcntl(c->socket, F_DUPFD_CLOEXEC, 0);
        if (copy >= 0)
            watch_linger(m->watch, copy);
    }
    maille_free(c);
}

void connections_notify(void *server, struct MHD_Connection *mhd, void **context,
                        enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = start(server, mhd);
    } else if (*context) {
        end(server, *context);
        *context = NULL;
    }
}

/* ---- what a request rests on ---- */

void keep_hold(keep *k) {
    atomic_fetch_add(&k->holders, 1);
}

void keep_drop(keep *k) {
    if (!k || atomic_fetch_sub(&k->holders, 1) > 1)
        return;
    if (k->world)
        world_drop(k->world);
    maille_strbuf_free(&k->body);
    maille_arena_free(k->arena);
}

static keep *keep_new(void) {
    maille_arena *arena = maille_arena_new();
    keep *k = arena ? maille_arena_alloc(arena, sizeof *k) : NULL;
    if (!k) {
        maille_arena_free(arena);
        return NULL;
    }
    memset(k, 0, sizeof *k);
    atomic_init(&k->holders, 1);
    k->arena = arena;
    return k;
}

/* ---- requests ---- */

void *exchange_begin(void *server, const char *target, struct MHD_Connection *mhd) {
    maille_server *m = server;
    connection *c =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    keep *k = c ? keep_new() : NULL;
    if (!k)
        return NULL;
    exchange *x = &c->now;
    *x = (exchange){.on = c,
                    .keep = k,
                    .method = "",
                    .target = maille_arena_strdup(k->arena, target),
                    .target_at = (uintptr_t)target,
                    .peer = c->peer,
                    .began = seconds_monotonic()};
    if (!x->target)
        x->target = "";
    if (c->began) /* for the first request it counts from the first moment on */
        connection_expect(c, m->config.header_s);
    c->began = true;
    return x;
}

static void account_for(maille_server *m, const exchange *x, int status) {
    double seconds = seconds_monotonic() - x->began;
    metrics_add(m->core.metrics, x->route, status, seconds, x->bytes, x->cached);
    access_log_add(m->log, &(access_line){.method = x->method,
                                          .target = x->target,
                                          .peer = x->peer,
                                          .route = x->route ? x->route->id : NULL,
                                          .account = x->account,
                                          .status = status,
                                          .bytes = x->bytes,
                                          .seconds = seconds,
                                          .cached = x->cached});
}

/* MHD refuses some requests itself; others end unanswered. */
static int status_without_us(const exchange *x, struct MHD_Connection *mhd) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
    if (info && info->http_status)
        return (int)info->http_status;
    return atomic_load_explicit(&x->on->cut, memory_order_relaxed) ? 408 : 499;
}

void exchange_end(void *server, struct MHD_Connection *mhd, void **context,
                  enum MHD_RequestTerminationCode code) {
    maille_server *m = server;
    exchange *x = *context;
    (void)code;
    if (!x)
        return;
    *context = NULL;
    account_for(m, x, x->status ? x->status : status_without_us(x, mhd));
    if (x->counted)
        atomic_fetch_sub(&m->active, 1);
    parcel_drop(x->parcel);
    if (x->response) /* it was never queued */
        MHD_destroy_response(x->response);
    listener_free(x->listener);
    x->listener = NULL;
    maille_strbuf_free(&x->key);
    keep_drop(x->keep);
    x->keep = NULL;
    connection_expect(x->on, m->config.idle_s);
}
