/* Views: read connections with their catalogues, one to each request that is worked on; and the
 * watch that makes a new world when what layers rest on has changed. */
#include "service/alarm.h"
#include "service/editing.h"
#include "service/world.h"

#include <maille/steps.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* How often the watch looks whether the workspace has changed; and of its time, one part in so many
 * goes into asking how steps stand while strokes come one after the other. */
enum { WATCH_MS = 100, STANDING_SHARE = 20 };

typedef struct {
    view v;
    uint64_t world;     /* number of the world that the catalogues are of; 0 = none yet */
    uint64_t decisions; /* the number of decisions that they know of */
    uint64_t file;      /* which of the files that bore the workspace's name it has opened */
    bool out;
} place;

struct views {
    service *service;
    const char *workspace;
    shelf *shelf;
    tilesets *tiles;
    atomic_uint_least64_t decisions; /* of commits that were noticed */
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
    bool replaced;         /* the file is another one than that of the world */
    maille_sha256 decided; /* decisions that the world's standing of steps is of */
    double rests_until;    /* from asking how steps stand, monotonic */
    bool behind;           /* it is to be asked again */
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

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The file that bears the workspace's name, and the number of its state. */
static maille_status reach_file(views *all, uint64_t *state) {
    maille_status status = MAILLE_OK;
    bool replaced = false;
    if (all->store)
        MAILLE_TRY(maille_store_state(all->ctx, all->store, state, &replaced));
    if (!all->store || replaced) {
        maille_store *store = NULL; /* the old one is held until the new one could be read */
        MAILLE_TRY(maille_store_open(all->ctx, all->workspace, MAILLE_STORE_READ, WHO, &store));
        maille_store_close(all->store);
        all->store = store;
        all->replaced = true;
        MAILLE_TRY(maille_store_state(all->ctx, all->store, state, &replaced));
    }
done:
    return status;
}

static void take_place(views *all, world *anew) {
    pthread_mutex_lock(&all->lock);
    world *old = all->now;
    all->now = anew;
    all->worlds++;
    all->files += all->replaced;
    pthread_mutex_unlock(&all->lock);
    all->replaced = false;
    world_drop(old);
}

/* How steps stand now, in *steps; nothing there where it need not be asked, or not yet: the first
 * stroke tells at once that something is stale, those that come one after the other then are looked
 * at together. */
static maille_status ask_standing(views *all, const imprint *print, bool anyway,
                                  steps_standing *steps) {
    if (!anyway && strcmp(print->decided.hex, all->decided.hex) == 0) {
        all->behind = false;
        return MAILLE_OK;
    }
    double began = now_s();
    all->behind = !anyway && began < all->rests_until && steps_standing_stale(&all->now->steps);
    if (all->behind)
        return MAILLE_OK;
    maille_status status = steps_standing_read(all->ctx, all->store, steps);
    double now = now_s();
    all->rests_until = now + (now - began) * STANDING_SHARE;
    return status;
}

/* Makes a new world where what layers rest on is not what it was; in a transaction. */
static maille_status compare(views *all, uint64_t decisions) {
    maille_status status = MAILLE_OK;
    imprint print = {0};
    steps_standing steps = {0};
    world *anew = NULL;
    MAILLE_TRY(imprint_take(all->ctx, all->store, &print));
    bool other =
        !all->now || all->replaced || strcmp(print.world.hex, all->now->print.world.hex) != 0;
    maille_sha256 decided = print.decided;
    MAILLE_TRY(ask_standing(all, &print, other, &steps));
    if (steps.count && (other || !world_shows(all->now, &steps))) {
        const world_parts parts = {.number = all->worlds + 1,
                                   .decisions = decisions,
                                   .print = &print,
                                   .steps = &steps,
                                   .shelf = all->shelf,
                                   .tiles = all->tiles};
        MAILLE_TRY(world_new(all->ctx, all->store, &parts, &anew));
        take_place(all, anew);
    }
    if (anew || steps.count)
        all->decided = decided;
done:
    imprint_free(&print);
    steps_standing_free(&steps);
    return status;
}

/* Tells those who wait for it that something was committed. */
static void tell(views *all) {
    if (all->service->hub)
        hub_wake(all->service->hub);
    if (all->service->jobs && steps_standing_stale(&all->now->steps))
        jobs_decided(all->service->jobs);
}

/* Looks whether the workspace is what it was. */
static maille_status look(views *all) {
    maille_status status = MAILLE_OK;
    bool begun = false;
    uint64_t state = 0;
    MAILLE_TRY(reach_file(all, &state));
    bool moved = !all->now || all->replaced || state != all->state;
    if (!moved && !all->behind)
        goto done;
    if (moved)
        views_decided(all);
    uint64_t decisions = views_decisions(all); /* before it is read: what is read knows them */
    MAILLE_TRY(maille_store_begin(all->ctx, all->store));
    begun = true;
    MAILLE_TRY(compare(all, decisions));
    all->state = state;
    if (moved)
        tell(all);
done:
    if (begun)
        maille_store_rollback(all->store); /* it only read */
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
    atomic_init(&all->decisions, 0);
    pthread_mutex_init(&all->lock, NULL);
    alarm_init(&all->wake);
    all->count = (size_t)config->workers + config->downloads;
    if (!(all->places = maille_alloc(all->count, sizeof *all->places))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(shelf_new(ctx, &all->shelf));
    MAILLE_TRY(tilesets_new(ctx, (size_t)config->tiles_mib << 20, &all->tiles));
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
    shelf_free(all->shelf);
    tilesets_free(all->tiles);
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

uint64_t views_decisions(const views *all) {
    return atomic_load(&all->decisions);
}

void views_decided(views *all) {
    atomic_fetch_add(&all->decisions, 1);
}

uint64_t views_tilesets_made(const views *all) {
    return tilesets_made(all->tiles);
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
    view *v = &p->v;
    p->world = 0;
    for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++) {
        maille_catalogue_free(v->catalogues[a]);
        v->catalogues[a] = NULL;
        MAILLE_TRY(
            maille_catalogue_share(v->ctx, v->world->catalogues[a], v->store, &v->catalogues[a]));
    }
    p->world = v->world->number;
    p->decisions = v->world->decisions;
done:
    return status;
}

/* Brings a place to the file, the world and the decisions of now, and begins its transaction. */
static maille_status prepare(views *all, place *p, uint64_t file) {
    maille_status status = MAILLE_OK;
    view *v = &p->v;
    v->service = all->service;
    if (p->file != file)
        shut(p);
    if (!v->store)
        MAILLE_TRY(maille_store_open(v->ctx, all->workspace, MAILLE_STORE_READ, WHO, &v->store));
    p->file = v->file = file;
    if (p->world != v->world->number)
        MAILLE_TRY(fill_catalogues(p));
    uint64_t decisions = views_decisions(all); /* before the transaction, which knows them then */
    if (p->decisions != decisions) {
        for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++)
            maille_catalogue_decided(v->catalogues[a]);
        p->decisions = decisions;
    }
    MAILLE_TRY(maille_store_begin(v->ctx, v->store));
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
