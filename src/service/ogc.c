/* OGC API – Common and Features: landing page, conformance, collections and what can be asked of
 * them. */
#include "service/ogc.h"

#include "service/html.h"
#include "service/pages.h"

#include <maille/json.h>
#include <string.h>

#define PART1 "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
#define PART3 "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
#define CQL2 "http://www.opengis.net/spec/cql2/1.0/conf/"

const char *const ogc_conformance[] = {
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    PART1 "core",
    PART1 "geojson",
    PART1 "html",
    PART1 "oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    PART3 "queryables",
    PART3 "queryables-query-parameters",
    PART3 "filter",
    PART3 "features-filter",
    CQL2 "cql2-text",
    CQL2 "basic-cql2",
    CQL2 "advanced-comparison-operators",
    CQL2 "basic-spatial-functions",
    CQL2 "basic-spatial-functions-plus",
};
const size_t ogc_conformance_count = sizeof ogc_conformance / sizeof *ogc_conformance;

static const char *const documents[] = {"json", "html", NULL};
static const char *const schemas[] = {"schema", "json", "html", NULL};
static const char *const apis[] = {"openapi", "json", "html", NULL};
static const char *const styles[] = {"css", NULL};

/* The answer is a function of the workspace and of who asks. */
static maille_status kept(view *v, const request *r, reply *out, maille_status status) {
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

/* ---- landing page ---- */

maille_status ogc_study(view *v, const request *r, const char **out) {
    char *title = NULL;
    maille_status status = MAILLE_OK;
    if (ogc_english(r))
        status = maille_store_get(v->ctx, v->store, "title_en", &title);
    if (!status && !title)
        status = maille_store_get(v->ctx, v->store, "title_fr", &title);
    if (!status && !title)
        status = maille_store_get(v->ctx, v->store, "study", &title);
    *out = title ? maille_arena_strdup(r->arena, title) : "Maille";
    maille_free(title);
    return !status && !*out ? maille_no_memory(v->ctx) : status;
}

static void add_service_links(maille_strbuf *s, const request *r) {
    ogc_json_link(s, "service-desc", format_type("openapi"),
                  ogc_say(r, "Description de l'interface (OpenAPI)", "Definition of the API"),
                  ogc_link(r, "/api?f=openapi"));
    ogc_json_link(s, "service-doc", format_type("html"),
                  ogc_say(r, "Documentation de l'interface", "Documentation of the API"),
                  ogc_link(r, "/api?f=html"));
    ogc_json_link(s, "conformance", format_type("json"),
                  ogc_say(r, "Normes que le service suit", "Standards that it conforms to"),
                  ogc_link(r, "/conformance"));
    ogc_json_link(s, "data", format_type("json"), ogc_say(r, "Les couches", "The layers"),
                  ogc_link(r, "/collections"));
    ogc_json_link(s, "search", format_type("json"),
                  ogc_say(r, "Chercher une commune", "Find a commune"),
                  ogc_link(r, "/communes?q={q}"));
    ogc_json_link(s, "tiles", format_type("json"),
                  ogc_say(r, "Tuiles vectorielles", "Vector tiles"), ogc_link(r, "/tiles"));
}

static maille_status write_landing(view *v, const request *r, maille_strbuf *s) {
    const char *study = NULL;
    maille_status status = ogc_study(v, r, &study);
    if (status)
        return status;
    maille_strbuf_add_char(s, '{');
    ogc_member(s, "title", study);
    ogc_member(s, "description",
               ogc_say(r,
                       "Temps d'accès aux soins, accessibilité et territoires de santé, commune "
                       "par commune.",
                       "Times to care, accessibility and health territories, commune by commune."));
    ogc_member(s, "audience", maille_audience_name(r->audience));
    maille_strbuf_add(s, ",\"links\":[");
    ogc_self_links(s, r, documents);
    add_service_links(s, r);
    maille_strbuf_add(s, "]}");
    return MAILLE_OK;
}

static maille_status landing(view *v, const request *r, reply *out) {
    return kept(v, r, out,
                ogc_is(r, "html") ? page_landing(v, r, &out->body)
                                  : write_landing(v, r, &out->body));
}

/* ---- conformance ---- */

static maille_status write_conformance(const request *r, maille_strbuf *s) {
    maille_strbuf_add(s, "{\"conformsTo\":");
    maille_json_texts(s, ogc_conformance, ogc_conformance_count);
    maille_strbuf_add(s, ",\"links\":[");
    ogc_self_links(s, r, documents);
    maille_strbuf_add(s, "]}");
    return MAILLE_OK;
}

static maille_status conformance(view *v, const request *r, reply *out) {
    return kept(v, r, out,
                ogc_is(r, "html") ? page_conformance(v, r, &out->body)
                                  : write_conformance(r, &out->body));
}

/* ---- collections ---- */

static maille_status write_collections(view *v, const request *r, maille_strbuf *s) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    maille_status status = MAILLE_OK;
    maille_strbuf_add(s, "{\"links\":[");
    ogc_self_links(s, r, documents);
    maille_strbuf_add(s, "],\"crs\":[");
    for (size_t i = 0; i < reference_system_count; i++) {
        ogc_comma(s);
        maille_json_text(s, reference_systems[i].uri);
    }
    maille_strbuf_add(s, "],\"collections\":[");
    for (size_t i = 0; i < maille_catalogue_count(catalogue) && !status; i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        if (!ogc_shown(r, layer))
            continue;
        ogc_comma(s);
        status = ogc_add_collection(v, r, layer, NULL, s);
    }
    maille_strbuf_add(s, "]}");
    return status;
}

static maille_status collections(view *v, const request *r, reply *out) {
    return kept(v, r, out,
                ogc_is(r, "html") ? page_collections(v, r, &out->body)
                                  : write_collections(v, r, &out->body));
}

static maille_status collection(view *v, const request *r, reply *out) {
    const maille_layer_state *layer = NULL;
    maille_status status = ogc_layer(v, r, r->part[0], &layer);
    if (!status)
        status = ogc_is(r, "html") ? page_collection(v, r, layer, &out->body)
                                   : ogc_add_collection(v, r, layer, documents, &out->body);
    return kept(v, r, out, status);
}

/* ---- properties ---- */

static maille_status schema_of(view *v, const request *r, reply *out, bool queryables) {
    const maille_layer_state *layer = NULL;
    maille_status status = ogc_layer(v, r, r->part[0], &layer);
    if (!status)
        status = ogc_is(r, "html") ? page_properties(v, r, layer, queryables, &out->body)
                                   : ogc_add_schema(v, r, layer, queryables, &out->body);
    return kept(v, r, out, status);
}

static maille_status queryables(view *v, const request *r, reply *out) {
    return schema_of(v, r, out, true);
}

static maille_status schema(view *v, const request *r, reply *out) {
    return schema_of(v, r, out, false);
}

/* ---- style of our pages ---- */

static maille_status style(view *v, const request *r, reply *out) {
    for (const char *const *part = html_style; *part; part++)
        maille_strbuf_add(&out->body, *part);
    return kept(v, r, out, MAILLE_OK);
}

/* ---- routes ---- */

static const route_parameter collection_parameters[] = {
    {"collection", true, "string", "Identifiant de la couche.", NULL},
    {0},
};

static const route routes[] = {
    {.verbs = GET,
     .path = "/",
     .id = "accueil",
     .tag = "Service",
     .summary = "Page d'accueil : liens vers tout le reste",
     .formats = documents,
     .of_layers = true,
     .answer = landing},
    {.verbs = GET,
     .path = "/conformance",
     .id = "conformite",
     .tag = "Service",
     .summary = "Normes que le service suit",
     .formats = documents,
     .of_layers = true,
     .answer = conformance},
    {.verbs = GET,
     .path = "/api",
     .id = "api",
     .tag = "Service",
     .summary = "Description de l'interface (OpenAPI 3.0)",
     .formats = apis,
     .of_layers = true,
     .answer = openapi_answer},
    {.verbs = GET,
     .path = "/style.css",
     .id = "style",
     .tag = "Service",
     .summary = "Feuille de style des pages",
     .formats = styles,
     .of_layers = true,
     .answer = style},
    {.verbs = GET,
     .path = "/collections",
     .id = "couches",
     .tag = "Couches",
     .summary = "Les couches que l'on peut voir",
     .formats = documents,
     .of_layers = true,
     .answer = collections},
    {.verbs = GET,
     .path = "/collections/{collection}",
     .id = "couche",
     .tag = "Couches",
     .summary = "Une couche : ce qu'elle montre, son étendue, ses sources, sa licence",
     .formats = documents,
     .parameters = collection_parameters,
     .of_layers = true,
     .answer = collection},
    {.verbs = GET,
     .path = "/collections/{collection}/queryables",
     .id = "proprietesDemandables",
     .tag = "Couches",
     .summary = "Propriétés qui peuvent servir de filtre (JSON Schema)",
     .formats = schemas,
     .parameters = collection_parameters,
     .of_layers = true,
     .answer = queryables},
    {.verbs = GET,
     .path = "/collections/{collection}/schema",
     .id = "schema",
     .tag = "Couches",
     .summary = "Propriétés des objets (JSON Schema)",
     .formats = schemas,
     .parameters = collection_parameters,
     .of_layers = true,
     .answer = schema},
};
const route_table ogc_routes = {routes, sizeof routes / sizeof *routes};
