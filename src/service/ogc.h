/* Descriptions: of the service, its collections and their properties, as JSON. */
#ifndef SERVICE_OGC_H
#define SERVICE_OGC_H

#include "service/ogc_links.h"
#include "service/parameters.h"

#include <maille/jsontree.h>

/* What a file of the layer bears (sources, licence, estime …), read. */
maille_status ogc_members(view *v, const request *r, const maille_layer_state *layer,
                          maille_json **out);
/* First and last date that a versioned layer tells of, NULL = open; in the request's arena. */
maille_status ogc_interval(view *v, const request *r, const maille_layer_state *layer,
                           const char **from, const char **until);
/* The collection as an object; `formats` of its own document, NULL within a list. */
maille_status ogc_add_collection(view *v, const request *r, const maille_layer_state *layer,
                                 const char *const *formats, maille_strbuf *s);
/* JSON Schema 2020-12 of what can be asked of a layer (`queryables`), or of what it answers. */
maille_status ogc_add_schema(view *v, const request *r, const maille_layer_state *layer,
                             bool queryables, maille_strbuf *s);
/* The legend's entry of a category, or NULL; its classes are none. */
const maille_title *ogc_category(const maille_layer_state *layer, const maille_property *property,
                                 const char *value);
/* Whether the legend tells all categories of the property. */
bool ogc_has_categories(const maille_layer_state *layer, const maille_property *property);

extern const char *const ogc_conformance[];
extern const size_t ogc_conformance_count;
/* Name of the study in the request's language; in its arena. */
maille_status ogc_study(view *v, const request *r, const char **out);

/* The OpenAPI document of what who asks may ask (openapi.c). */
maille_status openapi_add(view *v, const request *r, maille_strbuf *s);
maille_status openapi_answer(view *v, const request *r, reply *out);

#endif
