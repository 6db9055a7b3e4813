/* Reading .osm.pbf files (internal to the room): wiki.openstreetmap.org/wiki/PBF_Format. Nothing
 * that a file says of itself is believed: sizes are held against the format's bounds and the file
 * before anything is allocated, numbers of strings against the table that they are in. */
#ifndef MAILLE_NETWORK_OSM_PBF_H
#define MAILLE_NETWORK_OSM_PBF_H

#include <maille/ctx.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *key, *value;
} osm_tag;

typedef struct {
    uint64_t id;
    double lon, lat;
    const osm_tag *tags;
    size_t tag_count;
} osm_node;

typedef struct {
    uint64_t id;
    const uint64_t *refs;
    size_t ref_count;
    const osm_tag *tags;
    size_t tag_count;
} osm_line;

typedef enum { OSM_MEMBER_NODE, OSM_MEMBER_WAY, OSM_MEMBER_RELATION } osm_member_type;

typedef struct {
    osm_member_type type;
    uint64_t id;
    const char *role;
} osm_member;

typedef struct {
    const osm_member *members;
    size_t member_count;
    const osm_tag *tags;
    size_t tag_count;
} osm_relation;

/* What is wanted of a file; what is NULL is passed over. They return false where memory ran out.
 * What they are given is theirs until they return. */
typedef struct {
    void *user;
    bool (*node)(void *user, const osm_node *node);
    bool (*way)(void *user, const osm_line *way);
    bool (*relation)(void *user, const osm_relation *relation);
} osm_visitor;

maille_status osm_pbf_read(maille_ctx *ctx, const char *path, const osm_visitor *visitor);

#endif
