/* Answers to single questions: the table of their routes, and how their parameters are read. */
#include "service/answers.h"

#include <maille/credits.h>
#include <maille/text.h>
#include <string.h>

const char *const answer_of_names[] = {"communes", "movements", NULL};
const char *const answer_of_roads[] = {"roads", NULL};
const char *const answer_of_figures[] = {"communes",   "centres",  "roads",      "supply",
                                         "facilities", "grouping", "indicators", "population_age",
                                         "movements",  NULL};

maille_status answer_close(view *v, const request *r, const char *const *kinds, maille_strbuf *s) {
    size_t count = 0;
    while (kinds[count])
        count++;
    maille_strbuf_add_char(s, ',');
    maille_status status = maille_credits_of(v->ctx, ogc_catalogue(v, r), kinds, count, s);
    maille_strbuf_add(s, "}\n");
    return status;
}

maille_status answer_number(view *v, const request *r, const char *key, double least, double most,
                            double *number) {
    const char *text = request_parameter(r, key);
    if (!text)
        return MAILLE_OK;
    if (!maille_parse_number(text, number) || *number < least || *number > most)
        return maille_fail(
            v->ctx, MAILLE_USAGE,
            ogc_say(r, "%s n’est pas un nombre de %g à %g", "%s was no number from %g to %g"), key,
            least, most);
    return MAILLE_OK;
}

maille_status answer_list(view *v, const request *r, const char *key, const char *text, size_t most,
                          const char ***out, size_t *count) {
    char *copy = maille_arena_strdup(r->arena, text);
    const char **list = maille_arena_alloc(r->arena, (most + 1) * sizeof *list);
    *count = 0;
    if (!copy || !list)
        return maille_no_memory(v->ctx);
    for (char *item = copy, *end; item; item = end) {
        end = strchr(item, ',');
        if (end)
            *end++ = '\0';
        if (!*item)
            return maille_fail(v->ctx, MAILLE_USAGE,
                               ogc_say(r, "%s a un élément vide", "%s had an empty element"), key);
        if (*count == most)
            return maille_fail(
                v->ctx, MAILLE_USAGE,
                ogc_say(r, "%s a plus de %zu éléments", "%s had more than %zu elements"), key,
                most);
        list[(*count)++] = item;
    }
    *out = list;
    return MAILLE_OK;
}

maille_status answer_no_roads(const request *r, reply *out) {
    return reply_problem(r, out, 404,
                         ogc_say(r, "Cette étude n’a pas de routes : elle ne donne pas de temps.",
                                 "This study has no roads: it tells no times."));
}

/* ---- routes ---- */

static const char *const json[] = {"json", NULL};
static const char *const tables[] = {"json", "csv", NULL};
static const char *const pages[] = {"json", "html", NULL};
static const char *const maps[] = {"geojson", NULL};

static const route_parameter search_parameters[] = {
    {"q", false, "string", "Nom, début ou partie d’un nom, ancien nom, code INSEE ; obligatoire.",
     "\"minLength\":1,\"maxLength\":100"},
    {"departement", false, "string", "Code du département, pour s’y limiter.",
     "\"pattern\":\"^[0-9A-Z]{2,3}$\""},
    {"limit", false, "integer", "Nombre de communes.",
     "\"minimum\":1,\"maximum\":50,\"default\":10"},
    {0},
};
static const route_parameter commune_parameters[] = {
    {"code", true, "string", "Code INSEE de la commune.", NULL},
    {0},
};
static const route_parameter perimeter_parameters[] = {
    {"id", true, "string", "Identifiant du périmètre.", NULL},
    {"scenario", false, "string", "Un scénario ; sans lui, la référence. Pour les comptes.", NULL},
    {"a", false, "string",
     "Tel que c’était à la fin de ce jour, ou dans cette version. Pour les comptes.",
     "\"pattern\":\"^(v[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2})$\""},
    {0},
};
static const route_parameter figures_parameters[] = {
    {"codes", false, "string",
     "Codes INSEE séparés par des virgules ; en POST, dans le corps : "
     "{\"codes\": [\"…\"]}.",
     NULL},
    {0},
};
static const route_parameter isochrone_parameters[] = {
    {"lon", false, "number", "Longitude du point ; obligatoire.",
     "\"minimum\":-180,\"maximum\":180"},
    {"lat", false, "number", "Latitude du point ; obligatoire.", "\"minimum\":-90,\"maximum\":90"},
    {"minutes", false, "string", "Tranches en minutes, 10 au plus, de 180 au plus.",
     "\"default\":\"10,20,30\""},
    {"sens", false, "string", "« depuis » le point, ou « vers » lui.",
     "\"enum\":[\"depuis\",\"vers\"],\"default\":\"depuis\""},
    {"mode", false, "string",
     "« voiture », ou « pied » : sur les mêmes routes, faute de sentiers, à l’allure d’un piéton.",
     "\"enum\":[\"voiture\",\"pied\"],\"default\":\"voiture\""},
    {0},
};
static const route_parameter times_parameters[] = {
    {"from", false, "string", "Points de départ : lon,lat;lon,lat… ; obligatoire.", NULL},
    {"to", false, "string", "Points d’arrivée : lon,lat;lon,lat… ; obligatoire.", NULL},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define NUMBER_OR_NULL "{\"type\":\"number\",\"nullable\":true}"
#define NUMBERS "{\"type\":\"array\",\"nullable\":true,\"items\":{\"type\":\"number\"}}"
#define OBJECT_OR_NULL(members)                                                                    \
    "{\"type\":\"object\",\"nullable\":true,\"properties\":{" members "}}"
#define LIST_OR_NULL(members)                                                                      \
    "{\"type\":\"array\",\"nullable\":true,\"items\":" OBJECT_OR_NULL(members) "}"
#define SERVICES                                                                                   \
    LIST_OR_NULL("\"service\":" TEXT ",\"titre\":" TEXT ",\"alternative_a\":" TEXT                 \
                 ",\"minutes\":" NUMBER_OR_NULL ",\"tranche_min\":" NUMBER_OR_NULL                 \
                 ",\"lieu\":{\"type\":\"object\",\"nullable\":true},\"apl\":" NUMBER_OR_NULL)
#define ZONING                                                                                     \
    OBJECT_OR_NULL("\"service\":" TEXT ",\"unite\":" TEXT ",\"zone\":" TEXT                        \
                   ",\"nom\":" TEXT_OR_NULL ",\"apl\":" NUMBER_OR_NULL                             \
                   ",\"apl_commune\":" NUMBER_OR_NULL ",\"classe\":" TEXT_OR_NULL                  \
                   ",\"classe_calculee\":" TEXT_OR_NULL ",\"regles\":" TEXT ",\"titre\":" TEXT     \
                   ",\"reference\":" TEXT ",\"depuis\":" TEXT ",\"seuil\":" NUMBER_OR_NULL)
#define CARD                                                                                       \
    "{\"type\":\"object\",\"required\":[\"code\",\"nom\",\"services\"],\"properties\":{"             \
    "\"code\":" TEXT ",\"nom\":" TEXT ",\"population\":" NUMBER_OR_NULL                              \
    ",\"departement\":" TEXT ",\"centre\":" NUMBERS ",\"etendue\":" NUMBERS ",\"services\":" SERVICES  \
    ",\"autres\":" SERVICES ",\"habitants_a\":" LIST_OR_NULL(                                       \
        "\"minutes\":{\"type\":\"number\"},\"population\":" NUMBER_OR_NULL) ",\"zonage\":" ZONING       \
    ",\"cpts\":" LIST_OR_NULL("\"id\":" TEXT ",\"nom\":" TEXT ",\"statut\":" TEXT                    \
                              ",\"statut_titre\":" TEXT_OR_NULL ",\"contact\":" TEXT_OR_NULL)      \
    ",\"groupements\":" LIST_OR_NULL("\"groupement\":" TEXT ",\"id\":" TEXT                         \
                                     ",\"nom\":" TEXT_OR_NULL)                                     \
    ",\"voisins\":" LIST_OR_NULL("\"code\":" TEXT ",\"nom\":" TEXT) "}}"

static const route routes[] = {
    {.verbs = GET,
     .path = "/communes",
     .id = "communes",
     .tag = "Réponses",
     .summary = "Communes d’après ce que l’on tape : accents, fautes, anciens noms, codes",
     .formats = tables,
     .parameters = search_parameters,
     .needs = "q",
     .of_layers = true,
     .answer = answer_search},
    {.verbs = GET,
     .path = "/communes/{code}",
     .id = "commune",
     .tag = "Réponses",
     .summary = "La fiche d’une commune : services les plus proches, accès, CPTS",
     .formats = pages,
     .parameters = commune_parameters,
     .answers = CARD,
     .answer = answer_commune},
    {.verbs = GET,
     .path = "/perimeters/{id}/figures",
     .id = "chiffresPerimetre",
     .tag = "Réponses",
     .summary = "Les chiffres d’un périmètre, à côté de ceux du département, de la région, de "
                "l’étude",
     .formats = json,
     .parameters = perimeter_parameters,
     .answer = answer_perimeter},
    {.verbs = GET | POST,
     .path = "/figures",
     .id = "chiffres",
     .tag = "Réponses",
     .summary = "Les chiffres d’une liste de communes",
     .least = MAILLE_LECTEUR,
     .no_csrf = true,
     .formats = json,
     .parameters = figures_parameters,
     .body = "{\"type\":\"object\",\"required\":[\"codes\"],\"additionalProperties\":false,"
             "\"properties\":{\"codes\":{\"type\":\"array\",\"maxItems\":2000,\"items\":"
             "{\"type\":\"string\"}}}}",
     .of_layers = true,
     .answer = answer_figures},
    {.verbs = GET,
     .path = "/isochrone",
     .id = "isochrone",
     .tag = "Réponses",
     .summary = "Tout ce qui est à tant de minutes d’un point, par la route",
     .formats = maps,
     .parameters = isochrone_parameters,
     .needs = "lon lat",
     .of_layers = true,
     .answer = answer_isochrone},
    {.verbs = GET,
     .path = "/times",
     .id = "temps",
     .tag = "Réponses",
     .summary = "Minutes entre des points, par la route",
     .formats = tables,
     .parameters = times_parameters,
     .needs = "from to",
     .of_layers = true,
     .answer = answer_times},
};
const route_table answer_routes = {routes, sizeof routes / sizeof *routes};
