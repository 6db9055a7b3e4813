/* Properties of a layer as JSON Schema: what can be asked, what is answered. */
#include "service/ogc.h"

#include <maille/json.h>
#include <string.h>

static bool is_legend_of(const maille_layer_state *layer, const maille_property *property) {
    const maille_legend_def *legend = layer->def->legend;
    return legend && strcmp(legend->property, property->def->name) == 0;
}

bool ogc_has_categories(const maille_layer_state *layer, const maille_property *property) {
    const maille_legend_def *legend = layer->def->legend;
    bool all = is_legend_of(layer, property) && legend->count > 0;
    for (size_t i = 0; all && i < legend->count; i++)
        all = legend->entries[i].value != NULL;
    return all;
}

const maille_title *ogc_category(const maille_layer_state *layer, const maille_property *property,
                                 const char *value) {
    if (!ogc_has_categories(layer, property))
        return NULL;
    const maille_legend_def *legend = layer->def->legend;
    for (size_t i = 0; i < legend->count; i++)
        if (strcmp(legend->entries[i].value, value) == 0)
            return &legend->entries[i].title;
    return NULL;
}

static const char *type_of(const maille_property *property) {
    switch (property->type) {
    case MAILLE_P_INT:
        return "integer";
    case MAILLE_P_NUMBER:
        return "number";
    case MAILLE_P_BOOL:
        return "boolean";
    case MAILLE_P_TEXTS:
        return "array";
    case MAILLE_P_TEXT:
        break;
    }
    return "string";
}

/* The legend's values are texts: those of numbers and of true and false stand as such. */
static void add_categories(maille_strbuf *s, const maille_layer_state *layer,
                           const maille_property *property, bool or_null) {
    const maille_legend_def *legend = layer->def->legend;
    maille_strbuf_add(s, ",\"enum\":[");
    for (size_t i = 0; i < legend->count; i++) {
        ogc_comma(s);
        if (property->type == MAILLE_P_TEXT || property->type == MAILLE_P_TEXTS)
            maille_json_text(s, legend->entries[i].value);
        else
            maille_strbuf_add(s, legend->entries[i].value);
    }
    maille_strbuf_add(s, or_null ? ",null]" : "]");
}

/* What is answered may be null, what is asked for may not. */
static void add_property(maille_strbuf *s, const request *r, const maille_layer_state *layer,
                         const maille_property *p, bool queryables, size_t place) {
    const maille_layer_def *def = layer->def;
    size_t language = ogc_english(r);
    bool is_key = !p->def->from && strcmp(p->def->column, def->key) == 0 && !def->key_prefix;
    ogc_comma(s);
    maille_json_text(s, p->name);
    maille_strbuf_add(s, ":{");
    ogc_member(s, "title", p->title[language]);
    ogc_member(s, "description", p->meaning[language]);
    maille_strbuf_addf(s, queryables || is_key ? ",\"type\":\"%s\"" : ",\"type\":[\"%s\",\"null\"]",
                       type_of(p));
    if (p->type == MAILLE_P_TEXTS)
        maille_strbuf_add(s, ",\"items\":{\"type\":\"string\"}");
    if (ogc_has_categories(layer, p))
        add_categories(s, layer, p, !queryables);
    ogc_member(s, "x-ogc-unit", p->unit);
    ogc_member(s, "x-ogc-role", is_key ? "id" : NULL);
    maille_strbuf_addf(s, ",\"x-ogc-propertySeq\":%zu}", place + 1);
}

static void add_geometry(maille_strbuf *s, const request *r, const maille_layer_def *def) {
    bool point = def->geometry_type && strcmp(def->geometry_type, "point") == 0;
    ogc_comma(s);
    maille_strbuf_add(s, "\"geometry\":{");
    ogc_member(s, "title", ogc_say(r, "Géométrie", "Geometry"));
    ogc_member(s, "x-ogc-role", "primary-geometry");
    ogc_member(s, "format", point ? "geometry-point" : "geometry-polygon-or-multipolygon");
    maille_strbuf_add_char(s, '}');
}

maille_status ogc_add_schema(view *v, const request *r, const maille_layer_state *layer,
                             bool queryables, maille_strbuf *s) {
    const maille_layer_def *def = layer->def;
    const maille_property *properties = NULL;
    size_t count = 0;
    maille_status status =
        maille_layer_properties(v->ctx, ogc_catalogue(v, r), def->id, &properties, &count);
    if (status)
        return status;
    maille_strbuf_add(s, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"");
    ogc_member(s, "$id", ogc_link_bare(r));
    ogc_member(s, "type", "object");
    ogc_member(s, "title", ogc_title(r, &def->title));
    ogc_member(s, "description", ogc_title(r, &def->description));
    maille_strbuf_add(s, ",\"properties\":{");
    if (def->geometry)
        add_geometry(s, r, def);
    for (size_t i = 0; i < count; i++)
        add_property(s, r, layer, &properties[i], queryables, i);
    maille_strbuf_add(s, "},\"additionalProperties\":false}");
    return MAILLE_OK;
}
