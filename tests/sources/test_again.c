/* A second import: nothing where nothing changed, the new rows where something did; what people
 * edited since is left alone. */
#include "fixture.h"

static maille_source perimeters(const char *text) {
    return (maille_source){.kind = "perimeters", .file = write_file("cpts.csv", text)};
}

static const char two[] =
    "id,nom,statut,code,contact\n"
    "a,A,Lettre d’intention,2A001,\n"
    "a,A,Lettre d’intention,2A004,ars\n"
    "b,B,Contractualisée,2A004,\n";

/* What the edit of a perimeter leaves behind: its name and the flag. */
static void edit(fixture *f, const char *id, const char *name) {
    maille_value value = maille_text_value(id);
    maille_filter of_id = maille_equals("id", &value);
    maille_query query = {.table = "perimeter", .filter = &of_id};
    maille_table *row = NULL;
    CHECK_INT(maille_store_read(f->ctx, f->store, &query, &row), MAILLE_OK);
    CHECK_INT(maille_set_text(f->ctx, row, 0, (size_t)maille_table_column(row, "name"), name),
              MAILLE_OK);
    maille_set_int(row, 0, (size_t)maille_table_column(row, "edited"), 1);
    CHECK_INT(maille_store_replace(f->ctx, f->store, "perimeter", &of_id, row), MAILLE_OK);
    maille_table_free(row);
}

TEST(the_same_file_is_read_once) {
    fixture f = fixture_open("encore.maille", 2154);
    maille_source source = {
        .kind = "supply", .service = "mg", .file = write_file("mg.csv", "code,count\n2A001,1\n")};
    must_import(&f, &source);
    CHECK(!f.result.unchanged);
    maille_sha256 before = hash_workspace(&f);
    must_import(&f, &source);
    CHECK(f.result.unchanged);
    CHECK_TEXT(f.result.message, "supply mg.csv: unchanged");
    maille_sha256 after = hash_workspace(&f);
    CHECK_TEXT(after.hex, before.hex);
    source.vintage = "2018-01-01"; /* what is said of the file counts as well */
    must_import(&f, &source);
    CHECK(!f.result.unchanged);
    CHECK_INT(import_with(&f, &source, true), MAILLE_OK);
    CHECK(!f.result.unchanged);
    CHECK_INT(count_rows(&f, "supply_raw"), 1);
    CHECK_INT(count_rows(&f, "import"), 1);
    fixture_close(&f);
}

TEST(a_changed_file_takes_the_place_of_the_old_one) {
    fixture f = fixture_open("change.maille", 2154);
    maille_source source = {.kind = "supply",
                            .service = "mg",
                            .file = write_file("mg.csv", "code,count\n2A001,1\n,4\n")};
    must_import(&f, &source);
    CHECK_INT(count_rows(&f, "remark"), 1);
    write_file("mg.csv", "code,count\n2A004,1\n2A006,3\n");
    must_import(&f, &source);
    CHECK_INT(count_rows(&f, "supply_raw"), 2);
    CHECK_INT(count_rows(&f, "remark"), 0);
    CHECK_INT(count_rows(&f, "import"), 1);
    source.service = "infirmier"; /* another service is another import */
    must_import(&f, &source);
    CHECK_INT(count_rows(&f, "supply_raw"), 4);
    CHECK_INT(count_rows(&f, "import"), 2);
    fixture_close(&f);
}

TEST(a_dry_run_checks_and_writes_nothing) {
    fixture f = fixture_open("essai.maille", 2154);
    maille_import_options options = {.dry_run = true};
    maille_source source = {.kind = "supply",
                            .service = "mg",
                            .file = write_file("mg.csv", "code,count\n2A001,1\n2A004,2\n")};
    maille_sha256 before = hash_workspace(&f);
    CHECK_INT(maille_import_source(f.ctx, f.store, &source, &options, &f.result), MAILLE_OK);
    CHECK_INT(f.result.kept, 2);
    write_file("mg.csv", "code,count\n2A001,un\n");
    CHECK_INT(maille_import_source(f.ctx, f.store, &source, &options, &f.result), MAILLE_REFUSED);
    maille_sha256 after = hash_workspace(&f);
    CHECK_TEXT(after.hex, before.hex);
    fixture_close(&f);
}

TEST(perimeters_are_read_from_a_long_table) {
    fixture f = fixture_open("cpts.maille", 2154);
    maille_source source = perimeters(two);
    must_import(&f, &source);
    CHECK_INT(count_rows(&f, "perimeter"), 2);
    CHECK_INT(count_rows(&f, "perimeter_member_raw"), 3);
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "status"), "lettre-intention");
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "contact"), "ars");
    CHECK_TEXT(cell(&f, "perimeter", "id", "b", "kind"), "cpts");
    CHECK_TEXT(cell(&f, "perimeter_member_raw", "perimeter_id", "b", "share"), "1");
    fixture_close(&f);
}

TEST(edited_perimeters_are_left_alone_and_named) {
    fixture f = fixture_open("edite.maille", 2154);
    maille_source source = perimeters(two);
    must_import(&f, &source);
    edit(&f, "a", "A, corrigé");
    source = perimeters("id,nom,statut,code\na,A,projet,2A001\nb,B bis,projet,2A006\n");
    must_import(&f, &source);
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "name"), "A, corrigé");
    CHECK_TEXT(cell(&f, "perimeter", "id", "b", "name"), "B bis");
    CHECK_INT(count_rows(&f, "perimeter_member_raw"), 3); /* two of a as it stood, one of b */
    CHECK_TEXT(cell(&f, "remark", "kind", "perimetre-modifie", "subject"), "a");
    CHECK_TEXT(cell(&f, "remark", "kind", "perimetre-modifie", "audience"), "interne");
    source = perimeters("id,nom,statut,code\na,A,projet,2A001\nb,B ter,projet,2A006\n");
    must_import(&f, &source); /* once more: the edited one has lost its import, not its rights */
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "name"), "A, corrigé");
    CHECK_TEXT(cell(&f, "perimeter", "id", "b", "name"), "B ter");
    CHECK_INT(import_with(&f, &source, true), MAILLE_OK);
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "name"), "A");
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "edited"), "0");
    CHECK_INT(count_rows(&f, "perimeter_member_raw"), 2);
    CHECK_INT(count_rows(&f, "remark"), 0);
    fixture_close(&f);
}

TEST(communes_of_several_files_add_up) {
    static const char one[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
        "\"code\":\"2A00%d\",\"nom\":\"N\",\"population\":1},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[8,42],[9,42],[9,43],[8,42]]]}}]}";
    fixture f = fixture_open("somme.maille", 0);
    for (int i = 1; i <= 3; i++) {
        char name[32], text[512];
        snprintf(name, sizeof name, "c%d.geojson", i);
        snprintf(text, sizeof text, one, i);
        maille_source source = {.kind = "communes", .file = write_file(name, text)};
        must_import(&f, &source);
    }
    CHECK_INT(count_rows(&f, "commune"), 3);
    CHECK_INT(count_rows(&f, "import"), 3);
    fixture_close(&f);
}

RUN_TESTS(CASE(the_same_file_is_read_once), CASE(a_changed_file_takes_the_place_of_the_old_one),
          CASE(a_dry_run_checks_and_writes_nothing), CASE(perimeters_are_read_from_a_long_table),
          CASE(edited_perimeters_are_left_alone_and_named), CASE(communes_of_several_files_add_up))
