/* Arcs from edges: forward and backward adjacency as CSR arrays, by counting sorts only. */
#include <string.h>

#include <maille/memory.h>

#include "network/draft.h"

/* Stable counting sort of arcs by tail (or head); `place` holds node_count + 1 numbers. */
static void sort_arcs(const network_arc *from, network_arc *to, uint32_t count, bool by_head,
                      uint32_t *place, uint32_t node_count) {
    memset(place, 0, ((size_t)node_count + 1) * sizeof *place);
    for (uint32_t i = 0; i < count; i++)
        place[(by_head ? from[i].head : from[i].tail) + 1]++;
    for (uint32_t v = 0; v < node_count; v++)
        place[v + 1] += place[v];
    for (uint32_t i = 0; i < count; i++)
        to[place[by_head ? from[i].head : from[i].tail]++] = from[i];
}

static uint32_t list_arcs(const maille_network *network, network_arc *arcs) {
    uint32_t count = 0;
    for (uint32_t e = 0; e < network->edge_count; e++) {
        uint32_t from = network->edge_from[e], to = network->edge_to[e];
        if (network->edge_ms[e] != MAILLE_NO_ARC)
            arcs[count++] = (network_arc){from, to, network->edge_ms[e]};
        if (network->edge_back_ms[e] != MAILLE_NO_ARC)
            arcs[count++] = (network_arc){to, from, network->edge_back_ms[e]};
    }
    return count;
}

/* Arcs sorted by tail and head; of parallels the least stays. */
static uint32_t keep_least(network_arc *arcs, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        network_arc *last = kept ? &arcs[kept - 1] : NULL;
        if (!last || last->tail != arcs[i].tail || last->head != arcs[i].head)
            arcs[kept++] = arcs[i];
        else if (arcs[i].ms < last->ms)
            last->ms = arcs[i].ms;
    }
    return kept;
}

/* Writes arcs sorted by one end as CSR: `first` over that end, the other end and weight beside. */
static void write_csr(const network_arc *arcs, uint32_t count, bool by_head, uint32_t node_count,
                      uint32_t *first, uint32_t *other, uint32_t *ms) {
    memset(first, 0, ((size_t)node_count + 1) * sizeof *first);
    for (uint32_t i = 0; i < count; i++) {
        first[(by_head ? arcs[i].head : arcs[i].tail) + 1]++;
        other[i] = by_head ? arcs[i].tail : arcs[i].head;
        ms[i] = arcs[i].ms;
    }
    for (uint32_t v = 0; v < node_count; v++)
        first[v + 1] += first[v];
}

static bool allocate(maille_network *network) {
    size_t nodes = (size_t)network->node_count + 1, arcs = network->arc_count;
    network->first_out = maille_alloc(nodes, sizeof(uint32_t));
    network->head = maille_alloc(arcs, sizeof(uint32_t));
    network->out_ms = maille_alloc(arcs, sizeof(uint32_t));
    network->first_in = maille_alloc(nodes, sizeof(uint32_t));
    network->tail = maille_alloc(arcs, sizeof(uint32_t));
    network->in_ms = maille_alloc(arcs, sizeof(uint32_t));
    return network->first_out && network->head && network->out_ms && network->first_in &&
           network->tail && network->in_ms;
}

static void drop_arcs(maille_network *network) {
    uint32_t **arrays[] = {&network->first_out, &network->head, &network->out_ms,
                           &network->first_in,  &network->tail, &network->in_ms};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        maille_free(*arrays[i]);
        *arrays[i] = NULL;
    }
}

maille_status network_set_arcs(maille_ctx *ctx, maille_network *network, network_arc *arcs,
                               uint32_t count) {
    maille_status status = MAILLE_OK;
    uint32_t nodes = network->node_count;
    network_arc *sorted = maille_alloc(count, sizeof *sorted);
    uint32_t *place = maille_alloc((size_t)nodes + 1, sizeof *place);
    if (!sorted || !place) {
        status = maille_no_memory(ctx);
        goto done;
    }
    sort_arcs(arcs, sorted, count, true, place, nodes);
    sort_arcs(sorted, arcs, count, false, place, nodes); /* stable: by tail, then head */
    count = keep_least(arcs, count);
    network->arc_count = count;
    drop_arcs(network);
    if (!allocate(network)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    write_csr(arcs, count, false, nodes, network->first_out, network->head, network->out_ms);
    sort_arcs(arcs, sorted, count, true, place, nodes); /* stable: by head, then tail */
    write_csr(sorted, count, true, nodes, network->first_in, network->tail, network->in_ms);
done:
    maille_free(sorted);
    maille_free(place);
    return status;
}

maille_status network_make_arcs(maille_ctx *ctx, maille_network *network) {
    network_arc *arcs = maille_alloc((size_t)network->edge_count * 2, sizeof *arcs);
    if (!arcs)
        return maille_no_memory(ctx);
    maille_status status = network_set_arcs(ctx, network, arcs, list_arcs(network, arcs));
    maille_free(arcs);
    return status;
}
