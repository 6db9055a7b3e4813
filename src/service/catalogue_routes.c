/* Routes of what a map begins with: the study, its layers, who holds what, groupings. */
#include "service/catalogue.h"

static const char *const json[] = {"json", NULL};

static const route_parameter members_parameters[] = {
    {"scenario", false, "string", "Un scénario ; sans lui, la référence. Pour les comptes.", NULL},
    {"kind", false, "string", "Genre de périmètre : cpts à défaut.", NULL},
    {"noms", false, "boolean", "Avec les noms de toutes les communes (nommees).",
     "\"default\":true"},
    {0},
};

static const route_parameter columns_parameters[] = {COLLECTION, SELECTION_PARAMETERS, {0}};

static const route_parameter grouping_parameters[] = {
    {"id", true, "string", "Identifiant du groupement, que /groupings donne.", NULL},
    {0},
};
static const route_parameter crossing_parameters[] = {
    {"id", true, "string", "Identifiant du périmètre.", NULL},
    {"grouping", false, "string",
     "Un groupement de l’étude, « departement » ou « region » ; tous ceux de l’étude à défaut.",
     NULL},
    {"scenario", false, "string", "Un scénario ; sans lui, la référence. Pour les comptes.", NULL},
    {"a", false, "string",
     "Tel que c’était à la fin de ce jour, ou dans cette version. Pour les comptes.",
     "\"pattern\":\"^(v[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2})$\""},
    {0},
};

/* ---- what they answer, as JSON schemas ---- */

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define FLAG "{\"type\":\"boolean\"}"
#define WHOLE "{\"type\":\"integer\"}"
#define ARRAY_OF(properties)                                                                       \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" properties "}}}"
#define NUMBER_OR_NULL "{\"type\":\"number\",\"nullable\":true}"
#define TEXTS "{\"type\":\"array\",\"items\":" TEXT "}"
#define BOX                                                                                        \
    "{\"type\":\"array\",\"nullable\":true,\"minItems\":4,\"maxItems\":4,\"items\":"               \
    "{\"type\":\"number\"}}"

#define ABSENT ARRAY_OF("\"id\":" TEXT ",\"titre\":" TEXT ",\"manque\":" TEXT)
#define LEGENDS                                                                                    \
    ARRAY_OF("\"titre\":" TEXT ",\"propriete\":" TEXT ",\"unite\":" TEXT_OR_NULL                   \
             ",\"manquant\":" TEXT_OR_NULL                                                         \
             ",\"entrees\":" ARRAY_OF("\"jusqua\":{\"type\":\"number\",\"nullable\":true},"        \
                                      "\"valeur\":{},\"couleur\":" TEXT ",\"titre\":" TEXT))

#define SOURCES                                                                                    \
    ARRAY_OF("\"nom\":" TEXT ",\"millesime\":" TEXT_OR_NULL ",\"licence\":" TEXT_OR_NULL)
#define PROPERTIES                                                                                 \
    ARRAY_OF("\"nom\":" TEXT ",\"titre\":" TEXT ",\"sens\":" TEXT_OR_NULL                          \
             ",\"unite\":" TEXT_OR_NULL ",\"type\":" TEXT ",\"decimales\":" WHOLE)
#define RULES "\"id\":" TEXT ",\"titre\":" TEXT ",\"reference\":" TEXT ",\"depuis\":" TEXT
#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define OBJECT_OR_NULL(properties)                                                                 \
    "{\"type\":\"object\",\"nullable\":true,\"properties\":{" properties "}}"
#define PLACES                                                                                     \
    "\"etendue\":" BOX                                                                             \
    ",\"departements\":" ARRAY_OF("\"code\":" TEXT ",\"nom\":" TEXT ",\"communes\":" WHOLE         \
                                  ",\"population\":" NUMBER_OR_NULL ",\"etendue\":" BOX)
#define SIZES                                                                                      \
    OBJECT(RULES ",\"classes\":" ARRAY_OF(                                                         \
        "\"id\":" TEXT ",\"de\":" NUMBER_OR_NULL ",\"a\":" NUMBER_OR_NULL ",\"de_compris\":" FLAG  \
        ",\"a_compris\":" FLAG) ",\"plancher\":" NUMBER_OR_NULL ",\"plafond\":" NUMBER_OR_NULL     \
                                ",\"genres\":" TEXTS)
#define STUDY                                                                                      \
    OBJECT("\"id\":" TEXT_OR_NULL ",\"titre\":" TEXT ",\"audience\":" TEXT                         \
           ",\"date\":" TEXT_OR_NULL "," PLACES ",\"genres\":" ARRAY_OF(                           \
               "\"id\":" TEXT ",\"titre\":" TEXT ",\"perimetres\":" WHOLE) ",\"groupements\":"      \
           ARRAY_OF("\"id\":" TEXT ",\"titre\":" TEXT ",\"groupes\":" WHOLE) ",\"services\":"       \
           ARRAY_OF("\"id\":" TEXT ",\"titre\":" TEXT ",\"tranches_min\":{\"type\":\"array\","       \
                    "\"items\":{\"type\":\"number\"}},\"alternative_a\":" TEXT_OR_NULL)             \
           ",\"statuts\":" ARRAY_OF("\"id\":" TEXT ",\"titre\":" TEXT ",\"public\":" FLAG            \
                                    ",\"actif\":" FLAG) ",\"publication\":" OBJECT(RULES)            \
           ",\"tailles\":" SIZES ",\"zonage\":" OBJECT_OR_NULL(RULES ",\"unite\":" TEXT_OR_NULL)     \
           ",\"modes\":" TEXTS ",\"fond\":" OBJECT_OR_NULL("\"url\":" TEXT ",\"attribution\":" TEXT) \
           ",\"estime\":" FLAG)
#define LAYERS                                                                                     \
    ARRAY_OF("\"id\":" TEXT ",\"titre\":" TEXT ",\"description\":" TEXT_OR_NULL                    \
             ",\"geometrie\":" TEXT ",\"cle\":" TEXT_OR_NULL ",\"objets\":" WHOLE                  \
             ",\"tuiles\":" TEXT_OR_NULL ",\"version\":" TEXT ",\"perime\":" FLAG                  \
             ",\"estime\":" FLAG ",\"audience\":" TEXT ",\"etendue\":" BOX ",\"licence\":" TEXT    \
             ",\"sources\":" SOURCES                                                               \
             ",\"parametres\":{\"type\":\"object\"},\"proprietes\":" PROPERTIES                    \
             ",\"legendes\":" LEGENDS)

#define HOLDERS                                                                                    \
    OBJECT("\"genre\":" TEXT ",\"scenario\":" TEXT ",\"perimetres\":" ARRAY_OF(                      \
        "\"id\":" TEXT ",\"nom\":" TEXT ",\"statut\":" TEXT ",\"depuis\":" TEXT_OR_NULL              \
        ",\"actif\":" FLAG ",\"population\":" NUMBER_OR_NULL ",\"taille\":" TEXT_OR_NULL              \
        ",\"etat\":" TEXT_OR_NULL) ",\"communes\":{\"type\":\"object\",\"additionalProperties\":"     \
                                   "{\"type\":\"array\",\"items\":" WHOLE "}},\"nommees\":"            \
                                   "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{}}}")

#define COLUMNS                                                                                    \
    OBJECT("\"nombre\":" WHOLE ",\"cle\":" TEXT                                                    \
           ",\"colonnes\":{\"type\":\"object\","                                                   \
           "\"additionalProperties\":{\"type\":\"array\",\"items\":{}}}")

#define GROUPINGS                                                                                  \
    ARRAY_OF("\"id\":" TEXT ",\"titre\":" TEXT ",\"groupes\":" WHOLE                               \
             ",\"source\":" OBJECT_OR_NULL("\"nom\":" TEXT_OR_NULL ",\"millesime\":" TEXT_OR_NULL  \
                                           ",\"licence\":" TEXT_OR_NULL))
#define GROUPING                                                                                   \
    OBJECT("\"id\":" TEXT ",\"titre\":" TEXT ",\"groupes\":" ARRAY_OF(                             \
        "\"id\":" TEXT ",\"nom\":" TEXT ",\"population\":" NUMBER_OR_NULL ",\"codes\":" TEXTS))
#define CROSSINGS                                                                                  \
    ARRAY_OF("\"groupement\":" TEXT ",\"id\":" TEXT ",\"nom\":" TEXT ",\"communes\":" WHOLE        \
             ",\"communes_dedans\":" WHOLE ",\"population\":" NUMBER_OR_NULL                       \
             ",\"population_dedans\":" NUMBER_OR_NULL ",\"part_du_groupe\":" NUMBER_OR_NULL        \
             ",\"part_du_perimetre\":" NUMBER_OR_NULL)

static const route routes[] = {
    {.verbs = GET,
     .path = "/layers",
     .id = "catalogue",
     .tag = "Couches",
     .summary = "Toutes les couches avec leurs propriétés, légendes et sources, et celles qui "
                "manquent",
     .formats = json,
     .of_layers = true,
     .answers = "{\"type\":\"object\",\"required\":[\"couches\",\"vues\",\"absentes\"],"
                "\"properties\":{\"couches\":" LAYERS
                ",\"vues\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"
                ",\"absentes\":" ABSENT "}}",
     .answer = answer_layers},
    {.verbs = GET,
     .path = "/study",
     .id = "etude",
     .tag = "Service",
     .summary = "Ce qu’est l’étude : départements, genres de périmètres, groupements, services, "
                "règles",
     .formats = json,
     .answers = STUDY,
     .answer = answer_study},
    {.verbs = GET,
     .path = "/members",
     .id = "membres",
     .tag = "Périmètres",
     .summary = "Qui tient quoi : les périmètres d’un genre et, par commune, lesquels la tiennent",
     .formats = json,
     .parameters = members_parameters,
     .answers = HOLDERS,
     .answer = answer_members},
    {.verbs = GET,
     .path = "/collections/{collection}/columns",
     .id = "colonnes",
     .tag = "Objets",
     .summary = "Les objets d’une couche en colonnes, tous en une réponse : histogrammes, classes, "
                "tableaux",
     .any_parameter = true,
     .formats = json,
     .parameters = columns_parameters,
     .answers = COLUMNS,
     .answer = answer_columns},
    {.verbs = GET,
     .path = "/groupings",
     .id = "groupements",
     .tag = "Groupements",
     .summary = "Les groupements de communes de l’étude : intercommunalités, bassins de vie …",
     .formats = json,
     .of_layers = true,
     .answers = GROUPINGS,
     .answer = answer_groupings},
    {.verbs = GET,
     .path = "/groupings/{id}",
     .id = "groupement",
     .tag = "Groupements",
     .summary = "Les groupes d’un groupement, avec les codes de leurs communes",
     .formats = json,
     .parameters = grouping_parameters,
     .of_layers = true,
     .answers = GROUPING,
     .answer = answer_grouping},
    {.verbs = GET,
     .path = "/perimeters/{id}/groupings",
     .id = "groupementsPerimetre",
     .tag = "Groupements",
     .summary =
         "Comment un périmètre se place parmi les groupes : communes et population en commun",
     .formats = json,
     .parameters = crossing_parameters,
     .answers = CROSSINGS,
     .answer = answer_perimeter_groupings},
};
const route_table catalogue_routes = {routes, sizeof routes / sizeof *routes};
