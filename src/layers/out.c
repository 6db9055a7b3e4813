/* Buffered writing; errors are kept and told at the end. */
#include "layers/out.h"

#include <errno.h>
#include <fcntl.h>
#include <maille/memory.h>
#include <string.h>
#include <unistd.h>

enum { CAPACITY = 1 << 18 };

maille_status layers_out_open(maille_ctx *ctx, const char *path, layers_out *out) {
    *out = (layers_out){.file = -1};
    if (!(out->buffer = maille_alloc(CAPACITY, 1)))
        return maille_no_memory(ctx);
    out->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out->file >= 0)
        return MAILLE_OK;
    maille_free(out->buffer);
    out->buffer = NULL;
    return maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", path, strerror(errno));
}

static void write_all(layers_out *out, const char *text, size_t length) {
    while (length > 0 && !out->error) {
        ssize_t written = write(out->file, text, length);
        if (written < 0 && errno != EINTR)
            out->error = errno;
        if (written > 0) {
            text += written;
            length -= (size_t)written;
            out->flushed += (uint64_t)written;
        }
    }
}

static void flush(layers_out *out) {
    write_all(out, out->buffer, out->used);
    out->used = 0;
}

char *layers_out_room(layers_out *out, size_t bytes) {
    if (CAPACITY - out->used < bytes)
        flush(out);
    return out->buffer + out->used;
}

void layers_out_add(layers_out *out, const char *text, size_t length) {
    if (length > CAPACITY - out->used)
        flush(out);
    if (length > CAPACITY) {
        write_all(out, text, length);
        return;
    }
    memcpy(out->buffer + out->used, text, length);
    out->used += length;
}

uint64_t layers_out_position(const layers_out *out) {
    return out->flushed + out->used;
}

void layers_out_patch(layers_out *out, uint64_t position, const char *text, size_t length) {
    flush(out);
    if (!out->error && pwrite(out->file, text, length, (off_t)position) != (ssize_t)length)
        out->error = errno ? errno : EIO;
}

maille_status layers_out_close(maille_ctx *ctx, const char *path, layers_out *out) {
    if (out->file < 0)
        return MAILLE_OK;
    flush(out);
    if (close(out->file) != 0 && !out->error)
        out->error = errno;
    out->file = -1;
    maille_free(out->buffer);
    out->buffer = NULL;
    return out->error ? maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", path,
                                    strerror(out->error))
                      : MAILLE_OK;
}
