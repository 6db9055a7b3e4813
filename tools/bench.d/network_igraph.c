/* The peer of the benchmark "network": Dijkstra by igraph's C library, one thread.
 *
 *     network_igraph table|all|nearest ARCS OUT NODES [NODES]
 *
 * Files and answers as those of tests/bench/bench_network.c. Times are whole milliseconds, which
 * doubles hold exactly. Built by: cc -O3 network_igraph.c $(pkg-config --cflags --libs igraph) */
#include <igraph.h>
#include <stdint.h>
#include <string.h>

#include "measure.h"

/* The graph, with one more node from whose place nothing leads unless arcs are added to it. */
static void read_graph(const char *path, igraph_vector_int_t *ends, igraph_vector_t *ms,
                       igraph_integer_t *nodes) {
    FILE *file = open_file(path, "rb");
    uint32_t part[3];
    if (fread(part, sizeof *part, 2, file) != 2)
        exit(1);
    *nodes = part[0];
    uint32_t arcs = part[1];
    igraph_vector_int_init(ends, 2 * (igraph_integer_t)arcs);
    igraph_vector_init(ms, arcs);
    for (uint32_t a = 0; a < arcs; a++) {
        if (fread(part, sizeof *part, 3, file) != 3)
            exit(1);
        VECTOR(*ends)[2 * (size_t)a] = part[0];
        VECTOR(*ends)[2 * (size_t)a + 1] = part[1];
        VECTOR(*ms)[a] = part[2];
    }
    fclose(file);
}

static void read_nodes(const char *path, igraph_vector_int_t *nodes) {
    FILE *file = open_file(path, "r");
    long node;
    igraph_vector_int_init(nodes, 0);
    while (fscanf(file, "%ld", &node) == 1)
        igraph_vector_int_push_back(nodes, node);
    fclose(file);
}

/* igraph keeps matrices by column. */
static void write_answer(const igraph_matrix_t *times, igraph_integer_t columns, const char *path) {
    FILE *file = open_file(path, "wb");
    for (igraph_integer_t row = 0; row < igraph_matrix_nrow(times); row++)
        for (igraph_integer_t column = 0; column < columns; column++) {
            double time = MATRIX(*times, row, column);
            uint32_t ms = time < UINT32_MAX ? (uint32_t)time : UINT32_MAX;
            fwrite(&ms, sizeof ms, 1, file);
        }
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc < 5)
        return 2;
    igraph_t graph;
    igraph_vector_int_t ends, from, to;
    igraph_vector_t ms;
    igraph_matrix_t times;
    igraph_integer_t nodes;
    int is_nearest = strcmp(argv[1], "nearest") == 0, is_all = strcmp(argv[1], "all") == 0;
    read_graph(argv[2], &ends, &ms, &nodes);
    read_nodes(argv[4], &from);
    read_nodes(argv[argc - 1], &to);
    if (is_nearest) /* from every facility an arc of no length to a node behind them all */
        for (igraph_integer_t i = 0; i < igraph_vector_int_size(&from); i++) {
            igraph_vector_int_push_back(&ends, VECTOR(from)[i]);
            igraph_vector_int_push_back(&ends, nodes);
            igraph_vector_push_back(&ms, 0);
        }
    igraph_create(&graph, &ends, nodes + (is_nearest ? 1 : 0), IGRAPH_DIRECTED);
    igraph_vector_int_destroy(&ends);
    igraph_matrix_init(&times, 0, 0);
    double began = now();
    if (is_nearest)
        igraph_distances_dijkstra(&graph, &times, igraph_vss_1(nodes), igraph_vss_all(), &ms,
                                  IGRAPH_IN);
    else
        igraph_distances_dijkstra(&graph, &times, igraph_vss_vector(&from),
                                  is_all ? igraph_vss_all() : igraph_vss_vector(&to), &ms,
                                  IGRAPH_OUT);
    double seconds = now() - began;
    if (is_all)
        seconds /= (double)igraph_vector_int_size(&from);
    write_answer(&times, is_nearest ? nodes : igraph_matrix_ncol(&times), argv[3]);
    printf("{\"memory_mb\":%.1f,\"seconds\":%.9f}\n", peak_memory_mb(), seconds);
    igraph_matrix_destroy(&times);
    igraph_destroy(&graph);
    igraph_vector_destroy(&ms);
    igraph_vector_int_destroy(&from);
    igraph_vector_int_destroy(&to);
    return 0;
}
