/* The server: its socket, its threads, its beginning and its end. */
#include "service/server.h"

#include "service/editing.h"
#include "service/web.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, POLL_MS = 5 };

/* ---- the socket ---- */

/* "127.0.0.1:8080", "[::1]:8080", "localhost:0". */
static maille_status split_address(maille_ctx *ctx, const char *text, char *host, size_t size,
                                   const char **port) {
    const char *colon = strrchr(text, ':');
    const char *start = text, *end = colon;
    if (colon && *text == '[') {
        start++;
        end = colon[-1] == ']' ? colon - 1 : start;
    }
    size_t length = colon && end > start ? (size_t)(end - start) : 0;
    bool bare = *text != '[' && length && memchr(start, ':', length);
    if (!length || length >= size || bare || !colon[1] ||
        colon[1 + strspn(colon + 1, "0123456789")])
        return maille_fail(ctx, MAILLE_REFUSED,
                           "listen: \"%s\" was no address like 127.0.0.1:8080 or [::1]:8080", text);
    memcpy(host, start, length);
    host[length] = 0;
    *port = colon + 1;
    return MAILLE_OK;
}

static int bind_to(const struct addrinfo *to) {
    int one = 1;
    int s = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->ai_protocol);
    if (s < 0)
        return -1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s, to->ai_addr, to->ai_addrlen) == 0 && listen(s, BACKLOG) == 0)
        return s;
    int why = errno;
    close(s);
    errno = why;
    return -1;
}

/* With the port that was found. */
static void tell_address(maille_server *m) {
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
    if (getsockname(m->socket, (struct sockaddr *)&bound, &length) == 0)
        getnameinfo((struct sockaddr *)&bound, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(m->address, sizeof m->address, strchr(host, ':') ? "[%.60s]:%.8s" : "%.60s:%.8s", host,
             port);
}

static maille_status open_socket(maille_ctx *ctx, maille_server *m) {
    char host[256];
    const char *port = NULL;
    const char *listen_to = m->config.listen;
    struct addrinfo *found = NULL;
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    maille_status status = split_address(ctx, listen_to, host, sizeof host, &port);
    if (status)
        return status;
    int fault = getaddrinfo(host, port, &wanted, &found);
    if (fault)
        return maille_fail(ctx, MAILLE_FAILED, "address %s could not be had: %s", listen_to,
                           gai_strerror(fault));
    for (const struct addrinfo *a = found; a && m->socket < 0; a = a->ai_next)
        m->socket = bind_to(a);
    int why = errno;
    freeaddrinfo(found);
    if (m->socket < 0)
        return maille_fail(ctx, MAILLE_FAILED, "address %s could not be had: %s", listen_to,
                           strerror(why));
    tell_address(m);
    return MAILLE_OK;
}

/* ---- threads ---- */

static void log_mhd(void *server, const char *format, va_list values) {
    const maille_server *m = server;
    char line[512];
    vsnprintf(line, sizeof line, format, values);
    line[strcspn(line, "\n")] = 0;
    maille_log(m->core.ctx, MAILLE_LOG_DEBUG, "http: %s", line);
}

/* Targets stay as they were sent: the router decodes them. */
static size_t keep_escapes(void *server, struct MHD_Connection *mhd, char *text) {
    (void)server, (void)mhd;
    return strlen(text);
}

static maille_status start_daemon(maille_ctx *ctx, maille_server *m) {
    const maille_serve_config *config = &m->config;
    double longest = config->answer_s > config->idle_s ? config->answer_s : config->idle_s;
    /* Headers that are too long are still read, so that they are refused as all else is. */
    size_t memory = ((size_t)config->header_kib << 10) + config->uri_bytes + (8 << 10);
    unsigned threads = config->io_threads ? config->io_threads : 1;
    struct MHD_OptionItem pool[] = {{MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL},
                                    {MHD_OPTION_END, 0, NULL}};
    if (threads == 1)
        pool[0].option = MHD_OPTION_END;
    m->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
        connections_accept, m, exchange_step, m, MHD_OPTION_EXTERNAL_LOGGER, log_mhd, m,
        MHD_OPTION_LISTEN_SOCKET, m->socket, MHD_OPTION_CONNECTION_LIMIT,
        config->connections + config->streams, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)longest + 1, MHD_OPTION_URI_LOG_CALLBACK,
        exchange_begin, m, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, m,
        MHD_OPTION_NOTIFY_CONNECTION, connections_notify, m, MHD_OPTION_NOTIFY_COMPLETED,
        exchange_end, m, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
    if (!m->daemon)
        return maille_fail(ctx, MAILLE_FAILED, "the server on %s could not be started", m->address);
    return MAILLE_OK;
}

/* Signals go to the threads of who called, not to ours. */
static maille_status start_threads(maille_ctx *ctx, maille_server *m) {
    const maille_serve_config *config = &m->config;
    maille_status status = MAILLE_OK;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    MAILLE_TRY(hub_new(&m->core, &m->core.hub)); /* the watch of the views wakes it, and these: */
    MAILLE_TRY(jobs_new(&m->core, &m->core.jobs));
    MAILLE_TRY(views_open(ctx, &m->core, m->core.workspace, config, &m->core.views));
    MAILLE_TRY(access_log_open(ctx, config->log, &m->log));
    MAILLE_TRY(workers_start(ctx, config->workers, config->queue, &m->workers));
    MAILLE_TRY(workers_start(ctx, 1, config->queue, &m->writers));
    MAILLE_TRY(watch_start(ctx, &m->connections, &m->watch));
    MAILLE_TRY(start_daemon(ctx, m));
done:
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* ---- beginning and end ---- */

static void release(maille_server *m) {
    workers_stop(m->writers);
    workers_stop(m->workers);
    watch_stop(m->watch);
    writer_free(m->core.writer);
    desks_free(m->core.desks);
    cache_free(m->cache);
    views_close(m->core.views);
    jobs_free(m->core.jobs);
    web_free(m->core.web);
    hub_free(m->core.hub);
    access_log_close(m->log);
    gatekeeper_free(m->core.gatekeeper);
    metrics_free(m->core.metrics);
    if (m->socket >= 0)
        close(m->socket);
    pthread_mutex_destroy(&m->connections.lock);
    maille_free((char *)m->core.workspace);
    maille_free(m);
}

maille_status maille_server_start(maille_ctx *ctx, const char *workspace,
                                  const maille_serve_config *config, maille_server **out) {
    maille_status status = MAILLE_OK;
    maille_server *m = maille_alloc(1, sizeof *m);
    if (!m)
        return maille_no_memory(ctx);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    m->socket = -1;
    m->config = *config;
    if (!m->config.workers)
        m->config.workers = processors > 2 ? (unsigned)processors : 2;
    pthread_mutex_init(&m->connections.lock, NULL);
    m->connections.config = &m->config;
    m->core.ctx = ctx;
    m->core.config = &m->config;
    m->core.started = seconds_monotonic();
    if (!(m->core.workspace = maille_strdup(workspace))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(open_socket(ctx, m));
    MAILLE_TRY(metrics_new(ctx, &m->core.metrics));
    MAILLE_TRY(gatekeeper_new(ctx, &m->config, &m->core.gatekeeper));
    MAILLE_TRY(cache_new(ctx, (size_t)m->config.cache_mib << 20,
                         (size_t)m->config.cache_entry_kib << 10, &m->cache));
    MAILLE_TRY(web_open(ctx, &m->core.web));
    MAILLE_TRY(writer_new(&m->core, &m->core.writer));
    MAILLE_TRY(desks_new(&m->core, &m->core.desks));
    MAILLE_TRY(start_threads(ctx, m));
done:
    if (status)
        release(m);
    else
        *out = m;
    return status;
}

const char *maille_server_address(const maille_server *server) {
    return server->address;
}

static void wait_until_none(const atomic_uint *what, double seconds) {
    double end = seconds_monotonic() + seconds;
    while (atomic_load(what) && seconds_monotonic() < end)
        usleep(POLL_MS * 1000);
}

void maille_server_stop(maille_server *server, double grace_s) {
    maille_server *m = server;
    if (!m)
        return;
    __atomic_store_n(&m->core.stopping, true, __ATOMIC_RELAXED);
    atomic_store(&m->stopping, true);
    MHD_quiesce_daemon(m->daemon);
    shutdown(m->socket, SHUT_RDWR); /* who comes now is refused, not left to wait */
    hub_stop(m->core.hub);
    wait_until_none(&m->active, grace_s);
    /* What a worker has in hand is waited for: a thread cannot be taken away from it. */
    atomic_store(&m->hurry, true);
    while (atomic_load(&m->suspended))
        wait_until_none(&m->suspended, 1);
    MHD_stop_daemon(m->daemon);
    release(m);
}
