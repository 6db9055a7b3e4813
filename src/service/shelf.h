/* The shelf: what is dear to make and outlives a world: the ground, names of communes, roads. Of
 * each the last one stands here; worlds and desks hold what they use, so that as long as what it
 * was made of stays the same it is the same one. */
#ifndef SERVICE_SHELF_H
#define SERVICE_SHELF_H

#include "service/imprint.h"

typedef enum { SHELF_GROUND, SHELF_NAMES, SHELF_ROADS, SHELF_KINDS } shelf_kind;

typedef struct shelf shelf;
maille_status shelf_new(maille_ctx *ctx, shelf **out);
void shelf_free(shelf *s); /* what is held elsewhere stays until it is dropped */

/* A thing of the shelf, with its own connection where it goes on reading. */
typedef struct shelved shelved;
/* The one of this key, held for the caller; made from the workspace of now where it is another:
 * threads wait for the first. What cannot be made says why as its maker does. */
maille_status shelf_take(maille_ctx *ctx, shelf *s, const char *workspace, shelf_kind kind,
                         const maille_sha256 *key, shelved **out);
void shelved_hold(shelved *thing);
void shelved_drop(shelved *thing);
const void *shelved_thing(const shelved *thing);
/* Later ones have greater numbers, from 1. */
uint64_t shelved_number(const shelved *thing);

#endif
