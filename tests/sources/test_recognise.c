/* `maille import auto`: a file is known by its columns and geometry, or refused with what it has.
 */
#include "fixture.h"

#include <maille/memory.h>

/* "kind field=column …" of a file, or the message of its refusal. */
static const char *recognise(const char *path) {
    static char text[1200];
    maille_ctx *ctx;
    maille_arena *arena = maille_arena_new();
    maille_source source;
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    maille_status status = maille_source_recognise(ctx, path, arena, &source);
    if (status == MAILLE_OK) {
        int at = snprintf(text, sizeof text, "%s%s%s%s", source.kind, source.directed ? "!" : "",
                          source.name ? " " : "", source.name ? source.name : "");
        for (size_t i = 0; i < source.field_count; i++)
            at += snprintf(text + at, sizeof text - (size_t)at, " %s=%s", source.field_keys[i],
                           source.field_values[i]);
        if (source.from_vintage)
            snprintf(text + at, sizeof text - (size_t)at, " %s>%s", source.from_vintage,
                     source.to_vintage);
    } else {
        CHECK_INT(status, MAILLE_REFUSED);
        const char *slash = strrchr(path, '/'), *name = strstr(maille_message(ctx), slash + 1);
        snprintf(text, sizeof text, "%s", name ? name : maille_message(ctx));
    }
    maille_arena_free(arena);
    maille_ctx_free(ctx);
    return text;
}

#define POLYGON                                                                                    \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[5,46],[6,46],[6,47],[5,46]]]}"
#define FEATURE(properties, geometry)                                                              \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"          \
    "{" properties "}," geometry "}]}"

TEST(communes_of_every_publisher) {
    static const char *const cases[][2] = {
        {"\"ID\":\"C1\",\"NOM\":\"A\",\"NOM_M\":\"A\",\"INSEE_COM\":\"01004\",\"POPULATION\":3,"
         "\"INSEE_DEP\":\"01\"",
         "communes code=INSEE_COM name=NOM population=POPULATION department=INSEE_DEP"},
        {"\"cleabs\":\"C1\",\"code_insee\":\"01004\",\"nom_officiel\":\"A\",\"population\":3,"
         "\"code_insee_du_departement\":\"01\"",
         "communes code=code_insee name=nom_officiel population=population "
         "department=code_insee_du_departement"},
        {"\"INSEE_COM\":\"75056\",\"INSEE_ARM\":\"75101\",\"NOM\":\"Paris 1er\"",
         "communes code=INSEE_ARM name=NOM"},
        {"\"code\":\"01004\",\"nom\":\"A\",\"departement\":\"01\",\"region\":\"84\",\"epci\":\"2\"",
         "communes code=code name=nom department=departement"},
        {"\"code\":\"01004\",\"nom\":\"A\"", "communes code=code name=nom"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                 "\"properties\":{%s}," POLYGON "}]}",
                 cases[i][0]);
        CHECK_TEXT(recognise(write_file("communes.geojson", text)), cases[i][1]);
    }
}

TEST(tables_by_their_header) {
    static const char *const cases[][2] = {
        {"code,lon,lat,origin\n01004,5,46,x\n", "centres code=code lon=lon lat=lat"},
        {"id,nom,statut,code\na,A,projet,01004\n",
         "perimeters id=id name=nom status=statut "
         "code=code"},
        {"\"cod2018\",\"cod2019\",\"annee\",\"typemodif\",\"ratio\"\n1,2,3,f,1\n",
         "movements from=cod2018 to=cod2019 ratio=ratio 2018-01-01>2019-01-01"},
        {"\"cod2024\",\"cod2023\",\"annee\",\"typemodif\",\"ratio\"\n1,2,3,f,1\n",
         "movements from=cod2023 to=cod2024 ratio=ratio 2023-01-01>2024-01-01"},
        {"code_2018,code_2026\n1,2\n",
         "movements from=code_2018 to=code_2026 "
         "2018-01-01>2026-01-01"},
        {"CODGEO;LIBGEO;DEP;REG;BV2022\n01004;A;01;84;01001\n",
         "grouping bv2022 code=CODGEO group=BV2022"},
        {"CODGEO,LIBGEO,EPCI,BV2012\n01004,A,2,01001\n", "grouping epci code=CODGEO group=EPCI"},
        {"siren,raison_sociale,insee,pmun_2025\n2,CC,01004,5\n",
         "grouping epci code=insee group=siren title=raison_sociale"},
        {"code,medecins\n01004,3\n", "supply code=code count=medecins"},
        {"CODGEO,LIBGEO,nombre\n01004,A,3\n", "supply code=CODGEO count=nombre"},
        {"id,nom,lon,lat,statut\na,A,5,46,ouvert\n",
         "facilities id=id name=nom status=statut lon=lon lat=lat"},
        {"from_node,to_node,length_m,speed_kmh\na,b,10,50\nb,c,10,50\n",
         "roads from=from_node to=to_node length_m=length_m speed_kmh=speed_kmh"},
        {"from_node,to_node,length_m,speed_kmh\na,b,10,50\nb,a,10,50\n",
         "roads! from=from_node to=to_node length_m=length_m speed_kmh=speed_kmh"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(recognise(write_file("table.csv", cases[i][0])), cases[i][1]);
}

TEST(other_files_are_refused_with_their_fields) {
    CHECK_TEXT(recognise(write_file("rpps.csv", "Type d'identifiant PP|Identifiant PP\n8|1\n")),
               "rpps.csv was not recognised (CSV with \"|\"): name its kind and fields (import "
               "KIND … --fields); its fields were: Type d'identifiant PP, "
               "Identifiant PP");
    CHECK_TEXT(recognise(write_file("f.csv", "finess;etalab;1;2017-01-20\na;b;c;d\n")),
               "f.csv was not recognised (CSV with \";\"): name its kind and fields (import KIND … "
               "--fields); its fields were: finess, etalab, 1, 2017-01-20");
}

TEST(real_files) {
    CHECK_TEXT(recognise(test_real("corse/communes.geojson")),
               "communes code=code name=nom population=population");
    CHECK_TEXT(recognise(test_real("corse/roads.gpkg")),
               "roads! from=from_node to=to_node length_m=length_m speed_kmh=speed_kmh");
    CHECK_TEXT(recognise(test_real("bretagne/routes-fictives.gpkg")),
               "roads from=from_node to=to_node length_m=length_m speed_kmh=speed_kmh");
    CHECK_TEXT(recognise(test_real("bretagne/communes-2026.geojson")),
               "communes code=code name=nom population=population department=departement");
    CHECK_TEXT(recognise(test_real("osm/monaco.osm.pbf")), "roads");
    CHECK_TEXT(recognise(test_real("bretagne/hopitaux.csv")),
               "facilities code=code_commune id=finess name=nom lon=lon lat=lat");
    CHECK_TEXT(recognise(test_real("france/passage_2022_2023.csv")),
               "movements from=cod2022 to=cod2023 ratio=ratio 2022-01-01>2023-01-01");
    CHECK_TEXT(recognise(test_real("france/table_supracom_2024.csv")),
               "grouping epci code=CODGEO group=EPCI");
    CHECK_TEXT(recognise(test_real("france/epcicom_2025.csv")),
               "grouping epci code=insee group=siren title=raison_sociale");
    CHECK_TEXT(recognise(test_real("corse/cpts-exemple.csv")),
               "perimeters id=id name=nom status=statut code=code");
    CHECK(strstr(recognise(test_real("corse/apl-mg-2021.csv")), "was not recognised"));
    CHECK(strstr(recognise(test_real("gironde/etalab-cs1100507-stock-33-2017-RECONSTITUE.csv")),
                 "was not recognised"));
}

/* What was recognised is what is imported. */
TEST(a_recognised_file_is_imported) {
    fixture f = fixture_open("auto.maille", 0);
    maille_arena *arena = maille_arena_new();
    const char *const files[] = {
        test_real("corse/communes.geojson"), test_real("corse/centres.csv"),
        test_real("corse/zonages-2018.csv"), test_real("corse/cpts-exemple.csv"),
        test_real("osm/monaco.osm.pbf")};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        maille_source source;
        CHECK_INT(maille_source_recognise(f.ctx, files[i], arena, &source), MAILLE_OK);
        must_import(&f, &source);
    }
    CHECK_INT(count_rows(&f, "commune"), 360);
    CHECK_INT(count_rows(&f, "centre"), 360);
    CHECK_INT(count_rows(&f, "perimeter"), 6);
    CHECK_INT(count_rows(&f, "grouping_raw"), 360);
    CHECK_INT(count_rows(&f, "import"), 5);
    maille_arena_free(arena);
    fixture_close(&f);
}

RUN_TESTS(CASE(communes_of_every_publisher), CASE(tables_by_their_header),
          CASE(other_files_are_refused_with_their_fields), CASE(real_files),
          CASE(a_recognised_file_is_imported))
