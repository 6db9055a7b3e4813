/* Lists of differences, as comparing and merging make them. */
#ifndef TERRITORY_PERIMETER_DIFF_H
#define TERRITORY_PERIMETER_DIFF_H

#include "territory/perimeter.h"

#include <maille/vec.h>

/* A list being made. `what` is a constant; other texts are copied. */
typedef struct {
    maille_ctx *ctx;
    maille_arena *arena;
    MAILLE_VEC(maille_difference) items;
} differences;

maille_status differences_begin(maille_ctx *ctx, differences *list);
void differences_drop(differences *list);
/* In the order of `what`, then code, then as they were added; takes the list's memory. */
maille_status differences_end(differences *list, maille_differences **out);

maille_status differences_add(differences *list, const char *what, const char *code,
                              const char *before, const char *after);
/* Where the texts differ. */
maille_status differences_text(differences *list, const char *what, const char *code,
                               const char *before, const char *after);
/* Shares as texts; NULL for no member. */
maille_status differences_share(differences *list, const char *what, const char *code,
                                const maille_member *before, const maille_member *after);
/* Entry by entry; either perimeter may be NULL. */
maille_status differences_statuses(differences *list, const maille_perimeter *before,
                                   const maille_perimeter *after);

/* Pairs members of two or three perimeters (any may be NULL) in ascending code: the next code at
 * the places `at`, which go on; NULL at the end. members[k] is NULL where perimeter k has none. */
const char *next_member(const maille_perimeter *const *perimeters, uint32_t count, uint32_t *at,
                        const maille_member **members);

#endif
