/* Pages of features: a table with its filter, map and paging; one feature with what its values
 * mean. */
#include "service/pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *address_of(const request *r, const maille_layer_state *layer, const char *id) {
    const char *encoded = ogc_encoded(r, id);
    return encoded ? ogc_link(r, "/collections/%s/items/%s", layer->def->id, encoded) : NULL;
}

static const html_step *way_to(const request *r, const maille_layer_state *layer,
                               html_step way[5]) {
    const char *id = layer->def->id;
    way[0] = (html_step){ogc_say(r, "Accueil", "Home"), ogc_link(r, "/")};
    way[1] = (html_step){ogc_say(r, "Couches", "Layers"), ogc_link(r, "/collections")};
    way[2] = (html_step){ogc_title(r, &layer->def->title), ogc_link(r, "/collections/%s", id)};
    way[3] =
        (html_step){ogc_say(r, "Objets", "Features"), ogc_link(r, "/collections/%s/items", id)};
    return way;
}

/* What a feature is called: its name where it has one, else its id. */
static const char *name_of(const maille_items *items) {
    for (size_t i = 0; i < maille_items_property_count(items); i++) {
        maille_item_value value = maille_items_value(items, i);
        if (strcmp(maille_items_property(items, i)->name, "nom") == 0 && !value.null)
            return value.text;
    }
    return maille_items_id(items);
}

static bool is_number(const maille_property *property) {
    return property->type == MAILLE_P_INT || property->type == MAILLE_P_NUMBER;
}

/* ---- the filter ---- */

static void add_choices(maille_strbuf *s, const request *r, const maille_layer_state *layer,
                        const maille_property *p) {
    const maille_legend_def *legend = layer->def->legend;
    const char *chosen = request_parameter(r, p->name);
    maille_strbuf_addf(s, "<select name=\"%s\" id=\"p-%s\"><option value=\"\">%s</option>", p->name,
                       p->name, ogc_say(r, "tous", "all"));
    for (size_t i = 0; i < legend->count; i++) {
        const char *value = legend->entries[i].value;
        maille_strbuf_add(s, "<option value=\"");
        html_text(s, value);
        maille_strbuf_add(s, chosen && strcmp(chosen, value) == 0 ? "\" selected>" : "\">");
        html_text(s, ogc_title(r, &legend->entries[i].title));
        maille_strbuf_add(s, "</option>");
    }
    maille_strbuf_add(s, "</select>");
}

static void add_input(maille_strbuf *s, const request *r, const char *name, const char *example) {
    const char *value = request_parameter(r, name);
    maille_strbuf_addf(s, "<input name=\"%s\" id=\"p-%s\" value=\"", name, name);
    html_text(s, value);
    maille_strbuf_add(s, "\" placeholder=\"");
    html_text(s, example);
    maille_strbuf_add(s, "\" autocomplete=\"off\" spellcheck=\"false\">");
}

static void add_label(maille_strbuf *s, const char *name, const char *text) {
    maille_strbuf_addf(s, "<label for=\"p-%s\">", name);
    html_text(s, text);
    maille_strbuf_add(s, "</label>");
}

/* Whether something is chosen: the form then stands open. */
static bool is_filtered(const wanted *asked) {
    const maille_selection *s = &asked->selection;
    return asked->filter || s->commune || s->department_count || s->has_box || s->from || s->until;
}

static void add_form(maille_strbuf *s, const request *r, const page_of_items *page) {
    /* What the visit carries on and the form does not ask. */
    static const char *const carried[] = {"lang",     "audience", "f",        "sortby", "crs",
                                          "datetime", "bbox",     "bbox-crs", "limit",  NULL};
    const wanted *asked = page->asked;
    const maille_layer_def *def = page->layer->def;
    maille_strbuf_addf(s, "<details%s><summary>%s</summary>\n<form method=\"get\" action=\"",
                       is_filtered(asked) ? " open" : "", ogc_say(r, "Filtrer", "Filter"));
    html_text(s, ogc_link_bare(r));
    maille_strbuf_add(s, "\">");
    maille_strbuf_add(s, "<div>");
    add_label(s, "q", ogc_say(r, "Texte", "Text"));
    add_input(s, r, "q", "");
    maille_strbuf_add(s, "</div>");
    for (size_t i = 0; i < asked->property_count; i++) {
        const maille_property *p = &asked->properties[i];
        if (!ogc_has_categories(page->layer, p))
            continue;
        maille_strbuf_add(s, "<div>");
        add_label(s, p->name, p->title[ogc_english(r)]);
        add_choices(s, r, page->layer, p);
        maille_strbuf_add(s, "</div>");
    }
    if (def->departments_by) {
        maille_strbuf_add(s, "<div>");
        add_label(s, "departement", ogc_say(r, "Départements (codes)", "Départements (codes)"));
        add_input(s, r, "departement", "29,56");
        maille_strbuf_add(s, "</div>");
    }
    maille_strbuf_add(s, "<div class=\"wide\">");
    add_label(s, "filter", ogc_say(r, "Condition (CQL2)", "Condition (CQL2)"));
    add_input(s, r, "filter",
              ogc_say(r, "population > 1000 AND nom LIKE 'Saint-%'",
                      "population > 1000 AND nom LIKE 'Saint-%'"));
    maille_strbuf_add(s, "</div>");
    html_hidden(s, r, carried);
    maille_strbuf_addf(s, "<div><button>%s</button></div></form></details>\n",
                       ogc_say(r, "Appliquer", "Apply"));
}

/* ---- the table ---- */

/* Heads sort: up first, down where it is up already. */
static void add_heads(maille_strbuf *s, const request *r, const page_of_items *page,
                      const maille_items *items) {
    const maille_selection *selection = &page->asked->selection;
    maille_strbuf_add(s, "<thead><tr>");
    for (size_t i = 0; i < maille_items_property_count(items); i++) {
        const maille_property *p = maille_items_property(items, i);
        bool sorted = selection->sort_count && strcmp(selection->sort[0].property, p->name) == 0;
        bool up = sorted && !selection->sort[0].descending;
        char order[160];
        snprintf(order, sizeof order, "%s%s", up ? "-" : "", p->name);
        parameter changes[] = {{"sortby", order}, {"offset", NULL}};
        maille_strbuf_addf(s, "<th scope=\"col\"%s%s>", is_number(p) ? " class=\"number\"" : "",
                           !sorted ? ""
                           : up    ? " aria-sort=\"ascending\""
                                   : " aria-sort=\"descending\"");
        if (p->type == MAILLE_P_TEXTS)
            html_text(s, p->title[ogc_english(r)]);
        else
            html_link(s, ogc_link_again(r, changes, 2), p->title[ogc_english(r)]);
        maille_strbuf_add(s, !sorted ? "</th>" : up ? " ↑</th>" : " ↓</th>");
    }
    maille_strbuf_add(s, "</tr></thead>\n");
}

static void add_row(maille_strbuf *s, view *v, const request *r, const page_of_items *page,
                    const maille_items *items, const char *href) {
    maille_strbuf_add(s, "<tr>");
    for (size_t i = 0; i < maille_items_property_count(items); i++) {
        const maille_property *p = maille_items_property(items, i);
        maille_strbuf_add(s, i == 0         ? "<th scope=\"row\">"
                             : is_number(p) ? "<td class=\"number\">"
                                            : "<td>");
        if (i == 0) {
            maille_strbuf_add(s, "<a href=\"");
            html_text(s, href);
            maille_strbuf_add(s, "\">");
        }
        html_value(s, v, r, page->layer, p, maille_items_value(items, i));
        maille_strbuf_add(s, i == 0 ? "</a></th>" : "</td>");
    }
    maille_strbuf_add(s, "</tr>\n");
}

/* The value that gives the feature its colour. */
static const char *hue_of(const page_of_items *page, const maille_items *items,
                          const maille_property *hue) {
    for (size_t i = 0; hue && i < maille_items_property_count(items); i++)
        if (strcmp(maille_items_property(items, i)->name, hue->name) == 0)
            return html_hue(page->layer, maille_items_value(items, i));
    return NULL;
}

static maille_status add_rows(maille_strbuf *s, view *v, const request *r,
                              const page_of_items *page, maille_items *items, html_map *map) {
    const maille_property *hue =
        html_hue_property(page->layer, page->asked->properties, page->asked->property_count);
    for (bool found = true; found;) {
        maille_status status = maille_items_next(v->ctx, items, &found);
        if (status || !found)
            return status;
        const char *href = address_of(r, page->layer, maille_items_id(items));
        map_feature drawn = {.href = href,
                             .title = maille_arena_strdup(r->arena, name_of(items)),
                             .colour = hue_of(page, items, hue)};
        if (!href || !drawn.title || !html_map_add(map, maille_items_geometry(items), &drawn))
            return maille_no_memory(v->ctx);
        add_row(s, v, r, page, items, href);
    }
    return MAILLE_OK;
}

static void add_page_link(maille_strbuf *s, const char *href, const char *text) {
    if (href)
        html_link(s, href, text);
}

static void add_pages(maille_strbuf *s, const request *r, const page_of_items *page) {
    if (!page->first)
        return;
    maille_strbuf_addf(s, "<nav class=\"pages\" aria-label=\"%s\">", ogc_say(r, "Pages", "Pages"));
    if (page->previous)
        add_page_link(s, page->first, ogc_say(r, "Première", "First"));
    add_page_link(s, page->previous, ogc_say(r, "Précédente", "Previous"));
    add_page_link(s, page->next, ogc_say(r, "Suivante", "Next"));
    add_page_link(s, page->last, ogc_say(r, "Dernière", "Last"));
    maille_strbuf_add(s, "</nav>\n");
}

static void add_count(maille_strbuf *s, const request *r, const page_of_items *page,
                      int64_t returned) {
    int64_t offset = page->asked->selection.offset;
    maille_strbuf_add(s, "<p class=\"soft\">");
    if (returned == 0)
        maille_strbuf_add(s, ogc_say(r, "Aucun objet.", "No feature."));
    else
        maille_strbuf_addf(s,
                           ogc_say(r, "Objets %" PRId64 " à %" PRId64 " sur %" PRId64 ".",
                                   "Features %" PRId64 " to %" PRId64 " of %" PRId64 "."),
                           offset + 1, offset + returned, page->matched);
    maille_strbuf_add(s, "</p>\n");
}

/* How many stand on this page. */
static int64_t returned_of(const page_of_items *page) {
    const maille_selection *s = &page->asked->selection;
    int64_t left = page->matched > s->offset ? page->matched - s->offset : 0;
    return left < s->limit ? left : s->limit;
}

maille_status page_items(view *v, const request *r, const page_of_items *page, maille_items *items,
                         maille_strbuf *s) {
    html_step way[5];
    html_map map = {0};
    maille_strbuf table = {0};
    char drawn[160];
    const char *title = ogc_title(r, &page->layer->def->title);
    const maille_property *hue =
        html_hue_property(page->layer, page->asked->properties, page->asked->property_count);
    way_to(r, page->layer, way);
    way[3].href = NULL;
    add_heads(&table, r, page, items);
    maille_strbuf_add(&table, "<tbody>\n");
    maille_status status = add_rows(&table, v, r, page, items, &map);
    if (status)
        goto done;
    html_begin(s, r, title, way, 4);
    maille_strbuf_add(s, "<p>");
    html_text(s, ogc_title(r, &page->layer->def->description));
    maille_strbuf_add(s, "</p>\n");
    add_form(s, r, page);
    add_count(s, r, page, returned_of(page));
    snprintf(drawn, sizeof drawn, ogc_say(r, "Carte : %s", "Map: %s"), title);
    html_map_draw(s, &map, drawn);
    if (map.features.count && hue) {
        maille_strbuf_add(s, "<p class=\"soft\">");
        html_text(s, hue->title[ogc_english(r)]);
        maille_strbuf_add(s, "</p>");
        html_legend(s, r, page->layer);
    }
    add_pages(s, r, page);
    if (returned_of(page) > 0) {
        maille_strbuf_addf(s,
                           "<div class=\"scroll\" tabindex=\"0\"><table class=\"items\">"
                           "<caption>%s</caption>",
                           ogc_say(r, "Un objet par ligne ; les titres trient.",
                                   "One feature a row; heads sort."));
        maille_strbuf_add(s, table.text);
        maille_strbuf_add(s, "</tbody></table></div>\n");
        add_pages(s, r, page);
    }
    s->failed = s->failed || table.failed;
    html_end(s, r);
done:
    html_map_free(&map);
    maille_strbuf_free(&table);
    return status;
}

/* ---- one feature ---- */

static void add_values(maille_strbuf *s, view *v, const request *r, const maille_layer_state *layer,
                       const maille_items *items) {
    size_t language = ogc_english(r);
    maille_strbuf_addf(s,
                       "<div class=\"scroll\" tabindex=\"0\"><table class=\"facts\"><thead><tr>"
                       "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                       "<th scope=\"col\">%s</th></tr></thead><tbody>\n",
                       ogc_say(r, "Propriété", "Property"), ogc_say(r, "Valeur", "Value"),
                       ogc_say(r, "Ce qu'elle dit", "What it tells"));
    for (size_t i = 0; i < maille_items_property_count(items); i++) {
        const maille_property *p = maille_items_property(items, i);
        maille_strbuf_add(s, "<tr><th scope=\"row\">");
        html_text(s, p->title[language]);
        maille_strbuf_add(s, "</th><td>");
        html_value(s, v, r, layer, p, maille_items_value(items, i));
        maille_strbuf_add(s, "</td><td class=\"soft\">");
        html_text(s, p->meaning[language]);
        maille_strbuf_add(s, "</td></tr>\n");
    }
    maille_strbuf_add(s, "</tbody></table></div>\n");
}

maille_status page_item(view *v, const request *r, const maille_layer_state *layer,
                        maille_items *items, maille_strbuf *s) {
    html_step way[5];
    html_map map = {0};
    const char *name = maille_arena_strdup(r->arena, name_of(items));
    map_feature drawn = {.title = name};
    parameter geojson = {"f", "geojson"};
    if (!name || !html_map_add(&map, maille_items_geometry(items), &drawn)) {
        html_map_free(&map);
        return maille_no_memory(v->ctx);
    }
    way_to(r, layer, way);
    way[4] = (html_step){name, NULL};
    html_begin(s, r, name, way, 5);
    maille_strbuf_add(s, "<p class=\"soft\">");
    html_text(s, ogc_title(r, &layer->def->title));
    maille_strbuf_add(s, " · <code>");
    html_text(s, maille_items_id(items));
    maille_strbuf_add(s, "</code> · ");
    html_link(s, ogc_link_again(r, &geojson, 1), "GeoJSON");
    /* Layers whose features are communes: all that is known of it stands on its card. */
    if (strcmp(layer->def->key, "code") == 0 && !layer->def->key_prefix) {
        maille_strbuf_add(s, " · ");
        html_link(s, ogc_link(r, "/communes/%s?f=html", maille_items_id(items)),
                  ogc_say(r, "Fiche de la commune", "Card of the commune"));
    }
    maille_strbuf_add(s, "</p>\n");
    html_map_draw(s, &map, name);
    add_values(s, v, r, layer, items);
    html_end(s, r);
    html_map_free(&map);
    return MAILLE_OK;
}
