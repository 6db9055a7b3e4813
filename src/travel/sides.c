/* In which commune nodes lie, and which communes stretches of road touch. */
#include <math.h>
#include <string.h>

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/vec.h>

#include "travel/sides.h"

static const double look_every_m = 100;

uint32_t travel_other_end(const maille_network *network, uint32_t edge, uint32_t node) {
    return network->edge_from[edge] == node ? network->edge_to[edge] : network->edge_from[edge];
}

/* ---- nodes ---- */

static maille_status list_edges(maille_ctx *ctx, travel_sides *s) {
    const maille_network *n = s->network;
    s->first = maille_alloc((size_t)n->node_count + 2, sizeof *s->first);
    s->at = maille_alloc((size_t)n->edge_count * 2 + 1, sizeof *s->at);
    if (!s->first || !s->at)
        return maille_no_memory(ctx);
    /* Counted two places ahead, so that filling leaves each start where it belongs. */
    for (uint32_t e = 0; e < n->edge_count; e++) {
        s->first[n->edge_from[e] + 2u]++;
        s->first[n->edge_to[e] + 2u]++;
    }
    for (uint32_t v = 0; v < n->node_count; v++)
        s->first[v + 2u] += s->first[v + 1u];
    for (uint32_t e = 0; e < n->edge_count; e++) {
        s->at[s->first[n->edge_from[e] + 1u]++] = e;
        s->at[s->first[n->edge_to[e] + 1u]++] = e;
    }
    return MAILLE_OK;
}

/* More than two other nodes beside it. */
static bool is_junction(const travel_sides *s, uint32_t node) {
    uint32_t beside[2], count = 0;
    for (uint32_t i = s->first[node]; i < s->first[node + 1]; i++) {
        uint32_t other = travel_other_end(s->network, s->at[i], node);
        if ((count > 0 && beside[0] == other) || (count > 1 && beside[1] == other))
            continue;
        if (count == 2)
            return true;
        beside[count++] = other;
    }
    return false;
}

/* The nearest commune within near_m, or CLOSED. */
static maille_status nearest_commune(maille_ctx *ctx, const travel_sides *s,
                                     const maille_boxes *boxes, maille_xy p, uint32_t **found,
                                     size_t *capacity, uint32_t *nearest) {
    size_t count = 0;
    double best = s->how->near_m;
    maille_box around = {p.x - best, p.y - best, p.x + best, p.y + best};
    maille_status status = maille_boxes_query(ctx, boxes, around, found, capacity, &count);
    *nearest = TRAVEL_CLOSED;
    for (size_t i = 0; status == MAILLE_OK && i < count; i++) {
        double distance = maille_shape_distance(s->how->communes, (*found)[i], p);
        if (distance < best || (*nearest == TRAVEL_CLOSED && distance <= best)) {
            best = distance;
            *nearest = (*found)[i];
        }
    }
    return status;
}

static maille_status label_nodes(maille_ctx *ctx, travel_sides *s) {
    const maille_network *n = s->network;
    const maille_shapes *communes = s->how->communes;
    maille_status status = MAILLE_OK;
    maille_boxes *index = NULL;
    uint32_t *found = NULL;
    size_t capacity = 0;
    maille_box *boxes = maille_alloc((size_t)communes->count + 1, sizeof *boxes);
    s->side = maille_alloc((size_t)n->node_count + 1, sizeof *s->side);
    if (!boxes || !s->side) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (s->how->node_commune)
        memcpy(s->side, s->how->node_commune, n->node_count * sizeof *s->side);
    else
        MAILLE_TRY(maille_points_in_shapes(ctx, communes, n->node_xy, n->node_count, s->side));
    for (uint32_t i = 0; i < communes->count; i++)
        boxes[i] = maille_shape_box(communes, i);
    MAILLE_TRY(maille_boxes_new(ctx, boxes, communes->count, &index));
    for (uint32_t v = 0; v < n->node_count; v++) {
        if (s->side[v] != TRAVEL_OUTSIDE)
            continue;
        if (isnan(n->node_xy[v].x))
            s->side[v] = TRAVEL_CLOSED;
        else if (is_junction(s, v))
            MAILLE_TRY(
                nearest_commune(ctx, s, index, n->node_xy[v], &found, &capacity, &s->side[v]));
    }
done:
    maille_boxes_free(index);
    maille_free(found);
    maille_free(boxes);
    return status;
}

maille_status travel_sides_make(maille_ctx *ctx, const maille_network *network,
                                const maille_link_search *how, travel_sides *out) {
    maille_status status = MAILLE_OK;
    size_t stretches = network->edge_count + 2 * (size_t)how->communes->count + 1;
    *out = (travel_sides){.network = network, .how = how};
    out->touch = maille_alloc(stretches, sizeof *out->touch);
    out->looked = maille_alloc(stretches, 1);
    if (!out->touch || !out->looked) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(list_edges(ctx, out));
    MAILLE_TRY(label_nodes(ctx, out));
done:
    if (status != MAILLE_OK)
        travel_sides_clear(out);
    return status;
}

void travel_sides_clear(travel_sides *s) {
    maille_free(s->side);
    maille_free(s->first);
    maille_free(s->at);
    maille_free(s->touch);
    maille_free(s->looked);
    *s = (travel_sides){0};
}

/* ---- stretches ---- */

typedef MAILLE_VEC(maille_xy) spots;

static maille_xy along(maille_xy a, maille_xy b, double part) {
    return (maille_xy){a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
}

/* Points of a segment from metre `low` to metre `high` of it, its ends included. */
static bool add_segment(maille_xy a, maille_xy b, double length, double low, double high,
                        spots *out) {
    size_t steps = (size_t)ceil((high - low) / look_every_m);
    for (size_t i = 0; i <= steps; i++) {
        double at = steps ? low + (high - low) * (double)i / (double)steps : low;
        if (!MAILLE_VEC_PUSH(out, along(a, b, length > 0 ? at / length : 0)))
            return false;
    }
    return true;
}

/* Points of a line from a fraction of its length to another. */
static bool add_line(const maille_lines *lines, uint32_t line, double from, double to, spots *out) {
    const maille_xy *p = lines->points + lines->start[line];
    uint32_t count = lines->start[line + 1] - lines->start[line];
    double total = 0, passed = 0;
    for (uint32_t i = 1; i < count; i++)
        total += hypot(p[i].x - p[i - 1].x, p[i].y - p[i - 1].y);
    for (uint32_t i = 1; i < count; i++) {
        double length = hypot(p[i].x - p[i - 1].x, p[i].y - p[i - 1].y);
        double low = fmax(0, from * total - passed), high = fmin(length, to * total - passed);
        if (low <= high && !add_segment(p[i - 1], p[i], length, low, high, out))
            return false;
        passed += length;
    }
    return true;
}

static bool add_stretch(const travel_sides *s, uint32_t stretch, spots *out) {
    const maille_network *n = s->network;
    if (stretch < n->edge_count)
        return add_line(n->edge_lines, stretch, 0, 1, out);
    uint32_t half = stretch - n->edge_count;
    const maille_snap *snap = &s->how->centres[half / 2].snap;
    if (snap->edge == UINT32_MAX)
        return true;
    return half % 2 ? add_line(n->edge_lines, snap->edge, snap->fraction, 1, out)
                    : add_line(n->edge_lines, snap->edge, 0, snap->fraction, out);
}

static void add_touch(uint32_t touch[2], uint32_t commune) {
    if (commune == TRAVEL_OUTSIDE || touch[0] == commune || touch[1] == commune)
        return;
    if (touch[0] == TRAVEL_OUTSIDE)
        touch[0] = commune;
    else if (touch[1] == TRAVEL_OUTSIDE)
        touch[1] = commune;
    else
        touch[0] = TRAVEL_CLOSED;
}

maille_status travel_sides_look(maille_ctx *ctx, travel_sides *s, const uint32_t *stretches,
                                size_t count) {
    maille_status status = MAILLE_OK;
    spots points = {0};
    uint32_t *commune = NULL;
    size_t *end = maille_alloc(count + 1, sizeof *end);
    if (!end)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++) {
        if (!s->looked[stretches[i]] && !add_stretch(s, stretches[i], &points)) {
            status = maille_no_memory(ctx);
            goto done;
        }
        end[i] = points.count;
    }
    commune = maille_alloc(points.count + 1, sizeof *commune);
    if (!commune) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(maille_points_in_shapes(ctx, s->how->communes, points.items, points.count, commune));
    for (size_t i = 0; i < count; i++) {
        uint32_t *touch = s->touch[stretches[i]];
        if (s->looked[stretches[i]])
            continue;
        touch[0] = touch[1] = TRAVEL_OUTSIDE;
        for (size_t p = i ? end[i - 1] : 0; p < end[i]; p++)
            add_touch(touch, commune[p]);
        s->looked[stretches[i]] = 1;
    }
done:
    MAILLE_VEC_FREE(&points);
    maille_free(commune);
    maille_free(end);
    return status;
}

static bool is_one_of(uint32_t commune, uint32_t a, uint32_t b) {
    return commune == a || commune == b || commune == TRAVEL_OUTSIDE;
}

bool travel_sides_within(const travel_sides *s, uint32_t stretch, uint32_t a, uint32_t b) {
    return s->looked[stretch] && is_one_of(s->touch[stretch][0], a, b) &&
           is_one_of(s->touch[stretch][1], a, b);
}
