/* Bad input stops with one clear line that names file and row, and the workspace stays as it was.
 */
#include "fixture.h"

#include <unistd.h>

#define SQUARE(x, y)                                                                               \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" #x "," #y "],[" #x ".1," #y "],[" #x ".1," #y      \
    ".1],[" #x "," #y ".1],[" #x "," #y "]]]}"
#define COMMUNE(code, population, geometry)                                                        \
    "{\"type\":\"Feature\",\"properties\":{\"code\":" code                                         \
    ",\"nom\":\"Nom\",\"population\":" population "},\"geometry\":" geometry "}"
#define LAYER(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

#define GOOD                                                                                       \
    LAYER(COMMUNE("\"01004\"", "10", SQUARE(5, 46)) "," COMMUNE("\"2A004\"", "20", SQUARE(8, 42)))

/* A workspace that holds two communes, their centres, supply, perimeters and a grouping. */
static fixture furnished(void) {
    fixture f = fixture_open("refus.maille", 2154);
    maille_source sources[] = {
        {.kind = "communes", .file = write_file("deux.geojson", GOOD)},
        {.kind = "centres", .file = write_file("centres.csv", "code,lon,lat\n01004,5,46\n")},
        {.kind = "supply",
         .service = "mg",
         .file = write_file("mg.csv", "code;count\n1004;3\n2A004;1,5\n")},
        {.kind = "grouping", .name = "epci", .file = write_file("g.csv", "code,epci\n01004,A\n")},
        {.kind = "perimeters",
         .file = write_file("p.csv", "id,nom,statut,code\np1,Un,projet,01004\n")}};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        must_import(&f, &sources[i]);
    return f;
}

typedef struct {
    const char *name, *text, *message;
} bad_file;

static void refuse_all(maille_source source, const bad_file *files, size_t count) {
    fixture f = furnished();
    for (size_t i = 0; i < count; i++) {
        source.file = write_file(files[i].name, files[i].text);
        must_refuse(&f, &source, MAILLE_REFUSED, files[i].message);
    }
    fixture_close(&f);
}
#define REFUSE_ALL(source, files) refuse_all((source), (files), sizeof(files) / sizeof *(files))

TEST(communes_are_refused) {
    static const bad_file files[] = {
        {"double.geojson",
         LAYER(COMMUNE("\"01001\"", "1", SQUARE(5, 46)) "," COMMUNE(
             "\"01002\"", "1", SQUARE(6, 46)) "," COMMUNE("\"01001\"", "1", SQUARE(7, 46))),
         "%s, row 3: commune code 01001 was in row 1 already"},
        {"autre.geojson", LAYER(COMMUNE("\"2A004\"", "1", SQUARE(5, 46))),
         "%s, row 1: commune code 2A004 was imported from deux.geojson already"},
        {"negative.geojson",
         LAYER(COMMUNE("\"01001\"", "1", SQUARE(5, 46)) "," COMMUNE("\"01002\"", "-5",
                                                                    SQUARE(6, 46))),
         "%s, row 2: population was negative (-5)"},
        {"lettres.geojson", LAYER(COMMUNE("\"01001\"", "\"mille\"", SQUARE(5, 46))),
         "%s, row 1: population was no number (mille)"},
        {"infini.geojson", LAYER(COMMUNE("\"01001\"", "\"inf\"", SQUARE(5, 46))),
         "%s, row 1: population was no number (inf)"},
        {"sans-code.geojson", LAYER(COMMUNE("null", "1", SQUARE(5, 46))),
         "%s, row 1: the commune had no code"},
        {"code.geojson", LAYER(COMMUNE("\"1004\"", "1", SQUARE(5, 46))),
         "%s, row 1: 1004 was no INSEE code of a commune"},
        {"iris.geojson", LAYER(COMMUNE("\"2C0040101\"", "1", SQUARE(5, 46))),
         "%s, row 1: 2C0040101 was no INSEE code of a commune"},
        {"quartier.geojson", LAYER(COMMUNE("\"01001010A\"", "1", SQUARE(5, 46))),
         "%s, row 1: 01001010A was no INSEE code of a commune"},
        {"nulle.geojson",
         LAYER(COMMUNE("\"01001\"", "1", SQUARE(5, 46)) "," COMMUNE("\"01002\"", "1", "null")),
         "%s, row 2: commune 01002 had no geometry"},
        {"plat.geojson",
         LAYER(COMMUNE("\"01001\"", "1",
                       "{\"type\":\"Polygon\",\"coordinates\":[[[5,46],[6,46],[5,46],[5,46]]]}")),
         "%s, row 1: commune 01001 had no geometry"},
        {"points.geojson",
         LAYER(COMMUNE("\"01001\"", "1", "{\"type\":\"Point\",\"coordinates\":[5,46]}")),
         "%s held points where polygons were expected"},
        {"communes.csv", "code,nom\n01001,Un\n", "%s held no polygons (CSV,)"},
        {"vide.geojson", LAYER(""), "%s held no feature"},
        {"axes.geojson",
         LAYER(
             COMMUNE("\"01001\"", "1", SQUARE(46, 5)) "," COMMUNE("\"01002\"", "1", SQUARE(47, 5))),
         "%s, row 1: 46.00000, 5.00000 lay outside the area of use of EPSG:2154, as did 2 of 2 "
         "points: wrong CRS?"},
    };
    REFUSE_ALL(((maille_source){.kind = "communes"}), files);
}

TEST(files_are_refused) {
    fixture f = furnished();
    maille_source source = {.kind = "communes", .file = test_scratch("absent.geojson"), .line = 7};
    must_refuse(
        &f, &source, MAILLE_NOT_FOUND,
        "file %s of communes was not read (line 7 of the study): No such file or directory");
    source.line = 0;
    must_refuse(&f, &source, MAILLE_NOT_FOUND,
                "file %s of communes was not read: No such file or directory");
    source.file = test_scratch("");
    must_refuse(&f, &source, MAILLE_REFUSED, "%s was no file");
    source.file = "/vsicurl/http://example.org/communes.geojson";
    must_refuse(&f, &source, MAILLE_NOT_FOUND,
                "file %s of communes was not read: No such file or directory");
    source.file = write_file("rien.geojson", "");
    must_refuse(&f, &source, MAILLE_REFUSED, "%s was empty");
    source.file = test_scratch("programme.bin");
    FILE *file = fopen(source.file, "wb");
    CHECK(file && fwrite("\177ELF\0\0\0\1", 1, 8, file) == 8 && fclose(file) == 0);
    CHECK_INT(import_with(&f, &source, false), MAILLE_REFUSED);
    CHECK(strstr(maille_message(f.ctx), "programme.bin could not be read as a vector file"));
    source.kind = "zonage";
    must_refuse(&f, &source, MAILLE_USAGE,
                "kind zonage of a source was unknown; known are: communes, centres, roads, supply, "
                "facilities, grouping, perimeters, movements, indicators, population_age");
    source = (maille_source){.kind = "communes",
                             .file = write_file("bon.geojson", GOOD),
                             .field_count = 1,
                             .field_keys = (const char *[]){"couleur"},
                             .field_values = (const char *[]){"nom"}};
    must_refuse(
        &f, &source, MAILLE_USAGE,
        "field couleur was unknown to sources of communes; known are: code, name, population, "
        "department");
    fixture_close(&f);
}

TEST(fields_are_refused) {
    fixture f = furnished();
    maille_source source = {.kind = "communes",
                            .file = write_file("bon.geojson", GOOD),
                            .field_count = 2,
                            .field_keys = (const char *[]){"code", "population"},
                            .field_values = (const char *[]){"code", "habitants"}};
    must_refuse(
        &f, &source, MAILLE_REFUSED,
        "%s had no field \"habitants\" (nearest: \"nom\"); its fields were: code, nom, population");
    source = (maille_source){
        .kind = "supply", .service = "mg", .file = write_file("sans.csv", "commune,n\n01004,1\n")};
    must_refuse(&f, &source, MAILLE_REFUSED,
                "%s had no field for code: name it (fields: code=…); its fields were: commune, n");
    fixture_close(&f);
}

TEST(points_are_refused) {
    static const bad_file centres[] = {
        {"m.csv", "code,lon,lat\n01001,5,46\n01002,842000.5,6546000\n",
         "%s, row 3: 842000.5, 6546000 was no longitude and latitude: wrong CRS? name the file's "
         "own (crs: EPSG:n)"},
        {"a.csv", "code,lon,lat\n01001,46,5\n",
         "%s, row 2: 46.00000, 5.00000 lay outside the area of use of EPSG:2154, as did 1 of 1 "
         "points: wrong CRS?"},
        {"b.csv", "code,lon,lat\n01001,5,\n", "%s, row 2: lat was no number (empty)"},
        {"c.csv", "code,lon,lat\n01001,est,46\n", "%s, row 2: lon was no number (est)"},
        {"d.csv", "code,lon,lat\n01001,5,46\n01002,5,46\n01001,5,46\n",
         "%s, row 4: code 01001 was in row 2 already"},
        {"e.csv", "code,lon,lat\n01004,5,46\n",
         "%s, row 2: the centre of 01004 was imported from centres.csv already"},
        {"f.csv", "code,x\n01001,5\n",
         "%s held neither points nor fields for lon and lat (fields: lon=…,lat=…)"},
        {"g.csv", "code,lon,lat\n", "%s held no row"},
    };
    static const bad_file facilities[] = {
        {"h.csv", "id,lon,lat,statut\na,5,46,ouvert\nb,5,46,fermé\nc,5,46,en travaux\n",
         "%s, row 4: status en travaux was unknown; known are: ouvert, prevu, ferme, "
         "temps-partiel"},
        {"i.csv", "id,lon,lat\na,5,46\nb,5,46\na,5,46\n", "%s, row 4: id a was in row 2 already"},
        {"j.csv", "id,lon,lat\n,5,46\n", "%s, row 2: the facility had no id"},
        {"k.csv", "id,code,count\na,01004,-1\n", "%s, row 2: count was negative (-1)"},
        {"l.csv", "id,code,count\na,01004,\n", "%s, row 2: count was missing"},
        {"n.csv", "id,nom\na,A\n",
         "%s held neither points nor fields for lon and lat, nor one for code"},
    };
    REFUSE_ALL(((maille_source){.kind = "centres"}), centres);
    REFUSE_ALL(((maille_source){.kind = "facilities", .service = "mat"}), facilities);
}

TEST(tables_are_refused) {
    static const bad_file supply[] = {
        {"a.csv", "code,count\n01004,1\n01004,beaucoup\n",
         "%s, row 3: count was no number (beaucoup)"},
        {"b.csv", "code,count\n01004,-2\n", "%s, row 2: count was negative (-2)"},
        {"c.csv", "code,count\n01004,NA\n", "%s, row 2: count of 01004 was missing"},
        {"d.csv", "code,count\n01004,1e999\n", "%s, row 2: count was no number (1e999)"},
    };
    static const bad_file groupings[] = {
        {"a.csv", "code,group\n01001,A\n01002,A\n01001,B\n",
         "%s, row 4: commune 01001 was in group B and, in row 2, in A"},
        {"b.csv", "code,group\n01004,A\n",
         "%s, row 2: the group of 01004 was imported from g.csv already"},
    };
    static const bad_file movements[] = {
        {"a.csv", "from,to\n01001,01002\n01003,\n", "%s, row 3: the passage lacked a code"},
        {"b.csv", "from,to\n01001,01002\n01001,01002\n",
         "%s, row 3: the passage from 01001 to 01002 was in row 2 already"},
        {"c.csv", "from,to,ratio\n01001,01002,1.5\n",
         "%s, row 2: ratio of 01001 was not in (0, 1] (1.5)"},
        {"d.csv", "from,to,ratio\n01001,01002,0\n",
         "%s, row 2: ratio of 01001 was not in (0, 1] (0)"},
    };
    REFUSE_ALL(((maille_source){.kind = "supply", .service = "mg"}), supply);
    REFUSE_ALL(((maille_source){.kind = "grouping", .name = "epci"}), groupings);
    REFUSE_ALL(((maille_source){
                   .kind = "movements", .from_vintage = "2018-01-01", .to_vintage = "2026-01-01"}),
               movements);
}

TEST(perimeters_are_refused) {
    static const bad_file files[] = {
        {"a.csv", "id,nom,statut,code\na,A,projet,01001\na,A,en sommeil,01002\n",
         "%s, row 3: status en sommeil was unknown; known are: idee, lettre-intention, projet, "
         "projet-transmis, projet-valide, oppose, contractualisee, en-fonctionnement, abandonnee"},
        {"b.csv", "id,nom,statut,code\na,A,projet,01001\nb,B,projet,01001\na,AA,projet,01002\n",
         "%s, row 4: perimeter a had two names: AA, and A in row 2"},
        {"c.csv", "id,nom,statut,code\na,A,projet,01001\na,A,Contractualisée,01002\n",
         "%s, row 3: perimeter a had two statuses: contractualisee, and projet in row 2"},
        {"d.csv", "id,nom,statut,code\na,A,projet,01001\na,A,projet,01001\n",
         "%s, row 3: commune 01001 was in perimeter a in row 2 already"},
        {"e.csv", "id,nom,statut,code,part\na,A,projet,01001,1\na,A,projet,01002,0\n",
         "%s, row 3: share was not in (0, 1] (0)"},
        {"f.csv", "id,nom,statut,code,part\na,A,projet,01001,1.01\n",
         "%s, row 2: share was not in (0, 1] (1.01)"},
        {"g.csv", "id,nom,statut,code\na,A,projet,\n",
         "%s, row 2: a commune of perimeter a had no code"},
        {"h.csv", "id,nom,statut,code\na,A,,01001\n",
         "%s, row 2: the status of the perimeter was missing"},
        {"i.csv", "id,nom,statut,code\np1,Un,projet,01001\n",
         "%s, row 2: perimeter p1 was imported from p.csv already"},
        {"j.csv",
         "id,nom,statut,code,contact\na,A,projet,01001,x\na,A,projet,01002,\n"
         "a,A,projet,01003,y\n",
         "%s, row 4: perimeter a had two contacts: y, and x in row 2"},
    };
    REFUSE_ALL(((maille_source){.kind = "perimeters"}), files);
}

TEST(sources_lack_what_the_file_cannot_say) {
    fixture f = furnished();
    maille_source source = {.kind = "supply", .file = write_file("s.csv", "code,count\n01004,1\n")};
    must_refuse(&f, &source, MAILLE_USAGE,
                "supply of %s named no service (service: …, or --service)");
    source.kind = "grouping";
    must_refuse(&f, &source, MAILLE_USAGE, "the grouping of %s had no name (name: …, or --name)");
    source.kind = "movements";
    must_refuse(&f, &source, MAILLE_USAGE, "movements of %s named no from_vintage and to_vintage");
    source.from_vintage = source.to_vintage = "2018-01-01";
    must_refuse(&f, &source, MAILLE_REFUSED,
                "vintages 2018-01-01 and 2018-01-01 of %s were not two different dates");
    fixture_close(&f);
}

TEST(metres_without_a_crs_are_refused) {
    fixture f = furnished();
    maille_source communes = {
        .kind = "communes",
        .file = write_file("metres.geojson",
                           LAYER(COMMUNE("\"01001\"", "1", SQUARE(842000, 6546000))))};
    must_refuse(
        &f, &communes, MAILLE_REFUSED,
        "%s, feature 1: its coordinates (near 842000, 6546000) had no place on Earth: wrong "
        "CRS");
    fixture_close(&f);
}

#define LINK(a, b)                                                                                 \
    "{\"type\":\"Feature\",\"properties\":{\"speed_kmh\":50},\"geometry\":{"                       \
    "\"type\":\"LineString\",\"coordinates\":[" a "," b "]}}"

TEST(roads_are_refused) {
    fixture f = furnished();
    maille_source roads = {.kind = "roads",
                           .file = write_file("r.geojson", LAYER(LINK("[46,5]", "[46.1,5]")))};
    must_refuse(&f, &roads, MAILLE_REFUSED,
                "%s: 46.00000, 5.00000 lay outside the area of use of EPSG:2154, as did 2 of 2 "
                "points: wrong CRS?");
    roads.file = write_file("r1.geojson", LAYER(LINK("[5,46]", "[5.1,46]")));
    must_import(&f, &roads);
    roads.file = write_file("r2.geojson", LAYER(LINK("[5,46]", "[5.1,46.1]")));
    must_refuse(&f, &roads, MAILLE_REFUSED,
                "roads of %s were refused: the workspace has its roads from r1.geojson and keeps "
                "one network (--force puts this file in its place)");
    CHECK_INT(import_with(&f, &roads, true), MAILLE_OK);
    CHECK_TEXT(cell(&f, "import", "kind", "roads", "file"), roads.file);
    fixture_close(&f);
    f = fixture_open("sans-crs.maille", 0);
    must_refuse(&f, &roads, MAILLE_REFUSED,
                "roads of %s were refused: the workspace had no CRS yet; import communes first or "
                "name the CRS");
    fixture_close(&f);
}

RUN_TESTS(CASE(communes_are_refused), CASE(files_are_refused), CASE(fields_are_refused),
          CASE(points_are_refused), CASE(tables_are_refused), CASE(perimeters_are_refused),
          CASE(sources_lack_what_the_file_cannot_say), CASE(roads_are_refused),
          CASE(metres_without_a_crs_are_refused))
