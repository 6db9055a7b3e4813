/* .osm.pbf files: blobs of protocol buffers, one after another. */
#include "network/osm_pbf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <maille/vec.h>

/* "must be less than 64 KiB", "less than 32 MiB" */
enum { MOST_HEADER = 64 << 10, MOST_BLOB = 32 << 20 };
/* A way has 2,000 points at most, a relation 32,000 members (OpenStreetMap's API 0.6); elements
 * have some dozens of tags, blocks some thousands of texts; a block shrinks to a fifth or so: what
 * is far beyond that was made to fill the memory. */
enum {
    MOST_REFS = 1 << 14,
    MOST_MEMBERS = 1 << 16,
    MOST_TAGS = 1 << 16,
    MOST_TEXTS = 1 << 21,
    MOST_SHRINKING = 64
};
/* So is a file with more ways, points of ways, relations and members than its length allows for.
 * Counting an element as ELEMENT of its points or members, real files have one for five bytes. */
enum { ELEMENT = 4, PARTS_OF_A_BYTE = 2, PARTS_OF_ANY_FILE = 1 << 16 };
enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 }; /* wire types */

typedef struct {
    const unsigned char *at, *end;
} span;

typedef struct {
    uint64_t number; /* of the field */
    uint64_t value;  /* where it is a number */
    span bytes;      /* where it is bytes */
} field;

typedef enum { DONE, DAMAGED, NO_MEMORY, FOREIGN } outcome;

typedef struct {
    const osm_visitor *visitor;
    MAILLE_VEC(unsigned char) packed, raw; /* a blob as it is in the file, and unpacked */
    MAILLE_VEC(char) texts;                /* of the block's table, each with its NUL */
    MAILLE_VEC(uint32_t) text_at;
    MAILLE_VEC(osm_tag) tags;
    MAILLE_VEC(uint64_t) refs;
    MAILLE_VEC(osm_member) members;
    int64_t granularity, lat_offset, lon_offset;
    uint64_t parts_left; /* points of ways and members of relations that the file may yet have */
} reader;

static bool spend(reader *r, uint64_t parts) {
    if (parts > r->parts_left)
        return false;
    r->parts_left -= parts;
    return true;
}

/* ---- protocol buffers ---- */

static bool take_varint(span *s, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && s->at < s->end; shift += 7) {
        unsigned char byte = *s->at++;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool take_bytes(span *s, uint64_t count, span *out) {
    if (count > (uint64_t)(s->end - s->at))
        return false;
    *out = (span){s->at, s->at + count};
    s->at += count;
    return true;
}

static bool take_field(span *s, field *f) {
    uint64_t key, size;
    *f = (field){0};
    if (!take_varint(s, &key))
        return false;
    f->number = key >> 3;
    if (f->number == 0)
        return false;
    switch (key & 7) {
    case VARINT:
        return take_varint(s, &f->value);
    case FIXED64:
        return take_bytes(s, 8, &f->bytes);
    case FIXED32:
        return take_bytes(s, 4, &f->bytes);
    case BYTES:
        return take_varint(s, &size) && take_bytes(s, size, &f->bytes);
    default:
        return false;
    }
}

static bool is_left(span s) {
    return s.at < s.end;
}

/* Zigzag: 0, -1, 1, -2, … */
static int64_t signed_of(uint64_t value) {
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* Adds the next of numbers that are differences; sums wrap, as the ids of a damaged file may. */
static bool take_difference(span *s, uint64_t *sum) {
    uint64_t value;
    if (!take_varint(s, &value))
        return false;
    *sum += (uint64_t)signed_of(value);
    return true;
}

/* ---- texts ---- */

static outcome add_texts(reader *r, span table) {
    field f;
    while (is_left(table)) {
        if (r->text_at.count == MOST_TEXTS || !take_field(&table, &f))
            return DAMAGED;
        size_t length = (size_t)(f.bytes.end - f.bytes.at), at = r->texts.count;
        if (!MAILLE_VEC_PUSH(&r->text_at, (uint32_t)at) ||
            !MAILLE_VEC_RESERVE(&r->texts, at + length + 1))
            return NO_MEMORY;
        if (length)
            memcpy(r->texts.items + at, f.bytes.at, length);
        r->texts.items[at + length] = '\0';
        r->texts.count += length + 1;
    }
    return DONE;
}

static const char *text(const reader *r, uint64_t number) {
    return number < r->text_at.count ? r->texts.items + r->text_at.items[number] : NULL;
}

static outcome add_tag(reader *r, uint64_t key, uint64_t value) {
    osm_tag tag = {text(r, key), text(r, value)};
    if (!tag.key || !tag.value || r->tags.count == MOST_TAGS)
        return DAMAGED;
    return MAILLE_VEC_PUSH(&r->tags, tag) ? DONE : NO_MEMORY;
}

static outcome add_tags(reader *r, span keys, span values) {
    outcome result = DONE;
    uint64_t key, value;
    r->tags.count = 0;
    while (result == DONE && is_left(keys))
        result = take_varint(&keys, &key) && take_varint(&values, &value) ? add_tag(r, key, value)
                                                                          : DAMAGED;
    return result;
}

/* ---- nodes, ways, relations ---- */

static double degrees(const reader *r, int64_t offset, uint64_t value) {
    return 1e-9 * ((double)offset + (double)r->granularity * (double)(int64_t)value);
}

static outcome visit_node(const reader *r, uint64_t id, uint64_t lat, uint64_t lon) {
    osm_node node = {id, degrees(r, r->lon_offset, lon), degrees(r, r->lat_offset, lat),
                     r->tags.items, r->tags.count};
    return r->visitor->node(r->visitor->user, &node) ? DONE : NO_MEMORY;
}

static outcome read_node(reader *r, span s) {
    span keys = {0}, values = {0};
    uint64_t id = 0, lat = 0, lon = 0;
    field f;
    while (is_left(s)) {
        if (!take_field(&s, &f))
            return DAMAGED;
        if (f.number == 1)
            id = (uint64_t)signed_of(f.value);
        else if (f.number == 2)
            keys = f.bytes;
        else if (f.number == 3)
            values = f.bytes;
        else if (f.number == 8)
            lat = (uint64_t)signed_of(f.value);
        else if (f.number == 9)
            lon = (uint64_t)signed_of(f.value);
    }
    outcome result = add_tags(r, keys, values);
    return result == DONE ? visit_node(r, id, lat, lon) : result;
}

/* Key, value, key, value, … 0 for each node. */
static outcome take_dense_tags(reader *r, span *tags) {
    outcome result = DONE;
    r->tags.count = 0;
    while (result == DONE && is_left(*tags)) {
        uint64_t key, value;
        if (!take_varint(tags, &key))
            return DAMAGED;
        if (key == 0)
            break;
        result = take_varint(tags, &value) ? add_tag(r, key, value) : DAMAGED;
    }
    return result;
}

static outcome read_dense(reader *r, span s) {
    span ids = {0}, lats = {0}, lons = {0}, tags = {0};
    uint64_t id = 0, lat = 0, lon = 0;
    outcome result = DONE;
    field f;
    while (is_left(s)) {
        if (!take_field(&s, &f))
            return DAMAGED;
        if (f.number == 1)
            ids = f.bytes;
        else if (f.number == 8)
            lats = f.bytes;
        else if (f.number == 9)
            lons = f.bytes;
        else if (f.number == 10)
            tags = f.bytes;
    }
    while (result == DONE && is_left(ids)) {
        if (!take_difference(&ids, &id) || !take_difference(&lats, &lat) ||
            !take_difference(&lons, &lon))
            return DAMAGED;
        result = take_dense_tags(r, &tags);
        if (result == DONE)
            result = visit_node(r, id, lat, lon);
    }
    return result;
}

static outcome add_refs(reader *r, span refs) {
    uint64_t ref = 0;
    r->refs.count = 0;
    while (is_left(refs)) {
        if (r->refs.count == MOST_REFS || !spend(r, 1) || !take_difference(&refs, &ref))
            return DAMAGED;
        if (!MAILLE_VEC_PUSH(&r->refs, ref))
            return NO_MEMORY;
    }
    return DONE;
}

static outcome read_way(reader *r, span s) {
    span keys = {0}, values = {0}, refs = {0};
    osm_line way = {0};
    field f;
    while (is_left(s)) {
        if (!take_field(&s, &f))
            return DAMAGED;
        if (f.number == 1)
            way.id = f.value;
        else if (f.number == 2)
            keys = f.bytes;
        else if (f.number == 3)
            values = f.bytes;
        else if (f.number == 8)
            refs = f.bytes;
    }
    outcome result = spend(r, ELEMENT) ? add_tags(r, keys, values) : DAMAGED;
    if (result == DONE)
        result = add_refs(r, refs);
    way.refs = r->refs.items;
    way.ref_count = r->refs.count;
    way.tags = r->tags.items;
    way.tag_count = r->tags.count;
    return result != DONE || r->visitor->way(r->visitor->user, &way) ? result : NO_MEMORY;
}

static outcome add_members(reader *r, span roles, span ids, span types) {
    uint64_t role, id = 0, type;
    r->members.count = 0;
    while (is_left(ids)) {
        if (!take_varint(&roles, &role) || !take_difference(&ids, &id) ||
            !take_varint(&types, &type) || type > OSM_MEMBER_RELATION || !text(r, role))
            return DAMAGED;
        if (r->members.count == MOST_MEMBERS || !spend(r, 1))
            return DAMAGED;
        osm_member member = {(osm_member_type)type, id, text(r, role)};
        if (!MAILLE_VEC_PUSH(&r->members, member))
            return NO_MEMORY;
    }
    return DONE;
}

static outcome read_relation(reader *r, span s) {
    span keys = {0}, values = {0}, roles = {0}, ids = {0}, types = {0};
    field f;
    while (is_left(s)) {
        if (!take_field(&s, &f))
            return DAMAGED;
        if (f.number == 2)
            keys = f.bytes;
        else if (f.number == 3)
            values = f.bytes;
        else if (f.number == 8)
            roles = f.bytes;
        else if (f.number == 9)
            ids = f.bytes;
        else if (f.number == 10)
            types = f.bytes;
    }
    outcome result = spend(r, ELEMENT) ? add_tags(r, keys, values) : DAMAGED;
    if (result == DONE)
        result = add_members(r, roles, ids, types);
    osm_relation relation = {r->members.items, r->members.count, r->tags.items, r->tags.count};
    return result != DONE || r->visitor->relation(r->visitor->user, &relation) ? result : NO_MEMORY;
}

/* ---- blocks ---- */

static outcome read_group(reader *r, span s) {
    enum { NODE = 1, DENSE = 2, WAY = 3, RELATION = 4 };
    const osm_visitor *v = r->visitor;
    outcome result = DONE;
    field f;
    while (result == DONE && is_left(s)) {
        if (!take_field(&s, &f))
            return DAMAGED;
        if (f.number == NODE && v->node)
            result = read_node(r, f.bytes);
        else if (f.number == DENSE && v->node)
            result = read_dense(r, f.bytes);
        else if (f.number == WAY && v->way)
            result = read_way(r, f.bytes);
        else if (f.number == RELATION && v->relation)
            result = read_relation(r, f.bytes);
    }
    return result;
}

static outcome read_block(reader *r, span block) {
    enum { TEXTS = 1, GROUP = 2, GRANULARITY = 17, LAT_OFFSET = 19, LON_OFFSET = 20 };
    outcome result = DONE;
    field f;
    r->granularity = 100;
    r->lat_offset = r->lon_offset = 0;
    r->texts.count = r->text_at.count = 0;
    for (span s = block; result == DONE && is_left(s);) {
        if (!take_field(&s, &f))
            return DAMAGED;
        if (f.number == TEXTS)
            result = add_texts(r, f.bytes);
        else if (f.number == GRANULARITY)
            r->granularity = (int64_t)f.value;
        else if (f.number == LAT_OFFSET)
            r->lat_offset = (int64_t)f.value;
        else if (f.number == LON_OFFSET)
            r->lon_offset = (int64_t)f.value;
    }
    for (span s = block; result == DONE && is_left(s);)
        if (take_field(&s, &f) && f.number == GROUP)
            result = read_group(r, f.bytes);
    return result;
}

static bool is_text(span s, const char *wanted) {
    size_t length = strlen(wanted);
    return (size_t)(s.end - s.at) == length && memcmp(s.at, wanted, length) == 0;
}

/* A file that needs what is not known here would be misread. */
static outcome read_header(span s) {
    enum { REQUIRED_FEATURE = 4 };
    field f;
    while (is_left(s)) {
        if (!take_field(&s, &f))
            return DAMAGED;
        if (f.number == REQUIRED_FEATURE && !is_text(f.bytes, "OsmSchema-V0.6") &&
            !is_text(f.bytes, "DenseNodes"))
            return FOREIGN;
    }
    return DONE;
}

/* ---- blobs ---- */

static outcome unpack(reader *r, span blob, span *out) {
    enum { RAW = 1, RAW_SIZE = 2, ZLIB = 3 };
    span packed = {0};
    uint64_t size = 0;
    bool found = false;
    field f;
    while (is_left(blob)) {
        if (!take_field(&blob, &f))
            return DAMAGED;
        if (f.number == RAW) {
            *out = f.bytes;
            return DONE;
        }
        if (f.number == RAW_SIZE) {
            size = f.value;
        } else if (f.number == ZLIB) {
            packed = f.bytes;
            found = true;
        }
    }
    if (!found)
        return FOREIGN;
    if (size > MOST_BLOB || size / MOST_SHRINKING > (uint64_t)(packed.end - packed.at))
        return DAMAGED;
    if (!MAILLE_VEC_RESERVE(&r->raw, size + 1))
        return NO_MEMORY;
    uLongf length = (uLongf)size;
    if (uncompress(r->raw.items, &length, packed.at, (uLong)(packed.end - packed.at)) != Z_OK ||
        length != size)
        return DAMAGED;
    *out = (span){r->raw.items, r->raw.items + size};
    return DONE;
}

/* The next `count` bytes of the file, which has them. */
static outcome load(reader *r, FILE *file, uint64_t count, span *out) {
    if (!MAILLE_VEC_RESERVE(&r->packed, count + 1))
        return NO_MEMORY;
    if (count && fread(r->packed.items, count, 1, file) != 1)
        return DAMAGED;
    *out = (span){r->packed.items, r->packed.items + count};
    return DONE;
}

static outcome read_blob(reader *r, FILE *file, uint64_t size, bool is_header, bool is_data) {
    span blob = {0}, raw = {0};
    outcome result = load(r, file, size, &blob);
    if (result == DONE && (is_header || is_data))
        result = unpack(r, blob, &raw);
    if (result == DONE && is_header)
        result = read_header(raw);
    if (result == DONE && is_data)
        result = read_block(r, raw);
    return result;
}

/* A length, a header of that length and the blob that the header tells the size of. */
static outcome read_piece(reader *r, FILE *file, uint64_t left) {
    enum { TYPE = 1, SIZE = 3 };
    unsigned char b[4];
    uint64_t size = 0;
    bool is_header = false, is_data = false;
    span header;
    field f;
    if (left < sizeof b || fread(b, sizeof b, 1, file) != 1)
        return DAMAGED;
    uint64_t length = (uint64_t)b[0] << 24 | (uint64_t)b[1] << 16 | (uint64_t)b[2] << 8 | b[3];
    left -= sizeof b;
    if (length > MOST_HEADER || length > left)
        return DAMAGED;
    outcome result = load(r, file, length, &header);
    while (result == DONE && is_left(header)) {
        if (!take_field(&header, &f))
            return DAMAGED;
        if (f.number == SIZE)
            size = f.value;
        if (f.number == TYPE) {
            is_header = is_text(f.bytes, "OSMHeader");
            is_data = is_text(f.bytes, "OSMData");
        }
    }
    if (result == DONE && (size > MOST_BLOB || size > left - length))
        return DAMAGED;
    return result == DONE ? read_blob(r, file, size, is_header, is_data) : result;
}

static maille_status judge(maille_ctx *ctx, const char *path, outcome result, long at) {
    switch (result) {
    case DONE:
        return MAILLE_OK;
    case NO_MEMORY:
        return maille_no_memory(ctx);
    case FOREIGN:
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s: the OpenStreetMap file needed a compression or a feature that is "
                           "not read, at byte %ld",
                           path, at);
    default:
        return maille_fail(ctx, MAILLE_REFUSED,
                           "%s: the OpenStreetMap file was damaged or cut short at byte %ld", path,
                           at);
    }
}

maille_status osm_pbf_read(maille_ctx *ctx, const char *path, const osm_visitor *visitor) {
    reader r = {.visitor = visitor};
    maille_status status = MAILLE_OK;
    FILE *file = fopen(path, "rb");
    if (!file)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s: could not be opened: %s", path,
                           strerror(errno));
    fseek(file, 0, SEEK_END);
    long end = ftell(file), at = 0;
    r.parts_left = (uint64_t)end * PARTS_OF_A_BYTE + PARTS_OF_ANY_FILE;
    rewind(file);
    while (at < end && !status) {
        status = judge(ctx, path, read_piece(&r, file, (uint64_t)(end - at)), at);
        at = ftell(file);
    }
    fclose(file);
    MAILLE_VEC_FREE(&r.packed);
    MAILLE_VEC_FREE(&r.raw);
    MAILLE_VEC_FREE(&r.texts);
    MAILLE_VEC_FREE(&r.text_at);
    MAILLE_VEC_FREE(&r.tags);
    MAILLE_VEC_FREE(&r.refs);
    MAILLE_VEC_FREE(&r.members);
    return status;
}
