/* Turn restrictions of an OpenStreetMap file (internal to the room). */
#ifndef MAILLE_NETWORK_OSM_RESTRICTIONS_H
#define MAILLE_NETWORK_OSM_RESTRICTIONS_H

#include <maille/map.h>

#include "network/draft.h"
#include "network/osm_pbf.h"
#include "network/profile.h"

/* A relation: `from` ways, then `via` ways unless it is a node, then `to` ways, in `ids`. */
typedef struct {
    size_t first;
    uint32_t from_count, via_count, to_count;
    uint64_t via_node;
    bool only, by_node;
} osm_restriction;

typedef struct {
    MAILLE_VEC(osm_restriction) items;
    MAILLE_VEC(uint64_t) ids;
} osm_restrictions;

void osm_restrictions_clear(osm_restrictions *restrictions);
/* Keeps the relation where it binds the profile's mode, or counts why not. False without memory. */
bool osm_restrictions_add(osm_restrictions *restrictions, const network_profile *profile,
                          const osm_relation *relation, maille_network_report *report);

/* Where the ways and points of the file are in the draft. */
typedef struct {
    uint32_t first_edge, end_edge;
} osm_way_edges;
typedef struct {
    const maille_ids *ways; /* OSM id → number of the way */
    const osm_way_edges *edges;
    const maille_ids *points; /* OSM id → number of the point */
    const uint32_t *nodes;    /* of each point; MAILLE_ABSENT where no edge ends */
} osm_places;
/* Writes them into the draft as arcs; counts those that no way along the roads fits. */
maille_status osm_restrictions_resolve(maille_ctx *ctx, const osm_restrictions *restrictions,
                                       const osm_places *places, network_draft *draft,
                                       maille_network_report *report);

#endif
