/* What remains of a road graph while its nodes are contracted (internal to the room).
 *
 * The links of a node lie side by side, one for each neighbour with both directions, in a block
 * that grows by doubling; blocks that are left are used again. */
#ifndef MAILLE_NETWORK_HIERARCHY_GRAPH_H
#define MAILLE_NETWORK_HIERARCHY_GRAPH_H

#include <maille/network.h>
#include <maille/vec.h>

typedef struct {
    uint32_t other;
    uint32_t out_ms, in_ms; /* to the neighbour and from it; MAILLE_NO_ARC */
    uint16_t out_arcs,
        in_arcs; /* roads that the arc stands for, 1 for a road's own; at most 65535 */
} hierarchy_link;

#define HIERARCHY_SIZES 32
typedef struct {
    uint32_t first;          /* in `links` */
    uint32_t count : 27;     /* links of the node */
    uint32_t size_class : 5; /* the block has room for 1 << size_class */
} hierarchy_block;

typedef struct {
    uint32_t node_count;
    hierarchy_block *blocks; /* of each node */
    hierarchy_link *links;
    size_t used, capacity;
    uint32_t left[HIERARCHY_SIZES]; /* first unused block of each size, chained by `other` */
} hierarchy_graph;

/* An arc that stands for a way over a contracted node. */
typedef struct {
    uint32_t from, to, ms, arcs;
} hierarchy_shortcut;

/* For loops over millions of nodes on one thread: now and then, whether the work was cancelled. */
static inline maille_status hierarchy_cancelled(maille_ctx *ctx, size_t i) {
    return i % 65536 == 0 ? maille_cancelled(ctx) : MAILLE_OK;
}

maille_status hierarchy_graph_make(maille_ctx *ctx, const maille_network *network,
                                   hierarchy_graph *out);
void hierarchy_graph_clear(hierarchy_graph *graph);
static inline const hierarchy_link *hierarchy_links(const hierarchy_graph *graph, uint32_t node) {
    return graph->links + graph->blocks[node].first;
}
/* Takes the link to `other` out of the node's. */
void hierarchy_graph_unlink(hierarchy_graph *graph, uint32_t node, uint32_t other);
/* The node has no links any more. */
void hierarchy_graph_drop(hierarchy_graph *graph, uint32_t node);
/* Adds an arc, or lowers the one that is there; false when memory ran out. */
bool hierarchy_graph_add(hierarchy_graph *graph, const hierarchy_shortcut *shortcut);

#endif
