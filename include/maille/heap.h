/* An addressable 4-ary heap of node numbers by 32-bit key, for Dijkstra searches (room: base).
 * Equal keys leave in the order of node numbers, so searches are deterministic. */
#ifndef MAILLE_HEAP_H
#define MAILLE_HEAP_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t *slots;  /* node at each place of the heap */
    uint32_t *places; /* place of each node + 1; 0 = not in the heap */
    uint32_t *keys;   /* key of each node, valid while it is in the heap */
    uint32_t count, nodes;
} maille_heap;

bool maille_heap_init(maille_heap *heap, uint32_t nodes); /* false when memory ran out */
void maille_heap_free(maille_heap *heap);
void maille_heap_clear(maille_heap *heap); /* O(entries), not O(nodes) */
/* Inserts, or lowers the key; a key that is not lower changes nothing. */
void maille_heap_push(maille_heap *heap, uint32_t node, uint32_t key);
/* False when empty. */
bool maille_heap_pop(maille_heap *heap, uint32_t *node, uint32_t *key);

#endif
