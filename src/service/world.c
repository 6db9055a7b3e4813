/* The world: what all requests of one state of the workspace share. */
#include "service/world.h"

#include <maille/steps.h>
#include <string.h>

/* ---- how steps stand ---- */

maille_status steps_standing_read(maille_ctx *ctx, maille_store *store, steps_standing *out) {
    steps_standing s = {0};
    maille_status status = MAILLE_OK;
    for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC && !status; a++)
        status = maille_steps_state(ctx, store, (maille_audience)a, &s.of[a], &s.count);
    if (status) {
        steps_standing_free(&s);
    } else {
        steps_standing_free(out);
        *out = s;
    }
    return status;
}

void steps_standing_free(steps_standing *s) {
    for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++)
        maille_free(s->of[a]);
    *s = (steps_standing){0};
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether a layer shows what the step leaves. */
static bool is_shown(const maille_catalogue *catalogue, const char *step) {
    for (size_t i = 0; i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_def *def = maille_catalogue_layer(catalogue, i)->def;
        for (size_t n = 0; n < def->need_count; n++)
            if (strcmp(def->needs[n], step) == 0)
                return true;
    }
    return false;
}

bool world_shows(const world *w, const steps_standing *steps) {
    bool same = steps->count == w->steps.count;
    for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++)
        for (size_t i = 0; i < steps->count && same; i++) {
            const maille_step_state *now = &steps->of[a][i], *then = &w->steps.of[a][i];
            same = (now->done == then->done && now->stale == then->stale &&
                    same_text(now->lacks, then->lacks)) ||
                   !is_shown(w->catalogues[a], now->step);
        }
    return same;
}

bool steps_standing_stale(const steps_standing *s) {
    for (int k = MAILLE_INTERNE; k <= MAILLE_PUBLIC; k++)
        for (size_t i = 0; i < s->count; i++)
            if (s->of[k][i].stale)
                return true;
    return false;
}

/* ---- beginning and end ---- */

/* The catalogue of an audience, and how the features of each of its layers are known. */
static maille_status make_catalogue(maille_ctx *ctx, maille_store *store, world *w,
                                    maille_audience audience) {
    maille_catalogue **catalogue = &w->catalogues[audience];
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_catalogue_new(ctx, store, audience, w->steps.of[audience], w->steps.count,
                                    catalogue));
    size_t count = maille_catalogue_count(*catalogue);
    w->layers[audience] = maille_alloc(count + 1, sizeof *w->layers[audience]);
    if (!w->layers[audience])
        status = maille_no_memory(ctx);
    for (size_t i = 0; i < count && !status; i++)
        status = imprint_of_layer(ctx, &w->print, maille_catalogue_layer(*catalogue, i)->def,
                                  audience, false, &w->layers[audience][i]);
done:
    return status;
}

maille_status world_new(maille_ctx *ctx, maille_store *store, const world_parts *parts,
                        world **out) {
    maille_status status = MAILLE_OK;
    world *w = maille_alloc(1, sizeof *w);
    if (!w) {
        imprint_free(parts->print);
        steps_standing_free(parts->steps);
        return maille_no_memory(ctx);
    }
    atomic_init(&w->holders, 1);
    pthread_mutex_init(&w->lock, NULL);
    w->number = parts->number;
    w->decisions = parts->decisions;
    w->print = *parts->print;
    w->steps = *parts->steps;
    w->shelf = parts->shelf;
    w->tiles = parts->tiles;
    *parts->print = (imprint){0};
    *parts->steps = (steps_standing){0};
    MAILLE_TRY(imprint_of_ground(ctx, &w->print, &w->keys[SHELF_GROUND]));
    MAILLE_TRY(imprint_of_names(ctx, &w->print, &w->keys[SHELF_NAMES]));
    MAILLE_TRY(imprint_of_roads(ctx, &w->print, &w->keys[SHELF_ROADS]));
    MAILLE_TRY(maille_accounts_load(ctx, store, &w->accounts));
    MAILLE_TRY(make_catalogue(ctx, store, w, MAILLE_INTERNE));
    MAILLE_TRY(make_catalogue(ctx, store, w, MAILLE_PUBLIC));
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

void world_drop(world *w) {
    if (!w || atomic_fetch_sub_explicit(&w->holders, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < SHELF_KINDS; i++)
        shelved_drop(w->taken[i]);
    for (int a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++) {
        maille_catalogue_free(w->catalogues[a]);
        maille_free(w->layers[a]);
    }
    maille_accounts_free(w->accounts);
    steps_standing_free(&w->steps);
    imprint_free(&w->print);
    pthread_mutex_destroy(&w->lock);
    maille_free(w);
}

uint64_t world_number(const world *w) {
    return w->number;
}

const maille_accounts *world_accounts(const world *w) {
    return w->accounts;
}

/* ---- from the shelf ---- */

/* Waiting for one thing does not keep others from another. */
static maille_status take(view *v, shelf_kind kind, shelved **out) {
    world *w = v->world;
    maille_status status = MAILLE_OK;
    shelved *found = NULL;
    pthread_mutex_lock(&w->lock);
    *out = w->taken[kind];
    pthread_mutex_unlock(&w->lock);
    if (*out)
        return MAILLE_OK;
    status = shelf_take(v->ctx, w->shelf, v->service->workspace, kind, &w->keys[kind], &found);
    if (status)
        return status;
    pthread_mutex_lock(&w->lock);
    if (!w->taken[kind]) {
        w->taken[kind] = found;
        found = NULL;
    }
    *out = w->taken[kind];
    pthread_mutex_unlock(&w->lock);
    shelved_drop(found);
    return MAILLE_OK;
}

maille_status world_gazetteer(view *v, const maille_gazetteer **out) {
    shelved *names = NULL;
    maille_status status = take(v, SHELF_NAMES, &names);
    *out = names ? shelved_thing(names) : NULL;
    return status;
}

maille_status world_ground(view *v, const maille_loaded **out) {
    shelved *found = NULL;
    maille_status status = take(v, SHELF_GROUND, &found);
    *out = found ? shelved_thing(found) : NULL;
    return status;
}

maille_status world_reach(view *v, const maille_roads **out) {
    shelved *roads = NULL;
    maille_status status = take(v, SHELF_ROADS, &roads);
    *out = roads ? shelved_thing(roads) : NULL;
    return status;
}

maille_status ground_hold(view *v, held_ground **out) {
    maille_status status = take(v, SHELF_GROUND, out);
    if (!status)
        shelved_hold(*out);
    return status;
}

void ground_drop(held_ground *g) {
    shelved_drop(g);
}

const maille_loaded *ground_loaded(const held_ground *g) {
    return shelved_thing(g);
}

uint64_t ground_number(const held_ground *g) {
    return shelved_number(g);
}

/* ---- tile sets ---- */

/* Who sees the same features has the same tiles. */
static maille_status tiles_name(maille_ctx *ctx, maille_audience audience, const char *layer,
                                const maille_account *narrowed, maille_strbuf *out) {
    maille_strbuf_addf(out, "%s/%s", maille_audience_name(audience), layer);
    for (size_t i = 0; narrowed && i < narrowed->department_count; i++)
        maille_strbuf_addf(out, "/%s", narrowed->departments[i]);
    return out->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

typedef struct {
    view *v;
    maille_audience audience;
    const maille_layer_def *def;
    const maille_account *narrowed;
    const maille_sha256 *known; /* state of the features as the view's world has it */
} tiles_wish;

static bool find_layer(const char *layer, tiles_wish *wish) {
    const world *w = wish->v->world;
    const maille_catalogue *catalogue = w->catalogues[wish->audience];
    for (size_t i = 0; i < maille_catalogue_count(catalogue) && !wish->def; i++) {
        const maille_layer_def *def = maille_catalogue_layer(catalogue, i)->def;
        if (strcmp(def->id, layer) == 0) {
            wish->def = def;
            wish->known = &w->layers[wish->audience][i];
        }
    }
    return wish->def != NULL;
}

/* The state of what the view sees, which may be newer than its world, whose catalogue it has: a set
 * of both is of neither, and none that others are served with. */
static maille_status see(const tiles_wish *wish, maille_sha256 *state) {
    view *v = wish->v;
    imprint now = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(imprint_take(v->ctx, v->store, &now));
    MAILLE_TRY(imprint_of_layer(v->ctx, &now, wish->def, wish->audience, false, state));
    if (strcmp(state->hex, wish->known->hex) != 0)
        *state = (maille_sha256){0};
    else if (wish->narrowed)
        MAILLE_TRY(imprint_of_layer(v->ctx, &now, wish->def, wish->audience, true, state));
done:
    imprint_free(&now);
    return status;
}

static maille_status make_tiles(void *user, maille_sha256 *state, maille_tileset **out) {
    const tiles_wish *wish = user;
    view *v = wish->v;
    maille_selection selection = {.limit = -1};
    maille_status status = MAILLE_OK;
    if (wish->narrowed) {
        selection.narrowed = wish->narrowed->departments;
        selection.narrowed_count = wish->narrowed->department_count;
    }
    MAILLE_TRY(see(wish, state));
    MAILLE_TRY(
        maille_tileset_new(v->ctx, v->catalogues[wish->audience], wish->def->id, &selection, out));
done:
    return status;
}

maille_status world_tileset(view *v, maille_audience audience, const char *layer,
                            const maille_account *narrowed, maille_tileset **out) {
    tiles_wish wish = {.v = v, .audience = audience, .narrowed = narrowed};
    maille_sha256 state;
    maille_strbuf name = {0};
    maille_status status = MAILLE_OK;
    *out = NULL;
    if (!find_layer(layer, &wish))
        return maille_fail(v->ctx, MAILLE_NOT_FOUND, "layer \"%s\" was not found", layer);
    state = *wish.known;
    if (narrowed) /* strokes move what is narrowed without a new world */
        MAILLE_TRY(see(&wish, &state));
    MAILLE_TRY(tiles_name(v->ctx, audience, layer, narrowed, &name));
    MAILLE_TRY(tilesets_take(v->ctx, v->world->tiles, name.text, &state, make_tiles, &wish, out));
done:
    maille_strbuf_free(&name);
    return status;
}

void world_tileset_done(world *w, maille_tileset *set) {
    tilesets_give(w->tiles, set);
}
