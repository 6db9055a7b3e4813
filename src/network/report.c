/* What was read from a road file, in figures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <maille/memory.h>

#include "network/draft.h"

enum { CLASS_LIMIT = sizeof((maille_network_report){0}.classes) / sizeof(maille_road_class) };

unsigned network_report_class(maille_network_report *report, const char *name) {
    for (unsigned i = 0; i < report->class_count; i++)
        if (strcmp(report->classes[i].name, name) == 0)
            return i;
    if (report->class_count == CLASS_LIMIT)
        return CLASS_LIMIT - 1;
    unsigned index = report->class_count++;
    snprintf(report->classes[index].name, sizeof report->classes[index].name, "%s",
             index == CLASS_LIMIT - 1 ? "other" : name);
    return index;
}

static bool one_way(const maille_network *network, uint32_t edge) {
    return network->edge_ms[edge] == MAILLE_NO_ARC || network->edge_back_ms[edge] == MAILLE_NO_ARC;
}

/* Whether the edge is one direction of a road whose other direction is another edge. */
static bool is_half(const maille_network *network, uint32_t edge) {
    if (!one_way(network, edge))
        return false;
    bool forward = network->edge_ms[edge] != MAILLE_NO_ARC;
    for (uint32_t twin = network->edge_twin[edge]; twin != edge; twin = network->edge_twin[twin]) {
        bool turned = network->edge_from[twin] != network->edge_from[edge];
        bool twin_forward = network->edge_ms[twin] != MAILLE_NO_ARC;
        if (one_way(network, twin) && (forward != twin_forward) != turned)
            return true;
    }
    return false;
}

static int by_kilometres(const void *pa, const void *pb) {
    const maille_road_class *a = pa, *b = pb;
    return a->km != b->km ? (a->km < b->km ? 1 : -1) : strcmp(a->name, b->name);
}

/* Arcs from place to place, parallels once. */
static uint64_t count_joined(const maille_network *n) {
    uint64_t joined = 0;
    for (uint32_t v = 0; v < n->place_count; v++)
        for (uint32_t i = n->first_out[v]; i < n->first_out[v + 1]; i++) {
            uint32_t place = maille_network_place(n, n->head[i]), before = n->first_out[v];
            while (before < i && maille_network_place(n, n->head[before]) != place)
                before++;
            joined += before == i;
        }
    return joined;
}

maille_status network_report_finish(maille_ctx *ctx, const maille_network *network,
                                    const unsigned char *class_of, maille_network_report *report) {
    uint32_t *sizes = maille_alloc(network->component_count, sizeof *sizes);
    if (!sizes)
        return maille_no_memory(ctx);
    uint64_t both = 0;
    for (uint32_t e = 0; e < network->edge_count; e++) {
        double km = network->edge_length_m[e] / (is_half(network, e) ? 2000.0 : 1000.0);
        report->length_km += km;
        if (class_of)
            report->classes[class_of[e]].km += km;
        both += (uint64_t)(network->edge_ms[e] != MAILLE_NO_ARC) +
                (uint64_t)(network->edge_back_ms[e] != MAILLE_NO_ARC);
    }
    for (uint32_t v = 0; v < network->place_count; v++) {
        uint32_t size = ++sizes[network->component[v]];
        if (size > report->largest_component)
            report->largest_component = size;
    }
    report->edges = network->edge_count;
    report->arcs = network->arc_count;
    report->nodes = network->place_count;
    report->turn_nodes = network->node_count - network->place_count;
    report->parallels = both - count_joined(network);
    report->components = network->component_count;
    qsort(report->classes, report->class_count, sizeof report->classes[0], by_kilometres);
    while (report->class_count && !(report->classes[report->class_count - 1].km > 0))
        report->class_count--; /* ways that were left out after all */
    maille_free(sizes);
    return MAILLE_OK;
}
