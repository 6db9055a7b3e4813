/* Roads that answers stand on, by car and on foot (inside live). */
#ifndef LIVE_REACH_H
#define LIVE_REACH_H

#include <maille/answers.h>
#include <maille/snap.h>

/* What is searched for one way of travelling. */
typedef struct {
    maille_network *network;
    maille_snapper *snapper;
    maille_walk walk; /* on foot */
} reach_mode;

typedef struct reach_foot reach_foot;

struct maille_roads {
    reach_mode car;
    reach_foot *foot; /* made when it is first asked for */
    maille_travel_rules *rules;
    int epsg;
};

maille_status reach_foot_new(maille_ctx *ctx, reach_foot **out);
void reach_foot_free(reach_foot *foot);
/* The roads on foot, borrowed from `roads`; any thread. */
maille_status reach_on_foot(maille_ctx *ctx, const maille_roads *roads, const reach_mode **out);

#endif
