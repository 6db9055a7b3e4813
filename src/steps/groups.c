/* Groupings, and the nearest place of each commune as step coverage kept it. */
#include "steps/loads.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <string.h>

void grouping_free(grouping *g) {
    if (!g)
        return;
    maille_free(g->id);
    maille_free(g->title);
    maille_free(g->of_commune);
    maille_table_free(g->table);
    maille_free(g);
}

const char *group_name(const grouping *g, const communes *c, uint32_t group) {
    if (g->title[group])
        return g->title[group];
    uint32_t commune = maille_names_get(c->number, g->id[group]);
    return commune == MAILLE_ABSENT ? g->id[group] : c->name[commune];
}

maille_status load_grouping_names(maille_ctx *ctx, loads *l, maille_table **out, size_t *count) {
    static const char *const columns[] = {"name"};
    maille_query query = {.table = "grouping", .columns = columns, .column_count = 1};
    maille_status status = maille_store_read(ctx, loads_store(l), &query, out);
    size_t kept = 0;
    for (size_t row = 0; status == MAILLE_OK && row < (*out)->rows; row++) {
        const char **names = (*out)->columns[0].texts;
        if (kept == 0 || strcmp(names[kept - 1], names[row]) != 0)
            names[kept++] = names[row];
    }
    *count = kept;
    return status;
}

maille_status load_grouping(maille_ctx *ctx, loads *l, const char *name, grouping **out) {
    static const char *const columns[] = {"group_id", "code", "title"};
    static const char *const order[] = {"group_id", "code"};
    maille_value wanted = maille_text_value(name);
    maille_filter filter = maille_equals("name", &wanted);
    maille_query query = {.table = "grouping",
                          .columns = columns,
                          .column_count = 3,
                          .filter = &filter,
                          .order = order,
                          .order_count = 2};
    const communes *c = NULL;
    maille_status status = MAILLE_OK;
    grouping *g = maille_alloc(1, sizeof *g);
    if (!g)
        return maille_no_memory(ctx);
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, loads_store(l), &query, &g->table));
    g->id = maille_alloc(g->table->rows + 1, sizeof *g->id);
    g->title = maille_alloc(g->table->rows + 1, sizeof *g->title);
    g->of_commune = maille_alloc(c->count + 1u, sizeof *g->of_commune);
    if (!g->id || !g->title || !g->of_commune) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < c->count; i++)
        g->of_commune[i] = MAILLE_ABSENT;
    for (size_t row = 0; row < g->table->rows; row++) {
        const char *id = g->table->columns[0].texts[row];
        uint32_t commune = maille_names_get(c->number, g->table->columns[1].texts[row]);
        if (commune == MAILLE_ABSENT)
            continue;
        if (g->count == 0 || strcmp(g->id[g->count - 1], id) != 0) {
            g->id[g->count] = id;
            g->title[g->count++] = g->table->columns[2].texts[row];
        }
        g->of_commune[commune] = g->count - 1;
    }
    *out = g;
    g = NULL;
done:
    grouping_free(g);
    return status;
}

/* Number of the place of a service by its id: places are sorted by (service, id). */
static uint32_t place_number(const places *p, const char *service, const char *id) {
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(p->service[middle], service);
        if (order == 0)
            order = strcmp(p->id[middle], id);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return MAILLE_ABSENT;
}

maille_status load_coverage(maille_ctx *ctx, loads *l, const char *service, double **minutes,
                            uint32_t **place) {
    static const char *const columns[] = {"code", "minutes", "place_id"};
    maille_value wanted = maille_text_value(service);
    maille_filter filter = maille_equals("service", &wanted);
    maille_query query = {
        .table = "coverage", .columns = columns, .column_count = 3, .filter = &filter};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    double *times = NULL;
    uint32_t *which = NULL;
    const communes *c = NULL;
    const places *p = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(load_places(ctx, l, &p));
    TRY(maille_store_read(ctx, loads_store(l), &query, &table));
    times = maille_alloc(c->count + 1u, sizeof *times);
    which = maille_alloc(c->count + 1u, sizeof *which);
    if (!times || !which) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        times[i] = NAN;
        which[i] = MAILLE_ABSENT;
    }
    for (size_t row = 0; row < table->rows; row++) {
        uint32_t commune = maille_names_get(c->number, table->columns[0].texts[row]);
        const char *id = table->columns[2].texts[row];
        if (commune == MAILLE_ABSENT || !id)
            continue;
        times[commune] = table->columns[1].reals[row];
        which[commune] = place_number(p, service, id);
    }
    *minutes = times;
    *place = which;
    times = NULL;
    which = NULL;
done:
    maille_free(times);
    maille_free(which);
    maille_table_free(table);
    return status;
}
