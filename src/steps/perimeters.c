/* Step perimeters, once per audience: figures of each perimeter, overlaps and gaps of each kind. It
 * sees the perimeters that the audience may see and nothing else, so that no figure tells of a
 * draft. What was given up has figures, and neither covers nor overlaps. */
#include "steps/outlines.h"
#include "steps/step.h"

#include <maille/flagwords.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <stdio.h>
#include <string.h>

/* What the whole step works on. */
typedef struct {
    step_call *call;
    const communes *c;
    const seen_perimeters *seen;
    const maille_loaded *loaded;
    const maille_ground *ground;
    const char *audience;
    remarks r;
} work;

/* Perimeters of one kind: all, and those that stand as sets of communes. */
typedef struct {
    const char *name;
    maille_plan plan;
    uint32_t *of;             /* number of each claim among those seen */
    maille_perimeters active; /* sets of the active ones */
    uint32_t *claim;          /* and which claim each is */
} kind_work;

static void close_kind(kind_work *k) {
    maille_free(k->plan.claims);
    maille_free(k->of);
    maille_free(k->active.start);
    maille_free(k->active.member);
    maille_free(k->active.share);
    maille_free(k->claim);
}

static maille_status open_kind(maille_ctx *ctx, const work *w, const char *name, kind_work *k) {
    maille_status status = MAILLE_OK;
    uint32_t members = 0, n = 0;
    k->name = name;
    TRY(seen_plan(ctx, w->seen, name, &k->plan, &k->of));
    for (uint32_t i = 0; i < k->plan.count; i++)
        members += k->plan.claims[i].count;
    k->active.start = maille_alloc(k->plan.count + 1u, sizeof *k->active.start);
    k->active.member = maille_alloc(members + 1u, sizeof *k->active.member);
    k->active.share = maille_alloc(members + 1u, sizeof *k->active.share);
    k->claim = maille_alloc(k->plan.count + 1u, sizeof *k->claim);
    if (!k->active.start || !k->active.member || !k->active.share || !k->claim) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < k->plan.count; i++) {
        const maille_claim *claim = &k->plan.claims[i];
        if (!claim->active)
            continue;
        memcpy(k->active.member + n, claim->member, claim->count * sizeof *claim->member);
        memcpy(k->active.share + n, claim->share, claim->count * sizeof *claim->share);
        n += claim->count;
        k->claim[k->active.count++] = i;
        k->active.start[k->active.count] = n;
    }
done:
    return status;
}

/* ---- overlaps
 * ------------------------------------------------------------------------------------- */

static bool holds_on_purpose(const maille_claim *claim, uint32_t commune) {
    for (uint32_t i = 0; i < claim->count && claim->member[i] <= commune; i++)
        if (claim->member[i] == commune)
            return claim->on_purpose[i] != 0;
    return false;
}

static uint32_t count_on_purpose(const kind_work *k, const maille_overlaps *overlaps,
                                 const maille_overlap *o) {
    const maille_claim *a = &k->plan.claims[k->claim[o->a]], *b = &k->plan.claims[k->claim[o->b]];
    uint32_t count = 0;
    for (uint32_t i = 0; i < o->count; i++) {
        uint32_t commune = overlaps->communes[o->first + i];
        count += holds_on_purpose(a, commune) && holds_on_purpose(b, commune);
    }
    return count;
}

/* What is shared on purpose is no fault. */
static maille_severity severity_of(const work *w, const kind_work *k, const maille_overlap *o,
                                   uint32_t on_purpose) {
    if (on_purpose == o->count)
        return MAILLE_INFORMATION;
    return maille_overlap_severity(maille_loaded_rules(w->loaded)->overlaps,
                                   &k->plan.claims[k->claim[o->a]],
                                   &k->plan.claims[k->claim[o->b]]);
}

static maille_status add_overlap(maille_ctx *ctx, work *w, const kind_work *k,
                                 const maille_overlaps *overlaps, uint32_t i,
                                 const maille_shapes *outlines, maille_table *table) {
    const maille_overlap *o = &overlaps->overlaps[i];
    uint32_t on_purpose = count_on_purpose(k, overlaps, o);
    maille_status status = MAILLE_OK;
    size_t row;
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, 0, w->audience));
    TRY(maille_set_text(ctx, table, row, 1, k->plan.claims[k->claim[o->a]].id));
    TRY(maille_set_text(ctx, table, row, 2, k->plan.claims[k->claim[o->b]].id));
    maille_set_int(table, row, 3, o->count);
    TRY(set_codes(ctx, table, row, 4, w->c->code, overlaps->communes + o->first, o->count));
    maille_set_real(table, row, 5, o->population);
    maille_set_real(table, row, 6, o->part_a);
    maille_set_real(table, row, 7, o->part_b);
    TRY(maille_set_text(ctx, table, row, 8,
                        maille_severity_name(severity_of(w, k, o, on_purpose))));
    TRY(maille_set_text(ctx, table, row, 9, k->name));
    maille_set_int(table, row, 10, on_purpose);
    TRY(set_outline(ctx, table, row, 11, outlines, i));
done:
    return status;
}

static maille_status save_overlaps(maille_ctx *ctx, work *w, const kind_work *k, uint32_t *found) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT}, {"a", MAILLE_TEXT},         {"b", MAILLE_TEXT},
        {"communes", MAILLE_INT},  {"codes", MAILLE_TEXT},     {"population", MAILLE_REAL},
        {"part_a", MAILLE_REAL},   {"part_b", MAILLE_REAL},    {"severity", MAILLE_TEXT},
        {"kind", MAILLE_TEXT},     {"on_purpose", MAILLE_INT}, {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    maille_overlaps *overlaps = NULL;
    maille_table *table = NULL;
    maille_shapes *outlines = NULL;
    uint32_t *start = NULL;
    TRY(maille_overlaps_new(ctx, &k->active, w->c->population, w->c->count, &overlaps));
    start = maille_alloc(overlaps->count + 1u, sizeof *start);
    if (!start) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < overlaps->count; i++)
        start[i + 1] = overlaps->overlaps[i].first + overlaps->overlaps[i].count;
    TRY(outlines_new(ctx, w->call->loads, start, overlaps->communes, overlaps->count, NULL,
                     &outlines));
    TRY(maille_table_new(ctx, columns, 12, &table));
    for (uint32_t i = 0; i < overlaps->count; i++)
        TRY(add_overlap(ctx, w, k, overlaps, i, outlines, table));
    TRY(maille_store_append(ctx, w->call->store, "overlap", table));
    *found += overlaps->count;
done:
    maille_free(start);
    maille_overlaps_free(overlaps);
    maille_shapes_free(outlines);
    maille_table_free(table);
    return status;
}

/* ---- gaps
 * ------------------------------------------------------------------------------------------- */

/* Notes that people left on a commune of the gap, joined. */
static maille_status set_note(maille_ctx *ctx, const work *w, const maille_table *notes,
                              const maille_gaps *gaps, const maille_gap *gap, maille_table *table,
                              size_t row, size_t column) {
    maille_strbuf text = {0};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < notes->rows; i++) {
        uint32_t commune = maille_names_get(w->c->number, notes->columns[0].texts[i]);
        const char *since = notes->columns[2].texts[i];
        for (uint32_t k = 0; k < gap->count; k++)
            if (gaps->communes[gap->first + k] == commune)
                maille_strbuf_addf(&text, "%s%s%s%s%s", text.length ? " ; " : "",
                                   notes->columns[1].texts[i], since ? " (" : "",
                                   since ? since : "", since ? ")" : "");
    }
    if (text.failed)
        status = maille_no_memory(ctx);
    else if (text.length)
        status = maille_set_text(ctx, table, row, column, text.text);
    maille_strbuf_free(&text);
    return status;
}

static maille_status set_neighbours(maille_ctx *ctx, const kind_work *k, const maille_gaps *gaps,
                                    const maille_gap *gap, maille_table *table, size_t row,
                                    size_t column) {
    maille_status status = MAILLE_OK;
    maille_strbuf json = {0};
    const char **ids = maille_alloc(gap->neighbour_count + 1u, sizeof *ids);
    if (!ids)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < gap->neighbour_count; i++)
        ids[i] = k->plan.claims[k->claim[gaps->neighbours[gap->first_neighbour + i]]].id;
    maille_json_texts(&json, ids, gap->neighbour_count);
    status =
        json.failed ? maille_no_memory(ctx) : maille_set_text(ctx, table, row, column, json.text);
    maille_strbuf_free(&json);
    maille_free((void *)ids);
    return status;
}

static maille_status add_gap(maille_ctx *ctx, work *w, const kind_work *k, const maille_gaps *gaps,
                             uint32_t i, const maille_shapes *outlines, const maille_table *notes,
                             maille_table *table) {
    const maille_gap *gap = &gaps->gaps[i];
    char id[128];
    size_t row;
    maille_status status = MAILLE_OK;
    maille_gap_id(k->name, w->c->code[gaps->communes[gap->first]], id, sizeof id);
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, 0, w->audience));
    TRY(maille_set_text(ctx, table, row, 1, id));
    maille_set_int(table, row, 2, gap->count);
    TRY(set_codes(ctx, table, row, 3, w->c->code, gaps->communes + gap->first, gap->count));
    maille_set_real(table, row, 4, gap->population);
    maille_set_int(table, row, 5, gap->enclosed);
    TRY(set_neighbours(ctx, k, gaps, gap, table, row, 6));
    TRY(maille_set_text(ctx, table, row, 7, k->name));
    /* A note is a person's word: it is for the inside. */
    if (w->call->audience == MAILLE_INTERNE)
        TRY(set_note(ctx, w, notes, gaps, gap, table, row, 8));
    TRY(set_outline(ctx, table, row, 9, outlines, i));
done:
    return status;
}

/* `covered` tells how many communes active CPTS cover. */
static maille_status save_gaps(maille_ctx *ctx, work *w, const kind_work *k, uint32_t *found,
                               uint32_t *covered) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT},   {"id", MAILLE_TEXT},         {"communes", MAILLE_INT},
        {"codes", MAILLE_TEXT},      {"population", MAILLE_REAL}, {"enclosed", MAILLE_INT},
        {"neighbours", MAILLE_TEXT}, {"kind", MAILLE_TEXT},       {"note", MAILLE_TEXT},
        {"geom", MAILLE_GEOMETRY}};
    static const char *const note_columns[] = {"code", "note", "since"};
    const maille_query all_notes = {
        .table = "gap_note", .columns = note_columns, .column_count = 3};
    maille_status status = MAILLE_OK;
    maille_gaps *gaps = NULL;
    maille_table *table = NULL, *notes = NULL;
    maille_shapes *outlines = NULL;
    uint32_t *start = NULL;
    TRY(maille_gaps_new(ctx, &k->active, w->ground->adjacency, w->c->population, &gaps));
    TRY(maille_store_read(ctx, w->call->store, &all_notes, &notes));
    start = maille_alloc(gaps->count + 1u, sizeof *start);
    if (!start) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < gaps->count; i++)
        start[i + 1] = gaps->gaps[i].first + gaps->gaps[i].count;
    TRY(outlines_new(ctx, w->call->loads, start, gaps->communes, gaps->count, NULL, &outlines));
    TRY(maille_table_new(ctx, columns, 10, &table));
    for (uint32_t i = 0; i < gaps->count; i++)
        TRY(add_gap(ctx, w, k, gaps, i, outlines, notes, table));
    TRY(maille_store_append(ctx, w->call->store, "gap", table));
    *found += gaps->count;
    if (strcmp(k->name, "cpts") == 0)
        *covered = gaps->covered;
done:
    maille_free(start);
    maille_gaps_free(gaps);
    maille_shapes_free(outlines);
    maille_table_free(table);
    maille_table_free(notes);
    return status;
}

/* ---- figures
 * ------------------------------------------------------------------------------------------ */

static maille_status add_figure(maille_ctx *ctx, work *w, uint32_t i, const maille_shapes *lonlat,
                                const maille_shapes *metres, maille_table *table) {
    const maille_perimeters *sets = &w->seen->sets;
    const seen_perimeters *seen = w->seen;
    maille_figures *f = NULL;
    maille_status status = MAILLE_OK;
    size_t row;
    TRY(maille_figures_new(ctx, w->ground, maille_loaded_rules_of(w->loaded, seen->kind[i]),
                           sets->member + sets->start[i], sets->share + sets->start[i],
                           sets->start[i + 1] - sets->start[i], 0, &f));
    TRY(maille_table_add_row(ctx, table, &row));
    const char *const texts[] = {w->audience,     seen->id[i],      seen->name[i],  seen->kind[i],
                                 seen->status[i], seen->contact[i], seen->since[i], f->size_class};
    for (size_t k = 0; k < 8; k++)
        if (texts[k])
            TRY(maille_set_text(ctx, table, row, k, texts[k]));
    maille_set_int(table, row, 8, f->communes);
    maille_set_int(table, row, 9, f->parts);
    maille_set_int(table, row, 10, f->parts_by_border);
    maille_set_int(table, row, 11, f->holes);
    maille_set_real(table, row, 12, f->population);
    maille_set_real(table, row, 13, f->area_m2);
    maille_set_real(table, row, 14, f->density);
    maille_set_real(table, row, 15, maille_shape_perimeter(metres, i));
    maille_set_real(table, row, 16, f->polsby_popper);
    maille_set_real(table, row, 17, f->reock);
    maille_set_real(table, row, 18, f->hull_ratio);
    TRY(set_outline(ctx, table, row, 19, lonlat, i));
done:
    maille_figures_free(f);
    return status;
}

static maille_status save_figures(maille_ctx *ctx, work *w) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT},       {"id", MAILLE_TEXT},
        {"name", MAILLE_TEXT},           {"kind", MAILLE_TEXT},
        {"status", MAILLE_TEXT},         {"contact", MAILLE_TEXT},
        {"status_since", MAILLE_TEXT},   {"size_class", MAILLE_TEXT},
        {"communes", MAILLE_INT},        {"parts", MAILLE_INT},
        {"parts_by_border", MAILLE_INT}, {"holes", MAILLE_INT},
        {"population", MAILLE_REAL},     {"area_m2", MAILLE_REAL},
        {"density", MAILLE_REAL},        {"perimeter_m", MAILLE_REAL},
        {"polsby_popper", MAILLE_REAL},  {"reock", MAILLE_REAL},
        {"hull_ratio", MAILLE_REAL},     {"geom", MAILLE_GEOMETRY}};
    maille_status status = MAILLE_OK;
    const maille_crs *crs = NULL;
    maille_table *table = NULL;
    maille_shapes *lonlat = NULL, *metres = NULL;
    const maille_perimeters *sets = &w->seen->sets;
    TRY(load_crs(ctx, w->call->loads, &crs));
    TRY(outlines_new(ctx, w->call->loads, sets->start, sets->member, sets->count, &w->r, &lonlat));
    TRY(maille_shapes_project(ctx, lonlat, crs, &metres));
    TRY(maille_table_new(ctx, columns, 20, &table));
    for (uint32_t i = 0; i < sets->count; i++)
        TRY(add_figure(ctx, w, i, lonlat, metres, table));
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
    TRY(load_ground(ctx, call->loads, 0, &w->loaded));
    w->ground = maille_loaded_ground(w->loaded);
    TRY(load_perimeters(ctx, call->loads, call->audience, &w->seen));
done:
    return status;
}

maille_status step_perimeters(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const char **kinds = NULL;
    uint32_t kind_count = 0, overlaps = 0, gaps = 0, covered = 0;
    kind_work k = {0};
    work w = {0};
    TRY(open_work(ctx, call, &w));
    TRY(seen_kinds(ctx, w.seen, &kinds, &kind_count));
    for (uint32_t i = 0; i < kind_count; i++) {
        TRY(open_kind(ctx, &w, kinds[i], &k));
        TRY(save_overlaps(ctx, &w, &k, &overlaps));
        TRY(save_gaps(ctx, &w, &k, &gaps, &covered));
        close_kind(&k);
        k = (kind_work){0};
    }
    TRY(save_figures(ctx, &w));
    snprintf(call->message, sizeof call->message,
             "%u perimeters, %u overlaps, %u gaps; %u communes covered of %u", w.seen->sets.count,
             overlaps, gaps, covered, w.c->count);
    TRY(remarks_save(ctx, &w.r, call->store));
done:
    close_kind(&k);
    remarks_close(&w.r);
    maille_free((void *)kinds);
    return status;
}
