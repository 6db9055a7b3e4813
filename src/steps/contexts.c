/* Step contexts: the groups of each grouping (EPCI, living areas, on-call sectors …) as areas, with
 * their inhabitants. Perimeters are looked at among them; step zones takes its outlines here. */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <stdio.h>

enum { GROUPING, ID, NAME, COMMUNES, CODES, POPULATION, AREA, DENSITY, GEOM, COLUMNS };

typedef struct {
    const communes *c;
    const commune_figures *figures;
    const char *name; /* of the grouping */
    const grouping *g;
    const uint32_t *start, *members; /* communes by group */
    const maille_shapes *outlines;
} board;

static maille_status add_group(maille_ctx *ctx, const board *b, uint32_t group,
                               maille_table *table) {
    static const double m2_per_km2 = 1e6;
    uint32_t first = b->start[group], count = b->start[group + 1] - first;
    maille_status status = MAILLE_OK;
    double people = 0, area_m2 = 0;
    size_t row;
    for (uint32_t i = first; i < first + count; i++) {
        people += b->c->population[b->members[i]];
        area_m2 += b->figures->area_m2[b->members[i]];
    }
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, GROUPING, b->name));
    TRY(maille_set_text(ctx, table, row, ID, b->g->id[group]));
    TRY(maille_set_text(ctx, table, row, NAME, group_name(b->g, b->c, group)));
    maille_set_int(table, row, COMMUNES, count);
    TRY(set_codes(ctx, table, row, CODES, b->c->code, b->members + first, count));
    maille_set_real(table, row, POPULATION, people);
    maille_set_real(table, row, AREA, area_m2);
    maille_set_real(table, row, DENSITY, area_m2 > 0 ? people * m2_per_km2 / area_m2 : NAN);
    TRY(set_outline(ctx, table, row, GEOM, b->outlines, group));
done:
    return status;
}

static maille_status save_groups(maille_ctx *ctx, step_call *call, const board *b) {
    static const maille_column_spec columns[COLUMNS] = {
        [GROUPING] = {"grouping", MAILLE_TEXT}, [ID] = {"id", MAILLE_TEXT},
        [NAME] = {"name", MAILLE_TEXT},         [COMMUNES] = {"communes", MAILLE_INT},
        [CODES] = {"codes", MAILLE_TEXT},       [POPULATION] = {"population", MAILLE_REAL},
        [AREA] = {"area_m2", MAILLE_REAL},      [DENSITY] = {"density", MAILLE_REAL},
        [GEOM] = {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    TRY(maille_table_new(ctx, columns, COLUMNS, &table));
    for (uint32_t group = 0; group < b->g->count; group++)
        TRY(add_group(ctx, b, group, table));
    TRY(maille_store_append(ctx, call->store, "context", table));
done:
    maille_table_free(table);
    return status;
}

static maille_status draw_grouping(maille_ctx *ctx, step_call *call, const char *name, remarks *r,
                                   uint32_t *groups) {
    maille_status status = MAILLE_OK;
    board b = {.name = name};
    grouping *g = NULL;
    maille_shapes *outlines = NULL;
    uint32_t *start = NULL, *members = NULL;
    TRY(load_communes(ctx, call->loads, &b.c));
    TRY(load_figures(ctx, call->loads, &b.figures));
    TRY(load_grouping(ctx, call->loads, name, &g));
    TRY(group_communes(ctx, g->of_commune, b.c->count, g->count, &start, &members));
    TRY(outlines_new(ctx, call->loads, start, members, g->count, r, &outlines));
    b.g = g;
    b.start = start;
    b.members = members;
    b.outlines = outlines;
    TRY(save_groups(ctx, call, &b));
    *groups += g->count;
done:
    grouping_free(g);
    maille_shapes_free(outlines);
    maille_free(start);
    maille_free(members);
    return status;
}

maille_status step_contexts(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    maille_table *names = NULL;
    remarks r = {0};
    size_t count = 0;
    uint32_t groups = 0;
    TRY(remarks_open(ctx, &r, "contexts", ""));
    TRY(load_grouping_names(ctx, call->loads, &names, &count));
    for (size_t i = 0; i < count; i++)
        TRY(draw_grouping(ctx, call, names->columns[0].texts[i], &r, &groups));
    snprintf(call->message, sizeof call->message, "%u groups of %zu groupings", groups, count);
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    maille_table_free(names);
    return status;
}
