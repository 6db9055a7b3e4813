/* The world: what all requests of one state of the workspace share. */
#include "service/world.h"

#include <maille/steps.h>
#include <string.h>

maille_status world_new(maille_ctx *ctx, maille_store *store, uint64_t number, size_t tiles_most,
                        world **out) {
    maille_status status = MAILLE_OK;
    world *w = maille_alloc(1, sizeof *w);
    if (!w)
        return maille_no_memory(ctx);
    atomic_init(&w->holders, 1);
    w->number = number;
    w->tiles_most = tiles_most;
    pthread_mutex_init(&w->making, NULL);
    pthread_mutex_init(&w->tiles_lock, NULL);
    pthread_cond_init(&w->tiles_made, NULL);
    MAILLE_TRY(maille_ctx_child(ctx, &w->ctx));
    MAILLE_TRY(maille_accounts_load(ctx, store, &w->accounts));
    MAILLE_TRY(maille_store_open(ctx, maille_store_path(store), MAILLE_STORE_READ,
                                 maille_store_who(store), &w->store));
done:
    if (status)
        world_drop(w);
    else
        *out = w;
    return status;
}

void world_hold(world *w) {
    atomic_fetch_add_explicit(&w->holders, 1, memory_order_relaxed);
}

static void free_tiles(held_tiles *held) {
    maille_tileset_free(held->set);
    maille_free(held->key);
    maille_free(held);
}

void world_drop(world *w) {
    if (!w || atomic_fetch_sub_explicit(&w->holders, 1, memory_order_acq_rel) > 1)
        return;
    for (held_tiles *t = w->tiles, *next; t; t = next) {
        next = t->next;
        free_tiles(t);
    }
    maille_roads_free(w->reach);
    maille_loaded_free(w->ground);
    maille_gazetteer_free(w->gazetteer);
    maille_accounts_free(w->accounts);
    maille_store_close(w->store);
    maille_ctx_free(w->ctx);
    pthread_cond_destroy(&w->tiles_made);
    pthread_mutex_destroy(&w->tiles_lock);
    pthread_mutex_destroy(&w->making);
    maille_free(w);
}

uint64_t world_number(const world *w) {
    return w->number;
}

const maille_accounts *world_accounts(const world *w) {
    return w->accounts;
}

/* ---- made once ---- */

typedef maille_status (*maker)(maille_ctx *ctx, world *w);

/* Runs `make`, which does nothing where its work is done; what went wrong is told in the asker's
 * context. */
static maille_status make_once(view *v, maker make) {
    world *w = v->world;
    maille_status status;
    pthread_mutex_lock(&w->making);
    if ((status = make(w->ctx, w)) != MAILLE_OK)
        maille_fail(v->ctx, status, "%s", maille_message(w->ctx));
    pthread_mutex_unlock(&w->making);
    return status;
}

static maille_status make_gazetteer(maille_ctx *ctx, world *w) {
    return w->gazetteer ? MAILLE_OK : maille_gazetteer_new(ctx, w->store, &w->gazetteer);
}

maille_status world_gazetteer(view *v, const maille_gazetteer **out) {
    maille_status status = make_once(v, make_gazetteer);
    *out = v->world->gazetteer;
    return status;
}

static maille_status make_ground(maille_ctx *ctx, world *w) {
    const unsigned with = MAILLE_GROUND_TIMES | MAILLE_GROUND_FACTS;
    return w->ground ? MAILLE_OK : maille_loaded_new(ctx, w->store, with, &w->ground);
}

maille_status world_ground(view *v, const maille_loaded **out) {
    maille_status status = make_once(v, make_ground);
    *out = v->world->ground;
    return status;
}

static maille_status make_reach(maille_ctx *ctx, world *w) {
    maille_network *network = NULL;
    maille_travel_rules *rules = NULL;
    int epsg = 0;
    if (w->reach)
        return MAILLE_OK;
    maille_status status = maille_roads_load(ctx, w->store, &network, &rules, &epsg);
    if (!status && !network) {
        maille_travel_rules_free(rules);
        return maille_fail(ctx, MAILLE_NOT_FOUND, "the workspace has no roads");
    }
    return status ? status : maille_roads_new(ctx, network, rules, epsg, &w->reach);
}

maille_status world_reach(view *v, const maille_roads **out) {
    maille_status status = make_once(v, make_reach);
    *out = v->world->reach;
    return status;
}

/* ---- tile sets ---- */

/* Who sees the same features has the same tiles. */
static maille_status tiles_key(maille_ctx *ctx, maille_audience audience, const char *layer,
                               const maille_account *narrowed, char **out) {
    maille_strbuf key = {0};
    maille_strbuf_addf(&key, "%s/%s", maille_audience_name(audience), layer);
    for (size_t i = 0; narrowed && i < narrowed->department_count; i++)
        maille_strbuf_addf(&key, "/%s", narrowed->departments[i]);
    if (key.failed) {
        maille_strbuf_free(&key);
        return maille_no_memory(ctx);
    }
    *out = key.text;
    return MAILLE_OK;
}

static held_tiles *find_tiles(world *w, const char *key) {
    for (held_tiles *t = w->tiles; t; t = t->next)
        if (strcmp(t->key, key) == 0)
            return t;
    return NULL;
}

/* Lets go of the sets that nobody draws from, the least used first, until the others fit. */
static void keep_within(world *w) {
    for (;;) {
        size_t bytes = 0;
        held_tiles **oldest = NULL;
        for (held_tiles **t = &w->tiles; *t; t = &(*t)->next) {
            bytes += (*t)->set ? maille_tileset_bytes((*t)->set) : 0;
            if ((*t)->users == 0 && (!oldest || (*t)->last_use < (*oldest)->last_use))
                oldest = t;
        }
        if (bytes <= w->tiles_most || !oldest)
            return;
        held_tiles *gone = *oldest;
        *oldest = gone->next;
        free_tiles(gone);
    }
}

static maille_status make_tiles(view *v, maille_audience audience, const char *layer,
                                const maille_account *narrowed, maille_tileset **out) {
    maille_selection selection = {.limit = -1};
    if (narrowed) {
        selection.narrowed = narrowed->departments;
        selection.narrowed_count = narrowed->department_count;
    }
    return maille_tileset_new(v->ctx, v->catalogues[audience], layer, &selection, out);
}

/* Takes a held set that is not there (any more) off the list. */
static void forget_tiles(world *w, const held_tiles *gone) {
    for (held_tiles **t = &w->tiles; *t; t = &(*t)->next)
        if (*t == gone) {
            *t = gone->next;
            return;
        }
}

maille_status world_tileset(view *v, maille_audience audience, const char *layer,
                            const maille_account *narrowed, maille_tileset **out) {
    world *w = v->world;
    char *key = NULL;
    maille_status status = tiles_key(v->ctx, audience, layer, narrowed, &key);
    if (status)
        return status;
    pthread_mutex_lock(&w->tiles_lock);
    held_tiles *held = find_tiles(w, key);
    while (held && !held->set) { /* someone makes it */
        pthread_cond_wait(&w->tiles_made, &w->tiles_lock);
        held = find_tiles(w, key);
    }
    if (!held && (held = maille_alloc(1, sizeof *held))) {
        *held = (held_tiles){.key = key, .users = 1, .next = w->tiles};
        key = NULL;
        w->tiles = held;
        pthread_mutex_unlock(&w->tiles_lock);
        maille_tileset *set = NULL;
        status = make_tiles(v, audience, layer, narrowed, &set);
        pthread_mutex_lock(&w->tiles_lock);
        held->users--;
        held->set = set;
        if (status) {
            forget_tiles(w, held);
            free_tiles(held);
            held = NULL;
        }
        pthread_cond_broadcast(&w->tiles_made);
    } else if (!held)
        status = maille_no_memory(v->ctx);
    if (held) {
        held->users++;
        held->last_use = ++w->tiles_clock;
        *out = held->set;
        keep_within(w);
    }
    pthread_mutex_unlock(&w->tiles_lock);
    maille_free(key);
    return status;
}

void world_tileset_done(world *w, maille_tileset *set) {
    pthread_mutex_lock(&w->tiles_lock);
    for (held_tiles *t = w->tiles; t; t = t->next)
        if (t->set == set)
            t->users--;
    keep_within(w);
    pthread_mutex_unlock(&w->tiles_lock);
}
