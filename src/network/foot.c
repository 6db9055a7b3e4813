/* A network on foot, where only how it is driven is known. */
#include <maille/memory.h>

#include "network/draft.h"
#include "network/profile.h"

maille_status maille_walk_read(maille_ctx *ctx, const char *path, maille_walk *out) {
    network_profile *profile = NULL;
    maille_status status = network_profile_read(ctx, path, &profile);
    if (!status && !(profile->driven_kmh > 0))
        status =
            maille_fail(ctx, MAILLE_REFUSED, "%s did not tell how driven roads are walked", path);
    if (!status)
        *out = (maille_walk){profile->driven_kmh, profile->closed_above_kmh};
    network_profile_free(profile);
    return status;
}

/* Milliseconds on foot; MAILLE_NO_ARC where nobody drives, or drives faster than walking is allowed
 * beside. */
static uint32_t walk_ms(const maille_network *driven, uint32_t edge, const maille_walk *how) {
    double length = driven->edge_length_m[edge];
    uint32_t there = driven->edge_ms[edge], back = driven->edge_back_ms[edge];
    uint32_t quickest = there < back ? there : back;
    if (!(length >= 0) || quickest == MAILLE_NO_ARC ||
        quickest < maille_arc_ms(length, how->closed_above_kmh))
        return MAILLE_NO_ARC;
    return maille_arc_ms(length, how->kmh);
}

maille_status maille_network_on_foot(maille_ctx *ctx, const maille_network *driven,
                                     const maille_walk *how, maille_network **out) {
    maille_status status = MAILLE_OK;
    maille_network *n = maille_alloc(1, sizeof *n);
    uint32_t *ms = maille_alloc((size_t)driven->edge_count + 1, sizeof *ms);
    if (!n || !ms) {
        maille_free(n);
        maille_free(ms);
        return maille_no_memory(ctx);
    }
    *n = (maille_network){.node_count = driven->place_count,
                          .place_count = driven->place_count,
                          .edge_count = driven->edge_count,
                          .node_xy = driven->node_xy,
                          .edge_from = driven->edge_from,
                          .edge_to = driven->edge_to,
                          .edge_ms = ms,
                          .edge_back_ms = ms,
                          .edge_twin = driven->edge_twin,
                          .edge_lines = driven->edge_lines,
                          .edge_length_m = driven->edge_length_m,
                          .node_names = driven->node_names};
    for (uint32_t e = 0; e < n->edge_count; e++)
        ms[e] = walk_ms(driven, e, how);
    status = network_make_arcs(ctx, n);
    if (!status)
        status = network_make_components(ctx, n);
    if (status)
        maille_network_on_foot_free(n);
    else
        *out = n;
    return status;
}

void maille_network_on_foot_free(maille_network *walked) {
    if (!walked)
        return;
    maille_free(walked->first_out);
    maille_free(walked->head);
    maille_free(walked->out_ms);
    maille_free(walked->first_in);
    maille_free(walked->tail);
    maille_free(walked->in_ms);
    maille_free(walked->component);
    maille_free(walked->edge_ms); /* both ways */
    maille_free(walked);
}
