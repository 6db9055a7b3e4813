/* What our pages are made of: escaped text, head and foot, values as people read them, a small
 * map. No script, nothing from elsewhere. */
#ifndef SERVICE_HTML_H
#define SERVICE_HTML_H

#include "service/ogc.h"

extern const char *const html_style[]; /* parts, NULL at the end */

/* Escaped for text and for attributes in double quotes; NULL adds nothing. */
void html_text(maille_strbuf *s, const char *text);
/* <a href="…">text</a> */
void html_link(maille_strbuf *s, const char *href, const char *text);

/* Fields of a form that nobody sees: those of these parameters that the request has (NULL at the
 * end). */
void html_hidden(maille_strbuf *s, const request *r, const char *const *names);

/* A step of the way from the landing page to this one. */
typedef struct {
    const char *title, *href; /* href NULL: this page */
} html_step;
/* Up to and with <main> and the heading, which is also the title of the window. */
void html_begin(maille_strbuf *s, const request *r, const char *title, const html_step *way,
                size_t steps);
void html_end(maille_strbuf *s, const request *r);

/* A value with its unit: numbers as the language writes them, categories by their title, lists with
 * commas; a dash for null. */
void html_value(maille_strbuf *s, view *v, const request *r, const maille_layer_state *layer,
                const maille_property *property, maille_item_value value);

/* ---- map: outlines of a page's features, with links to them (html_map.c) ---- */

typedef struct {
    size_t start, count;
    bool point;
} map_line;
typedef struct {
    size_t first, count; /* lines */
    const char *href, *title;
    const char *colour; /* NULL: the usual one */
} map_feature;
typedef struct {
    MAILLE_VEC(double) numbers; /* x, y */
    MAILLE_VEC(map_line) lines;
    MAILLE_VEC(map_feature) features;
    double box[4];
} html_map;

/* Adds the geometry of a feature (WKB, lon/lat); texts are borrowed. False when memory ran out. */
bool html_map_add(html_map *map, maille_bytes wkb, const map_feature *feature);
/* An <svg>, or nothing where there is no geometry. */
void html_map_draw(maille_strbuf *s, const html_map *map, const char *title);
/* The property that the legend is about (NULL: none), and the colour that it gives to a value. */
const maille_property *html_hue_property(const maille_layer_state *layer,
                                         const maille_property *properties, size_t count);
const char *html_hue(const maille_layer_state *layer, maille_item_value value);
/* The legend as a list. */
void html_legend(maille_strbuf *s, const request *r, const maille_layer_state *layer);
void html_map_free(html_map *map);

#endif
