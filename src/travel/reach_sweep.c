/* Rows of slots, and the loops over them: for any processor and for those with AVX2, the same
 * integers from both. */
#include "travel/reach_sweep.h"

#define LONGEST_ROW 2048u /* its times stay in the nearest cache while its arcs go by */

typedef struct {
    uint32_t *level, *degree; /* of each node */
    uint32_t *order, *other_order;
    uint32_t levels, degrees; /* one more than the highest */
} sorting;

static maille_status measure(maille_ctx *ctx, const maille_hierarchy *h, const maille_climb *arcs,
                             sorting *s) {
    uint32_t nodes = h->node_count;
    s->level = maille_alloc(nodes, sizeof *s->level);
    s->degree = maille_alloc(nodes, sizeof *s->degree);
    s->order = maille_alloc(nodes, sizeof *s->order);
    s->other_order = maille_alloc(nodes, sizeof *s->other_order);
    if (!s->level || !s->degree || !s->order || !s->other_order)
        return maille_no_memory(ctx);
    for (uint32_t p = 0; p < nodes; p++) {
        uint32_t level = 0, node = h->node[p];
        for (uint32_t a = arcs->first[p]; a < arcs->first[p + 1]; a++) {
            uint32_t above = s->level[h->node[arcs->other[a]]];
            level = above >= level ? above + 1 : level;
        }
        s->level[node] = level;
        s->degree[node] = arcs->first[p + 1] - arcs->first[p];
        s->levels = level >= s->levels ? level + 1 : s->levels;
        s->degrees = s->degree[node] >= s->degrees ? s->degree[node] + 1 : s->degrees;
        s->order[p] = p;
    }
    return MAILLE_OK;
}

/* Nodes in the order of their keys, those of one key as they were. */
static maille_status sort_by(maille_ctx *ctx, const uint32_t *key, uint32_t keys, uint32_t count,
                             const uint32_t *from, uint32_t *to) {
    uint32_t *next = maille_alloc((size_t)keys + 1, sizeof *next);
    if (!next)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++)
        next[key[i] + 1]++;
    for (uint32_t k = 0; k < keys; k++)
        next[k + 1] += next[k];
    for (uint32_t i = 0; i < count; i++)
        to[next[key[from[i]]]++] = from[i];
    maille_free(next);
    return MAILLE_OK;
}

/* Cuts the order into rows; only counts them where `rows` is NULL. */
static uint32_t cut_rows(const sorting *s, uint32_t count, travel_row *rows) {
    uint32_t row_count = 0, arcs = 0, begin = 0;
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t node = s->order[begin], degree = s->degree[node];
        if (i < count && i - begin < LONGEST_ROW && s->degree[s->order[i]] == degree &&
            s->level[s->order[i]] == s->level[node])
            continue;
        if (rows)
            rows[row_count] = (travel_row){begin, i - begin, degree, arcs};
        row_count++;
        arcs += (i - begin) * degree;
        begin = i;
    }
    return row_count;
}

static void fill_row(const maille_hierarchy *h, const maille_climb *arcs, const sorting *s,
                     const travel_row *row, const travel_sweep *sweep) {
    for (uint32_t i = 0; i < row->count; i++) {
        uint32_t a = arcs->first[h->place[s->order[row->begin + i]]];
        for (uint32_t c = 0; c < row->degree; c++) {
            uint32_t at = row->arcs + c * row->count + i;
            sweep->other[at] = sweep->slot_of_node[h->node[arcs->other[a + c]]];
            sweep->rest[at] = UINT32_MAX - arcs->ms[a + c];
        }
    }
}

maille_status travel_sweep_make(maille_ctx *ctx, const maille_hierarchy *hierarchy,
                                const maille_climb *arcs, travel_sweep *out) {
    uint32_t nodes = hierarchy->node_count;
    sorting s = {0};
    *out = (travel_sweep){.slot_count = nodes};
    maille_status status;
    MAILLE_TRY(measure(ctx, hierarchy, arcs, &s));
    /* nodes of one row stay in the order of their numbers: neighbours often lie together */
    MAILLE_TRY(sort_by(ctx, s.degree, s.degrees, nodes, s.order, s.other_order));
    MAILLE_TRY(sort_by(ctx, s.level, s.levels, nodes, s.other_order, s.order));
    out->row_count = cut_rows(&s, nodes, NULL);
    out->slot_of_node = maille_alloc(nodes, sizeof *out->slot_of_node);
    out->other = maille_alloc(arcs->first[nodes], sizeof *out->other);
    out->rest = maille_alloc(arcs->first[nodes], sizeof *out->rest);
    out->rows = maille_alloc(out->row_count, sizeof *out->rows);
    if (!out->slot_of_node || !out->other || !out->rest || !out->rows) {
        status = maille_no_memory(ctx);
        goto done;
    }
    cut_rows(&s, nodes, out->rows);
    for (uint32_t i = 0; i < nodes; i++)
        out->slot_of_node[s.order[i]] = i;
    for (uint32_t r = 0; r < out->row_count; r++)
        fill_row(hierarchy, arcs, &s, &out->rows[r], out);
done:
    maille_free(s.level);
    maille_free(s.degree);
    maille_free(s.order);
    maille_free(s.other_order);
    if (status)
        travel_sweep_clear(out);
    return status;
}

void travel_sweep_clear(travel_sweep *sweep) {
    maille_free(sweep->slot_of_node);
    maille_free(sweep->other);
    maille_free(sweep->rest);
    maille_free(sweep->rows);
    *sweep = (travel_sweep){0};
}

TRAVEL_EACH_PROCESSOR lower_row(uint32_t *restrict to, const uint32_t *restrict from,
                                const uint32_t *restrict other, const uint32_t *restrict rest,
                                uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t total = travel_add(from[other[i]], rest[i]);
        to[i] = total < to[i] ? total : to[i];
    }
}

TRAVEL_EACH_PROCESSOR run_rows(const travel_sweep *sweep, uint32_t *ms) {
    for (uint32_t r = 0; r < sweep->row_count; r++) {
        const travel_row *row = &sweep->rows[r];
        for (uint32_t c = 0; c < row->degree; c++) {
            size_t at = row->arcs + (size_t)c * row->count;
            lower_row(ms + row->begin, ms, sweep->other + at, sweep->rest + at, row->count);
        }
    }
}

TRAVEL_EACH_PROCESSOR lower_row_keys(uint64_t *restrict to, const uint64_t *restrict from,
                                     const uint32_t *restrict other, const uint32_t *restrict rest,
                                     uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint64_t total = travel_add_to_key(from[other[i]], UINT32_MAX - rest[i]);
        to[i] = total < to[i] ? total : to[i];
    }
}

TRAVEL_EACH_PROCESSOR run_rows_keys(const travel_sweep *sweep, uint64_t *keys) {
    for (uint32_t r = 0; r < sweep->row_count; r++) {
        const travel_row *row = &sweep->rows[r];
        for (uint32_t c = 0; c < row->degree; c++) {
            size_t at = row->arcs + (size_t)c * row->count;
            lower_row_keys(keys + row->begin, keys, sweep->other + at, sweep->rest + at,
                           row->count);
        }
    }
}

TRAVEL_EACH_PROCESSOR tell_rows(const uint32_t *restrict slot, const uint32_t *restrict slot_ms,
                                uint32_t count, uint32_t *restrict ms) {
    for (uint32_t v = 0; v < count; v++)
        ms[v] = slot_ms[slot[v]];
}

TRAVEL_AVX2 static void run_avx2(const travel_sweep *sweep, uint32_t *ms) {
    run_rows(sweep, ms);
}
TRAVEL_AVX2 static void run_keys_avx2(const travel_sweep *sweep, uint64_t *keys) {
    run_rows_keys(sweep, keys);
}
TRAVEL_AVX2 static void tell_avx2(const travel_sweep *sweep, const uint32_t *slot_ms,
                                  uint32_t *ms) {
    tell_rows(sweep->slot_of_node, slot_ms, sweep->slot_count, ms);
}

void travel_sweep_run(const travel_sweep *sweep, uint32_t *ms) {
    if (TRAVEL_HAS_AVX2)
        run_avx2(sweep, ms);
    else
        run_rows(sweep, ms);
}

void travel_sweep_run_keys(const travel_sweep *sweep, uint64_t *keys) {
    if (TRAVEL_HAS_AVX2)
        run_keys_avx2(sweep, keys);
    else
        run_rows_keys(sweep, keys);
}

void travel_sweep_tell(const travel_sweep *sweep, const uint32_t *slot_ms, uint32_t *ms) {
    if (TRAVEL_HAS_AVX2)
        tell_avx2(sweep, slot_ms, ms);
    else
        tell_rows(sweep->slot_of_node, slot_ms, sweep->slot_count, ms);
}
