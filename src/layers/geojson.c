/* GeoJSON by RFC 7946, as a stream. The bbox is known at the end only: its place is left open
 * before the features and filled in then, so that readers find it first. */
#include "layers/sinks.h"

#include <math.h>
#include <string.h>

/* "\"bbox\":[" + four coordinates of 12 at most + commas + "]," */
enum { BOX_WIDTH = 64 };

static const layers_box empty_box = {INFINITY, INFINITY, -INFINITY, -INFINITY};

static maille_status write_head(maille_ctx *ctx, layers_sink *sink) {
    maille_strbuf *s = &sink->line;
    maille_strbuf_add(s, "{\n\"type\":\"FeatureCollection\",\n");
    maille_status status = maille_layer_members(ctx, sink->catalogue, sink->plan->def->id, s);
    maille_strbuf_add(s, ",\n");
    if (!status && s->failed)
        status = maille_no_memory(ctx);
    if (!status)
        layers_out_add(&sink->out, s->text, s->length);
    return status;
}

static void leave_place_for_box(layers_sink *sink) {
    char blanks[BOX_WIDTH];
    memset(blanks, ' ', sizeof blanks);
    sink->box = empty_box;
    sink->items->box = &sink->box;
    sink->box_at = layers_out_position(&sink->out);
    layers_out_add(&sink->out, blanks, sizeof blanks);
}

static maille_status begin(maille_ctx *ctx, layers_sink *sink) {
    static const char features[] = "\n\"features\":[";
    maille_status status = layers_out_open(ctx, sink->path, &sink->out);
    if (!status)
        status = write_head(ctx, sink);
    if (status)
        return status;
    leave_place_for_box(sink);
    layers_out_add(&sink->out, features, strlen(features));
    return MAILLE_OK;
}

static maille_status feature(maille_ctx *ctx, layers_sink *sink) {
    maille_strbuf *s = &sink->line;
    maille_strbuf_clear(s);
    maille_strbuf_add(s, sink->features++ ? ",\n" : "\n");
    maille_status status = maille_items_add_geojson(ctx, sink->items, s);
    if (!status)
        layers_out_add(&sink->out, s->text, s->length);
    return status;
}

static maille_status end(maille_ctx *ctx, layers_sink *sink) {
    static const char tail[] = "\n]\n}\n";
    layers_out_add(&sink->out, tail, strlen(tail));
    if (sink->box.west <= sink->box.east) {
        char text[BOX_WIDTH], *to = text;
        const double sides[] = {sink->box.west, sink->box.south, sink->box.east, sink->box.north};
        memcpy(to, "\"bbox\":", 7);
        to += 7;
        for (size_t i = 0; i < 4; i++) {
            *to++ = i ? ',' : '[';
            to = layers_put_degrees(to, sides[i]);
        }
        *to++ = ']';
        *to++ = ',';
        layers_out_patch(&sink->out, sink->box_at, text, (size_t)(to - text));
    }
    return layers_out_close(ctx, sink->path, &sink->out);
}

const layers_writer layers_geojson = {"geojson", true, true, begin, feature, end};
