/* Step perimeters, once per audience: figures of each CPTS, overlaps, gaps. It sees the perimeters
 * that the audience may see and nothing else, so that no figure tells of a draft. */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/access.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the whole step works on. */
typedef struct {
    step_call *call;
    const communes *c;
    const commune_figures *figures;
    const maille_adjacency *adjacency;
    const seen_perimeters *seen;
    const char *audience;
    uint32_t *alerts; /* of each perimeter */
    remarks r;
} work;

/* ---- overlaps
 * ------------------------------------------------------------------------------------- */

static const char *severity_of(const maille_overlap_rules *rules, const seen_perimeters *seen,
                               const maille_overlap *o) {
    if (strcmp(rules->policy, "partage") == 0)
        return "information";
    int published = seen->published[o->a] + seen->published[o->b];
    return published == 2   ? rules->both_published
           : published == 1 ? rules->one_published
                            : rules->both_drafts;
}

/* CSR of communes over overlaps or gaps, for their outlines. */
static maille_status save_overlaps(maille_ctx *ctx, work *w, const maille_overlaps *overlaps,
                                   const maille_overlap_rules *rules) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT}, {"a", MAILLE_TEXT},      {"b", MAILLE_TEXT},
        {"communes", MAILLE_INT},  {"codes", MAILLE_TEXT},  {"population", MAILLE_REAL},
        {"part_a", MAILLE_REAL},   {"part_b", MAILLE_REAL}, {"severity", MAILLE_TEXT},
        {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    maille_shapes *outlines = NULL;
    uint32_t *start = maille_alloc(overlaps->count + 1u, sizeof *start);
    if (!start)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < overlaps->count; i++)
        start[i + 1] = overlaps->overlaps[i].first + overlaps->overlaps[i].count;
    TRY(outlines_new(ctx, w->call->loads, start, overlaps->communes, overlaps->count, NULL,
                     &outlines));
    TRY(maille_table_new(ctx, columns, 10, &table));
    for (uint32_t i = 0; i < overlaps->count; i++) {
        const maille_overlap *o = &overlaps->overlaps[i];
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, w->audience));
        TRY(maille_set_text(ctx, table, row, 1, w->seen->id[o->a]));
        TRY(maille_set_text(ctx, table, row, 2, w->seen->id[o->b]));
        maille_set_int(table, row, 3, o->count);
        TRY(set_codes(ctx, table, row, 4, w->c->code, overlaps->communes + o->first, o->count));
        maille_set_real(table, row, 5, o->population);
        maille_set_real(table, row, 6, o->part_a);
        maille_set_real(table, row, 7, o->part_b);
        TRY(maille_set_text(ctx, table, row, 8, severity_of(rules, w->seen, o)));
        TRY(set_outline(ctx, table, row, 9, outlines, i));
        w->alerts[o->a]++;
        w->alerts[o->b]++;
    }
    TRY(maille_store_append(ctx, w->call->store, "overlap", table));
done:
    maille_free(start);
    maille_shapes_free(outlines);
    maille_table_free(table);
    return status;
}

/* ---- gaps
 * ------------------------------------------------------------------------------------------- */

static maille_status save_gaps(maille_ctx *ctx, work *w, const maille_gaps *gaps) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT},   {"id", MAILLE_TEXT},         {"communes", MAILLE_INT},
        {"codes", MAILLE_TEXT},      {"population", MAILLE_REAL}, {"enclosed", MAILLE_INT},
        {"neighbours", MAILLE_TEXT}, {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    maille_shapes *outlines = NULL;
    uint32_t *start = maille_alloc(gaps->count + 1u, sizeof *start);
    if (!start)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < gaps->count; i++)
        start[i + 1] = gaps->gaps[i].first + gaps->gaps[i].count;
    TRY(outlines_new(ctx, w->call->loads, start, gaps->communes, gaps->count, NULL, &outlines));
    TRY(maille_table_new(ctx, columns, 8, &table));
    for (uint32_t i = 0; i < gaps->count; i++) {
        const maille_gap *gap = &gaps->gaps[i];
        char id[64];
        size_t row;
        /* Named by its first commune: the same gap keeps its name while others come and go. */
        snprintf(id, sizeof id, "zb-%s", w->c->code[gaps->communes[gap->first]]);
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, w->audience));
        TRY(maille_set_text(ctx, table, row, 1, id));
        maille_set_int(table, row, 2, gap->count);
        TRY(set_codes(ctx, table, row, 3, w->c->code, gaps->communes + gap->first, gap->count));
        maille_set_real(table, row, 4, gap->population);
        maille_set_int(table, row, 5, gap->enclosed);
        TRY(set_codes(ctx, table, row, 6, w->seen->id, gaps->neighbours + gap->first_neighbour,
                      gap->neighbour_count));
        TRY(set_outline(ctx, table, row, 7, outlines, i));
    }
    TRY(maille_store_append(ctx, w->call->store, "gap", table));
done:
    maille_free(start);
    maille_shapes_free(outlines);
    maille_table_free(table);
    return status;
}

/* ---- figures
 * ------------------------------------------------------------------------------------------ */

static const char *size_class(const maille_size_rules *sizes, double population) {
    for (size_t i = 0; i < sizes->count; i++) {
        const maille_size_class *k = &sizes->classes[i];
        bool above = k->from_included ? population >= k->from : population > k->from;
        bool below = k->to_included ? population <= k->to : population < k->to;
        if (above && below)
            return k->id;
    }
    return NULL;
}

static maille_status add_figure(maille_ctx *ctx, work *w, uint32_t i,
                                const maille_size_rules *sizes, const maille_shapes *lonlat,
                                const maille_shapes *metres, maille_table *table) {
    const maille_perimeters *sets = &w->seen->sets;
    const uint32_t *members = sets->member + sets->start[i];
    uint32_t count = sets->start[i + 1] - sets->start[i], parts = 0;
    double people = 0, area = 0;
    maille_status status = MAILLE_OK;
    size_t row;
    for (uint32_t k = 0; k < count; k++) {
        people += w->c->population[members[k]] * sets->share[sets->start[i] + k];
        area += w->figures->area_m2[members[k]];
    }
    TRY(maille_parts(ctx, w->adjacency, members, count, &parts, NULL));
    if (parts > 1)
        w->alerts[i]++;
    if (people < sizes->least)
        w->alerts[i]++;
    const char *class = size_class(sizes, people);
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, 0, w->audience));
    TRY(maille_set_text(ctx, table, row, 1, w->seen->id[i]));
    TRY(maille_set_text(ctx, table, row, 2, w->seen->name[i]));
    TRY(maille_set_text(ctx, table, row, 3, "cpts"));
    TRY(maille_set_text(ctx, table, row, 4, w->seen->status[i]));
    maille_set_int(table, row, 5, count);
    maille_set_real(table, row, 6, people);
    maille_set_real(table, row, 7, area);
    if (class)
        TRY(maille_set_text(ctx, table, row, 8, class));
    maille_set_int(table, row, 9, parts);
    maille_set_real(table, row, 10, maille_shape_perimeter(metres, i));
    maille_set_int(table, row, 11, w->alerts[i]);
    if (w->seen->contact[i])
        TRY(maille_set_text(ctx, table, row, 12, w->seen->contact[i]));
    TRY(set_outline(ctx, table, row, 13, lonlat, i));
done:
    return status;
}

static maille_status save_figures(maille_ctx *ctx, work *w, const maille_size_rules *sizes) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT},   {"id", MAILLE_TEXT},          {"name", MAILLE_TEXT},
        {"kind", MAILLE_TEXT},       {"status", MAILLE_TEXT},      {"communes", MAILLE_INT},
        {"population", MAILLE_REAL}, {"area_m2", MAILLE_REAL},     {"size_class", MAILLE_TEXT},
        {"parts", MAILLE_INT},       {"perimeter_m", MAILLE_REAL}, {"alerts", MAILLE_INT},
        {"contact", MAILLE_TEXT},    {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    const maille_crs *crs = NULL;
    maille_table *table = NULL;
    maille_shapes *lonlat = NULL, *metres = NULL;
    const maille_perimeters *sets = &w->seen->sets;
    TRY(load_crs(ctx, w->call->loads, &crs));
    TRY(outlines_new(ctx, w->call->loads, sets->start, sets->member, sets->count, &w->r, &lonlat));
    TRY(maille_shapes_project(ctx, lonlat, crs, &metres));
    TRY(maille_table_new(ctx, columns, 14, &table));
    for (uint32_t i = 0; i < sets->count; i++)
        TRY(add_figure(ctx, w, i, sizes, lonlat, metres, table));
    TRY(maille_store_append(ctx, w->call->store, "perimeter_figure", table));
done:
    maille_table_free(table);
    maille_shapes_free(lonlat);
    maille_shapes_free(metres);
    return status;
}

/* ---- the step
 * -------------------------------------------------------------------------------------------- */

static maille_status open_work(maille_ctx *ctx, step_call *call, work *w) {
    maille_status status = MAILLE_OK;
    w->call = call;
    w->audience = maille_audience_name(call->audience);
    TRY(remarks_open(ctx, &w->r, "perimeters", w->audience));
    TRY(load_communes(ctx, call->loads, &w->c));
    TRY(load_figures(ctx, call->loads, &w->figures));
    TRY(load_adjacency(ctx, call->loads, &w->adjacency));
    TRY(load_perimeters(ctx, call->loads, call->audience, &w->seen));
    w->alerts = maille_alloc(w->seen->sets.count + 1u, sizeof *w->alerts);
    if (!w->alerts)
        status = maille_no_memory(ctx);
done:
    return status;
}

maille_status step_perimeters(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    maille_size_rules *sizes = NULL;
    maille_overlap_rules *policy = NULL;
    maille_overlaps *overlaps = NULL;
    maille_gaps *gaps = NULL;
    work w = {0};
    TRY(open_work(ctx, call, &w));
    TRY(load_study(ctx, call->loads, &study));
    TRY(maille_size_rules_read(ctx, study->sizes ? study->sizes : MAILLE_DEFAULT_SIZES, &sizes));
    TRY(maille_overlap_rules_read(ctx, study->overlaps ? study->overlaps : MAILLE_DEFAULT_OVERLAPS,
                                  &policy));
    TRY(maille_overlaps_new(ctx, &w.seen->sets, w.c->population, w.c->count, &overlaps));
    TRY(maille_gaps_new(ctx, &w.seen->sets, w.adjacency, w.c->population, &gaps));
    TRY(save_overlaps(ctx, &w, overlaps, policy));
    TRY(save_gaps(ctx, &w, gaps));
    TRY(save_figures(ctx, &w, sizes));
    snprintf(call->message, sizeof call->message,
             "%u perimeters, %u overlaps, %u gaps; %u communes covered of %u", w.seen->sets.count,
             overlaps->count, gaps->count, gaps->covered, w.c->count);
    TRY(remarks_save(ctx, &w.r, call->store));
done:
    remarks_close(&w.r);
    maille_free(w.alerts);
    maille_size_rules_free(sizes);
    maille_overlap_rules_free(policy);
    maille_overlaps_free(overlaps);
    maille_gaps_free(gaps);
    return status;
}
