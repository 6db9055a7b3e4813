/* What a driver may not do, or pays for, where roads meet (internal to the room): the graph is made
 * anew with copies of places, so that searches need not know of turns
 * (docs/decisions/0011-turns.md).
 *
 * An arc is a direction of an edge: 2 · edge along it, 2 · edge + 1 against it. */
#ifndef MAILLE_NETWORK_TURNS_H
#define MAILLE_NETWORK_TURNS_H

#include <maille/network.h>
#include <maille/vec.h>

/* Arcs driven one after the other. Whoever drove all but the last must not take the last; `only`:
 * may take no other. */
typedef struct {
    size_t first; /* in `steps` */
    uint32_t count;
    bool only;
} network_restriction;

/* What turns cost at every place. */
typedef struct {
    uint32_t left_ms, right_ms, u_turn_ms;
    bool u_turns_at_dead_ends; /* only there; else anywhere */
} network_turn_costs;

typedef struct {
    MAILLE_VEC(uint32_t) steps;
    MAILLE_VEC(network_restriction) restrictions;
    MAILLE_VEC(uint32_t) pass_ms; /* of each place, what passing it costs; empty: nothing */
    network_turn_costs costs;
} network_turns;

void network_turns_clear(network_turns *turns);
/* The arc's ends. */
uint32_t network_arc_tail(const maille_network *network, uint32_t arc);
uint32_t network_arc_head(const maille_network *network, uint32_t arc);
uint32_t network_arc_ms(const maille_network *network, uint32_t arc);

/* Gives a finished network its copies. Nothing changes where no turn is forbidden or costs. */
maille_status network_apply_turns(maille_ctx *ctx, maille_network *network,
                                  const network_turns *turns);

#endif
