/* Building a network edge by edge. */
#include "network/draft.h"

#include <math.h>
#include <string.h>

#include <maille/cachefile.h>
#include <maille/memory.h>

uint32_t network_round_ms(double ms) {
    double whole = round(ms);
    if (!(whole >= 1.0))
        return 1;
    return whole < (double)(MAILLE_NO_ARC - 1) ? (uint32_t)whole : MAILLE_NO_ARC - 1;
}

uint32_t maille_arc_ms(double length_m, double speed_kmh) {
    return network_round_ms(3600.0 * length_m / speed_kmh);
}

void maille_network_free(maille_network *network) {
    if (!network)
        return;
    maille_free(network->node_names);
    if (network->mapping) {
        maille_cache_unmap((maille_cache_array){network->mapping, network->mapping_bytes});
        maille_free(network->edge_lines);
        maille_free(network);
        return;
    }
    maille_free(network->first_out);
    maille_free(network->head);
    maille_free(network->out_ms);
    maille_free(network->first_in);
    maille_free(network->tail);
    maille_free(network->in_ms);
    maille_free(network->node_xy);
    maille_free(network->component);
    maille_free(network->edge_from);
    maille_free(network->edge_to);
    maille_free(network->edge_ms);
    maille_free(network->edge_back_ms);
    maille_free(network->edge_twin);
    maille_free(network->edge_length_m);
    maille_free(network->copy_first);
    maille_free(network->arrival);
    maille_free(network->enter_first);
    maille_free(network->enter_node);
    maille_free(network->enter_ms);
    maille_lines_free(network->edge_lines);
    maille_free(network);
}

void network_draft_clear(network_draft *draft) {
    MAILLE_VEC_FREE(&draft->from);
    MAILLE_VEC_FREE(&draft->to);
    MAILLE_VEC_FREE(&draft->ms);
    MAILLE_VEC_FREE(&draft->back_ms);
    MAILLE_VEC_FREE(&draft->line_start);
    MAILLE_VEC_FREE(&draft->points);
    MAILLE_VEC_FREE(&draft->length_m);
    MAILLE_VEC_FREE(&draft->class_of);
    MAILLE_VEC_FREE(&draft->node_xy);
    MAILLE_VEC_FREE(&draft->name_start);
    MAILLE_VEC_FREE(&draft->names);
    network_turns_clear(&draft->turns);
}

maille_status network_draft_add_node(maille_ctx *ctx, network_draft *draft, maille_xy at,
                                     const char *name, uint32_t *node) {
    if (draft->node_xy.count >= UINT32_MAX - 1)
        return maille_fail(ctx, MAILLE_REFUSED, "the road network had more than 2^32 nodes");
    if (name) {
        size_t length = strlen(name) + 1;
        if (!MAILLE_VEC_PUSH(&draft->name_start, draft->names.count) ||
            !MAILLE_VEC_RESERVE(&draft->names, draft->names.count + length))
            return maille_no_memory(ctx);
        memcpy(draft->names.items + draft->names.count, name, length);
        draft->names.count += length;
    }
    if (!MAILLE_VEC_PUSH(&draft->node_xy, at))
        return maille_no_memory(ctx);
    *node = (uint32_t)(draft->node_xy.count - 1);
    return MAILLE_OK;
}

static bool has_place(maille_xy p) {
    return isfinite(p.x) && isfinite(p.y);
}

static bool add_drawing(network_draft *draft, const network_draft_edge *edge) {
    maille_xy straight[2] = {draft->node_xy.items[edge->from], draft->node_xy.items[edge->to]};
    const maille_xy *points = edge->points;
    uint32_t count = edge->point_count;
    if (!points || count < 2) {
        points = straight;
        count = has_place(straight[0]) && has_place(straight[1]) ? 2 : 0;
    }
    if (draft->line_start.count == 0 && !MAILLE_VEC_PUSH(&draft->line_start, 0))
        return false;
    if (!MAILLE_VEC_RESERVE(&draft->points, draft->points.count + count))
        return false;
    if (count)
        memcpy(draft->points.items + draft->points.count, points, count * sizeof *points);
    draft->points.count += count;
    return MAILLE_VEC_PUSH(&draft->line_start, (uint32_t)draft->points.count);
}

maille_status network_draft_add_edge(maille_ctx *ctx, network_draft *draft,
                                     const network_draft_edge *edge) {
    /* two arcs an edge must fit the 32-bit numbers of arcs */
    if (draft->from.count >= UINT32_MAX / 2 - 1 ||
        draft->points.count + edge->point_count + 2 >= UINT32_MAX)
        return maille_fail(ctx, MAILLE_REFUSED, "the road network was too large");
    if (!MAILLE_VEC_PUSH(&draft->from, edge->from) || !MAILLE_VEC_PUSH(&draft->to, edge->to) ||
        !MAILLE_VEC_PUSH(&draft->ms, edge->ms) ||
        !MAILLE_VEC_PUSH(&draft->back_ms, edge->back_ms) ||
        !MAILLE_VEC_PUSH(&draft->length_m, edge->length_m) ||
        !MAILLE_VEC_PUSH(&draft->class_of, (unsigned char)edge->class_of) ||
        !add_drawing(draft, edge))
        return maille_no_memory(ctx);
    return MAILLE_OK;
}

/* One block: the pointers, then the texts that they point to. */
static char **pack_names(const network_draft *draft) {
    size_t count = draft->name_start.count;
    char **names = maille_alloc(count * sizeof *names + draft->names.count, 1);
    if (!names)
        return NULL;
    char *texts = (char *)(names + count);
    memcpy(texts, draft->names.items, draft->names.count);
    for (size_t i = 0; i < count; i++)
        names[i] = texts + draft->name_start.items[i];
    return names;
}

#define MOVE(field, vec) (network->field = (vec).items, (vec).items = NULL)

static void move_arrays(network_draft *draft, maille_network *network) {
    network->node_count = network->place_count = (uint32_t)draft->node_xy.count;
    network->edge_count = (uint32_t)draft->from.count;
    MOVE(edge_from, draft->from);
    MOVE(edge_to, draft->to);
    MOVE(edge_ms, draft->ms);
    MOVE(edge_back_ms, draft->back_ms);
    MOVE(edge_length_m, draft->length_m);
    MOVE(node_xy, draft->node_xy);
    network->edge_lines->count = network->edge_count;
    MOVE(edge_lines->start, draft->line_start);
    MOVE(edge_lines->points, draft->points);
}

maille_status network_draft_finish(maille_ctx *ctx, network_draft *draft, maille_network **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_network *network = maille_alloc(1, sizeof *network);
    if (!network || (draft->line_start.count == 0 && !MAILLE_VEC_PUSH(&draft->line_start, 0))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    network->edge_lines = maille_alloc(1, sizeof *network->edge_lines);
    if (draft->name_start.count)
        network->node_names = pack_names(draft);
    if (!network->edge_lines || (draft->name_start.count && !network->node_names)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    move_arrays(draft, network);
    status = network_make_arcs(ctx, network);
    if (!status)
        status = network_make_components(ctx, network);
    if (!status)
        status = network_make_twins(ctx, network);
    if (!status)
        status = network_apply_turns(ctx, network, &draft->turns);
    if (status)
        goto done;
    *out = network;
    network = NULL;
done:
    network_draft_clear(draft);
    maille_network_free(network);
    return status;
}

maille_status maille_network_from_edges(maille_ctx *ctx, uint32_t node_count, uint32_t edge_count,
                                        const uint32_t *from, const uint32_t *to,
                                        const uint32_t *ms, const uint32_t *back_ms,
                                        const maille_xy *node_xy, maille_network **out) {
    const maille_xy nowhere = {NAN, NAN};
    network_draft draft = {0};
    maille_status status = MAILLE_OK;
    *out = NULL;
    for (uint32_t v = 0; v < node_count && !status; v++) {
        uint32_t node;
        status = network_draft_add_node(ctx, &draft, node_xy ? node_xy[v] : nowhere, NULL, &node);
    }
    for (uint32_t e = 0; e < edge_count && !status; e++) {
        if (from[e] >= node_count || to[e] >= node_count || ms[e] == 0 || back_ms[e] == 0) {
            status =
                maille_fail(ctx, MAILLE_REFUSED, "edge %u had an unknown node or took no time", e);
            break;
        }
        if (from[e] == to[e])
            continue;
        network_draft_edge edge = {
            .from = from[e], .to = to[e], .ms = ms[e], .back_ms = back_ms[e]};
        if (node_xy)
            edge.length_m =
                hypot(node_xy[to[e]].x - node_xy[from[e]].x, node_xy[to[e]].y - node_xy[from[e]].y);
        status = network_draft_add_edge(ctx, &draft, &edge);
    }
    if (!status)
        status = network_draft_finish(ctx, &draft, out);
    network_draft_clear(&draft);
    return status;
}
