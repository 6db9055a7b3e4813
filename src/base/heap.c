/* An addressable 4-ary heap of nodes by key, equal keys by node number. */
#include <maille/heap.h>

#include <maille/memory.h>

#define ARITY 4u

bool maille_heap_init(maille_heap *heap, uint32_t nodes) {
    *heap = (maille_heap){.nodes = nodes};
    heap->slots = maille_alloc(nodes, sizeof *heap->slots);
    heap->places = maille_alloc(nodes, sizeof *heap->places);
    heap->keys = maille_alloc(nodes, sizeof *heap->keys);
    if (heap->slots && heap->places && heap->keys)
        return true;
    maille_heap_free(heap);
    return false;
}

void maille_heap_free(maille_heap *heap) {
    if (!heap)
        return;
    maille_free(heap->slots);
    maille_free(heap->places);
    maille_free(heap->keys);
    *heap = (maille_heap){0};
}

void maille_heap_clear(maille_heap *heap) {
    for (uint32_t i = 0; i < heap->count; i++)
        heap->places[heap->slots[i]] = 0;
    heap->count = 0;
}

static bool leaves_before(const maille_heap *heap, uint32_t a, uint32_t b) {
    uint32_t key_a = heap->keys[a], key_b = heap->keys[b];
    return key_a < key_b || (key_a == key_b && a < b);
}

static void put(maille_heap *heap, uint32_t place, uint32_t node) {
    heap->slots[place] = node;
    heap->places[node] = place + 1;
}

static void rise(maille_heap *heap, uint32_t place, uint32_t node) {
    while (place > 0) {
        uint32_t parent = (place - 1) / ARITY;
        if (!leaves_before(heap, node, heap->slots[parent]))
            break;
        put(heap, place, heap->slots[parent]);
        place = parent;
    }
    put(heap, place, node);
}

static void sink(maille_heap *heap, uint32_t place, uint32_t node) {
    for (;;) {
        uint64_t first = (uint64_t)place * ARITY + 1;
        if (first >= heap->count)
            break;
        uint64_t end = first + ARITY < heap->count ? first + ARITY : heap->count;
        uint32_t least = (uint32_t)first;
        for (uint32_t child = least + 1; child < end; child++)
            if (leaves_before(heap, heap->slots[child], heap->slots[least]))
                least = child;
        if (!leaves_before(heap, heap->slots[least], node))
            break;
        put(heap, place, heap->slots[least]);
        place = least;
    }
    put(heap, place, node);
}

void maille_heap_push(maille_heap *heap, uint32_t node, uint32_t key) {
    uint32_t place = heap->places[node];
    if (place == 0)
        place = ++heap->count;
    else if (key >= heap->keys[node])
        return;
    heap->keys[node] = key;
    rise(heap, place - 1, node);
}

bool maille_heap_pop(maille_heap *heap, uint32_t *node, uint32_t *key) {
    if (heap->count == 0)
        return false;
    uint32_t top = heap->slots[0];
    *node = top;
    *key = heap->keys[top];
    heap->places[top] = 0;
    heap->count--;
    if (heap->count > 0)
        sink(heap, 0, heap->slots[heap->count]);
    return true;
}
