/* CSV and GPKG, coordinates as digits, memory that stays flat or runs out. */
#include "region.h"

#include "layers/geometry.h"

#include <maille/vectorfile.h>

static maille_ctx *ctx;

TEST(csv_is_quoted_where_it_must_be) {
    maille_layer_written about;
    maille_store *store = new_region(ctx, "ODbL 1.0");
    fill(ctx, store, "commune_figure", "2A001|3500000|8.6|41.6|source|0|0");
    fill(ctx, store, "commune_density", "2A001|428.5714");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    CHECK_OK(maille_layer_write(ctx, c, "communes", MAILLE_CSV, test_scratch("."), &about));
    char *text = file_text(about.path);
    CHECK_TEXT(text,
               "code,nom,population,departement,surface_km2,densite\n"
               "01001,Trou,250,01,,\n"
               "01002,\"Île \"\"neuve\"\"\",,01,,\n"
               "2A001,Bourg-l’Évêque,1500,2A,3.5,428.6\n");
    maille_free(text);
    CHECK_OK(
        maille_layer_write(ctx, c, "cpts-chevauchements", MAILLE_CSV, test_scratch("."), &about));
    text = file_text(about.path);
    CHECK_TEXT(text,
               "a,b,communes,codes,population,part_a,part_b,partagees,gravite\n"
               "cpts-a,cpts-b,1,2A001,1500,0.7499,1,0,erreur\n");
    maille_free(text);
    maille_catalogue_free(c);
    maille_store_close(store);
}

TEST(gpkg_holds_the_same_features) {
    maille_layer_written about;
    maille_table *table = NULL;
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    CHECK_OK(maille_layer_write(ctx, c, "couverture", MAILLE_GPKG, test_scratch("."), &about));
    maille_read_options options = {.layer = "couverture", .with_geometry = true};
    CHECK_OK(maille_file_read(ctx, about.path, &options, &table));
    int minutes = table ? maille_table_column(table, "medecin_generaliste_min") : -1;
    int geometry = table ? maille_table_column(table, "geom") : -1;
    CHECK(minutes >= 0 && geometry >= 0 && table->rows == 3);
    if (minutes >= 0 && geometry >= 0) {
        CHECK_INT(table->columns[minutes].type, MAILLE_REAL);
        CHECK(table->columns[minutes].null[1]);
        CHECK_NEAR(table->columns[minutes].reals[2], 10, 0); /* 10.04, to one decimal */
        CHECK(table->columns[geometry].blobs[0].length > 100);
    }
    CHECK_INT(about.features, 3);
    maille_table_free(table);
    maille_catalogue_free(c);
    maille_store_close(store);
}

/* ---- coordinates ---- */

static void check_degrees(double degrees, const char *want) {
    char text[16];
    *layers_put_degrees(text, degrees) = '\0';
    CHECK_TEXT(text, want);
}

TEST(degrees_have_seven_decimals_at_most) {
    check_degrees(0, "0");
    check_degrees(-0.0, "0");
    check_degrees(9, "9");
    check_degrees(-180, "-180");
    check_degrees(10.5, "10.5");
    check_degrees(100.05, "100.05");
    check_degrees(99.9999999, "99.9999999");
    check_degrees(-0.0000001, "-0.0000001");
    check_degrees(-0.00000001, "0");
    check_degrees(2.3522219, "2.3522219");
    check_degrees(45.0000001, "45.0000001");
    check_degrees(179.99999999, "180");
}

/* Against printf, on the whole grid's range. */
TEST(degrees_are_those_of_printf) {
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int64_t n = (int64_t)(random % 3600000001u) - 1800000000;
        char got[16], want[32];
        *layers_put_degrees(got, (double)n / 1e7) = '\0';
        snprintf(want, sizeof want, "%s%lld.%07lld", n < 0 ? "-" : "", llabs(n) / 10000000,
                 llabs(n) % 10000000);
        for (size_t end = strlen(want); want[end - 1] == '0' || want[end - 1] == '.'; end--) {
            bool point = want[end - 1] == '.';
            want[end - 1] = '\0';
            if (point)
                break;
        }
        if (strcmp(got, want) != 0) {
            CHECK_TEXT(got, want);
            return;
        }
    }
}

static maille_status write_wkb(const void *bytes, size_t length) {
    layers_box box = {0, 0, 0, 0};
    layers_projection degrees = {0};
    maille_strbuf text = {0};
    maille_status status =
        layers_write_geometry(ctx, &text, (maille_bytes){bytes, length}, &degrees, &box);
    maille_strbuf_free(&text);
    return status;
}

TEST(broken_geometry_is_told_and_never_read_past_its_end) {
    unsigned char wkb[512];
    size_t length = boxes_wkb("1 1 2 2 / 3 3 4 4 o 3.1 3.1 3.2 3.2", wkb);
    CHECK_OK(write_wkb(wkb, length));
    for (size_t cut = 1; cut < length; cut++) {
        unsigned char *piece = maille_alloc(cut, 1); /* exactly as long: a sanitizer sees more */
        memcpy(piece, wkb, cut);
        CHECK_INT(write_wkb(piece, cut), MAILLE_FAILED);
        maille_free(piece);
    }
    wkb[1] = 2; /* a line */
    CHECK_INT(write_wkb(wkb, length), MAILLE_FAILED);
    length = boxes_wkb("1 1 2 200", wkb);
    CHECK_INT(write_wkb(wkb, length), MAILLE_FAILED);
}

/* ---- memory ---- */

static uint64_t allocations_of_a_layer(maille_store *store, uint64_t features) {
    maille_layer_written about;
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    uint64_t before = maille_memory_count();
    CHECK_OK(maille_layer_write(ctx, c, "couverture", MAILLE_GEOJSON, test_scratch("."), &about));
    uint64_t count = maille_memory_count() - before;
    CHECK_INT(about.features, features);
    maille_catalogue_free(c);
    return count;
}

/* Seven thousand times the communes need no more memory of ours than three: a buffer may have to
 * grow once for the longest. */
TEST(memory_stays_flat) {
    enum { COUNT = 20000 };
    maille_store *store = new_region(ctx, "ODbL 1.0");
    uint64_t few = allocations_of_a_layer(store, 3);
    maille_table *table = NULL;
    unsigned char wkb[512];
    size_t length = boxes_wkb("1 1 2 2 / 3 3 4 4 o 3.1 3.1 3.2 3.2", wkb);
    CHECK_OK(maille_store_describe(ctx, store, "commune", &table));
    for (int i = 0; i < COUNT; i++) {
        size_t row;
        char code[8];
        snprintf(code, sizeof code, "%05d", 10000 + i);
        CHECK_OK(maille_table_add_row(ctx, table, &row));
        CHECK_OK(maille_set_text(ctx, table, row, 0, code));
        CHECK_OK(maille_set_text(ctx, table, row, 1, "Commune"));
        maille_set_real(table, row, 2, i);
        CHECK_OK(maille_set_text(ctx, table, row, 3, "10"));
        maille_set_int(table, row, 4, 1);
        CHECK_OK(maille_set_bytes(ctx, table, row, 5, wkb, length));
    }
    CHECK_OK(maille_store_append(ctx, store, "commune", table));
    maille_table_free(table);
    CHECK(allocations_of_a_layer(store, COUNT + 3) < few + 20);
    maille_store_close(store);
}

/* Whatever allocation fails, the file that was there stays, and no half-written one is left. */
TEST(memory_that_runs_out_leaves_the_old_file) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_layer_written about;
    uint64_t before = maille_memory_count();
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    CHECK_OK(maille_layer_write(ctx, c, "couverture", MAILLE_GEOJSON, test_scratch("."), &about));
    maille_catalogue_free(c);
    uint64_t needed = maille_memory_count() - before;
    char path[1024], part[1100];
    snprintf(path, sizeof path, "%s", about.path);
    snprintf(part, sizeof part, "%s.part", path);
    char *want = file_text(path);
    for (uint64_t n = 1; n <= needed; n += 1 + n / 40) {
        c = NULL;
        maille_memory_fail_at(n);
        maille_status status =
            maille_catalogue_new(ctx, store, MAILLE_INTERNE, region_steps, REGION_STEPS, &c);
        if (!status)
            status =
                maille_layer_write(ctx, c, "couverture", MAILLE_GEOJSON, test_scratch("."), &about);
        maille_memory_fail_at(0);
        CHECK(status != MAILLE_OK);
        CHECK(access(part, F_OK) != 0);
        maille_catalogue_free(c);
    }
    char *got = file_text(path);
    CHECK_TEXT(got, want);
    maille_free(got);
    maille_free(want);
    maille_store_close(store);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(csv_is_quoted_where_it_must_be), CASE(gpkg_holds_the_same_features),
          CASE(degrees_have_seven_decimals_at_most), CASE(degrees_are_those_of_printf),
          CASE(broken_geometry_is_told_and_never_read_past_its_end), CASE(memory_stays_flat),
          CASE(memory_that_runs_out_leaves_the_old_file), CASE(stop))
