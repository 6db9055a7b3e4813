/* The sizes that an .osm.pbf file announces, held against what the format allows, before any of
 * them is believed: a few bytes may otherwise ask for gigabytes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/read.h"

/* wiki.openstreetmap.org/wiki/PBF_Format: "must be less than 64 KiB", "less than 32 MiB" */
enum { MOST_HEADER = 64 << 10, MOST_BLOB = 32 << 20 };

typedef struct {
    FILE *file;
    uint64_t left; /* bytes of the message */
} message;

static bool take_varint(message *m, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && m->left; shift += 7) {
        int c = getc(m->file);
        if (c == EOF)
            return false;
        m->left--;
        *value |= (uint64_t)(c & 0x7F) << shift;
        if (!(c & 0x80))
            return true;
    }
    return false;
}

static bool skip(message *m, uint64_t count) {
    if (count > m->left || fseek(m->file, (long)count, SEEK_CUR))
        return false;
    m->left -= count;
    return true;
}

/* Next field; of one that is a number the number, of others only that they fit. */
static bool take_field(message *m, uint64_t *field, uint64_t *number) {
    enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
    uint64_t key, size;
    *number = 0;
    if (!take_varint(m, &key))
        return false;
    *field = key >> 3;
    switch (key & 7) {
    case VARINT:
        return take_varint(m, number);
    case FIXED64:
        return skip(m, 8);
    case FIXED32:
        return skip(m, 4);
    case BYTES:
        return take_varint(m, &size) && skip(m, size);
    default:
        return false;
    }
}

/* The number in a field of a message; 0 where it is absent. False where the message is broken. */
static bool find_number(message m, uint64_t wanted, uint64_t *out) {
    uint64_t field, number;
    *out = 0;
    while (m.left) {
        if (!take_field(&m, &field, &number))
            return false;
        if (field == wanted)
            *out = number;
    }
    return true;
}

static bool take_length(FILE *file, uint32_t *length) {
    unsigned char b[4];
    if (fread(b, sizeof b, 1, file) != 1)
        return false;
    *length = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return true;
}

maille_status network_check_pbf_sizes(maille_ctx *ctx, const char *path) {
    enum { HEADER_DATASIZE = 3, BLOB_RAW_SIZE = 2 };
    maille_status status = MAILLE_OK;
    long at = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s: could not be opened: %s", path,
                           strerror(errno));
    fseek(file, 0, SEEK_END);
    long end = ftell(file);
    while (at < end && !status) {
        uint32_t header = 0;
        uint64_t blob = 0, raw = 0;
        fseek(file, at, SEEK_SET);
        bool ok = take_length(file, &header) && header <= MOST_HEADER &&
                  find_number((message){file, header}, HEADER_DATASIZE, &blob) &&
                  blob <= MOST_BLOB && (uint64_t)at + 4 + header + blob <= (uint64_t)end &&
                  find_number((message){file, blob}, BLOB_RAW_SIZE, &raw) && raw <= MOST_BLOB;
        if (!ok)
            status = maille_fail(ctx, MAILLE_REFUSED,
                                 "%s: the OpenStreetMap file was damaged or cut short at byte %ld",
                                 path, at);
        at += 4 + (long)header + (long)blob;
    }
    fclose(file);
    return status;
}
