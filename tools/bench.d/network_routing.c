/* The peer of the benchmarks "network-hour-…": SpatiaLite's VirtualRouting, one thread.
 *
 *     network_routing ARCS DATABASE OUT NODES
 *
 * Files and answer as those of tests/bench/bench_network.c (query "hour"); the database
 * is made if it is missing. Nodes are numbered from
 * 1: VirtualRouting fails silently on numbers above 2^31 - 1. Costs are milliseconds; no geometry,
 * no name and no A* keep the network small. Timed is each search with its rows, the network being
 * in memory, as after a first search. Built by:
 *     cc -O3 network_routing.c $(pkg-config --cflags --libs spatialite sqlite3) */
#include <sqlite3.h>

#include <spatialite.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

static void die(const char *what) {
    fprintf(stderr, "network_routing: %s\n", what);
    exit(1);
}

static void run(sqlite3 *db, const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(db));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(db));
    return statement;
}

/* The links of a file of arcs. */
static void load(sqlite3 *db, const char *path) {
    uint32_t head[2], arc[3];
    FILE *file = open_file(path, "rb");
    if (fread(head, sizeof *head, 2, file) != 2)
        die(path);
    run(db,
        "BEGIN; CREATE TABLE links (id INTEGER PRIMARY KEY, node_from INTEGER NOT NULL,"
        " node_to INTEGER NOT NULL, cost DOUBLE NOT NULL)");
    sqlite3_stmt *insert =
        prepare(db, "INSERT INTO links (node_from, node_to, cost) VALUES (?, ?, ?)");
    for (uint32_t a = 0; a < head[1] && fread(arc, sizeof *arc, 3, file) == 3; a++) {
        sqlite3_bind_int64(insert, 1, (int64_t)arc[0] + 1);
        sqlite3_bind_int64(insert, 2, (int64_t)arc[1] + 1);
        sqlite3_bind_double(insert, 3, arc[2]);
        sqlite3_step(insert);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    fclose(file);
    run(db, "COMMIT");
    sqlite3_stmt *make = prepare(db,
                                 "SELECT CreateRouting('routing_data', 'routing', 'links', "
                                 "'node_from', 'node_to', NULL, 'cost', NULL, 0, 0)");
    if (sqlite3_step(make) != SQLITE_ROW || sqlite3_column_int(make, 0) != 1)
        die("CreateRouting failed");
    sqlite3_finalize(make);
}

/* All nodes within an hour of `node`; an isochrone leaves its origin out. */
static void search(sqlite3_stmt *within, uint32_t node, uint32_t *ms) {
    sqlite3_bind_int64(within, 1, (int64_t)node + 1);
    while (sqlite3_step(within) == SQLITE_ROW)
        if (sqlite3_column_type(within, 0) != SQLITE_NULL)
            ms[sqlite3_column_int64(within, 0) - 1] = (uint32_t)sqlite3_column_double(within, 1);
    sqlite3_reset(within);
    ms[node] = 0;
}

int main(int argc, char **argv) {
    sqlite3 *db = NULL;
    void *cache = spatialite_alloc_connection();
    if (argc != 5)
        die("usage: network_routing ARCS DATABASE OUT NODES");
    int made = access(argv[2], F_OK) == 0;
    if (sqlite3_open(argv[2], &db) != SQLITE_OK)
        die(argv[2]);
    spatialite_init_ex(db, cache, 0);
    if (!made)
        load(db, argv[1]);
    FILE *arcs = open_file(argv[1], "rb"), *starts = open_file(argv[4], "r");
    FILE *out = open_file(argv[3], "wb");
    uint32_t nodes = 0, node;
    if (fread(&nodes, sizeof nodes, 1, arcs) != 1)
        die(argv[1]);
    uint32_t *ms = malloc(nodes * sizeof *ms);
    if (!ms)
        die("memory ran out");
    sqlite3_stmt *within =
        prepare(db, "SELECT NodeTo, Cost FROM routing WHERE NodeFrom = ? AND Cost <= 3600000.0");
    double seconds = 0;
    int count = 0;
    search(within, 0, ms); /* reads the network */
    for (; fscanf(starts, "%u", &node) == 1; count++) {
        memset(ms, 0xFF, nodes * sizeof *ms);
        double began = now();
        search(within, node, ms);
        seconds += now() - began;
        fwrite(ms, sizeof *ms, nodes, out);
    }
    fclose(arcs);
    fclose(starts);
    fclose(out);
    free(ms);
    sqlite3_finalize(within);
    sqlite3_close(db);
    spatialite_cleanup_ex(cache);
    printf("{\"memory_mb\":%.1f,\"seconds\":%.9f}\n", peak_memory_mb(), seconds / count);
    return 0;
}
