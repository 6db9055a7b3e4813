/* What the tags of an OSM way say to a speed profile (internal to the room). */
#ifndef MAILLE_NETWORK_OSM_TAGS_H
#define MAILLE_NETWORK_OSM_TAGS_H

#include <stdbool.h>

#include "network/osm_pbf.h"
#include "network/profile.h"

/* What a way is to the profile; from OSM_NO_HIGHWAY on it is left out, and this is why. */
typedef enum {
    OSM_ROAD,
    OSM_FERRY,
    OSM_NO_HIGHWAY,
    OSM_OTHER_MODE, /* a class that the profile does not name */
    OSM_NOT_BUILT,  /* planned, being built, given up */
    OSM_AREA,
    OSM_REVERSIBLE, /* one way or the other, by the hour */
    OSM_NO_ACCESS
} osm_use;

typedef struct {
    osm_use use;
    const char *name;          /* highway=…, or "ferry" */
    double kmh, back_kmh;      /* along the way and against it; 0 = may not be driven */
    double duration_s;         /* of a ferry's whole way; 0 = not given */
    const char *unknown_limit; /* a speed limit that was not understood, else NULL */
    bool untold;               /* no access key says who may enter */
    bool at_hours;             /* something of it holds at some hours only; that was passed over */
    bool destination;          /* open to who lives or goes there; taken for open */
} osm_way_use;

/* Texts of the result belong to the way's tags. */
osm_way_use osm_read_tags(const network_profile *profile, const osm_tag *tags, size_t count);

/* What the tags of a point on a road say. */
enum { OSM_SIGNAL_ALONG = 1, OSM_SIGNAL_AGAINST = 2, OSM_LEVEL_CROSSING = 4, OSM_BARRIER = 8 };
unsigned char osm_read_point_tags(const network_profile *profile, const osm_tag *tags,
                                  size_t count);

/* "01:30", "1:30:00", "90" (minutes) or "PT1H30M" in seconds; 0 for anything else. */
double osm_parse_duration(const char *text);

#endif
