/* What a request selects of a layer: its parameters read, checked and turned into a selection.
 *
 * Each that is unknown or malformed is MAILLE_USAGE, named, in the request's language. */
#ifndef SERVICE_PARAMETERS_H
#define SERVICE_PARAMETERS_H

#include "service/service.h"

/* A reference system that coordinates can be asked in. */
typedef struct {
    const char *uri;
    int epsg; /* as the selection has it; 0 = CRS 84 */
    bool latitude_first, geographic;
} reference_system;
/* The first is CRS 84, in which layers are kept. */
extern const reference_system reference_systems[];
extern const size_t reference_system_count;

typedef struct {
    maille_selection selection; /* texts live as long as the request */
    maille_cql *filter;
    const reference_system *crs; /* of the answer */
    const maille_property *properties;
    size_t property_count;
} wanted;

typedef enum {
    WANTED_FEATURE, /* crs alone */
    WANTED_ALL,     /* all but limit and offset */
    WANTED_PAGE,
} wanted_kind;

/* In HTML a parameter that a form left empty was not given. */
maille_status wanted_read(view *v, const request *r, const maille_layer_state *layer,
                          wanted_kind kind, wanted *out);
void wanted_free(wanted *w);

/* An instant (a date or a time with its zone) of RFC 3339 that the calendar has. */
bool is_instant(const char *text);
/* Numbers with commas between, `most` at most; how many, 0 where the text is anything else. */
size_t read_numbers(const char *text, double *out, size_t most);

/* What is told of these parameters in the description of the interface (entries of a list of
 * route_parameter). */
#define COLLECTION                                                                                 \
    { "collection", true, "string", "Identifiant de la couche.", NULL }
#define CRS_OF_ANSWER                                                                                \
    {                                                                                                \
        "crs", false, "string",                                                                      \
            "Système des coordonnées de la réponse, par son adresse ; longitude et latitude WGS " \
            "84 à "                                                                                 \
            "défaut.",                                                                               \
            "\"format\":\"uri\",\"default\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\""        \
    }
/* All that WANTED_ALL reads. */
#define SELECTION_PARAMETERS                                                                       \
    {"bbox", false, "array",                                                                       \
     "Seulement ce qui touche le rectangle : ouest, sud, est, nord (ou six nombres, avec les "     \
     "hauteurs, qui ne comptent pas). Ouest plus grand qu'est passe l'antiméridien.",              \
     "\"items\":{\"type\":\"number\"},\"minItems\":4,\"maxItems\":6"},                             \
        {"bbox-crs", false, "string", "Système des coordonnées de bbox, par son adresse.",         \
         "\"format\":\"uri\",\"default\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\""},       \
        CRS_OF_ANSWER,                                                                             \
        {"datetime", false, "string",                                                              \
         "Seulement ce qui vaut à cet instant ou pendant cet intervalle (RFC 3339 ; « .. » "    \
         "laisse un "                                                                              \
         "bout ouvert). Les couches sans dates n'en tiennent pas compte.",                         \
         NULL},                                                                                    \
        {"q", false, "string",                                                                     \
         "Texte à trouver dans une des propriétés ; a vaut A, é ne vaut pas e.",                   \
         "\"minLength\":1"},                                                                       \
        {"filter", false, "string", "Condition en CQL2, par exemple population > 1000.", NULL},    \
        {"filter-lang", false, "string", "Langue de filter.",                                      \
         "\"enum\":[\"cql2-text\"],\"default\":\"cql2-text\""},                                    \
        {"filter-crs", false, "string", "Système des coordonnées des géométries de filter.",       \
         "\"format\":\"uri\",\"default\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\""},       \
        {"properties", false, "array", "Seulement ces propriétés.",                                \
         "\"items\":{\"type\":\"string\"},\"minItems\":1"},                                        \
        {"sortby", false, "array",                                                                 \
         "Ordre : noms de propriétés, précédés de - pour l'ordre décroissant ; puis "        \
         "l'identifiant.",                                                                         \
         "\"items\":{\"type\":\"string\"},\"minItems\":1"},                                        \
        {"skipGeometry", false, "boolean", "Sans la géométrie.", "\"default\":false"},             \
        {"departement", false, "array", "Seulement ce qui est dans ces départements (codes).",     \
         "\"items\":{\"type\":\"string\",\"pattern\":\"^[0-9AB]{2,3}$\"},\"minItems\":1"},         \
    {                                                                                              \
        "commune", false, "string",                                                                \
            "Seulement ce qui contient cette commune, ou elle-même (code).",                       \
            "\"pattern\":\"^[0-9AB]{5}$\""                                                         \
    }

#endif
