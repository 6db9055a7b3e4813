/* The contraction hierarchy of a road graph (room: network).
 *
 * Nodes are contracted one after another, the least important first; where that would lengthen a
 * shortest way, a shortcut takes its place (R. Geisberger, P. Sanders, D. Schultes, D. Delling,
 * "Contraction Hierarchies: Faster and Simpler Hierarchical Routing in Road Networks", 2008). A
 * shortest way then climbs and descends; one-to-all is a climb and one linear sweep (D. Delling,
 * A. Goldberg, A. Nowatzyk, R. Werneck, "PHAST", 2011).
 *
 * A node's place is its number in order of importance: 0 is the node contracted last. Places go by
 * level: a node's level is above those of all nodes that it was joined with and that went before
 * it, so nodes of one level have no arcs among themselves and lie side by side. Times are those of
 * the network, exact. The same hierarchy with 1 or N threads, byte for byte. Immutable;
 * shared by threads. */
#ifndef MAILLE_HIERARCHY_H
#define MAILLE_HIERARCHY_H

#include <maille/ctx.h>
#include <maille/network.h>
#include <stdint.h>

/* Arcs between a place and more important ones: those of place p are [first[p], first[p+1]), sorted
 * by the other end, each of them < p. */
typedef struct {
    uint32_t *first; /* node_count + 1 */
    uint32_t *other; /* places */
    uint32_t *ms;
} maille_climb;

typedef struct {
    uint32_t node_count;
    uint32_t *place;      /* of each node of the network */
    uint32_t *node;       /* at each place */
    maille_climb out, in; /* arcs p → other, and arcs other → p */
    uint64_t shortcuts;   /* among them */
    void *mapping;        /* NULL, or the graph file that the arrays lie in */
    uint64_t mapping_bytes;
} maille_hierarchy;

/* In parallel over independent nodes, with progress; can be cancelled. */
maille_status maille_hierarchy_build(maille_ctx *ctx, const maille_network *network,
                                     maille_hierarchy **out);
void maille_hierarchy_free(maille_hierarchy *hierarchy);

/* A file of the cache, as that of the network: versioned, checked on load (header, key, sizes,
 * checksum, every index within its bounds), memory-mapped. MAILLE_NOT_FOUND where it is absent or
 * of another key or version, MAILLE_REFUSED with a message where it is damaged: the caller builds.
 */
maille_status maille_hierarchy_save(maille_ctx *ctx, const maille_hierarchy *hierarchy,
                                    const char *path, const char *key);
maille_status maille_hierarchy_load(maille_ctx *ctx, const char *path, const char *key,
                                    maille_hierarchy **out);

#endif
