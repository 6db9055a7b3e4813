/* Files of the cache with any bytes: as they are, and with the checksum that they should have, so
 * that only what the reader asks beside it stands between them and the searches. */
#ifndef MAILLE_TESTS_FUZZ_CACHE_BYTES_H
#define MAILLE_TESTS_FUZZ_CACHE_BYTES_H

#include <zlib.h>

#include "fuzz_kit.h"

#define CACHE_KEY "key"
enum { CACHE_CHECKSUM_AT = 20 }; /* behind magic, version, byte order and count */

/* A copy with a good checksum; the caller frees it. */
static inline uint8_t *cache_with_checksum(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size + 1);
    uint32_t checksum = 0;
    MUST(copy != NULL);
    if (size)
        memcpy(copy, data, size);
    if (size >= CACHE_CHECKSUM_AT + sizeof checksum) {
        memset(copy + CACHE_CHECKSUM_AT, 0, sizeof checksum);
        checksum = (uint32_t)crc32_z(crc32_z(0, NULL, 0), copy, size);
        memcpy(copy + CACHE_CHECKSUM_AT, &checksum, sizeof checksum);
    }
    return copy;
}

#endif
