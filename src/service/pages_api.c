/* The interface for people: every address with its parameters, by subject. */
#include "service/openapi.h"
#include "service/pages.h"

#include <string.h>

/* The address, as a link where it can be tried as it stands. */
static void add_path(maille_strbuf *s, const request *r, const route *call) {
    bool asks = call->parameters && call->parameters->name;
    bool plain =
        !asks && !strchr(call->path, '{') && (call->verbs & GET) && r->account->role >= call->least;
    maille_strbuf_add(s, "<code>");
    if (plain)
        html_link(s, ogc_link(r, "%s", call->path), call->path);
    else
        html_text(s, call->path);
    maille_strbuf_add(s, "</code>");
}

static void add_formats(maille_strbuf *s, const request *r, const route *call) {
    if (!call->formats || !call->formats[0])
        return;
    maille_strbuf_addf(s, "<p class=\"soft\">%s ", ogc_say(r, "Formats (f) :", "Formats (f):"));
    for (size_t i = 0; call->formats[i]; i++)
        maille_strbuf_addf(s, "%s<code>%s</code>", i ? ", " : "", call->formats[i]);
    maille_strbuf_add(s, "</p>");
}

static void add_parameters(maille_strbuf *s, const request *r, const route *call) {
    if (!call->parameters || !call->parameters->name)
        return;
    maille_strbuf_addf(s,
                       "<details><summary>%s</summary><div class=\"scroll\" tabindex=\"0\">"
                       "<table class=\"facts\"><thead><tr><th scope=\"col\">%s</th>"
                       "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
                       ogc_say(r, "Paramètres", "Parameters"), ogc_say(r, "Nom", "Name"),
                       ogc_say(r, "Type", "Type"), ogc_say(r, "Sens", "Meaning"));
    for (const route_parameter *p = call->parameters; p->name; p++) {
        maille_strbuf_addf(s, "<tr><th scope=\"row\"><code>%s%s%s</code></th><td>%s%s</td><td>",
                           p->in_path ? "{" : "", p->name, p->in_path ? "}" : "", p->type,
                           api_needs(call, p) && !p->in_path ? " *" : "");
        html_text(s, p->description);
        maille_strbuf_add(s, "</td></tr>\n");
    }
    maille_strbuf_add(s, "</tbody></table></div></details>");
}

static void add_line(maille_strbuf *s, size_t depth) {
    maille_strbuf_add_char(s, '\n');
    while (depth--)
        maille_strbuf_add(s, "  ");
}

static bool opens(char c) {
    return c == '{' || c == '[';
}

static bool closes(char c) {
    return c == '}' || c == ']';
}

/* A schema on lines of its own: a line for each member. */
static void spread(maille_strbuf *s, const char *json) {
    bool quoted = false;
    size_t depth = 0;
    for (const char *c = json; *c; c++) {
        bool empty = opens(*c) && closes(c[1]);
        if (*c == '"' && (c == json || c[-1] != '\\'))
            quoted = !quoted;
        if (!quoted && closes(*c) && depth && !opens(c[-1]))
            add_line(s, --depth);
        maille_strbuf_add_char(s, *c);
        if (quoted || empty)
            continue;
        if (opens(*c))
            add_line(s, ++depth);
        else if (*c == ',')
            add_line(s, depth);
        else if (*c == ':')
            maille_strbuf_add_char(s, ' ');
    }
}

/* What is sent or answered: its media types and schema. */
static void add_schema(maille_strbuf *s, const char *title, const char *types, const char *schema) {
    maille_strbuf text = {0};
    if (!schema)
        return;
    spread(&text, schema);
    maille_strbuf_addf(s, "<details><summary>%s <code>%s</code></summary><pre tabindex=\"0\">",
                       title, types);
    html_text(s, text.text ? text.text : "");
    maille_strbuf_add(s, "</pre></details>");
    s->failed = s->failed || text.failed;
    maille_strbuf_free(&text);
}

static void add_call(maille_strbuf *s, const request *r, const route *call) {
    maille_strbuf_add(s, "<div class=\"call\"><h3>");
    const char *method;
    for (size_t n = 0; (method = api_verb(call->verbs, n)) != NULL; n++) {
        char upper[8] = "";
        for (size_t i = 0; method[i] && i + 1 < sizeof upper; i++)
            upper[i] = (char)(method[i] - 'a' + 'A');
        maille_strbuf_addf(s, "<span class=\"verb\">%s</span> ", upper);
    }
    add_path(s, r, call);
    maille_strbuf_add(s, "</h3><p>");
    html_text(s, call->summary);
    if (call->least > MAILLE_ANONYMOUS)
        maille_strbuf_addf(s, " <strong class=\"intern\">%s %s</strong>",
                           ogc_say(r, "Compte nécessaire :", "Account needed:"),
                           maille_role_name(call->least));
    maille_strbuf_add(s, "</p>");
    add_formats(s, r, call);
    add_parameters(s, r, call);
    add_schema(s, ogc_say(r, "Corps", "Body"), api_body_types(call), call->body);
    add_schema(s, ogc_say(r, "Réponse", "Answer"), "json", call->answers);
    maille_strbuf_add(s, "</div>\n");
}

/* NULL where it is not. */
static const route *shown_route(const request *r, size_t table, size_t i) {
    const route *call = &all_routes[table]->routes[i];
    return api_shown(r, call) ? call : NULL;
}

/* Whether an earlier route that is shown has the same subject. */
static bool tag_before(const request *r, size_t table, size_t place) {
    const char *tag = all_routes[table]->routes[place].tag;
    for (size_t t = 0; t <= table; t++)
        for (size_t i = 0; i < (t == table ? place : all_routes[t]->count); i++) {
            const route *call = shown_route(r, t, i);
            if (call && strcmp(call->tag, tag) == 0)
                return true;
        }
    return false;
}

static void add_subject(maille_strbuf *s, const request *r, const char *tag) {
    maille_strbuf_add(s, "<h2>");
    html_text(s, tag);
    maille_strbuf_add(s, "</h2>\n");
    for (size_t t = 0; t < all_route_count; t++)
        for (size_t i = 0; i < all_routes[t]->count; i++) {
            const route *call = shown_route(r, t, i);
            if (call && strcmp(call->tag, tag) == 0)
                add_call(s, r, call);
        }
}

maille_status page_api(view *v, const request *r, maille_strbuf *s) {
    (void)v;
    html_step way[] = {{ogc_say(r, "Accueil", "Home"), ogc_link(r, "/")},
                       {ogc_say(r, "Interface", "API"), NULL}};
    html_begin(s, r, way[1].title, way, 2);
    maille_strbuf_addf(s, "<p>%s ",
                       ogc_say(r,
                               "Tout ce que le service répond, sans compte ou avec celui qui "
                               "demande. Une erreur est un document « problem » (RFC 9457) qui "
                               "nomme ce qui ne va pas.",
                               "All that the service answers, without an account or with that of "
                               "who asks. An error is a problem document (RFC 9457) that names "
                               "what is wrong."));
    html_link(s, ogc_link(r, "/api?f=openapi"), "OpenAPI 3.0");
    maille_strbuf_add(s, "</p>\n");
    for (size_t t = 0; t < all_route_count; t++)
        for (size_t i = 0; i < all_routes[t]->count; i++)
            if (shown_route(r, t, i) && !tag_before(r, t, i))
                add_subject(s, r, all_routes[t]->routes[i].tag);
    html_end(s, r);
    return MAILLE_OK;
}
