/* Features over OGC API: pages, selections, refusals, and who sees what. */
#include "test_ogc_kit.h"

#include <maille/extract.h>
#include <maille/vectorfile.h>
#include <unistd.h>

static const maille_json *features(void) {
    return maille_json_get(tree(), "features");
}

static int64_t matched(void) {
    return number(maille_json_get(tree(), "numberMatched"));
}

static const char *id_at(size_t i) {
    return maille_json_as_text(maille_json_get(maille_json_at(features(), i), "id"));
}

/* ids in a row, each followed by a blank. */
static void note_ids(char *to, size_t size) {
    for (size_t i = 0; i < maille_json_count(features()); i++)
        snprintf(to + strlen(to), size - strlen(to), "%s ", id_at(i));
}

static int64_t matched_of(const char *target) {
    CHECK_INT(get(target), 200);
    return matched();
}

/* ---- pages ---- */

TEST(next_leads_through_all_and_carries_every_parameter) {
    static const char first[] =
        "/collections/communes/items?limit=7&f=geojson&bbox=-5.2%2C45%2C5"
        "%2C50&filter=population%20%3E%201000&sortby=-population&lang=en";
    static const char *const carried[] = {"limit=7",
                                          "f=geojson",
                                          "bbox=-5.2,45,5,50",
                                          "lang=en",
                                          "filter=population%20%3E%201000",
                                          "sortby=-population"};
    char walked[2000] = "", whole[2000] = "", target[1000], last[1000] = "";
    size_t pages = 0, rest = 0;
    snprintf(target, sizeof target, "%s", first);
    for (bool more = true; more; pages++) {
        CHECK_INT(get(target), 200);
        note_ids(walked, sizeof walked);
        rest = maille_json_count(features());
        CHECK_INT(number(maille_json_get(tree(), "numberReturned")), rest);
        const char *next = link_of(tree(), "next");
        for (size_t i = 0; next && i < sizeof carried / sizeof *carried; i++)
            CHECK(strstr(next, carried[i]) != NULL);
        if (!last[0] && next)
            snprintf(last, sizeof last, "%s", link_of(tree(), "last"));
        CHECK((link_of(tree(), "prev") != NULL) == (pages > 0));
        more = next != NULL;
        if (next)
            snprintf(target, sizeof target, "%s", next);
    }
    CHECK_TEXT(target, last);
    int64_t all = matched();
    CHECK(pages > 3 && rest == (size_t)(all - 1) % 7 + 1);
    CHECK_INT(get("/collections/communes/items?limit=50&bbox=-5.2,45,5,50&filter=population%3E1000"
                  "&sortby=-population"),
              200);
    CHECK_INT(matched(), all);
    note_ids(whole, sizeof whole);
    CHECK_TEXT(walked, whole);
}

TEST(a_limit_above_the_most_is_the_most_and_none_is_refused) {
    CHECK_INT(get("/collections/communes/items?limit=100000"), 200);
    CHECK_INT(maille_json_count(features()), 50);
    CHECK(strstr(link_of(tree(), "next"), "offset=50") != NULL);
    CHECK_INT(get("/collections/communes/items"), 200);
    CHECK_INT(maille_json_count(features()), 10);
    CHECK_INT(get("/collections/communes/items?offset=100000"), 200);
    CHECK_INT(maille_json_count(features()), 0);
    CHECK(link_of(tree(), "next") == NULL);
}

/* The answer names what is wrong. */
TEST(what_is_malformed_is_refused_by_name) {
    static const struct {
        const char *query, *named;
    } cases[] = {
        {"limit=0", "limit"},
        {"limit=-1", "limit"},
        {"limit=ten", "limit"},
        {"limit=1.5", "limit"},
        {"limit=", "limit"},
        {"limit=99999999999999999999", "limit"},
        {"offset=-1", "offset"},
        {"offset=x", "offset"},
        {"bbox=1,2,3", "bbox"},
        {"bbox=1,2,3,4,5", "bbox"},
        {"bbox=a,b,c,d", "bbox"},
        {"bbox=0,50,1,40", "bbox"},
        {"bbox=0,-91,1,40", "bbox"},
        {"bbox=-181,0,1,40", "bbox"},
        {"bbox=0,0,9,1,1,5", "bbox"},
        {"bbox=nan,0,1,1", "bbox"},
        {"bbox-crs=EPSG:2154", "bbox-crs"},
        {"crs=http://www.opengis.net/def/crs/EPSG/0/1", "crs"},
        {"crs=", "crs"},
        {"datetime=yesterday", "datetime"},
        {"datetime=2026-02-30", "datetime"},
        {"datetime=2026-01-01/2025-01-01", "datetime"},
        {"datetime=/", "datetime"},
        {"datetime=..", "datetime"},
        {"datetime=2025-01-01/2026-01-01/2027-01-01", "datetime"},
        {"filter=population%20%3E", "filter"},
        {"filter=inconnue%3D1", "inconnue"},
        {"filter=1%3D1)%3B%20DROP%20TABLE%20commune", "filter"},
        {"filter-lang=cql2-json", "filter-lang"},
        {"filter-crs=x", "filter-crs"},
        {"properties=nom,inconnue", "inconnue"},
        {"properties=", "properties"},
        {"sortby=inconnue", "inconnue"},
        {"sortby=--nom", "-nom"},
        {"skipGeometry=yes", "skipGeometry"},
        {"commune=29", "commune"},
        {"population=beaucoup", "population"},
        {"q=", "q"},
        {"inconnu=1", "inconnu"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[200];
        snprintf(target, sizeof target, "/collections/communes/items?%s", cases[i].query);
        int status = get(target);
        if (status != 400 || !says(cases[i].named))
            CHECK_TEXT(cases[i].query, body());
        CHECK_INT(status, 400);
    }
}

/* ---- places ---- */

TEST(a_box_across_the_antimeridian_is_what_the_other_leaves) {
    int64_t all = matched_of("/collections/etablissements/items?bbox=-180,-90,180,90");
    int64_t inner = matched_of("/collections/etablissements/items?bbox=-4.9,-90,-4.7,90");
    int64_t outer = matched_of("/collections/etablissements/items?bbox=-4.7,-90,-4.9,90");
    CHECK(inner > 0 && outer > 0);
    CHECK_INT(inner + outer, all);
    CHECK_INT(matched_of("/collections/etablissements/items?bbox=170,-90,-170,90"), 0);
    CHECK_INT(matched_of("/collections/etablissements/items?bbox=-4.9,-90,0,-4.7,90,100"), inner);
}

TEST(a_box_in_another_system_is_the_same_box) {
    int64_t want = matched_of("/collections/communes/items?bbox=-4.9,46.1,-4.7,46.3");
    CHECK(want > 3);
    CHECK_INT(matched_of("/collections/communes/items?bbox=46.1,-4.9,46.3,-4.7"
                         "&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326"),
              want);
    char target[300];
    snprintf(target, sizeof target,
             "/collections/communes/items?bbox=%.9f,%.9f,%.9f,%.9f"
             "&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
             6378137 * -4.9 * M_PI / 180, 6378137 * log(tan(M_PI / 4 + 46.1 * M_PI / 360)),
             6378137 * -4.7 * M_PI / 180, 6378137 * log(tan(M_PI / 4 + 46.3 * M_PI / 360)));
    CHECK_INT(matched_of(target), want);
    CHECK_INT(matched_of("/collections/communes/items?filter=S_INTERSECTS(geom,BBOX(46.1,-4.9,46.3,"
                         "-4.7))&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4326"),
              want);
}

static void first_point(double xy[2]) {
    const maille_json *c =
        maille_json_get(maille_json_get(maille_json_at(features(), 0), "geometry"), "coordinates");
    for (size_t i = 0; i < 2; i++)
        CHECK(maille_json_as_number(maille_json_at(c, i), &xy[i]));
}

TEST(coordinates_come_as_they_are_asked_for_and_say_so) {
    double lonlat[2], latlon[2], web[2];
    static const char target[] = "/collections/etablissements/items?limit=1";
    char asked[200];
    CHECK_INT(get(target), 200);
    CHECK_TEXT(header("Content-Crs"), "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    first_point(lonlat);
    snprintf(asked, sizeof asked, "%s&crs=http://www.opengis.net/def/crs/EPSG/0/4326", target);
    CHECK_INT(get(asked), 200);
    CHECK_TEXT(header("Content-Crs"), "<http://www.opengis.net/def/crs/EPSG/0/4326>");
    first_point(latlon);
    CHECK_NEAR(latlon[0], lonlat[1], 1e-9);
    CHECK_NEAR(latlon[1], lonlat[0], 1e-9);
    snprintf(asked, sizeof asked, "%s&crs=http://www.opengis.net/def/crs/EPSG/0/3857", target);
    CHECK_INT(get(asked), 200);
    first_point(web);
    CHECK_NEAR(web[0], 6378137 * lonlat[0] * M_PI / 180, 0.01);
    CHECK_NEAR(web[1], 6378137 * log(tan(M_PI / 4 + lonlat[1] * M_PI / 360)), 0.01);
}

/* ---- properties ---- */

TEST(a_property_is_a_parameter_and_combines_with_the_filter) {
    as(tokens[0]);
    int64_t by_filter = matched_of("/collections/cpts/items?filter=statut%3D%27projet-valide%27");
    CHECK(by_filter > 0);
    CHECK_INT(matched_of("/collections/cpts/items?statut=projet-valide"), by_filter);
    CHECK_INT(
        matched_of(
            "/collections/cpts/items?statut=projet-valide&filter=statut%20%3C%3E%20%27projet-valide"
            "%27%20OR%20population%20%3C%200"),
        0);
    CHECK_INT(matched_of("/collections/cpts/items?statut=projet-valide%27%20OR%20%271%27=%271"), 0);
    as(NULL);
    CHECK_INT(
        get("/collections/communes/items?properties=population,nom&skipGeometry=true&limit=1"),
        200);
    const maille_json *one = maille_json_at(features(), 0);
    CHECK(maille_json_is_null(maille_json_get(one, "geometry")));
    CHECK(maille_json_get(maille_json_get(one, "properties"), "nom") != NULL);
    CHECK(maille_json_get(maille_json_get(one, "properties"), "departement") == NULL);
}

TEST(text_is_found_anywhere_and_has_no_meaning_of_its_own) {
    CHECK_INT(get("/collections/communes/items?q=gné"), 200);
    CHECK(matched() > 0);
    for (size_t i = 0; i < maille_json_count(features()); i++) {
        const maille_json *p = maille_json_get(maille_json_at(features(), i), "properties");
        CHECK(strstr(maille_json_as_text(maille_json_get(p, "nom")), "gné") != NULL);
    }
    CHECK_INT(matched_of("/collections/communes/items?q=%25"), 0);
    CHECK_INT(matched_of("/collections/communes/items?q=_"), 0);
    CHECK_INT(matched_of("/collections/communes/items?q=%27%20OR%201=1%20--"), 0);
}

/* ---- one feature ---- */

TEST(every_feature_stands_at_the_address_of_its_id) {
    static const char *const layers[] = {"communes", "etablissements", "isochrones",
                                         "cpts-bassins"};
    for (size_t k = 0; k < sizeof layers / sizeof *layers; k++) {
        char ids[50][200], target[300];
        snprintf(target, sizeof target, "/collections/%s/items?limit=50&skipGeometry=true",
                 layers[k]);
        CHECK_INT(get(target), 200);
        size_t count = maille_json_count(features());
        CHECK(count > 0);
        for (size_t i = 0; i < count; i++)
            snprintf(ids[i], sizeof ids[i], "%s", id_at(i));
        for (size_t i = 0; i < count; i++) {
            snprintf(target, sizeof target, "/collections/%s/items/%s", layers[k], ids[i]);
            CHECK_INT(get(target), 200);
            CHECK_TEXT(maille_json_as_text(maille_json_get(tree(), "id")), ids[i]);
            CHECK_TEXT(link_of(tree(), "self"), target);
        }
    }
    CHECK_INT(get("/collections/communes/items/99999"), 404);
    CHECK_INT(get("/collections/communes/items/96002/x"), 404);
    CHECK_INT(get("/collections/communes/items/96002?limit=1"), 400);
}

/* ---- who sees what ---- */

TEST(the_public_is_told_nothing_of_a_draft) {
    as(tokens[0]);
    CHECK_INT(get("/collections/cpts/items?statut=projet-valide&limit=1"), 200);
    char id[200], name[200], target[500], missing[2000];
    const maille_json *p = maille_json_get(maille_json_at(features(), 0), "properties");
    snprintf(id, sizeof id, "%s", id_at(0));
    snprintf(name, sizeof name, "%s", maille_json_as_text(maille_json_get(p, "nom")));
    snprintf(target, sizeof target, "/collections/cpts/items/%s", id);
    CHECK_INT(get(target), 200);
    as(NULL);
    CHECK_INT(get(target), 404);
    CHECK(!says(name));
    snprintf(missing, sizeof missing, "%s", body());
    CHECK_INT(get("/collections/cpts/items/nulle-part"), 404);
    CHECK_INT(strlen(missing) - strlen(id), strlen(body()) - strlen("nulle-part"));
    CHECK_INT(matched_of("/collections/cpts/items?statut=projet-valide"), 0);
    static const char *const everywhere[] = {
        "/collections/cpts/items?limit=50",
        "/collections/perimetres/items?limit=50",
        "/collections/cpts-chevauchements/items?limit=50",
        "/collections/cpts-constats/items?limit=50",
        "/collections/cpts-bassins/items?limit=50",
        "/collections/cpts/download",
        "/collections/cpts/download?f=csv",
        "/collections/cpts/items?f=html&limit=50",
        "/api",
        "/collections",
    };
    for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++) {
        CHECK_INT(get(everywhere[i]), 200);
        if (says(id) || says(name))
            CHECK_TEXT(everywhere[i], "told of a draft");
    }
}

TEST(an_account_that_is_bound_sees_no_more_than_it_may) {
    as(tokens[1]);
    CHECK_INT(get("/collections"), 200);
    const maille_json *list = maille_json_get(tree(), "collections");
    char shown[50][100];
    size_t count = maille_json_count(list);
    for (size_t i = 0; i < count; i++)
        snprintf(shown[i], sizeof shown[i], "%s",
                 maille_json_as_text(maille_json_get(maille_json_at(list, i), "id")));
    CHECK(count > 0);
    for (size_t i = 0; i < count; i++) {
        char target[200];
        snprintf(target, sizeof target, "/collections/%s/items?limit=1", shown[i]);
        int64_t bound = matched_of(target);
        as(tokens[0]);
        CHECK(bound <= matched_of(target));
        as(tokens[1]);
        snprintf(target, sizeof target, "/collections/%s/download?f=csv", shown[i]);
        CHECK_INT(get(target), 200);
    }
    as(NULL);
}

/* ---- downloads ---- */

static size_t lines_of(const char *text) {
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

TEST(downloads_hold_what_is_selected_in_every_format) {
    static const char *const selections[] = {"", "&bbox=-4.9,46.1,-4.7,46.3",
                                             "&filter=population%3E2000&properties=nom,code"};
    for (size_t i = 0; i < sizeof selections / sizeof *selections; i++) {
        char target[300];
        snprintf(target, sizeof target, "/collections/communes/items?limit=1%s", selections[i]);
        int64_t want = matched_of(target);
        CHECK(want > 0);
        snprintf(target, sizeof target, "/collections/communes/download?f=geojson%s",
                 selections[i]);
        CHECK_INT(get(target), 200);
        CHECK_INT(maille_json_count(features()), want);
        CHECK(answered.download && strstr(answered.download, "communes-public-20") &&
              strstr(answered.download, ".geojson") && !strchr(answered.download, ':'));
        snprintf(target, sizeof target, "/collections/communes/download?f=csv%s", selections[i]);
        CHECK_INT(get(target), 200);
        CHECK_INT(lines_of(body()), want + 1);
        snprintf(target, sizeof target, "/collections/communes/download?f=gpkg%s", selections[i]);
        CHECK_INT(get(target), 200);
        CHECK(answered.file >= 0);
        const char *copy = test_scratch("copy.gpkg");
        FILE *to = fopen(copy, "wb");
        char piece[4096];
        for (ssize_t n; (n = read(answered.file, piece, sizeof piece)) > 0;)
            fwrite(piece, 1, (size_t)n, to);
        fclose(to);
        close(answered.file);
        maille_table *table = NULL;
        CHECK_OK(maille_file_read(ctx, copy, &(maille_read_options){.layer = "communes"}, &table));
        CHECK_INT(table->rows, want);
        CHECK(maille_table_column(table, "nom") >= 0);
        CHECK((maille_table_column(table, "departement") >= 0) == (i < 2));
        maille_table_free(table);
    }
    CHECK_INT(get("/collections/communes/download?limit=1"), 400);
}

TEST(begin) {
    start();
}
TEST(end) {
    finish();
}

RUN_TESTS(CASE(begin), CASE(next_leads_through_all_and_carries_every_parameter),
          CASE(a_limit_above_the_most_is_the_most_and_none_is_refused),
          CASE(what_is_malformed_is_refused_by_name),
          CASE(a_box_across_the_antimeridian_is_what_the_other_leaves),
          CASE(a_box_in_another_system_is_the_same_box),
          CASE(coordinates_come_as_they_are_asked_for_and_say_so),
          CASE(a_property_is_a_parameter_and_combines_with_the_filter),
          CASE(text_is_found_anywhere_and_has_no_meaning_of_its_own),
          CASE(every_feature_stands_at_the_address_of_its_id),
          CASE(the_public_is_told_nothing_of_a_draft),
          CASE(an_account_that_is_bound_sees_no_more_than_it_may),
          CASE(downloads_hold_what_is_selected_in_every_format), CASE(end))
