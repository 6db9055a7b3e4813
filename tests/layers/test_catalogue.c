/* The catalogue: what is ready, what an audience may see, the hash, and definitions that do not fit
 * the workspace. */
#include "region.h"

#include <maille/items.h>

static maille_ctx *ctx;

TEST(layers_are_ready_when_their_steps_have_run) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    const maille_layer_state *state = NULL;
    CHECK(maille_catalogue_count(c) >= 11);
    CHECK_OK(maille_catalogue_find(ctx, c, "couverture", &state));
    CHECK(state->ready && !state->stale && !state->lacks);
    CHECK_OK(maille_catalogue_find(ctx, c, "bassins", &state));
    CHECK(state->ready && state->stale);
    CHECK_FAILS(maille_catalogue_find(ctx, c, "cpts-bassins", &state), MAILLE_REFUSED,
                "layer \"cpts-bassins\" could not be shown: no supply was given");
    CHECK(!state->ready);
    CHECK_FAILS(maille_catalogue_find(ctx, c, "couvertures", &state), MAILLE_NOT_FOUND,
                "layer \"couvertures\" was not found; nearest: couverture, ");
    maille_catalogue_free(c);
    maille_store_close(store);
}

static const char groupings[] =
    "6|grouping|epci|~|/a/g.csv|f0f0|~|INSEE|CC0|{}|3|3|0|0|[]|maille|2026-01-01|moi\n"
    "7|grouping|pdsa|~|/a/p.csv|f1f1|~|ARS|ODbL 1.0|{}|3|3|0|0|[]|maille|2026-01-01|moi\n"
    "8|grouping|pdsa|~|/a/q.csv|f2f2|~|ARS|ODbL 1.0|{}|3|3|0|0|[]|maille|2026-01-01|moi\n"
    "9|grouping|pays|~|/a/r.csv|f3f3|~|~|CC0|{}|3|3|0|0|[]|maille|2026-01-01|moi";

/* A definition "per: grouping" is one layer for each, whatever number of files it came from. */
TEST(each_grouping_has_a_layer) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_PUBLIC);
    const maille_layer_state *state = NULL;
    maille_items *items = NULL;
    const maille_selection all = {.limit = -1};
    maille_strbuf about = {0};
    bool found = false;
    size_t count = maille_catalogue_count(c);
    CHECK_FAILS(maille_catalogue_find(ctx, c, "contexte", &state), MAILLE_NOT_FOUND, "not found");
    maille_catalogue_free(c);
    fill(ctx, store, "import", groupings);
    fill(ctx, store, "context",
         "1|epci|200|Communauté|1|[\"01001\"]|250.4|100000000|2.504|1 46 2 47\n"
         "2|pdsa|200|Garde|2|[\"01001\",\"2A001\"]|1750.4|2000000|875.2|1 46 2 47");
    c = catalogue_of(ctx, store, MAILLE_PUBLIC);
    CHECK_INT(maille_catalogue_count(c), count + 3);
    CHECK_OK(maille_catalogue_find(ctx, c, "contexte-pdsa", &state));
    CHECK_TEXT(state->def->grouping, "pdsa");
    CHECK_TEXT(state->def->title.fr, "Contexte : Secteurs de garde (permanence des soins)");
    CHECK_TEXT(state->def->title.en, "Context: On-call sectors");
    CHECK_OK(maille_layer_members(ctx, c, "contexte-pdsa", &about));
    CHECK(about.text && strstr(about.text, "\"ARS\"") && !strstr(about.text, "INSEE"));
    CHECK_OK(maille_catalogue_find(ctx, c, "contexte-pays", &state)); /* no rule says its name */
    CHECK_TEXT(state->def->title.fr, "Contexte : pays");
    CHECK_OK(maille_items_open(ctx, c, "contexte-epci", &all, &items));
    CHECK_OK(maille_items_next(ctx, items, &found));
    CHECK(found);
    CHECK_TEXT(maille_items_id(items), "200");
    CHECK_TEXT(maille_items_value(items, 1).text, "Communauté");
    CHECK_OK(maille_items_next(ctx, items, &found));
    CHECK(!found);
    maille_items_free(items);
    maille_strbuf_free(&about);
    maille_catalogue_free(c);
    maille_store_close(store);
}

static void bands_changed(maille_store *store) {
    CHECK_OK(maille_store_set(ctx, store, "study_json",
                              "{\"study\":\"petit\",\"services\":[{\"id\":\"maternite\","
                              "\"bands_min\":[45]}]}"));
}

static const maille_view *view_of(const maille_catalogue *c, const char *id) {
    size_t count = 0;
    const maille_view *views = maille_catalogue_views(c, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(views[i].def->id, id) == 0)
            return &views[i];
    exit(1);
}

/* What a launch map shows depends on what the workspace has. */
TEST(views_show_what_there_is) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_PUBLIC);
    CHECK(view_of(c, "secteurs-garde")->layer == NULL); /* no such grouping */
    CHECK(view_of(c, "attraction-liberaux")->layer == NULL);
    CHECK_TEXT(view_of(c, "attraction-hopitaux")->layer->def->id, "couverture");
    CHECK_TEXT(view_of(c, "attraction-hopitaux")->property, "maternite_min");
    CHECK_TEXT(view_of(c, "densite-medicale")->property, "medecin_generaliste_pour_100000");
    CHECK_TEXT(view_of(c, "densite-population")->property, "densite");
    maille_catalogue_free(c);
    fill(ctx, store, "import", groupings);
    bands_changed(store); /* leaves no doctor among the services */
    c = catalogue_of(ctx, store, MAILLE_PUBLIC);
    CHECK_TEXT(view_of(c, "secteurs-garde")->layer->def->id, "contexte-pdsa");
    CHECK(view_of(c, "densite-medicale")->layer == NULL);
    CHECK_TEXT(view_of(c, "attraction-hopitaux")->property, "maternite_min");
    maille_catalogue_free(c);
    maille_step_state steps[REGION_STEPS];
    memcpy(steps, region_steps, sizeof steps);
    for (size_t s = 0; s < REGION_STEPS; s++)
        steps[s].done = strcmp(steps[s].step, "densities") != 0;
    CHECK_OK(maille_catalogue_new(ctx, store, MAILLE_PUBLIC, steps, REGION_STEPS, &c));
    CHECK(view_of(c, "densite-population")->layer == NULL);
    maille_catalogue_free(c);
    maille_store_close(store);
}

/* An indicator is joined by its name, and credited alone. */
TEST(jobs_stand_beside_inhabitants) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    const maille_selection one = {.id = "2A001", .limit = -1};
    maille_items *items = NULL;
    maille_strbuf about = {0};
    bool found = false;
    fill(ctx, store, "import",
         "6|indicators|ald|~|/a/a.csv|f0f0|~|CNAM|CC0|{}|3|3|0|0|[]|maille|2026-01-01|moi\n"
         "7|indicators|emplois|~|/a/e.csv|f1f1|~|INSEE emplois|CC0|{}|3|3|0|0|[]|maille|"
         "2026-01-01|moi");
    fill(ctx, store, "commune_indicator", "ald|2A001|180\nemplois|2A001|420\nald|01001|190");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_PUBLIC);
    CHECK_OK(maille_items_open(ctx, c, "poids", &one, &items));
    CHECK_OK(maille_items_next(ctx, items, &found));
    CHECK(found);
    CHECK_NEAR(maille_items_value(items, 2).number, 1500, 0);
    CHECK_NEAR(maille_items_value(items, 3).number, 420, 0);
    maille_items_free(items);
    CHECK_OK(maille_items_open(ctx, c, "poids", &(maille_selection){.id = "01001", .limit = -1},
                               &items));
    CHECK_OK(maille_items_next(ctx, items, &found));
    CHECK(found && maille_items_value(items, 3).null);
    maille_items_free(items);
    CHECK_OK(maille_layer_members(ctx, c, "poids", &about));
    CHECK(about.text && strstr(about.text, "INSEE emplois") && !strstr(about.text, "CNAM"));
    maille_strbuf_free(&about);
    maille_catalogue_free(c);
    maille_store_close(store);
}

/* ---- the hash ---- */

static void hash_of(maille_store *store, maille_audience audience, char out[65]) {
    maille_catalogue *c = catalogue_of(ctx, store, audience);
    snprintf(out, 65, "%s", maille_catalogue_hash(c));
    CHECK_INT(strlen(out), 64);
    maille_catalogue_free(c);
}

/* Runs `change` on one of two equal workspaces; tells which of the two hashes then differ. */
static void check_hashes(void (*change)(maille_store *), bool interne, bool public) {
    char before[65], after[65];
    maille_store *a = new_region(ctx, "ODbL 1.0"), *b = new_region(ctx, "ODbL 1.0");
    change(b);
    hash_of(a, MAILLE_INTERNE, before);
    hash_of(b, MAILLE_INTERNE, after);
    CHECK_INT(strcmp(before, after) != 0, interne);
    hash_of(a, MAILLE_PUBLIC, before);
    hash_of(b, MAILLE_PUBLIC, after);
    CHECK_INT(strcmp(before, after) != 0, public);
    maille_store_close(a);
    maille_store_close(b);
}

static void delete_rows(maille_store *store, const char *table, const char *column,
                        const char *value) {
    maille_value text = maille_text_value(value);
    maille_filter filter = maille_equals(column, &text);
    CHECK_OK(maille_store_delete(ctx, store, table, &filter));
}

static void nothing(maille_store *store) {
    (void)store;
}
static void draft_gone(maille_store *store) {
    delete_rows(store, "perimeter_member_raw", "perimeter_id", "cpts-secret");
    delete_rows(store, "perimeter", "id", "cpts-secret");
    delete_rows(store, "import", "sha256", "eeee");
}
static void draft_larger(maille_store *store) {
    fill(ctx, store, "perimeter_member_raw", "cpts-secret|2A001|1|5|2");
}
static void another_draft(maille_store *store) {
    fill(ctx, store, "perimeter", "a-first|cpts|Avant les autres|idee|~|5|0");
    fill(ctx, store, "perimeter_member_raw", "a-first|2A001|1|5|2");
}
static void file_of_perimeters_changed(maille_store *store) {
    delete_rows(store, "import", "sha256", "dddd");
    fill(ctx, store, "import",
         "4|perimeters|cpts|~|/a/cpts.csv|ffff|~|ARS|CC0|{}|3|3|0|0|[]|maille|2026-01-01|moi");
}
static void imported_elsewhere_by_another(maille_store *store) {
    delete_rows(store, "import", "sha256", "aaaa");
    fill(ctx, store, "import",
         "9|communes|~|~|/b/x.geojson|aaaa|2018-01-01|IGN|Licence Ouverte 2.0|{}|3|3|0|0|[]|"
         "maille 2|2027-01-01|elle");
}
static void published_larger(maille_store *store) {
    fill(ctx, store, "perimeter_member_raw", "cpts-b|01002|1|4|4");
}
static void communes_changed(maille_store *store) {
    delete_rows(store, "import", "sha256", "aaaa");
    fill(ctx, store, "import",
         "1|communes|~|~|/a/communes.geojson|a0a0|2018-01-01|IGN|Licence Ouverte 2.0|{}|3|3|0|0|[]|"
         "maille|2026-01-01|moi");
}

TEST(the_hash_tells_what_the_audience_may_see_and_nothing_else) {
    check_hashes(nothing, false, false);
    check_hashes(imported_elsewhere_by_another, false, false);
    check_hashes(file_of_perimeters_changed, false, false);
    check_hashes(draft_gone, true, false);
    check_hashes(draft_larger, true, false);
    check_hashes(another_draft, true, false);
    check_hashes(published_larger, true, true);
    check_hashes(communes_changed, true, true);
    check_hashes(bands_changed, true, true);
}

/* ---- audience ---- */

/* Nothing that comes from the draft stands in any public file, whatever the format: neither its
 * words nor the source of its file. */
TEST(public_files_hold_nothing_of_a_draft) {
    static const char *const words[] = {"secret", "brouillon", "Brouillon", "projet\""};
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_PUBLIC);
    maille_layer_written about;
    size_t written = 0;
    for (size_t i = 0; i < maille_catalogue_count(c); i++) {
        const maille_layer_state *state = maille_catalogue_layer(c, i);
        for (maille_layer_format f = MAILLE_GEOJSON; state->ready && f <= MAILLE_CSV; f++) {
            CHECK_OK(maille_layer_write(ctx, c, state->def->id, f, test_scratch("."), &about));
            char *text = file_text(about.path);
            for (size_t w = 0; w < sizeof words / sizeof *words; w++)
                if (f != MAILLE_GPKG && strstr(text, words[w]))
                    CHECK_TEXT(about.path, words[w]);
            CHECK(f != MAILLE_GEOJSON || strstr(text, "\"audience\":\"public\"") != NULL);
            maille_free(text);
            written++;
        }
    }
    CHECK_INT(written, 45);
    maille_catalogue_free(c);
    maille_store_close(store);
}

/* ---- licences and estimates ---- */

static char *head_of(maille_store *store, const char *id) {
    maille_layer_written about;
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    CHECK_OK(maille_layer_write(ctx, c, id, MAILLE_GEOJSON, test_scratch("."), &about));
    maille_catalogue_free(c);
    return file_text(about.path);
}

static int warnings;
static void count_warnings(void *user, maille_level level, const char *message) {
    (void)user;
    warnings += level == MAILLE_LOG_WARNING && strstr(message, "without licence");
}

TEST(licences_add_up_and_a_missing_one_is_a_warning) {
    maille_store *store = new_region(ctx, "~");
    maille_ctx_set_log(ctx, count_warnings, NULL, MAILLE_LOG_WARNING);
    char *text = head_of(store, "couverture");
    CHECK(strstr(text, "\"licence\":\"Licence Ouverte 2.0 + inconnue\"") != NULL);
    CHECK(strstr(text, "{\"name\":\"OpenStreetMap\",\"vintage\":null,\"licence\":\"inconnue\"}"));
    CHECK_INT(warnings, 1);
    maille_free(text);
    text = head_of(store, "communes");
    CHECK(strstr(text, "\"licence\":\"Licence Ouverte 2.0\",") != NULL);
    CHECK_INT(warnings, 1);
    maille_free(text);
    maille_ctx_set_log(ctx, NULL, NULL, MAILLE_LOG_ERROR);
    maille_store_close(store);
}

TEST(sources_that_say_nothing_of_themselves_are_told_apart_by_kind) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    fill(ctx, store, "import",
         "6|centres|~|~|/a/c.csv|ffff|~|~|~|{}|3|3|0|0|[]|maille|2026-01-01|moi\n"
         "7|facilities|~|maternite|/a/m.csv|gggg|~|~|~|{}|1|1|0|0|[]|maille|2026-01-01|moi");
    warnings = 0;
    maille_ctx_set_log(ctx, count_warnings, NULL, MAILLE_LOG_WARNING);
    char *text = head_of(store, "couverture");
    CHECK(strstr(text, "{\"name\":\"centres\",\"vintage\":null,\"licence\":\"inconnue\"}"));
    CHECK(strstr(text, "{\"name\":\"facilities\",\"vintage\":null,\"licence\":\"inconnue\"}"));
    CHECK_INT(warnings, 2);
    maille_free(text);

    /* told once, however many layers rest on them */
    maille_layer_written about;
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    warnings = 0;
    CHECK_OK(maille_layer_write(ctx, c, "couverture", MAILLE_GEOJSON, test_scratch("."), &about));
    CHECK_OK(maille_layer_write(ctx, c, "bassins", MAILLE_GEOJSON, test_scratch("."), &about));
    CHECK_INT(warnings, 2);
    maille_catalogue_free(c);
    maille_ctx_set_log(ctx, NULL, NULL, MAILLE_LOG_ERROR);
    maille_store_close(store);
}

TEST(what_rests_on_estimates_says_so) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    char *text = head_of(store, "couverture");
    CHECK(strstr(text, "\"estime\"") == NULL);
    maille_free(text);
    fill(ctx, store, "coverage", "01002|maternite|30|m-1|30|1");
    text = head_of(store, "couverture");
    CHECK(strstr(text, "\"estime\":true,") != NULL);
    maille_free(text);
    text = head_of(store, "communes");
    CHECK(strstr(text, "\"estime\"") == NULL);
    maille_free(text);
    delete_rows(store, "coverage", "code", "01002");
    delete_rows(store, "import", "kind", "roads");
    text = head_of(store, "accessibilite"); /* no roads: all times are estimates */
    CHECK(strstr(text, "\"estime\":true,") != NULL);
    maille_free(text);
    maille_store_close(store);
}

/* A service that the rule set does not name has no APL. */
TEST(apl_is_there_for_the_services_of_the_zoning_only) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    char *text = head_of(store, "accessibilite");
    CHECK(strstr(text, "\"medecin_generaliste_apl\":2.718") != NULL);
    CHECK(strstr(text, "maternite_apl") == NULL);
    maille_free(text);
    CHECK_OK(maille_store_set(ctx, store, "study_json",
                              "{\"study\":\"petit\",\"services\":[{\"id\":\"medecin_generaliste\","
                              "\"bands_min\":[45]}]}"));
    text = head_of(store, "accessibilite");
    CHECK(strstr(text, "_apl") == NULL);
    maille_free(text);
    maille_store_close(store);
}

/* ---- definitions that do not fit ---- */

static const char head[] =
    "id: x\n"
    "title: X\n"
    "description: X\n"
    "view: commune\n"
    "key: code\n"
    "audience: [interne]\n"
    "needs: [codes]\n"
    "sources: [communes]\n"
    "geometry_type: polygon\n"
    "geometry: geom\n"
    "properties:\n"
    "  - {name: code, column: code, type: text, title: C, meaning: C}\n";

/* The definition with one of its pieces replaced. */
static void check_refused(maille_store *store, const char *from, const char *to,
                          const char *fragment) {
    char folder[512], rules[512];
    maille_catalogue *c = NULL;
    snprintf(folder, sizeof folder, "%s", test_scratch("definitions"));
    snprintf(rules, sizeof rules, "%s", test_scratch("definitions/rules"));
    mkdir(folder, 0755);
    if (symlink(test_source("layers/rules"), rules) != 0 && access(rules, R_OK) != 0)
        exit(1);
    FILE *file = fopen(test_scratch("definitions/x.yaml"), "wb");
    const char *at = *from ? strstr(head, from) : head + strlen(head);
    fprintf(file, "%.*s%s%s", (int)(at - head), head, to, at + strlen(from));
    fclose(file);
    setenv("MAILLE_LAYERS", folder, 1);
    CHECK_FAILS(maille_catalogue_new(ctx, store, MAILLE_INTERNE, region_steps, REGION_STEPS, &c),
                MAILLE_REFUSED, fragment);
    CHECK(c == NULL);
    maille_catalogue_free(c);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}

TEST(definitions_must_fit_the_workspace) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    check_refused(store, "view: commune", "view: communes",
                  "definitions/x.yaml:4: view \"communes\" is not in the workspace");
    check_refused(store, "key: code", "key: insee", ":5: column \"insee\" of \"commune\" is not");
    check_refused(store, "[codes]", "[codes, cooking]", ":7: \"cooking\" was no step");
    check_refused(store, "geometry: geom", "geometry: shape", ":10: column \"shape\" of");
    check_refused(store, "geometry: geom", "geometry: name",
                  ":10: column \"name\" of \"commune\" is "
                  "no geometry");
    check_refused(store, "geometry: geom", "geometry: isochrone.geom",
                  ":10: column \"code\" of \"isochrone\" is not");
    check_refused(store, "column: code", "column: kode",
                  ":12: column \"kode\" of \"commune\" is not");
    check_refused(store, "type: text", "type: int",
                  ":12: column \"code\" of \"commune\" is of another type");
    check_refused(store, "", "by_audience: true\n",
                  ":13: column \"audience\" of \"commune\" is not");
    check_refused(store, "", "where: {kind: cpts}\n", ":13: column \"kind\" of \"commune\" is not");
    check_refused(store, "", "key_prefix: population\n",
                  ":13: column \"population\" of \"commune\" is of another type");
    check_refused(store, "", "departments: {code: insee}\n", ":13: column \"insee\" of");
    check_refused(store, "", "departments: {members: population}\n",
                  ":13: column \"population\" of \"commune\" is of another type");
    check_refused(store, "", "departments: {by: code}\n", ":13: ");
    check_refused(store, "", "departments: {code: code, codes: code}\n",
                  ":13: departments held 2 ways, not 1");
    check_refused(store, "", "time: {}\n", ":13: time held neither from nor to");
    check_refused(store, "", "time: {from: code, to: since}\n", ":13: column \"since\" of");
    check_refused(store, "", "estimated_by: coverage.guessed\n", ":13: column \"guessed\" of");
    check_refused(store, "",
                  "  - {name: a, column: minutes, from: isochrone, type: number, title: C, "
                  "meaning: C}\n",
                  ":13: column \"code\" of \"isochrone\" is not");
    maille_store_close(store);
}

/* A definition that nobody foresaw: a table joined, geometry of another table. */
TEST(a_new_layer_is_a_file) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = NULL;
    maille_layer_written about;
    fill(ctx, store, "centre", "01001|1.5|46.5|1\n2A001|8.6|41.6|1");
    char folder[512];
    snprintf(folder, sizeof folder, "%s", test_scratch("mine"));
    mkdir(folder, 0755);
    CHECK_INT(symlink(test_source("layers/rules"), test_scratch("mine/rules")), 0);
    FILE *file = fopen(test_scratch("mine/centres.yaml"), "wb");
    fputs(
        "id: centres\ntitle: Centres\ndescription: Centres\nview: centre\nkey: code\n"
        "audience: [public]\nneeds: []\nsources: [centres]\ngeometry_type: polygon\n"
        "geometry: commune.geom\nproperties:\n"
        "  - {name: nom, column: name, from: commune, type: text, title: N, meaning: N}\n",
        file);
    fclose(file);
    setenv("MAILLE_LAYERS", folder, 1);
    CHECK_OK(maille_catalogue_new(ctx, store, MAILLE_PUBLIC, region_steps, REGION_STEPS, &c));
    CHECK_OK(maille_layer_write(ctx, c, "centres", MAILLE_GEOJSON, test_scratch("."), &about));
    char *text = file_text(about.path);
    CHECK_INT(about.features, 2);
    CHECK(strstr(text,
                 "{\"type\":\"Feature\",\"id\":\"2A001\",\"properties\":{\"nom\":\"Bourg-l’"
                 "Évêque\"},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":"
                 "[[[[8.5,41.5]") != NULL);
    CHECK(strstr(text, "\"licence\":\"inconnue\"") != NULL);
    maille_free(text);
    maille_catalogue_free(c);
    CHECK_OK(maille_catalogue_new(ctx, store, MAILLE_INTERNE, region_steps, REGION_STEPS, &c));
    CHECK_INT(maille_catalogue_count(c), 0);
    CHECK_FAILS(maille_layer_write(ctx, c, "centres", MAILLE_GEOJSON, test_scratch("."), &about),
                MAILLE_NOT_FOUND, "layer \"centres\" was not found");
    maille_catalogue_free(c);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
    maille_store_close(store);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(layers_are_ready_when_their_steps_have_run),
          CASE(each_grouping_has_a_layer), CASE(views_show_what_there_is),
          CASE(jobs_stand_beside_inhabitants),
          CASE(the_hash_tells_what_the_audience_may_see_and_nothing_else),
          CASE(public_files_hold_nothing_of_a_draft),
          CASE(licences_add_up_and_a_missing_one_is_a_warning),
          CASE(sources_that_say_nothing_of_themselves_are_told_apart_by_kind),
          CASE(what_rests_on_estimates_says_so),
          CASE(apl_is_there_for_the_services_of_the_zoning_only),
          CASE(definitions_must_fit_the_workspace), CASE(a_new_layer_is_a_file), CASE(stop))
