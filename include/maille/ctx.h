/* The context: message, log, progress and per-thread handles (room: base).
 *
 * One context per thread, first parameter of every fallible function. Nothing in Maille is global:
 * GEOS, PROJ and database handles hang in the context's slots and die with it. */
#ifndef MAILLE_CTX_H
#define MAILLE_CTX_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <maille/status.h>

typedef struct maille_ctx maille_ctx;

typedef enum {
    MAILLE_LOG_ERROR,
    MAILLE_LOG_WARNING,
    MAILLE_LOG_INFO,
    MAILLE_LOG_DEBUG
} maille_level;

typedef void (*maille_log_fn)(void *user, maille_level level, const char *message);
/* `done` of `total` steps of `what`; total 0 = unknown. Called from one thread at a time. */
typedef void (*maille_progress_fn)(void *user, const char *what, size_t done, size_t total);

/* Which room keeps a handle in the context. */
typedef enum {
    MAILLE_SLOT_GEOS,
    MAILLE_SLOT_PROJ,
    MAILLE_SLOT_GDAL,
    MAILLE_SLOT_COUNT
} maille_slot;

maille_status maille_ctx_new(maille_ctx **out);
void maille_ctx_free(maille_ctx *ctx);

/* A context for a worker thread: same log, progress and jobs, own message and own slots. */
maille_status maille_ctx_child(const maille_ctx *parent, maille_ctx **out);

/* Keeps a one-line message (past tense, naming the file, row or option at fault) and returns
 * `status`, so that `return maille_fail(ctx, MAILLE_REFUSED, …)` reads well. The message is cut at
 * 1023 bytes on a character border; control characters become spaces. */
maille_status maille_fail(maille_ctx *ctx, maille_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "memory ran out" with MAILLE_NO_MEMORY. */
maille_status maille_no_memory(maille_ctx *ctx);
/* Last message; "" where there was none. Borrowed until the next failure. */
const char *maille_message(const maille_ctx *ctx);

/* Log and progress are called from one thread of the context's family at a time. Default: none.
 * Messages below the level `least` are dropped; the others are cut as above. */
void maille_ctx_set_log(maille_ctx *ctx, maille_log_fn log, void *user, maille_level least);
void maille_log(maille_ctx *ctx, maille_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void maille_ctx_set_progress(maille_ctx *ctx, maille_progress_fn progress, void *user);
void maille_progress(maille_ctx *ctx, const char *what, size_t done, size_t total);

/* Long work looks at `*cancel` at its progress and between its parts, and ends with
 * MAILLE_CANCELLED when it is set (by any thread). NULL: never. Children have it too. */
void maille_ctx_set_cancel(maille_ctx *ctx, const atomic_bool *cancel);
/* MAILLE_CANCELLED with a message, or MAILLE_OK. */
maille_status maille_cancelled(maille_ctx *ctx);

/* Threads that a computation may use; 1 at least; set with 0 = the number of processors. */
void maille_ctx_set_jobs(maille_ctx *ctx, unsigned jobs);
unsigned maille_ctx_jobs(const maille_ctx *ctx);

void *maille_ctx_slot(const maille_ctx *ctx, maille_slot slot);
/* The context calls `release(handle)` when it is freed. */
void maille_ctx_set_slot(maille_ctx *ctx, maille_slot slot, void *handle, void (*release)(void *));

#endif
