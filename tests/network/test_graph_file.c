/* The graph file: what is saved comes back; what is damaged, of another key or no graph is refused.
 */
#include <maille/cachefile.h>
#include <maille/memory.h>
#include <maille/network.h>

#include "harness.h"

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

TEST(arrays_with_a_good_checksum_that_are_no_network_are_refused) {
    const char *path = test_scratch("made");
    const maille_cache_kind kind = {"MAILLEGR", 1};
    uint32_t junk[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    maille_cache_array arrays[16];
    maille_network *back;
    for (int i = 0; i < 16; i++)
        arrays[i] = (maille_cache_array){junk, sizeof junk};
    CHECK_INT(maille_cache_write(ctx, path, kind, "key", arrays, 16), 0);
    CHECK_INT(maille_network_load(ctx, path, "key", &back), MAILLE_REFUSED);
}

int main(void) {
    static const test_case cases[] = {
        CASE(what_is_saved_comes_back), CASE(every_flipped_bit_and_every_cut_is_seen),
        CASE(arrays_with_a_good_checksum_that_are_no_network_are_refused)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
