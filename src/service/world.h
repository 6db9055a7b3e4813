/* The world from inside: world.c makes and frees it, views.c says when. A stroke on a perimeter
 * makes no new one: it is a function of imports, settings, tokens, what steps left, and which of
 * them are stale. */
#ifndef SERVICE_WORLD_H
#define SERVICE_WORLD_H

#include "service/http.h"
#include "service/shelf.h"
#include "service/tilesets.h"

#include <stdatomic.h>

/* How steps stand, by audience. */
typedef struct {
    maille_step_state *of[2];
    size_t count;
} steps_standing;
maille_status steps_standing_read(maille_ctx *ctx, maille_store *store, steps_standing *out);
void steps_standing_free(steps_standing *s);
/* Whether something waits to be computed again. */
bool steps_standing_stale(const steps_standing *s);

struct world {
    atomic_uint holders;
    uint64_t number;
    uint64_t decisions; /* the number of decisions that it knows at least */
    imprint print;
    steps_standing steps;
    maille_accounts *accounts;
    maille_catalogue *catalogues[2]; /* by audience: views have their own shares */
    maille_sha256 *layers[2];        /* state of the features of each layer, in their order */

    shelf *shelf;
    tilesets *tiles;
    maille_sha256 keys[SHELF_KINDS];
    pthread_mutex_t lock;
    shelved *taken[SHELF_KINDS]; /* from the shelf, when it was first asked for */
};

/* What a world is made of. `print` and `steps` are taken over, also when it fails. */
typedef struct {
    uint64_t number, decisions;
    imprint *print;
    steps_standing *steps;
    shelf *shelf;
    tilesets *tiles;
} world_parts;
/* One holder, the caller. `store`, in a transaction, is only read from while it is made. */
maille_status world_new(maille_ctx *ctx, maille_store *store, const world_parts *parts,
                        world **out);
void world_hold(world *w);
/* Whether its layers stand as these steps let them. */
bool world_shows(const world *w, const steps_standing *steps);

/* ---- the ground, beyond a world -----------------------------------------------------------------
 */

/* The ground of the view's world, held until it is dropped: what world_ground tells. Worlds come
 * and go; as long as what it is made of stays the same it is the same one. */
typedef struct shelved held_ground;
maille_status ground_hold(struct view *v, held_ground **out);
void ground_drop(held_ground *g);
const maille_loaded *ground_loaded(const held_ground *g);
/* Later ones have greater numbers: a view of an older world may tell an older one. */
uint64_t ground_number(const held_ground *g);

#endif
