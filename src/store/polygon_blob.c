/* Polygons as WKB and as SpatiaLite blobs. Both hold rings as the same little-endian doubles;
 * around them stand WKB   01 type n { 01 3 rings { points xy… }… }… blob  00 01 srid minx miny maxx
 * maxy 7C type n { 69 3 rings { points xy… }… }… FE where a POLYGON has neither n nor the marks
 * before its only part. */
#include "store/polygon_blob.h"

#include <math.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "coordinates are copied as they stand: a little-endian machine is needed"
#endif

enum { POINT = 1, POLYGON = 3, MULTIPOLYGON = 6, SRID = 4326 };
enum { LITTLE_ENDIAN_MARK = 0x01, START = 0x00, HEAD_END = 0x7C, PART = 0x69, END = 0xFE };
enum { BOX_AT = 6, BOX_SIZE = 32, HEAD_SIZE = 39 };

#define TOO_SHORT "ended too early"

typedef struct {
    const unsigned char *at, *end;
} reader;

static bool read_byte(reader *in, unsigned char *value) {
    if (in->at == in->end)
        return false;
    *value = *in->at++;
    return true;
}

static bool read_number(reader *in, uint32_t *value) {
    if (in->end - in->at < 4)
        return false;
    memcpy(value, in->at, 4);
    in->at += 4;
    return true;
}

static void write_byte(maille_strbuf *out, unsigned char value) {
    maille_strbuf_add_char(out, (char)value);
}

static void write_number(maille_strbuf *out, uint32_t value) {
    maille_strbuf_add_n(out, (const char *)&value, 4);
}

/* Writes a number over the one that stands at `place`. */
static void patch_number(maille_strbuf *out, size_t place, uint32_t value) {
    if (!out->failed)
        memcpy(out->text + place, &value, 4);
}

typedef struct {
    double box[4]; /* minx miny maxx maxy */
} extent;

/* False when a coordinate is no finite number. */
static bool extend(extent *e, const unsigned char *points, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        double xy[2];
        memcpy(xy, points + (size_t)i * sizeof xy, sizeof xy);
        e->box[0] = xy[0] < e->box[0] ? xy[0] : e->box[0];
        e->box[1] = xy[1] < e->box[1] ? xy[1] : e->box[1];
        e->box[2] = xy[0] > e->box[2] ? xy[0] : e->box[2];
        e->box[3] = xy[1] > e->box[3] ? xy[1] : e->box[3];
        sum += xy[0] * 0 + xy[1] * 0; /* NaN and infinity stay NaN */
    }
    return sum == 0;
}

/* Copies the rings of one polygon, after their number; `kept` tells how many were not empty. */
static const char *copy_rings(reader *in, maille_strbuf *out, extent *e, uint32_t *kept) {
    uint32_t rings, points;
    size_t place = out->length;
    *kept = 0;
    if (!read_number(in, &rings))
        return TOO_SHORT;
    write_number(out, rings);
    for (uint32_t ring = 0; ring < rings; ring++) {
        if (!read_number(in, &points) || (size_t)(in->end - in->at) / 16 < points)
            return TOO_SHORT;
        if (points == 0)
            continue;
        if (e && !extend(e, in->at, points))
            return "had a coordinate that is not a number";
        write_number(out, points);
        maille_strbuf_add_n(out, (const char *)in->at, (size_t)points * 16);
        in->at += (size_t)points * 16;
        ++*kept;
    }
    patch_number(out, place, *kept);
    return NULL;
}

/* Copies `parts` polygons; each is announced by `mark_in` and POLYGON. */
static const char *copy_parts(reader *in, maille_strbuf *out, uint32_t parts, unsigned char mark_in,
                              unsigned char mark_out, extent *e) {
    uint32_t kept = 0;
    size_t place = out->length;
    write_number(out, parts);
    for (uint32_t part = 0; part < parts; part++) {
        unsigned char mark;
        uint32_t type, rings;
        if (!read_byte(in, &mark) || !read_number(in, &type))
            return TOO_SHORT;
        if (mark != mark_in || type != POLYGON)
            return "had a part that is no little-endian polygon in two dimensions";
        size_t before = out->length;
        write_byte(out, mark_out);
        write_number(out, POLYGON);
        const char *wrong = copy_rings(in, out, e, &rings);
        if (wrong)
            return wrong;
        if (rings)
            kept++;
        else if (!out->failed)
            out->length = before;
    }
    patch_number(out, place, kept);
    return NULL;
}

/* A POLYGON becomes the only part of a MULTIPOLYGON. */
static const char *copy_geometry(reader *in, maille_strbuf *out, unsigned char mark_in,
                                 unsigned char mark_out, extent *e) {
    uint32_t type, parts, rings;
    if (!read_number(in, &type))
        return TOO_SHORT;
    write_number(out, MULTIPOLYGON);
    if (type == MULTIPOLYGON)
        return read_number(in, &parts) ? copy_parts(in, out, parts, mark_in, mark_out, e)
                                       : TOO_SHORT;
    if (type != POLYGON)
        return "was no polygon in two dimensions";
    size_t place = out->length;
    write_number(out, 1);
    write_byte(out, mark_out);
    write_number(out, POLYGON);
    const char *wrong = copy_rings(in, out, e, &rings);
    if (!wrong && rings == 0 && !out->failed) {
        patch_number(out, place, 0);
        out->length = place + 4;
    }
    return wrong;
}

const char *maille_wkb_to_blob(maille_bytes wkb, maille_strbuf *out) {
    reader in = {wkb.bytes, wkb.bytes + wkb.length};
    extent e = {{INFINITY, INFINITY, -INFINITY, -INFINITY}};
    unsigned char order;
    maille_strbuf_clear(out);
    if (!read_byte(&in, &order))
        return TOO_SHORT;
    if (order != LITTLE_ENDIAN_MARK)
        return "was no little-endian WKB";
    write_byte(out, START);
    write_byte(out, LITTLE_ENDIAN_MARK);
    write_number(out, SRID);
    maille_strbuf_add_n(out, (const char *)e.box, BOX_SIZE);
    write_byte(out, HEAD_END);
    const char *wrong = copy_geometry(&in, out, LITTLE_ENDIAN_MARK, PART, &e);
    if (wrong)
        return wrong;
    if (in.at != in.end)
        return "had bytes behind its end";
    if (out->failed)
        return NULL;
    if (isinf(e.box[0])) { /* no point was met */
        maille_strbuf_clear(out);
        return NULL;
    }
    memcpy(out->text + BOX_AT, e.box, BOX_SIZE);
    write_byte(out, END);
    return NULL;
}

/* NULL when the blob is as SpatiaLite writes it, as far as its head and end tell. */
static const char *look_at_head(maille_bytes blob) {
    if (blob.length < HEAD_SIZE + 5)
        return TOO_SHORT;
    const unsigned char *b = blob.bytes, *last = b + blob.length - 1;
    return b[0] == START && b[1] == LITTLE_ENDIAN_MARK && b[HEAD_SIZE - 1] == HEAD_END &&
                   *last == END
               ? NULL
               : "was no little-endian SpatiaLite blob";
}

const char *maille_blob_box(maille_bytes blob, double box[4]) {
    const char *wrong = look_at_head(blob);
    if (!wrong)
        memcpy(box, blob.bytes + BOX_AT, BOX_SIZE);
    return wrong;
}

void maille_point_to_wkb(double lon, double lat, maille_strbuf *out) {
    const double xy[] = {lon, lat};
    maille_strbuf_clear(out);
    write_byte(out, LITTLE_ENDIAN_MARK);
    write_number(out, POINT);
    maille_strbuf_add_n(out, (const char *)xy, sizeof xy);
}

const char *maille_blob_to_wkb(maille_bytes blob, maille_strbuf *out) {
    maille_strbuf_clear(out);
    const char *wrong = look_at_head(blob);
    if (wrong)
        return wrong;
    reader in = {blob.bytes + HEAD_SIZE, blob.bytes + blob.length - 1};
    write_byte(out, LITTLE_ENDIAN_MARK);
    wrong = copy_geometry(&in, out, PART, LITTLE_ENDIAN_MARK, NULL);
    if (wrong)
        return wrong;
    return in.at == in.end ? NULL : "had bytes behind its end";
}
