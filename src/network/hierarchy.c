/* Contraction in rounds: a node goes when it is less important than all of its neighbours. Those of
 * a round are not joined with each other, so they are contracted in parallel; other ways that make
 * a shortcut needless use none of them, hence the order within a round does not matter.
 *
 * How important a node is: its level, the arcs that would come for those that would go, and the
 * same for the roads that they stand for (as in RoutingKit); equal ones by a mix of their numbers,
 * so that a chain of equals does not wait for its end. */
#include <maille/hierarchy.h>

#include <maille/cachefile.h>
#include <maille/memory.h>
#include <maille/pool.h>

#include "network/hierarchy_order.h"
#include "network/hierarchy_witness.h"

static const hierarchy_effort to_judge = {.settled = 20, .hops = 5};
static const hierarchy_effort to_contract = {.settled = 100, .hops = 16};

enum { NODES_A_PIECE = 64, CHECKS_A_PIECE = 16384, NODES_A_TELLING = 1024 };
/* What counts for importance, in thousandths. */
enum { A_LEVEL = 1000, ARCS = 4000, ROADS = 1000 };

typedef MAILLE_VEC(uint32_t) node_list;

/* Where the shortcuts of a node of the round lie: in those of the thread that contracted it. */
typedef struct {
    unsigned worker;
    size_t begin, end;
} yield;

typedef struct {
    maille_ctx *ctx;
    hierarchy_graph graph;
    hierarchy_contracted *contracted; /* `level` is at least this while the node remains */
    hierarchy_link_list links;        /* of contracted nodes */
    uint32_t *importance;
    unsigned char *going; /* nodes of this round */
    uint32_t *noted;      /* the last round in which the node was put on a list */
    uint32_t round, done; /* nodes contracted in the rounds before */
    /* may have become less important than their neighbours; are so; have lost a neighbour */
    node_list candidates, chosen, changed;
    unsigned char *is_least; /* of each candidate */
    yield *yields;           /* of each chosen */
    unsigned workers;
    hierarchy_witness **witnesses;
    hierarchy_shortcuts *found; /* of each worker */
} contraction;

static uint32_t mixed(uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7FEB352Du;
    x = (x ^ (x >> 15)) * 0x846CA68Bu;
    return x ^ (x >> 16);
}

static bool goes_before(const contraction *c, uint32_t a, uint32_t b) {
    uint32_t ia = c->importance[a], ib = c->importance[b];
    return ia != ib ? ia < ib : mixed(a) < mixed(b);
}

static uint32_t ratio(uint32_t weight, uint32_t added, uint32_t removed) {
    return removed ? (uint32_t)((uint64_t)weight * added / removed) : 0;
}

/* Within a long round: by the caller's thread, so that it never goes back. */
static void tell(const contraction *c, unsigned worker, size_t begin, size_t more) {
    if (worker == 0 && begin && begin % NODES_A_TELLING == 0)
        maille_progress(c->ctx, "hierarchy", c->done + more, c->graph.node_count);
}

static maille_status judge(maille_ctx *ctx, void *user, unsigned worker, size_t begin, size_t end) {
    contraction *c = user;
    (void)ctx;
    tell(c, worker, begin, 0);
    for (size_t i = begin; i < end; i++) {
        uint32_t v = c->changed.items[i];
        hierarchy_balance b;
        hierarchy_contract(&c->graph, c->witnesses[worker], v, to_judge, NULL, &b, NULL);
        c->importance[v] = A_LEVEL * c->contracted[v].level + ratio(ARCS, b.added, b.removed) +
                           ratio(ROADS, b.added_roads, b.removed_roads);
    }
    return MAILLE_OK;
}

static maille_status check_least(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                                 size_t end) {
    contraction *c = user;
    (void)ctx, (void)worker;
    for (size_t i = begin; i < end; i++) {
        uint32_t v = c->candidates.items[i], count = c->graph.blocks[v].count, before = 0;
        const hierarchy_link *links = hierarchy_links(&c->graph, v);
        while (before < count && goes_before(c, v, links[before].other))
            before++;
        c->is_least[i] = before == count;
    }
    return MAILLE_OK;
}

static maille_status contract(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                              size_t end) {
    contraction *c = user;
    hierarchy_shortcuts *found = &c->found[worker];
    tell(c, worker, begin, begin);
    for (size_t i = begin; i < end; i++) {
        hierarchy_balance balance;
        c->yields[i] = (yield){worker, found->count, 0};
        if (!hierarchy_contract(&c->graph, c->witnesses[worker], c->chosen.items[i], to_contract,
                                c->going, &balance, found))
            return maille_no_memory(ctx);
        c->yields[i].end = found->count;
    }
    return MAILLE_OK;
}

static void choose(contraction *c) {
    c->chosen.count = 0;
    for (size_t i = 0; i < c->candidates.count; i++)
        if (c->is_least[i]) {
            uint32_t v = c->candidates.items[i];
            c->chosen.items[c->chosen.count++] = v;
            c->going[v] = 1;
        }
}

/* Puts the node on a list of this round, once. The lists have room for all nodes that remain. */
static void note(contraction *c, node_list *list, uint32_t node) {
    if (c->noted[node] != c->round) {
        c->noted[node] = c->round;
        list->items[list->count++] = node;
    }
}

/* Keeps the links of a contracted node and takes it out of the graph. */
static bool take_out(contraction *c, uint32_t v) {
    uint32_t count = c->graph.blocks[v].count;
    hierarchy_contracted *kept = &c->contracted[v];
    if (!MAILLE_VEC_RESERVE(&c->links, c->links.count + count))
        return false;
    const hierarchy_link *links = hierarchy_links(&c->graph, v);
    kept->first = c->links.count;
    kept->count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = links[i].other;
        c->links.items[c->links.count++] = links[i];
        hierarchy_graph_unlink(&c->graph, other, v);
        if (c->contracted[other].level <= kept->level)
            c->contracted[other].level = kept->level + 1;
        note(c, &c->changed, other);
    }
    hierarchy_graph_drop(&c->graph, v);
    return true;
}

static maille_status apply(contraction *c) {
    maille_status status = MAILLE_OK;
    c->round++;
    c->changed.count = 0;
    for (size_t i = 0; i < c->chosen.count; i++) {
        MAILLE_TRY(hierarchy_cancelled(c->ctx, i));
        if (!take_out(c, c->chosen.items[i]))
            return maille_no_memory(c->ctx);
    }
    for (size_t i = 0; i < c->chosen.count; i++) {
        const yield *y = &c->yields[i];
        MAILLE_TRY(hierarchy_cancelled(c->ctx, i));
        for (size_t s = y->begin; s < y->end; s++)
            if (!hierarchy_graph_add(&c->graph, &c->found[y->worker].items[s]))
                return maille_no_memory(c->ctx);
    }
    for (unsigned w = 0; w < c->workers; w++)
        c->found[w].count = 0;
    c->done += (uint32_t)c->chosen.count;
done:
    return status;
}

/* Whoever was judged anew, and their neighbours, may go next. */
static void find_candidates(contraction *c) {
    c->round++;
    c->candidates.count = 0;
    for (size_t i = 0; i < c->changed.count; i++) {
        uint32_t v = c->changed.items[i];
        const hierarchy_link *links = hierarchy_links(&c->graph, v);
        note(c, &c->candidates, v);
        for (uint32_t l = 0; l < c->graph.blocks[v].count; l++)
            note(c, &c->candidates, links[l].other);
    }
}

static maille_status run(contraction *c) {
    maille_status status = MAILLE_OK;
    uint32_t nodes = c->graph.node_count;
    for (uint32_t v = 0; v < nodes; v++)
        c->changed.items[v] = v;
    c->changed.count = nodes;
    while (c->done < nodes) {
        maille_progress(c->ctx, "hierarchy", c->done, nodes);
        MAILLE_TRY(maille_cancelled(c->ctx));
        MAILLE_TRY(maille_parallel(c->ctx, c->changed.count, NODES_A_PIECE, judge, c));
        find_candidates(c);
        MAILLE_TRY(maille_parallel(c->ctx, c->candidates.count, CHECKS_A_PIECE, check_least, c));
        choose(c);
        MAILLE_TRY(maille_parallel(c->ctx, c->chosen.count, NODES_A_PIECE, contract, c));
        MAILLE_TRY(apply(c));
    }
done:
    return status;
}

static bool make_list(node_list *list, uint32_t nodes) {
    return MAILLE_VEC_RESERVE(list, nodes);
}

static maille_status start(contraction *c, const maille_network *network) {
    uint32_t nodes = network->node_count;
    c->workers = maille_ctx_jobs(c->ctx);
    c->contracted = maille_alloc(nodes, sizeof *c->contracted);
    c->importance = maille_alloc(nodes, sizeof *c->importance);
    c->going = maille_alloc(nodes, sizeof *c->going);
    c->noted = maille_alloc(nodes, sizeof *c->noted);
    c->is_least = maille_alloc(nodes, sizeof *c->is_least);
    c->yields = maille_alloc(nodes, sizeof *c->yields);
    c->witnesses = maille_alloc(c->workers, sizeof *c->witnesses);
    c->found = maille_alloc(c->workers, sizeof *c->found);
    if (!c->contracted || !c->importance || !c->going || !c->noted || !c->is_least || !c->yields ||
        !c->witnesses || !c->found || !make_list(&c->candidates, nodes) ||
        !make_list(&c->chosen, nodes) || !make_list(&c->changed, nodes))
        return maille_no_memory(c->ctx);
    for (unsigned w = 0; w < c->workers; w++) {
        c->witnesses[w] = hierarchy_witness_new();
        if (!c->witnesses[w])
            return maille_no_memory(c->ctx);
    }
    return hierarchy_graph_make(c->ctx, network, &c->graph);
}

/* All but what the hierarchy is made of. */
static void end_rounds(contraction *c) {
    for (unsigned w = 0; w < c->workers; w++) {
        if (c->witnesses)
            hierarchy_witness_free(c->witnesses[w]);
        if (c->found)
            MAILLE_VEC_FREE(&c->found[w]);
    }
    hierarchy_graph_clear(&c->graph);
    maille_free(c->importance);
    maille_free(c->going);
    maille_free(c->noted);
    maille_free(c->is_least);
    maille_free(c->yields);
    maille_free(c->witnesses);
    maille_free(c->found);
    MAILLE_VEC_FREE(&c->candidates);
    MAILLE_VEC_FREE(&c->chosen);
    MAILLE_VEC_FREE(&c->changed);
}

maille_status maille_hierarchy_build(maille_ctx *ctx, const maille_network *network,
                                     maille_hierarchy **out) {
    contraction c = {.ctx = ctx};
    *out = NULL;
    maille_status status = start(&c, network);
    if (status == MAILLE_OK)
        status = run(&c);
    end_rounds(&c);
    if (status == MAILLE_OK)
        status = hierarchy_arrange(ctx, network->node_count, c.contracted, &c.links, out);
    if (status == MAILLE_OK)
        maille_progress(ctx, "hierarchy", c.done, c.done);
    maille_free(c.contracted);
    MAILLE_VEC_FREE(&c.links);
    return status;
}

static void free_climb(maille_climb *climb) {
    maille_free(climb->first);
    maille_free(climb->other);
    maille_free(climb->ms);
}

void maille_hierarchy_free(maille_hierarchy *hierarchy) {
    if (!hierarchy)
        return;
    if (hierarchy->mapping) {
        maille_cache_unmap((maille_cache_array){hierarchy->mapping, hierarchy->mapping_bytes});
    } else {
        maille_free(hierarchy->place);
        maille_free(hierarchy->node);
        free_climb(&hierarchy->out);
        free_climb(&hierarchy->in);
    }
    maille_free(hierarchy);
}
