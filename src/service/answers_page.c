/* The card of a commune as a page: what an elected official wants to know of it, in plain words. */
#include "service/answers.h"
#include "service/html.h"

#include <math.h>
#include <string.h>

typedef struct {
    view *v;
    const request *r;
    maille_strbuf *s;
    const maille_json *card;
} page;

static const char *text_of(const maille_json *object, const char *key) {
    return maille_json_as_text(maille_json_get(object, key));
}

static double number_of(const maille_json *object, const char *key) {
    double number;
    return maille_json_as_number(maille_json_get(object, key), &number) ? number : NAN;
}

static bool truth_of(const maille_json *object, const char *key) {
    bool truth;
    return maille_json_as_bool(maille_json_get(object, key), &truth) && truth;
}

/* What the legend of a layer calls a value, or the value. */
static const char *title_of(const page *p, const char *layer_id, const char *value) {
    const maille_layer_state *layer = NULL;
    if (!value || ogc_layer(p->v, p->r, layer_id, &layer) != MAILLE_OK || !layer->def->legend)
        return value;
    const maille_legend_def *legend = layer->def->legend;
    for (size_t i = 0; i < legend->count; i++)
        if (legend->entries[i].value && strcmp(legend->entries[i].value, value) == 0)
            return ogc_title(p->r, &legend->entries[i].title);
    return value;
}

/* ---- services ---- */

static void add_minutes(const page *p, double minutes) {
    if (isnan(minutes)) {
        maille_strbuf_add(p->s, ogc_say(p->r, "pas de chemin connu", "no way known"));
    } else if (minutes == 0) {
        maille_strbuf_add(p->s, ogc_say(p->r, "dans la commune", "in the commune"));
    } else {
        maille_strbuf_add_french(p->s, fmax(1, round(minutes)), 0);
        maille_strbuf_add(p->s, "\u00a0min");
    }
}

/* Name, commune, and what is unusual of where it lies. */
static void add_place(const page *p, const maille_json *place) {
    const char *name = text_of(place, "nom"), *commune = text_of(place, "commune");
    html_text(p->s, name);
    if (commune && (!name || strcmp(name, commune) != 0)) {
        maille_strbuf_add(p->s, name ? ", " : "");
        html_text(p->s, commune);
    }
    if (truth_of(place, "hors_etude"))
        maille_strbuf_add(p->s, ogc_say(p->r, " (hors du territoire étudié)",
                                        " (outside the territory studied)"));
    else if (truth_of(place, "autre_departement"))
        maille_strbuf_add(p->s, ogc_say(p->r, " (autre département)", " (another département)"));
}

static void add_services(const page *p) {
    const maille_json *services = maille_json_get(p->card, "services");
    maille_strbuf_addf(p->s, "<h2>%s</h2>\n",
                       ogc_say(p->r, "Les services les plus proches", "The nearest services"));
    if (truth_of(p->card, "estime"))
        maille_strbuf_addf(p->s, "<p>%s</p>\n",
                           ogc_say(p->r,
                                   "Ces temps sont estimés d’après la distance : l’étude n’a pas "
                                   "de routes.",
                                   "These times are estimated from distance: the study has no "
                                   "roads."));
    maille_strbuf_addf(p->s,
                       "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">%s"
                       "</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>"
                       "\n",
                       ogc_say(p->r, "Service", "Service"), ogc_say(p->r, "En voiture", "By car"),
                       ogc_say(p->r, "Où", "Where"));
    for (size_t i = 0; i < maille_json_count(services); i++) {
        const maille_json *one = maille_json_at(services, i);
        maille_strbuf_add(p->s, "<tr><th scope=\"row\">");
        html_text(p->s, text_of(one, "titre"));
        maille_strbuf_add(p->s, "</th><td>");
        add_minutes(p, number_of(one, "minutes"));
        maille_strbuf_add(p->s, "</td><td>");
        add_place(p, maille_json_get(one, "lieu"));
        maille_strbuf_add(p->s, "</td></tr>\n");
    }
    maille_strbuf_add(p->s, "</tbody></table></div>\n");
}

/* What stands in for a service, where something is near. */
static void add_others(const page *p) {
    const maille_json *others = maille_json_get(p->card, "autres");
    if (maille_json_count(others) == 0)
        return;
    maille_strbuf_addf(p->s, "<h2>%s</h2>\n<ul>\n",
                       ogc_say(p->r, "Ce qui existe aussi", "What else there is"));
    for (size_t i = 0; i < maille_json_count(others); i++) {
        const maille_json *one = maille_json_at(others, i);
        maille_strbuf_add(p->s, "<li><strong>");
        html_text(p->s, text_of(one, "titre"));
        maille_strbuf_add(p->s, ogc_say(p->r, "</strong>\u00a0: ", "</strong>: "));
        add_place(p, maille_json_get(one, "lieu"));
        maille_strbuf_add(p->s, ", ");
        add_minutes(p, number_of(one, "minutes"));
        maille_strbuf_add(p->s, "</li>\n");
    }
    maille_strbuf_add(p->s, "</ul>\n");
}

static void add_people(const page *p) {
    const maille_json *people = maille_json_get(p->card, "habitants_a");
    if (isnan(number_of(maille_json_at(people, 0), "population")))
        return;
    maille_strbuf_addf(p->s, "<h2>%s</h2>\n<ul>\n",
                       ogc_say(p->r, "Combien d’habitants autour", "How many live around"));
    for (size_t i = 0; i < maille_json_count(people); i++) {
        const maille_json *one = maille_json_at(people, i);
        maille_strbuf_addf(p->s,
                           ogc_say(p->r, "<li>à %.0f minutes de route ou moins\u00a0: ",
                                   "<li>within %.0f minutes by road: "),
                           number_of(one, "minutes"));
        maille_strbuf_add_french(p->s, number_of(one, "population"), 0);
        maille_strbuf_add(p->s, ogc_say(p->r, " habitants</li>\n", " inhabitants</li>\n"));
    }
    maille_strbuf_add(p->s, "</ul>\n");
}

/* ---- class ---- */

static const char *service_title(const page *p, const char *id) {
    const maille_json *services = maille_json_get(p->card, "services");
    for (size_t i = 0; id && i < maille_json_count(services); i++) {
        const maille_json *one = maille_json_at(services, i);
        if (text_of(one, "service") && strcmp(text_of(one, "service"), id) == 0)
            return text_of(one, "titre");
    }
    return id;
}

/* "Médecin généraliste : la commune est dans le territoire « X », classé … ." */
static void add_class_sentence(const page *p, const maille_json *zoning) {
    const char *decided = text_of(zoning, "classe"), *computed = text_of(zoning, "classe_calculee");
    const char *name = text_of(zoning, "nom");
    maille_strbuf_add(p->s, "<p><strong>");
    html_text(p->s, service_title(p, text_of(zoning, "service")));
    maille_strbuf_add(p->s,
                      ogc_say(p->r, "</strong>\u00a0: la commune est dans le territoire «\u00a0",
                              "</strong>: the commune is in the territory “"));
    html_text(p->s, name ? name : text_of(zoning, "zone"));
    maille_strbuf_add(p->s, ogc_say(p->r, "\u00a0», ", "”, "));
    if (decided)
        maille_strbuf_add(p->s, ogc_say(p->r, "classé «\u00a0", "classed “"));
    else
        maille_strbuf_add(p->s, ogc_say(p->r, "que le calcul range dans «\u00a0",
                                        "which the computation puts in “"));
    html_text(p->s, title_of(p, "zones-sous-denses", decided ? decided : computed));
    maille_strbuf_add(p->s, ogc_say(p->r, "\u00a0»", "”"));
    if (!decided)
        maille_strbuf_add(
            p->s, ogc_say(p->r, " ; l’ARS n’a pas encore décidé", "; the ARS has not decided yet"));
    maille_strbuf_add(p->s, ".</p>\n");
}

static void add_access(const page *p, const maille_json *zoning) {
    double apl = number_of(zoning, "apl_commune");
    if (isnan(apl))
        return;
    maille_strbuf_add(p->s, ogc_say(p->r, "<p>Chaque habitant y dispose d’environ ",
                                    "<p>Each inhabitant has about "));
    maille_strbuf_add_french(p->s, apl, 1);
    maille_strbuf_add(p->s, apl < 2 ? ogc_say(p->r, " consultation", " consultation")
                                    : ogc_say(p->r, " consultations", " consultations"));
    maille_strbuf_add(p->s, ogc_say(p->r,
                                    " par an à sa portée, selon l’accessibilité potentielle "
                                    "localisée (APL).</p>\n",
                                    " a year within reach (APL).</p>\n"));
}

static void add_class(const page *p) {
    const maille_json *zoning = maille_json_get(p->card, "zonage");
    maille_strbuf_addf(p->s, "<h2>%s</h2>\n",
                       ogc_say(p->r, "Le zonage des médecins", "The zoning of doctors"));
    if (maille_json_is_null(zoning)) {
        maille_strbuf_addf(p->s, "<p>%s</p>\n",
                           ogc_say(p->r, "Il n’est pas connu pour cette commune.",
                                   "It is not known for this commune."));
        return;
    }
    add_class_sentence(p, zoning);
    add_access(p, zoning);
}

/* ---- whom to ask ---- */

static void add_community(const page *p, const maille_json *one) {
    const char *contact = text_of(one, "contact");
    maille_strbuf_add(p->s, "<li><strong>");
    html_text(p->s, text_of(one, "nom"));
    maille_strbuf_add(p->s, "</strong> (");
    html_text(p->s, title_of(p, "cpts", text_of(one, "statut")));
    maille_strbuf_add(p->s, ogc_say(p->r, "). À qui s’adresser\u00a0: ", "). Whom to ask: "));
    if (contact)
        html_text(p->s, contact);
    else
        maille_strbuf_add(p->s, ogc_say(p->r, "l’ARS ou l’URPS de la région",
                                        "the ARS or the URPS of the region"));
    maille_strbuf_add(p->s, "</li>\n");
}

static void add_communities(const page *p) {
    const maille_json *list = maille_json_get(p->card, "cpts");
    size_t count = maille_json_count(list);
    maille_strbuf_addf(p->s, "<h2>%s</h2>\n",
                       ogc_say(p->r, "La communauté professionnelle de santé (CPTS)",
                               "The health community (CPTS)"));
    if (count == 0) {
        maille_strbuf_addf(
            p->s, "<p>%s</p>\n",
            ogc_say(p->r,
                    "Aucune CPTS connue ici ne couvre la commune. Pour en parler\u00a0: l’agence "
                    "régionale de santé (ARS) ou l’union régionale des professionnels de santé "
                    "(URPS).",
                    "No CPTS known here covers the commune. To talk of one: the regional health "
                    "agency (ARS) or the union of professionals (URPS)."));
        return;
    }
    maille_strbuf_add(p->s, "<ul>\n");
    for (size_t i = 0; i < count; i++)
        add_community(p, maille_json_at(list, i));
    maille_strbuf_add(p->s, "</ul>\n");
}

/* ---- all of it ---- */

static void add_head(const page *p) {
    double population = number_of(p->card, "population");
    maille_strbuf_add(p->s, "<p>");
    if (!isnan(population)) {
        maille_strbuf_add_french(p->s, population, 0);
        maille_strbuf_add(p->s, ogc_say(p->r, " habitants, ", " inhabitants, "));
    }
    maille_strbuf_add(p->s, ogc_say(p->r, "département ", "département "));
    html_text(p->s, text_of(p->card, "departement"));
    maille_strbuf_add(p->s, ogc_say(p->r, ", code INSEE ", ", INSEE code "));
    html_text(p->s, text_of(p->card, "code"));
    maille_strbuf_add(p->s, ".</p>\n");
    if (truth_of(p->card, "perime"))
        maille_strbuf_addf(p->s, "<p>%s</p>\n",
                           ogc_say(p->r,
                                   "Des données ont changé depuis le calcul : ces chiffres vont "
                                   "être mis à jour.",
                                   "Data have changed since this was computed: figures will be "
                                   "brought up to date."));
}

static void add_sources(const page *p) {
    const maille_json *sources = maille_json_get(p->card, "sources");
    maille_strbuf_addf(p->s, "<h2>%s</h2>\n<ul>\n", ogc_say(p->r, "Sources", "Sources"));
    for (size_t i = 0; i < maille_json_count(sources); i++) {
        const maille_json *one = maille_json_at(sources, i);
        const char *vintage = text_of(one, "vintage");
        maille_strbuf_add(p->s, "<li>");
        html_text(p->s, text_of(one, "name"));
        if (vintage) {
            maille_strbuf_add(p->s, ", ");
            html_text(p->s, vintage);
        }
        maille_strbuf_add(p->s, "</li>\n");
    }
    maille_strbuf_addf(p->s, "</ul>\n<p>%s", ogc_say(p->r, "Licence\u00a0: ", "Licence: "));
    html_text(p->s, text_of(p->card, "licence"));
    maille_strbuf_add(p->s, "</p>\n");
}

maille_status answer_card_page(view *v, const request *r, const char *card, maille_strbuf *s) {
    maille_json *tree = NULL;
    maille_status status = maille_json_parse(v->ctx, "card", card, &tree);
    if (status)
        return status;
    const page p = {v, r, s, tree};
    const char *name = text_of(tree, "nom");
    const html_step way[] = {{ogc_say(r, "Accueil", "Home"), ogc_link(r, "/")}, {name, NULL}};
    html_begin(s, r, name, way, 2);
    add_head(&p);
    add_services(&p);
    add_others(&p);
    add_people(&p);
    add_class(&p);
    add_communities(&p);
    add_sources(&p);
    html_end(s, r);
    maille_json_free(tree);
    return MAILLE_OK;
}
