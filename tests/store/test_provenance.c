/* Where things come from: imports, what they replace, and step runs. */
#include "store/internal.h"
#include "workspaces.h"

#include <maille/provenance.h>
#include <maille/version.h>

static maille_import an_import(const char *kind, const char *file) {
    return (maille_import){.kind = kind,
                           .file = file,
                           .sha256 = "00ff",
                           .vintage = "2018-01-01",
                           .source = "IGN",
                           .licence = "Licence Ouverte 2.0",
                           .options = "{\"fields\":{}}",
                           .rows_read = 4,
                           .rows_kept = 3,
                           .rows_repaired = 2,
                           .rows_refused = 1,
                           .report = "{}"};
}

static int64_t record(maille_ctx *ctx, maille_store *store, maille_import import) {
    int64_t id = 0;
    CHECK_OK(maille_import_record(ctx, store, &import, &id));
    CHECK(id > 0);
    return id;
}

TEST(an_import_is_recorded_whole) {
    maille_ctx *ctx = new_ctx();
    maille_store *store;
    maille_table *all;
    CHECK_OK(maille_store_create(ctx, fresh_path(), 0, "anne", &store));
    int64_t id = record(ctx, store, an_import("communes", "/data/communes.geojson"));
    maille_import counts = {.id = id,
                            .rows_read = 360,
                            .rows_kept = 359,
                            .rows_repaired = 7,
                            .rows_refused = 1,
                            .report = "{\"geometry\":7}"};
    CHECK_OK(maille_import_counts(ctx, store, &counts));
    counts.id = 99;
    CHECK_FAILS(maille_import_counts(ctx, store, &counts), MAILLE_NOT_FOUND, "import 99");
    CHECK_OK(maille_imports(ctx, store, &all));
    CHECK_INT(all->rows, 1);
    static const char *const texts[][2] = {{"kind", "communes"},
                                           {"name", NULL},
                                           {"service", NULL},
                                           {"file", "/data/communes.geojson"},
                                           {"sha256", "00ff"},
                                           {"vintage", "2018-01-01"},
                                           {"source", "IGN"},
                                           {"licence", "Licence Ouverte 2.0"},
                                           {"options", "{\"fields\":{}}"},
                                           {"report", "{\"geometry\":7}"},
                                           {"program", MAILLE_VERSION},
                                           {"who", "anne"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_TEXT(all->columns[maille_table_column(all, texts[i][0])].texts[0], texts[i][1]);
    CHECK_INT(all->columns[maille_table_column(all, "rows_read")].ints[0], 360);
    CHECK_INT(all->columns[maille_table_column(all, "rows_kept")].ints[0], 359);
    CHECK_INT(all->columns[maille_table_column(all, "rows_repaired")].ints[0], 7);
    CHECK_INT(all->columns[maille_table_column(all, "rows_refused")].ints[0], 1);
    const char *at = all->columns[maille_table_column(all, "at")].texts[0];
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, end = 0;
    CHECK_INT(sscanf(at, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute, &second,
                     &end),
              6);
    CHECK(end == 20 && year >= 2024 && month >= 1 && day >= 1);
    maille_table_free(all);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(imports_are_listed_in_order) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    maille_table *all;
    maille_import import = an_import("supply", "/b.csv");
    import.service = "maternite";
    record(ctx, store, import);
    import.service = "generaliste";
    record(ctx, store, import);
    record(ctx, store, an_import("roads", "/z.gpkg"));
    record(ctx, store, an_import("roads", "/y.gpkg"));
    CHECK_OK(maille_imports(ctx, store, &all));
    static const char *const files[] = {"/y.gpkg", "/z.gpkg", "/b.csv", "/b.csv"};
    CHECK_INT(all->rows, 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_TEXT(all->columns[maille_table_column(all, "file")].texts[i], files[i]);
    CHECK_TEXT(all->columns[maille_table_column(all, "service")].texts[2], "generaliste");
    maille_table_free(all);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(an_import_replaces_the_one_that_it_names) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    int64_t first = record(ctx, store, an_import("centres", "/old/centres.csv"));
    int64_t other = record(ctx, store, an_import("centres", "/old/others.csv"));
    maille_table *of_first = centres(ctx, "a", 5, first), *of_other = centres(ctx, "b", 3, other);
    CHECK_OK(maille_store_append(ctx, store, "centre", of_first));
    CHECK_OK(maille_store_append(ctx, store, "centre", of_other));
    maille_import anew = an_import("centres", "/new/folder/centres.csv");
    anew.replaces = first;
    int64_t again = record(ctx, store, anew);
    CHECK(again != first && again != other);
    CHECK_INT(count_of(ctx, store, "centre"), 3); /* those of the other file */
    CHECK_INT(count_of(ctx, store, "import"), 2);

    /* a file of the same name elsewhere is another import; one that is gone cannot be replaced */
    record(ctx, store, an_import("centres", "/elsewhere/centres.csv"));
    CHECK_INT(count_of(ctx, store, "import"), 3);
    CHECK_FAILS(maille_import_record(ctx, store, &anew, &again), MAILLE_NOT_FOUND,
                "was not recorded");
    CHECK_INT(count_of(ctx, store, "import"), 3);
    maille_table_free(of_first);
    maille_table_free(of_other);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* One row of each table that has an import_id, for import `id`; perimeter "kept" was edited. */
static void fill(maille_ctx *ctx, maille_store *store, int64_t id) {
    static const char sql[] =
        "INSERT INTO commune (code, name, department, import_id) VALUES ('#', 'n', 'd', #);"
        "INSERT INTO centre VALUES ('#', 1, 2, #);"
        "INSERT INTO supply_raw VALUES (#, 1, 's', 'c', 1);"
        "INSERT INTO facility_raw VALUES (#, 1, 's', 'i', 'n', 'c', 1, 1, 1, 'ouvert');"
        "INSERT INTO grouping_raw VALUES (#, 1, 'n', 'c', 'g', 't');"
        "INSERT INTO movement VALUES (#, 1, 'v', 'w', 'a', 'b', 1, 'n');"
        "INSERT INTO perimeter (id, kind, name, status, import_id, edited) VALUES"
        " ('gone#', 'cpts', 'n', 's', #, 0), ('kept#', 'cpts', 'n', 's', #, 1);"
        "INSERT INTO perimeter_member_raw (perimeter_id, code, share, import_id) VALUES"
        " ('gone#', 'c', 1, #), ('kept#', 'c', 1, #);"
        "INSERT INTO perimeter_status (perimeter_id, place, status, import_id) VALUES"
        " ('gone#', 1, 's', #), ('kept#', 1, 's', #);"
        "INSERT INTO indicator_raw VALUES (#, 1, 'n', 'c', 1, NULL);"
        "INSERT INTO indicator (name, how, import_id) VALUES ('n#', 'somme', #);"
        "INSERT INTO population_age_raw VALUES (#, 1, 'c', 0, 5, 1);"
        "INSERT INTO remark (origin, audience, import_id, severity, kind, message) VALUES"
        " ('import:x', '', #, 'alerte', 'k', 'm');";
    char text[2048];
    size_t length = 0;
    for (const char *c = sql; *c; c++) /* # stands for the id, a digit */
        text[length++] = *c == '#' ? (char)('0' + id) : *c;
    text[length] = '\0';
    CHECK_OK(maille_sql_exec(ctx, store->db, text, "test"));
}

TEST(every_table_forgets_a_replaced_import_but_edited_perimeters) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    int64_t one = record(ctx, store, an_import("perimeters", "/p.csv"));
    int64_t two = record(ctx, store, an_import("perimeters", "/q.csv"));
    fill(ctx, store, one);
    fill(ctx, store, two);
    maille_import again = an_import("perimeters", "/p.csv");
    again.replaces = one;
    record(ctx, store, again);
    size_t seen = 0;
    for (size_t i = 0; i < store->schema->table_count; i++) {
        const maille_schema_table *table = &store->schema->tables[i];
        if (!maille_schema_seek(table, "import_id"))
            continue;
        maille_value of_one = maille_int_value(one), of_two = maille_int_value(two);
        maille_filter filter = maille_equals("import_id", &of_one);
        int64_t count = -1;
        bool edited = strncmp(table->name, "perimeter", 9) == 0;
        CHECK_OK(maille_store_count(ctx, store, table->name, &filter, &count));
        CHECK_INT(count, edited ? 1 : 0);
        filter = maille_equals("import_id", &of_two);
        CHECK_OK(maille_store_count(ctx, store, table->name, &filter, &count));
        CHECK_INT(count, edited ? 2 : 1);
        seen++;
    }
    CHECK_INT(seen, 13); /* the tables that `fill` knows: a new one wants its row there */
    CHECK_OK(maille_import_forget(ctx, store, two));
    CHECK_FAILS(maille_import_forget(ctx, store, two), MAILLE_NOT_FOUND, "was not recorded");
    CHECK_INT(count_of(ctx, store, "commune"), 0);
    CHECK_INT(count_of(ctx, store, "perimeter"), 2); /* the edited ones */
    CHECK_INT(count_of(ctx, store, "import"), 1);
    maille_value kept = maille_text_value("kept1");
    maille_filter filter = maille_equals("perimeter_id", &kept);
    int64_t count = -1;
    CHECK_OK(maille_store_count(ctx, store, "perimeter_member_raw", &filter, &count));
    CHECK_INT(count, 1);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(a_rolled_back_import_leaves_the_one_before) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    int64_t id = record(ctx, store, an_import("centres", "/c.csv"));
    maille_table *rows = centres(ctx, "a", 5, id);
    CHECK_OK(maille_store_append(ctx, store, "centre", rows));
    CHECK_OK(maille_store_begin(ctx, store));
    maille_import again = an_import("centres", "/c.csv");
    again.replaces = id;
    record(ctx, store, again);
    CHECK_INT(count_of(ctx, store, "centre"), 0);
    maille_store_rollback(store);
    CHECK_INT(count_of(ctx, store, "centre"), 5);
    CHECK_INT(count_of(ctx, store, "import"), 1);
    maille_import nameless = an_import("centres", NULL);
    CHECK_FAILS(maille_import_record(ctx, store, &nameless, &id), MAILLE_USAGE, "without");
    maille_table_free(rows);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(a_step_run_is_remembered) {
    maille_ctx *ctx = new_ctx();
    maille_store *store = new_workspace(ctx);
    char *hash;
    CHECK_OK(maille_step_hash(ctx, store, "perimeters", "public", &hash));
    CHECK_TEXT(hash, NULL);
    maille_step_run run = {"perimeters", "public", "aa", "{}", "6 perimeters", 0.5};
    CHECK_OK(maille_step_record(ctx, store, &run));
    run.inputs_hash = "bb";
    CHECK_OK(maille_step_record(ctx, store, &run));
    run.audience = "interne";
    run.inputs_hash = "cc";
    CHECK_OK(maille_step_record(ctx, store, &run));
    CHECK_INT(count_of(ctx, store, "step_run"), 2);
    CHECK_OK(maille_step_hash(ctx, store, "perimeters", "public", &hash));
    CHECK_TEXT(hash, "bb");
    maille_free(hash);
    CHECK_OK(maille_step_hash(ctx, store, "perimeters", "interne", &hash));
    CHECK_TEXT(hash, "cc");
    maille_free(hash);
    CHECK_OK(maille_step_hash(ctx, store, "perimeters", NULL, &hash));
    CHECK_TEXT(hash, NULL);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(an_import_is_recorded_whole), CASE(imports_are_listed_in_order),
          CASE(an_import_replaces_the_one_that_it_names),
          CASE(every_table_forgets_a_replaced_import_but_edited_perimeters),
          CASE(a_rolled_back_import_leaves_the_one_before), CASE(a_step_run_is_remembered))
