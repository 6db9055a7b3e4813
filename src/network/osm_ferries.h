/* Ferries that are told by a relation (type=route, route=ferry): its duration and its access hold
 * for its ways, and ways may be ferries by it alone (internal to the room). */
#ifndef MAILLE_NETWORK_OSM_FERRIES_H
#define MAILLE_NETWORK_OSM_FERRIES_H

#include <maille/map.h>
#include <maille/vec.h>

#include "network/osm_pbf.h"
#include "network/profile.h"

typedef struct {
    size_t first; /* ways, in `ids` */
    uint32_t count;
    double duration_s; /* of all of them together; 0 = not told */
    bool closed;       /* to this mode */
} osm_ferry;

typedef struct {
    MAILLE_VEC(osm_ferry) items;
    MAILLE_VEC(uint64_t) ids;
} osm_ferries;

void osm_ferries_clear(osm_ferries *ferries);
/* Keeps the relation where it is a ferry. False without memory. */
bool osm_ferries_add(osm_ferries *ferries, const network_profile *profile,
                     const osm_relation *relation);
/* Ways of open ferries that are not among `known`; NULL without memory. */
maille_ids *osm_ferries_unknown(const osm_ferries *ferries, const maille_ids *known, size_t *count);

#endif
