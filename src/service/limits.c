/* A bounded table of addresses that presented wrong tokens.
 *
 * A /64 of IPv6 counts as one address: that is what one subscriber has. Places are found by a hash
 * with a random key, so that nobody can choose whom he pushes out; where all places of a bucket are
 * taken, the one that failed least lately goes. */
#include "service/limits.h"

#include <arpa/inet.h>
#include <maille/memory.h>
#include <maille/secret.h>
#include <math.h>
#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

enum { BUCKETS = 1024, WAYS = 4 };

typedef struct {
    unsigned char address[16];
    unsigned failures; /* 0 = the place is free */
    double first, last;
} place;

struct limits {
    pthread_mutex_t lock;
    unsigned most;
    double window_s;
    unsigned char key[crypto_shorthash_KEYBYTES];
    place places[BUCKETS][WAYS];
};

limits *limits_new(unsigned most, unsigned minutes) {
    limits *l = sodium_init() < 0 ? NULL : maille_alloc(1, sizeof *l);
    if (!l)
        return NULL;
    if (pthread_mutex_init(&l->lock, NULL) != 0) {
        maille_free(l);
        return NULL;
    }
    l->most = most;
    l->window_s = 60.0 * minutes;
    maille_random(l->key, sizeof l->key);
    return l;
}

void limits_free(limits *l) {
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    maille_free(l);
}

/* An address as IPv6: IPv4 mapped, of others the network. What is no address is one and the same.
 */
static void network_of(const char *address, unsigned char out[16]) {
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    memset(out, 0, 16);
    struct in_addr four;
    if (inet_pton(AF_INET, address, &four) == 1) {
        memcpy(out, mapped, sizeof mapped);
        memcpy(out + 12, &four, 4);
        return;
    }
    struct in6_addr six;
    if (inet_pton(AF_INET6, address, &six) != 1)
        return;
    bool is_four = memcmp(&six, mapped, sizeof mapped) == 0;
    memcpy(out, &six, is_four ? 16 : 8);
}

/* The place of an address that failed within the window; else NULL, and in `*free_one` the place
 * that it may have. The lock is held. */
static place *find(limits *l, const char *address, double now, unsigned char network[16],
                   place **free_one) {
    union {
        unsigned char bytes[crypto_shorthash_BYTES];
        uint64_t number;
    } hash;
    network_of(address, network);
    crypto_shorthash(hash.bytes, network, 16, l->key);
    place *bucket = l->places[hash.number % BUCKETS];
    *free_one = bucket;
    for (size_t i = 0; i < WAYS; i++) {
        place *p = &bucket[i];
        if (p->failures && now - p->first >= l->window_s)
            p->failures = 0;
        if (p->failures && memcmp(p->address, network, 16) == 0)
            return p;
        if ((*free_one)->failures && (!p->failures || p->last < (*free_one)->last))
            *free_one = p;
    }
    return NULL;
}

unsigned limits_wait(limits *l, const char *address, double now) {
    unsigned char network[16];
    place *other;
    pthread_mutex_lock(&l->lock);
    const place *p = find(l, address, now, network, &other);
    double wait = p && p->failures >= l->most ? ceil(p->first + l->window_s - now) : 0;
    pthread_mutex_unlock(&l->lock);
    return wait > 0 ? (unsigned)wait : 0;
}

void limits_failed(limits *l, const char *address, double now) {
    unsigned char network[16];
    place *free_one;
    pthread_mutex_lock(&l->lock);
    place *p = find(l, address, now, network, &free_one);
    if (!p) {
        p = free_one;
        *p = (place){.first = now};
        memcpy(p->address, network, 16);
    }
    if (p->failures < l->most)
        p->failures++;
    p->last = now;
    pthread_mutex_unlock(&l->lock);
}
