/* The reference scenario as the tables that steps read hold it: as values, and back. */
#ifndef MAILLE_STEPS_HISTORY_REFERENCE_H
#define MAILLE_STEPS_HISTORY_REFERENCE_H

#include "steps/loads.h"

#include <maille/memory.h>
#include <maille/perimeter.h>
#include <maille/store.h>

/* A perimeter of the tables, on the codes that it was written in. */
typedef struct {
    maille_perimeter *perimeter;
    int64_t version;     /* 0: not recorded in the history yet */
    int64_t import_id;   /* that it came from; 0: none */
    const char *vintage; /* of its codes; NULL: the study's, or not said */
} reference_item;
typedef struct {
    uint32_t count; /* ascending ids */
    reference_item *items;
    maille_table *imports;
    maille_arena *arena;
} reference;
/* `id` NULL: all. */
maille_status reference_read(maille_ctx *ctx, maille_store *store, const char *id, reference **out);
void reference_free(reference *r);
/* Row of an import in `imports`, or its number of rows. */
size_t reference_import(const maille_table *imports, int64_t id);

/* The perimeter as the tables are to have it from now on (NULL: it goes): edited, of no import but
 * for its credit. `vintage` NULL: the study's. */
maille_status reference_write(maille_ctx *ctx, maille_store *store, const char *id,
                              const maille_perimeter *perimeter, int64_t version,
                              const char *vintage);

/* ---- codes of another vintage ----------------------------------------------------------------
 */

/* Carries perimeters to the vintage of the study's communes; keeps the way from one call to the
 * next. All zero: new. */
typedef struct {
    loads *loads;
    char *to, *from;
    bool ready;
    struct passage *way;
} carrier;
/* In place; communes that merged become one member as in step `members`. */
maille_status carrier_carry(maille_ctx *ctx, maille_store *store, carrier *c, const char *vintage,
                            maille_perimeter *perimeter);
void carrier_clear(carrier *c);
/* Vintage of the study's communes; NULL when no import says one. Owned by the caller. */
maille_status study_vintage(maille_ctx *ctx, maille_store *store, char **out);

#endif
