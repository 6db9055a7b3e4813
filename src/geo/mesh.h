/* The mesh from inside: shared arcs on a fine integer grid, and polygons on the grid of one zoom
 * (inside geo).
 *
 * Everything is exact: vertices are whole steps of 1/2^36 of the world's width (half a millimetre
 * at the equator), x to the east, y to the south; a unit of zoom z is 2^(24−z) steps. In this plane
 * shells have a positive area and the inside lies to the left, whatever it looks like on a screen.
 */
#ifndef GEO_MESH_H
#define GEO_MESH_H

#include <maille/geometry.h>
#include <maille/mesh.h>
#include <maille/vec.h>
#include <stdbool.h>

enum { MESH_WORLD_BITS = 36, MESH_UNIT_BITS = 24 }; /* steps of the world, of a unit of zoom 0 */

typedef struct {
    int64_t x, y;
} mesh_point;
typedef struct {
    int32_t x, y;
} mesh_unit;

__extension__ typedef __int128 mesh_wide; /* products of two or three differences */

/* Sign of the doubled area of the triangle a, b, c: 1 when c lies to the left of a → b. */
static inline int mesh_turn(mesh_point a, mesh_point b, mesh_point c) {
    mesh_wide area = (mesh_wide)(b.x - a.x) * (c.y - a.y) - (mesh_wide)(b.y - a.y) * (c.x - a.x);
    return (area > 0) - (area < 0);
}

/* ---- points by number (mesh_points.c) ---- */

typedef struct {
    mesh_point *points;
    uint32_t count;
    size_t point_capacity;
    uint32_t *buckets; /* number + 1; 0 = empty */
    size_t bucket_count;
} mesh_points;
bool mesh_points_prepare(mesh_points *set, size_t expected);
/* The number of p, which is added where it is new; false when memory ran out. */
bool mesh_points_number(mesh_points *set, mesh_point p, uint32_t *number);
void mesh_points_free(mesh_points *set);

/* ---- the mesh (mesh.c) ---- */

/* Arc a is the chain of points arc_points[arc_start[a]] … [arc_start[a+1]-1]. `weight` of such a
 * place is the widest tolerance (steps) at which Douglas-Peucker keeps it, so that a zoom is a
 * choice among them; infinite at the ends. */
struct maille_mesh {
    mesh_points vertices;
    MAILLE_VEC(uint32_t) arc_start; /* arcs + 1 */
    MAILLE_VEC(uint32_t) arc_points;
    double *weight;
    uint32_t *island; /* of an arc: the same number for arcs that hang together */
    uint32_t shape_count;
    uint32_t *part_start;       /* shapes + 1 */
    uint32_t *ring_start;       /* parts + 1 */
    uint32_t *link_start;       /* rings + 1 */
    MAILLE_VEC(uint32_t) links; /* arc × 2, + 1 where the ring runs against it */
};

/* Steps from p to the segment from a to b. */
double mesh_distance(mesh_point p, mesh_point a, mesh_point b);

static inline mesh_point mesh_place(const maille_mesh *mesh, uint32_t place) {
    return mesh->vertices.points[mesh->arc_points.items[place]];
}

/* ---- polygons on the grid of a zoom ---- */

/* Part p has rings [ring_end[p-1], ring_end[p]), the first its shell; ring r has points
 * [point_end[r-1], point_end[r]), not closed. */
typedef struct {
    MAILLE_VEC(uint32_t) ring_end;
    MAILLE_VEC(uint32_t) point_end;
    MAILLE_VEC(mesh_unit) points;
} mesh_polygons;
void mesh_polygons_free(mesh_polygons *polygons);

static inline uint32_t mesh_begin(const uint32_t *ends, uint32_t i) {
    return i > 0 ? ends[i - 1] : 0;
}

struct maille_mesh_zoom {
    unsigned zoom;
    uint32_t *part_shape; /* which shape a part belongs to; ascending */
    mesh_polygons polygons;
    maille_box *boxes; /* of parts */
    maille_boxes *index;
};

/* ---- edges into polygons (mesh_rings.c) ---- */

typedef struct {
    mesh_unit a, b;
} mesh_edge;
typedef struct {
    bool shell;
    int64_t area; /* doubled, signed */
    maille_box box;
    int depth;
    uint32_t inside; /* of a hole: its shell */
} mesh_ring;
/* Reused from one call to the next. */
typedef struct {
    MAILLE_VEC(mesh_edge) edges; /* what is to be made polygons of */
    MAILLE_VEC(uint32_t) first;  /* of each vertex: its first edge */
    MAILLE_VEC(uint32_t) origin; /* of each edge: number of the vertex it leaves */
    MAILLE_VEC(uint32_t) target; /* of each edge: number of the vertex it leads to */
    MAILLE_VEC(uint32_t) stands; /* of each vertex: its place in the path + 1 */
    MAILLE_VEC(uint32_t) path;   /* edges walked */
    MAILLE_VEC(unsigned char) used;
    MAILLE_VEC(mesh_ring) rings;
    MAILLE_VEC(uint32_t) ring_ends;
    MAILLE_VEC(mesh_unit) points;
} mesh_tidy;
void mesh_tidy_free(mesh_tidy *tidy);
/* Edges that run to and fro cancel. */
void mesh_tidy_cancel(mesh_tidy *tidy);
/* Polygons whose borders are tidy->edges, appended to `out`: rings touch in points only, holes go
 * to their shells; what lies outside all shells or twice inside is dropped. Edges may meet at their
 * ends only. False when memory ran out. */
bool mesh_tidy_edges(mesh_tidy *tidy, mesh_polygons *out);

/* ---- snapping to a zoom (mesh_snap.c) ---- */

/* Each arc as a chain of pixels (numbers in `pixels`, whose points are units); all arcs together
 * cross nowhere and meet in pixels only; where a border crosses the frame of a tile there is one.
 */
typedef struct {
    mesh_points pixels;
    MAILLE_VEC(uint32_t) chain_start; /* arcs + 1 */
    MAILLE_VEC(uint32_t) chains;
} mesh_snapped;
maille_status mesh_snap(maille_ctx *ctx, const maille_mesh *mesh, unsigned zoom, mesh_snapped *out);
void mesh_snapped_free(mesh_snapped *snapped);

/* ---- cells that segments pass (mesh_grid.c) ---- */

typedef struct {
    mesh_point a, b;
} mesh_segment;
typedef struct {
    mesh_point origin; /* steps */
    unsigned cell_bits;
    int64_t reach; /* steps: cells within that distance of a segment are passed, too */
    uint32_t width, height;
    uint32_t *start, *items; /* cell c holds items[start[c]] … [start[c+1]-1] */
} mesh_grid;
void mesh_grid_free(mesh_grid *grid);
/* Cells of at least 2^least_bits steps, and about as many as segments. */
void mesh_grid_lay(mesh_grid *grid, const mesh_segment *segments, size_t count, unsigned least_bits,
                   int64_t reach);
/* Rows that a segment passes, and the columns of one of them; none where first > last. */
typedef struct {
    uint32_t first, last;
} mesh_range;
mesh_range mesh_grid_rows(const mesh_grid *grid, mesh_segment s);
mesh_range mesh_grid_columns(const mesh_grid *grid, mesh_segment s, uint32_t row);
/* Fills the cells with the segments that pass them, or with points. False when memory ran out. */
bool mesh_grid_fill(mesh_grid *grid, const mesh_segment *segments, size_t count);
bool mesh_grid_fill_points(mesh_grid *grid, const mesh_point *points, size_t count, unsigned shift);
uint32_t mesh_grid_cell(const mesh_grid *grid, mesh_point p);

#endif
