/* Workers: two queues under one lock. What goes on (the next piece of a stream) stands before what
 * is new, so that a flood of requests does not starve those who are being answered. */
#include "service/workers.h"

#include <maille/memory.h>
#include <pthread.h>

typedef struct {
    job *first, **end;
} queue;

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    queue going_on, offered;
    unsigned waiting, most; /* of `offered` */
    bool ending;
    unsigned count;
    pthread_t threads[];
};

static void put(queue *q, job *j) {
    j->next = NULL;
    *q->end = j;
    q->end = &j->next;
}

static job *take(queue *q) {
    job *j = q->first;
    if (j) {
        q->first = j->next;
        if (!q->first)
            q->end = &q->first;
    }
    return j;
}

static void *work(void *user) {
    workers *w = user;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        job *j = take(&w->going_on);
        if (!j && (j = take(&w->offered)))
            w->waiting--;
        if (j) {
            pthread_mutex_unlock(&w->lock);
            j->run(j);
            pthread_mutex_lock(&w->lock);
        } else if (w->ending) {
            break;
        } else {
            pthread_cond_wait(&w->wake, &w->lock);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

maille_status workers_start(maille_ctx *ctx, unsigned count, unsigned most, workers **out) {
    workers *w = maille_alloc(1, sizeof *w + count * sizeof w->threads[0]);
    if (!w)
        return maille_no_memory(ctx);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    w->going_on.end = &w->going_on.first;
    w->offered.end = &w->offered.first;
    w->most = most;
    while (w->count < count && pthread_create(&w->threads[w->count], NULL, work, w) == 0)
        w->count++;
    if (w->count < count) {
        workers_stop(w);
        return maille_fail(ctx, MAILLE_FAILED, "a worker could not be started");
    }
    *out = w;
    return MAILLE_OK;
}

bool workers_offer(workers *w, job *j) {
    pthread_mutex_lock(&w->lock);
    bool taken = w->waiting < w->most;
    if (taken) {
        put(&w->offered, j);
        w->waiting++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return taken;
}

void workers_push(workers *w, job *j) {
    pthread_mutex_lock(&w->lock);
    put(&w->going_on, j);
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

void workers_stop(workers *w) {
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->count; i++)
        pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    maille_free(w);
}
