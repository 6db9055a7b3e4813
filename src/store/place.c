/* Where files lie, and how a finished one gets its name. */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *maille_place_joined(const char *a, const char *b) {
    maille_strbuf text = {0};
    maille_strbuf_add(&text, a);
    maille_strbuf_add(&text, b);
    if (text.failed)
        maille_strbuf_free(&text);
    return text.text;
}

maille_status maille_place_of(maille_ctx *ctx, const char *path, char **out) {
    char resolved[PATH_MAX], folder[PATH_MAX];
    *out = NULL;
    if (!realpath(path, resolved)) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        int length = slash ? (int)(slash - path) + 1 : 1;
        if (errno != ENOENT || !*name || length >= PATH_MAX)
            return maille_fail(ctx, MAILLE_FAILED, "%s was no path of a workspace: %s", path,
                               strerror(errno));
        snprintf(folder, sizeof folder, "%.*s", length, slash ? path : ".");
        if (!realpath(folder, resolved))
            return maille_fail(ctx, MAILLE_NOT_FOUND, "folder %s of %s was not found", folder,
                               path);
        size_t end = strlen(resolved);
        if (end + strlen(name) + 2 > sizeof resolved)
            return maille_fail(ctx, MAILLE_FAILED, "path %s was too long", path);
        snprintf(resolved + end, sizeof resolved - end, "%s%s", end > 1 ? "/" : "", name);
    }
    *out = maille_strdup(resolved);
    return *out ? MAILLE_OK : maille_no_memory(ctx);
}

maille_status maille_place_clear(maille_ctx *ctx, const char *file) {
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *name = maille_place_joined(file, suffixes[i]);
        if (!name)
            return maille_no_memory(ctx);
        int failed = unlink(name) != 0 && errno != ENOENT;
        maille_free(name);
        if (failed)
            return maille_fail(ctx, MAILLE_FAILED, "%s%s could not be removed: %s", file,
                               suffixes[i], strerror(errno));
    }
    return MAILLE_OK;
}

/* Brings a file or folder onto the disk. */
static maille_status sync_path(maille_ctx *ctx, const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int failed = file < 0 || (fsync(file) != 0 && errno != EINVAL); /* some cannot sync folders */
    int why = errno;
    if (file >= 0)
        close(file);
    return failed ? maille_fail(ctx, MAILLE_FAILED, "%s could not be written to the disk: %s", path,
                                strerror(why))
                  : MAILLE_OK;
}

maille_status maille_place_settle(maille_ctx *ctx, const char *from, const char *to) {
    maille_status status = sync_path(ctx, from);
    if (status != MAILLE_OK)
        return status;
    if (rename(from, to) != 0)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be made: %s", to, strerror(errno));
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", to);
    *(strrchr(folder, '/') + 1) = '\0'; /* places are absolute */
    return sync_path(ctx, folder);
}
