/* The card of a commune, against what is written down in region.h. */
#include "region.h"

#include <maille/card.h>
#include <maille/jsontree.h>

static maille_ctx *ctx;
static maille_store *store;
static maille_catalogue *interne, *public;
static const maille_selection all = {.limit = -1};
static const maille_card_people people[] = {{10, 1500}, {20, NAN}};

static maille_json *card_of(const maille_catalogue *c, const maille_selection *narrowed,
                            const char *code) {
    maille_strbuf text = {0};
    maille_json *tree = NULL;
    CHECK_OK(maille_commune_card(ctx, c, narrowed, code, people, 2, &text));
    if (text.text)
        CHECK_OK(maille_json_parse(ctx, "card", text.text, &tree));
    maille_strbuf_free(&text);
    if (!tree)
        exit(1);
    return tree;
}

/* "a.2.b": a member of a member; NULL where there is none. */
static const maille_json *at(const maille_json *tree, const char *path) {
    char copy[128], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *step = strtok_r(copy, ".", &rest); step; step = strtok_r(NULL, ".", &rest))
        tree = maille_json_is_array(tree) ? maille_json_at(tree, strtoul(step, NULL, 10))
                                          : maille_json_get(tree, step);
    return tree;
}

static void check_text(const maille_json *tree, const char *path, const char *want) {
    CHECK_TEXT(maille_json_as_text(at(tree, path)), want);
    if (!want)
        CHECK(maille_json_is_null(at(tree, path)));
}

static void check_number(const maille_json *tree, const char *path, double want) {
    double got = NAN;
    CHECK(maille_json_as_number(at(tree, path), &got) == !isnan(want));
    if (!isnan(want))
        CHECK_NEAR(got, want, 0);
}

static void check_truth(const maille_json *tree, const char *path, bool want) {
    bool got = !want;
    CHECK(maille_json_as_bool(at(tree, path), &got));
    CHECK_INT(got, want);
}

TEST(a_card_says_what_the_layers_say) {
    maille_json *card = card_of(interne, &all, "2A001");
    check_text(card, "code", "2A001");
    check_text(card, "nom", "Bourg-l’Évêque");
    check_number(card, "population", 1500);
    check_text(card, "departement", "2A");
    check_text(card, "services.0.service", "medecin_generaliste");
    check_text(card, "services.0.titre", "Médecin généraliste");
    check_number(card, "services.0.minutes", 10);
    check_number(card, "services.0.tranche_min", 20);
    check_text(card, "services.0.lieu.id", "2A001");
    check_text(card, "services.0.lieu.commune", "Bourg-l’Évêque");
    check_truth(card, "services.0.lieu.autre_departement", false);
    check_truth(card, "services.0.lieu.hors_etude", false);
    check_number(card, "services.0.apl", NAN);
    CHECK(at(card, "services.1.apl") == NULL); /* the rule set does not name it */
    check_number(card, "services.1.minutes", 30);
    check_text(card, "services.1.lieu.nom", "Maternité, \"centrale\"");
    CHECK(maille_json_is_null(at(card, "services.1.lieu.hors_etude"))); /* nobody knows where */
    CHECK_INT(maille_json_count(at(card, "services")), 2);
    check_text(card, "zonage.service", "medecin_generaliste");
    check_text(card, "zonage.unite", "bv");
    check_text(card, "zonage.zone", "b1");
    check_number(card, "zonage.apl", 2.5);
    check_text(card, "zonage.classe", NULL);
    check_text(card, "zonage.classe_calculee", "ZIP");
    check_text(card, "zonage.regles", "zonage-2017");
    check_text(card, "zonage.depuis", "2017-11-13");
    check_number(card, "zonage.seuil", 2.5);
    CHECK(strstr(maille_json_as_text(at(card, "zonage.reference")), "13 novembre 2017") != NULL);
    CHECK(strstr(maille_json_as_text(at(card, "zonage.titre")), "2017") != NULL);
    CHECK_INT(maille_json_count(at(card, "cpts")), 2);
    check_text(card, "cpts.0.id", "cpts-a");
    check_text(card, "cpts.0.statut", "en-fonctionnement");
    check_text(card, "cpts.0.statut_titre", "En fonctionnement");
    check_text(card, "cpts.0.contact", "a@exemple.fr");
    check_text(card, "cpts.1.contact", NULL);
    check_text(card, "groupements.0.groupement", "bv");
    check_text(card, "groupements.1.nom", "Communauté du Bourg");
    check_text(card, "audience", "interne");
    CHECK(maille_json_count(at(card, "sources")) >= 4);
    CHECK(strstr(maille_json_as_text(at(card, "licence")), "ODbL 1.0") != NULL);
    maille_json_free(card);
}

TEST(what_is_not_known_is_null) {
    maille_json *card = card_of(interne, &all, "01002");
    check_number(card, "population", NAN);
    check_number(card, "services.0.minutes", NAN);
    CHECK(maille_json_is_null(at(card, "services.0.lieu")));
    check_number(card, "services.0.apl", 0);
    CHECK(maille_json_is_null(at(card, "zonage")));
    CHECK_INT(maille_json_count(at(card, "groupements")), 0);
    maille_json_free(card);
}

TEST(a_card_says_where_the_commune_lies) {
    static const double box[] = {8.5, 41.5, 8.75, 41.75};
    maille_json *card = card_of(interne, &all, "2A001");
    check_number(card, "centre.0", 8.6123457);
    check_number(card, "centre.1", 41.6);
    for (size_t i = 0; i < 4; i++) {
        char path[16];
        double got = NAN;
        snprintf(path, sizeof path, "etendue.%zu", i);
        CHECK(maille_json_as_number(at(card, path), &got));
        CHECK_NEAR(got, box[i], 1.1e-5);
        CHECK(i < 2 ? got <= box[i] : got >= box[i]);
    }
    CHECK_INT(maille_json_count(at(card, "voisins")), 1); /* a corner makes no neighbours */
    check_text(card, "voisins.0.code", "01001");
    check_text(card, "voisins.0.nom", "Trou");
    check_number(card, "habitants_a.0.minutes", 10);
    check_number(card, "habitants_a.0.population", 1500);
    check_number(card, "habitants_a.1.population", NAN);
    maille_json_free(card);
    card = card_of(interne, &all, "01001");
    CHECK_INT(maille_json_count(at(card, "voisins")), 2);
    check_text(card, "voisins.0.code", "01002");
    CHECK(maille_json_is_null(at(card, "centre")));
    maille_json_free(card);
}

/* What stands in for a service stands apart, where it is within its widest band. */
TEST(alternatives_stand_apart) {
    maille_store *other = new_region(ctx, "ODbL 1.0");
    CHECK_OK(maille_store_set(
        ctx, other, "study_json",
        "{\"study\":\"petit\",\"services\":["
        "{\"id\":\"medecin_generaliste\",\"bands_min\":[10,20]},{\"id\":\"maternite\","
        "\"title\":{\"fr\":\"Sage-femme\"},\"bands_min\":[30],"
        "\"alternative_to\":\"medecin_generaliste\"}]}"));
    maille_catalogue *c = catalogue_of(ctx, other, MAILLE_INTERNE);
    maille_json *card = card_of(c, &all, "2A001");
    CHECK_INT(maille_json_count(at(card, "services")), 1);
    CHECK_INT(maille_json_count(at(card, "autres")), 1);
    check_text(card, "autres.0.service", "maternite");
    check_text(card, "autres.0.titre", "Sage-femme");
    check_text(card, "autres.0.alternative_a", "medecin_generaliste");
    check_number(card, "autres.0.minutes", 30);
    check_text(card, "autres.0.lieu.id", "m-1");
    maille_json_free(card);
    card = card_of(c, &all, "01001"); /* 95.5 minutes: beyond the band */
    CHECK_INT(maille_json_count(at(card, "autres")), 0);
    maille_json_free(card);
    maille_catalogue_free(c);
    maille_store_close(other);
}

/* Where the nearest is in another département, or beyond the study. */
TEST(borders_are_told) {
    maille_json *card = card_of(interne, &all, "01001");
    check_text(card, "services.1.lieu.code_commune", NULL);
    maille_json_free(card);
    maille_store *other = new_region(ctx, "ODbL 1.0");
    fill(ctx, other, "place",
         "loin|maternite|Loin|69001|~|~|1|ouvert|nulle-part\n"
         "dedans|maternite|Dedans|~|8.6|41.6|1|ouvert|point\n"
         "mer|maternite|En mer|~|-30|40|1|ouvert|point");
    static const struct {
        const char *place, *commune, *code;
        int elsewhere, outside; /* -1: null */
    } want[] = {{"loin", NULL, "69001", 1, 1},
                {"dedans", "Bourg-l’Évêque", "2A001", 1, 0},
                {"mer", NULL, NULL, -1, 1}};
    for (size_t i = 0; i < 3; i++) {
        const maille_value maternity = maille_text_value("maternite");
        const maille_filter scope = maille_equals("service", &maternity);
        char row[64];
        CHECK_OK(maille_store_delete(ctx, other, "coverage", &scope));
        snprintf(row, sizeof row, "01001|maternite|50|%s|60|0", want[i].place);
        fill(ctx, other, "coverage", row);
        maille_catalogue *c = catalogue_of(ctx, other, MAILLE_INTERNE);
        card = card_of(c, &all, "01001");
        check_text(card, "services.1.lieu.commune", want[i].commune);
        check_text(card, "services.1.lieu.code_commune", want[i].code);
        if (want[i].elsewhere < 0)
            CHECK(maille_json_is_null(at(card, "services.1.lieu.autre_departement")));
        else
            check_truth(card, "services.1.lieu.autre_departement", want[i].elsewhere);
        check_truth(card, "services.1.lieu.hors_etude", want[i].outside);
        maille_json_free(card);
        maille_catalogue_free(c);
    }
    maille_store_close(other);
}

TEST(the_public_sees_nothing_of_a_draft) {
    maille_json *card = card_of(interne, &all, "01002");
    CHECK_INT(maille_json_count(at(card, "cpts")), 1);
    check_text(card, "cpts.0.id", "cpts-secret");
    maille_json_free(card);
    maille_strbuf text = {0};
    CHECK_OK(maille_commune_card(ctx, public, &all, "01002", NULL, 0, &text));
    CHECK(strstr(text.text, "\"cpts\":[]") != NULL);
    CHECK(strstr(text.text, "secret") == NULL && strstr(text.text, "rouillon") == NULL);
    maille_strbuf_free(&text);
    const char *const ain[] = {"01"};
    const maille_selection narrowed = {.narrowed = ain, .narrowed_count = 1};
    card = card_of(interne, &narrowed, "2A001");
    CHECK_INT(maille_json_count(at(card, "cpts")), 1); /* that which reaches into the Ain */
    check_text(card, "cpts.0.id", "cpts-a");
    maille_json_free(card);
}

TEST(layers_that_are_not_ready_are_left_out) {
    maille_step_state steps[REGION_STEPS];
    memcpy(steps, region_steps, sizeof steps);
    for (size_t s = 0; s < REGION_STEPS; s++)
        steps[s].done =
            strcmp(steps[s].step, "densities") == 0 || strcmp(steps[s].step, "borders") == 0;
    maille_catalogue *c = NULL;
    CHECK_OK(maille_catalogue_new(ctx, store, MAILLE_INTERNE, steps, REGION_STEPS, &c));
    maille_json *card = card_of(c, &all, "2A001");
    check_text(card, "nom", "Bourg-l’Évêque");
    check_number(card, "services.0.minutes", NAN);
    CHECK(maille_json_is_null(at(card, "cpts")) && maille_json_is_null(at(card, "zonage")));
    maille_json_free(card);
    maille_catalogue_free(c);
}

TEST(a_commune_that_is_not_there_is_not_found) {
    maille_strbuf text = {0};
    CHECK_FAILS(maille_commune_card(ctx, interne, &all, "99999", NULL, 0, &text), MAILLE_NOT_FOUND,
                "commune \"99999\" was not found");
    CHECK_FAILS(maille_commune_card(ctx, interne, &all, "' OR 1=1 --", NULL, 0, &text),
                MAILLE_NOT_FOUND, "was not found");
    CHECK_INT(text.length, 0);
    maille_strbuf_free(&text);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
    store = new_region(ctx, "ODbL 1.0");
    fill(ctx, store, "perimeter_member",
         "cpts-a|01001|1\ncpts-a|2A001|0.5\ncpts-b|2A001|1\ncpts-secret|01002|1");
    fill(ctx, store, "grouping",
         "bv|2A001|b1|Bassin\nepci|2A001|200000001|Communauté du Bourg\nbv|01001|b2|Autre");
    fill(ctx, store, "commune_figure", "2A001|1000000|8.61234567|41.6|source|0|0");
    fill(ctx, store, "border", "01001|01002|ligne|12\n01001|2A001|ligne|5\n01002|2A001|point|0");
    interne = catalogue_of(ctx, store, MAILLE_INTERNE);
    public = catalogue_of(ctx, store, MAILLE_PUBLIC);
}
static void stop(void) {
    maille_catalogue_free(interne);
    maille_catalogue_free(public);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_card_says_what_the_layers_say), CASE(what_is_not_known_is_null),
          CASE(a_card_says_where_the_commune_lies), CASE(alternatives_stand_apart),
          CASE(borders_are_told), CASE(the_public_sees_nothing_of_a_draft),
          CASE(layers_that_are_not_ready_are_left_out),
          CASE(a_commune_that_is_not_there_is_not_found), CASE(stop))
