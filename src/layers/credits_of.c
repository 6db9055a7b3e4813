/* Credits of an answer that is no layer. */
#include <maille/credits.h>

#include "layers/catalogue.h"

#include <maille/json.h>

maille_status maille_credits_of(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const char *const *kinds, size_t count, maille_strbuf *to) {
    maille_layer_def def = {.id = "réponse", .source_count = count};
    maille_strbuf sources = {0}, licence = {0};
    maille_status status = MAILLE_OK;
    def.sources = maille_alloc(count + 1, sizeof *def.sources);
    if (!def.sources)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++)
        def.sources[i] = kinds[i];
    MAILLE_TRY(layers_credits(ctx, catalogue, &def, &sources, &licence));
    maille_strbuf_add(to, "\"sources\":");
    maille_strbuf_add(to, sources.text);
    maille_strbuf_add(to, ",\"licence\":");
    maille_json_text(to, licence.text);
    if (to->failed)
        status = maille_no_memory(ctx);
done:
    maille_free((void *)def.sources);
    maille_strbuf_free(&sources);
    maille_strbuf_free(&licence);
    return status;
}
