/* Tables: the hierarchy cut down to the places that climbs from the origins and descents to the
 * destinations can pass, then sixteen origins at once: their climbs, one sweep, a block of rows
 * (D. Delling, A. Goldberg, R. Werneck, "Faster Batched Shortest Paths in Road Networks", 2011). */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <maille/pool.h>

#include "travel/reach_lanes.h"
#include "travel/search.h"

/* What a worker writes. */
typedef struct {
    uint32_t *block, *lanes; /* the block holds the lanes, which begin on a line of the cache */
    travel_marks marks;
} bench;

typedef struct {
    const maille_network *network;
    const maille_hierarchy *hierarchy;
    const maille_stop *origins, *destinations;
    uint32_t origin_count, destination_count;
    uint32_t *ms;
    travel_seeds leaving, arriving; /* at places of the cut */
    travel_places standing;         /* destinations */
    uint32_t place_count;           /* of the cut */
    travel_arcs up, down;
    uint32_t *order; /* origins, neighbours beside each other: they climb by the same places */
    bench *workers;
    unsigned worker_count;
    atomic_size_t rows_done;
} job;

static void mark_seeds(const job *j, const travel_seeds *seeds, travel_marks *marks) {
    for (uint64_t s = 0; s < seeds->start[seeds->count]; s++)
        travel_mark(marks, j->hierarchy->place[seeds->nodes[s]]);
}

/* The arcs of one direction among the places of the cut, those of members of `which` only. */
static maille_status cut_arcs(maille_ctx *ctx, const job *j, const maille_climb *whole,
                              const travel_marks *which, const uint32_t *places,
                              const uint32_t *number, travel_arcs *out) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < j->place_count; i++)
        if (travel_marked(which, places[i]))
            count += whole->first[places[i] + 1] - whole->first[places[i]];
    out->first = maille_alloc((size_t)j->place_count + 1, sizeof *out->first);
    out->arcs = maille_alloc(count, sizeof *out->arcs);
    if (!out->first || !out->arcs)
        return maille_no_memory(ctx);
    uint32_t at = 0;
    for (uint32_t i = 0; i < j->place_count; i++) {
        uint32_t p = places[i];
        if (travel_marked(which, p))
            for (uint32_t a = whole->first[p]; a < whole->first[p + 1]; a++)
                out->arcs[at++] = (travel_arc){number[whole->other[a]], UINT32_MAX - whole->ms[a]};
        out->first[i + 1] = at;
    }
    return MAILLE_OK;
}

/* Seeds stand at nodes of the network; from here on at places of the cut. */
static void renumber(const job *j, const uint32_t *number, travel_seeds *seeds) {
    for (uint64_t s = 0; s < seeds->start[seeds->count]; s++)
        seeds->nodes[s] = number[j->hierarchy->place[seeds->nodes[s]]];
}

static maille_status cut(maille_ctx *ctx, job *j) {
    const maille_hierarchy *h = j->hierarchy;
    travel_marks climbs = {0}, descents = {0};
    uint32_t *places = maille_alloc(h->node_count, sizeof *places);
    uint32_t *number = maille_alloc(h->node_count, sizeof *number);
    maille_status status = MAILLE_OK;
    bool ok = places && number && travel_marks_init(&climbs, h->node_count) &&
              travel_marks_init(&descents, h->node_count);
    if (!ok) {
        status = maille_no_memory(ctx);
        goto done;
    }
    mark_seeds(j, &j->leaving, &climbs);
    mark_seeds(j, &j->arriving, &descents);
    travel_marks_close(&climbs, &h->out);
    travel_marks_close(&descents, &h->in);
    for (uint32_t word = 0; word <= h->node_count / 64; word++)
        for (uint64_t bits = climbs.words[word] | descents.words[word]; bits; bits &= bits - 1) {
            uint32_t p = word * 64 + (uint32_t)__builtin_ctzll(bits);
            number[p] = j->place_count;
            places[j->place_count++] = p;
        }
    MAILLE_TRY(cut_arcs(ctx, j, &h->out, &climbs, places, number, &j->up));
    MAILLE_TRY(cut_arcs(ctx, j, &h->in, &descents, places, number, &j->down));
    renumber(j, number, &j->leaving);
    renumber(j, number, &j->arriving);
done:
    travel_marks_free(&climbs);
    travel_marks_free(&descents);
    maille_free(places);
    maille_free(number);
    return status;
}

typedef struct {
    uint32_t rank, origin;
} ranked;

static int compare_ranked(const void *pa, const void *pb) {
    const ranked *a = pa, *b = pb;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return (a->origin > b->origin) - (a->origin < b->origin);
}

/* Hangs each place under the least important of those that it climbs to, and tells where a walk
 * through that tree leaves it: what shares its climbs lies together. */
static void walk_tree(const job *j, uint32_t *rank, uint32_t *size) {
    for (uint32_t p = j->place_count; p-- > 0;) {
        size[p]++;
        uint32_t end = j->up.first[p + 1];
        if (end > j->up.first[p])
            size[j->up.arcs[end - 1].other] += size[p];
    }
    uint32_t roots = 0; /* until a place's own turn, `rank` is where its next child begins */
    for (uint32_t p = 0; p < j->place_count; p++) {
        uint32_t end = j->up.first[p + 1];
        uint32_t *next = end > j->up.first[p] ? &rank[j->up.arcs[end - 1].other] : &roots;
        uint32_t mine = *next;
        *next += size[p];
        rank[p] = mine + 1;
    }
}

static maille_status order_origins(maille_ctx *ctx, job *j) {
    maille_status status = MAILLE_OK;
    uint32_t *rank = maille_alloc(j->place_count, sizeof *rank);
    uint32_t *size = maille_alloc(j->place_count, sizeof *size);
    ranked *all = maille_alloc(j->origin_count, sizeof *all);
    j->order = maille_alloc(j->origin_count, sizeof *j->order);
    if (!rank || !size || !all || !j->order) {
        status = maille_no_memory(ctx);
        goto done;
    }
    walk_tree(j, rank, size);
    for (uint32_t i = 0; i < j->origin_count; i++) {
        uint64_t s = j->leaving.start[i];
        bool nowhere = s == j->leaving.start[i + 1];
        all[i] = (ranked){nowhere ? UINT32_MAX : rank[j->leaving.nodes[s]], i};
    }
    qsort(all, j->origin_count, sizeof *all, compare_ranked);
    for (uint32_t i = 0; i < j->origin_count; i++)
        j->order[i] = all[i].origin;
done:
    maille_free(rank);
    maille_free(size);
    maille_free(all);
    return status;
}

static maille_status make_worker(maille_ctx *ctx, const job *j, bench *w) {
    w->block = maille_alloc((size_t)j->place_count + 1, TRAVEL_LANES * sizeof *w->block);
    if (!w->block || !travel_marks_init(&w->marks, j->place_count))
        return maille_no_memory(ctx);
    w->lanes = (uint32_t *)(((uintptr_t)w->block + 63) / 64 * 64);
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
    MAILLE_TRY(cut(ctx, j));
    MAILLE_TRY(order_origins(ctx, j));
    j->worker_count = maille_ctx_jobs(ctx);
    j->workers = maille_alloc(j->worker_count, sizeof *j->workers);
    if (!j->workers)
        return maille_no_memory(ctx);
    for (unsigned w = 0; w < j->worker_count && !status; w++)
        status = make_worker(ctx, j, &j->workers[w]);
done:
    return status;
}

static void seed_lanes(const job *j, bench *w, uint32_t origin, unsigned lane) {
    for (uint64_t s = j->leaving.start[origin]; s < j->leaving.start[origin + 1]; s++) {
        uint32_t place = j->leaving.nodes[s];
        uint32_t *at = w->lanes + travel_lanes_at(place);
        if (!travel_marked(&w->marks, place)) {
            travel_mark(&w->marks, place);
            memset(at, 0xFF, TRAVEL_LANES * sizeof *at);
        }
        at[lane] = j->leaving.ms[s] < at[lane] ? j->leaving.ms[s] : at[lane];
    }
}

/* Those on the same road, and the stop itself. */
static void tell_near(const job *j, uint32_t origin) {
    uint32_t *row = j->ms + (uint64_t)origin * j->destination_count;
    uint32_t place = travel_place(j->network, &j->origins[origin]);
    if (place != UINT32_MAX)
        for (uint32_t p = travel_places_find(&j->standing, place);
             p < j->standing.count && j->standing.items[p].place == place; p++) {
            uint32_t d = j->standing.items[p].stop;
            uint32_t along = travel_along(j->network, &j->origins[origin], &j->destinations[d]);
            row[d] = along < row[d] ? along : row[d];
        }
    if (j->origins == j->destinations && origin < j->destination_count)
        row[origin] = 0;
}

static maille_status run_batch(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                               size_t end) {
    job *j = user;
    bench *w = &j->workers[worker];
    unsigned count = (unsigned)(end - begin);
    const uint32_t *origins = j->order + begin;
    uint32_t *rows[TRAVEL_LANES];
    for (unsigned l = 0; l < count; l++) {
        rows[l] = j->ms + (uint64_t)origins[l] * j->destination_count;
        seed_lanes(j, w, origins[l], l);
    }
    travel_lanes_climb(&j->up, &w->marks, w->lanes);
    travel_lanes_sweep(&j->down, &w->marks, w->lanes);
    travel_marks_clear(&w->marks);
    travel_lanes_tell(&j->arriving, w->lanes, rows, count);
    for (unsigned l = 0; l < count; l++)
        tell_near(j, origins[l]);
    size_t done = atomic_fetch_add(&j->rows_done, count) + count;
    if (worker == 0) /* so that it never goes back */
        maille_progress(ctx, "times", done, j->origin_count);
    return MAILLE_OK;
}

static void free_job(job *j) {
    travel_seeds_clear(&j->leaving);
    travel_seeds_clear(&j->arriving);
    travel_places_clear(&j->standing);
    maille_free(j->up.first);
    maille_free(j->up.arcs);
    maille_free(j->down.first);
    maille_free(j->down.arcs);
    maille_free(j->order);
    for (unsigned w = 0; j->workers && w < j->worker_count; w++) {
        maille_free(j->workers[w].block);
        travel_marks_free(&j->workers[w].marks);
    }
    maille_free(j->workers);
}

maille_status maille_reach_table(maille_ctx *ctx, const maille_network *network,
                                 const maille_hierarchy *hierarchy, const maille_stop *origins,
                                 uint32_t origin_count, const maille_stop *destinations,
                                 uint32_t destination_count, uint32_t *ms) {
    job j = {.network = network,
             .hierarchy = hierarchy,
             .origins = origins,
             .destinations = destinations,
             .origin_count = origin_count,
             .destination_count = destination_count,
             .ms = ms};
    maille_status status = prepare(ctx, &j);
    if (!status)
        status = maille_parallel(ctx, origin_count, TRAVEL_LANES, run_batch, &j);
    if (!status)
        maille_progress(ctx, "times", origin_count, origin_count);
    free_job(&j);
    return status;
}

uint64_t maille_reach_table_bytes(const maille_ctx *ctx, const maille_hierarchy *hierarchy,
                                  uint32_t origin_count, uint32_t destination_count) {
    uint64_t places = hierarchy->node_count, stops = (uint64_t)origin_count + destination_count;
    uint64_t arcs = (uint64_t)hierarchy->out.first[places] + hierarchy->in.first[places];
    uint64_t lanes =
        (places + 1) * TRAVEL_LANES * sizeof(uint32_t) + places / 8 + places / 512 + 16;
    return arcs * sizeof(travel_arc) + places * 17 + stops * 96 + lanes * maille_ctx_jobs(ctx);
}
