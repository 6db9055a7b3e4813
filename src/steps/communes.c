/* Communes as plain arrays, what step borders found of each, and who touches whom. */
#include "steps/loads.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <string.h>

void communes_free(communes *c) {
    if (!c)
        return;
    maille_free(c->population);
    maille_names_free(c->number);
    maille_shapes_free(c->lonlat);
    maille_shapes_free(c->metres);
    maille_table_free(c->table);
    maille_free(c);
}

static maille_status read_communes(maille_ctx *ctx, loads *l, communes *c) {
    static const char *const columns[COMMUNES_COLUMNS] = {[COMMUNES_CODE] = "code",
                                                          [COMMUNES_NAME] = "name",
                                                          [COMMUNES_POPULATION] = "population",
                                                          [COMMUNES_GEOM] = "geom"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = COMMUNES_COLUMNS};
    const maille_crs *crs = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(ctx, loads_store(l), &query, &c->table));
    c->count = (uint32_t)c->table->rows;
    c->code = c->table->columns[COMMUNES_CODE].texts;
    c->name = c->table->columns[COMMUNES_NAME].texts;
    c->population = maille_alloc(c->count + 1u, sizeof *c->population);
    c->number = maille_names_new(c->count);
    if (!c->population || !c->number) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        double people = c->table->columns[COMMUNES_POPULATION].reals[i];
        c->population[i] = isnan(people) ? 0 : people;
        if (!maille_names_set(c->number, c->code[i], i)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
    TRY(load_crs(ctx, l, &crs));
    TRY(maille_shapes_from_column(ctx, c->table, COMMUNES_GEOM, &c->lonlat));
    TRY(maille_shapes_project(ctx, c->lonlat, crs, &c->metres));
done:
    return status;
}

maille_status communes_new(maille_ctx *ctx, loads *l, communes **out) {
    communes *c = maille_alloc(1, sizeof *c);
    if (!c)
        return maille_no_memory(ctx);
    maille_status status = read_communes(ctx, l, c);
    if (status != MAILLE_OK) {
        communes_free(c);
        return status;
    }
    *out = c;
    return MAILLE_OK;
}

void commune_figures_free(commune_figures *f) {
    if (!f)
        return;
    maille_free(f->centre);
    maille_free(f->area_m2);
    maille_free(f);
}

maille_status commune_figures_new(maille_ctx *ctx, loads *l, commune_figures **out) {
    static const char *const columns[] = {"code", "area_m2", "lon", "lat"};
    maille_query query = {.table = "commune_figure", .columns = columns, .column_count = 4};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    commune_figures *f = NULL;
    const communes *c = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, loads_store(l), &query, &table));
    if (table->rows != c->count) {
        status = maille_fail(ctx, MAILLE_FAILED, "step borders left %zu communes of %u",
                             table->rows, c->count);
        goto done;
    }
    f = maille_alloc(1, sizeof *f);
    if (!f || !(f->area_m2 = maille_alloc(c->count + 1u, sizeof *f->area_m2))) {
        status = maille_no_memory(ctx);
        goto done;
    }
    memcpy(f->area_m2, table->columns[1].reals, c->count * sizeof *f->area_m2);
    TRY(project_columns(ctx, l, table, 2, 3, &f->centre));
    *out = f;
    f = NULL;
done:
    commune_figures_free(f);
    maille_table_free(table);
    return status;
}

static void link_neighbours(maille_adjacency *a) {
    for (uint32_t i = 0; i < a->count; i++)
        if (a->borders[i].line) {
            a->start[a->borders[i].a + 1]++;
            a->start[a->borders[i].b + 1]++;
        }
    for (uint32_t c = 0; c < a->commune_count; c++)
        a->start[c + 1] += a->start[c];
    /* Borders come sorted by (a, b): two passes leave every list ascending. */
    uint32_t *next = a->block; /* free until the blocks are filled in */
    memcpy(next, a->start, a->commune_count * sizeof *next);
    for (uint32_t i = 0; i < a->count; i++)
        if (a->borders[i].line)
            a->neighbour[next[a->borders[i].b]++] = a->borders[i].a;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->borders[i].line)
            a->neighbour[next[a->borders[i].a]++] = a->borders[i].b;
}

static maille_status fill_adjacency(maille_ctx *ctx, const communes *c, const maille_table *borders,
                                    const maille_table *figures, maille_adjacency *a) {
    size_t n = c->count;
    a->commune_count = c->count;
    a->count = (uint32_t)borders->rows;
    a->borders = maille_alloc(a->count + 1u, sizeof *a->borders);
    a->start = maille_alloc(n + 1, sizeof *a->start);
    a->neighbour = maille_alloc(2u * a->count + 1u, sizeof *a->neighbour);
    a->block = maille_alloc(n + 1, sizeof *a->block);
    a->on_edge = maille_alloc(n + 1, 1);
    if (!a->borders || !a->start || !a->neighbour || !a->block || !a->on_edge)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < a->count; i++) {
        maille_border *b = &a->borders[i];
        b->a = maille_names_get(c->number, borders->columns[0].texts[i]);
        b->b = maille_names_get(c->number, borders->columns[1].texts[i]);
        b->line = strcmp(borders->columns[2].texts[i], "ligne") == 0;
        b->length_m = borders->columns[3].reals[i];
        if (b->a >= n || b->b >= n)
            return maille_fail(ctx, MAILLE_FAILED, "step borders left a commune that is gone");
    }
    link_neighbours(a);
    for (size_t i = 0; i < n; i++) {
        a->block[i] = (uint32_t)figures->columns[1].ints[i];
        a->on_edge[i] = figures->columns[2].ints[i] != 0;
        if (a->block[i] + 1 > a->block_count)
            a->block_count = a->block[i] + 1;
    }
    return MAILLE_OK;
}

maille_status adjacency_from_tables(maille_ctx *ctx, loads *l, maille_adjacency **out) {
    static const char *const border_columns[] = {"a", "b", "kind", "length_m"};
    static const char *const figure_columns[] = {"code", "block", "on_edge"};
    maille_query border_query = {.table = "border", .columns = border_columns, .column_count = 4};
    maille_query figure_query = {
        .table = "commune_figure", .columns = figure_columns, .column_count = 3};
    maille_status status = MAILLE_OK;
    maille_table *borders = NULL, *figures = NULL;
    maille_adjacency *a = NULL;
    const communes *c = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, loads_store(l), &border_query, &borders));
    TRY(maille_store_read(ctx, loads_store(l), &figure_query, &figures));
    if (figures->rows != c->count) {
        status = maille_fail(ctx, MAILLE_FAILED, "step borders left %zu communes of %u",
                             figures->rows, c->count);
        goto done;
    }
    a = maille_alloc(1, sizeof *a);
    if (!a) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(fill_adjacency(ctx, c, borders, figures, a));
    *out = a;
    a = NULL;
done:
    maille_adjacency_free(a);
    maille_table_free(borders);
    maille_table_free(figures);
    return status;
}

uint32_t whole_unit(const maille_unit_rules *rules, const communes *c, const char *code) {
    char whole[33], before[33];
    uint32_t found = MAILLE_ABSENT;
    while (found == MAILLE_ABSENT && maille_unit_whole(rules, code, whole)) {
        found = maille_names_get(c->number, whole);
        memcpy(before, whole, sizeof before);
        code = before;
    }
    return found;
}
