/* OpenStreetMap files made by hand, for tests and as seeds of the fuzzers: elements are given as
 * people would write them, and laid out as the format wants it (wiki.openstreetmap.org/wiki/
 * PBF_Format). */
#ifndef MAILLE_TESTS_OSM_MADE_H
#define MAILLE_TESTS_OSM_MADE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    unsigned char *items;
    size_t count, room;
} made_bytes;

static inline void made_add(made_bytes *b, const void *data, size_t count) {
    if (b->count + count > b->room) {
        b->room = 2 * (b->count + count) + 64;
        b->items = realloc(b->items, b->room);
        if (!b->items)
            exit(1);
    }
    if (count)
        memcpy(b->items + b->count, data, count);
    b->count += count;
}

static inline void made_clear(made_bytes *b) {
    free(b->items);
    *b = (made_bytes){0};
}

static inline void made_varint(made_bytes *b, uint64_t value) {
    unsigned char byte;
    for (; value > 127; value >>= 7) {
        byte = (unsigned char)(value | 0x80);
        made_add(b, &byte, 1);
    }
    byte = (unsigned char)value;
    made_add(b, &byte, 1);
}

static inline void made_signed(made_bytes *b, int64_t value) {
    made_varint(b, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

static inline void made_number(made_bytes *b, unsigned field, uint64_t value) {
    made_varint(b, field << 3);
    made_varint(b, value);
}

static inline void made_field(made_bytes *b, unsigned field, const void *data, size_t count) {
    made_varint(b, field << 3 | 2);
    made_varint(b, count);
    made_add(b, data, count);
}

/* Adds `part` as a field and empties it. */
static inline void made_take(made_bytes *b, unsigned field, made_bytes *part) {
    made_field(b, field, part->items, part->count);
    part->count = 0;
}

/* ---- a block ---- */

enum { MADE_TEXTS = 400 };

typedef struct {
    char *texts[MADE_TEXTS]; /* number 0 is empty */
    unsigned text_count;
    made_bytes table, group, groups;
    made_bytes ids, lats, lons, node_tags; /* of dense nodes */
    int64_t id, lat, lon;
} made_block;

static inline unsigned made_text(made_block *b, const char *text, size_t length) {
    if (b->text_count == 0)
        b->texts[b->text_count++] = calloc(1, 1);
    for (unsigned i = 0; i < b->text_count; i++)
        if (strlen(b->texts[i]) == length && memcmp(b->texts[i], text, length) == 0)
            return i;
    if (b->text_count == MADE_TEXTS)
        exit(1);
    b->texts[b->text_count] = calloc(length + 1, 1);
    memcpy(b->texts[b->text_count], text, length);
    return b->text_count++;
}

/* "key=value|key=value" */
static inline void made_tags(made_block *b, const char *text, made_bytes *keys,
                             made_bytes *values) {
    while (*text) {
        size_t key = strcspn(text, "="), value = strcspn(text + key + 1, "|");
        made_varint(keys, made_text(b, text, key));
        made_varint(values, made_text(b, text + key + 1, value));
        text += key + 1 + value;
        text += *text == '|';
    }
}

/* At so many 1e-7 degrees. */
static inline void made_dense_node(made_block *b, int64_t id, int64_t lon, int64_t lat,
                                   const char *tags) {
    made_signed(&b->ids, id - b->id);
    made_signed(&b->lons, lon - b->lon);
    made_signed(&b->lats, lat - b->lat);
    b->id = id;
    b->lon = lon;
    b->lat = lat;
    while (*tags) {
        size_t key = strcspn(tags, "="), value = strcspn(tags + key + 1, "|");
        made_varint(&b->node_tags, made_text(b, tags, key));
        made_varint(&b->node_tags, made_text(b, tags + key + 1, value));
        tags += key + 1 + value;
        tags += *tags == '|';
    }
    made_varint(&b->node_tags, 0);
}

static inline void made_end_dense(made_block *b) {
    made_bytes dense = {0};
    made_take(&dense, 1, &b->ids);
    made_take(&dense, 8, &b->lats);
    made_take(&dense, 9, &b->lons);
    made_take(&dense, 10, &b->node_tags);
    made_take(&b->group, 2, &dense);
    made_take(&b->groups, 2, &b->group);
    made_clear(&dense);
    b->id = b->lat = b->lon = 0;
}

static inline void made_node(made_block *b, int64_t id, int64_t lon, int64_t lat,
                             const char *tags) {
    made_bytes node = {0}, keys = {0}, values = {0}, number = {0};
    made_signed(&number, id);
    made_varint(&node, 1 << 3);
    made_add(&node, number.items, number.count);
    made_tags(b, tags, &keys, &values);
    made_take(&node, 2, &keys);
    made_take(&node, 3, &values);
    made_varint(&node, 8 << 3);
    made_signed(&node, lat);
    made_varint(&node, 9 << 3);
    made_signed(&node, lon);
    made_take(&b->group, 1, &node);
    made_clear(&node);
    made_clear(&keys);
    made_clear(&values);
    made_clear(&number);
}

static inline void made_way(made_block *b, uint64_t id, const int64_t *refs, size_t count,
                            const char *tags) {
    made_bytes way = {0}, keys = {0}, values = {0}, differences = {0};
    made_number(&way, 1, id);
    made_tags(b, tags, &keys, &values);
    made_take(&way, 2, &keys);
    made_take(&way, 3, &values);
    for (size_t i = 0; i < count; i++)
        made_signed(&differences, refs[i] - (i ? refs[i - 1] : 0));
    made_take(&way, 8, &differences);
    made_take(&b->group, 3, &way);
    made_clear(&way);
    made_clear(&keys);
    made_clear(&values);
    made_clear(&differences);
}

/* Members as "from:w1|via:n2|to:w3" (n node, w way, r relation). */
static inline void made_relation(made_block *b, uint64_t id, const char *members,
                                 const char *tags) {
    made_bytes relation = {0}, keys = {0}, values = {0}, roles = {0}, ids = {0}, types = {0};
    int64_t before = 0;
    made_number(&relation, 1, id);
    made_tags(b, tags, &keys, &values);
    made_take(&relation, 2, &keys);
    made_take(&relation, 3, &values);
    while (*members) {
        size_t role = strcspn(members, ":");
        char *end, kind = members[role + 1];
        int64_t member = strtoll(members + role + 2, &end, 10);
        made_varint(&roles, made_text(b, members, role));
        made_signed(&ids, member - before);
        made_varint(&types, kind == 'n' ? 0 : kind == 'w' ? 1 : 2);
        before = member;
        members = end + (*end == '|');
    }
    made_take(&relation, 8, &roles);
    made_take(&relation, 9, &ids);
    made_take(&relation, 10, &types);
    made_take(&b->group, 4, &relation);
    made_clear(&relation);
    made_clear(&keys);
    made_clear(&values);
    made_clear(&roles);
    made_clear(&ids);
    made_clear(&types);
}

/* ---- a file ---- */

static inline void made_piece(made_bytes *file, const char *type, const made_bytes *blob) {
    made_bytes header = {0};
    made_field(&header, 1, type, strlen(type));
    made_number(&header, 3, blob->count);
    unsigned char length[4] = {0, 0, (unsigned char)(header.count >> 8),
                               (unsigned char)header.count};
    made_add(file, length, sizeof length);
    made_add(file, header.items, header.count);
    made_add(file, blob->items, blob->count);
    made_clear(&header);
}

/* What it holds as it is, or packed, and then as large as `claimed` says. */
static inline void made_blob(made_bytes *file, const char *type, const made_bytes *content,
                             bool packed, uint64_t claimed) {
    made_bytes blob = {0};
    if (packed) {
        uLongf length = compressBound((uLong)content->count);
        unsigned char *room = malloc(length);
        if (!room || compress(room, &length, content->items, (uLong)content->count) != Z_OK)
            exit(1);
        made_number(&blob, 2, claimed);
        made_field(&blob, 3, room, length);
        free(room);
    } else {
        made_field(&blob, 1, content->items, content->count);
    }
    made_piece(file, type, &blob);
    made_clear(&blob);
}

static inline void made_begin(made_bytes *file) {
    made_bytes features = {0};
    made_field(&features, 4, "OsmSchema-V0.6", 14);
    made_field(&features, 4, "DenseNodes", 10);
    made_blob(file, "OSMHeader", &features, false, 0);
    made_clear(&features);
}

/* Adds the block to the file and empties it. */
static inline void made_end(made_bytes *file, made_block *b, bool packed) {
    made_bytes block = {0};
    if (b->group.count)
        made_take(&b->groups, 2, &b->group);
    for (unsigned i = 0; i < b->text_count; i++) {
        made_field(&b->table, 1, b->texts[i], strlen(b->texts[i]));
        free(b->texts[i]);
    }
    made_take(&block, 1, &b->table);
    made_add(&block, b->groups.items, b->groups.count);
    made_blob(file, "OSMData", &block, packed, block.count);
    made_clear(&block);
    made_bytes *parts[] = {&b->table, &b->group, &b->groups,   &b->ids,
                           &b->lats,  &b->lons,  &b->node_tags};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        made_clear(parts[i]);
    *b = (made_block){0};
}

/* A town: streets of a grid, `wide` crossings each way, with a ring road, a one-way street, a
 * ferry, a bollard, signals, a level crossing and restrictions of all kinds. Crossing (x, y) is
 * point 1 + y · wide + x; streets along x are ways 1 …, along y 1001 …. */
static inline void made_town(made_bytes *file, int wide, bool dense, bool packed) {
    made_block b = {0};
    int64_t refs[64];
    char members[200];
    made_begin(file);
    for (int y = 0; y < wide; y++)
        for (int x = 0; x < wide; x++) {
            int64_t id = 1 + y * wide + x, lon = 30000000 + x * 20011 + y * y * 97,
                    lat = x * x * 53 + y * 18013;
            const char *tags = id == 2          ? "highway=traffic_signals"
                               : id == wide + 1 ? "railway=level_crossing"
                               : id == 2 * wide ? "barrier=bollard"
                               : id == wide + 2 ? "highway=traffic_signals|"
                                                  "traffic_signals:direction=forward"
                                                : "";
            (dense ? made_dense_node : made_node)(&b, id, lon, lat, tags);
        }
    if (dense)
        made_end_dense(&b);
    made_end(file, &b, packed);
    for (int line = 0; line < wide; line++)
        for (int along = 0; along < 2; along++) {
            for (int i = 0; i < wide; i++)
                refs[i] = 1 + (along ? i * wide + line : line * wide + i);
            made_way(&b, (uint64_t)(1 + line + 1000 * along), refs, (size_t)wide,
                     line == 1 && along    ? "highway=secondary|oneway=yes|maxspeed=70"
                     : line == 2 && !along ? "highway=primary|maxspeed:backward=30"
                                           : "highway=residential");
        }
    int64_t ring[] = {1, wide, wide * wide, 1 + wide * (wide - 1), 1};
    made_way(&b, 5001, ring, 5, "highway=motorway|junction=roundabout");
    made_way(&b, 5002, (int64_t[]){1, wide * wide}, 2, "route=ferry|duration=00:02");
    made_way(&b, 5003, (int64_t[]){1, 999}, 2, "highway=service|service=driveway");
    made_way(&b, 5004, (int64_t[]){2, wide + 3}, 2, "highway=tertiary");
    made_end(file, &b, packed);
    snprintf(members, sizeof members, "from:w5004|via:n2|to:w1");
    made_relation(&b, 1, members, "type=restriction|restriction=no_left_turn");
    snprintf(members, sizeof members, "from:w5004|via:n%d|to:w2", wide + 3);
    made_relation(&b, 2, members, "type=restriction|restriction=only_straight_on|except=bicycle");
    made_relation(&b, 3, "from:w5001|via:w5004|to:w1001", "type=restriction|restriction=no_u_turn");
    made_relation(&b, 4, "from:w1|via:n1|to:w1001",
                  "type=restriction|restriction:conditional=no_right_turn @ (07:00-09:00)");
    made_relation(&b, 5, "from:w5002|via:w5001|via:w5004|to:w2",
                  "type=restriction|restriction:motorcar=only_left_turn");
    made_relation(&b, 6, "from:w1|via:n1|to:w77", "type=restriction|restriction=no_entry");
    made_relation(&b, 7, "from:w1|from:w5001|via:n1|to:w1001",
                  "type=restriction|restriction=no_entry");
    made_end(file, &b, packed);
}

#endif
