/* Gaps: connected groups of communes that no perimeter covers. */
#include "territory/claims.h"

#include <maille/memory.h>
#include <maille/vec.h>
#include <stdlib.h>

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

typedef struct {
    const maille_adjacency *adjacency;
    const double *population;
    maille_claims claims;
    uint32_t *open, open_count; /* communes without perimeter, ascending */
    uint32_t *part;             /* gap of each */
    MAILLE_VEC(uint32_t) neighbours;
} work;

static bool is_open(const work *w, uint32_t commune) {
    return w->claims.start[commune] == w->claims.start[commune + 1];
}

/* Communes of each gap, ascending: open communes in order, dealt out to their gaps. */
static void deal_communes(const work *w, maille_gaps *gaps) {
    for (uint32_t k = 0; k < w->open_count; k++)
        gaps->gaps[w->part[k]].count++;
    for (uint32_t g = 1; g < gaps->count; g++)
        gaps->gaps[g].first = gaps->gaps[g - 1].first + gaps->gaps[g - 1].count;
    for (uint32_t g = 0; g < gaps->count; g++)
        gaps->gaps[g].count = 0;
    for (uint32_t k = 0; k < w->open_count; k++) {
        maille_gap *gap = &gaps->gaps[w->part[k]];
        gaps->communes[gap->first + gap->count++] = w->open[k];
        gap->population += w->population[w->open[k]];
    }
}

/* Perimeters of the covered communes around a gap, ascending, none twice. */
static bool list_neighbours(work *w, const maille_gaps *gaps, maille_gap *gap) {
    size_t first = w->neighbours.count;
    for (uint32_t k = gap->first; k < gap->first + gap->count; k++) {
        uint32_t commune = gaps->communes[k];
        for (uint32_t n = w->adjacency->start[commune]; n < w->adjacency->start[commune + 1]; n++) {
            uint32_t neighbour = w->adjacency->neighbour[n];
            for (uint32_t c = w->claims.start[neighbour]; c < w->claims.start[neighbour + 1]; c++)
                if (!MAILLE_VEC_PUSH(&w->neighbours, w->claims.perimeter[c]))
                    return false;
        }
    }
    size_t count = w->neighbours.count - first, kept = 0;
    uint32_t *list = w->neighbours.items + first;
    if (count > 0)
        qsort(list, count, sizeof *list, ascending);
    for (size_t k = 0; k < count; k++)
        if (k == 0 || list[k] != list[k - 1])
            list[kept++] = list[k];
    w->neighbours.count = first + kept;
    gap->first_neighbour = (uint32_t)first;
    gap->neighbour_count = (uint32_t)kept;
    return true;
}

/* A gap's own communes apart, all its neighbours are covered: else they would belong to it. */
static bool is_enclosed(const work *w, const maille_gaps *gaps, const maille_gap *gap) {
    for (uint32_t k = gap->first; k < gap->first + gap->count; k++)
        if (w->adjacency->on_edge[gaps->communes[k]])
            return false;
    return gap->neighbour_count > 0;
}

static maille_status find(maille_ctx *ctx, work *w, maille_gaps *gaps) {
    uint32_t communes = w->adjacency->commune_count;
    w->open = maille_alloc(communes, sizeof *w->open);
    w->part = maille_alloc(communes, sizeof *w->part);
    if (!w->open || !w->part)
        return maille_no_memory(ctx);
    for (uint32_t c = 0; c < communes; c++)
        if (is_open(w, c))
            w->open[w->open_count++] = c;
    gaps->covered = communes - w->open_count;
    maille_status status =
        maille_parts(ctx, w->adjacency, w->open, w->open_count, &gaps->count, w->part);
    if (status != MAILLE_OK)
        return status;
    gaps->gaps = maille_alloc(gaps->count, sizeof *gaps->gaps);
    gaps->communes = maille_alloc(w->open_count, sizeof *gaps->communes);
    if (!gaps->gaps || !gaps->communes)
        return maille_no_memory(ctx);
    deal_communes(w, gaps);
    for (uint32_t g = 0; g < gaps->count; g++) {
        if (!list_neighbours(w, gaps, &gaps->gaps[g]))
            return maille_no_memory(ctx);
        gaps->gaps[g].enclosed = is_enclosed(w, gaps, &gaps->gaps[g]);
    }
    gaps->neighbours = w->neighbours.items;
    w->neighbours.items = NULL;
    return MAILLE_OK;
}

maille_status maille_gaps_new(maille_ctx *ctx, const maille_perimeters *perimeters,
                              const maille_adjacency *adjacency, const double *population,
                              maille_gaps **out) {
    work w = {.adjacency = adjacency, .population = population};
    maille_gaps *gaps = NULL;
    *out = NULL;
    maille_status status = maille_claims_fill(ctx, perimeters, adjacency->commune_count, &w.claims);
    if (status != MAILLE_OK)
        goto done;
    if (!(gaps = maille_alloc(1, sizeof *gaps))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if ((status = find(ctx, &w, gaps)) != MAILLE_OK)
        goto done;
    *out = gaps;
    gaps = NULL;
done:
    maille_claims_free(&w.claims);
    maille_free(w.open);
    maille_free(w.part);
    MAILLE_VEC_FREE(&w.neighbours);
    maille_gaps_free(gaps);
    return status;
}

void maille_gaps_free(maille_gaps *gaps) {
    if (!gaps)
        return;
    maille_free(gaps->gaps);
    maille_free(gaps->communes);
    maille_free(gaps->neighbours);
    maille_free(gaps);
}
