/* Minutes of driving on a small network with a one-way street, from arrays: no file is read. */
#include <maille/ctx.h>
#include <maille/network.h>
#include <maille/travel.h>
#include <stdio.h>

/* Four crossroads; 0 → 1 is one-way, so that the way back goes round by 3 and 2.
 *
 *     0 ──5 min──▶ 1
 *     │            │
 *   2 min        3 min
 *     │            │
 *     3 ──4 min─── 2 */
enum { NODES = 4, EDGES = 4, MINUTE = 60000 };
static const uint32_t from[EDGES] = {0, 1, 2, 3}, to[EDGES] = {1, 2, 3, 0};
static const uint32_t there[EDGES] = {5 * MINUTE, 3 * MINUTE, 4 * MINUTE, 2 * MINUTE};
static const uint32_t back[EDGES] = {MAILLE_NO_ARC, 3 * MINUTE, 4 * MINUTE, 2 * MINUTE};

static void print(const maille_matrix *times) {
    printf("from_id,to_id,minutes\n");
    for (uint32_t row = 0; row < times->rows; row++)
        for (uint64_t i = times->start[row]; i < times->start[row + 1]; i++)
            printf("%u,%u,%g\n", row, times->column[i], times->ms[i] / (double)MINUTE);
}

int main(void) {
    maille_ctx *ctx = NULL;
    maille_network *network = NULL;
    maille_matrix *times = NULL;
    maille_stop stops[NODES];
    for (uint32_t i = 0; i < NODES; i++)
        stops[i] = maille_stop_at_node(i);

    if (maille_ctx_new(&ctx) != MAILLE_OK) {
        fprintf(stderr, "memory ran out\n");
        return 1;
    }
    maille_status status =
        maille_network_from_edges(ctx, NODES, EDGES, from, to, there, back, NULL, &network);
    if (status == MAILLE_OK)
        status = maille_times(ctx, network, stops, NODES, stops, NODES, 60 * MINUTE, &times);
    if (status == MAILLE_OK)
        print(times);
    else
        fprintf(stderr, "%s\n", maille_message(ctx));

    maille_matrix_free(times);
    maille_network_free(network);
    maille_ctx_free(ctx);
    return maille_exit_code(status);
}
