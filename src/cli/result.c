/* A file of results that is there whole or not at all. */
#include "cli/result.h"

#include <errno.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_stream(const char *path) {
    struct stat about;
    return !path || strcmp(path, "-") == 0 || (lstat(path, &about) == 0 && !S_ISREG(about.st_mode));
}

maille_status result_open(maille_ctx *ctx, const char *path, result_file *out) {
    maille_strbuf part = {0};
    *out = (result_file){.path = path};
    if (is_stream(path))
        return open_result(ctx, path, &out->file);
    maille_strbuf_addf(&part, "%s.part", path);
    if (part.failed) {
        maille_strbuf_free(&part);
        return maille_no_memory(ctx);
    }
    out->part = part.text;
    return open_result(ctx, out->part, &out->file);
}

maille_status result_close(maille_ctx *ctx, result_file *out, maille_status status) {
    if (out->file) {
        maille_status closed = close_result(ctx, out->path, out->file);
        status = status ? status : closed;
        if (!status && out->part && rename(out->part, out->path) != 0)
            status = maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", out->path,
                                 strerror(errno));
        if (status && out->part)
            unlink(out->part);
    }
    maille_free(out->part);
    *out = (result_file){0};
    return status;
}
