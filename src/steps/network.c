/* Step network: the road graph, and where the centres of communes stand on it. */
#include "steps/step.h"

#include <maille/memory.h>
#include <stdio.h>

/* The step's result is in the cache; the workspace keeps each centre's distance, or why it has no
 * road. */
static maille_status save_snaps(maille_ctx *ctx, step_call *call, const communes *c,
                                const travel *t) {
    static const maille_column_spec columns[] = {{"kind", MAILLE_TEXT},
                                                 {"subject", MAILLE_TEXT},
                                                 {"snapped", MAILLE_INT},
                                                 {"distance_m", MAILLE_REAL},
                                                 {"reason", MAILLE_TEXT}};
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_table_new(ctx, columns, 5, &table));
    for (uint32_t i = 0; i < c->count; i++) {
        bool snapped = t->commune_snap[i].edge != MAILLE_ABSENT;
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, "commune"));
        TRY(maille_set_text(ctx, table, row, 1, c->code[i]));
        maille_set_int(table, row, 2, snapped);
        if (snapped)
            maille_set_real(table, row, 3, t->commune_snap[i].distance_m);
        else
            TRY(maille_set_text(ctx, table, row, 4,
                                "aucune route de son groupe de communes à portée"));
    }
    TRY(maille_store_append(ctx, call->store, "snap", table));
done:
    maille_table_free(table);
    return status;
}

static maille_status note_unsnapped(maille_ctx *ctx, const communes *c, const travel *t,
                                    double far_m, remarks *r, uint32_t *unsnapped) {
    maille_status status = MAILLE_OK;
    uint32_t without = 0, far = 0;
    uint32_t *numbers = maille_alloc(2 * ((size_t)c->count + 1), sizeof *numbers);
    uint32_t *far_numbers = numbers ? numbers + c->count + 1 : NULL;
    char list[400];
    if (!numbers)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < c->count; i++) {
        if (t->commune_snap[i].edge == MAILLE_ABSENT)
            numbers[without++] = i;
        else if (t->commune_snap[i].distance_m > far_m)
            far_numbers[far++] = i;
    }
    if (without) {
        names_in_words(c->name, numbers, without, list, sizeof list);
        TRY(remarks_add(ctx, r, "alerte", "sans-route", NULL,
                        "%u communes sans route de leur groupe de communes à portée, donc sans "
                        "temps de trajet : %s",
                        without, list));
    }
    if (far) {
        names_in_words(c->name, far_numbers, far, list, sizeof list);
        TRY(remarks_add(ctx, r, "information", "route-lointaine", NULL,
                        "%u centres de communes à plus de %.0f m d’une route : %s", far, far_m,
                        list));
    }
    *unsnapped = without;
done:
    maille_free(numbers);
    return status;
}

maille_status step_network(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const travel *t = NULL;
    const maille_travel_rules *rules = NULL;
    remarks r = {0};
    uint32_t unsnapped = 0;
    TRY(remarks_open(ctx, &r, "network", ""));
    TRY(load_travel(ctx, call->loads, &t));
    TRY(load_travel_rules(ctx, call->loads, &rules));
    if (!t->network) {
        TRY(remarks_add(ctx, &r, "alerte", "estime", NULL,
                        "aucune route : les temps sont estimés à vol d’oiseau × %g, à %g km/h",
                        rules->detour, rules->speed_kmh));
        snprintf(call->message, sizeof call->message, "no roads: minutes are estimates");
    } else {
        TRY(load_communes(ctx, call->loads, &c));
        TRY(save_snaps(ctx, call, c, t));
        TRY(note_unsnapped(ctx, c, t, rules->snap_far_m, &r, &unsnapped));
        if (t->nodes_outside)
            TRY(remarks_add(ctx, &r, "information", "route-hors-communes", NULL,
                            "%u carrefours loin de toute commune ne servent qu’au passage",
                            t->nodes_outside));
        snprintf(call->message, sizeof call->message,
                 "%u nodes, %u arcs, %u components; %u communes without a road",
                 t->network->node_count, t->network->arc_count, t->network->component_count,
                 unsnapped);
    }
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    return status;
}
