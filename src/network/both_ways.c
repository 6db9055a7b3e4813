/* Which roads can be both come to and left again. */
#include <maille/memory.h>
#include <maille/snap.h>

static bool is_driven(const maille_network *n, uint32_t edge) {
    return n->edge_ms[edge] != MAILLE_NO_ARC || n->edge_back_ms[edge] != MAILLE_NO_ARC;
}

/* The lowest place of a piece stands for it; the way there is halved as it is gone. */
static uint32_t piece_of(uint32_t *above, uint32_t place) {
    while (above[place] != place)
        place = above[place] = above[above[place]];
    return place;
}

static void join_pieces(const maille_network *n, uint32_t *above) {
    for (uint32_t v = 0; v < n->place_count; v++)
        above[v] = v;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        if (!is_driven(n, e))
            continue;
        uint32_t a = piece_of(above, n->edge_from[e]), b = piece_of(above, n->edge_to[e]);
        above[a < b ? b : a] = a < b ? a : b;
    }
}

/* The component that has most places in each piece, the lowest number of equals. */
static void find_main(const maille_network *n, uint32_t *above, uint32_t *size, uint32_t *main) {
    for (uint32_t v = 0; v < n->place_count; v++)
        size[n->component[v]]++;
    for (uint32_t v = 0; v < n->place_count; v++) {
        uint32_t piece = piece_of(above, v), mine = n->component[v], best = main[piece];
        bool first = piece == v; /* the lowest place is met first */
        if (first || size[mine] > size[best] || (mine < best && size[mine] == size[best]))
            main[piece] = mine;
    }
}

maille_status maille_edges_both_ways(maille_ctx *ctx, const maille_network *network,
                                     uint32_t **edge_group, uint32_t *left_out) {
    const maille_network *n = network;
    maille_status status = MAILLE_OK;
    uint32_t count = 0;
    uint32_t *above = maille_alloc((size_t)n->place_count + 1, sizeof *above);
    uint32_t *main = maille_alloc((size_t)n->place_count + 1, sizeof *main);
    uint32_t *size = maille_alloc((size_t)n->component_count + 1, sizeof *size);
    uint32_t *result = maille_alloc((size_t)n->edge_count + 1, sizeof *result);
    *edge_group = NULL;
    if (!above || !main || !size || !result) {
        status = maille_no_memory(ctx);
        goto done;
    }
    join_pieces(n, above);
    find_main(n, above, size, main);
    for (uint32_t e = 0; e < n->edge_count; e++) {
        uint32_t best = main[piece_of(above, n->edge_from[e])];
        bool both = n->component[n->edge_from[e]] == best && n->component[n->edge_to[e]] == best;
        result[e] = both ? 0 : UINT32_MAX;
        count += !both && is_driven(n, e);
    }
    *edge_group = result;
    result = NULL;
    if (left_out)
        *left_out = count;
done:
    maille_free(above);
    maille_free(main);
    maille_free(size);
    maille_free(result);
    return status;
}
