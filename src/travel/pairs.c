/* Rows of pairs: prepared, searched in parallel, collected. */
#include "travel/pairs.h"

#include <unistd.h>

#include <maille/memory.h>
#include <maille/pool.h>

#define ROWS_TRIED 16u
#define BYTES_A_PAIR (2 * sizeof(uint32_t))

static maille_status make_found(maille_ctx *ctx, const travel_pairs *p, travel_found *found) {
    bool cuts = p->nearest < p->destination_count;
    found->best_ms = maille_alloc(p->destination_count, sizeof *found->best_ms);
    found->keys = maille_alloc(cuts ? p->destination_count : 0, sizeof *found->keys);
    if (!found->best_ms || !found->keys ||
        !travel_marks_init(&found->reached, p->destination_count))
        return maille_no_memory(ctx);
    for (uint32_t d = 0; d < p->destination_count; d++)
        found->best_ms[d] = p->limit_ms + 1;
    return MAILLE_OK;
}

maille_status travel_pairs_prepare(maille_ctx *ctx, travel_pairs *p) {
    maille_status status;
    if (p->limit_ms == MAILLE_UNREACHED)
        p->limit_ms--;
    MAILLE_TRY(
        travel_seeds_make(ctx, p->network, p->origins, p->origin_count, MAILLE_FROM, &p->leaving));
    MAILLE_TRY(travel_seeds_make(ctx, p->network, p->destinations, p->destination_count,
                                 MAILLE_TOWARDS, &p->arriving));
    MAILLE_TRY(
        travel_places_make(ctx, p->network, p->destinations, p->destination_count, &p->standing));
    MAILLE_TRY(travel_rows_init(ctx, &p->rows, p->origin_count, p->destination_count,
                                TRAVEL_ROWS_A_PIECE));
    p->steps += p->origin_count;
    p->worker_count = maille_ctx_jobs(ctx);
    p->found = maille_alloc(p->worker_count, sizeof *p->found);
    if (!p->found)
        return maille_no_memory(ctx);
    for (unsigned w = 0; w < p->worker_count; w++)
        MAILLE_TRY(make_found(ctx, p, &p->found[w]));
done:
    return status;
}

void travel_pairs_clear(travel_pairs *p) {
    for (unsigned w = 0; p->found && w < p->worker_count; w++) {
        maille_free(p->found[w].best_ms);
        travel_marks_free(&p->found[w].reached);
        maille_free(p->found[w].keys);
    }
    maille_free(p->found);
    travel_seeds_clear(&p->leaving);
    travel_seeds_clear(&p->arriving);
    travel_places_clear(&p->standing);
    travel_rows_clear(&p->rows);
}

/* Those on the same road, which may be reached without passing a node, and the stop itself. */
static void find_near(const travel_pairs *p, travel_found *found, uint32_t row) {
    uint32_t road = travel_place(p->network, &p->origins[row]);
    if (road != UINT32_MAX)
        for (uint32_t i = travel_places_find(&p->standing, road);
             i < p->standing.count && p->standing.items[i].place == road; i++) {
            uint32_t d = p->standing.items[i].stop;
            travel_found_lower(p, found, d,
                               travel_along(p->network, &p->origins[row], &p->destinations[d]));
        }
    if (p->origins == p->destinations && row < p->destination_count)
        travel_found_lower(p, found, row, 0);
}

static size_t count_reached(const travel_marks *reached) {
    size_t count = 0;
    for (uint32_t word = travel_marked_word(reached, 0); word != TRAVEL_NO_WORD;
         word = travel_marked_word(reached, word + 1))
        count += (size_t)__builtin_popcountll(reached->words[word]);
    return count;
}

/* Keys below this are those of the nearest destinations, as many as the row keeps; more were
 * reached. */
static uint64_t find_bound(const travel_pairs *p, const travel_found *found) {
    const travel_marks *reached = &found->reached;
    size_t count = 0;
    for (uint32_t word = travel_marked_word(reached, 0); word != TRAVEL_NO_WORD;
         word = travel_marked_word(reached, word + 1))
        for (uint64_t bits = reached->words[word]; bits; bits &= bits - 1) {
            uint32_t d = word * 64 + (uint32_t)__builtin_ctzll(bits);
            found->keys[count++] = travel_key(found->best_ms[d], d);
        }
    return travel_key_at(found->keys, count, p->nearest);
}

/* Appends the row in order of columns, unless memory ran out for it, and cleans it. */
static bool collect(const travel_pairs *p, travel_found *found, travel_piece *out,
                    uint64_t *row_count) {
    travel_marks *reached = &found->reached;
    uint64_t bound = UINT64_MAX;
    size_t kept = count_reached(reached), at = out->column.count;
    if (kept > p->nearest) {
        bound = find_bound(p, found);
        kept = p->nearest;
    }
    size_t room = at + kept + 1; /* never none, so that there are arrays */
    bool ok = MAILLE_VEC_RESERVE(&out->column, room) && MAILLE_VEC_RESERVE(&out->ms, room);
    for (uint32_t word = travel_marked_word(reached, 0); word != TRAVEL_NO_WORD;
         word = travel_marked_word(reached, word + 1)) {
        for (uint64_t bits = reached->words[word]; bits; bits &= bits - 1) {
            uint32_t d = word * 64 + (uint32_t)__builtin_ctzll(bits), ms = found->best_ms[d];
            found->best_ms[d] = p->limit_ms + 1;
            if (!ok || travel_key(ms, d) >= bound)
                continue;
            out->column.items[at] = d;
            out->ms.items[at++] = ms;
        }
        reached->words[word] = 0;
        reached->groups[word / 64] &= ~(UINT64_C(1) << word % 64);
    }
    out->column.count = out->ms.count = at;
    *row_count = kept;
    return ok;
}

void travel_pairs_tell(maille_ctx *ctx, travel_pairs *p, unsigned worker, size_t steps) {
    size_t done = atomic_fetch_add(&p->steps_done, steps) + steps;
    if (worker == 0)
        maille_progress(ctx, "times", done, p->steps);
}

typedef struct {
    travel_pairs *pairs;
    travel_search_row *search;
    void *user;
} run;

static maille_status run_piece(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                               size_t end) {
    const run *r = user;
    travel_pairs *p = r->pairs;
    travel_found *found = &p->found[worker];
    travel_piece *out = travel_rows_piece(&p->rows, begin);
    for (size_t row = begin; row < end; row++) {
        r->search(r->user, worker, (uint32_t)row, found);
        find_near(p, found, (uint32_t)row);
        if (!collect(p, found, out, &p->rows.row_count[row + 1]))
            return maille_no_memory(ctx);
    }
    travel_pairs_tell(ctx, p, worker, end - begin);
    return MAILLE_OK;
}

/* The system grants more memory than there is, and ends whoever then uses it: so this is told
 * beforehand. */
static maille_status foresee(maille_ctx *ctx, const run *r) {
    const travel_pairs *p = r->pairs;
    uint32_t longest = p->nearest < p->destination_count ? p->nearest : p->destination_count;
    double most = (double)p->origin_count * longest * BYTES_A_PAIR;
    double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    uint64_t pairs = 0;
    travel_piece tried = {0};
    bool ok = true;
    if (most < memory / 4)
        return MAILLE_OK;
    for (uint32_t i = 0; i < ROWS_TRIED; i++) {
        uint32_t row = (uint32_t)((uint64_t)p->origin_count * i / ROWS_TRIED);
        uint64_t count = 0;
        r->search(r->user, 0, row, &p->found[0]);
        find_near(p, &p->found[0], row);
        tried.column.count = 0;
        ok = ok && collect(p, &p->found[0], &tried, &count);
        pairs += count;
    }
    MAILLE_VEC_FREE(&tried.column);
    MAILLE_VEC_FREE(&tried.ms);
    if (!ok)
        return maille_no_memory(ctx);
    double bytes = (double)pairs * BYTES_A_PAIR / ROWS_TRIED * p->origin_count;
    if (bytes > memory)
        return maille_fail(ctx, MAILLE_NO_MEMORY,
                           "times of %u origins to %u destinations needed about %.0f GB of memory, "
                           "and there were %.0f GB: a lower limit or fewer points need less",
                           p->origin_count, p->destination_count, bytes / 1e9, memory / 1e9);
    maille_log(ctx, bytes > memory / 4 ? MAILLE_LOG_WARNING : MAILLE_LOG_INFO,
               "times of %u origins to %u destinations: about %.1f GB of memory", p->origin_count,
               p->destination_count, bytes / 1e9);
    return MAILLE_OK;
}

maille_status travel_pairs_run(maille_ctx *ctx, travel_pairs *pairs, travel_search_row *search,
                               void *user, maille_matrix **out) {
    run r = {pairs, search, user};
    maille_status status;
    MAILLE_TRY(foresee(ctx, &r));
    MAILLE_TRY(maille_parallel(ctx, pairs->origin_count, TRAVEL_ROWS_A_PIECE, run_piece, &r));
    MAILLE_TRY(travel_rows_finish(ctx, &pairs->rows, out));
    maille_progress(ctx, "times", pairs->steps, pairs->steps);
done:
    return status;
}
