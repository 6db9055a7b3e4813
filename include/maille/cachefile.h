/* Files of the cache: arrays of plain numbers with a key and a checksum (room: network). They hold
 * what can be made again; a file that is not ours, of another version, of another machine or
 * damaged is refused, and the caller makes it again. */
#ifndef MAILLE_CACHEFILE_H
#define MAILLE_CACHEFILE_H

#include <maille/ctx.h>
#include <stdint.h>

#define MAILLE_CACHE_ARRAYS 24

/* What kind of file it is. A new layout of the arrays is a new version. */
typedef struct {
    char magic[8];
    uint32_t version;
} maille_cache_kind;

typedef struct {
    void *data;
    uint64_t bytes;
} maille_cache_array;

/* Writes beside `path` and renames, so that no reader sees half a file. */
maille_status maille_cache_write(maille_ctx *ctx, const char *path, maille_cache_kind kind,
                                 const char *key, const maille_cache_array *arrays, uint32_t count);
/* Reads exactly `count` arrays, each a block owned by the caller. MAILLE_NOT_FOUND when there is no
 * file or its key is another; MAILLE_REFUSED when it is damaged. Sizes are held against the file's
 * before anything is allocated. On failure no array is left. */
maille_status maille_cache_read(maille_ctx *ctx, const char *path, maille_cache_kind kind,
                                const char *key, maille_cache_array *arrays, uint32_t count);

/* The same without a copy: the arrays lie in a mapping of the file, for reading only, which the
 * caller gives back with maille_cache_unmap. An array begins right after the one before it.
 * Another version, too, is MAILLE_NOT_FOUND. */
maille_status maille_cache_map(maille_ctx *ctx, const char *path, maille_cache_kind kind,
                               const char *key, maille_cache_array *arrays, uint32_t count,
                               maille_cache_array *mapping);
void maille_cache_unmap(maille_cache_array mapping);

/* What a file of the cache says of itself; MAILLE_REFUSED where it is none. */
typedef struct {
    char magic[9];
    uint32_t version;
    char key[128];
    uint64_t bytes; /* of the file */
} maille_cache_about;
maille_status maille_cache_describe(maille_ctx *ctx, const char *path, maille_cache_about *out);

#endif
