/* Places of care as plain arrays. */
#include "steps/loads.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <string.h>

void places_free(places *p) {
    if (!p)
        return;
    maille_free(p->commune);
    maille_free(p->at_centre);
    maille_free(p->open);
    maille_free(p->at);
    maille_table_free(p->table);
    maille_free(p);
}

static maille_status read_places(maille_ctx *ctx, loads *l, places *p) {
    static const char *const columns[] = {"service", "id",     "name",   "code",   "lon",
                                          "lat",     "amount", "status", "located"};
    maille_query query = {.table = "place", .columns = columns, .column_count = 9};
    const communes *c = NULL;
    maille_status status = MAILLE_OK;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, loads_store(l), &query, &p->table));
    const maille_column *col = p->table->columns;
    p->count = (uint32_t)p->table->rows;
    p->service = col[0].texts;
    p->id = col[1].texts;
    p->name = col[2].texts;
    p->amount = col[6].reals;
    p->status = col[7].texts;
    p->commune = maille_alloc(p->count + 1u, sizeof *p->commune);
    p->at_centre = maille_alloc(p->count + 1u, 1);
    p->open = maille_alloc(p->count + 1u, 1);
    if (!p->commune || !p->at_centre || !p->open) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        p->commune[i] =
            col[3].texts[i] ? maille_names_get(c->number, col[3].texts[i]) : MAILLE_ABSENT;
        p->at_centre[i] = strcmp(col[8].texts[i], "centre") == 0;
        p->open[i] = p->amount[i] > 0 && (strcmp(p->status[i], "ouvert") == 0 ||
                                          strcmp(p->status[i], "temps-partiel") == 0);
    }
    TRY(project_columns(ctx, l, p->table, 4, 5, &p->at));
done:
    return status;
}

maille_status places_new(maille_ctx *ctx, loads *l, places **out) {
    places *p = maille_alloc(1, sizeof *p);
    if (!p)
        return maille_no_memory(ctx);
    maille_status status = read_places(ctx, l, p);
    if (status != MAILLE_OK) {
        places_free(p);
        return status;
    }
    *out = p;
    return MAILLE_OK;
}

maille_status places_of(maille_ctx *ctx, const places *p, const char *service, uint32_t **numbers,
                        uint32_t *count) {
    uint32_t *found = maille_alloc(p->count + 1u, sizeof *found);
    if (!found)
        return maille_no_memory(ctx);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->open[i] && strcmp(p->service[i], service) == 0)
            found[n++] = i;
    *numbers = found;
    *count = n;
    return MAILLE_OK;
}
