/* Step links: communes that a road joins, bridge or ferry, without touching a third, though no
 * border does. Without roads there are none. */
#include "steps/ground.h"
#include "steps/step.h"

#include <maille/roadlinks.h>
#include <math.h>
#include <stdio.h>

static const double ms_per_minute = 60000.0;

maille_status link_limit(maille_ctx *ctx, loads *l, double *minutes) {
    maille_status status = MAILLE_OK;
    maille_contiguity_rules *rules = NULL;
    const maille_study *study = NULL;
    TRY(load_study(ctx, l, &study));
    TRY(maille_contiguity_rules_read(
        ctx, study->contiguity ? study->contiguity : MAILLE_DEFAULT_CONTIGUITY, &rules));
    *minutes = rules->link_limit_min;
done:
    maille_contiguity_rules_free(rules);
    return status;
}

static maille_status find_links(maille_ctx *ctx, loads *l, const travel *t, double limit_min,
                                maille_road_link **links, uint32_t *count) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const maille_adjacency *a = NULL;
    const maille_travel_rules *rules = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(load_adjacency(ctx, l, &a));
    TRY(load_travel_rules(ctx, l, &rules));
    maille_link_search how = {.communes = c->metres,
                              .neighbour_start = a->start,
                              .neighbour = a->neighbour,
                              .centres = t->commune_stop,
                              .node_commune = t->node_commune,
                              .limit_ms = (uint32_t)llround(limit_min * ms_per_minute),
                              .near_m = rules->snap_max_m};
    TRY(maille_road_links(ctx, t->network, &how, links, count));
done:
    return status;
}

static maille_status save_links(maille_ctx *ctx, step_call *call, const maille_road_link *links,
                                uint32_t count) {
    static const maille_column_spec columns[] = {
        {"a", MAILLE_TEXT}, {"b", MAILLE_TEXT}, {"minutes", MAILLE_REAL}};
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    maille_table *table = NULL;
    TRY(load_communes(ctx, call->loads, &c));
    TRY(maille_table_new(ctx, columns, 3, &table));
    for (uint32_t i = 0; i < count; i++) {
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, c->code[links[i].a]));
        TRY(maille_set_text(ctx, table, row, 1, c->code[links[i].b]));
        maille_set_real(table, row, 2, links[i].ms / ms_per_minute);
    }
    TRY(maille_store_append(ctx, call->store, "road_link", table));
done:
    maille_table_free(table);
    return status;
}

maille_status step_links(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const travel *t = NULL;
    maille_road_link *links = NULL;
    uint32_t count = 0;
    double limit_min = 0;
    TRY(load_travel(ctx, call->loads, &t));
    TRY(link_limit(ctx, call->loads, &limit_min));
    if (!t->network) {
        snprintf(call->message, sizeof call->message, "no roads: borders alone join communes");
        goto done;
    }
    TRY(find_links(ctx, call->loads, t, limit_min, &links, &count));
    TRY(save_links(ctx, call, links, count));
    snprintf(call->message, sizeof call->message,
             "%u pairs of communes joined by road within %g minutes, not by a border", count,
             limit_min);
done:
    maille_free(links);
    return status;
}
