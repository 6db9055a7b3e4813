/* WKB to GeoJSON. Coordinates lie on a grid (1e-7 degree, 1 cm), so that a coordinate is a whole
 * number and its text is that number's digits: no search for the shortest decimal. */
#include "layers/geometry.h"

#include <math.h>
#include <string.h>

enum { WKB_POINT = 1, WKB_POLYGON = 3, WKB_MULTIPOLYGON = 6, POINT_BYTES = 16 };

typedef struct {
    const unsigned char *at;
    size_t left;
    bool broken;
} reader;

static uint32_t read_u32(reader *r) {
    uint32_t value = 0;
    if (r->left < sizeof value) {
        r->broken = true;
        return 0;
    }
    memcpy(&value, r->at, sizeof value);
    r->at += sizeof value;
    r->left -= sizeof value;
    return value;
}

/* Byte order and type of a geometry; 0 where it is not little-endian. */
static uint32_t read_type(reader *r) {
    if (r->left < 1 || *r->at != 1) {
        r->broken = true;
        return 0;
    }
    r->at++;
    r->left--;
    return read_u32(r);
}

/* `count` points that follow, or NULL. */
static const unsigned char *take_points(reader *r, uint32_t count) {
    if (r->left / POINT_BYTES < count) {
        r->broken = true;
        return NULL;
    }
    const unsigned char *points = r->at;
    r->at += (size_t)count * POINT_BYTES;
    r->left -= (size_t)count * POINT_BYTES;
    return points;
}

typedef struct {
    double x, y;
} point;

static point point_at(const unsigned char *points, size_t i) {
    point p;
    memcpy(&p, points + i * POINT_BYTES, sizeof p);
    return p;
}

/* ---- digits ---- */

static const char pairs[] =
    "0001020304050607080910111213141516171819"
    "2021222324252627282930313233343536373839"
    "4041424344454647484950515253545556575859"
    "6061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

/* Two digits of n < 100; returns the place behind them. */
static inline char *put_pair(char *to, uint32_t n) {
    memcpy(to, pairs + (size_t)2 * n, 2);
    return to + 2;
}

static inline char *put_whole(char *to, uint32_t n) {
    if (n >= 100) {
        *to++ = (char)('0' + n / 100);
        return put_pair(to, n % 100);
    }
    if (n >= 10)
        return put_pair(to, n);
    *to = (char)('0' + n);
    return to + 1;
}

/* Trailing zeros are cut by a loop: how many there are is guessed well by the processor, which can
 * go on with the next number meanwhile. */
static inline char *put_degrees(char *to, double degrees) {
    uint32_t n = (uint32_t)(fabs(degrees) * 1e7 + 0.5); /* 360 · 1e7 < 2^32 */
    uint32_t part = n % 10000000;
    if (degrees < 0 && n > 0)
        *to++ = '-';
    to = put_whole(to, n / 10000000);
    if (part == 0)
        return to;
    *to++ = '.';
    uint32_t high = part / 1000, low = part % 1000; /* 4 and 3 digits */
    to = put_pair(to, high / 100);
    to = put_pair(to, high % 100);
    *to++ = (char)('0' + low / 100);
    to = put_pair(to, low % 100);
    while (to[-1] == '0')
        to--;
    return to;
}

char *layers_put_degrees(char *to, double degrees) {
    return put_degrees(to, degrees);
}

char *layers_put_metres(char *to, double metres) {
    int64_t scaled = (int64_t)(metres * 100 + (metres < 0 ? -0.5 : 0.5));
    char digits[24], *end = digits + sizeof digits, *start = end;
    if (scaled < 0) {
        *to++ = '-';
        scaled = -scaled;
    }
    uint64_t n = (uint64_t)scaled;
    uint32_t part = (uint32_t)(n % 100);
    for (n /= 100; n >= 100; n /= 100) {
        start -= 2;
        put_pair(start, (uint32_t)(n % 100));
    }
    to = put_whole(to, (uint32_t)n);
    memcpy(to, start, (size_t)(end - start));
    to += end - start;
    if (part == 0)
        return to;
    *to++ = '.';
    to = put_pair(to, part);
    return to[-1] == '0' ? to - 1 : to;
}

/* ---- writing ---- */

/* Text on its way into the buffer: positions are gathered here first. */
typedef struct {
    maille_ctx *ctx;
    maille_strbuf *to;
    layers_projection *projection;
    layers_box *box;
    size_t used;
    bool lost; /* a position has no place in the CRS */
    char chunk[4096];
} writer;

enum { MOST_OF_POSITION = 64 };

static void flush(writer *w) {
    maille_strbuf_add_n(w->to, w->chunk, w->used);
    w->used = 0;
}

/* Place for a position and its comma. */
static char *room(writer *w) {
    if (sizeof w->chunk - w->used < MOST_OF_POSITION)
        flush(w);
    return w->chunk + w->used;
}

static void add(writer *w, const char *text) {
    size_t length = strlen(text);
    memcpy(room(w), text, length);
    w->used += length;
}

static inline char *put_position(char *to, const writer *w, point p) {
    bool swap = w->projection->latitude_first;
    double first = swap ? p.y : p.x, second = swap ? p.x : p.y;
    *to++ = '[';
    to = w->projection->crs ? layers_put_metres(to, first) : put_degrees(to, first);
    *to++ = ',';
    to = w->projection->crs ? layers_put_metres(to, second) : put_degrees(to, second);
    *to++ = ']';
    return to;
}

/* The points in the CRS of the answer; NULL where memory ran out. */
static const unsigned char *projected(writer *w, const unsigned char *points, uint32_t count) {
    layers_projection *p = w->projection;
    size_t lost = 0;
    if (!p->crs)
        return points;
    if (!MAILLE_VEC_RESERVE(&p->lonlats, count) || !MAILLE_VEC_RESERVE(&p->points, count)) {
        w->to->failed = true;
        return NULL;
    }
    memcpy(p->lonlats.items, points, (size_t)count * POINT_BYTES);
    maille_crs_project(w->ctx, p->crs, p->lonlats.items, p->points.items, count, &lost);
    for (uint32_t i = 0; i < count && lost == 0; i++)
        lost += !(fabs(p->points.items[i].x) < 1e15 && fabs(p->points.items[i].y) < 1e15);
    w->lost = w->lost || lost > 0;
    return lost > 0 ? NULL : (const unsigned char *)p->points.items;
}

void layers_projection_free(layers_projection *projection) {
    MAILLE_VEC_FREE(&projection->lonlats);
    MAILLE_VEC_FREE(&projection->points);
}

/* ---- rings ---- */

/* Twice the signed area, relative to the first point; grows the box. False where a point is no
 * place on earth; the area is no number where a coordinate is none. */
static bool measure(const unsigned char *points, uint32_t count, layers_box *into, double *area) {
    point origin = point_at(points, 0), before = {0, 0};
    layers_box box = {origin.x, origin.y, origin.x, origin.y};
    *area = 0;
    for (uint32_t i = 0; i < count; i++) {
        point p = point_at(points, i), q = {p.x - origin.x, p.y - origin.y};
        *area += before.x * q.y - q.x * before.y;
        before = q;
        box.west = p.x < box.west ? p.x : box.west;
        box.east = p.x > box.east ? p.x : box.east;
        box.south = p.y < box.south ? p.y : box.south;
        box.north = p.y > box.north ? p.y : box.north;
    }
    if (into) {
        into->west = box.west < into->west ? box.west : into->west;
        into->east = box.east > into->east ? box.east : into->east;
        into->south = box.south < into->south ? box.south : into->south;
        into->north = box.north > into->north ? box.north : into->north;
    }
    return !isnan(*area) && box.west >= -360 && box.east <= 360 && box.south >= -90 &&
           box.north <= 90;
}

static void write_ring(writer *w, reader *r, bool shell) {
    uint32_t count = read_u32(r);
    const unsigned char *points = take_points(r, count);
    double area;
    if (!points || count < 4 || !measure(points, count, w->box, &area)) {
        r->broken = true;
        return;
    }
    bool forward = shell ? area >= 0 : area <= 0;
    points = projected(w, points, count);
    add(w, "[");
    for (uint32_t i = 0; points && i < count; i++) {
        char *start = room(w), *to = start;
        if (i > 0)
            *to++ = ',';
        to = put_position(to, w, point_at(points, forward ? i : count - 1 - i));
        w->used += (size_t)(to - start);
    }
    add(w, "]");
}

static void write_rings(writer *w, reader *r) {
    uint32_t count = read_u32(r);
    add(w, "[");
    for (uint32_t i = 0; i < count && !r->broken; i++) {
        add(w, i > 0 ? "," : "");
        write_ring(w, r, i == 0);
    }
    add(w, "]");
}

static void write_polygons(writer *w, reader *r) {
    uint32_t count = read_u32(r);
    add(w, "[");
    for (uint32_t i = 0; i < count && !r->broken; i++) {
        add(w, i > 0 ? "," : "");
        r->broken = read_type(r) != WKB_POLYGON;
        if (!r->broken)
            write_rings(w, r);
    }
    add(w, "]");
}

static void write_point(writer *w, reader *r) {
    const unsigned char *points = take_points(r, 1);
    double area;
    if (!points || !measure(points, 1, w->box, &area)) {
        r->broken = true;
        return;
    }
    if ((points = projected(w, points, 1)) != NULL) {
        char *start = room(w);
        w->used += (size_t)(put_position(start, w, point_at(points, 0)) - start);
    }
}

maille_status layers_write_geometry(maille_ctx *ctx, maille_strbuf *to, maille_bytes wkb,
                                    layers_projection *projection, layers_box *box) {
    static const char *const heads[] = {[WKB_POINT] = "{\"type\":\"Point\",\"coordinates\":",
                                        [WKB_POLYGON] = "{\"type\":\"Polygon\",\"coordinates\":",
                                        [WKB_MULTIPOLYGON] =
                                            "{\"type\":\"MultiPolygon\",\"coordinates\":"};
    reader r = {wkb.bytes, wkb.length, false};
    if (!wkb.bytes) {
        maille_strbuf_add_n(to, "null", 4);
        return to->failed ? maille_no_memory(ctx) : MAILLE_OK;
    }
    writer w;
    w.ctx = ctx;
    w.to = to;
    w.projection = projection;
    w.box = box;
    w.used = 0;
    w.lost = false;
    uint32_t type = read_type(&r);
    if (type != WKB_POINT && type != WKB_POLYGON && type != WKB_MULTIPOLYGON)
        return maille_fail(ctx, MAILLE_FAILED, "a geometry was no point or polygon");
    add(&w, heads[type]);
    if (type == WKB_POINT)
        write_point(&w, &r);
    else if (type == WKB_POLYGON)
        write_rings(&w, &r);
    else
        write_polygons(&w, &r);
    add(&w, "}");
    flush(&w);
    if (r.broken)
        return maille_fail(ctx, MAILLE_FAILED, "a geometry was cut short or out of range");
    if (w.lost)
        return maille_fail(ctx, MAILLE_USAGE, "a geometry has no place in EPSG:%d",
                           maille_crs_epsg(projection->crs));
    return to->failed ? maille_no_memory(ctx) : MAILLE_OK;
}
