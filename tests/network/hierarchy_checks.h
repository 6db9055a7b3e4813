/* What the tests of the hierarchy share: a climb from both ends that is as plain as can be, the
 * form that a hierarchy must have, plain Dijkstra, chance. */
#ifndef MAILLE_TESTS_HIERARCHY_CHECKS_H
#define MAILLE_TESTS_HIERARCHY_CHECKS_H

#include <maille/heap.h>
#include <maille/hierarchy.h>

#include "harness.h"

/* 0 ≤ result < bound */
static inline uint32_t check_random(uint64_t *seed, uint32_t bound) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % bound);
}

/* Sorted climbing arcs, each to a lower place, places a permutation. */
static inline bool check_climb_form(uint32_t nodes, const maille_climb *climb) {
    bool ok = climb->first[0] == 0;
    for (uint32_t p = 0; p < nodes && ok; p++) {
        ok = climb->first[p] <= climb->first[p + 1];
        for (uint32_t i = climb->first[p]; i < climb->first[p + 1] && ok; i++)
            ok = climb->other[i] < p && climb->ms[i] < MAILLE_UNREACHED &&
                 (i == climb->first[p] || climb->other[i - 1] < climb->other[i]);
    }
    return ok;
}

static inline bool check_form(const maille_network *n, const maille_hierarchy *h) {
    uint64_t arcs = (uint64_t)h->out.first[h->node_count] + h->in.first[h->node_count];
    bool ok = h->node_count == n->node_count && h->shortcuts <= arcs &&
              arcs - h->shortcuts <= n->arc_count;
    for (uint32_t v = 0; v < h->node_count && ok; v++)
        ok = h->place[v] < h->node_count && h->node[h->place[v]] == v;
    return ok && check_climb_form(h->node_count, &h->out) &&
           check_climb_form(h->node_count, &h->in);
}

static inline bool check_same_climb(uint32_t nodes, const maille_climb *a, const maille_climb *b) {
    size_t arcs = a->first[nodes];
    return memcmp(a->first, b->first, ((size_t)nodes + 1) * sizeof *a->first) == 0 &&
           (arcs == 0 || (memcmp(a->other, b->other, arcs * sizeof *a->other) == 0 &&
                          memcmp(a->ms, b->ms, arcs * sizeof *a->ms) == 0));
}

static inline bool check_same(const maille_hierarchy *a, const maille_hierarchy *b) {
    size_t bytes = a->node_count * sizeof *a->place;
    return a->node_count == b->node_count && a->shortcuts == b->shortcuts &&
           (bytes == 0 ||
            (memcmp(a->place, b->place, bytes) == 0 && memcmp(a->node, b->node, bytes) == 0)) &&
           check_same_climb(a->node_count, &a->out, &b->out) &&
           check_same_climb(a->node_count, &a->in, &b->in);
}

/* Two full climbs, nothing clever. */
typedef struct {
    maille_heap heap;
    uint32_t *ms[2], *met[2], met_count[2];
} check_climber;

static inline check_climber check_climber_new(uint32_t nodes) {
    check_climber c = {0};
    if (!maille_heap_init(&c.heap, nodes))
        exit(1);
    for (int side = 0; side < 2; side++) {
        c.ms[side] = malloc((nodes + 1) * sizeof(uint32_t));
        c.met[side] = malloc((nodes + 1) * sizeof(uint32_t));
        memset(c.ms[side], 0xFF, (nodes + 1) * sizeof(uint32_t));
    }
    return c;
}

static inline void check_climber_free(check_climber *c) {
    maille_heap_free(&c->heap);
    for (int side = 0; side < 2; side++) {
        free(c->ms[side]);
        free(c->met[side]);
    }
}

static inline void check_climb_from(const maille_climb *climb, check_climber *c, int side,
                                    uint32_t place) {
    uint32_t p, ms;
    maille_heap_push(&c->heap, place, 0);
    while (maille_heap_pop(&c->heap, &p, &ms)) {
        c->ms[side][p] = ms;
        c->met[side][c->met_count[side]++] = p;
        for (uint32_t i = climb->first[p]; i < climb->first[p + 1]; i++) {
            uint64_t further = (uint64_t)ms + climb->ms[i];
            if (further < c->ms[side][climb->other[i]])
                maille_heap_push(&c->heap, climb->other[i], (uint32_t)further);
        }
    }
}

/* Time between two nodes of the network. */
static inline uint32_t check_climb(const maille_hierarchy *h, check_climber *c, uint32_t from,
                                   uint32_t to) {
    uint64_t best = MAILLE_UNREACHED;
    check_climb_from(&h->out, c, 0, h->place[from]);
    check_climb_from(&h->in, c, 1, h->place[to]);
    for (uint32_t i = 0; i < c->met_count[0]; i++) {
        uint32_t p = c->met[0][i], there = c->ms[0][p], back = c->ms[1][p];
        if (back != MAILLE_UNREACHED && (uint64_t)there + back < best)
            best = (uint64_t)there + back;
    }
    for (int side = 0; side < 2; side++) {
        while (c->met_count[side])
            c->ms[side][c->met[side][--c->met_count[side]]] = MAILLE_UNREACHED;
    }
    return (uint32_t)best;
}

/* Plain Dijkstra on the network. */
static inline void check_dijkstra(const maille_network *n, maille_heap *heap, uint32_t from,
                                  uint32_t *times) {
    uint32_t v, ms;
    memset(times, 0xFF, n->node_count * sizeof *times);
    maille_heap_push(heap, from, 0);
    while (maille_heap_pop(heap, &v, &ms)) {
        times[v] = ms;
        for (uint32_t i = n->first_out[v]; i < n->first_out[v + 1]; i++)
            if (times[n->head[i]] == MAILLE_UNREACHED &&
                (uint64_t)ms + n->out_ms[i] < MAILLE_UNREACHED)
                maille_heap_push(heap, n->head[i], ms + n->out_ms[i]);
    }
}

#endif
