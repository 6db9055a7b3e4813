/* Step zones: the rule set's unit (living territories, catchments of everyday life) with the mean
 * APL of its inhabitants and the class that follows. The decision itself is people's: null until
 * taken. */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/access.h>
#include <maille/memory.h>
#include <math.h>
#include <stdio.h>

static maille_status read_apl(maille_ctx *ctx, step_call *call, const communes *c,
                              const char *service, double *apl) {
    static const char *const columns[] = {"code", "apl"};
    maille_value wanted = maille_text_value(service);
    maille_filter filter = maille_equals("service", &wanted);
    maille_query query = {
        .table = "access", .columns = columns, .column_count = 2, .filter = &filter};
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < c->count; i++)
        apl[i] = NAN;
    TRY(maille_store_read(ctx, call->store, &query, &table));
    for (size_t row = 0; row < table->rows; row++) {
        uint32_t commune = maille_names_get(c->number, table->columns[0].texts[row]);
        if (commune != MAILLE_ABSENT)
            apl[commune] = table->columns[1].reals[row];
    }
done:
    maille_table_free(table);
    return status;
}

/* Outlines of the unit's groups, in their order, as step contexts drew them. */
static maille_status read_outlines(maille_ctx *ctx, step_call *call, const char *unit,
                                   maille_shapes **out) {
    static const char *const columns[] = {"geom"}, *const order[] = {"id"};
    maille_value wanted = maille_text_value(unit);
    maille_filter filter = maille_equals("grouping", &wanted);
    maille_query query = {.table = "context",
                          .columns = columns,
                          .column_count = 1,
                          .filter = &filter,
                          .order = order,
                          .order_count = 1};
    maille_table *table = NULL;
    maille_status status = maille_store_read(ctx, call->store, &query, &table);
    if (status == MAILLE_OK)
        status = maille_shapes_from_column(ctx, table, 0, out);
    maille_table_free(table);
    return status;
}

static void classes_of(const maille_zoning_rules *rules, maille_class *classes) {
    for (size_t i = 0; i < rules->count; i++) {
        const maille_size_class *from = &rules->classes[i];
        maille_class *to = &classes[i];
        snprintf(to->id, sizeof to->id, "%s", from->id);
        to->from = from->from;
        to->to = from->to;
        to->from_included = from->from_included;
        to->to_included = from->to_included;
    }
}

static maille_status save_zones(maille_ctx *ctx, step_call *call, const communes *c,
                                const grouping *g, const maille_zoning_rules *rules,
                                const double *mean, const uint32_t *start, const uint32_t *members,
                                const maille_shapes *outlines, uint32_t *by_class) {
    static const maille_column_spec columns[] = {
        {"id", MAILLE_TEXT},         {"name", MAILLE_TEXT}, {"service", MAILLE_TEXT},
        {"population", MAILLE_REAL}, {"apl", MAILLE_REAL},  {"class_computed", MAILLE_TEXT},
        {"geom", MAILLE_GEOMETRY}};
    maille_class classes[16];
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    classes_of(rules, classes);
    TRY(maille_table_new(ctx, columns, 7, &table));
    for (uint32_t zone = 0; zone < g->count; zone++) {
        double people = 0;
        size_t row;
        for (uint32_t i = start[zone]; i < start[zone + 1]; i++)
            people += c->population[members[i]];
        uint32_t class = maille_class_of(classes, rules->count, mean[zone]);
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, g->id[zone]));
        TRY(maille_set_text(ctx, table, row, 1, group_name(g, c, zone)));
        TRY(maille_set_text(ctx, table, row, 2, rules->service));
        maille_set_real(table, row, 3, people);
        maille_set_real(table, row, 4, mean[zone]);
        if (class != MAILLE_ABSENT) {
            TRY(maille_set_text(ctx, table, row, 5, classes[class].id));
            by_class[class]++;
        }
        TRY(set_outline(ctx, table, row, 6, outlines, zone));
    }
    TRY(maille_store_append(ctx, call->store, "zone", table));
done:
    maille_table_free(table);
    return status;
}

static void say_classes(const maille_zoning_rules *rules, const uint32_t *by_class, uint32_t zones,
                        char *message, size_t size) {
    int used = snprintf(message, size, "%u zones", zones);
    for (size_t i = 0; i < rules->count && used > 0 && (size_t)used < size; i++)
        used += snprintf(message + used, size - (size_t)used, "%s %u %s", i ? "," : ":",
                         by_class[i], rules->classes[i].id);
}

maille_status step_zones(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const maille_zoning_rules *rules = NULL;
    const char *unit = NULL;
    grouping *g = NULL;
    maille_shapes *outlines = NULL;
    double *apl = NULL, *mean = NULL, *weight = NULL;
    uint32_t *start = NULL, *members = NULL, by_class[16] = {0};
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_zoning(ctx, call->loads, &rules, &unit));
    TRY(load_grouping(ctx, call->loads, unit, &g));
    apl = maille_alloc(c->count + 1u, sizeof *apl);
    mean = maille_alloc(g->count + 1u, sizeof *mean);
    weight = maille_alloc(g->count + 1u, sizeof *weight);
    if (!apl || !mean || !weight) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(read_apl(ctx, call, c, rules->service, apl));
    maille_zone_means(g->of_commune, g->count, apl, c->population, c->count, mean, weight);
    TRY(group_communes(ctx, g->of_commune, c->count, g->count, &start, &members));
    TRY(read_outlines(ctx, call, unit, &outlines));
    TRY(save_zones(ctx, call, c, g, rules, mean, start, members, outlines, by_class));
    say_classes(rules, by_class, g->count, call->message, sizeof call->message);
done:
    grouping_free(g);
    maille_shapes_free(outlines);
    maille_free(apl);
    maille_free(mean);
    maille_free(weight);
    maille_free(start);
    maille_free(members);
    return status;
}
