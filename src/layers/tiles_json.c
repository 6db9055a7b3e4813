/* What is told of a tile set: TileJSON 3.0. */
#include "layers/tiles.h"

#include "layers/catalogue.h"

#include <maille/json.h>
#include <maille/jsontree.h>
#include <math.h>

/* "IGN ADMIN EXPRESS, 2018-01-01 (Licence Ouverte 2.0) ; …" */
static void join_credits(const maille_json *sources, maille_strbuf *to) {
    for (size_t i = 0; i < maille_json_count(sources); i++) {
        const maille_json *source = maille_json_at(sources, i);
        const char *vintage = maille_json_as_text(maille_json_get(source, "vintage"));
        const char *licence = maille_json_as_text(maille_json_get(source, "licence"));
        maille_strbuf_add(to, i ? " ; " : "");
        maille_strbuf_add(to, maille_json_as_text(maille_json_get(source, "name")));
        if (vintage)
            maille_strbuf_addf(to, ", %s", vintage);
        if (licence)
            maille_strbuf_addf(to, " (licence : %s)", licence);
    }
}

maille_status tiles_attribution(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const maille_layer_def *def, maille_arena *arena,
                                const char **out) {
    maille_strbuf sources = {0}, licence = {0}, text = {0};
    maille_json *tree = NULL;
    maille_status status;
    MAILLE_TRY(layers_credits(ctx, catalogue, def, &sources, &licence));
    MAILLE_TRY(maille_json_parse(ctx, "sources", sources.text, &tree));
    maille_strbuf_add(&text, "");
    join_credits(tree, &text);
    *out = text.failed ? NULL : maille_arena_strdup(arena, text.text);
    if (!*out)
        status = maille_no_memory(ctx);
done:
    maille_json_free(tree);
    maille_strbuf_free(&sources);
    maille_strbuf_free(&licence);
    maille_strbuf_free(&text);
    return status;
}

void tiles_vector_layers(const maille_tileset *set, unsigned most_zoom, bool kinds,
                         maille_strbuf *to) {
    maille_strbuf_add(to, "[{\"id\":");
    maille_json_text(to, set->id);
    maille_strbuf_add(to, ",\"description\":");
    maille_json_text(to, set->description);
    maille_strbuf_addf(to, ",\"minzoom\":0,\"maxzoom\":%u,\"fields\":{", most_zoom);
    for (size_t i = 0; i < set->key_count; i++) {
        maille_strbuf_add(to, i ? "," : "");
        maille_json_text(to, set->keys[i].name);
        maille_strbuf_add_char(to, ':');
        maille_json_text(to, kinds ? set->keys[i].kind : set->keys[i].about);
    }
    maille_strbuf_add(to, "}}]");
}

void tiles_place(const maille_tileset *set, double box[4], double centre[2]) {
    static const double world[] = {-180, -85.05112878, 180, 85.05112878};
    for (int i = 0; i < 4; i++)
        box[i] = isnan(set->box[i]) ? world[i] : set->box[i];
    centre[0] = (box[0] + box[2]) / 2;
    centre[1] = (box[1] + box[3]) / 2;
}

maille_status maille_tilejson(maille_ctx *ctx, const maille_tileset *set, const char *url,
                              maille_strbuf *out) {
    double box[4], centre[2];
    tiles_place(set, box, centre);
    maille_strbuf_add(out, "{\"tilejson\":\"3.0.0\",\"scheme\":\"xyz\",\"tiles\":[");
    maille_json_text(out, url);
    maille_strbuf_add(out, "],\"name\":");
    maille_json_text(out, set->title);
    maille_strbuf_add(out, ",\"description\":");
    maille_json_text(out, set->description);
    maille_strbuf_add(out, ",\"attribution\":");
    maille_json_text(out, set->attribution);
    maille_strbuf_addf(out, ",\"minzoom\":0,\"maxzoom\":%d,\"bounds\":[", MAILLE_TILES_ZOOM_MOST);
    for (int i = 0; i < 4; i++) {
        maille_strbuf_add(out, i ? "," : "");
        maille_json_fixed(out, box[i], 7);
    }
    maille_strbuf_add(out, "],\"vector_layers\":");
    tiles_vector_layers(set, MAILLE_TILES_ZOOM_MOST, false, out);
    maille_strbuf_add_char(out, '}');
    return out->failed ? maille_no_memory(ctx) : MAILLE_OK;
}
