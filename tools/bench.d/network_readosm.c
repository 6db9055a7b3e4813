/* Beside the benchmark "network-pbf-malta": libreadosm alone, which hands over every object of an
 * OpenStreetMap file; nothing is kept.
 *
 *     network_readosm FILE
 *
 * Built by: cc -O3 network_readosm.c $(pkg-config --cflags --libs readosm) */
#include <readosm.h>

#include "measure.h"

static int see_node(const void *count, const readosm_node *node) {
    (void)node;
    ++*(long *)count;
    return READOSM_OK;
}

static int see_way(const void *count, const readosm_way *way) {
    (void)way;
    ++*(long *)count;
    return READOSM_OK;
}

static int see_relation(const void *count, const readosm_relation *relation) {
    (void)relation;
    ++*(long *)count;
    return READOSM_OK;
}

int main(int argc, char **argv) {
    long objects = 0;
    const void *file = NULL;
    double began = now();
    if (argc != 2 || readosm_open(argv[1], &file) != READOSM_OK ||
        readosm_parse(file, &objects, see_node, see_way, see_relation) != READOSM_OK)
        return 1;
    readosm_close(file);
    printf("{\"memory_mb\":%.1f,\"seconds\":%.9f,\"objects\":%ld}\n", peak_memory_mb(),
           now() - began, objects);
    return 0;
}
