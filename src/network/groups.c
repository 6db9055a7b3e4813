/* Which roads a border-connected group of communes may use. */
#include <stdlib.h>

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/snap.h>

typedef struct {
    uint32_t group, component;
} membership;

static int compare_memberships(const void *pa, const void *pb) {
    const membership *a = pa, *b = pb;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->component > b->component) - (a->component < b->component);
}

/* The component that has most nodes in each group; the lowest number of equals. */
static maille_status main_components(maille_ctx *ctx, const maille_network *network,
                                     const uint32_t *node_group, uint32_t group_count,
                                     uint32_t *main) {
    membership *all = maille_alloc(network->node_count, sizeof *all);
    uint32_t *most = maille_alloc(group_count, sizeof *most);
    if (!all || !most) {
        maille_free(all);
        maille_free(most);
        return maille_no_memory(ctx);
    }
    size_t count = 0;
    for (uint32_t v = 0; v < network->node_count; v++)
        if (node_group[v] < group_count)
            all[count++] = (membership){node_group[v], network->component[v]};
    qsort(all, count, sizeof *all, compare_memberships);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && compare_memberships(&all[begin], &all[end]) == 0;)
            end++;
        membership m = all[begin];
        if (end - begin > most[m.group]) {
            most[m.group] = (uint32_t)(end - begin);
            main[m.group] = m.component;
        }
    }
    maille_free(all);
    maille_free(most);
    return MAILLE_OK;
}

maille_status maille_edge_groups(maille_ctx *ctx, const maille_network *network,
                                 const uint32_t *node_group, uint32_t group_count,
                                 uint32_t **edge_group) {
    maille_status status = MAILLE_OK;
    *edge_group = NULL;
    uint32_t *main = maille_alloc(group_count, sizeof *main);
    uint32_t *result = maille_alloc(network->edge_count, sizeof *result);
    if (!main || !result) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t g = 0; g < group_count; g++)
        main[g] = MAILLE_ABSENT;
    status = main_components(ctx, network, node_group, group_count, main);
    if (status)
        goto done;
    for (uint32_t e = 0; e < network->edge_count; e++) {
        uint32_t from = network->edge_from[e], to = network->edge_to[e];
        uint32_t component = network->component[from];
        uint32_t start = node_group[from], end = node_group[to];
        result[e] = MAILLE_ABSENT;
        if (network->component[to] != component)
            continue;
        if (start < group_count && main[start] == component)
            result[e] = start;
        else if (end < group_count && main[end] == component)
            result[e] = end;
    }
    *edge_group = result;
    result = NULL;
done:
    maille_free(main);
    maille_free(result);
    return status;
}
