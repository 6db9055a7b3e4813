/* A layer as a collection: what it is, where it lies, where it comes from, where to get it. */
#include "service/ogc.h"

#include <maille/json.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

maille_status ogc_members(view *v, const request *r, const maille_layer_state *layer,
                          maille_json **out) {
    maille_strbuf s = {0};
    maille_strbuf_add_char(&s, '{');
    maille_status status = maille_layer_members(v->ctx, ogc_catalogue(v, r), layer->def->id, &s);
    maille_strbuf_add_char(&s, '}');
    if (!status && s.failed)
        status = maille_no_memory(v->ctx);
    if (!status)
        status = maille_json_parse(v->ctx, layer->def->id, s.text, out);
    maille_strbuf_free(&s);
    return status;
}

/* ---- where and when ---- */

/* The property that shows a column of the layer's view, or NULL. */
static const char *shown_as(const maille_layer_def *def, const char *column) {
    for (size_t i = 0; column && i < def->property_count; i++)
        if (!def->properties[i].from && strcmp(def->properties[i].column, column) == 0)
            return def->properties[i].name;
    return NULL;
}

/* The least or the most of a property, by its order; NULL where it is null. */
static maille_status first_of(view *v, const request *r, const maille_layer_state *layer,
                              const char *property, bool descending, const char **out) {
    maille_items *items = NULL;
    bool found = false;
    struct maille_sort sort = {property, descending};
    maille_selection selection = {.limit = 1,
                                  .sort = &sort,
                                  .sort_count = 1,
                                  .properties = &property,
                                  .property_count = 1,
                                  .without_geometry = true,
                                  .narrowed = r->narrowed.narrowed,
                                  .narrowed_count = r->narrowed.narrowed_count};
    maille_status status;
    MAILLE_TRY(maille_items_open(v->ctx, ogc_catalogue(v, r), layer->def->id, &selection, &items));
    MAILLE_TRY(maille_items_next(v->ctx, items, &found));
    maille_item_value value = {.null = true};
    if (found)
        value = maille_items_value(items, 0);
    if (!value.null && value.text)
        *out = maille_arena_strdup(r->arena, value.text);
done:
    maille_items_free(items);
    return status;
}

maille_status ogc_interval(view *v, const request *r, const maille_layer_state *layer,
                           const char **from, const char **until) {
    const char *begins = shown_as(layer->def, layer->def->time_from);
    const char *ends = shown_as(layer->def, layer->def->time_to);
    maille_status status = MAILLE_OK;
    *from = *until = NULL;
    if (begins)
        status = first_of(v, r, layer, begins, false, from);
    if (!status && ends)
        status = first_of(v, r, layer, ends, true, until);
    return status;
}

/* An instant of RFC 3339: a date is its first moment. */
static void add_instant(maille_strbuf *s, const char *date) {
    if (!date)
        maille_strbuf_add(s, "null");
    else
        maille_strbuf_addf(s, "\"%s%s\"", date, strlen(date) == 10 ? "T00:00:00Z" : "");
}

static maille_status add_extent(view *v, const request *r, const maille_layer_state *layer,
                                maille_strbuf *s) {
    double box[4];
    const char *from = NULL, *until = NULL;
    bool timed = layer->def->time_from || layer->def->time_to;
    maille_status status = ogc_extent(v, r, layer->def, box);
    if (!status && timed)
        status = ogc_interval(v, r, layer, &from, &until);
    if (status || (isnan(box[0]) && !timed))
        return status;
    ogc_comma(s);
    maille_strbuf_add(s, "\"extent\":{");
    if (!isnan(box[0])) {
        maille_strbuf_add(s, "\"spatial\":{\"bbox\":[[");
        for (size_t i = 0; i < 4; i++) {
            ogc_comma(s);
            maille_json_fixed(s, box[i], 7);
        }
        maille_strbuf_addf(s, "]],\"crs\":\"%s\"}", reference_systems[0].uri);
    }
    if (timed) {
        ogc_comma(s);
        maille_strbuf_add(s, "\"temporal\":{\"interval\":[[");
        add_instant(s, from);
        maille_strbuf_add_char(s, ',');
        add_instant(s, until);
        maille_strbuf_add(s, "]],\"trs\":\"http://www.opengis.net/def/uom/ISO-8601/0/Gregorian\"}");
    }
    maille_strbuf_add_char(s, '}');
    return MAILLE_OK;
}

static void add_systems(maille_strbuf *s) {
    maille_strbuf_add(s, ",\"crs\":[");
    for (size_t i = 0; i < reference_system_count; i++) {
        ogc_comma(s);
        maille_json_text(s, reference_systems[i].uri);
    }
    maille_strbuf_addf(s, "],\"storageCrs\":\"%s\"", reference_systems[0].uri);
}

/* ---- where it comes from ---- */

static void add_origin(maille_strbuf *s, const maille_json *members) {
    const maille_json *sources = maille_json_get(members, "sources");
    bool estimated = false, stale = false;
    ogc_member(s, "licence", maille_json_as_text(maille_json_get(members, "licence")));
    ogc_member(s, "audience", maille_json_as_text(maille_json_get(members, "audience")));
    if (maille_json_as_bool(maille_json_get(members, "estime"), &estimated) && estimated)
        maille_strbuf_add(s, ",\"estime\":true");
    if (maille_json_as_bool(maille_json_get(members, "perime"), &stale) && stale)
        maille_strbuf_add(s, ",\"perime\":true");
    maille_strbuf_add(s, ",\"sources\":[");
    for (size_t i = 0; i < maille_json_count(sources); i++) {
        const maille_json *source = maille_json_at(sources, i);
        ogc_comma(s);
        maille_strbuf_add_char(s, '{');
        ogc_member(s, "name", maille_json_as_text(maille_json_get(source, "name")));
        ogc_member(s, "vintage", maille_json_as_text(maille_json_get(source, "vintage")));
        ogc_member(s, "licence", maille_json_as_text(maille_json_get(source, "licence")));
        maille_strbuf_add_char(s, '}');
    }
    maille_strbuf_add_char(s, ']');
}

/* Where the text of a licence stands; a result may bear several. */
static void add_licence_links(maille_strbuf *s, const char *licence) {
    static const struct {
        const char *name, *url;
    } known[] = {
        {"ODbL", "https://opendatacommons.org/licenses/odbl/1-0/"},
        {"Licence Ouverte", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"},
        {"CC0", "https://creativecommons.org/publicdomain/zero/1.0/"},
    };
    for (size_t i = 0; licence && i < sizeof known / sizeof *known; i++)
        if (strstr(licence, known[i].name))
            ogc_json_link(s, "license", "text/html", known[i].name, known[i].url);
}

/* ---- where to get it ---- */

static void add_item_links(maille_strbuf *s, const request *r, const char *id) {
    static const char *const formats[] = {"geojson", "html", "csv"};
    for (size_t i = 0; i < 3; i++) {
        char title[64];
        snprintf(title, sizeof title, ogc_say(r, "Les objets en %s", "The features as %s"),
                 formats[i]);
        ogc_json_link(s, "items", format_type(formats[i]), title,
                      ogc_link(r, "/collections/%s/items?f=%s", id, formats[i]));
    }
}

static void add_download_links(maille_strbuf *s, const request *r, const char *id) {
    static const char *const formats[] = {"geojson", "gpkg", "csv"};
    for (size_t i = 0; i < 3; i++) {
        char title[64];
        snprintf(title, sizeof title, ogc_say(r, "Toute la couche en %s", "The whole layer as %s"),
                 formats[i]);
        ogc_json_link(s, "enclosure", format_type(formats[i]), title,
                      ogc_link(r, "/collections/%s/download?f=%s", id, formats[i]));
    }
}

static void add_links(maille_strbuf *s, const request *r, const maille_layer_state *layer,
                      const char *licence) {
    const char *id = layer->def->id;
    add_item_links(s, r, id);
    ogc_json_link(s, "http://www.opengis.net/def/rel/ogc/1.0/queryables", format_type("schema"),
                  ogc_say(r, "Propriétés qui se demandent", "Queryable properties"),
                  ogc_link(r, "/collections/%s/queryables", id));
    ogc_json_link(s, "http://www.opengis.net/def/rel/ogc/1.0/schema", format_type("schema"),
                  ogc_say(r, "Schéma des objets", "Schema of the features"),
                  ogc_link(r, "/collections/%s/schema", id));
    ogc_json_link(s, "describedby", format_type("schema"),
                  ogc_say(r, "Schéma des objets", "Schema of the features"),
                  ogc_link(r, "/collections/%s/schema", id));
    add_download_links(s, r, id);
    if (layer->def->geometry)
        ogc_json_link(s, "tiles", format_type("tilejson"),
                      ogc_say(r, "Tuiles vectorielles", "Vector tiles"),
                      ogc_link(r, "/tiles/%s", id));
    add_licence_links(s, licence);
}

maille_status ogc_add_collection(view *v, const request *r, const maille_layer_state *layer,
                                 const char *const *formats, maille_strbuf *s) {
    const maille_layer_def *def = layer->def;
    maille_json *members = NULL;
    maille_status status = ogc_members(v, r, layer, &members);
    if (status)
        goto done;
    const char *licence = maille_json_as_text(maille_json_get(members, "licence"));
    maille_strbuf_add_char(s, '{');
    ogc_member(s, "id", def->id);
    ogc_member(s, "title", ogc_title(r, &def->title));
    ogc_member(s, "description", ogc_title(r, &def->description));
    ogc_member(s, "itemType", "feature");
    MAILLE_TRY(add_extent(v, r, layer, s));
    add_systems(s);
    add_origin(s, members);
    maille_strbuf_add(s, ",\"links\":[");
    if (formats) {
        ogc_self_links(s, r, formats);
    } else {
        ogc_json_link(s, "self", format_type("json"), ogc_title(r, &def->title),
                      ogc_link(r, "/collections/%s?f=json", def->id));
        ogc_json_link(s, "alternate", format_type("html"), ogc_title(r, &def->title),
                      ogc_link(r, "/collections/%s?f=html", def->id));
    }
    add_links(s, r, layer, licence);
    maille_strbuf_add(s, "]}");
done:
    maille_json_free(members);
    return status;
}
