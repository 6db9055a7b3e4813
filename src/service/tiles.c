/* Vector tiles: the sets, their TileJSON, and tiles made on the fly. */
#include "service/pages.h"

#include <inttypes.h>
#include <maille/json.h>
#include <stdlib.h>
#include <string.h>

static const char *const documents[] = {"json", "html", NULL};
static const char *const tilejsons[] = {"tilejson", "json", NULL};
static const char *const tile_formats[] = {"mvt", "pbf", NULL};

/* What the layer's tiles are for who asks; given back with world_tileset_done. A layer without
 * geometry has none. */
static maille_status tileset_of(view *v, const request *r, maille_tileset **out) {
    const maille_layer_state *layer = NULL;
    const maille_account *bound = r->narrowed.narrowed_count ? r->account : NULL;
    maille_status status = ogc_layer(v, r, r->part[0], &layer);
    return status ? status : world_tileset(v, r->audience, layer->def->id, bound, out);
}

/* Where the tiles stand; braces are meant for who reads it. */
static const char *template_of(const request *r, const char *id) {
    return ogc_link(r, "/tiles/%s/{z}/{x}/{y}", id);
}

/* ---- list ---- */

static maille_status write_list(view *v, const request *r, maille_strbuf *s) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    maille_strbuf_add(s, "{\"tilesets\":[");
    for (size_t i = 0; i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        const char *id = layer->def->id;
        if (!ogc_shown(r, layer) || !layer->def->geometry)
            continue;
        ogc_comma(s);
        maille_strbuf_add_char(s, '{');
        ogc_member(s, "id", id);
        ogc_member(s, "title", ogc_title(r, &layer->def->title));
        ogc_member(s, "dataType", "vector");
        ogc_member(s, "tiles", template_of(r, id));
        maille_strbuf_add(s, ",\"links\":[");
        ogc_json_link(s, "self", format_type("tilejson"), "TileJSON", ogc_link(r, "/tiles/%s", id));
        maille_strbuf_add(s, "]}");
    }
    maille_strbuf_add(s, "],\"links\":[");
    ogc_self_links(s, r, documents);
    maille_strbuf_add(s, "]}");
    return MAILLE_OK;
}

static maille_status list(view *v, const request *r, reply *out) {
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out,
                   ogc_is(r, "html") ? page_tiles(v, r, &out->body) : write_list(v, r, &out->body));
}

/* ---- TileJSON ---- */

static maille_status tilejson(view *v, const request *r, reply *out) {
    maille_tileset *set = NULL;
    maille_status status = tileset_of(v, r, &set);
    const char *url = template_of(r, r->part[0]);
    if (!status && !url)
        status = maille_no_memory(v->ctx);
    if (!status)
        status = maille_tilejson(v->ctx, set, url, &out->body);
    if (set)
        world_tileset_done(v->world, set);
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

/* ---- tiles ---- */

/* A number of a tile's address, perhaps with the format's ending. */
static bool tile_number(const char *text, bool ending, unsigned *out) {
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    bool plain = !*rest || (ending && (strcmp(rest, ".mvt") == 0 || strcmp(rest, ".pbf") == 0));
    if (digits == 0 || digits > 9 || !plain)
        return false;
    *out = (unsigned)strtoul(text, NULL, 10);
    return true;
}

static maille_status tile(view *v, const request *r, reply *out) {
    unsigned z = 0, x = 0, y = 0;
    maille_tileset *set = NULL;
    maille_status status;
    if (!tile_number(r->part[1], false, &z) || !tile_number(r->part[2], false, &x) ||
        !tile_number(r->part[3], true, &y))
        status = maille_fail(v->ctx, MAILLE_USAGE,
                             ogc_say(r, "« %s » n'est pas l'adresse d'une tuile (zoom/x/y)",
                                     "\"%s\" is not the address of a tile (zoom/x/y)"),
                             r->path);
    else
        status = tileset_of(v, r, &set);
    if (!status)
        status = maille_tile(v->ctx, set, z, x, y, &out->body);
    if (set)
        world_tileset_done(v->world, set);
    /* Of an empty tile there is nothing to keep; maps take 204 as such. */
    if (!status && out->body.length == 0)
        out->status = 204;
    out->keep = out->status == 0;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

/* ---- routes ---- */

#define LAYER                                                                                      \
    { "layer", true, "string", "Identifiant de la couche.", NULL }
static const route_parameter layer_parameters[] = {LAYER, {0}};
static const route_parameter tile_parameters[] = {
    LAYER,
    {"z", true, "integer", "Niveau de zoom.", "\"minimum\":0,\"maximum\":22"},
    {"x", true, "integer", "Colonne, depuis l'ouest.", "\"minimum\":0"},
    {"v", false, "string",
     "Version de la couche, que /layers donne : une autre, une autre adresse.", "\"maxLength\":64"},
    {"y", true, "string", "Ligne, depuis le nord ; « .pbf » ou « .mvt » peuvent la suivre.",
     "\"pattern\":\"^[0-9]{1,9}(\\\\.(mvt|pbf))?$\""},
    {0},
};

static const route routes[] = {
    {.verbs = GET,
     .path = "/tiles",
     .id = "jeuxDeTuiles",
     .tag = "Tuiles",
     .summary = "Couches qui se lisent en tuiles vectorielles",
     .formats = documents,
     .of_layers = true,
     .answer = list},
    {.verbs = GET,
     .path = "/tiles/{layer}",
     .id = "jeuDeTuiles",
     .tag = "Tuiles",
     .summary = "Description d'un jeu de tuiles (TileJSON 3.0)",
     .formats = tilejsons,
     .parameters = layer_parameters,
     .of_layers = true,
     .answer = tilejson},
    {.verbs = GET,
     .path = "/tiles/{layer}/{z}/{x}/{y}",
     .id = "tuile",
     .tag = "Tuiles",
     .summary = "Une tuile vectorielle (Mapbox Vector Tile 2.1)",
     .formats = tile_formats,
     .parameters = tile_parameters,
     .of_layers = true,
     .answer = tile},
};
const route_table tile_routes = {routes, sizeof routes / sizeof *routes};
