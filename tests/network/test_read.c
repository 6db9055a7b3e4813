/* Reading roads from tables of links and layers of lines: nodes, weights, directions, and every row
 * that is dropped is counted. */
#include <maille/network.h>

#include "harness.h"

static maille_ctx *ctx;
static maille_crs *crs;

static const char *write_file(const char *name, const char *text) {
    const char *path = test_scratch(name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        exit(1);
    return path;
}

static maille_status read_text(const char *name, const char *text, const maille_road_fields *fields,
                               maille_network **out, maille_network_report *report) {
    return maille_network_read(ctx, write_file(name, text), fields, crs, out, report);
}

/* The weight of the arc between two named nodes, UINT32_MAX where there is none. */
static uint32_t arc(const maille_network *n, const char *from, const char *to) {
    for (uint32_t u = 0; u < n->node_count; u++)
        for (uint32_t a = n->first_out[u]; a < n->first_out[u + 1]; a++)
            if (strcmp(n->node_names[u], from) == 0 && strcmp(n->node_names[n->head[a]], to) == 0)
                return n->out_ms[a];
    return UINT32_MAX;
}

TEST(a_table_of_links_keeps_ids_as_written) {
    maille_road_fields fields = {
        .from = "a", .to = "b", .length_m = "m", .speed_kmh = "v", .directed = true};
    maille_network *n;
    maille_network_report r;
    CHECK_INT(read_text("links.csv",
                        "a;b;m;v\n007;7;100,5;50\n7;5306436354;1 000;36\n7;7;1;1\n;7;1;1\n"
                        "7;8;;50\n7;8;100;0\n7;007;1e3;36\n7;007;900;36\n",
                        &fields, &n, &r),
              0);
    CHECK_INT(arc(n, "007", "7"), 7236);
    CHECK_INT(arc(n, "7", "007"), 90000);
    CHECK_INT(arc(n, "7", "5306436354"), 100000);
    CHECK_INT(arc(n, "5306436354", "7"), UINT32_MAX);
    CHECK_INT(n->node_count, 3);
    CHECK(isnan(n->node_xy[0].x));
    CHECK_INT(r.lines_read, 8);
    CHECK_INT(r.loops, 1);
    CHECK_INT(r.missing_nodes, 1);
    CHECK_INT(r.no_length, 1);
    CHECK_INT(r.no_speed, 1);
    CHECK_INT(r.parallels, 1);
    CHECK_INT(r.edges, 4);
    CHECK_INT(r.components, 2);
    /* 007–7 counts half in either direction */
    CHECK_NEAR(r.length_km, (0.1005 + 1.0 + 0.9) / 2 + 1.0, 1e-9);
    maille_network_free(n);

    /* times and both directions; a default speed for what has neither */
    fields = (maille_road_fields){.from = "a",
                                  .to = "b",
                                  .length_m = "m",
                                  .time_s = "t",
                                  .direction = "d",
                                  .default_speed_kmh = 3.6};
    CHECK_INT(read_text("times.csv",
                        "a,b,m,t,d\nx,y,10,2.5,Double sens\ny,z,10,,Sens direct\n"
                        "z,x,10,1,Sens inverse\nx,w,5,0.0001,\n",
                        &fields, &n, &r),
              0);
    CHECK_INT(arc(n, "x", "y"), 2500);
    CHECK_INT(arc(n, "y", "x"), 2500);
    CHECK_INT(arc(n, "y", "z"), 10000);
    CHECK_INT(arc(n, "z", "y"), UINT32_MAX);
    CHECK_INT(arc(n, "x", "z"), 1000);
    CHECK_INT(arc(n, "z", "x"), UINT32_MAX);
    CHECK_INT(arc(n, "w", "x"), 1);
    maille_network_free(n);
}

static const char *const cross =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"v\":36,\"dir\":\"B\"},\"geometry\":{\"type\":"
    "\"LineString\",\"coordinates\":[[9.0,42.0],[9.0,42.001],[9.0,42.01]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"v\":36,\"dir\":\"F\"},\"geometry\":{\"type\":"
    "\"LineString\",\"coordinates\":[[9.0,42.01],[9.01,42.01]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"v\":null,\"dir\":\"F\"},\"geometry\":{\"type\":"
    "\"LineString\",\"coordinates\":[[9.0,42.01],[9.02,42.01]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"v\":36,\"dir\":\"F\"},\"geometry\":null}]}";

TEST(shared_endpoints_make_the_graph_of_lines) {
    maille_road_fields fields = {.speed_kmh = "v", .direction = "dir"};
    maille_network *n;
    maille_network_report r;
    CHECK_INT(read_text("lines.geojson", cross, &fields, &n, &r), 0);
    CHECK_TEXT(maille_message(ctx), "");
    CHECK_INT(n->node_count, 3);
    CHECK_INT(r.arcs, 3);
    CHECK_INT(r.no_speed, 1);
    CHECK_INT(r.no_geometry, 1);
    CHECK(n->node_names == NULL);
    CHECK_INT(n->edge_lines->start[1], 3);
    /* by hand: radii of curvature 6,364,039 m and 6,387,720 m times a hundredth of a degree */
    CHECK_NEAR(n->edge_length_m[0], 1110.7, 0.1);
    CHECK_NEAR(n->edge_length_m[1], 828.4, 0.1);
    CHECK_INT(n->edge_ms[0], llround(n->edge_length_m[0] * 100));
    CHECK_INT(n->edge_back_ms[0], n->edge_ms[0]);
    CHECK_INT(n->edge_back_ms[1], MAILLE_NO_ARC);
    CHECK_INT(n->edge_to[0], n->edge_from[1]);
    maille_network_free(n);
}

TEST(bd_topo_is_known_by_its_fields) {
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"cleabs\":\"T1\",\"vitesse_moyenne_vl\":50,"
        "\"sens_de_circulation\":\"Sens "
        "inverse\",\"acces_vehicule_leger\":\"Libre\"},\"geometry\":{"
        "\"type\":\"LineString\",\"coordinates\":[[9.0,42.0,12],[9.0,42.01,13]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"cleabs\":\"T2\",\"vitesse_moyenne_vl\":50,"
        "\"sens_de_circulation\":\"Double sens\",\"acces_vehicule_leger\":\"Physiquement "
        "impossible\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[9.0,42.0,12],[9.1,"
        "42.0,"
        "13]]}}]}";
    maille_network *n;
    maille_network_report r;
    maille_road_fields fields = {.profile = test_source("layers/rules/profiles/car.yaml")};
    CHECK_INT(read_text("troncon_de_route.geojson", text, &fields, &n, &r), 0);
    CHECK_TEXT(maille_message(ctx), "");
    CHECK_INT(r.arcs, 1);
    CHECK_INT(r.no_access, 1);
    CHECK_INT(n->edge_ms[0], MAILLE_NO_ARC);
    CHECK_TEXT(r.classes[0].name, "50");
    maille_network_free(n);
}

static void refused(const char *name, const char *text, const maille_road_fields *fields,
                    maille_status want, const char *part) {
    maille_network *n;
    maille_network_report r;
    CHECK_INT(read_text(name, text, fields, &n, &r), want);
    CHECK(n == NULL);
    if (!strstr(maille_message(ctx), part))
        CHECK_TEXT(maille_message(ctx), part);
}

TEST(wrong_input_is_named) {
    maille_road_fields fields = {.from = "a", .to = "b", .length_m = "m", .speed_kmh = "v"};
    maille_network *n;
    maille_network_report r;
    CHECK_INT(maille_network_read(ctx, test_scratch("absent.csv"), &fields, crs, &n, &r),
              MAILLE_NOT_FOUND);
    refused("field.csv", "a,b,m,vv\n1,2,3,4\n", &fields, MAILLE_REFUSED, "vv");
    refused("none.csv", "a,b,m,v\n1,2,3,0\n", &fields, MAILLE_REFUSED, "no speed 1");
    refused("noise.bin", "\x01\x02\x03", &fields, MAILLE_REFUSED, "noise.bin");
    fields.to = NULL;
    refused("to.csv", "a,b,m,v\n1,2,3,4\n", &fields, MAILLE_USAGE, "from and to");
    fields = (maille_road_fields){.length_m = "m", .speed_kmh = "v"};
    refused("nodes.csv", "a,b,m,v\n1,2,3,4\n", &fields, MAILLE_REFUSED, "nodes");
    fields = (maille_road_fields){.from = "a", .to = "b", .length_m = "m"};
    refused("speed.csv", "a,b,m,v\n1,2,3,4\n", &fields, MAILLE_USAGE, "speed");
    fields = (maille_road_fields){
        .from = "a", .to = "b", .length_m = "m", .speed_kmh = "v", .direction = "d"};
    refused("way.csv", "a,b,m,v,d\n1,2,3,4,B\n1,2,3,4,sideways\n", &fields, MAILLE_REFUSED,
            "row 3: the direction “sideways”");
}

int main(void) {
    static const test_case cases[] = {
        CASE(a_table_of_links_keeps_ids_as_written), CASE(shared_endpoints_make_the_graph_of_lines),
        CASE(bd_topo_is_known_by_its_fields), CASE(wrong_input_is_named)};
    if (maille_ctx_new(&ctx) || maille_crs_new(ctx, 2154, &crs))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_crs_free(crs);
    maille_ctx_free(ctx);
    return result;
}
