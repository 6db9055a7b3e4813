/* A whole tile set as one file: every tile that holds something, compressed. */
#include "layers/tiles.h"

#include "layers/catalogue.h"

#include <maille/memory.h>
#include <maille/store.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

/* ---- compressing
 * -------------------------------------------------------------------------------- */

static maille_status start(maille_ctx *ctx, z_stream *z) {
    enum { GZIP = 16, WINDOW = 15, MEMORY = 8 };
    if (deflateInit2(z, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW + GZIP, MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return maille_no_memory(ctx);
    return MAILLE_OK;
}

/* `z` is reused from tile to tile. The header that zlib writes bears no time: same tile, same
 * bytes. */
static maille_status compress_tile(maille_ctx *ctx, z_stream *z, const maille_strbuf *tile,
                                   mvt_bytes *out) {
    deflateReset(z);
    size_t most = deflateBound(z, (uLong)tile->length);
    if (tile->length > UINT32_MAX / 2)
        return maille_fail(ctx, MAILLE_FAILED, "a tile exceeded 2 GB");
    if (!MAILLE_VEC_RESERVE(out, most))
        return maille_no_memory(ctx);
    z->next_in = (Bytef *)tile->text;
    z->avail_in = (uInt)tile->length;
    z->next_out = out->items;
    z->avail_out = (uInt)out->capacity;
    if (deflate(z, Z_FINISH) != Z_STREAM_END)
        return maille_fail(ctx, MAILLE_FAILED, "a tile could not be compressed");
    out->count = out->capacity - z->avail_out;
    return MAILLE_OK;
}

/* ---- tiles
 * -------------------------------------------------------------------------------------- */

typedef struct {
    maille_tileset *set;
    maille_mbtiles *file;
    unsigned most_zoom;
    uint64_t count;
    z_stream z;
    maille_strbuf tile;
    mvt_bytes packed;
} writing;

/* What holds nothing is left out. */
static maille_status write_tile(maille_ctx *ctx, writing *w, unsigned z, unsigned x, unsigned y) {
    maille_strbuf_clear(&w->tile);
    maille_status status = maille_cancelled(ctx);
    if (status == MAILLE_OK)
        status = maille_tile(ctx, w->set, z, x, y, &w->tile);
    if (status == MAILLE_OK && w->tile.length > 0) {
        status = compress_tile(ctx, &w->z, &w->tile, &w->packed);
        if (status == MAILLE_OK)
            status = maille_mbtiles_add(ctx, w->file, z, x, y,
                                        (maille_bytes){w->packed.items, w->packed.count});
        w->count++;
    }
    return status;
}

/* Tiles of a zoom that the features' box meets. */
static maille_status write_zoom(maille_ctx *ctx, writing *w, unsigned z) {
    double box[4], centre[2], last = ldexp(1, (int)z) - 1;
    tiles_place(w->set, box, centre);
    maille_xy low = maille_mercator_units((maille_lonlat){box[0], box[3]}, z);
    maille_xy high = maille_mercator_units((maille_lonlat){box[2], box[1]}, z);
    const double rim = MAILLE_TILE_BUFFER + 1;
    unsigned x1 = (unsigned)fmin(fmax((low.x - rim) / MAILLE_TILE_EXTENT, 0), last);
    unsigned y1 = (unsigned)fmin(fmax((low.y - rim) / MAILLE_TILE_EXTENT, 0), last);
    unsigned x2 = (unsigned)fmin(fmax((high.x + rim) / MAILLE_TILE_EXTENT, 0), last);
    unsigned y2 = (unsigned)fmin(fmax((high.y + rim) / MAILLE_TILE_EXTENT, 0), last);
    maille_status status = MAILLE_OK;
    for (unsigned x = x1; x <= x2 && status == MAILLE_OK; x++)
        for (unsigned y = y1; y <= y2 && status == MAILLE_OK; y++)
            status = write_tile(ctx, w, z, x, y);
    maille_progress(ctx, w->set->id, z + 1, w->most_zoom + 1);
    return status;
}

/* ---- metadata
 * ----------------------------------------------------------------------------------- */

/* A zoom at which the whole is about as wide as a screen. */
static unsigned overview(const double box[4], unsigned most) {
    double wide = fmax(fmax(box[2] - box[0], 1.5 * (box[3] - box[1])), 1e-6);
    double zoom = floor(log2(720 / wide));
    return (unsigned)fmin(fmax(zoom, 0), most);
}

static maille_status write_metadata(maille_ctx *ctx, writing *w) {
    const maille_tileset *set = w->set;
    double box[4], centre[2];
    char bounds[128], place[96], most[16];
    maille_strbuf json = {0};
    tiles_place(set, box, centre);
    unsigned zoom = overview(box, w->most_zoom);
    snprintf(bounds, sizeof bounds, "%.7f,%.7f,%.7f,%.7f", box[0], box[1], box[2], box[3]);
    snprintf(place, sizeof place, "%.7f,%.7f,%u", centre[0], centre[1], zoom);
    snprintf(most, sizeof most, "%u", w->most_zoom);
    maille_strbuf_add(&json, "{\"vector_layers\":");
    tiles_vector_layers(set, w->most_zoom, true, &json);
    maille_strbuf_add(&json, "}");
    if (json.failed)
        return maille_no_memory(ctx);
    const char *const rows[][2] = {{"name", set->title},
                                   {"format", "pbf"},
                                   {"bounds", bounds},
                                   {"center", place},
                                   {"minzoom", "0"},
                                   {"maxzoom", most},
                                   {"attribution", set->attribution},
                                   {"description", set->description},
                                   {"type", "overlay"},
                                   {"json", json.text}};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == MAILLE_OK; i++)
        status = maille_mbtiles_metadata(ctx, w->file, rows[i][0], rows[i][1]);
    maille_strbuf_free(&json);
    return status;
}

maille_status maille_tileset_write(maille_ctx *ctx, maille_tileset *set, unsigned most_zoom,
                                   const char *path, uint64_t *tiles) {
    writing w = {.set = set, .most_zoom = most_zoom};
    if (most_zoom > MAILLE_TILES_ZOOM_MOST)
        return maille_fail(ctx, MAILLE_USAGE, "zoom %u was beyond %d", most_zoom,
                           MAILLE_TILES_ZOOM_MOST);
    maille_status status = start(ctx, &w.z);
    if (status != MAILLE_OK)
        return status;
    MAILLE_TRY(maille_mbtiles_new(ctx, path, &w.file));
    MAILLE_TRY(write_metadata(ctx, &w));
    for (unsigned z = 0; z <= most_zoom; z++)
        MAILLE_TRY(write_zoom(ctx, &w, z));
    MAILLE_TRY(maille_mbtiles_end(ctx, w.file));
    *tiles = w.count;
done:
    maille_mbtiles_free(w.file);
    deflateEnd(&w.z);
    maille_strbuf_free(&w.tile);
    MAILLE_VEC_FREE(&w.packed);
    return status;
}

/* ---- a layer
 * ------------------------------------------------------------------------------------ */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

maille_status maille_layer_write_tiles(maille_ctx *ctx, const maille_catalogue *catalogue,
                                       const char *id, unsigned most_zoom, const char *folder,
                                       maille_layer_written *written) {
    const maille_selection all = {.limit = -1};
    const maille_layer_state *state = NULL;
    maille_tileset *set = NULL;
    uint64_t tiles = 0;
    double start_time = now();
    struct stat about;
    maille_status status = maille_catalogue_find(ctx, catalogue, id, &state);
    if (status != MAILLE_OK)
        return status;
    *written = (maille_layer_written){.id = state->def->id, .stale = state->stale};
    int length = snprintf(written->path, sizeof written->path, "%s/%s.mbtiles", folder, id);
    if (length < 0 || (size_t)length >= sizeof written->path)
        return maille_fail(ctx, MAILLE_USAGE, "%s was too long a path", folder);
    MAILLE_TRY(maille_tileset_new(ctx, catalogue, id, &all, &set));
    MAILLE_TRY(layers_estimated(ctx, catalogue, state->def, &written->estimated));
    MAILLE_TRY(maille_tileset_write(ctx, set, most_zoom, written->path, &tiles));
    written->features = set->count;
    if (stat(written->path, &about) == 0)
        written->bytes = (uint64_t)about.st_size;
    written->seconds = now() - start_time;
done:
    maille_tileset_free(set);
    return status;
}
