/* Searches for other ways around a node. All of their state fits into the first cache: a small
 * table of nodes met, open addressing, and a heap over it. */
#include "network/hierarchy_witness.h"

#include <maille/memory.h>

#define NONE UINT32_MAX
#define SLOT_BITS 11u
#define SLOTS (1u << SLOT_BITS)
#define MOST_MET (SLOTS / 2)
#define MOST_WAITING (2 * SLOTS)

typedef struct {
    uint32_t node, ms;
    uint32_t enough_ms; /* of a target: a way of this length makes the shortcut needless */
    uint16_t hops;
    bool wanted; /* a target for which no such way was found yet */
} met_node;

struct hierarchy_witness {
    met_node slots[SLOTS];
    uint16_t used[MOST_MET];
    uint32_t used_count, wanted_count, limit_ms;
    uint64_t waiting[MOST_WAITING]; /* time and slot; a node may wait more than once */
    uint32_t waiting_count;
};

hierarchy_witness *hierarchy_witness_new(void) {
    hierarchy_witness *w = maille_alloc(1, sizeof *w);
    for (uint32_t i = 0; w && i < SLOTS; i++)
        w->slots[i].node = NONE;
    return w;
}

void hierarchy_witness_free(hierarchy_witness *witness) {
    maille_free(witness);
}

static void forget(hierarchy_witness *w) {
    for (uint32_t i = 0; i < w->used_count; i++)
        w->slots[w->used[i]].node = NONE;
    w->used_count = w->wanted_count = w->waiting_count = w->limit_ms = 0;
}

/* The slot of a node, new or not; NULL when the table is as full as it may be. */
static met_node *meet(hierarchy_witness *w, uint32_t node) {
    uint32_t at = node * 2654435769u >> (32 - SLOT_BITS);
    while (w->slots[at].node != node && w->slots[at].node != NONE)
        at = (at + 1) & (SLOTS - 1);
    met_node *slot = &w->slots[at];
    if (slot->node == node)
        return slot;
    if (w->used_count == MOST_MET)
        return NULL;
    w->used[w->used_count++] = (uint16_t)at;
    *slot = (met_node){.node = node, .ms = NONE};
    return slot;
}

/* False when no more may wait. */
static bool wait_in_line(hierarchy_witness *w, const met_node *slot) {
    if (w->waiting_count == MOST_WAITING)
        return false;
    uint64_t item = (uint64_t)slot->ms << 32 | (uint32_t)(slot - w->slots);
    uint32_t at = w->waiting_count++;
    for (; at > 0 && item < w->waiting[(at - 1) / 2]; at = (at - 1) / 2)
        w->waiting[at] = w->waiting[(at - 1) / 2];
    w->waiting[at] = item;
    return true;
}

static uint64_t first_in_line(hierarchy_witness *w) {
    uint64_t first = w->waiting[0], last = w->waiting[--w->waiting_count];
    uint32_t at = 0;
    for (uint32_t child = 1; child < w->waiting_count; child = 2 * at + 1) {
        if (child + 1 < w->waiting_count && w->waiting[child + 1] < w->waiting[child])
            child++;
        if (last <= w->waiting[child])
            break;
        w->waiting[at] = w->waiting[child];
        at = child;
    }
    w->waiting[at] = last;
    return first;
}

/* Follows the arcs of a settled node; false when the search is at its end. */
static bool relax(const hierarchy_graph *graph, hierarchy_witness *w, const met_node *from,
                  uint32_t around, const unsigned char *going) {
    uint32_t from_ms = from->ms, node = from->node;
    uint16_t hops = (uint16_t)(from->hops + 1);
    const hierarchy_link *link = hierarchy_links(graph, node);
    for (const hierarchy_link *end = link + graph->blocks[node].count; link < end; link++) {
        uint64_t ms = (uint64_t)from_ms + link->out_ms;
        if (link->out_ms == MAILLE_NO_ARC || ms > w->limit_ms || link->other == around ||
            (going && going[link->other]))
            continue;
        met_node *to = meet(w, link->other);
        if (!to)
            return false;
        if (ms >= to->ms)
            continue;
        to->ms = (uint32_t)ms;
        to->hops = hops;
        if (to->wanted && to->ms <= to->enough_ms) {
            to->wanted = false;
            if (--w->wanted_count == 0)
                return false;
        }
        if (!wait_in_line(w, to))
            return false;
    }
    return true;
}

/* Settles nodes from `start` until all targets are done with or the effort is spent. */
static void search(const hierarchy_graph *graph, hierarchy_witness *w, uint32_t start,
                   uint32_t around, hierarchy_effort effort, const unsigned char *going) {
    met_node *from = meet(w, start);
    if (!from)
        return;
    from->ms = 0;
    bool more = relax(graph, w, from, around, going);
    for (uint32_t settled = 1; more && w->waiting_count && settled < effort.settled;) {
        uint64_t item = first_in_line(w);
        from = &w->slots[(uint32_t)item];
        if (from->ms != (uint32_t)(item >> 32) || from->hops >= effort.hops)
            continue;
        settled++;
        more = relax(graph, w, from, around, going);
    }
}

/* The nodes that one reaches over `around` when coming by `in`: what a way of their own may take.
 */
static void want(hierarchy_witness *w, const hierarchy_link *links, uint32_t count,
                 const hierarchy_link *in) {
    for (const hierarchy_link *out = links; out < links + count; out++) {
        uint64_t ms = (uint64_t)in->in_ms + out->out_ms;
        if (out == in || out->out_ms == MAILLE_NO_ARC || ms >= MAILLE_NO_ARC)
            continue;
        met_node *target = meet(w, out->other);
        if (!target)
            return;
        target->enough_ms = (uint32_t)ms;
        target->wanted = true;
        w->wanted_count++;
        if (target->enough_ms > w->limit_ms)
            w->limit_ms = target->enough_ms;
    }
}

/* Whether the way from `in` over the node to `out` needs a shortcut after the search. */
static bool is_needed(hierarchy_witness *w, uint32_t target) {
    const met_node *slot = meet(w, target);
    return !slot || slot->wanted || slot->ms == NONE;
}

static bool take(hierarchy_witness *w, const hierarchy_link *links, uint32_t count,
                 const hierarchy_link *in, hierarchy_balance *balance, hierarchy_shortcuts *found) {
    for (const hierarchy_link *out = links; out < links + count; out++) {
        uint64_t ms = (uint64_t)in->in_ms + out->out_ms;
        if (out == in || out->out_ms == MAILLE_NO_ARC || ms >= MAILLE_NO_ARC ||
            !is_needed(w, out->other))
            continue;
        uint32_t roads = (uint32_t)in->in_arcs + out->out_arcs;
        balance->added++;
        balance->added_roads += roads;
        hierarchy_shortcut shortcut = {in->other, out->other, (uint32_t)ms, roads};
        if (found && !MAILLE_VEC_PUSH(found, shortcut))
            return false;
    }
    return true;
}

bool hierarchy_contract(const hierarchy_graph *graph, hierarchy_witness *witness, uint32_t node,
                        hierarchy_effort effort, const unsigned char *going,
                        hierarchy_balance *balance, hierarchy_shortcuts *found) {
    const hierarchy_link *links = hierarchy_links(graph, node);
    uint32_t count = graph->blocks[node].count;
    bool ok = true;
    *balance = (hierarchy_balance){0};
    for (const hierarchy_link *in = links; in < links + count && ok; in++) {
        balance->removed += in->in_ms != MAILLE_NO_ARC;
        balance->removed += in->out_ms != MAILLE_NO_ARC;
        balance->removed_roads += (uint32_t)in->in_arcs + in->out_arcs;
        if (in->in_ms == MAILLE_NO_ARC)
            continue;
        want(witness, links, count, in);
        if (witness->wanted_count) {
            search(graph, witness, in->other, node, effort, going);
            ok = take(witness, links, count, in, balance, found);
        }
        forget(witness);
    }
    return ok;
}
