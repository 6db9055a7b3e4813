/* The roads on foot: made when somebody first asks for them, then shared by all threads. */
#include "live/reach.h"

#include <maille/memory.h>
#include <maille/rules.h>
#include <stdatomic.h>

struct reach_foot {
    _Atomic(reach_mode *) made;
};

static void free_mode(reach_mode *mode) {
    if (!mode)
        return;
    maille_snapper_free(mode->snapper);
    maille_network_on_foot_free(mode->network);
    maille_free(mode);
}

maille_status reach_foot_new(maille_ctx *ctx, reach_foot **out) {
    *out = maille_alloc(1, sizeof **out);
    if (!*out)
        return maille_no_memory(ctx);
    atomic_init(&(*out)->made, NULL);
    return MAILLE_OK;
}

void reach_foot_free(reach_foot *foot) {
    if (!foot)
        return;
    free_mode(atomic_load(&foot->made));
    maille_free(foot);
}

static maille_status read_walk(maille_ctx *ctx, maille_walk *out) {
    char *folder = NULL;
    maille_strbuf path = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_layers_folder(ctx, &folder));
    maille_strbuf_addf(&path, "%s/rules/profiles/foot.yaml", folder);
    MAILLE_TRY(path.failed ? maille_no_memory(ctx) : maille_walk_read(ctx, path.text, out));
done:
    maille_strbuf_free(&path);
    maille_free(folder);
    return status;
}

static maille_status make(maille_ctx *ctx, const maille_roads *roads, reach_mode **out) {
    reach_mode *mode = maille_alloc(1, sizeof *mode);
    maille_status status = mode ? MAILLE_OK : maille_no_memory(ctx);
    MAILLE_TRY(status);
    MAILLE_TRY(read_walk(ctx, &mode->walk));
    MAILLE_TRY(maille_network_on_foot(ctx, roads->car.network, &mode->walk, &mode->network));
    MAILLE_TRY(maille_snapper_new(ctx, mode->network, NULL, &mode->snapper));
    *out = mode;
    mode = NULL;
done:
    free_mode(mode);
    return status;
}

/* Of two threads that make them at the same time the first's are kept. */
maille_status reach_on_foot(maille_ctx *ctx, const maille_roads *roads, const reach_mode **out) {
    reach_mode *mode = NULL, *none = NULL;
    if ((*out = atomic_load(&roads->foot->made)))
        return MAILLE_OK;
    maille_status status = make(ctx, roads, &mode);
    if (status)
        return status;
    if (!atomic_compare_exchange_strong(&roads->foot->made, &none, mode)) {
        free_mode(mode);
        mode = none;
    }
    *out = mode;
    return MAILLE_OK;
}
