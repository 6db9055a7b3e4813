/* What does not stop an import is repaired, left out or kept, but always counted and named. */
#include "fixture.h"

#define COMMUNE(code, name, population, ring)                                                      \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"" code "\",\"nom\":" name                    \
    ",\"population\":" population "},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[" ring   \
    "]]}}"
#define SQUARE(x, y)                                                                               \
    "[" #x "," #y "],[" #x ".1," #y "],[" #x ".1," #y ".1],[" #x "," #y ".1],[" #x "," #y "]"
#define BOW "[5,46],[5.1,46.1],[5.1,46],[5,46.1],[5,46]"
#define LAYER(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

static fixture with_communes(const char *text) {
    fixture f = fixture_open("reparations.maille", 0);
    maille_source communes = {.kind = "communes", .file = write_file("communes.geojson", text)};
    must_import(&f, &communes);
    return f;
}

static const char three[] = LAYER(COMMUNE("01004", "\"Ambérieu\"", "10", SQUARE(5, 46)) "," COMMUNE(
    "2A004", "\"Ajaccio\"", "null", SQUARE(8, 42)) "," COMMUNE("01005", "\" \"", "1500", BOW));

/* The remark of a kind: "message [audience, severity]". */
static const char *remark(fixture *f, const char *kind) {
    static char text[1024];
    snprintf(text, sizeof text, "%s [%s, %s]", cell(f, "remark", "kind", kind, "message"),
             cell(f, "remark", "kind", kind, "audience"),
             cell(f, "remark", "kind", kind, "severity"));
    return text;
}

TEST(communes_are_repaired_and_named) {
    fixture f = with_communes(three);
    CHECK_INT(f.result.read, 3);
    CHECK_INT(f.result.kept, 3);
    CHECK_INT(f.result.repaired, 1);
    CHECK_INT(f.result.refused, 0);
    CHECK_TEXT(f.result.message,
               "communes communes.geojson: 3 rows read, 3 kept, 1 repaired, 0 refused");
    CHECK_TEXT(remark(&f, "geometrie-reparee"),
               "communes.geojson, 01005 (ligne 3) : géométrie invalide, réparée [, information]");
    CHECK_TEXT(remark(&f, "population-absente"),
               "communes.geojson, 2A004 (ligne 2) : population absente [, alerte]");
    CHECK_TEXT(remark(&f, "nom-absent"),
               "communes.geojson, 01005 (ligne 3) : nom absent, remplacé "
               "par le code [, information]");
    CHECK_TEXT(cell(&f, "commune", "code", "2A004", "population"), "null");
    CHECK_TEXT(cell(&f, "commune", "code", "2A004", "department"), "2A");
    CHECK_TEXT(cell(&f, "commune", "code", "01005", "name"), "01005");
    CHECK_TEXT(cell(&f, "import", "kind", "communes", "report"),
               "{\"repaired\":{\"geometrie-reparee\":{\"count\":1,\"rows\":[{\"row\":3,\"subject\":"
               "\"01005\"}]}},\"refused\":{},\"named\":{\"population-absente\":{\"count\":1,"
               "\"rows\":[{\"row\":2,\"subject\":\"2A004\"}]},\"nom-absent\":{\"count\":1,\"rows\":"
               "[{\"row\":3,\"subject\":\"01005\"}]}}}");
    fixture_close(&f);
}

TEST(arrondissements_and_iris_are_units_too) {
    fixture f =
        with_communes(LAYER(COMMUNE("75101", "\"Paris 1er\"", "10", SQUARE(2, 48)) "," COMMUNE(
            "2A0040101", "\"Ajaccio, vieille ville\"", "20", SQUARE(8, 42))));
    CHECK_INT(f.result.kept, 2);
    CHECK_TEXT(cell(&f, "commune", "code", "2A0040101", "population"), "20");
    CHECK_TEXT(cell(&f, "commune", "code", "2A0040101", "department"), "2A");
    fixture_close(&f);
}

TEST(many_cases_become_one_remark) {
    maille_strbuf text = {0};
    maille_strbuf_add(&text, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; i < 30; i++)
        maille_strbuf_addf(&text,
                           "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"010%02d\",\"nom\":"
                           "\"Nom\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
                           "[[[5,46],[6,46],[6,47],[5,46]]]}}",
                           i ? "," : "", i);
    maille_strbuf_add(&text, "]}");
    fixture f = with_communes(text.text);
    CHECK_INT(count_rows(&f, "remark"), 1);
    CHECK_TEXT(remark(&f, "population-absente"),
               "communes.geojson : 30 × population absente, dont 01000 (ligne 1), 01001 (ligne 2), "
               "01002 (ligne 3), 01003 (ligne 4), 01004 (ligne 5) [, alerte]");
    maille_strbuf_free(&text);
    fixture_close(&f);
}

TEST(a_commune_outside_the_area_of_use_is_named) {
    fixture f = with_communes(LAYER(COMMUNE("01004", "\"A\"", "1", SQUARE(5, 46)) "," COMMUNE(
        "01005", "\"B\"", "1", SQUARE(6, 46)) "," COMMUNE("97411", "\"C\"", "1", SQUARE(55, -21))));
    CHECK_TEXT(cell(&f, "meta", "key", "crs", "value"), "EPSG:2154");
    CHECK_TEXT(remark(&f, "hors-domaine"),
               "communes.geojson, 97411 (ligne 3) : point hors du "
               "domaine d’emploi de la projection [, alerte]");
    fixture_close(&f);
}

/* A file of overseas départements joins a study of the mainland; one with its axes turned does not.
 */
TEST(a_whole_file_outside_is_named_if_it_is_french) {
    fixture f = with_communes(three);
    maille_source reunion = {
        .kind = "communes",
        .file = write_file("974.geojson", LAYER(COMMUNE("97411", "\"C\"", "1", SQUARE(55, -21))))};
    must_import(&f, &reunion);
    CHECK_TEXT(cell(&f, "remark", "kind", "hors-domaine", "subject"), "97411");
    CHECK_INT(count_rows(&f, "commune"), 4);
    fixture_close(&f);
}

TEST(the_crs_follows_the_communes) {
    fixture f = with_communes(LAYER(COMMUNE("97411", "\"C\"", "1", SQUARE(55, -21))));
    CHECK_TEXT(cell(&f, "meta", "key", "crs", "value"), "EPSG:2975");
    CHECK_INT(count_rows(&f, "remark"), 0);
    fixture_close(&f);
    f = with_communes(LAYER(COMMUNE("97411", "\"C\"", "1", SQUARE(-21, 55))));
    CHECK_TEXT(cell(&f, "remark", "kind", "projection-hors-de-france", "severity"), "alerte");
    fixture_close(&f);
}

TEST(the_crs_of_a_study_holds) {
    static const char *const written[] = {"EPSG:2975", "2975"};
    for (int i = 0; i < 2; i++) {
        int epsg = 0;
        fixture f = fixture_open("choisie.maille", 0);
        CHECK_INT(maille_source_crs(f.ctx, f.store, &epsg), MAILLE_REFUSED);
        CHECK_INT(maille_store_set(f.ctx, f.store, "crs", written[i]), MAILLE_OK);
        CHECK_INT(maille_source_crs(f.ctx, f.store, &epsg), MAILLE_OK);
        CHECK_INT(epsg, 2975);
        fixture_close(&f);
    }
}

TEST(codes_get_their_zero_back_where_that_is_known) {
    fixture f = with_communes(three);
    maille_source supply = {
        .kind = "supply",
        .service = "mg",
        .file = write_file("mg.csv", "code;count\n1004;3\n 01005;1,5\n1999;2\n;7\n2a004;1 000\n")};
    must_import(&f, &supply);
    CHECK_INT(f.result.read, 5);
    CHECK_INT(f.result.kept, 4);
    CHECK_INT(f.result.repaired, 3);
    CHECK_INT(f.result.refused, 1);
    CHECK_TEXT(cell(&f, "supply_raw", "code", "01004", "amount"), "3");
    CHECK_TEXT(cell(&f, "supply_raw", "code", "01005", "amount"), "1.5");
    CHECK_TEXT(cell(&f, "supply_raw", "code", "1999", "amount"), "2"); /* as published */
    CHECK_TEXT(cell(&f, "supply_raw", "code", "2A004", "amount"), "1000");
    CHECK_TEXT(remark(&f, "zero-initial"),
               "mg.csv, 01004 (ligne 2) : zéro initial du code rétabli [, information]");
    CHECK_TEXT(remark(&f, "code-absent"), "mg.csv, ligne 5 : ligne sans code, écartée [, alerte]");
    fixture_close(&f);
}

TEST(facilities_stand_by_point_or_commune) {
    fixture f = with_communes(three);
    maille_source source = {.kind = "facilities",
                            .service = "mat",
                            .file = write_file("mat.csv",
                                               "id,nom,code,lon,lat,statut\n"
                                               "a,A,01004,,,Fermé\n"
                                               "b,B,,\"5,05\",\"46,05\",\n"
                                               "c,C,,,,Prévue\n"
                                               "d,D,,55.5,-21,temps partiel\n")};
    must_import(&f, &source);
    CHECK_INT(f.result.kept, 4);
    CHECK_TEXT(cell(&f, "facility_raw", "id", "a", "status"), "ferme");
    CHECK_TEXT(cell(&f, "facility_raw", "id", "a", "lon"), "null");
    CHECK_TEXT(cell(&f, "facility_raw", "id", "b", "status"), "ouvert");
    CHECK_TEXT(cell(&f, "facility_raw", "id", "b", "lon"), "5.05");
    CHECK_TEXT(cell(&f, "facility_raw", "id", "b", "amount"), "1");
    CHECK_TEXT(cell(&f, "facility_raw", "id", "c", "status"), "prevu");
    CHECK_TEXT(cell(&f, "facility_raw", "id", "d", "status"), "temps-partiel");
    CHECK_TEXT(remark(&f, "sans-position"),
               "mat.csv, c (ligne 4) : lieu sans code ni coordonnées [, alerte]");
    CHECK_TEXT(cell(&f, "remark", "kind", "hors-domaine", "subject"), "d");
    source.service = "hop";
    source.file = write_file("hop.csv", "code,hop\n01004,2\n2A004,1\n");
    source.field_count = 2;
    source.field_keys = (const char *[]){"code", "count"};
    source.field_values = (const char *[]){"code", "hop"};
    must_import(&f, &source);
    CHECK_TEXT(cell(&f, "facility_raw", "id", "01004", "amount"), "2");
    fixture_close(&f);
}

TEST(facilities_may_be_a_layer_of_points_in_metres) {
    fixture f = with_communes(three);
    maille_source source = {.kind = "facilities",
                            .service = "mat",
                            .crs = "EPSG:2154",
                            .file = write_file("mat.csv", "id,x,y\na,700000,6600000\n"),
                            .field_count = 3,
                            .field_keys = (const char *[]){"id", "lon", "lat"},
                            .field_values = (const char *[]){"id", "x", "y"}};
    must_import(&f, &source); /* the origin of Lambert-93 */
    CHECK_TEXT(cell(&f, "facility_raw", "id", "a", "lon"), "3");
    CHECK_TEXT(cell(&f, "facility_raw", "id", "a", "lat"), "46.5");
    fixture_close(&f);
}

TEST(centres_without_a_place_are_left_out) {
    fixture f = with_communes(three);
    maille_source source = {
        .kind = "centres",
        .file = write_file("c.geojson",
                           LAYER("{\"type\":\"Feature\",\"properties\":{\"code\":\"01004\"},"
                                 "\"geometry\":{\"type\":\"Point\",\"coordinates\":[5.05,46.05]}},"
                                 "{\"type\":\"Feature\",\"properties\":{\"code\":\"01005\"},"
                                 "\"geometry\":null}"))};
    must_import(&f, &source);
    CHECK_INT(f.result.kept, 1);
    CHECK_INT(f.result.refused, 1);
    CHECK_TEXT(cell(&f, "centre", "code", "01004", "lat"), "46.05");
    CHECK_TEXT(cell(&f, "remark", "kind", "coordonnees-absentes", "subject"), "01005");
    fixture_close(&f);
}

TEST(groups_are_read_as_they_are_written) {
    fixture f = with_communes(three);
    maille_source source = {
        .kind = "grouping",
        .name = "epci",
        .file = write_file("g.csv",
                           "CODGEO;EPCI\n01001;200000001/200000002\n01002;ZZZZZZZZZ\n"
                           "01003;200000001\n01003;200000001\n01006;_01093_\n")};
    must_import(&f, &source);
    CHECK_INT(f.result.read, 5);
    CHECK_INT(f.result.kept, 3);
    CHECK_INT(f.result.repaired, 2);
    CHECK_INT(f.result.refused, 1);
    CHECK_TEXT(cell(&f, "grouping_raw", "code", "01001", "group_id"), "200000001");
    CHECK_TEXT(cell(&f, "grouping_raw", "code", "01006", "group_id"), "01093");
    CHECK_TEXT(cell(&f, "grouping_raw", "code", "01002", "group_id"), "");
    CHECK_TEXT(cell(&f, "remark", "kind", "sans-groupe", "subject"), "01002");
    CHECK_TEXT(cell(&f, "remark", "kind", "doublon", "subject"), "01003");
    fixture_close(&f);
}

TEST(movements_keep_totals_or_say_so) {
    fixture f = with_communes(three);
    maille_source source = {.kind = "movements",
                            .from_vintage = "2018-01-01",
                            .to_vintage = "2019-01-01",
                            .file = write_file("m.csv",
                                               "from,to,ratio\n01001,01002,0.4\n01001,01003,0.6\n"
                                               "01005,01002,0.7\n01006,01002,\n")};
    must_import(&f, &source);
    CHECK_INT(count_rows(&f, "movement"), 4);
    CHECK_TEXT(cell(&f, "movement", "from_code", "01006", "ratio"), "null");
    CHECK_TEXT(remark(&f, "ratios-incomplets"),
               "m.csv, 01005 (ligne 4) : parts d’une commune dont "
               "la somme n’est pas 1 [, alerte]");
    fixture_close(&f);
}

#define LINK(a, b, speed)                                                                          \
    "{\"type\":\"Feature\",\"properties\":{\"speed_kmh\":" speed                                   \
    "},\"geometry\":{"                                                                             \
    "\"type\":\"LineString\",\"coordinates\":[" a "," b "]}}"

TEST(a_road_graph_in_pieces_is_told) {
    fixture f = with_communes(three);
    maille_source source = {
        .kind = "roads",
        .file = write_file(
            "r.geojson",
            LAYER(LINK("[5,46]", "[5.1,46]", "50") "," LINK("[5.1,46]", "[5.2,46]", "50") "," LINK(
                "[6,46]", "[6.1,46]",
                "50") "," LINK("[7,46]", "[7,46]", "50") "," LINK("[6,46]", "[6.2,46]", "null")))};
    must_import(&f, &source);
    CHECK_INT(f.result.read, 5);
    CHECK_INT(f.result.kept, 3);
    CHECK_INT(f.result.refused, 1);
    CHECK_TEXT(
        remark(&f, "reseau-en-morceaux"),
        "r.geojson : réseau en morceaux (2 composantes fortement connexes, la plus grande de "
        "3 nœuds sur 5) [, alerte]");
    CHECK_TEXT(remark(&f, "sans-vitesse"), "r.geojson : tronçon sans vitesse, écarté [, alerte]");
    CHECK_TEXT(remark(&f, "boucles"), "r.geojson : tronçon en boucle, écarté [, information]");
    fixture_close(&f);
}

RUN_TESTS(CASE(communes_are_repaired_and_named), CASE(arrondissements_and_iris_are_units_too),
          CASE(many_cases_become_one_remark), CASE(a_commune_outside_the_area_of_use_is_named),
          CASE(a_whole_file_outside_is_named_if_it_is_french), CASE(the_crs_follows_the_communes),
          CASE(the_crs_of_a_study_holds), CASE(codes_get_their_zero_back_where_that_is_known),
          CASE(facilities_stand_by_point_or_commune),
          CASE(facilities_may_be_a_layer_of_points_in_metres),
          CASE(centres_without_a_place_are_left_out), CASE(groups_are_read_as_they_are_written),
          CASE(movements_keep_totals_or_say_so), CASE(a_road_graph_in_pieces_is_told))
