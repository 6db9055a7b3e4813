/* CSV: UTF-8, a header, commas, one line a feature; geometry is left out. */
#include "layers/sinks.h"

static maille_status begin(maille_ctx *ctx, layers_sink *sink) {
    maille_strbuf *s = &sink->line;
    maille_status status = maille_items_add_csv_header(ctx, sink->items, s);
    if (!status)
        status = layers_out_open(ctx, sink->path, &sink->out);
    if (!status)
        layers_out_add(&sink->out, s->text, s->length);
    return status;
}

static maille_status feature(maille_ctx *ctx, layers_sink *sink) {
    maille_strbuf *s = &sink->line;
    maille_strbuf_clear(s);
    maille_status status = maille_items_add_csv(ctx, sink->items, s);
    if (!status)
        layers_out_add(&sink->out, s->text, s->length);
    return status;
}

static maille_status end(maille_ctx *ctx, layers_sink *sink) {
    return layers_out_close(ctx, sink->path, &sink->out);
}

const layers_writer layers_csv = {"csv", false, true, begin, feature, end};
