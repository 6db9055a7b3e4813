/* OpenAPI 3.0 of the service, made from the tables of routes, so that it tells what is there. */
#include "service/openapi.h"

#include "service/pages.h"

#include <maille/json.h>
#include <maille/version.h>
#include <string.h>

bool api_shown(const request *r, const route *call) {
    return !call->page && (!call->hidden || r->account->role >= call->least);
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

bool api_needs(const route *call, const route_parameter *p) {
    size_t length = strlen(p->name);
    if (p->in_path)
        return true;
    for (const char *at = call->needs; at && *at;) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, p->name, word) == 0)
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

bool api_body(const route *call, const char *method) {
    return call->body && strcmp(method, "get") != 0 && strcmp(method, "delete") != 0;
}

const char *api_body_types(const route *call) {
    return call->body_type ? call->body_type : "application/json";
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
    maille_strbuf_addf(s, ",\"required\":%s,\"style\":\"form\",\"explode\":false,\"schema\":{",
                       api_needs(call, p) ? "true" : "false");
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

static void add_header(maille_strbuf *s, const char *name, const char *description,
                       const char *pattern) {
    begin_parameter(s, name, "header", description);
    maille_strbuf_add(s, ",\"required\":false,\"schema\":{\"type\":\"string\"");
    if (pattern) {
        maille_strbuf_add(s, ",\"pattern\":");
        maille_json_text(s, pattern);
    }
    maille_strbuf_add(s, "}}");
}

static bool streams(const route *call) {
    return call->formats && call->formats[0] && strcmp(call->formats[0], "sse") == 0;
}

static void add_headers(maille_strbuf *s, const request *r, const route *call, bool reads) {
    if (call->by_state)
        add_header(s, "If-Match",
                   ogc_say(r, "L'état qui a été vu (ETag) ; sans lui, 428.",
                           "The state that was seen (ETag); without it, 428."),
                   NULL);
    if (call->writes && !reads)
        add_header(s, "Idempotency-Key",
                   ogc_say(r,
                           "Identifiant de la demande, fait par le client : renvoyée, elle ne "
                           "change rien et reçoit la même réponse.",
                           "Id of the request, made by the client: sent again it changes nothing "
                           "and gets the same answer."),
                   "^[A-Za-z0-9_.:-]{1,64}$");
    if (streams(call))
        add_header(s, "Last-Event-ID",
                   ogc_say(r, "Le dernier événement reçu : la suite vient après lui.",
                           "The last event that came: what follows comes after it."),
                   NULL);
}

static void add_parameters(maille_strbuf *s, view *v, const request *r, const route *call,
                           bool reads) {
    char name[64];
    maille_strbuf_add(s, ",\"parameters\":[");
    for (size_t i = 0; api_part(call->path, i, name); i++)
        add_part(s, v, r, call, name);
    for (const route_parameter *p = call->parameters; p && p->name; p++)
        if (!p->in_path)
            add_query(s, v, call, p);
    add_common(s, r, call);
    add_headers(s, r, call, reads);
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
static void add_content(maille_strbuf *s, const route *call, const char *format) {
    const char *type = format_type(format);
    bool whole = strcmp(format, "openapi") == 0, json = strstr(type, "json") != NULL;
    size_t length = whole ? strlen(type) : strcspn(type, ";");
    ogc_comma(s);
    maille_strbuf_add_char(s, '"');
    maille_strbuf_add_n(s, type, length);
    if (call->answers && strcmp(format, "json") == 0)
        maille_strbuf_addf(s, "\":{\"schema\":%s}", call->answers);
    else
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

static bool asks_for(const route *call, const char *name) {
    return api_parameter(call, name) != NULL;
}

/* What a route can refuse: those of reading, then those of writing. */
static void add_problems(maille_strbuf *s, const route *call, const char *method) {
    bool body = api_body(call, method), changes = call->writes && strcmp(method, "get") != 0;
    bool seen = call->by_state || (body && strstr(call->body, "\"vu\""));
    const struct {
        bool can;
        const char *status, *name;
    } problems[] = {{true, "400", "Malforme"},
                    {call->least > MAILLE_ANONYMOUS, "401", "SansCompte"},
                    {call->least > MAILLE_ANONYMOUS, "403", "Interdit"},
                    {strchr(call->path, '{') || asks_for(call, "scenario") ||
                         (body && strstr(call->body, "\"scenario\"")),
                     "404", "Absent"},
                    {changes, "409", "Conflit"},
                    {seen && changes, "412", "Change"},
                    {body, "415", "Type"},
                    {changes || body, "422", "Inexploitable"},
                    {seen && changes, "428", "SansEtat"},
                    {call->writes, "503", "Occupe"},
                    {true, "default", "Probleme"}};
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].can)
            add_problem(s, problems[i].status, problems[i].name);
}

static void add_responses(maille_strbuf *s, const request *r, const route *call,
                          const char *method) {
    maille_strbuf_addf(s, ",\"responses\":{\"%d\":{\"description\":\"%s\",\"content\":{",
                       call->made ? call->made : 200,
                       ogc_say(r, "Ce qui a été demandé.", "What was asked for."));
    for (size_t i = 0; call->formats && call->formats[i]; i++)
        if (!said_before(call->formats, i))
            add_content(s, call, call->formats[i]);
    maille_strbuf_add(s, "}}");
    add_problems(s, call, method);
    maille_strbuf_add_char(s, '}');
}

static void add_body(maille_strbuf *s, const route *call) {
    maille_strbuf_add(s, ",\"requestBody\":{\"required\":true,\"content\":{");
    for (const char *at = api_body_types(call); *at;) {
        size_t word = strcspn(at, " ");
        ogc_comma(s);
        maille_strbuf_add_char(s, '"');
        maille_strbuf_add_n(s, at, word);
        maille_strbuf_addf(s, "\":{\"schema\":%s}", call->body);
        at += word + strspn(at + word, " ");
    }
    maille_strbuf_add(s, "}}");
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
    add_parameters(s, v, r, call, reads);
    if (api_body(call, method))
        add_body(s, call);
    add_responses(s, r, call, method);
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
        "\"instance\":{\"type\":\"string\"},\"perimetres\":{\"type\":\"array\",\"items\":"
        "{\"type\":\"object\"}},\"conflits\":{\"type\":\"array\",\"items\":{\"type\":"
        "\"object\"}}}}},\"responses\":{");
    add_response(s, "Malforme",
                 ogc_say(r, "Un paramètre est inconnu ou malformé ; detail le nomme.",
                         "A parameter is unknown or malformed; detail names it."));
    add_response(s, "SansCompte", ogc_say(r, "Il faut un compte.", "An account is needed."));
    add_response(s, "Interdit",
                 ogc_say(r, "Le compte ne le peut pas.", "The account may not do that."));
    add_response(s, "Absent", ogc_say(r, "Il n'y a rien de tel.", "There is no such thing."));
    add_response(s, "Conflit",
                 ogc_say(r, "Autre chose qui a été fait s'y oppose ; le document dit quoi.",
                         "Something else that was done stands in the way; the document tells."));
    add_response(s, "Change",
                 ogc_say(r,
                         "Ce qui a été vu n'est plus : perimetres dit ce qui a changé depuis, par "
                         "qui et en quoi.",
                         "What was seen stands no more: perimetres tells what changed since, who "
                         "did it and how."));
    add_response(s, "Type",
                 ogc_say(r, "Le corps n'est pas d'un type pris en charge.",
                         "The body is of no type that is taken."));
    add_response(s, "Inexploitable",
                 ogc_say(r, "Ce qui est demandé ne se peut pas ; detail dit pourquoi.",
                         "What was asked cannot be done; detail tells why."));
    add_response(s, "SansEtat",
                 ogc_say(r, "Il manque l'état qui a été vu : vu, ou If-Match.",
                         "The state that was seen is missing: vu, or If-Match."));
    add_response(s, "Occupe",
                 ogc_say(r, "Un autre programme écrit : réessayer après Retry-After.",
                         "Another program writes: try again after Retry-After."));
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
