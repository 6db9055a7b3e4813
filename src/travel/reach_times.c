/* The sparse matrix within a limit, by buckets: each destination leaves at the places that descents
 * to it come from how far it is; each origin climbs and looks into the buckets on its way
 * (S. Knopp, P. Sanders, D. Schultes, F. Schulz, D. Wagner, "Computing Many-to-Many Shortest Paths
 * Using Highway Hierarchies", 2007). Climbs end at the limit, and places to which a climb made a
 * detour are left out, so that the work grows with what lies within the limit, not with the
 * network. */
#include <stdatomic.h>
#include <string.h>

#include <maille/memory.h>
#include <maille/pool.h>

#include "travel/reach_scratch.h"
#include "travel/rows.h"
#include "travel/search.h"

#define STOPS_A_PIECE 16

/* What descents to a piece of destinations came from. */
typedef struct {
    uint32_t place, ms, destination;
} descent;
typedef MAILLE_VEC(descent) descents;

typedef struct {
    uint32_t destination, ms;
} entry;

/* What a worker writes while it searches; as clean after a row as before it. */
typedef struct {
    travel_climb from, towards;
    uint32_t *best_ms; /* of each destination */
    uint64_t *reached; /* one bit a destination */
} scratch;

typedef struct {
    const maille_network *network;
    const maille_hierarchy *hierarchy;
    const maille_stop *origins, *destinations;
    uint32_t origin_count, destination_count, limit_ms;
    travel_seeds leaving, arriving;
    travel_places standing;
    descents *pieces; /* of destinations */
    uint64_t *first;  /* bucket of place p: entries [first[p], first[p + 1]) */
    entry *entries;
    scratch *workers;
    unsigned worker_count;
    travel_rows rows;
    atomic_size_t rows_done;
} job;

static size_t piece_count(const job *j) {
    return j->destination_count / STOPS_A_PIECE + 1;
}

static maille_status make_scratch(maille_ctx *ctx, const job *j, scratch *s) {
    uint32_t places = j->hierarchy->node_count;
    s->best_ms = maille_alloc(j->destination_count, sizeof *s->best_ms);
    s->reached = maille_alloc((size_t)j->destination_count / 64 + 1, sizeof *s->reached);
    if (!s->best_ms || !s->reached || !travel_climb_init(&s->from, &j->hierarchy->out, places) ||
        !travel_climb_init(&s->towards, &j->hierarchy->in, places))
        return maille_no_memory(ctx);
    memset(s->best_ms, 0xFF, j->destination_count * sizeof *s->best_ms);
    return MAILLE_OK;
}

static void climb_from(const job *j, travel_climb *climb, const travel_seeds *seeds, uint32_t stop,
                       const maille_climb *against) {
    for (uint64_t s = seeds->start[stop]; s < seeds->start[stop + 1]; s++)
        if (seeds->ms[s] <= j->limit_ms)
            travel_climb_lower(climb, j->hierarchy->place[seeds->nodes[s]], seeds->ms[s]);
    travel_climb_run(climb, j->limit_ms);
    travel_climb_prune(climb, against);
}

static maille_status descend(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                             size_t end) {
    job *j = user;
    travel_climb *climb = &j->workers[worker].towards;
    descents *out = &j->pieces[begin / STOPS_A_PIECE];
    bool ok = true;
    for (size_t d = begin; d < end; d++) {
        climb_from(j, climb, &j->arriving, (uint32_t)d, &j->hierarchy->out);
        for (uint32_t i = 0; i < climb->kept_count; i++) {
            uint32_t place = climb->kept[i];
            ok = ok && MAILLE_VEC_PUSH(out, ((descent){place, climb->ms[place], (uint32_t)d}));
        }
        travel_climb_clear(climb);
    }
    return ok ? MAILLE_OK : maille_no_memory(ctx);
}

/* Turns destination → places into place → destinations. */
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

static void reach(const job *j, scratch *s, uint32_t destination, uint64_t ms) {
    if (ms > j->limit_ms || ms >= s->best_ms[destination])
        return;
    s->best_ms[destination] = (uint32_t)ms;
    s->reached[destination / 64] |= UINT64_C(1) << destination % 64;
}

static void search_row(const job *j, scratch *s, uint32_t row) {
    travel_climb *climb = &s->from;
    climb_from(j, climb, &j->leaving, row, &j->hierarchy->in);
    for (uint32_t i = 0; i < climb->kept_count; i++) {
        uint32_t place = climb->kept[i];
        uint64_t ms = climb->ms[place];
        for (uint64_t e = j->first[place]; e < j->first[place + 1]; e++)
            reach(j, s, j->entries[e].destination, ms + j->entries[e].ms);
    }
    travel_climb_clear(climb);
    uint32_t road = travel_place(j->network, &j->origins[row]);
    if (road != UINT32_MAX)
        for (uint32_t p = travel_places_find(&j->standing, road);
             p < j->standing.count && j->standing.items[p].place == road; p++) {
            uint32_t d = j->standing.items[p].stop;
            reach(j, s, d, travel_along(j->network, &j->origins[row], &j->destinations[d]));
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
    size_t done = atomic_fetch_add(&j->rows_done, end - begin) + (end - begin);
    maille_progress(ctx, "times", done, j->origin_count);
    return MAILLE_OK;
}

static maille_status prepare(maille_ctx *ctx, job *j) {
    maille_status status;
    MAILLE_TRY(travel_check_hierarchy(ctx, j->network, j->hierarchy));
    MAILLE_TRY(
        travel_seeds_make(ctx, j->network, j->origins, j->origin_count, MAILLE_FROM, &j->leaving));
    MAILLE_TRY(travel_seeds_make(ctx, j->network, j->destinations, j->destination_count,
                                 MAILLE_TOWARDS, &j->arriving));
    MAILLE_TRY(
        travel_places_make(ctx, j->network, j->destinations, j->destination_count, &j->standing));
    MAILLE_TRY(
        travel_rows_init(ctx, &j->rows, j->origin_count, j->destination_count, STOPS_A_PIECE));
    j->worker_count = maille_ctx_jobs(ctx);
    j->workers = maille_alloc(j->worker_count, sizeof *j->workers);
    j->pieces = maille_alloc(piece_count(j), sizeof *j->pieces);
    if (!j->workers || !j->pieces)
        return maille_no_memory(ctx);
    for (unsigned w = 0; w < j->worker_count; w++)
        MAILLE_TRY(make_scratch(ctx, j, &j->workers[w]));
done:
    return status;
}

static void free_job(job *j) {
    for (size_t piece = 0; j->pieces && piece < piece_count(j); piece++)
        MAILLE_VEC_FREE(&j->pieces[piece]);
    maille_free(j->pieces);
    for (unsigned w = 0; j->workers && w < j->worker_count; w++) {
        travel_climb_free(&j->workers[w].from);
        travel_climb_free(&j->workers[w].towards);
        maille_free(j->workers[w].best_ms);
        maille_free(j->workers[w].reached);
    }
    maille_free(j->workers);
    travel_seeds_clear(&j->leaving);
    travel_seeds_clear(&j->arriving);
    travel_places_clear(&j->standing);
    maille_free(j->first);
    maille_free(j->entries);
    travel_rows_clear(&j->rows);
}

maille_status maille_reach_times(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, const maille_stop *origins,
                                 uint32_t origin_count, const maille_stop *destinations,
                                 uint32_t destination_count, uint32_t limit_ms,
                                 maille_matrix **out) {
    job j = {.network = network,
             .hierarchy = hierarchy,
             .origins = origins,
             .destinations = destinations,
             .origin_count = origin_count,
             .destination_count = destination_count,
             .limit_ms = limit_ms < MAILLE_UNREACHED ? limit_ms : MAILLE_UNREACHED - 1};
    *out = NULL;
    maille_status status;
    MAILLE_TRY(prepare(ctx, &j));
    MAILLE_TRY(maille_parallel(ctx, destination_count, STOPS_A_PIECE, descend, &j));
    MAILLE_TRY(fill_buckets(ctx, &j));
    MAILLE_TRY(maille_parallel(ctx, origin_count, STOPS_A_PIECE, run_piece, &j));
    MAILLE_TRY(travel_rows_finish(ctx, &j.rows, out));
done:
    free_job(&j);
    return status;
}
