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
    network_speed *speeds; /* by highway=… */
    size_t speed_count;
    network_speed *limits; /* words that a limit may be, e.g. FR:urban */
    size_t limit_count;
    const char **limit_keys; /* tags that hold a limit, first that says something wins */
    size_t limit_key_count;
    const char **access_keys; /* most telling first */
    size_t access_key_count;
    const char **access_denied; /* values that close a way */
    size_t access_denied_count;
    network_speed *services; /* by service=…, at most */
    size_t service_count;
    network_speed *zones; /* by zone:traffic=…, at most */
    size_t zone_count;
    const char **barriers_open; /* barrier=… that may be passed; no list: all */
    size_t barriers_open_count;
    bool barriers_close;
    double factor;           /* of speeds on roads that is driven */
    const char **turn_modes; /* that turn restrictions name; none: they do not bind this mode */
    size_t turn_mode_count;
    bool u_turns_at_dead_ends;
    double signals_s, level_crossing_s, left_s, right_s, u_turn_s;
    bool one_way;     /* whether one-way streets bind this mode */
    double ferry_kmh; /* where a ferry has no duration */
    /* Key "driven_roads: {kmh, closed_above_kmh}": on roads of which only the speed of cars is
     * known; 0 where the profile does not tell. */
    double driven_kmh, closed_above_kmh;
    struct maille_yaml_file *file; /* owns the texts */
} network_profile;

maille_status network_profile_read(maille_ctx *ctx, const char *path, network_profile **out);
void network_profile_free(network_profile *profile);

#endif
