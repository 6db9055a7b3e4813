/* Writing a layer: items → writer, figures on the way, a temporary name until all is well. */
#include "layers/figures.h"
#include "layers/sinks.h"

#include <errno.h>
#include <maille/tiles.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const layers_writer *writer_of(maille_layer_format format) {
    switch (format) {
    case MAILLE_GPKG:
        return &layers_gpkg;
    case MAILLE_CSV:
        return &layers_csv;
    case MAILLE_GEOJSON:
    case MAILLE_MBTILES:
        break;
    }
    return &layers_geojson;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static maille_status write_features(maille_ctx *ctx, const layers_writer *writer, layers_sink *sink,
                                    layers_figures *figures, maille_layer_written *written) {
    bool found = false;
    maille_status status = writer->begin(ctx, sink);
    while (!status) {
        if ((status = maille_cancelled(ctx)) != MAILLE_OK ||
            (status = maille_items_next(ctx, sink->items, &found)) != MAILLE_OK || !found)
            break;
        layers_figures_add(figures, sink->items);
        status = writer->feature(ctx, sink);
        written->features++;
        if (status)
            maille_fail(ctx, status, "%s \"%s\": %s", sink->plan->def->id,
                        maille_items_id(sink->items), maille_message(ctx));
    }
    return status ? status : writer->end(ctx, sink);
}

static void release(maille_ctx *ctx, layers_sink *sink) {
    if (sink->out.buffer)
        layers_out_close(ctx, sink->path, &sink->out);
    maille_strbuf_free(&sink->line);
    maille_table_free(sink->table);
    maille_items_free(sink->items);
}

/* Items and figures of the layer; then the file at `path`. */
static maille_status write_file(maille_ctx *ctx, const maille_catalogue *c,
                                const maille_layer_state *state, const layers_plan *plan,
                                const layers_writer *writer, const char *path,
                                maille_layer_written *written) {
    const maille_layer_def *def = state->def;
    const maille_selection all = {.without_geometry = !writer->geometry, .limit = -1};
    layers_figures *figures = NULL;
    layers_sink sink = {.catalogue = c, .plan = plan, .path = path, .out = {.file = -1}};
    maille_status status;
    MAILLE_TRY(layers_estimated(ctx, c, def, &written->estimated));
    MAILLE_TRY(layers_figures_new(ctx, c, plan, &figures));
    MAILLE_TRY(maille_items_open(ctx, c, def->id, &all, &sink.items));
    MAILLE_TRY(write_features(ctx, writer, &sink, figures, written));
    written->stale = state->stale;
    layers_figures_end(figures, written);
done:
    release(ctx, &sink);
    layers_figures_free(figures);
    return status;
}

maille_status maille_layer_write(maille_ctx *ctx, maille_catalogue *catalogue, const char *id,
                                 maille_layer_format format, const char *folder,
                                 maille_layer_written *written) {
    if (format == MAILLE_MBTILES)
        return maille_layer_write_tiles(ctx, catalogue, id, MAILLE_TILES_ZOOM_MOST, folder,
                                        written);
    const layers_writer *writer = writer_of(format);
    const maille_layer_state *state = NULL;
    const layers_plan *plan = NULL;
    maille_strbuf path = {0}, part = {0};
    double start = now();
    maille_status status = layers_find(ctx, catalogue, id, &state, &plan);
    if (status)
        return status;
    *written = (maille_layer_written){.id = state->def->id};
    maille_strbuf_addf(&path, "%s/%s.%s", folder, id, writer->extension);
    maille_strbuf_addf(&part, "%s/%s.%s%s", folder, id, writer->extension,
                       writer->by_other_name ? ".part" : "");
    if (path.failed || part.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (path.length >= sizeof written->path) {
        status = maille_fail(ctx, MAILLE_USAGE, "%s was too long a path", path.text);
        goto done;
    }
    memcpy(written->path, path.text, path.length + 1);
    status = write_file(ctx, catalogue, state, plan, writer, part.text, written);
    if (!status && writer->by_other_name && rename(part.text, path.text) != 0)
        status = maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", path.text,
                             strerror(errno));
    if (status && writer->by_other_name)
        unlink(part.text);
    struct stat about;
    if (!status && stat(path.text, &about) == 0)
        written->bytes = (uint64_t)about.st_size;
    written->seconds = now() - start;
done:
    maille_strbuf_free(&path);
    maille_strbuf_free(&part);
    return status;
}
