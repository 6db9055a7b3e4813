/* From a definition to columns and properties. */
#include "layers/plan.h"

#include <maille/strbuf.h>
#include <stdint.h>
#include <string.h>

const char *layers_expand(maille_arena *arena, const char *text, const char *service) {
    static const char pattern[] = "{service}";
    maille_strbuf s = {0};
    const char *at = text;
    for (const char *found; (found = strstr(at, pattern)); at = found + strlen(pattern)) {
        maille_strbuf_add_n(&s, at, (size_t)(found - at));
        maille_strbuf_add(&s, service);
    }
    maille_strbuf_add(&s, at);
    const char *copy = s.failed ? NULL : maille_arena_strdup(arena, s.text);
    maille_strbuf_free(&s);
    return copy;
}

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Number of the source that reads `table` for `service`; made where there is none. SIZE_MAX when
 * memory ran out. */
static size_t source_of(layers_plan *plan, const char *table, const char *service) {
    for (size_t s = 0; s < plan->sources.count; s++)
        if (strcmp(plan->sources.items[s].table, table) == 0 &&
            same(plan->sources.items[s].service, service))
            return s;
    layers_source source = {.table = table, .service = service};
    if (!MAILLE_VEC_PUSH(&source.columns, plan->def->key) ||
        !MAILLE_VEC_PUSH(&plan->sources, source)) {
        MAILLE_VEC_FREE(&source.columns);
        return SIZE_MAX;
    }
    return plan->sources.count - 1;
}

/* Number of a column among those that a source reads, or SIZE_MAX when memory ran out. */
static size_t column_of(layers_source *source, const char *column) {
    for (size_t c = 0; c < source->columns.count; c++)
        if (strcmp(source->columns.items[c], column) == 0)
            return c;
    return MAILLE_VEC_PUSH(&source->columns, column) ? source->columns.count - 1 : SIZE_MAX;
}

static maille_status add_geometry(maille_ctx *ctx, layers_plan *plan) {
    const char *geometry = plan->def->geometry, *dot = strchr(geometry, '.');
    const char *column = dot ? dot + 1 : geometry, *table = plan->def->view;
    plan->has_geometry = true;
    plan->lonlat = strcmp(geometry, "lonlat") == 0;
    if (dot && !(table = maille_arena_strndup(plan->arena, geometry, (size_t)(dot - geometry))))
        return maille_no_memory(ctx);
    plan->geometry_source = dot ? source_of(plan, table, NULL) : 0;
    if (plan->geometry_source == SIZE_MAX)
        return maille_no_memory(ctx);
    layers_source *source = &plan->sources.items[plan->geometry_source];
    plan->geometry_column = column_of(source, plan->lonlat ? "lon" : column);
    bool ok = plan->geometry_column != SIZE_MAX &&
              (!plan->lonlat || column_of(source, "lat") == plan->geometry_column + 1);
    return ok ? MAILLE_OK : maille_no_memory(ctx);
}

static maille_status add_field(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan,
                               const maille_property_def *p, size_t service) {
    const char *id = service == SIZE_MAX ? NULL : c->study->services[service].id;
    const char *table = p->from ? p->from : plan->def->view;
    layers_field field = {.def = p, .service = service};
    field.name = id ? layers_expand(plan->arena, p->name, id) : p->name;
    field.source = p->from ? source_of(plan, table, id) : 0;
    if (!field.name || field.source == SIZE_MAX)
        return maille_no_memory(ctx);
    field.column = column_of(&plan->sources.items[field.source], p->column);
    if (field.column == SIZE_MAX)
        return maille_no_memory(ctx);
    if (!layers_column_type(ctx, c->store, table, p->column, &field.stored))
        return maille_fail(ctx, MAILLE_FAILED, "column %s of %s was gone", p->column, table);
    return MAILLE_VEC_PUSH(&plan->fields, field) ? MAILLE_OK : maille_no_memory(ctx);
}

/* Properties `first` to `end` - 1, which are all one per service: a service's stand together. */
static maille_status add_per_service(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan,
                                     size_t first, size_t end) {
    maille_status status = MAILLE_OK;
    for (size_t s = 0; s < c->study->service_count; s++)
        for (size_t i = first; i < end && !status; i++) {
            const maille_property_def *p = &plan->def->properties[i];
            const char *id = c->study->services[s].id;
            if (!p->where_rule || (c->zoning && strcmp(c->zoning->service, id) == 0))
                status = add_field(ctx, c, plan, p, s);
        }
    return status;
}

static maille_status add_fields(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan) {
    const maille_layer_def *def = plan->def;
    maille_status status = MAILLE_OK;
    for (size_t i = 0, end; i < def->property_count && !status; i = end) {
        end = i;
        while (end < def->property_count && def->properties[end].per)
            end++;
        if (end > i)
            status = add_per_service(ctx, c, plan, i, end);
        else
            status = add_field(ctx, c, plan, &def->properties[end++], SIZE_MAX);
    }
    return status;
}

maille_status layers_plan_new(maille_ctx *ctx, const maille_catalogue *c,
                              const maille_layer_def *def, bool with_geometry, layers_plan **out) {
    maille_status status = MAILLE_OK;
    layers_plan *plan = maille_alloc(1, sizeof *plan);
    if (!plan || !(plan->arena = maille_arena_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    plan->def = def;
    if (source_of(plan, def->view, NULL) == SIZE_MAX) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (!layers_column_type(ctx, c->store, def->view, def->key, &plan->key_type)) {
        status = maille_fail(ctx, MAILLE_FAILED, "column %s of %s was gone", def->key, def->view);
        goto done;
    }
    if (def->key_prefix) {
        plan->prefix_column = column_of(&plan->sources.items[0], def->key_prefix);
        if (plan->prefix_column == SIZE_MAX)
            status = maille_no_memory(ctx);
    }
    if (!status && with_geometry && def->geometry)
        status = add_geometry(ctx, plan);
    if (!status)
        status = add_fields(ctx, c, plan);
done:
    if (status)
        layers_plan_free(plan);
    else
        *out = plan;
    return status;
}

void layers_plan_free(layers_plan *plan) {
    if (!plan)
        return;
    for (size_t s = 0; s < plan->sources.count; s++)
        MAILLE_VEC_FREE(&plan->sources.items[s].columns);
    MAILLE_VEC_FREE(&plan->sources);
    MAILLE_VEC_FREE(&plan->fields);
    maille_arena_free(plan->arena);
    maille_free(plan);
}
