/* The watch: one thread looks at all connections some times a second. MHD counts inactivity only,
 * so that a client that sends one byte now and then would hold its connection for ever. */
#include "service/watch.h"

#include <maille/memory.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 200, MOST_LINGERING = 64, LINGER_S = 2 };

struct watch {
    connections *all;
    pthread_mutex_t lock;
    bool ending;
    unsigned count;
    struct pollfd lingering[MOST_LINGERING];
    double until[MOST_LINGERING];
    pthread_t thread;
};

static void cut_late(connections *all) {
    long long now = (long long)(seconds_monotonic() * 1000);
    pthread_mutex_lock(&all->lock);
    for (connection *c = all->first; c; c = c->next) {
        long long deadline = atomic_load_explicit(&c->deadline, memory_order_relaxed);
        if (deadline && now >= deadline) {
            atomic_store_explicit(&c->cut, true, memory_order_relaxed);
            shutdown(c->socket, SHUT_RDWR); /* the I/O thread sees its end and closes it */
        }
    }
    pthread_mutex_unlock(&all->lock);
}

void watch_linger(watch *w, int socket) {
    shutdown(socket, SHUT_WR);
    pthread_mutex_lock(&w->lock);
    bool room = w->count < MOST_LINGERING && !w->ending;
    if (room) {
        w->lingering[w->count] = (struct pollfd){.fd = socket, .events = POLLIN};
        w->until[w->count++] = seconds_monotonic() + LINGER_S;
    }
    pthread_mutex_unlock(&w->lock);
    if (!room)
        close(socket);
}

/* True when the other end has nothing more to say. */
static bool swallow(int socket) {
    char waste[16384];
    for (int i = 0; i < 64; i++) {
        ssize_t n = recv(socket, waste, sizeof waste, MSG_DONTWAIT);
        if (n <= 0)
            return n == 0;
    }
    return false;
}

/* Reads what comes for some time, or waits as long where nothing lingers. */
static void linger(watch *w) {
    struct pollfd polled[MOST_LINGERING];
    pthread_mutex_lock(&w->lock);
    unsigned count = w->count;
    for (unsigned i = 0; i < count; i++)
        polled[i] = w->lingering[i];
    pthread_mutex_unlock(&w->lock);
    if (poll(polled, count, LOOK_MS) < 0)
        return;
    double now = seconds_monotonic();
    pthread_mutex_lock(&w->lock);
    for (unsigned i = count; i-- > 0;) {
        bool over = now >= w->until[i] || (polled[i].revents & (POLLERR | POLLNVAL)) != 0;
        if (!over && polled[i].revents)
            over = swallow(polled[i].fd);
        if (!over)
            continue;
        close(w->lingering[i].fd);
        w->lingering[i] = w->lingering[--w->count];
        w->until[i] = w->until[w->count];
    }
    pthread_mutex_unlock(&w->lock);
}

static void *look(void *user) {
    watch *w = user;
    double next = 0;
    for (;;) {
        pthread_mutex_lock(&w->lock);
        bool ending = w->ending;
        pthread_mutex_unlock(&w->lock);
        if (ending)
            return NULL;
        if (seconds_monotonic() >= next) {
            cut_late(w->all);
            next = seconds_monotonic() + LOOK_MS / 1000.0;
        }
        linger(w);
    }
}

maille_status watch_start(maille_ctx *ctx, connections *all, watch **out) {
    watch *w = maille_alloc(1, sizeof *w);
    if (!w)
        return maille_no_memory(ctx);
    w->all = all;
    pthread_mutex_init(&w->lock, NULL);
    if (pthread_create(&w->thread, NULL, look, w) != 0) {
        pthread_mutex_destroy(&w->lock);
        maille_free(w);
        return maille_fail(ctx, MAILLE_FAILED, "the watch over connections could not be started");
    }
    *out = w;
    return MAILLE_OK;
}

void watch_stop(watch *w) {
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    for (unsigned i = 0; i < w->count; i++)
        close(w->lingering[i].fd);
    pthread_mutex_destroy(&w->lock);
    maille_free(w);
}
