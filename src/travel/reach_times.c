/* The sparse matrix within a limit, by buckets: each destination leaves at the places that descents
 * to it come from how far it is; each origin climbs and looks into the buckets on its way
 * (S. Knopp, P. Sanders, D. Schultes, F. Schulz, D. Wagner, "Computing Many-to-Many Shortest Paths
 * Using Highway Hierarchies", 2007). Climbs end at the limit, and places to which a climb made a
 * detour are left out, so that the work grows with what lies within the limit, not with the
 * network. Where only the k nearest are asked for, a bucket needs no more than its k nearest:
 * whoever passes there comes to those first. */
#include <string.h>

#include <maille/memory.h>
#include <maille/pool.h>

#include "travel/pairs.h"
#include "travel/reach_scratch.h"

/* What descents to a piece of destinations came from. */
typedef struct {
    uint32_t place, ms, destination;
} descent;
typedef MAILLE_VEC(descent) descents;

typedef struct {
    uint32_t destination, ms;
} entry;

/* What a worker writes while it searches. */
typedef struct {
    travel_climb from, towards;
} scratch;

typedef struct {
    travel_pairs pairs;
    const maille_hierarchy *hierarchy;
    descents *pieces; /* of destinations */
    uint64_t *first;  /* bucket of place p: entries [first[p], first[p + 1]) */
    entry *entries;
    scratch *workers;
} job;

static size_t piece_count(const job *j) {
    return j->pairs.destination_count / TRAVEL_ROWS_A_PIECE + 1;
}

static void climb_from(const job *j, travel_climb *climb, const travel_seeds *seeds, uint32_t stop,
                       const maille_climb *against) {
    for (uint64_t s = seeds->start[stop]; s < seeds->start[stop + 1]; s++)
        if (seeds->ms[s] <= j->pairs.limit_ms)
            travel_climb_lower(climb, j->hierarchy->place[seeds->nodes[s]], seeds->ms[s]);
    travel_climb_run(climb, j->pairs.limit_ms);
    travel_climb_prune(climb, against);
}

static maille_status descend(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                             size_t end) {
    job *j = user;
    travel_climb *climb = &j->workers[worker].towards;
    descents *out = &j->pieces[begin / TRAVEL_ROWS_A_PIECE];
    bool ok = true;
    for (size_t d = begin; d < end; d++) {
        climb_from(j, climb, &j->pairs.arriving, (uint32_t)d, &j->hierarchy->out);
        for (uint32_t i = 0; i < climb->kept_count; i++) {
            uint32_t place = climb->kept[i];
            ok = ok && MAILLE_VEC_PUSH(out, ((descent){place, climb->ms[place], (uint32_t)d}));
        }
        travel_climb_clear(climb);
    }
    travel_pairs_tell(ctx, &j->pairs, worker, end - begin);
    return ok ? MAILLE_OK : maille_no_memory(ctx);
}

/* Turns destination → places into place → destinations, those of a place in their order. */
static maille_status fill_buckets(maille_ctx *ctx, job *j) {
    uint32_t places = j->hierarchy->node_count;
    uint64_t count = 0;
    j->first = maille_alloc((size_t)places + 1, sizeof *j->first);
    if (!j->first)
        return maille_no_memory(ctx);
    for (size_t piece = 0; piece < piece_count(j); piece++) {
        count += j->pieces[piece].count;
        for (size_t i = 0; i < j->pieces[piece].count; i++)
            j->first[j->pieces[piece].items[i].place]++;
    }
    j->entries = maille_alloc(count, sizeof *j->entries);
    if (!j->entries)
        return maille_no_memory(ctx);
    for (uint32_t p = 0; p < places; p++)
        j->first[p + 1] += j->first[p]; /* the end of each bucket, moved down while filling */
    for (size_t piece = piece_count(j); piece-- > 0;) {
        for (size_t i = j->pieces[piece].count; i-- > 0;) {
            const descent *d = &j->pieces[piece].items[i];
            j->entries[--j->first[d->place]] = (entry){d->destination, d->ms};
        }
        MAILLE_VEC_FREE(&j->pieces[piece]);
    }
    return MAILLE_OK;
}

/* Leaves in each bucket the nearest, as many as a row keeps; buckets move up. */
static void cut_buckets(job *j) {
    uint32_t nearest = j->pairs.nearest;
    uint64_t *keys = j->pairs.found[0].keys, begin = 0, at = 0;
    for (uint32_t p = 0; p < j->hierarchy->node_count; p++) {
        uint64_t end = j->first[p + 1], count = end - begin, bound = UINT64_MAX;
        for (uint64_t i = 0; i < count && count > nearest; i++)
            keys[i] = travel_key(j->entries[begin + i].ms, j->entries[begin + i].destination);
        if (count > nearest)
            bound = travel_key_at(keys, count, nearest);
        for (; begin < end; begin++) {
            entry e = j->entries[begin];
            if (travel_key(e.ms, e.destination) < bound)
                j->entries[at++] = e;
        }
        j->first[p + 1] = at;
    }
}

static void search_row(void *user, unsigned worker, uint32_t row, travel_found *found) {
    const job *j = user;
    travel_climb *climb = &j->workers[worker].from;
    climb_from(j, climb, &j->pairs.leaving, row, &j->hierarchy->in);
    for (uint32_t i = 0; i < climb->kept_count; i++) {
        uint32_t place = climb->kept[i];
        uint64_t ms = climb->ms[place];
        for (uint64_t e = j->first[place]; e < j->first[place + 1]; e++)
            travel_found_lower(&j->pairs, found, j->entries[e].destination, ms + j->entries[e].ms);
    }
    travel_climb_clear(climb);
}

static maille_status prepare(maille_ctx *ctx, job *j) {
    const maille_hierarchy *h = j->hierarchy;
    maille_status status;
    MAILLE_TRY(travel_check_hierarchy(ctx, j->pairs.network, h));
    MAILLE_TRY(travel_pairs_prepare(ctx, &j->pairs));
    j->workers = maille_alloc(j->pairs.worker_count, sizeof *j->workers);
    j->pieces = maille_alloc(piece_count(j), sizeof *j->pieces);
    if (!j->workers || !j->pieces)
        return maille_no_memory(ctx);
    for (unsigned w = 0; w < j->pairs.worker_count; w++)
        if (!travel_climb_init(&j->workers[w].from, &h->out, h->node_count) ||
            !travel_climb_init(&j->workers[w].towards, &h->in, h->node_count))
            return maille_no_memory(ctx);
    MAILLE_TRY(maille_parallel(ctx, j->pairs.destination_count, TRAVEL_ROWS_A_PIECE, descend, j));
    MAILLE_TRY(fill_buckets(ctx, j));
    if (j->pairs.nearest < j->pairs.destination_count)
        cut_buckets(j);
done:
    return status;
}

static void free_job(job *j) {
    for (size_t piece = 0; j->pieces && piece < piece_count(j); piece++)
        MAILLE_VEC_FREE(&j->pieces[piece]);
    maille_free(j->pieces);
    for (unsigned w = 0; j->workers && w < j->pairs.worker_count; w++) {
        travel_climb_free(&j->workers[w].from);
        travel_climb_free(&j->workers[w].towards);
    }
    maille_free(j->workers);
    maille_free(j->first);
    maille_free(j->entries);
    travel_pairs_clear(&j->pairs);
}

maille_status maille_reach_k_nearest(maille_ctx *ctx, const maille_network *network,
                                     const maille_hierarchy *hierarchy, const maille_stop *origins,
                                     uint32_t origin_count, const maille_stop *destinations,
                                     uint32_t destination_count, uint32_t k, uint32_t limit_ms,
                                     maille_matrix **out) {
    job j = {.pairs = {.network = network,
                       .origins = origins,
                       .destinations = destinations,
                       .origin_count = origin_count,
                       .destination_count = destination_count,
                       .limit_ms = limit_ms,
                       .nearest = k,
                       .steps = destination_count},
             .hierarchy = hierarchy};
    *out = NULL;
    maille_status status = prepare(ctx, &j);
    if (!status)
        status = travel_pairs_run(ctx, &j.pairs, search_row, &j, out);
    free_job(&j);
    return status;
}

maille_status maille_reach_times(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, const maille_stop *origins,
                                 uint32_t origin_count, const maille_stop *destinations,
                                 uint32_t destination_count, uint32_t limit_ms,
                                 maille_matrix **out) {
    return maille_reach_k_nearest(ctx, network, hierarchy, origins, origin_count, destinations,
                                  destination_count, UINT32_MAX, limit_ms, out);
}
