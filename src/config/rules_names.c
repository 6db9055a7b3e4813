/* How groupings and kinds of perimeters are said, which studies name by a few letters. */
#include "config/rules.h"

#include <string.h>

static maille_status read_name(maille_ctx *ctx, maille_yaml_file *file, const maille_yaml *map,
                               maille_name *out) {
    static const char *const keys[] = {"id", "title", "also", NULL};
    maille_status status;
    if ((status = maille_yaml_only(ctx, file, map, keys)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, map, "id", true, &out->id)) != MAILLE_OK ||
        (status = config_title(ctx, file, map, "title", true, &out->title)) != MAILLE_OK)
        return status;
    return config_texts(ctx, file, map, "also", false, &out->also, &out->also_count);
}

static bool is_called(const maille_name *name, const char *id) {
    bool found = strcmp(name->id, id) == 0;
    for (size_t i = 0; i < name->also_count && !found; i++)
        found = strcmp(name->also[i], id) == 0;
    return found;
}

static const maille_title *find(const maille_name *names, size_t count, const char *id) {
    for (size_t i = 0; i < count; i++)
        if (is_called(&names[i], id))
            return &names[i].title;
    return NULL;
}

static maille_status read_names(maille_ctx *ctx, maille_yaml_file *file, const char *key,
                                maille_name **out, size_t *count) {
    const maille_yaml *list = NULL;
    maille_status status = config_list(ctx, file, maille_yaml_root(file), key, true, &list);
    if (status)
        return status;
    if (!(*out = config_alloc(file, list->count, sizeof **out)))
        return maille_no_memory(ctx);
    for (; *count < list->count && !status; ++*count) {
        maille_name *name = &(*out)[*count];
        status = read_name(ctx, file, list->items[*count], name);
        if (!status && find(*out, *count, name->id))
            status = config_refuse(ctx, file, list->items[*count]->line, "\"%s\" was named twice",
                                   name->id);
    }
    return status;
}

maille_status maille_name_rules_read(maille_ctx *ctx, const char *id, maille_name_rules **out) {
    static const char *const keys[] = {"groupings", "kinds", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "names", id, keys, sizeof(maille_name_rules), &file, &block);
    if (status)
        return status;
    maille_name_rules *rules = block;
    rules->file = file;
    status = read_names(ctx, file, keys[0], &rules->groupings, &rules->grouping_count);
    if (!status)
        status = read_names(ctx, file, keys[1], &rules->kinds, &rules->kind_count);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_name_rules_free(maille_name_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

const maille_title *maille_grouping_title(const maille_name_rules *rules, const char *grouping) {
    return find(rules->groupings, rules->grouping_count, grouping);
}

const maille_title *maille_kind_title(const maille_name_rules *rules, const char *kind) {
    return find(rules->kinds, rules->kind_count, kind);
}
