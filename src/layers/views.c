/* Views of a workspace: which layer and property each shows here, or that it cannot. */
#include "layers/plan.h"

#include <string.h>

/* The first service of the view's choice that the study has; NULL. */
static const char *choose_service(const maille_catalogue *c, const maille_view_def *def) {
    for (size_t i = 0; i < def->service_count; i++)
        for (size_t s = 0; s < c->study->service_count; s++)
            if (strcmp(c->study->services[s].id, def->services[i]) == 0)
                return def->services[i];
    return NULL;
}

/* Number of the layer among those that the audience may see, or SIZE_MAX. */
static size_t find_layer(const maille_catalogue *c, const char *id) {
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->states[i].def->id, id) == 0)
            return i;
    return SIZE_MAX;
}

static maille_status resolve(maille_ctx *ctx, maille_catalogue *c, maille_view *view) {
    const maille_view_def *def = view->def;
    const char *service = choose_service(c, def), *property = def->property;
    size_t layer = find_layer(c, def->layer);
    if (layer == SIZE_MAX || !c->states[layer].ready || (def->service_count > 0 && !service))
        return MAILLE_OK;
    if (service && !(property = layers_expand(c->arena, property, service)))
        return maille_no_memory(ctx);
    if (property && !layers_plan_field(c->plans[layer], property))
        return MAILLE_OK;
    view->property = property;
    view->layer = &c->states[layer];
    return MAILLE_OK;
}

maille_status layers_resolve_views(maille_ctx *ctx, maille_catalogue *c) {
    maille_status status = MAILLE_OK;
    char *folder = NULL;
    MAILLE_TRY(maille_layers_folder(ctx, &folder));
    status = maille_view_set_read(ctx, folder, MAILLE_DEFAULT_VIEWS, &c->view_set);
    if (status == MAILLE_NOT_FOUND) { /* definitions of one's own need none */
        status = MAILLE_OK;
        goto done;
    }
    MAILLE_TRY(status);
    c->views = maille_arena_alloc(c->arena, (c->view_set->count + 1) * sizeof *c->views);
    if (!c->views)
        status = maille_no_memory(ctx);
    for (size_t i = 0; i < c->view_set->count && !status; i++) {
        c->views[i] = (maille_view){.def = &c->view_set->views[i]};
        status = resolve(ctx, c, &c->views[i]);
    }
done:
    maille_free(folder);
    return status;
}

const maille_view *maille_catalogue_views(const maille_catalogue *catalogue, size_t *count) {
    *count = catalogue->view_set ? catalogue->view_set->count : 0;
    return catalogue->views;
}
