/* The cache of answers: a table of chains and a list by use, under one lock that is held for a few
 * comparisons. Keys are hashed with a secret of the process: nobody can make them meet. */
#include "service/cache.h"

#include <sodium.h>
#include <string.h>

typedef struct entry {
    struct entry *chain;         /* in its bucket */
    struct entry *newer, *older; /* by last use */
    uint64_t hash;
    size_t size, length;
    parcel *what;
    char key[];
} entry;

struct cache {
    pthread_mutex_t lock;
    uint64_t world;
    size_t most, entry_most, size;
    entry *newest, *oldest;
    size_t bucket_mask;
    entry **buckets;
    unsigned char secret[crypto_shorthash_KEYBYTES];
};

maille_status cache_new(maille_ctx *ctx, size_t most, size_t entry_most, cache **out) {
    cache *c = maille_alloc(1, sizeof *c);
    size_t buckets = 1024;
    while (buckets < most / 8192)
        buckets *= 2;
    if (!c || !(c->buckets = maille_alloc(buckets, sizeof *c->buckets))) {
        maille_free(c);
        return maille_no_memory(ctx);
    }
    pthread_mutex_init(&c->lock, NULL);
    c->most = most;
    c->entry_most = entry_most < most ? entry_most : most;
    c->bucket_mask = buckets - 1;
    crypto_shorthash_keygen(c->secret);
    *out = c;
    return MAILLE_OK;
}

static void unlist(cache *c, entry *e) {
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void list_first(cache *c, entry *e) {
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

/* The one that was not used for longest goes. */
static void drop_oldest(cache *c) {
    entry *e = c->oldest, **at = &c->buckets[e->hash & c->bucket_mask];
    while (*at != e)
        at = &(*at)->chain;
    *at = e->chain;
    c->oldest = e->newer;
    if (c->oldest)
        c->oldest->older = NULL;
    else
        c->newest = NULL;
    c->size -= e->size;
    parcel_drop(e->what);
    maille_free(e);
}

static void empty(cache *c) {
    while (c->oldest)
        drop_oldest(c);
}

void cache_free(cache *c) {
    if (!c)
        return;
    empty(c);
    pthread_mutex_destroy(&c->lock);
    maille_free(c->buckets);
    maille_free(c);
}

static uint64_t hash_of(const cache *c, const char *key, size_t length) {
    unsigned char bytes[crypto_shorthash_BYTES];
    uint64_t hash;
    crypto_shorthash(bytes, (const unsigned char *)key, length, c->secret);
    memcpy(&hash, bytes, sizeof hash);
    return hash;
}

static entry *look_up(const cache *c, uint64_t hash, const char *key, size_t length) {
    entry *e = c->buckets[hash & c->bucket_mask];
    while (e && (e->hash != hash || e->length != length || memcmp(e->key, key, length) != 0))
        e = e->chain;
    return e;
}

parcel *cache_find(cache *c, uint64_t state, const char *key, size_t length) {
    uint64_t hash = hash_of(c, key, length);
    parcel *found = NULL;
    pthread_mutex_lock(&c->lock);
    if (state > c->world) {
        empty(c);
        c->world = state;
    }
    entry *e = state == c->world ? look_up(c, hash, key, length) : NULL;
    if (e) {
        if (c->newest != e) {
            unlist(c, e);
            list_first(c, e);
        }
        found = e->what;
        parcel_hold(found);
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

void cache_keep(cache *c, uint64_t state, const char *key, size_t length, parcel *p) {
    size_t size = parcel_size(p) + sizeof(entry) + length;
    if (size > c->entry_most)
        return;
    entry *e = maille_resize(NULL, 1, sizeof *e + length);
    if (!e)
        return;
    *e = (entry){.hash = hash_of(c, key, length), .size = size, .length = length, .what = p};
    memcpy(e->key, key, length);
    pthread_mutex_lock(&c->lock);
    if (state > c->world) {
        empty(c);
        c->world = state;
    }
    if (state == c->world && !look_up(c, e->hash, key, length)) {
        while (c->size + size > c->most)
            drop_oldest(c);
        e->chain = c->buckets[e->hash & c->bucket_mask];
        c->buckets[e->hash & c->bucket_mask] = e;
        list_first(c, e);
        c->size += size;
        parcel_hold(p);
        e = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    maille_free(e);
}
