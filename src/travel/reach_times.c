/* The sparse matrix within a limit. */
#include <maille/reach.h>
maille_status maille_reach_times(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, const maille_stop *origins,
                                 uint32_t origin_count, const maille_stop *destinations,
                                 uint32_t destination_count, uint32_t limit_ms,
                                 maille_matrix **out) {
    *out = NULL;
    if (hierarchy->node_count != network->node_count)
        return maille_fail(ctx, MAILLE_REFUSED, "the hierarchy was of another network");
    return maille_times(ctx, network, origins, origin_count, destinations, destination_count,
                        limit_ms, out);
}
