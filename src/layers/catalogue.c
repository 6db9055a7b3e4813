/* The catalogue: which layers an audience may see, and which of them are ready. */
#include "layers/plan.h"

#include <maille/map.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>

static const maille_step_state *find_step(const maille_step_state *steps, size_t count,
                                          const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(steps[i].step, name) == 0)
            return &steps[i];
    return NULL;
}

static maille_status state_of(maille_ctx *ctx, maille_catalogue *c, const maille_layer_def *def,
                              const maille_step_state *steps, size_t step_count) {
    maille_layer_state *state = &c->states[c->count];
    *state = (maille_layer_state){.def = def, .ready = true};
    for (size_t i = 0; i < def->need_count && state->ready; i++) {
        const maille_step_state *step = find_step(steps, step_count, def->needs[i]);
        state->ready = step->done;
        state->stale = state->stale || step->stale;
        if (step->done)
            continue;
        char lacks[256];
        snprintf(lacks, sizeof lacks, "step %s has not run", step->step);
        state->lacks = maille_arena_strdup(c->arena, step->lacks ? step->lacks : lacks);
        if (!state->lacks)
            return maille_no_memory(ctx);
    }
    c->count++;
    return MAILLE_OK;
}

static maille_title replace_title(maille_arena *arena, const maille_title *text, const char *name,
                                  const maille_title *title) {
    static const char pattern[] = "{grouping}";
    const char *fr = title ? title->fr : name;
    const char *en = title && title->en ? title->en : fr;
    return (maille_title){
        layers_replace(arena, text->fr, pattern, fr),
        layers_replace(arena, text->en ? text->en : text->fr, pattern, en),
    };
}

/* The layer of one grouping: a definition in the arena. */
static maille_status layer_of_grouping(maille_ctx *ctx, maille_catalogue *c,
                                       const maille_layer_def *of, const char *name,
                                       const maille_layer_def **out) {
    const maille_title *title = maille_grouping_title(c->names, name);
    maille_layer_def *def = maille_arena_alloc(c->arena, sizeof *def);
    maille_strbuf id = {0};
    maille_strbuf_addf(&id, "%s-%s", of->id, name);
    if (def && !id.failed) {
        *def = *of;
        def->grouping = name;
        def->id = maille_arena_strdup(c->arena, id.text);
        def->title = replace_title(c->arena, &of->title, name, title);
        def->description = replace_title(c->arena, &of->description, name, title);
        if (of->where_value)
            def->where_value = layers_replace(c->arena, of->where_value, "{grouping}", name);
    }
    bool kept = def && !id.failed && def->id && def->title.fr && def->title.en &&
                def->description.fr && def->description.en && !of->where_value == !def->where_value;
    maille_strbuf_free(&id);
    *out = def;
    return kept ? MAILLE_OK : maille_no_memory(ctx);
}

/* The names of groupings among the imports, which come in their order. */
static bool is_first_of_grouping(const maille_catalogue *c, size_t import) {
    const char *const *kinds = c->imports->columns[IMPORT_KIND].texts;
    const char *const *names = c->imports->columns[IMPORT_NAME].texts;
    bool grouping = strcmp(kinds[import], "grouping") == 0;
    return grouping && (import == 0 || strcmp(kinds[import - 1], "grouping") != 0 ||
                        strcmp(names[import - 1], names[import]) != 0);
}

static maille_status state_of_each(maille_ctx *ctx, maille_catalogue *c,
                                   const maille_layer_def *def, const maille_step_state *steps,
                                   size_t step_count) {
    maille_status status = MAILLE_OK;
    if (!def->per)
        return state_of(ctx, c, def, steps, step_count);
    for (size_t i = 0; i < c->imports->rows && !status; i++) {
        const maille_layer_def *one = NULL;
        if (!is_first_of_grouping(c, i))
            continue;
        status = layer_of_grouping(ctx, c, def, c->imports->columns[IMPORT_NAME].texts[i], &one);
        if (!status)
            status = state_of(ctx, c, one, steps, step_count);
    }
    return status;
}

static maille_status read_definitions(maille_ctx *ctx, maille_catalogue *c,
                                      const maille_step_state *steps, size_t step_count) {
    char *folder = NULL;
    maille_status status = maille_layers_folder(ctx, &folder);
    if (!status)
        status = maille_layer_defs_read(ctx, folder, &c->defs, &c->def_count);
    maille_free(folder);
    if (status)
        return status;
    size_t most = c->def_count;
    for (size_t i = 0; i < c->def_count; i++)
        most += c->defs[i]->per ? c->imports->rows : 0;
    if (!(c->states = maille_alloc(most, sizeof *c->states)))
        return maille_no_memory(ctx);
    for (size_t i = 0; i < c->def_count && !status; i++) {
        status = layers_check(ctx, c->store, c->defs[i], steps, step_count);
        if (!status && c->defs[i]->audience[c->audience])
            status = state_of_each(ctx, c, c->defs[i], steps, step_count);
    }
    return status;
}

static maille_status make_plans(maille_ctx *ctx, maille_catalogue *c) {
    maille_status status = MAILLE_OK;
    c->plans = maille_alloc(c->count, sizeof *c->plans);
    if (!c->plans)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < c->count && !status; i++)
        if (c->states[i].ready)
            status = layers_plan_new(ctx, c, c->states[i].def, &c->plans[i]);
    return status;
}

/* The recipe that the workspace keeps. */
static maille_status read_study(maille_ctx *ctx, maille_catalogue *c) {
    char *json = NULL;
    maille_status status = maille_store_get(ctx, c->store, "study_json", &json);
    if (!status)
        status = maille_study_from_json(ctx, json ? json : "{\"study\":\"\"}", &c->study);
    maille_free(json);
    if (status)
        return status;
    const char *publication = c->study->publication;
    status = maille_publication_rules_read(
        ctx, publication ? publication : MAILLE_DEFAULT_PUBLICATION, &c->publication);
    if (!status && c->study->zoning)
        status = maille_zoning_rules_read(ctx, c->study->zoning, &c->zoning);
    if (!status)
        status = maille_name_rules_read(ctx, MAILLE_DEFAULT_NAMES, &c->names);
    return status;
}

/* ---- what is shared, and what is not ---- */

static maille_status make_own(maille_ctx *ctx, maille_catalogue *c) {
    c->made = maille_alloc(1, sizeof *c->made);
    if (!c->made || !(c->made->members = maille_alloc(c->count, sizeof(char *))) ||
        !(c->made->warned = maille_alloc(c->imports->rows, 1)))
        return maille_no_memory(ctx);
    return MAILLE_OK;
}

static void forget_members(maille_catalogue *c) {
    for (size_t i = 0; i < c->count; i++) {
        maille_free(c->made->members[i]);
        c->made->members[i] = NULL;
    }
}

static void free_own(maille_catalogue *c) {
    layers_made *made = c->made;
    if (!made)
        return;
    if (made->members)
        forget_members(c);
    for (size_t i = 0; i < made->crs_count; i++)
        maille_crs_free(made->crs[i]);
    maille_free(made->members);
    maille_free(made->warned);
    maille_free(made);
}

static void free_shared(maille_catalogue *c) {
    if (atomic_fetch_sub_explicit(c->sharers, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < c->count && c->plans; i++)
        layers_plan_free(c->plans[i]);
    maille_free(c->plans);
    maille_layer_defs_free(c->defs, c->def_count);
    maille_view_set_free(c->view_set);
    maille_free(c->states);
    maille_study_free(c->study);
    maille_publication_rules_free(c->publication);
    maille_name_rules_free(c->names);
    maille_zoning_rules_free(c->zoning);
    maille_table_free(c->imports);
    maille_free(c->credited);
    maille_free(c->parameters);
    maille_arena_free(c->arena);
    maille_free(c->sharers);
}

maille_status maille_catalogue_new(maille_ctx *ctx, maille_store *store, maille_audience audience,
                                   const maille_step_state *steps, size_t step_count,
                                   maille_catalogue **out) {
    maille_status status = MAILLE_OK;
    maille_catalogue *c = maille_alloc(1, sizeof *c);
    if (!c || !(c->sharers = maille_alloc(1, sizeof *c->sharers))) {
        maille_free(c);
        return maille_no_memory(ctx);
    }
    atomic_init(c->sharers, 1);
    c->store = store;
    c->audience = audience;
    c->arena = maille_arena_new();
    MAILLE_TRY(c->arena ? MAILLE_OK : maille_no_memory(ctx));
    MAILLE_TRY(read_study(ctx, c));
    MAILLE_TRY(layers_read_inputs(ctx, c));
    MAILLE_TRY(read_definitions(ctx, c, steps, step_count));
    MAILLE_TRY(make_plans(ctx, c));
    MAILLE_TRY(layers_resolve_views(ctx, c));
    MAILLE_TRY(layers_parameters(ctx, c, &c->parameters));
    MAILLE_TRY(make_own(ctx, c));
    MAILLE_TRY(layers_hash(ctx, c, &c->made->hash));
done:
    if (status)
        maille_catalogue_free(c);
    else
        *out = c;
    return status;
}

maille_status maille_catalogue_share(maille_ctx *ctx, const maille_catalogue *of,
                                     maille_store *store, maille_catalogue **out) {
    maille_catalogue *c = maille_alloc(1, sizeof *c);
    if (!c)
        return maille_no_memory(ctx);
    *c = *of;
    atomic_fetch_add_explicit(c->sharers, 1, memory_order_relaxed);
    c->store = store;
    maille_status status = make_own(ctx, c);
    if (status) {
        maille_catalogue_free(c);
        return status;
    }
    c->made->hash = of->made->hash;
    *out = c;
    return MAILLE_OK;
}

void maille_catalogue_decided(maille_catalogue *catalogue) {
    forget_members(catalogue);
    catalogue->made->decided = true;
}

void maille_catalogue_free(maille_catalogue *c) {
    if (!c)
        return;
    free_own(c);
    free_shared(c);
    maille_free(c);
}

size_t maille_catalogue_count(const maille_catalogue *catalogue) {
    return catalogue->count;
}

const maille_layer_state *maille_catalogue_layer(const maille_catalogue *catalogue, size_t i) {
    return &catalogue->states[i];
}

const char *maille_catalogue_hash(const maille_catalogue *catalogue) {
    return catalogue->made->hash.hex;
}

const maille_study *maille_catalogue_study(const maille_catalogue *catalogue) {
    return catalogue->study;
}

const maille_publication_rules *maille_catalogue_publication(const maille_catalogue *catalogue) {
    return catalogue->publication;
}

const maille_zoning_rules *maille_catalogue_zoning(const maille_catalogue *catalogue) {
    return catalogue->zoning;
}

const maille_name_rules *maille_catalogue_names(const maille_catalogue *catalogue) {
    return catalogue->names;
}

static maille_status refuse_unknown(maille_ctx *ctx, const maille_catalogue *c, const char *id) {
    uint32_t best[3];
    maille_strbuf near = {0};
    const char **names = maille_alloc(c->count, sizeof *names);
    if (!names)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < c->count; i++)
        names[i] = c->states[i].def->id;
    size_t found = maille_nearest_names(id, names, c->count, best);
    for (size_t i = 0; i < found; i++)
        maille_strbuf_addf(&near, "%s%s", i ? ", " : "; nearest: ", names[best[i]]);
    maille_status status = maille_fail(ctx, MAILLE_NOT_FOUND, "layer \"%s\" was not found%s", id,
                                       near.text ? near.text : "");
    maille_strbuf_free(&near);
    maille_free(names);
    return status;
}

maille_status maille_catalogue_find(maille_ctx *ctx, const maille_catalogue *catalogue,
                                    const char *id, const maille_layer_state **out) {
    for (size_t i = 0; i < catalogue->count; i++) {
        const maille_layer_state *state = &catalogue->states[i];
        if (strcmp(state->def->id, id) != 0)
            continue;
        *out = state;
        return state->ready ? MAILLE_OK
                            : maille_fail(ctx, MAILLE_REFUSED,
                                          "layer \"%s\" could not be shown: %s", id, state->lacks);
    }
    return refuse_unknown(ctx, catalogue, id);
}

maille_status layers_find(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                          const maille_layer_state **state, const layers_plan **plan) {
    const maille_layer_state *found = NULL;
    maille_status status = maille_catalogue_find(ctx, catalogue, id, &found);
    if (status)
        return status;
    if (state)
        *state = found;
    *plan = catalogue->plans[found - catalogue->states];
    return MAILLE_OK;
}

maille_status layers_crs(maille_ctx *ctx, const maille_catalogue *catalogue, int epsg,
                         const maille_crs **out) {
    layers_made *made = catalogue->made;
    maille_crs *crs = NULL;
    for (size_t i = 0; i < made->crs_count; i++)
        if (maille_crs_epsg(made->crs[i]) == epsg) {
            *out = made->crs[i];
            return MAILLE_OK;
        }
    if (made->crs_count == sizeof made->crs / sizeof *made->crs)
        return maille_fail(ctx, MAILLE_USAGE, "EPSG:%d was one CRS too many", epsg);
    maille_status status = maille_crs_new(ctx, epsg, &crs);
    if (status == MAILLE_REFUSED)
        status = maille_fail(ctx, MAILLE_USAGE, "%s", maille_message(ctx));
    if (status)
        return status;
    made->crs[made->crs_count++] = crs;
    *out = crs;
    return MAILLE_OK;
}
