/* What contracting one node takes: the shortcuts that no other way makes needless (internal to the
 * room). */
#ifndef MAILLE_NETWORK_HIERARCHY_WITNESS_H
#define MAILLE_NETWORK_HIERARCHY_WITNESS_H

#include "network/hierarchy_graph.h"

typedef struct hierarchy_witness hierarchy_witness; /* scratch of one thread, of a fixed size */
hierarchy_witness *hierarchy_witness_new(void);     /* NULL when memory ran out */
void hierarchy_witness_free(hierarchy_witness *witness);

/* How far other ways are looked for: nodes of a search. A search that gives up costs a shortcut,
 * never exactness. */
typedef struct {
    uint32_t settled, hops;
} hierarchy_effort;

/* Arcs that go with the node and those that come, and the roads which these stand for. */
typedef struct {
    uint32_t removed, added, removed_roads, added_roads;
} hierarchy_balance;

typedef MAILLE_VEC(hierarchy_shortcut) hierarchy_shortcuts;

/* `going` (may be NULL) tells nodes that leave together with this one: other ways must not use
 * them. `found` (may be NULL) takes the shortcuts; false when memory ran out for it. */
bool hierarchy_contract(const hierarchy_graph *graph, hierarchy_witness *witness, uint32_t node,
                        hierarchy_effort effort, const unsigned char *going,
                        hierarchy_balance *balance, hierarchy_shortcuts *found);

#endif
