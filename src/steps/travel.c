/* Roads of the workspace, and where communes and places stand on them.
 *
 * A commune's centre is snapped only to roads of its own border-connected block of communes, in
 * that block's largest component: an island never jumps to the mainland. */
#include "steps/loads.h"
#include "steps/step.h"

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/sources.h>
#include <math.h>
#include <string.h>

/* The commune that is nearest to p within max_m, or MAILLE_ABSENT. */
static maille_status nearest_commune(maille_ctx *ctx, const maille_boxes *boxes,
                                     const maille_shapes *metres, maille_xy p, double max_m,
                                     uint32_t **found, size_t *capacity, uint32_t *nearest) {
    size_t count = 0;
    maille_box around = {p.x - max_m, p.y - max_m, p.x + max_m, p.y + max_m};
    maille_status status = maille_boxes_query(ctx, boxes, around, found, capacity, &count);
    double best = max_m;
    *nearest = MAILLE_ABSENT;
    for (size_t i = 0; status == MAILLE_OK && i < count; i++) {
        double distance = maille_shape_distance(metres, (*found)[i], p);
        if (distance <= best && (*nearest == MAILLE_ABSENT || distance < best)) {
            best = distance;
            *nearest = (*found)[i];
        }
    }
    return status;
}

/* Gives points that no commune holds the nearest within max_m. */
static maille_status add_nearest(maille_ctx *ctx, const maille_shapes *metres,
                                 const maille_xy *points, size_t count, double max_m,
                                 uint32_t *commune) {
    maille_status status = MAILLE_OK;
    maille_boxes *index = NULL;
    uint32_t *found = NULL;
    size_t capacity = 0;
    maille_box *boxes = maille_alloc(metres->count + 1u, sizeof *boxes);
    if (!boxes)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < metres->count; i++)
        boxes[i] = maille_shape_box(metres, i);
    TRY(maille_boxes_new(ctx, boxes, metres->count, &index));
    for (size_t i = 0; i < count; i++)
        if (commune[i] == MAILLE_ABSENT && !isnan(points[i].x))
            TRY(nearest_commune(ctx, index, metres, points[i], max_m, &found, &capacity,
                                &commune[i]));
done:
    maille_boxes_free(index);
    maille_free(found);
    maille_free(boxes);
    return status;
}

/* Which block's communes may use each edge of the network. */
static maille_status group_edges(maille_ctx *ctx, const communes *c, const maille_adjacency *a,
                                 double max_m, travel *t) {
    maille_status status = MAILLE_OK;
    uint32_t nodes = t->network->node_count;
    uint32_t *block = maille_alloc(nodes + 1u, sizeof *block);
    t->node_commune = maille_alloc(nodes + 1u, sizeof *t->node_commune);
    if (!block || !t->node_commune) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_points_in_shapes(ctx, c->metres, t->network->node_xy, nodes, t->node_commune));
    memcpy(block, t->node_commune, nodes * sizeof *block);
    TRY(add_nearest(ctx, c->metres, t->network->node_xy, nodes, max_m, block));
    for (uint32_t v = 0; v < nodes; v++) {
        t->nodes_outside += block[v] == MAILLE_ABSENT;
        if (block[v] != MAILLE_ABSENT)
            block[v] = a->block[block[v]];
    }
    TRY(maille_edge_groups(ctx, t->network, block, a->block_count, &t->edge_group));
done:
    maille_free(block);
    return status;
}

/* Stops from snaps: what was not snapped stands nowhere. */
static maille_status stops_of(maille_ctx *ctx, const maille_snap *snaps, size_t count,
                              double access_kmh, maille_stop **out) {
    maille_stop *stops = maille_alloc(count + 1, sizeof *stops);
    if (!stops)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++)
        stops[i] = maille_stop_on_foot(snaps[i], access_kmh);
    *out = stops;
    return MAILLE_OK;
}

static maille_status fill_travel(maille_ctx *ctx, loads *l, maille_store *store, travel *t) {
    maille_status status = MAILLE_OK;
    const maille_crs *crs = NULL;
    const communes *c = NULL;
    const commune_figures *figures = NULL;
    const maille_adjacency *a = NULL;
    const maille_travel_rules *rules = NULL;
    TRY(load_crs(ctx, l, &crs));
    TRY(maille_source_network(ctx, store, crs, &t->network));
    if (!t->network)
        goto done;
    TRY(load_communes(ctx, l, &c));
    TRY(load_figures(ctx, l, &figures));
    TRY(load_adjacency(ctx, l, &a));
    TRY(load_travel_rules(ctx, l, &rules));
    TRY(group_edges(ctx, c, a, rules->snap_max_m, t));
    TRY(maille_snapper_new(ctx, t->network, t->edge_group, &t->snapper));
    t->commune_snap = maille_alloc(c->count + 1u, sizeof *t->commune_snap);
    if (!t->commune_snap) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_snap_points(ctx, t->snapper, figures->centre, a->block, c->count, rules->snap_max_m,
                           t->commune_snap));
    TRY(stops_of(ctx, t->commune_snap, c->count, rules->access_kmh, &t->commune_stop));
done:
    return status;
}

maille_status travel_new(maille_ctx *ctx, loads *l, maille_store *store, travel **out) {
    travel *t = maille_alloc(1, sizeof *t);
    if (!t)
        return maille_no_memory(ctx);
    maille_status status = fill_travel(ctx, l, store, t);
    if (status != MAILLE_OK) {
        travel_free(t);
        return status;
    }
    *out = t;
    return MAILLE_OK;
}

void travel_free(travel *t) {
    if (!t)
        return;
    maille_snapper_free(t->snapper);
    maille_hierarchy_free(t->hierarchy);
    maille_network_free(t->network);
    maille_free(t->edge_group);
    maille_free(t->node_commune);
    maille_free(t->commune_stop);
    maille_free(t->place_stop);
    maille_free(t->commune_snap);
    maille_free(t->place_snap);
    maille_free(t);
}

/* Places outside every commune, e.g. across the region's border, may use the largest component. */
static maille_status snap_outsiders(maille_ctx *ctx, const places *p, const uint32_t *group,
                                    double max_m, travel *t) {
    maille_status status = MAILLE_OK;
    maille_snapper *snapper = NULL;
    const maille_network *n = t->network;
    uint32_t *edges = maille_alloc(n->edge_count + 1u, sizeof *edges);
    uint32_t *size = maille_alloc(n->component_count + 1u, sizeof *size);
    uint32_t largest = 0;
    if (!edges || !size) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t v = 0; v < n->node_count; v++)
        size[n->component[v]]++;
    for (uint32_t k = 1; k < n->component_count; k++)
        if (size[k] > size[largest])
            largest = k;
    for (uint32_t e = 0; e < n->edge_count; e++)
        edges[e] =
            n->component[n->edge_from[e]] == largest && n->component[n->edge_to[e]] == largest
                ? 0
                : MAILLE_ABSENT;
    TRY(maille_snapper_new(ctx, n, edges, &snapper));
    uint32_t any = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (group[i] == MAILLE_ABSENT && !isnan(p->at[i].x))
            TRY(maille_snap_points(ctx, snapper, &p->at[i], &any, 1, max_m, &t->place_snap[i]));
done:
    maille_snapper_free(snapper);
    maille_free(edges);
    maille_free(size);
    return status;
}

/* Block of each place: that of the commune which holds the point, else of the one it declares. */
static maille_status groups_of_places(maille_ctx *ctx, const communes *c, const maille_adjacency *a,
                                      const places *p, uint32_t *group, bool *outsiders) {
    maille_status status = MAILLE_OK;
    *outsiders = false;
    TRY(maille_points_in_shapes(ctx, c->metres, p->at, p->count, group));
    for (uint32_t i = 0; i < p->count; i++) {
        if (group[i] == MAILLE_ABSENT || p->at_centre[i])
            group[i] = p->commune[i];
        if (group[i] != MAILLE_ABSENT)
            group[i] = a->block[group[i]];
        else if (!isnan(p->at[i].x))
            *outsiders = true;
    }
done:
    return status;
}

maille_status travel_snap_places(maille_ctx *ctx, loads *l, travel *t) {
    maille_status status = MAILLE_OK;
    uint32_t *group = NULL;
    const places *p = NULL;
    const communes *c = NULL;
    const maille_adjacency *a = NULL;
    const maille_travel_rules *rules = NULL;
    bool outsiders = false;
    TRY(load_places(ctx, l, &p));
    if (!t->network)
        goto done;
    TRY(load_communes(ctx, l, &c));
    TRY(load_adjacency(ctx, l, &a));
    TRY(load_travel_rules(ctx, l, &rules));
    group = maille_alloc(p->count + 1u, sizeof *group);
    t->place_snap = maille_alloc(p->count + 1u, sizeof *t->place_snap);
    if (!group || !t->place_snap) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(groups_of_places(ctx, c, a, p, group, &outsiders));
    TRY(maille_snap_points(ctx, t->snapper, p->at, group, p->count, rules->snap_max_m,
                           t->place_snap));
    /* What has no block must not use the edges that no block has. */
    for (uint32_t i = 0; i < p->count; i++)
        if (group[i] == MAILLE_ABSENT)
            t->place_snap[i].edge = MAILLE_ABSENT;
    if (outsiders)
        TRY(snap_outsiders(ctx, p, group, rules->snap_max_m, t));
    for (uint32_t i = 0; i < p->count; i++)
        if (p->at_centre[i] && p->commune[i] != MAILLE_ABSENT)
            t->place_snap[i] = t->commune_snap[p->commune[i]];
    TRY(stops_of(ctx, t->place_snap, p->count, rules->access_kmh, &t->place_stop));
done:
    maille_free(group);
    return status;
}

maille_status travel_build_hierarchy(maille_ctx *ctx, loads *l, travel *t) {
    maille_status status = MAILLE_OK;
    const maille_crs *crs = NULL;
    TRY(load_crs(ctx, l, &crs));
    TRY(maille_source_hierarchy(ctx, loads_store(l), crs, t->network, &t->hierarchy));
done:
    return status;
}
