/* The file of a hierarchy in the cache. It is read as it lies on the disk. */
#include <maille/cachefile.h>
#include <maille/hierarchy.h>
#include <maille/memory.h>

static const maille_cache_kind hierarchy_kind = {"MAILLECH", 1};

enum {
    SHORTCUTS,
    PLACE,
    NODE,
    OUT_FIRST,
    OUT_OTHER,
    OUT_MS,
    IN_FIRST,
    IN_OTHER,
    IN_MS,
    ARRAY_COUNT
};

maille_status maille_hierarchy_save(maille_ctx *ctx, const maille_hierarchy *hierarchy,
                                    const char *path, const char *key) {
    const maille_hierarchy *h = hierarchy;
    uint64_t shortcuts = h->shortcuts, node_bytes = h->node_count * sizeof(uint32_t);
    uint64_t first_bytes = node_bytes + sizeof(uint32_t);
    uint64_t out_bytes = h->out.first[h->node_count] * sizeof(uint32_t);
    uint64_t in_bytes = h->in.first[h->node_count] * sizeof(uint32_t);
    const maille_cache_array arrays[ARRAY_COUNT] = {
        [SHORTCUTS] = {&shortcuts, sizeof shortcuts},
        [PLACE] = {h->place, node_bytes},
        [NODE] = {h->node, node_bytes},
        [OUT_FIRST] = {h->out.first, first_bytes},
        [OUT_OTHER] = {h->out.other, out_bytes},
        [OUT_MS] = {h->out.ms, out_bytes},
        [IN_FIRST] = {h->in.first, first_bytes},
        [IN_OTHER] = {h->in.other, in_bytes},
        [IN_MS] = {h->in.ms, in_bytes},
    };
    return maille_cache_write(ctx, path, hierarchy_kind, key, arrays, ARRAY_COUNT);
}

/* Places and nodes, each the inverse of the other. */
static bool is_order(const uint32_t *place, const uint32_t *node, uint32_t nodes) {
    for (uint32_t v = 0; v < nodes; v++)
        if (place[v] >= nodes || node[place[v]] != v)
            return false;
    return true;
}

/* Arcs of each place sorted by their other end, which is more important. */
static bool is_climb(const maille_climb *climb, uint32_t nodes, uint64_t arcs) {
    if (climb->first[0] != 0 || climb->first[nodes] != arcs)
        return false;
    for (uint32_t p = 0; p < nodes; p++)
        if (climb->first[p] > climb->first[p + 1] || climb->first[p + 1] > arcs)
            return false;
    for (uint32_t p = 0; p < nodes; p++)
        for (uint32_t i = climb->first[p]; i < climb->first[p + 1]; i++)
            if (climb->other[i] >= p || climb->ms[i] == MAILLE_NO_ARC ||
                (i > climb->first[p] && climb->other[i - 1] >= climb->other[i]))
                return false;
    return true;
}

/* The checksum tells what we wrote; this, that no search can leave the arrays. */
static bool is_hierarchy(const maille_cache_array *a, maille_hierarchy *h) {
    uint64_t firsts = a[OUT_FIRST].bytes / sizeof(uint32_t), nodes = firsts - 1;
    uint64_t out_arcs = a[OUT_OTHER].bytes / sizeof(uint32_t);
    uint64_t in_arcs = a[IN_OTHER].bytes / sizeof(uint32_t);
    const uint64_t numbers[ARRAY_COUNT] = {
        [SHORTCUTS] = sizeof h->shortcuts / sizeof(uint32_t),
        [PLACE] = nodes,
        [NODE] = nodes,
        [OUT_FIRST] = firsts,
        [OUT_OTHER] = out_arcs,
        [OUT_MS] = out_arcs,
        [IN_FIRST] = firsts,
        [IN_OTHER] = in_arcs,
        [IN_MS] = in_arcs,
    };
    if (firsts < 1 || nodes > UINT32_MAX || out_arcs > UINT32_MAX || in_arcs > UINT32_MAX)
        return false;
    for (uint32_t i = 0; i < ARRAY_COUNT; i++)
        if (a[i].bytes != numbers[i] * sizeof(uint32_t))
            return false;
    h->node_count = (uint32_t)nodes;
    h->shortcuts = *(const uint64_t *)a[SHORTCUTS].data;
    h->place = a[PLACE].data;
    h->node = a[NODE].data;
    h->out = (maille_climb){a[OUT_FIRST].data, a[OUT_OTHER].data, a[OUT_MS].data};
    h->in = (maille_climb){a[IN_FIRST].data, a[IN_OTHER].data, a[IN_MS].data};
    return h->shortcuts <= out_arcs + in_arcs && is_order(h->place, h->node, h->node_count) &&
           is_climb(&h->out, h->node_count, out_arcs) && is_climb(&h->in, h->node_count, in_arcs);
}

maille_status maille_hierarchy_load(maille_ctx *ctx, const char *path, const char *key,
                                    maille_hierarchy **out) {
    maille_cache_array arrays[ARRAY_COUNT], mapping;
    *out = NULL;
    maille_status status =
        maille_cache_map(ctx, path, hierarchy_kind, key, arrays, ARRAY_COUNT, &mapping);
    if (status)
        return status;
    maille_hierarchy *h = maille_alloc(1, sizeof *h);
    if (!h) {
        maille_cache_unmap(mapping);
        return maille_no_memory(ctx);
    }
    h->mapping = mapping.data;
    h->mapping_bytes = mapping.bytes;
    if (!is_hierarchy(arrays, h)) {
        maille_hierarchy_free(h);
        return maille_fail(ctx, MAILLE_REFUSED, "%s: the cache file held no hierarchy", path);
    }
    *out = h;
    return MAILLE_OK;
}
