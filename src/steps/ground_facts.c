/* What is known of the units of a ground: services, groupings, indicators, ages. */
#include "steps/ground.h"
#include "steps/step.h"

#include <maille/provenance.h>
#include <math.h>
#include <string.h>

/* Numbers of units, all unknown. */
static double *unknown(maille_loaded *loaded) {
    double *values = ground_alloc(loaded, loaded->ground.count, sizeof *values);
    for (uint32_t i = 0; values && i < loaded->ground.count; i++)
        values[i] = NAN;
    return values;
}

/* A copy that lives as long as the ground; NULL for NULL. */
static maille_status keep(maille_ctx *ctx, maille_loaded *loaded, const char *text,
                          const char **out) {
    *out = text ? maille_arena_strdup(loaded->arena, text) : NULL;
    return text && !*out ? maille_no_memory(ctx) : MAILLE_OK;
}

/* ---- services
 * ------------------------------------------------------------------------------------ */

/* Minutes to the nearest as step coverage left them. */
static maille_status add_minutes(maille_ctx *ctx, maille_loaded *loaded,
                                 maille_ground_service *service) {
    maille_status status = MAILLE_OK;
    double *minutes = NULL, *kept = unknown(loaded);
    uint32_t *nearest = NULL;
    if (!kept)
        return maille_no_memory(ctx);
    TRY(load_coverage(ctx, loaded->l, service->id, &minutes, &nearest));
    memcpy(kept, minutes, loaded->ground.count * sizeof *kept);
    service->minutes = kept;
done:
    maille_free(minutes);
    maille_free(nearest);
    return status;
}

/* Open places by the unit that they stand in. */
static maille_status add_places(maille_ctx *ctx, maille_loaded *loaded,
                                maille_ground_service *service) {
    maille_status status = MAILLE_OK;
    const places *p = NULL;
    uint32_t *counts = ground_alloc(loaded, loaded->ground.count, sizeof *counts);
    double *amount = ground_alloc(loaded, loaded->ground.count, sizeof *amount);
    uint32_t *chosen = NULL, count = 0;
    if (!counts || !amount)
        return maille_no_memory(ctx);
    TRY(load_places(ctx, loaded->l, &p));
    TRY(places_of(ctx, p, service->id, &chosen, &count));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t unit = p->commune[chosen[i]];
        if (unit == MAILLE_ABSENT)
            continue;
        counts[unit]++;
        amount[unit] += p->amount[chosen[i]];
    }
    service->places = counts;
    service->amount = amount;
done:
    maille_free(chosen);
    return status;
}

static maille_status add_apl(maille_ctx *ctx, maille_loaded *loaded,
                             maille_ground_service *service) {
    static const char *const columns[] = {"code", "apl"};
    maille_value wanted = maille_text_value(service->id);
    maille_filter filter = maille_equals("service", &wanted);
    maille_query query = {
        .table = "access", .columns = columns, .column_count = 2, .filter = &filter};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    const communes *c = NULL;
    double *apl = NULL;
    TRY(load_communes(ctx, loaded->l, &c));
    TRY(maille_store_read(ctx, loads_store(loaded->l), &query, &table));
    if (table->rows == 0)
        goto done;
    apl = unknown(loaded);
    if (!apl) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t row = 0; row < table->rows; row++) {
        uint32_t unit = maille_names_get(c->number, table->columns[0].texts[row]);
        if (unit != MAILLE_ABSENT)
            apl[unit] = table->columns[1].reals[row];
    }
    service->apl = apl;
done:
    maille_table_free(table);
    return status;
}

static maille_status add_services(maille_ctx *ctx, maille_loaded *loaded) {
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    maille_ground_service *services = NULL;
    TRY(load_study(ctx, loaded->l, &study));
    services = ground_alloc(loaded, study->service_count, sizeof *services);
    if (!services) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < study->service_count; i++) {
        const maille_service *s = &study->services[i];
        services[i] = (maille_ground_service){.id = s->id,
                                              .title = s->title.fr,
                                              .band_count = (uint32_t)s->band_count,
                                              .bands_min = s->bands_min};
        TRY(add_minutes(ctx, loaded, &services[i]));
        TRY(add_places(ctx, loaded, &services[i]));
        TRY(add_apl(ctx, loaded, &services[i]));
    }
    loaded->ground.services = services;
    loaded->ground.service_count = (uint32_t)study->service_count;
done:
    return status;
}

/* ---- groupings
 * ----------------------------------------------------------------------------------- */

static maille_status add_groupings(maille_ctx *ctx, maille_loaded *loaded) {
    maille_status status = MAILLE_OK;
    maille_ground *g = &loaded->ground;
    maille_partition *partitions = NULL;
    maille_table *names = NULL;
    size_t count = 0;
    TRY(load_grouping_names(ctx, loaded->l, &names, &count));
    partitions = ground_alloc(loaded, count, sizeof *partitions);
    loaded->groupings = ground_alloc(loaded, count, sizeof *loaded->groupings);
    if (!partitions || !loaded->groupings) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        TRY(load_grouping(ctx, loaded->l, names->columns[0].texts[i], &loaded->groupings[i]));
        const grouping *from = loaded->groupings[loaded->grouping_count++];
        partitions[i] = (maille_partition){.count = from->count,
                                           .id = from->id,
                                           .title = from->title,
                                           .of_commune = from->of_commune};
        TRY(keep(ctx, loaded, names->columns[0].texts[i], &partitions[i].name));
        TRY(maille_partition_index(ctx, &partitions[i], g->count, loaded->arena));
    }
    g->groupings = partitions;
    g->grouping_count = (uint32_t)count;
done:
    maille_table_free(names);
    return status;
}

/* ---- indicators
 * ---------------------------------------------------------------------------------- */

/* Source of an import; NULL where it names none. */
static const char *source_of(const maille_table *imports, int64_t id) {
    int ids = maille_table_column(imports, "id"), source = maille_table_column(imports, "source");
    for (size_t row = 0; row < imports->rows; row++)
        if (imports->columns[ids].ints[row] == id)
            return imports->columns[source].texts[row];
    return NULL;
}

/* Values and weights of one indicator; where some rows bring a weight, the others weigh their
 * population. */
static maille_status add_values(maille_ctx *ctx, maille_loaded *loaded,
                                maille_indicator *indicator) {
    static const char *const columns[] = {"code", "value", "weight"};
    maille_value wanted = maille_text_value(indicator->id);
    maille_filter filter = maille_equals("name", &wanted);
    maille_query query = {
        .table = "commune_indicator", .columns = columns, .column_count = 3, .filter = &filter};
    maille_ground *g = &loaded->ground;
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    const communes *c = NULL;
    double *value = unknown(loaded), *weight = unknown(loaded);
    bool weighed = false;
    if (!value || !weight)
        return maille_no_memory(ctx);
    TRY(load_communes(ctx, loaded->l, &c));
    TRY(maille_store_read(ctx, loads_store(loaded->l), &query, &table));
    memcpy(weight, g->population, g->count * sizeof *weight);
    for (size_t row = 0; row < table->rows; row++) {
        uint32_t unit = maille_names_get(c->number, table->columns[0].texts[row]);
        if (unit == MAILLE_ABSENT)
            continue;
        value[unit] = table->columns[1].reals[row];
        if (!isnan(table->columns[2].reals[row])) {
            weight[unit] = table->columns[2].reals[row];
            weighed = true;
        }
    }
    indicator->value = value;
    indicator->weight = weighed ? weight : NULL;
done:
    maille_table_free(table);
    return status;
}

static maille_status add_indicators(maille_ctx *ctx, maille_loaded *loaded) {
    static const char *const columns[] = {"name", "title", "unit", "how", "import_id"};
    maille_query query = {.table = "indicator", .columns = columns, .column_count = 5};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL, *imports = NULL;
    maille_indicator *indicators = NULL;
    TRY(maille_store_read(ctx, loads_store(loaded->l), &query, &table));
    TRY(maille_imports(ctx, loads_store(loaded->l), &imports));
    indicators = ground_alloc(loaded, table->rows, sizeof *indicators);
    if (!indicators) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < table->rows; i++) {
        const maille_column *col = table->columns;
        maille_indicator *to = &indicators[i];
        TRY(keep(ctx, loaded, col[0].texts[i], &to->id));
        TRY(keep(ctx, loaded, col[1].texts[i], &to->title));
        TRY(keep(ctx, loaded, col[2].texts[i], &to->unit));
        TRY(keep(ctx, loaded, source_of(imports, col[4].ints[i]), &to->source));
        to->how = strcmp(col[3].texts[i], "somme") == 0 ? MAILLE_SUM : MAILLE_MEAN;
        TRY(add_values(ctx, loaded, to));
    }
    loaded->ground.indicators = indicators;
    loaded->ground.indicator_count = (uint32_t)table->rows;
done:
    maille_table_free(table);
    maille_table_free(imports);
    return status;
}

/* ---- ages
 * ---------------------------------------------------------------------------------------- */

/* Rows come in order of (from, to): those of one band follow each other. */
static bool begins_band(const maille_table *table, size_t row) {
    const double *from = table->columns[0].reals, *to = table->columns[1].reals;
    return row == 0 || from[row] != from[row - 1] ||
           (to[row] != to[row - 1] && !(isnan(to[row]) && isnan(to[row - 1])));
}

static maille_status fill_ages(maille_ctx *ctx, maille_loaded *loaded, const communes *c,
                               const maille_table *table, maille_age_band *bands) {
    double *population = NULL;
    for (size_t row = 0, count = 0; row < table->rows; row++) {
        double from = table->columns[0].reals[row], to = table->columns[1].reals[row];
        uint32_t unit = maille_names_get(c->number, table->columns[2].texts[row]);
        if (begins_band(table, row)) {
            population = unknown(loaded);
            if (!population)
                return maille_no_memory(ctx);
            bands[count++] = (maille_age_band){from, isnan(to) ? INFINITY : to, population};
        }
        if (unit != MAILLE_ABSENT)
            population[unit] = table->columns[3].reals[row];
    }
    return MAILLE_OK;
}

static maille_status add_ages(maille_ctx *ctx, maille_loaded *loaded) {
    static const char *const columns[] = {"from_age", "to_age", "code", "population"};
    static const char *const order[] = {"from_age", "to_age", "code"};
    maille_query query = {.table = "commune_age",
                          .columns = columns,
                          .column_count = 4,
                          .order = order,
                          .order_count = 3};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    const communes *c = NULL;
    maille_age_band *bands = NULL;
    uint32_t count = 0;
    TRY(load_communes(ctx, loaded->l, &c));
    TRY(maille_store_read(ctx, loads_store(loaded->l), &query, &table));
    for (size_t row = 0; row < table->rows; row++)
        count += begins_band(table, row);
    bands = ground_alloc(loaded, count, sizeof *bands);
    if (!bands) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(fill_ages(ctx, loaded, c, table, bands));
    loaded->ground.ages = bands;
    loaded->ground.age_count = count;
done:
    maille_table_free(table);
    return status;
}

maille_status ground_add_facts(maille_ctx *ctx, maille_loaded *loaded) {
    maille_status status = MAILLE_OK;
    TRY(add_services(ctx, loaded));
    TRY(add_groupings(ctx, loaded));
    TRY(add_indicators(ctx, loaded));
    TRY(add_ages(ctx, loaded));
done:
    return status;
}
