/* From a definition to columns, rows and properties. */
#include "layers/plan.h"

#include <maille/json.h>
#include <stdint.h>
#include <string.h>

const char *layers_replace(maille_arena *arena, const char *text, const char *pattern,
                           const char *by) {
    maille_strbuf s = {0};
    const char *at = text;
    for (const char *found; (found = strstr(at, pattern)); at = found + strlen(pattern)) {
        maille_strbuf_add_n(&s, at, (size_t)(found - at));
        maille_strbuf_add(&s, by);
    }
    maille_strbuf_add(&s, at);
    const char *copy = s.failed ? NULL : maille_arena_strdup(arena, s.text);
    maille_strbuf_free(&s);
    return copy;
}

const char *layers_expand(maille_arena *arena, const char *text, const char *service) {
    return layers_replace(arena, text, "{service}", service);
}

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- tables ---- */

/* Number of the source, from 1; made where there is none. SIZE_MAX when memory ran out. */
static size_t source_of(layers_plan *plan, layers_source source) {
    for (size_t s = 0; s < plan->sources.count; s++) {
        const layers_source *o = &plan->sources.items[s];
        if (strcmp(o->table, source.table) == 0 && same(o->service, source.service) &&
            same(o->where_column, source.where_column) && same(o->where_value, source.where_value))
            return s + 1;
    }
    return MAILLE_VEC_PUSH(&plan->sources, source) ? plan->sources.count : SIZE_MAX;
}

static maille_status find_geometry(maille_ctx *ctx, layers_plan *plan) {
    const char *geometry = plan->def->geometry, *dot = geometry ? strchr(geometry, '.') : NULL;
    if (!geometry)
        return MAILLE_OK;
    plan->lonlat = strcmp(geometry, "lonlat") == 0;
    plan->geometry_column = plan->lonlat ? "lon" : dot ? dot + 1 : geometry;
    if (!dot)
        return MAILLE_OK;
    const char *table = maille_arena_strndup(plan->arena, geometry, (size_t)(dot - geometry));
    plan->geometry_source = table ? source_of(plan, (layers_source){.table = table}) : SIZE_MAX;
    return plan->geometry_source == SIZE_MAX ? maille_no_memory(ctx) : MAILLE_OK;
}

/* column = text; NULL when memory ran out. */
static const maille_filter *equals(maille_arena *arena, const char *column, const char *text) {
    struct kept {
        maille_filter filter;
        maille_value value;
    } *kept = maille_arena_alloc(arena, sizeof *kept);
    if (!kept)
        return NULL;
    kept->value = maille_text_value(text);
    kept->filter = maille_equals(column, &kept->value);
    return &kept->filter;
}

static maille_status choose_rows(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan) {
    const maille_layer_def *def = plan->def;
    if (def->by_audience)
        plan->rows[plan->row_count++] =
            equals(plan->arena, "audience", maille_audience_name(c->audience));
    if (def->where_column)
        plan->rows[plan->row_count++] = equals(plan->arena, def->where_column, def->where_value);
    for (size_t i = 0; i < plan->row_count; i++)
        if (!plan->rows[i])
            return maille_no_memory(ctx);
    return MAILLE_OK;
}

/* Of a joined table the service's rows, those that the property names, and where it tells audiences
 * apart those of ours alone. */
static maille_status choose_joined(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan,
                                   size_t number) {
    const layers_source *source = &plan->sources.items[number];
    maille_join *join = &plan->joins[number];
    maille_table *columns = NULL;
    struct kept {
        maille_filter all;
        const maille_filter *children[3];
    } *kept = maille_arena_alloc(plan->arena, sizeof *kept);
    if (!kept)
        return maille_no_memory(ctx);
    maille_status status = maille_store_describe(ctx, c->store, source->table, &columns);
    if (status)
        return status;
    bool by_audience = maille_table_column(columns, "audience") >= 0;
    maille_table_free(columns);
    kept->all = (maille_filter){.op = MAILLE_F_AND, .children = kept->children};
    if (source->service)
        kept->children[kept->all.count++] = equals(plan->arena, "service", source->service);
    if (source->where_column)
        kept->children[kept->all.count++] =
            equals(plan->arena, source->where_column, source->where_value);
    if (by_audience)
        kept->children[kept->all.count++] =
            equals(plan->arena, "audience", maille_audience_name(c->audience));
    for (size_t i = 0; i < kept->all.count; i++)
        if (!kept->children[i])
            return maille_no_memory(ctx);
    *join = (maille_join){source->table, plan->def->key, kept->all.count ? &kept->all : NULL};
    return MAILLE_OK;
}

static maille_status choose_all_joined(maille_ctx *ctx, const maille_catalogue *c,
                                       layers_plan *plan) {
    maille_status status = MAILLE_OK;
    plan->joins = maille_arena_alloc(plan->arena, (plan->sources.count + 1) * sizeof(maille_join));
    if (!plan->joins)
        return maille_no_memory(ctx);
    for (size_t s = 0; s < plan->sources.count && !status; s++)
        status = choose_joined(ctx, c, plan, s);
    return status;
}

/* ---- properties ---- */

/* The name as a JSON key, escaped once. */
static const char *json_key(maille_arena *arena, const char *name) {
    maille_strbuf s = {0};
    maille_json_text(&s, name);
    maille_strbuf_add_char(&s, ':');
    const char *key = s.failed ? NULL : maille_arena_strdup(arena, s.text);
    maille_strbuf_free(&s);
    return key;
}

static maille_status add_field(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan,
                               const maille_property_def *p, size_t service) {
    const char *id = service == SIZE_MAX ? NULL : c->study->services[service].id;
    const char *table = p->from ? p->from : plan->def->view;
    layers_field field = {.def = p, .service = service, .column = p->column};
    field.name = id ? layers_expand(plan->arena, p->name, id) : p->name;
    field.json = field.name ? json_key(plan->arena, field.name) : NULL;
    field.source =
        p->from ? source_of(plan, (layers_source){table, id, p->where_column, p->where_value}) : 0;
    if (!field.json || field.source == SIZE_MAX)
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

/* French and English; the service's own title stands for "{service}". */
static bool say(const layers_plan *plan, const maille_title *title, const maille_title *service,
                const char *out[2]) {
    const char *words[] = {title->fr, title->en ? title->en : title->fr};
    for (int l = 0; l < 2; l++) {
        const char *name = !service ? "" : l && service->en ? service->en : service->fr;
        out[l] =
            maille_per_service(words[l]) ? layers_expand(plan->arena, words[l], name) : words[l];
        if (!out[l])
            return false;
    }
    return true;
}

static const maille_title *service_title(const maille_catalogue *c, const layers_field *field) {
    return field->service == SIZE_MAX ? NULL : &c->study->services[field->service].title;
}

static maille_status describe(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan) {
    plan->properties =
        maille_arena_alloc(plan->arena, (plan->fields.count + 1) * sizeof *plan->properties);
    if (!plan->properties)
        return maille_no_memory(ctx);
    for (size_t f = 0; f < plan->fields.count; f++) {
        const layers_field *field = &plan->fields.items[f];
        const maille_title *service = service_title(c, field);
        maille_property *p = &plan->properties[f];
        *p = (maille_property){.name = field->name,
                               .type = field->def->type,
                               .decimals = field->def->decimals,
                               .unit = field->def->unit,
                               .def = field->def};
        if (!say(plan, &field->def->title, service, p->title) ||
            !say(plan, &field->def->meaning, service, p->meaning))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

/* One legend for each property that it is of. */
static maille_status add_legends(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan,
                                 const maille_legend_def *def) {
    for (size_t f = 0; f < plan->fields.count; f++) {
        const layers_field *field = &plan->fields.items[f];
        if (strcmp(field->def->name, def->property) != 0)
            continue;
        maille_legend *legend = &plan->legends[plan->legend_count++];
        *legend = (maille_legend){.property = &plan->properties[f], .def = def};
        if (!say(plan, &def->title, service_title(c, field), legend->title))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

/* The definition's legends: no two are of one property. */
static maille_status explain(maille_ctx *ctx, const maille_catalogue *c, layers_plan *plan) {
    maille_status status = MAILLE_OK;
    plan->legends =
        maille_arena_alloc(plan->arena, (plan->fields.count + 1) * sizeof *plan->legends);
    if (!plan->legends)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < plan->def->legend_count && !status; i++)
        status = add_legends(ctx, c, plan, &plan->def->legend[i]);
    return status;
}

const layers_field *layers_plan_field(const layers_plan *plan, const char *name) {
    for (size_t f = 0; f < plan->fields.count; f++)
        if (strcmp(plan->fields.items[f].name, name) == 0)
            return &plan->fields.items[f];
    return NULL;
}

maille_status layers_plan_new(maille_ctx *ctx, const maille_catalogue *c,
                              const maille_layer_def *def, layers_plan **out) {
    maille_status status = MAILLE_OK;
    layers_plan *plan = maille_alloc(1, sizeof *plan);
    *out = NULL;
    if (!plan || !(plan->arena = maille_arena_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    plan->def = def;
    if (!layers_column_type(ctx, c->store, def->view, def->key, &plan->key_type)) {
        status = maille_fail(ctx, MAILLE_FAILED, "column %s of %s was gone", def->key, def->view);
        goto done;
    }
    MAILLE_TRY(find_geometry(ctx, plan));
    MAILLE_TRY(add_fields(ctx, c, plan));
    MAILLE_TRY(choose_rows(ctx, c, plan));
    MAILLE_TRY(choose_all_joined(ctx, c, plan));
    MAILLE_TRY(describe(ctx, c, plan));
    MAILLE_TRY(explain(ctx, c, plan));
    *out = plan;
    plan = NULL;
done:
    layers_plan_free(plan);
    return status;
}

void layers_plan_free(layers_plan *plan) {
    if (!plan)
        return;
    MAILLE_VEC_FREE(&plan->sources);
    MAILLE_VEC_FREE(&plan->fields);
    maille_arena_free(plan->arena);
    maille_free(plan);
}
