/* Files of the cache: header, arrays, checksum. */
#include <maille/cachefile.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <maille/memory.h>

#define KEY_BYTES 128
#define BYTE_ORDER_MARK 0x01020304u

typedef struct {
    char magic[8];
    uint32_t version, byte_order, count, checksum; /* CRC-32 of header (this field 0) and arrays */
    char key[KEY_BYTES];
    uint64_t bytes[MAILLE_CACHE_ARRAYS];
} header;

/* The CRC of a block that may be larger than zlib's 32-bit lengths. */
static uLong add_crc(uLong crc, const void *data, uint64_t bytes) {
    return crc32_z(crc, data, (z_size_t)bytes);
}

static uint32_t checksum(header head, const maille_cache_array *arrays) {
    head.checksum = 0;
    uLong crc = add_crc(crc32_z(0, NULL, 0), &head, sizeof head);
    for (uint32_t i = 0; i < head.count; i++)
        if (arrays[i].bytes)
            crc = add_crc(crc, arrays[i].data, arrays[i].bytes);
    return (uint32_t)crc;
}

static header make_header(maille_cache_kind kind, const char *key, uint32_t count) {
    header head;
    memset(&head, 0, sizeof head);
    memcpy(head.magic, kind.magic, sizeof head.magic);
    head.version = kind.version;
    head.byte_order = BYTE_ORDER_MARK;
    head.count = count;
    snprintf(head.key, sizeof head.key, "%s", key);
    return head;
}

maille_status maille_cache_write(maille_ctx *ctx, const char *path, maille_cache_kind kind,
                                 const char *key, const maille_cache_array *arrays,
                                 uint32_t count) {
    maille_status status = MAILLE_OK;
    FILE *file = NULL;
    static atomic_uint writers; /* threads of one process write beside each other */
    size_t room = strlen(path) + 48;
    char *temporary = maille_alloc(room, 1);
    if (!temporary)
        return maille_no_memory(ctx);
    snprintf(temporary, room, "%s.%ld-%u.tmp", path, (long)getpid(), atomic_fetch_add(&writers, 1));
    if (count > MAILLE_CACHE_ARRAYS || strlen(key) >= KEY_BYTES) {
        status = maille_fail(ctx, MAILLE_FAILED, "%s: the cache key was too long", path);
        goto done;
    }
    header head = make_header(kind, key, count);
    for (uint32_t i = 0; i < count; i++)
        head.bytes[i] = arrays[i].bytes;
    head.checksum = checksum(head, arrays);
    file = fopen(temporary, "wb");
    bool ok = file && fwrite(&head, sizeof head, 1, file) == 1;
    for (uint32_t i = 0; i < count && ok; i++)
        ok = arrays[i].bytes == 0 || fwrite(arrays[i].data, arrays[i].bytes, 1, file) == 1;
    if (file && fclose(file) != 0)
        ok = false;
    if (!ok || rename(temporary, path) != 0) {
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s: could not be written: %s", path, strerror(errno));
        unlink(temporary);
    }
done:
    maille_free(temporary);
    return status;
}

/* Whether the header is of this kind and its sizes are those of the file. */
static bool fits(const header *head, maille_cache_kind kind, uint32_t count, uint64_t file_bytes) {
    uint64_t left = file_bytes - sizeof *head;
    if (memcmp(head->magic, kind.magic, sizeof head->magic) != 0 || head->version != kind.version ||
        head->byte_order != BYTE_ORDER_MARK || head->count != count ||
        head->key[KEY_BYTES - 1] != '\0')
        return false;
    for (uint32_t i = 0; i < MAILLE_CACHE_ARRAYS; i++) {
        if (head->bytes[i] > left || (i >= count && head->bytes[i]))
            return false;
        left -= head->bytes[i];
    }
    return left == 0;
}

static maille_status read_arrays(maille_ctx *ctx, FILE *file, const char *path, const header *head,
                                 maille_cache_array *arrays) {
    for (uint32_t i = 0; i < head->count; i++) {
        arrays[i].bytes = head->bytes[i];
        arrays[i].data = maille_alloc(head->bytes[i], 1);
        if (!arrays[i].data)
            return maille_no_memory(ctx);
        if (head->bytes[i] && fread(arrays[i].data, head->bytes[i], 1, file) != 1)
            return maille_fail(ctx, MAILLE_REFUSED, "%s: the cache file was cut short", path);
    }
    if (checksum(*head, arrays) != head->checksum)
        return maille_fail(ctx, MAILLE_REFUSED, "%s: the cache file was damaged", path);
    return MAILLE_OK;
}

maille_status maille_cache_read(maille_ctx *ctx, const char *path, maille_cache_kind kind,
                                const char *key, maille_cache_array *arrays, uint32_t count) {
    maille_status status = MAILLE_OK;
    header head;
    struct stat about;
    memset(arrays, 0, count * sizeof *arrays);
    FILE *file = fopen(path, "rb");
    if (!file)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s: could not be opened: %s", path,
                           strerror(errno));
    if (fstat(fileno(file), &about) != 0 || (uint64_t)about.st_size < sizeof head ||
        fread(&head, sizeof head, 1, file) != 1 ||
        !fits(&head, kind, count, (uint64_t)about.st_size)) {
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s: was no cache file of this version, or damaged", path);
        goto done;
    }
    if (strcmp(head.key, key) != 0) {
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "%s: was made of other inputs", path);
        goto done;
    }
    status = read_arrays(ctx, file, path, &head, arrays);
done:
    fclose(file);
    if (status)
        for (uint32_t i = 0; i < count; i++) {
            maille_free(arrays[i].data);
            arrays[i] = (maille_cache_array){0};
        }
    return status;
}

maille_status maille_cache_describe(maille_ctx *ctx, const char *path, maille_cache_about *out) {
    header head;
    struct stat about;
    *out = (maille_cache_about){0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s: could not be opened: %s", path,
                           strerror(errno));
    bool read = fstat(fileno(file), &about) == 0 && fread(&head, sizeof head, 1, file) == 1;
    fclose(file);
    if (!read || memcmp(head.magic, "MAILLE", 6) != 0 || head.byte_order != BYTE_ORDER_MARK ||
        head.key[KEY_BYTES - 1] != '\0')
        return maille_fail(ctx, MAILLE_REFUSED, "%s: was no file of the cache", path);
    memcpy(out->magic, head.magic, sizeof head.magic);
    memcpy(out->key, head.key, sizeof head.key);
    out->version = head.version;
    out->bytes = (uint64_t)about.st_size;
    return MAILLE_OK;
}

/* A header of this kind whose version is another. */
static bool is_of_another_version(const header *head, maille_cache_kind kind) {
    return memcmp(head->magic, kind.magic, sizeof head->magic) == 0 &&
           head->byte_order == BYTE_ORDER_MARK && head->version != kind.version;
}

/* The whole file as a mapping. */
static maille_status map_file(maille_ctx *ctx, const char *path, maille_cache_array *mapping) {
    maille_status status = MAILLE_OK;
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s: could not be opened: %s", path,
                           strerror(errno));
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode) ||
        (uint64_t)about.st_size < sizeof(header)) {
        status = maille_fail(ctx, MAILLE_REFUSED, "%s: was no cache file", path);
        goto done;
    }
    void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) {
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s: could not be mapped: %s", path, strerror(errno));
        goto done;
    }
    *mapping = (maille_cache_array){data, (uint64_t)about.st_size};
done:
    close(file);
    return status;
}

maille_status maille_cache_map(maille_ctx *ctx, const char *path, maille_cache_kind kind,
                               const char *key, maille_cache_array *arrays, uint32_t count,
                               maille_cache_array *mapping) {
    header head;
    memset(arrays, 0, count * sizeof *arrays);
    *mapping = (maille_cache_array){0};
    maille_status status = map_file(ctx, path, mapping);
    if (status)
        return status;
    memcpy(&head, mapping->data, sizeof head);
    if (is_of_another_version(&head, kind)) {
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "%s: was of another version", path);
        goto done;
    }
    if (!fits(&head, kind, count, mapping->bytes)) {
        status =
            maille_fail(ctx, MAILLE_REFUSED, "%s: was no cache file of its kind, or damaged", path);
        goto done;
    }
    if (strcmp(head.key, key) != 0) {
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "%s: was made of other inputs", path);
        goto done;
    }
    char *at = (char *)mapping->data + sizeof head;
    for (uint32_t i = 0; i < count; at += arrays[i++].bytes)
        arrays[i] = (maille_cache_array){at, head.bytes[i]};
    if (checksum(head, arrays) != head.checksum)
        status = maille_fail(ctx, MAILLE_REFUSED, "%s: the cache file was damaged", path);
done:
    if (status) {
        maille_cache_unmap(*mapping);
        *mapping = (maille_cache_array){0};
        memset(arrays, 0, count * sizeof *arrays);
    }
    return status;
}

void maille_cache_unmap(maille_cache_array mapping) {
    if (mapping.data)
        munmap(mapping.data, (size_t)mapping.bytes);
}
