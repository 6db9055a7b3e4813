/* The hierarchy: exact times by climbing from both ends, in a form that sweeps may rely on. */
#include <stdatomic.h>

#include <maille/cachefile.h>
#include <maille/hierarchy.h>
#include <maille/memory.h>

#include "harness.h"
#include "network/hierarchy_checks.h"

static maille_ctx *ctx;

static maille_hierarchy *build(const maille_network *network, unsigned jobs) {
    maille_hierarchy *h = NULL;
    maille_ctx_set_jobs(ctx, jobs);
    CHECK_INT(maille_hierarchy_build(ctx, network, &h), 0);
    if (!h)
        exit(1);
    return h;
}

/* A random network: `nodes`, about `edges` of them with weights up to `most_ms` (few: many ties),
 * some one-way, some in parallel, some loops. Node 0 often has no road. */
static maille_network *random_network(uint64_t *seed, uint32_t nodes, uint32_t edges,
                                      uint32_t most_ms) {
    uint32_t from[1024], to[1024], ms[1024], back[1024];
    maille_network *n = NULL;
    for (uint32_t e = 0; e < edges; e++) {
        from[e] = check_random(seed, nodes);
        to[e] = check_random(seed, nodes);
        ms[e] = check_random(seed, 4) ? 1 + check_random(seed, most_ms) : MAILLE_NO_ARC;
        back[e] = check_random(seed, 4) ? 1 + check_random(seed, most_ms) : MAILLE_NO_ARC;
        if (check_random(seed, 3) == 0)
            back[e] = ms[e];
    }
    CHECK_INT(maille_network_from_edges(ctx, nodes, edges, from, to, ms, back, NULL, &n), 0);
    if (!n)
        exit(1);
    return n;
}

enum { MOST = 60 };
typedef uint32_t table[MOST][MOST];

static void floyd_warshall(const maille_network *n, table t) {
    uint32_t nodes = n->node_count;
    for (uint32_t a = 0; a < nodes; a++)
        for (uint32_t b = 0; b < nodes; b++)
            t[a][b] = a == b ? 0 : MAILLE_UNREACHED;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        uint32_t a = n->edge_from[e], b = n->edge_to[e];
        if (n->edge_ms[e] < t[a][b])
            t[a][b] = n->edge_ms[e];
        if (n->edge_back_ms[e] < t[b][a])
            t[b][a] = n->edge_back_ms[e];
    }
    for (uint32_t k = 0; k < nodes; k++)
        for (uint32_t a = 0; a < nodes; a++)
            for (uint32_t b = 0; b < nodes; b++) {
                uint64_t over = (uint64_t)t[a][k] + t[k][b];
                if (t[a][k] != MAILLE_UNREACHED && t[k][b] != MAILLE_UNREACHED && over < t[a][b])
                    t[a][b] = (uint32_t)over;
            }
}

static void climb_all(const maille_hierarchy *h, table t) {
    check_climber climber = check_climber_new(h->node_count);
    for (uint32_t a = 0; a < h->node_count; a++)
        for (uint32_t b = 0; b < h->node_count; b++)
            t[a][b] = check_climb(h, &climber, a, b);
    check_climber_free(&climber);
}

static uint64_t differences(uint32_t nodes, table a, table b) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < nodes; i++)
        for (uint32_t j = 0; j < nodes; j++)
            count += a[i][j] != b[i][j];
    return count;
}

TEST(random_networks_keep_their_times) {
    static table want, got;
    uint64_t seed = 7;
    for (int run = 0; run < 400; run++) {
        uint32_t nodes = 1 + check_random(&seed, MOST), edges = check_random(&seed, 4 * nodes);
        uint32_t most_ms = run % 4 == 0 ? 2 : run % 4 == 1 ? 10 : 100000;
        maille_network *n = random_network(&seed, nodes, edges, most_ms);
        maille_hierarchy *h = build(n, 1 + (unsigned)run % 2);
        CHECK(check_form(n, h));
        floyd_warshall(n, want);
        climb_all(h, got);
        CHECK_INT(differences(nodes, want, got), 0);
        maille_hierarchy_free(h);
        maille_network_free(n);
    }
}

int main(void) {
    static const test_case cases[] = {CASE(random_networks_keep_their_times)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
