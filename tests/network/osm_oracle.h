/* An oracle for turns on real OpenStreetMap files. It reads the file by itself, keeps what a
 * profile may use, and searches on an edge-based graph: a state is the arc driven last with all
 * restrictions that have been begun, a way is from state to state. Nothing is shared with the
 * reader, the copies of places or the hierarchy but what the tags of one way or point mean
 * (osm_tags.h), the length of a stretch and the projection. Slow, plain, all in memory. */
#ifndef MAILLE_TESTS_OSM_ORACLE_H
#define MAILLE_TESTS_OSM_ORACLE_H

#include <zlib.h>

#include <maille/heap.h>
#include <maille/map.h>
#include <maille/network.h>
#include <maille/vec.h>

#include "harness.h"
#include "network/osm_tags.h"
#include "network/read.h"

enum { ORACLE_TEXT = 512, ORACLE_BEGUN = 12, ORACLE_STEPS = 64 };
#define ORACLE_NONE UINT32_MAX

typedef struct {
    uint64_t id;
    maille_lonlat at;
    uint32_t uses, vertex; /* vertex: where edges meet; none yet, or none behind a barrier */
    unsigned char marks;
} oracle_point;

typedef struct {
    uint64_t id;
    size_t first, count; /* in refs */
    osm_way_use use;
} oracle_way;

typedef struct {
    uint64_t id, from[8], to[8], via[8], via_node;
    uint32_t from_count, to_count, via_count, node_count;
    char kind[ORACLE_TEXT];
    bool only;
} oracle_relation;

typedef struct {
    uint64_t way, ends[2];      /* OSM's ids; of the points */
    uint32_t from, to;          /* vertices */
    uint32_t ms[2];             /* along, against */
    maille_xy begin[2], end[2]; /* first two points, last two */
} oracle_edge;

typedef struct {
    uint32_t steps[ORACLE_STEPS], count;
    bool only;
    uint64_t relation;
} oracle_rule;

typedef struct {
    uint32_t rule, done;
} oracle_begun;

typedef struct {
    uint32_t arc, count;
    oracle_begun begun[ORACLE_BEGUN]; /* by rule, then by how far */
} oracle_state;

typedef struct {
    maille_ctx *ctx;
    const network_profile *profile;
    MAILLE_VEC(oracle_point) points;
    maille_ids *point_of, *way_of;
    MAILLE_VEC(uint64_t) refs;
    MAILLE_VEC(oracle_way) ways;
    MAILLE_VEC(oracle_relation) relations;
    maille_network_report report; /* how many restrictions of which fate */
    maille_xy *xy;
    MAILLE_VEC(oracle_edge) edges;
    uint32_t vertices, *pass_ms;
    uint32_t *first_out, *out; /* open arcs by the vertex that they leave */
    MAILLE_VEC(oracle_rule) rules;
    uint32_t *first_rule, *rule_at; /* rules by their first arc */
    MAILLE_VEC(oracle_state) states;
    maille_ids *state_of;
    MAILLE_VEC(uint32_t) first_move, move_to, move_ms; /* of each state */
    maille_heap heap;
    uint32_t *ms; /* of states, of the last search */
} oracle;

/* ---- the file ---- */

typedef struct {
    const unsigned char *at, *end;
} oracle_bytes;

static inline void oracle_must(bool ok, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "the oracle could not go on: %s\n", what);
    exit(1);
}

static inline uint64_t oracle_varint(oracle_bytes *b) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        oracle_must(b->at < b->end && shift < 64, "a number was cut short");
        value |= (uint64_t)(*b->at & 127) << shift;
        if (*b->at++ < 128)
            return value;
    }
}

static inline int64_t oracle_signed(oracle_bytes *b) {
    uint64_t value = oracle_varint(b);
    return value & 1 ? -(int64_t)(value >> 1) - 1 : (int64_t)(value >> 1);
}

/* The next field: its number, its number's value or its bytes. */
static inline unsigned oracle_field(oracle_bytes *b, uint64_t *value, oracle_bytes *bytes) {
    uint64_t key = oracle_varint(b);
    *value = 0;
    *bytes = (oracle_bytes){b->end, b->end};
    if (key % 8 == 0) {
        *value = oracle_varint(b);
    } else {
        oracle_must(key % 8 == 2, "a field of a kind that OpenStreetMap files have none of");
        uint64_t length = oracle_varint(b);
        oracle_must(length <= (uint64_t)(b->end - b->at), "a field was cut short");
        *bytes = (oracle_bytes){b->at, b->at + length};
        b->at += length;
    }
    return (unsigned)(key / 8);
}

/* The bytes of one field, empty where there is none. */
static inline oracle_bytes oracle_find(oracle_bytes b, unsigned number) {
    oracle_bytes bytes, found = {NULL, NULL};
    uint64_t value;
    while (b.at < b.end)
        if (oracle_field(&b, &value, &bytes) == number)
            found = bytes;
    return found;
}

static inline uint64_t oracle_find_number(oracle_bytes b, unsigned number, uint64_t otherwise) {
    oracle_bytes bytes;
    uint64_t value;
    while (b.at < b.end)
        if (oracle_field(&b, &value, &bytes) == number)
            otherwise = value;
    return otherwise;
}

typedef struct {
    char **texts;
    size_t count;
    int64_t granularity, lat_offset, lon_offset;
} oracle_block;

static inline osm_tag oracle_tag(const oracle_block *block, uint64_t key, uint64_t value) {
    oracle_must(key < block->count && value < block->count, "a text was not in its table");
    return (osm_tag){block->texts[key], block->texts[value]};
}

static inline size_t oracle_tags(const oracle_block *block, oracle_bytes keys, oracle_bytes values,
                                 osm_tag *tags) {
    size_t count = 0;
    while (keys.at < keys.end) {
        oracle_must(count < ORACLE_TEXT, "more tags than the oracle takes");
        uint64_t key = oracle_varint(&keys);
        tags[count++] = oracle_tag(block, key, oracle_varint(&values));
    }
    return count;
}

static inline void oracle_add_point(oracle *o, const oracle_block *b, int64_t id, int64_t lat,
                                    int64_t lon, const osm_tag *tags, size_t count) {
    oracle_point p = {.id = (uint64_t)id,
                      .at = {1e-9 * (double)(b->lon_offset + b->granularity * lon),
                             1e-9 * (double)(b->lat_offset + b->granularity * lat)},
                      .vertex = ORACLE_NONE,
                      .marks = osm_read_point_tags(o->profile, tags, count)};
    oracle_must(maille_ids_set(o->point_of, p.id, (uint32_t)o->points.count) &&
                    MAILLE_VEC_PUSH(&o->points, p),
                "memory");
}

static inline void oracle_read_dense(oracle *o, const oracle_block *b, oracle_bytes dense) {
    oracle_bytes ids = oracle_find(dense, 1), lats = oracle_find(dense, 8),
                 lons = oracle_find(dense, 9), texts = oracle_find(dense, 10);
    int64_t id = 0, lat = 0, lon = 0;
    osm_tag tags[ORACLE_TEXT];
    while (ids.at < ids.end) {
        size_t count = 0;
        id += oracle_signed(&ids);
        lat += oracle_signed(&lats);
        lon += oracle_signed(&lons);
        while (texts.at < texts.end) {
            uint64_t key = oracle_varint(&texts);
            if (key == 0)
                break;
            tags[count++] = oracle_tag(b, key, oracle_varint(&texts));
        }
        oracle_add_point(o, b, id, lat, lon, tags, count);
    }
}

static inline void oracle_read_node(oracle *o, const oracle_block *b, oracle_bytes node) {
    osm_tag tags[ORACLE_TEXT];
    size_t count = oracle_tags(b, oracle_find(node, 2), oracle_find(node, 3), tags);
    uint64_t id = oracle_find_number(node, 1, 0), lat = oracle_find_number(node, 8, 0),
             lon = oracle_find_number(node, 9, 0);
#define ORACLE_ZIGZAG(v) ((int64_t)((v) >> 1) ^ -(int64_t)((v)&1))
    oracle_add_point(o, b, ORACLE_ZIGZAG(id), ORACLE_ZIGZAG(lat), ORACLE_ZIGZAG(lon), tags, count);
}

static inline void oracle_read_way(oracle *o, const oracle_block *b, oracle_bytes bytes) {
    osm_tag tags[ORACLE_TEXT];
    size_t count = oracle_tags(b, oracle_find(bytes, 2), oracle_find(bytes, 3), tags);
    oracle_bytes refs = oracle_find(bytes, 8);
    oracle_way way = {.id = oracle_find_number(bytes, 1, 0),
                      .first = o->refs.count,
                      .use = osm_read_tags(o->profile, tags, count)};
    int64_t ref = 0;
    if (way.use.use != OSM_ROAD && way.use.use != OSM_FERRY)
        return;
    while (refs.at < refs.end) {
        ref += oracle_signed(&refs);
        oracle_must(MAILLE_VEC_PUSH(&o->refs, (uint64_t)ref), "memory");
        way.count++;
    }
    if (way.count < 2) {
        o->refs.count = way.first;
        return;
    }
    oracle_must(maille_ids_set(o->way_of, way.id, (uint32_t)o->ways.count) &&
                    MAILLE_VEC_PUSH(&o->ways, way),
                "memory");
}

static inline const char *oracle_value(const osm_tag *tags, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i].key, key) == 0)
            return tags[i].value;
    return NULL;
}

/* Whether it binds cars at all hours, by docs/decisions/0011-turns.md; else it is counted. */
static inline bool oracle_binds(oracle *o, const osm_tag *tags, size_t count,
                                oracle_relation *relation) {
    static const char *const modes[] = {"restriction:motorcar", "restriction:motor_vehicle",
                                        "restriction:vehicle", "restriction"};
    const char *kind = NULL, *except = oracle_value(tags, count, "except");
    bool others = false;
    for (int i = 0; i < 4 && !kind; i++)
        kind = oracle_value(tags, count, modes[i]);
    for (size_t i = 0; i < count; i++)
        others = others || (strncmp(tags[i].key, "restriction:", 12) == 0 &&
                            !strstr(tags[i].key, ":conditional"));
    if (o->profile->turn_modes.count == 0 ||
        (except && (strstr(except, "motorcar") || strstr(except, "motor_vehicle") ||
                    strcmp(except, "vehicle") == 0)) ||
        (!kind && others)) {
        o->report.restrictions_not_ours++;
        return false;
    }
    if (!kind || strchr(kind, '@') || oracle_value(tags, count, "day_on") ||
        oracle_value(tags, count, "hour_on")) {
        o->report.restrictions_at_hours++;
        return false;
    }
    relation->only = strncmp(kind, "only_", 5) == 0;
    if (!relation->only && strncmp(kind, "no_", 3) != 0) {
        o->report.restrictions_unfit++;
        return false;
    }
    snprintf(relation->kind, sizeof relation->kind, "%s", kind);
    return true;
}

/* A ferry that no car may board by its relation, where its ways say nothing: they are left out. */
static inline void oracle_close_ferries(oracle *o, const osm_tag *tags, size_t count,
                                        oracle_bytes ids) {
    static const char *const keys[] = {"motorcar", "motor_vehicle", "vehicle", "access"};
    const char *route = oracle_value(tags, count, "route"), *access = NULL;
    int64_t id = 0;
    for (int i = 0; i < 4 && !access; i++)
        access = oracle_value(tags, count, keys[i]);
    if (!route || strcmp(route, "ferry") != 0 || !access || strcmp(access, "no") != 0)
        return;
    while (ids.at < ids.end) {
        id += oracle_signed(&ids);
        uint32_t at = maille_ids_get(o->way_of, (uint64_t)id);
        if (at != MAILLE_ABSENT && o->ways.items[at].use.use == OSM_FERRY &&
            o->ways.items[at].use.untold)
            o->ways.items[at].count = 0;
    }
}

static inline void oracle_read_relation(oracle *o, const oracle_block *b, oracle_bytes bytes) {
    osm_tag tags[ORACLE_TEXT];
    size_t count = oracle_tags(b, oracle_find(bytes, 2), oracle_find(bytes, 3), tags);
    oracle_bytes roles = oracle_find(bytes, 8), ids = oracle_find(bytes, 9),
                 types = oracle_find(bytes, 10);
    const char *type = oracle_value(tags, count, "type");
    oracle_relation r = {.id = oracle_find_number(bytes, 1, 0)};
    int64_t id = 0;
    if (type && strcmp(type, "route") == 0)
        oracle_close_ferries(o, tags, count, ids);
    if (!type || strcmp(type, "restriction") != 0 || !oracle_binds(o, tags, count, &r))
        return;
    while (ids.at < ids.end) {
        const char *role = b->texts[oracle_varint(&roles)];
        uint64_t what = oracle_varint(&types);
        id += oracle_signed(&ids);
        oracle_must(r.from_count < 8 && r.to_count < 8 && r.via_count < 8, "members");
        if (what == 1 && strcmp(role, "from") == 0)
            r.from[r.from_count++] = (uint64_t)id;
        if (what == 1 && strcmp(role, "to") == 0)
            r.to[r.to_count++] = (uint64_t)id;
        if (what == 1 && strcmp(role, "via") == 0)
            r.via[r.via_count++] = (uint64_t)id;
        if (what == 0 && strcmp(role, "via") == 0) {
            r.via_node = (uint64_t)id;
            r.node_count++;
        }
    }
    oracle_must(MAILLE_VEC_PUSH(&o->relations, r), "memory");
}

static inline void oracle_read_block(oracle *o, oracle_bytes bytes) {
    oracle_bytes table = oracle_find(bytes, 1), part;
    uint64_t value;
    oracle_block b = {.granularity = (int64_t)oracle_find_number(bytes, 17, 100),
                      .lat_offset = (int64_t)oracle_find_number(bytes, 19, 0),
                      .lon_offset = (int64_t)oracle_find_number(bytes, 20, 0)};
    b.texts = calloc((size_t)(table.end - table.at) + 1, sizeof *b.texts);
    oracle_must(b.texts != NULL, "memory");
    while (table.at < table.end)
        if (oracle_field(&table, &value, &part) == 1)
            b.texts[b.count++] = strndup((const char *)part.at, (size_t)(part.end - part.at));
    while (bytes.at < bytes.end) {
        if (oracle_field(&bytes, &value, &part) != 2)
            continue;
        for (oracle_bytes group = part, element; group.at < group.end;) {
            unsigned kind = oracle_field(&group, &value, &element);
            if (kind == 1)
                oracle_read_node(o, &b, element);
            else if (kind == 2)
                oracle_read_dense(o, &b, element);
            else if (kind == 3)
                oracle_read_way(o, &b, element);
            else if (kind == 4)
                oracle_read_relation(o, &b, element);
        }
    }
    for (size_t i = 0; i < b.count; i++)
        free(b.texts[i]);
    free(b.texts);
}

static inline void oracle_read_file(oracle *o, const char *path) {
    FILE *file = fopen(path, "rb");
    unsigned char length[4];
    static unsigned char header[1 << 16], packed[1 << 25], raw[1 << 25];
    oracle_must(file != NULL, path);
    while (fread(length, 4, 1, file) == 1) {
        size_t size = (size_t)length[2] << 8 | length[3];
        oracle_must(fread(header, size, 1, file) == 1, "a header");
        oracle_bytes h = {header, header + size}, type = oracle_find(h, 1);
        uint64_t blob = oracle_find_number(h, 3, 0);
        oracle_must(blob <= sizeof packed && fread(packed, blob, 1, file) == 1, "a blob");
        oracle_bytes b = {packed, packed + blob}, zipped = oracle_find(b, 3);
        uLongf room = sizeof raw;
        if (*(const char *)(type.at + 3) == 'H') /* OSMHeader, not OSMData */
            continue;
        oracle_bytes plain = oracle_find(b, 1);
        if (zipped.at) {
            oracle_must(uncompress(raw, &room, zipped.at, (uLong)(zipped.end - zipped.at)) == Z_OK,
                        "a packed blob");
            plain = (oracle_bytes){raw, raw + room};
        }
        oracle_read_block(o, plain);
    }
    fclose(file);
}

/* ---- edges ---- */

static inline const oracle_point *oracle_point_at(const oracle *o, size_t ref) {
    uint32_t i = maille_ids_get(o->point_of, o->refs.items[ref]);
    return i == MAILLE_ABSENT ? NULL : &o->points.items[i];
}

static inline uint32_t oracle_vertex(oracle *o, size_t ref) {
    uint32_t i = maille_ids_get(o->point_of, o->refs.items[ref]);
    oracle_point *p = &o->points.items[i];
    if (p->marks & OSM_BARRIER)
        return o->vertices++;
    if (p->vertex == ORACLE_NONE)
        p->vertex = o->vertices++;
    return p->vertex;
}

static inline double oracle_length(const oracle *o, size_t first, size_t last) {
    double length = 0;
    for (size_t i = first; i < last; i++)
        length += network_metres_between(oracle_point_at(o, i)->at, oracle_point_at(o, i + 1)->at);
    return length;
}

static inline void oracle_add_edge(oracle *o, const oracle_way *way, size_t first, size_t last,
                                   double kmh, double back_kmh) {
    oracle_edge e = {.way = way->id, .ends = {o->refs.items[first], o->refs.items[last]}};
    double length = oracle_length(o, first, last);
    uint32_t along = 0, against = 0, crossing = 0;
    if (e.ends[0] == e.ends[1])
        return;
    for (size_t i = first + 1; i < last; i++) {
        unsigned marks = oracle_point_at(o, i)->marks;
        along += marks & OSM_SIGNAL_ALONG ? 1 : 0;
        against += marks & OSM_SIGNAL_AGAINST ? 1 : 0;
        crossing |= marks & OSM_LEVEL_CROSSING ? 1 : 0;
    }
    uint32_t signal = (uint32_t)(o->profile->signals_s * 1000),
             level = crossing * (uint32_t)(o->profile->level_crossing_s * 1000);
    e.ms[0] = kmh > 0 ? maille_arc_ms(length, kmh) + along * signal + level : MAILLE_NO_ARC;
    e.ms[1] =
        back_kmh > 0 ? maille_arc_ms(length, back_kmh) + against * signal + level : MAILLE_NO_ARC;
    e.from = oracle_vertex(o, first);
    e.to = oracle_vertex(o, last);
    for (size_t i = 0; i < 2; i++) {
        e.begin[i] = o->xy[oracle_point_at(o, first + i) - o->points.items];
        e.end[i] = o->xy[oracle_point_at(o, last - 1 + i) - o->points.items];
    }
    oracle_must(MAILLE_VEC_PUSH(&o->edges, e), "memory");
}

/* A way falls into stretches where points are absent, then at barriers and points used twice. */
static inline void oracle_cut(oracle *o, const oracle_way *way) {
    size_t end = way->first + way->count;
    double kmh = way->use.kmh, back = way->use.back_kmh;
    bool whole = true;
    for (size_t i = way->first; i < end; i++)
        whole = whole && oracle_point_at(o, i);
    if (whole && way->use.duration_s > 0) {
        double even = oracle_length(o, way->first, end - 1) / way->use.duration_s * 3.6;
        kmh = kmh > 0 && even > 0 ? even : kmh;
        back = back > 0 && even > 0 ? even : back;
    }
    for (size_t begin = way->first; begin < end; begin++) {
        if (!oracle_point_at(o, begin))
            continue;
        while (begin + 1 < end && oracle_point_at(o, begin + 1)) {
            size_t last = begin + 1;
            while (last + 1 < end && oracle_point_at(o, last + 1) &&
                   oracle_point_at(o, last)->uses < 2 &&
                   !(oracle_point_at(o, last)->marks & OSM_BARRIER))
                last++;
            oracle_add_edge(o, way, begin, last, kmh, back);
            begin = last;
        }
    }
}

static inline uint32_t oracle_tail(const oracle *o, uint32_t arc) {
    const oracle_edge *e = &o->edges.items[arc / 2];
    return arc % 2 ? e->to : e->from;
}

static inline uint32_t oracle_head(const oracle *o, uint32_t arc) {
    return oracle_tail(o, arc ^ 1u);
}

static inline uint32_t oracle_weight(const oracle *o, uint32_t arc) {
    return o->edges.items[arc / 2].ms[arc % 2];
}

static inline void oracle_make_edges(oracle *o, const maille_crs *crs) {
    size_t count = o->points.count;
    maille_lonlat *places = malloc((count + 1) * sizeof *places);
    o->xy = malloc((count + 1) * sizeof *o->xy);
    oracle_must(places && o->xy, "memory");
    for (size_t i = 0; i < count; i++)
        places[i] = o->points.items[i].at;
    oracle_must(maille_crs_project(o->ctx, crs, places, o->xy, count, NULL) == MAILLE_OK, "CRS");
    free(places);
    for (size_t i = 0; i < o->refs.count; i++) {
        uint32_t p = maille_ids_get(o->point_of, o->refs.items[i]);
        if (p != MAILLE_ABSENT)
            o->points.items[p].uses++;
    }
    for (size_t i = 0; i < o->ways.count; i++)
        oracle_cut(o, &o->ways.items[i]);
    o->pass_ms = calloc(o->vertices + 1, sizeof *o->pass_ms);
    oracle_must(o->pass_ms != NULL, "memory");
    for (size_t i = 0; i < count; i++) {
        const oracle_point *p = &o->points.items[i];
        if (p->vertex == ORACLE_NONE)
            continue;
        o->pass_ms[p->vertex] =
            (uint32_t)((p->marks & OSM_LEVEL_CROSSING ? o->profile->level_crossing_s * 1000 : 0) +
                       (p->marks & (OSM_SIGNAL_ALONG | OSM_SIGNAL_AGAINST)
                            ? o->profile->signals_s * 1000
                            : 0));
    }
    o->first_out = calloc(o->vertices + 2, sizeof *o->first_out);
    o->out = calloc(2 * o->edges.count + 1, sizeof *o->out);
    oracle_must(o->first_out && o->out, "memory");
    uint32_t at = 0;
    uint32_t *next = calloc(o->vertices + 1, sizeof *next);
    oracle_must(next != NULL, "memory");
    for (uint32_t arc = 0; arc < 2 * o->edges.count; arc++)
        next[oracle_tail(o, arc)] += oracle_weight(o, arc) != MAILLE_NO_ARC;
    for (uint32_t v = 0; v < o->vertices; v++) {
        o->first_out[v] = at;
        at += next[v];
        next[v] = o->first_out[v];
    }
    o->first_out[o->vertices] = at;
    for (uint32_t arc = 0; arc < 2 * o->edges.count; arc++)
        if (oracle_weight(o, arc) != MAILLE_NO_ARC)
            o->out[next[oracle_tail(o, arc)]++] = arc;
    free(next);
}

/* ---- restrictions as rules on arcs ---- */

/* Arcs of a way, open or not, that come to a point or leave it. */
static inline uint32_t oracle_arcs(const oracle *o, uint64_t way, uint64_t point, bool leaving,
                                   uint32_t out[4]) {
    uint32_t count = 0;
    for (uint32_t arc = 0; arc < 2 * o->edges.count; arc++) {
        const oracle_edge *e = &o->edges.items[arc / 2];
        if (e->way == way && e->ends[leaving == (arc % 2 == 1)] == point && count < 4)
            out[count++] = arc;
    }
    return count;
}

static inline bool oracle_add_rule(oracle *o, const oracle_relation *r, const uint32_t *steps,
                                   uint32_t count) {
    oracle_rule rule = {.count = count, .only = r->only, .relation = r->id};
    bool open = true;
    for (uint32_t i = 0; i < count; i++) {
        rule.steps[i] = steps[i];
        open = open && oracle_weight(o, steps[i]) != MAILLE_NO_ARC;
        oracle_must(i == 0 || oracle_head(o, steps[i - 1]) == oracle_tail(o, steps[i]), "a rule");
    }
    if (open)
        oracle_must(MAILLE_VEC_PUSH(&o->rules, rule), "memory");
    return open || !r->only;
}

/* From the end of what was driven by all via ways not yet used, in any order, to the last. */
static inline bool oracle_by_ways(oracle *o, const oracle_relation *r, uint32_t *steps,
                                  uint32_t count, uint32_t used, uint64_t point, uint64_t to) {
    uint32_t last[4];
    bool fits = false;
    if (used == (1u << r->via_count) - 1)
        return oracle_arcs(o, to, point, true, last) == 1 &&
               (steps[count] = last[0], oracle_add_rule(o, r, steps, count + 1));
    for (uint32_t v = 0; v < r->via_count && !fits; v++) {
        uint64_t at = point;
        uint32_t driven = count, arcs[4];
        if (used >> v & 1)
            continue;
        /* the whole way, from whichever end it is */
        uint32_t edges = 0, found;
        for (size_t e = 0; e < o->edges.count; e++)
            edges += o->edges.items[e].way == r->via[v];
        for (uint32_t before = ORACLE_NONE; edges > 0; edges--) {
            found = oracle_arcs(o, r->via[v], at, true, arcs);
            uint32_t on = ORACLE_NONE;
            for (uint32_t i = 0; i < found; i++)
                if (before == ORACLE_NONE ? found == 1 : arcs[i] != (before ^ 1u))
                    on = arcs[i];
            if (on == ORACLE_NONE || driven + 2 >= ORACLE_STEPS)
                break;
            steps[driven++] = before = on;
            at = o->edges.items[on / 2].ends[on % 2 == 0];
        }
        if (edges == 0 && driven > count)
            fits = oracle_by_ways(o, r, steps, driven, used | 1u << v, at, to);
    }
    return fits;
}

static inline bool oracle_by_point(oracle *o, const oracle_relation *r, uint64_t from,
                                   uint64_t to) {
    uint32_t in[4], out[4], steps[2];
    uint32_t ins = oracle_arcs(o, from, r->via_node, false, in),
             outs = oracle_arcs(o, to, r->via_node, true, out);
    bool fits = false;
    if (ins == 1 && outs == 1) {
        steps[0] = in[0];
        steps[1] = out[0];
        return oracle_add_rule(o, r, steps, 2);
    }
    for (uint32_t i = 0; from == to && ins == 2 && outs == 2 && i < 2; i++) {
        steps[0] = in[i];
        steps[1] = in[i] ^ 1u;
        fits = oracle_add_rule(o, r, steps, 2) || fits;
    }
    return fits;
}

static inline void oracle_make_rules(oracle *o) {
    for (size_t i = 0; i < o->relations.count; i++) {
        const oracle_relation *r = &o->relations.items[i];
        bool whole = r->node_count <= 1 && (r->node_count == 1) == (r->via_count == 0) &&
                     r->from_count && r->to_count &&
                     (!r->only || (r->from_count == 1 && r->to_count == 1));
        bool fits = false;
        for (uint32_t f = 0; whole && f < r->from_count; f++)
            for (uint32_t t = 0; t < r->to_count; t++) {
                uint32_t point =
                    r->node_count ? maille_ids_get(o->point_of, r->via_node) : ORACLE_NONE;
                if (r->node_count && point != MAILLE_ABSENT &&
                    o->points.items[point].vertex != ORACLE_NONE)
                    fits = oracle_by_point(o, r, r->from[f], r->to[t]) || fits;
                for (uint32_t arc = 0; r->via_count && arc < 2 * o->edges.count; arc++) {
                    uint32_t steps[ORACLE_STEPS] = {arc};
                    const oracle_edge *e = &o->edges.items[arc / 2];
                    uint32_t in[4];
                    if (e->way == r->from[f] &&
                        oracle_arcs(o, e->way, e->ends[arc % 2 == 0], false, in) == 1)
                        fits = oracle_by_ways(o, r, steps, 1, 0, e->ends[arc % 2 == 0], r->to[t]) ||
                               fits;
                }
            }
        *(fits ? &o->report.restrictions : &o->report.restrictions_unfit) += 1;
    }
    uint32_t arcs = (uint32_t)(2 * o->edges.count), at = 0;
    o->first_rule = calloc(arcs + 1, sizeof *o->first_rule);
    o->rule_at = calloc(o->rules.count + 1, sizeof *o->rule_at);
    oracle_must(o->first_rule && o->rule_at, "memory");
    for (uint32_t i = 0; i < o->rules.count; i++)
        o->first_rule[o->rules.items[i].steps[0]]++;
    for (uint32_t arc = 0; arc <= arcs; arc++) {
        uint32_t count = o->first_rule[arc];
        o->first_rule[arc] = at;
        at += count;
    }
    for (uint32_t arc = 0; arc < arcs && o->rules.count; arc++)
        if (o->first_rule[arc] < o->first_rule[arc + 1])
            for (uint32_t i = 0, to = o->first_rule[arc]; i < o->rules.count; i++)
                if (o->rules.items[i].steps[0] == arc)
                    o->rule_at[to++] = i;
}

/* ---- states ---- */

/* What a turn costs, or MAILLE_NO_ARC; restrictions apart. */
static inline uint32_t oracle_turn(const oracle *o, uint32_t from, uint32_t to) {
    const network_profile *p = o->profile;
    uint32_t at = oracle_head(o, from), others = 0, cost = o->pass_ms[at];
    for (uint32_t i = o->first_out[at]; i < o->first_out[at + 1]; i++)
        others += o->out[i] != (from ^ 1u);
    if (to == (from ^ 1u))
        return p->u_turns_at_dead_ends && others ? MAILLE_NO_ARC
                                                 : cost + (uint32_t)(p->u_turn_s * 1000);
    if (others < 2)
        return cost;
    const oracle_edge *a = &o->edges.items[from / 2], *b = &o->edges.items[to / 2];
    maille_xy a1 = from % 2 ? a->begin[1] : a->end[0], a2 = from % 2 ? a->begin[0] : a->end[1];
    maille_xy b1 = to % 2 ? b->end[1] : b->begin[0], b2 = to % 2 ? b->end[0] : b->begin[1];
    if ((a1.x == a2.x && a1.y == a2.y) || (b1.x == b2.x && b1.y == b2.y))
        return cost; /* two points at one place: nobody knows where that leads */
    double turn = atan2(b2.y - b1.y, b2.x - b1.x) - atan2(a2.y - a1.y, a2.x - a1.x);
    double degrees = remainder(turn * 57.29577951308232, 360);
    if (degrees >= 45)
        return cost + (uint32_t)(p->left_s * 1000);
    return degrees <= -45 ? cost + (uint32_t)(p->right_s * 1000) : cost;
}

static inline bool oracle_is_forbidden(const oracle *o, const oracle_state *s, uint32_t next) {
    for (uint32_t length = 1; length < ORACLE_STEPS; length++) {
        bool must = false, may = false;
        for (uint32_t i = 0; i < s->count; i++) {
            const oracle_rule *rule = &o->rules.items[s->begun[i].rule];
            if (s->begun[i].done != length || length + 1 != rule->count)
                continue;
            bool is_it = rule->steps[length] == next;
            if (is_it && !rule->only)
                return true;
            must = must || rule->only;
            may = may || (rule->only && is_it);
        }
        if (must && !may)
            return true;
    }
    return false;
}

static inline void oracle_begin(oracle_state *s, uint32_t rule, uint32_t done) {
    oracle_must(s->count < ORACLE_BEGUN, "too many restrictions begun at once");
    s->begun[s->count++] = (oracle_begun){rule, done};
}

static inline uint32_t oracle_state_number(oracle *o, const oracle_state *s) {
    uint64_t key = s->arc * 0x9E3779B97F4A7C15u + s->count;
    for (uint32_t i = 0; i < s->count; i++)
        key = (key ^ (key >> 29) ^ ((uint64_t)s->begun[i].rule << 16 | s->begun[i].done)) *
              0xBF58476D1CE4E5B9u;
    uint32_t next = (uint32_t)o->states.count, found = maille_ids_intern(o->state_of, key, next);
    if (found == next)
        oracle_must(MAILLE_VEC_PUSH(&o->states, *s), "memory");
    oracle_must(found != MAILLE_ABSENT && o->states.items[found].arc == s->arc, "a hash");
    return found;
}

/* Whoever has driven `arc`, after `before` (or nothing: NULL). */
static inline uint32_t oracle_after(oracle *o, const oracle_state *before, uint32_t arc) {
    oracle_state s = {.arc = arc};
    for (uint32_t i = 0; before && i < before->count; i++) {
        const oracle_rule *rule = &o->rules.items[before->begun[i].rule];
        uint32_t done = before->begun[i].done;
        if (done + 1 < rule->count && rule->steps[done] == arc)
            oracle_begin(&s, before->begun[i].rule, done + 1);
    }
    for (uint32_t i = o->first_rule[arc]; i < o->first_rule[arc + 1]; i++)
        oracle_begin(&s, o->rule_at[i], 1);
    return oracle_state_number(o, &s);
}

/* First the states of whoever starts on each arc, then what follows from them. */
static inline void oracle_make_states(oracle *o) {
    for (uint32_t arc = 0; arc < 2 * o->edges.count; arc++)
        oracle_must(oracle_after(o, NULL, arc) == arc, "states of arcs");
    for (uint32_t s = 0; s < o->states.count; s++) {
        oracle_state state = o->states.items[s];
        uint32_t at = oracle_head(o, state.arc);
        oracle_must(MAILLE_VEC_PUSH(&o->first_move, (uint32_t)o->move_to.count), "memory");
        if (oracle_weight(o, state.arc) == MAILLE_NO_ARC)
            continue;
        for (uint32_t i = o->first_out[at]; i < o->first_out[at + 1]; i++) {
            uint32_t next = o->out[i], cost = oracle_turn(o, state.arc, next);
            if (cost == MAILLE_NO_ARC || oracle_is_forbidden(o, &state, next))
                continue;
            oracle_must(MAILLE_VEC_PUSH(&o->move_to, oracle_after(o, &state, next)) &&
                            MAILLE_VEC_PUSH(&o->move_ms, cost + oracle_weight(o, next)),
                        "memory");
        }
    }
    oracle_must(MAILLE_VEC_PUSH(&o->first_move, (uint32_t)o->move_to.count) &&
                    maille_heap_init(&o->heap, (uint32_t)o->states.count),
                "memory");
    o->ms = calloc(o->states.count + 1, sizeof *o->ms);
    oracle_must(o->ms != NULL, "memory");
}

static inline void oracle_make(oracle *o, maille_ctx *ctx, const char *path,
                               const network_profile *profile, const maille_crs *crs) {
    *o = (oracle){.ctx = ctx, .profile = profile};
    o->point_of = maille_ids_new(1 << 16);
    o->way_of = maille_ids_new(1 << 12);
    o->state_of = maille_ids_new(1 << 16);
    oracle_must(o->point_of && o->way_of && o->state_of, "memory");
    oracle_read_file(o, path);
    oracle_make_edges(o, crs);
    oracle_make_rules(o);
    oracle_make_states(o);
}

/* Times from a vertex to all, by Dijkstra's search on states. */
static inline void oracle_search(oracle *o, uint32_t from, uint32_t *vertex_ms) {
    uint32_t s, ms;
    memset(o->ms, 0xFF, o->states.count * sizeof *o->ms);
    memset(vertex_ms, 0xFF, o->vertices * sizeof *vertex_ms);
    vertex_ms[from] = 0;
    for (uint32_t i = o->first_out[from]; i < o->first_out[from + 1]; i++)
        maille_heap_push(&o->heap, o->out[i], oracle_weight(o, o->out[i]));
    while (maille_heap_pop(&o->heap, &s, &ms)) {
        uint32_t at = oracle_head(o, o->states.items[s].arc);
        o->ms[s] = ms;
        vertex_ms[at] = ms < vertex_ms[at] ? ms : vertex_ms[at];
        for (uint32_t i = o->first_move.items[s]; i < o->first_move.items[s + 1]; i++)
            if (o->ms[o->move_to.items[i]] == UINT32_MAX)
                maille_heap_push(&o->heap, o->move_to.items[i], ms + o->move_ms.items[i]);
    }
}

static inline void oracle_free(oracle *o) {
    maille_ids_free(o->point_of);
    maille_ids_free(o->way_of);
    maille_ids_free(o->state_of);
    maille_heap_free(&o->heap);
    MAILLE_VEC_FREE(&o->points);
    MAILLE_VEC_FREE(&o->refs);
    MAILLE_VEC_FREE(&o->ways);
    MAILLE_VEC_FREE(&o->relations);
    MAILLE_VEC_FREE(&o->edges);
    MAILLE_VEC_FREE(&o->rules);
    MAILLE_VEC_FREE(&o->states);
    MAILLE_VEC_FREE(&o->first_move);
    MAILLE_VEC_FREE(&o->move_to);
    MAILLE_VEC_FREE(&o->move_ms);
    free(o->xy);
    free(o->pass_ms);
    free(o->first_out);
    free(o->out);
    free(o->first_rule);
    free(o->rule_at);
    free(o->ms);
}

#endif
