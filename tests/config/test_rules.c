/* Rule sets: the shipped ones hold the published figures; what does not hold is refused. */
#include "harness.h"

#include <maille/memory.h>
#include <maille/rules.h>
#include <maille/serve.h>
#include <sys/stat.h>
#include <unistd.h>

static maille_ctx *ctx;

/* Class of a value, read straight from the bounds. */
static const char *class_of(const maille_size_class *classes, size_t count, double value) {
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const maille_size_class *c = &classes[i];
        bool above = value > c->from || (c->from_included && value == c->from);
        bool below = value < c->to || (c->to_included && value == c->to);
        if (above && below) {
            CHECK(found == NULL); /* in one class only */
            found = c->id;
        }
    }
    return found;
}

/* Seven real CPTS and the bounds of the text. */
TEST(sizes_of_2019_hold_seven_real_cpts) {
    static const struct {
        double population;
        const char *size;
    } real[] = {{180000, "T4"}, {196000, "T4"}, {128231, "T3"},  {28531, "T1"},   {45987, "T2"},
                {58582, "T2"},  {32688, "T1"},  {0, "T1"},       {39999.5, "T1"}, {40000, "T2"},
                {80000, "T3"},  {175000, "T3"}, {175000.5, "T4"}};
    maille_size_rules *rules = NULL;
    CHECK_INT(maille_size_rules_read(ctx, MAILLE_DEFAULT_SIZES, &rules), 0);
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        CHECK_TEXT(class_of(rules->classes, rules->count, real[i].population), real[i].size);
    CHECK(class_of(rules->classes, rules->count, -1) == NULL);
    CHECK_NEAR(rules->least, 20000, 0);
    CHECK_TEXT(rules->head.id, "aci-2019");
    CHECK(rules->head.title.fr && rules->head.title.en && rules->head.source);
    maille_size_rules_free(rules);

    CHECK_INT(maille_size_rules_read(ctx, "igas-2018", &rules), 0);
    CHECK_TEXT(class_of(rules->classes, rules->count, 30000), "periurbain");
    CHECK_TEXT(class_of(rules->classes, rules->count, 29999), "rural");
    CHECK_TEXT(class_of(rules->classes, rules->count, 80000), "urbain");
    maille_size_rules_free(rules);
}

TEST(the_zoning_of_2017_includes_its_bounds) {
    maille_zoning_rules *rules = NULL;
    CHECK_INT(maille_zoning_rules_read(ctx, "zonage-2017", &rules), 0);
    CHECK_TEXT(class_of(rules->classes, rules->count, 0), "ZIP");
    CHECK_TEXT(class_of(rules->classes, rules->count, 2.5), "ZIP");
    CHECK_TEXT(class_of(rules->classes, rules->count, 2.500001), "vivier");
    CHECK_TEXT(class_of(rules->classes, rules->count, 4), "vivier");
    CHECK_TEXT(class_of(rules->classes, rules->count, 4.1), "HZ");
    CHECK_TEXT(rules->service, "medecin_generaliste");
    CHECK_TEXT(rules->decay, "steps:10=1,15=0.3,20=0.1");
    CHECK_NEAR(rules->supply_per_head, 5400, 0);
    maille_zoning_rules_free(rules);
}

TEST(statuses_are_understood_as_people_write_them) {
    static const struct {
        const char *text, *id;
    } written[] = {{"En fonctionnement", "en-fonctionnement"},
                   {"en fonctionnement", "en-fonctionnement"},
                   {"contractualisée", "contractualisee"},
                   {"CONTRACTUALISÉE", "contractualisee"},
                   {"Lettre d’intention", "lettre-intention"},
                   {"lettre-intention", "lettre-intention"},
                   {"projet", "projet"},
                   {"Projet transmis à l'ARS", "projet-transmis"},
                   {"projet validé", "projet-valide"},
                   {"idée", "idee"},
                   {"Abandonnée", "abandonnee"}};
    maille_publication_rules *rules = NULL;
    CHECK_INT(maille_publication_rules_read(ctx, MAILLE_DEFAULT_PUBLICATION, &rules), 0);
    CHECK_INT(rules->count, 9);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        const maille_perimeter_status *s = maille_publication_status(rules, written[i].text);
        CHECK_TEXT(s ? s->id : NULL, written[i].id);
    }
    CHECK(maille_publication_status(rules, "peut-être") == NULL);
    CHECK(maille_publication_status(rules, "") == NULL);
    maille_publication_rules_free(rules);
}

TEST(the_public_sees_contracted_and_operating_only) {
    static const char *const statuses[] = {"idee",
                                           "lettre-intention",
                                           "projet",
                                           "projet-transmis",
                                           "projet-valide",
                                           "oppose",
                                           "contractualisee",
                                           "en-fonctionnement",
                                           "abandonnee",
                                           "inconnu",
                                           NULL};
    static const char want[] = "0000001100";
    enum { COUNT = 11 };
    unsigned char sees[COUNT];
    maille_publication_rules *rules = NULL;
    CHECK_INT(maille_publication_rules_read(ctx, MAILLE_DEFAULT_PUBLICATION, &rules), 0);
    maille_audience_sees(rules, MAILLE_PUBLIC, statuses, COUNT, sees);
    for (size_t i = 0; i < COUNT; i++)
        CHECK_INT(sees[i], i < 10 && want[i] == '1');
    maille_audience_sees(rules, MAILLE_INTERNE, statuses, COUNT, sees);
    for (size_t i = 0; i < COUNT; i++)
        CHECK_INT(sees[i], 1);
    maille_publication_rules_free(rules);
}

TEST(audiences_have_names) {
    maille_audience a = MAILLE_INTERNE;
    CHECK_TEXT(maille_audience_name(MAILLE_INTERNE), "interne");
    CHECK_INT(maille_audience_parse(ctx, "public", &a), 0);
    CHECK_INT(a, MAILLE_PUBLIC);
    CHECK_INT(maille_audience_parse(ctx, "Public", &a), MAILLE_USAGE);
}

TEST(overlaps_and_travel) {
    maille_overlap_rules *o = NULL;
    maille_travel_rules *t = NULL;
    CHECK_INT(maille_overlap_rules_read(ctx, MAILLE_DEFAULT_OVERLAPS, &o), 0);
    CHECK_TEXT(o->policy, "alerte");
    CHECK_TEXT(o->both_published, "erreur");
    CHECK_TEXT(o->one_published, "alerte");
    CHECK_TEXT(o->both_drafts, "information");
    maille_overlap_rules_free(o);
    static const char *const others[] = {"interdit", "partage"};
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(maille_overlap_rules_read(ctx, others[i], &o), 0);
        CHECK_TEXT(o->policy, others[i]);
        maille_overlap_rules_free(o);
    }
    CHECK_INT(maille_travel_rules_read(ctx, MAILLE_DEFAULT_TRAVEL, &t), 0);
    CHECK_NEAR(t->snap_max_m, 5000, 0);
    CHECK_NEAR(t->matrix_least_min, 60, 0);
    CHECK(t->detour >= 1 && t->speed_kmh > 0 && t->foot_kmh > 0 && t->off_road_m > 0);
    CHECK_NEAR(t->access_kmh, 0, 0); /* times of studies start on the road */
    maille_travel_rules_free(t);
}

/* ---- rule sets that do not hold, in a folder of their own ---- */

static void check_sizes_refused(const char *text, const char *fragment) {
    char folder[512];
    maille_size_rules *rules = NULL;
    snprintf(folder, sizeof folder, "%s", test_scratch("definitions"));
    mkdir(folder, 0755);
    mkdir(test_scratch("definitions/rules"), 0755);
    FILE *file = fopen(test_scratch("definitions/rules/sizes-x.yaml"), "wb");
    fprintf(file, "id: x\ntitle: X\nsource: nous\nvalid_from: 2019\n%s", text);
    fclose(file);
    setenv("MAILLE_LAYERS", folder, 1);
    CHECK_INT(maille_size_rules_read(ctx, "x", &rules), MAILLE_REFUSED);
    if (!strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
    maille_size_rules_free(rules);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}

TEST(classes_leave_no_value_out_and_hold_none_twice) {
    check_sizes_refused("", ":1: key \"classes\" was missing");
    check_sizes_refused("classes: []\n", ":5: classes held 0 classes");
    check_sizes_refused("classes:\n  - {id: A, below: 10}\n  - {id: B, at_least: 11}\n",
                        ":7: class B did not begin where class A ended");
    check_sizes_refused("classes:\n  - {id: A, below: 10}\n  - {id: B, above: 10}\n",
                        ":7: class B did not begin where class A ended");
    check_sizes_refused("classes:\n  - {id: A, at_most: 10}\n  - {id: B, at_least: 10}\n",
                        ":7: class B did not begin where class A ended");
    check_sizes_refused("classes:\n  - {id: A, below: 10}\n  - {id: A, at_least: 10}\n",
                        ":7: class A stood twice");
    check_sizes_refused("classes:\n  - {id: A, at_least: 10, below: 5}\n", "held no value");
    check_sizes_refused("classes:\n  - {id: A, at_least: 1, above: 2}\n", "had both");
    check_sizes_refused("classes:\n  - {id: A, from: 1}\n", ":6: key \"from\" was not known");
    check_sizes_refused("classes:\n  - {id: A, below: peu}\n", "where a number was expected");
    check_sizes_refused("least: [1]\nclasses:\n  - {id: A}\n", ":5: \"least\" was a list");
}

TEST(a_rule_set_that_is_not_there_is_named_beside_those_that_are) {
    maille_size_rules *rules = NULL;
    CHECK_INT(maille_size_rules_read(ctx, "aci-2099", &rules), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "rule set sizes \"aci-2099\" was not found in ") != NULL);
    CHECK(strstr(maille_message(ctx), "; there: aci-2019, igas-2018") != NULL);
    CHECK_INT(maille_size_rules_read(ctx, "../rules/x", &rules), MAILLE_NOT_FOUND);
    CHECK_INT(maille_size_rules_read(ctx, "", &rules), MAILLE_NOT_FOUND);
}

TEST(the_folder_is_the_environment_s_else_the_source_tree_s) {
    char *folder = NULL;
    setenv("MAILLE_LAYERS", test_scratch("nowhere"), 1);
    CHECK_INT(maille_layers_folder(ctx, &folder), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "nowhere") != NULL);
    unsetenv("MAILLE_LAYERS");
    CHECK_INT(maille_layers_folder(ctx, &folder), 0);
    CHECK_TEXT(folder, test_source("layers"));
    maille_free(folder);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}

TEST(the_folder_of_the_map_is_found_alike) {
    char *folder = NULL;
    setenv("MAILLE_WEB", test_scratch("nowhere"), 1);
    CHECK_INT(maille_web_folder(ctx, &folder), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "MAILLE_WEB") != NULL);
    unsetenv("MAILLE_WEB");
    CHECK_INT(maille_web_folder(ctx, &folder), 0);
    CHECK_TEXT(folder, test_source("src/web"));
    maille_free(folder);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(sizes_of_2019_hold_seven_real_cpts),
          CASE(the_zoning_of_2017_includes_its_bounds),
          CASE(statuses_are_understood_as_people_write_them),
          CASE(the_public_sees_contracted_and_operating_only), CASE(audiences_have_names),
          CASE(overlaps_and_travel), CASE(classes_leave_no_value_out_and_hold_none_twice),
          CASE(a_rule_set_that_is_not_there_is_named_beside_those_that_are),
          CASE(the_folder_is_the_environment_s_else_the_source_tree_s),
          CASE(the_folder_of_the_map_is_found_alike), CASE(stop))
