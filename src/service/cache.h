/* The cache of answers: those of one world, the least used go first. */
#ifndef SERVICE_CACHE_H
#define SERVICE_CACHE_H

#include "service/send.h"

typedef struct cache cache;
/* `most` bytes in all, `entry_most` each; 0 bytes keep nothing. */
maille_status cache_new(maille_ctx *ctx, size_t most, size_t entry_most, cache **out);
void cache_free(cache *c);
/* Held for the caller; NULL where there is none. A newer world than that of the cache empties it.
 */
parcel *cache_find(cache *c, uint64_t state, const char *key, size_t length);
/* Nothing where it does not fit, or the world has changed meanwhile. */
void cache_keep(cache *c, uint64_t state, const char *key, size_t length, parcel *p);

#endif
