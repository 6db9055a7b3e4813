/* Vector files: what GDAL reads comes out in lon/lat on the grid, with the right types; what should
 * not be read is refused by name; what we write is read back the same. */
#include <maille/crs.h>
#include <maille/lines.h>
#include <maille/shapes.h>
#include <maille/vectorfile.h>

#include "harness.h"

#include <maille/memory.h>
#include <sys/stat.h>
#include <unistd.h>

static maille_ctx *ctx;

static const char *write_file(const char *name, const char *text) {
    const char *path = test_scratch(name);
    FILE *file = fopen(path, "wb");
    CHECK(file && fputs(text, file) >= 0);
    if (file)
        fclose(file);
    return path;
}

static maille_table *read_file(const char *path, maille_read_options how) {
    maille_table *table = NULL;
    if (maille_file_read(ctx, path, &how, &table) != MAILLE_OK) {
        fprintf(stderr, "%s\n", maille_message(ctx));
        CHECK(!"read");
        exit(1);
    }
    return table;
}

static void check_refused(const char *path, maille_read_options how, maille_status wanted,
                          const char *word) {
    maille_table *table = NULL;
    CHECK_INT(maille_file_read(ctx, path, &how, &table), wanted);
    CHECK(table == NULL);
    if (!strstr(maille_message(ctx), word))
        CHECK_TEXT(maille_message(ctx), word);
}

static const maille_column *column_of(const maille_table *table, const char *name) {
    int c = maille_table_column(table, name);
    CHECK(c >= 0);
    return &table->columns[c < 0 ? 0 : c];
}

/* First line of what a command prints; false where the program is not installed. */
static bool ask(const char *command, char answer[256]) {
    FILE *pipe = popen(command, "r");
    answer[0] = '\0';
    char *got = pipe ? fgets(answer, 256, pipe) : NULL;
    return pipe && pclose(pipe) == 0 && got;
}

static const char *points =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"code\":33063,\"nom\":\"\xC3\x89t\xC3\xA9\",\"part\":0."
    "1,"
    "\"codes\":[\"01004\",\"2A004\"],\"jour\":\"2018-01-31\",\"vide\":null},"
    "\"geometry\":{\"type\":\"Point\",\"coordinates\":[1.123456789,45.5,120]}},"
    "{\"type\":\"Feature\",\"properties\":{\"code\":null,\"nom\":\"\",\"part\":3,\"codes\":null,"
    "\"jour\":null,\"vide\":null},\"geometry\":null}]}";

TEST(types_nulls_and_the_grid) {
    const char *path = write_file("points.geojson", points);
    maille_table *t = read_file(path, (maille_read_options){.with_geometry = true});
    CHECK_INT(t->rows, 2);
    CHECK_INT(column_of(t, "code")->type, MAILLE_INT);
    CHECK_INT(column_of(t, "code")->ints[0], 33063);
    CHECK_INT(column_of(t, "code")->null[1], 1);
    CHECK_INT(column_of(t, "part")->type, MAILLE_REAL);
    CHECK(column_of(t, "part")->reals[0] == 0.1 && column_of(t, "part")->reals[1] == 3);
    CHECK_TEXT(column_of(t, "nom")->texts[0], "Été");
    CHECK_TEXT(column_of(t, "nom")->texts[1], NULL);
    CHECK_TEXT(column_of(t, "codes")->texts[0], "[\"01004\",\"2A004\"]");
    CHECK_TEXT(column_of(t, "jour")->texts[0], "2018-01-31");
    CHECK_INT(t->columns[t->column_count - 2].type, MAILLE_GEOMETRY);
    CHECK_TEXT(t->columns[t->column_count - 1].name, MAILLE_ROW_COLUMN);
    CHECK_INT(t->columns[t->column_count - 1].ints[1], 2);
    unsigned char wkb[21]; /* Z dropped, rounded */
    maille_point_wkb((maille_lonlat){1.1234568, 45.5}, wkb);
    maille_bytes got = column_of(t, "geom")->blobs[0];
    CHECK(got.length == 21 && memcmp(got.bytes, wkb, 21) == 0);
    CHECK(column_of(t, "geom")->blobs[1].bytes == NULL);
    maille_table_free(t);
}

TEST(codes_come_as_text_where_asked) {
    const char *const wanted[] = {"Code", "PART"};
    maille_table *t =
        read_file(test_scratch("points.geojson"),
                  (maille_read_options){.columns = wanted, .column_count = 2, .texts = true});
    CHECK_INT(t->column_count, 3);
    CHECK_TEXT(t->columns[0].name, "Code");
    CHECK_TEXT(t->columns[0].texts[0], "33063");
    CHECK_TEXT(t->columns[0].texts[1], NULL);
    CHECK_TEXT(t->columns[1].texts[0], "0.1");
    CHECK_TEXT(t->columns[1].texts[1], "3");
    maille_table_free(t);
}

TEST(files_are_inspected) {
    maille_file_info info;
    CHECK_INT(maille_file_inspect(ctx, test_scratch("points.geojson"), NULL, &info), MAILLE_OK);
    CHECK_INT(info.kind, MAILLE_FILE_VECTOR);
    CHECK_TEXT(info.format, "GeoJSON");
    CHECK_TEXT(info.geometry, "point");
    CHECK_TEXT(info.crs, "EPSG:4326");
    CHECK_INT(info.columns->column_count, 6);
    CHECK_INT(info.columns->rows, 0);
    maille_file_info_clear(&info);
    CHECK_INT(maille_file_inspect(ctx, test_scratch("points.geojson"), "autre", &info),
              MAILLE_NOT_FOUND);
    CHECK_INT(maille_file_inspect(ctx, test_scratch("none"), NULL, &info), MAILLE_NOT_FOUND);
    maille_file_info_clear(&info);
}

TEST(repeated_points_and_flat_rings_go) {
    const char *path =
        write_file("tiny.geojson",
                   "{\"type\":\"FeatureCollection\",\"features\":["
                   "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":"
                   "\"MultiPolygon\",\"coordinates\":["
                   "[[[0,0],[1,0],[1,0.00000001],[1,1],[0,0]],"
                   "[[0.5,0.2],[0.50000001,0.2],[0.5,0.20000001],[0.5,0.2]]],"
                   "[[[5,5],[5.00000001,5],[5,5.00000001],[5,5]],[[5,5],[6,5],[6,6],[5,5]]]]}},"
                   "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\","
                   "\"coordinates\":"
                   "[[3,3],[3.00000001,3]]}}]}");
    maille_table *t = read_file(path, (maille_read_options){.with_geometry = true});
    maille_shapes *shapes = NULL;
    CHECK_INT(maille_shapes_new(ctx, &shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_add_wkb(ctx, shapes, column_of(t, "geom")->blobs[0]), MAILLE_OK);
    CHECK_INT(maille_shapes_parts(shapes), 1);
    CHECK_INT(maille_shapes_rings(shapes), 1);
    CHECK_INT(maille_shapes_points(shapes), 4);
    maille_lines *lines = NULL;
    size_t refused = 0;
    CHECK_INT(maille_lines_from_column(ctx, t, 0, &lines, &refused), MAILLE_OK);
    CHECK_INT(refused, 1);                           /* the polygon */
    CHECK_INT(lines->start[2] - lines->start[1], 2); /* a line keeps its ends */
    maille_lines_free(lines);
    maille_shapes_free(shapes);
    maille_table_free(t);
}

TEST(what_is_no_plain_file_is_refused) {
    static const char *const paths[] = {"/vsicurl/http://localhost/a.gpkg",
                                        "/vsimem/a.geojson",
                                        "/VSIZIP/a.zip/a.shp",
                                        "http://localhost/a.geojson",
                                        "PG:dbname=x",
                                        "GPKG:a.gpkg:layer",
                                        "SQLITE:a.db",
                                        "",
                                        "/tmp"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        check_refused(paths[i], (maille_read_options){0}, MAILLE_REFUSED, "only plain files");
        maille_file_info info;
        CHECK_INT(maille_file_inspect(ctx, paths[i], NULL, &info), MAILLE_REFUSED);
    }
    /* a link does not hide what it leads to */
    CHECK(symlink("/vsicurl/x", test_scratch("link")) == 0);
    check_refused(test_scratch("link"), (maille_read_options){0}, MAILLE_NOT_FOUND, "link");
    /* a virtual format, which could name other files, is not on the list */
    const char *vrt = write_file("a.vrt",
                                 "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>"
                                 "/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>");
    check_refused(vrt, (maille_read_options){0}, MAILLE_REFUSED, "a.vrt");
    check_refused(write_file("b.geojson", "{\"type\":"), (maille_read_options){0}, MAILLE_REFUSED,
                  "b.geojson");
}

TEST(metres_without_crs_are_refused_by_feature) {
    const char *path = write_file(
        "metres.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"a\":1},\"geometry\":{\"type\":\"Point\","
        "\"coordinates\":[3,46.5]}},"
        "{\"type\":\"Feature\",\"properties\":{\"a\":1},\"geometry\":{\"type\":\"Point\","
        "\"coordinates\":[700000,6600000]}}]}");
    check_refused(path, (maille_read_options){.with_geometry = true}, MAILLE_REFUSED,
                  "metres.geojson, feature 2: ");
    CHECK(strstr(maille_message(ctx), "wrong CRS") != NULL);
    maille_table *t = read_file(path, (maille_read_options){0}); /* its attributes are fine */
    CHECK_INT(t->rows, 2);
    maille_table_free(t);
    const char *collection = write_file("collection.geojson",
                                        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":"
                                        "{\"type\":\"GeometryCollection\",\"geometries\":["
                                        "{\"type\":\"Point\",\"coordinates\":[0,0]}]}}");
    check_refused(collection, (maille_read_options){.with_geometry = true}, MAILLE_REFUSED,
                  "feature 1: the geometry was neither");
}

TEST(a_crs_is_assumed_where_none_is_named) {
    char answer[256], command[1024];
    const char *shp = test_scratch("sans_crs.shp");
    snprintf(command, sizeof command,
             "ogr2ogr -f 'ESRI Shapefile' -a_srs None %s %s && rm -f %s && echo done", shp,
             write_file("l93.geojson",
                        "{\"type\":\"Feature\",\"properties\":{\"code\":\"01\"},\"geometry\":"
                        "{\"type\":\"Point\",\"coordinates\":[700000,6600000]}}"),
             test_scratch("sans_crs.prj"));
    if (!ask(command, answer))
        return;
    check_refused(shp, (maille_read_options){.with_geometry = true}, MAILLE_REFUSED, "wrong CRS");
    maille_table *t =
        read_file(shp, (maille_read_options){.with_geometry = true, .assume_crs = "EPSG:2154"});
    maille_lonlat *p = NULL;
    CHECK_INT(maille_points_from_column(ctx, t, 1, &p), MAILLE_OK);
    CHECK(p[0].lon == 3 && p[0].lat == 46.5);
    CHECK_TEXT(column_of(t, "code")->texts[0], "01");
    maille_free(p);
    maille_table_free(t);
}

/* Every format on the list, made from the same points by ogr2ogr, reads as the GeoJSON does. */
TEST(formats_agree) {
    static const char *const formats[][2] = {{"GPKG", "f.gpkg"},      {"ESRI Shapefile", "f.shp"},
                                             {"FlatGeobuf", "f.fgb"}, {"GML", "f.gml"},
                                             {"SQLite", "f.sqlite"},  {"KML", "f.kml"}};
    const char *const name = "Name";
    char answer[256], command[1024];
    write_file("f.geojson",
               "{\"type\":\"FeatureCollection\",\"features\":["
               "{\"type\":\"Feature\",\"properties\":{\"Name\":\"Été\"},\"geometry\":"
               "{\"type\":\"Point\",\"coordinates\":[9.1234567,42.7654321]}},"
               "{\"type\":\"Feature\",\"properties\":{\"Name\":\"01004\"},\"geometry\":"
               "{\"type\":\"Point\",\"coordinates\":[-61.5,16.25]}}]}");
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        snprintf(command, sizeof command, "ogr2ogr -f '%s' %s %s 2>&1 && echo done", formats[f][0],
                 test_scratch(formats[f][1]), test_scratch("f.geojson"));
        if (!ask(command, answer))
            continue;
        maille_table *t = read_file(
            test_scratch(formats[f][1]),
            (maille_read_options){.columns = &name, .column_count = 1, .with_geometry = true});
        maille_lonlat *p = NULL;
        CHECK_INT(t->rows, 2);
        CHECK_INT(maille_points_from_column(ctx, t, 1, &p), MAILLE_OK);
        CHECK(p[0].lon == 9.1234567 && p[0].lat == 42.7654321);
        CHECK(p[1].lon == -61.5 && p[1].lat == 16.25);
        CHECK_TEXT(t->columns[0].texts[0], "Été");
        CHECK_TEXT(t->columns[0].texts[1], "01004");
        maille_free(p);
        maille_table_free(t);
    }
    CHECK(access(test_scratch("f.gfs"), F_OK) != 0); /* reading leaves nothing beside the file */
}

TEST(a_table_of_styles_beside_a_layer_is_no_choice) {
    const char *path = test_scratch("styled.gpkg");
    const maille_column_spec column = {"code", MAILLE_TEXT};
    maille_table *layer = NULL, *styles = NULL;
    size_t row;
    CHECK_INT(maille_table_new(ctx, &column, 1, &layer), MAILLE_OK);
    CHECK_INT(maille_table_new(ctx, &column, 1, &styles), MAILLE_OK);
    CHECK_INT(maille_table_add_row(ctx, layer, &row), MAILLE_OK);
    CHECK_INT(maille_set_text(ctx, layer, row, 0, "29019"), MAILLE_OK);
    const maille_gpkg_table tables[] = {{"communes", NULL, layer}, {"layer_styles", NULL, styles}};
    CHECK_INT(maille_gpkg_write(ctx, path, tables, 2), MAILLE_OK);
    maille_table *t = read_file(path, (maille_read_options){0});
    CHECK(t && t->rows == 1);
    maille_table_free(t);
    maille_table_free(layer);
    maille_table_free(styles);
}

TEST(layers_must_be_chosen) {
    char answer[256], command[1024];
    const char *path = test_scratch("two.gpkg");
    snprintf(command, sizeof command,
             "ogr2ogr -f GPKG %s %s -nln un && ogr2ogr -update %s %s -nln deux && echo done", path,
             test_scratch("f.geojson"), path, test_scratch("f.geojson"));
    if (!ask(command, answer))
        return;
    check_refused(path, (maille_read_options){0}, MAILLE_REFUSED, "un, deux");
    check_refused(path, (maille_read_options){.layer = "trois"}, MAILLE_NOT_FOUND, "un, deux");
    maille_table *t = read_file(path, (maille_read_options){.layer = "deux"});
    CHECK_INT(t->rows, 2);
    maille_table_free(t);
}

TEST(what_we_write_is_read_back) {
    static const maille_column_spec specs[] = {{"code", MAILLE_TEXT},
                                               {"fid", MAILLE_INT},
                                               {"part", MAILLE_REAL},
                                               {"geom", MAILLE_GEOMETRY},
                                               {"blob", MAILLE_BLOB}};
    static const maille_xy square[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    maille_table *t = NULL;
    maille_shapes *shapes = NULL;
    maille_bytes wkb;
    CHECK_INT(maille_table_new(ctx, specs, 5, &t), MAILLE_OK);
    CHECK_INT(maille_shapes_new(ctx, &shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_begin_shape(ctx, shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_begin_part(ctx, shapes), MAILLE_OK);
    CHECK_INT(maille_shapes_add_ring(ctx, shapes, square, 5), MAILLE_OK);
    CHECK_INT(maille_shapes_to_wkb(ctx, shapes, 0, &wkb), MAILLE_OK);
    for (size_t row = 0; row < 3; row++)
        CHECK_INT(maille_table_add_row(ctx, t, NULL), MAILLE_OK);
    CHECK_INT(maille_set_text(ctx, t, 0, 0, "01004"), MAILLE_OK);
    maille_set_int(t, 0, 1, INT64_C(9007199254740993));
    maille_set_real(t, 1, 2, 0.1);
    CHECK_INT(maille_set_bytes(ctx, t, 1, 3, wkb.bytes, wkb.length), MAILLE_OK);
    CHECK_INT(maille_set_bytes(ctx, t, 1, 4, "a\0b", 3), MAILLE_OK);
    const char *path = test_scratch("ours.gpkg");
    for (int again = 0; again < 2; again++) /* the second time over the first */
        CHECK_INT(
            maille_gpkg_write(ctx, path, &(maille_gpkg_table){"communes", "Nos communes", t}, 1),
            MAILLE_OK);
    CHECK(access(test_scratch("ours.gpkg.part.gpkg"), F_OK) != 0);

    maille_table *back = read_file(path, (maille_read_options){.with_geometry = true});
    CHECK_INT(back->rows, 3);
    CHECK_TEXT(column_of(back, "code")->texts[0], "01004");
    CHECK_INT(column_of(back, "fid")->ints[0], INT64_C(9007199254740993));
    CHECK_INT(column_of(back, "fid")->null[1], 1);
    CHECK(column_of(back, "part")->reals[1] == 0.1 && isnan(column_of(back, "part")->reals[2]));
    maille_bytes same = column_of(back, "geom")->blobs[1];
    CHECK(same.length == wkb.length && memcmp(same.bytes, wkb.bytes, wkb.length) == 0);
    CHECK(column_of(back, "geom")->blobs[0].bytes == NULL);
    char answer[256], command[1024];
    snprintf(
        command, sizeof command,
        "ogrinfo -q %s -dialect SQLite -sql \"select count(*) || ' ' || hex(max(blob)) || ' ' ||"
        " max(ST_AsText(geom)) as r from communes\" | grep 'r (String)'",
        path);
    if (ask(command, answer))
        CHECK_TEXT(answer, "  r (String) = 3 610062 MULTIPOLYGON(((0 0, 1 0, 1 1, 0 1, 0 0)))\n");
    snprintf(command, sizeof command, "ogrinfo -so %s communes | grep -c 'ID\\[\"EPSG\",4326\\]'",
             path);
    if (ask(command, answer))
        CHECK_TEXT(answer, "1\n");
    maille_table_free(back);

    CHECK_INT(maille_gpkg_write(ctx, test_scratch("no/such/folder.gpkg"),
                                &(maille_gpkg_table){"x", NULL, t}, 1),
              MAILLE_FAILED);
    CHECK(strstr(maille_message(ctx), "folder.gpkg") != NULL);
    CHECK_INT(maille_gpkg_write(ctx, "/vsimem/x.gpkg", &(maille_gpkg_table){"x", NULL, t}, 1),
              MAILLE_REFUSED);
    maille_free((void *)wkb.bytes);
    maille_shapes_free(shapes);
    maille_table_free(t);
}

TEST(the_roads_of_corsica) {
    maille_file_info info;
    const char *path = test_real("corse/roads.gpkg");
    CHECK_INT(maille_file_inspect(ctx, path, NULL, &info), MAILLE_OK);
    CHECK_TEXT(info.format, "GPKG");
    CHECK_TEXT(info.geometry, "line"); /* the layer itself does not say */
    CHECK_TEXT(info.crs, "EPSG:2154");
    maille_file_info_clear(&info);
    maille_table *t = read_file(path, (maille_read_options){.with_geometry = true});
    maille_lines *lines = NULL;
    size_t refused = 1;
    CHECK_INT(t->rows, 65009);
    CHECK_INT(column_of(t, "from_node")->type, MAILLE_INT);
    CHECK_INT(
        maille_lines_from_column(ctx, t, (size_t)maille_table_column(t, "geom"), &lines, &refused),
        MAILLE_OK);
    CHECK_INT(refused, 0);
    CHECK_INT(lines->count, 65009);
    /* the extent that ogrinfo prints, through Lambert-93 again */
    maille_crs *crs = NULL;
    CHECK_INT(maille_crs_new(ctx, 2154, &crs), MAILLE_OK);
    CHECK_INT(maille_lines_project(ctx, lines, crs), MAILLE_OK);
    double min_x = INFINITY, max_y = -INFINITY;
    for (uint32_t i = 0; i < lines->start[lines->count]; i++) {
        min_x = fmin(min_x, lines->points[i].x);
        max_y = fmax(max_y, lines->points[i].y);
    }
    CHECK_NEAR(min_x, 1160804.65, 0.02);
    CHECK_NEAR(max_y, 6233190.82, 0.02);
    maille_crs_free(crs);
    maille_lines_free(lines);
    maille_table_free(t);
}

TEST(the_communes_of_corsica) {
    maille_table *t = read_file(test_real("corse/communes.geojson"),
                                (maille_read_options){.with_geometry = true});
    maille_shapes *shapes = NULL;
    CHECK_INT(t->rows, 360);
    CHECK_INT(maille_shapes_from_column(ctx, t, (size_t)maille_table_column(t, "geom"), &shapes),
              MAILLE_OK);
    CHECK_INT(shapes->count, 360);
    int64_t population = 0;
    for (size_t row = 0; row < t->rows; row++)
        population += column_of(t, "population")->ints[row];
    char answer[256], command[1024];
    snprintf(command, sizeof command,
             "ogrinfo -q %s -dialect SQLite -sql 'select sum(population) as r, sum(ST_NPoints("
             "geometry)) as n from communes' | grep -o '= .*' | tr -d '\\n'",
             test_real("corse/communes.geojson"));
    if (ask(command, answer)) {
        char ours[64];
        snprintf(ours, sizeof ours, "= %lld= %u", (long long)population,
                 maille_shapes_points(shapes));
        CHECK_TEXT(answer, ours);
    }
    maille_shapes_free(shapes);
    maille_table_free(t);
}

/* Memory runs out at every allocation of ours in turn: an error each time, no crash, no leak. */
TEST(memory_may_run_out_anywhere) {
    const char *path = write_file("memory.geojson", points);
    maille_status status = MAILLE_NO_MEMORY;
    uint64_t n = 0;
    while (status == MAILLE_NO_MEMORY && ++n < 1000) {
        maille_table *t = NULL;
        maille_read_options how = {.with_geometry = true, .texts = n % 2};
        maille_memory_fail_at(n);
        status = maille_file_read(ctx, path, &how, &t);
        maille_memory_fail_at(0);
        CHECK((status == MAILLE_OK) == (t != NULL));
        maille_table_free(t);
    }
    CHECK_INT(status, MAILLE_OK);
    CHECK(n > 10);
}

TEST(a_context) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
TEST(the_end_of_the_context) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(a_context), CASE(types_nulls_and_the_grid), CASE(codes_come_as_text_where_asked),
          CASE(files_are_inspected), CASE(repeated_points_and_flat_rings_go),
          CASE(what_is_no_plain_file_is_refused), CASE(metres_without_crs_are_refused_by_feature),
          CASE(a_crs_is_assumed_where_none_is_named), CASE(formats_agree),
          CASE(layers_must_be_chosen), CASE(a_table_of_styles_beside_a_layer_is_no_choice),
          CASE(what_we_write_is_read_back), CASE(the_roads_of_corsica),
          CASE(the_communes_of_corsica), CASE(memory_may_run_out_anywhere),
          CASE(the_end_of_the_context))
