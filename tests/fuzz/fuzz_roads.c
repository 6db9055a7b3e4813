/* Any bytes as an OpenStreetMap file: a network or an error. What is read is searched by plain
 * Dijkstra and by the hierarchy, which must agree. */
#include "fuzz_kit.h"

#include <maille/memory.h>
#include <maille/reach.h>

enum { STOPS = 6, MOST_NODES = 300 };

static void search(maille_ctx *ctx, const maille_network *n) {
    maille_stop stops[STOPS];
    maille_hierarchy *hierarchy = NULL;
    maille_matrix *times = NULL;
    uint32_t table[STOPS * STOPS];
    for (uint32_t s = 0; s < STOPS; s++) {
        maille_snap snap = {.edge = s * 7 % n->edge_count, .fraction = s / (double)(STOPS - 1)};
        stops[s] = s % 2 ? maille_stop_at_snap(snap) : maille_stop_at_node(s % n->place_count);
    }
    MUST(maille_hierarchy_build(ctx, n, &hierarchy) == MAILLE_OK);
    MUST(maille_reach_table(ctx, n, hierarchy, stops, STOPS, stops, STOPS, table) == MAILLE_OK);
    MUST(maille_times(ctx, n, stops, STOPS, stops, STOPS, MAILLE_UNREACHED - 1, &times) ==
         MAILLE_OK);
    for (uint32_t a = 0; a < STOPS; a++)
        for (uint32_t b = 0, i = (uint32_t)times->start[a]; b < STOPS; b++) {
            bool there = i < times->start[a + 1] && times->column[i] == b;
            MUST(table[a * STOPS + b] == (there ? times->ms[i] : MAILLE_UNREACHED));
            i += there;
        }
    maille_matrix_free(times);
    maille_hierarchy_free(hierarchy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static maille_crs *crs;
    maille_ctx *ctx = fuzz_ctx();
    const maille_road_fields fields = {.profile = FUZZ_PROFILE};
    maille_network_report report;
    maille_network *n = NULL;
    /* What is no PBF file is for others to read. */
    if (size < 15 || memcmp(data + 4, "\x0A\x09OSMHeader", 11) != 0)
        return 0;
    MUST(crs || maille_crs_new(ctx, 32631, &crs) == MAILLE_OK);
    fuzz_file file = fuzz_file_of(data, size);
    maille_status status = maille_network_read(ctx, file.path, &fields, crs, &n, &report);
    fuzz_judge(status, n, file.path);
    MUST(status == MAILLE_OK || !strchr(maille_message(ctx), 10));
    if (n && n->node_count <= MOST_NODES)
        search(ctx, n);
    maille_network_free(n);
    fuzz_file_close(&file);
    return 0;
}
