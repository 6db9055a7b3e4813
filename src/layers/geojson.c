/* GeoJSON by RFC 7946, as a stream. The bbox is known at the end only: its place is left open
 * before the features and filled in then, so that readers find it first. */
#include "layers/sinks.h"

#include <maille/json.h>
#include <math.h>
#include <string.h>

/* "\"bbox\":[" + four coordinates of 12 at most + commas + "]," */
enum { BOX_WIDTH = 64 };

static const layers_box empty_box = {INFINITY, INFINITY, -INFINITY, -INFINITY};

static void add_member(maille_strbuf *s, const char *key, const char *text) {
    maille_strbuf_addf(s, "\"%s\":", key);
    maille_json_text(s, text);
    maille_strbuf_add(s, ",\n");
}

static maille_status write_head(maille_ctx *ctx, layers_sink *sink) {
    const maille_catalogue *c = sink->catalogue;
    const maille_layer_def *def = sink->plan->def;
    maille_strbuf *s = &sink->line, sources = {0}, licence = {0};
    maille_status status = layers_credits(ctx, c, def, &sources, &licence);
    if (status)
        goto done;
    maille_strbuf_add(s, "{\n\"type\":\"FeatureCollection\",\n");
    add_member(s, "name", def->id);
    add_member(s, "title", def->title.fr);
    add_member(s, "audience", maille_audience_name(c->audience));
    add_member(s, "workspace_hash", c->hash.hex);
    maille_strbuf_add(s, sink->estimated ? "\"estime\":true,\n" : "");
    maille_strbuf_add(s, sink->stale ? "\"perime\":true,\n" : "");
    maille_strbuf_addf(s, "\"sources\":%s,\n", sources.text);
    add_member(s, "licence", licence.text);
    maille_strbuf_addf(s, "\"parameters\":%s,\n", c->parameters);
    if (s->failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    layers_out_add(&sink->out, s->text, s->length);
done:
    maille_strbuf_free(&sources);
    maille_strbuf_free(&licence);
    return status;
}

static void leave_place_for_box(layers_sink *sink) {
    char blanks[BOX_WIDTH];
    memset(blanks, ' ', sizeof blanks);
    sink->box = empty_box;
    sink->box_at = layers_out_position(&sink->out);
    layers_out_add(&sink->out, blanks, sizeof blanks);
}

/* Names of properties, escaped once. */
static maille_status make_keys(maille_ctx *ctx, layers_sink *sink) {
    const layers_plan *plan = sink->plan;
    sink->keys = maille_arena_alloc(plan->arena, (plan->fields.count + 1) * sizeof *sink->keys);
    if (!sink->keys)
        return maille_no_memory(ctx);
    for (size_t f = 0; f < plan->fields.count; f++) {
        maille_strbuf_clear(&sink->line);
        maille_strbuf_add(&sink->line, f ? "," : "");
        maille_json_text(&sink->line, plan->fields.items[f].name);
        maille_strbuf_add_char(&sink->line, ':');
        sink->keys[f] =
            sink->line.failed ? NULL : maille_arena_strdup(plan->arena, sink->line.text);
        if (!sink->keys[f])
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

static maille_status begin(maille_ctx *ctx, layers_sink *sink) {
    static const char features[] = "\n\"features\":[";
    maille_status status = layers_out_open(ctx, sink->path, &sink->out);
    if (!status)
        status = write_head(ctx, sink);
    if (!status)
        status = make_keys(ctx, sink);
    if (status)
        return status;
    leave_place_for_box(sink);
    layers_out_add(&sink->out, features, strlen(features));
    return MAILLE_OK;
}

/* An array of texts is kept as JSON: read and written again, so that what is published is JSON
 * whatever stood there. */
static maille_status add_texts(maille_ctx *ctx, maille_strbuf *s, const char *json) {
    char **texts = NULL;
    size_t count = 0;
    maille_status status = maille_json_read_texts(ctx, json, &texts, &count);
    if (!status)
        maille_json_texts(s, (const char *const *)texts, count);
    maille_free(texts);
    return status;
}

static maille_status add_value(maille_ctx *ctx, maille_strbuf *s, const maille_property_def *def,
                               const layers_value *value) {
    if (value->null) {
        maille_strbuf_add_n(s, "null", 4);
        return MAILLE_OK;
    }
    switch (def->type) {
    case MAILLE_P_TEXT:
        maille_json_text(s, value->text);
        break;
    case MAILLE_P_INT:
        maille_json_fixed(s, value->number, 0);
        break;
    case MAILLE_P_NUMBER:
        maille_json_fixed(s, value->number, def->decimals);
        break;
    case MAILLE_P_BOOL:
        maille_strbuf_add(s, value->number != 0 ? "true" : "false");
        break;
    case MAILLE_P_TEXTS:
        return add_texts(ctx, s, value->text);
    }
    return MAILLE_OK;
}

static maille_status feature(maille_ctx *ctx, layers_sink *sink) {
    const layers_plan *plan = sink->plan;
    maille_strbuf *s = &sink->line;
    maille_status status = MAILLE_OK;
    maille_strbuf_clear(s);
    maille_strbuf_add(s, sink->features++ ? ",\n" : "\n");
    maille_strbuf_add(s, "{\"type\":\"Feature\",\"id\":");
    maille_json_text(s, layers_rows_id(sink->rows));
    maille_strbuf_add(s, ",\"properties\":{");
    for (size_t f = 0; f < plan->fields.count && !status; f++) {
        layers_value value = layers_rows_value(sink->rows, f);
        maille_strbuf_add(s, sink->keys[f]);
        status = add_value(ctx, s, plan->fields.items[f].def, &value);
    }
    maille_strbuf_add(s, "},\"geometry\":");
    if (!status && s->failed)
        status = maille_no_memory(ctx);
    if (status)
        return status;
    layers_out_add(&sink->out, s->text, s->length);
    status = layers_write_geometry(ctx, &sink->out, layers_rows_geometry(sink->rows), &sink->box);
    layers_out_add(&sink->out, "}", 1);
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
