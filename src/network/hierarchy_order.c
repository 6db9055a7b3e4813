/* Places and climbing arcs. The nodes of one level have no arcs among themselves: side by side, a
 * sweep takes them in any order, or several at once. Within a level those lie together that hang
 * below the same more important nodes, so that a sweep finds what it needs in the cache. */
#include "network/hierarchy_order.h"

#include <string.h>

#include <maille/memory.h>

/* The least important of the nodes that v was joined with when it went, or `none`. */
static uint32_t next_above(const hierarchy_contracted *contracted, const hierarchy_link *links,
                           uint32_t v, uint32_t none) {
    const hierarchy_link *link = links + contracted[v].first, *end = link + contracted[v].count;
    uint32_t least = none;
    for (; link < end; link++) {
        uint32_t other = link->other;
        if (least == none || contracted[other].level < contracted[least].level ||
            (other < least && contracted[other].level == contracted[least].level))
            least = other;
    }
    return least;
}

/* Every node hangs below the next above it: a walk through this tree, depth first. */
static maille_status walk_tree(maille_ctx *ctx, uint32_t nodes,
                               const hierarchy_contracted *contracted, const hierarchy_link *links,
                               uint32_t *walk) {
    maille_status status = MAILLE_OK;
    size_t count = (size_t)nodes + 1; /* one more, above all */
    uint32_t *below = maille_alloc(count, 3 * sizeof *below), waiting = 0, met = 0;
    if (!below)
        return maille_no_memory(ctx);
    uint32_t *beside = below + count, *stack = below + 2 * count;
    for (uint32_t v = 0; v <= nodes; v++)
        below[v] = nodes;
    for (uint32_t v = nodes; v-- > 0;) {
        MAILLE_TRY(hierarchy_cancelled(ctx, v));
        uint32_t above = next_above(contracted, links, v, nodes);
        beside[v] = below[above];
        below[above] = v;
    }
    for (uint32_t v = below[nodes]; v != nodes; v = beside[v]) {
        stack[waiting++] = v;
        while (waiting) {
            uint32_t at = stack[--waiting];
            MAILLE_TRY(hierarchy_cancelled(ctx, met));
            walk[met++] = at;
            for (uint32_t b = below[at]; b != nodes; b = beside[b])
                stack[waiting++] = b;
        }
    }
done:
    maille_free(below);
    return status;
}

static maille_status place_nodes(maille_ctx *ctx, const hierarchy_contracted *contracted,
                                 const hierarchy_link *links, maille_hierarchy *h) {
    maille_status status = MAILLE_OK;
    uint32_t levels = 0, next = 0, *at = NULL;
    uint32_t *walk = maille_alloc(h->node_count, sizeof *walk);
    for (uint32_t v = 0; v < h->node_count; v++)
        levels = contracted[v].level >= levels ? contracted[v].level + 1 : levels;
    at = maille_alloc(levels, sizeof *at);
    if (!walk || !at) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(walk_tree(ctx, h->node_count, contracted, links, walk));
    for (uint32_t v = 0; v < h->node_count; v++)
        at[contracted[v].level]++;
    for (uint32_t level = levels; level-- > 0;) {
        uint32_t count = at[level];
        at[level] = next;
        next += count;
    }
    for (uint32_t i = 0; i < h->node_count; i++) {
        uint32_t v = walk[i], p = at[contracted[v].level]++;
        MAILLE_TRY(hierarchy_cancelled(ctx, i));
        h->place[v] = p;
        h->node[p] = v;
    }
done:
    maille_free(walk);
    maille_free(at);
    return status;
}

static bool make_climb(maille_climb *climb, uint32_t nodes, uint64_t arcs) {
    climb->first = maille_alloc((size_t)nodes + 1, sizeof *climb->first);
    climb->other = maille_alloc(arcs, sizeof *climb->other);
    climb->ms = maille_alloc(arcs, sizeof *climb->ms);
    return climb->first && climb->other && climb->ms;
}

/* Puts an arc among those of the last place, which stay sorted by the other end. */
static void insert(maille_climb *climb, uint32_t begin, uint32_t *end, uint32_t other,
                   uint32_t ms) {
    uint32_t at = (*end)++;
    for (; at > begin && climb->other[at - 1] > other; at--) {
        climb->other[at] = climb->other[at - 1];
        climb->ms[at] = climb->ms[at - 1];
    }
    climb->other[at] = other;
    climb->ms[at] = ms;
}

static maille_status write_arcs(maille_ctx *ctx, const hierarchy_contracted *contracted,
                                const hierarchy_link *links, maille_hierarchy *h) {
    maille_status status = MAILLE_OK;
    uint32_t out_end = 0, in_end = 0;
    for (uint32_t p = 0; p < h->node_count; p++) {
        const hierarchy_contracted *c = &contracted[h->node[p]];
        MAILLE_TRY(hierarchy_cancelled(ctx, p));
        h->out.first[p] = out_end;
        h->in.first[p] = in_end;
        for (const hierarchy_link *l = links + c->first; l < links + c->first + c->count; l++) {
            uint32_t other = h->place[l->other];
            if (l->out_ms != MAILLE_NO_ARC)
                insert(&h->out, h->out.first[p], &out_end, other, l->out_ms);
            if (l->in_ms != MAILLE_NO_ARC)
                insert(&h->in, h->in.first[p], &in_end, other, l->in_ms);
        }
    }
    h->out.first[h->node_count] = out_end;
    h->in.first[h->node_count] = in_end;
done:
    return status;
}

maille_status hierarchy_arrange(maille_ctx *ctx, uint32_t node_count,
                                const hierarchy_contracted *contracted,
                                const hierarchy_link_list *links, maille_hierarchy **out) {
    maille_status status = MAILLE_OK;
    uint64_t out_arcs = 0, in_arcs = 0;
    maille_hierarchy *h = maille_alloc(1, sizeof *h);
    if (!h)
        return maille_no_memory(ctx);
    h->node_count = node_count;
    for (size_t i = 0; i < links->count; i++) {
        const hierarchy_link *l = &links->items[i];
        out_arcs += l->out_ms != MAILLE_NO_ARC;
        in_arcs += l->in_ms != MAILLE_NO_ARC;
        h->shortcuts += (uint64_t)(l->out_arcs > 1) + (l->in_arcs > 1);
    }
    if (out_arcs > UINT32_MAX || in_arcs > UINT32_MAX) {
        status = maille_fail(ctx, MAILLE_FAILED, "the hierarchy had more arcs than 32 bits count");
        goto done;
    }
    h->place = maille_alloc(node_count, sizeof *h->place);
    h->node = maille_alloc(node_count, sizeof *h->node);
    if (!h->place || !h->node || !make_climb(&h->out, node_count, out_arcs) ||
        !make_climb(&h->in, node_count, in_arcs)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(place_nodes(ctx, contracted, links->items, h));
    MAILLE_TRY(write_arcs(ctx, contracted, links->items, h));
    *out = h;
    h = NULL;
done:
    maille_hierarchy_free(h);
    return status;
}
