/* A file that is written through one buffer: memory stays flat however long the file gets. */
#ifndef LAYERS_OUT_H
#define LAYERS_OUT_H

#include <maille/ctx.h>
#include <stdint.h>

typedef struct {
    int file; /* -1 = closed */
    char *buffer;
    size_t used;
    uint64_t flushed;
    int error; /* errno of the first write that failed */
} layers_out;

/* Bytes that layers_out_room can promise. */
enum { LAYERS_OUT_MOST = 1 << 12 };

maille_status layers_out_open(maille_ctx *ctx, const char *path, layers_out *out);
/* Place for `bytes` (LAYERS_OUT_MOST at most); what was written there is added to out->used. */
char *layers_out_room(layers_out *out, size_t bytes);
void layers_out_add(layers_out *out, const char *text, size_t length);
uint64_t layers_out_position(const layers_out *out);
/* Writes over what stands at `position`. */
void layers_out_patch(layers_out *out, uint64_t position, const char *text, size_t length);
/* Writes what is left and closes; tells the first write that failed. */
maille_status layers_out_close(maille_ctx *ctx, const char *path, layers_out *out);

#endif
