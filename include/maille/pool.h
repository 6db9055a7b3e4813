/* Parallel loops with a deterministic outcome (room: base).
 *
 * The range 0..count is cut in pieces of `grain`; each worker thread has its own child context (the
 * calling thread works too, with `ctx` itself). A piece writes only to its own places, so the
 * result does not depend on the number of threads. After a failure, or when it is
 * cancelled, no further piece is started; the message of the first failed piece (in order of range)
 * is the caller's. */
#ifndef MAILLE_POOL_H
#define MAILLE_POOL_H

#include <maille/ctx.h>
#include <stddef.h>

/* `worker` runs from 0 to jobs-1: index of per-worker scratch. */
typedef maille_status (*maille_piece_fn)(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                         size_t end);

maille_status maille_parallel(maille_ctx *ctx, size_t count, size_t grain, maille_piece_fn piece,
                              void *user);

#endif
