/* A network being built: edges are added one by one, then arcs, components and twins follow from
 * them (internal to the room). */
#ifndef MAILLE_NETWORK_DRAFT_H
#define MAILLE_NETWORK_DRAFT_H

#include <maille/network.h>
#include <maille/vec.h>

#include "network/turns.h"

typedef struct {
    MAILLE_VEC(uint32_t) from, to, ms, back_ms, line_start;
    MAILLE_VEC(maille_xy) points;
    MAILLE_VEC(double) length_m;
    MAILLE_VEC(unsigned char) class_of; /* index into the report's classes, 0 where none are kept */
    MAILLE_VEC(maille_xy) node_xy;
    MAILLE_VEC(size_t) name_start; /* of each node in `names`; empty where nodes have no names */
    MAILLE_VEC(char) names;
    network_turns turns;
} network_draft;

typedef struct {
    uint32_t from, to, ms, back_ms;
    double length_m;
    unsigned class_of;
    const maille_xy *points; /* NULL or 0 of them: a straight line where the nodes have places */
    uint32_t point_count;
} network_draft_edge;

void network_draft_clear(network_draft *draft);
/* `name` may be NULL, for all nodes or for none. */
maille_status network_draft_add_node(maille_ctx *ctx, network_draft *draft, maille_xy at,
                                     const char *name, uint32_t *node);
maille_status network_draft_add_edge(maille_ctx *ctx, network_draft *draft,
                                     const network_draft_edge *edge);
/* Empties the draft into a network. */
maille_status network_draft_finish(maille_ctx *ctx, network_draft *draft, maille_network **out);

/* Fills what the report tells about a finished network; `class_of` per edge (NULL: no classes). */
maille_status network_report_finish(maille_ctx *ctx, const maille_network *network,
                                    const unsigned char *class_of, maille_network_report *report);
/* Index of a class in the report, added when new; the last place gathers what does not fit. */
unsigned network_report_class(maille_network_report *report, const char *name);

/* Whole milliseconds, 1 at least, below MAILLE_NO_ARC. */
uint32_t network_round_ms(double ms);

/* The parts of a network that follow from its edges. */
maille_status network_make_arcs(maille_ctx *ctx, maille_network *network);
typedef struct {
    uint32_t tail, head, ms;
} network_arc;
/* Replaces the arcs; of parallels the least stays. Sorts `arcs` on the way. */
maille_status network_set_arcs(maille_ctx *ctx, maille_network *network, network_arc *arcs,
                               uint32_t count);
maille_status network_make_components(maille_ctx *ctx, maille_network *network);
maille_status network_make_twins(maille_ctx *ctx, maille_network *network);

#endif
