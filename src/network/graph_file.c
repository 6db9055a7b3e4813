/* The graph file of the cache. It is read as it lies on the disk: the arrays of larger numbers come
 * first, so that all are aligned, and the names, which are not, last. */
#include <string.h>

#include <maille/cachefile.h>
#include <maille/memory.h>
#include <maille/network.h>

static const maille_cache_kind graph_kind = {"MAILLEGR", 3};

enum {
    NODE_XY,
    POINTS,
    LENGTH,
    FIRST_OUT,
    HEAD,
    OUT_MS,
    FIRST_IN,
    TAIL,
    IN_MS,
    COMPONENT,
    EDGE_FROM,
    EDGE_TO,
    EDGE_MS, /* there, then back */
    TWIN,
    LINE_START,
    COPY_FIRST, /* this and the next four: empty where no turns are bound */
    ARRIVAL,
    ENTER_FIRST,
    ENTER_NODE,
    ENTER_MS,
    NAMES,
    ARRAY_COUNT
};

/* The names of all nodes one after the other, each with its NUL. */
static uint64_t name_bytes(const maille_network *n) {
    if (!n->node_names || n->node_count == 0)
        return 0;
    const char *last = n->node_names[n->node_count - 1];
    return (uint64_t)(last + strlen(last) + 1 - n->node_names[0]);
}

static uint64_t entries(const maille_network *n) {
    return n->enter_first ? n->enter_first[(size_t)n->edge_count * 2] : 0;
}

static uint64_t turn_bytes(const maille_network *n, uint64_t count) {
    return n->copy_first ? count * sizeof(uint32_t) : 0;
}

maille_status maille_network_save(maille_ctx *ctx, const maille_network *network, const char *path,
                                  const char *key) {
    const maille_network *n = network;
    uint64_t nodes = n->node_count, edges = n->edge_count;
    uint64_t arc_bytes = n->arc_count * sizeof(uint32_t),
             first_bytes = (nodes + 1) * sizeof(uint32_t);
    uint64_t edge_bytes = edges * sizeof(uint32_t);
    uint32_t *both = maille_alloc(edges, 2 * sizeof *both);
    if (!both)
        return maille_no_memory(ctx);
    if (edges) {
        memcpy(both, n->edge_ms, edge_bytes);
        memcpy(both + edges, n->edge_back_ms, edge_bytes);
    }
    const maille_cache_array arrays[ARRAY_COUNT] = {
        [FIRST_OUT] = {n->first_out, first_bytes},
        [HEAD] = {n->head, arc_bytes},
        [OUT_MS] = {n->out_ms, arc_bytes},
        [FIRST_IN] = {n->first_in, first_bytes},
        [TAIL] = {n->tail, arc_bytes},
        [IN_MS] = {n->in_ms, arc_bytes},
        [NODE_XY] = {n->node_xy, nodes * sizeof *n->node_xy},
        [COMPONENT] = {n->component, nodes * sizeof *n->component},
        [EDGE_FROM] = {n->edge_from, edge_bytes},
        [EDGE_TO] = {n->edge_to, edge_bytes},
        [EDGE_MS] = {both, 2 * edge_bytes},
        [TWIN] = {n->edge_twin, edge_bytes},
        [LINE_START] = {n->edge_lines->start, (edges + 1) * sizeof(uint32_t)},
        [POINTS] = {n->edge_lines->points, n->edge_lines->start[edges] * sizeof(maille_xy)},
        [LENGTH] = {n->edge_length_m, edges * sizeof *n->edge_length_m},
        [NAMES] = {n->node_names ? n->node_names[0] : NULL, name_bytes(n)},
        [COPY_FIRST] = {n->copy_first, turn_bytes(n, n->place_count + UINT64_C(1))},
        [ARRIVAL] = {n->arrival, turn_bytes(n, 2 * edges)},
        [ENTER_FIRST] = {n->enter_first, turn_bytes(n, 2 * edges + 1)},
        [ENTER_NODE] = {n->enter_node, turn_bytes(n, entries(n))},
        [ENTER_MS] = {n->enter_ms, turn_bytes(n, entries(n))},
    };
    maille_status status = maille_cache_write(ctx, path, graph_kind, key, arrays, ARRAY_COUNT);
    maille_free(both);
    return status;
}

static bool all_below(const uint32_t *values, uint64_t count, uint64_t bound) {
    for (uint64_t i = 0; i < count; i++)
        if (values[i] >= bound)
            return false;
    return true;
}

/* Offsets: from 0, never falling, to `end`. */
static bool is_offsets(const uint32_t *first, uint64_t count, uint64_t end) {
    if (first[0] != 0 || first[count] != end)
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (first[i] > first[i + 1])
            return false;
    return true;
}

/* Rings, each from its lowest edge up and back: whoever follows one comes back to where it began.
 */
static bool are_rings(const uint32_t *twin, uint64_t count) {
    uint64_t ringed = 0;
    for (uint32_t last = 0; last < count; last++) {
        if (twin[last] > last)
            continue;
        uint32_t e = twin[last];
        for (ringed++; e != last; e = twin[e], ringed++)
            if (twin[e] <= e)
                return false;
    }
    return ringed == count;
}

static uint64_t count_of(const maille_cache_array *array) {
    return array->bytes / sizeof(uint32_t);
}

/* Places of the file: all its nodes where no turns are bound. */
static uint64_t places_of(const maille_cache_array *a, uint64_t nodes) {
    return a[COPY_FIRST].bytes ? count_of(&a[COPY_FIRST]) - 1 : nodes;
}

static bool are_turns(const maille_cache_array *a, uint64_t nodes, uint64_t edges) {
    uint64_t entered = count_of(&a[ENTER_NODE]), places = places_of(a, nodes);
    const uint64_t counts[] = {places + 1, 2 * edges, 2 * edges + 1, entered, entered};
    if (a[COPY_FIRST].bytes == 0)
        return a[ARRIVAL].bytes + a[ENTER_FIRST].bytes + a[ENTER_NODE].bytes + a[ENTER_MS].bytes ==
               0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (a[COPY_FIRST + i].bytes != counts[i] * sizeof(uint32_t))
            return false;
    return places <= nodes && is_offsets(a[COPY_FIRST].data, places, nodes - places) &&
           is_offsets(a[ENTER_FIRST].data, 2 * edges, entered) &&
           all_below(a[ARRIVAL].data, 2 * edges, nodes) &&
           all_below(a[ENTER_NODE].data, entered, nodes);
}

/* The checksum tells what we wrote; this, that it was a network. */
static bool is_network(const maille_cache_array *a, uint64_t nodes, uint64_t arcs, uint64_t edges) {
    uint64_t points = a[POINTS].bytes / sizeof(maille_xy), node_bytes = nodes * sizeof(uint32_t);
    uint64_t arc_bytes = arcs * sizeof(uint32_t), edge_bytes = edges * sizeof(uint32_t);
    const uint64_t bytes[COPY_FIRST] = {
        [FIRST_OUT] = node_bytes + sizeof(uint32_t),
        [HEAD] = arc_bytes,
        [OUT_MS] = arc_bytes,
        [FIRST_IN] = node_bytes + sizeof(uint32_t),
        [TAIL] = arc_bytes,
        [IN_MS] = arc_bytes,
        [NODE_XY] = nodes * sizeof(maille_xy),
        [COMPONENT] = node_bytes,
        [EDGE_FROM] = edge_bytes,
        [EDGE_TO] = edge_bytes,
        [EDGE_MS] = 2 * edge_bytes,
        [TWIN] = edge_bytes,
        [LINE_START] = edge_bytes + sizeof(uint32_t),
        [POINTS] = points * sizeof(maille_xy),
        [LENGTH] = edges * sizeof(double),
    };
    for (size_t i = 0; i < COPY_FIRST; i++)
        if (a[i].bytes != bytes[i])
            return false;
    return are_turns(a, nodes, edges) && is_offsets(a[FIRST_OUT].data, nodes, arcs) &&
           is_offsets(a[FIRST_IN].data, nodes, arcs) &&
           is_offsets(a[LINE_START].data, edges, points) && all_below(a[HEAD].data, arcs, nodes) &&
           all_below(a[TAIL].data, arcs, nodes) && all_below(a[COMPONENT].data, nodes, nodes) &&
           all_below(a[EDGE_FROM].data, edges, places_of(a, nodes)) &&
           all_below(a[EDGE_TO].data, edges, places_of(a, nodes)) &&
           all_below(a[TWIN].data, edges, edges) && are_rings(a[TWIN].data, edges);
}

/* Pointers and texts in one block, as in a network that was read. NULL with *ok false when the
 * texts are not as many as nodes. */
static maille_status unpack_names(maille_ctx *ctx, const char *path,
                                  const maille_cache_array *texts, uint32_t count, char ***out) {
    *out = NULL;
    if (texts->bytes == 0)
        return MAILLE_OK;
    char **names = maille_alloc(count * sizeof *names + texts->bytes, 1);
    if (!names)
        return maille_no_memory(ctx);
    char *at = (char *)(names + count), *end = at + texts->bytes;
    memcpy(at, texts->data, texts->bytes);
    uint32_t found = 0;
    if (end[-1] == '\0')
        for (; found < count && at < end; found++) {
            names[found] = at;
            at += strlen(at) + 1;
        }
    if (found != count || at != end) {
        maille_free(names);
        return maille_fail(ctx, MAILLE_REFUSED, "%s: the cache file held no network", path);
    }
    *out = names;
    return MAILLE_OK;
}

static void fill(maille_network *n, const maille_cache_array *a) {
    n->first_out = a[FIRST_OUT].data;
    n->head = a[HEAD].data;
    n->out_ms = a[OUT_MS].data;
    n->first_in = a[FIRST_IN].data;
    n->tail = a[TAIL].data;
    n->in_ms = a[IN_MS].data;
    n->node_xy = a[NODE_XY].data;
    n->component = a[COMPONENT].data;
    n->edge_from = a[EDGE_FROM].data;
    n->edge_to = a[EDGE_TO].data;
    n->edge_twin = a[TWIN].data;
    n->edge_length_m = a[LENGTH].data;
    n->edge_lines->start = a[LINE_START].data;
    n->edge_lines->points = a[POINTS].data;
    n->edge_lines->count = n->edge_count;
    if (a[COPY_FIRST].bytes) {
        n->place_count = (uint32_t)places_of(a, n->node_count);
        n->copy_first = a[COPY_FIRST].data;
        n->arrival = a[ARRIVAL].data;
        n->enter_first = a[ENTER_FIRST].data;
        n->enter_node = a[ENTER_NODE].data;
        n->enter_ms = a[ENTER_MS].data;
    }
    n->edge_ms = a[EDGE_MS].data;
    n->edge_back_ms = n->edge_ms + n->edge_count;
    for (uint32_t v = 0; v < n->node_count; v++)
        if (n->component[v] >= n->component_count)
            n->component_count = n->component[v] + 1;
}

maille_status maille_network_load(maille_ctx *ctx, const char *path, const char *key,
                                  maille_network **out) {
    maille_cache_array arrays[ARRAY_COUNT], mapping;
    maille_network *n = NULL;
    *out = NULL;
    maille_status status =
        maille_cache_map(ctx, path, graph_kind, key, arrays, ARRAY_COUNT, &mapping);
    if (status)
        return status;
    uint64_t nodes = arrays[FIRST_OUT].bytes / sizeof(uint32_t);
    uint64_t arcs = arrays[HEAD].bytes / sizeof(uint32_t);
    uint64_t edges = arrays[EDGE_FROM].bytes / sizeof(uint32_t);
    if (nodes < 1 || nodes > UINT32_MAX || arcs > UINT32_MAX || edges > UINT32_MAX ||
        !is_network(arrays, nodes - 1, arcs, edges)) {
        maille_cache_unmap(mapping);
        return maille_fail(ctx, MAILLE_REFUSED, "%s: the cache file held no network", path);
    }
    n = maille_alloc(1, sizeof *n);
    if (!n) {
        maille_cache_unmap(mapping);
        return maille_no_memory(ctx);
    }
    n->mapping = mapping.data;
    n->mapping_bytes = mapping.bytes;
    n->node_count = n->place_count = (uint32_t)nodes - 1;
    n->arc_count = (uint32_t)arcs;
    n->edge_count = (uint32_t)edges;
    n->edge_lines = maille_alloc(1, sizeof *n->edge_lines);
    status = n->edge_lines ? unpack_names(ctx, path, &arrays[NAMES], n->node_count, &n->node_names)
                           : maille_no_memory(ctx);
    if (status) {
        maille_network_free(n);
        return status;
    }
    fill(n, arrays);
    *out = n;
    return MAILLE_OK;
}
