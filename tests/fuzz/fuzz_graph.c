/* Any bytes as the graph file of the cache: refused, or a network that searches may walk. */
#include "cache_bytes.h"

#include <maille/memory.h>
#include <maille/travel.h>

/* From and towards stops on some edges, and between them. */
static void search(maille_ctx *ctx, const maille_network *n) {
    enum { STOPS = 5 };
    maille_stop stops[STOPS];
    maille_matrix *times = NULL;
    if (n->node_count == 0)
        return;
    uint32_t *ms = maille_alloc(n->node_count, 2 * sizeof *ms), *which = ms + n->node_count;
    MUST(ms != NULL);
    for (uint32_t s = 0; s < STOPS; s++)
        stops[s] = n->edge_count ? maille_stop_at_snap((maille_snap){.edge = s * 5 % n->edge_count,
                                                                     .fraction = s / 4.0})
                                 : maille_stop_at_node(s % n->node_count);
    for (int d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++)
        MUST(maille_nearest_nodes(ctx, n, stops, STOPS, (maille_direction)d, MAILLE_UNREACHED - 1,
                                  ms, which) == MAILLE_OK);
    MUST(maille_times(ctx, n, stops, STOPS, stops, STOPS, MAILLE_UNREACHED - 1, &times) ==
         MAILLE_OK);
    for (uint32_t v = 0; v < n->place_count; v++)
        MUST(maille_network_place_ms(n, ms, v) <= ms[v]);
    for (uint32_t v = 0; v < n->node_count; v++)
        MUST(maille_network_place(n, v) < n->place_count &&
             (!n->node_names || strlen(n->node_names[v]) < SIZE_MAX));
    maille_matrix_free(times);
    maille_free(ms);
}

static void load(const uint8_t *data, size_t size) {
    maille_ctx *ctx = fuzz_ctx();
    maille_network *n = NULL;
    fuzz_file file = fuzz_file_of(data, size);
    maille_status status = maille_network_load(ctx, file.path, CACHE_KEY, &n);
    fuzz_judge(status, n, file.path);
    if (n)
        search(ctx, n);
    maille_network_free(n);
    fuzz_file_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *sound = cache_with_checksum(data, size);
    load(data, size);
    load(sound, size);
    free(sound);
    return 0;
}
