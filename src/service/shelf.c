/* The shelf: what is dear to make and outlives a world. */
#include "service/shelf.h"

#include <maille/answers.h>
#include <maille/edit.h>
#include <maille/memory.h>
#include <maille/steps.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct shelved {
    atomic_uint holders;
    shelf_kind kind;
    uint64_t number;
    maille_sha256 key;
    maille_ctx *ctx;
    maille_store *store;
    void *thing;
};

typedef struct {
    pthread_mutex_t lock; /* held all the while the thing is made */
    shelved *last;
    uint64_t made;
} place;

struct shelf {
    place places[SHELF_KINDS];
};

/* ---- how each is made ---- */

static maille_status make_ground(maille_ctx *ctx, maille_store *store, void **out) {
    maille_loaded *ground = NULL;
    maille_status status =
        maille_loaded_new(ctx, store, MAILLE_GROUND_TIMES | MAILLE_GROUND_FACTS, &ground);
    *out = ground;
    return status;
}

static void free_ground(void *thing) {
    maille_loaded_free(thing);
}

static maille_status make_names(maille_ctx *ctx, maille_store *store, void **out) {
    maille_gazetteer *names = NULL;
    maille_status status = maille_gazetteer_new(ctx, store, &names);
    *out = names;
    return status;
}

static void free_names(void *thing) {
    maille_gazetteer_free(thing);
}

static maille_status make_roads(maille_ctx *ctx, maille_store *store, void **out) {
    maille_network *network = NULL;
    maille_travel_rules *rules = NULL;
    maille_roads *roads = NULL;
    int epsg = 0;
    maille_status status = maille_roads_load(ctx, store, &network, &rules, &epsg);
    if (!status && !network) {
        maille_travel_rules_free(rules);
        return maille_fail(ctx, MAILLE_NOT_FOUND, "the workspace has no roads");
    }
    if (!status)
        status = maille_roads_new(ctx, network, rules, epsg, &roads);
    *out = roads;
    return status;
}

static void free_roads(void *thing) {
    maille_roads_free(thing);
}

static const struct {
    maille_status (*key)(maille_ctx *ctx, const imprint *p, maille_sha256 *out);
    maille_status (*make)(maille_ctx *ctx, maille_store *store, void **out);
    void (*drop)(void *thing);
} ways[] = {[SHELF_GROUND] = {imprint_of_ground, make_ground, free_ground},
            [SHELF_NAMES] = {imprint_of_names, make_names, free_names},
            [SHELF_ROADS] = {imprint_of_roads, make_roads, free_roads}};

/* ---- things ---- */

void shelved_hold(shelved *thing) {
    atomic_fetch_add_explicit(&thing->holders, 1, memory_order_relaxed);
}

void shelved_drop(shelved *thing) {
    if (!thing || atomic_fetch_sub_explicit(&thing->holders, 1, memory_order_acq_rel) > 1)
        return;
    if (thing->thing)
        ways[thing->kind].drop(thing->thing);
    maille_store_close(thing->store);
    maille_ctx_free(thing->ctx);
    maille_free(thing);
}

const void *shelved_thing(const shelved *thing) {
    return thing->thing;
}

uint64_t shelved_number(const shelved *thing) {
    return thing->number;
}

/* ---- the shelf ---- */

maille_status shelf_new(maille_ctx *ctx, shelf **out) {
    shelf *s = maille_alloc(1, sizeof *s);
    if (!s)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < SHELF_KINDS; i++)
        pthread_mutex_init(&s->places[i].lock, NULL);
    *out = s;
    return MAILLE_OK;
}

void shelf_free(shelf *s) {
    if (!s)
        return;
    for (size_t i = 0; i < SHELF_KINDS; i++) {
        shelved_drop(s->places[i].last);
        pthread_mutex_destroy(&s->places[i].lock);
    }
    maille_free(s);
}

/* Makes one in a transaction of its own, and tells by which key it is known; where the last one is
 * that already (the asker knew an older state), `*out` stays NULL. */
static maille_status make(maille_ctx *ctx, const char *workspace, shelf_kind kind, shelved *last,
                          shelved **out) {
    maille_status status = MAILLE_OK;
    imprint now = {0};
    shelved *anew = maille_alloc(1, sizeof *anew);
    *out = NULL;
    if (!anew)
        return maille_no_memory(ctx);
    atomic_init(&anew->holders, 1);
    anew->kind = kind;
    MAILLE_TRY(maille_ctx_child(ctx, &anew->ctx));
    MAILLE_TRY(
        maille_store_open(anew->ctx, workspace, MAILLE_STORE_READ, "maille serve", &anew->store));
    MAILLE_TRY(maille_store_begin(anew->ctx, anew->store));
    MAILLE_TRY(imprint_take(anew->ctx, anew->store, &now));
    MAILLE_TRY(ways[kind].key(anew->ctx, &now, &anew->key));
    if (last && strcmp(last->key.hex, anew->key.hex) == 0)
        goto done;
    MAILLE_TRY(ways[kind].make(anew->ctx, anew->store, &anew->thing));
    *out = anew;
done:
    if (anew->store)
        maille_store_rollback(anew->store); /* it only read */
    if (status && anew->ctx)
        maille_fail(ctx, status, "%s", maille_message(anew->ctx));
    imprint_free(&now);
    if (!*out)
        shelved_drop(anew);
    return status;
}

maille_status shelf_take(maille_ctx *ctx, shelf *s, const char *workspace, shelf_kind kind,
                         const maille_sha256 *key, shelved **out) {
    place *p = &s->places[kind];
    maille_status status = MAILLE_OK;
    *out = NULL;
    pthread_mutex_lock(&p->lock);
    if (!p->last || strcmp(p->last->key.hex, key->hex) != 0) {
        shelved *anew = NULL;
        status = make(ctx, workspace, kind, p->last, &anew);
        if (anew) {
            anew->number = ++p->made;
            shelved_drop(p->last);
            p->last = anew;
        }
    }
    if (!status) {
        *out = p->last;
        shelved_hold(*out);
    }
    pthread_mutex_unlock(&p->lock);
    return status;
}
