/* Pages of the service and of its layers. */
#include "service/pages.h"

#include "service/web.h"

#include <math.h>
#include <string.h>

static html_step home(const request *r) {
    return (html_step){ogc_say(r, "Accueil", "Home"), ogc_link(r, "/")};
}

static html_step layers_step(const request *r) {
    return (html_step){ogc_say(r, "Couches", "Layers"), ogc_link(r, "/collections")};
}

/* ---- layers as cards ---- */

static void add_card(const request *r, const maille_layer_state *layer, maille_strbuf *s) {
    const char *id = layer->def->id;
    maille_strbuf_add(s, "<li><h3>");
    html_link(s, ogc_link(r, "/collections/%s", id), ogc_title(r, &layer->def->title));
    maille_strbuf_add(s, "</h3><p>");
    html_text(s, ogc_title(r, &layer->def->description));
    maille_strbuf_add(s, "</p><ul class=\"row\"><li>");
    html_link(s, ogc_link(r, "/collections/%s/items", id), ogc_say(r, "Consulter", "Browse"));
    maille_strbuf_add(s, "</li>");
    static const char *const formats[] = {"geojson", "gpkg", "csv"};
    static const char *const names[] = {"GeoJSON", "GeoPackage", "CSV"};
    for (size_t i = 0; i < 3; i++) {
        maille_strbuf_add(s, "<li>");
        html_link(s, ogc_link(r, "/collections/%s/download?f=%s", id, formats[i]), names[i]);
        maille_strbuf_add(s, "</li>");
    }
    maille_strbuf_add(s, "</ul></li>\n");
}

static void add_cards(view *v, const request *r, maille_strbuf *s) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    size_t shown = 0;
    maille_strbuf_add(s, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        if (!ogc_shown(r, layer))
            continue;
        add_card(r, layer, s);
        shown++;
    }
    maille_strbuf_add(s, "</ul>\n");
    if (shown == 0)
        maille_strbuf_addf(
            s, "<p class=\"note\">%s</p>\n",
            ogc_say(r, "Aucune couche n'est encore prête.", "No layer is ready yet."));
}

/* What most people come for. */
static void add_map(const request *r, maille_strbuf *s) {
    maille_strbuf_add(s, "<ul class=\"row lead\"><li>");
    html_link(s, ogc_link(r, "/carte"), ogc_say(r, "Ouvrir la carte", "Open the map"));
    maille_strbuf_add(s, "</li><li>");
    html_link(s, ogc_link(r, "/ma-commune"), ogc_say(r, "Ma commune", "My commune"));
    maille_strbuf_add(s, "</li><li>");
    html_link(s, ogc_link(r, "/aide"), ogc_say(r, "Aide", "Help"));
    maille_strbuf_add(s, "</li></ul>\n");
}

/* A commune by its name: its page where the map is there, else the features of its layer. */
static void add_search(view *v, const request *r, maille_strbuf *s) {
    static const char *const carried[] = {"lang", "audience", NULL};
    const maille_layer_state *layer = NULL;
    if (ogc_layer(v, r, "communes", &layer))
        return;
    maille_strbuf_add(s, "<form method=\"get\" role=\"search\" action=\"");
    html_text(s, r->base);
    maille_strbuf_addf(s,
                       "%s\"><div><label for=\"q\">%s</label>"
                       "<input id=\"q\" name=\"q\" autocomplete=\"off\" required></div>",
                       web_has_map(v->service->web) ? "/ma-commune" : "/collections/communes/items",
                       ogc_say(r, "Ma commune : chercher par son nom ou son code",
                               "My commune: find it by its name or code"));
    html_hidden(s, r, carried);
    maille_strbuf_addf(s, "<div><button>%s</button></div></form>\n",
                       ogc_say(r, "Chercher", "Search"));
}

maille_status page_landing(view *v, const request *r, maille_strbuf *s) {
    const char *study = NULL;
    maille_status status = ogc_study(v, r, &study);
    if (status)
        return status;
    html_step way[] = {{ogc_say(r, "Accueil", "Home"), NULL}};
    html_begin(s, r, study, way, 1);
    maille_strbuf_addf(s, "<p class=\"lead\">%s</p>\n",
                       ogc_say(r,
                               "Temps d'accès aux soins, accessibilité et territoires de santé, "
                               "commune par commune : à consulter ici, à télécharger, ou à lire "
                               "depuis un logiciel.",
                               "Times to care, accessibility and health territories, commune by "
                               "commune: to browse here, to download, or to read from a program."));
    if (web_has_map(v->service->web))
        add_map(r, s);
    add_search(v, r, s);
    maille_strbuf_addf(s, "<h2>%s</h2>\n", ogc_say(r, "Les couches", "The layers"));
    add_cards(v, r, s);
    maille_strbuf_addf(
        s, "<h2>%s</h2>\n<p>%s</p>\n<p class=\"code\">",
        ogc_say(r, "Depuis un logiciel", "From a program"),
        ogc_say(r,
                "QGIS : menu Couche, Ajouter une couche, WFS / OGC API – Features, puis l'adresse "
                "ci-dessous. Les tuiles vectorielles et une interface documentée sont là aussi.",
                "QGIS: menu Layer, Add Layer, WFS / OGC API – Features, then the address below. "
                "Vector tiles and a documented API are there too."));
    html_text(s, r->base);
    maille_strbuf_add(s, "/</p>\n<ul class=\"row\"><li>");
    html_link(s, ogc_link(r, "/api?f=html"), ogc_say(r, "Interface documentée", "API"));
    maille_strbuf_add(s, "</li><li>");
    html_link(s, ogc_link(r, "/tiles"), ogc_say(r, "Tuiles vectorielles", "Vector tiles"));
    maille_strbuf_add(s, "</li><li>");
    html_link(s, ogc_link(r, "/conformance?f=html"), ogc_say(r, "Normes suivies", "Standards"));
    maille_strbuf_add(s, "</li></ul>\n");
    html_end(s, r);
    return MAILLE_OK;
}

maille_status page_collections(view *v, const request *r, maille_strbuf *s) {
    html_step way[] = {home(r), {layers_step(r).title, NULL}};
    html_begin(s, r, way[1].title, way, 2);
    add_cards(v, r, s);
    html_end(s, r);
    return MAILLE_OK;
}

maille_status page_conformance(view *v, const request *r, maille_strbuf *s) {
    (void)v;
    html_step way[] = {home(r), {ogc_say(r, "Normes", "Standards"), NULL}};
    html_begin(s, r, ogc_say(r, "Normes que le service suit", "Standards that it conforms to"), way,
               2);
    maille_strbuf_add(s, "<ul>\n");
    for (size_t i = 0; i < ogc_conformance_count; i++)
        maille_strbuf_addf(s, "<li class=\"code\">%s</li>\n", ogc_conformance[i]);
    maille_strbuf_add(s, "</ul>\n");
    html_end(s, r);
    return MAILLE_OK;
}

/* ---- one layer ---- */

static void add_fact(maille_strbuf *s, const char *name, const char *value) {
    if (!value)
        return;
    maille_strbuf_addf(s, "<tr><th scope=\"row\">%s</th><td>", name);
    html_text(s, value);
    maille_strbuf_add(s, "</td></tr>\n");
}

static void add_sources(maille_strbuf *s, const request *r, const maille_json *members) {
    const maille_json *sources = maille_json_get(members, "sources");
    maille_strbuf_addf(s, "<h2>%s</h2>\n<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>",
                       ogc_say(r, "D'où viennent les données", "Where the data come from"));
    maille_strbuf_addf(s,
                       "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                       "</tr></thead><tbody>\n",
                       "Source", ogc_say(r, "Millésime", "Vintage"),
                       ogc_say(r, "Licence", "Licence"));
    for (size_t i = 0; i < maille_json_count(sources); i++) {
        static const char *const keys[] = {"name", "vintage", "licence"};
        maille_strbuf_add(s, "<tr>");
        for (size_t k = 0; k < 3; k++) {
            const char *text =
                maille_json_as_text(maille_json_get(maille_json_at(sources, i), keys[k]));
            maille_strbuf_add(s, "<td>");
            html_text(s, text ? text : "–");
            maille_strbuf_add(s, "</td>");
        }
        maille_strbuf_add(s, "</tr>\n");
    }
    maille_strbuf_addf(s, "</tbody></table></div>\n<p>%s <strong>",
                       ogc_say(r, "Licence de la couche :", "Licence of the layer:"));
    html_text(s, maille_json_as_text(maille_json_get(members, "licence")));
    maille_strbuf_add(s, "</strong></p>\n");
}

/* What keeps a reader from trusting a figure too much. */
static void add_warnings(maille_strbuf *s, const request *r, const maille_json *members) {
    bool estimated = false, stale = false;
    if (maille_json_as_bool(maille_json_get(members, "estime"), &estimated) && estimated)
        maille_strbuf_addf(s, "<p class=\"note\">%s</p>\n",
                           ogc_say(r,
                                   "Des temps de trajet y sont estimés d'après la distance, faute "
                                   "de routes.",
                                   "Some times are estimated from distance, for want of roads."));
    if (maille_json_as_bool(maille_json_get(members, "perime"), &stale) && stale)
        maille_strbuf_addf(s, "<p class=\"note\">%s</p>\n",
                           ogc_say(r, "Des données ont changé depuis le calcul.",
                                   "Data have changed since it was computed."));
}

static void add_downloads(maille_strbuf *s, const request *r, const maille_layer_state *layer) {
    const char *id = layer->def->id;
    maille_strbuf_addf(s, "<h2>%s</h2>\n<ul class=\"row\"><li>",
                       ogc_say(r, "Télécharger", "Download"));
    html_link(s, ogc_link(r, "/collections/%s/download?f=geojson", id), "GeoJSON");
    maille_strbuf_add(s, "</li><li>");
    html_link(s, ogc_link(r, "/collections/%s/download?f=gpkg", id), "GeoPackage (QGIS)");
    maille_strbuf_add(s, "</li><li>");
    html_link(s, ogc_link(r, "/collections/%s/download?f=csv", id),
              ogc_say(r, "CSV (tableur)", "CSV (spreadsheet)"));
    if (layer->def->geometry) {
        maille_strbuf_add(s, "</li><li>");
        html_link(s, ogc_link(r, "/tiles/%s", id),
                  ogc_say(r, "Tuiles vectorielles (TileJSON)", "Vector tiles (TileJSON)"));
    }
    maille_strbuf_add(s, "</li></ul>\n");
}

static void add_property_rows(maille_strbuf *s, const request *r, const maille_layer_state *layer,
                              const maille_property *properties, size_t count) {
    size_t language = ogc_english(r);
    maille_strbuf_addf(s,
                       "<div class=\"scroll\" tabindex=\"0\"><table class=\"facts\"><thead><tr>"
                       "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                       "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
                       ogc_say(r, "Propriété", "Property"), ogc_say(r, "Nom", "Name"),
                       ogc_say(r, "Unité", "Unit"), ogc_say(r, "Ce qu'elle dit", "What it tells"));
    for (size_t i = 0; i < count; i++) {
        const maille_property *p = &properties[i];
        maille_strbuf_add(s, "<tr><th scope=\"row\">");
        html_text(s, p->title[language]);
        maille_strbuf_add(s, "</th><td><code>");
        html_text(s, p->name);
        maille_strbuf_add(s, "</code></td><td>");
        html_text(s, p->unit);
        maille_strbuf_add(s, "</td><td>");
        html_text(s, p->meaning[language]);
        const maille_legend_def *legend = layer->def->legend;
        for (size_t k = 0; ogc_has_categories(layer, p) && k < legend->count; k++) {
            maille_strbuf_add(s, k ? ", <code>" : " <code>");
            html_text(s, legend->entries[k].value);
            maille_strbuf_add(s, "</code>");
        }
        maille_strbuf_add(s, "</td></tr>\n");
    }
    maille_strbuf_add(s, "</tbody></table></div>\n");
}

static maille_status add_extent(view *v, const request *r, const maille_layer_state *layer,
                                maille_strbuf *s) {
    double box[4];
    const char *from = NULL, *until = NULL;
    maille_status status = ogc_extent(v, r, layer->def, box);
    if (!status)
        status = ogc_interval(v, r, layer, &from, &until);
    if (status)
        return status;
    maille_strbuf extent = {0};
    for (size_t i = 0; i < 4 && !isnan(box[0]); i++) {
        maille_strbuf_add(&extent, i ? " ; " : "");
        if (ogc_english(r))
            maille_strbuf_add_fixed(&extent, box[i], 3);
        else
            maille_strbuf_add_french(&extent, box[i], 3);
    }
    maille_strbuf_add(s, "<div class=\"scroll\" tabindex=\"0\"><table>\n<tbody>\n");
    add_fact(s, ogc_say(r, "Identifiant", "Identifier"), layer->def->id);
    add_fact(s,
             ogc_say(r, "Étendue (ouest ; sud ; est ; nord)", "Extent (west; south; east; north)"),
             extent.text);
    add_fact(s, ogc_say(r, "Depuis", "From"), from);
    add_fact(s, ogc_say(r, "Jusqu'à", "Until"), until);
    maille_strbuf_add(s, "</tbody></table></div>\n");
    s->failed = s->failed || extent.failed;
    maille_strbuf_free(&extent);
    return MAILLE_OK;
}

maille_status page_collection(view *v, const request *r, const maille_layer_state *layer,
                              maille_strbuf *s) {
    const maille_property *properties = NULL;
    size_t count = 0;
    const char *title = ogc_title(r, &layer->def->title);
    html_step way[] = {home(r), layers_step(r), {title, NULL}};
    maille_json *members = NULL;
    maille_status status = ogc_members(v, r, layer, &members);
    if (status)
        return status;
    html_begin(s, r, title, way, 3);
    maille_strbuf_add(s, "<p class=\"lead\">");
    html_text(s, ogc_title(r, &layer->def->description));
    maille_strbuf_add(s, "</p>\n");
    add_warnings(s, r, members);
    maille_strbuf_add(s, "<p>");
    html_link(s, ogc_link(r, "/collections/%s/items", layer->def->id),
              ogc_say(r, "Consulter les objets", "Browse the features"));
    maille_strbuf_add(s, "</p>\n");
    add_downloads(s, r, layer);
    add_sources(s, r, members);
    MAILLE_TRY(add_extent(v, r, layer, s));
    MAILLE_TRY(
        maille_layer_properties(v->ctx, ogc_catalogue(v, r), layer->def->id, &properties, &count));
    maille_strbuf_addf(s, "<h2>%s</h2>\n", ogc_say(r, "Propriétés", "Properties"));
    add_property_rows(s, r, layer, properties, count);
    html_end(s, r);
done:
    maille_json_free(members);
    return status;
}

maille_status page_properties(view *v, const request *r, const maille_layer_state *layer,
                              bool queryables, maille_strbuf *s) {
    const maille_property *properties = NULL;
    size_t count = 0;
    const char *name = queryables ? ogc_say(r, "Propriétés qui se demandent", "Queryables")
                                  : ogc_say(r, "Schéma", "Schema");
    html_step way[] = {
        home(r),
        layers_step(r),
        {ogc_title(r, &layer->def->title), ogc_link(r, "/collections/%s", layer->def->id)},
        {name, NULL}};
    maille_status status =
        maille_layer_properties(v->ctx, ogc_catalogue(v, r), layer->def->id, &properties, &count);
    if (status)
        return status;
    html_begin(s, r, name, way, 4);
    if (queryables)
        maille_strbuf_addf(
            s, "<p>%s</p>\n",
            ogc_say(r,
                    "Chacune est un paramètre de l'adresse des objets (<code>?nom=valeur</code>) "
                    "et un nom des filtres CQL2 (<code>filter=</code>).",
                    "Each is a parameter of the address of features (<code>?name=value</code>) "
                    "and a name in CQL2 filters (<code>filter=</code>)."));
    add_property_rows(s, r, layer, properties, count);
    html_end(s, r);
    return MAILLE_OK;
}

/* ---- tiles ---- */

maille_status page_tiles(view *v, const request *r, maille_strbuf *s) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    html_step way[] = {home(r), {ogc_say(r, "Tuiles vectorielles", "Vector tiles"), NULL}};
    html_begin(s, r, way[1].title, way, 2);
    maille_strbuf_addf(
        s, "<p>%s</p>\n<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>",
        ogc_say(r, "Pour MapLibre GL, QGIS et d'autres : une source par couche, par son TileJSON.",
                "For MapLibre GL, QGIS and others: one source a layer, by its TileJSON."));
    maille_strbuf_addf(s,
                       "<th scope=\"col\">%s</th><th scope=\"col\">TileJSON</th></tr></thead>"
                       "<tbody>\n",
                       ogc_say(r, "Couche", "Layer"));
    for (size_t i = 0; i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        if (!ogc_shown(r, layer) || !layer->def->geometry)
            continue;
        const char *href = ogc_link(r, "/tiles/%s", layer->def->id);
        maille_strbuf_add(s, "<tr><th scope=\"row\">");
        html_text(s, ogc_title(r, &layer->def->title));
        maille_strbuf_add(s, "</th><td class=\"code\">");
        html_link(s, href, href);
        maille_strbuf_add(s, "</td></tr>\n");
    }
    maille_strbuf_add(s, "</tbody></table></div>\n");
    html_end(s, r);
    return MAILLE_OK;
}
