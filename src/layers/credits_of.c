/* Credits of an answer that is no layer. */
#include <maille/credits.h>

#include "layers/catalogue.h"

#include <maille/json.h>

maille_status maille_credits_of(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const char *const *kinds, size_t count, maille_strbuf *to) {
    const layers_resting on = {
        .layer = "an answer", .kinds = kinds, .count = count, .all_groupings = true};
    maille_strbuf sources = {0}, licence = {0};
    maille_status status = layers_credits_on(ctx, catalogue, &on, &sources, &licence);
    if (status == MAILLE_OK) {
        maille_strbuf_addf(to, "\"sources\":%s,\"licence\":", sources.text);
        maille_json_text(to, licence.text);
        if (to->failed)
            status = maille_no_memory(ctx);
    }
    maille_strbuf_free(&sources);
    maille_strbuf_free(&licence);
    return status;
}
