/* What a run of the chain computed, told in the journal: who shows layers reads them again. */
#include "steps/step.h"

#include <maille/journal.h>
#include <maille/json.h>
#include <maille/layerdef.h>
#include <maille/memory.h>
#include <stdio.h>
#include <string.h>

/* Whether the public may know that something is another thing: what is computed of drafts, or for
 * the inside alone, tells it nothing. */
static bool is_public_news(const computed *done, maille_audience audience) {
    for (size_t i = 0; i < maille_all_steps_count; i++) {
        const step *s = &maille_all_steps[i];
        bool seen = s->by_audience ? audience == MAILLE_PUBLIC : !s->reads_drafts;
        if (done[i] == COMPUTED_OTHER && seen)
            return true;
    }
    return false;
}

static bool shows_any(const maille_layer_def *def, const computed *done) {
    for (size_t i = 0; i < def->need_count; i++) {
        const step *s = step_named(def->needs[i]);
        if (s && done[s - maille_all_steps])
            return true;
    }
    return false;
}

/* Its id; of one per grouping those of each. */
static maille_status name_layer(maille_ctx *ctx, maille_store *store, const maille_layer_def *def,
                                maille_jout *out, size_t *named) {
    static const char *const columns[] = {"name"};
    const maille_value kind = maille_text_value("grouping");
    const maille_filter filter = maille_equals("kind", &kind);
    const maille_query query = {.table = "import",
                                .columns = columns,
                                .column_count = 1,
                                .filter = &filter,
                                .order = columns,
                                .order_count = 1};
    maille_status status = MAILLE_OK;
    maille_table *names = NULL;
    maille_strbuf id = {0};
    if (!def->per) {
        maille_j_text(out, NULL, def->id);
        ++*named;
        return MAILLE_OK;
    }
    TRY(maille_store_read(ctx, store, &query, &names));
    for (size_t i = 0; i < names->rows; i++) {
        const char *const *name = names->columns[0].texts;
        if (i > 0 && strcmp(name[i - 1], name[i]) == 0)
            continue;
        maille_strbuf_clear(&id);
        maille_strbuf_addf(&id, "%s-%s", def->id, name[i]);
        out->s.failed = out->s.failed || id.failed;
        maille_j_text(out, NULL, id.text);
        ++*named;
    }
done:
    maille_strbuf_free(&id);
    maille_table_free(names);
    return status;
}

/* The layers that show what was computed; how many. */
static maille_status add_layers(maille_ctx *ctx, maille_store *store, const computed *done,
                                maille_audience audience, maille_jout *out, size_t *named) {
    maille_status status = MAILLE_OK;
    char *folder = NULL;
    maille_layer_def **defs = NULL;
    size_t count = 0;
    TRY(maille_layers_folder(ctx, &folder));
    TRY(maille_layer_defs_read(ctx, folder, &defs, &count));
    maille_j_open(out, "couches", '[');
    for (size_t i = 0; i < count; i++)
        if (defs[i]->audience[audience] && shows_any(defs[i], done))
            TRY(name_layer(ctx, store, defs[i], out, named));
    maille_j_close(out, ']');
done:
    maille_layer_defs_free(defs, count);
    maille_free(folder);
    return status;
}

static maille_status tell(maille_ctx *ctx, maille_store *store, maille_audience audience,
                          const computed *done) {
    maille_status status = MAILLE_OK;
    maille_jout detail = {0};
    size_t named = 0;
    maille_j_open(&detail, NULL, '{');
    TRY(add_layers(ctx, store, done, audience, &detail, &named));
    maille_j_open(&detail, "audiences", '[');
    maille_j_text(&detail, NULL, maille_audience_name(MAILLE_INTERNE));
    if (is_public_news(done, audience))
        maille_j_text(&detail, NULL, maille_audience_name(MAILLE_PUBLIC));
    maille_j_close(&detail, ']');
    maille_j_close(&detail, '}');
    if (detail.s.failed)
        status = maille_no_memory(ctx);
    else if (named)
        status = maille_journal_add(ctx, store,
                                    &(maille_entry){.action = "calcul", .detail = detail.s.text});
done:
    maille_strbuf_free(&detail.s);
    return status;
}

maille_status computed_tell(maille_ctx *ctx, maille_store *store, maille_audience audience,
                            const computed *done, maille_status status) {
    char message[1024];
    bool any = false;
    for (size_t i = 0; i < maille_all_steps_count; i++)
        any = any || done[i];
    if (!any)
        return status;
    if (status == MAILLE_OK)
        return tell(ctx, store, audience, done);
    snprintf(message, sizeof message, "%s", maille_message(ctx));
    tell(ctx, store, audience, done); /* those steps are whole, whatever became of the others */
    return maille_fail(ctx, status, "%s", message);
}
