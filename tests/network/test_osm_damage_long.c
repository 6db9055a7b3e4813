/* Damaged OpenStreetMap files, whole and made by hand: cut at every border of a block and anywhere,
 * with bits that are wrong. Each is one error that names the file, or a network; soon, in little
 * memory. */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <maille/memory.h>
#include <maille/network.h>

#include "harness.h"
#include "network/osm_made.h"
#include "network/osm_pbf.h"

enum { MOST_BYTES = 4 << 20, FLIPS = 4000, CUTS = 150, MOST_MIB = 200 };

static maille_ctx *ctx;
static maille_crs *crs;
static char profile[1024];
static unsigned char bytes[MOST_BYTES];
static uint64_t seed = 3;
static double slowest;

static uint32_t draw(uint32_t bound) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % bound);
}

static size_t load(const char *path) {
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (!file || size == sizeof bytes)
        exit(1);
    fclose(file);
    return size;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Whether it was read; else it is refused by name. */
static size_t is_read(size_t size) {
    const char *path = test_scratch("damaged.osm.pbf");
    maille_road_fields fields = {.profile = profile};
    maille_network_report report;
    maille_network *n = NULL;
    FILE *file = fopen(path, "wb");
    if (!file || (size && fwrite(bytes, size, 1, file) != 1))
        exit(1);
    fclose(file);
    double start = now();
    maille_status status = maille_network_read(ctx, path, &fields, crs, &n, &report);
    slowest = now() - start > slowest ? now() - start : slowest;
    CHECK((status == MAILLE_OK) == (n != NULL));
    CHECK(status == MAILLE_OK || strstr(maille_message(ctx), path));
    CHECK(status == MAILLE_OK || !strchr(maille_message(ctx), '\n'));
    maille_network_free(n);
    return status == MAILLE_OK;
}

/* Where the pieces of a file end. */
static size_t next_border(size_t at) {
    size_t header = (size_t)bytes[at + 2] << 8 | bytes[at + 3], size = 0, i = at + 4;
    while (i < at + 4 + header) {
        unsigned key = bytes[i++];
        size_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            value |= (size_t)(bytes[i] & 127) << shift;
            if (bytes[i++] < 128)
                break;
        }
        size = key == (3 << 3) ? value : size;
        i += key % 8 == 2 ? value : 0;
    }
    return at + 4 + header + size;
}

static const char *const files[] = {"osm/paris_bss.osm.pbf", "osm/fiji-ferry.osm.pbf",
                                    "osm/cathedral-no-left.osm.pbf", "osm/monaco.osm.pbf"};

TEST(files_cut_at_any_place) {
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        size_t size = load(test_real(files[f])), pieces = 0, whole = 0, cut = 0;
        for (size_t at = 0; at < size; at = next_border(at), pieces++) {
            whole += is_read(at); /* fewer blocks: fewer roads, or none */
            cut += at && is_read(at - 1);
            for (size_t more = 1; more <= 5; more++)
                cut += is_read(at + more);
        }
        CHECK(pieces > 1 && whole < pieces);
        for (int i = 0; i < CUTS; i++)
            cut += is_read(draw((uint32_t)size));
        CHECK_INT(cut, 0);
        CHECK(is_read(size));
    }
}

/* One to four bits of the file, thousands of times. */
static void flip_bits(size_t size, uint32_t times) {
    size_t read = 0;
    for (uint32_t i = 0; i < times; i++) {
        size_t at[4];
        unsigned char was[4];
        uint32_t count = 1 + draw(4);
        for (uint32_t k = 0; k < count; k++) {
            at[k] = draw((uint32_t)size);
            was[k] = bytes[at[k]];
            bytes[at[k]] ^= (unsigned char)(1u << draw(8));
        }
        read += is_read(size);
        for (uint32_t k = count; k-- > 0;)
            bytes[at[k]] = was[k];
    }
    fprintf(stderr, "  %zu of %u files with wrong bits were read\n", read, times);
    CHECK(read < times);
}

TEST(real_files_with_wrong_bits) {
    for (size_t f = 0; f < 2; f++) {
        size_t size = load(test_real(files[f]));
        flip_bits(size, FLIPS / 4);
        CHECK(is_read(size));
    }
}

/* Blocks that are not packed have no sum that tells of wrong bits: all of them come to the reader.
 */
TEST(plain_files_with_wrong_bits) {
    for (int dense = 0; dense < 2; dense++) {
        made_bytes file = {0};
        made_town(&file, 4, dense, false);
        if (file.count > sizeof bytes)
            exit(1);
        memcpy(bytes, file.items, file.count);
        CHECK(is_read(file.count));
        flip_bits(file.count, FLIPS);
        made_clear(&file);
    }
}

static bool touch(void *user, const osm_tag *tags, size_t count) {
    size_t *sum = user;
    for (size_t i = 0; i < count; i++)
        *sum += strlen(tags[i].key) + strlen(tags[i].value);
    return true;
}

static bool touch_node(void *user, const osm_node *node) {
    return touch(user, node->tags, node->tag_count);
}

static bool touch_way(void *user, const osm_line *way) {
    return touch(user, way->tags, way->tag_count);
}

static bool touch_relation(void *user, const osm_relation *relation) {
    for (size_t i = 0; i < relation->member_count; i++)
        *(size_t *)user += strlen(relation->members[i].role);
    return touch(user, relation->tags, relation->tag_count);
}

TEST(every_bit_of_a_file) {
    made_bytes file = {0};
    size_t sum = 0, refused = 0;
    const osm_visitor visitor = {&sum, touch_node, touch_way, touch_relation};
    const char *path = test_scratch("bits.osm.pbf");
    made_town(&file, 4, true, false);
    for (size_t bit = 0; bit < 8 * file.count; bit++) {
        FILE *out = fopen(path, bit ? "r+b" : "wb");
        file.items[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (!out || fwrite(file.items, file.count, 1, out) != 1)
            exit(1);
        fclose(out);
        file.items[bit / 8] ^= (unsigned char)(1u << bit % 8);
        maille_status status = osm_pbf_read(ctx, path, &visitor);
        CHECK(status == MAILLE_OK ||
              (status == MAILLE_REFUSED && strstr(maille_message(ctx), path)));
        refused += status != MAILLE_OK;
    }
    CHECK(refused > file.count && refused < 8 * file.count && sum > 0);
    made_clear(&file);
}

TEST(nothing_took_long_or_much) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    fprintf(stderr, "  the slowest took %.2f s, all of them %ld MiB\n", slowest,
            used.ru_maxrss / 1024);
#ifndef __SANITIZE_ADDRESS__
    CHECK(used.ru_maxrss / 1024 <= MOST_MIB);
    CHECK(slowest < 5);
#endif
}

int main(void) {
    static const test_case cases[] = {CASE(files_cut_at_any_place),
                                      CASE(real_files_with_wrong_bits),
                                      CASE(plain_files_with_wrong_bits), CASE(every_bit_of_a_file),
                                      CASE(nothing_took_long_or_much)};
    snprintf(profile, sizeof profile, "%s", test_source("layers/rules/profiles/car-peak.yaml"));
    if (maille_ctx_new(&ctx) || maille_crs_new(ctx, 3857, &crs))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_crs_free(crs);
    maille_ctx_free(ctx);
    return result;
}
