/* Views: read connections with their catalogues, one to each request that is worked on; and the
 * watch that makes a new world when the workspace has changed. */
#include "service/alarm.h"
#include "service/editing.h"
#include "service/world.h"

#include <maille/steps.h>
#include <stdio.h>

/* How often the watch looks whether the workspace has changed. */
enum { WATCH_MS = 100 };

typedef struct {
    view v;
    uint64_t world; /* number of the world that the catalogues are of; 0 = none yet */
    uint64_t file;  /* which of the files that bore the workspace's name it has opened */
    bool out;
} place;

struct views {
    service *service;
    const char *workspace;
    size_t tiles_most;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* of the watch, to stop */
    place *places;
    size_t count;
    world *now;
    uint64_t worlds, files;
    bool stopping, ready;
    char why[256];
    /* of the watch */
    maille_ctx *ctx;
    maille_store *store;
    uint64_t state;
    pthread_t watch;
    bool watching;
};

static const char *const WHO = "maille serve";

/* ---- the watch ---- */

static void say_ready(views *all, maille_status status) {
    pthread_mutex_lock(&all->lock);
    all->ready = status == MAILLE_OK;
    snprintf(all->why, sizeof all->why, "%s", status ? maille_message(all->ctx) : "");
    pthread_mutex_unlock(&all->lock);
}

/* Makes a new world where the workspace is not what it was. */
static maille_status look(views *all) {
    maille_status status = MAILLE_OK;
    bool replaced = false;
    uint64_t state = 0;
    world *anew = NULL;
    if (all->store)
        MAILLE_TRY(maille_store_state(all->ctx, all->store, &state, &replaced));
    if (!all->store || replaced) {
        maille_store *store = NULL; /* the old one is held until the new one could be read */
        MAILLE_TRY(maille_store_open(all->ctx, all->workspace, MAILLE_STORE_READ, WHO, &store));
        maille_store_close(all->store);
        all->store = store;
        MAILLE_TRY(maille_store_state(all->ctx, all->store, &state, &replaced));
        replaced = true;
    }
    if (all->now && state == all->state && !replaced)
        goto done;
    MAILLE_TRY(world_new(all->ctx, all->store, all->worlds + 1, all->tiles_most, &anew));
    pthread_mutex_lock(&all->lock);
    world *old = all->now;
    all->now = anew;
    all->worlds++;
    all->files += replaced;
    pthread_mutex_unlock(&all->lock);
    all->state = state;
    world_drop(old);
    hub_wake(all->service->hub);
done:
    say_ready(all, status);
    return status;
}

static void *watch(void *user) {
    views *all = user;
    bool well = true;
    pthread_mutex_lock(&all->lock);
    while (!all->stopping) {
        alarm_wait(&all->wake, &all->lock, WATCH_MS);
        if (all->stopping)
            break;
        pthread_mutex_unlock(&all->lock);
        maille_status status = look(all);
        if (status && well) /* once, not ten times a second */
            maille_log(all->ctx, MAILLE_LOG_WARNING,
                       "the workspace cannot be read, the last state is served: %s",
                       maille_message(all->ctx));
        well = status == MAILLE_OK;
        pthread_mutex_lock(&all->lock);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

/* ---- open and close ---- */

maille_status views_open(maille_ctx *ctx, service *s, const char *workspace,
                         const maille_serve_config *config, views **out) {
    maille_status status = MAILLE_OK;
    views *all = maille_alloc(1, sizeof *all);
    if (!all)
        return maille_no_memory(ctx);
    all->service = s;
    all->workspace = workspace;
    all->tiles_most = (size_t)config->tiles_mib << 20;
    pthread_mutex_init(&all->lock, NULL);
    alarm_init(&all->wake);
    all->count = (size_t)config->workers + config->downloads;
    if (!(all->places = maille_alloc(all->count, sizeof *all->places))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(maille_ctx_child(ctx, &all->ctx));
    for (size_t i = 0; i < all->count; i++)
        MAILLE_TRY(maille_ctx_child(ctx, &all->places[i].v.ctx));
    if ((status = look(all)) != MAILLE_OK) {
        maille_fail(ctx, status, "%s", maille_message(all->ctx));
        goto done;
    }
    if (pthread_create(&all->watch, NULL, watch, all) != 0)
        status = maille_fail(ctx, MAILLE_FAILED, "the watch of the workspace could not be started");
    all->watching = status == MAILLE_OK;
done:
    if (status)
        views_close(all);
    else
        *out = all;
    return status;
}

static void shut(place *p) {
    for (int a = 0; a < 2; a++) {
        maille_catalogue_free(p->v.catalogues[a]);
        p->v.catalogues[a] = NULL;
    }
    maille_store_close(p->v.store);
    p->v.store = NULL;
    p->world = 0;
}

void views_close(views *all) {
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_cond_signal(&all->wake);
    pthread_mutex_unlock(&all->lock);
    if (all->watching)
        pthread_join(all->watch, NULL);
    for (size_t i = 0; all->places && i < all->count; i++) {
        shut(&all->places[i]);
        maille_ctx_free(all->places[i].v.ctx);
    }
    maille_free(all->places);
    world_drop(all->now);
    maille_store_close(all->store);
    maille_ctx_free(all->ctx);
    pthread_cond_destroy(&all->wake);
    pthread_mutex_destroy(&all->lock);
    maille_free(all);
}

bool views_ready(views *all, char *why, size_t size) {
    pthread_mutex_lock(&all->lock);
    bool ready = all->ready;
    if (why)
        snprintf(why, size, "%s", all->why);
    pthread_mutex_unlock(&all->lock);
    return ready;
}

world *world_now(views *all) {
    pthread_mutex_lock(&all->lock);
    world *w = all->now;
    world_hold(w);
    pthread_mutex_unlock(&all->lock);
    return w;
}

/* ---- taking and giving back ---- */

static maille_status fill_catalogues(place *p) {
    maille_status status = MAILLE_OK;
    maille_step_state *states = NULL;
    size_t count = 0;
    view *v = &p->v;
    for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++) {
        maille_catalogue_free(v->catalogues[a]);
        v->catalogues[a] = NULL;
    }
    p->world = 0;
    for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++) {
        MAILLE_TRY(maille_steps_state(v->ctx, v->store, (maille_audience)a, &states, &count));
        MAILLE_TRY(maille_catalogue_new(v->ctx, v->store, (maille_audience)a, states, count,
                                        &v->catalogues[a]));
        maille_free(states);
        states = NULL;
    }
    p->world = v->world->number;
done:
    maille_free(states);
    return status;
}

/* Brings a place to the file and the world of now, and begins its transaction. */
static maille_status prepare(views *all, place *p, uint64_t file) {
    maille_status status = MAILLE_OK;
    view *v = &p->v;
    v->service = all->service;
    if (p->file != file)
        shut(p);
    if (!v->store)
        MAILLE_TRY(maille_store_open(v->ctx, all->workspace, MAILLE_STORE_READ, WHO, &v->store));
    p->file = file;
    MAILLE_TRY(maille_store_begin(v->ctx, v->store));
    if (p->world != v->world->number && (status = fill_catalogues(p)) != MAILLE_OK)
        maille_store_rollback(v->store);
done:
    return status;
}

maille_status view_take(views *all, view **out) {
    place *idle = NULL;
    pthread_mutex_lock(&all->lock);
    uint64_t file = all->files;
    /* One that knows the world of now before one that does not. */
    for (size_t i = 0; i < all->count; i++) {
        place *p = &all->places[i];
        if (!p->out && (!idle || (p->world == all->now->number && idle->world != p->world)))
            idle = p;
    }
    if (idle) {
        idle->out = true;
        idle->v.world = all->now;
        world_hold(all->now);
    }
    pthread_mutex_unlock(&all->lock);
    *out = NULL;
    if (!idle)
        return MAILLE_BUSY;
    maille_status status = prepare(all, idle, file);
    if (status) {
        maille_log(all->service->ctx, MAILLE_LOG_ERROR, "a view could not be opened: %s",
                   maille_message(idle->v.ctx));
        pthread_mutex_lock(&all->lock);
        idle->out = false;
        pthread_mutex_unlock(&all->lock);
        world_drop(idle->v.world);
        return status;
    }
    *out = &idle->v;
    return MAILLE_OK;
}

void view_give(view *v) {
    if (!v)
        return;
    views *all = v->service->views;
    world *w = v->world;
    maille_store_rollback(v->store); /* it only read */
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < all->count; i++)
        if (&all->places[i].v == v)
            all->places[i].out = false;
    pthread_mutex_unlock(&all->lock);
    world_drop(w);
}
