/* The sparse matrix of times: one bounded search an origin, in parallel over origins. */
#include <string.h>

#include <maille/memory.h>
#include <maille/pool.h>

#include "travel/rows.h"
#include "travel/search.h"

#define ROWS_A_PIECE 16

/* What a worker writes while it searches; as clean after a row as before it. */
typedef struct {
    travel_search search;
    uint32_t *settled, settled_count;
    uint32_t *best_ms; /* of each destination */
    uint64_t *reached; /* one bit a destination */
} scratch;

typedef struct {
    const maille_network *network;
    const maille_stop *origins, *destinations;
    uint32_t origin_count, destination_count, limit_ms;
    travel_seeds leaving, arriving;
    /* destinations that are arrived at from node v: entries [at_node[v], at_node[v+1]) */
    uint64_t *at_node;
    uint32_t *entry_destination, *entry_ms;
    uint32_t entry_nodes; /* nodes with entries */
    travel_places places;
    scratch *workers;
    unsigned worker_count;
    travel_rows rows;
} job;

/* Turns destination → nodes into node → destinations. */
static maille_status index_arrivals(maille_ctx *ctx, job *j) {
    uint32_t nodes = j->network->node_count;
    uint64_t count = j->arriving.start[j->destination_count];
    j->at_node = maille_alloc((size_t)nodes + 1, sizeof *j->at_node);
    j->entry_destination = maille_alloc(count, sizeof *j->entry_destination);
    j->entry_ms = maille_alloc(count, sizeof *j->entry_ms);
    if (!j->at_node || !j->entry_destination || !j->entry_ms)
        return maille_no_memory(ctx);
    for (uint64_t s = 0; s < count; s++)
        j->at_node[j->arriving.nodes[s]]++;
    for (uint32_t v = 0; v < nodes; v++) {
        j->entry_nodes += j->at_node[v] > 0;
        j->at_node[v + 1] += j->at_node[v]; /* the end of each node, moved down while filling */
    }
    for (uint32_t d = j->destination_count; d-- > 0;)
        for (uint64_t s = j->arriving.start[d]; s < j->arriving.start[d + 1]; s++) {
            uint64_t entry = --j->at_node[j->arriving.nodes[s]];
            j->entry_destination[entry] = d;
            j->entry_ms[entry] = j->arriving.ms[s];
        }
    return MAILLE_OK;
}

static maille_status make_scratch(maille_ctx *ctx, const job *j, scratch *s) {
    uint32_t nodes = j->network->node_count;
    maille_status status =
        travel_search_init(ctx, &s->search, j->network, MAILLE_FROM, j->limit_ms);
    if (status)
        return status;
    s->search.ms = maille_alloc(nodes, sizeof *s->search.ms);
    s->settled = maille_alloc(nodes, sizeof *s->settled);
    s->best_ms = maille_alloc(j->destination_count, sizeof *s->best_ms);
    s->reached = maille_alloc(j->destination_count / 64 + 1, sizeof *s->reached);
    if (!s->search.ms || !s->settled || !s->best_ms || !s->reached)
        return maille_no_memory(ctx);
    memset(s->search.ms, 0xFF, nodes * sizeof *s->search.ms);
    memset(s->best_ms, 0xFF, j->destination_count * sizeof *s->best_ms);
    return MAILLE_OK;
}

static void free_scratch(scratch *s) {
    travel_search_clear(&s->search);
    maille_free(s->search.ms);
    maille_free(s->settled);
    maille_free(s->best_ms);
    maille_free(s->reached);
}

static void reach(const job *j, scratch *s, uint32_t destination, uint64_t ms) {
    if (ms > j->limit_ms || ms >= s->best_ms[destination])
        return;
    s->best_ms[destination] = (uint32_t)ms;
    s->reached[destination / 64] |= UINT64_C(1) << destination % 64;
}

static void search_row(const job *j, scratch *s, uint32_t row) {
    uint32_t node, time, left = j->entry_nodes;
    for (uint64_t i = j->leaving.start[row]; i < j->leaving.start[row + 1]; i++)
        travel_search_seed(&s->search, j->leaving.nodes[i], j->leaving.ms[i], row);
    while (left && travel_search_step(&s->search, &node, &time)) {
        s->settled[s->settled_count++] = node;
        left -= j->at_node[node] < j->at_node[node + 1];
        for (uint64_t e = j->at_node[node]; e < j->at_node[node + 1]; e++)
            reach(j, s, j->entry_destination[e], (uint64_t)time + j->entry_ms[e]);
    }
    uint32_t place = travel_place(j->network, &j->origins[row]);
    if (place != UINT32_MAX)
        for (uint32_t p = travel_places_find(&j->places, place);
             p < j->places.count && j->places.items[p].place == place; p++) {
            uint32_t d = j->places.items[p].stop;
            uint32_t ms = travel_along(j->network, &j->origins[row], &j->destinations[d]);
            reach(j, s, d, ms);
        }
    if (j->origins == j->destinations && row < j->destination_count)
        reach(j, s, row, 0);
}

/* Appends the row in order of columns and cleans the scratch. */
static bool collect_row(job *j, scratch *s, uint32_t row, travel_piece *out) {
    bool ok = true;
    size_t before = out->column.count;
    for (uint32_t word = 0; word <= j->destination_count / 64; word++)
        while (s->reached[word]) {
            uint32_t d = word * 64 + (uint32_t)__builtin_ctzll(s->reached[word]);
            s->reached[word] &= s->reached[word] - 1;
            ok = ok && MAILLE_VEC_PUSH(&out->column, d) && MAILLE_VEC_PUSH(&out->ms, s->best_ms[d]);
            s->best_ms[d] = MAILLE_UNREACHED;
        }
    for (uint32_t i = 0; i < s->settled_count; i++)
        s->search.ms[s->settled[i]] = MAILLE_UNREACHED;
    s->settled_count = 0;
    maille_heap_clear(&s->search.heap);
    j->rows.row_count[row + 1] = out->column.count - before;
    return ok;
}

static maille_status run_piece(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                               size_t end) {
    job *j = user;
    travel_piece *out = travel_rows_piece(&j->rows, begin);
    for (size_t row = begin; row < end; row++) {
        search_row(j, &j->workers[worker], (uint32_t)row);
        if (!collect_row(j, &j->workers[worker], (uint32_t)row, out))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

static maille_status prepare(maille_ctx *ctx, job *j) {
    maille_status status =
        travel_seeds_make(ctx, j->network, j->origins, j->origin_count, MAILLE_FROM, &j->leaving);
    if (!status)
        status = travel_seeds_make(ctx, j->network, j->destinations, j->destination_count,
                                   MAILLE_TOWARDS, &j->arriving);
    if (!status)
        status = index_arrivals(ctx, j);
    if (!status)
        status =
            travel_places_make(ctx, j->network, j->destinations, j->destination_count, &j->places);
    if (!status)
        status =
            travel_rows_init(ctx, &j->rows, j->origin_count, j->destination_count, ROWS_A_PIECE);
    if (status)
        return status;
    j->worker_count = maille_ctx_jobs(ctx);
    j->workers = maille_alloc(j->worker_count, sizeof *j->workers);
    if (!j->workers)
        return maille_no_memory(ctx);
    for (unsigned w = 0; w < j->worker_count && !status; w++)
        status = make_scratch(ctx, j, &j->workers[w]);
    return status;
}

maille_status maille_times(maille_ctx *ctx, const maille_network *network,
                           const maille_stop *origins, uint32_t origin_count,
                           const maille_stop *destinations, uint32_t destination_count,
                           uint32_t limit_ms, maille_matrix **out) {
    job j = {.network = network,
             .origins = origins,
             .destinations = destinations,
             .origin_count = origin_count,
             .destination_count = destination_count,
             .limit_ms = limit_ms < MAILLE_UNREACHED ? limit_ms : MAILLE_UNREACHED - 1};
    *out = NULL;
    maille_status status = prepare(ctx, &j);
    if (!status)
        status = maille_parallel(ctx, origin_count, ROWS_A_PIECE, run_piece, &j);
    if (!status)
        status = travel_rows_finish(ctx, &j.rows, out);
    travel_seeds_clear(&j.leaving);
    travel_seeds_clear(&j.arriving);
    travel_places_clear(&j.places);
    maille_free(j.at_node);
    maille_free(j.entry_destination);
    maille_free(j.entry_ms);
    for (unsigned w = 0; j.workers && w < j.worker_count; w++)
        free_scratch(&j.workers[w]);
    maille_free(j.workers);
    travel_rows_clear(&j.rows);
    return status;
}
