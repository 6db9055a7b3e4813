/* Loading the ground that perimeters stand on: units, borders, links, outlines, hulls, areas. */
#include "steps/ground.h"
#include "steps/step.h"

#include <maille/hull.h>
#include <maille/provenance.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void *ground_alloc(maille_loaded *loaded, size_t count, size_t size) {
    if (count && size > SIZE_MAX / (count + 1))
        return NULL;
    size_t bytes = (count + 1) * size; /* one more: a block of nothing is a block */
    void *block = maille_arena_alloc(loaded->arena, bytes);
    if (block)
        memset(block, 0, bytes);
    return block;
}

/* ---- partitions
 * ---------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The groups that the units name (NULL: none), in ascending order of id. */
static maille_status partition_by(maille_ctx *ctx, maille_loaded *loaded, const char *name,
                                  const char *const *id_of, maille_partition *out) {
    uint32_t n = loaded->ground.count, named = 0, count = 0;
    const char **id = ground_alloc(loaded, n, sizeof *id);
    uint32_t *of_commune = ground_alloc(loaded, n, sizeof *of_commune);
    if (!id || !of_commune)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < n; i++)
        if (id_of[i])
            id[named++] = id_of[i];
    qsort((void *)id, named, sizeof *id, by_text);
    for (uint32_t i = 0; i < named; i++)
        if (i == 0 || strcmp(id[i], id[count - 1]) != 0)
            id[count++] = id[i];
    for (uint32_t i = 0; i < n; i++) {
        const char **found = id_of[i] ? bsearch((const void *)&id_of[i], (const void *)id, count,
                                                sizeof *id, by_text)
                                      : NULL;
        of_commune[i] = found ? (uint32_t)(found - id) : MAILLE_ABSENT;
    }
    *out = (maille_partition){.name = name, .count = count, .id = id, .of_commune = of_commune};
    return MAILLE_OK;
}

static const char *region_name(const maille_region_rules *rules, const char *code) {
    for (size_t i = 0; i < rules->region_count; i++)
        if (strcmp(rules->regions[i].code, code) == 0)
            return rules->regions[i].name;
    return NULL;
}

/* Titles of départements or regions, copied: the rules are let go. */
static maille_status name_groups(maille_ctx *ctx, maille_loaded *loaded,
                                 const maille_region_rules *rules, bool departments,
                                 maille_partition *p) {
    const char **title = ground_alloc(loaded, p->count, sizeof *title);
    if (!title)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < p->count; i++) {
        const maille_department *d = departments ? maille_department_find(rules, p->id[i]) : NULL;
        const char *name = departments ? d ? d->name : NULL : region_name(rules, p->id[i]);
        if (name && !(title[i] = maille_arena_strdup(loaded->arena, name)))
            return maille_no_memory(ctx);
    }
    p->title = title;
    return MAILLE_OK;
}

/* Départements as the communes tell them, regions as the rules do. */
static maille_status add_areas(maille_ctx *ctx, maille_loaded *loaded) {
    static const char *const columns[] = {"code", "department"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = 2};
    maille_ground *g = &loaded->ground;
    maille_status status = MAILLE_OK;
    maille_region_rules *rules = NULL;
    maille_table *table = NULL;
    const char **department = ground_alloc(loaded, g->count, sizeof *department);
    const char **region = ground_alloc(loaded, g->count, sizeof *region);
    if (!department || !region)
        return maille_no_memory(ctx);
    TRY(maille_region_rules_read(ctx, MAILLE_DEFAULT_REGIONS, &rules));
    TRY(maille_store_read(ctx, loads_store(loaded->l), &query, &table));
    for (uint32_t i = 0; i < g->count; i++) {
        const char *code = table->columns[1].texts[i];
        const maille_department *d = maille_department_find(rules, code);
        if (*code && !(department[i] = maille_arena_strdup(loaded->arena, code))) {
            status = maille_no_memory(ctx);
            goto done;
        }
        if (d && !(region[i] = maille_arena_strdup(loaded->arena, d->region))) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
    TRY(partition_by(ctx, loaded, "departement", department, &g->department));
    TRY(partition_by(ctx, loaded, "region", region, &g->region));
    TRY(name_groups(ctx, loaded, rules, true, &g->department));
    TRY(name_groups(ctx, loaded, rules, false, &g->region));
    TRY(maille_partition_index(ctx, &g->department, g->count, loaded->arena));
    TRY(maille_partition_index(ctx, &g->region, g->count, loaded->arena));
done:
    maille_table_free(table);
    maille_region_rules_free(rules);
    return status;
}

/* ---- units
 * --------------------------------------------------------------------------------------- */

static maille_status add_outlines(maille_ctx *ctx, maille_loaded *loaded, const communes *c) {
    double *outline_m = ground_alloc(loaded, c->count, sizeof *outline_m);
    if (!outline_m)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < c->count; i++)
        outline_m[i] = maille_shape_perimeter(c->metres, i);
    loaded->ground.outline_m = outline_m;
    return MAILLE_OK;
}

/* Convex hulls, one after the other. */
static maille_status add_hulls(maille_ctx *ctx, maille_loaded *loaded, const communes *c) {
    maille_status status = MAILLE_OK;
    const maille_shapes *shapes = c->metres;
    uint32_t *start = ground_alloc(loaded, c->count, sizeof *start);
    maille_xy *all = maille_alloc(maille_shapes_points(shapes) + 1u, sizeof *all), *hull = NULL;
    if (!all || !start) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t first = shapes->point_start[shapes->ring_start[shapes->part_start[i]]];
        uint32_t end = shapes->point_start[shapes->ring_start[shapes->part_start[i + 1]]];
        size_t count = 0;
        TRY(maille_convex_hull(ctx, shapes->points + first, end - first, &hull, &count));
        memcpy(all + start[i], hull, count * sizeof *hull);
        start[i + 1] = start[i] + (uint32_t)count;
        maille_free(hull);
        hull = NULL;
    }
    hull = ground_alloc(loaded, start[c->count], sizeof *hull);
    if (!hull) {
        status = maille_no_memory(ctx);
        goto done;
    }
    memcpy(hull, all, start[c->count] * sizeof *hull);
    loaded->ground.hull_start = start;
    loaded->ground.hull = hull;
    hull = NULL;
done:
    maille_free(hull);
    maille_free(all);
    return status;
}

static maille_status add_wholes(maille_ctx *ctx, maille_loaded *loaded, const communes *c) {
    maille_status status = MAILLE_OK;
    maille_unit_rules *rules = NULL;
    uint32_t *part_of = ground_alloc(loaded, c->count, sizeof *part_of);
    if (!part_of)
        return maille_no_memory(ctx);
    TRY(maille_unit_rules_read(ctx, MAILLE_DEFAULT_UNITS, &rules));
    for (uint32_t i = 0; i < c->count; i++)
        part_of[i] = whole_unit(rules, c, c->code[i]);
    loaded->ground.part_of = part_of;
done:
    maille_unit_rules_free(rules);
    return status;
}

static maille_status add_units(maille_ctx *ctx, maille_loaded *loaded) {
    maille_ground *g = &loaded->ground;
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const commune_figures *figures = NULL;
    TRY(load_communes(ctx, loaded->l, &c));
    TRY(load_figures(ctx, loaded->l, &figures));
    TRY(load_adjacency(ctx, loaded->l, &g->adjacency));
    g->count = c->count;
    g->code = c->code;
    g->name = c->name;
    g->population = c->population;
    g->area_m2 = figures->area_m2;
    g->centre = figures->centre;
    TRY(add_outlines(ctx, loaded, c));
    TRY(add_hulls(ctx, loaded, c));
    TRY(add_wholes(ctx, loaded, c));
    TRY(add_areas(ctx, loaded));
done:
    return status;
}

/* ---- roads
 * --------------------------------------------------------------------------------------- */

/* What step `links` left; in order of (a, b), as communes are. */
static maille_status add_links(maille_ctx *ctx, maille_loaded *loaded) {
    static const char *const columns[] = {"a", "b", "minutes"};
    maille_query query = {.table = "road_link", .columns = columns, .column_count = 3};
    maille_ground *g = &loaded->ground;
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const char *no_roads = NULL;
    maille_table *table = NULL;
    maille_link *links = NULL;
    TRY(lacks_roads(ctx, loads_store(loaded->l), loaded->l, &no_roads));
    g->has_roads = !no_roads;
    g->estimated = !g->has_roads;
    TRY(link_limit(ctx, loaded->l, &g->link_limit_min));
    TRY(load_communes(ctx, loaded->l, &c));
    TRY(maille_store_read(ctx, loads_store(loaded->l), &query, &table));
    links = ground_alloc(loaded, table->rows, sizeof *links);
    if (!links) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t row = 0; row < table->rows; row++) {
        maille_link link = {.a = maille_names_get(c->number, table->columns[0].texts[row]),
                            .b = maille_names_get(c->number, table->columns[1].texts[row]),
                            .minutes = table->columns[2].reals[row]};
        if (link.a != MAILLE_ABSENT && link.b != MAILLE_ABSENT)
            links[g->link_count++] = link;
    }
    g->links = links;
done:
    maille_table_free(table);
    return status;
}

static maille_status add_times(maille_ctx *ctx, maille_loaded *loaded) {
    maille_ground *g = &loaded->ground;
    maille_status status = MAILLE_OK;
    const maille_matrix *matrix = NULL;
    TRY(load_matrix(ctx, loaded->l, &matrix));
    TRY(times_limit(ctx, loaded->l, &g->time_limit_ms));
    g->time_start = matrix->start;
    g->time_column = matrix->column;
    g->time_ms = matrix->ms;
done:
    return status;
}

/* ---- all of it
 * ----------------------------------------------------------------------------------- */

static const maille_size_rules no_sizes = {.most = INFINITY};

static maille_status read_rules(maille_ctx *ctx, maille_loaded *loaded) {
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    TRY(load_study(ctx, loaded->l, &study));
    TRY(load_publication(ctx, loaded->l, &loaded->publication));
    loaded->target = study->target ? study->target : MAILLE_DEFAULT_TARGET;
    TRY(maille_size_rules_read(ctx, study->sizes ? study->sizes : MAILLE_DEFAULT_SIZES,
                               &loaded->sizes));
    TRY(maille_overlap_rules_read(ctx, study->overlaps ? study->overlaps : MAILLE_DEFAULT_OVERLAPS,
                                  &loaded->overlaps));
    loaded->rules = (maille_judge_rules){loaded->sizes, loaded->overlaps, loaded->publication};
    loaded->unsized = (maille_judge_rules){&no_sizes, loaded->overlaps, loaded->publication};
done:
    return status;
}

maille_status ground_extend(maille_ctx *ctx, maille_loaded *loaded, unsigned with) {
    maille_status status = MAILLE_OK;
    unsigned lacking = with & ~loaded->with;
    if (lacking & MAILLE_GROUND_FACTS)
        TRY(ground_add_facts(ctx, loaded));
    if (lacking & MAILLE_GROUND_TIMES)
        TRY(add_times(ctx, loaded));
    loaded->with |= with;
done:
    return status;
}

maille_status ground_new(maille_ctx *ctx, loads *l, unsigned with, maille_loaded **out) {
    maille_status status = MAILLE_OK;
    maille_loaded *loaded = maille_alloc(1, sizeof *loaded);
    if (!loaded || !(loaded->arena = maille_arena_new())) {
        maille_free(loaded);
        return maille_no_memory(ctx);
    }
    loaded->l = l;
    TRY(read_rules(ctx, loaded));
    TRY(add_units(ctx, loaded));
    TRY(add_links(ctx, loaded));
    TRY(ground_extend(ctx, loaded, with));
    *out = loaded;
    loaded = NULL;
done:
    maille_loaded_free(loaded);
    return status;
}

/* A step that has nothing to work on need not have run: what it leaves is then empty. */
static maille_status require(maille_ctx *ctx, maille_store *store, loads *l, const char *name) {
    maille_status status = MAILLE_OK;
    const char *lacks = NULL;
    char hash[65], *last = NULL;
    bool borders = strcmp(name, "borders") == 0; /* nothing can be read beside old ones */
    TRY(maille_step_hash(ctx, store, name, "", &last));
    if (last && !borders)
        goto done;
    TRY(step_inputs_hash(ctx, store, l, step_named(name), MAILLE_INTERNE, hash, &lacks));
    if (lacks && borders)
        status =
            maille_fail(ctx, MAILLE_NOT_FOUND, "%s held no communes", maille_store_path(store));
    else if (!last && !lacks)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "step %s had not run on %s; see maille compute",
                             name, maille_store_path(store));
    else if (borders && strcmp(last, hash) != 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND,
                             "step %s had not run since the communes of %s changed; see maille "
                             "compute",
                             name, maille_store_path(store));
done:
    maille_free(last);
    return status;
}

maille_status maille_loaded_new(maille_ctx *ctx, maille_store *store, unsigned with,
                                maille_loaded **out) {
    static const char *const always[] = {"borders", "links"};
    static const char *const for_facts[] = {"codes", "groupings", "coverage", "access"};
    maille_status status = MAILLE_OK;
    loads *l = NULL;
    TRY(loads_new(ctx, store, &l));
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        TRY(require(ctx, store, l, always[i]));
    for (size_t i = 0; i < sizeof for_facts / sizeof *for_facts; i++)
        if (with & MAILLE_GROUND_FACTS)
            TRY(require(ctx, store, l, for_facts[i]));
    TRY(ground_new(ctx, l, with, out));
    (*out)->own = l;
    l = NULL;
done:
    loads_free(l);
    return status;
}

void maille_loaded_free(maille_loaded *loaded) {
    if (!loaded)
        return;
    for (uint32_t i = 0; i < loaded->grouping_count; i++)
        grouping_free(loaded->groupings[i]);
    maille_size_rules_free(loaded->sizes);
    maille_overlap_rules_free(loaded->overlaps);
    maille_arena_free(loaded->arena);
    loads_free(loaded->own);
    maille_free(loaded);
}

const maille_ground *maille_loaded_ground(const maille_loaded *loaded) {
    return &loaded->ground;
}

const maille_judge_rules *maille_loaded_rules(const maille_loaded *loaded) {
    return &loaded->rules;
}

const maille_judge_rules *maille_loaded_rules_of(const maille_loaded *loaded, const char *kind) {
    const maille_size_rules *sizes = loaded->sizes;
    for (size_t i = 0; i < sizes->kind_count; i++)
        if (strcmp(sizes->kinds[i], kind) == 0)
            return &loaded->rules;
    return sizes->kind_count ? &loaded->unsized : &loaded->rules;
}

const char *maille_loaded_target(const maille_loaded *loaded) {
    return loaded->target;
}

const maille_publication_rules *maille_loaded_publication(const maille_loaded *loaded) {
    return loaded->publication;
}
