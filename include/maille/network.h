/* The road graph: CSR arrays forward and backward (room: network).
 *
 * Nodes are numbered 0..node_count-1 in the order in which they are first met in the input. An edge
 * is one stretch of road as it came (with its drawing, for snapping); each direction that may be
 * driven is an arc. An arc weighs max(1, round(3600 · length_m / speed_kmh)) milliseconds; of
 * parallel arcs the least counts in searches (all are kept as edges for snapping). Loops are
 * dropped and counted. Immutable once built; shared by threads.
 *
 * Where the input gives a road's two directions as two lines, they stay two edges of one arc each,
 * and `edge_twin` joins all edges that are drawn at the same place: whoever stands on one of them
 * stands on all.
 *
 * Where turns are forbidden or cost time, the graph has more nodes than places: behind the places
 * come copies of them, one for each way of coming there after which turns are bound. A copy is left
 * only as its turns allow, and its arcs carry what they cost; the place itself is left freely. So a
 * plain search on the nodes is exact (docs/decisions/0011-turns.md). Edges join places. */
#ifndef MAILLE_NETWORK_H
#define MAILLE_NETWORK_H

#include <maille/crs.h>
#include <maille/ctx.h>
#include <maille/lines.h>
#include <maille/point.h>
#include <stdbool.h>
#include <stdint.h>

/* "Cannot be reached": the one named value. Every real time is below it. */
#define MAILLE_UNREACHED UINT32_MAX
/* A weight that a direction which may not be driven has. */
#define MAILLE_NO_ARC UINT32_MAX

typedef struct {
    uint32_t node_count, arc_count, edge_count;
    uint32_t place_count; /* nodes below are places, the others copies of places */
    /* forward: arcs leaving node v are [first_out[v], first_out[v+1]), sorted by head */
    uint32_t *first_out, *head, *out_ms;
    /* backward: arcs entering node v are [first_in[v], first_in[v+1]), sorted by tail */
    uint32_t *first_in, *tail, *in_ms;
    maille_xy *node_xy;  /* metres; NaN where the table of links has no geometry */
    uint32_t *component; /* strongly connected component of each node, numbered by first node;
                          * turns do not part components */
    uint32_t component_count;
    /* edges */
    uint32_t *edge_from, *edge_to;    /* nodes */
    uint32_t *edge_ms, *edge_back_ms; /* from→to and to→from, MAILLE_NO_ARC where not allowed */
    /* Next edge between the same two nodes with the same drawing, in either direction, in a ring;
     * the edge itself where it is alone. */
    uint32_t *edge_twin;
    maille_lines *edge_lines; /* drawing, metres; a straight line where none was given,
                               * empty where the nodes have no place */
    double *edge_length_m;
    /* names of nodes as given (only for tables read with node ids), else NULL; one block */
    char **node_names;
    /* Turns; all NULL where none are bound. Copies of place v are the nodes
     * place_count + [copy_first[v], copy_first[v+1]). An arc is a direction of an edge: 2 · edge
     * along it, 2 · edge + 1 against it; whoever starts on arc a comes out at node arrival[a], and
     * arc a is entered, but for the place that it leaves, from the copies enter_node[i] with
     * enter_ms[i] for the turn, i in [enter_first[a], enter_first[a+1]). */
    uint32_t *copy_first, *arrival, *enter_first, *enter_node, *enter_ms;
    /* NULL, or the file of the cache in which all arrays but the names lie, for reading only */
    void *mapping;
    uint64_t mapping_bytes;
} maille_network;

void maille_network_free(maille_network *network);

/* The place of a node: itself unless it is a copy. */
uint32_t maille_network_place(const maille_network *network, uint32_t node);
/* The node at which whoever starts on an edge (`back`: against it) comes out. */
uint32_t maille_network_arrival(const maille_network *network, uint32_t edge, bool back);
/* From times at nodes: the least at which an edge is entered, and the least at a place. Of times
 * towards a stop, those at nodes below place_count are the places' already. */
uint32_t maille_network_entry_ms(const maille_network *network, const uint32_t *node_ms,
                                 uint32_t edge, bool back);
uint32_t maille_network_place_ms(const maille_network *network, const uint32_t *node_ms,
                                 uint32_t place);

/* Kilometres of one class of roads; a road counts once, also when its directions are two lines. */
typedef struct {
    char name[32];
    double km;
} maille_road_class;

/* What was read, and what was dropped and why. */
typedef struct {
    uint64_t lines_read, edges, arcs, nodes;
    uint64_t loops, parallels; /* dropped from searches */
    uint64_t no_geometry, no_speed, no_length;
    uint64_t no_access, no_highway; /* closed to this mode; OSM: neither road nor ferry */
    uint64_t other_mode;            /* of a class that the profile does not name */
    uint64_t not_built;             /* planned, being built or given up */
    uint64_t areas, reversible;     /* OSM: drawn as an area; one way or the other by the hour */
    uint64_t missing_nodes;         /* ids absent from a row; OSM: points absent from the file */
    /* OSM: what binds turns; restrictions that hold at some hours only, that do not bind this mode,
     * and that no way along the roads fits (members left out or apart, roles or kinds unknown) */
    uint64_t restrictions, restrictions_at_hours, restrictions_not_ours, restrictions_unfit;
    uint64_t signals, level_crossings; /* that were passed at a cost */
    uint64_t barriers;                 /* points where a road was cut */
    uint64_t ferries, ferries_untimed; /* and those of them without a duration */
    uint64_t unknown_limits; /* OSM: speed limits not understood; the class's speed was taken */
    uint64_t at_hours;    /* OSM: ways of which something holds at some hours only: passed over */
    uint64_t destination; /* OSM: ways open to who goes there only, taken for open */
    uint64_t turn_nodes;  /* copies of places, among the nodes of searches */
    uint32_t components, largest_component; /* strongly connected; nodes of the largest */
    double length_km;
    maille_road_class classes[48]; /* by OSM highway, or by km/h; longest first */
    uint32_t class_count;
} maille_network_report;

/* How to read a file of links. Any field may be NULL; lengths that no field gives are those of the
 * drawing on the ellipsoid. A line without time, length or speed is dropped and counted. With all
 * fields NULL a BD TOPO layer (vitesse_moyenne_vl, sens_de_circulation) is read as such: the
 * profile says what is closed and how fast, and the layer non_communication beside it which turns
 * are forbidden. */
typedef struct {
    bool directed;         /* each line is one direction; else both */
    const char *from, *to; /* fields of node ids; absent: shared endpoints (exact, on the grid) */
    const char *length_m, *speed_kmh, *time_s, *direction;
    const char *layer;
    const char
        *profile; /* path of a speed profile for OSM and BD TOPO (layers/rules/profiles/car.yaml) */
    double default_speed_kmh; /* where a line has no speed; 0 = such a line is refused */
} maille_road_fields;

/* Reads .osm.pbf, any OGR line layer, or a CSV of links. `crs` gives the metres.
 * Recognised by content. */
maille_status maille_network_read(maille_ctx *ctx, const char *path,
                                  const maille_road_fields *fields, const maille_crs *crs,
                                  maille_network **out, maille_network_report *report);

/* The layer that is read: the one asked for, or BD TOPO's where none is and the file has many, or
 * NULL: its only one. */
const char *maille_roads_layer(maille_ctx *ctx, const char *path, const char *layer);

/* From arrays, for tests and tables: edge i runs from[i] → to[i], ms either way (MAILLE_NO_ARC).
 * Loops are left out and the edges after them move up; `node_xy` may be NULL (no places). */
maille_status maille_network_from_edges(maille_ctx *ctx, uint32_t node_count, uint32_t edge_count,
                                        const uint32_t *from, const uint32_t *to,
                                        const uint32_t *ms, const uint32_t *back_ms,
                                        const maille_xy *node_xy, maille_network **out);

/* max(1, round(3600 · length_m / speed_kmh)), at most UINT32_MAX − 1 */
uint32_t maille_arc_ms(double length_m, double speed_kmh);

/* How driven roads are walked: both ways alike, but for those where cars go faster than
 * `closed_above_kmh`. */
typedef struct {
    double kmh, closed_above_kmh;
} maille_walk;
/* From the speed profile of a mode (its key "driven_roads"). */
maille_status maille_walk_read(maille_ctx *ctx, const char *path, maille_walk *out);
/* The same roads on foot. Places, drawings and names are those of `driven`, which must outlive it;
 * freed by a function of its own. */
maille_status maille_network_on_foot(maille_ctx *ctx, const maille_network *driven,
                                     const maille_walk *how, maille_network **out);
void maille_network_on_foot_free(maille_network *walked);

/* The graph file of the cache: versioned, with a checksum, memory-mapped; MAILLE_REFUSED when it is
 * not ours or damaged (the caller rebuilds). `key` (hash of source file, options, program) and
 * version must match or MAILLE_NOT_FOUND. */
maille_status maille_network_save(maille_ctx *ctx, const maille_network *network, const char *path,
                                  const char *key);
maille_status maille_network_load(maille_ctx *ctx, const char *path, const char *key,
                                  maille_network **out);

#endif
