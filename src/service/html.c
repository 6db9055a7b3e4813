/* Escaped text, head and foot of pages, values as people read them. */
#include "service/html.h"

#include <maille/json.h>
#include <string.h>

void html_text(maille_strbuf *s, const char *text) {
    for (const char *p = text ? text : ""; *p; p++) {
        size_t plain = strcspn(p, "&<>\"'");
        maille_strbuf_add_n(s, p, plain);
        p += plain;
        if (!*p)
            return;
        maille_strbuf_add(s, *p == '&'   ? "&amp;"
                             : *p == '<' ? "&lt;"
                             : *p == '>' ? "&gt;"
                             : *p == '"' ? "&quot;"
                                         : "&#39;");
    }
}

void html_link(maille_strbuf *s, const char *href, const char *text) {
    s->failed = s->failed || !href;
    maille_strbuf_add(s, "<a href=\"");
    html_text(s, href);
    maille_strbuf_add(s, "\">");
    html_text(s, text);
    maille_strbuf_add(s, "</a>");
}

void html_hidden(maille_strbuf *s, const request *r, const char *const *names) {
    for (; *names; names++) {
        const char *value = request_parameter(r, *names);
        if (!value || !*value)
            continue;
        maille_strbuf_addf(s, "<input type=\"hidden\" name=\"%s\" value=\"", *names);
        html_text(s, value);
        maille_strbuf_add(s, "\">");
    }
}

/* ---- head and foot ---- */

static void add_way(maille_strbuf *s, const request *r, const html_step *way, size_t steps) {
    maille_strbuf_addf(s, "<nav class=\"way\" aria-label=\"%s\"><ol>",
                       ogc_say(r, "Fil d'Ariane", "Breadcrumb"));
    for (size_t i = 0; i < steps; i++) {
        maille_strbuf_add(s, way[i].href ? "<li>" : "<li aria-current=\"page\">");
        if (way[i].href)
            html_link(s, way[i].href, way[i].title);
        else
            html_text(s, way[i].title);
        maille_strbuf_add(s, "</li>");
    }
    maille_strbuf_add(s, "</ol></nav>");
}

/* The same page in the other language, and for whom it is. */
static void add_aside(maille_strbuf *s, const request *r) {
    const char *other = ogc_english(r) ? "fr" : "en";
    parameter change = {"lang", other};
    const char *href = ogc_link_again(r, &change, 1);
    s->failed = s->failed || !href;
    maille_strbuf_add(s, "<p class=\"aside\">");
    if (r->audience == MAILLE_INTERNE)
        maille_strbuf_addf(s, "<strong class=\"intern\">%s</strong> ",
                           ogc_say(r, "Diffusion interne", "Internal"));
    maille_strbuf_add(s, "<a href=\"");
    html_text(s, href);
    maille_strbuf_addf(s, "\" lang=\"%s\" hreflang=\"%s\">%s</a></p>", other, other,
                       ogc_english(r) ? "Français" : "English");
}

void html_begin(maille_strbuf *s, const request *r, const char *title, const html_step *way,
                size_t steps) {
    maille_strbuf_addf(s,
                       "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<title>",
                       r->language);
    html_text(s, title);
    for (size_t i = steps; i-- > 0;) {
        if (!way[i].href || strcmp(way[i].title, title) == 0)
            continue;
        maille_strbuf_add(s, " – ");
        html_text(s, way[i].title);
    }
    maille_strbuf_addf(s, "</title>\n<link rel=\"stylesheet\" href=\"%s/style.css\">\n</head>\n",
                       r->base);
    maille_strbuf_addf(s, "<body>\n<a class=\"skip\" href=\"#contenu\">%s</a>\n<header>",
                       ogc_say(r, "Aller au contenu", "Skip to content"));
    add_way(s, r, way, steps);
    add_aside(s, r);
    maille_strbuf_add(s, "</header>\n<main id=\"contenu\">\n<h1>");
    html_text(s, title);
    maille_strbuf_add(s, "</h1>\n");
}

/* The same as JSON; fields of forms that were left empty say nothing. */
static const char *as_json(const request *r) {
    enum { MOST = 24 };
    parameter changes[MOST] = {{"f", "json"}};
    size_t count = 1;
    for (size_t i = 0; i < r->parameter_count && count < MOST; i++)
        if (!*r->parameters[i].value)
            changes[count++] = (parameter){r->parameters[i].key, NULL};
    return ogc_link_again(r, changes, count);
}

void html_end(maille_strbuf *s, const request *r) {
    maille_strbuf_add(s, "</main>\n<footer><p>");
    html_link(s, ogc_link(r, "/"), ogc_say(r, "Accueil", "Home"));
    maille_strbuf_add(s, " · ");
    html_link(s, ogc_link(r, "/collections"), ogc_say(r, "Couches", "Layers"));
    maille_strbuf_add(s, " · ");
    html_link(s, ogc_link(r, "/api?f=html"), ogc_say(r, "Interface", "API"));
    maille_strbuf_add(s, " · ");
    html_link(s, ogc_link(r, "/conformance?f=html"), ogc_say(r, "Normes", "Standards"));
    maille_strbuf_addf(s, "</p><p>%s ",
                       ogc_say(r, "Données publiées par Maille selon OGC API – Features.",
                               "Published by Maille by OGC API – Features."));
    html_link(s, as_json(r), ogc_say(r, "Cette page en JSON", "This page as JSON"));
    maille_strbuf_add(s, "</p></footer>\n</body>\n</html>\n");
}

/* ---- values ---- */

/* Thousands apart by commas. */
static void add_english(maille_strbuf *s, double number, int decimals) {
    maille_strbuf plain = {0};
    maille_strbuf_add_fixed(&plain, number, decimals);
    const char *digits = plain.text ? plain.text : "";
    if (*digits == '-')
        maille_strbuf_add_char(s, *digits++);
    size_t whole = strcspn(digits, ".");
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            maille_strbuf_add_char(s, ',');
        maille_strbuf_add_char(s, digits[i]);
    }
    maille_strbuf_add(s, digits + whole);
    s->failed = s->failed || plain.failed;
    maille_strbuf_free(&plain);
}

static void add_number(maille_strbuf *s, const request *r, const maille_property *property,
                       double number) {
    int decimals = property->type == MAILLE_P_INT ? 0 : property->decimals;
    if (ogc_english(r))
        add_english(s, number, decimals);
    else
        maille_strbuf_add_french(s, number, decimals);
    if (property->unit) {
        maille_strbuf_add(s, "\u00a0");
        html_text(s, property->unit);
    }
}

static void add_list(maille_strbuf *s, view *v, const char *json) {
    char **texts = NULL;
    size_t count = 0;
    if (maille_json_read_texts(v->ctx, json, &texts, &count)) {
        html_text(s, json);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        maille_strbuf_add(s, i ? ", " : "");
        html_text(s, texts[i]);
    }
    maille_free(texts);
}

void html_value(maille_strbuf *s, view *v, const request *r, const maille_layer_state *layer,
                const maille_property *property, maille_item_value value) {
    if (value.null) {
        maille_strbuf_addf(s, "<span class=\"none\" title=\"%s\">–</span>",
                           ogc_say(r, "non renseigné", "not known"));
        return;
    }
    const maille_title *category = NULL;
    switch (property->type) {
    case MAILLE_P_INT:
    case MAILLE_P_NUMBER:
        add_number(s, r, property, value.number);
        break;
    case MAILLE_P_BOOL:
        maille_strbuf_add(s,
                          value.number != 0 ? ogc_say(r, "oui", "yes") : ogc_say(r, "non", "no"));
        break;
    case MAILLE_P_TEXTS:
        add_list(s, v, value.text);
        break;
    case MAILLE_P_TEXT:
        category = ogc_category(layer, property, value.text);
        html_text(s, category ? ogc_title(r, category) : value.text);
        break;
    }
}
