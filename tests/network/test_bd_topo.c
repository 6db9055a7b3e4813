/* BD TOPO read by the profiles: what is driven and walked, what is left out and why, bridges,
 * ferries, and the turns that non_communication forbids. */
#include <maille/memory.h>
#include <maille/network.h>
#include <maille/strbuf.h>
#include <maille/vectorfile.h>

#include "harness.h"

static maille_ctx *ctx;
static maille_crs *crs;

enum { CAR, PEAK, FOOT };
static const char *const profiles[] = {"layers/rules/profiles/car.yaml",
                                       "layers/rules/profiles/car-peak.yaml",
                                       "layers/rules/profiles/foot.yaml"};

typedef struct {
    const char *id, *nature, *way, *access, *state;
    const char *speed; /* as JSON */
    double from[2], to[2];
} stretch;

#define ROAD "Route à 1 chaussée"
static const stretch town[] = {
    {"T1", ROAD, "Double sens", "Libre", "En service", "50", {0, 0}, {10, 0}},
    {"T2", ROAD, "Double sens", "Libre", "En service", "50", {10, 0}, {20, 0}},
    {"T3", ROAD, "Sens direct", "Libre", "En service", "50", {10, 0}, {10, 10}},
    {"T4", ROAD, "Sens inverse", "A péage", "En service", "50", {10, 0}, {10, -10}},
    /* a bridge over T1, whose ends are elsewhere */
    {"T5", ROAD, "Double sens", "Libre", "En service", "80", {5, -10}, {5, 10}},
    {"T6", "Sentier", "Sans objet", "Physiquement impossible", "En service", "0", {0, 0}, {0, 5}},
    {"T7", ROAD, "Double sens", "Libre", "En projet", "50", {0, 0}, {0, 6}},
    {"T8", ROAD, "Double sens", "Physiquement impossible", "En service", "0", {0, 0}, {0, 7}},
    {"T9", ROAD, "Double sens", "Restreint aux ayants droit", "En service", "0", {0, 0}, {0, 8}},
    {"T10", "Chemin", "Sans objet", "Libre", "En service", "1", {20, 0}, {20, 9}},
    {"T11", ROAD, "Double sens", "Libre", "En service", "0", {20, 0}, {20, 8}},
    {"T12", ROAD, "Double sens", "Libre", "En service", "null", {20, 0}, {20, 7}},
    {"T13",
     "Bac ou liaison maritime",
     "Double sens",
     "A péage",
     "En service",
     "5",
     {20, 0},
     {30, 0}},
    {"T14", "Type autoroutier", "Sens direct", "Libre", "En service", "110", {30, 0}, {40, 0}},
    {"T15",
     "Escalier",
     "Sans objet",
     "Physiquement impossible",
     "En service",
     "0",
     {30, 0},
     {30, 5}},
    {"T16", ROAD, "Double sens", "Libre", "En construction", "50", {30, 0}, {30, 6}},
};
enum { STRETCHES = sizeof town / sizeof *town };

static double lon(double x) {
    return 9 + x / 1000;
}

static double lat(double y) {
    return 42 + y / 1000;
}

/* The town as GeoJSON, its columns named as in a GeoPackage or as in a Shapefile. */
static const char *write_town(const char *name, bool short_names) {
    static const char *const names[2][6] = {
        {"cleabs", "nature", "sens_de_circulation", "acces_vehicule_leger", "etat_de_l_objet",
         "vitesse_moyenne_vl"},
        {"ID", "NATURE", "SENS", "ACCES_VL", "ETAT", "VIT_MOY_VL"}};
    const char *const *n = names[short_names];
    const char *path = test_scratch(name);
    FILE *file = fopen(path, "w");
    if (!file)
        exit(1);
    fputs("{\"type\":\"FeatureCollection\",\"features\":[", file);
    for (size_t i = 0; i < STRETCHES; i++) {
        const stretch *t = &town[i];
        fprintf(
            file,
            "%s{\"type\":\"Feature\",\"properties\":{\"%s\":\"%s\",\"%s\":\"%s\",\"%s\":\"%s\","
            "\"%s\":\"%s\",\"%s\":\"%s\",\"%s\":%s,\"position_par_rapport_au_sol\":\"%d\"},"
            "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[%.4f,%.4f,10],[%.4f,%.4f,10]"
            "]}}",
            i ? "," : "", n[0], t->id, n[1], t->nature, n[2], t->way, n[3], t->access, n[4],
            t->state, n[5], t->speed, i == 4, lon(t->from[0]), lat(t->from[1]), lon(t->to[0]),
            lat(t->to[1]));
    }
    fputs("]}", file);
    fclose(file);
    return path;
}

static maille_network *read_town(const char *path, int profile, maille_network_report *report) {
    maille_road_fields fields = {.profile = test_source(profiles[profile])};
    maille_network *n = NULL;
    maille_status status = maille_network_read(ctx, path, &fields, crs, &n, report);
    if (status)
        fprintf(stderr, "%s\n", maille_message(ctx));
    CHECK_INT(status, MAILLE_OK);
    return n;
}

static double km_of(const maille_network_report *r, const char *name) {
    for (uint32_t i = 0; i < r->class_count; i++)
        if (strcmp(r->classes[i].name, name) == 0)
            return r->classes[i].km;
    return 0;
}

static void check_car(const maille_network *n, const maille_network_report *r) {
    CHECK_INT(r->lines_read, STRETCHES);
    CHECK_INT(r->edges, 7);      /* T1 to T5, T13, T14 */
    CHECK_INT(r->other_mode, 4); /* T6, T10, T11, T15 */
    CHECK_INT(r->not_built, 2);  /* T7, T16 */
    CHECK_INT(r->no_access, 2);  /* T8, T9 */
    CHECK_INT(r->no_speed, 1);   /* T12 */
    CHECK_INT(r->ferries, 1);
    CHECK_INT(n->edge_back_ms[2], MAILLE_NO_ARC); /* T3 */
    CHECK_INT(n->edge_ms[3], MAILLE_NO_ARC);      /* T4 */
    CHECK_INT(n->edge_ms[0], n->edge_back_ms[0]);
    CHECK_INT(n->edge_ms[0], llround(n->edge_length_m[0] * 3600 / 50));
    CHECK_INT(r->components,
              5); /* T1, T2 and T13 · two ends of T3 and T4 · the bridge · T14's end */
    CHECK_NEAR(km_of(r, "Type autoroutier"), 0.828, 0.001);
    CHECK(km_of(r, "Bac ou liaison maritime") > 0.8);
}

TEST(a_car_drives_what_is_driven) {
    maille_network_report r;
    maille_network *n = read_town(write_town("troncons.geojson", false), CAR, &r);
    check_car(n, &r);
    maille_network_free(n);
    n = read_town(write_town("TRONCON_DE_ROUTE.geojson", true), CAR, &r);
    check_car(n, &r);
    maille_network_free(n);
}

TEST(a_bridge_is_not_joined_with_what_passes_below) {
    maille_network_report r;
    maille_network *n = read_town(write_town("troncons.geojson", false), CAR, &r);
    CHECK(n->component[n->edge_from[4]] != n->component[n->edge_from[0]]);
    for (uint32_t e = 0; e < n->edge_count; e++)
        CHECK(e == 4 || (n->edge_from[e] != n->edge_from[4] && n->edge_to[e] != n->edge_from[4] &&
                         n->edge_from[e] != n->edge_to[4] && n->edge_to[e] != n->edge_to[4]));
    maille_network_free(n);
}

TEST(busy_hours_are_slower) {
    maille_network_report r;
    maille_network *n = read_town(write_town("troncons.geojson", false), PEAK, &r);
    CHECK_INT(n->edge_ms[0], llround(n->edge_length_m[0] * 3600 / 40));
    CHECK(r.turn_nodes > 0); /* turns cost */
    maille_network_free(n);
}

TEST(a_foot_walks_where_cars_do_not_drive) {
    maille_network_report r;
    maille_network *n = read_town(write_town("troncons.geojson", false), FOOT, &r);
    CHECK_INT(r.edges, STRETCHES - 3); /* but T7, T14, T16 */
    CHECK_INT(r.not_built, 2);
    CHECK_INT(r.other_mode, 1);
    CHECK_INT(r.no_access + r.no_speed, 0);
    for (uint32_t e = 0; e < n->edge_count; e++) {
        CHECK_INT(n->edge_ms[e], n->edge_back_ms[e]);
        CHECK_INT(n->edge_ms[e], llround(n->edge_length_m[e] * 3600 / 5));
    }
    maille_network_free(n);
}

/* ---- forbidden turns ---- */

/* A GeoPackage with the town, a layer of something else, and these turns. */
static const char *write_package(const char *turns) {
    const char *path = test_scratch("bdtopo.gpkg"), *csv = test_scratch("turns.csv");
    maille_table *roads = NULL, *bound = NULL;
    FILE *file = fopen(csv, "w");
    if (!file ||
        fprintf(file, "lien_vers_troncon_entree,liens_vers_troncon_sortie\n%s", turns) < 0 ||
        fclose(file) != 0)
        exit(1);
    maille_read_options lines = {.with_geometry = true}, cells = {.texts = true};
    CHECK_INT(maille_file_read(ctx, write_town("troncons.geojson", false), &lines, &roads), 0);
    CHECK_INT(maille_file_read(ctx, csv, &cells, &bound), 0);
    maille_gpkg_table tables[] = {{"batiment", NULL, bound},
                                  {"troncon_de_route", NULL, roads},
                                  {"non_communication", NULL, bound}};
    remove(path);
    CHECK_INT(maille_gpkg_write(ctx, path, tables, 3), 0);
    maille_table_free(roads);
    maille_table_free(bound);
    return path;
}

TEST(turns_that_non_communication_forbids) {
    maille_network_report r;
    /* T1 → T3 · T1 → T2 → T13, by a via · T3 → T1, which nobody drives · T1 → T5, which do not meet
     * · T99, which is not there · T6, which is not driven */
    const char *path = write_package("T1,T3\nT1,T2/T13\nT3,T1\nT1,T5\nT99,T1\nT1,T6\n");
    maille_network *n = read_town(path, CAR, &r);
    CHECK_INT(r.lines_read, STRETCHES); /* the layer was found among three */
    CHECK_INT(r.restrictions, 3);
    CHECK_INT(r.restrictions_unfit, 3);
    CHECK(r.turn_nodes > 0);
    /* whoever starts along T1 comes out at a copy, from where T3's end cannot be reached at once */
    uint32_t at = maille_network_arrival(n, 0, false), goal = n->edge_to[2];
    CHECK(at >= n->place_count);
    for (uint32_t a = n->first_out[at]; a < n->first_out[at + 1]; a++)
        CHECK(maille_network_place(n, n->head[a]) != goal);
    maille_network_free(n);
    n = read_town(path, FOOT, &r);
    CHECK_INT(r.restrictions + r.restrictions_unfit + r.turn_nodes, 0);
    maille_network_free(n);
}

int main(void) {
    static const test_case cases[] = {
        CASE(a_car_drives_what_is_driven), CASE(a_bridge_is_not_joined_with_what_passes_below),
        CASE(busy_hours_are_slower), CASE(a_foot_walks_where_cars_do_not_drive),
        CASE(turns_that_non_communication_forbids)};
    if (maille_ctx_new(&ctx) || maille_crs_new(ctx, 2154, &crs))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_crs_free(crs);
    maille_ctx_free(ctx);
    return result;
}
