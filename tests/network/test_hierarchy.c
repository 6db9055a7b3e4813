/* The hierarchy: exact times by climbing from both ends, in a form that sweeps may rely on. */
#include <stdatomic.h>
#include <unistd.h>

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
    for (int run = 0; run < 150; run++) {
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

/* A grid of roads with side streets: larger than what one round or one piece of work holds. */
static maille_network *town(uint32_t wide, uint64_t seed) {
    uint32_t most = 3 * wide * wide, count = 0, nodes = wide * wide;
    uint32_t *e = maille_alloc(most, 4 * sizeof *e);
    maille_network *n = NULL;
    if (!e)
        exit(1);
    for (uint32_t v = 0; v < nodes; v++)
        for (uint32_t step = 0; step < 2; step++) {
            uint32_t other = step ? v + wide : v + 1;
            if ((step ? other >= nodes : other % wide == 0) || check_random(&seed, 5) == 0)
                continue;
            e[count] = v;
            e[most + count] = other;
            e[2 * most + count] = 1 + check_random(&seed, 50) * (v / wide % 8 ? 10 : 2);
            e[3 * most + count] = check_random(&seed, 6) ? e[2 * most + count] : MAILLE_NO_ARC;
            count++;
        }
    CHECK_INT(maille_network_from_edges(ctx, nodes, count, e, e + most, e + 2 * (size_t)most,
                                        e + 3 * (size_t)most, NULL, &n),
              0);
    maille_free(e);
    if (!n)
        exit(1);
    return n;
}

static uint64_t differences_from_dijkstra(const maille_network *n, const maille_hierarchy *h,
                                          uint32_t sources, uint32_t targets) {
    check_climber climber = check_climber_new(n->node_count);
    uint32_t *times = maille_alloc(n->node_count, sizeof *times);
    uint64_t seed = 99, wrong = 0;
    maille_heap heap;
    if (!times || !maille_heap_init(&heap, n->node_count))
        exit(1);
    for (uint32_t s = 0; s < sources; s++) {
        uint32_t from = check_random(&seed, n->node_count);
        check_dijkstra(n, &heap, from, times);
        for (uint32_t t = 0; t < targets; t++) {
            uint32_t to = check_random(&seed, n->node_count);
            wrong += check_climb(h, &climber, from, to) != times[to];
        }
    }
    maille_free(times);
    maille_heap_free(&heap);
    check_climber_free(&climber);
    return wrong;
}

TEST(a_town_keeps_its_times_and_any_number_of_threads_gives_the_same_bytes) {
    maille_network *n = town(50, 3);
    maille_hierarchy *h = build(n, 1);
    CHECK(check_form(n, h));
    CHECK(h->shortcuts > 100);
    CHECK_INT(differences_from_dijkstra(n, h, 10, 100), 0);
    for (unsigned jobs = 2; jobs <= 3; jobs++) {
        maille_hierarchy *again = build(n, jobs);
        CHECK(check_same(h, again));
        maille_hierarchy_free(again);
    }
    maille_hierarchy_free(h);
    maille_network_free(n);
}

TEST(networks_without_roads_or_nodes) {
    for (uint32_t nodes = 0; nodes < 3; nodes++) {
        maille_network *n = NULL;
        CHECK_INT(maille_network_from_edges(ctx, nodes, 0, NULL, NULL, NULL, NULL, NULL, &n), 0);
        maille_hierarchy *h = build(n, 2);
        CHECK(check_form(n, h));
        CHECK_INT(h->out.first[nodes], 0);
        maille_hierarchy_free(h);
        maille_network_free(n);
    }
}

/* 0 → 1 → 2 takes longer than 32 bits tell: no way, not a short one. */
TEST(times_beyond_the_named_value_are_no_way) {
    uint32_t from[] = {0, 1, 2}, to[] = {1, 2, 3}, ms[] = {3000000000u, 2000000000u, 5};
    maille_network *n = NULL;
    CHECK_INT(maille_network_from_edges(ctx, 4, 3, from, to, ms, ms, NULL, &n), 0);
    maille_hierarchy *h = build(n, 1);
    check_climber climber = check_climber_new(4);
    CHECK_INT(check_climb(h, &climber, 0, 1), 3000000000u);
    CHECK_INT(check_climb(h, &climber, 0, 2), MAILLE_UNREACHED);
    CHECK_INT(check_climb(h, &climber, 1, 3), 2000000005u);
    check_climber_free(&climber);
    maille_hierarchy_free(h);
    maille_network_free(n);
}

static maille_network *reversed(const maille_network *n) {
    maille_network *back = NULL;
    CHECK_INT(maille_network_from_edges(ctx, n->node_count, n->edge_count, n->edge_from, n->edge_to,
                                        n->edge_back_ms, n->edge_ms, NULL, &back),
              0);
    return back;
}

TEST(the_reversed_network_gives_the_transpose) {
    static table there, back;
    uint64_t seed = 21;
    for (int run = 0; run < 20; run++) {
        maille_network *n = random_network(&seed, MOST, 150, 1000), *r = reversed(n);
        maille_hierarchy *h = build(n, 1), *hr = build(r, 1);
        uint64_t wrong = 0;
        climb_all(h, there);
        climb_all(hr, back);
        for (uint32_t a = 0; a < MOST; a++)
            for (uint32_t b = 0; b < MOST; b++)
                wrong += there[a][b] != back[b][a];
        CHECK_INT(wrong, 0);
        maille_hierarchy_free(h);
        maille_hierarchy_free(hr);
        maille_network_free(n);
        maille_network_free(r);
    }
}

TEST(an_edge_more_never_lengthens) {
    static table before, after;
    uint32_t from[121], to[121], ms[121];
    uint64_t seed = 5, longer = 0, shorter = 0;
    for (int run = 0; run < 40; run++) {
        maille_network *n = NULL, *more = NULL;
        for (uint32_t e = 0; e < 121; e++) {
            from[e] = check_random(&seed, MOST);
            to[e] = (from[e] + 1 + check_random(&seed, MOST - 1)) % MOST;
            ms[e] = 1 + check_random(&seed, 500);
        }
        CHECK_INT(maille_network_from_edges(ctx, MOST, 120, from, to, ms, ms, NULL, &n), 0);
        CHECK_INT(maille_network_from_edges(ctx, MOST, 121, from, to, ms, ms, NULL, &more), 0);
        maille_hierarchy *h = build(n, 1), *hm = build(more, 1);
        climb_all(h, before);
        climb_all(hm, after);
        for (uint32_t i = 0; i < MOST * MOST; i++) {
            longer += after[i / MOST][i % MOST] > before[i / MOST][i % MOST];
            shorter += after[i / MOST][i % MOST] < before[i / MOST][i % MOST];
        }
        maille_hierarchy_free(h);
        maille_hierarchy_free(hm);
        maille_network_free(n);
        maille_network_free(more);
    }
    CHECK_INT(longer, 0);
    CHECK(shorter > 0);
}

static size_t most_done;
static atomic_bool cancel;

static void cancel_late(void *user, const char *what, size_t done, size_t total) {
    CHECK_TEXT(what, "hierarchy");
    CHECK(done >= most_done && done <= total);
    most_done = done;
    if (user && 2 * done > total)
        atomic_store((atomic_bool *)user, true);
}

TEST(progress_is_told_and_a_build_can_be_cancelled) {
    maille_network *n = town(30, 1);
    maille_hierarchy *h = NULL;
    maille_ctx_set_progress(ctx, cancel_late, NULL);
    maille_hierarchy_free(build(n, 2));
    CHECK_INT(most_done, n->node_count);
    most_done = 0;
    maille_ctx_set_progress(ctx, cancel_late, &cancel);
    maille_ctx_set_cancel(ctx, &cancel);
    CHECK_INT(maille_hierarchy_build(ctx, n, &h), MAILLE_CANCELLED);
    CHECK(h == NULL && most_done < n->node_count);
    maille_ctx_set_progress(ctx, NULL, NULL);
    maille_ctx_set_cancel(ctx, NULL);
    maille_network_free(n);
}

static size_t longest_step, calls_left;

static void cancel_after_calls(void *user, const char *what, size_t done, size_t total) {
    (void)what, (void)total;
    longest_step = done - most_done > longest_step ? done - most_done : longest_step;
    most_done = done;
    if (calls_left-- == 0)
        atomic_store((atomic_bool *)user, true);
}

TEST(long_rounds_tell_how_far_they_are_and_end_when_they_are_told_to) {
    maille_network *n = town(60, 3);
    maille_hierarchy *h = NULL;
    maille_status status;
    size_t calls = 0;
    maille_ctx_set_jobs(ctx, 1);
    maille_ctx_set_progress(ctx, cancel_after_calls, &cancel);
    maille_ctx_set_cancel(ctx, &cancel);
    do { /* wherever it is then: nothing is left, which the sanitizers see too */
        atomic_store(&cancel, false);
        most_done = 0;
        calls_left = calls;
        calls = calls < 12 ? calls + 1 : 2 * calls;
        status = maille_hierarchy_build(ctx, n, &h);
        CHECK(status == MAILLE_OK || (status == MAILLE_CANCELLED && h == NULL));
    } while (status && calls < 5000);
    CHECK_INT(most_done, n->node_count);
    CHECK(longest_step > 0 && longest_step <= 1024);
    CHECK(calls > 20);
    maille_hierarchy_free(h);
    maille_ctx_set_progress(ctx, NULL, NULL);
    maille_ctx_set_cancel(ctx, NULL);
    atomic_store(&cancel, false);
    maille_network_free(n);
}

TEST(memory_that_runs_out_anywhere_is_an_error) {
    maille_network *n = town(6, 2);
    maille_hierarchy *h = NULL;
    maille_ctx_set_jobs(ctx, 1);
    uint64_t failed = 0;
    for (;;) {
        maille_memory_fail_at(failed + 1);
        maille_status status = maille_hierarchy_build(ctx, n, &h);
        maille_memory_fail_at(0);
        if (status == MAILLE_OK)
            break;
        CHECK_INT(status, MAILLE_NO_MEMORY);
        CHECK(h == NULL);
        failed++;
    }
    CHECK(failed > 20);
    CHECK(check_form(n, h));
    maille_hierarchy_free(h);
    maille_network_free(n);
}

/* ---- the file ---- */

enum { MOST_BYTES = 1 << 16 };
static unsigned char bytes[MOST_BYTES];
static size_t byte_count;

static void read_bytes(const char *path) {
    FILE *file = fopen(path, "rb");
    byte_count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    CHECK(byte_count > 500 && byte_count < sizeof bytes);
}

static void write_bytes(const char *path, size_t count) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, count, file) != count)
        exit(1);
    fclose(file);
}

static maille_status load(const char *path, const char *key) {
    maille_hierarchy *h = NULL;
    maille_status status = maille_hierarchy_load(ctx, path, key, &h);
    CHECK((status == MAILLE_OK) == (h != NULL));
    maille_hierarchy_free(h);
    return status;
}

static const char *small_file(void) {
    const char *path = test_scratch("hierarchy");
    maille_network *n = town(6, 4);
    maille_hierarchy *h = build(n, 1);
    CHECK_INT(maille_hierarchy_save(ctx, h, path, "key"), 0);
    maille_hierarchy_free(h);
    maille_network_free(n);
    read_bytes(path);
    return path;
}

TEST(what_is_saved_comes_back) {
    for (uint32_t wide = 0; wide < 40; wide += 13) {
        const char *path = test_scratch("saved");
        maille_network *n = town(wide, 8);
        maille_hierarchy *h = build(n, 1), *back = NULL;
        CHECK_INT(maille_hierarchy_save(ctx, h, path, "key"), 0);
        CHECK_INT(maille_hierarchy_load(ctx, path, "key", &back), 0);
        CHECK(back && back->mapping && check_form(n, back) && check_same(h, back));
        maille_hierarchy_free(back);
        maille_hierarchy_free(h);
        maille_network_free(n);
    }
}

TEST(another_key_or_version_or_no_file_is_not_found) {
    const char *path = small_file();
    CHECK_INT(load(path, "key"), MAILLE_OK);
    CHECK_INT(load(path, "other"), MAILLE_NOT_FOUND);
    CHECK_INT(load(test_scratch("absent"), "key"), MAILLE_NOT_FOUND);
    bytes[8]++; /* the version, behind eight letters */
    write_bytes(path, byte_count);
    CHECK_INT(load(path, "key"), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "version") != NULL);
    CHECK_INT(load("/", "key"), MAILLE_REFUSED);
}

static void flip(const char *path, size_t at) {
    FILE *file = fopen(path, "r+b");
    bytes[at] ^= (unsigned char)(1u << at % 8);
    if (!file || fseek(file, (long)at, SEEK_SET) != 0 || fwrite(&bytes[at], 1, 1, file) != 1)
        exit(1);
    fclose(file);
}

TEST(every_flipped_bit_and_every_cut_is_seen) {
    const char *path = small_file();
    uint64_t loaded = 0;
    for (size_t i = 0; i < byte_count; i++) {
        flip(path, i);
        loaded += load(path, "key") == MAILLE_OK;
        flip(path, i);
    }
    CHECK_INT(loaded, 0);
    CHECK_INT(load(path, "key"), MAILLE_OK);
    for (size_t left = byte_count; left-- > 0;) {
        if (truncate(path, (off_t)left) != 0)
            exit(1);
        loaded += load(path, "key") == MAILLE_OK;
    }
    CHECK_INT(loaded, 0);
}

/* With a good checksum, so that only the reader's own checks stand between a file that was made to
 * harm and the searches: whatever it lets through is of the right form. */
TEST(numbers_changed_under_a_good_checksum_are_refused_or_do_no_harm) {
    static const maille_cache_kind kind = {"MAILLECH", 1};
    const char *path = small_file(), *made = test_scratch("made");
    maille_cache_array a[9], mapping, changed[9];
    uint32_t loaded = 0, runs = 1500;
    uint64_t seed = 77;
    CHECK_INT(maille_cache_map(ctx, path, kind, "key", a, 9, &mapping), 0);
    maille_network *n = town(6, 4);
    for (uint32_t run = 0; run < runs; run++) {
        uint32_t which = check_random(&seed, 9), words = (uint32_t)(a[which].bytes / 4);
        uint32_t *copy = maille_alloc(words + 1, sizeof *copy);
        maille_hierarchy *h = NULL;
        if (!copy || !words)
            exit(1);
        memcpy(copy, a[which].data, a[which].bytes);
        memcpy(changed, a, sizeof a);
        changed[which].data = copy;
        uint32_t at = check_random(&seed, words), how = check_random(&seed, 5);
        if (how == 0)
            changed[which].bytes += check_random(&seed, 2) ? 4 : (uint64_t)-1;
        else
            copy[at] = how == 1   ? copy[check_random(&seed, words)]
                       : how == 2 ? copy[at] + 1
                       : how == 3 ? UINT32_MAX - check_random(&seed, 2)
                                  : check_random(&seed, 64);
        unlink(made);
        CHECK_INT(maille_cache_write(ctx, made, kind, "key", changed, 9), 0);
        maille_status status = maille_hierarchy_load(ctx, made, "key", &h);
        if (status == MAILLE_OK) {
            loaded++;
            CHECK(h->node_count == n->node_count && check_climb_form(h->node_count, &h->out) &&
                  check_climb_form(h->node_count, &h->in));
            for (uint32_t v = 0; v < h->node_count; v++)
                CHECK(h->place[v] < h->node_count && h->node[h->place[v]] == v);
        } else {
            CHECK_INT(status, MAILLE_REFUSED);
        }
        maille_hierarchy_free(h);
        maille_free(copy);
    }
    CHECK(loaded > 0 && loaded < runs / 2);
    maille_network_free(n);
    maille_cache_unmap(mapping);
}

int main(void) {
    static const test_case cases[] = {
        CASE(random_networks_keep_their_times),
        CASE(a_town_keeps_its_times_and_any_number_of_threads_gives_the_same_bytes),
        CASE(networks_without_roads_or_nodes),
        CASE(times_beyond_the_named_value_are_no_way),
        CASE(the_reversed_network_gives_the_transpose),
        CASE(an_edge_more_never_lengthens),
        CASE(progress_is_told_and_a_build_can_be_cancelled),
        CASE(long_rounds_tell_how_far_they_are_and_end_when_they_are_told_to),
        CASE(memory_that_runs_out_anywhere_is_an_error),
        CASE(what_is_saved_comes_back),
        CASE(another_key_or_version_or_no_file_is_not_found),
        CASE(every_flipped_bit_and_every_cut_is_seen),
        CASE(numbers_changed_under_a_good_checksum_are_refused_or_do_no_harm),
    };
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
