/* IGN's BD TOPO, layer troncon_de_route: its columns, what a profile closes of it, and the turns
 * that its layer non_communication forbids (internal to the room). */
#ifndef MAILLE_NETWORK_BD_TOPO_H
#define MAILLE_NETWORK_BD_TOPO_H

#include <maille/map.h>
#include <maille/table.h>

#include "network/profile.h"
#include "network/read.h"

#define BD_TOPO_LAYER "troncon_de_route"

typedef enum {
    BD_TOPO_SPEED = BD_COLUMNS,
    BD_TOPO_DIRECTION,
    BD_TOPO_ID,
    BD_TOPO_NAMES
} bd_topo_name;

/* The file's own name of a column (that of a GeoPackage, or the ten letters of a Shapefile), or
 * NULL. `column`: a network_bd_column or a bd_topo_name. */
const char *bd_topo_column(const maille_table *columns, int column);

/* Whether the profile lets one pass where the column says so; NULL: it says nothing. */
bool bd_topo_is_open(const network_bd_topo *bd, network_bd_column column, const char *value);

/* Forbidden turns, as arcs of the draft; `edges`: number of the edge by its cleabs. Counts those
 * that no way along the roads fits. */
maille_status bd_topo_read_turns(const network_input *input, const maille_names *edges);

#endif
