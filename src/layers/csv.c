/* CSV: UTF-8, a header, commas, one line a feature; geometry is left out. */
#include "layers/sinks.h"

#include <maille/json.h>

/* Texts of an array, joined by ";". */
static maille_status add_texts(maille_ctx *ctx, maille_strbuf *s, const char *json) {
    char **texts = NULL;
    size_t count = 0;
    maille_strbuf joined = {0};
    maille_status status = maille_json_read_texts(ctx, json, &texts, &count);
    for (size_t i = 0; i < count && !status; i++)
        maille_strbuf_addf(&joined, "%s%s", i ? ";" : "", texts[i]);
    if (!status && joined.failed)
        status = maille_no_memory(ctx);
    if (!status && joined.text)
        maille_strbuf_add_csv(s, joined.text);
    maille_strbuf_free(&joined);
    maille_free(texts);
    return status;
}

static maille_status begin(maille_ctx *ctx, layers_sink *sink) {
    const layers_plan *plan = sink->plan;
    maille_strbuf *s = &sink->line;
    for (size_t f = 0; f < plan->fields.count; f++) {
        maille_strbuf_add(s, f ? "," : "");
        maille_strbuf_add_csv(s, plan->fields.items[f].name);
    }
    maille_strbuf_add_char(s, '\n');
    if (s->failed)
        return maille_no_memory(ctx);
    maille_status status = layers_out_open(ctx, sink->path, &sink->out);
    if (!status)
        layers_out_add(&sink->out, s->text, s->length);
    return status;
}

static maille_status feature(maille_ctx *ctx, layers_sink *sink) {
    const layers_plan *plan = sink->plan;
    maille_strbuf *s = &sink->line;
    maille_status status = MAILLE_OK;
    maille_strbuf_clear(s);
    for (size_t f = 0; f < plan->fields.count && !status; f++) {
        const maille_property_def *def = plan->fields.items[f].def;
        layers_value value = layers_rows_value(sink->rows, f);
        maille_strbuf_add(s, f ? "," : "");
        if (value.null)
            continue;
        if (def->type == MAILLE_P_TEXTS)
            status = add_texts(ctx, s, value.text);
        else if (def->type == MAILLE_P_TEXT)
            maille_strbuf_add_csv(s, value.text);
        else if (def->type == MAILLE_P_BOOL)
            maille_strbuf_add(s, value.number != 0 ? "true" : "false");
        else
            maille_strbuf_add_fixed(s, value.number, def->decimals);
    }
    maille_strbuf_add_char(s, '\n');
    if (!status && s->failed)
        status = maille_no_memory(ctx);
    if (!status)
        layers_out_add(&sink->out, s->text, s->length);
    return status;
}

static maille_status end(maille_ctx *ctx, layers_sink *sink) {
    return layers_out_close(ctx, sink->path, &sink->out);
}

const layers_writer layers_csv = {"csv", false, true, begin, feature, end};
