/* Texts that name communes, understood as rows of a list are. */
#ifndef STEPS_LISTS_H
#define STEPS_LISTS_H

#include <maille/edit.h>

/* Each of `count` texts: a code or a name, and a name beside it where `names` has one (may be
 * NULL); the same commune may come again. Rows and their texts in `arena`; `row` counts from 1. */
maille_status list_understand(maille_ctx *ctx, maille_store *store, const char *const *texts,
                              const char *const *names, size_t count, maille_arena *arena,
                              maille_list_row **rows);

#endif
