/* A speed profile: which OSM ways a mode may use, and how fast (internal to the room). The figures
 * are data: layers/rules/profiles/<mode>.yaml. */
#ifndef MAILLE_NETWORK_PROFILE_H
#define MAILLE_NETWORK_PROFILE_H

#include <maille/ctx.h>
#include <stdbool.h>
#include <stddef.h>

/* A word of the file and the speed that goes with it. */
typedef struct {
    const char *word;
    double kmh;
} network_speed;

typedef struct {
    network_speed *items;
    size_t count;
} network_speeds;

typedef struct {
    const char **items;
    size_t count;
} network_words;

/* Speeds by the values of one tag. */
typedef struct {
    const char *key;
    network_speeds speeds;
} network_cap;

/* What BD TOPO's columns say of a stretch of road. */
typedef enum { BD_NATURE, BD_CAR_ACCESS, BD_FOOT_ACCESS, BD_STATE, BD_COLUMNS } network_bd_column;

typedef struct {
    bool given;
    network_words closed[BD_COLUMNS]; /* values that close it */
    network_words only[BD_COLUMNS];   /* values that alone do not; no list: all */
    double kmh;                       /* everywhere; 0: as vitesse_moyenne_vl says */
    double least_kmh;                 /* slower is not driven */
} network_bd_topo;

typedef struct {
    network_speeds speeds;     /* by highway=… */
    network_speeds two_way;    /* the same where a way is driven in both directions, at most */
    network_speeds opened;     /* by highway=…, only where an access key but the last opens it */
    network_speeds limits;     /* words that a limit may be, e.g. FR:urban */
    network_speeds two_lanes;  /* the same where a direction has two lanes */
    network_words limit_keys;  /* tags that hold a limit, first that says something wins */
    network_words access_keys; /* most telling first */
    network_words access_denied; /* values that close a way */
    network_words closing;       /* key=value that closes a way unless an access key but the last
                                  * opens it */
    network_words one_way_keys;  /* most telling first; none: one-way streets do not bind */
    network_speeds services;     /* by service=…, at most */
    network_speeds zones;        /* by zone:traffic=…, at most */
    network_cap *caps;           /* by what a way is made of: limits do not lift them */
    size_t cap_count;
    bool areas;                    /* whether the edges of areas are ways */
    network_words barriers_open;   /* barrier=… that may be passed, the others close a way … */
    network_words barriers_closed; /* … or the other way round; neither list: all may be passed */
    bool only_open, only_closed;   /* which of the lists was given */
    network_bd_topo bd_topo;
    double factor;            /* of speeds on roads that is driven */
    network_words turn_modes; /* that turn restrictions name; none: they do not bind this mode */
    bool u_turns_at_dead_ends;
    double signals_s, level_crossing_s, left_s, right_s, u_turn_s;
    double ferry_kmh; /* where a ferry has no duration */
    /* Key "driven_roads: {kmh, closed_above_kmh}": on roads of which only the speed of cars is
     * known; 0 where the profile does not tell. */
    double driven_kmh, closed_above_kmh;
    struct maille_yaml_file *file; /* owns the texts */
} network_profile;

maille_status network_profile_read(maille_ctx *ctx, const char *path, network_profile **out);
void network_profile_free(network_profile *profile);

#endif
