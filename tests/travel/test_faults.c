/* Memory that runs out at every allocation in turn: an error, nothing handed out, nothing leaked,
 * and the same result as ever once there is memory again. */
#include <maille/memory.h>
#include <maille/snap.h>
#include <maille/travel.h>

#include "harness.h"

static maille_ctx *ctx;
static const uint32_t from[] = {0, 1, 1, 2}, to[] = {1, 0, 2, 3}, ms[] = {5000, 6000, 7000, 9000};
static const uint32_t back[] = {MAILLE_NO_ARC, MAILLE_NO_ARC, 7000, 8000};
static const maille_xy xy[] = {{0, 0}, {1000, 0}, {1000, 1000}, {2000, 1500}};

/* One way through the rooms; the sum of what it found goes to `sum`. */
static maille_status walk_through(const char *path, uint64_t *sum) {
    maille_network *n = NULL, *loaded = NULL;
    maille_snapper *snapper = NULL;
    maille_matrix *m = NULL, *nearest = NULL, *estimated = NULL;
    uint32_t *edge_group = NULL, node_group[4] = {0, 0, 0, 0};
    maille_snap snaps[2];
    maille_xy points[2] = {{400, 20}, {1500, 1200}};
    uint32_t near_ms[2], which[2];
    maille_status status = maille_network_from_edges(ctx, 4, 4, from, to, ms, back, xy, &n);
    if (!status)
        status = maille_network_save(ctx, n, path, "key");
    if (!status)
        status = maille_network_load(ctx, path, "key", &loaded);
    if (!status)
        status = maille_edge_groups(ctx, loaded, node_group, 1, &edge_group);
    if (!status)
        status = maille_snapper_new(ctx, loaded, edge_group, &snapper);
    if (!status)
        status = maille_snap_points(ctx, snapper, points, NULL, 2, 500, snaps);
    if (status)
        goto done;
    maille_stop stops[2] = {maille_stop_at_snap(snaps[0]), maille_stop_at_snap(snaps[1])};
    status = maille_nearest(ctx, loaded, stops, 2, &stops[1], 1, UINT32_MAX - 1, near_ms, which);
    if (!status)
        status = maille_times(ctx, loaded, stops, 2, stops, 2, UINT32_MAX - 1, &m);
    if (!status)
        status = maille_matrix_nearest(ctx, m, 1, &nearest);
    if (!status)
        status = maille_times_estimated(ctx, points, 2, points, 2, 1.3, 50, 1000000, &estimated);
    if (!status)
        *sum = near_ms[0] + m->start[2] * 100 + m->ms[1] + nearest->start[2] + estimated->ms[1];
done:
    CHECK(status == MAILLE_OK || !m || !estimated);
    maille_network_free(n);
    maille_network_free(loaded);
    maille_snapper_free(snapper);
    maille_matrix_free(m);
    maille_matrix_free(nearest);
    maille_matrix_free(estimated);
    maille_free(edge_group);
    return status;
}

TEST(memory_may_run_out_anywhere) {
    char path[1024];
    snprintf(path, sizeof path, "%s", test_scratch("graph"));
    uint64_t want = 0, sum = 0, faults = 0;
    CHECK_INT(walk_through(path, &want), 0);
    CHECK(want > 0);
    for (uint64_t n = 1;; n++) {
        maille_memory_fail_at(n);
        maille_status status = walk_through(path, &sum);
        maille_memory_fail_at(0);
        if (status == MAILLE_OK)
            break;
        CHECK_INT(status, MAILLE_NO_MEMORY);
        faults++;
    }
    CHECK(faults > 50);
    CHECK_INT(sum, want);
}

int main(void) {
    static const test_case cases[] = {CASE(memory_may_run_out_anywhere)};
    if (maille_ctx_new(&ctx))
        return 1;
    maille_ctx_set_jobs(ctx, 1);
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
