/* Chains of points as flat arrays, and single points. */
#include <maille/lines.h>

#include "geo/crs.h"
#include "geo/wkb.h"

#include <maille/memory.h>
#include <math.h>
#include <string.h>

typedef MAILLE_VEC(maille_xy) point_list;

/* Points of a row's only line go to `points`; whether it was one. A damaged geometry is none. */
static maille_status add_line(maille_ctx *ctx, maille_bytes wkb, maille_pieces *pieces,
                              point_list *points, bool *line) {
    *line = false;
    if (!wkb.bytes)
        return MAILLE_OK;
    maille_status status = maille_pieces_read(ctx, wkb, pieces);
    if (status != MAILLE_OK)
        return status == MAILLE_REFUSED ? MAILLE_OK : status;
    if ((pieces->type != WKB_LINE && pieces->type != WKB_MULTILINE) || pieces->chains.count != 1)
        return MAILLE_OK;
    size_t count = pieces->points.count;
    if (!MAILLE_VEC_RESERVE(points, points->count + count))
        return maille_no_memory(ctx);
    if (count > 0)
        memcpy(points->items + points->count, pieces->points.items, count * sizeof(maille_xy));
    points->count += count;
    *line = true;
    return MAILLE_OK;
}

maille_status maille_lines_from_column(maille_ctx *ctx, const maille_table *table, size_t column,
                                       maille_lines **out, size_t *refused) {
    maille_pieces pieces = {0};
    point_list points = {0};
    size_t others = 0;
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_lines *lines = maille_alloc(1, sizeof *lines);
    uint32_t *start = maille_alloc(table->rows + 1, sizeof *start);
    if (!lines || !start) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t row = 0; row < table->rows; row++) {
        bool line;
        status = add_line(ctx, table->columns[column].blobs[row], &pieces, &points, &line);
        if (status == MAILLE_OK && (points.count > UINT32_MAX || row >= UINT32_MAX - 1))
            status = maille_fail(ctx, MAILLE_REFUSED, "the lines had more than 2^32 points");
        if (status != MAILLE_OK)
            goto done;
        others += !line;
        start[row + 1] = (uint32_t)points.count;
    }
    *lines = (maille_lines){(uint32_t)table->rows, start, points.items};
    if (refused)
        *refused = others;
    *out = lines;
    lines = NULL;
    start = NULL;
    points.items = NULL;
done:
    maille_pieces_free(&pieces);
    MAILLE_VEC_FREE(&points);
    maille_free(start);
    maille_free(lines);
    return status;
}

maille_status maille_lines_project(maille_ctx *ctx, maille_lines *lines, const maille_crs *crs) {
    size_t failed = maille_crs_forward(crs, lines->points, lines->start[lines->count]);
    if (failed > 0)
        return maille_fail(ctx, MAILLE_REFUSED, "%zu points could not be projected to EPSG:%d",
                           failed, maille_crs_epsg(crs));
    return MAILLE_OK;
}

void maille_lines_free(maille_lines *lines) {
    if (!lines)
        return;
    maille_free(lines->start);
    maille_free(lines->points);
    maille_free(lines);
}

maille_status maille_points_from_column(maille_ctx *ctx, const maille_table *table, size_t column,
                                        maille_lonlat **out) {
    maille_pieces pieces = {0};
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_lonlat *points = maille_alloc(table->rows, sizeof *points);
    if (table->rows > 0 && !points)
        return maille_no_memory(ctx);
    for (size_t row = 0; row < table->rows && status == MAILLE_OK; row++) {
        maille_bytes wkb = table->columns[column].blobs[row];
        points[row] = (maille_lonlat){NAN, NAN};
        if (!wkb.bytes)
            continue;
        status = maille_pieces_read(ctx, wkb, &pieces);
        bool point = status == MAILLE_OK && pieces.points.count == 1 &&
                     (pieces.type == WKB_POINT || pieces.type == WKB_MULTIPOINT);
        if (point)
            points[row] = (maille_lonlat){pieces.points.items[0].x, pieces.points.items[0].y};
        if (status == MAILLE_REFUSED)
            status = MAILLE_OK; /* neither point, line nor polygon */
    }
    maille_pieces_free(&pieces);
    if (status == MAILLE_OK)
        *out = points;
    else
        maille_free(points);
    return status;
}

void maille_point_wkb(maille_lonlat p, unsigned char out[21]) {
    uint32_t type = WKB_POINT;
    out[0] = 1;
    memcpy(out + 1, &type, sizeof type);
    memcpy(out + 5, &p.lon, sizeof p.lon);
    memcpy(out + 13, &p.lat, sizeof p.lat);
}
