/* A store whose transactions are written late: what its calls of writing keep in memory meanwhile.
 */
#ifndef STORE_DEFER_H
#define STORE_DEFER_H

#include "store/internal.h"

#include <maille/provenance.h>

/* Each keeps a copy of what it was given until the transaction is committed; inside a transaction
 * of the caller, or one of its own. */
maille_status maille_defer_rows(maille_ctx *ctx, maille_store *store,
                                const maille_schema_table *table, bool deletes,
                                const maille_filter *scope, const maille_table *rows);
maille_status maille_defer_setting(maille_ctx *ctx, maille_store *store, const char *key,
                                   const char *value);
maille_status maille_defer_step(maille_ctx *ctx, maille_store *store, const maille_step_run *run);

/* Fails where the transaction has written to the table: it is not read back. */
maille_status maille_defer_readable(maille_ctx *ctx, const maille_store *store,
                                    const maille_schema_table *table);

/* A transaction begins: what it reads is one state, from here on. */
maille_status maille_defer_begin(maille_ctx *ctx, maille_store *store);
/* Takes the lock, writes what was kept as one transaction, lets go. */
maille_status maille_defer_commit(maille_ctx *ctx, maille_store *store);
/* Forgets what was kept. */
void maille_defer_forget(maille_store *store);
void maille_defer_free(struct maille_deferred *deferred);

#endif
