/* From contracted nodes to a hierarchy (internal to the room). */
#ifndef MAILLE_NETWORK_HIERARCHY_ORDER_H
#define MAILLE_NETWORK_HIERARCHY_ORDER_H

#include <maille/hierarchy.h>

#include "network/hierarchy_graph.h"

/* What a node was joined with when it was contracted: links [first, first + count) of `links`. All
 * of these nodes are of a higher level. */
typedef struct {
    uint64_t first;
    uint32_t count, level;
} hierarchy_contracted;

typedef MAILLE_VEC(hierarchy_link) hierarchy_link_list;

/* Places by level, the highest first, and the climbing arcs. */
maille_status hierarchy_arrange(maille_ctx *ctx, uint32_t node_count,
                                const hierarchy_contracted *contracted,
                                const hierarchy_link_list *links, maille_hierarchy **out);

#endif
