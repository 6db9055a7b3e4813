/* Edges drawn at the same place, as when a file gives a road's two directions as two lines. */
#include <stdlib.h>
#include <string.h>

#include <maille/memory.h>

#include "network/draft.h"

/* Edges with the same key may be twins; the drawing decides. */
typedef struct {
    uint32_t low, high; /* end nodes */
    uint64_t drawing;   /* sum over the points: the same in both directions */
    uint32_t edge;
} place;

static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t drawing_key(const maille_lines *lines, uint32_t line) {
    uint64_t sum = 0;
    for (uint32_t i = lines->start[line]; i < lines->start[line + 1]; i++)
        sum += mix(bits_of(lines->points[i].x) + mix(bits_of(lines->points[i].y)));
    return sum;
}

static int compare_places(const void *pa, const void *pb) {
    const place *a = pa, *b = pb;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->drawing != b->drawing)
        return a->drawing < b->drawing ? -1 : 1;
    return (a->edge > b->edge) - (a->edge < b->edge);
}

static bool same_drawing(const maille_network *network, uint32_t a, uint32_t b) {
    const maille_lines *lines = network->edge_lines;
    uint32_t count = lines->start[a + 1] - lines->start[a];
    if (count != lines->start[b + 1] - lines->start[b])
        return false;
    const maille_xy *p = lines->points + lines->start[a], *q = lines->points + lines->start[b];
    bool reversed = network->edge_from[a] != network->edge_from[b];
    for (uint32_t i = 0; i < count; i++) {
        const maille_xy *other = reversed ? &q[count - 1 - i] : &q[i];
        if (p[i].x != other->x || p[i].y != other->y)
            return false;
    }
    return true;
}

static bool same_place(const maille_network *network, const place *a, const place *b) {
    return a->low == b->low && a->high == b->high && a->drawing == b->drawing &&
           same_drawing(network, a->edge, b->edge);
}

maille_status network_make_twins(maille_ctx *ctx, maille_network *network) {
    uint32_t count = network->edge_count;
    place *places = maille_alloc(count, sizeof *places);
    network->edge_twin = maille_alloc(count, sizeof *network->edge_twin);
    if (!places || !network->edge_twin) {
        maille_free(places);
        return maille_no_memory(ctx);
    }
    for (uint32_t e = 0; e < count; e++) {
        uint32_t from = network->edge_from[e], to = network->edge_to[e];
        places[e] = (place){from < to ? from : to, from < to ? to : from,
                            drawing_key(network->edge_lines, e), e};
    }
    qsort(places, count, sizeof *places, compare_places);
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && same_place(network, &places[begin], &places[end]);)
            end++;
        for (uint32_t i = begin; i < end; i++)
            network->edge_twin[places[i].edge] = places[i + 1 < end ? i + 1 : begin].edge;
    }
    maille_free(places);
    return MAILLE_OK;
}
