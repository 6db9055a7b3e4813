/* Features as text: GeoJSON and CSV. */
#include "layers/items.h"

#include <maille/json.h>
#include <math.h>
#include <string.h>

/* ---- GeoJSON ---- */

/* Whether it is an array of texts as maille_json_texts writes it, so that it can be copied. */
static bool is_canonical(const char *json) {
    const char *c = json;
    if (*c++ != '[')
        return false;
    while (*c == '"') {
        for (c++; *c && *c != '"'; c++)
            if ((unsigned char)*c < ' ' || *c == '\\' || (unsigned char)*c >= 0x80)
                return false;
        if (*c++ != '"')
            return false;
        if (*c == ',' && c[1] == '"')
            c++;
    }
    return c[0] == ']' && c[1] == '\0' && (c - json == 1 || c[-1] == '"');
}

/* An array of texts is kept as JSON: read and written again where it need be, so that what is
 * published is JSON whatever stood there. */
static maille_status add_texts(maille_ctx *ctx, maille_strbuf *s, const char *json) {
    char **texts = NULL;
    size_t count = 0;
    if (is_canonical(json)) {
        maille_strbuf_add(s, json);
        return MAILLE_OK;
    }
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

maille_status maille_items_add_geojson(maille_ctx *ctx, maille_items *items, maille_strbuf *to) {
    maille_status status = MAILLE_OK;
    maille_strbuf_add(to, "{\"type\":\"Feature\",\"id\":");
    maille_json_text(to, items->id.text);
    maille_strbuf_add(to, ",\"properties\":{");
    for (size_t i = 0; i < items->count && !status; i++) {
        layers_value value = layers_raw(items, i);
        if (i > 0)
            maille_strbuf_add_char(to, ',');
        maille_strbuf_add(to, items->fields[i]->json);
        status = add_value(ctx, to, items->fields[i]->def, &value);
    }
    maille_strbuf_add(to, "},\"geometry\":");
    if (!status)
        status = layers_write_geometry(ctx, to, maille_items_geometry(items), &items->projection,
                                       items->box);
    maille_strbuf_add_char(to, '}');
    if (!status && to->failed)
        status = maille_no_memory(ctx);
    return status;
}

/* ---- CSV ---- */

maille_status maille_items_add_csv_header(maille_ctx *ctx, const maille_items *items,
                                          maille_strbuf *to) {
    for (size_t i = 0; i < items->count; i++) {
        maille_strbuf_add(to, i ? "," : "");
        maille_strbuf_add_csv(to, items->fields[i]->name);
    }
    maille_strbuf_add_char(to, '\n');
    return to->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* Texts of an array, joined by ";". */
static maille_status add_joined(maille_ctx *ctx, maille_strbuf *s, const char *json) {
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

maille_status maille_items_add_csv(maille_ctx *ctx, maille_items *items, maille_strbuf *to) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < items->count && !status; i++) {
        const maille_property_def *def = items->fields[i]->def;
        layers_value value = layers_raw(items, i);
        maille_strbuf_add(to, i ? "," : "");
        if (value.null)
            continue;
        if (def->type == MAILLE_P_TEXTS)
            status = add_joined(ctx, to, value.text);
        else if (def->type == MAILLE_P_TEXT)
            maille_strbuf_add_csv(to, value.text);
        else if (def->type == MAILLE_P_BOOL)
            maille_strbuf_add(to, value.number != 0 ? "true" : "false");
        else
            maille_strbuf_add_fixed(to, value.number, def->decimals);
    }
    maille_strbuf_add_char(to, '\n');
    if (!status && to->failed)
        status = maille_no_memory(ctx);
    return status;
}
