/* Study files: what they say, and what is refused. */
#include "harness.h"

#include <maille/memory.h>
#include <maille/study.h>
#include <sys/stat.h>

static maille_ctx *ctx;

static maille_status read_text(const char *text, maille_study **out) {
    const char *path = test_scratch("study.yaml");
    FILE *file = fopen(path, "wb");
    fputs(text, file);
    fclose(file);
    return maille_study_read(ctx, path, out);
}

static void check_refused(const char *text, const char *fragment) {
    maille_study *study = NULL;
    CHECK_INT(read_text(text, &study), MAILLE_REFUSED);
    CHECK(study == NULL);
    if (!strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
    maille_study_free(study);
}

static const char whole[] =
    "study: essai\n"
    "title: {fr: Essai, en: Trial}\n"
    "workspace: ici/essai.maille\n"
    "crs: EPSG:2154\n"
    "sources:\n"
    "  - {kind: communes, file: /abs/communes.geojson, vintage: 2018-01-01, source: IGN,\n"
    "     licence: Licence Ouverte 2.0, fields: {code: INSEE, name: NOM}}\n"
    "  - {kind: roads, file: ../roads.gpkg, directed: true}\n"
    "  - {kind: supply, file: s.csv, service: mg, fields: {code: c, count: n}}\n"
    "  - {kind: grouping, name: epci, file: g.csv, fields: {code: c, group: g}}\n"
    "  - {kind: perimeters, file: p.csv}\n"
    "  - {kind: movements, file: m.csv, from_vintage: 2018, to_vintage: 2026-01-01}\n"
    "services:\n"
    "  - {id: mg, title: {fr: 'Médecin \"général\"'}, bands_min: [5, 10, 15.5]}\n"
    "  - {id: tele, bands_min: [5], alternative_to: mg}\n"
    "rules: {sizes: aci-2019, zoning: {set: zonage-2017, unit: bv2012}}\n"
    "layers: [communes, cpts]\n";

TEST(a_whole_study_is_read) {
    maille_study *s = NULL;
    CHECK_INT(read_text(whole, &s), 0);
    CHECK_TEXT(s->id, "essai");
    CHECK_TEXT(s->title.en, "Trial");
    CHECK_TEXT(s->workspace, test_scratch("ici/essai.maille"));
    CHECK_INT(s->crs, 2154);
    CHECK_INT(s->source_count, 6);
    CHECK_TEXT(s->sources[0].file, "/abs/communes.geojson");
    CHECK_TEXT(s->sources[0].vintage, "2018-01-01");
    CHECK_TEXT(maille_source_field(&s->sources[0], "name"), "NOM");
    CHECK(maille_source_field(&s->sources[0], "population") == NULL);
    CHECK_INT(s->sources[0].line, 6);
    CHECK_TEXT(s->sources[1].file, test_scratch("../roads.gpkg"));
    CHECK(s->sources[1].directed && !s->sources[0].directed);
    CHECK_TEXT(s->sources[1].profile, "car");
    CHECK_TEXT(s->sources[2].service, "mg");
    CHECK_TEXT(s->sources[3].name, "epci");
    CHECK_TEXT(s->sources[4].perimeter_kind, "cpts");
    CHECK_TEXT(s->sources[5].from_vintage, "2018");
    CHECK_INT(s->service_count, 2);
    CHECK(s->services[0].alternative_to == NULL);
    CHECK_TEXT(s->services[1].alternative_to, "mg");
    CHECK_TEXT(s->services[0].title.fr, "Médecin \"général\"");
    CHECK_INT(s->services[0].band_count, 3);
    CHECK_NEAR(s->services[0].bands_min[2], 15.5, 0);
    CHECK_TEXT(s->sizes, "aci-2019");
    CHECK_TEXT(s->zoning_unit, "bv2012");
    CHECK(s->publication == NULL && s->overlaps == NULL);
    CHECK_INT(s->layer_count, 2);
    CHECK_TEXT(s->layers[1], "cpts");
    maille_study_free(s);
}

TEST(the_workspace_keeps_services_and_rules_as_json) {
    maille_study *s = NULL, *back = NULL;
    char *json = NULL, *again = NULL;
    CHECK_INT(read_text(whole, &s), 0);
    CHECK_INT(maille_study_to_json(ctx, s, &json), 0);
    CHECK_TEXT(json,
               "{\"study\":\"essai\",\"title\":{\"fr\":\"Essai\",\"en\":\"Trial\"},"
               "\"services\":[{\"id\":\"mg\",\"title\":{\"fr\":\"Médecin \\\"général\\\"\"},"
               "\"bands_min\":[5,10,15.5]},{\"id\":\"tele\",\"title\":{\"fr\":\"tele\"},"
               "\"bands_min\":[5],\"alternative_to\":\"mg\"}],\"rules\":{\"sizes\":\"aci-2019\","
               "\"zoning\":{\"set\":\"zonage-2017\",\"unit\":\"bv2012\"}}}");
    CHECK_INT(maille_study_from_json(ctx, json, &back), 0);
    CHECK_TEXT(back->services[1].alternative_to, "mg");
    CHECK_TEXT(back->services[0].title.fr, "Médecin \"général\"");
    CHECK_TEXT(back->zoning, "zonage-2017");
    CHECK_INT(maille_study_to_json(ctx, back, &again), 0);
    CHECK_TEXT(again, json);
    maille_free(json);
    maille_free(again);
    maille_study_free(s);
    maille_study_free(back);
}

TEST(every_rule_set_can_be_named_and_goes_through_the_workspace) {
    maille_study *s = NULL, *back = NULL;
    char *json = NULL;
    CHECK_INT(
        read_text("study: a\n"
                  "rules: {sizes: t, publication: p, overlaps: o, estimation: e,\n"
                  "        contiguity: c, target: b, retention: n, zoning: {set: z, unit: u}}\n",
                  &s),
        0);
    CHECK_INT(maille_study_to_json(ctx, s, &json), 0);
    CHECK_INT(maille_study_from_json(ctx, json, &back), 0);
    const maille_study *const both[] = {s, back};
    for (size_t i = 0; i < 2; i++) {
        const char *const got[] = {both[i]->sizes,      both[i]->publication, both[i]->overlaps,
                                   both[i]->estimation, both[i]->contiguity,  both[i]->target,
                                   both[i]->zoning,     both[i]->zoning_unit, both[i]->retention};
        static const char *const want[] = {"t", "p", "o", "e", "c", "b", "z", "u", "n"};
        for (size_t k = 0; k < 9; k++)
            CHECK_TEXT(got[k], want[k]);
    }
    maille_free(json);
    maille_study_free(s);
    maille_study_free(back);
    CHECK_INT(read_text("study: a\n", &s), 0);
    CHECK(!s->contiguity && !s->target && !s->retention);
    maille_study_free(s);
}

TEST(what_is_not_known_is_refused_with_file_and_line) {
    check_refused("study: a\nsource: []\n",
                  "study.yaml:2: key \"source\" was not known; known keys: ");
    check_refused("title: a\n", ":1: key \"study\" was missing");
    check_refused(
        "study: a\nsources:\n  - {kind: flows, file: f.csv}\n",
        ":3: kind \"flows\" was not known; known kinds: communes, centres, roads, supply, "
        "facilities, grouping, perimeters, movements, indicators, population_age");
    check_refused("study: a\nsources:\n  - {kind: communes, file: f.csv, directed: true}\n",
                  ":3: key \"directed\" was not known; known keys: kind, file");
    check_refused("study: a\nsources:\n  - kind: communes\n    file: f\n    fields: {cod: x}\n",
                  ":5: key \"cod\" was not known; known keys: code, name, population, department");
    check_refused("study: a\nsources:\n  - {kind: communes}\n", ":3: key \"file\" was missing");
    check_refused("study: a\nsources:\n  - {kind: supply, file: f}\n",
                  ":3: key \"service\" was missing");
    check_refused("study: a\nsources:\n  - {kind: supply, file: f, service: mg}\n",
                  ":3: service \"mg\" was not among the study's services");
    check_refused("study: a\nsources:\n  - {kind: movements, file: f, from_vintage: 2018}\n",
                  ":3: key \"to_vintage\" was missing");
    check_refused("study: a\nsources:\n  - {kind: communes, file: f, vintage: hier}\n",
                  ":3: vintage \"hier\" was no date");
    check_refused(
        "study: a\nsources:\n  - {kind: communes, file: f}\n  - {kind: communes, file: f}\n",
        ":4: this source was the one of line 3 again");
    check_refused("study: a\ncrs: Lambert-93\n", ":2: crs \"Lambert-93\" was not of the form");
    check_refused("study: a\nsources: {kind: communes}\n", ":2: \"sources\" was no list");
    check_refused("study: a\nlayers: [communes, communes]\n",
                  ":2: \"layers\" held \"communes\" twice");
    check_refused("study: a\nrules: {taille: x}\n", ":2: key \"taille\" was not known");
    check_refused("study: a\nrules: {zoning: {set: zonage-2017}}\n",
                  ":2: key \"unit\" was missing");
}

#define SOURCE_OF(words) "study: a\nsources:\n  - {file: f, kind: " words "}\n"
TEST(words_of_a_source_are_checked) {
    check_refused(SOURCE_OF("perimeters, perimeter_kind: Zonage PDSA"),
                  ":3: perimeter_kind \"Zonage PDSA\" was not made of a-z, 0-9 and -");
    check_refused(SOURCE_OF("indicators"), ":3: key \"name\" was missing");
    check_refused(SOURCE_OF("indicators, name: ald, how: médiane"),
                  ":3: how \"médiane\" was not somme or moyenne");
    check_refused(SOURCE_OF("population_age, name: ald"), ":3: key \"name\" was not known");
    maille_study *s = NULL;
    CHECK_INT(
        read_text(SOURCE_OF("indicators, name: ald, how: somme, unit: patients, title: ALD"), &s),
        0);
    CHECK_TEXT(s->sources[0].name, "ald");
    CHECK_TEXT(s->sources[0].how, "somme");
    CHECK_TEXT(s->sources[0].unit, "patients");
    CHECK_TEXT(s->sources[0].title, "ALD");
    maille_study_free(s);
}

TEST(services_are_checked) {
    check_refused("study: a\nservices:\n  - {id: Médecin, bands_min: [5]}\n",
                  ":3: id \"Médecin\" was not made of a-z, 0-9 and _");
    check_refused("study: a\nservices:\n  - {id: m, bands_min: [5]}\n  - {id: m, bands_min: [5]}\n",
                  ":4: service \"m\" stood twice");
    check_refused("study: a\nservices:\n  - {id: m, bands_min: [5, 10, 10]}\n",
                  ":3: bands_min did not ascend at 10");
    check_refused("study: a\nservices:\n  - {id: m, bands_min: [0, 10]}\n", "no number of minutes");
    check_refused("study: a\nservices:\n  - {id: m, bands_min: []}\n", "held 0 values");
    check_refused(
        "study: a\nservices:\n  - {id: m, bands_min: [5]}\n"
        "  - {id: t, bands_min: [5],\n     alternative_to: n}\n",
        ":5: alternative_to \"n\" was not among the study's services");
    check_refused("study: a\nservices:\n  - {id: m, bands_min: [5], alternative_to: m}\n",
                  ":3: alternative_to \"m\" was itself an alternative");
    check_refused("study: a\nservices:\n  - {id: m}\n", ":3: key \"bands_min\" was missing");
}

TEST(a_missing_study_is_not_found) {
    maille_study *s = NULL;
    CHECK_INT(maille_study_read(ctx, test_scratch("no.yaml"), &s), MAILLE_NOT_FOUND);
}

TEST(fields_of_a_kind_mark_the_required) {
    const char *const *fields = maille_source_fields("supply");
    CHECK_TEXT(fields[0], "!code");
    CHECK_TEXT(fields[1], "!count");
    CHECK(fields[2] == NULL);
    CHECK(maille_source_fields("flows") == NULL);
}

/* Whatever allocation fails, the answer is MAILLE_NO_MEMORY and nothing is left behind. */
TEST(memory_that_runs_out_is_said) {
    const char *path = test_scratch("study.yaml");
    maille_study *s = NULL;
    CHECK_INT(read_text(whole, &s), 0);
    maille_study_free(s);
    uint64_t before = maille_memory_count();
    CHECK_INT(maille_study_read(ctx, path, &s), 0);
    maille_study_free(s);
    uint64_t needed = maille_memory_count() - before;
    CHECK(needed > 3);
    for (uint64_t n = 1; n <= needed; n++) {
        s = NULL;
        maille_memory_fail_at(n);
        CHECK_INT(maille_study_read(ctx, path, &s), MAILLE_NO_MEMORY);
        CHECK(s == NULL);
    }
    maille_memory_fail_at(0);
}

TEST(the_real_studies_are_read) {
    static const char *const names[] = {"corse", "bretagne", "pays-de-la-loire"};
    static const size_t sources[] = {8, 7, 7}, services[] = {2, 1, 1};
    for (size_t i = 0; i < 3; i++) {
        char relative[64];
        maille_study *s = NULL;
        snprintf(relative, sizeof relative, "%s/study.yaml", names[i]);
        const char *path = test_real(relative);
        CHECK_INT(maille_study_read(ctx, path, &s), 0);
        if (!s)
            continue;
        CHECK_TEXT(s->id, names[i]);
        CHECK_INT(s->source_count, sources[i]);
        CHECK_INT(s->service_count, services[i]);
        for (size_t k = 0; k < s->source_count; k++) {
            struct stat found;
            CHECK(stat(s->sources[k].file, &found) == 0);
        }
        maille_study_free(s);
    }
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_whole_study_is_read),
          CASE(the_workspace_keeps_services_and_rules_as_json),
          CASE(every_rule_set_can_be_named_and_goes_through_the_workspace),
          CASE(what_is_not_known_is_refused_with_file_and_line),
          CASE(words_of_a_source_are_checked), CASE(services_are_checked),
          CASE(a_missing_study_is_not_found), CASE(fields_of_a_kind_mark_the_required),
          CASE(memory_that_runs_out_is_said), CASE(the_real_studies_are_read), CASE(stop))
