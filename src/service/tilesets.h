/* Tile sets, held for all worlds: one stays as long as the features that it was made of do, and as
 * long as it fits; the least used go first. */
#ifndef SERVICE_TILESETS_H
#define SERVICE_TILESETS_H

#include <maille/hash.h>
#include <maille/tiles.h>

typedef struct tilesets tilesets;
maille_status tilesets_new(maille_ctx *ctx, size_t most_bytes, tilesets **out);
void tilesets_free(tilesets *all);

/* Makes a set of that state; where features are of another by now it says so: all zero is none. */
typedef maille_status (*tileset_maker)(void *user, maille_sha256 *state, maille_tileset **out);
/* The set of that name and state; threads wait for the first. Give back when done. */
maille_status tilesets_take(maille_ctx *ctx, tilesets *all, const char *name,
                            const maille_sha256 *state, tileset_maker make, void *user,
                            maille_tileset **out);
void tilesets_give(tilesets *all, maille_tileset *set);
/* How many were made so far. */
uint64_t tilesets_made(tilesets *all);

#endif
