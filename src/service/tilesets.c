/* Tile sets, held for all worlds. */
#include "service/tilesets.h"

#include <maille/memory.h>
#include <maille/vec.h>
#include <pthread.h>
#include <string.h>

typedef struct held {
    char *name;
    maille_sha256 state;
    maille_tileset *set;    /* NULL while it is being made, and where it could not be */
    bool making, forgotten; /* forgotten: found by nobody, gone with its last user */
    unsigned users;         /* requests that draw from it or wait for it */
    uint64_t last_use;
} held;

struct tilesets {
    pthread_mutex_t lock;
    pthread_cond_t made;
    MAILLE_VEC(held *) sets;
    uint64_t clock, count;
    size_t most;
};

maille_status tilesets_new(maille_ctx *ctx, size_t most_bytes, tilesets **out) {
    tilesets *all = maille_alloc(1, sizeof *all);
    if (!all)
        return maille_no_memory(ctx);
    all->most = most_bytes;
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->made, NULL);
    *out = all;
    return MAILLE_OK;
}

static void free_held(held *h) {
    maille_tileset_free(h->set);
    maille_free(h->name);
    maille_free(h);
}

void tilesets_free(tilesets *all) {
    if (!all)
        return;
    for (size_t i = 0; i < all->sets.count; i++)
        free_held(all->sets.items[i]);
    MAILLE_VEC_FREE(&all->sets);
    pthread_cond_destroy(&all->made);
    pthread_mutex_destroy(&all->lock);
    maille_free(all);
}

/* ---- under the lock ---- */

/* What is of no state is found by nobody. */
static held *find(const tilesets *all, const char *name, const maille_sha256 *state) {
    for (size_t i = 0; *state->hex && i < all->sets.count; i++) {
        held *h = all->sets.items[i];
        if (!h->forgotten && strcmp(h->name, name) == 0 && strcmp(h->state.hex, state->hex) == 0)
            return h;
    }
    return NULL;
}

static held *add(tilesets *all, const char *name, const maille_sha256 *state) {
    held *h = maille_alloc(1, sizeof *h);
    if (!h || !(h->name = maille_strdup(name)) || !MAILLE_VEC_PUSH(&all->sets, h)) {
        maille_free(h ? h->name : NULL);
        maille_free(h);
        return NULL;
    }
    h->state = *state;
    h->making = true;
    return h;
}

/* Those that are forgotten and that nobody draws from any more go. */
static void sweep(tilesets *all) {
    for (size_t i = all->sets.count; i-- > 0;) {
        held *h = all->sets.items[i];
        if (!h->forgotten || h->users)
            continue;
        all->sets.items[i] = all->sets.items[--all->sets.count];
        free_held(h);
    }
}

/* The least used of those that nobody draws from; NULL: none. `*bytes` of all. */
static held *least_used(const tilesets *all, size_t *bytes) {
    held *oldest = NULL;
    *bytes = 0;
    for (size_t i = 0; i < all->sets.count; i++) {
        held *h = all->sets.items[i];
        *bytes += h->set ? maille_tileset_bytes(h->set) : 0;
        if (!h->users && (!oldest || h->last_use < oldest->last_use))
            oldest = h;
    }
    return oldest;
}

/* Lets go of sets that nobody draws from, the least used first, until the others fit. */
static void keep_within(tilesets *all) {
    held *oldest;
    size_t bytes;
    sweep(all);
    while ((oldest = least_used(all, &bytes)) && bytes > all->most) {
        oldest->forgotten = true;
        sweep(all);
    }
}

/* The one that stands for a name takes the place of those of other states, and of one of its own
 * state that another request made. */
static void supersede(tilesets *all, const held *anew) {
    for (size_t i = 0; i < all->sets.count; i++) {
        held *h = all->sets.items[i];
        if (h != anew && !h->making && !h->users && strcmp(h->name, anew->name) == 0)
            h->forgotten = true;
    }
}

/* ---- taking and giving back ---- */

/* The set is known by the state that it came to be of. */
static maille_status fill(tilesets *all, held *h, tileset_maker make, void *user) {
    maille_sha256 state = h->state;
    maille_tileset *set = NULL;
    pthread_mutex_unlock(&all->lock);
    maille_status status = make(user, &state, &set);
    pthread_mutex_lock(&all->lock);
    h->making = false;
    h->set = set;
    h->state = state;
    if (status)
        h->forgotten = true;
    else
        supersede(all, h);
    all->count += status == MAILLE_OK;
    pthread_cond_broadcast(&all->made);
    return status;
}

maille_status tilesets_take(maille_ctx *ctx, tilesets *all, const char *name,
                            const maille_sha256 *state, tileset_maker make, void *user,
                            maille_tileset **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    pthread_mutex_lock(&all->lock);
    while (!status && !*out) {
        held *h = find(all, name, state);
        bool first = !h;
        if (first && !(h = add(all, name, state))) {
            status = maille_no_memory(ctx);
            break;
        }
        h->users++;
        if (first)
            status = fill(all, h, make, user);
        while (h->making)
            pthread_cond_wait(&all->made, &all->lock);
        h->last_use = ++all->clock;
        *out = h->set;
        h->users -= !*out; /* it could not be made: who waited tries for himself */
    }
    keep_within(all);
    pthread_mutex_unlock(&all->lock);
    return status;
}

void tilesets_give(tilesets *all, maille_tileset *set) {
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < all->sets.count; i++)
        all->sets.items[i]->users -= all->sets.items[i]->set == set;
    keep_within(all);
    pthread_mutex_unlock(&all->lock);
}

uint64_t tilesets_made(tilesets *all) {
    pthread_mutex_lock(&all->lock);
    uint64_t count = all->count;
    pthread_mutex_unlock(&all->lock);
    return count;
}
