/* What is known of a layer beside its features: its properties and legends, its extent, what a file
 * of it bears.
 */
#include "layers/items.h"

#include <maille/json.h>
#include <math.h>

maille_status maille_layer_properties(maille_ctx *ctx, const maille_catalogue *catalogue,
                                      const char *id, const maille_property **out, size_t *count) {
    const layers_plan *plan = NULL;
    maille_status status = layers_find(ctx, catalogue, id, NULL, &plan);
    if (status)
        return status;
    *out = plan->properties;
    *count = plan->fields.count;
    return MAILLE_OK;
}

maille_status maille_layer_legends(maille_ctx *ctx, const maille_catalogue *catalogue,
                                   const char *id, const maille_legend **out, size_t *count) {
    const layers_plan *plan = NULL;
    maille_status status = layers_find(ctx, catalogue, id, NULL, &plan);
    if (status)
        return status;
    *out = plan->legends;
    *count = plan->legend_count;
    return MAILLE_OK;
}

/* Where the geometry is another table's, it is that of the rows that the view has. */
maille_status maille_layer_extent(maille_ctx *ctx, const maille_catalogue *catalogue,
                                  const char *id, double box[4]) {
    const layers_plan *plan = NULL;
    maille_status status = layers_find(ctx, catalogue, id, NULL, &plan);
    if (status)
        return status;
    const maille_layer_def *def = plan->def;
    const maille_filter rows = {
        .op = MAILLE_F_AND, .children = plan->rows, .count = plan->row_count};
    const maille_filter *child = &rows;
    const maille_filter among = {.op = MAILLE_F_AMONG,
                                 .column = def->key,
                                 .among = {def->view, def->key},
                                 .children = &child,
                                 .count = 1};
    const maille_filter *filter = plan->row_count ? &rows : NULL;
    const char *table = def->view;
    for (size_t i = 0; i < 4; i++)
        box[i] = NAN;
    if (!plan->geometry_column)
        return MAILLE_OK;
    if (plan->geometry_source > 0) {
        table = plan->sources.items[plan->geometry_source - 1].table;
        filter = &among;
    }
    return maille_store_extent(ctx, catalogue->store, table, filter, box);
}

static void add_member(maille_strbuf *s, const char *key, const char *text) {
    maille_strbuf_addf(s, ",\n\"%s\":", key);
    maille_json_text(s, text);
}

static maille_status write_members(maille_ctx *ctx, const maille_catalogue *c,
                                   const maille_layer_state *state, maille_strbuf *s) {
    const maille_layer_def *def = state->def;
    maille_strbuf sources = {0}, licence = {0};
    bool estimated = false;
    maille_status status;
    MAILLE_TRY(layers_credits(ctx, c, def, &sources, &licence));
    MAILLE_TRY(layers_estimated(ctx, c, def, &estimated));
    maille_strbuf_add(s, "\"name\":");
    maille_json_text(s, def->id);
    add_member(s, "title", def->title.fr);
    add_member(s, "audience", maille_audience_name(c->audience));
    add_member(s, "workspace_hash", c->made->hash.hex);
    maille_strbuf_add(s, estimated ? ",\n\"estime\":true" : "");
    maille_strbuf_add(s, state->stale ? ",\n\"perime\":true" : "");
    maille_strbuf_addf(s, ",\n\"sources\":%s", sources.text);
    add_member(s, "licence", licence.text);
    maille_strbuf_addf(s, ",\n\"parameters\":%s", c->parameters);
    if (s->failed)
        status = maille_no_memory(ctx);
done:
    maille_strbuf_free(&sources);
    maille_strbuf_free(&licence);
    return status;
}

maille_status maille_layer_members(maille_ctx *ctx, const maille_catalogue *catalogue,
                                   const char *id, maille_strbuf *to) {
    const maille_layer_state *state = NULL;
    const layers_plan *plan = NULL;
    maille_strbuf members = {0};
    maille_status status = layers_find(ctx, catalogue, id, &state, &plan);
    if (status)
        return status;
    char **made = &catalogue->made->members[state - catalogue->states];
    if (catalogue->made->decided) {
        status = layers_hash(ctx, catalogue, &catalogue->made->hash);
        catalogue->made->decided = status != MAILLE_OK;
    }
    if (!status && !*made) {
        status = write_members(ctx, catalogue, state, &members);
        if (status)
            maille_strbuf_free(&members);
        *made = members.text;
    }
    if (!status)
        maille_strbuf_add(to, *made);
    return status ? status : to->failed ? maille_no_memory(ctx) : MAILLE_OK;
}
