/* Strongly connected components by Tarjan's algorithm, with a stack of our own: a road of a million
 * nodes must not end the program. */
#include <string.h>

#include <maille/memory.h>

#include "network/draft.h"

#define NONE UINT32_MAX

typedef struct {
    const maille_network *network;
    uint32_t *order, *low; /* order of discovery; least order that the node gets back to */
    uint32_t *next_arc;    /* where the scan of the node's arcs stands */
    uint32_t *open, *path; /* nodes without a component yet; nodes on the way down */
    uint32_t open_count, path_count, discovered, components;
    uint32_t *component;
} tarjan;

static void discover(tarjan *t, uint32_t v) {
    t->order[v] = t->low[v] = t->discovered++;
    t->next_arc[v] = t->network->first_out[v];
    t->open[t->open_count++] = v;
    t->path[t->path_count++] = v;
}

static void close_component(tarjan *t, uint32_t root) {
    uint32_t v;
    do {
        v = t->open[--t->open_count];
        t->component[v] = t->components;
    } while (v != root);
    t->components++;
}

static void walk_from(tarjan *t, uint32_t start) {
    discover(t, start);
    while (t->path_count) {
        uint32_t v = t->path[t->path_count - 1];
        if (t->next_arc[v] < t->network->first_out[v + 1]) {
            uint32_t w = t->network->head[t->next_arc[v]++];
            if (t->order[w] == NONE)
                discover(t, w);
            else if (t->component[w] == NONE && t->order[w] < t->low[v])
                t->low[v] = t->order[w];
            continue;
        }
        if (t->low[v] == t->order[v])
            close_component(t, v);
        t->path_count--;
        if (t->path_count) {
            uint32_t parent = t->path[t->path_count - 1];
            if (t->low[v] < t->low[parent])
                t->low[parent] = t->low[v];
        }
    }
}

/* Numbers components by their first node, so that numbers do not depend on the walk. */
static void renumber(tarjan *t, uint32_t nodes) {
    uint32_t next = 0;
    memset(t->low, 0xFF, (size_t)nodes * sizeof *t->low);
    for (uint32_t v = 0; v < nodes; v++) {
        uint32_t *number = &t->low[t->component[v]];
        if (*number == NONE)
            *number = next++;
        t->component[v] = *number;
    }
}

maille_status network_make_components(maille_ctx *ctx, maille_network *network) {
    size_t nodes = network->node_count;
    tarjan t = {.network = network};
    uint32_t *block = maille_alloc(nodes, 5 * sizeof *block);
    network->component = maille_alloc(nodes, sizeof *network->component);
    if (!block || !network->component) {
        maille_free(block);
        return maille_no_memory(ctx);
    }
    t.order = block;
    t.low = block + nodes;
    t.next_arc = block + 2 * nodes;
    t.open = block + 3 * nodes;
    t.path = block + 4 * nodes;
    t.component = network->component;
    memset(t.order, 0xFF, nodes * sizeof *t.order);
    memset(t.component, 0xFF, nodes * sizeof *t.component);
    for (uint32_t v = 0; v < network->node_count; v++)
        if (t.order[v] == NONE)
            walk_from(&t, v);
    renumber(&t, network->node_count);
    network->component_count = t.components;
    maille_free(block);
    return MAILLE_OK;
}
