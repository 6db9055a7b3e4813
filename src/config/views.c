/* Views: sets of maps that are shown together, each a layer and one of its properties. */
#include <maille/layerdef.h>

#include "config/tree.h"

#include <maille/memory.h>
#include <maille/strbuf.h>
#include <string.h>

typedef struct {
    maille_ctx *ctx;
    maille_yaml_file *file;
    maille_view_set *set;
} reader;

static maille_status read_view(const reader *r, const maille_yaml *map, maille_view_def *v) {
    static const char *const keys[] = {"id",       "title",    "description", "layer",
                                       "property", "services", "lacking",     NULL};
    maille_status status;
    v->line = map->line;
    if ((status = maille_yaml_only(r->ctx, r->file, map, keys)) != MAILLE_OK ||
        (status = maille_yaml_text(r->ctx, r->file, map, "id", true, &v->id)) != MAILLE_OK ||
        (status = config_title(r->ctx, r->file, map, "title", true, &v->title)) != MAILLE_OK ||
        (status = config_title(r->ctx, r->file, map, "description", true, &v->description)) !=
            MAILLE_OK ||
        (status = maille_yaml_text(r->ctx, r->file, map, "layer", true, &v->layer)) != MAILLE_OK ||
        (status = maille_yaml_text(r->ctx, r->file, map, "property", false, &v->property)) !=
            MAILLE_OK ||
        (status = config_texts(r->ctx, r->file, map, "services", false, &v->services,
                               &v->service_count)) != MAILLE_OK ||
        (status = config_title(r->ctx, r->file, map, "lacking", true, &v->lacking)) != MAILLE_OK)
        return status;
    if (maille_per_service(v->property) != (v->service_count > 0))
        return config_refuse(r->ctx, r->file, v->line,
                             "\"{service}\" in a property and services belong together");
    for (const maille_view_def *o = r->set->views; o < v; o++)
        if (strcmp(o->id, v->id) == 0)
            return config_refuse(r->ctx, r->file, v->line, "view \"%s\" stood twice", v->id);
    return MAILLE_OK;
}

static maille_status read_set(const reader *r, const char *id) {
    static const char *const keys[] = {"id", "title", "views", NULL};
    const maille_yaml *root = maille_yaml_root(r->file), *list = NULL;
    maille_view_set *set = r->set;
    maille_status status;
    if ((status = maille_yaml_only(r->ctx, r->file, root, keys)) != MAILLE_OK ||
        (status = maille_yaml_text(r->ctx, r->file, root, "id", true, &set->id)) != MAILLE_OK ||
        (status = config_title(r->ctx, r->file, root, "title", true, &set->title)) != MAILLE_OK ||
        (status = config_list(r->ctx, r->file, root, "views", true, &list)) != MAILLE_OK)
        return status;
    if (strcmp(set->id, id) != 0)
        return config_refuse(r->ctx, r->file, config_line(root, "id"),
                             "id \"%s\" was not the file's name", set->id);
    if (!(set->views = config_alloc(r->file, list->count, sizeof *set->views)))
        return maille_no_memory(r->ctx);
    for (; set->count < list->count && !status; set->count++)
        status = read_view(r, list->items[set->count], &set->views[set->count]);
    return status;
}

maille_status maille_view_set_read(maille_ctx *ctx, const char *folder, const char *id,
                                   maille_view_set **out) {
    maille_strbuf path = {0};
    maille_yaml_file *file = NULL;
    maille_strbuf_addf(&path, "%s/views/%s.yaml", folder, id);
    maille_status status =
        path.failed ? maille_no_memory(ctx) : maille_yaml_read(ctx, path.text, &file);
    maille_strbuf_free(&path);
    if (status)
        return status;
    reader r = {ctx, file, config_alloc(file, 1, sizeof(maille_view_set))};
    status = r.set ? read_set(&r, id) : maille_no_memory(ctx);
    if (status) {
        maille_yaml_free(file);
        return status;
    }
    r.set->file = file;
    *out = r.set;
    return MAILLE_OK;
}

void maille_view_set_free(maille_view_set *set) {
    if (set)
        maille_yaml_free(set->file);
}
