/* Indicators of communes and inhabitants by age, as they are published: read, refused, read again.
 */
#include "fixture.h"

#include <maille/memory.h>

static maille_source indicators(const char *file, const char *text) {
    return (maille_source){.kind = "indicators", .name = "ald", .file = write_file(file, text)};
}

static maille_source ages(const char *file, const char *text) {
    return (maille_source){.kind = "population_age", .file = write_file(file, text)};
}

static const char communes[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
    "\"code\":\"01004\",\"nom\":\"N\",\"population\":1},\"geometry\":{\"type\":\"Polygon\","
    "\"coordinates\":[[[5,46],[6,46],[6,47],[5,46]]]}}]}";

TEST(indicators_are_read) {
    fixture f = fixture_open("ald.maille", 2154);
    maille_source place = {.kind = "communes", .file = write_file("c.geojson", communes)};
    must_import(&f, &place);
    maille_source source = indicators(
        "ald.csv", "code;ald;effectif\n1004;-12,5;3\n2a004;s;1\n01002;NR;\n01003;1 200;\n");
    source.unit = "pour 1 000";
    source.title = "Affections de longue durée";
    must_import(&f, &source);
    CHECK_INT(f.result.kept, 2);
    CHECK_INT(f.result.refused, 2);
    CHECK_INT(f.result.repaired, 2);
    CHECK_TEXT(cell(&f, "indicator_raw", "code", "01004", "value"), "-12.5");
    CHECK_TEXT(cell(&f, "indicator_raw", "code", "01004", "weight"), "null");
    CHECK_TEXT(cell(&f, "indicator_raw", "code", "01003", "value"), "1200");
    CHECK_TEXT(cell(&f, "indicator_raw", "code", "01003", "name"), "ald");
    CHECK_TEXT(cell(&f, "indicator", "name", "ald", "how"), "moyenne");
    CHECK_TEXT(cell(&f, "indicator", "name", "ald", "unit"), "pour 1 000");
    CHECK_TEXT(cell(&f, "indicator", "name", "ald", "title"), "Affections de longue durée");
    CHECK_TEXT(cell(&f, "remark", "kind", "valeur-absente", "subject"), "2A004");
    fixture_close(&f);
}

TEST(weights_and_ways_are_said) {
    fixture f = fixture_open("poids.maille", 2154);
    maille_source source = indicators("p.csv", "code,valeur,poids\n01004,3,10\n01002,4,\n");
    must_import(&f, &source);
    CHECK_TEXT(cell(&f, "indicator_raw", "code", "01004", "weight"), "10");
    CHECK_TEXT(cell(&f, "indicator_raw", "code", "01002", "weight"), "null");
    source.how = "somme"; /* which has no weights */
    must_import(&f, &source);
    CHECK(!f.result.unchanged);
    CHECK_TEXT(cell(&f, "indicator", "name", "ald", "how"), "somme");
    CHECK_TEXT(cell(&f, "indicator_raw", "code", "01004", "weight"), "null");
    CHECK_INT(count_rows(&f, "indicator"), 1);
    CHECK_INT(count_rows(&f, "indicator_raw"), 2);
    source.unit = "patients"; /* what is said of it counts as well */
    must_import(&f, &source);
    CHECK(!f.result.unchanged);
    must_import(&f, &source);
    CHECK(f.result.unchanged);
    fixture_close(&f);
}

TEST(indicators_are_refused) {
    static const struct {
        const char *text, *message;
    } files[] = {
        {"code,value\n01004,1\n01002,2\n01004,1\n",
         "%s, row 4: commune 01004 was in row 2 already"},
        {"code,value\n01004,beaucoup\n", "%s, row 2: value was no number (beaucoup)"},
        {"code,value\n01004,inf\n", "%s, row 2: value was no number (inf)"},
        {"code,value,weight\n01004,1,-1\n", "%s, row 2: weight was negative (-1)"},
        {"code,a,b\n01004,1,1\n",
         "%s had no field for value: name it (fields: value=…); its fields were: code, a, b"},
        {"code,value\n", "%s held no row"},
    };
    fixture f = fixture_open("refus-ald.maille", 2154);
    maille_source first = indicators("premier.csv", "code,value\n01001,1\n");
    first.name = "mortalite";
    must_import(&f, &first);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        maille_source source = indicators("refuse.csv", files[i].text);
        must_refuse(&f, &source, MAILLE_REFUSED, files[i].message);
    }
    maille_source source = indicators("second.csv", "code,value\n01001,2\n");
    source.name = "mortalite";
    must_refuse(&f, &source, MAILLE_REFUSED,
                "%s was refused: indicator mortalite was imported from premier.csv already");
    source.name = NULL;
    must_refuse(&f, &source, MAILLE_USAGE, "the indicator of %s had no name (name: …, or --name)");
    source.name = "Taux d’ALD";
    must_refuse(&f, &source, MAILLE_USAGE, "name \"Taux d’ALD\" was not made of a-z, 0-9 and _");
    source.name = "ald";
    source.how = "médiane";
    must_refuse(&f, &source, MAILLE_USAGE, "how \"médiane\" was not somme or moyenne");
    source.how = "somme";
    source.field_count = 3;
    source.field_keys = (const char *[]){"code", "value", "weight"};
    source.field_values = (const char *[]){"code", "value", "value"};
    must_refuse(&f, &source, MAILLE_USAGE,
                "indicator ald is a sum, which has no weight (field weight)");
    fixture_close(&f);
}

TEST(ages_are_read) {
    fixture f = fixture_open("ages.maille", 2154);
    maille_source source = ages("ages.csv",
                                "code;age_min;age_max;population\n01004;0;14;12,5\n01004;15;74;30\n"
                                "01004;75;;4\n2A004;75;;0\n");
    must_import(&f, &source);
    CHECK_INT(count_rows(&f, "population_age_raw"), 4);
    CHECK_TEXT(cell(&f, "population_age_raw", "code", "01004", "population"), "12.5");
    CHECK_TEXT(cell(&f, "population_age_raw", "code", "01004", "to_age"), "14");
    CHECK_TEXT(cell(&f, "population_age_raw", "code", "2A004", "from_age"), "75");
    CHECK_TEXT(cell(&f, "population_age_raw", "code", "2A004", "to_age"), "null");
    write_file("ages.csv", "code;age_min;age_max;population\n01004;0;17;12\n01004;18;;30\n");
    must_import(&f, &source); /* its own bands may change */
    CHECK_INT(count_rows(&f, "population_age_raw"), 2);
    source = ages("autres.csv", "code,from,population,to\n01001,18,3,\n");
    must_import(&f, &source); /* communes of another file, by the same bands */
    CHECK_INT(count_rows(&f, "population_age_raw"), 3);
    CHECK_INT(count_rows(&f, "import"), 2);
    fixture_close(&f);
}

#define HEAD "code,from,to,population\n"
TEST(ages_are_refused) {
    static const struct {
        const char *text, *message;
    } files[] = {
        {HEAD "01001,0,19,5\n01001,20,,-1\n", "%s, row 3: population was negative (-1)"},
        {HEAD "01001,0,19,\n", "%s, row 2: population of 01001 was missing"},
        {HEAD "01001,0,19,5\n01001,20,,1\n01001,0,19,5\n",
         "%s, row 4: the ages of 01001 from 0 were in row 2 already"},
        {HEAD "01001,0,19,5\n01001,15,29,1\n",
         "%s, row 3: ages from 15 to 29 did not go with those from 0 to 19 of row 2"},
        {HEAD "01001,0,19,5\n01002,0,17,1\n",
         "%s, row 3: ages from 0 to 17 did not go with those from 0 to 19 of row 2"},
        {HEAD "01001,20,,5\n01002,65,,1\n",
         "%s, row 3: ages from 65 on did not go with those from 20 on of row 2"},
        {HEAD "01001,20,19,5\n", "%s, row 2: ages went from 20 back to 19"},
        {HEAD "01001,,19,5\n", "%s, row 2: from was missing"},
        {HEAD "01001,moins de 20,19,5\n", "%s, row 2: from was no number (moins de 20)"},
        {HEAD "01001,-1,19,5\n", "%s, row 2: from was negative (-1)"},
        {HEAD, "%s held no row"},
    };
    fixture f = fixture_open("refus-ages.maille", 2154);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        maille_source source = ages("refuse.csv", files[i].text);
        must_refuse(&f, &source, MAILLE_REFUSED, files[i].message);
    }
    maille_source source = ages("tout.csv", HEAD "01004,0,19,5\n01004,20,,6\n");
    must_import(&f, &source);
    source = ages("refuse.csv", HEAD "01004,0,19,5\n");
    must_refuse(&f, &source, MAILLE_REFUSED,
                "%s, row 2: the ages of 01004 were imported from tout.csv already");
    source = ages("refuse.csv", HEAD "01001,0,14,5\n");
    must_refuse(&f, &source, MAILLE_REFUSED,
                "%s, row 2: ages from 0 to 14 did not go with those from 0 to 19 of tout.csv");
    fixture_close(&f);
}

TEST(ages_are_recognised_and_indicators_are_not_guessed) {
    maille_ctx *ctx;
    maille_arena *arena = maille_arena_new();
    maille_source source;
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    CHECK_INT(maille_source_recognise(
                  ctx, write_file("r.csv", "CODGEO;age_min;age_max;population\n01001;0;;3\n"),
                  arena, &source),
              MAILLE_OK);
    CHECK_TEXT(source.kind, "population_age");
    CHECK_TEXT(maille_source_field(&source, "from"), "age_min");
    CHECK_TEXT(maille_source_field(&source, "to"), "age_max");
    CHECK_INT(maille_source_recognise(ctx, write_file("i.csv", "code,ald,mortalite\n01001,3,1\n"),
                                      arena, &source),
              MAILLE_REFUSED);
    maille_arena_free(arena);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(indicators_are_read), CASE(weights_and_ways_are_said), CASE(indicators_are_refused),
          CASE(ages_are_read), CASE(ages_are_refused),
          CASE(ages_are_recognised_and_indicators_are_not_guessed))
