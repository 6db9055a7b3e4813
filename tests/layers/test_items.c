/* Items: what is asked for is what comes, against plain loops over the layer as a whole and against
 * GDAL's reading of the exported file. */
#include "region.h"

#include <maille/crs.h>
#include <maille/items.h>
#include <maille/vec.h>
#include <maille/vectorfile.h>

static maille_ctx *ctx;
static maille_store *store;
static maille_catalogue *interne, *public;

/* Ids of the features, each with a blank behind it; "!" and the message where it fails. */
static const char *ids_of(const maille_catalogue *c, const char *layer, maille_selection s) {
    static char text[4][8192];
    static int next;
    char *to = text[next++ & 3], *at = to;
    maille_items *items = NULL;
    bool found = false;
    *to = '\0';
    maille_status status = maille_items_open(ctx, c, layer, &s, &items);
    while (!status && (status = maille_items_next(ctx, items, &found)) == MAILLE_OK && found)
        at += snprintf(at, (size_t)(to + 8192 - at), "%s ", maille_items_id(items));
    maille_items_free(items);
    if (status)
        snprintf(to, 8192, "!%d %s", (int)status, maille_message(ctx));
    return to;
}

static const char *filtered(const maille_catalogue *c, const char *layer, const char *filter) {
    maille_cql *cql = NULL;
    maille_status status = maille_cql_parse(ctx, filter, &cql);
    if (status)
        return maille_message(ctx);
    const char *ids = ids_of(c, layer, (maille_selection){.filter = cql, .limit = -1});
    maille_cql_free(cql);
    return ids;
}

#define IDS(c, layer, ...) ids_of((c), (layer), (maille_selection){.limit = -1, __VA_ARGS__})

/* ---- all of it ---- */

static void same_value(const maille_items *items, size_t i, const maille_column *column,
                       size_t row) {
    maille_item_value value = maille_items_value(items, i);
    const char *text = column->texts[row];
    CHECK_INT(value.null, text == NULL);
    if (value.null || !text)
        return;
    const maille_property *p = maille_items_property(items, i);
    if (p->type == MAILLE_P_TEXT)
        CHECK_TEXT(value.text, text);
    else if (p->type == MAILLE_P_BOOL)
        CHECK_INT(value.number, strcmp(text, "1") == 0 || strcmp(text, "true") == 0);
    else if (p->type != MAILLE_P_TEXTS)
        CHECK_NEAR(value.number, strtod(text, NULL), 0);
}

/* Every layer as GDAL reads its file. */
TEST(items_are_what_gdal_reads_in_the_file) {
    const maille_selection all = {.limit = -1};
    size_t compared = 0;
    for (size_t l = 0; l < maille_catalogue_count(interne); l++) {
        const maille_layer_state *state = maille_catalogue_layer(interne, l);
        maille_layer_written about;
        maille_table *table = NULL;
        maille_items *items = NULL;
        bool found = false;
        const maille_read_options options = {.with_geometry = true, .texts = true};
        if (!state->ready)
            continue;
        CHECK_OK(maille_layer_write(ctx, interne, state->def->id, MAILLE_GEOJSON, test_scratch("."),
                                    &about));
        if (about.features == 0) /* GDAL reads no such file */
            continue;
        CHECK_OK(maille_file_read(ctx, about.path, &options, &table));
        CHECK_OK(maille_items_open(ctx, interne, state->def->id, &all, &items));
        for (size_t row = 0; row < table->rows; row++) {
            CHECK_OK(maille_items_next(ctx, items, &found));
            CHECK(found);
            for (size_t i = 0; found && i < maille_items_property_count(items); i++) {
                int column = maille_table_column(table, maille_items_property(items, i)->name);
                if (column >= 0)
                    same_value(items, i, &table->columns[column], row);
                compared += column >= 0;
            }
        }
        CHECK_OK(maille_items_next(ctx, items, &found));
        CHECK(!found);
        maille_items_free(items);
        maille_table_free(table);
    }
    CHECK(compared > 150);
}

TEST(a_feature_is_found_by_its_id) {
    CHECK_TEXT(IDS(interne, "communes", .id = "01002"), "01002 ");
    CHECK_TEXT(IDS(interne, "communes", .id = "0100"), "");
    CHECK_TEXT(IDS(interne, "communes", .id = "' OR 1=1 --"), "");
    CHECK_TEXT(IDS(interne, "isochrones", .id = "maternite/12.5"), "maternite/12.5 ");
    CHECK_TEXT(IDS(interne, "isochrones", .id = "medecin_generaliste/5"), "medecin_generaliste/5 ");
    CHECK_TEXT(IDS(interne, "isochrones", .id = "medecin_generaliste/5.0"), "");
    CHECK_TEXT(IDS(interne, "isochrones", .id = "medecin_generaliste/x"), "");
    CHECK_TEXT(IDS(interne, "isochrones", .id = "medecin_generaliste"), "");
    CHECK_TEXT(IDS(interne, "cpts", .id = "cpts-secret"), "cpts-secret ");
    CHECK_TEXT(IDS(public, "cpts", .id = "cpts-secret"), "");
}

/* "cpts-a-b" begins with "cpts-a", and "-" stands before "/": the order of prefixes is not that of
 * the ids. */
TEST(the_order_is_that_of_the_ids) {
    maille_store *other = new_region(ctx, "ODbL 1.0");
    fill(ctx, other, "overlap",
         "3|interne|cpts-a-b|x|1|[\"01001\"]|9|1|1|alerte|1 1 2 2\n"
         "4|interne|cpts-a|z/1|1|[\"01001\"]|8|1|1|alerte|1 1 2 2\n"
         "5|interne|cpts-a z|y|1|[\"01001\"]|7|1|1|alerte|1 1 2 2\n"
         "6|interne|cpts|y|1|[\"01001\"]|7|1|1|alerte|1 1 2 2\n"
         "7|interne|cpts0|y|1|[\"01001\"]|6|1|1|alerte|1 1 2 2");
    maille_catalogue *c = catalogue_of(ctx, other, MAILLE_INTERNE);
    static const char want[] = "cpts-a z/y cpts-a-b/x cpts-a/cpts-b cpts-a/z/1 cpts/y cpts0/y ";
    const char *layer = "cpts-chevauchements";
    CHECK_TEXT(IDS(c, layer, .offset = 0), want);
    CHECK_TEXT(IDS(c, layer, .id = "cpts-a/z/1"), "cpts-a/z/1 ");
    for (int64_t offset = 0; offset < 8; offset++)
        for (int64_t limit = 0; limit < 8; limit++) {
            maille_selection s = {.offset = offset, .limit = limit};
            char slice[256] = "", copy[256], *rest = NULL;
            int64_t n = 0;
            snprintf(copy, sizeof copy, "%s",
                     "cpts-a+z/y cpts-a-b/x cpts-a/cpts-b cpts-a/z/1 "
                     "cpts/y cpts0/y ");
            for (char *id = strtok_r(copy, " ", &rest); id; id = strtok_r(NULL, " ", &rest), n++)
                if (n >= offset && n < offset + limit) {
                    strcat(slice, strcmp(id, "cpts-a+z/y") == 0 ? "cpts-a z/y" : id);
                    strcat(slice, " ");
                }
            CHECK_TEXT(ids_of(c, layer, s), slice);
        }
    maille_catalogue_free(c);
    maille_store_close(other);
}

TEST(pages_are_slices_and_matched_counts_all) {
    for (int64_t offset = 0; offset < 5; offset++)
        for (int64_t limit = 0; limit < 5; limit++) {
            static const char *const all[] = {"01001 ", "01002 ", "2A001 "};
            char want[64] = "";
            maille_selection s = {.offset = offset, .limit = limit};
            maille_items *items = NULL;
            int64_t matched = -1;
            for (int64_t i = offset; i < 3 && i < offset + limit; i++)
                strcat(want, all[i]);
            CHECK_TEXT(ids_of(interne, "couverture", s), want);
            CHECK_OK(maille_items_open(ctx, interne, "couverture", &s, &items));
            CHECK_OK(maille_items_matched(ctx, items, &matched));
            CHECK_INT(matched, 3);
            maille_items_free(items);
        }
    CHECK(strstr(IDS(interne, "communes", .offset = -1), "!2 offset and limit"));
}

/* ---- properties and order ---- */

TEST(properties_are_chosen) {
    static const char *const names[] = {"maternite_min", "nom", "maternite_min"};
    maille_selection s = {
        .properties = names, .property_count = 3, .without_geometry = true, .limit = 1};
    maille_items *items = NULL;
    maille_strbuf text = {0};
    bool found = false;
    CHECK_OK(maille_items_open(ctx, interne, "couverture", &s, &items));
    CHECK_OK(maille_items_next(ctx, items, &found));
    CHECK_INT(maille_items_property_count(items), 2);
    CHECK_TEXT(maille_items_property(items, 0)->name, "maternite_min");
    CHECK_TEXT(maille_items_property(items, 0)->title[0], "Maternité : minutes");
    CHECK_TEXT(maille_items_property(items, 0)->title[1], "Maternité: minutes");
    CHECK_NEAR(maille_items_value(items, 0).number, 95.5, 0);
    CHECK_TEXT(maille_items_value(items, 1).text, "Trou");
    CHECK(maille_items_geometry(items).bytes == NULL);
    CHECK_OK(maille_items_add_geojson(ctx, items, &text));
    CHECK_TEXT(text.text,
               "{\"type\":\"Feature\",\"id\":\"01001\",\"properties\":{\"maternite_"
               "min\":95.5,\"nom\":\"Trou\"},\"geometry\":null}");
    maille_strbuf_clear(&text);
    CHECK_OK(maille_items_add_csv_header(ctx, items, &text));
    CHECK_OK(maille_items_add_csv(ctx, items, &text));
    CHECK_TEXT(text.text, "maternite_min,nom\n95.5,Trou\n");
    maille_strbuf_free(&text);
    maille_items_free(items);
    s = (maille_selection){.properties = names, .property_count = 0, .limit = -1};
    CHECK_OK(maille_items_open(ctx, interne, "couverture", &s, &items));
    CHECK_INT(maille_items_property_count(items), 0);
    maille_items_free(items);
    static const char *const wrong[] = {"maternite_mn"};
    CHECK_TEXT(IDS(interne, "couverture", .properties = wrong, .property_count = 1),
               "!2 property \"maternite_mn\" was not found in layer \"couverture\"; nearest: "
               "maternite_min, maternite_id, maternite_tranche");
    CHECK(strstr(IDS(interne, "couvertures", .offset = 0), "!4 layer \"couvertures\" was not"));
    CHECK(strstr(IDS(interne, "cpts-bassins", .offset = 0), "!3 layer \"cpts-bassins\" could not"));
}

TEST(order_is_as_asked_nulls_last_then_by_id) {
    const struct maille_sort up = {"maternite_min", false}, down = {"maternite_min", true};
    const struct maille_sort place[] = {{"medecin_generaliste_tranche", true}, {"nom", false}};
    CHECK_TEXT(IDS(interne, "couverture", .sort = &up, .sort_count = 1), "2A001 01001 01002 ");
    CHECK_TEXT(IDS(interne, "couverture", .sort = &down, .sort_count = 1), "01001 2A001 01002 ");
    CHECK_TEXT(IDS(interne, "couverture", .sort = place, .sort_count = 2), "2A001 01001 01002 ");
    const struct maille_sort same = {"service", true}, wrong = {"codes", false};
    CHECK_TEXT(IDS(interne, "etablissements", .sort = &same, .sort_count = 1),
               "medecin_generaliste/01001 medecin_generaliste/2A001 maternite/m-1 ");
    CHECK(strstr(IDS(interne, "cpts-chevauchements", .sort = &wrong, .sort_count = 1),
                 "!2 property \"codes\" holds arrays"));
}

/* ---- place ---- */

TEST(boxes_take_what_shares_a_point_with_them) {
    /* communes: 01001 is 1 46 2 47 with a hole, 01002 two islands by -1 47, 2A001 by 8.5 41.5 */
    CHECK_TEXT(IDS(interne, "communes", .has_box = true, .box = {0, 0, 10, 50}), "01001 2A001 ");
    CHECK_TEXT(IDS(interne, "communes", .has_box = true, .box = {1.3, 46.3, 1.4, 46.4}), "");
    CHECK_TEXT(IDS(interne, "communes", .has_box = true, .box = {1.3, 46.3, 1.5, 46.4}), "01001 ");
    CHECK_TEXT(IDS(interne, "communes", .has_box = true, .box = {2, 47, 3, 48}), "01001 ");
    CHECK_TEXT(IDS(interne, "communes", .has_box = true, .box = {2.0000001, 47, 3, 48}), "");
    CHECK_TEXT(IDS(interne, "communes", .has_box = true, .box = {-0.4, 47, -0.3, 48}), "");
    CHECK_TEXT(IDS(interne, "communes", .has_box = true, .box = {8, -90, -0.9, 90}),
               "01002 2A001 "); /* across the antimeridian */
    CHECK_TEXT(IDS(interne, "couverture", .has_box = true, .box = {8, -90, 9, 90}), "2A001 ");
    /* points, and one that has none */
    CHECK_TEXT(IDS(interne, "etablissements", .has_box = true, .box = {1.1, 46.1, 8, 47}),
               "medecin_generaliste/01001 ");
    CHECK_TEXT(IDS(interne, "etablissements", .has_box = true, .box = {8.6, 0, 1.1, 90}),
               "medecin_generaliste/01001 medecin_generaliste/2A001 ");
    /* geometry of another table */
    CHECK_TEXT(IDS(interne, "cpts-communes-disputees", .has_box = true, .box = {8.6, 0, 9, 90}),
               "2A001 ");
    CHECK_TEXT(IDS(interne, "cpts-communes-disputees", .has_box = true, .box = {0, 0, 1, 90}), "");
    CHECK(strstr(IDS(interne, "communes", .has_box = true, .box = {0, 9, 1, 8}), "!2 the box"));
    CHECK(strstr(IDS(interne, "communes", .has_box = true, .box = {0, NAN, 1, 8}), "!2 the box"));
}

TEST(geometry_in_a_filter_is_exact) {
    CHECK_TEXT(filtered(interne, "communes", "S_INTERSECTS(geom,POINT(1.6 46.6))"), "01001 ");
    CHECK_TEXT(filtered(interne, "communes", "S_INTERSECTS(geom,POINT(1.3 46.3))"), "");
    CHECK_TEXT(filtered(interne, "communes", "NOT S_INTERSECTS(geom,POINT(1.6 46.6))"),
               "01002 2A001 ");
    CHECK_TEXT(filtered(interne, "communes",
                        "S_INTERSECTS(geom,LINESTRING(0 47.5, 9 41)) OR nom LIKE 'île%'"),
               "01001 "); /* case counts */
    CHECK_TEXT(
        filtered(interne, "etablissements", "S_INTERSECTS(geom,POLYGON((0 45,2 45,2 47.5,0 45)))"),
        "medecin_generaliste/01001 ");
    CHECK_TEXT(filtered(interne, "etablissements", "NOT BBOX(geom,8,41,9,42)"),
               "medecin_generaliste/01001 "); /* of a place that is nowhere nothing is known */
}

TEST(departments_and_communes_are_those_of_the_definition) {
    const char *const ain[] = {"01"}, *const both[] = {"01", "2A"}, *const b[] = {"2B"};
    const char *const wrong[] = {""};
    CHECK_TEXT(IDS(interne, "communes", .departments = ain, .department_count = 1), "01001 01002 ");
    CHECK_TEXT(IDS(interne, "communes", .departments = both, .department_count = 2),
               "01001 01002 2A001 ");
    CHECK_TEXT(IDS(interne, "communes", .departments = b, .department_count = 1), "");
    CHECK_TEXT(IDS(interne, "cpts", .departments = ain, .department_count = 1),
               "cpts-a cpts-secret ");
    CHECK_TEXT(IDS(interne, "cpts-chevauchements", .departments = ain, .department_count = 1), "");
    CHECK_TEXT(IDS(interne, "cpts-chevauchements", .departments = both, .department_count = 2),
               "cpts-a/cpts-b ");
    CHECK(strstr(IDS(interne, "communes", .departments = wrong, .department_count = 1),
                 "!2 \"\" was no département"));
    CHECK(strstr(IDS(interne, "isochrones", .departments = ain, .department_count = 1),
                 "!2 layer \"isochrones\" does not tell"));
    CHECK_TEXT(IDS(interne, "communes", .commune = "2A001"), "2A001 ");
    CHECK_TEXT(IDS(interne, "cpts", .commune = "2A001"), "cpts-a cpts-b ");
    CHECK_TEXT(IDS(interne, "cpts-constats", .commune = "2A001"), "chevauchement:cpts-a + cpts-b ");
    CHECK_TEXT(IDS(interne, "cpts", .commune = "2A00_"), "");
}

/* An account of one département sees the rest of what is the same for all. */
TEST(narrowed_accounts_see_their_departments) {
    const char *const ain[] = {"01"};
    CHECK_TEXT(IDS(interne, "communes", .narrowed = ain, .narrowed_count = 1),
               "01001 01002 2A001 ");
    CHECK_TEXT(IDS(interne, "isochrones", .narrowed = ain, .narrowed_count = 1),
               IDS(interne, "isochrones", .offset = 0));
    CHECK_TEXT(IDS(interne, "perimetres", .narrowed = ain, .narrowed_count = 1),
               "cpts-a cpts-secret ");
    CHECK_TEXT(IDS(interne, "cpts", .narrowed = ain, .narrowed_count = 1, .id = "cpts-b"), "");
    CHECK_TEXT(IDS(interne, "cpts-communes-disputees", .narrowed = ain, .narrowed_count = 1), "");
}

/* ---- time ---- */

TEST(features_stand_from_their_date_on) {
    /* cpts-a since 2024-05-01, the others since nobody knows when */
    static const char all[] = "cpts-a cpts-b cpts-secret ", before[] = "cpts-b cpts-secret ";
    CHECK_TEXT(IDS(interne, "cpts", .from = "2024-01-01"), all);
    CHECK_TEXT(IDS(interne, "cpts", .until = "2024-05-01"), all);
    CHECK_TEXT(IDS(interne, "cpts", .until = "2024-04-30"), before);
    CHECK_TEXT(IDS(interne, "cpts", .until = "2024-05-01T00:00:00Z"), all);
    CHECK_TEXT(IDS(interne, "cpts", .until = "2024-05-01T01:59:59+02:00"), before);
    CHECK_TEXT(IDS(interne, "cpts", .from = "2020-01-01", .until = "2024-04-30T23:59:59Z"), before);
    CHECK_TEXT(IDS(interne, "communes", .until = "1900-01-01"), "01001 01002 2A001 ");
    CHECK(strstr(IDS(interne, "cpts", .until = "2024-02-30"), "!2 \"2024-02-30\" was no date"));
    CHECK(strstr(IDS(interne, "cpts", .from = "2024-05-02", .until = "2024-05-01"),
                 "!2 the interval ended"));
    CHECK_TEXT(IDS(interne, "cpts", .from = "2024-05-01", .until = "2024-05-01"), all);
}

/* ---- coordinates ---- */

static const char *geometry_in(int epsg, bool latitude_first, const char *layer, const char *id) {
    static char text[4096];
    maille_selection s = {.id = id, .epsg = epsg, .latitude_first = latitude_first, .limit = -1};
    maille_items *items = NULL;
    maille_strbuf json = {0};
    bool found = false;
    maille_status status = maille_items_open(ctx, interne, layer, &s, &items);
    if (!status)
        status = maille_items_next(ctx, items, &found);
    if (!status)
        status = maille_items_add_geojson(ctx, items, &json);
    const char *at = json.text ? strstr(json.text, "\"coordinates\":") : NULL;
    snprintf(text, sizeof text, "%s", status || !at ? maille_message(ctx) : at + 14);
    maille_strbuf_free(&json);
    maille_items_free(items);
    return text;
}

TEST(coordinates_are_in_the_crs_that_was_asked_for) {
    static const int all[] = {3857, 2154, 5490, 2972, 2975, 4471, 4467};
    CHECK_TEXT(geometry_in(0, true, "etablissements", "medecin_generaliste/2A001"), "[8.6,41.6]}}");
    CHECK_TEXT(geometry_in(4326, true, "etablissements", "medecin_generaliste/2A001"),
               "[41.6,8.6]}}");
    CHECK_TEXT(geometry_in(4326, false, "etablissements", "medecin_generaliste/2A001"),
               "[8.6,41.6]}}");
    /* by the sphere's own formula */
    double x = 0, y = 0, pi = 3.14159265358979323846;
    sscanf(geometry_in(3857, false, "etablissements", "medecin_generaliste/2A001"), "[%lf,%lf]", &x,
           &y);
    CHECK_NEAR(x, 6378137 * 8.6 * pi / 180, 0.0051);
    CHECK_NEAR(y, 6378137 * log(tan(pi / 4 + 41.6 * pi / 360)), 0.0051);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char name[16];
        const char *text =
            geometry_in(all[i], false, "etablissements", "medecin_generaliste/01001");
        CHECK_INT(sscanf(text, "[%lf,%lf]", &x, &y), 2);
        snprintf(name, sizeof name, "EPSG:%d", all[i]);
        CHECK_OK(maille_to_lonlat(ctx, name, &x, &y, 1));
        CHECK_NEAR(x, 1.1, 3e-7);
        CHECK_NEAR(y, 46.1, 3e-7);
    }
    const char *box = geometry_in(2154, false, "communes", "2A001");
    double p[10];
    CHECK_INT(sscanf(box, "[[[[%lf,%lf],[%lf,%lf],[%lf,%lf],[%lf,%lf],[%lf,%lf]]]]", &p[0], &p[1],
                     &p[2], &p[3], &p[4], &p[5], &p[6], &p[7], &p[8], &p[9]),
              10);
    double area = 0; /* shells run counter-clockwise in metres too */
    for (int i = 0; i < 8; i += 2)
        area += p[i] * p[i + 3] - p[i + 2] * p[i + 1];
    CHECK(area > 1e8);
    CHECK(strstr(IDS(interne, "communes", .epsg = 4258), "!2 EPSG:4258 was not a projected"));
    CHECK(strstr(IDS(interne, "communes", .epsg = 999999), "!2 EPSG:999999 was not known"));
}

/* ---- filters on what is published ---- */

TEST(filters_compare_what_is_published) {
    CHECK_TEXT(filtered(interne, "communes", "population = 250"), "01001 "); /* 250.4 */
    CHECK_TEXT(filtered(interne, "communes", "population > 250"), "2A001 ");
    CHECK_TEXT(filtered(interne, "communes", "NOT population > 250"), "01001 "); /* null is not */
    CHECK_TEXT(filtered(interne, "communes", "population IS NULL"), "01002 ");
    CHECK_TEXT(filtered(interne, "couverture", "medecin_generaliste_min = 10"), "2A001 ");
    CHECK_TEXT(filtered(interne, "couverture", "maternite_min <= 30"), "2A001 ");
    CHECK_TEXT(filtered(interne, "couverture", "maternite_id IS NULL"), "01002 ");
    CHECK_TEXT(filtered(interne, "cpts", "surface_km2 = 2.5"), "cpts-a ");
    CHECK_TEXT(filtered(interne, "communes", "nom = 'Île \"neuve\"'"), "01002 ");
    CHECK_TEXT(filtered(interne, "communes", "nom LIKE '%''%'"), "");
    CHECK_TEXT(filtered(interne, "communes", "nom LIKE 'TR%'"), "");
    CHECK_TEXT(filtered(interne, "communes", "nom LIKE 'Tr%'"), "01001 ");
    CHECK_TEXT(filtered(interne, "cpts-chevauchements", "codes = '2A001'"), "cpts-a/cpts-b ");
    CHECK_TEXT(filtered(interne, "cpts-chevauchements", "codes IN ('01001','A001')"), "");
    CHECK_TEXT(filtered(interne, "cpts-chevauchements", "codes <> '01001'"), "cpts-a/cpts-b ");
    CHECK_TEXT(filtered(public, "cpts-zones-blanches", "enclavee = FALSE"), "zb-01002 ");
    CHECK_TEXT(filtered(public, "cpts-zones-blanches", "enclavee <> FALSE"), "");
    CHECK_TEXT(filtered(interne, "zones-sous-denses", "derogation IN (TRUE)"), "b2 ");
    CHECK_TEXT(filtered(interne, "cpts", "depuis >= DATE('2024-05-01')"), "cpts-a ");
    CHECK_TEXT(filtered(interne, "cpts", "depuis < TIMESTAMP('2024-05-01T00:00:00Z')"), "");
    CHECK_TEXT(filtered(public, "cpts", "id = 'cpts-secret' OR TRUE"), "cpts-a cpts-b ");
}

TEST(what_does_not_compare_is_refused) {
    static const char *const wrong[][2] = {
        {"population = '250'", "property \"population\" holds numbers"},
        {"population LIKE '2%'", "property \"population\" holds numbers"},
        {"nom = 5", "property \"nom\" holds texts"},
        {"nom = TRUE", "property \"nom\" holds texts"},
        {"population IN (1,'2')", "at character 18"},
        {"nom BETWEEN 'a' AND 2", "at character 21"},
        {"name = 'x'",
         "property \"name\" was not found in layer \"communes\" at character 1; "
         "nearest: nom"},
        {"geom = 'x'", "property \"geom\" was not found"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *got = filtered(interne, "communes", wrong[i][0]);
        if (strncmp(got, "!2 ", 3) != 0 || !strstr(got, wrong[i][1]))
            CHECK_TEXT(got, wrong[i][1]);
    }
    CHECK(strstr(filtered(interne, "zones-sous-denses", "derogation > FALSE"), "true or false"));
    CHECK(strstr(filtered(interne, "zones-sous-denses", "derogation = 1"), "true or false"));
    CHECK(strstr(filtered(interne, "cpts-chevauchements", "codes LIKE '2%'"), "arrays of texts"));
    CHECK(strstr(filtered(interne, "cpts-chevauchements", "codes < '2'"), "arrays of texts"));
}

/* Texts are values, whatever they look like. */
TEST(no_text_reaches_the_statement) {
    static const char *const texts[] = {"' OR 1=1 --",
                                        "'; DROP TABLE commune; --",
                                        "\\",
                                        "%",
                                        "_",
                                        "\"",
                                        "]",
                                        "\",\"",
                                        "' UNION SELECT",
                                        "\xc3\xa9",
                                        "?1",
                                        ":x",
                                        "@x",
                                        "$x",
                                        "char(0)",
                                        "x'00'",
                                        "NULL",
                                        "%%%%%%%%"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char quoted[256], filter[600], *at = quoted;
        for (const char *c = texts[i]; *c; c++) {
            if (*c == '\'')
                *at++ = '\'';
            *at++ = *c;
        }
        *at = '\0';
        snprintf(filter, sizeof filter, "nom = '%s' OR code IN ('%s','x') OR code > '~%s'", quoted,
                 quoted, quoted);
        CHECK_TEXT(filtered(interne, "communes", filter), "");
        snprintf(filter, sizeof filter, "codes = '%s'", quoted);
        CHECK_TEXT(filtered(interne, "cpts-chevauchements", filter), "");
        snprintf(filter, sizeof filter, "\"%s\" = 1", texts[i][0] == '"' ? "\"\"" : texts[i]);
        if (!strchr(texts[i], '"'))
            CHECK(strstr(filtered(interne, "communes", filter), "was not found"));
        CHECK_TEXT(IDS(interne, "communes", .id = texts[i]), "");
        CHECK_TEXT(IDS(interne, "cpts", .commune = texts[i]), "");
    }
    CHECK_TEXT(IDS(interne, "communes", .offset = 0), "01001 01002 2A001 ");
}

/* ---- beside the features ---- */

TEST(a_layer_tells_its_properties_extent_and_members) {
    const maille_property *p = NULL;
    size_t count = 0;
    double box[4];
    maille_strbuf text = {0};
    CHECK_OK(maille_layer_properties(ctx, interne, "couverture", &p, &count));
    CHECK_INT(count, 9);
    CHECK_TEXT(p[3].name, "medecin_generaliste_min");
    CHECK_TEXT(p[3].title[0], "Médecin généraliste : minutes");
    CHECK_TEXT(p[3].unit, "min");
    CHECK_INT(p[3].decimals, 1);
    CHECK(p[0].unit == NULL && p[0].type == MAILLE_P_TEXT);
    static const struct {
        const char *layer;
        double box[4];
    } want[] = {{"communes", {-1.0000001, 41.5, 8.75, 47.5}},
                {"etablissements", {1.1, 41.6, 8.6, 46.1}},
                {"cpts-communes-disputees", {8.5, 41.5, 8.75, 41.75}},
                {"cpts", {-1, 41.5, 8.75, 47.5}}};
    for (size_t l = 0; l < sizeof want / sizeof *want; l++) {
        CHECK_OK(maille_layer_extent(ctx, interne, want[l].layer, box));
        for (size_t i = 0; i < 4; i++)
            CHECK_NEAR(box[i], want[l].box[i], 2e-6);
    }
    CHECK_OK(maille_layer_extent(ctx, public, "cpts", box));
    CHECK_NEAR(box[0], 1, 2e-6); /* without the draft */
    CHECK_OK(maille_layer_extent(ctx, interne, "cpts-zones-blanches", box));
    CHECK(isnan(box[0]) && isnan(box[3]));
    for (int again = 0; again < 2; again++) {
        maille_strbuf_clear(&text);
        CHECK_OK(maille_layer_members(ctx, public, "cpts", &text));
        CHECK(strstr(text.text, "\"name\":\"cpts\"") == text.text);
        CHECK(strstr(text.text, "\"audience\":\"public\"") != NULL);
        CHECK(strstr(text.text, "\"licence\":\"") != NULL);
        CHECK(strstr(text.text, "Brouillons") == NULL);
        CHECK(text.text[text.length - 1] == '}');
    }
    maille_strbuf_free(&text);
    CHECK_INT(maille_layer_extent(ctx, public, "secret", box), MAILLE_NOT_FOUND);
}

/* Whatever allocation fails, it is told and nothing is lost. */
TEST(memory_may_run_out) {
    static const char *const names[] = {"nom", "population"};
    const char *const ain[] = {"01"};
    const struct maille_sort sort = {"nom", true};
    maille_cql *cql = NULL;
    bool done = false;
    CHECK_OK(maille_cql_parse(ctx,
                              "(nom LIKE 'T%' OR population IN (1,250)) AND NOT nom IS NULL AND "
                              "S_INTERSECTS(geom,POINT(1.6 46.6))",
                              &cql));
    maille_selection s = {.filter = cql,
                          .has_box = true,
                          .box = {170, -90, 160, 90},
                          .departments = ain,
                          .department_count = 1,
                          .properties = names,
                          .property_count = 2,
                          .sort = &sort,
                          .sort_count = 1,
                          .epsg = 2154,
                          .limit = 5};
    for (uint64_t n = 1; n < 500 && !done; n++) {
        maille_items *items = NULL;
        maille_strbuf text = {0};
        bool found = false;
        maille_memory_fail_at(n);
        maille_status status = maille_items_open(ctx, interne, "communes", &s, &items);
        if (!status)
            status = maille_items_next(ctx, items, &found);
        if (!status && found)
            status = maille_items_add_geojson(ctx, items, &text);
        maille_memory_fail_at(0);
        done = status == MAILLE_OK;
        CHECK(done ? found : status == MAILLE_NO_MEMORY || status == MAILLE_FAILED);
        maille_strbuf_free(&text);
        maille_items_free(items);
    }
    CHECK(done);
    maille_cql_free(cql);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
    store = new_region(ctx, "ODbL 1.0");
    fill(ctx, store, "perimeter_member",
         "cpts-a|01001|1\ncpts-a|2A001|0.5\ncpts-b|2A001|1\ncpts-secret|01002|1");
    interne = catalogue_of(ctx, store, MAILLE_INTERNE);
    public = catalogue_of(ctx, store, MAILLE_PUBLIC);
}
static void stop(void) {
    maille_catalogue_free(interne);
    maille_catalogue_free(public);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(items_are_what_gdal_reads_in_the_file),
          CASE(a_feature_is_found_by_its_id), CASE(the_order_is_that_of_the_ids),
          CASE(pages_are_slices_and_matched_counts_all), CASE(properties_are_chosen),
          CASE(order_is_as_asked_nulls_last_then_by_id),
          CASE(boxes_take_what_shares_a_point_with_them), CASE(geometry_in_a_filter_is_exact),
          CASE(departments_and_communes_are_those_of_the_definition),
          CASE(narrowed_accounts_see_their_departments), CASE(features_stand_from_their_date_on),
          CASE(coordinates_are_in_the_crs_that_was_asked_for),
          CASE(filters_compare_what_is_published), CASE(what_does_not_compare_is_refused),
          CASE(no_text_reaches_the_statement),
          CASE(a_layer_tells_its_properties_extent_and_members), CASE(memory_may_run_out),
          CASE(stop))
