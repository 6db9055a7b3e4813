/* The graph file: what is saved comes back; what is damaged, of another key or no graph is refused.
 */
#include <unistd.h>

#include <maille/cachefile.h>
#include <maille/memory.h>
#include <maille/travel.h>

#include "harness.h"
#include "network/turns.h"

static maille_ctx *ctx;

static maille_network *small_network(void) {
    const char *path = test_scratch("small.csv");
    maille_road_fields fields = {.from = "a", .to = "b", .length_m = "m", .speed_kmh = "v"};
    maille_network_report report;
    maille_network *n;
    maille_crs *crs;
    FILE *file = fopen(path, "w");
    if (!file || maille_crs_new(ctx, 2154, &crs))
        exit(1);
    fputs("a,b,m,v\none,two,10,5\ntwo,three,20,5\nthree,one,30,5\nfour,five,1,1\n", file);
    fclose(file);
    CHECK_INT(maille_network_read(ctx, path, &fields, crs, &n, &report), 0);
    maille_crs_free(crs);
    return n;
}

#define SAME(field, count)                                                                         \
    CHECK((count) == 0 || memcmp(a->field, b->field, (size_t)(count) * sizeof *a->field) == 0)

static void check_same(const maille_network *a, const maille_network *b) {
    CHECK_INT(a->node_count, b->node_count);
    CHECK_INT(a->arc_count, b->arc_count);
    CHECK_INT(a->edge_count, b->edge_count);
    CHECK_INT(a->component_count, b->component_count);
    SAME(first_out, a->node_count + 1);
    SAME(first_in, a->node_count + 1);
    SAME(head, a->arc_count);
    SAME(tail, a->arc_count);
    SAME(out_ms, a->arc_count);
    SAME(in_ms, a->arc_count);
    SAME(component, a->node_count);
    SAME(edge_from, a->edge_count);
    SAME(edge_to, a->edge_count);
    SAME(edge_ms, a->edge_count);
    SAME(edge_back_ms, a->edge_count);
    SAME(edge_twin, a->edge_count);
    SAME(edge_length_m, a->edge_count);
    SAME(edge_lines->start, a->edge_count + 1);
    SAME(node_xy, a->node_count);
    SAME(edge_lines->points, a->edge_lines->start[a->edge_count]);
    CHECK(!a->node_names == !b->node_names);
    for (uint32_t v = 0; a->node_names && v < a->node_count; v++)
        CHECK_TEXT(a->node_names[v], b->node_names[v]);
}

TEST(what_is_saved_comes_back) {
    const char *path = test_scratch("graph");
    maille_network *n = small_network(), *back;
    CHECK_INT(maille_network_save(ctx, n, path, "key"), 0);
    CHECK_INT(maille_network_load(ctx, path, "key", &back), 0);
    CHECK(back->mapping != NULL); /* as it lies on the disk */
    check_same(n, back);
    maille_network_free(back);
    CHECK_INT(maille_network_load(ctx, path, "other", &back), MAILLE_NOT_FOUND);
    CHECK(back == NULL);
    CHECK_INT(maille_network_load(ctx, test_scratch("absent"), "key", &back), MAILLE_NOT_FOUND);
    maille_network_free(n);

    uint32_t from[] = {0}, to[] = {1}, ms[] = {7};
    maille_xy xy[] = {{1, 2}, {3, 4}};
    CHECK_INT(maille_network_from_edges(ctx, 2, 1, from, to, ms, ms, xy, &n), 0);
    CHECK_INT(maille_network_save(ctx, n, path, "key"), 0);
    CHECK_INT(maille_network_load(ctx, path, "key", &back), 0);
    check_same(n, back);
    maille_network_free(n);
    maille_network_free(back);
    CHECK_INT(maille_network_from_edges(ctx, 0, 0, from, to, ms, ms, xy, &n), 0);
    CHECK_INT(maille_network_save(ctx, n, path, "key"), 0);
    CHECK_INT(maille_network_load(ctx, path, "key", &back), 0);
    check_same(n, back);
    maille_network_free(n);
    maille_network_free(back);
}

TEST(every_flipped_bit_and_every_cut_is_seen) {
    const char *path = test_scratch("graph"), *broken = test_scratch("broken");
    maille_network *n = small_network(), *back;
    CHECK_INT(maille_network_save(ctx, n, path, "key"), 0);
    maille_network_free(n);
    static unsigned char bytes[8192];
    FILE *file = fopen(path, "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    CHECK(size > 500 && size < sizeof bytes);
    for (size_t i = 0; i < size; i++) {
        for (int cut = 0; cut < 2; cut++) {
            file = fopen(broken, "wb");
            bytes[i] ^= (unsigned char)(1u << i % 8);
            fwrite(bytes, cut ? i : size, 1, file);
            bytes[i] ^= (unsigned char)(1u << i % 8);
            fclose(file);
            CHECK(maille_network_load(ctx, broken, "key", &back) != MAILLE_OK);
            CHECK(back == NULL);
        }
    }
}

/* ---- numbers changed under a good checksum ---- */

/* A town with two roads drawn at one place and turns that are bound. */
static maille_network *town(void) {
    static const uint32_t from[] = {0, 1, 2, 3, 1}, to[] = {1, 2, 0, 1, 0};
    static const uint32_t ms[] = {50, 70, 90, 110, 50}, back[] = {50, UINT32_MAX, 90, 110, 60};
    static const maille_xy at[] = {{0, 0}, {100, 0}, {100, 100}, {0, 100}};
    const network_restriction no_left = {0, 2, false};
    network_turns turns = {.costs = {.left_ms = 5, .u_turns_at_dead_ends = true}};
    maille_network *n = NULL;
    CHECK(MAILLE_VEC_PUSH(&turns.steps, 0) && MAILLE_VEC_PUSH(&turns.steps, 2) &&
          MAILLE_VEC_PUSH(&turns.restrictions, no_left));
    CHECK_INT(maille_network_from_edges(ctx, 4, 5, from, to, ms, back, at, &n), 0);
    CHECK_INT(network_apply_turns(ctx, n, &turns), 0);
    CHECK(n->edge_twin[0] == 4 && n->node_count > n->place_count);
    network_turns_clear(&turns);
    return n;
}

/* Searches from and towards every edge, which end and stay within the arrays. */
static void walk(const maille_network *n) {
    uint32_t *ms = maille_alloc(n->node_count, 2 * sizeof *ms), *which = ms + n->node_count;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        maille_stop stop = maille_stop_at_snap((maille_snap){.edge = e, .fraction = 0.5});
        for (int d = MAILLE_TOWARDS; d <= MAILLE_FROM; d++)
            CHECK_INT(maille_nearest_nodes(ctx, n, &stop, 1, (maille_direction)d,
                                           MAILLE_UNREACHED - 1, ms, which),
                      0);
    }
    for (uint32_t v = 0; v < n->place_count; v++)
        CHECK(maille_network_place_ms(n, ms, v) <= ms[v]);
    maille_free(ms);
}

static uint32_t seed = 99;

static uint32_t draw(uint32_t bound) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * bound >> 24);
}

/* Changes one number of an array, or its length. */
static void change(maille_cache_array *array, uint32_t *copy) {
    uint32_t words = (uint32_t)(array->bytes / sizeof *copy), how = draw(5);
    memcpy(copy, array->data, array->bytes);
    array->data = copy;
    if (how == 0)
        array->bytes += draw(2) ? 4 : (uint64_t)-1;
    else
        copy[draw(words)] = how == 1   ? copy[draw(words)]
                            : how == 2 ? draw(8)
                            : how == 3 ? UINT32_MAX - draw(2)
                                       : draw(64);
}

TEST(numbers_changed_under_a_good_checksum_are_refused_or_do_no_harm) {
    enum { ARRAYS = 21, RUNS = 1000 };
    const char *path = test_scratch("graph"), *made = test_scratch("made");
    maille_cache_kind kind = {"MAILLEGR", 0};
    maille_cache_array arrays[ARRAYS], changed[ARRAYS], mapping;
    uint32_t copy[256], loaded = 0;
    maille_network *n = town(), *back = NULL;
    CHECK_INT(maille_network_save(ctx, n, path, "key"), 0);
    FILE *file = fopen(path, "rb");
    CHECK(file && fseek(file, sizeof kind.magic, SEEK_SET) == 0 &&
          fread(&kind.version, sizeof kind.version, 1, file) == 1);
    fclose(file);
    CHECK_INT(maille_cache_map(ctx, path, kind, "key", arrays, ARRAYS, &mapping), 0);
    for (int run = 0; run < RUNS; run++) {
        uint32_t which = draw(ARRAYS);
        memcpy(changed, arrays, sizeof arrays);
        if (arrays[which].bytes == 0)
            continue;
        CHECK(arrays[which].bytes + 4 <= sizeof copy);
        change(&changed[which], copy);
        unlink(made);
        CHECK_INT(maille_cache_write(ctx, made, kind, "key", changed, ARRAYS), 0);
        maille_status status = maille_network_load(ctx, made, "key", &back);
        CHECK(status == MAILLE_OK || status == MAILLE_REFUSED);
        CHECK(status == MAILLE_OK || strstr(maille_message(ctx), made));
        CHECK((status == MAILLE_OK) == (back != NULL));
        if (back) {
            walk(back);
            loaded++;
        }
        maille_network_free(back);
    }
    CHECK(loaded > RUNS / 10 && loaded < RUNS * 9 / 10);
    maille_cache_unmap(mapping);
    maille_network_free(n);
}

/* Of two edges at one place each is the other's twin; a chain that never comes back would keep
 * whoever follows it for ever. */
TEST(twins_that_are_no_rings_are_refused) {
    static const uint32_t chains[][5] = {
        {1, 1, 2, 3, 4}, {4, 1, 2, 3, 4}, {4, 0, 2, 3, 1}, {1, 0, 1, 3, 4}, {1, 2, 1, 3, 4}};
    const char *path = test_scratch("graph");
    maille_network *n = town(), *back = NULL;
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
        memcpy(n->edge_twin, chains[i], sizeof chains[i]);
        CHECK_INT(maille_network_save(ctx, n, path, "key"), 0);
        CHECK_INT(maille_network_load(ctx, path, "key", &back), MAILLE_REFUSED);
        CHECK(back == NULL);
    }
    maille_network_free(n);
}

int main(void) {
    static const test_case cases[] = {
        CASE(what_is_saved_comes_back), CASE(every_flipped_bit_and_every_cut_is_seen),
        CASE(numbers_changed_under_a_good_checksum_are_refused_or_do_no_harm),
        CASE(twins_that_are_no_rings_are_refused)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
