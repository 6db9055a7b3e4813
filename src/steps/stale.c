/* What writers saw of the perimeters that they touch, against what stands. */
#include "steps/history.h"

void maille_stale_free(maille_stale *stale) {
    if (!stale)
        return;
    for (uint32_t i = 0; stale->items && i < stale->count; i++) {
        maille_differences_free(stale->items[i].differences);
        maille_table_free(stale->items[i].changes);
    }
    maille_free(stale->items);
    maille_arena_free(stale->arena);
    maille_free(stale);
}
