/* Whole layers, or a selection of one, as files: GeoJSON and CSV as they are read, GeoPackage by a
 * file that has no name. */
#include "service/ogc.h"

#include <errno.h>
#include <fcntl.h>
#include <maille/clock.h>
#include <maille/extract.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const file_formats[] = {"geojson", "csv", "gpkg", NULL};

enum { PIECE = 64 * 1024 }; /* bytes that are made before they are sent */

/* ---- GeoJSON and CSV: a piece at a time ---- */

typedef struct {
    maille_items *items;
    char *head; /* before the first feature; NULL once it is sent */
    bool csv, first;
} source;

static void source_free(void *state) {
    source *from = state;
    maille_items_free(from->items);
    maille_free(from->head);
    maille_free(from);
}

static maille_status add_feature(view *v, source *from, maille_strbuf *piece) {
    if (from->csv)
        return maille_items_add_csv(v->ctx, from->items, piece);
    maille_strbuf_add(piece, from->first ? "\n" : ",\n");
    from->first = false;
    return maille_items_add_geojson(v->ctx, from->items, piece);
}

/* The head goes alone, so that something comes at once. */
static maille_status more(view *v, void *state, maille_strbuf *piece, bool *end) {
    source *from = state;
    *end = false;
    if (from->head) {
        maille_strbuf_add(piece, from->head);
        maille_free(from->head);
        from->head = NULL;
        return piece->failed ? maille_no_memory(v->ctx) : MAILLE_OK;
    }
    maille_status status = MAILLE_OK;
    size_t start = piece->length;
    while (!status && !*end && piece->length - start < PIECE) {
        bool found = false;
        status = maille_items_next(v->ctx, from->items, &found);
        *end = !found;
        if (!status && found)
            status = add_feature(v, from, piece);
        if (!status && piece->failed)
            status = maille_no_memory(v->ctx);
    }
    if (!status && *end && !from->csv)
        maille_strbuf_add(piece, "\n]\n}\n");
    return status;
}

static maille_status write_head(view *v, const request *r, const maille_layer_state *layer,
                                const source *from, maille_strbuf *s) {
    if (from->csv)
        return maille_items_add_csv_header(v->ctx, from->items, s);
    maille_strbuf_add(s, "{\n\"type\":\"FeatureCollection\",\n");
    maille_status status = maille_layer_members(v->ctx, ogc_catalogue(v, r), layer->def->id, s);
    maille_strbuf_add(s, ",\n\"features\":[");
    return status;
}

/* Takes the items over. */
static maille_status stream(view *v, const request *r, const maille_layer_state *layer,
                            maille_items *items, reply *out) {
    maille_strbuf head = {0};
    maille_status status = MAILLE_OK;
    source *from = maille_alloc(1, sizeof *from);
    if (!from) {
        maille_items_free(items);
        return maille_no_memory(v->ctx);
    }
    *from = (source){.items = items, .csv = ogc_is(r, "csv"), .first = true};
    MAILLE_TRY(write_head(v, r, layer, from, &head));
    from->head = head.failed ? NULL : maille_strdup(head.text);
    if (!from->head)
        status = maille_no_memory(v->ctx);
done:
    maille_strbuf_free(&head);
    if (status)
        source_free(from);
    else
        out->stream = (body_stream){.more = more, .drop = source_free, .state = from};
    return status;
}

/* ---- GeoPackage ---- */

/* The features as a file that nothing but its descriptor leads to. */
static maille_status make_file(view *v, const request *r, const maille_layer_state *layer,
                               maille_items *items, reply *out) {
    const char *temporary = getenv("TMPDIR");
    char folder[1024], path[sizeof folder + 16];
    maille_status status = MAILLE_OK;
    int length = snprintf(folder, sizeof folder, "%s/maille-XXXXXX",
                          temporary && *temporary ? temporary : "/tmp");
    if (length < 0 || (size_t)length >= sizeof folder || !mkdtemp(folder))
        return maille_fail(v->ctx, MAILLE_FAILED, "a folder for a download could not be made: %s",
                           strerror(errno));
    snprintf(path, sizeof path, "%s/file.gpkg", folder);
    MAILLE_TRY(maille_items_write_gpkg(v->ctx, ogc_catalogue(v, r), layer->def->id, items, path));
    out->file = open(path, O_RDONLY | O_CLOEXEC);
    if (out->file < 0)
        status =
            maille_fail(v->ctx, MAILLE_FAILED, "%s could not be opened: %s", path, strerror(errno));
done:
    unlink(path);
    rmdir(folder);
    return status;
}

/* ---- the answer ---- */

/* "cpts-interne-2026-11-22.geojson": of which day and for whom it is. */
static maille_status name_file(view *v, const request *r, const maille_layer_state *layer,
                               reply *out) {
    char name[256], today[11];
    maille_utc_today(today);
    snprintf(name, sizeof name, "%s-%s-%s.%s", layer->def->id, maille_audience_name(r->audience),
             today, r->format);
    out->download = maille_arena_strdup(r->arena, name);
    return out->download ? MAILLE_OK : maille_no_memory(v->ctx);
}

/* A GeoPackage is made in degrees: what cannot be had is told. */
static maille_status check_system(view *v, const request *r, const wanted *asked) {
    if (!ogc_is(r, "gpkg") || asked->crs->geographic)
        return MAILLE_OK;
    return maille_fail(v->ctx, MAILLE_USAGE,
                       ogc_say(r, "crs : un GeoPackage est en degrés (WGS 84) ; pas « %s »",
                               "crs: a GeoPackage is in degrees (WGS 84); not \"%s\""),
                       asked->crs->uri);
}

static maille_status download(view *v, const request *r, reply *out) {
    const maille_layer_state *layer = NULL;
    maille_items *items = NULL;
    wanted asked = {0};
    maille_status status;
    MAILLE_TRY(ogc_layer(v, r, r->part[0], &layer));
    MAILLE_TRY(wanted_read(v, r, layer, WANTED_ALL, &asked));
    MAILLE_TRY(check_system(v, r, &asked));
    MAILLE_TRY(name_file(v, r, layer, out));
    MAILLE_TRY(
        maille_items_open(v->ctx, ogc_catalogue(v, r), layer->def->id, &asked.selection, &items));
    if (ogc_is(r, "gpkg")) {
        MAILLE_TRY(make_file(v, r, layer, items, out));
    } else {
        maille_items *taken = items;
        items = NULL;
        MAILLE_TRY(stream(v, r, layer, taken, out));
    }
done:
    maille_items_free(items);
    wanted_free(&asked);
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

static const route_parameter parameters[] = {COLLECTION, SELECTION_PARAMETERS, {0}};

static const route routes[] = {
    {.verbs = GET,
     .path = "/collections/{collection}/download",
     .id = "telechargement",
     .tag = "Couches",
     .summary = "Toute une couche, ou ce que l'on en choisit, comme fichier",
     .any_parameter = true,
     .formats = file_formats,
     .parameters = parameters,
     .answer = download},
};
const route_table download_routes = {routes, sizeof routes / sizeof *routes};
