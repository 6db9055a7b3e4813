/* The context: message, log, progress and per-thread handles. */
#include <maille/ctx.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <maille/memory.h>

#define MESSAGE_SIZE 1024

/* What a context and its children share: log and progress are called from one at a time. */
typedef struct {
    atomic_uint members;
    pthread_mutex_t calls; /* recursive: a progress function may log */
} family;

struct maille_ctx {
    family *family;
    maille_log_fn log;
    void *log_user;
    maille_level least;
    maille_progress_fn progress;
    void *progress_user;
    unsigned jobs;
    const atomic_bool *cancel;
    struct {
        void *handle;
        void (*release)(void *);
    } slots[MAILLE_SLOT_COUNT];
    char message[MESSAGE_SIZE];
};

static family *new_family(void) {
    pthread_mutexattr_t kind;
    family *f = maille_alloc(1, sizeof *f);
    if (!f)
        return NULL;
    atomic_init(&f->members, 1);
    if (pthread_mutexattr_init(&kind) != 0) {
        maille_free(f);
        return NULL;
    }
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    int fault = pthread_mutex_init(&f->calls, &kind);
    pthread_mutexattr_destroy(&kind);
    if (fault != 0) {
        maille_free(f);
        return NULL;
    }
    return f;
}

static void leave_family(family *f) {
    if (atomic_fetch_sub(&f->members, 1) > 1)
        return;
    pthread_mutex_destroy(&f->calls);
    maille_free(f);
}

maille_status maille_ctx_new(maille_ctx **out) {
    *out = NULL;
    maille_ctx *ctx = maille_alloc(1, sizeof *ctx);
    if (!ctx)
        return MAILLE_NO_MEMORY;
    ctx->family = new_family();
    if (!ctx->family) {
        maille_free(ctx);
        return MAILLE_NO_MEMORY;
    }
    maille_ctx_set_jobs(ctx, 0);
    *out = ctx;
    return MAILLE_OK;
}

maille_status maille_ctx_child(const maille_ctx *parent, maille_ctx **out) {
    *out = NULL;
    maille_ctx *ctx = maille_alloc(1, sizeof *ctx);
    if (!ctx)
        return MAILLE_NO_MEMORY;
    ctx->family = parent->family;
    atomic_fetch_add(&ctx->family->members, 1);
    ctx->cancel = parent->cancel;
    ctx->log = parent->log;
    ctx->log_user = parent->log_user;
    ctx->least = parent->least;
    ctx->progress = parent->progress;
    ctx->progress_user = parent->progress_user;
    ctx->jobs = parent->jobs;
    *out = ctx;
    return MAILLE_OK;
}

void maille_ctx_free(maille_ctx *ctx) {
    if (!ctx)
        return;
    for (int slot = MAILLE_SLOT_COUNT - 1; slot >= 0; slot--)
        maille_ctx_set_slot(ctx, (maille_slot)slot, NULL, NULL);
    leave_family(ctx->family);
    maille_free(ctx);
}

/* Takes the bytes of a character that was cut at the end of a full buffer away. */
static void drop_cut_character(char *text, size_t length) {
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length - (start - 1) < wanted)
        text[start - 1] = '\0';
}

static void format_line(char line[MESSAGE_SIZE], const char *format, va_list args) {
    int length = vsnprintf(line, MESSAGE_SIZE, format, args);
    if (length < 0)
        line[0] = '\0';
    if (length >= MESSAGE_SIZE)
        drop_cut_character(line, MESSAGE_SIZE - 1);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = ' ';
}

maille_status maille_fail(maille_ctx *ctx, maille_status status, const char *format, ...) {
    char line[MESSAGE_SIZE]; /* apart: the arguments may hold the message that stands */
    va_list args;
    va_start(args, format);
    format_line(line, format, args);
    va_end(args);
    memcpy(ctx->message, line, sizeof line);
    return status;
}

maille_status maille_no_memory(maille_ctx *ctx) {
    return maille_fail(ctx, MAILLE_NO_MEMORY, "memory ran out");
}

const char *maille_message(const maille_ctx *ctx) {
    return ctx->message;
}

void maille_ctx_set_log(maille_ctx *ctx, maille_log_fn log, void *user, maille_level least) {
    ctx->log = log;
    ctx->log_user = user;
    ctx->least = least;
}

void maille_log(maille_ctx *ctx, maille_level level, const char *format, ...) {
    if (!ctx->log || level > ctx->least)
        return;
    char line[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    format_line(line, format, args);
    va_end(args);
    pthread_mutex_lock(&ctx->family->calls);
    ctx->log(ctx->log_user, level, line);
    pthread_mutex_unlock(&ctx->family->calls);
}

void maille_ctx_set_progress(maille_ctx *ctx, maille_progress_fn progress, void *user) {
    ctx->progress = progress;
    ctx->progress_user = user;
}

void maille_progress(maille_ctx *ctx, const char *what, size_t done, size_t total) {
    if (!ctx->progress)
        return;
    pthread_mutex_lock(&ctx->family->calls);
    ctx->progress(ctx->progress_user, what, done, total);
    pthread_mutex_unlock(&ctx->family->calls);
}

void maille_ctx_set_cancel(maille_ctx *ctx, const atomic_bool *cancel) {
    ctx->cancel = cancel;
}

maille_status maille_cancelled(maille_ctx *ctx) {
    if (!ctx->cancel || !atomic_load_explicit(ctx->cancel, memory_order_relaxed))
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_CANCELLED, "the work was cancelled");
}

void maille_ctx_set_jobs(maille_ctx *ctx, unsigned jobs) {
    if (jobs == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        jobs = processors > 0 ? (unsigned)processors : 1;
    }
    ctx->jobs = jobs;
}

unsigned maille_ctx_jobs(const maille_ctx *ctx) {
    return ctx->jobs;
}

void *maille_ctx_slot(const maille_ctx *ctx, maille_slot slot) {
    return ctx->slots[slot].handle;
}

void maille_ctx_set_slot(maille_ctx *ctx, maille_slot slot, void *handle, void (*release)(void *)) {
    void *old = ctx->slots[slot].handle;
    if (old && old != handle && ctx->slots[slot].release)
        ctx->slots[slot].release(old);
    ctx->slots[slot].handle = handle;
    ctx->slots[slot].release = release;
}
