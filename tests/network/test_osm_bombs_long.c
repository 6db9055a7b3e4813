/* OpenStreetMap files that were made to fill the memory or to take for ever. Each is read by a
 * process of its own, which tells what it took. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <maille/network.h>

#include "harness.h"
#include "network/osm_made.h"

enum { MOST_MIB = 200, MOST_SECONDS = 10, MIB = 1 << 20 };

/* ---- the other process ---- */

static int read_and_tell(const char *path, const char *profile) {
    maille_ctx *ctx = NULL;
    maille_crs *crs = NULL;
    maille_network *n = NULL;
    maille_network_report report;
    maille_road_fields fields = {.profile = profile};
    struct rusage before, used;
    if (maille_ctx_new(&ctx) || maille_crs_new(ctx, 32631, &crs))
        return 3;
    getrusage(RUSAGE_SELF, &before);
    maille_status status = maille_network_read(ctx, path, &fields, crs, &n, &report);
    getrusage(RUSAGE_SELF, &used);
    printf("%ld %.3f %d %s\n", used.ru_maxrss / 1024,
           (double)(used.ru_utime.tv_sec - before.ru_utime.tv_sec) +
               1e-6 * (double)(used.ru_utime.tv_usec - before.ru_utime.tv_usec),
           status, status ? maille_message(ctx) : "");
    maille_network_free(n);
    maille_crs_free(crs);
    maille_ctx_free(ctx);
    return 0;
}

typedef struct {
    long mib;
    double seconds;
    int status;
    char message[1000];
} outcome;

static outcome read_apart(const char *path, const char *profile) {
    outcome o = {-1, 0, -1, ""};
    char own[1024], line[1200] = "";
    int pipe_ends[2], status;
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length < 0 || pipe(pipe_ends) != 0)
        exit(1);
    own[length] = '\0';
    pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], STDOUT_FILENO);
        alarm(60);
        execl(own, own, path, profile, (char *)NULL);
        _exit(4);
    }
    close(pipe_ends[1]);
    FILE *told = fdopen(pipe_ends[0], "r");
    if (child < 0 || !told)
        exit(1);
    if (!fgets(line, sizeof line, told) ||
        sscanf(line, "%ld %lf %d %999[^\n]", &o.mib, &o.seconds, &o.status, o.message) < 3)
        o.mib = -1;
    fclose(told);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return o;
}

/* One error that names the file, or a network; little memory, soon. */
static void survives(const char *what, const made_bytes *file, const char *words) {
    char path[1024], profile[1024];
    snprintf(path, sizeof path, "%s", test_scratch("bomb.osm.pbf"));
    snprintf(profile, sizeof profile, "%s", test_source("layers/rules/profiles/car-peak.yaml"));
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(file->items, file->count, 1, out) != 1)
        exit(1);
    fclose(out);
    outcome o = read_apart(path, profile);
    fprintf(stderr, "  %s: %zu KiB of file, %ld MiB, %.2f s, %s\n", what, file->count / 1024, o.mib,
            o.seconds, o.status ? o.message : "read");
    CHECK(o.status == MAILLE_OK || o.status == MAILLE_REFUSED);
    CHECK(o.status == MAILLE_OK || strstr(o.message, path) != NULL);
    CHECK(!words || strstr(o.message, words) != NULL);
#ifndef __SANITIZE_ADDRESS__
    CHECK(o.mib > 0 && o.mib <= MOST_MIB);
    CHECK(o.seconds <= MOST_SECONDS);
#endif
}

/* ---- bombs ---- */

/* A block that packs far better than real ones do, and does not look so: what does not shrink at
 * all lies beside it, in a field that nobody knows. */
static void add_padded(made_bytes *file, const made_bytes *block) {
    made_bytes padded = {0};
    size_t least = block->count / 50;
    unsigned char *noise = malloc(least + 1);
    uint64_t seed = 1;
    if (!noise)
        exit(1);
    for (size_t i = 0; i < least; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        noise[i] = (unsigned char)(seed >> 56);
    }
    made_add(&padded, block->items, block->count);
    made_field(&padded, 99, noise, least);
    made_blob(file, "OSMData", &padded, true, padded.count);
    made_clear(&padded);
    free(noise);
}

static void repeat(made_bytes *b, const void *data, size_t size, size_t times) {
    while (times-- > 0)
        made_add(b, data, size);
}

/* A block with the texts "", "highway", "residential", "type", "restriction", "no_u_turn", "from",
 * "via", "to", and a group of what there is. */
static void add_group(made_bytes *file, made_bytes *group) {
    static const char *const texts[] = {
        "", "highway", "residential", "type", "restriction", "no_u_turn", "from", "via", "to"};
    made_bytes table = {0}, block = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        made_field(&table, 1, texts[i], strlen(texts[i]));
    made_take(&block, 1, &table);
    made_take(&block, 2, group);
    add_padded(file, &block);
    made_clear(&table);
    made_clear(&block);
}

/* A residential road by so many points, each so many numbers further. */
static void add_road(made_bytes *group, uint64_t id, int64_t first, int64_t step, size_t count) {
    made_bytes way = {0}, refs = {0}, one = {0};
    made_number(&way, 1, id);
    made_field(&way, 2, "\x01", 1);
    made_field(&way, 3, "\x02", 1);
    made_signed(&refs, first);
    made_signed(&one, step);
    repeat(&refs, one.items, one.count, count - 1);
    made_take(&way, 8, &refs);
    made_take(group, 3, &way);
    made_clear(&way);
    made_clear(&refs);
    made_clear(&one);
}

TEST(tables_of_countless_texts) {
    made_bytes file = {0}, table = {0}, block = {0};
    made_begin(&file);
    repeat(&table, "\x0A\x00", 2, 15 << 20);
    made_take(&block, 1, &table);
    add_padded(&file, &block);
    survives("15 million empty texts", &file, "damaged");
    made_clear(&file);
    made_clear(&table);
    made_clear(&block);
}

TEST(elements_of_countless_tags_and_members) {
    made_bytes file = {0}, element = {0}, part = {0}, group = {0};
    made_begin(&file);
    repeat(&part, "\x01", 1, 15 << 20);
    made_add(&element, "", 0);
    made_field(&element, 2, part.items, part.count);
    made_take(&element, 3, &part);
    made_take(&group, 3, &element);
    add_group(&file, &group);
    survives("a way of 15 million tags", &file, "damaged");
    file.count = 0;
    made_begin(&file);
    for (unsigned field = 8; field <= 10; field++) {
        repeat(&part, field == 9 ? "\x02" : "\x01", 1, 10 << 20);
        made_take(&element, field, &part);
    }
    made_take(&group, 4, &element);
    add_group(&file, &group);
    survives("a relation of 10 million members", &file, "damaged");
    made_clear(&file);
    made_clear(&element);
    made_clear(&part);
    made_clear(&group);
}

TEST(roads_without_end) {
    made_bytes file = {0}, group = {0};
    made_begin(&file);
    for (uint64_t id = 1; id <= 1900; id++)
        add_road(&group, id, (int64_t)id << 20, 1, 16384);
    add_group(&file, &group);
    survives("31 million points of roads", &file, "damaged");
    file.count = 0;
    made_begin(&file);
    for (uint64_t id = 1; id <= 100000; id++)
        add_road(&group, id, (int64_t)id * 2, 1, 2);
    add_group(&file, &group);
    survives("100,000 roads", &file, NULL);
    made_clear(&file);
    made_clear(&group);
}

/* A zigzag over few points, so that each step is an edge, and a restriction that asks for its
 * places again and again. */
static void add_places(made_bytes *file, size_t count) {
    made_bytes ids = {0}, at = {0}, dense = {0}, group = {0};
    repeat(&ids, "\x02", 1, count);
    repeat(&at, "\xC8\x01", 2, count);
    made_field(&dense, 1, ids.items, ids.count);
    made_field(&dense, 8, at.items, at.count);
    made_field(&dense, 9, at.items, at.count);
    made_take(&group, 2, &dense);
    add_group(file, &group);
    made_clear(&ids);
    made_clear(&at);
    made_clear(&dense);
    made_clear(&group);
}

/* From way 1 by way 2 to way 3. */
static void add_restrictions(made_bytes *group, size_t count) {
    made_bytes relation = {0};
    made_field(&relation, 2, "\x03\x04", 2);
    made_field(&relation, 3, "\x04\x05", 2);
    made_field(&relation, 8, "\x06\x07\x08", 3);
    made_field(&relation, 9, "\x02\x02\x02", 3);
    made_field(&relation, 10, "\x01\x01\x01", 3);
    for (size_t i = 0; i < count; i++)
        made_field(group, 4, relation.items, relation.count);
    made_clear(&relation);
}

TEST(restrictions_that_ask_for_the_same_again_and_again) {
    enum { LONG = 16000 };
    made_bytes file = {0}, group = {0};
    made_begin(&file);
    add_places(&file, LONG);
    for (uint64_t id = 1; id <= 3; id++)
        add_road(&group, id, 1, 1, LONG);
    add_restrictions(&group, 2000);
    add_group(&file, &group);
    survives("2,000 restrictions on roads of 16,000 stretches", &file, NULL);
    made_clear(&file);
    made_clear(&group);
}

/* A star of roads that all begin at one point, and a restriction for each. */
TEST(places_where_countless_roads_meet) {
    enum { ROADS = 20000 };
    made_bytes file = {0}, group = {0};
    made_begin(&file);
    add_places(&file, 2 * ROADS);
    for (uint64_t id = 1; id <= ROADS; id++)
        add_road(&group, id, 1, (int64_t)id, 2);
    add_group(&file, &group);
    survives("20,000 roads from one point", &file, "turns");
    made_clear(&file);
    made_clear(&group);
}

TEST(blobs_of_zeros) {
    made_bytes file = {0}, block = {0};
    repeat(&block, "\0\0\0\0\0\0\0\0", 8, 31 * MIB / 8);
    made_begin(&file);
    made_blob(&file, "OSMData", &block, true, block.count);
    survives("31 MB in 30 KB", &file, "damaged");
    file.count = 0;
    made_begin(&file);
    made_blob(&file, "OSMData", &block, true, UINT64_C(1) << 40);
    survives("a terabyte claimed", &file, "damaged");
    file.count = 0;
    made_begin(&file);
    for (int i = 0; i < 30; i++)
        add_padded(&file, &block);
    survives("a gigabyte in thirty blobs", &file, "damaged");
    made_clear(&file);
    made_clear(&block);
}

/* Messages within messages, as deep as they fit: none is entered but those of the format. */
TEST(messages_within_messages) {
    made_bytes file = {0}, content = {0};
    for (int depth = 0; depth < 3000; depth++) {
        made_bytes inner = content;
        content = (made_bytes){0};
        made_take(&content, 2, &inner);
        made_clear(&inner);
    }
    made_begin(&file);
    made_blob(&file, "OSMData", &content, true, content.count);
    survives("3,000 deep", &file, NULL);
    made_clear(&file);
    made_clear(&content);
}

int main(int count, char **arguments) {
    static const test_case cases[] = {
        CASE(tables_of_countless_texts),
        CASE(elements_of_countless_tags_and_members),
        CASE(roads_without_end),
        CASE(restrictions_that_ask_for_the_same_again_and_again),
        CASE(places_where_countless_roads_meet),
        CASE(blobs_of_zeros),
        CASE(messages_within_messages),
    };
    if (count == 3)
        return read_and_tell(arguments[1], arguments[2]);
    return test_main(cases, sizeof cases / sizeof *cases);
}
