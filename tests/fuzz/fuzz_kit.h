/* What the fuzz targets share: bytes as a file of memory, a context, and the end of whoever finds
 * what must not be. */
#ifndef MAILLE_TESTS_FUZZ_KIT_H
#define MAILLE_TESTS_FUZZ_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <maille/ctx.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline maille_ctx *fuzz_ctx(void) {
    static maille_ctx *ctx;
    if (!ctx) {
        MUST(maille_ctx_new(&ctx) == MAILLE_OK);
        maille_ctx_set_jobs(ctx, 1);
    }
    return ctx;
}

typedef struct {
    int file;
    char path[48];
} fuzz_file;

static inline fuzz_file fuzz_file_of(const void *data, size_t size) {
    fuzz_file f = {.file = memfd_create("fuzz", MFD_CLOEXEC)};
    MUST(f.file >= 0 && write(f.file, data, size) == (ssize_t)size);
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.file);
    return f;
}

static inline void fuzz_file_close(const fuzz_file *f) {
    close(f->file);
}

/* Refused or read: nothing between, and whoever is refused is told which file it was. */
static inline void fuzz_judge(maille_status status, const void *result, const char *path) {
    MUST((status == MAILLE_OK) == (result != NULL));
    MUST(status == MAILLE_OK || strstr(maille_message(fuzz_ctx()), path) != NULL);
}

#endif
