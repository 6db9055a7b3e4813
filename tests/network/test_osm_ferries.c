/* Ferries told by ways and by relations, in a file made by hand. */
#include <maille/memory.h>
#include <maille/network.h>

#include "harness.h"
#include "osm_made.h"

static maille_ctx *ctx;
static maille_crs *crs;

/* Points 1, 2, … a kilometre or so apart, in a row; each way joins two neighbours. */
static const char *write_harbour(void) {
    static const struct {
        uint64_t id;
        const char *tags;
    } ways[] = {{10, "highway=residential"},
                {20, "route=ferry"}, /* with 21 half an hour, by relation 1 */
                {21, "route=ferry"},
                {22, ""},                        /* ten minutes, by relation 2 alone */
                {23, "route=ferry"},             /* not for motor vehicles, by relation 3 */
                {24, "route=ferry|duration=20"}, /* which its relation 4 does not change */
                {25, "route=ferry"},
                {26, "route=ferry|motor_vehicle=yes"}, /* whatever relation 3 says */
                {27, ""}};                             /* of a bus */
    made_bytes file = {0};
    made_block b = {0};
    made_begin(&file);
    for (int64_t id = 1; id <= 10; id++)
        made_node(&b, id, 30000000 + id * 100000 + id * id * 7000, 430000000, "");
    made_end(&file, &b, true);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        made_way(&b, ways[i].id, (int64_t[]){(int64_t)i + 1, (int64_t)i + 2}, 2, ways[i].tags);
    made_end(&file, &b, true);
    made_relation(&b, 1, ":w20|:w21|:n3", "type=route|route=ferry|duration=00:30");
    made_relation(&b, 2, ":w22", "type=route|route=ferry|duration=PT10M");
    made_relation(&b, 3, ":w23|:w26|:w99", "type=route|route=ferry|motor_vehicle=no");
    made_relation(&b, 4, ":w24|:w25", "type=route|route=ferry|duration=60");
    made_relation(&b, 5, ":w27", "type=route|route=bus");
    made_end(&file, &b, true);
    const char *path = test_scratch("harbour.osm.pbf");
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(file.items, file.count, 1, out) != 1 || fclose(out) != 0)
        exit(1);
    made_clear(&file);
    return path;
}

static maille_network *read_harbour(const char *profile, maille_network_report *report) {
    maille_road_fields fields = {.profile = test_source(profile)};
    maille_network *n = NULL;
    maille_status status = maille_network_read(ctx, write_harbour(), &fields, crs, &n, report);
    if (status)
        fprintf(stderr, "%s\n", maille_message(ctx));
    CHECK_INT(status, MAILLE_OK);
    return n;
}

/* Milliseconds of the edge that begins so many stretches along the row. */
static uint32_t at(const maille_network *n, int stretch) {
    double east = 3 + (stretch + 1) * 0.01 + (stretch + 1) * (stretch + 1) * 0.0007;
    maille_lonlat place = {east, 43};
    maille_xy xy;
    CHECK_INT(maille_crs_project(ctx, crs, &place, &xy, 1, NULL), MAILLE_OK);
    for (uint32_t e = 0; e < n->edge_count; e++)
        if (hypot(n->node_xy[n->edge_from[e]].x - xy.x, n->node_xy[n->edge_from[e]].y - xy.y) < 1) {
            CHECK_INT(n->edge_ms[e], n->edge_back_ms[e]);
            return n->edge_ms[e];
        }
    return MAILLE_UNREACHED;
}

static uint32_t at_5_kmh(int stretch) {
    double metres =
        (0.01 + ((stretch + 2) * (stretch + 2) - (stretch + 1) * (stretch + 1)) * 0.0007) *
        81541; /* of a degree at 43° on the ellipsoid */
    return maille_arc_ms(metres, 5);
}

TEST(durations_and_access_of_relations) {
    maille_network_report r;
    maille_network *n = read_harbour("layers/rules/profiles/car.yaml", &r);
    CHECK_INT(r.lines_read, 9);
    CHECK_INT(r.edges, 7);
    CHECK_INT(r.ferries, 6);
    CHECK_INT(r.ferries_untimed, 2); /* 25 and 26 */
    CHECK_INT(r.no_access, 1);       /* 23 */
    CHECK_INT(r.no_highway, 1);      /* 27 */
    CHECK(llabs((long long)at(n, 1) + at(n, 2) - 1800000) <= 1);
    CHECK(at(n, 2) > at(n, 1)); /* the longer way has more of it */
    CHECK_INT(at(n, 3), 600000);
    CHECK_INT(at(n, 4), MAILLE_UNREACHED);
    CHECK_INT(at(n, 5), 1200000);
    for (int stretch = 6; stretch <= 7; stretch++)
        CHECK_NEAR(at(n, stretch), at_5_kmh(stretch), at_5_kmh(stretch) * 1e-3);
    maille_network_free(n);
}

TEST(a_foot_takes_the_boat_that_cars_may_not) {
    maille_network_report r;
    maille_network *n = read_harbour("layers/rules/profiles/foot.yaml", &r);
    CHECK_INT(r.edges, 8);
    CHECK_INT(r.ferries, 7);
    CHECK_INT(r.no_access, 0);
    CHECK(at(n, 4) != MAILLE_UNREACHED);
    CHECK_INT(at(n, 3), 600000);
    maille_network_free(n);
}

int main(void) {
    static const test_case cases[] = {CASE(durations_and_access_of_relations),
                                      CASE(a_foot_takes_the_boat_that_cars_may_not)};
    if (maille_ctx_new(&ctx) || maille_crs_new(ctx, 2154, &crs))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_crs_free(crs);
    maille_ctx_free(ctx);
    return result;
}
