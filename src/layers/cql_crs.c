/* A filter whose geometries were given in another CRS, brought to lon/lat before it is shared. */
#include "layers/cql.h"

#include <maille/crs.h>
#include <maille/extract.h>
#include <maille/strbuf.h>
#include <maille/vec.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef MAILLE_VEC(double) numbers;

typedef struct {
    int epsg;
    bool latitude_first;
} system_of;

/* A piece of a WKT: a number with its place in its point (0 x, 1 y, more: heights), or a sign. */
typedef struct {
    const char *at;
    size_t length, place;
    bool number;
    double value;
} piece;

/* `place`: that of the number to come; a parenthesis or a comma begins a point. */
static bool next_piece(const char **p, size_t *place, piece *out) {
    char *end = NULL;
    *out = (piece){.at = *p, .length = 1};
    if (!**p)
        return false;
    if (strchr("+-.0123456789", **p)) {
        out->value = strtod(*p, &end);
        out->number = end > *p;
    }
    if (out->number) {
        out->length = (size_t)(end - *p);
        out->place = (*place)++;
    } else if (**p == '(' || **p == ',') {
        *place = 0;
    }
    *p += out->length;
    return true;
}

static bool read_points(const char *wkt, numbers *x, numbers *y) {
    size_t place = 2;
    for (piece next; next_piece(&wkt, &place, &next);)
        if (next.number && next.place < 2 && !MAILLE_VEC_PUSH(next.place == 0 ? x : y, next.value))
            return false;
    return true;
}

/* The text again, with these points. */
static void write_points(const char *wkt, const numbers *x, const numbers *y, maille_strbuf *to) {
    size_t place = 2, i = 0, k = 0;
    for (piece next; next_piece(&wkt, &place, &next);) {
        if (next.number && next.place == 0 && i < x->count)
            maille_strbuf_add_double(to, x->items[i++]);
        else if (next.number && next.place == 1 && k < y->count)
            maille_strbuf_add_double(to, y->items[k++]);
        else
            maille_strbuf_add_n(to, next.at, next.length);
    }
}

static maille_status bring_points(maille_ctx *ctx, system_of from, numbers *x, numbers *y) {
    char crs[32];
    if (from.latitude_first) {
        numbers swapped = *x;
        *x = *y;
        *y = swapped;
    }
    snprintf(crs, sizeof crs, "EPSG:%d", from.epsg);
    maille_status status = maille_to_lonlat(ctx, crs, x->items, y->items, x->count);
    for (size_t i = 0; i < x->count && !status; i++)
        if (!isfinite(x->items[i]) || !isfinite(y->items[i]))
            status = maille_fail(ctx, MAILLE_USAGE,
                                 "filter: a point lay outside of what EPSG:%d can tell", from.epsg);
    return status;
}

static maille_status bring_wkt(maille_ctx *ctx, maille_arena *arena, system_of from,
                               cql_node *node) {
    numbers x = {0}, y = {0};
    maille_strbuf text = {0};
    maille_status status = MAILLE_OK;
    if (!read_points(node->text, &x, &y)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (x.count != y.count) {
        status = maille_fail(ctx, MAILLE_USAGE, "filter: a point had one coordinate");
        goto done;
    }
    MAILLE_TRY(bring_points(ctx, from, &x, &y));
    write_points(node->text, &x, &y, &text);
    node->text = text.failed ? NULL : maille_arena_strdup(arena, text.text);
    if (!node->text)
        status = maille_no_memory(ctx);
done:
    MAILLE_VEC_FREE(&x);
    MAILLE_VEC_FREE(&y);
    maille_strbuf_free(&text);
    return status;
}

static maille_status bring_box(maille_ctx *ctx, system_of from, cql_node *node) {
    double *box = node->box;
    if (from.latitude_first) {
        double swapped[4] = {box[1], box[0], box[3], box[2]};
        memcpy(box, swapped, sizeof swapped);
    }
    return from.epsg == 4326 ? MAILLE_OK : maille_box_to_lonlat(ctx, from.epsg, box);
}

/* At most CQL_DEEPEST levels: the parser saw to that. */
static maille_status bring(maille_ctx *ctx, maille_arena *arena, system_of from, cql_node *node) {
    maille_status status = MAILLE_OK;
    if (node->op == CQL_WKT)
        status = bring_wkt(ctx, arena, from, node);
    else if (node->op == CQL_BOX)
        status = bring_box(ctx, from, node);
    for (cql_node *child = node->first; child && !status; child = child->next)
        status = bring(ctx, arena, from, child);
    return status;
}

maille_status maille_cql_to_lonlat(maille_ctx *ctx, maille_cql *cql, int epsg,
                                   bool latitude_first) {
    return bring(ctx, cql->arena, (system_of){epsg, latitude_first}, (cql_node *)cql->root);
}
