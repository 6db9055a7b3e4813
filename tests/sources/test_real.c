/* The real studies: Corsica and Brittany, imported as their study files say. */
#include "fixture.h"

/* Imports every source of a study, and returns it. */
static maille_study *import_study(fixture *f, const char *path) {
    maille_study *study = NULL;
    CHECK_INT(maille_study_read(f->ctx, path, &study), MAILLE_OK);
    for (size_t i = 0; study && i < study->source_count; i++)
        must_import(f, &study->sources[i]);
    return study;
}

TEST(corsica_is_imported_whole) {
    fixture f = fixture_open("corse.maille", 0);
    maille_study *study = import_study(&f, test_real("corse/study.yaml"));
    CHECK_TEXT(cell(&f, "meta", "key", "crs", "value"), "EPSG:2154");
    CHECK_INT(count_rows(&f, "commune"), 360);
    CHECK_INT(count_rows(&f, "centre"), 360);
    CHECK_INT(count_rows(&f, "supply_raw"), 69);
    CHECK_INT(count_rows(&f, "facility_raw"), 3);
    CHECK_INT(count_rows(&f, "grouping_raw"), 720);
    CHECK_INT(count_rows(&f, "perimeter"), 6);
    CHECK_INT(count_rows(&f, "perimeter_member_raw"), 102);
    CHECK_INT(count_rows(&f, "import"), 8);
    CHECK_TEXT(cell(&f, "commune", "code", "2A004", "population"), "67507");
    CHECK_TEXT(cell(&f, "commune", "code", "2A004", "department"), "2A");
    CHECK_TEXT(cell(&f, "perimeter", "id", "cpts-4", "status"), "lettre-intention");
    CHECK_TEXT(cell(&f, "perimeter", "id", "cpts-6", "status"), "idee");
    CHECK_TEXT(cell(&f, "import", "kind", "roads", "rows_read"), "65009");
    for (size_t i = 0; i < study->source_count; i++) {
        must_import(&f, &study->sources[i]);
        CHECK(f.result.unchanged);
    }
    maille_study_free(study);
    fixture_close(&f);
}

static maille_status network_of(fixture *f, maille_network **out) {
    maille_crs *crs = NULL;
    CHECK_INT(maille_crs_new(f->ctx, 2154, &crs), MAILLE_OK);
    maille_status status = maille_source_network(f->ctx, f->store, crs, out);
    maille_crs_free(crs);
    return status;
}

TEST(roads_come_from_the_cache_or_their_file) {
    fixture f = fixture_open("reseau.maille", 2154);
    maille_network *first = NULL, *again = NULL;
    maille_source roads = {.kind = "roads",
                           .file = test_real("bretagne/routes-fictives.gpkg"),
                           .field_count = 4,
                           .field_keys = (const char *[]){"from", "to", "length_m", "speed_kmh"},
                           .field_values =
                               (const char *[]){"from_node", "to_node", "length_m", "speed_kmh"}};
    CHECK_INT(network_of(&f, &first), MAILLE_OK);
    CHECK(!first); /* no roads, no network */
    must_import(&f, &roads);
    CHECK_INT(f.result.read, 2728);
    CHECK_INT(network_of(&f, &first), MAILLE_OK);
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", test_scratch("reseau.maille.cache"));
    CHECK_INT(system(command), 0);
    CHECK_INT(network_of(&f, &again), MAILLE_OK);
    CHECK(first && again);
    if (first && again) {
        CHECK_INT(first->edge_count, 2728);
        CHECK_INT(again->node_count, first->node_count);
        CHECK_INT(again->arc_count, first->arc_count);
        CHECK(memcmp(again->out_ms, first->out_ms, first->arc_count * sizeof(uint32_t)) == 0);
        CHECK(memcmp(again->node_xy, first->node_xy, first->node_count * sizeof(maille_xy)) == 0);
    }
    maille_network_free(first);
    maille_network_free(again);
    fixture_close(&f);
}

TEST(brittany_is_imported_with_its_passage) {
    fixture f = fixture_open("bretagne.maille", 0);
    maille_study *study = import_study(&f, test_real("bretagne/study.yaml"));
    CHECK_INT(count_rows(&f, "commune"), 1202);
    CHECK_INT(count_rows(&f, "movement"), 35357);
    CHECK_TEXT(cell(&f, "meta", "key", "crs", "value"), "EPSG:2154");
    maille_study_free(study);
    fixture_close(&f);
}

TEST(the_invalid_commune_of_2018_is_repaired_and_named) {
    fixture f = fixture_open("calvados.maille", 0);
    maille_source communes = {
        .kind = "communes", .file = test_real("france/communes-2018/communes-14-calvados.geojson")};
    must_import(&f, &communes);
    CHECK_INT(f.result.repaired, 1);
    CHECK_TEXT(cell(&f, "remark", "kind", "geometrie-reparee", "subject"), "14174");
    CHECK_INT(f.result.read, f.result.kept);
    fixture_close(&f);
}

RUN_TESTS(CASE(corsica_is_imported_whole), CASE(roads_come_from_the_cache_or_their_file),
          CASE(brittany_is_imported_with_its_passage),
          CASE(the_invalid_commune_of_2018_is_repaired_and_named))
