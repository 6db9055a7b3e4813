/* OpenAPI 3.0 of the service, made from the tables of routes, so that it tells what is there. */
#include "service/openapi.h"

#include "service/pages.h"

#include <maille/json.h>
#include <maille/version.h>
#include <string.h>

bool api_shown(const request *r, const route *call) {
    return !call->hidden || r->account->role >= call->least;
}

static const char *const verbs[] = {"get", "post", "put", "patch", "delete"};

const char *api_verb(unsigned of, size_t n) {
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if ((of & (1U << i)) && n-- == 0)
            return verbs[i];
    return NULL;
}

const route_parameter *api_parameter(const route *call, const char *name) {
    for (const route_parameter *p = call->parameters; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

bool api_part(const char *path, size_t n, char name[64]) {
    const char *at = path;
    for (size_t i = 0; (at = strchr(at, '{')) != NULL; i++) {
        size_t length = strcspn(++at, "}");
        if (i < n || length >= 64)
            continue;
        memcpy(name, at, length);
        name[length] = '\0';
        return true;
    }
    return false;
}

/* ---- parameters ---- */

/* The layers that the parameter can name. */
static void add_layers(maille_strbuf *s, view *v, const request *r, bool tiles) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    bool any = false;
    for (size_t i = 0; i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        if (!ogc_shown(r, layer) || (tiles && !layer->def->geometry))
            continue;
        maille_strbuf_add(s, any ? "," : ",\"enum\":[");
        maille_json_text(s, layer->def->id);
        any = true;
    }
    maille_strbuf_add(s, any ? "]" : "");
}

static void begin_parameter(maille_strbuf *s, const char *name, const char *in,
                            const char *description) {
    ogc_comma(s);
    maille_strbuf_add_char(s, '{');
    ogc_member(s, "name", name);
    ogc_member(s, "in", in);
    ogc_member(s, "description", description);
}

static void add_part(maille_strbuf *s, view *v, const request *r, const route *call,
                     const char *name) {
    const route_parameter *known = api_parameter(call, name);
    bool layer = strcmp(name, "layer") == 0;
    begin_parameter(s, name, "path", known ? known->description : NULL);
    maille_strbuf_addf(s, ",\"required\":true,\"schema\":{\"type\":\"%s\"",
                       known ? known->type : "string");
    if (known && known->extra)
        maille_strbuf_addf(s, ",%s", known->extra);
    if (layer || strcmp(name, "collection") == 0)
        add_layers(s, v, r, layer);
    maille_strbuf_add(s, "}}");
}

static void add_query(maille_strbuf *s, view *v, const route *call, const route_parameter *p) {
    begin_parameter(s, p->name, "query", p->description);
    maille_strbuf_add(s, ",\"required\":false,\"style\":\"form\",\"explode\":false,\"schema\":{");
    ogc_member(s, "type", p->type);
    if (p->extra)
        maille_strbuf_addf(s, ",%s", p->extra);
    if (call->any_parameter && strcmp(p->name, "limit") == 0)
        maille_strbuf_addf(s, ",\"maximum\":%u,\"default\":%u", v->service->config->limit_most,
                           v->service->config->limit);
    maille_strbuf_add(s, "}}");
}

static void add_choice(maille_strbuf *s, const char *name, const char *description,
                       const char *const *values) {
    begin_parameter(s, name, "query", description);
    maille_strbuf_add(s,
                      ",\"required\":false,\"style\":\"form\",\"explode\":true,"
                      "\"schema\":{\"type\":\"string\",\"enum\":[");
    for (; *values; values++) {
        ogc_comma(s);
        maille_json_text(s, *values);
    }
    maille_strbuf_add(s, "]}}");
}

/* What every address takes. */
static void add_common(maille_strbuf *s, const request *r, const route *call) {
    static const char *const languages[] = {"fr", "en", NULL}, *const audiences[] = {"public",
                                                                                     NULL};
    if (call->formats && call->formats[0])
        add_choice(s, "f",
                   ogc_say(r, "Format, plutôt que l'en-tête Accept.",
                           "Format, rather than header Accept."),
                   call->formats);
    add_choice(s, "lang",
               ogc_say(r, "Langue, plutôt que l'en-tête Accept-Language.",
                       "Language, rather than header Accept-Language."),
               languages);
    if (r->account->role > MAILLE_ANONYMOUS)
        add_choice(s, "audience",
                   ogc_say(r, "Voir ce que voit le public.", "See what the public sees."),
                   audiences);
}

static void add_parameters(maille_strbuf *s, view *v, const request *r, const route *call) {
    char name[64];
    maille_strbuf_add(s, ",\"parameters\":[");
    for (size_t i = 0; api_part(call->path, i, name); i++)
        add_part(s, v, r, call, name);
    for (const route_parameter *p = call->parameters; p && p->name; p++)
        if (!p->in_path)
            add_query(s, v, call, p);
    add_common(s, r, call);
    if (call->any_parameter) {
        begin_parameter(s, "proprietes", "query",
                        ogc_say(r, "Chaque propriété de la couche, par son nom : statut=projet.",
                                "Each property of the layer by its name: statut=projet."));
        maille_strbuf_add(s,
                          ",\"required\":false,\"style\":\"form\",\"explode\":true,\"schema\":"
                          "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}}");
    }
    maille_strbuf_add_char(s, ']');
}

/* ---- answers ---- */

/* The media type without what follows it, but for OpenAPI's own. */
static void add_content(maille_strbuf *s, const char *format) {
    const char *type = format_type(format);
    bool whole = strcmp(format, "openapi") == 0, json = strstr(type, "json") != NULL;
    size_t length = whole ? strlen(type) : strcspn(type, ";");
    ogc_comma(s);
    maille_strbuf_add_char(s, '"');
    maille_strbuf_add_n(s, type, length);
    maille_strbuf_addf(s, "\":{\"schema\":{\"type\":\"%s\"}}", json ? "object" : "string");
}

static bool said_before(const char *const *formats, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (strcmp(format_type(formats[k]), format_type(formats[i])) == 0)
            return true;
    return false;
}

static void add_problem(maille_strbuf *s, const char *status, const char *name) {
    maille_strbuf_addf(s, ",\"%s\":{\"$ref\":\"#/components/responses/%s\"}", status, name);
}

static void add_responses(maille_strbuf *s, const request *r, const route *call) {
    maille_strbuf_addf(s, ",\"responses\":{\"200\":{\"description\":\"%s\",\"content\":{",
                       ogc_say(r, "Ce qui a été demandé.", "What was asked for."));
    for (size_t i = 0; call->formats && call->formats[i]; i++)
        if (!said_before(call->formats, i))
            add_content(s, call->formats[i]);
    maille_strbuf_add(s, "}}");
    add_problem(s, "400", "Malforme");
    if (call->least > MAILLE_ANONYMOUS) {
        add_problem(s, "401", "SansCompte");
        add_problem(s, "403", "Interdit");
    }
    if (strchr(call->path, '{'))
        add_problem(s, "404", "Absent");
    add_problem(s, "default", "Probleme");
    maille_strbuf_add_char(s, '}');
}

/* ---- operations ---- */

static void add_operation(maille_strbuf *s, view *v, const request *r, const route *call,
                          const char *method) {
    bool several = api_verb(call->verbs, 1) != NULL, reads = strcmp(method, "get") == 0;
    ogc_comma(s);
    maille_strbuf_addf(s, "\"%s\":{\"operationId\":\"%s%s\"", method, call->id,
                       several ? method : "");
    maille_strbuf_add(s, ",\"tags\":[");
    maille_json_text(s, call->tag);
    maille_strbuf_add_char(s, ']');
    ogc_member(s, "summary", call->summary);
    add_parameters(s, v, r, call);
    if (!reads && strcmp(method, "delete") != 0)
        maille_strbuf_add(s,
                          ",\"requestBody\":{\"content\":{\"application/json\":{\"schema\":"
                          "{\"type\":\"object\"}}}}");
    add_responses(s, r, call);
    if (call->least > MAILLE_ANONYMOUS)
        maille_strbuf_add(s, ",\"security\":[{\"jeton\":[]},{\"session\":[]}]");
    maille_strbuf_add_char(s, '}');
}

/* All routes of a path together, at the place of its first. */
static void add_path(maille_strbuf *s, view *v, const request *r, const char *path) {
    bool any = false;
    for (size_t t = 0; t < all_route_count; t++)
        for (size_t i = 0; i < all_routes[t]->count; i++) {
            const route *call = &all_routes[t]->routes[i];
            const char *method;
            if (strcmp(call->path, path) != 0 || !api_shown(r, call))
                continue;
            if (!any) {
                ogc_comma(s);
                maille_json_text(s, path);
                maille_strbuf_add(s, ":{");
                any = true;
            }
            for (size_t n = 0; (method = api_verb(call->verbs, n)) != NULL; n++)
                add_operation(s, v, r, call, method);
        }
    maille_strbuf_add(s, any ? "}" : "");
}

static bool path_before(size_t table, size_t place) {
    const char *path = all_routes[table]->routes[place].path;
    for (size_t t = 0; t <= table; t++)
        for (size_t i = 0; i < (t == table ? place : all_routes[t]->count); i++)
            if (strcmp(all_routes[t]->routes[i].path, path) == 0)
                return true;
    return false;
}

static void add_response(maille_strbuf *s, const char *name, const char *description) {
    ogc_comma(s);
    maille_strbuf_addf(s, "\"%s\":{", name);
    ogc_member(s, "description", description);
    maille_strbuf_add(s,
                      ",\"content\":{\"application/problem+json\":{\"schema\":"
                      "{\"$ref\":\"#/components/schemas/Probleme\"}}}}");
}

static void add_components(maille_strbuf *s, const request *r) {
    maille_strbuf_add(
        s,
        ",\"components\":{\"schemas\":{\"Probleme\":{\"type\":\"object\",\"properties\":{"
        "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
        "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
        "\"instance\":{\"type\":\"string\"}}}},\"responses\":{");
    add_response(s, "Malforme",
                 ogc_say(r, "Un paramètre est inconnu ou malformé ; detail le nomme.",
                         "A parameter is unknown or malformed; detail names it."));
    add_response(s, "SansCompte", ogc_say(r, "Il faut un compte.", "An account is needed."));
    add_response(s, "Interdit",
                 ogc_say(r, "Le compte ne le peut pas.", "The account may not do that."));
    add_response(s, "Absent", ogc_say(r, "Il n'y a rien de tel.", "There is no such thing."));
    add_response(
        s, "Probleme",
        ogc_say(r, "La demande n'a pas abouti (RFC 9457).", "The request failed (RFC 9457)."));
    maille_strbuf_add(s,
                      "},\"securitySchemes\":{\"jeton\":{\"type\":\"http\",\"scheme\":"
                      "\"bearer\"},\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
                      "\"name\":\"maille_session\"}}}");
}

maille_status openapi_add(view *v, const request *r, maille_strbuf *s) {
    const char *study = NULL;
    maille_status status = ogc_study(v, r, &study);
    if (status)
        return status;
    maille_strbuf_add(s, "{\"openapi\":\"3.0.3\",\"info\":{");
    ogc_member(s, "title", study);
    ogc_member(s, "description",
               ogc_say(r, "Les couches de l'étude selon OGC API – Features, et ce qui l'entoure.",
                       "The study's layers by OGC API – Features, and what goes with them."));
    ogc_member(s, "version", MAILLE_VERSION);
    maille_strbuf_add(s, "},\"servers\":[{");
    ogc_member(s, "url", r->base);
    maille_strbuf_add(s, "}],\"paths\":{");
    for (size_t t = 0; t < all_route_count; t++)
        for (size_t i = 0; i < all_routes[t]->count; i++)
            if (!path_before(t, i))
                add_path(s, v, r, all_routes[t]->routes[i].path);
    maille_strbuf_add_char(s, '}');
    add_components(s, r);
    maille_strbuf_add_char(s, '}');
    return MAILLE_OK;
}

maille_status openapi_answer(view *v, const request *r, reply *out) {
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out,
                   ogc_is(r, "html") ? page_api(v, r, &out->body) : openapi_add(v, r, &out->body));
}
