/* Loading: the workspace's tables as plain arrays, each once a run. */
#include "steps/loads.h"
#include "steps/step.h"

#include <maille/geometry.h>
#include <maille/memory.h>
#include <maille/sources.h>
#include <maille/vec.h>
#include <math.h>
#include <string.h>

struct loads {
    maille_store *store;
    maille_study *study;
    maille_crs *crs;
    maille_travel_rules *travel_rules;
    maille_publication_rules *publication;
    maille_zoning_rules *zoning;
    communes *communes;
    commune_figures *figures;
    maille_adjacency *adjacency;
    places *places;
    travel *travel;
    maille_matrix *matrix;
    seen_perimeters *perimeters[2];
};

maille_status loads_new(maille_ctx *ctx, maille_store *store, loads **out) {
    loads *l = maille_alloc(1, sizeof *l);
    if (!l)
        return maille_no_memory(ctx);
    l->store = store;
    *out = l;
    return MAILLE_OK;
}

static void communes_free(communes *c) {
    if (!c)
        return;
    maille_free(c->population);
    maille_names_free(c->number);
    maille_shapes_free(c->lonlat);
    maille_shapes_free(c->metres);
    maille_table_free(c->table);
    maille_free(c);
}

static void figures_free(commune_figures *f) {
    if (!f)
        return;
    maille_free(f->centre);
    maille_free(f->area_m2);
    maille_free(f);
}

static void places_free(places *p) {
    if (!p)
        return;
    maille_free(p->commune);
    maille_free(p->at_centre);
    maille_free(p->open);
    maille_free(p->at);
    maille_table_free(p->table);
    maille_free(p);
}

static void seen_free(seen_perimeters *p) {
    if (!p)
        return;
    maille_free(p->sets.start);
    maille_free(p->sets.member);
    maille_free(p->sets.share);
    maille_free(p->id);
    maille_free(p->published);
    maille_table_free(p->table);
    maille_free(p);
}

void grouping_free(grouping *g) {
    if (!g)
        return;
    maille_free(g->id);
    maille_free(g->title);
    maille_free(g->of_commune);
    maille_table_free(g->table);
    maille_free(g);
}

void loads_free(loads *l) {
    if (!l)
        return;
    for (int i = 0; i < 2; i++)
        seen_free(l->perimeters[i]);
    maille_matrix_free(l->matrix);
    travel_free(l->travel);
    places_free(l->places);
    maille_adjacency_free(l->adjacency);
    figures_free(l->figures);
    communes_free(l->communes);
    maille_zoning_rules_free(l->zoning);
    maille_publication_rules_free(l->publication);
    maille_travel_rules_free(l->travel_rules);
    maille_crs_free(l->crs);
    maille_study_free(l->study);
    maille_free(l);
}

/* ---- study, rules, CRS
 * --------------------------------------------------------------------------- */

maille_status load_study(maille_ctx *ctx, loads *l, const maille_study **out) {
    maille_status status = MAILLE_OK;
    char *json = NULL;
    if (!l->study) {
        TRY(maille_store_get(ctx, l->store, "study_json", &json));
        /* A workspace filled by hand has no study: no services, the house's usual rules. */
        TRY(maille_study_from_json(ctx, json ? json : "{study: workspace}", &l->study));
    }
    *out = l->study;
done:
    maille_free(json);
    return status;
}

maille_status load_crs(maille_ctx *ctx, loads *l, const maille_crs **out) {
    maille_status status = MAILLE_OK;
    if (!l->crs) {
        int epsg = 0;
        TRY(maille_source_crs(ctx, l->store, &epsg));
        TRY(maille_crs_new(ctx, epsg, &l->crs));
    }
    *out = l->crs;
done:
    return status;
}

maille_status load_travel_rules(maille_ctx *ctx, loads *l, const maille_travel_rules **out) {
    maille_status status = MAILLE_OK;
    if (!l->travel_rules) {
        const maille_study *study = NULL;
        TRY(load_study(ctx, l, &study));
        TRY(maille_travel_rules_read(
            ctx, study->estimation ? study->estimation : MAILLE_DEFAULT_TRAVEL, &l->travel_rules));
    }
    *out = l->travel_rules;
done:
    return status;
}

maille_status load_publication(maille_ctx *ctx, loads *l, const maille_publication_rules **out) {
    maille_status status = MAILLE_OK;
    if (!l->publication) {
        const maille_study *study = NULL;
        TRY(load_study(ctx, l, &study));
        TRY(maille_publication_rules_read(
            ctx, study->publication ? study->publication : MAILLE_DEFAULT_PUBLICATION,
            &l->publication));
    }
    *out = l->publication;
done:
    return status;
}

maille_status load_zoning(maille_ctx *ctx, loads *l, const maille_zoning_rules **out,
                          const char **unit) {
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    TRY(load_study(ctx, l, &study));
    if (!l->zoning)
        TRY(maille_zoning_rules_read(ctx, study->zoning ? study->zoning : MAILLE_DEFAULT_ZONING,
                                     &l->zoning));
    *out = l->zoning;
    *unit = study->zoning ? study->zoning_unit : NULL;
done:
    return status;
}

maille_status decay_of(maille_ctx *ctx, const maille_zoning_rules *rules, maille_decay *out) {
    maille_status status = maille_decay_parse(ctx, rules->decay, out);
    if (status == MAILLE_USAGE)
        return maille_fail(ctx, MAILLE_REFUSED, "%s: %s", maille_yaml_path(rules->file),
                           maille_message(ctx));
    return status;
}

/* ---- communes
 * -------------------------------------------------------------------------------------- */

static maille_status read_communes(maille_ctx *ctx, loads *l, communes *c) {
    static const char *const columns[] = {"code", "name", "population", "geom"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = 4};
    const maille_crs *crs = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(ctx, l->store, &query, &c->table));
    c->count = (uint32_t)c->table->rows;
    c->code = c->table->columns[0].texts;
    c->name = c->table->columns[1].texts;
    c->population = maille_alloc(c->count + 1u, sizeof *c->population);
    c->number = maille_names_new(c->count);
    if (!c->population || !c->number) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        double people = c->table->columns[2].reals[i];
        c->population[i] = isnan(people) ? 0 : people;
        if (!maille_names_set(c->number, c->code[i], i)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
    TRY(load_crs(ctx, l, &crs));
    TRY(maille_shapes_from_column(ctx, c->table, 3, &c->lonlat));
    TRY(maille_shapes_project(ctx, c->lonlat, crs, &c->metres));
done:
    return status;
}

maille_status load_communes(maille_ctx *ctx, loads *l, const communes **out) {
    if (!l->communes) {
        communes *c = maille_alloc(1, sizeof *c);
        if (!c)
            return maille_no_memory(ctx);
        maille_status status = read_communes(ctx, l, c);
        if (status != MAILLE_OK) {
            communes_free(c);
            return status;
        }
        l->communes = c;
    }
    *out = l->communes;
    return MAILLE_OK;
}

/* Projects the columns `lon`, `lat` of a table into metres; NaN stays NaN. */
static maille_status project_columns(maille_ctx *ctx, loads *l, const maille_table *table,
                                     size_t lon, size_t lat, maille_xy **out) {
    const maille_crs *crs = NULL;
    maille_status status = MAILLE_OK;
    maille_lonlat *degrees = maille_alloc(table->rows + 1, sizeof *degrees);
    maille_xy *metres = maille_alloc(table->rows + 1, sizeof *metres);
    if (!degrees || !metres) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < table->rows; i++)
        degrees[i] = (maille_lonlat){table->columns[lon].reals[i], table->columns[lat].reals[i]};
    TRY(load_crs(ctx, l, &crs));
    TRY(maille_crs_project(ctx, crs, degrees, metres, table->rows, NULL));
    *out = metres;
    metres = NULL;
done:
    maille_free(degrees);
    maille_free(metres);
    return status;
}

maille_status load_figures(maille_ctx *ctx, loads *l, const commune_figures **out) {
    static const char *const columns[] = {"code", "area_m2", "lon", "lat"};
    maille_query query = {.table = "commune_figure", .columns = columns, .column_count = 4};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    commune_figures *f = NULL;
    const communes *c = NULL;
    if (l->figures) {
        *out = l->figures;
        return MAILLE_OK;
    }
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, l->store, &query, &table));
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
    *out = l->figures = f;
    f = NULL;
done:
    figures_free(f);
    maille_table_free(table);
    return status;
}

/* ---- adjacency, from the table that step borders left
 * -------------------------------------------- */

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

maille_status load_adjacency(maille_ctx *ctx, loads *l, const maille_adjacency **out) {
    static const char *const border_columns[] = {"a", "b", "kind", "length_m"};
    static const char *const figure_columns[] = {"code", "block", "on_edge"};
    maille_query border_query = {.table = "border", .columns = border_columns, .column_count = 4};
    maille_query figure_query = {
        .table = "commune_figure", .columns = figure_columns, .column_count = 3};
    maille_status status = MAILLE_OK;
    maille_table *borders = NULL, *figures = NULL;
    maille_adjacency *a = NULL;
    const communes *c = NULL;
    if (l->adjacency) {
        *out = l->adjacency;
        return MAILLE_OK;
    }
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, l->store, &border_query, &borders));
    TRY(maille_store_read(ctx, l->store, &figure_query, &figures));
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
    *out = l->adjacency = a;
    a = NULL;
done:
    maille_adjacency_free(a);
    maille_table_free(borders);
    maille_table_free(figures);
    return status;
}

/* ---- places
 * ----------------------------------------------------------------------------------------- */

static maille_status read_places(maille_ctx *ctx, loads *l, places *p) {
    static const char *const columns[] = {"service", "id",     "name",   "code",   "lon",
                                          "lat",     "amount", "status", "located"};
    maille_query query = {.table = "place", .columns = columns, .column_count = 9};
    const communes *c = NULL;
    maille_status status = MAILLE_OK;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, l->store, &query, &p->table));
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

maille_status load_places(maille_ctx *ctx, loads *l, const places **out) {
    if (!l->places) {
        places *p = maille_alloc(1, sizeof *p);
        if (!p)
            return maille_no_memory(ctx);
        maille_status status = read_places(ctx, l, p);
        if (status != MAILLE_OK) {
            places_free(p);
            return status;
        }
        l->places = p;
    }
    *out = l->places;
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

/* ---- groupings, coverage
 * ------------------------------------------------------------------------------- */

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
    TRY(maille_store_read(ctx, l->store, &query, &g->table));
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
    TRY(maille_store_read(ctx, l->store, &query, &table));
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

/* ---- perimeters
 * -------------------------------------------------------------------------------------------- */

/* Rows of `table` (perimeter) that the audience sees become the sets' order: id, name … in `p`. */
static maille_status choose_seen(maille_ctx *ctx, loads *l, maille_audience audience,
                                 seen_perimeters *p, maille_names *number) {
    const maille_publication_rules *rules = NULL;
    maille_status status = MAILLE_OK;
    size_t rows = p->table->rows;
    const char **statuses = p->table->columns[2].texts;
    unsigned char *sees = maille_alloc(rows + 1, 1), *published = maille_alloc(rows + 1, 1);
    const char **texts = maille_alloc(4 * (rows + 1), sizeof *texts);
    if (!sees || !published || !texts) {
        maille_free((void *)texts);
        maille_free(published);
        status = maille_no_memory(ctx);
        goto done;
    }
    p->id = texts;
    p->name = texts + (rows + 1);
    p->status = texts + 2 * (rows + 1);
    p->contact = texts + 3 * (rows + 1);
    p->published = published;
    TRY(load_publication(ctx, l, &rules));
    maille_audience_sees(rules, audience, statuses, rows, sees);
    maille_audience_sees(rules, MAILLE_PUBLIC, statuses, rows, published);
    uint32_t n = 0;
    for (size_t row = 0; row < rows; row++) {
        if (!sees[row])
            continue;
        p->id[n] = p->table->columns[0].texts[row];
        p->name[n] = p->table->columns[1].texts[row];
        p->status[n] = statuses[row];
        p->contact[n] = p->table->columns[3].texts[row];
        p->published[n] = published[row];
        if (!maille_names_set(number, p->id[n], n)) {
            status = maille_no_memory(ctx);
            goto done;
        }
        n++;
    }
    p->sets.count = n;
done:
    maille_free(sees);
    return status;
}

/* Members as CSR. Rows come in order of (perimeter, code); codes ascend like commune numbers. */
static maille_status fill_members(maille_ctx *ctx, const communes *c, const maille_names *number,
                                  const maille_table *rows, seen_perimeters *p) {
    maille_perimeters *sets = &p->sets;
    sets->start = maille_alloc(sets->count + 1u, sizeof *sets->start);
    sets->member = maille_alloc(rows->rows + 1, sizeof *sets->member);
    sets->share = maille_alloc(rows->rows + 1, sizeof *sets->share);
    if (!sets->start || !sets->member || !sets->share)
        return maille_no_memory(ctx);
    uint32_t n = 0, current = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        uint32_t perimeter = maille_names_get(number, rows->columns[0].texts[row]);
        uint32_t commune = maille_names_get(c->number, rows->columns[1].texts[row]);
        if (perimeter == MAILLE_ABSENT)
            continue;
        if (commune == MAILLE_ABSENT) {
            p->unknown_members++;
            continue;
        }
        while (current < perimeter)
            sets->start[++current] = n;
        sets->member[n] = commune;
        sets->share[n++] = rows->columns[2].reals[row];
    }
    while (current < sets->count)
        sets->start[++current] = n;
    return MAILLE_OK;
}

static maille_status read_perimeters(maille_ctx *ctx, loads *l, maille_audience audience,
                                     seen_perimeters *p) {
    static const char *const columns[] = {"id", "name", "status", "contact"};
    static const char *const member_columns[] = {"perimeter_id", "code", "share"};
    maille_value kind = maille_text_value("cpts");
    maille_filter filter = maille_equals("kind", &kind);
    maille_query query = {
        .table = "perimeter", .columns = columns, .column_count = 4, .filter = &filter};
    maille_query members = {
        .table = "perimeter_member", .columns = member_columns, .column_count = 3};
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    maille_names *number = NULL;
    const communes *c = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, l->store, &query, &p->table));
    TRY(maille_store_read(ctx, l->store, &members, &rows));
    number = maille_names_new(p->table->rows);
    if (!number) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(choose_seen(ctx, l, audience, p, number));
    TRY(fill_members(ctx, c, number, rows, p));
done:
    maille_names_free(number);
    maille_table_free(rows);
    return status;
}

maille_status load_perimeters(maille_ctx *ctx, loads *l, maille_audience audience,
                              const seen_perimeters **out) {
    if (!l->perimeters[audience]) {
        seen_perimeters *p = maille_alloc(1, sizeof *p);
        if (!p)
            return maille_no_memory(ctx);
        maille_status status = read_perimeters(ctx, l, audience, p);
        if (status != MAILLE_OK) {
            seen_free(p);
            return status;
        }
        l->perimeters[audience] = p;
    }
    *out = l->perimeters[audience];
    return MAILLE_OK;
}

/* ---- roads
 * ---------------------------------------------------------------------------------------------------
 */

maille_status load_travel(maille_ctx *ctx, loads *l, const travel **out) {
    maille_status status = MAILLE_OK;
    if (!l->travel)
        TRY(travel_new(ctx, l, l->store, &l->travel));
    *out = l->travel;
done:
    return status;
}

maille_status load_place_stops(maille_ctx *ctx, loads *l, const travel **out) {
    maille_status status = MAILLE_OK;
    const travel *t = NULL;
    TRY(load_travel(ctx, l, &t));
    if (!t->place_stop)
        TRY(travel_snap_places(ctx, l, l->travel));
    *out = t;
done:
    return status;
}

maille_status load_matrix(maille_ctx *ctx, loads *l, const maille_matrix **out) {
    maille_status status = MAILLE_OK;
    if (!l->matrix)
        TRY(times_between_communes(ctx, l, &l->matrix));
    *out = l->matrix;
done:
    return status;
}

maille_store *loads_store(const loads *l) {
    return l->store;
}
