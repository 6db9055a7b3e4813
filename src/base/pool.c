/* Parallel loops: pieces are taken in order from a counter; once one fails, no further is taken,
 * so every piece before the first failed one has run and the outcome is the serial loop's. */
#include <maille/pool.h>

#include <pthread.h>
#include <stdatomic.h>

#include <maille/memory.h>

typedef struct {
    size_t count, grain, pieces;
    maille_piece_fn piece;
    void *user;
    atomic_size_t next;
    atomic_bool failed;
} loop;

typedef struct {
    loop *loop;
    maille_ctx *ctx;
    pthread_t thread;
    unsigned number;
    maille_status status;
    size_t failed_piece; /* valid when status is not ok */
} worker;

static maille_status run_piece(const loop *l, maille_ctx *ctx, unsigned number, size_t piece) {
    size_t begin = piece * l->grain;
    size_t end = l->count - begin < l->grain ? l->count : begin + l->grain;
    maille_status status = maille_cancelled(ctx);
    return status == MAILLE_OK ? l->piece(ctx, l->user, number, begin, end) : status;
}

static void *work(void *argument) {
    worker *w = argument;
    while (!atomic_load(&w->loop->failed)) {
        size_t piece = atomic_fetch_add(&w->loop->next, 1);
        if (piece >= w->loop->pieces)
            break;
        w->status = run_piece(w->loop, w->ctx, w->number, piece);
        if (w->status != MAILLE_OK) {
            w->failed_piece = piece;
            atomic_store(&w->loop->failed, true);
            break;
        }
    }
    return NULL;
}

static maille_status run_inline(const loop *l, maille_ctx *ctx) {
    for (size_t piece = 0; piece < l->pieces; piece++) {
        maille_status status = run_piece(l, ctx, 0, piece);
        if (status != MAILLE_OK)
            return status;
    }
    return MAILLE_OK;
}

/* Status of the first failed piece in order of range; its message becomes the caller's. */
static maille_status first_failure(maille_ctx *ctx, const worker *workers, unsigned count) {
    const worker *first = NULL;
    for (unsigned i = 0; i < count; i++)
        if (workers[i].status != MAILLE_OK &&
            (!first || workers[i].failed_piece < first->failed_piece))
            first = &workers[i];
    if (!first)
        return MAILLE_OK;
    return maille_fail(ctx, first->status, "%s", maille_message(first->ctx));
}

static maille_status run_threads(loop *l, maille_ctx *ctx, unsigned jobs) {
    maille_status status = MAILLE_OK;
    unsigned made = 0, started = 1; /* worker 0 is the caller's thread */
    worker *workers = maille_alloc(jobs, sizeof *workers);
    if (!workers)
        return maille_no_memory(ctx);
    for (; made < jobs; made++) {
        worker *w = &workers[made];
        *w = (worker){.loop = l, .number = made, .ctx = ctx};
        if (made > 0 && maille_ctx_child(ctx, &w->ctx) != MAILLE_OK) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
    /* The system may grant fewer threads; the result is the same. */
    while (started < jobs &&
           pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    work(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    status = first_failure(ctx, workers, started);
done:
    for (unsigned i = 1; i < made; i++)
        maille_ctx_free(workers[i].ctx);
    maille_free(workers);
    return status;
}

maille_status maille_parallel(maille_ctx *ctx, size_t count, size_t grain, maille_piece_fn piece,
                              void *user) {
    if (grain == 0)
        grain = 1;
    loop l = {.count = count, .grain = grain, .piece = piece, .user = user};
    l.pieces = count / grain + (count % grain != 0);
    atomic_init(&l.next, 0);
    atomic_init(&l.failed, false);
    unsigned jobs = maille_ctx_jobs(ctx);
    if (jobs > l.pieces)
        jobs = (unsigned)l.pieces;
    return jobs <= 1 ? run_inline(&l, ctx) : run_threads(&l, ctx, jobs);
}
