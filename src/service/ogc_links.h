/* What the handlers of OGC API share: the request's language, links that carry what was asked,
 * members of JSON, and which layers who asks may see. */
#ifndef SERVICE_OGC_LINKS_H
#define SERVICE_OGC_LINKS_H

#include "service/http.h"

/* ---- language ---- */

/* The text in the request's language; where they are formats, both take the same arguments. */
const char *ogc_say(const request *r, const char *fr, const char *en)
    __attribute__((format_arg(2), format_arg(3)));
bool ogc_english(const request *r);
const char *ogc_title(const request *r, const maille_title *title);

/* ---- links: in the request's arena, whole and encoded; NULL when memory ran out ---- */

/* base + path, with what a visit carries on: lang and audience, where they were asked for. */
const char *ogc_link(const request *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The request once more with every parameter it had, but for those of `changes` (value NULL: left
 * out). */
const char *ogc_link_again(const request *r, const parameter *changes, size_t count);
/* The address without parameters, as it is matched by the router. */
const char *ogc_link_bare(const request *r);
/* Percent-encoded, slashes kept: for the segments of a path. */
const char *ogc_encoded(const request *r, const char *text);

/* ---- JSON ---- */

/* A comma unless an object or array has just begun. */
void ogc_comma(maille_strbuf *s);
/* ,"key":"text" ; nothing where the text is NULL. */
void ogc_member(maille_strbuf *s, const char *key, const char *text);
/* ,{"rel":…,"type":…,"title":…,"href":…}; type and title may be NULL; what has
 * {parts} says that it is a template. */
void ogc_json_link(maille_strbuf *s, const char *rel, const char *type, const char *title,
                   const char *href);
/* self, and alternate for each of the other formats; `types` as routes have them. */
void ogc_self_links(maille_strbuf *s, const request *r, const char *const *formats);

/* ---- layers ---- */

/* Whether who asks sees the layer: it is for the audience, is ready, and can be narrowed to what
 * the account is bound to. */
bool ogc_shown(const request *r, const maille_layer_state *layer);
/* West, south, east, north. Where features lie that an account does not see is not told either: it
 * gets the extent of all communes instead. */
maille_status ogc_extent(view *v, const request *r, const maille_layer_def *def, double box[4]);
/* MAILLE_NOT_FOUND for whatever is not shown, in the same words. */
maille_status ogc_layer(view *v, const request *r, const char *id, const maille_layer_state **out);
const maille_catalogue *ogc_catalogue(const view *v, const request *r);

/* ---- replies ---- */

/* Ends a handler: what it made is the answer where all went well, else the problem that `status`
 * tells. */
maille_status ogc_end(view *v, const request *r, reply *out, maille_status status);
bool ogc_is(const request *r, const char *format);

#endif
