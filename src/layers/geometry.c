/* WKB to GeoJSON. Coordinates lie on the grid of 1e-7 degree, so that a coordinate is a whole
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
static char *put_pair(char *to, uint32_t n) {
    memcpy(to, pairs + (size_t)2 * n, 2);
    return to + 2;
}

static char *put_whole(char *to, uint32_t n) {
    if (n >= 100) {
        *to++ = (char)('0' + n / 100);
        return put_pair(to, n % 100);
    }
    if (n >= 10)
        return put_pair(to, n);
    *to = (char)('0' + n);
    return to + 1;
}

char *layers_put_degrees(char *to, double degrees) {
    int64_t scaled = (int64_t)(degrees * 1e7 + (degrees < 0 ? -0.5 : 0.5));
    if (scaled < 0) {
        *to++ = '-';
        scaled = -scaled;
    }
    uint32_t n = (uint32_t)scaled, part = n % 10000000; /* 180 · 1e7 < 2^32 */
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

static char *put_position(char *to, point p) {
    *to++ = '[';
    to = layers_put_degrees(to, p.x);
    *to++ = ',';
    to = layers_put_degrees(to, p.y);
    *to++ = ']';
    return to;
}

/* ---- rings ---- */

static bool in_range(point p) {
    return p.x >= -360 && p.x <= 360 && p.y >= -90 && p.y <= 90;
}

/* Twice the signed area, relative to the first point; grows the box. False where a point is no
 * place on earth. */
static bool measure(const unsigned char *points, uint32_t count, layers_box *box, double *area) {
    point origin = point_at(points, 0), before = {0, 0};
    bool ok = true;
    *area = 0;
    for (uint32_t i = 0; i < count; i++) {
        point p = point_at(points, i), q = {p.x - origin.x, p.y - origin.y};
        ok = ok && in_range(p);
        *area += before.x * q.y - q.x * before.y;
        before = q;
        box->west = p.x < box->west ? p.x : box->west;
        box->east = p.x > box->east ? p.x : box->east;
        box->south = p.y < box->south ? p.y : box->south;
        box->north = p.y > box->north ? p.y : box->north;
    }
    return ok;
}

static void write_ring(layers_out *out, reader *r, bool shell, layers_box *box) {
    uint32_t count = read_u32(r);
    const unsigned char *points = take_points(r, count);
    double area;
    if (!points || count < 4 || !measure(points, count, box, &area)) {
        r->broken = true;
        return;
    }
    bool forward = shell ? area >= 0 : area <= 0;
    layers_out_add(out, "[", 1);
    for (uint32_t i = 0; i < count; i++) {
        char *start = layers_out_room(out, 32), *to = start;
        if (i > 0)
            *to++ = ',';
        to = put_position(to, point_at(points, forward ? i : count - 1 - i));
        out->used += (size_t)(to - start);
    }
    layers_out_add(out, "]", 1);
}

static void write_rings(layers_out *out, reader *r, layers_box *box) {
    uint32_t count = read_u32(r);
    layers_out_add(out, "[", 1);
    for (uint32_t i = 0; i < count && !r->broken; i++) {
        layers_out_add(out, ",", i > 0);
        write_ring(out, r, i == 0, box);
    }
    layers_out_add(out, "]", 1);
}

static void write_polygons(layers_out *out, reader *r, layers_box *box) {
    uint32_t count = read_u32(r);
    layers_out_add(out, "[", 1);
    for (uint32_t i = 0; i < count && !r->broken; i++) {
        layers_out_add(out, ",", i > 0);
        r->broken = read_type(r) != WKB_POLYGON;
        if (!r->broken)
            write_rings(out, r, box);
    }
    layers_out_add(out, "]", 1);
}

static void write_point(layers_out *out, reader *r, layers_box *box) {
    const unsigned char *points = take_points(r, 1);
    double area;
    if (!points || !measure(points, 1, box, &area)) {
        r->broken = true;
        return;
    }
    char *to = layers_out_room(out, 32);
    out->used += (size_t)(put_position(to, point_at(points, 0)) - to);
}

static void add_text(layers_out *out, const char *text) {
    layers_out_add(out, text, strlen(text));
}

maille_status layers_write_geometry(maille_ctx *ctx, layers_out *out, maille_bytes wkb,
                                    layers_box *box) {
    static const char *const names[] = {
        [WKB_POINT] = "Point", [WKB_POLYGON] = "Polygon", [WKB_MULTIPOLYGON] = "MultiPolygon"};
    reader r = {wkb.bytes, wkb.length, false};
    if (!wkb.bytes) {
        add_text(out, "null");
        return MAILLE_OK;
    }
    uint32_t type = read_type(&r);
    if (type != WKB_POINT && type != WKB_POLYGON && type != WKB_MULTIPOLYGON)
        return maille_fail(ctx, MAILLE_FAILED, "a geometry was no point or polygon");
    add_text(out, "{\"type\":\"");
    add_text(out, names[type]);
    add_text(out, "\",\"coordinates\":");
    if (type == WKB_POINT)
        write_point(out, &r, box);
    else if (type == WKB_POLYGON)
        write_rings(out, &r, box);
    else
        write_polygons(out, &r, box);
    add_text(out, "}");
    return r.broken ? maille_fail(ctx, MAILLE_FAILED, "a geometry was cut short or out of range")
                    : MAILLE_OK;
}
