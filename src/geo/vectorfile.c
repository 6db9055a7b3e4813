/* Files as tables: which reader a file is for, told by its first bytes. */
#include <maille/vectorfile.h>

#include "geo/files.h"

#include <ctype.h>
#include <errno.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Names that GDAL would take for something other than a plain file. */
static bool is_plain_path(const char *path) {
    size_t prefix = 0;
    while (isalnum((unsigned char)path[prefix]) || path[prefix] == '_')
        prefix++;
    return *path && strncasecmp(path, "/vsi", 4) != 0 && !strstr(path, "://") &&
           !(prefix > 0 && path[prefix] == ':');
}

/* The resolved path of a plain, existing file, owned by the caller. */
static maille_status resolve(maille_ctx *ctx, const char *path, char **real) {
    struct stat about;
    *real = NULL;
    if (!path || !is_plain_path(path))
        return maille_fail(ctx, MAILLE_REFUSED, "%s was refused: only plain files are read",
                           path && *path ? path : "an empty file name");
    char *resolved = realpath(path, NULL);
    if (!resolved || stat(resolved, &about) != 0) {
        maille_status status =
            errno == ENOENT || errno == ENOTDIR ? MAILLE_NOT_FOUND : MAILLE_FAILED;
        maille_fail(ctx, status, "%s could not be opened: %s", path, strerror(errno));
        free(resolved);
        return status;
    }
    bool plain = S_ISREG(about.st_mode) && is_plain_path(resolved);
    *real = plain ? maille_strdup(resolved) : NULL;
    free(resolved);
    if (!plain)
        return maille_fail(ctx, MAILLE_REFUSED, "%s was refused: only plain files are read", path);
    return *real ? MAILLE_OK : maille_no_memory(ctx);
}

/* GDAL's formats start with a known sign; whatever else is text is CSV. */
static maille_status recognise(maille_ctx *ctx, const char *path, const char *real,
                               maille_file_kind *kind) {
    unsigned char head[512] = {0};
    FILE *file = fopen(real, "rb");
    if (!file)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be opened: %s", path, strerror(errno));
    size_t length = fread(head, 1, sizeof head, file);
    bool broken = ferror(file);
    fclose(file);
    if (broken)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be read", path);
    if (length == 0)
        return maille_fail(ctx, MAILLE_REFUSED, "%s was empty", path);
    if (memcmp(head, "\x1F\x8B", 2) == 0 || memcmp(head, "PK\x03\x04", 4) == 0)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s was compressed or a spreadsheet: unpack it or save it as CSV", path);
    size_t at = memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < length && isspace(head[at]))
        at++;
    bool sign = at < length && strchr("{[<", head[at]);
    bool binary = memchr(head, '\0', length) && memcmp(head, "\xFF\xFE", 2) != 0 &&
                  memcmp(head, "\xFE\xFF", 2) != 0;
    *kind = sign || binary ? MAILLE_FILE_VECTOR : MAILLE_FILE_CSV;
    return MAILLE_OK;
}

maille_status maille_file_inspect(maille_ctx *ctx, const char *path, const char *layer,
                                  maille_file_info *out) {
    char *real = NULL;
    maille_file_kind kind = MAILLE_FILE_VECTOR;
    *out = (maille_file_info){0};
    maille_status status = resolve(ctx, path, &real);
    if (status == MAILLE_OK)
        status = recognise(ctx, path, real, &kind);
    if (status == MAILLE_OK)
        status = kind == MAILLE_FILE_CSV ? maille_csv_inspect(ctx, path, out)
                                         : maille_ogr_inspect(ctx, path, real, layer, out);
    maille_free(real);
    return status;
}

void maille_file_info_clear(maille_file_info *info) {
    if (!info)
        return;
    maille_table_free(info->columns);
    *info = (maille_file_info){0};
}

maille_status maille_file_read(maille_ctx *ctx, const char *path,
                               const maille_read_options *options, maille_table **out) {
    static const maille_read_options defaults = {0};
    char *real = NULL;
    maille_file_kind kind = MAILLE_FILE_VECTOR;
    *out = NULL;
    if (!options)
        options = &defaults;
    maille_status status = resolve(ctx, path, &real);
    if (status == MAILLE_OK)
        status = recognise(ctx, path, real, &kind);
    if (status == MAILLE_OK)
        status = kind == MAILLE_FILE_CSV ? maille_csv_read(ctx, path, options, out)
                                         : maille_ogr_read(ctx, path, real, options, out);
    maille_free(real);
    return status;
}
