/* The remaining graph of a contraction. */
#include "network/hierarchy_graph.h"

#include <string.h>

#include <maille/memory.h>

#define NONE UINT32_MAX
#define MOST_ARCS UINT16_MAX

static uint32_t class_for(uint32_t count) {
    uint32_t size_class = 0;
    while ((uint64_t)1 << size_class < count)
        size_class++;
    return size_class;
}

/* A block of this size, used before or new at the end; false when memory ran out. */
static bool take_block(hierarchy_graph *graph, uint32_t size_class, uint32_t *first) {
    size_t wanted = graph->used + ((size_t)1 << size_class);
    *first = graph->left[size_class];
    if (*first != NONE) {
        graph->left[size_class] = graph->links[*first].other;
        return true;
    }
    if (wanted >= NONE ||
        (wanted > graph->capacity &&
         !maille_vec_grow((void **)&graph->links, &graph->capacity, wanted, sizeof *graph->links)))
        return false;
    *first = (uint32_t)graph->used;
    graph->used = wanted;
    return true;
}

static void leave_block(hierarchy_graph *graph, uint32_t first, uint32_t size_class) {
    graph->links[first].other = graph->left[size_class];
    graph->left[size_class] = first;
}

static bool grow_block(hierarchy_graph *graph, hierarchy_block *block) {
    uint32_t first;
    if (!take_block(graph, block->size_class + 1u, &first))
        return false;
    memcpy(graph->links + first, graph->links + block->first, block->count * sizeof *graph->links);
    leave_block(graph, block->first, block->size_class);
    block->first = first;
    block->size_class = (block->size_class + 1u) & 31u;
    return true;
}

/* Merges the arcs from and to a node, both sorted by the other end, into links. */
static uint32_t merge_arcs(const maille_network *n, uint32_t v, hierarchy_link *links) {
    uint32_t out = n->first_out[v], in = n->first_in[v], count = 0;
    uint32_t out_end = n->first_out[v + 1], in_end = n->first_in[v + 1];
    while (out < out_end || in < in_end) {
        uint32_t head = out < out_end ? n->head[out] : NONE,
                 tail = in < in_end ? n->tail[in] : NONE;
        hierarchy_link link = {head < tail ? head : tail, MAILLE_NO_ARC, MAILLE_NO_ARC, 0, 0};
        if (link.other == head) {
            link.out_ms = n->out_ms[out++];
            link.out_arcs = 1;
        }
        if (link.other == tail) {
            link.in_ms = n->in_ms[in++];
            link.in_arcs = 1;
        }
        links[count++] = link;
    }
    return count;
}

maille_status hierarchy_graph_make(maille_ctx *ctx, const maille_network *network,
                                   hierarchy_graph *out) {
    maille_status status = MAILLE_OK;
    uint32_t most = 0;
    memset(out, 0, sizeof *out);
    memset(out->left, 0xFF, sizeof out->left);
    out->node_count = network->node_count;
    out->blocks = maille_alloc(network->node_count, sizeof *out->blocks);
    for (uint32_t v = 0; v < network->node_count; v++) {
        uint32_t arcs = network->first_out[v + 1] - network->first_out[v] +
                        network->first_in[v + 1] - network->first_in[v];
        most = arcs > most ? arcs : most;
    }
    hierarchy_link *links = maille_alloc(most, sizeof *links);
    if (!out->blocks || !links) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t v = 0; v < network->node_count; v++) {
        hierarchy_block *block = &out->blocks[v];
        uint32_t count = merge_arcs(network, v, links);
        uint32_t first, size_class = class_for(count);
        MAILLE_TRY(hierarchy_cancelled(ctx, v));
        if (!take_block(out, size_class, &first)) {
            status = maille_no_memory(ctx);
            goto done;
        }
        if (count)
            memcpy(out->links + first, links, count * sizeof *links);
        block->first = first;
        block->count = count & 0x7FFFFFFu;
        block->size_class = size_class & 31u;
    }
done:
    maille_free(links);
    if (status)
        hierarchy_graph_clear(out);
    return status;
}

void hierarchy_graph_clear(hierarchy_graph *graph) {
    maille_free(graph->blocks);
    maille_free(graph->links);
    memset(graph, 0, sizeof *graph);
}

static hierarchy_link *find(const hierarchy_graph *graph, uint32_t node, uint32_t other) {
    const hierarchy_block *block = &graph->blocks[node];
    hierarchy_link *link = graph->links + block->first, *end = link + block->count;
    while (link < end && link->other != other)
        link++;
    return link < end ? link : NULL;
}

void hierarchy_graph_unlink(hierarchy_graph *graph, uint32_t node, uint32_t other) {
    hierarchy_block *block = &graph->blocks[node];
    hierarchy_link *link = find(graph, node, other);
    if (link) {
        block->count--;
        *link = graph->links[block->first + block->count];
    }
}

void hierarchy_graph_drop(hierarchy_graph *graph, uint32_t node) {
    hierarchy_block *block = &graph->blocks[node];
    leave_block(graph, block->first, block->size_class);
    block->count = 0;
}

static hierarchy_link *find_or_add(hierarchy_graph *graph, uint32_t node, uint32_t other) {
    hierarchy_link *link = find(graph, node, other);
    hierarchy_block *block = &graph->blocks[node];
    if (link)
        return link;
    if (block->count == (size_t)1 << block->size_class && !grow_block(graph, block))
        return NULL;
    link = graph->links + block->first + block->count++;
    *link = (hierarchy_link){other, MAILLE_NO_ARC, MAILLE_NO_ARC, 0, 0};
    return link;
}

bool hierarchy_graph_add(hierarchy_graph *graph, const hierarchy_shortcut *shortcut) {
    uint16_t arcs = (uint16_t)(shortcut->arcs < MOST_ARCS ? shortcut->arcs : MOST_ARCS);
    hierarchy_link *link = find_or_add(graph, shortcut->from, shortcut->to);
    if (!link)
        return false;
    if (link->out_ms <= shortcut->ms)
        return true;
    link->out_ms = shortcut->ms;
    link->out_arcs = arcs;
    link = find_or_add(graph, shortcut->to, shortcut->from);
    if (!link)
        return false;
    link->in_ms = shortcut->ms;
    link->in_arcs = arcs;
    return true;
}
