/* GeoJSON of a hand-made workspace: exactly the golden files, which were checked by eye against
 * DESIGN section 6; GDAL reads the same back; geometry by RFC 7946. */
#include "region.h"

#include <maille/shapes.h>
#include <maille/vectorfile.h>

static maille_ctx *ctx;
static maille_store *store;

static char *written(maille_catalogue *catalogue, const char *id, maille_layer_format format,
                     maille_layer_written *about) {
    CHECK_OK(maille_layer_write(ctx, catalogue, id, format, test_scratch("."), about));
    return file_text(about->path);
}

/* Says where two texts part, rather than printing both. */
static void check_same(const char *got, const char *want, const char *name) {
    if (got && want && strcmp(got, want) == 0)
        return;
    size_t i = 0;
    while (got && want && got[i] && got[i] == want[i])
        i++;
    fprintf(stderr, "%s differs at byte %zu:\n  got  %.80s\n  want %.80s\n", name, i,
            got ? got + i : "(no file)", want ? want + i : "(no file)");
    CHECK(got == want);
}

/* The hash changes with every rule set, so that golden files hold "#" in its place. */
static void blank_hash(char *text, const char *hash) {
    char *at = text ? strstr(text, hash) : NULL;
    CHECK(at != NULL);
    if (at)
        memset(at, '#', 64);
}

static void check_golden(maille_audience audience, const char *id, const char *golden) {
    char relative[64];
    maille_layer_written about;
    maille_catalogue *catalogue = catalogue_of(ctx, store, audience);
    char *got = written(catalogue, id, MAILLE_GEOJSON, &about);
    snprintf(relative, sizeof relative, "tests/layers/golden/%s", golden);
    CHECK_INT(about.bytes, got ? strlen(got) : 0);
    blank_hash(got, maille_catalogue_hash(catalogue));
    if (getenv("MAILLE_WRITE_GOLDEN")) { /* then look at what git shows */
        FILE *file = fopen(test_source(relative), "wb");
        fputs(got, file);
        fclose(file);
    }
    char *want = file_text(test_source(relative));
    check_same(got, want, golden);
    maille_free(got);
    maille_free(want);
    maille_catalogue_free(catalogue);
}

TEST(layers_are_the_golden_files) {
    check_golden(MAILLE_INTERNE, "couverture", "couverture.geojson");
    check_golden(MAILLE_INTERNE, "etablissements", "etablissements.geojson");
    check_golden(MAILLE_INTERNE, "isochrones", "isochrones.geojson");
    check_golden(MAILLE_INTERNE, "zones-sous-denses", "zones-sous-denses.geojson");
    check_golden(MAILLE_INTERNE, "cpts", "cpts-interne.geojson");
    check_golden(MAILLE_PUBLIC, "cpts", "cpts-public.geojson");
    check_golden(MAILLE_PUBLIC, "cpts-chevauchements", "cpts-chevauchements-public.geojson");
    check_golden(MAILLE_INTERNE, "cpts-zones-blanches", "cpts-zones-blanches-interne.geojson");
    check_golden(MAILLE_INTERNE, "cpts-constats", "cpts-constats-interne.geojson");
    check_golden(MAILLE_INTERNE, "cpts-communes-disputees",
                 "cpts-communes-disputees-interne.geojson");
}

TEST(the_second_time_the_bytes_are_the_same) {
    static const char *const ids[] = {"communes",   "couverture",    "etablissements",
                                      "isochrones", "accessibilite", "cpts"};
    maille_layer_written about;
    maille_store *other = new_region(ctx, "ODbL 1.0");
    maille_catalogue *a = catalogue_of(ctx, store, MAILLE_INTERNE);
    maille_catalogue *b = catalogue_of(ctx, other, MAILLE_INTERNE);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char *first = written(a, ids[i], MAILLE_GEOJSON, &about);
        char *second = written(b, ids[i], MAILLE_GEOJSON, &about);
        check_same(second, first, ids[i]);
        maille_free(first);
        maille_free(second);
    }
    maille_catalogue_free(a);
    maille_catalogue_free(b);
    maille_store_close(other);
}

/* GDAL as the second reader: the same values, in the same order. */
TEST(gdal_reads_the_same) {
    maille_layer_written about;
    maille_table *table = NULL;
    maille_catalogue *catalogue = catalogue_of(ctx, store, MAILLE_INTERNE);
    maille_free(written(catalogue, "couverture", MAILLE_GEOJSON, &about));
    maille_read_options options = {.with_geometry = true, .texts = true};
    CHECK_OK(maille_file_read(ctx, about.path, &options, &table));
    CHECK_INT(table->rows, 3);
    int code = maille_table_column(table, "code");
    int minutes = maille_table_column(table, "medecin_generaliste_min");
    int place = maille_table_column(table, "maternite_id");
    CHECK(code >= 0 && minutes >= 0 && place >= 0);
    CHECK_TEXT(table->columns[code].texts[0], "01001");
    CHECK_TEXT(table->columns[code].texts[2], "2A001");
    CHECK_TEXT(table->columns[minutes].texts[0], "0");
    CHECK(table->columns[minutes].texts[1] == NULL);
    CHECK_TEXT(table->columns[minutes].texts[2], "10");
    CHECK(table->columns[place].texts[1] == NULL);
    maille_table_free(table);
    maille_catalogue_free(catalogue);
}

/* The store held shells clockwise; what is published runs the right way round, and is the same
 * place to the last digit. */
TEST(shells_run_counter_clockwise_and_holes_clockwise) {
    maille_layer_written about;
    maille_catalogue *catalogue = catalogue_of(ctx, store, MAILLE_INTERNE);
    char *text = written(catalogue, "communes", MAILLE_GEOJSON, &about);
    CHECK(strstr(text,
                 "[[[1,46],[2,46],[2,47],[1,47],[1,46]],"
                 "[[1.25,46.25],[1.25,46.5],[1.5,46.5],[1.5,46.25],[1.25,46.25]]]") != NULL);
    CHECK(strstr(text, "[-1.0000001,47]") != NULL);
    CHECK(strstr(text, "47.2345678") != NULL);
    CHECK(strstr(text, "\"bbox\":[-1.0000001,41.5,8.75,47.5],") != NULL);
    CHECK(strstr(text, "\"population\":null") != NULL);
    maille_free(text);
    maille_catalogue_free(catalogue);
}

TEST(a_layer_without_features_is_a_valid_file) {
    maille_layer_written about;
    maille_table *table = NULL;
    maille_catalogue *catalogue = catalogue_of(ctx, store, MAILLE_INTERNE);
    char *text = written(catalogue, "cpts-zones-blanches", MAILLE_GEOJSON, &about);
    CHECK_INT(about.features, 0);
    CHECK(strstr(text, "bbox") == NULL);
    CHECK(strstr(text, "\"features\":[\n]\n}\n") != NULL);
    maille_free(text);
    CHECK_INT(maille_file_read(ctx, about.path, &(maille_read_options){0}, &table), MAILLE_REFUSED);
    maille_table_free(table);
    maille_catalogue_free(catalogue);
}

/* Figures, counted by hand from the rows of region.h. */
TEST(figures_are_those_of_the_rows) {
    static const struct {
        const char *id, *title;
        double value;
    } want[] = {
        {"communes", "Communes", 3},
        {"communes", "Population", 1750.4},
        {"etablissements", "Lieux", 3},
        {"etablissements", "Lieux sans position", 1},
        {"couverture", "Médecin généraliste : trajet le plus long", 10.04},
        {"couverture", "Médecin généraliste : communes sans accès", 1},
        {"couverture", "Médecin généraliste : trajet moyen par habitant", 1500 * 10.04 / 1750.4},
        {"couverture", "Maternité : trajet le plus long", 95.5},
        {"couverture", "Maternité : communes sans accès", 1},
        {"accessibilite", "Médecin généraliste : APL la plus faible", 0},
        {"accessibilite", "Médecin généraliste : APL moyenne par habitant", 2.71828},
        {"zones-sous-denses", "Zones en ZIP", 1},
        {"zones-sous-denses", "Part de la population en ZIP", 100},
        {"cpts", "CPTS", 3},
        {"cpts", "Alertes", 2},
        {"cpts-chevauchements", "Erreurs", 1},
        {"cpts-zones-blanches", "Zones blanches", 0},
    };
    maille_catalogue *catalogue = catalogue_of(ctx, store, MAILLE_INTERNE);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        maille_layer_written about;
        const maille_figure *found = NULL;
        maille_free(written(catalogue, want[i].id, MAILLE_GEOJSON, &about));
        for (size_t f = 0; f < about.figure_count && !found; f++)
            if (strcmp(about.figures[f].title, want[i].title) == 0)
                found = &about.figures[f];
        if (!found)
            CHECK_TEXT("absent", want[i].title);
        else
            CHECK_NEAR(found->value, want[i].value, 1e-9);
    }
    maille_catalogue_free(catalogue);
}

TEST(a_folder_that_is_not_there_is_told) {
    maille_layer_written about;
    maille_catalogue *catalogue = catalogue_of(ctx, store, MAILLE_INTERNE);
    CHECK_FAILS(maille_layer_write(ctx, catalogue, "communes", MAILLE_GEOJSON,
                                   test_scratch("no/such"), &about),
                MAILLE_FAILED, "no/such/communes.geojson.part could not be written");
    maille_catalogue_free(catalogue);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
    store = new_region(ctx, "ODbL 1.0");
}
static void stop(void) {
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(layers_are_the_golden_files),
          CASE(the_second_time_the_bytes_are_the_same), CASE(gdal_reads_the_same),
          CASE(shells_run_counter_clockwise_and_holes_clockwise),
          CASE(a_layer_without_features_is_a_valid_file), CASE(figures_are_those_of_the_rows),
          CASE(a_folder_that_is_not_there_is_told), CASE(stop))
