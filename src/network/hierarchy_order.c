/* Places and climbing arcs. The nodes of one level have no arcs among themselves: side by side, a
 * sweep takes them in any order, or several at once. */
#include "network/hierarchy_order.h"

#include <string.h>

#include <maille/memory.h>

/* Within a level the nodes keep the order of the network. */
static maille_status place_nodes(maille_ctx *ctx, const hierarchy_contracted *contracted,
                                 maille_hierarchy *h) {
    uint32_t levels = 0, next = 0;
    for (uint32_t v = 0; v < h->node_count; v++)
        levels = contracted[v].level >= levels ? contracted[v].level + 1 : levels;
    uint32_t *at = maille_alloc(levels, sizeof *at);
    if (!at)
        return maille_no_memory(ctx);
    for (uint32_t v = 0; v < h->node_count; v++)
        at[contracted[v].level]++;
    for (uint32_t level = levels; level-- > 0;) {
        uint32_t count = at[level];
        at[level] = next;
        next += count;
    }
    for (uint32_t v = 0; v < h->node_count; v++) {
        uint32_t p = at[contracted[v].level]++;
        h->place[v] = p;
        h->node[p] = v;
    }
    maille_free(at);
    return MAILLE_OK;
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

static void write_arcs(const hierarchy_contracted *contracted, const hierarchy_link *links,
                       maille_hierarchy *h) {
    uint32_t out_end = 0, in_end = 0;
    for (uint32_t p = 0; p < h->node_count; p++) {
        const hierarchy_contracted *c = &contracted[h->node[p]];
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
    MAILLE_TRY(place_nodes(ctx, contracted, h));
    write_arcs(contracted, links->items, h);
    *out = h;
    h = NULL;
done:
    maille_hierarchy_free(h);
    return status;
}
