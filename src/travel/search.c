/* Dijkstra's search with a 4-ary heap. */
#include "travel/search.h"

#include <maille/memory.h>

maille_status travel_search_init(maille_ctx *ctx, travel_search *search,
                                 const maille_network *network, maille_direction direction,
                                 uint32_t limit_ms) {
    bool forward = direction == MAILLE_FROM;
    search->first = forward ? network->first_out : network->first_in;
    search->other = forward ? network->head : network->tail;
    search->weight = forward ? network->out_ms : network->in_ms;
    search->limit_ms = limit_ms < MAILLE_UNREACHED ? limit_ms : MAILLE_UNREACHED - 1;
    return maille_heap_init(&search->heap, network->node_count) ? MAILLE_OK : maille_no_memory(ctx);
}

void travel_search_clear(travel_search *search) {
    maille_heap_free(&search->heap);
}

/* Static, so that the step need not call it through the table of the shared library. */
static inline void reach(travel_search *search, uint32_t node, uint32_t ms, uint32_t source) {
    maille_heap *heap = &search->heap;
    if (search->ms[node] != MAILLE_UNREACHED)
        return;
    if (search->which) {
        bool waiting = heap->places[node] != 0;
        if (!waiting || ms < heap->keys[node] ||
            (ms == heap->keys[node] && source < search->which[node]))
            search->which[node] = source;
    }
    maille_heap_push(heap, node, ms);
}

void travel_search_seed(travel_search *search, uint32_t node, uint32_t ms, uint32_t source) {
    if (ms <= search->limit_ms)
        reach(search, node, ms, source);
}

bool travel_search_step(travel_search *search, uint32_t *node, uint32_t *ms) {
    if (!maille_heap_pop(&search->heap, node, ms))
        return false;
    uint32_t here = *node, time = *ms;
    uint32_t source = search->which ? search->which[here] : 0;
    search->ms[here] = time;
    for (uint32_t arc = search->first[here]; arc < search->first[here + 1]; arc++) {
        uint64_t total = (uint64_t)time + search->weight[arc];
        if (total <= search->limit_ms)
            reach(search, search->other[arc], (uint32_t)total, source);
    }
    return true;
}
