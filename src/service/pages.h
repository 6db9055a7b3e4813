/* Pages for people: each adds a whole HTML document. */
#ifndef SERVICE_PAGES_H
#define SERVICE_PAGES_H

#include "service/html.h"

maille_status page_landing(view *v, const request *r, maille_strbuf *s);
maille_status page_conformance(view *v, const request *r, maille_strbuf *s);
maille_status page_collections(view *v, const request *r, maille_strbuf *s);
maille_status page_collection(view *v, const request *r, const maille_layer_state *layer,
                              maille_strbuf *s);
maille_status page_properties(view *v, const request *r, const maille_layer_state *layer,
                              bool queryables, maille_strbuf *s);
maille_status page_api(view *v, const request *r, maille_strbuf *s);
maille_status page_tiles(view *v, const request *r, maille_strbuf *s);

/* Of a page of features; what stands in `items` is read to its end. */
typedef struct {
    const maille_layer_state *layer;
    const wanted *asked;
    int64_t matched;
    const char *previous, *next, *first, *last; /* links, NULL = none */
} page_of_items;
maille_status page_items(view *v, const request *r, const page_of_items *page, maille_items *items,
                         maille_strbuf *s);
/* The feature that stands. */
maille_status page_item(view *v, const request *r, const maille_layer_state *layer,
                        maille_items *items, maille_strbuf *s);

#endif
