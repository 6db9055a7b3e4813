/* OpenStreetMap files: what tags mean to a car and to a foot, real extracts, and damaged files. */
#include <sys/resource.h>
#include <zlib.h>

#include <maille/memory.h>
#include <maille/network.h>

#include "harness.h"
#include "network/osm_tags.h"

static maille_ctx *ctx;
static network_profile *car, *foot;

/* Tags as "key=value key=value". */
static osm_way_use read_tags(const network_profile *profile, const char *text) {
    static char copy[512];
    osm_tag tags[16];
    size_t count = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *at = copy; *at && count < 16;) {
        char *value = strchr(at, '=');
        size_t length = strcspn(at, "|");
        while (at[length] == '|' && !strchr(at + length, '='))
            length += 1 + strcspn(at + length + 1, "|"); /* lanes part with it too */
        bool more = at[length] == '|';
        at[length] = '\0';
        *value = '\0';
        tags[count++] = (osm_tag){at, value + 1};
        at += length + more;
    }
    return osm_read_tags(profile, tags, count);
}

static void drives(const char *tags, double kmh, double back_kmh) {
    osm_way_use use = read_tags(car, tags);
    if (use.use != OSM_ROAD && use.use != OSM_FERRY)
        use.kmh = use.back_kmh = 0;
    if (fabs(use.kmh - kmh) > 1e-9 || fabs(use.back_kmh - back_kmh) > 1e-9)
        fprintf(stderr, "%s: %g and %g, expected %g and %g\n", tags, use.kmh, use.back_kmh, kmh,
                back_kmh);
    CHECK_NEAR(use.kmh, kmh, 1e-9);
    CHECK_NEAR(use.back_kmh, back_kmh, 1e-9);
}

TEST(a_car_goes_by_the_tags) {
    drives("highway=motorway", 130, 0);
    drives("highway=motorway|oneway=no", 130, 130);
    drives("highway=trunk|oneway=yes", 110, 0);
    drives("highway=secondary|oneway=-1|maxspeed=70", 0, 70);
    drives("highway=primary|maxspeed=50;30", 30, 30);
    drives("highway=primary|maxspeed=30 mph", 48.28032, 48.28032);
    drives("highway=primary|maxspeed=50 km/h", 50, 50);
    drives("highway=primary|maxspeed=FR:urban", 50, 50);
    drives("highway=primary|source:maxspeed=FR:rural", 80, 80);
    drives("highway=primary|maxspeed=signals|zone:maxspeed=FR:zone30", 30, 30);
    drives("highway=primary|maxspeed=70|maxspeed:backward=50", 70, 50);
    drives("highway=residential|maxspeed=fast", 50, 50);
    drives("highway=residential|junction=roundabout", 50, 0);
    drives("highway=residential|oneway=reversible", 0, 0);
    drives("highway=residential|access=private", 0, 0);
    drives("highway=residential|access=no|motor_vehicle=yes", 50, 50);
    drives("highway=residential|access=yes|motorcar=no", 0, 0);
    drives("highway=living_street|access=destination", 20, 20);
    drives("highway=footway", 0, 0);
    drives("highway=service|area=yes", 0, 0);
    drives("highway=service|service=parking_aisle", 5, 5);
    drives("highway=service|service=parking_aisle|maxspeed=10", 10, 10);
    drives("highway=secondary|zone:traffic=FR:urban", 50, 50);
    drives("highway=trunk|zone:traffic=FR:rural", 80, 80);
    drives("highway=secondary|zone:traffic=FR:urban|maxspeed=70", 70, 70);
    CHECK_INT(read_tags(car, "highway=footway").use, OSM_OTHER_MODE);
    CHECK_INT(read_tags(car, "building=yes").use, OSM_NO_HIGHWAY);
    CHECK_TEXT(read_tags(car, "highway=residential|maxspeed=fast").unknown_limit, "fast");
    osm_way_use ferry = read_tags(car, "route=ferry|duration=01:15");
    CHECK_INT(ferry.use, OSM_FERRY);
    CHECK_NEAR(ferry.duration_s, 4500, 0);
    CHECK_INT(read_tags(car, "route=ferry|motor_vehicle=no").use, OSM_NO_ACCESS);
}

TEST(limits_are_read_as_france_writes_them) {
    drives("highway=primary|maxspeed=10 knots", 18.52, 18.52);
    drives("highway=living_street|maxspeed=walk", 6, 6);
    drives("highway=motorway|maxspeed=none", 130, 0);
    drives("highway=primary|maxspeed=fr:URBAN", 50, 50);
    drives("highway=primary|source:maxspeed=FR:motorway|oneway=yes", 130, 0);
    drives("highway=primary|maxspeed=90|source:maxspeed=FR:rural", 90, 90);
    drives("highway=primary|maxspeed:type=FR:zone30", 30, 30);
    drives("highway=primary|zone:maxspeed=30", 30, 30);
    drives("highway=primary|maxspeed:forward=70|maxspeed:backward=50", 70, 50);
    drives("highway=primary|maxspeed:motorcar=60|maxspeed=80", 60, 60);
    drives("highway=motorway|maxspeed:lanes=110|110|90", 110, 0);
    drives("highway=motorway|maxspeed:lanes=||90", 90, 0);
    drives("highway=primary|maxspeed:hgv=60|maxspeed:advisory=40", 80, 80);
    /* two lanes in one's own direction, R413-2 */
    drives("highway=primary|maxspeed=FR:rural|lanes=3|lanes:forward=2|lanes:backward=1", 90, 80);
    drives("highway=primary|source:maxspeed=FR:rural|lanes=3", 80, 80);
    drives("highway=primary|source:maxspeed=FR:rural|lanes=4", 90, 90);
    drives("highway=primary|source:maxspeed=FR:rural|lanes=2|oneway=yes", 90, 0);
    drives("highway=primary|source:maxspeed=FR:urban|lanes=4", 50, 50);
    /* no separate carriageways where both directions share one */
    drives("highway=trunk", 80, 80);
    drives("highway=trunk|oneway=yes", 110, 0);
    drives("highway=trunk|maxspeed=110", 110, 110);
    CHECK(read_tags(car, "highway=primary|source:maxspeed=sign").unknown_limit == NULL);
    CHECK_TEXT(read_tags(car, "highway=primary|maxspeed=signals").unknown_limit, "signals");
}

TEST(directions_are_those_of_the_mode) {
    drives("highway=residential|oneway=yes|oneway:motor_vehicle=no", 50, 50);
    drives("highway=residential|oneway:motorcar=-1", 0, 50);
    drives("highway=residential|junction=circular", 50, 0);
    drives("highway=residential|junction=roundabout|oneway=-1", 0, 50);
    drives("highway=motorway_link", 45, 45);
    drives("highway=residential|oneway=alternating", 50, 50);
    drives("highway=residential|motor_vehicle:backward=no", 50, 0);
    drives("highway=residential|access:forward=no", 0, 50);
    CHECK_INT(read_tags(car, "highway=motorway|oneway=reversible").use, OSM_REVERSIBLE);
    osm_way_use stairs = read_tags(foot, "highway=steps|oneway:foot=yes");
    CHECK_NEAR(stairs.kmh, 5, 0);
    CHECK_NEAR(stairs.back_kmh, 0, 0);
}

TEST(access_is_that_of_the_mode) {
    drives("highway=residential|vehicle=no", 0, 0);
    drives("highway=residential|vehicle=no|motorcar=yes", 50, 50);
    drives("highway=residential|motor_vehicle=agricultural;forestry", 0, 0);
    drives("highway=residential|motor_vehicle=delivery;destination", 50, 50);
    drives("highway=residential|foot=no", 50, 50);
    drives("highway=track", 0, 0);
    drives("highway=track|access=yes", 0, 0);
    drives("highway=track|motor_vehicle=yes", 10, 10);
    drives("highway=track|motor_vehicle=destination", 0, 0);
    drives("highway=pedestrian", 0, 0);
    drives("highway=pedestrian|motor_vehicle=permissive", 10, 10);
    drives("highway=primary|surface=gravel|maxspeed=70", 40, 40);
    drives("highway=unclassified|tracktype=grade4", 25, 25);
    drives("highway=unclassified|smoothness=impassable", 0, 0);
    drives("highway=service|service=driveway", 5, 5);
    drives("highway=service|service=alley", 5, 5);
    CHECK_INT(read_tags(car, "highway=construction").use, OSM_NOT_BUILT);
    CHECK_INT(read_tags(car, "highway=proposed|motor_vehicle=yes").use, OSM_NOT_BUILT);
    CHECK_INT(read_tags(car, "highway=service|area=yes").use, OSM_AREA);
    CHECK(read_tags(car, "highway=residential|access=destination").destination);
    CHECK(!read_tags(car, "highway=residential|access=destination|motorcar=yes").destination);
    CHECK(
        read_tags(car, "highway=residential|motor_vehicle:conditional=no @ (8:00-9:00)").at_hours);
    CHECK(read_tags(car, "highway=residential|maxspeed:conditional=30 @ (Mo-Fr)").at_hours);
    CHECK(!read_tags(car, "highway=residential|foot:conditional=no @ (Su)").at_hours);
    CHECK(!read_tags(car, "highway=residential|hgv:conditional=no @ (Su)").at_hours);
}

static bool bars(const network_profile *profile, const char *key, const char *value,
                 const char *access) {
    const osm_tag tags[] = {{key, value}, {"access", access}, {"motor_vehicle", NULL}};
    return osm_read_point_tags(profile, tags, access ? 2 : 1) & OSM_BARRIER;
}

TEST(barriers_close_as_the_mode_says) {
    static const char *const open[] = {"gate", "lift_gate", "toll_booth", "kerb", "cattle_grid"};
    static const char *const closed[] = {"bollard", "block", "swing_gate", "jersey_barrier", "yes"};
    for (size_t i = 0; i < 5; i++) {
        CHECK(!bars(car, "barrier", open[i], NULL));
        CHECK(bars(car, "barrier", open[i], "private"));
        CHECK(bars(car, "barrier", closed[i], NULL));
        CHECK(!bars(car, "barrier", closed[i], "yes"));
    }
    CHECK(!bars(car, "highway", "crossing", "no"));
    CHECK(!bars(foot, "barrier", "bollard", NULL));
    CHECK(bars(foot, "barrier", "gate", "private"));
    CHECK(bars(foot, "barrier", "wall", NULL));
}

TEST(a_foot_goes_both_ways) {
    CHECK_INT(read_tags(foot, "highway=trunk|motorroad=yes").use, OSM_NO_ACCESS);
    CHECK_INT(read_tags(foot, "highway=trunk|motorroad=yes|foot=yes").use, OSM_ROAD);
    CHECK_INT(read_tags(foot, "highway=cycleway").use, OSM_OTHER_MODE);
    CHECK_INT(read_tags(foot, "highway=cycleway|foot=designated").use, OSM_ROAD);
    CHECK_INT(read_tags(foot, "highway=secondary|foot=use_sidepath").use, OSM_NO_ACCESS);
    CHECK_INT(read_tags(foot, "highway=pedestrian|area=yes").use, OSM_ROAD);
    CHECK_INT(read_tags(foot, "highway=residential|vehicle=no").use, OSM_ROAD);
    CHECK_INT(read_tags(foot, "highway=footway|footway=sidewalk").use, OSM_ROAD);
    CHECK_INT(read_tags(foot, "route=ferry|foot=no").use, OSM_NO_ACCESS);
    osm_way_use use = read_tags(foot, "highway=residential|oneway=yes|maxspeed=30");
    CHECK_NEAR(use.kmh, 5, 0);
    CHECK_NEAR(use.back_kmh, 5, 0);
    CHECK_INT(read_tags(foot, "highway=motorway").use, OSM_OTHER_MODE);
    CHECK_INT(read_tags(foot, "highway=steps|foot=no").use, OSM_NO_ACCESS);
}

TEST(durations_are_read_as_people_write_them) {
    CHECK_NEAR(osm_parse_duration("00:20"), 1200, 0);
    CHECK_NEAR(osm_parse_duration("1:30:15"), 5415, 0);
    CHECK_NEAR(osm_parse_duration("90"), 5400, 0);
    CHECK_NEAR(osm_parse_duration("PT1H30M"), 5400, 0);
    CHECK_NEAR(osm_parse_duration("PT2H"), 7200, 0);
    CHECK_NEAR(osm_parse_duration("PT45M"), 2700, 0);
    CHECK_NEAR(osm_parse_duration("soon"), 0, 0);
    CHECK_NEAR(osm_parse_duration("20 min"), 0, 0);
    CHECK_NEAR(osm_parse_duration(""), 0, 0);
    CHECK_NEAR(osm_parse_duration(NULL), 0, 0);
}

static maille_status read_osm(const char *path, int epsg, maille_network **out,
                              maille_network_report *report) {
    char profile[1024];
    snprintf(profile, sizeof profile, "%s", test_source("layers/rules/profiles/car.yaml"));
    maille_road_fields fields = {.profile = profile};
    maille_crs *crs;
    if (maille_crs_new(ctx, epsg, &crs))
        exit(1);
    maille_status status = maille_network_read(ctx, path, &fields, crs, out, report);
    maille_crs_free(crs);
    return status;
}

TEST(real_extracts_hold_together) {
    static const struct {
        const char *file;
        int epsg;
    } files[] = {{"osm/monaco.osm.pbf", 2154},
                 {"osm/andorra-latest.osm.pbf", 2154},
                 {"osm/liechtenstein-latest.osm.pbf", 32632},
                 {"osm/malta-latest.osm.pbf", 32633},
                 {"osm/paris_bss.osm.pbf", 2154},
                 {"osm/cathedral-no-left.osm.pbf", 32618}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        maille_network *n;
        maille_network_report r;
        maille_status status = read_osm(test_real(files[i].file), files[i].epsg, &n, &r);
        fprintf(stderr, "  %s: %s%u nodes, %u arcs, %.1f km, largest component %u\n", files[i].file,
                status ? maille_message(ctx) : "", n ? n->node_count : 0, n ? n->arc_count : 0,
                r.length_km, r.largest_component);
        if (status) {
            CHECK_INT(status, MAILLE_REFUSED);
            continue;
        }
        uint32_t *degree = maille_alloc(n->node_count, sizeof *degree);
        double km = 0;
        uint32_t apart = 0, shorter = 0, closed = 0, lonely = 0;
        for (uint32_t e = 0; e < n->edge_count; e++) {
            const maille_lines *lines = n->edge_lines;
            maille_xy a = lines->points[lines->start[e]],
                      b = lines->points[lines->start[e + 1] - 1];
            maille_xy from = n->node_xy[n->edge_from[e]], to = n->node_xy[n->edge_to[e]];
            apart += a.x != from.x || a.y != from.y || b.x != to.x || b.y != to.y;
            shorter += n->edge_length_m[e] < hypot(b.x - a.x, b.y - a.y) * 0.997 - 0.01;
            closed += n->edge_ms[e] == MAILLE_NO_ARC && n->edge_back_ms[e] == MAILLE_NO_ARC;
            degree[n->edge_from[e]]++;
            degree[n->edge_to[e]]++;
            km += n->edge_length_m[e] / 1000;
        }
        for (uint32_t v = 0; v < n->place_count; v++)
            lonely += degree[v] == 0;
        CHECK_INT(apart + shorter + closed + lonely, 0);
        /* less only where two one-way ways run the same points in opposite directions */
        CHECK(r.length_km <= km + 1e-6 && r.length_km > km * 0.9999);
        CHECK(r.largest_component * 2 > r.nodes);
        CHECK(r.no_highway > 0 && r.no_access > 0);
        maille_free(degree);
        maille_network_free(n);
    }
}

TEST(an_osm_file_wants_a_profile_and_its_name) {
    maille_road_fields none = {0};
    maille_network *n;
    maille_network_report r;
    maille_crs *crs;
    CHECK_INT(maille_crs_new(ctx, 2154, &crs), 0);
    CHECK_INT(maille_network_read(ctx, test_real("osm/monaco.osm.pbf"), &none, crs, &n, &r),
              MAILLE_USAGE);
    maille_crs_free(crs);
}

/* Reads `size` bytes as a file; only the outcome counts: no crash, and a network or a message. */
static maille_status read_bytes(const unsigned char *bytes, size_t size) {
    const char *path = test_scratch("broken.osm.pbf");
    FILE *file = fopen(path, "wb");
    maille_network *n;
    maille_network_report r;
    fwrite(bytes, size, 1, file);
    fclose(file);
    maille_status status = read_osm(path, 2154, &n, &r);
    CHECK((status == MAILLE_OK) == (n != NULL));
    CHECK(status == MAILLE_OK || maille_message(ctx)[0] != '\0');
    maille_network_free(n);
    return status;
}

TEST(a_damaged_file_is_an_error_and_no_crash) {
    static unsigned char bytes[1 << 20];
    FILE *file = fopen(test_real("osm/paris_bss.osm.pbf"), "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    CHECK(size > 10000 && size < sizeof bytes);
    for (size_t i = 0; i < 20; i++) /* a file cut anywhere but after its first header is refused */
        CHECK(read_bytes(bytes, size * i / 20) != MAILLE_OK);
    uint32_t seed = 7;
    for (size_t i = 0; i < 160; i++) {
        seed = seed * 1664525u + 1013904223u;
        size_t at = i < 80 ? i : (size_t)((uint64_t)seed * size >> 32);
        unsigned char was = bytes[at];
        bytes[at] ^= (unsigned char)(1u << (seed >> 7) % 8);
        read_bytes(bytes, size);
        bytes[at] = was;
    }
    CHECK_INT(read_bytes(bytes, size), MAILLE_OK);
}

/* ---- files made by hand ---- */

typedef struct {
    unsigned char bytes[1 << 17];
    size_t count;
} bytes;

static void add(bytes *b, const void *data, size_t count) {
    CHECK(b->count + count <= sizeof b->bytes);
    memcpy(b->bytes + b->count, data, count);
    b->count += count;
}

static void add_varint(bytes *b, uint64_t value) {
    for (; value > 127; value >>= 7)
        add(b, &(unsigned char){(unsigned char)(value | 0x80)}, 1);
    add(b, &(unsigned char){(unsigned char)value}, 1);
}

static void add_number(bytes *b, unsigned field, uint64_t value) {
    add_varint(b, field << 3);
    add_varint(b, value);
}

static void add_bytes(bytes *b, unsigned field, const void *data, size_t count) {
    add_varint(b, field << 3 | 2);
    add_varint(b, count);
    add(b, data, count);
}

static void add_piece(bytes *file, const char *type, const bytes *blob) {
    static bytes header;
    header.count = 0;
    add_bytes(&header, 1, type, strlen(type));
    add_number(&header, 3, blob->count);
    unsigned char length[4] = {0, 0, (unsigned char)(header.count >> 8),
                               (unsigned char)header.count};
    add(file, length, sizeof length);
    add(file, header.bytes, header.count);
    add(file, blob->bytes, blob->count);
}

/* A file with one block: as it is (size 0), or packed with the size that it claims. */
static const char *file_of(const void *block, size_t count, uint64_t size) {
    static bytes file, blob, features;
    file.count = blob.count = features.count = 0;
    add_bytes(&features, 4, "OsmSchema-V0.6", 14);
    add_bytes(&blob, 1, features.bytes, features.count);
    add_piece(&file, "OSMHeader", &blob);
    blob.count = 0;
    if (size) {
        uLongf packed = compressBound((uLong)count);
        unsigned char *room = maille_alloc(packed, 1);
        CHECK_INT(compress(room, &packed, block, (uLong)count), Z_OK);
        add_number(&blob, 2, size);
        add_bytes(&blob, 3, room, packed);
        maille_free(room);
    } else {
        add_bytes(&blob, 1, block, count);
    }
    add_piece(&file, "OSMData", &blob);
    const char *path = test_scratch("made.osm.pbf");
    FILE *out = fopen(path, "wb");
    fwrite(file.bytes, file.count, 1, out);
    fclose(out);
    return path;
}

/* Reads it: an error that says where the damage is, or that no road was in it. */
static void is_refused(const char *path, const char *words) {
    maille_network *n;
    maille_network_report r;
    CHECK_INT(read_osm(path, 2154, &n, &r), MAILLE_REFUSED);
    if (!strstr(maille_message(ctx), words))
        fprintf(stderr, "%s\n", maille_message(ctx));
    CHECK(strstr(maille_message(ctx), words) != NULL);
}

TEST(a_bomb_is_an_error_and_no_gigabyte) {
    enum { LARGE = 31 << 20 };
    unsigned char *zeros = maille_alloc(LARGE, 1);
    is_refused(file_of("x", 1, INT32_MAX), "damaged");
    is_refused(file_of("x", 1, UINT64_C(1) << 40), "damaged");
    is_refused(file_of(zeros, LARGE, LARGE), "damaged"); /* a thousand times smaller when packed */
    is_refused(file_of(zeros, LARGE, 100), "damaged");   /* larger than it claims */
    is_refused(file_of(zeros, 100, 200), "damaged");     /* and smaller */
    maille_free(zeros);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
#ifndef __SANITIZE_ADDRESS__
    CHECK(used.ru_maxrss < 400 << 10); /* KiB */
#endif
}

/* A block with a table of two texts, and a group. */
static const char *file_with_group(unsigned kind, const bytes *element) {
    static bytes texts, group, block;
    texts.count = group.count = block.count = 0;
    add_bytes(&texts, 1, "", 0);
    add_bytes(&texts, 1, "highway", 7);
    add_bytes(&group, kind, element->bytes, element->count);
    add_bytes(&block, 1, texts.bytes, texts.count);
    add_bytes(&block, 2, group.bytes, group.count);
    return file_of(block.bytes, block.count, 0);
}

TEST(numbers_that_lead_out_of_the_file_are_errors) {
    enum { DENSE = 2, WAY = 3, RELATION = 4 };
    static bytes element, refs;
    element.count = 0; /* a tag whose texts are not in the table */
    add_bytes(&element, 2, "\x01", 1);
    add_bytes(&element, 3, "\x7F", 1);
    is_refused(file_with_group(WAY, &element), "damaged");
    element.count = 0; /* a key without a value */
    add_bytes(&element, 2, "\x01\x01", 2);
    add_bytes(&element, 3, "\x01", 1);
    is_refused(file_with_group(WAY, &element), "damaged");
    element.count = 0; /* more members than roles */
    add_bytes(&element, 8, "\x01", 1);
    add_bytes(&element, 9, "\x02\x02", 2);
    add_bytes(&element, 10, "\x01\x01", 2);
    is_refused(file_with_group(RELATION, &element), "damaged");
    element.count = 0; /* an id whose number never ends */
    add_bytes(&element, 8, "\xFF\xFF", 2);
    is_refused(file_with_group(WAY, &element), "damaged");
    element.count = 0; /* more points than a way has */
    refs.count = 100000;
    memset(refs.bytes, 2, refs.count);
    add_bytes(&element, 8, refs.bytes, refs.count);
    is_refused(file_with_group(WAY, &element), "damaged");
    element.count = 0; /* no road */
    is_refused(file_with_group(WAY, &element), "no road was left");
}

static void add_texts(bytes *table, const char *const *texts) {
    for (; *texts; texts++)
        add_bytes(table, 1, *texts, strlen(*texts));
}

/* Ways 1 (points 1, 2), 2 (points 2, 3) and 3 (points 2, 4), all residential; a relation with the
 * kind of restriction, from way 1 by point 2 to way 3. Texts by their numbers in the table. */
static const char *crossing_with(const char *key, const char *kind, const char *except) {
    const char *const texts[] = {"",       "highway", "residential", "type", "restriction",
                                 "from",   "via",     "to",          key,    kind,
                                 "except", except,    NULL};
    static bytes table, group, block, element;
    table.count = group.count = block.count = 0;
    add_texts(&table, texts);
    element.count = 0; /* points 1 to 4, 2 in the middle: zigzag differences, 1e-7 degrees */
    add_bytes(&element, 1, "\x02\x02\x02\x02", 4);
    add_bytes(&element, 8, "\x00\x00\x00\xD0\x0F", 5);
    add_bytes(&element, 9, "\x00\xD0\x0F\xD0\x0F\xCF\x0F", 7);
    add_bytes(&group, 2, element.bytes, element.count);
    for (unsigned way = 1; way <= 3; way++) {
        static const char *const refs[] = {"\x02\x02", "\x04\x02", "\x04\x04"};
        element.count = 0;
        add_number(&element, 1, way);
        add_bytes(&element, 2, "\x01", 1);
        add_bytes(&element, 3, "\x02", 1);
        add_bytes(&element, 8, refs[way - 1], 2);
        add_bytes(&group, 3, element.bytes, element.count);
    }
    element.count = 0;
    add_number(&element, 1, 9);
    add_bytes(&element, 2, "\x03\x08\x0A", 3);
    add_bytes(&element, 3, "\x04\x09\x0B", 3);
    add_bytes(&element, 8, "\x05\x06\x07", 3);
    add_bytes(&element, 9, "\x02\x02\x02", 3); /* way 1, point 2, way 3 */
    add_bytes(&element, 10, "\x01\x00\x01", 3);
    add_bytes(&group, 4, element.bytes, element.count);
    add_bytes(&block, 1, table.bytes, table.count);
    add_bytes(&block, 2, group.bytes, group.count);
    return file_of(block.bytes, block.count, block.count);
}

/* Arcs that leave the copy of the middle, as way 1 comes to it; -1 where there is no copy. */
static int ways_on(const char *key, const char *kind, const char *except,
                   maille_network_report *r) {
    maille_network *n;
    CHECK_INT(read_osm(crossing_with(key, kind, except), 32631, &n, r), MAILLE_OK);
    CHECK_INT(n->edge_count, 3);
    CHECK_INT(n->place_count, 4);
    int ways = n->node_count == 5 ? (int)(n->first_out[5] - n->first_out[4]) : -1;
    CHECK(ways < 0 || maille_network_arrival(n, 0, false) == 4);
    maille_network_free(n);
    return ways;
}

TEST(restrictions_are_read_as_they_are_meant) {
    maille_network_report r;
    CHECK_INT(ways_on("restriction", "no_left_turn", "bicycle", &r), 2); /* straight on, back */
    CHECK_INT(r.restrictions, 1);
    CHECK_INT(ways_on("restriction", "only_left_turn", "bicycle", &r), 1);
    CHECK_INT(ways_on("restriction:motorcar", "no_left_turn", "", &r), 2);
    CHECK_INT(ways_on("restriction", "no_left_turn", "psv;motorcar", &r), -1);
    CHECK_INT(r.restrictions_not_ours, 1);
    CHECK_INT(ways_on("restriction:hgv", "no_left_turn", "", &r), -1);
    CHECK_INT(r.restrictions_not_ours, 1);
    CHECK_INT(ways_on("restriction:conditional", "no_left_turn @ (07:00-09:00)", "", &r), -1);
    CHECK_INT(r.restrictions_at_hours, 1);
    CHECK_INT(ways_on("restriction", "give_way", "", &r), -1);
    CHECK_INT(r.restrictions_unfit, 1);
}

TEST(every_restriction_of_a_real_file_is_counted) {
    maille_network *n;
    maille_network_report r;
    CHECK_INT(read_osm(test_real("osm/cathedral-no-left.osm.pbf"), 32618, &n, &r), MAILLE_OK);
    CHECK_INT(r.restrictions + r.restrictions_at_hours + r.restrictions_not_ours +
                  r.restrictions_unfit,
              158);
    CHECK(r.restrictions > 100 && n->node_count > n->place_count);
    maille_network_free(n);
}

int main(void) {
    static const test_case cases[] = {CASE(a_car_goes_by_the_tags),
                                      CASE(limits_are_read_as_france_writes_them),
                                      CASE(directions_are_those_of_the_mode),
                                      CASE(access_is_that_of_the_mode),
                                      CASE(barriers_close_as_the_mode_says),
                                      CASE(a_foot_goes_both_ways),
                                      CASE(durations_are_read_as_people_write_them),
                                      CASE(real_extracts_hold_together),
                                      CASE(an_osm_file_wants_a_profile_and_its_name),
                                      CASE(a_damaged_file_is_an_error_and_no_crash),
                                      CASE(a_bomb_is_an_error_and_no_gigabyte),
                                      CASE(numbers_that_lead_out_of_the_file_are_errors),
                                      CASE(restrictions_are_read_as_they_are_meant),
                                      CASE(every_restriction_of_a_real_file_is_counted)};
    if (maille_ctx_new(&ctx) ||
        network_profile_read(ctx, test_source("layers/rules/profiles/car.yaml"), &car) ||
        network_profile_read(ctx, test_source("layers/rules/profiles/foot.yaml"), &foot)) {
        fprintf(stderr, "%s\n", maille_message(ctx));
        return 1;
    }
    int result = test_main(cases, sizeof cases / sizeof *cases);
    network_profile_free(car);
    network_profile_free(foot);
    maille_ctx_free(ctx);
    return result;
}
