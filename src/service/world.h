/* The world from inside: world.c makes and frees it, views.c says when. */
#ifndef SERVICE_WORLD_H
#define SERVICE_WORLD_H

#include "service/http.h"

#include <stdatomic.h>

/* A tile set that is held; `users` are requests that draw from it. */
typedef struct held_tiles {
    char *key;
    maille_tileset *set; /* NULL while it is being made */
    unsigned users;
    uint64_t last_use;
    struct held_tiles *next;
} held_tiles;

struct world {
    atomic_uint holders;
    uint64_t number;
    maille_accounts *accounts;

    /* What is made when it is first asked for, from a connection of its own; `making` is held all
     * the while, so that others wait for the first. */
    pthread_mutex_t making;
    maille_ctx *ctx;
    maille_store *store;
    maille_gazetteer *gazetteer;
    maille_loaded *ground;
    maille_roads *reach;

    pthread_mutex_t tiles_lock;
    pthread_cond_t tiles_made;
    held_tiles *tiles;
    uint64_t tiles_clock;
    size_t tiles_most; /* bytes */
};

/* One holder, the caller. `store` is only read from while the world is made. */
maille_status world_new(maille_ctx *ctx, maille_store *store, uint64_t number, size_t tiles_most,
                        world **out);
void world_hold(world *w);

#endif
