/* Well-known binary, taken apart and put together again. */
#include "geo/wkb.h"

#include <math.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "WKB is written as the host stores it");

#define EWKB_Z 0x80000000u
#define EWKB_M 0x40000000u
#define EWKB_SRID 0x20000000u

typedef struct {
    const unsigned char *at, *end;
    bool swap;
    uint32_t dimensions;
} reader;

void maille_pieces_free(maille_pieces *pieces) {
    MAILLE_VEC_FREE(&pieces->chains);
    MAILLE_VEC_FREE(&pieces->lengths);
    MAILLE_VEC_FREE(&pieces->points);
    MAILLE_VEC_FREE(&pieces->bytes);
}

static size_t left(const reader *r) {
    return (size_t)(r->end - r->at);
}

static bool read_u32(reader *r, uint32_t *out) {
    if (left(r) < sizeof *out)
        return false;
    memcpy(out, r->at, sizeof *out);
    r->at += sizeof *out;
    if (r->swap)
        *out = __builtin_bswap32(*out);
    return true;
}

static double read_double(reader *r) {
    uint64_t bits;
    double value;
    memcpy(&bits, r->at, sizeof bits);
    r->at += sizeof bits;
    if (r->swap)
        bits = __builtin_bswap64(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool read_header(reader *r, uint32_t *type) {
    uint32_t code, srid;
    if (left(r) < 1 || *r->at > 1)
        return false;
    r->swap = *r->at++ == 0;
    if (!read_u32(r, &code))
        return false;
    bool z = code & EWKB_Z, m = code & EWKB_M;
    if ((code & EWKB_SRID) && !read_u32(r, &srid))
        return false;
    code &= ~(EWKB_Z | EWKB_M | EWKB_SRID);
    if (code >= 4000)
        return false;
    z = z || code / 1000 == 1 || code / 1000 == 3;
    m = m || code / 1000 >= 2;
    r->dimensions = 2u + z + m;
    *type = code % 1000;
    return true;
}

static maille_status cut_short(maille_ctx *ctx) {
    return maille_fail(ctx, MAILLE_REFUSED, "the geometry's bytes were cut short or damaged");
}

static maille_status read_points(maille_ctx *ctx, reader *r, uint32_t count,
                                 maille_pieces *pieces) {
    size_t stride = (size_t)8 * r->dimensions;
    if (left(r) / stride < count)
        return cut_short(ctx);
    if (count == 0)
        return MAILLE_OK;
    if (!MAILLE_VEC_RESERVE(&pieces->points, pieces->points.count + count) ||
        !MAILLE_VEC_PUSH(&pieces->lengths, count))
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++) {
        const unsigned char *next = r->at + stride;
        double x = read_double(r), y = read_double(r);
        pieces->points.items[pieces->points.count++] = (maille_xy){x, y};
        r->at = next;
    }
    return MAILLE_OK;
}

/* A point without coordinates is written as two NaN. */
static void drop_empty_point(maille_pieces *pieces) {
    maille_xy p = pieces->points.items[pieces->points.count - 1];
    if (isnan(p.x) && isnan(p.y)) {
        pieces->points.count--;
        pieces->lengths.count--;
    }
}

static maille_status read_part(maille_ctx *ctx, reader *r, uint32_t type, maille_pieces *pieces) {
    size_t before = pieces->lengths.count;
    uint32_t rings = 1, points = 1;
    maille_status status = MAILLE_OK;
    if (type == WKB_POLYGON && !read_u32(r, &rings))
        return cut_short(ctx);
    for (uint32_t i = 0; i < rings && status == MAILLE_OK; i++) {
        if (type != WKB_POINT && !read_u32(r, &points))
            return cut_short(ctx);
        status = read_points(ctx, r, points, pieces);
    }
    if (status == MAILLE_OK && type == WKB_POINT)
        drop_empty_point(pieces);
    if (status == MAILLE_OK && pieces->lengths.count > before &&
        !MAILLE_VEC_PUSH(&pieces->chains, (uint32_t)(pieces->lengths.count - before)))
        status = maille_no_memory(ctx);
    return status;
}

maille_status maille_pieces_read(maille_ctx *ctx, maille_bytes wkb, maille_pieces *pieces) {
    reader r = {.at = wkb.bytes, .end = wkb.bytes + wkb.length};
    pieces->chains.count = pieces->lengths.count = pieces->points.count = 0;
    uint32_t type, parts;
    if (!read_header(&r, &type))
        return cut_short(ctx);
    if (type < WKB_POINT || type > WKB_MULTIPOLYGON)
        return maille_fail(ctx, MAILLE_REFUSED,
                           "the geometry was neither points, lines nor polygons (WKB type %u)",
                           type);
    pieces->type = type;
    if (type <= WKB_POLYGON)
        return read_part(ctx, &r, type, pieces);
    if (!read_u32(&r, &parts))
        return cut_short(ctx);
    for (uint32_t i = 0; i < parts; i++) {
        uint32_t part_type;
        if (!read_header(&r, &part_type) || part_type != type - 3)
            return cut_short(ctx);
        maille_status status = read_part(ctx, &r, part_type, pieces);
        if (status != MAILLE_OK)
            return status;
    }
    return MAILLE_OK;
}

/* Rounds a chain and packs it at `to`; returns how many points are left. A line keeps both ends,
 * though they be equal: a road network needs its links, however short. */
static uint32_t round_chain(const maille_xy *from, uint32_t count, bool line, maille_xy *to) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        maille_lonlat p = maille_on_grid((maille_lonlat){from[i].x, from[i].y});
        if (kept > 0 && to[kept - 1].x == p.lon && to[kept - 1].y == p.lat)
            continue;
        to[kept++] = (maille_xy){p.lon, p.lat};
    }
    if (line && kept == 1 && count > 1)
        to[kept++] = to[0];
    return kept;
}

void maille_pieces_to_grid(maille_pieces *pieces) {
    static const uint32_t least[] = {0, 1, 2, 4, 1, 2, 4};
    const maille_xy *from = pieces->points.items;
    bool line = pieces->type == WKB_LINE || pieces->type == WKB_MULTILINE;
    size_t chain = 0, points = 0, chains = 0, parts = 0;
    for (size_t part = 0; part < pieces->chains.count; part++) {
        size_t first_chain = chains;
        bool gone = false; /* a polygon goes with its shell, its first chain */
        for (uint32_t c = 0; c < pieces->chains.items[part]; c++) {
            uint32_t count = pieces->lengths.items[chain++];
            uint32_t kept =
                gone ? 0 : round_chain(from, count, line, pieces->points.items + points);
            from += count;
            gone = gone || (c == 0 && kept < least[pieces->type]);
            if (gone || kept < least[pieces->type])
                continue;
            pieces->lengths.items[chains++] = kept;
            points += kept;
        }
        if (chains > first_chain)
            pieces->chains.items[parts++] = (uint32_t)(chains - first_chain);
    }
    pieces->chains.count = parts;
    pieces->lengths.count = chains;
    pieces->points.count = points;
}

static unsigned char *put(unsigned char *at, const void *value, size_t size) {
    memcpy(at, value, size);
    return at + size;
}

static unsigned char *put_header(unsigned char *at, uint32_t type) {
    *at++ = 1;
    return put(at, &type, sizeof type);
}

maille_status maille_pieces_write(maille_ctx *ctx, maille_pieces *pieces) {
    uint32_t parts = (uint32_t)pieces->chains.count;
    size_t size = 9 + 9 * pieces->chains.count + 4 * pieces->lengths.count +
                  sizeof(maille_xy) * pieces->points.count;
    if (!MAILLE_VEC_RESERVE(&pieces->bytes, size))
        return maille_no_memory(ctx);
    unsigned char *at = pieces->bytes.items;
    const uint32_t *length = pieces->lengths.items;
    const maille_xy *points = pieces->points.items;
    bool multi = pieces->type > WKB_POLYGON;
    uint32_t type = multi ? pieces->type - 3 : pieces->type;
    if (multi) {
        at = put_header(at, pieces->type);
        at = put(at, &parts, sizeof parts);
    }
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t chains = pieces->chains.items[part];
        at = put_header(at, type);
        if (type == WKB_POLYGON)
            at = put(at, &chains, sizeof chains);
        for (uint32_t c = 0; c < chains; c++, length++) {
            if (type != WKB_POINT)
                at = put(at, length, sizeof *length);
            at = put(at, points, *length * sizeof *points);
            points += *length;
        }
    }
    pieces->bytes.count = (size_t)(at - pieces->bytes.items);
    return MAILLE_OK;
}
