/* Features of a layer: a page of them, or one.
 *
 * An id may hold "/" (service/place): the address then has as many segments more, since the router
 * refuses %2F. */
#include "service/pages.h"

#include <inttypes.h>
#include <maille/clock.h>
#include <stdio.h>
#include <string.h>

static const char *const item_formats[] = {"geojson", "json", "html", "csv", NULL};

/* ---- links of a page ---- */

typedef struct {
    const char *first, *previous, *next, *last; /* NULL = none */
} page_links;

/* The same page from another feature on; every other parameter as it was sent. */
static const char *link_from(const request *r, int64_t offset) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, offset);
    parameter change = {"offset", offset > 0 ? text : NULL};
    return ogc_link_again(r, &change, 1);
}

static page_links links_of(const request *r, const maille_selection *s, int64_t matched) {
    page_links links = {0};
    if (s->offset > 0) {
        links.first = link_from(r, 0);
        links.previous = link_from(r, s->offset > s->limit ? s->offset - s->limit : 0);
    }
    if (s->offset + s->limit < matched) {
        links.first = link_from(r, 0);
        links.next = link_from(r, s->offset + s->limit);
        links.last = link_from(r, s->offset + (matched - 1 - s->offset) / s->limit * s->limit);
    }
    return links;
}

static void add_page_links(maille_strbuf *s, const request *r, const page_links *links) {
    const char *type = format_type(r->format);
    if (links->next)
        ogc_json_link(s, "next", type, ogc_say(r, "Page suivante", "Next page"), links->next);
    if (links->previous)
        ogc_json_link(s, "prev", type, ogc_say(r, "Page précédente", "Previous page"),
                      links->previous);
    if (links->first)
        ogc_json_link(s, "first", type, ogc_say(r, "Première page", "First page"), links->first);
    if (links->last)
        ogc_json_link(s, "last", type, ogc_say(r, "Dernière page", "Last page"), links->last);
}

static void add_header_link(maille_strbuf *s, const request *r, const char *rel, const char *href) {
    if (href)
        maille_strbuf_addf(s, "%s<%s>; rel=\"%s\"; type=\"%s\"", s->length ? ", " : "", href, rel,
                           format_type(r->format));
}

/* For whoever reads headers, and for formats that have no place for links. */
static void set_headers(const request *r, const wanted *asked, const page_links *links,
                        reply *out) {
    maille_strbuf s = {0};
    add_header_link(&s, r, "self", ogc_link_again(r, NULL, 0));
    if (links) {
        add_header_link(&s, r, "next", links->next);
        add_header_link(&s, r, "prev", links->previous);
        add_header_link(&s, r, "first", links->first);
        add_header_link(&s, r, "last", links->last);
    }
    const char *link = s.failed ? NULL : maille_arena_strdup(r->arena, s.text);
    maille_strbuf_clear(&s);
    maille_strbuf_addf(&s, "<%s>", asked->crs->uri);
    const char *crs = s.failed ? NULL : maille_arena_strdup(r->arena, s.text);
    maille_strbuf_free(&s);
    if (link)
        reply_header(out, "Link", link);
    if (crs && !ogc_is(r, "html"))
        reply_header(out, "Content-Crs", crs);
}

/* ---- a page ---- */

static maille_status add_features(view *v, maille_items *items, maille_strbuf *s,
                                  int64_t *returned) {
    for (*returned = 0;; (*returned)++) {
        bool found = false;
        size_t before = s->length;
        maille_status status = maille_items_next(v->ctx, items, &found);
        if (status || !found)
            return status;
        maille_strbuf_add(s, before && s->text[before - 1] == '[' ? "\n" : ",\n");
        status = maille_items_add_geojson(v->ctx, items, s);
        if (status)
            return status;
    }
}

static maille_status write_geojson(view *v, const request *r, const maille_layer_state *layer,
                                   const page_links *links, int64_t matched, maille_items *items,
                                   reply *out) {
    maille_strbuf *s = &out->body;
    int64_t returned = 0;
    char now[21];
    maille_strbuf_add(s, "{\"type\":\"FeatureCollection\",");
    maille_status status = maille_layer_members(v->ctx, ogc_catalogue(v, r), layer->def->id, s);
    if (status)
        return status;
    maille_strbuf_addf(s, ",\"numberMatched\":%" PRId64 ",\"features\":[", matched);
    status = add_features(v, items, s, &returned);
    if (status)
        return status;
    maille_strbuf_addf(s, "\n],\"numberReturned\":%" PRId64 ",\"timeStamp\":\"", returned);
    maille_utc_now(now);
    out->time_at = s->length;
    out->time_length = strlen(now);
    maille_strbuf_addf(s, "%s\",\"links\":[", now);
    ogc_self_links(s, r, item_formats);
    add_page_links(s, r, links);
    ogc_json_link(s, "collection", format_type("json"), ogc_title(r, &layer->def->title),
                  ogc_link(r, "/collections/%s", layer->def->id));
    maille_strbuf_add(s, "]}\n");
    return MAILLE_OK;
}

static maille_status write_csv(view *v, maille_items *items, maille_strbuf *s) {
    maille_status status = maille_items_add_csv_header(v->ctx, items, s);
    for (bool found = true; !status && found;) {
        status = maille_items_next(v->ctx, items, &found);
        if (!status && found)
            status = maille_items_add_csv(v->ctx, items, s);
    }
    return status;
}

static maille_status write_page(view *v, const request *r, const maille_layer_state *layer,
                                const wanted *asked, maille_items *items, reply *out) {
    int64_t matched = 0;
    maille_status status = maille_items_matched(v->ctx, items, &matched);
    if (status)
        return status;
    page_links links = links_of(r, &asked->selection, matched);
    set_headers(r, asked, &links, out);
    if (ogc_is(r, "csv"))
        return write_csv(v, items, &out->body);
    if (!ogc_is(r, "html"))
        return write_geojson(v, r, layer, &links, matched, items, out);
    page_of_items page = {.layer = layer,
                          .asked = asked,
                          .matched = matched,
                          .previous = links.previous,
                          .next = links.next,
                          .first = links.first,
                          .last = links.last};
    return page_items(v, r, &page, items, &out->body);
}

static maille_status items(view *v, const request *r, reply *out) {
    const maille_layer_state *layer = NULL;
    maille_items *found = NULL;
    wanted asked = {0};
    maille_status status;
    MAILLE_TRY(ogc_layer(v, r, r->part[0], &layer));
    MAILLE_TRY(wanted_read(v, r, layer, WANTED_PAGE, &asked));
    MAILLE_TRY(
        maille_items_open(v->ctx, ogc_catalogue(v, r), layer->def->id, &asked.selection, &found));
    MAILLE_TRY(write_page(v, r, layer, &asked, found, out));
done:
    maille_items_free(found);
    wanted_free(&asked);
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

/* ---- one feature ---- */

/* The rest of the path, as the id has it. */
static const char *id_of(const request *r) {
    maille_strbuf s = {0};
    for (size_t i = 1; i < 4 && r->part[i]; i++) {
        maille_strbuf_add(&s, i > 1 ? "/" : "");
        maille_strbuf_add(&s, r->part[i]);
    }
    const char *id = s.failed ? NULL : maille_arena_strdup(r->arena, s.text);
    maille_strbuf_free(&s);
    return id;
}

/* The feature is one object: its links come in before the brace that ends it. */
static maille_status write_feature(view *v, const request *r, const maille_layer_state *layer,
                                   maille_items *items, maille_strbuf *s) {
    maille_status status = maille_items_add_geojson(v->ctx, items, s);
    if (status || s->failed)
        return status;
    while (s->length && s->text[s->length - 1] != '}')
        s->length--;
    s->length--;
    maille_strbuf_add(s, ",\"links\":[");
    ogc_self_links(s, r, item_formats);
    ogc_json_link(s, "collection", format_type("json"), ogc_title(r, &layer->def->title),
                  ogc_link(r, "/collections/%s", layer->def->id));
    maille_strbuf_add(s, "]}\n");
    return MAILLE_OK;
}

static maille_status write_one(view *v, const request *r, const maille_layer_state *layer,
                               maille_items *items, maille_strbuf *s) {
    if (ogc_is(r, "html"))
        return page_item(v, r, layer, items, s);
    if (!ogc_is(r, "csv"))
        return write_feature(v, r, layer, items, s);
    maille_status status = maille_items_add_csv_header(v->ctx, items, s);
    return status ? status : maille_items_add_csv(v->ctx, items, s);
}

static maille_status item(view *v, const request *r, reply *out) {
    const maille_layer_state *layer = NULL;
    maille_items *items = NULL;
    wanted asked = {0};
    bool found = false;
    maille_status status;
    MAILLE_TRY(ogc_layer(v, r, r->part[0], &layer));
    MAILLE_TRY(wanted_read(v, r, layer, WANTED_FEATURE, &asked));
    asked.selection.limit = 1;
    asked.selection.id = id_of(r);
    if (!asked.selection.id) {
        status = maille_no_memory(v->ctx);
        goto done;
    }
    MAILLE_TRY(
        maille_items_open(v->ctx, ogc_catalogue(v, r), layer->def->id, &asked.selection, &items));
    MAILLE_TRY(maille_items_next(v->ctx, items, &found));
    if (!found) {
        status = maille_fail(v->ctx, MAILLE_NOT_FOUND,
                             ogc_say(r, "la couche « %s » n'a pas d'objet « %s »",
                                     "layer \"%s\" has no feature \"%s\""),
                             layer->def->id, asked.selection.id);
        goto done;
    }
    set_headers(r, &asked, NULL, out);
    MAILLE_TRY(write_one(v, r, layer, items, &out->body));
done:
    maille_items_free(items);
    wanted_free(&asked);
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

/* ---- routes ---- */

static const route_parameter page_parameters[] = {
    COLLECTION,
    {"limit", false, "integer", "Nombre d'objets d'une page.", "\"minimum\":1"},
    {"offset", false, "integer", "Nombre d'objets à passer.", "\"minimum\":0,\"default\":0"},
    SELECTION_PARAMETERS,
    {0},
};
static const route_parameter feature_parameters[] = {
    COLLECTION,
    {"feature", true, "string", "Identifiant de l'objet.", NULL},
    CRS_OF_ANSWER,
    {0},
};
static const route_parameter longer_parameters[] = {
    COLLECTION,
    {"feature", true, "string", "Identifiant de l'objet, jusqu'à sa barre oblique.", NULL},
    {"rest", true, "string", "Identifiant de l'objet, après sa barre oblique.", NULL},
    CRS_OF_ANSWER,
    {0},
};
static const route_parameter longest_parameters[] = {
    COLLECTION,
    {"feature", true, "string", "Identifiant de l'objet, jusqu'à sa première barre oblique.", NULL},
    {"rest", true, "string", "Identifiant de l'objet, entre ses barres obliques.", NULL},
    {"more", true, "string", "Identifiant de l'objet, après sa seconde barre oblique.", NULL},
    CRS_OF_ANSWER,
    {0},
};

static const route routes[] = {
    {.verbs = GET,
     .path = "/collections/{collection}/items",
     .id = "objets",
     .tag = "Objets",
     .summary = "Objets d'une couche, par pages ; chaque propriété est aussi un paramètre",
     .any_parameter = true,
     .formats = item_formats,
     .parameters = page_parameters,
     .answer = items},
    {.verbs = GET,
     .path = "/collections/{collection}/items/{feature}",
     .id = "objet",
     .tag = "Objets",
     .summary = "Un objet",
     .formats = item_formats,
     .parameters = feature_parameters,
     .of_layers = true,
     .answer = item},
    {.verbs = GET,
     .path = "/collections/{collection}/items/{feature}/{rest}",
     .id = "objetEnDeux",
     .tag = "Objets",
     .summary = "Un objet dont l'identifiant a une barre oblique",
     .formats = item_formats,
     .parameters = longer_parameters,
     .of_layers = true,
     .answer = item},
    {.verbs = GET,
     .path = "/collections/{collection}/items/{feature}/{rest}/{more}",
     .id = "objetEnTrois",
     .tag = "Objets",
     .summary = "Un objet dont l'identifiant a deux barres obliques",
     .formats = item_formats,
     .parameters = longest_parameters,
     .of_layers = true,
     .answer = item},
};
const route_table item_routes = {routes, sizeof routes / sizeof *routes};
