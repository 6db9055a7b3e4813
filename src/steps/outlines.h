/* Sets of communes as outlines for the map: dissolved in degrees, so that they keep the communes'
 * vertices to the last digit. */
#ifndef MAILLE_STEPS_OUTLINES_H
#define MAILLE_STEPS_OUTLINES_H

#include "steps/step.h"

/* Groups as CSR over communes. Defects of the coverage go to the remarks (may be NULL). */
maille_status outlines_new(maille_ctx *ctx, loads *l, const uint32_t *start,
                           const uint32_t *members, uint32_t count, remarks *r,
                           maille_shapes **out);
/* Sets cell (row, column) of a table to shape i as WKB. */
maille_status set_outline(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                          const maille_shapes *shapes, uint32_t i);
/* Sets a cell to a JSON array of texts. */
maille_status set_texts(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                        const char *const *texts, uint32_t count);
/* The same of the numbered names. */
maille_status set_codes(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                        const char *const *names, const uint32_t *numbers, uint32_t count);
/* CSR of communes by group number; MAILLE_ABSENT in none. `start` has groups + 1 entries; both
 * blocks are the caller's. */
maille_status group_communes(maille_ctx *ctx, const uint32_t *group, uint32_t count,
                             uint32_t groups, uint32_t **start, uint32_t **members);

#endif
