/* Definitions of layers: the shipped ones load and hold what is promised; others are refused. */
#include "harness.h"

#include <maille/layerdef.h>
#include <maille/memory.h>
#include <sys/stat.h>

static maille_ctx *ctx;

static const maille_layer_def *find(maille_layer_def **defs, size_t count, const char *id) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(defs[i]->id, id) == 0)
            return defs[i];
    return NULL;
}

/* Section 6 of the design: layers and the properties that they must have. */
TEST(the_shipped_layers_have_the_promised_properties) {
    static const struct {
        const char *id, *properties;
    } promised[] = {
        {"communes", "code nom population departement surface_km2 densite"},
        {"densite-medicale", "code nom population {service}_nombre {service}_pour_100000"},
        {"contexte", "id nom communes population surface_km2 densite"},
        {"etablissements", "id nom service code_commune statut"},
        {"couverture", "code nom population {service}_min {service}_id {service}_tranche"},
        {"bassins", "id nom service communes population surface_km2 temps_moyen_min temps_max_min"},
        {"isochrones", "service minutes population part_population"},
        {"accessibilite", "code nom population {service}_apl"},
        {"zones-sous-denses", "id nom population apl classe classe_calculee derogation motif"},
        {"cpts",
         "id nom statut communes population surface_km2 taille parties perimetre_km "
         "trajet_max_min alertes contact"},
        {"cpts-bassins", "id nom service communes population population_hors part_retenue"},
        {"cpts-chevauchements", "a b communes codes population part_a part_b gravite"},
        {"cpts-zones-blanches", "id communes codes population enclavee voisins note"},
    };
    maille_layer_def **defs = NULL;
    size_t count = 0;
    CHECK_INT(maille_layer_defs_read(ctx, test_source("layers"), &defs, &count), 0);
    CHECK_TEXT(maille_message(ctx), "");
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        const maille_layer_def *def = find(defs, count, promised[i].id);
        char words[256];
        snprintf(words, sizeof words, "%s", promised[i].properties);
        CHECK(def != NULL);
        char *rest = NULL;
        for (char *w = strtok_r(words, " ", &rest); def && w; w = strtok_r(NULL, " ", &rest))
            if (maille_layer_property(def, w) < 0)
                CHECK_TEXT(promised[i].id, w);
        CHECK(def && def->audience[MAILLE_INTERNE] && def->audience[MAILLE_PUBLIC]);
    }
    for (size_t i = 1; i < count; i++)
        CHECK(strcmp(defs[i - 1]->id, defs[i]->id) < 0);
    maille_layer_defs_free(defs, count);
}

/* Whoever reads a layer finds words for everything, in both languages. */
TEST(every_title_and_meaning_is_there_in_both_languages) {
    maille_layer_def **defs = NULL;
    size_t count = 0;
    CHECK_INT(maille_layer_defs_read(ctx, test_source("layers"), &defs, &count), 0);
    for (size_t i = 0; i < count; i++) {
        const maille_layer_def *d = defs[i];
        CHECK(d->title.fr && d->title.en && d->description.fr && d->description.en);
        for (size_t p = 0; p < d->property_count; p++)
            CHECK(d->properties[p].title.en && d->properties[p].meaning.en);
        for (size_t f = 0; f < d->figure_count; f++)
            CHECK(d->figures[f].title.en != NULL);
        for (size_t l = 0; l < d->legend_count; l++) {
            CHECK(d->legend[l].title.en != NULL);
            for (size_t e = 0; e < d->legend[l].count; e++)
                CHECK(d->legend[l].entries[e].title.en != NULL);
        }
    }
    maille_layer_defs_free(defs, count);
}

TEST(details_of_a_definition_are_read) {
    maille_layer_def **defs = NULL;
    size_t count = 0;
    CHECK_INT(maille_layer_defs_read(ctx, test_source("layers"), &defs, &count), 0);
    const maille_layer_def *d = find(defs, count, "couverture");
    const maille_property_def *p = &d->properties[maille_layer_property(d, "{service}_min")];
    CHECK_TEXT(p->from, "coverage");
    CHECK_TEXT(p->per, "service");
    CHECK_TEXT(p->unit, "min");
    CHECK_INT(p->type, MAILLE_P_NUMBER);
    CHECK_INT(p->decimals, 1);
    CHECK_TEXT(d->estimated_table, "coverage");
    CHECK_TEXT(d->estimated_column, "estimated");
    CHECK(isinf(d->legend->entries[d->legend->count - 1].upto));
    d = find(defs, count, "cpts");
    CHECK(d->by_audience);
    CHECK_TEXT(d->where_column, "kind");
    CHECK_TEXT(d->where_value, "cpts");
    CHECK_NEAR(d->properties[maille_layer_property(d, "surface_km2")].factor, 1e-6, 0);
    CHECK(isnan(d->legend->entries[0].upto));
    CHECK_TEXT(d->legend->missing_colour, "#bdbdbd");
    CHECK_INT(d->legend_count, 1);
    CHECK(d->per == NULL);
    d = find(defs, count, "communes");
    CHECK_INT(d->legend_count, 2);
    CHECK_TEXT(d->legend[1].property, "densite");
    CHECK_INT(d->legend[1].count, 5);
    d = find(defs, count, "contexte");
    CHECK_TEXT(d->per, "grouping");
    CHECK_TEXT(d->where_value, "{grouping}");
    CHECK(d->grouping == NULL);
    maille_layer_defs_free(defs, count);
}

/* ---- definitions that do not hold ---- */

static const char head[] =
    "id: x\n"
    "title: X\n"
    "description: X\n"
    "view: commune\n"
    "key: code\n"
    "audience: [interne]\n"
    "needs: [codes]\n"
    "sources: [communes]\n";
static const char shape[] = "geometry_type: polygon\ngeometry: geom\n";
static const char code[] =
    "properties:\n"
    "  - {name: code, column: code, type: text, title: C, meaning: C}\n";

static maille_status read_text(const char *a, const char *b, const char *c, const char *d,
                               maille_layer_def ***defs, size_t *count) {
    char folder[512];
    snprintf(folder, sizeof folder, "%s", test_scratch("layers"));
    mkdir(folder, 0755);
    FILE *file = fopen(test_scratch("layers/x.yaml"), "wb");
    fprintf(file, "%s%s%s%s", a, b, c, d);
    fclose(file);
    return maille_layer_defs_read(ctx, folder, defs, count);
}

static void check_refused(const char *a, const char *b, const char *c, const char *d,
                          const char *fragment) {
    maille_layer_def **defs = NULL;
    size_t count = 0;
    CHECK_INT(read_text(a, b, c, d, &defs, &count), MAILLE_REFUSED);
    CHECK(defs == NULL && count == 0);
    if (!strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
}

TEST(the_least_definition_holds) {
    maille_layer_def **defs = NULL;
    size_t count = 0;
    CHECK_INT(read_text(head, shape, code, "", &defs, &count), 0);
    CHECK_INT(count, 1);
    CHECK(defs[0]->audience[MAILLE_INTERNE] && !defs[0]->audience[MAILLE_PUBLIC]);
    CHECK(defs[0]->legend == NULL && defs[0]->figure_count == 0 && !defs[0]->by_audience);
    CHECK_INT(defs[0]->properties[0].line, 12);
    maille_layer_defs_free(defs, count);
}

TEST(what_does_not_hold_is_refused_with_file_and_line) {
    check_refused(head, shape, code, "colour: red\n", "layers/x.yaml:13: key \"colour\" was not");
    check_refused(
        "id: y\n" /* and the rest without its id */
        "title: X\ndescription: X\n"
        "view: v\nkey: k\naudience: [public]\nneeds: []\nsources: []\n",
        shape, code, "", "x.yaml:1: id \"y\" was not the file's name");
    check_refused(head, "geometry_type: polygon\n", code, "", "key \"geometry\" was missing");
    check_refused(head, "geometry_type: line\n", code, "",
                  ":9: geometry_type \"line\" was not known");
    check_refused(head, "geometry_type: none\ngeometry: geom\n", code, "",
                  ":10: geometry stood beside geometry_type: none");
    check_refused(head, "geometry_type: polygon\ngeometry: lonlat\n", code, "", ":10: points come");
    check_refused(head, shape, "", "", "key \"properties\" was missing");
    check_refused(head, shape, code, "by_audience: peut-être\n", ":13: \"by_audience\" was");
    check_refused(head, shape, code, "estimated_by: coverage\n", ":13: estimated_by \"coverage\"");
    check_refused(head, shape, code, "where: {a: 1, b: 2}\n", ":13: where held 2 columns");
}

static void check_property_refused(const char *property, const char *fragment) {
    char properties[512];
    snprintf(properties, sizeof properties, "%s  - {%s}\n", code, property);
    check_refused(head, shape, properties, "", fragment);
}

TEST(properties_are_checked) {
    check_property_refused("name: a, column: a, type: nombre, title: A, meaning: A",
                           ":13: type \"nombre\" was not known; known: text, int, number");
    check_property_refused("name: a, column: a, title: A, meaning: A", ":13: key \"type\"");
    check_property_refused("name: a, column: a, type: int, title: A", ":13: key \"meaning\"");
    check_property_refused("name: code, column: a, type: int, title: A, meaning: A",
                           ":13: property \"code\" stood twice");
    check_property_refused("name: a, column: a, type: int, per: service, title: A, meaning: A",
                           "belong together");
    check_property_refused("name: '{service}_a', column: a, type: int, title: A, meaning: A",
                           "belong together");
    check_property_refused(
        "name: '{service}_a', column: a, type: int, per: service, title: A, meaning: A",
        "per: service stood without from");
    check_property_refused("name: a, column: a, type: int, decimals: 2, title: A, meaning: A",
                           "go with type: number only");
    check_property_refused("name: a, column: a, type: number, decimals: 12, title: A, meaning: A",
                           "no whole number from 0 to 9");
    check_property_refused(
        "name: a, column: a, type: number, where_rule: zoning, title: A, meaning: A",
        "where_rule stood without");
}

TEST(figures_and_legends_are_checked) {
    check_refused(head, shape, code, "figures:\n  - {title: A, how: max, property: nom}\n",
                  ":14: property \"nom\" was no property");
    check_refused(head, shape, code, "figures:\n  - {title: A, how: max, property: code}\n",
                  ":14: property \"code\" was no number");
    check_refused(head, shape, code, "figures:\n  - {title: A, how: median, property: code}\n",
                  ":14: how \"median\" was not known");
    check_refused(head, shape, code, "figures:\n  - {title: A, how: nulls}\n", "\"property\" was");
    check_refused(head, shape, code, "figures:\n  - {title: A, how: share, property: code}\n",
                  "share needs it");
    check_refused(head, shape, code,
                  "legend: {title: A, property: code, missing: red, entries: []}\n",
                  ":13: missing \"red\" was not of the form");
    check_refused(head, shape, code,
                  "legend:\n  title: A\n  property: code\n  missing: '#bdbdbd'\n  entries:\n"
                  "    - {upto: 2, colour: '#bdbdbd', title: A}\n"
                  "    - {upto: 1, colour: '#bdbdbd', title: A}\n",
                  ":19: classes of the legend did not ascend");
    check_refused(head, shape, code,
                  "legend:\n  title: A\n  property: code\n  missing: '#bdbdbd'\n  entries:\n"
                  "    - {upto: 2, colour: '#bdbdbd', title: A}\n"
                  "    - {value: b, colour: '#bdbdbd', title: A}\n",
                  ":19: a legend has either");
    check_refused(head, shape, code, "per: service\n", ":13: per \"service\" was not known");
    check_refused(head, shape, code,
                  "legends:\n"
                  "  - {title: A, property: code, missing: '#bdbdbd', entries: []}\n"
                  "  - {title: B, property: code, missing: '#bdbdbd', entries: []}\n",
                  ":15: property \"code\" had two legends");
    check_refused(head, shape, code,
                  "legend: {title: A, property: code, missing: '#bdbdbd', entries: []}\n"
                  "legends: []\n",
                  ":14: legends stood beside legend");
}

TEST(memory_that_runs_out_is_said) {
    maille_layer_def **defs = NULL;
    size_t count = 0;
    uint64_t before = maille_memory_count();
    CHECK_INT(read_text(head, shape, code, "", &defs, &count), 0);
    uint64_t needed = maille_memory_count() - before;
    maille_layer_defs_free(defs, count);
    for (uint64_t n = 1; n <= needed; n++) {
        defs = NULL;
        count = 0;
        maille_memory_fail_at(n);
        CHECK_INT(read_text(head, shape, code, "", &defs, &count), MAILLE_NO_MEMORY);
        CHECK(defs == NULL && count == 0);
    }
    maille_memory_fail_at(0);
}

TEST(a_folder_that_is_not_there_is_not_found) {
    maille_layer_def **defs = NULL;
    size_t count = 0;
    CHECK_INT(maille_layer_defs_read(ctx, test_scratch("none"), &defs, &count), MAILLE_NOT_FOUND);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(the_shipped_layers_have_the_promised_properties),
          CASE(every_title_and_meaning_is_there_in_both_languages),
          CASE(details_of_a_definition_are_read), CASE(the_least_definition_holds),
          CASE(what_does_not_hold_is_refused_with_file_and_line), CASE(properties_are_checked),
          CASE(figures_and_legends_are_checked), CASE(memory_that_runs_out_is_said),
          CASE(a_folder_that_is_not_there_is_not_found), CASE(stop))
