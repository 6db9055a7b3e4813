/* The sparse matrix of times: one bounded search an origin. */
#include <string.h>

#include <maille/memory.h>

#include "travel/pairs.h"

/* What a worker writes while it searches; as clean after a row as before it. */
typedef struct {
    travel_search search;
    uint32_t *settled, settled_count;
} scratch;

typedef struct {
    travel_pairs pairs;
    /* destinations that are arrived at from node v: entries [at_node[v], at_node[v+1]) */
    uint64_t *at_node;
    uint32_t *entry_destination, *entry_ms;
    uint32_t entry_nodes; /* nodes with entries */
    scratch *workers;
} job;

/* Turns destination → nodes into node → destinations. */
static maille_status index_arrivals(maille_ctx *ctx, job *j) {
    const travel_seeds *arriving = &j->pairs.arriving;
    uint32_t nodes = j->pairs.network->node_count;
    uint64_t count = arriving->start[arriving->count];
    j->at_node = maille_alloc((size_t)nodes + 1, sizeof *j->at_node);
    j->entry_destination = maille_alloc(count, sizeof *j->entry_destination);
    j->entry_ms = maille_alloc(count, sizeof *j->entry_ms);
    if (!j->at_node || !j->entry_destination || !j->entry_ms)
        return maille_no_memory(ctx);
    for (uint64_t s = 0; s < count; s++)
        j->at_node[arriving->nodes[s]]++;
    for (uint32_t v = 0; v < nodes; v++) {
        j->entry_nodes += j->at_node[v] > 0;
        j->at_node[v + 1] += j->at_node[v]; /* the end of each node, moved down while filling */
    }
    for (uint32_t d = arriving->count; d-- > 0;)
        for (uint64_t s = arriving->start[d]; s < arriving->start[d + 1]; s++) {
            uint64_t entry = --j->at_node[arriving->nodes[s]];
            j->entry_destination[entry] = d;
            j->entry_ms[entry] = arriving->ms[s];
        }
    return MAILLE_OK;
}

static maille_status make_scratch(maille_ctx *ctx, const job *j, scratch *s) {
    uint32_t nodes = j->pairs.network->node_count;
    maille_status status =
        travel_search_init(ctx, &s->search, j->pairs.network, MAILLE_FROM, j->pairs.limit_ms);
    if (status)
        return status;
    s->search.ms = maille_alloc(nodes, sizeof *s->search.ms);
    s->settled = maille_alloc(nodes, sizeof *s->settled);
    if (!s->search.ms || !s->settled)
        return maille_no_memory(ctx);
    memset(s->search.ms, 0xFF, nodes * sizeof *s->search.ms);
    return MAILLE_OK;
}

static void search_row(void *user, unsigned worker, uint32_t row, travel_found *found) {
    const job *j = user;
    scratch *s = &j->workers[worker];
    const travel_seeds *leaving = &j->pairs.leaving;
    uint32_t node, time, left = j->entry_nodes;
    for (uint64_t i = leaving->start[row]; i < leaving->start[row + 1]; i++)
        travel_search_seed(&s->search, leaving->nodes[i], leaving->ms[i], row);
    while (left && travel_search_step(&s->search, &node, &time)) {
        s->settled[s->settled_count++] = node;
        left -= j->at_node[node] < j->at_node[node + 1];
        for (uint64_t e = j->at_node[node]; e < j->at_node[node + 1]; e++)
            travel_found_lower(&j->pairs, found, j->entry_destination[e],
                               (uint64_t)time + j->entry_ms[e]);
    }
    for (uint32_t i = 0; i < s->settled_count; i++)
        s->search.ms[s->settled[i]] = MAILLE_UNREACHED;
    s->settled_count = 0;
    maille_heap_clear(&s->search.heap);
}

static maille_status prepare(maille_ctx *ctx, job *j) {
    maille_status status;
    MAILLE_TRY(travel_pairs_prepare(ctx, &j->pairs));
    MAILLE_TRY(index_arrivals(ctx, j));
    j->workers = maille_alloc(j->pairs.worker_count, sizeof *j->workers);
    if (!j->workers)
        return maille_no_memory(ctx);
    for (unsigned w = 0; w < j->pairs.worker_count; w++)
        MAILLE_TRY(make_scratch(ctx, j, &j->workers[w]));
done:
    return status;
}

static void free_job(job *j) {
    for (unsigned w = 0; j->workers && w < j->pairs.worker_count; w++) {
        travel_search_clear(&j->workers[w].search);
        maille_free(j->workers[w].search.ms);
        maille_free(j->workers[w].settled);
    }
    maille_free(j->workers);
    maille_free(j->at_node);
    maille_free(j->entry_destination);
    maille_free(j->entry_ms);
    travel_pairs_clear(&j->pairs);
}

maille_status maille_times(maille_ctx *ctx, const maille_network *network,
                           const maille_stop *origins, uint32_t origin_count,
                           const maille_stop *destinations, uint32_t destination_count,
                           uint32_t limit_ms, maille_matrix **out) {
    job j = {.pairs = {.network = network,
                       .origins = origins,
                       .destinations = destinations,
                       .origin_count = origin_count,
                       .destination_count = destination_count,
                       .limit_ms = limit_ms,
                       .nearest = UINT32_MAX}};
    *out = NULL;
    maille_status status = prepare(ctx, &j);
    if (!status)
        status = travel_pairs_run(ctx, &j.pairs, search_row, &j, out);
    free_job(&j);
    return status;
}
