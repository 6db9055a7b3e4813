/* The writer's lock: a file beside the workspace that the system unlocks when its holder dies. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <maille/ctx.h>

/* Takes "<workspace>.lock" for `who`, waiting in turn for `wait_s` at most (0: not at all, before
 * those who wait); else MAILLE_BUSY names the holder. `file` is -1, or one that was kept; -1 on
 * failure. */
maille_status maille_lock_take(maille_ctx *ctx, const char *workspace, const char *who,
                               double wait_s, int *file);
/* Lets go of it and keeps the file, which is cheap to take again; drop removes it unless another
 * has the lock. -1 is fine. */
void maille_lock_rest(int file);
void maille_lock_drop(const char *workspace, int kept);
/* -1 is fine. */
void maille_lock_release(const char *workspace, int file);

#endif
